//! Exact state of answers: added, merged, taken out, shipped, and read.

use super::boundary::boundary;
use super::bytes::colead_bytes;
use super::error::colead_error;
use super::handle::{Handle, Unique};
use super::instrument::colead_instrument;
use super::status::colead_status;
use super::string::colead_string;
use crate::arrow::{Counting, count_stream, export_table};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use colead::evidence::{AnswerColumns, Instrument, Loss};
use colead::json::canonical;
use colead::measure::read_tally;
use colead::tally::{Counter, Limits, Tally};
use colead::{Error, Result};
use std::ffi::c_char;

/// Exact state of answers to an instrument. One thread at a time may change it. It holds the counts of the
/// smallest units: it belongs to the owner of the data.
pub struct colead_tally {
    _private: [u8; 0],
}

impl Handle for colead_tally {
    type Inner = Counted;
    type Ownership = Unique;
}

/// What stands behind a `colead_tally`.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    tally: Tally,
    /// What more answers are read with; a tally made from bytes may do without.
    instrument: Option<Instrument>,
}

impl Counted {
    fn add(&mut self, answers: FFI_ArrowArrayStream, columns: &AnswerColumns) -> Result<Loss> {
        let instrument = self.instrument.as_ref().ok_or_else(|| {
            Error::input("no_instrument", "the tally came from bytes without its instrument")
                .at("instrument")
                .help("give the instrument to colead_tally_create_from_bytes")
        })?;
        let how = Counting {
            make: |names: &[&str]| Counter::new(instrument, "responses", names, columns),
            skip: |_: &str| false,
            add: Counter::add,
        };
        let (part, loss) = count_stream(answers, "responses", how)?;
        self.tally.absorb(part).map(|()| loss)
    }
}

/// How a table of answers is read. Set `struct_size` and leave the rest zero for the usual names.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct colead_answer_options {
    /// `sizeof(colead_answer_options)`.
    pub struct_size: usize,
    /// The column of units, UTF-8; `unit` when empty.
    pub unit: *const c_char,
    /// Bytes of `unit`.
    pub unit_size: usize,
    /// The column of waves, UTF-8; when empty, `wave` where there is one.
    pub wave: *const c_char,
    /// Bytes of `wave`.
    pub wave_size: usize,
    /// Not 0 to refuse columns that are neither items nor known; they are left out and named else.
    pub strict: i32,
    /// How many decimals of a weight count, 0 to 9; those of the tally. Only with `weight`.
    pub decimals: u32,
    /// The column of weights, UTF-8; none when empty. Needs a tally of `colead_tally_create_weighted`.
    pub weight: *const c_char,
    /// Bytes of `weight`.
    pub weight_size: usize,
}

/// Creates an empty tally of answers to the instrument, at `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_tally_create(
    instrument: *const colead_instrument,
    out: *mut *mut colead_tally,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |instrument: view(instrument), out: out(out)| {
        out.fill(Counted { tally: Tally::new(instrument), instrument: Some(instrument.clone()) })
    })
}

/// Creates an empty tally, at `*out`, that counts people by weights of `decimals` decimals, exactly.
///
/// Errors (COLEAD_ERROR_INPUT): `bad_decimals`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_tally_create_weighted(
    instrument: *const colead_instrument,
    decimals: u32,
    out: *mut *mut colead_tally,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |instrument: view(instrument), out: out(out)| {
        let decimals = u8::try_from(decimals).unwrap_or(u8::MAX);
        out.fill(Counted { tally: Tally::weighted(instrument, decimals)?, instrument: Some(instrument.clone()) })
    })
}

/// Creates a tally at `*out` from what `colead_tally_write_bytes` wrote, here or elsewhere. `instrument` may
/// be null when no more answers are to be added. At most 1 GiB and 16 million units are accepted.
///
/// Errors (COLEAD_ERROR_INPUT): `foreign`, `newer_format`, `truncated`, `inconsistent`, `too_large`,
/// `instrument_mismatch`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_tally_create_from_bytes(
    data: *const u8,
    data_size: usize,
    instrument: *const colead_instrument,
    out: *mut *mut colead_tally,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |data: bytes(data, data_size), instrument: view_or_none(instrument), out: out(out)| {
        let tally = Tally::from_bytes(data, &Limits::default())?;
        if instrument.is_some_and(|i| i.logic_sha256() != tally.layout().logic_sha256) {
            let error = Error::input("instrument_mismatch", "the bytes were counted with another instrument");
            return Err(error.at("instrument").help("give the instrument they were counted with, or none").into());
        }
        out.fill(Counted { tally, instrument: instrument.cloned() })
    })
}

/// Counts the answers of a table: one row a respondent, one column an item, a column of units and perhaps one
/// of waves. `options` may be null. Where `loss` is not null, it gets a new string with what was not answered
/// or left unread, as JSON (`rows ignored_columns missing_answers dont_know`). The stream `answers` is always
/// consumed, also on error. On error the tally is unchanged.
///
/// Errors (COLEAD_ERROR_INPUT): those of `colead_evidence_add_stream`; `missing_column`, `missing_item`,
/// `unknown_item` (strict), `weights_mixed`, `missing_unit`, `out_of_range`, `not_a_number`, `not_whole` and so on, with row and
/// column; `no_instrument`; `bad_struct_size` and `newer_options` (COLEAD_ERROR_ARGUMENT).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_tally_add_stream(
    tally: *mut colead_tally,
    answers: *mut FFI_ArrowArrayStream,
    options: *const colead_answer_options,
    loss: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    // The stream comes first, so that it is consumed whatever is wrong with the rest.
    boundary!(err, |answers: stream(answers),
                    tally: change(tally),
                    options: answer_columns(options),
                    loss: out_or_none(loss)| {
        let report = tally.add(answers, &options)?;
        match loss {
            Some(loss) => loss.fill(canonical(&report.to_json()).into()),
            None => Ok(()),
        }
    })
}

/// Adds another tally of the same instrument, which stays as it is. On error the tally is unchanged.
///
/// Errors: `instrument_mismatch`, `overflow` (COLEAD_ERROR_INPUT); `same_object` (COLEAD_ERROR_ARGUMENT) when
/// both are one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_tally_merge(
    tally: *mut colead_tally,
    other: *const colead_tally,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |both: change_by(tally, other)| {
        let (tally, other) = both;
        Ok(tally.tally.merge(&other.tally)?)
    })
}

/// Takes another tally out, which stays as it is: what remains is what would have been counted without it. On
/// error the tally is unchanged.
///
/// Errors: `instrument_mismatch`, `impossible_subtraction` (COLEAD_ERROR_INPUT); `same_object`
/// (COLEAD_ERROR_ARGUMENT) when both are one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_tally_subtract(
    tally: *mut colead_tally,
    other: *const colead_tally,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |both: change_by(tally, other)| {
        let (tally, other) = both;
        Ok(tally.tally.subtract(&other.tally)?)
    })
}

/// Writes the canonical bytes of the tally into a new object at `*out`: equal tallies give equal bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_tally_write_bytes(
    tally: *const colead_tally,
    out: *mut *mut colead_bytes,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |tally: view(tally), out: out(out)| { out.fill(tally.tally.to_bytes()) })
}

/// Writes the SHA-256 of the canonical bytes, in hexadecimal, into a new string at `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_tally_write_digest(
    tally: *const colead_tally,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |tally: view(tally), out: out(out)| { out.fill(tally.tally.digest().into()) })
}

/// Measures the tally into an Arrow stream of one record batch in the caller's struct `*out`. `what` is a name:
/// `scores`, `items`, `differences`, `favorability`, `reliability`, `agreement`, `agreement_summary`, `aggregation`,
/// `overall`, `reconcile`, `nonresponse` or `probability_above`; or a JSON object with the name under `read` and its
/// arguments: `missing_rule` (`half`, `all` or a number of answers), `sizes` (an object of units and their members, for
/// the census), `nulls` (names of null distributions, or variances) and `items` (false for scales only), `first` and
/// `second` (`respondents`, `items` or `units`), `cut` (0 to 100). What needs rows, such as `gate`, answers
/// `rows_needed`: see `colead_responses`. The columns are those of the long form: `wave` where there are waves, `unit`,
/// `scale`, `item` or `pair`, `measure`, `variant`, `estimand`, `value`, `se`, `lower`, `upper`, `n`, `status` (`known`
/// or why there is no value).
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_name`, `unknown_key`, `wrong_type`, `out_of_range`, `bad_missing_rule`,
/// `weights_unsupported`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_tally_measure_stream(
    tally: *const colead_tally,
    what: *const c_char,
    what_size: usize,
    out: *mut FFI_ArrowArrayStream,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |tally: view(tally), what: text(what, what_size), out: out(out)| {
        out.write(export_table(&read_tally(&tally.tally, what, None)?.to_table()?)?)
    })
}

/// Measures the tally into a canonical JSON list of rows in a new string at `*out`; as
/// `colead_tally_measure_stream`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_tally_measure_json(
    tally: *const colead_tally,
    what: *const c_char,
    what_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |tally: view(tally), what: text(what, what_size), out: out(out)| {
        out.fill(canonical(&read_tally(&tally.tally, what, None)?.to_json()).into())
    })
}

/// Copies the tally into a new one at `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_tally_clone(
    tally: *const colead_tally,
    out: *mut *mut colead_tally,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |tally: view(tally), out: out(out)| { out.fill(tally.clone()) })
}

/// Frees the tally. Null is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_tally_free(tally: *mut colead_tally) {
    boundary!(or(), |tally: owned(tally)| {
        drop(tally);
        Ok(())
    })
}

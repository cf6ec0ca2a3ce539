//! Answers row by row: what a tally cannot know.

use super::boundary::boundary;
use super::error::colead_error;
use super::handle::{Handle, Shared};
use super::instrument::colead_instrument;
use super::status::colead_status;
use super::string::colead_string;
use super::tally::colead_answer_options;
use crate::arrow::{export_table, import_stream};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use colead::evidence::{Instrument, Responses};
use colead::json::canonical;
use colead::measure::ordinal::Judges;
use colead::measure::{plan, read_responses};
use std::ffi::c_char;

/// Answers of respondents, row by row. They never change and may be read by many threads. They are personal data: they
/// belong to their owner.
pub struct colead_responses {
    _private: [u8; 0],
}

impl Handle for colead_responses {
    type Inner = Answers;
    type Ownership = Shared;
}

/// What stands behind a `colead_responses`.
#[derive(Debug)]
pub(crate) struct Answers {
    responses: Responses,
    instrument: Instrument,
}

/// Creates responses at `*out` from a table as for `colead_tally_add_stream`, with a column `respondent` where the same
/// people answered more than once. Where `loss` is not null, it gets what was not answered or left unread, as JSON. The
/// stream `answers` is always consumed, also on error.
///
/// Errors: as `colead_tally_add_stream`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_responses_create_from_stream(
    instrument: *const colead_instrument,
    answers: *mut FFI_ArrowArrayStream,
    options: *const colead_answer_options,
    loss: *mut *mut colead_string,
    out: *mut *mut colead_responses,
    err: *mut *mut colead_error,
) -> colead_status {
    // The stream comes first, so that it is consumed whatever is wrong with the rest.
    boundary!(err, |answers: stream(answers),
                    instrument: view(instrument),
                    options: answer_columns(options),
                    loss: out_or_none(loss),
                    out: out(out)| {
        let table = import_stream(answers, "responses")?;
        let (responses, report) = Responses::from_columns(&table, instrument, &options)?;
        if let Some(loss) = loss {
            loss.fill(canonical(&report.to_json()).into())?;
        }
        out.fill(Answers { responses, instrument: instrument.clone() })
    })
}

/// Measures responses into an Arrow stream of one record batch in the caller's struct `*out`. `request` is a name or a
/// JSON object with the name under `read` and its arguments: `gate` (`draws`, `seed`, `level`, `icc`), `changes` (`from`,
/// `to`, `linked`, `missing_rule`), `reliable_change` (`from`, `to`, `missing_rule`), `careless` and `careless_flags`
/// (`run`, `answers`), `split_sample` (`x`, `y`, `wave`, `splits`, `seed`), `drivers` (`outcome`, `wave`),
/// `agreement_listwise` (`nulls`). The columns are those of `colead_tally_measure_stream`, and `respondent` for the flags,
/// which are about persons.
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_name`, `unknown_key`, `missing_key`, `wrong_type`, `out_of_range`,
/// `bad_missing_rule`, `unknown_wave`, `unknown_scale`, `missing_column` where people are to be linked without keys.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_responses_measure_stream(
    responses: *const colead_responses,
    request: *const c_char,
    request_size: usize,
    out: *mut FFI_ArrowArrayStream,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |responses: view(responses), request: text(request, request_size), out: out(out)| {
        let reply = read_responses(&responses.responses, &responses.instrument, request)?;
        out.write(export_table(&reply.to_table()?)?)
    })
}

/// Measures responses into a canonical JSON list of rows in a new string at `*out`; as
/// `colead_responses_measure_stream`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_responses_measure_json(
    responses: *const colead_responses,
    request: *const c_char,
    request_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |responses: view(responses), request: text(request, request_size), out: out(out)| {
        let reply = read_responses(&responses.responses, &responses.instrument, request)?;
        out.fill(canonical(&reply.to_json()).into())
    })
}

/// One more owner of the same responses, to be freed as well; never fails and copies nothing. Null for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_responses_clone(responses: *const colead_responses) -> *mut colead_responses {
    boundary!(or std::ptr::null_mut(), |responses: another(responses)| { Ok(responses) })
}

/// Gives up one ownership of the responses. Null is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_responses_free(responses: *mut colead_responses) {
    boundary!(or(), |responses: owned(responses)| {
        drop(responses);
        Ok(())
    })
}

/// Measures agreement on what comes first into an Arrow stream in the caller's struct `*out`: `ratings` is a table of
/// `judge`, `object` and `value`, the most important with the least value. `request` is a name or a JSON object with the
/// name under `read`: `agreement` of all judges (`draws`, `seed`), `consensus` with camps, `pairs` of judges (`p` of
/// rank-biased overlap, `k`, `ties`: `group` or `item`). The columns are those of the long form, with `judge` or `pair`.
/// The stream `ratings` is always consumed, also on error.
///
/// Errors (COLEAD_ERROR_INPUT): `missing_column`, `duplicate_value`, `not_a_number`, `unknown_name`, `unknown_key`,
/// `out_of_range`, `too_many_judges`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_ratings_measure_stream(
    ratings: *mut FFI_ArrowArrayStream,
    request: *const c_char,
    request_size: usize,
    out: *mut FFI_ArrowArrayStream,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |ratings: stream(ratings), request: text(request, request_size), out: out(out)| {
        let reply = Judges::from_table(&import_stream(ratings, "ratings")?)?.read(request)?;
        out.write(export_table(&reply.to_table()?)?)
    })
}

/// Measures agreement on what comes first into a canonical JSON list of rows in a new string at `*out`; as
/// `colead_ratings_measure_stream`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_ratings_measure_json(
    ratings: *mut FFI_ArrowArrayStream,
    request: *const c_char,
    request_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |ratings: stream(ratings), request: text(request, request_size), out: out(out)| {
        let reply = Judges::from_table(&import_stream(ratings, "ratings")?)?.read(request)?;
        out.fill(canonical(&reply.to_json()).into())
    })
}

/// Answers a question of planning with a canonical JSON list of one row in a new string at `*out`. `request` is a JSON
/// object with `read` and arguments: `power_of_difference` (`difference` in standard deviations, `n1`, `n2`),
/// `smallest_group` (`difference`, `power`), `respondents_for_margin` (`sd`, `members`, `margin`),
/// `unit_size_for_reliability` (`icc1`, `target`).
///
/// Errors (COLEAD_ERROR_INPUT): `bad_json`, `unknown_name`, `unknown_key`, `missing_key`, `wrong_type`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_plan_write_json(
    request: *const c_char,
    request_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |request: text(request, request_size), out: out(out)| {
        out.fill(canonical(&plan(request)?.to_json()).into())
    })
}

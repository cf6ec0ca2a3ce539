//! A questionnaire.

use super::boundary::boundary;
use super::error::colead_error;
use super::handle::{Handle, Shared};
use super::status::colead_status;
use super::string::colead_string;
use crate::arrow::import_stream;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use colead::evidence::{Instrument, SurveyMap};
use colead::json::canonical;
use std::ffi::c_char;

/// A questionnaire that was read and checked, immutable: many threads may use it.
pub struct colead_instrument {
    _private: [u8; 0],
}

impl Handle for colead_instrument {
    type Inner = Instrument;
    type Ownership = Shared;
}

/// Creates an instrument that ships with the library, such as `collective-leadership`, at `*out`.
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_instrument`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_instrument_create_builtin(
    id: *const c_char,
    id_size: usize,
    out: *mut *mut colead_instrument,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |id: text(id, id_size), out: out(out)| { out.fill(Instrument::builtin(id)?) })
}

/// Creates an instrument from text, TOML or JSON, at `*out`. The least it needs, as JSON:
/// `{"id": "pulse", "version": "1", "license": "CC0-1.0", "options": [1, 5],
/// "scales": [{"id": "direction", "items": ["d1", "d2", "-d3"]}]}`, where `-` marks a reversed item.
///
/// Errors: COLEAD_ERROR_RULEBOOK with the code of the first fault; the JSON form of the error has all of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_instrument_create_from_text(
    text: *const c_char,
    text_size: usize,
    out: *mut *mut colead_instrument,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |text: text(text, text_size), out: out(out)| { out.fill(Instrument::from_toml(text)?) })
}

/// Creates an instrument at `*out` from a table in which an existing survey defines its scales, one row a scale.
/// `settings` is a JSON object: `id`, `options` (lowest and highest answer code), `scale` and `items` (the columns that
/// name a scale and list its items, `-` before a reversed one); and any of `version`, `license`, `dont_know`, `index` (the
/// column of wider indices), `item_column` (such as `Q{}`, when items are numbers of questions). The stream is always
/// consumed, also on error.
///
/// Errors: `missing_key`, `unknown_key`, `wrong_type`, `missing_column`, `missing_value`, `bad_item`, `bad_pattern`
/// (COLEAD_ERROR_INPUT); those of `colead_instrument_create_from_text`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_instrument_create_from_definitions(
    definitions: *mut FFI_ArrowArrayStream,
    settings: *const c_char,
    settings_size: usize,
    out: *mut *mut colead_instrument,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |definitions: stream(definitions), settings: text(settings, settings_size), out: out(out)| {
        let table = import_stream(definitions, "definitions")?;
        out.fill(Instrument::from_definitions_json(&table, settings)?)
    })
}

/// Writes how the instrument is keyed into a new string at `*out`, as canonical JSON: for every item of every scale its
/// `scale`, `item`, `column`, `lo`, `hi` and `reversed`. `columns` is TOML or JSON with a table `columns` of columns of an
/// export and the item that each one is; it may be null where every item stands in the column of its name.
///
/// Errors (COLEAD_ERROR_RULEBOOK): `unknown_item`, `duplicate_item`, `reserved_name` and so on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_instrument_write_map_json(
    instrument: *const colead_instrument,
    columns: *const c_char,
    columns_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |instrument: view(instrument), columns: text_or_none(columns, columns_size), out: out(out)| {
        let map = match columns {
            Some(text) => SurveyMap::from_toml("columns", text, instrument)?,
            None => instrument.map(),
        };
        out.fill(canonical(&map.to_json()).into())
    })
}

/// Writes the whole instrument as canonical JSON (`id`, `version`, `scales`, `items` and more) into a new
/// string at `*out`; `colead_instrument_create_from_text` reads it back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_instrument_write_json(
    instrument: *const colead_instrument,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |instrument: view(instrument), out: out(out)| { out.fill(canonical(&instrument.to_json()).into()) })
}

/// One more owner of the same instrument, to be freed as well; never fails and copies nothing. Null for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_instrument_clone(instrument: *const colead_instrument) -> *mut colead_instrument {
    boundary!(or std::ptr::null_mut(), |instrument: another(instrument)| { Ok(instrument) })
}

/// Gives up one ownership of the instrument. Null is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_instrument_free(instrument: *mut colead_instrument) {
    boundary!(or(), |instrument: owned(instrument)| {
        drop(instrument);
        Ok(())
    })
}

//! Coherence and concordance: facets of evidence, measured.

use super::boundary::boundary;
use super::error::colead_error;
use super::evidence::colead_evidence;
use super::status::colead_status;
use super::string::colead_string;
use crate::arrow::export_table;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use colead::assess::read_facets;
use colead::json::canonical;
use colead::measure::concordance::{FacetRow, facets_to_table};
use std::ffi::c_char;

/// Measures the evidence into an Arrow stream of one record batch in the caller's struct `*out`. `request` is a JSON
/// object with `read`: `coherence` (facets of every unit, wave and pressure, from the tables `rankings`, `declared`,
/// `decisions` and `decision_effects`; `layers`, a list of names from the top, where the organization does not tell
/// their order; `seed`) or `concordance` (agreement on priorities; `by` is `whole`, `unit` or `layer`; `seed`). The
/// columns are `unit layer to wave pressure since facet measure variant estimand found value se lower upper chance p n
/// items status`. It is the data owner's side: groups of any size are measured.
///
/// Errors (COLEAD_ERROR_INPUT): those of reading evidence; `bad_json`, `unknown_name`, `unknown_key`, `missing_key`,
/// `wrong_type`, `missing_table`, `unknown_layer`, `duplicate_layer`, `unknown_unit`, `unknown_decision`,
/// `too_many_priorities`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_facets_measure_stream(
    evidence: *const colead_evidence,
    request: *const c_char,
    request_size: usize,
    out: *mut FFI_ArrowArrayStream,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |evidence: view(evidence), request: text(request, request_size), out: out(out)| {
        let (name, rows) = read_facets(&evidence.project(None)?.evidence, request)?;
        out.write(export_table(&facets_to_table(name, &rows)?)?)
    })
}

/// Measures the evidence into a canonical JSON list of rows in a new string at `*out`; as
/// `colead_facets_measure_stream`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_facets_measure_json(
    evidence: *const colead_evidence,
    request: *const c_char,
    request_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |evidence: view(evidence), request: text(request, request_size), out: out(out)| {
        let (_, rows) = read_facets(&evidence.project(None)?.evidence, request)?;
        out.fill(canonical(&rows.iter().map(FacetRow::to_json).collect()).into())
    })
}

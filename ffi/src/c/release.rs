//! What may leave, and its renderers.

use super::boundary::boundary;
use super::error::colead_error;
use super::handle::{Handle, Shared};
use super::status::colead_status;
use super::string::colead_string;
use colead::json::canonical;
use colead::release::{Release, audit_documents};
use std::ffi::c_char;

/// What may leave, immutable: cells that passed the door, with no way back to the evidence.
pub struct colead_release {
    _private: [u8; 0],
}

impl Handle for colead_release {
    type Inner = Release;
    type Ownership = Shared;
}

/// Writes the report as text into a new string at `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_release_write_text(
    release: *const colead_release,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |release: view(release), out: out(out)| { out.fill(release.to_text().into()) })
}

/// Writes the release as canonical JSON (`schema manifest policy yield units scores groups
/// sheet judgments notes works`) into
/// a new string at `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_release_write_json(
    release: *const colead_release,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |release: view(release), out: out(out)| { out.fill(canonical(&release.to_json()).into()) })
}

/// Writes one page for a works council (what was computed, what left for what purpose, what can never be shown, which
/// audit was run) as text into a new string at `*out`; as data it is the key `sheet` of the release's JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_release_write_sheet(
    release: *const colead_release,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |release: view(release), out: out(out)| { out.fill(release.sheet().into()) })
}

/// Audits tables that any tool made, or ledgers, given as a JSON object, and writes the findings as canonical JSON
/// (`safe levels audits`) into a new string at `*out`.
///
/// The object has `cells` (rows `cell n`, optional `released value rank`) with optional `relations` (rows `total part`,
/// optional `relation`) and `atoms` (rows `atom n cell`); or `ledgers`, a list of what releases gave. Optional are
/// `min_group`, `coalition`, `seed`, `values` (`lo hi rounding width`, optional `step`), and `suppress`: with true, the
/// cells that may leave are chosen instead, as `released`.
///
/// Errors: those of JSON and of tables that do not add up, `bad_ledger`, `other_format`, `other_library`
/// (COLEAD_ERROR_INPUT); `bad_min_group`, `audit_incomplete`, `cuts_changed` (COLEAD_ERROR_DISCLOSURE).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_audit(
    text: *const c_char,
    text_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |text: text(text, text_size), out: out(out)| { out.fill(canonical(&audit_documents(text)?).into()) })
}

/// Explains the judgment of a unit or challenge (`id`, or `id: component`) on a question as text in a new string
/// at `*out`.
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_subject`, `unknown_question`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_release_explain(
    release: *const colead_release,
    subject: *const c_char,
    subject_size: usize,
    question: *const c_char,
    question_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |release: view(release),
                    subject: text(subject, subject_size),
                    question: text(question, question_size),
                    out: out(out)| { out.fill(release.explain(subject, question)?.into()) })
}

/// One more owner of the same release, to be freed as well; never fails and copies nothing. Null for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_release_clone(release: *const colead_release) -> *mut colead_release {
    boundary!(or std::ptr::null_mut(), |release: another(release)| { Ok(release) })
}

/// Gives up one ownership of the release. Null is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_release_free(release: *mut colead_release) {
    boundary!(or(), |release: owned(release)| {
        drop(release);
        Ok(())
    })
}

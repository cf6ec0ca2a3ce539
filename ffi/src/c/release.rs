//! What may leave, and its renderers.

use super::boundary::boundary;
use super::error::colead_error;
use super::handle::{Handle, Shared};
use super::status::colead_status;
use super::string::colead_string;
use colead::json::canonical;
use colead::release::Release;
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

/// Writes the release as canonical JSON (`schema manifest policy yield units scores judgments notes works`) into
/// a new string at `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_release_write_json(
    release: *const colead_release,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |release: view(release), out: out(out)| { out.fill(canonical(&release.to_json()).into()) })
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

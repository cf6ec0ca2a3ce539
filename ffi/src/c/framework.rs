//! A rulebook, its catalogue, and its check.

use super::boundary::boundary;
use super::error::colead_error;
use super::handle::{Handle, Shared};
use super::status::colead_status;
use super::string::{Terminated, colead_string};
use colead::json::canonical;
use colead::rules::{Framework, Told, check};
use colead::{Diagnostic, Result};
use serde_json::Value;
use std::ffi::c_char;

/// A rulebook with its catalogue of concepts and questions, immutable: many threads may use it.
pub struct colead_framework {
    _private: [u8; 0],
}

impl Handle for colead_framework {
    type Inner = Loaded;
    type Ownership = Shared;
}

/// What stands behind a `colead_framework`.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) framework: Framework,
    id: Terminated,
    version: Terminated,
    sha256: Terminated,
    logic_sha256: Terminated,
}

impl From<Framework> for Loaded {
    fn from(framework: Framework) -> Loaded {
        Loaded {
            id: framework.id().into(),
            version: framework.version().into(),
            sha256: framework.sha256().into(),
            logic_sha256: framework.logic_sha256().into(),
            framework,
        }
    }
}

/// Creates the framework that ships with the library, at `*out`. It is read anew each time: create it once,
/// and clone it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_create_builtin(
    out: *mut *mut colead_framework,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |out: out(out)| { out.fill(Framework::builtin()?.into()) })
}

/// Creates a framework from the text of a rulebook, TOML or JSON, at `*out`. It may cite the built-in
/// catalogue and add to it.
///
/// Errors: COLEAD_ERROR_RULEBOOK with the code of the first fault; the JSON form of the error has all of
/// them. `invalid_utf8` (COLEAD_ERROR_INPUT).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_create_from_text(
    text: *const c_char,
    text_size: usize,
    out: *mut *mut colead_framework,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |text: text(text, text_size), out: out(out)| { out.fill(Framework::from_toml(text)?.into()) })
}

/// Creates a framework from several files read as one, at `*out`: a JSON object from the name of a file to its
/// text, TOML or JSON. A copy of the built-in folder can be read like this.
///
/// Errors: as `colead_framework_create_from_text`, each fault with its file; `wrong_type` (COLEAD_ERROR_INPUT).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_create_from_files(
    files: *const c_char,
    files_size: usize,
    out: *mut *mut colead_framework,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |files: text(files, files_size), out: out(out)| {
        use colead::document::{Kind, parse_json};
        let wrong = || {
            let help = "map the name of each file to its text";
            colead::Error::input("wrong_type", "expected an object from name to text").at("files").help(help)
        };
        let Kind::Map(entries) = parse_json("files", files)?.kind else { return Err(wrong().into()) };
        let mut files: Vec<(&str, &str)> = Vec::new();
        for (name, node) in &entries {
            let Kind::Text(text) = &node.kind else { return Err(wrong().into()) };
            files.push((name, text));
        }
        out.fill(Framework::from_files(&files)?.into())
    })
}

/// Its id, NUL-terminated; it lives as long as the framework. Where `size` is not null, it gets the number
/// of bytes. Empty for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_get_id(
    framework: *const colead_framework,
    size: *mut usize,
) -> *const c_char {
    boundary!(or c"".as_ptr(), |framework: view(framework), size: optional(size)| { size.view(&framework.id) })
}

/// Its version; as `colead_framework_get_id`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_get_version(
    framework: *const colead_framework,
    size: *mut usize,
) -> *const c_char {
    boundary!(or c"".as_ptr(), |framework: view(framework), size: optional(size)| { size.view(&framework.version) })
}

/// The SHA-256 of everything it says, in hexadecimal; as `colead_framework_get_id`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_get_sha256(
    framework: *const colead_framework,
    size: *mut usize,
) -> *const c_char {
    boundary!(or c"".as_ptr(), |framework: view(framework), size: optional(size)| { size.view(&framework.sha256) })
}

/// The SHA-256 of what decides, prose and citations left out; as `colead_framework_get_id`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_get_logic_sha256(
    framework: *const colead_framework,
    size: *mut usize,
) -> *const c_char {
    boundary!(or c"".as_ptr(), |framework: view(framework), size: optional(size)| {
        size.view(&framework.logic_sha256)
    })
}

/// The confidence at which its rules hold unless a call says otherwise. 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_get_confidence(framework: *const colead_framework) -> f64 {
    boundary!(or 0.0, |framework: view(framework)| { Ok(framework.framework.confidence()) })
}

/// Writes what it is made of as canonical JSON, with the keys `id`, `version`, `title`, `confidence`,
/// `sha256`, `logic_sha256` and the lists `concepts`, `works`, `prompts`, `measures`, `questions`, `rules`,
/// `levers` and `warnings`, into a new string at `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_write_json(
    framework: *const colead_framework,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |framework: view(framework), out: out(out)| {
        out.fill(canonical(&framework.framework.to_json()).into())
    })
}

/// Puts a framework beside a newer version and writes what changed, and which answers and verdicts turn, as
/// canonical JSON into a new string at `*out`: `old new measures questions rules replaced retired unexplained
/// reused cases answers verdicts unread matters`.
///
/// `cases`, when it is not empty, is a JSON object from the name of a case to its measures, or a list of
/// measures, as `colead_framework_judge` takes them; without it, the tests that the rules of both carry. A value
/// that one version cannot read is listed in `unread`.
///
/// Errors (COLEAD_ERROR_INPUT): `wrong_type`, `not_a_count`, `not_finite`, `negative_se`, and those of JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_write_diff(
    framework: *const colead_framework,
    newer: *const colead_framework,
    cases: *const c_char,
    cases_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |framework: view(framework),
                    newer: view(newer),
                    cases: text_or_none(cases, cases_size),
                    out: out(out)| {
        let cases = cases.map(Told::from_json).transpose()?.unwrap_or_default();
        out.fill(canonical(&framework.framework.diff(&newer.framework, &cases).to_json()).into())
    })
}

/// Changes every number in the rules, one at a time, and writes the changes that no test of a rule notices, as
/// canonical JSON into a new string at `*out`: `tried noticed equivalent complete survivors`, each survivor with
/// `rule file line path from to given expect becomes`. Bounded work.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_write_mutants_json(
    framework: *const colead_framework,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |framework: view(framework), out: out(out)| {
        out.fill(canonical(&framework.framework.mutants().to_json()).into())
    })
}

/// One more owner of the same framework, to be freed as well; never fails and copies nothing. Null for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_clone(framework: *const colead_framework) -> *mut colead_framework {
    boundary!(or std::ptr::null_mut(), |framework: another(framework)| { Ok(framework) })
}

/// Gives up one ownership of the framework. Null is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_free(framework: *mut colead_framework) {
    boundary!(or(), |framework: owned(framework)| {
        drop(framework);
        Ok(())
    })
}

/// Writes everything that is wrong with the text of a rulebook, and what a person should look at, as a
/// canonical JSON list of diagnostics (`code severity message file path line column end_line end_column help
/// witness rendered`) into a new string at `*out`; `[]` when all is well. `rendered` is the whole diagnostic as
/// text, with its line and carets under the fault. A faulty rulebook is no error of this call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_rulebook_check(
    text: *const c_char,
    text_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |text: text(text, text_size), out: out(out)| {
        let found = check(text).iter().map(Diagnostic::to_json).collect();
        out.fill(canonical(&Value::Array(found)).into())
    })
}

/// The questions that a JSON list names, or nothing for all of them.
pub(crate) fn names(what: &'static str, text: Option<&str>) -> Result<Option<Vec<String>>> {
    use colead::document::{Kind, parse_json};
    let Some(text) = text else { return Ok(None) };
    let wrong = || colead::Error::input("wrong_type", "expected a list of texts").at(what).help("name each by its id");
    let Kind::List(items) = parse_json(what, text)?.kind else { return Err(wrong()) };
    let name = |item: colead::document::Node| match item.kind {
        Kind::Text(name) => Ok(name),
        _ => Err(wrong()),
    };
    items.into_iter().map(name).collect::<Result<_>>().map(Some)
}

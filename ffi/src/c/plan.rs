//! Plans held against a diagnosis, and frameworks side by side.

use super::boundary::boundary;
use super::error::colead_error;
use super::framework::colead_framework;
use super::status::colead_status;
use super::string::colead_string;
use colead::json::canonical;
use colead::rules::{Diagnosis, Plan, Told, compare, starter};
use serde_json::Value;
use std::ffi::c_char;

/// Holds a plan against a diagnosis and writes what the rulebook warns of, as canonical JSON with the keys
/// `framework`, `version`, `sha256`, `title`, `sound`, `warnings` (`kind question option rule strength because
/// levers needs concepts cites`; `kind` is `warning`, `conditional` or `hint`) and `offers`, into a new string
/// at `*out`.
///
/// `plan` is TOML or JSON: `title`, and `lever`, a list of tables with `lever` and perhaps `who`, `how_many`,
/// `note`. `diagnosis`, when it is not empty, is a JSON object with `measures`, as `colead_framework_judge` takes
/// them, and `judgments`, from question to an option that holds, or to an object from option to `holds`, `fails`
/// or `insufficient`. `confidence` is above 0.5 and below 1; 0 is the framework's own.
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_lever`, `cannot_pull`, `not_a_count`, `too_many`, `read_from_plan`,
/// `unknown_question`, `unknown_option`, `contradiction`, those of `colead_framework_judge`, and those of TOML and
/// JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_write_lint(
    framework: *const colead_framework,
    plan: *const c_char,
    plan_size: usize,
    diagnosis: *const c_char,
    diagnosis_size: usize,
    confidence: f64,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |framework: view(framework),
                    plan: text(plan, plan_size),
                    diagnosis: text_or_none(diagnosis, diagnosis_size),
                    confidence: confidence(confidence),
                    out: out(out)| {
        let plan = Plan::from_text(plan)?;
        let diagnosis = Diagnosis::from_json(&framework.framework, diagnosis.unwrap_or("{}"))?;
        out.fill(canonical(&framework.framework.lint(&plan, &diagnosis, confidence)?.to_json()).into())
    })
}

/// Writes what the framework offers for a diagnosis as a canonical JSON list of levers (`id title changes who
/// helps always because concepts cites`; `helps` names what holds and the lever is offered for) into a new string
/// at `*out`. `diagnosis` and `confidence` are those of `colead_framework_write_lint`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_write_suggestions(
    framework: *const colead_framework,
    diagnosis: *const c_char,
    diagnosis_size: usize,
    confidence: f64,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |framework: view(framework),
                    diagnosis: text_or_none(diagnosis, diagnosis_size),
                    confidence: confidence(confidence),
                    out: out(out)| {
        let framework = &framework.framework;
        let diagnosis = Diagnosis::from_json(framework, diagnosis.unwrap_or("{}"))?;
        let offered = framework.suggest(&diagnosis, confidence)?;
        out.fill(canonical(&offered.iter().map(|s| s.to_json(framework)).collect::<Value>()).into())
    })
}

/// Puts one case to two frameworks and writes what each says and why they differ, as canonical JSON with the keys
/// `case`, `frameworks`, `shared`, `alone` and `unread`, into a new string at `*out`.
///
/// `cases` is a JSON object from the name of a case to its measures, or a list of measures, with one case.
///
/// Errors (COLEAD_ERROR_INPUT): `one_case`, `wrong_type`, `not_a_count`, `not_finite`, `negative_se`, and those of
/// JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_write_comparison(
    framework: *const colead_framework,
    other: *const colead_framework,
    cases: *const c_char,
    cases_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |framework: view(framework), other: view(other), cases: text(cases, cases_size), out: out(out)| {
        let case = Told::one_from_json(cases)?;
        out.fill(canonical(&compare(&[&framework.framework, &other.framework], &case)?.to_json()).into())
    })
}

/// Writes the files of a new framework named `id` as a canonical JSON object from name to text into a new string at
/// `*out`: a commented rulebook that extends the built-in one, and a small folder to assess with it.
///
/// Errors (COLEAD_ERROR_INPUT): `bad_id`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_starter_write(
    id: *const c_char,
    id_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |id: text(id, id_size), out: out(out)| {
        let files = starter(id)?.into_iter().map(|(name, text)| (name.to_owned(), Value::from(text)));
        out.fill(canonical(&Value::Object(files.collect())).into())
    })
}

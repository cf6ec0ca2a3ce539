//! Guided use: what some data could answer, and interviews that are filled in over several sittings.

use super::assessment::colead_assessment;
use super::boundary::boundary;
use super::error::colead_error;
use super::framework::colead_framework;
use super::judgment::colead_judgment;
use super::status::colead_status;
use super::string::colead_string;
use colead::assess::AtHand;
use colead::interview::Form;
use colead::json::canonical;
use serde_json::Value;
use std::ffi::c_char;

/// Writes which questions could be answered with what is at hand, before any of it is collected, as canonical JSON
/// (`schema measures counts questions pieces`) into a new string at `*out`.
///
/// `at_hand` is a JSON object with the lists `tables`, `measures` and `instruments` (built-in ids, or instruments as
/// objects), each optional.
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_table`, `unknown_measure`, `unknown_instrument`, `unknown_key`,
/// `wrong_type` and those of JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_write_preflight_json(
    framework: *const colead_framework,
    at_hand: *const c_char,
    at_hand_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |framework: view(framework), at_hand: text(at_hand, at_hand_size), out: out(out)| {
        let found = framework.framework.preflight(&AtHand::from_json(at_hand)?)?;
        out.fill(canonical(&found.to_json()).into())
    })
}

/// Writes which questions the evidence could ever answer, whatever it says, as
/// `colead_framework_write_preflight_json`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_assessment_write_preflight_json(
    assessment: *const colead_assessment,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |assessment: view(assessment), out: out(out)| {
        out.fill(canonical(&assessment.assessment.preflight().to_json()).into())
    })
}

/// Writes what to ask next over all open judgments as a canonical JSON list of groups `whom asks`, each ask with
/// `measure asks reason settles helps`, into a new string at `*out`. It is the data owner's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_assessment_write_agenda_json(
    assessment: *const colead_assessment,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |assessment: view(assessment), out: out(out)| {
        out.fill(canonical(&assessment.assessment.agenda().to_json()).into())
    })
}

/// Writes what informants differ on, and the judgment that each one's answers give alone, as canonical JSON
/// (`differing judgments`) into a new string at `*out`. It names informants and is the data owner's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_judgment_write_informants_json(
    judgment: *const colead_judgment,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |judgment: view(judgment), out: out(out)| {
        out.fill(canonical(&judgment.judgment.informants_json()).into())
    })
}

/// Writes an empty interview form into a new string at `*out`, and where `text_out` is not null the same as text to
/// be filled in into another.
///
/// `request`, when it is not empty, is a JSON object with `questions` (ids; all when absent), `known` (measures as
/// `colead_framework_judge` takes them), `unit` and `challenge`, each optional.
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_question`, `nothing_to_ask`, `unknown_key`, `wrong_type`, those of
/// `colead_framework_judge` for what is known, and those of JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_write_interview_json(
    framework: *const colead_framework,
    request: *const c_char,
    request_size: usize,
    out: *mut *mut colead_string,
    text_out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |framework: view(framework),
                    request: text_or_none(request, request_size),
                    out: out(out),
                    text_out: out_or_none(text_out)| {
        let form = framework.framework.interview_from_json(request.unwrap_or("{}"))?;
        out.fill(canonical(&form.to_json()).into())?;
        match text_out {
            Some(text_out) => text_out.fill(form.to_text().into()),
            None => Ok(()),
        }
    })
}

/// Reads a filled-in form, JSON or text, adds it to `before` (the JSON or text of earlier sittings, or empty), and
/// writes both as one form: canonical JSON into a new string at `*out`, and where they are not null the text into
/// `*text_out` and what informants or sittings contradict one another on, a JSON list, into `*contradictions_out`.
///
/// Errors (COLEAD_ERROR_INPUT), with the line: `not_an_answer`, `unknown_measure`, `unknown_role`, `not_a_date`,
/// `unknown_key`, `line_break`, `stray_line`, `other_schema`, `other_framework`, `other_unit`, `other_challenge`, and
/// those of JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_write_interview_read_json(
    framework: *const colead_framework,
    form: *const c_char,
    form_size: usize,
    before: *const c_char,
    before_size: usize,
    out: *mut *mut colead_string,
    text_out: *mut *mut colead_string,
    contradictions_out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |framework: view(framework),
                    form: text(form, form_size),
                    before: text_or_none(before, before_size),
                    out: out(out),
                    text_out: out_or_none(text_out),
                    contradictions_out: out_or_none(contradictions_out)| {
        let mut sittings = Vec::new();
        sittings.extend(before.map(|text| ("before", text)));
        sittings.push(("form", form));
        let read = Form::read_all(&framework.framework, &sittings)?;
        out.fill(canonical(&read.to_json()).into())?;
        if let Some(text_out) = text_out {
            text_out.fill(read.to_text().into())?;
        }
        match contradictions_out {
            Some(out) => {
                let all: Value = read.contradictions().iter().map(|c| c.to_json()).collect();
                out.fill(canonical(&all).into())
            }
            None => Ok(()),
        }
    })
}

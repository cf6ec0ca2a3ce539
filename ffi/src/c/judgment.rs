//! Questions put to a framework, and what they came to.

use super::boundary::boundary;
use super::error::colead_error;
use super::framework::{colead_framework, names};
use super::handle::{Handle, Shared};
use super::status::colead_status;
use super::string::{Terminated, colead_string};
use crate::arrow::{export_table, import_stream};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use colead::assess::classify_documents;
use colead::json::canonical;
use colead::rules::{Case, Counterfactual, Judgment, NextQuestion};
use serde_json::json;
use std::ffi::c_char;

/// What a question came to, immutable: an answer, or a typed reason why there is none.
pub struct colead_judgment {
    _private: [u8; 0],
}

impl Handle for colead_judgment {
    type Inner = Judged;
    type Ownership = Shared;
}

/// What stands behind a `colead_judgment`.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) judgment: Judgment,
    status: Terminated,
    answer: Terminated,
}

impl From<Judgment> for Judged {
    fn from(judgment: Judgment) -> Judged {
        Judged {
            status: judgment.status().as_str().into(),
            answer: judgment.answer().unwrap_or_default().into(),
            judgment,
        }
    }
}

/// Judges a question for one subject.
///
/// `measures` is a JSON object from measure to a value, `[value, se]`, `[value, se, n]`, a category, or null
/// for what is missing; a measure that is left out is missing too, never zero. `confidence` is above 0.5 and
/// below 1, or 0 for the framework's own.
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_question`, `unknown_measure`, `out_of_range`, `not_finite`,
/// `negative_se`, `not_a_count`, `unknown_category`, `type_mismatch`, `wrong_type`, `bad_confidence` (also for
/// NaN), and those of JSON: `syntax`, `duplicate_key`, `too_deep`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_judge(
    framework: *const colead_framework,
    question: *const c_char,
    question_size: usize,
    measures: *const c_char,
    measures_size: usize,
    confidence: f64,
    out: *mut *mut colead_judgment,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |framework: view(framework),
                    question: text(question, question_size),
                    measures: text(measures, measures_size),
                    confidence: confidence(confidence),
                    out: out(out)| {
        let framework = &framework.framework;
        framework.find_question(question)?;
        let case = Case::from_json(framework, measures)?;
        out.fill(framework.judge(question, &case, confidence)?.into())
    })
}

/// Judges what kind of challenge is faced: `technical`, `complex` or `mixed`.
///
/// `facts` is a JSON object from criterion to true, false, a number from 0 to 1 or null ("don't know"), or a
/// list of such objects, one a rater. `components`, when it is not empty, is a JSON object from the name of a
/// component to its facts; components decide when they are given. `confidence` as in
/// `colead_framework_judge`.
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_criterion`, `out_of_range`, `wrong_type`, `bad_confidence`, and
/// those of JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_challenge_classify(
    framework: *const colead_framework,
    facts: *const c_char,
    facts_size: usize,
    components: *const c_char,
    components_size: usize,
    confidence: f64,
    out: *mut *mut colead_judgment,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |framework: view(framework),
                    facts: text(facts, facts_size),
                    components: text_or_none(components, components_size),
                    confidence: confidence(confidence),
                    out: out(out)| {
        out.fill(classify_documents(&framework.framework, facts, components, confidence)?.into())
    })
}

/// Judges questions for every row of a table.
///
/// Columns in: `m`, `m.se` and `m.n` for a measure `m`, and any of `unit`, `id`, `case` and `wave` to name the
/// row. `questions`, when it is not empty, is a JSON list of question ids; all are judged else. Out comes a
/// stream of one record batch in the caller's struct `*out`: the naming columns, `<question>.status` and
/// `<question>.answer`, and for each rule a code: 1 holds, 0 fails, -1 missing, -2 too close to call, -3 other.
/// The stream `table` is always consumed, also on error. `confidence` as in `colead_framework_judge`.
///
/// Errors (COLEAD_ERROR_INPUT): those of `colead_evidence_add_stream`, and `unknown_measure`,
/// `unknown_question`, `out_of_range` and so on, with row and column.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_framework_judge_stream(
    framework: *const colead_framework,
    table: *mut FFI_ArrowArrayStream,
    questions: *const c_char,
    questions_size: usize,
    confidence: f64,
    out: *mut FFI_ArrowArrayStream,
    err: *mut *mut colead_error,
) -> colead_status {
    // The stream comes first, so that it is consumed whatever is wrong with the rest.
    boundary!(err, |table: stream(table),
                    framework: view(framework),
                    questions: text_or_none(questions, questions_size),
                    confidence: confidence(confidence),
                    out: out(out)| {
        let names = names("questions", questions)?;
        let names: Option<Vec<&str>> = names.as_ref().map(|n| n.iter().map(String::as_str).collect());
        let table = import_stream(table, "table")?;
        let judged = framework.framework.judge_table(&table, names.as_deref(), confidence)?;
        out.write(export_table(&judged)?)
    })
}

/// `answer`, `insufficient`, `conflict` or `none_hold`, NUL-terminated; it lives as long as the judgment.
/// Empty for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_judgment_get_status(judgment: *const colead_judgment) -> *const c_char {
    boundary!(or c"".as_ptr(), |judgment: view(judgment)| { Ok(judgment.status.as_ptr()) })
}

/// The option or level that answers, NUL-terminated; it lives as long as the judgment. Empty when there is
/// no single one (see `colead_judgment_write_answer_json`), and for null. Where `size` is not null, it gets the
/// number of bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_judgment_get_answer(
    judgment: *const colead_judgment,
    size: *mut usize,
) -> *const c_char {
    boundary!(or c"".as_ptr(), |judgment: view(judgment), size: optional(size)| { size.view(&judgment.answer) })
}

/// Writes the answer as canonical JSON into a new string at `*out`: text, an object from option to verdict for
/// a question whose options are independent, or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_judgment_write_answer_json(
    judgment: *const colead_judgment,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |judgment: view(judgment), out: out(out)| {
        out.fill(canonical(&judgment.judgment.answer_json()).into())
    })
}

/// Writes the judgment as canonical JSON into a new string at `*out`: `status`, `answer`, `remaining`,
/// `excluded`, `needs`, `because`, `cites` and more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_judgment_write_json(
    judgment: *const colead_judgment,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |judgment: view(judgment), out: out(out)| {
        out.fill(canonical(&judgment.judgment.to_json()).into())
    })
}

/// Explains the judgment as text, with every rule's steps and sources, in a new string at `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_judgment_explain(
    judgment: *const colead_judgment,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |judgment: view(judgment), out: out(out)| { out.fill(judgment.judgment.explain().into()) })
}

/// Explains the judgment as text of one of the forms `one_line`, `short` and `full`, in a new string at `*out`.
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_form`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_judgment_explain_as(
    judgment: *const colead_judgment,
    form: *const c_char,
    form_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |judgment: view(judgment), form: text(form, form_size), out: out(out)| {
        out.fill(judgment.judgment.explain_as(form)?.into())
    })
}

/// Writes the explanation as canonical JSON into a new string at `*out`: for each rule its steps, what was
/// seen, and which steps decide.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_judgment_write_explanation_json(
    judgment: *const colead_judgment,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |judgment: view(judgment), out: out(out)| {
        out.fill(canonical(&judgment.judgment.explanation()).into())
    })
}

/// Writes the smallest changes that would change the conclusion as a canonical JSON list into a new string at `*out`.
/// `freeze`, when it is not empty, is a JSON list of measures that stay as they are.
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_measure`, `wrong_type`, and those of JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_judgment_write_counterfactuals_json(
    judgment: *const colead_judgment,
    freeze: *const c_char,
    freeze_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |judgment: view(judgment), freeze: text_or_none(freeze, freeze_size), out: out(out)| {
        let names = names("freeze", freeze)?.unwrap_or_default();
        let freeze: Vec<&str> = names.iter().map(String::as_str).collect();
        let found = judgment.judgment.counterfactuals_with(&freeze)?;
        out.fill(canonical(&found.iter().map(Counterfactual::to_json).collect()).into())
    })
}

/// Writes the smallest evidence that would settle what is open as canonical JSON into a new string at `*out`.
/// `size` is the number of people there are, or 0 when it is not known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_judgment_write_evidence_json(
    judgment: *const colead_judgment,
    size: u64,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |judgment: view(judgment), out: out(out)| {
        out.fill(canonical(&judgment.judgment.evidence_needed((size > 0).then_some(size)).to_json()).into())
    })
}

/// Writes how robust the conclusion is as canonical JSON into a new string at `*out`: where each threshold would
/// change it (`robustness`), and at which confidence (`confidence`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_judgment_write_robustness_json(
    judgment: *const colead_judgment,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |judgment: view(judgment), out: out(out)| {
        let judgment = &judgment.judgment;
        let (robustness, confidence) = (judgment.robustness().to_json(), judgment.confidence_flips().to_json());
        out.fill(canonical(&json!({ "robustness": robustness, "confidence": confidence })).into())
    })
}

/// Writes what to ask next, most telling first, as a canonical JSON list into a new string at `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_judgment_write_next_questions_json(
    judgment: *const colead_judgment,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |judgment: view(judgment), out: out(out)| {
        out.fill(canonical(&judgment.judgment.next_questions().iter().map(NextQuestion::to_json).collect()).into())
    })
}

/// One more owner of the same judgment, to be freed as well; never fails and copies nothing. Null for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_judgment_clone(judgment: *const colead_judgment) -> *mut colead_judgment {
    boundary!(or std::ptr::null_mut(), |judgment: another(judgment)| { Ok(judgment) })
}

/// Gives up one ownership of the judgment. Null is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_judgment_free(judgment: *mut colead_judgment) {
    boundary!(or(), |judgment: owned(judgment)| {
        drop(judgment);
        Ok(())
    })
}

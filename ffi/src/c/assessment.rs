//! The pipeline: evidence in, an assessment out, and the door through which a release leaves.

use super::boundary::boundary;
use super::error::colead_error;
use super::evidence::colead_evidence;
use super::framework::colead_framework;
use super::handle::{Handle, Shared};
use super::instrument::colead_instrument;
use super::release::colead_release;
use super::status::colead_status;
use super::string::colead_string;
use colead::Result;
use colead::assess::{Assessment, Project};
use colead::evidence::{Direction, Instrument};
use colead::json::canonical;
use colead::release::{DisclosurePolicy, Ledger};
use colead::rules::Framework;
use serde_json::{Value, json};
use std::ffi::c_char;

/// Everything that was found, immutable: the data owner's side. Only a release leaves.
pub struct colead_assessment {
    _private: [u8; 0],
}

impl Handle for colead_assessment {
    type Inner = Found;
    type Ownership = Shared;
}

/// What stands behind a `colead_assessment`.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) assessment: Assessment,
    /// The terms that the folder asks for.
    policy: DisclosurePolicy,
    unread: Vec<String>,
}

/// What a call of `colead_evidence_assess` may choose. Set `struct_size` and leave the rest zero for what the
/// folder's `colead.toml` says, or else the defaults.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct colead_assess_options {
    /// `sizeof(colead_assess_options)`.
    pub struct_size: usize,
    /// The framework, or null for the folder's or the built-in one.
    pub framework: *const colead_framework,
    /// The instrument that the responses answer, or null for the folder's.
    pub instrument: *const colead_instrument,
    /// Above 0.5 and below 1, or 0 for the folder's or the framework's own.
    pub confidence: f64,
    /// The seed of everything drawn, from 0 to 2^53 - 1, or null for the folder's or 0.
    pub seed: *const u64,
    /// Columns of `responses` to cut by, as a JSON list of texts such as `["tenure"]`, or null for the folder's.
    pub cuts: *const c_char,
    /// Its size.
    pub cuts_size: usize,
    /// Which end of a tie looks to the other: `source looks to target`, `target looks to source` or `undirected`; null
    /// for the folder's. Without any, measures of ties that depend on it are missing.
    pub direction: *const c_char,
    /// Its size.
    pub direction_size: usize,
    /// The day, such as `2024-06-30`, whose organization and memberships hold; null for the folder's or the latest rows.
    pub as_of: *const c_char,
    /// Its size.
    pub as_of_size: usize,
}

/// The choices of a caller, as references.
#[derive(Debug, Default)]
pub(crate) struct Choices<'a> {
    pub(crate) framework: Option<&'a Framework>,
    pub(crate) instrument: Option<&'a Instrument>,
    pub(crate) confidence: Option<f64>,
    pub(crate) seed: Option<u64>,
    pub(crate) cuts: Option<Vec<String>>,
    pub(crate) direction: Option<Direction>,
    pub(crate) as_of: Option<i64>,
}

fn assess(mut project: Project, choices: &Choices<'_>) -> Result<Found> {
    if let Some(instrument) = choices.instrument {
        project.options.instrument = Some(instrument.clone());
    }
    project.options.confidence = choices.confidence.or(project.options.confidence);
    project.options.seed = choices.seed.or(project.options.seed);
    if let Some(cuts) = &choices.cuts {
        project.options.cuts.clone_from(cuts);
    }
    project.options.as_of = choices.as_of.or(project.options.as_of);
    project.options.direction = choices.direction.or(project.options.direction);
    let policy = DisclosurePolicy::of_folder(&project.policy)?;
    Ok(Found { assessment: project.assess()?, policy, unread: project.unread })
}

/// Assesses the evidence into a new assessment at `*out`: every part of the evidence is optional, and what is
/// missing is named. A file `colead.toml` among the files names instrument, framework, confidence, seed and
/// policy; what `options`, which may be null, chooses wins over it.
///
/// Errors: `no_evidence`, `no_instrument` for responses without one, `unknown_table`, `unknown_unit`, and
/// every fault of a table with row and column (COLEAD_ERROR_INPUT); those of the instrument and framework
/// that `colead.toml` names (COLEAD_ERROR_RULEBOOK) and of its policy (COLEAD_ERROR_DISCLOSURE);
/// `bad_struct_size` and `newer_options` (COLEAD_ERROR_ARGUMENT).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_evidence_assess(
    evidence: *const colead_evidence,
    options: *const colead_assess_options,
    out: *mut *mut colead_assessment,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |evidence: view(evidence), options: choices(options), out: out(out)| {
        out.fill(assess(evidence.project(options.framework)?, &options)?)
    })
}

/// Writes every value known of every unit and challenge as a canonical JSON list of rows (`subject kind measure
/// value se n status origin`) into a new string at `*out`. It is the data owner's: nothing is suppressed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_assessment_write_measures_json(
    assessment: *const colead_assessment,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |assessment: view(assessment), out: out(out)| {
        out.fill(canonical(&Value::Array(assessment.assessment.measures())).into())
    })
}

/// Writes the names of the files that were not read, as a canonical JSON list, into a new string at `*out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_assessment_write_unread_json(
    assessment: *const colead_assessment,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |assessment: view(assessment), out: out(out)| {
        out.fill(canonical(&json!(assessment.unread)).into())
    })
}

/// Makes what may leave, as a new release at `*out`.
///
/// `policy`, when it is not empty, is a JSON object such as `{"min_group": 5, "purpose": "development"}` or
/// `{"unrestricted": true}`, with optional `coalition`, `pooling` and `interval`; else the terms of the folder's
/// `colead.toml`, or minimum group 5 and purpose `development`. `ledger`, when it is not empty, is what an earlier
/// release gave: pass it on from release to release, for two of them together can expose what neither does. Where
/// `ledger_out` is not null, it gets the ledger after this release in a new string.
///
/// Errors: `bad_policy`, `unknown_key`, `bad_ledger`, `other_format`, `other_library` and those of JSON (COLEAD_ERROR_INPUT);
/// `bad_min_group`, `bad_coalition`, `bad_interval`, `purpose_refused`, `unknown_purpose`, `difference_exposed`,
/// `range_exposed`, `cuts_changed`, `other_wave` and `audit_incomplete` (COLEAD_ERROR_DISCLOSURE): nothing leaves then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_assessment_release(
    assessment: *const colead_assessment,
    policy: *const c_char,
    policy_size: usize,
    ledger: *const c_char,
    ledger_size: usize,
    out: *mut *mut colead_release,
    ledger_out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |assessment: view(assessment),
                    policy: text_or_none(policy, policy_size),
                    ledger: text_or_none(ledger, ledger_size),
                    out: out(out),
                    ledger_out: out_or_none(ledger_out)| {
        let policy = policy.map_or_else(|| Ok(assessment.policy.clone()), DisclosurePolicy::from_json)?;
        let ledger = ledger.map_or_else(|| Ok(Ledger::new()), Ledger::from_json)?;
        let (release, ledger) = assessment.assessment.release(&policy, &ledger)?;
        let ledger = canonical(&ledger.to_json());
        out.fill(release)?;
        match ledger_out {
            Some(ledger_out) => ledger_out.fill(ledger.into()),
            None => Ok(()),
        }
    })
}

/// One more owner of the same assessment, to be freed as well; never fails and copies nothing. Null for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_assessment_clone(assessment: *const colead_assessment) -> *mut colead_assessment {
    boundary!(or std::ptr::null_mut(), |assessment: another(assessment)| { Ok(assessment) })
}

/// Gives up one ownership of the assessment. Null is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_assessment_free(assessment: *mut colead_assessment) {
    boundary!(or(), |assessment: owned(assessment)| {
        drop(assessment);
        Ok(())
    })
}

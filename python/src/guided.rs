//! Guided use: what some data could answer, and interviews that are filled in over several sittings.

use crate::call::run;
use crate::framework::Framework;
use crate::instrument::Instrument;
use colead::assess::AtHand;
use colead::interview::Form;
use colead::json;
use pyo3::prelude::*;
use serde_json::{Value, json};

/// What some data could answer, before they are collected: JSON and text.
#[pyfunction]
pub(crate) fn preflight(
    py: Python<'_>,
    framework: PyRef<'_, Framework>,
    at_hand: &str,
    instruments: Vec<Instrument>,
) -> PyResult<(String, String)> {
    let framework = framework.inner.clone();
    run(py, || {
        let mut at_hand = AtHand::from_json(at_hand)?;
        at_hand.instruments.extend(instruments.iter().map(|i| i.inner.as_ref().clone()));
        let found = framework.preflight(&at_hand)?;
        Ok((json::canonical(&found.to_json()), found.to_text()))
    })
}

/// An empty form: JSON and text.
#[pyfunction]
pub(crate) fn interview(
    py: Python<'_>,
    framework: PyRef<'_, Framework>,
    request: &str,
) -> PyResult<(String, String, String)> {
    let framework = framework.inner.clone();
    run(py, || Ok(told(&framework.interview_from_json(request)?)))
}

/// Several sittings, each a name and its JSON or text, as one: JSON, text and contradictions.
#[pyfunction]
pub(crate) fn read_interview(
    py: Python<'_>,
    framework: PyRef<'_, Framework>,
    sittings: Vec<(String, String)>,
) -> PyResult<(String, String, String)> {
    let framework = framework.inner.clone();
    run(py, || {
        let sittings: Vec<(&str, &str)> = sittings.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        Ok(told(&Form::read_all(&framework, &sittings)?))
    })
}

fn told(form: &Form) -> (String, String, String) {
    let contradictions: Value = form.contradictions().iter().map(|c| c.to_json()).collect();
    let (answered, asked) = form.progress();
    let progress = json!({ "answered": answered, "asked": asked, "contradictions": contradictions });
    (json::canonical(&form.to_json()), form.to_text(), json::canonical(&progress))
}

//! A judged question, told piece by piece as Python asks.

use crate::arguments::{Given, Measures};
use crate::call::{run, tell};
use crate::framework::Framework;
use colead::json;
use colead::measure::Ratings;
use colead::rules::{self, Answer, Status};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use serde_json::Value;
use std::sync::Arc;

type Components = Vec<(String, Vec<Ratings>)>;

/// What a judgment was made from, so that it can be made again in another process.
#[derive(Debug, Clone)]
pub(crate) enum Recipe {
    Judge {
        question: String,
        measures: Measures,
        confidence: Option<f64>,
    },
    Classify {
        facts: Vec<Ratings>,
        components: Components,
        confidence: Option<f64>,
    },
    /// Part of a whole, such as an assessment, which knows how to be made again.
    Elsewhere,
}

impl Recipe {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        match self {
            Recipe::Judge { question, measures, confidence } => {
                let given = PyDict::new(py);
                for (id, value) in measures {
                    match value {
                        Given::Missing => given.set_item(id, py.None())?,
                        Given::Number { value, se, n } => given.set_item(id, (value, se, n))?,
                        Given::Category(c) => given.set_item(id, c)?,
                    }
                }
                ("judge", question, given, confidence).into_pyobject(py)
            }
            Recipe::Classify { facts, components, confidence } => {
                let parts = PyDict::new(py);
                for (name, facts) in components {
                    parts.set_item(name, facts)?;
                }
                ("classify", facts, parts, confidence).into_pyobject(py)
            }
            Recipe::Elsewhere => ("elsewhere",).into_pyobject(py),
        }
    }
}

/// The native half of `colead.Judgment`.
#[pyclass(module = "colead._core", frozen)]
#[derive(Debug, Clone)]
pub(crate) struct Judgment {
    inner: rules::Judgment,
    framework: Framework,
    recipe: Arc<Recipe>,
}

impl Judgment {
    pub(crate) fn new(inner: rules::Judgment, framework: Framework, recipe: Recipe) -> Judgment {
        Judgment { inner, framework, recipe: Arc::new(recipe) }
    }

    fn document(&self, py: Python<'_>, make: impl FnOnce(&rules::Judgment) -> Value + Send) -> PyResult<String> {
        tell(py, || json::canonical(&make(&self.inner)))
    }
}

#[pymethods]
impl Judgment {
    #[getter]
    fn framework(&self) -> Framework {
        self.framework.clone()
    }

    /// What it was made from: `("judge" | "classify" | "elsewhere", ...)`.
    fn recipe<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        self.recipe.to_python(py)
    }

    #[getter]
    fn question(&self) -> &str {
        self.inner.question_id()
    }

    #[getter]
    fn confidence(&self) -> f64 {
        self.inner.confidence()
    }

    #[getter]
    fn status(&self) -> &'static str {
        self.inner.status().as_str()
    }

    #[getter]
    fn answer<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.inner.status() {
            Status::Answer(Answer::One(_)) => Ok(self.inner.answer().into_pyobject(py)?),
            Status::Answer(Answer::Each) => {
                let answer = PyDict::new(py);
                let options = self.inner.framework().find_question(self.inner.question_id()).ok();
                let question = options.and_then(|q| self.inner.framework().question(q));
                for (name, found) in question.iter().flat_map(|q| &q.options).zip(self.inner.options()) {
                    answer.set_item(name, found.verdict.as_str())?;
                }
                Ok(answer.into_any())
            }
            _ => Ok(py.None().into_bound(py)),
        }
    }

    #[getter]
    fn remaining(&self) -> Vec<&str> {
        self.inner.remaining()
    }

    #[getter]
    fn excluded(&self) -> Vec<&str> {
        self.inner.excluded()
    }

    #[getter]
    fn unvalidated(&self) -> bool {
        self.inner.unvalidated()
    }

    #[getter]
    fn flags(&self) -> Vec<String> {
        self.inner.flags().to_vec()
    }

    #[getter]
    fn parts(&self) -> Vec<(String, Judgment)> {
        let part = |(name, part): &(String, rules::Judgment)| {
            (name.clone(), Judgment::new(part.clone(), self.framework.clone(), Recipe::Elsewhere))
        };
        self.inner.parts().iter().map(part).collect()
    }

    fn headline(&self, py: Python<'_>) -> PyResult<String> {
        tell(py, || self.inner.headline())
    }

    fn because(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        tell(py, || self.inner.because())
    }

    fn explain(&self, py: Python<'_>, form: &str) -> PyResult<String> {
        run(py, || self.inner.explain_as(form))
    }

    fn explanation(&self, py: Python<'_>) -> PyResult<String> {
        self.document(py, rules::Judgment::explanation)
    }

    fn counterfactuals(&self, py: Python<'_>, freeze: Vec<String>) -> PyResult<String> {
        let freeze: Vec<&str> = freeze.iter().map(String::as_str).collect();
        let found = run(py, || self.inner.counterfactuals_with(&freeze))?;
        Ok(json::canonical(&found.iter().map(rules::Counterfactual::to_json).collect()))
    }

    fn evidence_needed(&self, py: Python<'_>, size: Option<u64>) -> PyResult<String> {
        self.document(py, |j| j.evidence_needed(size).to_json())
    }

    fn robustness(&self, py: Python<'_>) -> PyResult<String> {
        self.document(py, |j| j.robustness().to_json())
    }

    fn confidence_flips(&self, py: Python<'_>) -> PyResult<String> {
        self.document(py, |j| j.confidence_flips().to_json())
    }

    /// What informants differ on, and the judgment of each alone.
    fn informants(&self, py: Python<'_>) -> PyResult<String> {
        tell(py, || json::canonical(&self.inner.informants_json()))
    }

    fn next_questions(&self, py: Python<'_>) -> PyResult<String> {
        self.document(py, |j| j.next_questions().iter().map(rules::NextQuestion::to_json).collect())
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        self.document(py, rules::Judgment::to_json)
    }
}

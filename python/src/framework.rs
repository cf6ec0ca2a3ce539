//! A rulebook, and the questions put to it.

use crate::arguments::{self as args, Measures};
use crate::call::{Read, run, tell};
use crate::judgment::{Judgment, Recipe};
use crate::tables::{self, Table};
use colead::rules::{self, Framework as Rulebook};
use colead::{Error, assess, json};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use serde_json::Value;
use std::sync::Arc;

/// Where a framework came from: enough to make it again in another process.
#[derive(Debug, Clone)]
enum Source {
    Builtin,
    /// File names (or nothing) and texts.
    Files(Arc<Vec<(String, String)>>),
}

/// The native half of `colead.Framework`.
#[pyclass(module = "colead._core", frozen)]
#[derive(Debug, Clone)]
pub(crate) struct Framework {
    pub(crate) inner: Rulebook,
    source: Source,
}

impl Framework {
    /// A framework that was read from these files.
    pub(crate) fn of_files(inner: Rulebook, files: Vec<(String, String)>) -> Framework {
        Framework { inner, source: Source::Files(Arc::new(files)) }
    }
}

#[pymethods]
impl Framework {
    /// The framework that ships with the library, read once a process.
    #[staticmethod]
    pub(crate) fn builtin(py: Python<'_>) -> PyResult<Framework> {
        static BUILTIN: PyOnceLock<Framework> = PyOnceLock::new();
        if let Some(found) = BUILTIN.get(py) {
            return Ok(found.clone());
        }
        // Made before the lock is taken: one that is being filled while another thread forks would never open in
        // the child. Two threads may make it at the same time; one is kept.
        let made = Framework { inner: run(py, Rulebook::builtin)?, source: Source::Builtin };
        Ok(BUILTIN.get_or_init(py, || made).clone())
    }

    /// A framework from files, each a name and its text.
    #[staticmethod]
    fn from_files(py: Python<'_>, files: Vec<(String, String)>) -> PyResult<Framework> {
        let inner = run(py, || {
            let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
            Rulebook::from_files(&files)
        })?;
        Ok(Framework::of_files(inner, files))
    }

    /// The files it was read from; None for the built-in framework.
    fn sources(&self) -> Option<Vec<(String, String)>> {
        match &self.source {
            Source::Builtin => None,
            Source::Files(files) => Some(files.as_ref().clone()),
        }
    }

    #[getter]
    fn id(&self) -> &str {
        self.inner.id()
    }

    #[getter]
    fn version(&self) -> &str {
        self.inner.version()
    }

    #[getter]
    fn title(&self) -> &str {
        self.inner.title()
    }

    #[getter]
    fn sha256(&self) -> &str {
        self.inner.sha256()
    }

    #[getter]
    fn logic_sha256(&self) -> &str {
        self.inner.logic_sha256()
    }

    #[getter]
    fn confidence(&self) -> f64 {
        self.inner.confidence()
    }

    /// How many measures, questions and rules it has.
    #[getter]
    fn sizes(&self) -> (usize, usize, usize) {
        (self.inner.measures().len(), self.inner.questions().len(), self.inner.rules().len())
    }

    /// Its `concepts`, `prompts`, `measures`, `questions`, `rules`, `levers` or `warnings`, as a JSON list.
    fn catalogue(&self, py: Python<'_>, what: &str) -> PyResult<String> {
        run(py, || {
            let f = &self.inner;
            let list: Vec<Value> = match what {
                "concepts" => f.catalogue().concepts().iter().map(|c| c.to_json()).collect(),
                "prompts" => f.catalogue().prompts().iter().map(|p| p.to_json()).collect(),
                "measures" => f.measures().iter().map(rules::Measure::to_json).collect(),
                "questions" => f.questions().iter().map(rules::Question::to_json).collect(),
                "rules" => f.rules().iter().map(|r| r.to_json(f)).collect(),
                "levers" => f.levers().iter().map(|l| l.to_json(f)).collect(),
                "warnings" => f.warnings().iter().map(colead::Diagnostic::to_json).collect(),
                _ => return Err(Error::input("unknown_name", format!("unknown catalogue `{what}`")).at("what")),
            };
            Ok(json::canonical(&Value::Array(list)))
        })
    }

    /// The criteria by which a challenge may be described.
    fn criteria(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        tell(py, || assess::criteria(&self.inner).map(|m| m.id.clone()).collect())
    }

    #[pyo3(signature = (question, measures, confidence=None))]
    fn judge(
        &self,
        py: Python<'_>,
        question: &Bound<'_, PyAny>,
        measures: &Bound<'_, PyAny>,
        confidence: Option<&Bound<'_, PyAny>>,
    ) -> Read<Judgment> {
        let question = args::text(question, "question")?;
        let measures = args::measures(measures)?;
        let confidence = args::confidence(confidence)?;
        let inner = run(py, || judge(&self.inner, &question, &measures, confidence))?;
        Ok(Judgment::new(inner, self.clone(), Recipe::Judge { question, measures, confidence }))
    }

    /// This version beside a newer one over cases (a JSON document), or over the rules' own tests: JSON and text.
    #[pyo3(signature = (new, cases=None))]
    fn diff(&self, py: Python<'_>, new: &Framework, cases: Option<&str>) -> PyResult<(String, String)> {
        run(py, || {
            let cases = cases.map(rules::Told::from_json).transpose()?.unwrap_or_default();
            let diff = self.inner.diff(&new.inner, &cases);
            Ok((json::canonical(&diff.to_json()), diff.to_text()))
        })
    }

    /// A plan (TOML or JSON) held against a diagnosis (JSON): JSON and text.
    #[pyo3(signature = (plan, diagnosis, confidence=None))]
    fn lint(
        &self,
        py: Python<'_>,
        plan: &str,
        diagnosis: &str,
        confidence: Option<&Bound<'_, PyAny>>,
    ) -> Read<(String, String)> {
        let confidence = args::confidence(confidence)?;
        Ok(run(py, || {
            let diagnosis = rules::Diagnosis::from_json(&self.inner, diagnosis)?;
            let plan = rules::Plan::from_text(plan)?;
            let lint = self.inner.lint(&plan, &diagnosis, confidence)?;
            Ok((json::canonical(&lint.to_json()), lint.to_text()))
        })?)
    }

    /// What is offered for a diagnosis (JSON), as a JSON list.
    #[pyo3(signature = (diagnosis, confidence=None))]
    fn suggest(&self, py: Python<'_>, diagnosis: &str, confidence: Option<&Bound<'_, PyAny>>) -> Read<String> {
        let confidence = args::confidence(confidence)?;
        Ok(run(py, || {
            let diagnosis = rules::Diagnosis::from_json(&self.inner, diagnosis)?;
            let offered = self.inner.suggest(&diagnosis, confidence)?;
            Ok(json::canonical(&offered.iter().map(|s| s.to_json(&self.inner)).collect::<Value>()))
        })?)
    }

    /// The changes that no test of a rule notices: JSON and text.
    fn mutants(&self, py: Python<'_>) -> PyResult<(String, String)> {
        run(py, || {
            let report = self.inner.mutants();
            Ok((json::canonical(&report.to_json()), report.to_text()))
        })
    }

    #[pyo3(signature = (facts, components=None, confidence=None))]
    fn classify(
        &self,
        py: Python<'_>,
        facts: &Bound<'_, PyAny>,
        components: Option<&Bound<'_, PyAny>>,
        confidence: Option<&Bound<'_, PyAny>>,
    ) -> Read<Judgment> {
        let facts = args::facts(facts, "facts")?;
        let components = args::components(components)?;
        let confidence = args::confidence(confidence)?;
        let inner = run(py, || {
            assess::classify_challenge(&self.inner, &facts, &components, confidence).map_err(|e| {
                let about_whole = matches!(e.code(), "unknown_criterion" | "out_of_range" | "not_finite");
                if about_whole && !e.path().starts_with("components") {
                    let path = format!("facts, {}", e.path());
                    return e.at(path);
                }
                e
            })
        })?;
        Ok(Judgment::new(inner, self.clone(), Recipe::Classify { facts, components, confidence }))
    }

    #[pyo3(signature = (table, questions=None, confidence=None))]
    fn judge_table(
        &self,
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        questions: Option<&Bound<'_, PyAny>>,
        confidence: Option<&Bound<'_, PyAny>>,
    ) -> Read<Table> {
        let questions = args::texts(questions, "questions")?;
        let confidence = args::confidence(confidence)?;
        let table = tables::read(table, "table")?;
        let out = run(py, || {
            let names: Option<Vec<&str>> = questions.as_ref().map(|q| q.iter().map(String::as_str).collect());
            self.inner.judge_table(&table, names.as_deref(), confidence).map_err(|e| named(e, "questions"))
        })?;
        Ok(Table::from(out))
    }
}

fn judge(
    framework: &Rulebook,
    question: &str,
    measures: &Measures,
    confidence: Option<f64>,
) -> colead::Result<rules::Judgment> {
    framework.find_question(question).map_err(|e| named(e, "question"))?;
    framework.judge(question, &args::case(framework, measures)?, confidence)
}

/// An unknown question stands in the argument, not in the rulebook.
fn named(error: Error, argument: &str) -> Error {
    if error.code() == "unknown_question" { error.at(argument) } else { error }
}

/// The grammar of rulebooks as JSON Schema.
#[pyfunction]
pub(crate) fn schema(py: Python<'_>) -> PyResult<String> {
    tell(py, || json::canonical(&rules::schema()))
}

/// Every diagnostic of a rulebook, each file a name and its text, as a JSON list.
#[pyfunction]
pub(crate) fn check(py: Python<'_>, files: Vec<(String, String)>) -> PyResult<String> {
    tell(py, || {
        let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        let found: Vec<Value> = rules::check_files(&files).iter().map(colead::Diagnostic::to_json).collect();
        json::canonical(&Value::Array(found))
    })
}

/// Several frameworks over one case (a JSON document): JSON and text.
#[pyfunction]
pub(crate) fn compare(py: Python<'_>, frameworks: Vec<Py<Framework>>, case: &str) -> PyResult<(String, String)> {
    let frameworks: Vec<Rulebook> = frameworks.iter().map(|f| f.get().inner.clone()).collect();
    run(py, || {
        let all: Vec<&Rulebook> = frameworks.iter().collect();
        let found = rules::compare(&all, &rules::Told::one_from_json(case)?)?;
        Ok((json::canonical(&found.to_json()), found.to_text()))
    })
}

/// The files of a new framework, as a JSON object from name to text.
#[pyfunction]
pub(crate) fn starter(py: Python<'_>, id: &str) -> PyResult<String> {
    run(py, || {
        let files = rules::starter(id)?.into_iter().map(|(name, text)| (name.to_owned(), Value::from(text)));
        Ok(json::canonical(&Value::Object(files.collect())))
    })
}

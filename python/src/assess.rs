//! The pipeline: a folder or tables in, an assessment out, and the door through which a release leaves.

use crate::arguments as args;
use crate::call::{Read, run, tell};
use crate::framework::Framework;
use crate::instrument::Instrument;
use crate::judgment::{Judgment, Recipe};
use crate::release::{DisclosurePolicy, Ledger};
use crate::results::{As, documents};
use crate::tables::{self, Table};
use colead::assess::{Assessment as Assessed, Options, PolicySettings, Project, day_of};
use colead::evidence::{Direction, Evidence, Table as Input};
use colead::measure::{Kind, to_table};
use colead::release::DisclosurePolicy as Policy;
use colead::rules::Framework as Rulebook;
use colead::{Error, Result, json};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyDict;
use serde_json::{Value, json};
use std::sync::Arc;

type Files = Vec<(String, PyBackedBytes)>;

/// The native half of `colead.Assessment`: the data owner's side.
#[pyclass(module = "colead._core", frozen)]
pub(crate) struct Assessment {
    inner: Assessed,
    framework: Framework,
    policy: Policy,
    unread: Vec<String>,
    /// What it was made from, so that it can be made again in another process.
    files: Files,
    tables: Vec<(String, Arc<Input>)>,
    instrument: Option<Instrument>,
    own_framework: Option<Framework>,
    confidence: Option<f64>,
    seed: Option<u64>,
    cuts: Option<Vec<String>>,
    direction: Option<String>,
    as_of: Option<String>,
}

#[pyfunction]
#[pyo3(signature = (files, tables, framework=None, instrument=None, confidence=None, seed=None, cuts=None, direction=None, as_of=None))]
#[allow(clippy::too_many_arguments, reason = "one a keyword of the Python function")]
pub(crate) fn assess(
    py: Python<'_>,
    files: Files,
    tables: &Bound<'_, PyDict>,
    framework: Option<PyRef<'_, Framework>>,
    instrument: Option<Instrument>,
    confidence: Option<&Bound<'_, PyAny>>,
    seed: Option<&Bound<'_, PyAny>>,
    cuts: Option<Vec<String>>,
    direction: Option<String>,
    as_of: Option<String>,
) -> Read<Assessment> {
    let confidence = args::confidence(confidence)?;
    let seed = args::seed(seed)?;
    let own_framework = framework.map(|f| f.clone());
    let builtin = Framework::builtin(py)?;
    let mut given: Vec<(String, Arc<Input>)> = Vec::new();
    for (name, table) in tables {
        if !table.is_none() {
            let name: String = name.extract()?;
            let table = tables::read(&table, &name)?;
            given.push((name, Arc::new(table)));
        }
    }
    let (inner, framework, policy, unread) = run(py, || {
        let mut project = project(&files, &builtin.inner, own_framework.as_ref().map(|f| &f.inner))?;
        for (name, table) in &given {
            project.evidence.insert(name, table.as_ref().clone())?;
        }
        if let Some(instrument) = &instrument {
            project.options.instrument = Some(instrument.inner.as_ref().clone());
        }
        project.options.confidence = confidence.or(project.options.confidence);
        project.options.seed = seed.or(project.options.seed);
        if let Some(cuts) = &cuts {
            project.options.cuts.clone_from(cuts);
        }
        if let Some(direction) = &direction {
            project.options.direction = Some(Direction::parse(direction)?);
        }
        if let Some(day) = &as_of {
            project.options.as_of = Some(day_of(day)?);
        }
        let assessed = project.assess()?;
        let framework = match &own_framework {
            Some(own) => own.clone(),
            None if project.framework.sha256() == builtin.inner.sha256() => builtin.clone(),
            None => of_folder(&project.framework, &files),
        };
        Ok((assessed, framework, Policy::of_folder(&project.policy)?, project.unread))
    })?;
    let tables = given;
    Ok(Assessment {
        inner,
        framework,
        policy,
        unread,
        files,
        tables,
        instrument,
        own_framework,
        confidence,
        seed,
        cuts,
        direction,
        as_of,
    })
}

fn project(files: &Files, builtin: &Rulebook, own: Option<&Rulebook>) -> Result<Project> {
    if files.is_empty() {
        return Ok(Project {
            framework: own.unwrap_or(builtin).clone(),
            evidence: Evidence::default(),
            options: Options::default(),
            policy: PolicySettings::default(),
            unread: Vec::new(),
        });
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_ref())).collect();
    Project::read(&files, own)
}

/// The framework that a folder brought with it, with the file it came from: the one that says the same.
fn of_folder(framework: &Rulebook, files: &Files) -> Framework {
    let texts = files.iter().filter_map(|(name, bytes)| Some((name, std::str::from_utf8(bytes).ok()?)));
    let same = |text: &str, name: &str| {
        Rulebook::from_files(&[(name, text)]).is_ok_and(|found| found.sha256() == framework.sha256())
    };
    let found = texts.into_iter().find(|(name, text)| same(text, name));
    let files = found.map(|(name, text)| (name.clone(), text.to_owned())).into_iter().collect();
    Framework::of_files(framework.clone(), files)
}

#[pymethods]
impl Assessment {
    /// The arguments of `assess` that make it again.
    #[allow(clippy::type_complexity)]
    fn recipe<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let recipe = PyDict::new(py);
        let files: Vec<(&str, &PyBackedBytes)> = self.files.iter().map(|(n, b)| (n.as_str(), b)).collect();
        recipe.set_item("files", files)?;
        let tables = PyDict::new(py);
        for (name, table) in &self.tables {
            tables.set_item(name, Table { inner: Arc::clone(table) })?;
        }
        recipe.set_item("tables", tables)?;
        recipe.set_item("framework", self.own_framework.clone())?;
        recipe.set_item("instrument", self.instrument.clone())?;
        recipe.set_item("confidence", self.confidence)?;
        recipe.set_item("seed", self.seed)?;
        recipe.set_item("cuts", self.cuts.clone())?;
        recipe.set_item("direction", self.direction.clone())?;
        recipe.set_item("as_of", self.as_of.clone())?;
        Ok(recipe)
    }

    #[getter]
    fn framework(&self) -> Framework {
        self.framework.clone()
    }

    /// The terms that the folder names, or the usual ones.
    #[getter]
    fn policy(&self) -> DisclosurePolicy {
        DisclosurePolicy { inner: self.policy.clone() }
    }

    /// Files of the folder that were not read.
    #[getter]
    fn unread(&self) -> Vec<String> {
        self.unread.clone()
    }

    #[getter]
    fn notes(&self) -> Vec<String> {
        self.inner.notes().to_vec()
    }

    #[getter]
    fn units(&self) -> Vec<String> {
        self.inner.units().names().to_vec()
    }

    /// Kind and name of every unit and challenge that was judged.
    #[getter]
    fn subjects(&self) -> Vec<(&'static str, String)> {
        self.inner.subjects().iter().map(|a| (a.subject.kind(), a.subject.to_string())).collect()
    }

    fn manifest(&self, py: Python<'_>) -> PyResult<String> {
        tell(py, || json::canonical(&self.inner.manifest().to_json()))
    }

    fn measures(&self, py: Python<'_>) -> PyResult<Table> {
        run(py, || {
            let mut rows = self.inner.measures();
            for row in &mut rows {
                if let Value::Object(map) = row
                    && map.get("value").is_some_and(Value::is_string)
                    && let Some(category) = map.insert("value".to_owned(), Value::Null)
                {
                    map.insert("category".to_owned(), category);
                }
            }
            let keys = [
                ("subject", As::Text),
                ("kind", As::Text),
                ("measure", As::Text),
                ("value", As::Float),
                ("category", As::Text),
                ("se", As::Float),
                ("n", As::Int),
                ("status", As::Text),
                ("origin", As::Text),
            ];
            documents("measures", &rows, &keys).map(Table::from)
        })
    }

    fn scores(&self, py: Python<'_>) -> PyResult<Table> {
        run(py, || {
            to_table(
                "scores",
                self.inner.scores(),
                Kind::Scale,
                !self.inner.manifest().waves.iter().all(String::is_empty),
            )
            .map(Table::from)
        })
    }

    fn judgments(&self, py: Python<'_>) -> PyResult<Table> {
        run(py, || {
            let mut rows = Vec::new();
            for a in self.inner.subjects() {
                for j in &a.judgments {
                    rows.push(json!({
                        "subject": a.subject.to_string(), "kind": a.subject.kind(), "question": j.question_id(),
                        "status": j.status().as_str(), "answer": answer_text(&j.answer_json()),
                        "headline": j.headline(), "unvalidated": j.unvalidated(),
                    }));
                }
            }
            let keys = [
                ("subject", As::Text),
                ("kind", As::Text),
                ("question", As::Text),
                ("status", As::Text),
                ("answer", As::Text),
                ("headline", As::Text),
                ("unvalidated", As::Bool),
            ];
            documents("judgments", &rows, &keys).map(Table::from)
        })
    }

    /// The judgment of a unit or challenge on a question.
    fn judgment(&self, subject: &Bound<'_, PyAny>, question: &Bound<'_, PyAny>) -> Read<Judgment> {
        let subject = args::text(subject, "subject")?;
        let question = args::text(question, "question")?;
        if let Some(found) = self.inner.judgment(&subject, &question) {
            return Ok(Judgment::new(found.clone(), self.framework.clone(), Recipe::Elsewhere));
        }
        let mut of_subject = self.inner.subjects().iter().filter(|a| a.subject.to_string() == subject).peekable();
        if of_subject.peek().is_none() {
            let error = Error::input("unknown_subject", format!("no judgment of `{subject}`"));
            return Err(error.at("subject").help("see `.judgments` for the units and challenges judged").into());
        }
        let known: Vec<String> =
            of_subject.flat_map(|a| &a.judgments).map(|j| format!("`{}`", j.question_id())).collect();
        let error = Error::input("unknown_question", format!("no judgment of `{subject}` on `{question}`"));
        Err(error.at("question").help(format!("known: {}", known.join(", "))).into())
    }

    /// What the evidence could ever answer: JSON and text.
    fn preflight(&self, py: Python<'_>) -> PyResult<(String, String)> {
        tell(py, || {
            let found = self.inner.preflight();
            (json::canonical(&found.to_json()), found.to_text())
        })
    }

    /// What to ask next, by whom to ask.
    fn agenda(&self, py: Python<'_>) -> PyResult<String> {
        tell(py, || json::canonical(&self.inner.agenda().to_json()))
    }

    /// What may leave: the release as JSON and as text, its explanations (subject, question, text), and the ledger.
    #[allow(clippy::type_complexity)]
    #[pyo3(signature = (policy=None, ledger=None))]
    fn release(
        &self,
        py: Python<'_>,
        policy: Option<DisclosurePolicy>,
        ledger: Option<Ledger>,
    ) -> PyResult<(String, (String, String), Vec<(String, String, String)>, Ledger)> {
        run(py, || {
            let policy = policy.map_or_else(|| self.policy.clone(), |p| p.inner);
            let ledger = ledger.map(|l| l.inner).unwrap_or_default();
            let (release, ledger) = self.inner.release(&policy, &ledger)?;
            let explanations = release.judgments().iter().map(|j| {
                let text = release.explain(&j.subject, &j.question)?;
                Ok((j.subject.clone(), j.question.clone(), text.to_owned()))
            });
            let explanations = explanations.collect::<Result<_>>()?;
            let texts = (release.to_text(), release.sheet());
            Ok((json::canonical(&release.to_json()), texts, explanations, Ledger { inner: ledger }))
        })
    }
}

/// An answer in one text: the option or level, or the holding options joined by `; `, as tables of judgments have it.
fn answer_text(answer: &Value) -> Option<String> {
    match answer {
        Value::String(s) => Some(s.clone()),
        Value::Object(each) => {
            let held: Vec<&str> = each.iter().filter(|(_, v)| *v == "holds").map(|(k, _)| k.as_str()).collect();
            (!held.is_empty()).then(|| held.join("; "))
        }
        _ => None,
    }
}

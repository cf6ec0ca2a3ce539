//! A questionnaire.

use crate::call::{Read, run};
use crate::tables::{self, Table};
use colead::evidence::{Instrument as Questionnaire, Item, MissingRule, Scale, SurveyMap};
use colead::json;
use pyo3::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

/// The native half of `colead.Instrument`.
#[pyclass(module = "colead._core", frozen, from_py_object)]
#[derive(Debug, Clone)]
pub(crate) struct Instrument {
    pub(crate) inner: Arc<Questionnaire>,
    /// The file name, or nothing for text that came without one; None for one that ships with the library.
    source: Option<(String, Arc<str>)>,
}

impl Instrument {
    fn keyed(&self, columns: Option<&str>) -> colead::Result<SurveyMap> {
        columns.map_or_else(|| Ok(self.inner.map()), |text| SurveyMap::from_toml("columns", text, &self.inner))
    }
}

#[pymethods]
impl Instrument {
    #[staticmethod]
    fn builtin(py: Python<'_>, id: &Bound<'_, PyAny>) -> Read<Instrument> {
        let id = crate::arguments::text(id, "id")?;
        let inner = run(py, || Questionnaire::builtin(&id).map_err(|e| e.at("id")))?;
        Ok(Instrument { inner: Arc::new(inner), source: None })
    }

    /// An instrument from the text of a file, TOML or JSON.
    #[staticmethod]
    fn from_file(py: Python<'_>, name: String, text: &str) -> PyResult<Instrument> {
        let inner = run(py, || Questionnaire::from_file(&name, text))?;
        Ok(Instrument { inner: Arc::new(inner), source: Some((name, text.into())) })
    }

    /// File name and text; None for one that ships with the library.
    fn source(&self) -> Option<(String, String)> {
        self.source.as_ref().map(|(name, text)| (name.clone(), text.to_string()))
    }

    /// The same instrument with its texts in another language.
    fn in_language(&self, py: Python<'_>, language: &Bound<'_, PyAny>) -> Read<Instrument> {
        let language = crate::arguments::text(language, "language")?;
        let inner = run(py, || self.inner.in_language(&language))?;
        // A file of its own: the text it was read from says another language.
        let text = json::canonical(&inner.to_json());
        Ok(Instrument { inner: Arc::new(inner), source: Some((String::new(), text.into())) })
    }

    #[getter]
    fn language(&self) -> &str {
        self.inner.language()
    }

    /// The other languages it has texts in.
    #[getter]
    fn languages(&self) -> Vec<&str> {
        self.inner.languages().collect()
    }

    /// An instrument of a table in which an existing survey defines its scales; settings are a JSON document.
    #[staticmethod]
    fn from_definitions(py: Python<'_>, table: &Bound<'_, PyAny>, settings: &str) -> Read<Instrument> {
        let table = tables::read(table, "definitions")?;
        let inner = run(py, || Questionnaire::from_definitions_json(&table, settings))?;
        let text = json::canonical(&inner.to_json());
        Ok(Instrument { inner: Arc::new(inner), source: Some((String::new(), text.into())) })
    }

    /// How it is keyed, as a JSON list; `columns` is a JSON document of columns and their items.
    #[pyo3(signature = (columns=None))]
    fn map(&self, py: Python<'_>, columns: Option<&str>) -> PyResult<String> {
        run(py, || Ok(json::canonical(&self.keyed(columns)?.to_json())))
    }

    /// An export with its columns named as the items are.
    #[pyo3(signature = (export, columns=None))]
    fn apply_map(&self, py: Python<'_>, export: &Bound<'_, PyAny>, columns: Option<&str>) -> Read<Table> {
        let export = tables::read(export, "export")?;
        Ok(run(py, || self.keyed(columns)?.apply(&export).map(Table::from))?)
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
    fn license(&self) -> &str {
        self.inner.license()
    }

    #[getter]
    fn validated(&self) -> bool {
        self.inner.validated()
    }

    #[getter]
    fn options(&self) -> (i64, i64) {
        self.inner.options()
    }

    #[getter]
    fn labels(&self) -> Vec<String> {
        self.inner.labels().to_vec()
    }

    #[getter]
    fn dont_know(&self) -> Vec<i64> {
        self.inner.dont_know().to_vec()
    }

    #[getter]
    fn pairs(&self) -> Vec<(String, String)> {
        self.inner.pairs().to_vec()
    }

    #[getter]
    fn missing_rule<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.inner.missing_rule() {
            MissingRule::Answered(k) => Ok(k.into_pyobject(py)?.into_any()),
            rule => Ok(rule.as_str().into_pyobject(py)?.into_any()),
        }
    }

    #[getter]
    fn logic_sha256(&self, py: Python<'_>) -> PyResult<String> {
        crate::call::tell(py, || self.inner.logic_sha256())
    }

    /// Its scales, as a JSON list.
    fn scales(&self) -> String {
        let scale = |s: &Scale| {
            json!({
                "id": s.id, "title": s.title, "items": s.items, "referent": s.referent.map(|r| r.as_str()),
                "composition": s.composition.map(|c| c.as_str()), "concepts": s.concepts, "lo": s.lo, "hi": s.hi,
                "favorable": [s.favorable.0, s.favorable.1],
            })
        };
        json::canonical(&Value::Array(self.inner.scales().iter().map(scale).collect()))
    }

    /// Its items, as a JSON list.
    fn items(&self) -> String {
        let item = |i: &Item| {
            json!({
                "id": i.id, "text": i.text, "referent": i.referent.map(|r| r.as_str()), "lo": i.lo, "hi": i.hi,
                "reversed": i.reversed,
            })
        };
        json::canonical(&Value::Array(self.inner.items().iter().map(item).collect()))
    }
}

//! The terms of a release, and the memory of what left.

use crate::arguments as args;
use crate::call::{Read, run};
use colead::release::{DisclosurePolicy as Policy, Entry, Ledger as Memory, audit_documents};
use colead::{Error, json};
use pyo3::prelude::*;
use serde_json::{Value, json};

/// The native half of `colead.DisclosurePolicy`.
#[pyclass(module = "colead._core", frozen, from_py_object)]
#[derive(Debug, Clone)]
pub(crate) struct DisclosurePolicy {
    pub(crate) inner: Policy,
}

#[pymethods]
impl DisclosurePolicy {
    #[new]
    fn new(
        py: Python<'_>,
        min_group: &Bound<'_, PyAny>,
        purpose: &Bound<'_, PyAny>,
        coalition: &Bound<'_, PyAny>,
        pooling: bool,
        interval: Option<f64>,
    ) -> Read<DisclosurePolicy> {
        let min_group = people(min_group, "min_group", "bad_min_group", "give a whole number from 2, such as 5")?;
        let coalition = people(coalition, "coalition", "bad_coalition", "give 0, 1 or 2")?;
        let purpose = args::text(purpose, "purpose")?;
        let inner = run(py, || {
            let policy = Policy::new(min_group, &purpose)?.with_coalition(coalition)?.with_pooling(pooling);
            interval.map_or(Ok(policy.clone()), |width| policy.with_interval(width))
        })?;
        Ok(DisclosurePolicy { inner })
    }

    #[staticmethod]
    fn unrestricted() -> DisclosurePolicy {
        DisclosurePolicy { inner: Policy::unrestricted() }
    }

    #[getter]
    fn min_group(&self) -> u64 {
        self.inner.min_group()
    }

    #[getter]
    fn purpose(&self) -> &str {
        self.inner.purpose()
    }

    #[getter]
    fn coalition(&self) -> u64 {
        self.inner.coalition()
    }

    #[getter]
    fn pooling(&self) -> bool {
        self.inner.pooling()
    }

    #[getter]
    fn interval(&self) -> Option<f64> {
        self.inner.interval()
    }

    #[getter]
    fn is_unrestricted(&self) -> bool {
        self.inner.is_unrestricted()
    }

    fn to_json(&self) -> String {
        json::canonical(&self.inner.to_json())
    }
}

fn people(value: &Bound<'_, PyAny>, name: &str, code: &'static str, help: &'static str) -> Read<u64> {
    match args::number(value, name, help)? {
        Some(k) if k.fract() == 0.0 && (0.0..=1e6).contains(&k) => Ok(k as u64),
        Some(k) => {
            let what = if name == "coalition" { "coalition" } else { "minimum group" };
            let error = Error::disclosure(code, format!("the {what} `{k}` is no number of people"));
            Err(error.at(name).help(help).into())
        }
        None => Err(args::wrong_type(value, name, "a whole number", help)),
    }
}

/// The native half of `colead.Ledger`.
#[pyclass(module = "colead._core", frozen, from_py_object)]
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    pub(crate) inner: Memory,
}

#[pymethods]
impl Ledger {
    #[new]
    fn new() -> Ledger {
        Ledger { inner: Memory::new() }
    }

    #[staticmethod]
    fn from_json(py: Python<'_>, text: &Bound<'_, PyAny>) -> Read<Ledger> {
        let text = args::text(text, "ledger")?;
        Ok(Ledger { inner: run(py, || Memory::from_json(&text))? })
    }

    #[getter]
    fn version(&self) -> u64 {
        self.inner.version()
    }

    /// What left, as a JSON list.
    fn entries(&self) -> String {
        let row = |e: Entry| {
            json!({
                "wave": e.wave, "unit": e.unit, "cut": e.cut, "category": e.category, "n": e.n, "purpose": e.purpose,
            })
        };
        json::canonical(&Value::Array(self.inner.entries().into_iter().map(row).collect()))
    }

    /// The ledger that takes the place of this one.
    fn advance(&self, py: Python<'_>, next: &Ledger) -> Read<Ledger> {
        let (mut stored, next) = (self.inner.clone(), next.inner.clone());
        Ok(Ledger { inner: run(py, || stored.advance(next).map(|()| stored))? })
    }

    /// How many cells of waves left.
    fn __len__(&self) -> usize {
        self.inner.entries().len()
    }

    fn to_json(&self) -> String {
        json::canonical(&self.inner.to_json())
    }
}

/// Audits tables or ledgers, as a JSON object in and out.
#[pyfunction]
pub(crate) fn audit(py: Python<'_>, text: &Bound<'_, PyAny>) -> Read<String> {
    let text = args::text(text, "audit")?;
    Ok(run(py, || Ok(json::canonical(&audit_documents(&text)?)))?)
}

//! The terms of a release, and the memory of what left.

use crate::arguments as args;
use crate::call::{Read, run};
use colead::release::{DisclosurePolicy as Policy, Ledger as Memory};
use colead::{Error, json};
use pyo3::prelude::*;

/// The native half of `colead.DisclosurePolicy`.
#[pyclass(module = "colead._core", frozen, from_py_object)]
#[derive(Debug, Clone)]
pub(crate) struct DisclosurePolicy {
    pub(crate) inner: Policy,
}

#[pymethods]
impl DisclosurePolicy {
    #[new]
    fn new(py: Python<'_>, min_group: &Bound<'_, PyAny>, purpose: &Bound<'_, PyAny>) -> Read<DisclosurePolicy> {
        const HELP: &str = "give a whole number from 2, such as 5";
        let min_group = match args::number(min_group, "min_group", HELP)? {
            Some(k) if k.fract() == 0.0 && (0.0..=1e6).contains(&k) => k as u64,
            Some(k) => {
                let error =
                    Error::disclosure("bad_min_group", format!("the minimum group `{k}` is no number of people"));
                return Err(error.at("min_group").help(HELP).into());
            }
            None => return Err(args::wrong_type(min_group, "min_group", "a whole number", HELP)),
        };
        let purpose = args::text(purpose, "purpose")?;
        Ok(DisclosurePolicy { inner: run(py, || Policy::new(min_group, &purpose))? })
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
    fn is_unrestricted(&self) -> bool {
        self.inner.is_unrestricted()
    }

    fn to_json(&self) -> String {
        json::canonical(&self.inner.to_json())
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

    /// How many units of waves left.
    fn __len__(&self) -> usize {
        self.inner.entries().len()
    }

    fn to_json(&self) -> String {
        json::canonical(&self.inner.to_json())
    }
}

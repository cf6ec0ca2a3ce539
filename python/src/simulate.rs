//! Organizations with known truth.

use crate::arguments as args;
use crate::call::{Read, run};
use colead::evidence::Table as Evidence;
use colead::json;
use colead::simulate::{self, Simulated, Spec};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

type Made<'py> = (Vec<(String, Bound<'py, PyBytes>)>, String);

fn told<'py>(py: Python<'py>, made: Simulated) -> Made<'py> {
    let files = made.files.into_iter().map(|(name, bytes)| (name, PyBytes::new(py, &bytes))).collect();
    (files, json::canonical(&made.truth))
}

/// An organization made from a specification in JSON: its files and its truth.
#[pyfunction]
pub(crate) fn simulate_spec<'py>(py: Python<'py>, spec: &str) -> PyResult<Made<'py>> {
    let made = run(py, || simulate::organization(&Spec::from_toml(spec)?))?;
    Ok(told(py, made))
}

/// The shipped example with a seed of one's own: its files and its truth.
#[pyfunction]
#[pyo3(signature = (seed=None))]
pub(crate) fn simulate_harbour<'py>(py: Python<'py>, seed: Option<&Bound<'py, PyAny>>) -> Read<Made<'py>> {
    let seed = args::seed(seed)?.unwrap_or(20);
    let made = run(py, || simulate::harbour(seed))?;
    Ok(told(py, made))
}

/// A CSV file as a table.
#[pyfunction]
pub(crate) fn read_csv(py: Python<'_>, name: &str, data: &[u8]) -> PyResult<crate::tables::Table> {
    run(py, || Evidence::from_csv(name, data)).map(crate::tables::Table::from)
}

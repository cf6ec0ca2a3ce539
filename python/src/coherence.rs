//! Coherence and concordance: facets of evidence, measured.

use crate::call::{Read, run};
use crate::tables::{self, Table};
use colead::assess::read_facets;
use colead::evidence::Evidence;
use colead::measure::concordance::facets_to_table;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Measures tables, given by their names, as a JSON request asks.
#[pyfunction]
pub(crate) fn facets(py: Python<'_>, tables: &Bound<'_, PyDict>, request: &str) -> Read<Table> {
    let mut evidence = Evidence::default();
    for (name, table) in tables {
        let name: String = name.extract()?;
        evidence.insert(&name, tables::read(&table, &name)?)?;
    }
    Ok(run(py, || {
        let (name, rows) = read_facets(&evidence, request)?;
        facets_to_table(name, &rows).map(Table::from)
    })?)
}

//! Networks: who looks to whom.

use crate::call::{Read, pool, run, tell};
use crate::tables::{self, Table};
use colead::evidence::{Direction, Table as Evidence};
use colead::json;
use colead::measure::network::{Network as Measured, Options, group_ties};
use pyo3::prelude::*;
use std::sync::Arc;

/// The native half of `colead.Network`. It keeps the tables it was read from, so that it can be made again elsewhere.
#[pyclass(module = "colead._core", frozen)]
pub(crate) struct Network {
    inner: Measured,
    ties: Arc<Evidence>,
    nodes: Option<Arc<Evidence>>,
}

#[pymethods]
impl Network {
    #[new]
    #[pyo3(signature = (ties, nodes, options))]
    fn py_new(
        py: Python<'_>,
        ties: &Bound<'_, PyAny>,
        nodes: Option<&Bound<'_, PyAny>>,
        options: &str,
    ) -> Read<Network> {
        let ties = Arc::new(tables::read(ties, "ties")?);
        let nodes = match nodes.filter(|n| !n.is_none()) {
            Some(nodes) => Some(Arc::new(tables::read(nodes, "nodes")?)),
            None => None,
        };
        let inner = run(py, || Measured::from_tables(&ties, nodes.as_deref(), Options::from_json(options)?))?;
        Ok(Network { inner, ties, nodes })
    }

    /// The tables it was read from.
    fn tables(&self) -> (Table, Option<Table>) {
        let table = |t: &Arc<Evidence>| Table { inner: Arc::clone(t) };
        (table(&self.ties), self.nodes.as_ref().map(table))
    }

    /// What was read and left out, as a JSON document.
    fn summary(&self, py: Python<'_>) -> PyResult<String> {
        tell(py, || json::canonical(&self.inner.summary()))
    }

    /// Reads what a JSON document asks for, long work on threads that live as long as the call.
    fn read(&self, py: Python<'_>, request: &str, threads: usize) -> PyResult<Table> {
        run(py, || {
            let read = || self.inner.read(request);
            let (name, rows) = match pool(threads)? {
                None => read()?,
                Some(pool) => pool.install(read)?,
            };
            rows.to_table(name).map(Table::from)
        })
    }
}

/// Measures of ties between groups that come without people.
#[pyfunction]
pub(crate) fn group_network(
    py: Python<'_>,
    ties: &Bound<'_, PyAny>,
    groups: &Bound<'_, PyAny>,
    direction: &str,
    min_group: u64,
) -> Read<Table> {
    let (ties, groups) = (tables::read(ties, "ties")?, tables::read(groups, "groups")?);
    Ok(run(py, || {
        group_ties(&ties, &groups, Direction::parse(direction)?, min_group)?.to_table("groups").map(Table::from)
    })?)
}

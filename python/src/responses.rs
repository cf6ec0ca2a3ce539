//! Answers row by row, judges who rank, and plans.

use crate::arguments as args;
use crate::call::{Read, run};
use crate::instrument::Instrument;
use crate::tables::{self, Table};
use colead::evidence::{AnswerColumns, Responses as Answers, Table as Evidence};
use colead::measure::ordinal::Judges;
use colead::{json, measure};
use pyo3::prelude::*;
use std::sync::Arc;

/// The native half of `colead.Responses`. It keeps the table it was read from, so that it can be made again elsewhere.
#[pyclass(module = "colead._core", frozen)]
pub(crate) struct Responses {
    inner: Answers,
    instrument: Instrument,
    table: Arc<Evidence>,
}

#[pymethods]
impl Responses {
    #[new]
    #[pyo3(signature = (data, instrument, unit, wave=None, strict=false))]
    fn py_new(
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        instrument: &Instrument,
        unit: &Bound<'_, PyAny>,
        wave: Option<&Bound<'_, PyAny>>,
        strict: bool,
    ) -> Read<Responses> {
        let unit = args::text(unit, "unit")?;
        let wave = match wave.filter(|v| !v.is_none()) {
            Some(wave) => Some(args::text(wave, "wave")?),
            None => None,
        };
        let table = Arc::new(tables::read(data, "responses")?);
        let columns = AnswerColumns { unit, wave, weight: None, strict };
        let (inner, _) = run(py, || Answers::from_columns(&table, &instrument.inner, &columns))?;
        Ok(Responses { inner, instrument: instrument.clone(), table })
    }

    /// The table it was read from.
    fn table(&self) -> Table {
        Table { inner: Arc::clone(&self.table) }
    }

    fn __len__(&self) -> usize {
        self.inner.rows()
    }

    #[getter]
    fn units(&self) -> Vec<String> {
        self.inner.units().to_vec()
    }

    #[getter]
    fn waves(&self) -> Vec<String> {
        self.inner.waves().iter().filter(|w| !w.is_empty()).cloned().collect()
    }

    /// What was not answered or left unread, as a JSON document.
    fn loss(&self) -> String {
        json::canonical(&self.inner.loss().to_json())
    }

    /// Reads what a name or a JSON document asks for.
    fn read(&self, py: Python<'_>, request: &str) -> PyResult<Table> {
        run(py, || measure::read_responses(&self.inner, &self.instrument.inner, request)?.to_table().map(Table::from))
    }
}

/// Agreement of judges on what comes first.
#[pyfunction]
pub(crate) fn rank_agreement(py: Python<'_>, ratings: &Bound<'_, PyAny>, request: &str) -> Read<Table> {
    let table = tables::read(ratings, "ratings")?;
    Ok(run(py, || Judges::from_table(&table)?.read(request)?.to_table().map(Table::from))?)
}

/// The answer to a question of planning.
#[pyfunction]
pub(crate) fn plan(py: Python<'_>, request: &str) -> PyResult<Table> {
    run(py, || measure::plan(request)?.to_table().map(Table::from))
}

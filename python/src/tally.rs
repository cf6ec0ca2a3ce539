//! Exact state of answers, and the tables read from it.

use crate::arguments as args;
use crate::call::{Read, attached, pool, run, tell};
use crate::instrument::Instrument;
use crate::results;
use crate::tables::{self, Table};
use colead::evidence::{
    AnswerColumns, Instrument as Questionnaire, Organization, Responses, Table as Evidence, Weight,
};
use colead::measure;
use colead::tally::{Array, Counter, Limits, Tally as State};
use colead::{Error, Result, json};
use colead_ffi::arrow::{Counting, count_pycapsule};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The units above the units that answered, and the table they were read from.
#[derive(Debug, Clone)]
struct Tree {
    organization: Arc<Organization>,
    table: Arc<Evidence>,
}

/// The native half of `colead.Tally`: shared by threads, changed in place by `add` alone.
#[pyclass(module = "colead._core", frozen)]
pub(crate) struct Tally {
    /// Locked for moments only, and only by a thread that is attached to the interpreter: no thread can hold it
    /// while another forks, so a forked child finds it free. Readers take the state and leave; `add` counts first.
    state: Mutex<Arc<State>>,
    /// What more answers are read with; a tally made from bytes may do without.
    instrument: Option<Instrument>,
    tree: Option<Tree>,
}

impl Tally {
    fn new(state: State, instrument: Option<Instrument>, tree: Option<Tree>) -> Tally {
        Tally { state: Mutex::new(Arc::new(state)), instrument, tree }
    }

    fn lock(&self) -> MutexGuard<'_, Arc<State>> {
        // A merge changes nothing unless it succeeds, so a panic leaves no half-made state behind.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state as it is now.
    fn now(&self, _attached: Python<'_>) -> Arc<State> {
        Arc::clone(&self.lock())
    }

    /// A tally for each level of the organization from the top, every unit with all below it; else the tally itself.
    fn levels(&self, state: &State) -> Result<Vec<State>> {
        let Some(tree) = &self.tree else { return Ok(vec![state.clone()]) };
        state.levels(&tree.organization)
    }
}

fn tree(value: Option<&Bound<'_, PyAny>>) -> Read<Option<Tree>> {
    let Some(value) = value.filter(|v| !v.is_none()) else { return Ok(None) };
    let table = tables::read(value, "organization")?;
    let organization = run(value.py(), || Organization::from_table(&table))?;
    Ok(Some(Tree { organization: Arc::new(organization), table: Arc::new(table) }))
}

#[pymethods]
impl Tally {
    #[new]
    #[pyo3(signature = (instrument, organization=None, decimals=None))]
    fn py_new(instrument: &Instrument, organization: Option<&Bound<'_, PyAny>>, decimals: Option<u8>) -> Read<Tally> {
        Ok(Tally::new(empty(&instrument.inner, decimals)?, Some(instrument.clone()), tree(organization)?))
    }

    /// The decimals of weights, when people are weighed.
    #[getter]
    fn decimals(&self, py: Python<'_>) -> Option<u8> {
        self.now(py).decimals()
    }

    #[staticmethod]
    #[pyo3(signature = (data, instrument=None, organization=None, max_bytes=None))]
    fn from_bytes(
        py: Python<'_>,
        data: &[u8],
        instrument: Option<Instrument>,
        organization: Option<&Bound<'_, PyAny>>,
        max_bytes: Option<usize>,
    ) -> Read<Tally> {
        let limits = max_bytes.map_or_else(Limits::default, |bytes| Limits { bytes, ..Limits::default() });
        let tree = tree(organization)?;
        let state = run(py, || {
            let state = State::from_bytes(data, &limits)?;
            if let Some(instrument) = &instrument
                && instrument.inner.logic_sha256() != state.layout().logic_sha256
            {
                let error = Error::input("instrument_mismatch", "the bytes were counted with another instrument");
                return Err(error.at("instrument").help("give the instrument they were counted with, or None"));
            }
            known_units(&state, tree.as_ref()).map(|()| state)
        })?;
        Ok(Tally::new(state, instrument, tree))
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let state = self.now(py);
        let bytes = tell(py, || state.to_bytes())?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// What more answers are read with.
    fn instrument(&self) -> Option<Instrument> {
        self.instrument.clone()
    }

    /// The table of the organization, when there is one.
    fn organization(&self) -> Option<Table> {
        self.tree.as_ref().map(|t| Table { inner: Arc::clone(&t.table) })
    }

    /// Counts answers; the loss report as a JSON document. Unchanged on error.
    #[pyo3(signature = (data, unit, wave=None, weight=None, strict=false, threads=1))]
    #[expect(clippy::too_many_arguments, reason = "keywords of one Python call")]
    fn add(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        unit: &Bound<'_, PyAny>,
        wave: Option<&Bound<'_, PyAny>>,
        weight: Option<&Bound<'_, PyAny>>,
        strict: bool,
        threads: usize,
    ) -> Read<String> {
        let unit = args::text(unit, "unit")?;
        let named = |value: Option<&Bound<'_, PyAny>>, at| match value.filter(|v| !v.is_none()) {
            Some(value) => args::text(value, at).map(Some),
            None => Ok(None),
        };
        let wave = named(wave, "wave")?;
        let Some(instrument) = &self.instrument else {
            let error = Error::input("no_instrument", "the tally came from bytes without its instrument");
            return Err(error.at("instrument").help("give the instrument to `from_bytes`").into());
        };
        let decimals = self.now(py).decimals();
        let weight = named(weight, "weight")?.map(|column| Weight { column, decimals: decimals.unwrap_or(0) });
        if weight.is_some() != decimals.is_some() {
            let message = if decimals.is_some() { "the tally weighs people" } else { "the tally counts people" };
            let error = Error::input("weights_mixed", message).at("weight");
            return Err(error.help("give `weight` to a tally that was made with `decimals`, and to no other").into());
        }
        let columns = AnswerColumns { unit, wave, weight, strict };
        let tree = self.tree.as_ref();
        let (part, loss) = match tables::stream(data, "responses")? {
            Some(capsule) => {
                let pool = pool(threads)?;
                let (part, loss) = attached(py, || {
                    let how = Counting {
                        make: |names: &[&str]| Counter::new(&instrument.inner, "responses", names, &columns),
                        skip: tables::is_index,
                        add: |counter: &mut Counter, batch: &[Array<'_>]| match &pool {
                            None => counter.add(batch),
                            Some(pool) => pool.install(|| counter.add_parallel(batch)),
                        },
                    };
                    count_pycapsule(&capsule, "responses", how)
                })?;
                attached(py, || known_units(&part, tree))?;
                (part, loss)
            }
            None => {
                let table = tables::read(data, "responses")?;
                run(py, || {
                    let (responses, _) = Responses::from_columns(&table, &instrument.inner, &columns)?;
                    let mut part = empty(&instrument.inner, decimals)?;
                    let loss = part.add(&responses)?;
                    known_units(&part, tree)?;
                    Ok((part, loss))
                })?
            }
        };
        // Quick, as long as the part: the counting is done.
        attached(py, || Arc::make_mut(&mut self.lock()).absorb(part))?;
        Ok(json::canonical(&loss.to_json()))
    }

    fn merged(&self, py: Python<'_>, other: &Tally) -> PyResult<Tally> {
        let tree = self.tree.clone().or_else(|| other.tree.clone());
        let (ours, theirs) = (self.now(py), other.now(py));
        let state = run(py, || {
            let mut state = ours.as_ref().clone();
            state.merge(&theirs)?;
            known_units(&state, tree.as_ref()).map(|()| state)
        })?;
        Ok(Tally::new(state, self.instrument.clone().or_else(|| other.instrument.clone()), tree))
    }

    fn without(&self, py: Python<'_>, other: &Tally) -> PyResult<Tally> {
        let (ours, theirs) = (self.now(py), other.now(py));
        let state = run(py, || {
            let mut state = ours.as_ref().clone();
            state.subtract(&theirs).map(|()| state)
        })?;
        Ok(Tally::new(state, self.instrument.clone(), self.tree.clone()))
    }

    #[getter]
    fn digest(&self, py: Python<'_>) -> PyResult<String> {
        let state = self.now(py);
        tell(py, || state.digest())
    }

    #[getter]
    fn instrument_id(&self, py: Python<'_>) -> PyResult<String> {
        let state = self.now(py);
        tell(py, || state.layout().instrument.clone())
    }

    #[getter]
    fn units(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        let state = self.now(py);
        tell(py, || state.units().into_iter().map(str::to_owned).collect())
    }

    #[getter]
    fn waves(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        let state = self.now(py);
        tell(py, || state.waves().into_iter().filter(|w| !w.is_empty()).map(str::to_owned).collect())
    }

    fn respondents(&self, py: Python<'_>) -> PyResult<Table> {
        let state = self.now(py);
        run(py, || {
            let states = self.levels(&state)?;
            let rows: Vec<_> = states
                .iter()
                .flat_map(|s| s.keys().map(|k| (k.wave.clone(), k.unit.clone(), s.respondents(k))))
                .collect();
            results::respondents(&rows).map(Table::from)
        })
    }

    /// Reads what a name or a JSON document asks for.
    fn read(&self, py: Python<'_>, request: &str) -> PyResult<Table> {
        let state = self.now(py);
        run(py, || {
            let organization = self.tree.as_ref().map(|t| t.organization.as_ref());
            measure::read_tally(&state, request, organization)?.to_table().map(Table::from)
        })
    }

    /// One row a unit: the mean of every scale.
    fn means(&self, py: Python<'_>, request: &str) -> PyResult<Table> {
        let state = self.now(py);
        run(py, || measure::read_means(&state, request).map(Table::from))
    }

    fn counts(&self, py: Python<'_>) -> PyResult<Table> {
        let state = self.now(py);
        run(py, || measure::counts(&state).map(Table::from))
    }
}

/// An empty tally of people, or of their weights.
fn empty(instrument: &Questionnaire, decimals: Option<u8>) -> Result<State> {
    decimals.map_or_else(|| Ok(State::new(instrument)), |d| State::weighted(instrument, d))
}

fn known_units(state: &State, tree: Option<&Tree>) -> Result<()> {
    let Some(tree) = tree else { return Ok(()) };
    match state.units().into_iter().find(|u| tree.organization.index(u).is_none()) {
        None => Ok(()),
        Some(unit) => Err(Error::input("unknown_unit", format!("unknown unit `{unit}`"))
            .at("responses, column unit")
            .help("add it to `organization`, or mend the answers")),
    }
}

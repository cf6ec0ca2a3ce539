//! The native half of the Python package `colead`: what `colead._core` offers to the typed facade in `colead/`.
//!
//! Nothing here decides anything: arguments are read, the core is called with the interpreter released, and what
//! it says is handed on. Documents cross as the core's canonical JSON, tables as Arrow streams.
#![forbid(unsafe_code)]

mod arguments;
mod assess;
mod call;
mod coherence;
mod framework;
mod guided;
mod instrument;
mod judgment;
mod network;
mod release;
mod responses;
mod results;
mod simulate;
mod tables;
mod tally;

use pyo3::prelude::*;

/// Panics on purpose inside the core's side of the boundary, for the tests of the boundary.
#[pyfunction]
#[allow(clippy::panic)]
fn _panic(py: Python<'_>) -> PyResult<()> {
    call::tell(py, || panic!("on purpose"))
}

/// What every class here promises: usable from any thread.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<assess::Assessment>();
    shared::<framework::Framework>();
    shared::<instrument::Instrument>();
    shared::<judgment::Judgment>();
    shared::<network::Network>();
    shared::<release::DisclosurePolicy>();
    shared::<release::Ledger>();
    shared::<responses::Responses>();
    shared::<tables::Table>();
    shared::<tally::Tally>();
};

#[pymodule(gil_used = false)]
mod _core {
    #[pymodule_export]
    use crate::_panic;
    #[pymodule_export]
    use crate::assess::{Assessment, assess};
    #[pymodule_export]
    use crate::coherence::facets;
    #[pymodule_export]
    use crate::framework::{Framework, check, compare, schema, starter};
    #[pymodule_export]
    use crate::guided::{interview, preflight, read_interview};
    #[pymodule_export]
    use crate::instrument::Instrument;
    #[pymodule_export]
    use crate::judgment::Judgment;
    #[pymodule_export]
    use crate::network::{Network, group_network};
    #[pymodule_export]
    use crate::release::{DisclosurePolicy, Ledger, audit};
    #[pymodule_export]
    use crate::responses::{Responses, plan, rank_agreement};
    #[pymodule_export]
    use crate::simulate::{read_csv, simulate_harbour, simulate_spec};
    #[pymodule_export]
    use crate::tables::Table;
    #[pymodule_export]
    use crate::tally::Tally;

    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}

//! The one way from Python into the core: the interpreter is released, panics stop here, errors become exceptions.

use colead::{Error, Family};
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::{Value, json};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why a call cannot go on: the core refused, or Python raised while its objects were read.
#[derive(Debug)]
pub(crate) enum Refused {
    Core(Error),
    Python(PyErr),
}

/// The result of reading what Python hands in.
pub(crate) type Read<T> = Result<T, Refused>;

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        Refused::Core(error)
    }
}

impl From<PyErr> for Refused {
    fn from(error: PyErr) -> Refused {
        Refused::Python(error)
    }
}

impl From<Refused> for PyErr {
    fn from(refused: Refused) -> PyErr {
        match refused {
            Refused::Core(error) => Python::attach(|py| exception(py, &error)),
            Refused::Python(error) => error,
        }
    }
}

/// Runs work of the core with the interpreter released.
pub(crate) fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> colead::Result<T> + Send) -> PyResult<T> {
    told(py, py.detach(|| catch_unwind(AssertUnwindSafe(work))))
}

/// Runs a moment's work of the core without releasing the interpreter.
pub(crate) fn attached<T>(py: Python<'_>, work: impl FnOnce() -> colead::Result<T>) -> PyResult<T> {
    told(py, catch_unwind(AssertUnwindSafe(work)))
}

fn told<T>(py: Python<'_>, outcome: std::thread::Result<colead::Result<T>>) -> PyResult<T> {
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(exception(py, &error)),
        Err(payload) => Err(panicked(py, payload.as_ref())),
    }
}

/// Runs work of the core that cannot be refused.
pub(crate) fn tell<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    run(py, || Ok(work()))
}

/// Threads for one call, which owns them; None for the caller's own.
pub(crate) fn pool(threads: usize) -> colead::Result<Option<ThreadPool>> {
    if threads <= 1 {
        return Ok(None);
    }
    ThreadPoolBuilder::new().num_threads(threads).build().map(Some).map_err(|e| {
        Error::input("no_threads", format!("the threads could not be started: {e}"))
            .at("threads")
            .help("ask for fewer threads")
    })
}

fn exception(py: Python<'_>, error: &Error) -> PyErr {
    let family = match error.family() {
        Family::Rulebook => "rulebook",
        Family::Disclosure => "disclosure",
        _ => "input",
    };
    let diagnostics = error.diagnostics().iter().map(colead::Diagnostic::to_json).collect();
    build(py, family, error.code(), error.message(), error.path(), error.help_text(), diagnostics)
}

fn panicked(py: Python<'_>, payload: &(dyn Any + Send)) -> PyErr {
    let words = payload.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
    let message = format!("colead met a fault of its own: {words}");
    build(py, "panic", "panic", &message, "", "report it with the call that led here", Vec::new())
}

fn build(
    py: Python<'_>,
    family: &str,
    code: &str,
    message: &str,
    path: &str,
    help: &str,
    diagnostics: Vec<Value>,
) -> PyErr {
    let diagnostics = json!(diagnostics).to_string();
    // Looked up each time: a lock that is being filled while another thread forks would never open in the child.
    let made = py
        .import("colead._errors")
        .and_then(|errors| errors.getattr("from_core"))
        .and_then(|make| make.call1((family, code, message, path, help, diagnostics)));
    match made {
        Ok(instance) => PyErr::from_value(instance),
        Err(error) => error,
    }
}

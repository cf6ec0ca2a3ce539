//! Arrow PyCapsules in and out: what `__arrow_c_stream__` gives and takes, behind safe functions.

use super::{Counting, count_stream, export_table, export_table_as, import_stream};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_schema::Schema;
use arrow_schema::ffi::FFI_ArrowSchema;
use colead::evidence::{Loss, Table};
use colead::tally::{Array, Counter, Tally};
use colead::{Error, Result};
use pyo3::prelude::*;
use pyo3::sync::critical_section::with_critical_section;
use pyo3::types::PyCapsule;
use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The names that the Arrow PyCapsule protocol gives to its capsules.
const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";

/// Reads the Arrow stream in a capsule into the table `name`, with the interpreter released meanwhile. The
/// stream is consumed, also on error.
///
/// # Errors
/// `not_a_stream` for a capsule of another name; else as [`import_stream`].
pub fn import_pycapsule(capsule: &Bound<'_, PyCapsule>, name: &str) -> Result<Table> {
    // Two threads of a free-threaded interpreter may hold the same capsule: one of them gets the stream.
    let stream = with_critical_section(capsule.as_any(), || take(capsule, name))?;
    capsule.py().detach(|| import_stream(stream, name))
}

/// Counts the answers in the Arrow stream of a capsule, with the interpreter released meanwhile. The stream is
/// consumed, also on error.
///
/// # Errors
/// `not_a_stream` for a capsule of another name; else as [`count_stream`].
pub fn count_pycapsule<M, S, A>(
    capsule: &Bound<'_, PyCapsule>,
    name: &str,
    how: Counting<M, S, A>,
) -> Result<(Tally, Loss)>
where
    M: FnOnce(&[&str]) -> Result<Counter> + Send,
    S: Fn(&str) -> bool + Send,
    A: FnMut(&mut Counter, &[Array<'_>]) -> Result<()> + Send,
{
    let stream = with_critical_section(capsule.as_any(), || take(capsule, name))?;
    capsule.py().detach(|| count_stream(stream, name, how))
}

fn take(capsule: &Bound<'_, PyCapsule>, name: &str) -> Result<FFI_ArrowArrayStream> {
    let pointer = capsule.pointer_checked(Some(STREAM)).map_err(|_| {
        Error::input("not_a_stream", "the capsule is not an `arrow_array_stream`")
            .at(name)
            .help("pass what `__arrow_c_stream__()` of a data frame gives")
    })?;
    let pointer = pointer.cast::<FFI_ArrowArrayStream>();
    if !pointer.is_aligned() {
        return Err(Error::input("bad_arrow_data", "the capsule holds a misaligned pointer").at(name));
    }
    // SAFETY: not null, aligned, and by its name, which the protocol reserves for this, the capsule holds an
    // `ArrowArrayStream`, released or not. The capsule stays alive while it is borrowed, and the critical
    // section (or the GIL) keeps others from it. What stays behind is marked as released, so that the
    // capsule's destructor does not release it again.
    Ok(unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr()) })
}

/// Writes a table as the capsule that `__arrow_c_stream__(requested_schema)` gives. A request is followed
/// where nothing is lost by it, see [`export_table_as`]. An unused capsule releases its stream.
///
/// # Errors
/// `not_a_schema` for a request that is no Arrow schema of a table; else as [`export_table_as`].
pub fn export_pycapsule<'py>(
    py: Python<'py>,
    table: &Table,
    requested_schema: Option<&Bound<'py, PyCapsule>>,
) -> Result<Bound<'py, PyCapsule>> {
    let stream = match requested_schema {
        Some(capsule) => export_table_as(table, &schema(capsule, table.name())?)?,
        None => export_table(table)?,
    };
    // Dropping the stream calls its release callback unless a consumer moved it out: what the protocol
    // wants of the capsule's destructor.
    PyCapsule::new_with_value(py, stream, STREAM)
        .map_err(|e| Error::input("no_capsule", format!("python could not make a capsule: {e}")).at(table.name()))
}

fn schema(capsule: &Bound<'_, PyCapsule>, name: &str) -> Result<Schema> {
    let wrong = |why: String| {
        Error::input("not_a_schema", format!("the requested schema cannot be used: {why}"))
            .at(name)
            .help("pass an `arrow_schema` capsule of a table, or None")
    };
    let pointer =
        capsule.pointer_checked(Some(SCHEMA)).map_err(|_| wrong("the capsule has another name".to_owned()))?;
    let pointer = pointer.cast::<FFI_ArrowSchema>();
    if !pointer.is_aligned() {
        return Err(wrong("the capsule holds a misaligned pointer".to_owned()));
    }
    // SAFETY: not null, aligned, and by its name, which the protocol reserves for this, an `ArrowSchema`.
    // It is read, not taken, while the capsule is borrowed.
    let schema = unsafe { pointer.as_ref() };
    if schema.release().is_none() {
        return Err(wrong("it was released".to_owned()));
    }
    // A schema that breaks the format makes the Arrow reader panic.
    catch_unwind(AssertUnwindSafe(|| Schema::try_from(schema)))
        .map_err(|_| wrong("it breaks the Arrow C data interface".to_owned()))?
        .map_err(|e| wrong(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_schema::{DataType, Field};
    use colead::evidence::{Cells, Column};

    fn table() -> Table {
        let cells = Cells::Int(vec![Some(1), None]);
        Table::new("facts", vec![Column { name: "x".to_owned(), cells }]).unwrap()
    }

    fn request(py: Python<'_>, fields: Vec<Field>) -> Bound<'_, PyCapsule> {
        PyCapsule::new_with_value(py, FFI_ArrowSchema::try_from(Schema::new(fields)).unwrap(), SCHEMA).unwrap()
    }

    #[test]
    fn a_capsule_gives_its_stream_once() {
        Python::initialize();
        Python::attach(|py| {
            let capsule = export_pycapsule(py, &table(), None).unwrap();
            assert_eq!(import_pycapsule(&capsule, "facts").unwrap(), table());
            assert_eq!(import_pycapsule(&capsule, "facts").unwrap_err().code(), "released_stream");
            let other = PyCapsule::new_with_value(py, 1_u64, c"something_else").unwrap();
            assert_eq!(import_pycapsule(&other, "facts").unwrap_err().code(), "not_a_stream");
        });
    }

    #[test]
    fn a_requested_schema_is_honoured() {
        Python::initialize();
        Python::attach(|py| {
            let wanted = request(py, vec![Field::new("x", DataType::Int8, true)]);
            let capsule = export_pycapsule(py, &table(), Some(&wanted)).unwrap();
            let stream = take(&capsule, "facts").unwrap();
            let reader = arrow_array::ffi_stream::RecordBatchStreamReader::try_new(stream).unwrap();
            assert_eq!(arrow_array::RecordBatchReader::schema(&reader).field(0).data_type(), &DataType::Int8);
            let other = request(py, vec![]);
            let e = export_pycapsule(py, &table(), Some(&other)).unwrap_err();
            assert_eq!(e.code(), "incompatible_schema");
            let released = PyCapsule::new_with_value(py, FFI_ArrowSchema::empty(), SCHEMA).unwrap();
            assert_eq!(export_pycapsule(py, &table(), Some(&released)).unwrap_err().code(), "not_a_schema");
            let stream = export_pycapsule(py, &table(), None).unwrap();
            assert_eq!(export_pycapsule(py, &table(), Some(&stream)).unwrap_err().code(), "not_a_schema");
        });
    }
}

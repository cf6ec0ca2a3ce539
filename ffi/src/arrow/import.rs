//! An Arrow stream into a table.

use super::cells::{Growing, Refusal};
use super::{cell_path, column_path};

use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{Array, ArrayReader, ArrayRef};
use arrow_schema::{ArrowError, DataType};
use colead::evidence::{Column, Table};
use colead::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Reads a whole Arrow stream into the table `name`. The stream is consumed, also on error.
///
/// Whole numbers of every width become [`colead::evidence::Cells::Int`], floats `Float` (NaN is kept: the
/// door of each kind of evidence refuses it by row and column), text in any layout `Text`, text by
/// dictionary `Dictionary` (one dictionary for all batches, texts in the order of their first use), dates
/// and timestamps `Text` as `YYYY-MM-DD`, and a column of type null `Text` with every cell missing.
///
/// # Errors
/// - `released_stream`: the stream was read or released before.
/// - `stream_failed`: the producer reported an error; its words are in the message.
/// - `not_a_table`: the stream holds single arrays, not record batches.
/// - `unsupported_type`: a column's type has no place in a table; the help names a cast.
/// - `out_of_range`: a cell, by row across all batches, is beyond 64 bits or the years 1 to 9999.
/// - `bad_arrow_data`: the data contradict the Arrow format.
/// - `duplicate_column`: two columns share a name.
pub fn import_stream(stream: FFI_ArrowArrayStream, name: &str) -> Result<Table> {
    // A producer that breaks the format makes the Arrow reader panic; a host must not pay for that.
    catch_unwind(AssertUnwindSafe(|| read(stream, name))).unwrap_or_else(|_| {
        Err(Error::input("bad_arrow_data", "the stream breaks the Arrow C data interface")
            .at(name)
            .help("report this to the library that made the stream"))
    })
}

fn read(stream: FFI_ArrowArrayStream, name: &str) -> Result<Table> {
    if stream.release().is_none() {
        return Err(Error::input("released_stream", "the Arrow stream was already read or released")
            .at(name)
            .help("make a new stream: each can be read once"));
    }
    if stream.get_schema().is_none() || stream.get_next().is_none() {
        return Err(Error::input("bad_arrow_data", "the Arrow stream lacks one of its callbacks")
            .at(name)
            .help("report this to the library that made the stream"));
    }
    let reader = ArrayStreamReader::try_new(stream).map_err(|e| failed(name, &e))?;
    let DataType::Struct(fields) = reader.field().data_type().clone() else {
        return Err(Error::input("not_a_table", "the Arrow stream holds single arrays, not record batches")
            .at(name)
            .help("hand in a table or a data frame, not one of its columns"));
    };
    let mut columns = Vec::with_capacity(fields.len());
    for field in &fields {
        let growing = Growing::for_type(field.data_type()).map_err(|(kind, help)| {
            Error::input("unsupported_type", format!("column `{}` holds {kind}", field.name()))
                .at(column_path(name, field.name()))
                .help(help)
        })?;
        columns.push((field.name().clone(), growing));
    }
    for batch in reader {
        append(&batch.map_err(|e| failed(name, &e))?, name, &mut columns)?;
    }
    let columns = columns.into_iter().map(|(name, cells)| Column { name, cells: cells.into_cells() }).collect();
    Table::new(name, columns)
}

/// Adds one batch to every column.
fn append(batch: &ArrayRef, name: &str, columns: &mut [(String, Growing)]) -> Result<()> {
    let damaged = |at: String, why: String| {
        Error::input("bad_arrow_data", format!("the Arrow data contradict their format: {why}"))
            .at(at)
            .help("report this to the library that made the stream")
    };
    let first_row = columns.first().map_or(0, |(_, cells)| cells.len());
    let rows = batch.as_struct_opt().ok_or_else(|| damaged(name.to_owned(), "a batch is not a struct".to_owned()))?;
    if rows.is_empty() {
        // A slice of no rows may keep its offset, which the validation below would take for damage.
        return Ok(());
    }
    if let Some(missing) = (0..rows.len()).find(|row| rows.is_null(*row)) {
        return Err(damaged(
            format!("{name}, row {}", first_row + missing + 1),
            "a row is missing as a whole".to_owned(),
        ));
    }
    for ((column, growing), array) in columns.iter_mut().zip(rows.columns()) {
        // Offsets, dictionary keys and UTF-8 come from outside and are checked before a cell is read.
        array.to_data().validate_full().map_err(|e| {
            let place = format!("{name}, rows {} to {}, column {column}", first_row + 1, first_row + rows.len());
            damaged(place, said(&e))
        })?;
        growing.append(array).map_err(|refusal| match refusal {
            Refusal::Damaged(why) => damaged(column_path(name, column), why),
            Refusal::Cell { row, message, help } => {
                Error::input("out_of_range", message).at(cell_path(name, first_row + row + 1, column)).help(help)
            }
        })?;
    }
    Ok(())
}

fn failed(name: &str, error: &ArrowError) -> Error {
    Error::input("stream_failed", format!("the Arrow stream failed: {}", said(error))).at(name)
}

/// The words of an Arrow error, without the name of its variant.
fn said(error: &ArrowError) -> String {
    match error {
        ArrowError::CDataInterface(words)
        | ArrowError::InvalidArgumentError(words)
        | ArrowError::SchemaError(words)
        | ArrowError::ComputeError(words)
        | ArrowError::NotYetImplemented(words) => words.clone(),
        other => other.to_string(),
    }
}

//! An Arrow stream into a table.

use super::cells::{Growing, Refusal};
use super::reader::{Batches, Trouble};
use super::{cell_path, column_path};
use arrow_array::ArrayRef;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
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
    // A producer that breaks the format can make the Arrow crates panic; a host must not pay for that.
    catch_unwind(AssertUnwindSafe(|| read(stream, name)))
        .unwrap_or_else(|_| Err(damaged("the stream breaks the Arrow C data interface", name.to_owned())))
}

fn read(stream: FFI_ArrowArrayStream, name: &str) -> Result<Table> {
    let mut batches = Batches::open(stream).map_err(|trouble| explain(trouble, name, 0, &[]))?;
    let mut columns = Vec::with_capacity(batches.fields().len());
    for field in batches.fields() {
        let growing =
            Growing::for_type(field.data_type()).map_err(|why| unsupported_column(name, field.name(), why))?;
        columns.push((field.name().clone(), growing));
    }
    let mut rows = 0;
    while let Some(batch) = batches.next().map_err(|trouble| {
        let names: Vec<&str> = columns.iter().map(|(column, _)| column.as_str()).collect();
        explain(trouble, name, rows, &names)
    })? {
        append(&batch, name, &mut columns)?;
        rows = columns.first().map_or(0, |(_, cells)| cells.len());
    }
    let columns = columns.into_iter().map(|(name, cells)| Column { name, cells: cells.into_cells() }).collect();
    Table::new(name, columns)
}

/// Adds one batch to every column.
fn append(batch: &[ArrayRef], name: &str, columns: &mut [(String, Growing)]) -> Result<()> {
    for ((column, growing), array) in columns.iter_mut().zip(batch) {
        let before = growing.len();
        growing.append(array).map_err(|refusal| append_error(refusal, name, before, column))?;
    }
    Ok(())
}

/// The refusal of a column whose type has no place in a table: what it is called, and what to cast it to.
pub(super) fn unsupported_column(name: &str, column: &str, (kind, help): (String, String)) -> Error {
    Error::input("unsupported_type", format!("column `{column}` holds {kind}")).at(column_path(name, column)).help(help)
}

/// The refusal of a batch that follows `before` rows.
pub(super) fn append_error(refusal: Refusal, name: &str, before: usize, column: &str) -> Error {
    match refusal {
        Refusal::Damaged(why) => damaged(&why, column_path(name, column)),
        Refusal::Cell { row, message, help } => {
            Error::input("out_of_range", message).at(cell_path(name, before + row + 1, column)).help(help)
        }
    }
}

/// The trouble of a stream after `rows` rows as an error with its place.
pub(super) fn explain(trouble: Trouble, name: &str, rows: usize, columns: &[&str]) -> Error {
    match trouble {
        Trouble::Released => Error::input("released_stream", "the Arrow stream was already read or released")
            .at(name)
            .help("make a new stream: each can be read once"),
        Trouble::Producer(words) => Error::input("stream_failed", format!("the Arrow stream failed: {words}")).at(name),
        Trouble::NotATable => Error::input("not_a_table", "the Arrow stream holds single arrays, not record batches")
            .at(name)
            .help("hand in a table or a data frame, not one of its columns"),
        Trouble::Damaged { why, row, column } => {
            let place = match column.and_then(|i| columns.get(i)) {
                Some(column) => format!("{name}, rows from {} on, column {column}", rows + row + 1),
                None if columns.is_empty() => name.to_owned(),
                None => format!("{name}, row {}", rows + row + 1),
            };
            damaged(&why, place)
        }
    }
}

fn damaged(why: &str, at: String) -> Error {
    Error::input("bad_arrow_data", format!("the Arrow data contradict their format: {why}"))
        .at(at)
        .help("report this to the library that made the stream")
}

//! Arrow streams in and out: the one bridge between the Arrow C data interface and the tables of colead.
//!
//! An import copies the cells once into a [`colead::evidence::Table`], and a count copies none; what core does not hold (decimals,
//! lists, run-end encoding ...) is refused with the column and the cast that helps. A stream handed to an
//! import is always consumed, also when the import fails.

#[cfg(feature = "python")]
mod capsule;
mod cells;
mod count;
mod date;
mod export;
mod import;
mod reader;

pub use arrow_array::ffi_stream::FFI_ArrowArrayStream;
#[cfg(feature = "python")]
pub use capsule::{count_pycapsule, export_pycapsule, import_pycapsule};
pub use count::{Counting, count_stream};
pub use export::{export_table, export_table_as};
pub use import::import_stream;

/// Where a column stands, in the form every error of a table uses.
fn column_path(table: &str, column: &str) -> String {
    format!("{table}, column {column}")
}

/// Where a cell stands; `row` counts from 1 across all batches.
fn cell_path(table: &str, row: usize, column: &str) -> String {
    format!("{table}, row {row}, column {column}")
}

#[cfg(test)]
mod tests;

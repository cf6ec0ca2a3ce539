//! Batches of an Arrow C stream, as arrays that were checked before a cell is read.
//!
//! The reader of arrow-array itself cannot be used: it refuses columns of type null as polars exports them
//! (with an empty validity buffer), passes over rows that are missing as a whole, and reads strings and
//! dictionary keys unchecked.

use arrow_array::ffi::from_ffi_and_data_type;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{Array, ArrayRef, NullArray, make_array};
use arrow_data::ArrayData;
use arrow_data::ffi::FFI_ArrowArray;
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Field, Fields};
use std::ffi::{CStr, c_int, c_void};

/// Why a stream could not be read.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The stream was read or released before.
    Released,
    /// The producer reported an error, in its words.
    Producer(String),
    /// The stream holds single arrays of this type.
    NotATable,
    /// The data contradict the Arrow format: what is wrong, the batch's row it begins at (from 0) and, where
    /// one column is to blame, its position.
    Damaged { why: String, row: usize, column: Option<usize> },
}

fn damaged(why: impl Into<String>) -> Trouble {
    Trouble::Damaged { why: why.into(), row: 0, column: None }
}

/// A stream whose schema was read.
#[derive(Debug)]
pub(super) struct Batches {
    stream: FFI_ArrowArrayStream,
    fields: Fields,
}

/// The first fields of the C struct `ArrowArray`, whose layout the Arrow C data interface fixes for ever:
/// arrow-data keeps the address of the children to itself.
#[repr(C)]
struct Head {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *mut *const c_void,
    children: *mut *mut FFI_ArrowArray,
}

impl Batches {
    /// Reads the schema; the stream is released when the value, or the error, comes to its end.
    pub(super) fn open(mut stream: FFI_ArrowArrayStream) -> Result<Batches, Trouble> {
        if stream.release().is_none() {
            return Err(Trouble::Released);
        }
        let get_schema = stream.get_schema().ok_or_else(|| damaged("the stream cannot tell its schema"))?;
        let mut schema = FFI_ArrowSchema::empty();
        // SAFETY: the stream is live, and the callback is its own; `schema` is a struct to be filled.
        let status = unsafe { get_schema(&raw mut stream, &raw mut schema) };
        if status != 0 {
            return Err(told(&mut stream, status));
        }
        if schema.release().is_none() {
            return Err(damaged("the schema is released"));
        }
        let field = Field::try_from(&schema).map_err(|e| damaged(said(&e)))?;
        match field.data_type() {
            DataType::Struct(fields) => Ok(Batches { fields: fields.clone(), stream }),
            _ => Err(Trouble::NotATable),
        }
    }

    /// The columns.
    pub(super) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The columns of the next batch that has rows, or None at the end.
    pub(super) fn next(&mut self) -> Result<Option<Vec<ArrayRef>>, Trouble> {
        loop {
            let get_next = self.stream.get_next().ok_or_else(|| damaged("the stream cannot give batches"))?;
            let mut array = FFI_ArrowArray::empty();
            // SAFETY: the stream is live, and the callback is its own; `array` is a struct to be filled.
            let status = unsafe { get_next(&raw mut self.stream, &raw mut array) };
            if status != 0 {
                return Err(told(&mut self.stream, status));
            }
            if array.is_released() {
                return Ok(None);
            }
            // A slice of no rows may keep its offset, which the validation would take for damage.
            if !array.is_empty() {
                return self.columns(array).map(Some);
            }
        }
    }

    fn columns(&self, mut batch: FFI_ArrowArray) -> Result<Vec<ArrayRef>, Trouble> {
        if batch.num_children() != self.fields.len() {
            return Err(damaged(format!(
                "a batch has {} columns, its schema {}",
                batch.num_children(),
                self.fields.len()
            )));
        }
        self.renew_null_columns(&mut batch);
        // SAFETY: a batch of this stream, whose producer answers for its following the Arrow C data interface.
        let data = unsafe { from_ffi_and_data_type(batch, DataType::Struct(self.fields.clone())) };
        let data = data.map_err(|e| damaged(said(&e)))?;
        if let Some(row) = (0..data.len()).find(|row| data.is_null(*row)) {
            return Err(Trouble::Damaged { why: "a row is missing as a whole".to_owned(), row, column: None });
        }
        data.child_data().iter().enumerate().map(|(i, child)| column(&data, child, i)).collect()
    }

    /// Puts an array without buffers in the place of every column of type null. Such a column has no
    /// buffers, but polars sends an empty one, which arrow-data refuses.
    fn renew_null_columns(&self, batch: &mut FFI_ArrowArray) {
        let head = std::ptr::from_mut(batch).cast::<Head>();
        for (i, field) in self.fields.iter().enumerate() {
            if field.data_type() != &DataType::Null || batch.child(i).num_buffers() == 0 {
                continue;
            }
            let renewed = FFI_ArrowArray::new(&NullArray::new(batch.child(i).len()).to_data());
            // SAFETY: `Head` is the beginning of the C struct behind `batch`.
            let children = unsafe { (*head).children };
            // SAFETY: `columns` compared the number of children, and `child(i)` found the list not null.
            let slot = unsafe { children.add(i) };
            // SAFETY: as above; `child(i)` found this child not null.
            let child = unsafe { *slot };
            // SAFETY: the child is live and ours with its parent. The interface lets a consumer move a child
            // out; what takes its place is an array of its own, which the parent releases by its callback.
            let moved = unsafe { std::ptr::replace(child, renewed) };
            drop(moved);
        }
    }
}

/// One column of a batch, checked: lengths, offsets, dictionary keys and UTF-8 come from outside.
fn column(batch: &ArrayData, child: &ArrayData, position: usize) -> Result<ArrayRef, Trouble> {
    let trouble = |why: String| Trouble::Damaged { why, row: 0, column: Some(position) };
    let end = batch.offset().checked_add(batch.len());
    if end.is_none_or(|end| end > child.len()) {
        return Err(trouble(format!("a batch of {} rows has a column of {} cells", batch.len(), child.len())));
    }
    let child = child.slice(batch.offset(), batch.len());
    child.validate_full().map_err(|e| trouble(said(&e)))?;
    Ok(make_array(child))
}

/// The producer's account of a call that failed.
fn told(stream: &mut FFI_ArrowArrayStream, status: c_int) -> Trouble {
    let words = stream.get_last_error().map(|get_last_error| {
        // SAFETY: the stream is live, the callback is its own, and the call before failed, as it must have.
        unsafe { get_last_error(stream) }
    });
    Trouble::Producer(match words {
        Some(words) if !words.is_null() => {
            // SAFETY: not null, and by the interface NUL-terminated and alive until the next call.
            unsafe { CStr::from_ptr(words) }.to_string_lossy().trim_end().to_owned()
        }
        _ => format!("error code {status}, without a message"),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_lies_where_the_struct_says() {
        use arrow_array::{Int64Array, StructArray};
        let cells = std::sync::Arc::new(Int64Array::from(vec![7])) as ArrayRef;
        let rows = StructArray::from(vec![(std::sync::Arc::new(Field::new("x", DataType::Int64, true)), cells)]);
        let mut array = FFI_ArrowArray::new(&rows.to_data());
        let head = (&raw mut array).cast::<Head>();
        // SAFETY: the claim under test, which the C data interface makes.
        let head = unsafe { &*head };
        assert_eq!((head.length, head.null_count, head.offset), (1, 0, 0));
        assert_eq!((head.n_buffers, head.n_children, head.buffers.is_null()), (1, 1, false));
        // SAFETY: there is one child.
        let child = unsafe { *head.children };
        assert!(std::ptr::eq(child, array.child(0)));
    }
}

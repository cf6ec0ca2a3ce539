//! Tables in and out: Arrow streams, and mappings from column to list or array.

use crate::arguments::{self as args, is_na, kind, text, unwrapped, wrong_type};
use crate::call::{Read, Refused};
use colead::Error;
use colead::evidence::{Cells, Column, Table as Evidence};
use colead_ffi::arrow::{export_pycapsule, import_pycapsule};
use pyo3::buffer::{Element, ElementType, PyUntypedBuffer};
use pyo3::exceptions::{PyBufferError, PyImportError, PyOverflowError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyCapsule, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use std::collections::HashMap;
use std::sync::Arc;

const TABLE: &str = "give a data frame with `__arrow_c_stream__` (pandas, polars, pyarrow, DuckDB ...), a mapping from \
                     column name to list or array, or a list of rows";
const COLUMN: &str = "give a list or an array with one value a row: numbers, booleans, text, dates or None";

/// The native half of `colead.Table`.
#[pyclass(module = "colead._core", frozen)]
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) inner: Arc<Evidence>,
}

impl From<Evidence> for Table {
    fn from(table: Evidence) -> Table {
        Table { inner: Arc::new(table) }
    }
}

#[pymethods]
impl Table {
    /// A table read from whatever `judge_table` and its like take.
    #[staticmethod]
    fn read(table: &Bound<'_, PyAny>, name: &str) -> Read<Table> {
        read(table, name).map(Table::from)
    }

    #[getter]
    fn name(&self) -> &str {
        self.inner.name()
    }

    /// Names and kinds: `text`, `float`, `int`, `bool` or `dictionary`.
    #[getter]
    fn schema(&self) -> Vec<(&str, &'static str)> {
        let kind = |cells: &Cells| match cells {
            Cells::Text(_) => "text",
            Cells::Float(_) => "float",
            Cells::Int(_) => "int",
            Cells::Bool(_) => "bool",
            Cells::Dictionary { .. } => "dictionary",
        };
        self.inner.columns().iter().map(|c| (c.name.as_str(), kind(&c.cells))).collect()
    }

    fn __len__(&self) -> usize {
        self.inner.rows()
    }

    /// The cells of a column, or None when there is no such column.
    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(column) = self.inner.column(name) else { return Ok(None) };
        Ok(Some(match &column.cells {
            Cells::Text(v) => v.into_pyobject(py)?,
            Cells::Float(v) => v.into_pyobject(py)?,
            Cells::Int(v) => v.into_pyobject(py)?,
            Cells::Bool(v) => v.into_pyobject(py)?,
            Cells::Dictionary { values, codes } => {
                let values: Vec<Py<PyString>> = values.iter().map(|v| PyString::new(py, v).unbind()).collect();
                let cell = |code: &Option<u32>| code.and_then(|c| values.get(c as usize)).map(|v| v.clone_ref(py));
                codes.iter().map(cell).collect::<Vec<_>>().into_pyobject(py)?
            }
        }))
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyCapsule>>,
    ) -> Read<Bound<'py, PyCapsule>> {
        Ok(export_pycapsule(py, &self.inner, requested_schema)?)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let table = slf.get();
        let columns = PyDict::new(py);
        for (name, kind) in table.schema() {
            columns.set_item(name, (kind, table.column(py, name)?))?;
        }
        (slf.get_type().getattr("rebuild")?, (columns, table.name())).into_pyobject(py)
    }

    /// A table from its columns as `__reduce__` wrote them: name to (kind, cells).
    #[staticmethod]
    fn rebuild(columns: &Bound<'_, PyDict>, name: String) -> Read<Table> {
        let mut found = Vec::new();
        for (key, value) in columns {
            let (kind, cells): (String, Bound<'_, PyAny>) = value.extract()?;
            let name = key.extract()?;
            let cells = match kind.as_str() {
                "float" => Cells::Float(cells.extract()?),
                "int" => Cells::Int(cells.extract()?),
                "bool" => Cells::Bool(cells.extract()?),
                "dictionary" => dictionary(cells.extract()?),
                _ => Cells::Text(cells.extract()?),
            };
            found.push(Column { name, cells });
        }
        Ok(Table::from(Evidence::new(name, found)?))
    }
}

fn dictionary(cells: Vec<Option<String>>) -> Cells {
    let mut index = HashMap::new();
    let mut values = Vec::new();
    let codes = cells
        .into_iter()
        .map(|cell| {
            cell.map(|text| {
                *index.entry(text).or_insert_with_key(|text| {
                    values.push(text.clone());
                    u32::try_from(values.len() - 1).unwrap_or(u32::MAX)
                })
            })
        })
        .collect();
    Cells::Dictionary { values, codes }
}

/// The table in what a caller handed in.
pub(crate) fn read(value: &Bound<'_, PyAny>, name: &str) -> Read<Evidence> {
    if let Ok(table) = value.cast::<Table>() {
        let table = table.get().inner.as_ref();
        return Ok(Evidence::new(name, table.columns().to_vec())?);
    }
    if let Some(capsule) = stream(value, name)? {
        return Ok(without_index(import_pycapsule(&capsule, name)?)?);
    }
    if value.get_type().name().is_ok_and(|n| n == "LazyFrame") {
        return Err(wrong_type(value, name, "a table", "call `.collect()` on the lazy frame first"));
    }
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        return from_rows(value, name);
    }
    if !value.hasattr("items")? || !value.hasattr("keys")? {
        return Err(wrong_type(value, name, "a table", TABLE));
    }
    let mut columns = Vec::new();
    for pair in value.call_method0("items")?.try_iter()? {
        let (key, cells): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair?.extract()?;
        if !key.is_instance_of::<PyString>() {
            return Err(wrong_type(&key, format!("{name}, column names"), "text as column name", TABLE));
        }
        let key = text(&key, &format!("{name}, column names"))?;
        let cells = column(&cells, name, &key)?;
        columns.push(Column { name: key, cells });
    }
    Ok(Evidence::new(name, columns)?)
}

/// The Arrow stream of a data frame; None when it has none, and for tables of our own, which are read as they are.
pub(crate) fn stream<'py>(value: &Bound<'py, PyAny>, name: &str) -> Read<Option<Bound<'py, PyCapsule>>> {
    if value.is_instance_of::<Table>() || !value.hasattr("__arrow_c_stream__")? {
        return Ok(None);
    }
    match value.call_method0("__arrow_c_stream__") {
        Ok(capsule) => Ok(Some(capsule.cast_into::<PyCapsule>().map_err(|e| {
            let what = kind(&e.into_inner());
            let message = format!("`__arrow_c_stream__` gave {what}, not a capsule");
            Refused::Core(Error::input("not_a_stream", message).at(name).help(TABLE))
        })?)),
        // pandas without pyarrow has the method but cannot serve it.
        Err(e) if e.is_instance_of::<PyImportError>(value.py()) && value.hasattr("items")? => Ok(None),
        Err(e) if e.is_instance_of::<PyImportError>(value.py()) => Err(e.into()),
        Err(e) => {
            let message = format!("the data frame gave no Arrow stream: {e}");
            Err(Error::input("stream_failed", message).at(name).help(TABLE).into())
        }
    }
}

/// A table from a list of mappings, one a row; a key that a row does not have is missing there.
fn from_rows(value: &Bound<'_, PyAny>, name: &str) -> Read<Evidence> {
    let py = value.py();
    let mut names: Vec<String> = Vec::new();
    let mut index: HashMap<String, usize> = HashMap::new();
    let mut cells: Vec<Vec<Py<PyAny>>> = Vec::new();
    let mut rows = 0;
    for (row, item) in value.try_iter()?.enumerate() {
        for (key, cell) in args::entries(&item?, &format!("{name}, row {}", row + 1), TABLE)? {
            let column = *index.entry(key).or_insert_with_key(|key| {
                names.push(key.clone());
                cells.push(Vec::new());
                names.len() - 1
            });
            if let Some(column) = cells.get_mut(column) {
                column.resize_with(row, || py.None());
                column.push(cell.unbind());
            }
        }
        rows = row + 1;
    }
    let mut columns = Vec::new();
    for (key, mut values) in names.into_iter().zip(cells) {
        values.resize_with(rows, || py.None());
        let cells = from_items(PyList::new(py, values)?.as_any(), name, &key)?;
        columns.push(Column { name: key, cells });
    }
    Ok(Evidence::new(name, columns)?)
}

/// Without the unnamed row labels of pandas, which say nothing of the rows.
fn without_index(table: Evidence) -> colead::Result<Evidence> {
    if !table.columns().iter().any(|c| is_index(&c.name)) {
        return Ok(table);
    }
    let columns = table.columns().iter().filter(|c| !is_index(&c.name)).cloned().collect();
    Evidence::new(table.name(), columns)
}

/// Whether a column holds the unnamed row labels of pandas.
pub(crate) fn is_index(column: &str) -> bool {
    column.starts_with("__index_level_") && column.ends_with("__")
}

/// The cells of a list or array.
fn column(value: &Bound<'_, PyAny>, table: &str, name: &str) -> Read<Cells> {
    let at = || format!("{table}, column {name}");
    let lone = value.is_instance_of::<PyString>()
        || value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyByteArray>()
        || value.is_instance_of::<PyDict>();
    if lone {
        return Err(wrong_type(value, at(), "a list or an array", COLUMN));
    }
    // A masked array shows what lies under its mask through its buffer: only its list is honest.
    let masked = value.hasattr("mask")? && value.hasattr("filled")?;
    if !masked && let Some(cells) = from_buffer(value, table, name)? {
        return Ok(cells);
    }
    if value.getattr("ndim").is_ok_and(|n| n.ne(1).unwrap_or(false)) {
        let message = "the array has more than one dimension, or none";
        return Err(Error::input("wrong_type", message).at(at()).help(COLUMN).into());
    }
    // pandas writes a missing number as NaN where its columns have no other way to say it.
    let value = if value.hasattr("isna")? && value.hasattr("where")? && value.hasattr("astype")? {
        let known = value.call_method0("notna")?;
        value.call_method1("astype", ("object",))?.call_method1("where", (known, value.py().None()))?
    } else {
        value.clone()
    };
    let value = if value.hasattr("tolist")? { value.call_method0("tolist")? } else { value };
    // A set has no order and a generator no length: neither is a column.
    if !value.hasattr("__len__")? || !value.hasattr("__getitem__")? {
        return Err(wrong_type(&value, at(), "a list or an array", COLUMN));
    }
    from_items(&value, table, name)
}

fn from_buffer(value: &Bound<'_, PyAny>, table: &str, name: &str) -> Read<Option<Cells>> {
    let Ok(buffer) = PyUntypedBuffer::get(value) else { return Ok(None) };
    // A byte order of its own: pyo3 0.30 takes `>` for this machine's, so only formats without one are read here.
    let own_order = matches!(buffer.format().to_bytes(), [_] | [b'@' | b'=', _]);
    if buffer.dimensions() != 1 || !own_order {
        return Ok(None);
    }
    let py = value.py();
    let float = |v: f64| Some(v);
    Ok(match (ElementType::from_format(buffer.format()), buffer.item_size()) {
        (ElementType::Float { .. }, 8) => {
            typed::<f64>(&buffer, py)?.map(|v| Cells::Float(v.into_iter().map(float).collect()))
        }
        (ElementType::Float { .. }, 4) => {
            typed::<f32>(&buffer, py)?.map(|v| Cells::Float(v.into_iter().map(|x| Some(f64::from(x))).collect()))
        }
        (ElementType::SignedInteger { .. }, 8) => ints::<i64>(&buffer, py)?,
        (ElementType::SignedInteger { .. }, 4) => ints::<i32>(&buffer, py)?,
        (ElementType::SignedInteger { .. }, 2) => ints::<i16>(&buffer, py)?,
        (ElementType::SignedInteger { .. }, 1) => ints::<i8>(&buffer, py)?,
        (ElementType::UnsignedInteger { .. }, 4) => ints::<u32>(&buffer, py)?,
        (ElementType::UnsignedInteger { .. }, 2) => ints::<u16>(&buffer, py)?,
        (ElementType::UnsignedInteger { .. }, 1) => ints::<u8>(&buffer, py)?,
        (ElementType::UnsignedInteger { .. }, 8) => match typed::<u64>(&buffer, py)? {
            None => None,
            Some(values) => {
                let mut cells = Vec::with_capacity(values.len());
                for (row, v) in values.into_iter().enumerate() {
                    cells.push(Some(i64::try_from(v).map_err(|_| too_large(&v.to_string(), table, row, name))?));
                }
                Some(Cells::Int(cells))
            }
        },
        _ => None,
    })
}

fn typed<T: Element>(buffer: &PyUntypedBuffer, py: Python<'_>) -> PyResult<Option<Vec<T>>> {
    match buffer.as_typed::<T>() {
        Ok(typed) => typed.to_vec(py).map(Some),
        // Another byte order or alignment: read item by item instead.
        Err(e) if e.is_instance_of::<PyBufferError>(py) => Ok(None),
        Err(e) => Err(e),
    }
}

fn ints<T: Element + Into<i64>>(buffer: &PyUntypedBuffer, py: Python<'_>) -> PyResult<Option<Cells>> {
    Ok(typed::<T>(buffer, py)?.map(|v| Cells::Int(v.into_iter().map(|x| Some(x.into())).collect())))
}

fn too_large(value: &str, table: &str, row: usize, column: &str) -> Refused {
    let message = format!("`{value}` is beyond the whole numbers of 64 bits with sign");
    let error = Error::input("out_of_range", message).at(cell(table, row, column));
    error.help("give keys as text, and counts below 9223372036854775808").into()
}

fn cell(table: &str, row: usize, column: &str) -> String {
    format!("{table}, row {}, column {column}", row + 1)
}

enum Item {
    Missing,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

/// One kind for the whole column: numbers widen to floats, text stays with text.
fn from_items(list: &Bound<'_, PyAny>, table: &str, name: &str) -> Read<Cells> {
    let mut items = Vec::with_capacity(list.len()?);
    let (mut text_at, mut number_at) = (None, None);
    let (mut floats, mut ints) = (false, false);
    for (row, value) in list.try_iter()?.enumerate() {
        let item = item(&value?, table, row, name)?;
        match item {
            Item::Missing => {}
            Item::Text(_) => text_at = text_at.or(Some(row)),
            Item::Bool(_) => number_at = number_at.or(Some(row)),
            Item::Int(_) => (ints, number_at) = (true, number_at.or(Some(row))),
            Item::Float(_) => (floats, number_at) = (true, number_at.or(Some(row))),
        }
        items.push(item);
    }
    if let (Some(t), Some(n)) = (text_at, number_at) {
        let message = format!("row {} holds text and row {} a number", t + 1, n + 1);
        return Err(Error::input("mixed_column", message)
            .at(cell(table, t.max(n), name))
            .help("give either text or numbers in one column, and None for missing")
            .into());
    }
    if number_at.is_none() {
        let cell = |i| if let Item::Text(t) = i { Some(t) } else { None };
        return Ok(Cells::Text(items.into_iter().map(cell).collect()));
    }
    if floats {
        let cell = |i| match i {
            Item::Bool(b) => Some(f64::from(u8::from(b))),
            Item::Int(i) => Some(i as f64),
            Item::Float(x) => Some(x),
            Item::Missing | Item::Text(_) => None,
        };
        return Ok(Cells::Float(items.into_iter().map(cell).collect()));
    }
    if ints {
        let cell = |i| match i {
            Item::Bool(b) => Some(i64::from(b)),
            Item::Int(i) => Some(i),
            _ => None,
        };
        return Ok(Cells::Int(items.into_iter().map(cell).collect()));
    }
    let cell = |i| if let Item::Bool(b) = i { Some(b) } else { None };
    Ok(Cells::Bool(items.into_iter().map(cell).collect()))
}

fn item(value: &Bound<'_, PyAny>, table: &str, row: usize, column: &str) -> Read<Item> {
    if value.is_none() {
        return Ok(Item::Missing);
    }
    if value.is_instance_of::<PyString>() {
        return text(value, &cell(table, row, column)).map(Item::Text);
    }
    if value.is_instance_of::<PyFloat>() {
        return Ok(Item::Float(value.extract()?));
    }
    if let Ok(b) = value.cast::<PyBool>() {
        return Ok(Item::Bool(b.is_true()));
    }
    if value.is_instance_of::<PyInt>() {
        return match value.extract::<i64>() {
            Ok(i) => Ok(Item::Int(i)),
            Err(e) if e.is_instance_of::<PyOverflowError>(value.py()) => {
                Err(too_large("a whole number", table, row, column))
            }
            Err(e) => Err(e.into()),
        };
    }
    if is_na(value) {
        return Ok(Item::Missing);
    }
    if let Some(inside) = unwrapped(value)? {
        return item(&inside, table, row, column);
    }
    if value.hasattr("isoformat")? && value.hasattr("year")? {
        // A date, or the day on which an instant falls.
        let day = if value.hasattr("date")? { value.call_method0("date")? } else { value.clone() };
        return text(&day.call_method0("isoformat")?, &cell(table, row, column)).map(Item::Text);
    }
    let help = if value.get_type().name().is_ok_and(|n| n == "Decimal") { "give float or int" } else { COLUMN };
    Err(wrong_type(value, cell(table, row, column), "a number, a boolean, text, a date or None", help))
}

//! A table into an Arrow stream of one record batch.

use super::cells::{Interner, is_text};
use super::column_path;
use arrow_array::builder::StringViewBuilder;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::{self, ArrowDictionaryKeyType};
use arrow_array::{
    ArrayRef, ArrowPrimitiveType, BooleanArray, DictionaryArray, LargeStringArray, PrimitiveArray, RecordBatch,
    RecordBatchIterator, RecordBatchOptions, StringArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use colead::evidence::{Cells, Column, Table};
use colead::{Error, Result};
use std::sync::Arc;

/// Writes a table as an Arrow stream of one record batch: `int64`, `float64`, `bool`, `utf8`, and
/// dictionaries of `utf8` with `int32` keys (Spark refuses unsigned ones). Texts beyond 2 GiB become `large_utf8`.
///
/// # Errors
/// `bad_column_name` for a name with a NUL character, which Arrow's C interface cannot carry.
///
/// ```
/// use colead::evidence::{Cells, Column, Table};
/// let unit = Column { name: "unit".into(), cells: Cells::Text(vec![Some("t1".into()), None]) };
/// let table = Table::new("facts", vec![unit])?;
/// let stream = colead_ffi::arrow::export_table(&table)?;
/// assert_eq!(colead_ffi::arrow::import_stream(stream, "facts")?, table);
/// # Ok::<(), colead::Error>(())
/// ```
pub fn export_table(table: &Table) -> Result<FFI_ArrowArrayStream> {
    export(table, None)
}

/// The same, in the representation a consumer asked for, where nothing is lost by it: whole numbers of
/// another width or as floats, shorter floats, text in another layout or by dictionary. A column that
/// cannot follow the request keeps its own type, as the Arrow PyCapsule protocol allows.
///
/// # Errors
/// As [`export_table`], and `incompatible_schema` when the request has other columns.
pub fn export_table_as(table: &Table, requested: &Schema) -> Result<FFI_ArrowArrayStream> {
    let fields = requested.fields();
    let same = fields.len() == table.columns().len()
        && fields.iter().zip(table.columns()).all(|(field, column)| field.name() == &column.name);
    if !same {
        let names: Vec<String> = table.columns().iter().map(|c| format!("`{}`", c.name)).collect();
        return Err(Error::input("incompatible_schema", "the requested schema has other columns than the table")
            .at(table.name())
            .help(format!("ask for the columns {}, in this order", names.join(", "))));
    }
    export(table, Some(requested))
}

fn export(table: &Table, requested: Option<&Schema>) -> Result<FFI_ArrowArrayStream> {
    let mut fields = Vec::with_capacity(table.columns().len());
    let mut arrays = Vec::with_capacity(table.columns().len());
    for (i, column) in table.columns().iter().enumerate() {
        let array = own_type(table, column)?;
        let wanted = requested.and_then(|schema| schema.fields().get(i)).map(|field| field.data_type());
        let array = match wanted {
            Some(wanted) if wanted != array.data_type() => represent(&column.cells, wanted).unwrap_or(array),
            _ => array,
        };
        fields.push(Field::new(&column.name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let schema = Arc::new(Schema::new(fields));
    let options = RecordBatchOptions::new().with_row_count(Some(table.rows()));
    let batch = RecordBatch::try_new_with_options(schema.clone(), arrays, &options)
        .map_err(|e| Error::input("bad_table", format!("the table has no Arrow form: {e}")).at(table.name()))?;
    Ok(FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new([Ok::<_, ArrowError>(batch)], schema))))
}

/// The array of a column in its own type.
fn own_type(table: &Table, column: &Column) -> Result<ArrayRef> {
    let at = || column_path(table.name(), &column.name.escape_debug().to_string());
    // The exporter's callbacks cannot report this: they would abort the host.
    if column.name.contains('\0') {
        return Err(Error::input("bad_column_name", "a column name holds a NUL character").at(at()).help("rename it"));
    }
    Ok(match &column.cells {
        Cells::Int(cells) => ints::<types::Int64Type>(cells).ok_or_else(|| unfit(at()))?,
        Cells::Float(cells) => Arc::new(PrimitiveArray::<types::Float64Type>::from(cells.clone())),
        Cells::Bool(cells) => Arc::new(BooleanArray::from(cells.clone())),
        Cells::Text(cells) => texts(cells.iter().map(Option::as_deref), &DataType::Utf8).ok_or_else(|| unfit(at()))?,
        Cells::Dictionary { values, codes } => {
            let values: Vec<Option<&str>> = values.iter().map(|v| Some(v.as_str())).collect();
            dictionary::<types::Int32Type>(&values, codes, &DataType::Utf8).ok_or_else(|| unfit(at()))?
        }
    })
}

fn unfit(at: String) -> Error {
    Error::input("too_large", "the column is too large for Arrow").at(at).help("export fewer rows")
}

/// The cells in another Arrow type, or None where that would lose something.
fn represent(cells: &Cells, wanted: &DataType) -> Option<ArrayRef> {
    match (cells, wanted) {
        (Cells::Int(v), DataType::Int8) => ints::<types::Int8Type>(v),
        (Cells::Int(v), DataType::Int16) => ints::<types::Int16Type>(v),
        (Cells::Int(v), DataType::Int32) => ints::<types::Int32Type>(v),
        (Cells::Int(v), DataType::UInt8) => ints::<types::UInt8Type>(v),
        (Cells::Int(v), DataType::UInt16) => ints::<types::UInt16Type>(v),
        (Cells::Int(v), DataType::UInt32) => ints::<types::UInt32Type>(v),
        (Cells::Int(v), DataType::UInt64) => ints::<types::UInt64Type>(v),
        (Cells::Int(v), DataType::Float64) => {
            // Up to 2^53 every whole number is a double.
            let exact = |x: i64| (x.unsigned_abs() <= 1 << 53).then_some(x as f64);
            Some(Arc::new(convert::<_, types::Float64Type>(v, exact)?))
        }
        (Cells::Float(v), DataType::Float32) => {
            let exact = |x: f64| (x.is_nan() || f64::from(x as f32) == x).then_some(x as f32);
            Some(Arc::new(convert::<_, types::Float32Type>(v, exact)?))
        }
        (Cells::Text(v), t) if is_text(t) => texts(v.iter().map(Option::as_deref), t),
        (Cells::Text(v), DataType::Dictionary(key, t)) if is_text(t) => {
            let mut interner = Interner::default();
            let mut codes = Vec::with_capacity(v.len());
            for cell in v {
                codes.push(match cell {
                    Some(text) => Some(interner.code(text)?),
                    None => None,
                });
            }
            keyed(&interner.into_values(), &codes, key, t)
        }
        (Cells::Dictionary { values, codes }, DataType::Dictionary(key, t)) if is_text(t) => {
            keyed(values, codes, key, t)
        }
        (Cells::Dictionary { values, codes }, t) if is_text(t) => {
            let text = |code: &Option<u32>| code.and_then(|c| values.get(usize::try_from(c).ok()?)).map(String::as_str);
            texts(codes.iter().map(text), t)
        }
        _ => None,
    }
}

/// Converts every cell, or None when one of them does not fit.
fn convert<S: Copy, T: ArrowPrimitiveType>(
    cells: &[Option<S>],
    exact: impl Fn(S) -> Option<T::Native>,
) -> Option<PrimitiveArray<T>> {
    let mut out = Vec::with_capacity(cells.len());
    for cell in cells {
        out.push(match cell {
            Some(value) => Some(exact(*value)?),
            None => None,
        });
    }
    Some(out.into_iter().collect())
}

fn ints<T: ArrowPrimitiveType>(cells: &[Option<i64>]) -> Option<ArrayRef>
where
    T::Native: TryFrom<i64>,
{
    Some(Arc::new(convert::<_, T>(cells, |v| T::Native::try_from(v).ok())?))
}

/// Text in the layout of `wanted`; short offsets that do not suffice become long ones.
fn texts<'a>(cells: impl Iterator<Item = Option<&'a str>> + Clone, wanted: &DataType) -> Option<ArrayRef> {
    let bytes =
        cells.clone().flatten().try_fold(0_i64, |sum, text| sum.checked_add(i64::try_from(text.len()).ok()?))?;
    let short = i32::try_from(bytes).is_ok();
    Some(match wanted {
        DataType::Utf8View => {
            if cells.clone().flatten().any(|text| u32::try_from(text.len()).is_err()) {
                return None;
            }
            let mut builder = StringViewBuilder::new();
            cells.for_each(|cell| builder.append_option(cell));
            Arc::new(builder.finish())
        }
        DataType::Utf8 if short => Arc::new(cells.collect::<StringArray>()),
        _ => Arc::new(cells.collect::<LargeStringArray>()),
    })
}

/// A dictionary of text with keys of the type asked for.
fn keyed(values: &[String], codes: &[Option<u32>], key: &DataType, text: &DataType) -> Option<ArrayRef> {
    let values: Vec<Option<&str>> = values.iter().map(|v| Some(v.as_str())).collect();
    match key {
        DataType::Int8 => dictionary::<types::Int8Type>(&values, codes, text),
        DataType::Int16 => dictionary::<types::Int16Type>(&values, codes, text),
        DataType::Int32 => dictionary::<types::Int32Type>(&values, codes, text),
        DataType::Int64 => dictionary::<types::Int64Type>(&values, codes, text),
        DataType::UInt8 => dictionary::<types::UInt8Type>(&values, codes, text),
        DataType::UInt16 => dictionary::<types::UInt16Type>(&values, codes, text),
        DataType::UInt32 => dictionary::<types::UInt32Type>(&values, codes, text),
        DataType::UInt64 => dictionary::<types::UInt64Type>(&values, codes, text),
        _ => None,
    }
}

fn dictionary<K: ArrowDictionaryKeyType>(
    values: &[Option<&str>],
    codes: &[Option<u32>],
    text: &DataType,
) -> Option<ArrayRef>
where
    K::Native: TryFrom<u32>,
{
    let keys = convert::<_, K>(codes, |code| K::Native::try_from(code).ok())?;
    let values = texts(values.iter().copied(), text)?;
    Some(Arc::new(DictionaryArray::<K>::try_new(keys, values).ok()?))
}

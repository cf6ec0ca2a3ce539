//! Cells that grow batch by batch: one column of a stream on its way into a table.

use super::date::{day_of, fixed_offset, iso_date};
use arrow_array::cast::AsArray;
use arrow_array::types::{self, ArrowDictionaryKeyType, ArrowPrimitiveType};
use arrow_array::{Array, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};
use colead::evidence::Cells;
use std::collections::HashMap;

/// Why a batch could not be added; the caller knows the place.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The array is not of the type its schema promised, or contradicts itself.
    Damaged(String),
    /// A cell, counted from 0 within the batch, holds what a table cannot.
    Cell { row: usize, message: String, help: &'static str },
}

/// Distinct texts in the order of their first use.
#[derive(Debug, Default)]
pub(super) struct Interner {
    values: Vec<String>,
    index: HashMap<String, u32>,
}

impl Interner {
    /// The code of `text`; None when there are more texts than codes.
    pub(super) fn code(&mut self, text: &str) -> Option<u32> {
        if let Some(code) = self.index.get(text) {
            return Some(*code);
        }
        let code = u32::try_from(self.values.len()).ok()?;
        self.values.push(text.to_owned());
        self.index.insert(text.to_owned(), code);
        Some(code)
    }

    /// The texts; the code of each is its position.
    pub(super) fn into_values(self) -> Vec<String> {
        self.values
    }
}

/// One column as it grows.
#[derive(Debug)]
pub(super) enum Growing {
    Int(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    Bool(Vec<Option<bool>>),
    Text(Vec<Option<String>>),
    /// Days or instants, written as ISO dates; the seconds east of UTC.
    Date(Vec<Option<String>>, i64),
    Dictionary {
        texts: Interner,
        codes: Vec<Option<u32>>,
    },
}

impl Growing {
    /// An empty column for an Arrow type, or what the type is called and what to cast it to.
    pub(super) fn for_type(data_type: &DataType) -> Result<Growing, (String, String)> {
        use DataType as D;
        Ok(match data_type {
            D::Int8 | D::Int16 | D::Int32 | D::Int64 | D::UInt8 | D::UInt16 | D::UInt32 | D::UInt64 => {
                Growing::Int(Vec::new())
            }
            D::Float16 | D::Float32 | D::Float64 => Growing::Float(Vec::new()),
            D::Boolean => Growing::Bool(Vec::new()),
            D::Utf8 | D::LargeUtf8 | D::Utf8View | D::Null => Growing::Text(Vec::new()),
            D::Date32 | D::Date64 | D::Timestamp(_, None) => Growing::Date(Vec::new(), 0),
            D::Timestamp(_, Some(zone)) => match fixed_offset(zone) {
                Some(offset) => Growing::Date(Vec::new(), offset),
                None => {
                    let name = format!("a timestamp in the time zone `{zone}`");
                    return Err((name, "cast it to date32 in that zone, or to timestamps without a zone".to_owned()));
                }
            },
            D::Dictionary(_, values) if is_text(values) => {
                Growing::Dictionary { texts: Interner::default(), codes: Vec::new() }
            }
            other => return Err(unsupported(other)),
        })
    }

    /// Adds the cells of one batch.
    pub(super) fn append(&mut self, array: &dyn Array) -> Result<(), Refusal> {
        match self {
            Growing::Int(cells) => append_ints(cells, array),
            Growing::Float(cells) => append_floats(cells, array),
            Growing::Bool(cells) => {
                cells.extend(array.as_boolean_opt().ok_or_else(|| damaged(array))?.iter());
                Ok(())
            }
            Growing::Text(cells) if array.data_type() == &DataType::Null => {
                cells.extend(std::iter::repeat_n(None, array.len()));
                Ok(())
            }
            Growing::Text(cells) => {
                let texts = texts(array).ok_or_else(|| damaged(array))?;
                cells.extend(texts.map(|text| text.map(str::to_owned)));
                Ok(())
            }
            Growing::Date(cells, offset) => append_dates(cells, array, *offset),
            Growing::Dictionary { texts, codes } => append_dictionary(texts, codes, array),
        }
    }

    /// The number of cells so far.
    pub(super) fn len(&self) -> usize {
        match self {
            Growing::Int(v) => v.len(),
            Growing::Float(v) => v.len(),
            Growing::Bool(v) => v.len(),
            Growing::Text(v) | Growing::Date(v, _) => v.len(),
            Growing::Dictionary { codes, .. } => codes.len(),
        }
    }

    /// The finished cells.
    pub(super) fn into_cells(self) -> Cells {
        match self {
            Growing::Int(v) => Cells::Int(v),
            Growing::Float(v) => Cells::Float(v),
            Growing::Bool(v) => Cells::Bool(v),
            Growing::Text(v) | Growing::Date(v, _) => Cells::Text(v),
            Growing::Dictionary { texts, codes } => Cells::Dictionary { values: texts.into_values(), codes },
        }
    }
}

/// Whether a type is text in one of Arrow's three layouts.
pub(super) fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn damaged(array: &dyn Array) -> Refusal {
    Refusal::Damaged(format!("a batch holds {}, which its schema did not say", unsupported(array.data_type()).0))
}

fn primitive<T: ArrowPrimitiveType>(array: &dyn Array) -> Result<&PrimitiveArray<T>, Refusal> {
    array.as_primitive_opt::<T>().ok_or_else(|| damaged(array))
}

fn append_ints(cells: &mut Vec<Option<i64>>, array: &dyn Array) -> Result<(), Refusal> {
    fn widen<T: ArrowPrimitiveType>(cells: &mut Vec<Option<i64>>, array: &dyn Array) -> Result<(), Refusal>
    where
        T::Native: Into<i64>,
    {
        cells.extend(primitive::<T>(array)?.iter().map(|v| v.map(Into::into)));
        Ok(())
    }
    match array.data_type() {
        DataType::Int8 => widen::<types::Int8Type>(cells, array),
        DataType::Int16 => widen::<types::Int16Type>(cells, array),
        DataType::Int32 => widen::<types::Int32Type>(cells, array),
        DataType::Int64 => widen::<types::Int64Type>(cells, array),
        DataType::UInt8 => widen::<types::UInt8Type>(cells, array),
        DataType::UInt16 => widen::<types::UInt16Type>(cells, array),
        DataType::UInt32 => widen::<types::UInt32Type>(cells, array),
        _ => {
            for (row, value) in primitive::<types::UInt64Type>(array)?.iter().enumerate() {
                let value = match value {
                    Some(v) => Some(i64::try_from(v).map_err(|_| Refusal::Cell {
                        row,
                        message: format!("`{v}` is beyond the whole numbers of 64 bits with sign"),
                        help: "give keys as text, and counts below 9223372036854775808",
                    })?),
                    None => None,
                };
                cells.push(value);
            }
            Ok(())
        }
    }
}

fn append_floats(cells: &mut Vec<Option<f64>>, array: &dyn Array) -> Result<(), Refusal> {
    match array.data_type() {
        DataType::Float16 => {
            cells.extend(primitive::<types::Float16Type>(array)?.iter().map(|v| v.map(|v| v.to_f64())))
        }
        DataType::Float32 => cells.extend(primitive::<types::Float32Type>(array)?.iter().map(|v| v.map(f64::from))),
        _ => cells.extend(primitive::<types::Float64Type>(array)?.iter()),
    }
    Ok(())
}

fn append_dates(cells: &mut Vec<Option<String>>, array: &dyn Array, offset: i64) -> Result<(), Refusal> {
    fn write<T: ArrowPrimitiveType>(
        cells: &mut Vec<Option<String>>,
        array: &dyn Array,
        day: impl Fn(T::Native) -> i64,
    ) -> Result<(), Refusal> {
        for (row, value) in primitive::<T>(array)?.iter().enumerate() {
            let text = match value {
                Some(v) => Some(iso_date(day(v)).ok_or_else(|| Refusal::Cell {
                    row,
                    message: "a date lies outside the years 1 to 9999".to_owned(),
                    help: "give dates as YYYY-MM-DD",
                })?),
                None => None,
            };
            cells.push(text);
        }
        Ok(())
    }
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    match array.data_type() {
        DataType::Date32 => write::<types::Date32Type>(cells, array, i64::from),
        DataType::Date64 => write::<types::Date64Type>(cells, array, |v| day_of(v, Millisecond, 0)),
        DataType::Timestamp(Second, _) => {
            write::<types::TimestampSecondType>(cells, array, |v| day_of(v, Second, offset))
        }
        DataType::Timestamp(Millisecond, _) => {
            write::<types::TimestampMillisecondType>(cells, array, |v| day_of(v, Millisecond, offset))
        }
        DataType::Timestamp(Microsecond, _) => {
            write::<types::TimestampMicrosecondType>(cells, array, |v| day_of(v, Microsecond, offset))
        }
        _ => write::<types::TimestampNanosecondType>(cells, array, |v| day_of(v, Nanosecond, offset)),
    }
}

/// The cells of a text array in any of Arrow's three layouts.
fn texts(array: &dyn Array) -> Option<Box<dyn Iterator<Item = Option<&str>> + '_>> {
    if let Some(a) = array.as_string_opt::<i32>() {
        Some(Box::new(a.iter()))
    } else if let Some(a) = array.as_string_opt::<i64>() {
        Some(Box::new(a.iter()))
    } else {
        array.as_string_view_opt().map(|a| Box::new(a.iter()) as Box<_>)
    }
}

fn append_dictionary(texts: &mut Interner, codes: &mut Vec<Option<u32>>, array: &dyn Array) -> Result<(), Refusal> {
    match array.data_type() {
        DataType::Dictionary(key, _) => match key.as_ref() {
            DataType::Int8 => append_keys::<types::Int8Type>(texts, codes, array),
            DataType::Int16 => append_keys::<types::Int16Type>(texts, codes, array),
            DataType::Int32 => append_keys::<types::Int32Type>(texts, codes, array),
            DataType::Int64 => append_keys::<types::Int64Type>(texts, codes, array),
            DataType::UInt8 => append_keys::<types::UInt8Type>(texts, codes, array),
            DataType::UInt16 => append_keys::<types::UInt16Type>(texts, codes, array),
            DataType::UInt32 => append_keys::<types::UInt32Type>(texts, codes, array),
            _ => append_keys::<types::UInt64Type>(texts, codes, array),
        },
        _ => Err(damaged(array)),
    }
}

fn append_keys<K: ArrowDictionaryKeyType>(
    interner: &mut Interner,
    codes: &mut Vec<Option<u32>>,
    array: &dyn Array,
) -> Result<(), Refusal>
where
    K::Native: TryInto<usize>,
{
    let dictionary = array.as_dictionary_opt::<K>().ok_or_else(|| damaged(array))?;
    let values: Vec<Option<&str>> = texts(dictionary.values()).ok_or_else(|| damaged(array))?.collect();
    // Only texts in use enter, in the order of their first use: the result does not depend on how the
    // producer cut its batches or what its dictionaries hold besides.
    let mut known: Vec<Option<u32>> = vec![None; values.len()];
    for (row, key) in dictionary.keys().iter().enumerate() {
        let Some(key) = key else {
            codes.push(None);
            continue;
        };
        let outside = || Refusal::Damaged(format!("row {} of a batch has a key outside its dictionary", row + 1));
        let key: usize = key.try_into().map_err(|_| outside())?;
        let (text, slot) = values.get(key).zip(known.get_mut(key)).ok_or_else(outside)?;
        let code = match (text, *slot) {
            (None, _) => None,
            (_, Some(code)) => Some(code),
            (Some(text), None) => {
                let code = interner.code(text).ok_or_else(|| Refusal::Cell {
                    row,
                    message: "the column has more distinct texts than a dictionary can hold".to_owned(),
                    help: "give fewer than 4294967296 distinct texts",
                })?;
                *slot = Some(code);
                Some(code)
            }
        };
        codes.push(code);
    }
    Ok(())
}

/// What a type is called, and what to cast it to.
fn unsupported(data_type: &DataType) -> (String, String) {
    use DataType as D;
    let (name, help) = match data_type {
        D::Decimal32(..) | D::Decimal64(..) | D::Decimal128(..) | D::Decimal256(..) => {
            ("decimal numbers", "cast it to float64, or to int64 when it holds whole numbers")
        }
        D::RunEndEncoded(_, values) => {
            return (
                "run-end encoded values".to_owned(),
                format!("decode it, by a cast to its values' type ({})", spoken(values.data_type())),
            );
        }
        D::Dictionary(_, values) => {
            return (
                "a dictionary whose values are not text".to_owned(),
                format!("decode it, by a cast to its values' type ({})", spoken(values)),
            );
        }
        D::List(_) | D::LargeList(_) | D::FixedSizeList(..) | D::ListView(_) | D::LargeListView(_) => {
            ("lists", "give one value a cell: explode the list into rows, or split it into columns")
        }
        D::Struct(_) | D::Map(..) | D::Union(..) => {
            ("nested values", "give one value a cell: split the fields into columns of their own")
        }
        D::Binary | D::LargeBinary | D::FixedSizeBinary(_) | D::BinaryView => ("bytes", "cast it to utf8"),
        D::Time32(_) | D::Time64(_) | D::Duration(_) | D::Interval(_) => {
            ("times or durations", "cast it to int64 or to utf8")
        }
        other => return (spoken(other), "cast it to int64, float64, bool or utf8".to_owned()),
    };
    (name.to_owned(), help.to_owned())
}

/// A type as Arrow users write it.
fn spoken(data_type: &DataType) -> String {
    match data_type {
        t if is_text(t) => "utf8".to_owned(),
        t if t.is_integer() || t.is_floating() || matches!(t, DataType::Boolean | DataType::Date32) => {
            t.to_string().to_lowercase()
        }
        t if t.is_nested() => "nested values".to_owned(),
        DataType::Timestamp(..) => "timestamps".to_owned(),
        DataType::Null => "null".to_owned(),
        _ => "another type".to_owned(),
    }
}

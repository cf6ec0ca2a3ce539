//! An Arrow stream into a tally, batch by batch: the columns are counted where they lie.

use super::cells::{Growing, Refusal};
use super::import::{append_error, explain, unsupported_column};
use super::reader::Batches;
use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::{self, ArrowDictionaryKeyType, ArrowPrimitiveType};
use arrow_array::{Array as _, ArrayRef, BooleanArray, LargeStringArray, PrimitiveArray, StringArray, StringViewArray};
use arrow_schema::DataType;
use colead::evidence::{Cells, Loss};
use colead::tally::{Array, Bits, Counter, Tally, Texts, Values};
use colead::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How a stream is counted.
pub struct Counting<M, S, A> {
    /// Makes the counter for the names of the columns.
    pub make: M,
    /// Whether a column is left out, as if the stream did not have it.
    pub skip: S,
    /// Counts a batch: [`Counter::add`], or its like on several threads.
    pub add: A,
}

/// Counts the answers in an Arrow stream. The stream is consumed, also on error; no column is copied as a whole.
///
/// Cells mean what they mean to [`super::import_stream`].
///
/// # Errors
/// Those of [`super::import_stream`] and of [`Counter`].
pub fn count_stream<M, S, A>(stream: FFI_ArrowArrayStream, name: &str, how: Counting<M, S, A>) -> Result<(Tally, Loss)>
where
    M: FnOnce(&[&str]) -> Result<Counter>,
    S: Fn(&str) -> bool,
    A: FnMut(&mut Counter, &[Array<'_>]) -> Result<()>,
{
    // A producer that breaks the format can make the Arrow crates panic; a host must not pay for that.
    catch_unwind(AssertUnwindSafe(|| count(stream, name, how))).unwrap_or_else(|_| {
        let message = "the Arrow data contradict their format: the stream breaks the Arrow C data interface";
        Err(Error::input("bad_arrow_data", message).at(name).help("report this to the library that made the stream"))
    })
}

fn count<M, S, A>(stream: FFI_ArrowArrayStream, name: &str, how: Counting<M, S, A>) -> Result<(Tally, Loss)>
where
    M: FnOnce(&[&str]) -> Result<Counter>,
    S: Fn(&str) -> bool,
    A: FnMut(&mut Counter, &[Array<'_>]) -> Result<()>,
{
    let Counting { make, skip, mut add } = how;
    let mut batches = Batches::open(stream).map_err(|trouble| explain(trouble, name, 0, &[]))?;
    let fields: Vec<(String, DataType)> =
        batches.fields().iter().map(|f| (f.name().clone(), f.data_type().clone())).collect();
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    for (column, data_type) in &fields {
        Growing::for_type(data_type).map_err(|why| unsupported_column(name, column, why))?;
    }
    let kept: Vec<bool> = names.iter().map(|column| !skip(column)).collect();
    let pick = |all: &[&str]| -> Vec<usize> { (0..all.len()).filter(|i| kept.get(*i) == Some(&true)).collect() };
    let places = pick(&names);
    let own: Vec<&str> = places.iter().filter_map(|i| names.get(*i).copied()).collect();
    let mut counter = make(&own)?;
    let mut rows = 0;
    while let Some(batch) = batches.next().map_err(|trouble| explain(trouble, name, rows, &names))? {
        let mut columns = Vec::with_capacity(places.len());
        for place in &places {
            if let (Some(array), Some((column, data_type))) = (batch.get(*place), fields.get(*place)) {
                columns.push((array, Held::new(array, data_type).map_err(|r| append_error(r, name, rows, column))?));
            }
        }
        let arrays: Vec<Array<'_>> = columns.iter().map(|(array, held)| held.array(array)).collect();
        add(&mut counter, &arrays)?;
        rows += batch.first().map_or(0, |array| array.len());
    }
    counter.finish()
}

/// What a column needs beside its own memory to be counted.
enum Held {
    /// Nothing: the values are read where they lie.
    Plain,
    /// Numbers of 16 bits, widened.
    Half(Vec<f32>),
    /// Texts, or what is written as text.
    Text(TextColumn),
    /// The texts of a dictionary.
    Dictionary(TextColumn),
}

/// Texts in one of Arrow's layouts, and what counts as text.
enum TextColumn {
    Small(StringArray),
    Large(LargeStringArray),
    View(StringViewArray),
    Bool(BooleanArray),
    /// Dates as they are written.
    Written(Vec<Option<String>>),
    /// So many missing cells.
    Nothing(usize),
}

impl TextColumn {
    fn new(array: &ArrayRef) -> Option<TextColumn> {
        if let Some(a) = array.as_string_opt::<i32>() {
            return Some(TextColumn::Small(a.clone()));
        }
        if let Some(a) = array.as_string_opt::<i64>() {
            return Some(TextColumn::Large(a.clone()));
        }
        array.as_string_view_opt().map(|a| TextColumn::View(a.clone()))
    }
}

impl Texts for TextColumn {
    fn count(&self) -> usize {
        match self {
            TextColumn::Small(a) => a.len(),
            TextColumn::Large(a) => a.len(),
            TextColumn::View(a) => a.len(),
            TextColumn::Bool(a) => a.len(),
            TextColumn::Written(a) => a.len(),
            TextColumn::Nothing(rows) => *rows,
        }
    }

    fn text(&self, index: usize) -> Option<&str> {
        match self {
            TextColumn::Small(a) => (index < a.len() && a.is_valid(index)).then(|| a.value(index)),
            TextColumn::Large(a) => (index < a.len() && a.is_valid(index)).then(|| a.value(index)),
            TextColumn::View(a) => (index < a.len() && a.is_valid(index)).then(|| a.value(index)),
            TextColumn::Bool(a) if index < a.len() && a.is_valid(index) => {
                Some(if a.value(index) { "true" } else { "false" })
            }
            TextColumn::Written(a) => a.get(index)?.as_deref(),
            TextColumn::Bool(_) | TextColumn::Nothing(_) => None,
        }
    }
}

impl Held {
    fn new(array: &ArrayRef, promised: &DataType) -> Result<Held, Refusal> {
        let damaged = || Refusal::Damaged("a batch holds what its schema did not say".to_owned());
        if array.data_type() != promised {
            return Err(damaged());
        }
        Ok(match array.data_type() {
            DataType::Float16 => {
                let values = array.as_primitive_opt::<types::Float16Type>().ok_or_else(damaged)?;
                Held::Half(values.values().iter().map(|v| v.to_f32()).collect())
            }
            t if t.is_integer() || t.is_floating() => Held::Plain,
            DataType::Null => Held::Text(TextColumn::Nothing(array.len())),
            DataType::Boolean => Held::Text(TextColumn::Bool(array.as_boolean_opt().ok_or_else(damaged)?.clone())),
            DataType::Dictionary(..) => {
                let values = array.as_any_dictionary_opt().ok_or_else(damaged)?.values();
                Held::Dictionary(TextColumn::new(values).ok_or_else(damaged)?)
            }
            other => match TextColumn::new(array) {
                Some(texts) => Held::Text(texts),
                None => {
                    let mut cells = Growing::for_type(other).map_err(|_| damaged())?;
                    cells.append(array)?;
                    match cells.into_cells() {
                        Cells::Text(written) => Held::Text(TextColumn::Written(written)),
                        _ => return Err(damaged()),
                    }
                }
            },
        })
    }

    /// The column as the counter reads it.
    fn array<'a>(&'a self, array: &'a ArrayRef) -> Array<'a> {
        match self {
            Held::Plain => Array { validity: bits(array), ..plain(array).into() },
            Held::Half(values) => Array { validity: bits(array), ..Values::F32(values).into() },
            Held::Text(texts) => Values::Text(texts).into(),
            Held::Dictionary(texts) => {
                let (values, validity) = keys(array);
                Array { values, validity, dictionary: Some(texts) }
            }
        }
    }
}

fn bits(array: &dyn arrow_array::Array) -> Option<Bits<'_>> {
    let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0)?;
    Some(Bits { bytes: nulls.inner().values(), offset: nulls.inner().offset() })
}

fn numbers<T: ArrowPrimitiveType>(array: &dyn arrow_array::Array) -> &[T::Native] {
    array.as_primitive_opt::<T>().map_or(&[], |a: &PrimitiveArray<T>| a.values())
}

fn plain(array: &dyn arrow_array::Array) -> Values<'_> {
    match array.data_type() {
        DataType::Int8 => Values::I8(numbers::<types::Int8Type>(array)),
        DataType::Int16 => Values::I16(numbers::<types::Int16Type>(array)),
        DataType::Int32 => Values::I32(numbers::<types::Int32Type>(array)),
        DataType::Int64 => Values::I64(numbers::<types::Int64Type>(array)),
        DataType::UInt8 => Values::U8(numbers::<types::UInt8Type>(array)),
        DataType::UInt16 => Values::U16(numbers::<types::UInt16Type>(array)),
        DataType::UInt32 => Values::U32(numbers::<types::UInt32Type>(array)),
        DataType::UInt64 => Values::U64(numbers::<types::UInt64Type>(array)),
        DataType::Float32 => Values::F32(numbers::<types::Float32Type>(array)),
        _ => Values::F64(numbers::<types::Float64Type>(array)),
    }
}

/// The positions of a dictionary array.
fn keys(array: &dyn arrow_array::Array) -> (Values<'_>, Option<Bits<'_>>) {
    fn of<K: ArrowDictionaryKeyType>(array: &dyn arrow_array::Array) -> Option<&PrimitiveArray<K>> {
        array.as_dictionary_opt::<K>().map(|a| a.keys())
    }
    fn both<'a, K: ArrowDictionaryKeyType>(
        array: &'a dyn arrow_array::Array,
        values: impl Fn(&'a [K::Native]) -> Values<'a>,
    ) -> (Values<'a>, Option<Bits<'a>>) {
        of::<K>(array).map_or((Values::U8(&[]), None), |keys| (values(keys.values()), bits(keys)))
    }
    let DataType::Dictionary(key, _) = array.data_type() else { return (Values::U8(&[]), None) };
    match key.as_ref() {
        DataType::Int8 => both::<types::Int8Type>(array, Values::I8),
        DataType::Int16 => both::<types::Int16Type>(array, Values::I16),
        DataType::Int32 => both::<types::Int32Type>(array, Values::I32),
        DataType::Int64 => both::<types::Int64Type>(array, Values::I64),
        DataType::UInt8 => both::<types::UInt8Type>(array, Values::U8),
        DataType::UInt16 => both::<types::UInt16Type>(array, Values::U16),
        DataType::UInt32 => both::<types::UInt32Type>(array, Values::U32),
        _ => both::<types::UInt64Type>(array, Values::U64),
    }
}

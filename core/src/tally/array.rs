//! Columns as their owner holds them: borrowed values, with what is missing beside them.

use std::fmt;

/// Texts that can be asked for one by one, so that no column of texts is copied.
pub trait Texts: Sync {
    /// The number of texts.
    fn count(&self) -> usize;
    /// The text at `index`; `None` when it is missing.
    fn text(&self, index: usize) -> Option<&str>;
}

impl Texts for Vec<Option<String>> {
    fn count(&self) -> usize {
        self.len()
    }
    fn text(&self, index: usize) -> Option<&str> {
        self.get(index)?.as_deref()
    }
}

impl Texts for &[String] {
    fn count(&self) -> usize {
        self.len()
    }
    fn text(&self, index: usize) -> Option<&str> {
        self.get(index).map(String::as_str)
    }
}

/// The values of a column.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Values<'a> {
    /// Whole numbers of 8 bits without sign.
    U8(&'a [u8]),
    /// Whole numbers of 8 bits.
    I8(&'a [i8]),
    /// Whole numbers of 16 bits without sign.
    U16(&'a [u16]),
    /// Whole numbers of 16 bits.
    I16(&'a [i16]),
    /// Whole numbers of 32 bits without sign.
    U32(&'a [u32]),
    /// Whole numbers of 32 bits.
    I32(&'a [i32]),
    /// Whole numbers of 64 bits without sign.
    U64(&'a [u64]),
    /// Whole numbers of 64 bits.
    I64(&'a [i64]),
    /// Numbers of 32 bits.
    F32(&'a [f32]),
    /// Numbers of 64 bits.
    F64(&'a [f64]),
    /// Texts.
    Text(&'a dyn Texts),
    /// Answers that were read before: steps from 0, [`crate::evidence::DONT_KNOW`], [`crate::evidence::MISSING`].
    Steps(&'a [u8]),
}

/// Which values are there: a bit each, the lowest of a byte first, as Arrow has them.
#[derive(Debug, Clone, Copy)]
pub struct Bits<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// The position of the first bit.
    pub offset: usize,
}

impl Bits<'_> {
    /// Whether the bit at `index` is set; beyond the end none is.
    pub fn get(&self, index: usize) -> bool {
        let at = self.offset + index;
        self.bytes.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
    }

    /// Copies the bits from `index` on, so that the first is the lowest of the first byte; beyond the end none is set.
    #[inline(always)]
    pub(super) fn copy(&self, index: usize, out: &mut [u8]) {
        let at = self.offset + index;
        let bytes = self.bytes.get(at / 8..).unwrap_or_default();
        let shift = at % 8;
        if shift == 0 && bytes.len() >= out.len() {
            for (to, byte) in out.iter_mut().zip(bytes) {
                *to = *byte;
            }
            return;
        }
        let mut next = bytes.iter().skip(1);
        for (k, to) in out.iter_mut().enumerate() {
            let (low, high) = (bytes.get(k).copied().unwrap_or(0), next.next().copied().unwrap_or(0));
            *to = (u16::from_le_bytes([low, high]) >> shift) as u8;
        }
    }
}

/// One column of a batch, borrowed.
#[derive(Clone, Copy)]
pub struct Array<'a> {
    /// The values; where one is missing, what stands in its place is not read.
    pub values: Values<'a>,
    /// Which of them are there; `None`: all.
    pub validity: Option<Bits<'a>>,
    /// When given, the values are whole numbers that point into it.
    pub dictionary: Option<&'a dyn Texts>,
}

impl<'a> From<Values<'a>> for Array<'a> {
    /// A column without missing values.
    fn from(values: Values<'a>) -> Array<'a> {
        Array { values, validity: None, dictionary: None }
    }
}

// Cells are personal data: a debug print shows sizes only.
impl fmt::Debug for Array<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Array").field("rows", &self.len()).finish_non_exhaustive()
    }
}

/// What one cell holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    Missing,
    Integer(i128),
    Float(f64),
    Text(&'a str),
    /// A position beyond the dictionary.
    Beyond(usize),
    Step(u8),
}

impl<'a> Array<'a> {
    /// The number of rows.
    pub fn len(&self) -> usize {
        match self.values {
            Values::U8(v) | Values::Steps(v) => v.len(),
            Values::I8(v) => v.len(),
            Values::U16(v) => v.len(),
            Values::I16(v) => v.len(),
            Values::U32(v) => v.len(),
            Values::I32(v) => v.len(),
            Values::U64(v) => v.len(),
            Values::I64(v) => v.len(),
            Values::F32(v) => v.len(),
            Values::F64(v) => v.len(),
            Values::Text(v) => v.count(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the value of a row is there, as far as the validity tells.
    pub(super) fn is_there(&self, row: usize) -> bool {
        self.validity.is_none_or(|bits| bits.get(row))
    }

    /// The cell of a row: slow, for what is rare.
    pub(super) fn value(&self, row: usize) -> Value<'a> {
        let plain = if self.is_there(row) { self.plain(row) } else { None };
        match (plain, self.dictionary) {
            (None, _) => Value::Missing,
            (Some(Value::Integer(at)), Some(texts)) => match usize::try_from(at) {
                Ok(at) if at < texts.count() => texts.text(at).map_or(Value::Missing, Value::Text),
                Ok(at) => Value::Beyond(at),
                Err(_) => Value::Beyond(usize::MAX),
            },
            (Some(value), _) => value,
        }
    }

    fn plain(&self, row: usize) -> Option<Value<'a>> {
        let integer = |i: Option<i128>| i.map(Value::Integer);
        match self.values {
            Values::U8(v) => integer(v.get(row).map(|i| i128::from(*i))),
            Values::I8(v) => integer(v.get(row).map(|i| i128::from(*i))),
            Values::U16(v) => integer(v.get(row).map(|i| i128::from(*i))),
            Values::I16(v) => integer(v.get(row).map(|i| i128::from(*i))),
            Values::U32(v) => integer(v.get(row).map(|i| i128::from(*i))),
            Values::I32(v) => integer(v.get(row).map(|i| i128::from(*i))),
            Values::U64(v) => integer(v.get(row).map(|i| i128::from(*i))),
            Values::I64(v) => integer(v.get(row).map(|i| i128::from(*i))),
            Values::F32(v) => v.get(row).map(|x| Value::Float(f64::from(*x))),
            Values::F64(v) => v.get(row).map(|x| Value::Float(*x)),
            Values::Text(v) => v.text(row).map(Value::Text),
            Values::Steps(v) => v.get(row).map(|s| Value::Step(*s)),
        }
    }
}

//! From the cells of a column to answer codes.

use super::array::{Array, Bits, Values};
use super::kernel::{Codes, FOREIGN, ROWS};
use crate::evidence::MISSING;

/// What one column's answers may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) lo: i64,
    /// The highest step.
    pub(super) top: u8,
}

/// What a column of a tile was found to hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Masked {
    /// Whether a cell is [`FOREIGN`].
    pub(super) foreign: bool,
    /// Cells that are missing.
    pub(super) missing: u32,
}

/// A number that answers are written in.
trait Answer: Copy {
    /// The lowest answer, when all answers can be written in this type.
    fn lowest(range: Range) -> Option<Self>;
    /// The step of an answer, or [`FOREIGN`].
    fn step(self, lowest: Self) -> u8;
}

macro_rules! whole {
    ($($type:ty as $unsigned:ty),*) => {$(
        impl Answer for $type {
            #[inline(always)]
            fn lowest(range: Range) -> Option<$type> {
                let highest = range.lo.checked_add(i64::from(range.top))?;
                <$type>::try_from(highest).ok()?;
                <$type>::try_from(range.lo).ok()
            }
            #[inline(always)]
            fn step(self, lowest: $type) -> u8 {
                // Wraps around to large numbers below the lowest.
                let step = self.wrapping_sub(lowest) as $unsigned;
                if step < 16 { step as u8 } else { FOREIGN }
            }
        }
    )*};
}
whole!(u8 as u8, i8 as u8, u16 as u16, i16 as u16, u32 as u32, i32 as u32, u64 as u64, i64 as u64);

macro_rules! float {
    ($($type:ty, $shift:expr);*) => {$(
        impl Answer for $type {
            #[inline(always)]
            fn lowest(range: Range) -> Option<$type> {
                // Beyond this range whole numbers have no float of their own.
                (range.lo.unsigned_abs() < 1 << 20).then_some(range.lo as $type)
            }
            #[inline(always)]
            fn step(self, lowest: $type) -> u8 {
                let step = self - lowest;
                // The sum has the whole number in its lowest bits.
                let shifted = step + $shift;
                let whole = shifted - $shift == step && (0.0..16.0).contains(&step);
                if whole { shifted.to_bits() as u8 } else { FOREIGN }
            }
        }
    )*};
}
float!(f32, 8_388_608.0; f64, 4_503_599_627_370_496.0);

#[inline(always)]
pub(super) fn mask_body(column: &Array<'_>, range: Range, from: usize, rows: usize, out: &mut Codes) -> Masked {
    match column.values {
        Values::Steps(v) => {
            out.fill(MISSING);
            for (to, step) in out.iter_mut().zip(v.get(from..).unwrap_or_default()).take(rows) {
                *to = *step;
            }
            return Masked::default();
        }
        // Read one by one, where they differ.
        _ if column.dictionary.is_some() => out.fill(FOREIGN),
        Values::Text(_) => out.fill(FOREIGN),
        Values::U8(v) => steps(v, range, from, rows, out),
        Values::I8(v) => steps(v, range, from, rows, out),
        Values::U16(v) => steps(v, range, from, rows, out),
        Values::I16(v) => steps(v, range, from, rows, out),
        Values::U32(v) => steps(v, range, from, rows, out),
        Values::I32(v) => steps(v, range, from, rows, out),
        Values::U64(v) => steps(v, range, from, rows, out),
        Values::I64(v) => steps(v, range, from, rows, out),
        Values::F32(v) => steps(v, range, from, rows, out),
        Values::F64(v) => steps(v, range, from, rows, out),
    }
    // No closure: it would be compiled for the lowest level.
    let missing = match column.validity {
        Some(bits) => blank(bits, from, rows, out),
        None => 0,
    };
    if let Some(rest) = out.get_mut(rows..) {
        rest.fill(MISSING);
    }
    let mut foreign = 0_u8;
    for code in out.iter() {
        foreign |= u8::from(*code > range.top && *code != MISSING);
    }
    Masked { foreign: foreign != 0, missing }
}

#[inline(always)]
fn steps<T: Answer>(values: &[T], range: Range, from: usize, rows: usize, out: &mut Codes) {
    let values = values.get(from..).and_then(|v| v.get(..rows)).unwrap_or_default();
    let Some(lowest) = T::lowest(range) else { return out.fill(FOREIGN) };
    if let Ok(values) = <&[T; ROWS]>::try_from(values) {
        for (to, value) in out.iter_mut().zip(values) {
            *to = value.step(lowest);
        }
    } else {
        for (to, value) in out.iter_mut().zip(values) {
            *to = value.step(lowest);
        }
    }
}

/// The bit of each of 32 rows in its byte.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const BITS: [u8; 32] = {
    let mut bits = [0; 32];
    let mut row = 0;
    while row < 32 {
        bits[row] = 1 << (row % 8);
        row += 1;
    }
    bits
};

/// Blanks what is not there and gives back how much that is.
///
/// Without a branch: whether somebody left out an item cannot be foreseen.
#[inline(always)]
fn blank(bits: Bits<'_>, from: usize, rows: usize, out: &mut Codes) -> u32 {
    let mut octets = [u8::MAX; ROWS / 8];
    let used = octets.get_mut(..rows.div_ceil(8)).unwrap_or_default();
    bits.copy(from, used);
    if let (Some(last), 1..) = (used.last_mut(), rows % 8) {
        *last |= u8::MAX << (rows % 8);
    }
    for (there, codes) in octets.as_chunks::<4>().0.iter().zip(out.as_chunks_mut::<32>().0) {
        let [a, b, c, d] = *there;
        let spread = [a, a, a, a, a, a, a, a, b, b, b, b, b, b, b, b, c, c, c, c, c, c, c, c, d, d, d, d, d, d, d, d];
        for ((code, there), bit) in codes.iter_mut().zip(spread).zip(BITS) {
            *code |= if there & bit == 0 { MISSING } else { 0 };
        }
    }
    let mut missing = 0;
    for there in octets.as_chunks::<8>().0 {
        missing += u64::from_ne_bytes(*there).count_zeros();
    }
    missing
}

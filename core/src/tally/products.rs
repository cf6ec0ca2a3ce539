//! The products of the items of each scale.
//!
//! Most people answer every item of a scale: their products are taken down whole columns. The others are picked out
//! first, and pair by pair those count who answered both.

use super::kernel::{Codes, NOBODY, ROWS, SUM_BITS, Tile, turn};
use super::layout::{Layout, ScaleShape};
use super::state::Products;
use crate::evidence::MISSING;

/// What rows are rounded up to: whole vectors.
const WIDE: usize = 32;

/// For each byte the places of its bits that are set, the lowest first.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const PLACES: [[u16; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut bit, mut found) = (0, 0);
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                table[byte][found] = bit;
                found += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    table
};

#[inline(always)]
pub(super) fn multiply_body(layout: &Layout, tile: &mut Tile, wave: Option<u32>, products: &mut [Products]) {
    for ((scale, marks), products) in layout.scales.iter().zip(&tile.marks).zip(products) {
        let mut own = [0; ROWS];
        let marks = match wave {
            None => marks,
            Some(wave) => {
                for ((own, mark), of) in own.iter_mut().zip(marks).zip(&tile.waves) {
                    *own = *mark | (u16::from(*of != wave).wrapping_neg() & NOBODY << SUM_BITS);
                }
                &own
            }
        };
        cross(layout, scale, &tile.codes, marks, products, &mut tile.steps);
        let scratch = [&mut tile.steps, &mut tile.squares, &mut tile.there];
        incomplete(layout, scale, &tile.codes, marks, products, scratch);
    }
}

/// The oriented steps of an item in the rows that answered all of its scale, elsewhere 0.
#[inline(always)]
fn orient(top: u8, reversed: bool, codes: &Codes, marks: &[u16; ROWS], out: &mut [u16; ROWS]) {
    let (flip, base) = turn(top, reversed);
    for ((step, code), mark) in out.iter_mut().zip(codes).zip(marks) {
        let complete = u16::from(*mark >> SUM_BITS == 0).wrapping_neg();
        *step = u16::from((code ^ flip).wrapping_add(base)) & complete;
    }
}

/// `Σ xy` of two columns of small numbers.
#[inline(always)]
fn dot(x: &[u16], y: &[u16]) -> u64 {
    let mut total = 0;
    // Steps and their squares are at most 100: so many products add up in 16 bits.
    for (x, y) in x.chunks(512).zip(y.chunks(512)) {
        let mut sum = 0_u16;
        for (x, y) in x.iter().zip(y) {
            sum = sum.wrapping_add(x.wrapping_mul(*y));
        }
        total += u64::from(sum);
    }
    total
}

/// The products of the items of a scale over the rows that answered all of them.
#[inline(always)]
fn cross(
    layout: &Layout,
    scale: &ScaleShape,
    codes: &[Codes],
    marks: &[u16; ROWS],
    products: &mut Products,
    steps: &mut [[u16; ROWS]],
) {
    let top = scale.top() as u8;
    let mut complete = 0_u16;
    for mark in marks {
        complete += u16::from(*mark >> SUM_BITS == 0);
    }
    products.complete += u64::from(complete);
    for ((item, step), sum) in scale.items.iter().zip(steps.iter_mut()).zip(&mut products.sums) {
        let (Some(codes), Some(shape)) = (codes.get(*item), layout.items.get(*item)) else { continue };
        orient(top, shape.reversed, codes, marks, step);
        *sum += dot(step, &[1; ROWS]);
    }
    let mut crosses = products.cross.iter_mut();
    let steps = steps.get(..scale.items.len()).unwrap_or_default();
    for (i, x) in steps.iter().enumerate() {
        for (y, product) in steps.iter().skip(i).zip(&mut crosses) {
            *product += dot(x, y);
        }
    }
}

/// The products of the items of a scale over the rows that answered some of them but not all.
#[inline(always)]
fn incomplete(
    layout: &Layout,
    scale: &ScaleShape,
    codes: &[Codes],
    marks: &[u16; ROWS],
    products: &mut Products,
    [steps, squares, there]: [&mut Vec<[u16; ROWS]>; 3],
) {
    let mut picked = [0_u16; ROWS + 8];
    let mut count = 0;
    // One answer alone is no pair. Without a branch: whether somebody left out an item cannot be foreseen.
    let least = scale.items.len() as u16 - 1;
    let mut partial = [0_u8; ROWS];
    for (partial, mark) in partial.iter_mut().zip(marks) {
        let missing = *mark >> SUM_BITS;
        *partial = u8::from((missing != 0) & (missing != NOBODY) & (missing != least));
    }
    for (octet, partial) in partial.as_chunks::<8>().0.iter().enumerate() {
        // One bit of each byte, side by side.
        let bits = u64::from_le_bytes(*partial).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        let Some(places) = PLACES.get(bits as usize) else { continue };
        let Some(to) = picked.get_mut(count..count + 8) else { continue };
        for (to, place) in to.iter_mut().zip(places) {
            *to = (octet * 8) as u16 + *place;
        }
        count += bits.count_ones() as usize;
    }
    if count == 0 {
        return;
    }
    let picked = picked.get(..count).unwrap_or_default();
    let top = scale.top() as u8;
    // Whole vectors: what lies behind is nobody's.
    let length = count.next_multiple_of(WIDE).min(ROWS);
    for (j, item) in scale.items.iter().enumerate() {
        let (Some(codes), Some(shape)) = (codes.get(*item), layout.items.get(*item)) else { continue };
        let (Some(steps), Some(squares), Some(there)) = (steps.get_mut(j), squares.get_mut(j), there.get_mut(j)) else {
            continue;
        };
        let mut gathered = [MISSING; ROWS];
        for (to, row) in gathered.iter_mut().zip(picked) {
            *to = codes.get(usize::from(*row) % ROWS).copied().unwrap_or(MISSING);
        }
        let (flip, base) = turn(top, shape.reversed);
        for (((code, step), square), there) in gathered.iter().zip(steps).zip(squares).zip(there).take(length) {
            let answered = u16::from(*code <= top);
            *step = u16::from((code ^ flip).wrapping_add(base)) & answered.wrapping_neg();
            *square = step.wrapping_mul(*step);
            *there = answered;
        }
    }
    let mut pairs = products.pairwise.iter_mut();
    let items = scale.items.len();
    for i in 0..items {
        for j in i + 1..items {
            let Some(row) = pairs.next() else { return };
            let (Some(x), Some(xx), Some(mx)) =
                (part(steps, i, length), part(squares, i, length), part(there, i, length))
            else {
                return;
            };
            let (Some(y), Some(yy), Some(my)) =
                (part(steps, j, length), part(squares, j, length), part(there, j, length))
            else {
                return;
            };
            let found = [dot(mx, my), dot(x, my), dot(mx, y), dot(x, y), dot(xx, my), dot(mx, yy)];
            for (total, more) in row.iter_mut().zip(found) {
                *total += more;
            }
        }
    }
}

/// The first `length` cells of a column.
#[inline(always)]
fn part(columns: &[[u16; ROWS]], at: usize, length: usize) -> Option<&[u16]> {
    columns.get(at)?.get(..length)
}

//! The hot loops: a tile of rows from columns to counters.
//!
//! Everything here is compiled for several levels of the processor and chosen at run time; the loops are plain, with
//! fixed widths inside, for the compiler to make vectors of. All levels give the same integers.

use super::array::Array;
use super::blocks::Blocks;
use super::layout::{Layout, ScaleShape};
use super::mask::{Masked, Range, mask_body};
use super::pages::LINE;
use super::plan::{Plan, SMALL, word};
use super::products::multiply_body;
use super::state::Products;
use crate::evidence::MISSING;
use multiversion::multiversion;
use std::sync::Arc;

/// Rows of a tile.
pub(super) const ROWS: usize = 2048;
/// Rows between two looks at whether small counters are full.
const STEP: usize = 64;
/// Bytes of counters that the caches of a processor hold, so that reading ahead gains nothing.
const NEAR: usize = 16 << 20;
/// What a cell holds that is no answer and not missing, until it is looked at more closely.
pub(super) const FOREIGN: u8 = 253;
/// A mark of a scale that nobody answered.
pub(super) const NOBODY: u16 = 63;
/// A mark is the number of missing items and, in its lowest bits, the raw sum.
pub(super) const SUM_BITS: u32 = 10;
const SUMS: usize = 1 << SUM_BITS;
const SUM_MASK: u16 = SUMS as u16 - 1;
/// A raw sum that nobody has: at most 100 items of 10 steps.
const NOTHING: usize = SUMS - 1;

/// Where a raw sum is added.
#[derive(Debug, Clone, Copy, Default)]
struct Stratum {
    place: u16,
    sum: u16,
}

/// The answers of one column of a tile.
pub(super) type Codes = [u8; ROWS];

/// A tile of rows and what is worked out of it.
#[derive(Debug, Clone)]
pub(super) struct Tile {
    /// Rows in use; behind them all is missing.
    pub(super) rows: usize,
    /// Answer codes, a column an item of the layout.
    pub(super) codes: Vec<Codes>,
    /// For each row the slot of its unit.
    pub(super) slots: [u32; ROWS],
    /// For each row the number of its wave.
    pub(super) waves: [u32; ROWS],
    /// For each scale and row a mark: missing items (at most 62) or [`NOBODY`], and the raw sum.
    pub(super) marks: Vec<[u16; ROWS]>,
    /// For each scale and row the place of its stratum in a unit's words, and the raw sum that is added there.
    strata: Vec<[Stratum; ROWS]>,
    /// Whether a row has a stratum without a word.
    rare: [u8; ROWS],
    /// Rows of answers, for each group of items.
    lanes: Vec<Vec<u8>>,
    /// Oriented steps of the items of one scale, and beside them squares and who answered.
    pub(super) steps: Vec<[u16; ROWS]>,
    pub(super) squares: Vec<[u16; ROWS]>,
    pub(super) there: Vec<[u16; ROWS]>,
    /// The word of each raw sum; none for [`NOTHING`].
    words: Box<[u64; SUMS]>,
}

impl Tile {
    pub(super) fn new(layout: &Layout, plan: &Plan) -> Tile {
        let longest = layout.scales.iter().map(|s| s.items.len()).max().unwrap_or(0);
        Tile {
            rows: 0,
            codes: vec![[MISSING; ROWS]; layout.items.len()],
            slots: [0; ROWS],
            waves: [0; ROWS],
            marks: vec![[0; ROWS]; layout.scales.len()],
            strata: vec![[Stratum::default(); ROWS]; layout.scales.len()],
            rare: [0; ROWS],
            lanes: plan.groups.iter().map(|g| vec![0; ROWS * g.width]).collect(),
            steps: vec![[0; ROWS]; longest],
            squares: vec![[0; ROWS]; longest],
            there: vec![[0; ROWS]; longest],
            words: Box::new(std::array::from_fn(|s| if s == NOTHING { 0 } else { word::of(s as u64) })),
        }
    }

    /// Answered items and raw sum of a row on every scale.
    pub(super) fn scale_sums(&self, layout: &Layout, row: usize, out: &mut Vec<(u8, u64)>) {
        out.clear();
        out.extend(self.marks.iter().zip(&layout.scales).map(|(marks, scale)| {
            let mark = marks.get(row).copied().unwrap_or(NOBODY << SUM_BITS);
            let answered = match mark >> SUM_BITS {
                NOBODY => 0,
                62 => self.answered(scale, row),
                missing => scale.items.len().saturating_sub(usize::from(missing)),
            };
            // At most 100 items.
            (answered as u8, u64::from(mark & SUM_MASK))
        }));
    }

    /// Answered items, counted one by one.
    fn answered(&self, scale: &ScaleShape, row: usize) -> usize {
        let code = |item: &usize| self.codes.get(*item).and_then(|c| c.get(row)).copied().unwrap_or(MISSING);
        scale.items.iter().filter(|item| usize::from(code(item)) < scale.options).count()
    }
}

macro_rules! levels {
    ($(#[$doc:meta])* fn $name:ident / $middle:ident / $plain:ident $(<$life:lifetime>)? ($($arg:ident: $of:ty),*) $(-> $out:ty)? = $body:ident) => {
        $(#[$doc])*
        #[multiversion(targets("x86_64+avx2+bmi1+bmi2+popcnt", "x86_64+sse4.2+popcnt", "aarch64+neon"))]
        pub(super) fn $name $(<$life>)? ($($arg: $of),*) $(-> $out)? {
            $body($($arg),*)
        }

        /// The level below the best, for tests.
        #[cfg(test)]
        #[multiversion(targets("x86_64+sse4.2+popcnt"))]
        pub(super) fn $middle $(<$life>)? ($($arg: $of),*) $(-> $out)? {
            $body($($arg),*)
        }

        /// The level that every processor has, for tests.
        #[cfg(test)]
        pub(super) fn $plain $(<$life>)? ($($arg: $of),*) $(-> $out)? {
            $body($($arg),*)
        }
    };
}

levels! {
    /// Reads the answers of the rows from `from` on into `out`.
    fn mask / mask_middle / mask_plain<'a>
        (column: &Array<'a>, range: Range, from: usize, rows: usize, out: &mut Codes) -> Masked = mask_body
}

levels! {
    /// Counts the answers of a tile and marks its scales.
    fn count / count_middle / count_plain (layout: &Layout, tile: &mut Tile, blocks: &mut Blocks) = count_body
}

levels! {
    /// Adds the item products of a marked tile, of one wave when it is given.
    fn multiply / multiply_middle / multiply_plain
        (layout: &Layout, tile: &mut Tile, wave: Option<u32>, products: &mut [Products]) = multiply_body
}

#[inline(always)]
fn count_body(layout: &Layout, tile: &mut Tile, blocks: &mut Blocks) {
    tile.rare = [0; ROWS];
    let (scales, depth) = (blocks.plan.scales, blocks.plan.depth);
    for (index, ((scale, marks), strata)) in layout.scales.iter().zip(&mut tile.marks).zip(&mut tile.strata).enumerate()
    {
        mark(layout, scale, &tile.codes, marks);
        // At most 200 scales and 4 strata.
        stratify(index as u16, scales as u16, depth as u16, marks, strata, &mut tile.rare);
    }
    let plan = Arc::clone(&blocks.plan);
    for (group, lanes) in plan.groups.iter().zip(&mut tile.lanes) {
        match group.width {
            16 => transpose::<16>(&group.items, &tile.codes, lanes),
            32 => transpose::<32>(&group.items, &tile.codes, lanes),
            48 => transpose::<48>(&group.items, &tile.codes, lanes),
            _ => transpose::<64>(&group.items, &tile.codes, lanes),
        }
    }
    let far = blocks.bytes() > NEAR;
    let all = tile.slots.get(..tile.rows).unwrap_or_default();
    for (step, slots) in all.chunks(STEP).enumerate() {
        let from = step * STEP;
        make_room(blocks, slots);
        if far {
            touch(blocks, slots);
        }
        for (row, slot) in (from..).zip(slots) {
            let block = blocks.small.block_mut(*slot as usize);
            for (group, lanes) in plan.groups.iter().zip(&tile.lanes) {
                let counters = block.get_mut(group.from..).unwrap_or_default();
                match group.width {
                    16 => histogram::<16, 0>(lanes, row, &group.planes, counters),
                    32 => histogram::<32, 0>(lanes, row, &group.planes, counters),
                    48 => histogram::<32, 16>(lanes, row, &group.planes, counters),
                    _ => histogram::<64, 0>(lanes, row, &group.planes, counters),
                }
            }
            let (words, _) = block.get_mut(plan.words..).unwrap_or_default().as_chunks_mut::<8>();
            for strata in &tile.strata {
                let Some(Stratum { place, sum }) = strata.get(row) else { continue };
                if let (Some(total), Some(word)) =
                    (words.get_mut(usize::from(*place)), tile.words.get(usize::from(*sum & SUM_MASK)))
                {
                    *total = u64::from_le_bytes(*total).wrapping_add(*word).to_le_bytes();
                }
            }
            if tile.rare.get(row).is_some_and(|rare| *rare != 0) {
                rare(layout, tile, row, *slot, blocks);
            }
        }
    }
}

/// Empties the small counters that the rows of one step could fill, and counts these rows.
#[inline(always)]
fn make_room(blocks: &mut Blocks, slots: &[u32]) {
    const ROOM: u8 = (SMALL - STEP as u64) as u8;
    for slot in slots {
        if blocks.fresh.get(*slot as usize).is_some_and(|fresh| *fresh > ROOM) {
            blocks.flush(*slot);
        }
    }
    for slot in slots {
        if let (Some(fresh), Some(rows)) = (blocks.fresh.get_mut(*slot as usize), blocks.rows.get_mut(*slot as usize)) {
            *fresh += 1;
            *rows += 1;
        }
    }
}

/// What turns a step: `(step ^ flip) + base` is the step, or, reversed, `top - step`, which is `!step + 1 + top`.
#[inline(always)]
pub(super) fn turn(top: u8, reversed: bool) -> (u8, u8) {
    if reversed { (u8::MAX, top + 1) } else { (0, 0) }
}

/// The marks of a scale: how many of its items each row leaves out, and the raw sum of the others.
#[inline(always)]
fn mark(layout: &Layout, scale: &ScaleShape, codes: &[Codes], marks: &mut [u16; ROWS]) {
    let top = scale.top() as u8;
    let mut sums = [0_u16; ROWS];
    let mut answered = [0_u8; ROWS];
    // So many steps add up in 8 bits.
    for items in scale.items.chunks(usize::from(u8::MAX / top.max(1))) {
        let mut part = [0_u8; ROWS];
        for item in items {
            let (Some(codes), Some(shape)) = (codes.get(*item), layout.items.get(*item)) else { continue };
            let (flip, base) = turn(top, shape.reversed);
            for ((sum, n), code) in part.iter_mut().zip(&mut answered).zip(codes) {
                let there = u8::from(*code <= top).wrapping_neg();
                *sum = sum.wrapping_add((code ^ flip).wrapping_add(base) & there);
                *n = n.wrapping_sub(there);
            }
        }
        for (sum, part) in sums.iter_mut().zip(&part) {
            *sum += u16::from(*part);
        }
    }
    // At most 100 items.
    let items = scale.items.len() as u8;
    for ((mark, sum), n) in marks.iter_mut().zip(&sums).zip(&answered) {
        let missing = u16::from(items.wrapping_sub(*n)).min(NOBODY - 1);
        let missing = if *n == 0 { NOBODY } else { missing };
        *mark = missing << SUM_BITS | *sum;
    }
}

/// Where the raw sum of each row is added, and which rows have none such place.
#[inline(always)]
fn stratify(
    scale: u16,
    scales: u16,
    depth: u16,
    marks: &[u16; ROWS],
    strata: &mut [Stratum; ROWS],
    rare: &mut [u8; ROWS],
) {
    for ((mark, stratum), rare) in marks.iter().zip(strata).zip(rare) {
        let missing = *mark >> SUM_BITS;
        let dense = u16::from(missing < depth).wrapping_neg();
        *stratum = Stratum { place: (missing & dense) * scales + scale, sum: *mark | !dense };
        *rare |= u8::from(missing >= depth) & u8::from(missing != NOBODY);
    }
}

/// Eight rows of a column in one word.
#[inline(always)]
fn eight(column: &Codes, at: usize) -> u64 {
    match column.as_chunks::<8>().0.get(at) {
        Some(codes) => u64::from_le_bytes(*codes),
        None => 0,
    }
}

/// Rows of answers, a lane an item, out of columns.
#[inline(always)]
fn transpose<const W: usize>(items: &[usize], codes: &[Codes], lanes: &mut [u8]) {
    const NOTHING: Codes = [MISSING; ROWS];
    let (rows, _) = lanes.as_chunks_mut::<W>();
    for (octet, items) in items.chunks(8).enumerate() {
        let column = |k: usize| items.get(k).and_then(|i| codes.get(*i)).unwrap_or(&NOTHING);
        let [a, b, c, d, e, f, g, h] = std::array::from_fn(column);
        // Squares of eight rows and eight columns, turned.
        for (at, rows) in rows.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            let (a, b, c, d) = (eight(a, at), eight(b, at), eight(c, at), eight(d, at));
            let (e, f, g, h) = (eight(e, at), eight(f, at), eight(g, at), eight(h, at));
            for (row, lanes) in rows.iter_mut().enumerate() {
                let one = |column: u64, lane: u32| (column >> (8 * row) & 0xff) << (8 * lane);
                let low = one(a, 0) | one(b, 1) | one(c, 2) | one(d, 3);
                let high = one(e, 4) | one(f, 5) | one(g, 6) | one(h, 7);
                if let Some(lanes) = lanes.as_chunks_mut::<8>().0.get_mut(octet) {
                    *lanes = (low | high).to_le_bytes();
                }
            }
        }
    }
}

/// Counts the answers of a row, of `A + B` lanes, into the small counters of its unit.
#[inline(always)]
fn histogram<const A: usize, const B: usize>(lanes: &[u8], row: usize, planes: &[u8], counters: &mut [u8]) {
    let codes = lanes.get(row * (A + B)..).unwrap_or_default();
    let Some((codes, more)) = codes.split_first_chunk::<A>() else { return };
    let Some(more) = more.first_chunk::<B>() else { return };
    // Copies: the compiler keeps them out of memory that the counters might share.
    let (codes, more) = (*codes, *more);
    let mut rest = counters;
    for plane in planes {
        let Some((counters, behind)) = rest.split_first_chunk_mut::<A>() else { return };
        raise(counters, &codes, *plane);
        let Some((counters, behind)) = behind.split_first_chunk_mut::<B>() else { return };
        raise(counters, &more, *plane);
        rest = behind;
    }
}

/// Counts one more where the code is that of the plane.
#[inline(always)]
fn raise<const N: usize>(counters: &mut [u8; N], codes: &[u8; N], plane: u8) {
    let mut hits = [0_u8; N];
    for (hit, code) in hits.iter_mut().zip(codes) {
        *hit = u8::from(*code == plane);
    }
    for (counter, hit) in counters.iter_mut().zip(hits) {
        *counter = counter.wrapping_add(hit);
    }
}

/// Reads what the next rows will change, all at once, so that no row waits for its unit alone.
#[inline(always)]
fn touch(blocks: &Blocks, slots: &[u32]) {
    // Of the strata the first two lines: most people leave out one item of a scale at most.
    let lines = blocks.plan.words.div_ceil(LINE) + 2;
    let mut seen = 0;
    for slot in slots {
        for line in blocks.small.block(*slot as usize).as_chunks::<LINE>().0.iter().take(lines) {
            let [first, ..] = line;
            seen |= first;
        }
    }
    std::hint::black_box(seen);
}

/// Adds the strata of a row that have no word.
#[cold]
fn rare(layout: &Layout, tile: &Tile, row: usize, slot: u32, blocks: &mut Blocks) {
    let mut sums = Vec::with_capacity(layout.scales.len());
    tile.scale_sums(layout, row, &mut sums);
    for (scale, ((answered, sum), shape)) in sums.iter().zip(&layout.scales).enumerate() {
        let missing = shape.items.len().saturating_sub(usize::from(*answered));
        if *answered > 0 && missing >= blocks.plan.depth {
            blocks.add_rare(slot, scale, *answered, *sum);
        }
    }
}

/// The levels of the processor, for tests: each must give the same integers.
#[cfg(test)]
pub(super) mod levels {
    use super::*;

    type Mask = fn(&Array<'_>, Range, usize, usize, &mut Codes) -> Masked;
    type Count = fn(&Layout, &mut Tile, &mut Blocks);
    type Multiply = fn(&Layout, &mut Tile, Option<u32>, &mut [Products]);

    pub(in super::super) const ALL: [(Mask, Count, Multiply); 3] = [
        (mask, count, multiply),
        (mask_middle, count_middle, multiply_middle),
        (mask_plain, count_plain, multiply_plain),
    ];
}

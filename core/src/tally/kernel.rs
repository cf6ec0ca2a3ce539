//! The hot loops: a tile of rows from columns to counters.
//!
//! Everything here is compiled for several levels of the processor and chosen at run time; the loops are plain, with
//! fixed widths inside, for the compiler to make vectors of. All levels give the same integers.

use super::array::{Array, Bits, Values};
use super::blocks::Blocks;
use super::layout::{Layout, ScaleShape};
use super::pages::LINE;
use super::plan::{Plan, SMALL, word};
use super::state::Products;
use crate::evidence::MISSING;
use multiversion::multiversion;
use std::sync::Arc;

/// Rows of a tile.
pub(super) const ROWS: usize = 1024;
/// Rows between two looks at whether small counters are full.
const STEP: usize = 64;
/// Bytes of counters that a processor keeps near enough to need no preparation.
const NEAR: usize = 512 << 10;
/// What a cell holds that is no answer and not missing, until it is looked at more closely.
pub(super) const FOREIGN: u8 = 253;
/// A mark of a scale that nobody answered.
const NOBODY: u16 = 63;
/// A mark is the number of missing items and, in its lowest bits, the raw sum.
const SUM_BITS: u32 = 10;
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
    marks: Vec<[u16; ROWS]>,
    /// For each scale and row the place of its stratum in a unit's words, and the raw sum that is added there.
    strata: Vec<[Stratum; ROWS]>,
    /// Whether a row has a stratum without a word.
    rare: [u8; ROWS],
    /// Rows of answers, for each group of items.
    lanes: Vec<Vec<u8>>,
    /// Oriented steps of the items of one scale, and beside them squares and who answered.
    steps: Vec<[i16; ROWS]>,
    squares: Vec<[i16; ROWS]>,
    there: Vec<[i16; ROWS]>,
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

/// What one column's answers may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) lo: i64,
    /// The highest step.
    pub(super) top: u8,
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
                let whole = shifted - $shift == step && step >= 0.0 && step < 16.0;
                if whole { shifted.to_bits() as u8 } else { FOREIGN }
            }
        }
    )*};
}
float!(f32, 8_388_608.0; f64, 4_503_599_627_370_496.0);

#[inline(always)]
fn mask_body(column: &Array<'_>, range: Range, from: usize, rows: usize, out: &mut Codes) -> Masked {
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
    let missing = column.validity.map_or(0, |bits| blank(bits, from, rows, out));
    if let Some(rest) = out.get_mut(rows..) {
        rest.fill(MISSING);
    }
    let mut foreign = 0_u8;
    for code in out.iter() {
        foreign |= u8::from(*code > range.top && *code != MISSING);
    }
    Masked { foreign: foreign != 0, missing }
}

/// For each byte the places of its bits that are set, the lowest first.
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
fn steps<T: Answer>(values: &[T], range: Range, from: usize, rows: usize, out: &mut Codes) {
    let (values, ahead) = values.get(from..).and_then(|v| v.split_at_checked(rows)).unwrap_or_default();
    let ahead = ahead.get(..ROWS).unwrap_or_default();
    let Some(lowest) = T::lowest(range) else { return out.fill(FOREIGN) };
    // The column goes on in the next tile: by then it is near.
    let mut seen = 0;
    for next in ahead.chunks(LINE / size_of::<T>()) {
        if let Some(value) = next.first() {
            seen |= value.step(lowest);
        }
    }
    std::hint::black_box(seen);
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

/// For each byte of bits, eight bytes that are [`MISSING`] where the bit is not set.
const BLANKS: [[u8; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            if byte >> bit & 1 == 0 {
                table[byte][bit] = MISSING;
            }
            bit += 1;
        }
        byte += 1;
    }
    table
};

/// Blanks what is not there and gives back how much that is.
#[inline(always)]
fn blank(bits: Bits<'_>, from: usize, rows: usize, out: &mut Codes) -> u32 {
    let mut missing = 0;
    let (octets, _) = out.as_chunks_mut::<8>();
    let whole = rows / 8;
    for (octet, codes) in octets.iter_mut().enumerate().take(whole) {
        missing += blank_octet(bits.eight(from + octet * 8), codes);
    }
    if let (Some(codes), 1..) = (octets.get_mut(whole), rows % 8) {
        missing += blank_octet(bits.eight(from + whole * 8) | u8::MAX << (rows % 8), codes);
    }
    missing
}

/// Without a branch: whether somebody left out an item cannot be foreseen.
#[inline(always)]
fn blank_octet(there: u8, codes: &mut [u8; 8]) -> u32 {
    if let Some(blanks) = BLANKS.get(usize::from(there)) {
        *codes = (u64::from_ne_bytes(*codes) | u64::from_ne_bytes(*blanks)).to_ne_bytes();
    }
    there.count_zeros()
}

#[inline(always)]
fn multiply_body(layout: &Layout, tile: &mut Tile, wave: Option<u32>, products: &mut [Products]) {
    for ((scale, marks), products) in layout.scales.iter().zip(&tile.marks).zip(products) {
        let mut own = *marks;
        if let Some(wave) = wave {
            for (mark, of) in own.iter_mut().zip(&tile.waves) {
                *mark |= u16::from(*of != wave).wrapping_neg() & NOBODY << SUM_BITS;
            }
        }
        cross(layout, scale, &tile.codes, &own, products, &mut tile.steps);
        let scratch = [&mut tile.steps, &mut tile.squares, &mut tile.there];
        incomplete(layout, scale, &tile.codes, &own, products, scratch);
    }
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
                    16 => histogram::<16>(lanes, row, &group.planes, counters),
                    32 => histogram::<32>(lanes, row, &group.planes, counters),
                    48 => histogram::<48>(lanes, row, &group.planes, counters),
                    _ => histogram::<64>(lanes, row, &group.planes, counters),
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
            // A reversed step is `top - step`, which is `!step + 1 + top`.
            let (flip, base) = if shape.reversed { (u8::MAX, top + 1) } else { (0, 0) };
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

/// The oriented steps of an item in the rows that answered all of its scale, elsewhere 0.
#[inline(always)]
fn orient(top: u8, reversed: bool, codes: &Codes, marks: &[u16; ROWS], out: &mut [i16; ROWS]) {
    let (base, sign) = if reversed { (i16::from(top), -1) } else { (0, 1) };
    for ((step, code), mark) in out.iter_mut().zip(codes).zip(marks) {
        let complete = i16::from(*mark >> SUM_BITS == 0).wrapping_neg();
        *step = (base + sign * i16::from(*code)) & complete;
    }
}

/// `Σ xy` of two columns of small numbers.
#[inline(always)]
fn dot(x: &[i16], y: &[i16]) -> u64 {
    let sum: i32 = x.iter().zip(y).map(|(x, y)| i32::from(*x) * i32::from(*y)).sum();
    // Steps and their squares are at most 100, and a tile has 1,024 rows.
    sum.unsigned_abs().into()
}

/// The products of the items of a scale over the rows that answered all of them.
#[inline(always)]
fn cross(
    layout: &Layout,
    scale: &ScaleShape,
    codes: &[Codes],
    marks: &[u16; ROWS],
    products: &mut Products,
    steps: &mut [[i16; ROWS]],
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
        let mut total = 0_i32;
        for step in step.iter() {
            total += i32::from(*step);
        }
        *sum += u64::from(total.unsigned_abs());
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
    [steps, squares, there]: [&mut Vec<[i16; ROWS]>; 3],
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
    let length = count.next_multiple_of(32).min(ROWS);
    for (j, item) in scale.items.iter().enumerate() {
        let (Some(codes), Some(shape)) = (codes.get(*item), layout.items.get(*item)) else { continue };
        let (Some(steps), Some(squares), Some(there)) = (steps.get_mut(j), squares.get_mut(j), there.get_mut(j)) else {
            continue;
        };
        let mut gathered = [MISSING; ROWS];
        for (to, row) in gathered.iter_mut().zip(picked) {
            *to = codes.get(usize::from(*row) % ROWS).copied().unwrap_or(MISSING);
        }
        let (base, sign) = if shape.reversed { (i16::from(top), -1) } else { (0, 1) };
        for (((code, step), square), there) in gathered.iter().zip(steps).zip(squares).zip(there).take(length) {
            let answered = i16::from(*code <= top);
            *step = (base + sign * i16::from(*code)) & answered.wrapping_neg();
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
fn part(columns: &[[i16; ROWS]], at: usize, length: usize) -> Option<&[i16]> {
    columns.get(at)?.get(..length)
}

/// Rows of answers, a lane an item, out of columns.
#[inline(always)]
fn transpose<const W: usize>(items: &[usize], codes: &[Codes], lanes: &mut [u8]) {
    const NOTHING: Codes = [MISSING; ROWS];
    let (rows, _) = lanes.as_chunks_mut::<W>();
    for (octet, items) in items.chunks(8).enumerate() {
        let column = |k: usize| items.get(k).and_then(|i| codes.get(*i)).unwrap_or(&NOTHING);
        let columns: [&Codes; 8] = std::array::from_fn(column);
        let [a, b, c, d, e, f, g, h] = columns;
        let mut words = [0_u64; ROWS];
        for (row, word) in words.iter_mut().enumerate() {
            let at = |column: &Codes, shift: u32| column.get(row).map_or(0, |code| u64::from(*code) << shift);
            *word = at(a, 0) | at(b, 8) | at(c, 16) | at(d, 24) | at(e, 32) | at(f, 40) | at(g, 48) | at(h, 56);
        }
        for (row, word) in rows.iter_mut().zip(&words) {
            if let Some(lanes) = row.as_chunks_mut::<8>().0.get_mut(octet) {
                *lanes = word.to_le_bytes();
            }
        }
    }
}

/// Counts the answers of a row into the small counters of its unit.
#[inline(always)]
fn histogram<const W: usize>(lanes: &[u8], row: usize, planes: &[u8], counters: &mut [u8]) {
    let Some(codes) = lanes.as_chunks::<W>().0.get(row) else { return };
    for (counters, plane) in counters.as_chunks_mut::<W>().0.iter_mut().zip(planes) {
        for (counter, code) in counters.iter_mut().zip(codes) {
            *counter = counter.wrapping_add(u8::from(*code == *plane));
        }
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

//! Kleene's logic on bits: 64 rows a word, two bits a row.

use super::batch::{Columns, Filled};
use super::program::{Form, Node, Program};
use crate::rules::truth::Op;

/// Rows of a word.
pub(super) const WORD: usize = 64;
/// Words of a tile: enough to spread the cost of one step, few enough that all steps of a tile stay in the cache.
pub(super) const WORDS: usize = 8;
/// Rows of a tile.
pub(super) const TILE: usize = WORD * WORDS;
/// The most bits of a sum of points, which is at most 1,000 by the language and 2³² by its types.
const DIGITS: usize = 33;

/// One bit for each row of a tile.
pub(super) type Plane = [u64; WORDS];

/// What is known of a condition in each row of a tile: certainly true, and possibly true. A row that is possibly but
/// not certainly true is unknown; no row is certainly but not possibly true.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Kleene {
    pub(super) yes: Plane,
    pub(super) may: Plane,
    /// Rows in which a standard error makes it a matter of probability; what the other two say of them is void.
    pub(super) unsure: Plane,
}

/// The first `n` bits.
#[inline(always)]
pub(super) fn first(n: usize) -> u64 {
    if n >= WORD { u64::MAX } else { (1 << n) - 1 }
}

/// The rows that pass a test. Every fourth row goes into one lane, and the lanes are put together at the end: of the
/// forms that were timed the one that compilers turn into vector instructions with and without AVX.
#[inline(always)]
pub(super) fn mask<T: Copy>(rows: &[T; WORD], test: impl Fn(T) -> bool) -> u64 {
    let mut lanes = [0u64; 4];
    for four in rows.as_chunks::<4>().0.iter().rev() {
        for (lane, x) in lanes.iter_mut().zip(four) {
            *lane = (*lane << 4) | u64::from(test(*x));
        }
    }
    lanes.iter().enumerate().fold(0, |all, (i, lane)| all | lane << i)
}

/// As [`mask`], for single precision.
#[inline(always)]
pub(super) fn mask_single(rows: &[f32; WORD], test: impl Fn(f32) -> bool) -> u64 {
    let mut all = 0;
    for half in rows.as_chunks::<32>().0.iter().rev() {
        let mut lanes = [0u32; 8];
        for eight in half.as_chunks::<8>().0.iter().rev() {
            for (lane, x) in lanes.iter_mut().zip(eight) {
                *lane = (*lane << 8) | u32::from(test(*x));
            }
        }
        let bits = lanes.iter().enumerate().fold(0, |all, (i, lane)| all | lane << i);
        all = all << 32 | u64::from(bits);
    }
    all
}

#[inline(always)]
fn planes(rows: &[f64; TILE], test: impl Fn(f64) -> bool) -> Plane {
    let mut out = Plane::default();
    for (word, rows) in out.iter_mut().zip(rows.as_chunks::<WORD>().0) {
        *word = mask(rows, &test);
    }
    out
}

#[inline(always)]
pub(super) fn each(a: &Plane, b: &Plane, f: impl Fn(u64, u64) -> u64) -> Plane {
    let mut out = *a;
    for (x, y) in out.iter_mut().zip(b) {
        *x = f(*x, *y);
    }
    out
}

/// Every node of a program for the tile that begins at `start`. Values with a standard error count as if they were
/// exact, and are marked unsure; whether there are any is returned.
#[inline(always)]
pub(super) fn evaluate(program: &Program, columns: &Columns<'_>, start: usize, nodes: &mut [Kleene]) -> bool {
    let mut unsure_any = 0;
    for input in &program.inputs {
        let Some(leaves) = nodes.get_mut(input.leaves.clone()) else { continue };
        let tests = program.nodes.get(input.leaves.clone()).unwrap_or_default();
        let Some(filled) = columns.filled(input.measure) else {
            leaves.fill(Kleene { may: [u64::MAX; WORDS], ..Kleene::default() });
            continue;
        };
        let mut known = Plane::default();
        for (i, word) in known.iter_mut().enumerate() {
            *word = filled.known(start + i * WORD, columns.rows());
        }
        let unsure = unsure(filled, columns.rows(), start, &known);
        unsure_any |= unsure.iter().fold(0, |a, b| a | b);
        let mut pad = [0.0; TILE];
        match filled {
            Filled::Score { value, .. } => {
                let rows = value.tile(start, &mut pad);
                for (leaf, test) in leaves.iter_mut().zip(tests) {
                    let Node::Compare { op, threshold, .. } = test else { continue };
                    let c = f64::from_bits(*threshold);
                    let met = match op {
                        Op::Ge => planes(rows, |v| v >= c),
                        Op::Gt => planes(rows, |v| v > c),
                        Op::Le => planes(rows, |v| v <= c),
                        Op::Lt => planes(rows, |v| v < c),
                    };
                    *leaf = leaf_of(&met, &known, unsure);
                }
            }
            Filled::Category { codes, category, .. } => {
                for (leaf, test) in leaves.iter_mut().zip(tests) {
                    let Node::OneOf { wanted, .. } = test else { continue };
                    let is_wanted = |row: usize| {
                        let place = codes.get(row).and_then(|c| category.get(c).copied().flatten());
                        place.and_then(|p| wanted.get(p).copied()).unwrap_or(false)
                    };
                    let mut met = Plane::default();
                    for (i, word) in met.iter_mut().enumerate() {
                        let from = start + i * WORD;
                        *word = (0..WORD).fold(0, |all, bit| all | u64::from(is_wanted(from + bit)) << bit);
                    }
                    *leaf = leaf_of(&met, &known, unsure);
                }
            }
        }
    }
    for (i, node) in program.nodes.iter().enumerate().skip(program.leaves) {
        let Some((done, rest)) = nodes.split_at_mut_checked(i) else { continue };
        let Some(slot) = rest.first_mut() else { continue };
        *slot = inner(node, done);
        if unsure_any != 0 {
            slot.unsure = unsure_of(node, done);
        }
    }
    unsure_any != 0
}

#[inline(always)]
fn leaf_of(met: &Plane, known: &Plane, unsure: Plane) -> Kleene {
    Kleene { yes: each(met, known, |m, k| m & k), may: each(met, known, |m, k| m | !k), unsure }
}

/// The rows of a tile whose value has a standard error above 0.
#[inline(always)]
fn unsure(filled: &Filled<'_>, rows: usize, start: usize, known: &Plane) -> Plane {
    let Filled::Score { se: Some(se), .. } = filled else { return Plane::default() };
    let mut pad = [0.0; TILE];
    let mut out = planes(se.tile(start, &mut pad), |s| s > 0.0);
    for (i, (word, known)) in out.iter_mut().zip(known).enumerate() {
        *word &= known & se.known(start + i * WORD, rows);
    }
    out
}

#[inline(always)]
fn inner(node: &Node, done: &[Kleene]) -> Kleene {
    let get = |i: &usize| done.get(*i).copied().unwrap_or_default();
    match node {
        Node::AtLeast { form: Form::All, of, .. } => {
            let mut all = Kleene { yes: [u64::MAX; WORDS], may: [u64::MAX; WORDS], ..Kleene::default() };
            for k in of.iter().filter_map(|(_, i)| done.get(*i)) {
                all.yes = each(&all.yes, &k.yes, |a, b| a & b);
                all.may = each(&all.may, &k.may, |a, b| a & b);
            }
            all
        }
        Node::AtLeast { form: Form::Any, of, .. } => {
            let mut any = Kleene::default();
            for k in of.iter().filter_map(|(_, i)| done.get(*i)) {
                any.yes = each(&any.yes, &k.yes, |a, b| a | b);
                any.may = each(&any.may, &k.may, |a, b| a | b);
            }
            any
        }
        Node::AtLeast { points, total, of, .. } => {
            let count = |plane: fn(&Kleene) -> &Plane| {
                let parts = of.iter().filter_map(|(w, i)| Some((*w, plane(done.get(*i)?))));
                at_least(*points, *total, parts)
            };
            Kleene { yes: count(|k| &k.yes), may: count(|k| &k.may), ..Kleene::default() }
        }
        Node::Not(i) => {
            let k = get(i);
            Kleene { yes: k.may.map(|w| !w), may: k.yes.map(|w| !w), ..Kleene::default() }
        }
        Node::Rule { guards, then, .. } => {
            let mut met = [u64::MAX; WORDS];
            for k in guards.iter().filter_map(|i| done.get(*i)) {
                met = each(&met, &k.yes, |a, b| a & b);
            }
            let k = get(then);
            let (yes, may) = (each(&k.yes, &met, |a, b| a & b), each(&k.may, &met, |a, b| a | !b));
            Kleene { yes, may, ..Kleene::default() }
        }
        Node::Compare { .. } | Node::OneOf { .. } => Kleene::default(),
    }
}

#[inline(always)]
fn unsure_of(node: &Node, done: &[Kleene]) -> Plane {
    let mut out = Plane::default();
    node.parts(|i| {
        if let Some(k) = done.get(i) {
            out = each(&out, &k.unsure, |a, b| a | b);
        }
    });
    out
}

/// Where weighted parts reach `points`: the sum of each row in binary, one plane a digit. It begins at 2ⁿ − points
/// with 2ⁿ above the total, so digit n is set exactly where the points are reached.
#[inline(always)]
fn at_least<'p>(points: u32, total: u32, parts: impl Iterator<Item = (u32, &'p Plane)>) -> Plane {
    let top = (u32::BITS - total.leading_zeros()) as usize;
    let begin = (1u64 << top).saturating_sub(u64::from(points));
    let mut digits = [Plane::default(); DIGITS];
    for (i, digit) in digits.iter_mut().enumerate() {
        *digit = [if begin >> i & 1 == 1 { u64::MAX } else { 0 }; WORDS];
    }
    let Some(digits) = digits.get_mut(..=top) else { return Plane::default() };
    for (weight, plane) in parts {
        let mut carry = Plane::default();
        for (i, digit) in digits.iter_mut().enumerate() {
            let add = if weight.checked_shr(i as u32).unwrap_or(0) & 1 == 1 { *plane } else { Plane::default() };
            let half = each(digit, &add, |a, b| a ^ b);
            let both = each(digit, &add, |a, b| a & b);
            *digit = each(&half, &carry, |a, b| a ^ b);
            carry = each(&both, &each(&half, &carry, |a, b| a & b), |a, b| a | b);
        }
    }
    digits.last().copied().unwrap_or_default()
}

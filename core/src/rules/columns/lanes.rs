//! Probabilities to five decimals, 64 rows at once, with a proven margin.
//!
//! A condition's truth `[lo, hi]` is computed in single precision by the formulas of [`Truth`](crate::rules::Truth),
//! Φ by a short formula. [`Margin`] bounds how far both may be from what one case gives. A verdict is taken from here
//! only where the truth is farther than that from what decides; all other rows are computed again (`exact`).

use super::batch::{Columns, Filled};
use super::bits::{self, Kleene, WORD};
use super::program::{Node, Program};
use crate::rules::truth::Op;

/// One number a row.
type Lane = [f32; WORD];

/// The most points of a sum whose bounds are computed here; a larger one is computed row by row.
const COPIES: usize = 32;

/// The truth of a condition in 64 rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Truths {
    lo: Lane,
    hi: Lane,
    /// Rows in which it rests on a guard that is too close to call here.
    doubt: u64,
}

impl Default for Truths {
    fn default() -> Truths {
        Truths { lo: [0.0; WORD], hi: [1.0; WORD], doubt: 0 }
    }
}

/// Rows of 32 sorted lists, used again from sum to sum.
#[derive(Debug, Clone)]
pub(super) struct Sorted([[Lane; COPIES]; 2]);

impl Default for Sorted {
    fn default() -> Sorted {
        Sorted([[[0.0; WORD]; COPIES]; 2])
    }
}

/// Between which bounds of `lo` and `hi` nothing is said of holding and failing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Margin {
    /// It holds above, and does not below.
    holds: [f32; 2],
    /// It fails below, and does not above.
    fails: [f32; 2],
}

/// How far [`phi`] is from Φ at most.
///
/// The formula is within 3e-7 of erf (Abramowitz and Stegun 1964, 7.1.28), so within 1.5e-7 of Φ. All its terms are
/// positive: rounded coefficients, 6 products and 6 sums leave t with a relative error of at most 13 units of 2⁻²⁴;
/// four squarings multiply that by 16 and add 15, the quotient adds 1. So y = 0.5/t¹⁶, which is at most one half, is
/// within 224 · 2⁻²⁴ · 0.5 < 6.7e-6. The quotient z is that of one case, rounded once: |z| φ(z) 2⁻²⁴ < 1.5e-8. The
/// last subtraction adds 6e-8, numbers too small for single precision 1e-37. All in all less than 7e-6.
const PHI_ERROR: f64 = 1e-5;

impl Margin {
    /// The margins of all nodes. Each formula moves by no more than this when its parts move by at most `e`: a sum of
    /// n lower bounds by n·e, the least of several by e, Rüger's quotient (n − r parts over k − r) by (n − k + 1)·e.
    /// To each step are added 2⁻²¹ for every part, above the rounding of n sums of numbers below 1 in both precisions.
    pub(super) fn of(nodes: &[Node], confidence: f64) -> Vec<Margin> {
        let mut errors: Vec<[f64; 2]> = Vec::with_capacity(nodes.len());
        for node in nodes {
            let of = |i: usize| errors.get(i).copied().unwrap_or([f64::INFINITY; 2]);
            let error = match node {
                Node::Compare { .. } | Node::OneOf { .. } => [PHI_ERROR; 2],
                Node::Not(i) => {
                    let [lo, hi] = of(*i);
                    [hi, lo].map(|e| e + rounding(1))
                }
                Node::Rule { then, .. } => of(*then),
                Node::AtLeast { points, total, of: parts, .. } => {
                    let most =
                        |at: usize| parts.iter().filter_map(|(_, i)| of(*i).get(at).copied()).fold(0.0, f64::max);
                    let (n, k) = (f64::from(*total), f64::from(*points));
                    match Sum::of(*points, *total) {
                        Some(_) => {
                            let lo = most(0) * k + rounding(*total);
                            let hi = most(1) * (n - k + 1.0) + rounding(*total);
                            // The lower bound is kept below the upper.
                            [lo.max(hi), hi]
                        }
                        None => [f64::INFINITY; 2],
                    }
                }
            };
            errors.push(error);
        }
        let around = |at: f64, e: f64| [((at + e) as f32).next_up(), ((at - e) as f32).next_down()];
        let margin = |[lo, hi]: &[f64; 2]| {
            let [above, below] = around(1.0 - confidence, *hi);
            Margin { holds: around(confidence, *lo), fails: [below, above] }
        };
        errors.iter().map(margin).collect()
    }
}

fn rounding(parts: u32) -> f64 {
    (f64::from(parts) + 4.0) * f64::from(f32::EPSILON) * 4.0
}

/// How the bounds of a sum are computed.
enum Sum {
    All,
    Any,
    Some { points: usize, total: usize },
}

impl Sum {
    fn of(points: u32, total: u32) -> Option<Sum> {
        match (points, total) {
            (0, _) => None,
            (p, t) if p == t => Some(Sum::All),
            (1, _) => Some(Sum::Any),
            (p, t) if p < t && t as usize <= COPIES => Some(Sum::Some { points: p as usize, total: t as usize }),
            _ => None,
        }
    }
}

/// Every node of a program for 64 rows: those of the word `word` of the tile whose bits are `kleene`.
#[inline(always)]
pub(super) fn evaluate(
    program: &Program,
    columns: &Columns<'_>,
    row: usize,
    word: usize,
    kleene: &[Kleene],
    truths: &mut [Truths],
    sorted: &mut Sorted,
) {
    for input in &program.inputs {
        let (Some(leaves), Some(bits)) = (truths.get_mut(input.leaves.clone()), kleene.get(input.leaves.clone()))
        else {
            continue;
        };
        let unsure = bits.first().map_or(0, |k| at(&k.unsure, word));
        let Some(Filled::Score { value, se: Some(se) }) = columns.filled(input.measure).filter(|_| unsure != 0) else {
            leaves.iter_mut().zip(bits).for_each(|(t, k)| spread(k, word, t));
            continue;
        };
        let known = value.known(row, columns.rows());
        let mut pads = [[0.0; WORD]; 2];
        let [v, s] = &mut pads;
        // A missing value has no effect: as 0 with an infinite standard error it is one half, give or take one half.
        let (mut values, mut errors, mut slack) = (*value.tile(row, v), *se.tile(row, s), [0.0; WORD]);
        let unsure = unsure & known;
        for (i, ((v, s), slack)) in values.iter_mut().zip(&mut errors).zip(&mut slack).enumerate() {
            let (known, unsure) = (known >> i & 1 == 1, unsure >> i & 1 == 1);
            *s = if unsure {
                *s
            } else if known {
                0.0
            } else {
                f64::INFINITY
            };
            *v = if known { *v } else { 0.0 };
            *slack = if known { 0.0 } else { 0.5 };
        }
        for (t, test) in leaves.iter_mut().zip(program.nodes.get(input.leaves.clone()).unwrap_or_default()) {
            let Node::Compare { op, threshold, .. } = test else { continue };
            compare(&values, &errors, &slack, *op, f64::from_bits(*threshold), t);
        }
    }
    for (i, node) in program.nodes.iter().enumerate().skip(program.leaves) {
        let Some((done, rest)) = truths.split_at_mut_checked(i) else { continue };
        let (Some(slot), Some(k)) = (rest.first_mut(), kleene.get(i)) else { continue };
        if at(&k.unsure, word) == 0 {
            spread(k, word, slot);
        } else {
            inner(program, node, done, slot, sorted);
        }
    }
}

/// What is certain of a rule in each row: that it holds, that it fails, and that either or neither is certain.
#[inline(always)]
pub(super) fn decide(truths: &Truths, margin: &Margin) -> (u64, u64, u64) {
    let [above, below] = margin.holds;
    let holds = bits::mask_single(&truths.lo, |lo| lo > above);
    let open = bits::mask_single(&truths.lo, |lo| lo < below);
    let [below, above] = margin.fails;
    let fails = bits::mask_single(&truths.hi, |hi| hi < below);
    let standing = bits::mask_single(&truths.hi, |hi| hi > above);
    (holds, fails, (holds | fails | (open & standing)) & !truths.doubt)
}

#[inline(always)]
fn at(plane: &bits::Plane, word: usize) -> u64 {
    plane.get(word).copied().unwrap_or_default()
}

/// Bits as probabilities.
#[inline(always)]
fn spread(k: &Kleene, word: usize, into: &mut Truths) {
    numbers(at(&k.yes, word), &mut into.lo);
    numbers(at(&k.may, word), &mut into.hi);
    into.doubt = 0;
}

#[inline(always)]
fn numbers(bits: u64, into: &mut Lane) {
    for (half, lanes) in [bits as u32, (bits >> 32) as u32].into_iter().zip(into.as_chunks_mut::<32>().0) {
        for (i, x) in lanes.iter_mut().enumerate() {
            *x = if half & (1 << i) != 0 { 1.0 } else { 0.0 };
        }
    }
}

#[inline(always)]
fn compare(values: &[f64; WORD], errors: &[f64; WORD], slack: &Lane, op: Op, c: f64, into: &mut Truths) {
    let mut z = [0.0f32; WORD];
    for (z, (v, s)) in z.iter_mut().zip(values.iter().zip(errors)) {
        *z = ((v - c) / s) as f32;
    }
    let sign = if matches!(op, Op::Ge | Op::Gt) { 1.0 } else { -1.0 };
    // 0/0: an exact value on the threshold.
    let tie = if matches!(op, Op::Ge | Op::Le) { 1.0 } else { 0.0 };
    for ((z, slack), (lo, hi)) in z.iter().zip(slack).zip(into.lo.iter_mut().zip(&mut into.hi)) {
        let p = phi(z * sign);
        let p = if p.is_nan() { tie } else { p };
        *lo = p - slack;
        *hi = p + slack;
    }
    into.doubt = 0;
}

/// Φ(z) within [`PHI_ERROR`]; NaN for NaN, exactly 0, one half and 1 for −∞, 0 and ∞. Abramowitz and Stegun (1964),
/// 7.1.28, its coefficients divided by powers of √2.
#[inline(always)]
fn phi(z: f32) -> f32 {
    const A: [f32; 6] = {
        let r = std::f64::consts::FRAC_1_SQRT_2;
        [
            (0.070_523_078_4 * r) as f32,
            (0.042_282_012_3 * 0.5) as f32,
            (0.009_270_527_2 * 0.5 * r) as f32,
            (0.000_152_014_3 * 0.25) as f32,
            (0.000_276_567_2 * 0.25 * r) as f32,
            (0.000_043_063_8 * 0.125) as f32,
        ]
    };
    let [a1, a2, a3, a4, a5, a6] = A;
    let x = z.abs();
    let t = 1.0 + x * (a1 + x * (a2 + x * (a3 + x * (a4 + x * (a5 + x * a6)))));
    let t2 = t * t;
    let t4 = t2 * t2;
    let t8 = t4 * t4;
    let y = 0.5 / (t8 * t8);
    if z > 0.0 { 1.0 - y } else { y }
}

/// The smaller and the larger, as one machine instruction each.
#[inline(always)]
fn least(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}
#[inline(always)]
fn most(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[inline(always)]
fn inner(program: &Program, node: &Node, done: &[Truths], into: &mut Truths, sorted: &mut Sorted) {
    into.doubt = 0;
    node.parts(|i| into.doubt |= done.get(i).map_or(0, |t| t.doubt));
    match node {
        Node::AtLeast { points, total, of, .. } => match Sum::of(*points, *total) {
            Some(Sum::All) => {
                let (mut doubts, mut hi) = ([0.0f32; WORD], [1.0f32; WORD]);
                for (w, t) in of.iter().filter_map(|(w, i)| Some((*w as f32, done.get(*i)?))) {
                    for ((d, h), (lo, up)) in doubts.iter_mut().zip(&mut hi).zip(t.lo.iter().zip(&t.hi)) {
                        *d += w * (1.0 - lo);
                        *h = least(*h, *up);
                    }
                }
                for ((lo, up), (d, h)) in into.lo.iter_mut().zip(&mut into.hi).zip(doubts.iter().zip(&hi)) {
                    *lo = least(1.0 - least(1.0, *d), *h);
                    *up = *h;
                }
            }
            Some(Sum::Any) => {
                let (mut lo, mut hopes) = ([0.0f32; WORD], [0.0f32; WORD]);
                for (w, t) in of.iter().filter_map(|(w, i)| Some((*w as f32, done.get(*i)?))) {
                    for ((l, h), (lo, up)) in lo.iter_mut().zip(&mut hopes).zip(t.lo.iter().zip(&t.hi)) {
                        *l = most(*l, *lo);
                        *h += w * up;
                    }
                }
                for ((l, up), (lo, h)) in into.lo.iter_mut().zip(&mut into.hi).zip(lo.iter().zip(&hopes)) {
                    *up = least(1.0, *h);
                    *l = least(*lo, *up);
                }
            }
            Some(Sum::Some { points, total }) => {
                let Sorted([upper, lower]) = sorted;
                let mut count = 0;
                for (w, t) in of.iter().filter_map(|(w, i)| Some((*w, done.get(*i)?))) {
                    let opposite = t.lo.map(|lo| 1.0 - lo);
                    for _ in 0..w {
                        insert(upper, count, &t.hi);
                        insert(lower, count, &opposite);
                        count += 1;
                    }
                }
                into.hi = ruger(upper, total, points);
                let lo = ruger(lower, total, total - points + 1);
                for (l, (lo, hi)) in into.lo.iter_mut().zip(lo.iter().zip(&into.hi)) {
                    *l = least(1.0 - lo, *hi);
                }
            }
            None => {
                into.lo = [0.0; WORD];
                into.hi = [1.0; WORD];
            }
        },
        Node::Not(i) => {
            if let Some(t) = done.get(*i) {
                into.lo = t.hi.map(|x| 1.0 - x);
                into.hi = t.lo.map(|x| 1.0 - x);
            }
        }
        Node::Rule { guards, then, .. } => {
            let mut met = u64::MAX;
            for i in guards {
                let (Some(t), Some(margin)) = (done.get(*i), program.margins.get(*i)) else { continue };
                let [above, below] = margin.holds;
                let holds = bits::mask_single(&t.lo, |lo| lo > above);
                into.doubt |= !(holds | bits::mask_single(&t.lo, |lo| lo < below));
                met &= holds;
            }
            let mut weight = [0.0f32; WORD];
            numbers(met, &mut weight);
            if let Some(t) = done.get(*then) {
                for ((l, h), (w, (lo, hi))) in
                    into.lo.iter_mut().zip(&mut into.hi).zip(weight.iter().zip(t.lo.iter().zip(&t.hi)))
                {
                    *l = lo * w;
                    *h = most(*hi, 1.0 - w);
                }
            }
        }
        Node::Compare { .. } | Node::OneOf { .. } => {}
    }
}

/// Puts one number a row into its sorted list of `count`.
#[inline(always)]
fn insert(lists: &mut [Lane; COPIES], count: usize, numbers: &Lane) {
    let mut carried = *numbers;
    for list in lists.iter_mut().take(count) {
        for (x, c) in list.iter_mut().zip(&mut carried) {
            (*x, *c) = (least(*x, *c), most(*x, *c));
        }
    }
    if let Some(last) = lists.get_mut(count) {
        *last = carried;
    }
}

/// Rüger's bound of sorted probabilities, as for one case.
#[inline(always)]
fn ruger(lists: &[Lane; COPIES], n: usize, k: usize) -> Lane {
    let (mut best, mut total) = ([1.0f32; WORD], [0.0f32; WORD]);
    for (i, list) in lists.iter().enumerate().take(n) {
        let over = i + 1 + k;
        let share = if over > n { 1.0 / (over - n) as f32 } else { 2.0 };
        for ((b, t), x) in best.iter_mut().zip(&mut total).zip(list) {
            *t += x;
            // Not one of the quotients: a bound that is never the least.
            *b = if over > n { least(*b, *t * share) } else { *b };
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num;

    #[test]
    fn the_short_formula_keeps_its_margin() {
        assert_eq!([phi(f32::NEG_INFINITY), phi(0.0), phi(f32::INFINITY)], [0.0, 0.5, 1.0]);
        assert!(phi(f32::NAN).is_nan());
        // Every 97th number of single precision up to 40; the rest of them were tried once.
        let mut worst = 0.0_f64;
        for bits in (0..40.0_f32.to_bits()).step_by(97) {
            let z = f32::from_bits(bits);
            for z in [z, -z] {
                worst = worst.max((f64::from(phi(z)) - num::phi(f64::from(z))).abs());
            }
        }
        assert!(worst < PHI_ERROR / 2.0, "{worst}");
        assert!(worst > 1e-7, "{worst}");
    }
}

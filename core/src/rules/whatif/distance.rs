//! How far a value is from a side of its measure, and the nearest value on it.

use crate::measure::MeasureValue;
use crate::rules::boxes::{Interval, Side};
use crate::rules::model::{Measure, MeasureKind};

/// Beyond a bound that is left out lies, where no step is declared, a thousandth of the range.
const NUDGE: f64 = 1e-3;
/// A value with a standard error goes a hair beyond its bound, so that rounding does not undo it.
const HAIR: f64 = 1e-9;

/// Whether a value lies on a side.
pub(super) fn contains(side: &Side, measure: &Measure, value: &MeasureValue) -> bool {
    match (side, value, &measure.kind) {
        (Side::Score(i), MeasureValue::Known(e), _) => i.contains(e.value()),
        (Side::Category(c), MeasureValue::Category(name, _), MeasureKind::Category(known)) => {
            known.iter().position(|k| k == name).is_some_and(|i| c >> i & 1 == 1)
        }
        _ => false,
    }
}

/// Whether the measure can take any value on a side: on its declared step when `on_step`.
pub(super) fn reachable(side: &Side, measure: &Measure, on_step: bool) -> bool {
    match (side, lattice(measure).filter(|_| on_step)) {
        (Side::Score(i), Some(steps)) => steps.lowest(i).is_some(),
        (side, _) => !side.is_empty(),
    }
}

/// How far a value is from a side, as a share of the range of its measure; another category is a whole range away.
/// Where a bound is left out and no step declared, the distance to the bound itself: the least upper bound of what
/// it takes, so that a narrower side is never nearer. `None` when nothing lies on the side.
pub(super) fn distance(side: &Side, measure: &Measure, value: &MeasureValue) -> Option<f64> {
    if side.is_empty() {
        return None;
    }
    match (side, value, &measure.kind) {
        _ if contains(side, measure, value) => Some(0.0),
        (Side::Score(i), MeasureValue::Known(e), MeasureKind::Score { lo, hi }) => {
            let on_step = e.se().is_none_or(|s| s == 0.0) && measure.step.is_some();
            let to = if on_step { nearest(i, measure, e.value())? } else { e.value().clamp(i.lo, i.hi) };
            Some((to - e.value()).abs() / (hi - lo))
        }
        (Side::Category(_), MeasureValue::Category(..), MeasureKind::Category(_)) => Some(1.0),
        _ => None,
    }
}

/// The nearest number on a side: on the declared step, else on the bound, or a thousandth of the range beyond a bound
/// that is left out (half way, where that is too far).
pub(super) fn nearest(i: &Interval, measure: &Measure, from: f64) -> Option<f64> {
    let up = from <= i.lo;
    match lattice(measure) {
        _ if i.contains(from) => Some(from),
        Some(steps) if up => steps.lowest(i),
        Some(steps) => steps.highest(i),
        None if up && !i.lo_open => Some(i.lo),
        None if !up && !i.hi_open => Some(i.hi),
        None => beyond(i, measure, up, NUDGE),
    }
}

/// The nearest mean of answers on a side: means lie on no step.
pub(super) fn nearest_mean(i: &Interval, measure: &Measure, from: f64) -> Option<f64> {
    if i.contains(from) { Some(from) } else { beyond(i, measure, from <= i.lo, HAIR) }
}

fn beyond(i: &Interval, measure: &Measure, up: bool, share: f64) -> Option<f64> {
    let MeasureKind::Score { lo, hi } = measure.kind else { return None };
    let nudge = ((hi - lo) * share).min((i.hi - i.lo) / 2.0);
    let x = if up { i.lo + nudge } else { i.hi - nudge };
    i.contains(x).then_some(x)
}

/// One value in each stretch of a measure within which no threshold lies, and on each threshold: one answer of every
/// kind that rules can tell apart. Only values on the declared step.
pub(super) fn answers(measure: &Measure, thresholds: &[f64]) -> Vec<f64> {
    let MeasureKind::Score { lo, hi } = measure.kind else { return Vec::new() };
    let mut bounds: Vec<f64> = thresholds.iter().copied().filter(|t| (lo..=hi).contains(t)).chain([lo, hi]).collect();
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    let between = bounds.iter().zip(bounds.iter().skip(1));
    let open = between.map(|(a, b)| Interval { lo: *a, lo_open: true, hi: *b, hi_open: true });
    let mut stretches: Vec<Interval> = bounds.iter().map(|b| Interval::closed(*b, *b)).chain(open).collect();
    stretches.sort_by(|a, b| (a.lo + a.hi).total_cmp(&(b.lo + b.hi)));
    let one = |i: &Interval| match lattice(measure) {
        Some(steps) => steps.lowest(i),
        None => Some(i.lo + (i.hi - i.lo) / 2.0).filter(|x| i.contains(*x)),
    };
    stretches.iter().filter_map(one).collect()
}

/// The values on the declared step of a measure.
struct Lattice {
    base: f64,
    step: f64,
}

fn lattice(measure: &Measure) -> Option<Lattice> {
    match (&measure.kind, measure.step) {
        (MeasureKind::Score { lo, .. }, Some(step)) => Some(Lattice { base: *lo, step }),
        _ => None,
    }
}

impl Lattice {
    fn lowest(&self, i: &Interval) -> Option<f64> {
        let k = libm::ceil((i.lo - self.base) / self.step - 1e-9);
        [k, k + 1.0].into_iter().map(|k| self.at(k, i)).find(|x| i.contains(*x))
    }

    fn highest(&self, i: &Interval) -> Option<f64> {
        let k = libm::floor((i.hi - self.base) / self.step + 1e-9);
        [k, k - 1.0].into_iter().map(|k| self.at(k, i)).find(|x| i.contains(*x))
    }

    /// A value on the step; one that is a bound but for rounding is that bound.
    fn at(&self, k: f64, i: &Interval) -> f64 {
        let x = self.base + k * self.step;
        let near = |bound: &f64| (x - bound).abs() <= 1e-9 * bound.abs().max(1.0);
        [i.lo, i.hi].into_iter().find(near).unwrap_or(x)
    }
}

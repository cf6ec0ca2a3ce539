//! One algebra for missing, uncertain and exact: a truth is an interval of probability.

use crate::measure::{Estimate, MeasureValue};
use crate::num;

/// How probable a condition is, between two bounds: `[1,1]` true, `[0,0]` false, `[0,1]` unknown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Truth {
    /// The lower bound.
    pub lo: f64,
    /// The upper bound.
    pub hi: f64,
}

/// A comparison of a measure with a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// At least.
    Ge,
    /// More than.
    Gt,
    /// At most.
    Le,
    /// Less than.
    Lt,
}

impl Op {
    /// `ge`, `gt`, `le` or `lt`.
    pub fn as_str(self) -> &'static str {
        match self {
            Op::Ge => "ge",
            Op::Gt => "gt",
            Op::Le => "le",
            Op::Lt => "lt",
        }
    }

    /// In words, for explanations.
    pub fn words(self) -> &'static str {
        match self {
            Op::Ge => "at least",
            Op::Gt => "above",
            Op::Le => "at most",
            Op::Lt => "below",
        }
    }

    pub(crate) fn exact(self, value: f64, threshold: f64) -> bool {
        match self {
            Op::Ge => value >= threshold,
            Op::Gt => value > threshold,
            Op::Le => value <= threshold,
            Op::Lt => value < threshold,
        }
    }
}

impl Truth {
    /// Exactly true.
    pub const TRUE: Truth = Truth { lo: 1.0, hi: 1.0 };
    /// Exactly false.
    pub const FALSE: Truth = Truth { lo: 0.0, hi: 0.0 };
    /// Nothing known.
    pub const UNKNOWN: Truth = Truth { lo: 0.0, hi: 1.0 };

    /// A fact.
    pub fn of(b: bool) -> Truth {
        if b { Truth::TRUE } else { Truth::FALSE }
    }

    /// Whether a measure stands in relation `op` to a threshold: exact without a standard error,
    /// else the normal probability Φ((v − c)/se).
    pub fn compare(value: Option<&MeasureValue>, op: Op, threshold: f64) -> Truth {
        match value {
            Some(MeasureValue::Known(e)) => Truth::compare_estimate(e, op, threshold),
            _ => Truth::UNKNOWN,
        }
    }

    fn compare_estimate(e: &Estimate, op: Op, threshold: f64) -> Truth {
        Truth::compare_number(e.value(), e.se().unwrap_or_default(), op, threshold)
    }

    /// Whether a number stands in relation `op` to a threshold; with a standard error of 0 it is exact.
    pub(crate) fn compare_number(value: f64, se: f64, op: Op, threshold: f64) -> Truth {
        if se > 0.0 {
            let z = (value - threshold) / se;
            let p = num::phi(if matches!(op, Op::Ge | Op::Gt) { z } else { -z });
            Truth { lo: p, hi: p }
        } else {
            Truth::of(op.exact(value, threshold))
        }
    }

    /// The opposite.
    #[must_use]
    #[allow(clippy::should_implement_trait)]
    pub fn not(self) -> Truth {
        Truth { lo: 1.0 - self.hi, hi: 1.0 - self.lo }
    }

    /// Whether `self` is as probable as `confidence`.
    pub fn holds(self, confidence: f64) -> bool {
        self.lo >= confidence
    }

    /// Whether `self` is at most as probable as 1 − `confidence`.
    pub fn fails(self, confidence: f64) -> bool {
        // The same float operation as `not`, so that a rule and its negation agree to the bit.
        1.0 - self.hi >= confidence
    }

    /// At least `points` of weighted conditions, whatever their dependence: the sharp bounds of Rüger for
    /// equal weights; a weight of w counts as w copies, which is valid though not always sharp. On exact and
    /// missing truths this is Kleene's strong three-valued logic.
    ///
    /// ```
    /// use colead::rules::Truth;
    /// let half = Truth { lo: 0.5, hi: 0.5 };
    /// assert_eq!(Truth::at_least(2, &[(1, half), (1, half)]), Truth { lo: 0.0, hi: 0.5 });
    /// assert_eq!(Truth::at_least(1, &[(1, Truth::UNKNOWN), (1, Truth::TRUE)]), Truth::TRUE);
    /// ```
    pub fn at_least(points: u32, of: &[(u32, Truth)]) -> Truth {
        counted(points, of).unwrap_or_else(|| bounded(points as usize, of))
    }
}

/// Where nothing is in between, counting is enough: Kleene's logic.
fn counted(points: u32, of: &[(u32, Truth)]) -> Option<Truth> {
    let (mut yes, mut open) = (0_u64, 0_u64);
    for (weight, t) in of {
        match *t {
            Truth::TRUE => yes += u64::from(*weight),
            Truth::UNKNOWN => open += u64::from(*weight),
            Truth::FALSE => {}
            _ => return None,
        }
    }
    let points = u64::from(points);
    Some(Truth { lo: f64::from(u8::from(yes >= points)), hi: f64::from(u8::from(yes + open >= points)) })
}

/// The bounds, with each part as many times as it has points.
fn bounded(k: usize, of: &[(u32, Truth)]) -> Truth {
    let n: usize = of.iter().map(|(w, _)| *w as usize).sum();
    if k == 0 {
        return Truth::TRUE;
    }
    if k > n {
        return Truth::FALSE;
    }
    let (mut few, mut many) = ([0.0; 32], Vec::new());
    let p = match few.get_mut(..n) {
        Some(p) => p,
        None => {
            many.resize(n, 0.0);
            &mut many[..]
        }
    };
    let mut ruger = |k: usize, of_part: fn(Truth) -> f64| {
        let copies = of.iter().flat_map(|(w, t)| std::iter::repeat_n(of_part(*t), *w as usize));
        p.iter_mut().zip(copies).for_each(|(slot, x)| *slot = x);
        ruger(p, k)
    };
    let hi = ruger(k, |t| t.hi);
    let lo = 1.0 - ruger(n - k + 1, |t| 1.0 - t.lo);
    Truth { lo: lo.min(hi), hi }
}

/// The largest probability that at least `k` of events with these probabilities happen:
/// min over r < k of (sum of the n − r smallest) / (k − r), at most 1 (Rüger 1978).
fn ruger(p: &mut [f64], k: usize) -> f64 {
    // Equal probabilities are the same to the bit, so that their order says nothing.
    p.sort_unstable_by(f64::total_cmp);
    let n = p.len();
    let mut total = 0.0;
    let mut best = 1.0_f64;
    for (i, x) in p.iter().enumerate() {
        total += x;
        let taken = i + 1;
        // taken = n − r, so k − r = k − n + taken.
        if taken + k > n {
            best = best.min(total / (taken + k - n) as f64);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Origin;
    use proptest::prelude::*;

    fn kleene(points: usize, states: &[Option<bool>]) -> Truth {
        let yes = states.iter().filter(|s| **s == Some(true)).count();
        let no = states.iter().filter(|s| **s == Some(false)).count();
        if yes >= points {
            Truth::TRUE
        } else if states.len() - no < points {
            Truth::FALSE
        } else {
            Truth::UNKNOWN
        }
    }

    #[test]
    fn exact_and_missing_truths_follow_kleene() {
        for n in 0..=5usize {
            for code in 0..3usize.pow(n as u32) {
                let states: Vec<Option<bool>> =
                    (0..n).map(|i| [None, Some(false), Some(true)][code / 3usize.pow(i as u32) % 3]).collect();
                let of: Vec<(u32, Truth)> = states.iter().map(|s| (1, s.map_or(Truth::UNKNOWN, Truth::of))).collect();
                for k in 0..=n + 1 {
                    assert_eq!(Truth::at_least(k as u32, &of), kleene(k, &states), "{k} of {states:?}");
                }
            }
        }
    }

    proptest! {
        /// Any joint distribution of the events lies within the bounds computed from its margins.
        #[test]
        fn bounds_hold_for_every_joint_distribution(n in 1usize..=4, raw in prop::collection::vec(0.0f64..1.0, 16), k in 1u32..=4) {
            let cells = 1usize << n;
            let total: f64 = raw[..cells].iter().sum();
            prop_assume!(total > 0.01);
            let joint: Vec<f64> = raw[..cells].iter().map(|x| x / total).collect();
            let of: Vec<(u32, Truth)> = (0..n).map(|i| {
                let p: f64 = (0..cells).filter(|c| c >> i & 1 == 1).map(|c| joint[c]).sum();
                (1, Truth { lo: p, hi: p })
            }).collect();
            let p: f64 = (0..cells).filter(|c| c.count_ones() >= k).map(|c| joint[c]).sum();
            let t = Truth::at_least(k, &of);
            prop_assert!(t.lo <= p + 1e-12 && p <= t.hi + 1e-12, "{t:?} {p}");
        }

        /// Narrowing an input narrows the output.
        #[test]
        fn knowing_more_never_widens(ps in prop::collection::vec((0.0f64..1.0, 0.0f64..1.0, 0.0f64..=1.0), 1..6), k in 1u32..6, w in 1u32..3) {
            let wide: Vec<(u32, Truth)> = ps.iter().map(|(a, b, _)| (w, Truth { lo: a.min(*b), hi: a.max(*b) })).collect();
            let narrow: Vec<(u32, Truth)> = wide.iter().zip(&ps).map(|((w, t), (_, _, s))| {
                let p = t.lo + (t.hi - t.lo) * s;
                (*w, Truth { lo: p, hi: p })
            }).collect();
            let (a, b) = (Truth::at_least(k, &wide), Truth::at_least(k, &narrow));
            prop_assert!(a.lo <= b.lo + 1e-12 && b.hi <= a.hi + 1e-12);
        }

        /// not(at least k) = at least n−k+1 of the opposites.
        #[test]
        fn de_morgan(ps in prop::collection::vec(0.0f64..1.0, 1..6), k in 1u32..6) {
            prop_assume!(k as usize <= ps.len());
            let of: Vec<(u32, Truth)> = ps.iter().map(|p| (1, Truth { lo: *p, hi: *p })).collect();
            let nots: Vec<(u32, Truth)> = of.iter().map(|(w, t)| (*w, t.not())).collect();
            let (a, b) = (Truth::at_least(k, &of).not(), Truth::at_least(ps.len() as u32 - k + 1, &nots));
            prop_assert!((a.lo - b.lo).abs() < 1e-12 && (a.hi - b.hi).abs() < 1e-12);
        }
    }

    #[test]
    fn a_standard_error_makes_a_probability() {
        let m = |v, se| MeasureValue::Known(Estimate::new(v, se, None, Origin::Given).unwrap());
        assert_eq!(Truth::compare(Some(&m(0.5, None)), Op::Gt, 0.5), Truth::FALSE);
        assert_eq!(Truth::compare(Some(&m(0.5, Some(0.0))), Op::Ge, 0.5), Truth::TRUE);
        let t = Truth::compare(Some(&m(1.0, Some(0.5))), Op::Gt, 0.5);
        assert!((t.lo - 0.8413447460685429).abs() < 1e-12 && t.lo == t.hi);
        assert_eq!(Truth::compare(None, Op::Lt, 0.5), Truth::UNKNOWN);
    }
}

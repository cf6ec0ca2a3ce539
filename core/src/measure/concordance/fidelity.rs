//! How near leaders stand to an order: each leader alone, and the mean order of a group.

use super::lists::{List, mean_places};
use crate::measure::distribution::t95;
use crate::measure::ordinal::spearman;
use crate::measure::value::Absence;
use crate::num::{sqrt, sum};

/// The fewest leaders of whom an interval is given: by simulation (docs/calibration-coherence.md) it covers from here on.
pub const MIN_LEADERS: u64 = 8;

/// How near leaders stand to an order, each alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Fidelity {
    /// The mean over leaders of the Spearman correlation between their order and the given one, -1 to 1; by chance 0.
    pub mean: f64,
    /// Its standard error over leaders, when there are two.
    pub se: Option<f64>,
    /// The 95 % interval for leaders like these; none below [`MIN_LEADERS`], or when all stand equally near.
    pub interval: Option<(f64, f64)>,
    /// The leaders behind it.
    pub leaders: u64,
}

/// Mean correlation of leaders' orders with `order`; leaders who rank fewer than three of its priorities, or tie all,
/// are left out.
///
/// # Errors
/// `TooFew` when nobody is left; `Undefined` when the order does not tell priorities apart.
pub fn fidelity(lists: &[&List<'_>], order: &[Option<f64>]) -> Result<Fidelity, Absence> {
    let values: Vec<f64> = lists.iter().filter_map(|l| nearness(l, order)).collect();
    let n = values.len() as u64;
    if n == 0 {
        return Err(Absence::TooFew { n, need: 1 });
    }
    let (mean, se) = mean_and_error(&values);
    let interval = se.and_then(|se| mean_interval(mean, se, n));
    Ok(Fidelity { mean, se, interval, leaders: n })
}

/// How near one leader stands to an order.
pub(crate) fn nearness(list: &List<'_>, order: &[Option<f64>]) -> Option<f64> {
    let both = list.ranks.iter().zip(order).filter(|(a, b)| a.is_some() && b.is_some()).count();
    if both < 3 { None } else { spearman(&list.ranks, order).ok() }
}

/// The mean and, where there are two that differ, its standard error.
pub(crate) fn mean_and_error(values: &[f64]) -> (f64, Option<f64>) {
    let n = values.len() as f64;
    let mean = sum(values.iter().copied()) / n;
    let variance = sum(values.iter().map(|v| (v - mean) * (v - mean))) / (n - 1.0);
    (mean, (n > 1.0).then(|| sqrt(variance / n)).filter(|se| *se > 0.0))
}

/// The 95 % interval of a mean of correlations over leaders; none below [`MIN_LEADERS`].
pub fn mean_interval(mean: f64, se: f64, n: u64) -> Option<(f64, f64)> {
    if n < MIN_LEADERS || mean.abs() >= 1.0 {
        return None;
    }
    let half = t95(n as f64 - 1.0) * se / (1.0 - mean * mean);
    let z = libm::atanh(mean);
    Some((libm::tanh(z - half), libm::tanh(z + half)))
}

/// Spearman's correlation between the mean orders of two groups of leaders. No interval is given: where the two orders
/// are nearly one it covers far too seldom (docs/calibration-coherence.md).
///
/// # Errors
/// `TooFew` when a group is empty or both rank fewer than three priorities; `Undefined` when a mean order does not tell
/// priorities apart.
pub fn link(one: &[&List<'_>], other: &[&List<'_>]) -> Result<f64, Absence> {
    correlation(&mean_places(one), &mean_places(other))
}

/// Spearman's correlation of two orders that share at least three priorities.
pub(crate) fn correlation(one: &[Option<f64>], other: &[Option<f64>]) -> Result<f64, Absence> {
    let both = one.iter().zip(other).filter(|(a, b)| a.is_some() && b.is_some()).count() as u64;
    if both < 3 {
        return Err(Absence::TooFew { n: both, need: 3 });
    }
    // Means that differ only by rounding are ties.
    let even = |order: &[Option<f64>]| order.iter().map(|x| x.map(|x| (x * 1e9).round())).collect::<Vec<_>>();
    spearman(&even(one), &even(other))
}

#[cfg(test)]
mod tests {
    use super::super::lists::{Lists, tests::rows};
    use super::*;

    #[test]
    fn nearness_is_measured_leader_by_leader() {
        let given = rows("u", "l", &[("a", "x y z w"), ("b", "w z y x"), ("c", "x y")]);
        let lists = Lists::of(&given, &[]);
        let all: Vec<&List<'_>> = lists.lists.iter().collect();
        // w x y z in the order of the names; declared x y z w.
        let order = [Some(4.0), Some(1.0), Some(2.0), Some(3.0)];
        let found = fidelity(&all, &order).unwrap();
        assert_eq!((found.mean, found.leaders, found.interval), (0.0, 2, None));
        assert_eq!(found.se, Some(1.0));
        assert_eq!(fidelity(&all[2..], &order), Err(Absence::TooFew { n: 0, need: 1 }));
    }

    #[test]
    fn mean_orders_are_linked() {
        let up = rows("u", "l", &[("a", "x y z w"), ("b", "y x z w")]);
        let down = rows("u", "m", &[("c", "w z y x"), ("d", "z w y x")]);
        let all: Vec<_> = up.iter().chain(&down).cloned().collect();
        let lists = Lists::of(&all, &[]);
        let of = |layer: &str| lists.lists.iter().filter(|l| l.layer == layer).collect::<Vec<_>>();
        let found = link(&of("l"), &of("m")).unwrap();
        assert!(found < -0.85, "{found}");
        assert!((link(&of("l"), &of("l")).unwrap() - 1.0).abs() < 1e-12);
        assert!(matches!(link(&of("l"), &[]), Err(Absence::TooFew { n: 0, need: 3 })));
    }
}

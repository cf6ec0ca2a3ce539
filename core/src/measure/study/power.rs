//! Planning: how likely a difference is found, and how many people are enough.

use crate::measure::math::distribution::{Z95, t_quantile};
use crate::measure::value::Absence;
use crate::num::{exp, ln, phi, sqrt, sum};

/// The power of a two-sided test at 5 % to find a true difference of `effect` standard errors with `df` degrees of
/// freedom of the error: Student's noncentral t.
///
/// # Errors
/// `TooFew` without a degree of freedom.
pub fn power_of_t(effect: f64, df: f64) -> Result<f64, Absence> {
    if df < 1.0 {
        return Err(Absence::TooFew { n: 0, need: 1 });
    }
    if df > 1e6 {
        // Student's t is normal by then, and its own integral would be lost to rounding.
        return Ok((phi(effect - Z95) + phi(-effect - Z95)).clamp(0.0, 1.0));
    }
    let critical = t_quantile(0.975, df);
    // Over the estimated SD as a share s of the true one: s²·df is χ² of df.
    let log = |s: f64| (df - 1.0) * ln(s) - df * s * s / 2.0;
    let mode = sqrt(((df - 1.0) / df).max(0.0)).max(1e-3);
    let (from, to) = ((mode - 8.0 / sqrt(2.0 * df)).max(1e-9), mode + 8.0 / sqrt(2.0 * df));
    let steps = 400;
    let width = (to - from) / f64::from(steps);
    let top = log(mode);
    let at = |i: i32| from + width * (f64::from(i) + 0.5);
    let weight = |i: i32| exp(log(at(i)) - top);
    let beyond = |i: i32| phi(effect - critical * at(i)) + phi(-effect - critical * at(i));
    Ok((sum((0..steps).map(|i| weight(i) * beyond(i))) / sum((0..steps).map(weight))).clamp(0.0, 1.0))
}

/// The power to find a difference of two means of `n1` and `n2` people that is `d` standard deviations within groups.
///
/// # Errors
/// `TooFew` below one person each or two together beyond that.
pub fn power_of_difference(d: f64, n1: u64, n2: u64) -> Result<f64, Absence> {
    if n1 == 0 || n2 == 0 || n1.saturating_add(n2) < 3 {
        return Err(Absence::TooFew { n: n1.min(n2), need: 2 });
    }
    let (a, b) = (n1 as f64, n2 as f64);
    power_of_t(d.abs() / sqrt(1.0 / a + 1.0 / b), a + b - 2.0)
}

/// The fewest people a group with which a difference of `d` standard deviations is found with `power`, between two
/// groups of that size.
///
/// # Errors
/// `Undefined` for a difference of zero, a power outside 0 to 1, or when a million people would not do.
///
/// ```
/// // A difference of half a standard deviation with 80 % power: 64 each, as tables say.
/// assert_eq!(colead::measure::smallest_group(0.5, 0.8), Ok(64));
/// ```
pub fn smallest_group(d: f64, power: f64) -> Result<u64, Absence> {
    let possible = power > 0.0 && power < 1.0 && d.is_finite() && d != 0.0;
    if !possible {
        return Err(Absence::Undefined("a plan needs a difference and a power between 0 and 1"));
    }
    let enough = |n: u64| power_of_difference(d, n, n).is_ok_and(|p| p >= power);
    least(2, 1_000_000, enough).ok_or(Absence::Undefined("a million people would not show so small a difference"))
}

/// The fewest of `members` who must answer for a census mean to be known within ± `margin` (95 %), when scores vary
/// with `sd` and those who answer are like the others; with the finite-population correction (Cochran 1977).
///
/// # Errors
/// `Undefined` for a margin or SD that is not positive.
///
/// ```
/// assert_eq!(colead::measure::respondents_for_margin(20.0, 100, 5.0), Ok(39));
/// ```
pub fn respondents_for_margin(sd: f64, members: u64, margin: f64) -> Result<u64, Absence> {
    let good = |x: f64| x.is_finite() && x > 0.0;
    if !good(sd) || !good(margin) {
        return Err(Absence::Undefined("a margin and a standard deviation are positive"));
    }
    let free = (Z95 * sd / margin) * (Z95 * sd / margin);
    let n = members as f64;
    // (1 − f)·s²/n with s² over N − 1.
    Ok((libm::ceil(free * n / (free + n) - 1e-9) as u64).clamp(1, members.max(1)))
}

/// The fewest people a unit whose mean has the reliability (ICC(2)) `target` when ICC(1) is `icc1`: Spearman and
/// Brown.
///
/// # Errors
/// `Undefined` outside 0 to 1.
///
/// ```
/// assert_eq!(colead::measure::unit_size_for_reliability(0.1, 0.7), Ok(21));
/// ```
pub fn unit_size_for_reliability(icc1: f64, target: f64) -> Result<u64, Absence> {
    let inside = |x: f64| x > 0.0 && x < 1.0;
    if !inside(icc1) || !inside(target) {
        return Err(Absence::Undefined("ICC(1) and the reliability lie between 0 and 1"));
    }
    Ok((libm::ceil(target * (1.0 - icc1) / (icc1 * (1.0 - target)) - 1e-9) as u64).max(1))
}

/// The least whole number from `low` to `high` that is enough; more is never worse.
fn least(mut low: u64, mut high: u64, enough: impl Fn(u64) -> bool) -> Option<u64> {
    if !enough(high) {
        return None;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if enough(middle) { high = middle } else { low = middle + 1 }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_power() {
        // Cohen (1988): d = .5, 64 each, .80; no effect gives the level.
        assert!((power_of_difference(0.5, 64, 64).unwrap() - 0.8015).abs() < 5e-4);
        assert!((power_of_t(0.0, 10.0).unwrap() - 0.05).abs() < 1e-6);
        assert!((power_of_t(0.0, 1.0).unwrap() - 0.05).abs() < 2e-3);
        let (t, z) = (power_of_t(2.0, 999_999.0).unwrap(), power_of_t(2.0, 1_000_001.0).unwrap());
        assert!((t - z).abs() < 1e-5, "{t} {z}");
        assert_eq!(smallest_group(0.8, 0.8), Ok(26));
        assert_eq!(smallest_group(0.2, 0.8), Ok(394));
    }

    #[test]
    fn plans_that_cannot_be_say_why() {
        assert!(smallest_group(0.0, 0.8).is_err() && smallest_group(0.5, 1.0).is_err());
        assert!(smallest_group(1e-9, 0.8).is_err());
        assert!(respondents_for_margin(0.0, 10, 1.0).is_err());
        assert_eq!(respondents_for_margin(20.0, 4, 0.1), Ok(4));
        assert!(unit_size_for_reliability(0.0, 0.7).is_err());
        assert!(power_of_difference(0.5, 1, 1).is_err());
    }
}

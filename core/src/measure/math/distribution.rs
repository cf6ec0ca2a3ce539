//! Distribution functions that intervals and tests need, from libm alone.

use crate::num::{exp, ln, sqrt};

/// The 97.5 % point of the standard normal distribution.
pub const Z95: f64 = 1.959_963_984_540_054;

/// The regularised incomplete beta function I_x(a, b), for `a, b > 0` and `0 <= x <= 1`.
///
/// Continued fraction by the modified method of Lentz (Press et al., Numerical Recipes, 6.4).
pub fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = exp(libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * ln(x) + b * libm::log1p(-x));
    // The fraction converges fast on this side of the mean, the symmetry serves the other.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(a, b, x) / a
    } else {
        1.0 - front * fraction(b, a, 1.0 - x) / b
    }
}

fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let keep = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..=10_000 {
        let m = f64::from(m);
        for step in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / keep(1.0 + step * d);
            c = keep(1.0 + step / c);
            h *= d * c;
        }
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    h
}

/// Student's t distribution function with `df > 0` degrees of freedom.
pub fn t_cdf(t: f64, df: f64) -> f64 {
    let tail = 0.5 * incomplete_beta(df / 2.0, 0.5, df / (df + t * t));
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// The 97.5 % point of Student's t with `df > 0` degrees of freedom; the normal one beyond ten million.
///
/// ```
/// let t = colead::measure::distribution::t95(4.0);
/// assert!((t - 2.7764451051977987).abs() < 1e-9);
/// ```
pub fn t95(df: f64) -> f64 {
    t_quantile(0.975, df)
}

/// The point below which Student's t of `df > 0` degrees of freedom lies with probability `p`, 0 < p < 1; the normal
/// one beyond ten million.
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if df > 1e7 {
        return if p == 0.975 { Z95 } else { normal_quantile(p) };
    }
    if p < 0.5 {
        return -t_quantile(1.0 - p, df);
    }
    let (mut low, mut high) = (0.0, 2.0);
    while t_cdf(high, df) < p && high < 1e9 {
        high *= 2.0;
    }
    // Newton's steps, kept within the bracket: a handful where halving alone would take fifty.
    let scale = exp(libm::lgamma((df + 1.0) / 2.0) - libm::lgamma(df / 2.0)) / sqrt(df * std::f64::consts::PI);
    let mut t = 0.5 * (low + high);
    for _ in 0..100 {
        let miss = t_cdf(t, df) - p;
        if miss < 0.0 {
            low = t
        } else {
            high = t
        }
        let density = scale * exp(-(df + 1.0) / 2.0 * libm::log1p(t * t / df));
        let newton = t - miss / density;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - t).abs() <= 1e-14 * t {
            return next;
        }
        t = next;
    }
    t
}

/// The probability that an F of `df1` and `df2` degrees of freedom exceeds `f`.
pub fn f_upper_tail(f: f64, df1: f64, df2: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    incomplete_beta(df2 / 2.0, df1 / 2.0, df2 / (df2 + df1 * f))
}

/// The point below which an F of `df1` and `df2` degrees of freedom lies with probability `p`, 0 < p < 1.
pub fn f_quantile(p: f64, df1: f64, df2: f64) -> f64 {
    let x = beta_quantile(p, df1 / 2.0, df2 / 2.0);
    // Near one the complement keeps the digits.
    let rest = if x > 0.5 { beta_quantile(1.0 - p, df2 / 2.0, df1 / 2.0) } else { 1.0 - x };
    df2 * x / (df1 * rest)
}

/// The point below which a beta of `a, b > 0` lies with probability `p`.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let log_beta = libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    let (mut low, mut high) = (0.0, 1.0);
    let mut x = a / (a + b);
    // Newton's steps, kept within the bracket.
    for _ in 0..300 {
        let miss = incomplete_beta(a, b, x) - p;
        if miss == 0.0 {
            break;
        }
        if miss < 0.0 {
            low = x
        } else {
            high = x
        }
        let density = exp((a - 1.0) * ln(x) + (b - 1.0) * libm::log1p(-x) - log_beta);
        let newton = x - miss / density;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - x).abs() <= 1e-16 * x || next == x {
            break;
        }
        x = next;
    }
    x
}

/// The point below which a standard normal lies with probability `p`, 0 < p < 1.
pub fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    let mut z = 0.0;
    for _ in 0..200 {
        let miss = crate::num::phi(z) - p;
        if miss < 0.0 {
            low = z
        } else {
            high = z
        }
        let density = exp(-0.5 * z * z) / sqrt(std::f64::consts::TAU);
        let newton = z - miss / density;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if next == z {
            break;
        }
        z = next;
    }
    z
}

/// Wilson's 95 % interval for a share of `k` in `n > 0`, within 0 and 1.
pub fn wilson(k: f64, n: f64) -> (f64, f64) {
    let (p, z2) = (k / n, Z95 * Z95);
    let center = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 * sqrt(p * (1.0 - p) / n + z2 / (4.0 * n * n)) / (1.0 + z2 / n);
    ((center - half).max(0.0), (center + half).min(1.0))
}

/// How many of `m` further people will be among those of whom `k` of `n` were, when their share has Jeffreys' prior
/// Beta(½, ½): the 95 % interval, and the mean and SD.
///
/// Counts are few and their probabilities lumpy, so the interval is the run of counts around the likeliest whose
/// probability is nearest to .95, from either side. Exact by the beta-binomial up to 100,000 people, by the quantiles of
/// the share beyond.
pub fn beta_binomial(k: u64, n: u64, m: u64) -> ((f64, f64), (f64, f64)) {
    let (a, b) = (k as f64 + 0.5, (n.saturating_sub(k)) as f64 + 0.5);
    let (more, total) = (m as f64, a + b);
    let mean = more * a / total;
    let sd = sqrt(more * a * b * (total + more) / (total * total * (total + 1.0)));
    if m == 0 {
        return ((0.0, 0.0), (0.0, 0.0));
    }
    if m > 100_000 {
        return ((more * beta_quantile(0.025, a, b), more * beta_quantile(0.975, a, b)), (mean, sd));
    }
    let beta = |x: f64, y: f64| libm::lgamma(x) + libm::lgamma(y) - libm::lgamma(x + y);
    let mut log = beta(a, more + b) - beta(a, b);
    let mut probabilities = Vec::new();
    for y in 0..=m {
        let here = y as f64;
        probabilities.push(exp(log));
        // The next term from this one.
        log += ln((more - here) * (here + a)) - ln((here + 1.0) * (more - here - 1.0 + b));
    }
    let (low, high) = nearest_run(&probabilities);
    // The mean is no count and may lie between the run and its neighbor; no count is gained by reaching for it.
    ((low.min(mean), high.max(mean)), (mean, sd))
}

/// The run of places, grown from the likeliest by the likelier neighbor, whose probability is nearest to .95.
fn nearest_run(probabilities: &[f64]) -> (f64, f64) {
    let at = |i: usize| probabilities.get(i).copied().unwrap_or(0.0);
    let start = (0..probabilities.len()).fold(0, |best, i| if at(i) > at(best) { i } else { best });
    let (mut low, mut high, mut inside) = (start, start, at(start));
    loop {
        let below = low.checked_sub(1).map_or(-1.0, at);
        let above = if high + 1 < probabilities.len() { at(high + 1) } else { -1.0 };
        let next = below.max(above);
        // One more would be further off, or there is none.
        if next < 0.0 || (inside + next - 0.95).abs() >= (inside - 0.95).abs() {
            return (low as f64, high as f64);
        }
        inside += next;
        if below >= above { low -= 1 } else { high += 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_predicted() {
        // All probabilities add up, and a large rest is its share.
        let ((low, high), (mean, sd)) = beta_binomial(3, 10, 5);
        assert!((0.0..=mean).contains(&low) && (mean..=5.0).contains(&high) && sd > 0.0);
        assert!((mean - 5.0 * 3.5 / 11.0).abs() < 1e-12);
        let ((low, high), _) = beta_binomial(60, 100, 99_999);
        let ((a, b), _) = beta_binomial(60, 100, 100_001);
        // A run of the likeliest and quantiles differ by the skew.
        assert!((low / a - 1.0).abs() < 5e-3 && (high / b - 1.0).abs() < 5e-3);
        assert_eq!(beta_binomial(3, 10, 0).0, (0.0, 0.0));
        // Nobody of one: the others are likely, not surely, like them.
        let ((low, high), _) = beta_binomial(0, 1, 1);
        assert_eq!((low, high), (0.0, 1.0));
        // Nobody of eight, and one more person: very likely nobody, and the mean is held.
        let ((low, high), (mean, _)) = beta_binomial(0, 8, 1);
        assert!(low == 0.0 && high == mean && mean < 0.1);
        // Where a run can hold nothing near .95, the nearer of two is taken.
        assert_eq!(nearest_run(&[0.02, 0.9, 0.08]), (1.0, 2.0));
        assert_eq!(nearest_run(&[1.0]), (0.0, 0.0));
    }

    #[test]
    fn quantiles_are_the_inverse() {
        for p in [1e-6, 0.025, 0.5, 0.975] {
            for (a, b) in [(0.5, 0.5), (3.5, 40.0), (900.0, 1.5)] {
                assert!((incomplete_beta(a, b, beta_quantile(p, a, b)) - p).abs() < 1e-12, "{p} {a} {b}");
            }
            assert!((crate::num::phi(normal_quantile(p)) - p).abs() < 1e-14);
        }
        assert!((f_upper_tail(f_quantile(0.95, 4.0, 40.0), 4.0, 40.0) - 0.05).abs() < 1e-12);
    }

    #[test]
    fn published_points() {
        // Tables of Student's t and of F at 5 %.
        for (df, t) in [
            (1.0, 12.706_204_736_432_1),
            (2.0, 4.302_652_729_911),
            (9.0, 2.262_157_162_740_99),
            (120.0, 1.979_930_405_052_78),
        ] {
            assert!((t95(df) / t - 1.0).abs() < 1e-9, "{df}: {}", t95(df));
        }
        assert!((t95(1e6) - Z95).abs() < 1e-5);
        // The F of one and df degrees is the square of t.
        let t = t95(7.0);
        assert!((f_upper_tail(t * t, 1.0, 7.0) - 0.05).abs() < 1e-12);
        assert!((incomplete_beta(2.0, 3.0, 0.4) - 0.5248).abs() < 1e-12);
    }
}

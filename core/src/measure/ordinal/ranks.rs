//! Ranks with ties, and correlations between two rankings.

use crate::measure::distribution::t_cdf;
use crate::measure::value::Absence;
use crate::num::{sqrt, sum};

/// Ranks from 1, the least value first, ties sharing the mean of their places.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranks {
    /// The rank of each value, in the order given.
    pub ranks: Vec<f64>,
    /// Σ(t³ − t) over runs of t ties.
    pub ties: f64,
}

/// Ranks values; ties share the mean of their places.
///
/// ```
/// let r = colead::measure::ordinal::rank(&[5.0, 1.0, 5.0]);
/// assert_eq!((r.ranks, r.ties), (vec![2.5, 1.0, 2.5], 6.0));
/// ```
pub fn rank(values: &[f64]) -> Ranks {
    let mut order: Vec<(f64, usize)> = values.iter().copied().zip(0..).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![0.0; values.len()];
    let (mut ties, mut before) = (0.0, 0.0);
    for run in order.chunk_by(|a, b| a.0 == b.0) {
        let t = run.len() as f64;
        for (_, place) in run {
            if let Some(r) = ranks.get_mut(*place) {
                *r = before + (t + 1.0) / 2.0;
            }
        }
        before += t;
        ties += t * t * t - t;
    }
    Ranks { ranks, ties }
}

const SHORT: u64 = 2;
const CONSTANT: Absence = Absence::Undefined("one of the two does not vary");

/// Pairs in which both values are known.
fn both(x: &[Option<f64>], y: &[Option<f64>]) -> Result<(Vec<f64>, Vec<f64>), Absence> {
    if x.len() != y.len() {
        return Err(Absence::Undefined("the two are not of one length"));
    }
    let pairs: Vec<(f64, f64)> = x.iter().zip(y).filter_map(|(a, b)| (*a).zip(*b)).collect();
    if (pairs.len() as u64) < SHORT {
        return Err(Absence::TooFew { n: pairs.len() as u64, need: SHORT });
    }
    Ok(pairs.into_iter().unzip())
}

/// Pearson's correlation over the pairs that both have.
///
/// # Errors
/// `TooFew` below two pairs; `Undefined` for different lengths or when one does not vary.
pub fn pearson(x: &[Option<f64>], y: &[Option<f64>]) -> Result<f64, Absence> {
    let (x, y) = both(x, y)?;
    correlation(&x, &y)
}

fn correlation(x: &[f64], y: &[f64]) -> Result<f64, Absence> {
    let n = x.len() as f64;
    let (mx, my) = (sum(x.iter().copied()) / n, sum(y.iter().copied()) / n);
    let xx = sum(x.iter().map(|a| (a - mx) * (a - mx)));
    let yy = sum(y.iter().map(|b| (b - my) * (b - my)));
    let xy = sum(x.iter().zip(y).map(|(a, b)| (a - mx) * (b - my)));
    // Equal values leave rounding here.
    let flat = |squares: f64, mean: f64| squares <= 1e-24 * n * mean * mean || squares <= 0.0;
    if flat(xx, mx) || flat(yy, my) { Err(CONSTANT) } else { Ok((xy / sqrt(xx * yy)).clamp(-1.0, 1.0)) }
}

/// Spearman's correlation: Pearson's of the ranks, ties sharing ranks, over the pairs that both have.
///
/// # Errors
/// As [`pearson`].
pub fn spearman(x: &[Option<f64>], y: &[Option<f64>]) -> Result<f64, Absence> {
    let (x, y) = both(x, y)?;
    correlation(&rank(&x).ranks, &rank(&y).ranks)
}

/// The two-sided p of a correlation `r` of `n` pairs when there is none, by Student's t with n − 2 degrees of freedom.
///
/// # Errors
/// `TooFew` below three pairs.
pub fn correlation_p(r: f64, n: u64) -> Result<f64, Absence> {
    if n < 3 {
        return Err(Absence::TooFew { n, need: 3 });
    }
    let df = n as f64 - 2.0;
    let below = (1.0 - r) * (1.0 + r);
    if below <= 0.0 {
        return Ok(0.0);
    }
    Ok((2.0 * t_cdf(-r.abs() * sqrt(df / below), df)).min(1.0))
}

/// Kendall's τ-b over the pairs that both have: concordant less discordant pairs over the root of those untied in
/// each (Kendall 1945), in n log n steps (Knight 1966).
///
/// # Errors
/// As [`pearson`].
pub fn kendall_tau_b(x: &[Option<f64>], y: &[Option<f64>]) -> Result<f64, Absence> {
    let (x, y) = both(x, y)?;
    let mut pairs: Vec<(f64, f64)> = x.into_iter().zip(y).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let n = pairs.len() as u128;
    let two = |t: usize| (t as u128) * (t as u128).saturating_sub(1) / 2;
    let tied_x: u128 = pairs.chunk_by(|a, b| a.0 == b.0).map(|r| two(r.len())).sum();
    let tied_both: u128 = pairs.chunk_by(|a, b| a == b).map(|r| two(r.len())).sum();
    let mut ys: Vec<f64> = pairs.into_iter().map(|p| p.1).collect();
    let discordant = inversions(&mut ys);
    let tied_y: u128 = ys.chunk_by(|a, b| a == b).map(|r| two(r.len())).sum();
    let all = n * (n - 1) / 2;
    let untied = (all - tied_x) as f64 * (all - tied_y) as f64;
    if untied <= 0.0 {
        return Err(CONSTANT);
    }
    let difference = all as f64 - tied_x as f64 - tied_y as f64 + tied_both as f64 - 2.0 * discordant as f64;
    Ok((difference / sqrt(untied)).clamp(-1.0, 1.0))
}

/// Pairs out of order; leaves the values sorted.
fn inversions(values: &mut Vec<f64>) -> u128 {
    if values.len() < 2 {
        return 0;
    }
    let mut right = values.split_off(values.len() / 2);
    let mut count = inversions(values) + inversions(&mut right);
    let mut out = Vec::with_capacity(values.len() + right.len());
    let (mut a, mut b) = (values.iter().copied().peekable(), right.iter().copied().peekable());
    loop {
        match (a.peek(), b.peek()) {
            (Some(x), Some(y)) if x > y => {
                count += a.len() as u128;
                out.extend(b.next());
            }
            (Some(_), _) => out.extend(a.next()),
            (None, Some(_)) => out.extend(b.next()),
            (None, None) => break,
        }
    }
    *values = out;
    count
}

/// The mean rank of each object over judges, over those who ranked it; `None` where nobody did.
pub fn mean_ranks(judges: &[Vec<Option<f64>>]) -> Vec<Option<f64>> {
    let objects = judges.iter().map(Vec::len).max().unwrap_or(0);
    let own: Vec<Vec<Option<f64>>> = judges
        .iter()
        .map(|judge| {
            let known: Vec<f64> = judge.iter().flatten().copied().collect();
            let mut ranks = rank(&known).ranks.into_iter();
            judge.iter().map(|v| v.and_then(|_| ranks.next())).collect()
        })
        .collect();
    (0..objects)
        .map(|o| {
            let given: Vec<f64> = own.iter().filter_map(|j| j.get(o).copied().flatten()).collect();
            (!given.is_empty()).then(|| sum(given.iter().copied()) / given.len() as f64)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn what_has_no_correlation_says_why() {
        assert!(matches!(spearman(&known(&[1.0, 1.0]), &known(&[1.0, 2.0])), Err(Absence::Undefined(_))));
        assert!(matches!(kendall_tau_b(&known(&[1.0, 1.0]), &known(&[1.0, 2.0])), Err(Absence::Undefined(_))));
        assert!(matches!(spearman(&[Some(1.0), None], &known(&[1.0, 2.0])), Err(Absence::TooFew { n: 1, need: 2 })));
        assert!(matches!(pearson(&known(&[1.0]), &known(&[1.0, 2.0])), Err(Absence::Undefined(_))));
        assert_eq!(correlation_p(1.0, 5), Ok(0.0));
    }

    #[test]
    fn partial_rankings_have_mean_ranks_of_those_who_ranked() {
        let judges = [vec![Some(1.0), Some(2.0), None], vec![Some(9.0), Some(3.0), None]];
        assert_eq!(mean_ranks(&judges), [Some(1.5), Some(1.5), None]);
    }

    proptest! {
        #[test]
        fn tau_counts_pairs(pairs in proptest::collection::vec((0..5_u8, 0..5_u8), 2..40)) {
            let (mut score, mut free_x, mut free_y) = (0_i32, 0_i32, 0_i32);
            for (i, a) in pairs.iter().enumerate() {
                for b in &pairs[i + 1..] {
                    let s = (i32::from(a.0) - i32::from(b.0)).signum() * (i32::from(a.1) - i32::from(b.1)).signum();
                    score += s;
                    free_x += i32::from(a.0 != b.0);
                    free_y += i32::from(a.1 != b.1);
                }
            }
            let x: Vec<Option<f64>> = pairs.iter().map(|p| Some(f64::from(p.0))).collect();
            let y: Vec<Option<f64>> = pairs.iter().map(|p| Some(f64::from(p.1))).collect();
            match kendall_tau_b(&x, &y) {
                Ok(tau) => prop_assert!((tau - f64::from(score) / (f64::from(free_x) * f64::from(free_y)).sqrt()).abs() < 1e-12),
                Err(_) => prop_assert!(free_x == 0 || free_y == 0),
            }
        }
    }
}

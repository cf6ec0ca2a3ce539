//! Covariances of the items of a scale, read from the exact products of a tally.

use crate::measure::math::linalg::Matrix;
use crate::measure::scores::scale::Moments;
use crate::measure::value::Absence;
use crate::num::sqrt;
use crate::tally::state::Products;
use crate::tally::{ItemShape, Tally};

/// Which answers enter a covariance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairing {
    /// Each variance on all who answered the item, each covariance on all who answered both (psych, pingouin).
    Pairwise,
    /// Those who answered every item of the scale.
    Listwise,
}

/// Covariances (over n − 1) of the items of one scale, reversed ones turned, in the order of the scale's items.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariances {
    /// The matrix.
    pub matrix: Matrix,
    /// People with any answer (pairwise) or with every answer (listwise).
    pub n: u64,
}

/// What all units of a wave hold together, read once for all scales.
pub(crate) struct WaveTotals {
    /// For each item the counts of its answers by step, not reversed.
    pub(crate) counts: Vec<Vec<u64>>,
    /// For each scale the people with any answer.
    pub(crate) people: Vec<u64>,
}

impl WaveTotals {
    pub(crate) fn of(tally: &Tally, wave: &str) -> WaveTotals {
        let all = tally.wave_counts(wave);
        let own = |item: &ItemShape| all.get(item.offset..item.offset + item.options).unwrap_or_default().to_vec();
        let counts = tally.layout().items.iter().map(own).collect();
        let people = tally.wave_people(wave);
        WaveTotals { counts, people }
    }
}

/// The covariances of the items of a scale over all units of a wave.
///
/// # Errors
/// `RowsNeeded` when units were left out of a roll-up; `TooFew` where a pair has fewer than two people.
pub fn covariances(tally: &Tally, wave: &str, scale: usize, pairing: Pairing) -> Result<Covariances, Absence> {
    covariances_of(tally, wave, scale, pairing, &WaveTotals::of(tally, wave))
}

pub(crate) fn covariances_of(
    tally: &Tally,
    wave: &str,
    scale: usize,
    pairing: Pairing,
    totals: &WaveTotals,
) -> Result<Covariances, Absence> {
    let products = tally.products(wave).and_then(|p| p.get(scale)).ok_or(Absence::RowsNeeded)?;
    match pairing {
        Pairing::Pairwise => pairwise(tally, scale, products, totals),
        Pairing::Listwise => listwise(products),
    }
}

/// The correlations of item pairs, each with the variances of its own pair of answers (R's `cor` of `pairwise`).
///
/// # Errors
/// As [`covariances`]; `Undefined` when an item does not vary.
pub fn pair_correlations(tally: &Tally, wave: &str, scale: usize) -> Result<Matrix, Absence> {
    let products = tally.products(wave).and_then(|p| p.get(scale)).ok_or(Absence::RowsNeeded)?;
    let constant = Absence::Undefined("an item does not vary");
    let mut pairs = Vec::with_capacity(products.pairwise.len());
    for [n, x, y, xy, xx, yy] in &products.pairwise {
        let few = Absence::TooFew { n: *n, need: 2 };
        let cross = covariance(*n, *x, *y, *xy).ok_or(few.clone())?;
        let (a, b) = covariance(*n, *x, *x, *xx).zip(covariance(*n, *y, *y, *yy)).ok_or(few)?;
        if a <= 0.0 || b <= 0.0 {
            return Err(constant);
        }
        pairs.push(cross / sqrt(a * b));
    }
    let mut pairs = pairs.into_iter();
    let size = products.sums.len();
    Ok(Matrix::symmetric(size, |i, j| if i == j { 1.0 } else { pairs.next().unwrap_or(0.0) }))
}

/// `(nΣxy − ΣxΣy) / n(n−1)`, exact up to the division.
fn covariance(n: u64, x: u64, y: u64, xy: u64) -> Option<f64> {
    // Steps are at most 10, so both products stay below 2^127 for any count that fits.
    let centered =
        i128::try_from(u128::from(n) * u128::from(xy)).ok()? - i128::try_from(u128::from(x) * u128::from(y)).ok()?;
    (n > 1).then(|| centered as f64 / (n as f64 * (n as f64 - 1.0)))
}

fn pairwise(tally: &Tally, scale: usize, products: &Products, totals: &WaveTotals) -> Result<Covariances, Absence> {
    let items = tally.layout().scales.get(scale).map_or(&[][..], |s| &s.items);
    let mut variances = Vec::with_capacity(items.len());
    for index in items {
        // A variance does not change by reversal.
        let moments = Moments::of(totals.counts.get(*index).map_or(&[][..], Vec::as_slice));
        variances.push(moments.variance().ok_or(Absence::TooFew { n: moments.n, need: 2 })?);
    }
    let entries: Result<Vec<f64>, Absence> = products
        .pairwise
        .iter()
        .map(|[n, x, y, xy, ..]| covariance(*n, *x, *y, *xy).ok_or(Absence::TooFew { n: *n, need: 2 }))
        .collect();
    let mut entries = entries?.into_iter();
    let matrix = Matrix::symmetric(items.len(), |i, j| {
        if i == j { variances.get(i).copied().unwrap_or(0.0) } else { entries.next().unwrap_or(0.0) }
    });
    Ok(Covariances { matrix, n: totals.people.get(scale).copied().unwrap_or(0) })
}

fn listwise(products: &Products) -> Result<Covariances, Absence> {
    let n = products.complete;
    if n < 2 {
        return Err(Absence::TooFew { n, need: 2 });
    }
    let mut cross = products.cross.iter();
    let sum = |i: usize| products.sums.get(i).copied().unwrap_or(0);
    let matrix = Matrix::symmetric(products.sums.len(), |i, j| {
        covariance(n, sum(i), sum(j), cross.next().copied().unwrap_or(0)).unwrap_or(0.0)
    });
    Ok(Covariances { matrix, n })
}

//! Cronbach's alpha from a tally.

use super::rows::{Kind, Place, ScaleRow};
use super::scale::Moments;
use super::value::Absence;
use crate::num::sum;
use crate::tally::state::Products;
use crate::tally::{ScaleShape, Tally};

/// Raw alpha from the covariance matrix of `k` items: `k/(k−1) · (1 − Σ variances / Σ all entries)`.
///
/// # Errors
/// `Undefined` with one item, or when the items do not vary together.
pub fn alpha(variances: &[f64], covariances: &[f64]) -> Result<f64, Absence> {
    let k = variances.len() as f64;
    if variances.len() < 2 {
        return Err(Absence::Undefined("alpha needs two items"));
    }
    let trace = sum(variances.iter().copied());
    let total = trace + 2.0 * sum(covariances.iter().copied());
    // The variance of the sum; pairwise covariances may even make it negative.
    if total <= 0.0 {
        return Err(Absence::Undefined("the sum of the items does not vary"));
    }
    Ok(k / (k - 1.0) * (1.0 - trace / total))
}

/// Raw alpha of every scale, a wave, over all units: variants `pairwise` (each variance and covariance on those who
/// answered, as psych and pingouin) and `listwise` (on those who answered every item).
///
/// `n` is the number of people with any answer, and with all. A tally that was rolled up without some of its units
/// answers `rows_needed`.
pub fn reliability(tally: &Tally) -> Vec<ScaleRow> {
    let mut rows = Vec::new();
    for wave in tally.waves() {
        let products = tally.products(wave);
        let counts = tally.wave_counts(wave);
        let people = tally.wave_people(wave);
        for (index, scale) in tally.layout().scales.iter().enumerate() {
            let place = Place { wave, unit: None, kind: Kind::Scale, id: &scale.id };
            let people = people.get(index).copied().unwrap_or(0);
            let found = products.and_then(|p| p.get(index));
            let complete = found.map_or(0, |p| p.complete);
            let pairwise = found.map_or(Err(Absence::RowsNeeded), |p| pairwise(tally, &counts, scale, p));
            let listwise = found.map_or(Err(Absence::RowsNeeded), listwise);
            rows.push(place.row("alpha", "pairwise", "respondents", people, pairwise));
            rows.push(place.row("alpha", "listwise", "respondents", complete, listwise));
        }
    }
    rows
}

/// `(nΣxy − ΣxΣy) / n(n−1)`, exact up to the division.
fn covariance(n: u64, x: u64, y: u64, xy: u64) -> Option<f64> {
    // Steps are at most 10, so both products stay below 2^127 for any count that fits.
    let centered =
        i128::try_from(u128::from(n) * u128::from(xy)).ok()? - i128::try_from(u128::from(x) * u128::from(y)).ok()?;
    (n > 1).then(|| centered as f64 / (n as f64 * (n as f64 - 1.0)))
}

fn pairwise(tally: &Tally, counts: &[u64], scale: &ScaleShape, products: &Products) -> Result<f64, Absence> {
    let layout = tally.layout();
    let mut variances = Vec::with_capacity(scale.items.len());
    for index in &scale.items {
        let own = layout.items.get(*index).and_then(|i| counts.get(i.offset..i.offset + i.options));
        // A variance does not change by reversal.
        let moments = Moments::of(own.unwrap_or_default());
        variances.push(moments.variance().ok_or(Absence::TooFew { n: moments.n, need: 2 })?);
    }
    let covariances: Result<Vec<f64>, Absence> = products
        .pairwise
        .iter()
        .map(|[n, x, y, xy, ..]| covariance(*n, *x, *y, *xy).ok_or(Absence::TooFew { n: *n, need: 2 }))
        .collect();
    alpha(&variances, &covariances?)
}

fn listwise(products: &Products) -> Result<f64, Absence> {
    let n = products.complete;
    let mut cross = products.cross.iter();
    let (mut variances, mut covariances) = (Vec::new(), Vec::new());
    for (i, x) in products.sums.iter().enumerate() {
        for (j, y) in products.sums.iter().enumerate().skip(i) {
            let xy = cross.next().copied().unwrap_or(0);
            let entry = covariance(n, *x, *y, xy).ok_or(Absence::TooFew { n, need: 2 })?;
            if i == j { variances.push(entry) } else { covariances.push(entry) }
        }
    }
    alpha(&variances, &covariances)
}

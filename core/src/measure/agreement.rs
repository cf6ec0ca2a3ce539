//! Agreement within a unit: rwg, rwg(j), r*wg(j), AD_M and awg.
//!
//! Variances are over n − 1, average deviations over n; missing answers leave an item's other answers in
//! (available cases, as multilevel 2.8). `raw` values may be negative, `clipped` ones are 0 there.

use super::rows::{Kind, Place, ScaleRow};
use super::scale::Moments;
use super::value::Absence;
use crate::num::sum;
use crate::tally::Tally;

/// The variance of the uniform null on `options` points: `(A² − 1)/12` (James, Demaree and Wolf 1984).
///
/// ```
/// assert_eq!(colead::measure::uniform_variance(5), 2.0);
/// ```
pub fn uniform_variance(options: usize) -> f64 {
    let a = options as f64;
    (a * a - 1.0) / 12.0
}

/// rwg of one item, raw: `1 − s²/σ²` with the variance `null` of the null distribution, positive.
pub fn rwg(variance: f64, null: f64) -> f64 {
    1.0 - variance / null
}

/// r*wg(j) of `variances`, unclipped: `1 − m`, m the mean of `s²/σ²` (Lindell, Brandt and Whitney 1999).
pub fn r_star_wg_j(variances: &[f64], null: f64) -> f64 {
    1.0 - sum(variances.iter().copied()) / variances.len() as f64 / null
}

/// rwg(j) of `variances`, raw: `J(1−m)/(J(1−m)+m)`.
///
/// # Errors
/// `Undefined` from the pole m = J/(J−1) on, where the formula turns to values above 1.
pub fn rwg_j(variances: &[f64], null: f64) -> Result<f64, Absence> {
    let (j, r) = (variances.len() as f64, r_star_wg_j(variances, null));
    let below = j * r + (1.0 - r);
    // A hair above the pole is noise of the last bits.
    if below <= 1e-12 {
        return Err(Absence::Undefined("the items vary too much for rwg(j): its denominator is not positive"));
    }
    Ok(j * r / below)
}

/// rwg(j) clipped at 0, as multilevel reports it; 0 beyond the pole too.
fn rwg_j_clipped(variances: &[f64], null: f64) -> f64 {
    if r_star_wg_j(variances, null) <= 0.0 { 0.0 } else { rwg_j(variances, null).unwrap_or(0.0) }
}

/// The average deviation from the mean (Burke, Finkelstein and Dusig 1999), over n; `counts` by answer step.
pub fn ad_mean(counts: &[u64]) -> Option<f64> {
    let moments = Moments::of(counts);
    if moments.n == 0 {
        return None;
    }
    let mean = moments.mean();
    Some(sum(counts.iter().enumerate().map(|(step, c)| *c as f64 * (step as f64 - mean).abs())) / moments.n as f64)
}

/// awg of one item (Brown and Hauenstein 2005): `1 − 2s²/([(H+L)M − M² − HL]·n/(n−1))`; 1 when all stand at an end
/// point.
///
/// # Errors
/// `TooFew` below two answers; `Undefined` where the mean leaves no room for the largest variance.
pub fn awg(counts: &[u64]) -> Result<f64, Absence> {
    let moments = Moments::of(counts);
    let (n, Some(variance)) = (moments.n, moments.variance()) else {
        return Err(Absence::TooFew { n: moments.n, need: 2 });
    };
    let (m, top, k) = (moments.mean(), counts.len() as f64 - 1.0, n as f64);
    if m <= 0.0 || m >= top {
        return Ok(1.0);
    }
    if m < top / k || m > top * (k - 1.0) / k {
        return Err(Absence::Undefined("awg is undefined for a mean this near to an end point"));
    }
    Ok(1.0 - 2.0 * variance / ((top * m - m * m) * k / (k - 1.0)))
}

/// Agreement of every unit: by item `rwg` (variants `uniform_raw`, `uniform_clipped`), `ad_m` and `awg`; by scale
/// `rwg_j` (the same variants), `r_star_wg_j` (`uniform`) and `ad_m` (`mean_of_items`).
///
/// `n` of a scale is that of its least answered item; below two answers to any item it is `too_few`.
pub fn agreement(tally: &Tally) -> Vec<ScaleRow> {
    let layout = tally.layout();
    let mut rows = Vec::new();
    for (key, cell) in tally.cells() {
        let mut spread: Vec<(u64, Option<f64>, Option<f64>)> = Vec::with_capacity(layout.items.len());
        for (index, item) in layout.items.iter().enumerate() {
            let place = Place { wave: &key.wave, unit: Some(&key.unit), kind: Kind::Item, id: &item.id };
            let (counts, _) = cell.item(layout, index);
            let moments = Moments::of(counts);
            let (n, variance) = (moments.n, moments.variance());
            let ad = if n > 1 { ad_mean(counts) } else { None };
            let raw = variance.map(|v| rwg(v, uniform_variance(item.options))).ok_or(Absence::TooFew { n, need: 2 });
            let mut push = |measure, variant, value| rows.push(place.row(measure, variant, "respondents", n, value));
            push("rwg", "uniform_clipped", raw.clone().map(|r| r.max(0.0)));
            push("rwg", "uniform_raw", raw);
            push("ad_m", "item", ad.ok_or(Absence::TooFew { n, need: 2 }));
            push("awg", "item", awg(counts));
            spread.push((n, variance, ad));
        }
        for scale in &layout.scales {
            let place = Place { wave: &key.wave, unit: Some(&key.unit), kind: Kind::Scale, id: &scale.id };
            let own: Vec<_> = scale.items.iter().filter_map(|i| spread.get(*i)).collect();
            let n = own.iter().map(|(n, ..)| *n).min().unwrap_or(0);
            let few = Absence::TooFew { n, need: 2 };
            let variances: Option<Vec<f64>> = own.iter().map(|(_, v, _)| *v).collect();
            let deviations: Option<Vec<f64>> = own.iter().map(|(.., d)| *d).collect();
            let null = uniform_variance(scale.options);
            let of = |f: &dyn Fn(&[f64]) -> Result<f64, Absence>| variances.as_deref().map_or(Err(few.clone()), f);
            let mut push = |measure, variant, value| rows.push(place.row(measure, variant, "respondents", n, value));
            push("rwg_j", "uniform_clipped", of(&|v| Ok(rwg_j_clipped(v, null))));
            push("rwg_j", "uniform_raw", of(&|v| rwg_j(v, null)));
            push("r_star_wg_j", "uniform", of(&|v| Ok(r_star_wg_j(v, null))));
            let mean = deviations.map(|d| sum(d.iter().copied()) / d.len() as f64);
            push("ad_m", "mean_of_items", mean.ok_or(few.clone()));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts of the answers on 1..=5.
    fn counts(answers: &[usize]) -> Vec<u64> {
        (1..=5).map(|k| answers.iter().filter(|a| **a == k).count() as u64).collect()
    }

    fn variance(answers: &[usize]) -> f64 {
        Moments::of(&counts(answers)).variance().unwrap()
    }

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn the_worked_cases_of_the_plan() {
        let a = [4, 4, 5, 3, 4];
        near(variance(&a), 0.5);
        near(rwg(0.5, uniform_variance(5)), 0.75);
        assert!((rwg(0.5, 1.34) - 0.62687).abs() < 5e-6);
        near(ad_mean(&counts(&a)).unwrap(), 0.4);
        near(awg(&counts(&a)).unwrap(), 11.0 / 15.0);
        let b = [1, 1, 5, 5];
        near(rwg(variance(&b), 2.0), -5.0 / 3.0);
        near(ad_mean(&counts(&b)).unwrap(), 2.0);
        near(awg(&counts(&b)).unwrap(), -1.0);
        let c = [5; 5];
        assert_eq!(rwg(variance(&c), 2.0), 1.0);
        assert_eq!(ad_mean(&counts(&c)), Some(0.0));
        assert_eq!(awg(&counts(&c)), Ok(1.0));
        let d = [2, 3, 4, 4, 5, 5];
        near(rwg(variance(&d), 2.0), 19.0 / 60.0);
        assert!((rwg(variance(&d), 1.34) + 0.0199).abs() < 5e-5);
    }

    #[test]
    fn rwg_j_is_guarded_at_its_pole() {
        near(rwg_j(&[0.5, 1.5], 2.0).unwrap(), 2.0 / 3.0);
        assert!(rwg_j(&[3.0, 3.0], 2.0).unwrap() < 0.0);
        assert!(matches!(rwg_j(&[4.0, 4.0], 2.0), Err(Absence::Undefined(_))));
        assert!(matches!(rwg_j(&[5.0, 5.0], 2.0), Err(Absence::Undefined(_))));
        assert_eq!(rwg_j_clipped(&[5.0, 5.0], 2.0), 0.0);
        assert_eq!(rwg_j(&[0.0, 0.0], 2.0), Ok(1.0));
    }

    #[test]
    fn awg_is_undefined_near_the_ends_and_for_one() {
        assert!(matches!(awg(&counts(&[5, 5, 4])), Err(Absence::Undefined(_))));
        assert!(matches!(awg(&counts(&[3])), Err(Absence::TooFew { n: 1, need: 2 })));
        assert_eq!(ad_mean(&[0; 5]), None);
    }
}

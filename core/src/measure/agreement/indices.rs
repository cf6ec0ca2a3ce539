//! Agreement within a unit: rwg, rwg(j), r*wg(j), AD and awg.
//!
//! Variances are over n − 1, average deviations over n; missing answers leave an item's other answers in
//! (available cases, as multilevel 2.8). `raw` values may be negative, `clipped` ones are 0 there. Functions take
//! values with how often each was given, so that counts of answers and scores between the options both fit.

use crate::measure::scores::scale::Moments;
use crate::measure::value::Absence;
use crate::num::sum;

/// rwg of one item, raw: `1 − s²/σ²` with the variance `null` of the null distribution, positive.
pub fn rwg(variance: f64, null: f64) -> f64 {
    1.0 - variance / null
}

/// r*wg(j), unclipped: `1 − m`, m the mean of `s²/σ²` over the items (Lindell, Brandt and Whitney 1999), from the
/// mean of the items' variances.
pub fn r_star_wg_j(mean_variance: f64, null: f64) -> f64 {
    1.0 - mean_variance / null
}

/// rwg(j) of `items` items, raw: `J(1−m)/(J(1−m)+m)` (James, Demaree and Wolf 1984).
///
/// # Errors
/// `Undefined` from the pole m = J/(J−1) on, where the formula turns to values above 1.
pub fn rwg_j(mean_variance: f64, items: usize, null: f64) -> Result<f64, Absence> {
    let (j, r) = (items as f64, r_star_wg_j(mean_variance, null));
    let below = j * r + (1.0 - r);
    // A hair above the pole is noise of the last bits.
    if below <= 1e-12 {
        return Err(Absence::Undefined("the items vary too much for rwg(j): its denominator is not positive"));
    }
    Ok(j * r / below)
}

/// rwg(j) clipped at 0, as multilevel reports it; 0 beyond the pole too.
pub fn rwg_j_clipped(mean_variance: f64, items: usize, null: f64) -> f64 {
    if r_star_wg_j(mean_variance, null) <= 0.0 { 0.0 } else { rwg_j(mean_variance, items, null).unwrap_or(0.0) }
}

/// The average deviation from the mean (Burke, Finkelstein and Dusig 1999), over n, of values with their counts.
///
/// # Errors
/// `TooFew` below two answers.
pub fn ad_mean(values: impl IntoIterator<Item = (f64, u64), IntoIter: Clone>) -> Result<f64, Absence> {
    let values = values.into_iter();
    let n = enough(values.clone())?;
    let mean = sum(values.clone().map(|(x, c)| c as f64 * x)) / n;
    deviation(values, mean, n)
}

/// The average deviation from the median, over n, of values with their counts; the median of an even number is the
/// middle of its two.
///
/// # Errors
/// `TooFew` below two answers.
pub fn ad_median(values: impl IntoIterator<Item = (f64, u64), IntoIter: Clone>) -> Result<f64, Absence> {
    let values = values.into_iter();
    let n = enough(values.clone())?;
    let mut sorted: Vec<(f64, u64)> = values.clone().filter(|(_, c)| *c > 0).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: u64 = sorted.iter().fold(0, |t, (_, c)| t.saturating_add(*c));
    let at = |rank: u64| {
        let mut left = rank;
        let found = sorted.iter().find(|(_, c)| {
            let here = left < *c;
            left = left.saturating_sub(*c);
            here
        });
        found.map_or(0.0, |(x, _)| *x)
    };
    let median = (at((total - 1) / 2) + at(total / 2)) / 2.0;
    deviation(values, median, n)
}

fn enough(values: impl Iterator<Item = (f64, u64)>) -> Result<f64, Absence> {
    let n = values.fold(0_u64, |n, (_, c)| n.saturating_add(c));
    if n < 2 { Err(Absence::TooFew { n, need: 2 }) } else { Ok(n as f64) }
}

fn deviation(values: impl Iterator<Item = (f64, u64)>, center: f64, n: f64) -> Result<f64, Absence> {
    Ok(sum(values.map(|(x, c)| c as f64 * (x - center).abs())) / n)
}

/// awg of one item (Brown and Hauenstein 2005) from the mean and the variance (over n − 1) of `n` answers between
/// `lo` and `hi`: `1 − 2s²/([(H+L)M − M² − HL]·n/(n−1))`; 1 when all stand at an end point.
///
/// # Errors
/// `TooFew` below two answers; `Undefined` where the mean leaves no room for the largest variance.
pub fn awg(mean: f64, variance: f64, n: u64, (lo, hi): (f64, f64)) -> Result<f64, Absence> {
    if n < 2 {
        return Err(Absence::TooFew { n, need: 2 });
    }
    let k = n as f64;
    if variance == 0.0 && (mean == lo || mean == hi) {
        return Ok(1.0);
    }
    // A mean on the bound counts as inside it, whatever its last bits.
    let noise = 1e-12 * (hi - lo);
    let inside = mean >= (lo * (k - 1.0) + hi) / k - noise && mean <= (lo + hi * (k - 1.0)) / k + noise;
    if !inside || mean <= lo || mean >= hi {
        return Err(Absence::Undefined("awg is undefined for a mean this near to an end point"));
    }
    Ok(1.0 - 2.0 * variance / (((hi + lo) * mean - mean * mean - hi * lo) * k / (k - 1.0)))
}

/// Agreement on one item of one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemAgreement {
    /// Answers.
    pub n: u64,
    /// Their variance over n − 1, in squared points; `TooFew` below two.
    pub variance: Result<f64, Absence>,
    /// The average deviation from the mean, in points.
    pub ad_m: Result<f64, Absence>,
    /// The average deviation from the median, in points.
    pub ad_md: Result<f64, Absence>,
    /// awg.
    pub awg: Result<f64, Absence>,
}

impl ItemAgreement {
    /// From the counts of the answers by step from the low end.
    pub fn of(counts: &[u64]) -> ItemAgreement {
        let moments = Moments::of(counts);
        let few = Absence::TooFew { n: moments.n, need: 2 };
        let steps = || counts.iter().enumerate().map(|(step, c)| (step as f64, *c));
        let variance = moments.variance().ok_or(few);
        let top = counts.len().saturating_sub(1) as f64;
        let awg = variance.clone().and_then(|v| awg(moments.mean(), v, moments.n, (0.0, top)));
        ItemAgreement { n: moments.n, variance, ad_m: ad_mean(steps()), ad_md: ad_median(steps()), awg }
    }
}

/// Agreement on the items of one scale of one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleAgreement {
    /// Answers to the least answered item.
    pub n: u64,
    /// Items.
    pub items: usize,
    /// The mean of the items' variances; `TooFew` when an item has fewer than two answers.
    pub variance: Result<f64, Absence>,
    /// The mean of the items' average deviations from the mean.
    pub ad_m: Result<f64, Absence>,
    /// The mean of the items' average deviations from the median.
    pub ad_md: Result<f64, Absence>,
    /// The mean awg of the items that have one, as multilevel.
    pub awg: Result<f64, Absence>,
}

impl ScaleAgreement {
    /// From agreement on each item.
    pub fn of<'a>(items: impl IntoIterator<Item = &'a ItemAgreement>) -> ScaleAgreement {
        let items: Vec<&ItemAgreement> = items.into_iter().collect();
        let n = items.iter().map(|i| i.n).min().unwrap_or(0);
        let mean = |values: &[f64]| sum(values.iter().copied()) / values.len() as f64;
        let all = |part: fn(&ItemAgreement) -> &Result<f64, Absence>| {
            let values: Option<Vec<f64>> = items.iter().map(|i| part(i).clone().ok()).collect();
            values.filter(|v| !v.is_empty()).map(|v| mean(&v)).ok_or(Absence::TooFew { n, need: 2 })
        };
        let defined: Vec<f64> = items.iter().filter_map(|i| i.awg.clone().ok()).collect();
        let none = items.first().and_then(|i| i.awg.clone().err()).unwrap_or(Absence::TooFew { n, need: 2 });
        ScaleAgreement {
            n,
            items: items.len(),
            variance: all(|i| &i.variance),
            ad_m: all(|i| &i.ad_m),
            ad_md: all(|i| &i.ad_md),
            awg: if defined.is_empty() { Err(none) } else { Ok(mean(&defined)) },
        }
    }

    /// rwg(j) raw, by the variance of a null.
    ///
    /// # Errors
    /// `TooFew`, and `Undefined` from the pole on.
    pub fn rwg_j(&self, null: f64) -> Result<f64, Absence> {
        self.variance.clone().and_then(|v| rwg_j(v, self.items, null))
    }

    /// rwg(j) clipped at 0.
    ///
    /// # Errors
    /// `TooFew`.
    pub fn rwg_j_clipped(&self, null: f64) -> Result<f64, Absence> {
        self.variance.clone().map(|v| rwg_j_clipped(v, self.items, null))
    }

    /// r*wg(j), unclipped.
    ///
    /// # Errors
    /// `TooFew`.
    pub fn r_star_wg_j(&self, null: f64) -> Result<f64, Absence> {
        self.variance.clone().map(|v| r_star_wg_j(v, null))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::agreement::null::Null;

    /// Counts of the answers on 1..=5.
    fn counts(answers: &[usize]) -> Vec<u64> {
        (1..=5).map(|k| answers.iter().filter(|a| **a == k).count() as u64).collect()
    }

    fn item(answers: &[usize]) -> ItemAgreement {
        ItemAgreement::of(&counts(answers))
    }

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn the_worked_cases_of_the_plan() {
        let (uniform, slight) = (Null::Uniform.variance(5).unwrap(), Null::SlightSkew.variance(5).unwrap());
        let a = item(&[4, 4, 5, 3, 4]);
        assert_eq!(a.variance, Ok(0.5));
        assert_eq!(rwg(0.5, uniform), 0.75);
        assert!((rwg(0.5, slight) - 0.62687).abs() < 5e-6);
        near(a.ad_m.unwrap(), 0.4);
        near(a.awg.unwrap(), 11.0 / 15.0);
        let b = item(&[1, 1, 5, 5]);
        near(rwg(b.variance.unwrap(), uniform), -5.0 / 3.0);
        assert_eq!((b.ad_m, b.ad_md), (Ok(2.0), Ok(2.0)));
        near(b.awg.unwrap(), -1.0);
        let c = item(&[5; 5]);
        assert_eq!(rwg(c.variance.unwrap(), uniform), 1.0);
        assert_eq!((c.ad_m, c.awg), (Ok(0.0), Ok(1.0)));
        let d = item(&[2, 3, 4, 4, 5, 5]).variance.unwrap();
        near(rwg(d, uniform), 19.0 / 60.0);
        assert!((rwg(d, slight) + 0.0199).abs() < 5e-5);
    }

    #[test]
    fn rwg_j_is_guarded_at_its_pole() {
        near(rwg_j(1.0, 2, 2.0).unwrap(), 2.0 / 3.0);
        assert!(rwg_j(3.0, 2, 2.0).unwrap() < 0.0);
        assert!(matches!(rwg_j(4.0, 2, 2.0), Err(Absence::Undefined(_))));
        assert!(matches!(rwg_j(5.0, 2, 2.0), Err(Absence::Undefined(_))));
        assert_eq!(rwg_j_clipped(5.0, 2, 2.0), 0.0);
        assert_eq!(rwg_j(0.0, 2, 2.0), Ok(1.0));
        // One item has no pole that answers could reach, and rwg(1) is rwg.
        assert_eq!(rwg_j(1.0, 1, 2.0), Ok(0.5));
    }

    #[test]
    fn awg_is_undefined_near_the_ends_and_for_one() {
        assert!(matches!(item(&[5, 5, 4]).awg, Err(Absence::Undefined(_))));
        assert!(matches!(item(&[3]).awg, Err(Absence::TooFew { n: 1, need: 2 })));
        assert!(matches!(item(&[]).ad_m, Err(Absence::TooFew { n: 0, need: 2 })));
        assert!(matches!(ItemAgreement::of(&[]).variance, Err(Absence::TooFew { .. })));
    }

    #[test]
    fn the_median_of_an_even_number_is_between() {
        near(ad_median([(1.0, 1), (2.0, 1), (4.0, 1), (5.0, 1)]).unwrap(), 1.5);
        near(ad_median([(5.0, 1), (1.0, 2)]).unwrap(), 4.0 / 3.0);
        near(ad_mean([(1.0, 1), (2.0, 1), (4.0, 1), (5.0, 1)]).unwrap(), 1.5);
    }

    #[test]
    fn a_scale_is_its_items() {
        let (a, b) = (item(&[4, 4, 5, 3, 4]), item(&[1, 1, 5, 5]));
        let scale = ScaleAgreement::of([&a, &b]);
        assert_eq!((scale.n, scale.items), (4, 2));
        near(scale.ad_m.clone().unwrap(), 1.2);
        near(scale.variance.clone().unwrap(), (0.5 + 16.0 / 3.0) / 2.0);
        assert_eq!(scale.rwg_j_clipped(2.0), Ok(0.0));
        let alone = ScaleAgreement::of([&a, &item(&[2])]);
        assert!(matches!(alone.rwg_j(2.0), Err(Absence::TooFew { n: 1, need: 2 })));
        assert!(ScaleAgreement::of([]).variance.is_err());
    }
}

//! Krippendorff's alpha: agreement of coders on units, with any answers missing.

use crate::measure::value::Absence;
use crate::num::sum;

/// How far two values are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Alike or not.
    Nominal,
    /// By how many values lie between them, in this sample.
    Ordinal,
    /// By the square of their difference.
    Interval,
}

/// Krippendorff's alpha (2011) of `coders`, each a row over the same units, `None` where a coder is silent.
///
/// 1 is perfect agreement, 0 that of chance, negative systematic disagreement. Units with one value are left out.
///
/// # Errors
/// `TooFew` when no unit has two values; `Undefined` when all values are alike, for nobody could have disagreed.
pub fn krippendorff_alpha(coders: &[Vec<Option<f64>>], metric: Metric) -> Result<f64, Absence> {
    let units = coders.iter().map(Vec::len).max().unwrap_or(0);
    let pairable: Vec<Vec<f64>> = (0..units)
        .map(|u| coders.iter().filter_map(|c| c.get(u).copied().flatten()).collect::<Vec<f64>>())
        .filter(|values| values.len() > 1)
        .collect();
    if pairable.is_empty() {
        return Err(Absence::TooFew { n: 0, need: 1 });
    }
    let mut values: Vec<f64> = pairable.iter().flatten().copied().collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let place = |v: f64| values.partition_point(|x| *x < v);
    // How often each value occurs among pairable ones, and how often two meet in a unit.
    let mut totals = vec![0.0; values.len()];
    let mut observed = 0.0;
    for unit in &pairable {
        for v in unit {
            if let Some(t) = totals.get_mut(place(*v)) {
                *t += 1.0;
            }
        }
    }
    let distance = distances(metric, &values, &totals);
    for unit in &pairable {
        let own: Vec<f64> = unit.iter().flat_map(|a| unit.iter().map(|b| distance(place(*a), place(*b)))).collect();
        observed += sum(own) / (unit.len() as f64 - 1.0);
    }
    let n = sum(totals.iter().copied());
    let expected = sum(totals.iter().enumerate().flat_map(|(i, a)| {
        let distance = &distance;
        totals.iter().enumerate().map(move |(j, b)| a * b * distance(i, j))
    })) / (n - 1.0);
    if expected <= 0.0 {
        return Err(Absence::Undefined("all values are alike"));
    }
    Ok(1.0 - observed / expected)
}

/// The squared distance of two values by their places.
fn distances<'a>(metric: Metric, values: &'a [f64], totals: &'a [f64]) -> impl Fn(usize, usize) -> f64 + 'a {
    // Cumulated so that the values between two places are one subtraction.
    let mut before = Vec::with_capacity(totals.len());
    let mut running = 0.0;
    for t in totals {
        before.push(running);
        running += t;
    }
    move |i, j| {
        let at = |list: &[f64], k: usize| list.get(k).copied().unwrap_or(0.0);
        match metric {
            Metric::Nominal => f64::from(u8::from(i != j)),
            Metric::Interval => (at(values, i) - at(values, j)).powi(2),
            // From middle to middle of the two values' ranks.
            Metric::Ordinal => {
                let middle = |k: usize| at(&before, k) + at(totals, k) / 2.0;
                (middle(i) - middle(j)).powi(2)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of Krippendorff (2011): four coders, twelve units.
    fn example() -> Vec<Vec<Option<f64>>> {
        let row = |text: &str| text.split(' ').map(|c| c.parse().ok()).collect();
        ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."]
            .into_iter()
            .map(row)
            .collect()
    }

    #[test]
    fn the_worked_example() {
        let alpha = |metric| krippendorff_alpha(&example(), metric).unwrap();
        assert!((alpha(Metric::Nominal) - 0.743).abs() < 5e-4);
        assert!((alpha(Metric::Ordinal) - 0.815).abs() < 5e-4);
        assert!((alpha(Metric::Interval) - 0.849).abs() < 5e-4);
    }

    #[test]
    fn what_has_no_alpha_says_why() {
        let alike = vec![vec![Some(2.0); 3]; 2];
        assert!(matches!(krippendorff_alpha(&alike, Metric::Ordinal), Err(Absence::Undefined(_))));
        let alone = vec![vec![Some(2.0), None], vec![None, Some(1.0)]];
        assert!(matches!(krippendorff_alpha(&alone, Metric::Nominal), Err(Absence::TooFew { .. })));
        assert!(krippendorff_alpha(&[], Metric::Nominal).is_err());
        let apart = vec![vec![Some(1.0), Some(2.0)], vec![Some(2.0), Some(1.0)]];
        assert!(krippendorff_alpha(&apart, Metric::Interval).unwrap() < 0.0);
    }
}

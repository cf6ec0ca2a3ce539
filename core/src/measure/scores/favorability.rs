//! Percent favorable, neutral and unfavorable.
//!
//! After reversal an answer in the favorable band of its scale (by default above the midpoint) is favorable, in the
//! band's mirror image unfavorable, else neutral. Don't-know and missing are not in the base; don't-know is shown.

use crate::measure::math::distribution::{beta_binomial as predicted, wilson};
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::scores::scale::Reading;
use crate::measure::value::Absence;
use crate::num::sqrt;
use crate::tally::Tally;

/// As [`favorability_with`], with unknown sizes.
pub fn favorability(tally: &Tally) -> Vec<ScaleRow> {
    favorability_with(tally, &Reading::default())
}

/// Percent favorable, neutral and unfavorable (0-100) and don't-know counts of every unit.
///
/// Items carry a binomial standard error and Wilson's 95 % interval (estimand `process`). A scale pools the answers
/// to its items (variant `answers`); the answers of one person are not independent, so it has no interval; its `n`
/// is the number of people with an answer.
///
/// With `reading.sizes` items also have the estimand `census` (variant `jeffreys`): the share among all members, those
/// who did not answer predicted from those who did (beta-binomial with Jeffreys' prior), with its 95 % interval.
pub fn favorability_with(tally: &Tally, reading: &Reading<'_>) -> Vec<ScaleRow> {
    let layout = tally.layout();
    let mut rows = Vec::new();
    for (key, cell) in tally.cells() {
        let mut shares: Vec<([u64; 3], u64)> = Vec::with_capacity(layout.items.len());
        for (index, item) in layout.items.iter().enumerate() {
            let place = Place { wave: &key.wave, unit: Some(&key.unit), kind: Kind::Item, id: &item.id };
            let (counts, dont_know) = cell.item(layout, index);
            let top = item.options - 1;
            let (from, to) = item.favorable;
            let mut share = [0_u64; 3];
            for (step, count) in counts.iter().enumerate() {
                let step = item.oriented(step);
                let [favorable, neutral, unfavorable] = &mut share;
                let bin = if (from..=to).contains(&step) {
                    favorable
                } else if (from..=to).contains(&top.saturating_sub(step)) {
                    unfavorable
                } else {
                    neutral
                };
                *bin = bin.saturating_add(*count);
            }
            let n: u64 = share.iter().sum();
            for (measure, k) in MEASURES.into_iter().zip(share) {
                let row = place.row(measure, "item", "process", n, percent(k, n));
                rows.push(if n == 0 {
                    row
                } else {
                    let (p, (lower, upper)) = (k as f64 / n as f64, wilson(k as f64, n as f64));
                    row.with(Some(100.0 * sqrt(p * (1.0 - p) / n as f64)), Some((100.0 * lower, 100.0 * upper)))
                });
            }
            if let Some(size) = reading.sizes.and_then(|s| s(&key.unit)) {
                for (measure, k) in MEASURES.into_iter().zip(share) {
                    rows.push(census_row(place, measure, k, n, size));
                }
            }
            rows.push(place.row("dont_know", "count", "respondents", cell.rows, Ok(dont_know as f64)));
            shares.push((share, dont_know));
        }
        for (scale, sums) in layout.scales.iter().zip(&cell.scales) {
            let place = Place { wave: &key.wave, unit: Some(&key.unit), kind: Kind::Scale, id: &scale.id };
            let own = || scale.items.iter().filter_map(|i| shares.get(*i));
            let people: u64 = sums.0.iter().map(|(_, [n, ..])| n).sum();
            let answers: u64 = own().flat_map(|(s, _)| s).sum();
            let bin = |k: usize| own().filter_map(|(s, _)| s.get(k)).sum::<u64>();
            for (k, measure) in MEASURES.into_iter().enumerate() {
                rows.push(place.row(measure, "answers", "respondents", people, percent(bin(k), answers)));
            }
            let dont_know: u64 = own().map(|(_, d)| d).sum();
            rows.push(place.row("dont_know", "count", "respondents", cell.rows, Ok(dont_know as f64)));
        }
    }
    rows
}

const MEASURES: [&str; 3] = ["percent_favorable", "percent_neutral", "percent_unfavorable"];

/// The share among all members: `k` of `n` observed, the rest predicted.
fn census_row(place: Place<'_>, measure: &'static str, k: u64, n: u64, size: u64) -> ScaleRow {
    if n == 0 {
        return place.row(measure, "jeffreys", "census", n, percent(k, n));
    }
    // More answers than members: then everybody answered.
    let size = size.max(n);
    let ((lower, upper), (mean, sd)) = predicted(k, n, size - n);
    let share = |y: f64| 100.0 * (k as f64 + y) / size as f64;
    let row = place.row(measure, "jeffreys", "census", n, Ok(share(mean)));
    row.with(Some(100.0 * sd / size as f64), Some((share(lower), share(upper))))
}

fn percent(k: u64, n: u64) -> Result<f64, Absence> {
    if n == 0 { Err(Absence::TooFew { n, need: 1 }) } else { Ok(100.0 * k as f64 / n as f64) }
}

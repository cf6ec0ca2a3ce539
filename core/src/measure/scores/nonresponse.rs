//! What those who did not answer could change.

use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::scores::scale::{Reading, unit_means};
use crate::measure::value::Absence;
use crate::tally::Tally;

/// Where the mean of all `size` members must lie when `n` of them answered with the mean `mean` and the others could
/// stand anywhere in `range`: `f·ȳ + (1−f)·[min, max]` (Manski 1995). With a size below n everybody answered.
///
/// ```
/// use colead::measure::nonresponse_bounds;
/// assert_eq!(nonresponse_bounds(80.0, 8, 10, (0.0, 100.0)), (64.0, 84.0));
/// ```
pub fn nonresponse_bounds(mean: f64, n: u64, size: u64, (lo, hi): (f64, f64)) -> (f64, f64) {
    let f = if size <= n { 1.0 } else { n as f64 / size as f64 };
    (f * mean + (1.0 - f) * lo, f * mean + (1.0 - f) * hi)
}

/// By how much the silent would have to differ from those who answered for the mean of all members to stand at
/// `cut`: `(cut − ȳ)/(1 − f)`. Beyond the ends of the scale no silence could do it.
///
/// # Errors
/// `Undefined` when everybody answered.
pub fn tipping_difference(mean: f64, n: u64, size: u64, cut: f64) -> Result<f64, Absence> {
    if size <= n {
        return Err(Absence::Undefined("everybody answered"));
    }
    Ok((cut - mean) / (1.0 - n as f64 / size as f64))
}

/// For every scale of every unit, on 0-100: `score_bounds` (value the mean of those who answered, ends what the
/// silent could make of it) and `tipping_difference` to the midpoint of the scale (variant `midpoint`); both are
/// about the census and `not_asked` where the size of the unit is unknown.
pub fn nonresponse(tally: &Tally, reading: &Reading<'_>) -> Vec<ScaleRow> {
    let mut rows = Vec::new();
    for wave in tally.waves() {
        for (index, scale) in tally.layout().scales.iter().enumerate() {
            let factor = 100.0 / scale.top() as f64;
            for (key, unit) in unit_means(tally, wave, index, reading.needed(tally, scale.items.len())) {
                let place = Place { wave, unit: Some(&key.unit), kind: Kind::Scale, id: &scale.id };
                let n = unit.map_or(0, |u| u.n);
                let known = match (unit, reading.sizes.and_then(|s| s(&key.unit))) {
                    (None, _) => Err(Absence::TooFew { n, need: 1 }),
                    (_, None) => Err(Absence::NotAsked),
                    (Some(unit), Some(size)) => Ok((unit.mean * factor, size)),
                };
                let bounds = known.clone().ok().map(|(mean, size)| nonresponse_bounds(mean, n, size, (0.0, 100.0)));
                let mean = known.clone().map(|(mean, _)| mean);
                rows.push(place.row("score_bounds", "nonresponse", "census", n, mean).with(None, bounds));
                let tipping = known.and_then(|(mean, size)| tipping_difference(mean, n, size, 50.0));
                rows.push(place.row("tipping_difference", "midpoint", "census", n, tipping));
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_answers_than_members_leave_nothing_open() {
        assert_eq!(nonresponse_bounds(70.0, 12, 10, (0.0, 100.0)), (70.0, 70.0));
        assert!(tipping_difference(70.0, 12, 10, 50.0).is_err());
    }

    #[test]
    fn the_tipping_difference_tips() {
        let (mean, n, size, cut) = (62.0, 6, 10, 50.0);
        let silent = mean + tipping_difference(mean, n, size, cut).unwrap();
        assert!((0.6 * mean + 0.4 * silent - cut).abs() < 1e-12);
    }
}

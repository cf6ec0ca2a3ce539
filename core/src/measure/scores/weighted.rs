//! What a tally of weights says: weighted means and shares, with the uncertainty of the effective number of people.
//!
//! Standard errors rest on the effective number `n_e = (Σw)²/Σw²` (Kish 1965, Survey Sampling), which holds for
//! weights that do not depend on the answers: `s/√n_e` of a mean, `√(p(1−p)/n_e)` of a share. Where some of a unit
//! did not answer, the effective number shrinks with the share of the weight that did. The `n` of a row counts people.

use crate::error::{Error, Result};
use crate::measure::math::distribution::{t95, wilson};
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::scores::scale::{Moments, Reading, person_scores};
use crate::measure::value::Absence;
use crate::num::sqrt;
use crate::tally::state::Cell;
use crate::tally::{Key, Tally};

/// Reads the rows named `what` from a tally of weights: `scores`, `items` or `favorability`, variant `weighted`.
///
/// # Errors
/// `weights_unsupported` for what is only known of people who count as one each.
pub(in crate::measure) fn weighted(tally: &Tally, what: &str, reading: &Reading<'_>) -> Result<Vec<ScaleRow>> {
    let read = match what {
        "scores" => scores,
        "items" => items,
        "favorability" => favorability,
        _ => {
            return Err(Error::input("weights_unsupported", format!("`{what}` is not read from weights"))
                .at("tally")
                .help("count people without weights for it"));
        }
    };
    let mut rows = Vec::new();
    for (key, cell) in tally.weighed() {
        read(tally, reading, Unit { key, cell: &cell }, &mut rows);
    }
    Ok(rows)
}

struct Unit<'a> {
    key: &'a Key,
    cell: &'a Cell,
}

impl Unit<'_> {
    fn place<'a>(&'a self, kind: Kind, id: &'a str) -> Place<'a> {
        Place { wave: &self.key.wave, unit: Some(&self.key.unit), kind, id }
    }

    /// The effective number of those who carry `weight` of the unit.
    fn effective(&self, weight: u64) -> f64 {
        match self.cell.mass {
            Some(mass) if mass.squares > 0 => weight as f64 * (mass.sum as f64 / mass.squares as f64),
            _ => 0.0,
        }
    }
}

/// The variance of a mean's people, over `n_e − 1`.
fn spread(squares: f64, weight: f64, effective: f64) -> Option<f64> {
    (effective > 1.0).then(|| squares / weight * effective / (effective - 1.0))
}

fn few(n: u64) -> Absence {
    Absence::TooFew { n, need: 1 }
}

fn scores(tally: &Tally, reading: &Reading<'_>, unit: Unit<'_>, rows: &mut Vec<ScaleRow>) {
    let n = unit.cell.rows;
    for (scale, sums) in tally.layout().scales.iter().zip(&unit.cell.scales) {
        let place = unit.place(Kind::Scale, &scale.id);
        let found = person_scores(sums, reading.needed(tally, scale.items.len()));
        let effective = found.map_or(0.0, |u| unit.effective(u.n));
        let variance = found.and_then(|u| spread(u.squares, u.n as f64, effective));
        // No spread seen among a few is not certainty.
        let se = variance.map(|v| sqrt(v / effective)).filter(|s| *s > 0.0);
        let mean = found.map(|u| u.mean).ok_or(few(n));
        let points = mean.clone().map(|m| scale.lo as f64 + m);
        rows.push(place.row("mean", "weighted", "respondents", n, points).with(se, None));
        let factor = 100.0 / scale.top() as f64;
        let ends = found.zip(se).map(|(u, s)| {
            let half = t95(effective - 1.0) * s;
            (((u.mean - half) * factor).max(0.0), ((u.mean + half) * factor).min(100.0))
        });
        let score = place.row("score", "weighted", "process", n, mean.map(|m| m * factor));
        rows.push(score.with(se.map(|s| s * factor), ends));
        let known = if effective > 0.0 { Ok(effective) } else { Err(few(n)) };
        rows.push(place.row("effective_n", "kish", "respondents", n, known));
    }
}

fn items(tally: &Tally, _: &Reading<'_>, unit: Unit<'_>, rows: &mut Vec<ScaleRow>) {
    let (layout, n) = (tally.layout(), unit.cell.rows);
    for (index, item) in layout.items.iter().enumerate() {
        let place = unit.place(Kind::Item, &item.id);
        let moments = Moments::of(unit.cell.item(layout, index).0);
        let effective = unit.effective(moments.n);
        let mean = if moments.n > 0 { Ok(item.lo as f64 + moments.mean()) } else { Err(few(n)) };
        // Over the weight first, then over the effective number.
        let weight = moments.n as f64;
        let squares = moments.variance().map(|v| v * (weight - 1.0));
        let variance = squares.and_then(|s| spread(s, weight, effective));
        let se = variance.map(|v| sqrt(v / effective)).filter(|s| *s > 0.0);
        rows.push(place.row("mean", "weighted", "respondents", n, mean).with(se, None));
        rows.push(place.row("variance", "weighted", "respondents", n, variance.ok_or(Absence::TooFew { n, need: 2 })));
    }
}

fn favorability(tally: &Tally, _: &Reading<'_>, unit: Unit<'_>, rows: &mut Vec<ScaleRow>) {
    let (layout, n) = (tally.layout(), unit.cell.rows);
    for (index, item) in layout.items.iter().enumerate() {
        let place = unit.place(Kind::Item, &item.id);
        let counts = unit.cell.item(layout, index).0;
        let total: u64 = counts.iter().sum();
        let effective = unit.effective(total);
        for (measure, share) in
            ["percent_favorable", "percent_neutral", "percent_unfavorable"].into_iter().zip([0, 1, 2])
        {
            let weight: u64 =
                counts.iter().enumerate().filter(|(step, _)| item.band(*step) == share).map(|(_, c)| *c).sum();
            if total == 0 {
                rows.push(place.row(measure, "weighted", "process", n, Err(few(n))));
                continue;
            }
            let p = weight as f64 / total as f64;
            let (lower, upper) = wilson(p * effective, effective);
            let row = place.row(measure, "weighted", "process", n, Ok(100.0 * p));
            rows.push(row.with(Some(100.0 * sqrt(p * (1.0 - p) / effective)), Some((100.0 * lower, 100.0 * upper))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{AnswerColumns, Instrument, Weight};
    use crate::measure::{Status, measure};
    use crate::tally::{Counter, Values};

    fn tally(weights: Option<&[f64]>) -> Tally {
        let instrument = Instrument::from_json(
            r#"{"id":"s","version":"1","license":"CC0","options":[1,5],"scales":[{"id":"a","items":["x","-y"]}]}"#,
        )
        .unwrap();
        let weight = weights.map(|_| Weight { column: "w".into(), decimals: 2 });
        let columns = AnswerColumns { weight, ..AnswerColumns::standard(false) };
        let mut counter = Counter::new(&instrument, "t", &["unit", "w", "x", "y"], &columns).unwrap();
        let ones = [1.0; 4];
        let (x, y) = (Values::I8(&[1, 5, 4, 3]).into(), Values::I8(&[3, 1, 4, 3]).into());
        counter.add(&[Values::U8(&[1; 4]).into(), Values::F64(weights.unwrap_or(&ones)).into(), x, y]).unwrap();
        counter.finish().unwrap().0
    }

    fn value(rows: &[ScaleRow], id: &str, what: &str) -> (f64, Option<f64>) {
        let row = rows.iter().find(|r| r.scale == id && r.measure == what).unwrap();
        (row.value.unwrap(), row.se)
    }

    #[test]
    fn weights_weigh() {
        // Scores 2, 5, 3, 3; reversed y is 3, 5, 2, 3.
        let t = tally(Some(&[0.5, 1.5, 1.0, 0.0]));
        let rows = measure(&t, "scores", &Reading::default()).unwrap();
        let (mean, se) = value(&rows, "a", "mean");
        assert!((mean - (0.5 * 2.0 + 1.5 * 5.0 + 3.0) / 3.0).abs() < 1e-12);
        let effective = 9.0 / (0.25 + 2.25 + 1.0);
        assert!((value(&rows, "a", "effective_n").0 - effective).abs() < 1e-12);
        let squares = 0.5 * (2.0 - mean).powi(2) + 1.5 * (5.0 - mean).powi(2) + (3.0 - mean).powi(2);
        let variance = squares / 3.0 * effective / (effective - 1.0);
        assert!((se.unwrap() - (variance / effective).sqrt()).abs() < 1e-12);
        let items = measure(&t, "items", &Reading::default()).unwrap();
        assert!((value(&items, "x", "mean").0 - (0.5 + 7.5 + 4.0) / 3.0).abs() < 1e-12);
        let shares = measure(&t, "favorability", &Reading::default()).unwrap();
        assert!((value(&shares, "x", "percent_favorable").0 - 250.0 / 3.0).abs() < 1e-12);
        assert!((value(&shares, "y", "percent_unfavorable").0 - 100.0 / 3.0).abs() < 1e-12);
        assert_eq!(measure(&t, "agreement", &Reading::default()).unwrap_err().code(), "weights_unsupported");
    }

    #[test]
    fn equal_weights_change_no_mean_and_no_error() {
        let people = measure(&tally(None), "scores", &Reading::default()).unwrap();
        let weighed = measure(&tally(Some(&[2.5; 4])), "scores", &Reading::default()).unwrap();
        let ((mean, se), (other, own)) = (value(&weighed, "a", "mean"), value(&people, "a", "mean"));
        assert!((mean - other).abs() < 1e-12 && (se.unwrap() - own.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn weights_of_zero_say_why_there_is_nothing() {
        for what in ["scores", "items", "favorability"] {
            let rows = measure(&tally(Some(&[0.0; 4])), what, &Reading::default()).unwrap();
            assert!(!rows.is_empty() && rows.iter().all(|r| r.n == 4 && r.status != Status::Known), "{what}");
        }
    }
}

//! Which scales go together with an outcome among persons. Everything comes from one questionnaire at one time: the
//! result is labelled `same_source`, says nothing of causes, and is refused when too few answered.

use crate::error::{Error, Result, suggest};
use crate::evidence::{Instrument, Responses};
use crate::measure::math::linalg::Matrix;
use crate::measure::ordinal::pearson;
use crate::measure::respondents::Respondents;
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::value::Absence;
use crate::num::{sqrt, sum};

/// The fewest people for `predictors` scales: 50 + 8k, a convention (Green 1991).
pub fn driver_minimum(predictors: usize) -> u64 {
    50 + 8 * predictors as u64
}

/// How the other scales go together with the scale `outcome` among the persons of a wave who have every score.
///
/// Rows a scale, variant `same_source`: `driver_r` (the correlation) and `relative_weight` (its part of R², in percent
/// of R²; Johnson 2000); for the outcome `driver_r_squared`. Below [`driver_minimum`] people every row is `too_few`.
///
/// # Errors
/// `instrument_mismatch`, `unknown_scale`.
pub fn drivers(responses: &Responses, instrument: &Instrument, wave: &str, outcome: &str) -> Result<Vec<ScaleRow>> {
    let people = Respondents::new(responses, instrument)?;
    let scales = &people.layout.scales;
    if !scales.iter().any(|s| s.id == outcome) {
        let help = suggest(outcome, scales.iter().map(|s| s.id.as_str()));
        return Err(Error::input("unknown_scale", format!("unknown scale `{outcome}`")).at("outcome").help(help));
    }
    let needed: Vec<usize> = scales.iter().map(|s| people.layout.missing_rule.needed(s.items.len())).collect();
    let complete: Vec<Vec<f64>> = (0..people.rows())
        .filter(|row| people.wave(*row) == wave)
        .filter_map(|row| needed.iter().enumerate().map(|(i, k)| people.score(row, i, *k)).collect())
        .collect();
    let n = complete.len() as u64;
    let (own, others): (Vec<usize>, Vec<usize>) =
        (0..scales.len()).partition(|i| scales.get(*i).is_some_and(|s| s.id == outcome));
    let column = |i: usize| -> Vec<Option<f64>> { complete.iter().map(|scores| scores.get(i).copied()).collect() };
    let need = driver_minimum(others.len());
    let outcome_column = column(own.first().copied().unwrap_or(0));
    let found = if n < need {
        Err(Absence::TooFew { n, need })
    } else if others.is_empty() {
        Err(Absence::Undefined("the instrument has no other scale"))
    } else {
        let columns: Vec<Vec<Option<f64>>> = others.iter().map(|i| column(*i)).collect();
        weights(&columns, &outcome_column)
    };
    let mut rows = Vec::new();
    for (k, index) in others.iter().enumerate() {
        let Some(scale) = scales.get(*index) else { continue };
        let place = Place { wave, unit: None, kind: Kind::Scale, id: &scale.id };
        let part = |side: fn(&(f64, f64)) -> f64| {
            found.as_ref().map_err(Absence::clone).map(|(each, _)| each.get(k).map_or(0.0, side))
        };
        rows.push(place.row("driver_r", "same_source", "respondents", n, part(|p| p.0)));
        rows.push(place.row("relative_weight", "same_source", "respondents", n, part(|p| p.1)));
    }
    let place = Place { wave, unit: None, kind: Kind::Scale, id: outcome };
    rows.push(place.row("driver_r_squared", "same_source", "respondents", n, found.map(|(_, r2)| r2)));
    Ok(rows)
}

/// Correlation and relative weight (percent) of each predictor, and R².
type Weights = (Vec<(f64, f64)>, f64);

fn weights(columns: &[Vec<Option<f64>>], outcome: &[Option<f64>]) -> std::result::Result<Weights, Absence> {
    let k = columns.len();
    let mut fault = None;
    let r = Matrix::symmetric(k, |i, j| match (i == j, columns.get(i).zip(columns.get(j))) {
        (false, Some((a, b))) => pearson(a, b).unwrap_or_else(|absence| {
            fault = Some(absence);
            0.0
        }),
        _ => 1.0,
    });
    let with: std::result::Result<Vec<f64>, Absence> = columns.iter().map(|c| pearson(c, outcome)).collect();
    let with = with?;
    if let Some(absence) = fault {
        return Err(absence);
    }
    let eigen = r.eigen();
    if eigen.iter().any(|(value, _)| *value < 1e-10) {
        return Err(Absence::Undefined("one scale is a sum of others"));
    }
    // The orthogonal variables nearest to the scales: Λ = V√Δ V', β = Λ⁻¹r.
    let root = |power: f64| {
        Matrix::symmetric(k, |i, j| {
            let at = |v: &[f64], i: usize| v.get(i).copied().unwrap_or(0.0);
            sum(eigen
                .iter()
                .map(|(value, v)| at(v, i) * at(v, j) * if power > 0.0 { sqrt(*value) } else { 1.0 / sqrt(*value) }))
        })
    };
    let (lambda, inverse) = (root(1.0), root(-1.0));
    let beta: Vec<f64> = (0..k).map(|i| sum(inverse.row(i).iter().zip(&with).map(|(a, b)| a * b))).collect();
    let parts: Vec<f64> = (0..k).map(|j| sum(lambda.row(j).iter().zip(&beta).map(|(l, b)| l * l * b * b))).collect();
    let r2 = sum(parts.iter().copied());
    let percent = |p: &f64| if r2 > 0.0 { 100.0 * p / r2 } else { 0.0 };
    Ok((with.iter().zip(&parts).map(|(r, p)| (*r, percent(p))).collect(), r2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_add_up_to_r_squared() {
        let column = |f: fn(f64) -> f64| (0..200).map(|i| Some(f(f64::from(i)))).collect::<Vec<_>>();
        let wave = |step: f64| move |i: f64| libm::sin(i * step);
        let (a, b) = (column(|i| libm::sin(i * 0.7)), column(|i| libm::sin(i * 1.3) + 0.5 * libm::sin(i * 0.7)));
        let y: Vec<Option<f64>> =
            (0..200).map(f64::from).map(|i| Some(2.0 * wave(0.7)(i) + wave(1.3)(i) + wave(2.9)(i))).collect();
        let (each, r2) = weights(&[a.clone(), b], &y).unwrap();
        assert!((each.iter().map(|e| e.1).sum::<f64>() - 100.0).abs() < 1e-9);
        assert!(each[0].1 > each[1].1 && r2 > 0.7 && r2 < 0.95, "{each:?} {r2}");
        // Two of a kind cannot be told apart.
        assert!(matches!(weights(&[a.clone(), a], &y), Err(Absence::Undefined(_))));
        assert_eq!(driver_minimum(3), 74);
    }
}

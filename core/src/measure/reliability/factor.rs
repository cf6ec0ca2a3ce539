//! One common factor of a scale's items, by minimal residuals or maximum likelihood.

use crate::measure::math::linalg::Matrix;
use crate::measure::value::Absence;
use crate::num::sqrt;

/// How a factor is extracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extraction {
    /// The least squares of the residuals off the diagonal (Harman and Jones 1966), as psych's `fm = "minres"`.
    Minres,
    /// Maximum likelihood (Lawley 1940), as factanal and lavaan.
    MaximumLikelihood,
}

/// The least unique variance of a standardized item: a communality above .995 is held there, as psych does.
pub const LEAST_UNIQUE: f64 = 0.005;

const STEPS: usize = 5_000;

/// The standardized loadings of the items on one factor, their sum positive; `correlations` of at least three items.
///
/// # Errors
/// `Undefined` with fewer than three items, or when the extraction does not settle.
pub fn one_factor(correlations: &Matrix, extraction: Extraction) -> Result<Vec<f64>, Absence> {
    if correlations.size() < 3 {
        return Err(Absence::Undefined("one factor needs three items"));
    }
    let start = first_component(correlations)?;
    let found = match extraction {
        Extraction::Minres => minres(correlations, start),
        Extraction::MaximumLikelihood => likelihood(correlations, start),
    };
    let loadings = found.ok_or(Absence::Undefined("the factor does not settle"))?;
    let turn = if loadings.iter().sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
    Ok(loadings.into_iter().map(|l| turn * l).collect())
}

/// The loadings of the first principal component: where the search starts.
fn first_component(r: &Matrix) -> Result<Vec<f64>, Absence> {
    let first = r.eigen().into_iter().next().ok_or(Absence::Undefined("there are no items"))?;
    let (value, vector) = first;
    Ok(vector.into_iter().map(|x| (x * sqrt(value.max(0.0))).clamp(-0.9, 0.9)).collect())
}

/// One loading after the other to its best: `l = Σ r·l / Σ l²` over the other items.
fn minres(r: &Matrix, mut loadings: Vec<f64>) -> Option<Vec<f64>> {
    let most = sqrt(1.0 - LEAST_UNIQUE);
    for _ in 0..STEPS {
        let mut moved = 0.0_f64;
        for i in 0..loadings.len() {
            let others = || loadings.iter().zip(r.row(i)).enumerate().filter(|(j, _)| *j != i).map(|(_, pair)| pair);
            let (cross, squares) = others().fold((0.0, 0.0), |(c, s), (l, r)| (c + l * r, s + l * l));
            let best = if squares > 0.0 { (cross / squares).clamp(-most, most) } else { 0.0 };
            if let Some(l) = loadings.get_mut(i) {
                moved = moved.max((best - *l).abs());
                *l = best;
            }
        }
        if moved < 1e-14 {
            return Some(loadings);
        }
    }
    None
}

/// Expectation and maximization for one factor (Rubin and Thayer 1982), in closed form and never downhill; every
/// third step leaps along the last two moves (Varadhan and Roland 2008) where that does not leave the bounds.
fn likelihood(r: &Matrix, loadings: Vec<f64>) -> Option<Vec<f64>> {
    let mut state: Vec<f64> = loadings;
    for _ in 0..STEPS {
        let one = em_step(r, &state)?;
        let two = em_step(r, &one)?;
        let first: Vec<f64> = one.iter().zip(&state).map(|(a, b)| a - b).collect();
        let moved = first.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        if moved < 1e-14 {
            return Some(two);
        }
        let turn: Vec<f64> = two.iter().zip(&one).zip(&first).map(|((b, a), f)| b - a - f).collect();
        let (top, bottom) = (norm(&first), norm(&turn));
        let leap = if bottom > 0.0 { (-top / bottom).min(-1.0) } else { -1.0 };
        let far: Vec<f64> =
            state.iter().zip(&first).zip(&turn).map(|((x, f), t)| x - 2.0 * leap * f + leap * leap * t).collect();
        let inside = far.iter().all(|l| l * l < 1.0 - LEAST_UNIQUE);
        state = if inside && discrepancy(r, &far) <= discrepancy(r, &two) { far } else { two };
    }
    None
}

fn norm(v: &[f64]) -> f64 {
    sqrt(v.iter().map(|x| x * x).sum())
}

fn unique(loading: f64) -> f64 {
    (1.0 - loading * loading).max(LEAST_UNIQUE)
}

fn em_step(r: &Matrix, loadings: &[f64]) -> Option<Vec<f64>> {
    let c: f64 = loadings.iter().map(|l| l * l / unique(*l)).sum();
    let weights: Vec<f64> = loadings.iter().map(|l| l / unique(*l) / (1.0 + c)).collect();
    let cross: Vec<f64> =
        (0..loadings.len()).map(|i| r.row(i).iter().zip(&weights).map(|(a, b)| a * b).sum()).collect();
    let fit: f64 = weights.iter().zip(loadings).map(|(w, l)| w * l).sum();
    let spread: f64 = weights.iter().zip(&cross).map(|(w, s)| w * s).sum();
    let scale = 1.0 - fit + spread;
    let most = sqrt(1.0 - LEAST_UNIQUE);
    (scale > 0.0).then(|| cross.iter().map(|s| (s / scale).clamp(-most, most)).collect())
}

/// `ln|Σ| + tr(Σ⁻¹R)` of one factor with loadings `l` and unique variances `1 − l²`.
fn discrepancy(r: &Matrix, loadings: &[f64]) -> f64 {
    let c: f64 = loadings.iter().map(|l| l * l / unique(*l)).sum();
    let logs: f64 = loadings.iter().map(|l| crate::num::ln(unique(*l))).sum();
    let w: Vec<f64> = loadings.iter().map(|l| l / unique(*l)).collect();
    let quadratic: f64 = (0..w.len())
        .map(|i| w.get(i).copied().unwrap_or(0.0) * r.row(i).iter().zip(&w).map(|(a, b)| a * b).sum::<f64>())
        .sum();
    let own: f64 = loadings.iter().zip(r.diagonal()).map(|(l, d)| d / unique(*l)).sum();
    logs + libm::log1p(c) + own - quadratic / (1.0 + c)
}

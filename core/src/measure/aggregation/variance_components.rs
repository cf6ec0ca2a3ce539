//! Variance between and within units by likelihood: the random one-way model `y = μ + u + e`.

use crate::measure::aggregation::interval::UnitMean;
use crate::measure::value::Absence;
use crate::num::{ln, sum};

/// Which likelihood is maximized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likelihood {
    /// Restricted maximum likelihood, as lme4 and nlme by default.
    Restricted,
    /// Maximum likelihood.
    Full,
}

/// The variances of a random one-way model, in squared units of the scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Components {
    /// Between units, τ²; never negative.
    pub between: f64,
    /// Within units, σ².
    pub within: f64,
}

impl Components {
    /// ICC(1) `τ²/(τ² + σ²)`.
    ///
    /// # Errors
    /// `Undefined` when nobody differs.
    pub fn icc1(&self) -> Result<f64, Absence> {
        let total = self.between + self.within;
        if total > 0.0 { Ok(self.between / total) } else { Err(Absence::Undefined("nobody differs from anybody")) }
    }

    /// The reliability of the mean of a unit of `n`, `τ²/(τ² + σ²/n)`.
    ///
    /// # Errors
    /// `TooFew` for nobody; `Undefined` when nobody differs.
    pub fn reliability(&self, n: f64) -> Result<f64, Absence> {
        if n <= 0.0 {
            return Err(Absence::TooFew { n: 0, need: 1 });
        }
        Components { between: self.between, within: self.within / n }.icc1()
    }
}

/// Fits the model to units; those without people are left out.
///
/// # Errors
/// `TooFew` below two units; `Undefined` when no unit has two people or nobody differs within a unit.
pub fn variance_components(units: &[UnitMean], likelihood: Likelihood) -> Result<Components, Absence> {
    let units: Vec<UnitMean> = units.iter().filter(|u| u.n > 0).copied().collect();
    if units.len() < 2 {
        return Err(Absence::TooFew { n: units.len() as u64, need: 2 });
    }
    let people = sum(units.iter().map(|u| u.n as f64));
    if people == units.len() as f64 {
        return Err(Absence::Undefined("no unit has two people with a score"));
    }
    let squares = sum(units.iter().map(|u| u.squares));
    if squares <= 0.0 {
        return Err(Absence::Undefined("nobody differs within a unit"));
    }
    let df = match likelihood {
        Likelihood::Restricted => people - 1.0,
        Likelihood::Full => people,
    };
    let model = Model { units: &units, squares, df, restricted: likelihood == Likelihood::Restricted };
    let ratio = model.best_ratio();
    let within = model.at(ratio).q / df;
    Ok(Components { between: ratio * within, within })
}

struct Model<'a> {
    units: &'a [UnitMean],
    squares: f64,
    df: f64,
    restricted: bool,
}

/// The profile over the ratio λ = τ²/σ².
struct Point {
    /// The weighted sum of squares.
    q: f64,
    log: f64,
    slope: f64,
}

impl Model<'_> {
    fn at(&self, ratio: f64) -> Point {
        let weight = |u: &UnitMean| u.n as f64 / (1.0 + u.n as f64 * ratio);
        let total = sum(self.units.iter().map(weight));
        let mu = sum(self.units.iter().map(|u| weight(u) * u.mean)) / total;
        let squared = |u: &UnitMean| (u.mean - mu) * (u.mean - mu);
        let q = self.squares + sum(self.units.iter().map(|u| weight(u) * squared(u)));
        let dq = -sum(self.units.iter().map(|u| weight(u) * weight(u) * squared(u)));
        let spread = sum(self.units.iter().map(|u| libm::log1p(u.n as f64 * ratio)));
        let own = if self.restricted { ln(total) } else { 0.0 };
        let shrink = sum(self.units.iter().map(|u| weight(u) * weight(u))) / total;
        let slope = self.df * dq / q + total - if self.restricted { shrink } else { 0.0 };
        Point { q, log: -0.5 * (self.df * ln(q) + spread + own), slope: -0.5 * slope }
    }

    /// The best ratio: a coarse search, then the slope's zero by halving.
    fn best_ratio(&self) -> f64 {
        let grid = || std::iter::once(0.0).chain((-64..=40).map(|i| libm::exp2(f64::from(i) / 2.0)));
        let mut best = (0.0, f64::NEG_INFINITY);
        for ratio in grid() {
            let log = self.at(ratio).log;
            if log > best.1 {
                best = (ratio, log);
            }
        }
        let (mut low, mut high) = if best.0 == 0.0 {
            (0.0, libm::exp2(-32.0))
        } else {
            (best.0 / std::f64::consts::SQRT_2, best.0 * std::f64::consts::SQRT_2)
        };
        if best.0 == 0.0 && self.at(0.0).slope <= 0.0 {
            return 0.0;
        }
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if self.at(middle).slope > 0.0 { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(mean: f64, n: u64, squares: f64) -> UnitMean {
        UnitMean { mean, n, squares }
    }

    #[test]
    fn balanced_units_give_the_analysis_of_variance() {
        // With equal sizes REML is ANOVA: MSB 131/36, MSW 1/4, n 3.
        let units = [
            unit(13.0 / 3.0, 3, 2.0 / 3.0),
            unit(7.0 / 3.0, 3, 2.0 / 3.0),
            unit(14.0 / 3.0, 3, 2.0 / 3.0),
            unit(3.0, 3, 0.0),
        ];
        let found = variance_components(&units, Likelihood::Restricted).unwrap();
        assert!((found.within - 0.25).abs() < 1e-9, "{found:?}");
        assert!((found.icc1().unwrap() - 122.0 / 149.0).abs() < 1e-9);
        assert!((found.reliability(3.0).unwrap() - 122.0 / 131.0).abs() < 1e-9);
        assert!(variance_components(&units, Likelihood::Full).unwrap().between < found.between);
    }

    #[test]
    fn units_alike_have_no_variance_between() {
        let found = variance_components(&[unit(3.0, 4, 2.0), unit(3.0, 5, 2.0)], Likelihood::Restricted).unwrap();
        assert_eq!(found.between, 0.0);
        assert_eq!(found.icc1(), Ok(0.0));
    }

    #[test]
    fn degenerate_cases_say_why() {
        let fit = |units: &[UnitMean]| variance_components(units, Likelihood::Restricted);
        assert!(matches!(fit(&[unit(1.0, 4, 2.0)]), Err(Absence::TooFew { n: 1, need: 2 })));
        assert!(matches!(fit(&[unit(1.0, 1, 0.0), unit(2.0, 1, 0.0)]), Err(Absence::Undefined(_))));
        assert!(matches!(fit(&[unit(1.0, 3, 0.0), unit(2.0, 3, 0.0)]), Err(Absence::Undefined(_))));
        assert!(Components { between: 0.0, within: 0.0 }.icc1().is_err());
    }
}

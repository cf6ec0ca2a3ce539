//! Between units: one-way ANOVA of persons' scores, ICC(1), ICC(2), eta² and omega².

use crate::measure::aggregation::interval::UnitMean;
use crate::measure::aggregation::variance_components::{Likelihood, variance_components};
use crate::measure::math::distribution::{f_quantile, f_upper_tail};
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::scores::scale::{Reading, unit_means};
use crate::measure::value::Absence;
use crate::num::sum;
use crate::tally::Tally;

/// A one-way analysis of variance of persons in units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Anova {
    /// Units with a score.
    pub groups: u64,
    /// Persons with a score.
    pub people: u64,
    /// The mean square between units.
    pub between: f64,
    /// The mean square within units.
    pub within: f64,
    /// `(N − Σn²/N)/(G − 1)`, the effective unit size.
    pub n0: f64,
    /// The harmonic mean of the unit sizes.
    pub harmonic: f64,
}

/// The ANOVA of units; units without people are left out.
///
/// # Errors
/// `TooFew` below two units; `Undefined` when no unit has two people.
pub fn anova(units: &[UnitMean]) -> Result<Anova, Absence> {
    let units: Vec<&UnitMean> = units.iter().filter(|u| u.n > 0).collect();
    let groups = units.len() as u64;
    let (Some(first), true) = (units.first(), groups > 1) else {
        return Err(Absence::TooFew { n: groups, need: 2 });
    };
    let people: u64 = units.iter().map(|u| u.n).sum();
    if people == groups {
        return Err(Absence::Undefined("no unit has two people with a score"));
    }
    let (g, n) = (groups as f64, people as f64);
    // Around the first mean, so that equal means give a between of exactly zero.
    let grand = first.mean + sum(units.iter().map(|u| u.n as f64 * (u.mean - first.mean))) / n;
    let between = sum(units.iter().map(|u| u.n as f64 * (u.mean - grand) * (u.mean - grand))) / (g - 1.0);
    let within = sum(units.iter().map(|u| u.squares)) / (n - g);
    let n0 = (n - sum(units.iter().map(|u| u.n as f64 * u.n as f64)) / n) / (g - 1.0);
    let harmonic = g / sum(units.iter().map(|u| 1.0 / u.n as f64));
    Ok(Anova { groups, people, between, within, n0, harmonic })
}

impl Anova {
    /// ICC(1) `(MSB−MSW)/(MSB+(k−1)MSW)` with `k` persons a unit; may be negative and is shown so.
    ///
    /// # Errors
    /// `Undefined` when nobody differs.
    pub fn icc1(&self, k: f64) -> Result<f64, Absence> {
        let below = self.between + (k - 1.0) * self.within;
        if below <= 0.0 {
            return Err(Absence::Undefined("nobody differs from anybody"));
        }
        Ok((self.between - self.within) / below)
    }

    /// The mean unit size N/G.
    pub fn mean_size(&self) -> f64 {
        self.people as f64 / self.groups as f64
    }

    /// The ends of the 95 % interval of the F ratio of variances: observed F over the quantiles of F.
    fn f_interval(&self) -> Result<(f64, f64), Absence> {
        let (f, _) = self.f()?;
        let (df1, df2) = (self.groups as f64 - 1.0, (self.people - self.groups) as f64);
        Ok((f / f_quantile(0.975, df1, df2), f / f_quantile(0.025, df1, df2)))
    }

    /// The 95 % interval of ICC(1) `((F/q − 1)/(F/q + k − 1))` (Searle 1971; with n0 for k Thomas and Hultquist 1978).
    ///
    /// # Errors
    /// `Undefined` when nobody differs within a unit.
    pub fn icc1_interval(&self, k: f64) -> Result<(f64, f64), Absence> {
        let of = |f: f64| (f - 1.0) / (f + k - 1.0);
        self.f_interval().map(|(low, high)| (of(low), of(high)))
    }

    /// The 95 % interval of ICC(2), `1 − q/F`.
    ///
    /// # Errors
    /// `Undefined` when nobody differs within a unit or all units have the same mean.
    pub fn icc2_interval(&self) -> Result<(f64, f64), Absence> {
        self.icc2()?;
        self.f_interval().map(|(low, high)| (1.0 - 1.0 / low, 1.0 - 1.0 / high))
    }

    /// The share of variance between units in the population (Hays 1963), `(SSB − (G−1)MSW)/(SST + MSW)`; may be
    /// negative.
    ///
    /// # Errors
    /// `Undefined` when nobody differs.
    pub fn omega_squared(&self) -> Result<f64, Absence> {
        let df = self.groups as f64 - 1.0;
        let total = self.between * df + self.within * (self.people - self.groups) as f64 + self.within;
        if total > 0.0 {
            Ok(df * (self.between - self.within) / total)
        } else {
            Err(Absence::Undefined("nobody differs from anybody"))
        }
    }

    /// ICC(2) `(MSB−MSW)/MSB`.
    ///
    /// # Errors
    /// `Undefined` when all units have the same mean.
    pub fn icc2(&self) -> Result<f64, Absence> {
        if self.between <= 0.0 {
            return Err(Absence::Undefined("all units have the same mean"));
        }
        Ok((self.between - self.within) / self.between)
    }

    /// F, and the probability of a larger one when units do not differ.
    ///
    /// # Errors
    /// `Undefined` when nobody differs within a unit.
    pub fn f(&self) -> Result<(f64, f64), Absence> {
        if self.within <= 0.0 {
            return Err(Absence::Undefined("nobody differs within a unit"));
        }
        let f = self.between / self.within;
        Ok((f, f_upper_tail(f, self.groups as f64 - 1.0, (self.people - self.groups) as f64)))
    }

    /// The share of the total sum of squares that lies between units.
    ///
    /// # Errors
    /// `Undefined` when nobody differs.
    pub fn eta_squared(&self) -> Result<f64, Absence> {
        let between = self.between * (self.groups as f64 - 1.0);
        let total = between + self.within * (self.people - self.groups) as f64;
        if total > 0.0 { Ok(between / total) } else { Err(Absence::Undefined("nobody differs from anybody")) }
    }
}

/// Differences between units of every scale, a wave, over all units; `n` is the number of persons with a score.
///
/// `icc1`: variants `n0` and `mean_size` (k = N/G, as multilevel) with F intervals (of `n0` that of Thomas and
/// Hultquist 1978 with n0), `harmonic`, `reml`, `ml`. `icc2`: `anova` with the F interval, `spearman_brown_reml` (mean
/// size), `weighted_mean` and `unweighted_mean` of the units' reliabilities under REML. `variance_between` and
/// `variance_within` (`reml`, `ml`) and `mean_square_between`, `mean_square_within` in squared points; `anova_f`,
/// `anova_p`, `df_between`, `df_within`, `unit_size` (`n0`, `mean`, `harmonic`), `eta_squared`, `omega_squared`.
pub fn aggregation(tally: &Tally, reading: &Reading<'_>) -> Vec<ScaleRow> {
    let mut rows = Vec::new();
    for wave in tally.waves() {
        for (index, scale) in tally.layout().scales.iter().enumerate() {
            let place = Place { wave, unit: None, kind: Kind::Scale, id: &scale.id };
            let units: Vec<UnitMean> = unit_means(tally, wave, index, reading.needed(tally, scale.items.len()))
                .into_iter()
                .filter_map(|(_, unit)| unit)
                .collect();
            anova_rows(&mut rows, place, &units);
            likelihood_rows(&mut rows, place, &units);
        }
    }
    rows
}

/// The ends of an interval.
type Ends = Result<(f64, f64), Absence>;

fn anova_rows(rows: &mut Vec<ScaleRow>, place: Place<'_>, units: &[UnitMean]) {
    let n = units.iter().map(|u| u.n).sum();
    let table = anova(units);
    let of = |f: &dyn Fn(&Anova) -> Result<f64, Absence>| table.as_ref().map_err(Absence::clone).and_then(f);
    let interval = |f: &dyn Fn(&Anova) -> Ends| table.as_ref().ok().and_then(|a| f(a).ok());
    let mut push = |measure, variant, value, ends| {
        rows.push(place.row(measure, variant, "process", n, value).with(None, ends));
    };
    push("icc1", "mean_size", of(&|a| a.icc1(a.mean_size())), interval(&|a| a.icc1_interval(a.mean_size())));
    push("icc1", "n0", of(&|a| a.icc1(a.n0)), interval(&|a| a.icc1_interval(a.n0)));
    push("icc1", "harmonic", of(&|a| a.icc1(a.harmonic)), None);
    push("icc2", "anova", of(&Anova::icc2), interval(&Anova::icc2_interval));
    push("anova_f", "one_way", of(&|a| a.f().map(|(f, _)| f)), None);
    push("anova_p", "one_way", of(&|a| a.f().map(|(_, p)| p)), None);
    push("eta_squared", "one_way", of(&Anova::eta_squared), None);
    push("omega_squared", "one_way", of(&Anova::omega_squared), None);
    push("mean_square_between", "one_way", of(&|a| Ok(a.between)), None);
    push("mean_square_within", "one_way", of(&|a| Ok(a.within)), None);
    push("df_between", "one_way", of(&|a| Ok(a.groups as f64 - 1.0)), None);
    push("df_within", "one_way", of(&|a| Ok((a.people - a.groups) as f64)), None);
    push("unit_size", "n0", of(&|a| Ok(a.n0)), None);
    push("unit_size", "mean", of(&|a| Ok(a.mean_size())), None);
    push("unit_size", "harmonic", of(&|a| Ok(a.harmonic)), None);
}

fn likelihood_rows(rows: &mut Vec<ScaleRow>, place: Place<'_>, units: &[UnitMean]) {
    let n: u64 = units.iter().map(|u| u.n).sum();
    let mut push = |measure, variant, value| rows.push(place.row(measure, variant, "process", n, value));
    for (variant, likelihood) in [("reml", Likelihood::Restricted), ("ml", Likelihood::Full)] {
        let found = variance_components(units, likelihood);
        push("icc1", variant, found.clone().and_then(|c| c.icc1()));
        push("variance_between", variant, found.clone().map(|c| c.between));
        push("variance_within", variant, found.map(|c| c.within));
    }
    let found = variance_components(units, Likelihood::Restricted);
    let mean = n as f64 / units.len().max(1) as f64;
    push("icc2", "spearman_brown_reml", found.clone().and_then(|c| c.reliability(mean)));
    let weighted = |weight: &dyn Fn(&UnitMean) -> f64| {
        let found = found.clone()?;
        let each: Result<Vec<f64>, Absence> =
            units.iter().map(|u| found.reliability(u.n as f64).map(|r| r * weight(u))).collect();
        Ok(sum(each?) / sum(units.iter().map(weight)))
    };
    push("icc2", "weighted_mean", weighted(&|u| u.n as f64));
    push("icc2", "unweighted_mean", weighted(&|_| 1.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(scores: &[f64]) -> UnitMean {
        let n = scores.len() as f64;
        let mean = scores.iter().sum::<f64>() / n;
        UnitMean { mean, n: scores.len() as u64, squares: scores.iter().map(|x| (x - mean) * (x - mean)).sum() }
    }

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn the_worked_case_of_the_plan() {
        let a = anova(&[unit(&[4., 5., 4.]), unit(&[2., 3., 2.]), unit(&[5., 5., 4.]), unit(&[3., 3., 3.])]).unwrap();
        near(a.between, 131.0 / 36.0);
        near(a.within, 0.25);
        near(a.icc1(3.0).unwrap(), 122.0 / 149.0);
        near(a.icc2().unwrap(), 122.0 / 131.0);
        near(a.n0, 3.0);
    }

    #[test]
    fn equal_means_give_the_lowest_icc1_and_no_icc2() {
        let a = anova(&[unit(&[1., 2., 4., 5.]), unit(&[1., 3., 3., 5.]), unit(&[2., 2., 4., 4.])]).unwrap();
        assert_eq!(a.between, 0.0);
        near(a.icc1(4.0).unwrap(), -1.0 / 3.0);
        assert!(matches!(a.icc2(), Err(Absence::Undefined(_))));
        assert_eq!(a.f().unwrap(), (0.0, 1.0));
    }

    #[test]
    fn degenerate_cases_say_why() {
        assert!(matches!(anova(&[unit(&[1., 2.])]), Err(Absence::TooFew { n: 1, need: 2 })));
        assert!(matches!(anova(&[unit(&[1.]), unit(&[2.])]), Err(Absence::Undefined(_))));
        let a = anova(&[unit(&[2., 2.]), unit(&[2., 2.])]).unwrap();
        assert!(a.icc1(2.0).is_err() && a.icc2().is_err() && a.f().is_err() && a.eta_squared().is_err());
        let a = anova(&[unit(&[2., 2.]), unit(&[3., 3.])]).unwrap();
        assert_eq!((a.icc1(2.0), a.icc2(), a.eta_squared()), (Ok(1.0), Ok(1.0), Ok(1.0)));
    }
}

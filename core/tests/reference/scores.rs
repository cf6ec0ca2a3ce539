//! Records about scores that are no answers to an item, and about numbers alone: answered by plain functions.

use super::data::Record;
use super::scales::{Scales, part};
use super::{Said, closed, iterated, rounded};
use colead::measure::linalg::Matrix;
use colead::measure::reliability::Lambda;
use colead::measure::{
    Absence, Likelihood, Null, UnitMean, ad_mean, ad_median, alpha, anova, awg, rwg, summarize, triangular_weights,
    variance_components, variance_of_weights,
};
use std::collections::BTreeMap;

pub(crate) fn answer(r: &Record, s: &mut Scales) -> Option<Said> {
    nulls(r).or_else(|| given_correlations(r, s)).or_else(|| of_units(r, s)).or_else(|| between(r, s))
}

fn nulls(r: &Record) -> Option<Said> {
    let options = || r.variant.strip_prefix("A=")?.split(' ').next()?.parse::<usize>().ok();
    match r.name.as_str() {
        "rwg_uniform_null_variance" => closed(Null::Uniform.variance(options()?).ok()),
        "rwg_triangular_null_variance" => closed(variance_of_weights(&triangular_weights(options()?)).ok()),
        "rwg_skew_null_variance" if r.kind == "computed" => {
            let weights =
                r.variant.split_once("probabilities ")?.1.split('/').map(|p| p.parse().unwrap()).collect::<Vec<f64>>();
            closed(variance_of_weights(&weights).ok())
        }
        "rwg_skew_null_variance" => {
            let null = if r.says("slight") {
                Null::SlightSkew
            } else if r.says("moderate") {
                Null::ModerateSkew
            } else {
                Null::HeavySkew
            };
            rounded(null.variance(5).ok(), 2)
        }
        _ => None,
    }
}

/// Reliability of a matrix of correlations that came without people.
fn given_correlations(r: &Record, s: &mut Scales) -> Option<Said> {
    if !r.on("psych_Thurstone_cor") || !["cronbach_alpha_std", "guttman_lambda6"].contains(&r.name.as_str()) {
        return None;
    }
    let data = s.data("psych_Thurstone_cor")?;
    let names = &data.columns[""];
    let columns: Vec<Vec<Option<f64>>> = names.iter().map(|n| data.numbers(n)).collect();
    let matrix = Matrix::symmetric(names.len(), |i, j| columns[i][j].unwrap());
    closed(if r.name == "guttman_lambda6" { Lambda::Six.of(&matrix).ok() } else { alpha(&matrix).ok() })
}

/// The scores of every unit, by unit and item; listwise.
fn scores(r: &Record, s: &mut Scales) -> Option<BTreeMap<String, Vec<Vec<f64>>>> {
    let data = s.data(&r.dataset)?;
    if r.items.is_empty() || r.items.iter().any(|i| !data.columns.contains_key(i)) {
        return None;
    }
    let columns: Vec<Vec<Option<f64>>> = r.items.iter().map(|i| data.numbers(i)).collect();
    let complete = |row: &usize| columns.iter().all(|c| c[*row].is_some());
    let units = data.groups(r.unit.as_ref()?).into_iter().map(|(unit, rows)| {
        let kept: Vec<usize> = rows.into_iter().filter(complete).collect();
        (unit, columns.iter().map(|c| kept.iter().filter_map(|row| c[*row]).collect()).collect())
    });
    // A unit in which nobody answered has no row in the other tools' tables.
    Some(units.filter(|(_, items): &(String, Vec<Vec<f64>>)| !items[0].is_empty()).collect())
}

fn of_units(r: &Record, s: &mut Scales) -> Option<Said> {
    let range = || {
        let text = r.variant.split_once("range")?.1.trim_start_matches(['=', ' ']);
        let (lo, hi) = text.split_once("..")?;
        Some((lo.parse::<f64>().ok()?, hi.split(' ').next()?.parse::<f64>().ok()?))
    };
    let few = |n: usize| Absence::TooFew { n: n as u64, need: 2 };
    let (measure, end) = part(&r.name)?;
    let scores = scores(r, s)?;
    let one = |x: &[f64]| -> Result<f64, Absence> {
        let own = UnitMean::of(x).ok_or(few(0))?;
        let variance = own.variance().ok_or(few(x.len()));
        let counted = || x.iter().map(|v| (*v, 1));
        match measure {
            "rwg" => Ok(rwg(variance?, 2.0).max(0.0)),
            "ad_m" => ad_mean(counted()),
            "ad_md" => ad_median(counted()),
            "awg" => awg(own.mean, variance?, own.n, range().ok_or(few(0))?),
            _ => Err(few(0)),
        }
    };
    if !["rwg", "ad_m", "ad_md", "awg"].contains(&measure) {
        return None;
    }
    let values: BTreeMap<&String, Result<f64, Absence>> = scores
        .iter()
        .map(|(unit, items)| {
            let defined: Vec<f64> = items.iter().filter_map(|x| one(x).ok()).collect();
            let mean = defined.iter().sum::<f64>() / defined.len() as f64;
            (unit, if defined.is_empty() { Err(few(0)) } else { Ok(mean) })
        })
        .collect();
    if end.is_empty() {
        return closed(values.get(r.of.as_ref()?).cloned().and_then(Result::ok));
    }
    let found = summarize(values.values()).ok()?;
    let value = Some(match end {
        "_mean" => found.mean,
        "_median" => found.median,
        "_sd" => found.sd?,
        "_min" => found.min,
        "_max" => found.max,
        _ => found.absent as f64,
    });
    if r.on("mokken") && r.says("0..4") {
        return super::different(value, "the answers, 1 to 5, lie outside the range that was passed");
    }
    closed(value)
}

/// The row of `aggregation` that a record is about.
pub(crate) fn between_name(r: &Record) -> Option<(&'static str, &'static str)> {
    let v = r.variant.as_str();
    Some(match r.name.as_str() {
        "ICC1" if v.contains("unbalanced k=n0") => ("icc1", "n0"),
        "ICC1" if v.contains("harmonic") => ("icc1", "harmonic"),
        "ICC1" if v.contains("not REML") => ("icc1", "ml"),
        "ICC1" if v.contains("REML") || v.contains("lme") => ("icc1", "reml"),
        "ICC1" => ("icc1", "mean_size"),
        "ICC1_ci95_lower" | "ICC1_ci95_upper" => ("icc1", "mean_size"),
        "ICC2" if v.contains("Spearman-Brown") => ("icc2", "spearman_brown_reml"),
        "ICC2" if v.contains("unweighted") => ("icc2", "unweighted_mean"),
        "ICC2" if v.contains("weighted") => ("icc2", "weighted_mean"),
        "ICC2" | "ICC2_ci95_lower" | "ICC2_ci95_upper" => ("icc2", "anova"),
        "REML_sigma2" => ("variance_within", "reml"),
        "REML_tau2" => ("variance_between", "reml"),
        "anova_F" => ("anova_f", "one_way"),
        "anova_p" => ("anova_p", "one_way"),
        "anova_MSB" => ("mean_square_between", "one_way"),
        "anova_MSW" => ("mean_square_within", "one_way"),
        "anova_df_between" => ("df_between", "one_way"),
        "anova_df_within" => ("df_within", "one_way"),
        "eta_squared" => ("eta_squared", "one_way"),
        "omega_squared" => ("omega_squared", "one_way"),
        n if n.starts_with("n0_unbalanced") => ("unit_size", "n0"),
        _ => return None,
    })
}

pub(crate) fn between_said(r: &Record, value: Option<f64>, lower: Option<f64>, upper: Option<f64>) -> Option<Said> {
    let value = match r.name.as_str() {
        n if n.ends_with("_ci95_lower") => lower,
        n if n.ends_with("_ci95_upper") => upper,
        _ => value,
    };
    if r.tool == "multilevel" && (r.says("mult.icc") || r.says("nlme")) {
        let why = "nlme stops short of the best likelihood; lme4 agrees with colead";
        return Some(Said { value, tolerance: super::Tolerance::Iterated, different: Some(why) });
    }
    let by_likelihood = r.name.starts_with("REML") || r.says("REML") || r.says("lme");
    if by_likelihood { iterated(value) } else { closed(value) }
}

fn between(r: &Record, s: &mut Scales) -> Option<Said> {
    if r.items.len() != 1 || r.unit.is_none() {
        return None;
    }
    let units: BTreeMap<String, UnitMean> =
        scores(r, s)?.into_iter().filter_map(|(unit, items)| Some((unit, UnitMean::of(&items[0])?))).collect();
    let own = r.of.as_ref().and_then(|unit| units.get(unit));
    match r.name.as_str() {
        "group_mean" => return closed(own.map(|u| u.mean)),
        "group_sd" => return closed(own.and_then(|u| u.variance()).map(f64::sqrt)),
        "group_mean_ci95_t_lower" => return closed(own.and_then(|u| u.t_interval()).map(|i| i.0)),
        "group_mean_ci95_t_upper" => return closed(own.and_then(|u| u.t_interval()).map(|i| i.1)),
        _ => {}
    }
    let all: Vec<UnitMean> = units.values().copied().collect();
    let restricted = || variance_components(&all, Likelihood::Restricted).ok();
    let mean = |f: &dyn Fn(&UnitMean) -> f64| {
        let c = restricted()?;
        let each: Vec<f64> = all.iter().map(|u| c.reliability(u.n as f64).unwrap() * f(u)).collect();
        Some(each.iter().sum::<f64>() / all.iter().map(f).sum::<f64>())
    };
    match r.name.as_str() {
        "gmeanrel" => return iterated(restricted().zip(own).and_then(|(c, u)| c.reliability(u.n as f64).ok())),
        "gmeanrel_mean" => return iterated(mean(&|_| 1.0)),
        _ => {}
    }
    let (measure, variant) = between_name(r)?;
    let a = anova(&all).ok()?;
    let ends = |i: Result<(f64, f64), Absence>| i.ok().map_or((None, None), |(l, u)| (Some(l), Some(u)));
    let (lower, upper) = match (measure, variant) {
        ("icc1", "mean_size") => ends(a.icc1_interval(a.mean_size())),
        ("icc2", "anova") => ends(a.icc2_interval()),
        _ => (None, None),
    };
    let value = match (measure, variant) {
        ("icc1", "mean_size") => a.icc1(a.mean_size()).ok(),
        ("icc1", "n0") => a.icc1(a.n0).ok(),
        ("icc1", "harmonic") => a.icc1(a.harmonic).ok(),
        ("icc1", "reml") => restricted()?.icc1().ok(),
        ("icc1", "ml") => variance_components(&all, Likelihood::Full).ok()?.icc1().ok(),
        ("icc2", "anova") => a.icc2().ok(),
        ("icc2", "spearman_brown_reml") => restricted()?.reliability(a.mean_size()).ok(),
        ("icc2", "weighted_mean") => mean(&|u| u.n as f64),
        ("icc2", "unweighted_mean") => mean(&|_| 1.0),
        ("variance_within", _) => restricted().map(|c| c.within),
        ("variance_between", _) => restricted().map(|c| c.between),
        ("anova_f", _) => a.f().ok().map(|f| f.0),
        ("anova_p", _) => a.f().ok().map(|f| f.1),
        ("mean_square_between", _) => Some(a.between),
        ("mean_square_within", _) => Some(a.within),
        ("df_between", _) => Some(a.groups as f64 - 1.0),
        ("df_within", _) => Some((a.people - a.groups) as f64),
        ("eta_squared", _) => a.eta_squared().ok(),
        ("omega_squared", _) => a.omega_squared().ok(),
        ("unit_size", _) => Some(a.n0),
        _ => return None,
    };
    between_said(r, value, lower, upper)
}

//! Change between two waves: of the same people where they can be linked, else of two groups.
//!
//! Linked: for people who answered in both waves in the same unit, the mean of their differences of 0-100 scores; the
//! standard error is from the variance of differences pooled within units, which small units share. Unlinked: the
//! difference of two means with the variance of scores pooled within units and waves. A finite-population correction
//! would be wrong here: even a full census changes by chance. All changes of one report share one false discovery
//! rate (Benjamini and Hochberg 1995).

use crate::error::{Error, Result, suggest};
use crate::evidence::{Instrument, MissingRule, Responses};
use crate::measure::aggregation::interval::UnitMean;
use crate::measure::math::distribution::{t_cdf, t_quantile};
use crate::measure::respondents::Respondents;
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::value::Absence;
use crate::num::{sqrt, sum};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// p values made comparable to a false discovery rate: the least rate at which each would be a discovery
/// (Benjamini and Hochberg 1995), in the order given.
///
/// ```
/// let q = colead::measure::benjamini_hochberg(&[0.01, 0.04, 0.03]);
/// assert_eq!(q, [0.03, 0.04, 0.04]);
/// ```
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = p.iter().copied().zip(0..).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let m = p.len() as f64;
    let mut out = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (above, (value, place)) in order.iter().enumerate() {
        least = least.min(value * m / (m - above as f64));
        if let Some(q) = out.get_mut(*place) {
            *q = least;
        }
    }
    out
}

/// How people of two waves belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linking {
    /// The same people in both waves.
    Linked,
    /// Two groups of people.
    Unlinked,
}

/// Change of every scale in every unit of both waves, `to` less `from`, on 0-100.
///
/// Rows a unit and scale, variant `linked` or `unlinked`, estimand `process`: `change` with standard error and 95 %
/// interval, `change_p`, `change_q` (adjusted over all rows of the call) and `minimum_detectable_change` (found with
/// 80 % power at a level of 5 %, before adjustment). `n` is the number of linked people, or of the smaller wave.
/// `rule` says how many answers a score needs, by default the instrument's.
///
/// # Errors
/// `instrument_mismatch`, `unknown_wave`; `missing_column` when people are to be linked and have no keys.
pub fn changes(
    responses: &Responses,
    instrument: &Instrument,
    (from, to): (&str, &str),
    linking: Linking,
    rule: Option<MissingRule>,
) -> Result<Vec<ScaleRow>> {
    let people = Respondents::new(responses, instrument)?;
    known_waves(responses, [from, to])?;
    let keys = match linking {
        Linking::Linked => keys_of(responses)?,
        Linking::Unlinked => &[],
    };
    let variant = match linking {
        Linking::Linked => "linked",
        Linking::Unlinked => "unlinked",
    };
    let units: BTreeSet<&str> =
        people.by_unit().into_keys().filter(|(w, _)| *w == from || *w == to).map(|(_, u)| u).collect();
    let mut found: Vec<(&str, &str, std::result::Result<Change, Absence>, u64)> = Vec::new();
    for (index, scale) in people.layout.scales.iter().enumerate() {
        let needed = rule.unwrap_or(people.layout.missing_rule).needed(scale.items.len());
        let factor = 100.0 / scale.top() as f64;
        let score = |row: usize| people.score(row, index, needed).map(|s| s * factor);
        let each = match linking {
            Linking::Linked => linked(&people, keys, (from, to), score),
            Linking::Unlinked => unlinked(&people, (from, to), score),
        };
        for unit in &units {
            let (change, n) = each.get(unit).cloned().unwrap_or((Err(Absence::TooFew { n: 0, need: 1 }), 0));
            found.push((unit, &scale.id, change, n));
        }
    }
    let known: Vec<f64> = found.iter().filter_map(|(_, _, c, _)| c.as_ref().ok().map(Change::p)).collect();
    let mut adjusted = benjamini_hochberg(&known).into_iter();
    let mut rows = Vec::new();
    for (unit, scale, change, n) in found {
        let place = Place { wave: to, unit: Some(unit), kind: Kind::Scale, id: scale };
        let mut push = |measure, value| rows.push(place.row(measure, variant, "process", n, value));
        push("change_p", change.as_ref().map(Change::p).map_err(Absence::clone));
        let q = if change.is_ok() { adjusted.next() } else { None };
        push("change_q", q.ok_or(change.clone().err().unwrap_or(Absence::RowsNeeded)));
        push("minimum_detectable_change", change.as_ref().map(Change::detectable).map_err(Absence::clone));
        let ends = change.as_ref().ok().map(Change::interval);
        let se = change.as_ref().ok().map(|c| c.se);
        rows.push(place.row("change", variant, "process", n, change.map(|c| c.value)).with(se, ends));
    }
    Ok(rows)
}

/// Refuses a wave in which nobody answered.
pub(in crate::measure) fn known_waves(responses: &Responses, waves: [&str; 2]) -> Result<()> {
    match waves.into_iter().find(|wave| !responses.waves().iter().any(|w| w == wave)) {
        None => Ok(()),
        Some(wave) => {
            let help = suggest(wave, responses.waves().iter().map(String::as_str));
            Err(Error::input("unknown_wave", format!("there is no wave `{wave}`")).at("wave").help(help))
        }
    }
}

/// The keys by which people are linked.
pub(in crate::measure) fn keys_of(responses: &Responses) -> Result<&[Option<String>]> {
    responses.respondents().ok_or_else(|| {
        Error::input("missing_column", "without a column `respondent` nobody can be linked across waves")
            .at("respondent")
            .help("add the column, or compare the waves unlinked")
    })
}

/// A change with its standard error and degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Change {
    value: f64,
    se: f64,
    df: f64,
}

impl Change {
    fn p(&self) -> f64 {
        2.0 * t_cdf(-(self.value / self.se).abs(), self.df)
    }

    fn interval(&self) -> (f64, f64) {
        let half = t_quantile(0.975, self.df) * self.se;
        (self.value - half, self.value + half)
    }

    fn detectable(&self) -> f64 {
        (t_quantile(0.975, self.df) + t_quantile(0.8, self.df)) * self.se
    }
}

type Found<'a> = BTreeMap<&'a str, (std::result::Result<Change, Absence>, u64)>;

const NO_SPREAD: Absence = Absence::Undefined("within no unit do people differ in their change");

/// What people who answered in both waves in the same unit changed by, `to` less `from`, by unit.
pub(in crate::measure) fn linked_differences<'a>(
    people: &Respondents<'a>,
    keys: &[Option<String>],
    (from, to): (&str, &str),
    score: impl Fn(usize) -> Option<f64>,
) -> BTreeMap<&'a str, Vec<f64>> {
    let mut before: HashMap<(&str, &str), f64> = HashMap::new();
    let mut differences: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for wave in [from, to] {
        for row in (0..people.rows()).filter(|r| people.wave(*r) == wave) {
            let (Some(key), Some(score)) = (keys.get(row).and_then(Option::as_deref), score(row)) else { continue };
            let who = (people.unit(row), key);
            if wave == from {
                before.insert(who, score);
            } else if let Some(old) = before.get(&who) {
                differences.entry(people.unit(row)).or_default().push(score - old);
            }
        }
    }
    differences
}

fn linked<'a>(
    people: &Respondents<'a>,
    keys: &[Option<String>],
    waves: (&str, &str),
    score: impl Fn(usize) -> Option<f64>,
) -> Found<'a> {
    let differences = linked_differences(people, keys, waves, score);
    let units: BTreeMap<&str, UnitMean> =
        differences.into_iter().filter_map(|(unit, d)| Some((unit, UnitMean::of(&d)?))).collect();
    let df = sum(units.values().map(|u| u.n as f64 - 1.0));
    let pooled = sum(units.values().map(|u| u.squares)) / df;
    let change = |u: &UnitMean| match () {
        () if df < 1.0 => Err(Absence::TooFew { n: u.n, need: 2 }),
        () if pooled <= 0.0 => Err(NO_SPREAD),
        () => Ok(Change { value: u.mean, se: sqrt(pooled / u.n as f64), df }),
    };
    units.iter().map(|(unit, u)| (*unit, (change(u), u.n))).collect()
}

fn unlinked<'a>(people: &Respondents<'a>, (from, to): (&str, &str), score: impl Fn(usize) -> Option<f64>) -> Found<'a> {
    let by_unit = people.by_unit();
    let of = |wave: &str| -> BTreeMap<&'a str, UnitMean> {
        let here = by_unit.iter().filter(|((w, _), _)| *w == wave);
        here.filter_map(|((_, unit), rows)| {
            let scores: Vec<f64> = rows.iter().filter_map(|r| score(*r)).collect();
            Some((*unit, UnitMean::of(&scores)?))
        })
        .collect()
    };
    let (before, after) = (of(from), of(to));
    let all = || before.values().chain(after.values());
    let df = sum(all().map(|u| u.n as f64 - 1.0));
    let pooled = sum(all().map(|u| u.squares)) / df;
    let both = before.iter().filter_map(|(unit, b)| Some((*unit, b, after.get(unit)?)));
    let change = |b: &UnitMean, a: &UnitMean| match () {
        () if df < 1.0 => Err(Absence::TooFew { n: b.n.min(a.n), need: 2 }),
        () if pooled <= 0.0 => Err(NO_SPREAD),
        () => {
            let se = sqrt(pooled * (1.0 / b.n as f64 + 1.0 / a.n as f64));
            Ok(Change { value: a.mean - b.mean, se, df })
        }
    };
    both.map(|(unit, b, a)| (unit, (change(b, a), b.n.min(a.n)))).collect()
}

//! The aggregation gate: may the answers of a unit's members stand for the unit?
//!
//! rwg(j) of .70 is no verdict: people who only share a mild positive habit pass it. Here the null is the
//! organization's own pooled responses: whole respondents are dealt to units of the same size by chance (seeded), and
//! the variance within units is compared. The answer is *shown*, *contradicted* or *cannot tell*, with the power of
//! the test; only *contradicted* withholds. The organization is asked first: no unit is shown where all units together
//! are not. Contradictions of many units are held to one false discovery rate.

use crate::dice::{Dice, Stream};
use crate::error::Result;
use crate::evidence::{Instrument, Responses};
use crate::measure::agreement::indices::{ItemAgreement, ScaleAgreement};
use crate::measure::agreement::null::Null;
use crate::measure::respondents::Respondents;
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::study::waves::benjamini_hochberg;
use crate::measure::value::Absence;
use crate::num::{exp, sqrt, sum};
use std::collections::BTreeMap;

/// The most deals that a large number of units asks for by itself.
const MOST_DRAWS: f64 = 20_000.0;

/// How the gate is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateOptions {
    /// Deals by chance, for the organization and for each size of unit; for units at least their number over the
    /// level, up to 20,000, so that one finding can stand the correction for many.
    pub draws: u32,
    /// The seed of chance.
    pub seed: u64,
    /// The level of the tests, and of false discoveries among contradicted units.
    pub level: f64,
    /// The ICC(1) at which power is stated.
    pub icc: f64,
}

impl Default for GateOptions {
    /// 999 deals, seed 1, level .05, power at an ICC(1) of .2.
    fn default() -> GateOptions {
        GateOptions { draws: 999, seed: 1, level: 0.05, icc: 0.2 }
    }
}

/// What the gate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateState {
    /// The members agree more than people dealt together by chance.
    Shown,
    /// They agree less: a number for the unit would mislead.
    Contradicted,
    /// Neither can be told; label it, do not withhold it.
    CannotTell,
}

impl GateState {
    /// A snake_case name.
    pub fn as_str(self) -> &'static str {
        match self {
            GateState::Shown => "shown",
            GateState::Contradicted => "contradicted",
            GateState::CannotTell => "cannot_tell",
        }
    }
}

/// The gate's answer for one scale of the organization or of one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct GateAnswer {
    /// The wave, empty when the answers had none.
    pub wave: String,
    /// The unit; `None` for the organization.
    pub unit: Option<String>,
    /// The scale.
    pub scale: String,
    /// The answer; absent when nothing can be compared.
    pub state: std::result::Result<GateState, Absence>,
    /// The probability of as much agreement by chance.
    pub p_agreement: Option<f64>,
    /// The probability of as little agreement by chance.
    pub p_disagreement: Option<f64>,
    /// The probability that members who agree as much as an ICC(1) of [`GateOptions::icc`] says would be shown, where
    /// the organization is.
    pub power: Option<f64>,
    /// rwg(j), uniform null, clipped: the conventional figure, whose cut-off .70 is a convention (Lance, Butts and
    /// Michels 2006 trace it).
    pub rwg_j: std::result::Result<f64, Absence>,
    /// People with an answer.
    pub n: u64,
}

/// The respondents of one scale in one wave.
struct Pool {
    /// Steps, `None` where unanswered, a row a respondent.
    people: Vec<Vec<Option<usize>>>,
    /// Standardized scores, for the power.
    standing: Vec<f64>,
    options: usize,
    items: usize,
}

impl Pool {
    /// The mean variance over items that two or more of `members` answered.
    fn spread(&self, members: impl Iterator<Item = usize> + Clone) -> Option<f64> {
        let (mut total, mut items) = (0.0, 0.0);
        for item in 0..self.items {
            let steps = members.clone().filter_map(|m| self.people.get(m)?.get(item).copied().flatten());
            let (n, s, ss) = steps.fold((0_u64, 0_u64, 0_u64), |(n, s, ss), x| {
                let x = x as u64;
                (n + 1, s + x, ss + x * x)
            });
            if n > 1 {
                let (n, s, ss) = (n as f64, s as f64, ss as f64);
                total += (ss - s * s / n) / (n - 1.0);
                items += 1.0;
            }
        }
        (items > 0.0).then(|| total / items)
    }

    fn agreement(&self, members: &[usize]) -> ScaleAgreement {
        let items: Vec<ItemAgreement> = (0..self.items)
            .map(|item| {
                let mut counts = vec![0_u64; self.options];
                for step in members.iter().filter_map(|m| self.people.get(*m)?.get(item).copied().flatten()) {
                    if let Some(c) = counts.get_mut(step) {
                        *c += 1;
                    }
                }
                ItemAgreement::of(&counts)
            })
            .collect();
        ScaleAgreement::of(&items)
    }
}

/// Asks the gate for every scale, a wave: the organization first, then every unit.
///
/// # Errors
/// `instrument_mismatch`.
pub fn gate(responses: &Responses, instrument: &Instrument, options: &GateOptions) -> Result<Vec<GateAnswer>> {
    let people = Respondents::new(responses, instrument)?;
    let by_unit = people.by_unit();
    let mut out = Vec::new();
    for wave in people.waves() {
        for (index, shape) in people.layout.scales.iter().enumerate() {
            let mut pool =
                Pool { people: Vec::new(), standing: Vec::new(), options: shape.options, items: shape.items.len() };
            let mut units: Vec<(&str, Vec<usize>)> = Vec::new();
            for ((_, unit), rows) in by_unit.iter().filter(|((w, _), _)| *w == wave) {
                let mut members = Vec::new();
                for row in rows {
                    if let Some(score) = people.score(*row, index, 1) {
                        members.push(pool.people.len());
                        pool.people.push(people.steps(*row, index).collect());
                        pool.standing.push(score);
                    }
                }
                units.push((unit, members));
            }
            standardize(&mut pool.standing);
            let stream = Dice::new(options.seed ^ ((index as u64) << 32), Stream::Gate);
            out.extend(answers(&pool, wave, &shape.id, units, options, stream));
        }
    }
    Ok(out)
}

fn standardize(values: &mut [f64]) {
    let n = values.len() as f64;
    let mean = sum(values.iter().copied()) / n;
    let sd = sqrt(sum(values.iter().map(|v| (v - mean) * (v - mean))) / n);
    for v in values {
        *v = if sd > 0.0 { (*v - mean) / sd } else { 0.0 };
    }
}

fn answers(
    pool: &Pool,
    wave: &str,
    scale: &str,
    units: Vec<(&str, Vec<usize>)>,
    options: &GateOptions,
    mut dice: Dice,
) -> Vec<GateAnswer> {
    let blank = |unit: Option<&str>, n: usize, why: Absence| GateAnswer {
        wave: wave.to_owned(),
        unit: unit.map(str::to_owned),
        scale: scale.to_owned(),
        state: Err(why.clone()),
        p_agreement: None,
        p_disagreement: None,
        power: None,
        rwg_j: Err(why),
        n: n as u64,
    };
    let all = pool.people.len();
    let alike = pool.spread(0..all).is_none_or(|s| s <= 0.0);
    let several = units.iter().filter(|(_, m)| m.len() > 1).count();
    let why = match () {
        () if alike => Some(Absence::NoSpread { n: all as u64 }),
        () if several < 2 => Some(Absence::TooFew { n: several as u64, need: 2 }),
        () => None,
    };
    if let Some(why) = why {
        let whole = blank(None, all, why.clone());
        return std::iter::once(whole).chain(units.iter().map(|(u, m)| blank(Some(u), m.len(), why.clone()))).collect();
    }
    let null = Null::Uniform.variance(pool.options);
    let whole = organization(pool, &units, options, &mut dice);
    let mut out = vec![GateAnswer {
        state: Ok(state(whole.0, whole.1, options.level)),
        p_agreement: Some(whole.0),
        p_disagreement: Some(whole.1),
        ..blank(None, all, Absence::RowsNeeded)
    }];
    if let Some(first) = out.first_mut() {
        first.rwg_j = Err(Absence::Undefined("rwg(j) is of a unit"));
    }
    // Chance depends on the size of a unit alone, so each size is dealt once.
    // A p of 1/(1 + draws) must be able to stand the correction for so many units.
    let least_draws = (several as f64 / options.level.max(1e-6)).min(MOST_DRAWS) as u32;
    let options = &GateOptions { draws: options.draws.max(least_draws), ..*options };
    let mut by_size: BTreeMap<usize, (Vec<f64>, Option<f64>)> = BTreeMap::new();
    let mut found: Vec<(GateAnswer, Option<(f64, f64)>)> = Vec::new();
    for (unit, members) in &units {
        let n = members.len();
        let seen = if n > 1 { pool.spread(members.iter().copied()) } else { None };
        let mut answer = blank(Some(unit), n, Absence::TooFew { n: n as u64, need: 2 });
        let Some(seen) = seen else {
            found.push((answer, None));
            continue;
        };
        let (chance, power) = by_size.entry(n).or_insert_with(|| deal(pool, n, options, &mut dice));
        let draws = chance.len() as f64;
        let least = chance.iter().filter(|c| **c <= seen * (1.0 + 1e-12)).count() as f64;
        let most = chance.iter().filter(|c| **c >= seen * (1.0 - 1e-12)).count() as f64;
        let p = ((1.0 + least) / (1.0 + draws), (1.0 + most) / (1.0 + draws));
        (answer.p_agreement, answer.p_disagreement, answer.power) = (Some(p.0), Some(p.1), *power);
        answer.rwg_j = null.clone().and_then(|null| pool.agreement(members).rwg_j_clipped(null));
        found.push((answer, Some(p)));
    }
    // Withholding is a finding about many units at once; showing waits for the organization.
    let against: Vec<f64> = found.iter().filter_map(|(_, p)| p.map(|p| p.1)).collect();
    let mut against = benjamini_hochberg(&against).into_iter();
    let open = whole.0 <= options.level;
    for (mut answer, p) in found {
        if let Some((agree, _)) = p {
            let agree = if open { agree } else { 1.0 };
            answer.state = Ok(state(agree, against.next().unwrap_or(1.0), options.level));
        }
        out.push(answer);
    }
    out
}

fn state(agree: f64, disagree: f64, level: f64) -> GateState {
    match () {
        () if agree <= level => GateState::Shown,
        () if disagree <= level => GateState::Contradicted,
        () => GateState::CannotTell,
    }
}

/// The pooled variance within all units against whole respondents dealt anew.
fn organization(pool: &Pool, units: &[(&str, Vec<usize>)], options: &GateOptions, dice: &mut Dice) -> (f64, f64) {
    let sizes: Vec<usize> = units.iter().map(|(_, m)| m.len()).collect();
    let mut order: Vec<usize> = (0..pool.people.len()).collect();
    let within = |order: &[usize]| {
        let mut rest = order;
        sum(sizes.iter().filter_map(|n| {
            let (own, after) = rest.split_at_checked(*n)?;
            rest = after;
            Some((*n as f64 - 1.0).max(0.0) * pool.spread(own.iter().copied()).unwrap_or(0.0))
        }))
    };
    // Members stand unit by unit in the pool.
    let seen = within(&order);
    let (mut least, mut most) = (0_u32, 0_u32);
    for _ in 0..options.draws {
        dice.shuffle(&mut order);
        let chance = within(&order);
        least += u32::from(chance <= seen * (1.0 + 1e-12));
        most += u32::from(chance >= seen * (1.0 - 1e-12));
    }
    let p = |hits: u32| (1.0 + f64::from(hits)) / (1.0 + f64::from(options.draws));
    (p(least), p(most))
}

/// The spread of units of `n` by chance, sorted, and the power to show agreement of the ICC asked for.
fn deal(pool: &Pool, n: usize, options: &GateOptions, dice: &mut Dice) -> (Vec<f64>, Option<f64>) {
    let all = pool.people.len();
    let mut order: Vec<usize> = (0..all).collect();
    let mut chance = Vec::with_capacity(options.draws as usize);
    for _ in 0..options.draws {
        // The first places of a shuffle.
        for place in 0..n.min(all) {
            order.swap(place, dice.between(place, all - 1));
        }
        chance.extend(pool.spread(order.iter().take(n).copied()));
    }
    chance.sort_by(f64::total_cmp);
    let at = ((options.level * (chance.len() as f64 + 1.0)) as usize).checked_sub(1);
    let Some(critical) = at.and_then(|i| chance.get(i)).copied() else { return (chance, None) };
    if !(0.0..1.0).contains(&options.icc) {
        return (chance, None);
    }
    // Of scores that are standard normal over all, those of a unit at level u are normal around u with variance
    // 1 − ICC: the pool's respondents are drawn by that density over the pool's.
    let within = 1.0 - options.icc;
    let units = 300;
    let mut shown = 0;
    let mut cumulated = vec![0.0; all];
    for _ in 0..units {
        let level = sqrt(options.icc) * dice.normal();
        let mut total = 0.0;
        for (c, z) in cumulated.iter_mut().zip(&pool.standing) {
            total += exp(0.5 * z * z - 0.5 * (z - level) * (z - level) / within);
            *c = total;
        }
        let drawn: Vec<usize> = (0..n)
            .map(|_| {
                let at = dice.uniform() * total;
                cumulated.partition_point(|c| *c <= at).min(all - 1)
            })
            .collect();
        shown += u32::from(pool.spread(drawn.iter().copied()).is_some_and(|s| s <= critical));
    }
    (chance, Some(f64::from(shown) / f64::from(units)))
}

/// The gate's answers as rows: `aggregation_gate` (variant `pooled_responses`: 1 shown, 0 cannot tell, -1
/// contradicted), `gate_p_agreement`, `gate_p_disagreement` and `gate_power`.
pub fn gate_rows(answers: &[GateAnswer]) -> Vec<ScaleRow> {
    let mut rows = Vec::new();
    for a in answers {
        let place = Place { wave: &a.wave, unit: a.unit.as_deref(), kind: Kind::Scale, id: &a.scale };
        let mut push = |measure, value| rows.push(place.row(measure, "pooled_responses", "respondents", a.n, value));
        push(
            "aggregation_gate",
            a.state.clone().map(|s| match s {
                GateState::Shown => 1.0,
                GateState::CannotTell => 0.0,
                GateState::Contradicted => -1.0,
            }),
        );
        let why = a.state.clone().err().unwrap_or(Absence::Undefined("power is stated for units"));
        push("gate_p_agreement", a.p_agreement.ok_or(why.clone()));
        push("gate_p_disagreement", a.p_disagreement.ok_or(why.clone()));
        push("gate_power", a.power.ok_or(why));
    }
    rows
}

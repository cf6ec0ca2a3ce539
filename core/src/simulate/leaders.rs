//! What leaders rank and decide: priorities held, priorities declared, and decisions that serve or hinder them.
//!
//! A leader ranks by the place of a priority in the order of the unit plus a private normal deviation (Thurstone's model).
//! A decision touches two or three priorities, sooner the ones held high; it mostly serves what stands in the upper half of
//! the unit's order and often works against the rest. A share of effects (`scatter`) follows no order. Two coders read every
//! effect and sometimes misread it by one step, without knowing the outcome.

use super::plan::{Docket, Plan, Pressure, rounded};
use super::sheet::{Sheet, date};
use super::tree::Unit;
use crate::dice::{Dice, Stream};
use crate::{json, num};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Chance that a coder misreads an effect by one step.
const CODER_ERROR: f64 = 0.06;
/// SD of the logarithm of days from raised to decided.
const DAYS_LOG_SD: f64 = 0.45;

/// The tables of leaders, and what was true of their decisions.
pub(crate) struct Leaders {
    pub(crate) rankings: Sheet,
    pub(crate) declared: Sheet,
    pub(crate) decisions: Sheet,
    pub(crate) effects: Sheet,
    pub(crate) truth: Value,
}

/// Lets leaders rank and decide.
pub(crate) fn lead(plan: &Plan) -> Leaders {
    let mut declared = Sheet::new("declared", ["priority", "rank", "wave"]);
    for (w, order) in plan.declared.iter().enumerate() {
        for (place, p) in order.iter().enumerate() {
            declared.row([plan.priority(*p), &(place + 1).to_string(), plan.wave(w)]);
        }
    }
    let (decisions, effects, truth) = decide(plan);
    Leaders { rankings: rank(plan), declared, decisions, effects, truth }
}

fn rank(plan: &Plan) -> Sheet {
    let mut dice = Dice::new(plan.seed, Stream::Rankings);
    let mut sheet = Sheet::new("rankings", ["ranker", "unit", "layer", "priority", "rank", "wave", "pressure"]);
    for (wave, pressure) in &plan.episodes {
        for (person, unit) in plan.tree.leaders() {
            let mut felt: Vec<(f64, usize)> = plan
                .order(unit, *wave, *pressure)
                .iter()
                .enumerate()
                .map(|(place, p)| (place as f64 + plan.leader_sd * dice.normal(), *p))
                .collect();
            felt.sort_by(|a, b| a.0.total_cmp(&b.0));
            if !dice.chance(plan.ranking_rate) {
                continue;
            }
            for (place, (_, p)) in felt.iter().enumerate() {
                let rank = (place + 1).to_string();
                let (priority, wave) = (plan.priority(*p), plan.wave(*wave));
                sheet.row([&person.key, &unit.key, unit.layer, priority, &rank, wave, pressure.as_str()]);
            }
        }
    }
    sheet
}

/// How many decisions advance and how many work against each priority.
type Counts = Vec<(i64, i64)>;

/// A decision before it has a number.
struct Decision<'a> {
    unit: &'a Unit,
    docket: &'a Docket,
    ambiguity: f64,
    competing: f64,
    raised: i64,
    decided: i64,
    reversed: bool,
    rework: bool,
    experiment: bool,
    approvals: usize,
    effects: Vec<(usize, i8)>,
}

fn decide(plan: &Plan) -> (Sheet, Sheet, Value) {
    let mut dice = Dice::new(plan.seed, Stream::Decisions);
    let mut drawn: Vec<Decision<'_>> = Vec::new();
    for docket in &plan.dockets {
        for unit in plan.tree.units.iter().filter(|u| u.under(docket.under) && u.layer == docket.layer) {
            for _ in 0..docket.per_unit {
                drawn.push(draw(plan, unit, docket, &mut dice));
            }
        }
    }
    // In the order in which they came up, as a register would hold them.
    drawn.sort_by_key(|d| d.raised);
    let columns = [
        "decision",
        "unit",
        "layer",
        "maker",
        "wave",
        "pressure",
        "ambiguity",
        "competing",
        "raised",
        "decided",
        "reversed",
        "rework",
        "approvals",
        "experiment",
    ];
    let mut decisions = Sheet::new("decisions", columns);
    let mut effects = Sheet::new("decision_effects", ["decision", "priority", "effect", "coder"]);
    let mut counts: BTreeMap<(&str, &str, Pressure), Counts> = BTreeMap::new();
    for (i, d) in drawn.iter().enumerate() {
        let key = format!("d{:03}", i + 1);
        decisions.row([
            key.as_str(),
            &d.unit.key,
            d.unit.layer,
            plan.tree.head(d.unit),
            plan.wave(d.docket.wave),
            d.docket.pressure.as_str(),
            &json::number(d.ambiguity),
            &json::number(d.competing),
            &date(d.raised),
            &date(d.decided),
            yes_no(d.reversed),
            yes_no(d.rework),
            &d.approvals.to_string(),
            yes_no(d.experiment),
        ]);
        for (priority, effect) in &d.effects {
            for coder in ["coder-a", "coder-b"] {
                let seen = misread(*effect, &mut dice);
                effects.row([key.as_str(), plan.priority(*priority), &seen.to_string(), coder]);
            }
            for part in &d.unit.line {
                let empty = || plan.priorities.iter().map(|_| (0, 0)).collect();
                let by_priority =
                    counts.entry((part, plan.wave(d.docket.wave), d.docket.pressure)).or_insert_with(empty);
                if let Some((advance, against)) = by_priority.get_mut(*priority) {
                    *advance += i64::from(*effect > 0);
                    *against += i64::from(*effect < 0);
                }
            }
        }
    }
    let mut truth: BTreeMap<&str, BTreeMap<&str, Map<String, Value>>> = BTreeMap::new();
    for ((part, wave, pressure), by_priority) in &counts {
        if plan.tree.unit(part).is_some_and(|u| !u.leaf) {
            let value = reinforcement(by_priority).map_or(Value::Null, |r| json!(rounded(r)));
            truth.entry(part).or_default().entry(wave).or_default().insert(pressure.as_str().into(), value);
        }
    }
    (decisions, effects, json!(truth))
}

fn draw<'a>(plan: &Plan, unit: &'a Unit, docket: &'a Docket, dice: &mut Dice) -> Decision<'a> {
    let (first, last) = docket.raised;
    let raised = first + dice.between(0, usize::try_from(last - first).unwrap_or(0)) as i64;
    let days = docket.days * num::exp(DAYS_LOG_SD * dice.normal());
    let mut left: Vec<usize> = plan.order(unit, docket.wave, docket.pressure).to_vec();
    let half = left.len() as f64 / 2.0;
    let places = left.clone();
    let touched = dice.between(2, 3).min(left.len());
    let mut effects = Vec::new();
    for _ in 0..touched {
        // Linear weights: the first of n is n times as likely to be touched as the last.
        let total = left.len() * (left.len() + 1) / 2;
        let mut ticket = dice.between(1, total);
        let n = left.len();
        let place = (0..n).find(|i| {
            let weight = n - i;
            let hit = ticket <= weight;
            ticket = ticket.saturating_sub(weight);
            hit
        });
        let priority = left.remove(place.unwrap_or(0));
        let held = places.iter().position(|p| *p == priority).unwrap_or(0) as f64;
        let u = dice.uniform();
        let effect = if dice.chance(docket.scatter) {
            if u < 0.45 {
                1
            } else if u < 0.9 {
                -1
            } else {
                0
            }
        } else if held < half {
            if u < 0.92 { 1 } else { 0 }
        } else if u < 0.7 {
            -1
        } else {
            0
        };
        effects.push((priority, effect));
    }
    Decision {
        unit,
        docket,
        ambiguity: rate(docket.pressure, dice),
        competing: rate(docket.pressure, dice),
        raised,
        decided: raised + (days + 0.5) as i64,
        reversed: dice.chance(docket.reversed),
        rework: dice.chance(docket.rework),
        experiment: dice.chance(docket.experiment),
        approvals: dice.between(1, 2),
        effects,
    }
}

fn misread(effect: i8, dice: &mut Dice) -> i8 {
    let (wrong, up) = (dice.chance(CODER_ERROR), dice.chance(0.5));
    match (wrong, effect) {
        (false, e) => e,
        (true, 0) if up => 1,
        (true, 0) => -1,
        (true, _) => 0,
    }
}

/// A rating from 0 to 1 in quarters, of ambiguity or of competing priorities: both tend to come with pressure.
fn rate(pressure: Pressure, dice: &mut Dice) -> f64 {
    let center = match pressure {
        Pressure::Routine => 1.0,
        Pressure::Elevated => 2.0,
        Pressure::High => 3.0,
    };
    let felt = center + 0.8 * dice.normal();
    [0.5, 1.5, 2.5, 3.5].iter().filter(|cut| felt > **cut).count() as f64 / 4.0
}

fn yes_no(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

/// (reinforcing − contradicting) / judged pairs, from the number of decisions that advance and that work against each
/// priority: C(P,2) + C(M,2) pairs reinforce, P·M contradict. `None` without a pair.
fn reinforcement(counts: &[(i64, i64)]) -> Option<f64> {
    let pairs = |n: i64| n * (n - 1) / 2;
    let reinforcing: i64 = counts.iter().map(|(p, m)| pairs(*p) + pairs(*m)).sum();
    let contradicting: i64 = counts.iter().map(|(p, m)| p * m).sum();
    let judged = reinforcing + contradicting;
    (judged > 0).then(|| (reinforcing - contradicting) as f64 / judged as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reinforcement_counts_pairs() {
        assert_eq!(reinforcement(&[(3, 0), (0, 2)]), Some(1.0));
        assert_eq!(reinforcement(&[(1, 1)]), Some(-1.0));
        // Pairs: (1+1 against, 2 for): C(2,2) = 1 reinforcing, 2 x 1 = 2 contradicting.
        assert_eq!(reinforcement(&[(2, 1)]), Some(-1.0 / 3.0));
        assert_eq!(reinforcement(&[(1, 0), (0, 1)]), None);
    }

    #[test]
    fn coders_misread_by_one_step_and_rarely() {
        let mut dice = Dice::new(5, Stream::Decisions);
        let seen: Vec<i8> = (0..2_000).map(|_| misread(1, &mut dice)).collect();
        assert!(seen.iter().all(|e| *e >= 0));
        let wrong = seen.iter().filter(|e| **e != 1).count();
        assert!((70..=170).contains(&wrong), "{wrong} of 2000 at 6 %");
    }
}

//! Answers from a latent model, and the truth behind them.
//!
//! A scored answer is a latent value cut at the halves: level of the unit + team effect + person + item offset + noise.
//! The unit of every spread is a *step*, a quarter of the answer range (one point on 1-5). The level is the base plus what is
//! planted. With J items in a scale and the intraclass correlation `icc` asked for, the team effects have the variance
//! `icc / (1 - icc) * (person_sd² + item_sd² / J)`, so that `icc` is ICC(1) of the uncut scale score apart from what is
//! planted; cutting lowers it a little, planting raises it.
//!
//! Two truths are kept for a unit, because two things can be estimated: `process`, the mean the unit's level produces over
//! all people who might work there (exact, by the normal distribution function), and `census`, the mean of its present
//! members had all of them answered every item.

use super::plan::{Plan, Planted, rounded};
use super::scales::ScaleSpec;
use super::sheet::Sheet;
use super::tree::Unit;
use crate::dice::{Dice, Stream};
use crate::num;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Correlation of a team's effect from one wave to the next.
const TEAM_PERSISTENCE: f64 = 0.85;
/// Correlation of a person's standing from one wave to the next.
const PERSON_PERSISTENCE: f64 = 0.8;
/// Share of the variance between persons that all scales have in common (some people answer everything more kindly).
const GENERAL: f64 = 0.3;
/// SD of how hard an item is to agree with, in steps.
const ITEM_OFFSET_SD: f64 = 0.15;

/// The table of answers and what was true.
pub(crate) struct Survey {
    pub(crate) responses: Sheet,
    pub(crate) truth: Value,
}

/// Sums that make a truth, for a unit alone or with all below it.
#[derive(Default, Clone)]
struct Sums {
    members: f64,
    process: f64,
    census: f64,
}

/// Sums by scale and wave.
type Sheetful = Vec<Vec<Sums>>;

/// Asks everybody in every wave.
pub(crate) fn answer(plan: &Plan) -> Survey {
    let mut dice = Dice::new(plan.seed, Stream::Survey);
    let scales = &plan.questionnaire.scales;
    let offsets: Vec<Vec<f64>> =
        scales.iter().map(|s| s.items.iter().map(|_| ITEM_OFFSET_SD * dice.normal()).collect()).collect();
    let mut rows: Vec<Vec<Vec<String>>> = plan.waves.iter().map(|_| Vec::new()).collect();
    let (mut own, mut below) = (BTreeMap::new(), BTreeMap::new());
    let mut responded = Map::new();
    for unit in &plan.tree.units {
        let levels: Vec<Vec<Level>> =
            scales.iter().zip(&plan.base).map(|(s, b)| level(plan, unit, s, *b, &mut dice)).collect();
        let members = plan.tree.own(unit).len() as f64;
        let mut sums: Sheetful = Vec::new();
        for ((scale, levels), offsets) in scales.iter().zip(&levels).zip(&offsets) {
            let expect = |level| members * expected_score(plan, scale, level, offsets);
            sums.push(levels.iter().map(|level| Sums { members, process: expect(level), census: 0.0 }).collect());
        }
        let mut returned: Vec<u64> = plan.waves.iter().map(|_| 0).collect();
        for (i, person) in plan.tree.own(unit).iter().enumerate() {
            let side = if i % 2 == 0 { 0.5 } else { -0.5 };
            let mut forms: Vec<Vec<String>> =
                plan.waves.iter().map(|w| vec![person.key.clone(), unit.key.clone(), w.clone()]).collect();
            let general = dice.series(plan.waves.len(), PERSON_PERSISTENCE);
            for (((scale, levels), offsets), sums) in scales.iter().zip(&levels).zip(&offsets).zip(&mut sums) {
                let special = dice.series(plan.waves.len(), PERSON_PERSISTENCE);
                let standings =
                    general.iter().zip(&special).map(|(g, z)| num::sqrt(GENERAL) * g + num::sqrt(1.0 - GENERAL) * z);
                for (((form, level), sums), standing) in forms.iter_mut().zip(levels).zip(sums).zip(standings) {
                    let center = level.mean + level.split * side + plan.noise.person_sd * step(scale) * standing;
                    sums.census += fill(plan, scale, center, offsets, form, &mut dice);
                }
            }
            for ((form, rows), returned) in forms.into_iter().zip(&mut rows).zip(&mut returned) {
                if dice.chance(plan.noise.response_rate) {
                    rows.push(form);
                    *returned += 1;
                }
            }
        }
        for key in &unit.line {
            add(below.entry(key.clone()).or_default(), &sums);
        }
        own.insert(unit.key.clone(), sums);
        let by_wave: Map<String, Value> =
            plan.waves.iter().cloned().zip(returned.into_iter().map(Value::from)).collect();
        responded.insert(unit.key.clone(), json!({"members": plan.tree.own(unit).len(), "responded": by_wave}));
    }
    below.retain(|key, _| plan.tree.unit(key).is_some_and(|u| !u.leaf));
    let items = scales.iter().flat_map(|s| s.items.iter().map(|(id, _)| id.as_str()));
    let mut responses = Sheet::new("responses", ["respondent", "unit", "wave"].into_iter().chain(items));
    for row in rows.into_iter().flatten() {
        responses.row(row);
    }
    let truth = json!({
        "scores": truths(plan, &own),
        "scores_with_units_below": truths(plan, &below),
        "response": responded,
    });
    Survey { responses, truth }
}

fn add(total: &mut Sheetful, part: &Sheetful) {
    if total.is_empty() {
        total.clone_from(part);
        return;
    }
    for (total, part) in total.iter_mut().flatten().zip(part.iter().flatten()) {
        total.members += part.members;
        total.process += part.process;
        total.census += part.census;
    }
}

/// What a unit's people have in common on one scale in one wave.
struct Level {
    mean: f64,
    split: f64,
}

/// One step of a scale: a quarter of its range.
fn step(scale: &ScaleSpec) -> f64 {
    (scale.options.1 - scale.options.0) as f64 / 4.0
}

fn level(plan: &Plan, unit: &Unit, scale: &ScaleSpec, base: f64, dice: &mut Dice) -> Vec<Level> {
    let noise = &plan.noise;
    let within = noise.person_sd * noise.person_sd + noise.item_sd * noise.item_sd / scale.items.len().max(1) as f64;
    let team_sd = num::sqrt(noise.icc / (1.0 - noise.icc) * within);
    let split: f64 = plan.splits.iter().filter(|s| s.unit == unit.key && s.scale == scale.id).map(|s| s.gap).sum();
    let (lo, hi) = (scale.options.0 as f64, scale.options.1 as f64);
    dice.series(plan.waves.len(), TEAM_PERSISTENCE)
        .into_iter()
        .enumerate()
        .map(|(w, z)| {
            let now = |p: &Planted| p.wave.as_deref().is_none_or(|wave| wave == plan.wave(w));
            let applies = |p: &&Planted| p.scale == scale.id && now(p) && unit.under(&p.unit);
            let planted = num::sum(plan.planted.iter().filter(applies).map(|p| p.shift));
            Level { mean: lo + base * (hi - lo) + step(scale) * (planted + team_sd * z), split: step(scale) * split }
        })
        .collect()
}

/// Mean scored answer of a scale over all people a unit might hold.
fn expected_score(plan: &Plan, scale: &ScaleSpec, level: &Level, offsets: &[f64]) -> f64 {
    let noise = &plan.noise;
    let sd = step(scale) * num::sqrt(noise.person_sd * noise.person_sd + noise.item_sd * noise.item_sd);
    let halves = [level.mean + level.split / 2.0, level.mean - level.split / 2.0];
    let answers = offsets.iter().flat_map(|o| halves.map(|m| expected(m + step(scale) * o, sd, scale.options)));
    num::sum(answers) / (2 * offsets.len()) as f64
}

/// Mean of a normal variable cut at the halves into whole numbers from `lo` to `hi`.
fn expected(mean: f64, sd: f64, (lo, hi): (i64, i64)) -> f64 {
    lo as f64 + num::sum((lo..hi).map(|k| num::phi((mean - (k as f64 + 0.5)) / sd)))
}

/// The answer a latent value gives.
fn cut(latent: f64, (lo, hi): (i64, i64)) -> i64 {
    (lo..hi).take_while(|k| latent > *k as f64 + 0.5).last().map_or(lo, |k| k + 1)
}

/// Fills one scale of a form; returns the person's true score on it.
fn fill(plan: &Plan, scale: &ScaleSpec, center: f64, offsets: &[f64], form: &mut Vec<String>, dice: &mut Dice) -> f64 {
    let (lo, hi) = scale.options;
    let mut total = 0;
    for ((_, reversed), offset) in scale.items.iter().zip(offsets) {
        let latent = center + step(scale) * (offset + plan.noise.item_sd * dice.normal());
        let scored = cut(latent, scale.options);
        total += scored;
        let u = dice.uniform();
        let dont_know = plan.noise.missing_rate + plan.noise.dont_know_rate;
        form.push(match plan.questionnaire.dont_know {
            _ if u < plan.noise.missing_rate => String::new(),
            Some(code) if u < dont_know => code.to_string(),
            _ => (if *reversed { lo + hi - scored } else { scored }).to_string(),
        });
    }
    total as f64 / scale.items.len().max(1) as f64
}

fn truths(plan: &Plan, sums: &BTreeMap<String, Sheetful>) -> Value {
    let mut out: BTreeMap<&str, BTreeMap<&str, Map<String, Value>>> = BTreeMap::new();
    for (unit, scales) in sums {
        for (scale, waves) in plan.questionnaire.scales.iter().zip(scales) {
            for (wave, t) in plan.waves.iter().zip(waves) {
                let truth = json!({"process": rounded(t.process / t.members), "census": rounded(t.census / t.members)});
                out.entry(unit).or_default().entry(wave).or_default().insert(scale.id.clone(), truth);
            }
        }
    }
    json!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_cut_at_the_halves_and_stay_in_range() {
        let cuts: Vec<i64> = [-9.0, 1.4, 1.6, 3.0, 4.4, 4.6, 99.0].iter().map(|x| cut(*x, (1, 5))).collect();
        assert_eq!(cuts, [1, 1, 2, 3, 4, 5, 5]);
        assert_eq!(cut(-0.2, (-2, 2)), 0);
    }

    #[test]
    fn the_expected_answer_is_the_mean_of_many() {
        let mut dice = Dice::new(4, Stream::Survey);
        for (mean, sd) in [(3.0, 1.0), (4.4, 1.1), (1.8, 0.9)] {
            let n = 40_000;
            let drawn = num::sum((0..n).map(|_| cut(mean + sd * dice.normal(), (1, 5)) as f64)) / f64::from(n);
            let want = expected(mean, sd, (1, 5));
            assert!((drawn - want).abs() < 5.0 * sd / 200.0, "drawn {drawn}, expected {want}");
        }
    }

    #[test]
    fn a_symmetric_level_is_expected_in_the_middle() {
        assert!((expected(3.0, 0.7, (1, 5)) - 3.0).abs() < 1e-12);
    }
}

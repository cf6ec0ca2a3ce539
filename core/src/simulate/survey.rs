//! Answers from a latent model, and the truth behind them.
//!
//! A scored answer is a latent value cut at the halves: level of the unit + team effect + person + item offset + noise.
//! The unit of every spread is a *step*, a quarter of the answer range (one point on 1-5). The level is the base plus what is
//! planted. With J items in a scale and the intraclass correlation `icc` asked for, the team effects have the variance
//! `icc / (1 - icc) * (person_sd² + item_sd² / J)`, so that `icc` is ICC(1) of the uncut scale score apart from what is
//! planted; cutting lowers it a little, planting raises it. Items of the graded response model ([`Graded`]) have its noise
//! instead, of variance `pi² / 3a²`.
//!
//! Two truths are kept for a unit, because two things can be estimated: `process`, the mean the unit's level produces over
//! all people who might work there (exact, by the normal distribution function), and `census`, the mean of its present
//! members had all of them answered every item. Habits change what is recorded, and neither truth.

use super::graded::Graded;
use super::habits::Habits;
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

/// Cells of a form before its answers: respondent, unit, wave.
const KEYS: usize = 3;

/// One person in one wave.
struct Form {
    cells: Vec<String>,
    /// How far the person stands above the base, averaged over the scales, in steps.
    above: f64,
}

/// How answers to an item follow from a standing.
enum Curve {
    /// Cut at the halves; how much easier than others the item is to agree with, in steps.
    Cut(f64),
    Graded(Graded),
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
    let curves = curves(plan, &mut dice);
    let mut habits = Dice::new(plan.seed, Stream::Habits);
    let mut rows: Vec<Vec<Vec<String>>> = plan.waves.iter().map(|_| Vec::new()).collect();
    let (mut own, mut below) = (BTreeMap::new(), BTreeMap::new());
    let mut responded = Map::new();
    let mut straight: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for unit in &plan.tree.units {
        let levels: Vec<Vec<Level>> = scales
            .iter()
            .zip(&plan.base)
            .zip(&curves)
            .map(|((s, b), curves)| level(plan, unit, s, *b, curves, &mut dice))
            .collect();
        let members = plan.tree.own(unit).len() as f64;
        let mut sums: Sheetful = Vec::new();
        for ((scale, levels), curves) in scales.iter().zip(&levels).zip(&curves) {
            let expect = |level| members * expected_score(plan, scale, level, curves);
            sums.push(levels.iter().map(|level| Sums { members, process: expect(level), census: 0.0 }).collect());
        }
        let mut returned: Vec<u64> = plan.waves.iter().map(|_| 0).collect();
        for (i, person) in plan.tree.own(unit).iter().enumerate() {
            let side = if i % 2 == 0 { 0.5 } else { -0.5 };
            let keys = |w: &String| vec![person.key.clone(), unit.key.clone(), w.clone()];
            let mut forms: Vec<Form> = plan.waves.iter().map(|w| Form { cells: keys(w), above: 0.0 }).collect();
            let moved = plan.habits.person(&mut habits);
            let general = dice.series(plan.waves.len(), PERSON_PERSISTENCE);
            for (s, scale) in scales.iter().enumerate() {
                let (Some(levels), Some(curves), Some(sums), Some(base)) =
                    (levels.get(s), curves.get(s), sums.get_mut(s), plan.base.get(s))
                else {
                    continue;
                };
                let special = dice.series(plan.waves.len(), PERSON_PERSISTENCE);
                let standings =
                    general.iter().zip(&special).map(|(g, z)| num::sqrt(GENERAL) * g + num::sqrt(1.0 - GENERAL) * z);
                for (((form, level), sums), standing) in forms.iter_mut().zip(levels).zip(sums).zip(standings) {
                    let center = level.mean + level.split * side + plan.noise.person_sd * step(scale) * standing;
                    form.above += (center - at(scale, *base)) / step(scale) / scales.len() as f64;
                    sums.census += fill(plan, scale, center, curves, moved, &mut form.cells, &mut dice);
                }
            }
            for (((mut form, rows), returned), wave) in
                forms.into_iter().zip(&mut rows).zip(&mut returned).zip(&plan.waves)
            {
                let straightens = habits.chance(plan.habits.straightlining);
                if !dice.chance(answers(plan, form.above)) {
                    continue;
                }
                if straightens {
                    Habits::straighten(scales, form.cells.get_mut(KEYS..).unwrap_or_default());
                    straight.entry(wave).or_default().push(&person.key);
                }
                rows.push(form.cells);
                *returned += 1;
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
    let mut truth = json!({
        "scores": truths(plan, &own),
        "scores_with_units_below": truths(plan, &below),
        "response": responded,
    });
    let graded = parameters(plan, &curves);
    if let Value::Object(truth) = &mut truth {
        if !graded.is_empty() {
            truth.insert("items".into(), Value::Object(graded));
        }
        if plan.habits.straightlining > 0.0 {
            truth.insert("straightlined".into(), json!(straight));
        }
    }
    Survey { responses, truth }
}

fn curves(plan: &Plan, dice: &mut Dice) -> Vec<Vec<Curve>> {
    let mut drawn = Dice::new(plan.seed, Stream::Items);
    let mut curve = |scale: &ScaleSpec, item: usize, offset: f64| match (scale.graded.get(item), plan.discrimination) {
        (Some(own), _) => Curve::Graded(own.clone()),
        (None, Some(range)) => Curve::Graded(Graded::draw(range, scale.options, offset, &mut drawn)),
        (None, None) => Curve::Cut(offset),
    };
    let scales = plan.questionnaire.scales.iter();
    scales.map(|s| (0..s.items.len()).map(|i| curve(s, i, ITEM_OFFSET_SD * dice.normal())).collect()).collect()
}

/// The parameters of the items that follow the graded response model.
fn parameters(plan: &Plan, curves: &[Vec<Curve>]) -> Map<String, Value> {
    let items = plan.questionnaire.scales.iter().flat_map(|s| s.items.iter().map(|(id, _)| id));
    let graded = items.zip(curves.iter().flatten()).filter_map(|(id, curve)| match curve {
        Curve::Cut(_) => None,
        Curve::Graded(g) => Some((id.clone(), g.to_json())),
    });
    graded.collect()
}

/// The chance that somebody answers who stands so many steps above the base.
fn answers(plan: &Plan, above: f64) -> f64 {
    let (rate, slope) = (plan.noise.response_rate, plan.noise.response_slope);
    if slope == 0.0 || rate >= 1.0 {
        return rate;
    }
    // The odds `rate / (1 - rate)` times `exp(slope * above)`.
    rate / (rate + (1.0 - rate) * num::exp(-slope * above))
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

/// A position from 0 to 1 on the answer range as an answer.
fn at(scale: &ScaleSpec, position: f64) -> f64 {
    let (lo, hi) = (scale.options.0 as f64, scale.options.1 as f64);
    lo + position * (hi - lo)
}

/// An answer in steps from the middle of the range, as the graded response model counts.
fn standing(scale: &ScaleSpec, answer: f64) -> f64 {
    (answer - at(scale, 0.5)) / step(scale)
}

fn level(plan: &Plan, unit: &Unit, scale: &ScaleSpec, base: f64, curves: &[Curve], dice: &mut Dice) -> Vec<Level> {
    let noise = &plan.noise;
    let luck = match curves.first() {
        Some(Curve::Graded(_)) => {
            let of = |c: &Curve| if let Curve::Graded(g) = c { g.noise() } else { noise.item_sd * noise.item_sd };
            num::sum(curves.iter().map(of)) / curves.len() as f64
        }
        _ => noise.item_sd * noise.item_sd,
    };
    let within = noise.person_sd * noise.person_sd + luck / scale.items.len().max(1) as f64;
    let team_sd = num::sqrt(noise.icc / (1.0 - noise.icc) * within);
    let split: f64 = plan.splits.iter().filter(|s| s.unit == unit.key && s.scale == scale.id).map(|s| s.gap).sum();
    dice.series(plan.waves.len(), TEAM_PERSISTENCE)
        .into_iter()
        .enumerate()
        .map(|(w, z)| {
            let now = |p: &Planted| p.wave.as_deref().is_none_or(|wave| wave == plan.wave(w));
            let applies = |p: &&Planted| p.scale == scale.id && now(p) && unit.under(&p.unit);
            let planted = num::sum(plan.planted.iter().filter(applies).map(|p| p.shift));
            Level { mean: at(scale, base) + step(scale) * (planted + team_sd * z), split: step(scale) * split }
        })
        .collect()
}

/// Mean scored answer of a scale over all people a unit might hold.
fn expected_score(plan: &Plan, scale: &ScaleSpec, level: &Level, curves: &[Curve]) -> f64 {
    let noise = &plan.noise;
    let sd = step(scale) * num::sqrt(noise.person_sd * noise.person_sd + noise.item_sd * noise.item_sd);
    let halves = [level.mean + level.split / 2.0, level.mean - level.split / 2.0];
    let answers = curves.iter().flat_map(|curve| {
        halves.map(|m| match curve {
            Curve::Cut(offset) => expected(m + step(scale) * offset, sd, scale.options),
            Curve::Graded(g) => scale.options.0 as f64 + g.expected(standing(scale, m), noise.person_sd),
        })
    });
    num::sum(answers) / (2 * curves.len()) as f64
}

/// Mean of a normal variable cut at the halves into whole numbers from `lo` to `hi`.
fn expected(mean: f64, sd: f64, (lo, hi): (i64, i64)) -> f64 {
    lo as f64 + num::sum((lo..hi).map(|k| num::phi((mean - (k as f64 + 0.5)) / sd)))
}

/// The answer a latent value gives.
fn cut(latent: f64, (lo, hi): (i64, i64)) -> i64 {
    (lo..hi).take_while(|k| latent > *k as f64 + 0.5).last().map_or(lo, |k| k + 1)
}

/// Fills one scale of a form, with answers moved by a person's habits (see [`Habits::person`]); returns the person's true
/// score on it.
fn fill(
    plan: &Plan,
    scale: &ScaleSpec,
    center: f64,
    curves: &[Curve],
    [straight, reverse]: [f64; 2],
    cells: &mut Vec<String>,
    dice: &mut Dice,
) -> f64 {
    let (lo, hi) = scale.options;
    let mut total = 0;
    for ((_, reversed), curve) in scale.items.iter().zip(curves) {
        let luck = match curve {
            Curve::Cut(_) => dice.normal(),
            Curve::Graded(_) => dice.uniform(),
        };
        let score = |moved: f64| match curve {
            Curve::Cut(offset) => {
                cut(center + step(scale) * (offset + plan.noise.item_sd * luck + moved), scale.options)
            }
            Curve::Graded(g) => lo + g.passed(standing(scale, center) + moved, luck),
        };
        total += score(0.0);
        let recorded = score(if *reversed { reverse } else { straight });
        let u = dice.uniform();
        let dont_know = plan.noise.missing_rate + plan.noise.dont_know_rate;
        cells.push(match plan.questionnaire.dont_know {
            _ if u < plan.noise.missing_rate => String::new(),
            Some(code) if u < dont_know => code.to_string(),
            _ => (if *reversed { lo + hi - recorded } else { recorded }).to_string(),
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

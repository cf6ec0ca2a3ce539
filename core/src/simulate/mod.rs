//! Organizations with known truth: evidence as files, and what was planted in them.
//!
//! A measure is only as good as what it finds where the answer is known. [`organization`] makes an organization from a
//! [`Spec`]; [`harbour`] makes the example that is shipped, two merged port authorities. Equal calls give equal bytes on
//! every platform: a fixed generator, and no arithmetic but `+ - * /` and [`crate::num`].
//!
//! Simulated data say what a method does on data of this kind. They say nothing about real organizations.
//!
//! ```
//! use colead::simulate::{self, Planted, Spec};
//! let weak = Planted { unit: "dept-1".into(), scale: "connection".into(), wave: None, shift: -1.5 };
//! let made = simulate::organization(&Spec { seed: 3, teams: 8, departments: 2, planted: vec![weak], ..Spec::default() })?;
//! let names: Vec<&str> = made.files.iter().map(|(name, _)| name.as_str()).collect();
//! assert!(names.contains(&"responses.csv") && names.contains(&"truth.json"));
//! let scores = &made.truth["scores_with_units_below"];
//! let truth = |unit: &str| scores[unit]["w1"]["connection"]["process"].as_f64();
//! assert!(truth("dept-1") < truth("dept-2"));
//! # Ok::<(), colead::Error>(())
//! ```

mod graded;
mod habits;
mod harbour;
mod leaders;
mod plan;
mod scales;
mod sheet;
mod spec;
mod spec_read;
mod survey;
mod ties;
mod tree;

pub use graded::Graded;
pub use habits::Habits;
pub use harbour::harbour;
pub use plan::{Planted, Pressure, Split};
pub use scales::ScaleSpec;
pub use spec::{Divergence, DivergentLayer, Obstacle, Spec};

use crate::dice::{Dice, Stream};
use crate::error::Result;
use crate::json;
use plan::{Docket, Noise, Plan, Reach, Reading};
use serde_json::{Value, json};
use sheet::Sheet;
use tree::{Outline, Tree};

/// The day on which generic organizations begin, 2024-01-08, counted from 1970-01-01.
const BEGIN: i64 = 19_730;

/// A simulated organization.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// Evidence files by name, as `assess` reads them, with `colead.toml` and `truth.json`; tables without rows are left
    /// out.
    pub files: Vec<(String, Vec<u8>)>,
    /// What is true, the same as `truth.json`:
    ///
    /// - `scores[unit][wave][scale]` with `process` (mean that the level of the unit produces over all who might work
    ///   there) and `census` (mean of its present members had all answered), for the people directly in a unit;
    /// - `scores_with_units_below`, the same for a unit with all below it (people pooled);
    /// - `response[unit]`: `members`, and `responded` by wave;
    /// - `items[item]`: `discrimination` and `thresholds`, of items answered by the graded response model;
    /// - `straightlined[wave]`: the respondents whose answers all repeat the first one, where that was asked for;
    /// - `reinforcement[unit][wave][pressure]`: of the decisions taken there and below, before coders misread them
    ///   (-1 to 1, null without a judged pair);
    /// - `plan`: what was put in. Shifts and SDs are in steps of a quarter of the answer range;
    /// - `story`: what an assessment should come to, in the terms of the framework;
    /// - `seed` (as text beyond 2^53) and `instrument`.
    pub truth: Value,
}

/// Simulates an organization.
///
/// # Errors
/// Those of [`Spec::check`]; nothing is simulated then.
pub fn organization(spec: &Spec) -> Result<Simulated> {
    let plan = plan_of(spec)?;
    let config = if spec.scales.is_empty() {
        "instrument = \"collective-leadership\"\n"
    } else {
        "# The scales were given by the caller: name their questionnaire here.\n# instrument = \"...\"\n"
    };
    let config = format!("{config}framework = \"builtin\"\nconfidence = 0.9\nseed = {}\n", spec.seed);
    let (rival, unowned) = spec.classes();
    let mut story = json!({
        "rival_classes": class_names("rival", rival),
        "unowned_classes": class_names("unowned", unowned),
    });
    if let (Value::Object(story), false) = (&mut story, spec.obstacles.is_empty()) {
        story.insert("obstacles".into(), json!(spec.obstacles_found()));
    }
    assemble(&plan, vec![rights(&plan, spec), facts(spec)], &config, story)
}

/// Runs a plan and writes its files.
fn assemble(plan: &Plan, extra: Vec<Sheet>, config: &str, story: Value) -> Result<Simulated> {
    let [organization, members, nodes] = plan.tree.sheets();
    let survey = survey::answer(plan);
    let leaders = leaders::lead(plan);
    let mut truth = survey.truth;
    if let Value::Object(entries) = &mut truth {
        // As text beyond 2^53, where a JSON number would not hold every seed.
        let seed = if plan.seed < 1 << 53 { json!(plan.seed) } else { json!(plan.seed.to_string()) };
        entries.insert("seed".into(), seed);
        let q = &plan.questionnaire;
        entries.insert("instrument".into(), json!({"id": q.id, "version": q.version}));
        entries.insert("reinforcement".into(), leaders.truth);
        entries.insert("plan".into(), plan.to_json());
        entries.insert("story".into(), story);
    }
    let sheets = [organization, members, survey.responses, leaders.rankings, leaders.declared, leaders.decisions];
    let sheets = sheets.into_iter().chain([leaders.effects]).chain(extra).chain([ties::name(plan), nodes]);
    let mut files = sheets.filter(|s| !s.is_empty()).map(Sheet::into_file).collect::<Result<Vec<_>>>()?;
    files.push(("colead.toml".into(), config.as_bytes().to_vec()));
    files.push(("truth.json".into(), format!("{}\n", json::canonical(&truth)).into_bytes()));
    Ok(Simulated { files, truth })
}

/// The plan of a generic organization.
fn plan_of(spec: &Spec) -> Result<Plan> {
    let questionnaire = spec.questionnaire()?;
    spec.check_with(&questionnaire)?;
    let mut dice = Dice::new(spec.seed, Stream::Structure);
    let sizes: Vec<usize> = (0..spec.teams).map(|_| dice.between(spec.team_size.0, spec.team_size.1)).collect();
    let unit = |key: String, layer, people, below| Outline { name: key.clone(), key, layer, people, below };
    let departments = (0..spec.departments).map(|d| {
        let teams = sizes.iter().enumerate().skip(d).step_by(spec.departments);
        let teams = teams.map(|(t, people)| unit(format!("team-{}", t + 1), "team", *people, Vec::new())).collect();
        unit(format!("dept-{}", d + 1), "department", spec::DEPARTMENT, teams)
    });
    let outline = unit("org".into(), "executive", spec::EXECUTIVES, departments.collect());
    let declared: Vec<usize> = (0..spec.priorities).collect();
    let readings = spec.divergence.map(|d| Reading {
        under: "org".into(),
        layers: match d.layer {
            DivergentLayer::Department => vec!["department", "team"],
            DivergentLayer::Team => vec!["team"],
        },
        wave: None,
        pressure: d.pressure,
        order: declared.iter().rev().copied().collect(),
    });
    let mut dockets = Vec::new();
    let mut episodes = Vec::new();
    for wave in 0..spec.waves {
        for (pressure, after) in [(Pressure::Routine, 0), (Pressure::High, 60)] {
            episodes.push((wave, pressure));
            let first = BEGIN + 120 * wave as i64 + after;
            for layer in ["executive", "department"] {
                dockets.push(Docket {
                    under: "org",
                    layer,
                    wave,
                    pressure,
                    per_unit: spec.decisions,
                    raised: (first, first + 50),
                    days: 10.0,
                    scatter: spec.scatter,
                    reversed: 0.05,
                    rework: 0.1,
                    experiment: 0.1,
                });
            }
        }
    }
    Ok(Plan {
        seed: spec.seed,
        base: questionnaire.scales.iter().map(|_| spec.mean).collect(),
        questionnaire,
        tree: Tree::grow(&outline),
        waves: (1..=spec.waves).map(|w| format!("w{w}")).collect(),
        planted: spec.planted.clone(),
        splits: spec.splits.clone(),
        discrimination: spec.discrimination,
        habits: spec.habits,
        noise: Noise {
            icc: spec.icc,
            person_sd: spec.person_sd,
            item_sd: spec.item_sd,
            response_rate: spec.response_rate,
            response_slope: spec.response_slope,
            missing_rate: spec.missing_rate,
            dont_know_rate: spec.dont_know_rate,
        },
        priorities: (1..=spec.priorities).map(|p| format!("priority-{p}")).collect(),
        declared: vec![declared; spec.waves],
        readings: readings.into_iter().collect(),
        episodes,
        ranking_rate: spec.response_rate,
        leader_sd: spec.leader_sd,
        dockets,
        reaches: vec![Reach {
            under: "org".into(),
            heads: spec.external_ties,
            others: spec.external_ties,
            toward: None,
        }],
    })
}

fn class_names(kind: &str, count: usize) -> Vec<String> {
    (1..=count).map(|i| format!("{kind}-{i}")).collect()
}

/// Decision rights of a generic organization: each department owns one class; rivals and gaps as asked for.
fn rights(plan: &Plan, spec: &Spec) -> Sheet {
    let mut sheet = Sheet::new("decision_rights", ["decision_class", "holder", "unit", "role"]);
    let departments: Vec<_> = plan.tree.units.iter().filter(|u| u.layer == "department").collect();
    for d in &departments {
        sheet.row([&format!("work-of-{}", d.key), plan.tree.head(d), &d.key, "decides"]);
    }
    // Deciders in turn; a single department has its rival in the executive.
    let mut holders =
        departments.iter().copied().chain(plan.tree.units.first().filter(|_| departments.len() == 1)).cycle();
    let (rival, unowned) = spec.classes();
    for class in class_names("rival", rival) {
        for holder in holders.by_ref().take(2) {
            sheet.row([class.as_str(), plan.tree.head(holder), "org", "decides"]);
        }
    }
    for class in class_names("unowned", unowned) {
        for holder in holders.by_ref().take(2) {
            sheet.row([class.as_str(), plan.tree.head(holder), "org", "contributes"]);
        }
    }
    sheet
}

/// What those who decide say of one another, where an obstacle needs it.
fn facts(spec: &Spec) -> Sheet {
    let mut sheet = Sheet::new("facts", ["unit", "measure", "value", "informant"]);
    if spec.obstacles.contains(&Obstacle::TooManyChefs) {
        sheet.row(["org", "mutual_recognition", "0", "executive"]);
        sheet.row(["org", "shared_direction", "0", "executive"]);
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    type Row = BTreeMap<String, String>;

    fn table(made: &Simulated, name: &str) -> Vec<Row> {
        let Some((_, bytes)) = made.files.iter().find(|(n, _)| n == &format!("{name}.csv")) else { return Vec::new() };
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header = reader.headers().unwrap().clone();
        let cells = |r: csv::StringRecord| header.iter().zip(&r).map(|(h, c)| (h.to_owned(), c.to_owned())).collect();
        reader.records().map(|r| cells(r.unwrap())).collect()
    }

    fn mean(values: &[f64]) -> f64 {
        num::sum(values.iter().copied()) / values.len() as f64
    }

    /// One scale of many options, so that cutting hardly matters.
    fn fine(teams: usize, icc: f64) -> Spec {
        let items = (0..4).map(|i| (format!("x{i}"), i == 3)).collect();
        let scale = ScaleSpec { id: "a".into(), items, options: (0, 100), ..ScaleSpec::default() };
        let clean = Spec { missing_rate: 0.0, dont_know_rate: 0.0, response_rate: 1.0, ..Spec::default() };
        Spec {
            scales: vec![scale],
            mean: 0.5,
            teams,
            icc,
            team_size: (10, 10),
            person_sd: 0.35,
            item_sd: 0.35,
            ..clean
        }
    }

    fn team_scores(made: &Simulated) -> BTreeMap<String, Vec<f64>> {
        let mut by_team: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for r in table(made, "responses").iter().filter(|r| r["unit"].starts_with("team")) {
            let x = |item: &str| r[item].parse::<f64>().unwrap();
            by_team.entry(r["unit"].clone()).or_default().push((x("x0") + x("x1") + x("x2") + 100.0 - x("x3")) / 4.0);
        }
        by_team
    }

    #[test]
    fn the_intraclass_correlation_is_the_one_asked_for() {
        for icc in [0.0, 0.15, 0.4] {
            let by_team = team_scores(&organization(&fine(400, icc)).unwrap());
            let grand = mean(&by_team.values().flatten().copied().collect::<Vec<_>>());
            let (mut between, mut within) = (0.0, 0.0);
            for s in by_team.values() {
                let m = mean(s);
                between += 10.0 * (m - grand) * (m - grand) / 399.0;
                within += num::sum(s.iter().map(|x| (x - m) * (x - m))) / (400.0 * 9.0);
            }
            let got = (between - within) / (between + 9.0 * within);
            // The standard error of ICC(1) with 400 teams of 10 is below .03.
            assert!((got - icc).abs() < 0.09, "asked {icc}, got {got}");
        }
    }

    #[test]
    fn truths_are_those_of_the_answers() {
        let made = organization(&fine(60, 0.2)).unwrap();
        for (team, scores) in team_scores(&made) {
            // Everybody answered everything: the census is the mean of the answers, to the four decimals kept.
            let truth = &made.truth["scores"][&team]["w1"]["a"];
            assert!((mean(&scores) - truth["census"].as_f64().unwrap()).abs() < 1e-4, "{team}");
            // SE of a team mean: 25 steps of .35, with ten people and half an item's noise: 3.1.
            assert!((mean(&scores) - truth["process"].as_f64().unwrap()).abs() < 5.0 * 3.1, "{team}");
            assert_eq!(made.truth["response"][&team]["responded"]["w1"], 10);
        }
        let below = |unit: &str| made.truth["scores_with_units_below"][unit]["w1"]["a"]["census"].as_f64().unwrap();
        let own = |unit: &str| made.truth["scores"][unit]["w1"]["a"]["census"].as_f64().unwrap();
        let teams = table(&made, "organization");
        let teams = teams.iter().filter(|r| r["parent"] == "dept-2").map(|r| 10.0 * own(&r["unit"]));
        let n = 10.0 * 15.0 + spec::DEPARTMENT as f64;
        let pooled = (num::sum(teams) + spec::DEPARTMENT as f64 * own("dept-2")) / n;
        assert!((below("dept-2") - pooled).abs() < 1e-3, "{} and {pooled}", below("dept-2"));
    }

    #[test]
    fn what_is_planted_moves_that_unit_and_no_other() {
        let weak = Planted { unit: "dept-2".into(), scale: "direction".into(), wave: Some("w2".into()), shift: -1.5 };
        let (plain, moved) = (Spec { waves: 2, ..Spec::default() }, vec![weak]);
        let without = organization(&plain).unwrap();
        let with = organization(&Spec { planted: moved, ..plain }).unwrap();
        for (unit, waves) in with.truth["scores"].as_object().unwrap() {
            for (wave, scales) in waves.as_object().unwrap() {
                for (scale, truth) in scales.as_object().unwrap() {
                    let before = without.truth["scores"][unit][wave][scale]["process"].as_f64().unwrap();
                    let line =
                        table(&with, "organization").iter().any(|r| &r["unit"] == unit && r["parent"] == "dept-2");
                    let there = (unit == "dept-2" || line) && wave == "w2" && scale == "direction";
                    let change = truth["process"].as_f64().unwrap() - before;
                    assert!(if there { change < -1.0 } else { change == 0.0 }, "{unit} {wave} {scale}: {change}");
                }
            }
        }
        assert_eq!(table(&with, "rankings"), table(&without, "rankings"), "each concern has a stream of its own");
    }

    /// Everybody answers everything on a fine scale, so that only what is asked for stands between truth and answers.
    fn means(made: &Simulated, unit: &str) -> (f64, f64) {
        let truth = &made.truth["scores"][unit]["w1"]["a"];
        (truth["process"].as_f64().unwrap(), truth["census"].as_f64().unwrap())
    }

    #[test]
    fn the_graded_model_keeps_its_promises() {
        let spec = Spec { discrimination: Some((1.0, 3.0)), team_size: (200, 200), ..fine(6, 0.2) };
        let coarse = ScaleSpec { options: (1, 5), ..spec.scales[0].clone() };
        let own = (0..4).map(|_| Graded { discrimination: 1.4, thresholds: vec![-1.0, 0.0, 0.5, 1.5] }).collect();
        for spec in [
            spec.clone(),
            Spec { scales: vec![coarse.clone()], ..spec.clone() },
            Spec {
                scales: vec![ScaleSpec { graded: own, ..coarse }],
                discrimination: None,
                person_sd: 0.8,
                ..spec.clone()
            },
        ] {
            let made = organization(&spec).unwrap();
            let items = made.truth["items"].as_object().unwrap();
            assert_eq!(items.len(), 4);
            for g in items.values() {
                let a = g["discrimination"].as_f64().unwrap();
                assert!((1.0..3.0).contains(&a) && !g["thresholds"].as_array().unwrap().is_empty());
            }
            let wide = (spec.scales[0].options.1 - spec.scales[0].options.0) as f64;
            for team in 1..=6 {
                let (process, census) = means(&made, &format!("team-{team}"));
                // A score varies by less than 1.2 steps of a quarter of the range; five standard errors of 200 people.
                assert!((process - census).abs() < 5.0 * 1.2 * wide / 4.0 / 14.14, "{process} {census}");
            }
        }
        assert!(organization(&fine(5, 0.2)).unwrap().truth.get("items").is_none());
    }

    #[test]
    fn the_graded_model_has_the_intraclass_correlation_asked_for() {
        let by_team = team_scores(&organization(&Spec { discrimination: Some((4.0, 4.1)), ..fine(400, 0.3) }).unwrap());
        let grand = mean(&by_team.values().flatten().copied().collect::<Vec<_>>());
        let (mut between, mut within) = (0.0, 0.0);
        for s in by_team.values() {
            let m = mean(s);
            between += 10.0 * (m - grand) * (m - grand) / 399.0;
            within += num::sum(s.iter().map(|x| (x - m) * (x - m))) / (400.0 * 9.0);
        }
        let got = (between - within) / (between + 9.0 * within);
        assert!((got - 0.3).abs() < 0.09, "{got}");
    }

    #[test]
    fn habits_move_what_is_recorded_and_never_the_truth() {
        let plain = organization(&fine(20, 0.1)).unwrap();
        let with = |habits| organization(&Spec { habits, ..fine(20, 0.1) }).unwrap();
        let scores = |made: &Simulated| mean(&team_scores(made).into_values().flatten().collect::<Vec<_>>());
        let item = |made: &Simulated, item: &str| {
            table(made, "responses").iter().map(|r| r[item].parse::<f64>().unwrap()).collect::<Vec<_>>()
        };
        let kind = with(Habits { positive: 0.4, ..Habits::default() });
        assert_eq!(kind.truth["scores"], plain.truth["scores"]);
        assert_eq!(kind.truth["plan"]["habits"]["positive"], 0.4);
        // Ten points of a hundred, less what the ends of the range cut off.
        assert!((8.0..=10.0).contains(&(scores(&kind) - scores(&plain))), "{}", scores(&kind) - scores(&plain));
        // The last item is reversed: a better answer is a lower code.
        assert!(mean(&item(&kind, "x3")) < mean(&item(&plain, "x3")) - 8.0);

        // Who agrees with everything agrees with an item and with its opposite.
        let agree = with(Habits { acquiescence: 0.8, ..Habits::default() });
        assert_eq!(agree.truth["scores"], plain.truth["scores"]);
        let covariance = |made: &Simulated| {
            let (x, y) = (item(made, "x0"), item(made, "x3"));
            let (mx, my) = (mean(&x), mean(&y));
            mean(&x.iter().zip(&y).map(|(a, b)| (a - mx) * (b - my)).collect::<Vec<_>>())
        };
        assert!(
            covariance(&plain) < 0.0 && covariance(&agree) > 100.0,
            "{} {}",
            covariance(&plain),
            covariance(&agree)
        );

        let flat = with(Habits { straightlining: 0.3, ..Habits::default() });
        assert_eq!(flat.truth["scores"], plain.truth["scores"]);
        let named: BTreeSet<&str> =
            flat.truth["straightlined"]["w1"].as_array().unwrap().iter().map(|k| k.as_str().unwrap()).collect();
        let rows = table(&flat, "responses");
        // Of some 230 people, five standard errors about 30 %.
        let share = named.len() as f64 / rows.len() as f64;
        assert!((share - 0.3).abs() < 0.16, "{share}");
        for r in rows.iter().filter(|r| named.contains(r["respondent"].as_str())) {
            assert!(["x1", "x2", "x3"].iter().all(|i| r[*i] == r["x0"]), "{r:?}");
        }
        assert!(plain.truth.get("straightlined").is_none() && plain.truth["plan"].get("habits").is_none());
    }

    #[test]
    fn the_content_answer_more_often_when_asked_to() {
        let share = |slope: f64| {
            let spec = Spec { response_rate: 0.6, response_slope: slope, team_size: (30, 30), ..fine(40, 0.2) };
            let made = organization(&spec).unwrap();
            let truths: Vec<f64> = (1..=40).map(|t| means(&made, &format!("team-{t}")).1).collect();
            let answers: Vec<f64> = team_scores(&made).into_values().map(|s| mean(&s)).collect();
            (mean(&answers) - mean(&truths), table(&made, "responses").len())
        };
        let (even, n) = share(0.0);
        assert!(even.abs() < 1.5, "{even}");
        // 1,226 people at 60 %, five standard errors.
        assert!((650..=820).contains(&n), "{n}");
        // About slope x variance of a standing x share who do not answer: 3 x .12 x .4 steps of 25 points.
        assert!(share(3.0).0 > 2.0 && share(-3.0).0 < -2.0);
    }

    /// The digest of every part that draws or computes; it changes only when the generator does, and then on purpose.
    #[test]
    fn every_platform_makes_the_same_bytes() {
        let habits = Habits { positive: 0.3, acquiescence: 0.4, straightlining: 0.1 };
        let obstacles = vec![Obstacle::TooManyChefs];
        let asked =
            Spec { discrimination: Some((0.8, 2.5)), habits, response_rate: 0.8, response_slope: 0.7, ..fine(9, 0.2) };
        let spec = Spec { obstacles, missing_rate: 0.03, ..asked };
        let made = organization(&spec).unwrap();
        let all: Vec<u8> = made.files.iter().flat_map(|(name, bytes)| [name.as_bytes(), bytes].concat()).collect();
        assert_eq!(json::sha256(&all), "e97794f564fc0319fbdb184e55af4d0e5f2afaa4763a008d2ad1e78f5ee3c4bc");
    }

    #[test]
    fn a_unit_of_two_minds_is_spread_wider() {
        let splits = vec![Split { unit: "team-2".into(), scale: "a".into(), gap: 2.0 }];
        let made = organization(&Spec { splits, team_size: (40, 40), ..fine(4, 0.0) }).unwrap();
        let spread = |s: &[f64]| num::sqrt(mean(&s.iter().map(|x| (x - mean(s)) * (x - mean(s))).collect::<Vec<_>>()));
        let spreads: BTreeMap<String, f64> = team_scores(&made).iter().map(|(t, s)| (t.clone(), spread(s))).collect();
        assert!(spreads.iter().all(|(t, s)| (t == "team-2") == (*s > 20.0)), "{spreads:?}");
    }

    #[test]
    fn divergence_stands_at_its_layer_under_its_pressure() {
        let divergence = Some(Divergence { layer: DivergentLayer::Team, pressure: Some(Pressure::High) });
        let made = organization(&Spec { divergence, leader_sd: 0.5, ..Spec::default() }).unwrap();
        for r in table(&made, "rankings").iter().filter(|r| r["priority"] == "priority-1") {
            let last = r["layer"] == "team" && r["pressure"] == "high";
            let rank: u32 = r["rank"].parse().unwrap();
            assert!(if last { rank >= 4 } else { rank <= 3 }, "{r:?}");
        }
    }

    #[test]
    fn rivals_and_gaps_are_as_many_as_asked_for() {
        for departments in [1, 3] {
            let made =
                organization(&Spec { departments, rival_classes: 2, unowned_classes: 1, ..Spec::default() }).unwrap();
            let mut deciders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for r in table(&made, "decision_rights") {
                let holders = deciders.entry(r["decision_class"].clone()).or_default();
                if r["role"] == "decides" {
                    holders.insert(r["holder"].clone());
                }
            }
            let with = |n: usize| deciders.values().filter(|d| d.len() == n).count();
            assert_eq!((with(0), with(1), with(2)), (1, departments, 2));
        }
    }

    fn specs() -> impl Strategy<Value = Spec> {
        let sizes = (1_usize..4, 1_usize..12, 1_usize..6, 0_usize..6, 1_usize..4);
        let rates = (0.0..0.9_f64, 0.1..1.0_f64, 0.0..0.4_f64, 0.0..0.4_f64, 0.0..1.0_f64);
        (any::<u64>(), sizes, rates, 2_usize..8).prop_map(|(seed, sizes, rates, priorities)| {
            let (departments, more, lo, wide, waves) = sizes;
            let (icc, response_rate, missing_rate, dont_know_rate, external_ties) = rates;
            let (teams, team_size) = (departments + more, (lo, lo + wide));
            let plain =
                Spec { seed, departments, teams, team_size, waves, priorities, decisions: 3, ..Spec::default() };
            Spec { icc, response_rate, missing_rate, dont_know_rate, external_ties, ..plain }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn every_possible_specification_gives_sound_files(spec in specs()) {
            let made = organization(&spec).unwrap();
            let units: BTreeSet<String> = table(&made, "organization").iter().map(|r| r["unit"].clone()).collect();
            prop_assert_eq!(units.len(), 1 + spec.departments + spec.teams);
            let members: BTreeMap<String, String> =
                table(&made, "members").iter().map(|r| (r["person"].clone(), r["unit"].clone())).collect();
            for r in table(&made, "responses") {
                prop_assert_eq!(&members[&r["respondent"]], &r["unit"]);
                for (column, cell) in r.iter().filter(|(c, _)| !["respondent", "unit", "wave"].contains(&c.as_str())) {
                    prop_assert!(["", "1", "2", "3", "4", "5", "9"].contains(&cell.as_str()), "{} {}", column, cell);
                }
            }
            for r in table(&made, "ties") {
                prop_assert!(r["source"] != r["target"] && members.contains_key(&r["target"]));
            }
            for r in table(&made, "decisions") {
                prop_assert!(r["raised"] <= r["decided"] && units.contains(&r["unit"]) && members.contains_key(&r["maker"]));
            }
            for (_, score) in made.truth["scores"].as_object().unwrap() {
                for truth in score.as_object().unwrap().values().flat_map(|w| w.as_object().unwrap().values()) {
                    for what in ["process", "census"] {
                        let x = truth[what].as_f64().unwrap();
                        prop_assert!((1.0..=5.0).contains(&x), "{}", x);
                    }
                }
            }
            prop_assert_eq!(organization(&spec).unwrap(), made);
        }
    }
}

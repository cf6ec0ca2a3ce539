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

mod dice;
mod harbour;
mod leaders;
mod plan;
mod scales;
mod sheet;
mod spec;
mod survey;
mod ties;
mod tree;

pub use harbour::harbour;
pub use plan::{Planted, Pressure};
pub use scales::ScaleSpec;
pub use spec::{Divergence, DivergentLayer, Spec};

use crate::error::Result;
use crate::json;
use dice::{Dice, Stream};
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
    /// - `reinforcement[unit][wave][pressure]`: of the decisions taken there and below, before coders misread them
    ///   (-1 to 1, null without a judged pair);
    /// - `plan`: what was put in. Shifts and SDs are in steps of a quarter of the answer range.
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
    let story = json!({
        "rival_classes": class_names("rival", spec.rival_classes),
        "unowned_classes": class_names("unowned", spec.unowned_classes),
    });
    assemble(&plan, vec![rights(&plan, spec)], &config, story)
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
        splits: Vec::new(),
        noise: Noise {
            icc: spec.icc,
            person_sd: spec.person_sd,
            item_sd: spec.item_sd,
            response_rate: spec.response_rate,
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
        reaches: vec![Reach { under: "org".into(), heads: spec.external_ties, others: spec.external_ties, toward: None }],
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
    let mut holders = departments.iter().copied().chain(plan.tree.units.first().filter(|_| departments.len() == 1)).cycle();
    for class in class_names("rival", spec.rival_classes) {
        for holder in holders.by_ref().take(2) {
            sheet.row([class.as_str(), plan.tree.head(holder), "org", "decides"]);
        }
    }
    for class in class_names("unowned", spec.unowned_classes) {
        for holder in holders.by_ref().take(2) {
            sheet.row([class.as_str(), plan.tree.head(holder), "org", "contributes"]);
        }
    }
    sheet
}

//! Simulates how often the rulebook answers, and how often it is wrong, and prints docs/yield.md.
//!
//! `make calibrate`, or `cargo run --release -p colead --example yields > docs/yield.md`. An argument sets the number of
//! simulated organizations a row (default 20).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use colead::assess::{Assessment, Project};
use colead::evidence::Instrument;
use colead::rules::{Case, Framework, Measure, Question, Status, Verdict};
use colead::simulate::{self, Divergence, DivergentLayer, Obstacle, Planted, Pressure, Simulated, Spec};
use serde_json::Value;
use std::collections::BTreeMap;

/// What became of questions whose answer is known.
#[derive(Clone, Copy, Default)]
struct Tally {
    right: u32,
    wrong: u32,
    withheld: u32,
}

impl Tally {
    fn count(&mut self, truth: Option<bool>, found: Option<bool>) {
        match (truth, found) {
            (None, _) => {}
            (Some(_), None) => self.withheld += 1,
            (Some(t), Some(f)) if t == f => self.right += 1,
            _ => self.wrong += 1,
        }
    }

    fn row(&self) -> String {
        let all = self.right + self.wrong + self.withheld;
        let answered = self.right + self.wrong;
        let share = |k: u32, n: u32| if n == 0 { String::new() } else { format!("{:.3}", f64::from(k) / f64::from(n)) };
        format!("{all} | {} | {}", share(answered, all), share(self.wrong, answered))
    }
}

/// Whether an option holds or fails, or neither is settled.
fn settled(verdict: &Verdict) -> Option<bool> {
    match verdict {
        Verdict::Holds => Some(true),
        Verdict::Fails => Some(false),
        _ => None,
    }
}

/// The case of a unit as it truly is: every measure that is the score of a scale, without error.
fn true_case(framework: &Framework, instrument: &Instrument, levels: &Value) -> Case {
    let (lo, hi) = instrument.options();
    let percent = |scale: &str| {
        let level = levels[scale]["process"].as_f64()?;
        Some(100.0 * (level - lo as f64) / (hi - lo) as f64)
    };
    let mut case = Case::new(framework);
    for m in framework.measures() {
        let Some(binding) = m.scale.as_ref().filter(|b| b.instrument.is_none() && b.reads == "percent_of_range") else {
            continue;
        };
        let value = match &binding.minus {
            None => percent(&binding.scale),
            Some(minus) => percent(&binding.scale).zip(percent(minus)).map(|(a, b)| a - b),
        };
        if let Some(value) = value {
            case.give(framework, &m.id, value, None, None).expect("a score within its range");
        }
    }
    case
}

fn assess(made: &Simulated) -> Assessment {
    let named: Vec<(&str, &[u8])> =
        made.files.iter().filter(|(n, _)| n != "truth.json").map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    Project::from_files(&named).expect("simulated files").assess().expect("an assessment")
}

/// Questions that follow from the scores of scales alone.
fn score_questions(framework: &Framework) -> Vec<&Question> {
    let is_score =
        |m: &Measure| m.scale.as_ref().is_some_and(|b| b.instrument.is_none() && b.reads == "percent_of_range");
    let of_scores = |q: &&Question| {
        let judgment = framework.judge(&q.id, &Case::new(framework), None).expect("an empty case can be judged");
        let asked =
            |m: &&Measure| judgment.looks_at(framework.find_measure(&m.id).expect("a measure of the framework"));
        framework.measures().iter().filter(asked).all(is_score)
    };
    framework.questions().iter().filter(of_scores).collect()
}

/// A question's options in one unit: as they truly are against as they were found.
fn compare(
    tally: &mut BTreeMap<String, Tally>,
    framework: &Framework,
    q: &Question,
    truth: &Case,
    found: &Assessment,
    unit: &str,
) {
    let Some(found) = found.judgment(unit, &q.id) else { return };
    let truth = framework.judge(&q.id, truth, None).expect("a case of the framework");
    if q.mode.as_str() == "independent" {
        for (i, option) in q.options.iter().enumerate() {
            let (t, f) = (settled(&truth.options()[i].verdict), settled(&found.options()[i].verdict));
            tally.entry(format!("{}: {option}", q.id)).or_default().count(t, f);
        }
    } else if let Status::Answer(_) = truth.status() {
        let right = found.answer().map(|f| Some(f) == truth.answer());
        tally.entry(q.id.clone()).or_default().count(Some(true), right);
    }
}

/// Organizations with differing units: every department leans its own way on every scale.
fn spec(seed: u64, team_size: (usize, usize), response_rate: f64) -> Spec {
    let instrument = Instrument::builtin("collective-leadership").expect("ships with the crate");
    let mut planted = Vec::new();
    for (d, lean) in [-1.2, -0.5, 0.3, 1.0].into_iter().enumerate() {
        for (s, scale) in instrument.scales().iter().enumerate() {
            // Scales lean apart within a department, so that weakest links and sources differ.
            let turn = [1.0, -0.6, 0.2][(s + d) % 3];
            planted.push(Planted {
                unit: format!("dept-{}", d + 1),
                scale: scale.id.clone(),
                wave: None,
                shift: lean * turn,
            });
        }
    }
    Spec { seed, teams: 24, departments: 4, team_size, response_rate, planted, ..Spec::default() }
}

fn scores(framework: &Framework, organizations: u64) {
    let instrument = Instrument::builtin("collective-leadership").expect("ships with the crate");
    let questions = score_questions(framework);
    println!("## Questions about scores\n");
    println!(
        "Units of 24 teams in 4 departments, each department leaning its own way on every scale, ICC .15, answers on 1-5. \
         The right answer is what the same rules say of the true level of the unit (`process`). A row is a question, or an \
         option where several may hold; `wrong` is the share of the answers given.\n"
    );
    println!("| team size | response | question | cases | answered | wrong |");
    println!("|---|---:|---|---:|---:|---:|");
    let mut overall = Tally::default();
    for size in [(5, 8), (10, 20), (25, 40)] {
        for rate in [0.5, 0.9] {
            let mut tally: BTreeMap<String, Tally> = BTreeMap::new();
            for seed in 0..organizations {
                let made = simulate::organization(&spec(seed, size, rate)).expect("a sound specification");
                let found = assess(&made);
                // A unit is its people and all below it; the leaves have nobody below.
                let mut levels = made.truth["scores"].as_object().expect("levels by unit").clone();
                levels.extend(made.truth["scores_with_units_below"].as_object().expect("levels by unit").clone());
                for (unit, waves) in &levels {
                    let truth = true_case(framework, &instrument, &waves["w1"]);
                    for q in &questions {
                        compare(&mut tally, framework, q, &truth, &found, unit);
                    }
                }
            }
            for (name, t) in &tally {
                println!("| {}-{} | {:.0} % | {name} | {} |", size.0, size.1, 100.0 * rate, t.row());
                overall.right += t.right;
                overall.wrong += t.wrong;
                overall.withheld += t.withheld;
            }
        }
    }
    println!("| all | | all | {} |\n", overall.row());
}

/// What an option came to anywhere in an assessment; `None` when it was settled nowhere.
fn anywhere(found: &Assessment, question: &str, option: &str) -> Option<bool> {
    let mut seen = None;
    for j in found.subjects().iter().flat_map(|s| &s.judgments).filter(|j| j.question_id() == question) {
        let asked = j.framework().find_question(question).expect("a question of the framework");
        let options = &j.framework().question(asked).expect("a question of the framework").options;
        let Some(at) = options.iter().position(|o| o == option) else { continue };
        match settled(&j.options()[at].verdict) {
            Some(true) => return Some(true),
            Some(false) => seen = Some(false),
            None => {}
        }
    }
    seen
}

fn obstacles(organizations: u64) {
    println!("## Obstacles\n");
    println!(
        "Planted in who decides what; looked for in the whole organization. Where rivals clash nobody answers for what they \
         contest, so the first obstacle brings the second with it.\n"
    );
    println!("| planted | looked for | cases | answered | wrong |");
    println!("|---|---|---:|---:|---:|");
    let plans: [&[Obstacle]; 4] = [
        &[],
        &[Obstacle::TooManyChefs],
        &[Obstacle::DiffusedAccountability],
        &[Obstacle::TooManyChefs, Obstacle::DiffusedAccountability],
    ];
    for planted in plans {
        let mut tally: BTreeMap<&str, Tally> = BTreeMap::new();
        for seed in 0..organizations {
            let made =
                simulate::organization(&Spec { seed, obstacles: planted.to_vec(), ..Spec::default() }).expect("sound");
            let found = assess(&made);
            let chefs = planted.contains(&Obstacle::TooManyChefs);
            let truths = [("too_many_chefs", chefs), ("diffused_accountability", !planted.is_empty())];
            for (option, truth) in truths {
                tally.entry(option).or_default().count(Some(truth), anywhere(&found, "obstacle", option));
            }
        }
        let names: Vec<&str> = planted.iter().map(|o| o.as_str()).collect();
        for (option, t) in tally {
            println!(
                "| {} | {option} | {} |",
                if names.is_empty() { "nothing".to_owned() } else { names.join(", ") },
                t.row()
            );
        }
    }
    println!();
}

/// What leaders' priorities and decisions come to where their order is lost at a layer, and where it is not.
fn coherence(organizations: u64) {
    println!("## Coherence under pressure\n");
    println!(
        "The declared order is lost at a layer and below it, always or only at high pressure; judged for the whole \
         organization. A cell counts organizations by what was found. Where nothing is planted leaders still differ a \
         little, by {} ranks, and a tenth of the effects of decisions follow no order.\n",
        Spec::default().leader_sd
    );
    let asked = ["operating_coherence", "coherence_change", "integration"];
    println!("| planted | {} |", asked.join(" | "));
    println!("|---|---|---|---|");
    let lost = |layer, pressure| Some(Divergence { layer, pressure });
    let plans = [
        ("nothing", None),
        ("departments, always", lost(DivergentLayer::Department, None)),
        ("departments, at high pressure", lost(DivergentLayer::Department, Some(Pressure::High))),
        ("teams, at high pressure", lost(DivergentLayer::Team, Some(Pressure::High))),
    ];
    for (name, divergence) in plans {
        let mut found: Vec<BTreeMap<String, u64>> = vec![BTreeMap::new(); asked.len()];
        for seed in 0..organizations {
            let spec = Spec { seed, divergence, decisions: 40, ..Spec::default() };
            let assessed = assess(&simulate::organization(&spec).expect("a sound specification"));
            for (question, counts) in asked.iter().zip(&mut found) {
                let came_to = assessed
                    .judgment("org", question)
                    .map_or("not asked".to_owned(), |j| j.answer().unwrap_or(j.status().as_str()).replace('_', " "));
                *counts.entry(came_to).or_default() += 1;
            }
        }
        let cell = |c: &BTreeMap<String, u64>| c.iter().map(|(k, v)| format!("{k} {v}")).collect::<Vec<_>>().join(", ");
        println!("| {name} | {} |", found.iter().map(cell).collect::<Vec<_>>().join(" | "));
    }
}

fn main() {
    let organizations: u64 = std::env::args().nth(1).map_or(20, |a| a.parse().expect("a number of organizations"));
    let framework = Framework::builtin().expect("the built-in framework loads");
    println!("# Yield and error of the rulebook\n");
    println!(
        "Generated by `make calibrate` (`core/examples/yields.rs`, seeded, {organizations} simulated organizations a row); \
         not edited by hand. At a confidence of {} an answer may be wrong in {:.0} of a hundred cases at the threshold itself \
         and in fewer away from it; what cannot be told is withheld. Simulated data say what a method does on data of this \
         kind, nothing about real organizations.\n",
        framework.confidence(),
        100.0 * (1.0 - framework.confidence())
    );
    scores(&framework, organizations);
    obstacles(organizations);
    coherence(organizations);
}

//! The example that is shipped: two port authorities, north and south, merged under one harbour.
//!
//! The story is told in `examples/harbour/README.md`; what is planted is in its `truth.json`. Northern crews have worked
//! together for decades. Southern teams are mixed: dockers who served the state, and crews of a private terminal that was
//! taken over. All know that they share the work; they do not share what is true about a port. Wave 1 is spring, wave 2 is
//! autumn, which ends with a strike and a storm in the same fortnight.

use super::habits::Habits;
use super::plan::{Docket, Noise, Plan, Planted, Pressure, Reach, Reading, Split};
use super::scales::Questionnaire;
use super::sheet::Sheet;
use super::tree::{Outline, Tree};
use super::{Simulated, assemble};
use crate::error::Result;
use serde_json::{Value, json};

const CONFIG: &str = r#"# Two merged port authorities: simulated data, no real port.
instrument = "collective-leadership"
framework = "builtin"
confidence = 0.9
seed = 20
direction = "source looks to target"

[policy]
min_group = 5
purpose = "development"
"#;

/// Key, name, people; a department is followed by its teams.
type Part = (&'static str, &'static str, usize, &'static [(&'static str, &'static str, usize)]);

const NORTH: [Part; 3] = [
    (
        "north-operations",
        "Operations, north",
        5,
        &[
            ("north-pilots", "Pilots, north", 12),
            ("north-tugs", "Tugs, north", 11),
            ("north-berths", "Berths, north", 13),
            ("north-container-yard", "Container yard", 14),
            ("north-rail", "Rail", 12),
        ],
    ),
    (
        "north-engineering",
        "Engineering, north",
        5,
        &[
            ("north-cranes", "Cranes, north", 13),
            ("north-dredging", "Dredging, north", 10),
            ("north-buildings", "Buildings", 11),
            ("north-power", "Power and light", 12),
        ],
    ),
    (
        "north-services",
        "Services, north",
        5,
        &[
            ("north-customers", "Customer desk, north", 12),
            ("north-billing", "Billing, north", 10),
            ("north-safety", "Safety office", 11),
            ("north-legal", "Legal office", 4),
        ],
    ),
];

const SOUTH: [Part; 3] = [
    (
        "south-operations",
        "Operations, south",
        5,
        &[
            ("south-pilots", "Pilots, south", 12),
            ("south-tugs", "Tugs, south", 12),
            ("south-berths", "Berths, south", 14),
            ("south-bulk-yard", "Bulk yard", 13),
            ("south-gate", "Gate", 14),
        ],
    ),
    (
        "south-engineering",
        "Engineering, south",
        5,
        &[
            ("south-cranes", "Cranes, south", 13),
            ("south-dredging", "Dredging, south", 11),
            ("south-workshops", "Workshops", 12),
            ("south-survey", "Depth survey", 3),
        ],
    ),
    (
        "south-services",
        "Services, south",
        5,
        &[
            ("south-customers", "Customer desk, south", 11),
            ("south-billing", "Billing, south", 10),
            ("south-environment", "Environment office", 4),
        ],
    ),
];

/// Scale, then the true level on 1-5 among the executives of the whole, in the north, in the south, and how the south
/// and the north move in wave 2.
const LEVELS: [(&str, f64, f64, f64, f64, f64); 13] = [
    ("direction", 3.9, 4.5, 2.2, -0.4, 0.0),
    ("alignment", 3.5, 3.8, 3.5, -0.2, 0.0),
    ("commitment", 4.4, 4.4, 4.4, 0.0, 0.0),
    ("sense_making", 3.4, 3.7, 3.2, 0.0, 0.0),
    ("connection", 3.5, 3.7, 2.2, -0.2, 0.0),
    ("navigation", 3.3, 3.5, 3.2, 0.0, 0.3),
    ("source_dominance", 3.0, 2.4, 4.2, 0.0, 0.0),
    ("source_influence", 3.5, 3.9, 2.6, 0.0, 0.0),
    ("source_dialogue", 2.8, 3.0, 2.0, 0.0, 0.0),
    ("context_shared_work", 4.3, 4.2, 4.2, 0.0, 0.0),
    ("context_common_ground", 2.6, 3.9, 2.0, 0.0, 0.0),
    ("context_worldviews", 3.9, 2.4, 4.1, 0.0, 0.0),
    ("leaders_capable", 4.1, 4.1, 4.0, 0.0, 0.0),
];

/// Single teams that differ from their side: the southern tug crews share a roster with the north; the gate is
/// of two minds (see the split below), around a middling mean; the rail team of the north loses work in hand-overs.
const EXCEPTIONS: [(&str, &str, f64); 7] = [
    ("south-tugs", "direction", 1.8),
    ("south-tugs", "connection", 1.8),
    ("south-tugs", "source_dominance", -1.5),
    ("south-tugs", "source_dialogue", 1.8),
    ("south-tugs", "context_common_ground", 1.2),
    ("south-gate", "direction", 0.9),
    ("north-rail", "alignment", -1.6),
];

const PRIORITIES: [&str; 6] = ["safety", "turnaround", "growth", "people", "environment", "cost"];
/// Wave 1: safety, turnaround, growth, people, environment, cost. Wave 2 moves people before growth, for the merger.
const DECLARED: [[usize; 6]; 2] = [[0, 1, 2, 3, 4, 5], [0, 1, 3, 2, 4, 5]];
/// Under high pressure the north keeps close to what is declared: safety, people, turnaround, environment, growth, cost.
const NORTH_PRESSED: [usize; 6] = [0, 3, 1, 4, 2, 5];
/// Southern departments and teams keep ships moving: turnaround, cost, growth, safety, people, environment.
const SOUTH_PRESSED: [usize; 6] = [1, 5, 2, 0, 3, 4];

/// Days, counted from 1970-01-01: 4 March to 27 May 2024; 2 September to 24 October; 28 October to 3 November;
/// 4 to 15 November, strike and storm.
const SPRING: (i64, i64) = (19_786, 19_870);
const AUTUMN: (i64, i64) = (19_968, 20_020);
const BEFORE: (i64, i64) = (20_024, 20_030);
const STORM: (i64, i64) = (20_031, 20_042);

/// The shipped example: 25 teams in six departments of two merged port authorities, asked twice.
///
/// Its committed form in `examples/harbour` has the seed 20; another seed tells the same story with other chance.
///
/// # Errors
/// None with the shipped questionnaire; `unknown_scale` would say that the story and the questionnaire no longer fit.
///
/// ```
/// let harbour = colead::simulate::harbour(20)?;
/// assert_eq!(harbour.truth["story"]["challenges"]["one-culture"], "complex");
/// # Ok::<(), colead::Error>(())
/// ```
pub fn harbour(seed: u64) -> Result<Simulated> {
    let plan = plan(seed)?;
    let extra = vec![rights(&plan.tree), challenges(), facts()];
    assemble(&plan, extra, CONFIG, story())
}

fn plan(seed: u64) -> Result<Plan> {
    let questionnaire = Questionnaire::builtin()?;
    let mut base = Vec::new();
    for scale in &questionnaire.scales {
        let (lo, hi) = (scale.options.0 as f64, scale.options.1 as f64);
        let level = LEVELS.iter().find(|l| l.0 == scale.id).ok_or_else(|| {
            crate::Error::input("unknown_scale", format!("the story says nothing about `{}`", scale.id)).at("harbour")
        })?;
        base.push((level.1 - lo) / (hi - lo));
    }
    Ok(Plan {
        seed,
        questionnaire,
        tree: Tree::grow(&outline()),
        waves: vec!["w1".into(), "w2".into()],
        base,
        planted: planted(),
        splits: vec![Split { unit: "south-gate".into(), scale: "direction".into(), gap: 2.6 }],
        noise: Noise {
            icc: 0.15,
            person_sd: 0.7,
            item_sd: 0.65,
            response_rate: 0.85,
            response_slope: 0.0,
            missing_rate: 0.02,
            dont_know_rate: 0.01,
        },
        discrimination: None,
        habits: Habits::default(),
        priorities: PRIORITIES.map(str::to_owned).into(),
        declared: DECLARED.map(Vec::from).into(),
        readings: vec![reading("north", &[], NORTH_PRESSED), reading("south", &["department", "team"], SOUTH_PRESSED)],
        episodes: vec![(0, Pressure::Routine), (1, Pressure::Routine), (1, Pressure::High)],
        ranking_rate: 0.95,
        leader_sd: 1.2,
        dockets: dockets(),
        reaches: reaches(),
    })
}

fn outline() -> Outline {
    let unit = |key: &str, name: &str, layer, people, below| Outline {
        key: key.into(),
        name: name.into(),
        layer,
        people,
        below,
    };
    let side = |key, name, parts: &[Part]| {
        let departments = parts.iter().map(|(key, name, people, teams)| {
            let teams = teams.iter().map(|(key, name, people)| unit(key, name, "team", *people, Vec::new())).collect();
            unit(key, name, "department", *people, teams)
        });
        unit(key, name, "executive", 7, departments.collect())
    };
    let sides = vec![side("north", "Northern port", &NORTH), side("south", "Southern port", &SOUTH)];
    unit("harbour", "United Harbour", "executive", 7, sides)
}

fn planted() -> Vec<Planted> {
    let plant = |unit: &str, scale: &str, wave: Option<&str>, shift| Planted {
        unit: unit.into(),
        scale: scale.into(),
        wave: wave.map(str::to_owned),
        shift,
    };
    let mut all = Vec::new();
    for (scale, base, north, south, south_later, north_later) in LEVELS {
        all.push(plant("north", scale, None, north - base));
        all.push(plant("south", scale, None, south - base));
        all.push(plant("south", scale, Some("w2"), south_later));
        all.push(plant("north", scale, Some("w2"), north_later));
    }
    all.extend(EXCEPTIONS.map(|(unit, scale, shift)| plant(unit, scale, None, shift)));
    all.retain(|p| p.shift != 0.0);
    all
}

fn reading(under: &str, layers: &[&'static str], order: [usize; 6]) -> Reading {
    Reading {
        under: under.into(),
        layers: layers.to_vec(),
        wave: Some(1),
        pressure: Some(Pressure::High),
        order: order.into(),
    }
}

/// Ties beyond the own unit: common in the north, left to managers in the south; the tug crews turn to each other.
fn reaches() -> Vec<Reach> {
    [
        ("harbour", 0.5, 0.3, None),
        ("north", 0.5, 0.4, None),
        ("south", 0.6, 0.1, None),
        ("north-tugs", 0.5, 0.4, Some("south-tugs")),
        ("south-tugs", 0.6, 0.5, Some("north-tugs")),
    ]
    .map(|(under, heads, others, toward)| Reach { under: under.into(), heads, others, toward })
    .into()
}

fn dockets() -> Vec<Docket> {
    use Pressure::{Elevated, High, Routine};
    // Wave, pressure, days raised, and by part and layer: decisions a unit, median days, scatter, reversed, rework,
    // experiments. Southern decisions need no more approvals than northern ones; they wait for people who read the
    // priorities differently.
    let executive = |n, days| ("harbour", "executive", n, days, 0.08, 0.03, 0.05, 0.10);
    let north = |layer, n, days, scatter| ("north", layer, n, days, scatter, 0.04, 0.06, 0.22);
    let south = |layer, n, days, scatter, reversed, rework| ("south", layer, n, days, scatter, reversed, rework, 0.04);
    let periods = [
        (
            (0, Routine, SPRING),
            vec![
                executive(8, 9.0),
                north("department", 10, 9.0, 0.08),
                north("team", 2, 6.0, 0.08),
                south("department", 10, 22.0, 0.14, 0.08, 0.12),
                south("team", 2, 18.0, 0.14, 0.06, 0.12),
            ],
        ),
        (
            (1, Routine, AUTUMN),
            vec![
                executive(8, 9.0),
                north("department", 10, 8.0, 0.08),
                north("team", 2, 6.0, 0.08),
                south("department", 10, 30.0, 0.18, 0.12, 0.18),
                south("team", 2, 24.0, 0.18, 0.10, 0.16),
            ],
        ),
        (
            (1, Elevated, BEFORE),
            vec![executive(3, 5.0), north("department", 4, 5.0, 0.08), south("department", 4, 20.0, 0.25, 0.15, 0.25)],
        ),
        (
            (1, High, STORM),
            vec![
                executive(6, 2.0),
                north("department", 10, 2.5, 0.10),
                north("team", 2, 1.5, 0.10),
                south("department", 10, 9.0, 0.50, 0.30, 0.40),
                south("team", 2, 7.0, 0.50, 0.25, 0.40),
            ],
        ),
    ];
    let mut all = Vec::new();
    for ((wave, pressure, raised), parts) in periods {
        for (under, layer, per_unit, days, scatter, reversed, rework, experiment) in parts {
            all.push(Docket {
                under,
                layer,
                wave,
                pressure,
                per_unit,
                raised,
                days,
                scatter,
                reversed,
                rework,
                experiment,
            });
        }
    }
    all
}

/// Who decides what. In the merged middle three classes have kept the decider of either port; nobody closes the port in a
/// storm. One class has many who contribute and one who decides, which is no fault.
fn rights(tree: &Tree) -> Sheet {
    let columns = ["decision_class", "holder", "unit", "role", "scope", "granted_by"];
    let mut sheet = Sheet::new("decision_rights", columns);
    let head = |key: &str| tree.unit(key).map_or("", |u| tree.head(u)).to_owned();
    let mut add = |class: &str, holder: String, unit: &str, role: &str, scope: &str, by: &str| {
        sheet.row([class.to_owned(), holder, unit.into(), role.into(), scope.into(), by.into()]);
    };
    let rivals = [("berth-allocation", "operations"), ("crane-outage", "engineering"), ("customer-claims", "services")];
    for (class, work) in rivals {
        for side in ["north", "south"] {
            let by = format!("rules of the former {side}ern port");
            add(class, head(&format!("{side}-{work}")), "harbour", "decides", "ships and customers of both ports", &by);
        }
    }
    for unit in ["north", "south", "north-operations", "south-operations"] {
        add("storm-closure", head(unit), "harbour", "contributes", "closing the port", "");
    }
    add("investment", "executive-group".into(), "harbour", "decides", "above 2 million", "board");
    add("winter-maintenance", head("north-engineering"), "harbour", "decides", "both ports", "executive-group");
    for unit in ["south-engineering", "north-operations", "south-operations"] {
        add("winter-maintenance", head(unit), "harbour", "contributes", "both ports", "executive-group");
    }
    add("winter-maintenance", head("harbour"), "harbour", "convenes", "both ports", "executive-group");
    add("purchasing", head("north-services"), "harbour", "decides", "crane parts and fuel", "executive-group");
    add("purchasing", head("south-services"), "harbour", "contributes", "crane parts and fuel", "executive-group");
    // Rosters: northern teams set their own, in the south the department does.
    for team in tree.units.iter().filter(|u| u.under("north-operations") && u.leaf) {
        let class = format!("roster-of-{}", team.key);
        add(&class, team.key.clone(), &team.key, "decides", "next month", &head("north-operations"));
    }
    for team in tree.units.iter().filter(|u| u.under("south-operations") && u.leaf) {
        let class = format!("roster-of-{}", team.key);
        add(&class, head("south-operations"), &team.key, "decides", "next month", &head("south"));
    }
    sheet
}

/// Criterion, then what each rater answers; empty is "don't know".
const ONE_CULTURE: [(&str, [&str; 3]); 11] = [
    ("definable", ["0", "0", "0"]),
    ("means_exist", ["0.5", "0", "0"]),
    ("predictable", ["0", "0", "0"]),
    ("authority_knows", ["0", "0", "0.5"]),
    ("assumptions_hold", ["0", "0", "0"]),
    ("solvers_unchanged", ["0", "0", "0"]),
    ("unintended_effects", ["1", "1", "0.5"]),
    ("means_obstruct", ["1", "0.5", "1"]),
    ("frame_contested", ["1", "1", "1"]),
    ("urgent", ["1", "1", "0.5"]),
    ("complicated", ["1", "1", "1"]),
];
const CRANE_TARIFF: [(&str, [&str; 3]); 11] = [
    ("definable", ["1", "1", "1"]),
    ("means_exist", ["1", "1", "1"]),
    ("predictable", ["1", "0.5", "1"]),
    ("authority_knows", ["1", "1", "1"]),
    ("assumptions_hold", ["1", "1", "1"]),
    ("solvers_unchanged", ["1", "1", "1"]),
    ("unintended_effects", ["0", "", "0"]),
    ("means_obstruct", ["0", "0", "0"]),
    ("frame_contested", ["0", "0", "0"]),
    ("urgent", ["1", "0.5", "1"]),
    ("complicated", ["0", "0.5", "0"]),
];

fn challenges() -> Sheet {
    let mut sheet = Sheet::new("challenges", ["challenge", "criterion", "value", "rater", "note", "source"]);
    for (challenge, source, coded) in
        [("one-culture", "interviews, spring", ONE_CULTURE), ("crane-tariff", "purchasing file", CRANE_TARIFF)]
    {
        for (criterion, values) in coded {
            for (rater, value) in ["rater-1", "rater-2", "rater-3"].into_iter().zip(values) {
                let note = match (challenge, criterion, rater) {
                    ("one-culture", "frame_contested", "rater-1") => "north speaks of schedules, south of respect",
                    ("one-culture", "unintended_effects", "rater-2") => "the joint uniform was read as a takeover",
                    ("crane-tariff", "means_exist", "rater-1") => "second supplier, longer contract, own stock",
                    _ => "",
                };
                sheet.row([challenge, criterion, value, rater, note, source]);
            }
        }
    }
    sheet
}

const REGISTER: &str = "register of decisions";

/// Unit, measure, value from 0 to 1, informant, note. They describe situations, so that none has an `n`.
const FACTS: [(&str, &str, &str, &str, &str); 26] = [
    ("harbour", "shared_work", "0.9", "both harbour masters", "one approach channel, one customs area"),
    ("harbour", "common_ground", "0.2", "facilitator", "no agreed account of what went wrong in spring"),
    ("harbour", "equally_worthy", "0.8", "facilitator", "each side grants that the other keeps a port alive"),
    ("harbour", "worldview_divergence", "0.8", "facilitator", "a port as a public duty, a port as a business"),
    ("harbour", "one_person_can", "0.1", "board", "two chief officers tried and left"),
    ("harbour", "mutual_recognition", "0.2", "board", "rival deciders overrule each other on berths"),
    ("harbour", "decisions_slow", "0.6", "board", ""),
    ("harbour", "information_missing", "0.2", REGISTER, "files were complete in most cases"),
    ("north", "shared_work", "0.9", "head of the northern port", ""),
    ("north", "common_ground", "0.8", "head of the northern port", ""),
    ("north", "equally_worthy", "0.3", "facilitator", "hardly arises: views are close"),
    ("north", "worldview_divergence", "0.2", "facilitator", ""),
    ("north", "one_person_can", "0.8", "facilitator", "a persuasive lead is followed"),
    ("north", "decisions_slow", "0.1", REGISTER, ""),
    ("north", "information_missing", "0.2", REGISTER, ""),
    ("south", "shared_work", "0.9", "head of the southern port", ""),
    ("south", "common_ground", "0.1", "facilitator", "former state dockers and terminal crews"),
    ("south", "equally_worthy", "0.8", "facilitator", "said aloud by both crews in autumn"),
    ("south", "worldview_divergence", "0.9", "facilitator", ""),
    ("south", "one_person_can", "0.1", "facilitator", "orders are obeyed on one quay and resisted on the next"),
    ("south", "decisions_slow", "0.9", REGISTER, ""),
    ("south", "information_missing", "0.1", REGISTER, "files were complete"),
    ("north-operations", "mission_from_above", "0.9", "head of department", "halve waiting time at the rail gate"),
    ("north-operations", "solution_by_team", "0.8", "team leaders", "the team chose and tried three ways"),
    ("north-operations", "approval_above", "0.9", "head of department", "final word stayed with the department"),
    ("south-operations", "solution_by_team", "0.1", "team leaders", "the way is ordered with the task"),
];

fn facts() -> Sheet {
    let mut sheet = Sheet::new("facts", ["unit", "measure", "value", "se", "n", "informant", "note", "source"]);
    for (unit, measure, value, informant, note) in FACTS {
        let source = if informant == REGISTER { "decisions, spring to autumn" } else { "interviews, autumn" };
        sheet.row([unit, measure, value, "", "", informant, note, source]);
    }
    sheet
}

/// The story in terms of the framework: what an assessment should come to, or should not.
fn story() -> Value {
    json!({
        "challenges": {"one-culture": "complex", "crane-tariff": "technical"},
        "tasks": {
            "north": {"direction": "strong", "alignment": "middling", "commitment": "strong"},
            "south": {"direction": "weak", "alignment": "middling", "commitment": "strong"},
        },
        "weakest_capability": {"south": "connection"},
        "source_at_work": {"north": "interpersonal_influence", "south": "personal_dominance"},
        "source_asked_for": {"south": "relational_dialogue", "harbour": "relational_dialogue"},
        "existing_sources_adequate": ["north"],
        "bounded_autonomy": ["north-operations"],
        "rival_classes": ["berth-allocation", "crane-outage", "customer-claims"],
        "unowned_classes": ["storm-closure"],
        "many_contribute_one_decides": ["winter-maintenance"],
        "capable_and_incoherent_under_pressure": ["south"],
        "capable_and_coherent_under_pressure": ["north"],
        "divergence": {
            "wave": "w2", "pressure": "high", "under": "south", "between": ["executive", "department"],
            "kind": ["priority", "timing"],
        },
        "camps_under_pressure": [["north"], ["south departments", "south teams"]],
        "slow_decisions": {
            "where": "south", "cause": "priorities read differently",
            "not": ["information missing", "more approvals"],
        },
        "changes_from_w1_to_w2": {
            "south": {"direction": "down", "alignment": "down", "connection": "down"},
            "north": {"navigation": "up"},
        },
        "exceptions": {
            "south-tugs": "connected, with direction of its own, through a roster shared with the north",
            "north-rail": "weak alignment in a strong port",
            "south-gate": "of two minds on direction: its mean describes nobody",
        },
        "too_small_to_show": ["north-legal", "south-survey", "south-environment"],
    })
}

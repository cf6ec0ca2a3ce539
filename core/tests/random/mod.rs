//! Random rulebooks as text, random cases, and an evaluator of its own: Kleene's three-valued logic over exact and
//! missing values, written without a look at the engine.
#![allow(dead_code)] // Each test file uses a part of it.

use colead::measure::{Estimate, MeasureValue, Origin};
use colead::rules::{Case, Framework};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Numbered measures: all but the last are scores from 0 to 1, the last is one of three categories.
pub(crate) const MEASURES: usize = 5;
pub(crate) const CATEGORIES: [&str; 3] = ["early", "middle", "late"];

#[derive(Debug, Clone)]
pub(crate) enum Cond {
    All(Vec<Cond>),
    Any(Vec<Cond>),
    /// Points (folded into what the parts allow) of weighted parts.
    AtLeast(u32, Vec<(u32, Cond)>),
    Not(Box<Cond>),
    /// Measure, relation, threshold in quarters.
    Compare(usize, usize, u32),
    /// A bit for each category.
    OneOf(u8),
    /// An earlier rule, folded into those there are.
    Holds(usize),
}

#[derive(Debug, Clone)]
pub(crate) struct RandomRule {
    pub(crate) when: Cond,
    pub(crate) unless: Option<Cond>,
    pub(crate) guard: Option<Cond>,
}

/// What is known of one measure: a value in quarters (or a category), perhaps with a standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seen {
    pub(crate) quarters: u32,
    pub(crate) se: Option<f64>,
}

pub(crate) type Known = Vec<Option<Seen>>;

pub(crate) fn measure(i: usize) -> String {
    format!("m{i}")
}

fn leaf() -> impl Strategy<Value = Cond> {
    prop_oneof![
        6 => (0..MEASURES - 1, 0usize..4, 0u32..=4).prop_map(|(m, op, t)| Cond::Compare(m, op, t)),
        1 => (1u8..7).prop_map(Cond::OneOf),
        1 => (0usize..8).prop_map(Cond::Holds),
    ]
}

pub(crate) fn condition() -> impl Strategy<Value = Cond> {
    leaf().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Cond::All),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Cond::Any),
            (0u32..8, prop::collection::vec((1u32..4, inner.clone()), 1..5)).prop_map(|(p, of)| Cond::AtLeast(p, of)),
            inner.prop_map(|c| Cond::Not(Box::new(c))),
        ]
    })
}

/// Rules of which each holds in some case; what never could is eased until it does, since no framework takes it.
pub(crate) fn rules() -> impl Strategy<Value = Vec<RandomRule>> {
    any_rules().prop_map(|mut rules| {
        for i in 0..rules.len() {
            let holds = |rules: &[RandomRule]| exact_cases().any(|known| kleene(&rules[..=i], &known)[i] == Some(true));
            if !holds(&rules) {
                let eased = Cond::Any(vec![rules[i].when.clone(), Cond::Compare(0, 0, 2)]);
                rules[i] = RandomRule { when: eased, unless: None, guard: None };
            }
        }
        rules
    })
}

/// Every case in which each measure is known exactly, in quarters.
pub(crate) fn exact_cases() -> impl Iterator<Item = Known> {
    (0..5_u32.pow(MEASURES as u32 - 1) * 3).map(|mut code| {
        let mut next = |of: u32| {
            let quarters = code % of;
            code /= of;
            Some(Seen { quarters, se: None })
        };
        (0..MEASURES).map(|i| next(if i == MEASURES - 1 { 3 } else { 5 })).collect()
    })
}

/// Any rules, also such as never hold or never fail.
pub(crate) fn any_rules() -> impl Strategy<Value = Vec<RandomRule>> {
    let rule = (condition(), prop::option::weighted(0.25, condition()), prop::option::weighted(0.25, condition()));
    prop::collection::vec(rule.prop_map(|(when, unless, guard)| RandomRule { when, unless, guard }), 1..6)
}

/// Exact or missing.
pub(crate) fn exact_case() -> impl Strategy<Value = Known> {
    let seen = prop::option::weighted(0.7, (0u32..=4).prop_map(|quarters| Seen { quarters, se: None }));
    prop::collection::vec(seen, MEASURES)
}

/// Exact, missing or with a standard error.
pub(crate) fn any_case() -> impl Strategy<Value = Known> {
    let se = prop::option::weighted(0.6, prop_oneof![Just(0.0), 0.01f64..0.2, 0.2f64..2.0]);
    let seen = prop::option::weighted(0.75, (0u32..=4, se).prop_map(|(quarters, se)| Seen { quarters, se }));
    prop::collection::vec(seen, MEASURES)
}

const OPS: [&str; 4] = ["ge", "gt", "le", "lt"];

/// A condition as the language writes it, for the rule number `at`.
pub(crate) fn write(c: &Cond, at: usize) -> Value {
    let list = |of: &[Cond]| Value::Array(of.iter().map(|c| write(c, at)).collect());
    match c {
        Cond::All(of) => json!({ "all": list(of) }),
        Cond::Any(of) => json!({ "any": list(of) }),
        Cond::AtLeast(points, of) => {
            let total: u32 = of.iter().map(|(w, _)| w).sum();
            let part = |(w, c): &(u32, Cond)| json!({ "points": w, "when": write(c, at) });
            json!({ "at_least": { "points": 1 + points % total, "of": of.iter().map(part).collect::<Vec<_>>() } })
        }
        Cond::Not(c) => json!({ "not": write(c, at) }),
        Cond::Compare(m, op, quarters) => {
            let mut map = Map::new();
            map.insert(OPS[*op].to_owned(), json!([measure(*m), f64::from(*quarters) / 4.0]));
            Value::Object(map)
        }
        Cond::OneOf(bits) => {
            let named: Vec<&str> = (0..3).filter(|i| bits >> i & 1 == 1).map(|i| CATEGORIES[i]).collect();
            json!({ "one_of": [measure(MEASURES - 1), named] })
        }
        Cond::Holds(r) if at == 0 => write(&Cond::Compare(r % (MEASURES - 1), 0, 2), at),
        Cond::Holds(r) => json!({ "holds": format!("r{}", r % at) }),
    }
}

/// A whole rulebook: the question `each` has an option a rule; `pick` (exclusive) and `grade` (graded) ask by three
/// rules each that refer to the others.
pub(crate) fn rulebook(rules: &[RandomRule]) -> Value {
    let basis = json!({ "kind": "user", "text": "drawn at random" });
    let mut measures = Map::new();
    for i in 0..MEASURES - 1 {
        measures.insert(measure(i), json!({ "score": [0, 1], "step": 0.25, "asks": format!("how is {i}?") }));
    }
    measures.insert(measure(MEASURES - 1), json!({ "category": CATEGORIES }));
    let mut out: Vec<Value> = Vec::new();
    for (i, r) in rules.iter().enumerate() {
        let mut rule = json!({
            "id": format!("r{i}"), "says": ["each", format!("o{i}")], "strength": "typical",
            "when": write(&r.when, i), "basis": basis, "because": "drawn at random",
        });
        if let Some(unless) = &r.unless {
            rule["unless"] = write(unless, i);
        }
        if let Some(guard) = &r.guard {
            rule["requires"] = json!([{ "when": write(guard, i), "reason": "guarded" }]);
        }
        out.push(rule);
    }
    for (i, option) in ["low", "middle", "high"].iter().enumerate() {
        for question in ["pick", "grade"] {
            out.push(json!({
                "id": format!("{question}.{option}"), "says": [question, option], "strength": "defines",
                "when": { "holds": format!("r{}", i % rules.len()) },
                "because": "as another rule has it",
            }));
        }
    }
    let options: Vec<String> = (0..rules.len()).map(|i| format!("o{i}")).collect();
    json!({
        "framework": { "id": "random", "version": "1.0.0", "confidence": 0.9 },
        "measure": measures,
        "question": {
            "each": { "options": options, "mode": "independent" },
            "pick": { "options": ["low", "middle", "high"], "mode": "exclusive", "overlap": "conflict" },
            "grade": { "options": ["low", "middle", "high"], "mode": "graded", "overlap": "conflict" },
        },
        "rule": out,
    })
}

/// The same document as TOML.
pub(crate) fn toml(document: &Value) -> String {
    fn inline(v: &Value, out: &mut String) {
        match v {
            Value::Object(map) => {
                out.push('{');
                for (i, (k, v)) in map.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { " " });
                    out.push_str(&format!("{k:?} = "));
                    inline(v, out);
                }
                out.push_str(" }");
            }
            Value::Array(items) => {
                out.push('[');
                for (i, v) in items.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    inline(v, out);
                }
                out.push(']');
            }
            other => out.push_str(&other.to_string()),
        }
    }
    let mut out = String::new();
    for (name, v) in document.as_object().expect("a table") {
        out.push_str(&format!("{name} = "));
        inline(v, &mut out);
        out.push('\n');
    }
    out
}

pub(crate) fn load(document: &Value) -> Framework {
    Framework::from_json(&document.to_string()).unwrap_or_else(|e| panic!("{e}\n{document}"))
}

pub(crate) fn case(framework: &Framework, known: &Known) -> Case {
    let mut case = Case::new(framework);
    for (i, seen) in known.iter().enumerate() {
        if let Some(seen) = seen {
            case.set(framework, &measure(i), value(i, *seen)).expect("fits");
        }
    }
    case
}

pub(crate) fn value(i: usize, seen: Seen) -> MeasureValue {
    if i == MEASURES - 1 {
        return MeasureValue::Category(CATEGORIES[seen.quarters as usize % 3].to_owned(), Origin::Given);
    }
    let e = Estimate::new(f64::from(seen.quarters) / 4.0, seen.se, None, Origin::Given);
    MeasureValue::Known(e.expect("finite"))
}

/// The truth of every rule by Kleene's logic; standard errors are not looked at.
pub(crate) fn kleene(rules: &[RandomRule], known: &Known) -> Vec<Option<bool>> {
    let mut done: Vec<Option<bool>> = Vec::new();
    for (i, r) in rules.iter().enumerate() {
        let guarded = r.guard.as_ref().is_some_and(|g| truth(g, i, known, &done) != Some(true));
        let when = truth(&r.when, i, known, &done);
        let unless = r.unless.as_ref().map_or(Some(false), |u| truth(u, i, known, &done));
        let both = match (when, unless) {
            (Some(false), _) | (_, Some(true)) => Some(false),
            (Some(true), Some(false)) => Some(true),
            _ => None,
        };
        done.push(if guarded { None } else { both });
    }
    done
}

fn truth(c: &Cond, at: usize, known: &Known, done: &[Option<bool>]) -> Option<bool> {
    let count = |of: &[(u32, Option<bool>)], points: u32| {
        let sum =
            |wanted: fn(&Option<bool>) -> bool| -> u32 { of.iter().filter(|(_, t)| wanted(t)).map(|(w, _)| *w).sum() };
        if sum(|t| *t == Some(true)) >= points {
            Some(true)
        } else if sum(|t| *t != Some(false)) < points {
            Some(false)
        } else {
            None
        }
    };
    let each =
        |of: &[Cond]| -> Vec<(u32, Option<bool>)> { of.iter().map(|c| (1, truth(c, at, known, done))).collect() };
    match c {
        Cond::All(of) => count(&each(of), of.len() as u32),
        Cond::Any(of) => count(&each(of), 1),
        Cond::AtLeast(points, of) => {
            let total: u32 = of.iter().map(|(w, _)| w).sum();
            let parts: Vec<_> = of.iter().map(|(w, c)| (*w, truth(c, at, known, done))).collect();
            count(&parts, 1 + points % total)
        }
        Cond::Not(c) => truth(c, at, known, done).map(|t| !t),
        Cond::Compare(m, op, t) => known[*m].map(|s| match op {
            0 => s.quarters >= *t,
            1 => s.quarters > *t,
            2 => s.quarters <= *t,
            _ => s.quarters < *t,
        }),
        Cond::OneOf(bits) => known[MEASURES - 1].map(|s| bits >> (s.quarters % 3) & 1 == 1),
        Cond::Holds(r) if at == 0 => truth(&Cond::Compare(r % (MEASURES - 1), 0, 2), at, known, done),
        Cond::Holds(r) => done[r % at],
    }
}

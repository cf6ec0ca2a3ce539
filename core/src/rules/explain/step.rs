//! An explanation in words and as a JSON document, without what may not be rendered.

use super::near::NearMiss;
use super::tree::{Node, Place, Tree};
use crate::json;
use crate::measure::{MeasureValue, Reveals};
use crate::rules::judgment::{Judgment, round};
use crate::rules::model::*;
use crate::rules::truth::{Op, Truth};
use crate::rules::words::words;
use serde_json::{Value, json};
use std::ops::Range;

/// Version of the JSON form.
pub const EXPLANATION_SCHEMA: &str = "colead-explanation/2";

/// One step of an explanation.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Where in the rule, such as `when/0/2`; steps of a rule it refers to follow that rule's id.
    pub path: String,
    /// What it says, in words.
    pub text: String,
    /// How probable it is.
    pub truth: Truth,
    /// `holds`, `fails` or `insufficient`.
    pub verdict: &'static str,
    /// The measure it looks at, what was seen and what it is held against.
    pub leaf: Option<Leaf>,
    /// The rule it refers to.
    pub rule: Option<String>,
    /// Whether it belongs to a smallest set that already fixes the verdict. Never in a verdict that is still open.
    pub decisive: bool,
    /// Whether it belongs to a smallest set without which a rule fails that would have held with it.
    pub near: bool,
    /// The parts of the condition.
    pub children: Vec<Step>,
}

/// A comparison at the end of a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// The measure.
    pub measure: String,
    /// What the measure is called in a sentence.
    pub words: String,
    /// What was observed, when anything was.
    pub observed: Option<MeasureValue>,
    /// What of the observation is not rendered, because too few people are behind it.
    pub hidden: Reveals,
    /// What it is held against, in words, such as `above 0.5`.
    pub relation: String,
    /// How it is held against the threshold, for numbers.
    pub op: Option<Op>,
    /// The threshold, for numbers.
    pub threshold: Option<f64>,
}

impl Leaf {
    /// How far the observation lies above the threshold, in units of the measure; negative below.
    pub fn margin(&self) -> Option<f64> {
        let e = self.observed.as_ref()?.estimate().filter(|_| !self.hidden.value())?;
        Some(e.value() - self.threshold?)
    }

    /// The margin in standard errors.
    pub fn margin_in_se(&self) -> Option<f64> {
        let se = self.observed.as_ref()?.estimate()?.se().filter(|s| *s > 0.0 && self.hidden == Reveals::Level)?;
        Some(self.margin()? / se)
    }
}

impl Step {
    /// Whether something below is not rendered: then neither is a probability that follows from it.
    pub(crate) fn hidden(&self) -> bool {
        self.leaf.as_ref().is_some_and(|l| l.hidden != Reveals::Level) || self.children.iter().any(Step::hidden)
    }

    fn to_json(&self) -> Value {
        let open = |p: f64| (!self.hidden()).then(|| round(p));
        let leaf = self.leaf.as_ref().map(|l| {
            json!({
                "measure": l.measure, "observed": l.observed.as_ref().map(|v| shown(v, l.hidden)),
                "relation": l.relation, "op": l.op.map(Op::as_str), "threshold": l.threshold,
                "margin": l.margin().map(round), "margin_in_se": l.margin_in_se().map(round),
            })
        });
        json!({
            "path": self.path, "text": self.text, "verdict": self.verdict, "lo": open(self.truth.lo), "hi": open(self.truth.hi),
            "leaf": leaf, "rule": self.rule, "decisive": self.decisive, "near": self.near,
            "children": self.children.iter().map(Step::to_json).collect::<Vec<_>>(),
        })
    }
}

/// An observation as a JSON document, without what is hidden of it.
fn shown(value: &MeasureValue, hidden: Reveals) -> Value {
    let mut doc = value.to_json();
    if let Value::Object(map) = &mut doc {
        if hidden != Reveals::Level {
            map.insert("se".into(), Value::Null);
        }
        if hidden.value() {
            map.insert("value".into(), Value::Null);
            map.insert("status".into(), json!("banded"));
        }
    }
    doc
}

/// A number in a sentence: short, without trailing zeros.
pub(crate) fn short(x: f64) -> String {
    json::number(to_shown(x))
}

/// A number as exactly as sentences tell it.
fn to_shown(x: f64) -> f64 {
    let scale = if x.abs() >= 10.0 { 10.0 } else { 100.0 };
    (x * scale).round() / scale
}

/// A probability in a sentence.
pub(crate) fn short_probability(p: f64) -> String {
    // Rounded to 0 or 1 it would look like certainty.
    match p {
        p if p > 0.0 && p < 0.001 => "below 0.001".to_owned(),
        p if p > 0.999 && p < 1.0 => "above 0.999".to_owned(),
        p => json::number((p * 1000.0).round() / 1000.0),
    }
}

/// What was seen at an end, in words: a number with its standard error and the people behind it.
pub(crate) fn observed(leaf: &Leaf) -> String {
    match &leaf.observed {
        None => "not known".to_owned(),
        Some(MeasureValue::Absent(a)) => a.text(),
        Some(MeasureValue::Category(c, _)) => c.clone(),
        Some(MeasureValue::Known(e)) if leaf.hidden.value() => {
            let why = match leaf.hidden {
                Reveals::Contrast => "not shown, to protect the few whom it would give away",
                _ => "too few people to show",
            };
            format!("{why}{}", if e.origin().unvalidated() { " (unvalidated)" } else { "" })
        }
        Some(MeasureValue::Known(e)) => {
            let se = e.se().filter(|_| leaf.hidden == Reveals::Level);
            let se = se.map_or(String::new(), |s| format!(" ± {}", short(s)));
            let n = e.n().map(|n| format!("n {n}"));
            let mark = e.origin().unvalidated().then(|| "unvalidated".to_owned());
            let notes: Vec<String> = n.into_iter().chain(mark).collect();
            let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
            format!("{}{se}{notes}", short(e.value()))
        }
    }
}

/// Turns the nodes of a tree into steps.
struct Teller<'t, 'a> {
    tree: &'t Tree<'a>,
    judgment: &'t Judgment,
    misses: &'t [NearMiss],
}

impl Teller<'_, '_> {
    /// The steps of a rule, whose paths begin with `prefix`.
    fn rule(&self, range: Range<usize>, requires: &[Require], prefix: &str) -> Vec<Step> {
        let steps = self.tree.top(range).filter_map(|at| {
            let node = self.tree.nodes.get(at)?;
            let part = match node.role {
                Place::Guard(i) => format!("requires/{i}"),
                Place::When => "when".to_owned(),
                Place::Unless => "unless".to_owned(),
                Place::Part(i) => i.to_string(),
            };
            let mut step = self.step(at, node, format!("{prefix}{part}"));
            step.text = match node.role {
                Place::Guard(i) => {
                    let reason = requires.get(i).map_or(String::new(), |g| words(&g.reason));
                    format!("only where (else {reason}): {}", step.text)
                }
                Place::Unless => format!("unless {}", step.text),
                Place::Part(_) if node.weight != 1 => format!("{} points: {}", node.weight, step.text),
                Place::When | Place::Part(_) => step.text,
            };
            Some(step)
        });
        steps.collect()
    }

    fn step(&self, at: usize, node: &Node<'_>, path: String) -> Step {
        let below = at + 1..node.end;
        let mut rule = None;
        let (text, leaf, children) = match node.condition {
            Condition::AtLeast { points, of } => {
                (at_least(*points, of), None, self.rule(below, &[], &format!("{path}/")))
            }
            Condition::Not(_) => ("not".to_owned(), None, self.rule(below, &[], &format!("{path}/"))),
            Condition::Compare(m, op, threshold) => {
                let relation = format!("{} {}", op.words(), short(*threshold));
                let leaf = self.leaf(*m, relation, Some((*op, *threshold)));
                (leaf_text(&leaf), Some(leaf), Vec::new())
            }
            Condition::OneOf(m, wanted) => {
                let known: &[String] = match self.tree.framework.measure(*m).map(|m| &m.kind) {
                    Some(MeasureKind::Category(known)) => known,
                    _ => &[],
                };
                let names: Vec<&str> = wanted.iter().filter_map(|i| known.get(*i)).map(String::as_str).collect();
                let leaf = self.leaf(*m, names.join(" or "), None);
                (leaf_text(&leaf), Some(leaf), Vec::new())
            }
            Condition::Holds(r) => {
                let referred = self.tree.framework.rule(*r);
                let id = referred.map_or("", |r| &r.id);
                rule = Some(id.to_owned());
                let guards = referred.map_or(&[][..], |r| &r.requires);
                (format!("rule `{id}`"), None, self.rule(below, guards, &format!("{path}/{id}/")))
            }
        };
        let verdict = node.truth.verdict(self.tree.confidence);
        let near = self.misses.iter().any(|miss| miss.nodes.contains(&at));
        Step { path, text, truth: node.truth, verdict, leaf, rule, decisive: node.decisive, near, children }
    }

    fn leaf(&self, m: MeasureId, relation: String, compared: Option<(Op, f64)>) -> Leaf {
        let measure = self.tree.framework.measure(m);
        let seen = self.tree.case.get(m);
        Leaf {
            measure: measure.map_or(String::new(), |m| m.id.clone()),
            words: measure.map_or(String::new(), Measure::words),
            observed: seen.cloned(),
            hidden: self.judgment.hides(seen),
            relation,
            op: compared.map(|(op, _)| op),
            threshold: compared.map(|(_, threshold)| threshold),
        }
    }
}

/// The steps in the order of the nodes they were made from.
fn flatten<'s>(step: &'s Step, into: &mut Vec<&'s Step>) {
    into.push(step);
    step.children.iter().for_each(|s| flatten(s, into));
}

fn wanted(leaf: &Leaf, upright: bool) -> String {
    if upright { leaf.relation.clone() } else { format!("not {}", leaf.relation) }
}

/// A comparison as it would have had to come out, and how far it is from that as far as it may be told: by the value
/// as it is shown, so that a distance never says more than the value.
fn lack(leaf: &Leaf, upright: bool) -> String {
    let shown = leaf.observed.as_ref().and_then(MeasureValue::estimate).filter(|_| !leaf.hidden.value());
    let away = shown.zip(leaf.threshold).map(|(e, t)| (to_shown(e.value()) - t).abs());
    let away = match (&leaf.observed, away) {
        (None | Some(MeasureValue::Absent(_)), _) => " (not known)".to_owned(),
        (_, Some(away)) if away > 0.0 => format!(" ({} away)", short(away)),
        _ => String::new(),
    };
    let verb = if leaf.threshold.is_none() { "is " } else { "" };
    format!("`{}` {verb}{}{away}", leaf.measure, wanted(leaf, upright))
}

fn at_least(points: u32, of: &[(u32, Condition)]) -> String {
    let total: u32 = of.iter().map(|(w, _)| w).sum();
    let unit = if total as usize == of.len() { "" } else { " points" };
    match points {
        0 => "always".to_owned(),
        p if p == total => "all of".to_owned(),
        1 => "any of".to_owned(),
        p => format!("at least {p} of {total}{unit}"),
    }
}

fn leaf_text(leaf: &Leaf) -> String {
    let seen = observed(leaf);
    let known = matches!(leaf.observed, Some(MeasureValue::Known(_) | MeasureValue::Category(..)));
    let verb = if leaf.threshold.is_none() { "is " } else { "" };
    format!("`{}` {verb}{}: {}{seen}", leaf.measure, leaf.relation, if known { "it is " } else { "" })
}

impl Judgment {
    /// The structure of a rule's explanation; `None` for a rule of another framework.
    pub fn tree(&self, rule: RuleId) -> Option<Tree<'_>> {
        self.framework.tree(rule, &self.case, Some(self.confidence))
    }

    /// The steps of one rule: its guards, its condition and its exception.
    pub fn steps(&self, rule: RuleId) -> Vec<Step> {
        self.tree(rule).map_or_else(Vec::new, |tree| self.steps_of(&tree, &tree.near_misses()))
    }

    fn steps_of(&self, tree: &Tree<'_>, misses: &[NearMiss]) -> Vec<Step> {
        Teller { tree, judgment: self, misses }.rule(0..tree.nodes.len(), &tree.rule.requires, "")
    }

    /// The same without what the rule lacks: nothing is near.
    pub(crate) fn steps_taken(&self, rule: RuleId) -> Vec<Step> {
        self.tree(rule).map_or_else(Vec::new, |tree| self.steps_of(&tree, &[]))
    }

    /// What a rule that fails lacked, in words: each set of comparisons that would have made it hold.
    pub fn lacks(&self, rule: RuleId) -> Vec<Vec<String>> {
        let Some(tree) = self.tree(rule) else { return Vec::new() };
        let misses = tree.near_misses();
        let teller = Teller { tree: &tree, judgment: self, misses: &misses };
        let upright = tree.upright();
        let end = |at: &usize| {
            let step = teller.step(*at, tree.nodes.get(*at)?, String::new());
            Some(lack(step.leaf.as_ref()?, upright.get(*at).copied()?))
        };
        misses.iter().map(|miss| miss.nodes.iter().filter_map(end).collect()).collect()
    }

    /// Near misses as lists of steps by path, each with how far it is from coming out otherwise.
    fn misses(&self, tree: &Tree<'_>, misses: &[NearMiss]) -> Value {
        let teller = Teller { tree, judgment: self, misses };
        let steps = teller.rule(0..tree.nodes.len(), &tree.rule.requires, "");
        let mut flat = Vec::with_capacity(tree.nodes.len());
        steps.iter().for_each(|s| flatten(s, &mut flat));
        let upright = tree.upright();
        let end = |at: &usize| {
            let (step, upright) = (*flat.get(*at)?, upright.get(*at).copied()?);
            let leaf = step.leaf.as_ref()?;
            Some(json!({
                "path": step.path, "measure": leaf.measure, "wanted": wanted(leaf, upright),
                "distance": leaf.margin().map(|m| round(m.abs())),
                "distance_in_se": leaf.margin_in_se().map(|m| round(m.abs())),
            }))
        };
        misses.iter().map(|miss| miss.nodes.iter().filter_map(end).collect::<Value>()).collect()
    }

    /// The explanation as a JSON document of schema [`EXPLANATION_SCHEMA`].
    pub fn explanation(&self) -> Value {
        let rules: Vec<RuleId> = self.options.iter().flat_map(|o| [o.rule, o.suggested_by]).flatten().collect();
        let rule = |r: RuleId| {
            let tree = self.tree(r)?;
            let misses = tree.near_misses();
            let steps = self.steps_of(&tree, &misses);
            let mut doc = tree.rule.to_json(&self.framework);
            if let Value::Object(map) = &mut doc {
                let open = |p: f64| (!steps.iter().any(Step::hidden)).then(|| round(p));
                map.insert("verdict".into(), json!(tree.verdict()));
                map.insert("lo".into(), json!(open(tree.truth.lo)));
                map.insert("hi".into(), json!(open(tree.truth.hi)));
                map.insert("column".into(), json!(tree.rule.mark.column));
                map.insert("near_misses".into(), self.misses(&tree, &misses));
                map.insert("steps".into(), steps.iter().map(Step::to_json).collect());
            }
            Some(doc)
        };
        json!({
            "schema": EXPLANATION_SCHEMA,
            "judgment": self.to_json(),
            "rules": rules.into_iter().filter_map(rule).collect::<Vec<_>>(),
            "told": self.told_json(),
            "parts": self.parts.iter().map(|(n, j)| json!({ "part": n, "explanation": j.explanation() })).collect::<Vec<_>>(),
        })
    }
}

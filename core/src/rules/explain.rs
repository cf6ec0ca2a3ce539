//! Why: a tree that mirrors the condition, and which of its ends decide. Made on demand, never in batch.

use super::evaluate::Evaluation;
use super::judgment::{Judgment, round};
use super::model::*;
use super::truth::Truth;
use crate::json;
use crate::measure::{MeasureValue, Reveals};
use serde_json::{Value, json};
use std::cell::Cell;

/// Version of the tree's JSON form.
pub const EXPLANATION_SCHEMA: &str = "colead-explanation/1";
/// How many steps an explanation has before rules that others refer to are only named.
const MAX_STEPS: usize = 2_000;
/// How many rules deep an explanation looks into rules that refer to rules.
const MAX_RULE_DEPTH: usize = 8;

/// One step of an explanation.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Where in the rule, such as `when/0/2`; steps of a rule it refers to follow that rule's id.
    pub path: String,
    /// What it says, in words.
    pub text: String,
    /// How probable it is.
    pub truth: Truth,
    /// The measure it looks at, what was seen and what it is held against.
    pub leaf: Option<Leaf>,
    /// The rule it refers to.
    pub rule: Option<String>,
    /// Whether it belongs to a smallest set that already fixes the verdict. Never in a verdict that is still open.
    pub decisive: bool,
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
    /// The threshold, for numbers.
    pub threshold: Option<f64>,
}

impl Step {
    /// Whether something below is not rendered: then neither is a probability that follows from it.
    pub(crate) fn hidden(&self) -> bool {
        self.leaf.as_ref().is_some_and(|l| l.hidden != Reveals::Level) || self.children.iter().any(Step::hidden)
    }

    fn to_json(&self) -> Value {
        let open = |p: f64| (!self.hidden()).then(|| round(p));
        let leaf = self.leaf.as_ref().map(|l| {
            let e = l.observed.as_ref().and_then(MeasureValue::estimate).filter(|_| !l.hidden.value());
            let margin = e.zip(l.threshold).map(|(e, t)| e.value() - t);
            let in_se = margin
                .zip(e.and_then(|e| e.se()).filter(|s| *s > 0.0 && l.hidden == Reveals::Level))
                .map(|(m, s)| round(m / s));
            json!({
                "measure": l.measure, "observed": l.observed.as_ref().map(|v| shown(v, l.hidden)),
                "relation": l.relation, "threshold": l.threshold, "margin": margin.map(round), "margin_in_se": in_se,
            })
        });
        json!({
            "path": self.path, "text": self.text, "lo": open(self.truth.lo), "hi": open(self.truth.hi),
            "leaf": leaf, "rule": self.rule, "decisive": self.decisive,
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
    let scale = if x.abs() >= 10.0 { 10.0 } else { 100.0 };
    json::number((x * scale).round() / scale)
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

struct Teller<'e, 'a> {
    e: &'e Evaluation<'a>,
    judgment: &'e Judgment,
    told: Cell<usize>,
}

impl Teller<'_, '_> {
    fn step(&self, c: &Condition, path: String, depth: usize) -> Step {
        self.told.set(self.told.get() + 1);
        let truth = self.e.truth(c);
        let (text, leaf, children) = match c {
            Condition::AtLeast { points, of } => {
                let children = of.iter().enumerate().map(|(i, (w, c))| {
                    let mut step = self.step(c, format!("{path}/{i}"), depth);
                    if *w != 1 {
                        step.text = format!("{w} points: {}", step.text);
                    }
                    step
                });
                (at_least(*points, of), None, children.collect())
            }
            Condition::Not(c) => ("not".to_owned(), None, vec![self.step(c, format!("{path}/0"), depth)]),
            Condition::Compare(m, op, threshold) => {
                let relation = format!("{} {}", op.words(), short(*threshold));
                let leaf = self.leaf(*m, relation, Some(*threshold));
                (leaf_text(&leaf), Some(leaf), Vec::new())
            }
            Condition::OneOf(m, wanted) => {
                let known: &[String] = match self.e.framework.measure(*m).map(|m| &m.kind) {
                    Some(MeasureKind::Category(known)) => known,
                    _ => &[],
                };
                let names: Vec<&str> = wanted.iter().filter_map(|i| known.get(*i)).map(String::as_str).collect();
                let leaf = self.leaf(*m, names.join(" or "), None);
                (leaf_text(&leaf), Some(leaf), Vec::new())
            }
            Condition::Holds(r) => {
                let rule = self.e.framework.rule(*r);
                let id = rule.map_or("", |r| &r.id);
                let deep = depth >= MAX_RULE_DEPTH || self.told.get() >= MAX_STEPS;
                let children = rule.filter(|_| !deep).map(|r| self.rule(r, &format!("{path}/{id}/"), depth + 1));
                (format!("rule `{id}`"), None, children.unwrap_or_default())
            }
        };
        let rule = match c {
            Condition::Holds(r) => self.e.framework.rule(*r).map(|r| r.id.clone()),
            _ => None,
        };
        Step { path, text, truth, leaf, rule, decisive: false, children }
    }

    /// Guards, then the condition, then the exception.
    fn rule(&self, rule: &Rule, prefix: &str, depth: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        for (i, guard) in rule.requires.iter().enumerate() {
            let mut step = self.step(&guard.when, format!("{prefix}requires/{i}"), depth);
            step.text = format!("only where (else {}): {}", guard.reason.replace('_', " "), step.text);
            steps.push(step);
        }
        steps.push(self.step(&rule.when, format!("{prefix}when"), depth));
        if let Some(unless) = &rule.unless {
            let mut step = self.step(unless, format!("{prefix}unless"), depth);
            step.text = format!("unless {}", step.text);
            steps.push(step);
        }
        steps
    }

    fn leaf(&self, m: MeasureId, relation: String, threshold: Option<f64>) -> Leaf {
        let measure = self.e.framework.measure(m);
        let seen = self.e.case.get(m);
        Leaf {
            measure: measure.map_or(String::new(), |m| m.id.clone()),
            words: measure.map_or(String::new(), Measure::words),
            observed: seen.cloned(),
            hidden: self.judgment.hides(seen),
            relation,
            threshold,
        }
    }
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

/// Which ends of an explanation already fix a verdict, the others being what they may.
struct Decider<'f> {
    framework: &'f Framework,
    confidence: f64,
}

impl Decider<'_> {
    fn settled(&self, t: Truth, want: bool) -> bool {
        if want { t.holds(self.confidence) } else { t.fails(self.confidence) }
    }

    /// The smallest set of ends that settles a rule one way, as paths; `None` when no such set is enough by itself
    /// (then small doubts add up, and every end counts).
    fn rule(&self, rule: &Rule, steps: &[Step], want: bool) -> Option<Vec<String>> {
        let mut set = Vec::new();
        for (guard, step) in rule.requires.iter().zip(steps) {
            set.extend(self.condition(&guard.when, step, true)?);
        }
        let mut rest = steps.iter().skip(rule.requires.len());
        let when = rest.next()?;
        let unless = rule.unless.as_ref().zip(rest.next());
        if want {
            set.extend(self.condition(&rule.when, when, true)?);
            if let Some((c, step)) = unless {
                set.extend(self.condition(c, step, false)?);
            }
            return Some(set);
        }
        let by_when = self.condition(&rule.when, when, false);
        let by_exception = unless.and_then(|(c, step)| self.condition(c, step, true));
        set.extend([by_when, by_exception].into_iter().flatten().min_by_key(Vec::len)?);
        Some(set)
    }

    fn condition(&self, c: &Condition, step: &Step, want: bool) -> Option<Vec<String>> {
        match c {
            Condition::AtLeast { points, of } => {
                let total: u32 = of.iter().map(|(w, _)| w).sum();
                let need = if want { *points } else { (total + 1).checked_sub(*points)? };
                let sets = of.iter().zip(&step.children);
                let sets = sets.map(|((w, c), s)| (*w as usize, self.condition(c, s, want)));
                cheapest(need as usize, sets.collect())
            }
            Condition::Not(inner) => self.condition(inner, step.children.first()?, !want),
            Condition::Holds(r) if !step.children.is_empty() => {
                let within = self.framework.rule(*r).and_then(|rule| self.rule(rule, &step.children, want));
                within.or_else(|| self.settled(step.truth, want).then(|| vec![step.path.clone()]))
            }
            _ => self.settled(step.truth, want).then(|| vec![step.path.clone()]),
        }
    }

    /// The truth of a rule when only the ends of a set are known.
    fn masked_rule(&self, rule: &Rule, steps: &[Step], set: &[String]) -> Truth {
        let mut steps = steps.iter();
        let mut truth = |c: &Condition| steps.next().map_or(Truth::UNKNOWN, |s| self.masked(c, s, set));
        let guards: Vec<Truth> = rule.requires.iter().map(|g| truth(&g.when)).collect();
        let when = truth(&rule.when);
        let unless = rule.unless.as_ref().map(truth);
        if guards.iter().any(|g| !g.holds(self.confidence)) {
            return Truth::UNKNOWN;
        }
        unless.map_or(when, |u| Truth::at_least(2, &[(1, when), (1, u.not())]))
    }

    fn masked(&self, c: &Condition, step: &Step, set: &[String]) -> Truth {
        if set.contains(&step.path) {
            return step.truth;
        }
        match c {
            Condition::AtLeast { points, of } => {
                let parts = of.iter().zip(&step.children).map(|((w, c), s)| (*w, self.masked(c, s, set)));
                Truth::at_least(*points, &parts.collect::<Vec<_>>())
            }
            Condition::Not(inner) => step.children.first().map_or(Truth::UNKNOWN, |s| self.masked(inner, s, set)).not(),
            Condition::Holds(r) if !step.children.is_empty() => {
                self.framework.rule(*r).map_or(Truth::UNKNOWN, |rule| self.masked_rule(rule, &step.children, set))
            }
            _ => Truth::UNKNOWN,
        }
    }
}

/// The fewest ends that together are worth `need` points: a knapsack with a table of choices.
fn cheapest(need: usize, sets: Vec<(usize, Option<Vec<String>>)>) -> Option<Vec<String>> {
    let mut cost: Vec<Option<usize>> = vec![None; need + 1];
    *cost.first_mut()? = Some(0);
    let mut taken: Vec<Vec<bool>> = Vec::with_capacity(sets.len());
    for (w, set) in &sets {
        let mut row = vec![false; need + 1];
        if let Some(set) = set {
            for p in (1..=need).rev() {
                let with = cost.get(p.saturating_sub(*w)).copied().flatten().map(|c| c + set.len());
                if let (Some(new), Some(slot), Some(mark)) = (with, cost.get_mut(p), row.get_mut(p))
                    && slot.is_none_or(|old| new < old)
                {
                    *slot = Some(new);
                    *mark = true;
                }
            }
        }
        taken.push(row);
    }
    cost.last().copied().flatten()?;
    let mut paths = Vec::new();
    let mut left = need;
    for ((w, set), row) in sets.into_iter().zip(&taken).rev() {
        if row.get(left).copied().unwrap_or(false) {
            left = left.saturating_sub(w);
            paths.splice(0..0, set.unwrap_or_default());
        }
    }
    Some(paths)
}

fn mark(step: &mut Step, set: Option<&[String]>) {
    step.decisive = match set {
        Some(paths) => paths.contains(&step.path),
        None => step.leaf.is_some() && step.truth != Truth::UNKNOWN,
    };
    step.children.iter_mut().for_each(|s| mark(s, set));
}

impl Judgment {
    pub(crate) fn evaluation(&self) -> Option<Evaluation<'_>> {
        Some(Evaluation::of_question(&self.framework, &self.case, self.asked()?, self.confidence))
    }

    /// The steps of one rule: its guards, its condition and its exception.
    pub fn steps(&self, rule: RuleId) -> Vec<Step> {
        let (Some(e), Some(r)) = (self.evaluation(), self.framework.rule(rule)) else { return Vec::new() };
        let mut steps = Teller { e: &e, judgment: self, told: Cell::new(0) }.rule(r, "", 0);
        let truth = e.rule(rule);
        let want = truth.holds(self.confidence);
        if want || truth.fails(self.confidence) {
            let decider = Decider { framework: &self.framework, confidence: self.confidence };
            let set = decider.rule(r, &steps, want);
            // Ends that each decide may together leave more doubt than the confidence allows.
            let set = set.filter(|set| decider.settled(decider.masked_rule(r, &steps, set), want));
            steps.iter_mut().for_each(|s| mark(s, set.as_deref()));
        }
        steps
    }

    /// The explanation as a JSON document of schema [`EXPLANATION_SCHEMA`].
    pub fn explanation(&self) -> Value {
        let rules: Vec<RuleId> = self.options.iter().flat_map(|o| [o.rule, o.suggested_by]).flatten().collect();
        let e = self.evaluation();
        let rule = |r: RuleId| {
            let rule = self.framework.rule(r)?;
            let verdict = e.as_ref().map_or("insufficient", |e| e.verdict(r).as_str());
            let mut doc = rule.to_json(&self.framework);
            if let Value::Object(map) = &mut doc {
                map.insert("verdict".into(), json!(verdict));
                map.insert("steps".into(), self.steps(r).iter().map(Step::to_json).collect());
            }
            Some(doc)
        };
        json!({
            "schema": EXPLANATION_SCHEMA,
            "judgment": self.to_json(),
            "rules": rules.into_iter().filter_map(rule).collect::<Vec<_>>(),
            "parts": self.parts.iter().map(|(n, j)| json!({ "part": n, "explanation": j.explanation() })).collect::<Vec<_>>(),
        })
    }
}

//! Why: a tree that mirrors the condition, and its one rendering as text. Made on demand, never in batch.

use super::evaluate::Evaluation;
use super::judgment::{Answer, Judgment, Status, round};
use super::model::*;
use super::truth::Truth;
use crate::json;
use crate::measure::{MeasureValue, Reveals};
use serde_json::{Value, json};

/// Version of the tree's JSON form.
pub const EXPLANATION_SCHEMA: &str = "colead-explanation/1";

/// One step of an explanation.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Where in the condition, such as `when/0/2`.
    pub path: String,
    /// What it says, in words.
    pub text: String,
    /// How probable it is.
    pub truth: Truth,
    /// The measure it looks at, what was seen and what it is held against.
    pub leaf: Option<Leaf>,
    /// Whether it belongs to a smallest set that already fixes the verdict.
    pub decisive: bool,
    /// The parts of the condition.
    pub children: Vec<Step>,
}

/// A comparison at the end of a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// The measure.
    pub measure: String,
    /// What was observed, when anything was.
    pub observed: Option<MeasureValue>,
    /// The threshold, for numbers.
    pub threshold: Option<f64>,
    /// What of the observation is not rendered, because too few people are behind it.
    pub hidden: Reveals,
}

impl Step {
    /// Whether something below is not rendered: then neither is a probability that follows from it.
    fn hidden(&self) -> bool {
        self.leaf.as_ref().is_some_and(|l| l.hidden != Reveals::Level) || self.children.iter().any(Step::hidden)
    }

    fn to_json(&self) -> Value {
        let leaf = self.leaf.as_ref().map(|l| {
            let e = l.observed.as_ref().and_then(MeasureValue::estimate).filter(|_| l.hidden != Reveals::OwnSpread);
            let margin = e.zip(l.threshold).map(|(e, t)| e.value() - t);
            let in_se = margin.zip(e.and_then(|e| e.se()).filter(|s| *s > 0.0 && l.hidden == Reveals::Level)).map(|(m, s)| round(m / s));
            json!({
                "measure": l.measure, "observed": l.observed.as_ref().map(|v| shown(v, l.hidden)),
                "threshold": l.threshold, "margin": margin.map(round), "margin_in_se": in_se,
            })
        });
        json!({
            "path": self.path, "text": self.text,
            "lo": (!self.hidden()).then(|| round(self.truth.lo)), "hi": (!self.hidden()).then(|| round(self.truth.hi)),
            "leaf": leaf, "decisive": self.decisive,
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
        if hidden == Reveals::OwnSpread {
            map.insert("value".into(), Value::Null);
            map.insert("status".into(), json!("banded"));
        }
    }
    doc
}

/// A number in a sentence: short, without trailing zeros.
pub(crate) fn short(x: f64) -> String {
    let scale = if x.abs() >= 100.0 {
        1.0
    } else if x.abs() >= 10.0 {
        10.0
    } else {
        1000.0
    };
    json::number((x * scale).round() / scale)
}

struct Teller<'e, 'a> {
    e: &'e Evaluation<'a>,
    judgment: &'e Judgment,
}

impl Teller<'_, '_> {
    fn step(&self, c: &Condition, path: &str) -> Step {
        let truth = self.e.truth(c);
        let (text, leaf, children) = match c {
            Condition::AtLeast { points, of } => {
                let total: u32 = of.iter().map(|(w, _)| w).sum();
                let text = if *points == total {
                    "all of".to_owned()
                } else if *points == 1 {
                    "any of".to_owned()
                } else {
                    format!("at least {points} of {total}")
                };
                let children = of.iter().enumerate().map(|(i, (_, c))| self.step(c, &format!("{path}/{i}"))).collect();
                (text, None, children)
            }
            Condition::Not(c) => ("not".to_owned(), None, vec![self.step(c, &format!("{path}/0"))]),
            Condition::Compare(m, op, threshold) => {
                let seen = self.e.case.get(*m);
                let name = self.e.framework.measure(*m).map_or("", |m| &m.id);
                let text = format!("`{name}` {} {}: {}", op.words(), short(*threshold), self.observed(seen));
                (text, Some(self.leaf(name, seen, Some(*threshold))), Vec::new())
            }
            Condition::OneOf(m, wanted) => {
                let seen = self.e.case.get(*m);
                let measure = self.e.framework.measure(*m);
                let known: &[String] = match measure.map(|m| &m.kind) {
                    Some(MeasureKind::Category(known)) => known,
                    _ => &[],
                };
                let names: Vec<&str> = wanted.iter().filter_map(|i| known.get(*i)).map(String::as_str).collect();
                let name = measure.map_or("", |m| &m.id);
                let text = format!("`{name}` is {}: {}", names.join(" or "), self.observed(seen));
                (text, Some(self.leaf(name, seen, None)), Vec::new())
            }
            Condition::Holds(r) => {
                let rule = self.e.framework.rule(*r);
                let children = rule.map(|r| self.rule(r)).unwrap_or_default();
                (format!("rule `{}`", rule.map_or("", |r| &r.id)), None, children)
            }
        };
        Step { path: path.to_owned(), text, truth, leaf, decisive: false, children }
    }

    fn rule(&self, rule: &Rule) -> Vec<Step> {
        let mut steps = Vec::new();
        for (i, guard) in rule.requires.iter().enumerate() {
            let mut step = self.step(&guard.when, &format!("requires/{i}"));
            step.text = format!("guard `{}`: {}", guard.reason, step.text);
            steps.push(step);
        }
        steps.push(self.step(&rule.when, "when"));
        if let Some(unless) = &rule.unless {
            let mut step = self.step(unless, "unless");
            step.text = format!("unless {}", step.text);
            steps.push(step);
        }
        steps
    }

    fn leaf(&self, name: &str, seen: Option<&MeasureValue>, threshold: Option<f64>) -> Leaf {
        Leaf { measure: name.to_owned(), observed: seen.cloned(), threshold, hidden: self.judgment.hides(seen) }
    }

    fn observed(&self, seen: Option<&MeasureValue>) -> String {
        match seen {
            None => "not known".to_owned(),
            Some(MeasureValue::Absent(a)) => a.text(),
            Some(MeasureValue::Category(c, _)) => format!("it is {c}"),
            Some(MeasureValue::Known(_)) if self.judgment.hides(seen) == Reveals::OwnSpread => {
                format!("given as a verdict only, fewer than {} people", self.judgment.spread_from)
            }
            Some(MeasureValue::Known(e)) => {
                let se = e.se().filter(|_| self.judgment.hides(seen) == Reveals::Level);
                let se = se.map_or(String::new(), |s| format!(" ± {}", short(s)));
                let n = e.n().map_or(String::new(), |n| format!(", n {n}"));
                let mark = if e.origin().unvalidated() { ", unvalidated" } else { "" };
                format!("it is {}{se}{n}{mark}", short(e.value()))
            }
        }
    }
}

/// The smallest set of leaves that settles a condition one way in three-valued logic, as paths; `None` when
/// single leaves do not settle it (then the sum of small doubts decides, and every leaf counts).
fn decisive(step: &Step, c: &Condition, want: bool, confidence: f64) -> Option<Vec<String>> {
    match c {
        Condition::AtLeast { points, of } => {
            let total: u32 = of.iter().map(|(w, _)| w).sum();
            let need = if want { *points } else { (total + 1).checked_sub(*points)? } as usize;
            // best[p]: the smallest set of leaves worth at least p points.
            let mut best: Vec<Option<Vec<String>>> = vec![None; need + 1];
            *best.first_mut()? = Some(Vec::new());
            for ((w, child), s) in of.iter().zip(&step.children) {
                let Some(set) = decisive(s, child, want, confidence) else { continue };
                for p in (1..=need).rev() {
                    let from = p.saturating_sub(*w as usize);
                    let candidate = best.get(from).cloned().flatten().map(|mut paths| {
                        paths.extend(set.iter().cloned());
                        paths
                    });
                    if let (Some(new), Some(slot)) = (candidate, best.get_mut(p))
                        && slot.as_ref().is_none_or(|old| new.len() < old.len())
                    {
                        *slot = Some(new);
                    }
                }
            }
            best.pop().flatten()
        }
        Condition::Not(inner) => decisive(step.children.first()?, inner, !want, confidence),
        _ => {
            let settled = if want { step.truth.holds(confidence) } else { step.truth.fails(confidence) };
            settled.then(|| vec![step.path.clone()])
        }
    }
}

fn mark(step: &mut Step, paths: Option<&[String]>) {
    if step.children.is_empty() || step.text.starts_with("rule `") {
        step.decisive = paths.is_none_or(|p| p.contains(&step.path));
    }
    if !step.text.starts_with("rule `") {
        step.children.iter_mut().for_each(|s| mark(s, paths));
    }
}

impl Judgment {
    fn evaluation(&self) -> Option<Evaluation<'_>> {
        Some(Evaluation::of_question(&self.framework, &self.case, self.asked()?, self.confidence))
    }

    /// The steps of one rule: its guards, its condition and its exception.
    pub fn steps(&self, rule: RuleId) -> Vec<Step> {
        let (Some(e), Some(rule_data)) = (self.evaluation(), self.framework.rule(rule)) else { return Vec::new() };
        let mut steps = Teller { e: &e, judgment: self }.rule(rule_data);
        let truth = e.rule(rule);
        let want = truth.holds(self.confidence) || !truth.fails(self.confidence);
        for step in &mut steps {
            let (condition, want) = if step.path == "when" {
                (Some(&rule_data.when), want)
            } else if step.path == "unless" {
                (rule_data.unless.as_ref(), !want)
            } else {
                (None, true)
            };
            let paths = condition.and_then(|c| decisive(step, c, want, self.confidence));
            mark(step, paths.as_deref());
        }
        steps
    }

    /// Why, a sentence a line: the rule's reason, then what it rests on, then what is missing.
    pub fn because(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, part) in &self.parts {
            lines.push(format!("part `{name}`: {}", part.headline()));
        }
        if self.parts.is_empty() {
            for r in self.speaking() {
                let Some(rule) = self.framework.rule(r) else { continue };
                lines.push(format!("{} [{}]", rule.because, rule.id));
                if matches!(self.status, Status::Answer(_) | Status::Conflict(_)) {
                    self.steps(r).iter().for_each(|s| decisive_lines(s, &mut lines));
                }
            }
        }
        for (_, r) in self.hypotheses() {
            if let Some(rule) = self.framework.rule(r) {
                lines.push(format!("hypothesis: {} [{}]", rule.because, rule.id));
            }
        }
        lines.extend(self.need_lines());
        lines.extend(self.flags.iter().map(|f| format!("note: {f}")));
        lines
    }

    fn need_lines(&self) -> Vec<String> {
        let needs = self.needs();
        let mut lines = Vec::new();
        let names = |ids: &[MeasureId]| -> String {
            ids.iter()
                .filter_map(|m| self.framework.measure(*m))
                .map(|m| format!("`{}`", m.id))
                .collect::<Vec<_>>()
                .join(", ")
        };
        if !needs.missing.is_empty() {
            lines.push(format!("missing: {}", names(&needs.missing)));
        }
        if !needs.too_close.is_empty() {
            lines.push(format!("too close to call: {}", names(&needs.too_close)));
        }
        lines.extend(needs.reasons.iter().map(|r| format!("not applicable: {}", r.replace('_', " "))));
        lines
    }

    /// The result in one line.
    pub fn headline(&self) -> String {
        match &self.status {
            Status::Answer(Answer::One(i)) => self.name(*i).to_owned(),
            Status::Answer(Answer::Each) => {
                let parts: Vec<String> = self
                    .options
                    .iter()
                    .enumerate()
                    .map(|(i, o)| format!("{}: {}", self.name(i), o.verdict.as_str()))
                    .collect();
                parts.join(", ")
            }
            Status::Insufficient => {
                let excluded = self.excluded();
                if excluded.is_empty() {
                    "insufficient evidence".to_owned()
                } else {
                    format!(
                        "insufficient evidence; excluded: {}; remaining: {}",
                        excluded.join(", "),
                        self.remaining().join(", ")
                    )
                }
            }
            Status::Conflict(of) => {
                format!("conflict: {}", of.iter().map(|i| self.name(*i)).collect::<Vec<_>>().join(" and "))
            }
            Status::NoneHold => "none of the options holds".to_owned(),
        }
    }

    /// The whole explanation as text.
    pub fn explain(&self) -> String {
        let title = self.asked().map_or("", |q| q.title.as_str());
        let mut out = format!("{title}: {}\n", self.headline());
        if self.unvalidated() {
            out.push_str("  unvalidated: rests on an instrument without published validation\n");
        }
        for (name, part) in &self.parts {
            let text = part.explain();
            out.push_str(&format!("  part `{name}`\n"));
            text.lines().for_each(|l| out.push_str(&format!("    {l}\n")));
        }
        if self.parts.is_empty() {
            let shown: Vec<RuleId> = match &self.status {
                Status::Answer(Answer::One(_)) | Status::Conflict(_) => self.speaking(),
                _ => self.options.iter().filter_map(|o| o.rule).collect(),
            };
            for r in shown {
                self.explain_rule(r, &mut out);
            }
        }
        for (option, r) in self.hypotheses() {
            out.push_str(&format!("  hypothesis `{option}`, never the answer by itself:\n"));
            self.explain_rule(r, &mut out);
        }
        self.need_lines().iter().for_each(|l| out.push_str(&format!("  {l}\n")));
        self.flags.iter().for_each(|f| out.push_str(&format!("  note: {f}\n")));
        out.push_str(&format!("  confidence: {}\n", short(self.confidence)));
        out
    }

    fn explain_rule(&self, r: RuleId, out: &mut String) {
        let Some(rule) = self.framework.rule(r) else { return };
        let verdict = self.evaluation().map_or("insufficient", |e| e.verdict(r).as_str());
        out.push_str(&format!("  {} {verdict} ({}): {}\n", rule.id, rule.strength.as_str(), rule.because));
        self.steps(r).iter().for_each(|s| render(s, 2, self.confidence, out));
        if let Some(b) = &rule.basis {
            out.push_str(&format!("    thresholds: {} ({})\n", b.text, b.kind));
        }
        for c in &rule.cites {
            let line = self.framework.catalogue().work(&c.work).map_or(c.work.clone(), |w| w.line());
            out.push_str(&format!("    source: {line}: {}\n", c.at));
        }
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

fn decisive_lines(step: &Step, lines: &mut Vec<String>) {
    if step.leaf.is_some() {
        if step.decisive && step.truth != Truth::UNKNOWN {
            lines.push(step.text.clone());
        }
        return;
    }
    step.children.iter().for_each(|s| decisive_lines(s, lines));
}

fn render(step: &Step, level: usize, confidence: f64, out: &mut String) {
    let sign = if step.truth.holds(confidence) {
        "yes"
    } else if step.truth.fails(confidence) {
        "no "
    } else {
        "?  "
    };
    let p = if !step.hidden() && step.truth.lo == step.truth.hi && step.truth.lo > 0.0 && step.truth.lo < 1.0 {
        format!(" (probability {})", short(step.truth.lo))
    } else {
        String::new()
    };
    let star = if step.decisive && step.leaf.is_some() && step.truth != Truth::UNKNOWN { " *" } else { "" };
    out.push_str(&format!("{}{sign} {}{p}{star}\n", "  ".repeat(level), step.text));
    step.children.iter().for_each(|s| render(s, level + 1, confidence, out));
}

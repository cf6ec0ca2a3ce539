//! One definition of a rule's truth and verdict, for one case and for columns of cases.

use super::case::Case;
use super::model::*;
use super::truth::Truth;
use crate::measure::MeasureValue;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

/// What a rule says of a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// At least as probable as the confidence.
    Holds,
    /// At most as probable as one minus the confidence.
    Fails,
    /// Neither, and what it needs.
    Insufficient(Needs),
}

impl Verdict {
    /// `holds`, `fails` or `insufficient`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Verdict::Holds => "holds",
            Verdict::Fails => "fails",
            Verdict::Insufficient(_) => "insufficient",
        }
    }

    /// `yes`, `no` or `cannot tell`, for people.
    pub fn words(&self) -> &'static str {
        match self {
            Verdict::Holds => "yes",
            Verdict::Fails => "no",
            Verdict::Insufficient(_) => "cannot tell",
        }
    }

    /// The int8 code of tables: 1 holds, 0 fails, -1 missing, -2 too close to call, -3 a guard is unmet.
    pub fn code(&self) -> i8 {
        match self {
            Verdict::Holds => 1,
            Verdict::Fails => 0,
            Verdict::Insufficient(n) if !n.missing.is_empty() => -1,
            Verdict::Insufficient(n) if !n.too_close.is_empty() => -2,
            Verdict::Insufficient(_) => -3,
        }
    }
}

/// What would settle an insufficient verdict.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Needs {
    /// Measures without a value, in the order of the rule.
    pub missing: Vec<MeasureId>,
    /// Measures too near their threshold for their standard error.
    pub too_close: Vec<MeasureId>,
    /// Typed reasons of guards that are unmet or undecided.
    pub reasons: Vec<String>,
}

impl Needs {
    pub(crate) fn absorb(&mut self, other: &Needs) {
        extend(&mut self.missing, &other.missing);
        extend(&mut self.too_close, &other.too_close);
        extend(&mut self.reasons, &other.reasons);
    }

    pub(crate) fn to_json(&self, framework: &Framework, case: &Case) -> Value {
        let mut all = Vec::new();
        for (ids, reason) in [(&self.missing, "missing"), (&self.too_close, "too_close")] {
            for m in ids {
                let Some(measure) = framework.measure(*m) else { continue };
                let reason = match case.get(*m) {
                    Some(MeasureValue::Absent(a)) => a.as_str(),
                    _ => reason,
                };
                all.push(
                    json!({ "measure": measure.id, "reason": reason, "asks": measure.asks, "whom": measure.whom }),
                );
            }
        }
        all.extend(self.reasons.iter().map(|r| json!({ "measure": null, "reason": r, "asks": "", "whom": "" })));
        Value::Array(all)
    }
}

fn extend<T: PartialEq + Clone>(into: &mut Vec<T>, from: &[T]) {
    for x in from {
        if !into.contains(x) {
            into.push(x.clone());
        }
    }
}

impl Truth {
    /// Whether a category is among these.
    pub(crate) fn one_of(framework: &Framework, case: &Case, m: MeasureId, wanted: &[usize]) -> Truth {
        match (case.get(m), framework.measure(m).map(|m| &m.kind)) {
            (Some(MeasureValue::Category(c, _)), Some(MeasureKind::Category(known))) => {
                Truth::of(wanted.iter().any(|i| known.get(*i) == Some(c)))
            }
            _ => Truth::UNKNOWN,
        }
    }

    /// The truth of a rule: nothing is known where a guard does not hold.
    pub(crate) fn of_rule(guarded: bool, when: Truth, unless: Option<Truth>) -> Truth {
        match unless {
            _ if !guarded => Truth::UNKNOWN,
            None => when,
            Some(unless) => Truth::at_least(2, &[(1, when), (1, unless.not())]),
        }
    }

    /// `holds`, `fails` or `insufficient` at a confidence.
    pub fn verdict(self, confidence: f64) -> &'static str {
        if self.holds(confidence) {
            "holds"
        } else if self.fails(confidence) {
            "fails"
        } else {
            "insufficient"
        }
    }
}

/// The truths of the rules of one question for one case.
#[derive(Debug, Clone)]
pub(crate) struct Evaluation<'a> {
    pub(crate) framework: &'a Framework,
    pub(crate) case: &'a Case,
    pub(crate) confidence: f64,
    truths: Vec<Option<Truth>>,
    /// A threshold of a measure that is taken to be another one.
    instead: Option<(MeasureId, f64, f64)>,
}

impl<'a> Evaluation<'a> {
    /// Evaluates all that a question needs, in order.
    pub(crate) fn of_question(
        framework: &'a Framework,
        case: &'a Case,
        q: &Question,
        confidence: f64,
    ) -> Evaluation<'a> {
        let mut e =
            Evaluation { framework, case, confidence, truths: vec![None; framework.rules().len()], instead: None };
        for r in &q.order {
            e.set(*r);
        }
        e
    }

    /// The same, with the truths of some rules told: they stand, whatever the case says.
    pub(crate) fn with_told(
        framework: &'a Framework,
        case: &'a Case,
        q: &Question,
        confidence: f64,
        told: &[(RuleId, Truth)],
    ) -> Evaluation<'a> {
        let truths = vec![None; framework.rules().len()];
        let mut e = Evaluation { framework, case, confidence, truths, instead: None };
        for (r, truth) in told {
            if let Some(slot) = e.truths.get_mut(r.0) {
                *slot = Some(*truth);
            }
        }
        for r in &q.order {
            if !told.iter().any(|(t, _)| t == r) {
                e.set(*r);
            }
        }
        e
    }

    /// The same, with the threshold `from` of a measure taken to be `to` wherever it stands.
    pub(crate) fn with_threshold(
        framework: &'a Framework,
        case: &'a Case,
        q: &Question,
        confidence: f64,
        m: MeasureId,
        (from, to): (f64, f64),
    ) -> Evaluation<'a> {
        let truths = vec![None; framework.rules().len()];
        let mut e = Evaluation { framework, case, confidence, truths, instead: Some((m, from, to)) };
        for r in &q.order {
            e.set(*r);
        }
        e
    }

    /// Evaluates one rule and those it refers to.
    pub(crate) fn of_rule(framework: &'a Framework, case: &'a Case, r: RuleId, confidence: f64) -> Evaluation<'a> {
        let room = vec![None; framework.rules().len()];
        Evaluation::of_rules(framework, case, &below(framework, r), confidence, room)
    }

    /// Evaluates rules, each after those it refers to, in room for the truth of every rule of the framework.
    pub(crate) fn of_rules(
        framework: &'a Framework,
        case: &'a Case,
        rules: &[RuleId],
        confidence: f64,
        room: Vec<Option<Truth>>,
    ) -> Evaluation<'a> {
        let mut e = Evaluation { framework, case, confidence, truths: room, instead: None };
        rules.iter().for_each(|r| e.set(*r));
        e
    }

    /// The room, empty again, for the next evaluation of the same rules or others.
    pub(crate) fn into_room(mut self, rules: &[RuleId]) -> Vec<Option<Truth>> {
        for r in rules {
            if let Some(slot) = self.truths.get_mut(r.0) {
                *slot = None;
            }
        }
        self.truths
    }

    fn set(&mut self, r: RuleId) {
        let truth = self.framework.rule(r).map_or(Truth::UNKNOWN, |rule| self.rule_truth(rule));
        if let Some(slot) = self.truths.get_mut(r.0) {
            *slot = Some(truth);
        }
    }

    fn rule_truth(&self, rule: &Rule) -> Truth {
        let guarded = rule.requires.iter().all(|g| self.truth(&g.when).holds(self.confidence));
        if !guarded {
            return Truth::UNKNOWN;
        }
        Truth::of_rule(guarded, self.truth(&rule.when), rule.unless.as_ref().map(|u| self.truth(u)))
    }

    /// The truth of a condition.
    pub(crate) fn truth(&self, c: &Condition) -> Truth {
        match c {
            Condition::AtLeast { points, of } => {
                let parts: Vec<(u32, Truth)> = of.iter().map(|(w, c)| (*w, self.truth(c))).collect();
                Truth::at_least(*points, &parts)
            }
            Condition::Not(c) => self.truth(c).not(),
            Condition::Compare(m, op, threshold) => {
                let threshold = match self.instead {
                    Some((measure, from, to)) if measure == *m && from == *threshold => to,
                    _ => *threshold,
                };
                Truth::compare(self.case.get(*m), *op, threshold)
            }
            Condition::OneOf(m, wanted) => Truth::one_of(self.framework, self.case, *m, wanted),
            Condition::Holds(r) => self.rule(*r),
        }
    }

    /// The truth of a rule of this evaluation.
    pub(crate) fn rule(&self, r: RuleId) -> Truth {
        self.truths.get(r.0).copied().flatten().unwrap_or(Truth::UNKNOWN)
    }

    /// The verdict on a rule.
    pub(crate) fn verdict(&self, r: RuleId) -> Verdict {
        let truth = self.rule(r);
        if truth.holds(self.confidence) {
            Verdict::Holds
        } else if truth.fails(self.confidence) {
            Verdict::Fails
        } else {
            let mut needs = Needs::default();
            self.rule_needs(r, &mut needs);
            Verdict::Insufficient(needs)
        }
    }

    /// The leaves that keep a rule open. Chains of rules may be long and may branch: a stack of its own, and each
    /// rule once.
    fn rule_needs(&self, r: RuleId, needs: &mut Needs) {
        let mut seen = HashSet::new();
        let mut stack = vec![Part::Rule(r)];
        while let Some(part) = stack.pop() {
            let mut inner: Vec<Part<'_>> = Vec::new();
            match part {
                Part::Rule(r) => {
                    if seen.insert(r)
                        && let Some(rule) = self.framework.rule(r)
                    {
                        inner = self.open_parts(rule, needs);
                    }
                }
                // Settled for good: no value of any measure below can move it.
                Part::Condition(c) if matches!(self.truth(c), Truth::TRUE | Truth::FALSE) => {}
                Part::Condition(Condition::AtLeast { points, of }) => {
                    inner = self.movers(*points, of).map(Part::Condition).collect();
                }
                Part::Condition(Condition::Not(c)) => inner.push(Part::Condition(c)),
                Part::Condition(Condition::Compare(m, ..) | Condition::OneOf(m, _)) => {
                    let list = if self.case.knows(*m) { &mut needs.too_close } else { &mut needs.missing };
                    extend(list, &[*m]);
                }
                Part::Condition(Condition::Holds(r)) => inner.push(Part::Rule(*r)),
            }
            stack.extend(inner.into_iter().rev());
        }
    }

    /// The conditions of a rule that may still move it; none when a guard is unmet, since nothing else counts then.
    fn open_parts<'r>(&self, rule: &'r Rule, needs: &mut Needs) -> Vec<Part<'r>> {
        let mut parts = Vec::new();
        let mut unmet = false;
        for guard in &rule.requires {
            let truth = self.truth(&guard.when);
            if !truth.holds(self.confidence) {
                extend(&mut needs.reasons, std::slice::from_ref(&guard.reason));
                unmet |= truth.fails(self.confidence);
                parts.push(Part::Condition(&guard.when));
            }
        }
        if unmet {
            return Vec::new();
        }
        parts.extend([Some(&rule.when), rule.unless.as_ref()].into_iter().flatten().map(Part::Condition));
        parts
    }

    fn movers<'c>(&self, points: u32, of: &'c [(u32, Condition)]) -> impl Iterator<Item = &'c Condition> + use<'c> {
        let truths: Vec<(u32, Truth)> = of.iter().map(|(w, c)| (*w, self.truth(c))).collect();
        movers(points, &truths, self.confidence).into_iter().filter_map(|i| of.get(i)).map(|(_, c)| c)
    }
}

/// A rule and those it refers to, each after those it refers to itself.
pub(crate) fn below(framework: &Framework, r: RuleId) -> Vec<RuleId> {
    let mut done = Vec::new();
    let mut seen = HashSet::new();
    let mut open = vec![(r, false)];
    // Depth first with an explicit stack: chains of rules may be long.
    while let Some((r, expanded)) = open.pop() {
        if expanded {
            done.push(r);
            continue;
        }
        if !seen.insert(r) {
            continue;
        }
        open.push((r, true));
        for c in framework.rule(r).into_iter().flat_map(Rule::conditions) {
            super::condition::leaves(c, &mut |leaf| {
                if let Condition::Holds(next) = leaf {
                    open.push((*next, false));
                }
            });
        }
    }
    done
}

/// The parts of a sum, by place, that can still decide it: with the settled parts as they stand, some outcome of the
/// other open parts leaves it to this one. Where no single part can (small doubts add up), all that are not certain.
pub(crate) fn movers(points: u32, of: &[(u32, Truth)], confidence: f64) -> Vec<usize> {
    let mut need = points as usize;
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (i, (w, truth)) in of.iter().enumerate() {
        if truth.holds(confidence) {
            need = need.saturating_sub(*w as usize);
        } else if !truth.fails(confidence) {
            open.push((*w as usize, i));
        }
    }
    let mut known: BTreeMap<usize, bool> = BTreeMap::new();
    let movers: Vec<usize> = open
        .iter()
        .filter(|(w, _)| *known.entry(*w).or_insert_with(|| decides(*w, need, &open)))
        .map(|(_, i)| *i)
        .collect();
    if movers.is_empty() { (0..of.len()).collect() } else { movers }
}

/// A rule or a condition that is still to be looked through.
enum Part<'c> {
    Rule(RuleId),
    Condition(&'c Condition),
}

/// Whether one of the open parts, of weight `w`, can turn the sum: the others can reach a total that needs it.
fn decides(w: usize, need: usize, open: &[(usize, usize)]) -> bool {
    let mut reach = vec![false; need];
    if let Some(none) = reach.first_mut() {
        *none = true;
    }
    let mut own = true;
    for (other, _) in open {
        // Parts of one weight are alike, so any one of them may stand for itself.
        if *other == w && std::mem::take(&mut own) {
            continue;
        }
        for total in (*other..need).rev() {
            let from = reach.get(total - other).copied().unwrap_or(false);
            if let (true, Some(slot)) = (from, reach.get_mut(total)) {
                *slot = true;
            }
        }
    }
    reach.iter().skip(need.saturating_sub(w)).any(|r| *r)
}

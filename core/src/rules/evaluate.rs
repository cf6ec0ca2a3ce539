//! One definition of a rule's truth and verdict, for one case and for columns of cases.

use super::case::Case;
use super::model::*;
use super::truth::Truth;
use crate::measure::MeasureValue;
use serde_json::{Value, json};

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

/// The truths of the rules of one question for one case.
#[derive(Debug, Clone)]
pub(crate) struct Evaluation<'a> {
    pub(crate) framework: &'a Framework,
    pub(crate) case: &'a Case,
    pub(crate) confidence: f64,
    truths: Vec<Option<Truth>>,
}

impl<'a> Evaluation<'a> {
    /// Evaluates all that a question needs, in order.
    pub(crate) fn of_question(
        framework: &'a Framework,
        case: &'a Case,
        q: &Question,
        confidence: f64,
    ) -> Evaluation<'a> {
        let mut e = Evaluation { framework, case, confidence, truths: vec![None; framework.rules().len()] };
        for r in &q.order {
            e.set(*r);
        }
        e
    }

    /// Evaluates one rule and those it refers to.
    pub(crate) fn of_rule(framework: &'a Framework, case: &'a Case, r: RuleId, confidence: f64) -> Evaluation<'a> {
        let mut e = Evaluation { framework, case, confidence, truths: vec![None; framework.rules().len()] };
        let mut open = vec![(r, false)];
        // Depth first with an explicit stack: chains of rules may be long.
        while let Some((r, expanded)) = open.pop() {
            if e.truths.get(r.0).is_none_or(Option::is_some) {
                continue;
            }
            if expanded {
                e.set(r);
                continue;
            }
            open.push((r, true));
            let Some(rule) = framework.rule(r) else { continue };
            let conditions = [Some(&rule.when), rule.unless.as_ref()].into_iter().flatten();
            for c in conditions.chain(rule.requires.iter().map(|g| &g.when)) {
                super::condition::leaves(c, &mut |leaf| {
                    if let Condition::Holds(next) = leaf {
                        open.push((*next, false));
                    }
                });
            }
        }
        e
    }

    fn set(&mut self, r: RuleId) {
        let truth = self.framework.rule(r).map_or(Truth::UNKNOWN, |rule| self.rule_truth(rule));
        if let Some(slot) = self.truths.get_mut(r.0) {
            *slot = Some(truth);
        }
    }

    fn rule_truth(&self, rule: &Rule) -> Truth {
        if rule.requires.iter().any(|g| !self.truth(&g.when).holds(self.confidence)) {
            return Truth::UNKNOWN;
        }
        let when = self.truth(&rule.when);
        match &rule.unless {
            None => when,
            Some(unless) => Truth::at_least(2, &[(1, when), (1, self.truth(unless).not())]),
        }
    }

    /// The truth of a condition.
    pub(crate) fn truth(&self, c: &Condition) -> Truth {
        match c {
            Condition::AtLeast { points, of } => {
                let parts: Vec<(u32, Truth)> = of.iter().map(|(w, c)| (*w, self.truth(c))).collect();
                Truth::at_least(*points, &parts)
            }
            Condition::Not(c) => self.truth(c).not(),
            Condition::Compare(m, op, threshold) => Truth::compare(self.case.get(*m), *op, *threshold),
            Condition::OneOf(m, wanted) => match (self.case.get(*m), self.framework.measure(*m).map(|m| &m.kind)) {
                (Some(MeasureValue::Category(c, _)), Some(MeasureKind::Category(known))) => {
                    Truth::of(wanted.iter().any(|i| known.get(*i) == Some(c)))
                }
                _ => Truth::UNKNOWN,
            },
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

    /// Whether a truth is open at the confidence of this evaluation.
    fn open(&self, t: Truth) -> bool {
        !t.holds(self.confidence) && !t.fails(self.confidence)
    }

    fn rule_needs(&self, r: RuleId, needs: &mut Needs) {
        let Some(rule) = self.framework.rule(r) else { return };
        let mut guarded = false;
        for guard in &rule.requires {
            if !self.truth(&guard.when).holds(self.confidence) {
                guarded = true;
                extend(&mut needs.reasons, std::slice::from_ref(&guard.reason));
                self.needs(&guard.when, needs);
            }
        }
        if !guarded {
            self.needs(&rule.when, needs);
            if let Some(unless) = &rule.unless {
                self.needs(unless, needs);
            }
        }
    }

    /// The leaves that keep a condition open: branches that are settled cannot help and are passed over.
    fn needs(&self, c: &Condition, needs: &mut Needs) {
        // A branch may be settled on its own and still weigh in a sum of small doubts: pass over exact ones only.
        let t = self.truth(c);
        if t == Truth::TRUE || t == Truth::FALSE {
            return;
        }
        match c {
            Condition::AtLeast { of, .. } => {
                let open: Vec<&Condition> = of.iter().map(|(_, c)| c).filter(|c| self.open(self.truth(c))).collect();
                if open.is_empty() {
                    of.iter().for_each(|(_, c)| self.needs(c, needs));
                } else {
                    open.into_iter().for_each(|c| self.needs(c, needs));
                }
            }
            Condition::Not(c) => self.needs(c, needs),
            Condition::Compare(m, ..) | Condition::OneOf(m, _) => {
                let list = if self.case.knows(*m) { &mut needs.too_close } else { &mut needs.missing };
                extend(list, &[*m]);
            }
            Condition::Holds(r) => self.rule_needs(*r, needs),
        }
    }
}

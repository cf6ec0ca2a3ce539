//! What would change the conclusion: the smallest change of one or two measures, and what to ask next.

use crate::measure::{Estimate, MeasureValue, Origin};
use crate::rules::case::Case;
use crate::rules::condition::leaves;
use crate::rules::evaluate::Verdict;
use crate::rules::judgment::{Judgment, Status};
use crate::rules::model::*;
use serde_json::{Value, json};
use std::collections::HashMap;

/// A change of measures that would change the conclusion. It would not by itself change the group.
#[derive(Debug, Clone, PartialEq)]
pub struct Counterfactual {
    /// Measure, the value now, the value then.
    pub changes: Vec<(String, f64, f64)>,
    /// Sum of the changes, each as a share of the measure's range.
    pub cost: f64,
    /// What the conclusion would become.
    pub becomes: String,
}

impl Counterfactual {
    /// The change as a JSON document.
    pub fn to_json(&self) -> Value {
        let changes: Vec<Value> =
            self.changes.iter().map(|(m, from, to)| json!({ "measure": m, "from": from, "to": to })).collect();
        json!({ "changes": changes, "cost": crate::rules::judgment::round(self.cost), "becomes": self.becomes })
    }
}

/// A question to ask, and what asking it may settle.
#[derive(Debug, Clone, PartialEq)]
pub struct NextQuestion {
    /// The measure.
    pub measure: String,
    /// The question in words.
    pub asks: String,
    /// Whom to ask.
    pub whom: String,
    /// How many of the tried answers would settle the judgment by themselves.
    pub settles: usize,
    /// How many answers were tried.
    pub tried: usize,
    /// The part of the whole that it is about, when the whole is judged by its parts.
    pub part: Option<String>,
    weight: f64,
}

impl NextQuestion {
    /// The question as a JSON document.
    pub fn to_json(&self) -> Value {
        json!({
            "measure": self.measure, "asks": self.asks, "whom": self.whom, "settles": self.settles,
            "tried": self.tried, "part": self.part,
        })
    }
}

impl Judgment {
    /// The smallest changes of one known number that change the conclusion, or of two where no one is enough; all
    /// that tie with the cheapest are listed. Exact over thresholds and range ends for measures without a standard error,
    /// within 4,096 tries for two at once; measures with a standard error, measures marked not actionable, categories
    /// and parts are held as they are.
    pub fn counterfactuals(&self) -> Vec<Counterfactual> {
        if !self.parts.is_empty() {
            return Vec::new();
        }
        let Some(question) = self.asked() else { return Vec::new() };
        let movable: Vec<(MeasureId, f64, Vec<f64>)> = question
            .measures
            .iter()
            .filter_map(|m| Some((*m, self.movable(*m)?, self.candidates(question, *m))))
            .collect();
        let mut found: Vec<Counterfactual> = Vec::new();
        let single = movable.iter().flat_map(|(m, _, to)| to.iter().map(move |t| vec![(*m, *t)]));
        self.keep_cheapest(single, &mut found);
        if found.is_empty() {
            let pairs = movable.iter().enumerate().flat_map(|(i, (a, _, ta))| {
                movable.iter().skip(i + 1).flat_map(move |(b, _, tb)| {
                    ta.iter().flat_map(move |x| tb.iter().map(move |y| vec![(*a, *x), (*b, *y)]))
                })
            });
            // Bounded work: rulebooks of any size answer at once.
            self.keep_cheapest(pairs.take(4096), &mut found);
        }
        found
    }

    fn movable(&self, m: MeasureId) -> Option<f64> {
        let measure = self.framework.measure(m)?;
        let e = self.case.get(m)?.estimate()?;
        (measure.actionable && e.se().is_none_or(|s| s == 0.0)).then(|| e.value())
    }

    /// Where the question's rules may change their mind about a measure: every threshold, and just across it on
    /// either side. By a declared step only values on that step are named, since no others can be observed.
    fn candidates(&self, question: &Question, m: MeasureId) -> Vec<f64> {
        let Some(measure) = self.framework.measure(m) else { return Vec::new() };
        let MeasureKind::Score { lo, hi } = measure.kind else { return Vec::new() };
        let mut bounds: Vec<f64> = vec![lo, hi];
        let mut see = |leaf: &Condition| {
            if let Condition::Compare(id, _, t) = leaf
                && *id == m
            {
                bounds.push(*t);
            }
        };
        for r in question.order.iter().filter_map(|r| self.framework.rule(*r)) {
            r.conditions().for_each(|c| leaves(c, &mut see));
        }
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        let mut out = Vec::new();
        match measure.step {
            // The nearest steps on and around each bound: all on one side of every threshold behave alike.
            Some(step) => {
                for b in &bounds {
                    let k = ((b - lo) / step).round();
                    out.extend([k - 1.0, k, k + 1.0].map(|k| settle_on(lo + k * step, b)));
                }
            }
            None => {
                let step = (hi - lo) / 1000.0;
                out.extend(bounds.iter().copied());
                for (a, b) in bounds.iter().zip(bounds.iter().skip(1)) {
                    let near = if b - a > step { [a + step, b - step] } else { [a + (b - a) / 2.0; 2] };
                    out.extend(near);
                }
            }
        }
        out.retain(|v| (lo..=hi).contains(v));
        out.sort_by(f64::total_cmp);
        out.dedup();
        out
    }

    fn keep_cheapest(&self, changes: impl Iterator<Item = Vec<(MeasureId, f64)>>, found: &mut Vec<Counterfactual>) {
        let now = self.headline();
        for change in changes {
            let mut case = self.case.clone();
            let mut told = Vec::new();
            let mut cost = 0.0;
            for (m, to) in &change {
                let (Some(measure), Some(from)) = (self.framework.measure(*m), self.movable(*m)) else { continue };
                if let MeasureKind::Score { lo, hi } = measure.kind {
                    cost += (to - from).abs() / (hi - lo);
                }
                put(&self.framework, &mut case, *m, *to);
                told.push((measure.id.clone(), from, *to));
            }
            if told.len() != change.len() || told.iter().any(|(_, from, to)| from == to) {
                continue;
            }
            if found.first().is_some_and(|f| cost > f.cost + 1e-12) {
                continue;
            }
            let then = self.framework.judge_at(self.question, &case, self.confidence);
            if then.status == self.status && then.headline() == now {
                continue;
            }
            if found.first().is_some_and(|f| cost < f.cost - 1e-12) {
                found.clear();
            }
            found.push(Counterfactual { changes: told, cost, becomes: then.headline() });
        }
    }

    /// What to ask next, most telling first: how many of its possible answers would settle the judgment alone,
    /// then how much of the open rules hangs on it. Of a whole judged by its parts: what to ask of the first part
    /// that is open.
    pub fn next_questions(&self) -> Vec<NextQuestion> {
        if !self.parts.is_empty() && !matches!(self.status, Status::Insufficient) {
            return Vec::new();
        }
        if let Some((name, part)) = self.parts.iter().find(|(_, j)| matches!(j.status, Status::Insufficient)) {
            let of_part = |q: NextQuestion| NextQuestion { part: Some(name.clone()), ..q };
            return part.next_questions().into_iter().map(of_part).collect();
        }
        let mut out: Vec<NextQuestion> = self.needs().missing.iter().filter_map(|m| self.next_question(*m)).collect();
        // Stable: ties stay in the order of the rulebook.
        out.sort_by(|a, b| {
            (b.settles * a.tried.max(1)).cmp(&(a.settles * b.tried.max(1))).then(b.weight.total_cmp(&a.weight))
        });
        out
    }

    fn next_question(&self, m: MeasureId) -> Option<NextQuestion> {
        let measure = self.framework.measure(m)?;
        let answers: Vec<MeasureValue> = match &measure.kind {
            MeasureKind::Category(known) => {
                known.iter().map(|c| MeasureValue::Category(c.clone(), Origin::Given)).collect()
            }
            MeasureKind::Score { lo, hi } => [*lo, *hi]
                .into_iter()
                .filter_map(|v| Estimate::new(v, None, None, Origin::Given).ok().map(MeasureValue::Known))
                .collect(),
        };
        let mut settles = 0;
        for a in &answers {
            let mut case = self.case.clone();
            if case.put(&self.framework, m, a.clone()).is_ok() {
                let then = self.framework.judge_at(self.question, &case, self.confidence);
                let settled = !matches!(then.status, Status::Insufficient) && then.needs().missing.is_empty();
                settles += usize::from(settled);
            }
        }
        let weights = self.weights(m);
        let open = self.options.iter().filter(|o| matches!(o.verdict, Verdict::Insufficient(_)));
        let weight = open.filter_map(|o| weights.get(&o.rule?)).sum();
        Some(NextQuestion {
            measure: measure.id.clone(),
            asks: measure.asks.clone(),
            whom: measure.whom.clone(),
            settles,
            tried: answers.len(),
            part: None,
            weight,
        })
    }

    /// The share of each rule of the question that hangs on a measure, rules in the order in which they build on
    /// one another.
    fn weights(&self, m: MeasureId) -> HashMap<RuleId, f64> {
        let mut weights = HashMap::new();
        for r in self.asked().map(|q| q.order.as_slice()).unwrap_or_default() {
            let Some(rule) = self.framework.rule(*r) else { continue };
            let parts: Vec<f64> = rule.conditions().map(|c| weight(c, m, &weights)).collect();
            weights.insert(*r, parts.iter().sum::<f64>() / parts.len().max(1) as f64);
        }
        weights
    }
}

/// The share of a condition that hangs on a measure: each part weighs by its points.
fn weight(c: &Condition, m: MeasureId, rules: &HashMap<RuleId, f64>) -> f64 {
    match c {
        Condition::AtLeast { of, .. } => {
            let total: u32 = of.iter().map(|(w, _)| w).sum();
            of.iter().map(|(w, c)| f64::from(*w) / f64::from(total.max(1)) * weight(c, m, rules)).sum()
        }
        Condition::Not(c) => weight(c, m, rules),
        Condition::Compare(id, ..) | Condition::OneOf(id, _) => f64::from(u8::from(*id == m)),
        Condition::Holds(r) => rules.get(r).copied().unwrap_or(0.0),
    }
}

/// A value on a step that is a threshold but for rounding is that threshold.
fn settle_on(value: f64, threshold: &f64) -> f64 {
    if (value - threshold).abs() <= 1e-9 * threshold.abs().max(1.0) { *threshold } else { value }
}

fn put(framework: &Framework, case: &mut Case, m: MeasureId, value: f64) {
    let n = case.get(m).and_then(|v| v.estimate()).and_then(|e| e.n());
    if let Ok(e) = Estimate::new(value, None, n, Origin::Given)
        && case.put(framework, m, MeasureValue::Known(e)).is_err()
    {
        case.forget(m);
    }
}

//! What to ask next, and what asking it may settle.

use super::distance::answers;
use super::evidence::{Respondents, settles, thresholds};
use crate::measure::{Estimate, MeasureValue, Origin};
use crate::rules::evaluate::Verdict;
use crate::rules::judgment::{Judgment, Status};
use crate::rules::model::*;
use serde_json::{Value, json};
use std::collections::HashMap;

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
    /// How many answers were tried: one of each kind that the rules can tell apart.
    pub tried: usize,
    /// The part of the whole that it is about, when the whole is judged by its parts.
    pub part: Option<String>,
    /// `missing`, or `too_close` when it is known and more people must be asked.
    pub reason: &'static str,
    /// How many people must be asked, of what is too close; `None` where that may not be told.
    pub respondents: Option<Respondents>,
    weight: f64,
}

impl NextQuestion {
    /// The question as a JSON document.
    pub fn to_json(&self) -> Value {
        json!({
            "measure": self.measure, "asks": self.asks, "whom": self.whom, "settles": self.settles,
            "tried": self.tried, "part": self.part, "reason": self.reason,
            "respondents": self.respondents.as_ref().map(Respondents::to_json),
        })
    }
}

impl Judgment {
    /// What to ask next, most telling first: how many of its possible answers would settle the judgment alone,
    /// then how much of the open rules hangs on it. Where nothing is missing and it is only too close to call: the
    /// measures that need more respondents. Of a whole judged by its parts: what to ask of the first part that is open.
    pub fn next_questions(&self) -> Vec<NextQuestion> {
        if !self.parts.is_empty() && !matches!(self.status, Status::Insufficient) {
            return Vec::new();
        }
        if let Some((name, part)) = self.parts.iter().find(|(_, j)| matches!(j.status, Status::Insufficient)) {
            let of_part = |q: NextQuestion| NextQuestion { part: Some(name.clone()), ..q };
            return part.next_questions().into_iter().map(of_part).collect();
        }
        let needs = self.needs();
        let mut out: Vec<NextQuestion> = needs.missing.iter().filter_map(|m| self.next_question(*m)).collect();
        if needs.missing.is_empty() {
            out.extend(needs.too_close.iter().filter_map(|m| self.more_respondents(*m)));
        }
        // Stable: ties stay in the order of the rulebook.
        out.sort_by(|a, b| {
            (b.settles * a.tried.max(1)).cmp(&(a.settles * b.tried.max(1))).then(b.weight.total_cmp(&a.weight))
        });
        out
    }

    fn more_respondents(&self, m: MeasureId) -> Option<NextQuestion> {
        let respondents = self.respondents(m, None);
        let settles = usize::from(respondents.as_ref().is_some_and(|r| r.settles));
        Some(NextQuestion { settles, tried: 1, reason: "too_close", respondents, ..self.asking(m)? })
    }

    fn next_question(&self, m: MeasureId) -> Option<NextQuestion> {
        let known = self.asking(m)?;
        let answers = self.answers(m);
        let settled = answers.iter().filter(|a| {
            let mut case = self.case.clone();
            case.put(&self.framework, m, (*a).clone()).is_ok() && {
                let then = self.framework.judge_at(self.question, &case, self.confidence);
                settles(self, &then) && then.needs().missing.is_empty()
            }
        });
        Some(NextQuestion { settles: settled.count(), tried: answers.len(), ..known })
    }

    /// One answer of every kind that the rules of the question can tell apart.
    pub(super) fn answers(&self, m: MeasureId) -> Vec<MeasureValue> {
        let Some(measure) = self.framework.measure(m) else { return Vec::new() };
        match &measure.kind {
            MeasureKind::Category(known) => {
                known.iter().map(|c| MeasureValue::Category(c.clone(), Origin::Given)).collect()
            }
            MeasureKind::Score { .. } => answers(measure, &thresholds(self, m))
                .into_iter()
                .filter_map(|v| Estimate::new(v, None, None, Origin::Given).ok().map(MeasureValue::Known))
                .collect(),
        }
    }

    fn asking(&self, m: MeasureId) -> Option<NextQuestion> {
        let measure = self.framework.measure(m)?;
        let weights = self.weights(m);
        let open = self.options.iter().filter(|o| matches!(o.verdict, Verdict::Insufficient(_)));
        Some(NextQuestion {
            measure: measure.id.clone(),
            asks: measure.asks.clone(),
            whom: measure.whom.clone(),
            settles: 0,
            tried: 0,
            part: None,
            reason: "missing",
            respondents: None,
            weight: open.filter_map(|o| weights.get(&o.rule?)).sum(),
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

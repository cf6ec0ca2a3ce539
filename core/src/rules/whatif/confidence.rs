//! At which confidence the conclusion would be another one, as things stand.

use crate::rules::evaluate::Evaluation;
use crate::rules::judgment::{Judgment, round};
use crate::rules::truth::Truth;
use serde_json::{Value, json};

/// How many confidences are tried on either side.
const MAX_TRIED: usize = 1_000;
/// The highest confidence that is looked at.
const MOST: f64 = 1.0 - 1e-9;

/// The nearest confidences at which the conclusion would be another one, as things stand.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConfidenceFlips {
    /// The highest confidence up to which the conclusion stands, and what it would become above.
    pub up_to: Option<(f64, String)>,
    /// The highest lower confidence at which it would be another one, and what it would become there.
    pub lower: Option<(f64, String)>,
}

impl ConfidenceFlips {
    /// The flips as a JSON document.
    pub fn to_json(&self) -> Value {
        let flip = |f: &Option<(f64, String)>| {
            f.as_ref().map(|(c, becomes)| json!({ "confidence": round(*c), "becomes": becomes }))
        };
        json!({ "up_to": flip(&self.up_to), "lower": flip(&self.lower), "text": self.text() })
    }

    /// The flips as sentences.
    pub fn text(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some((c, becomes)) = &self.up_to {
            let c = libm::floor(c * 1e3) / 1e3;
            lines.push(format!("stands up to a confidence of {c}; more would change the conclusion to: {becomes}"));
        }
        if let Some((c, becomes)) = &self.lower {
            let c = libm::floor(c * 1e3) / 1e3;
            lines.push(format!("a confidence of {c} would change the conclusion to: {becomes}"));
        }
        lines
    }
}

impl Judgment {
    /// The nearest confidences above and below the one asked for, between 0.5 and 1 - 1e-9, at which the conclusion would be
    /// another one as things stand: how far it is from a different conclusion in doubt rather than in values. Exact;
    /// nothing where everything is certain, for wholes judged by their parts, and where a number is not rendered.
    pub fn confidence_flips(&self) -> ConfidenceFlips {
        if !self.parts.is_empty() || self.hides_any() {
            return ConfidenceFlips::default();
        }
        ConfidenceFlips { up_to: self.flip_above(), lower: self.flip_below() }
    }

    fn flip_above(&self) -> Option<(f64, String)> {
        let mut at = self.confidence;
        for _ in 0..MAX_TRIED {
            // Something that holds at `edge` no longer does just above.
            let edge = self.edges(at).into_iter().filter(|e| (at..MOST).contains(e)).min_by(f64::total_cmp)?;
            at = edge.next_up();
            if let Some(becomes) = self.another_at(at) {
                return Some((edge, becomes));
            }
        }
        None
    }

    fn flip_below(&self) -> Option<(f64, String)> {
        let mut at = self.confidence;
        for _ in 0..MAX_TRIED {
            let edge = self.edges(at).into_iter().filter(|e| *e > 0.5 && *e < at).max_by(f64::total_cmp)?;
            at = edge;
            if let Some(becomes) = self.another_at(at) {
                return Some((edge, becomes));
            }
        }
        None
    }

    fn another_at(&self, confidence: f64) -> Option<String> {
        let then = self.framework.judge_at(self.question, &self.case, confidence);
        let headline = then.headline();
        (then.status != self.status || headline != self.headline()).then_some(headline)
    }

    /// The confidences at which a rule of the question, or a guard, begins to hold or to fail; others only where a
    /// guard comes out otherwise.
    fn edges(&self, confidence: f64) -> Vec<f64> {
        let Some(question) = self.asked() else { return Vec::new() };
        let e = Evaluation::of_question(&self.framework, &self.case, question, confidence);
        let mut truths: Vec<Truth> = Vec::new();
        for r in &question.order {
            truths.push(e.rule(*r));
            let guards = self.framework.rule(*r).map(|rule| rule.requires.as_slice()).unwrap_or_default();
            truths.extend(guards.iter().map(|g| e.truth(&g.when)));
        }
        truths.iter().flat_map(|t| [t.lo, 1.0 - t.hi]).collect()
    }
}

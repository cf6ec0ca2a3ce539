//! How robust a conclusion is: how far each threshold is from where it would change the conclusion.

use crate::measure::Estimate;
use crate::num;
use crate::rules::evaluate::Evaluation;
use crate::rules::explain::short;
use crate::rules::judgment::{Judgment, conclude, round};
use crate::rules::model::*;
use crate::rules::truth::{Op, Truth};
use serde_json::{Value, json};

/// How many comparisons of a question are looked at.
const MAX_LEAVES: usize = 2_000;

/// Where one threshold would change the conclusion, everything else being as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct FlipPoint {
    /// The rule in which the threshold stands.
    pub rule: String,
    /// Where in the rule, such as `when/0/2`.
    pub path: String,
    /// The measure.
    pub measure: String,
    /// How it is held against the threshold.
    pub op: Op,
    /// The threshold.
    pub threshold: f64,
    /// Where the threshold would change the conclusion: at this value, or just beyond it.
    pub flips_at: f64,
    /// How far that is from the threshold, in units of the measure: the part of the margin that can be lost.
    pub distance: f64,
    /// The same as a share of the range of the measure.
    pub share: f64,
    /// The same in standard errors of the measure.
    pub distance_in_se: Option<f64>,
    /// What the conclusion would become.
    pub becomes: String,
}

impl FlipPoint {
    /// The flip point as a JSON document.
    pub fn to_json(&self) -> Value {
        json!({
            "rule": self.rule, "path": self.path, "measure": self.measure, "op": self.op.as_str(),
            "threshold": self.threshold, "flips_at": round(self.flips_at), "distance": round(self.distance),
            "share": round(self.share), "distance_in_se": self.distance_in_se.map(round), "becomes": self.becomes,
        })
    }

    /// The flip point as a sentence.
    pub fn text(&self) -> String {
        let se = self.distance_in_se.map_or(String::new(), |s| format!(", {} standard errors", short(s)));
        format!(
            "a threshold of {} instead of {} for `{}` ({} away{se}) would change the conclusion to: {}",
            short(self.flips_at),
            short(self.threshold),
            self.measure,
            short(self.distance),
            self.becomes
        )
    }
}

/// The thresholds on which a conclusion depends, the nearest to changing it first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Robustness {
    /// The flip points, by their distance as a share of the range of the measure.
    pub points: Vec<FlipPoint>,
}

impl Robustness {
    /// The nearest flip point: the least change of a single threshold that would change the conclusion.
    pub fn least(&self) -> Option<&FlipPoint> {
        self.points.first()
    }

    /// The robustness as a JSON document: `least` is the share of the range of its measure by which the nearest
    /// threshold is away from changing the conclusion.
    pub fn to_json(&self) -> Value {
        json!({
            "least": self.least().map(|p| round(p.share)),
            "points": self.points.iter().map(FlipPoint::to_json).collect::<Vec<_>>(),
        })
    }
}

/// A comparison of a question, and where it stands.
struct End<'a> {
    rule: &'a Rule,
    path: String,
    condition: &'a Condition,
    measure: MeasureId,
    op: Op,
    threshold: f64,
}

impl Judgment {
    /// For every comparison on which the conclusion depends: the threshold at which the conclusion would be another
    /// one, everything else being as it is, and how far the case is from it. Nothing for wholes judged by their parts,
    /// and where a number is not rendered. Thresholds beyond the range of their measure do not count.
    pub fn robustness(&self) -> Robustness {
        let (Some(question), true) = (self.asked(), self.parts.is_empty() && !self.hides_any()) else {
            return Robustness::default();
        };
        let mut points: Vec<FlipPoint> =
            self.ends(question).iter().filter_map(|end| self.flip_point(question, end)).collect();
        points.sort_by(|a, b| a.share.total_cmp(&b.share));
        Robustness { points }
    }

    fn ends(&self, question: &Question) -> Vec<End<'_>> {
        let mut ends = Vec::new();
        for rule in question.order.iter().filter_map(|r| self.framework.rule(*r)) {
            for (path, condition) in rule.places() {
                walk(condition, path, &mut |path, leaf| {
                    if let (Condition::Compare(m, op, threshold), true) = (leaf, ends.len() < MAX_LEAVES) {
                        let (measure, op, threshold) = (*m, *op, *threshold);
                        ends.push(End { rule, path, condition: leaf, measure, op, threshold });
                    }
                });
            }
        }
        ends
    }

    fn flip_point(&self, question: &Question, end: &End<'_>) -> Option<FlipPoint> {
        let measure = self.framework.measure(end.measure)?;
        let MeasureKind::Score { lo, hi } = measure.kind else { return None };
        let e = self.case.get(end.measure)?.estimate()?;
        let now = self.headline();
        let then = |t: Truth| {
            let e = Evaluation::assuming(&self.framework, &self.case, question, self.confidence, end.condition, t);
            let (status, options) = conclude(&e, question);
            let then = Judgment { status, options, ..self.clone() };
            let headline = then.headline();
            (then.status != self.status || headline != now).then_some(headline)
        };
        let se = e.se().filter(|s| *s > 0.0);
        let (flips_at, becomes) = match se {
            None => {
                let so = Truth::compare(self.case.get(end.measure), end.op, end.threshold);
                (e.value(), then(so.not())?)
            }
            Some(se) => nearest_flip(e, end, se, self.confidence, then)?,
        };
        let distance = (flips_at - end.threshold).abs();
        (lo..=hi).contains(&flips_at).then(|| FlipPoint {
            rule: end.rule.id.clone(),
            path: end.path.clone(),
            measure: measure.id.clone(),
            op: end.op,
            threshold: end.threshold,
            flips_at,
            distance,
            share: distance / (hi - lo),
            distance_in_se: se.map(|s| distance / s),
            becomes,
        })
    }
}

/// The nearest threshold at which a comparison in doubt is probable or improbable enough to change the conclusion.
fn nearest_flip(
    e: &Estimate,
    end: &End<'_>,
    se: f64,
    confidence: f64,
    then: impl Fn(Truth) -> Option<String>,
) -> Option<(f64, String)> {
    let sign = if matches!(end.op, Op::Ge | Op::Gt) { 1.0 } else { -1.0 };
    // In standard errors by which the value lies on the right side of the threshold.
    let now = sign * (e.value() - end.threshold) / se;
    let at = |z: f64| {
        let p = num::phi(z);
        then(Truth { lo: p, hi: p })
    };
    let z = num::quantile(confidence);
    let stops = [-40.0, -z, 0.0, z, 40.0];
    let flip = |stops: Vec<f64>| {
        let mut no = now;
        for stop in stops {
            if at(stop).is_some() {
                let mut yes = stop;
                for _ in 0..60 {
                    let middle = (no + yes) / 2.0;
                    if at(middle).is_some() { yes = middle } else { no = middle }
                }
                return Some((yes, at(yes)?));
            }
            no = stop;
        }
        None
    };
    let below = flip(stops.iter().rev().copied().filter(|s| *s < now).collect());
    let above = flip(stops.iter().copied().filter(|s| *s > now).collect());
    let nearest = below.into_iter().chain(above).min_by(|a, b| (a.0 - now).abs().total_cmp(&(b.0 - now).abs()))?;
    Some((e.value() - sign * nearest.0 * se, nearest.1))
}

/// The comparisons of a condition, each with its path.
fn walk<'c>(c: &'c Condition, path: String, see: &mut impl FnMut(String, &'c Condition)) {
    match c {
        Condition::AtLeast { of, .. } => {
            of.iter().enumerate().for_each(|(i, (_, c))| walk(c, format!("{path}/{i}"), see));
        }
        Condition::Not(c) => walk(c, format!("{path}/0"), see),
        leaf => see(path, leaf),
    }
}

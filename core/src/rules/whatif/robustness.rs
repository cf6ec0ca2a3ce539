//! How robust a conclusion is: how far each threshold is from where it would change the conclusion.

use super::evidence::thresholds;
use crate::num;
use crate::rules::condition::leaves;
use crate::rules::evaluate::Evaluation;
use crate::rules::explain::short;
use crate::rules::judgment::{Judgment, conclude, round};
use crate::rules::model::*;
use serde_json::{Value, json};

/// How often the stretch in which a threshold changes the conclusion is halved.
const HALVINGS: usize = 60;

/// Where one threshold would change the conclusion, everything else being as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct FlipPoint {
    /// The measure.
    pub measure: String,
    /// The threshold.
    pub threshold: f64,
    /// The rules in which it stands; it is moved in all of them at once.
    pub rules: Vec<String>,
    /// Where the threshold would change the conclusion: at this value, or just beyond it.
    pub flips_at: f64,
    /// How far that is from the threshold, in units of the measure.
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
            "measure": self.measure, "threshold": self.threshold, "rules": self.rules,
            "flips_at": round(self.flips_at), "distance": round(self.distance), "share": round(self.share),
            "distance_in_se": self.distance_in_se.map(round), "becomes": self.becomes, "text": self.text(),
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

impl Judgment {
    /// For every threshold on which the conclusion depends: where it would have to lie for the conclusion to be
    /// another one, everything else being as it is, and how far that is. Thresholds do not leave the range of their
    /// measure. Nothing for wholes judged by their parts, and where a number is not rendered.
    pub fn robustness(&self) -> Robustness {
        let (Some(question), true) = (self.asked(), self.parts.is_empty() && !self.hides_any()) else {
            return Robustness::default();
        };
        let of_measure = |m: &MeasureId| {
            let m = *m;
            thresholds(self, m).into_iter().filter_map(move |t| self.flip_point(question, m, t))
        };
        let mut points: Vec<FlipPoint> = question.measures.iter().flat_map(of_measure).collect();
        points.sort_by(|a, b| a.share.total_cmp(&b.share));
        Robustness { points }
    }

    fn flip_point(&self, question: &Question, m: MeasureId, threshold: f64) -> Option<FlipPoint> {
        let measure = self.framework.measure(m)?;
        let MeasureKind::Score { lo, hi } = measure.kind else { return None };
        let e = self.case.get(m)?.estimate()?;
        let se = e.se().filter(|s| *s > 0.0);
        let now = self.headline();
        let then = |to: f64| {
            let moved = (threshold, to);
            let e = Evaluation::with_threshold(&self.framework, &self.case, question, self.confidence, m, moved);
            let (status, options) = conclude(&e, question);
            let then = Judgment { status, options, ..self.clone() };
            let headline = then.headline();
            (then.status != self.status || headline != now).then_some(headline)
        };
        // An exact value is crossed at itself or just beyond it; one in doubt where it is clear of the threshold, and
        // beyond what any doubt leaves open.
        let stops = match se {
            None => [e.value().next_down(), e.value(), e.value().next_up()].to_vec(),
            Some(se) => {
                let z = num::quantile(self.confidence) * se;
                vec![lo, e.value() - z, e.value(), e.value() + z, hi]
            }
        };
        let flip = |stops: Vec<f64>| -> Option<(f64, String)> {
            let mut no = threshold;
            for stop in stops {
                if let Some(becomes) = then(stop) {
                    return Some(if se.is_some() { halved(no, stop, &then)? } else { (e.value(), becomes) });
                }
                no = stop;
            }
            None
        };
        let within = |t: &f64| (lo..=hi).contains(t);
        let mut above: Vec<f64> = stops.into_iter().filter(within).collect();
        above.sort_by(f64::total_cmp);
        let mut below: Vec<f64> = above.iter().copied().filter(|t| *t < threshold).collect();
        below.reverse();
        above.retain(|t| *t > threshold);
        let nearer = |a: &(f64, String), b: &(f64, String)| (a.0 - threshold).abs().total_cmp(&(b.0 - threshold).abs());
        let (flips_at, becomes) = flip(below).into_iter().chain(flip(above)).min_by(nearer)?;
        let distance = (flips_at - threshold).abs();
        Some(FlipPoint {
            measure: measure.id.clone(),
            threshold,
            rules: self.rules_with(question, m, threshold),
            flips_at,
            distance,
            share: distance / (hi - lo),
            distance_in_se: se.map(|s| distance / s),
            becomes,
        })
    }

    fn rules_with(&self, question: &Question, m: MeasureId, threshold: f64) -> Vec<String> {
        let stands_in = |rule: &&Rule| {
            let mut found = false;
            rule.conditions().for_each(|c| {
                leaves(c, &mut |leaf| {
                    found |= matches!(leaf, Condition::Compare(id, _, t) if *id == m && *t == threshold);
                });
            });
            found
        };
        let rules = question.order.iter().filter_map(|r| self.framework.rule(*r));
        rules.filter(stands_in).map(|rule| rule.id.clone()).collect()
    }
}

/// The nearest threshold between one that leaves the conclusion as it is and one that does not.
fn halved(mut no: f64, mut yes: f64, then: &impl Fn(f64) -> Option<String>) -> Option<(f64, String)> {
    for _ in 0..HALVINGS {
        let middle = no + (yes - no) / 2.0;
        if then(middle).is_some() { yes = middle } else { no = middle }
    }
    Some((yes, then(yes)?))
}

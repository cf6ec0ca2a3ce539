//! Do decisions reinforce one another? Read from exact counts, with its uncertainty and what chance would give.

use super::counts::{Counts, DecisionCounts, Place};
use crate::error::Result;
use crate::measure::distribution::t95;
use crate::measure::value::Absence;
use crate::num::{sqrt, sum};
use std::collections::BTreeMap;

/// The fewest decisions of which an interval is given: by simulation (docs/calibration-coherence.md) it covers from here on.
pub const MIN_DECISIONS: u64 = 20;
/// The least agreement of coders on which effects are relied on: Krippendorff's own line for tentative conclusions
/// (2004, p. 241).
pub const MIN_CODER_AGREEMENT: f64 = 0.667;

/// How far decisions reinforce one another.
///
/// Two decisions are a pair on each priority that both touch: reinforcing when both advance it or both work against it,
/// contradicting otherwise. With P advancing and M against, C(P,2) + C(M,2) pairs reinforce and PM contradict.
#[derive(Debug, Clone, PartialEq)]
pub struct Reinforcement {
    /// Pairs that reinforce.
    pub reinforcing: u128,
    /// Pairs that contradict.
    pub contradicting: u128,
    /// Decisions that touch a priority.
    pub decisions: u64,
    /// (reinforcing - contradicting) / pairs, from -1 to 1: of the decisions observed, exactly.
    pub value: Result<f64, Absence>,
    /// What it would be on average, were the same numbers of advances and oppositions spread over the same effects by
    /// chance.
    pub chance: Option<f64>,
    /// The standard error of `value` as an estimate of the process that made the decisions, were they independent.
    pub se: Option<f64>,
    /// The 95 % interval for that process: Student's t on Fisher's scale, and when no pair contradicts, how large a share
    /// of contradicting decisions may have been missed; none below [`MIN_DECISIONS`].
    pub interval: Option<(f64, f64)>,
}

impl DecisionCounts {
    /// The reinforcement of decisions at the places that `wanted` accepts.
    ///
    /// # Errors
    /// As [`DecisionCounts::sum`].
    pub fn reinforcement(&self, wanted: impl Fn(&Place) -> bool) -> Result<Reinforcement> {
        Ok(self.sum(wanted)?.reinforcement())
    }
}

impl Counts {
    /// Advancing and opposing decisions by priority, in the order of the names.
    pub fn effects(&self) -> BTreeMap<&str, (u64, u64)> {
        self.pairs.iter().filter(|((a, b), _)| a == b).map(|((a, _), [p, _, _, m])| (a.as_str(), (*p, *m))).collect()
    }

    /// How far these decisions reinforce one another.
    pub fn reinforcement(&self) -> Reinforcement {
        let effects = self.effects();
        let wide = |n: u64| u128::from(n);
        let two = |n: u64| wide(n) * wide(n.saturating_sub(1)) / 2;
        let reinforcing: u128 = effects.values().map(|(p, m)| two(*p) + two(*m)).sum();
        let contradicting: u128 = effects.values().map(|(p, m)| wide(*p) * wide(*m)).sum();
        let pairs = reinforcing + contradicting;
        let mut out = Reinforcement {
            reinforcing,
            contradicting,
            decisions: self.judged,
            value: Err(Absence::TooFew { n: self.judged, need: 2 }),
            chance: None,
            se: None,
            interval: None,
        };
        if self.judged >= 2 {
            out.value = Err(Absence::Undefined("no two decisions touch the same priority"));
        }
        if pairs == 0 {
            return out;
        }
        let value = (reinforcing as f64 - contradicting as f64) / pairs as f64;
        out.value = Ok(value);
        let (p, m) = effects.values().fold((0.0, 0.0), |(p, m), (a, b)| (p + *a as f64, m + *b as f64));
        // Any two effects carry the same sign by chance as often as any other two.
        out.chance = (p + m > 1.0).then(|| ((p - m) * (p - m) - (p + m)) / ((p + m) * (p + m - 1.0)));
        out.se = self.error(&effects, value, pairs as f64).filter(|se| *se > 0.0);
        if self.judged >= MIN_DECISIONS {
            let n = self.judged as f64;
            out.interval = match out.se {
                _ if contradicting == 0 => Some((unanimous(n), 1.0)),
                Some(se) if reinforcing > 0 => Some(fisher(value, se, n - 1.0)),
                _ => None,
            };
        }
        out
    }

    /// The standard error of the ratio of two U-statistics: what each decision adds, squared and summed, is a form in
    /// the joint counts of pairs of priorities.
    fn error(&self, effects: &BTreeMap<&str, (u64, u64)>, value: f64, pairs: f64) -> Option<f64> {
        let n = self.judged as f64;
        if n < 3.0 {
            return None;
        }
        // What a decision that advances a priority, or works against it, adds there.
        let gain: BTreeMap<&str, [f64; 2]> = effects
            .iter()
            .map(|(name, (p, m))| {
                let (p, m) = (*p as f64, *m as f64);
                let own = 1.0 + value * (p + m - 1.0);
                (*name, [p - m - own, m - p - own])
            })
            .collect();
        let squares = sum(self.pairs.iter().map(|((a, b), joint)| {
            let (Some([ap, am]), Some([bp, bm])) = (gain.get(a.as_str()), gain.get(b.as_str())) else { return 0.0 };
            let terms = [ap * bp, ap * bm, am * bp, am * bm];
            let once = sum(joint.iter().zip(terms).map(|(n, t)| *n as f64 * t));
            if a == b { once } else { 2.0 * once }
        }));
        // The last factor is the jackknife's, to first order.
        Some(sqrt(squares.max(0.0) * n / (n - 1.0)) / pairs * (n - 1.0) / (n - 2.0))
    }

    /// Krippendorff's alpha (interval metric) of those who coded effects.
    ///
    /// # Errors
    /// `OneSource` when no effect has two coders; `Undefined` when all codes are alike.
    pub fn coder_agreement(&self) -> Result<f64, Absence> {
        // The squared distances of all ordered pairs of codes.
        let far = |a: &[f64; 3]| {
            let [minus, zero, plus] = *a;
            2.0 * (minus * zero + zero * plus + 4.0 * minus * plus)
        };
        let mut totals = [0.0; 3];
        let mut observed = Vec::new();
        for (codes, times) in &self.codings {
            let codes = codes.map(f64::from);
            let coders = sum(codes);
            observed.push(*times as f64 * far(&codes) / (coders - 1.0));
            totals.iter_mut().zip(codes).for_each(|(t, c)| *t += c * *times as f64);
        }
        let n = sum(totals);
        if n == 0.0 {
            return Err(Absence::OneSource);
        }
        let expected = far(&totals) / (n - 1.0);
        if expected <= 0.0 {
            return Err(Absence::Undefined("all codes of effects are alike"));
        }
        Ok(1.0 - sum(observed) / expected)
    }
}

/// The least reinforcement that `n` decisions without a contradiction leave likely: with a share `q` of decisions that go
/// against the rest it is about 1 - 4q(1 - q), and a share seen in none of n is below 1 - 0.05^(1/n) with 95 %.
fn unanimous(n: f64) -> f64 {
    let q = 1.0 - libm::pow(0.05, 1.0 / n);
    1.0 - 4.0 * q * (1.0 - q)
}

impl Counts {
    /// Whether those who coded effects agree too little to rely on them.
    pub(super) fn unreliable(&self) -> bool {
        self.coder_agreement().is_ok_and(|alpha| alpha < MIN_CODER_AGREEMENT)
    }
}

/// A 95 % interval for something between -1 and 1, on Fisher's scale.
pub(crate) fn fisher(value: f64, se: f64, df: f64) -> (f64, f64) {
    let half = t95(df) * se / (1.0 - value * value);
    let z = libm::atanh(value);
    (libm::tanh(z - half), libm::tanh(z + half))
}

/// The 95 % interval of a difference of two independent numbers from the interval of each (Zou and Donner 2008).
pub fn difference_interval(later: (f64, (f64, f64)), earlier: (f64, (f64, f64))) -> (f64, f64) {
    let ((a, (al, au)), (b, (bl, bu))) = (later, earlier);
    let length = |x: f64, y: f64| sqrt(x * x + y * y);
    (a - b - length(a - al, bu - b), a - b + length(au - a, b - bl))
}

//! What is planted: one description that both a generic organization and the shipped example are grown from.

use super::habits::Habits;
use super::scales::Questionnaire;
use super::tree::{Tree, Unit};
pub use crate::evidence::Pressure;
use serde_json::{Value, json};

/// A difference planted in the answers of a unit and of everything below it.
#[derive(Debug, Clone, PartialEq)]
pub struct Planted {
    /// The unit.
    pub unit: String,
    /// The scale.
    pub scale: String,
    /// The wave, such as `w2`; every wave when `None`.
    pub wave: Option<String>,
    /// How far the true mean is moved, before answers are cut: in steps of a quarter of the answer range (one point on
    /// 1-5); negative is a weakness. Shifts that meet add up.
    pub shift: f64,
}

/// A unit that is of two minds: half of its people stand `gap` steps above the other half on one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// The unit; those below it are not split.
    pub unit: String,
    /// The scale.
    pub scale: String,
    /// How far the halves stand apart, in steps, -8 to 8.
    pub gap: f64,
}

/// How answers vary.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Noise {
    pub(crate) icc: f64,
    pub(crate) person_sd: f64,
    pub(crate) item_sd: f64,
    pub(crate) response_rate: f64,
    pub(crate) response_slope: f64,
    pub(crate) missing_rate: f64,
    pub(crate) dont_know_rate: f64,
}

/// The order in which leaders really hold the priorities, where it is not the declared one.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) under: String,
    /// The layers it holds for; all when empty.
    pub(crate) layers: Vec<&'static str>,
    pub(crate) wave: Option<usize>,
    pub(crate) pressure: Option<Pressure>,
    pub(crate) order: Vec<usize>,
}

/// Decisions that the units of a part of the organization take in a period.
#[derive(Debug, Clone)]
pub(crate) struct Docket {
    pub(crate) under: &'static str,
    pub(crate) layer: &'static str,
    pub(crate) wave: usize,
    pub(crate) pressure: Pressure,
    pub(crate) per_unit: usize,
    /// First and last day on which they are raised, counted from 1970-01-01.
    pub(crate) raised: (i64, i64),
    /// Median days from raised to decided.
    pub(crate) days: f64,
    /// Share of effects that follow no order at all.
    pub(crate) scatter: f64,
    pub(crate) reversed: f64,
    pub(crate) rework: f64,
    pub(crate) experiment: f64,
}

/// Share of a person's ties that leave the unit.
#[derive(Debug, Clone)]
pub(crate) struct Reach {
    pub(crate) under: String,
    pub(crate) heads: f64,
    pub(crate) others: f64,
    /// A unit that half of these ties go to.
    pub(crate) toward: Option<&'static str>,
}

/// Everything that is planted.
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) questionnaire: Questionnaire,
    pub(crate) tree: Tree,
    pub(crate) waves: Vec<String>,
    /// The true mean of each scale where nothing is planted, as a position from 0 to 1 on the answer range.
    pub(crate) base: Vec<f64>,
    pub(crate) planted: Vec<Planted>,
    pub(crate) splits: Vec<Split>,
    pub(crate) noise: Noise,
    /// Where discriminations of items are drawn from; answers are cut at the halves without.
    pub(crate) discrimination: Option<(f64, f64)>,
    pub(crate) habits: Habits,
    pub(crate) priorities: Vec<String>,
    /// The declared order of each wave, best first.
    pub(crate) declared: Vec<Vec<usize>>,
    pub(crate) readings: Vec<Reading>,
    /// When leaders are asked to rank.
    pub(crate) episodes: Vec<(usize, Pressure)>,
    /// Chance that a leader who is asked ranks.
    pub(crate) ranking_rate: f64,
    /// SD of a leader's private view, in ranks.
    pub(crate) leader_sd: f64,
    pub(crate) dockets: Vec<Docket>,
    pub(crate) reaches: Vec<Reach>,
}

impl Plan {
    /// The order a unit holds: the last reading that applies, else the declared order.
    pub(crate) fn order(&self, unit: &Unit, wave: usize, pressure: Pressure) -> &[usize] {
        let applies = |r: &&Reading| {
            unit.under(&r.under)
                && (r.layers.is_empty() || r.layers.contains(&unit.layer))
                && r.wave.is_none_or(|w| w == wave)
                && r.pressure.is_none_or(|p| p == pressure)
        };
        match self.readings.iter().rev().find(applies) {
            Some(reading) => &reading.order,
            None => self.declared.get(wave).map(Vec::as_slice).unwrap_or_default(),
        }
    }

    /// How far a unit reaches beyond itself: the last entry that applies.
    pub(crate) fn reach(&self, unit: &Unit) -> Option<&Reach> {
        self.reaches.iter().rev().find(|r| unit.under(&r.under))
    }

    pub(crate) fn wave(&self, index: usize) -> &str {
        self.waves.get(index).map_or("", String::as_str)
    }

    pub(crate) fn priority(&self, index: usize) -> &str {
        self.priorities.get(index).map_or("", String::as_str)
    }

    /// The plan as a document: what was put in, as against what came out.
    pub(crate) fn to_json(&self) -> Value {
        let names = |order: &[usize]| order.iter().map(|p| self.priority(*p)).collect::<Vec<_>>();
        let wave = |w: Option<usize>| w.map(|w| self.wave(w).to_owned());
        let base: serde_json::Map<String, Value> = self
            .questionnaire
            .scales
            .iter()
            .zip(&self.base)
            .map(|(s, b)| {
                let (lo, hi) = s.options;
                (s.id.clone(), json!(rounded(lo as f64 + b * (hi - lo) as f64)))
            })
            .collect();
        let mut plan = json!({
            "base": base,
            "shifts": self.planted.iter().map(|p| json!({
                "unit": p.unit, "scale": p.scale, "wave": p.wave, "shift": rounded(p.shift),
            })).collect::<Vec<_>>(),
            "splits": self.splits.iter().map(|s| json!({"unit": s.unit, "scale": s.scale, "gap": s.gap})).collect::<Vec<_>>(),
            "noise": {
                "icc": self.noise.icc,
                "person_sd": self.noise.person_sd,
                "item_sd": self.noise.item_sd,
                "response_rate": self.noise.response_rate,
                "missing_rate": self.noise.missing_rate,
                "dont_know_rate": self.noise.dont_know_rate,
            },
            "orders": self.readings.iter().map(|r| json!({
                "under": r.under, "layers": r.layers, "wave": wave(r.wave),
                "pressure": r.pressure.map(Pressure::as_str), "order": names(&r.order),
            })).collect::<Vec<_>>(),
            "ranking_rate": self.ranking_rate,
            "leader_sd": self.leader_sd,
            "decisions": self.dockets.iter().map(|d| json!({
                "under": d.under, "layer": d.layer, "wave": self.wave(d.wave), "pressure": d.pressure.as_str(),
                "per_unit": d.per_unit, "median_days": d.days, "scatter": d.scatter, "reversed": d.reversed,
                "rework": d.rework, "experiment": d.experiment,
            })).collect::<Vec<_>>(),
            "external_ties": self.reaches.iter().map(|r| json!({
                "under": r.under, "heads": r.heads, "others": r.others, "half_toward": r.toward,
            })).collect::<Vec<_>>(),
        });
        // What an ordinary plan does without is left out of it.
        if let Value::Object(plan) = &mut plan {
            if self.habits != Habits::default() {
                plan.insert("habits".into(), self.habits.to_json());
            }
            if self.noise.response_slope != 0.0 {
                plan.insert("response_slope".into(), json!(self.noise.response_slope));
            }
            if let Some((least, most)) = self.discrimination {
                plan.insert("discrimination".into(), json!([least, most]));
            }
        }
        plan
    }
}

/// Four decimals: the truth is for people and tests, not for the last bit.
pub(crate) fn rounded(x: f64) -> f64 {
    let scaled = x * 10_000.0;
    // Truncation toward zero after half a unit away from it is rounding to nearest.
    (if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i64 as f64 / 10_000.0
}

//! One number for a whole: three ways to average, and why two of them differ.

use crate::measure::aggregation::interval::UnitMean;
use crate::measure::reliability::covariance::WaveTotals;
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::scores::scale::{Moments, Reading, unit_means};
use crate::measure::value::Absence;
use crate::num::sum;
use crate::tally::Tally;
use serde_json::{Value, json};

/// How a whole is averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Every person alike: the mean of persons' scores.
    Respondents,
    /// Every item alike: the mean of the items' means over all who answered them.
    Items,
    /// Every unit alike: the mean of the units' means.
    Units,
}

impl Policy {
    /// All three.
    pub const ALL: [Policy; 3] = [Policy::Respondents, Policy::Items, Policy::Units];

    /// Its variant.
    pub fn as_str(self) -> &'static str {
        match self {
            Policy::Respondents => "respondents_pooled",
            Policy::Items => "item_means_averaged",
            Policy::Units => "unit_means_averaged",
        }
    }
}

/// Why two policies give two numbers, in scale points.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconciliation {
    /// The wave, empty when the answers had none.
    pub wave: String,
    /// The scale.
    pub scale: String,
    /// The two policies.
    pub policies: (Policy, Policy),
    /// The first less the second, in points.
    pub difference: f64,
    /// What of it comes from units of different size: large units count more for people than for units.
    pub by_unit_size: f64,
    /// What of it comes from unanswered items: a person counts whole for a score, by the answer for an item.
    pub by_missing_answers: f64,
    /// In words.
    pub because: &'static str,
    /// The people with a score.
    pub n: u64,
}

impl Reconciliation {
    /// As a JSON document.
    pub fn to_json(&self) -> Value {
        json!({
            "wave": self.wave, "scale": self.scale, "policies": [self.policies.0.as_str(), self.policies.1.as_str()],
            "difference": self.difference, "by_unit_size": self.by_unit_size,
            "by_missing_answers": self.by_missing_answers, "because": self.because,
        })
    }
}

/// The three numbers of one scale in one wave, in scale points, with the people behind them.
struct Three {
    respondents: f64,
    items: f64,
    units: f64,
    n: u64,
    people: u64,
}

impl Three {
    fn of(&self, policy: Policy) -> f64 {
        match policy {
            Policy::Respondents => self.respondents,
            Policy::Items => self.items,
            Policy::Units => self.units,
        }
    }
}

fn three(
    tally: &Tally,
    wave: &str,
    index: usize,
    totals: &WaveTotals,
    reading: &Reading<'_>,
) -> Result<Three, Absence> {
    let layout = tally.layout();
    let few = Absence::TooFew { n: 0, need: 1 };
    let scale = layout.scales.get(index).ok_or(few.clone())?;
    let units: Vec<UnitMean> = unit_means(tally, wave, index, reading.needed(tally, scale.items.len()))
        .into_iter()
        .filter_map(|(_, u)| u)
        .collect();
    let n: u64 = units.iter().map(|u| u.n).sum();
    if n == 0 {
        return Err(few);
    }
    let lo = scale.lo as f64;
    let means: Result<Vec<f64>, Absence> = scale
        .items
        .iter()
        .map(|item| {
            let shape = layout.items.get(*item).ok_or(few.clone())?;
            let mut oriented = totals.counts.get(*item).cloned().unwrap_or_default();
            if shape.reversed {
                oriented.reverse();
            }
            let moments = Moments::of(&oriented);
            if moments.n == 0 { Err(few.clone()) } else { Ok(moments.mean()) }
        })
        .collect();
    let means = means?;
    Ok(Three {
        respondents: lo + sum(units.iter().map(|u| u.n as f64 * u.mean)) / n as f64,
        items: lo + sum(means.iter().copied()) / means.len() as f64,
        units: lo + sum(units.iter().map(|u| u.mean)) / units.len() as f64,
        n,
        people: totals.people.get(index).copied().unwrap_or(0),
    })
}

/// The mean of the whole on every scale, a wave, in scale points (`overall_mean`), by each policy: variants
/// `respondents_pooled`, `item_means_averaged`, `unit_means_averaged`.
pub fn overall(tally: &Tally, reading: &Reading<'_>) -> Vec<ScaleRow> {
    let mut rows = Vec::new();
    for wave in tally.waves() {
        let totals = WaveTotals::of(tally, wave);
        for (index, scale) in tally.layout().scales.iter().enumerate() {
            let place = Place { wave, unit: None, kind: Kind::Scale, id: &scale.id };
            let found = three(tally, wave, index, &totals, reading);
            for policy in Policy::ALL {
                let n = found.as_ref().map_or(0, |t| if policy == Policy::Items { t.people } else { t.n });
                let value = found.as_ref().map(|t| t.of(policy)).map_err(Absence::clone);
                rows.push(place.row("overall_mean", policy.as_str(), "respondents", n, value));
            }
        }
    }
    rows
}

/// Why two policies differ, for every scale with a score; the parts add up to the difference.
pub fn reconcile(tally: &Tally, reading: &Reading<'_>, first: Policy, second: Policy) -> Vec<Reconciliation> {
    let mut out = Vec::new();
    for wave in tally.waves() {
        let totals = WaveTotals::of(tally, wave);
        for (index, scale) in tally.layout().scales.iter().enumerate() {
            let Ok(found) = three(tally, wave, index, &totals, reading) else { continue };
            // Everything is told from people: units differ from them by size, items by who left answers out.
            let by_size = |policy| if policy == Policy::Units { found.units - found.respondents } else { 0.0 };
            let by_missing = |policy| if policy == Policy::Items { found.items - found.respondents } else { 0.0 };
            let by_unit_size = by_size(first) - by_size(second);
            let by_missing_answers = by_missing(first) - by_missing(second);
            let noise = 1e-12 * (1.0 + found.respondents.abs());
            let because = match (by_unit_size.abs() > noise, by_missing_answers.abs() > noise) {
                (false, false) => "both give the same number",
                (true, false) => "units of different size differ in level",
                (false, true) => "people who left items out differ from those who did not, or skipped particular items",
                (true, true) => "units of different size differ in level, and answers are missing unevenly",
            };
            out.push(Reconciliation {
                wave: wave.to_owned(),
                scale: scale.id.clone(),
                policies: (first, second),
                difference: found.of(first) - found.of(second),
                by_unit_size,
                by_missing_answers,
                because,
                n: found.n,
            });
        }
    }
    out
}

/// Reconciliations as rows, variant such as `respondents_less_unit_means`, in scale points: `policy_difference` and its
/// parts `difference_by_unit_size` (units of different size differ in level) and `difference_by_missing_answers` (people
/// who left items out differ from those who did not, or skipped particular items).
pub fn reconcile_rows(found: &[Reconciliation]) -> Vec<ScaleRow> {
    use Policy::{Items, Respondents, Units};
    let mut rows = Vec::new();
    for r in found {
        let variant = match r.policies {
            (Respondents, Respondents) | (Items, Items) | (Units, Units) => "same_policy",
            (Respondents, Items) => "respondents_less_item_means",
            (Respondents, Units) => "respondents_less_unit_means",
            (Items, Respondents) => "item_means_less_respondents",
            (Items, Units) => "item_means_less_unit_means",
            (Units, Respondents) => "unit_means_less_respondents",
            (Units, Items) => "unit_means_less_item_means",
        };
        let place = Place { wave: &r.wave, unit: None, kind: Kind::Scale, id: &r.scale };
        for (measure, value) in [
            ("policy_difference", r.difference),
            ("difference_by_unit_size", r.by_unit_size),
            ("difference_by_missing_answers", r.by_missing_answers),
        ] {
            rows.push(place.row(measure, variant, "respondents", r.n, Ok(value)));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Instrument, Responses, Table};

    fn tally(csv: &str) -> Tally {
        let instrument = Instrument::from_json(
            r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],"scales":[{"id":"a","items":["x","y"]}]}"#,
        )
        .unwrap();
        let table = Table::from_csv("responses", csv.as_bytes()).unwrap();
        let (responses, _) = Responses::from_table(&table, &instrument, true).unwrap();
        let mut tally = Tally::new(&instrument);
        tally.add(&responses).unwrap();
        tally
    }

    #[test]
    fn unit_sizes_and_missing_answers_are_told_apart() {
        let t = tally("unit,x,y\nn,5,5\nn,5,5\nn,5,5\ns,1,1\n");
        let found = &reconcile(&t, &Reading::default(), Policy::Respondents, Policy::Units)[0];
        assert_eq!((found.difference, found.by_unit_size, found.by_missing_answers), (1.0, 1.0, 0.0));
        let t = tally("unit,x,y\nn,5,\nn,1,3\n");
        let found = &reconcile(&t, &Reading::default(), Policy::Respondents, Policy::Items)[0];
        // People: (5 + 2)/2; items: (3 + 3)/2.
        assert_eq!((found.difference, found.by_missing_answers), (0.5, 0.5));
        let found = &reconcile(&t, &Reading::default(), Policy::Units, Policy::Items)[0];
        assert!((found.difference - found.by_unit_size - found.by_missing_answers).abs() < 1e-12);
        let rows = overall(&t, &Reading::default());
        assert_eq!(rows.iter().map(|r| r.value.unwrap()).collect::<Vec<_>>(), [3.5, 3.0, 3.5]);
    }

    #[test]
    fn nobody_has_no_mean() {
        let t = tally("unit,x,y\nn,,\n");
        assert!(overall(&t, &Reading::default()).iter().all(|r| r.value.is_none()));
        assert!(reconcile(&t, &Reading::default(), Policy::Units, Policy::Items).is_empty());
    }
}

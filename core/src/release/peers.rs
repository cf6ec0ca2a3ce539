//! Levels told anew from what leaves.
//!
//! A unit's level is shrunk towards its peers, so it holds something of all of them: from two released levels and their
//! means a reader could work out the mean that both were shrunk to, and with it a weighted sum of the units that were
//! held back, by other weights than those of the total. Where a peer is held back, the levels of the others are
//! therefore told from the others alone, and what rests on them is judged again. Peers of fewer people than spreads are
//! shown of lean on nobody: how much they lean tells how much these people differ. And that a few all answered alike
//! is not told: with their mean it would be the answer of each.

use super::pattern::Pattern;
use super::policy::DisclosurePolicy;
use crate::assess::{Assessed, Assessment, Subject};
use crate::error::Result;
use crate::measure::{Absence, MeasureValue, Origin, ScaleRow, levels_among};
use crate::rules::MeasureId;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Scores and judgments that rest on nothing but released peers.
pub(crate) struct Told<'a> {
    pub(crate) scores: Vec<Cow<'a, ScaleRow>>,
    pub(crate) subjects: Vec<Cow<'a, Assessed>>,
}

/// Wave, unit, scale and estimand of a level, and the level told anew.
type Anew<'e> = HashMap<(String, String, String, &'e str), ScaleRow>;

fn wave_of(row: &ScaleRow) -> &str {
    row.wave.as_deref().unwrap_or("")
}

impl Assessment {
    pub(crate) fn told_from_released(&self, pattern: &Pattern, policy: &DisclosurePolicy) -> Result<Told<'_>> {
        let mut peers: BTreeMap<(&str, usize, &str), Vec<&ScaleRow>> = BTreeMap::new();
        for row in self.scores.iter().filter(|r| r.estimand == "respondents" && r.n > 0) {
            if let Some(unit) = row.unit.as_deref().and_then(|u| self.units.index(u)) {
                peers.entry((wave_of(row), self.units.depth(unit), &row.scale)).or_default().push(row);
            }
        }
        let size = |unit: &str| self.units.index(unit).and_then(|i| self.units.size(i));
        let mut anew = Anew::new();
        // What kind of level peers have, where some are held back: that of all peers would tell of these.
        let mut kinds: HashMap<(&str, usize, &str), &'static str> = HashMap::new();
        for ((wave, depth, scale), rows) in peers {
            let shown =
                |r: &&&ScaleRow| r.unit.as_deref().is_some_and(|u| pattern.shows_scale(&self.units, wave, u, scale));
            let released: Vec<&ScaleRow> = rows.iter().filter(shown).copied().collect();
            let key = |r: &ScaleRow| (wave.to_owned(), r.unit.clone().unwrap_or_default(), scale.to_owned());
            let few = released.iter().map(|r| r.n).sum::<u64>() < policy.spread_from();
            if few || released.len() < rows.len() {
                let levels = levels_among(&released, &size, !few);
                kinds.insert((wave, depth, scale), levels.first().map_or("unit_mean", |row| row.variant));
                anew.extend(levels.into_iter().map(|row| {
                    let (wave, unit, scale) = key(&row);
                    ((wave, unit, scale, row.estimand), row)
                }));
            }
        }
        let scores = self.scores.iter().map(|row| {
            let key = (wave_of(row).to_owned(), row.unit.clone().unwrap_or_default(), row.scale.clone(), row.estimand);
            let depth = row.unit.as_deref().and_then(|u| self.units.index(u)).map(|u| self.units.depth(u));
            let kind = depth.and_then(|d| kinds.get(&(wave_of(row), d, row.scale.as_str())));
            match (anew.get(&key), kind) {
                (Some(told), _) => Cow::Owned(told.clone()),
                (None, Some(variant)) if row.estimand != "respondents" => {
                    Cow::Owned(ScaleRow { variant, ..row.clone() })
                }
                _ => Cow::Borrowed(row),
            }
        });
        let scores = scores.collect();
        let subjects = self.judged_anew(&anew, policy.spread_from())?;
        Ok(Told { scores, subjects })
    }

    /// The subjects, those judged again whose levels in the judged wave were told anew.
    fn judged_anew(&self, anew: &Anew<'_>, few: u64) -> Result<Vec<Cow<'_, Assessed>>> {
        let judged = self.manifest.wave.as_deref().unwrap_or("");
        let mut units: BTreeSet<String> =
            anew.keys().filter(|(wave, ..)| wave == judged).map(|(_, unit, ..)| unit.clone()).collect();
        let alike = |v: &MeasureValue| matches!(v, MeasureValue::Absent(Absence::NoSpread { n }) if *n < few);
        let told_alike = self.subjects.iter().filter(|a| {
            let mut values = (0..self.framework.measures().len()).filter_map(|m| a.case.get(MeasureId(m)));
            a.subject.kind() == "unit" && values.any(alike)
        });
        units.extend(told_alike.map(|a| a.subject.to_string()));
        let Some((readings, instrument)) = self.survey.as_ref().filter(|_| !units.is_empty()) else {
            return Ok(self.subjects.iter().map(Cow::Borrowed).collect());
        };
        let mut readings = readings.clone();
        for ((_, unit, ..), row) in anew.iter().filter(|((wave, ..), _)| wave == judged) {
            readings.replace(unit, row);
        }
        let mut out = Vec::with_capacity(self.subjects.len());
        for a in &self.subjects {
            let Subject::Unit(unit) = &a.subject else {
                out.push(Cow::Borrowed(a));
                continue;
            };
            let unit = unit.to_string();
            let Some(i) = self.units.index(&unit).filter(|_| units.contains(&unit)) else {
                out.push(Cow::Borrowed(a));
                continue;
            };
            let mut case = a.case.clone();
            let mut changed = false;
            for (m, measure) in self.framework.measures().iter().enumerate() {
                let value = readings.value_of_alike(measure, instrument, &self.units, i, few);
                let Some(value) = value else { continue };
                let before = case.get(MeasureId(m));
                let fact = before.and_then(MeasureValue::estimate).is_some_and(|e| e.origin() == Origin::Facts);
                if !fact && before != Some(&value) {
                    case.put(&self.framework, MeasureId(m), value)?;
                    changed = true;
                }
            }
            if !changed {
                out.push(Cow::Borrowed(a));
                continue;
            }
            let again = a.judgments.iter().filter_map(|j| self.framework.find_question(j.question_id()).ok());
            let judgments = again.map(|q| self.framework.judge_at(q, &case, self.manifest.confidence)).collect();
            out.push(Cow::Owned(Assessed { subject: a.subject.clone(), case, judgments }));
        }
        Ok(out)
    }
}

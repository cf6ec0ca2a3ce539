//! Groups within units: categories of cuts, direct reports, and parts that are told together; and whether the means of
//! all that is shown leave a hidden small group too narrow a range.

use super::audit::Values;
use super::audit::interval::narrow;
use super::audit::organization::{Holds, Pool};
use super::history::{Left, Record, join};
use super::pattern::Pattern;
use super::policy::DisclosurePolicy;
use super::release::{BAND, ScoreCell, banded};
use crate::assess::{Assessment, REPORTS};
use crate::error::{Error, Result};
use crate::measure::{Absence, ScaleRow, Status};
use std::collections::HashMap;

/// The score of a group within a unit that left, or that it is masked: one category of a cut, or direct reports.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupCell {
    /// The wave, or empty.
    pub wave: String,
    /// The unit; the group is taken from it and all units below, direct reports from it alone.
    pub unit: String,
    /// The cut; `reports`; or `pooled` for parts of the unit that may not be told alone.
    pub cut: String,
    /// The category; `direct`; or the parts of a pool, such as `tugs + docks`.
    pub category: String,
    /// The scale.
    pub scale: String,
    /// The mean of those who answered, as [`ScoreCell::value`].
    pub value: Option<f64>,
    /// The people behind it; nothing when masked.
    pub n: Option<u64>,
    /// `known`, `masked`, or why there is no value.
    pub status: String,
}

/// The means of those who answered, of units and of direct reports: wave, scale, unit, and whether direct.
type Means<'a> = HashMap<(&'a str, &'a str, &'a str, bool), &'a ScaleRow>;

impl Assessment {
    pub(crate) fn group_cells(&self, pattern: &Pattern, policy: &DisclosurePolicy) -> Vec<GroupCell> {
        let cell = |(cut, category, row): &(String, String, ScaleRow)| {
            let (wave, unit) = (row.wave.clone().unwrap_or_default(), row.unit.clone().unwrap_or_default());
            let holds = self.holds(&unit, cut, category)?;
            let shown = pattern.shows_cell(&wave, &row.scale, holds);
            Some(GroupCell {
                wave,
                unit,
                cut: cut.clone(),
                category: category.clone(),
                scale: row.scale.clone(),
                value: row.value.filter(|_| shown).map(|x| tenth(banded(x, row.n, policy))),
                n: shown.then_some(row.n),
                status: match (&row.status, shown) {
                    (_, false) => "masked".to_owned(),
                    (status, true) => status.as_str().to_owned(),
                },
            })
        };
        let mut out: Vec<GroupCell> = self.census.groups.iter().filter_map(cell).collect();
        if policy.pooling() {
            let means = self.means();
            for of in &pattern.records {
                let left = of.1.scales.iter().flat_map(|scale| of.1.left.iter().map(move |l| (scale, l)));
                out.extend(left.filter_map(|(scale, l)| self.pooled(&means, pattern, policy, of, scale, l)));
            }
        }
        out
    }

    fn means(&self) -> Means<'_> {
        let whole = self.scores.iter().filter(|r| r.measure == "score" && r.estimand == "respondents");
        let direct = self.census.groups.iter().filter(|(cut, ..)| cut == REPORTS);
        let all = whole.map(|r| (r, false)).chain(direct.map(|(.., r)| (r, true)));
        let mut out = Means::new();
        for (row, direct) in all {
            if let Some(unit) = &row.unit {
                out.insert((row.wave.as_deref().unwrap_or(""), &row.scale, unit, direct), row);
            }
        }
        out
    }

    /// A pool that left by its people, with its mean on a scale where that may leave too.
    fn pooled(
        &self,
        means: &Means<'_>,
        pattern: &Pattern,
        policy: &DisclosurePolicy,
        (wave, record): &(String, Record),
        scale: &str,
        left: &Left,
    ) -> Option<GroupCell> {
        let Holds::Pool { index, .. } = left.holds else { return None };
        let pool: &Pool = record.pools.get(index)?;
        let part = |unit: usize, direct| means.get(&(wave.as_str(), scale, self.units.name(unit), direct)).copied();
        let below = pool.members.iter().filter_map(|u| part(*u, false));
        let own = pool.own.then(|| part(pool.unit, true)).flatten();
        let parts: Vec<&ScaleRow> = below.chain(own).filter(|r| r.n > 0).collect();
        let n: u64 = parts.iter().map(|r| r.n).sum();
        let sum = crate::num::sum(parts.iter().map(|r| r.value.unwrap_or(0.0) * r.n as f64));
        let shown = pattern.shows_cell(wave, scale, left.holds);
        // A mean half way between two tenths is rounded the same way whatever parts it was joined from.
        let mean = (sum / n.max(1) as f64 * 1e9).round() / 1e9;
        let value = (shown && n > 0).then(|| tenth(banded(mean, n, policy)));
        let status = match (shown, value) {
            (false, _) => "masked",
            (true, Some(_)) => Status::Known.as_str(),
            (true, None) => Absence::TooFew { n, need: 1 }.as_str(),
        };
        let (unit, cut, category) = record.names(left.holds);
        let (wave, scale, status) = (wave.clone(), scale.to_owned(), status.to_owned());
        Some(GroupCell { wave, unit, cut, category, scale, value, n: shown.then_some(n), status })
    }

    /// Whether rounded means leave a hidden small group too narrow a range, where the terms ask for that.
    pub(crate) fn check_ranges(
        &self,
        pattern: &Pattern,
        policy: &DisclosurePolicy,
        scores: &[ScoreCell],
        groups: &[GroupCell],
    ) -> Result<()> {
        let Some(width) = policy.interval() else { return Ok(()) };
        let values = Values { lo: 0.0, hi: 100.0, rounding: 0.1, step: None, width };
        let need = policy.min_group().saturating_add(policy.coalition());
        for (wave, record) in &pattern.records {
            for scale in &record.scales {
                let own = |w: &str, s: &str| w == wave && s == scale;
                let whole = scores.iter().filter(|s| own(&s.wave, &s.scale) && s.estimand == "respondents");
                let whole = whole.map(|s| ((s.unit.as_str(), "", ""), s.value));
                let parts = groups.iter().filter(|g| own(&g.wave, &g.scale));
                let parts = parts.map(|g| ((g.unit.as_str(), g.cut.as_str(), g.category.as_str()), g.value));
                let shown: HashMap<(&str, &str, &str), Option<f64>> = whole.chain(parts).collect();
                let joint = join(&[], record, Some(scale))?;
                let mean = |holds: &Holds| {
                    let (unit, cut, category) = record.names(*holds);
                    shown.get(&(unit.as_str(), cut.as_str(), category.as_str())).copied().flatten().map(around)
                };
                let means: Vec<Option<(f64, f64)>> = joint.now.iter().map(mean).collect();
                let hidden: Vec<bool> = joint.now.iter().map(|h| !pattern.shows_cell(wave, scale, *h)).collect();
                if let Some(found) = narrow(&values, &joint.groups, &means, &hidden, need).first() {
                    return Err(range_exposed(scale, found.people, width));
                }
            }
        }
        Ok(())
    }

    fn holds(&self, unit: &str, cut: &str, category: &str) -> Option<Holds> {
        let unit = self.units.index(unit)?;
        if cut == REPORTS {
            return Some(Holds::Direct(unit));
        }
        let at = self.census.cuts.iter().position(|c| c.name == cut)?;
        let category = self.census.cuts.get(at)?.categories.iter().position(|c| c == category)?;
        Some(Holds::Cut { unit, cut: at, category })
    }
}

fn tenth(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}

/// Between what a mean lies that a reader sees: within rounding, and at the end of the scale within the band.
fn around(told: f64) -> (f64, f64) {
    match told {
        x if x <= BAND => (0.0, BAND + 0.05),
        x if x >= 100.0 - BAND => (100.0 - BAND - 0.05, 100.0),
        x => (x - 0.05, x + 0.05),
    }
}

fn range_exposed(scale: &str, people: u64, width: f64) -> Error {
    let message = format!(
        "a reader who knows the range of `{scale}` could tell the mean of {people} people within less than {width} points"
    );
    Error::disclosure("range_exposed", message).at("interval").help(
        "release fewer cuts or raise the minimum group; that it was refused depends on the answers: tell no reader",
    )
}

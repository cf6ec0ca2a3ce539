//! Coherence in a release: the facets that may leave, and their section of the report.

use super::pattern::Pattern;
use super::policy::DisclosurePolicy;
use crate::assess::Assessment;
use crate::evidence::Pressure;
use crate::measure::concordance::FacetRow;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What a release says of coherence.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CoherenceSection {
    /// The facets of units with enough leaders, in the order of the organization. Layers are told apart for units that
    /// belong to no other, and only when every layer there has enough leaders.
    pub rows: Vec<FacetRow>,
    /// What was not handed in, and what therefore cannot be told.
    pub missing: Vec<String>,
}

impl Assessment {
    pub(crate) fn coherence_section(&self, pattern: &Pattern, policy: &DisclosurePolicy) -> CoherenceSection {
        let enough = |r: &FacetRow| r.n >= policy.min_group();
        let shown = |r: &FacetRow| {
            let unit = r.unit.as_deref().unwrap_or("");
            let by = if decided(r) { "decision_reinforcement" } else { "one_signal" };
            enough(r) && pattern.shows(&pattern.leaders, &self.units, by, unit)
        };
        let root = |r: &FacetRow| {
            r.unit.as_deref().and_then(|u| self.units.index(u)).is_some_and(|u| self.units.depth(u) == 0)
        };
        let small: BTreeSet<_> =
            self.coherence.rows.iter().filter(|r| r.layer.is_some() && !enough(r)).map(condition).collect();
        let layered = |r: &FacetRow| r.layer.is_none() || (root(r) && !small.contains(&condition(r)));
        let rows = self.coherence.rows.iter().filter(|r| shown(r) && layered(r)).cloned().collect();
        CoherenceSection { rows, missing: self.coherence_missing() }
    }

    /// Which tables are missing, where coherence was looked at.
    fn coherence_missing(&self) -> Vec<String> {
        let rows = &self.coherence.rows;
        if rows.is_empty() {
            return Vec::new();
        }
        let told = |test: &dyn Fn(&FacetRow) -> bool| rows.iter().any(test);
        let levels: BTreeSet<Pressure> = rows.iter().filter_map(|r| r.pressure).collect();
        let mut out = Vec::new();
        let mut say = |missing: bool, what: &str| out.extend(missing.then(|| what.to_owned()));
        say(
            !told(&|r| r.facet == "one_signal"),
            "no rankings: whether leaders give one signal, and where layers part, cannot be told",
        );
        say(
            !told(&|r| r.measure == "decision_reinforcement" && r.items > 0),
            "no effects of decisions: whether decisions reinforce one another cannot be told",
        );
        say(
            !told(&|r| matches!(r.measure, "declared_fidelity" | "enacted_match")),
            "no declared order: how near leaders and decisions stand to the strategy cannot be told",
        );
        say(
            !told(&|r| r.measure == "recalled_match"),
            "no free recall: what people pick up without being asked in order is not known",
        );
        say(
            levels.len() < 2,
            "fewer than two levels of pressure: whether coherence holds as pressure rises cannot be told",
        );
        say(!told(&|r| r.facet == "stability"), "one wave of rankings: whether priorities last cannot be told");
        out
    }
}

fn decided(row: &FacetRow) -> bool {
    matches!(row.facet, "reinforcement" | "symptoms" | "timing")
        || matches!(row.measure, "enacted_match" | "reinforcement_change")
}

fn condition(row: &FacetRow) -> (Option<String>, Option<String>, Option<Pressure>) {
    (row.unit.clone(), row.wave.clone(), row.pressure)
}

impl CoherenceSection {
    /// As a JSON document: `rows` in the long form and `missing`.
    pub fn to_json(&self) -> Value {
        json!({ "rows": self.rows.iter().map(FacetRow::to_json).collect::<Vec<_>>(), "missing": self.missing })
    }

    /// The lines of the report: a unit, then a line a condition or change.
    pub(crate) fn lines(&self) -> Vec<(usize, String)> {
        let mut out: Vec<(usize, String)> = Vec::new();
        let mut units: Vec<&str> = Vec::new();
        for row in &self.rows {
            let unit = row.unit.as_deref().unwrap_or("");
            if units.last() != Some(&unit) {
                units.push(unit);
            }
        }
        for unit in units {
            let own: Vec<&FacetRow> = self.rows.iter().filter(|r| r.unit.as_deref() == Some(unit)).collect();
            let latest = own
                .iter()
                .filter(|r| r.pressure.is_some())
                .map(|r| r.wave.as_deref())
                .max_by(|a, b| crate::evidence::by_wave(a.unwrap_or(""), b.unwrap_or("")));
            let Some(wave) = latest else { continue };
            let levels: BTreeSet<Pressure> =
                own.iter().filter(|r| r.wave.as_deref() == wave).filter_map(|r| r.pressure).collect();
            out.push((0, wave.map_or_else(|| unit.to_owned(), |w| format!("{unit}, wave {w}"))));
            for level in levels {
                let here: Vec<&&FacetRow> =
                    own.iter().filter(|r| r.wave.as_deref() == wave && r.pressure == Some(level)).collect();
                let said: Vec<String> = here.iter().filter(|r| r.since.is_none()).filter_map(|r| phrase(r)).collect();
                if !said.is_empty() {
                    out.push((1, format!("{}: {}", level.as_str(), said.join("; "))));
                }
                for r in here.iter().filter(|r| r.since.is_some()) {
                    out.extend(change(r).map(|text| (1, text)));
                }
            }
        }
        out.extend(self.missing.iter().map(|m| (0, m.clone())));
        out
    }
}

/// A facet in a few words; nothing for those that are told elsewhere.
fn phrase(row: &FacetRow) -> Option<String> {
    let value = *row.value.as_ref().ok()?;
    let number = within(value, row.interval);
    let found = row.found.as_deref().unwrap_or("");
    let layer = row.layer.as_deref().unwrap_or("");
    let to = row.to.as_deref().unwrap_or("");
    Some(match (row.measure, row.variant) {
        ("decision_reinforcement", "all") => {
            let chance = row.chance.map_or(String::new(), |c| format!(", by chance {}", short(c)));
            format!("decisions reinforce one another {number} ({} decisions{chance})", row.items)
        }
        ("most_contested_priority", _) => format!("most contested: {found}"),
        ("enacted_match", "all") => format!("decisions follow the declared order {number}"),
        ("recalled_match", _) => format!("recall follows the declared order {number}"),
        ("declared_fidelity", _) if row.layer.is_none() => format!("leaders near the declared order {number}"),
        ("weakest_layer", _) => format!("furthest from it: {layer} {number}"),
        ("weakest_link", _) => format!("least alike: {layer} and {to} {number}"),
        ("mean_spearman", _) => format!("leaders alike {number}"),
        ("camps", _) if found == "two_camps" => "two camps".to_owned(),
        ("camps", _) if found == "one_view" => "one view".to_owned(),
        ("timing_divergence", _) if row.p.is_some_and(|p| p <= 0.05) => {
            let way = if value > 0.0 { "later" } else { "sooner" };
            format!("{to} decides {way} than the rest ({})", short(value))
        }
        ("rework_share", _) if value > 0.0 => format!("{} % reworked", short(value * 100.0)),
        ("reversed_share", _) if value > 0.0 => format!("{} % reversed", short(value * 100.0)),
        _ => return None,
    })
}

fn change(row: &FacetRow) -> Option<String> {
    let value = *row.value.as_ref().ok()?;
    let since = row.since.as_deref().unwrap_or("");
    let sure = match row.interval {
        Some((low, high)) if low > 0.0 || high < 0.0 => "",
        Some(_) => ", which may be no change",
        None => ", with too few for an interval",
    };
    let number = within(value, row.interval);
    Some(match (row.measure, row.variant) {
        ("reinforcement_change", "all") => {
            format!("from {since}, in these episodes: reinforcement changed by {number}{sure}")
        }
        ("fidelity_change", _) => format!(
            "from {since}, in these episodes: leaders moved by {number} on nearness to the declared order{sure}"
        ),
        ("priority_stability", _) => format!("the order of priorities resembles that of {since} by {number}"),
        _ => return None,
    })
}

fn within(value: f64, interval: Option<(f64, f64)>) -> String {
    match interval {
        Some((low, high)) => format!("{} [{}, {}]", short(value), short(low), short(high)),
        None => short(value),
    }
}

/// Two decimals, or fewer when they are nothing.
fn short(value: f64) -> String {
    crate::json::number((value * 100.0).round() / 100.0 + 0.0)
}

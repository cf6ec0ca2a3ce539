//! Change: of facets as pressure rises within a wave, and of priorities from wave to wave.

use super::facets::{Conditions, Seen, declared_change};
use super::reinforcement::difference_interval;
use crate::evidence::{DeclaredRow, by_wave};
use crate::measure::concordance::MIN_LEADERS;
use crate::measure::concordance::{Condition, FacetRow, List, Lists, link, mean_and_error, nearness};
use crate::measure::distribution::t95;
use crate::measure::value::Absence;
use crate::num::sqrt;
use std::collections::{BTreeMap, BTreeSet};

/// Changes of one unit: from the lowest to the highest pressure of each wave, and from each wave to the next at the same
/// pressure. These are changes in these episodes: one or two episodes are no sample of pressure.
pub(super) fn changes(conditions: &Conditions<'_>, lists: &Lists<'_>, declared: &[DeclaredRow]) -> Vec<FacetRow> {
    let mut waves: Vec<Option<&str>> = conditions.keys().map(|c| c.wave).collect::<BTreeSet<_>>().into_iter().collect();
    waves.sort_by(|a, b| by_wave(a.unwrap_or(""), b.unwrap_or("")));
    let mut out = Vec::new();
    for wave in &waves {
        let order = lists.declared(declared, *wave);
        let decided = at_levels(conditions, *wave, |s| s.all.judged > 0);
        if let (Some((low, from)), Some((high, to))) = (decided.first(), decided.last())
            && low != high
        {
            for apart in [false, true] {
                out.push(reinforcement(from, to, apart).at(*high).since(*low));
            }
        }
        let told = at_levels(conditions, *wave, |s| !s.lists.is_empty());
        if let (Some((low, from)), Some((high, to)), Some(order)) = (told.first(), told.last(), order)
            && low != high
        {
            out.push(fidelity(&from.lists, &to.lists, &order).at(*high).since(*low));
        }
    }
    for pair in waves.windows(2) {
        let [from, to] = pair else { continue };
        let change = declared_change(lists, declared, *from, *to);
        for (condition, later) in conditions.iter().filter(|(c, s)| c.wave == *to && !s.lists.is_empty()) {
            let before = Condition { wave: *from, pressure: condition.pressure };
            let Some(earlier) = conditions.get(&before).filter(|s| !s.lists.is_empty()) else { continue };
            let n = later.lists.len().min(earlier.lists.len());
            let mut row =
                FacetRow::new("stability", "priority_stability", "mean_orders", link(&earlier.lists, &later.lists))
                    .by_chance(Some(0.0), None)
                    .of(n, n);
            row.since = from.map(str::to_owned);
            out.push(row.at(*condition));
            if let Some(change) = &change {
                let mut row = FacetRow::new("stability", "declared_stability", "orders", change.clone());
                row.since = from.map(str::to_owned);
                out.push(row.at(*condition));
            }
        }
    }
    out
}

/// The pressures of a wave at which something was observed, lowest first.
fn at_levels<'c, 'e>(
    conditions: &'c Conditions<'e>,
    wave: Option<&str>,
    told: impl Fn(&Seen<'e>) -> bool,
) -> Vec<(Condition<'e>, &'c Seen<'e>)> {
    // Conditions are in the order of pressure within a wave.
    conditions.iter().filter(|(c, s)| c.wave == wave && c.pressure.is_some() && told(s)).map(|(c, s)| (*c, s)).collect()
}

fn reinforcement(from: &Seen<'_>, to: &Seen<'_>, apart: bool) -> FacetRow {
    let counts = |s: &Seen<'_>| if apart { s.apart.clone() } else { s.all.clone() };
    let (before, after) = (counts(from), counts(to));
    let (a, b) = (before.reinforcement(), after.reinforcement());
    let value = match (&a.value, &b.value) {
        _ if before.unreliable() || after.unreliable() => Err(Absence::CodersDisagree),
        (Ok(x), Ok(y)) => Ok(y - x),
        (Err(why), _) | (_, Err(why)) => Err(why.clone()),
    };
    let interval = match (&a.value, &b.value, a.interval, b.interval) {
        (Ok(x), Ok(y), Some(i), Some(j)) => Some(difference_interval((*y, j), (*x, i))),
        _ => None,
    };
    let se = a.se.zip(b.se).map(|(s, t)| sqrt(s * s + t * t));
    let variant = if apart { "experiments_apart" } else { "all" };
    FacetRow::new("change", "reinforcement_change", variant, value)
        .about("process", se, interval)
        .by_chance(Some(0.0), None)
        .of(from.makers.len().min(to.makers.len()), a.decisions.min(b.decisions) as usize)
}

/// The mean change of nearness to the declared order over leaders who ranked at both levels.
fn fidelity(from: &[&List<'_>], to: &[&List<'_>], order: &[Option<f64>]) -> FacetRow {
    let before: BTreeMap<&str, f64> = from.iter().filter_map(|l| Some((l.ranker, nearness(l, order)?))).collect();
    let changes: Vec<f64> = to.iter().filter_map(|l| Some(nearness(l, order)? - before.get(l.ranker)?)).collect();
    let n = changes.len() as u64;
    let (value, se) = match n {
        0 => (Err(Absence::TooFew { n, need: 1 }), None),
        _ => {
            let (mean, se) = mean_and_error(&changes);
            (Ok(mean), se)
        }
    };
    let interval = match (&value, se) {
        (Ok(mean), Some(se)) if n >= MIN_LEADERS => {
            let half = t95(n as f64 - 1.0) * se;
            Some((mean - half, mean + half))
        }
        _ => None,
    };
    FacetRow::new("change", "fidelity_change", "paired_leaders", value)
        .about("leaders", se, interval)
        .by_chance(Some(0.0), None)
        .of(changes.len(), changes.len())
}

impl FacetRow {
    fn since(mut self, condition: Condition<'_>) -> FacetRow {
        self.since = condition.pressure.map(|p| p.as_str().to_owned());
        self
    }
}

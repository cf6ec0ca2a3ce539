//! Every facet of coherence, by unit, wave and pressure.

use super::change::changes;
use super::counts::{Counts, DecisionCounts};
use super::layers::{LayerOrder, layer_order};
use super::timing::timing;
use crate::error::Result;
use crate::evidence::{DecisionRow, DeclaredRow, Evidence, Organization};
use crate::measure::concordance::nearness_row;
use crate::measure::concordance::{Condition, FacetRow, List, Lists, correlation, link, mean_places, signal};
use crate::measure::decisions::maker;
use crate::measure::value::Absence;
use std::collections::{BTreeMap, BTreeSet};

/// The facets of every unit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Coherence {
    /// The long form.
    pub rows: Vec<FacetRow>,
    /// The layers from the top, where their order is known.
    pub layers: LayerOrder,
}

/// What is known of one unit, those below it included, under one condition.
#[derive(Default)]
pub(super) struct Seen<'e> {
    pub(super) all: Counts,
    /// The same without declared experiments.
    pub(super) apart: Counts,
    pub(super) makers: BTreeSet<String>,
    /// By child of the unit (the unit's own first): days from raised to decided.
    pub(super) days: BTreeMap<usize, Vec<f64>>,
    pub(super) lists: Vec<&'e List<'e>>,
}

/// By condition.
pub(super) type Conditions<'e> = BTreeMap<Condition<'e>, Seen<'e>>;

/// Measures coherence from `rankings`, `declared`, `decisions` and `decision_effects`, each optional, for every unit of
/// `organization`. `layers` orders the layers from the top where the organization does not.
///
/// # Errors
/// `unknown_layer`, `duplicate_layer`, `unknown_decision`, `too_many_priorities`, `too_many`.
pub fn coherence(organization: &Organization, evidence: &Evidence, layers: &[String], seed: u64) -> Result<Coherence> {
    let rankings = evidence.rankings.as_ref().map_or(&[][..], |r| r.rows());
    let declared = evidence.declared.as_ref().map_or(&[][..], |d| d.rows());
    let decisions = evidence.decisions.as_ref().map_or(&[][..], |d| d.rows());
    let used: BTreeSet<&str> =
        rankings.iter().map(|r| r.layer.as_str()).chain(decisions.iter().map(|d| d.layer.as_str())).collect();
    let layers = layer_order(organization, &used, layers)?;
    let lists = Lists::of(rankings, declared);
    let mut counts = DecisionCounts::new();
    if let (Some(decisions), Some(effects)) = (&evidence.decisions, &evidence.decision_effects) {
        counts.add(decisions, effects)?;
    }
    let seen = gather(organization, &counts, decisions, &lists)?;
    let mut out = Coherence { rows: Vec::new(), layers };
    for (unit, conditions) in seen.iter().enumerate() {
        let Some(name) = organization.unit(unit) else { continue };
        let from = out.rows.len();
        for (condition, seen) in conditions {
            let order = lists.declared(declared, condition.wave);
            let mut rows = decided(seen, &lists, order.as_deref());
            rows.extend(timed(seen, organization, seed));
            rows.extend(ranked(seen, &lists, order.as_deref(), out.layers.as_deref(), seed));
            out.rows.extend(rows.into_iter().map(|r| r.at(*condition)));
        }
        out.rows.extend(changes(conditions, &lists, declared));
        out.rows.get_mut(from..).into_iter().flatten().for_each(|r| r.unit = Some(name.to_owned()));
    }
    Ok(out)
}

/// By unit and condition, with everything below.
fn gather<'e>(
    organization: &Organization,
    counts: &'e DecisionCounts,
    decisions: &'e [DecisionRow],
    lists: &'e Lists<'e>,
) -> Result<Vec<Conditions<'e>>> {
    let mut out: Vec<Conditions<'e>> = (0..organization.len()).map(|_| BTreeMap::new()).collect();
    // From the unit upwards, with the child through which it is reached.
    let path = |unit: &str| -> Vec<(usize, usize)> {
        let Some(own) = organization.index(unit) else { return Vec::new() };
        let mut path = vec![(own, own)];
        let mut at = own;
        for above in organization.ancestors(own) {
            path.push((above, at));
            at = above;
        }
        path
    };
    for (place, cell) in counts.cells() {
        let condition = Condition { wave: place.wave.as_deref(), pressure: place.pressure };
        for (unit, _) in path(&place.unit) {
            let Some(seen) = out.get_mut(unit).map(|c| c.entry(condition).or_default()) else { continue };
            seen.all.include(cell)?;
            if !place.experiment {
                seen.apart.include(cell)?;
            }
        }
    }
    for row in decisions {
        let condition = Condition { wave: row.wave.as_deref(), pressure: row.pressure };
        for (unit, child) in path(&row.unit) {
            let Some(seen) = out.get_mut(unit).map(|c| c.entry(condition).or_default()) else { continue };
            seen.makers.insert(maker(row));
            if let Some(days) = row.days() {
                seen.days.entry(child).or_default().push(days);
            }
        }
    }
    for list in &lists.lists {
        for (unit, _) in path(list.unit) {
            if let Some(conditions) = out.get_mut(unit) {
                conditions.entry(list.condition).or_default().lists.push(list);
            }
        }
    }
    Ok(out)
}

/// Facets that decisions tell.
fn decided(seen: &Seen<'_>, lists: &Lists<'_>, order: Option<&[Option<f64>]>) -> Vec<FacetRow> {
    let mut out = Vec::new();
    if seen.all.decisions == 0 {
        return out;
    }
    let people = seen.makers.len();
    for (variant, counts) in [("all", &seen.all), ("experiments_apart", &seen.apart)] {
        let found = counts.reinforcement();
        let items = counts.judged as usize;
        let value = match found.value {
            Ok(_) if counts.unreliable() => Err(Absence::CodersDisagree),
            value => value,
        };
        out.push(
            FacetRow::new("reinforcement", "decision_reinforcement", variant, value)
                .about("process", found.se, found.interval)
                .by_chance(found.chance, None)
                .of(people, items),
        );
        if let Some(order) = order {
            let value = match enacted(counts, lists) {
                _ if counts.unreliable() => Err(Absence::CodersDisagree),
                Some(enacted) => correlation(&enacted, order),
                None => Err(Absence::TooFew { n: 0, need: 3 }),
            };
            out.push(
                FacetRow::new("signal", "enacted_match", variant, value).by_chance(Some(0.0), None).of(people, items),
            );
        }
    }
    let items = seen.all.decisions as usize;
    let agreement = seen.all.coder_agreement();
    out.push(FacetRow::new("reinforcement", "coder_agreement", "alpha_interval", agreement).of(people, items));
    out.push(contested(&seen.all).of(people, items));
    for (measure, told) in [("reversed_share", seen.all.reversed), ("rework_share", seen.all.reworked)] {
        let value = told.share().ok_or(Absence::NotAsked);
        out.push(FacetRow::new("symptoms", measure, "decisions", value).of(people, told.told as usize));
    }
    out
}

/// By priority what decisions put first: the more advance it and the fewer work against it, the smaller the number.
fn enacted(counts: &Counts, lists: &Lists<'_>) -> Option<Vec<Option<f64>>> {
    let effects = counts.effects();
    let net = |p: &&str| effects.get(p).map(|(advance, against)| *against as f64 - *advance as f64);
    (!effects.is_empty()).then(|| lists.priorities.iter().map(net).collect())
}

/// The priority on which most pairs of decisions contradict one another.
fn contested(counts: &Counts) -> FacetRow {
    let pairs = |(p, m): (u64, u64)| (p as f64 * m as f64, (p + m) as f64 * ((p + m) as f64 - 1.0) / 2.0);
    let most =
        counts.effects().into_iter().map(|(name, e)| (name, pairs(e))).filter(|(_, (against, _))| *against > 0.0);
    let most = most.max_by(|a, b| a.1.0.total_cmp(&b.1.0).then_with(|| b.0.cmp(a.0)));
    let none = Absence::Undefined("no two decisions contradict one another");
    let mut row = FacetRow::new(
        "reinforcement",
        "most_contested_priority",
        "share_of_pairs",
        most.map(|(_, (against, all))| against / all).ok_or(none),
    );
    row.found = most.map(|(name, _)| name.to_owned());
    row
}

/// Whether a part of the unit takes longer than the rest.
fn timed(seen: &Seen<'_>, organization: &Organization, seed: u64) -> Option<FacetRow> {
    let parts: Vec<(usize, Vec<f64>)> = seen.days.iter().map(|(child, days)| (*child, days.clone())).collect();
    if parts.len() < 2 {
        return None;
    }
    let days: Vec<Vec<f64>> = parts.iter().map(|(_, days)| days.clone()).collect();
    let found = timing(&days, seed);
    let items = days.iter().map(Vec::len).sum();
    let mut row = FacetRow::new(
        "timing",
        "timing_divergence",
        "cliffs_delta",
        found.as_ref().map(|t| t.delta).map_err(Clone::clone),
    )
    .by_chance(Some(0.0), found.as_ref().ok().and_then(|t| t.p))
    .of(seen.makers.len(), items);
    let part = found.ok().and_then(|t| parts.get(t.part)).map(|(child, _)| *child);
    row.to = part.and_then(|p| organization.unit(p)).map(str::to_owned);
    Some(row)
}

/// Facets that rankings and recall tell.
fn ranked(
    seen: &Seen<'_>,
    lists: &Lists<'_>,
    order: Option<&[Option<f64>]>,
    layers: Option<&[String]>,
    seed: u64,
) -> Vec<FacetRow> {
    let all = &seen.lists;
    let mut out = Vec::new();
    if all.is_empty() {
        return out;
    }
    out.extend(signal(all, seed));
    let names: Vec<&str> = match layers {
        Some(known) => known.iter().map(String::as_str).collect(),
        None => all.iter().map(|l| l.layer).collect::<BTreeSet<_>>().into_iter().collect(),
    };
    let of = |layer: &str| all.iter().copied().filter(|l| l.layer == layer).collect::<Vec<&List<'_>>>();
    let own: Vec<(&str, Vec<&List<'_>>)> =
        names.iter().map(|l| (*l, of(l))).filter(|(_, lists)| !lists.is_empty()).collect();
    if let Some(order) = order {
        out.push(nearness_row(all, order));
        out.extend(recalled(all, order));
        let perceived = correlation(&mean_places(all), order);
        out.push(
            FacetRow::new("signal", "perceived_match", "mean_order", perceived)
                .by_chance(Some(0.0), None)
                .of(all.len(), all.len()),
        );
        let mut weakest: Option<FacetRow> = None;
        for (layer, lists_of) in &own {
            let mut row = nearness_row(lists_of, order);
            row.layer = Some((*layer).to_owned());
            let lower = |w: &FacetRow| matches!((&row.value, &w.value), (Ok(a), Ok(b)) if a < b);
            if row.value.is_ok() && weakest.as_ref().is_none_or(lower) {
                weakest = Some(FacetRow { measure: "weakest_layer", ..row.clone() });
            }
            out.push(row);
            let mut shift = shifted(lists_of, order, &lists.priorities);
            shift.layer = Some((*layer).to_owned());
            out.push(shift);
        }
        out.extend(weakest);
    }
    if layers.is_none() && own.len() > 1 {
        let why = Absence::Undefined("the order of the layers is not known");
        out.push(FacetRow::new("fidelity", "layer_link", "mean_orders", Err(why)).of(all.len(), all.len()));
        return out;
    }
    let mut weakest: Option<FacetRow> = None;
    for pair in own.windows(2) {
        let [(upper, a), (lower, b)] = pair else { continue };
        let n = a.len() + b.len();
        let mut row =
            FacetRow::new("fidelity", "layer_link", "mean_orders", link(a, b)).by_chance(Some(0.0), None).of(n, n);
        (row.layer, row.to) = (Some((*upper).to_owned()), Some((*lower).to_owned()));
        let less = |w: &FacetRow| matches!((&row.value, &w.value), (Ok(a), Ok(b)) if a < b);
        if row.value.is_ok() && weakest.as_ref().is_none_or(less) {
            weakest = Some(FacetRow { measure: "weakest_link", ..row.clone() });
        }
        out.push(row);
    }
    out.extend(weakest);
    out
}

/// How the priorities that leaders recall freely, the most often first, follow the declared order.
fn recalled(lists: &[&List<'_>], order: &[Option<f64>]) -> Option<FacetRow> {
    let who: Vec<&&List<'_>> = lists.iter().filter(|l| l.recalled.contains(&true)).collect();
    if who.is_empty() {
        return None;
    }
    let times = |p: usize| -(who.iter().filter(|l| l.recalled.get(p) == Some(&true)).count() as f64);
    let often: Vec<Option<f64>> = (0..order.len()).map(|p| Some(times(p))).collect();
    let value = correlation(&often, order);
    Some(
        FacetRow::new("signal", "recalled_match", "frequency", value)
            .by_chance(Some(0.0), None)
            .of(who.len(), who.len()),
    )
}

/// The priority that a layer moves furthest from its declared place, in ranks; above zero it comes later than declared.
fn shifted(lists: &[&List<'_>], order: &[Option<f64>], priorities: &[&str]) -> FacetRow {
    let declared = crate::measure::ordinal::rank(&order.iter().flatten().copied().collect::<Vec<_>>()).ranks;
    let k = declared.len() as f64;
    let mut declared = declared.into_iter();
    let places = mean_places(lists);
    let moved = order.iter().zip(&places).zip(priorities).filter_map(|((o, place), name)| {
        let rank = o.as_ref().and_then(|_| declared.next());
        Some((*name, (*place)? * (k - 1.0) + 1.0 - rank?))
    });
    let most = moved.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()).then_with(|| b.0.cmp(a.0)));
    let none = Absence::TooFew { n: 0, need: 1 };
    let mut row = FacetRow::new("fidelity", "largest_shift", "ranks", most.map(|(_, by)| by).ok_or(none))
        .of(lists.len(), lists.len());
    row.found = most.map(|(name, _)| name.to_owned());
    row
}

/// Declared orders of two waves.
pub(super) fn declared_change(
    lists: &Lists<'_>,
    declared: &[DeclaredRow],
    from: Option<&str>,
    to: Option<&str>,
) -> Option<Result<f64, Absence>> {
    let (a, b) = (lists.declared(declared, from)?, lists.declared(declared, to)?);
    Some(correlation(&a, &b))
}

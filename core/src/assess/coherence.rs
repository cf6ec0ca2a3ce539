//! What decisions, rankings and rights tell of coherence, as measures of every unit.

use super::gather::{Gathered, own_people};
use super::units::Units;
use crate::error::Result;
use crate::evidence::{DecisionRightRow, Evidence, Pressure, Role, by_wave};
use crate::measure::coherence::{Coherence, MIN_DECISIONS, coherence};
use crate::measure::concordance::{FacetRow, MIN_LEADERS};
use crate::measure::{Absence, Estimate, MeasureValue, Origin, maker};
use crate::num::{quantile, sqrt};
use crate::rules::{Case, Framework, Judgment, MeasureId};
use std::collections::{BTreeMap, BTreeSet};

/// The measure that says which reading of departures is used (C252).
pub(super) const READING: &str = "departures_read_as";

/// Whether behavior under pressure was observed.
pub(super) const OBSERVED: &str = "behavior_observed";
/// What is said rather than done.
const WORDS: [&str; 3] = ["meeting_alignment", "document_signoff", "stated_intent"];

/// Measures of decisions, and those of rankings: whose leaders protect them.
pub(super) const DECIDED: [&str; 7] = [
    "decision_reinforcement",
    "decision_reinforcement_apart",
    "signal_match",
    "signal_match_apart",
    "reinforcement_change",
    "rework_share",
    "timing_divergence",
];
pub(super) const RANKED: [&str; 5] =
    ["layer_fidelity", "layer_link", "one_signal", "priority_stability", "fidelity_change"];

/// Whether a framework looks at any facet of coherence.
pub(super) fn judges_coherence(framework: &Framework) -> bool {
    DECIDED.iter().chain(&RANKED).any(|m| framework.find_measure(m).is_ok())
}

/// The facets of every unit, and the measures that rules look at.
pub(super) fn fill(out: &mut Gathered, framework: &Framework, evidence: &Evidence, units: &Units) -> Result<Coherence> {
    if evidence.rankings.is_none() && evidence.decisions.is_none() && evidence.decision_rights.is_none() {
        return Ok(Coherence::default());
    }
    let found = coherence(units.organization(), evidence, &[], 0)?;
    let makers = evidence.decisions.as_ref().map(|t| own_people(units, t.rows(), |r| (&r.unit, maker(r))));
    let rankers = evidence.rankings.as_ref().map(|t| own_people(units, t.rows(), |r| (&r.unit, r.ranker.clone())));
    for (ids, people) in [(&DECIDED[..], makers), (&RANKED[..], rankers)] {
        for (id, people) in ids.iter().zip(std::iter::repeat(people)) {
            people.into_iter().for_each(|p| drop(out.leaders.insert(id, p)));
        }
    }
    let mut by_unit: BTreeMap<&str, Vec<&FacetRow>> = BTreeMap::new();
    for row in &found.rows {
        by_unit.entry(row.unit.as_deref().unwrap_or("")).or_default().push(row);
    }
    for unit in 0..units.len() {
        let rows = by_unit.get(units.name(unit)).map_or(&[][..], Vec::as_slice);
        for (id, value) in measures(rows)? {
            out.set_known(framework, unit, id, value)?;
        }
    }
    if let Some(rights) = &evidence.decision_rights {
        for unit in 0..units.len() {
            let below = |row: &&DecisionRightRow| {
                units.index(&row.unit).is_some_and(|u| u == unit || units.ancestors(u).any(|a| a == unit))
            };
            out.set_known(
                framework,
                unit,
                "decision_centralization",
                centralization(rights.rows().iter().filter(below))?,
            )?;
        }
    }
    Ok(found)
}

/// The measures of one unit, at the highest pressure it met.
fn measures(rows: &[&FacetRow]) -> Result<Vec<(&'static str, MeasureValue)>> {
    let mut out = Vec::new();
    let decided = |r: &&FacetRow| r.facet == "reinforcement" || r.facet == "symptoms" || r.measure == "enacted_match";
    let told = |r: &&FacetRow| r.facet == "fidelity" || r.facet == "one_signal";
    let decisions: Vec<&FacetRow> = rows.iter().copied().filter(decided).collect();
    let rankings: Vec<&FacetRow> = rows.iter().copied().filter(told).collect();
    let at = |of: &[&FacetRow], measure: &str, variant: &str| -> Option<FacetRow> {
        let (wave, pressure) = highest(of)?;
        let own = of.iter().find(|r| {
            (r.measure, r.variant) == (measure, variant) && (r.wave.as_deref(), r.pressure) == (wave, pressure)
        });
        own.map(|r| (*r).clone())
    };
    for (id, measure, variant) in [
        ("decision_reinforcement", "decision_reinforcement", "all"),
        ("decision_reinforcement_apart", "decision_reinforcement", "experiments_apart"),
        ("signal_match", "enacted_match", "all"),
        ("signal_match_apart", "enacted_match", "experiments_apart"),
    ] {
        let Some(row) = at(&decisions, measure, variant) else { continue };
        let value = match row.items {
            n if n < MIN_DECISIONS => MeasureValue::Absent(Absence::TooFew { n, need: MIN_DECISIONS }),
            _ => value_of(&row, Origin::Decisions)?,
        };
        out.push((id, under_pressure(&decisions, value)));
    }
    if let Some(row) =
        worst_symptom(&at(&decisions, "rework_share", "decisions"), &at(&decisions, "reversed_share", "decisions"))
    {
        out.push(("rework_share", under_pressure(&decisions, value_of(&row, Origin::Decisions)?)));
    }
    if let Some(row) = at(&rankings, "mean_spearman", "pairs") {
        out.push(("one_signal", under_pressure(&rankings, value_of(&row, Origin::Rankings)?)));
    }
    if let Some(row) = at(&rankings, "weakest_link", "mean_orders") {
        out.push(("layer_link", under_pressure(&rankings, value_of(&row, Origin::Rankings)?)));
    }
    if let Some(view) = at(&rankings, "camps", "consensus").and_then(|r| r.found) {
        out.push(("leader_camps", MeasureValue::Category(view, Origin::Rankings)));
    }
    if let Some(value) = weakest_layer(&rankings)? {
        out.push(("layer_fidelity", under_pressure(&rankings, value)));
    }
    for (id, measure, variant, origin) in [
        ("reinforcement_change", "reinforcement_change", "all", Origin::Decisions),
        ("fidelity_change", "fidelity_change", "paired_leaders", Origin::Rankings),
    ] {
        let own = rows.iter().filter(|r| (r.measure, r.variant) == (measure, variant));
        if let Some(row) = own.max_by(|a, b| waves(a, b)) {
            let value = match (row.interval, &row.value) {
                (None, Ok(_)) => MeasureValue::Absent(Absence::TooFew { n: row.items, need: least(id) }),
                _ => value_of(row, origin)?,
            };
            out.push((id, value));
        }
    }
    let stable = rows.iter().filter(|r| r.measure == "priority_stability").max_by(|a, b| waves(a, b));
    if let Some(row) = stable {
        out.push(("priority_stability", value_of(row, Origin::Rankings)?));
        let declared = rows.iter().find(|r| r.measure == "declared_stability" && r.wave == row.wave);
        if let Some(declared) = declared {
            // A declared order is nobody's answer.
            let value = match &declared.value {
                Ok(value) => MeasureValue::Known(Estimate::new(*value, None, None, Origin::Rankings)?),
                Err(why) => MeasureValue::Absent(why.clone()),
            };
            out.push(("declared_stability", value));
        }
    }
    let timed: Vec<&FacetRow> = rows.iter().copied().filter(|r| r.facet == "timing").collect();
    if let Some(row) = at(&timed, "timing_divergence", "cliffs_delta") {
        out.push(("timing_divergence", timing_value(&row)?));
    }
    Ok(out)
}

fn least(id: &str) -> u64 {
    if id == "fidelity_change" { MIN_LEADERS } else { MIN_DECISIONS }
}

fn waves(a: &FacetRow, b: &FacetRow) -> std::cmp::Ordering {
    by_wave(a.wave.as_deref().unwrap_or(""), b.wave.as_deref().unwrap_or("")).then(a.pressure.cmp(&b.pressure))
}

/// The highest pressure, in the latest wave that met it.
fn highest<'r>(rows: &[&'r FacetRow]) -> Option<(Option<&'r str>, Option<Pressure>)> {
    let top = rows.iter().max_by(|a, b| {
        let wave = |r: &FacetRow| r.wave.clone().unwrap_or_default();
        a.pressure.cmp(&b.pressure).then_with(|| by_wave(&wave(a), &wave(b)))
    })?;
    Some((top.wave.as_deref(), top.pressure))
}

/// Coherence is judged only where pressure rose: with one level observed nothing tells how it would hold (C028).
fn under_pressure(rows: &[&FacetRow], value: MeasureValue) -> MeasureValue {
    let levels: BTreeSet<Pressure> = rows.iter().filter_map(|r| r.pressure).collect();
    if levels.len() < 2 { MeasureValue::Absent(Absence::OnePressure) } else { value }
}

/// A row as a measure. Where an interval is offered its width decides how sure it is, small numbers included.
fn value_of(row: &FacetRow, origin: Origin) -> Result<MeasureValue> {
    match &row.value {
        Ok(value) => {
            let se = row.interval.map(|(low, high)| (high - value).max(value - low) / quantile(0.975));
            Estimate::new(*value, se, Some(row.n), origin).map(MeasureValue::Known)
        }
        Err(why) => Ok(MeasureValue::Absent(why.clone())),
    }
}

fn worst_symptom(rework: &Option<FacetRow>, reversed: &Option<FacetRow>) -> Option<FacetRow> {
    let share = |r: &&FacetRow| r.value.as_ref().ok().copied();
    let known = [rework, reversed].into_iter().flatten().filter(|r| r.value.is_ok());
    known.max_by(|a, b| share(a).unwrap_or(0.0).total_cmp(&share(b).unwrap_or(0.0))).cloned()
}

/// The layer whose leaders stand furthest from the declared order, among layers of enough leaders.
fn weakest_layer(rankings: &[&FacetRow]) -> Result<Option<MeasureValue>> {
    let Some((wave, pressure)) = highest(rankings) else { return Ok(None) };
    let layers: Vec<&&FacetRow> = rankings
        .iter()
        .filter(|r| r.measure == "declared_fidelity" && (r.wave.as_deref(), r.pressure) == (wave, pressure))
        .collect();
    let sure = layers.iter().filter(|r| r.interval.is_some());
    let low = |r: &FacetRow| r.value.as_ref().ok().copied().unwrap_or(f64::INFINITY);
    if let Some(row) = sure.min_by(|a, b| low(a).total_cmp(&low(b))) {
        return value_of(row, Origin::Rankings).map(Some);
    }
    let most = layers.iter().map(|r| r.n).max();
    Ok(most.map(|n| match n {
        n if n < MIN_LEADERS => MeasureValue::Absent(Absence::TooFew { n, need: MIN_LEADERS }),
        n => MeasureValue::Absent(Absence::NoSpread { n }),
    }))
}

/// How far a part stands from the others in time; the probability of as much by chance gives its standard error.
fn timing_value(row: &FacetRow) -> Result<MeasureValue> {
    let (Ok(delta), Some(p)) = (&row.value, row.p) else { return value_of(row, Origin::Decisions) };
    let z = quantile(1.0 - p / 2.0);
    let se = if z > 0.0 { delta.abs() / z } else { 1.0 };
    Estimate::new(delta.abs(), Some(se), Some(row.n), Origin::Decisions).map(MeasureValue::Known)
}

/// How far final decisions lie in one hand: 0 when every class has a decider of its own, 1 when one decides all.
///
/// The root of Herfindahl's index of the shares of classes, freed of its smallest possible value.
fn centralization<'r>(rows: impl Iterator<Item = &'r DecisionRightRow>) -> Result<MeasureValue> {
    let mut holders: BTreeMap<&str, f64> = BTreeMap::new();
    let mut classes: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for row in rows.filter(|r| r.role == Role::Decides) {
        let scope = row.scope.as_deref().unwrap_or(&row.unit);
        classes.entry((&row.decision_class, scope)).or_default().push(&row.holder);
    }
    let n = classes.len() as f64;
    if classes.len() < 3 {
        return Ok(MeasureValue::Absent(match classes.len() {
            0 => Absence::NotAsked,
            n => Absence::TooFew { n: n as u64, need: 3 },
        }));
    }
    for deciders in classes.values() {
        for d in deciders {
            *holders.entry(d).or_default() += 1.0 / deciders.len() as f64;
        }
    }
    let index: f64 = crate::num::sum(holders.values().map(|h| (h / n) * (h / n)));
    let value = sqrt(((index - 1.0 / n) / (1.0 - 1.0 / n)).clamp(0.0, 1.0));
    Estimate::new(value, None, Some(holders.len() as u64), Origin::DecisionRights).map(MeasureValue::Known)
}

/// What can be said of a unit only when everything else is known: how departures from the declared order are read, as
/// distortion under technical challenges, as emergence under complex ones, both ways when the kind is mixed, unknown, or
/// not one (C252); and whether behavior under pressure was observed, or words are all there is (C181-C183).
pub(super) fn settle<'j>(
    framework: &Framework,
    cases: &mut [Case],
    kinds: impl Iterator<Item = &'j Judgment>,
) -> Result<()> {
    let answers: BTreeSet<Option<&str>> = kinds.map(Judgment::answer).collect();
    let reading = match answers.into_iter().collect::<Vec<_>>()[..] {
        [Some("technical")] => "distortion",
        [Some("complex")] => "emergence",
        _ => "both",
    };
    let find = |ids: &[&str]| ids.iter().filter_map(|m| framework.find_measure(m).ok()).collect::<Vec<_>>();
    let (decided, words) = (find(&DECIDED), find(&WORDS));
    let looked = find(&[&DECIDED[..], &RANKED[..]].concat());
    for case in cases {
        let any = |of: &[MeasureId]| of.iter().any(|m| case.get(*m).is_some());
        let under_pressure = |m: &&MeasureId| match case.get(**m) {
            Some(MeasureValue::Absent(Absence::OnePressure | Absence::NotAsked)) | None => false,
            Some(_) => true,
        };
        let told = any(&decided) || any(&words);
        let (facets, seen) = (any(&looked), decided.iter().take(2).any(|m| under_pressure(&m)));
        if let (Ok(id), true) = (framework.find_measure(READING), facets) {
            case.put(framework, id, MeasureValue::Category(reading.to_owned(), Origin::Challenges))?;
        }
        if let (Ok(id), true) = (framework.find_measure(OBSERVED), told)
            && case.get(id).is_none()
        {
            let seen = Estimate::new(f64::from(u8::from(seen)), None, None, Origin::Decisions)?;
            case.put(framework, id, MeasureValue::Known(seen))?;
        }
    }
    Ok(())
}

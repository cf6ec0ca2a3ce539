//! Every table's contribution to what is known of a unit, as one case a unit.

use super::coherence;
use super::networks::connect;
use super::survey::{Survey, by_wave};
use super::units::Units;
use crate::error::{Error, Result};
use crate::evidence::{Direction, Evidence, FactRow, Instrument, Pressure, RankingRow};
use crate::measure::coherence::Coherence;
use crate::measure::{Absence, MeasureValue, approvals, decision_days, decision_rights, join_facts, kendalls_w, maker};
use crate::rules::{Case, Framework, Testimony};
use std::collections::{BTreeMap, BTreeSet};

/// Cases of all units, and remarks about evidence that was set aside.
pub(crate) struct Gathered {
    pub(crate) cases: Vec<Case>,
    pub(crate) notes: Vec<String>,
    pub(crate) leaders: Leaders,
    /// The people of every unit whose ties are known, those below it left out, by number.
    pub(crate) connected: Vec<BTreeSet<u32>>,
    pub(crate) coherence: Coherence,
}

/// By measure and unit: the leaders or deciders whose rows in that very unit a finding rests on, for measures that
/// are shares or means of rows, so that one unit's could be taken from another's. Medians and W cannot.
pub(crate) type Leaders = BTreeMap<&'static str, Vec<BTreeSet<String>>>;

pub(crate) fn gather(
    framework: &Framework,
    evidence: &Evidence,
    units: &Units,
    survey: Option<(&Survey, &Instrument)>,
    direction: Option<Direction>,
) -> Result<Gathered> {
    let cases = vec![Case::new(framework); units.len()];
    let mut out = Gathered {
        cases,
        notes: Vec::new(),
        leaders: Leaders::new(),
        connected: Vec::new(),
        coherence: Coherence::default(),
    };
    if let Some((survey, instrument)) = survey {
        out.answers(framework, survey, instrument, units)?;
    }
    out.rights(framework, evidence, units)?;
    out.decisions(framework, evidence, units)?;
    out.rankings(framework, evidence, units)?;
    out.ties(framework, evidence, units, direction)?;
    out.coherence = coherence::fill(&mut out, framework, evidence, units)?;
    out.facts(framework, evidence, units)?;
    Ok(out)
}

impl Gathered {
    /// Sets a measure of the framework; a framework without the measure simply does not look at it.
    fn set(&mut self, framework: &Framework, unit: usize, id: &str, value: MeasureValue) -> Result<()> {
        match (self.cases.get_mut(unit), framework.find_measure(id)) {
            (Some(case), Ok(m)) => case.put(framework, m, value),
            _ => Ok(()),
        }
    }

    fn answers(
        &mut self,
        framework: &Framework,
        survey: &Survey,
        instrument: &Instrument,
        units: &Units,
    ) -> Result<()> {
        for unit in 0..units.len() {
            if survey.n(units.name(unit)) == 0 {
                continue;
            }
            for measure in framework.measures() {
                if let Some(value) = survey.readings.value(measure, instrument, units, unit) {
                    self.set(framework, unit, &measure.id, value)?;
                }
            }
        }
        Ok(())
    }

    fn rights(&mut self, framework: &Framework, evidence: &Evidence, units: &Units) -> Result<()> {
        let Some(table) = &evidence.decision_rights else { return Ok(()) };
        let holders = own_people(units, table.rows(), |r| (&r.unit, r.holder.clone()));
        for id in ["contested_share", "unowned_share", "contributor_share"] {
            self.leaders.insert(id, holders.clone());
        }
        for (unit, own) in with_ancestors(units, table.rows(), |r| &r.unit).into_iter().enumerate() {
            let m = decision_rights(own)?;
            for (id, value) in [
                ("contested_share", m.contested_share),
                ("unowned_share", m.unowned_share),
                ("contributor_share", m.contributor_share),
            ] {
                self.set_known(framework, unit, id, value)?;
            }
        }
        Ok(())
    }

    fn decisions(&mut self, framework: &Framework, evidence: &Evidence, units: &Units) -> Result<()> {
        let Some(table) = &evidence.decisions else { return Ok(()) };
        let latest = table.rows().iter().filter_map(|r| r.wave.as_deref()).max_by(|a, b| by_wave(a, b));
        self.note_waveless("decisions", table.rows().iter().map(|r| r.wave.as_deref()), latest);
        let now = table.rows().iter().filter(|r| r.wave.as_deref() == latest);
        let approved = now.clone().filter(|r| r.approvals.is_some());
        self.leaders.insert("approvals", own_people(units, approved, |r| (&r.unit, maker(r))));
        for (unit, own) in with_ancestors(units, now, |r| &r.unit).into_iter().enumerate() {
            self.set_known(framework, unit, "decision_days", decision_days(&own)?)?;
            self.set_known(framework, unit, "approvals", approvals(&own)?)?;
        }
        Ok(())
    }

    /// Agreement on priorities in the latest wave, at the highest pressure that was observed: that is where
    /// diverging readings of the priorities matter.
    fn rankings(&mut self, framework: &Framework, evidence: &Evidence, units: &Units) -> Result<()> {
        let Some(table) = &evidence.rankings else { return Ok(()) };
        let latest = table.rows().iter().filter_map(|r| r.wave.as_deref()).max_by(|a, b| by_wave(a, b));
        self.note_waveless("rankings", table.rows().iter().map(|r| r.wave.as_deref()), latest);
        let now: Vec<&RankingRow> = table.rows().iter().filter(|r| r.wave.as_deref() == latest).collect();
        let highest: Option<Pressure> = now.iter().filter_map(|r| r.pressure).max();
        let tested = now.into_iter().filter(|r| r.pressure == highest);
        for (unit, own) in with_ancestors(units, tested, |r| &r.unit).into_iter().enumerate() {
            self.set_known(framework, unit, "priority_agreement", kendalls_w(&own)?)?;
        }
        Ok(())
    }

    fn ties(
        &mut self,
        framework: &Framework,
        evidence: &Evidence,
        units: &Units,
        direction: Option<Direction>,
    ) -> Result<()> {
        let found = connect(evidence, units, direction)?;
        for (unit, id, value) in found.values {
            self.set_known(framework, unit, id, value)?;
        }
        self.connected = found.people;
        self.notes.extend(found.notes);
        Ok(())
    }

    /// Nothing is lost in silence: rows without a wave, in a table that has waves, are not of the latest.
    fn note_waveless<'w>(&mut self, table: &str, waves: impl Iterator<Item = Option<&'w str>>, latest: Option<&str>) {
        let waveless = waves.filter(Option::is_none).count();
        if let (Some(latest), true) = (latest, waveless > 0) {
            self.notes
                .push(format!("{waveless} rows of `{table}` have no wave and were set aside: wave {latest} is judged"));
        }
    }

    fn facts(&mut self, framework: &Framework, evidence: &Evidence, units: &Units) -> Result<()> {
        let Some(table) = &evidence.facts else { return Ok(()) };
        let mut groups: BTreeMap<(usize, usize), Vec<(usize, &FactRow)>> = BTreeMap::new();
        for (row, fact) in table.rows().iter().enumerate() {
            let place = |column: &str| format!("facts, row {}, column {column}", row + 1);
            let m = framework.find_measure(&fact.measure).map_err(|e| e.at(place("measure")))?;
            if framework.measure(m).is_some_and(|m| m.about == "challenge") {
                let message = format!("`{}` describes a challenge, not a unit", fact.measure);
                return Err(Error::input("wrong_table", message)
                    .at(place("measure"))
                    .help("put it into `challenges`, as a criterion"));
            }
            if framework.measure(m).is_some_and(|m| m.about == "plan") {
                let message = format!("`{}` describes a plan, not a unit", fact.measure);
                return Err(Error::input("wrong_table", message)
                    .at(place("measure"))
                    .help("hold the plan against the diagnosis: see `lint`"));
            }
            let unit = units.index(&fact.unit).ok_or_else(|| {
                Error::input("unknown_unit", format!("unknown unit `{}`", fact.unit))
                    .at(place("unit"))
                    .help("add it to `organization`")
            })?;
            groups.entry((unit, m.0)).or_default().push((row, fact));
        }
        for ((unit, _), rows) in groups {
            let Some((first, fact)) = rows.first() else { continue };
            let place = format!("facts, row {}, column value", first + 1);
            let facts: Vec<&FactRow> = rows.iter().map(|(_, f)| *f).collect();
            let value = join_facts(&facts)?;
            let m = framework.find_measure(&fact.measure)?;
            // That everybody answered alike counts as measured too: what is set aside must not tell the two apart.
            let told =
                |v: &MeasureValue| !matches!(v, MeasureValue::Absent(Absence::NotAsked | Absence::TooFew { .. }));
            if self.cases.get(unit).and_then(|c| c.get(m)).is_some_and(told) {
                self.notes.push(format!(
                    "the fact `{}` of `{}` was set aside: the tables measure it directly",
                    fact.measure, fact.unit
                ));
                continue;
            }
            self.set(framework, unit, &fact.measure, value).map_err(|e| e.at(place))?;
            let told = facts.iter().map(|f| testimony(f)).collect::<Result<_>>()?;
            if let Some(case) = self.cases.get_mut(unit) {
                case.note(m, told);
            }
        }
        Ok(())
    }

    /// As `set`, but leaves alone what the tables do not tell.
    pub(super) fn set_known(
        &mut self,
        framework: &Framework,
        unit: usize,
        id: &str,
        value: MeasureValue,
    ) -> Result<()> {
        match value {
            MeasureValue::Absent(Absence::NotAsked) => Ok(()),
            value => self.set(framework, unit, id, value),
        }
    }
}

/// What one row of facts tells, and who tells it.
fn testimony(fact: &FactRow) -> Result<Testimony> {
    Ok(Testimony { value: join_facts(&[fact])?, by: fact.provenance() })
}

/// The people behind the rows of every unit, those of units below it left out.
pub(super) fn own_people<'r, R: 'r>(
    units: &Units,
    rows: impl IntoIterator<Item = &'r R>,
    told: impl Fn(&'r R) -> (&'r str, String),
) -> Vec<BTreeSet<String>> {
    let mut out = vec![BTreeSet::new(); units.len()];
    for (unit, person) in rows.into_iter().map(told) {
        if let Some(people) = units.index(unit).and_then(|i| out.get_mut(i)) {
            people.insert(person);
        }
    }
    out
}

/// The rows of every unit, those of all units below it included.
fn with_ancestors<'r, R>(
    units: &Units,
    rows: impl IntoIterator<Item = &'r R>,
    unit: impl Fn(&R) -> &str,
) -> Vec<Vec<&'r R>> {
    let mut out: Vec<Vec<&R>> = (0..units.len()).map(|_| Vec::new()).collect();
    for row in rows {
        let Some(own) = units.index(unit(row)) else { continue };
        for u in std::iter::once(own).chain(units.ancestors(own)) {
            if let Some(list) = out.get_mut(u) {
                list.push(row);
            }
        }
    }
    out
}

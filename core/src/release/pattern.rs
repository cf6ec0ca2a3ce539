//! Which cells of an assessment may leave, by wave and scale.

use super::audit::needed;
use super::audit::organization::{Holds, Organized};
use super::history::{Joint, Left, Record, join};
use super::ledger::Ledger;
use super::plan::{Choice, choose};
use super::policy::DisclosurePolicy;
use super::suppress::{hidden, hidden_people};
use crate::assess::{Assessment, Subject, TIE_MEASURES, Units, Wave};
use crate::error::{Error, Result};
use crate::measure::{Estimate, MeasureValue, Origin};
use crate::rules::MeasureId;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What the three audits of one set of cells said.
#[derive(Debug, Clone, PartialEq)]
pub struct Audited {
    /// The wave, or empty.
    pub wave: String,
    /// The scale, or empty for the numbers of respondents.
    pub scale: String,
    /// Groups of cells without people in common.
    pub components: usize,
    /// Those of them that were proved safe; in the others a random search found nothing.
    pub proved: usize,
    /// Cells with enough people.
    pub eligible: usize,
    /// Cells that left.
    pub released: usize,
}

/// Which cells of a survey stay hidden.
pub(crate) struct Pattern {
    /// Wave to unit: hidden by its respondents.
    pub(crate) units: BTreeMap<String, Vec<bool>>,
    /// Wave and scale to the cells that may leave with its value.
    scales: HashMap<(String, String), HashSet<Holds>>,
    /// Measure to unit: its number is hidden by the leaders behind it; its verdict may leave.
    pub(crate) leaders: HashMap<String, Vec<bool>>,
    /// Measure to unit: hidden by the people behind a fact.
    pub(crate) facts: HashMap<String, Vec<bool>>,
    pub(crate) audited: Vec<Audited>,
    /// What leaves of each wave, for the ledger.
    pub(crate) records: Vec<(String, Record)>,
}

impl Assessment {
    pub(crate) fn pattern(&self, policy: &DisclosurePolicy, ledger: &Ledger) -> Result<Pattern> {
        let min_group = policy.min_group();
        let leaders = self.leaders.iter().map(|(m, own)| ((*m).to_owned(), hidden_people(&self.units, own, min_group)));
        let mut leaders: HashMap<String, Vec<bool>> = leaders.collect();
        if !self.connected.is_empty() {
            let hidden = hidden_people(&self.units, &self.connected, min_group);
            leaders.extend(TIE_MEASURES.iter().map(|id| ((*id).to_owned(), hidden.clone())));
        }
        let mut out = Pattern {
            units: BTreeMap::new(),
            scales: HashMap::new(),
            leaders,
            facts: self.fact_pattern(min_group),
            audited: Vec::new(),
            records: Vec::new(),
        };
        for (wave, people) in &self.census.waves {
            let mut now = self.record(people);
            let past: Vec<&Record> = ledger.records(wave).iter().collect();
            if past.iter().any(|r| r.same_people(&now) && r.digest != now.digest && r.protects()) {
                let message = format!("as many people left before in wave `{wave}` with other answers");
                return Err(Error::disclosure("difference_exposed", message)
                    .at("ledger")
                    .help("name what was asked again a wave of its own, or wait for more answers"));
            }
            let door = Door { policy, seed: self.manifest.seed, now: &now, past: &past };
            let mut base = door.open(wave, None, None, &mut out.audited)?;
            if policy.pooling() {
                let of = Organized::of(&now.parents(), &now.people)?;
                now.pools = of.pools(&now.parents(), &base, door.need()?);
                let pools = (0usize..).zip(&now.pools).map(|(index, p)| Holds::Pool { unit: p.unit, index });
                let pools = pools.collect();
                let door = Door { policy, seed: self.manifest.seed, now: &now, past: &past };
                base = door.with_pools(None, &pools, base, &mut out.audited)?;
            }
            let door = Door { policy, seed: self.manifest.seed, now: &now, past: &past };
            let shown = |i: usize| base.contains(&Holds::All(i));
            out.units.insert(wave.clone(), (0..self.units.len()).map(|i| !shown(i)).collect());
            let mut by_scale: Vec<HashSet<Holds>> = Vec::new();
            for (i, scale) in now.scales.iter().enumerate() {
                let whole = now.people.iter().zip(&now.answered).all(|(p, a)| a.get(i) == Some(&p.n));
                let open = match whole {
                    true => base.clone(),
                    false => door.open(wave, Some(scale), Some(&base), &mut out.audited)?,
                };
                by_scale.push(open);
            }
            let mut left: Vec<Holds> = base.into_iter().collect();
            left.sort_unstable();
            let need = door.need()?;
            now.left = left
                .into_iter()
                .map(|holds| Left {
                    holds,
                    purpose: policy.purpose().to_owned(),
                    need,
                    without: (0..by_scale.len())
                        .filter(|i| by_scale.get(*i).is_some_and(|s| !s.contains(&holds)))
                        .collect(),
                })
                .collect();
            for (scale, open) in now.scales.iter().zip(by_scale) {
                out.scales.insert((wave.clone(), scale.clone()), open);
            }
            out.records.push((wave.clone(), now));
        }
        Ok(out)
    }

    fn record(&self, wave: &Wave) -> Record {
        let units = (0..self.units.len()).map(|i| (self.units.name(i).to_owned(), self.units.parent(i)));
        Record {
            units: units.collect(),
            cuts: self.census.cuts.iter().map(|c| (c.name.clone(), c.categories.clone())).collect(),
            people: wave.people.clone(),
            scales: self.census.scales.clone(),
            answered: wave.answered.clone(),
            digest: wave.digest.clone(),
            left: Vec::new(),
            pools: Vec::new(),
        }
    }

    /// Facts that many people told may be sums of one another up the tree, like answers.
    fn fact_pattern(&self, min_group: u64) -> HashMap<String, Vec<bool>> {
        let mut counts: HashMap<&str, Vec<u64>> = HashMap::new();
        for a in &self.subjects {
            let Subject::Unit(unit) = &a.subject else { continue };
            let Some(i) = self.units.index(&unit.to_string()) else { continue };
            for (m, measure) in self.framework.measures().iter().enumerate() {
                let e = a.case.get(MeasureId(m)).and_then(MeasureValue::estimate);
                let n = e.filter(|e| e.origin() == Origin::Facts).and_then(Estimate::n);
                let slot = n.map(|_| counts.entry(&measure.id).or_insert_with(|| vec![0; self.units.len()]));
                if let (Some(n), Some(slot)) = (n, slot.and_then(|c| c.get_mut(i))) {
                    *slot = n;
                }
            }
        }
        let hide = |(m, n): (&str, Vec<u64>)| (m.to_owned(), hidden(&self.units, &n, min_group));
        counts.into_iter().map(hide).collect()
    }
}

/// One wave at the door.
struct Door<'d> {
    policy: &'d DisclosurePolicy,
    seed: u64,
    now: &'d Record,
    past: &'d [&'d Record],
}

impl Door<'_> {
    fn need(&self) -> Result<u64> {
        if self.policy.is_unrestricted() { Ok(0) } else { needed(self.policy.min_group(), self.policy.coalition()) }
    }

    /// The cells that may leave: safe by themselves, for readers who saw nothing before, and together with what left.
    fn open(
        &self,
        wave: &str,
        scale: Option<&str>,
        within: Option<&HashSet<Holds>>,
        audited: &mut Vec<Audited>,
    ) -> Result<HashSet<Holds>> {
        let need = self.need()?;
        let alone = join(&[], self.now, scale)?;
        let may = |h: &Holds| !matches!(h, Holds::Pool { .. }) && within.is_none_or(|w| w.contains(h));
        let eligible: Vec<bool> = alone.now.iter().map(may).collect();
        if need == 0 {
            return Ok(alone.now.iter().zip(&eligible).filter(|(_, e)| **e).map(|(h, _)| *h).collect());
        }
        let enough = (0..eligible.len()).filter(|i| eligible.get(*i) == Some(&true) && alone.groups.n(*i) >= need);
        let enough = enough.count();
        let (mut released, pattern) = self.choose(&alone, eligible, need)?;
        let left: Vec<&Left> = self.past.iter().flat_map(|r| r.protecting()).collect();
        let mut proof = (pattern.components, pattern.proved);
        if let Some(least) = left.iter().map(|l| l.need).min() {
            let joint = join(self.past, self.now, scale)?;
            let eligible = joint.now.iter().map(|h| released.contains(h)).collect();
            let (together, pattern) = self.choose(&joint, eligible, need.min(least))?;
            if scale.is_none() {
                self.refuse_lost(&released, &together)?;
            }
            released = together;
            proof = (pattern.components, pattern.proved);
        }
        audited.push(Audited {
            wave: wave.to_owned(),
            scale: scale.unwrap_or_default().to_owned(),
            components: proof.0,
            proved: proof.1,
            eligible: enough,
            released: released.len(),
        });
        within.map_or(Ok(released.clone()), |within| self.with_pools(scale, within, released, audited))
    }

    /// The cells and those pools among `wanted` that are safe with them. A pool is the first to be withdrawn, so that
    /// it costs no cell. The audit of all together takes the place of the last.
    fn with_pools(
        &self,
        scale: Option<&str>,
        wanted: &HashSet<Holds>,
        mut released: HashSet<Holds>,
        audited: &mut [Audited],
    ) -> Result<HashSet<Holds>> {
        let pools: Vec<Holds> = wanted.iter().filter(|h| matches!(h, Holds::Pool { .. })).copied().collect();
        if pools.is_empty() {
            return Ok(released);
        }
        let need = self.need()?;
        let least = self.past.iter().flat_map(|r| r.protecting()).map(|l| l.need).min();
        let states = [(&[][..], Some(need)), (self.past, least.map(|l| l.min(need)))];
        released.extend(&pools);
        for (past, need) in states {
            let Some(need) = need else { continue };
            let joint = join(past, self.now, scale)?;
            let eligible = joint.now.iter().map(|h| released.contains(h)).collect();
            let (open, pattern) = self.choose(&joint, eligible, need)?;
            if let Some(last) = audited.last_mut() {
                (last.components, last.proved, last.released) = (pattern.components, pattern.proved, open.len());
            }
            released = open;
        }
        let (eligible, enough) = (join(&[], self.now, scale)?, need);
        let pools = (0..eligible.now.len()).filter(|i| eligible.now.get(*i).is_some_and(|h| pools.contains(h)));
        if let Some(last) = audited.last_mut() {
            last.eligible += pools.filter(|i| eligible.groups.n(*i) >= enough).count();
        }
        Ok(released)
    }

    fn choose(&self, joint: &Joint, eligible: Vec<bool>, need: u64) -> Result<(HashSet<Holds>, super::plan::Pattern)> {
        let first = joint.first();
        let eligible = std::iter::repeat_n(false, first).chain(eligible).collect();
        let choice = Choice {
            groups: &joint.groups,
            ranks: &joint.ranks,
            eligible,
            left: joint.left.clone(),
            need,
            seed: self.seed,
        };
        let pattern = choose(&choice)?;
        let open = joint.now.iter().zip(pattern.released.iter().skip(first)).filter(|(_, r)| **r);
        Ok((open.map(|(h, _)| *h).collect(), pattern))
    }

    /// A unit that left before and would now have to be masked, because its people changed by too few, holds the whole
    /// release back until enough answers came or went.
    fn refuse_lost(&self, alone: &HashSet<Holds>, together: &HashSet<Holds>) -> Result<()> {
        let before: HashSet<String> = self
            .past
            .iter()
            .flat_map(|r| r.protecting().filter(|l| matches!(l.holds, Holds::All(_))).map(|l| r.names(l.holds).0))
            .collect();
        for (i, (unit, _)) in self.now.units.iter().enumerate() {
            let cell = Holds::All(i);
            if alone.contains(&cell) && !together.contains(&cell) && before.contains(unit) {
                let message = format!(
                    "`{unit}` left before; with the answers added or taken out since, few people would stand out"
                );
                return Err(Error::disclosure("difference_exposed", message)
                    .at(format!("ledger, unit {unit}"))
                    .help(format!("wait until at least {} answers were added or taken out", self.need()?)));
            }
        }
        Ok(())
    }
}

impl Pattern {
    pub(crate) fn shows(&self, of: &HashMap<String, Vec<bool>>, units: &Units, measure: &str, unit: &str) -> bool {
        // What nobody was counted for rests on nobody.
        let Some(hidden) = of.get(measure) else { return true };
        units.index(unit).and_then(|i| hidden.get(i)) != Some(&true)
    }

    pub(crate) fn shows_unit(&self, units: &Units, wave: &str, unit: &str) -> bool {
        let Some(i) = units.index(unit) else { return false };
        self.units.get(wave).and_then(|h| h.get(i)) == Some(&false)
    }

    pub(crate) fn shows_cell(&self, wave: &str, scale: &str, holds: Holds) -> bool {
        let key = (wave.to_owned(), scale.to_owned());
        self.scales.get(&key).is_some_and(|open| open.contains(&holds))
    }

    pub(crate) fn shows_scale(&self, units: &Units, wave: &str, unit: &str, scale: &str) -> bool {
        units.index(unit).is_some_and(|i| self.shows_cell(wave, scale, Holds::All(i)))
    }
}

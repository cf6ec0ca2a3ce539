//! States of one wave's people, and the cells over all of them together: what left under one state and what may leave
//! under the next are read by the same people.

use super::audit::blocks::{Group, Groups};
use super::audit::organization::{Holds, Organized, Pool};
use super::plan::Rank;
use super::policy::UNRESTRICTED;
use crate::assess::People;
use crate::error::{Error, Result};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The people of a wave as a release met them, and what left of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Record {
    /// Units and the place of the unit above.
    pub(crate) units: Vec<(String, Option<usize>)>,
    /// Cuts and their categories.
    pub(crate) cuts: Vec<(String, Vec<String>)>,
    pub(crate) people: Vec<People>,
    pub(crate) scales: Vec<String>,
    /// By people: how many answered each scale.
    pub(crate) answered: Vec<Vec<u64>>,
    /// Of all scores, so that other answers of as many people are noticed.
    pub(crate) digest: String,
    pub(crate) left: Vec<Left>,
    /// Parts of units that may be told together.
    pub(crate) pools: Vec<Pool>,
}

/// A cell that left.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Left {
    pub(crate) holds: Holds,
    pub(crate) purpose: String,
    /// How many people anything derived had to stand on.
    pub(crate) need: u64,
    /// The scales, by place, whose value was held back.
    pub(crate) without: Vec<usize>,
}

impl Record {
    /// Whether the same people are counted in the same units and cuts.
    pub(crate) fn same_people(&self, other: &Record) -> bool {
        let view =
            |r: &Record| (r.units.clone(), r.cuts.clone(), r.people.clone(), r.scales.clone(), r.answered.clone());
        view(self) == view(other)
    }

    /// What left under terms that protect somebody; the rest stayed with its owner.
    pub(crate) fn protecting(&self) -> impl Iterator<Item = &Left> {
        self.left.iter().filter(|l| l.purpose != UNRESTRICTED)
    }

    pub(crate) fn protects(&self) -> bool {
        self.protecting().next().is_some()
    }

    fn n(&self, people: usize, scale: Option<&str>) -> u64 {
        let all = self.people.get(people).map_or(0, |p| p.n);
        let Some(scale) = scale else { return all };
        let place = self.scales.iter().position(|s| s == scale);
        place.and_then(|i| self.answered.get(people)?.get(i)).copied().unwrap_or(0)
    }

    /// How many people each cell holds.
    pub(crate) fn sizes(&self) -> HashMap<Holds, u64> {
        let of = Organized::of(&self.parents(), &self.people).unwrap_or_default().with_pools(&self.pools);
        of.holds.iter().enumerate().map(|(i, h)| (*h, of.groups.n(i))).collect()
    }

    /// By unit: the one above.
    pub(crate) fn parents(&self) -> Vec<Option<usize>> {
        self.units.iter().map(|(_, p)| *p).collect()
    }

    fn unit(&self, place: usize) -> &str {
        self.units.get(place).map_or("", |(name, _)| name)
    }

    fn cut_names(&self) -> BTreeSet<&str> {
        self.cuts.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Unit and, for each of the cuts named, the category.
    fn key(&self, people: &People, cuts: &[&str]) -> Key {
        let category = |name: &&str| {
            let at = self.cuts.iter().position(|(n, _)| n == *name)?;
            let code = people.categories.get(at).copied().flatten()?;
            self.cuts.get(at)?.1.get(code).cloned()
        };
        (self.unit(people.unit).to_owned(), cuts.iter().map(category).collect())
    }

    /// How many people stand under each key.
    fn counts(&self, cuts: &[&str], scale: Option<&str>) -> BTreeMap<Key, u64> {
        let mut out = BTreeMap::new();
        for (i, p) in self.people.iter().enumerate() {
            *out.entry(self.key(p, cuts)).or_insert(0) += self.n(i, scale);
        }
        out
    }
}

type Key = (String, Vec<Option<String>>);

/// Cells over the people of several states.
#[derive(Debug, Clone, Default)]
pub(crate) struct Joint {
    pub(crate) groups: Groups,
    pub(crate) ranks: Vec<Rank>,
    /// By group: it has left.
    pub(crate) left: Vec<bool>,
    /// What the last groups hold, those of the state that is at hand.
    pub(crate) now: Vec<Holds>,
    /// By group: the state, in order of time, and what the group holds of it.
    pub(crate) cells: Vec<(usize, Holds)>,
}

impl Joint {
    /// The place of the first group of the state at hand.
    pub(crate) fn first(&self) -> usize {
        self.groups.groups.len() - self.now.len()
    }
}

/// The cells that left of `past` states (those for which `counts` says so) and all cells of the state at hand; with a
/// scale, over those who answered it.
///
/// Where a number grew, those counted before are taken to be still there; where it shrank, those that are left to have
/// been there before: the fewest differences, which are the hardest to hide.
///
/// # Errors
/// `cuts_changed` when states with different cuts cannot be matched.
pub(crate) fn join(past: &[&Record], now: &Record, scale: Option<&str>) -> Result<Joint> {
    let all: Vec<&Record> = past.iter().copied().chain([now]).collect();
    // Ties go to the state at hand.
    let Some(finest) = all.iter().max_by_key(|r| r.cuts.len()) else { return Ok(Joint::default()) };
    let cuts: Vec<&str> = finest.cut_names().into_iter().collect();
    let mut counts: BTreeMap<Key, Vec<u64>> = BTreeMap::new();
    for (i, record) in all.iter().enumerate() {
        let of = match record.cut_names() == finest.cut_names() {
            true => record.counts(&cuts, scale),
            // The same people, told apart less finely.
            false => {
                let own: Vec<&str> = record.cut_names().into_iter().collect();
                let same =
                    own.iter().all(|c| cuts.contains(c)) && record.counts(&own, scale) == finest.counts(&own, scale);
                if !same {
                    return Err(cuts_changed());
                }
                finest.counts(&cuts, scale)
            }
        };
        for (key, n) in of {
            let slot = counts.entry(key).or_insert_with(|| vec![0; all.len()]).get_mut(i);
            slot.into_iter().for_each(|s| *s += n);
        }
    }
    let mut out = Joint::default();
    // By state: its atoms as people of its own units and categories.
    let mut people: Vec<(Vec<u32>, Vec<People>)> = vec![Default::default(); all.len()];
    let units: Vec<HashMap<&str, usize>> =
        all.iter().map(|r| r.units.iter().enumerate().map(|(i, (n, _))| (n.as_str(), i)).collect()).collect();
    for (key, of) in &counts {
        let mut steps: Vec<u64> = of.iter().copied().filter(|n| *n > 0).collect();
        steps.sort_unstable();
        steps.dedup();
        let mut below = 0;
        for step in steps {
            let atom = out.groups.people.len() as u32;
            out.groups.people.push(step - below);
            for (i, record) in all.iter().enumerate().filter(|(i, _)| of.get(*i).is_some_and(|n| *n >= step)) {
                let unit = units.get(i).and_then(|u| u.get(key.0.as_str()).copied());
                let (Some(unit), Some((atoms, own))) = (unit, people.get_mut(i)) else { continue };
                atoms.push(atom);
                own.push(People { unit, categories: record.codes(&cuts, &key.1), n: step - below });
            }
            below = step;
        }
    }
    for (i, (record, (atoms, own))) in all.iter().zip(people).enumerate() {
        let organized = Organized::of(&record.parents(), &own)?.with_pools(&record.pools);
        let at_hand = i + 1 == all.len();
        let gone: BTreeSet<Holds> = record.released(scale);
        for ((group, holds), rank) in organized.groups.groups.into_iter().zip(organized.holds).zip(organized.ranks) {
            if !at_hand && !gone.contains(&holds) {
                continue;
            }
            let wide = group.atoms.iter().filter_map(|a| atoms.get(*a as usize).copied()).collect();
            out.groups.groups.push(Group { layer: group.layer, atoms: wide });
            out.ranks.push(rank);
            out.left.push(!at_hand);
            out.cells.push((i, holds));
            if at_hand {
                out.now.push(holds);
            }
        }
    }
    Ok(out)
}

impl Record {
    fn codes(&self, cuts: &[&str], categories: &[Option<String>]) -> Vec<Option<usize>> {
        let code = |(name, all): &(String, Vec<String>)| {
            let at = cuts.iter().position(|c| *c == name)?;
            let category = categories.get(at)?.as_ref()?;
            all.iter().position(|c| c == category)
        };
        self.cuts.iter().map(code).collect()
    }

    /// The cells that left, for a scale those that left with its value.
    fn released(&self, scale: Option<&str>) -> BTreeSet<Holds> {
        let place = scale.and_then(|s| self.scales.iter().position(|x| x == s));
        let told = |l: &&Left| place.is_none_or(|p| !l.without.contains(&p));
        self.protecting().filter(told).map(|l| l.holds).collect()
    }
}

fn cuts_changed() -> Error {
    Error::disclosure("cuts_changed", "this wave left before by other cuts, and the people cannot be matched")
        .at("ledger")
        .help("release it by the same cuts as before")
}

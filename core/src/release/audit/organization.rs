//! The cells of an organization: all and direct reports of every unit, and all reports by each category of a cut.

use super::super::plan::Rank;
use super::blocks::{Group, Groups};
use super::tables::{TableCell, Tables};
use crate::assess::People;
use crate::error::{Error, Result};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What a cell of an organization holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Holds {
    All(usize),
    Direct(usize),
    Cut {
        unit: usize,
        cut: usize,
        category: usize,
    },
    /// The pool of that index, of parts of the unit.
    Pool {
        unit: usize,
        index: usize,
    },
}

/// Parts of a unit that are told together because none of them may be told alone: units just below it and, with `own`,
/// its direct reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pool {
    pub(crate) unit: usize,
    pub(crate) members: Vec<usize>,
    pub(crate) own: bool,
}

impl Pool {
    /// The cells it is made of.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Holds> + '_ {
        self.members.iter().map(|u| Holds::All(*u)).chain(self.own.then_some(Holds::Direct(self.unit)))
    }
}

/// Cells of an organization beside what each holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Organized {
    pub(crate) groups: Groups,
    pub(crate) ranks: Vec<Rank>,
    pub(crate) holds: Vec<Holds>,
}

impl Organized {
    /// Cells without anybody are left out. A unit's direct reports are a cell of their own where it has units below.
    ///
    /// # Errors
    /// `bad_unit` for a unit that is not there, and `cyclic_relation`.
    pub(crate) fn of(parents: &[Option<usize>], people: &[People]) -> Result<Organized> {
        let mut inner = vec![false; parents.len()];
        for parent in parents.iter().flatten() {
            match inner.get_mut(*parent) {
                Some(slot) => *slot = true,
                None => return Err(bad_unit(*parent)),
            }
        }
        let mut cells: BTreeMap<Holds, Vec<u32>> = BTreeMap::new();
        for (atom, p) in (0u32..).zip(people) {
            if p.unit >= parents.len() {
                return Err(bad_unit(p.unit));
            }
            if p.n == 0 {
                continue;
            }
            if inner.get(p.unit) == Some(&true) {
                cells.entry(Holds::Direct(p.unit)).or_default().push(atom);
            }
            let mut unit = Some(p.unit);
            let mut steps = 0;
            while let Some(u) = unit {
                cells.entry(Holds::All(u)).or_default().push(atom);
                for (cut, category) in p.categories.iter().enumerate().filter_map(|(i, c)| Some((i, (*c)?))) {
                    cells.entry(Holds::Cut { unit: u, cut, category }).or_default().push(atom);
                }
                unit = parents.get(u).copied().flatten();
                steps += 1;
                if steps > parents.len() {
                    return Err(Error::input("cyclic_relation", format!("unit {u} is above itself"))
                        .at("organization")
                        .help("a unit belongs to a unit above it"));
                }
            }
        }
        let mut out = Organized { groups: Groups::default(), ranks: Vec::new(), holds: Vec::new() };
        out.groups.people = people.iter().map(|p| p.n).collect();
        for (holds, atoms) in cells {
            let (rank, layer) = match holds {
                Holds::All(_) => (Rank::Total, 0),
                Holds::Direct(_) => (Rank::Direct, 0),
                Holds::Cut { cut, .. } => (Rank::Cut, 1 + cut as u32),
                Holds::Pool { .. } => (Rank::Pool, 0),
            };
            out.groups.groups.push(Group { layer, atoms });
            out.ranks.push(rank);
            out.holds.push(holds);
        }
        Ok(out)
    }

    /// With pools as cells of their own, after all others.
    pub(crate) fn with_pools(mut self, pools: &[Pool]) -> Organized {
        let place: HashMap<Holds, usize> = self.holds.iter().enumerate().map(|(i, h)| (*h, i)).collect();
        for (index, pool) in pools.iter().enumerate() {
            let parts = pool.parts().filter_map(|h| self.groups.groups.get(*place.get(&h)?));
            let mut atoms: Vec<u32> = parts.flat_map(|g| g.atoms.iter().copied()).collect();
            atoms.sort_unstable();
            // Siblings are apart, so a pool is nested in or apart from all else of their layer.
            self.groups.groups.push(Group { layer: 0, atoms });
            self.ranks.push(Rank::Pool);
            self.holds.push(Holds::Pool { unit: pool.unit, index });
        }
        self
    }

    /// The pools of parts that are held back, where together they are enough: by number and structure alone.
    pub(crate) fn pools(&self, parents: &[Option<usize>], shown: &HashSet<Holds>, need: u64) -> Vec<Pool> {
        let n: HashMap<Holds, u64> = self.holds.iter().enumerate().map(|(i, h)| (*h, self.groups.n(i))).collect();
        let hidden = |h: Holds| n.get(&h).filter(|_| !shown.contains(&h)).copied();
        let mut found: BTreeMap<usize, (Pool, u64)> = BTreeMap::new();
        for (unit, parent) in parents.iter().enumerate() {
            if let (Some(parent), Some(people)) = (*parent, hidden(Holds::All(unit))) {
                let empty = (Pool { unit: parent, members: Vec::new(), own: false }, 0);
                let (pool, sum) = found.entry(parent).or_insert(empty);
                pool.members.push(unit);
                *sum = sum.saturating_add(people);
            }
        }
        for (unit, (pool, sum)) in &mut found {
            if let Some(people) = hidden(Holds::Direct(*unit)) {
                pool.own = true;
                *sum = sum.saturating_add(people);
            }
        }
        let pools = found.into_values().filter(|(p, sum)| p.parts().count() > 1 && *sum >= need);
        pools.map(|(pool, _)| pool).collect()
    }
}

fn bad_unit(unit: usize) -> Error {
    Error::input("bad_unit", format!("there is no unit {unit}"))
        .at("organization")
        .help("units are numbered from 0, in the order of their parents")
}

impl Tables {
    /// The cells of an organization, none of them released yet: `all u` and `direct u` of unit `u`, and `all u cut=c`.
    /// `parents` gives each unit the one above it.
    ///
    /// # Errors
    /// `bad_unit`, `cyclic_relation`.
    pub fn of_organization(parents: &[Option<usize>], people: &[People]) -> Result<Tables> {
        let of = Organized::of(parents, people)?;
        let name = |holds: &Holds| match holds {
            Holds::All(u) => format!("all {u}"),
            Holds::Direct(u) => format!("direct {u}"),
            Holds::Cut { unit, cut, category } => format!("all {unit} {cut}={category}"),
            Holds::Pool { unit, index } => format!("pool {unit} {index}"),
        };
        let cell = |(i, holds): (usize, &Holds)| TableCell {
            cell: name(holds),
            n: of.groups.n(i),
            released: false,
            value: None,
        };
        let cells = of.holds.iter().enumerate().map(cell).collect();
        Ok(Tables { cells, groups: of.groups, ranks: of.ranks })
    }
}

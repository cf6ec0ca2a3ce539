//! The cells of an organization: all and direct reports of every unit, and all reports by each category of a cut.

use super::super::plan::Rank;
use super::blocks::{Group, Groups};
use super::tables::{TableCell, Tables};
use crate::assess::People;
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// What a cell of an organization holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Holds {
    All(usize),
    Direct(usize),
    Cut { unit: usize, cut: usize, category: usize },
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
            };
            out.groups.groups.push(Group { layer, atoms });
            out.ranks.push(rank);
            out.holds.push(holds);
        }
        Ok(out)
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

//! Cells as sets of atoms, and what subtraction makes of them: blocks that do not overlap within a layer.
//!
//! A layer is a family of published cells of which any two are nested or apart, such as the units of a tree, or the
//! women of each unit. In a layer every atom belongs to one block at most: the smallest published cell around it. The
//! blocks span what the cells span, because each block is its cell less the cells just inside it.

use super::echelon::{Budget, Exhausted, Vector, dot};
use super::field::{Field, Stream};
use super::kernel::{Column, connected};
use super::search::examine;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A group about which something is or could be published.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// Groups of one layer are mostly nested or apart; that makes elimination fast and decides nothing else.
    pub(crate) layer: u32,
    /// Its atoms, ascending.
    pub(crate) atoms: Vec<u32>,
}

/// Groups over atoms, and the people of each atom.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    pub(crate) people: Vec<u64>,
    pub(crate) groups: Vec<Group>,
}

impl Groups {
    /// The people of a group.
    pub(crate) fn n(&self, group: usize) -> u64 {
        let atoms = self.groups.get(group).map_or(&[][..], |g| g.atoms.as_slice());
        self.count(atoms)
    }

    pub(crate) fn count(&self, atoms: &[u32]) -> u64 {
        let people = atoms.iter().map(|a| self.people.get(*a as usize).copied().unwrap_or(0));
        people.fold(0, u64::saturating_add)
    }
}

/// People whom nothing published tells apart.
#[derive(Debug, Clone)]
pub(crate) struct Superatom {
    /// The groups whose blocks they lie in, ascending.
    pub(crate) blocks: Vec<u32>,
    pub(crate) people: u64,
    pub(crate) atoms: Vec<u32>,
}

/// The published groups as blocks.
#[derive(Debug, Clone)]
pub(crate) struct Blocks {
    pub(crate) superatoms: Vec<Superatom>,
    /// By group: the published groups just inside it in its layer.
    inside: Vec<Vec<u32>>,
}

const NONE: u32 = u32::MAX;
/// Families a layer is split into where its cells overlap, before each further cell stands alone.
const FAMILIES: usize = 4;

impl Blocks {
    pub(crate) fn of(all: &Groups, published: &[bool]) -> Blocks {
        let atoms = all.people.len();
        let mut order: Vec<u32> = (0u32..).zip(published).filter(|(_, p)| **p).map(|(g, _)| g).collect();
        let group = |g: u32| all.groups.get(g as usize);
        order.sort_by_key(|g| (std::cmp::Reverse(group(*g).map_or(0, |g| g.atoms.len())), *g));
        let mut families: BTreeMap<u32, Vec<Vec<u32>>> = BTreeMap::new();
        let mut inside: Vec<Vec<u32>> = vec![Vec::new(); all.groups.len()];
        let mut alone: Vec<u32> = Vec::new();
        for g in order {
            let Some(of) = group(g).filter(|x| !x.atoms.is_empty()) else { continue };
            let families = families.entry(of.layer).or_default();
            if !families.iter_mut().any(|f| place(f, g, of, &mut inside)) {
                if families.len() < FAMILIES {
                    let mut family = vec![NONE; atoms];
                    place(&mut family, g, of, &mut inside);
                    families.push(family);
                } else {
                    alone.push(g);
                }
            }
        }
        let mut signatures: Vec<Vec<u32>> = vec![Vec::new(); atoms];
        for family in families.into_values().flatten() {
            let of = signatures.iter_mut().zip(family).filter(|(_, b)| *b != NONE);
            of.for_each(|(s, b)| s.push(b));
        }
        for g in alone {
            for a in group(g).into_iter().flat_map(|x| &x.atoms) {
                signatures.get_mut(*a as usize).into_iter().for_each(|s| s.push(g));
            }
        }
        let mut index: HashMap<Vec<u32>, usize> = HashMap::new();
        let mut superatoms: Vec<Superatom> = Vec::new();
        for (atom, mut blocks) in (0u32..).zip(signatures) {
            let people = all.people.get(atom as usize).copied().unwrap_or(0);
            // Nobody, or people of whom nothing is published.
            if people == 0 || blocks.is_empty() {
                continue;
            }
            blocks.sort_unstable();
            let at = *index.entry(blocks).or_insert_with_key(|blocks| {
                superatoms.push(Superatom { blocks: blocks.clone(), people: 0, atoms: Vec::new() });
                superatoms.len() - 1
            });
            if let Some(s) = superatoms.get_mut(at) {
                s.people = s.people.saturating_add(people);
                s.atoms.push(atom);
            }
        }
        Blocks { superatoms, inside }
    }

    /// The published groups just inside a group.
    pub(crate) fn inside(&self, group: u32) -> &[u32] {
        self.inside.get(group as usize).map_or(&[], Vec::as_slice)
    }

    /// The published groups with which a number for each block becomes a sum of groups.
    pub(crate) fn coefficients(&self, potential: &BTreeMap<u32, i64>) -> Option<Vec<(u32, i64)>> {
        let mut out: BTreeMap<u32, i64> = BTreeMap::new();
        for (block, p) in potential {
            let own = out.entry(*block).or_insert(0);
            *own = own.checked_add(*p)?;
            for inner in self.inside(*block) {
                let less = out.entry(*inner).or_insert(0);
                *less = less.checked_sub(*p)?;
            }
        }
        Some(out.into_iter().filter(|(_, c)| *c != 0).collect())
    }
}

/// Puts a group into a family when it lies within one block of it; larger groups come first.
fn place(family: &mut [u32], g: u32, group: &Group, inside: &mut [Vec<u32>]) -> bool {
    let block = |family: &[u32], a: u32| family.get(a as usize).copied().unwrap_or(NONE);
    let Some(around) = group.atoms.first().map(|a| block(family, *a)) else { return false };
    if group.atoms.iter().any(|a| block(family, *a) != around) {
        return false;
    }
    for a in &group.atoms {
        if let Some(slot) = family.get_mut(*a as usize) {
            *slot = g;
        }
    }
    inside.get_mut(around as usize).into_iter().for_each(|i| i.push(g));
    true
}

/// A way to single out too few people.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// By block of a group: its number.
    pub(crate) potential: Vector,
    /// The superatoms that are singled out, and the value of each.
    pub(crate) support: Vec<(usize, u64)>,
    pub(crate) people: u64,
}

/// A component with leaks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Part {
    pub(crate) superatoms: Vec<usize>,
    pub(crate) leaks: Vec<Found>,
}

/// What an audit of published groups found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings {
    pub(crate) parts: Vec<Part>,
    /// Connected components of blocks that were examined, and of these the proved ones.
    pub(crate) components: usize,
    pub(crate) proved: usize,
}

/// Components known to be clean, so that what did not change is not examined again.
pub(crate) type Clean = HashSet<u64>;

/// Looks for every way to single out fewer than `need` people.
pub(crate) fn find_leaks(
    blocks: &Blocks,
    groups: usize,
    need: u64,
    field: Field,
    seed: u64,
    mut clean: Option<&mut Clean>,
    budget: &mut Budget,
) -> Result<Findings, Exhausted> {
    let rows: Vec<Vec<(u32, u64)>> =
        blocks.superatoms.iter().map(|s| s.blocks.iter().map(|b| (*b, 1)).collect()).collect();
    let views: Vec<&[(u32, u64)]> = rows.iter().map(Vec::as_slice).collect();
    let mut out = Findings::default();
    let mut stream = Stream::new(seed);
    for members in connected(&views, groups) {
        let atoms: Vec<(usize, &Superatom)> =
            members.iter().filter_map(|i| Some((*i, blocks.superatoms.get(*i)?))).collect();
        let mut names: Vec<u32> = atoms.iter().flat_map(|(_, s)| s.blocks.iter().copied()).collect();
        names.sort_unstable();
        names.dedup();
        let named = |b: &u32| Some((u32::try_from(names.binary_search(b).ok()?).ok()?, 1));
        let columns: Vec<Column> = atoms
            .iter()
            .map(|(_, s)| Column { row: s.blocks.iter().filter_map(named).collect(), weight: s.people })
            .collect();
        out.components += 1;
        let mark = fingerprint(&names, &columns);
        if clean.as_ref().is_some_and(|c| c.contains(&mark)) {
            out.proved += 1;
            continue;
        }
        let examined = examine(field, &columns, names.len(), need, &mut stream, budget)?;
        out.proved += usize::from(examined.proved);
        if let (true, true, Some(clean)) = (examined.leaks.is_empty(), examined.proved, clean.as_mut()) {
            clean.insert(mark);
        }
        let mut leaks = Vec::new();
        for leak in examined.leaks {
            let value = |((i, s), c): (&(usize, &Superatom), &Column)| {
                let x = dot(field, &c.row, &leak);
                (x != 0).then_some((*i, x, s.people))
            };
            let hit: Vec<(usize, u64, u64)> = atoms.iter().zip(&columns).filter_map(value).collect();
            let people = hit.iter().fold(0_u64, |sum, (.., n)| sum.saturating_add(*n));
            if people == 0 || people >= need {
                continue;
            }
            let block = |(v, x): (&u32, &u64)| Some((*names.get(*v as usize)?, *x));
            leaks.push(Found {
                potential: leak.iter().filter_map(block).collect(),
                support: hit.into_iter().map(|(i, x, _)| (i, x)).collect(),
                people,
            });
        }
        if !leaks.is_empty() {
            out.parts.push(Part { superatoms: members, leaks });
        }
    }
    Ok(out)
}

fn fingerprint(names: &[u32], columns: &[Column]) -> u64 {
    let mut hasher = DefaultHasher::new();
    names.hash(&mut hasher);
    columns.iter().for_each(|c| (&c.row, c.weight).hash(&mut hasher));
    hasher.finish()
}

//! Which cells may leave: none below the minimum, and none with which a smaller group could be worked out.
//!
//! The choice follows from the numbers of people and the structure alone, never from an answer: that a cell is held
//! back tells nothing of what is in it (simulatable auditing, Kenthapadi, Mishra and Nissim 2005).

use super::audit::blocks::{Blocks, Clean, Findings, Groups, Superatom, find_leaks};
use super::audit::echelon::{Budget, Echelon, Exhausted, Row, Vector};
use super::audit::field::Field;
use super::audit::{STEPS, incomplete};
use crate::error::{Error, Result};
use std::collections::{BTreeSet, HashSet};

/// What is kept before what, when one of several cells has to be held back: earlier ranks are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rank {
    /// Everybody in a unit and below it.
    Total,
    /// Those who belong to a unit directly.
    Direct,
    /// One category of the people of a unit.
    Cut,
}

/// The terms and the state in which a pattern is chosen.
#[derive(Debug, Clone)]
pub(crate) struct Choice<'g> {
    pub(crate) groups: &'g Groups,
    /// By group.
    pub(crate) ranks: &'g [Rank],
    /// By group: it may leave if nothing speaks against it.
    pub(crate) eligible: Vec<bool>,
    /// By group: it has left already and cannot be taken back.
    pub(crate) left: Vec<bool>,
    /// How many people anything that can be derived must stand on.
    pub(crate) need: u64,
    pub(crate) seed: u64,
}

/// The cells that leave, and what the three audits said that let them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pattern {
    pub(crate) released: Vec<bool>,
    /// Components that were audited, and those of them that were proved safe in each of the audits.
    pub(crate) components: usize,
    pub(crate) proved: usize,
}

/// Withdraws cells until three audits in a row, each with a seed that was not used before, find nothing.
///
/// # Errors
/// `audit_incomplete`, and `difference_exposed` when what left already is not safe with anything.
pub(crate) fn choose(choice: &Choice<'_>) -> Result<Pattern> {
    let at = |flags: &[bool], g: usize| flags.get(g) == Some(&true);
    let mut released: Vec<bool> = (0..choice.groups.groups.len())
        .map(|g| at(&choice.left, g) || (at(&choice.eligible, g) && choice.groups.n(g) >= choice.need))
        .collect();
    let place = Order::new(choice);
    let mut budget = Budget::new(STEPS);
    let mut seed = choice.seed;
    let mut clean = Clean::new();
    let mut calm: Vec<(usize, usize)> = Vec::new();
    while calm.len() < 3 {
        // The second of the three is modulo the other prime; none of them trusts what earlier ones found clean.
        let (field, known) = match calm.len() {
            0 => (Field::LARGE, Some(&mut clean)),
            1 => (Field::SMALL, None),
            _ => (Field::LARGE, None),
        };
        let blocks = Blocks::of(choice.groups, &released);
        seed = seed.wrapping_add(1);
        let found = find_leaks(&blocks, released.len(), choice.need, field, seed, known, &mut budget)
            .map_err(|_| incomplete())?;
        if found.leaks.is_empty() {
            calm.push((found.components, found.proved));
            continue;
        }
        calm.clear();
        let mut withdrawn: HashSet<u32> = HashSet::new();
        let exposing = exposing(&blocks, &found, field, &place, &mut budget).map_err(|_| incomplete())?;
        for (leak, cells) in found.leaks.iter().zip(&exposing) {
            // What was withdrawn for another leak may have taken this one along.
            if cells.iter().any(|g| withdrawn.contains(g)) {
                continue;
            }
            let last = cells.iter().rev().find(|g| !at(&choice.left, **g as usize));
            let Some(victim) = last else { return Err(exposed(leak.people)) };
            withdrawn.insert(*victim);
            if let Some(slot) = released.get_mut(*victim as usize) {
                *slot = false;
            }
        }
    }
    let (components, _) = calm.first().copied().unwrap_or_default();
    let proved = calm.iter().map(|(_, p)| *p).min().unwrap_or_default();
    Ok(Pattern { released, components, proved })
}

/// For each leak the published groups that expose it, in the order in which they are chosen, such that the last is as
/// early as can be: it is the group at which the leak appears when groups are published one after the other.
fn exposing(
    blocks: &Blocks,
    found: &Findings,
    field: Field,
    place: &Order,
    budget: &mut Budget,
) -> Result<Vec<Vec<u32>>, Exhausted> {
    let groups = place.of.len();
    // Sums of groups that come to nothing, each led by the latest of its groups: with them a later group is replaced
    // by earlier ones.
    let mut nothing = Echelon::new(field, groups);
    let row = |potential: &Vector| {
        let mut sum: Vector = Vector::new();
        for (block, p) in potential {
            let mut add = |g: u32, x: u64| {
                let entry = sum.entry(place.place(g)).or_insert(0);
                *entry = field.add(*entry, x);
            };
            add(*block, *p);
            blocks.inside(*block).iter().for_each(|g| add(*g, field.negate(*p)));
        }
        sum.into_iter().filter(|(_, x)| *x != 0).collect::<Row>()
    };
    // A group without people of its own is the sum of those just inside it.
    let own: HashSet<u32> = blocks.superatoms.iter().flat_map(|s| &s.blocks).copied().collect();
    for g in (0..groups as u32).filter(|g| !own.contains(g) && !blocks.inside(*g).is_empty()) {
        nothing.insert(row(&Vector::from([(g, 1)])), budget)?;
    }
    for part in &found.parts {
        let superatoms: Vec<&Superatom> = part.iter().filter_map(|i| blocks.superatoms.get(*i)).collect();
        let names: BTreeSet<u32> = superatoms.iter().flat_map(|s| s.blocks.iter().copied()).collect();
        let names: Vec<u32> = names.into_iter().collect();
        let local = |b: &u32| names.binary_search(b).ok().map(|i| i as u32);
        let mut columns = Echelon::solvable(field, names.len());
        for s in superatoms {
            columns.insert(s.blocks.iter().filter_map(|b| Some((local(b)?, 1))).collect(), budget)?;
        }
        for free in (0..names.len() as u32).filter(|b| !columns.is_pivot(*b)) {
            let solution = columns.solution(&Vector::from([(free, 1)]), budget)?;
            let wide = solution.into_iter().filter_map(|(v, x)| Some((*names.get(v as usize)?, x))).collect();
            nothing.insert(row(&wide), budget)?;
        }
    }
    let named = |r: Row| r.into_iter().filter_map(|(p, _)| place.at.get(p as usize).copied()).collect();
    found.leaks.iter().map(|l| Ok(named(nothing.reduce(&row(&l.potential), budget)?))).collect()
}

/// The order in which groups are chosen, both ways.
struct Order {
    /// By place: the group.
    at: Vec<u32>,
    /// By group: the place.
    of: Vec<u32>,
}

impl Order {
    fn new(choice: &Choice<'_>) -> Order {
        let mut at: Vec<u32> = (0u32..).zip(&choice.groups.groups).map(|(g, _)| g).collect();
        at.sort_by_key(|g| {
            let g = *g as usize;
            (choice.left.get(g) != Some(&true), choice.ranks.get(g), std::cmp::Reverse(choice.groups.n(g)), g)
        });
        let mut of = vec![0; at.len()];
        for (place, g) in (0u32..).zip(&at) {
            of.get_mut(*g as usize).into_iter().for_each(|slot| *slot = place);
        }
        Order { at, of }
    }

    fn place(&self, group: u32) -> u32 {
        self.of.get(group as usize).copied().unwrap_or(0)
    }
}

fn exposed(people: u64) -> Error {
    Error::disclosure("difference_exposed", format!("what left before exposes {people} people together with this"))
        .at("ledger")
        .help("wait until more answers were added or taken out, or release this wave no more")
}

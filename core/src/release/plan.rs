//! Which cells may leave: none below the minimum, and none with which a smaller group could be worked out.
//!
//! The choice follows from the numbers of people and the structure alone, never from an answer: that a cell is held
//! back tells nothing of what is in it (simulatable auditing, Kenthapadi, Mishra and Nissim 2005).

use super::audit::blocks::{Blocks, Clean, Found, Groups, find_leaks};
use super::audit::echelon::Budget;
use super::audit::field::Field;
use super::audit::report::integers;
use super::audit::{STEPS, incomplete};
use crate::error::{Error, Result};
use std::collections::HashSet;

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
    let sizes: Vec<u64> = (0..released.len()).map(|g| choice.groups.n(g)).collect();
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
        for leak in &found.leaks {
            let cells = exposing(&blocks, leak, field);
            if cells.iter().any(|g| withdrawn.contains(g)) {
                continue;
            }
            let free = cells.iter().filter(|g| !at(&choice.left, **g as usize));
            let cheapest = free.max_by_key(|g| {
                let g = **g as usize;
                (choice.ranks.get(g), std::cmp::Reverse(sizes.get(g)), g)
            });
            let Some(victim) = cheapest else { return Err(exposed(leak.people)) };
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

/// The published groups whose sums expose a leak: withdrawing any of them takes it away.
fn exposing(blocks: &Blocks, leak: &Found, field: Field) -> Vec<u32> {
    let whole = integers(leak.potential.iter().map(|(b, x)| (*b, *x)), field);
    match whole.and_then(|w| blocks.coefficients(&w)) {
        Some(cells) => cells.into_iter().map(|(g, _)| g).collect(),
        // Too large for whole numbers: every block that takes part.
        None => leak.potential.keys().copied().collect(),
    }
}

fn exposed(people: u64) -> Error {
    Error::disclosure("difference_exposed", format!("what left before exposes {people} people together with this"))
        .at("ledger")
        .help("wait until more answers were added or taken out, or release this wave no more")
}

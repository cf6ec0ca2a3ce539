//! Which cells may leave: none below the minimum, and none with which a smaller group could be worked out.
//!
//! The choice follows from the numbers of people and the structure alone, never from an answer: that a cell is held
//! back tells nothing of what is in it (simulatable auditing, Kenthapadi, Mishra and Nissim 2005).

use super::audit::blocks::{Blocks, Clean, Groups, Part, Superatom, find_leaks};
use super::audit::echelon::{Budget, Echelon, Exhausted, Row, Vector};
use super::audit::field::Field;
use super::audit::{STEPS, incomplete};
use crate::error::{Error, Result};
use std::collections::{BTreeSet, HashMap};

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
    /// Parts of a unit that are told together because none of them may be told alone.
    Pool,
}

/// Rounds after which leaks that come back are met from above.
const PATIENCE: usize = 4;

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
    let mut rounds = 0;
    while calm.len() < 3 {
        rounds += 1;
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
        if found.parts.is_empty() {
            calm.push((found.components, found.proved));
            continue;
        }
        calm.clear();
        for part in &found.parts {
            let sums = Sums::of(&blocks, part, field, &place, &mut budget).map_err(|_| incomplete())?;
            let mut withdrawn: BTreeSet<u32> = BTreeSet::new();
            for leak in &part.leaks {
                let cells = sums.row(&blocks, &leak.potential);
                // Leaks that come back again and again in a large component: the people singled out are joined to a
                // larger block, which can happen as often only as the organization is deep.
                if rounds > PATIENCE {
                    let around =
                        leak.support.iter().filter_map(|(i, _)| blocks.superatoms.get(*i)).flat_map(|s| &s.blocks);
                    let around = around.filter(|b| leak.potential.contains_key(b)).map(|b| place.place(*b));
                    withdrawn.extend(around.filter(|p| *p >= place.free).max());
                }
                sums.withdraw(&cells, &mut withdrawn, leak.people, &mut budget)?;
            }
            for at in withdrawn {
                let group = place.at.get(at as usize).copied().unwrap_or(0);
                released.get_mut(group as usize).into_iter().for_each(|r| *r = false);
            }
        }
    }
    let (components, _) = calm.first().copied().unwrap_or_default();
    let proved = calm.iter().map(|(_, p)| *p).min().unwrap_or_default();
    Ok(Pattern { released, components, proved })
}

/// The published groups of a component, and which sums of them come to nothing: by these one group can be replaced by
/// others.
struct Sums<'o> {
    field: Field,
    order: &'o Order,
    /// Places of groups with coefficients.
    nothing: Vec<Row>,
}

impl Sums<'_> {
    fn of<'o>(
        blocks: &Blocks,
        part: &Part,
        field: Field,
        order: &'o Order,
        budget: &mut Budget,
    ) -> Result<Sums<'o>, Exhausted> {
        let mut out = Sums { field, order, nothing: Vec::new() };
        let superatoms: Vec<&Superatom> = part.superatoms.iter().filter_map(|i| blocks.superatoms.get(*i)).collect();
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
            out.nothing.push(out.row(blocks, &wide));
        }
        // A group without people of its own is the sum of those just inside it.
        let mut open: Vec<u32> = names.iter().flat_map(|b| blocks.inside(*b)).copied().collect();
        while let Some(g) = open.pop() {
            if names.binary_search(&g).is_err() && !blocks.inside(g).is_empty() {
                out.nothing.push(out.row(blocks, &Vector::from([(g, 1)])));
                open.extend(blocks.inside(g));
            }
        }
        Ok(out)
    }

    /// Numbers for blocks as coefficients of groups.
    fn row(&self, blocks: &Blocks, potential: &Vector) -> Row {
        let f = self.field;
        let mut sum: Vector = Vector::new();
        for (block, p) in potential {
            let mut add = |g: u32, x: u64| {
                let entry = sum.entry(self.order.place(g)).or_insert(0);
                *entry = f.add(*entry, x);
            };
            add(*block, *p);
            blocks.inside(*block).iter().for_each(|g| add(*g, f.negate(*p)));
        }
        sum.into_iter().filter(|(_, x)| *x != 0).collect()
    }

    /// Withdraws groups until a sum can no longer be had from the others: each time the one at which it first appears
    /// when groups are published in order.
    fn withdraw(&self, sum: &Row, withdrawn: &mut BTreeSet<u32>, people: u64, budget: &mut Budget) -> Result<()> {
        loop {
            // What is withdrawn is replaced first, then the latest: what is left of the sum is as early as can be.
            let mut places: BTreeSet<u32> = self.nothing.iter().flatten().map(|(p, _)| *p).collect();
            places.extend(sum.iter().map(|(p, _)| *p));
            let (last, first): (Vec<u32>, Vec<u32>) = places.into_iter().partition(|p| withdrawn.contains(p));
            let names: Vec<u32> = first.iter().chain(&last).copied().collect();
            let index: HashMap<u32, u32> = (0u32..).zip(&names).map(|(i, p)| (*p, i)).collect();
            let local = |row: &Row| {
                let mut row: Row = row.iter().filter_map(|(p, x)| Some((*index.get(p)?, *x))).collect();
                row.sort_unstable();
                row
            };
            let mut nothing = Echelon::new(self.field, names.len());
            let run = |nothing: &mut Echelon, budget: &mut Budget| {
                for row in &self.nothing {
                    nothing.insert(local(row), budget)?;
                }
                nothing.reduce(&local(sum), budget)
            };
            let left = run(&mut nothing, budget).map_err(|_| incomplete())?;
            let left: Vec<u32> = left.iter().filter_map(|(i, _)| names.get(*i as usize).copied()).collect();
            if left.iter().any(|p| withdrawn.contains(p)) {
                return Ok(());
            }
            let Some(victim) = left.last().filter(|p| **p >= self.order.free) else { return Err(exposed(people)) };
            withdrawn.insert(*victim);
        }
    }
}

/// The order in which groups are chosen, both ways.
struct Order {
    /// By place: the group.
    at: Vec<u32>,
    /// By group: the place.
    of: Vec<u32>,
    /// The first place of a group that has not left already.
    free: u32,
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
        let free = choice.left.iter().filter(|l| **l).count() as u32;
        Order { at, of, free }
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

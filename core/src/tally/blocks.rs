//! The counters of many units: small ones side by side in blocks, and what outgrows them beside.
//!
//! What a unit holds is the sum of both, so a unit of a few people takes a few hundred bytes and a unit of millions
//! loses nothing. Small counters hold the answers of at most [`SMALL`] people.

use super::layout::Layout;
use super::pages::Pages;
use super::plan::{Plan, SMALL, word};
use super::state::{Cell, Mass, Op, PairSums, Sparse, Sums};
use crate::evidence::{DONT_KNOW, MISSING};
use std::collections::HashMap;
use std::sync::Arc;

/// `n, Σs, Σs²` of raw sums by scale and answered items.
type ScaleSums = Sparse<(u16, u8), 3>;
/// `n, Σs, Σt, Σst, Σs², Σt²` by pair and answered items of each scale.
type AllPairSums = Sparse<(u16, u8, u8), 6>;

/// The counters of units, by slot.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    layout: Arc<Layout>,
    pub(super) plan: Arc<Plan>,
    /// Everybody in each unit.
    pub(super) rows: Vec<u64>,
    /// Those of them whom the small counters hold.
    pub(super) fresh: Vec<u8>,
    /// For each unit its small counters of answers, and a word for each stratum near the top of each scale.
    pub(super) small: Pages,
    /// Counts that outgrew the small counters.
    large: HashMap<u32, Box<[u64]>>,
    /// Strata that outgrew their words, and those that have none.
    rare: HashMap<u32, ScaleSums>,
    /// For each unit, when the layout has pairs.
    pairs: Vec<AllPairSums>,
    /// For each unit, when people are weighed.
    masses: Option<Vec<Mass>>,
}

impl Blocks {
    pub(super) fn new(layout: &Arc<Layout>, weighted: bool) -> Blocks {
        Blocks::with(layout, &Arc::new(Plan::new(layout, weighted)), weighted)
    }

    /// No units, for the same layout and kind.
    pub(super) fn empty(&self) -> Blocks {
        Blocks::with(&self.layout, &self.plan, self.masses.is_some())
    }

    fn with(layout: &Arc<Layout>, plan: &Arc<Plan>, weighted: bool) -> Blocks {
        Blocks {
            layout: Arc::clone(layout),
            plan: Arc::clone(plan),
            rows: Vec::new(),
            fresh: Vec::new(),
            small: Pages::new(plan.block()),
            large: HashMap::new(),
            rare: HashMap::new(),
            pairs: Vec::new(),
            masses: weighted.then(Vec::new),
        }
    }

    pub(super) fn layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    /// The number of units.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The bytes of all small counters.
    pub(super) fn bytes(&self) -> usize {
        self.len() * self.small.stride()
    }

    /// A new unit that holds nothing.
    pub(super) fn push(&mut self) -> u32 {
        // Units enough to overflow a slot do not fit in memory.
        let slot = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        self.rows.push(0);
        self.fresh.push(0);
        self.small.reserve(self.rows.len());
        if !self.layout.pairs.is_empty() {
            self.pairs.push(Sparse::default());
        }
        if let Some(masses) = &mut self.masses {
            masses.push(Mass::default());
        }
        slot
    }

    /// The small counters of a unit, one by one: where it belongs in a unit's counts, and the count.
    fn counters(&self, slot: u32) -> impl Iterator<Item = (usize, u64)> {
        let block = self.small.block(slot as usize);
        let counters = self
            .plan
            .groups
            .iter()
            .flat_map(move |group| block.get(group.from..).unwrap_or_default().iter().zip(&group.targets));
        counters.filter(|(count, _)| **count > 0).filter_map(|(count, at)| Some(((*at)?, u64::from(*count))))
    }

    /// The strata of a unit that are kept densely: scale, answered items, and their people and sums.
    fn strata(&self, slot: u32) -> impl Iterator<Item = ((u16, u8), [u64; 3])> {
        let words = self.small.block(slot as usize).get(self.plan.words..).unwrap_or_default().as_chunks::<8>().0;
        let rows = words.chunks(self.plan.scales.max(1)).take(self.plan.depth);
        rows.enumerate().flat_map(move |(missing, row)| {
            let row = row.iter().zip(&self.layout.scales).enumerate();
            row.filter_map(move |(scale, (word, shape))| {
                let word = u64::from_le_bytes(*word);
                let answered = shape.items.len().checked_sub(missing)?;
                // At most 200 scales of at most 100 items.
                (word > 0).then(|| ((scale as u16, answered as u8), word::parts(word)))
            })
        })
    }

    /// Empties the small counters of a unit into the large ones.
    ///
    /// # Panics
    /// Never; counters of people in memory cannot overflow 64 bits.
    pub(super) fn flush(&mut self, slot: u32) {
        let mut counts = self.large.remove(&slot).unwrap_or_else(|| vec![0; self.layout.counts].into());
        for (at, count) in self.counters(slot) {
            if let Some(total) = counts.get_mut(at) {
                *total = total.saturating_add(count);
            }
        }
        self.large.insert(slot, counts);
        let mut rare = self.rare.remove(&slot).unwrap_or_default();
        for (key, sums) in self.strata(slot) {
            rare.bump(key, sums);
        }
        self.rare.insert(slot, rare);
        self.small.block_mut(slot as usize).fill(0);
        if let Some(fresh) = self.fresh.get_mut(slot as usize) {
            *fresh = 0;
        }
    }

    /// Adds one person to a stratum that has no word.
    pub(super) fn add_rare(&mut self, slot: u32, scale: usize, answered: u8, sum: u64) {
        self.rare.entry(slot).or_default().bump((scale as u16, answered), [1, sum, sum * sum]);
    }

    /// Adds one person to a pair: answered items and raw sum of each scale.
    pub(super) fn add_pair(&mut self, slot: u32, pair: usize, (a, s): (u8, u64), (b, t): (u8, u64)) {
        if let Some(pairs) = self.pairs.get_mut(slot as usize) {
            // At most 19,900 pairs.
            pairs.bump((pair as u16, a, b), [1, s, t, s * t, s * s, t * t]);
        }
    }

    /// Adds one person who weighs `weight`: their answer codes by item, answered items and raw sum by scale.
    ///
    /// The caller has made sure that all weights together, times the steepest growth of a counter, fit in 64 bits.
    pub(super) fn weigh(&mut self, slot: u32, weight: u64, codes: &[u8], scales: &[(u8, u64)]) {
        let layout = Arc::clone(&self.layout);
        if let Some(rows) = self.rows.get_mut(slot as usize) {
            *rows = rows.saturating_add(1);
        }
        if let Some(mass) = self.masses.as_mut().and_then(|m| m.get_mut(slot as usize)) {
            mass.sum = mass.sum.saturating_add(weight);
            mass.squares = mass.squares.saturating_add(u128::from(weight) * u128::from(weight));
        }
        if weight == 0 {
            return;
        }
        let counts = self.large.entry(slot).or_insert_with(|| vec![0; layout.counts].into());
        for (shape, code) in layout.items.iter().zip(codes) {
            let place = match *code {
                MISSING => continue,
                DONT_KNOW => shape.options,
                step => usize::from(step),
            };
            if let Some(count) = counts.get_mut(shape.offset + place) {
                *count = count.saturating_add(weight);
            }
        }
        let times = |row: [u64; 3]| row.map(|x| x.saturating_mul(weight));
        let rare = self.rare.entry(slot).or_default();
        for (scale, (answered, s)) in scales.iter().enumerate().filter(|(_, (answered, _))| *answered > 0) {
            rare.bump((scale as u16, *answered), times([1, *s, s * s]));
        }
        let Some(pairs) = self.pairs.get_mut(slot as usize) else { return };
        for (pair, (a, b)) in layout.pairs.iter().enumerate() {
            if let (Some((a, s)), Some((b, t))) = (scales.get(*a), scales.get(*b))
                && *a > 0
                && *b > 0
            {
                let row = [1, *s, *t, s * t, s * s, t * t].map(|x| x.saturating_mul(weight));
                pairs.bump((pair as u16, *a, *b), row);
            }
        }
    }

    /// Everybody in a unit.
    pub(super) fn people(&self, slot: u32) -> u64 {
        self.rows.get(slot as usize).copied().unwrap_or(0)
    }

    pub(super) fn mass(&self, slot: u32) -> Option<Mass> {
        self.masses.as_ref()?.get(slot as usize).copied()
    }

    /// All that a unit holds.
    pub(super) fn cell(&self, slot: u32) -> Cell {
        let mut cell = Cell::new(&self.layout);
        cell.rows = self.people(slot);
        cell.mass = self.mass(slot);
        if let Some(large) = self.large.get(&slot) {
            cell.counts.copy_from_slice(large);
        }
        for (at, count) in self.counters(slot) {
            if let Some(total) = cell.counts.get_mut(at) {
                *total = total.saturating_add(count);
            }
        }
        for ((scale, answered), sums) in self.strata(slot).chain(self.rare(slot)) {
            if let Some(scale) = cell.scales.get_mut(usize::from(scale)) {
                scale.bump(answered, sums);
            }
        }
        for ((pair, a, b), sums) in self.pairs.get(slot as usize).map_or(&[][..], |p| &p.0) {
            if let Some(pair) = cell.pairs.get_mut(usize::from(*pair)) {
                pair.0.push(((*a, *b), *sums));
            }
        }
        cell
    }

    fn rare(&self, slot: u32) -> impl Iterator<Item = ((u16, u8), [u64; 3])> {
        self.rare.get(&slot).map_or(&[][..], |r| &r.0).iter().copied()
    }

    /// The counts of all items in some units together; those near the end of 64 bits stay there.
    pub(super) fn counts(&self, slots: impl Iterator<Item = u32>) -> Vec<u64> {
        let mut counts = vec![0_u64; self.layout.counts];
        let mut small = vec![0_u64; self.plan.words];
        for slot in slots {
            for (total, count) in small.iter_mut().zip(self.small.block(slot as usize)) {
                *total += u64::from(*count);
            }
            for (total, count) in counts.iter_mut().zip(self.large.get(&slot).map_or(&[][..], |l| l)) {
                *total = total.saturating_add(*count);
            }
        }
        for group in &self.plan.groups {
            for (count, at) in small.get(group.from..).unwrap_or_default().iter().zip(&group.targets) {
                if let Some(total) = at.and_then(|at| counts.get_mut(at)) {
                    *total = total.saturating_add(*count);
                }
            }
        }
        counts
    }

    /// The people with any answer to each scale in some units together.
    pub(super) fn people_by_scale(&self, slots: impl Iterator<Item = u32>) -> Vec<u64> {
        let mut people = vec![0_u64; self.plan.scales];
        for slot in slots {
            for ((scale, _), [n, ..]) in self.strata(slot).chain(self.rare(slot)) {
                if let Some(total) = people.get_mut(usize::from(scale)) {
                    *total = total.saturating_add(n);
                }
            }
        }
        people
    }

    /// The raw sums of every scale in a unit, in the place of what `out` held.
    pub(super) fn all_sums(&self, slot: u32, out: &mut Vec<Sums>) {
        out.resize_with(self.layout.scales.len(), Sums::default);
        out.iter_mut().for_each(|sums| sums.0.clear());
        for ((scale, answered), sums) in self.strata(slot).chain(self.rare(slot)) {
            if let Some(scale) = out.get_mut(usize::from(scale)) {
                scale.bump(answered, sums);
            }
        }
    }

    /// The raw sums of one scale in a unit.
    pub(super) fn sums(&self, slot: u32, scale: usize) -> Sums {
        let mut out = Sums::default();
        let strata = self.strata(slot).filter(|((s, _), _)| usize::from(*s) == scale);
        for ((_, answered), sums) in strata {
            out.bump(answered, sums);
        }
        for ((_, answered), sums) in self.rare(slot).filter(|((s, _), _)| usize::from(*s) == scale) {
            out.bump(answered, sums);
        }
        out
    }

    /// Replaces what a unit holds.
    pub(super) fn set(&mut self, slot: u32, cell: &Cell) {
        self.flush(slot);
        self.large.remove(&slot);
        self.rare.remove(&slot);
        if let Some(rows) = self.rows.get_mut(slot as usize) {
            *rows = cell.rows;
        }
        if let (Some(mass), Some(masses)) = (cell.mass, &mut self.masses)
            && let Some(old) = masses.get_mut(slot as usize)
        {
            *old = mass;
        }
        self.set_pairs(slot, &cell.pairs);
        if self.masses.is_none() && cell.rows <= SMALL && self.set_small(slot, cell) {
            return;
        }
        self.large.insert(slot, cell.counts.clone().into());
        let mut rare = ScaleSums::default();
        for (scale, sums) in cell.scales.iter().enumerate() {
            rare.0.extend(sums.0.iter().map(|(answered, sums)| ((scale as u16, *answered), *sums)));
        }
        self.rare.insert(slot, rare);
    }

    fn set_pairs(&mut self, slot: u32, pairs: &[PairSums]) {
        let Some(all) = self.pairs.get_mut(slot as usize) else { return };
        all.0.clear();
        for (pair, sums) in pairs.iter().enumerate() {
            all.0.extend(sums.0.iter().map(|((a, b), sums)| ((pair as u16, *a, *b), *sums)));
        }
    }

    /// Fills the small counters of a unit that holds nothing; false, and nothing done, when they cannot hold it.
    fn set_small(&mut self, slot: u32, cell: &Cell) -> bool {
        let kept: u64 = self
            .plan
            .groups
            .iter()
            .flat_map(|g| &g.targets)
            .filter_map(|at| cell.counts.get((*at)?))
            .fold(0, |sum, count| sum.saturating_add(*count));
        let all = cell.counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
        if kept != all || cell.counts.iter().any(|c| *c > SMALL) {
            return false;
        }
        let block = self.small.block_mut(slot as usize);
        for group in &self.plan.groups {
            for (small, at) in block.get_mut(group.from..).unwrap_or_default().iter_mut().zip(&group.targets) {
                let count = at.and_then(|at| cell.counts.get(at)).copied().unwrap_or(0);
                *small = u8::try_from(count).unwrap_or(u8::MAX);
            }
        }
        let mut rare = ScaleSums::default();
        let (words, _) = block.get_mut(self.plan.words..).unwrap_or_default().as_chunks_mut::<8>();
        for (index, (scale, sums)) in self.layout.scales.iter().zip(&cell.scales).enumerate() {
            for (answered, row) in &sums.0 {
                let missing = scale.items.len().saturating_sub(usize::from(*answered));
                let fits = word::parts(word::join(*row)) == *row;
                match words.get_mut(missing * self.plan.scales + index) {
                    Some(word) if missing < self.plan.depth && fits => *word = word::join(*row).to_le_bytes(),
                    _ => rare.0.push(((index as u16, *answered), *row)),
                }
            }
        }
        if !rare.0.is_empty() {
            self.rare.insert(slot, rare);
        }
        if let Some(fresh) = self.fresh.get_mut(slot as usize) {
            *fresh = u8::try_from(cell.rows).unwrap_or(u8::MAX);
        }
        true
    }

    /// Adds a unit of other blocks of the same layout and kind; `None` on overflow, with the unit then half added.
    pub(super) fn add(&mut self, slot: u32, other: &Blocks, theirs: u32) -> Option<()> {
        let fresh = |blocks: &Blocks, slot: u32| blocks.fresh.get(slot as usize).copied().unwrap_or(0);
        let together = u64::from(fresh(self, slot)) + u64::from(fresh(other, theirs));
        if together > SMALL {
            self.flush(slot);
        }
        let rows = self.rows.get_mut(slot as usize)?;
        *rows = rows.checked_add(other.people(theirs))?;
        let small = self.fresh.get_mut(slot as usize)?;
        *small = small.checked_add(fresh(other, theirs))?;
        let words = self.plan.words;
        let (ours, theirs_small) = (self.small.block_mut(slot as usize), other.small.block(theirs as usize));
        if let (Some((counts, sums)), Some((more, plus))) =
            (ours.split_at_mut_checked(words), theirs_small.split_at_checked(words))
        {
            for (a, b) in counts.iter_mut().zip(more) {
                *a = a.wrapping_add(*b);
            }
            for (a, b) in sums.as_chunks_mut::<8>().0.iter_mut().zip(plus.as_chunks::<8>().0) {
                *a = u64::from_le_bytes(*a).wrapping_add(u64::from_le_bytes(*b)).to_le_bytes();
            }
        }
        if let Some(theirs) = other.large.get(&theirs) {
            let ours = self.large.entry(slot).or_insert_with(|| vec![0; theirs.len()].into());
            for (a, b) in ours.iter_mut().zip(theirs) {
                *a = a.checked_add(*b)?;
            }
        }
        if let Some(theirs) = other.rare.get(&theirs) {
            let ours = self.rare.entry(slot).or_default();
            *ours = ours.combine(theirs, Op::Add)?;
        }
        if let (Some(ours), Some(theirs)) = (self.pairs.get_mut(slot as usize), other.pairs.get(theirs as usize)) {
            *ours = ours.combine(theirs, Op::Add)?;
        }
        if let (Some(masses), Some(theirs)) = (&mut self.masses, other.mass(theirs)) {
            let ours = masses.get_mut(slot as usize)?;
            *ours = ours.combine(theirs, Op::Add)?;
        }
        Some(())
    }
}

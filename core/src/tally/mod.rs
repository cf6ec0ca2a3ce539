//! The tally: exact, mergeable, retractable state of answers to an instrument.
//!
//! Likert answers are discrete, so integers are sufficient: per wave and unit the count of every answer of every
//! item, and per scale the moments of raw sums by number of answered items; per wave the products of item pairs.
//! They add up in any order, on any number of machines, to the same bytes, and what was added can be taken out
//! again. Statistics are read from a finished tally by [`crate::measure`]; no float is stored.
//!
//! **A tally of small units is personal data**: the state of a unit of one is that person's answers.
//! It belongs to the owner of the data; what may leave is decided by a release.

mod array;
mod blocks;
mod bytes;
mod counter;
mod kernel;
mod layout;
mod mask;
mod names;
mod pages;
mod plan;
mod products;
mod respondents;
pub(crate) mod state;
mod weigh;
mod worker;

pub use array::{Array, Bits, Texts, Values};
pub use bytes::{FORMAT_VERSION, Limits};
pub use counter::Counter;
pub use layout::{ItemShape, Layout, ScaleShape};

use crate::error::{Error, Result};
use crate::evidence::{Instrument, Loss, Organization, Responses, Weight};
use crate::json;
use blocks::Blocks;
use state::{Cell, Mass, Op, Products, Sums};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;
use worker::Counted;

/// One unit in one wave; in order of waves, then units.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// The wave; empty when the answers had none.
    pub wave: String,
    /// The unit.
    pub unit: String,
}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        // Most tallies have no waves, and comparing nothing with nothing byte by byte is slow on some processors.
        let waves = match (self.wave.is_empty(), other.wave.is_empty()) {
            (true, true) => Ordering::Equal,
            _ => self.wave.cmp(&other.wave),
        };
        waves.then_with(|| self.unit.cmp(&other.unit))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Exact state of answers; see the module.
///
/// ```
/// use colead::{evidence::{Cells, Column, Instrument, Responses, Table}, tally::Tally};
/// let instrument = Instrument::from_json(
///     r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],"scales":[{"id":"a","items":["x"]}]}"#)?;
/// let unit = Cells::Text(vec![Some("north".into()), Some("south".into())]);
/// let x = Cells::Int(vec![Some(4), Some(2)]);
/// let table = Table::new("responses", vec![
///     Column { name: "unit".into(), cells: unit },
///     Column { name: "x".into(), cells: x },
/// ])?;
/// let (responses, _) = Responses::from_table(&table, &instrument, true)?;
/// let mut tally = Tally::new(&instrument);
/// tally.add(&responses)?;
/// assert_eq!(tally.units(), ["north", "south"]);
/// let before = tally.digest();
/// tally.add(&responses)?;
/// let mut once = Tally::new(&instrument);
/// once.add(&responses)?;
/// tally.subtract(&once)?;
/// assert_eq!(tally.digest(), before);
/// # Ok::<(), colead::Error>(())
/// ```
#[derive(Clone)]
pub struct Tally {
    layout: Arc<Layout>,
    /// The decimals of weights, when people are weighed.
    decimals: Option<u8>,
    /// The slot of each wave and unit, sorted.
    index: Vec<(Key, u32)>,
    blocks: Blocks,
    /// Item products a wave, for the waves of `index`; `None` once units were left out of a roll-up.
    products: Option<BTreeMap<String, Vec<Products>>>,
}

impl PartialEq for Tally {
    fn eq(&self, other: &Tally) -> bool {
        let alike = self.layout == other.layout && self.decimals == other.decimals && self.products == other.products;
        alike && self.index.len() == other.index.len() && self.all().eq(other.all())
    }
}

// Units are personal data when small: a debug print shows sizes only.
impl std::fmt::Debug for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tally")
            .field("instrument", &self.layout.instrument)
            .field("keys", &self.index.len())
            .finish_non_exhaustive()
    }
}

impl Tally {
    /// An empty tally that counts people.
    pub fn new(instrument: &Instrument) -> Tally {
        Tally::empty(Arc::new(Layout::new(instrument)), None)
    }

    /// An empty tally that counts people by weight, exactly: weights are decimal numbers of `decimals` decimals.
    ///
    /// # Errors
    /// `bad_decimals`.
    pub fn weighted(instrument: &Instrument, decimals: u8) -> Result<Tally> {
        Weight { column: String::new(), decimals }.check()?;
        Ok(Tally::empty(Arc::new(Layout::new(instrument)), Some(decimals)))
    }

    fn empty(layout: Arc<Layout>, decimals: Option<u8>) -> Tally {
        let blocks = Blocks::new(&layout, decimals.is_some());
        Tally { layout, decimals, index: Vec::new(), blocks, products: Some(BTreeMap::new()) }
    }

    /// A tally of what was counted.
    fn of(layout: Arc<Layout>, decimals: Option<u8>, (index, blocks, products): Counted) -> Tally {
        Tally { layout, decimals, index, blocks, products: Some(products) }
    }

    /// The same instrument and kind, nothing counted.
    fn none(&self) -> Tally {
        let (layout, blocks) = (Arc::clone(&self.layout), self.blocks.empty());
        Tally { layout, decimals: self.decimals, index: Vec::new(), blocks, products: Some(BTreeMap::new()) }
    }

    /// Counts answers; gives back what was not answered or left unread.
    ///
    /// # Errors
    /// `instrument_mismatch`, `weights_mixed`, `overflow`; the tally is then unchanged.
    pub fn add(&mut self, responses: &Responses) -> Result<Loss> {
        if responses.logic_sha256() != self.layout.logic_sha256 {
            return Err(mismatch("the responses answer another instrument"));
        }
        self.same_kind(responses.weights().map(|w| w.decimals))?;
        self.absorb(counter::count(&self.layout, responses)?)?;
        Ok(responses.loss().clone())
    }

    /// Adds another tally of the same instrument.
    ///
    /// # Errors
    /// `instrument_mismatch`, `weights_mixed`, `overflow`; the tally is then unchanged.
    pub fn merge(&mut self, other: &Tally) -> Result<()> {
        self.comparable(other)?;
        // Only near the end of 64 bits can a sum fail half way.
        if self.mass().saturating_add(other.mass()).saturating_mul(self.blocks.plan.steepest.into()) < 1 << 63 {
            return self.pour(other).ok_or_else(too_large);
        }
        let mut next = self.clone();
        next.pour(other).ok_or_else(too_large)?;
        *self = next;
        Ok(())
    }

    /// As [`Tally::merge`], of a tally that is of no more use: nothing is copied into an empty one.
    ///
    /// # Errors
    /// As [`Tally::merge`].
    pub fn absorb(&mut self, other: Tally) -> Result<()> {
        if self.is_empty() && self.products.is_some() {
            self.comparable(&other)?;
            *self = other;
            return Ok(());
        }
        self.merge(&other)
    }

    /// Adds the counters of another tally; half done on overflow.
    fn pour(&mut self, other: &Tally) -> Option<()> {
        let mut old = std::mem::take(&mut self.index).into_iter().peekable();
        self.index.reserve(old.len().max(other.index.len()));
        for (key, theirs) in &other.index {
            while let Some(before) = old.next_if(|(ours, _)| ours < key) {
                self.index.push(before);
            }
            let (key, ours) = old
                .next_if(|(ours, _)| ours.cmp(key) == Ordering::Equal)
                .unwrap_or_else(|| (key.clone(), self.blocks.push()));
            self.index.push((key, ours));
            self.blocks.add(ours, &other.blocks, *theirs)?;
        }
        self.index.extend(old);
        match (&mut self.products, &other.products) {
            (Some(ours), Some(theirs)) => {
                for (wave, theirs) in theirs {
                    match ours.get_mut(wave) {
                        Some(ours) => *ours = combined(ours, theirs, Op::Add)?,
                        None => _ = ours.insert(wave.clone(), theirs.clone()),
                    }
                }
            }
            _ => self.products = None,
        }
        Some(())
    }

    /// A new slot for a key behind all others.
    fn push(&mut self, key: Key) -> u32 {
        let slot = self.blocks.push();
        self.index.push((key, slot));
        slot
    }

    /// The slot of a key.
    fn slot(&self, key: &Key) -> Option<u32> {
        let at = self.index.binary_search_by(|(k, _)| k.cmp(key)).ok()?;
        self.index.get(at).map(|(_, slot)| *slot)
    }

    /// Everything that was counted, people or weights.
    fn mass(&self) -> u128 {
        self.index.iter().map(|(_, s)| u128::from(self.blocks.mass(*s).map_or(self.blocks.people(*s), |m| m.sum))).sum()
    }

    fn comparable(&self, other: &Tally) -> Result<()> {
        if self.layout.logic_sha256 != other.layout.logic_sha256 {
            return Err(mismatch("the tallies count different instruments"));
        }
        self.same_kind(other.decimals)
    }

    fn same_kind(&self, decimals: Option<u8>) -> Result<()> {
        if self.decimals == decimals {
            return Ok(());
        }
        let kind = |decimals: Option<u8>| match decimals {
            None => "counts people".to_owned(),
            Some(d) => format!("weighs them with {d} decimals"),
        };
        let message = format!("this tally {}, the other {}", kind(self.decimals), kind(decimals));
        Err(Error::input("weights_mixed", message).at("tally").help("count both with the same declared weights"))
    }

    /// Takes another tally out: what remains is what would have been counted without it.
    ///
    /// # Errors
    /// `instrument_mismatch`, `weights_mixed`; `impossible_subtraction` when the other was never part of this tally
    /// as far as the numbers tell; the tally is then unchanged.
    pub fn subtract(&mut self, other: &Tally) -> Result<()> {
        self.comparable(other)?;
        let refuse = |why: &str| {
            Error::input("impossible_subtraction", format!("the tally to take out is not part of this one: {why}"))
                .at("tally")
                .help("subtract only what was added")
        };
        let below = || refuse("a count would fall below zero");
        let mut left = BTreeMap::new();
        for (key, theirs) in other.all() {
            let ours = self.cell(key).ok_or_else(below)?;
            let rest = ours.combine(&theirs, Op::Take).ok_or_else(below)?;
            if let Some(fault) = rest.fault(&self.layout) {
                return Err(refuse(fault));
            }
            left.insert(key, rest);
        }
        let mut next = self.none();
        for (key, slot) in &self.index {
            let rest = left.get(key);
            if rest.is_some_and(|rest| rest.rows == 0) {
                continue;
            }
            let to = next.push(key.clone());
            match rest {
                Some(rest) => next.blocks.set(to, rest),
                None => next.blocks.add(to, &self.blocks, *slot).ok_or_else(too_large)?,
            }
        }
        next.products = match (&self.products, &other.products) {
            (Some(ours), Some(theirs)) => {
                let mut rest = ours.clone();
                for (wave, theirs) in theirs {
                    let ours = rest.get_mut(wave).ok_or_else(below)?;
                    *ours = combined(ours, theirs, Op::Take).ok_or_else(below)?;
                }
                Some(rest)
            }
            _ => None,
        };
        for wave in other.waves() {
            if let Some(fault) = next.wave_fault(wave) {
                return Err(refuse(fault));
            }
        }
        next.drop_empty_waves();
        *self = next;
        Ok(())
    }

    fn drop_empty_waves(&mut self) {
        let waves: Vec<String> = self.waves().into_iter().map(str::to_owned).collect();
        if let Some(products) = &mut self.products {
            products.retain(|wave, _| waves.contains(wave));
        }
    }

    /// The sums of the whole wave: answers and sum an item, and raw sums a scale; `None` on overflow.
    fn wave_totals(&self, wave: &str) -> Option<WaveTotals> {
        let mut total = Cell::new(&self.layout);
        for (_, slot) in self.of_wave(wave) {
            total = total.combine(&self.blocks.cell(*slot), Op::Add)?;
        }
        let items = self.layout.items.iter().enumerate().map(|(index, shape)| {
            let (counts, _) = total.item(&self.layout, index);
            let mut n = 0_u64;
            let mut sum = 0_u64;
            for (step, count) in counts.iter().enumerate() {
                n = n.checked_add(*count)?;
                sum = sum.checked_add((shape.oriented(step) as u64).checked_mul(*count)?)?;
            }
            Some((n, sum))
        });
        Some((items.collect::<Option<_>>()?, total.scales))
    }

    fn wave_fault(&self, wave: &str) -> Option<&'static str> {
        let products = self.products.as_ref()?.get(wave)?;
        let Some((items, sums)) = self.wave_totals(wave) else {
            return Some("the sums of a wave do not fit in 64 bits");
        };
        self.layout.scales.iter().zip(products).zip(&sums).find_map(|((shape, products), sums)| {
            let own: Vec<(u64, u64)> = shape.items.iter().filter_map(|i| items.get(*i).copied()).collect();
            products.fault(shape, &own, sums)
        })
    }

    /// The instrument as far as the numbers need it.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The units, sorted, each once.
    pub fn units(&self) -> Vec<&str> {
        let mut units: Vec<&str> = self.index.iter().map(|(k, _)| k.unit.as_str()).collect();
        units.sort_unstable();
        units.dedup();
        units
    }

    /// The waves, sorted; one empty text when the answers had none, nothing when there are no answers.
    pub fn waves(&self) -> Vec<&str> {
        let (mut waves, mut rest) = (Vec::new(), self.index.as_slice());
        while let Some((first, _)) = rest.first() {
            waves.push(first.wave.as_str());
            let here = rest.partition_point(|(key, _)| key.wave <= first.wave);
            rest = rest.get(here..).unwrap_or_default();
        }
        waves
    }

    /// The wave-unit keys, sorted by wave, then unit.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.index.iter().map(|(key, _)| key)
    }

    /// The number of respondents of every unit, in the order of the keys.
    pub fn people(&self) -> impl Iterator<Item = u64> {
        self.index.iter().map(|(_, slot)| self.blocks.people(*slot))
    }

    /// The number of respondents of a unit in a wave, whatever they answered; 0 when there are none.
    pub fn respondents(&self, key: &Key) -> u64 {
        self.slot(key).map_or(0, |slot| self.blocks.people(slot))
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Sums units into groups, such as the ancestors at one level of a hierarchy: `group` names the group of a
    /// unit, or `None` to leave the unit out. Exact: no average of averages. When units are left out the item
    /// products of a wave, which are kept over all units, no longer describe the rest, so reliability is absent.
    ///
    /// # Errors
    /// `overflow`.
    pub fn rollup(&self, group: impl Fn(&str) -> Option<String>) -> Result<Tally> {
        let mut out = self.none();
        let mut all = true;
        let mut groups: BTreeMap<Key, u32> = BTreeMap::new();
        for (key, slot) in &self.index {
            let Some(unit) = group(&key.unit) else {
                all = false;
                continue;
            };
            let to = *groups.entry(Key { wave: key.wave.clone(), unit }).or_insert_with(|| out.blocks.push());
            out.blocks.add(to, &self.blocks, *slot).ok_or_else(|| {
                Error::input("overflow", "the sum of the units does not fit in 64 bits")
                    .at("tally")
                    .help("roll up fewer units")
            })?;
        }
        out.index = groups.into_iter().collect();
        out.products = if all { self.products.clone() } else { None };
        Ok(out)
    }

    /// A tally for each level of an organization from the top, every unit with all below it. Units of one level are
    /// peers: read together they shrink towards one another.
    ///
    /// # Errors
    /// `overflow`.
    pub fn levels(&self, organization: &Organization) -> Result<Vec<Tally>> {
        let deepest = (0..organization.len()).map(|i| organization.depth(i)).max();
        // From the deepest up, so that the unit each stands in at a depth is one step from that at the depth below.
        let mut stands: Vec<Option<usize>> = vec![None; organization.len()];
        let mut levels = Vec::new();
        for depth in deepest.map_or(0..0, |d| 0..d + 1).rev() {
            for (unit, stand) in stands.iter_mut().enumerate() {
                let here = organization.depth(unit) == depth;
                *stand = if here { Some(unit) } else { stand.and_then(|s| organization.parent(s)) };
            }
            levels.push(self.rollup(|name| {
                let stand = stands.get(organization.index(name)?).copied().flatten()?;
                organization.unit(stand).map(str::to_owned)
            })?);
        }
        levels.reverse();
        Ok(levels)
    }

    /// Hexadecimal SHA-256 of [`Tally::to_bytes`].
    pub fn digest(&self) -> String {
        json::sha256(&self.to_bytes())
    }

    /// The decimals of weights, when this tally weighs people.
    pub fn decimals(&self) -> Option<u8> {
        self.decimals
    }

    /// The number of respondents of a unit in a wave who would say as much unweighted, `(Σw)²/Σw²` (Kish 1965);
    /// the number of respondents where people are not weighed, `None` where nobody weighs anything.
    pub fn effective_n(&self, key: &Key) -> Option<f64> {
        let slot = self.slot(key)?;
        match self.blocks.mass(slot) {
            None => Some(self.blocks.people(slot) as f64),
            Some(Mass { sum, squares }) if sum > 0 => {
                let sum = sum as f64;
                Some(sum / (squares as f64 / sum))
            }
            Some(_) => None,
        }
    }

    /// The keys of a wave.
    fn of_wave(&self, wave: &str) -> &[(Key, u32)] {
        let from = self.index.partition_point(|(key, _)| key.wave.as_str() < wave);
        let to = self.index.partition_point(|(key, _)| key.wave.as_str() <= wave);
        self.index.get(from..to).unwrap_or_default()
    }

    /// Everything that each unit holds, in the order of the keys; nothing where people are weighed, since weights
    /// read as people would give wrong numbers of people.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (&Key, Cell)> {
        self.all().filter(|_| self.decimals.is_none())
    }

    /// Everything that each unit holds, where people are weighed.
    pub(crate) fn weighed(&self) -> impl Iterator<Item = (&Key, Cell)> {
        self.all().filter(|_| self.decimals.is_some())
    }

    fn all(&self) -> impl Iterator<Item = (&Key, Cell)> {
        self.index.iter().map(|(key, slot)| (key, self.blocks.cell(*slot)))
    }

    /// Everything that a unit holds.
    pub(crate) fn cell(&self, key: &Key) -> Option<Cell> {
        self.slot(key).map(|slot| self.blocks.cell(slot))
    }

    /// The raw sums of one scale in each unit of a wave, in the order of the keys; nothing where people are weighed.
    pub(crate) fn sums(&self, wave: &str, scale: usize) -> impl Iterator<Item = (&Key, Sums)> {
        let keys = if self.decimals.is_none() { self.of_wave(wave) } else { &[] };
        keys.iter().map(move |(key, slot)| (key, self.blocks.sums(*slot, scale)))
    }

    /// The respondents and the raw sums of every scale, unit by unit in the order of the keys, without a copy each.
    pub(crate) fn each_sums(&self, mut read: impl FnMut(u64, &[Sums])) {
        let mut sums = Vec::new();
        for (_, slot) in &self.index {
            self.blocks.all_sums(*slot, &mut sums);
            read(self.blocks.people(*slot), &sums);
        }
    }

    /// The answer counts of every item in all units of a wave together, laid out as in a cell.
    pub(crate) fn wave_counts(&self, wave: &str) -> Vec<u64> {
        self.blocks.counts(self.of_wave(wave).iter().map(|(_, slot)| *slot))
    }

    /// The people with any answer to each scale in a wave.
    pub(crate) fn wave_people(&self, wave: &str) -> Vec<u64> {
        self.blocks.people_by_scale(self.of_wave(wave).iter().map(|(_, slot)| *slot))
    }

    /// The item products of a wave by scale; `None` once units were left out of a roll-up, and where people are weighed.
    pub(crate) fn products(&self, wave: &str) -> Option<&[Products]> {
        self.all_products(wave).filter(|_| self.decimals.is_none())
    }

    fn all_products(&self, wave: &str) -> Option<&[Products]> {
        self.products.as_ref()?.get(wave).map(Vec::as_slice)
    }
}

/// Answers and sum an item, and raw sums a scale.
type WaveTotals = (Vec<(u64, u64)>, Vec<Sums>);

/// The products of all scales, added or taken out.
fn combined(ours: &[Products], theirs: &[Products], op: Op) -> Option<Vec<Products>> {
    ours.iter().zip(theirs).map(|(a, b)| a.combine(b, op)).collect()
}

fn too_large() -> Error {
    Error::input("overflow", "the sum of the two tallies does not fit in 64 bits")
        .at("tally")
        .help("merge fewer of them")
}

fn mismatch(message: &str) -> Error {
    Error::input("instrument_mismatch", message)
        .at("tally")
        .help("count with the instrument of the answers: same id, items, options and scales")
}

#[cfg(test)]
mod counting;
#[cfg(test)]
mod tests;

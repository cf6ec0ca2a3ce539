//! The tally: exact, mergeable, retractable state of answers to an instrument.
//!
//! Likert answers are discrete, so integers are sufficient: per wave and unit the count of every answer of every
//! item, and per scale the moments of raw sums by number of answered items; per wave the products of item pairs.
//! They add up in any order, on any number of machines, to the same bytes, and what was added can be taken out
//! again. Statistics are read from a finished tally by [`crate::measure`]; no float is stored.
//!
//! **A tally of small units is personal data**: the state of a unit of one is that person's answers.
//! It belongs to the owner of the data; what may leave is decided by a release.

mod add;
mod bytes;
mod layout;
pub(crate) mod state;

pub use bytes::{FORMAT_VERSION, Limits};
pub use layout::{ItemShape, Layout, ScaleShape};

use crate::error::{Error, Result};
use crate::evidence::{Instrument, Loss, Organization, Responses};
use crate::json;
use state::{Cell, Op, Products, Sums};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One unit in one wave.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The wave; empty when the answers had none.
    pub wave: String,
    /// The unit.
    pub unit: String,
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
#[derive(Clone, PartialEq)]
pub struct Tally {
    layout: Arc<Layout>,
    cells: BTreeMap<Key, Cell>,
    /// Item products a wave, for the waves of `cells`; `None` once units were left out of a roll-up.
    products: Option<BTreeMap<String, Vec<Products>>>,
}

// Units are personal data when small: a debug print shows sizes only.
impl std::fmt::Debug for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tally")
            .field("instrument", &self.layout.instrument)
            .field("keys", &self.cells.len())
            .finish_non_exhaustive()
    }
}

impl Tally {
    /// An empty tally.
    pub fn new(instrument: &Instrument) -> Tally {
        Tally { layout: Arc::new(Layout::new(instrument)), cells: BTreeMap::new(), products: Some(BTreeMap::new()) }
    }

    fn empty(&self) -> Tally {
        Tally { layout: Arc::clone(&self.layout), cells: BTreeMap::new(), products: Some(BTreeMap::new()) }
    }

    /// Counts answers; gives back what was not answered or left unread.
    ///
    /// # Errors
    /// `instrument_mismatch`, `overflow`; the tally is then unchanged.
    pub fn add(&mut self, responses: &Responses) -> Result<Loss> {
        if responses.logic_sha256() != self.layout.logic_sha256 {
            return Err(mismatch("the responses answer another instrument"));
        }
        let mut part = self.empty();
        add::count(&mut part, responses)?;
        self.merge(&part)?;
        Ok(responses.loss().clone())
    }

    /// Adds another tally of the same instrument.
    ///
    /// # Errors
    /// `instrument_mismatch`, `overflow`; the tally is then unchanged.
    pub fn merge(&mut self, other: &Tally) -> Result<()> {
        let (cells, products) = self.combined(other, u64::checked_add, || {
            Error::input("overflow", "the sum of the two tallies does not fit in 64 bits")
                .at("tally")
                .help("merge fewer of them")
        })?;
        self.store(cells, products);
        Ok(())
    }

    /// Takes another tally out: what remains is what would have been counted without it.
    ///
    /// # Errors
    /// `instrument_mismatch`; `impossible_subtraction` when the other was never part of this tally as far as the
    /// numbers tell; the tally is then unchanged.
    pub fn subtract(&mut self, other: &Tally) -> Result<()> {
        let refuse = |why: &str| {
            Error::input("impossible_subtraction", format!("the tally to take out is not part of this one: {why}"))
                .at("tally")
                .help("subtract only what was added")
        };
        let (cells, products) = self.combined(other, u64::checked_sub, || refuse("a count would fall below zero"))?;
        for cell in cells.values() {
            if let Some(fault) = cell.fault(&self.layout) {
                return Err(refuse(fault));
            }
        }
        let mut next = self.clone();
        let waves: Vec<String> = other.waves().into_iter().map(str::to_owned).collect();
        next.store(cells, products);
        for wave in waves {
            if let Some(fault) = next.wave_fault(&wave) {
                return Err(refuse(fault));
            }
        }
        next.drop_empty_waves();
        *self = next;
        Ok(())
    }

    /// The cells and products that change, not yet stored.
    fn combined(&self, other: &Tally, op: Op, fail: impl Fn() -> Error) -> Result<Changes> {
        if self.layout.logic_sha256 != other.layout.logic_sha256 {
            return Err(mismatch("the tallies count different instruments"));
        }
        let blank = Cell::new(&self.layout);
        let mut cells = BTreeMap::new();
        for (key, theirs) in &other.cells {
            let ours = self.cells.get(key).unwrap_or(&blank);
            cells.insert(key.clone(), ours.combine(theirs, op).ok_or_else(&fail)?);
        }
        let products = match (&self.products, &other.products) {
            (Some(ours), Some(theirs)) => {
                let mut changed = BTreeMap::new();
                for (wave, theirs) in theirs {
                    let blank = self.no_products();
                    let ours = ours.get(wave).unwrap_or(&blank);
                    let sum: Option<Vec<Products>> = ours.iter().zip(theirs).map(|(a, b)| a.combine(b, op)).collect();
                    changed.insert(wave.clone(), sum.ok_or_else(&fail)?);
                }
                Some(changed)
            }
            _ => None,
        };
        Ok((cells, products))
    }

    fn store(&mut self, cells: BTreeMap<Key, Cell>, products: ProductMap) {
        for (key, cell) in cells {
            if cell.rows == 0 {
                self.cells.remove(&key);
            } else {
                self.cells.insert(key, cell);
            }
        }
        match (&mut self.products, products) {
            (Some(ours), Some(changed)) => ours.extend(changed),
            _ => self.products = None,
        }
    }

    fn drop_empty_waves(&mut self) {
        let waves: Vec<String> = self.waves().into_iter().map(str::to_owned).collect();
        if let Some(products) = &mut self.products {
            products.retain(|wave, _| waves.contains(wave));
        }
    }

    fn no_products(&self) -> Vec<Products> {
        self.layout.scales.iter().map(|s| Products::new(s.items.len())).collect()
    }

    /// The sums of the whole wave: answers and sum an item, and raw sums a scale; `None` on overflow.
    fn wave_totals(&self, wave: &str) -> Option<WaveTotals> {
        let mut total = Cell::new(&self.layout);
        for cell in self.cells.iter().filter(|(k, _)| k.wave == wave).map(|(_, c)| c) {
            total = total.combine(cell, u64::checked_add)?;
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
        let mut units: Vec<&str> = self.cells.keys().map(|k| k.unit.as_str()).collect();
        units.sort_unstable();
        units.dedup();
        units
    }

    /// The waves, sorted; one empty text when the answers had none, nothing when there are no answers.
    pub fn waves(&self) -> Vec<&str> {
        let mut waves: Vec<&str> = self.cells.keys().map(|k| k.wave.as_str()).collect();
        waves.dedup();
        waves
    }

    /// The wave-unit keys, sorted by wave, then unit.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.cells.keys()
    }

    /// The number of respondents of a unit in a wave, whatever they answered; 0 when there are none.
    pub fn respondents(&self, key: &Key) -> u64 {
        self.cells.get(key).map_or(0, |c| c.rows)
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Sums units into groups, such as the ancestors at one level of a hierarchy: `group` names the group of a
    /// unit, or `None` to leave the unit out. Exact: no average of averages. When units are left out the item
    /// products of a wave, which are kept over all units, no longer describe the rest, so reliability is absent.
    ///
    /// # Errors
    /// `overflow`.
    pub fn rollup(&self, group: impl Fn(&str) -> Option<String>) -> Result<Tally> {
        let mut out = self.empty();
        let mut all = true;
        for (key, cell) in &self.cells {
            let Some(unit) = group(&key.unit) else {
                all = false;
                continue;
            };
            let key = Key { wave: key.wave.clone(), unit };
            let sum = match out.cells.get(&key) {
                None => cell.clone(),
                Some(old) => old.combine(cell, u64::checked_add).ok_or_else(|| {
                    Error::input("overflow", "the sum of the units does not fit in 64 bits")
                        .at("tally")
                        .help("roll up fewer units")
                })?,
            };
            out.cells.insert(key, sum);
        }
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

    pub(crate) fn cells(&self) -> impl Iterator<Item = (&Key, &Cell)> {
        self.cells.iter()
    }

    pub(crate) fn products(&self, wave: &str) -> Option<&[Products]> {
        self.products.as_ref()?.get(wave).map(Vec::as_slice)
    }
}

/// Answers and sum an item, and raw sums a scale.
type WaveTotals = (Vec<(u64, u64)>, Vec<Sums>);
/// Cells and products to store.
type Changes = (BTreeMap<Key, Cell>, ProductMap);
type ProductMap = Option<BTreeMap<String, Vec<Products>>>;

fn mismatch(message: &str) -> Error {
    Error::input("instrument_mismatch", message)
        .at("tally")
        .help("count with the instrument of the answers: same id, items, options and scales")
}

#[cfg(test)]
mod tests;

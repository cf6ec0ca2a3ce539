//! One thread's share of the counting: rows of borrowed columns into tiles, tiles into counters.

use super::Key;
use super::array::{Array, Value};
use super::blocks::Blocks;
use super::kernel::{self, FOREIGN, ROWS, Tile};
use super::layout::Layout;
use super::mask::Range;
use super::names::{Names, Refused};
use super::state::{Op, Products};
use super::weigh::Weigher;
use crate::error::{Error, Result};
use crate::evidence::{AnswerReader, DONT_KNOW, Instrument, KeyKind, MISSING};
use std::collections::BTreeMap;
use std::sync::Arc;

/// No slot yet.
const NONE: u32 = u32::MAX;

/// The columns of one batch, in the order of their meaning.
#[derive(Debug, Clone)]
pub(super) struct Batch<'a> {
    pub(super) rows: usize,
    pub(super) unit: Array<'a>,
    pub(super) wave: Option<Array<'a>>,
    pub(super) weight: Option<Array<'a>>,
    /// In the order of the instrument.
    pub(super) items: Vec<Array<'a>>,
}

/// The column in which a cell was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Unit,
    Wave,
    Weight,
    Item(usize),
}

/// A cell that was refused: its row in the batch, its column, and why.
pub(super) type Fault = (usize, At, Error);

/// Where each wave and unit has its counters, sorted; the counters; products by wave and scale.
pub(super) type Counted = (Vec<(Key, u32)>, Blocks, BTreeMap<String, Vec<Products>>);

/// What was counted so far, and the means to count more.
#[derive(Debug, Clone)]
pub(super) struct Worker {
    layout: Arc<Layout>,
    units: Names,
    waves: Names,
    /// By wave and unit.
    slots: Vec<Vec<u32>>,
    blocks: Blocks,
    /// By wave and scale.
    products: Vec<Vec<Products>>,
    weigher: Option<Weigher>,
    tile: Box<Tile>,
    /// For each item of the instrument its place in the layout.
    places: Vec<usize>,
    sums: Vec<(u8, u64)>,
    pub(super) missing: u64,
    pub(super) dont_know: u64,
}

impl Worker {
    pub(super) fn new(layout: &Arc<Layout>, instrument: &Instrument, weigher: Option<Weigher>) -> Worker {
        let blocks = Blocks::new(layout, weigher.is_some());
        let place = |id: &str| layout.items.binary_search_by(|i| i.id.as_str().cmp(id)).unwrap_or(usize::MAX);
        Worker {
            layout: Arc::clone(layout),
            units: Names::new(KeyKind::Unit),
            waves: Names::new(KeyKind::Wave),
            slots: Vec::new(),
            tile: Box::new(Tile::new(layout, &blocks.plan)),
            blocks,
            products: Vec::new(),
            weigher,
            places: instrument.items().iter().map(|i| place(&i.id)).collect(),
            sums: Vec::new(),
            missing: 0,
            dont_know: 0,
        }
    }

    /// Counts the rows `from..to` of a batch.
    ///
    /// # Errors
    /// The first cell of the first tile that cannot be taken, column by column; what was counted is then of no use.
    pub(super) fn count(
        &mut self,
        instrument: &Instrument,
        batch: &Batch<'_>,
        from: usize,
        to: usize,
    ) -> Result<(), Box<Fault>> {
        self.units.next_batch();
        self.waves.next_batch();
        for start in (from..to).step_by(ROWS) {
            self.tile.rows = ROWS.min(to - start);
            self.read_keys(batch, start)?;
            self.read_answers(instrument, batch, start)?;
            match &mut self.weigher {
                None => self.count_tile(),
                Some(weigher) => {
                    let column = batch.weight.as_ref();
                    weigher.count(&self.tile, column, start, &mut self.blocks, &mut self.products)?;
                }
            }
        }
        Ok(())
    }

    fn read_keys(&mut self, batch: &Batch<'_>, start: usize) -> Result<(), Box<Fault>> {
        let at = |at: At| move |(row, error): Refused| Box::new((row, at, error));
        let tile = &mut *self.tile;
        let rows = tile.rows;
        let slots = tile.slots.get_mut(..rows).unwrap_or_default();
        self.units.fill(&batch.unit, start, slots).map_err(at(At::Unit))?;
        let waves = tile.waves.get_mut(..rows).unwrap_or_default();
        match &batch.wave {
            Some(wave) => self.waves.fill(wave, start, waves).map_err(at(At::Wave))?,
            None => waves.fill(0),
        }
        for (slot, wave) in slots.iter_mut().zip(waves) {
            let known = self.slots.get(*wave as usize).and_then(|of| of.get(*slot as usize)).copied().unwrap_or(NONE);
            *slot = match known {
                NONE => slot_of(&mut self.slots, &mut self.products, &mut self.blocks, *wave, *slot),
                known => known,
            };
        }
        Ok(())
    }

    fn read_answers(&mut self, instrument: &Instrument, batch: &Batch<'_>, start: usize) -> Result<(), Box<Fault>> {
        let rows = self.tile.rows;
        for (index, ((item, column), place)) in
            instrument.items().iter().zip(&batch.items).zip(&self.places).enumerate()
        {
            let Some(codes) = self.tile.codes.get_mut(*place) else { continue };
            // At most 11 options.
            let range = Range { lo: item.lo, top: (item.hi - item.lo) as u8 };
            let masked = kernel::mask(column, range, start, rows, codes);
            self.missing += u64::from(masked.missing);
            if !masked.foreign {
                continue;
            }
            let reader = AnswerReader { item, dont_know: instrument.dont_know() };
            for (row, code) in codes.iter_mut().enumerate().take(rows) {
                if *code <= range.top || *code == MISSING {
                    continue;
                }
                *code = closely(&reader, column.value(start + row))
                    .map_err(|e| Box::new((start + row, At::Item(index), e)))?;
                self.missing += u64::from(*code == MISSING);
                self.dont_know += u64::from(*code == DONT_KNOW);
            }
        }
        Ok(())
    }

    fn count_tile(&mut self) {
        let (layout, tile) = (&*self.layout, &mut *self.tile);
        kernel::count(layout, tile, &mut self.blocks);
        let waves = tile.waves.get(..tile.rows).unwrap_or_default();
        let mut seen: Vec<u32> = waves.first().copied().into_iter().collect();
        if waves.iter().any(|wave| Some(wave) != waves.first()) {
            seen = waves.to_vec();
            seen.sort_unstable();
            seen.dedup();
        }
        for wave in &seen {
            if let Some(products) = self.products.get_mut(*wave as usize) {
                kernel::multiply(layout, tile, (seen.len() > 1).then_some(*wave), products);
            }
        }
        if layout.pairs.is_empty() {
            return;
        }
        for row in 0..tile.rows {
            tile.scale_sums(layout, row, &mut self.sums);
            let slot = tile.slots.get(row).copied().unwrap_or(NONE);
            for (pair, (a, b)) in layout.pairs.iter().enumerate() {
                if let (Some(a), Some(b)) = (self.sums.get(*a), self.sums.get(*b))
                    && a.0 > 0
                    && b.0 > 0
                {
                    self.blocks.add_pair(slot, pair, *a, *b);
                }
            }
        }
    }

    /// Adds what another worker counted; `None` on overflow.
    pub(super) fn absorb(&mut self, other: Worker) -> Option<()> {
        self.missing += other.missing;
        self.dont_know += other.dont_know;
        if let (Some(ours), Some(theirs)) = (&mut self.weigher, &other.weigher) {
            ours.absorb(theirs);
        }
        // Names that were taken before are good.
        let mut units = vec![NONE; other.units.len()];
        for (name, number) in other.units.iter().zip(&mut units) {
            *number = self.units.number(name).ok()?;
        }
        let mut waves = vec![0; other.waves.len().max(1)];
        for (name, number) in other.waves.iter().zip(&mut waves) {
            *number = self.waves.number(name).ok()?;
        }
        for (wave, (slots, products)) in other.slots.iter().zip(&other.products).enumerate() {
            let wave = *waves.get(wave)?;
            for (unit, theirs) in slots.iter().enumerate().filter(|(_, slot)| **slot != NONE) {
                let unit = *units.get(unit)?;
                let ours = slot_of(&mut self.slots, &mut self.products, &mut self.blocks, wave, unit);
                self.blocks.add(ours, &other.blocks, *theirs)?;
            }
            for (ours, theirs) in self.products.get_mut(wave as usize)?.iter_mut().zip(products) {
                *ours = ours.combine(theirs, Op::Add)?;
            }
        }
        Some(())
    }

    /// What was counted.
    pub(super) fn finish(self) -> Counted {
        let units = self.units.sorted();
        let mut waves = self.waves.sorted();
        if waves.is_empty() {
            waves.push(("", 0));
        }
        let mut keys = Vec::with_capacity(self.blocks.len());
        let mut products = BTreeMap::new();
        let mut counted = self.products;
        for (wave, number) in waves {
            let slots = self.slots.get(number as usize).map_or(&[][..], |s| s);
            for (unit, at) in &units {
                if let Some(slot) = slots.get(*at as usize).filter(|slot| **slot != NONE) {
                    keys.push((Key { wave: wave.to_owned(), unit: (*unit).to_owned() }, *slot));
                }
            }
            if let Some(own) = counted.get_mut(number as usize) {
                if self.weigher.is_none() {
                    own.iter_mut().for_each(Products::complete_pairs);
                }
                products.insert(wave.to_owned(), std::mem::take(own));
            }
        }
        (keys, self.blocks, products)
    }
}

/// The slot of a unit in a wave, a new one when it has none.
fn slot_of(
    slots: &mut Vec<Vec<u32>>,
    products: &mut Vec<Vec<Products>>,
    blocks: &mut Blocks,
    wave: u32,
    unit: u32,
) -> u32 {
    if let Some(slot) = slots.get(wave as usize).and_then(|s| s.get(unit as usize)).filter(|s| **s != NONE) {
        return *slot;
    }
    while slots.len() <= wave as usize {
        slots.push(Vec::new());
        products.push(blocks.layout().scales.iter().map(|s| Products::new(s.items.len())).collect());
    }
    let slot = blocks.push();
    if let Some(slots) = slots.get_mut(wave as usize) {
        if slots.len() <= unit as usize {
            slots.resize(unit as usize + 1, NONE);
        }
        if let Some(place) = slots.get_mut(unit as usize) {
            *place = slot;
        }
    }
    slot
}

/// The code of a cell that is no plain answer.
fn closely(reader: &AnswerReader<'_>, value: Value<'_>) -> Result<u8> {
    match value {
        Value::Missing => Ok(MISSING),
        Value::Integer(i) => match i64::try_from(i) {
            Ok(i) => reader.integer(i),
            Err(_) => Err(reader.out_of_range(&i.to_string())),
        },
        Value::Float(x) => reader.float(x),
        Value::Text(text) => reader.text(text),
        Value::Beyond(index) => Err(crate::evidence::no_value(index)),
        Value::Step(step) => Ok(if step == FOREIGN { MISSING } else { step }),
    }
}

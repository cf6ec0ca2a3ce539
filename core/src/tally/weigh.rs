//! People who are weighed: row by row into wide counters.
//!
//! Weights are whole numbers of their last decimal, so all sums stay exact and mergeable.

use super::array::{Array, Value};
use super::blocks::Blocks;
use super::kernel::Tile;
use super::layout::Layout;
use super::plan::Plan;
use super::state::Products;
use super::worker::{At, Fault};
use crate::error::{Error, Result};
use crate::evidence::{DONT_KNOW, MISSING, Weight, weight_of_text};
use std::sync::Arc;

/// Reads weights and counts with them.
#[derive(Debug, Clone)]
pub(super) struct Weigher {
    layout: Arc<Layout>,
    /// How weights are read; `None` when they were read before.
    weight: Option<Weight>,
    /// The sum of all weights so far.
    total: u128,
    /// The most that the sum may be.
    most: u128,
}

impl Weigher {
    pub(super) fn new(layout: &Arc<Layout>, weight: Option<&Weight>) -> Weigher {
        let most = u128::from(u64::MAX / Plan::new(layout, true).steepest);
        Weigher { layout: Arc::clone(layout), weight: weight.cloned(), total: 0, most }
    }

    pub(super) fn absorb(&mut self, other: &Weigher) {
        self.total = self.total.saturating_add(other.total);
    }

    /// Counts a tile whose first row is the row `from` of its batch.
    pub(super) fn count(
        &mut self,
        tile: &Tile,
        column: Option<&Array<'_>>,
        from: usize,
        blocks: &mut Blocks,
        products: &mut [Vec<Products>],
    ) -> Result<(), Box<Fault>> {
        let layout = Arc::clone(&self.layout);
        let mut codes = Vec::with_capacity(layout.items.len());
        let mut steps = Vec::new();
        let mut sums = Vec::with_capacity(layout.scales.len());
        for (row, (slot, wave)) in tile.slots.iter().zip(&tile.waves).enumerate().take(tile.rows) {
            let weight = self.weigh(column, from + row).map_err(|e| Box::new((from + row, At::Weight, e)))?;
            codes.clear();
            codes.extend(tile.codes.iter().map(|c| c.get(row).copied().unwrap_or(MISSING)));
            sums.clear();
            let products = products.get_mut(*wave as usize).map_or(&mut [][..], |p| p);
            for (scale, products) in layout.scales.iter().zip(products) {
                steps.clear();
                steps.extend(scale.items.iter().map(|i| match (layout.items.get(*i), codes.get(*i)) {
                    (Some(shape), Some(code)) if *code < DONT_KNOW => Some(shape.oriented(usize::from(*code)) as u64),
                    _ => None,
                }));
                if weight > 0 {
                    products.add(&steps, weight);
                }
                // At most 100 items a scale.
                sums.push((steps.iter().flatten().count() as u8, steps.iter().flatten().sum()));
            }
            blocks.weigh(*slot, weight, &codes, &sums);
        }
        Ok(())
    }

    fn weigh(&mut self, column: Option<&Array<'_>>, row: usize) -> Result<u64> {
        let value = column.map_or(Value::Missing, |c| c.value(row));
        let weight = match (&self.weight, value) {
            (None, Value::Integer(i)) => u64::try_from(i).unwrap_or(0),
            (None, _) => 0,
            (Some(weight), value) => weight.scaled(match value {
                Value::Missing => None,
                Value::Integer(i) => Some(i as f64),
                Value::Float(x) => Some(x),
                Value::Text(text) => Some(weight_of_text(text)),
                Value::Step(step) => Some(f64::from(step)),
                Value::Beyond(_) => Some(f64::NAN),
            })?,
        };
        self.total += u128::from(weight);
        if self.total > self.most {
            return Err(Error::input("overflow", "the weights together are too large to be counted exactly")
                .help("divide the weights by a common number, or declare fewer decimals"));
        }
        Ok(weight)
    }
}

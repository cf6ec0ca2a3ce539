//! Answers into integers, one batch at a time.

use super::state::{Cell, Products};
use super::{Key, Tally};
use crate::error::{Error, Result};
use crate::evidence::{DONT_KNOW, MISSING, Responses};
use std::collections::{BTreeMap, HashMap};

/// Counts `responses` into the empty tally `part`.
///
/// Sums of one batch in memory cannot overflow 64 bits: a raw sum is at most 100 items of 10 steps.
pub(super) fn count(part: &mut Tally, responses: &Responses) -> Result<()> {
    let layout = std::sync::Arc::clone(&part.layout);
    let columns: Vec<&[u8]> = layout
        .items
        .iter()
        .map(|item| {
            responses.answers(&item.id).ok_or_else(|| {
                Error::input("missing_item", format!("item `{}` has no answers", item.id))
                    .help("read the responses again")
            })
        })
        .collect::<Result<_>>()?;
    let blank = part.no_products();
    let mut products: Vec<Vec<Products>> = vec![blank; responses.waves().len()];
    let mut slots: HashMap<(u32, u32), usize> = HashMap::new();
    let mut keys: Vec<(u32, u32)> = Vec::new();
    let mut cells: Vec<Cell> = Vec::new();
    let mut raw: Vec<u8> = Vec::with_capacity(columns.len());
    let mut scale_sums: Vec<(u8, u64)> = Vec::with_capacity(layout.scales.len());
    let mut steps: Vec<Option<u64>> = Vec::new();

    for (row, (wave, unit)) in responses.wave_codes().iter().zip(responses.unit_codes()).enumerate() {
        let slot = *slots.entry((*wave, *unit)).or_insert_with(|| {
            keys.push((*wave, *unit));
            cells.push(Cell::new(&layout));
            cells.len() - 1
        });
        let (Some(cell), Some(products)) = (cells.get_mut(slot), products.get_mut(*wave as usize)) else { continue };
        cell.rows += 1;
        raw.clear();
        raw.extend(columns.iter().map(|c| c.get(row).copied().unwrap_or(MISSING)));
        for (shape, code) in layout.items.iter().zip(&raw) {
            let place = match *code {
                MISSING => continue,
                DONT_KNOW => shape.options,
                step => usize::from(step),
            };
            if let Some(count) = cell.counts.get_mut(shape.offset + place) {
                *count += 1;
            }
        }
        scale_sums.clear();
        for ((scale, sums), products) in layout.scales.iter().zip(&mut cell.scales).zip(products.iter_mut()) {
            steps.clear();
            steps.extend(scale.items.iter().map(|i| match (layout.items.get(*i), raw.get(*i)) {
                (Some(shape), Some(code)) if *code < DONT_KNOW => Some(shape.oriented(usize::from(*code)) as u64),
                _ => None,
            }));
            // At most 100 items a scale.
            let answered = steps.iter().flatten().count() as u8;
            let sum: u64 = steps.iter().flatten().sum();
            if answered > 0 {
                sums.bump(answered, [1, sum, sum * sum]);
                products.add(&steps);
            }
            scale_sums.push((answered, sum));
        }
        for ((a, b), pair) in layout.pairs.iter().zip(&mut cell.pairs) {
            if let (Some((m, s)), Some((n, t))) = (scale_sums.get(*a), scale_sums.get(*b))
                && *m > 0
                && *n > 0
            {
                pair.bump((*m, *n), [1, *s, *t, s * t, s * s, t * t]);
            }
        }
    }

    let name = |texts: &[String], code: u32| texts.get(code as usize).cloned().unwrap_or_default();
    for ((wave, unit), cell) in keys.iter().zip(cells) {
        let key = Key { wave: name(responses.waves(), *wave), unit: name(responses.units(), *unit) };
        part.cells.insert(key, cell);
    }
    part.products = Some(responses.waves().iter().cloned().zip(products).collect::<BTreeMap<_, _>>());
    Ok(())
}

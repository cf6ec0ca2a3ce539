//! What a tally knows of its instrument: keys, ranges, reversal, scales and pairs, in an order that does not
//! depend on the order of the file.

use crate::error::Result;
use crate::evidence::{Instrument, MissingRule};
use crate::json;

/// An item as a tally sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemShape {
    /// Its id.
    pub id: String,
    /// The lowest answer code.
    pub lo: i64,
    /// The number of answer options, 2 to 11.
    pub options: usize,
    /// Whether it is reversed (`min + max - x`) before it enters its scales.
    pub reversed: bool,
    /// The favorable steps `(from, to)` after reversal, counted from 0 at the low end; those of its first scale.
    pub favorable: (usize, usize),
    /// Where its counts begin in a unit's counts; `options` answer counts and one of don't-know follow.
    pub(crate) offset: usize,
}

impl ItemShape {
    /// The step 0 ..= options-1 of a raw answer step after reversal.
    pub(crate) fn oriented(&self, step: usize) -> usize {
        if self.reversed { (self.options - 1).saturating_sub(step) } else { step }
    }

    /// Whether a raw answer step is favorable (0), neutral (1) or unfavorable (2).
    pub(crate) fn band(&self, step: usize) -> usize {
        let (step, top, (from, to)) = (self.oriented(step), self.options - 1, self.favorable);
        if (from..=to).contains(&step) {
            0
        } else if (from..=to).contains(&top.saturating_sub(step)) {
            2
        } else {
            1
        }
    }
}

/// A scale as a tally sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleShape {
    /// Its id.
    pub id: String,
    /// Its items as indices into [`Layout::items`], ascending.
    pub items: Vec<usize>,
    /// The lowest answer code.
    pub lo: i64,
    /// The number of answer options of each item.
    pub options: usize,
    /// The favorable steps `(from, to)` after reversal.
    pub favorable: (usize, usize),
}

impl ScaleShape {
    /// The highest step of an item.
    pub(crate) fn top(&self) -> u64 {
        (self.options as u64).saturating_sub(1)
    }
}

/// The structure of a tally: items, scales and pairs, each sorted by id.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The id of the instrument.
    pub instrument: String,
    /// Hexadecimal SHA-256 of the instrument's logic.
    pub logic_sha256: String,
    /// How many answers a score needs, unless a reading says otherwise.
    pub missing_rule: MissingRule,
    /// The items, sorted by id.
    pub items: Vec<ItemShape>,
    /// The scales, sorted by id.
    pub scales: Vec<ScaleShape>,
    /// Declared pairs as indices into [`Layout::scales`].
    pub pairs: Vec<(usize, usize)>,
    pub(crate) logic: String,
    pub(crate) counts: usize,
    /// Whether any answer code means "don't know".
    pub(crate) asks_dont_know: bool,
}

impl Layout {
    pub(crate) fn new(instrument: &Instrument) -> Layout {
        let step = |lo: i64, code: i64| usize::try_from(code - lo).unwrap_or(0);
        let mut items: Vec<ItemShape> = instrument
            .items()
            .iter()
            .map(|i| {
                let mut of: Vec<_> = instrument.scales().iter().filter(|s| s.items.contains(&i.id)).collect();
                of.sort_by(|a, b| a.id.cmp(&b.id));
                let (from, to) = of.first().map_or(((i.lo + i.hi).div_euclid(2) + 1, i.hi), |s| s.favorable);
                ItemShape {
                    id: i.id.clone(),
                    lo: i.lo,
                    options: step(i.lo, i.hi) + 1,
                    reversed: i.reversed,
                    favorable: (step(i.lo, from), step(i.lo, to)),
                    offset: 0,
                }
            })
            .collect();
        items.sort_by(|a, b| a.id.cmp(&b.id));
        let mut counts = 0;
        for item in &mut items {
            item.offset = counts;
            counts += item.options + 1;
        }
        let mut scales: Vec<ScaleShape> = instrument
            .scales()
            .iter()
            .map(|s| ScaleShape {
                id: s.id.clone(),
                items: items.iter().enumerate().filter(|(_, i)| s.items.contains(&i.id)).map(|(k, _)| k).collect(),
                lo: s.lo,
                options: step(s.lo, s.hi) + 1,
                favorable: (step(s.lo, s.favorable.0), step(s.lo, s.favorable.1)),
            })
            .collect();
        scales.sort_by(|a, b| a.id.cmp(&b.id));
        let find = |id: &str| scales.iter().position(|s| s.id == id);
        let mut pairs = instrument.pairs().to_vec();
        pairs.sort();
        let pairs = pairs.iter().filter_map(|(a, b)| Some((find(a)?, find(b)?))).collect();
        let logic = instrument.logic();
        Layout {
            instrument: instrument.id().to_owned(),
            logic_sha256: json::sha256(logic.as_bytes()),
            missing_rule: instrument.missing_rule(),
            items,
            scales,
            pairs,
            logic,
            counts,
            asks_dont_know: !instrument.dont_know().is_empty(),
        }
    }

    /// Reads a layout back from the canonical logic of an instrument.
    pub(crate) fn from_logic(logic: &str) -> Result<Option<Layout>> {
        let layout = Layout::new(&Instrument::from_logic(logic)?);
        // One structure has one text, so that one state has one byte form.
        Ok((layout.logic == logic).then_some(layout))
    }
}

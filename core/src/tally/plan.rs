//! Where the small counters of a unit lie: items in lanes, answers in planes, complete scales in strata.
//!
//! A row of answers is compared with the code of every plane at once, so the counters of one answer to many items
//! lie side by side. Of a scale the sums of those who answered nearly all of it are kept densely, one word each;
//! what is rarer is kept sparsely.

use super::layout::Layout;
use super::pages::LINE;
use crate::evidence::DONT_KNOW;

/// The most lanes of a group of items.
const LANES: usize = 64;
/// The most rows that small counters hold.
pub(super) const SMALL: u64 = 255;
/// The most strata of a scale that are kept densely.
const MOST_DEPTH: usize = 4;

/// Items that are counted together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    /// Their places in the layout, a lane each.
    pub(super) items: Vec<usize>,
    /// Where its counters begin in a block.
    pub(super) from: usize,
    /// Lanes: 16, 32, 48 or 64.
    pub(super) width: usize,
    /// The answer code that each plane counts.
    pub(super) planes: Vec<u8>,
    /// For each plane and lane its place in the counts of a unit; `None` where nothing is counted.
    pub(super) targets: Vec<Option<usize>>,
}

/// The geometry of the counters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    pub(super) groups: Vec<Group>,
    /// Where the words of the strata begin in a block.
    pub(super) words: usize,
    /// The number of scales.
    pub(super) scales: usize,
    /// Strata kept densely: all items of a scale answered, all but one, and so on.
    pub(super) depth: usize,
    /// The largest square or product of raw sums of one person: no counter grows faster than this times the people.
    pub(super) steepest: u64,
}

impl Plan {
    /// The geometry for a layout; people who are weighed have no small counters.
    pub(super) fn new(layout: &Layout, weighted: bool) -> Plan {
        let mut order: Vec<usize> = (0..layout.items.len()).collect();
        // Items with as many options share planes.
        order.sort_by_key(|i| layout.items.get(*i).map(|item| item.options));
        let longest = layout.scales.iter().map(|s| s.items.len()).max().unwrap_or(0);
        let most = layout.scales.iter().map(|s| s.items.len() as u64 * s.top()).max().unwrap_or(0);
        let mut groups: Vec<Group> = Vec::new();
        if !weighted {
            for items in order.chunks(LANES) {
                groups.push(Group::new(layout, items, end(&groups)));
            }
        }
        Plan {
            // At a cache line, as the block itself.
            words: end(&groups).next_multiple_of(LINE),
            groups,
            scales: layout.scales.len(),
            depth: if weighted { 0 } else { (longest / 2 + 1).min(MOST_DEPTH) },
            steepest: most.max(1) * most.max(1),
        }
    }

    /// The bytes of a block.
    pub(super) fn block(&self) -> usize {
        self.words + self.scales * self.depth * size_of::<u64>()
    }
}

/// Where the counters of all groups end.
fn end(groups: &[Group]) -> usize {
    groups.last().map_or(0, |g| g.from + g.width * g.planes.len())
}

impl Group {
    fn new(layout: &Layout, items: &[usize], from: usize) -> Group {
        let shapes: Vec<_> = items.iter().filter_map(|i| layout.items.get(*i)).collect();
        // At most 11 options.
        let options = shapes.iter().map(|s| s.options).max().unwrap_or(0) as u8;
        let width = items.len().next_multiple_of(16);
        let planes: Vec<u8> = (0..options).chain(layout.asks_dont_know.then_some(DONT_KNOW)).collect();
        let target = |plane: u8, lane: usize| {
            let shape = shapes.get(lane)?;
            let place = if plane == DONT_KNOW { shape.options } else { usize::from(plane) };
            (plane == DONT_KNOW || place < shape.options).then_some(shape.offset + place)
        };
        let targets = planes.iter().flat_map(|plane| (0..width).map(|lane| target(*plane, lane))).collect();
        Group { items: items.to_vec(), from, width, planes, targets }
    }
}

/// One stratum of one unit in one word: people, Σs and Σs² of their raw sums.
///
/// At most [`SMALL`] people with raw sums of at most 1,000: 12, 20 and 32 bits.
pub(super) mod word {
    /// One person with the raw sum `s`.
    pub(in super::super) fn of(s: u64) -> u64 {
        1 | s << 12 | (s * s) << 32
    }

    /// `n, Σs, Σs²` of a word.
    pub(in super::super) fn parts(word: u64) -> [u64; 3] {
        [word & 0xfff, word >> 12 & 0xf_ffff, word >> 32]
    }

    /// The word of `n, Σs, Σs²` of at most [`super::SMALL`] people.
    pub(in super::super) fn join([n, s, ss]: [u64; 3]) -> u64 {
        n | s << 12 | ss << 32
    }
}

//! How near a network is to an out-tree: Krackhardt's (1994) four measures.
//!
//! They speak of who stands above whom, so they need to know which end of an arc is above: [`Above`]. Numbers never
//! tell when it is the wrong one.

use super::at::{At, count, ratio};
use super::component::{Components, strong};
use super::graph::Graph;

/// The end of an arc that stands above the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Above {
    /// Those who are looked to: arcs lead from subordinate to superior, as in "reports to" and "seeks advice of".
    LookedTo,
    /// Those who look: arcs lead from superior to subordinate.
    Looker,
}

/// The most strong components for which reachability and least upper bounds are worked out exactly: their bitsets are
/// the square of it in bits, the bounds its cube over 128 in steps.
pub const COMPONENT_LIMIT: usize = 8_192;

/// The share of pairs of nodes that hang together: 1 in one weak component.
pub fn connectedness(weak: &Components) -> Option<f64> {
    let n = weak.of.len() as f64;
    ratio(weak.pairs(), n * (n - 1.0) / 2.0)
}

/// One less the surplus of tied pairs over a tree, as a share of the most possible, over all weak components.
/// `None` when none has three nodes.
pub fn efficiency(graph: &Graph, weak: &Components) -> Option<f64> {
    let pairs = graph.either().rows().len() as f64 / 2.0;
    surplus(pairs, weak, |k| k * (k - 1.0) / 2.0)
}

/// The same with arcs instead of tied pairs, as R's sna computes it.
pub fn efficiency_of_arcs(graph: &Graph, weak: &Components) -> Option<f64> {
    surplus(graph.outward().len() as f64, weak, |k| k * (k - 1.0))
}

fn surplus(ties: f64, weak: &Components, possible: impl Fn(f64) -> f64) -> Option<f64> {
    let sizes = || weak.sizes.iter().map(|s| f64::from(*s));
    let tree: f64 = sizes().map(|k| k - 1.0).sum();
    let most: f64 = sizes().map(|k| possible(k) - (k - 1.0)).sum();
    ratio(ties - tree, most).map(|over| 1.0 - over)
}

/// Bits a row, for rows of one length.
struct Bits {
    words: usize,
    bits: Vec<u64>,
}

impl Bits {
    fn new(n: usize) -> Bits {
        let words = n.div_ceil(64);
        Bits { words, bits: vec![0; words * n] }
    }
    fn row(&self, i: usize) -> &[u64] {
        self.bits.get(i * self.words..(i + 1) * self.words).unwrap_or_default()
    }
    fn set(&mut self, i: usize, j: usize) {
        if let Some(word) = self.bits.get_mut(i * self.words + j / 64) {
            *word |= 1 << (j % 64);
        }
    }
    /// Adds row `j` to row `i`.
    fn join(&mut self, i: usize, j: usize) {
        let (low, high) = self.bits.split_at_mut(i.max(j) * self.words);
        let at = |side: usize| side * self.words..(side + 1) * self.words;
        let (from, to) = match i > j {
            true => (low.get(at(j)), high.get_mut(..self.words)),
            false => (high.get(..self.words), low.get_mut(at(i))),
        };
        if let (Some(from), Some(to)) = (from, to) {
            to.iter_mut().zip(from).for_each(|(a, b)| *a |= b);
        }
    }
}

/// Who reaches whom, a row and a bit a strong component.
#[derive(Debug, Clone, PartialEq)]
pub struct Hierarchy {
    /// Unordered pairs of nodes of which exactly one reaches the other.
    pub one_way: f64,
    /// Unordered pairs of nodes that reach one another.
    pub both_ways: f64,
    /// Unordered pairs in one weak component beyond those of a tree: Σ (k−1)(k−2)/2.
    pub most: f64,
    /// Pairs in one weak component that nobody stands above.
    pub without_upper_bound: f64,
    /// Pairs in one weak component without a least upper bound.
    pub without_least_upper_bound: f64,
}

impl Hierarchy {
    /// Of the pairs of which one reaches the other, the share that is not returned; 1 when nobody is in a cycle.
    pub fn hierarchy(&self) -> Option<f64> {
        ratio(self.one_way, self.one_way + self.both_ways)
    }

    /// One less the share of pairs without anybody above both (as CMU's ORA computes it).
    pub fn upper_boundedness(&self) -> Option<f64> {
        ratio(self.without_upper_bound, self.most).map(|v| 1.0 - v)
    }

    /// One less the share of pairs without a least upper bound: one above both that all others above both are above.
    pub fn least_upper_boundedness(&self) -> Option<f64> {
        ratio(self.without_least_upper_bound, self.most).map(|v| 1.0 - v)
    }

    /// Works them out on the strong components, in which all stand alike.
    ///
    /// `None` with more than [`COMPONENT_LIMIT`] strong components.
    pub fn of(graph: &Graph, above: Above, weak: &Components) -> Option<Hierarchy> {
        let parts = strong(graph);
        let c = parts.count();
        if c > COMPONENT_LIMIT {
            return None;
        }
        // Numbered from the top: `strong` puts those who are only looked to first.
        let top_down = |part: u32| match above {
            Above::LookedTo => part as usize,
            Above::Looker => c.saturating_sub(part as usize + 1),
        };
        let mut arcs: Vec<(usize, usize)> = graph
            .arcs()
            .map(|(u, v, _)| (top_down(parts.of.at(u)), top_down(parts.of.at(v))))
            .filter(|(a, b)| a != b)
            .map(|(a, b)| (a.max(b), a.min(b)))
            .collect();
        arcs.sort_unstable();
        arcs.dedup();
        let (mut sizes, mut whole) = (vec![0.0; c], vec![0_u32; c]);
        for u in 0..graph.nodes() {
            let part = count(top_down(parts.of.at(u)));
            sizes.more(part, 1.0);
            whole.put(part, weak.of.at(u));
        }
        // Everybody above each component, itself included, from the top down.
        let mut up = Bits::new(c);
        let mut next = arcs.iter().peekable();
        for i in 0..c {
            up.set(i, i);
            while let Some((_, j)) = next.next_if(|(low, _)| *low == i) {
                up.join(i, *j);
            }
        }
        Some(bounds(&up, &sizes, &whole, weak))
    }
}

fn bounds(up: &Bits, sizes: &[f64], whole: &[u32], weak: &Components) -> Hierarchy {
    let c = sizes.len();
    let counted = |words: &mut dyn Iterator<Item = u64>| words.map(|w| w.count_ones()).sum::<u32>();
    let heights: Vec<u32> = (0..c).map(|i| counted(&mut up.row(i).iter().copied())).collect();
    let part = |rows: std::ops::Range<usize>| {
        let (mut one_way, mut none, mut no_least) = (0.0, 0.0, 0.0);
        for i in rows {
            let (own, size) = (up.row(i), sizes.get(i).copied().unwrap_or(0.0));
            for j in 0..i {
                let pairs = size * sizes.get(j).copied().unwrap_or(0.0);
                if own.get(j / 64).is_some_and(|w| w >> (j % 64) & 1 == 1) {
                    // `j` stands above `i`: it is their least upper bound itself.
                    one_way += pairs;
                    continue;
                }
                if whole.get(i) != whole.get(j) {
                    continue;
                }
                // Numbers rise downwards, so the lowest of those above both has the largest number; it is the least
                // upper bound when nobody above both is missing above it.
                let (mut shared, mut lowest) = (0, None);
                for (k, (a, b)) in own.iter().zip(up.row(j)).enumerate() {
                    let both = a & b;
                    shared += both.count_ones();
                    if both != 0 {
                        lowest = Some(k * 64 + 63 - both.leading_zeros() as usize);
                    }
                }
                match lowest {
                    None => {
                        none += pairs;
                        no_least += pairs;
                    }
                    Some(k) if heights.get(k).copied() != Some(shared) => no_least += pairs,
                    Some(_) => {}
                }
            }
        }
        (one_way, none, no_least)
    };
    let mut h = Hierarchy {
        one_way: 0.0,
        both_ways: sizes.iter().map(|s| s * (s - 1.0) / 2.0).sum(),
        most: weak.sizes.iter().map(|k| (f64::from(*k) - 1.0) * (f64::from(*k) - 2.0) / 2.0).sum(),
        without_upper_bound: 0.0,
        without_least_upper_bound: 0.0,
    };
    for (one_way, none, no_least) in super::work::in_parts(c, 32, part) {
        h.one_way += one_way;
        h.without_upper_bound += none;
        h.without_least_upper_bound += no_least;
    }
    h
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::network::weak;

    fn measured(n: u32, arcs: &[(u32, u32)], above: Above) -> (Option<f64>, Option<f64>, Option<f64>) {
        let g = Graph::new(n, arcs, None, true).unwrap();
        let h = Hierarchy::of(&g, above, &weak(&g)).unwrap();
        (h.hierarchy(), h.upper_boundedness(), h.least_upper_boundedness())
    }

    #[test]
    fn a_tree_is_a_tree_only_when_the_right_end_is_above() {
        let reports_to = [(1, 0), (2, 0), (3, 1), (4, 1), (5, 2)];
        assert_eq!(measured(6, &reports_to, Above::LookedTo), (Some(1.0), Some(1.0), Some(1.0)));
        let (hierarchy, upper, least) = measured(6, &reports_to, Above::Looker);
        assert_eq!(hierarchy, Some(1.0));
        assert!(upper.unwrap() < 1.0 && least.unwrap() < 1.0);
        let g = Graph::new(6, &reports_to, None, true).unwrap();
        let w = weak(&g);
        assert_eq!((connectedness(&w), efficiency(&g, &w)), (Some(1.0), Some(1.0)));
    }

    #[test]
    fn an_upper_bound_need_not_be_a_least_one() {
        // 2 and 3 both report to 0 and to 1: two bounds, neither below the other.
        let two_bosses = [(2, 0), (2, 1), (3, 0), (3, 1)];
        let (_, upper, least) = measured(4, &two_bosses, Above::LookedTo);
        // 0 and 1 have nobody above them; 2 and 3 have, but nobody least.
        assert_eq!((upper, least), (Some(1.0 - 1.0 / 3.0), Some(1.0 - 2.0 / 3.0)));
    }

    #[test]
    fn cycles_stand_as_one() {
        assert_eq!(measured(3, &[(0, 1), (1, 2), (2, 0)], Above::LookedTo), (Some(0.0), Some(1.0), Some(1.0)));
        assert_eq!(measured(2, &[], Above::LookedTo), (None, None, None));
    }
}

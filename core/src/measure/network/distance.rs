//! How far apart nodes are, in steps: paths count ties, not strengths.

use super::at::{At, ratio};
use super::graph::{Graph, Way};
use super::work::in_parts;
use crate::num::sum;

/// What breadth-first search from every node, or from some, tells of one node.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Reach {
    /// How many others it reaches (or reach it).
    pub others: u32,
    /// The sum of the steps to them.
    pub steps: u64,
    /// The sum of 1/steps.
    pub inverse: f64,
    /// The most steps to one of them.
    pub farthest: u32,
    /// How many are within one, two and three steps.
    pub within: [u32; 3],
}

impl Reach {
    fn meet(&mut self, steps: u32) {
        self.others += 1;
        self.steps += u64::from(steps);
        self.inverse += 1.0 / f64::from(steps);
        self.farthest = self.farthest.max(steps);
        for (k, n) in self.within.iter_mut().enumerate() {
            *n += u32::from(steps as usize <= k + 1);
        }
    }

    /// Harmonic closeness: the mean of 1/steps over all other nodes, those out of reach counting 0. 0 to 1.
    pub fn harmonic(&self, nodes: u32) -> Option<f64> {
        ratio(self.inverse, f64::from(nodes) - 1.0)
    }

    /// Closeness over the nodes in reach: how many over the steps to them. `None` when there are none.
    pub fn closeness(&self) -> Option<f64> {
        ratio(f64::from(self.others), self.steps as f64)
    }

    /// Closeness times the share of others in reach (Wasserman and Faust 1994); 0 when there are none.
    pub fn closeness_by_share(&self, nodes: u32) -> Option<f64> {
        let share = ratio(f64::from(self.others), f64::from(nodes) - 1.0)?;
        Some(self.closeness().unwrap_or(0.0) * share)
    }
}

/// Steps between nodes: of each node to the others, and of the others to it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Distances {
    nodes: u32,
    /// From each node along the way that was walked.
    pub out: Vec<Reach>,
    /// To each node.
    pub into: Vec<Reach>,
}

/// The most steps of work that an exact search of all pairs may take: nodes times the nodes and arcs together.
pub const EXACT_LIMIT: u64 = 4_000_000_000;

/// Whether searches from every node are within [`EXACT_LIMIT`].
pub fn exact_is_feasible(graph: &Graph) -> bool {
    let n = u64::from(graph.nodes());
    n.saturating_mul(n + graph.outward().len() as u64) <= EXACT_LIMIT
}

impl Distances {
    /// Searches from every node.
    pub fn of(graph: &Graph, way: Way) -> Distances {
        let rows = graph.rows(way);
        let n = graph.nodes();
        let both_alike = way == Way::Either || !graph.is_directed();
        let part = |sources: std::ops::Range<usize>| {
            let mut d = Distances { nodes: n, out: Vec::new(), into: Vec::new() };
            d.into = vec![Reach::default(); if both_alike { 0 } else { n as usize }];
            let mut seen = vec![0_u32; n as usize];
            let mut queue: Vec<u32> = Vec::with_capacity(n as usize);
            for s in super::at::count(sources.start)..super::at::count(sources.end) {
                let mut own = Reach::default();
                // Marks hold the number of the search, so nothing is cleared in between.
                seen.put(s, s + 1);
                queue.clear();
                queue.push(s);
                let (mut next, mut steps) = (0, 0);
                while next < queue.len() {
                    let level = queue.len();
                    steps += 1;
                    while next < level {
                        let u = queue.get(next).copied().unwrap_or_default();
                        next += 1;
                        for v in rows.of(u) {
                            if seen.at(*v) != s + 1 {
                                seen.put(*v, s + 1);
                                queue.push(*v);
                                own.meet(steps);
                                if let Some(reach) = d.into.get_mut(*v as usize) {
                                    reach.meet(steps);
                                }
                            }
                        }
                    }
                }
                d.out.push(own);
            }
            d
        };
        let mut all = Distances { nodes: n, ..Distances::default() };
        for part in in_parts(n as usize, 8, part) {
            all.out.extend(part.out);
            if all.into.is_empty() {
                all.into = part.into;
            } else {
                all.into.iter_mut().zip(part.into).for_each(|(a, b)| a.join(&b));
            }
        }
        if both_alike {
            all.into = all.out.clone();
        }
        all
    }

    fn reached(&self) -> f64 {
        sum(self.out.iter().map(|r| f64::from(r.others)))
    }

    /// The mean number of steps over ordered pairs with a path; `None` when no pair has one.
    pub fn mean_distance(&self) -> Option<f64> {
        ratio(sum(self.out.iter().map(|r| r.steps as f64)), self.reached())
    }

    /// The most steps between two nodes with a path.
    pub fn diameter(&self) -> Option<f64> {
        self.out.iter().map(|r| r.farthest).max().filter(|d| *d > 0).map(f64::from)
    }

    /// The mean of 1/steps over all ordered pairs, 0 where there is no path (Latora and Marchiori 2001).
    pub fn efficiency(&self) -> Option<f64> {
        let n = f64::from(self.nodes);
        ratio(sum(self.out.iter().map(|r| r.inverse)), n * (n - 1.0))
    }

    /// The mean share of others within `k` steps, 1 to 3.
    pub fn within(&self, k: usize) -> Option<f64> {
        let n = f64::from(self.nodes);
        let met = |r: &Reach| k.checked_sub(1).and_then(|k| r.within.get(k)).copied().unwrap_or(0);
        ratio(sum(self.out.iter().map(|r| f64::from(met(r)))), n * (n - 1.0))
    }
}

impl Reach {
    fn join(&mut self, other: &Reach) {
        self.others += other.others;
        self.steps += other.steps;
        self.inverse += other.inverse;
        self.farthest = self.farthest.max(other.farthest);
        self.within.iter_mut().zip(other.within).for_each(|(a, b)| *a += b);
    }
}

/// The centralization of harmonic closeness: the sum of differences to the largest over the same sum of a star, n−1
/// for arcs that all lead one way and (n−2)/2 without directions.
pub fn harmonic_centralization(reaches: &[Reach], directed: bool) -> Option<f64> {
    let n = super::at::count(reaches.len());
    let values: Option<Vec<f64>> = reaches.iter().map(|r| r.harmonic(n)).collect();
    let most = if directed { f64::from(n) - 1.0 } else { (f64::from(n) - 2.0) / 2.0 };
    super::degree::centralization(&values?, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted_both_ways() {
        let g = Graph::new(4, &[(0, 1), (1, 2)], None, true).unwrap();
        let d = Distances::of(&g, Way::Out);
        assert_eq!((d.out[0].others, d.out[0].steps, d.out[0].inverse), (2, 3, 1.5));
        assert_eq!((d.into[2].others, d.into[2].within, d.into[3].closeness()), (2, [1, 2, 2], None));
        assert_eq!((d.mean_distance(), d.diameter()), (Some(4.0 / 3.0), Some(2.0)));
        assert_eq!((d.efficiency(), d.within(1)), (Some(2.5 / 12.0), Some(2.0 / 12.0)));
        assert_eq!((d.out[0].closeness(), d.out[0].closeness_by_share(4)), (Some(2.0 / 3.0), Some(4.0 / 9.0)));
        assert_eq!(Distances::of(&g, Way::In).out, d.into);
        assert_eq!(Distances::of(&Graph::default(), Way::Out).mean_distance(), None);
    }

    #[test]
    fn a_star_is_fully_centralized() {
        let star: Vec<_> = (1..6).map(|v| (v, 0)).collect();
        let g = Graph::new(6, &star, None, true).unwrap();
        let d = Distances::of(&g, Way::Out);
        assert_eq!(harmonic_centralization(&d.into, true), Some(1.0));
        let d = Distances::of(&g, Way::Either);
        assert!((harmonic_centralization(&d.out, false).unwrap() - 1.0).abs() < 1e-15);
    }
}

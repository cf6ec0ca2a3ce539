//! Who lies between others: shortest paths, in steps (Freeman 1977; Brandes 2001).

use super::at::{At, count};
use super::graph::{Csr, Graph, Way};
use super::work::in_parts;
use crate::num::{ln, sqrt};

/// The state of one search; one record a node, so that a step touches memory once.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    /// The number of shortest paths; on the way back (1 + dependency) / paths.
    value: f64,
    /// The number of the search above the level, so that nothing is cleared in between.
    level: u32,
    search: u32,
}

fn search(rows: &Csr, s: u32, run: u32, marks: &mut [Mark], order: &mut Vec<u32>, total: &mut [f64]) {
    order.clear();
    order.push(s);
    marks.put(s, Mark { value: 1.0, level: 0, search: run });
    let mut next = 0;
    while let Some(u) = order.get(next).copied() {
        next += 1;
        let here = marks.at(u);
        for v in rows.of(u) {
            let Some(m) = marks.get_mut(*v as usize) else { continue };
            if m.search != run {
                *m = Mark { value: here.value, level: here.level + 1, search: run };
                order.push(*v);
            } else if m.level == here.level + 1 {
                m.value += here.value;
            }
        }
    }
    for u in order.iter().rev() {
        let here = marks.at(*u);
        let mut onward = 0.0;
        for v in rows.of(*u) {
            let m = marks.at(*v);
            if m.level == here.level + 1 {
                onward += m.value;
            }
        }
        let dependency = here.value * onward;
        if *u != s {
            total.more(*u, dependency);
        }
        marks.put(*u, Mark { value: (1.0 + dependency) / here.value, ..here });
    }
}

/// For each node the part of its betweenness that paths from some sources make: each of them a search.
pub fn betweenness_from(graph: &Graph, way: Way, sources: &[u32]) -> Vec<f64> {
    let (rows, n) = (graph.rows(way), graph.nodes() as usize);
    // Few parts, for each keeps one number a node; the same parts however many threads there are.
    let parts = in_parts(sources.len(), 4, |part| {
        let (mut total, mut marks, mut order) = (vec![0.0; n], vec![Mark::default(); n], Vec::with_capacity(n));
        for (run, s) in sources.get(part).unwrap_or_default().iter().enumerate() {
            search(rows, *s, count(run) + 1, &mut marks, &mut order, &mut total);
        }
        total
    });
    parts.into_iter().reduce(|a, b| a.iter().zip(b).map(|(x, y)| x + y).collect()).unwrap_or_default()
}

/// For each node the number of shortest paths through it, each pair of others sharing one among its paths. Ordered
/// pairs along the arcs, or unordered pairs when the way is [`Way::Either`] or ties have no direction.
pub fn betweenness(graph: &Graph, way: Way) -> Vec<f64> {
    let all: Vec<u32> = (0..graph.nodes()).collect();
    let mut values = betweenness_from(graph, way, &all);
    if way == Way::Either || !graph.is_directed() {
        values.iter_mut().for_each(|v| *v /= 2.0);
    }
    values
}

/// The most that [`betweenness`] can be: the pairs of others.
pub fn most_between(nodes: u32, directed: bool) -> f64 {
    let n = f64::from(nodes);
    (n - 1.0) * (n - 2.0) / if directed { 1.0 } else { 2.0 }
}

/// Betweenness of each node, as a share of the most possible, estimated from some sources.
#[derive(Debug, Clone, PartialEq)]
pub struct SampledBetweenness {
    /// The estimate a node, 0 to 1.
    pub values: Vec<f64>,
    /// With a probability of at least 95 %, no node's share is farther from its estimate than this (Hoeffding's bound
    /// over all nodes at once, which drawing without repetition only betters; Brandes and Pich 2007).
    pub error: f64,
    /// How many sources were searched from.
    pub sources: u32,
}

/// Estimates [`betweenness`] along the arcs from the shortest paths of `sources`, drawn without repetition: a seed
/// always draws the same. With every node as source the estimate is exact and the error zero.
pub fn sampled_betweenness(graph: &Graph, sources: u32, seed: u64) -> SampledBetweenness {
    let n = graph.nodes();
    let k = sources.clamp(1, n.max(1)).min(n);
    let drawn = super::shuffle::draw(n, k, seed);
    let each = f64::from(k) * (f64::from(n) - 2.0).max(1.0);
    // A node is no source of paths through itself: of the other n-1 sources each is drawn with the same chance.
    let scale = f64::from(n) / (f64::from(n) - 1.0).max(1.0) / each;
    let values: Vec<f64> = betweenness_from(graph, Way::Out, &drawn).iter().map(|v| v * scale).collect();
    let range = f64::from(n) / (f64::from(n) - 1.0).max(1.0);
    let error = match k == n {
        true => 0.0,
        false => range * sqrt(ln(2.0 * f64::from(n) / 0.05) / (2.0 * f64::from(k))),
    };
    SampledBetweenness { values, error: error.min(1.0), sources: k }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_middle_is_between_and_paths_are_shared() {
        let path = Graph::new(3, &[(0, 1), (1, 2)], None, true).unwrap();
        assert_eq!(betweenness(&path, Way::Out), [0.0, 1.0, 0.0]);
        assert_eq!(betweenness(&path, Way::Either), [0.0, 1.0, 0.0]);
        let square = Graph::new(4, &[(0, 1), (0, 2), (1, 3), (2, 3)], None, true).unwrap();
        assert_eq!(betweenness(&square, Way::Out), [0.0, 0.5, 0.5, 0.0]);
        assert_eq!(betweenness(&square.undirected(), Way::Out), [0.5; 4]);
    }

    #[test]
    fn all_sources_are_no_sample() {
        let g = Graph::new(5, &[(0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (1, 3)], None, true).unwrap();
        let exact = betweenness(&g, Way::Out);
        let all = sampled_betweenness(&g, 99, 7);
        assert_eq!((all.error, all.sources), (0.0, 5));
        for (share, raw) in all.values.iter().zip(&exact) {
            assert!((share - raw / most_between(5, true)).abs() < 1e-15, "{share} {raw}");
        }
    }

    #[test]
    fn a_sample_keeps_its_bound_and_its_seed() {
        let arcs: Vec<_> = (0..60_u32).flat_map(|u| [(u, (u + 1) % 60), (u, (u * u + 7) % 60)]).collect();
        let mut arcs: Vec<_> = arcs.into_iter().filter(|(u, v)| u != v).collect();
        arcs.sort_unstable();
        arcs.dedup();
        let g = Graph::new(60, &arcs, None, true).unwrap();
        let exact = betweenness(&g, Way::Out);
        for seed in 0..20 {
            let s = sampled_betweenness(&g, 30, seed);
            assert_eq!(s, sampled_betweenness(&g, 30, seed));
            assert!(s.error > 0.0 && s.error < 1.0);
            for (share, raw) in s.values.iter().zip(&exact) {
                assert!((share - raw / most_between(60, true)).abs() <= s.error);
            }
        }
    }
}

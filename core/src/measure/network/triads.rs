//! Three nodes at a time: triangles, transitivity, clustering, the triad census.

use super::at::{At, ratio};
use super::graph::{Either, Graph, IN, OUT};
use super::work::in_parts;
use crate::num::sum;

/// The sixteen types of Davis and Leinhardt (1972), in the order in which they are listed.
pub const TRIADS: [&str; 16] = [
    "003", "012", "102", "021D", "021U", "021C", "111D", "111U", "030T", "030C", "201", "120D", "120U", "120C", "210",
    "300",
];

/// Ordered triples i → j → k with i → k in one triad of each type.
const TRANSITIVE: [u64; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2, 2, 1, 3, 6];

/// What the triangles of a network tell: every triangle, in either direction, is met once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Triangles {
    /// Triangles at each node, directions left out.
    pub at: Vec<u32>,
    /// Arcs among the neighbors of each node: the sides opposite to it, an arc each way.
    pub opposite: Vec<u32>,
    /// Closed triangles by triad type, in the order of [`TRIADS`].
    pub types: [u64; 16],
}

/// Neighbors of higher rank, ranks rising with degree: no row is longer than the root of twice the ties.
struct Forward {
    starts: Vec<u32>,
    neighbors: Vec<u32>,
    ways: Vec<u8>,
}

impl Forward {
    fn new(e: &Either, nodes: u32) -> Forward {
        let mut f = Forward { starts: vec![0], neighbors: Vec::new(), ways: Vec::new() };
        f.neighbors.reserve_exact(e.rows().len() / 2);
        f.ways.reserve_exact(e.rows().len() / 2);
        f.starts.reserve_exact(nodes as usize);
        for u in 0..nodes {
            let rank = (e.degree(u), u);
            for (v, way) in e.of(u).iter().zip(e.ways_of(u)) {
                if (e.degree(*v), *v) > rank {
                    f.neighbors.push(*v);
                    f.ways.push(*way);
                }
            }
            f.starts.push(super::at::count(f.neighbors.len()));
        }
        f
    }

    #[inline]
    fn of(&self, u: u32) -> impl Iterator<Item = (u32, u8)> + '_ {
        let range = self.starts.at(u) as usize..self.starts.at(u + 1) as usize;
        let (to, ways) = (self.neighbors.get(range.clone()), self.ways.get(range));
        to.unwrap_or_default().iter().copied().zip(ways.unwrap_or_default().iter().copied())
    }
}

impl Triangles {
    /// Finds them all.
    pub fn of(graph: &Graph) -> Triangles {
        let (e, n) = (graph.either(), graph.nodes());
        let forward = Forward::new(e, n);
        let kinds = triad_kinds();
        let part = |nodes: std::ops::Range<usize>| {
            let mut t = Triangles { at: vec![0; n as usize], opposite: vec![0; n as usize], types: [0; 16] };
            let mut mark = vec![0_u8; n as usize];
            let nodes = super::at::count(nodes.start)..super::at::count(nodes.end);
            for u in nodes {
                for (v, way) in forward.of(u) {
                    mark.put(v, way);
                }
                for (v, uv) in forward.of(u) {
                    for (w, vw) in forward.of(v) {
                        let uw = mark.at(w);
                        if uw == 0 {
                            continue;
                        }
                        for (node, side) in [(u, vw), (v, uw), (w, uv)] {
                            t.at.more(node, 1);
                            t.opposite.more(node, side.count_ones());
                        }
                        t.types.more(kinds.at(code(uv, uw, vw)), 1);
                    }
                }
                for (v, _) in forward.of(u) {
                    mark.put(v, 0);
                }
            }
            t
        };
        let mut all = Triangles { at: vec![0; n as usize], opposite: vec![0; n as usize], types: [0; 16] };
        for part in in_parts(n as usize, 4, part) {
            all.at.iter_mut().zip(part.at).for_each(|(a, b)| *a += b);
            all.opposite.iter_mut().zip(part.opposite).for_each(|(a, b)| *a += b);
            all.types.iter_mut().zip(part.types).for_each(|(a, b)| *a += b);
        }
        all
    }

    /// Triangles, each counted once.
    pub fn count(&self) -> u64 {
        self.types.iter().sum()
    }

    /// Three times the triangles over the connected triples, directions left out.
    pub fn transitivity(&self, graph: &Graph) -> Option<f64> {
        let pairs = |u| u64::from(graph.either().degree(u)) * u64::from(graph.either().degree(u)).saturating_sub(1) / 2;
        ratio(3.0 * self.count() as f64, (0..graph.nodes()).map(pairs).sum::<u64>() as f64)
    }

    /// Of the directed two-paths i → j → k from one node to another, the share with i → k.
    pub fn directed_transitivity(&self, graph: &Graph) -> Option<f64> {
        let closed: u64 = self.types.iter().zip(TRANSITIVE).map(|(n, each)| n * each).sum();
        let paths = |u| u64::from(graph.inward().degree(u)) * u64::from(graph.outward().degree(u));
        let there_and_back: u64 = 2 * super::dyads::DyadCensus::of(graph).mutual;
        let paths: u64 = (0..graph.nodes()).map(paths).sum::<u64>() - there_and_back;
        ratio(closed as f64, paths as f64)
    }

    /// The share of pairs of a node's neighbors that are tied; `None` for a node with fewer than two.
    pub fn clustering(&self, graph: &Graph, u: u32) -> Option<f64> {
        let k = f64::from(graph.either().degree(u));
        ratio(2.0 * f64::from(self.at.at(u)), k * (k - 1.0))
    }

    /// The share of possible arcs among a node's neighbors (in either direction) that exist.
    pub fn directed_clustering(&self, graph: &Graph, u: u32) -> Option<f64> {
        let k = f64::from(graph.either().degree(u));
        ratio(f64::from(self.opposite.at(u)), k * (k - 1.0))
    }
}

/// The mean over all nodes; nodes without a value count as `instead`, or not at all when that is `None`.
pub fn mean_over(nodes: u32, value: impl Fn(u32) -> Option<f64>, instead: Option<f64>) -> Option<f64> {
    let known: Vec<f64> = (0..nodes).filter_map(|u| value(u).or(instead)).collect();
    ratio(sum(known.iter().copied()), known.len() as f64)
}

fn code(uv: u8, uw: u8, vw: u8) -> u32 {
    u32::from(uv) | u32::from(uw) << 2 | u32::from(vw) << 4
}

/// The type of each way three nodes can be tied, as a position in [`TRIADS`]; the ways are `u` to `v`, `u` to `w`,
/// `v` to `w`.
fn triad_kinds() -> [u32; 64] {
    let mut kinds = [0; 64];
    for (k, kind) in kinds.iter_mut().enumerate() {
        let k = k as u8;
        let (uv, uw, vw) = (k & 3, k >> 2 & 3, k >> 4 & 3);
        let dyads = [uv, uw, vw];
        let mutual = dyads.iter().filter(|d| **d == OUT | IN).count();
        let null = dyads.iter().filter(|d| **d == 0).count();
        let bit = |d: u8, way: u8| u8::from(d & way != 0);
        let out = [bit(uv, OUT) + bit(uw, OUT), bit(uv, IN) + bit(vw, OUT), bit(uw, IN) + bit(vw, IN)];
        let into = [bit(uv, IN) + bit(uw, IN), bit(uv, OUT) + bit(vw, IN), bit(uw, OUT) + bit(vw, OUT)];
        // Of the asymmetric ties alone: does one node send, or receive, two of them?
        let asymmetric = |side: [u8; 3]| {
            let own = [(uv, uw), (uv, vw), (uw, vw)];
            let mutual = own.map(|(a, b)| u8::from(a == OUT | IN) + u8::from(b == OUT | IN));
            side.iter().zip(mutual).any(|(all, m)| all - m == 2)
        };
        let name = match (mutual, 3 - mutual - null, null) {
            (0, 0, _) => "003",
            (0, 1, _) => "012",
            (1, 0, _) => "102",
            (0, 2, _) if asymmetric(out) => "021D",
            (0, 2, _) if asymmetric(into) => "021U",
            (0, 2, _) => "021C",
            // The asymmetric tie leads to the mutual pair, or away from it.
            (1, 1, _) if into.contains(&2) => "111D",
            (1, 1, _) => "111U",
            (0, 3, _) if asymmetric(out) => "030T",
            (0, 3, _) => "030C",
            (2, 0, _) => "201",
            (1, 2, _) if asymmetric(out) => "120D",
            (1, 2, _) if asymmetric(into) => "120U",
            (1, 2, _) => "120C",
            (2, 1, _) => "210",
            _ => "300",
        };
        *kind = super::at::count(TRIADS.iter().position(|t| *t == name).unwrap_or(0));
    }
    kinds
}

/// How many sets of three nodes are of each type, in the order of [`TRIADS`]: Batagelj and Mrvar 2001, whose cost
/// grows with the ties and the longest row, not with the cube of the nodes.
pub fn triad_census(graph: &Graph) -> [u64; 16] {
    let (e, n) = (graph.either(), graph.nodes());
    let kinds = triad_kinds();
    let part = |nodes: std::ops::Range<usize>| {
        let mut census = [0_u64; 16];
        for u in super::at::count(nodes.start)..super::at::count(nodes.end) {
            for (v, uv) in e.of(u).iter().zip(e.ways_of(u)).filter(|(v, _)| **v > u) {
                // Third nodes tied to either of the two: both sorted rows, walked together.
                let mut a = e.of(u).iter().zip(e.ways_of(u)).peekable();
                let mut b = e.of(*v).iter().zip(e.ways_of(*v)).peekable();
                let mut third = 0_u64;
                loop {
                    let (w, uw, vw) = match (a.peek().copied(), b.peek().copied()) {
                        (None, None) => break,
                        (Some((x, way)), Some((y, _))) if x < y => (*x, *way, 0),
                        (Some((x, way)), None) => (*x, *way, 0),
                        (Some((x, way)), Some((y, other))) if x == y => (*x, *way, *other),
                        (_, Some((y, other))) => (*y, 0, *other),
                    };
                    if uw != 0 {
                        a.next();
                    }
                    if vw != 0 {
                        b.next();
                    }
                    if w == u || w == *v {
                        continue;
                    }
                    third += 1;
                    // Counted from the pair with the smallest numbers that is tied.
                    if *v < w || (u < w && w < *v && uw == 0) {
                        census.more(kinds.at(code(*uv, uw, vw)), 1);
                    }
                }
                let rest = u64::from(n) - third - 2;
                census.more(if *uv == OUT | IN { 2 } else { 1 }, rest);
            }
        }
        census
    };
    let mut census = [0_u64; 16];
    for part in in_parts(n as usize, 64, part) {
        census.iter_mut().zip(part).for_each(|(a, b)| *a += b);
    }
    let n = u128::from(n);
    let all = n * n.saturating_sub(1) * n.saturating_sub(2) / 6;
    let tied: u64 = census.iter().sum();
    census.put(0, u64::try_from(all.saturating_sub(u128::from(tied))).unwrap_or(u64::MAX));
    census
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(n: u32, arcs: &[(u32, u32)]) -> Graph {
        Graph::new(n, arcs, None, true).unwrap()
    }

    #[test]
    fn each_type_is_told_from_the_others() {
        let examples: [(&str, &[(u32, u32)]); 16] = [
            ("003", &[]),
            ("012", &[(0, 1)]),
            ("102", &[(0, 1), (1, 0)]),
            ("021D", &[(1, 0), (1, 2)]),
            ("021U", &[(0, 1), (2, 1)]),
            ("021C", &[(0, 1), (1, 2)]),
            ("111D", &[(0, 1), (1, 0), (2, 1)]),
            ("111U", &[(0, 1), (1, 0), (1, 2)]),
            ("030T", &[(0, 1), (2, 1), (0, 2)]),
            ("030C", &[(0, 1), (1, 2), (2, 0)]),
            ("201", &[(0, 1), (1, 0), (1, 2), (2, 1)]),
            ("120D", &[(1, 0), (1, 2), (0, 2), (2, 0)]),
            ("120U", &[(0, 1), (2, 1), (0, 2), (2, 0)]),
            ("120C", &[(0, 1), (1, 2), (0, 2), (2, 0)]),
            ("210", &[(0, 1), (1, 2), (2, 1), (0, 2), (2, 0)]),
            ("300", &[(0, 1), (1, 0), (1, 2), (2, 1), (0, 2), (2, 0)]),
        ];
        for (k, (name, arcs)) in examples.iter().enumerate() {
            // However the three are numbered.
            for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
                let arcs: Vec<_> = arcs.iter().map(|(a, b)| (order[*a as usize], order[*b as usize])).collect();
                let mut expected = [0; 16];
                expected[k] = 1;
                assert_eq!(triad_census(&graph(3, &arcs)), expected, "{name} {order:?}");
                let transitive = Triangles::of(&graph(3, &arcs)).types;
                let closed = ["030T", "030C", "120D", "120U", "120C", "210", "300"].contains(name);
                assert_eq!(transitive.iter().sum::<u64>(), u64::from(closed), "{name}");
            }
        }
    }

    #[test]
    fn clustering_is_undefined_where_there_is_no_pair() {
        let g = graph(4, &[(0, 1), (1, 2), (2, 0), (2, 3)]);
        let t = Triangles::of(&g);
        assert_eq!((t.count(), t.at.as_slice()), (1, &[1, 1, 1, 0][..]));
        assert_eq!((t.clustering(&g, 2), t.clustering(&g, 3)), (Some(1.0 / 3.0), None));
        assert_eq!(t.transitivity(&g), Some(3.0 / 5.0));
        assert_eq!(t.directed_transitivity(&g), Some(0.0));
        assert_eq!(t.directed_clustering(&g, 0), Some(0.5));
        assert_eq!(Triangles::of(&graph(2, &[(0, 1)])).transitivity(&graph(2, &[(0, 1)])), None);
    }
}

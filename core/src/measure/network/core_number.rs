//! Cores: the largest k of which a node belongs to a part where everybody has at least k ties (Seidman 1983; Batagelj
//! and Zaversnik 2003).

use super::at::{At, count};
use super::graph::Graph;

/// Which ties count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Those in either direction, a returned tie once.
    Either,
    /// Those in both directions, a returned tie twice.
    Total,
    /// Those received.
    In,
    /// Those sent.
    Out,
}

/// The core number of each node.
pub fn core_numbers(graph: &Graph, counted: Counted) -> Vec<u32> {
    let n = graph.nodes();
    let (out, into) = (graph.outward(), graph.inward());
    // Who loses a tie when a node is taken away.
    let losers: [&super::graph::Csr; 2] = match counted {
        Counted::Either => [graph.either().rows(), &super::graph::Csr::default()],
        Counted::Total => [out, into],
        Counted::In => [out, &super::graph::Csr::default()],
        Counted::Out => [into, &super::graph::Csr::default()],
    };
    let degree = |u| match counted {
        Counted::Either => graph.either().degree(u),
        Counted::Total => out.degree(u) + into.degree(u),
        Counted::In => into.degree(u),
        Counted::Out => out.degree(u),
    };
    let mut core: Vec<u32> = (0..n).map(degree).collect();
    // Nodes sorted by degree in buckets; a node that loses a tie moves to the front of its bucket and over its edge.
    let most = core.iter().copied().max().unwrap_or(0);
    let mut starts = vec![0_u32; most as usize + 2];
    for d in &core {
        starts.more(d + 1, 1);
    }
    let mut sum = 0;
    for s in &mut starts {
        sum += *s;
        *s = sum;
    }
    let (mut place, mut order) = (vec![0_u32; n as usize], vec![0_u32; n as usize]);
    let mut next = starts.clone();
    for u in 0..n {
        let k = next.at(core.at(u));
        place.put(u, k);
        order.put(k, u);
        next.more(core.at(u), 1);
    }
    for k in 0..n {
        let u = order.at(k);
        let own = core.at(u);
        for v in losers.iter().flat_map(|rows| rows.of(u)) {
            let d = core.at(*v);
            if d <= own {
                continue;
            }
            let (first, old) = (starts.at(d), place.at(*v));
            let other = order.at(first);
            order.put(old, other);
            place.put(other, old);
            order.put(first, *v);
            place.put(*v, first);
            starts.put(d, first + 1);
            core.put(*v, d - 1);
        }
    }
    debug_assert_eq!(count(core.len()), n);
    core
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triangle_with_a_tail() {
        let g = Graph::new(5, &[(0, 1), (1, 0), (1, 2), (2, 0), (2, 3)], None, true).unwrap();
        assert_eq!(core_numbers(&g, Counted::Either), [2, 2, 2, 1, 0]);
        assert_eq!(core_numbers(&g, Counted::Total), [2, 2, 2, 1, 0]);
        assert_eq!(core_numbers(&g, Counted::In), [1, 1, 1, 1, 0]);
        assert_eq!(core_numbers(&g, Counted::Out), [1, 1, 1, 0, 0]);
    }
}

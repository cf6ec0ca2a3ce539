//! Nodes and ties without which a network falls apart: articulation points, bridges (Hopcroft and Tarjan 1973).
//! Directions are left out.

use super::at::At;
use super::graph::Graph;

/// The weak spots of a network.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cuts {
    /// Nodes whose leaving would divide their component, ascending.
    pub points: Vec<u32>,
    /// Pairs whose only connection is the tie between them, the smaller number first, ascending.
    pub bridges: Vec<(u32, u32)>,
    /// Parts without an articulation point of their own: biconnected components of at least one tie.
    pub blocks: u64,
}

/// One record a node, so that a step touches memory once.
#[derive(Debug, Clone, Copy, Default)]
struct Visit {
    /// Order of discovery from 1.
    order: u32,
    /// The earliest order reached without the tie it was found by.
    low: u32,
    /// How far into its row it has come.
    next: u32,
}

/// Finds them.
pub fn cuts(graph: &Graph) -> Cuts {
    let n = graph.nodes() as usize;
    let rows = graph.either().rows();
    let mut found = Cuts::default();
    let mut visits = vec![Visit::default(); n];
    let mut is_point = vec![false; n];
    let mut path: Vec<u32> = Vec::new();
    let mut discovered = 0;
    for root in 0..graph.nodes() {
        if visits.at(root).order != 0 {
            continue;
        }
        discovered += 1;
        visits.put(root, Visit { order: discovered, low: discovered, next: 0 });
        path.push(root);
        let mut children = 0;
        while let Some(u) = path.last().copied() {
            let here = visits.at(u);
            let above = path.len().checked_sub(2).and_then(|k| path.get(k)).copied();
            if let Some(v) = rows.of(u).get(here.next as usize).copied() {
                let there = visits.at(v).order;
                let mut low = here.low;
                if there == 0 {
                    discovered += 1;
                    visits.put(v, Visit { order: discovered, low: discovered, next: 0 });
                    path.push(v);
                } else if Some(v) != above {
                    low = low.min(there);
                }
                visits.put(u, Visit { low, next: here.next + 1, ..here });
                continue;
            }
            path.pop();
            let Some(parent) = above else { continue };
            let over = visits.at(parent);
            visits.put(parent, Visit { low: over.low.min(here.low), ..over });
            if here.low > over.order {
                found.bridges.push((u.min(parent), u.max(parent)));
            }
            if here.low >= over.order {
                found.blocks += 1;
                if parent == root {
                    children += 1;
                } else {
                    is_point.put(parent, true);
                }
            }
        }
        if children > 1 {
            is_point.put(root, true);
        }
    }
    found.points = (0..graph.nodes()).filter(|u| is_point.at(*u)).collect();
    found.bridges.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_triangles_joined_by_a_tie() {
        let arcs = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3), (6, 5)];
        let c = cuts(&Graph::new(8, &arcs, None, true).unwrap());
        assert_eq!(c.points, [2, 3, 5]);
        assert_eq!((c.bridges.as_slice(), c.blocks), (&[(2, 3), (5, 6)][..], 4));
        // A returned tie is one tie, not a way around.
        let c = cuts(&Graph::new(2, &[(0, 1), (1, 0)], None, true).unwrap());
        assert_eq!((c.points.len(), c.bridges.as_slice()), (0, &[(0, 1)][..]));
    }
}

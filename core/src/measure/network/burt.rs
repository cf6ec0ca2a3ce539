//! Structural holes: how far a node's contacts are tied to one another (Burt 1992). Ties count in both directions.

use super::at::{At, count};
use super::graph::Graph;
use super::work::in_parts;
use crate::num::sum;

/// What a node puts into each contact, the strengths in both directions as a share of all its strength.
struct Shares {
    /// One over the node's total, or 0.
    unit: Vec<f64>,
}

impl Shares {
    fn new(graph: &Graph, weighted: bool) -> Shares {
        let total = |u| sum(strengths(graph, u, weighted).map(|(_, w)| w));
        let invert = |t: f64| if t > 0.0 { 1.0 / t } else { 0.0 };
        Shares { unit: (0..graph.nodes()).map(|u| invert(total(u))).collect() }
    }
}

/// The contacts of a node with a_ij + a_ji; without strengths 1 or 2.
#[inline]
fn strengths(graph: &Graph, u: u32, weighted: bool) -> impl Iterator<Item = (u32, f64)> + '_ {
    let e = graph.either();
    let weights = if weighted { e.rows().weights_of(u) } else { &[] };
    // In a network without directions both directions are one tie, whose share is the same.
    e.of(u)
        .iter()
        .zip(e.ways_of(u))
        .enumerate()
        .map(move |(k, (v, way))| (*v, weights.get(k).copied().unwrap_or_else(|| f64::from(way.count_ones()))))
}

/// Burt's constraint of each node: Σ_j (p_ij + Σ_q p_iq p_qj)² over its contacts j, q being contacts of both. A node
/// without ties has none: it is `None`, not 0. Values above 1 are possible in small closed groups.
pub fn constraint(graph: &Graph, weighted: bool) -> Vec<Option<f64>> {
    let shares = Shares::new(graph, weighted);
    graph.either();
    let part = |nodes: std::ops::Range<usize>| {
        // What reaches each contact directly and through others; a negative number marks those who are none.
        let mut reached = vec![-1.0_f64; graph.nodes() as usize];
        let mut values = Vec::with_capacity(nodes.len());
        for u in count(nodes.start)..count(nodes.end) {
            let own = shares.unit.at(u);
            if graph.either().degree(u) == 0 {
                values.push(None);
                continue;
            }
            for (v, w) in strengths(graph, u, weighted) {
                reached.put(v, w * own);
            }
            for (q, w) in strengths(graph, u, weighted) {
                let through = w * own * shares.unit.at(q);
                for (v, x) in strengths(graph, q, weighted) {
                    if let Some(r) = reached.get_mut(v as usize)
                        && *r >= 0.0
                    {
                        *r += through * x;
                    }
                }
            }
            let mut total = 0.0;
            for (v, _) in strengths(graph, u, weighted) {
                let r = reached.at(v);
                total += r * r;
                reached.put(v, -1.0);
            }
            values.push(Some(total));
        }
        values
    };
    in_parts(graph.nodes() as usize, 32, part).concat()
}

/// Burt's effective size: contacts less their redundancy, Σ_j (1 − Σ_q p_iq m_jq), m_jq being the tie of j with q
/// over j's strongest. `None` for a node without ties.
pub fn effective_size(graph: &Graph, weighted: bool) -> Vec<Option<f64>> {
    let shares = Shares::new(graph, weighted);
    graph.either();
    let part = |nodes: std::ops::Range<usize>| {
        let mut put_in = vec![0.0_f64; graph.nodes() as usize];
        let mut values = Vec::with_capacity(nodes.len());
        for u in count(nodes.start)..count(nodes.end) {
            let own = shares.unit.at(u);
            for (q, w) in strengths(graph, u, weighted) {
                put_in.put(q, w * own);
            }
            let redundancy = |j: u32| {
                let strongest = strengths(graph, j, weighted).map(|(_, w)| w).fold(0.0, f64::max);
                strengths(graph, j, weighted).map(|(q, w)| put_in.at(q) * w).sum::<f64>() / strongest
            };
            let contacts = f64::from(graph.either().degree(u));
            let redundant: f64 = strengths(graph, u, weighted).map(|(j, _)| redundancy(j)).sum();
            values.push((contacts > 0.0).then_some(contacts - redundant));
            for (q, _) in strengths(graph, u, weighted) {
                put_in.put(q, 0.0);
            }
        }
        values
    };
    in_parts(graph.nodes() as usize, 32, part).concat()
}

/// Effective size without directions and strengths, n − 2t/n for n contacts with t ties among them (Borgatti 1997).
pub fn effective_size_of_contacts(graph: &Graph, triangles: &super::triads::Triangles) -> Vec<Option<f64>> {
    let value = |u| {
        let n = f64::from(graph.either().degree(u));
        (n > 0.0).then(|| n - 2.0 * f64::from(triangles.at.at(u)) / n)
    };
    (0..graph.nodes()).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::network::Triangles;

    #[test]
    fn a_bridge_is_free_and_a_clique_is_bound() {
        let star = Graph::new(5, &[(1, 0), (2, 0), (3, 0)], None, true).unwrap();
        let c = constraint(&star, false);
        assert!((c[0].unwrap() - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!((c[1], c[4]), (Some(1.0), None));
        let three = Graph::new(3, &[(0, 1), (1, 2), (2, 0)], None, false).unwrap();
        assert_eq!(constraint(&three, false), [Some(1.125); 3]);
        assert_eq!(effective_size(&three, false), [Some(1.0); 3]);
        assert_eq!(effective_size_of_contacts(&star, &Triangles::of(&star))[0], Some(3.0));
    }

    #[test]
    fn strengths_move_the_shares() {
        let g = Graph::new(3, &[(0, 1), (0, 2)], Some(&[3.0, 1.0]), true).unwrap();
        assert_eq!(constraint(&g, true)[0], Some(0.75 * 0.75 + 0.25 * 0.25));
        assert_eq!(constraint(&g, false)[0], Some(0.5));
    }
}

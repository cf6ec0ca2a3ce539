//! Structural holes: how far a node's contacts are tied to one another (Burt 1992). Ties count in both directions.

use super::at::{At, count};
use super::graph::{Csr, Graph};
use super::work::in_parts;

/// What each node puts into each contact: the strengths in both directions as a share of all its strength, beside the
/// rows of contacts.
struct Shares<'a> {
    contacts: &'a Csr,
    shares: Csr,
}

impl Shares<'_> {
    /// Without strengths a contact counts 1, or 2 when tied both ways.
    fn new(graph: &Graph, weighted: bool) -> Shares<'_> {
        let e = graph.either();
        let shares = e.rows().numbers_beside(|u, row| {
            let weights = if weighted { e.rows().weights_of(u) } else { &[] };
            let first = row.len();
            let ways = e.ways_of(u).iter().enumerate();
            row.extend(ways.map(|(k, way)| weights.get(k).copied().unwrap_or_else(|| f64::from(way.count_ones()))));
            let own = row.get_mut(first..).unwrap_or_default();
            let total: f64 = own.iter().sum();
            own.iter_mut().for_each(|w| *w /= total);
        });
        Shares { contacts: e.rows(), shares }
    }

    #[inline]
    fn of(&self, u: u32) -> impl Iterator<Item = (u32, f64)> + '_ {
        self.contacts.of(u).iter().copied().zip(self.shares.weights_of(u).iter().copied())
    }
}

/// Burt's constraint of each node: Σ_j (p_ij + Σ_q p_iq p_qj)² over its contacts j, q being contacts of both. A node
/// without ties has none: it is `None`, not 0. Values above 1 are possible in small closed groups.
pub fn constraint(graph: &Graph, weighted: bool) -> Vec<Option<f64>> {
    let shares = Shares::new(graph, weighted);
    let part = |nodes: std::ops::Range<usize>| {
        // What reaches each contact directly and through others; a negative number marks those who are none.
        let mut reached = vec![-1.0_f64; graph.nodes() as usize];
        let mut values = Vec::with_capacity(nodes.len());
        for u in count(nodes.start)..count(nodes.end) {
            if shares.contacts.degree(u) == 0 {
                values.push(None);
                continue;
            }
            for (v, own) in shares.of(u) {
                reached.put(v, own);
            }
            for (q, own) in shares.of(u) {
                for (v, onward) in shares.of(q) {
                    if let Some(r) = reached.get_mut(v as usize)
                        && *r >= 0.0
                    {
                        *r += own * onward;
                    }
                }
            }
            let mut total = 0.0;
            for v in shares.contacts.of(u) {
                let r = reached.at(*v);
                total += r * r;
                reached.put(*v, -1.0);
            }
            values.push(Some(total));
        }
        values
    };
    in_parts(graph.nodes() as usize, 8, part).concat()
}

/// Burt's effective size: contacts less their redundancy, Σ_j (1 − Σ_q p_iq m_jq), m_jq being the tie of j with q
/// over j's strongest. `None` for a node without ties.
pub fn effective_size(graph: &Graph, weighted: bool) -> Vec<Option<f64>> {
    let shares = Shares::new(graph, weighted);
    let largest = |u| shares.of(u).map(|(_, share)| share).fold(0.0, f64::max);
    let strongest: Vec<f64> = (0..graph.nodes()).map(largest).collect();
    let part = |nodes: std::ops::Range<usize>| {
        let mut put_in = vec![0.0_f64; graph.nodes() as usize];
        let mut values = Vec::with_capacity(nodes.len());
        for u in count(nodes.start)..count(nodes.end) {
            for (q, own) in shares.of(u) {
                put_in.put(q, own);
            }
            // A tie over the strongest is the same of shares as of strengths.
            let redundancy = |j: u32| shares.of(j).map(|(q, s)| put_in.at(q) * s).sum::<f64>() / strongest.at(j);
            let contacts = shares.contacts.of(u);
            let redundant: f64 = contacts.iter().map(|j| redundancy(*j)).sum();
            values.push((!contacts.is_empty()).then_some(contacts.len() as f64 - redundant));
            for q in contacts {
                put_in.put(*q, 0.0);
            }
        }
        values
    };
    in_parts(graph.nodes() as usize, 8, part).concat()
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

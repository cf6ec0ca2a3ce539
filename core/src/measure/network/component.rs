//! Parts of a network that hang together: weak and strong components, isolates, fragmentation.

use super::at::{At, count, ratio};
use super::graph::{Graph, Way};

/// A division of the nodes: the component of each node, and the size of each component.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Components {
    /// The component of each node.
    pub of: Vec<u32>,
    /// The nodes in each.
    pub sizes: Vec<u32>,
}

impl Components {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.sizes.len()
    }

    /// The nodes of the largest; 0 without nodes.
    pub fn largest(&self) -> u32 {
        self.sizes.iter().copied().max().unwrap_or(0)
    }

    /// Unordered pairs of nodes in one component.
    pub fn pairs(&self) -> f64 {
        self.sizes.iter().map(|s| f64::from(*s) * (f64::from(*s) - 1.0) / 2.0).sum()
    }
}

/// Components of nodes tied in either direction, in the order of their first node.
pub fn weak(graph: &Graph) -> Components {
    // Each node points to an earlier one it hangs together with, or to itself; every arc is looked at once, from its
    // source, so half as many places of memory are visited as by walking both ways.
    let mut earlier: Vec<u32> = (0..graph.nodes()).collect();
    let rows = graph.outward();
    for u in 0..graph.nodes() {
        let mut first = first_of(&mut earlier, u);
        for v in rows.of(u) {
            let other = first_of(&mut earlier, *v);
            if other != first {
                earlier.put(first.max(other), first.min(other));
                first = first.min(other);
            }
        }
    }
    let mut c = Components { of: earlier, sizes: Vec::new() };
    for u in 0..graph.nodes() {
        // Those before `u` have their numbers already.
        let to = c.of.at(u);
        let number = if to == u { count(c.sizes.len()) } else { c.of.at(to) };
        c.of.put(u, number);
        match c.sizes.get_mut(number as usize) {
            Some(size) => *size += 1,
            None => c.sizes.push(1),
        }
    }
    c
}

/// The first node that `u` is known to hang together with; paths that are walked are halved.
fn first_of(earlier: &mut [u32], mut u: u32) -> u32 {
    loop {
        let to = earlier.at(u);
        if to == u {
            return u;
        }
        let beyond = earlier.at(to);
        earlier.put(u, beyond);
        u = beyond;
    }
}

/// Components of nodes that reach one another along the arcs (Tarjan 1972), numbered so that every arc between two
/// leads to the smaller number: those that are only looked to come first.
pub fn strong(graph: &Graph) -> Components {
    const NEW: u32 = 0;
    let n = graph.nodes() as usize;
    let rows = graph.rows(Way::Out);
    let mut c = Components { of: vec![u32::MAX; n], sizes: Vec::new() };
    // Order of discovery from 1, the earliest order reached, and how far into its row each node has come.
    let (mut order, mut low, mut next) = (vec![NEW; n], vec![0_u32; n], vec![0_u32; n]);
    let (mut open, mut path) = (Vec::new(), Vec::new());
    let mut discovered = 0;
    for root in 0..graph.nodes() {
        if order.at(root) != NEW {
            continue;
        }
        path.push(root);
        while let Some(u) = path.last().copied() {
            if order.at(u) == NEW {
                discovered += 1;
                order.put(u, discovered);
                low.put(u, discovered);
                open.push(u);
            }
            let k = next.at(u);
            if let Some(v) = rows.of(u).get(k as usize).copied() {
                next.put(u, k + 1);
                if order.at(v) == NEW {
                    path.push(v);
                } else if c.of.at(v) == u32::MAX {
                    low.put(u, low.at(u).min(order.at(v)));
                }
                continue;
            }
            path.pop();
            if let Some(parent) = path.last() {
                low.put(*parent, low.at(*parent).min(low.at(u)));
            }
            if low.at(u) == order.at(u) {
                let number = count(c.sizes.len());
                let mut size = 0;
                while let Some(v) = open.pop() {
                    c.of.put(v, number);
                    size += 1;
                    if v == u {
                        break;
                    }
                }
                c.sizes.push(size);
            }
        }
    }
    c
}

/// Nodes without any tie.
pub fn isolates(graph: &Graph) -> u32 {
    let alone = |u: &u32| graph.outward().degree(*u) == 0 && graph.inward().degree(*u) == 0;
    count((0..graph.nodes()).filter(alone).count())
}

/// The share of pairs of nodes in different weak components (Borgatti 2006, F).
pub fn fragmentation(weak: &Components) -> Option<f64> {
    let n = weak.of.len() as f64;
    ratio(weak.pairs(), n * (n - 1.0) / 2.0).map(|together| 1.0 - together)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_and_strong_differ_where_ties_are_not_returned() {
        let g = Graph::new(6, &[(0, 1), (1, 2), (2, 0), (2, 3), (4, 3)], None, true).unwrap();
        let w = weak(&g);
        assert_eq!((w.sizes.as_slice(), w.of[5], isolates(&g)), (&[5, 1][..], 1, 1));
        let s = strong(&g);
        assert_eq!((s.count(), s.largest()), (4, 3));
        assert!(s.of[0] == s.of[2] && s.of[2] > s.of[3] && s.of[4] > s.of[3]);
        assert_eq!(fragmentation(&w), Some(1.0 - 10.0 / 15.0));
        assert_eq!(fragmentation(&weak(&Graph::default())), None);
    }

    #[test]
    fn long_chains_do_not_exhaust_the_stack() {
        let n = 200_000;
        let chain: Vec<_> = (1..n).map(|v| (v - 1, v)).collect();
        let g = Graph::new(n, &chain, None, true).unwrap();
        assert_eq!((strong(&g).count(), weak(&g).count()), (n as usize, 1));
    }
}

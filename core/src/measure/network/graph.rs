//! A network of one relation in compressed rows: who looks to whom.

use super::at::{At, count};
use crate::error::{Error, Result};
use std::sync::OnceLock;

/// Rows of neighbors: the neighbors of node `u` are sorted and stand together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Csr {
    /// Where the row of each node begins, and the end of the last.
    starts: Vec<u32>,
    neighbors: Vec<u32>,
    /// A strength an entry, or empty when every strength is 1.
    weights: Vec<f64>,
}

impl Csr {
    fn range(&self, u: u32) -> std::ops::Range<usize> {
        self.starts.at(u) as usize..self.starts.at(u.saturating_add(1)) as usize
    }

    /// The neighbors of a node, sorted.
    #[inline]
    pub fn of(&self, u: u32) -> &[u32] {
        self.neighbors.get(self.range(u)).unwrap_or_default()
    }

    /// The strengths beside [`Csr::of`]; empty when every strength is 1.
    #[inline]
    pub fn weights_of(&self, u: u32) -> &[f64] {
        self.weights.get(self.range(u)).unwrap_or_default()
    }

    /// The neighbors of a node with their strengths.
    pub fn entries(&self, u: u32) -> impl Iterator<Item = (u32, f64)> + '_ {
        let weights = self.weights_of(u);
        self.of(u).iter().enumerate().map(|(k, v)| (*v, weights.get(k).copied().unwrap_or(1.0)))
    }

    /// How many neighbors a node has.
    #[inline]
    pub fn degree(&self, u: u32) -> u32 {
        self.starts.at(u.saturating_add(1)).saturating_sub(self.starts.at(u))
    }

    /// The strength of an entry, or `None` when there is no such entry.
    pub fn weight(&self, u: u32, v: u32) -> Option<f64> {
        let k = self.of(u).binary_search(&v).ok()?;
        Some(self.weights_of(u).get(k).copied().unwrap_or(1.0))
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.neighbors.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.neighbors.is_empty()
    }

    /// Rows by target of `arcs` that come in the order in which each row shall be filled.
    fn collect(nodes: u32, arcs: impl Iterator<Item = (u32, u32, f64)> + Clone, weighted: bool) -> Csr {
        let mut starts = vec![0_u32; nodes as usize + 1];
        for (_, to, _) in arcs.clone() {
            starts.more(to + 1, 1);
        }
        let mut sum = 0;
        for s in &mut starts {
            sum += *s;
            *s = sum;
        }
        let mut next = starts.clone();
        let mut neighbors = vec![0; sum as usize];
        let mut weights = vec![0.0; if weighted { sum as usize } else { 0 }];
        for (from, to, weight) in arcs {
            let k = next.at(to);
            neighbors.put(k, from);
            weights.put(k, weight);
            next.more(to, 1);
        }
        Csr { starts, neighbors, weights }
    }

    /// Numbers beside these rows, as the strengths of rows without neighbors of their own; `fill` adds those of a node.
    pub(super) fn numbers_beside(&self, fill: impl Fn(u32, &mut Vec<f64>)) -> Csr {
        let mut weights = Vec::with_capacity(self.neighbors.len());
        for u in 0..count(self.starts.len()).saturating_sub(1) {
            fill(u, &mut weights);
        }
        Csr { starts: self.starts.clone(), neighbors: Vec::new(), weights }
    }

    /// Rows of cells in any order, each place once.
    pub(super) fn rows(nodes: u32, cells: impl Iterator<Item = (u32, u32, f64)> + Clone) -> Csr {
        Csr::collect(nodes, Csr::collect(nodes, cells, true).arcs(), true)
    }

    fn arcs(&self) -> impl Iterator<Item = (u32, u32, f64)> + Clone + '_ {
        let nodes = count(self.starts.len()).saturating_sub(1);
        (0..nodes).flat_map(move |u| {
            let weights = self.weights_of(u);
            self.of(u).iter().enumerate().map(move |(k, v)| (u, *v, weights.get(k).copied().unwrap_or(1.0)))
        })
    }
}

/// Both directions in one: the neighbors of a node in either, and which way each tie runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Either {
    rows: Csr,
    ways: Vec<u8>,
}

/// The tie leads out.
pub const OUT: u8 = 1;
/// The tie leads in.
pub const IN: u8 = 2;

impl Either {
    /// The rows; an entry's strength is that of both directions together.
    pub fn rows(&self) -> &Csr {
        &self.rows
    }

    /// Whom a node is tied to, in either direction.
    #[inline]
    pub fn of(&self, u: u32) -> &[u32] {
        self.rows.of(u)
    }

    /// Beside [`Either::of`]: [`OUT`], [`IN`], or both bits.
    #[inline]
    pub fn ways_of(&self, u: u32) -> &[u8] {
        self.ways.get(self.rows.range(u)).unwrap_or_default()
    }

    /// How many others a node is tied to.
    #[inline]
    pub fn degree(&self, u: u32) -> u32 {
        self.rows.degree(u)
    }

    fn of_rows(out: &Csr, into: &Csr, nodes: u32) -> Either {
        let weighted = !out.weights.is_empty();
        let mut e = Either::default();
        e.rows.starts.reserve_exact(nodes as usize + 1);
        e.rows.starts.push(0);
        for u in 0..nodes {
            let (mut a, mut b) = (out.entries(u).peekable(), into.entries(u).peekable());
            loop {
                let (v, way, weight) = match (a.peek().copied(), b.peek().copied()) {
                    (None, None) => break,
                    (Some((x, w)), Some((y, _))) if x < y => (x, OUT, w),
                    (Some((x, w)), None) => (x, OUT, w),
                    (Some((x, w)), Some((y, z))) if x == y => (x, OUT | IN, w + z),
                    (_, Some((y, z))) => (y, IN, z),
                };
                if way & OUT != 0 {
                    a.next();
                }
                if way & IN != 0 {
                    b.next();
                }
                e.rows.neighbors.push(v);
                e.ways.push(way);
                if weighted {
                    e.rows.weights.push(weight);
                }
            }
            e.rows.starts.push(count(e.rows.neighbors.len()));
        }
        e
    }
}

/// A network of one relation: nodes by number, arcs from who looks to who is looked to. Immutable.
///
/// An undirected tie is two arcs of one strength.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: u32,
    directed: bool,
    out: Csr,
    /// Empty when undirected: then both sides are `out`.
    into: Csr,
    either: OnceLock<Either>,
}

impl PartialEq for Graph {
    fn eq(&self, other: &Graph) -> bool {
        (self.nodes, self.directed, &self.out) == (other.nodes, other.directed, &other.out)
    }
}

/// Which neighbors a walk goes on to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Along the arcs: to those a node looks to.
    Out,
    /// Against the arcs: to those who look to a node.
    In,
    /// Along ties in either direction.
    Either,
}

impl Graph {
    /// A network of `nodes` nodes and arcs by node number, each with a strength above zero when `weights` are given.
    /// An undirected tie is listed once.
    ///
    /// # Errors
    /// `unknown_node`, `self_tie`, `repeated_tie`, `unequal_columns`, `not_finite`, `negative_weight`, `zero_weight`,
    /// `too_many_rows`.
    ///
    /// ```
    /// use colead::measure::network::Graph;
    /// let g = Graph::new(3, &[(0, 1), (1, 2)], None, true)?;
    /// assert_eq!((g.ties(), g.outward().of(0), g.inward().of(2)), (2, &[1][..], &[1][..]));
    /// # Ok::<(), colead::Error>(())
    /// ```
    pub fn new(nodes: u32, arcs: &[(u32, u32)], weights: Option<&[f64]>, directed: bool) -> Result<Graph> {
        let refuse = |code, message: String, row: usize, help: &str| {
            Err(Error::input(code, message).at(format!("ties, row {}", row + 1)).help(help))
        };
        if nodes == u32::MAX || arcs.len() > u32::MAX as usize / 2 {
            return Err(Error::input("too_many_rows", "more nodes or ties than can be numbered").at("ties"));
        }
        if let Some(w) = weights
            && w.len() != arcs.len()
        {
            let message = format!("{} ties have {} weights", arcs.len(), w.len());
            return Err(Error::input("unequal_columns", message).at("ties").help("give one weight a tie"));
        }
        for (row, (u, v)) in arcs.iter().enumerate() {
            if *u >= nodes || *v >= nodes {
                return refuse("unknown_node", "the tie names an unknown node".into(), row, "add it to `nodes`");
            }
            if u == v {
                let help = "leave ties of a node to itself out, or say that they are to be dropped";
                return refuse("self_tie", "the tie leads from a node to itself".into(), row, help);
            }
            let weight = weights.and_then(|w| w.get(row)).copied().unwrap_or(1.0);
            if !weight.is_finite() {
                return refuse("not_finite", format!("`{weight}` is not a strength"), row, "give a finite number");
            }
            if weight < 0.0 {
                let help = "a weight is the strength of a tie: give a number above zero";
                return refuse("negative_weight", format!("the strength `{weight}` is negative"), row, help);
            }
            if weight == 0.0 {
                return refuse("zero_weight", "a tie of strength zero is no tie".into(), row, "leave the tie out");
            }
        }
        let weight = |k: usize| weights.and_then(|w| w.get(k)).copied().unwrap_or(1.0);
        let one_way = arcs.iter().enumerate().map(|(k, (u, v))| (*u, *v, weight(k)));
        // Two passes of counting sort sort every row.
        let weighted = weights.is_some();
        let (out, into) = if directed {
            let into = Csr::collect(nodes, one_way, weighted);
            let out = Csr::collect(nodes, into.arcs(), weighted);
            let into = Csr::collect(nodes, out.arcs(), weighted);
            (out, into)
        } else {
            let both = one_way.flat_map(|(u, v, w)| [(u, v, w), (v, u, w)]);
            let rows = Csr::collect(nodes, both, weighted);
            (Csr::collect(nodes, rows.arcs(), weighted), Csr::default())
        };
        let repeats = |u: u32| out.of(u).windows(2).any(|pair| pair.first() == pair.last());
        if let Some(u) = (0..nodes).find(|u| repeats(*u)) {
            // Found by the row, told by the table: the second of the two.
            let mut seen = std::collections::HashSet::new();
            let key = |(a, b): (u32, u32)| if directed || a < b { (a, b) } else { (b, a) };
            let row = arcs.iter().position(|a| (a.0 == u || a.1 == u) && !seen.insert(key(*a))).unwrap_or(0);
            let help = match directed {
                true => "list every tie once, or say how repeats combine",
                false => "list an undirected tie once, not from both ends, or say how repeats combine",
            };
            return refuse("repeated_tie", "the tie was listed before".into(), row, help);
        }
        Ok(Graph { nodes, directed, out, into, either: OnceLock::new() })
    }

    /// The number of nodes.
    pub fn nodes(&self) -> u32 {
        self.nodes
    }

    /// Whether ties have a direction.
    pub fn is_directed(&self) -> bool {
        self.directed
    }

    /// Whether ties have strengths.
    pub fn is_weighted(&self) -> bool {
        !self.out.weights.is_empty()
    }

    /// The number of ties: arcs, or undirected ties counted once.
    pub fn ties(&self) -> u64 {
        if self.directed { self.out.len() as u64 } else { self.out.len() as u64 / 2 }
    }

    /// Whom each node looks to.
    #[inline]
    pub fn outward(&self) -> &Csr {
        &self.out
    }

    /// Who looks to each node.
    #[inline]
    pub fn inward(&self) -> &Csr {
        if self.directed { &self.into } else { &self.out }
    }

    /// Both directions in one; made when first asked for.
    pub fn either(&self) -> &Either {
        self.either.get_or_init(|| {
            if self.directed {
                return Either::of_rows(&self.out, &self.into, self.nodes);
            }
            Either { rows: self.out.clone(), ways: vec![OUT | IN; self.out.len()] }
        })
    }

    /// The rows that a walk follows.
    #[inline]
    pub fn rows(&self, way: Way) -> &Csr {
        match way {
            Way::Out => &self.out,
            Way::In => self.inward(),
            Way::Either => self.either().rows(),
        }
    }

    /// Every arc with its strength, by source and target.
    pub fn arcs(&self) -> impl Iterator<Item = (u32, u32, f64)> + Clone + '_ {
        self.out.arcs()
    }

    /// The network of the nodes that `keep` says, numbered anew in order.
    pub fn induced(&self, keep: &[bool]) -> Graph {
        let mut new = vec![u32::MAX; self.nodes as usize];
        let mut kept = 0;
        for u in 0..self.nodes {
            if keep.at(u) {
                new.put(u, kept);
                kept += 1;
            }
        }
        let arcs = || self.arcs().map(|(u, v, w)| (new.at(u), new.at(v), w));
        let arcs = || arcs().filter(|(u, v, _)| *u != u32::MAX && *v != u32::MAX);
        self.remade(kept, arcs())
    }

    /// The network of the ties that `keep` says of source, target and strength. Undirected ties are asked both ways.
    pub fn filtered(&self, keep: impl Fn(u32, u32, f64) -> bool + Clone) -> Graph {
        self.remade(self.nodes, self.arcs().filter(|(u, v, w)| keep(*u, *v, *w)))
    }

    /// Arcs in the order of their sources, as a graph of this kind.
    fn remade(&self, nodes: u32, arcs: impl Iterator<Item = (u32, u32, f64)> + Clone) -> Graph {
        let weighted = self.is_weighted();
        let into = Csr::collect(nodes, arcs, weighted);
        let out = Csr::collect(nodes, into.arcs(), weighted);
        let into = if self.directed { into } else { Csr::default() };
        Graph { nodes, directed: self.directed, out, into, either: OnceLock::new() }
    }

    /// The same ties without direction: two are tied when either looks to the other; strengths are dropped.
    pub fn undirected(&self) -> Graph {
        let rows = self.either().rows();
        let out = Csr { weights: Vec::new(), ..rows.clone() };
        Graph { nodes: self.nodes, directed: false, out, into: Csr::default(), either: OnceLock::new() }
    }

    /// The same ties without strengths.
    pub fn binary(&self) -> Graph {
        let plain = |rows: &Csr| Csr { weights: Vec::new(), ..rows.clone() };
        let (out, into) = (plain(&self.out), plain(&self.into));
        Graph { nodes: self.nodes, directed: self.directed, out, into, either: OnceLock::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_both_ways_whatever_the_order_of_ties() {
        let g = Graph::new(4, &[(2, 0), (0, 3), (0, 1), (3, 0)], Some(&[5.0, 2.0, 3.0, 4.0]), true).unwrap();
        assert_eq!((g.outward().of(0), g.outward().weights_of(0)), (&[1, 3][..], &[3.0, 2.0][..]));
        assert_eq!((g.inward().of(0), g.inward().weights_of(0)), (&[2, 3][..], &[5.0, 4.0][..]));
        assert_eq!((g.either().of(0), g.either().ways_of(0)), (&[1, 2, 3][..], &[OUT, IN, OUT | IN][..]));
        assert_eq!(g.either().rows().weights_of(0), [3.0, 5.0, 6.0]);
        assert_eq!((g.outward().weight(0, 3), g.outward().weight(3, 1), g.ties()), (Some(2.0), None, 4));
        assert_eq!(g.undirected().outward().of(0), [1, 2, 3]);
        assert_eq!(g.induced(&[true, false, true, true]).outward().of(0), [2]);
        assert_eq!(g.filtered(|_, _, w| w > 3.0).ties(), 2);
    }

    #[test]
    fn what_is_no_network_is_refused() {
        let refusal = |arcs: &[(u32, u32)], weights: Option<&[f64]>, directed| {
            let e = Graph::new(3, arcs, weights, directed).unwrap_err();
            (e.code(), e.path().to_owned())
        };
        assert_eq!(refusal(&[(0, 1), (1, 3)], None, true), ("unknown_node", "ties, row 2".into()));
        assert_eq!(refusal(&[(1, 1)], None, true), ("self_tie", "ties, row 1".into()));
        assert_eq!(refusal(&[(0, 1), (1, 0), (0, 1)], None, true), ("repeated_tie", "ties, row 3".into()));
        assert_eq!(refusal(&[(0, 1), (1, 0)], None, false), ("repeated_tie", "ties, row 2".into()));
        assert_eq!(refusal(&[(0, 1)], Some(&[-1.0]), true), ("negative_weight", "ties, row 1".into()));
        assert_eq!(refusal(&[(0, 1)], Some(&[f64::NAN]), true), ("not_finite", "ties, row 1".into()));
        assert_eq!(refusal(&[(0, 1)], Some(&[0.0]), true), ("zero_weight", "ties, row 1".into()));
        assert_eq!(refusal(&[(0, 1)], Some(&[]), true), ("unequal_columns", "ties".into()));
        assert!(Graph::new(3, &[(0, 1), (1, 0)], None, true).is_ok());
    }
}

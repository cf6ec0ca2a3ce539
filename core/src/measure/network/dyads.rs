//! Pairs of nodes: density, reciprocity, the dyad census.

use super::at::ratio;
use super::graph::{Graph, IN, OUT};
use crate::num::sum;

/// How many pairs of nodes are tied both ways, one way, and not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DyadCensus {
    /// Each looks to the other.
    pub mutual: u64,
    /// One looks to the other.
    pub asymmetric: u64,
    /// Neither looks to the other.
    pub null: u64,
}

impl DyadCensus {
    /// Counts the pairs.
    pub fn of(graph: &Graph) -> DyadCensus {
        let n = u64::from(graph.nodes());
        let (mut mutual, mut tied) = (0_u64, 0_u64);
        for u in 0..graph.nodes() {
            // Two sorted rows, walked together: no table of both directions is needed.
            let mut looked = graph.inward().of(u).iter().peekable();
            for v in graph.outward().of(u) {
                while looked.next_if(|x| *x < v).is_some() {}
                mutual += u64::from(looked.next_if_eq(&v).is_some());
            }
            tied += u64::from(graph.outward().degree(u));
        }
        mutual /= 2;
        let asymmetric = tied - 2 * mutual;
        DyadCensus { mutual, asymmetric, null: n * n.saturating_sub(1) / 2 - mutual - asymmetric }
    }

    /// All pairs.
    pub fn pairs(&self) -> u64 {
        self.mutual + self.asymmetric + self.null
    }

    /// Ties over possible ties; `None` for fewer than two nodes. With `directed` every arc counts, else every tied pair.
    pub fn density(&self, directed: bool) -> Option<f64> {
        let pairs = self.pairs() as f64;
        match directed {
            true => ratio((2 * self.mutual + self.asymmetric) as f64, 2.0 * pairs),
            false => ratio((self.mutual + self.asymmetric) as f64, pairs),
        }
    }

    /// The share of arcs that are returned.
    pub fn reciprocity_of_arcs(&self) -> Option<f64> {
        ratio(2.0 * self.mutual as f64, (2 * self.mutual + self.asymmetric) as f64)
    }

    /// The share of tied pairs that are tied both ways.
    pub fn reciprocity_of_tied_pairs(&self) -> Option<f64> {
        ratio(self.mutual as f64, (self.mutual + self.asymmetric) as f64)
    }

    /// The share of all pairs that are alike both ways, pairs without any tie included.
    pub fn reciprocity_of_all_pairs(&self) -> Option<f64> {
        ratio((self.mutual + self.null) as f64, self.pairs() as f64)
    }

    /// The correlation of a tie with its return, Garlaschelli and Loffredo 2004; `None` for an empty or full network.
    pub fn reciprocity_correlation(&self) -> Option<f64> {
        let (r, d) = (self.reciprocity_of_arcs()?, self.density(true)?);
        ratio(r - d, 1.0 - d)
    }
}

/// The share of strength that is returned, Σ min(w_ij, w_ji) / Σ w_ij (Squartini and others 2013).
pub fn weighted_reciprocity(graph: &Graph) -> Option<f64> {
    let mutual = |u: u32| {
        let ways = graph.either().of(u).iter().zip(graph.either().ways_of(u));
        ways.filter(|(_, way)| **way == OUT | IN).map(move |(v, _)| {
            let there = graph.outward().weight(u, *v).unwrap_or(0.0);
            there.min(graph.outward().weight(*v, u).unwrap_or(0.0))
        })
    };
    let returned = sum((0..graph.nodes()).flat_map(mutual));
    ratio(returned, sum(graph.arcs().map(|(_, _, w)| w)))
}

/// The sum of strengths over what it would be were every possible tie of strength `most` (Carson, Tesluk and Marrone
/// 2007, who take the top of the rating scale); `None` for fewer than two nodes.
pub fn valued_density(graph: &Graph, most: f64) -> Option<f64> {
    let n = f64::from(graph.nodes());
    ratio(sum(graph.arcs().map(|(_, _, w)| w)), n * (n - 1.0) * most)
}

/// The strongest tie; `None` without ties.
pub fn strongest(graph: &Graph) -> Option<f64> {
    graph.arcs().map(|(_, _, w)| w).fold(None, |m, w| Some(m.map_or(w, |m: f64| m.max(w))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted_and_shared_out() {
        let g = Graph::new(4, &[(0, 1), (1, 0), (0, 2)], Some(&[3.0, 1.0, 2.0]), true).unwrap();
        let c = DyadCensus::of(&g);
        assert_eq!(c, DyadCensus { mutual: 1, asymmetric: 1, null: 4 });
        assert_eq!((c.density(true), c.density(false)), (Some(0.25), Some(2.0 / 6.0)));
        assert_eq!(c.reciprocity_of_arcs(), Some(2.0 / 3.0));
        assert_eq!((c.reciprocity_of_tied_pairs(), c.reciprocity_of_all_pairs()), (Some(0.5), Some(5.0 / 6.0)));
        assert_eq!(weighted_reciprocity(&g), Some(2.0 / 6.0));
        assert_eq!((valued_density(&g, 5.0), strongest(&g)), (Some(0.1), Some(3.0)));
    }

    #[test]
    fn nothing_is_undefined_not_zero() {
        let one = DyadCensus::of(&Graph::new(1, &[], None, true).unwrap());
        assert_eq!((one.density(true), one.reciprocity_of_arcs(), one.reciprocity_of_all_pairs()), (None, None, None));
        let full = DyadCensus::of(&Graph::new(2, &[(0, 1), (1, 0)], None, true).unwrap());
        assert_eq!((full.reciprocity_of_arcs(), full.reciprocity_correlation()), (Some(1.0), None));
    }
}

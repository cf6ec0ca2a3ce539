//! How many look to a node and how unevenly: centralization, inequality, concentration.

use super::at::ratio;
use super::graph::{Csr, Graph};
use crate::num::{exp, ln, sqrt, sum};

/// The most that a sum of differences to the largest degree could be: the denominator of Freeman's (1978) index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maximum {
    /// A star of arcs, no ties to oneself: (n−1)².
    Star,
    /// The same where ties to oneself were possible, which R's igraph takes unless told otherwise: n(n−1).
    LoopsAllowed,
    /// A star without directions: (n−1)(n−2).
    Undirected,
    /// Degrees in and out together: 2(n−1)(n−2).
    Total,
}

impl Maximum {
    fn of(self, nodes: u32) -> f64 {
        let n = f64::from(nodes);
        match self {
            Maximum::Star => (n - 1.0) * (n - 1.0),
            Maximum::LoopsAllowed => n * (n - 1.0),
            Maximum::Undirected => (n - 1.0) * (n - 2.0),
            Maximum::Total => 2.0 * (n - 1.0) * (n - 2.0),
        }
    }
}

/// The degrees of a side.
pub fn degrees(rows: &Csr, nodes: u32) -> Vec<f64> {
    (0..nodes).map(|u| f64::from(rows.degree(u))).collect()
}

/// The sums of strengths of a side.
pub fn strengths(rows: &Csr, nodes: u32) -> Vec<f64> {
    (0..nodes).map(|u| sum(rows.entries(u).map(|(_, w)| w))).collect()
}

/// In- and out-degree together, a returned tie counting twice.
pub fn total_degrees(graph: &Graph) -> Vec<f64> {
    (0..graph.nodes()).map(|u| f64::from(graph.outward().degree(u) + graph.inward().degree(u))).collect()
}

/// Freeman's centralization: the sum of differences to the largest value over `most`; 0 when all are alike.
pub fn centralization(values: &[f64], most: f64) -> Option<f64> {
    let top = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    ratio(sum(values.iter().map(|v| top - v)), most)
}

/// Freeman's degree centralization of `degrees` against a named maximum; `None` where the maximum is zero.
pub fn degree_centralization(degrees: &[f64], maximum: Maximum) -> Option<f64> {
    centralization(degrees, maximum.of(super::at::count(degrees.len())))
}

/// How unevenly a sum is spread, all of it over all nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inequality {
    /// Gini's coefficient, population form: 0 when all are alike.
    pub gini: f64,
    /// The standard deviation (population) over the mean.
    pub cv: f64,
    /// The variance (population; Snijders 1981).
    pub variance: f64,
    /// The entropy of the shares over that of equal shares; `None` for one node.
    pub evenness: Option<f64>,
    /// exp(entropy of the shares): the number of alike nodes that would be as uneven.
    pub effective_number: f64,
    /// 1 / Σ share²: the same by Herfindahl's index.
    pub effective_number_herfindahl: f64,
}

impl Inequality {
    /// Measures values of zero or more; `None` when they sum to zero.
    pub fn of(values: &[f64]) -> Option<Inequality> {
        let (n, total) = (values.len() as f64, sum(values.iter().copied()));
        if total <= 0.0 {
            return None;
        }
        let mean = total / n;
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let ranked = sum(sorted.iter().enumerate().map(|(i, v)| (2.0 * (i as f64 + 1.0) - n - 1.0) * v));
        let variance = sum(values.iter().map(|v| (v - mean) * (v - mean))) / n;
        let shares = || values.iter().filter(|v| **v > 0.0).map(|v| v / total);
        let entropy = -sum(shares().map(|p| p * ln(p)));
        Some(Inequality {
            gini: ranked / (n * total),
            cv: sqrt(variance) / mean,
            variance,
            evenness: ratio(entropy, ln(n)),
            effective_number: exp(entropy),
            effective_number_herfindahl: 1.0 / sum(shares().map(|p| p * p)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_fully_centralized_and_a_ring_not_at_all() {
        let star: Vec<_> = (1..5).map(|v| (v, 0)).collect();
        let g = Graph::new(5, &star, None, true).unwrap();
        let received = degrees(g.inward(), 5);
        assert_eq!(degree_centralization(&received, Maximum::Star), Some(1.0));
        assert_eq!(degree_centralization(&received, Maximum::LoopsAllowed), Some(0.8));
        assert_eq!(degree_centralization(&degrees(g.undirected().outward(), 5), Maximum::Undirected), Some(1.0));
        assert_eq!(degree_centralization(&total_degrees(&g), Maximum::Total), Some(0.5));
        let ring: Vec<_> = (0..5).map(|v| (v, (v + 1) % 5)).collect();
        let g = Graph::new(5, &ring, None, true).unwrap();
        assert_eq!(degree_centralization(&degrees(g.inward(), 5), Maximum::Star), Some(0.0));
        assert_eq!(degree_centralization(&[0.0], Maximum::Star), None);
    }

    #[test]
    fn one_who_has_everything_and_all_who_have_the_same() {
        let one = Inequality::of(&[0.0, 0.0, 0.0, 8.0]).unwrap();
        assert_eq!((one.gini, one.variance, one.effective_number), (0.75, 12.0, 1.0));
        assert_eq!((one.evenness, one.effective_number_herfindahl), (Some(0.0), 1.0));
        assert!((one.cv - 3.0_f64.sqrt()).abs() < 1e-15);
        let same = Inequality::of(&[2.0; 4]).unwrap();
        assert!(same.gini == 0.0 && same.cv == 0.0 && (same.effective_number - 4.0).abs() < 1e-12);
        assert_eq!(Inequality::of(&[0.0, 0.0]), None);
    }
}

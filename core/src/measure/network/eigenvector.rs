//! Eigenvector centrality: being tied to those who are well tied (Bonacich 1972). Converged, or an error.

use super::at::At;
use super::component::weak;
use super::graph::{Graph, Way};
use crate::error::{Error, Result};
use crate::num::{sqrt, sum};

/// The most steps before giving up, and the most entries touched in all of them (but 200 steps in any case).
const STEPS: u64 = 20_000;
const TOUCHED: u64 = 4_000_000_000;
/// How exactly A x = λ x must hold, relative to λ.
const TOLERANCE: f64 = 1e-14;

/// A principal eigenvector.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigenvector {
    /// The largest eigenvalue.
    pub value: f64,
    /// The entries, of Euclidean length 1, none negative.
    pub vector: Vec<f64>,
}

impl Eigenvector {
    /// The entries with the largest as 1.
    pub fn of_largest(&self) -> Vec<f64> {
        let top = self.vector.iter().copied().fold(0.0, f64::max);
        self.vector.iter().map(|x| if top > 0.0 { x / top } else { 0.0 }).collect()
    }

    /// Freeman's centralization of the entries of length 1, the maximum being that of a star without directions,
    /// (√2/2)(n−2). Other tools divide by the largest entry first, and get other numbers: compare like with like.
    pub fn centralization(&self) -> Option<f64> {
        let n = self.vector.len() as f64;
        super::degree::centralization(&self.vector, std::f64::consts::FRAC_1_SQRT_2 * (n - 2.0))
    }

    /// The same of entries divided by the largest, with the maximum n−2.
    pub fn centralization_of_largest(&self) -> Option<f64> {
        let n = self.vector.len() as f64;
        super::degree::centralization(&self.of_largest(), n - 2.0)
    }
}

/// Eigenvector centrality along ties in either direction ([`Way::Either`]), or of those looked to by those who are
/// looked to ([`Way::In`]), or the reverse. Strengths are left out.
///
/// A power iteration on A + cI, which also settles where A alone swings to and fro (trees).
///
/// # Errors
/// `not_converged`; `not_unique` when two components tie for the largest eigenvalue; `no_cycle` when the largest
/// eigenvalue is zero.
pub fn eigenvector(graph: &Graph, way: Way) -> Result<Eigenvector> {
    let n = graph.nodes() as usize;
    let rows = graph.rows(way);
    let refuse = |code, message: &str, help: &str| Err(Error::input(code, message).at("ties").help(help));
    if rows.is_empty() {
        return refuse("no_cycle", "a network without ties has no eigenvector centrality", "use another measure");
    }
    let times =
        |x: &[f64]| -> Vec<f64> { (0..graph.nodes()).map(|u| rows.of(u).iter().map(|v| x.at(*v)).sum()).collect() };
    let length = |x: &[f64]| sqrt(sum(x.iter().map(|v| v * v)));
    let mut x: Vec<f64> = (0..graph.nodes()).map(|u| f64::from(rows.degree(u)) + 1e-3).collect();
    let norm = length(&x);
    x.iter_mut().for_each(|v| *v /= norm);
    for _ in 0..(TOUCHED / rows.len() as u64).clamp(200, STEPS) {
        let y = times(&x);
        let value = sum(x.iter().zip(&y).map(|(a, b)| a * b));
        let residual = sqrt(sum(x.iter().zip(&y).map(|(a, b)| (b - value * a) * (b - value * a))));
        if value > 1e-9 && residual <= TOLERANCE * value * sqrt(n as f64).max(1.0) {
            return one_component(graph, Eigenvector { value, vector: x });
        }
        // Shifting by half the value halves the slowest swing and still separates the largest.
        let shift = 0.5 * value.max(1e-3);
        let mut next: Vec<f64> = x.iter().zip(&y).map(|(a, b)| b + shift * a).collect();
        let norm = length(&next);
        if norm <= 0.0 {
            break;
        }
        next.iter_mut().for_each(|v| *v /= norm);
        x = next;
    }
    refuse(
        "not_converged",
        "the eigenvector did not settle: its largest eigenvalue is zero or hardly larger than the next",
        "use in-degree or harmonic closeness, which are always defined",
    )
}

/// Refuses a vector that is only one of many: a mixture over several components.
fn one_component(graph: &Graph, e: Eigenvector) -> Result<Eigenvector> {
    let parts = weak(graph);
    let mut mass = vec![0.0; parts.count()];
    for (u, x) in e.vector.iter().enumerate() {
        mass.more(parts.of.at(super::at::count(u)), x * x);
    }
    if mass.iter().filter(|m| **m > 1e-6).count() > 1 {
        return Err(Error::input("not_unique", "several components tie for the largest eigenvalue")
            .at("ties")
            .help("measure each component by itself"));
    }
    Ok(e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_exact_although_plain_iteration_swings() {
        let star: Vec<_> = (1..5).map(|v| (v, 0)).collect();
        let g = Graph::new(5, &star, None, true).unwrap();
        let e = eigenvector(&g, Way::Either).unwrap();
        assert!((e.value - 2.0).abs() < 1e-12 && (e.vector[0] - 0.5_f64.sqrt()).abs() < 1e-12);
        assert!(
            (e.centralization().unwrap() - (4.0 * (0.5_f64.sqrt() - 0.125_f64.sqrt())) / (0.5_f64.sqrt() * 3.0)).abs()
                < 1e-12
        );
        assert_eq!(eigenvector(&g, Way::In).unwrap_err().code(), "not_converged");
    }

    #[test]
    fn what_is_not_unique_is_refused() {
        let two = Graph::new(4, &[(0, 1), (2, 3)], None, true).unwrap();
        assert_eq!(eigenvector(&two, Way::Either).unwrap_err().code(), "not_unique");
        assert_eq!(eigenvector(&Graph::default(), Way::Either).unwrap_err().code(), "no_cycle");
        let one = Graph::new(5, &[(0, 1), (2, 3), (3, 4)], None, true).unwrap();
        let e = eigenvector(&one, Way::Either).unwrap();
        assert!(e.vector[0] < 1e-9 && (e.vector[3] - 0.5_f64.sqrt()).abs() < 1e-9);
    }
}

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
/// # Errors
/// `not_converged`; `not_unique` when two components tie for the largest eigenvalue; `no_cycle` when there are no ties.
pub fn eigenvector(graph: &Graph, way: Way) -> Result<Eigenvector> {
    let rows = graph.rows(way);
    if rows.is_empty() {
        return Err(Error::input("no_cycle", "a network without ties has no eigenvector centrality")
            .at("ties")
            .help("use another measure"));
    }
    let times =
        |x: &[f64]| -> Vec<f64> { (0..graph.nodes()).map(|u| rows.of(u).iter().map(|v| x.at(*v)).sum()).collect() };
    let mut x: Vec<f64> = (0..graph.nodes()).map(|u| f64::from(rows.degree(u)) + 1e-3).collect();
    let factor = unit(&x);
    multiply(&mut x, factor);
    let steps = (TOUCHED / rows.len() as u64).clamp(200, STEPS);
    let symmetric = way == Way::Either || !graph.is_directed();
    let found = if symmetric { conjugate(x, steps, times) } else { shifted(x, steps, times) };
    let mut e = found.ok_or_else(|| {
        Error::input("not_converged", "the eigenvector did not settle: the largest eigenvalue hardly stands out")
            .at("ties")
            .help("use in-degree or harmonic closeness, which are always defined")
    })?;
    // Entries are zero or more; rounding may leave those of other components a trace below.
    e.vector.iter_mut().for_each(|v| *v = v.max(0.0));
    one_component(graph, e)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    sum(a.iter().zip(b).map(|(x, y)| x * y))
}

/// The factor that gives a vector Euclidean length 1; 0 for the zero vector.
fn unit(x: &[f64]) -> f64 {
    let length = sqrt(dot(x, x));
    if length > 0.0 { 1.0 / length } else { 0.0 }
}

fn multiply(x: &mut [f64], factor: f64) {
    x.iter_mut().for_each(|v| *v *= factor);
}

/// a·x + b·y, in place of x.
fn combine(x: &mut [f64], a: f64, y: &[f64], b: f64) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x = a * *x + b * y);
}

fn settled(value: f64, residual: f64, n: usize) -> bool {
    value > 1e-9 && residual <= TOLERANCE * value * sqrt(n as f64)
}

/// Power iteration on A + cI, which also settles where A alone swings to and fro.
fn shifted(mut x: Vec<f64>, steps: u64, times: impl Fn(&[f64]) -> Vec<f64>) -> Option<Eigenvector> {
    for _ in 0..steps {
        let mut y = times(&x);
        let value = dot(&x, &y);
        let residual = sqrt(sum(x.iter().zip(&y).map(|(a, b)| (b - value * a) * (b - value * a))));
        if settled(value, residual, x.len()) {
            return Some(Eigenvector { value, vector: x });
        }
        combine(&mut y, 1.0, &x, 0.5 * value.max(1e-3));
        let factor = unit(&y);
        multiply(&mut y, factor);
        x = y;
    }
    None
}

/// The locally best combination of vector, residual and last direction in each step (Knyazev 2001, LOBPCG of one
/// vector): for symmetric A, in far fewer steps than a power iteration.
fn conjugate(mut x: Vec<f64>, steps: u64, times: impl Fn(&[f64]) -> Vec<f64>) -> Option<Eigenvector> {
    let n = x.len();
    let mut ax = times(&x);
    let (mut p, mut ap) = (vec![0.0; n], vec![0.0; n]);
    for step in 0..steps {
        let value = dot(&x, &ax);
        let mut r = ax.clone();
        combine(&mut r, 1.0, &x, -value);
        if settled(value, sqrt(dot(&r, &r)), n) {
            // Images are carried along and may have drifted: only a fresh one counts.
            ax = times(&x);
            let value = dot(&x, &ax);
            r.clone_from(&ax);
            combine(&mut r, 1.0, &x, -value);
            if settled(value, sqrt(dot(&r, &r)), n) {
                let sign = if sum(x.iter().copied()) < 0.0 { -1.0 } else { 1.0 };
                multiply(&mut x, sign);
                return Some(Eigenvector { value, vector: x });
            }
        }
        let overlap = dot(&r, &x);
        combine(&mut r, 1.0, &x, -overlap);
        let factor = unit(&r);
        multiply(&mut r, factor);
        let ar = times(&r);
        for (q, aq) in [(&x, &ax), (&r, &ar)] {
            let overlap = dot(&p, q);
            combine(&mut p, 1.0, q, -overlap);
            combine(&mut ap, 1.0, aq, -overlap);
        }
        let factor = unit(&p);
        multiply(&mut p, factor);
        multiply(&mut ap, factor);
        let (xr, xp, rp) = (dot(&x, &ar), dot(&x, &ap), dot(&r, &ap));
        let [a, b, c] = largest_of([[dot(&x, &ax), xr, xp], [xr, dot(&r, &ar), rp], [xp, rp, dot(&p, &ap)]]);
        combine(&mut p, c, &r, b);
        combine(&mut ap, c, &ar, b);
        combine(&mut x, a, &p, 1.0);
        combine(&mut ax, a, &ap, 1.0);
        let factor = unit(&x);
        multiply(&mut x, factor);
        multiply(&mut ax, factor);
        if step % 16 == 15 {
            ax = times(&x);
        }
    }
    None
}

/// The eigenvector of the largest eigenvalue of a symmetric matrix of three: made positive by a shift, then squared
/// until only the largest is left.
fn largest_of(matrix: [[f64; 3]; 3]) -> [f64; 3] {
    let size = matrix.iter().flatten().map(|v| v.abs()).sum::<f64>().max(f64::MIN_POSITIVE);
    let [[a, b, c], [_, d, e], [.., f]] = matrix.map(|row| row.map(|v| v / size));
    let mut rows = [[a + 1.0, b, c], [b, d + 1.0, e], [c, e, f + 1.0]];
    for _ in 0..48 {
        let product = rows.map(|x| rows.map(|y| x.iter().zip(y).map(|(a, b)| a * b).sum::<f64>()));
        let [[t, ..], [_, u, _], [.., v]] = product;
        rows = product.map(|row| row.map(|x| x / (t + u + v)));
    }
    let length = |row: &[f64; 3]| row.iter().map(|v| v * v).sum::<f64>();
    let [x, y, z] = rows;
    let best = [x, y, z].into_iter().fold(x, |best, row| if length(&row) > length(&best) { row } else { best });
    let scale = sqrt(length(&best));
    best.map(|v| v / scale)
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

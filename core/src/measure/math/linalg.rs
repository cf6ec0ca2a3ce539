//! Small dense matrices: what reliability, factors and consensus need, in fixed order so that platforms agree.

use crate::num::sqrt;

/// A square matrix of finite numbers, row by row; entries outside read as zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    size: usize,
    cells: Vec<f64>,
}

impl Matrix {
    /// A matrix of zeros.
    pub fn zeros(size: usize) -> Matrix {
        Matrix { size, cells: vec![0.0; size * size] }
    }

    /// A symmetric matrix of `size` from its entries `entry(i, j)`, `i <= j`.
    pub fn symmetric(size: usize, mut entry: impl FnMut(usize, usize) -> f64) -> Matrix {
        let mut out = Matrix::zeros(size);
        for i in 0..size {
            for j in i..size {
                let v = entry(i, j);
                out.set(i, j, v);
                out.set(j, i, v);
            }
        }
        out
    }

    /// The number of rows.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The entry of row `i` and column `j`.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        if j < self.size { self.cells.get(i * self.size + j).copied().unwrap_or(0.0) } else { 0.0 }
    }

    pub(crate) fn set(&mut self, i: usize, j: usize, value: f64) {
        if let Some(cell) = self.cells.get_mut(i * self.size + j) {
            *cell = value;
        }
    }

    /// The entries of row `i`.
    pub fn row(&self, i: usize) -> &[f64] {
        self.cells.get(i * self.size..(i + 1) * self.size).unwrap_or(&[])
    }

    /// The diagonal.
    pub fn diagonal(&self) -> impl Iterator<Item = f64> {
        (0..self.size).map(|i| self.at(i, i))
    }

    /// The entries above the diagonal, row by row.
    pub fn above(&self) -> impl Iterator<Item = f64> {
        (0..self.size).flat_map(move |i| (i + 1..self.size).map(move |j| self.at(i, j)))
    }

    /// The squares of all entries.
    pub(crate) fn row_squares(&self) -> impl Iterator<Item = f64> {
        self.cells.iter().map(|c| c * c)
    }

    /// The matrix without row and column `i`.
    #[must_use]
    pub fn without(&self, i: usize) -> Matrix {
        let kept: Vec<usize> = (0..self.size).filter(|k| *k != i).collect();
        let cells = kept.iter().flat_map(|a| kept.iter().map(|b| self.at(*a, *b))).collect();
        Matrix { size: kept.len(), cells }
    }

    /// The correlations of a covariance matrix; `None` when a variance is not positive.
    pub fn correlations(&self) -> Option<Matrix> {
        let sds: Vec<f64> = self.diagonal().map(|v| if v > 0.0 { sqrt(v) } else { 0.0 }).collect();
        if sds.contains(&0.0) {
            return None;
        }
        let sd = |i: usize| sds.get(i).copied().unwrap_or(1.0);
        Some(Matrix::symmetric(self.size, |i, j| if i == j { 1.0 } else { self.at(i, j) / (sd(i) * sd(j)) }))
    }

    /// The inverse of a symmetric positive definite matrix, by Cholesky's factor; `None` when it is not one.
    pub fn inverse(&self) -> Option<Matrix> {
        let n = self.size;
        let mut lower = Matrix::zeros(n);
        for i in 0..n {
            for j in 0..=i {
                let dot: f64 = (0..j).map(|k| lower.at(i, k) * lower.at(j, k)).sum();
                let rest = self.at(i, j) - dot;
                if i == j {
                    // Relative to the entry, for a singular matrix leaves rounding here.
                    if rest <= 1e-12 * self.at(i, i).abs() || rest <= 0.0 {
                        return None;
                    }
                    lower.set(i, i, sqrt(rest));
                } else {
                    lower.set(i, j, rest / lower.at(j, j));
                }
            }
        }
        let mut half = Matrix::zeros(n);
        for j in 0..n {
            for i in j..n {
                let dot: f64 = (j..i).map(|k| lower.at(i, k) * half.at(k, j)).sum();
                let unit = if i == j { 1.0 } else { 0.0 };
                half.set(i, j, (unit - dot) / lower.at(i, i));
            }
        }
        Some(Matrix::symmetric(n, |i, j| (j..n).map(|k| half.at(k, i) * half.at(k, j)).sum()))
    }

    /// Eigenvalues of a symmetric matrix, largest first, by Jacobi's rotations.
    pub fn eigenvalues(&self) -> Vec<f64> {
        self.eigen().into_iter().map(|(value, _)| value).collect()
    }

    /// Eigenvalues of a symmetric matrix, largest first, each with its vector of length one, whose largest entry is
    /// positive (Jacobi; Golub and Van Loan, 8.5).
    pub fn eigen(&self) -> Vec<(f64, Vec<f64>)> {
        let n = self.size;
        let mut a = self.clone();
        let mut vectors = Matrix::symmetric(n, |i, j| if i == j { 1.0 } else { 0.0 });
        for _ in 0..100 {
            let off: f64 = a.above().map(|x| x * x).sum();
            let all: f64 = a.cells.iter().map(|x| x * x).sum();
            if off <= 1e-30 * all {
                break;
            }
            for p in 0..n {
                for q in p + 1..n {
                    if a.at(p, q) != 0.0 {
                        rotate(&mut a, &mut vectors, p, q);
                    }
                }
            }
        }
        let mut out: Vec<(f64, Vec<f64>)> =
            (0..n).map(|k| (a.at(k, k), turned((0..n).map(|i| vectors.at(i, k)).collect()))).collect();
        out.sort_by(|x, y| y.0.total_cmp(&x.0));
        out
    }
}

/// The same vector with its largest entry positive.
fn turned(vector: Vec<f64>) -> Vec<f64> {
    let largest = vector.iter().copied().fold(0.0_f64, |m, x| if x.abs() > m.abs() + 1e-12 { x } else { m });
    if largest < 0.0 { vector.into_iter().map(|x| -x).collect() } else { vector }
}

/// One rotation that makes the entry of `p` and `q` zero.
fn rotate(a: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    let tau = (a.at(q, q) - a.at(p, p)) / (2.0 * a.at(p, q));
    let t = if tau >= 0.0 { 1.0 / (tau + sqrt(1.0 + tau * tau)) } else { 1.0 / (tau - sqrt(1.0 + tau * tau)) };
    let c = 1.0 / sqrt(1.0 + t * t);
    let s = t * c;
    for k in 0..a.size {
        let (x, y) = (a.at(k, p), a.at(k, q));
        a.set(k, p, c * x - s * y);
        a.set(k, q, s * x + c * y);
    }
    for k in 0..a.size {
        let (x, y) = (a.at(p, k), a.at(q, k));
        a.set(p, k, c * x - s * y);
        a.set(q, k, s * x + c * y);
    }
    for k in 0..a.size {
        let (x, y) = (vectors.at(k, p), vectors.at(k, q));
        vectors.set(k, p, c * x - s * y);
        vectors.set(k, q, s * x + c * y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_known_comes_out() {
        let m = Matrix::symmetric(2, |i, j| if i == j { 2.0 } else { 1.0 });
        let values = m.eigenvalues();
        assert!((values[0] - 3.0).abs() < 1e-14 && (values[1] - 1.0).abs() < 1e-14);
        let inverse = m.inverse().unwrap();
        assert!((inverse.at(0, 0) - 2.0 / 3.0).abs() < 1e-15 && (inverse.at(1, 0) + 1.0 / 3.0).abs() < 1e-15);
        assert!((m.correlations().unwrap().at(0, 1) - 0.5).abs() < 1e-15);
        assert_eq!(m.without(0).size(), 1);
    }

    #[test]
    fn what_has_no_inverse_says_so() {
        assert_eq!(Matrix::symmetric(2, |_, _| 1.0).inverse(), None);
        assert_eq!(Matrix::zeros(2).correlations(), None);
    }

    proptest! {
        #[test]
        fn eigenvectors_and_inverses_are_what_they_claim(
            cells in proptest::collection::vec(-1.0..1.0_f64, 36), size in 1..6_usize
        ) {
            // x'x plus a ridge is positive definite.
            let x = |i: usize, k: usize| cells[(i * size + k) % 36];
            let ridge = |i, j| if i == j { 0.1 } else { 0.0 };
            let m = Matrix::symmetric(size, |i, j| (0..size).map(|k| x(i, k) * x(j, k)).sum::<f64>() + ridge(i, j));
            for (value, vector) in m.eigen() {
                for i in 0..size {
                    let product: f64 = m.row(i).iter().zip(&vector).map(|(a, b)| a * b).sum();
                    prop_assert!((product - value * vector[i]).abs() < 1e-10);
                }
            }
            let inverse = m.inverse().unwrap();
            for i in 0..size {
                for j in 0..size {
                    let product: f64 = (0..size).map(|k| m.at(i, k) * inverse.at(k, j)).sum();
                    let one = if i == j { 1.0 } else { 0.0 };
                    prop_assert!((product - one).abs() < 1e-8);
                }
            }
        }
    }
}

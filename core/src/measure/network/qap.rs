//! Does one relation go with another? Correlation and regression of whole networks against permutations of the people
//! (Krackhardt 1988; Dekker, Krackhardt and Snijders 2007).

use super::at::{At, count, ratio};
use super::graph::{Csr, Graph};
use super::shuffle::{Against, permutation};
use super::work::in_parts;
use crate::error::{Error, Result};
use crate::num::{sqrt, sum};

/// A matrix over ordered pairs of nodes that is `constant` but for some cells.
struct Matrix {
    constant: f64,
    cells: Vec<(u32, u32, f64)>,
    total: f64,
    squares: f64,
}

impl Matrix {
    fn new(constant: f64, cells: Vec<(u32, u32, f64)>) -> Matrix {
        let total = sum(cells.iter().map(|c| c.2));
        let squares = sum(cells.iter().map(|c| c.2 * c.2));
        Matrix { constant, cells, total, squares }
    }

    fn of(graph: &Graph, weighted: bool) -> Matrix {
        Matrix::new(0.0, graph.arcs().map(|(u, v, w)| (u, v, if weighted { w } else { 1.0 })).collect())
    }

    /// Σ over pairs of this, its people permuted, times another; `pairs` are all pairs.
    fn times(&self, order: Option<&[u32]>, other: &Lookup<'_>, pairs: f64) -> f64 {
        let at = |u: u32| order.map_or(u, |o| o.at(u));
        let shared: f64 = self.cells.iter().map(|(u, v, w)| w * other.cell(at(*u), at(*v))).sum();
        let b = other.matrix;
        self.constant * b.constant * pairs + self.constant * b.total + b.constant * self.total + shared
    }

    fn square(&self, pairs: f64) -> f64 {
        self.constant * self.constant * pairs + 2.0 * self.constant * self.total + self.squares
    }
}

/// Cells found by their place: a filter of bits turns most empty places away before a row is searched.
struct Lookup<'a> {
    matrix: &'a Matrix,
    rows: Csr,
    filter: Vec<u64>,
    shift: u32,
}

impl<'a> Lookup<'a> {
    fn new(matrix: &'a Matrix, nodes: u32) -> Lookup<'a> {
        let bits = (matrix.cells.len().max(64) * 16).next_power_of_two();
        let shift = 64 - bits.trailing_zeros();
        let rows = Csr::rows(nodes, matrix.cells.iter().copied());
        let mut l = Lookup { matrix, rows, filter: vec![0; bits / 64], shift };
        for (u, v, _) in &matrix.cells {
            let (word, bit) = l.place(*u, *v);
            let seen = l.filter.at(word);
            l.filter.put(word, seen | bit);
        }
        l
    }

    #[inline]
    fn place(&self, u: u32, v: u32) -> (u32, u64) {
        let key = (u64::from(u) << 32 | u64::from(v)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let key = (key ^ key >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let bit = key >> self.shift;
        ((bit / 64) as u32, 1 << (bit % 64))
    }

    #[inline]
    fn cell(&self, u: u32, v: u32) -> f64 {
        let (word, bit) = self.place(u, v);
        if self.filter.at(word) & bit == 0 {
            return 0.0;
        }
        self.rows.weight(u, v).unwrap_or(0.0)
    }
}

fn same_nodes(graphs: &[&Graph]) -> Result<u32> {
    let n = graphs.first().map_or(0, |g| g.nodes());
    match graphs.iter().any(|g| g.nodes() != n) {
        true => Err(Error::input("unequal_nodes", "the networks are of different nodes")
            .at("ties")
            .help("compare relations among the same people")),
        false => Ok(n),
    }
}

/// Pearson's correlation of two networks over ordered pairs of nodes, and its place among those where the people of
/// the second are permuted. The correlation is `None` when one of them is empty or complete.
///
/// # Errors
/// `unequal_nodes`.
pub fn qap_correlation(
    a: &Graph,
    b: &Graph,
    weighted: bool,
    permutations: u32,
    seed: u64,
) -> Result<Option<(f64, Option<Against>)>> {
    let n = same_nodes(&[a, b])?;
    let pairs = f64::from(n) * (f64::from(n) - 1.0);
    // The one with fewer ties is walked, the other is looked up.
    let (few, many) = if a.outward().len() <= b.outward().len() { (a, b) } else { (b, a) };
    let (x, y) = (Matrix::of(few, weighted), Matrix::of(many, weighted));
    let lookup = Lookup::new(&y, n);
    let spread = |m: &Matrix| pairs * m.squares - m.total * m.total;
    let scale = sqrt(spread(&x).max(0.0)) * sqrt(spread(&y).max(0.0));
    let correlation = |order: Option<&[u32]>| ratio(pairs * x.times(order, &lookup, pairs) - x.total * y.total, scale);
    let Some(observed) = correlation(None) else { return Ok(None) };
    let permuted = in_parts(permutations as usize, 64, |part| {
        part.filter_map(|k| correlation(Some(&permutation(n, seed, k as u64)))).collect::<Vec<_>>()
    });
    let permuted = permuted.concat();
    let against = (!permuted.is_empty()).then(|| Against::of(observed, &permuted));
    Ok(Some((observed, against)))
}

/// One predictor of a regression of networks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// The least-squares coefficient.
    pub value: f64,
    /// Its t statistic, as if pairs were independent: for comparison with permutations only.
    pub t: f64,
    /// The chance of a t as far from zero, by permutations; `None` for the intercept.
    pub p: Option<f64>,
}

/// Regression of one network on others over ordered pairs of nodes, intercept first, with p-values by double
/// semi-partialing: what a predictor has beyond the others is permuted.
///
/// # Errors
/// `unequal_nodes`; `collinear` when a predictor is a combination of the others.
pub fn mrqap(
    outcome: &Graph,
    predictors: &[&Graph],
    weighted: bool,
    permutations: u32,
    seed: u64,
) -> Result<Vec<Coefficient>> {
    let n = same_nodes(&[&[outcome][..], predictors].concat())?;
    let pairs = f64::from(n) * (f64::from(n) - 1.0);
    let y = Matrix::of(outcome, weighted);
    let mut xs = vec![Matrix::new(1.0, Vec::new())];
    xs.extend(predictors.iter().map(|g| Matrix::of(g, weighted)));
    let columns: Vec<&Matrix> = xs.iter().collect();
    let fit = Fit::new(&y, &columns, n, pairs)?;
    let mut found = Vec::new();
    for (j, value) in fit.coefficients.iter().enumerate() {
        let t = fit.t(j);
        let p = match j {
            0 => None,
            _ if permutations == 0 => None,
            _ => Some(semi_partial(&y, &columns, j, t, (n, pairs), (permutations, seed))?),
        };
        found.push(Coefficient { value: *value, t, p });
    }
    Ok(found)
}

/// The p-value of predictor `j`.
fn semi_partial(
    y: &Matrix,
    columns: &[&Matrix],
    j: usize,
    observed: f64,
    (n, pairs): (u32, f64),
    (permutations, seed): (u32, u64),
) -> Result<f64> {
    let others: Vec<&Matrix> = columns.iter().enumerate().filter(|(k, _)| *k != j).map(|(_, m)| *m).collect();
    let Some(own) = columns.get(j) else { return Ok(1.0) };
    let partial = Fit::new(own, &others, n, pairs)?;
    // What is left: constant but for the cells of any of the networks.
    let mut cells: Vec<(u32, u32, f64)> = own.cells.clone();
    for (m, b) in others.iter().zip(&partial.coefficients) {
        cells.extend(m.cells.iter().map(|(u, v, w)| (*u, *v, -b * w)));
    }
    cells.sort_unstable_by_key(|c| (c.0, c.1));
    cells.dedup_by(|b, a| {
        let same = (a.0, a.1) == (b.0, b.1);
        if same {
            a.2 += b.2;
        }
        same
    });
    let rest = Matrix::new(-partial.coefficients.first().copied().unwrap_or(0.0), cells);
    let lookups: Vec<Lookup<'_>> = others.iter().chain([&y]).map(|m| Lookup::new(m, n)).collect();
    // Products among the others and the outcome stay; only those with the permuted rest change.
    let base = Products::new(y, &others, n, pairs);
    let counted = in_parts(permutations as usize, 64, |part| {
        part.filter(|k| {
            let order = permutation(n, seed, *k as u64);
            let mut with: Vec<f64> = lookups.iter().map(|l| rest.times(Some(&order), l, pairs)).collect();
            let outcome = with.pop().unwrap_or(0.0);
            let fit = Fit::solve(&base.with(&with, rest.square(pairs), outcome), pairs);
            fit.is_ok_and(|f| f.t(others.len()).abs() >= observed.abs() * (1.0 - 1e-12))
        })
        .count() as u64
    });
    Ok(super::shuffle::p_value(counted.iter().sum(), u64::from(permutations)))
}

/// X'X, X'y and y'y.
#[derive(Clone)]
struct Products {
    xx: Vec<Vec<f64>>,
    xy: Vec<f64>,
    yy: f64,
}

impl Products {
    fn new(y: &Matrix, columns: &[&Matrix], n: u32, pairs: f64) -> Products {
        let lookups: Vec<Lookup<'_>> = columns.iter().map(|m| Lookup::new(m, n)).collect();
        let row = |m: &Matrix| lookups.iter().map(|l| m.times(None, l, pairs)).collect::<Vec<f64>>();
        Products { xx: columns.iter().map(|m| row(m)).collect(), xy: row(y), yy: y.square(pairs) }
    }

    /// One more column, by its products with the others, with itself and with the outcome.
    fn with(&self, others: &[f64], own: f64, outcome: f64) -> Products {
        let mut p = self.clone();
        p.xx.iter_mut().zip(others).for_each(|(row, x)| row.push(*x));
        p.xx.push(others.iter().copied().chain([own]).collect());
        p.xy.push(outcome);
        p
    }
}

struct Fit {
    coefficients: Vec<f64>,
    /// The diagonal of the inverse of X'X times the residual variance.
    variances: Vec<f64>,
}

impl Fit {
    fn new(y: &Matrix, columns: &[&Matrix], n: u32, pairs: f64) -> Result<Fit> {
        Fit::solve(&Products::new(y, columns, n, pairs), pairs)
    }

    fn solve(p: &Products, pairs: f64) -> Result<Fit> {
        let inverse = invert(&p.xx).ok_or_else(|| {
            Error::input("collinear", "a predictor is a combination of the others, or nobody differs in it")
                .at("predictors")
                .help("leave it out")
        })?;
        let dot = |a: &[f64], b: &[f64]| sum(a.iter().zip(b).map(|(x, y)| x * y));
        let coefficients: Vec<f64> = inverse.iter().map(|row| dot(row, &p.xy)).collect();
        let residual = (p.yy - dot(&coefficients, &p.xy)).max(0.0);
        let variance = residual / (pairs - coefficients.len() as f64).max(1.0);
        let diagonal = inverse.iter().enumerate().map(|(k, row)| row.get(k).copied().unwrap_or(0.0));
        Ok(Fit { variances: diagonal.map(|d| d * variance).collect(), coefficients })
    }

    fn t(&self, j: usize) -> f64 {
        let (b, v) = (self.coefficients.get(j).copied(), self.variances.get(j).copied());
        ratio(b.unwrap_or(0.0), sqrt(v.unwrap_or(0.0).max(0.0))).unwrap_or(0.0)
    }
}

/// The inverse of a small symmetric matrix by Gauss and Jordan, pivots from the diagonal's largest; `None` when it has
/// none to working precision.
fn invert(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let k = matrix.len();
    let unit = |i: usize| (0..k).map(move |j| if i == j { 1.0 } else { 0.0 });
    let mut rows: Vec<Vec<f64>> =
        matrix.iter().enumerate().map(|(i, r)| r.iter().copied().chain(unit(i)).collect()).collect();
    for column in 0..k {
        let size = |r: &Vec<f64>| r.get(column).map_or(0.0, |x| x.abs());
        let pivot = (column..k).max_by(|a, b| {
            let at = |i: &usize| rows.get(*i).map_or(0.0, size);
            at(a).total_cmp(&at(b))
        })?;
        let scale = matrix.get(column)?.get(column)?.abs();
        rows.swap(column, pivot);
        let head = *rows.get(column)?.get(column)?;
        if head.abs() <= 1e-11 * scale || head == 0.0 {
            return None;
        }
        let lead: Vec<f64> = rows.get(column)?.iter().map(|x| x / head).collect();
        for (i, row) in rows.iter_mut().enumerate() {
            if i == column {
                row.clone_from(&lead);
                continue;
            }
            let factor = *row.get(column)?;
            row.iter_mut().zip(&lead).for_each(|(x, l)| *x -= factor * l);
        }
    }
    Some(rows.into_iter().map(|r| r.get(k..).unwrap_or_default().to_vec()).collect())
}

/// Ties that two relations share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// Arcs of the first.
    pub first: u64,
    /// Arcs of the second.
    pub second: u64,
    /// Arcs of both.
    pub both: u64,
}

impl Overlap {
    /// Counts them.
    ///
    /// # Errors
    /// `unequal_nodes`.
    pub fn of(a: &Graph, b: &Graph) -> Result<Overlap> {
        same_nodes(&[a, b])?;
        let shared = a.arcs().filter(|(u, v, _)| b.outward().of(*u).binary_search(v).is_ok()).count();
        Ok(Overlap {
            first: a.outward().len() as u64,
            second: b.outward().len() as u64,
            both: u64::from(count(shared)),
        })
    }

    /// Shared arcs over those of either.
    pub fn jaccard(&self) -> Option<f64> {
        ratio(self.both as f64, (self.first + self.second - self.both) as f64)
    }

    /// The share of the second's arcs that are also the first's.
    pub fn of_second(&self) -> Option<f64> {
        ratio(self.both as f64, self.second as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(n: u32, step: u32) -> Vec<(u32, u32)> {
        (0..n).map(|u| (u, (u + step) % n)).collect()
    }

    #[test]
    fn a_network_goes_with_itself_and_not_with_another() {
        let a = Graph::new(12, &[ring(12, 1), ring(12, 3)].concat(), None, true).unwrap();
        let b = Graph::new(12, &ring(12, 5), None, true).unwrap();
        let (r, against) = qap_correlation(&a, &a, false, 499, 1).unwrap().unwrap();
        assert!((r - 1.0).abs() < 1e-12 && against.unwrap().p_high <= 0.01);
        let (r, _) = qap_correlation(&a, &b, false, 0, 1).unwrap().unwrap();
        // Nothing shared: -sqrt(d d' / (1-d)(1-d')) with densities 2/11 and 1/11.
        assert!((r + (2.0_f64 / 11.0 / 11.0 / (9.0 / 11.0 * 10.0 / 11.0)).sqrt()).abs() < 1e-12);
        let empty = Graph::new(12, &[], None, true).unwrap();
        assert_eq!(qap_correlation(&a, &empty, false, 9, 1).unwrap(), None);
        assert_eq!(qap_correlation(&a, &Graph::default(), false, 9, 1).unwrap_err().code(), "unequal_nodes");
    }

    #[test]
    fn regression_finds_what_went_in() {
        let (x, z) = (ring(15, 2), ring(15, 4));
        // Strength 2 where x, plus 3 where z.
        let ties: Vec<_> = x.iter().chain(&z).copied().collect();
        let weights: Vec<f64> = (0..30).map(|k| if k < 15 { 2.0 } else { 3.0 }).collect();
        let y = Graph::new(15, &ties, Some(&weights), true).unwrap();
        let (x, z) = (Graph::new(15, &x, None, true).unwrap(), Graph::new(15, &z, None, true).unwrap());
        let b = mrqap(&y, &[&x, &z], true, 199, 4).unwrap();
        assert!(b[0].value.abs() < 1e-12 && (b[1].value - 2.0).abs() < 1e-12 && (b[2].value - 3.0).abs() < 1e-12);
        assert_eq!(mrqap(&y, &[&x, &x], true, 9, 4).unwrap_err().code(), "collinear");
        let o = Overlap::of(&y, &x).unwrap();
        assert_eq!((o.jaccard(), o.of_second()), (Some(0.5), Some(1.0)));
    }

    #[test]
    fn an_unrelated_predictor_is_not_found_more_often_than_by_chance() {
        use crate::measure::network::shuffle::{below, generator};
        let mut low = 0;
        for run in 0..60 {
            let mut rng = generator(run, 0);
            let mut random = |share: u32| {
                let all = (0..9_u32).flat_map(|u| (0..9).map(move |v| (u, v))).filter(|(u, v)| u != v);
                let some: Vec<_> = all.filter(|_| below(&mut rng, 10) < share).collect();
                Graph::new(9, &some, None, true).unwrap()
            };
            let (y, x, z) = (random(4), random(5), random(3));
            let b = mrqap(&y, &[&x, &z], false, 99, run).unwrap();
            assert!(b[0].p.is_none());
            low += b[1..].iter().filter(|c| c.p.unwrap() <= 0.1).count();
        }
        // 12 of 120 expected; the standard deviation is 3.3.
        assert!(low <= 24, "{low}");
    }
}

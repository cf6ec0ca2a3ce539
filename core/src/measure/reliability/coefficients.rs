//! How consistently the items of a scale measure one thing: alpha, Guttman's lambdas, omega, and the error of a score.
//!
//! Functions take the items' covariance or correlation matrix; they have no value when the sum of the items does not
//! vary. [`super::rows`] reads them from a tally.

use crate::measure::math::distribution::f_quantile;
use crate::measure::math::linalg::Matrix;
use crate::measure::reliability::factor::{Extraction, LEAST_UNIQUE, one_factor};
use crate::measure::value::Absence;
use crate::num::{sqrt, sum};

/// The most items of which lambda-4 tries every split.
pub const MOST_SPLIT: usize = 20;

const TWO_ITEMS: Absence = Absence::Undefined("a reliability needs two items");
const NO_SPREAD: Absence = Absence::Undefined("the sum of the items does not vary");
const SINGULAR: Absence = Absence::Undefined("one item is a sum of others");
const ONE_CONSTANT: Absence = Absence::Undefined("an item does not vary");

/// The trace and the sum of all entries, which is the variance of the sum of the items.
fn totals(covariances: &Matrix) -> Result<(f64, f64), Absence> {
    if covariances.size() < 2 {
        return Err(TWO_ITEMS);
    }
    let trace = sum(covariances.diagonal());
    let total = trace + 2.0 * sum(covariances.above());
    // Pairwise covariances may even make it negative.
    if total <= 1e-12 * trace { Err(NO_SPREAD) } else { Ok((trace, total)) }
}

/// A reliability is at most 1; above, the covariances of different people contradict one another.
fn possible(value: f64) -> Result<f64, Absence> {
    if value <= 1.0 + 1e-9 {
        Ok(value.min(1.0))
    } else {
        Err(Absence::Undefined("the covariances of different pairs contradict one another"))
    }
}

/// Cronbach's alpha: `k/(k−1) · (1 − Σ variances / Σ all entries)`; standardized alpha on correlations.
///
/// # Errors
/// `Undefined` with one item, or when the sum of the items does not vary.
///
/// ```
/// use colead::measure::{alpha, linalg::Matrix};
/// let r = Matrix::symmetric(3, |i, j| if i == j { 1.0 } else { 0.5 });
/// assert!((alpha(&r)? - 0.75).abs() < 1e-15);
/// # Ok::<(), colead::measure::Absence>(())
/// ```
pub fn alpha(covariances: &Matrix) -> Result<f64, Absence> {
    let (trace, total) = totals(covariances)?;
    let k = covariances.size() as f64;
    possible(k / (k - 1.0) * (1.0 - trace / total))
}

/// The large-sample standard error of alpha from `n` people (Duhachek and Iacobucci 2004), as psych's.
///
/// # Errors
/// As [`alpha`]; `TooFew` without people.
pub fn alpha_se(covariances: &Matrix, n: u64) -> Result<f64, Absence> {
    let (trace, total) = totals(covariances)?;
    if n == 0 {
        return Err(Absence::TooFew { n, need: 1 });
    }
    let k = covariances.size() as f64;
    let rows: Vec<f64> = (0..covariances.size()).map(|i| sum(covariances.row(i).iter().copied())).collect();
    let squares = sum(covariances.row_squares());
    let sum_of_square = sum(rows.iter().map(|r| r * r));
    let q = 2.0 * k * k / ((k - 1.0) * (k - 1.0) * total * total * total)
        * (total * (squares + trace * trace) - 2.0 * trace * sum_of_square);
    Ok(sqrt(q.max(0.0) / n as f64))
}

/// The 95 % interval of an alpha of `k` items and `n` people (Feldt 1965; Feldt, Woodruff and Salih 1987), unrounded.
///
/// # Errors
/// `TooFew` below two people; `Undefined` below two items.
pub fn feldt(alpha: f64, n: u64, k: usize) -> Result<(f64, f64), Absence> {
    if n < 2 {
        return Err(Absence::TooFew { n, need: 2 });
    }
    if k < 2 {
        return Err(TWO_ITEMS);
    }
    let (people, both) = (n as f64 - 1.0, (n as f64 - 1.0) * (k as f64 - 1.0));
    let end = |p| 1.0 - (1.0 - alpha) * f_quantile(p, people, both);
    Ok((end(0.975), end(0.025)))
}

/// Guttman's lambdas (1945) of a covariance or correlation matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lambda {
    /// `1 − Σ variances / variance of the sum`.
    One,
    /// With the root mean square of the covariances for the unknown true variances.
    Two,
    /// Alpha.
    Three,
    /// The best of all splits into two parts.
    Four,
    /// With the squared covariances of one item.
    Five,
    /// With the squared multiple correlation of each item.
    Six,
}

impl Lambda {
    /// All six.
    pub const ALL: [Lambda; 6] = [Lambda::One, Lambda::Two, Lambda::Three, Lambda::Four, Lambda::Five, Lambda::Six];

    /// Its measure id.
    pub fn as_str(self) -> &'static str {
        match self {
            Lambda::One => "lambda_1",
            Lambda::Two => "lambda_2",
            Lambda::Three => "lambda_3",
            Lambda::Four => "lambda_4",
            Lambda::Five => "lambda_5",
            Lambda::Six => "lambda_6",
        }
    }

    /// Its value.
    ///
    /// # Errors
    /// `Undefined` with one item, when the sum does not vary, when an item is a sum of others (6), and beyond
    /// [`MOST_SPLIT`] items (4).
    pub fn of(self, matrix: &Matrix) -> Result<f64, Absence> {
        let (trace, total) = totals(matrix)?;
        let k = matrix.size() as f64;
        let first = 1.0 - trace / total;
        let value = match self {
            Lambda::One => first,
            Lambda::Two => first + sqrt(k / (k - 1.0) * 2.0 * sum(matrix.above().map(|c| c * c))) / total,
            Lambda::Three => alpha(matrix)?,
            Lambda::Four => 1.0 - best_split(matrix)? / total,
            Lambda::Five => {
                let item = |i: usize| sum((0..matrix.size()).filter(|j| *j != i).map(|j| matrix.at(i, j).powi(2)));
                let most = (0..matrix.size()).map(item).fold(0.0, f64::max);
                first + 2.0 * sqrt(most) / total
            }
            Lambda::Six => {
                let inverse = matrix.inverse().ok_or(SINGULAR)?;
                1.0 - sum(inverse.diagonal().map(|d| 1.0 / d)) / total
            }
        };
        possible(value)
    }
}

/// The least variance of a difference of two parts over every split of the items.
fn best_split(matrix: &Matrix) -> Result<f64, Absence> {
    let size = matrix.size();
    if size > MOST_SPLIT {
        return Err(Absence::Undefined("too many items to try every split"));
    }
    let mut sides = vec![1.0_f64; size];
    let mut value = sum(matrix.diagonal()) + 2.0 * sum(matrix.above());
    let mut least = value;
    // Gray's code turns one item a step; the last item never turns, for the mirror image is the same split.
    for step in 1..1_u32 << (size - 1) {
        let turned = step.trailing_zeros() as usize;
        let row = matrix.row(turned);
        let side = sides.get(turned).copied().unwrap_or(1.0);
        let dot: f64 = row.iter().zip(&sides).map(|(c, s)| c * s).sum::<f64>() - matrix.at(turned, turned) * side;
        value -= 4.0 * side * dot;
        if let Some(s) = sides.get_mut(turned) {
            *s = -side;
        }
        least = least.min(value);
    }
    Ok(least)
}

/// Of what total variance omega is a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denominator {
    /// The observed sum of the matrix, as psych.
    Observed,
    /// The sum that the one-factor model implies, as semTools' omega.
    Implied,
    /// The observed sum, beneath the common variance alone, as semTools' omega3.
    CommonOfObserved,
}

/// Omega total of one factor (McDonald 1999): on correlations, or with `covariances` weighted by the items' SDs.
///
/// Observed: `1 − Σ unique / Σ observed`; implied: `(Σλ)² / ((Σλ)² + Σ unique)`; common of observed:
/// `(Σλ)² / Σ observed`.
///
/// # Errors
/// `Undefined` with fewer than three items, when an item does not vary, or when the factor does not settle.
pub fn omega_total(matrix: &Matrix, extraction: Extraction, denominator: Denominator) -> Result<f64, Absence> {
    omega_of_loadings(&loadings(matrix, extraction)?, matrix, denominator)
}

/// The standardized loadings of the items on one factor.
///
/// # Errors
/// As [`omega_total`].
pub fn loadings(matrix: &Matrix, extraction: Extraction) -> Result<Vec<f64>, Absence> {
    one_factor(&matrix.correlations().ok_or(ONE_CONSTANT)?, extraction)
}

/// The common and the unique variance of the sum, by one factor.
fn shares(loadings: &[f64], matrix: &Matrix) -> (f64, f64) {
    let weighted = || loadings.iter().zip(matrix.diagonal());
    let unique = sum(weighted().map(|(l, v)| v * (1.0 - l * l).max(LEAST_UNIQUE)));
    (sum(weighted().map(|(l, v)| l * sqrt(v))).powi(2), unique)
}

/// Omega total from standardized `loadings` of the items of `matrix`.
///
/// # Errors
/// `Undefined` when the sum of the items does not vary.
pub fn omega_of_loadings(loadings: &[f64], matrix: &Matrix, denominator: Denominator) -> Result<f64, Absence> {
    let (_, total) = totals(matrix)?;
    let (common, unique) = shares(loadings, matrix);
    possible(match denominator {
        Denominator::Observed => 1.0 - unique / total,
        Denominator::Implied => common / (common + unique),
        Denominator::CommonOfObserved => common / total,
    })
}

/// The share of the items' variance that one factor explains (average variance extracted), weighted by variance.
///
/// # Errors
/// `Undefined` when no item varies.
pub fn average_variance_extracted(loadings: &[f64], matrix: &Matrix) -> Result<f64, Absence> {
    let explained = sum(loadings.iter().zip(matrix.diagonal()).map(|(l, v)| v * l * l));
    let (_, unique) = shares(loadings, matrix);
    if explained + unique > 0.0 { Ok(explained / (explained + unique)) } else { Err(ONE_CONSTANT) }
}

/// The mean correlation of item pairs.
///
/// # Errors
/// `Undefined` with one item.
pub fn average_r(correlations: &Matrix) -> Result<f64, Absence> {
    let pairs = correlations.above().count();
    if pairs == 0 { Err(TWO_ITEMS) } else { Ok(sum(correlations.above()) / pairs as f64) }
}

/// The median correlation of item pairs.
///
/// # Errors
/// `Undefined` with one item.
pub fn median_r(correlations: &Matrix) -> Result<f64, Absence> {
    crate::measure::summary::median(correlations.above().collect()).ok_or(TWO_ITEMS)
}

/// The ratio of reliable to unreliable variance, `k r / (1 − r)` with the mean correlation r.
///
/// # Errors
/// `Undefined` with one item or a mean correlation of 1.
pub fn signal_noise(correlations: &Matrix) -> Result<f64, Absence> {
    let r = average_r(correlations)?;
    if r >= 1.0 { Err(NO_SPREAD) } else { Ok(correlations.size() as f64 * r / (1.0 - r)) }
}

/// Correlation of item `i` with the sum of the other items (psych's `r.drop`).
///
/// # Errors
/// `Undefined` with one item, or when the item or the rest does not vary.
pub fn item_rest(covariances: &Matrix, i: usize) -> Result<f64, Absence> {
    let rest = covariances.without(i);
    if rest.size() == 0 {
        return Err(TWO_ITEMS);
    }
    let total = sum(rest.diagonal()) + 2.0 * sum(rest.above());
    let own = covariances.at(i, i);
    if own <= 0.0 || total <= 1e-12 * sum(rest.diagonal()) || total <= 0.0 {
        return Err(Absence::Undefined("the item or the rest of the scale does not vary"));
    }
    let cross = sum((0..covariances.size()).filter(|j| *j != i).map(|j| covariances.at(i, j)));
    Ok(cross / sqrt(own * total))
}

/// Correlation of item `i` with the sum of all items, itself included.
///
/// # Errors
/// As [`alpha`]; `Undefined` when the item does not vary.
pub fn item_total(covariances: &Matrix, i: usize) -> Result<f64, Absence> {
    let (_, total) = totals(covariances)?;
    let own = covariances.at(i, i);
    if own <= 0.0 { Err(ONE_CONSTANT) } else { Ok(sum(covariances.row(i).iter().copied()) / sqrt(own * total)) }
}

/// Correlation of item `i` with the scale, the overlap replaced by squared multiple correlations (psych's `r.cor`).
///
/// # Errors
/// `Undefined` with one item or when one item is a sum of others.
pub fn item_total_corrected(correlations: &Matrix, i: usize) -> Result<f64, Absence> {
    totals(correlations)?;
    let inverse = correlations.inverse().ok_or(SINGULAR)?;
    let shared = |k: usize| 1.0 - 1.0 / inverse.at(k, k);
    let total = 2.0 * sum(correlations.above()) + sum((0..correlations.size()).map(shared));
    if total <= 0.0 {
        return Err(NO_SPREAD);
    }
    let others = sum((0..correlations.size()).filter(|j| *j != i).map(|j| correlations.at(i, j)));
    Ok((others + shared(i)) / sqrt(total))
}

/// Alpha of the other items.
///
/// # Errors
/// As [`alpha`], of the other items.
pub fn alpha_if_dropped(covariances: &Matrix, i: usize) -> Result<f64, Absence> {
    alpha(&covariances.without(i))
}

/// Odd items against even ones, in the order given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SplitHalf {
    /// The correlation of the two sums.
    pub r: f64,
    /// Stepped up to the full length, `2r/(1+r)` (Spearman 1910; Brown 1910).
    pub spearman_brown: f64,
    /// Guttman's lambda-4 of this split, `4 cov / variance`.
    pub guttman: f64,
}

/// The split into odd and even items.
///
/// # Errors
/// As [`alpha`]; `Undefined` when a half does not vary.
pub fn odd_even(covariances: &Matrix) -> Result<SplitHalf, Absence> {
    let (_, total) = totals(covariances)?;
    let size = covariances.size();
    let block = |a: usize, b: usize| {
        sum((a..size).step_by(2).flat_map(|i| (b..size).step_by(2).map(move |j| covariances.at(i, j))))
    };
    let (odd, even, cross) = (block(0, 0), block(1, 1), block(0, 1));
    if odd <= 0.0 || even <= 0.0 {
        return Err(Absence::Undefined("a half of the scale does not vary"));
    }
    let r = cross / sqrt(odd * even);
    Ok(SplitHalf { r, spearman_brown: 2.0 * r / (1.0 + r), guttman: 4.0 * cross / total })
}

/// The standard error of measurement `sd · √(1 − reliability)`, in the unit of `sd`.
///
/// # Errors
/// `Undefined` for a reliability outside 0 to 1: the error of a score that measures nothing is unknown.
pub fn standard_error_of_measurement(sd: f64, reliability: f64) -> Result<f64, Absence> {
    if (0.0..=1.0).contains(&reliability) {
        Ok(sd * sqrt(1.0 - reliability))
    } else {
        Err(Absence::Undefined("the reliability is not between 0 and 1"))
    }
}

/// The standard error of a difference of two scores of one person, `√2 · SEM`.
pub fn difference_error(sem: f64) -> f64 {
    sem * std::f64::consts::SQRT_2
}

/// The reliable change index `(after − before) / (√2 · SEM)`; beyond ±1.96 a change is more than error of
/// measurement (Jacobson and Truax 1991).
///
/// # Errors
/// `Undefined` without error of measurement.
pub fn reliable_change(before: f64, after: f64, sem: f64) -> Result<f64, Absence> {
    if sem > 0.0 {
        Ok((after - before) / difference_error(sem))
    } else {
        Err(Absence::Undefined("the scale has no error of measurement"))
    }
}

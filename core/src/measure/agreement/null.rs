//! What answers would look like without any agreement: null distributions for rwg.

use crate::measure::value::Absence;

/// A null distribution of answers to an item of A options.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Null {
    /// Every option alike: `(A² − 1)/12` (James, Demaree and Wolf 1984).
    Uniform,
    /// A slight habit of agreeing; A from 5 to 11.
    SlightSkew,
    /// A moderate habit of agreeing; A from 5 to 11.
    ModerateSkew,
    /// A heavy habit of agreeing; A from 5 to 11.
    HeavySkew,
    /// A habit of the middle, falling to both ends; A from 5 to 11.
    Triangular,
    /// A habit of the middle, shaped like a normal distribution; A from 5 to 11.
    Normal,
    /// Half at each end: `(A − 1)²/4` (Lindell and Brandt 1997).
    MaximumDissensus,
    /// A variance of the caller's, in squared points.
    Given(f64),
}

/// Published error variances by A, from 5 to 11: slight, moderate and heavy skew, triangular, normal (LeBreton and
/// Senter 2008, table 2; two decimals as printed).
const PUBLISHED: [[f64; 5]; 7] = [
    [1.34, 0.90, 0.44, 1.32, 1.04],
    [1.85, 1.26, 0.69, 1.45, 1.25],
    [2.90, 2.14, 1.39, 2.10, 1.40],
    [3.47, 2.79, 2.35, 2.81, 1.73],
    [5.66, 4.73, 3.16, 3.00, 1.58],
    [6.30, 5.09, 3.46, 2.89, 1.45],
    [7.31, 6.32, 4.02, 3.32, 1.40],
];

impl Null {
    /// Those with a name.
    pub const NAMED: [Null; 7] = [
        Null::Uniform,
        Null::SlightSkew,
        Null::ModerateSkew,
        Null::HeavySkew,
        Null::Triangular,
        Null::Normal,
        Null::MaximumDissensus,
    ];

    /// A snake_case name, of which variants of rwg are made.
    pub fn as_str(self) -> &'static str {
        match self {
            Null::Uniform => "uniform",
            Null::SlightSkew => "slight_skew",
            Null::ModerateSkew => "moderate_skew",
            Null::HeavySkew => "heavy_skew",
            Null::Triangular => "triangular",
            Null::Normal => "normal",
            Null::MaximumDissensus => "maximum_dissensus",
            Null::Given(_) => "given",
        }
    }

    pub(crate) fn clipped(self) -> &'static str {
        match self {
            Null::Uniform => "uniform_clipped",
            Null::SlightSkew => "slight_skew_clipped",
            Null::ModerateSkew => "moderate_skew_clipped",
            Null::HeavySkew => "heavy_skew_clipped",
            Null::Triangular => "triangular_clipped",
            Null::Normal => "normal_clipped",
            Null::MaximumDissensus => "maximum_dissensus_clipped",
            Null::Given(_) => "given_clipped",
        }
    }

    pub(crate) fn raw(self) -> &'static str {
        match self {
            Null::Uniform => "uniform_raw",
            Null::SlightSkew => "slight_skew_raw",
            Null::ModerateSkew => "moderate_skew_raw",
            Null::HeavySkew => "heavy_skew_raw",
            Null::Triangular => "triangular_raw",
            Null::Normal => "normal_raw",
            Null::MaximumDissensus => "maximum_dissensus_raw",
            Null::Given(_) => "given_raw",
        }
    }

    /// Its variance on `options` points, in squared points.
    ///
    /// # Errors
    /// `Undefined` where nothing is published for so many options, for fewer than two options, and for a given
    /// variance that is not a positive number.
    ///
    /// ```
    /// use colead::measure::Null;
    /// assert_eq!(Null::Uniform.variance(5), Ok(2.0));
    /// assert_eq!(Null::SlightSkew.variance(7), Ok(2.9));
    /// assert!(Null::Normal.variance(4).is_err());
    /// ```
    pub fn variance(self, options: usize) -> Result<f64, Absence> {
        if let Null::Given(v) = self {
            let good = v.is_finite() && v > 0.0;
            return if good { Ok(v) } else { Err(Absence::Undefined("the variance of the null is not positive")) };
        }
        if options < 2 {
            return Err(Absence::Undefined("an item needs two options"));
        }
        let a = options as f64;
        let column = match self {
            Null::Uniform => return Ok((a * a - 1.0) / 12.0),
            Null::MaximumDissensus => return Ok((a - 1.0) * (a - 1.0) / 4.0),
            Null::SlightSkew => 0,
            Null::ModerateSkew => 1,
            Null::HeavySkew => 2,
            Null::Triangular => 3,
            Null::Normal | Null::Given(_) => 4,
        };
        let row = options.checked_sub(5).and_then(|i| PUBLISHED.get(i));
        row.and_then(|r| r.get(column))
            .copied()
            .ok_or(Absence::Undefined("no variance of this null is published for so many options"))
    }
}

/// The variance of any distribution over the steps `0, 1, …`, from its probabilities or weights.
///
/// # Errors
/// `Undefined` when the weights are negative or all zero.
///
/// ```
/// let slight = [0.05, 0.15, 0.2, 0.35, 0.25];
/// assert!((colead::measure::variance_of_weights(&slight)? - 1.34).abs() < 1e-12);
/// # Ok::<(), colead::measure::Absence>(())
/// ```
pub fn variance_of_weights(weights: &[f64]) -> Result<f64, Absence> {
    let total = crate::num::sum(weights.iter().copied());
    if weights.iter().any(|w| !w.is_finite() || *w < 0.0) || total <= 0.0 {
        return Err(Absence::Undefined("weights are not negative, and one is positive"));
    }
    let steps = || weights.iter().enumerate().map(|(i, w)| (i as f64, w / total));
    let mean = crate::num::sum(steps().map(|(x, p)| x * p));
    Ok(crate::num::sum(steps().map(|(x, p)| p * (x - mean) * (x - mean))))
}

/// The weights of a discrete triangle on `options` points, rising to the middle and falling again; its variance is
/// the exact one of which table 2 of LeBreton and Senter rounds the probabilities.
pub fn triangular_weights(options: usize) -> Vec<f64> {
    (0..options).map(|i| (i + 1).min(options - i) as f64).collect()
}

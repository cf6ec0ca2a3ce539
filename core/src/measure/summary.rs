//! A distribution of values over units in five numbers.

use super::value::Absence;
use crate::num::{sqrt, sum};

/// Values over units; those without one are counted apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Units with a value.
    pub units: u64,
    /// Units without one.
    pub absent: u64,
    /// The mean, every unit alike.
    pub mean: f64,
    /// The median.
    pub median: f64,
    /// The standard deviation over units − 1; `None` of one.
    pub sd: Option<f64>,
    /// The least.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

/// Sums up values over units.
///
/// # Errors
/// `TooFew` when no unit has one.
pub fn summarize<'a>(values: impl IntoIterator<Item = &'a Result<f64, Absence>>) -> Result<Summary, Absence> {
    let (mut known, mut absent) = (Vec::new(), 0);
    for value in values {
        match value {
            Ok(v) => known.push(*v),
            Err(_) => absent += 1,
        }
    }
    let n = known.len() as f64;
    let Some(median) = median(known.clone()) else { return Err(Absence::TooFew { n: 0, need: 1 }) };
    let mean = sum(known.iter().copied()) / n;
    let squares = sum(known.iter().map(|v| (v - mean) * (v - mean)));
    Ok(Summary {
        units: known.len() as u64,
        absent,
        mean,
        median,
        sd: (n > 1.0).then(|| sqrt(squares / (n - 1.0))),
        min: known.iter().copied().fold(f64::INFINITY, f64::min),
        max: known.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    })
}

/// The median; `None` of nothing.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    match values.get(middle.wrapping_sub(1)) {
        Some(lower) if values.len().is_multiple_of(2) => Some((lower + upper) / 2.0),
        _ => Some(upper),
    }
}

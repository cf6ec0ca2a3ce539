//! What a call of `assess` may choose.

use crate::error::{Error, Result};
use crate::evidence::{Direction, Instrument, days_from_iso};

/// The largest seed: every language and JSON hold it exactly.
pub const MAX_SEED: u64 = (1 << 53) - 1;

/// The day in a text, as [`Options::as_of`].
///
/// # Errors
/// `bad_day`.
pub fn day_of(text: &str) -> Result<i64> {
    days_from_iso(text).ok_or_else(|| {
        Error::input("bad_day", format!("`{text}` is no day")).at("as_of").help("write a date such as 2024-06-30")
    })
}

/// What a call may choose.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// The questionnaire that the responses answer.
    pub instrument: Option<Instrument>,
    /// The confidence; the framework's when `None`.
    pub confidence: Option<f64>,
    /// The seed of everything drawn, 0 when `None`; at most [`MAX_SEED`].
    pub seed: Option<u64>,
    /// Columns of `responses` that say something of the people, such as `tenure`: scores are given for their
    /// categories too, as far as that gives nobody away.
    pub cuts: Vec<String>,
    /// The day whose organization and memberships hold, counted from 1970-01-01; the latest rows when `None`.
    pub as_of: Option<i64>,
    /// Which end of a tie looks to the other; without it, what depends on it is missing.
    pub direction: Option<Direction>,
}

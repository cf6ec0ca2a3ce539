//! What a call of `assess` may choose.

use crate::evidence::{Direction, Instrument};

/// The largest seed: every language and JSON hold it exactly.
pub const MAX_SEED: u64 = (1 << 53) - 1;

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
    /// Which end of a tie looks to the other; without it, what depends on it is missing.
    pub direction: Option<Direction>,
}

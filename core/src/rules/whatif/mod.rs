//! What would change a conclusion, what would settle it, and how far it is from another.

mod aims;
mod ask;
mod confidence;
mod counterfactual;
mod distance;
mod evidence;
mod reach;
mod robustness;
mod search;

pub use ask::NextQuestion;
pub use confidence::ConfidenceFlips;
pub use counterfactual::{Change, Counterfactual, Flip, Setting};
pub use evidence::{Evidence, EvidenceSet, Respondents};
pub use robustness::{FlipPoint, Robustness};

pub(crate) use reach::Ways;
pub(crate) use search::{Aim, Cheapest, Goal, Purse, Search};

//! Evidence and tallies become numbers, each with its people, its uncertainty and its origin.

mod challenge;
mod decision_rights;
mod decisions;
mod facts;
mod value;

pub use challenge::{PooledRatings, Ratings, pool_ratings};
pub use decision_rights::{RightsMeasures, decision_rights};
pub use decisions::{MIN_RANKERS, approvals, decision_days, kendalls_w};
pub use facts::join_facts;
pub use value::{Absence, Estimate, MeasureValue, Origin};

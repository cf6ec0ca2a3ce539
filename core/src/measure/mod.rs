//! Evidence and tallies become numbers, each with its people, its uncertainty and its origin.

mod challenge;
mod value;

pub use challenge::{PooledRatings, Ratings, pool_ratings};
pub use value::{Absence, Estimate, MeasureValue, Origin};

//! Evidence and tallies become numbers, each with its people, its uncertainty and its origin.

mod value;

pub use value::{Absence, Estimate, MeasureValue, Origin};

//! What would change a conclusion, and what would settle it.

mod counterfactual;

pub use counterfactual::{Counterfactual, NextQuestion};

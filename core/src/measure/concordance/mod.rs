//! Concordance: how alike leaders rank priorities, how near to the declared order, and whether there are camps.
//!
//! Agreement is not accuracy: leaders may agree on an order nobody declared, so both are measured.

mod agreement;
mod camps;
mod fidelity;
mod lists;
mod row;
mod table;

pub use agreement::{Agreement, agreement};
pub use camps::{Camps, MAX_LEADERS, View, camps};
pub use fidelity::{Fidelity, MIN_LEADERS, fidelity, link, mean_interval};
pub(crate) use fidelity::{correlation, mean_and_error, nearness};
pub(crate) use lists::mean_places;
pub use lists::{Condition, List, Lists};
pub use row::{FacetRow, facets_to_table};
pub use table::{By, concordance};
pub(crate) use table::{nearness_row, signal};

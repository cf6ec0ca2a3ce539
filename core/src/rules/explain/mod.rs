//! Why: a tree that mirrors a rule's condition, which of its ends decide, and what a rule that fails lacked. Made on
//! demand, never in batch.

mod decisive;
mod near;
mod step;
mod tree;

pub use near::NearMiss;
pub use step::{EXPLANATION_SCHEMA, Leaf, Step};
pub use tree::{Node, Role, Tree};

pub(crate) use step::{observed, short, short_probability};

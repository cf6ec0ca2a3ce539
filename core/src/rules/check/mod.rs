//! What a rulebook must be beyond its grammar: connected without cycles, true to its own tests, and free of rules that
//! contradict, cover or never reach one another.

mod connect;
mod one_rule;
mod options;
mod own_tests;
mod report;
pub(super) mod search;

pub(super) use connect::connect;
pub(super) use own_tests::{outcome, run_tests};
pub use report::CHECK_BUDGET;
pub(super) use report::{in_words, on_boxes};

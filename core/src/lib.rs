#![doc = "colead: is leadership being produced?"]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

// The tests of the crate and those beside it share their random rulebooks.
#[cfg(test)]
extern crate self as colead;

pub mod assess;
mod dice;
pub mod document;
pub mod error;
mod error_text;
pub mod evidence;
mod grammar;
pub mod interview;
pub mod json;
pub mod measure;
pub mod num;
mod paper;
pub mod release;
pub mod rules;
pub mod simulate;
pub mod tally;
pub mod vocabulary;

pub use error::{Diagnostic, Error, Family, Result, Severity};

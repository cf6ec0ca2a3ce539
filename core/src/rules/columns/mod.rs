//! Questions put to many cases at once, measure by measure, by the same definition as to one case.
//!
//! [`Columns`] holds the cases, one column a measure. A [`Program`] is a set of questions made ready: the conditions
//! of their rules as one list, each written once. It runs over 512 rows at a time. Exact and missing values are
//! Kleene's logic on bits (`bits`). Where a value has a standard error, probabilities are computed to five decimals
//! for 64 rows at once (`lanes`), and wherever five decimals cannot tell, the row is computed again by the functions
//! that judge one case (`exact`). The verdicts are therefore those of one case, row by row.

mod batch;
mod bits;
mod codes;
mod exact;
mod lanes;
mod program;
mod run;
mod table;
mod verdicts;

pub use batch::{Codes, Columns, Numbers, Validity};
pub use program::Program;
#[doc(hidden)]
pub use run::Processor;
pub use verdicts::{Effort, Outcome, Verdicts};

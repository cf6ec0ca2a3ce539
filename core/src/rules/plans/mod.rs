//! Plans: levers that people mean to pull, held against a diagnosis. The rules that warn are ordinary rules of
//! questions about a `plan`, and look at measures that count the plan's levers.

mod diagnosis;
mod lever;
mod lint;
mod pulled;
mod suggest;

pub use diagnosis::Diagnosis;
pub use lever::{Counts, Lever};
pub use lint::{Lint, Warning, WarningKind};
pub use pulled::{MAX_LEVERS, Plan, Pulled};
pub use suggest::Suggestion;

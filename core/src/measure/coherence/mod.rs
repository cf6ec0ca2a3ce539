//! Coherence: does leadership stay of one piece as pressure rises? Facets of it, each with what it estimates, what
//! chance gives, and an interval only where one covers.
//!
//! No published measure of coherence exists; these are this library's own proposals, version [`VERSION`].

mod bytes;
mod change;
mod counts;
mod facets;
mod layers;
mod reinforcement;
mod timing;

pub use counts::{Counts, DecisionCounts, Joint, MAX_COUNT, MAX_PRIORITIES, Place, Told};
pub use facets::{Coherence, coherence};
pub use layers::{LayerOrder, layer_order};
pub use reinforcement::{MIN_CODER_AGREEMENT, MIN_DECISIONS, Reinforcement, difference_interval};
pub use timing::{MIN_TIMED, Timing, timing};

/// The version of these proposals; a number computed by another version is another number.
pub const VERSION: &str = "1";

//! The leadership models: closed types where a signature needs one, and the catalogue of concepts as data.
//!
//! This room knows no other room.

mod catalogue;
mod theory;

pub(crate) use catalogue::{CONCEPT, PROMPT, WORK};
pub use catalogue::{Catalogue, Cite, Concept, FILES as CATALOGUE_FILES, Prompt, Work};
pub use theory::{
    Capability, ChallengeKind, Change, InformantRole, LeadershipSource, Obstacle, Puller, RelationalUnit, TYPED, Task,
};

//! Evidence and a framework joined: measures are taken, questions are put, judgments come out.

mod assessment;
mod classify;
mod documents;
mod gather;
mod manifest;
mod project;
mod subject;
mod survey;
mod units;

pub use assessment::{Assessed, Assessment, MAX_SEED, Options, assess};
pub use classify::{CHALLENGE, classify_challenge, criteria};
pub use documents::{classify_documents, components_from_json, facts_from_json};
pub use manifest::Manifest;
pub use project::{PolicySettings, Project, SETTINGS};
pub use subject::Subject;
pub use units::Units;

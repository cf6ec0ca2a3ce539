//! Evidence and a framework joined: measures are taken, questions are put, judgments come out.

mod assessment;
mod census;
mod classify;
mod coherence;
mod documents;
mod gather;
mod manifest;
mod options;
mod project;
mod subject;
mod survey;
mod units;

pub(crate) use assessment::loss_note;
pub use assessment::{Assessed, Assessment, assess};
pub(crate) use census::{DIRECT, REPORTS, Wave};
pub use census::{MAX_CATEGORIES, People};
pub use classify::{CHALLENGE, classify_challenge, criteria};
pub use documents::{classify_documents, components_from_json, facts_from_json};
pub use manifest::Manifest;
pub use options::{MAX_SEED, Options};
pub use project::{PolicySettings, Project, SETTINGS};
pub use subject::Subject;
pub use units::Units;

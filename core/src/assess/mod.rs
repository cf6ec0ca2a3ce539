//! Evidence and a framework joined: measures are taken, questions are put, judgments come out.

mod agenda;
mod assessment;
mod census;
mod classify;
mod coherence;
mod documents;
mod gather;
mod manifest;
mod networks;
mod options;
mod preflight;
mod preflight_text;
mod project;
mod sources;
mod subject;
mod survey;
mod units;

pub(crate) use agenda::Items;
pub use agenda::{Agenda, AgendaItem, Bearing};
pub(crate) use assessment::loss_note;
pub use assessment::{Assessed, Assessment, assess};
pub(crate) use census::{DIRECT, POOLED, REPORTS, Wave};
pub use census::{MAX_CATEGORIES, People};
pub use classify::{CHALLENGE, classify_challenge, criteria};
pub use documents::{classify_documents, components_from_json, facts_from_json};
pub use manifest::Manifest;
pub(crate) use networks::CONNECTION;
pub use networks::FORMAL;
pub(crate) use networks::MEASURES as TIE_MEASURES;
pub use options::{MAX_SEED, Options};
pub use preflight::{AtHand, OptionReach, PREFLIGHT_SCHEMA, Piece, Preflight, QuestionReach, Reach};
pub use project::{PolicySettings, Project, SETTINGS};
pub use sources::Source;
pub use subject::Subject;
pub use units::Units;

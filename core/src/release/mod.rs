//! The one narrow door: what may leave an assessment, under which terms, and how it reads.

mod audit;
mod audit_documents;
mod coherence;
mod groups;
mod history;
mod ledger;
mod ledger_read;
mod pattern;
mod peers;
mod plan;
mod policy;
#[allow(clippy::module_inception)]
mod release;
mod sheet;
mod suppress;
mod text;
mod text_groups;
mod text_units;

pub use crate::assess::People;
pub use audit::{Audit, AuditOptions, Leak, Level, MAX_CELLS, TableCell, Tables, Values, audit, suppress};
pub use audit_documents::audit_documents;
pub use coherence::CoherenceSection;
pub use groups::GroupCell;
pub use ledger::{Entry, LEDGER_FORMAT, Ledger};
pub use pattern::Audited;
pub use plan::Rank;
pub use policy::{DisclosurePolicy, PURPOSES, SPREAD_FROM};
pub use release::{BAND, JudgmentCell, RELEASE_SCHEMA, Release, ScoreCell, UnitCell};

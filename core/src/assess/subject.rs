//! What a judgment is about: a unit between people or a challenge, never a person.

use crate::vocabulary::RelationalUnit;
use std::fmt;

/// What a judgment is about. There is no variant for a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Subject {
    /// A group, up to the whole organization.
    Unit(RelationalUnit),
    /// A challenge, or one component of it.
    Challenge {
        /// Its id.
        id: String,
        /// The component, when it was described by components.
        component: Option<String>,
    },
}

impl Subject {
    /// A group.
    pub fn unit(id: impl Into<String>) -> Subject {
        Subject::Unit(RelationalUnit::group(id))
    }

    /// `unit` or `challenge`.
    pub fn kind(&self) -> &'static str {
        match self {
            Subject::Unit(_) => "unit",
            Subject::Challenge { .. } => "challenge",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Unit(unit) => unit.fmt(f),
            Subject::Challenge { id, component: None } => f.write_str(id),
            Subject::Challenge { id, component: Some(part) } => write!(f, "{id}: {part}"),
        }
    }
}

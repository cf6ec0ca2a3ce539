//! `allow = { code = "reason" }`: a constraint that is set aside in one place, and why that is right there.

use crate::document::Fields;
use crate::grammar::{Key, Shape};
use crate::rules::model::Allow;

/// The constraints that may be set aside.
const CODES: &[Key] = &[
    Key::new("hypotheses_only", Shape::Text, "why an option of the question is never more than a hypothesis"),
    Key::new("mixed_set", Shape::Text, "why things of different sets stand together here"),
    Key::new("person_level", Shape::Text, "why what describes persons counts for a group here"),
];
pub(crate) const ALLOW: Shape = Shape::Table(CODES);

pub(super) fn read_allow(f: &Fields<'_>) -> Vec<Allow> {
    let Some(table) = f.get("allow").and_then(|a| a.table(CODES)) else { return Vec::new() };
    let mut found = Vec::new();
    for key in CODES {
        let Some(at) = table.get(key.name) else { continue };
        let Some(why) = at.text() else { continue };
        if why.trim().is_empty() {
            at.error("missing_reason", format!("`{}` is allowed without a reason", key.name), key.says);
        }
        found.push(Allow { code: key.name, why: why.to_owned(), mark: at.mark() });
    }
    found
}

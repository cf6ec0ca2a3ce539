//! `[set.x]`: things that belong together, such as the tasks that one work names, and are not mixed with another set.

use super::{CONCEPTS, MANY, names, usable};
use crate::document::{At, Fields};
use crate::grammar::{Key, Shape};
use crate::rules::model::{Inner, Set};
use std::collections::HashSet;

pub(crate) const SET: &[Key] = &[
    Key::new("members", Shape::List(&Shape::Id, 1, MANY), "what belongs to it: ids of measures or options").needed(),
    Key::new("title", Shape::Text, "what it is called"),
    Key::new("concepts", CONCEPTS, "the concepts it serves"),
    Key::new("note", Shape::Text, "a remark, such as who named it and when"),
];

pub(super) fn read_sets(inner: &mut Inner, file: &Fields<'_>) {
    for (id, at) in file.get("set").and_then(|a| a.entries()).unwrap_or_default() {
        if !usable(&at, id) {
            continue;
        }
        let Some(f) = at.table(SET) else { continue };
        let Some(given) = f.need("members") else { continue };
        let members = names(&given);
        let distinct: HashSet<&String> = members.iter().collect();
        if members.is_empty() || distinct.len() != members.len() {
            let help = "name each member once";
            given.error("bad_members", format!("the set `{id}` needs distinct members"), help);
        }
        if !inner.set_index.insert(id.to_owned()) {
            at.error(
                "duplicate_id",
                format!("the set `{id}` is declared twice"),
                "keep one of them, or choose another id",
            );
        }
        inner.sets.push(Set {
            id: id.to_owned(),
            title: f.text_or_empty("title"),
            members,
            concepts: f.get("concepts").map(|a| inner.catalogue.known_concepts(&a)).unwrap_or_default(),
            mark: at.mark(),
        });
    }
}

/// The set that a measure or a question names; one that is not declared is a fault.
pub(super) fn read_set(inner: &Inner, at: &At<'_>) -> Option<String> {
    let name = at.id()?;
    if !inner.set_index.contains(name) {
        let near = at.suggest(name, inner.sets.iter().map(|s| s.id.as_str()));
        let help = if near.is_empty() { format!("declare it as [set.{name}] with its members") } else { near };
        at.error("unknown_set", format!("unknown set `{name}`"), help);
    }
    Some(name.to_owned())
}

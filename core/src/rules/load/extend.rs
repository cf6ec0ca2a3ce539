//! A framework that extends the built-in one: the files of both are read as one. Rules that the extension replaces are
//! taken out of the base, and whatever refers to them there refers to what replaces them.

use super::FILES;
use crate::document::{At, Diagnostics, Document, Kind, Node};
use crate::error::{Diagnostic, Severity};
use crate::vocabulary::CATALOGUE_FILES;
use std::collections::HashMap;

/// The framework that can be extended.
pub(super) const BASE: &str = "collective-leadership";

/// Whether one of the files asks for the base: `extends` in its header.
pub(super) fn extends(documents: &[Document]) -> bool {
    let asked = |d: &Document| match d.root.get("framework")?.get("extends").map(|n| &n.kind) {
        Some(Kind::Text(id)) => Some(id == BASE),
        _ => None,
    };
    documents.iter().filter_map(asked).any(|asks| asks)
}

/// The files of the base, under names that no file of the extension has.
pub(super) fn base_files() -> Vec<(String, &'static str)> {
    CATALOGUE_FILES.iter().chain(FILES).map(|(name, text)| (format!("{BASE}/{name}"), *text)).collect()
}

/// Whether a file is one of the base's.
pub(in crate::rules) fn of_base(file: &str) -> bool {
    file.strip_prefix(BASE).is_some_and(|rest| rest.starts_with('/'))
}

/// Takes the rules that the extension replaces out of the base. Two rules that replace the same one are a fault.
pub(super) fn replace(base: &mut [Document], own: &[Document], faults: &Diagnostics) {
    let mut heirs: HashMap<String, String> = HashMap::new();
    for document in own {
        let rules =
            At::root(document, faults).entries().unwrap_or_default().into_iter().find(|(key, _)| *key == "rule");
        let Some((_, rules)) = rules.filter(|(_, at)| matches!(at.node.kind, Kind::List(_))) else { continue };
        for at in rules.list().unwrap_or_default() {
            let Some(Kind::Text(id)) = at.node.get("id").map(|n| &n.kind) else { continue };
            let Some(Kind::List(old)) = at.node.get("replaces").map(|n| &n.kind) else { continue };
            for old in old.iter().filter_map(text) {
                if let Some(other) = heirs.insert(old.to_owned(), id.clone()) {
                    let message = format!("the rule `{old}` is replaced by `{other}` and by `{id}`");
                    at.error("duplicate_id", message, "let one of them replace it");
                }
            }
        }
    }
    for document in base {
        if let Kind::Map(sections) = &mut document.root.kind {
            for (_, rules) in sections.iter_mut().filter(|(name, _)| name == "rule") {
                if let Kind::List(rules) = &mut rules.kind {
                    rules.retain(|r| r.get("id").and_then(text).is_none_or(|id| !heirs.contains_key(id)));
                }
            }
        }
        refer(&mut document.root, &heirs);
    }
}

fn text(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Text(text) => Some(text),
        _ => None,
    }
}

/// Lets every `holds` refer to the heir of a rule that is gone. The parser bounds how deep files nest.
fn refer(node: &mut Node, heirs: &HashMap<String, String>) {
    match &mut node.kind {
        Kind::List(items) => items.iter_mut().for_each(|n| refer(n, heirs)),
        Kind::Map(entries) => {
            for (key, value) in entries {
                match (key.as_str(), &mut value.kind) {
                    ("holds", Kind::Text(id)) => {
                        if let Some(heir) = heirs.get(id) {
                            id.clone_from(heir);
                        }
                    }
                    _ => refer(value, heirs),
                }
            }
        }
        _ => {}
    }
}

/// What is told of the base is what the extension makes of it: not that the base has measures and tests of its own
/// fashion; and a test of the base that an extension turns is a warning, since turning it can be meant.
pub(super) fn told(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let quiet = |d: &Diagnostic| {
        of_base(&d.file) && d.severity == Severity::Warning && ["unused_measure", "untested"].contains(&d.code)
    };
    found.into_iter().filter(|d| !quiet(d)).collect()
}

//! Digests of a framework: of all that it says, and of what decides.

use crate::document::{Document, Kind, Node};
use crate::json;
use serde_json::{Map, Value};

/// What decides, by section: all else may change without a different verdict anywhere.
const LOGIC: &[(&str, &[&str])] = &[
    ("framework", &["id", "confidence"]),
    ("measure", &["score", "category", "about", "scale", "minus", "instrument", "reads", "actionable", "step"]),
    ("question", &["options", "mode", "about", "parts_differ", "overlap"]),
    ("scorecard", &["items", "bands"]),
    ("rule", &["id", "says", "strength", "when", "unless", "requires"]),
];

/// Digests of all that is said and of what decides, independent of layout and of how many files there are.
pub(super) fn digests(documents: &[Document]) -> (String, String) {
    let mut all = Map::new();
    for d in documents {
        if let Kind::Map(sections) = &d.root.kind {
            for (name, node) in sections {
                merge(all.entry(name.clone()).or_insert(Value::Null), node);
            }
        }
    }
    let logic: Map<String, Value> = LOGIC
        .iter()
        .filter_map(|(section, kept)| Some(((*section).to_owned(), decides(section, all.get(*section)?, kept))))
        .collect();
    let digest = |v: &Value| json::sha256(json::canonical(v).as_bytes());
    (digest(&Value::Object(all)), digest(&Value::Object(logic)))
}

fn merge(into: &mut Value, node: &Node) {
    match (into, node.to_json()) {
        (Value::Array(a), Value::Array(b)) => a.extend(b),
        (Value::Object(a), Value::Object(b)) => a.extend(b),
        (slot, value) => *slot = value,
    }
}

/// The entries of a section reduced to the keys that decide. Ids are keys of a table too, so the names of measures
/// are never taken for prose, whatever they are.
fn decides(section: &str, value: &Value, kept: &[&str]) -> Value {
    let reduced = |v: &Value| match v {
        Value::Object(map) => Value::Object(
            map.iter()
                .filter(|(k, v)| kept.contains(&k.as_str()) && !v.is_null())
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect(),
        ),
        other => other.clone(),
    };
    match value {
        Value::Array(items) => Value::Array(items.iter().map(reduced).collect()),
        Value::Object(map) if section != "framework" => {
            Value::Object(map.iter().map(|(id, v)| (id.clone(), reduced(v))).collect())
        }
        other => reduced(other),
    }
}

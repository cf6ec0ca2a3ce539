//! Digests of a framework: of all that it says, and of what decides.

use super::SECTIONS;
use crate::document::{Document, Kind, Node};
use crate::grammar::{Key, Shape};
use crate::json;
use serde_json::{Map, Value};

/// Digests of all that is said and of what decides: independent of layout, of how many files there are and of their
/// order, and of the order of sections and rules. Options, categories, bands and tests keep theirs: it can matter.
pub(super) fn digests(documents: &[Document]) -> (String, String) {
    let mut all = Map::new();
    for d in documents {
        if let Kind::Map(sections) = &d.root.kind {
            for (name, node) in sections {
                merge(all.entry(name.clone()).or_insert(Value::Null), node);
            }
        }
    }
    let mut logic: Map<String, Value> = SECTIONS
        .iter()
        .filter_map(|section| Some((section.name.to_owned(), decides(section, all.get(section.name)?)?)))
        .collect();
    for document in [&mut all, &mut logic] {
        // Lists of tables are sets of things with ids.
        for list in document.values_mut().filter_map(Value::as_array_mut) {
            list.sort_by_cached_key(json::canonical);
        }
    }
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

/// The entries of a section reduced to the keys that decide, if any do. Ids are keys of a table too, so the names of
/// measures are never taken for prose, whatever they are.
fn decides(section: &Key, value: &Value) -> Option<Value> {
    let keys = match section.shape {
        Shape::Table(keys) | Shape::Tables(keys) => keys,
        Shape::List(Shape::Table(keys), ..) => *keys,
        _ => return None,
    };
    let kept: Vec<&str> = keys.iter().filter(|k| k.decides).map(|k| k.name).collect();
    if kept.is_empty() {
        return None;
    }
    let reduced = |v: &Value| match v {
        Value::Object(map) => Value::Object(
            map.iter()
                .filter(|(k, v)| kept.contains(&k.as_str()) && !v.is_null())
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect(),
        ),
        other => other.clone(),
    };
    Some(match (section.shape, value) {
        (Shape::List(..), Value::Array(items)) => Value::Array(items.iter().map(reduced).collect()),
        (Shape::Tables(_), Value::Object(map)) => {
            Value::Object(map.iter().map(|(id, v)| (id.clone(), reduced(v))).collect())
        }
        (_, other) => reduced(other),
    })
}

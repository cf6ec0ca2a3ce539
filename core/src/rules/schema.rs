//! The grammar of rulebooks as JSON Schema, from the same tables that the reader reads by.

use super::condition::FORMS;
use super::load::SECTIONS;
use crate::grammar::{Key, Shape};
use serde_json::{Map, Value, json};

/// The grammar of rulebooks as a JSON Schema (draft 2020-12), for editors and for machines that write rulebooks. It
/// is closed: what it does not name is refused. It knows shapes only; that names are known, ranges kept and tests
/// passed is what [`check`](super::check) tells.
///
/// ```
/// let schema = colead::rules::schema();
/// assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
/// assert_eq!(schema["properties"]["rule"]["items"]["required"][0], "id");
/// ```
pub fn schema() -> Value {
    let mut document = table(SECTIONS);
    if let Value::Object(map) = &mut document {
        map.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        map.insert("title".to_owned(), json!("a colead rulebook"));
        // One framework may be spread over several files, so no section is required of one.
        let description = "measures, questions and rules; TOML and JSON share this grammar";
        map.insert("description".to_owned(), json!(description));
        map.insert("$defs".to_owned(), json!({ "condition": condition(), "id": id() }));
    }
    // A measure is a number or a category.
    if let Some(Value::Object(measure)) = document.pointer_mut("/properties/measure/additionalProperties") {
        measure.insert("oneOf".to_owned(), json!([{ "required": ["score"] }, { "required": ["category"] }]));
    }
    document
}

fn shape(shape: Shape) -> Value {
    match shape {
        Shape::Text => json!({ "type": "string" }),
        Shape::Id => json!({ "$ref": "#/$defs/id" }),
        Shape::Number => json!({ "type": "number" }),
        Shape::Whole(lo, hi) => {
            let mut whole = json!({ "type": "integer" });
            for (key, bound, open) in [("minimum", lo, i64::MIN), ("maximum", hi, i64::MAX)] {
                if let (Value::Object(map), true) = (&mut whole, bound != open) {
                    map.insert(key.to_owned(), json!(bound));
                }
            }
            whole
        }
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::Word(known) => json!({ "enum": known() }),
        Shape::List(item, least, most) => {
            let mut list = json!({ "type": "array", "items": self::shape(*item) });
            for (key, bound, open) in [("minItems", least, 0), ("maxItems", most, usize::MAX)] {
                if let (Value::Object(map), true) = (&mut list, bound != open) {
                    map.insert(key.to_owned(), json!(bound));
                }
            }
            list
        }
        Shape::Row(parts) => {
            let parts: Vec<Value> = parts.iter().map(|p| self::shape(*p)).collect();
            json!({ "type": "array", "minItems": parts.len(), "prefixItems": parts, "items": false })
        }
        Shape::Table(keys) => table(keys),
        Shape::Tables(keys) => by_id(table(keys)),
        Shape::Values(of) => by_id(self::shape(*of)),
        Shape::Either(of) => json!({ "anyOf": of.iter().map(|s| self::shape(*s)).collect::<Vec<_>>() }),
        Shape::Condition => json!({ "$ref": "#/$defs/condition" }),
    }
}

fn by_id(values: Value) -> Value {
    json!({ "type": "object", "propertyNames": { "$ref": "#/$defs/id" }, "additionalProperties": values })
}

fn table(keys: &[Key]) -> Value {
    let needed: Vec<&str> = keys.iter().filter(|k| k.needed).map(|k| k.name).collect();
    let mut map = Map::new();
    map.insert("type".to_owned(), json!("object"));
    map.insert("properties".to_owned(), properties(keys));
    if !needed.is_empty() {
        map.insert("required".to_owned(), json!(needed));
    }
    map.insert("additionalProperties".to_owned(), json!(false));
    Value::Object(map)
}

fn properties(keys: &[Key]) -> Value {
    let described = |key: &Key| {
        let mut value = shape(key.shape);
        if let Value::Object(map) = &mut value {
            map.insert("description".to_owned(), json!(key.says));
        }
        (key.name.to_owned(), value)
    };
    Value::Object(keys.iter().map(described).collect())
}

fn condition() -> Value {
    json!({
        "description": "a condition: a table with one key, its form",
        "type": "object",
        "properties": properties(FORMS),
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": false,
    })
}

fn id() -> Value {
    // White space and control characters, spelled out because editors differ in what `\s` means.
    let pattern = r"^[^\u0000-\u0020\u0060\u007F-\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+$";
    json!({
        "description": "an id: 1 to 120 characters, no spaces, no backticks",
        "type": "string",
        "minLength": 1,
        "maxLength": 120,
        "pattern": pattern,
    })
}

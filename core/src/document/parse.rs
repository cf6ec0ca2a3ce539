//! Text to a tree: TOML and JSON, each value with its place.

use super::json_places::place;
use super::source::Source;
use super::{Kind, MAX_BYTES, MAX_DEPTH, Mark, Node};
use crate::error::{Diagnostic, Error, Result, Severity};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::ops::Range;

/// One named source text and its tree.
#[derive(Debug, Clone)]
pub struct Document {
    /// The name of the file, or empty.
    pub name: String,
    /// The root, always a table.
    pub root: Node,
    pub(super) source: Source<String>,
}

impl Document {
    /// Parses TOML or JSON; JSON is recognised by its first character `{`.
    #[allow(clippy::result_large_err)] // Rare, and every caller wants the diagnostic whole.
    pub fn parse(name: &str, text: &str) -> Result<Document, Diagnostic> {
        let fail = |code, message: String, help: &str, span: Option<Range<usize>>| {
            let mut mark = Mark { file: name.to_owned(), ..Mark::default() };
            let source = span.map(|span| (Source::new(text), span));
            if let Some((source, span)) = &source {
                mark.place(source, span);
            }
            let mut d = mark.diagnostic(Severity::Error, code, message, help);
            if let Some((source, _)) = &source {
                d.quote_from(source);
            }
            d
        };
        if text.len() > MAX_BYTES {
            let message = format!("the file has {} bytes, more than the {MAX_BYTES} allowed", text.len());
            return Err(fail("too_large", message, "split it, or leave out what no rule uses", None));
        }
        let json = text.trim_start().starts_with('{');
        let root = if json {
            let mut de = serde_json::Deserializer::from_str(text);
            let node = Node::deserialize(&mut de).and_then(|n| de.end().map(|()| n));
            let mut node = node.map_err(|e| {
                let message = e.to_string();
                let code = json_code(&message);
                let at = Source::new(text).offset(e.line(), e.column());
                let mut d = fail(code, message.clone(), json_help(code), Some(at..at));
                // serde_json appends its own place to the message.
                let said = message.split(" at line ").next().unwrap_or(&message);
                d.message = said.replace("EOF while parsing", "the file ends inside");
                if code == "too_deep" {
                    d.message = format!("the file nests deeper than {MAX_DEPTH} levels");
                }
                d
            })?;
            place(&mut node, text);
            node
        } else {
            let table = toml::de::DeTable::parse(text).map_err(|e| {
                let message = e.message().lines().next().unwrap_or("invalid TOML").to_lowercase();
                if message.contains("recursion") {
                    return fail(
                        "too_deep",
                        format!("the file nests deeper than {MAX_DEPTH} levels"),
                        json_help("too_deep"),
                        e.span(),
                    );
                }
                if message.contains("duplicate key") {
                    return fail("duplicate_key", message, json_help("duplicate_key"), e.span());
                }
                fail("syntax", message, "see https://toml.io for the syntax", e.span())
            })?;
            let span = table.span();
            let root = toml::de::DeValue::Table(table.into_inner());
            from_toml(&root, span, 0)
                .map_err(|(code, message, span)| fail(code, message, number_help(code), Some(span)))?
        };
        if depth(&root) > MAX_DEPTH {
            let message = format!("the file nests deeper than {MAX_DEPTH} levels");
            return Err(fail("too_deep", message, json_help("too_deep"), None));
        }
        Ok(Document { name: name.to_owned(), root, source: Source::new(text.to_owned()) })
    }

    /// The place of a node, remembered.
    pub(super) fn mark(&self, node: &Node, path: &str) -> Mark {
        let mut mark = Mark { file: self.name.clone(), path: path.to_owned(), ..Mark::default() };
        if let Some(span) = &node.span {
            mark.place(&self.source, span);
        }
        mark
    }
}

impl Mark {
    fn place<T: AsRef<str>>(&mut self, source: &Source<T>, span: &Range<usize>) {
        (self.line, self.column) = source.position(span.start);
        (self.end_line, self.end_column) = source.position(span.end);
    }
}

/// Parses JSON strictly: duplicate keys, bad numbers and deep nesting are errors.
pub fn parse_json(what: &str, text: &str) -> Result<Node> {
    let mut de = serde_json::Deserializer::from_str(text);
    Node::deserialize(&mut de).and_then(|n| de.end().map(|()| n)).map_err(|e| {
        let message = e.to_string();
        let code = json_code(&message);
        Error::input(code, format!("{what}: {message}")).at(what.to_owned()).help(json_help(code))
    })
}

fn json_code(message: &str) -> &'static str {
    if message.contains("duplicate key") {
        "duplicate_key"
    } else if message.contains("recursion limit") {
        "too_deep"
    } else {
        "syntax"
    }
}

fn json_help(code: &str) -> &'static str {
    match code {
        "duplicate_key" => "keep one of the two entries",
        "too_deep" => "nest less: conditions may be 16 levels deep",
        _ => "give well-formed JSON (RFC 8259)",
    }
}

fn number_help(code: &str) -> &'static str {
    match code {
        "not_finite" => "leave the value out when it is not known",
        "out_of_range" => "give a number of at most 18 digits",
        _ => json_help(code),
    }
}

fn depth(node: &Node) -> usize {
    // Bounded: both parsers refuse documents beyond about 128 levels.
    1 + match &node.kind {
        Kind::List(items) => items.iter().map(depth).max().unwrap_or(0),
        Kind::Map(entries) => entries.iter().map(|(_, v)| depth(v)).max().unwrap_or(0),
        _ => 0,
    }
}

type TomlFault = (&'static str, String, Range<usize>);

fn from_toml(value: &toml::de::DeValue<'_>, span: Range<usize>, level: usize) -> Result<Node, TomlFault> {
    use toml::de::DeValue;
    if level > MAX_DEPTH {
        return Err(("too_deep", format!("the file nests deeper than {MAX_DEPTH} levels"), span));
    }
    let kind = match value {
        DeValue::String(s) => Kind::Text(s.to_string()),
        DeValue::Integer(i) => match i64::from_str_radix(i.as_str(), i.radix()) {
            Ok(i) => Kind::Int(i),
            Err(_) => return Err(("out_of_range", format!("`{}` is too large a number", i.as_str()), span)),
        },
        DeValue::Float(f) => match f.as_str().parse::<f64>() {
            Ok(x) if x.is_finite() => Kind::Float(x),
            _ => return Err(("not_finite", format!("`{}` is not a finite number", f.as_str()), span)),
        },
        DeValue::Boolean(b) => Kind::Bool(*b),
        DeValue::Datetime(d) => Kind::Text(d.to_string()),
        DeValue::Array(items) => {
            let items = items.iter().map(|v| from_toml(v.get_ref(), v.span(), level + 1)).collect::<Result<_, _>>()?;
            Kind::List(items)
        }
        DeValue::Table(entries) => {
            let mut map: Vec<_> = entries.iter().collect();
            // Order of the source, so that diagnostics and documents follow the file.
            map.sort_by_key(|(k, _)| k.span().start);
            let map = map
                .into_iter()
                .map(|(k, v)| Ok((k.get_ref().to_string(), from_toml(v.get_ref(), v.span(), level + 1)?)))
                .collect::<Result<_, TomlFault>>()?;
            Kind::Map(map)
        }
    };
    Ok(Node { kind, span: Some(span) })
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Kind;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }
            fn visit_unit<E>(self) -> Result<Kind, E> {
                Ok(Kind::Null)
            }
            fn visit_bool<E>(self, v: bool) -> Result<Kind, E> {
                Ok(Kind::Bool(v))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Kind, E> {
                Ok(Kind::Int(v))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Kind, E> {
                Ok(i64::try_from(v).map_or(Kind::Float(v as f64), Kind::Int))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Kind, E> {
                Ok(Kind::Float(v))
            }
            fn visit_str<E>(self, v: &str) -> Result<Kind, E> {
                Ok(Kind::Text(v.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Kind, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Kind::List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kind, A::Error> {
                let mut entries: Vec<(String, Node)> = Vec::new();
                let mut seen = std::collections::HashSet::new();
                while let Some(key) = map.next_key::<String>()? {
                    if !seen.insert(key.clone()) {
                        return Err(serde::de::Error::custom(format!("duplicate key `{key}`")));
                    }
                    let value = map.next_value()?;
                    entries.push((key, value));
                }
                Ok(Kind::Map(entries))
            }
        }
        deserializer.deserialize_any(V).map(|kind| Node { kind, span: None })
    }
}

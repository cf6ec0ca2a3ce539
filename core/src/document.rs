//! A file that a person wrote (TOML) or a machine sent (JSON), as one tree that knows where each
//! value stands, and a reader that turns it into types while it collects every fault it meets.

use crate::error::{Diagnostic, Error, Family, Result, Severity, suggest};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::Range;

/// The largest document read, in bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// The deepest nesting of a document; the parsers' own limits map to the same diagnostic.
pub const MAX_DEPTH: usize = 64;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Bytes of the source, for TOML.
    pub span: Option<Range<usize>>,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Kind {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Int(_) | Kind::Float(_) => "a number",
            Kind::Text(_) => "text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a table",
        }
    }
}

impl Node {
    /// The node as a JSON value, without places.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(b) => Value::Bool(*b),
            Kind::Int(i) => Value::from(*i),
            Kind::Float(f) => Value::from(*f),
            Kind::Text(s) => Value::from(s.clone()),
            Kind::List(items) => Value::Array(items.iter().map(Node::to_json).collect()),
            Kind::Map(entries) => Value::Object(entries.iter().map(|(k, v)| (k.clone(), v.to_json())).collect()),
        }
    }

    /// The entry `key` of a table.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }
}

/// One named source text and its tree.
#[derive(Debug, Clone)]
pub struct Document {
    /// The name of the file, or empty.
    pub name: String,
    /// The root, always a table.
    pub root: Node,
    line_starts: Vec<usize>,
    text: String,
}

impl Document {
    /// Parses TOML or JSON; JSON is recognised by its first character `{`.
    #[allow(clippy::result_large_err)] // Rare, and every caller wants the diagnostic whole.
    pub fn parse(name: &str, text: &str) -> Result<Document, Diagnostic> {
        let fail = |code, message: String, help: &str, span: Option<Range<usize>>| {
            let (line, column) = match &span {
                Some(s) => position(&line_starts(text), text, s.start),
                None => (None, None),
            };
            Diagnostic {
                code,
                severity: Severity::Error,
                message,
                file: name.to_owned(),
                path: String::new(),
                line,
                column,
                help: help.to_owned(),
                witness: None,
            }
        };
        if text.len() > MAX_BYTES {
            let message = format!("the file has {} bytes, more than the {MAX_BYTES} allowed", text.len());
            return Err(fail("too_large", message, "split it, or leave out what no rule uses", None));
        }
        let json = text.trim_start().starts_with('{');
        let root = if json {
            let mut de = serde_json::Deserializer::from_str(text);
            let node = Node::deserialize(&mut de).and_then(|n| de.end().map(|()| n));
            node.map_err(|e| {
                let message = e.to_string();
                let code = json_code(&message);
                let mut d = fail(code, message.clone(), json_help(code), None);
                (d.line, d.column) = (u32::try_from(e.line()).ok(), u32::try_from(e.column()).ok());
                // serde_json appends its own place to the message.
                let said = message.split(" at line ").next().unwrap_or(&message);
                d.message = said.replace("EOF while parsing", "the file ends inside");
                if code == "too_deep" {
                    d.message = format!("the file nests deeper than {MAX_DEPTH} levels");
                }
                d
            })?
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
        Ok(Document { name: name.to_owned(), root, line_starts: line_starts(text), text: text.to_owned() })
    }

    fn place(&self, node: &Node) -> (Option<u32>, Option<u32>) {
        match &node.span {
            Some(span) => position(&self.line_starts, &self.text, span.start),
            None => (None, None),
        }
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

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1)).collect()
}

fn position(starts: &[usize], text: &str, offset: usize) -> (Option<u32>, Option<u32>) {
    let line = starts.partition_point(|s| *s <= offset).max(1);
    let start = starts.get(line - 1).copied().unwrap_or(0);
    let column = text.get(start..offset).map_or(0, |s| s.chars().count()) + 1;
    (u32::try_from(line).ok(), u32::try_from(column).ok())
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

/// The most errors that are kept of a refused file: nobody reads more, and memory stays bounded.
const MAX_ERRORS: usize = 1_000;
/// The most errors that get a "did you mean": looking for near names is the dear part of a fault.
const MAX_SUGGESTIONS: usize = 20;

/// Collects diagnostics while documents are read.
#[derive(Debug, Default)]
pub struct Diagnostics {
    kept: RefCell<Vec<Diagnostic>>,
    errors: Cell<usize>,
}

impl Diagnostics {
    /// Adds one that was made elsewhere.
    pub fn push(&self, d: Diagnostic) {
        if d.severity == Severity::Error {
            self.errors.set(self.errors.get().saturating_add(1));
            if self.errors.get() > MAX_ERRORS {
                return;
            }
        }
        self.kept.borrow_mut().push(d);
    }

    /// Whether an error was met.
    pub fn failed(&self) -> bool {
        self.errors.get() > 0
    }

    /// All of them, in order; of very many errors the first thousand.
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.kept.into_inner()
    }

    /// Ok when no error was met.
    pub fn finish(self, family: Family) -> Result<Vec<Diagnostic>> {
        if self.failed() { Err(Error::from_diagnostics(family, self.into_vec())) } else { Ok(self.into_vec()) }
    }
}

/// A value being read: the node, the path to it, and where faults go.
#[derive(Clone)]
pub struct At<'a> {
    /// The node.
    pub node: &'a Node,
    doc: &'a Document,
    faults: &'a Diagnostics,
    path: String,
}

impl<'a> At<'a> {
    /// The root of a document.
    pub fn root(doc: &'a Document, faults: &'a Diagnostics) -> At<'a> {
        At { node: &doc.root, doc, faults, path: String::new() }
    }

    /// The path to here.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A remembered place, for faults found after reading.
    pub fn mark(&self) -> Mark {
        let (line, column) = self.doc.place(self.node);
        Mark { file: self.doc.name.clone(), path: self.path.clone(), line, column }
    }

    /// Reports an error here.
    pub fn error(&self, code: &'static str, message: impl Into<String>, help: impl Into<String>) {
        let help: String = help.into();
        // Where no near name is found, or too many were looked for already.
        let help = if help.is_empty() { "mend it, or leave it out".to_owned() } else { help };
        self.faults.push(self.mark().diagnostic(Severity::Error, code, message, help));
    }

    /// Reports a warning here.
    pub fn warning(&self, code: &'static str, message: impl Into<String>, help: impl Into<String>) {
        self.faults.push(self.mark().diagnostic(Severity::Warning, code, message, help));
    }

    fn item(&self, node: &'a Node, index: usize) -> At<'a> {
        At { node, doc: self.doc, faults: self.faults, path: format!("{}[{index}]", self.path) }
    }

    fn entry(&self, node: &'a Node, key: &str) -> At<'a> {
        let dot = if self.path.is_empty() { "" } else { "." };
        // Every child carries its path, so a monstrous key must not be copied into all of them.
        let key: String = key.escape_debug().take(120).collect();
        At { node, doc: self.doc, faults: self.faults, path: format!("{}{dot}{key}", self.path) }
    }

    fn wrong(&self, wanted: &str) {
        let message = format!("expected {wanted}, found {}", self.node.kind.name());
        self.error("type_mismatch", message, format!("give {wanted} here"));
    }

    /// Text.
    pub fn text(&self) -> Option<&'a str> {
        match &self.node.kind {
            Kind::Text(s) => Some(s),
            _ => {
                self.wrong("text");
                None
            }
        }
    }

    /// An id: 1 to 120 printable characters without spaces or backticks.
    pub fn id(&self) -> Option<&'a str> {
        self.text().filter(|s| self.names(s))
    }

    /// Whether the key under which this value stands can be an id; a fault when it cannot.
    pub fn names(&self, s: &str) -> bool {
        let fine =
            !s.is_empty() && s.len() <= 120 && !s.chars().any(|c| c.is_whitespace() || c.is_control() || c == '`');
        if !fine {
            let help = "an id has 1 to 120 characters, no spaces, no backticks";
            let shown: String = s.escape_debug().take(120).collect();
            self.error("bad_id", format!("`{shown}` is not an id"), help);
        }
        fine
    }

    /// "did you mean `x`", or what is known when that is short; empty once a file has many faults.
    pub fn suggest<'c>(&self, wanted: &str, candidates: impl IntoIterator<Item = &'c str> + Clone) -> String {
        if self.crowded() { String::new() } else { suggest(wanted, candidates) }
    }

    /// Whether the document has so many faults already that no more near names are looked for.
    pub fn crowded(&self) -> bool {
        self.faults.errors.get() >= MAX_SUGGESTIONS
    }

    /// A finite number.
    pub fn number(&self) -> Option<f64> {
        match &self.node.kind {
            Kind::Int(i) => Some(*i as f64),
            Kind::Float(f) if f.is_finite() => Some(*f),
            _ => {
                self.wrong("a finite number");
                None
            }
        }
    }

    /// An integer.
    pub fn integer(&self) -> Option<i64> {
        match &self.node.kind {
            Kind::Int(i) => Some(*i),
            _ => {
                self.wrong("a whole number");
                None
            }
        }
    }

    /// A boolean.
    pub fn boolean(&self) -> Option<bool> {
        match &self.node.kind {
            Kind::Bool(b) => Some(*b),
            _ => {
                self.wrong("true or false");
                None
            }
        }
    }

    /// The elements of a list.
    pub fn list(&self) -> Option<Vec<At<'a>>> {
        match &self.node.kind {
            Kind::List(items) => Some(items.iter().enumerate().map(|(i, n)| self.item(n, i)).collect()),
            _ => {
                self.wrong("a list");
                None
            }
        }
    }

    /// The texts of a list of texts; faults are reported and left out.
    pub fn texts(&self) -> Vec<&'a str> {
        self.list().unwrap_or_default().iter().filter_map(At::text).collect()
    }

    /// The entries of a table, in the order of the file.
    pub fn entries(&self) -> Option<Vec<(&'a str, At<'a>)>> {
        match &self.node.kind {
            Kind::Map(entries) => Some(entries.iter().map(|(k, n)| (k.as_str(), self.entry(n, k))).collect()),
            _ => {
                self.wrong("a table");
                None
            }
        }
    }

    /// A table whose keys are known: unknown keys are faults, with a suggestion.
    pub fn fields(&self, known: &[&str]) -> Option<Fields<'a>> {
        let entries = self.entries()?;
        for (key, at) in &entries {
            if !known.contains(key) {
                let shown: String = key.escape_debug().take(120).collect();
                at.error("unknown_key", format!("unknown key `{shown}`"), at.suggest(key, known.iter().copied()));
            }
        }
        Some(Fields { at: self.clone(), entries })
    }
}

/// A table with known keys.
pub struct Fields<'a> {
    at: At<'a>,
    entries: Vec<(&'a str, At<'a>)>,
}

impl<'a> Fields<'a> {
    /// The value of `key`; null counts as absent.
    pub fn get(&self, key: &str) -> Option<At<'a>> {
        self.entries.iter().find(|(k, _)| *k == key).map(|(_, at)| at.clone()).filter(|at| at.node.kind != Kind::Null)
    }

    /// The value of `key`; its absence is a fault.
    pub fn need(&self, key: &str) -> Option<At<'a>> {
        let found = self.get(key);
        if found.is_none() {
            let mut mark = self.at.mark();
            // The root has no path of its own: then the key is the place.
            if mark.path.is_empty() {
                key.clone_into(&mut mark.path);
            }
            let (message, help) = (format!("missing key `{key}`"), format!("add `{key}`"));
            self.at.faults.push(mark.diagnostic(Severity::Error, "missing_key", message, help));
        }
        found
    }

    /// Text under `key`, or empty.
    pub fn text_or_empty(&self, key: &str) -> String {
        self.get(key).and_then(|at| at.text()).unwrap_or_default().to_owned()
    }

    /// Texts under `key`, or none.
    pub fn texts(&self, key: &str) -> Vec<String> {
        self.get(key).map(|at| at.texts().into_iter().map(str::to_owned).collect()).unwrap_or_default()
    }

    /// Where the table stands.
    pub fn at(&self) -> &At<'a> {
        &self.at
    }
}

/// A remembered place of a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mark {
    /// The file, or empty.
    pub file: String,
    /// Path into the document.
    pub path: String,
    /// 1-based line, for TOML.
    pub line: Option<u32>,
    /// 1-based column, for TOML.
    pub column: Option<u32>,
}

impl Mark {
    /// A diagnostic at this place.
    pub fn diagnostic(
        &self,
        severity: Severity,
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            code,
            severity,
            message: message.into(),
            file: self.file.clone(),
            path: self.path.clone(),
            line: self.line,
            column: self.column,
            help: help.into(),
            witness: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toml_and_json_give_the_same_tree() {
        let t = Document::parse("a.toml", "x = 1\n[[rule]]\nid = 'r'\nwhen = { gt = ['m', 0.5] }\n")
            .map_err(|d| d.to_string());
        let j = Document::parse("a.json", r#"{"x":1,"rule":[{"id":"r","when":{"gt":["m",0.5]}}]}"#)
            .map_err(|d| d.to_string());
        assert_eq!(t.map(|d| d.root.to_json()), j.map(|d| d.root.to_json()));
    }

    #[test]
    fn places_are_lines_and_characters() {
        let doc = Document::parse("a.toml", "x = 1\ny\u{e9} = [ 1, 'b' ]\n").map_err(|d| d.to_string());
        assert!(doc.is_err(), "bare keys are ASCII");
        let doc = Document::parse("a.toml", "x = 1\n\"\u{e9}\" = [ 1, 'b' ]\n").expect("valid");
        let faults = Diagnostics::default();
        let at = At::root(&doc, &faults);
        let list = at.entries().expect("map").pop().expect("two").1;
        assert!(list.list().expect("list").pop().expect("b").number().is_none());
        let d = faults.into_vec().pop().expect("one fault");
        assert_eq!((d.line, d.column, d.path.as_str()), (Some(2), Some(12), "\u{e9}[1]"));
    }

    #[test]
    fn duplicate_keys_and_deep_nesting_are_refused_in_both() {
        let code = |text: &str| Document::parse("f", text).map(|_| ()).map_err(|d| d.code);
        assert_eq!(code(r#"{"a":1,"a":2}"#), Err("duplicate_key"));
        assert_eq!(code("a = 1\na = 2\n"), Err("duplicate_key"));
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(1000), "]".repeat(1000));
        assert_eq!(code(&deep), Err("too_deep"));
        let deep = format!("a = {}1{}", "[".repeat(1000), "]".repeat(1000));
        assert_eq!(code(&deep), Err("too_deep"));
        let deep = format!("a = {}1{}", "[".repeat(70), "]".repeat(70));
        assert_eq!(code(&deep), Err("too_deep"));
        assert_eq!(code("a = nan"), Err("not_finite"));
        assert_eq!(code(&"#".repeat(MAX_BYTES + 1)), Err("too_large"));
    }
}

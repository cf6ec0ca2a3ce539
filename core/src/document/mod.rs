//! A file that a person wrote (TOML) or a machine sent (JSON), as one tree that knows where each
//! value stands, and a reader that turns it into types while it collects every fault it meets.

mod json_places;
mod parse;
mod source;

use crate::error::{Diagnostic, Error, Family, Result, Severity, suggest};
use std::cell::{Cell, RefCell};
use std::ops::Range;

pub use parse::{Document, parse_json};
pub(crate) use source::Source;

/// The largest document read, in bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// The deepest nesting of a document; the parsers' own limits map to the same diagnostic.
pub const MAX_DEPTH: usize = 64;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Bytes of the source, where it is known.
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

    /// Whether no more errors are kept.
    fn full(&self) -> bool {
        self.errors.get() >= MAX_ERRORS
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
        self.doc.mark(self.node, &self.path)
    }

    /// Reports an error here.
    pub fn error(&self, code: &'static str, message: impl Into<String>, help: impl Into<String>) {
        let help: String = help.into();
        // Where no near name is found, or too many were looked for already.
        let help = if help.is_empty() { "mend it, or leave it out".to_owned() } else { help };
        self.report(self.mark().diagnostic(Severity::Error, code, message, help));
    }

    /// Reports a warning here.
    pub fn warning(&self, code: &'static str, message: impl Into<String>, help: impl Into<String>) {
        self.report(self.mark().diagnostic(Severity::Warning, code, message, help));
    }

    fn report(&self, mut d: Diagnostic) {
        if !self.faults.full() {
            d.quote_from(&self.doc.source);
        }
        self.faults.push(d);
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
            self.at.report(mark.diagnostic(Severity::Error, "missing_key", message, help));
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
    /// 1-based line.
    pub line: Option<u32>,
    /// 1-based column, in characters.
    pub column: Option<u32>,
    /// The line in which it ends.
    pub end_line: Option<u32>,
    /// The column after its last character.
    pub end_column: Option<u32>,
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
            end_line: self.end_line,
            end_column: self.end_column,
            excerpt: String::new(),
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

//! One error type: a stable code, a message, where it was, and what to do about it.

use serde_json::{Value, json};

/// The result of every fallible call of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Which door refused: bindings map each family to an exception of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Family {
    /// Evidence, arguments or stored state that cannot be accepted.
    Input,
    /// A rulebook, catalogue or instrument file that cannot be accepted.
    Rulebook,
    /// A release that may not be made.
    Disclosure,
}

impl Family {
    /// `input`, `rulebook` or `disclosure`.
    pub fn as_str(self) -> &'static str {
        match self {
            Family::Input => "input",
            Family::Rulebook => "rulebook",
            Family::Disclosure => "disclosure",
        }
    }
}

/// Why a call was refused. Nothing was changed by the refused call.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", self.render())]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq)]
struct Inner {
    family: Family,
    code: &'static str,
    message: String,
    path: String,
    help: String,
    diagnostics: Vec<Diagnostic>,
}

impl Error {
    fn new(family: Family, code: &'static str, message: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            family,
            code,
            message: message.into(),
            path: String::new(),
            help: String::new(),
            diagnostics: Vec::new(),
        }))
    }

    /// An error about evidence, arguments or stored state.
    pub fn input(code: &'static str, message: impl Into<String>) -> Self {
        Error::new(Family::Input, code, message)
    }

    /// An error about a rulebook or instrument.
    pub fn rulebook(code: &'static str, message: impl Into<String>) -> Self {
        Error::new(Family::Rulebook, code, message)
    }

    /// A release that may not be made.
    pub fn disclosure(code: &'static str, message: impl Into<String>) -> Self {
        Error::new(Family::Disclosure, code, message)
    }

    /// A refused file: the first error speaks, all diagnostics are kept.
    pub fn from_diagnostics(family: Family, diagnostics: Vec<Diagnostic>) -> Self {
        let first = diagnostics.iter().find(|d| d.severity == Severity::Error).or(diagnostics.first());
        let mut error = match first {
            Some(d) => {
                // A fault of the whole text, handed in without a name, still has a place.
                let place = Some(d.place()).filter(|p| !p.is_empty());
                let whole = if family == Family::Rulebook { "rulebook" } else { "document" };
                Error::new(family, d.code, d.message.clone())
                    .at(place.unwrap_or_else(|| whole.to_owned()))
                    .help(d.help.clone())
            }
            None => Error::new(family, "refused", "the file was refused"),
        };
        error.0.diagnostics = diagnostics;
        error
    }

    /// Says where: a file, row and column, or a path into a document.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.0.path = path.into();
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = help.into();
        self
    }

    /// The family, which bindings map to exception classes.
    pub fn family(&self) -> Family {
        self.0.family
    }

    /// A stable machine-readable code in snake_case.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// What went wrong, with the input in backticks.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where it went wrong, or empty.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What to do about it, or empty.
    pub fn help_text(&self) -> &str {
        &self.0.help
    }

    /// Every diagnostic of a refused file, in order.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.0.diagnostics
    }

    /// The error as a JSON document (`family code message path help diagnostics`).
    pub fn to_json(&self) -> Value {
        json!({
            "family": self.0.family.as_str(),
            "code": self.0.code,
            "message": self.0.message,
            "path": self.0.path,
            "help": self.0.help,
            "diagnostics": self.0.diagnostics.iter().map(Diagnostic::to_json).collect::<Vec<_>>(),
        })
    }

    fn render(&self) -> String {
        let mut text = self.0.message.clone();
        if !self.0.path.is_empty() {
            text.push_str(&format!(" (at {})", self.0.path));
        }
        if !self.0.help.is_empty() {
            text.push_str(&format!("; {}", self.0.help));
        }
        text
    }
}

/// How grave a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file is accepted; a person should look.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// One finding about a rulebook or instrument file.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// Stable code in snake_case.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The file, when the framework was loaded from several.
    pub file: String,
    /// Path into the document, such as `rule[3].when.all[0].gt`.
    pub path: String,
    /// 1-based line.
    pub line: Option<u32>,
    /// 1-based column, in characters.
    pub column: Option<u32>,
    /// The line in which the fault ends.
    pub end_line: Option<u32>,
    /// The column after its last character.
    pub end_column: Option<u32>,
    /// Its line of the source with carets under it, as [`Diagnostic::quote`] makes it; empty without the source.
    pub excerpt: String,
    /// What to do.
    pub help: String,
    /// A case that shows the fault, where there is one: an object from measure to value, in which what is not named
    /// is missing. Of a cycle it is the list of its rules.
    pub witness: Option<Value>,
}

impl Diagnostic {
    /// Where it is, in one line: `file:line:column: path`.
    pub fn place(&self) -> String {
        let mut place = self.file.clone();
        if let (Some(line), Some(column)) = (self.line, self.column) {
            if !place.is_empty() {
                place.push(':');
            }
            place.push_str(&format!("{line}:{column}"));
        }
        if !self.path.is_empty() {
            if !place.is_empty() {
                place.push_str(": ");
            }
            place.push_str(&self.path);
        }
        place
    }

    /// The diagnostic as a JSON document.
    pub fn to_json(&self) -> Value {
        json!({
            "code": self.code,
            "severity": self.severity.as_str(),
            "message": self.message,
            "file": self.file,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line,
            "end_column": self.end_column,
            "rendered": self.to_string(),
            "help": self.help,
            "witness": self.witness,
        })
    }
}

/// The candidate nearest to `wanted`, when it is near enough to be a slip of the pen.
pub(crate) fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Long inputs are never slips of the pen, and the distance is quadratic.
    if wanted.len() > 64 {
        return None;
    }
    let wanted: Vec<char> = wanted.chars().collect();
    let limit = (wanted.len() / 3).max(1);
    let distance = |c: &str| edit_distance(&wanted, &c.chars().collect::<Vec<char>>(), limit);
    candidates
        .into_iter()
        .filter(|c| c.len() <= 64)
        .filter_map(|c| Some((distance(c)?, c)))
        .min_by(|a, b| a.cmp(b))
        .map(|(_, c)| c)
}

/// "did you mean `x`", or the list of what is known when it is short.
pub(crate) fn suggest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(near) = nearest(wanted, candidates.clone()) {
        return format!("did you mean `{near}`");
    }
    let known: Vec<&str> = candidates.into_iter().take(13).collect();
    match known.len() {
        0 => String::new(),
        1..=12 => format!("known: {}", known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ")),
        _ => String::new(),
    }
}

/// Insertions, deletions and replacements from one word to another, when they are at most so many.
fn edit_distance(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut least = left;
        for (cb, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let cost = diagonal + usize::from(ca != cb);
            left = cost.min(*above + 1).min(left + 1);
            diagonal = std::mem::replace(above, left);
            least = least.min(left);
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        // No way down costs less than the least of a row.
        if least > limit {
            return None;
        }
    }
    row.last().copied().filter(|d| *d <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_where_and_what_to_do() {
        let e = Error::input("unknown_unit", "unknown unit `t9`")
            .at("facts, row 3, column unit")
            .help("add `t9` to organization");
        assert_eq!(e.to_string(), "unknown unit `t9` (at facts, row 3, column unit); add `t9` to organization");
    }

    #[test]
    fn a_slip_of_the_pen_is_found() {
        assert_eq!(nearest("definabel", ["urgent", "definable"]), Some("definable"));
        assert_eq!(nearest("xyz", ["urgent", "definable"]), None);
        let distance = |a: &str, b: &str, limit| {
            edit_distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>(), limit)
        };
        assert_eq!(distance("kitten", "sitting", 3), Some(3));
        assert_eq!(distance("kitten", "sitting", 2), None);
        assert_eq!((distance("", "abc", 3), distance("abc", "", 3), distance("", "", 0)), (Some(3), Some(3), Some(0)));
        assert_eq!((distance("abcdef", "bcdefg", 2), distance("abc", "xbc", 1)), (Some(2), Some(1)));
    }
}

//! A diagnostic as text: what is wrong, the line of the source with carets under the fault, and what to do.

use crate::document::Source;
use crate::error::Diagnostic;
use serde_json::Value;
use std::fmt;

/// The widest piece of a line that is shown, in columns.
const WIDE: usize = 100;
/// What stands for the part of a line that is cut off.
const CUT: &str = "...";

impl Diagnostic {
    /// Keeps the line of the source in which the fault begins, with carets under it, for [`Display`](fmt::Display).
    /// A fault over several lines is underlined to the end of its first. Of a very long line the part around the
    /// fault is kept.
    ///
    /// ```
    /// let text = "[framework]\nid = 'f'\nversion = '1.0'\n";
    /// let found = colead::rules::check(text);
    /// assert_eq!(
    ///     found[0].to_string(),
    ///     "error[bad_version]: `1.0` is not a version
    ///  --> 3:11
    ///   |
    /// 3 | version = '1.0'
    ///   |           ^^^^^
    ///   = at: framework.version
    ///   = help: write it as 1.2.3"
    /// );
    /// ```
    pub fn quote(&mut self, source: &str) {
        self.quote_from(&Source::new(source));
    }

    /// As [`Diagnostic::quote`], of a text whose places are known.
    pub(crate) fn quote_from<T: AsRef<str>>(&mut self, source: &Source<T>) {
        let (Some(line), Some(column)) = (self.line, self.column) else { return };
        let Some((before, rest)) = source.split(line, column) else { return };
        let columns = match (self.end_line, self.end_column) {
            (Some(end), Some(after)) if end == line => after.saturating_sub(column) as usize,
            (Some(end), _) if end > line => usize::MAX,
            _ => 1,
        };
        let (shown, carets) = underline(before, rest, columns);
        let margin = " ".repeat(line.to_string().len());
        self.excerpt = format!("{margin} |\n{line} | {shown}\n{margin} | {carets}");
    }
}

/// One character as it is shown.
struct Cell {
    shown: String,
    width: usize,
}

impl Cell {
    fn of(c: char) -> Cell {
        match c {
            '\t' => Cell { shown: "    ".to_owned(), width: 4 },
            c if hidden(c) => Cell { shown: char::REPLACEMENT_CHARACTER.to_string(), width: 1 },
            c => Cell { shown: c.to_string(), width: width(c) },
        }
    }
}

/// Characters that would steer a terminal or turn the order of what is read.
fn hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Columns of a terminal: none for marks that combine, two for wide East Asian characters and pictures.
fn width(c: char) -> usize {
    match c {
        '\u{0300}'..='\u{036F}'
        | '\u{0483}'..='\u{0489}'
        | '\u{0591}'..='\u{05BD}'
        | '\u{064B}'..='\u{065F}'
        | '\u{1AB0}'..='\u{1AFF}'
        | '\u{1DC0}'..='\u{1DFF}'
        | '\u{200B}'..='\u{200D}'
        | '\u{20D0}'..='\u{20FF}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FE20}'..='\u{FE2F}'
        | '\u{FEFF}' => 0,
        '\u{1100}'..='\u{115F}'
        | '\u{2E80}'..='\u{303E}'
        | '\u{3041}'..='\u{A4CF}'
        | '\u{A960}'..='\u{A97F}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FE30}'..='\u{FE6F}'
        | '\u{FF00}'..='\u{FF60}'
        | '\u{FFE0}'..='\u{FFE6}'
        | '\u{1F300}'..='\u{1F64F}'
        | '\u{1F680}'..='\u{1F6FF}'
        | '\u{1F900}'..='\u{1FAFF}'
        | '\u{20000}'..='\u{3FFFD}' => 2,
        _ => 1,
    }
}

fn wide(cells: &[Cell]) -> usize {
    cells.iter().map(|c| c.width).sum()
}

/// The line, or the part of it around the fault, and the carets below it.
fn underline(before: &str, rest: &str, columns: usize) -> (String, String) {
    // What is far away is never shown, so it is not looked at: a line may have megabytes.
    let near = |text: &mut dyn Iterator<Item = char>| text.take(2 * WIDE).map(Cell::of).collect::<Vec<Cell>>();
    let mut lead = near(&mut before.chars().rev());
    let rest = near(&mut rest.chars());
    let all = wide(&lead) + wide(&rest) <= WIDE;
    let (fault, after) = rest.split_at_checked(columns).unwrap_or((&rest, &[]));
    // A fault gets most of the room, what stands before it half of what is left, what stands after it the rest.
    let shown = first(fault, WIDE);
    let room = WIDE.saturating_sub(wide(shown));
    let kept = if all { lead.len() } else { first(&lead, room / 2).len() };
    let cut_before = kept < lead.len();
    lead.truncate(kept);
    lead.reverse();
    let tail = if shown.len() < fault.len() { &[] } else { first(after, room.saturating_sub(wide(&lead))) };
    let cut_after = shown.len() + tail.len() < rest.len();
    let text = |cells: &[Cell]| cells.iter().map(|c| c.shown.as_str()).collect::<String>();
    let cut = |part: bool| if part { CUT } else { "" };
    let line = format!("{}{}{}{}{}", cut(cut_before), text(&lead), text(shown), text(tail), cut(cut_after));
    let carets = format!("{}{}", " ".repeat(cut(cut_before).len() + wide(&lead)), "^".repeat(wide(shown).max(1)));
    (line, carets)
}

/// As many from the beginning as there is room for.
fn first(cells: &[Cell], room: usize) -> &[Cell] {
    let mut used = 0;
    let kept = cells.iter().take_while(|c| {
        used += c.width;
        used <= room
    });
    cells.get(..kept.count()).unwrap_or_default()
}

/// The input in a message, without what would steer a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if hidden(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity.as_str(), self.code, plain(&self.message))?;
        let margin = " ".repeat(self.excerpt.bytes().take_while(|b| *b == b' ').count().max(1));
        let mut place = plain(&self.file);
        if let (Some(line), Some(column)) = (self.line, self.column) {
            let colon = if place.is_empty() { "" } else { ":" };
            place.push_str(&format!("{colon}{line}:{column}"));
        }
        if !place.is_empty() {
            // Points at the bar of the excerpt, when there is one.
            let margin = if self.excerpt.is_empty() { " " } else { margin.get(1..).unwrap_or("") };
            write!(f, "\n{margin}--> {place}")?;
        }
        if !self.excerpt.is_empty() {
            write!(f, "\n{}", self.excerpt)?;
        }
        if !self.path.is_empty() {
            write!(f, "\n{margin}= at: {}", plain(&self.path))?;
        }
        if !self.help.is_empty() {
            write!(f, "\n{margin}= help: {}", plain(&self.help))?;
        }
        if let Some(witness) = &self.witness {
            write!(f, "\n{margin}= case: {}", case(witness))?;
        }
        Ok(())
    }
}

/// A case in words: `warmth = 3, phase = late`.
fn case(witness: &Value) -> String {
    let word = |value: &Value| match value {
        Value::String(s) => plain(s),
        Value::Null => "missing".to_owned(),
        other => crate::json::canonical(other),
    };
    match witness {
        Value::Object(map) if !map.is_empty() => {
            map.iter().map(|(id, value)| format!("{} = {}", plain(id), word(value))).collect::<Vec<_>>().join(", ")
        }
        other => word(other),
    }
}

#[cfg(test)]
mod tests {
    use crate::document::Mark;
    use crate::error::{Diagnostic, Severity};
    use serde_json::json;

    fn at(source: &str, line: u32, columns: std::ops::Range<u32>) -> Diagnostic {
        let mark = Mark {
            file: "f.toml".to_owned(),
            line: Some(line),
            column: Some(columns.start),
            end_line: Some(line),
            end_column: Some(columns.end),
            ..Mark::default()
        };
        let mut d = mark.diagnostic(Severity::Error, "code", "message", "help");
        d.quote(source);
        d
    }

    fn carets(source: &str, line: u32, columns: std::ops::Range<u32>) -> (String, String) {
        let d = at(source, line, columns);
        let lines: Vec<&str> = d.excerpt.lines().collect();
        let body = |line: Option<&&str>| line.and_then(|l| l.split_once("| ")).map_or("", |(_, b)| b).to_owned();
        (body(lines.get(1)), body(lines.get(2)))
    }

    fn pair(a: &str, b: &str) -> (String, String) {
        (a.to_owned(), b.to_owned())
    }

    #[test]
    fn carets_stand_under_the_fault() {
        assert_eq!(carets("a = 1\nb = 22 # no\n", 2, 5..7), pair("b = 22 # no", "    ^^"));
        assert_eq!(carets("a = 1\r\nb = 2\r\n", 1, 5..6), pair("a = 1", "    ^"));
        assert_eq!(carets("\tb = 2", 1, 2..3), pair("    b = 2", "    ^"));
        assert_eq!(carets("名 = '前', 1", 1, 10..11), pair("名 = '前', 1", "           ^"));
        assert_eq!(carets("e\u{301} = 1", 1, 6..7), pair("e\u{301} = 1", "    ^"));
    }

    #[test]
    fn a_fault_at_the_end_or_over_many_lines_has_a_place() {
        assert_eq!(carets("a = ", 1, 5..5), pair("a = ", "    ^"));
        assert_eq!(carets("a = 1\n", 2, 1..1), pair("", "^"));
        let mut d = at("a = [\n1,\n]", 1, 5..6);
        (d.end_line, d.end_column) = (Some(3), Some(2));
        d.quote("a = [ 1,\n2,\n]");
        assert!(d.excerpt.ends_with("1 | a = [ 1,\n  |     ^^^^"), "{}", d.excerpt);
        assert_eq!(at("a = 1", 7, 1..2).excerpt, "", "a line that is not there");
        assert_eq!(carets("abc", 1, 90..95), pair("abc", "   ^"));
    }

    #[test]
    fn of_a_long_line_the_part_around_the_fault_is_shown() {
        let source = format!("{}FAULT{}", "x".repeat(100_000), "y".repeat(100_000));
        let (line, below) = carets(&source, 1, 100_001..100_006);
        assert!(line.len() < 120 && line.starts_with("...x") && line.ends_with("y..."), "{line}");
        assert_eq!(line.find("FAULT"), below.find('^'));
        assert_eq!(below.matches('^').count(), 5);
        let (line, below) = carets(&source, 1, 1..200_006);
        assert!(line.ends_with("...") && line.len() < 120 && below.len() < 120, "{line}");
    }

    #[test]
    fn nothing_in_a_file_steers_a_terminal() {
        let (line, below) = carets("a = '\u{1b}[31m\u{202e}' x", 1, 5..13);
        assert_eq!(line, "a = '\u{fffd}[31m\u{fffd}' x");
        assert_eq!(below, "    ^^^^^^^^");
        let mut d = at("a", 1, 1..2);
        d.message = "unknown `\u{1b}[2J`".to_owned();
        d.witness = Some(json!({ "warmth": 3.0, "phase": "la\u{7}te", "mood": null }));
        let text = d.to_string();
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{text:?}");
        assert!(text.contains("= case: mood = missing, phase = la\u{fffd}te, warmth = 3"), "{text}");
    }
}

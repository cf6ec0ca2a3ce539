//! Text for people: headings, and lines folded at one width.

use std::fmt::Write as _;

/// Lines are folded at this width.
const WIDTH: usize = 110;

/// A text that grows line by line.
#[derive(Debug, Default)]
pub(crate) struct Paper(String);

impl Paper {
    /// A heading, underlined.
    pub(crate) fn heading(&mut self, text: &str) {
        let _ = writeln!(self.0, "\n{text}\n{}", "-".repeat(text.chars().count()));
    }

    /// One line, however long.
    pub(crate) fn line(&mut self, level: usize, text: &str) {
        let _ = writeln!(self.0, "{}{text}", "  ".repeat(level));
    }

    /// A paragraph folded at the width, later lines indented once more.
    pub(crate) fn fold(&mut self, level: usize, text: &str) {
        let mut current = "  ".repeat(level);
        let mut empty = true;
        for word in text.split(' ') {
            if !empty && current.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(0, &current);
                current = "  ".repeat(level + 1);
                empty = true;
            }
            if !empty {
                current.push(' ');
            }
            current.push_str(word);
            empty = false;
        }
        self.line(0, &current);
    }

    /// What was written.
    pub(crate) fn text(self) -> String {
        self.0
    }
}

/// The first `most` of some names, and how many more there are.
pub(crate) fn listed(names: &[String], most: usize) -> String {
    match names.get(..most) {
        Some(first) if names.len() > most => format!("{} and {} more", first.join(", "), names.len() - most),
        _ => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paragraphs_are_folded_and_lose_no_word() {
        let text = "word ".repeat(100);
        let mut paper = Paper::default();
        paper.fold(1, text.trim_end());
        let out = paper.text();
        assert!(out.lines().all(|l| l.chars().count() <= WIDTH) && out.lines().count() > 4);
        assert_eq!(out.split_whitespace().count(), 100);
    }

    #[test]
    fn long_lists_are_cut_with_their_number() {
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!((listed(&names, 3), listed(&names, 1)), ("a, b, c".to_owned(), "a and 2 more".to_owned()));
    }
}

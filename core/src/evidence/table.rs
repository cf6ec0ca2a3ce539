//! A table of columns: the one shape in which evidence comes in, whatever file or stream it came from.

use crate::error::{Error, Result};

/// The most rows a table may have.
pub const MAX_ROWS: usize = 50_000_000;
/// The most bytes a cell of a file may have.
pub const MAX_CELL_BYTES: usize = 64 << 10;

/// The cells of one column; `None` is missing, which is never zero and never empty text.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Text, as CSV gives everything.
    Text(Vec<Option<String>>),
    /// Numbers.
    Float(Vec<Option<f64>>),
    /// Whole numbers.
    Int(Vec<Option<i64>>),
    /// True or false.
    Bool(Vec<Option<bool>>),
    /// Text by dictionary: the fast path for unit keys.
    Dictionary {
        /// The distinct texts.
        values: Vec<String>,
        /// An index into `values` a row.
        codes: Vec<Option<u32>>,
    },
}

impl Cells {
    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Cells::Text(v) => v.len(),
            Cells::Float(v) => v.len(),
            Cells::Int(v) => v.len(),
            Cells::Bool(v) => v.len(),
            Cells::Dictionary { codes, .. } => codes.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A named column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name, as given.
    pub name: String,
    /// Its cells.
    pub cells: Cells,
}

/// A named table: columns of equal length with distinct names.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    name: String,
    columns: Vec<Column>,
}

impl Table {
    /// A table of columns.
    ///
    /// # Errors
    /// `duplicate_column`, `unequal_columns`, `too_many_rows`, `bad_code` (a dictionary code without a value).
    pub fn new(name: impl Into<String>, columns: Vec<Column>) -> Result<Table> {
        let name = name.into();
        let rows = columns.first().map_or(0, |c| c.cells.len());
        check_rows(&name, rows)?;
        let mut seen = std::collections::HashSet::new();
        for c in &columns {
            if !seen.insert(c.name.as_str()) {
                return Err(Error::input("duplicate_column", format!("two columns are named {}", shown(&c.name)))
                    .at(name)
                    .help("rename or drop one of them"));
            }
            if c.cells.len() != rows {
                let message =
                    format!("column {} has {} rows, the first column has {rows}", shown(&c.name), c.cells.len());
                return Err(Error::input("unequal_columns", message).at(name).help("give columns of equal length"));
            }
            if let Cells::Dictionary { values, codes } = &c.cells
                && let Some(row) = codes.iter().position(|code| code.is_some_and(|k| k as usize >= values.len()))
            {
                return Err(Error::input("bad_code", "the dictionary code has no value in the dictionary")
                    .at(place(&name, row, &c.name))
                    .help("give codes below the number of dictionary values"));
            }
        }
        Ok(Table { name, columns })
    }

    /// Its name, such as `responses`.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The same table under another name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Table {
        self.name = name.into();
        self
    }
    /// Its columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }
    /// The column named `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |c| c.cells.len())
    }
}

/// Refuses more rows than [`MAX_ROWS`].
pub(super) fn check_rows(table: &str, rows: usize) -> Result<()> {
    if rows > MAX_ROWS {
        return Err(Error::input("too_many_rows", format!("more than {MAX_ROWS} rows"))
            .at(table)
            .help("split the table, or tally it in batches"));
    }
    Ok(())
}

/// Where a cell stands, for people: `facts, row 3, column unit` (rows count from 1, without the header).
pub(crate) fn place(table: &str, row: usize, column: &str) -> String {
    format!("{table}, row {}, column {column}", row + 1)
}

/// A user's text in backticks, cut when long, so that an error stays readable.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 80;
    let cut: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    // Quotes need no escape inside backticks.
    let cut = cut.replace("\\\"", "\"").replace("\\'", "'");
    if text.chars().nth(MOST).is_some() { format!("`{cut}...`") } else { format!("`{cut}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, cells: Cells) -> Column {
        Column { name: name.into(), cells }
    }

    fn refusal(columns: Vec<Column>) -> (&'static str, String) {
        let e = Table::new("t", columns).unwrap_err();
        (e.code(), e.path().to_owned())
    }

    #[test]
    fn columns_have_distinct_names_and_equal_lengths() {
        let one = || Cells::Int(vec![Some(1)]);
        assert_eq!(refusal(vec![column("a", one()), column("a", one())]), ("duplicate_column", "t".into()));
        let two = Cells::Int(vec![None, None]);
        assert_eq!(refusal(vec![column("a", one()), column("b", two)]), ("unequal_columns", "t".into()));
    }

    #[test]
    fn a_dictionary_code_needs_a_value() {
        let cells = Cells::Dictionary { values: vec!["x".into()], codes: vec![Some(0), None, Some(1)] };
        assert_eq!(refusal(vec![column("a", cells)]), ("bad_code", "t, row 3, column a".into()));
    }

    #[test]
    fn rows_are_limited() {
        let cells = Cells::Bool(vec![None; MAX_ROWS + 1]);
        assert_eq!(refusal(vec![column("a", cells)]), ("too_many_rows", "t".into()));
    }

    #[test]
    fn long_and_strange_texts_stay_readable() {
        assert_eq!(shown("it's \"x\"\n"), "`it's \"x\"\\n`");
        assert_eq!(shown(&"\u{e9}".repeat(100)).chars().count(), 80 + 5);
    }
}

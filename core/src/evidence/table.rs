//! A table of columns: the one shape in which evidence comes in, whatever file or stream it came from.

use crate::error::{Error, Result};

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
    /// `duplicate_column`, `unequal_columns`.
    pub fn new(name: impl Into<String>, columns: Vec<Column>) -> Result<Table> {
        let name = name.into();
        let rows = columns.first().map_or(0, |c| c.cells.len());
        let mut seen = std::collections::HashSet::new();
        for c in &columns {
            if !seen.insert(c.name.as_str()) {
                return Err(Error::input("duplicate_column", format!("two columns are named `{}`", c.name))
                    .at(name.clone())
                    .help("rename or drop one of them"));
            }
            if c.cells.len() != rows {
                let message = format!("column `{}` has {} rows, the first column has {rows}", c.name, c.cells.len());
                return Err(Error::input("unequal_columns", message)
                    .at(name.clone())
                    .help("give columns of equal length"));
            }
        }
        Ok(Table { name, columns })
    }

    /// Its name, such as `responses`.
    pub fn name(&self) -> &str {
        &self.name
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

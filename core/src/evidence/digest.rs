//! The digest of what was handed in: equal evidence gives equal digests, whatever the file format and the order
//! of columns and rows.
//!
//! A row is rendered cell by cell in a fixed order of columns, as values and not as written (`1.0` is `1`, a date
//! is its day, `yes` is true); a missing cell and a missing column are alike. Each row is hashed, the hashes of a
//! table are sorted, and the digest is the SHA-256 of all tables in a fixed order.

use super::reader::{Cell, Field};
use super::table::Table;
use crate::json::hex;
use crate::vocabulary::InformantRole;
use sha2::{Digest as _, Sha256};

/// Changed when the rendering changes, so that digests of different renderings never meet.
const VERSION: &[u8] = b"colead evidence 1\n";

/// What every table of evidence can say of its rows.
pub(super) trait Rows {
    /// How many there are.
    fn count(&self) -> usize;
    /// The unit that a row names and that must exist in the organization.
    fn unit(&self, row: usize) -> Option<&str>;
    /// Renders a row.
    fn render(&self, row: usize, line: &mut Line);
}

/// One rendered row: every cell is tagged and of known length, so that no two rows render alike by accident.
#[derive(Debug, Default)]
pub(super) struct Line(Vec<u8>);

impl Line {
    pub(super) fn text(&mut self, text: Option<&str>) -> &mut Line {
        match text.filter(|t| !t.is_empty()) {
            None => self.0.push(0),
            Some(t) => {
                self.0.push(1);
                self.0.extend((t.len() as u64).to_le_bytes());
                self.0.extend(t.as_bytes());
            }
        }
        self
    }

    pub(super) fn number(&mut self, value: Option<f64>) -> &mut Line {
        match value {
            None => self.0.push(0),
            Some(v) => {
                self.0.push(2);
                // Negative zero is zero.
                self.0.extend((v + 0.0).to_bits().to_le_bytes());
            }
        }
        self
    }

    pub(super) fn count(&mut self, value: Option<u64>) -> &mut Line {
        self.number(value.map(|n| n as f64))
    }

    pub(super) fn flag(&mut self, value: Option<bool>) -> &mut Line {
        self.text(value.map(|b| if b { "true" } else { "false" }))
    }

    /// Columns that came later: where they are empty, the row renders as it did without them.
    pub(super) fn told(&mut self, role: Option<InformantRole>, date: Option<&str>) -> &mut Line {
        if role.is_some() || date.is_some() {
            self.text(role.map(InformantRole::as_str)).text(date);
        }
        self
    }

    /// A cell whose kind is not known yet: a number wherever it reads as one.
    fn raw(&mut self, cell: Cell<'_>) -> &mut Line {
        match cell {
            Cell::Missing => self.text(None),
            Cell::Int(i) => self.number(Some(i as f64)),
            Cell::Float(f) => self.number(Some(f)),
            Cell::Bool(b) => self.flag(Some(b)),
            Cell::Text(s) => match s.parse::<f64>() {
                Ok(f) if f.is_finite() => self.number(Some(f)),
                _ => self.text(Some(s)),
            },
        }
    }

    /// A cell that holds a key: `01` and `1` differ.
    fn key(&mut self, cell: Cell<'_>) -> &mut Line {
        match cell {
            Cell::Int(i) => self.text(Some(&i.to_string())),
            Cell::Text(s) => self.text(Some(s)),
            other => self.raw(other),
        }
    }
}

/// Gathers tables in a fixed order.
pub(super) struct Digest(Sha256);

impl Digest {
    pub(super) fn new() -> Digest {
        Digest(Sha256::new_with_prefix(VERSION))
    }

    fn table(&mut self, name: &str, header: &[&str], rows: usize, render: impl Fn(usize, &mut Line)) {
        let mut line = Line::default();
        line.text(Some(name)).count(Some(header.len() as u64)).count(Some(rows as u64));
        for column in header {
            line.text(Some(column));
        }
        self.0.update(&line.0);
        let mut hashes: Vec<[u8; 32]> = Vec::with_capacity(rows);
        for row in 0..rows {
            line.0.clear();
            render(row, &mut line);
            hashes.push(Sha256::digest(&line.0).into());
        }
        hashes.sort_unstable();
        for hash in &hashes {
            self.0.update(hash);
        }
    }

    /// Adds a table of typed rows.
    pub(super) fn rows(&mut self, name: &str, rows: &dyn Rows) {
        self.table(name, &[], rows.count(), |row, line| rows.render(row, line));
    }

    /// Adds a table whose columns are only known with an instrument.
    pub(super) fn raw(&mut self, name: &str, table: &Table, keys: &[&str]) {
        let mut header: Vec<&str> = table.columns().iter().map(|c| c.name.as_str()).collect();
        header.sort_unstable();
        let fields: Vec<(bool, Field<'_>)> = header.iter().map(|c| (keys.contains(c), table.field(c))).collect();
        self.table(name, &header, table.rows(), |row, line| {
            for (key, field) in &fields {
                let cell = field.cell(row);
                if *key {
                    line.key(cell)
                } else {
                    line.raw(cell)
                };
            }
        });
    }

    /// The digest in hexadecimal.
    pub(super) fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

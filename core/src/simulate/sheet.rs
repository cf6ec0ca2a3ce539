//! The tables being written, and calendar days as text.

use crate::error::{Error, Result};

/// A table on its way to becoming a CSV file.
pub(crate) struct Sheet {
    name: &'static str,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sheet {
    /// An empty table.
    pub(crate) fn new<S: AsRef<str>>(name: &'static str, header: impl IntoIterator<Item = S>) -> Sheet {
        Sheet { name, header: header.into_iter().map(|h| h.as_ref().to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row; empty text is missing.
    pub(crate) fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Whether there are no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The file: its name and its bytes, lines ended by a line feed.
    pub(crate) fn into_file(self) -> Result<(String, Vec<u8>)> {
        let file = format!("{}.csv", self.name);
        let fail = |e: &dyn std::fmt::Display| Error::input("unwritable", e.to_string()).at(file.clone());
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
        writer.write_record(&self.header).map_err(|e| fail(&e))?;
        for row in &self.rows {
            writer.write_record(row).map_err(|e| fail(&e))?;
        }
        let bytes = writer.into_inner().map_err(|e| fail(&e))?;
        Ok((file, bytes))
    }
}

/// A day as `YYYY-MM-DD`, counted from 1970-01-01 (proleptic Gregorian; H. Hinnant's `civil_from_days`).
pub(crate) fn date(days: i64) -> String {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_calendar_days() {
        let got = [0, 58, 59, 11_016, 19_781, 20_453].map(date);
        assert_eq!(got, ["1970-01-01", "1970-02-28", "1970-03-01", "2000-02-29", "2024-02-28", "2025-12-31"]);
    }

    #[test]
    fn cells_that_need_it_are_quoted() {
        let mut sheet = Sheet::new("t", ["a", "b"]);
        sheet.row(["x, y", ""]);
        let (name, bytes) = sheet.into_file().unwrap();
        assert_eq!((name.as_str(), bytes.as_slice()), ("t.csv", b"a,b\n\"x, y\",\n".as_slice()));
    }
}

//! Reading a table into types: known columns, and cells as text, numbers, flags and days with their place.

use super::date::days_from_iso;
use super::table::{Cells, Table, place, shown};
use crate::error::{Error, Result, suggest};
use crate::json;
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;

/// A table whose columns were checked against what its kind knows.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'t> {
    table: &'t Table,
}

impl<'t> Reader<'t> {
    /// Accepts a table that has every required column and none that is neither required nor optional.
    ///
    /// # Errors
    /// `unknown_column` with a suggestion, `missing_column`.
    pub fn new(table: &'t Table, required: &[&'static str], optional: &[&'static str]) -> Result<Reader<'t>> {
        let known = || required.iter().chain(optional).copied();
        for column in table.columns() {
            if !known().any(|k| k == column.name) {
                let absent = known().filter(|k| table.column(k).is_none());
                return Err(Error::input("unknown_column", format!("unknown column {}", shown(&column.name)))
                    .at(format!("{}, column {}", table.name(), column.name))
                    .help(suggest(&column.name, absent)));
            }
        }
        for name in required {
            if table.column(name).is_none() {
                return Err(Error::input("missing_column", format!("missing column `{name}`"))
                    .at(table.name())
                    .help(format!("add the column `{name}`")));
            }
        }
        Ok(Reader { table })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.table.rows()
    }

    /// One column; when the table has no such column every cell of it is missing.
    pub fn field(&self, name: &'t str) -> Field<'t> {
        self.table.field(name)
    }
}

impl Table {
    /// One column for typed reading; when the table has no such column every cell of it is missing.
    pub fn field<'t>(&'t self, name: &'t str) -> Field<'t> {
        Field { table: self.name(), column: name, cells: self.column(name).map(|c| &c.cells) }
    }
}

/// One column of a table; rows count from 0 here and from 1 in errors.
#[derive(Debug, Clone, Copy)]
pub struct Field<'t> {
    table: &'t str,
    column: &'t str,
    cells: Option<&'t Cells>,
}

/// A cell as it came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'t> {
    Missing,
    Text(&'t str),
    Int(i64),
    Float(f64),
    Bool(bool),
}

/// Whole numbers up to here are exact in a float.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl<'t> Field<'t> {
    /// The cell of a row; a row beyond the last is missing, and so is empty text, as in CSV.
    pub(super) fn cell(&self, row: usize) -> Cell<'t> {
        let text = |s: &'t String| if s.is_empty() { Cell::Missing } else { Cell::Text(s) };
        match self.cells {
            None => Cell::Missing,
            Some(Cells::Text(v)) => v.get(row).and_then(Option::as_ref).map_or(Cell::Missing, text),
            Some(Cells::Float(v)) => v.get(row).copied().flatten().map_or(Cell::Missing, Cell::Float),
            Some(Cells::Int(v)) => v.get(row).copied().flatten().map_or(Cell::Missing, Cell::Int),
            Some(Cells::Bool(v)) => v.get(row).copied().flatten().map_or(Cell::Missing, Cell::Bool),
            Some(Cells::Dictionary { values, codes }) => {
                let code = codes.get(row).copied().flatten();
                code.and_then(|k| values.get(k as usize)).map_or(Cell::Missing, text)
            }
        }
    }

    fn refuse<T>(&self, row: usize, code: &'static str, wanted: &str, help: &str) -> Result<T> {
        let found = match self.cell(row) {
            Cell::Missing => "an empty cell".to_owned(),
            Cell::Text(s) => shown(s),
            Cell::Int(i) => format!("`{i}`"),
            Cell::Float(f) => format!("`{f}`"),
            Cell::Bool(b) => format!("`{b}`"),
        };
        Err(Error::input(code, format!("{found} is not {wanted}")).at(self.place(row)).help(help))
    }

    /// Where a cell stands: `facts, row 3, column unit` (row 2 here).
    pub fn place(&self, row: usize) -> String {
        place(self.table, row, self.column)
    }

    /// Whether a cell is missing.
    pub fn is_missing(&self, row: usize) -> bool {
        self.cell(row) == Cell::Missing
    }

    /// A value that must be there.
    ///
    /// # Errors
    /// `missing_value`.
    pub fn need<T>(&self, row: usize, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| {
            Error::input("missing_value", format!("`{}` is empty", self.column))
                .at(self.place(row))
                .help("fill the cell or leave the row out")
        })
    }

    /// Text or a key. Whole numbers and truth values are taken as written.
    ///
    /// # Errors
    /// `not_text` for floating-point numbers: they make no keys, since `1` and `1.0` would differ or not by accident.
    pub fn text(&self, row: usize) -> Result<Option<Cow<'t, str>>> {
        match self.cell(row) {
            Cell::Missing => Ok(None),
            Cell::Text(s) => Ok(Some(Cow::Borrowed(s))),
            Cell::Int(i) => Ok(Some(Cow::Owned(i.to_string()))),
            Cell::Bool(b) => Ok(Some(Cow::Borrowed(if b { "true" } else { "false" }))),
            Cell::Float(_) => self.refuse(row, "not_text", "text or a key", "give text or whole numbers"),
        }
    }

    /// Text as an owned value.
    ///
    /// # Errors
    /// As [`Field::text`].
    pub fn string(&self, row: usize) -> Result<Option<String>> {
        Ok(self.text(row)?.map(Cow::into_owned))
    }

    /// Text that must be there.
    ///
    /// # Errors
    /// `missing_value`, and as [`Field::text`].
    pub fn need_string(&self, row: usize) -> Result<String> {
        self.need(row, self.string(row)?)
    }

    /// A finite number.
    ///
    /// # Errors
    /// `not_a_number`, `not_finite`.
    pub fn number(&self, row: usize) -> Result<Option<f64>> {
        let value = match self.cell(row) {
            Cell::Missing => return Ok(None),
            Cell::Int(i) => i as f64,
            Cell::Float(f) => f,
            Cell::Text(s) => match s.parse::<f64>() {
                Ok(f) => f,
                Err(_) => return self.refuse(row, "not_a_number", "a number", NUMBER_HELP),
            },
            Cell::Bool(_) => return self.refuse(row, "not_a_number", "a number", NUMBER_HELP),
        };
        if !value.is_finite() {
            return self.refuse(
                row,
                "not_finite",
                "a finite number",
                "leave the cell empty when the value is not known",
            );
        }
        Ok(Some(value))
    }

    /// A whole number; `3.0` counts as one.
    ///
    /// # Errors
    /// `not_a_number`, `not_finite`, `not_whole` (also beyond 2^53 when written with a point or exponent).
    pub fn integer(&self, row: usize) -> Result<Option<i64>> {
        match self.cell(row) {
            Cell::Int(i) => return Ok(Some(i)),
            Cell::Text(s) => {
                if let Ok(i) = s.parse::<i64>() {
                    return Ok(Some(i));
                }
            }
            _ => {}
        }
        match self.number(row)? {
            None => Ok(None),
            Some(f) if f.trunc() == f && f.abs() <= EXACT => Ok(Some(f as i64)),
            Some(_) => self.refuse(row, "not_whole", "a whole number", "give a whole number"),
        }
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// `negative`, and as [`Field::integer`].
    pub fn count(&self, row: usize) -> Result<Option<u64>> {
        match self.integer(row)? {
            None => Ok(None),
            Some(i) => match u64::try_from(i) {
                Ok(n) => Ok(Some(n)),
                Err(_) => self.refuse(row, "negative", "a count", "give zero or a positive whole number"),
            },
        }
    }

    /// A truth value: true, false, 1, 0, yes or no, in any case.
    ///
    /// # Errors
    /// `not_a_flag`.
    pub fn flag(&self, row: usize) -> Result<Option<bool>> {
        let one_of = |s: &str, words: &[&str]| words.iter().any(|w| s.eq_ignore_ascii_case(w));
        match self.cell(row) {
            Cell::Missing => Ok(None),
            Cell::Bool(b) => Ok(Some(b)),
            Cell::Int(1) => Ok(Some(true)),
            Cell::Int(0) => Ok(Some(false)),
            Cell::Float(1.0) => Ok(Some(true)),
            Cell::Float(0.0) => Ok(Some(false)),
            Cell::Text(s) if one_of(s, &["true", "yes", "1", "1.0"]) => Ok(Some(true)),
            Cell::Text(s) if one_of(s, &["false", "no", "0", "0.0"]) => Ok(Some(false)),
            _ => self.refuse(row, "not_a_flag", "true or false", "give true or false"),
        }
    }

    /// A day: a date `YYYY-MM-DD` as days since 1970-01-01, or a number of days from any origin.
    ///
    /// # Errors
    /// `not_a_date`, `not_finite`.
    pub fn day(&self, row: usize) -> Result<Option<f64>> {
        if let Cell::Text(s) = self.cell(row) {
            if let Some(days) = days_from_iso(s) {
                return Ok(Some(days as f64));
            }
            if s.parse::<f64>().is_err() {
                return self.refuse(row, "not_a_date", "a date", DATE_HELP);
            }
        }
        if let Cell::Bool(_) = self.cell(row) {
            return self.refuse(row, "not_a_date", "a date", DATE_HELP);
        }
        self.number(row)
    }

    /// One of several words.
    ///
    /// # Errors
    /// `unknown_word` with a suggestion.
    pub(super) fn word<T: Copy>(&self, row: usize, words: &[(&'static str, T)]) -> Result<Option<T>> {
        let Some(text) = self.text(row)? else { return Ok(None) };
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Ok(Some(*value)),
            None => Err(Error::input("unknown_word", format!("unknown {} {}", self.column, shown(&text)))
                .at(self.place(row))
                .help(suggest(&text, words.iter().map(|(word, _)| *word)))),
        }
    }
}

const NUMBER_HELP: &str = "give a number with a decimal point, or leave the cell empty";
const DATE_HELP: &str = "give a date as YYYY-MM-DD, or a number of days";

/// The first row whose key was met before, and the row where it was met.
pub(super) fn first_repeat<K: Eq + Hash>(keys: impl Iterator<Item = K>) -> Option<(usize, usize)> {
    let mut seen = HashMap::new();
    for (row, key) in keys.enumerate() {
        if let Some(first) = seen.insert(key, row) {
            return Some((first, row));
        }
    }
    None
}

/// Refuses rows that repeat a key; the error names both rows and `what`, never the key itself.
pub(super) fn refuse_repeats<K: Eq + Hash>(
    table: &str,
    column: &str,
    code: &'static str,
    what: &str,
    keys: impl Iterator<Item = K>,
) -> Result<()> {
    match first_repeat(keys) {
        None => Ok(()),
        Some((first, row)) => Err(Error::input(code, format!("the row repeats the {what} of row {}", first + 1))
            .at(place(table, row, column))
            .help("keep one of the two rows")),
    }
}

/// Refuses a number that is not finite or below `least`.
pub(super) fn check_number(
    table: &str,
    row: usize,
    column: &str,
    value: Option<f64>,
    least: f64,
    code: &'static str,
) -> Result<()> {
    match value {
        Some(v) if !v.is_finite() => Err(Error::input("not_finite", format!("`{v}` is not a finite number"))
            .at(place(table, row, column))
            .help("leave the cell empty when the value is not known")),
        Some(v) if v < least => {
            Err(Error::input(code, format!("`{}` is below {}", json::number(v), json::number(least)))
                .at(place(table, row, column))
                .help(format!("give {} or more", json::number(least))))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Column;

    fn texts(cells: &[&str]) -> Table {
        let cells = cells.iter().map(|c| Some((*c).to_owned())).collect();
        Table::new("t", vec![Column { name: "x".into(), cells: Cells::Text(cells) }]).unwrap()
    }
    fn of(cells: Cells) -> Table {
        Table::new("t", vec![Column { name: "x".into(), cells }]).unwrap()
    }
    fn refusal<T: std::fmt::Debug>(result: Result<T>) -> (&'static str, String) {
        let e = result.unwrap_err();
        assert!(!e.help_text().is_empty(), "{e}");
        (e.code(), e.path().to_owned())
    }
    fn at(row: usize) -> String {
        format!("t, row {row}, column x")
    }

    #[test]
    fn columns_are_known_or_refused() {
        let t = texts(&["1"]);
        assert!(Reader::new(&t, &["x"], &["y"]).is_ok());
        let e = Reader::new(&t.clone(), &["xx"], &["weight"]).unwrap_err();
        assert_eq!((e.code(), e.path(), e.help_text()), ("unknown_column", "t, column x", "did you mean `xx`"));
        assert_eq!(refusal(Reader::new(&t, &["x", "unit"], &[])), ("missing_column", "t".into()));
        let absent = Reader::new(&t, &["x"], &["y"]).unwrap().field("y");
        assert_eq!((absent.text(0).unwrap(), absent.number(0).unwrap(), absent.day(0).unwrap()), (None, None, None));
        assert_eq!(refusal(absent.need_string(0)), ("missing_value", "t, row 1, column y".into()));
    }

    #[test]
    fn text_is_text_or_whole() {
        let t = texts(&["a ", ""]);
        assert_eq!(t.field("x").text(0).unwrap().unwrap(), "a ");
        assert_eq!(t.field("x").text(1).unwrap(), None);
        assert_eq!(refusal(t.field("x").need_string(1)), ("missing_value", at(2)));
        assert_eq!(of(Cells::Int(vec![Some(-7)])).field("x").need_string(0).unwrap(), "-7");
        assert_eq!(of(Cells::Bool(vec![Some(true)])).field("x").need_string(0).unwrap(), "true");
        assert_eq!(refusal(of(Cells::Float(vec![None, Some(1.0)])).field("x").text(1)), ("not_text", at(2)));
        let d = of(Cells::Dictionary { values: vec!["u".into(), "".into()], codes: vec![Some(0), None, Some(1)] });
        let read: Vec<_> = (0..4).map(|r| d.field("x").string(r).unwrap()).collect();
        assert_eq!(read, [Some("u".to_owned()), None, None, None]);
    }

    #[test]
    fn numbers_are_finite_numbers() {
        let t = texts(&["-2.5e1", "+3", "1,5", " 1", "nan", "-inf", "1e999"]);
        let x = t.field("x");
        assert_eq!((x.number(0).unwrap(), x.number(1).unwrap()), (Some(-25.0), Some(3.0)));
        assert_eq!(refusal(x.number(2)), ("not_a_number", at(3)));
        assert_eq!(refusal(x.number(3)), ("not_a_number", at(4)));
        for row in 4..7 {
            assert_eq!(refusal(x.number(row)), ("not_finite", at(row + 1)));
        }
        assert_eq!(refusal(of(Cells::Bool(vec![Some(true)])).field("x").number(0)), ("not_a_number", at(1)));
        assert_eq!(refusal(of(Cells::Float(vec![Some(f64::NAN)])).field("x").number(0)), ("not_finite", at(1)));
    }

    #[test]
    fn whole_numbers_may_be_written_with_a_point() {
        let t = texts(&["9007199254740993", "3.0", "3.5", "1e300", "x", "-1"]);
        let x = t.field("x");
        assert_eq!((x.integer(0).unwrap(), x.integer(1).unwrap()), (Some(9_007_199_254_740_993), Some(3)));
        assert_eq!(refusal(x.integer(2)), ("not_whole", at(3)));
        assert_eq!(refusal(x.integer(3)), ("not_whole", at(4)));
        assert_eq!(refusal(x.integer(4)), ("not_a_number", at(5)));
        assert_eq!((x.integer(5).unwrap(), x.count(1).unwrap()), (Some(-1), Some(3)));
        assert_eq!(refusal(x.count(5)), ("negative", at(6)));
        assert_eq!(of(Cells::Float(vec![Some(2.0)])).field("x").integer(0).unwrap(), Some(2));
    }

    #[test]
    fn flags_take_the_usual_words() {
        let t = texts(&["TRUE", "no", "1", "maybe"]);
        let x = t.field("x");
        let read: Vec<_> = (0..3).map(|r| x.flag(r).unwrap().unwrap()).collect();
        assert_eq!(read, [true, false, true]);
        assert_eq!(refusal(x.flag(3)), ("not_a_flag", at(4)));
        assert_eq!(refusal(of(Cells::Int(vec![Some(2)])).field("x").flag(0)), ("not_a_flag", at(1)));
        assert_eq!(of(Cells::Float(vec![Some(0.0)])).field("x").flag(0).unwrap(), Some(false));
    }

    #[test]
    fn days_are_dates_or_numbers() {
        let t = texts(&["1970-01-02", "12.5", "2023-02-29", "soon", "inf"]);
        let x = t.field("x");
        assert_eq!((x.day(0).unwrap(), x.day(1).unwrap()), (Some(1.0), Some(12.5)));
        assert_eq!(refusal(x.day(2)), ("not_a_date", at(3)));
        assert_eq!(refusal(x.day(3)), ("not_a_date", at(4)));
        assert_eq!(refusal(x.day(4)), ("not_finite", at(5)));
        assert_eq!(of(Cells::Int(vec![Some(3)])).field("x").day(0).unwrap(), Some(3.0));
        assert_eq!(refusal(of(Cells::Bool(vec![Some(true)])).field("x").day(0)), ("not_a_date", at(1)));
    }

    #[test]
    fn words_are_exact_and_suggested() {
        let words = [("high", 1), ("low", 0)];
        let t = texts(&["high", "High"]);
        assert_eq!(t.field("x").word(0, &words).unwrap(), Some(1));
        let e = t.field("x").word(1, &words).unwrap_err();
        assert_eq!((e.code(), e.path(), e.help_text()), ("unknown_word", "t, row 2, column x", "did you mean `high`"));
    }
}

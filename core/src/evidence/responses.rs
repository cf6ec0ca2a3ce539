//! Answers to an instrument, column by column: small codes for answers, dictionaries for units and waves.
//!
//! Missing and "don't know" are kept apart from every answer and from each other.

use super::answer::{AnswerReader, DONT_KNOW, MISSING, no_value};
use super::instrument::Instrument;
use super::key::{AnswerColumns, AnswerPlaces, KeyKind, Weight, duplicate_respondent, key_of_number};
use super::table::{Cells, Table, place as cell_place};
use crate::error::{Error, Result};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// What was left out or not answered while reading.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loss {
    /// Rows read.
    pub rows: u64,
    /// Columns that were left unread, in the order of the table.
    pub ignored_columns: Vec<String>,
    /// Cells of items that were left empty.
    pub missing_answers: u64,
    /// Cells of items that say "don't know".
    pub dont_know: u64,
}

impl Loss {
    /// The report as a JSON document (`rows ignored_columns missing_answers dont_know`).
    pub fn to_json(&self) -> Value {
        json!({
            "rows": self.rows, "ignored_columns": self.ignored_columns, "missing_answers": self.missing_answers,
            "dont_know": self.dont_know,
        })
    }
}

/// The weights of respondents, as whole numbers of their last decimals.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Weights {
    pub(crate) decimals: u8,
    pub(crate) scaled: Vec<u64>,
}

/// Answers of respondents, column-wise.
#[derive(Clone, PartialEq)]
pub struct Responses {
    logic_sha256: String,
    units: Vec<String>,
    unit_codes: Vec<u32>,
    waves: Vec<String>,
    wave_codes: Vec<u32>,
    respondents: Option<Vec<Option<String>>>,
    weights: Option<Weights>,
    items: Vec<String>,
    answers: Vec<Vec<u8>>,
    loss: Loss,
}

// Rows are personal data: a debug print shows sizes only.
impl std::fmt::Debug for Responses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Responses")
            .field("rows", &self.rows())
            .field("items", &self.items.len())
            .field("units", &self.units.len())
            .field("waves", &self.waves)
            .finish_non_exhaustive()
    }
}

impl Responses {
    /// Reads a table with the contract's column names `unit`, `respondent` and `wave`.
    ///
    /// # Errors
    /// As [`Responses::from_columns`].
    pub fn from_table(table: &Table, instrument: &Instrument, strict: bool) -> Result<(Responses, Loss)> {
        Responses::from_columns(table, instrument, &AnswerColumns::standard(strict))
    }

    /// Reads a table whose unit and wave columns may have other names.
    ///
    /// # Errors
    /// `empty_table`, `missing_column`, `missing_item`, `unknown_item` (strict), `weights_unsupported`,
    /// `missing_unit`, `missing_wave`, `bad_unit`, `out_of_range`, `not_a_number`, `not_whole`,
    /// `duplicate_respondent`; each with row and column.
    pub fn from_columns(table: &Table, instrument: &Instrument, columns: &AnswerColumns) -> Result<(Responses, Loss)> {
        let rows = table.rows();
        if rows == 0 {
            return Err(Error::input("empty_table", "the table has no rows")
                .at(table.name())
                .help("give one row a respondent"));
        }
        let names: Vec<&str> = table.columns().iter().map(|c| c.name.as_str()).collect();
        let places = AnswerPlaces::find(table.name(), &names, instrument, columns)?;
        let column = |at: usize| table.columns().get(at);
        let key = |at: usize, kind: KeyKind| match column(at) {
            Some(c) => keys(&c.cells, kind, |row| cell_place(table.name(), row, &c.name)),
            None => Ok((vec![0; rows], vec![String::new()])),
        };
        let (unit_codes, units) = key(places.unit, KeyKind::Unit)?;
        let (wave_codes, waves) = key(places.wave.unwrap_or(usize::MAX), KeyKind::Wave)?;
        let respondents = match places.respondent.and_then(column) {
            Some(c) => Some(people(&c.cells, |row| cell_place(table.name(), row, &c.name))?),
            None => None,
        };
        if let Some(people) = &respondents {
            check_distinct(people, &wave_codes, |row| cell_place(table.name(), row, "respondent"))?;
        }
        let weights = match (places.weight.and_then(column), &columns.weight) {
            (Some(c), Some(weight)) => Some(Weights {
                decimals: weight.decimals,
                scaled: weights(&c.cells, weight, |row| cell_place(table.name(), row, &c.name))?,
            }),
            _ => None,
        };
        let mut loss = Loss { rows: rows as u64, ignored_columns: places.ignored, ..Loss::default() };
        let mut answers = Vec::with_capacity(instrument.items().len());
        for (item, column) in instrument.items().iter().zip(places.items.iter().filter_map(|at| column(*at))) {
            let reader = AnswerReader { item, dont_know: instrument.dont_know() };
            let codes = codes(&column.cells, &reader, |row| cell_place(table.name(), row, &item.id))?;
            loss.missing_answers += codes.iter().filter(|c| **c == MISSING).count() as u64;
            loss.dont_know += codes.iter().filter(|c| **c == DONT_KNOW).count() as u64;
            answers.push(codes);
        }
        let responses = Responses {
            logic_sha256: instrument.logic_sha256(),
            units,
            unit_codes,
            waves,
            wave_codes,
            respondents,
            weights,
            items: instrument.items().iter().map(|i| i.id.clone()).collect(),
            answers,
            loss: loss.clone(),
        };
        Ok((responses, loss))
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.unit_codes.len()
    }
    /// The distinct units, in order of first appearance.
    pub fn units(&self) -> &[String] {
        &self.units
    }
    /// For each row, an index into [`Responses::units`].
    pub fn unit_codes(&self) -> &[u32] {
        &self.unit_codes
    }
    /// The distinct waves, in order of first appearance; one empty text when there is no wave column.
    pub fn waves(&self) -> &[String] {
        &self.waves
    }
    /// For each row, an index into [`Responses::waves`].
    pub fn wave_codes(&self) -> &[u32] {
        &self.wave_codes
    }
    /// The respondent keys, when the table had them; needed to link waves.
    pub fn respondents(&self) -> Option<&[Option<String>]> {
        self.respondents.as_deref()
    }
    /// The items, in the order of the instrument.
    pub fn items(&self) -> &[String] {
        &self.items
    }
    /// The answers to one item: `code - lowest`, not reversed; [`MISSING`] and [`DONT_KNOW`] stand apart.
    pub fn answers(&self, item: &str) -> Option<&[u8]> {
        let index = self.items.iter().position(|i| i == item)?;
        self.answers.get(index).map(Vec::as_slice)
    }
    /// The logic hash of the instrument that was answered.
    pub fn logic_sha256(&self) -> &str {
        &self.logic_sha256
    }
    /// The weights, when they were declared.
    pub(crate) fn weights(&self) -> Option<&Weights> {
        self.weights.as_ref()
    }
    /// What was left out while reading.
    pub fn loss(&self) -> &Loss {
        &self.loss
    }
}

type Keys = (Vec<u32>, Vec<String>);

fn keys(cells: &Cells, kind: KeyKind, place: impl Fn(usize) -> String) -> Result<Keys> {
    let mut intern = Interner::default();
    let mut codes = Vec::with_capacity(cells.len());
    let mut push = |intern: &mut Interner, row: usize, text: &str| {
        kind.check(text).map_err(|e| e.at(place(row)))?;
        codes.push(intern.code(text));
        Ok(())
    };
    match cells {
        Cells::Text(v) => {
            for (row, cell) in v.iter().enumerate() {
                push(&mut intern, row, cell.as_deref().unwrap_or(""))?;
            }
        }
        Cells::Int(v) => {
            for (row, cell) in v.iter().enumerate() {
                push(&mut intern, row, &cell.map(|i| i.to_string()).unwrap_or_default())?;
            }
        }
        Cells::Float(v) => {
            for (row, cell) in v.iter().enumerate() {
                let text = cell.map_or(Ok(String::new()), |x| kind.number(x).map_err(|e| e.at(place(row))))?;
                push(&mut intern, row, &text)?;
            }
        }
        Cells::Bool(v) => {
            for (row, cell) in v.iter().enumerate() {
                push(&mut intern, row, cell.map_or("", |b| if b { "true" } else { "false" }))?;
            }
        }
        Cells::Dictionary { values, codes: given } => {
            // Each value is checked once, where it is first used.
            let mut known: Vec<Option<u32>> = vec![None; values.len()];
            for (row, cell) in given.iter().enumerate() {
                let Some(index) = cell.map(|c| c as usize) else { return Err(kind.missing().at(place(row))) };
                let (Some(text), Some(slot)) = (values.get(index), known.get_mut(index)) else {
                    return Err(no_value(index).at(place(row)));
                };
                if let Some(code) = *slot {
                    codes.push(code);
                    continue;
                }
                kind.check(text).map_err(|e| e.at(place(row)))?;
                codes.push(*slot.insert(intern.code(text)));
            }
        }
    }
    Ok((codes, intern.values))
}

fn weights(cells: &Cells, weight: &Weight, place: impl Fn(usize) -> String) -> Result<Vec<u64>> {
    let scaled = |(row, value): (usize, Option<f64>)| weight.scaled(value).map_err(|e| e.at(place(row)));
    match cells {
        Cells::Int(v) => v.iter().map(|c| c.map(|i| i as f64)).enumerate().map(scaled).collect(),
        Cells::Float(v) => v.iter().copied().enumerate().map(scaled).collect(),
        Cells::Text(v) => v.iter().map(|c| c.as_deref().map(weight_of_text)).enumerate().map(scaled).collect(),
        Cells::Dictionary { values, codes } => {
            let value = |code: &Option<u32>| code.and_then(|c| values.get(c as usize)).map(|t| weight_of_text(t));
            codes.iter().map(value).enumerate().map(scaled).collect()
        }
        Cells::Bool(_) => {
            Err(Error::input("bad_weight", "the weights are true and false").at(place(0)).help("give numbers"))
        }
    }
}

/// A number written as text; what is none is refused as a weight by its value.
pub(crate) fn weight_of_text(text: &str) -> f64 {
    text.trim().parse().unwrap_or(f64::NAN)
}

#[derive(Default)]
struct Interner {
    index: HashMap<String, u32>,
    values: Vec<String>,
}

impl Interner {
    fn code(&mut self, text: &str) -> u32 {
        if let Some(code) = self.index.get(text) {
            return *code;
        }
        // A table of 2^32 distinct units does not fit in memory.
        let code = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.index.insert(text.to_owned(), code);
        self.values.push(text.to_owned());
        code
    }
}

fn people(cells: &Cells, place: impl Fn(usize) -> String) -> Result<Vec<Option<String>>> {
    let tidy = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
    match cells {
        Cells::Text(v) => Ok(v.iter().map(|c| c.as_deref().and_then(tidy)).collect()),
        Cells::Int(v) => Ok(v.iter().map(|c| c.map(|i| i.to_string())).collect()),
        Cells::Bool(_) => Err(Error::input("bad_respondent", "the respondents are true and false")
            .at(place(0))
            .help("give a key a person")),
        Cells::Float(v) => v
            .iter()
            .enumerate()
            .map(|(row, c)| match c {
                None => Ok(None),
                Some(x) => key_of_number(*x).map(Some).ok_or_else(|| {
                    Error::input("bad_respondent", format!("`{x}` is not a key"))
                        .at(place(row))
                        .help("give text or whole numbers")
                }),
            })
            .collect(),
        Cells::Dictionary { values, codes } => {
            Ok(codes.iter().map(|c| c.and_then(|c| values.get(c as usize)).and_then(|t| tidy(t))).collect())
        }
    }
}

fn check_distinct(people: &[Option<String>], waves: &[u32], place: impl Fn(usize) -> String) -> Result<()> {
    let mut seen: HashSet<(&str, u32)> = HashSet::with_capacity(people.len());
    for (row, (person, wave)) in people.iter().zip(waves).enumerate() {
        if let Some(person) = person
            && !seen.insert((person, *wave))
        {
            return Err(duplicate_respondent(person).at(place(row)));
        }
    }
    Ok(())
}

/// The answer codes of one column.
fn codes(cells: &Cells, reader: &AnswerReader<'_>, place: impl Fn(usize) -> String) -> Result<Vec<u8>> {
    fn all<T>(
        cells: &[Option<T>],
        place: impl Fn(usize) -> String,
        read: impl Fn(&T) -> Result<u8>,
    ) -> Result<Vec<u8>> {
        let code = |(row, cell): (usize, &Option<T>)| match cell {
            None => Ok(MISSING),
            Some(value) => read(value).map_err(|e| e.at(place(row))),
        };
        cells.iter().enumerate().map(code).collect()
    }
    match cells {
        Cells::Int(v) => all(v, place, |i| reader.integer(*i)),
        Cells::Float(v) => all(v, place, |x| reader.float(*x)),
        Cells::Text(v) => all(v, place, |t| reader.text(t)),
        Cells::Bool(v) => all(v, place, |b| reader.text(if *b { "true" } else { "false" })),
        Cells::Dictionary { values, codes } => {
            let mut known: Vec<Option<u8>> = vec![None; values.len()];
            let mut found = Vec::with_capacity(codes.len());
            for (row, cell) in codes.iter().enumerate() {
                let Some(index) = cell.map(|c| c as usize) else {
                    found.push(MISSING);
                    continue;
                };
                let (Some(text), Some(slot)) = (values.get(index), known.get_mut(index)) else {
                    return Err(no_value(index).at(place(row)));
                };
                let code = match *slot {
                    Some(code) => code,
                    None => *slot.insert(reader.text(text).map_err(|e| e.at(place(row)))?),
                };
                found.push(code);
            }
            Ok(found)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Column;

    fn instrument(more: &str) -> Instrument {
        Instrument::from_json(&format!(
            r#"{{"id":"s","version":"1","license":"CC0","options":[1,5],"dont_know":[9],"scales":[{{"id":"a","items":["x","-y"]}}]{more}}}"#
        ))
        .unwrap()
    }

    fn int(name: &str, v: &[Option<i64>]) -> Column {
        Column { name: name.into(), cells: Cells::Int(v.to_vec()) }
    }
    fn text(name: &str, v: &[&str]) -> Column {
        Column {
            name: name.into(),
            cells: Cells::Text(v.iter().map(|t| (!t.is_empty()).then(|| (*t).to_owned())).collect()),
        }
    }
    fn table(columns: Vec<Column>) -> Table {
        Table::new("responses", columns).unwrap()
    }
    fn good() -> Vec<Column> {
        vec![
            text("unit", &["t1", "t2", "t1"]),
            int("x", &[Some(1), None, Some(9)]),
            int("y", &[Some(5), Some(3), Some(2)]),
        ]
    }
    fn refusal(columns: Vec<Column>, strict: bool) -> (&'static str, String) {
        let e = Responses::from_table(&table(columns), &instrument(""), strict).unwrap_err();
        assert!(!e.help_text().is_empty(), "{e}");
        (e.code(), e.path().to_owned())
    }

    #[test]
    fn missing_and_dont_know_stand_apart() {
        let (r, loss) = Responses::from_table(&table(good()), &instrument(""), true).unwrap();
        assert_eq!(r.answers("x").unwrap(), [0, MISSING, DONT_KNOW]);
        assert_eq!(r.answers("y").unwrap(), [4, 2, 1]);
        assert_eq!((r.units(), r.unit_codes()), (&["t1".to_owned(), "t2".to_owned()][..], &[0, 1, 0][..]));
        assert_eq!((r.waves(), r.wave_codes()), (&[String::new()][..], &[0, 0, 0][..]));
        assert_eq!((loss.rows, loss.missing_answers, loss.dont_know), (3, 1, 1));
        assert!(!format!("{r:?}").contains("t1"));
    }

    #[test]
    fn every_kind_of_cells_gives_the_same_answers() {
        let want = Responses::from_table(&table(good()), &instrument(""), true).unwrap().0;
        let x = [
            Cells::Float(vec![Some(1.0), None, Some(9.0)]),
            Cells::Text(vec![Some(" 1".into()), Some("".into()), Some("9.0".into())]),
            Cells::Dictionary { values: vec!["9".into(), "1".into()], codes: vec![Some(1), None, Some(0)] },
        ];
        for cells in x {
            let mut c = good();
            c[1].cells = cells;
            assert_eq!(Responses::from_table(&table(c), &instrument(""), true).unwrap().0, want);
        }
        let mut c = good();
        let values = vec!["t2".into(), "never".into(), "t1".into()];
        c[0].cells = Cells::Dictionary { values, codes: vec![Some(2), Some(0), Some(2)] };
        assert_eq!(Responses::from_table(&table(c), &instrument(""), true).unwrap().0, want);
    }

    #[test]
    fn numbers_are_keys() {
        let mut c = good();
        c[0].cells = Cells::Float(vec![Some(12.0), Some(7.0), Some(12.0)]);
        c.push(int("wave", &[Some(1), Some(2), Some(2)]));
        let (r, _) = Responses::from_table(&table(c), &instrument(""), true).unwrap();
        assert_eq!(
            (r.units(), r.waves()),
            (&["12".to_owned(), "7".to_owned()][..], &["1".to_owned(), "2".to_owned()][..])
        );
    }

    #[test]
    fn bad_cells_are_named_by_row_and_column() {
        let put = |i: usize, cells: Cells| {
            let mut c = good();
            c[i].cells = cells;
            c
        };
        let x = "responses, row 2, column x".to_owned();
        let num = |v: f64| Cells::Float(vec![Some(1.0), Some(v), None]);
        let txt = |v: &str| Cells::Text(vec![Some("1".into()), Some(v.into()), None]);
        assert_eq!(refusal(put(1, Cells::Int(vec![Some(1), Some(6), None])), true), ("out_of_range", x.clone()));
        assert_eq!(refusal(put(1, Cells::Int(vec![Some(1), Some(i64::MIN), None])), true), ("out_of_range", x.clone()));
        assert_eq!(refusal(put(1, num(2.5)), true), ("not_whole", x.clone()));
        assert_eq!(refusal(put(1, num(f64::NAN)), true), ("out_of_range", x.clone()));
        assert_eq!(refusal(put(1, num(1e300)), true), ("out_of_range", x.clone()));
        assert_eq!(refusal(put(1, txt("agree")), true), ("not_a_number", x.clone()));
        assert_eq!(refusal(put(1, txt("nan")), true), ("not_a_number", x.clone()));
        assert_eq!(refusal(put(1, txt("2.5")), true), ("not_whole", x.clone()));
        assert_eq!(refusal(put(1, Cells::Bool(vec![None, Some(true), None])), true), ("not_a_number", x));
        let unit = "responses, row 2, column unit".to_owned();
        assert_eq!(refusal(put(0, Cells::Int(vec![Some(1), None, Some(1)])), true), ("missing_unit", unit.clone()));
        assert_eq!(refusal(put(0, txt("  ")), true), ("missing_unit", unit.clone()));
        assert_eq!(refusal(put(0, num(1.5)), true), ("bad_unit", unit));
    }

    #[test]
    fn columns_are_known_or_named() {
        let plus = |c: Column| [good(), vec![c]].concat();
        assert_eq!(refusal(plus(int("xx", &[None; 3])), true).0, "unknown_item");
        assert_eq!(refusal(plus(int("weight", &[None; 3])), false).0, "weights_unsupported");
        assert_eq!(refusal(good().into_iter().take(2).collect(), false).0, "missing_item");
        assert_eq!(refusal(good().into_iter().skip(1).collect(), false).0, "missing_column");
        assert_eq!(refusal(good().into_iter().map(|c| int(&c.name, &[])).collect(), false).0, "empty_table");
        assert_eq!(refusal(plus(text("respondent", &["p", "", "p"])), false).0, "duplicate_respondent");
        let t = table(plus(int("age", &[None; 3])));
        let (_, loss) = Responses::from_table(&t, &instrument(""), false).unwrap();
        assert_eq!(loss.ignored_columns, ["age"]);
        let (_, loss) = Responses::from_table(&t, &instrument(r#","ignore":["age"]"#), true).unwrap();
        assert_eq!(loss.ignored_columns, ["age"]);
        let waves = [text("respondent", &["p", "", "p"]), text("wave", &["1", "1", "2"])];
        assert!(Responses::from_table(&table([good(), waves.to_vec()].concat()), &instrument(""), true).is_ok());
    }

    #[test]
    fn the_unit_and_wave_columns_may_have_other_names() {
        let mut c = good();
        c[0].name = "team".into();
        c.push(text("round", &["1", "1", "2"]));
        let named = |unit: &str, wave: Option<&str>| {
            let columns =
                AnswerColumns { unit: unit.into(), wave: wave.map(str::to_owned), ..AnswerColumns::standard(true) };
            Responses::from_columns(&table(c.clone()), &instrument(""), &columns).map(|(r, _)| r).map_err(|e| e.code())
        };
        assert_eq!(named("team", Some("round")).unwrap().waves(), ["1", "2"]);
        assert_eq!(named("team", Some("rounds")), Err("unknown_item"));
        assert_eq!(named("x", None), Err("column_used_twice"));
    }
}

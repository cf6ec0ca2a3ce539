//! Questions put to every row of a table.

use super::batch::{Codes, Columns, Numbers};
use super::program::{Asked, Program};
use super::verdicts::Verdicts;
use crate::error::{Error, Result};
use crate::evidence::{Cells, Column, Table};
use crate::measure::{Estimate, MeasureValue, Origin};
use crate::rules::load::KEYS;
use crate::rules::{Case, Framework, MeasureId, MeasureKind, Mode, Question, QuestionId};
use std::collections::HashMap;

impl Framework {
    /// Judges questions for every row. Columns in: `m`, `m.se`, `m.n` for measures `m`, and any of
    /// `unit id case wave` to name the row. Columns out: these, `<question>.status`, `<question>.answer`
    /// (for independent questions the holding options joined by `; `), and for each rule that can speak to the
    /// question a code: 1 holds, 0 fails, -1 missing, -2 too close to call, -3 a guard is unmet.
    ///
    /// # Errors
    /// `unknown_measure`, `unknown_question`, `type_mismatch`, and values a measure cannot take, with row and column.
    pub fn judge_table(&self, table: &Table, questions: Option<&[&str]>, confidence: Option<f64>) -> Result<Table> {
        let confidence = self.confidence_or(confidence)?;
        let wanted: Vec<QuestionId> = match questions {
            Some(names) => {
                names.iter().map(|n| self.find_question(n).map_err(|e| e.at("questions"))).collect::<Result<_>>()?
            }
            None => (0..self.questions().len()).map(QuestionId).collect(),
        };
        let inputs = self.inputs(table)?;
        let columns = self.columns(table, &inputs)?;
        let program = Program::compile(self, &distinct(wanted), confidence)?;
        let mut verdicts = Verdicts::default();
        program.run(&columns, &mut verdicts)?;
        let codes = program.codes(&columns, &verdicts);
        let mut out: Vec<Column> =
            table.columns().iter().filter(|c| KEYS.contains(&c.name.as_str())).cloned().collect();
        let named = |name: String, cells| Column { name, cells };
        for (i, asked) in program.questions.iter().enumerate() {
            let Some(q) = self.question(asked.id) else { continue };
            let statuses = verdicts.outcomes(i).iter().map(|o| Some(o.as_str().to_owned())).collect();
            out.push(named(format!("{}.status", q.id), Cells::Text(statuses)));
            let answers = match q.mode {
                Mode::Independent => (0..columns.rows()).map(|row| held(q, asked, &verdicts, row)).collect(),
                _ => verdicts.answers(i).map(|a| q.options.get(usize::from(a?)).cloned()).collect(),
            };
            out.push(named(format!("{}.answer", q.id), Cells::Text(answers)));
            for r in q.rules.iter().flatten() {
                let place = program.rules.iter().position(|(known, _)| known == r);
                let found = place.and_then(|p| codes.get(p)).map(Vec::as_slice).unwrap_or_default();
                let cells = Cells::Int(found.iter().map(|c| Some(i64::from(*c))).collect());
                out.push(named(self.rule(*r).map(|r| r.id.clone()).unwrap_or_default(), cells));
            }
        }
        Table::new("judgments", out)
    }

    /// The columns of a table. That something is wrong is seen by columns; what is wrong is said of the first row
    /// that no case would take.
    fn columns(&self, table: &Table, inputs: &[Input<'_>]) -> Result<Columns<'static>> {
        let mut columns = Columns::new(self, table.rows());
        for input in inputs {
            if input.fill(self, &mut columns).is_none() {
                for row in 0..table.rows() {
                    self.row_case(table.name(), inputs, row)?;
                }
            }
        }
        Ok(columns)
    }

    fn inputs<'t>(&self, table: &'t Table) -> Result<Vec<Input<'t>>> {
        let mut inputs: Vec<Input<'t>> = Vec::new();
        for column in table.columns() {
            let name = column.name.as_str();
            if KEYS.contains(&name) {
                continue;
            }
            let (base, part) = match name.rsplit_once('.') {
                Some((base, "se")) if self.find_measure(name).is_err() => (base, 1),
                Some((base, "n")) if self.find_measure(name).is_err() => (base, 2),
                _ => (name, 0),
            };
            let m = self.find_measure(base).map_err(|e| e.at(format!("{}, column {name}", table.name())))?;
            let slot = match inputs.iter_mut().find(|i| i.measure == m) {
                Some(i) => i,
                None => {
                    inputs.push(Input { measure: m, name: base.to_owned(), columns: [None; 3] });
                    match inputs.last_mut() {
                        Some(i) => i,
                        None => continue,
                    }
                }
            };
            if let Some(c) = slot.columns.get_mut(part) {
                *c = Some(&column.cells);
            }
        }
        if let Some(i) = inputs.iter().find(|i| i.columns.first().is_some_and(Option::is_none)) {
            let message = format!("a standard error or n without its measure `{}`", i.name);
            return Err(Error::input("missing_column", message)
                .at(table.name().to_owned())
                .help(format!("add the column `{}`", i.name)));
        }
        Ok(inputs)
    }

    fn row_case(&self, table: &str, inputs: &[Input<'_>], row: usize) -> Result<Case> {
        let mut case = Case::new(self);
        for i in inputs {
            let place = |suffix: &str| format!("{table}, row {}, column {}{suffix}", row + 1, i.name);
            let [value, se, n] = i.columns;
            let Some(value) = value else { continue };
            let category = matches!(self.measure(i.measure).map(|m| &m.kind), Some(MeasureKind::Category(_)));
            let v = match cell(value, row) {
                Cell::Missing => continue,
                // Of a category, `1` or `inf` is a name; of a score, text is how CSV writes numbers.
                Cell::Text(c) if category => MeasureValue::Category(c.to_owned(), Origin::Given),
                seen => {
                    let v = seen.number().map_err(|e| e.at(place("")))?;
                    let se = number(se, row).map_err(|e| e.at(place(".se")))?;
                    let n = number(n, row).map_err(|e| e.at(place(".n")))?;
                    let n = match n {
                        Some(n) if !is_count(n) => {
                            let message = format!("`{n}` is not a number of people");
                            return Err(Error::input("not_a_count", message)
                                .at(place(".n"))
                                .help("give a whole number from 0"));
                        }
                        n => n.map(|n| n as u64),
                    };
                    Estimate::new(v, se, n, Origin::Given).map(MeasureValue::Known).map_err(|e| e.at(place("")))?
                }
            };
            case.put(self, i.measure, v).map_err(|e| e.at(place("")))?;
        }
        Ok(case)
    }
}

/// Each once, in the order asked.
fn distinct(ids: Vec<QuestionId>) -> Vec<QuestionId> {
    let mut seen = std::collections::HashSet::new();
    ids.into_iter().filter(|q| seen.insert(*q)).collect()
}

/// The options of an independent question that hold in a row.
fn held(q: &Question, asked: &Asked, verdicts: &Verdicts, row: usize) -> Option<String> {
    let mut held = q
        .options
        .iter()
        .zip(&asked.answering)
        .filter(|(_, rules)| rules.iter().any(|rule| verdicts.verdict(*rule, row) == Some(true)));
    let first = held.next()?.0.clone();
    Some(held.fold(first, |all, (option, _)| all + "; " + option))
}

struct Input<'t> {
    measure: MeasureId,
    name: String,
    columns: [Option<&'t Cells>; 3],
}

impl Input<'_> {
    /// Fills the measure; none when a row has what it cannot take.
    fn fill(&self, framework: &Framework, columns: &mut Columns<'_>) -> Option<()> {
        let [Some(value), se, n] = self.columns else { return None };
        let kind = &framework.measure(self.measure)?.kind;
        if let (MeasureKind::Category(_), Cells::Text(_) | Cells::Dictionary { .. }) = (kind, value) {
            return categories(value, &self.name, columns);
        }
        let value = numbers(value, |_| true)?;
        let at = |row: usize| value.get(row).is_some();
        let se = match se {
            Some(se) => Some(numbers(se, at)?),
            None => None,
        };
        if let Some(n) = n {
            let counts = numbers(n, at)?;
            if (0..columns.rows()).any(|row| at(row) && counts.get(row).is_some_and(|n| !is_count(n))) {
                return None;
            }
        }
        if matches!(kind, MeasureKind::Category(_)) {
            // Without a value the kind of a column says nothing.
            return (!(0..columns.rows()).any(at)).then_some(());
        }
        columns.score(&self.name, value, se).ok()
    }
}

/// The numbers of a column, of the rows that are looked at; none when one of them is no number.
fn numbers(cells: &Cells, wanted: impl Fn(usize) -> bool) -> Option<Numbers<'static>> {
    match cells {
        Cells::Float(v) => Some(v.iter().copied().collect()),
        Cells::Int(v) => Some(v.iter().map(|i| i.map(|i| i as f64)).collect()),
        _ => {
            let read = |row| match cell(cells, row) {
                Cell::Missing => Some(None),
                _ if !wanted(row) => Some(None),
                seen => seen.number().ok().map(Some),
            };
            (0..cells.len()).map(read).collect()
        }
    }
}

/// Fills a measure with the categories of a column of texts.
fn categories(cells: &Cells, name: &str, columns: &mut Columns<'_>) -> Option<()> {
    let mut places: HashMap<&str, u32> = HashMap::new();
    let mut dictionary: Vec<&str> = Vec::new();
    let (mut codes, mut valid) = (Vec::with_capacity(cells.len()), Vec::with_capacity(cells.len()));
    for row in 0..cells.len() {
        let text = if let Cell::Text(t) = cell(cells, row) { Some(t) } else { None };
        valid.push(text.is_some());
        codes.push(text.map_or(0, |t| {
            *places.entry(t).or_insert_with(|| {
                dictionary.push(t);
                dictionary.len() as u32 - 1
            })
        }));
    }
    columns.category(name, Codes::Wide(codes.into()), Some(valid.into_iter().collect()), &dictionary).ok()
}

fn is_count(n: f64) -> bool {
    n >= 0.0 && n.fract() == 0.0 && n.is_finite()
}

enum Cell<'t> {
    Missing,
    Number(f64),
    Text(&'t str),
}

impl Cell<'_> {
    fn number(&self) -> Result<f64> {
        let found = match self {
            Cell::Number(v) => Some(*v),
            Cell::Text(t) => t.trim().parse().ok(),
            Cell::Missing => None,
        };
        found.ok_or_else(|| {
            let text = if let Cell::Text(t) = self { t } else { "" };
            Error::input("not_a_number", format!("`{text}` is not a number")).help("give a number, or nothing")
        })
    }
}

fn cell(cells: &Cells, row: usize) -> Cell<'_> {
    let found = match cells {
        Cells::Text(v) => v.get(row).and_then(Option::as_deref).map(Cell::Text),
        Cells::Float(v) => v.get(row).copied().flatten().map(Cell::Number),
        Cells::Int(v) => v.get(row).copied().flatten().map(|i| Cell::Number(i as f64)),
        Cells::Bool(v) => v.get(row).copied().flatten().map(|b| Cell::Number(f64::from(u8::from(b)))),
        Cells::Dictionary { values, codes } => {
            codes.get(row).copied().flatten().and_then(|c| values.get(c as usize)).map(|s| Cell::Text(s))
        }
    };
    found.unwrap_or(Cell::Missing)
}

fn number(cells: Option<&Cells>, row: usize) -> Result<Option<f64>> {
    match cells.map_or(Cell::Missing, |c| cell(c, row)) {
        Cell::Missing => Ok(None),
        seen => seen.number().map(Some),
    }
}

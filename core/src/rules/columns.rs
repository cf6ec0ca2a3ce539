//! Questions put to every row of a table, by the same definition as to one case.

use super::case::Case;
use super::judgment::{Answer, Status};
use super::load::KEYS;
use super::model::*;
use crate::error::{Error, Result};
use crate::evidence::{Cells, Column, Table};
use crate::measure::{Estimate, MeasureValue, Origin};

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
        let rows = table.rows();
        let mut statuses: Vec<Vec<Option<String>>> = vec![Vec::with_capacity(rows); wanted.len()];
        let mut answers: Vec<Vec<Option<String>>> = vec![Vec::with_capacity(rows); wanted.len()];
        let rules: Vec<Vec<RuleId>> =
            wanted.iter().map(|q| self.question(*q).map(|q| q.rules.concat()).unwrap_or_default()).collect();
        let mut codes: Vec<Vec<Vec<Option<i64>>>> =
            rules.iter().map(|r| vec![Vec::with_capacity(rows); r.len()]).collect();
        for row in 0..rows {
            let case = self.row_case(table.name(), &inputs, row)?;
            for (i, q) in wanted.iter().enumerate() {
                let j = self.judge_at(*q, &case, confidence);
                if let (Some(s), Some(a)) = (statuses.get_mut(i), answers.get_mut(i)) {
                    s.push(Some(j.status().as_str().to_owned()));
                    a.push(match j.status() {
                        Status::Answer(Answer::One(_)) => j.answer().map(str::to_owned),
                        Status::Answer(Answer::Each) => {
                            let held: Vec<&str> = j
                                .options()
                                .iter()
                                .enumerate()
                                .filter(|(_, o)| o.verdict.code() == 1)
                                .map(|(i, _)| j.name(i))
                                .collect();
                            (!held.is_empty()).then(|| held.join("; "))
                        }
                        _ => None,
                    });
                }
                let Some(question) = self.question(*q) else { continue };
                let e = super::evaluate::Evaluation::of_question(self, &case, question, confidence);
                for (slot, r) in codes.get_mut(i).into_iter().flatten().zip(rules.get(i).into_iter().flatten()) {
                    slot.push(Some(i64::from(e.verdict(*r).code())));
                }
            }
        }
        let mut out: Vec<Column> =
            table.columns().iter().filter(|c| KEYS.contains(&c.name.as_str())).cloned().collect();
        let named = |name: String, cells| Column { name, cells };
        let mut seen = std::collections::HashSet::new();
        for (i, q) in wanted.iter().enumerate() {
            let id = self.question(*q).map_or("", |q| &q.id);
            if !seen.insert(id.to_owned()) {
                continue;
            }
            out.push(named(format!("{id}.status"), Cells::Text(statuses.get(i).cloned().unwrap_or_default())));
            out.push(named(format!("{id}.answer"), Cells::Text(answers.get(i).cloned().unwrap_or_default())));
            for (r, column) in rules.get(i).into_iter().flatten().zip(codes.get(i).cloned().unwrap_or_default()) {
                let id = self.rule(*r).map_or("", |r| &r.id);
                out.push(named(id.to_owned(), Cells::Int(column)));
            }
        }
        Table::new("judgments", out)
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
                        Some(n) if n < 0.0 || n.fract() != 0.0 || !n.is_finite() => {
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

struct Input<'t> {
    measure: MeasureId,
    name: String,
    columns: [Option<&'t Cells>; 3],
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

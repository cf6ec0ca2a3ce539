//! The long form of network measures: one row a network (or group, or node), measure and variant.

use crate::error::Result;
use crate::evidence::{Cells, Column, Table};
use crate::measure::{Absence, Status};
use serde_json::{Map, Value, json};

/// A number with its name, before it has a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What is measured, in snake_case.
    pub measure: &'static str,
    /// By which variant.
    pub variant: &'static str,
    /// Of what it speaks: `observed` (the ties as reported), `chance` (what is expected at random), `sampled` (an
    /// estimate of the observed from a part).
    pub estimand: &'static str,
    /// The number, or why there is none.
    pub value: Result<f64, Absence>,
    /// Bounds that certainly (or, sampled, with 95 %) enclose it.
    pub bounds: Option<(f64, f64)>,
    /// The people it is about.
    pub n: u64,
}

/// Cells as they are worked out.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) cells: Vec<Cell>,
    pub(super) n: u64,
}

impl Sheet {
    pub(super) fn of(n: u64) -> Sheet {
        Sheet { cells: Vec::new(), n }
    }

    /// Adds a number about the ties as reported; `why` says what is missing when there is none.
    pub(super) fn add(&mut self, measure: &'static str, variant: &'static str, value: Option<f64>, why: &'static str) {
        self.put(measure, variant, "observed", value.ok_or(Absence::Undefined(why)));
    }

    pub(super) fn put(
        &mut self,
        measure: &'static str,
        variant: &'static str,
        estimand: &'static str,
        value: Result<f64, Absence>,
    ) {
        let finite = value.and_then(|v| match v.is_finite() {
            true => Ok(v),
            false => Err(Absence::Undefined("the formula has no finite value here")),
        });
        self.cells.push(Cell { measure, variant, estimand, value: finite, bounds: None, n: self.n });
    }

    /// Bounds for the cell added last.
    pub(super) fn bound(&mut self, bounds: Option<(f64, f64)>) {
        if let Some(cell) = self.cells.last_mut()
            && cell.value.is_ok()
        {
            cell.bounds = bounds.filter(|(low, high)| low.is_finite() && high.is_finite());
        }
    }
}

/// One row of the long table.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkRow {
    /// The wave, when ties have waves.
    pub wave: Option<String>,
    /// The relation, when ties have relations.
    pub relation: Option<String>,
    /// The group it is about; who looks, where `to` is given.
    pub group: Option<String>,
    /// The group looked to.
    pub to: Option<String>,
    /// The node it is about.
    pub node: Option<String>,
    /// Only ties stronger than this were taken.
    pub above: Option<f64>,
    /// What is measured, and the value.
    pub cell: Cell,
    /// The value were every tie that was not reported absent.
    pub if_absent: Option<f64>,
    /// The value were every tie that was not reported there, at its largest strength.
    pub if_present: Option<f64>,
}

impl NetworkRow {
    pub(super) fn new(cell: Cell) -> NetworkRow {
        NetworkRow {
            wave: None,
            relation: None,
            group: None,
            to: None,
            node: None,
            above: None,
            cell,
            if_absent: None,
            if_present: None,
        }
    }

    /// The value, when there is one.
    pub fn value(&self) -> Option<f64> {
        self.cell.value.as_ref().ok().copied()
    }

    /// Whether there is a value, and why not.
    pub fn status(&self) -> Status {
        match &self.cell.value {
            Ok(_) => Status::Known,
            Err(a) => Status::Absent(a.clone()),
        }
    }

    /// The row as a JSON object with the keys of `shape`.
    pub fn to_json(&self, shape: &Shape) -> Value {
        let mut row = Map::new();
        for (name, cell) in self.places() {
            if shape.has(name) {
                row.insert(name.to_owned(), json!(cell));
            }
        }
        if shape.has("above") {
            row.insert("above".to_owned(), json!(self.above));
        }
        row.insert("measure".to_owned(), json!(self.cell.measure));
        row.insert("variant".to_owned(), json!(self.cell.variant));
        row.insert("estimand".to_owned(), json!(self.cell.estimand));
        for (name, number) in self.numbers() {
            if shape.has(name) || ["value", "se", "lower", "upper"].contains(&name) {
                row.insert(name.to_owned(), json!(number));
            }
        }
        row.insert("n".to_owned(), json!(self.cell.n));
        row.insert("status".to_owned(), json!(self.status().as_str()));
        Value::Object(row)
    }

    fn places(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("wave", self.wave.as_deref()),
            ("relation", self.relation.as_deref()),
            ("group", self.group.as_deref()),
            ("to", self.to.as_deref()),
            ("node", self.node.as_deref()),
        ]
    }

    fn numbers(&self) -> [(&'static str, Option<f64>); 6] {
        let bounds = self.cell.bounds;
        [
            ("value", self.value()),
            // A census of ties has no sampling error; bounds say what is not known.
            ("se", None),
            ("lower", bounds.map(|b| b.0)),
            ("upper", bounds.map(|b| b.1)),
            ("if_absent", self.if_absent),
            ("if_present", self.if_present),
        ]
    }
}

/// Which of the columns that not every table has are there: `wave relation group to node above if_absent if_present`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape(Vec<&'static str>);

impl Shape {
    pub(super) fn of(columns: &[&'static str], rows: &[NetworkRow]) -> Shape {
        let mut shape: Vec<&'static str> = Vec::new();
        for (name, found) in [
            ("wave", rows.iter().any(|r| r.wave.is_some())),
            ("relation", rows.iter().any(|r| r.relation.is_some())),
            ("if_absent", rows.iter().any(|r| r.if_absent.is_some() || r.if_present.is_some())),
            ("if_present", rows.iter().any(|r| r.if_absent.is_some() || r.if_present.is_some())),
        ] {
            if found {
                shape.push(name);
            }
        }
        shape.extend(columns);
        Shape(shape)
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains(&name)
    }
}

/// Rows in the long form, with the columns of `shape` and `measure variant estimand value se lower upper n status`.
///
/// # Errors
/// Those of [`Table::new`].
pub fn to_table(name: &str, rows: &[NetworkRow], shape: &Shape) -> Result<Table> {
    let text = |name: &str, cell: &dyn Fn(&NetworkRow) -> Option<String>| Column {
        name: name.to_owned(),
        cells: Cells::Text(rows.iter().map(cell).collect()),
    };
    let float = |name: &str, cell: &dyn Fn(&NetworkRow) -> Option<f64>| Column {
        name: name.to_owned(),
        cells: Cells::Float(rows.iter().map(cell).collect()),
    };
    let mut columns = Vec::new();
    for (k, place) in ["wave", "relation", "group", "to", "node"].into_iter().enumerate() {
        if shape.has(place) {
            columns.push(text(place, &|r| r.places().get(k).and_then(|(_, cell)| cell.map(str::to_owned))));
        }
    }
    if shape.has("above") {
        columns.push(float("above", &|r| r.above));
    }
    columns.push(text("measure", &|r| Some(r.cell.measure.to_owned())));
    columns.push(text("variant", &|r| Some(r.cell.variant.to_owned())));
    columns.push(text("estimand", &|r| Some(r.cell.estimand.to_owned())));
    for (k, name) in ["value", "se", "lower", "upper", "if_absent", "if_present"].into_iter().enumerate() {
        if k < 4 || shape.has(name) {
            columns.push(float(name, &|r| r.numbers().get(k).and_then(|(_, number)| *number)));
        }
    }
    columns.push(Column {
        name: "n".to_owned(),
        cells: Cells::Int(rows.iter().map(|r| i64::try_from(r.cell.n).ok()).collect()),
    });
    columns.push(text("status", &|r| Some(r.status().as_str().to_owned())));
    Table::new(name, columns)
}

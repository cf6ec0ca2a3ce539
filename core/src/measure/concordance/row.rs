//! The long form of facets: one row a place, condition and measure.

use super::lists::Condition;
use crate::error::Result;
use crate::evidence::{Cells, Column, Pressure, Table};
use crate::measure::rows::Status;
use crate::measure::value::Absence;
use serde_json::{Map, Value, json};

/// One number about priorities, decisions or leaders' orders.
#[derive(Debug, Clone, PartialEq)]
pub struct FacetRow {
    /// The unit, with all units below it; `None` for everybody.
    pub unit: Option<String>,
    /// The layer it is about, or the upper one of two.
    pub layer: Option<String>,
    /// The layer or unit below that it is compared with.
    pub to: Option<String>,
    /// The wave.
    pub wave: Option<String>,
    /// The pressure.
    pub pressure: Option<Pressure>,
    /// The wave or pressure from which a change is counted.
    pub since: Option<String>,
    /// Which facet of coherence it belongs to.
    pub facet: &'static str,
    /// What is measured, in snake_case.
    pub measure: &'static str,
    /// By which variant.
    pub variant: &'static str,
    /// Of what it speaks: `observed` (these decisions and leaders, exactly), `process` (what made them, were they
    /// independent draws of it), `leaders` (leaders like these).
    pub estimand: &'static str,
    /// The number, or why there is none.
    pub value: Result<f64, Absence>,
    /// What was found in a word, where a word says it.
    pub found: Option<String>,
    /// The standard error of `process` or `leaders`.
    pub se: Option<f64>,
    /// The 95 % interval, where one is offered.
    pub interval: Option<(f64, f64)>,
    /// What chance gives on average.
    pub chance: Option<f64>,
    /// The probability of so large a value by chance.
    pub p: Option<f64>,
    /// The people behind it: makers of decisions, or leaders who ranked.
    pub n: u64,
    /// How many decisions or lists.
    pub items: u64,
}

impl FacetRow {
    pub(crate) fn new(
        facet: &'static str,
        measure: &'static str,
        variant: &'static str,
        value: Result<f64, Absence>,
    ) -> FacetRow {
        FacetRow {
            unit: None,
            layer: None,
            to: None,
            wave: None,
            pressure: None,
            since: None,
            facet,
            measure,
            variant,
            estimand: "observed",
            value,
            found: None,
            se: None,
            interval: None,
            chance: None,
            p: None,
            n: 0,
            items: 0,
        }
    }

    pub(crate) fn of(mut self, n: usize, items: usize) -> FacetRow {
        (self.n, self.items) = (n as u64, items as u64);
        self
    }

    pub(crate) fn at(mut self, condition: Condition<'_>) -> FacetRow {
        (self.wave, self.pressure) = (condition.wave.map(str::to_owned), condition.pressure);
        self
    }

    pub(crate) fn by_chance(mut self, chance: Option<f64>, p: Option<f64>) -> FacetRow {
        if self.value.is_ok() {
            (self.chance, self.p) = (chance, p);
        }
        self
    }

    pub(crate) fn about(mut self, estimand: &'static str, se: Option<f64>, interval: Option<(f64, f64)>) -> FacetRow {
        self.estimand = estimand;
        if self.value.is_ok() {
            (self.se, self.interval) = (se, interval);
        }
        self
    }

    /// Whether there is a value, and why not.
    pub fn status(&self) -> Status {
        match &self.value {
            Ok(_) => Status::Known,
            Err(a) => Status::Absent(a.clone()),
        }
    }

    /// The row as a JSON object.
    pub fn to_json(&self) -> Value {
        let cells = texts().into_iter().map(|(name, cell)| (name.to_owned(), json!(cell(self))));
        let numbers = floats().into_iter().map(|(name, cell)| (name.to_owned(), json!(cell(self))));
        let mut row: Map<String, Value> = cells.chain(numbers).collect();
        row.insert("n".to_owned(), json!(self.n));
        row.insert("items".to_owned(), json!(self.items));
        Value::Object(row)
    }
}

type Text = fn(&FacetRow) -> Option<&str>;
type Float = fn(&FacetRow) -> Option<f64>;

fn texts() -> [(&'static str, Text); 12] {
    [
        ("unit", |r| r.unit.as_deref()),
        ("layer", |r| r.layer.as_deref()),
        ("to", |r| r.to.as_deref()),
        ("wave", |r| r.wave.as_deref()),
        ("pressure", |r| r.pressure.map(Pressure::as_str)),
        ("since", |r| r.since.as_deref()),
        ("facet", |r| Some(r.facet)),
        ("measure", |r| Some(r.measure)),
        ("variant", |r| Some(r.variant)),
        ("estimand", |r| Some(r.estimand)),
        ("found", |r| r.found.as_deref()),
        ("status", |r| match &r.value {
            Ok(_) => Some("known"),
            Err(a) => Some(a.as_str()),
        }),
    ]
}

fn floats() -> [(&'static str, Float); 6] {
    [
        ("value", |r| r.value.as_ref().ok().copied()),
        ("se", |r| r.se),
        ("lower", |r| r.interval.map(|(lower, _)| lower)),
        ("upper", |r| r.interval.map(|(_, upper)| upper)),
        ("chance", |r| r.chance),
        ("p", |r| r.p),
    ]
}

/// Rows as a table: `unit layer to wave pressure since facet measure variant estimand found value se lower upper chance
/// p n items status`.
///
/// # Errors
/// Those of [`Table::new`].
pub fn facets_to_table(name: &str, rows: &[FacetRow]) -> Result<Table> {
    let column = |name: &str, cells| Column { name: name.to_owned(), cells };
    let whole = |n: fn(&FacetRow) -> u64| Cells::Int(rows.iter().map(|r| i64::try_from(n(r)).ok()).collect());
    let mut columns: Vec<Column> = Vec::new();
    for (name, cell) in texts() {
        columns.push(column(name, Cells::Text(rows.iter().map(|r| cell(r).map(str::to_owned)).collect())));
    }
    let status = columns.pop();
    for (name, cell) in floats() {
        columns.push(column(name, Cells::Float(rows.iter().map(cell).collect())));
    }
    columns.push(column("n", whole(|r| r.n)));
    columns.push(column("items", whole(|r| r.items)));
    columns.extend(status);
    Table::new(name, columns)
}

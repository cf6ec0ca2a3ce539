//! What the core measured, as tables.

use colead::Result;
use colead::evidence::{Cells, Column, Table};
use colead::measure::{Kind, ScaleRow};
use serde_json::Value;

fn column(name: &str, cells: Cells) -> Column {
    Column { name: name.to_owned(), cells }
}

fn texts<'r, R>(name: &str, rows: &'r [R], cell: impl Fn(&'r R) -> Option<&'r str>) -> Column {
    column(name, Cells::Text(rows.iter().map(|r| cell(r).map(str::to_owned)).collect()))
}

fn floats<R>(name: &str, rows: &[R], cell: impl Fn(&R) -> Option<f64>) -> Column {
    column(name, Cells::Float(rows.iter().map(cell).collect()))
}

fn whole(n: u64) -> Option<i64> {
    i64::try_from(n).ok()
}

/// Rows of measures in the long form `[wave] unit scale|item|pair measure variant estimand value se lower upper n
/// status`: `wave` when the answers had waves, and of `scale item pair` those that rows are about, `about` in any case.
pub(crate) fn long_form(name: &str, rows: &[ScaleRow], about: Kind, waves: bool) -> Result<Table> {
    let mut columns = Vec::new();
    if waves {
        columns.push(texts("wave", rows, |r| r.wave.as_deref()));
    }
    columns.push(texts("unit", rows, |r| r.unit.as_deref()));
    for (kind, column) in [(Kind::Scale, "scale"), (Kind::Item, "item"), (Kind::Pair, "pair")] {
        if kind == about || rows.iter().any(|r| r.kind == kind) {
            columns.push(texts(column, rows, |r| (r.kind == kind).then_some(r.scale.as_str())));
        }
    }
    columns.push(texts("measure", rows, |r| Some(r.measure)));
    columns.push(texts("variant", rows, |r| Some(r.variant)));
    columns.push(texts("estimand", rows, |r| Some(r.estimand)));
    columns.push(floats("value", rows, |r| r.value));
    columns.push(floats("se", rows, |r| r.se));
    columns.push(floats("lower", rows, |r| r.lower));
    columns.push(floats("upper", rows, |r| r.upper));
    columns.push(column("n", Cells::Int(rows.iter().map(|r| whole(r.n)).collect())));
    columns.push(texts("status", rows, |r| Some(r.status.as_str())));
    Table::new(name, columns)
}

/// Respondents by wave and unit.
pub(crate) fn respondents(rows: &[(String, String, u64)]) -> Result<Table> {
    let mut columns = Vec::new();
    if rows.iter().any(|(wave, ..)| !wave.is_empty()) {
        columns.push(texts("wave", rows, |r| Some(r.0.as_str())));
    }
    columns.push(texts("unit", rows, |r| Some(r.1.as_str())));
    columns.push(column("n", Cells::Int(rows.iter().map(|r| whole(r.2)).collect())));
    Table::new("respondents", columns)
}

/// How a key of JSON rows becomes a column.
#[derive(Debug, Clone, Copy)]
pub(crate) enum As {
    Text,
    Float,
    Int,
    Bool,
}

/// JSON rows of one shape as a table: keys in the order given, null as missing.
pub(crate) fn documents(name: &str, rows: &[Value], keys: &[(&str, As)]) -> Result<Table> {
    let columns = keys.iter().map(|(key, kind)| {
        let cells = rows.iter().map(|r| r.get(key).unwrap_or(&Value::Null));
        let cells = match kind {
            As::Text => Cells::Text(cells.map(|v| v.as_str().map(str::to_owned)).collect()),
            As::Float => Cells::Float(cells.map(Value::as_f64).collect()),
            As::Int => Cells::Int(cells.map(Value::as_i64).collect()),
            As::Bool => Cells::Bool(cells.map(Value::as_bool).collect()),
        };
        column(key, cells)
    });
    Table::new(name, columns.collect())
}

//! What the core measured, as tables.

use colead::Result;
use colead::evidence::{Cells, Column, Table};
use serde_json::Value;

fn column(name: &str, cells: Cells) -> Column {
    Column { name: name.to_owned(), cells }
}

fn texts<'r, R>(name: &str, rows: &'r [R], cell: impl Fn(&'r R) -> Option<&'r str>) -> Column {
    column(name, Cells::Text(rows.iter().map(|r| cell(r).map(str::to_owned)).collect()))
}

fn whole(n: u64) -> Option<i64> {
    i64::try_from(n).ok()
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

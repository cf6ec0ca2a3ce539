//! Rows of measures as a table.

use super::rows::{Kind, ScaleRow};
use crate::error::Result;
use crate::evidence::{Cells, Column, Table};

/// Rows of measures in the long form `[wave] unit scale|item|pair measure variant estimand value se lower upper n
/// status`: `wave` when the answers had `waves`, and of `scale item pair judge respondent` those that rows are about,
/// `about` in any case.
///
/// # Errors
/// Those of [`Table::new`], for more rows than a table holds.
pub fn to_table(name: &str, rows: &[ScaleRow], about: Kind, waves: bool) -> Result<Table> {
    let mut columns = Vec::new();
    if waves {
        columns.push(texts("wave", rows, |r| r.wave.as_deref()));
    }
    columns.push(texts("unit", rows, |r| r.unit.as_deref()));
    for kind in [Kind::Scale, Kind::Item, Kind::Pair, Kind::Judge, Kind::Respondent] {
        let Some(column) = kind.column() else { continue };
        if kind == about || rows.iter().any(|r| r.kind == kind) {
            columns.push(texts(column, rows, |r| match (&r.within, kind) {
                (Some(scale), Kind::Scale) => Some(scale.as_str()),
                _ => (r.kind == kind).then_some(r.scale.as_str()),
            }));
        }
    }
    columns.push(texts("measure", rows, |r| Some(r.measure)));
    columns.push(texts("variant", rows, |r| Some(r.variant)));
    columns.push(texts("estimand", rows, |r| Some(r.estimand)));
    columns.push(floats("value", rows, |r| r.value));
    columns.push(floats("se", rows, |r| r.se));
    columns.push(floats("lower", rows, |r| r.lower));
    columns.push(floats("upper", rows, |r| r.upper));
    // Signed, for Spark refuses unsigned numbers; nobody has 2^63 respondents.
    columns.push(column("n", Cells::Int(rows.iter().map(|r| i64::try_from(r.n).ok()).collect())));
    columns.push(texts("status", rows, |r| Some(r.status.as_str())));
    Table::new(name, columns)
}

fn column(name: &str, cells: Cells) -> Column {
    Column { name: name.to_owned(), cells }
}

fn texts<'r>(name: &str, rows: &'r [ScaleRow], cell: impl Fn(&'r ScaleRow) -> Option<&'r str>) -> Column {
    column(name, Cells::Text(rows.iter().map(|r| cell(r).map(str::to_owned)).collect()))
}

fn floats(name: &str, rows: &[ScaleRow], cell: impl Fn(&ScaleRow) -> Option<f64>) -> Column {
    column(name, Cells::Float(rows.iter().map(cell).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Instrument, Responses};
    use crate::measure::{items, scores};
    use crate::tally::Tally;

    fn names(table: &Table) -> Vec<&str> {
        table.columns().iter().map(|c| c.name.as_str()).collect()
    }

    #[test]
    fn cells_are_those_of_the_rows() {
        let instrument = Instrument::from_json(
            r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],"scales":[{"id":"a","items":["x"]}]}"#,
        )
        .unwrap();
        let csv = b"unit,wave,x\nnorth,w1,4\nnorth,w1,2\nsouth,w1,5\n";
        let table = Table::from_csv("responses", csv).unwrap();
        let (responses, _) = Responses::from_table(&table, &instrument, true).unwrap();
        let mut tally = Tally::new(&instrument);
        tally.add(&responses).unwrap();

        let rows = scores(&tally, None);
        let table = to_table("scores", &rows, Kind::Scale, true).unwrap();
        let expected = "wave unit scale measure variant estimand value se lower upper n status";
        assert_eq!(names(&table).join(" "), expected);
        assert_eq!(table.rows(), rows.len());
        let Some(Cells::Float(values)) = table.column("value").map(|c| &c.cells) else { panic!("floats") };
        assert_eq!(*values, rows.iter().map(|r| r.value).collect::<Vec<_>>());
        let Some(Cells::Int(n)) = table.column("n").map(|c| &c.cells) else { panic!("whole numbers") };
        assert_eq!(n.first(), Some(&Some(2)));
        let items = to_table("items", &items(&tally), Kind::Item, true).unwrap();
        assert!(names(&items).contains(&"item") && !names(&items).contains(&"scale"));
    }

    #[test]
    fn no_rows_are_a_table_of_no_rows() {
        let table = to_table("items", &[], Kind::Item, false).unwrap();
        assert_eq!((table.rows(), names(&table)[..2].join(" ").as_str()), (0, "unit item"));
    }
}

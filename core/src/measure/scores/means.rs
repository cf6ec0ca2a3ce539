//! One row a unit: what a spreadsheet or a data frame joins with what else it knows of the units.

use crate::error::Result;
use crate::evidence::{Cells, Column, Table};
use crate::measure::scores::scale::{Reading, person_scores};
use crate::num::sqrt;
use crate::tally::Tally;

/// The mean score of every unit on every scale, in points: the columns `wave` (where there are waves), `unit`,
/// `respondents`, and for each scale `scale`, `scale.se` and `scale.n`: the mean of the persons' scores, its standard
/// error and how many had one. Missing where nobody has a score, the error also where fewer than two have.
///
/// The means and errors are those of [`crate::measure::scores`]. Where people are weighed so are the means; then the error is
/// missing and `scale.n` counts the unit's respondents.
///
/// # Errors
/// `duplicate_column` when a scale is named as another column.
pub fn means(tally: &Tally, reading: &Reading<'_>) -> Result<Table> {
    let scales = &tally.layout().scales;
    let weighed = tally.decimals().is_some();
    let needed: Vec<usize> = scales.iter().map(|s| reading.needed(tally, s.items.len())).collect();
    let mut columns: Vec<ScaleColumns> = scales.iter().map(|_| ScaleColumns::default()).collect();
    tally.each_sums(|people, sums| {
        for (((column, sums), needed), scale) in columns.iter_mut().zip(sums).zip(&needed).zip(scales) {
            let unit = person_scores(sums, *needed);
            let n = match (unit, weighed) {
                (None, _) => 0,
                (Some(_), true) => people,
                (Some(unit), false) => unit.n,
            };
            let spread = unit.filter(|u| u.n > 1 && !weighed).map(|u| (u.squares / (u.n as f64 - 1.0), u.n as f64));
            column.means.push(unit.map(|u| scale.lo as f64 + u.mean));
            column.errors.push(spread.map(|(variance, n)| sqrt(variance / n)));
            column.people.push(i64::try_from(n).ok());
        }
    });
    let mut all = keys(tally);
    for (scale, columns) in scales.iter().zip(columns) {
        let column = |name: String, cells| Column { name, cells };
        all.push(column(scale.id.clone(), Cells::Float(columns.means)));
        all.push(column(format!("{}.se", scale.id), Cells::Float(columns.errors)));
        all.push(column(format!("{}.n", scale.id), Cells::Int(columns.people)));
    }
    Table::new("means", all)
}

#[derive(Default)]
struct ScaleColumns {
    means: Vec<Option<f64>>,
    errors: Vec<Option<f64>>,
    people: Vec<Option<i64>>,
}

/// How often every unit gave every answer to every item: the columns `wave` (where there are waves), `unit`,
/// `respondents`, and `item=answer` for each answer, as coded, with `item=dont_know` where one may not know.
///
/// Where people are weighed these are weights, in units of their last decimal.
///
/// # Errors
/// `overflow` beyond 63 bits.
pub fn counts(tally: &Tally) -> Result<Table> {
    let layout = tally.layout();
    let mut columns: Vec<Vec<Option<i64>>> = vec![Vec::new(); layout.counts];
    for (_, cell) in tally.cells().chain(tally.weighed()) {
        for (column, count) in columns.iter_mut().zip(&cell.counts) {
            column.push(Some(i64::try_from(*count).map_err(|_| {
                crate::Error::input("overflow", "a count does not fit in 63 bits")
                    .at("tally")
                    .help("count fewer people")
            })?));
        }
    }
    let mut columns = columns.into_iter();
    let mut all = keys(tally);
    for item in &layout.items {
        let names = (item.lo..).take(item.options).map(|answer| format!("{}={answer}", item.id));
        for (name, cells) in names.zip(&mut columns) {
            all.push(Column { name, cells: Cells::Int(cells) });
        }
        if let Some(cells) = columns.next().filter(|_| layout.asks_dont_know) {
            all.push(Column { name: format!("{}=dont_know", item.id), cells: Cells::Int(cells) });
        }
    }
    Table::new("counts", all)
}

fn keys(tally: &Tally) -> Vec<Column> {
    let text = |name: &str, cells: Vec<Option<String>>| Column { name: name.to_owned(), cells: Cells::Text(cells) };
    let mut columns = Vec::new();
    if tally.waves() != [""] && !tally.is_empty() {
        columns.push(text("wave", tally.keys().map(|k| Some(k.wave.clone())).collect()));
    }
    columns.push(text("unit", tally.keys().map(|k| Some(k.unit.clone())).collect()));
    let people = tally.people().map(|n| i64::try_from(n).ok()).collect();
    columns.push(Column { name: "respondents".to_owned(), cells: Cells::Int(people) });
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{AnswerColumns, Instrument};
    use crate::tally::{Counter, Values};

    #[test]
    fn one_row_a_unit() {
        let instrument = Instrument::from_json(
            r#"{"id":"s","version":"1","license":"CC0","options":[1,3],"dont_know":[9],"scales":[{"id":"a","items":["x","-y"]}]}"#,
        )
        .unwrap();
        let names = ["unit", "x", "y"];
        let mut counter = Counter::new(&instrument, "t", &names, &AnswerColumns::standard(true)).unwrap();
        let (x, y) = (Values::I8(&[1, 3, 9]).into(), Values::I8(&[2, 3, 9]).into());
        counter.add(&[Values::U8(&[7, 7, 8]).into(), x, y]).unwrap();
        let (tally, _) = counter.finish().unwrap();
        let means = means(&tally, &Reading::default()).unwrap();
        assert_eq!(means.column("a").unwrap().cells, Cells::Float(vec![Some(1.75), None]));
        assert_eq!(means.column("a.n").unwrap().cells, Cells::Int(vec![Some(2), Some(0)]));
        // Scores 1.5 and 2.
        assert_eq!(means.column("a.se").unwrap().cells, Cells::Float(vec![Some(0.25), None]));
        assert_eq!(means.column("respondents").unwrap().cells, Cells::Int(vec![Some(2), Some(1)]));
        let counts = counts(&tally).unwrap();
        let column = |name: &str| counts.column(name).unwrap().cells.clone();
        assert_eq!(column("x=1"), Cells::Int(vec![Some(1), Some(0)]));
        assert_eq!(column("x=2"), Cells::Int(vec![Some(0), Some(0)]));
        assert_eq!(column("y=dont_know"), Cells::Int(vec![Some(0), Some(1)]));
        assert_eq!(counts.columns().len(), 2 + 2 * 4);
    }
}

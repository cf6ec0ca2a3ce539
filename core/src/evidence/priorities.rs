//! Priorities: how leaders rank them, and how the strategy declares them.

use super::digest::{Line, Rows};
use super::pressure::Pressure;
use super::reader::{Reader, check_number, refuse_repeats};
use super::table::{Table, place};
use crate::error::{Error, Result};
use std::collections::HashMap;

/// One priority on one leader's list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RankingRow {
    /// Who ranks: a key.
    pub ranker: String,
    /// The ranker's unit.
    pub unit: String,
    /// The ranker's layer.
    pub layer: String,
    /// The priority.
    pub priority: String,
    /// Its rank, 1 first; ties share a rank; none when it was recalled freely.
    pub rank: Option<f64>,
    /// The wave.
    pub wave: Option<String>,
    /// The pressure it was ranked for.
    pub pressure: Option<Pressure>,
}

/// The table `rankings`: a list names each priority once.
///
/// ```
/// use colead::evidence::{Rankings, Table};
/// let csv = b"ranker,unit,layer,priority,rank\nr1,berth,1,safety,1\nr1,berth,1,pace,2\n";
/// let rankings = Rankings::from_table(&Table::from_csv("rankings", csv)?)?;
/// assert_eq!(rankings.rows()[1].rank, Some(2.0));
/// # Ok::<(), colead::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rankings {
    rows: Vec<RankingRow>,
}

impl Rankings {
    /// Reads the table `rankings`: ranker, unit, layer, priority, rank (a number from 1, empty for free recall);
    /// optional wave, pressure.
    ///
    /// # Errors
    /// Those of [`Reader`] and its fields, and of [`Rankings::new`].
    pub fn from_table(table: &Table) -> Result<Rankings> {
        let r = Reader::new(table, &["ranker", "unit", "layer", "priority", "rank"], &["wave", "pressure"])?;
        let (ranker, unit, layer) = (r.field("ranker"), r.field("unit"), r.field("layer"));
        let (priority, rank) = (r.field("priority"), r.field("rank"));
        let (wave, pressure) = (r.field("wave"), r.field("pressure"));
        let rows = (0..r.rows()).map(|i| {
            Ok(RankingRow {
                ranker: ranker.need_string(i)?,
                unit: unit.need_string(i)?,
                layer: layer.need_string(i)?,
                priority: priority.need_string(i)?,
                rank: rank.number(i)?,
                wave: wave.string(i)?,
                pressure: pressure.word(i, &Pressure::WORDS)?,
            })
        });
        Rankings::new(rows.collect::<Result<_>>()?)
    }

    /// Checks the rows.
    ///
    /// # Errors
    /// `out_of_range` (a rank below 1), `not_finite`, `duplicate_priority` (ranker, wave, pressure and priority alike).
    pub fn new(rows: Vec<RankingRow>) -> Result<Rankings> {
        const TABLE: &str = "rankings";
        for (i, row) in rows.iter().enumerate() {
            check_number(TABLE, i, "rank", row.rank, 1.0, "out_of_range")?;
        }
        let keys = rows.iter().map(|r| (&r.ranker, &r.wave, r.pressure, &r.priority));
        refuse_repeats(TABLE, "priority", "duplicate_priority", "ranker, wave, pressure and priority", keys)?;
        Ok(Rankings { rows })
    }

    /// Checks that each list belongs to one unit and one layer.
    ///
    /// # Errors
    /// `two_places`.
    pub(super) fn check_places(&self) -> Result<()> {
        let mut places: HashMap<_, (&str, &str)> = HashMap::new();
        for (i, row) in self.rows.iter().enumerate() {
            let own = (row.unit.as_str(), row.layer.as_str());
            let first = *places.entry((&row.ranker, &row.wave, row.pressure)).or_insert(own);
            if first != own {
                let message = format!("the list of `{}` stands in two places", row.ranker);
                return Err(Error::input("two_places", message)
                    .at(place("rankings", i, if first.0 == own.0 { "layer" } else { "unit" }))
                    .help(format!("give one unit and one layer a list, such as `{}` and `{}`", first.0, first.1)));
            }
        }
        Ok(())
    }

    /// The rows in the order of the table.
    pub fn rows(&self) -> &[RankingRow] {
        &self.rows
    }
}

impl Rows for Rankings {
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn unit(&self, row: usize) -> Option<&str> {
        self.rows.get(row).map(|r| r.unit.as_str())
    }
    fn render(&self, row: usize, line: &mut Line) {
        let Some(r) = self.rows.get(row) else { return };
        line.text(Some(&r.ranker)).text(Some(&r.unit)).text(Some(&r.layer)).text(Some(&r.priority)).number(r.rank);
        line.text(r.wave.as_deref()).text(r.pressure.map(Pressure::as_str));
    }
}

/// One priority of the declared strategy.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeclaredRow {
    /// The priority.
    pub priority: String,
    /// Its rank, 1 first; ties share a rank.
    pub rank: f64,
    /// The wave it was declared for.
    pub wave: Option<String>,
}

/// The table `declared`: the strategy of a wave names each priority once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Declared {
    rows: Vec<DeclaredRow>,
}

impl Declared {
    /// Reads the table `declared`: priority, rank; optional wave.
    ///
    /// # Errors
    /// Those of [`Reader`] and its fields, and of [`Declared::new`].
    pub fn from_table(table: &Table) -> Result<Declared> {
        let r = Reader::new(table, &["priority", "rank"], &["wave"])?;
        let (priority, rank, wave) = (r.field("priority"), r.field("rank"), r.field("wave"));
        let rows = (0..r.rows()).map(|i| {
            Ok(DeclaredRow {
                priority: priority.need_string(i)?,
                rank: rank.need(i, rank.number(i)?)?,
                wave: wave.string(i)?,
            })
        });
        Declared::new(rows.collect::<Result<_>>()?)
    }

    /// Checks the rows.
    ///
    /// # Errors
    /// `out_of_range` (a rank below 1), `not_finite`, `duplicate_priority` (wave and priority alike).
    pub fn new(rows: Vec<DeclaredRow>) -> Result<Declared> {
        const TABLE: &str = "declared";
        for (i, row) in rows.iter().enumerate() {
            check_number(TABLE, i, "rank", Some(row.rank), 1.0, "out_of_range")?;
        }
        let keys = rows.iter().map(|d| (&d.wave, &d.priority));
        refuse_repeats(TABLE, "priority", "duplicate_priority", "wave and priority", keys)?;
        Ok(Declared { rows })
    }

    /// The rows in the order of the table.
    pub fn rows(&self) -> &[DeclaredRow] {
        &self.rows
    }
}

impl Rows for Declared {
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn unit(&self, _: usize) -> Option<&str> {
        None
    }
    fn render(&self, row: usize, line: &mut Line) {
        let Some(d) = self.rows.get(row) else { return };
        line.text(Some(&d.priority)).number(Some(d.rank)).text(d.wave.as_deref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal<T: std::fmt::Debug>(result: Result<T>) -> (&'static str, String) {
        let e = result.unwrap_err();
        assert!(!e.help_text().is_empty(), "{e}");
        (e.code(), e.path().to_owned())
    }
    fn rankings(rows: &str) -> Result<Rankings> {
        let text = format!("ranker,unit,layer,priority,rank,wave,pressure\n{rows}");
        Rankings::from_table(&Table::from_csv("rankings", text.as_bytes())?)
    }
    fn declared(text: &str) -> Result<Declared> {
        Declared::from_table(&Table::from_csv("declared", text.as_bytes())?)
    }

    #[test]
    fn lists_may_be_tied_partial_or_recalled() {
        let read = rankings("r,a,1,p,1.5,w1,high\nr,a,1,q,1.5,w1,high\nr,a,1,p,,w1,\nr,a,1,p,1,w2,high\n").unwrap();
        let first = RankingRow {
            ranker: "r".into(),
            unit: "a".into(),
            layer: "1".into(),
            priority: "p".into(),
            rank: Some(1.5),
            wave: Some("w1".into()),
            pressure: Some(Pressure::High),
        };
        assert_eq!(read.rows()[0], first);
        assert_eq!(read.rows()[2].rank, None);
    }

    #[test]
    fn bad_rankings_are_refused() {
        let at = |row: usize, column: &str| format!("rankings, row {row}, column {column}");
        assert_eq!(refusal(rankings("r,a,1,p,0,,\n")), ("out_of_range", at(1, "rank")));
        assert_eq!(refusal(rankings("r,a,1,p,0.5,,\n")), ("out_of_range", at(1, "rank")));
        assert_eq!(refusal(rankings("r,a,1,p,first,,\n")), ("not_a_number", at(1, "rank")));
        assert_eq!(refusal(rankings("r,a,1,p,nan,,\n")), ("not_finite", at(1, "rank")));
        assert_eq!(refusal(rankings("r,a,1,p,1,,hgh\n")), ("unknown_word", at(1, "pressure")));
        assert_eq!(refusal(rankings("r,a,1,p,1,,\nr,a,1,p,2,,\n")), ("duplicate_priority", at(2, "priority")));
        for (cells, column) in [(",a,1,p", "ranker"), ("r,,1,p", "unit"), ("r,a,,p", "layer"), ("r,a,1,", "priority")] {
            assert_eq!(refusal(rankings(&format!("{cells},1,,\n"))), ("missing_value", at(1, column)));
        }
    }

    #[test]
    fn declared_priorities_are_ranked() {
        assert_eq!(declared("priority,rank\np,1\nq,2\n").unwrap().rows()[1].rank, 2.0);
        assert!(declared("priority,rank,wave\np,1,w1\np,2,w2\n").is_ok());
        let at = |row: usize, column: &str| format!("declared, row {row}, column {column}");
        assert_eq!(refusal(declared("priority,rank\np,\n")), ("missing_value", at(1, "rank")));
        assert_eq!(refusal(declared("priority,rank\n,1\n")), ("missing_value", at(1, "priority")));
        assert_eq!(refusal(declared("priority,rank\np,0\n")), ("out_of_range", at(1, "rank")));
        assert_eq!(refusal(declared("priority,rank\np,1\np,2\n")), ("duplicate_priority", at(2, "priority")));
        let given = DeclaredRow { rank: f64::NAN, ..DeclaredRow::default() };
        assert_eq!(refusal(Declared::new(vec![given])), ("not_finite", at(1, "rank")));
    }
}

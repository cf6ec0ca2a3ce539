//! Who belongs to which unit. Persons are keys: they join tables and never leave.

use super::date::{Period, check_order, replaced};
use super::digest::{Line, Rows};
use super::reader::Reader;
use super::table::Table;
use crate::error::{Error, Result};
use std::collections::{HashMap, HashSet};
use std::fmt;

const TABLE: &str = "members";

/// One person in one unit. The keys of persons can be handed in and are not handed out.
#[derive(Clone, PartialEq)]
pub struct MemberRow {
    pub(crate) person: String,
    /// The unit.
    pub unit: String,
    pub(crate) manager: Option<String>,
    /// The first day of the membership.
    pub from: Option<f64>,
    /// The last.
    pub to: Option<f64>,
}

impl MemberRow {
    /// A membership without manager and days.
    pub fn new(person: impl Into<String>, unit: impl Into<String>) -> MemberRow {
        MemberRow { person: person.into(), unit: unit.into(), manager: None, from: None, to: None }
    }

    /// The same with the key of a manager.
    #[must_use]
    pub fn with_manager(mut self, manager: impl Into<String>) -> MemberRow {
        self.manager = Some(manager.into());
        self
    }

    fn period(&self) -> Period {
        Period { from: self.from, to: self.to }
    }
}

impl fmt::Debug for MemberRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemberRow").field("unit", &self.unit).finish_non_exhaustive()
    }
}

/// Memberships: each person at most once in a unit at a time.
#[derive(Clone, PartialEq, Default)]
pub struct Members {
    rows: Vec<MemberRow>,
    sizes: HashMap<String, usize>,
}

impl Members {
    /// Reads the table `members`: person, unit; optional manager, from, to.
    ///
    /// # Errors
    /// Those of [`Reader`] and its fields, and of [`Members::new`].
    pub fn from_table(table: &Table) -> Result<Members> {
        let r = Reader::new(table, &["person", "unit"], &["manager", "from", "to"])?;
        let (person, unit, manager) = (r.field("person"), r.field("unit"), r.field("manager"));
        let (from, to) = (r.field("from"), r.field("to"));
        let rows = (0..r.rows()).map(|i| {
            Ok(MemberRow {
                person: person.need_string(i)?,
                unit: unit.need_string(i)?,
                manager: manager.string(i)?,
                from: from.day(i)?,
                to: to.day(i)?,
            })
        });
        Members::new(rows.collect::<Result<_>>()?)
    }

    /// Checks the rows.
    ///
    /// # Errors
    /// `duplicate_member` (one person twice in a unit at the same time; the error names rows, not the person),
    /// `ends_before_start`, `not_finite`.
    pub fn new(rows: Vec<MemberRow>) -> Result<Members> {
        for (i, row) in rows.iter().enumerate() {
            check_order(TABLE, i, ("from", row.from), ("to", row.to), "ends_before_start")?;
        }
        let keys = rows.iter().map(|m| ((m.person.as_str(), m.unit.as_str()), m.period()));
        let replaced = replaced((TABLE, "person"), "duplicate_member", "person and unit", keys)?;
        let mut sizes: HashMap<String, usize> = HashMap::new();
        // Somebody who came back is one person.
        for (_, row) in rows.iter().enumerate().filter(|(i, _)| !replaced.contains(i)) {
            match sizes.get_mut(&row.unit) {
                Some(n) => *n += 1,
                None => {
                    sizes.insert(row.unit.clone(), 1);
                }
            }
        }
        Ok(Members { rows, sizes })
    }

    /// The memberships of one day, counted from 1970-01-01 ([`super::days_from_iso`]); `from` and `to` are both included.
    /// Where one ends on the day on which another of the same person begins, the other holds.
    ///
    /// # Errors
    /// `not_finite`.
    pub fn as_of(&self, day: f64) -> Result<Members> {
        if !day.is_finite() {
            return Err(Error::input("not_finite", "the day is not a finite number").at("day").help("give a day"));
        }
        let begin: HashSet<&str> =
            self.rows.iter().filter(|m| m.from == Some(day)).map(|m| m.person.as_str()).collect();
        let passed_on = |m: &MemberRow| m.to == Some(day) && m.from != Some(day) && begin.contains(m.person.as_str());
        Members::new(self.rows.iter().filter(|m| m.period().holds(day) && !passed_on(m)).cloned().collect())
    }

    /// The rows in the order of the table.
    pub fn rows(&self) -> &[MemberRow] {
        &self.rows
    }

    /// How many persons belong directly to a unit, whatever their days; units below it are not counted.
    pub fn size_of(&self, unit: &str) -> usize {
        self.sizes.get(unit).copied().unwrap_or(0)
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Members {{ rows: {}, units: {} }}", self.rows.len(), self.sizes.len())
    }
}

impl Rows for Members {
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn unit(&self, row: usize) -> Option<&str> {
        self.rows.get(row).map(|m| m.unit.as_str())
    }
    fn render(&self, row: usize, line: &mut Line) {
        let Some(m) = self.rows.get(row) else { return };
        line.text(Some(&m.person)).text(Some(&m.unit)).text(m.manager.as_deref()).number(m.from).number(m.to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Members> {
        Members::from_table(&Table::from_csv(TABLE, text.as_bytes())?)
    }
    fn refusal(text: &str) -> (&'static str, String) {
        let e = read(text).unwrap_err();
        assert!(!e.help_text().is_empty(), "{e}");
        (e.code(), e.path().to_owned())
    }

    #[test]
    fn sizes_count_direct_members() {
        let m = read("person,unit,manager\np1,a,p9\np2,a,\np1,b,p2\n").unwrap();
        assert_eq!((m.size_of("a"), m.size_of("b"), m.size_of("c")), (2, 1, 0));
        assert_eq!(m.rows()[0], MemberRow::new("p1", "a").with_manager("p9"));
    }

    #[test]
    fn a_person_is_once_in_a_unit_and_stays_unnamed() {
        let text = "person,unit\nsecret,a\nother,a\nsecret,a\n";
        assert_eq!(refusal(text), ("duplicate_member", "members, row 3, column person".into()));
        assert!(!read(text).unwrap_err().to_string().contains("secret"));
        let m = read("person,unit,manager\nsecret,a,boss\n").unwrap();
        let printed = format!("{m:?} {:?}", m.rows());
        assert!(!printed.contains("secret") && !printed.contains("boss"), "{printed}");
    }

    #[test]
    fn who_comes_back_is_one_person() {
        let m = read("person,unit,from,to\np,a,,5\nq,a,,5\np,a,5,\nq,b,7,\n").unwrap();
        assert_eq!((m.size_of("a"), m.rows().len()), (2, 4));
        let on = |day: f64| ["a", "b"].map(|u| m.as_of(day).unwrap().size_of(u));
        assert_eq!([on(4.0), on(5.0), on(6.0), on(7.0)], [[2, 0], [2, 0], [1, 0], [1, 1]]);
        let moved = read("person,unit,from,to\np,a,,5\np,b,5,\n").unwrap();
        assert_eq!(["a", "b"].map(|u| moved.as_of(5.0).unwrap().size_of(u)), [0, 1]);
        assert_eq!(m.as_of(f64::INFINITY).unwrap_err().code(), "not_finite");
        let text = "person,unit,from,to\np,a,,5\np,a,4,\n";
        assert_eq!(refusal(text), ("duplicate_member", "members, row 2, column person".into()));
    }

    #[test]
    fn gaps_and_days_are_refused() {
        assert_eq!(refusal("person,unit\n,a\n"), ("missing_value", "members, row 1, column person".into()));
        assert_eq!(refusal("person,unit\np,\n"), ("missing_value", "members, row 1, column unit".into()));
        assert_eq!(refusal("person,unit,from\np,a,x\n"), ("not_a_date", "members, row 1, column from".into()));
        let days = "person,unit,from,to\np,a,2,1\n";
        assert_eq!(refusal(days), ("ends_before_start", "members, row 1, column to".into()));
        assert_eq!(refusal("person\np\n"), ("missing_column", "members".into()));
        assert_eq!(refusal("person,unit,email\np,a,x\n"), ("unknown_column", "members, column email".into()));
    }
}

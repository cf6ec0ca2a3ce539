//! Days: a date of the Gregorian calendar as a number of days since 1970-01-01.

use super::table::place;
use crate::error::{Error, Result};
use std::collections::HashSet;

/// Days from 1970-01-01 to a date written `YYYY-MM-DD`; `None` when it is no such date.
///
/// Years 0001 to 9999 of the proleptic Gregorian calendar, leap years checked.
///
/// ```
/// use colead::evidence::days_from_iso;
/// assert_eq!(days_from_iso("2024-02-29"), Some(19_782));
/// assert_eq!(days_from_iso("2023-02-29"), None);
/// ```
pub fn days_from_iso(text: &str) -> Option<i64> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let number =
        |digits: &[u8]| digits.iter().try_fold(0_i64, |n, d| d.is_ascii_digit().then(|| n * 10 + i64::from(d - b'0')));
    let (year, month, day) = (number(&[y1, y2, y3, y4])?, number(&[m1, m2])?, number(&[d1, d2])?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    if year < 1 || !(1..=length).contains(&day) {
        return None;
    }
    // Count years from March, so that the leap day is the last of its year (Hinnant, days_from_civil).
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year / 400, year % 400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Refuses a day that is not finite, and an end before its start.
pub(super) fn check_order(
    table: &str,
    row: usize,
    (start_name, start): (&str, Option<f64>),
    (end_name, end): (&str, Option<f64>),
    code: &'static str,
) -> Result<()> {
    for (name, day) in [(start_name, start), (end_name, end)] {
        if day.is_some_and(|d| !d.is_finite()) {
            return Err(Error::input("not_finite", "the day is not a finite number")
                .at(place(table, row, name))
                .help("leave it out when it is not known"));
        }
    }
    match (start, end) {
        (Some(s), Some(e)) if e < s => Err(Error::input(
            code,
            format!("`{end_name}` is {} days before `{start_name}`", crate::json::number(s - e)),
        )
        .at(place(table, row, end_name))
        .help("check both, and use dates or numbers of days alike in both columns")),
        _ => Ok(()),
    }
}

/// The days from and to which a row holds, both included; open where there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Period {
    pub(super) from: Option<f64>,
    pub(super) to: Option<f64>,
}

impl Period {
    /// Whether it holds on a day.
    pub(super) fn holds(self, day: f64) -> bool {
        self.from.is_none_or(|d| d <= day) && self.to.is_none_or(|d| day <= d)
    }

    /// Its first day, for putting periods in order.
    pub(super) fn start(self) -> f64 {
        self.from.unwrap_or(f64::NEG_INFINITY)
    }
}

/// The rows that a later row of the same key replaces: a key may stand in several rows, one after the other in time.
///
/// The last day of one may be the first of the next, since some hosts count the end in and some do not.
///
/// # Errors
/// `code` when two rows of a key hold at the same time; the error names both rows and `what`, never the key itself.
pub(super) fn replaced<K: Ord>(
    (table, column): (&str, &str),
    code: &'static str,
    what: &str,
    rows: impl Iterator<Item = (K, Period)>,
) -> Result<HashSet<usize>> {
    let mut rows: Vec<(K, Period, usize)> = rows.enumerate().map(|(i, (key, period))| (key, period, i)).collect();
    rows.sort_by(|(a, p, i), (b, q, j)| a.cmp(b).then(p.start().total_cmp(&q.start())).then(i.cmp(j)));
    let pairs = || rows.windows(2).filter_map(|pair| <&[_; 2]>::try_from(pair).ok()).filter(|[a, b]| a.0 == b.0);
    let follows = |a: Period, b: Period| matches!((a.to, b.from), (Some(end), Some(start)) if end <= start);
    let clash = pairs().filter(|[a, b]| !follows(a.1, b.1)).map(|[a, b]| (a.2.max(b.2), a.2.min(b.2))).min();
    match clash {
        Some((row, first)) => Err(Error::input(code, format!("the row repeats the {what} of row {}", first + 1))
            .at(place(table, row, column))
            .help("keep one of the two rows, or end the one on or before the day the other begins")),
        None => Ok(pairs().map(|[a, _]| a.2).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_key_follow_one_another() {
        let period = |from: Option<f64>, to: Option<f64>| Period { from, to };
        let of = |rows: &[(&'static str, Period)]| replaced(("t", "k"), "twice", "key", rows.iter().copied());
        let (early, late) = (period(None, Some(9.0)), period(Some(9.0), None));
        assert_eq!(of(&[("a", late), ("b", early), ("a", early)]).unwrap(), HashSet::from([2]));
        let apart = [("a", early), ("a", period(Some(20.0), Some(30.0))), ("a", period(Some(30.0), None))];
        assert_eq!(of(&apart).unwrap(), HashSet::from([0, 1]));
        for clash in [period(None, None), period(Some(8.0), None), period(None, Some(5.0))] {
            let e = of(&[("b", late), ("a", clash), ("a", early)]).unwrap_err();
            assert_eq!((e.code(), e.path()), ("twice", "t, row 3, column k"));
            assert!(e.message().ends_with("row 2"), "{e}");
        }
        assert!(late.holds(9.0) && early.holds(9.0) && !late.holds(8.9) && !early.holds(9.1));
    }

    #[test]
    fn known_days() {
        assert_eq!(days_from_iso("1970-01-01"), Some(0));
        assert_eq!(days_from_iso("1969-12-31"), Some(-1));
        assert_eq!(days_from_iso("2000-03-01"), Some(11_017));
        assert_eq!(days_from_iso("0001-01-01"), Some(-719_162));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "1900-02-29",
            "2023-04-31",
            "2024-13-01",
            "2024-00-10",
            "2024-01-00",
            "0000-01-01",
            "2024-1-01",
            "2024/01/01",
            "2024-01-01T00:00",
            "+024-01-01",
            "",
            "\u{661}024-01-1",
        ] {
            assert_eq!(days_from_iso(text), None, "{text}");
        }
        assert!(days_from_iso("2000-02-29").is_some());
    }

    #[test]
    fn every_day_is_the_day_before_and_one() {
        let mut expected = days_from_iso("1896-01-01").unwrap();
        for year in 1896..2105 {
            for month in 1..=12 {
                for day in 1..=31 {
                    if let Some(d) = days_from_iso(&format!("{year:04}-{month:02}-{day:02}")) {
                        assert_eq!(d, expected);
                        expected += 1;
                    }
                }
            }
        }
        assert_eq!(expected, days_from_iso("2105-01-01").unwrap());
    }
}

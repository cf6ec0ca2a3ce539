//! Days and instants as ISO dates.

use arrow_schema::TimeUnit;

/// 0001-01-01 and 9999-12-31 as days since 1970-01-01: what `YYYY-MM-DD` can write.
const FIRST_DAY: i64 = -719_162;
const LAST_DAY: i64 = 2_932_896;

/// `YYYY-MM-DD` of a day counted from 1970-01-01, in the proleptic Gregorian calendar; None outside the
/// years 1 to 9999.
pub(super) fn iso_date(day: i64) -> Option<String> {
    if !(FIRST_DAY..=LAST_DAY).contains(&day) {
        return None;
    }
    // Count in 400-year eras of years that begin in March, so that the leap day is the last of its year.
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    Some(format!("{year:04}-{month:02}-{day_of_month:02}"))
}

/// The day on which an instant falls, `offset` seconds east of UTC.
pub(super) fn day_of(instant: i64, unit: TimeUnit, offset: i64) -> i64 {
    let per_second = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    instant.div_euclid(per_second).saturating_add(offset).div_euclid(86_400)
}

/// Seconds east of UTC of a fixed zone (`UTC`, `Z`, `+02:00`, `-0530`); None for a named zone, whose
/// offset needs a time zone database.
pub(super) fn fixed_offset(zone: &str) -> Option<i64> {
    if matches!(zone, "UTC" | "Etc/UTC" | "GMT" | "Z" | "utc") {
        return Some(0);
    }
    let (sign, rest) = match (zone.strip_prefix('+'), zone.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = if digits.len() == 4 { digits.get(2..)?.parse().ok()? } else { 0 };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_through_every_date_of_the_calendar() {
        let mut day = FIRST_DAY;
        for year in 1..=9999_i64 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            for (month, length) in
                [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].iter().enumerate()
            {
                // The first and the last day of each month pin every boundary.
                assert_eq!(iso_date(day), Some(format!("{year:04}-{:02}-01", month + 1)));
                day += length;
                assert_eq!(iso_date(day - 1), Some(format!("{year:04}-{:02}-{length:02}", month + 1)));
            }
        }
        assert_eq!(day, LAST_DAY + 1);
        assert_eq!((iso_date(FIRST_DAY - 1), iso_date(LAST_DAY + 1)), (None, None));
        assert_eq!(iso_date(0).as_deref(), Some("1970-01-01"));
    }

    #[test]
    fn an_instant_falls_on_the_day_of_its_zone() {
        assert_eq!(day_of(-1, TimeUnit::Nanosecond, 0), -1);
        assert_eq!(day_of(86_399_999, TimeUnit::Millisecond, 0), 0);
        assert_eq!(day_of(86_399, TimeUnit::Second, 1), 1);
        assert_eq!(day_of(0, TimeUnit::Microsecond, -1), -1);
        assert_eq!(iso_date(day_of(i64::MAX, TimeUnit::Second, 86_399)), None);
    }

    #[test]
    fn only_fixed_zones_have_an_offset() {
        assert_eq!(fixed_offset("+02:00"), Some(7_200));
        assert_eq!(fixed_offset("-0530"), Some(-19_800));
        assert_eq!(fixed_offset("+01"), Some(3_600));
        for zone in ["Europe/Vienna", "+2", "+24:00", "+00:60", "+\u{661}\u{662}", ""] {
            assert_eq!(fixed_offset(zone), None, "{zone}");
        }
    }
}

//! The planner by name: how likely a difference is found, and how many people are enough.

use super::{Door, Reply, Request};
use crate::error::Result;
use crate::measure::rows::{Kind, Place};
use crate::measure::study::power::{
    power_of_difference, respondents_for_margin, smallest_group, unit_size_for_reliability,
};

const DOORS: [Door; 4] = [
    ("power_of_difference", &["difference", "n1", "n2"]),
    ("smallest_group", &["difference", "power"]),
    ("respondents_for_margin", &["sd", "members", "margin"]),
    ("unit_size_for_reliability", &["icc1", "target"]),
];

/// Answers a question of planning, each the function of that name: `power_of_difference` (`difference` in standard
/// deviations within groups, `n1`, `n2`), `smallest_group` (`difference`, `power`), `respondents_for_margin` (`sd`,
/// `members`, `margin`), `unit_size_for_reliability` (`icc1`, `target`). One row; absent where no plan can be.
///
/// # Errors
/// `bad_json`, `unknown_name`, `unknown_key`, `missing_key`, `wrong_type`.
///
/// ```
/// let reply = colead::measure::plan(r#"{"read": "smallest_group", "difference": 0.5, "power": 0.8}"#)?;
/// assert_eq!(reply.rows[0].value, Some(64.0));
/// # Ok::<(), colead::Error>(())
/// ```
pub fn plan(request: &str) -> Result<Reply> {
    let asked = Request::parse(request, "a plan", &DOORS)?;
    let people = |n: u64| n as f64;
    let (variant, value) = match asked.name {
        "power_of_difference" => {
            let (d, n1, n2) = (asked.need_number("difference")?, asked.need_whole("n1")?, asked.need_whole("n2")?);
            ("two_sided_t", power_of_difference(d, n1, n2))
        }
        "smallest_group" => {
            let (d, power) = (asked.need_number("difference")?, asked.need_number("power")?);
            ("two_sided_t", smallest_group(d, power).map(people))
        }
        "respondents_for_margin" => {
            let (sd, members) = (asked.need_number("sd")?, asked.need_whole("members")?);
            ("finite_population", respondents_for_margin(sd, members, asked.need_number("margin")?).map(people))
        }
        _ => {
            let (icc1, target) = (asked.need_number("icc1")?, asked.need_number("target")?);
            ("spearman_brown", unit_size_for_reliability(icc1, target).map(people))
        }
    };
    let place = Place { wave: "", unit: None, kind: Kind::Whole, id: "" };
    let rows = vec![place.row(asked.name, variant, "plan", 0, value)];
    Ok(Reply { name: "plan", about: Kind::Whole, waves: false, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_rows_or_say_why_not() {
        let value = |text: &str| plan(text).unwrap().rows[0].value;
        let power = value(r#"{"read":"power_of_difference","difference":0.5,"n1":64,"n2":64}"#).unwrap();
        assert!((power - 0.8015).abs() < 5e-4);
        assert_eq!(value(r#"{"read":"respondents_for_margin","sd":20,"members":100,"margin":5}"#), Some(39.0));
        assert_eq!(value(r#"{"read":"unit_size_for_reliability","icc1":0.1,"target":0.7}"#), Some(21.0));
        let none = plan(r#"{"read":"smallest_group","difference":0,"power":0.8}"#).unwrap();
        assert_eq!(none.rows[0].status.as_str(), "undefined");
        let huge =
            r#"{"read":"power_of_difference","difference":0.5,"n1":18446744073709551615,"n2":18446744073709551615}"#;
        assert!(plan(huge).unwrap().rows[0].value.is_some_and(|p| p <= 1.0));
        assert_eq!(plan("smallest_group").unwrap_err().code(), "missing_key");
    }
}

//! How many of the same people changed by more than their answers waver (Jacobson and Truax 1991): shares of a unit,
//! never a finding about a person.

use crate::error::Result;
use crate::evidence::{Instrument, MissingRule, Responses};
use crate::measure::reliability::rows::reliability;
use crate::measure::respondents::Respondents;
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::study::waves::{keys_of, known_waves, linked_differences};
use crate::measure::value::Absence;
use crate::tally::Tally;

/// The shares of linked people whose score changed reliably between two waves, for every scale, of all together and of
/// every unit.
///
/// Rows, variant `jacobson_truax`, about `to`: of the whole `reliable_change`, the least change of one person that
/// counts, on 0-100 (1.96 √2 standard errors of measurement, by alpha and the spread of scores in `from`); then
/// `percent_improved`, `percent_unchanged` and `percent_declined`. `n` is the number of linked people.
///
/// # Errors
/// `instrument_mismatch`, `unknown_wave`; `missing_column` without keys of people.
pub fn reliable_change(
    responses: &Responses,
    instrument: &Instrument,
    (from, to): (&str, &str),
    rule: Option<MissingRule>,
) -> Result<Vec<ScaleRow>> {
    let people = Respondents::new(responses, instrument)?;
    known_waves(responses, [from, to])?;
    let keys = keys_of(responses)?;
    let mut tally = Tally::new(instrument);
    tally.add(responses)?;
    let reliable = reliability(&tally);
    let mut rows = Vec::new();
    for (index, scale) in people.layout.scales.iter().enumerate() {
        let needed = rule.unwrap_or(people.layout.missing_rule).needed(scale.items.len());
        let factor = 100.0 / scale.top() as f64;
        let score = |row: usize| people.score(row, index, needed).map(|s| s * factor);
        let least = reliable.iter().find(|r| {
            (r.scale.as_str(), r.measure, r.variant) == (&scale.id, "reliable_change", "pairwise")
                && r.wave.as_deref().unwrap_or("") == from
        });
        let least = least.map_or(Err(Absence::RowsNeeded), |r| match (&r.value, &r.status) {
            (Some(points), _) => Ok(points * factor),
            (None, crate::measure::rows::Status::Absent(why)) => Err(why.clone()),
            (None, crate::measure::rows::Status::Known) => Err(Absence::NotAsked),
        });
        let found = linked_differences(&people, keys, (from, to), score);
        let all: Vec<f64> = found.values().flatten().copied().collect();
        let place = |unit| Place { wave: to, unit, kind: Kind::Scale, id: &scale.id };
        let n = all.len() as u64;
        rows.push(place(None).row("reliable_change", VARIANT, "respondents", n, least.clone()));
        shares(&mut rows, place(None), &all, &least);
        for (unit, own) in &found {
            shares(&mut rows, place(Some(unit)), own, &least);
        }
    }
    Ok(rows)
}

const VARIANT: &str = "jacobson_truax";

fn shares(rows: &mut Vec<ScaleRow>, place: Place<'_>, changes: &[f64], least: &std::result::Result<f64, Absence>) {
    let n = changes.len() as u64;
    let share = |which: &dyn Fn(f64, f64) -> bool| {
        let least = least.clone()?;
        if n == 0 {
            return Err(Absence::TooFew { n, need: 1 });
        }
        Ok(100.0 * changes.iter().filter(|c| which(**c, least)).count() as f64 / n as f64)
    };
    for (measure, value) in [
        ("percent_improved", share(&|c, least| c > least)),
        ("percent_unchanged", share(&|c, least| c.abs() <= least)),
        ("percent_declined", share(&|c, least| c < -least)),
    ] {
        rows.push(place.row(measure, VARIANT, "respondents", n, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Table;

    #[test]
    fn what_wavers_is_no_change() {
        let instrument = Instrument::from_json(
            r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],"scales":[{"id":"a","items":["x","y"]}]}"#,
        )
        .unwrap();
        // Answers to both items agree, so that one step down on one of them is within error and four steps are not.
        let csv = "unit,wave,respondent,x,y\nn,1,p,1,1\nn,1,q,3,3\nn,1,r,5,5\ns,1,t,4,3\nn,2,p,5,5\nn,2,q,3,3\nn,2,r,1,1\n\
                   s,2,t,4,4\n";
        let table = Table::from_csv("responses", csv.as_bytes()).unwrap();
        let (responses, _) = Responses::from_table(&table, &instrument, true).unwrap();
        let rows = reliable_change(&responses, &instrument, ("1", "2"), None).unwrap();
        let of = |unit: Option<&str>, what| {
            rows.iter().find(|r| r.unit.as_deref() == unit && r.measure == what).and_then(|r| r.value)
        };
        assert!(of(None, "reliable_change").is_some_and(|c| c > 0.0 && c < 50.0));
        assert_eq!(of(None, "percent_unchanged"), Some(50.0));
        assert!(of(Some("n"), "percent_improved").is_some_and(|p| (p - 100.0 / 3.0).abs() < 1e-9));
        assert_eq!(of(Some("n"), "percent_improved"), of(Some("n"), "percent_declined"));
        assert_eq!(of(Some("s"), "percent_unchanged"), Some(100.0));
        let code = |waves| reliable_change(&responses, &instrument, waves, None).unwrap_err().code();
        assert_eq!(code(("1", "3")), "unknown_wave");
    }
}

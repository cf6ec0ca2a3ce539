//! What informants tell of a unit, one value a measure.

use super::value::{Absence, Estimate, MeasureValue, Origin};
use crate::error::{Error, Result};
use crate::evidence::{FactRow, FactValue};
use crate::num;

/// Joins the rows that tell one measure of one unit.
///
/// One row keeps its own standard error and n. Several informants are pooled like raters: their mean, with the
/// standard deviation between them (at least half a step of no - partly - yes, for values between 0 and 1) over the
/// root of their number; their n, where given, add up. Informants who name different categories have no joint
/// value: it is absent, for that reason.
///
/// # Errors
/// `conflicting_facts` when several rows that carry a standard error of their own, or numbers and categories, tell the
/// same measure; `not_finite`, `negative_se`.
pub fn join_facts(rows: &[&FactRow]) -> Result<MeasureValue> {
    let conflict = |why: &str| {
        let (unit, measure) = rows.first().map_or(("", ""), |r| (r.unit.as_str(), r.measure.as_str()));
        Error::input("conflicting_facts", format!("the rows on `{measure}` of `{unit}` {why}"))
            .at(format!("facts, unit {unit}, measure {measure}"))
            .help("keep one row, or give one value an informant without a standard error")
    };
    let mut numbers = Vec::new();
    let mut category: Option<&str> = None;
    let mut differ = false;
    for row in rows {
        match &row.value {
            FactValue::Number(x) => numbers.push(*x),
            FactValue::Category(c) => match category {
                Some(old) if old != c => differ = true,
                _ => category = Some(c),
            },
        }
    }
    if let Some(c) = category {
        if !numbers.is_empty() {
            return Err(conflict("mix a number and a category"));
        }
        return Ok(match differ {
            true => MeasureValue::Absent(Absence::InformantsDiffer),
            false => MeasureValue::Category(c.to_owned(), Origin::Facts),
        });
    }
    let people: Vec<u64> = rows.iter().filter_map(|r| r.n).collect();
    let n = (!people.is_empty()).then(|| people.iter().fold(0_u64, |a, b| a.saturating_add(*b)));
    if let ([row], [value]) = (rows, &numbers[..]) {
        return Estimate::new(*value, row.se, n, Origin::Facts).map(MeasureValue::Known);
    }
    if rows.iter().any(|r| r.se.is_some()) {
        return Err(conflict("are several and carry standard errors of their own"));
    }
    let m = numbers.len() as f64;
    let mean = num::sum(numbers.iter().copied()) / m;
    let variance = num::sum(numbers.iter().map(|x| (x - mean) * (x - mean))) / (m - 1.0);
    let answers = numbers.iter().all(|x| (0.0..=1.0).contains(x));
    let sd = num::sqrt(variance).max(if answers { 0.25 } else { 0.0 });
    Estimate::new(mean, Some(sd / num::sqrt(m)), n, Origin::Facts).map(MeasureValue::Known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: FactValue, se: Option<f64>, n: Option<u64>) -> FactRow {
        FactRow {
            unit: "u".into(),
            measure: "m".into(),
            value,
            se,
            n,
            informant: None,
            note: None,
            source: None,
            role: None,
            date: None,
        }
    }

    #[test]
    fn one_row_is_taken_as_it_is_and_several_are_pooled() {
        let one = row(FactValue::Number(0.5), Some(0.1), Some(7));
        let e = join_facts(&[&one]).unwrap();
        assert_eq!(e.estimate().map(|e| (e.value(), e.se(), e.n())), Some((0.5, Some(0.1), Some(7))));
        let (a, b) = (row(FactValue::Number(1.0), None, None), row(FactValue::Number(0.0), None, None));
        let e = join_facts(&[&a, &b]).unwrap();
        let e = e.estimate().unwrap();
        assert!(e.value() == 0.5 && (e.se().unwrap() - 0.5).abs() < 1e-12 && e.n().is_none());
    }

    #[test]
    fn what_cannot_be_joined_is_refused() {
        let (a, b) =
            (row(FactValue::Category("x".into()), None, None), row(FactValue::Category("y".into()), None, None));
        assert_eq!(join_facts(&[&a, &b]).unwrap(), MeasureValue::Absent(Absence::InformantsDiffer));
        let (a, b) = (row(FactValue::Number(1.0), Some(0.1), None), row(FactValue::Number(0.0), None, None));
        assert_eq!(join_facts(&[&a, &b]).unwrap_err().code(), "conflicting_facts");
    }
}

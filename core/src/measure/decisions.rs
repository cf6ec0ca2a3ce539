//! How decisions go: how long they take, how many approvals they need, and how alike leaders rank priorities.

use super::ordinal::kendall_w;
use super::value::{Absence, Estimate, MeasureValue, Origin};
use crate::error::Result;
use crate::evidence::{DecisionRow, RankingRow};
use crate::num;
use std::collections::{BTreeMap, BTreeSet};

/// The fewest rankers of whom agreement is measured: with two, W only says whether they are alike.
pub const MIN_RANKERS: usize = 3;

/// Median days from raised to decided, over decisions that tell both; the people behind it are the distinct makers,
/// or where none are named the distinct pairs of unit and layer, which cannot be more.
///
/// # Errors
/// None for validated rows.
pub fn decision_days(rows: &[&DecisionRow]) -> Result<MeasureValue> {
    let timed: Vec<&DecisionRow> = rows.iter().copied().filter(|r| r.days().is_some()).collect();
    let mut days: Vec<f64> = timed.iter().filter_map(|r| r.days()).collect();
    days.sort_by(f64::total_cmp);
    let middle = days.len() / 2;
    let median = match (days.get(middle), days.get(middle.wrapping_sub(1))) {
        (Some(upper), Some(lower)) if days.len().is_multiple_of(2) => (upper + lower) / 2.0,
        (Some(one), _) => *one,
        (None, _) => return Ok(MeasureValue::Absent(Absence::NotAsked)),
    };
    Estimate::new(median, None, Some(makers(&timed)), Origin::Decisions).map(MeasureValue::Known)
}

/// Mean approvals a decision, over decisions that tell them.
///
/// # Errors
/// None for validated rows.
pub fn approvals(rows: &[&DecisionRow]) -> Result<MeasureValue> {
    let told: Vec<&DecisionRow> = rows.iter().copied().filter(|r| r.approvals.is_some()).collect();
    if told.is_empty() {
        return Ok(MeasureValue::Absent(Absence::NotAsked));
    }
    let mean = num::sum(told.iter().filter_map(|r| r.approvals).map(|a| a as f64)) / told.len() as f64;
    Estimate::new(mean, None, Some(makers(&told)), Origin::Decisions).map(MeasureValue::Known)
}

fn makers(rows: &[&DecisionRow]) -> u64 {
    rows.iter().map(|r| maker(r)).collect::<BTreeSet<String>>().len() as u64
}

/// Who took a decision: the maker named, or the place where it was taken.
pub(crate) fn maker(row: &DecisionRow) -> String {
    // No key holds a control character, so no place reads like a person.
    row.maker.clone().unwrap_or_else(|| format!("{}\u{1f}{}", row.unit, row.layer))
}

/// Kendall's W of rankers over the priorities they rank, corrected for ties:
/// W = 12 S / (m²(n³ − n) − m ΣT), T = Σ(t³ − t) (Kendall and Babington Smith 1939; Kendall 1945).
///
/// Every ranker must rank the same priorities; free recall and partial lists have no W. One pressure level a call.
///
/// # Errors
/// None for validated rows.
pub fn kendalls_w(rows: &[&RankingRow]) -> Result<MeasureValue> {
    let mut by_ranker: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    let mut partial = false;
    for row in rows {
        match row.rank {
            Some(rank) => {
                by_ranker.entry(&row.ranker).or_default().insert(&row.priority, rank);
            }
            None => partial = true,
        }
    }
    let m = by_ranker.len();
    if m == 0 {
        return Ok(MeasureValue::Absent(Absence::NotAsked));
    }
    if m < MIN_RANKERS {
        return Ok(MeasureValue::Absent(Absence::TooFew { n: m as u64, need: MIN_RANKERS as u64 }));
    }
    let priorities: BTreeSet<&str> = by_ranker.values().flat_map(|r| r.keys().copied()).collect();
    let n = priorities.len();
    if partial || n < 2 || by_ranker.values().any(|r| r.len() != n) {
        return Ok(MeasureValue::Absent(Absence::Undefined(
            "the rankers did not all rank the same two or more priorities",
        )));
    }
    let judges: Vec<Vec<Option<f64>>> =
        by_ranker.values().map(|r| priorities.iter().map(|p| r.get(p).copied()).collect()).collect();
    match kendall_w(&judges) {
        Ok(found) => Estimate::new(found.w, None, Some(m as u64), Origin::Rankings).map(MeasureValue::Known),
        Err(absence) => Ok(MeasureValue::Absent(absence)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rankings(table: &[Vec<f64>]) -> Vec<RankingRow> {
        let mut rows = Vec::new();
        for (i, ranks) in table.iter().enumerate() {
            for (j, rank) in ranks.iter().enumerate() {
                rows.push(RankingRow {
                    ranker: format!("r{i}"),
                    unit: "u".into(),
                    layer: "l".into(),
                    priority: format!("p{j}"),
                    rank: Some(*rank),
                    wave: None,
                    pressure: None,
                });
            }
        }
        rows
    }

    fn w(table: &[Vec<f64>]) -> MeasureValue {
        let rows = rankings(table);
        kendalls_w(&rows.iter().collect::<Vec<_>>()).unwrap()
    }

    fn known(v: &MeasureValue) -> f64 {
        v.estimate().unwrap().value()
    }

    #[test]
    fn agreement_is_one_when_alike_and_zero_when_opposed() {
        assert_eq!(known(&w(&vec![vec![1.0, 2.0, 3.0]; 4])), 1.0);
        let opposed = vec![vec![1.0, 2.0], vec![2.0, 1.0], vec![1.0, 2.0], vec![2.0, 1.0]];
        assert_eq!(known(&w(&opposed)), 0.0);
    }

    #[test]
    fn ties_are_corrected() {
        let v = w(&[vec![1.0, 2.0, 3.0], vec![2.0, 2.0, 1.0], vec![1.0, 2.0, 3.0]]);
        // Ranks of the second: 2.5 2.5 1; sums 4.5 6.5 7; S = 3.5; T = 6; W = 12 * 3.5 / (9 * 24 - 3 * 6).
        assert!((known(&v) - 42.0 / 198.0).abs() < 1e-15);
    }

    #[test]
    fn what_has_no_w_says_why() {
        assert!(matches!(w(&[]), MeasureValue::Absent(Absence::NotAsked)));
        assert!(matches!(w(&[vec![1.0, 2.0]]), MeasureValue::Absent(Absence::TooFew { n: 1, need: 3 })));
        assert!(matches!(w(&vec![vec![1.0, 1.0]; 3]), MeasureValue::Absent(Absence::Undefined(_))));
        let ragged = [vec![1.0, 2.0], vec![1.0, 2.0, 3.0], vec![1.0, 2.0]];
        assert!(matches!(w(&ragged), MeasureValue::Absent(Absence::Undefined(_))));
    }

    proptest! {
        #[test]
        fn relabelling_priorities_changes_nothing(table in prop::collection::vec(prop::collection::vec(1u8..6, 4), 3..6), by in 1usize..4) {
            let plain: Vec<Vec<f64>> = table.iter().map(|r| r.iter().map(|x| f64::from(*x)).collect()).collect();
            let turned: Vec<Vec<f64>> = plain.iter().map(|r| { let mut r = r.clone(); r.rotate_left(by); r }).collect();
            match (w(&plain), w(&turned)) {
                (MeasureValue::Known(a), MeasureValue::Known(b)) => prop_assert!((a.value() - b.value()).abs() < 1e-12),
                (a, b) => prop_assert_eq!(a, b),
            }
        }
    }
}

//! What several people say of a challenge, pooled: a mean, a standard error that never claims certainty from
//! two who agree, and their disagreement as a measure of its own.

use super::value::{Estimate, MeasureValue, Origin};
use crate::error::{Error, Result};
use crate::num;
use std::collections::BTreeMap;

/// One person's answers: criterion to 1 (yes), 0.5 (partly), 0 (no) or anything between; `None` is "don't know".
pub type Ratings = BTreeMap<String, Option<f64>>;

/// Half a step of the answer scale no - partly - yes: nobody's agreement is finer than that.
const HALF_STEP: f64 = 0.25;

/// The answers of all raters as one case.
#[derive(Debug, Clone, PartialEq)]
pub struct PooledRatings {
    /// Criterion to pooled value.
    pub values: BTreeMap<String, MeasureValue>,
    /// How many people answered anything.
    pub raters: usize,
    /// The pooled standard deviation between raters within a criterion, 0 to about .71; absent for one rater.
    pub disagreement: Option<f64>,
}

/// Pools the answers of one or several people. With one rater a value has no standard error; with several it is
/// the within-criterion standard deviation pooled over criteria (at least half a step) over the root of their number.
///
/// # Errors
/// `out_of_range` for an answer outside 0 to 1, `not_finite` for NaN or infinity.
pub fn pool_ratings(raters: &[Ratings]) -> Result<PooledRatings> {
    let mut by_criterion: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (i, ratings) in raters.iter().enumerate() {
        for (criterion, answer) in ratings {
            let Some(x) = answer else { continue };
            let place = || if raters.len() > 1 { format!("{criterion}, rater {}", i + 1) } else { criterion.clone() };
            if !x.is_finite() {
                return Err(Error::input("not_finite", format!("`{x}` is not a finite number"))
                    .at(place())
                    .help("leave the answer out when it is not known"));
            }
            if !(0.0..=1.0).contains(x) {
                return Err(Error::input("out_of_range", format!("`{x}` lies outside the range [0, 1]"))
                    .at(place())
                    .help("give 1 for yes, 0.5 for partly, 0 for no, or nothing"));
            }
            by_criterion.entry(criterion).or_default().push(*x);
        }
    }
    let answering = raters.iter().filter(|r| r.values().any(Option::is_some)).count();
    let spread: Vec<(f64, usize)> = by_criterion
        .values()
        .map(|xs| {
            let mean = num::sum(xs.iter().copied()) / xs.len() as f64;
            (num::sum(xs.iter().map(|x| (x - mean) * (x - mean))), xs.len() - 1)
        })
        .collect();
    let freedom: usize = spread.iter().map(|(_, df)| df).sum();
    let disagreement = (freedom > 0).then(|| num::sqrt(num::sum(spread.iter().map(|(ss, _)| *ss)) / freedom as f64));
    let mut values = BTreeMap::new();
    for (criterion, xs) in by_criterion {
        let m = xs.len() as f64;
        let mean = num::sum(xs.iter().copied()) / m;
        // Among several raters one may be the only one to answer a criterion: that answer is no surer for it.
        let se = disagreement.map(|sd| sd.max(HALF_STEP) / num::sqrt(m));
        let e = Estimate::new(mean, se, None, Origin::Challenges)?;
        values.insert(criterion.to_owned(), MeasureValue::Known(e));
    }
    Ok(PooledRatings { values, raters: answering, disagreement })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rater(answers: &[(&str, f64)]) -> Ratings {
        answers.iter().map(|(c, x)| ((*c).to_owned(), Some(*x))).collect()
    }

    fn value(p: &PooledRatings, c: &str) -> (f64, Option<f64>) {
        let e = p.values[c].estimate().unwrap();
        (e.value(), e.se())
    }

    #[test]
    fn one_rater_has_no_standard_error_and_two_who_agree_are_not_certain() {
        let one = pool_ratings(&[rater(&[("definable", 1.0)])]).unwrap();
        assert_eq!((value(&one, "definable"), one.disagreement), ((1.0, None), None));
        let two = pool_ratings(&[rater(&[("definable", 1.0)]), rater(&[("definable", 1.0)])]).unwrap();
        let (v, se) = value(&two, "definable");
        assert!(v == 1.0 && (se.unwrap() - 0.25 / 2f64.sqrt()).abs() < 1e-15);
        assert_eq!(two.disagreement, Some(0.0));
    }

    #[test]
    fn variance_is_pooled_over_criteria() {
        let p = pool_ratings(&[rater(&[("a", 1.0), ("b", 1.0)]), rater(&[("a", 0.0), ("b", 1.0)])]).unwrap();
        assert!((p.disagreement.unwrap() - 0.5).abs() < 1e-15);
        assert!((value(&p, "b").1.unwrap() - 0.5 / 2f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn dont_know_is_not_no_and_bad_answers_are_refused() {
        let unknown: Ratings = [("a".to_owned(), None)].into();
        let p = pool_ratings(std::slice::from_ref(&unknown)).unwrap();
        assert!(p.values.is_empty() && p.raters == 0);
        assert_eq!(pool_ratings(&[rater(&[("a", 2.0)])]).unwrap_err().code(), "out_of_range");
        let e = pool_ratings(&[unknown, rater(&[("a", f64::NAN)])]).unwrap_err();
        assert_eq!((e.code(), e.path()), ("not_finite", "a, rater 2"));
    }

    proptest! {
        #[test]
        fn the_order_of_raters_does_not_matter(xs in prop::collection::vec(0usize..3, 2..6)) {
            let raters: Vec<Ratings> = xs.iter().map(|x| rater(&[("a", *x as f64 / 2.0), ("b", 0.5)])).collect();
            let mut back = raters.clone();
            back.reverse();
            prop_assert_eq!(pool_ratings(&raters).unwrap(), pool_ratings(&back).unwrap());
        }
    }
}

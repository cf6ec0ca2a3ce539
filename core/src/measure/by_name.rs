//! What can be read from a tally, by name.

use super::rows::{Kind, ScaleRow};
use super::scores::scale::Reading;
use super::scores::weighted::weighted;
use super::{
    aggregation, agreement, agreement_summary, differences, favorability_with, items, nonresponse, overall,
    reliability, scores_with,
};
use crate::error::{Error, Result, suggest};
use crate::tally::Tally;

/// What the rows of a name that [`measure`] knows are about first of all.
pub fn about(what: &str) -> Kind {
    match what {
        "items" => Kind::Item,
        "differences" => Kind::Pair,
        _ => Kind::Scale,
    }
}

/// The names that [`measure`] knows.
pub const MEASURES: [&str; 10] = [
    "scores",
    "items",
    "differences",
    "favorability",
    "reliability",
    "agreement",
    "agreement_summary",
    "aggregation",
    "overall",
    "nonresponse",
];

/// Reads the rows named `what` from a tally: one of [`MEASURES`], each the function of that name.
///
/// From a tally of weights only `scores`, `items` and `favorability` are read, variant `weighted`: means and shares
/// with the uncertainty of the effective number of people, `(Σw)²/Σw²` (Kish 1965). The functions themselves read
/// nothing from it.
///
/// # Errors
/// `unknown_name` with a suggestion; `weights_unsupported`.
///
/// ```
/// use colead::{evidence::Instrument, measure::{Reading, measure}, tally::Tally};
/// let tally = Tally::new(&Instrument::builtin("ccl-dac")?);
/// assert!(measure(&tally, "scores", &Reading::default())?.is_empty());
/// assert_eq!(measure(&tally, "score", &Reading::default()).unwrap_err().help_text(), "did you mean `scores`");
/// # Ok::<(), colead::Error>(())
/// ```
pub fn measure(tally: &Tally, what: &str, reading: &Reading<'_>) -> Result<Vec<ScaleRow>> {
    if tally.decimals().is_some() && MEASURES.contains(&what) {
        return weighted(tally, what, reading);
    }
    Ok(match what {
        "scores" => scores_with(tally, reading),
        "items" => items(tally),
        "differences" => differences(tally, reading),
        "favorability" => favorability_with(tally, reading),
        "reliability" => reliability(tally),
        "agreement" => agreement(tally),
        "agreement_summary" => agreement_summary(tally),
        "aggregation" => aggregation(tally, reading),
        "overall" => overall(tally, reading),
        "nonresponse" => nonresponse(tally, reading),
        _ => {
            return Err(Error::input("unknown_name", format!("a tally has no `{what}` to read"))
                .at("what")
                .help(suggest(what, MEASURES)));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Instrument, Responses, Table};

    #[test]
    fn every_name_can_be_read_and_says_what_it_is_about() {
        let instrument = Instrument::from_json(
            r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],"pairs":[["a","b"]],
                "scales":[{"id":"a","items":["x"]},{"id":"b","items":["y","z"]}]}"#,
        )
        .unwrap();
        let csv = b"unit,x,y,z\nn,1,2,3\nn,4,4,5\ns,2,3,3\ns,5,4,4\n";
        let table = Table::from_csv("responses", csv).unwrap();
        let (responses, _) = Responses::from_table(&table, &instrument, true).unwrap();
        let mut tally = Tally::new(&instrument);
        tally.add(&responses).unwrap();
        for what in MEASURES {
            let rows = measure(&tally, what, &Reading::default()).unwrap();
            assert!(rows.iter().any(|r| r.kind == about(what)), "{what}");
        }
        assert_eq!(measure(&tally, "", &Reading::default()).unwrap_err().code(), "unknown_name");
    }
}

//! What can be read from a tally, by name.

use super::rows::ScaleRow;
use super::scale::Reading;
use super::{aggregation, agreement, differences, favorability, items, reliability, scores_with};
use crate::error::{Error, Result, suggest};
use crate::tally::Tally;

/// The names that [`measure`] knows.
pub const MEASURES: [&str; 7] =
    ["scores", "items", "differences", "favorability", "reliability", "agreement", "aggregation"];

/// Reads the rows named `what` from a tally: one of [`MEASURES`], each the function of that name.
///
/// # Errors
/// `unknown_name` with a suggestion.
///
/// ```
/// use colead::{evidence::Instrument, measure::{Reading, measure}, tally::Tally};
/// let tally = Tally::new(&Instrument::builtin("ccl-dac")?);
/// assert!(measure(&tally, "scores", &Reading::default())?.is_empty());
/// assert_eq!(measure(&tally, "score", &Reading::default()).unwrap_err().help_text(), "did you mean `scores`");
/// # Ok::<(), colead::Error>(())
/// ```
pub fn measure(tally: &Tally, what: &str, reading: &Reading<'_>) -> Result<Vec<ScaleRow>> {
    Ok(match what {
        "scores" => scores_with(tally, reading),
        "items" => items(tally),
        "differences" => differences(tally, reading),
        "favorability" => favorability(tally),
        "reliability" => reliability(tally),
        "agreement" => agreement(tally),
        "aggregation" => aggregation(tally, reading),
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
    use crate::evidence::Instrument;

    #[test]
    fn every_name_can_be_read() {
        let tally = Tally::new(&Instrument::builtin("ccl-dac").unwrap());
        for what in MEASURES {
            assert!(measure(&tally, what, &Reading::default()).is_ok(), "{what}");
        }
        assert_eq!(measure(&tally, "", &Reading::default()).unwrap_err().code(), "unknown_name");
    }
}

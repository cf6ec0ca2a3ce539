//! What can be read from a tally, by name.

use super::{Door, Reply, Request, responses};
use crate::error::{Error, Result, suggest};
use crate::evidence::{Organization, Table};
use crate::measure::agreement::rows::{
    AgreementOptions, agreement, agreement_summary, agreement_with, summarize_units,
};
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::scores::scale::Reading;
use crate::measure::scores::weighted::weighted;
use crate::measure::value::Absence;
use crate::measure::{
    Policy, aggregation, differences, favorability_with, items, means, nonresponse, overall, probability_above,
    reconcile, reconcile_rows, reliability, scores_with,
};
use crate::tally::Tally;
use std::collections::BTreeMap;

/// What the rows of a name that [`measure`] knows are about first of all.
pub fn about(what: &str) -> Kind {
    match what {
        "items" => Kind::Item,
        "differences" => Kind::Pair,
        _ => Kind::Scale,
    }
}

/// The names that [`measure`] knows.
pub const MEASURES: [&str; 12] = [
    "scores",
    "items",
    "differences",
    "favorability",
    "reliability",
    "agreement",
    "agreement_summary",
    "aggregation",
    "overall",
    "reconcile",
    "nonresponse",
    "probability_above",
];

/// What a request to a tally may say of each.
const DOORS: [Door; 12] = [
    ("scores", &["missing_rule", "sizes"]),
    ("items", &[]),
    ("differences", &["missing_rule"]),
    ("favorability", &["sizes"]),
    ("reliability", &[]),
    ("agreement", &["nulls", "items"]),
    ("agreement_summary", &["nulls"]),
    ("aggregation", &["missing_rule"]),
    ("overall", &["missing_rule"]),
    ("reconcile", &["first", "second", "missing_rule"]),
    ("nonresponse", &["missing_rule", "sizes"]),
    ("probability_above", &["cut", "missing_rule", "sizes"]),
];

/// The middle of 0 to 100, where nothing else is asked for.
const MIDDLE: f64 = 50.0;

/// Reads the rows named `what` from a tally: one of [`MEASURES`], each the function of that name with its defaults
/// (`reconcile` between respondents and units, `probability_above` of the middle). What needs rows of respondents
/// (`gate`, `changes` …) is known by name and answers `rows_needed` for every scale.
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
        "reconcile" => reconcile_rows(&reconcile(tally, reading, Policy::Respondents, Policy::Units)),
        "nonresponse" => nonresponse(tally, reading),
        "probability_above" => probability_above(tally, MIDDLE, reading),
        _ => match responses::NAMES.into_iter().find(|name| *name == what) {
            Some(name) => rows_needed(tally, name),
            None => {
                return Err(Error::input("unknown_name", format!("a tally has no `{what}` to read"))
                    .at("what")
                    .help(suggest(what, MEASURES)));
            }
        },
    })
}

/// A row a wave and scale that says what is needed.
fn rows_needed(tally: &Tally, name: &'static str) -> Vec<ScaleRow> {
    let mut rows = Vec::new();
    for wave in tally.waves() {
        for scale in &tally.layout().scales {
            let place = Place { wave, unit: None, kind: Kind::Scale, id: &scale.id };
            rows.push(place.row(name, "rows", "respondents", 0, Err(Absence::RowsNeeded)));
        }
    }
    rows
}

/// Whether units above those that answered are read as well, each with all below it.
fn by_level(name: &str) -> bool {
    let whole = ["reliability", "agreement_summary", "aggregation", "overall", "reconcile"];
    MEASURES.contains(&name) && !whole.contains(&name)
}

/// Reads from a tally what a name or a JSON object asks for: under the key `read` a name as for [`measure`], the other
/// keys its arguments: `missing_rule` (`half`, `all` or a number of answers), `sizes` (an object of units and their
/// members), `nulls` (names of null distributions, or variances) and `items` (false for scales only), `first` and
/// `second` (`respondents`, `items` or `units`), `cut` (on 0 to 100).
///
/// With an organization every unit is also read with all below it, and its sizes hold where the request has none.
///
/// # Errors
/// `bad_json`, `unknown_name`, `unknown_key`, `missing_key`, `wrong_type`, `out_of_range`, `bad_missing_rule`,
/// `weights_unsupported`; those of [`Tally::levels`].
pub fn read_tally(tally: &Tally, request: &str, organization: Option<&Organization>) -> Result<Reply> {
    let doors: Vec<Door> = DOORS.into_iter().chain(responses::DOORS).collect();
    let asked = Request::parse(request, "a tally", &doors)?;
    let given: Option<BTreeMap<&str, u64>> = asked.sizes()?.map(|s| s.into_iter().collect());
    let known = organization.map(Organization::sizes).unwrap_or_default();
    let sizes = |unit: &str| match &given {
        Some(given) => given.get(unit).copied(),
        None => known.get(organization?.index(unit)?).copied().flatten(),
    };
    let sized = given.is_some() || organization.is_some();
    let reading = Reading { missing_rule: asked.missing_rule()?, sizes: sized.then_some(&sizes) };
    let mut rows = Vec::new();
    let mut waves = false;
    let mut take = |tally: &Tally| -> Result<()> {
        waves |= tally.waves().iter().any(|wave| !wave.is_empty());
        rows.extend(read(tally, &asked, &reading)?);
        Ok(())
    };
    match organization.filter(|_| by_level(asked.name)) {
        Some(organization) => tally.levels(organization)?.iter().try_for_each(take)?,
        None => take(tally)?,
    }
    Ok(Reply { name: asked.name, about: about(asked.name), waves, rows })
}

/// The wide table of [`means`], as a name or a JSON object asks: `means` with `missing_rule`.
///
/// # Errors
/// As [`read_tally`].
pub fn read_means(tally: &Tally, request: &str) -> Result<Table> {
    let asked = Request::parse(request, "a tally", &[("means", &["missing_rule"])])?;
    means(tally, &Reading { missing_rule: asked.missing_rule()?, sizes: None })
}

fn read(tally: &Tally, asked: &Request, reading: &Reading<'_>) -> Result<Vec<ScaleRow>> {
    const POLICIES: [(&str, Policy); 3] =
        [("respondents", Policy::Respondents), ("items", Policy::Items), ("units", Policy::Units)];
    if tally.decimals().is_some() {
        return measure(tally, asked.name, reading);
    }
    Ok(match asked.name {
        "agreement" => {
            let options = AgreementOptions { nulls: asked.nulls()?, items: asked.flag("items", true)? };
            agreement_with(tally, &options)
        }
        "agreement_summary" => {
            let options = AgreementOptions { nulls: asked.nulls()?, items: false };
            summarize_units(&agreement_with(tally, &options))
        }
        "reconcile" => {
            let first = asked.choice("first", Policy::Respondents, &POLICIES)?;
            let second = asked.choice("second", Policy::Units, &POLICIES)?;
            reconcile_rows(&reconcile(tally, reading, first, second))
        }
        "probability_above" => {
            let cut = asked.within("cut", MIDDLE, "from 0 to 100", |c| (0.0..=100.0).contains(&c))?;
            probability_above(tally, cut, reading)
        }
        name => measure(tally, name, reading)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Instrument, Responses, Table};

    fn tally() -> Tally {
        let instrument = Instrument::from_json(
            r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],"pairs":[["a","b"]],
                "scales":[{"id":"a","items":["x"]},{"id":"b","items":["y","z"]}]}"#,
        )
        .unwrap();
        let csv = b"unit,x,y,z\nn,1,2,3\nn,4,4,5\ns,2,3,3\ns,5,4,4\nw,5,5,4\nw,4,3,4\n";
        let table = Table::from_csv("responses", csv).unwrap();
        let (responses, _) = Responses::from_table(&table, &instrument, true).unwrap();
        let mut tally = Tally::new(&instrument);
        tally.add(&responses).unwrap();
        tally
    }

    #[test]
    fn every_name_can_be_read_and_says_what_it_is_about() {
        let tally = tally();
        for what in MEASURES {
            let rows = measure(&tally, what, &Reading::default()).unwrap();
            assert!(rows.iter().any(|r| r.kind == about(what)), "{what}");
            assert_eq!(read_tally(&tally, what, None).unwrap().rows, rows, "{what}");
        }
        assert_eq!(measure(&tally, "", &Reading::default()).unwrap_err().code(), "unknown_name");
        assert_eq!(DOORS.map(|(name, _)| name), MEASURES);
    }

    #[test]
    fn what_needs_rows_says_so() {
        for name in responses::NAMES {
            let found = read_tally(&tally(), name, None).unwrap();
            assert_eq!(found.rows.len(), 2);
            assert!(found.rows.iter().all(|r| r.status.as_str() == "rows_needed"), "{name}");
        }
    }

    #[test]
    fn requests_have_arguments() {
        let read = |text: &str| read_tally(&tally(), text, None).map(|r| r.rows);
        let scales = read(r#"{"read":"agreement","items":false,"nulls":["uniform",1.5]}"#).unwrap();
        assert!(scales.iter().all(|r| r.kind == Kind::Scale) && scales.iter().any(|r| r.variant == "given"));
        let census = read(r#"{"read":"scores","sizes":{"n":2,"s":9}}"#).unwrap();
        let of = |unit| census.iter().find(|r| r.unit.as_deref() == Some(unit) && r.estimand == "census").cloned();
        assert_eq!(of("n").unwrap().se, Some(0.0));
        assert!(of("s").unwrap().se.is_some_and(|se| se > 0.0));
        assert_eq!(of("w").unwrap().status.as_str(), "not_asked");
        let parts = read(r#"{"read":"reconcile","first":"items","second":"units"}"#).unwrap();
        assert!(parts.iter().all(|r| r.variant == "item_means_less_unit_means"));
        let above = read(r#"{"read":"probability_above","cut":0}"#).unwrap();
        assert!(above.iter().all(|r| r.status.as_str() == "too_few"), "{above:?}");
        let mut many = tally();
        (0..5).for_each(|_| many.merge(&many.clone()).unwrap());
        let above = read_tally(&many, r#"{"read":"probability_above","cut":0}"#, None).unwrap();
        assert!(above.rows.iter().all(|r| r.value.is_some_and(|p| p > 0.9)), "{above:?}");
        let code = |text: &str| read(text).unwrap_err().code();
        assert_eq!(code(r#"{"read":"probability_above","cut":101}"#), "out_of_range");
        assert_eq!(code(r#"{"read":"agreement","nulls":["unifrom"]}"#), "unknown_name");
        assert_eq!(code(r#"{"read":"agreement","nulls":[0]}"#), "out_of_range");
        assert_eq!(code(r#"{"read":"reconcile","first":"people"}"#), "unknown_name");
        assert_eq!(code(r#"{"read":"scores","sizes":{"n":-1}}"#), "wrong_type");
    }
}

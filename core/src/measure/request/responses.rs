//! What needs rows of respondents, by name.

use super::{Door, Reply, Request};
use crate::error::Result;
use crate::evidence::{Instrument, Responses};
use crate::measure::aggregation::gate::{GateOptions, gate, gate_rows};
use crate::measure::agreement::rows::{AgreementOptions, agreement_listwise};
use crate::measure::rows::Kind;
use crate::measure::study::careless::{CarelessOptions, careless_flags, careless_sensitivity};
use crate::measure::study::drivers::drivers;
use crate::measure::study::reliable_change::reliable_change;
use crate::measure::study::split_sample::{split_sample, split_sample_rows};
use crate::measure::study::waves::{Linking, changes};

/// What a request to responses may say of each.
pub(super) const DOORS: [Door; 8] = [
    ("gate", &["draws", "seed", "level", "icc"]),
    ("changes", &["from", "to", "linked", "missing_rule"]),
    ("reliable_change", &["from", "to", "missing_rule"]),
    ("careless", &["run", "answers"]),
    ("careless_flags", &["run", "answers"]),
    ("split_sample", &["x", "y", "wave", "splits", "seed"]),
    ("drivers", &["outcome", "wave"]),
    ("agreement_listwise", &["nulls"]),
];

/// Their names.
pub(super) const NAMES: [&str; 8] = [
    "gate",
    "changes",
    "reliable_change",
    "careless",
    "careless_flags",
    "split_sample",
    "drivers",
    "agreement_listwise",
];

/// The most deals or splits.
const MOST: u32 = 1_000_000;

/// Reads from respondents what a name or a JSON object asks for: under the key `read` a name, the other keys its
/// arguments.
///
/// | `read` | arguments | function |
/// |---|---|---|
/// | `gate` | `draws`, `seed`, `level`, `icc` | [`gate`] |
/// | `changes` | `from`, `to`, `linked` (true), `missing_rule` | [`changes`] |
/// | `reliable_change` | `from`, `to`, `missing_rule` | [`reliable_change`] |
/// | `careless` | `run`, `answers` | [`careless_sensitivity`] |
/// | `careless_flags` | `run`, `answers` | [`careless_flags`] |
/// | `split_sample` | `x`, `y`, `wave`, `splits`, `seed` | [`split_sample`] |
/// | `drivers` | `outcome`, `wave` | [`drivers`] |
/// | `agreement_listwise` | `nulls` | [`agreement_listwise`] |
///
/// Without `wave` every wave is read.
///
/// # Errors
/// `bad_json`, `unknown_name`, `unknown_key`, `missing_key`, `wrong_type`, `out_of_range`, `bad_missing_rule`; those of
/// the functions.
pub fn read_responses(responses: &Responses, instrument: &Instrument, request: &str) -> Result<Reply> {
    let asked = Request::parse(request, "a table of responses", &DOORS)?;
    let waves = responses.waves().iter().any(|wave| !wave.is_empty());
    let (about, rows) = match asked.name {
        "gate" => {
            let default = GateOptions::default();
            let options = GateOptions {
                draws: asked.count("draws", default.draws, 1..=MOST)?,
                seed: asked.whole("seed")?.unwrap_or(default.seed),
                level: asked.within("level", default.level, "between 0 and 1", |x| x > 0.0 && x < 1.0)?,
                icc: asked.within("icc", default.icc, "from 0 to below 1", |x| (0.0..1.0).contains(&x))?,
            };
            (Kind::Scale, gate_rows(&gate(responses, instrument, &options)?))
        }
        "changes" => {
            let linking = if asked.flag("linked", true)? { Linking::Linked } else { Linking::Unlinked };
            let (from, to) = (asked.need_text("from")?, asked.need_text("to")?);
            (Kind::Scale, changes(responses, instrument, (&from, &to), linking, asked.missing_rule()?)?)
        }
        "reliable_change" => {
            let (from, to) = (asked.need_text("from")?, asked.need_text("to")?);
            (Kind::Scale, reliable_change(responses, instrument, (&from, &to), asked.missing_rule()?)?)
        }
        "careless" => (Kind::Scale, careless_sensitivity(responses, instrument, &patterns(&asked)?)?),
        "careless_flags" => (Kind::Respondent, careless_flags(responses, instrument, &patterns(&asked)?)?),
        "split_sample" => {
            let (x, y) = (asked.need_text("x")?, asked.need_text("y")?);
            let chance = (asked.count("splits", 200, 1..=MOST)?, asked.whole("seed")?.unwrap_or(1));
            let mut rows = Vec::new();
            for wave in chosen_waves(&asked, responses)? {
                let found = split_sample(responses, instrument, &wave, (&x, &y), chance)?;
                rows.extend(split_sample_rows(&found, &wave, (&x, &y)));
            }
            (Kind::Pair, rows)
        }
        "drivers" => {
            let outcome = asked.need_text("outcome")?;
            let mut rows = Vec::new();
            for wave in chosen_waves(&asked, responses)? {
                rows.extend(drivers(responses, instrument, &wave, &outcome)?);
            }
            (Kind::Scale, rows)
        }
        _ => {
            let options = AgreementOptions { nulls: asked.nulls()?, items: false };
            (Kind::Scale, agreement_listwise(responses, instrument, &options)?)
        }
    };
    Ok(Reply { name: asked.name, about, waves, rows })
}

fn patterns(asked: &Request) -> Result<CarelessOptions> {
    let default = CarelessOptions::default();
    Ok(CarelessOptions {
        run: asked.within("run", default.run, "above 0 and up to 1", |x| x > 0.0 && x <= 1.0)?,
        answers: asked.count("answers", 6, 1..=10_000)? as usize,
    })
}

/// The wave asked for, or all of them.
fn chosen_waves(asked: &Request, responses: &Responses) -> Result<Vec<String>> {
    match asked.text("wave")? {
        Some(wave) => crate::measure::study::waves::known_waves(responses, [&wave, &wave]).map(|()| vec![wave]),
        None => Ok(responses.waves().to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Table;
    use std::fmt::Write as _;

    #[test]
    fn every_name_has_a_door() {
        assert_eq!(DOORS.map(|(name, _)| name), NAMES);
        let instrument = Instrument::from_json(
            r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],
                "scales":[{"id":"a","items":["w","x"]},{"id":"b","items":["y","-z"]}]}"#,
        )
        .unwrap();
        let mut csv = "unit,wave,respondent,w,x,y,z\n".to_owned();
        for (p, wave) in (0..120).flat_map(|p| [(p, 1), (p, 2)]) {
            let at = |k: usize| 1 + (p * 7 + k * (p % 5) + wave) % 5;
            writeln!(csv, "u{},{wave},p{p},{},{},{},{}", p % 6, at(1), at(2), at(3), at(4)).unwrap();
        }
        let table = Table::from_csv("responses", csv.as_bytes()).unwrap();
        let (responses, _) = Responses::from_table(&table, &instrument, true).unwrap();
        let read = |text: &str| read_responses(&responses, &instrument, text);
        for (request, known) in [
            (r#"{"read":"gate","draws":49}"#, "aggregation_gate"),
            (r#"{"read":"changes","from":"1","to":"2"}"#, "change"),
            (r#"{"read":"changes","from":"1","to":"2","linked":false,"missing_rule":"all"}"#, "change_q"),
            (r#"{"read":"reliable_change","from":"1","to":"2"}"#, "reliable_change"),
            ("careless", "careless_share"),
            (r#"{"read":"careless_flags","answers":2}"#, "long_run"),
            (r#"{"read":"split_sample","x":"a","y":"b","splits":9}"#, "correlation_of_units"),
            (r#"{"read":"drivers","outcome":"a","wave":"2"}"#, "driver_r"),
            ("agreement_listwise", "rwg_j"),
        ] {
            let reply = read(request).unwrap();
            let found = reply.rows.iter().filter(|r| r.measure == known && r.kind == reply.about);
            assert!(found.count() > 0, "{request}");
            assert_eq!(reply.to_table().unwrap().rows(), reply.rows.len());
        }
        let code = |text: &str| read(text).unwrap_err().code();
        assert_eq!(code(r#"{"read":"changes","from":"1"}"#), "missing_key");
        assert_eq!(code(r#"{"read":"changes","from":"1","to":"9"}"#), "unknown_wave");
        assert_eq!(code(r#"{"read":"drivers","outcome":"a","wave":"9"}"#), "unknown_wave");
        assert_eq!(code(r#"{"read":"drivers","outcome":"c"}"#), "unknown_scale");
        assert_eq!(code(r#"{"read":"gate","level":1}"#), "out_of_range");
        assert_eq!(code(r#"{"read":"gate","draws":0}"#), "out_of_range");
        assert_eq!(code("scores"), "unknown_name");
    }
}

//! Facets of coherence by themselves, as bindings ask for them: evidence in, rows out.

use super::units::Units;
use crate::error::{Error, Result, suggest};
use crate::evidence::Evidence;
use crate::measure::coherence::coherence;
use crate::measure::concordance::{By, FacetRow, concordance};
use serde_json::{Map, Value};

const KEYS: [(&str, &[&str]); 2] = [("coherence", &["layers", "seed"]), ("concordance", &["by", "seed"])];

/// Reads what a JSON object asks for, under the key `read` either `coherence` (facets of every unit, wave and pressure;
/// `layers` from the top, where nothing else tells their order) or `concordance` (agreement on priorities; `by` is
/// `whole`, `unit` or `layer`); both take a `seed`. Gives the name as well.
///
/// ```
/// use colead::{assess::read_facets, evidence::Evidence};
/// let csv = "ranker,unit,layer,priority,rank\na,u,1,x,1\na,u,1,y,2\nb,u,1,x,1\nb,u,1,y,2\nc,u,1,x,1\nc,u,1,y,2\n";
/// let (evidence, _) = Evidence::from_files(&[("rankings.csv", csv.as_bytes())])?;
/// let (_, rows) = read_facets(&evidence, r#"{"read": "concordance", "by": "whole"}"#)?;
/// assert_eq!(rows[0].value, Ok(1.0));
/// # Ok::<(), colead::Error>(())
/// ```
///
/// # Errors
/// `bad_json`, `wrong_type`, `unknown_name`, `unknown_key`, `missing_key`; `missing_table` when nothing in the evidence
/// tells; those of [`Evidence::validate`] and [`coherence`].
pub fn read_facets(evidence: &Evidence, request: &str) -> Result<(&'static str, Vec<FacetRow>)> {
    let value: Value = serde_json::from_str(request)
        .map_err(|e| Error::input("bad_json", format!("not a JSON document: {e}")).at("request"))?;
    let map = value.as_object().ok_or_else(|| wrong("request", "an object"))?;
    let asked = map.get("read").ok_or_else(|| {
        Error::input("missing_key", "`read` is not given").at("read").help("give `coherence` or `concordance`")
    })?;
    let asked = asked.as_str().ok_or_else(|| wrong("read", "text"))?;
    let Some((name, keys)) = KEYS.iter().find(|(name, _)| *name == asked) else {
        return Err(Error::input("unknown_name", format!("there is no `{asked}` to read"))
            .at("read")
            .help(suggest(asked, KEYS.iter().map(|(name, _)| *name))));
    };
    if let Some(key) = map.keys().find(|k| *k != "read" && !keys.contains(&k.as_str())) {
        return Err(Error::input("unknown_key", format!("unknown key `{key}`"))
            .at("request")
            .help(suggest(key, keys.iter().copied())));
    }
    let seed = match map.get("seed") {
        None | Some(Value::Null) => 0,
        Some(v) => v.as_u64().ok_or_else(|| wrong("seed", "a whole number from 0"))?,
    };
    evidence.validate()?;
    if *name == "concordance" {
        let rankings = evidence.rankings.as_ref().ok_or_else(|| missing("rankings"))?;
        let by = match map.get("by") {
            None | Some(Value::Null) => By::Whole,
            Some(v) => By::parse(v.as_str().ok_or_else(|| wrong("by", "text"))?)?,
        };
        return Ok((name, concordance(rankings, evidence.declared.as_ref(), by, seed)));
    }
    if evidence.rankings.is_none() && evidence.decisions.is_none() {
        return Err(missing("rankings` or `decisions"));
    }
    let units = Units::of(evidence)?;
    Ok((name, coherence(units.organization(), evidence, &layers(map)?, seed)?.rows))
}

fn layers(map: &Map<String, Value>) -> Result<Vec<String>> {
    match map.get("layers") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) => list
            .iter()
            .map(|v| v.as_str().map(str::to_owned).ok_or_else(|| wrong("layers", "a list of texts")))
            .collect(),
        Some(_) => Err(wrong("layers", "a list of texts")),
    }
}

fn wrong(path: &str, wanted: &str) -> Error {
    Error::input("wrong_type", format!("`{path}` is not {wanted}")).at(path).help(format!("give {wanted}"))
}

fn missing(table: &str) -> Error {
    Error::input("missing_table", format!("there is no table `{table}`")).at("evidence").help("hand it in")
}

//! What bindings ask for, as a name or a JSON document `{"read": "scores", ...}`, and the rows that answer.
//!
//! Every statistic has one door here and one shape: the long form of [`ScaleRow`]. Arguments are checked, unknown keys
//! refused, and nothing is guessed.

pub(in crate::measure) mod plan;
pub(in crate::measure) mod responses;
pub(in crate::measure) mod tally;

use crate::error::{Error, Result, suggest};
use crate::evidence::{MissingRule, Table};
use crate::measure::agreement::null::Null;
use crate::measure::network::{object, text_of, whole_of, wrong};
use crate::measure::rows::{Kind, ScaleRow};
use crate::measure::table::to_table;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// What was asked for: its name, and rows of one shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The name.
    pub name: &'static str,
    /// What the rows are about first of all.
    pub about: Kind,
    /// Whether the answers had waves.
    pub waves: bool,
    /// The rows.
    pub rows: Vec<ScaleRow>,
}

impl Reply {
    /// The rows as a table in the long form.
    ///
    /// # Errors
    /// Those of [`Table::new`].
    pub fn to_table(&self) -> Result<Table> {
        to_table(self.name, &self.rows, self.about, self.waves)
    }

    /// The rows as a JSON list of objects.
    pub fn to_json(&self) -> Value {
        self.rows.iter().map(ScaleRow::to_json).collect()
    }
}

/// A name and the keys that a request for it may have besides `read`.
pub(in crate::measure) type Door = (&'static str, &'static [&'static str]);

/// A request: the name that was found, and its arguments.
pub(in crate::measure) struct Request {
    pub(in crate::measure) name: &'static str,
    map: Map<String, Value>,
}

impl Request {
    /// Reads a request to `whom`, a bare name or an object with the key `read`.
    ///
    /// # Errors
    /// `bad_json`, `wrong_type`, `missing_key`, `unknown_name`, `unknown_key`.
    pub(in crate::measure) fn parse(text: &str, whom: &str, doors: &[Door]) -> Result<Request> {
        let (name, map) = if text.trim_start().starts_with('{') {
            let value: Value = serde_json::from_str(text)
                .map_err(|e| Error::input("bad_json", format!("not a JSON document: {e}")).at("request"))?;
            let map = object(&value, "request")?.clone();
            (needed("read", text_of(&map, "read")?)?, map)
        } else {
            (text.to_owned(), Map::new())
        };
        let Some((name, keys)) = doors.iter().find(|(known, _)| *known == name) else {
            return Err(Error::input("unknown_name", format!("{whom} has no `{name}` to read"))
                .at("read")
                .help(suggest(&name, doors.iter().map(|(name, _)| *name))));
        };
        match map.keys().find(|k| *k != "read" && !keys.contains(&k.as_str())) {
            Some(key) if keys.is_empty() => Err(Error::input("unknown_key", format!("unknown key `{key}`"))
                .at("request")
                .help(format!("`{name}` takes no arguments"))),
            Some(key) => Err(Error::input("unknown_key", format!("unknown key `{key}`"))
                .at("request")
                .help(suggest(key, keys.iter().copied()))),
            None => Ok(Request { name, map }),
        }
    }

    /// What stands under a key, unless it is null.
    fn get(&self, key: &str) -> Option<&Value> {
        self.map.get(key).filter(|v| !v.is_null())
    }

    pub(in crate::measure) fn text(&self, key: &str) -> Result<Option<String>> {
        text_of(&self.map, key)
    }

    pub(in crate::measure) fn need_text(&self, key: &str) -> Result<String> {
        needed(key, self.text(key)?)
    }

    pub(in crate::measure) fn whole(&self, key: &str) -> Result<Option<u64>> {
        whole_of(&self.map, key)
    }

    pub(in crate::measure) fn need_whole(&self, key: &str) -> Result<u64> {
        needed(key, self.whole(key)?)
    }

    /// A count within a range.
    pub(in crate::measure) fn count(&self, key: &str, default: u32, range: RangeInclusive<u32>) -> Result<u32> {
        let Some(n) = self.whole(key)? else { return Ok(default) };
        u32::try_from(n).ok().filter(|n| range.contains(n)).ok_or_else(|| {
            Error::input("out_of_range", format!("`{n}` is not from {} to {}", range.start(), range.end()))
                .at(key)
                .help("give a number between them")
        })
    }

    pub(in crate::measure) fn number(&self, key: &str) -> Result<Option<f64>> {
        self.get(key).map(|v| v.as_f64().ok_or_else(|| wrong(key, "a number"))).transpose()
    }

    pub(in crate::measure) fn need_number(&self, key: &str) -> Result<f64> {
        needed(key, self.number(key)?)
    }

    /// A number that `inside` accepts; `range` says which.
    pub(in crate::measure) fn within(
        &self,
        key: &str,
        default: f64,
        range: &str,
        inside: impl Fn(f64) -> bool,
    ) -> Result<f64> {
        let value = self.number(key)?.unwrap_or(default);
        if inside(value) {
            return Ok(value);
        }
        Err(Error::input("out_of_range", format!("`{value}` is not {range}"))
            .at(key)
            .help(format!("give a number {range}")))
    }

    pub(in crate::measure) fn flag(&self, key: &str, default: bool) -> Result<bool> {
        self.get(key).map_or(Ok(default), |v| v.as_bool().ok_or_else(|| wrong(key, "true or false")))
    }

    /// A named choice.
    pub(in crate::measure) fn choice<T: Copy>(&self, key: &str, default: T, choices: &[(&str, T)]) -> Result<T> {
        let Some(name) = self.text(key)? else { return Ok(default) };
        chosen(key, &name, choices)
    }

    /// How many answers a score needs.
    pub(in crate::measure) fn missing_rule(&self) -> Result<Option<MissingRule>> {
        const KEY: &str = "missing_rule";
        let rule = match self.get(KEY) {
            None => return Ok(None),
            Some(Value::String(t)) if t == "half" => Some(MissingRule::Half),
            Some(Value::String(t)) if t == "all" => Some(MissingRule::All),
            Some(v) => v
                .as_f64()
                .filter(|k| k.fract() == 0.0 && (1.0..=100.0).contains(k))
                .map(|k| MissingRule::Answered(k as u8)),
        };
        rule.map(Some).ok_or_else(|| {
            Error::input("bad_missing_rule", "the missing rule is unknown")
                .at(KEY)
                .help("give `half`, `all`, a number of answers from 1 to 100, or nothing for the instrument's rule")
        })
    }

    /// The null distributions asked for, by name, or variances; all named ones by default.
    pub(in crate::measure) fn nulls(&self) -> Result<Vec<Null>> {
        const KEY: &str = "nulls";
        let Some(value) = self.get(KEY) else { return Ok(Null::NAMED.to_vec()) };
        let list = value.as_array().ok_or_else(|| wrong(KEY, "a list of names or variances"))?;
        let named: Vec<(&str, Null)> = Null::NAMED.iter().map(|n| (n.as_str(), *n)).collect();
        list.iter()
            .map(|entry| match (entry.as_str(), entry.as_f64()) {
                (Some(name), _) => chosen(KEY, name, &named),
                (_, Some(variance)) if variance > 0.0 => Ok(Null::Given(variance)),
                (_, Some(variance)) => Err(Error::input("out_of_range", format!("`{variance}` is no variance"))
                    .at(KEY)
                    .help("give a number above 0, in squared points")),
                _ => Err(wrong(KEY, "a list of names or variances")),
            })
            .collect()
    }

    /// Members by unit.
    pub(in crate::measure) fn sizes(&self) -> Result<Option<Vec<(&str, u64)>>> {
        const KEY: &str = "sizes";
        let Some(value) = self.get(KEY) else { return Ok(None) };
        let map = value.as_object().ok_or_else(|| wrong(KEY, "an object of units and members"))?;
        let size = |v: &Value| v.as_u64().ok_or_else(|| wrong(KEY, "an object of units and whole numbers from 0"));
        let sizes: Result<Vec<(&str, u64)>> = map.iter().map(|(unit, v)| Ok((unit.as_str(), size(v)?))).collect();
        sizes.map(Some)
    }
}

fn chosen<T: Copy>(key: &str, name: &str, choices: &[(&str, T)]) -> Result<T> {
    choices.iter().find(|(known, _)| *known == name).map(|(_, choice)| *choice).ok_or_else(|| {
        Error::input("unknown_name", format!("unknown name `{name}`"))
            .at(key)
            .help(suggest(name, choices.iter().map(|(known, _)| *known)))
    })
}

fn needed<T>(key: &str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| {
        Error::input("missing_key", format!("`{key}` is not given")).at(key).help(format!("give `{key}`"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOORS: [Door; 2] = [("scores", &["missing_rule", "cut"]), ("items", &[])];

    fn parse(text: &str) -> Result<Request> {
        Request::parse(text, "a tally", &DOORS)
    }

    #[test]
    fn a_name_or_an_object_and_nothing_unknown() {
        assert_eq!(parse("items").unwrap().name, "items");
        let asked = parse(r#" {"read":"scores","missing_rule":3,"cut":null}"#).unwrap();
        assert_eq!(asked.missing_rule().unwrap(), Some(MissingRule::Answered(3)));
        assert_eq!(asked.number("cut").unwrap(), None);
        assert_eq!(asked.need_number("cut").unwrap_err().code(), "missing_key");
        let code = |text: &str| parse(text).err().map(|e| (e.code(), e.help_text().to_owned()));
        assert_eq!(code("score"), Some(("unknown_name", "did you mean `scores`".to_owned())));
        assert_eq!(code(r#"{"read":"items","cut":1}"#), Some(("unknown_key", "`items` takes no arguments".to_owned())));
        for (text, wanted) in [("{}", "missing_key"), ("{", "bad_json"), (r#"{"read":1}"#, "wrong_type")] {
            assert_eq!(code(text).map(|c| c.0), Some(wanted), "{text}");
        }
    }

    #[test]
    fn arguments_are_checked() {
        let asked = parse(r#"{"read":"scores","missing_rule":"most","cut":7}"#).unwrap();
        assert_eq!(asked.missing_rule().unwrap_err().code(), "bad_missing_rule");
        assert_eq!(asked.count("cut", 1, 0..=6).unwrap_err().code(), "out_of_range");
        assert_eq!(asked.within("cut", 1.0, "between 0 and 1", |x| x < 1.0).unwrap_err().code(), "out_of_range");
        assert_eq!(asked.flag("cut", true).unwrap_err().code(), "wrong_type");
        assert_eq!(asked.text("cut").unwrap_err().code(), "wrong_type");
    }
}

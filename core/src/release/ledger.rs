//! What has left so far: an input and an output of every release.

use super::policy::UNRESTRICTED;
use crate::assess::Units;
use crate::document::{Kind, Node, parse_json};
use crate::error::{Error, Result};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The version of the ledger's JSON form.
pub const LEDGER_FORMAT: u64 = 1;

/// Every unit released so far, by wave and with its number of people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    version: u64,
    entries: Vec<Entry>,
}

/// One unit of one wave that left.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The wave, or empty.
    pub wave: String,
    /// The unit.
    pub unit: String,
    /// The people behind it.
    pub n: u64,
    /// The purpose that was stated.
    pub purpose: String,
}

impl Ledger {
    /// A ledger of nothing.
    pub fn new() -> Ledger {
        Ledger::default()
    }

    /// How many releases it has seen; two ledgers of one version with different entries came from concurrent releases.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What left.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// By unit, the people behind it when it last left its owner in a wave.
    pub(crate) fn left(&self, wave: &str, units: &Units) -> Vec<Option<u64>> {
        let mut left = vec![None; units.len()];
        for e in self.entries.iter().filter(|e| e.wave == wave && e.purpose != UNRESTRICTED) {
            if let Some(slot) = units.index(&e.unit).and_then(|i| left.get_mut(i)) {
                *slot = Some(e.n);
            }
        }
        left
    }

    /// The ledger after another release; entries that are there already are not repeated.
    ///
    /// # Errors
    /// `difference_exposed` when a unit left before with a few people more or less: the difference would expose them.
    pub(crate) fn with(&self, new: Vec<Entry>, min_group: u64) -> Result<Ledger> {
        let mut entries = self.entries.clone();
        let mut left: HashMap<(&str, &str), Vec<&Entry>> = HashMap::new();
        for old in &self.entries {
            left.entry((&old.wave, &old.unit)).or_default().push(old);
        }
        for e in new {
            let before = left.get(&(e.wave.as_str(), e.unit.as_str())).map_or(&[][..], Vec::as_slice);
            for old in before {
                let moved = old.n.abs_diff(e.n);
                if moved > 0 && moved < min_group {
                    let message =
                        format!("`{}` left before with {} people and would leave now with {}", e.unit, old.n, e.n);
                    return Err(Error::disclosure("difference_exposed", message)
                        .at(format!("ledger, unit {}", e.unit))
                        .help(format!("wait until at least {min_group} answers were added or taken out")));
                }
            }
            if !before.contains(&&e) {
                entries.push(e);
            }
        }
        Ok(Ledger { version: self.version.saturating_add(1), entries })
    }

    /// The ledger as a JSON document.
    pub fn to_json(&self) -> Value {
        let entry = |e: &Entry| json!({ "wave": e.wave, "unit": e.unit, "n": e.n, "purpose": e.purpose });
        json!({ "format": LEDGER_FORMAT, "version": self.version, "entries": self.entries.iter().map(entry).collect::<Vec<_>>() })
    }

    /// Reads back what [`Ledger::to_json`] gave.
    ///
    /// # Errors
    /// `syntax`, `duplicate_key`, `newer_format`, `bad_ledger`.
    pub fn from_json(text: &str) -> Result<Ledger> {
        let node = parse_json("ledger", text)?;
        let bad = |what: &str| {
            Error::input("bad_ledger", format!("the ledger has no {what}"))
                .at("ledger")
                .help("hand in what a release gave back")
        };
        let number = |n: Option<&Node>, what: &str| match n.map(|n| &n.kind) {
            Some(Kind::Int(i)) => u64::try_from(*i).map_err(|_| bad(what)),
            _ => Err(bad(what)),
        };
        let text = |n: Option<&Node>, what: &str| match n.map(|n| &n.kind) {
            Some(Kind::Text(s)) => Ok(s.clone()),
            _ => Err(bad(what)),
        };
        match number(node.get("format"), "`format`")? {
            LEDGER_FORMAT => {}
            newer => {
                return Err(Error::input(
                    "newer_format",
                    format!("the ledger has format {newer}, this library reads {LEDGER_FORMAT}"),
                )
                .at("ledger")
                .help("use the library that wrote it, or a later one"));
            }
        }
        let Some(Kind::List(rows)) = node.get("entries").map(|n| &n.kind) else { return Err(bad("`entries`")) };
        let entries = rows
            .iter()
            .map(|row| {
                Ok(Entry {
                    wave: text(row.get("wave"), "`wave` in an entry")?,
                    unit: text(row.get("unit"), "`unit` in an entry")?,
                    n: number(row.get("n"), "`n` in an entry")?,
                    purpose: text(row.get("purpose"), "`purpose` in an entry")?,
                })
            })
            .collect::<Result<_>>()?;
        Ok(Ledger { version: number(node.get("version"), "`version`")?, entries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(n: u64) -> Entry {
        Entry { wave: "w1".into(), unit: "a".into(), n, purpose: "development".into() }
    }

    #[test]
    fn one_leaver_between_two_releases_is_not_exposed() {
        let ledger = Ledger::new().with(vec![entry(12)], 5).unwrap();
        assert_eq!(ledger.with(vec![entry(11)], 5).unwrap_err().code(), "difference_exposed");
        assert_eq!(ledger.with(vec![entry(12)], 5).unwrap().entries().len(), 1);
        assert_eq!(ledger.with(vec![entry(17)], 5).unwrap().entries().len(), 2);
    }

    #[test]
    fn a_ledger_survives_its_json_form() {
        let ledger = Ledger::new().with(vec![entry(12)], 5).unwrap();
        let text = crate::json::canonical(&ledger.to_json());
        assert_eq!(Ledger::from_json(&text).unwrap(), ledger);
        let newer = text.replace("\"format\":1", "\"format\":2");
        assert_eq!(Ledger::from_json(&newer).unwrap_err().code(), "newer_format");
        assert_eq!(Ledger::from_json("{}").unwrap_err().code(), "bad_ledger");
        assert_eq!(Ledger::from_json("[").unwrap_err().code(), "syntax");
    }
}

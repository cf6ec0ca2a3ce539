//! What has left so far: an input and an output of every release. It belongs to the owner of the data.

use super::audit::organization::Holds;
use super::history::{Left, Record};
use super::ledger_read::read;
use crate::assess::{DIRECT, POOLED, REPORTS};
use crate::error::{Error, Result};
use crate::json::{canonical, sha256};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The version of the ledger's JSON form.
pub const LEDGER_FORMAT: u64 = 3;

/// Every cell released so far, by wave, and who stood in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    pub(crate) version: u64,
    /// Digest of the ledger that this one follows.
    pub(crate) before: String,
    pub(crate) waves: BTreeMap<String, Vec<Record>>,
}

/// One cell of one wave that left.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The wave, or empty.
    pub wave: String,
    /// The unit.
    pub unit: String,
    /// Empty for everybody in the unit and below; `reports` for a cell of direct reports; `pooled` for parts of the
    /// unit that were told together; else the cut.
    pub cut: String,
    /// The category of the cut; `direct` for direct reports; the parts of a pool.
    pub category: String,
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

    /// How many releases it has seen.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What left, earliest first within each wave.
    pub fn entries(&self) -> Vec<Entry> {
        let mut out = Vec::new();
        for (wave, records) in &self.waves {
            for record in records {
                let n = record.sizes();
                for left in &record.left {
                    let (unit, cut, category) = record.names(left.holds);
                    let n = n.get(&left.holds).copied().unwrap_or(0);
                    let purpose = left.purpose.clone();
                    out.push(Entry { wave: wave.clone(), unit, cut, category, n, purpose });
                }
            }
        }
        out
    }

    /// Hexadecimal SHA-256 of the JSON form.
    pub fn digest(&self) -> String {
        sha256(canonical(&self.to_json()).as_bytes())
    }

    /// Takes the place of this ledger with the one that a release gave, if that release was made with this very
    /// ledger. Of two releases made at the same time only one can follow: the other would not know of it.
    ///
    /// ```
    /// use colead::release::Ledger;
    /// let mut stored = Ledger::new();
    /// assert_eq!(stored.advance(Ledger::new()).unwrap_err().code(), "ledger_conflict");
    /// ```
    ///
    /// # Errors
    /// `ledger_conflict`; the ledger is then unchanged, and the release must not be handed out but made again.
    pub fn advance(&mut self, next: Ledger) -> Result<()> {
        if next.version != self.version + 1 || next.before != self.digest() {
            let message =
                format!("the release was made with another ledger than the one stored, of version {}", self.version);
            return Err(Error::disclosure("ledger_conflict", message)
                .at("ledger")
                .help("another release came first: make this one again with the stored ledger"));
        }
        *self = next;
        Ok(())
    }

    /// Refuses a ledger of waves of which none is at hand.
    pub(crate) fn check_waves<'w>(&self, mut waves: impl Iterator<Item = &'w String>) -> Result<()> {
        if self.waves.is_empty() || waves.any(|w| self.waves.contains_key(w)) {
            return Ok(());
        }
        let known: Vec<String> = self.waves.keys().map(|w| format!("`{w}`")).collect();
        Err(Error::disclosure("other_wave", format!("the ledger is of the waves {}", known.join(", ")))
            .at("ledger")
            .help("answers of another wave are other numbers: begin with an empty ledger"))
    }

    /// The states of a wave that left under terms that protect somebody.
    pub(crate) fn records(&self, wave: &str) -> &[Record] {
        self.waves.get(wave).map_or(&[], Vec::as_slice)
    }

    /// The ledger after another release.
    pub(crate) fn with(&self, new: Vec<(String, Record)>) -> Ledger {
        let mut waves = self.waves.clone();
        for (wave, record) in new {
            let records = waves.entry(wave).or_default();
            match records.iter_mut().find(|r| r.same_people(&record)) {
                Some(same) => {
                    // Pools have the places of the record they are in.
                    let mut places = Vec::new();
                    for pool in record.pools {
                        let at = same.pools.iter().position(|p| *p == pool).unwrap_or(same.pools.len());
                        if at == same.pools.len() {
                            same.pools.push(pool);
                        }
                        places.push(at);
                    }
                    for mut left in record.left {
                        if let Holds::Pool { unit, index } = left.holds {
                            left.holds = Holds::Pool { unit, index: places.get(index).copied().unwrap_or(index) };
                        }
                        if !same.left.contains(&left) {
                            same.left.push(left);
                        }
                    }
                }
                None => records.push(record),
            }
        }
        Ledger { version: self.version.saturating_add(1), before: self.digest(), waves }
    }

    /// The ledger as a JSON document.
    pub fn to_json(&self) -> Value {
        let waves: BTreeMap<&String, Vec<Value>> =
            self.waves.iter().map(|(w, r)| (w, r.iter().map(record_json).collect())).collect();
        json!({
            "format": LEDGER_FORMAT, "library": env!("CARGO_PKG_VERSION"), "version": self.version,
            "before": self.before, "waves": waves,
        })
    }

    /// Reads back what [`Ledger::to_json`] gave.
    ///
    /// # Errors
    /// `syntax`, `duplicate_key`, `bad_ledger`; `other_format` and `other_library` for a ledger that another format or
    /// version of this library wrote.
    pub fn from_json(text: &str) -> Result<Ledger> {
        read(text)
    }
}

impl Record {
    /// Unit, cut and category of a cell.
    pub(crate) fn names(&self, holds: Holds) -> (String, String, String) {
        let unit = |u: usize| self.units.get(u).map_or(String::new(), |(name, _)| name.clone());
        match holds {
            Holds::All(u) => (unit(u), String::new(), String::new()),
            Holds::Direct(u) => (unit(u), REPORTS.to_owned(), DIRECT.to_owned()),
            Holds::Cut { unit: u, cut, category } => {
                let (name, all) = self.cuts.get(cut).cloned().unwrap_or_default();
                (unit(u), name, all.get(category).cloned().unwrap_or_default())
            }
            Holds::Pool { unit: u, index } => {
                let pool = self.pools.get(index);
                let below = pool.into_iter().flat_map(|p| &p.members).map(|m| unit(*m));
                let own = pool.filter(|p| p.own).map(|_| format!("{DIRECT} {REPORTS}"));
                (unit(u), POOLED.to_owned(), below.chain(own).collect::<Vec<_>>().join(" + "))
            }
        }
    }
}

fn record_json(r: &Record) -> Value {
    let left = |l: &Left| {
        let holds = match l.holds {
            Holds::All(u) => json!([u]),
            Holds::Direct(u) => json!([u, -1]),
            Holds::Cut { unit, cut, category } => json!([unit, cut, category]),
            Holds::Pool { unit, index } => json!([unit, -2, index]),
        };
        json!([holds, l.purpose, l.need, l.without])
    };
    let answered = |i: usize| {
        let n = r.people.get(i).map_or(0, |p| p.n);
        let of = r.answered.get(i).map_or(&[][..], Vec::as_slice);
        // Everybody answered everything: no need to say it.
        if of.iter().all(|a| *a == n) { Value::Null } else { json!(of) }
    };
    json!({
        "units": r.units, "cuts": r.cuts, "scales": r.scales, "digest": r.digest,
        "people": r.people.iter().enumerate().map(|(i, p)| json!([p.unit, p.categories, p.n, answered(i)])).collect::<Vec<_>>(),
        "left": r.left.iter().map(left).collect::<Vec<_>>(),
        "pools": r.pools.iter().map(|p| json!([p.unit, p.members, p.own])).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::audit::organization::Pool;
    use super::*;
    use crate::assess::People;

    fn record() -> Record {
        Record {
            units: vec![("a".into(), None), ("b".into(), Some(0)), ("c".into(), Some(1))],
            cuts: vec![("tenure".into(), vec!["long".into(), "short".into()])],
            people: vec![People { unit: 1, categories: vec![Some(1)], n: 12 }],
            scales: vec!["direction".into()],
            answered: vec![vec![11]],
            digest: "d".into(),
            left: [
                Holds::All(0),
                Holds::Direct(1),
                Holds::Cut { unit: 1, cut: 0, category: 1 },
                Holds::Pool { unit: 0, index: 0 },
            ]
            .map(|holds| Left { holds, purpose: "development".into(), need: 5, without: vec![0] })
            .to_vec(),
            pools: vec![Pool { unit: 0, members: vec![1], own: true }],
        }
    }

    #[test]
    fn a_ledger_survives_its_json_form() {
        let ledger = Ledger::new().with(vec![("w1".into(), record())]);
        let text = canonical(&ledger.to_json());
        assert_eq!(Ledger::from_json(&text).unwrap(), ledger);
        let code = |text: &str| Ledger::from_json(text).unwrap_err().code();
        assert_eq!(code(&text.replace("\"format\":3", "\"format\":2")), "other_format");
        let library = format!("\"library\":\"{}\"", env!("CARGO_PKG_VERSION"));
        assert_eq!(code(&text.replace(&library, "\"library\":\"0.0.9\"")), "other_library");
        assert_eq!(code("{}"), "bad_ledger");
        assert_eq!(code("["), "syntax");
        assert_eq!(code(&text.replace("[1,[1],12,[11]]", "[7,[1],12,[11]]")), "bad_ledger");
        assert_eq!(code(&text.replace("[1,[1],12,[11]]", "[1,[1],-12,[11]]")), "bad_ledger");
        assert_eq!(code(&text.replace("[\"b\",0]", "[\"b\",1]")), "bad_ledger");
        assert_eq!(code(&text.replace("[0,[1],true]", "[0,[3],true]")), "bad_ledger");
        assert_eq!(code(&text.replace("[0,-2,0]", "[0,-2,1]")), "bad_ledger");
    }

    #[test]
    fn what_left_is_named() {
        let ledger = Ledger::new().with(vec![("w1".into(), record())]);
        let told: Vec<_> = ledger.entries().into_iter().map(|e| (e.unit, e.cut, e.category, e.n)).collect();
        let told: Vec<_> = told.iter().map(|(u, c, k, n)| (u.as_str(), c.as_str(), k.as_str(), *n)).collect();
        let pool = ("a", "pooled", "b + direct reports", 12);
        assert_eq!(told, [("a", "", "", 12), ("b", "reports", "direct", 12), ("b", "tenure", "short", 12), pool]);
        let again = ledger.with(vec![("w1".into(), record())]);
        assert_eq!((again.entries().len(), again.version()), (4, 2));
    }

    #[test]
    fn of_two_releases_at_the_same_time_one_follows() {
        let mut stored = Ledger::new().with(vec![("w1".into(), record())]);
        let one = stored.with(vec![("w1".into(), record())]);
        let two = stored.with(vec![("w2".into(), record())]);
        stored.advance(one).unwrap();
        assert_eq!(stored.advance(two.clone()).unwrap_err().code(), "ledger_conflict");
        assert_eq!(stored.version(), 2);
        assert_eq!(Ledger::new().advance(two).unwrap_err().code(), "ledger_conflict");
    }
}

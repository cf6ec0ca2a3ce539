//! The audit as its owner reads it: every leak with the cells and coefficients that expose it.

use super::blocks::{Blocks, Found, Groups};
use super::field::Field;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// How a leak exposes too few people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Level {
    /// A cell that was held back is a combination of released ones.
    Exact,
    /// The sum of a few people is.
    SmallSum,
    /// A difference between a few people is.
    Contrast,
    /// Released values and their rounding leave a small group too narrow a range.
    Interval,
    /// One of the group, who knows the own answer, learns of too few others.
    Insider,
}

impl Level {
    /// `exact`, `small_sum`, `contrast`, `interval` or `insider`.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Exact => "exact",
            Level::SmallSum => "small_sum",
            Level::Contrast => "contrast",
            Level::Interval => "interval",
            Level::Insider => "insider",
        }
    }
}

/// One way to learn something about too few people.
#[derive(Debug, Clone, PartialEq)]
pub struct Leak {
    /// How.
    pub level: Level,
    /// About how many people.
    pub people: u64,
    /// The released cells and the whole numbers by which their sums (mean times `n`) are multiplied and added.
    pub certificate: Vec<(String, i64)>,
    /// The cell that comes out, when it is one of the table.
    pub cell: Option<String>,
    /// Whether the certificate was checked, or the range reckoned, in whole numbers; one that was not still counts as a
    /// leak.
    pub verified: bool,
    /// What the mean of these people can be, where released values are known: lowest and highest.
    pub range: Option<(f64, f64)>,
}

impl Leak {
    /// The leak as a JSON document (`level people cell verified certificate range`).
    pub fn to_json(&self) -> Value {
        json!({
            "level": self.level.as_str(), "people": self.people, "cell": self.cell, "verified": self.verified,
            "certificate": self.certificate.iter().map(|(c, k)| json!({ "cell": c, "times": k })).collect::<Vec<_>>(),
            "range": self.range.map(|(lo, hi)| json!([lo, hi])),
        })
    }
}

/// What a potential says in whole numbers: the groups with their coefficients, the value of each atom that is singled
/// out, and whether both were checked against the atoms.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    pub(crate) groups: Vec<(u32, i64)>,
    pub(crate) values: BTreeMap<u32, i64>,
    pub(crate) verified: bool,
}

/// Turns a finding modulo a prime into whole numbers, and checks them against the atoms of the groups themselves.
pub(crate) fn certify(all: &Groups, blocks: &Blocks, found: &Found, field: Field) -> Certificate {
    let atoms = |i: usize| blocks.superatoms.get(i).map_or(&[][..], |s| s.atoms.as_slice());
    let whole = integers(found.potential.iter().map(|(b, x)| (*b, *x)), field);
    let groups = whole.as_ref().and_then(|w| blocks.coefficients(w));
    let Some(groups) = groups else {
        let values = found.support.iter().flat_map(|(i, _)| atoms(*i)).map(|a| (*a, 1)).collect();
        return Certificate { groups: Vec::new(), values, verified: false };
    };
    let sum = combine(all, &groups);
    let singled: std::collections::BTreeSet<u32> = found.support.iter().flat_map(|(i, _)| atoms(*i)).copied().collect();
    let verified = sum.as_ref().is_some_and(|s| !s.is_empty() && s.keys().all(|a| singled.contains(a)));
    let values = sum.unwrap_or_else(|| singled.into_iter().map(|a| (a, 1)).collect());
    Certificate { groups, values, verified }
}

/// The combination of groups, atom by atom, without atoms of nobody; `None` on overflow.
fn combine(all: &Groups, groups: &[(u32, i64)]) -> Option<BTreeMap<u32, i64>> {
    let mut sum: HashMap<u32, i128> = HashMap::new();
    for (g, times) in groups {
        for a in all.groups.get(*g as usize).into_iter().flat_map(|g| &g.atoms) {
            let slot = sum.entry(*a).or_insert(0);
            *slot = slot.checked_add(i128::from(*times))?;
        }
    }
    let people = |a: u32| all.people.get(a as usize).copied().unwrap_or(0);
    let kept = sum.into_iter().filter(|(a, x)| *x != 0 && people(*a) > 0);
    kept.map(|(a, x)| Some((a, i64::try_from(x).ok()?))).collect()
}

/// Small whole numbers in the proportion of numbers modulo a prime.
pub(crate) fn integers(numbers: impl Iterator<Item = (u32, u64)>, field: Field) -> Option<BTreeMap<u32, i64>> {
    let fractions: Vec<(u32, (i64, i64))> =
        numbers.map(|(b, x)| Some((b, field.fraction(x)?))).collect::<Option<_>>()?;
    let mut common = 1_i64;
    for (_, (_, den)) in &fractions {
        common = common.checked_mul(den / gcd(common, *den))?;
    }
    fractions.into_iter().map(|(b, (num, den))| Some((b, num.checked_mul(common / den)?))).collect()
}

fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.max(1), b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// The level of a leak by its values: equal for a sum, of both signs or several sizes for a contrast.
pub(crate) fn level(certificate: &Certificate, people: u64, min_group: u64, named: bool) -> Level {
    let mut values = certificate.values.values();
    let first = values.next();
    let sum = values.all(|v| Some(v) == first);
    match (people < min_group, sum, named) {
        (false, ..) => Level::Insider,
        (true, true, true) => Level::Exact,
        (true, true, false) => Level::SmallSum,
        (true, false, _) => Level::Contrast,
    }
}

//! Whether anything released, taken together, singles out fewer people than the minimum.
//!
//! Everything additive that is published about a group (a mean with its `n`, a count, a sum of squares) has the same
//! coefficients of 0 and 1 over the people, so one audit of the groups covers all of them.

pub(crate) mod blocks;
pub(crate) mod echelon;
pub(crate) mod field;
pub(crate) mod interval;
pub(crate) mod kernel;
pub(crate) mod organization;
pub(crate) mod report;
pub(crate) mod search;
mod tables;

pub use interval::Values;
pub use report::{Leak, Level};
pub use tables::{MAX_CELLS, TableCell, Tables};

use super::plan::{Choice, choose};
use crate::error::{Error, Result};
use blocks::{Blocks, find_leaks};
use echelon::Budget;
use field::Field;
use report::{certify, level};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// The steps of elimination that an audit may take.
pub(crate) const STEPS: u64 = 20_000_000_000;

/// Under which terms tables are audited.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditOptions {
    /// The fewest people about whom anything may be learned.
    pub min_group: u64,
    /// How many of a group may put together what they know of themselves.
    pub coalition: u64,
    /// The seed of the orders in which what is left of a search is gone through.
    pub seed: u64,
    /// How scores are made and rounded, when the ranges that released means leave are audited as well.
    pub values: Option<Values>,
}

impl Default for AuditOptions {
    /// Minimum group 5, nobody tells what they answered, seed 0.
    fn default() -> Self {
        AuditOptions { min_group: 5, coalition: 0, seed: 0, values: None }
    }
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    /// Every leak found, by level and number of people.
    pub leaks: Vec<Leak>,
    /// Groups of cells that have no people in common with any other.
    pub components: usize,
    /// Those of them for which it is proved that there is no further leak; in the others a random search found none.
    pub proved: usize,
    /// The terms.
    pub options: AuditOptions,
}

impl Audit {
    /// Whether nothing was found.
    pub fn is_safe(&self) -> bool {
        self.leaks.is_empty()
    }

    /// The audit as a JSON document (`safe min_group coalition components proved leaks`).
    pub fn to_json(&self) -> Value {
        json!({
            "safe": self.is_safe(), "min_group": self.options.min_group, "coalition": self.options.coalition,
            "components": self.components, "proved": self.proved,
            "leaks": self.leaks.iter().map(Leak::to_json).collect::<Vec<_>>(),
        })
    }
}

/// Audits tables that any tool made: whether what is released of them singles out fewer people than the minimum, and
/// how.
///
/// ```
/// use colead::{evidence::Table, release::{AuditOptions, Level, Tables, audit}};
/// let cells = "cell,n,released\nall,20,yes\nnorth,12,yes\nsouth,5,yes\ntugs,3,no\n";
/// let relations = "total,part\nall,north\nall,south\nall,tugs\n";
/// let cells = Table::from_csv("cells", cells.as_bytes())?;
/// let relations = Table::from_csv("relations", relations.as_bytes())?;
/// let found = audit(&Tables::from_tables(&cells, Some(&relations), None)?, &AuditOptions::default())?;
/// let leak = &found.leaks[0];
/// assert_eq!((leak.level, leak.people, leak.cell.as_deref()), (Level::Exact, 3, Some("tugs")));
/// # Ok::<(), colead::Error>(())
/// ```
///
/// # Errors
/// `bad_min_group`; `bad_values`; `audit_incomplete` when the verdict would take more steps than allowed: nothing may be released
/// then.
pub fn audit(tables: &Tables, options: &AuditOptions) -> Result<Audit> {
    let need = needed(options.min_group, options.coalition)?;
    options.values.as_ref().map_or(Ok(()), Values::check)?;
    let groups = &tables.groups;
    let published: Vec<bool> = tables.cells.iter().map(|c| c.released).collect();
    let blocks = Blocks::of(groups, &published);
    let mut budget = Budget::new(STEPS);
    let mut seen: BTreeSet<Vec<u32>> = BTreeSet::new();
    let mut named: HashMap<&[u32], usize> = HashMap::new();
    for (i, g) in groups.groups.iter().enumerate().filter(|(i, _)| published.get(*i) == Some(&false)) {
        named.entry(g.atoms.as_slice()).or_insert(i);
    }
    let mut out = Audit { leaks: Vec::new(), components: 0, proved: usize::MAX, options: options.clone() };
    for (turn, field) in [Field::LARGE, Field::SMALL].into_iter().enumerate() {
        let seed = options.seed.wrapping_add(turn as u64);
        let found =
            find_leaks(&blocks, groups.groups.len(), need, field, seed, None, &mut budget).map_err(|_| incomplete())?;
        out.components = found.components;
        out.proved = out.proved.min(found.proved);
        for f in found.parts.iter().flat_map(|p| &p.leaks) {
            let certificate = certify(groups, &blocks, f, field);
            let atoms: Vec<u32> = certificate.values.keys().copied().collect();
            if !seen.insert(atoms.clone()) {
                continue;
            }
            let cell = named.get(atoms.as_slice()).and_then(|i| tables.cells.get(*i));
            let name = |(g, times): &(u32, i64)| Some((tables.cells.get(*g as usize)?.cell.clone(), *times));
            out.leaks.push(Leak {
                level: level(&certificate, f.people, options.min_group, cell.is_some()),
                people: f.people,
                certificate: certificate.groups.iter().filter_map(name).collect(),
                cell: cell.map(|c| c.cell.clone()),
                verified: certificate.verified,
                range: None,
            });
        }
    }
    if let Some(values) = &options.values {
        interval::ranges(values, groups, &tables.cells, need, &mut out.leaks);
    }
    out.leaks.sort_by(|a, b| (a.level, a.people, &a.certificate).cmp(&(b.level, b.people, &b.certificate)));
    Ok(out)
}

/// Chooses which cells of tables may leave: those with enough people from which, taken together, nothing about fewer
/// can be worked out. Where cells have to be held back, cuts go before direct reports and these before totals, small
/// ones first. The choice follows from numbers of people and structure alone.
///
/// ```
/// use colead::release::{AuditOptions, People, Tables, audit, suppress};
/// let of = |unit, n| People { unit, categories: vec![], n };
/// let tables = Tables::of_organization(&[None, Some(0), Some(0), Some(0)], &[of(1, 12), of(2, 5), of(3, 3)])?;
/// let tables = suppress(tables, &AuditOptions::default())?;
/// assert_eq!(tables.cells().iter().map(|c| c.released).collect::<Vec<_>>(), [true, true, false, false]);
/// assert!(audit(&tables, &AuditOptions::default())?.is_safe());
/// # Ok::<(), colead::Error>(())
/// ```
///
/// # Errors
/// `bad_min_group`, `audit_incomplete`.
pub fn suppress(tables: Tables, options: &AuditOptions) -> Result<Tables> {
    let need = needed(options.min_group, options.coalition)?;
    let pattern = choose(&Choice {
        groups: &tables.groups,
        ranks: &tables.ranks,
        eligible: vec![true; tables.cells.len()],
        left: Vec::new(),
        need,
        seed: options.seed,
    })?;
    Ok(tables.releasing(&pattern.released))
}

/// How many people anything that can be derived must stand on.
pub(crate) fn needed(min_group: u64, coalition: u64) -> Result<u64> {
    if !(2..=1_000_000).contains(&min_group) || coalition > 1_000_000 {
        return Err(Error::disclosure("bad_min_group", format!("the minimum group `{min_group}` protects nobody"))
            .at("min_group")
            .help("give 5, or another number from 2"));
    }
    Ok(min_group + coalition)
}

pub(crate) fn incomplete() -> Error {
    Error::disclosure("audit_incomplete", "the check could not finish within its budget: nothing is released")
        .at("audit")
        .help("merge rare categories, release fewer cuts together, or raise fewer cells in one wave")
}

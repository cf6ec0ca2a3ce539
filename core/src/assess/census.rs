//! Who answered, as far as a release must know: people who are alike in their unit and in every cut, and how many of
//! them answered each scale; and the scores of the groups that cuts make. The owner's side.

use super::units::Units;
use crate::error::{Error, Result, suggest};
use crate::evidence::{Cells, Column, Instrument, Responses, Table};
use crate::json::sha256;
use crate::measure::{ScaleRow, respondent_scores, scores};
use crate::tally::Tally;
use std::collections::BTreeMap;

/// The most categories a cut may have.
pub const MAX_CATEGORIES: usize = 50;
/// A category of fewer than one in this many people is rare (basis: simulation; a category of 4 % ties the cells of a
/// whole organization together).
const RARE: u64 = 20;
/// Where rare categories go.
const OTHER: &str = "(other)";
/// The name under which direct reports are told apart; no cut may have it.
pub(crate) const REPORTS: &str = "reports";
pub(crate) const DIRECT: &str = "direct";
/// The name under which parts that may not be told alone are told together.
pub(crate) const POOLED: &str = "pooled";

/// People of one unit who are alike in every cut.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct People {
    /// The unit they belong to directly.
    pub unit: usize,
    /// For each cut their category; nothing where it is not known.
    pub categories: Vec<Option<usize>>,
    /// How many.
    pub n: u64,
}

/// A demographic attribute and its categories.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cut {
    pub(crate) name: String,
    pub(crate) categories: Vec<String>,
}

/// One wave's people.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wave {
    pub(crate) people: Vec<People>,
    /// By people, then scale: how many answered it.
    pub(crate) answered: Vec<Vec<u64>>,
    /// Of every score in it: the same people with other answers have another.
    pub(crate) digest: String,
}

/// Everybody who answered.
#[derive(Clone, Default)]
pub(crate) struct Census {
    pub(crate) cuts: Vec<Cut>,
    pub(crate) scales: Vec<String>,
    pub(crate) waves: BTreeMap<String, Wave>,
    /// Cut, category, and the score of that group on a scale.
    pub(crate) groups: Vec<(String, String, ScaleRow)>,
    pub(crate) notes: Vec<String>,
}

impl Census {
    pub(crate) fn read(table: &Table, instrument: &Instrument, units: &Units, cuts: &[String]) -> Result<Census> {
        let mut out =
            Census { scales: instrument.scales().iter().map(|s| s.id.clone()).collect(), ..Census::default() };
        let mut codes: Vec<Vec<Option<usize>>> = Vec::new();
        for name in cuts {
            let (cut, column, note) = read_cut(table, instrument, name)?;
            out.cuts.push(cut);
            codes.push(column);
            out.notes.extend(note);
        }
        if table.column("unit").is_none() {
            // Says what is missing.
            Responses::from_table(
                &Table::new(table.name(), without_cuts(table, cuts).cloned().collect())?,
                instrument,
                true,
            )?;
        }
        let field = table.field("unit");
        let unit = (0..table.rows()).map(|row| field.text(row)).collect::<Result<Vec<_>>>()?;
        let key = |row: usize, unit: &str| {
            let unit = units.index(unit)?;
            let own = codes.iter().map(|c| c.get(row).copied().flatten().map_or(String::new(), |c| c.to_string()));
            Some(std::iter::once(unit.to_string()).chain(own).collect::<Vec<_>>().join("|"))
        };
        let keys = unit.iter().enumerate().map(|(row, u)| key(row, u.as_deref()?)).collect();
        let keyed = Column { name: "unit".into(), cells: Cells::Text(keys) };
        let columns = without_cuts(table, cuts).filter(|c| c.name != "unit").cloned().chain([keyed]).collect();
        let (responses, _) = Responses::from_table(&Table::new(table.name(), columns)?, instrument, true)?;
        let mut tally = Tally::new(instrument);
        tally.add(&responses)?;
        out.count(&tally);
        out.score(&tally, units)?;
        Ok(out)
    }

    fn count(&mut self, tally: &Tally) {
        let mut answered: BTreeMap<(String, String), Vec<u64>> = BTreeMap::new();
        for row in respondent_scores(tally) {
            let key = (row.wave.clone().unwrap_or_default(), row.unit.clone().unwrap_or_default());
            let of = answered.entry(key).or_insert_with(|| vec![0; self.scales.len()]);
            if let Some(slot) = self.scales.iter().position(|s| *s == row.scale).and_then(|i| of.get_mut(i)) {
                *slot = row.n;
            }
        }
        for key in tally.keys() {
            let (unit, categories) = decoded(&key.unit);
            let wave = self.waves.entry(key.wave.clone()).or_default();
            wave.people.push(People { unit, categories, n: tally.respondents(key) });
            let none = vec![0; self.scales.len()];
            wave.answered.push(answered.get(&(key.wave.clone(), key.unit.clone())).cloned().unwrap_or(none));
        }
    }

    fn score(&mut self, tally: &Tally, units: &Units) -> Result<()> {
        let name = |unit: usize| units.name(unit).to_owned();
        for (i, cut) in self.cuts.iter().enumerate() {
            for (c, category) in cut.categories.iter().enumerate() {
                let of = tally.rollup(|key| {
                    let (unit, categories) = decoded(key);
                    (categories.get(i) == Some(&Some(c))).then(|| name(unit))
                })?;
                for level in of.levels(units.organization())? {
                    for row in respondent_scores(&level) {
                        self.groups.push((cut.name.clone(), category.clone(), row));
                    }
                }
            }
        }
        let direct = tally.rollup(|key| {
            let (unit, _) = decoded(key);
            (!units.children(unit).is_empty()).then(|| name(unit))
        })?;
        for row in respondent_scores(&direct) {
            self.groups.push((REPORTS.to_owned(), DIRECT.to_owned(), row));
        }
        let mut told: BTreeMap<String, String> = BTreeMap::new();
        for row in &scores(&tally.rollup(|key| Some(name(decoded(key).0)))?, None) {
            let wave = told.entry(row.wave.clone().unwrap_or_default()).or_default();
            wave.push_str(&format!("{:?} {} {} {} {:?}\n", row.unit, row.scale, row.measure, row.n, row.value));
        }
        for (wave, told) in told {
            self.waves.entry(wave).or_default().digest = sha256(told.as_bytes());
        }
        Ok(())
    }
}

fn decoded(key: &str) -> (usize, Vec<Option<usize>>) {
    let mut parts = key.split('|');
    let unit = parts.next().and_then(|u| u.parse().ok()).unwrap_or(usize::MAX);
    (unit, parts.map(|c| c.parse().ok()).collect())
}

/// The table without the columns of the cuts, which are no items.
pub(crate) fn without_cuts<'t>(table: &'t Table, cuts: &'t [String]) -> impl Iterator<Item = &'t Column> {
    table.columns().iter().filter(|c| !cuts.contains(&c.name))
}

fn texts(cells: &Cells) -> Vec<Option<String>> {
    let kept = |t: &str| Some(t.trim().to_owned()).filter(|t| !t.is_empty());
    match cells {
        Cells::Text(v) => v.iter().map(|t| kept(t.as_deref()?)).collect(),
        Cells::Int(v) => v.iter().map(|i| i.map(|i| i.to_string())).collect(),
        Cells::Float(v) => v.iter().map(|x| x.map(|x| format!("{x}"))).collect(),
        Cells::Bool(v) => v.iter().map(|b| b.map(|b| b.to_string())).collect(),
        Cells::Dictionary { values, codes } => codes.iter().map(|c| kept(values.get((*c)? as usize)?)).collect(),
    }
}

/// The cut, the category of each row, and a note where rare categories were merged.
type ReadCut = (Cut, Vec<Option<usize>>, Option<String>);

fn read_cut(table: &Table, instrument: &Instrument, name: &str) -> Result<ReadCut> {
    let refuse =
        |code, message: String, help: String| Err(Error::input(code, message).at(format!("cuts, {name}")).help(help));
    if ["unit", "wave", "respondent", "weight", REPORTS, POOLED].contains(&name) || instrument.item(name).is_some() {
        let message = format!("`{name}` is no attribute of people to cut by");
        return refuse("bad_cut", message, "name another column of `responses`".to_owned());
    }
    let Some(column) = table.column(name) else {
        let known = table.columns().iter().map(|c| c.name.as_str()).filter(|n| instrument.item(n).is_none());
        return refuse("missing_column", format!("`responses` has no column `{name}`"), suggest(name, known));
    };
    let rows = texts(&column.cells);
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    rows.iter().flatten().for_each(|t| *counts.entry(t).or_insert(0) += 1);
    if counts.len() > MAX_CATEGORIES {
        let message = format!("the cut `{name}` has {} categories, more than {MAX_CATEGORIES}", counts.len());
        return refuse("too_many_categories", message, "group them into bands first".to_owned());
    }
    // By numbers of people alone, before anything is known of what they answered.
    let all: u64 = counts.values().sum();
    let rare: Vec<&str> = counts.iter().filter(|(_, n)| **n * RARE < all).map(|(c, _)| *c).collect();
    let merged = rare.len() > 1 || (rare.len() == 1 && counts.contains_key(OTHER));
    let shown = |t: &str| if merged && rare.contains(&t) { OTHER.to_owned() } else { t.to_owned() };
    let mut categories: Vec<String> = counts.keys().map(|c| shown(c)).collect();
    categories.sort();
    categories.dedup();
    let code = |t: &Option<String>| categories.binary_search(&shown(t.as_deref()?)).ok();
    let codes = rows.iter().map(code).collect();
    let note = merged.then(|| format!("cut `{name}`: {} rare categories are told together as `{OTHER}`", rare.len()));
    Ok((Cut { name: name.to_owned(), categories }, codes, note))
}

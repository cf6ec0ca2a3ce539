//! Exact state of what decisions did to priorities: whole numbers that merge in any order and can be taken back.

use crate::error::{Error, Result};
use crate::evidence::{DecisionEffects, DecisionRow, Decisions, Pressure};
use std::collections::{BTreeMap, HashMap};

/// The most that any count may reach: whole numbers up to here are exact in a float and in JSON.
pub const MAX_COUNT: u64 = 1 << 53;
/// The most priorities that decisions of one place may touch.
pub const MAX_PRIORITIES: usize = 1024;

/// Where and when decisions were taken.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The unit.
    pub unit: String,
    /// The layer.
    pub layer: String,
    /// The wave.
    pub wave: Option<String>,
    /// The pressure.
    pub pressure: Option<Pressure>,
    /// Whether they were declared experiments.
    pub experiment: bool,
}

/// Decisions that told something, and those of them that said yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// How many told.
    pub told: u64,
    /// How many said yes.
    pub yes: u64,
}

/// Decisions that touch two priorities, by what they do to the first and to the second: advance both, advance the
/// first and work against the second, the other way round, work against both. For a priority with itself the first
/// counts those that advance it, the last those that work against it.
pub type Joint = [u64; 4];

/// What is counted of the decisions of one place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Decisions.
    pub decisions: u64,
    /// Decisions that advance or work against at least one priority.
    pub judged: u64,
    /// Reversed.
    pub reversed: Told,
    /// Reworked.
    pub reworked: Told,
    /// Effects that one coder saw as an advance and another as working against; what most saw counts.
    pub contested: u64,
    /// How often so many coders saw -1, 0 and 1, for effects that two or more coded.
    pub codings: BTreeMap<[u32; 3], u64>,
    /// Pairs of priorities, the first name not after the second.
    pub pairs: BTreeMap<(String, String), Joint>,
}

/// Counts of decisions by place. Reinforcement, its uncertainty and the order that decisions enact are read from them
/// alone, so that counts from many places and machines give to the bit what their rows would give together.
///
/// A decision is counted whole: all that was coded of it has to be in one call.
///
/// ```
/// use colead::evidence::{DecisionEffects, Decisions, Table};
/// use colead::measure::coherence::DecisionCounts;
/// let decisions = Table::from_csv("decisions", b"decision,unit,layer\nd1,berth,1\nd2,berth,1\n")?;
/// let effects = b"decision,priority,effect\nd1,safety,1\nd2,safety,1\nd2,pace,-1\n";
/// let effects = DecisionEffects::from_table(&Table::from_csv("decision_effects", effects)?)?;
/// let mut counts = DecisionCounts::new();
/// counts.add(&Decisions::from_table(&decisions)?, &effects)?;
/// let found = counts.reinforcement(|_| true)?;
/// assert_eq!((found.reinforcing, found.contradicting), (1, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DecisionCounts {
    pub(super) cells: BTreeMap<Place, Counts>,
}

impl DecisionCounts {
    /// Nothing counted.
    pub fn new() -> DecisionCounts {
        DecisionCounts::default()
    }

    /// The places and what was counted there, in order.
    pub fn cells(&self) -> impl Iterator<Item = (&Place, &Counts)> {
        self.cells.iter()
    }

    /// Counts decisions and their effects. An effect of several coders is what most of them saw: the sign of the sum of
    /// their codes.
    ///
    /// # Errors
    /// `unknown_decision` for an effect of a decision that is not among `decisions`; `too_many_priorities`; `too_many`
    /// past [`MAX_COUNT`].
    /// Unchanged on an error.
    pub fn add(&mut self, decisions: &Decisions, effects: &DecisionEffects) -> Result<()> {
        let index: HashMap<&str, usize> =
            decisions.rows().iter().enumerate().map(|(i, d)| (d.decision.as_str(), i)).collect();
        let mut coded: Vec<BTreeMap<&str, [u32; 3]>> = vec![BTreeMap::new(); decisions.rows().len()];
        for (row, e) in effects.rows().iter().enumerate() {
            let Some(of) = index.get(e.decision.as_str()).and_then(|i| coded.get_mut(*i)) else {
                return Err(Error::input("unknown_decision", format!("unknown decision `{}`", e.decision))
                    .at(crate::evidence::cell_place("decision_effects", row, "decision"))
                    .help("add it to `decisions`"));
            };
            if let Some(n) = of.entry(&e.priority).or_default().get_mut(usize::try_from(e.effect + 1).unwrap_or(1)) {
                *n += 1;
            }
        }
        let mut places: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
        for (i, d) in decisions.rows().iter().enumerate() {
            places.entry(Place::of(d)).or_default().push(i);
        }
        let mut fresh = DecisionCounts::new();
        for (place, own) in places {
            let mut counts = Counts::default();
            let own = || own.iter().filter_map(|i| decisions.rows().get(*i).zip(coded.get(*i)));
            let mut names: Vec<&str> = own().flat_map(|(_, coded)| coded.keys().copied()).collect();
            names.sort_unstable();
            names.dedup();
            let mut block = Block::new(names.len())?;
            for (d, coded) in own() {
                counts.course(d);
                for (priority, codes) in coded {
                    let [against, neither, advance] = *codes;
                    if against + neither + advance > 1 {
                        *counts.codings.entry(*codes).or_default() += 1;
                    }
                    counts.contested += u64::from(against > 0 && advance > 0);
                    block.mark(names.binary_search(priority).unwrap_or(0), advance.cmp(&against));
                }
                block.next();
            }
            counts.judged = block.write(&names, &mut counts.pairs);
            fresh.cells.insert(place, counts);
        }
        self.merge(&fresh)
    }

    /// Counts decisions of one place, one column a priority and one row a decision: 1 advances, -1 works against, and
    /// 0 does neither. The fast way for large registers.
    ///
    /// # Errors
    /// `out_of_range` for another effect; `unequal_columns`; `duplicate_priority`;
    /// `too_many_priorities`; `too_many`. Unchanged on an error.
    pub fn add_columns(&mut self, place: &Place, columns: &[(&str, &[i8])]) -> Result<()> {
        let rows = columns.first().map_or(0, |(_, c)| c.len());
        let mut columns = columns.to_vec();
        columns.sort_unstable_by_key(|(name, _)| *name);
        for (name, column) in &columns {
            let fault = |code, what: String, help: &str| Err(Error::input(code, what).at(*name).help(help));
            if column.len() != rows {
                let what = format!("`{name}` has {} rows, the first column has {rows}", column.len());
                return fault("unequal_columns", what, "give columns of equal length");
            }
            if let Some(row) = column.iter().position(|e| !(-1..=1).contains(e)) {
                let what = format!("row {} of `{name}` is none of 1, 0 and -1", row + 1);
                return fault("out_of_range", what, "give 1 (advances), 0 (neither) or -1 (works against)");
            }
        }
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        if let Some([name, _]) = names.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(Error::input("duplicate_priority", format!("two columns are named `{name}`"))
                .at(*name)
                .help("keep one of them"));
        }
        let mut block = Block::new(columns.len())?;
        for from in (0..rows).step_by(64) {
            let to = rows.min(from + 64);
            for (slot, (_, column)) in block.marks.iter_mut().zip(&columns) {
                let chunk = column.get(from..to).unwrap_or(&[]);
                let bits = |sign: i8| (0..64_u32).zip(chunk).fold(0_u64, |m, (i, e)| m | u64::from(*e == sign) << i);
                *slot = (bits(1), bits(-1));
            }
            block.filled = (to - from) as u32;
            block.flush();
        }
        let mut counts = Counts { decisions: rows as u64, ..Counts::default() };
        counts.judged = block.write(&names, &mut counts.pairs);
        self.merge(&DecisionCounts { cells: BTreeMap::from([(place.clone(), counts)]) })
    }

    /// Adds what another state counted. The two must not have counted the same decision.
    ///
    /// # Errors
    /// `too_many` past [`MAX_COUNT`]; unchanged then.
    pub fn merge(&mut self, other: &DecisionCounts) -> Result<()> {
        *self = self.combined(other, plus).ok_or_else(too_many)?;
        Ok(())
    }

    /// Takes back what another state counted, which must have been merged before.
    ///
    /// # Errors
    /// `not_contained` when something there was never counted here; unchanged then.
    pub fn subtract(&mut self, other: &DecisionCounts) -> Result<()> {
        *self = self.combined(other, u64::checked_sub).ok_or_else(|| {
            Error::input("not_contained", "the decisions to take back were not counted here")
                .at("decisions")
                .help("subtract only what was merged before")
        })?;
        self.cells.retain(|_, counts| *counts != Counts::default());
        Ok(())
    }

    fn combined(&self, other: &DecisionCounts, f: impl Fn(u64, u64) -> Option<u64>) -> Option<DecisionCounts> {
        let mut out = self.clone();
        for (place, theirs) in &other.cells {
            let ours = out.cells.entry(place.clone()).or_default();
            ours.combine(theirs, &f)?;
        }
        Some(out)
    }

    /// Everything counted at the places that `wanted` accepts, as one.
    ///
    /// # Errors
    /// `too_many` past [`MAX_COUNT`].
    pub fn sum(&self, wanted: impl Fn(&Place) -> bool) -> Result<Counts> {
        let mut out = Counts::default();
        for (_, counts) in self.cells.iter().filter(|(place, _)| wanted(place)) {
            out.include(counts)?;
        }
        Ok(out)
    }
}

fn plus(a: u64, b: u64) -> Option<u64> {
    a.checked_add(b).filter(|sum| *sum <= MAX_COUNT)
}

fn too_many() -> Error {
    Error::input("too_many", "there are more decisions than can be counted")
        .at("decisions")
        .help("count them in several states")
}

impl Place {
    /// The place of a decision.
    pub fn of(row: &DecisionRow) -> Place {
        Place {
            unit: row.unit.clone(),
            layer: row.layer.clone(),
            wave: row.wave.clone(),
            pressure: row.pressure,
            experiment: row.experiment == Some(true),
        }
    }
}

impl Told {
    fn tell(&mut self, yes: Option<bool>) {
        self.told += u64::from(yes.is_some());
        self.yes += u64::from(yes == Some(true));
    }

    /// The share that said yes, when anybody told.
    pub fn share(&self) -> Option<f64> {
        (self.told > 0).then(|| self.yes as f64 / self.told as f64)
    }
}

impl Counts {
    fn course(&mut self, row: &DecisionRow) {
        self.decisions += 1;
        self.reversed.tell(row.reversed);
        self.reworked.tell(row.rework.map(|times| times > 0));
    }

    /// Adds what another place counted.
    pub(super) fn include(&mut self, other: &Counts) -> Result<()> {
        self.combine(other, &plus).ok_or_else(too_many)
    }

    fn combine(&mut self, other: &Counts, f: &impl Fn(u64, u64) -> Option<u64>) -> Option<()> {
        let one = |a: &mut u64, b: u64| f(*a, b).map(|sum| *a = sum);
        one(&mut self.decisions, other.decisions)?;
        one(&mut self.judged, other.judged)?;
        one(&mut self.contested, other.contested)?;
        for (a, b) in [(&mut self.reversed, other.reversed), (&mut self.reworked, other.reworked)] {
            one(&mut a.told, b.told)?;
            one(&mut a.yes, b.yes)?;
        }
        for (codes, n) in &other.codings {
            one(self.codings.entry(*codes).or_default(), *n)?;
        }
        self.codings.retain(|_, n| *n > 0);
        for (pair, joint) in &other.pairs {
            let ours = self.pairs.entry(pair.clone()).or_default();
            for (a, b) in ours.iter_mut().zip(joint) {
                one(a, *b)?;
            }
        }
        self.pairs.retain(|_, joint| *joint != [0; 4]);
        Some(())
    }
}

/// Up to 64 decisions as bits, and what was counted of those before: pairs of priorities are counted 64 decisions at a
/// time.
struct Block {
    /// By priority: decisions that advance it, and decisions that work against it.
    marks: Vec<(u64, u64)>,
    filled: u32,
    judged: u64,
    /// By pair `j <= k`, row after row.
    joint: Vec<Joint>,
}

impl Block {
    fn new(priorities: usize) -> Result<Block> {
        if priorities > MAX_PRIORITIES {
            let message = format!("{priorities} priorities in one place are more than {MAX_PRIORITIES}");
            return Err(Error::input("too_many_priorities", message)
                .at("decision_effects")
                .help("join priorities that belong together: nobody can hold so many"));
        }
        let pairs = priorities * (priorities + 1) / 2;
        Ok(Block { marks: vec![(0, 0); priorities], filled: 0, judged: 0, joint: vec![[0; 4]; pairs] })
    }

    /// What the decision at hand does to a priority.
    fn mark(&mut self, priority: usize, effect: std::cmp::Ordering) {
        let bit = 1_u64 << self.filled;
        if let Some((advance, against)) = self.marks.get_mut(priority) {
            match effect {
                std::cmp::Ordering::Greater => *advance |= bit,
                std::cmp::Ordering::Less => *against |= bit,
                std::cmp::Ordering::Equal => {}
            }
        }
    }

    fn next(&mut self) {
        self.filled += 1;
        if self.filled == 64 {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let touched = self.marks.iter().fold(0, |m, (a, b)| m | a | b);
        self.judged += u64::from(touched.count_ones());
        let mut joint = self.joint.iter_mut();
        for (j, (a, b)) in self.marks.iter().enumerate() {
            // The shorter list comes first, so that no slot is skipped.
            for ((c, d), slot) in self.marks.get(j..).unwrap_or(&[]).iter().zip(joint.by_ref()) {
                for (n, bits) in slot.iter_mut().zip([a & c, a & d, b & c, b & d]) {
                    *n += u64::from(bits.count_ones());
                }
            }
        }
        self.marks.fill((0, 0));
        self.filled = 0;
    }

    /// Writes the pairs under their names, and gives the number of decisions that touch something.
    fn write(mut self, names: &[&str], pairs: &mut BTreeMap<(String, String), Joint>) -> u64 {
        self.flush();
        let mut joint = self.joint.iter();
        for (j, first) in names.iter().enumerate() {
            for (second, n) in names.get(j..).unwrap_or(&[]).iter().zip(joint.by_ref()) {
                if *n != [0; 4] {
                    pairs.insert(((*first).to_owned(), (*second).to_owned()), *n);
                }
            }
        }
        self.judged
    }
}

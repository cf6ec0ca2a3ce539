//! The language of conditions: surface forms are read and lowered here to the five of [`Condition`].

use super::model::{Condition, Measure, MeasureId, MeasureKind, RuleId};
use super::truth::Op;
use crate::document::{At, Fields, Kind};
use crate::grammar::{Key, Shape};
use std::cell::Cell;
use std::collections::HashMap;

/// The deepest nesting of a condition.
pub const MAX_DEPTH: usize = 16;
/// The most points that the parts of one condition may add up to.
pub const MAX_POINTS: u32 = 1_000;
/// The most comparisons that the levels of scorecards are lowered to: each use is a copy of its scorecard.
const MAX_LOWERED: usize = 100_000;

/// The forms of a condition, each a table with this one key.
pub(crate) const FORMS: &[Key] = &[
    Key::new("all", PARTS, "every one of these"),
    Key::new("any", PARTS, "at least one of these"),
    Key::new("at_least", Shape::Table(AT_LEAST), "so many points of these"),
    Key::new("not", Shape::Condition, "the opposite"),
    Key::new("ge", COMPARED, "a measure at or above a number"),
    Key::new("gt", COMPARED, "a measure above a number"),
    Key::new("le", COMPARED, "a measure at or below a number"),
    Key::new("lt", COMPARED, "a measure below a number"),
    Key::new("is", AMONG, "a measure with this category"),
    Key::new("one_of", AMONG, "a measure with one of these categories"),
    Key::new("holds", Shape::Id, "another rule"),
    Key::new("level", Shape::Row(&[Shape::Id, Shape::Id]), "a scorecard in this band"),
];
const PARTS: Shape = Shape::List(&Shape::Condition, 1, MAX_POINTS as usize);
const COMPARED: Shape = Shape::Row(&[Shape::Id, Shape::Number]);
const AMONG: Shape = Shape::Row(&[Shape::Id, Shape::Either(&[Shape::Id, Shape::List(&Shape::Id, 1, 64)])]);
const AT_LEAST: &[Key] = &[
    Key::new("points", Shape::Whole(1, MAX_POINTS as i64), "how many are enough").needed(),
    Key::new("of", WEIGHTED, "conditions, one point each, or with their points").needed(),
];
const WEIGHTED: Shape = Shape::List(&Shape::Either(&[Shape::Table(PART), Shape::Condition]), 1, MAX_POINTS as usize);
const PART: &[Key] = &[
    Key::new("points", Shape::Whole(1, MAX_POINTS as i64), "what it counts").needed(),
    Key::new("when", Shape::Condition, "what must be so").needed(),
];
pub(crate) const SCORECARD: &[Key] = &[
    Key::new("items", WEIGHTED, "conditions, one point each, or with their points").needed().decides(),
    Key::new("bands", Shape::List(&Shape::Table(BAND), 2, MAX_POINTS as usize), "levels, rising from 0 points")
        .needed()
        .decides(),
    Key::new("title", Shape::Text, "what it is called"),
    Key::new("note", Shape::Text, "a remark"),
];
const BAND: &[Key] = &[
    Key::new("name", Shape::Id, "what the level is called").needed(),
    Key::new("from", Shape::Whole(0, MAX_POINTS as i64), "the points at which it begins").needed(),
];

/// What a condition may name.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    measures: HashMap<String, (MeasureId, MeasureKind)>,
    rules: HashMap<String, RuleId>,
    scorecards: HashMap<String, Scorecard>,
    in_scorecard: bool,
    lowered: Cell<usize>,
}

/// Weighted items, and bands by the points at which they begin.
#[derive(Debug)]
struct Scorecard {
    of: Vec<(u32, Condition)>,
    bands: Vec<(String, u32)>,
}

impl Scope {
    pub(crate) fn add_measure(&mut self, m: &Measure) {
        let id = MeasureId(self.measures.len());
        self.measures.insert(m.id.clone(), (id, m.kind.clone()));
    }

    /// Numbers the rules by their place, so that conditions may refer forward.
    pub(crate) fn add_rules(&mut self, rules: &[At<'_>]) {
        for (i, at) in rules.iter().enumerate() {
            let Some(Kind::Text(id)) = at.node.get("id").map(|n| &n.kind) else { continue };
            if self.rules.insert(id.clone(), RuleId(i)).is_some() {
                at.error(
                    "duplicate_id",
                    format!("the rule `{id}` is declared twice"),
                    "choose another id; with `extends`, say that it replaces the other",
                );
            }
        }
    }

    /// Reads `[scorecard.x]`: items with points, and bands that begin at a number of points.
    pub(crate) fn add_scorecards(&mut self, file: &Fields<'_>) {
        for (id, at) in file.get("scorecard").and_then(|a| a.entries()).unwrap_or_default() {
            if !at.names(id) {
                continue;
            }
            let Some(f) = at.table(SCORECARD) else { continue };
            self.in_scorecard = true;
            let of = f.need("items").and_then(|a| weighted(self, &a, 1));
            self.in_scorecard = false;
            let (Some(of), Some(bands)) = (of, f.need("bands")) else { continue };
            let card = Scorecard { bands: read_bands(id, &bands, total(&of)), of };
            if self.scorecards.insert(id.to_owned(), card).is_some() {
                at.error(
                    "duplicate_id",
                    format!("the scorecard `{id}` is declared twice"),
                    "keep one of them, or choose another id",
                );
            }
        }
    }

    /// A band as a condition: at least its points, and not those of the next.
    fn level(&self, at: &At<'_>, card: &str, band: &str) -> Option<Condition> {
        let Some(Scorecard { of, bands }) = self.scorecards.get(card) else {
            at.error("unknown_scorecard", format!("unknown scorecard `{card}`"), near(at, card, &self.scorecards));
            return None;
        };
        let Some(i) = bands.iter().position(|(name, _)| name == band) else {
            let help = at.suggest(band, bands.iter().map(|(n, _)| n.as_str()));
            at.error("unknown_option", format!("unknown band `{band}` of `{card}`"), help);
            return None;
        };
        let mut count = 0;
        of.iter().for_each(|(_, c)| leaves(c, &mut |_| count += 2));
        self.lowered.set(self.lowered.get().saturating_add(count));
        if self.lowered.get() > MAX_LOWERED {
            let help = "name the band as a rule and refer to it with `holds`";
            at.error("too_large", "the levels of scorecards add up to too many comparisons", help);
            return None;
        }
        let at_least = |points: u32| Condition::AtLeast { points, of: of.clone() };
        let mut parts: Vec<(u32, Condition)> = bands.get(i).map(|(_, from)| (1, at_least(*from))).into_iter().collect();
        if let Some((_, next)) = bands.get(i + 1) {
            parts.push((1, Condition::Not(Box::new(at_least(*next)))));
        }
        Some(Condition::AtLeast { points: parts.len() as u32, of: parts })
    }
}

fn read_bands(id: &str, at: &At<'_>, total: u32) -> Vec<(String, u32)> {
    let mut bands: Vec<(String, u32)> = Vec::new();
    let items = at.list().unwrap_or_default();
    for band in &items {
        let Some(b) = band.table(BAND) else { continue };
        let (Some(name), Some(from)) = (b.need("name").and_then(|a| a.id()), b.need("from")) else { continue };
        let Some(points) = from.integer() else { continue };
        let points = u32::try_from(points).unwrap_or(u32::MAX);
        if !bands.last().map_or(points == 0, |(_, last)| points > *last) {
            from.error("bad_bands", format!("the bands of `{id}` do not rise from 0"), "order them by `from`, first 0");
        } else if points > total {
            let help = format!("begin it at {total} points or fewer");
            from.error("bad_bands", format!("the band `{name}` of `{id}` can never be reached"), help);
        }
        if bands.iter().any(|(known, _)| known == name) {
            band.error("duplicate_id", format!("the band `{name}` of `{id}` is declared twice"), "rename one of them");
        }
        bands.push((name.to_owned(), points));
    }
    if items.len() < 2 {
        at.error("bad_bands", format!("`{id}` needs at least two bands"), "add a band, or use `at_least` in the rule");
    }
    bands
}

fn total(of: &[(u32, Condition)]) -> u32 {
    of.iter().map(|(w, _)| w).sum()
}

/// Reads and lowers one condition; faults are reported where they stand.
pub(crate) fn read(scope: &Scope, at: &At<'_>) -> Option<Condition> {
    read_at(scope, at, 1)
}

fn read_at(scope: &Scope, at: &At<'_>, level: usize) -> Option<Condition> {
    if level > MAX_DEPTH {
        let help = "name an inner part as a rule and refer to it with `holds`";
        at.error("too_deep", format!("the condition nests deeper than {MAX_DEPTH} levels"), help);
        return None;
    }
    let entries = at.entries()?;
    let [(form, value)] = &entries[..] else {
        let help =
            if entries.is_empty() { "such as { gt = [\"measure\", 0.5] }" } else { "wrap them in `all` or `any`" };
        at.error("bad_condition", format!("a condition has one key, this has {}", entries.len()), help);
        return None;
    };
    match *form {
        "all" | "any" => {
            let items = value.list()?;
            let parts: Vec<Option<Condition>> = items.iter().map(|i| read_at(scope, i, level + 1)).collect();
            let of: Vec<(u32, Condition)> =
                parts.into_iter().collect::<Option<Vec<_>>>()?.into_iter().map(|c| (1, c)).collect();
            bounded(value, &of)?;
            let points = if *form == "all" { of.len() as u32 } else { 1 };
            Some(Condition::AtLeast { points, of })
        }
        "at_least" => {
            let f = value.table(AT_LEAST)?;
            let of = weighted(scope, &f.need("of")?, level)?;
            let total = total(&of);
            let points = f.need("points")?;
            let wanted = points.integer()?;
            match u32::try_from(wanted) {
                Ok(p) if p >= 1 && p <= total => Some(Condition::AtLeast { points: p, of }),
                _ => {
                    points.error(
                        "out_of_range",
                        format!("`{wanted}` points of {total} can never decide"),
                        format!("give 1 to {total}"),
                    );
                    None
                }
            }
        }
        "not" => Some(Condition::Not(Box::new(read_at(scope, value, level + 1)?))),
        "ge" => compare(scope, value, Op::Ge),
        "gt" => compare(scope, value, Op::Gt),
        "le" => compare(scope, value, Op::Le),
        "lt" => compare(scope, value, Op::Lt),
        "is" | "one_of" => one_of(scope, value),
        "holds" => {
            let name = value.text()?;
            let found = scope.rules.get(name).copied();
            if found.is_none() {
                value.error("unknown_rule", format!("unknown rule `{name}`"), near(value, name, &scope.rules));
            }
            found.map(Condition::Holds)
        }
        "level" => {
            let names = value.texts();
            let [card, band] = names[..] else {
                value.error("bad_condition", "`level` is not [scorecard, band]", "such as [\"strain\", \"high\"]");
                return None;
            };
            // Scorecards of scorecards would grow without bound, and with the order of the file.
            if scope.in_scorecard {
                let help = "name the level as a rule and refer to it with `holds`";
                value.error("bad_condition", "a scorecard cannot be an item of a scorecard", help);
                return None;
            }
            scope.level(value, card, band)
        }
        other => {
            let shown: String = other.escape_debug().take(120).collect();
            let help = value.suggest(other, FORMS.iter().map(|f| f.name));
            value.error("unknown_key", format!("unknown condition `{shown}`"), help);
            None
        }
    }
}

/// A list of conditions, each plain (one point) or `{ points = 2, when = ... }`.
fn weighted(scope: &Scope, at: &At<'_>, level: usize) -> Option<Vec<(u32, Condition)>> {
    let mut of = Vec::new();
    for item in at.list()? {
        if item.node.get("when").is_some() {
            let f = item.table(PART)?;
            let points = f.need("points")?;
            let weight = u32::try_from(points.integer()?).unwrap_or(0);
            if weight == 0 || weight > MAX_POINTS {
                let message = format!("the points of a part are not 1 to {MAX_POINTS}");
                points.error("out_of_range", message, "give a whole number of points; scale all of them down");
                return None;
            }
            of.push((weight, read_at(scope, &f.need("when")?, level + 1)?));
        } else {
            of.push((1, read_at(scope, &item, level + 1)?));
        }
    }
    bounded(at, &of)?;
    Some(of)
}

fn bounded(at: &At<'_>, of: &[(u32, Condition)]) -> Option<()> {
    let total: u64 = of.iter().map(|(w, _)| u64::from(*w)).sum();
    if of.is_empty() || total > u64::from(MAX_POINTS) {
        at.error(
            "bad_condition",
            format!("a condition needs 1 to {MAX_POINTS} parts, this has {total}"),
            "add a part, or split it into rules and refer to them with `holds`",
        );
        return None;
    }
    Some(())
}

fn compare(scope: &Scope, at: &At<'_>, op: Op) -> Option<Condition> {
    let items = at.list()?;
    let [name, threshold] = &items[..] else {
        let help = format!("such as {{ {} = [\"measure\", 0.5] }}", op.as_str());
        at.error("bad_condition", format!("`{}` is not [measure, number]", op.as_str()), help);
        return None;
    };
    let (id, kind) = measure(scope, name)?;
    let value = threshold.number()?;
    match kind {
        MeasureKind::Score { lo, hi } if (*lo..=*hi).contains(&value) => Some(Condition::Compare(id, op, value)),
        MeasureKind::Score { lo, hi } => {
            let message = format!("the threshold `{value}` lies outside [{lo}, {hi}]");
            threshold.error("threshold_out_of_range", message, format!("give a threshold from {lo} to {hi}"));
            None
        }
        MeasureKind::Category(_) => {
            at.error("type_mismatch", "a category cannot be compared with a number", "use `is` or `one_of`");
            None
        }
    }
}

fn one_of(scope: &Scope, at: &At<'_>) -> Option<Condition> {
    let items = at.list()?;
    let [name, wanted] = &items[..] else {
        at.error(
            "bad_condition",
            "expected [measure, category] or [measure, [categories]]",
            "such as { is = [\"phase\", \"late\"] }",
        );
        return None;
    };
    let (id, kind) = measure(scope, name)?;
    let MeasureKind::Category(known) = kind else {
        at.error("type_mismatch", "a number has no categories", "use `ge`, `gt`, `le` or `lt`");
        return None;
    };
    let names: Vec<&str> = match &wanted.node.kind {
        Kind::List(_) => wanted.texts(),
        _ => wanted.text().into_iter().collect(),
    };
    let mut found = Vec::new();
    for n in names {
        match known.iter().position(|k| k == n) {
            Some(i) => found.push(i),
            None => {
                let help = wanted.suggest(n, known.iter().map(String::as_str));
                wanted.error("unknown_category", format!("unknown category `{n}`"), help);
                return None;
            }
        }
    }
    if found.is_empty() {
        wanted.error("bad_condition", "no category is named", "name at least one");
        return None;
    }
    Some(Condition::OneOf(id, found))
}

fn measure<'s>(scope: &'s Scope, at: &At<'_>) -> Option<(MeasureId, &'s MeasureKind)> {
    let name = at.text()?;
    let found = scope.measures.get(name);
    if found.is_none() {
        at.error("unknown_measure", format!("unknown measure `{name}`"), near(at, name, &scope.measures));
    }
    found.map(|(id, kind)| (*id, kind))
}

fn near<V>(at: &At<'_>, name: &str, map: &HashMap<String, V>) -> String {
    let mut known: Vec<&str> = if at.crowded() { Vec::new() } else { map.keys().map(String::as_str).collect() };
    known.sort_unstable();
    at.suggest(name, known.iter().copied())
}

/// Whether a number decides anywhere in it: a threshold, or how many of several conditions are enough.
pub(crate) fn has_threshold(c: &Condition) -> bool {
    match c {
        Condition::Compare(..) => true,
        Condition::AtLeast { points, of } => {
            (*points > 1 && *points < total(of)) || of.iter().any(|(_, c)| has_threshold(c))
        }
        Condition::Not(c) => has_threshold(c),
        Condition::OneOf(..) | Condition::Holds(_) => false,
    }
}

/// Calls `see` with every leaf, in order.
pub(crate) fn leaves<'c>(c: &'c Condition, see: &mut impl FnMut(&'c Condition)) {
    match c {
        Condition::AtLeast { of, .. } => of.iter().for_each(|(_, c)| leaves(c, see)),
        Condition::Not(c) => leaves(c, see),
        leaf => see(leaf),
    }
}

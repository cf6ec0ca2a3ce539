//! The language of conditions: surface forms are read and lowered here to the five of [`Condition`].

use super::model::{Condition, Measure, MeasureId, MeasureKind, RuleId};
use super::truth::Op;
use crate::document::{At, Fields, Kind};
use crate::error::suggest;
use std::collections::HashMap;

/// The deepest nesting of a condition.
pub const MAX_DEPTH: usize = 16;
/// The most points that the parts of one condition may add up to.
pub const MAX_POINTS: u32 = 1_000;
const FORMS: &[&str] = &["all", "any", "at_least", "not", "ge", "gt", "le", "lt", "is", "one_of", "holds", "level"];

/// What a condition may name.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    measures: HashMap<String, (MeasureId, MeasureKind)>,
    rules: HashMap<String, RuleId>,
    scorecards: HashMap<String, Vec<(String, Condition)>>,
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
                at.error("duplicate_id", format!("the rule `{id}` is declared twice"), "rule ids are never reused");
            }
        }
    }

    /// Reads `[scorecard.x]`: items with points, and bands that begin at a number of points.
    pub(crate) fn add_scorecards(&mut self, file: &Fields<'_>) {
        for (id, at) in file.get("scorecard").and_then(|a| a.entries()).unwrap_or_default() {
            let Some(f) = at.fields(&["items", "bands", "title", "note"]) else { continue };
            let Some(of) = f.need("items").and_then(|a| weighted(self, &a, 1)) else { continue };
            let mut bands: Vec<(String, u32)> = Vec::new();
            for band in f.need("bands").and_then(|a| a.list()).unwrap_or_default() {
                let Some(b) = band.fields(&["name", "from"]) else { continue };
                let (Some(name), Some(from)) =
                    (b.need("name").and_then(|a| a.id()), b.need("from").and_then(|a| a.integer()))
                else {
                    continue;
                };
                let from = u32::try_from(from).unwrap_or(u32::MAX);
                let rising = bands.last().map_or(from == 0, |(_, last)| from > *last);
                if !rising || from > MAX_POINTS {
                    band.error("bad_bands", format!("the bands of `{id}` do not rise from 0"), "order them by `from`");
                }
                bands.push((name.to_owned(), from));
            }
            let at_least = |points: u32| Condition::AtLeast { points, of: of.clone() };
            let levels = bands.iter().enumerate().map(|(i, (name, from))| {
                let mut parts = vec![(1, at_least(*from))];
                if let Some((_, next)) = bands.get(i + 1) {
                    parts.push((1, Condition::Not(Box::new(at_least(*next)))));
                }
                (name.clone(), Condition::AtLeast { points: parts.len() as u32, of: parts })
            });
            let levels: Vec<_> = levels.collect();
            if self.scorecards.insert(id.to_owned(), levels).is_some() {
                at.error("duplicate_id", format!("the scorecard `{id}` is declared twice"), "keep one of them");
            }
        }
    }
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
        at.error("bad_condition", format!("a condition has one key, this has {}", entries.len()), "wrap them in `all`");
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
            let f = value.fields(&["points", "of"])?;
            let of = weighted(scope, &f.need("of")?, level)?;
            let total: u32 = of.iter().map(|(w, _)| w).sum();
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
                value.error("unknown_rule", format!("unknown rule `{name}`"), suggest_map(name, &scope.rules));
            }
            found.map(Condition::Holds)
        }
        "level" => {
            let names = value.texts();
            let [card, band] = names[..] else {
                value.error("bad_condition", "`level` is not [scorecard, band]", "");
                return None;
            };
            let Some(levels) = scope.scorecards.get(card) else {
                value.error(
                    "unknown_scorecard",
                    format!("unknown scorecard `{card}`"),
                    suggest_map(card, &scope.scorecards),
                );
                return None;
            };
            let found = levels.iter().find(|(name, _)| name == band).map(|(_, c)| c.clone());
            if found.is_none() {
                let help = suggest(band, levels.iter().map(|(n, _)| n.as_str()));
                value.error("unknown_option", format!("unknown band `{band}` of `{card}`"), help);
            }
            found
        }
        other => {
            at.error("unknown_key", format!("unknown condition `{other}`"), suggest(other, FORMS.iter().copied()));
            None
        }
    }
}

/// A list of conditions, each plain (one point) or `{ points = 2, when = ... }`.
fn weighted(scope: &Scope, at: &At<'_>, level: usize) -> Option<Vec<(u32, Condition)>> {
    let mut of = Vec::new();
    for item in at.list()? {
        if item.node.get("when").is_some() {
            let f = item.fields(&["points", "when"])?;
            let points = f.need("points")?;
            let weight = u32::try_from(points.integer()?).unwrap_or(0);
            if weight == 0 || weight > MAX_POINTS {
                points.error("out_of_range", "the points of a part are not 1 to 1000", "");
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
        at.error("bad_condition", format!("a condition needs 1 to {MAX_POINTS} parts, this has {total}"), "");
        return None;
    }
    Some(())
}

fn compare(scope: &Scope, at: &At<'_>, op: Op) -> Option<Condition> {
    let items = at.list()?;
    let [name, threshold] = &items[..] else {
        at.error("bad_condition", format!("`{}` is not [measure, number]", op.as_str()), "");
        return None;
    };
    let (id, kind) = measure(scope, name)?;
    let value = threshold.number()?;
    match kind {
        MeasureKind::Score { lo, hi } if (*lo..=*hi).contains(&value) => Some(Condition::Compare(id, op, value)),
        MeasureKind::Score { lo, hi } => {
            let message = format!("the threshold `{value}` lies outside [{lo}, {hi}]");
            threshold.error("threshold_out_of_range", message, "give a threshold within the measure's range");
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
        at.error("bad_condition", "expected [measure, category] or [measure, [categories]]", "");
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
                let help = suggest(n, known.iter().map(String::as_str));
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
        at.error("unknown_measure", format!("unknown measure `{name}`"), suggest_map(name, &scope.measures));
    }
    found.map(|(id, kind)| (*id, kind))
}

fn suggest_map<V>(name: &str, map: &HashMap<String, V>) -> String {
    let mut known: Vec<&str> = map.keys().map(String::as_str).collect();
    known.sort_unstable();
    suggest(name, known.iter().copied())
}

/// Whether a number decides anywhere in it.
pub(crate) fn has_threshold(c: &Condition) -> bool {
    match c {
        Condition::Compare(..) => true,
        Condition::AtLeast { of, .. } => of.iter().any(|(_, c)| has_threshold(c)),
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

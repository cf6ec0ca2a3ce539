//! `[lever.x]`: what people can do about what is found; and what a measure about a plan counts of them.

use super::rule::{CITE, read_says};
use super::{CONCEPTS, MANY, names, usable};
use crate::document::{At, Diagnostics, Fields};
use crate::error::{Severity, suggest};
use crate::grammar::{Key, Shape};
use crate::rules::model::{Inner, MeasureKind};
use crate::rules::plans::{Counts, Lever};
use crate::vocabulary::{Change, Puller};
use std::collections::HashSet;

const CHANGES: Shape = Shape::Word(|| Change::ALL.iter().map(|c| c.as_str()).collect());
const WHO: Shape = Shape::Word(|| Puller::ALL.iter().map(|p| p.as_str()).collect());

pub(crate) const LEVER: &[Key] = &[
    Key::new("title", Shape::Text, "what is done, in words").needed(),
    Key::new("changes", Shape::List(&CHANGES, 1, 14), "what it changes").needed().decides(),
    Key::new("who", WHO, "who can do it").needed().decides(),
    Key::new("helps", Shape::List(&Shape::Row(&[Shape::Id, Shape::Id]), 0, MANY), "options it is offered for")
        .decides(),
    Key::new("always", Shape::Boolean, "that it is offered whatever was found").decides(),
    Key::new("because", Shape::Text, "why it may help, in your own words").needed(),
    Key::new("concepts", CONCEPTS, "the concepts it encodes"),
    Key::new("cites", Shape::List(&Shape::Table(CITE), 0, MANY), "where the sources say it"),
    Key::new("note", Shape::Text, "a remark"),
];
pub(crate) const COUNTS: &[Key] = &[
    Key::new("changes", Shape::List(&CHANGES, 0, 14), "levers that change one of these"),
    Key::new("who", Shape::List(&WHO, 0, 3), "levers that these people pull"),
    Key::new("levers", Shape::List(&Shape::Id, 0, MANY), "these levers"),
];

pub(super) fn read_levers(inner: &mut Inner, file: &Fields<'_>) {
    for (id, at) in file.get("lever").and_then(|a| a.entries()).unwrap_or_default() {
        if !usable(&at, id) {
            continue;
        }
        let Some(f) = at.table(LEVER) else { continue };
        let (Some(given), Some(who)) = (f.need("changes"), f.need("who")) else { continue };
        let changes = words(&given, "change", Change::ALL, Change::as_str);
        let Some(who) = who.word("puller", &known(Puller::ALL, Puller::as_str)) else { continue };
        if changes.is_empty() {
            given.error("bad_lever", format!("the lever `{id}` changes nothing"), "say what it changes");
        }
        let helps = f.get("helps").and_then(|a| a.list()).unwrap_or_default();
        let lever = Lever {
            id: id.to_owned(),
            title: f.need("title").and_then(|a| a.text()).unwrap_or_default().to_owned(),
            helps: helps.iter().filter_map(|a| read_says(inner, a)).collect(),
            always: f.get("always").and_then(|a| a.boolean()).unwrap_or(false),
            because: f.need("because").and_then(|a| a.text()).unwrap_or_default().to_owned(),
            concepts: f.get("concepts").map(|a| inner.catalogue.known_concepts(&a)).unwrap_or_default(),
            cites: f.get("cites").map(|a| inner.catalogue.cites(&a, "source")).unwrap_or_default(),
            mark: at.mark(),
            changes,
            who,
        };
        if lever.offered() && lever.changes.contains(&Change::NoLeaders) {
            let help = "a plan may name it; leave out `helps` and `always`, so that it is never offered";
            at.error("removes_leaders", format!("the lever `{id}` removes all leaders and is offered"), help);
        } else if lever.offered() && !changes_more(&lever.changes) {
            let help = "say what else it changes, or leave out `helps` and `always`, so that it is never offered";
            at.error(
                "only_counts_leaders",
                format!("all that `{id}` changes is how many lead, and it is offered"),
                help,
            );
        }
        if inner.levers.iter().any(|l| l.id == id) {
            at.error(
                "duplicate_id",
                format!("the lever `{id}` is declared twice"),
                "keep one of them, or choose another id",
            );
        }
        inner.levers.push(lever);
    }
}

fn changes_more(changes: &[Change]) -> bool {
    changes.is_empty() || changes.iter().any(|c| !c.counts_leaders())
}

/// What all levers together must be: known to those who count them, and never for leaders alone.
pub(super) fn check_levers(inner: &Inner, faults: &Diagnostics) {
    let known: HashSet<&str> = inner.levers.iter().map(|l| l.id.as_str()).collect();
    for measure in &inner.measures {
        for id in measure.counts.iter().flat_map(|c| &c.levers).filter(|id| !known.contains(id.as_str())) {
            let near = suggest(id, known.iter().copied());
            let help = if near.is_empty() { format!("declare it as [lever.{id}]") } else { near };
            let message = format!("`{}` counts the unknown lever `{id}`", measure.id);
            faults.push(measure.mark.diagnostic(Severity::Error, "unknown_lever", message, help));
        }
    }
    if inner.levers.iter().any(|l| l.always && l.who.followers()) {
        return;
    }
    for lever in inner.levers.iter().filter(|l| l.offered() && !l.who.followers()) {
        let served = |at| inner.levers.iter().any(|l| l.who.followers() && l.helps.contains(at));
        if lever.always || !lever.helps.iter().all(served) {
            let message = format!("`{}` is offered where nothing is offered that followers can do", lever.id);
            let help = "offer another lever beside it with who = \"anyone\" or \"followers\"";
            faults.push(lever.mark.diagnostic(Severity::Error, "leaders_alone", message, help));
        }
    }
}

/// What a measure about a plan counts.
pub(super) fn read_counts(at: &At<'_>, id: &str, about: &str, kind: &MeasureKind) -> Option<Counts> {
    let f = at.table(COUNTS)?;
    let counts = Counts {
        changes: f.get("changes").map(|a| words(&a, "change", Change::ALL, Change::as_str)).unwrap_or_default(),
        who: f.get("who").map(|a| words(&a, "puller", Puller::ALL, Puller::as_str)).unwrap_or_default(),
        levers: f.get("levers").map(|a| names(&a)).unwrap_or_default(),
    };
    if about != "plan" {
        at.error("bad_counts", format!("`{id}` counts levers and is not about a plan"), "add about = \"plan\"");
    }
    if !matches!(kind, MeasureKind::Score { lo, .. } if *lo == 0.0) {
        at.error("bad_counts", format!("`{id}` counts levers and does not begin at 0"), "such as score = [0, 100]");
    }
    if counts == Counts::default() {
        at.error("bad_counts", format!("`{id}` counts no lever"), "name `changes`, `who` or `levers`");
    }
    Some(counts)
}

fn known<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<(&'static str, T)> {
    all.iter().map(|t| (name(*t), *t)).collect()
}

fn words<T: Copy>(at: &At<'_>, what: &str, all: &[T], name: fn(T) -> &'static str) -> Vec<T> {
    let known = known(all, name);
    at.list().unwrap_or_default().iter().filter_map(|a| a.word(what, &known)).collect()
}

//! The part of the report about units below the whole: every question once, units grouped by what was found.

use super::release::{JudgmentCell, Release, UnitCell};
use super::text::{all, found, mark, options};
use crate::assess::CONNECTION;
use crate::paper::Paper;
use crate::rules::ReasonKind;
use std::collections::HashMap;

type Units<'r> = HashMap<&'r str, &'r UnitCell>;

/// What the section on connection says when there is nothing to say.
const NO_TIES: &str = "no ties were handed in, so who is connected to whom is not known: ask the members whom they look to \
                       and hand the answers in as `ties` (source, target), with their `direction`";

pub(super) fn about_ties(j: &JudgmentCell) -> bool {
    CONNECTION.contains(&j.question.as_str())
}

/// What ties say: of the whole, then of the units; or that there are none.
pub(super) fn connection(release: &Release, out: &mut Paper) {
    let about: Vec<&JudgmentCell> =
        release.judgments.iter().filter(|j| about_ties(j) && j.status != "masked").collect();
    if about.is_empty() {
        return;
    }
    out.heading("Connection");
    let rows = release.manifest.tables.iter().find(|(name, _)| name == "ties").map(|(_, rows)| rows);
    let Some(rows) = rows else {
        out.fold(0, NO_TIES);
        return;
    };
    out.fold(0, &format!("who looks to whom, from {rows} rows of `ties`: of groups only, never of a person"));
    let (top, parts): (Vec<&JudgmentCell>, Vec<&JudgmentCell>) =
        about.into_iter().partition(|j| release.roots().any(|u| u.unit == j.subject));
    // What is asked of teams is not missing of the whole.
    let of_teams = |j: &JudgmentCell| !j.touched && parts.iter().any(|p| p.question == j.question);
    let top: Vec<&JudgmentCell> = top.into_iter().filter(|j| !of_teams(j)).collect();
    for unit in release.roots() {
        let own: Vec<&JudgmentCell> = top.iter().copied().filter(|j| j.subject == unit.unit).collect();
        if !own.is_empty() {
            out.line(0, &unit.unit);
            all(&own, out);
        }
    }
    each_question(release, &parts, out);
}

pub(super) fn units(release: &Release, out: &mut Paper) {
    let below: Vec<&str> = release.units.iter().filter(|u| u.depth > 0).map(|u| u.unit.as_str()).collect();
    let judged: Vec<&JudgmentCell> = release
        .of_kind("unit")
        .into_iter()
        .filter(|j| below.contains(&j.subject.as_str()) && j.status != "masked")
        .collect();
    if judged.is_empty() {
        return;
    }
    out.heading("Units");
    each_question(release, &judged, out);
}

/// Every question over units below the whole, each once.
fn each_question(release: &Release, judged: &[&JudgmentCell], out: &mut Paper) {
    let below: Units<'_> = release.units.iter().map(|u| (u.unit.as_str(), u)).collect();
    let mut questions: Vec<&str> = Vec::new();
    for j in judged {
        if !questions.contains(&j.question.as_str()) {
            questions.push(&j.question);
        }
    }
    let mut nothing: Vec<&str> = Vec::new();
    for q in questions {
        let of: Vec<&JudgmentCell> = judged.iter().copied().filter(|j| j.question == q).collect();
        let Some(first) = of.first() else { continue };
        if of.iter().any(|j| found(j) || j.status == "none_hold") {
            question(&of, &below, out);
        } else {
            nothing.push(&first.title);
        }
    }
    if !nothing.is_empty() {
        out.fold(0, &format!("nothing found in any unit, or not to be told yet: {}", nothing.join("; ")));
    }
}

/// One question over all units below the whole.
fn question(of: &[&JudgmentCell], units: &Units<'_>, out: &mut Paper) {
    let Some(first) = of.first() else { return };
    out.line(0, &first.title);
    let mut groups: Vec<(String, Vec<&JudgmentCell>)> = Vec::new();
    let mut put = |name: String, j| match groups.iter_mut().find(|(n, _)| *n == name) {
        Some((_, list)) => list.push(j),
        None => groups.push((name, vec![j])),
    };
    for j in of.iter().copied().filter(|j| j.status == "answer" || j.status == "conflict" || j.status == "none_hold") {
        let mark = mark(j);
        let because = |option: Option<&str>| {
            let reason = j.reasons.iter().find(|r| {
                r.kind == ReasonKind::Holds
                    && option.is_none_or(|o| r.option.as_deref().is_some_and(|r| r.replace('_', " ") == o))
            });
            reason.map_or(String::new(), |r| format!(": {}", r.text))
        };
        if j.verdicts.is_empty() {
            put(format!("{}{mark}{}", j.headline, because(None)), j);
        }
        for option in options(j, "yes") {
            put(format!("{option}{mark}{}", because(Some(option))), j);
        }
    }
    // Options in the order of the question.
    let place = |name: &str| first.verdicts.iter().position(|(o, _)| name.starts_with(o.as_str()));
    groups.sort_by_key(|(name, _)| place(name));
    for (name, list) in groups {
        out.fold(1, &name);
        let entries: Vec<String> = list.iter().map(|j| entry(j, units)).collect();
        out.fold(2, &entries.join("; "));
    }
    let mut not: Vec<(&str, usize)> = Vec::new();
    for option in of.iter().flat_map(|j| options(j, "no")) {
        match not.iter_mut().find(|(o, _)| *o == option) {
            Some((_, n)) => *n += 1,
            None => not.push((option, 1)),
        }
    }
    if !not.is_empty() {
        let each: Vec<String> = not.iter().map(|(o, n)| format!("{o} (in {n})")).collect();
        out.fold(1, &format!("not supported: {}", each.join(", ")));
    }
    open(of, out);
}

/// Units of which a question stays open, by what it could still come to.
fn open(of: &[&JudgmentCell], out: &mut Paper) {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for j in of.iter().filter(|j| j.status == "insufficient") {
        let left = if j.left.is_empty() { "open".to_owned() } else { format!("open, {}", j.left.join(" or ")) };
        match groups.iter_mut().find(|(l, _)| *l == left) {
            Some((_, units)) => units.push(&j.subject),
            None => groups.push((left, vec![&j.subject])),
        }
    }
    for (left, units) in groups {
        out.fold(1, &format!("{left}: {}", units.join(", ")));
    }
}

/// A unit with the number that decides, when one does; `explain` gives the rest.
fn entry(j: &JudgmentCell, units: &Units<'_>) -> String {
    let n = units.get(j.subject.as_str()).and_then(|u| u.n);
    let n = n.filter(|_| j.unvalidated).map(|n| format!("n {n}"));
    let one = j.evidence.iter().filter(|_| j.evidence.len() == 1).cloned();
    let numbers: Vec<String> = one.chain(n).collect();
    if numbers.is_empty() { j.subject.clone() } else { format!("{} ({})", j.subject, numbers.join(", ")) }
}

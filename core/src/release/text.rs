//! The report as text: challenges, the whole, every question over all units, what to ask next, what is masked, and
//! what it was made from.

use super::release::{JudgmentCell, Release, UnitCell};
use crate::assess::CONNECTION;
use std::collections::HashMap;
use std::fmt::Write as _;

/// What the section on connection says when there is nothing to say.
const NO_TIES: &str = "no ties were handed in, so who is connected to whom is not known: ask the members whom they look to \
                       and hand the answers in as `ties` (source, target), with their `direction`";

/// Lines are folded at this width.
const WIDTH: usize = 110;

impl Release {
    /// The report as text. Units are listed in the order of the organization, never ranked; `explain` gives every
    /// detail behind any entry.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.head(&mut out);
        self.challenges(&mut out);
        self.whole(&mut out);
        self.parts(&mut out);
        self.groups_text(&mut out);
        self.connection(&mut out);
        self.coherence_lines(&mut out);
        self.next(&mut out);
        self.masked(&mut out);
        self.foot(&mut out);
        out
    }

    fn head(&self, out: &mut String) {
        let (answered, put) = self.answered();
        let title = if self.framework_title.is_empty() { &self.manifest.framework } else { &self.framework_title };
        line(out, 0, title);
        let wave = self.manifest.wave.as_ref().map_or(String::new(), |w| format!(", wave {w}"));
        let p = &self.policy;
        if p.is_unrestricted() {
            line(out, 0, "UNRESTRICTED: nothing in this report is protected; it must not leave its owner");
        } else {
            line(out, 0, &format!("for {}, minimum group {}{wave}", p.purpose(), p.min_group()));
        }
        let confidence = crate::json::number(self.manifest.confidence);
        line(out, 0, &format!("{answered} of {put} questions answered, at confidence {confidence}"));
    }

    fn of_kind(&self, kind: &str) -> Vec<&JudgmentCell> {
        self.judgments.iter().filter(|j| j.kind == kind && !about_ties(j)).collect()
    }

    /// What ties say: of the whole, then of every unit; or that there are none.
    fn connection(&self, out: &mut String) {
        let about: Vec<&JudgmentCell> = self.judgments.iter().filter(|j| about_ties(j)).collect();
        if about.is_empty() {
            return;
        }
        heading(out, "Connection");
        let rows = self.manifest.tables.iter().find(|(name, _)| name == "ties").map(|(_, rows)| rows);
        let Some(rows) = rows else {
            fold(out, 0, NO_TIES);
            return;
        };
        fold(out, 0, &format!("who looks to whom, from {rows} rows of `ties`: of groups only, never of a person"));
        let depth: HashMap<&str, &UnitCell> = self.units.iter().map(|u| (u.unit.as_str(), u)).collect();
        let whole = |j: &&JudgmentCell| depth.get(j.subject.as_str()).is_some_and(|u| u.depth == 0);
        let (top, parts): (Vec<&JudgmentCell>, Vec<&JudgmentCell>) = about.into_iter().partition(whole);
        // What is asked of teams is not missing of the whole.
        let of_teams = |j: &JudgmentCell| !j.touched && parts.iter().any(|p| p.question == j.question);
        let mut last = "";
        for j in top.into_iter().filter(|j| !of_teams(j)) {
            if j.subject != last {
                line(out, 0, &j.subject);
                last = &j.subject;
            }
            match j.status.as_str() {
                "masked" => fold(out, 1, &format!("{}: masked", j.title)),
                "insufficient" => fold(out, 1, &format!("{}: {}", j.title, needs(j))),
                _ => full(out, j),
            }
        }
        for id in CONNECTION {
            let of: Vec<&JudgmentCell> = parts.iter().copied().filter(|j| j.question == id).collect();
            question(out, &of, &depth);
        }
    }

    fn challenges(&self, out: &mut String) {
        let of = self.of_kind("challenge");
        if of.is_empty() {
            return;
        }
        heading(out, "Challenges");
        let mut last = "";
        for j in of {
            if j.subject != last {
                line(out, 0, &j.subject);
                last = &j.subject;
            }
            // Side questions speak only when they have found something.
            if j.question == crate::assess::CHALLENGE || (j.status == "answer" && j.headline.contains(": yes")) {
                full(out, j);
            }
        }
    }

    /// The units that belong to no other, in full.
    fn whole(&self, out: &mut String) {
        let mut judged: HashMap<&str, Vec<&JudgmentCell>> = HashMap::new();
        for j in self.of_kind("unit") {
            judged.entry(&j.subject).or_default().push(j);
        }
        for unit in self.units.iter().filter(|u| u.depth == 0) {
            let Some(own) = judged.remove(unit.unit.as_str()) else { continue };
            heading(out, &format!("{}{}", unit.unit, people(unit)));
            let settled = own.iter().filter(|j| j.status != "insufficient" && j.status != "masked");
            settled.for_each(|j| full(out, j));
            let open: Vec<&&JudgmentCell> = own.iter().filter(|j| j.status == "insufficient").collect();
            for j in open.iter().filter(|j| j.touched) {
                fold(out, 1, &format!("{}: {}", j.title, needs(j)));
            }
            let untouched: Vec<&str> = open.iter().filter(|j| !j.touched).map(|j| j.title.as_str()).collect();
            if !untouched.is_empty() {
                fold(out, 1, &format!("nothing is known yet that bears on: {}", untouched.join("; ")));
            }
            let masked: Vec<&str> = own.iter().filter(|j| j.status == "masked").map(|j| j.title.as_str()).collect();
            if !masked.is_empty() {
                fold(out, 1, &format!("masked: {}", masked.join("; ")));
            }
        }
    }

    /// Every question over the units below, grouped by what was found.
    fn parts(&self, out: &mut String) {
        let below: HashMap<&str, &UnitCell> =
            self.units.iter().filter(|u| u.depth > 0).map(|u| (u.unit.as_str(), u)).collect();
        let judged: Vec<&JudgmentCell> =
            self.of_kind("unit").into_iter().filter(|j| below.contains_key(j.subject.as_str())).collect();
        if judged.is_empty() {
            return;
        }
        heading(out, "Units");
        let mut questions: Vec<&str> = Vec::new();
        for j in &judged {
            if !questions.contains(&j.question.as_str()) {
                questions.push(&j.question);
            }
        }
        for q in questions {
            let of: Vec<&JudgmentCell> = judged.iter().copied().filter(|j| j.question == q).collect();
            question(out, &of, &below);
        }
    }

    /// Facets of coherence, unit by unit, and what is missing for the rest.
    fn coherence_lines(&self, out: &mut String) {
        let lines = self.coherence.lines();
        if !lines.is_empty() {
            heading(out, "Coherence under pressure");
            fold(out, 0, "numbers from -1 to 1, with 95 % intervals where one covers; our own proposal, version 1");
            lines.iter().for_each(|(level, text)| fold(out, *level, text));
        }
    }

    /// The questions whose answers would help most often, each once.
    fn next(&self, out: &mut String) {
        let mut asked: Vec<(&str, &str, &str, Vec<&str>)> = Vec::new();
        for j in &self.judgments {
            let side = j.kind == "challenge" && j.question != crate::assess::CHALLENGE;
            let Some(first) = j.next.first().filter(|_| !side) else { continue };
            let field = |key: &str| first.get(key).and_then(|v| v.as_str()).unwrap_or("");
            let too_close = field("reason") == "too_close";
            let whom = if too_close { "more people: what is known is too close to call" } else { field("whom") };
            let (measure, asks) = (field("measure"), field("asks"));
            match asked.iter_mut().find(|(m, ..)| *m == measure) {
                Some((.., titles)) if titles.contains(&j.title.as_str()) => {}
                Some((.., titles)) => titles.push(&j.title),
                None => asked.push((measure, asks, whom, vec![&j.title])),
            }
        }
        if asked.is_empty() {
            return;
        }
        // What bears on most comes first; ties keep the order of the report.
        asked.sort_by_key(|(.., titles)| std::cmp::Reverse(titles.len()));
        heading(out, "What to ask next");
        for (measure, asks, whom, titles) in asked.iter().take(10) {
            fold(out, 0, &format!("{asks} [{measure}]"));
            let whom = if whom.is_empty() { "those who know" } else { whom };
            fold(out, 1, &format!("ask {whom}; bears on: {}", titles.join(", ")));
        }
    }

    fn masked(&self, out: &mut String) {
        let units: Vec<&str> = self.units.iter().filter(|u| u.masked).map(|u| u.unit.as_str()).collect();
        let judgments = self.judgments.iter().filter(|j| j.status == "masked").count();
        let groups = self.groups.iter().filter(|g| g.status == "masked").count();
        if judgments == 0 && groups == 0 && units.is_empty() {
            return;
        }
        heading(out, "Masked");
        if !units.is_empty() {
            fold(out, 0, &format!("answers of {}", units.join(", ")));
        }
        let what =
            "fewer people than the minimum group stand behind them, or they would give away a unit of which that is so";
        fold(out, 0, &format!("{judgments} judgments and {groups} scores of groups: {what}"));
    }

    fn foot(&self, out: &mut String) {
        if !self.notes.is_empty() {
            heading(out, "Notes");
            self.notes.iter().for_each(|n| fold(out, 0, n));
        }
        heading(out, "Made from");
        let m = &self.manifest;
        let sha = |digest: &str| digest.get(..12).unwrap_or(digest).to_owned();
        line(
            out,
            0,
            &format!(
                "colead {}, framework {} {} ({})",
                m.engine,
                m.framework,
                m.framework_version,
                sha(&m.framework_sha256)
            ),
        );
        if let Some((id, version)) = &m.instrument {
            let mark =
                if m.instrument_validated == Some(false) { ", unvalidated: no published validation" } else { "" };
            line(out, 0, &format!("instrument {id} {version}{mark}"));
        }
        line(out, 0, &format!("evidence {}, seed {}", sha(&m.evidence_sha256), m.seed));
        fold(out, 0, "thresholds are conventions or published rules, named at each rule; the sources give no cut-offs");
        if !self.works.is_empty() {
            heading(out, "Sources");
            self.works.iter().for_each(|w| fold(out, 0, w));
        }
    }
}

fn about_ties(j: &JudgmentCell) -> bool {
    CONNECTION.contains(&j.question.as_str())
}

/// One question over all units below the whole, grouped by what was found.
fn question(out: &mut String, of: &[&JudgmentCell], units: &HashMap<&str, &UnitCell>) {
    let Some(first) = of.first() else { return };
    line(out, 0, &first.title);
    let mut groups: Vec<(bool, String, Vec<&JudgmentCell>)> = Vec::new();
    for j in of.iter().copied().filter(|j| j.status != "masked") {
        let mark = if j.unvalidated { " (unvalidated)" } else { "" };
        let open = j.status == "insufficient";
        let mut names = vec![match (&j.rule, open) {
            (Some((id, because)), false) => format!("{}{mark}: {because} [{id}]", j.headline),
            (_, true) => format!("{}{mark}; {}", j.headline, kind_of_need(j)),
            _ => format!("{}{mark}", j.headline),
        }];
        if !open && !j.verdicts.is_empty() {
            names = j.verdicts.iter().map(|v| verdict_line(v, mark)).collect();
        }
        for name in names {
            match groups.iter_mut().find(|(_, n, _)| *n == name) {
                Some((.., list)) => list.push(j),
                None => groups.push((open, name, vec![j])),
            }
        }
    }
    // Answers first, then what cannot be told; options in the order of the question.
    let place = |name: &str| first.verdicts.iter().position(|(o, ..)| name.starts_with(o.as_str()));
    groups.sort_by_key(|(open, name, _)| (*open, place(name)));
    for (_, name, list) in groups {
        fold(out, 1, &name);
        let entries: Vec<String> = list.iter().map(|j| entry(j, units)).collect();
        fold(out, 2, &entries.join("; "));
    }
    let masked: Vec<&str> = of.iter().filter(|j| j.status == "masked").map(|j| j.subject.as_str()).collect();
    if !masked.is_empty() {
        fold(out, 1, &format!("masked: {}", masked.join(", ")));
    }
}

/// A unit with the number that decides, when one does; `explain` gives the rest.
fn entry(j: &JudgmentCell, units: &HashMap<&str, &UnitCell>) -> String {
    let n = units.get(j.subject.as_str()).and_then(|u| u.n);
    let n = n.filter(|_| j.unvalidated).map(|n| format!("n {n}"));
    let whole = j.status != "insufficient" || !reason(j).contains("missing:");
    let one = j.evidence.iter().filter(|_| j.evidence.len() == 1 && whole).cloned();
    let numbers: Vec<String> = one.chain(n).collect();
    if numbers.is_empty() { j.subject.clone() } else { format!("{} ({})", j.subject, numbers.join(", ")) }
}

fn people(unit: &UnitCell) -> String {
    match (unit.n, unit.masked) {
        (Some(n), _) => format!(" ({n} respondents)"),
        (None, true) => " (answers masked)".to_owned(),
        (None, false) => String::new(),
    }
}

pub(super) fn heading(out: &mut String, text: &str) {
    let _ = writeln!(out, "\n{text}\n{}", "-".repeat(text.chars().count()));
}

pub(super) fn line(out: &mut String, level: usize, text: &str) {
    let _ = writeln!(out, "{}{text}", "  ".repeat(level));
}

/// A paragraph folded at [`WIDTH`], later lines indented once more.
pub(super) fn fold(out: &mut String, level: usize, text: &str) {
    let mut current = "  ".repeat(level);
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && current.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(out, "{current}");
            current = "  ".repeat(level + 1);
            empty = true;
        }
        if !empty {
            current.push(' ');
        }
        current.push_str(word);
        empty = false;
    }
    let _ = writeln!(out, "{current}");
}

fn full(out: &mut String, j: &JudgmentCell) {
    let mark = if j.unvalidated { " (unvalidated)" } else { "" };
    fold(out, 1, &format!("{}: {}{mark}", j.title, j.headline));
    j.because.iter().for_each(|b| fold(out, 2, b));
}

fn needs(j: &JudgmentCell) -> String {
    let mark = if j.unvalidated { " (unvalidated)" } else { "" };
    format!("{}{mark}; {}", j.headline, reason(j))
}

fn verdict_line((option, verdict, because): &(String, &'static str, Option<String>), mark: &str) -> String {
    let because = because.as_ref().map_or(String::new(), |b| format!(": {b}"));
    format!("{option}: {verdict}{mark}{because}")
}

/// What is missing, in short: which measures stand too near their threshold differs from unit to unit.
fn kind_of_need(j: &JudgmentCell) -> String {
    let reason = reason(j);
    match reason.split_once("too close to call:") {
        Some((before, _)) => format!("{before}too close to call"),
        None => reason,
    }
}

/// Why a judgment is open: the lines of `because` that name what is missing.
fn reason(j: &JudgmentCell) -> String {
    let starts = ["missing:", "too close", "held back"];
    let lines: Vec<&str> =
        j.because.iter().map(String::as_str).filter(|b| starts.iter().any(|s| b.starts_with(s))).collect();
    lines.join("; ")
}

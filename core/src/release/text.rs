//! The report as text, for somebody who has never seen the framework: what was found, first in short and then with its
//! reasons; what the evidence does not support; what could not be judged, by what is missing; the units; what to ask
//! next; what is masked, and what it was made from.

use super::release::{JudgmentCell, Release, UnitCell};
use super::text_groups::groups;
use super::text_units::{about_ties, connection, units};
use crate::assess::Items;
use crate::paper::{Paper, listed};
use crate::rules::{Reason, ReasonKind};
use std::collections::HashSet;

/// How many headings are named of what could not be judged for one reason.
const TITLES: usize = 8;
/// How many findings are told in short of one subject.
const SHORT: usize = 12;
/// Why what misses several things is open.
const SEVERAL: &str = "for want of several of these, or too close to call as well";
/// How many facts to ask for are told.
const ASKS: usize = 12;

impl Release {
    /// The report as text. Units are listed in the order of the organization, never ranked; `explain` gives every
    /// detail behind any entry.
    pub fn to_text(&self) -> String {
        let mut out = Paper::default();
        self.head(&mut out);
        self.in_short(&mut out);
        self.challenges(&mut out);
        self.whole(&mut out);
        units(self, &mut out);
        groups(self, &mut out);
        connection(self, &mut out);
        self.coherence_lines(&mut out);
        self.next(&mut out);
        self.masked(&mut out);
        self.foot(&mut out);
        out.text()
    }

    fn head(&self, out: &mut Paper) {
        let (answered, put) = self.answered();
        let title = if self.framework_title.is_empty() { &self.manifest.framework } else { &self.framework_title };
        out.line(0, title);
        let wave = self.manifest.wave.as_ref().map_or(String::new(), |w| format!(", wave {w}"));
        let p = &self.policy;
        if p.is_unrestricted() {
            out.line(0, "UNRESTRICTED: nothing in this report is protected; it must not leave its owner");
        } else {
            out.line(0, &format!("for {}, minimum group {}{wave}", p.purpose(), p.min_group()));
        }
        let confidence = crate::json::number(self.manifest.confidence);
        let masked = self.judgments.iter().filter(|j| j.status == "masked").count();
        let masked = if masked > 0 { format!(", {masked} masked to protect small groups") } else { String::new() };
        out.fold(
            0,
            &format!(
                "{answered} of {put} questions answered, at confidence {confidence}{masked}; the others stay open"
            ),
        );
        let numbers = "answers of single people run from 0 (no) over 0.5 (partly) to 1 (yes), scores of a questionnaire from 0 \
                       to 100; behind ± stands the standard error, behind n the number of people";
        out.fold(0, numbers);
        if self.judgments.iter().any(|j| j.unvalidated) {
            out.fold(0, "unvalidated: rests on a questionnaire without published validation");
        }
    }

    pub(super) fn of_kind(&self, kind: &str) -> Vec<&JudgmentCell> {
        self.judgments.iter().filter(|j| j.kind == kind && !about_ties(j)).collect()
    }

    /// The units that belong to no other.
    pub(super) fn roots(&self) -> impl Iterator<Item = &UnitCell> {
        self.units.iter().filter(|u| u.depth == 0)
    }

    fn in_short(&self, out: &mut Paper) {
        let mut subjects: Vec<(&str, &str)> = Vec::new();
        for j in self.of_kind("challenge").into_iter().filter(|j| found(j)) {
            if !subjects.contains(&("challenge", j.subject.as_str())) {
                subjects.push(("challenge", &j.subject));
            }
        }
        subjects.extend(self.roots().map(|u| ("unit", u.unit.as_str())));
        let told = |(kind, subject): (&str, &str)| {
            let own = self.judgments.iter().filter(|j| j.kind == kind && j.subject == subject && found(j));
            let all: Vec<String> = own.map(in_short).collect();
            (!all.is_empty()).then(|| format!("{subject}. {}", listed_titles(&all, SHORT)))
        };
        let lines: Vec<String> = subjects.into_iter().filter_map(told).collect();
        if lines.is_empty() {
            return;
        }
        out.heading("In short");
        lines.iter().for_each(|l| out.fold(0, l));
    }

    fn challenges(&self, out: &mut Paper) {
        let of = self.of_kind("challenge");
        if of.is_empty() {
            return;
        }
        out.heading("Challenges");
        let mut subjects: Vec<&str> = Vec::new();
        for j in &of {
            if !subjects.contains(&j.subject.as_str()) {
                subjects.push(&j.subject);
            }
        }
        for subject in subjects {
            out.line(0, subject);
            let own: Vec<&JudgmentCell> = of.iter().copied().filter(|j| j.subject == subject).collect();
            all(&own, out);
        }
    }

    /// The units that belong to no other, in full.
    fn whole(&self, out: &mut Paper) {
        let judged = self.of_kind("unit");
        for unit in self.roots() {
            let own: Vec<&JudgmentCell> = judged.iter().copied().filter(|j| j.subject == unit.unit).collect();
            if own.is_empty() {
                continue;
            }
            out.heading(&format!("{}{}", unit.unit, people(unit)));
            all(&own, out);
        }
    }

    /// Facets of coherence, unit by unit, and what is missing for the rest.
    fn coherence_lines(&self, out: &mut Paper) {
        let lines = self.coherence.lines();
        if !lines.is_empty() {
            out.heading("Coherence under pressure");
            out.fold(0, "numbers from -1 to 1, with 95 % intervals where one covers; our own proposal, version 1");
            lines.iter().for_each(|(level, text)| out.fold(*level, text));
        }
    }

    /// The facts whose answers would help most, each once, by whom to ask.
    fn next(&self, out: &mut Paper) {
        let mut items = Items::default();
        for j in &self.judgments {
            items.add(&j.subject, &j.question, &j.title, &j.next);
        }
        let agenda = items.grouped();
        if agenda.is_empty() {
            return;
        }
        out.heading("What to ask next");
        let mut left = ASKS;
        for (whom, asks) in &agenda.groups {
            if left == 0 {
                break;
            }
            out.fold(0, &format!("ask {whom}"));
            for item in asks.iter().take(left) {
                left -= 1;
                out.fold(1, &format!("{} [{}]", item.asks, item.measure));
                let bears = |verb: &str, of: &[crate::assess::Bearing]| {
                    let mut titles: Vec<String> = Vec::new();
                    of.iter().for_each(|b| {
                        if !titles.contains(&b.title) {
                            titles.push(b.title.clone())
                        }
                    });
                    (!of.is_empty()).then(|| format!("{verb} {}: {}", judgments(of.len()), listed(&titles, 4)))
                };
                let both = [bears("could settle", &item.settles), bears("bears on", &item.helps)];
                out.fold(2, &both.into_iter().flatten().collect::<Vec<_>>().join("; "));
            }
        }
        let more = agenda.len().saturating_sub(ASKS);
        if more > 0 {
            out.fold(
                0,
                &format!("and {more} more; `colead interview` writes a form with every fact that people can tell"),
            );
        }
    }

    fn masked(&self, out: &mut Paper) {
        let units: Vec<&str> = self.units.iter().filter(|u| u.masked).map(|u| u.unit.as_str()).collect();
        let mut by: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
        let masked: Vec<&JudgmentCell> = self.judgments.iter().filter(|j| j.status == "masked").collect();
        let groups = self.groups().iter().filter(|g| g.status == "masked").count();
        if masked.is_empty() && groups == 0 && units.is_empty() {
            return;
        }
        let mut titles: Vec<&str> = Vec::new();
        masked.iter().for_each(|j| {
            if !titles.contains(&j.title.as_str()) {
                titles.push(&j.title)
            }
        });
        for title in titles {
            let of: Vec<&str> = masked.iter().filter(|j| j.title == title).map(|j| j.subject.as_str()).collect();
            match by.iter_mut().find(|(subjects, _)| *subjects == of) {
                Some((_, titles)) => titles.push(title),
                None => by.push((of, vec![title])),
            }
        }
        out.heading("Masked");
        let what =
            "fewer people than the minimum group stand behind them, or they would give away a unit of which that is so";
        let scores = match groups {
            0 => String::new(),
            1 => " and 1 score of a group".to_owned(),
            _ => format!(" and {groups} scores of groups"),
        };
        out.fold(0, &format!("{}{scores} masked: {what}", judgments(masked.len())));
        if !units.is_empty() {
            out.fold(0, &format!("answers of {}", units.join(", ")));
        }
        for (subjects, titles) in by {
            let titles: Vec<String> = titles.into_iter().map(str::to_owned).collect();
            out.fold(0, &format!("{}: {}", subjects.join(", "), listed(&titles, TITLES)));
        }
    }

    fn foot(&self, out: &mut Paper) {
        if !self.notes.is_empty() {
            out.heading("Notes");
            self.notes.iter().for_each(|n| out.fold(0, n));
        }
        out.heading("Made from");
        let m = &self.manifest;
        let sha = |digest: &str| digest.get(..12).unwrap_or(digest).to_owned();
        out.line(
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
            out.line(0, &format!("instrument {id} {version}{mark}"));
        }
        out.line(0, &format!("evidence {}, seed {}", sha(&m.evidence_sha256), m.seed));
        out.fold(0, "thresholds are conventions or published rules, named at each rule; the sources give no cut-offs");
        if !self.works.is_empty() {
            out.heading("Sources");
            self.works.iter().for_each(|w| out.fold(0, w));
        }
    }
}

/// Whether something was found: an answer, of an independent question an option that holds, or a conflict.
pub(super) fn found(j: &JudgmentCell) -> bool {
    match j.status.as_str() {
        "answer" => j.verdicts.is_empty() || j.verdicts.iter().any(|(_, v)| *v == "yes"),
        "conflict" => true,
        _ => false,
    }
}

/// An unvalidated line says so.
pub(super) fn mark(j: &JudgmentCell) -> &'static str {
    if j.unvalidated { " (unvalidated)" } else { "" }
}

pub(super) fn judgments(n: usize) -> String {
    if n == 1 { "1 judgment".to_owned() } else { format!("{n} judgments") }
}

/// Options of an independent question with one verdict.
pub(super) fn options<'j>(j: &'j JudgmentCell, verdict: &str) -> Vec<&'j str> {
    j.verdicts.iter().filter(|(_, v)| *v == verdict).map(|(o, _)| o.as_str()).collect()
}

fn in_short(j: &JudgmentCell) -> String {
    let what = if j.verdicts.is_empty() { j.headline.clone() } else { options(j, "yes").join(" and ") };
    format!("{}: {what}{}", j.title, mark(j))
}

/// Everything about one subject: what was found, then what was not.
pub(super) fn all(own: &[&JudgmentCell], out: &mut Paper) {
    let mut told = HashSet::new();
    own.iter().filter(|j| found(j)).for_each(|j| full(j, &mut told, out));
    rest(own, out);
}

/// What was found, with its reasons and what was seen. What was `told` of the subject before is not told again.
fn full(j: &JudgmentCell, told: &mut HashSet<String>, out: &mut Paper) {
    let of = |kind: ReasonKind| j.reasons.iter().filter(move |r| r.kind == kind);
    let seen = |option: &Option<String>| -> Vec<String> {
        let texts = of(ReasonKind::Seen).filter(|r| r.option == *option).map(|r| r.text.as_str());
        texts.fold(Vec::new(), one_measure)
    };
    let tell = |r: &Reason, told: &mut HashSet<String>, out: &mut Paper| {
        out.fold(2, &r.text);
        let seen = seen(&r.option);
        if !seen.is_empty() {
            let seen = format!("seen: {}", seen.join("; "));
            let again = !told.insert(seen.clone());
            out.fold(2, if again { "seen: the same as above" } else { &seen });
        }
    };
    if j.verdicts.is_empty() {
        out.fold(1, &format!("{}: {}{}", j.title, j.headline, mark(j)));
    } else {
        out.fold(1, &format!("{}: {}{}", j.title, options(j, "yes").join(" and "), mark(j)));
    }
    of(ReasonKind::Result).for_each(|r| out.fold(2, &r.text));
    of(ReasonKind::Holds).for_each(|r| tell(r, told, out));
    for (verdict, says) in [("no", "not supported by the evidence"), ("cannot tell", "cannot be told")] {
        let these = options(j, verdict);
        if !these.is_empty() {
            out.fold(2, &format!("{says}: {}", these.join(", ")));
        }
    }
    of(ReasonKind::Beside).for_each(|r| out.fold(2, &r.text));
    for note in of(ReasonKind::Note).map(Reason::line) {
        // Where informants differ is told once of a subject, and again only where their answers part ways.
        let kind =
            if note.starts_with("note: informants differ") && !note.contains("one by one") { "differ" } else { &note };
        if told.insert(kind.to_owned()) {
            out.fold(2, &note);
        }
    }
}

/// What was seen of one measure is told once, with every line it lies beside.
fn one_measure(mut all: Vec<String>, next: &str) -> Vec<String> {
    let same = next.rsplit_once(", ").and_then(|(seen, side)| {
        let start = format!("{seen}, ");
        all.iter_mut().find(|told| told.starts_with(&start)).map(|told| told.push_str(&format!(" and {side}")))
    });
    if same.is_none() {
        all.push(next.to_owned());
    }
    all
}

/// What is left once what was found is told: what the evidence does not support, and what could not be judged, in a few
/// lines.
fn rest(own: &[&JudgmentCell], out: &mut Paper) {
    let title = |j: &JudgmentCell| format!("{}{}", j.title, mark(j));
    let unsupported = own
        .iter()
        .filter(|j| j.status == "answer" && !found(j))
        .map(|j| format!("{} ({})", title(j), options(j, "no").join(", ")));
    let unsupported: Vec<String> = unsupported.collect();
    if !unsupported.is_empty() {
        out.fold(1, &format!("looked for, and not supported by the evidence: {}", unsupported.join("; ")));
    }
    let none: Vec<String> = own.iter().filter(|j| j.status == "none_hold").map(|j| title(j)).collect();
    if !none.is_empty() {
        out.fold(1, &format!("none of the possible answers fits: {}", none.join("; ")));
    }
    let mut open: Vec<(String, Vec<String>)> = Vec::new();
    for j in own.iter().filter(|j| j.status == "insufficient") {
        let left = if j.left.is_empty() { String::new() } else { format!(" ({})", j.left.join(" or ")) };
        let entry = format!("{}{left}", title(j));
        // Few lines: what misses several things is told together.
        let lacks = match &j.lacks[..] {
            [one] => one.clone(),
            _ => SEVERAL.to_owned(),
        };
        match open.iter_mut().find(|(l, _)| *l == lacks) {
            Some((_, titles)) => titles.push(entry),
            None => open.push((lacks, vec![entry])),
        }
    }
    open.sort_by_key(|(lacks, titles)| (lacks == SEVERAL, std::cmp::Reverse(titles.len())));
    if !open.is_empty() {
        let all: usize = open.iter().map(|(_, titles)| titles.len()).sum();
        out.fold(1, &format!("not judged yet ({all})"));
    }
    for (lacks, titles) in open {
        out.fold(2, &format!("{lacks}: {}", listed_titles(&titles, TITLES)));
    }
}

/// The first `most` of some headings, and how many more there are.
fn listed_titles(titles: &[String], most: usize) -> String {
    match titles.get(..most) {
        Some(first) if titles.len() > most => format!("{}; and {} more", first.join("; "), titles.len() - most),
        _ => titles.join("; "),
    }
}

fn people(unit: &UnitCell) -> String {
    match (unit.n, unit.masked) {
        (Some(n), _) => format!(" ({n} respondents)"),
        (None, true) => " (answers masked)".to_owned(),
        (None, false) => String::new(),
    }
}

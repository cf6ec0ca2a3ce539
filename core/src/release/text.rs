//! The report as text: challenges, units, what to ask next, what is masked, and what it was made from.

use super::release::{JudgmentCell, Release};
use std::fmt::Write as _;

impl Release {
    /// The report as text. Lines of a unit below the first are short; `explain` gives the rest of any of them.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.head(&mut out);
        self.challenges(&mut out);
        self.unit_sections(&mut out);
        self.next(&mut out);
        self.masked(&mut out);
        self.foot(&mut out);
        out
    }

    fn head(&self, out: &mut String) {
        let (answered, put) = self.answered();
        line(out, 0, &self.framework_title);
        let wave = self.manifest.wave.as_ref().map_or(String::new(), |w| format!(", wave {w}"));
        let p = &self.policy;
        if p.is_unrestricted() {
            line(out, 0, "UNRESTRICTED: nothing in this report is protected; it must not leave its owner");
        } else {
            line(out, 0, &format!("for {}, minimum group {}{wave}", p.purpose(), p.min_group()));
        }
        line(out, 0, &format!("{answered} of {put} questions answered at confidence {}", crate::json::number(self.manifest.confidence)));
    }

    fn challenges(&self, out: &mut String) {
        let of: Vec<&JudgmentCell> = self.judgments.iter().filter(|j| j.kind == "challenge").collect();
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
            if j.question != crate::assess::CHALLENGE && !j.because.iter().any(|_| holds(j)) {
                continue;
            }
            full(out, j);
        }
    }

    fn unit_sections(&self, out: &mut String) {
        let judged: Vec<&JudgmentCell> = self.judgments.iter().filter(|j| j.kind == "unit").collect();
        if judged.is_empty() {
            return;
        }
        heading(out, "Units");
        for unit in &self.units {
            let own: Vec<&JudgmentCell> = judged.iter().copied().filter(|j| j.subject == unit.unit).collect();
            let open = own.iter().filter(|j| j.status != "masked").count();
            if own.is_empty() || open == 0 {
                continue;
            }
            let n = match (unit.n, unit.masked) {
                (Some(n), _) => format!(" ({n} respondents)"),
                (None, true) => " (answers masked)".to_owned(),
                (None, false) => String::new(),
            };
            line(out, unit.depth, &format!("{}{n}", unit.unit));
            if unit.depth == 0 {
                own.iter().filter(|j| j.status != "insufficient" && j.status != "masked").for_each(|j| full(out, j));
            } else {
                own.iter().filter(|j| j.status != "insufficient" && j.status != "masked").for_each(|j| short(out, unit.depth + 1, j));
            }
            cannot_tell(out, unit.depth + 1, &own);
        }
    }

    /// The questions whose answers would help most often, each once.
    fn next(&self, out: &mut String) {
        let mut asked: Vec<(&str, &str, &str, Vec<&str>)> = Vec::new();
        for j in &self.judgments {
            let Some(first) = j.next.first() else { continue };
            let field = |key: &str| first.get(key).and_then(|v| v.as_str()).unwrap_or("");
            let (measure, asks, whom) = (field("measure"), field("asks"), field("whom"));
            match asked.iter_mut().find(|(m, ..)| *m == measure) {
                Some((.., titles)) if titles.contains(&j.title.as_str()) => {}
                Some((.., titles)) => titles.push(&j.title),
                None => asked.push((measure, asks, whom, vec![&j.title])),
            }
        }
        if asked.is_empty() {
            return;
        }
        heading(out, "What to ask next");
        for (measure, asks, whom, titles) in asked.iter().take(10) {
            line(out, 0, &format!("{asks} [{measure}]"));
            line(out, 1, &format!("ask {}; bears on: {}", if whom.is_empty() { "those who know" } else { whom }, titles.join(", ")));
        }
    }

    fn masked(&self, out: &mut String) {
        let units: Vec<&str> = self.units.iter().filter(|u| u.masked).map(|u| u.unit.as_str()).collect();
        let judgments = self.judgments.iter().filter(|j| j.status == "masked").count();
        if judgments == 0 && units.is_empty() {
            return;
        }
        heading(out, "Masked");
        if !units.is_empty() {
            line(out, 0, &format!("answers of: {}", units.join(", ")));
        }
        let what = "fewer people than the minimum group stand behind them, or they would give away a unit of which that is so";
        line(out, 0, &format!("{judgments} judgments are masked: {what}"));
    }

    fn foot(&self, out: &mut String) {
        if !self.notes.is_empty() {
            heading(out, "Notes");
            self.notes.iter().for_each(|n| line(out, 0, n));
        }
        heading(out, "Made from");
        let m = &self.manifest;
        line(out, 0, &format!("colead {}, framework {} {} ({})", m.engine, m.framework, m.framework_version, head_of(&m.framework_sha256)));
        if let Some((id, version)) = &m.instrument {
            let mark = if m.instrument_validated == Some(false) { ", unvalidated: no published validation" } else { "" };
            line(out, 0, &format!("instrument {id} {version}{mark}"));
        }
        line(out, 0, &format!("evidence {}, seed {}", head_of(&m.evidence_sha256), m.seed));
        line(out, 0, "thresholds are conventions or published rules, named at each rule; the sources give no cut-offs");
        if !self.works.is_empty() {
            heading(out, "Sources");
            self.works.iter().for_each(|w| line(out, 0, w));
        }
    }
}

fn holds(j: &JudgmentCell) -> bool {
    j.status == "answer" && j.headline.contains(": holds")
}

fn heading(out: &mut String, text: &str) {
    let _ = writeln!(out, "\n{text}\n{}", "-".repeat(text.chars().count()));
}

fn line(out: &mut String, level: usize, text: &str) {
    let _ = writeln!(out, "{}{text}", "  ".repeat(level));
}

fn marked(j: &JudgmentCell) -> String {
    let mark = if j.unvalidated { " (unvalidated)" } else { "" };
    format!("{}: {}{mark}", j.title, j.headline)
}

fn full(out: &mut String, j: &JudgmentCell) {
    line(out, 1, &marked(j));
    j.because.iter().for_each(|b| line(out, 2, b));
}

fn short(out: &mut String, level: usize, j: &JudgmentCell) {
    line(out, level, &marked(j));
    line(out, level + 1, &format!("because {}", j.because.join("; ")));
}

fn cannot_tell(out: &mut String, level: usize, own: &[&JudgmentCell]) {
    for j in own.iter().filter(|j| j.status == "insufficient") {
        let why: Vec<&str> = j.because.iter().map(String::as_str).filter(|b| is_need(b)).collect();
        line(out, level, &format!("{}; {}", marked(j), why.join("; ")));
    }
    let masked: Vec<&str> = own.iter().filter(|j| j.status == "masked").map(|j| j.title.as_str()).collect();
    if !masked.is_empty() {
        line(out, level, &format!("masked: {}", masked.join(", ")));
    }
}

fn is_need(line: &str) -> bool {
    ["missing:", "too close", "not applicable:"].iter().any(|s| line.starts_with(s))
}

fn head_of(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

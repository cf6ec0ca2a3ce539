//! The form as plain text, to be filled in with any editor.

use super::form::{Form, FormFact, Said};
use crate::vocabulary::InformantRole;
use std::fmt::Write as _;

/// The first line of every form.
pub(super) const TITLE: &str = "colead interview 1";

const HOW: &[&str] = &[
    "Write behind the colons; everything else may stay as it is. Leave blank what was not asked.",
    "`do not know` is an answer too: it counts as asked and not known, never as no.",
    "When somebody else answers, or the same person in another sitting, repeat the lines from `answer:` on.",
    "A long note goes on in lines that begin with |. Lines that begin with # are not read.",
];

impl Form {
    /// The form as text, grouped by whom to ask; [`Form::read`] takes it back.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        let mut line = |text: &str| {
            let _ = writeln!(out, "{}", text.trim_end());
        };
        line(TITLE);
        line(&format!("framework: {} {}", self.framework, self.version));
        if self.facts.iter().any(|f| !f.of_challenge) || self.unit.is_some() {
            line(&format!("unit: {}", self.unit.as_deref().unwrap_or_default()));
        }
        if self.facts.iter().any(|f| f.of_challenge) || self.challenge.is_some() {
            line(&format!("challenge: {}", self.challenge.as_deref().unwrap_or_default()));
        }
        line("");
        HOW.iter().for_each(|how| line(&format!("# {how}")));
        let roles: Vec<&str> = InformantRole::ALL.iter().map(|r| r.as_str()).collect();
        line(&format!("# role: {} (how the informant stands to the group)", roles.join(", ")));
        line("# date: YYYY-MM-DD");
        let mut whom: Vec<&str> = Vec::new();
        for f in &self.facts {
            if !whom.contains(&f.whom.as_str()) {
                whom.push(&f.whom);
            }
        }
        for group in whom {
            line("");
            line(&format!("# ==== Ask {} ====", if group.is_empty() { "those who know" } else { group }));
            for fact in self.facts.iter().filter(|f| f.whom == group) {
                line("");
                fact.lines().iter().for_each(|l| line(l));
            }
        }
        out
    }
}

impl FormFact {
    fn lines(&self) -> Vec<String> {
        let mut out = vec![format!("[{}] {}", self.measure, self.asks.replace('\n', " "))];
        out.push(format!("# why: bears on {}", self.why.join("; ")));
        out.push(format!("# answers: {}, or do not know", self.answers.text()));
        let blank = [Said::default()];
        let all = if self.said.is_empty() { &blank[..] } else { &self.said };
        for said in all {
            let text = |t: &Option<String>| t.clone().unwrap_or_default();
            out.push(format!("answer: {}", said.answer.as_ref().map_or(String::new(), |a| a.text(&self.answers))));
            if self.of_challenge {
                out.push(format!("component: {}", text(&said.component)));
            }
            out.push(format!("informant: {}", text(&said.by.informant)));
            out.push(format!("role: {}", said.by.role.map_or("", InformantRole::as_str)));
            out.push(format!("source: {}", text(&said.by.source)));
            out.push(format!("date: {}", text(&said.by.date)));
            match &said.by.note {
                Some(note) if note.contains('\n') => {
                    out.push("note:".to_owned());
                    out.extend(note.split('\n').map(|l| format!("| {l}")));
                }
                note => out.push(format!("note: {}", text(note))),
            }
        }
        out
    }
}

/// A note without blanks around it and at the ends of its lines; nothing when nothing is left.
pub(super) fn tidy_note(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    let note = lines.join("\n").replace('\r', " ");
    let note = note.trim();
    (!note.is_empty()).then(|| note.to_owned())
}

//! Why a judgment came out as it did: each reason in a sentence, with what kind of reason it is.

use super::evaluate::Verdict;
use super::explain::{Step, observed};
use super::judgment::{Judgment, Status};
use super::model::*;
use super::truth::Truth;
use super::words::words;
use std::collections::HashSet;

/// What a reason is to its judgment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasonKind {
    /// What a part of a whole came to, or that options exclude one another and hold at once.
    Result,
    /// An option holds, and why.
    Holds,
    /// An option is excluded, or not supported.
    Fails,
    /// An option is open, and what it would mean.
    Open,
    /// What was seen, of the option before it.
    Seen,
    /// A rule that only suggests.
    Beside,
    /// What is missing, too close to call or held back.
    Need,
    /// A remark that is no evidence.
    Note,
}

/// One reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// What it is to the judgment.
    pub kind: ReasonKind,
    /// The option that it speaks of.
    pub option: Option<String>,
    /// The sentence.
    pub text: String,
    /// The rule behind it.
    pub rule: Option<String>,
}

impl Reason {
    fn new(kind: ReasonKind, text: impl Into<String>) -> Reason {
        Reason { kind, option: None, text: text.into(), rule: None }
    }

    fn of(self, option: &str, rule: &Rule) -> Reason {
        Reason { option: Some(option.to_owned()), rule: Some(rule.id.clone()), ..self }
    }

    /// The sentence with the rule behind it.
    pub fn line(&self) -> String {
        let note = if self.kind == ReasonKind::Note { "note: " } else { "" };
        let rule = self.rule.as_ref().map_or(String::new(), |r| format!(" [{r}]"));
        format!("{note}{}{rule}", self.text)
    }
}

impl Judgment {
    /// Why, a sentence a line: what is concluded or still open, what it rests on, then what is missing.
    pub fn because(&self) -> Vec<String> {
        self.reasons().iter().map(Reason::line).collect()
    }

    /// As [`Judgment::because`], with what kind of reason each is.
    pub fn reasons(&self) -> Vec<Reason> {
        let mut out = Vec::new();
        for (name, part) in &self.parts {
            out.push(Reason::new(ReasonKind::Result, format!("part `{name}`: {}", part.headline())));
        }
        if self.parts.is_empty() {
            self.option_reasons(&mut out);
        }
        for (option, r) in self.hypotheses() {
            if let Some(rule) = self.framework.rule(r) {
                let text = format!("{} {}: {}", self.beside(option), words(option), rule.because);
                out.push(Reason::new(ReasonKind::Beside, text).of(option, rule));
            }
        }
        out.extend(self.need_lines().into_iter().map(|l| Reason::new(ReasonKind::Need, l)));
        let notes = self.informants_line().into_iter().chain(self.flags.iter().cloned());
        out.extend(notes.map(|n| Reason::new(ReasonKind::Note, n)));
        out
    }

    /// How a rule that only suggests stands beside what is concluded.
    pub(super) fn beside(&self, option: &str) -> &'static str {
        if self.answer() == Some(option) { "in support of" } else { "a hypothesis for" }
    }

    fn option_reasons(&self, out: &mut Vec<Reason>) {
        let exclusive = self.asked().is_some_and(|q| q.mode != Mode::Independent);
        if let Status::Conflict(of) = &self.status {
            let names: Vec<String> = of.iter().map(|i| words(self.name(*i))).collect();
            let text = format!("{} exclude one another and hold at once", names.join(" and "));
            out.push(Reason::new(ReasonKind::Result, text));
        }
        for (i, o) in self.options.iter().enumerate() {
            // An answer speaks for itself; what it excludes needs no sentence, unless it stands by exclusion alone.
            let by_exclusion =
                self.one().and_then(|one| self.options.get(one)).map(|o| &o.verdict) != Some(&Verdict::Holds);
            if exclusive && self.one().is_some_and(|one| one != i) && !by_exclusion {
                continue;
            }
            let Some((r, rule)) = o.rule.and_then(|r| Some((r, self.framework.rule(r)?))) else { continue };
            let option = self.name(i);
            let name = words(option);
            let (kind, text) = match &o.verdict {
                Verdict::Holds => (ReasonKind::Holds, rule.because.clone()),
                Verdict::Fails if exclusive => (ReasonKind::Fails, format!("{name} is excluded")),
                Verdict::Fails => (ReasonKind::Fails, format!("the evidence does not support {name}")),
                Verdict::Insufficient(_) if self.one() == Some(i) => {
                    (ReasonKind::Holds, format!("{name} is the only level left; it would mean: {}", rule.because))
                }
                v @ Verdict::Insufficient(_) => match unmet(v) {
                    Some(why) => (ReasonKind::Open, format!("{name} does not apply here: {why}")),
                    None => (ReasonKind::Open, format!("{name} is open; it would mean: {}", rule.because)),
                },
            };
            out.push(Reason::new(kind, text).of(option, rule));
            let (mut seen, mut lines) = (HashSet::new(), Vec::new());
            for step in self.steps_taken(r) {
                decisive_lines(&step, &mut seen, &mut lines);
            }
            let seen = |text: String| Reason { option: Some(option.to_owned()), ..Reason::new(ReasonKind::Seen, text) };
            out.extend(lines.into_iter().map(seen));
        }
    }

    pub(super) fn need_lines(&self) -> Vec<String> {
        let needs = self.needs();
        let mut lines = Vec::new();
        let names = |ids: &[MeasureId]| -> String {
            let measures = ids.iter().filter_map(|m| self.framework.measure(*m));
            measures.map(|m| format!("`{}`", m.id)).collect::<Vec<_>>().join(", ")
        };
        if !needs.missing.is_empty() {
            lines.push(format!("missing: {}", names(&needs.missing)));
        }
        if !needs.too_close.is_empty() {
            lines.push(format!("too close to call: {}", names(&needs.too_close)));
        }
        lines.extend(needs.reasons.iter().map(|r| format!("held back: {}", words(r))));
        lines
    }
}

/// The reasons of guards that are unmet, when nothing else keeps an option open.
pub(super) fn unmet(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Insufficient(n) if n.missing.is_empty() && n.too_close.is_empty() && !n.reasons.is_empty() => {
            Some(words(&n.reasons.join(", ")))
        }
        _ => None,
    }
}

/// The decisive ends as sentences: what was seen, and on which side of the line it lies.
fn decisive_lines(step: &Step, seen: &mut HashSet<String>, lines: &mut Vec<String>) {
    if step.decisive {
        let line = match &step.leaf {
            Some(l) => {
                let side = match step.truth {
                    t if t.hi < 0.5 => format!("not {}", l.relation),
                    _ => l.relation.clone(),
                };
                let named = l.threshold.is_none() && step.truth == Truth::TRUE;
                let side = if named { String::new() } else { format!(", {side}") };
                format!("{}: {}{side}", l.words, observed(l))
            }
            None => step.text.clone(),
        };
        if seen.insert(line.clone()) {
            lines.push(line);
        }
    }
    step.children.iter().for_each(|s| decisive_lines(s, seen, lines));
}

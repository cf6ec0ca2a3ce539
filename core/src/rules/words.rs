//! What a judgment says in words: one renderer, with fixed sentences, for every language and report.

use super::evaluate::{Evaluation, Verdict};
use super::explain::{Leaf, Step, short, short_probability};
use super::judgment::{Answer, Judgment, Status};
use super::model::*;
use super::reasons::unmet;
use super::truth::Truth;
use crate::error::{Error, Result, suggest};
use crate::measure::{MeasureValue, Reveals};
use std::collections::HashSet;

impl Judgment {
    /// The result in one line.
    ///
    /// ```
    /// use colead::{assess::classify_challenge, rules::Framework};
    /// let framework = Framework::builtin()?;
    /// let facts = [("definable", 0.0), ("means_exist", 0.0)].map(|(c, x)| (c.to_owned(), Some(x)));
    /// let judgment = classify_challenge(&framework, &[facts.into()], &[], None)?;
    /// assert_eq!(judgment.headline(), "insufficient evidence: complex or mixed, not technical");
    /// # Ok::<(), colead::Error>(())
    /// ```
    pub fn headline(&self) -> String {
        match &self.status {
            Status::Answer(Answer::One(i)) => words(self.name(*i)),
            Status::Answer(Answer::Each) => {
                let finding = |(i, o): (usize, &super::judgment::OptionFinding)| {
                    format!("{}: {}", words(self.name(i)), o.verdict.words())
                };
                self.options.iter().enumerate().map(finding).collect::<Vec<_>>().join(", ")
            }
            Status::Insufficient => {
                match (words(&self.remaining().join(" or ")), words(&self.excluded().join(" nor "))) {
                    (_, excluded) if excluded.is_empty() => "insufficient evidence".to_owned(),
                    (left, excluded) if left.is_empty() => format!("insufficient evidence: not {excluded}"),
                    (left, excluded) => format!("insufficient evidence: {left}, not {excluded}"),
                }
            }
            Status::Conflict(of) => {
                let names: Vec<String> = of.iter().map(|i| words(self.name(*i))).collect();
                format!("conflict: {} hold at once", names.join(" and "))
            }
            Status::NoneHold => "none of the options holds".to_owned(),
        }
    }

    /// The result and its first reason in one line, with the question before it.
    pub fn one_line(&self) -> String {
        let needs = self.need_lines();
        let reason = match &self.status {
            Status::Answer(Answer::One(_)) => self.answering_rule().map(|r| format!("{} [{}]", r.because, r.id)),
            _ => (!needs.is_empty()).then(|| needs.join("; ")),
        };
        let unvalidated = if self.unvalidated() { " (unvalidated)" } else { "" };
        let reason = reason.map_or(String::new(), |r| format!("; {r}"));
        format!("{}: {}{unvalidated}{reason}", self.title(), self.headline())
    }

    /// The explanation in short: the result, then why, a sentence a line.
    pub fn short(&self) -> String {
        let mut out = format!("{}: {}\n", self.title(), self.headline());
        if self.unvalidated() {
            out.push_str("  unvalidated: rests on an instrument without published validation\n");
        }
        self.because().iter().for_each(|l| out.push_str(&format!("  {l}\n")));
        out
    }

    pub(crate) fn title(&self) -> &str {
        self.asked().map_or("", |q| q.title.as_str())
    }

    /// The whole explanation as text: that of [`Judgment::full`].
    pub fn explain(&self) -> String {
        self.full()
    }

    /// The explanation as text of one of the forms `one_line`, `short` and `full`.
    ///
    /// # Errors
    /// `unknown_form`.
    pub fn explain_as(&self, form: &str) -> Result<String> {
        const FORMS: [&str; 3] = ["one_line", "short", "full"];
        match form {
            "one_line" => Ok(self.one_line()),
            "short" => Ok(self.short()),
            "full" => Ok(self.full()),
            _ => Err(Error::input("unknown_form", format!("unknown form `{form}` of an explanation"))
                .at("form")
                .help(suggest(form, FORMS))),
        }
    }

    /// The whole explanation as text: every rule with its steps, what one that fails lacked, its thresholds and
    /// sources.
    pub fn full(&self) -> String {
        let mut text = Text { confidence: self.confidence, told: HashSet::new(), starred: false, out: String::new() };
        text.out.push_str(&format!("{}: {}\n", self.title(), self.headline()));
        if self.unvalidated() {
            text.out.push_str("  unvalidated: rests on an instrument without published validation\n");
        }
        for (name, part) in &self.parts {
            text.out.push_str(&format!("  part `{name}`\n"));
            part.explain().lines().for_each(|l| text.out.push_str(&format!("    {l}\n")));
        }
        if self.parts.is_empty() {
            let held = self.one().and_then(|i| self.options.get(i)).filter(|o| o.verdict == Verdict::Holds);
            match held {
                Some(o) => o.rule.into_iter().for_each(|r| self.explain_rule(r, &mut text)),
                None => self.options.iter().filter_map(|o| o.rule).for_each(|r| self.explain_rule(r, &mut text)),
            }
        }
        for (option, r) in self.hypotheses() {
            text.out.push_str(&format!("  {} `{option}`, never enough by itself\n", self.beside(option)));
            self.explain_rule(r, &mut text);
        }
        if text.starred {
            text.out.push_str("  * enough by themselves to decide the rule\n");
        }
        let Text { mut out, .. } = text;
        self.need_lines().iter().for_each(|l| out.push_str(&format!("  {l}\n")));
        self.told_lines().iter().for_each(|l| out.push_str(&format!("  {l}\n")));
        let notes = self.informants_line().into_iter().chain(self.flags.iter().cloned());
        notes.for_each(|f| out.push_str(&format!("  note: {f}\n")));
        if self.parts.is_empty() {
            out.push_str(&format!("  confidence asked for: {}\n", short(self.confidence)));
        }
        out
    }

    fn explain_rule(&self, r: RuleId, text: &mut Text) {
        let Some(rule) = self.framework.rule(r) else { return };
        let strength = match rule.strength {
            Strength::Defines => "by definition",
            Strength::Typical => "as a rule of thumb",
            Strength::Suggests => "as a hint",
        };
        let verdict = Evaluation::of_rule(&self.framework, &self.case, r, self.confidence).verdict(r);
        let says = match &verdict {
            Verdict::Holds => format!("holds, {strength}: {}", rule.because),
            Verdict::Fails => format!("fails; it would mean, {strength}: {}", rule.because),
            open => match unmet(open) {
                Some(why) => format!("does not apply here ({why}); it would mean, {strength}: {}", rule.because),
                None => format!("is open; it would mean, {strength}: {}", rule.because),
            },
        };
        text.out.push_str(&format!("  {} {says}\n", rule.id));
        self.steps_taken(r).iter().for_each(|s| text.step(s, 2));
        let lacks: Vec<Vec<String>> = self.lacks(r).into_iter().filter(|set| set.len() <= LACKS).collect();
        for (i, set) in lacks.iter().take(LACKS).enumerate() {
            let begin = if i == 0 { "would have held with" } else { "or with" };
            text.out.push_str(&format!("    {begin}: {}\n", set.join(" and ")));
        }
        if lacks.len() > LACKS {
            text.out.push_str(&format!("    or with one of {} other sets of as many\n", lacks.len() - LACKS));
        }
        if let Some(b) = &rule.basis {
            text.out.push_str(&format!("    thresholds: {} ({})\n", b.text, b.kind));
        }
        for c in &rule.cites {
            let line = self.framework.catalogue().work(&c.work).map_or(c.work.clone(), |w| w.line());
            let at = if c.at.is_empty() { String::new() } else { format!(": {}", c.at) };
            text.out.push_str(&format!("    source: {line}{at}\n"));
        }
    }
}

/// How many of the sets that a rule lacked are told, and of how many comparisons at most.
const LACKS: usize = 3;

struct Text {
    confidence: f64,
    /// Rules that were explained in full already; further down they are only named.
    told: HashSet<String>,
    starred: bool,
    out: String,
}

impl Text {
    fn step(&mut self, step: &Step, level: usize) {
        let sign = if step.truth.holds(self.confidence) {
            "yes"
        } else if step.truth.fails(self.confidence) {
            "no "
        } else {
            "?  "
        };
        let star = if step.decisive && step.truth != Truth::UNKNOWN { " *" } else { "" };
        self.starred |= !star.is_empty();
        let again = step.rule.as_ref().is_some_and(|r| !self.told.insert(r.clone()));
        let above = if again { " (as above)" } else { "" };
        let line = format!("{}{sign} {}{above}{}{star}\n", "  ".repeat(level), step.text, likely(step));
        self.out.push_str(&line);
        if !again {
            step.children.iter().for_each(|s| self.step(s, level + 1));
        }
    }
}

/// The probability of a step, unless it follows from what is not rendered.
fn likely(step: &Step) -> String {
    if step.hidden() { String::new() } else { probability(step.truth) }
}

fn probability(t: Truth) -> String {
    let certain = |p: f64| p == 0.0 || p == 1.0;
    match (short_probability(t.lo), short_probability(t.hi)) {
        _ if certain(t.lo) && certain(t.hi) => String::new(),
        (lo, hi) if lo == hi => format!(" (probability {lo})"),
        (lo, hi) => format!(" (probability {lo} to {hi})"),
    }
}

/// An id as words: `too_many_chefs` reads too many chefs.
pub(crate) fn words(id: &str) -> String {
    id.replace('_', " ")
}

impl Judgment {
    /// The rule behind the answer of an exclusive or graded question.
    pub fn answering_rule(&self) -> Option<&Rule> {
        let finding = self.options.get(self.one()?)?;
        self.framework.rule(finding.rule?)
    }

    /// The numbers that decide what was found, each in short: the value alone where one measure decides, else after
    /// the name of its measure. What may not be rendered is left out.
    pub fn evidence(&self) -> Vec<String> {
        let mut leaves: Vec<Leaf> = Vec::new();
        for (i, finding) in self.options.iter().enumerate() {
            if let (Some(r), true) = (finding.rule, self.one().is_none_or(|one| one == i)) {
                self.steps_taken(r).iter().for_each(|s| known_ends(s, self.one().is_some(), &mut leaves));
            }
        }
        let one = leaves.len() == 1;
        let tell = |l: &Leaf| {
            let e = l.observed.as_ref().and_then(MeasureValue::estimate).filter(|_| !l.hidden.value())?;
            let se =
                e.se().filter(|_| l.hidden == Reveals::Level).map_or(String::new(), |s| format!(" ± {}", short(s)));
            let name = if one { String::new() } else { format!("{} ", l.words) };
            Some(format!("{name}{}{se}", short(e.value())))
        };
        leaves.iter().filter_map(tell).collect()
    }
}

/// The distinct measures at decisive ends, or at all known ends while nothing is decided.
fn known_ends(step: &Step, decided: bool, leaves: &mut Vec<Leaf>) {
    if let Some(leaf) = &step.leaf {
        let known = step.truth != Truth::UNKNOWN && (step.decisive || !decided);
        if known && !leaves.iter().any(|l| l.measure == leaf.measure) {
            leaves.push(leaf.clone());
        }
    }
    step.children.iter().for_each(|s| known_ends(s, decided, leaves));
}

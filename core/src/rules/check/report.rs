//! The checks on boxes of cases, one after another within one budget, and how they are told.

use super::search::{Cases, Found, Searcher, Wanted};
use super::{one_rule, options};
use crate::document::{Diagnostics, Mark};
use crate::error::{Diagnostic, Severity};
use crate::rules::boxes::MeasureBox;
use crate::rules::model::*;

/// The most conditions that all checks of a framework look at together, over all boxes of cases: some tens of
/// milliseconds. What is left over is reported as `check_incomplete`.
pub const CHECK_BUDGET: usize = 4_000_000;
/// The most of them for one search, so that one hard rule does not keep the others from being checked.
const SEARCH_BUDGET: usize = 200_000;
/// The longest condition that is written out in a message, in characters.
const LONGEST: usize = 160;

/// Checks a connected framework: errors of all rules and questions first, then what a person should look at.
pub(in crate::rules) fn on_boxes(framework: &Framework, faults: &Diagnostics) {
    let mut checks = Checks { framework, faults, searcher: Searcher::new(framework, CHECK_BUDGET), unfinished: None };
    let rules: Vec<(RuleId, &Rule)> = framework.rules().iter().enumerate().map(|(i, r)| (RuleId(i), r)).collect();
    let dead: Vec<bool> = rules.iter().map(|(r, rule)| one_rule::cannot_hold(&mut checks, *r, rule)).collect();
    for q in framework.questions() {
        options::overlap(&mut checks, q);
    }
    for ((r, rule), dead) in rules.iter().zip(&dead) {
        if !dead {
            one_rule::idle(&mut checks, *r, rule);
        }
    }
    for q in framework.questions() {
        options::implied(&mut checks, q, &dead);
        options::gap(&mut checks, q);
    }
    if let Some((mark, what)) = checks.unfinished {
        let message =
            format!("not all checks could be finished in {CHECK_BUDGET} steps: the first left open is {what}");
        let help = "name parts of long conditions as rules, or split the framework";
        faults.push(mark.diagnostic(Severity::Warning, "check_incomplete", message, help));
    }
}

/// A run of checks over one framework.
pub(super) struct Checks<'a> {
    pub(super) framework: &'a Framework,
    faults: &'a Diagnostics,
    searcher: Searcher<'a>,
    /// The first check that the budget did not suffice for.
    unfinished: Option<(Mark, String)>,
}

impl<'a> Checks<'a> {
    /// A box of cases that show all that is wanted. What the budget does not suffice for is remembered as `what`.
    pub(super) fn find(
        &mut self,
        wanted: &[Wanted<'a>],
        cases: Cases,
        mark: &Mark,
        what: impl Fn() -> String,
    ) -> Found {
        let found = self.searcher.find(wanted, cases, SEARCH_BUDGET);
        if found == Found::Unfinished {
            self.unfinished.get_or_insert_with(|| (mark.clone(), what()));
        }
        found
    }

    /// A box of cases to show beside a finding; nothing when there is none to show.
    pub(super) fn example(&mut self, wanted: &[Wanted<'a>], cases: Cases) -> Option<MeasureBox> {
        match self.searcher.find(wanted, cases, SEARCH_BUDGET) {
            Found::In(found) => Some(found),
            Found::Nowhere | Found::Unfinished => None,
        }
    }

    /// Whether nothing more can be checked.
    pub(super) fn spent(&self) -> bool {
        self.searcher.budget == 0
    }

    pub(super) fn error(&self, mark: &Mark, code: &'static str, told: (String, String), witness: Option<MeasureBox>) {
        self.tell(Severity::Error, mark, code, told, witness);
    }

    pub(super) fn warn(&self, mark: &Mark, code: &'static str, told: (String, String), witness: Option<MeasureBox>) {
        self.tell(Severity::Warning, mark, code, told, witness);
    }

    fn tell(
        &self,
        severity: Severity,
        mark: &Mark,
        code: &'static str,
        (message, help): (String, String),
        witness: Option<MeasureBox>,
    ) {
        let witness = witness.map(|w| w.witness(self.framework));
        self.faults.push(Diagnostic { witness, ..mark.diagnostic(severity, code, message, help) });
    }
}

/// A condition in words, cut off when it is long.
pub(in crate::rules) fn in_words(framework: &Framework, c: &Condition) -> String {
    let mut text = String::new();
    write(framework, c, &mut text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} ...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn write(framework: &Framework, c: &Condition, out: &mut String) {
    if out.len() > 4 * LONGEST {
        return;
    }
    let measure = |m: &MeasureId| framework.measure(*m).map_or("", |m| m.id.as_str());
    match c {
        Condition::AtLeast { points, of } => {
            let total: u32 = of.iter().map(|(w, _)| w).sum();
            let between = match *points {
                p if p == total => " and ",
                1 => " or ",
                p => {
                    out.push_str(&format!("at least {p} points of "));
                    ", "
                }
            };
            out.push('(');
            for (i, (_, c)) in of.iter().enumerate() {
                out.push_str(if i > 0 { between } else { "" });
                write(framework, c, out);
            }
            out.push(')');
        }
        Condition::Not(c) => {
            out.push_str("not ");
            write(framework, c, out);
        }
        Condition::Compare(m, op, t) => out.push_str(&format!("`{}` {} {t}", measure(m), op.words())),
        Condition::OneOf(m, of) => {
            let known = framework.measure(*m).map(|m| &m.kind);
            let name = |i: &usize| match known {
                Some(MeasureKind::Category(names)) => names.get(*i).map(|n| format!("`{n}`")),
                _ => None,
            };
            let names: Vec<String> = of.iter().filter_map(name).collect();
            out.push_str(&format!("`{}` {}", measure(m), names.join(" or ")));
        }
        Condition::Holds(r) => {
            out.push_str(&format!("holds `{}`", framework.rule(*r).map_or("", |r| r.id.as_str())));
        }
    }
}

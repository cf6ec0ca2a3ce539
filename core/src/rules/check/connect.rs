//! Rules connected to questions and to one another: without cycles, and with nothing that nobody looks at.

use crate::document::{Diagnostics, Mark};
use crate::error::{Diagnostic, Severity};
use crate::rules::condition::leaves;
use crate::rules::model::*;
use std::collections::HashSet;

/// The most rules that all questions may rest on together, a rule counted once for each question.
const MAX_RESTS: usize = 1_000_000;

/// Connects rules to questions, orders them, and reports cycles, unused measures and options without a rule.
pub(in crate::rules) fn connect(mut inner: Inner, faults: &Diagnostics) -> Option<Inner> {
    let refers: Vec<Vec<RuleId>> = inner.rules.iter().map(references).collect();
    reserved(&inner, faults);
    let order = order(&inner, &refers, faults)?;
    for (i, rule) in inner.rules.iter().enumerate() {
        if let Some((q, option)) = rule.says
            && let Some(slot) = inner.questions.get_mut(q.0).and_then(|q| q.rules.get_mut(option))
        {
            slot.push(RuleId(i));
        }
    }
    let mut rank = vec![0_usize; order.len()];
    for (i, r) in order.iter().enumerate() {
        if let Some(slot) = rank.get_mut(r.0) {
            *slot = i;
        }
    }
    let mut used_measures = HashSet::new();
    let mut used_rules = HashSet::new();
    let mut rests = 0_usize;
    for question in &mut inner.questions {
        let mut wanted: HashSet<RuleId> = HashSet::new();
        let mut open: Vec<RuleId> = question.rules.iter().flatten().copied().collect();
        while let Some(r) = open.pop() {
            if wanted.insert(r) {
                open.extend(refers.get(r.0).into_iter().flatten().copied());
            }
        }
        rests = rests.saturating_add(wanted.len());
        if rests > MAX_RESTS {
            let message = format!("the questions rest on rules more than {MAX_RESTS} times together");
            let help = "split the framework, or shorten its chains of rules";
            faults.push(question.mark.diagnostic(Severity::Error, "too_large", message, help));
            return None;
        }
        question.order = wanted.iter().copied().collect();
        question.order.sort_unstable_by_key(|r| rank.get(r.0));
        let mut measures: Vec<MeasureId> =
            question.order.iter().filter_map(|r| inner.rules.get(r.0)).flat_map(measures_of).collect();
        measures.sort_unstable();
        measures.dedup();
        used_measures.extend(measures.iter().copied());
        used_rules.extend(wanted);
        question.measures = measures;
    }
    inner.order = order;
    warn(&inner, &used_measures, &used_rules, faults);
    Some(inner)
}

fn references(rule: &Rule) -> Vec<RuleId> {
    let mut found = Vec::new();
    for c in rule.conditions() {
        leaves(c, &mut |leaf| {
            if let Condition::Holds(r) = leaf {
                found.push(*r);
            }
        });
    }
    found
}

fn measures_of(rule: &Rule) -> Vec<MeasureId> {
    let mut found = Vec::new();
    for c in rule.conditions() {
        leaves(c, &mut |leaf| {
            if let Condition::Compare(m, ..) | Condition::OneOf(m, _) = leaf {
                found.push(*m);
            }
        });
    }
    found
}

/// Every rule after those it refers to; a cycle is an error that names its rules.
fn order(inner: &Inner, refers: &[Vec<RuleId>], faults: &Diagnostics) -> Option<Vec<RuleId>> {
    let mut missing: Vec<usize> = refers.iter().map(Vec::len).collect();
    let mut referred_by: Vec<Vec<usize>> = vec![Vec::new(); refers.len()];
    for (i, rs) in refers.iter().enumerate() {
        for r in rs {
            referred_by.get_mut(r.0)?.push(i);
        }
    }
    let mut ready: Vec<usize> = (0..refers.len()).filter(|i| missing.get(*i) == Some(&0)).collect();
    ready.reverse();
    let mut done = Vec::with_capacity(refers.len());
    while let Some(i) = ready.pop() {
        done.push(RuleId(i));
        for j in referred_by.get(i)? {
            let left = missing.get_mut(*j)?;
            *left -= 1;
            if *left == 0 {
                ready.push(*j);
            }
        }
    }
    if done.len() == refers.len() {
        return Some(done);
    }
    if let Some(cycle) = cycle(refers, &missing) {
        let rules: Vec<&Rule> = cycle.iter().filter_map(|i| inner.rules.get(*i)).collect();
        let first = rules.first()?;
        let names: Vec<String> = rules.iter().take(8).map(|r| format!("`{}`", r.id)).collect();
        let more = if rules.len() > names.len() { ", ..." } else { "" };
        let message = format!("rules refer to one another in a cycle: {}{more}", names.join(", "));
        let help = "take one `holds` out of the cycle";
        let witness = rules.iter().map(|r| r.id.as_str()).collect();
        let found = first.mark.diagnostic(Severity::Error, "cycle", message, help);
        faults.push(Diagnostic { witness: Some(witness), ..found });
    }
    None
}

/// The rules of one cycle, each referring to the next, beginning with the first in the file. Rules that only lead
/// into a cycle are stuck too, and are no part of it.
fn cycle(refers: &[Vec<RuleId>], missing: &[usize]) -> Option<Vec<usize>> {
    let stuck = |i: usize| missing.get(i).is_some_and(|left| *left > 0);
    let mut at = (0..refers.len()).find(|i| stuck(*i))?;
    let mut step_of: Vec<Option<usize>> = vec![None; refers.len()];
    let mut walk = Vec::new();
    loop {
        if let Some(start) = step_of.get(at).copied().flatten() {
            let mut found = walk.split_off(start);
            let lowest = found.iter().enumerate().min_by_key(|(_, i)| **i).map_or(0, |(step, _)| step);
            found.rotate_left(lowest);
            return Some(found);
        }
        *step_of.get_mut(at)? = Some(walk.len());
        walk.push(at);
        at = refers.get(at)?.iter().map(|r| r.0).find(|r| stuck(*r))?;
    }
}

/// Names that would meet in the columns of a table.
fn reserved(inner: &Inner, faults: &Diagnostics) {
    let report = |mark: &Mark, id: &str, what: &str| {
        let message = format!("`{id}` is also the name of {what}");
        faults.push(mark.diagnostic(Severity::Error, "reserved_id", message, "choose another id"));
    };
    for m in &inner.measures {
        for (suffix, what) in [(".se", "the standard error of a measure"), (".n", "the n of a measure")] {
            if m.id.strip_suffix(suffix).is_some_and(|base| inner.measure_index.contains_key(base)) {
                report(&m.mark, &m.id, what);
            }
        }
    }
    for r in &inner.rules {
        for (suffix, what) in [(".status", "the status of a question"), (".answer", "the answer to a question")] {
            if r.id.strip_suffix(suffix).is_some_and(|base| inner.question_index.contains_key(base)) {
                report(&r.mark, &r.id, what);
            }
        }
    }
}

fn warn(inner: &Inner, used: &HashSet<MeasureId>, used_rules: &HashSet<RuleId>, faults: &Diagnostics) {
    let unneeded = |a: &Allow| {
        let message = format!("`{}` is allowed here and nothing breaks it", a.code);
        faults.push(a.mark.diagnostic(Severity::Warning, "unneeded_allow", message, "leave it out"));
    };
    for q in &inner.questions {
        let allowed = q.allow.iter().find(|a| a.code == "hypotheses_only");
        let mut hypotheses = false;
        for (option, rules) in q.options.iter().zip(&q.rules) {
            let answers = rules.iter().filter_map(|r| inner.rules.get(r.0)).any(|r| r.strength != Strength::Suggests);
            let only_suggested = !answers && !rules.is_empty();
            hypotheses |= only_suggested;
            let excused = only_suggested && allowed.is_some();
            if !answers && !excused {
                let message = format!("no rule can answer `{option}` of `{}`", q.id);
                let help = "add a rule of strength `defines` or `typical`, drop the option, or say \
                            allow = { hypotheses_only = \"why\" }";
                faults.push(q.mark.diagnostic(Severity::Warning, "option_without_rule", message, help));
            }
        }
        allowed.filter(|_| !hypotheses).into_iter().for_each(unneeded);
    }
    let of_rules = inner.rules.iter().flat_map(|r| &r.allow);
    of_rules.filter(|a| a.code == "hypotheses_only").for_each(unneeded);
    for (i, m) in inner.measures.iter().enumerate() {
        if !used.contains(&MeasureId(i)) {
            let message = format!("no rule of a question looks at `{}`", m.id);
            faults.push(m.mark.diagnostic(Severity::Warning, "unused_measure", message, "use it, or leave it out"));
        }
    }
    for (i, r) in inner.rules.iter().enumerate() {
        if r.says.is_none() && !used_rules.contains(&RuleId(i)) {
            let message = format!("the rule `{}` speaks to no question and nothing refers to it", r.id);
            faults.push(r.mark.diagnostic(Severity::Warning, "unused_rule", message, "add `says`, or leave it out"));
        }
        for expect in ["holds", "fails", "insufficient"] {
            if r.says.is_some() && !r.tests.iter().any(|t| t.expect == expect) {
                let message = format!("the rule `{}` has no test that expects `{expect}`", r.id);
                let help = format!("add [[rule.test]] with expect = \"{expect}\"");
                faults.push(r.mark.diagnostic(Severity::Warning, "untested", message, help));
            }
        }
    }
}

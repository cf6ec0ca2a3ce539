//! Where a case must move for the conclusion of a question to change, or for an open one to settle.

use super::search::{Aim, Goal};
use crate::rules::evaluate::Verdict;
use crate::rules::judgment::{Answer, Judgment, Status};
use crate::rules::model::*;

/// The rules that can answer each option.
pub(super) fn answering(j: &Judgment) -> Vec<Vec<RuleId>> {
    let can = |r: &RuleId| j.framework.rule(*r).is_some_and(|rule| rule.strength != Strength::Suggests);
    let rules = j.asked().map(|q| q.rules.as_slice()).unwrap_or_default();
    rules.iter().map(|of| of.iter().copied().filter(can).collect()).collect()
}

/// Sets of goals, any one of which is enough.
pub(super) type Aims<'a> = Vec<Vec<Goal<'a>>>;

struct Options<'a>(&'a [Vec<RuleId>]);

impl<'a> Options<'a> {
    fn rules(&self, i: usize) -> &'a [RuleId] {
        self.0.get(i).map(Vec::as_slice).unwrap_or_default()
    }

    /// An option holds when one of its rules does.
    fn holds(&self, i: usize) -> Vec<Goal<'a>> {
        vec![Goal::OneRule(self.rules(i), Aim::True)]
    }

    fn not_holds(&self, i: usize) -> Vec<Goal<'a>> {
        vec![Goal::Rules(self.rules(i), Aim::NotTrue)]
    }

    /// It fails when all of its rules do; never without a rule.
    fn fails(&self, i: usize) -> Vec<Goal<'a>> {
        match self.rules(i) {
            [] => vec![Goal::OneRule(&[], Aim::False)],
            rules => vec![Goal::Rules(rules, Aim::False)],
        }
    }

    fn not_fails(&self, i: usize) -> Vec<Goal<'a>> {
        match self.rules(i) {
            [] => Vec::new(),
            rules => vec![Goal::OneRule(rules, Aim::NotFalse)],
        }
    }
}

/// Where the conclusion is another one: precisely there, for exact and missing values.
pub(super) fn another<'a>(j: &Judgment, answering: &'a [Vec<RuleId>]) -> Aims<'a> {
    let o = Options(answering);
    let all = 0..answering.len();
    let graded = j.asked().is_some_and(|q| q.mode == Mode::Graded);
    let independent = j.asked().is_some_and(|q| q.mode == Mode::Independent);
    let verdict = |i: &usize| j.options.get(*i).map(|o| &o.verdict);
    match &j.status {
        // Each option for itself: any verdict that changes.
        _ if independent => all
            .flat_map(|i| match verdict(&i) {
                Some(Verdict::Holds) => vec![o.not_holds(i)],
                Some(Verdict::Fails) => vec![o.not_fails(i)],
                _ => vec![o.holds(i), o.fails(i)],
            })
            .collect(),
        Status::Answer(Answer::One(one)) => {
            let others = || all.clone().filter(|i| i != one);
            let mut aims: Aims<'a> = others().map(|i| o.holds(i)).collect();
            if graded {
                // A level that does not hold still answers while it is the only one left.
                aims.push(o.fails(*one));
                aims.extend(others().map(|i| [o.not_fails(i), o.not_holds(*one)].concat()));
            } else {
                aims.push(o.not_holds(*one));
            }
            aims
        }
        Status::Answer(Answer::Each) => Vec::new(),
        Status::Insufficient => all
            .flat_map(|i| match verdict(&i) {
                Some(Verdict::Fails) => vec![o.not_fails(i), o.holds(i)],
                _ => vec![o.holds(i), o.fails(i)],
            })
            .collect(),
        Status::Conflict(of) => all.map(|i| if of.contains(&i) { o.not_holds(i) } else { o.holds(i) }).collect(),
        Status::NoneHold => all.map(|i| o.not_fails(i)).collect(),
    }
}

/// Where an open question is settled.
pub(super) fn settled<'a>(j: &Judgment, answering: &'a [Vec<RuleId>]) -> Aims<'a> {
    let o = Options(answering);
    let all = 0..answering.len();
    let mut aims: Aims<'a> = all.clone().map(|i| o.holds(i)).collect();
    match j.asked().map(|q| q.mode) {
        Some(Mode::Independent) => aims.extend(all.map(|i| o.fails(i))),
        Some(Mode::Graded) => {
            aims.extend(all.clone().map(|one| all.clone().filter(|i| *i != one).flat_map(|i| o.fails(i)).collect()));
        }
        _ => aims.push(all.flat_map(|i| o.fails(i)).collect()),
    }
    aims
}

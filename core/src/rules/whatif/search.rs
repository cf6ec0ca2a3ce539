//! The cheapest way to bring rules to where they are wanted: branch and bound over the ways in which conditions can
//! come out, each way an interval for every measure it looks at.
//!
//! By De Morgan every aim is pushed down to comparisons; at a sum, parts are chosen that are worth enough points. A
//! way costs what it takes to move the case into its intervals, and is given up as soon as it costs more than the
//! best so far. For exact and missing values this is exact: Kleene's logic is true of a formula precisely when all
//! comparisons of one of its ways are.

use super::distance::{contains, distance, reachable};
use crate::measure::{Estimate, MeasureValue};
use crate::rules::boxes::{Interval, Side};
use crate::rules::case::Case;
use crate::rules::model::*;
use crate::rules::truth::Op;

/// How many goals a search looks at before it stops with the best it has.
const MAX_STEPS: usize = 200_000;
/// How many answers that tie are kept.
pub(crate) const MAX_TIES: usize = 64;
/// Costs that differ by less tie.
const TIE: f64 = 1e-9;

/// Where a condition is wanted. With something missing, `NotTrue` is more than `False`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    True,
    False,
    NotTrue,
    NotFalse,
}

impl Aim {
    fn opposite(self) -> Aim {
        match self {
            Aim::True => Aim::False,
            Aim::False => Aim::True,
            Aim::NotTrue => Aim::NotFalse,
            Aim::NotFalse => Aim::NotTrue,
        }
    }

    /// Whether the condition itself is wanted, rather than its opposite.
    fn upright(self) -> bool {
        matches!(self, Aim::True | Aim::NotFalse)
    }

    /// Whether it is enough that something is not known.
    fn possible(self) -> bool {
        matches!(self, Aim::NotTrue | Aim::NotFalse)
    }
}

/// Something wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal<'a> {
    Condition(&'a Condition, Aim),
    /// Parts worth so many points, of parts worth so many in all.
    Of(&'a [(u32, Condition)], u32, u32, Aim),
    Rule(RuleId, Aim),
    /// One of these rules.
    OneRule(&'a [RuleId], Aim),
    /// All of these rules.
    Rules(&'a [RuleId], Aim),
}

/// What may be moved, and what it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purse {
    /// Values that are known move; each costs its share of the range of its measure, another category a whole range.
    Values,
    /// What is missing may become known, and what is in doubt surer; each measure costs one.
    Evidence,
    /// Comparisons may come out otherwise; each costs one.
    Ends,
}

/// A measure that a way looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Touched {
    pub(crate) m: MeasureId,
    pub(crate) side: Side,
    cost: f64,
}

/// Takes a way: where measures must lie, and (of the purse `Ends` only) the comparisons that come out otherwise. Says
/// what it really costs and how many answers of that cost there are now; `None` when it does not do.
pub(crate) type Accept<'f, 'a> = dyn FnMut(&[Touched], &[&'a Condition]) -> Option<(f64, usize)> + 'f;

/// The cheapest answers, each once, in the order in which they were found.
#[derive(Debug)]
pub(crate) struct Cheapest<T> {
    cost: f64,
    pub(crate) all: Vec<T>,
}

impl<T: PartialEq> Cheapest<T> {
    pub(crate) fn new() -> Cheapest<T> {
        Cheapest { cost: f64::INFINITY, all: Vec::new() }
    }

    /// Takes an answer unless a cheaper one is known; gives the least cost, and how many answers share it.
    pub(crate) fn offer(&mut self, cost: f64, answer: T) -> (f64, usize) {
        if cost < self.cost - TIE {
            self.all.clear();
            self.cost = cost;
        }
        if cost <= self.cost + TIE && self.all.len() < MAX_TIES && !self.all.contains(&answer) {
            self.all.push(answer);
        }
        (self.cost, self.all.len())
    }
}

enum Undo {
    Touch,
    Side(usize, Touched),
    Assert(usize, u8),
    End,
}

/// Goals to follow later, from the state that the search had when they were set aside.
struct Alternative {
    list: usize,
    undo: usize,
    goals: usize,
}

pub(crate) struct Search<'a> {
    framework: &'a Framework,
    case: &'a Case,
    confidence: f64,
    purse: Purse,
    frozen: &'a [MeasureId],
    free: &'a [MeasureId],
    // Goals yet to be met, as lists that share their tails.
    goals: Vec<(Goal<'a>, usize)>,
    touched: Vec<Touched>,
    ends: Vec<&'a Condition>,
    asserted: Vec<u8>,
    undo: Vec<Undo>,
    total: f64,
    open: Vec<Alternative>,
    steps: usize,
    best: f64,
    ties: usize,
    z: Option<f64>,
}

fn on_threshold(end: &Condition, e: &Estimate) -> bool {
    matches!(end, Condition::Compare(_, _, c) if *c == e.value())
}

/// The end of a list of goals.
const DONE: usize = usize::MAX;

impl<'a> Search<'a> {
    pub(crate) fn new(framework: &'a Framework, case: &'a Case, confidence: f64, purse: Purse) -> Search<'a> {
        Search {
            framework,
            case,
            confidence,
            purse,
            frozen: &[],
            free: &[],
            goals: Vec::with_capacity(32),
            touched: Vec::with_capacity(8),
            ends: Vec::new(),
            asserted: Vec::new(),
            undo: Vec::with_capacity(16),
            total: 0.0,
            open: Vec::with_capacity(8),
            steps: 0,
            best: f64::INFINITY,
            ties: 0,
            z: None,
        }
    }

    /// Holds measures as they are.
    pub(crate) fn freeze(mut self, frozen: &'a [MeasureId]) -> Search<'a> {
        self.frozen = frozen;
        self
    }

    /// Lets these measures become known at no cost.
    pub(crate) fn free(mut self, free: &'a [MeasureId]) -> Search<'a> {
        self.free = free;
        self
    }

    /// Looks for ways to all of these goals at once.
    pub(crate) fn to(&mut self, goals: &[Goal<'a>], accept: &mut Accept<'_, 'a>) {
        let list = goals.iter().rev().fold(DONE, |rest, goal| self.push(*goal, rest));
        self.later(list);
        // A stack of its own: chains of rules may be long.
        while let Some(next) = self.open.pop() {
            self.rewind(next.undo);
            self.goals.truncate(next.goals);
            self.follow(next.list, accept);
        }
        self.rewind(0);
        self.goals.clear();
    }

    fn push(&mut self, goal: Goal<'a>, rest: usize) -> usize {
        self.goals.push((goal, rest));
        self.goals.len() - 1
    }

    fn follow(&mut self, mut list: usize, accept: &mut Accept<'_, 'a>) {
        while let Some((goal, rest)) = self.goals.get(list).copied() {
            self.steps += 1;
            if self.steps >= MAX_STEPS {
                self.open.clear();
                return;
            }
            list = match goal {
                Goal::Condition(c, aim) => match c {
                    Condition::AtLeast { points, of } => {
                        let total: u32 = of.iter().map(|(w, _)| w).sum();
                        let need = if aim.upright() { *points } else { (total + 1).saturating_sub(*points) };
                        self.push(Goal::Of(of, need, total, aim), rest)
                    }
                    Condition::Not(c) => self.push(Goal::Condition(c, aim.opposite()), rest),
                    Condition::Holds(r) => self.push(Goal::Rule(*r, aim), rest),
                    end => {
                        if !self.constrain(end, aim) {
                            return;
                        }
                        rest
                    }
                },
                Goal::Of(_, 0, ..) => rest,
                Goal::Of(_, need, left, _) if need > left => return,
                Goal::Of(of, need, left, aim) if need == left => {
                    of.iter().rev().fold(rest, |rest, (_, c)| self.push(Goal::Condition(c, aim), rest))
                }
                Goal::Of(of, need, left, aim) => {
                    let Some(((w, c), others)) = of.split_first() else { return };
                    let without = self.push(Goal::Of(others, need, left - w, aim), rest);
                    self.later(without);
                    let with = self.push(Goal::Of(others, need.saturating_sub(*w), left - w, aim), rest);
                    self.push(Goal::Condition(c, aim), with)
                }
                Goal::Rules(rules, aim) => {
                    rules.iter().rev().fold(rest, |rest, r| self.push(Goal::Rule(*r, aim), rest))
                }
                Goal::OneRule(rules, aim) => {
                    let Some((r, others)) = rules.split_first() else { return };
                    let without = self.push(Goal::OneRule(others, aim), rest);
                    self.later(without);
                    self.push(Goal::Rule(*r, aim), rest)
                }
                Goal::Rule(r, aim) => match self.rule(r, aim, rest) {
                    Some(list) => list,
                    None => return,
                },
            };
        }
        self.keep(accept);
    }

    /// Sets a list of goals aside.
    fn later(&mut self, list: usize) {
        self.open.push(Alternative { list, undo: self.undo.len(), goals: self.goals.len() });
    }

    /// The goals of a rule: what must be so, what must not be so, and its guards. What else would do is set aside.
    fn rule(&mut self, r: RuleId, aim: Aim, rest: usize) -> Option<usize> {
        // Asked for once, it need not be asked for again: rules may refer to one another by very many ways.
        if self.asserted.is_empty() {
            self.asserted.resize(self.framework.rules().len(), 0);
        }
        let slot = self.asserted.get_mut(r.0)?;
        let bit = 1_u8 << (aim as u8);
        if *slot & bit != 0 {
            return Some(rest);
        }
        self.undo.push(Undo::Assert(r.0, *slot));
        *slot |= bit;
        let rule = self.framework.rule(r)?;
        if aim.possible() {
            // A guard that does not hold leaves everything possible.
            for guard in rule.requires.iter().rev() {
                let alone = self.push(Goal::Condition(&guard.when, Aim::NotTrue), rest);
                self.later(alone);
            }
        }
        let mut list = rest;
        if let Some(unless) = &rule.unless {
            let with = self.push(Goal::Condition(unless, aim.opposite()), rest);
            if aim.upright() {
                list = with;
            } else {
                let with = if aim.possible() { with } else { self.guards(rule, with) };
                self.later(with);
            }
        }
        list = self.push(Goal::Condition(&rule.when, aim), list);
        Some(if aim.possible() { list } else { self.guards(rule, list) })
    }

    fn guards(&mut self, rule: &'a Rule, list: usize) -> usize {
        rule.requires.iter().rev().fold(list, |list, g| self.push(Goal::Condition(&g.when, Aim::True), list))
    }

    /// Takes one comparison into the way; `false` when it cannot come out so, or only at too high a cost.
    fn constrain(&mut self, end: &'a Condition, aim: Aim) -> bool {
        let Some((m, exact)) = Side::of_leaf(self.framework, end, aim.upright()) else { return false };
        let Some(measure) = self.framework.measure(m) else { return false };
        let value = self.case.get(m).filter(|_| self.case.knows(m));
        let doubt = value.and_then(MeasureValue::estimate).filter(|e| e.se().is_some_and(|s| s > 0.0));
        let wanted = match (end, doubt) {
            (Condition::Compare(_, op, c), Some(e)) => self.sure(*op, *c, e, aim).intersect(&Side::any(measure)),
            _ => exact,
        };
        let so = value.map(|v| contains(&wanted, measure, v));
        let movable = match (self.purse, value, doubt) {
            (Purse::Values, None, _) => return aim.possible(),
            (Purse::Values, Some(_), _) => measure.actionable && !self.frozen.contains(&m),
            // More respondents sharpen a value; they do not move it across.
            (Purse::Evidence, Some(v), Some(e)) => contains(&exact, measure, v) && !on_threshold(end, e),
            (Purse::Evidence, Some(_), None) => false,
            (Purse::Evidence, None, _) | (Purse::Ends, ..) => true,
        };
        if !movable || (self.purse == Purse::Evidence && so == Some(true)) {
            return so == Some(true);
        }
        let place = self.touched.iter().position(|t| t.m == m);
        let before = place.and_then(|i| self.touched.get(i).copied());
        let wanted = if self.purse == Purse::Evidence { exact } else { wanted };
        let side = before.map_or(wanted, |t| t.side.intersect(&wanted));
        let paid = before.map_or(0.0, |t| t.cost);
        let cost = match (self.purse, value) {
            (Purse::Values, Some(v)) => match distance(&side, measure, v) {
                Some(cost) => cost,
                None => return false,
            },
            _ if !reachable(&side, measure, doubt.is_none()) => return false,
            (Purse::Ends, _) if so == Some(true) || self.ends.iter().any(|e| std::ptr::eq(*e, end)) => paid,
            (Purse::Ends, _) => {
                self.ends.push(end);
                self.undo.push(Undo::End);
                paid + 1.0
            }
            _ if self.free.contains(&m) => 0.0,
            _ => 1.0,
        };
        let after = Touched { m, side, cost };
        match (place, before) {
            (Some(i), Some(before)) => {
                self.undo.push(Undo::Side(i, before));
                if let Some(slot) = self.touched.get_mut(i) {
                    *slot = after;
                }
            }
            _ => {
                self.undo.push(Undo::Touch);
                self.touched.push(after);
            }
        }
        self.total += cost - paid;
        self.affordable(self.total)
    }

    /// Where a value with its standard error makes a comparison come out so at the confidence asked for.
    fn sure(&mut self, op: Op, threshold: f64, e: &Estimate, aim: Aim) -> Side {
        let confidence = self.confidence;
        let z = *self.z.get_or_insert_with(|| crate::num::quantile(confidence));
        let shift = z * e.se().unwrap_or(0.0);
        let all = Interval::closed(f64::NEG_INFINITY, f64::INFINITY);
        let above = matches!(op, Op::Ge | Op::Gt);
        Side::Score(match (above, aim) {
            (true, Aim::True) | (false, Aim::False) => Interval { lo: threshold + shift, ..all },
            (true, Aim::False) | (false, Aim::True) => Interval { hi: threshold - shift, ..all },
            (true, Aim::NotTrue) | (false, Aim::NotFalse) => Interval { hi: threshold + shift, hi_open: true, ..all },
            (true, Aim::NotFalse) | (false, Aim::NotTrue) => Interval { lo: threshold - shift, lo_open: true, ..all },
        })
    }

    fn affordable(&self, cost: f64) -> bool {
        if self.ties >= MAX_TIES { cost < self.best - TIE } else { cost <= self.best + TIE }
    }

    fn keep(&mut self, accept: &mut Accept<'_, 'a>) {
        // Each answer is judged, which looks at the rules.
        self.steps += self.framework.rules().len();
        if let Some((best, ties)) = accept(&self.touched, &self.ends) {
            (self.best, self.ties) = (best, ties);
        }
    }

    fn rewind(&mut self, to: usize) {
        while self.undo.len() > to {
            match self.undo.pop() {
                Some(Undo::Touch) => {
                    self.total -= self.touched.pop().map_or(0.0, |t| t.cost);
                }
                Some(Undo::Side(i, before)) => {
                    if let Some(slot) = self.touched.get_mut(i) {
                        self.total += before.cost - slot.cost;
                        *slot = before;
                    }
                }
                Some(Undo::Assert(r, bits)) => {
                    if let Some(slot) = self.asserted.get_mut(r) {
                        *slot = bits;
                    }
                }
                Some(Undo::End) => {
                    self.ends.pop();
                }
                None => return,
            }
        }
        if self.touched.is_empty() {
            self.total = 0.0;
        }
    }
}

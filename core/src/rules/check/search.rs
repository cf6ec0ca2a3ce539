//! Is there a case that ...? One search answers every check: it halves the space of all cases along the comparisons
//! that are still open, until what is wanted is plain in a whole box of cases, or in none. No solver, no sampling.

use crate::rules::boxes::{MeasureBox, Side};
use crate::rules::model::*;

/// What a rule or condition may come to somewhere in a box of cases: any of holds, fails, and open (insufficient).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcomes(u8);

impl Outcomes {
    pub(crate) const HOLDS: Outcomes = Outcomes(1);
    pub(crate) const FAILS: Outcomes = Outcomes(2);
    pub(crate) const OPEN: Outcomes = Outcomes(4);

    fn of(holds: bool, fails: bool, open: bool) -> Outcomes {
        Outcomes(u8::from(holds) | u8::from(fails) << 1 | u8::from(open) << 2)
    }

    fn has(self, other: Outcomes) -> bool {
        self.0 & other.0 != 0
    }

    fn settled(self) -> bool {
        self.0.count_ones() == 1
    }

    fn not(self) -> Outcomes {
        Outcomes::of(self.has(Outcomes::FAILS), self.has(Outcomes::HOLDS), self.has(Outcomes::OPEN))
    }

    /// At least `points` of parts, as [`crate::rules::Truth::at_least`] has it of exact and missing truths.
    fn at_least(points: u32, of: impl Iterator<Item = (u32, Outcomes)>) -> Outcomes {
        // May hold, surely holds, may not fail for sure ...: sums of weights over what the parts may come to.
        let (mut may_hold, mut holds, mut may_not_fail, mut not_fails, mut may_be_open) = (0, 0, 0, 0, false);
        for (w, o) in of {
            may_hold += if o.has(Outcomes::HOLDS) { w } else { 0 };
            holds += if o == Outcomes::HOLDS { w } else { 0 };
            not_fails += if o.has(Outcomes::FAILS) { 0 } else { w };
            may_not_fail += if o == Outcomes::FAILS { 0 } else { w };
            may_be_open |= o.has(Outcomes::OPEN);
        }
        let open = may_be_open && holds < points && may_not_fail >= points;
        Outcomes::of(may_hold >= points, not_fails < points, open)
    }
}

/// True of every case, for putting in the place of a condition.
pub(crate) static ALWAYS: Condition = Condition::AtLeast { points: 0, of: Vec::new() };
/// False of every case.
pub(crate) static NEVER: Condition = Condition::AtLeast { points: 1, of: Vec::new() };

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject<'a> {
    /// A rule.
    Rule(RuleId),
    /// A condition of some rule.
    Condition(&'a Condition),
    /// A rule as it would be with another condition in the place of one of its own.
    Changed(RuleId, Change<'a>),
}

/// A condition (this very one, not one like it) and what is put in its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    pub(crate) what: &'a Condition,
    pub(crate) to: &'a Condition,
}

impl<'a> Change<'a> {
    /// What a case must show in which the change makes a difference to its rule; first the difference it makes
    /// itself, without which nothing further need be looked at.
    pub(crate) fn matters(self, r: RuleId) -> [Wanted<'a>; 2] {
        [
            Wanted::Differ(Subject::Condition(self.what), Subject::Condition(self.to)),
            Wanted::Differ(Subject::Rule(r), Subject::Changed(r, self)),
        ]
    }
}

/// What a case must show.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// One outcome.
    Is(Subject<'a>, Outcomes),
    /// Any but this outcome.
    IsNot(Subject<'a>, Outcomes),
    /// Different outcomes.
    Differ(Subject<'a>, Subject<'a>),
}

/// Which cases are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cases {
    /// Those in which everything is known exactly.
    Complete,
    /// Those in which measures may be missing too.
    Partial,
}

/// What a search came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    /// Every case in this box shows what is wanted, whatever else is known.
    In(MeasureBox),
    /// No case does.
    Nowhere,
    /// The budget was spent first.
    Unfinished,
}

/// A part of all cases: measures in `known` lie on their sides, those in `missing` are missing, the rest is open.
#[derive(Debug, Clone, Default)]
struct Region {
    known: MeasureBox,
    missing: Vec<MeasureId>,
}

/// Searches cases of one framework within a budget of steps: conditions looked at, over all boxes.
#[derive(Debug)]
pub(crate) struct Searcher<'a> {
    pub(crate) framework: &'a Framework,
    pub(crate) budget: usize,
    outcomes: Vec<Outcomes>,
    seen: Vec<usize>,
    search: usize,
}

impl<'a> Searcher<'a> {
    pub(crate) fn new(framework: &'a Framework, budget: usize) -> Searcher<'a> {
        let rules = framework.rules().len();
        Searcher { framework, budget, outcomes: vec![Outcomes::OPEN; rules], seen: vec![0; rules], search: 0 }
    }

    /// A case that shows all that is wanted, looked for in no more than `most` steps.
    pub(crate) fn find(&mut self, wanted: &[Wanted<'a>], cases: Cases, most: usize) -> Found {
        let granted = self.budget.min(most);
        let mut left = granted;
        let found = self.search(wanted, cases, &mut left);
        self.budget -= granted - left;
        found.unwrap_or(Found::Unfinished)
    }

    fn search(&mut self, wanted: &[Wanted<'a>], cases: Cases, left: &mut usize) -> Option<Found> {
        let needed = self.needed(wanted, left)?;
        let mut open = vec![Region::default()];
        while let Some(region) = open.pop() {
            let mut looked = Looked { searcher: self, region: &region, left };
            for r in &needed {
                let outcome = looked.rule(*r, None)?;
                looked.set(*r, outcome);
            }
            match looked.decide(wanted)? {
                Decided::Yes => return Some(Found::In(region.known)),
                Decided::No => {}
                Decided::Split(leaf, likely) => self.split(region, leaf, likely, cases, &mut open)?,
            }
        }
        Some(Found::Nowhere)
    }

    /// The parts of a region in which a leaf is true, false, and open: the likely one on top.
    fn split(
        &self,
        region: Region,
        leaf: &Condition,
        likely: bool,
        cases: Cases,
        open: &mut Vec<Region>,
    ) -> Option<()> {
        for truth in [!likely, likely] {
            let (m, side) = Side::of_leaf(self.framework, leaf, truth)?;
            if cases == Cases::Partial && truth != likely && region.known.side(m).is_none() {
                let mut missing = region.missing.clone();
                missing.push(m);
                open.push(Region { known: region.known.clone(), missing });
            }
            let known = region.known.clone().with(m, side);
            // A leaf that no value can make false is open only while the value may be missing.
            if !known.side(m).is_none_or(Side::is_empty) {
                open.push(Region { known, missing: region.missing.clone() });
            }
        }
        Some(())
    }

    /// The rules that are referred to, each after those it refers to.
    fn needed(&mut self, wanted: &[Wanted<'a>], left: &mut usize) -> Option<Vec<RuleId>> {
        self.search += 1;
        let mut open: Vec<(RuleId, bool)> = Vec::new();
        for w in wanted {
            let subjects = match w {
                Wanted::Is(s, _) | Wanted::IsNot(s, _) => [Some(s), None],
                Wanted::Differ(a, b) => [Some(a), Some(b)],
            };
            for s in subjects.into_iter().flatten() {
                match s {
                    Subject::Rule(r) => open.push((*r, false)),
                    Subject::Condition(c) => refers(c, left, &mut |r| open.push((r, false)))?,
                    Subject::Changed(r, change) => {
                        refers(change.to, left, &mut |r| open.push((r, false)))?;
                        for c in self.framework.rule(*r).into_iter().flat_map(Rule::conditions) {
                            refers(c, left, &mut |r| open.push((r, false)))?;
                        }
                    }
                }
            }
        }
        let mut order = Vec::new();
        // Depth first with an explicit stack: chains of rules may be long.
        while let Some((r, expanded)) = open.pop() {
            if expanded {
                order.push(r);
                continue;
            }
            let seen = self.seen.get_mut(r.0)?;
            if std::mem::replace(seen, self.search) == self.search {
                continue;
            }
            open.push((r, true));
            for c in self.framework.rule(r)?.conditions() {
                refers(c, left, &mut |next| open.push((next, false)))?;
            }
        }
        Some(order)
    }
}

fn refers(c: &Condition, left: &mut usize, see: &mut impl FnMut(RuleId)) -> Option<()> {
    *left = left.checked_sub(1)?;
    match c {
        Condition::AtLeast { of, .. } => of.iter().try_for_each(|(_, c)| refers(c, left, see))?,
        Condition::Not(c) => refers(c, left, see)?,
        Condition::Holds(r) => see(*r),
        Condition::Compare(..) | Condition::OneOf(..) => {}
    }
    Some(())
}

enum Decided<'a> {
    Yes,
    No,
    /// Open: the leaf to split on, and the truth of it to try first.
    Split(&'a Condition, bool),
}

/// The outcomes of rules and conditions in one region. `None` wherever the budget is spent.
struct Looked<'s, 'a> {
    searcher: &'s mut Searcher<'a>,
    region: &'s Region,
    left: &'s mut usize,
}

impl<'a> Looked<'_, 'a> {
    fn set(&mut self, r: RuleId, outcome: Outcomes) {
        if let Some(slot) = self.searcher.outcomes.get_mut(r.0) {
            *slot = outcome;
        }
    }

    fn known(&self, r: RuleId) -> Outcomes {
        self.searcher.outcomes.get(r.0).copied().unwrap_or(Outcomes::OPEN)
    }

    fn decide(&mut self, wanted: &[Wanted<'a>]) -> Option<Decided<'a>> {
        let mut split = None;
        for w in wanted {
            let (plain, open) = match w {
                Wanted::Is(s, outcome) => {
                    let o = self.subject(*s)?;
                    (if o == *outcome { Some(true) } else { (!o.has(*outcome)).then_some(false) }, *s)
                }
                Wanted::IsNot(s, outcome) => {
                    let o = self.subject(*s)?;
                    (if o == *outcome { Some(false) } else { (!o.has(*outcome)).then_some(true) }, *s)
                }
                Wanted::Differ(a, b) => {
                    let (x, y) = (self.subject(*a)?, self.subject(*b)?);
                    let alike = x == y && x.settled();
                    (if alike { Some(false) } else { (!x.has(y)).then_some(true) }, if x.settled() { *b } else { *a })
                }
            };
            match plain {
                Some(true) => {}
                Some(false) => return Some(Decided::No),
                None if split.is_none() => {
                    let likely = matches!(w, Wanted::Is(_, Outcomes::HOLDS) | Wanted::Differ(..));
                    split = Some((open, likely));
                }
                None => {}
            }
        }
        match split {
            None => Some(Decided::Yes),
            Some((open, likely)) => self.open_leaf(open, likely).map(|(leaf, likely)| Decided::Split(leaf, likely)),
        }
    }

    fn subject(&mut self, s: Subject<'a>) -> Option<Outcomes> {
        match s {
            Subject::Rule(r) => Some(self.known(r)),
            Subject::Condition(c) => self.condition(c, None),
            Subject::Changed(r, change) => self.rule(r, Some(change)),
        }
    }

    fn rule(&mut self, r: RuleId, change: Option<Change<'a>>) -> Option<Outcomes> {
        let rule = self.searcher.framework.rule(r)?;
        let mut unmet = false;
        for guard in &rule.requires {
            let met = self.condition(&guard.when, change)?;
            if !met.has(Outcomes::HOLDS) {
                return Some(Outcomes::OPEN);
            }
            unmet |= met != Outcomes::HOLDS;
        }
        let when = self.condition(&rule.when, change)?;
        let own = match &rule.unless {
            None => when,
            Some(unless) => {
                let unless = self.condition(unless, change)?.not();
                Outcomes::at_least(2, [(1, when), (1, unless)].into_iter())
            }
        };
        Some(if unmet { Outcomes(own.0 | Outcomes::OPEN.0) } else { own })
    }

    fn condition(&mut self, c: &'a Condition, change: Option<Change<'a>>) -> Option<Outcomes> {
        *self.left = self.left.checked_sub(1)?;
        if let Some(change) = change.filter(|change| std::ptr::eq(change.what, c)) {
            return self.condition(change.to, None);
        }
        match c {
            Condition::AtLeast { points, of } => {
                let parts: Option<Vec<(u32, Outcomes)>> =
                    of.iter().map(|(w, c)| Some((*w, self.condition(c, change)?))).collect();
                Some(Outcomes::at_least(*points, parts?.into_iter()))
            }
            Condition::Not(c) => self.condition(c, change).map(Outcomes::not),
            Condition::Holds(r) => Some(self.known(*r)),
            Condition::Compare(m, ..) | Condition::OneOf(m, _) => {
                if self.region.missing.contains(m) {
                    return Some(Outcomes::OPEN);
                }
                let (holds, fails) = match self.region.known.side(*m) {
                    Some(side) => side.may(c),
                    None => Side::any(self.searcher.framework.measure(*m)?).may(c),
                };
                // Also where every value would do: a case that is shown must name the value.
                Some(Outcomes::of(holds, fails, self.region.known.side(*m).is_none()))
            }
        }
    }

    /// A leaf that keeps a subject open, and the truth of it that would serve.
    fn open_leaf(&mut self, s: Subject<'a>, likely: bool) -> Option<(&'a Condition, bool)> {
        let (mut rule, mut change) = match s {
            Subject::Rule(r) => (r, None),
            Subject::Changed(r, change) => (r, Some(change)),
            Subject::Condition(c) => match self.descend(c, None, likely)? {
                (Condition::Holds(r), _) => (*r, None),
                leaf => return Some(leaf),
            },
        };
        // The way leads through `holds` from rule to rule; what is open has an open part.
        let mut likely = likely;
        loop {
            let found = self.searcher.framework.rule(rule)?;
            let guards = found.requires.iter().map(|g| (&g.when, true));
            let own = [(&found.when, likely)].into_iter().chain(found.unless.iter().map(|u| (u, !likely)));
            let mut part = None;
            for (c, wanted) in guards.chain(own) {
                if !self.condition(c, change)?.settled() {
                    part = Some((c, wanted));
                    break;
                }
            }
            let (c, wanted) = part?;
            match self.descend(c, change, wanted)? {
                (Condition::Holds(r), wanted) => (rule, change, likely) = (*r, None, wanted),
                leaf => return Some(leaf),
            }
        }
    }

    fn descend(&mut self, c: &'a Condition, change: Option<Change<'a>>, likely: bool) -> Option<(&'a Condition, bool)> {
        if let Some(change) = change.filter(|change| std::ptr::eq(change.what, c)) {
            return self.descend(change.to, None, likely);
        }
        match c {
            Condition::AtLeast { of, .. } => {
                for (_, c) in of {
                    if !self.condition(c, change)?.settled() {
                        return self.descend(c, change, likely);
                    }
                }
                None
            }
            Condition::Not(c) => self.descend(c, change, !likely),
            leaf => Some((leaf, likely)),
        }
    }
}

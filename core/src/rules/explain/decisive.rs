//! Which ends of an explanation already fix its verdict, whatever the others are: a smallest set, by dynamic
//! programming on the tree.

use super::tree::{Place, Tree};
use crate::rules::model::Condition;
use crate::rules::truth::Truth;
use std::ops::Range;

/// No set of ends is enough.
const NEVER: usize = usize::MAX;

impl Tree<'_> {
    /// Marks a smallest set of ends that settles the rule as it is settled; where small doubts add up so that no such
    /// set is enough, every end that is known.
    pub(super) fn mark_decisive(&mut self) {
        let want = self.truth.holds(self.confidence);
        if !want && !self.truth.fails(self.confidence) {
            return;
        }
        let all = 0..self.nodes.len();
        let mut choice = Choice { tree: self, order: Vec::with_capacity(8) };
        if choice.fewest_of_rule(all.clone(), want) != NEVER {
            choice.mark_rule(all.clone(), want);
            // Exact ends that each decide do so together; doubts may together be more than the confidence allows.
            let exact = |t: Truth| matches!(t, Truth::TRUE | Truth::FALSE);
            if self.nodes.iter().all(|n| !n.decisive || exact(n.truth)) || self.settled(self.alone_rule(all), want) {
                return;
            }
        }
        for node in &mut self.nodes {
            node.decisive = node.is_comparison() && node.truth != Truth::UNKNOWN;
        }
    }

    fn settled(&self, truth: Truth, want: bool) -> bool {
        if want { truth.holds(self.confidence) } else { truth.fails(self.confidence) }
    }

    /// The truth of a rule when only its decisive ends are known.
    fn alone_rule(&self, range: Range<usize>) -> Truth {
        let (mut guarded, mut when, mut unless) = (true, Truth::UNKNOWN, None);
        for at in self.top(range) {
            let truth = self.alone(at);
            match self.nodes.get(at).map(|n| n.role) {
                Some(Place::Guard(_)) => guarded &= truth.holds(self.confidence),
                Some(Place::Unless) => unless = Some(truth),
                _ => when = truth,
            }
        }
        Truth::of_rule(guarded, when, unless)
    }

    fn alone(&self, at: usize) -> Truth {
        let Some(node) = self.nodes.get(at) else { return Truth::UNKNOWN };
        match node.condition {
            _ if node.decisive => node.truth,
            Condition::AtLeast { points, .. } => {
                let weight = |i: usize| self.nodes.get(i).map_or(0, |n| n.weight);
                let parts: Vec<(u32, Truth)> = self.parts(at).map(|i| (weight(i), self.alone(i))).collect();
                Truth::at_least(*points, &parts)
            }
            Condition::Not(_) => self.parts(at).next().map_or(Truth::UNKNOWN, |i| self.alone(i)).not(),
            Condition::Holds(_) if node.end > at + 1 => self.alone_rule(at + 1..node.end),
            _ => Truth::UNKNOWN,
        }
    }
}

/// Finds the fewest ends from below, then marks them from above.
struct Choice<'t, 'a> {
    tree: &'t mut Tree<'a>,
    // Costs and places of the parts that are being chosen from.
    order: Vec<(usize, usize)>,
}

impl Choice<'_, '_> {
    fn end_of(&self, at: usize) -> usize {
        self.tree.nodes.get(at).map_or(at + 1, |n| n.end)
    }

    fn cost(&self, at: usize) -> usize {
        self.tree.nodes.get(at).map_or(NEVER, |n| n.fewest)
    }

    /// What a node directly below a rule must come to for the rule to come to `want`.
    fn wanted(&self, at: usize, want: bool) -> (Option<Place>, bool) {
        match self.tree.nodes.get(at).map(|n| n.role) {
            role @ Some(Place::Guard(_)) => (role, true),
            role @ Some(Place::Unless) => (role, !want),
            role => (role, want),
        }
    }

    /// All guards, and then the condition and the exception to hold, or one of them to fail.
    fn fewest_of_rule(&mut self, range: Range<usize>, want: bool) -> usize {
        let (mut sum, mut least) = (0_usize, NEVER);
        let mut at = range.start;
        while at < range.end {
            let (role, wanted) = self.wanted(at, want);
            let fewest = self.fewest(at, wanted);
            if want || matches!(role, Some(Place::Guard(_))) {
                sum = sum.saturating_add(fewest);
            } else {
                least = least.min(fewest);
            }
            at = self.end_of(at);
        }
        if want { sum } else { sum.saturating_add(least) }
    }

    fn fewest(&mut self, at: usize, want: bool) -> usize {
        let Some(node) = self.tree.nodes.get(at) else { return NEVER };
        let alone = if self.tree.settled(node.truth, want) { 1 } else { NEVER };
        let (condition, end) = (node.condition, node.end);
        let fewest = match condition {
            Condition::AtLeast { points, of } => {
                let mut part = at + 1;
                while part < end {
                    self.fewest(part, want);
                    part = self.end_of(part);
                }
                match need(*points, of, want) {
                    Some(need) => self.choose(at, need, of, false),
                    None => NEVER,
                }
            }
            Condition::Not(_) => self.fewest(at + 1, !want),
            Condition::Holds(_) if end > at + 1 => match self.fewest_of_rule(at + 1..end, want) {
                NEVER => alone,
                within => within,
            },
            _ => alone,
        };
        if let Some(node) = self.tree.nodes.get_mut(at) {
            node.fewest = fewest;
        }
        fewest
    }

    fn mark_rule(&mut self, range: Range<usize>, want: bool) {
        // To fail, one of condition and exception is enough: the cheaper, the condition when they tie.
        let mut one: Option<usize> = None;
        let mut at = range.start;
        while at < range.end {
            let (role, wanted) = self.wanted(at, want);
            if want || matches!(role, Some(Place::Guard(_))) {
                self.mark(at, wanted);
            } else if one.is_none_or(|o| self.cost(at) < self.cost(o)) {
                one = Some(at);
            }
            at = self.end_of(at);
        }
        if let Some(at) = one {
            let (_, wanted) = self.wanted(at, want);
            self.mark(at, wanted);
        }
    }

    /// Marks the ends that settle a node.
    fn mark(&mut self, at: usize, want: bool) {
        let Some(node) = self.tree.nodes.get_mut(at) else { return };
        let (condition, end) = (node.condition, node.end);
        node.decisive = false;
        match condition {
            Condition::AtLeast { points, of } => {
                self.choose(at, need(*points, of, want).unwrap_or(0), of, true);
                let mut part = at + 1;
                while part < end {
                    if self.tree.nodes.get(part).is_some_and(|n| n.decisive) {
                        self.mark(part, want);
                    }
                    part = self.end_of(part);
                }
            }
            Condition::Not(_) => self.mark(at + 1, !want),
            Condition::Holds(_) if end > at + 1 && self.fewest_of_rule(at + 1..end, want) != NEVER => {
                self.mark_rule(at + 1..end, want);
            }
            _ => self.choose_node(at),
        }
    }

    fn choose_node(&mut self, at: usize) {
        if let Some(node) = self.tree.nodes.get_mut(at) {
            node.decisive = true;
        }
    }

    /// The fewest ends of parts that together are worth `need` points; with `mark`, these parts are chosen.
    fn choose(&mut self, at: usize, need: usize, of: &[(u32, Condition)], mark: bool) -> usize {
        self.order.clear();
        let tree = &*self.tree;
        self.order.extend(tree.parts(at).map(|i| (tree.nodes.get(i).map_or(NEVER, |n| n.fewest), i)));
        if of.iter().all(|(w, _)| *w == 1) {
            // A part a point: the cheapest, the first when they tie.
            self.order.sort_unstable();
            let total = self.order.iter().take(need).fold(0_usize, |sum, (cost, _)| sum.saturating_add(*cost));
            self.order.truncate(need);
            if mark {
                while let Some((_, part)) = self.order.pop() {
                    self.choose_node(part);
                }
            }
            return total;
        }
        let items: Vec<(usize, usize)> =
            of.iter().zip(&self.order).map(|((w, _), (cost, _))| (*w as usize, *cost)).collect();
        let Some((total, taken)) = cheapest(need, &items) else { return NEVER };
        if mark {
            let places: Vec<usize> = self.order.iter().zip(taken).filter(|(_, t)| *t).map(|((_, i), _)| *i).collect();
            places.into_iter().for_each(|i| self.choose_node(i));
        }
        total
    }
}

/// The points that settle a sum one way.
fn need(points: u32, of: &[(u32, Condition)], want: bool) -> Option<usize> {
    let total: u32 = of.iter().map(|(w, _)| w).sum();
    if want { Some(points as usize) } else { (total + 1).checked_sub(points).map(|n| n as usize) }
}

/// The cheapest items that together weigh at least `need`: a knapsack with a table of choices.
fn cheapest(need: usize, items: &[(usize, usize)]) -> Option<(usize, Vec<bool>)> {
    let mut cost = vec![NEVER; need + 1];
    *cost.first_mut()? = 0;
    let mut rows: Vec<Vec<bool>> = Vec::with_capacity(items.len());
    for (weight, price) in items {
        let mut row = vec![false; need + 1];
        for p in (1..=need).rev() {
            let with = cost.get(p.saturating_sub(*weight)).map_or(NEVER, |c| c.saturating_add(*price));
            if let (Some(slot), Some(mark)) = (cost.get_mut(p), row.get_mut(p))
                && with < *slot
            {
                (*slot, *mark) = (with, true);
            }
        }
        rows.push(row);
    }
    let total = cost.last().copied().filter(|c| *c != NEVER)?;
    let mut taken = vec![false; items.len()];
    let mut left = need;
    for (((weight, _), row), slot) in items.iter().zip(&rows).zip(&mut taken).rev() {
        if row.get(left).copied().unwrap_or(false) {
            (left, *slot) = (left.saturating_sub(*weight), true);
        }
    }
    Some((total, taken))
}

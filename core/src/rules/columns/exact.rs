//! One row of a batch, by the functions that judge one case.

use super::batch::Columns;
use super::program::{Node, Program};
use crate::rules::Truth;
use crate::rules::evaluate::movers;

/// What is worked out of one row, kept until the next; its lists are used again.
#[derive(Debug, Clone, Default)]
pub(super) struct Exact {
    row: Option<usize>,
    truths: Vec<Option<Truth>>,
    open: Vec<usize>,
    walk: Vec<usize>,
    seen: Vec<bool>,
    parts: Vec<(u32, Truth)>,
}

impl Exact {
    pub(super) fn begin(&mut self, program: &Program) {
        self.row = None;
        self.truths.clear();
        self.truths.resize(program.nodes.len(), None);
        // A node waits at most once for each condition that it is part of.
        let mut parts = 1;
        program.nodes.iter().for_each(|n| n.parts(|_| parts += 1));
        self.open.reserve(parts);
    }

    /// The truth of a node in a row.
    pub(super) fn truth(&mut self, program: &Program, columns: &Columns<'_>, row: usize, node: usize) -> Truth {
        if self.row != Some(row) {
            self.row = Some(row);
            self.truths.fill(None);
        }
        self.open.push(node);
        // Depth first with an explicit stack: chains of rules may be long.
        while let Some(&top) = self.open.last() {
            let Some(n) = program.nodes.get(top).filter(|_| self.of(top).is_none()) else {
                self.open.pop();
                continue;
            };
            let waiting = self.open.len();
            n.parts(|i| {
                if self.truths.get(i).is_some_and(Option::is_none) {
                    self.open.push(i);
                }
            });
            if self.open.len() == waiting {
                let truth = self.node(program, columns, row, n);
                if let Some(slot) = self.truths.get_mut(top) {
                    *slot = Some(truth);
                }
                self.open.pop();
            }
        }
        self.of(node).unwrap_or(Truth::UNKNOWN)
    }

    /// The code of a rule that is insufficient in a row: -1 missing, -2 too close to call, -3 a guard is unmet. The
    /// same walk as `evaluate::Evaluation::rule_needs`, which for one case lists what this only counts.
    pub(super) fn code(&mut self, program: &Program, columns: &Columns<'_>, row: usize, node: usize) -> i8 {
        let mut code = -3;
        self.truth(program, columns, row, node);
        self.seen.clear();
        self.seen.resize(program.nodes.len(), false);
        let mut walk = std::mem::take(&mut self.walk);
        walk.clear();
        walk.push(node);
        while let Some(i) = walk.pop() {
            let Some(seen) = self.seen.get_mut(i).filter(|seen| !**seen) else { continue };
            *seen = true;
            let known = |i: usize| self.of(i).unwrap_or(Truth::UNKNOWN);
            if matches!(known(i), Truth::TRUE | Truth::FALSE) {
                continue;
            }
            match program.nodes.get(i) {
                Some(Node::Compare { measure, .. }) if columns.estimate(*measure, row).is_some() => code = -2,
                Some(Node::Compare { .. } | Node::OneOf { .. }) => {
                    self.walk = walk;
                    return -1;
                }
                Some(Node::AtLeast { points, of, .. }) => {
                    let truths: Vec<(u32, Truth)> = of.iter().map(|(w, i)| (*w, known(*i))).collect();
                    let movers = movers(*points, &truths, program.confidence);
                    walk.extend(movers.into_iter().filter_map(|m| of.get(m)).map(|(_, i)| *i));
                }
                Some(Node::Not(i)) => walk.push(*i),
                Some(Node::Rule { guards, when, unless, .. }) => {
                    if guards.iter().any(|g| known(*g).fails(program.confidence)) {
                        continue;
                    }
                    walk.extend(guards.iter().filter(|g| !known(**g).holds(program.confidence)));
                    walk.extend([Some(*when), *unless].into_iter().flatten());
                }
                None => {}
            }
        }
        self.walk = walk;
        code
    }

    fn of(&self, node: usize) -> Option<Truth> {
        self.truths.get(node).copied().flatten()
    }

    fn node(&mut self, program: &Program, columns: &Columns<'_>, row: usize, node: &Node) -> Truth {
        let truth = |i: usize| self.truths.get(i).copied().flatten().unwrap_or(Truth::UNKNOWN);
        match node {
            Node::Compare { measure, op, threshold } => columns
                .estimate(*measure, row)
                .map_or(Truth::UNKNOWN, |(v, se)| Truth::compare_number(v, se, *op, f64::from_bits(*threshold))),
            Node::OneOf { measure, wanted } => columns
                .category_of(*measure, row)
                .map_or(Truth::UNKNOWN, |c| Truth::of(wanted.get(c).copied().unwrap_or(false))),
            Node::AtLeast { points, of, .. } => {
                self.parts.clear();
                self.parts.extend(of.iter().map(|(w, i)| (*w, truth(*i))));
                Truth::at_least(*points, &self.parts)
            }
            Node::Not(i) => truth(*i).not(),
            Node::Rule { guards, then, .. } => match guards.iter().all(|i| truth(*i).holds(program.confidence)) {
                true => truth(*then),
                false => Truth::UNKNOWN,
            },
        }
    }
}

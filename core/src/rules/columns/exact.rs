//! One row of a batch, by the functions that judge one case.

use super::batch::Columns;
use super::program::{Node, Program};
use crate::rules::Truth;
use crate::rules::truth::Bounds;

/// What is worked out of one row, kept until the next; its lists are used again.
#[derive(Debug, Clone, Default)]
pub(super) struct Exact {
    row: Option<usize>,
    truths: Vec<Option<Truth>>,
    open: Vec<usize>,
    bounds: Bounds,
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
                Truth::at_least_in(*points, of.iter().map(|(w, i)| (*w, truth(*i))), &mut self.bounds)
            }
            Node::Not(i) => truth(*i).not(),
            Node::Guarded { guards, then, .. } => match guards.iter().all(|i| truth(*i).holds(program.confidence)) {
                true => truth(*then),
                false => Truth::UNKNOWN,
            },
        }
    }
}

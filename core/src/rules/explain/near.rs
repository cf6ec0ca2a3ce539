//! What a rule that fails lacked: the smallest sets of comparisons that, had they come out otherwise, would have made
//! it hold.

use super::tree::{Place, Tree};
use crate::rules::model::Condition;
use crate::rules::whatif::{Aim, Cheapest, Goal, Purse, Search};

/// Comparisons, by their places in the tree, that together would have made the rule hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// The nodes, each before the next.
    pub nodes: Vec<usize>,
}

impl Tree<'_> {
    /// The smallest sets of comparisons that would have made a rule hold that fails: all that tie, at most 64, and
    /// only such as can come out so together. A comparison in doubt counts as lacking until it holds at the confidence
    /// asked for, and one whose measure is missing counts as lacking too. Empty for a rule that does not fail.
    pub fn near_misses(&self) -> Vec<NearMiss> {
        if !self.truth.fails(self.confidence) {
            return Vec::new();
        }
        let mut found = Cheapest::new();
        let mut search = Search::new(self.framework, self.case, self.confidence, Purse::Ends);
        search.to(&[Goal::Rule(self.id, Aim::True)], &mut |_, ends| {
            let place = |end: &&Condition| self.nodes.iter().position(|n| std::ptr::eq(n.condition, *end));
            // Comparisons of rules too deep to be shown have no place.
            let mut nodes: Vec<usize> = ends.iter().map(place).collect::<Option<_>>()?;
            nodes.sort_unstable();
            Some(found.offer(nodes.len() as f64, NearMiss { nodes }))
        });
        found.all
    }

    /// Whether a node has to come out true, rather than false, for the rule to hold: in the order of the nodes.
    pub(super) fn upright(&self) -> Vec<bool> {
        let mut upright: Vec<bool> = Vec::with_capacity(self.nodes.len());
        // The nodes above, with where they end.
        let mut above: Vec<(usize, bool)> = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            while above.last().is_some_and(|(end, _)| *end <= at) {
                above.pop();
            }
            let so = above.last().is_none_or(|(_, so)| *so);
            let so = match node.role {
                Place::Guard(_) => true,
                Place::Unless => !so,
                Place::When | Place::Part(_) => so,
            };
            upright.push(so);
            above.push((node.end, so != matches!(node.condition, Condition::Not(_))));
        }
        upright
    }
}

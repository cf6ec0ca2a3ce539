//! Whether an option of a question could ever be reached from some measures, and which further ones it would take.

use super::search::{Aim, Cheapest, Goal, MAX_TIES, Purse, Search};
use crate::rules::case::Case;
use crate::rules::model::*;

/// How an option could come to hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ways {
    /// Some values of the measures at hand make it hold.
    Open,
    /// The smallest sets of further measures of which some values, with some of those at hand, make it hold.
    Needs(Vec<Vec<MeasureId>>),
    /// No rule can answer it.
    Never,
}

impl Framework {
    /// How an option of a question could come to hold, were the measures `at_hand` known and all others missing.
    /// Values are taken for exact: with standard errors less may be settled, never more.
    pub(crate) fn ways(&self, question: &Question, option: usize, at_hand: &[MeasureId]) -> Ways {
        let can = |r: &RuleId| self.rule(*r).is_some_and(|rule| rule.strength != Strength::Suggests);
        let rules: Vec<RuleId> = question.rules.get(option).into_iter().flatten().copied().filter(can).collect();
        let nothing = Case::new(self);
        let mut found: Cheapest<Vec<MeasureId>> = Cheapest::new();
        let mut search = Search::new(self, &nothing, self.confidence(), Purse::Evidence).free(at_hand);
        search.to(&[Goal::OneRule(&rules, Aim::True)], &mut |touched, _| {
            let mut further: Vec<MeasureId> =
                touched.iter().map(|t| t.m).filter(|m| at_hand.binary_search(m).is_err()).collect();
            further.sort_unstable();
            // Nothing is cheaper than nothing: there is no need to look on.
            let enough = further.is_empty().then_some((0.0, MAX_TIES));
            let told = found.offer(further.len() as f64, further);
            Some(enough.unwrap_or(told))
        });
        match &found.all[..] {
            [] => Ways::Never,
            [set, ..] if set.is_empty() => Ways::Open,
            sets => Ways::Needs(sets.to_vec()),
        }
    }
}

//! Rankings as lists: one a leader and condition, over the same priorities in the same order.

use crate::evidence::{DeclaredRow, Pressure, RankingRow};
use crate::measure::ordinal::rank;
use crate::num::sum;
use std::collections::{BTreeMap, BTreeSet};

/// When and under which pressure something was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Condition<'e> {
    /// The wave.
    pub wave: Option<&'e str>,
    /// The pressure.
    pub pressure: Option<Pressure>,
}

/// What one leader ranked and recalled under one condition.
#[derive(Debug, Clone, PartialEq)]
pub struct List<'e> {
    /// Who.
    pub ranker: &'e str,
    /// Their unit.
    pub unit: &'e str,
    /// Their layer.
    pub layer: &'e str,
    /// When.
    pub condition: Condition<'e>,
    /// By priority: its rank among those ranked, 1 first, ties sharing the mean of their places; `None` where it was
    /// not ranked, which says nothing of where it would stand.
    pub ranks: Vec<Option<f64>>,
    /// By priority: whether it was recalled freely.
    pub recalled: Vec<bool>,
}

/// Lists over the same priorities.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lists<'e> {
    /// Every priority that rankings name or the strategy declares, in the order of the names.
    pub priorities: Vec<&'e str>,
    /// The lists, by condition and leader.
    pub lists: Vec<List<'e>>,
}

impl<'e> Lists<'e> {
    /// The lists of checked rows.
    pub fn of(rows: &'e [RankingRow], declared: &'e [DeclaredRow]) -> Lists<'e> {
        let named = rows.iter().map(|r| r.priority.as_str()).chain(declared.iter().map(|d| d.priority.as_str()));
        let priorities: Vec<&str> = named.collect::<BTreeSet<_>>().into_iter().collect();
        let mut by_key: BTreeMap<(Condition<'_>, &str), List<'_>> = BTreeMap::new();
        for row in rows {
            let condition = Condition { wave: row.wave.as_deref(), pressure: row.pressure };
            let list = by_key.entry((condition, &row.ranker)).or_insert_with(|| List {
                ranker: &row.ranker,
                unit: &row.unit,
                layer: &row.layer,
                condition,
                ranks: vec![None; priorities.len()],
                recalled: vec![false; priorities.len()],
            });
            let Ok(place) = priorities.binary_search(&row.priority.as_str()) else { continue };
            match row.rank {
                Some(given) => list.ranks.get_mut(place).into_iter().for_each(|slot| *slot = Some(given)),
                None => list.recalled.get_mut(place).into_iter().for_each(|slot| *slot = true),
            }
        }
        let mut lists: Vec<List<'_>> = by_key.into_values().collect();
        lists.iter_mut().for_each(List::settle);
        Lists { priorities, lists }
    }

    /// The order that the strategy declares for a wave, or for no wave in particular where none is for that wave; `None`
    /// for a priority it does not declare, and nothing where it declares none.
    pub fn declared(&self, rows: &[DeclaredRow], wave: Option<&str>) -> Option<Vec<Option<f64>>> {
        let of = wave.filter(|w| rows.iter().any(|r| r.wave.as_deref() == Some(*w)));
        let own = rows.iter().filter(|r| r.wave.as_deref() == of);
        let ranks: BTreeMap<&str, f64> = own.map(|r| (r.priority.as_str(), r.rank)).collect();
        (!ranks.is_empty()).then(|| self.priorities.iter().map(|p| ranks.get(p).copied()).collect())
    }
}

impl List<'_> {
    /// Ranks among those ranked, whatever numbers were used.
    fn settle(&mut self) {
        let given: Vec<f64> = self.ranks.iter().flatten().copied().collect();
        let mut settled = rank(&given).ranks.into_iter();
        self.ranks.iter_mut().flatten().for_each(|r| *r = settled.next().unwrap_or(*r));
    }

    /// How many priorities are ranked.
    pub fn ranked(&self) -> usize {
        self.ranks.iter().flatten().count()
    }

    /// Whether all that is ranked is ranked alike: such a list says nothing of an order.
    pub fn tied(&self) -> bool {
        let mut ranks = self.ranks.iter().flatten();
        let first = ranks.next();
        ranks.all(|r| Some(r) == first)
    }
}

/// The mean place of each priority over lists, from 0 (first) to 1 (last) among those that a list ranks; `None` where no
/// list ranks it.
pub(crate) fn mean_places(lists: &[&List<'_>]) -> Vec<Option<f64>> {
    let priorities = lists.iter().map(|l| l.ranks.len()).max().unwrap_or(0);
    (0..priorities)
        .map(|p| {
            let places: Vec<f64> = lists
                .iter()
                .filter(|l| l.ranked() > 1)
                .filter_map(|l| Some((l.ranks.get(p).copied().flatten()? - 1.0) / (l.ranked() as f64 - 1.0)))
                .collect();
            (!places.is_empty()).then(|| sum(places.iter().copied()) / places.len() as f64)
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn rows(unit: &str, layer: &str, orders: &[(&str, &str)]) -> Vec<RankingRow> {
        let mut out = Vec::new();
        for (ranker, order) in orders {
            for (place, priority) in order.split(' ').enumerate() {
                out.push(RankingRow {
                    ranker: (*ranker).into(),
                    unit: unit.into(),
                    layer: layer.into(),
                    priority: priority.into(),
                    rank: Some(place as f64 + 1.0),
                    wave: None,
                    pressure: None,
                });
            }
        }
        out
    }

    #[test]
    fn partial_lists_are_ranked_among_what_they_rank() {
        let mut given = rows("u", "l", &[("a", "x y z"), ("b", "z y")]);
        given[0].rank = Some(5.0);
        given[1].rank = Some(5.0);
        given[2].rank = Some(90.0);
        let lists = Lists::of(&given, &[]);
        assert_eq!(lists.priorities, ["x", "y", "z"]);
        assert_eq!(lists.lists[0].ranks, [Some(1.5), Some(1.5), Some(3.0)]);
        assert_eq!(lists.lists[1].ranks, [None, Some(2.0), Some(1.0)]);
        let all: Vec<&List<'_>> = lists.lists.iter().collect();
        assert_eq!(mean_places(&all), [Some(0.25), Some(0.625), Some(0.5)]);
    }

    #[test]
    fn recall_has_no_order() {
        let mut given = rows("u", "l", &[("a", "x y")]);
        given.iter_mut().for_each(|r| r.rank = None);
        let lists = Lists::of(&given, &[]);
        assert_eq!((lists.lists[0].ranked(), lists.lists[0].recalled.as_slice()), (0, [true, true].as_slice()));
    }

    #[test]
    fn a_wave_without_a_declaration_has_the_general_one() {
        let row = |priority: &str, rank, wave: Option<&str>| DeclaredRow {
            priority: priority.into(),
            rank,
            wave: wave.map(str::to_owned),
        };
        let declared = [row("x", 1.0, None), row("y", 2.0, None), row("y", 1.0, Some("w2"))];
        let lists = Lists::of(&[], &declared);
        assert_eq!(lists.declared(&declared, Some("w1")), Some(vec![Some(1.0), Some(2.0)]));
        assert_eq!(lists.declared(&declared, Some("w2")), Some(vec![None, Some(1.0)]));
        assert_eq!(lists.declared(&[], Some("w2")), None);
    }
}

//! Ties that were not reported: how many there could be, and what measures would be in the extremes.
//!
//! Who did not respond stays a node: others may look to it. Whom it looks to is missing, which is not nobody.

use super::at::At;
use super::graph::Graph;
use super::mixing::Mixing;
use super::options::Options;
use super::rows::Cell;
use super::tables::{Groups, Traits};
use super::whole::{Settings, whole};

/// The most ties that filling in may add.
pub const FILL_LIMIT: u64 = 20_000_000;

/// How many ties were not asked or not answered: those by which non-respondents look to others; without directions,
/// those between two non-respondents.
pub fn missing_ties(graph: &Graph, responded: &[bool]) -> u64 {
    let n = u64::from(graph.nodes());
    let silent = (0..graph.nodes()).filter(|u| !responded.at(*u)).count() as u64;
    match graph.is_directed() {
        true => silent * n.saturating_sub(1),
        false => silent * silent.saturating_sub(1) / 2,
    }
}

/// The network with every missing tie there, at this strength; `None` beyond [`FILL_LIMIT`].
pub fn filled(graph: &Graph, responded: &[bool], strength: f64) -> Option<Graph> {
    if missing_ties(graph, responded) > FILL_LIMIT {
        return None;
    }
    let n = graph.nodes();
    let silent: Vec<u32> = (0..n).filter(|u| !responded.at(*u)).collect();
    let listed = graph.arcs().filter(|(u, v, _)| graph.is_directed() || u < v);
    let mut arcs: Vec<(u32, u32)> = Vec::new();
    let mut weights = Vec::new();
    for (u, v, w) in listed {
        arcs.push((u, v));
        weights.push(w);
    }
    for u in &silent {
        match graph.is_directed() {
            true => arcs.extend((0..n).filter(|v| v != u).map(|v| (*u, v))),
            false => arcs.extend(silent.iter().filter(|v| *v > u).map(|v| (*u, *v))),
        }
    }
    weights.resize(arcs.len(), strength);
    Graph::new(n, &arcs, graph.is_weighted().then_some(&weights), graph.is_directed()).ok()
}

/// The measures of a network with bounds for what was not reported, and the share that responded first.
///
/// Each measure comes with its value if every missing tie is absent and if every one is there. For density, the E-I
/// index and the cross-boundary ratio the worst cases are known and given as bounds; other measures may go beyond their
/// two extremes somewhere in between.
pub(super) fn with_missing(
    graph: &Graph,
    traits: &Traits,
    options: &Options,
    settings: &Settings,
    responded: &[bool],
) -> Vec<(Cell, Option<f64>, Option<f64>)> {
    let missing = missing_ties(graph, responded);
    let strength = options.most.or_else(|| super::dyads::strongest(graph)).unwrap_or(1.0);
    let quick = Settings { permutations: 0, ..*settings };
    let full = match missing {
        0 => None,
        _ => filled(graph, responded, strength).map(|g| whole(&g, traits, options, &quick)),
    };
    let n = u64::from(graph.nodes());
    let share = responded.iter().filter(|r| **r).count() as f64 / (n.max(1) as f64);
    let rate =
        Cell { measure: "response_rate", variant: "nodes", estimand: "observed", value: Ok(share), bounds: None, n };
    let mut rows = vec![(rate, None, None)];
    for mut cell in whole(graph, traits, options, settings) {
        let observed = cell.value.as_ref().ok().copied();
        let other = full.as_ref().and_then(|cells| {
            let fits = |c: &&Cell| (c.measure, c.variant) == (cell.measure, cell.variant);
            cells.iter().find(fits).and_then(|c| c.value.as_ref().ok().copied())
        });
        if let Some(value) = observed {
            let extremes = [Some(value), other];
            cell.bounds = match (cell.measure, cell.variant) {
                _ if missing == 0 => cell.bounds,
                ("density", _) => other.map(|o| (value.min(o), value.max(o))),
                ("ei_index", "arcs" | "pairs") => {
                    traits.groups.as_ref().and_then(|g| worst_ei(graph, g, responded, cell.variant))
                }
                ("cross_boundary_ratio", "arcs" | "pairs") => {
                    let ei = traits.groups.as_ref().and_then(|g| worst_ei(graph, g, responded, cell.variant));
                    ei.map(|(low, high)| ((low + 1.0) / 2.0, (high + 1.0) / 2.0))
                }
                _ => cell.bounds,
            };
            debug_assert!(extremes.iter().flatten().all(|v| v.is_finite()));
        }
        // What chance would give is no value that missing ties could turn out to have.
        let about_ties = cell.estimand == "observed" && missing > 0;
        rows.push(if about_ties { (cell, observed, other) } else { (cell, None, None) });
    }
    rows
}

/// The E-I index if all missing ties within groups were there and none between, and the other way round.
fn worst_ei(graph: &Graph, groups: &Groups, responded: &[bool], variant: &str) -> Option<(f64, f64)> {
    let pairs = variant == "pairs" && graph.is_directed();
    let of = |inside: bool, outside: bool| {
        let filled = filled(graph, responded, 1.0)?;
        let known = |u: u32, v: u32| graph.outward().of(u).binary_search(&v).is_ok();
        let same = |u: u32, v: u32| groups.of.at(u) == groups.of.at(v);
        let taken = filled.filtered(|u, v, _| known(u, v) || if same(u, v) { inside } else { outside });
        let taken = if pairs { taken.undirected() } else { taken };
        Mixing::of(&taken, &groups.of, groups.count(), false).split().ei()
    };
    of(true, false).zip(of(false, true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Direction;

    #[test]
    fn extremes_enclose_every_completion() {
        // Node 3 is silent: of its 3 possible ties any may be there.
        let arcs = [(0, 1), (1, 2), (2, 3), (0, 3)];
        let responded = [true, true, true, false];
        let g = Graph::new(4, &arcs, None, true).unwrap();
        assert_eq!(missing_ties(&g, &responded), 3);
        let groups = Groups { names: vec!["a".into(), "b".into()], of: [0, 0, 1, 1].map(Some).to_vec() };
        let traits = Traits { groups: Some(groups), ..Traits::default() };
        let options = Options::new(Direction::SourceLooksToTarget);
        let settings = Settings { permutations: 9, ..Settings::default() };
        let rows = with_missing(&g, &traits, &options, &settings, &responded);
        assert_eq!((rows[0].0.measure, rows[0].0.value.clone()), ("response_rate", Ok(0.75)));
        for bits in 0..8_u32 {
            let more: Vec<_> = (0..3).filter(|v| bits >> v & 1 == 1).map(|v| (3, v)).collect();
            let complete = Graph::new(4, &[&arcs[..], &more].concat(), None, true).unwrap();
            for cell in whole(&complete, &traits, &options, &settings) {
                let (row, absent, present) =
                    rows.iter().find(|r| (r.0.measure, r.0.variant) == (cell.measure, cell.variant)).unwrap();
                let Ok(value) = cell.value else { continue };
                if let Some((low, high)) = row.bounds {
                    assert!((low..=high).contains(&value), "{} {}: {value}", cell.measure, cell.variant);
                }
                if cell.estimand == "observed" && bits == 0 {
                    assert_eq!(*absent, Some(value), "{} {}", cell.measure, cell.variant);
                }
                if cell.estimand == "observed" && bits == 7 {
                    assert_eq!(*present, Some(value), "{} {}", cell.measure, cell.variant);
                }
            }
        }
        assert!(rows.iter().any(|r| r.0.measure == "ei_index" && r.0.bounds.is_some()));
    }

    #[test]
    fn without_directions_one_answer_is_enough() {
        let g = Graph::new(4, &[(0, 1)], None, false).unwrap();
        assert_eq!(missing_ties(&g, &[true, true, true, false]), 0);
        assert_eq!(missing_ties(&g, &[true, true, false, false]), 1);
        assert_eq!(filled(&g, &[true, true, false, false], 1.0).unwrap().ties(), 2);
    }
}

//! What is measured of ties within and between groups.

use super::brokerage::brokerage_expected;
use super::graph::Graph;
use super::homophily::ei_against_chance;
use super::mixing::Mixing;
use super::rows::Sheet;
use super::shuffle::Against;
use super::tables::Groups;
use super::whole::Settings;
use crate::measure::Absence;

const NO_TIES: &str = "there are no ties between people whose group is known";
const ONE_GROUP: &str = "all are of one group, or each of a group of its own";

/// The measures that follow from the group-to-group matrix alone; `direction` is `arcs` or `pairs`.
pub(super) fn matrix_cells(s: &mut Sheet, m: &Mixing, direction: &'static str) {
    // With one group, or with groups of one only, the index could not have come out otherwise.
    let free = m.possible_split().internal > 0.0 && m.possible_split().external > 0.0;
    let when = |v: Option<f64>| if free { v } else { None };
    let why = if free { NO_TIES } else { ONE_GROUP };
    s.add("ei_index", direction, when(m.split().ei()), why);
    s.put("ei_index", "expected", "chance", when(m.possible_split().ei()).ok_or(Absence::Undefined(why)));
    s.add("ei_index", "densities", when(m.ei_of_densities()), why);
    s.add("cross_boundary_ratio", direction, when(m.split().cross_boundary()), why);
    s.add("log_odds_within", direction, when(m.log_odds_within()), why);
    s.add("assortativity", direction, when(m.assortativity()), why);
    s.add("modularity", direction, when(m.modularity(false)), why);
    if m.is_directed() {
        s.add("modularity", "direction_ignored", when(m.modularity(true)), why);
    }
}

pub(super) fn mixing_cells(s: &mut Sheet, graph: &Graph, groups: &Groups, settings: &Settings) {
    let all = s.n;
    let direction = if graph.is_directed() { "arcs" } else { "pairs" };
    let m = Mixing::of(graph, &groups.of, groups.count(), false);
    s.n = m.people();
    s.add("groups", "all", Some(f64::from(groups.count())), NO_TIES);
    matrix_cells(s, &m, direction);
    let free = m.possible_split().internal > 0.0 && m.possible_split().external > 0.0;
    let why = if free { NO_TIES } else { ONE_GROUP };
    let when = |v: Option<f64>| if free { v } else { None };
    if graph.is_directed() {
        let pairs = Mixing::of(&graph.undirected(), &groups.of, groups.count(), false);
        s.add("ei_index", "pairs", when(pairs.split().ei()), why);
        s.add("cross_boundary_ratio", "pairs", when(pairs.split().cross_boundary()), why);
        s.add("assortativity", "pairs", when(pairs.assortativity()), why);
        s.add("modularity", "pairs", when(pairs.modularity(false)), why);
    }
    if graph.is_weighted() {
        let strength = Mixing::of(graph, &groups.of, groups.count(), true);
        s.add("ei_index", "strength", when(strength.split().ei()), why);
        s.add("cross_boundary_ratio", "strength", when(strength.split().cross_boundary()), why);
        s.add("modularity", "strength", when(strength.modularity(false)), why);
        if graph.is_directed() {
            s.add("modularity", "strength_direction_ignored", when(strength.modularity(true)), why);
        }
    }
    let drawn = match free {
        true => ei_against_chance(graph, &groups.of, settings.permutations, settings.seed),
        false => None,
    };
    let why = if settings.permutations == 0 { "no permutations were asked for" } else { why };
    let mut chance = |variant, value: fn(&Against) -> f64| {
        let value = drawn.as_ref().map(|(_, a)| value(a));
        s.put("ei_index", variant, "chance", value.ok_or(Absence::Undefined(why)));
    };
    chance("permutation_mean", |a| a.mean);
    chance("permutation_sd", |a| a.sd);
    chance("p_low", |a| a.p_low);
    chance("p_high", |a| a.p_high);
    if graph.is_directed() {
        roles(s, graph, groups);
    }
    s.n = all;
}

fn roles(s: &mut Sheet, graph: &Graph, groups: &Groups) {
    const MEASURES: [&str; 6] = [
        "brokerage_coordinator",
        "brokerage_itinerant",
        "brokerage_representative",
        "brokerage_gatekeeper",
        "brokerage_liaison",
        "brokerage_total",
    ];
    for (measure, e) in MEASURES.into_iter().zip(brokerage_expected(graph, &groups.of, groups.count())) {
        s.add(measure, "observed", Some(e.observed), NO_TIES);
        s.put(measure, "expected", "chance", Ok(e.expected));
        s.put(measure, "z", "chance", e.z().ok_or(Absence::Undefined("chance leaves no room: the role cannot vary")));
    }
}

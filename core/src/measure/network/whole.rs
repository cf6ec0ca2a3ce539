//! Every measure of a whole network, each by its named variants.

use super::betweenness::{betweenness, most_between, sampled_betweenness};
use super::burt::{constraint, effective_size};
use super::component::{fragmentation, isolates, strong, weak};
use super::core_number::{Counted, core_numbers};
use super::cut::cuts;
use super::degree::{Inequality, Maximum, centralization, degree_centralization, degrees, strengths, total_degrees};
use super::distance::{Distances, EXACT_LIMIT, exact_is_feasible, harmonic_centralization};
use super::dyads::{DyadCensus, strongest, valued_density, weighted_reciprocity};
use super::eigenvector::eigenvector;
use super::graph::{Graph, Way};
use super::krackhardt::{Above, COMPONENT_LIMIT, Hierarchy, connectedness, efficiency, efficiency_of_arcs};
use super::leadership::{
    Bridging, Recognition, authority_influence_corr, decentralization, lateral_share, most_looked_to,
};
use super::mixing_cells::mixing_cells;
use super::options::Options;
use super::robustness::after_leaving;
use super::rows::{Cell, Sheet};
use super::tables::Traits;
use super::triads::{TRIADS, Triangles, mean_over, triad_census};
use crate::measure::Absence;

/// What may be chosen of how measures are worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How many permutations stand for chance; 0 for none.
    pub permutations: u32,
    /// What draws them, and sources: the same seed draws the same.
    pub seed: u64,
    /// How many sources betweenness is estimated from where all would take too long.
    pub sources: u32,
}

impl Default for Settings {
    /// 999 permutations, seed 0, 256 sources.
    fn default() -> Settings {
        Settings { permutations: 999, seed: 0, sources: 256 }
    }
}

const FEW: &str = "there are too few nodes";
const NO_TIES: &str = "there are no ties";

/// Every measure of one network, in a fixed order.
pub fn whole(graph: &Graph, traits: &Traits, options: &Options, settings: &Settings) -> Vec<Cell> {
    let mut s = Sheet::of(u64::from(graph.nodes()));
    s.add("nodes", "all", Some(f64::from(graph.nodes())), FEW);
    s.add("ties", if graph.is_directed() { "arcs" } else { "pairs" }, Some(graph.ties() as f64), FEW);
    dyads(&mut s, graph, options);
    triads(&mut s, graph);
    components(&mut s, graph);
    spread(&mut s, graph);
    paths(&mut s, graph, settings);
    hierarchy(&mut s, graph);
    holes(&mut s, graph);
    leadership(&mut s, graph, traits, options);
    if let Some(groups) = &traits.groups {
        mixing_cells(&mut s, graph, groups, settings);
        if let Some(leaders) = &traits.leaders {
            let b = Bridging::of(graph, &groups.of, leaders);
            s.add("leader_bridge_share", "pairs_of_people", b.leader_share(), "no tie crosses a boundary");
            s.add("leader_bridge_share", "pairs_of_groups", b.leader_only_share(), "no tie crosses a boundary");
        }
    }
    s.cells
}

/// The measures that a threshold on strengths moves most, for a sweep.
pub(super) fn swept(s: &mut Sheet, graph: &Graph, traits: &Traits, options: &Options, settings: &Settings) {
    s.add("ties", if graph.is_directed() { "arcs" } else { "pairs" }, Some(graph.ties() as f64), FEW);
    dyads(s, graph, options);
    let w = weak(graph);
    s.add("components", "weak", Some(w.count() as f64), FEW);
    s.add("largest_component", "weak", Some(f64::from(w.largest())), FEW);
    s.add("isolates", "all", Some(f64::from(isolates(graph))), FEW);
    spread(s, graph);
    leadership(s, graph, traits, options);
    if let Some(groups) = &traits.groups {
        mixing_cells(s, graph, groups, settings);
    }
}

fn dyads(s: &mut Sheet, graph: &Graph, options: &Options) {
    let c = DyadCensus::of(graph);
    if graph.is_directed() {
        s.add("density", "arcs", c.density(true), FEW);
    }
    s.add("density", "pairs", c.density(false), FEW);
    if graph.is_weighted() {
        let top = strongest(graph);
        s.add("density", "strength_of_largest_observed", top.and_then(|m| valued_density(graph, m)), NO_TIES);
        let scale = options.most.and_then(|m| valued_density(graph, m));
        s.add("density", "strength_of_largest_possible", scale, "the largest possible strength (`most`) is not said");
    }
    if !graph.is_directed() {
        return;
    }
    s.add("reciprocity", "arcs", c.reciprocity_of_arcs(), NO_TIES);
    s.add("reciprocity", "tied_pairs", c.reciprocity_of_tied_pairs(), NO_TIES);
    s.add("reciprocity", "all_pairs", c.reciprocity_of_all_pairs(), FEW);
    s.add("reciprocity", "correlation", c.reciprocity_correlation(), "the network is empty or complete");
    if graph.is_weighted() {
        s.add("reciprocity", "strength", weighted_reciprocity(graph), NO_TIES);
    }
    s.add("dyad_census", "mutual", Some(c.mutual as f64), FEW);
    s.add("dyad_census", "asymmetric", Some(c.asymmetric as f64), FEW);
    s.add("dyad_census", "null", Some(c.null as f64), FEW);
}

fn triads(s: &mut Sheet, graph: &Graph) {
    let t = Triangles::of(graph);
    const NO_TRIPLE: &str = "no node has two contacts";
    if graph.is_directed() {
        for (variant, n) in TRIADS.into_iter().zip(triad_census(graph)) {
            s.add("triad_census", variant, Some(n as f64), FEW);
        }
        s.add("transitivity", "arcs", t.directed_transitivity(graph), "no path leads over two arcs");
    }
    s.add("transitivity", "pairs", t.transitivity(graph), NO_TRIPLE);
    let n = graph.nodes();
    s.add("clustering", "mean_where_defined", mean_over(n, |u| t.clustering(graph, u), None), NO_TRIPLE);
    s.add("clustering", "mean_else_zero", mean_over(n, |u| t.clustering(graph, u), Some(0.0)), FEW);
    if graph.is_directed() {
        let arcs = mean_over(n, |u| t.directed_clustering(graph, u), Some(0.0));
        s.add("clustering", "mean_of_arcs_else_zero", arcs, FEW);
    }
}

fn components(s: &mut Sheet, graph: &Graph) {
    let w = weak(graph);
    s.add("components", "weak", Some(w.count() as f64), FEW);
    s.add("largest_component", "weak", Some(f64::from(w.largest())), FEW);
    if graph.is_directed() {
        let strong = strong(graph);
        s.add("components", "strong", Some(strong.count() as f64), FEW);
        s.add("largest_component", "strong", Some(f64::from(strong.largest())), FEW);
    }
    s.add("isolates", "all", Some(f64::from(isolates(graph))), FEW);
    s.add("fragmentation", "weak", fragmentation(&w), FEW);
    let c = cuts(graph);
    s.add("articulation_points", "pairs", Some(c.points.len() as f64), FEW);
    s.add("bridges", "pairs", Some(c.bridges.len() as f64), FEW);
    s.add("biconnected_components", "pairs", Some(c.blocks as f64), FEW);
    let most = |counted| core_numbers(graph, counted).into_iter().max().map(f64::from);
    s.add("largest_core", "pairs", most(Counted::Either), FEW);
    if graph.is_directed() {
        s.add("largest_core", "total", most(Counted::Total), FEW);
        s.add("largest_core", "received", most(Counted::In), FEW);
        s.add("largest_core", "sent", most(Counted::Out), FEW);
    }
}

/// How unevenly ties are received and sent.
fn spread(s: &mut Sheet, graph: &Graph) {
    let n = graph.nodes();
    let pairs = degrees(graph.either().rows(), n);
    let top = |d: &[f64]| d.iter().copied().fold(None, |m: Option<f64>, x| Some(m.map_or(x, |m| m.max(x))));
    if graph.is_directed() {
        let (received, sent) = (degrees(graph.inward(), n), degrees(graph.outward(), n));
        for (measure, values) in [("indegree_centralization", &received), ("outdegree_centralization", &sent)] {
            s.add(measure, "star", degree_centralization(values, Maximum::Star), FEW);
            s.add(measure, "loops_allowed", degree_centralization(values, Maximum::LoopsAllowed), FEW);
        }
        let total = degree_centralization(&total_degrees(graph), Maximum::Total);
        s.add("degree_centralization", "total", total, FEW);
        s.add("largest_degree", "received", top(&received), FEW);
        s.add("largest_degree", "sent", top(&sent), FEW);
        inequality(s, &received, "received");
        s.add("gini", "sent", Inequality::of(&sent).map(|i| i.gini), NO_TIES);
        s.add("cv", "sent", Inequality::of(&sent).map(|i| i.cv), NO_TIES);
    }
    s.add("degree_centralization", "pairs", degree_centralization(&pairs, Maximum::Undirected), FEW);
    s.add("largest_degree", "pairs", top(&pairs), FEW);
    if !graph.is_directed() {
        inequality(s, &pairs, "pairs");
    }
    if graph.is_weighted() {
        let strength = Inequality::of(&strengths(graph.inward(), n));
        s.add("gini", "strength_received", strength.map(|i| i.gini), NO_TIES);
        s.add("cv", "strength_received", strength.map(|i| i.cv), NO_TIES);
    }
}

fn inequality(s: &mut Sheet, values: &[f64], variant: &'static str) {
    let i = Inequality::of(values);
    s.add("gini", variant, i.map(|i| i.gini), NO_TIES);
    s.add("cv", variant, i.map(|i| i.cv), NO_TIES);
    s.add("degree_variance", variant, i.map(|i| i.variance), NO_TIES);
    s.add("evenness", variant, i.and_then(|i| i.evenness), NO_TIES);
    s.add("effective_number", "entropy", i.map(|i| i.effective_number), NO_TIES);
    s.add("effective_number", "herfindahl", i.map(|i| i.effective_number_herfindahl), NO_TIES);
}

/// Paths count ties, not strengths: a strength is no length.
fn paths(s: &mut Sheet, graph: &Graph, settings: &Settings) {
    const NO_PATH: &str = "no node reaches another";
    let n = graph.nodes();
    let mut ways = vec![("pairs", Way::Either)];
    if graph.is_directed() {
        ways.insert(0, ("arcs", Way::Out));
    }
    if !exact_is_feasible(graph) {
        let large = || {
            let size = u64::from(n).saturating_mul(u64::from(n) + graph.outward().len() as u64);
            Err(Absence::TooLarge { size, limit: EXACT_LIMIT })
        };
        for measure in
            ["mean_distance", "diameter", "path_efficiency", "harmonic_centralization", "betweenness_centralization"]
        {
            for (variant, _) in &ways {
                s.put(measure, variant, "observed", large());
            }
        }
        sampled(s, graph, settings);
    } else {
        for (variant, way) in &ways {
            let d = Distances::of(graph, *way);
            s.add("mean_distance", variant, d.mean_distance(), NO_PATH);
            s.add("diameter", variant, d.diameter(), NO_PATH);
            s.add("path_efficiency", variant, d.efficiency(), FEW);
            if *way == Way::Out {
                s.add("reach", "one_step", d.within(1), FEW);
                s.add("reach", "two_steps", d.within(2), FEW);
                s.add("reach", "three_steps", d.within(3), FEW);
                s.add("harmonic_centralization", "received", harmonic_centralization(&d.into, true), FEW);
                s.add("harmonic_centralization", "sent", harmonic_centralization(&d.out, true), FEW);
            } else {
                s.add("harmonic_centralization", "pairs", harmonic_centralization(&d.out, false), FEW);
            }
            let b = betweenness(graph, *way);
            let most = (f64::from(n) - 1.0) * most_between(n, *way == Way::Out);
            s.add("betweenness_centralization", variant, centralization(&b, most), FEW);
        }
    }
    match eigenvector(graph, Way::Either) {
        Ok(e) => {
            s.add("eigenvector_centralization", "unit_length", e.centralization(), FEW);
            s.add("eigenvector_centralization", "largest_one", e.centralization_of_largest(), FEW);
        }
        Err(e) => {
            let why = match e.code() {
                "not_unique" => "several components tie for the largest eigenvalue",
                "no_cycle" => NO_TIES,
                _ => "the iteration did not converge",
            };
            s.add("eigenvector_centralization", "unit_length", None, why);
            s.add("eigenvector_centralization", "largest_one", None, why);
        }
    }
}

fn sampled(s: &mut Sheet, graph: &Graph, settings: &Settings) {
    let n = f64::from(graph.nodes());
    let b = sampled_betweenness(graph, settings.sources, settings.seed);
    let value = centralization(&b.values, n - 1.0);
    // Both the largest and the mean may be off by the error.
    let slack = 2.0 * b.error * n / (n - 1.0).max(1.0);
    s.put("betweenness_centralization", "sources", "sampled", value.ok_or(Absence::Undefined(FEW)));
    s.bound(value.map(|v| ((v - slack).max(0.0), (v + slack).min(1.0))));
}

fn hierarchy(s: &mut Sheet, graph: &Graph) {
    const SMALL: &str = "no component has three nodes";
    let w = weak(graph);
    s.add("krackhardt_connectedness", "pairs", connectedness(&w), FEW);
    s.add("krackhardt_efficiency", "pairs", efficiency(graph, &w), SMALL);
    if !graph.is_directed() {
        return;
    }
    s.add("krackhardt_efficiency", "arcs", efficiency_of_arcs(graph, &w), SMALL);
    // Above are those looked to, as in "reports to", or those who look; the first is what the direction says.
    let ends = [("looked_to_above", Above::LookedTo), ("looker_above", Above::Looker)];
    for (k, (variant, above)) in ends.into_iter().enumerate() {
        let h = Hierarchy::of(graph, above, &w);
        let put = |s: &mut Sheet, measure, variant, value: Option<Option<f64>>, why| {
            let value = match value {
                Some(v) => v.ok_or(Absence::Undefined(why)),
                None => Err(Absence::TooLarge { size: strong(graph).count() as u64, limit: COMPONENT_LIMIT as u64 }),
            };
            s.put(measure, variant, "observed", value);
        };
        let h = h.as_ref();
        if k == 0 {
            put(s, "krackhardt_hierarchy", "reachability", h.map(Hierarchy::hierarchy), "nobody reaches anybody");
        }
        put(s, "upper_boundedness", variant, h.map(Hierarchy::upper_boundedness), SMALL);
        put(s, "least_upper_boundedness", variant, h.map(Hierarchy::least_upper_boundedness), SMALL);
    }
}

fn holes(s: &mut Sheet, graph: &Graph) {
    let n = graph.nodes();
    let mean = |values: &[Option<f64>]| mean_over(n, |u| values.get(u as usize).copied().flatten(), None);
    let binary = if graph.is_directed() { "arcs" } else { "pairs" };
    s.add("constraint", binary, mean(&constraint(graph, false)), NO_TIES);
    s.add("effective_size", binary, mean(&effective_size(graph, false)), NO_TIES);
    if graph.is_directed() {
        let pairs = graph.undirected();
        s.add("constraint", "pairs", mean(&constraint(&pairs, false)), NO_TIES);
        s.add("effective_size", "pairs", mean(&effective_size(&pairs, false)), NO_TIES);
    }
    if graph.is_weighted() {
        s.add("constraint", "strength", mean(&constraint(graph, true)), NO_TIES);
        s.add("effective_size", "strength", mean(&effective_size(graph, true)), NO_TIES);
    }
}

fn leadership(s: &mut Sheet, graph: &Graph, traits: &Traits, options: &Options) {
    const ONE: &str = "fewer than two lead";
    s.add("decentralization", if graph.is_directed() { "received" } else { "pairs" }, decentralization(graph), NO_TIES);
    if graph.is_directed() {
        let r = Recognition::of(graph, &most_looked_to(graph, 1.0));
        s.add("mutual_recognition", "most_looked_to", r.mutual_share(), ONE);
        s.add("any_recognition", "most_looked_to", r.any_share(), ONE);
    }
    if let Some(leaders) = &traits.leaders {
        if graph.is_directed() {
            let r = Recognition::of(graph, leaders);
            s.add("mutual_recognition", "named_leaders", r.mutual_share(), ONE);
            s.add("any_recognition", "named_leaders", r.any_share(), ONE);
        }
        let left = after_leaving(graph, leaders, exact_is_feasible(graph));
        s.add("robustness", "largest_share_without_leaders", left.largest_share, FEW);
        s.add("robustness", "largest_share_of_stayers", left.largest_share_of_stayers, "nobody stays");
        let large = "too large for paths between all, or nobody reaches anybody";
        s.add("robustness", "efficiency_ratio_without_leaders", left.efficiency_ratio, large);
    }
    if let Some(levels) = &traits.levels {
        s.add("lateral_share", "same_level", lateral_share(graph, levels), "no tie joins two known levels");
        let corr = options.top.and_then(|top| authority_influence_corr(graph, levels, top));
        let why = "`top` is not said, or levels or ties are all alike";
        s.add("authority_influence_corr", "spearman", corr, why);
    }
}

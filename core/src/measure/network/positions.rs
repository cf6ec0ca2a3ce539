//! Where single nodes stand. Positions in a network, never judgments of persons.

use super::at::At;
use super::betweenness::{betweenness, most_between};
use super::brokerage::{Role, brokerage};
use super::burt::{constraint, effective_size, effective_size_of_contacts};
use super::core_number::{Counted, core_numbers};
use super::cut::cuts;
use super::degree::{degrees, strengths};
use super::distance::{Distances, EXACT_LIMIT, Reach, exact_is_feasible};
use super::eigenvector::eigenvector;
use super::graph::{Graph, Way};
use super::rows::{Cell, Sheet};
use super::tables::Traits;
use super::triads::Triangles;
use crate::measure::Absence;

/// Numbers by node, each under its name.
struct Columns {
    nodes: u32,
    sheets: Vec<Sheet>,
}

impl Columns {
    fn add(
        &mut self,
        measure: &'static str,
        variant: &'static str,
        why: &'static str,
        value: impl Fn(u32) -> Option<f64>,
    ) {
        for (s, u) in self.sheets.iter_mut().zip(0..self.nodes) {
            s.add(measure, variant, value(u), why);
        }
    }

    fn absent(&mut self, measure: &'static str, variant: &'static str, why: &Absence) {
        for s in &mut self.sheets {
            s.put(measure, variant, "observed", Err(why.clone()));
        }
    }
}

/// Every position, by node and then measure. Personal data: [`super::Network::nodes`] is the door with a permission.
pub fn positions(graph: &Graph, traits: &Traits) -> Vec<(u32, Cell)> {
    const FEW: &str = "there are too few nodes";
    const ALONE: &str = "the node has no ties";
    let n = graph.nodes();
    let mut c = Columns { nodes: n, sheets: (0..n).map(|_| Sheet::of(1)).collect() };
    let values = |v: Vec<f64>| move |u: u32| Some(v.at(u));
    let maybe = |v: Vec<Option<f64>>| move |u: u32| v.at(u);
    if graph.is_directed() {
        c.add("degree", "received", FEW, values(degrees(graph.inward(), n)));
        c.add("degree", "sent", FEW, values(degrees(graph.outward(), n)));
    }
    c.add("degree", "pairs", FEW, values(degrees(graph.either().rows(), n)));
    if graph.is_weighted() {
        c.add("strength", "received", FEW, values(strengths(graph.inward(), n)));
        c.add("strength", "sent", FEW, values(strengths(graph.outward(), n)));
    }
    paths(&mut c, graph);
    match eigenvector(graph, Way::Either) {
        Ok(e) => {
            c.add("eigenvector", "pairs_largest_one", FEW, values(e.of_largest()));
            c.add("eigenvector", "pairs_unit_length", FEW, values(e.vector));
        }
        Err(e) => {
            let why = if e.code() == "not_unique" {
                "several components tie for the largest eigenvalue"
            } else {
                "no convergence"
            };
            c.absent("eigenvector", "pairs_largest_one", &Absence::Undefined(why));
            c.absent("eigenvector", "pairs_unit_length", &Absence::Undefined(why));
        }
    }
    let core = |counted| {
        let v = core_numbers(graph, counted);
        move |u: u32| Some(f64::from(v.at(u)))
    };
    c.add("core", "pairs", FEW, core(Counted::Either));
    if graph.is_directed() {
        c.add("core", "total", FEW, core(Counted::Total));
    }
    let cut = cuts(graph);
    c.add("articulation_point", "pairs", FEW, |u| Some(f64::from(u8::from(cut.points.binary_search(&u).is_ok()))));
    let t = Triangles::of(graph);
    c.add("clustering", "pairs", "the node has fewer than two contacts", |u| t.clustering(graph, u));
    let binary = if graph.is_directed() { "arcs" } else { "pairs" };
    c.add("constraint", binary, ALONE, maybe(constraint(graph, false)));
    c.add("effective_size", binary, ALONE, maybe(effective_size(graph, false)));
    if graph.is_directed() {
        c.add("constraint", "pairs", ALONE, maybe(constraint(&graph.undirected(), false)));
        c.add("effective_size", "pairs", ALONE, maybe(effective_size_of_contacts(graph, &t)));
    }
    if graph.is_weighted() {
        c.add("constraint", "strength", ALONE, maybe(constraint(graph, true)));
        c.add("effective_size", "strength", ALONE, maybe(effective_size(graph, true)));
    }
    if let Some(groups) = traits.groups.as_ref().filter(|_| graph.is_directed()) {
        let roles = brokerage(graph, &groups.of);
        for (k, role) in Role::ALL.into_iter().enumerate() {
            c.add("brokerage", role.as_str(), "the group of the node is not known", |u| {
                groups.of.at(u)?;
                roles.get(u as usize).and_then(|r| r.get(k)).map(|n| *n as f64)
            });
        }
    }
    c.sheets.into_iter().zip(0..).flat_map(|(s, u)| s.cells.into_iter().map(move |cell| (u, cell))).collect()
}

fn paths(c: &mut Columns, graph: &Graph) {
    const OUT_OF_REACH: &str = "the node reaches nobody";
    const FEW: &str = "there are too few nodes";
    let n = graph.nodes();
    if !exact_is_feasible(graph) {
        let size = u64::from(n).saturating_mul(u64::from(n) + graph.outward().len() as u64);
        for measure in ["betweenness", "harmonic_closeness", "closeness"] {
            c.absent(
                measure,
                if graph.is_directed() { "arcs" } else { "pairs" },
                &Absence::TooLarge { size, limit: EXACT_LIMIT },
            );
        }
        return;
    }
    let mut reaches = |variant: [&'static str; 3], reach: &[Reach]| {
        let of = |u: u32| reach.at(u);
        c.add("harmonic_closeness", variant[0], FEW, |u| of(u).harmonic(n));
        c.add("closeness", variant[1], OUT_OF_REACH, |u| of(u).closeness());
        c.add("closeness", variant[2], FEW, |u| of(u).closeness_by_share(n));
    };
    if graph.is_directed() {
        let d = Distances::of(graph, Way::Out);
        reaches(["received", "received_in_reach", "received_by_share"], &d.into);
        reaches(["sent", "sent_in_reach", "sent_by_share"], &d.out);
    }
    let d = Distances::of(graph, Way::Either);
    reaches(["pairs", "pairs_in_reach", "pairs_by_share"], &d.out);
    if graph.is_directed() {
        let b = betweenness(graph, Way::Out);
        c.add("betweenness", "arcs", FEW, |u| Some(b.at(u)));
        c.add("betweenness", "arcs_share", FEW, |u| super::at::ratio(b.at(u), most_between(n, true)));
    }
    let b = betweenness(graph, Way::Either);
    c.add("betweenness", "pairs", FEW, |u| Some(b.at(u)));
    c.add("betweenness", "pairs_share", FEW, |u| super::at::ratio(b.at(u), most_between(n, false)));
}

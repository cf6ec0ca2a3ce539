//! Networks against other implementations (petgraph, rustworkx-core), against brute force on small random graphs, and
//! against themselves with the nodes numbered anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_range_loop
)]

use colead::evidence::Direction;
use colead::measure::network::{
    Above, Counted, Distances, Graph, Groups, Hierarchy, Mixing, Options, Settings, TRIADS, Traits, Triangles, Way,
    betweenness, brokerage, constraint, core_numbers, cuts, effective_size, eigenvector, qap_correlation, robustness,
    strong, triad_census, weak, whole,
};
use petgraph::graph::{DiGraph, NodeIndex, UnGraph};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A random network: nodes, arcs with strengths, groups.
#[derive(Debug, Clone)]
struct Case {
    nodes: u32,
    arcs: Vec<(u32, u32)>,
    weights: Vec<f64>,
    groups: Vec<Option<u32>>,
}

impl Case {
    fn graph(&self) -> Graph {
        Graph::new(self.nodes, &self.arcs, Some(&self.weights), true).unwrap()
    }
    fn directed(&self) -> DiGraph<(), f64> {
        let mut g = DiGraph::new();
        for _ in 0..self.nodes {
            g.add_node(());
        }
        for (u, v) in &self.arcs {
            g.add_edge(NodeIndex::new(*u as usize), NodeIndex::new(*v as usize), 1.0);
        }
        g
    }
    fn pairs(&self) -> BTreeSet<(u32, u32)> {
        self.arcs.iter().map(|(u, v)| (*u.min(v), *u.max(v))).collect()
    }
    fn undirected(&self) -> UnGraph<(), f64> {
        let mut g = UnGraph::new_undirected();
        for _ in 0..self.nodes {
            g.add_node(());
        }
        for (u, v) in self.pairs() {
            g.add_edge(NodeIndex::new(u as usize), NodeIndex::new(v as usize), 1.0);
        }
        g
    }
    /// Strengths as a matrix, 0 where there is no arc.
    fn matrix(&self) -> Vec<Vec<f64>> {
        let mut m = vec![vec![0.0; self.nodes as usize]; self.nodes as usize];
        self.arcs.iter().zip(&self.weights).for_each(|((u, v), w)| m[*u as usize][*v as usize] = *w);
        m
    }
}

fn case(most: u32) -> impl Strategy<Value = Case> {
    (2..=most, 1..60_u32).prop_flat_map(|(n, percent)| {
        let cells = (n * n) as usize;
        let each = (proptest::collection::vec(0..100_u32, cells), proptest::collection::vec(1..5_u32, cells));
        let groups = proptest::collection::vec(proptest::option::weighted(0.9, 0..3_u32), n as usize);
        (each, groups).prop_map(move |((drawn, strength), groups)| {
            let all = (0..n).flat_map(|u| (0..n).map(move |v| (u, v)));
            let (mut arcs, mut weights) = (Vec::new(), Vec::new());
            for (k, (u, v)) in all.enumerate() {
                if u != v && drawn[k] < percent {
                    arcs.push((u, v));
                    weights.push(f64::from(strength[k]));
                }
            }
            Case { nodes: n, arcs, weights, groups }
        })
    })
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

fn alike(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| near(*a, *b))
}

/// Who reaches whom, oneself included.
fn reach(m: &[Vec<f64>]) -> Vec<Vec<bool>> {
    let n = m.len();
    let mut r: Vec<Vec<bool>> = (0..n).map(|i| (0..n).map(|j| i == j || m[i][j] > 0.0).collect()).collect();
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                r[i][j] |= r[i][k] && r[k][j];
            }
        }
    }
    r
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn components_cores_and_cuts_are_those_of_others(c in case(14)) {
        let (g, d, u) = (c.graph(), c.directed(), c.undirected());
        prop_assert_eq!(strong(&g).count(), petgraph::algo::tarjan_scc(&d).len());
        prop_assert_eq!(weak(&g).count(), petgraph::algo::connected_components(&d));
        let own = cuts(&g);
        let points: BTreeSet<u32> = petgraph::algo::articulation_points::articulation_points(&u).iter().map(|i| i.index() as u32).collect();
        prop_assert_eq!(&own.points.iter().copied().collect::<BTreeSet<_>>(), &points);
        let mut bridges: Vec<(u32, u32)> = rustworkx_core::connectivity::bridges(&u)
            .into_iter().map(|(a, b)| (a.index() as u32, b.index() as u32)).map(|(a, b)| (a.min(b), a.max(b))).collect();
        bridges.sort_unstable();
        prop_assert_eq!(&own.bridges, &bridges);
        let cores = rustworkx_core::connectivity::core_number(&u);
        let cores: Vec<u32> = (0..c.nodes).map(|i| cores[&NodeIndex::new(i as usize)] as u32).collect();
        prop_assert_eq!(core_numbers(&g, Counted::Either), cores);
        prop_assert!(near(Triangles::of(&g).transitivity(&g).unwrap_or(0.0), rustworkx_core::transitivity::graph_transitivity(&u)));
    }

    #[test]
    fn paths_are_those_of_others(c in case(14)) {
        use rustworkx_core::centrality::{betweenness_centrality, closeness_centrality};
        let (g, d, u) = (c.graph(), c.directed(), c.undirected());
        let of = |v: Vec<Option<f64>>| v.into_iter().map(Option::unwrap).collect::<Vec<f64>>();
        prop_assert!(alike(&betweenness(&g, Way::Out), &of(betweenness_centrality(&d, false, false, 1000))));
        prop_assert!(alike(&betweenness(&g, Way::Either), &of(betweenness_centrality(&u, false, false, 1000))));
        let own = Distances::of(&g, Way::Out);
        let received: Vec<f64> = own.into.iter().map(|r| r.closeness_by_share(c.nodes).unwrap()).collect();
        prop_assert!(alike(&received, &of(closeness_centrality(&d, true, 1000))));
    }

    #[test]
    fn an_eigenvector_is_one_or_refused(c in case(12)) {
        let g = c.graph();
        // A network that hangs together always has one.
        prop_assert!(weak(&g).count() > 1 || eigenvector(&g, Way::Either).is_ok());
        for way in [Way::Either, Way::In] {
            if let Ok(e) = eigenvector(&g, way) {
                for i in 0..c.nodes {
                    let next: f64 = g.rows(way).of(i).iter().map(|j| e.vector[*j as usize]).sum();
                    prop_assert!((next - e.value * e.vector[i as usize]).abs() < 1e-10);
                    prop_assert!(e.vector[i as usize] >= 0.0);
                }
            }
        }
    }

    #[test]
    fn triads_are_counted_one_by_one(c in case(9)) {
        let (g, m) = (c.graph(), c.matrix());
        let n = c.nodes as usize;
        let mut expected = [0_u64; 16];
        let (mut paths, mut closed) = (0_u64, 0_u64);
        for i in 0..n {
            for j in 0..n {
                for k in 0..n {
                    if i < j && j < k {
                        // By its own census: a network of three.
                        let of = |x: usize| [i, j, k].iter().position(|y| *y == x).unwrap() as u32;
                        let inside = |x: &u32| [i, j, k].contains(&(*x as usize));
                        let arcs: Vec<_> = c.arcs.iter().filter(|(u, v)| inside(u) && inside(v)).map(|(u, v)| (of(*u as usize), of(*v as usize))).collect();
                        let own = triad_census(&Graph::new(3, &arcs, None, true).unwrap());
                        expected.iter_mut().zip(own).for_each(|(a, b)| *a += b);
                    }
                    if i != j && j != k && i != k && m[i][j] > 0.0 && m[j][k] > 0.0 {
                        paths += 1;
                        closed += u64::from(m[i][k] > 0.0);
                    }
                }
            }
        }
        prop_assert_eq!(triad_census(&g), expected);
        prop_assert_eq!(TRIADS.len(), 16);
        let share = Triangles::of(&g).directed_transitivity(&g);
        prop_assert_eq!(share, (paths > 0).then(|| closed as f64 / paths as f64));
    }

    #[test]
    fn upper_bounds_are_those_of_the_definition(c in case(9)) {
        let (g, m) = (c.graph(), c.matrix());
        let n = c.nodes as usize;
        let w = weak(&g);
        for above in [Above::LookedTo, Above::Looker] {
            let r = reach(&m);
            let over = |a: usize, b: usize| if above == Above::LookedTo { r[b][a] } else { r[a][b] };
            let (mut none, mut no_least, mut one_way, mut both_ways) = (0.0, 0.0, 0.0, 0.0);
            for i in 0..n {
                for j in 0..i {
                    one_way += f64::from(u8::from(r[i][j] != r[j][i]));
                    both_ways += f64::from(u8::from(r[i][j] && r[j][i]));
                    if w.of[i] != w.of[j] {
                        continue;
                    }
                    let bounds: Vec<usize> = (0..n).filter(|b| over(*b, i) && over(*b, j)).collect();
                    let least = bounds.iter().any(|b| bounds.iter().all(|other| over(*other, *b)));
                    none += f64::from(u8::from(bounds.is_empty()));
                    no_least += f64::from(u8::from(!least));
                }
            }
            let h = Hierarchy::of(&g, above, &w).unwrap();
            prop_assert_eq!((h.without_upper_bound, h.without_least_upper_bound), (none, no_least));
            prop_assert_eq!((h.one_way, h.both_ways), (one_way, both_ways));
        }
    }

    #[test]
    fn holes_are_those_of_the_formula(c in case(9), weighted in any::<bool>()) {
        let (g, mut m) = (c.graph(), c.matrix());
        let n = c.nodes as usize;
        if !weighted {
            m.iter_mut().flatten().for_each(|x| *x = f64::from(u8::from(*x > 0.0)));
        }
        let both = |i: usize, j: usize| m[i][j] + m[j][i];
        let total = |i: usize| (0..n).map(|j| both(i, j)).sum::<f64>();
        let p = |i: usize, j: usize| if total(i) > 0.0 { both(i, j) / total(i) } else { 0.0 };
        let strongest = |i: usize| (0..n).map(|j| both(i, j)).fold(0.0, f64::max);
        let (own, size) = (constraint(&g, weighted), effective_size(&g, weighted));
        for i in 0..n {
            let contacts = || (0..n).filter(|j| both(i, *j) > 0.0);
            if contacts().next().is_none() {
                prop_assert_eq!((own[i], size[i]), (None, None));
                continue;
            }
            let through = |j: usize| (0..n).filter(|q| *q != i && *q != j).map(|q| p(i, q) * p(q, j)).sum::<f64>();
            let expected: f64 = contacts().map(|j| (p(i, j) + through(j)).powi(2)).sum();
            prop_assert!(near(own[i].unwrap(), expected));
            let redundant = |j: usize| (0..n).map(|q| p(i, q) * both(j, q) / strongest(j)).sum::<f64>();
            prop_assert!(near(size[i].unwrap(), contacts().map(|j| 1.0 - redundant(j)).sum::<f64>()));
        }
    }

    #[test]
    fn groups_are_those_of_the_matrix(c in case(9)) {
        let (g, m) = (c.graph(), c.matrix());
        let n = c.nodes as usize;
        let same = |i: usize, j: usize| c.groups[i] == c.groups[j];
        let known: Vec<usize> = (0..n).filter(|i| c.groups[*i].is_some()).collect();
        let tied = |i: usize, j: usize| f64::from(u8::from(m[i][j] > 0.0));
        let all: f64 = known.iter().flat_map(|i| known.iter().map(|j| tied(*i, *j))).sum();
        let degree = |i: usize, out: bool| known.iter().map(|j| if out { tied(i, *j) } else { tied(*j, i) }).sum::<f64>();
        let own = Mixing::of(&g, &c.groups, 3, false);
        let within: f64 = known.iter().flat_map(|i| known.iter().filter(|j| same(*i, **j)).map(|j| tied(*i, *j))).sum();
        prop_assert_eq!(own.split().internal, within);
        if all > 0.0 {
            let mut q = 0.0;
            for i in &known {
                for j in known.iter().filter(|j| same(*i, **j)) {
                    q += tied(*i, *j) / all - degree(*i, true) * degree(*j, false) / (all * all);
                }
            }
            prop_assert!((own.modularity(false).unwrap() - q).abs() < 1e-12);
        }
        // Brokers, one triple at a time.
        let roles = brokerage(&g, &c.groups);
        for b in &known {
            let mut expected = [0_u64; 5];
            for a in &known {
                for z in &known {
                    if a != z && tied(*a, *b) * tied(*b, *z) > 0.0 && tied(*a, *z) == 0.0 {
                        let role = match (same(*a, *b), same(*b, *z), same(*a, *z)) {
                            (true, true, true) => 0,
                            (false, false, true) => 1,
                            (true, false, false) => 2,
                            (false, true, false) => 3,
                            _ => 4,
                        };
                        expected[role] += 1;
                    }
                }
            }
            prop_assert_eq!(roles[*b], expected);
        }
    }

    #[test]
    fn correlation_is_pearsons_over_pairs(a in case(8), b in case(8)) {
        let n = a.nodes.min(b.nodes);
        let cut = |c: &Case| c.graph().induced(&(0..c.nodes).map(|u| u < n).collect::<Vec<_>>());
        let (x, y) = (cut(&a), cut(&b));
        let value = |g: &Graph, i: u32, j: u32| g.outward().weight(i, j).unwrap_or(0.0);
        let pairs: Vec<(f64, f64)> = (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).filter(|(i, j)| i != j)
            .map(|(i, j)| (value(&x, i, j), value(&y, i, j))).collect();
        let k = pairs.len() as f64;
        let mean = |f: fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>() / k;
        let (mx, my) = (mean(|p| p.0), mean(|p| p.1));
        let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
        for (p, q) in &pairs {
            xx += (p - mx) * (p - mx);
            yy += (q - my) * (q - my);
            xy += (p - mx) * (q - my);
        }
        let own = qap_correlation(&x, &y, true, 0, 0).unwrap();
        if xx > 1e-9 && yy > 1e-9 {
            prop_assert!(near(own.unwrap().0, xy / (xx * yy).sqrt()));
        } else {
            prop_assert!(own.is_none());
        }
    }

    #[test]
    fn what_is_left_is_counted_step_by_step(c in case(10)) {
        let g = c.graph();
        let order: Vec<u32> = (0..c.nodes).rev().collect();
        let mut total = 0.0;
        for k in 1..=order.len() {
            let keep: Vec<bool> = (0..c.nodes).map(|u| !order[..k].contains(&u)).collect();
            total += f64::from(weak(&g.induced(&keep)).largest());
        }
        let n = f64::from(c.nodes);
        prop_assert!(near(robustness(&g, &order).unwrap(), total / (n * n)));
    }

    #[test]
    fn numbering_the_nodes_anew_changes_no_measure(c in case(11), seed in any::<u64>()) {
        let n = c.nodes;
        let mut order: Vec<u32> = (0..n).collect();
        let mut state = seed | 1;
        for i in (1..n as usize).rev() {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            order.swap(i, (state >> 33) as usize % (i + 1));
        }
        let mut turned = c.clone();
        turned.arcs.iter_mut().for_each(|(u, v)| (*u, *v) = (order[*u as usize], order[*v as usize]));
        (0..n as usize).for_each(|u| turned.groups[order[u] as usize] = c.groups[u]);
        let settings = Settings { permutations: 0, ..Settings::default() };
        let options = Options::new(Direction::SourceLooksToTarget);
        let measured = |c: &Case| {
            let names = ["a", "b", "c"].map(str::to_owned).to_vec();
            let leaders = (0..n).map(|u| c.groups[u as usize] == Some(0)).collect();
            let levels = c.groups.iter().map(|g| g.map(f64::from)).collect();
            let groups = Some(Groups { names, of: c.groups.clone() });
            let traits = Traits { groups, leaders: Some(leaders), levels: Some(levels), responded: None };
            whole(&c.graph(), &traits, &options, &settings)
        };
        for (a, b) in measured(&c).iter().zip(measured(&turned)) {
            prop_assert_eq!((a.measure, a.variant), (b.measure, b.variant));
            match (&a.value, &b.value) {
                (Ok(x), Ok(y)) => prop_assert!(near(*x, *y), "{} {}: {} {}", a.measure, a.variant, x, y),
                (x, y) => prop_assert_eq!(x, y),
            }
        }
    }
}

/// One thread and several give the same bits.
#[cfg(feature = "parallel")]
#[test]
fn threads_change_no_bit() {
    let arcs: Vec<(u32, u32)> = (0..300_u32)
        .flat_map(|u| (1..9).map(move |k| (u, (u * k + k * k * 7 + 1) % 300)))
        .filter(|(u, v)| u != v)
        .collect();
    let arcs: Vec<(u32, u32)> = arcs.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let g = Graph::new(300, &arcs, None, true).unwrap();
    let names = (0..7).map(|k| k.to_string()).collect();
    let groups = Groups { names, of: (0..300).map(|u| Some(u % 7)).collect() };
    let traits = Traits { groups: Some(groups), ..Traits::default() };
    let options = Options::new(Direction::SourceLooksToTarget);
    let settings = Settings { permutations: 99, ..Settings::default() };
    let alone = whole(&g, &traits, &options, &settings);
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| whole(&g, &traits, &options, &settings)), alone);
    }
}

//! What network measures cost on 200,000 nodes and 1,000,000 arcs, 70 % of them within 2,000 groups:
//! `cargo bench -p colead --features parallel --bench network`.
//!
//! With `-- FILE OUT` the graph is read from FILE (u32 little-endian: nodes, groups, then a group a node, then source and
//! target an arc) and seconds and values are written to OUT as JSON, for `compare/network.py`. `COLEAD_THREADS` says how
//! many threads the pool has, `COLEAD_ONLY` a comma-separated choice of measures.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use colead::measure::network::{
    Above, Counted, DyadCensus, Graph, Hierarchy, Maximum, Mixing, Triangles, Way, betweenness_from,
    brokerage_expected, connectedness, constraint, core_numbers, cuts, degree_centralization, degrees, effective_size,
    efficiency, ei_against_chance, eigenvector, isolates, mean_over, qap_correlation, strong, triad_census, weak,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use std::fmt::Write as _;
use std::time::Instant;

/// A graph of groups: nodes, groups, the group of each node, arcs.
type Given = (u32, u32, Vec<u32>, Vec<(u32, u32)>);

fn made() -> Given {
    let (nodes, groups, arcs) = (200_000_u32, 2_000_u32, 1_000_000);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut below = |n: u32| ((u64::from(rng.next_u32()) * u64::from(n)) >> 32) as u32;
    let of: Vec<u32> = (0..nodes).map(|u| u % groups).collect();
    let mut seen = std::collections::HashSet::with_capacity(arcs);
    while seen.len() < arcs {
        let u = below(nodes);
        // Those of one group are `groups` apart.
        let v = if below(10) < 7 { u % groups + groups * below(nodes / groups) } else { below(nodes) };
        if u != v {
            seen.insert((u, v));
        }
    }
    let mut arcs: Vec<_> = seen.into_iter().collect();
    arcs.sort_unstable();
    (nodes, groups, of, arcs)
}

fn read(path: &str) -> Given {
    let bytes = std::fs::read(path).expect("readable");
    let numbers: Vec<u32> =
        bytes.chunks_exact(4).map(|b| u32::from_le_bytes(b.try_into().expect("four bytes"))).collect();
    let (nodes, groups) = (numbers[0], numbers[1]);
    let (of, arcs) = numbers[2..].split_at(nodes as usize);
    (nodes, groups, of.to_vec(), arcs.chunks_exact(2).map(|a| (a[0], a[1])).collect())
}

/// The most memory the process has held, in MB, where the system tells.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let threads = std::env::var("COLEAD_THREADS").ok().and_then(|t| t.parse().ok()).unwrap_or(2);
    #[cfg(feature = "parallel")]
    {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| run(&args, threads));
    }
    #[cfg(not(feature = "parallel"))]
    run(&args, threads.min(1));
}

fn run(args: &[String], threads: usize) {
    let (nodes, groups_count, of, arcs) = args.first().map_or_else(made, |path| read(path));
    let only = std::env::var("COLEAD_ONLY").unwrap_or_default();
    let groups: Vec<Option<u32>> = of.into_iter().map(Some).collect();
    let before = peak();
    let mut out = String::new();
    let mut measure = |name: &str, runs: u32, work: &mut dyn FnMut() -> f64| {
        if !only.is_empty() && !only.split(',').any(|o| o == name) {
            return;
        }
        let mut best = f64::INFINITY;
        let mut value = 0.0;
        for _ in 0..runs {
            let start = Instant::now();
            value = work();
            best = best.min(start.elapsed().as_secs_f64());
        }
        println!("{name:32} {best:9.4} s   {value}");
        write!(out, "\"{name}\": {{\"seconds\": {best}, \"value\": {value}}}, ").expect("a string");
    };
    measure("build", 3, &mut || Graph::new(nodes, &arcs, None, true).expect("a graph").ties() as f64);
    let g = Graph::new(nodes, &arcs, None, true).expect("a graph");
    drop(arcs);
    let sum = |v: Vec<Option<f64>>| v.iter().flatten().sum::<f64>();
    measure("reciprocity", 5, &mut || DyadCensus::of(&g).reciprocity_of_arcs().unwrap_or(0.0));
    measure("indegree_centralization", 5, &mut || {
        degree_centralization(&degrees(g.inward(), nodes), Maximum::Star).unwrap_or(0.0)
    });
    measure("modularity", 5, &mut || Mixing::of(&g, &groups, groups_count, false).modularity(false).unwrap_or(0.0));
    measure("assortativity", 5, &mut || Mixing::of(&g, &groups, groups_count, false).assortativity().unwrap_or(0.0));
    measure("weak_components", 3, &mut || weak(&g).count() as f64);
    measure("strong_components", 3, &mut || strong(&g).count() as f64);
    measure("isolates", 3, &mut || f64::from(isolates(&g)));
    measure("both_directions", 1, &mut || g.either().rows().len() as f64);
    measure("transitivity", 3, &mut || Triangles::of(&g).transitivity(&g).unwrap_or(0.0));
    measure("clustering", 3, &mut || {
        let t = Triangles::of(&g);
        mean_over(nodes, |u| t.clustering(&g, u), None).unwrap_or(0.0)
    });
    measure("largest_core", 3, &mut || core_numbers(&g, Counted::Either).into_iter().max().map_or(0.0, f64::from));
    measure("articulation_points", 3, &mut || cuts(&g).points.len() as f64);
    measure("bridges", 3, &mut || cuts(&g).bridges.len() as f64);
    measure("constraint", 3, &mut || sum(constraint(&g, false)));
    measure("effective_size", 3, &mut || sum(effective_size(&g, false)));
    measure("triad_census_300", 3, &mut || triad_census(&g)[15] as f64);
    let sources: Vec<u32> = (0..100).map(|k| k * (nodes / 100)).collect();
    measure("betweenness_100_sources", 1, &mut || betweenness_from(&g, Way::Out, &sources).iter().sum());
    measure("eigenvector", 1, &mut || eigenvector(&g, Way::Either).map_or(0.0, |e| e.value));
    measure("ei_permutation_999", 1, &mut || ei_against_chance(&g, &groups, 999, 1).map_or(0.0, |(ei, _)| ei));
    measure("krackhardt", 1, &mut || {
        let w = weak(&g);
        let h = Hierarchy::of(&g, Above::LookedTo, &w);
        let least = h.as_ref().and_then(Hierarchy::least_upper_boundedness);
        connectedness(&w).unwrap_or(0.0) + efficiency(&g, &w).unwrap_or(0.0) + least.unwrap_or(f64::NAN)
    });
    measure("gould_fernandez", 1, &mut || brokerage_expected(&g, &groups, groups_count)[5].observed);
    measure("qap_100", 1, &mut || {
        let other = g.filtered(|u, v, _| (u ^ v) & 1 == 0);
        qap_correlation(&g, &other, false, 100, 1).ok().flatten().map_or(0.0, |(r, _)| r)
    });
    println!("{:32} {:9.1} MB beyond the ties as read, at most", "memory", peak() - before);
    if let Some(path) = args.get(1) {
        let text = format!("{{{out}\"memory_mb\": {}, \"threads\": {threads}}}\n", peak() - before);
        std::fs::write(path, text).expect("writable");
    }
}

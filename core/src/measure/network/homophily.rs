//! Is crossing boundaries rarer than chance? The E-I index against seeded permutations of the group labels.

use super::at::At;
use super::graph::Graph;
use super::shuffle::{Against, generator, shuffle};
use super::work::in_parts;

/// The E-I index of arcs against `permutations` of the labels over the nodes that have one: sizes of groups and all
/// ties stay, only who is in which group is drawn anew. `None` without ties between labelled nodes.
pub fn ei_against_chance(
    graph: &Graph,
    groups: &[Option<u32>],
    permutations: u32,
    seed: u64,
) -> Option<(f64, Against)> {
    // Only nodes with a label take part: they are numbered anew and their ties listed.
    let mut number = vec![0_u32; graph.nodes() as usize];
    let mut labels: Vec<u32> = Vec::new();
    for u in 0..graph.nodes() {
        if let Some(g) = groups.at(u) {
            number.put(u, super::at::count(labels.len()));
            labels.push(g);
        }
    }
    let known = |u: u32| groups.at(u).is_some();
    let listed = |u: &u32, v: &u32| known(*u) && known(*v) && (graph.is_directed() || u < v);
    let arcs: Vec<(u32, u32)> =
        graph.arcs().filter(|(u, v, _)| listed(u, v)).map(|(u, v, _)| (number.at(u), number.at(v))).collect();
    if arcs.is_empty() || permutations == 0 {
        return None;
    }
    let index = |labels: &[u32]| {
        let internal = arcs.iter().filter(|(u, v)| labels.at(*u) == labels.at(*v)).count() as f64;
        (arcs.len() as f64 - 2.0 * internal) / arcs.len() as f64
    };
    let observed = index(&labels);
    let permuted = in_parts(permutations as usize, 64, |part| {
        part.map(|k| {
            let mut drawn = labels.clone();
            shuffle(&mut drawn, &mut generator(seed, k as u64));
            index(&drawn)
        })
        .collect::<Vec<_>>()
    });
    Some((observed, Against::of(observed, &permuted.concat())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_closes_itself_off_is_told_from_chance() {
        let inside = |from: u32| (from..from + 5).flat_map(move |u| (from..from + 5).map(move |v| (u, v)));
        let arcs: Vec<_> = inside(0).chain(inside(5)).filter(|(u, v)| u != v).chain([(0, 5)]).collect();
        let g = Graph::new(11, &arcs, None, true).unwrap();
        let groups: Vec<_> = (0..11).map(|u| (u < 10).then_some(u / 5)).collect();
        let (observed, against) = ei_against_chance(&g, &groups, 999, 3).unwrap();
        assert!((observed - (1.0 - 40.0) / 41.0).abs() < 1e-15);
        // Only 2 of the 252 divisions into fives are as closed.
        assert!(against.p_low < 0.03 && against.p_high > 0.99, "{against:?}");
        // 5 of 9 others are in the other group: the expected index is 1/9, the standard error under .01.
        assert!((against.mean - 1.0 / 9.0).abs() < 0.05, "{against:?}");
        assert_eq!(ei_against_chance(&g, &groups, 999, 3).unwrap().1, against);
        assert_eq!(ei_against_chance(&g, &[None; 11], 9, 3), None);
    }
}

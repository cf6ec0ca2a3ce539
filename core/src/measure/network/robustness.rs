//! What is left when some leave.

use super::at::{At, count, ratio};
use super::component::weak;
use super::distance::Distances;
use super::graph::{Graph, Way};

/// A network after some have left, beside the network before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Left {
    /// The largest weak component of those who stay, over all nodes there were.
    pub largest_share: Option<f64>,
    /// The same over those who stay.
    pub largest_share_of_stayers: Option<f64>,
    /// The efficiency (mean of 1/steps along the arcs) among those who stay, over that of all before.
    pub efficiency_ratio: Option<f64>,
}

/// What is left when those marked leave; `efficiency` is a search of all pairs and may be left out.
pub fn after_leaving(graph: &Graph, leaves: &[bool], efficiency: bool) -> Left {
    let stays: Vec<bool> = (0..graph.nodes()).map(|u| !leaves.at(u)).collect();
    let rest = graph.induced(&stays);
    let largest = f64::from(weak(&rest).largest());
    let efficient = |g: &Graph| Distances::of(g, Way::Out).efficiency();
    Left {
        largest_share: ratio(largest, f64::from(graph.nodes())),
        largest_share_of_stayers: ratio(largest, f64::from(rest.nodes())),
        efficiency_ratio: match efficiency {
            true => efficient(&rest).zip(efficient(graph)).and_then(|(after, before)| ratio(after, before)),
            false => None,
        },
    }
}

/// Schneider's (2011) R: the mean over 1 to n leavers, in the order given, of the largest weak component over all
/// nodes. 1/2 at most, near 0 when the network falls apart at once.
pub fn robustness(graph: &Graph, order: &[u32]) -> Option<f64> {
    let n = graph.nodes();
    // Backwards, nodes come back one by one and components join: each node points towards the root of its own.
    let mut root: Vec<u32> = (0..n).collect();
    let (mut size, mut there) = (vec![1_u32; n as usize], vec![false; n as usize]);
    let find = |root: &mut Vec<u32>, mut u: u32| {
        while root.at(u) != u {
            let above = root.at(root.at(u));
            root.put(u, above);
            u = above;
        }
        u
    };
    let (mut largest, mut total) = (0_u32, 0.0);
    for u in order.iter().rev() {
        // Before this node is back, it and all before it in the order are gone.
        total += f64::from(largest);
        there.put(*u, true);
        largest = largest.max(1);
        for v in graph.either().of(*u) {
            if there.at(*v) {
                let (a, b) = (find(&mut root, *u), find(&mut root, *v));
                if a != b {
                    root.put(a, b);
                    size.more(b, size.at(a));
                    largest = largest.max(size.at(b));
                }
            }
        }
    }
    ratio(total, f64::from(n) * f64::from(n))
}

/// Nodes by a number of theirs, largest first; among equals the one listed first.
pub fn by_size(values: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count(values.len())).collect();
    order.sort_by(|a, b| values.at(*b).total_cmp(&values.at(*a)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_without_its_middle_is_dust() {
        let star: Vec<_> = (1..6).map(|v| (v, 0)).collect();
        let g = Graph::new(6, &star, None, true).unwrap();
        let gone = after_leaving(&g, &[true, false, false, false, false, false], true);
        assert_eq!((gone.largest_share, gone.efficiency_ratio), (Some(1.0 / 6.0), Some(0.0)));
        assert_eq!(gone.largest_share_of_stayers, Some(0.2));
        let order = by_size(&super::super::degree::degrees(g.inward(), 6));
        assert_eq!(order, [0, 1, 2, 3, 4, 5]);
        // One by one: 1, 1, 1, 1, 1, 0 of 6.
        assert_eq!(robustness(&g, &order), Some(5.0 / 36.0));
        assert_eq!(robustness(&g, &[5, 4, 3, 2, 1, 0]), Some(15.0 / 36.0));
        assert_eq!(after_leaving(&g, &[true; 6], true).efficiency_ratio, None);
    }
}

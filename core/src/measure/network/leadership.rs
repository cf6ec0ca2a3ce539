//! Leadership in ties: is it shared, do those looked to look to one another, does it follow the formal order.
//!
//! Density and decentralization stand side by side: an empty network and a complete one are both fully decentralized,
//! so neither number speaks alone, and their product has no published validation.

use super::at::{At, ratio};
use super::degree::{Maximum, degree_centralization, degrees};
use super::graph::{Graph, IN, OUT};
use super::qap::Overlap;
use crate::error::Result;
use crate::num::{sqrt, sum};

/// How far being looked to is shared: one less the in-degree centralization. `None` for fewer than two nodes, and
/// without ties, where there is nothing to be shared.
pub fn decentralization(graph: &Graph) -> Option<f64> {
    if graph.outward().is_empty() {
        return None;
    }
    let received = degrees(graph.inward(), graph.nodes());
    let maximum = if graph.is_directed() { Maximum::Star } else { Maximum::Undirected };
    degree_centralization(&received, maximum).map(|c| 1.0 - c)
}

/// Those most looked to: more than `sds` standard deviations (population) above the mean. One standard deviation is a
/// convention of ours; the study this serves (Mehra and others 2006) let the sociograms decide.
pub fn most_looked_to(graph: &Graph, sds: f64) -> Vec<bool> {
    let received = degrees(graph.inward(), graph.nodes());
    let n = received.len() as f64;
    let mean = sum(received.iter().copied()) / n.max(1.0);
    let sd = sqrt(sum(received.iter().map(|d| (d - mean) * (d - mean))) / n.max(1.0));
    received.iter().map(|d| sd > 0.0 && *d > mean + sds * sd).collect()
}

/// How those who lead see one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recognition {
    /// Who lead.
    pub leaders: u32,
    /// Their pairs.
    pub pairs: u64,
    /// Pairs who look to one another.
    pub mutual: u64,
    /// Pairs of whom one looks to the other.
    pub one_way: u64,
}

impl Recognition {
    /// Looks at the pairs of `leaders`.
    pub fn of(graph: &Graph, leaders: &[bool]) -> Recognition {
        let k = super::at::count(leaders.iter().filter(|l| **l).count());
        let mut r =
            Recognition { leaders: k, pairs: u64::from(k) * u64::from(k.max(1) - 1) / 2, mutual: 0, one_way: 0 };
        for u in (0..graph.nodes()).filter(|u| leaders.at(*u)) {
            for (v, way) in graph.either().of(u).iter().zip(graph.either().ways_of(u)) {
                if *v > u && leaders.at(*v) {
                    *(if *way == IN | OUT { &mut r.mutual } else { &mut r.one_way }) += 1;
                }
            }
        }
        r
    }

    /// The share of pairs of leaders who look to one another: distributed-coordinated leadership is high in it,
    /// distributed-fragmented low (Mehra, Smith, Dixon and Robertson 2006). `None` for fewer than two leaders.
    pub fn mutual_share(&self) -> Option<f64> {
        ratio(self.mutual as f64, self.pairs as f64)
    }

    /// The share of pairs of leaders of whom at least one looks to the other.
    pub fn any_share(&self) -> Option<f64> {
        ratio((self.mutual + self.one_way) as f64, self.pairs as f64)
    }
}

/// The share of formal ties that are informal ties as well; `None` without formal ties.
///
/// # Errors
/// `unequal_nodes`.
pub fn signal_match(informal: &Graph, formal: &Graph) -> Result<Option<f64>> {
    Ok(Overlap::of(informal, formal)?.of_second())
}

/// Which end of the numbers for formal levels is the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Top {
    /// 1 is the top.
    Smallest,
    /// The largest number is the top.
    Largest,
}

/// Spearman's correlation of formal rank with how many look to a person, over those whose level is known: 1 when
/// people look to those above, −1 when to those below. `None` when levels or degrees are all alike.
pub fn authority_influence_corr(graph: &Graph, levels: &[Option<f64>], top: Top) -> Option<f64> {
    let sign = if top == Top::Smallest { -1.0 } else { 1.0 };
    let known = (0..graph.nodes()).filter_map(|u| Some((sign * levels.at(u)?, f64::from(graph.inward().degree(u)))));
    let (rank, looked): (Vec<f64>, Vec<f64>) = known.unzip();
    pearson(&mid_ranks(&rank), &mid_ranks(&looked))
}

/// Ranks from 1, equals sharing the mean of theirs.
fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, u32)> = values.iter().zip(0..).map(|(v, i)| (*v, i)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![0.0; values.len()];
    let mut done = 0.0;
    for run in order.chunk_by(|a, b| a.0 == b.0) {
        let k = run.len() as f64;
        run.iter().for_each(|(_, i)| ranks.put(*i, done + (k + 1.0) / 2.0));
        done += k;
    }
    ranks
}

fn pearson(a: &[f64], b: &[f64]) -> Option<f64> {
    let n = a.len() as f64;
    let mean = |x: &[f64]| sum(x.iter().copied()) / n.max(1.0);
    let (ma, mb) = (mean(a), mean(b));
    let cross = |x: &[f64], mx: f64, y: &[f64], my: f64| sum(x.iter().zip(y).map(|(p, q)| (p - mx) * (q - my)));
    ratio(cross(a, ma, b, mb), sqrt(cross(a, ma, a, ma)) * sqrt(cross(b, mb, b, mb)))
}

/// What holds groups together, told by who is a leader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bridging {
    /// Pairs of people of different groups who are tied.
    pub pairs: u64,
    /// Those of which both are leaders.
    pub pairs_of_leaders: u64,
    /// Pairs of groups with a tie between them.
    pub group_pairs: u64,
    /// Those tied by leaders alone.
    pub group_pairs_by_leaders: u64,
}

impl Bridging {
    /// Looks at ties between groups; people without a group are left out.
    pub fn of(graph: &Graph, groups: &[Option<u32>], leaders: &[bool]) -> Bridging {
        let mut seen: std::collections::HashMap<(u32, u32), bool> = std::collections::HashMap::new();
        let mut b = Bridging { pairs: 0, pairs_of_leaders: 0, group_pairs: 0, group_pairs_by_leaders: 0 };
        for u in 0..graph.nodes() {
            let Some(own) = groups.at(u) else { continue };
            for v in graph.either().of(u).iter().filter(|v| **v > u) {
                let Some(other) = groups.at(*v).filter(|g| *g != own) else { continue };
                let both = leaders.at(u) && leaders.at(*v);
                b.pairs += 1;
                b.pairs_of_leaders += u64::from(both);
                *seen.entry((own.min(other), own.max(other))).or_insert(true) &= both;
            }
        }
        b.group_pairs = seen.len() as u64;
        b.group_pairs_by_leaders = seen.values().filter(|both| **both).count() as u64;
        b
    }

    /// Of the pairs of people tied across groups, the share in which both are leaders.
    pub fn leader_share(&self) -> Option<f64> {
        ratio(self.pairs_of_leaders as f64, self.pairs as f64)
    }

    /// Of the pairs of groups that are tied, the share tied by leaders alone.
    pub fn leader_only_share(&self) -> Option<f64> {
        ratio(self.group_pairs_by_leaders as f64, self.group_pairs as f64)
    }
}

/// The share of ties that run between people of one formal level, of ties whose both ends have a known level.
pub fn lateral_share(graph: &Graph, levels: &[Option<f64>]) -> Option<f64> {
    let (mut all, mut lateral) = (0_u64, 0_u64);
    for (u, v, _) in graph.arcs() {
        if let (Some(a), Some(b)) = (levels.at(u), levels.at(v)) {
            all += 1;
            lateral += u64::from(a == b);
        }
    }
    ratio(lateral as f64, all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(n: u32, arcs: &[(u32, u32)]) -> Graph {
        Graph::new(n, arcs, None, true).unwrap()
    }

    #[test]
    fn empty_and_complete_are_not_the_same_shared_leadership() {
        let complete: Vec<_> = (0..4).flat_map(|u| (0..4).map(move |v| (u, v))).filter(|(u, v)| u != v).collect();
        assert_eq!(decentralization(&graph(4, &complete)), Some(1.0));
        assert_eq!(decentralization(&graph(4, &[])), None);
        assert_eq!(decentralization(&graph(3, &[(1, 0), (2, 0)])), Some(0.0));
    }

    #[test]
    fn two_who_lead_may_know_of_each_other_or_not() {
        let arcs = [(2, 0), (3, 0), (4, 0), (5, 1), (6, 1), (7, 1)];
        let fragmented = graph(8, &arcs);
        let leaders = most_looked_to(&fragmented, 1.0);
        assert_eq!(leaders, [true, true, false, false, false, false, false, false]);
        assert_eq!(Recognition::of(&fragmented, &leaders).mutual_share(), Some(0.0));
        let coordinated = graph(8, &[&arcs[..], &[(0, 1), (1, 0)]].concat());
        assert_eq!(Recognition::of(&coordinated, &leaders).mutual_share(), Some(1.0));
        assert_eq!(Recognition::of(&coordinated, &[true]).mutual_share(), None);
    }

    #[test]
    fn formal_order_against_ties() {
        let formal = graph(5, &[(1, 0), (2, 0), (3, 1), (4, 1)]);
        let levels = [1.0, 2.0, 2.0, 3.0, 3.0].map(Some);
        assert_eq!(signal_match(&graph(5, &[(1, 0), (3, 2)]), &formal).unwrap(), Some(0.25));
        let r = authority_influence_corr(&formal, &levels, Top::Smallest).unwrap();
        assert!(r > 0.6 && authority_influence_corr(&formal, &levels, Top::Largest) == Some(-r));
        assert_eq!(authority_influence_corr(&formal, &[Some(1.0); 5], Top::Smallest), None);
        assert_eq!(lateral_share(&graph(5, &[(1, 2), (3, 0)]), &levels), Some(0.5));
    }

    #[test]
    fn leaders_may_be_the_only_bridge() {
        let g = graph(6, &[(0, 3), (1, 4), (0, 5)]);
        let groups = [0, 0, 0, 1, 1, 2].map(Some);
        let b = Bridging::of(&g, &groups, &[true, false, false, true, false, true]);
        assert_eq!((b.pairs, b.pairs_of_leaders, b.group_pairs, b.group_pairs_by_leaders), (3, 2, 2, 1));
        assert_eq!((b.leader_share(), b.leader_only_share()), (Some(2.0 / 3.0), Some(0.5)));
    }
}

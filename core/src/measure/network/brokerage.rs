//! Between whom nodes mediate: the five roles of Gould and Fernandez (1989), with what is expected by chance.

use super::at::{At, count, ratio};
use super::graph::Graph;
use super::work::in_parts;
use crate::num::sqrt;

/// What b does between a and c when a looks to b, b to c, but a not to c; told by their groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// All three are of one group (w_I).
    Coordinator,
    /// The outer two are of one group, the broker of another (w_O); also called consultant.
    Itinerant,
    /// The broker and the one who looks to it are of one group (b_IO).
    Representative,
    /// The broker and the one it looks to are of one group (b_OI).
    Gatekeeper,
    /// All three are of different groups (b_O).
    Liaison,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 5] =
        [Role::Coordinator, Role::Itinerant, Role::Representative, Role::Gatekeeper, Role::Liaison];

    /// A snake_case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Coordinator => "coordinator",
            Role::Itinerant => "itinerant",
            Role::Representative => "representative",
            Role::Gatekeeper => "gatekeeper",
            Role::Liaison => "liaison",
        }
    }

    fn of(a: u32, b: u32, c: u32) -> Role {
        match (a == b, b == c, a == c) {
            (true, true, _) => Role::Coordinator,
            (_, _, true) => Role::Itinerant,
            (true, ..) => Role::Representative,
            (_, true, _) => Role::Gatekeeper,
            _ => Role::Liaison,
        }
    }
}

/// How often each node has each role, in the order of [`Role::ALL`]; of nodes with a group.
pub fn brokerage(graph: &Graph, groups: &[Option<u32>]) -> Vec<[u64; 5]> {
    let part = |nodes: std::ops::Range<usize>| {
        let mut roles = vec![[0_u64; 5]; nodes.len()];
        // Whom `a` looks to: a mark is the number of the one who looks, plus one.
        for b in count(nodes.start)..count(nodes.end) {
            let (Some(own), Some(counts)) = (groups.at(b), roles.get_mut(b as usize - nodes.start)) else { continue };
            for a in graph.inward().of(b) {
                let Some(from) = groups.at(*a) else { continue };
                // Both rows are sorted, so who looks to `c` directly is found by walking along.
                let mut direct = graph.outward().of(*a).iter().peekable();
                for c in graph.outward().of(b) {
                    let Some(to) = groups.at(*c) else { continue };
                    while direct.next_if(|x| *x < c).is_some() {}
                    if c != a && direct.peek() != Some(&c) {
                        counts.more(Role::of(from, own, to) as u32, 1);
                    }
                }
            }
        }
        roles
    };
    in_parts(graph.nodes() as usize, 64, part).concat()
}

/// A role in the whole network, against a network of the same density in which every tie is drawn by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// How often it occurs.
    pub observed: f64,
    /// How often it is expected.
    pub expected: f64,
    /// The exact standard deviation.
    pub sd: f64,
}

impl Expected {
    /// (observed − expected)/sd; `None` when the standard deviation is zero.
    pub fn z(&self) -> Option<f64> {
        ratio(self.observed - self.expected, self.sd)
    }
}

/// The groups at the three places of a role: which kinds of classes they must be, relative to one another.
type Pattern = fn(u32, u32, u32) -> bool;

/// A pattern asked with its places changed about.
type Turned = fn(Pattern, u32, u32, u32) -> bool;

const PATTERNS: [Pattern; 6] = [
    |a, b, c| a == b && b == c,
    |a, b, c| a == c && a != b,
    |a, b, c| a == b && b != c,
    |a, b, c| b == c && a != b,
    |a, b, c| a != b && b != c && a != c,
    |_, _, _| true,
];

/// Each role, and all roles together at the end, with expectation and exact variance under independent ties.
///
/// The variance takes in every pair of triples that share a tie. R's sna (2.7) leaves out pairs that contradict one
/// another (one needs a tie that the other needs absent) for coordinators, representatives, gatekeepers and the total,
/// and so gives smaller z there; simulation agrees with the values here.
pub fn brokerage_expected(graph: &Graph, groups: &[Option<u32>], groups_count: u32) -> [Expected; 6] {
    let mut observed = [0.0; 6];
    for roles in brokerage(graph, groups) {
        for (k, n) in roles.iter().enumerate() {
            observed.more(count(k), *n as f64);
            observed.more(5, *n as f64);
        }
    }
    let mut sizes = vec![0.0; groups_count as usize];
    groups.iter().flatten().for_each(|g| sizes.more(*g, 1.0));
    let n: f64 = sizes.iter().sum();
    let known = |u| groups.at(u).is_some();
    let arcs = graph.arcs().filter(|(u, v, _)| known(*u) && known(*v)).count() as f64;
    let d = ratio(arcs, n * (n - 1.0)).unwrap_or(0.0);
    let mut all = [Expected { observed: 0.0, expected: 0.0, sd: 0.0 }; 6];
    for ((e, pattern), observed) in all.iter_mut().zip(PATTERNS).zip(observed) {
        let (expected, variance) = moments(&sizes, d, pattern);
        *e = Expected { observed, expected, sd: sqrt(variance.max(0.0)) };
    }
    all
}

/// Sizes of groups, and sums over them.
struct Sums {
    n: f64,
    sizes: Vec<f64>,
}

impl Sums {
    fn over(&self, f: impl Fn(f64) -> f64) -> f64 {
        crate::num::sum(self.sizes.iter().map(|s| f(*s)))
    }
}

/// Expectation and variance of the number of triples of distinct nodes (a, b, c) of a pattern with a → b → c and not
/// a → c, ties independent with chance `d`.
fn moments(sizes: &[f64], d: f64, pattern: Pattern) -> (f64, f64) {
    let s = Sums { n: crate::num::sum(sizes.iter().copied()), sizes: sizes.to_vec() };
    let triples = sum_triples(&s, pattern);
    let p = d * d * (1.0 - d);
    // On the same three nodes: b, c swapped or a, b swapped contradict; turned around, they share one tie.
    let (contradict, share) = (-p * p, d * d * d * (1.0 - d) * (1.0 - d) - p * p);
    let mut variance = triples * p * (1.0 - p);
    for (other, covariance) in [
        ((|f: Pattern, a, b, c| f(a, c, b)) as Turned, contradict),
        (|f, a, b, c| f(b, a, c), contradict),
        (|f, a, b, c| f(c, a, b), share),
        (|f, a, b, c| f(b, c, a), share),
    ] {
        variance += covariance * sum_triples(&s, |a, b, c| pattern(a, b, c) && other(pattern, a, b, c));
    }
    // Sharing one tie (i, j), with different third nodes. The tie is a → b, b → c, or the absent a → c.
    let places: [Turned; 3] = [|f, i, j, k| f(i, j, k), |f, i, j, k| f(k, i, j), |f, i, j, k| f(i, k, j)];
    let both_there = d * d * d * (1.0 - d) * (1.0 - d) * (1.0 - d);
    let both_absent = d * d * d * d * d * (1.0 - d);
    for (x, first) in places.iter().enumerate() {
        for (y, second) in places.iter().enumerate() {
            let covariance = match (x == 2, y == 2) {
                (true, true) => both_absent,
                (false, false) => both_there,
                _ => -p * p,
            };
            variance +=
                covariance * sum_shared(&s, |i, j, k| first(pattern, i, j, k), |i, j, k| second(pattern, i, j, k));
        }
    }
    (triples * p, variance)
}

/// The number of ordered triples of distinct nodes whose groups fit. Groups only matter as alike or different: five
/// ways, each with a sum over group sizes.
fn sum_triples(s: &Sums, fits: impl Fn(u32, u32, u32) -> bool) -> f64 {
    let n = s.n;
    let two_alike = s.over(|x| x * (x - 1.0) * (n - x));
    let ways: [(bool, f64); 5] = [
        (fits(0, 0, 0), s.over(|x| x * (x - 1.0) * (x - 2.0))),
        (fits(0, 0, 1), two_alike),
        (fits(0, 1, 0), two_alike),
        (fits(1, 0, 0), two_alike),
        (fits(0, 1, 2), n * n * n - 3.0 * n * s.over(|x| x * x) + 2.0 * s.over(|x| x * x * x)),
    ];
    ways.iter().filter(|(fits, _)| *fits).map(|(_, n)| n).sum()
}

/// Over ordered pairs of nodes (i, j), the number of pairs of different third nodes of which the first fits one pattern
/// and the second the other.
fn sum_shared(s: &Sums, first: impl Fn(u32, u32, u32) -> bool, second: impl Fn(u32, u32, u32) -> bool) -> f64 {
    let n = s.n;
    // i and j in one group of size x: a third node is of that group (x−2) or of another (n−x).
    let alike = |x: f64| {
        let (same, other) = (x - 2.0, n - x);
        let pick = |f: &dyn Fn(u32, u32, u32) -> bool| {
            (if f(0, 0, 0) { same } else { 0.0 }, if f(0, 0, 1) { other } else { 0.0 })
        };
        let (a, b) = (pick(&first), pick(&second));
        let both = (if a.0 > 0.0 { b.0 } else { 0.0 }) + (if a.1 > 0.0 { b.1 } else { 0.0 });
        x * (x - 1.0) * ((a.0 + a.1) * (b.0 + b.1) - both)
    };
    // i and j in groups of sizes x and y: a third node is of i's (x−1), of j's (y−1), or of neither (n−x−y).
    let pick = |f: &dyn Fn(u32, u32, u32) -> bool| [f(0, 1, 0), f(0, 1, 1), f(0, 1, 2)];
    let (a, b) = (pick(&first), pick(&second));
    let different = |x: f64, y: f64| {
        let counts = [x - 1.0, y - 1.0, n - x - y];
        let total = |f: [bool; 3]| f.iter().zip(counts).filter(|(f, _)| **f).map(|(_, c)| c).sum::<f64>();
        total(a) * total(b) - total([0, 1, 2].map(|k: u32| a.at(k) && b.at(k)))
    };
    // A square polynomial in y, read off at three points: so power sums do instead of a sum over pairs of groups.
    let (two, three) = (s.over(|y| y * y), s.over(|y| y * y * y));
    let across = s.over(|x| {
        let at = [0.0, 1.0, 2.0].map(|y| different(x, y));
        let [q0, q1, q2] = at;
        let square = (q2 - 2.0 * q1 + q0) / 2.0;
        let linear = q1 - q0 - square;
        x * (q0 * n + linear * two + square * three - x * different(x, x))
    });
    s.over(alike) + across
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::network::shuffle::{below, generator};

    #[test]
    fn each_role_is_told() {
        let g = Graph::new(4, &[(0, 1), (1, 2), (1, 3)], None, true).unwrap();
        let roles = |groups: [u32; 4]| brokerage(&g, &groups.map(Some))[1];
        assert_eq!(roles([0, 0, 0, 0]), [2, 0, 0, 0, 0]);
        assert_eq!(roles([0, 1, 0, 2]), [0, 1, 0, 0, 1]);
        assert_eq!(roles([0, 0, 1, 1]), [0, 0, 2, 0, 0]);
        assert_eq!(roles([0, 1, 1, 1]), [0, 0, 0, 2, 0]);
        assert_eq!(brokerage(&g, &[Some(0), Some(0), None, Some(1)])[1], [0, 0, 1, 0, 0]);
    }

    /// Expectation and standard deviation by drawing networks.
    #[test]
    fn what_is_expected_is_what_drawing_gives() {
        let groups: Vec<Option<u32>> = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3].map(Some).to_vec();
        let arcs: Vec<(u32, u32)> =
            (0..10).flat_map(|u| (0..10).map(move |v| (u, v))).filter(|(u, v)| u != v).collect();
        // 36 of 90 ties, so that d is .4.
        let some: Vec<_> = arcs.iter().copied().step_by(5).chain(arcs.iter().copied().skip(2).step_by(5)).collect();
        let given = brokerage_expected(&Graph::new(10, &some, None, true).unwrap(), &groups, 4);
        let mut rng = generator(5, 0);
        let (mut first, mut second) = ([0.0; 6], [0.0; 6]);
        let runs = 6000;
        for _ in 0..runs {
            let drawn: Vec<_> = arcs.iter().copied().filter(|_| below(&mut rng, 10) < 4).collect();
            let roles = brokerage(&Graph::new(10, &drawn, None, true).unwrap(), &groups);
            for k in 0..6 {
                let n: u64 = roles.iter().map(|r| if k < 5 { r[k] } else { r.iter().sum() }).sum();
                first[k] += n as f64;
                second[k] += (n * n) as f64;
            }
        }
        for k in 0..6 {
            let mean = first[k] / f64::from(runs);
            let sd = (second[k] / f64::from(runs) - mean * mean).sqrt();
            assert!((given[k].expected - mean).abs() < 5.0 * sd / f64::from(runs).sqrt(), "{k}: {given:?} {mean}");
            assert!((given[k].sd / sd - 1.0).abs() < 0.05, "{k}: {} {sd}", given[k].sd);
        }
    }
}

//! Overlap of two ranked lists that name the most important first and need not name all: rank-biased overlap, top-k
//! overlap and Jaccard's index.

use crate::measure::value::Absence;
use crate::num::{ln, sum};
use std::collections::HashSet;
use std::hash::Hash;

/// A ranked list: groups of tied items, the most important group first; nobody is named twice.
pub type RankedList<T> = [Vec<T>];

/// How a group of tied items counts in depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TieDepth {
    /// A group is one step deep.
    #[default]
    Group,
    /// A group of t items is t steps deep, all of them present from its first step (Webber, Moffat and Zobel 2010).
    Item,
}

/// Rank-biased overlap (Webber, Moffat and Zobel 2010) of two lists, which weighs depth d by `p^(d−1)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankBiasedOverlap {
    /// The sum over the depths that both lists reach and nothing beyond: `(1−p) Σ p^(d−1) A_d`.
    pub truncated: f64,
    /// The least that the full lists could come to.
    pub min: f64,
    /// How much unseen items could add to the least.
    pub residual: f64,
    /// The agreement seen so far carried on: the point estimate.
    pub extrapolated: f64,
}

/// Depths of one list: for each depth, how many of its items are seen.
struct Depths<'a, T> {
    from: Vec<(usize, &'a T)>,
    length: usize,
}

impl<'a, T: Eq + Hash> Depths<'a, T> {
    fn new(list: &'a RankedList<T>, depth: TieDepth) -> Result<Depths<'a, T>, Absence> {
        let (mut from, mut at, mut seen) = (Vec::new(), 1, HashSet::new());
        for group in list.iter().filter(|g| !g.is_empty()) {
            for item in group {
                if !seen.insert(item) {
                    return Err(Absence::Undefined("a list names an item twice"));
                }
                from.push((at, item));
            }
            at += match depth {
                TieDepth::Group => 1,
                TieDepth::Item => group.len(),
            };
        }
        if from.is_empty() {
            return Err(Absence::TooFew { n: 0, need: 1 });
        }
        Ok(Depths { from, length: at - 1 })
    }
}

/// Items in common and the sizes of both sets, at each depth from 1.
fn agreements<T: Eq + Hash>(a: &Depths<'_, T>, b: &Depths<'_, T>) -> Vec<(f64, f64, f64)> {
    let (mut seen_a, mut seen_b) = (HashSet::new(), HashSet::new());
    let (mut next_a, mut next_b) = (a.from.iter().peekable(), b.from.iter().peekable());
    let mut common = 0.0;
    (1..=a.length.max(b.length))
        .map(|depth| {
            while let Some((_, item)) = next_a.next_if(|(d, _)| *d <= depth) {
                seen_a.insert(*item);
                common += if seen_b.contains(item) { 1.0 } else { 0.0 };
            }
            while let Some((_, item)) = next_b.next_if(|(d, _)| *d <= depth) {
                seen_b.insert(*item);
                common += if seen_a.contains(item) { 1.0 } else { 0.0 };
            }
            (common, seen_a.len() as f64, seen_b.len() as f64)
        })
        .collect()
}

/// Rank-biased overlap of two lists with persistence `p`, 0 < p < 1; a larger p looks deeper.
///
/// # Errors
/// `TooFew` for an empty list; `Undefined` for a list that names an item twice or a p outside its range.
///
/// ```
/// use colead::measure::ordinal::{TieDepth, rank_biased_overlap};
/// let list = |names: &str| -> Vec<Vec<char>> { names.chars().map(|c| vec![c]).collect() };
/// let rbo = rank_biased_overlap(&list("abc"), &list("abcde"), 0.9, TieDepth::Group)?;
/// assert!((rbo.extrapolated - 1.0).abs() < 1e-12);
/// # Ok::<(), colead::measure::Absence>(())
/// ```
pub fn rank_biased_overlap<T: Eq + Hash>(
    a: &RankedList<T>,
    b: &RankedList<T>,
    p: f64,
    depth: TieDepth,
) -> Result<RankBiasedOverlap, Absence> {
    if !(p > 0.0 && p < 1.0) {
        return Err(Absence::Undefined("p is not between 0 and 1"));
    }
    let (a, b) = (Depths::new(a, depth)?, Depths::new(b, depth)?);
    let (s, l) = (a.length.min(b.length), a.length.max(b.length));
    let seen = agreements(&a, &b);
    // Beyond the shorter list it only stands still: the overlap is a share of the depth itself.
    let share = |d: usize| {
        let (common, x, y) = seen.get(d - 1).copied().unwrap_or((0.0, 1.0, 1.0));
        if d <= s { 2.0 * common / (x + y) } else { common / x.max(y) }
    };
    let overlap = |d: usize| share(d) * d as f64;
    let power = |d: usize| libm::pow(p, d as f64);
    let (short, long) = (overlap(s), overlap(l));
    let truncated = (1.0 - p) / p * sum((1..=s).map(|d| power(d) * share(d)));
    let first = sum((1..=s).map(|d| power(d) / d as f64 * (overlap(d) - short)));
    let min = (1.0 - p) / p * (first - short * ln(1.0 - p));
    let carried = sum((1..=l).map(|d| power(d) * share(d)))
        + sum((s + 1..=l).map(|d| power(d) * short * (d - s) as f64 / (s * d) as f64));
    let extrapolated = (1.0 - p) / p * carried + power(l) * ((long - short) / l as f64 + short / s as f64);
    Ok(RankBiasedOverlap {
        truncated,
        min,
        residual: residual(s, l, long, p),
        extrapolated: extrapolated.clamp(0.0, 1.0),
    })
}

/// Equation 30 of Webber, Moffat and Zobel: what the unseen rest could add.
fn residual(s: usize, l: usize, common: f64, p: f64) -> f64 {
    let power = |d: usize| libm::pow(p, d as f64);
    // With ties the overlap may be a fraction.
    let f = libm::ceil((l + s) as f64 - common - 1e-9).max(0.0) as usize;
    let tail = |from: usize, to: usize| sum((from..=to).map(|d| power(d) / d as f64));
    let inner = s as f64 * tail(s + 1, f) + l as f64 * tail(l + 1, f) + common * (-ln(1.0 - p) - tail(1, f));
    power(s) + power(l) - power(f) - (1.0 - p) / p * inner
}

/// The mean share of common items over the depths that both lists reach.
///
/// # Errors
/// As [`rank_biased_overlap`].
pub fn average_overlap<T: Eq + Hash>(a: &RankedList<T>, b: &RankedList<T>, depth: TieDepth) -> Result<f64, Absence> {
    let (a, b) = (Depths::new(a, depth)?, Depths::new(b, depth)?);
    let s = a.length.min(b.length);
    let shares = agreements(&a, &b).into_iter().take(s).map(|(common, x, y)| 2.0 * common / (x + y));
    Ok(sum(shares) / s as f64)
}

/// Jaccard's index of what two people recalled, order aside: common over all named.
///
/// # Errors
/// `TooFew` when neither named anything.
pub fn jaccard<T: Eq + Hash>(a: &[T], b: &[T]) -> Result<f64, Absence> {
    let (a, b): (HashSet<&T>, HashSet<&T>) = (a.iter().collect(), b.iter().collect());
    let all = a.union(&b).count();
    if all == 0 {
        return Err(Absence::TooFew { n: 0, need: 1 });
    }
    Ok(a.intersection(&b).count() as f64 / all as f64)
}

/// The share of the first `k` of one list that stands in the first `k` of the other; shorter lists are taken whole
/// and the share is of `k`.
///
/// # Errors
/// `TooFew` for k = 0.
pub fn top_k_overlap<T: Eq + Hash>(a: &[T], b: &[T], k: usize) -> Result<f64, Absence> {
    if k == 0 {
        return Err(Absence::TooFew { n: 0, need: 1 });
    }
    let (a, b): (HashSet<&T>, HashSet<&T>) = (a.iter().take(k).collect(), b.iter().take(k).collect());
    Ok(a.intersection(&b).count() as f64 / k as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(names: &str) -> Vec<Vec<char>> {
        names.split(' ').map(|g| g.chars().collect()).collect()
    }

    #[test]
    fn ties_and_uneven_lists() {
        // Published for a group as one step deep.
        let found = rank_biased_overlap(&list("ac b d"), &list("a bc d"), 0.9, TieDepth::Group).unwrap();
        assert!((found.min - 0.489_195_030_998_015_15).abs() < 1e-12);
        assert!((found.residual - 0.477_471_635_668_651_64).abs() < 1e-12);
        assert!((found.extrapolated - 0.966_666_666_666_666_7).abs() < 1e-12);
        // By items the depths are 4: agreement 2/3, 4/5, 1, 1.
        let found = rank_biased_overlap(&list("ac b d"), &list("a bc d"), 0.9, TieDepth::Item).unwrap();
        let by_hand = 0.1 * (2.0 / 3.0 + 0.9 * 0.8 + 0.81 + 0.729) + 0.9_f64.powi(4);
        assert!((found.extrapolated - by_hand).abs() < 1e-12);
    }

    #[test]
    fn sets_overlap_by_what_they_share() {
        assert_eq!(jaccard(&["a", "b"], &["b", "c"]), Ok(1.0 / 3.0));
        assert!(jaccard::<u8>(&[], &[]).is_err());
        assert_eq!(top_k_overlap(&["a", "b", "c"], &["b", "x"], 2), Ok(0.5));
        assert!(top_k_overlap(&["a"], &["a"], 0).is_err());
    }

    #[test]
    fn bad_lists_say_why() {
        let overlap = |a: &str, b: &str, p| rank_biased_overlap(&list(a), &list(b), p, TieDepth::Group);
        assert!(matches!(overlap("a a", "b", 0.9), Err(Absence::Undefined(_))));
        assert!(matches!(overlap("a", "b", 1.0), Err(Absence::Undefined(_))));
        assert!(matches!(
            rank_biased_overlap::<char>(&[], &list("a"), 0.9, TieDepth::Item),
            Err(Absence::TooFew { .. })
        ));
    }

    proptest! {
        #[test]
        fn bounds_hold_and_order_does_not_matter(
            a in Just("abcdefgh".chars().collect::<Vec<_>>()).prop_shuffle(), b in Just("abcdefgh".chars().collect::<Vec<_>>()).prop_shuffle(),
            m in 1..8_usize, n in 1..8_usize, p in 0.05..0.98_f64
        ) {
            let a: Vec<Vec<char>> = a.into_iter().take(m).map(|c| vec![c]).collect();
            let b: Vec<Vec<char>> = b.into_iter().take(n).map(|c| vec![c]).collect();
            let here = rank_biased_overlap(&a, &b, p, TieDepth::Item).unwrap();
            let there = rank_biased_overlap(&b, &a, p, TieDepth::Group).unwrap();
            prop_assert!((here.extrapolated - there.extrapolated).abs() < 1e-12);
            prop_assert!(here.truncated <= here.extrapolated + 1e-12);
            prop_assert!((0.0..=1.0).contains(&here.extrapolated));
            if m == n {
                prop_assert!(here.min <= here.extrapolated + 1e-9 && here.residual >= -1e-9);
                prop_assert!(here.extrapolated <= here.min + here.residual + 1e-9);
            }
        }
    }
}

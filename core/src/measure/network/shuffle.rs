//! Seeded permutations: a seed and a number always give the same order, on every platform and thread.

use super::at::count;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// The generator of the permutation numbered `stream` of a seed: streams do not overlap, so they may run apart.
pub(super) fn generator(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    rng
}

/// A whole number below `bound`, all alike (Lemire 2019).
pub(super) fn below(rng: &mut ChaCha8Rng, bound: u32) -> u32 {
    let bound = u64::from(bound.max(1));
    loop {
        let product = u64::from(rng.next_u32()) * bound;
        let low = product & u64::from(u32::MAX);
        // Rejects the few that would make some numbers more likely.
        if low >= (1 << 32) % bound {
            return (product >> 32) as u32;
        }
    }
}

/// Puts values in random order (Fisher and Yates).
pub(super) fn shuffle<T>(values: &mut [T], rng: &mut ChaCha8Rng) {
    for i in (1..values.len()).rev() {
        let j = below(rng, count(i).saturating_add(1)) as usize;
        values.swap(i, j);
    }
}

/// The permutation numbered `stream` of `0..n`.
pub(super) fn permutation(n: u32, seed: u64, stream: u64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n).collect();
    shuffle(&mut order, &mut generator(seed, stream));
    order
}

/// `k` different numbers of `0..n`.
pub(super) fn draw(n: u32, k: u32, seed: u64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n).collect();
    let mut rng = generator(seed, 0);
    let k = k.min(n);
    for i in 0..k {
        let j = i + below(&mut rng, n - i);
        order.swap(i as usize, j as usize);
    }
    order.truncate(k as usize);
    order
}

/// `(1 + as extreme) / (1 + permutations)`: the observed order is one of those possible, so no p-value is zero
/// (Phipson and Smyth 2010).
pub(super) fn p_value(as_extreme: u64, permutations: u64) -> f64 {
    (1.0 + as_extreme as f64) / (1.0 + permutations as f64)
}

/// Where permuted values lie against the observed one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Against {
    /// How many permutations were made.
    pub permutations: u32,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation, over n−1.
    pub sd: f64,
    /// The chance of a value as large or larger, the observed one counted in.
    pub p_high: f64,
    /// The chance of a value as small or smaller, the observed one counted in.
    pub p_low: f64,
}

impl Against {
    pub(super) fn of(observed: f64, permuted: &[f64]) -> Against {
        let n = permuted.len() as f64;
        let mean = crate::num::sum(permuted.iter().copied()) / n;
        let squares = crate::num::sum(permuted.iter().map(|v| (v - mean) * (v - mean)));
        // Equal up to rounding counts as equal: the same arcs may have been added in another order.
        let slack = 1e-12 * observed.abs().max(1.0);
        let high = permuted.iter().filter(|v| **v >= observed - slack).count() as u64;
        let low = permuted.iter().filter(|v| **v <= observed + slack).count() as u64;
        let k = permuted.len() as u64;
        Against {
            permutations: count(permuted.len()),
            mean,
            sd: crate::num::sqrt(squares / (n - 1.0).max(1.0)),
            p_high: p_value(high, k),
            p_low: p_value(low, k),
        }
    }

    /// Twice the smaller of both chances, at most 1.
    pub fn p_two_sided(&self) -> f64 {
        (2.0 * self.p_high.min(self.p_low)).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_alike_in_frequency_and_repeatable() {
        let mut seen = std::collections::HashMap::new();
        for stream in 0..6000 {
            *seen.entry(permutation(3, 1, stream)).or_insert(0_u32) += 1;
        }
        // 1000 each; the standard deviation is 29.
        assert!(seen.len() == 6 && seen.values().all(|n| (880..1120).contains(n)), "{seen:?}");
        assert_eq!(permutation(9, 4, 2), permutation(9, 4, 2));
        assert_ne!(permutation(9, 4, 2), permutation(9, 4, 3));
        let mut drawn = draw(10, 10, 3);
        drawn.sort_unstable();
        assert_eq!(drawn, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn no_chance_is_zero() {
        let a = Against::of(9.0, &[1.0, 2.0, 3.0]);
        assert_eq!((a.p_high, a.p_low, a.mean, a.sd, a.p_two_sided()), (0.25, 1.0, 2.0, 1.0, 0.5));
    }
}

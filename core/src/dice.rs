//! Seeded chance: the same numbers on every platform and in every version.
//!
//! ChaCha with 8 rounds, keyed by SHA-256 of the seed (not by the generator crate's own expansion, which may change), with
//! one stream a concern, so that another ranking drawn does not change an answer drawn. Only `+ - * /` and [`crate::num`].

use crate::num;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

/// What a stream of numbers is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    Structure = 1,
    Survey = 2,
    Rankings = 3,
    Decisions = 4,
    Ties = 5,
    Concordance = 6,
    Gate = 7,
    Split = 8,
    Items = 9,
    Habits = 10,
}

/// A stream of chance.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of a seed that belongs to one concern.
    pub(crate) fn new(seed: u64, stream: Stream) -> Dice {
        let mut hash = Sha256::new();
        hash.update(b"colead simulate");
        hash.update(seed.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(hash.finalize().into());
        rng.set_stream(stream as u64);
        Dice(rng)
    }

    /// Uniform in `[0, 1)`, from 53 bits.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// True with probability `p`.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// A whole number from `lo` to `hi`, both included; `lo` when the range is empty.
    ///
    /// Multiply and shift: the bias is below `(hi - lo) / 2^64`.
    pub(crate) fn between(&mut self, lo: usize, hi: usize) -> usize {
        let width = hi.saturating_sub(lo) as u128 + 1;
        lo + ((u128::from(self.0.next_u64()) * width) >> 64) as usize
    }

    /// Puts values into a random order (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.between(0, last));
        }
    }

    /// Standard normal, by Marsaglia's polar method (the second deviate is dropped: simple beats fast here).
    pub(crate) fn normal(&mut self) -> f64 {
        loop {
            let x = 2.0 * self.uniform() - 1.0;
            let y = 2.0 * self.uniform() - 1.0;
            let s = x * x + y * y;
            if s > 0.0 && s < 1.0 {
                return x * num::sqrt(-2.0 * num::ln(s) / s);
            }
        }
    }

    /// Standard normal deviates, one a wave, each correlated with the one before it by `persistence`.
    pub(crate) fn series(&mut self, waves: usize, persistence: f64) -> Vec<f64> {
        let fresh = num::sqrt(1.0 - persistence * persistence);
        let mut last = 0.0;
        (0..waves)
            .map(|w| {
                let z = self.normal();
                last = if w == 0 { z } else { persistence * last + fresh * z };
                last
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_a_stream_fix_the_numbers() {
        let draw = |seed, stream| Dice::new(seed, stream).uniform();
        assert_eq!(draw(7, Stream::Survey), draw(7, Stream::Survey));
        assert_ne!(draw(7, Stream::Survey), draw(8, Stream::Survey));
        assert_ne!(draw(7, Stream::Survey), draw(7, Stream::Ties));
    }

    #[test]
    fn deviates_have_the_moments_they_promise() {
        let mut dice = Dice::new(1, Stream::Survey);
        let n = 40_000;
        let draws: Vec<f64> = (0..n).map(|_| dice.normal()).collect();
        let mean = num::sum(draws.iter().copied()) / f64::from(n);
        let var = num::sum(draws.iter().map(|x| (x - mean) * (x - mean))) / f64::from(n - 1);
        // Five standard errors of each.
        assert!(mean.abs() < 5.0 / 200.0, "mean {mean}");
        assert!((var - 1.0).abs() < 5.0 * num::sqrt(2.0 / f64::from(n)), "variance {var}");
    }

    #[test]
    fn series_are_as_persistent_as_asked() {
        let mut dice = Dice::new(2, Stream::Survey);
        let pairs: Vec<Vec<f64>> = (0..20_000).map(|_| dice.series(2, 0.8)).collect();
        let r = num::sum(pairs.iter().map(|p| p[0] * p[1])) / pairs.len() as f64;
        assert!((r - 0.8).abs() < 0.05, "correlation {r}");
    }

    #[test]
    fn whole_numbers_cover_their_range_and_nothing_else() {
        let mut dice = Dice::new(3, Stream::Structure);
        let mut seen = [0; 3];
        for _ in 0..300 {
            seen[dice.between(4, 6) - 4] += 1;
        }
        assert!(seen.iter().all(|n| *n > 50), "{seen:?}");
        assert_eq!(dice.between(9, 9), 9);
    }
}

//! Simulates how often the intervals of colead cover what they claim, and prints docs/calibration.md.
//!
//! `make calibrate`, or `cargo run --release -p colead --example calibrate > docs/calibration.md`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use colead::measure::{Shrinkage, UnitMean};
use colead::num::phi;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

struct Chance(ChaCha8Rng);

impl Chance {
    fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        // Box and Muller; 1 - u is never zero.
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn between(&mut self, lo: usize, hi: usize) -> usize {
        lo + (self.uniform() * (hi - lo + 1) as f64) as usize
    }
}

/// An answer scale of whole numbers and a population upon it; four items a score.
#[derive(Clone, Copy)]
struct Scale {
    lo: f64,
    hi: f64,
    /// Where the population stands, as a share of the range.
    center: f64,
}

const ITEMS: usize = 4;
/// Spread of persons and of items around them, as a share of the range.
const PERSON: f64 = 0.225;
const ITEM: f64 = 0.15;

impl Scale {
    fn range(&self) -> f64 {
        self.hi - self.lo
    }

    fn person(&self, level: f64, icc: f64, chance: &mut Chance) -> f64 {
        let own = level * icc.sqrt() + (1.0 - icc).sqrt() * chance.normal();
        let item = |chance: &mut Chance| {
            let x = self.lo + self.range() * (self.center + PERSON * own + ITEM * chance.normal());
            x.round().clamp(self.lo, self.hi)
        };
        (0..ITEMS).map(|_| item(chance)).sum::<f64>() / ITEMS as f64
    }

    /// The expected score of people in a unit at `level`: an item's latent answer is normal, then rounded.
    fn expected(&self, level: f64, icc: f64) -> f64 {
        let mean = self.lo + self.range() * (self.center + PERSON * level * icc.sqrt());
        let sd = self.range() * (PERSON * PERSON * (1.0 - icc) + ITEM * ITEM).sqrt();
        let steps = self.range() as usize;
        self.lo + (0..steps).map(|k| phi((mean - (self.lo + k as f64 + 0.5)) / sd)).sum::<f64>()
    }
}

#[derive(Default)]
struct Count {
    covered: f64,
    total: f64,
    width: f64,
}

impl Count {
    fn add(&mut self, lower: f64, upper: f64, truth: f64) {
        self.covered += f64::from(u8::from(lower - 1e-9 <= truth && truth <= upper + 1e-9));
        self.total += 1.0;
        self.width += upper - lower;
    }

    fn share(&self) -> f64 {
        self.covered / self.total
    }
}

fn main() {
    let scales = [
        ("1-5", Scale { lo: 1.0, hi: 5.0, center: 0.65 }),
        ("1-7", Scale { lo: 1.0, hi: 7.0, center: 0.65 }),
        ("0-100", Scale { lo: 0.0, hi: 100.0, center: 0.65 }),
    ];
    let cells: usize = std::env::args().nth(1).map_or(200, |a| a.parse().unwrap());
    for (name, scale) in scales.iter().take(std::env::args().nth(2).map_or(3, |a| a.parse().unwrap())) {
        for units in [10, 25, 60] {
            for sizes in [(3, 8), (3, 20), (3, 50), (20, 50)] {
                for icc in [0.0, 0.1, 0.3] {
                    let mut chance = Chance(ChaCha8Rng::seed_from_u64(1));
                    let (mut census, mut process) = (Count::default(), Count::default());
                    let mut bins = vec![(0.0, 0.0, 0.0); 10];
                    for _ in 0..cells {
                        let mut truths = Vec::new();
                        let mut means = Vec::new();
                        for _ in 0..units {
                            let level = chance.normal();
                            let size = chance.between(sizes.0, sizes.1);
                            let rate = 0.5 + 0.5 * chance.uniform();
                            let answered = ((size as f64 * rate).round() as usize).clamp(1, size);
                            let all: Vec<f64> = (0..size).map(|_| scale.person(level, icc, &mut chance)).collect();
                            truths.push((scale.expected(level, icc), UnitMean::of(&all).unwrap().mean, size as u64));
                            means.push(UnitMean::of(&all[..answered]).unwrap());
                        }
                        let Some(fit) = Shrinkage::fit(&means) else { continue };
                        let cut = scale.expected(0.3, icc);
                        for ((truth, members, size), unit) in truths.iter().zip(&means) {
                            let p = fit.process(unit);
                            process.add(p.lower(), p.upper(), *truth);
                            let c = fit.census(unit, *size);
                            if *size > unit.n { census.add(c.lower(), c.upper(), *members); }
                            let above = p.probability_above(cut);
                            let bin = &mut bins[((above * 10.0) as usize).min(9)];
                            bin.0 += above;
                            bin.1 += f64::from(u8::from(*truth > cut));
                            bin.2 += 1.0;
                        }
                    }
                    let n: f64 = bins.iter().map(|b| b.2).sum();
                    let error: f64 = bins.iter().map(|b| (b.0 - b.1).abs()).sum::<f64>() / n;
                    println!("{name} {units:3} {sizes:?} {icc}: census {:.3} process {:.3} width {:.3} calibration {error:.4}", census.share(), process.share(), process.width / process.total);
                }
            }
        }
    }
}

//! Intervals of unit means that say what they estimate: `process` and `census`.
//!
//! Empirical Bayes with the pooled within-unit variance s²p and the between-unit SD τ *integrated* over a grid
//! rather than plugged in: for each τ, with V = s²p/n + τ² and B = (s²p/n)/V,
//! μ = Σ(ȳ/V)/Σ(1/V), θ = ȳ(1−B) + μB, v = (s²p/n)(1−B) + B²/Σ(1/V); the grid is mixed by the REML likelihood of
//! the unit means times the uniform-shrinkage prior (Daniels 1999; Christiansen and Morris 1997), under which
//! B₀ = v₀/(v₀ + τ²), v₀ the mean of s²p/n, is uniform on (0, 1): a grid point carries the B₀ between its
//! neighbours. The grid is relative to s_p, so that every range of scores behaves alike: 0, then geometric from
//! .01 to 1.2 and on to 25, where the likelihood has the last word when units differ more than people.
//!
//! `process` is the level a unit's members are a draw from: θ with variance v. `census` is the mean of the N
//! current members: fȳ + (1−f)θ with variance (1−f)²(v + s²p/(N−n)), f = n/N; with everybody's answer it is exact.
//!
//! The interval is ± 1.96 SD of the mixture. The SD of a unit's level is widened by the ratio of a t quantile to the
//! normal one, with the degrees of freedom of s²p or units − 1, whichever is fewer: τ is known from the units alone.
//! `docs/calibration.md` has the simulated coverage. The census is covered as claimed. The process is covered **at least**
//! .93, and nearly always where no unit differs from another: from few people that case cannot be told from small
//! differences, and an interval that fits the one would miss in the other.
//!
//! With fewer than three units, or when nobody differs within any unit, nothing can be pooled: [`Shrinkage::fit`]
//! gives `None` and the caller falls back on the unit alone (mean, t interval on n − 1; none for one respondent).

use crate::measure::math::distribution::{Z95, t95};
use crate::num::{exp, ln, phi, sqrt, sum};

/// The mean of one unit's respondents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitMean {
    /// The mean of their scores.
    pub mean: f64,
    /// How many they are, 1 or more.
    pub n: u64,
    /// The sum of their squared deviations from the mean.
    pub squares: f64,
}

impl UnitMean {
    /// The mean, count and squared deviations of scores; `None` of nobody.
    pub fn of(scores: &[f64]) -> Option<UnitMean> {
        let first = *scores.first()?;
        let n = scores.len() as f64;
        // Equal scores have no spread at all, and equal sums have equal means.
        let alike = scores.iter().all(|x| *x == first);
        let mean = if alike { first } else { sum(scores.iter().copied()) / n };
        let squares = sum(scores.iter().map(|x| (x - mean) * (x - mean)));
        Some(UnitMean { mean, n: scores.len() as u64, squares })
    }

    /// The variance over n − 1; `None` of one.
    pub fn variance(&self) -> Option<f64> {
        (self.n > 1).then(|| self.squares / (self.n as f64 - 1.0))
    }

    /// Student's 95 % interval of the mean of independent people, the unit taken alone; `None` of one.
    pub fn t_interval(&self) -> Option<(f64, f64)> {
        let half = t95(self.n as f64 - 1.0) * sqrt(self.variance()? / self.n as f64);
        Some((self.mean - half, self.mean + half))
    }
}

/// What is known of the true level of one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    /// Weight, mean and SD a grid point; the SD includes the small-sample widening.
    parts: Vec<(f64, f64, f64)>,
    value: f64,
    sd: f64,
}

impl Posterior {
    fn new(parts: Vec<(f64, f64, f64)>) -> Posterior {
        let value = sum(parts.iter().map(|(w, m, _)| w * m));
        let variance = sum(parts.iter().map(|(w, m, s)| w * (s * s + (m - value) * (m - value))));
        Posterior { parts, value, sd: sqrt(variance.max(0.0)) }
    }

    /// The expected level.
    pub fn value(&self) -> f64 {
        self.value
    }
    /// Its standard deviation, small-sample widening included.
    pub fn sd(&self) -> f64 {
        self.sd
    }
    /// The lower end of the 95 % interval.
    pub fn lower(&self) -> f64 {
        self.value - Z95 * self.sd
    }
    /// The upper end of the 95 % interval.
    pub fn upper(&self) -> f64 {
        self.value + Z95 * self.sd
    }
    /// P(true level > `c`), 0 to 1.
    pub fn probability_above(&self, c: f64) -> f64 {
        sum(self.parts.iter().map(|(w, m, s)| match () {
            () if *s > 0.0 => w * phi((m - c) / s),
            () if *m > c => *w,
            () => 0.0,
        }))
    }
}

/// How unit means shrink towards one another: the state of one organization, wave and scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Shrinkage {
    within: f64,
    /// How much wider a unit's level is known for there are few units, and the silent for there are few people.
    widening: f64,
    silent: f64,
    grid: Vec<Node>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    weight: f64,
    tau2: f64,
    mu: f64,
    precision: f64,
}

/// Grid ratio: 24 steps from .01 to 1.2.
const STEPS: i32 = 24;
const FIRST: f64 = 0.01;
const LAST: f64 = 1.2;
const BEYOND: f64 = 25.0;

impl Shrinkage {
    /// Pools units; `None` with fewer than three units or no variance within them.
    pub fn fit(units: &[UnitMean]) -> Option<Shrinkage> {
        let units: Vec<&UnitMean> = units.iter().filter(|u| u.n > 0).collect();
        let df = sum(units.iter().map(|u| u.n as f64 - 1.0));
        let squares = sum(units.iter().map(|u| u.squares));
        if units.len() < 3 || df < 1.0 || squares <= 0.0 {
            return None;
        }
        let within = squares / df;
        let v0 = within * sum(units.iter().map(|u| 1.0 / u.n as f64)) / units.len() as f64;
        let ratio = exp(ln(LAST / FIRST) / f64::from(STEPS));
        let mut taus = vec![0.0];
        let mut tau = FIRST;
        while tau < BEYOND {
            taus.push(tau * sqrt(within));
            tau *= ratio;
        }
        let shrink = |tau: f64| v0 / (v0 + tau * tau);
        let edge = sqrt(ratio);
        let mut nodes = Vec::with_capacity(taus.len());
        for (i, tau) in taus.iter().enumerate() {
            let upper = if i == 0 { FIRST * sqrt(within) / edge } else { tau * edge };
            let from = if i == 0 { 1.0 } else { shrink(tau / edge) };
            let to = if i + 1 == taus.len() { 0.0 } else { shrink(upper) };
            nodes.push(Shrinkage::node(&units, within, tau * tau, from - to));
        }
        let top = nodes.iter().map(|n| n.weight).fold(f64::NEG_INFINITY, f64::max);
        for node in &mut nodes {
            node.weight = exp(node.weight - top);
        }
        let total = sum(nodes.iter().map(|n| n.weight));
        for node in &mut nodes {
            node.weight /= total;
        }
        let widening = t95(df.min(units.len() as f64 - 1.0)) / Z95;
        Some(Shrinkage { within, widening, silent: t95(df) / Z95, grid: nodes })
    }

    /// One grid point; its weight is still the logarithm of likelihood times prior.
    fn node(units: &[&UnitMean], within: f64, tau2: f64, prior: f64) -> Node {
        let variance = |u: &UnitMean| within / u.n as f64 + tau2;
        let precision = sum(units.iter().map(|u| 1.0 / variance(u)));
        let mu = sum(units.iter().map(|u| u.mean / variance(u))) / precision;
        let log = sum(units.iter().map(|u| {
            let v = variance(u);
            -0.5 * (ln(v) + (u.mean - mu) * (u.mean - mu) / v)
        }));
        Node { weight: log - 0.5 * ln(precision) + ln(prior), tau2, mu, precision }
    }

    /// The pooled variance within units.
    pub fn within(&self) -> f64 {
        self.within
    }

    /// The expected SD between units, relative to that within.
    pub fn relative_tau(&self) -> f64 {
        sum(self.grid.iter().map(|n| n.weight * sqrt(n.tau2 / self.within)))
    }

    fn parts(&self, unit: &UnitMean) -> impl Iterator<Item = (f64, f64, f64)> {
        let (mean, error) = (unit.mean, self.within / unit.n as f64);
        self.grid.iter().map(move |node| {
            let b = error / (error + node.tau2);
            (node.weight, mean * (1.0 - b) + node.mu * b, error * (1.0 - b) + b * b / node.precision)
        })
    }

    /// The level that the unit's members are a draw from.
    pub fn process(&self, unit: &UnitMean) -> Posterior {
        Posterior::new(self.parts(unit).map(|(w, m, v)| (w, m, sqrt(v) * self.widening)).collect())
    }

    /// The mean of the `size` current members, those who did not answer included; a size below the number of
    /// respondents counts as that number.
    pub fn census(&self, unit: &UnitMean, size: u64) -> Posterior {
        if size <= unit.n {
            return Posterior::new(vec![(1.0, unit.mean, 0.0)]);
        }
        let (f, silent) = (unit.n as f64 / size as f64, (size - unit.n) as f64);
        let part = |(w, m, v): (f64, f64, f64)| {
            let level = v * self.widening * self.widening;
            let sd = (1.0 - f) * sqrt(level + self.within / silent * self.silent * self.silent);
            (w, f * unit.mean + (1.0 - f) * m, sd)
        };
        Posterior::new(self.parts(unit).map(part).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

    fn uniform(rng: &mut ChaCha8Rng) -> f64 {
        (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(rng: &mut ChaCha8Rng) -> f64 {
        // Box and Muller; 1 - u is never zero.
        sqrt(-2.0 * ln(1.0 - uniform(rng))) * libm::cos(std::f64::consts::TAU * uniform(rng))
    }

    /// A four-item five-point scale score of a person whose unit stands at `level`.
    fn person(rng: &mut ChaCha8Rng, level: f64, within: f64) -> f64 {
        let own = level + within * normal(rng);
        let item = |rng: &mut ChaCha8Rng| (3.0 + 0.9 * own + 0.6 * normal(rng)).round().clamp(1.0, 5.0);
        (0..4).map(|_| item(rng)).sum::<f64>() / 4.0
    }

    fn unit_mean(scores: &[f64]) -> UnitMean {
        let mean = sum(scores.iter().copied()) / scores.len() as f64;
        UnitMean { mean, n: scores.len() as u64, squares: sum(scores.iter().map(|x| (x - mean) * (x - mean))) }
    }

    /// The true level of a unit on the answer scale at 81 latent levels from -4 to 4 SD, for interpolation.
    fn levels(icc: f64) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let level = |i: i32| f64::from(i) / 10.0 * icc.sqrt();
        let mut expected = |i| sum((0..2500).map(|_| person(&mut rng, level(i), (1.0 - icc).sqrt()))) / 2500.0;
        (-40..=40).map(&mut expected).collect()
    }

    /// Coverage of 95 % intervals of census and process, and the calibration error of P(true > c).
    fn coverage(
        units: usize,
        sizes: (usize, usize),
        (icc, expected): (f64, &[f64]),
        organizations: usize,
        seed: u64,
    ) -> (f64, f64, f64) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (mut census, mut process, mut total) = (0_u32, 0_u32, 0_u32);
        let (mut claimed, mut happened) = (0.0, 0.0);
        for _ in 0..organizations {
            let mut truths = Vec::new();
            let mut means = Vec::new();
            for _ in 0..units {
                let z = normal(&mut rng).clamp(-3.9, 3.9);
                let size = sizes.0 + (uniform(&mut rng) * (sizes.1 - sizes.0 + 1) as f64) as usize;
                let answered = ((size as f64 * (0.5 + 0.5 * uniform(&mut rng))).round() as usize).clamp(1, size);
                let all: Vec<f64> = (0..size).map(|_| person(&mut rng, z * icc.sqrt(), (1.0 - icc).sqrt())).collect();
                let at = (z + 4.0) * 10.0;
                let (low, share) = (at.floor() as usize, at - at.floor());
                let truth = expected[low] * (1.0 - share) + expected[low + 1] * share;
                truths.push((truth, unit_mean(&all).mean, size as u64));
                means.push(unit_mean(&all[..answered]));
            }
            let fit = Shrinkage::fit(&means).expect("people differ");
            for ((truth, members, size), unit) in truths.iter().zip(&means) {
                let (p, c) = (fit.process(unit), fit.census(unit, *size));
                process += u32::from((p.lower()..=p.upper()).contains(truth));
                census += u32::from((c.lower() - 1e-12..=c.upper() + 1e-12).contains(members));
                total += 1;
                claimed += p.probability_above(3.2);
                happened += f64::from(u8::from(*truth > 3.2));
            }
        }
        let n = f64::from(total);
        (f64::from(census) / n, f64::from(process) / n, (claimed - happened).abs() / n)
    }

    #[test]
    fn intervals_cover_what_they_claim() {
        // 720 units a cell in 12 organizations: one standard error of a coverage near .95 is about .01.
        let mut cells = Vec::new();
        for (i, icc) in [0.0, 0.1, 0.3].into_iter().enumerate() {
            let expected = levels(icc);
            for (j, sizes) in [(3, 8), (8, 20), (20, 50)].into_iter().enumerate() {
                let organizations = if sizes.1 > 20 { 6 } else { 12 };
                let (census, process, error) =
                    coverage(60, sizes, (icc, &expected), organizations, (10 * i + j) as u64);
                assert!(census > 0.92 && process > 0.90, "icc {icc} sizes {sizes:?}: {census:.3} {process:.3}");
                // Without true differences every unit stands at one point and calibration has no meaning.
                assert!(icc == 0.0 || error < 0.06, "icc {icc} sizes {sizes:?}: P(true > c) is off by {error:.3}");
                cells.push((census, process));
            }
        }
        let mean = |f: fn(&(f64, f64)) -> f64| cells.iter().map(f).sum::<f64>() / cells.len() as f64;
        let (census, process) = (mean(|c| c.0), mean(|c| c.1));
        assert!((0.94..0.975).contains(&census) && (0.94..0.985).contains(&process), "{census:.3} {process:.3}");
    }

    #[test]
    fn few_units_are_covered_too() {
        for icc in [0.0, 0.1, 0.3] {
            let expected = levels(icc);
            for g in [3, 5, 8, 15, 24] {
                let (census, process, _) = coverage(g, (3, 12), (icc, &expected), 700 / g, 100 + g as u64);
                assert!(census > 0.93 && process > 0.92, "{g} units, icc {icc}: {census:.3} {process:.3}");
            }
        }
    }

    #[test]
    fn a_plug_in_of_zero_between_would_not_do() {
        // What integration is for: with ten alike units the naive estimate of τ is 0 and the interval a sliver.
        let units: Vec<UnitMean> = (0..10).map(|_| UnitMean { mean: 3.0, n: 6, squares: 5.0 }).collect();
        let fit = Shrinkage::fit(&units).unwrap();
        let p = fit.process(&units[0]);
        let naive = 2.0 * Z95 * sqrt(fit.within() / 60.0);
        assert!(p.upper() - p.lower() > 1.3 * naive, "{} {naive}", p.upper() - p.lower());
        assert_eq!(p.value(), 3.0);
    }

    #[test]
    fn a_full_census_is_exact_and_a_silent_rest_is_not() {
        let units = [(3.0, 4), (3.5, 6), (2.5, 5)].map(|(mean, n)| UnitMean { mean, n, squares: n as f64 - 1.0 });
        let fit = Shrinkage::fit(&units).unwrap();
        let full = fit.census(&units[1], 6);
        assert_eq!((full.value(), full.sd()), (3.5, 0.0));
        assert_eq!((full.probability_above(3.4), full.probability_above(3.6)), (1.0, 0.0));
        let part = fit.census(&units[1], 12);
        assert!(part.sd() > 0.0 && part.sd() < fit.process(&units[1]).sd());
        assert!(part.value() < 3.5 && part.value() > 3.0);
    }

    #[test]
    fn shrinkage_does_not_depend_on_the_range_of_scores() {
        let units =
            [(3.0, 4), (3.5, 6), (2.5, 5), (4.0, 1)].map(|(mean, n)| UnitMean { mean, n, squares: 0.7 * n as f64 });
        let wide = units.map(|u| UnitMean { mean: 25.0 * u.mean, n: u.n, squares: 625.0 * u.squares });
        let (a, b) = (Shrinkage::fit(&units).unwrap(), Shrinkage::fit(&wide).unwrap());
        for (u, w) in units.iter().zip(&wide) {
            assert!((25.0 * a.process(u).value() - b.process(w).value()).abs() < 1e-9);
            assert!((25.0 * a.process(u).sd() - b.process(w).sd()).abs() < 1e-9);
        }
    }

    #[test]
    fn units_that_differ_much_keep_their_means() {
        let units = [10.0, 50.0, 90.0, 30.0].map(|mean| UnitMean { mean, n: 8, squares: 7.0 });
        let fit = Shrinkage::fit(&units).unwrap();
        for u in &units {
            assert!((fit.process(u).value() - u.mean).abs() < 0.2, "{} {}", u.mean, fit.process(u).value());
        }
    }

    #[test]
    fn nothing_is_pooled_from_two_units_or_none_who_differ() {
        let u = UnitMean { mean: 3.0, n: 4, squares: 2.0 };
        assert_eq!(Shrinkage::fit(&[u, u]), None);
        assert_eq!(Shrinkage::fit(&[UnitMean { squares: 0.0, ..u }; 5]), None);
        assert_eq!(Shrinkage::fit(&[UnitMean { n: 1, squares: 0.0, ..u }; 5]), None);
    }
}

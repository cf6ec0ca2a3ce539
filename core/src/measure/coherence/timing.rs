//! Divergence in time: does one part take longer from raised to decided than the others?

use crate::dice::{Dice, Stream};
use crate::measure::value::Absence;

/// The fewest decisions of a part.
pub const MIN_TIMED: usize = 5;
const DRAWS: u32 = 199;
/// Beyond so many decisions no random parts are drawn.
const MOST: usize = 5_000;

/// The part that stands furthest from the others in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// Which part.
    pub part: usize,
    /// Cliff's delta: how much likelier a decision of that part is to take longer than one of the others than shorter,
    /// -1 to 1 (Cliff 1993).
    pub delta: f64,
    /// The probability that some part stands as far by chance, from decisions dealt to the parts at random; `None`
    /// where there are too many to draw.
    pub p: Option<f64>,
}

/// Compares each part with the others together; parts of fewer than [`MIN_TIMED`] decisions are not compared.
///
/// # Errors
/// `TooFew` when fewer than two parts have enough decisions.
pub fn timing(parts: &[Vec<f64>], seed: u64) -> Result<Timing, Absence> {
    let large = parts.iter().filter(|days| days.len() >= MIN_TIMED).count() as u64;
    if large < 2 {
        return Err(Absence::TooFew { n: large, need: 2 });
    }
    let mut dealt: Vec<(f64, usize)> =
        parts.iter().enumerate().flat_map(|(part, days)| days.iter().map(move |d| (*d, part))).collect();
    dealt.sort_by(|a, b| a.0.total_cmp(&b.0));
    let days: Vec<f64> = dealt.iter().map(|(d, _)| *d).collect();
    let mut whose: Vec<usize> = dealt.iter().map(|(_, part)| *part).collect();
    let middle = mid_ranks(&days);
    let furthest = |whose: &[usize]| {
        let mut sums = vec![(0.0, 0_usize); parts.len()];
        for (r, part) in middle.iter().zip(whose) {
            if let Some((sum, n)) = sums.get_mut(*part) {
                *sum += r;
                *n += 1;
            }
        }
        let all = whose.len() as f64;
        let mut best = (0, 0.0_f64);
        for (part, (sum, n)) in sums.iter().enumerate().filter(|(_, (_, n))| *n >= MIN_TIMED) {
            let n = *n as f64;
            // From the rank sum: U / (n m) is the share of pairs in which this part takes longer.
            let delta = 2.0 * (sum - n * (n + 1.0) / 2.0) / (n * (all - n)) - 1.0;
            if delta.abs() > best.1.abs() {
                best = (part, delta);
            }
        }
        best
    };
    let (part, delta) = furthest(&whose);
    if whose.len() > MOST {
        return Ok(Timing { part, delta, p: None });
    }
    let mut dice = Dice::new(seed, Stream::Decisions);
    let mut hits = 0_u32;
    for _ in 0..DRAWS {
        dice.shuffle(&mut whose);
        hits += u32::from(furthest(&whose).1.abs() >= delta.abs() * (1.0 - 1e-12));
    }
    Ok(Timing { part, delta, p: Some((1.0 + f64::from(hits)) / (1.0 + f64::from(DRAWS))) })
}

/// Ranks of sorted values, ties sharing the mean of their places.
fn mid_ranks(sorted: &[f64]) -> Vec<f64> {
    let mut out = Vec::with_capacity(sorted.len());
    for run in sorted.chunk_by(|a, b| a == b) {
        let middle = out.len() as f64 + (run.len() as f64 + 1.0) / 2.0;
        out.extend(run.iter().map(|_| middle));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_part_is_found_and_equal_parts_are_not() {
        let quick: Vec<f64> = (0..12).map(|i| f64::from(i % 5)).collect();
        let slow: Vec<f64> = quick.iter().map(|d| d + 10.0).collect();
        let found = timing(&[quick.clone(), slow, quick.clone()], 1).unwrap();
        assert_eq!((found.part, found.delta), (1, 1.0));
        assert!(found.p.unwrap() < 0.02);
        let same = timing(&[quick.clone(), quick.clone(), quick.clone()], 1).unwrap();
        assert!(same.delta.abs() < 1e-12 && same.p.unwrap() > 0.5, "{same:?}");
        assert_eq!(timing(&[quick, vec![1.0; 4]], 1), Err(Absence::TooFew { n: 1, need: 2 }));
    }
}

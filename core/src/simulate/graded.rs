//! The graded response model (Samejima 1969, Psychometrika Monograph 17): how likely each answer is for a person of a
//! given standing.
//!
//! A standing is in steps (a quarter of the answer range) from the middle of the range. An item with discrimination `a`
//! and thresholds `b_1 < b_2 < ...` is answered above its k-th answer with probability `1 / (1 + exp(-a (standing -
//! b_k)))`: `a` is how sharply answers follow the standing, each `b` the standing at which half go beyond.

use crate::dice::Dice;
use crate::error::{Error, Result};
use crate::num;
use serde_json::{Value, json};
use std::f64::consts::PI;

/// The sharpest item that is simulated.
const SHARPEST: f64 = 10.0;
/// The farthest threshold, in steps from the middle.
const FARTHEST: f64 = 10.0;
/// SD of a drawn threshold around its even place, in steps.
const THRESHOLD_SD: f64 = 0.2;

/// The parameters of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Graded {
    /// How sharply answers follow the standing, per step: above 0, at most 10.
    pub discrimination: f64,
    /// The standing at which half go beyond each answer but the highest, ascending, in steps from the middle of the
    /// answer range, -10 to 10.
    pub thresholds: Vec<f64>,
}

impl Graded {
    /// Whether it can be simulated for an item of so many options.
    pub(crate) fn check(&self, options: usize, at: &str) -> Result<()> {
        if !sharp(self.discrimination) {
            return Err(Error::input("out_of_range", format!("`{}` is out of range", self.discrimination))
                .at(format!("{at}.discrimination"))
                .help(format!("give a number above 0 and at most {SHARPEST}")));
        }
        let inside = self.thresholds.iter().all(|b| b.abs() <= FARTHEST);
        let ascending = self.thresholds.iter().zip(self.thresholds.iter().skip(1)).all(|(a, b)| a < b);
        if self.thresholds.len() + 1 != options || !inside || !ascending {
            let message = format!("{} thresholds of an item of {options} options", self.thresholds.len());
            return Err(Error::input("bad_thresholds", message)
                .at(format!("{at}.thresholds"))
                .help(format!("give one threshold fewer than options, ascending, from -{FARTHEST} to {FARTHEST}")));
        }
        Ok(())
    }

    /// An item of ordinary shape: its discrimination drawn evenly from a range, its thresholds near where a scale cut at
    /// the halves has them, all shifted by how hard the item is.
    pub(crate) fn draw((least, most): (f64, f64), (lo, hi): (i64, i64), offset: f64, dice: &mut Dice) -> Graded {
        let discrimination = least + (most - least) * dice.uniform();
        let step = (hi - lo) as f64 / 4.0;
        let middle = (lo + hi) as f64 / 2.0;
        // Many options lie closer together than the scatter, and thresholds must ascend.
        let scatter = THRESHOLD_SD.min(0.25 / step);
        let mut thresholds: Vec<f64> =
            (lo..hi).map(|k| (k as f64 + 0.5 - middle) / step - offset + scatter * dice.normal()).collect();
        thresholds.sort_by(f64::total_cmp);
        Graded { discrimination, thresholds }
    }

    /// How many thresholds a person goes beyond, where `u` is the person's luck with this item, even in `[0, 1)`.
    pub(crate) fn passed(&self, standing: f64, u: f64) -> i64 {
        self.thresholds.iter().filter(|b| self.beyond(**b, standing) > u).count() as i64
    }

    /// The mean number of thresholds gone beyond, over people whose standings are normal.
    pub(crate) fn expected(&self, mean: f64, sd: f64) -> f64 {
        if sd == 0.0 {
            return num::sum(self.thresholds.iter().map(|b| self.beyond(*b, mean)));
        }
        // The trapezoid rule on z from -8 to 8. Its error falls as exp(-2 pi^2 / (a sd width)), from the poles of the
        // logistic curve, which for this width is below 1e-8.
        let width = (1.0 / (self.discrimination * sd)).min(0.25);
        let half = (8.0 / width) as i64;
        let total: Vec<(f64, f64)> = (-half..=half)
            .map(|i| {
                let z = i as f64 * width;
                let weight = num::exp(-z * z / 2.0);
                (weight, weight * num::sum(self.thresholds.iter().map(|b| self.beyond(*b, mean + sd * z))))
            })
            .collect();
        num::sum(total.iter().map(|t| t.1)) / num::sum(total.iter().map(|t| t.0))
    }

    /// Variance of the logistic luck of an answer, in squared steps.
    pub(crate) fn noise(&self) -> f64 {
        PI * PI / 3.0 / (self.discrimination * self.discrimination)
    }

    fn beyond(&self, threshold: f64, standing: f64) -> f64 {
        1.0 / (1.0 + num::exp(-self.discrimination * (standing - threshold)))
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({"discrimination": self.discrimination, "thresholds": self.thresholds})
    }
}

/// Whether a discrimination can be simulated; not when it is no number.
pub(crate) fn sharp(discrimination: f64) -> bool {
    discrimination > 0.0 && discrimination <= SHARPEST
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Stream;

    fn item() -> Graded {
        Graded { discrimination: 1.5, thresholds: vec![-1.2, -0.3, 0.4, 1.6] }
    }

    #[test]
    fn answers_follow_the_curves() {
        let g = item();
        assert_eq!([-20.0, 20.0].map(|s| g.passed(s, 0.5)), [0, 4]);
        // At a threshold half go beyond it.
        assert_eq!([0.49, 0.51].map(|u| g.passed(0.4, u)), [3, 2]);
        let mut dice = Dice::new(9, Stream::Survey);
        let n = 40_000;
        for standing in [-1.0, 0.0, 0.7] {
            let mean = (0..n).map(|_| g.passed(standing, dice.uniform())).sum::<i64>() as f64 / f64::from(n);
            // Five standard errors, of an SD below 1.5.
            assert!((mean - g.expected(standing, 0.0)).abs() < 5.0 * 1.5 / 200.0, "{standing}: {mean}");
        }
    }

    #[test]
    fn the_expected_answer_is_the_mean_over_people() {
        for (a, sd) in [(0.4, 0.7), (1.5, 0.7), (10.0, 4.0), (10.0, 0.01), (3.0, 1.0)] {
            let g = Graded { discrimination: a, ..item() };
            // By brute force: the midpoint rule on a grid of a thousandth.
            let grid: Vec<f64> = (-9_000..9_000).map(|i| (f64::from(i) + 0.5) / 1_000.0).collect();
            let weight = num::sum(grid.iter().map(|z| num::exp(-z * z / 2.0)));
            let total = num::sum(grid.iter().map(|z| num::exp(-z * z / 2.0) * g.expected(0.3 + sd * z, 0.0)));
            let got = g.expected(0.3, sd);
            assert!((got - total / weight).abs() < 1e-6, "{a} {sd}: {got} {}", total / weight);
        }
    }

    #[test]
    fn drawn_items_can_be_simulated() {
        let mut dice = Dice::new(1, Stream::Items);
        for options in [(1, 2), (1, 5), (0, 10), (0, 100)] {
            for _ in 0..50 {
                let g = Graded::draw((0.8, 2.5), options, 0.1, &mut dice);
                g.check((options.1 - options.0 + 1) as usize, "x").unwrap();
                assert!((0.8..2.5).contains(&g.discrimination));
            }
        }
    }

    #[test]
    fn impossible_parameters_are_refused() {
        let refused = |g: &Graded| {
            let e = g.check(5, "scales[0].graded[1]").unwrap_err();
            (e.code(), e.path().rsplit('.').next().unwrap().to_owned())
        };
        for bad in [0.0, -1.0, 11.0, f64::NAN] {
            assert_eq!(refused(&Graded { discrimination: bad, ..item() }), ("out_of_range", "discrimination".into()));
        }
        for bad in [vec![], vec![0.0; 4], vec![-1.0, 0.0, 1.0], vec![3.0, 2.0, 1.0, 0.0], vec![0.0, 1.0, 2.0, f64::NAN]]
        {
            assert_eq!(refused(&Graded { thresholds: bad, ..item() }), ("bad_thresholds", "thresholds".into()));
        }
    }
}

//! What released means say of the people behind them once rounding is counted in: no exact recovery is needed to know
//! a small group too well.
//!
//! All of it is reckoned in whole millionths, bounds rounded outwards: a range that is told contains the true mean.
//!
//! The sum of every atom lies between its people times the lowest and the highest score; the sum of every released
//! cell lies within rounding of its mean. Each bound narrows the others until nothing moves. The ranges that result
//! contain the true ones; a group that is pinned down only by several cells at once may be known better than they say.

use super::blocks::Groups;
use super::report::{Leak, Level};
use super::tables::TableCell;
use crate::error::{Error, Result};
use std::collections::HashMap;

/// How scores are made, and how exactly they were released.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// The lowest score of a person.
    pub lo: f64,
    /// The highest score of a person.
    pub hi: f64,
    /// To what released means were rounded: 1 for whole numbers, 0.1 for one decimal.
    pub rounding: f64,
    /// The step between two possible scores of a person, where there is one: 25 for a five-point item on 0 to 100.
    pub step: Option<f64>,
    /// A range of a mean narrower than this is a leak.
    pub width: f64,
}

/// Rounds of narrowing before what is known so far has to do.
const ROUNDS: usize = 50;
/// Parts of one point.
const UNIT: f64 = 1e6;
/// Scores beyond this could not be summed over everybody.
const LARGEST: f64 = 1e9;

/// Bounds of sums, in parts of a point.
type Bounds = Vec<(i128, i128)>;

impl Values {
    /// # Errors
    /// `bad_values` for scores without a range, steps or widths of nothing, and numbers too large to be summed.
    pub(crate) fn check(&self) -> Result<()> {
        let sizes = [self.lo, self.hi, self.rounding, self.step.unwrap_or(1.0), self.width];
        let sound = sizes.iter().all(|x| x.is_finite() && x.abs() <= LARGEST);
        if sound && self.lo < self.hi && self.rounding >= 0.0 && self.step.is_none_or(|s| s >= 1.0 / UNIT) {
            return Ok(());
        }
        Err(Error::input("bad_values", "the scores have no range")
            .at("values")
            .help("give lo below hi, a rounding from 0, and steps above 0"))
    }

    fn ends(&self, n: u64) -> (i128, i128) {
        (times(n, down(self.lo)), times(n, up(self.hi)))
    }

    /// The sums that people can have between two numbers: with steps, whole numbers of these from the lowest.
    fn stepped(&self, n: u64, (lo, hi): (i128, i128)) -> (i128, i128) {
        let Some(step) = self.step else { return (lo, hi) };
        // A step is a whole part of the range, where it is one to within what floats can say.
        let span = self.hi - self.lo;
        let parts = (span / step).round();
        let even = parts >= 1.0 && (parts * step - span).abs() <= 1e-9 * span;
        let (num, den) = if even { (down(span), parts as i128) } else { (down(step), 1) };
        let base = times(n, down(self.lo));
        if num == 0 {
            return (lo, hi);
        }
        // Rounded outwards where a step is no whole number of parts of a point.
        let ceil = |x: i128| -(-x).div_euclid(num);
        let from = ((lo - base) * den - times(n, 1)).max(0);
        let below = ceil(from) * num;
        let above = ((hi - base) * den + times(n, 1)).div_euclid(num) * num;
        (base + below.div_euclid(den), base - (-above).div_euclid(den))
    }
}

fn down(x: f64) -> i128 {
    (x * UNIT + 1e-3).floor() as i128
}

fn up(x: f64) -> i128 {
    (x * UNIT - 1e-3).ceil() as i128
}

fn times(n: u64, x: i128) -> i128 {
    i128::from(n).saturating_mul(x)
}

/// The sum of a cell whose released mean lies between two numbers.
fn told(n: u64, (lo, hi): (f64, f64)) -> (i128, i128) {
    (times(n, down(lo)), times(n, up(hi)))
}

/// A hidden group of too few people, and the range of its mean.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Narrow {
    pub(crate) group: usize,
    pub(crate) people: u64,
    pub(crate) range: (f64, f64),
}

/// The hidden groups of fewer than `need` people whose mean is left a range narrower than allowed. `means` says of each
/// group between what its released mean lies.
pub(crate) fn narrow(
    values: &Values,
    all: &Groups,
    means: &[Option<(f64, f64)>],
    hidden: &[bool],
    need: u64,
) -> Vec<Narrow> {
    let members = |i: usize| all.groups.get(i).map_or(&[][..], |g| g.atoms.as_slice());
    let mut bounds: Bounds = all.people.iter().map(|n| values.ends(*n)).collect();
    for _ in 0..ROUNDS {
        let mut moved = false;
        for (i, mean) in means.iter().enumerate() {
            let Some(mean) = mean else { continue };
            moved |= tighten(values, &all.people, &mut bounds, members(i), told(all.n(i), *mean));
        }
        if !moved {
            break;
        }
    }
    let few = (0..all.groups.len()).filter(|i| hidden.get(*i) == Some(&true) && (1..need).contains(&all.n(*i)));
    let found = few.map(|group| {
        let people = all.n(group);
        Narrow { group, people, range: possible(values, people, total(&bounds, members(group))) }
    });
    found.filter(|f| f.range.1 - f.range.0 < values.width).collect()
}

/// Ranges of leaks that were found, and hidden cells of too few people whose range is too narrow.
pub(crate) fn ranges(values: &Values, all: &Groups, cells: &[TableCell], need: u64, leaks: &mut Vec<Leak>) {
    let place: HashMap<&str, usize> = cells.iter().enumerate().map(|(i, c)| (c.cell.as_str(), i)).collect();
    for leak in leaks.iter_mut() {
        leak.range = certain(values, cells, &place, leak);
    }
    let half = values.rounding / 2.0;
    let means: Vec<Option<(f64, f64)>> =
        cells.iter().map(|c| c.value.filter(|_| c.released).map(|v| (v - half, v + half))).collect();
    let hidden: Vec<bool> = cells.iter().map(|c| !c.released).collect();
    for found in narrow(values, all, &means, &hidden, need) {
        let Some(cell) = cells.get(found.group).map(|c| c.cell.clone()) else { continue };
        if leaks.iter().any(|l| l.cell.as_ref() == Some(&cell)) {
            continue;
        }
        leaks.push(Leak {
            level: Level::Interval,
            people: found.people,
            certificate: Vec::new(),
            cell: Some(cell),
            verified: true,
            range: Some(found.range),
        });
    }
}

/// The mean of the people of a leak, as its certificate gives it, when all of them have the same coefficient.
fn certain(values: &Values, cells: &[TableCell], place: &HashMap<&str, usize>, leak: &Leak) -> Option<(f64, f64)> {
    if leak.level == Level::Contrast || leak.certificate.is_empty() {
        return None;
    }
    let half = values.rounding / 2.0;
    let (mut sum, mut people) = ((0_i128, 0_i128), 0_i128);
    for (name, coefficient) in &leak.certificate {
        let cell = cells.get(*place.get(name.as_str())?)?;
        let (value, k) = (cell.value?, i128::from(*coefficient));
        let (lo, hi) = told(cell.n, (value - half, value + half));
        let ends = [k.checked_mul(lo)?, k.checked_mul(hi)?];
        sum.0 = sum.0.checked_add(*ends.iter().min()?)?;
        sum.1 = sum.1.checked_add(*ends.iter().max()?)?;
        people = people.checked_add(k.checked_mul(i128::from(cell.n))?)?;
    }
    // The coefficient of each person is the same, so the people count out to a multiple of it.
    let times = people.checked_div(i128::from(leak.people))?;
    let (lo, hi) = if times < 0 { (-sum.1, -sum.0) } else { sum };
    let times = times.checked_abs().filter(|t| *t > 0)?;
    let ends = (lo.div_euclid(times), -(-hi).div_euclid(times));
    let own = values.ends(leak.people);
    Some(possible(values, leak.people, (ends.0.max(own.0), ends.1.min(own.1))))
}

/// The lowest and highest mean that people can have whose sum lies between two numbers.
fn possible(values: &Values, n: u64, sum: (i128, i128)) -> (f64, f64) {
    let (lo, hi) = values.stepped(n, sum);
    let mean = |x: i128| x as f64 / UNIT / n as f64;
    // Millionths are finer than any score that is released.
    let tidy = |x: f64| (x * 1e4).round() / 1e4;
    (tidy(mean(lo)), tidy(mean(hi)))
}

fn total(bounds: &Bounds, of: &[u32]) -> (i128, i128) {
    let known = of.iter().filter_map(|i| bounds.get(*i as usize));
    known.fold((0, 0), |(lo, hi), (l, h)| (lo.saturating_add(*l), hi.saturating_add(*h)))
}

fn tighten(values: &Values, people: &[u64], bounds: &mut Bounds, of: &[u32], (lo, hi): (i128, i128)) -> bool {
    let (low, high) = total(bounds, of);
    let mut moved = false;
    for i in of {
        let n = people.get(*i as usize).copied().unwrap_or(0);
        let Some(own) = bounds.get_mut(*i as usize) else { continue };
        let (l, h) = (own.0.max(lo - (high - own.1)), own.1.min(hi - (low - own.0)));
        if (l, h) == *own {
            continue;
        }
        let (l, h) = values.stepped(n, (l, h));
        let (l, h) = (l.max(own.0), h.min(own.1));
        // Values that contradict one another narrow nothing.
        if l <= h && (l, h) != *own {
            *own = (l, h);
            moved = true;
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::super::blocks::Group;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever people answered, the range told of a hidden group contains its mean.
        #[test]
        fn ranges_hold_the_truth(
            answers in prop::collection::vec(prop::collection::vec(0u32..=4, 1..6), 2..6), points in 4u32..8,
            decimals in 0i32..3, stepped in any::<bool>(),
        ) {
            let step = 100.0 / f64::from(points);
            let scores: Vec<Vec<f64>> =
                answers.iter().map(|a| a.iter().map(|x| f64::from((*x).min(points)) * step).collect()).collect();
            let people: Vec<u64> = answers.iter().map(|a| a.len() as u64).collect();
            let mut groups = vec![Group { layer: 0, atoms: (0..people.len() as u32).collect() }];
            groups.extend((0..people.len() as u32).map(|a| Group { layer: 0, atoms: vec![a] }));
            let all = Groups { people, groups };
            let rounding = 10f64.powi(-decimals);
            let mean = |g: usize| {
                let of = &all.groups[g].atoms;
                let sum: f64 = of.iter().flat_map(|a| &scores[*a as usize]).sum();
                sum / all.n(g) as f64
            };
            // All but the last of the parts are shown.
            let shown = |g: usize| g + 1 < all.groups.len();
            let means: Vec<Option<(f64, f64)>> = (0..all.groups.len())
                .map(|g| (mean(g) / rounding).round() * rounding)
                .enumerate()
                .map(|(g, m)| shown(g).then_some((m - rounding / 2.0, m + rounding / 2.0)))
                .collect();
            let hidden: Vec<bool> = (0..all.groups.len()).map(|g| !shown(g)).collect();
            let values =
                Values { lo: 0.0, hi: 100.0, rounding, step: stepped.then_some(step), width: 1000.0 };
            let found = narrow(&values, &all, &means, &hidden, 100);
            prop_assert_eq!(found.len(), 1);
            let truth = mean(found[0].group);
            prop_assert!(found[0].range.0 <= truth + 1e-3 && truth <= found[0].range.1 + 1e-3, "{:?} {truth}", found);
        }
    }
}

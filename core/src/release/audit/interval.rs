//! What released means say of the people behind them once rounding is counted in: no exact recovery is needed to know
//! a small group too well.
//!
//! The sum of every atom lies between its people times the lowest and the highest score; the sum of every released
//! cell lies within rounding of its mean. Each bound narrows the others until nothing moves. The ranges that result
//! contain the true ones; a group that is pinned down only by several cells at once may be known better than they say.

use super::blocks::Groups;
use super::report::{Leak, Level};
use super::tables::TableCell;
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

type Bounds = Vec<(f64, f64)>;

/// Ranges of leaks that were found, and hidden cells of too few people whose range is too narrow.
pub(crate) fn ranges(values: &Values, all: &Groups, cells: &[TableCell], need: u64, leaks: &mut Vec<Leak>) {
    let place: HashMap<&str, usize> = cells.iter().enumerate().map(|(i, c)| (c.cell.as_str(), i)).collect();
    for leak in leaks.iter_mut() {
        leak.range = certain(values, cells, &place, leak);
    }
    let mut bounds: Bounds = all.people.iter().map(|n| (*n as f64 * values.lo, *n as f64 * values.hi)).collect();
    let members = |i: usize| all.groups.get(i).map_or(&[][..], |g| g.atoms.as_slice());
    for _ in 0..ROUNDS {
        let mut moved = false;
        for (i, cell) in cells.iter().enumerate().filter(|(_, c)| c.released) {
            let Some(v) = cell.value else { continue };
            let (n, half) = (cell.n as f64, values.rounding / 2.0);
            moved |= narrow(&mut bounds, members(i), n * (v - half), n * (v + half));
        }
        if !moved {
            break;
        }
    }
    for (i, cell) in cells.iter().enumerate().filter(|(_, c)| !c.released && c.n > 0 && c.n < need) {
        if leaks.iter().any(|l| l.cell.as_deref() == Some(cell.cell.as_str())) {
            continue;
        }
        let (lo, hi) = total(&bounds, members(i));
        let range = possible(values, cell.n, lo, hi);
        if range.1 - range.0 < values.width {
            leaks.push(Leak {
                level: Level::Interval,
                people: cell.n,
                certificate: Vec::new(),
                cell: Some(cell.cell.clone()),
                verified: false,
                range: Some(range),
            });
        }
    }
}

/// The mean of the people of a leak, as its certificate gives it, when all of them have the same coefficient.
fn certain(values: &Values, cells: &[TableCell], place: &HashMap<&str, usize>, leak: &Leak) -> Option<(f64, f64)> {
    if leak.level == Level::Contrast || leak.certificate.is_empty() {
        return None;
    }
    let (mut sum, mut slack, mut people) = (0.0, 0.0, 0.0);
    for (name, times) in &leak.certificate {
        let cell = cells.get(*place.get(name.as_str())?)?;
        let weight = *times as f64 * cell.n as f64;
        sum += weight * cell.value?;
        slack += weight.abs() * values.rounding / 2.0;
        people += weight;
    }
    // The coefficient of each person is the same, so the people count out to a multiple of it.
    let times = people / leak.people as f64;
    let (lo, hi) = ((sum - slack) / times, (sum + slack) / times);
    Some(possible(values, leak.people, lo.min(hi), lo.max(hi)))
}

/// The lowest and highest mean that people can have whose sum lies between two numbers.
fn possible(values: &Values, n: u64, lo: f64, hi: f64) -> (f64, f64) {
    let n = n as f64;
    let (mut lo, mut hi) = (lo.max(n * values.lo), hi.min(n * values.hi));
    if let Some(step) = values.step {
        // A hair wide of the bound, so that rounding errors of this sum exclude nothing.
        let hair = 1e-9 * (1.0 + hi.abs());
        lo = n * values.lo + ((lo - n * values.lo - hair) / step).ceil() * step;
        hi = n * values.lo + ((hi - n * values.lo + hair) / step).floor() * step;
    }
    (lo / n, hi / n)
}

fn total(bounds: &Bounds, of: &[u32]) -> (f64, f64) {
    of.iter().filter_map(|i| bounds.get(*i as usize)).fold((0.0, 0.0), |(lo, hi), (l, h)| (lo + l, hi + h))
}

fn narrow(bounds: &mut Bounds, of: &[u32], lo: f64, hi: f64) -> bool {
    let (low, high) = total(bounds, of);
    let mut moved = false;
    for i in of {
        let Some(own) = bounds.get_mut(*i as usize) else { continue };
        let (l, h) = (own.0.max(lo - (high - own.1)), own.1.min(hi - (low - own.0)));
        // Values that contradict one another narrow nothing.
        if l <= h && (l > own.0 + 1e-9 || h < own.1 - 1e-9) {
            *own = (l, h);
            moved = true;
        }
    }
    moved
}

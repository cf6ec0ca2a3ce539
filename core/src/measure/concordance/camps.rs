//! Camps: one view, two that stand apart by more than chance, or none.

use super::lists::List;
use crate::dice::{Dice, Stream};
use crate::measure::linalg::Matrix;
use crate::measure::ordinal::{SharedView, consensus_of, spearman, two_camps};
use crate::measure::value::Absence;
use crate::num::{sqrt, sum};

/// The most leaders among whom camps are looked for.
pub const MAX_LEADERS: usize = 300;
/// The fewest: below, any split looks like two camps.
const FEWEST: usize = 6;
/// Random orders drawn, and the share of them that may look as split as what was seen.
const DRAWS: u32 = 199;
const ALPHA: f64 = 0.05;

/// How leaders stand to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// One shared view.
    One,
    /// Two camps that agree within and not between.
    TwoCamps,
    /// Neither can be told from chance.
    Neither,
}

impl View {
    /// `one_view`, `two_camps` or `neither`.
    pub fn as_str(self) -> &'static str {
        match self {
            View::One => "one_view",
            View::TwoCamps => "two_camps",
            View::Neither => "neither",
        }
    }
}

/// What was found among leaders.
#[derive(Debug, Clone, PartialEq)]
pub struct Camps {
    /// One view, two camps, or neither.
    pub view: View,
    /// The largest eigenvalue of the matrix of agreement over the second; infinite when the second is not positive.
    pub ratio: f64,
    /// Mean agreement within camps less that between them.
    pub apart: f64,
    /// The probability of so large a gap among as many who rank by chance.
    pub p: f64,
    /// By list: the camp, 0 for the larger; all 0 when there is one view.
    pub camps: Vec<usize>,
}

/// Looks for camps among lists that rank the same priorities.
///
/// One view is told by the convention of cultural consensus (a ratio of eigenvalues of 3 and nobody against). Otherwise
/// leaders are split so that each agrees more with their own side, and the gap between agreement within and between is
/// set against those of shuffled lists, split the same way: splitting noise makes a gap too.
///
/// # Errors
/// `TooFew` below six leaders; `TooLarge` beyond [`MAX_LEADERS`]; `Undefined` when lists share no varied priorities.
pub fn camps(lists: &[&List<'_>], seed: u64) -> Result<Camps, Absence> {
    let ranks: Vec<Vec<Option<f64>>> = lists.iter().filter(|l| !l.tied()).map(|l| l.ranks.clone()).collect();
    let m = ranks.len();
    if m < FEWEST {
        return Err(Absence::TooFew { n: m as u64, need: FEWEST as u64 });
    }
    if m > MAX_LEADERS {
        return Err(Absence::TooLarge { size: m as u64, limit: MAX_LEADERS as u64 });
    }
    let seen = matrix(&ranks)?;
    let consensus = consensus_of(&seen)?;
    let split = consensus.camps.clone();
    let apart = gap(&seen, &split).unwrap_or(0.0);
    let mut dice = Dice::new(seed, Stream::Concordance);
    let mut hits = 0_u32;
    let one = consensus.shared == SharedView::One;
    let draws = if one { 0 } else { DRAWS };
    let mut shuffled = ranks;
    for _ in 0..draws {
        for list in &mut shuffled {
            shuffle(list, &mut dice);
        }
        let drawn = matrix(&shuffled)?;
        hits += u32::from(gap(&drawn, &two_camps(&drawn)).is_some_and(|g| g >= apart));
    }
    let p = if one { 1.0 } else { (1.0 + f64::from(hits)) / (1.0 + f64::from(draws)) };
    let two = !one && apart > 0.0 && p <= ALPHA && split.contains(&1);
    let view = match (one, two) {
        (true, _) => View::One,
        (_, true) => View::TwoCamps,
        _ => View::Neither,
    };
    let camps = if two { split } else { vec![0; m] };
    Ok(Camps { view, ratio: consensus.ratio, apart: if one { 0.0 } else { apart }, p, camps })
}

/// Known ranks in another order; what was not ranked stays so.
fn shuffle(list: &mut [Option<f64>], dice: &mut Dice) {
    let mut known: Vec<f64> = list.iter().flatten().copied().collect();
    dice.shuffle(&mut known);
    let mut known = known.into_iter();
    list.iter_mut().flatten().for_each(|slot| *slot = known.next().unwrap_or(*slot));
}

/// Spearman's correlation of every two lists.
fn matrix(ranks: &[Vec<Option<f64>>]) -> Result<Matrix, Absence> {
    // Of full lists it is the product of ranks about their mean, of length one.
    let full: Option<Vec<Vec<f64>>> = ranks.iter().map(|list| list.iter().copied().collect()).collect();
    if let Some(mut full) = full {
        for list in &mut full {
            let mean = sum(list.iter().copied()) / list.len() as f64;
            let length = sqrt(sum(list.iter().map(|r| (r - mean) * (r - mean))));
            list.iter_mut().for_each(|r| *r = (*r - mean) / length);
        }
        let product = |a: &Vec<f64>, b: &Vec<f64>| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        return Ok(Matrix::symmetric(full.len(), |i, j| match full.get(i).zip(full.get(j)) {
            Some((a, b)) if i != j => product(a, b),
            _ => 1.0,
        }));
    }
    let mut fault = None;
    let agreement = Matrix::symmetric(ranks.len(), |i, j| match ranks.get(i).zip(ranks.get(j)) {
        Some((a, b)) if i != j => spearman(a, b).unwrap_or_else(|why| {
            fault = Some(why);
            0.0
        }),
        _ => 1.0,
    });
    fault.map_or(Ok(agreement), Err)
}

/// Mean agreement within camps less that between; nothing when there is one camp.
fn gap(agreement: &Matrix, camps: &[usize]) -> Option<f64> {
    let (mut within, mut between) = (Vec::new(), Vec::new());
    for (i, a) in camps.iter().enumerate() {
        for (j, b) in camps.iter().enumerate().skip(i + 1) {
            if a == b { &mut within } else { &mut between }.push(agreement.at(i, j));
        }
    }
    let mean = |v: &[f64]| (!v.is_empty()).then(|| sum(v.iter().copied()) / v.len() as f64);
    Some(mean(&within)? - mean(&between)?)
}

#[cfg(test)]
mod tests {
    use super::super::lists::{Lists, tests::rows};
    use super::*;

    const UP: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

    /// Leaders who hold an order and slip by some swaps of neighbors, or rank by chance.
    fn found(groups: &[(usize, Option<[&str; 6]>)], slips: usize, seed: u64) -> Camps {
        let mut dice = Dice::new(seed, Stream::Rankings);
        let mut given = Vec::new();
        for (g, (size, order)) in groups.iter().enumerate() {
            for i in 0..*size {
                let mut own = order.unwrap_or(UP);
                if order.is_none() {
                    dice.shuffle(&mut own);
                }
                for _ in 0..slips {
                    let k = dice.between(0, 4);
                    own.swap(k, k + 1);
                }
                given.extend(rows("u", "l", &[(&format!("r{g}-{i:02}"), &own.join(" "))]));
            }
        }
        let lists = Lists::of(&given, &[]);
        camps(&lists.lists.iter().collect::<Vec<_>>(), seed).unwrap()
    }

    #[test]
    fn two_camps_are_told_from_noise_and_from_one_view() {
        let turned = ["d", "f", "e", "a", "c", "b"];
        let (mut two, mut noise, mut one) = (0, 0, 0);
        for seed in 0..20 {
            let camps = found(&[(8, Some(UP)), (6, Some(turned))], 2, seed);
            two += usize::from(camps.view == View::TwoCamps);
            if camps.view == View::TwoCamps {
                let wrong = camps.camps.iter().enumerate().filter(|(i, c)| **c != usize::from(*i >= 8)).count();
                assert!(wrong <= 2, "{camps:?}");
            }
            noise += usize::from(found(&[(14, None)], 0, seed).view == View::Neither);
            one += usize::from(found(&[(14, Some(UP))], 2, seed).view == View::One);
        }
        assert!(two >= 18 && noise >= 17 && one >= 18, "{two} {noise} {one}");
    }

    #[test]
    fn a_few_are_no_camps() {
        let given = rows("u", "l", &[("a", "x y z"), ("b", "z y x")]);
        let lists = Lists::of(&given, &[]);
        let found = camps(&lists.lists.iter().collect::<Vec<_>>(), 0);
        assert_eq!(found, Err(Absence::TooFew { n: 2, need: 6 }));
    }
}

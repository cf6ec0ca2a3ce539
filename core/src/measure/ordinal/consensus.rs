//! Cultural consensus: do the judges share one view, or are there camps?

use super::ranks::spearman;
use crate::measure::linalg::Matrix;
use crate::measure::value::Absence;

/// What the ratio of eigenvalues is taken to mean (the convention of Romney, Weller and Batchelder 1986 and Weller
/// 2007).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedView {
    /// A ratio of 3 or more and nobody against: one shared view.
    One,
    /// From 2 to 3: weak.
    Weak,
    /// Below 2, or with somebody who stands against the rest: none.
    None,
}

impl SharedView {
    /// A snake_case name.
    pub fn as_str(self) -> &'static str {
        match self {
            SharedView::One => "one",
            SharedView::Weak => "weak",
            SharedView::None => "none",
        }
    }
}

/// Consensus of judges.
#[derive(Debug, Clone, PartialEq)]
pub struct Consensus {
    /// The largest eigenvalue of the agreement matrix over the second; infinite when the second is not positive.
    pub ratio: f64,
    /// How well each judge knows the shared view: the loading on the first factor.
    pub competence: Vec<f64>,
    /// What the ratio is taken to mean.
    pub shared: SharedView,
    /// For each judge 0 or 1: the two camps, the larger first; all 0 when one view is shared.
    pub camps: Vec<usize>,
}

/// Consensus of judges who ranked or rated the same objects: rows are judges; agreement of two is their Spearman
/// correlation over the objects both ranked.
///
/// # Errors
/// `TooFew` below three judges; those of [`spearman`] for a pair that has none.
pub fn consensus(judges: &[Vec<Option<f64>>]) -> Result<Consensus, Absence> {
    let m = judges.len();
    if m < 3 {
        return Err(Absence::TooFew { n: m as u64, need: 3 });
    }
    let mut fault = None;
    let agreement = Matrix::symmetric(m, |i, j| {
        let pair = judges.get(i).zip(judges.get(j));
        match pair.map_or(Ok(0.0), |(a, b)| if i == j { Ok(1.0) } else { spearman(a, b) }) {
            Ok(r) => r,
            Err(absence) => {
                fault = Some(absence);
                0.0
            }
        }
    });
    match fault {
        Some(absence) => Err(absence),
        None => consensus_of(&agreement),
    }
}

/// Consensus from a matrix of agreement between judges, ones on the diagonal, such as correlations or matches
/// corrected for guessing.
///
/// # Errors
/// `TooFew` below three judges.
pub fn consensus_of(agreement: &Matrix) -> Result<Consensus, Absence> {
    let m = agreement.size();
    if m < 3 {
        return Err(Absence::TooFew { n: m as u64, need: 3 });
    }
    let mut eigen = agreement.eigen().into_iter();
    let few = Absence::TooFew { n: m as u64, need: 3 };
    let (Some((first, vector)), Some((second, _))) = (eigen.next(), eigen.next()) else { return Err(few) };
    let ratio = if second > 1e-12 { first / second } else { f64::INFINITY };
    let turn = if vector.iter().sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
    let competence: Vec<f64> = vector.iter().map(|v| turn * v * crate::num::sqrt(first.max(0.0))).collect();
    let against = competence.iter().any(|c| *c < 0.0);
    let shared = match ratio {
        r if r >= 3.0 && !against => SharedView::One,
        r if r >= 2.0 && !against => SharedView::Weak,
        _ => SharedView::None,
    };
    let camps = if shared == SharedView::One { vec![0; m] } else { two_camps(agreement) };
    Ok(Consensus { ratio, competence, shared, camps })
}

/// Starts from the two who agree least; everybody joins the camp with which they agree more on average, until nobody
/// moves.
pub(crate) fn two_camps(agreement: &Matrix) -> Vec<usize> {
    let m = agreement.size();
    let mut least = (0, 1);
    for i in 0..m {
        for j in i + 1..m {
            if agreement.at(i, j) < agreement.at(least.0, least.1) {
                least = (i, j);
            }
        }
    }
    let mut camps: Vec<usize> =
        (0..m).map(|k| usize::from(agreement.at(k, least.1) > agreement.at(k, least.0))).collect();
    for _ in 0..100 {
        let mean = |judge: usize, camp: usize| {
            let others = || (0..m).filter(|k| *k != judge && camps.get(*k) == Some(&camp));
            let n = others().count();
            // Nobody else in it: then it is agreement with the others, or against them, that decides.
            if n == 0 { 0.0 } else { others().map(|k| agreement.at(judge, k)).sum::<f64>() / n as f64 }
        };
        let next: Vec<usize> = (0..m).map(|k| usize::from(mean(k, 1) > mean(k, 0))).collect();
        if next == camps {
            break;
        }
        camps = next;
    }
    let second = camps.iter().filter(|c| **c == 1).count();
    if 2 * second > m {
        for c in &mut camps {
            *c = 1 - *c;
        }
    }
    camps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[[i32; 6]]) -> Vec<Vec<Option<f64>>> {
        rows.iter().map(|r| r.iter().map(|v| Some(f64::from(*v))).collect()).collect()
    }

    #[test]
    fn one_view_with_slips_is_one_view() {
        let found = consensus(&table(&[
            [1, 2, 3, 4, 5, 6],
            [1, 3, 2, 4, 5, 6],
            [2, 1, 3, 4, 6, 5],
            [1, 2, 3, 5, 4, 6],
            [1, 2, 4, 3, 5, 6],
        ]))
        .unwrap();
        assert_eq!((found.shared, found.camps), (SharedView::One, vec![0; 5]));
        assert!(found.ratio > 3.0 && found.competence.iter().all(|c| *c > 0.7));
    }

    #[test]
    fn two_camps_are_told_apart() {
        // Three who see it one way, two the other way round, and the same with unrelated views.
        let up = [1, 2, 3, 4, 5, 6];
        let down = [6, 5, 4, 3, 2, 1];
        let found = consensus(&table(&[up, down, up, [2, 1, 3, 4, 5, 6], down])).unwrap();
        assert_eq!((found.shared, found.camps.as_slice()), (SharedView::None, [0, 1, 0, 0, 1].as_slice()));
        let block = Matrix::symmetric(6, |i, j| match () {
            () if i == j => 1.0,
            () if (i < 3) == (j < 3) => 0.8,
            () => 0.05,
        });
        let found = consensus_of(&block).unwrap();
        assert_eq!((found.shared, found.camps.as_slice()), (SharedView::None, [0, 0, 0, 1, 1, 1].as_slice()));
    }

    #[test]
    fn too_few_and_the_indifferent_say_why() {
        assert!(matches!(consensus(&table(&[[1; 6]; 2])), Err(Absence::TooFew { n: 2, need: 3 })));
        assert!(matches!(consensus(&table(&[[1; 6]; 3])), Err(Absence::Undefined(_))));
    }
}

//! Agreement of several rankings of the same objects: Kendall's W, the mean Spearman correlation, and chance.

use super::ranks::{Ranks, rank};
use crate::dice::{Dice, Stream};
use crate::measure::value::Absence;
use crate::num::sum;

/// Kendall's W of judges over objects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Concordance {
    /// Judges.
    pub judges: u64,
    /// Objects.
    pub objects: u64,
    /// `12S / (m²(n³ − n) − mΣT)`, corrected for ties, 0 to 1 (Kendall and Babington Smith 1939; Kendall 1945).
    pub w: f64,
    /// `12S / (m²(n³ − n))`, as if nobody tied.
    pub w_uncorrected: f64,
}

impl Concordance {
    /// The mean Spearman correlation of pairs of judges, `(mW − 1)/(m − 1)`.
    pub fn mean_spearman(&self) -> f64 {
        let m = self.judges as f64;
        (m * self.w - 1.0) / (m - 1.0)
    }

    /// Friedman's χ² `m(n − 1)W`.
    pub fn friedman(&self) -> f64 {
        self.judges as f64 * (self.objects as f64 - 1.0) * self.w
    }
}

/// Kendall's W of rankings or ratings: `judges` are rows, every row the same objects, the least value first; the scale
/// of values does not matter.
///
/// # Errors
/// `TooFew` below two judges or two objects; `Undefined` when a judge left an object out or all tied everything.
///
/// ```
/// use colead::measure::ordinal::kendall_w;
/// let alike = vec![vec![Some(1.0), Some(2.0), Some(3.0)]; 3];
/// assert_eq!(kendall_w(&alike)?.w, 1.0);
/// # Ok::<(), colead::measure::Absence>(())
/// ```
pub fn kendall_w(judges: &[Vec<Option<f64>>]) -> Result<Concordance, Absence> {
    let ranks = complete(judges)?;
    concordance(&ranks)
}

fn complete(judges: &[Vec<Option<f64>>]) -> Result<Vec<Ranks>, Absence> {
    let m = judges.len() as u64;
    if m < 2 {
        return Err(Absence::TooFew { n: m, need: 2 });
    }
    let n = judges.first().map_or(0, Vec::len);
    if n < 2 {
        return Err(Absence::TooFew { n: n as u64, need: 2 });
    }
    let ragged = Absence::Undefined("the judges did not all rank the same objects");
    if judges.iter().any(|j| j.len() != n) {
        return Err(ragged);
    }
    judges
        .iter()
        .map(|j| j.iter().copied().collect::<Option<Vec<f64>>>().map(|v| rank(&v)).ok_or(ragged.clone()))
        .collect()
}

fn concordance(ranks: &[Ranks]) -> Result<Concordance, Absence> {
    let m = ranks.len() as f64;
    let n = ranks.first().map_or(0, |r| r.ranks.len());
    let n_f = n as f64;
    let s = spread(ranks.iter().map(|r| r.ranks.as_slice()), n, m);
    let all = m * m * (n_f * n_f * n_f - n_f);
    let untied = all - m * sum(ranks.iter().map(|r| r.ties));
    if untied <= 0.0 {
        return Err(Absence::Undefined("every judge ranked all objects alike"));
    }
    // Rounding alone can carry W past its bounds.
    Ok(Concordance {
        judges: ranks.len() as u64,
        objects: n as u64,
        w: (12.0 * s / untied).clamp(0.0, 1.0),
        w_uncorrected: (12.0 * s / all).clamp(0.0, 1.0),
    })
}

/// The sum of squared deviations of the objects' rank sums.
fn spread<'a>(ranks: impl Iterator<Item = &'a [f64]>, objects: usize, judges: f64) -> f64 {
    let mut sums = vec![0.0; objects];
    for judge in ranks {
        for (total, r) in sums.iter_mut().zip(judge) {
            *total += r;
        }
    }
    let mean = judges * (objects as f64 + 1.0) / 2.0;
    sum(sums.iter().map(|r| (r - mean) * (r - mean)))
}

/// The probability of a W at least as large when every judge ranks by chance: each judge's ranks, ties kept, are
/// shuffled `draws` times; `(1 + hits)/(1 + draws)`, the same for a seed on every platform.
///
/// # Errors
/// As [`kendall_w`].
pub fn concordance_p(judges: &[Vec<Option<f64>>], draws: u32, seed: u64) -> Result<f64, Absence> {
    let ranks = complete(judges)?;
    concordance(&ranks)?;
    let (m, n) = (ranks.len() as f64, ranks.first().map_or(0, |r| r.ranks.len()));
    let seen = spread(ranks.iter().map(|r| r.ranks.as_slice()), n, m);
    let mut dice = Dice::new(seed, Stream::Concordance);
    let mut shuffled: Vec<Vec<f64>> = ranks.into_iter().map(|r| r.ranks).collect();
    let mut hits = 0_u32;
    for _ in 0..draws {
        for judge in &mut shuffled {
            dice.shuffle(judge);
        }
        // A hair below counts as equal: sums in another order differ in the last bits.
        hits += u32::from(spread(shuffled.iter().map(Vec::as_slice), n, m) >= seen * (1.0 - 1e-12));
    }
    Ok((1.0 + f64::from(hits)) / (1.0 + f64::from(draws)))
}

#[cfg(test)]
mod tests {
    use super::super::ranks::spearman;
    use super::*;
    use proptest::prelude::*;

    fn table<const N: usize>(rows: &[[f64; N]]) -> Vec<Vec<Option<f64>>> {
        rows.iter().map(|r| r.iter().copied().map(Some).collect()).collect()
    }

    #[test]
    fn agreement_is_one_when_alike_and_zero_when_opposed() {
        assert_eq!(kendall_w(&table(&[[1.0, 2.0, 3.0]; 4])).unwrap().w, 1.0);
        assert_eq!(kendall_w(&table(&[[1.0, 2.0], [2.0, 1.0]])).unwrap().w, 0.0);
    }

    #[test]
    fn what_has_no_w_says_why() {
        assert!(matches!(kendall_w(&table(&[[1.0, 2.0]])), Err(Absence::TooFew { n: 1, need: 2 })));
        assert!(matches!(kendall_w(&table(&[[1.0], [1.0]])), Err(Absence::TooFew { .. })));
        assert!(matches!(kendall_w(&table(&[[1.0, 1.0], [1.0, 1.0]])), Err(Absence::Undefined(_))));
        assert!(matches!(kendall_w(&[vec![Some(1.0), None], vec![Some(1.0), Some(2.0)]]), Err(Absence::Undefined(_))));
    }

    #[test]
    fn chance_is_uniform_without_agreement_and_small_with_it() {
        let alike = table(&[[1.0, 2.0, 3.0, 4.0, 5.0]; 4]);
        assert!(concordance_p(&alike, 499, 1).unwrap() < 0.01);
        let opposed = table(&[[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]]);
        assert!(concordance_p(&opposed, 499, 1).unwrap() > 0.9);
        assert_eq!(concordance_p(&alike, 99, 7), concordance_p(&alike, 99, 7));
    }

    proptest! {
        #[test]
        fn mean_spearman_is_the_mean_of_pairs_without_ties(
            rows in proptest::collection::vec(Just((0..6).map(f64::from).collect::<Vec<f64>>()).prop_shuffle(), 2..6)
        ) {
            let judges: Vec<Vec<Option<f64>>> = rows.iter().map(|r| r.iter().copied().map(Some).collect()).collect();
            let mut pairs = Vec::new();
            for (i, a) in judges.iter().enumerate() {
                for b in &judges[i + 1..] {
                    pairs.push(spearman(a, b).unwrap());
                }
            }
            let mean = pairs.iter().sum::<f64>() / pairs.len() as f64;
            prop_assert!((kendall_w(&judges).unwrap().mean_spearman() - mean).abs() < 1e-12);
        }
    }
}

//! One signal among leaders: Kendall's W with what chance would give.

use super::lists::List;
use crate::measure::distribution::f_upper_tail;
use crate::measure::ordinal::{Concordance, concordance_p, kendall_w};
use crate::measure::value::Absence;

/// Random orders drawn for the chance of a W among few.
const DRAWS: u32 = 999;
/// Up to so many ranks orders are drawn; beyond, the F approximation is as good.
const FEW: usize = 400;

/// Agreement of leaders on an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// Kendall's W, corrected for ties, and the mean Spearman correlation of pairs.
    pub w: Concordance,
    /// What W would be on average among as many who rank by chance, 1/m.
    pub chance: f64,
    /// The probability of so large a W by chance: from drawn orders when there are few ranks, else from the F
    /// approximation (Kendall and Babington Smith 1939). No interval is given: with few leaders none covers.
    pub p: f64,
}

/// Agreement of those lists that rank every priority that any of them ranks.
///
/// # Errors
/// `TooFew` below three leaders; `Undefined` when lists rank different priorities, or all tie all.
pub fn agreement(lists: &[&List<'_>], seed: u64) -> Result<Agreement, Absence> {
    let ranked: Vec<&&List<'_>> = lists.iter().filter(|l| l.ranked() > 0).collect();
    let m = ranked.len() as u64;
    if m < 3 {
        return Err(Absence::TooFew { n: m, need: 3 });
    }
    let priorities = ranked.iter().map(|l| l.ranks.len()).max().unwrap_or(0);
    let met: Vec<usize> =
        (0..priorities).filter(|p| ranked.iter().any(|l| l.ranks.get(*p).is_some_and(Option::is_some))).collect();
    if met.len() < 2 {
        return Err(Absence::Undefined("the leaders rank fewer than two priorities"));
    }
    let judges: Vec<Vec<Option<f64>>> =
        ranked.iter().map(|l| met.iter().map(|p| l.ranks.get(*p).copied().flatten()).collect()).collect();
    let w = kendall_w(&judges)?;
    let p = if judges.len() * met.len() <= FEW { concordance_p(&judges, DRAWS, seed)? } else { by_f(&w) };
    Ok(Agreement { w, chance: 1.0 / m as f64, p })
}

fn by_f(w: &Concordance) -> f64 {
    if w.w >= 1.0 {
        return 0.0;
    }
    let (m, n) = (w.judges as f64, w.objects as f64);
    let df = n - 1.0 - 2.0 / m;
    f_upper_tail((m - 1.0) * w.w / (1.0 - w.w), df, (m - 1.0) * df)
}

#[cfg(test)]
mod tests {
    use super::super::lists::{Lists, tests::rows};
    use super::*;

    #[test]
    fn one_ranker_partial_lists_and_all_ties_say_why() {
        let found = |orders: &[(&str, &str)]| {
            let given = rows("u", "l", orders);
            let lists = Lists::of(&given, &[]);
            agreement(&lists.lists.iter().collect::<Vec<_>>(), 1)
        };
        assert_eq!(found(&[("a", "x y z")]), Err(Absence::TooFew { n: 1, need: 3 }));
        assert!(matches!(found(&[("a", "x y z"), ("b", "x y z"), ("c", "x y")]), Err(Absence::Undefined(_))));
        let mut tied = rows("u", "l", &[("a", "x y z"), ("b", "x y z"), ("c", "x y z")]);
        tied.iter_mut().for_each(|r| r.rank = Some(1.0));
        let lists = Lists::of(&tied, &[]);
        assert!(matches!(agreement(&lists.lists.iter().collect::<Vec<_>>(), 1), Err(Absence::Undefined(_))));
        let fine = found(&[("a", "x y z"), ("b", "x y z"), ("c", "x z y")]).unwrap();
        assert_eq!((fine.w.judges, fine.chance), (3, 1.0 / 3.0));
    }

    #[test]
    fn drawn_chance_and_the_approximation_agree() {
        let orders = ["a b c d e f", "b a c d f e", "c a b e d f", "f e a b c d", "a c b f d e", "b c a d e f"];
        let names: Vec<String> = (0..6).map(|i| format!("r{i}")).collect();
        let orders: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(orders).collect();
        let given = rows("u", "l", &orders);
        let lists = Lists::of(&given, &[]);
        let found = agreement(&lists.lists.iter().collect::<Vec<_>>(), 3).unwrap();
        assert!((found.p - by_f(&found.w)).abs() < 0.02, "{} {}", found.p, by_f(&found.w));
    }
}

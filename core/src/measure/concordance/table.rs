//! Agreement on priorities of every group and condition, in the long form.

use super::agreement::agreement;
use super::camps::camps;
use super::fidelity::fidelity;
use super::lists::{Condition, List, Lists};
use super::row::FacetRow;
use crate::error::{Error, Result, suggest};
use crate::evidence::{Declared, Rankings};
use std::collections::BTreeMap;

/// What makes a group of leaders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// Everybody together.
    #[default]
    Whole,
    /// Those of one unit, those of units below it left out.
    Unit,
    /// Those of one layer.
    Layer,
}

impl By {
    /// The word for it: `whole`, `unit` or `layer`.
    ///
    /// # Errors
    /// `unknown_name` with a suggestion.
    pub fn parse(text: &str) -> Result<By> {
        match text {
            "whole" => Ok(By::Whole),
            "unit" => Ok(By::Unit),
            "layer" => Ok(By::Layer),
            _ => Err(Error::input("unknown_name", format!("unknown group `{text}`")).at("by").help(
                match suggest(text, ["whole", "unit", "layer"]) {
                    near if near.is_empty() => "give `whole`, `unit` or `layer`".into(),
                    near => near,
                },
            )),
        }
    }
}

/// Agreement of the leaders of each group, under each condition: `kendall_w`, `mean_spearman`, `camps`, and, where an
/// order is declared, `declared_fidelity`.
///
/// ```
/// use colead::evidence::{Rankings, Table};
/// use colead::measure::concordance::{By, concordance};
/// let csv = "ranker,unit,layer,priority,rank\n\
///            a,berth,1,safety,1\na,berth,1,pace,2\nb,berth,1,safety,1\nb,berth,1,pace,2\n\
///            c,berth,1,safety,1\nc,berth,1,pace,2\n";
/// let rankings = Rankings::from_table(&Table::from_csv("rankings", csv.as_bytes())?)?;
/// let rows = concordance(&rankings, None, By::Whole, 0);
/// assert_eq!((rows[0].measure, rows[0].value.clone()), ("kendall_w", Ok(1.0)));
/// # Ok::<(), colead::Error>(())
/// ```
pub fn concordance(rankings: &Rankings, declared: Option<&Declared>, by: By, seed: u64) -> Vec<FacetRow> {
    let declared = declared.map_or(&[][..], Declared::rows);
    let lists = Lists::of(rankings.rows(), declared);
    let mut groups: BTreeMap<(Condition<'_>, Option<&str>), Vec<&List<'_>>> = BTreeMap::new();
    for list in &lists.lists {
        let group = match by {
            By::Whole => None,
            By::Unit => Some(list.unit),
            By::Layer => Some(list.layer),
        };
        groups.entry((list.condition, group)).or_default().push(list);
    }
    let mut out = Vec::new();
    for ((condition, group), own) in groups {
        let order = lists.declared(declared, condition.wave);
        for mut row in signal(&own, seed).into_iter().chain(order.map(|o| nearness_row(&own, &o))) {
            row = row.at(condition);
            match by {
                By::Whole => {}
                By::Unit => row.unit = group.map(str::to_owned),
                By::Layer => row.layer = group.map(str::to_owned),
            }
            out.push(row);
        }
    }
    out
}

/// Whether leaders give one signal: W, the mean correlation of pairs, and camps.
pub(crate) fn signal(lists: &[&List<'_>], seed: u64) -> [FacetRow; 3] {
    let (n, facet) = (lists.len(), "one_signal");
    let found = agreement(lists, seed);
    let w = found.as_ref().map(|a| a.w.w).map_err(Clone::clone);
    let rho = found.as_ref().map(|a| a.w.mean_spearman()).map_err(Clone::clone);
    let (chance, p) = found.as_ref().map_or((None, None), |a| (Some(a.chance), Some(a.p)));
    let split = camps(lists, seed);
    let mut camp_row =
        FacetRow::new(facet, "camps", "consensus", split.as_ref().map(|c| c.apart).map_err(Clone::clone));
    camp_row.found = split.as_ref().ok().map(|c| c.view.as_str().to_owned());
    [
        FacetRow::new(facet, "kendall_w", "tie_corrected", w).by_chance(chance, p).of(n, n),
        FacetRow::new(facet, "mean_spearman", "pairs", rho).by_chance(Some(0.0), p).of(n, n),
        camp_row.by_chance(None, split.as_ref().ok().map(|c| c.p)).of(n, n),
    ]
}

/// How near leaders stand to the declared order.
pub(crate) fn nearness_row(lists: &[&List<'_>], order: &[Option<f64>]) -> FacetRow {
    let found = fidelity(lists, order);
    let (se, interval) = found.as_ref().map_or((None, None), |f| (f.se, f.interval));
    let n = found.as_ref().map_or(0, |f| f.leaders) as usize;
    FacetRow::new("fidelity", "declared_fidelity", "leaders", found.map(|f| f.mean))
        .about("leaders", se, interval)
        .by_chance(Some(0.0), None)
        .of(n, n)
}

#[cfg(test)]
mod tests {
    use super::super::lists::tests::rows;
    use super::*;

    #[test]
    fn groups_and_conditions_stand_apart() {
        let mut given = rows("north", "1", &[("a", "x y z"), ("b", "x y z"), ("c", "x z y")]);
        given.extend(rows("south", "2", &[("d", "z y x"), ("e", "z y x"), ("f", "z x y")]));
        let rankings = Rankings::new(given).unwrap();
        let value = |by, key: Option<&str>| {
            let rows = concordance(&rankings, None, by, 0);
            let row = rows.iter().find(|r| r.measure == "kendall_w" && r.unit.as_deref().or(r.layer.as_deref()) == key);
            row.unwrap().value.clone().unwrap()
        };
        assert_eq!(value(By::Unit, Some("north")), value(By::Layer, Some("1")));
        assert!(value(By::Whole, None) < value(By::Unit, Some("south")));
        assert_eq!(By::parse("layers").unwrap_err().code(), "unknown_name");
    }
}

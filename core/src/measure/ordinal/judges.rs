//! Who ranked or rated what, as a table, and what can be read from it by name.

use super::{
    Metric, TieDepth, concordance_p, consensus, jaccard, kendall_tau_b, kendall_w, krippendorff_alpha,
    rank_biased_overlap, spearman, top_k_overlap,
};
use crate::error::{Error, Result};
use crate::evidence::Table;
use crate::measure::request::{Door, Reply, Request};
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::value::Absence;
use std::collections::{BTreeMap, HashMap};

/// Judges over the same objects: the least value comes first.
#[derive(Debug, Clone, PartialEq)]
pub struct Judges {
    judges: Vec<String>,
    objects: Vec<String>,
    /// A row a judge, a value an object.
    values: Vec<Vec<Option<f64>>>,
}

/// The most judges whose pairs are read: their number grows with the square.
const MOST_JUDGES: usize = 1_000;

const DOORS: [Door; 3] = [("agreement", &["draws", "seed"]), ("consensus", &[]), ("pairs", &["p", "k", "ties"])];

impl Judges {
    /// Reads a table of `judge`, `object` and `value`, one row for each that a judge ranked or rated, the most important
    /// with the least value. An empty value is silence.
    ///
    /// # Errors
    /// `missing_column`, `missing_value`, `duplicate_value`, `not_a_number`, `not_finite`, with row and column.
    pub fn from_table(table: &Table) -> Result<Judges> {
        for name in ["judge", "object", "value"] {
            if table.column(name).is_none() {
                return Err(Error::input("missing_column", format!("there is no column `{name}`"))
                    .at(table.name())
                    .help("give the columns `judge`, `object` and `value`"));
            }
        }
        let (judge, object, value) = (table.field("judge"), table.field("object"), table.field("value"));
        let mut objects: BTreeMap<String, usize> = BTreeMap::new();
        let mut judges: BTreeMap<String, HashMap<String, Option<f64>>> = BTreeMap::new();
        for row in 0..table.rows() {
            let (who, what) = (judge.need_string(row)?, object.need_string(row)?);
            objects.insert(what.clone(), 0);
            if judges.entry(who.clone()).or_default().insert(what.clone(), value.number(row)?).is_some() {
                return Err(Error::input("duplicate_value", format!("`{who}` has two values for `{what}`"))
                    .at(object.place(row))
                    .help("keep one of them"));
            }
        }
        let objects: Vec<String> = objects.into_keys().collect();
        let of = |own: &HashMap<String, Option<f64>>| objects.iter().map(|o| own.get(o).copied().flatten()).collect();
        let values = judges.values().map(of).collect();
        Ok(Judges { judges: judges.into_keys().collect(), objects, values })
    }

    /// Reads what a name or a JSON object asks for, under the key `read`:
    ///
    /// - `agreement` (`draws`, `seed`): of all judges `kendall_w` (`tie_corrected`, `uncorrected`), `kendall_w_p` by
    ///   permutation, `mean_spearman`, `friedman_chi_squared` and `krippendorff_alpha` (`ordinal`, `interval`, `nominal`).
    /// - `consensus`: `eigenvalue_ratio` of cultural consensus, `shared_view` (2 one, 1 weak, 0 none), and of each judge
    ///   `competence` and `camp` (1 or 2).
    /// - `pairs` (`p` of overlap, `k`, `ties`: `group` or `item`): of every two judges `spearman`, `kendall_tau_b`,
    ///   `rank_biased_overlap` (`extrapolated`, `min`, `residual`, `truncated`), `jaccard` and `top_k_overlap`.
    ///
    /// `n` is the number of judges, of a pair the objects that both ranked.
    ///
    /// # Errors
    /// `bad_json`, `unknown_name`, `unknown_key`, `wrong_type`, `out_of_range`; `too_many_judges` for pairs.
    pub fn read(&self, request: &str) -> Result<Reply> {
        let asked = Request::parse(request, "a table of ratings", &DOORS)?;
        let (about, rows) = match asked.name {
            "agreement" => {
                let draws = asked.count("draws", 999, 1..=1_000_000)?;
                (Kind::Whole, self.agreement(draws, asked.whole("seed")?.unwrap_or(1)))
            }
            "consensus" => (Kind::Judge, self.consensus()),
            _ => {
                let p = asked.within("p", 0.9, "between 0 and 1", |p| p > 0.0 && p < 1.0)?;
                let ties = [("group", TieDepth::Group), ("item", TieDepth::Item)];
                let k = asked.count("k", 3, 1..=1_000_000)? as usize;
                (Kind::Pair, self.pairs(p, k, asked.choice("ties", TieDepth::Group, &ties)?)?)
            }
        };
        Ok(Reply { name: asked.name, about, waves: false, rows })
    }

    fn place(kind: Kind, id: &str) -> Place<'_> {
        Place { wave: "", unit: None, kind, id }
    }

    fn agreement(&self, draws: u32, seed: u64) -> Vec<ScaleRow> {
        let place = Judges::place(Kind::Whole, "");
        let n = self.judges.len() as u64;
        let row = |measure, variant, value| place.row(measure, variant, "respondents", n, value);
        let w = kendall_w(&self.values);
        let of = |f: &dyn Fn(&super::Concordance) -> f64| w.as_ref().map(f).map_err(Absence::clone);
        let alpha = |metric| krippendorff_alpha(&self.values, metric);
        vec![
            row("kendall_w", "tie_corrected", of(&|w| w.w)),
            row("kendall_w", "uncorrected", of(&|w| w.w_uncorrected)),
            row("kendall_w_p", "permutation", concordance_p(&self.values, draws, seed)),
            row("mean_spearman", "of_w", of(&super::Concordance::mean_spearman)),
            row("friedman_chi_squared", "of_w", of(&super::Concordance::friedman)),
            row("krippendorff_alpha", "ordinal", alpha(Metric::Ordinal)),
            row("krippendorff_alpha", "interval", alpha(Metric::Interval)),
            row("krippendorff_alpha", "nominal", alpha(Metric::Nominal)),
        ]
    }

    fn consensus(&self) -> Vec<ScaleRow> {
        const VARIANT: &str = "spearman";
        let n = self.judges.len() as u64;
        let found = consensus(&self.values);
        let whole = Judges::place(Kind::Whole, "");
        let of = |f: &dyn Fn(&super::Consensus) -> f64| found.as_ref().map(f).map_err(Absence::clone);
        let ratio = found.as_ref().map_err(Absence::clone).and_then(|c| match c.ratio {
            ratio if ratio.is_finite() => Ok(ratio),
            _ => Err(Absence::Undefined("there is no second eigenvalue to compare with")),
        });
        let shared = of(&|c| match c.shared {
            super::SharedView::One => 2.0,
            super::SharedView::Weak => 1.0,
            super::SharedView::None => 0.0,
        });
        let mut rows = vec![
            whole.row("eigenvalue_ratio", VARIANT, "respondents", n, ratio),
            whole.row("shared_view", VARIANT, "respondents", n, shared),
        ];
        for (i, judge) in self.judges.iter().enumerate() {
            let place = Judges::place(Kind::Judge, judge);
            let competence = of(&|c| c.competence.get(i).copied().unwrap_or(f64::NAN));
            let camp = of(&|c| c.camps.get(i).map_or(f64::NAN, |camp| *camp as f64 + 1.0));
            rows.push(place.row("competence", VARIANT, "respondents", n, competence));
            rows.push(place.row("camp", VARIANT, "respondents", n, camp));
        }
        rows
    }

    /// What a judge named, the first first, those tied together.
    fn list(values: &[Option<f64>]) -> Vec<Vec<usize>> {
        let mut named: Vec<(f64, usize)> = values.iter().zip(0..).filter_map(|(v, i)| Some(((*v)?, i))).collect();
        named.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        named.chunk_by(|a, b| a.0 == b.0).map(|group| group.iter().map(|(_, i)| *i).collect()).collect()
    }

    fn pairs(&self, p: f64, k: usize, depth: TieDepth) -> Result<Vec<ScaleRow>> {
        if self.judges.len() > MOST_JUDGES {
            return Err(Error::input("too_many_judges", format!("{} judges have too many pairs", self.judges.len()))
                .at("judge")
                .help(format!("give at most {MOST_JUDGES}, or the mean ranks of groups")));
        }
        let lists: Vec<Vec<Vec<usize>>> = self.values.iter().map(|v| Judges::list(v)).collect();
        let each: Vec<_> = self.judges.iter().zip(&self.values).zip(&lists).map(|((j, v), l)| (j, v, l)).collect();
        let mut rows = Vec::new();
        for (i, (first, x, a)) in each.iter().enumerate() {
            for (second, y, b) in each.iter().skip(i + 1) {
                let id = format!("{first} - {second}");
                let place = Judges::place(Kind::Pair, &id);
                let both = x.iter().zip(y.iter()).filter(|(a, b)| a.is_some() && b.is_some()).count() as u64;
                let mut push =
                    |measure, variant, value| rows.push(place.row(measure, variant, "respondents", both, value));
                push("spearman", "mean_ranks", spearman(x, y));
                push("kendall_tau_b", "tie_corrected", kendall_tau_b(x, y));
                let overlap = rank_biased_overlap(a, b, p, depth);
                let of = |f: &dyn Fn(&super::RankBiasedOverlap) -> f64| overlap.as_ref().map(f).map_err(Absence::clone);
                push("rank_biased_overlap", "extrapolated", of(&|o| o.extrapolated));
                push("rank_biased_overlap", "min", of(&|o| o.min));
                push("rank_biased_overlap", "residual", of(&|o| o.residual));
                push("rank_biased_overlap", "truncated", of(&|o| o.truncated));
                push("jaccard", "named", jaccard(&a.concat(), &b.concat()));
                push("top_k_overlap", "named", top_k_overlap(&a.concat(), &b.concat(), k));
            }
        }
        Ok(rows)
    }

    /// The judges, sorted.
    pub fn judges(&self) -> &[String] {
        &self.judges
    }

    /// The objects, sorted.
    pub fn objects(&self) -> &[String] {
        &self.objects
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratings(csv: &str) -> Result<Judges> {
        Judges::from_table(&Table::from_csv("ratings", csv.as_bytes())?)
    }

    const ALIKE: &str = "judge,object,value\na,x,1\na,y,2\na,z,3\nb,x,1\nb,y,2\nb,z,3\nc,x,3\nc,y,2\nc,z,1\n";

    #[test]
    fn judges_are_compared_all_together_and_in_pairs() {
        let found = ratings(ALIKE).unwrap();
        let rows = found.read("agreement").unwrap().rows;
        let of = |measure: &str, variant: &str| {
            rows.iter().find(|r| r.measure == measure && r.variant == variant).and_then(|r| r.value)
        };
        // Rank sums 5, 6, 7: S = 2, W = 24/216.
        assert!(of("kendall_w", "tie_corrected").is_some_and(|w| (w - 24.0 / 216.0).abs() < 1e-12));
        assert!(of("krippendorff_alpha", "ordinal").is_some() && of("kendall_w_p", "permutation").is_some());
        let pairs = found.read(r#"{"read":"pairs","k":1}"#).unwrap().rows;
        let pair = |id: &str, measure: &str| {
            pairs.iter().find(|r| r.scale == id && r.measure == measure).and_then(|r| r.value)
        };
        assert_eq!((pair("a - b", "spearman"), pair("a - c", "kendall_tau_b")), (Some(1.0), Some(-1.0)));
        assert_eq!((pair("a - b", "top_k_overlap"), pair("a - c", "top_k_overlap")), (Some(1.0), Some(0.0)));
        let camps = found.read("consensus").unwrap();
        let camp: Vec<f64> = camps.rows.iter().filter(|r| r.measure == "camp").filter_map(|r| r.value).collect();
        assert_eq!((camp, camps.about), (vec![1.0, 1.0, 2.0], Kind::Judge));
    }

    #[test]
    fn silence_and_slips() {
        let found = ratings("judge,object,value\na,x,1\na,y,\nb,x,2\nb,y,1\n").unwrap();
        let rows = found.read("agreement").unwrap().rows;
        assert!(rows.iter().all(|r| r.value.is_some() || r.status.as_str() != "known"));
        let code = |csv: &str| ratings(csv).unwrap_err().code();
        assert_eq!(code("judge,object\na,x\n"), "missing_column");
        assert_eq!(code("judge,object,value\na,x,1\na,x,2\n"), "duplicate_value");
        assert_eq!(found.read("pair").unwrap_err().code(), "unknown_name");
        assert_eq!(found.read(r#"{"read":"pairs","p":1}"#).unwrap_err().code(), "out_of_range");
    }
}

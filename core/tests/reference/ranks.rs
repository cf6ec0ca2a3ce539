//! Records about rankings, ranked lists and correlations: answered by plain functions.

use super::data::Record;
use super::scales::{Scales, find};
use super::{Said, Tolerance, closed};
use colead::measure::ordinal::{
    Metric, TieDepth, average_overlap, correlation_p, kendall_tau_b, kendall_w, krippendorff_alpha, pearson,
    rank_biased_overlap, spearman,
};
use colead::measure::reliability::{feldt, reliable_change, standard_error_of_measurement};
use colead::measure::{UnitMean, summarize};
use std::collections::BTreeMap;

pub(crate) fn answer(r: &Record, s: &mut Scales) -> Option<Said> {
    overlap(r, s).or_else(|| judges(r, s)).or_else(|| pairs(r, s)).or_else(|| changes(r, s)).or_else(|| policies(r, s))
}

/// The two lists of a record: written out, as groups in braces, or companies by their means.
fn lists(r: &Record, s: &mut Scales) -> Option<[Vec<Vec<String>>; 2]> {
    if r.on("[[") {
        let lists: [Vec<String>; 2] = serde_json::from_str(&r.dataset).ok()?;
        return Some(lists.map(|l| l.into_iter().map(|i| vec![i]).collect()));
    }
    if r.on("multilevel_lq2002 49 companies ranked") {
        return Some(["LEAD", "TSIG"].map(|item| by_mean(s, item)));
    }
    let (a, b) = r.dataset.split_once(" vs ")?;
    let parse = |text: &str| {
        let mut groups: Vec<Vec<String>> = Vec::new();
        let mut tied = false;
        for c in text.chars() {
            match c {
                '{' => {
                    tied = true;
                    groups.push(Vec::new());
                }
                '}' => tied = false,
                c if c.is_alphanumeric() && tied => groups.last_mut().unwrap().push(c.to_string()),
                c if c.is_alphanumeric() => groups.push(vec![c.to_string()]),
                _ => {}
            }
        }
        groups
    };
    Some([parse(a), parse(b)])
}

/// Companies by their mean on a score, the highest first.
fn by_mean(s: &mut Scales, item: &str) -> Vec<Vec<String>> {
    let data = s.data("multilevel_lq2002").unwrap();
    let scores = data.numbers(item);
    let mean = |rows: &[usize]| UnitMean::of(&rows.iter().filter_map(|i| scores[*i]).collect::<Vec<_>>()).unwrap().mean;
    let mut found: Vec<(f64, u32)> =
        data.groups("COMPID").iter().map(|(c, rows)| (mean(rows), c.parse().unwrap())).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found.into_iter().map(|(_, c)| vec![c.to_string()]).collect()
}

fn overlap(r: &Record, s: &mut Scales) -> Option<Said> {
    if !["rbo", "rbo_ext", "rbo_min", "rbo_res", "average_overlap(p=1)"].contains(&r.name.as_str()) {
        return None;
    }
    let [a, b] = lists(r, s)?;
    if r.name.starts_with("average") {
        return closed(average_overlap(&a, &b, TieDepth::Group).ok());
    }
    let p: f64 = r.variant.split_once("p=")?.1.split(' ').next()?.parse().ok()?;
    let found = rank_biased_overlap(&a, &b, p, TieDepth::Group).ok()?;
    closed(Some(match r.name.as_str() {
        "rbo" if r.kind == "published" => found.extrapolated,
        "rbo" => found.truncated,
        "rbo_ext" => found.extrapolated,
        "rbo_min" => found.min,
        _ => found.residual,
    }))
}

fn judges(r: &Record, s: &mut Scales) -> Option<Said> {
    if r.on("multilevel_lq2002 company x item means") {
        let data = s.data("multilevel_lq2002")?;
        let judges: Vec<Vec<Option<f64>>> = data
            .groups("COMPID")
            .values()
            .map(|rows| {
                let mean = |i: &String| {
                    let column = data.numbers(i);
                    UnitMean::of(&rows.iter().filter_map(|row| column[*row]).collect::<Vec<_>>()).map(|u| u.mean)
                };
                r.items.iter().map(mean).collect()
            })
            .collect();
        return closed(kendall_w(&judges).ok().map(|w| w.w));
    }
    let first = ["multilevel_lq2002 (items as objects, first 30", "multilevel_lq2002 first 30 respondents (coders)"];
    if !first.iter().any(|f| r.on(f)) {
        return None;
    }
    let data = s.data("multilevel_lq2002")?;
    let columns: Vec<Vec<Option<f64>>> = r.items.iter().map(|i| data.numbers(i)).collect();
    let judges: Vec<Vec<Option<f64>>> = (0..30).map(|row| columns.iter().map(|c| c[row]).collect()).collect();
    closed(match (r.name.as_str(), r.variant.as_str()) {
        ("kendall_W", "uncorrected") => kendall_w(&judges).ok().map(|w| w.w_uncorrected),
        ("kendall_W", _) => kendall_w(&judges).ok().map(|w| w.w),
        ("krippendorff_alpha", "ordinal") => krippendorff_alpha(&judges, Metric::Ordinal).ok(),
        ("krippendorff_alpha", _) => krippendorff_alpha(&judges, Metric::Interval).ok(),
        (name, _) if name.starts_with("friedman") => kendall_w(&judges).ok().map(|w| w.friedman()),
        _ => return None,
    })
}

fn pairs(r: &Record, s: &mut Scales) -> Option<Said> {
    if r.items.len() != 2 || r.dataset.contains(' ') && !r.on("multilevel_univbct") {
        return None;
    }
    let data = s.data(&r.dataset)?;
    let (x, y) = (data.numbers(&r.items[0]), data.numbers(&r.items[1]));
    let n = x.iter().zip(&y).filter(|(a, b)| a.is_some() && b.is_some()).count() as u64;
    closed(match r.name.as_str() {
        "pearson_r" | "test_retest_r" => pearson(&x, &y).ok(),
        "spearman_rho" => spearman(&x, &y).ok(),
        "kendall_tau_b" => kendall_tau_b(&x, &y).ok(),
        "spearman_p" => correlation_p(spearman(&x, &y).ok()?, n).ok(),
        _ => return None,
    })
}

/// Reliable change and intervals of one person.
fn changes(r: &Record, s: &mut Scales) -> Option<Said> {
    if r.on("none(alpha=.85,n=200,k=8)") {
        let (low, high) = feldt(0.85, 200, 8).ok()?;
        return closed(Some(if r.name.ends_with("lower95") { low } else { high }));
    }
    if r.name == "RCI" {
        let rows = s.rows(r, "reliability")?;
        let sem = find(&rows, "s", None, "sem", "listwise")?.value?;
        let (before, after) = r.of.as_ref()?.split_once(',')?;
        let number = |text: &str| text.split_once('=').and_then(|(_, v)| v.parse::<f64>().ok());
        return closed(reliable_change(number(before)?, number(after)?, sem).ok());
    }
    if !r.name.starts_with("RCI_") && r.name != "sd_pre" {
        return None;
    }
    let data = s.data(&r.dataset)?;
    let (x, y) = (data.numbers(&r.items[0]), data.numbers(&r.items[1]));
    let pairs: Vec<(f64, f64)> = x.iter().zip(&y).filter_map(|(a, b)| (*a).zip(*b)).collect();
    let before = UnitMean::of(&pairs.iter().map(|p| p.0).collect::<Vec<_>>())?;
    let sd = before.variance()?.sqrt();
    let sem = standard_error_of_measurement(sd, pearson(&x, &y).ok()?).ok()?;
    let index: Vec<_> = pairs.iter().map(|(a, b)| reliable_change(*a, *b, sem)).collect();
    let beyond = |f: &dyn Fn(f64) -> bool| index.iter().flatten().filter(|i| f(**i)).count() as f64;
    closed(Some(match r.name.as_str() {
        "sd_pre" => sd,
        "RCI_mean" => summarize(&index).ok()?.mean,
        n if n.starts_with("RCI_n_improved") => beyond(&|i| i > 1.96),
        _ => beyond(&|i| i < -1.96),
    }))
}

/// Means of a whole: of people, and of units.
fn policies(r: &Record, s: &mut Scales) -> Option<Said> {
    let one = r.name == "unweighted_mean_of_company_means";
    if !one && !["grand_mean", "unweighted_mean_of_group_means"].contains(&r.name.as_str()) {
        if r.on("multilevel_lq2002 company means") && r.name == "weighted_mean" {
            let data = s.data("multilevel_lq2002")?;
            let all: Vec<f64> = data.numbers("LEAD").into_iter().flatten().collect();
            return closed(UnitMean::of(&all).map(|u| u.mean));
        }
        return None;
    }
    let data = s.data(&r.dataset)?;
    let scores = data.numbers(&r.items[0]);
    let mean =
        |rows: &[usize]| UnitMean::of(&rows.iter().filter_map(|i| scores[*i]).collect::<Vec<_>>()).map(|u| u.mean);
    let of_units = |units: &mut dyn Iterator<Item = Vec<usize>>| {
        let means: Vec<f64> = units.filter_map(|rows| mean(&rows)).collect();
        UnitMean::of(&means).map(|u| u.mean)
    };
    Some(Said {
        value: match r.name.as_str() {
            "grand_mean" => mean(&(0..data.rows).collect::<Vec<_>>()),
            "unweighted_mean_of_group_means" => of_units(&mut data.groups(r.unit.as_ref()?).into_values()),
            _ => {
                let battalion = data.groups("BTN").remove(r.of.as_ref()?)?;
                let mut companies: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
                for row in battalion {
                    companies.entry(&data.columns["BC"][row]).or_default().push(row);
                }
                of_units(&mut companies.into_values())
            }
        },
        tolerance: Tolerance::Closed,
        different: None,
    })
}

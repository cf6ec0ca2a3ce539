//! Records about items of a questionnaire: answered from rows of a tally.

use super::data::{Data, Record};
use super::{Said, closed, iterated, rounded};
use colead::evidence::{AnswerColumns, Cells, Column, Instrument, MissingRule, Responses, Table};
use colead::measure::reliability::difference_error;
use colead::measure::{
    AgreementOptions, Pairing, Reading, ScaleRow, aggregation, agreement, agreement_listwise, agreement_summary,
    covariances, favorability, pair_correlations, reliability, scores_with, summarize_units,
};
use colead::tally::Tally;
use serde_json::json;
use std::collections::HashMap;
use std::rc::Rc;

/// What was read from one set of items in one grouping, made once.
pub(crate) struct Read {
    pub(crate) tally: Tally,
    instrument: Instrument,
    responses: Responses,
    rows: HashMap<&'static str, Rc<Vec<ScaleRow>>>,
}

#[derive(Default)]
pub(crate) struct Scales {
    data: HashMap<String, Option<Rc<Data>>>,
    read: HashMap<(String, Vec<String>, Option<String>), Option<Read>>,
}

/// The range of an item.
pub(crate) fn options(dataset: &str, item: &str) -> [i64; 2] {
    match item.trim_start_matches('-') {
        i if i.starts_with("HOSTIL") => [0, 4],
        _ if dataset.starts_with("wa_public") => [1, 7],
        _ if dataset.starts_with("psychTools") => [1, 6],
        _ => [1, 5],
    }
}

impl Scales {
    pub(crate) fn data(&mut self, dataset: &str) -> Option<Rc<Data>> {
        self.data.entry(dataset.to_owned()).or_insert_with(|| Data::of(dataset).map(Rc::new)).clone()
    }

    /// The tally of the items of a record; `None` when they are no answers on a scale of options.
    pub(crate) fn read(&mut self, r: &Record, unit: Option<&str>) -> Option<&mut Read> {
        let data = self.data(&r.dataset)?;
        let key = (r.dataset.clone(), r.items.clone(), unit.map(str::to_owned));
        self.read.entry(key).or_insert_with(|| read(&data, r, unit)).as_mut()
    }

    /// Rows of a record's items, `what` by name, over the units of the record or all together.
    pub(crate) fn rows(&mut self, r: &Record, what: &'static str) -> Option<Rc<Vec<ScaleRow>>> {
        let by_unit = r.unit.clone();
        let read = self.read(r, by_unit.as_deref())?;
        if let Some(rows) = read.rows.get(what) {
            return Some(Rc::clone(rows));
        }
        let all = Reading { missing_rule: Some(MissingRule::All), sizes: None };
        let any = Reading { missing_rule: Some(MissingRule::Answered(1)), sizes: None };
        let listwise = || {
            agreement_listwise(&read.responses, &read.instrument, &AgreementOptions::default()).expect("the instrument")
        };
        let rows = match what {
            "reliability" => reliability(&read.tally),
            "agreement" => agreement(&read.tally),
            "agreement listwise" => listwise(),
            "summary" => agreement_summary(&read.tally),
            "summary listwise" => summarize_units(&listwise()),
            "aggregation" => aggregation(&read.tally, &all),
            "scores all" => scores_with(&read.tally, &all),
            "scores any" => scores_with(&read.tally, &any),
            "favorability" => favorability(&read.tally),
            other => panic!("{other}"),
        };
        let rows = Rc::new(rows);
        read.rows.insert(what, Rc::clone(&rows));
        Some(rows)
    }

    pub(crate) fn answer(&mut self, r: &Record) -> Option<Said> {
        reliability_of(self, r)
            .or_else(|| agreement_of(self, r))
            .or_else(|| between(self, r))
            .or_else(|| level(self, r))
    }
}

fn read(data: &Data, r: &Record, unit: Option<&str>) -> Option<Read> {
    let plain: Vec<&str> = r.items.iter().map(|i| i.trim_start_matches('-')).collect();
    if plain.is_empty() || plain.iter().any(|i| !data.columns.contains_key(*i)) {
        return None;
    }
    let range = options(&r.dataset, plain[0]);
    let fits = |c: &Option<f64>| c.is_none_or(|x| x.fract() == 0.0 && (range[0] as f64..=range[1] as f64).contains(&x));
    if !plain.iter().all(|i| data.numbers(i).iter().all(fits)) {
        return None;
    }
    let file = json!({"id": "t", "version": "1", "license": "none", "options": range,
        "scales": [{"id": "s", "items": r.items}]});
    let instrument = Instrument::from_json(&file.to_string()).expect("an instrument");
    // Rows without a unit belong to no unit.
    let kept: Vec<usize> = match unit {
        Some(u) => (0..data.rows).filter(|i| !data.columns[u][*i].is_empty()).collect(),
        None => (0..data.rows).collect(),
    };
    let text = |name: &str| -> Vec<Option<String>> {
        kept.iter().map(|i| Some(data.columns[name][*i].clone()).filter(|t| !t.is_empty())).collect()
    };
    let mut columns: Vec<Column> =
        plain.iter().map(|i| Column { name: (*i).to_owned(), cells: Cells::Text(text(i)) }).collect();
    let units = match unit {
        Some(u) => Cells::Text(text(u)),
        None => Cells::Text(vec![Some("all".into()); kept.len()]),
    };
    columns.push(Column { name: "the unit".into(), cells: units });
    let table = Table::new("responses", columns).expect("a table");
    let named = AnswerColumns { unit: "the unit".into(), ..AnswerColumns::standard(false) };
    let (responses, _) = Responses::from_columns(&table, &instrument, &named).expect("responses");
    let mut tally = Tally::new(&instrument);
    tally.add(&responses).expect("counted");
    Some(Read { tally, instrument, responses, rows: HashMap::new() })
}

/// A row by what it is about; the value and its interval.
pub(crate) fn find<'a>(
    rows: &'a [ScaleRow],
    id: &str,
    unit: Option<&str>,
    measure: &str,
    variant: &str,
) -> Option<&'a ScaleRow> {
    let found = rows
        .iter()
        .find(|r| r.scale == id && r.unit.as_deref() == unit && r.measure == measure && r.variant == variant);
    assert!(found.is_some(), "no row {id} {unit:?} {measure} {variant}");
    found
}

fn reliability_of(s: &mut Scales, r: &Record) -> Option<Said> {
    if r.unit.is_some() || r.items.len() < 2 {
        return None;
    }
    let listwise = r.says("listwise") || r.says("complete.obs") || r.says("performance::") || r.tool == "lavaan";
    let name = r.name.as_str();
    let specific =
        name.starts_with("guttman_lambda.") || name.starts_with("splitHalf") || name.starts_with("split_half");
    let v = match () {
        () if listwise => "listwise",
        () if specific => "listwise",
        () => "pairwise",
    };
    let wanted = match name {
        "cronbach_alpha_raw" | "alpha_feldt_ci_lower95" | "alpha_feldt_ci_upper95" | "alpha_ase" => ("alpha", v),
        "alpha_from_covariance" | "semTools_alpha" => ("alpha", "listwise"),
        "cronbach_alpha_std" => ("alpha_standardized", v),
        "guttman_lambda6" => ("lambda_6", v),
        "guttman_lambda6_covariance" => ("lambda_6", "covariance_listwise"),
        "guttman_lambda2_covariance" => ("lambda_2", "covariance_listwise"),
        "guttman_lambda.1" => ("lambda_1", v),
        "guttman_lambda.2" => ("lambda_2", v),
        "guttman_lambda.3" => ("lambda_3", v),
        "guttman_lambda.4" | "splitHalf_maxrb" => ("lambda_4", v),
        "guttman_lambda.5" => ("lambda_5", v),
        "guttman_lambda.6" | "splitHalf_lambda6" => ("lambda_6", v),
        "splitHalf_alpha" => ("lambda_3", v),
        "splitHalf_lambda2" => ("lambda_2", v),
        "average_r" | "item_intercor" => ("average_r", v),
        "median_r" => ("median_r", v),
        "signal_noise" => ("signal_noise", v),
        "omega_total" if r.says("nfactors=1") => ("omega_total", v),
        _ if name.starts_with("omega_total_std_minres1") => {
            ("omega_total", if listwise { "implied_listwise" } else { "implied_pairwise" })
        }
        _ if name.starts_with("omega_total_std_ml1") => {
            ("omega_total", if listwise { "ml_implied_listwise" } else { "ml_implied_pairwise" })
        }
        "omega_total_std_1factor(minres)" => ("omega_total", "implied_listwise"),
        "omega_total_std_1factor(ml)" => ("omega_total", "ml_implied_listwise"),
        "semTools_omega" | "semTools_omega2" => ("omega_total", "ml_covariance_implied_listwise"),
        "semTools_omega3" | "compRelSEM_omega" => ("omega_total", "ml_covariance_common_listwise"),
        "semTools_avevar" => ("average_variance_extracted", "ml_covariance_listwise"),
        "fa_loading_minres1" | "loading1_1factor(minres)" | "loading1_1factor(ml)" => return loading(s, r),
        "split_half_odd_even_r" => ("split_half_r", v),
        "split_half_odd_even_spearman_brown" | "split_half_spearman_brown" => ("split_half_spearman_brown", v),
        "split_half_odd_even_guttman_lambda4" => ("split_half_guttman", v),
        _ if name.starts_with("SEM_mean") => ("sem", "listwise"),
        _ if name.starts_with("SEM_total") => ("sem", "listwise"),
        _ if name.starts_with("Sdiff") => ("sem", "listwise"),
        "alpha_if_dropped" | "alpha_if_deleted" => ("alpha_if_dropped", v),
        _ if name.starts_with("item_total_corr_r.drop") => ("item_rest_r", v),
        _ if name.starts_with("item_total_corr_raw.r") => ("item_total_r", v),
        _ if name.starts_with("item_total_corr_r.cor") => ("item_total_r_corrected", v),
        _ if name.starts_with("item_total (cor item") => ("item_rest_r", "listwise"),
        _ => return None,
    };
    let rows = s.rows(r, "reliability")?;
    let id = if wanted.0.starts_with("item_") || wanted.0 == "alpha_if_dropped" { r.of.clone()? } else { "s".into() };
    let row = find(&rows, &id, None, wanted.0, wanted.1)?;
    let value = match name {
        "alpha_feldt_ci_lower95" => row.lower,
        "alpha_feldt_ci_upper95" => row.upper,
        "alpha_ase" => row.se,
        _ if name.starts_with("SEM_total") => row.value.map(|v| v * r.items.len() as f64),
        _ if name.starts_with("Sdiff") => row.value.map(difference_error),
        _ => row.value,
    };
    let why = match name {
        "guttman_lambda.4" | "splitHalf_maxrb" => Some("psych's search misses splits; here every split is tried"),
        "alpha_feldt_ci_lower95" | "alpha_feldt_ci_upper95" | "alpha_ase" if r.tool == "psych" => {
            Some("psych counts people who answered nothing")
        }
        _ if name.contains("feldt") && r.says("missing=listwise") => Some("pingouin counts the people it left out"),
        "splitHalf_alpha" | "splitHalf_lambda2" | "splitHalf_lambda6" if r.items[0] == "A1" => {
            Some("psych turns an item round by itself")
        }
        _ if wanted.0 == "item_total_r" && !listwise => {
            Some("psych correlates with the mean of a person's available items")
        }
        _ => None,
    };
    if let Some(why) = why {
        let rounds = r.tool == "pingouin";
        let tolerance = if rounds { super::Tolerance::Rounded(3) } else { super::Tolerance::Closed };
        return Some(Said { value, tolerance, different: Some(why) });
    }
    if r.says("rounded 3dp") || (r.tool == "pingouin" && name.contains("feldt")) {
        return rounded(value, 3);
    }
    if wanted.0.starts_with("omega") || wanted.0.starts_with("average_variance") {
        return iterated(value);
    }
    closed(value)
}

/// Loadings of the one factor: of the covariances of a tally.
fn loading(s: &mut Scales, r: &Record) -> Option<Said> {
    use colead::measure::factor::{Extraction, one_factor};
    let listwise = r.says("listwise") || r.says("complete.obs");
    let extraction = if r.name.contains("(ml)") { Extraction::MaximumLikelihood } else { Extraction::Minres };
    let tally = &s.read(r, None)?.tally;
    let matrix = if listwise {
        covariances(tally, "", 0, Pairing::Listwise).ok()?.matrix.correlations()?
    } else {
        pair_correlations(tally, "", 0).ok()?
    };
    let loadings = one_factor(&matrix, extraction).ok();
    // Items stand sorted by name in a tally; a loading without a name is that of the first item as given.
    let item = r.of.clone().unwrap_or_else(|| r.items[0].clone());
    let mut names: Vec<&str> = r.items.iter().map(|i| i.trim_start_matches('-')).collect();
    names.sort_unstable();
    let at = names.iter().position(|n| *n == item.trim_start_matches('-'))?;
    iterated(loadings.map(|l| l[at]))
}

fn null_of(r: &Record) -> Option<&'static str> {
    let after = r.variant.split_once("ranvar=")?.1;
    let number: String = after.chars().take_while(|c| c.is_ascii_digit() || *c == '.' || *c == '/').collect();
    let uniform = if r.on("wa_public") { "4" } else { "2" };
    Some(match number.as_str() {
        n if n == uniform => "uniform",
        "1.34" => "slight_skew",
        "0.9" => "moderate_skew",
        "0.44" => "heavy_skew",
        "1.32" => "triangular",
        _ => return None,
    })
}

/// The measure of a reference name, and which part of its spread over units.
pub(crate) fn part(name: &str) -> Option<(&'static str, &'static str)> {
    let ends = [
        ("_mean_over_groups", "_mean"),
        ("_median_over_groups", "_median"),
        ("_sd_over_groups", "_sd"),
        ("_n_NA_groups", "_absent"),
        ("_min", "_min"),
        ("_max", "_max"),
        ("", ""),
    ];
    let (base, end) = ends.iter().find_map(|(theirs, ours)| Some((name.strip_suffix(theirs)?, *ours)))?;
    Some(match base {
        "rwg.j" => ("rwg_j", end),
        "rwg.j.lindell" | "rwg.j.lindell(r*wg(j))" => ("r_star_wg_j", end),
        "AD_M(items)" | "AD_M" => ("ad_m", end),
        "AD_Md(items)" | "AD_Md" => ("ad_md", end),
        "awg" => ("awg", end),
        "rwg" => ("rwg", end),
        _ => return None,
    })
}

fn agreement_of(s: &mut Scales, r: &Record) -> Option<Said> {
    let (measure, end) = part(&r.name)?;
    if r.items.len() < 2 || (end.is_empty() && r.of.is_none()) {
        return None;
    }
    // Another range than the items' is for plain functions.
    let range = options(&r.dataset, &r.items[0]);
    let own = format!("{}..{}", range[0], range[1]);
    if measure == "awg" && !r.says(&own) {
        return None;
    }
    let null = if measure == "rwg_j" || measure == "r_star_wg_j" { null_of(r)? } else { "" };
    let variant = match (measure, null) {
        ("rwg_j", null) => format!("{null}_clipped"),
        ("r_star_wg_j", null) => null.to_owned(),
        _ => "mean_of_items".to_owned(),
    };
    let available = r.says("listwise=FALSE");
    let what = match (end.is_empty(), available) {
        (true, true) => "agreement",
        (true, false) => "agreement listwise",
        (false, true) => "summary",
        (false, false) => "summary listwise",
    };
    let rows = s.rows(r, what)?;
    let measure = format!("{measure}{end}");
    closed(find(&rows, "s", r.of.as_deref(), &measure, &variant)?.value)
}

fn between(s: &mut Scales, r: &Record) -> Option<Said> {
    if r.unit.is_none() || !(r.says("person mean") || r.on("edge") || r.items.len() == 1) || r.of.is_some() {
        return None;
    }
    let (measure, variant) = super::scores::between_name(r)?;
    let rows = s.rows(r, "aggregation")?;
    let row = find(&rows, "s", None, measure, variant)?;
    super::scores::between_said(r, row.value, row.lower, row.upper)
}

fn level(s: &mut Scales, r: &Record) -> Option<Said> {
    let name = r.name.as_str();
    let one = r.of.clone().unwrap_or_else(|| "all".into());
    let get = |rows: &[ScaleRow], measure: &str, variant: &str| find(rows, "s", Some(&one), measure, variant).cloned();
    let listwise = r.says("complete") || r.says("listwise");
    match name {
        "scale_mean(person mean, available items)" => {
            let rows = s.rows(r, if listwise { "scores all" } else { "scores any" })?;
            closed(get(&rows, "mean", "points")?.value)
        }
        "scale_sd(person mean, available items)" => {
            let rows = s.rows(r, if listwise { "scores all" } else { "scores any" })?;
            closed(get(&rows, "variance", "points")?.value.map(f64::sqrt))
        }
        "scoreItems_mean_of_scores" if r.says("impute=none") => {
            closed(get(&s.rows(r, "scores any")?, "mean", "points")?.value)
        }
        "scoreItems_sd_of_scores" if r.says("impute=none") => {
            closed(get(&s.rows(r, "scores any")?, "variance", "points")?.value.map(f64::sqrt))
        }
        "n_nonmissing_scores" => closed(Some(get(&s.rows(r, "scores any")?, "mean", "points")?.n as f64)),
        "person_mean_mean" | "person_mean_sd" => {
            let k: u8 = r.variant.strip_prefix("at least ")?.split(' ').next()?.parse().ok()?;
            let reading = Reading { missing_rule: Some(MissingRule::Answered(k)), sizes: None };
            let rows = scores_with(&s.read(r, None)?.tally, &reading);
            closed(if name == "person_mean_mean" {
                get(&rows, "mean", "points")?.value
            } else {
                get(&rows, "variance", "points")?.value.map(f64::sqrt)
            })
        }
        "prorated_sum_mean" => {
            let reading = Reading { missing_rule: Some(MissingRule::Answered(3)), sizes: None };
            let rows = scores_with(&s.read(r, None)?.tally, &reading);
            closed(get(&rows, "mean", "points")?.value.map(|m| m * r.items.len() as f64))
        }
        "group_mean" | "group_sd" | "group_mean_ci95_t_lower" | "group_mean_ci95_t_upper" if r.items.len() > 1 => {
            let rows = s.rows(r, "scores all")?;
            let mean = get(&rows, "mean", "points")?;
            let half = mean.se.map(|se| se * colead::measure::distribution::t95(mean.n as f64 - 1.0));
            closed(match name {
                "group_mean" => mean.value,
                "group_sd" => get(&rows, "variance", "points")?.value.map(f64::sqrt),
                "group_mean_ci95_t_lower" => mean.value.zip(half).map(|(m, h)| m - h),
                _ => mean.value.zip(half).map(|(m, h)| m + h),
            })
        }
        _ if name.starts_with("percent_favorable") && r.items.len() == 1 => {
            let rows = s.rows(r, "favorability")?;
            let row = find(&rows, &r.items[0], Some("all"), "percent_favorable", "item")?;
            match name {
                "percent_favorable" => closed(row.value),
                "percent_favorable_ci95_wilson_lower" | "percent_favorable_wilson95_lower" => closed(row.lower),
                "percent_favorable_ci95_wilson_upper" | "percent_favorable_wilson95_upper" => closed(row.upper),
                _ => None,
            }
        }
        _ => None,
    }
}

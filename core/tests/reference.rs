//! Values that other tools computed on real data, hit to 1e-9.
//!
//! The data lie outside the repository: `COLEAD_SHARED`, or `../shared` beside the workspace. Without them the test
//! says that it is skipped; with `CI=true` their absence is a failure.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::evidence::{AnswerColumns, Cells, Column, Instrument, MissingRule, Responses, Table};
use colead::measure::{Reading, ScaleRow, aggregation, agreement, favorability, items, reliability, scores_with};
use colead::tally::Tally;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::PathBuf;

fn shared() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let path = std::env::var_os("COLEAD_SHARED").map_or(beside, PathBuf::from);
    if path.join("reference/survey.json").is_file() {
        return Some(path);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "the shared data are missing at {}", path.display());
    // Written past the capture of the test harness: a skip that nobody sees is a test that nobody runs.
    let _ = writeln!(std::io::stderr(), "SKIPPED: no shared data at {}; set COLEAD_SHARED", path.display());
    None
}

fn table(path: PathBuf) -> Table {
    let mut reader = csv::Reader::from_path(path).expect("readable");
    let names: Vec<String> = reader.headers().expect("header").iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows");
    let cells = |i: usize| Cells::Text(rows.iter().map(|r| Some(r[i].to_owned()).filter(|t| !t.is_empty())).collect());
    let columns = names.iter().enumerate().map(|(i, name)| Column { name: name.clone(), cells: cells(i) });
    // Data without units are one unit.
    let one = Column { name: "everybody".into(), cells: Cells::Int(vec![Some(1); rows.len()]) };
    Table::new("responses", columns.chain([one]).collect()).expect("a table")
}

fn tally(table: &Table, unit: &str, options: [i64; 2], items: &[&str]) -> Tally {
    let file = json!({"id": "t", "version": "1", "license": "none", "options": options, "scales": [{"id": "s", "items": items}]});
    let instrument = Instrument::from_json(&file.to_string()).expect("an instrument");
    let columns = AnswerColumns { unit: unit.into(), ..AnswerColumns::standard(false) };
    let (responses, _) = Responses::from_columns(table, &instrument, &columns).expect("responses");
    let mut tally = Tally::new(&instrument);
    tally.add(&responses).expect("counted");
    tally
}

struct Reference(Vec<Value>);

impl Reference {
    fn read(shared: &std::path::Path) -> Reference {
        let text = std::fs::read_to_string(shared.join("reference/survey.json")).expect("readable");
        Reference(serde_json::from_str(&text).expect("JSON"))
    }

    /// Computed entries of a data set: items, statistic, group in brackets, variant, value.
    fn entries<'a>(&'a self, dataset: &'a str) -> impl Iterator<Item = Entry<'a>> {
        self.0.iter().filter(move |e| e["dataset"] == dataset && e["kind"] == "computed").map(|e| {
            let items: Vec<&str> = match &e["items"] {
                Value::String(s) => vec![s.as_str()],
                Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
                _ => Vec::new(),
            };
            let statistic = e["statistic"].as_str().unwrap_or_default();
            let (name, group) = match statistic.split_once('[') {
                Some((name, rest)) => (name, rest.trim_start_matches("group=").strip_suffix(']')),
                None => (statistic, None),
            };
            let variant = e["variant"].as_str().unwrap_or_default();
            Entry {
                items,
                name,
                group,
                variant,
                tool: e["tool"].as_str().unwrap_or_default(),
                value: e["value"].as_f64(),
            }
        })
    }
}

#[derive(Debug)]
struct Entry<'a> {
    items: Vec<&'a str>,
    name: &'a str,
    group: Option<&'a str>,
    variant: &'a str,
    tool: &'a str,
    value: Option<f64>,
}

fn row<'a>(rows: &'a [ScaleRow], id: &str, unit: Option<&str>, measure: &str, variant: &str) -> &'a ScaleRow {
    let fits =
        |r: &&ScaleRow| r.scale == id && r.unit.as_deref() == unit && r.measure == measure && r.variant == variant;
    rows.iter().find(fits).unwrap_or_else(|| panic!("no row {id} {unit:?} {measure} {variant}"))
}

/// What colead says to an entry: its value, `Some(None)` when absent, `None` when the entry is not about this part.
fn answer(t: &Tally, e: &Entry<'_>, scale: bool) -> Option<Option<f64>> {
    let one_item = e.items.first().copied().unwrap_or_default();
    let read = |rule| scores_with(t, &Reading { missing_rule: Some(rule), sizes: None });
    let get = |rows: Vec<ScaleRow>, id: &str, unit, measure, variant| row(&rows, id, unit, measure, variant).value;
    let all = Reading { missing_rule: Some(MissingRule::All), sizes: None };
    let icc = |measure, variant| get(aggregation(t, &all), "s", None, measure, variant);
    let root = |v: Option<f64>| v.map(f64::sqrt);
    let rule = if e.variant.contains("complete") || e.variant.contains("listwise") {
        MissingRule::All
    } else {
        MissingRule::Answered(1)
    };
    let uniform = e.variant == "ranvar=2" || e.variant.starts_with("ranvar=2; listwise=FALSE");
    let available = e.variant.contains("listwise=FALSE") || e.variant == "ranvar=2";
    Some(match (e.name, e.group) {
        ("cronbach_alpha_raw", None) => {
            let listwise = e.variant.contains("listwise") || e.variant.contains("complete.obs");
            get(reliability(t), "s", None, "alpha", if listwise { "listwise" } else { "pairwise" })
        }
        ("scale_mean(person mean, available items)", None) => get(read(rule), "s", Some("1"), "mean", "points"),
        ("scale_sd(person mean, available items)", None) => root(get(read(rule), "s", Some("1"), "variance", "points")),
        ("person_mean_mean" | "person_mean_sd", None) => {
            let k = e.variant.strip_prefix("at least ").and_then(|v| v.split(' ').next()).and_then(|k| k.parse().ok());
            let rows = read(MissingRule::Answered(k.expect("a number of answers")));
            if e.name == "person_mean_mean" {
                get(rows, "s", Some("1"), "mean", "points")
            } else {
                root(get(rows, "s", Some("1"), "variance", "points"))
            }
        }
        ("ICC1", None) if e.variant.contains("k=arithmetic mean") => icc("icc1", "mean_size"),
        ("ICC1", None) if e.variant.contains("unbalanced k=n0") => icc("icc1", "n0"),
        ("ICC1", None) if e.variant.starts_with("aov, group sizes") => icc("icc1", "mean_size"),
        ("ICC1", None) if e.variant.starts_with("aov; equal group means") => icc("icc1", "mean_size"),
        ("ICC2", None) if e.variant.ends_with("(MSB-MSW)/MSB") || e.variant == "aov" => icc("icc2", "anova"),
        ("anova_F", None) => icc("anova_f", "one_way"),
        ("anova_p", None) => icc("anova_p", "one_way"),
        ("eta_squared", None) => icc("eta_squared", "one_way"),
        ("group_mean", Some(_)) => get(read(MissingRule::All), "s", e.group, "mean", "points"),
        ("group_sd", Some(_)) => root(get(read(MissingRule::All), "s", e.group, "variance", "points")),
        ("rwg.j", Some(_)) if uniform && available && scale => {
            get(agreement(t), "s", e.group, "rwg_j", "uniform_clipped")
        }
        ("rwg.j.lindell" | "rwg.j.lindell(r*wg(j))", Some(_)) if uniform && available => {
            get(agreement(t), "s", e.group, "r_star_wg_j", "uniform")
        }
        ("AD_M(items)", Some(_)) => get(agreement(t), "s", e.group, "ad_m", "mean_of_items"),
        ("rwg", Some(_)) if !scale => get(agreement(t), one_item, e.group, "rwg", "uniform_clipped"),
        ("AD_M", Some(_)) if !scale => get(agreement(t), one_item, e.group, "ad_m", "item"),
        ("awg", Some(_)) if !scale => get(agreement(t), one_item, e.group, "awg", "item"),
        ("percent_favorable", None) => get(favorability(t), one_item, Some("1"), "percent_favorable", "item"),
        ("percent_favorable_ci95_wilson_lower", None) => {
            row(&favorability(t), one_item, Some("1"), "percent_favorable", "item").lower
        }
        ("percent_favorable_ci95_wilson_upper", None) => {
            row(&favorability(t), one_item, Some("1"), "percent_favorable", "item").upper
        }
        _ => return None,
    })
}

fn close(got: Option<f64>, want: Option<f64>, e: &Entry<'_>) {
    // A p value of 1e-25 stands for its own digits, everything else for nine of them.
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(if e.name == "anova_p" { 0.0 } else { 1e-3 });
    match (got, want) {
        (Some(a), Some(b)) => assert!(near(a, b), "{a} is not {b}: {e:?}"),
        (None, None) => {}
        _ => panic!("{got:?} is not {want:?}: {e:?}"),
    }
}

/// Checks every entry of a data set that this part answers; gives how many of each statistic were compared.
fn compare(
    dataset: &str,
    file: &str,
    group: &str,
    options: &dyn Fn(&str) -> [i64; 2],
) -> std::collections::BTreeMap<String, usize> {
    let mut seen = std::collections::BTreeMap::new();
    let Some(shared) = shared() else { return seen };
    let table = table(shared.join("data/survey").join(file));
    let reference = Reference::read(&shared);
    let mut tallies: std::collections::HashMap<(Vec<&str>, bool), Tally> = std::collections::HashMap::new();
    for e in reference.entries(dataset) {
        let first = e.items.first().copied().unwrap_or_default();
        let known = e.items.iter().all(|i| table.column(i.trim_start_matches('-')).is_some());
        // Scores that are no answers, such as LEAD, are not for an instrument.
        if e.items.is_empty() || !known || ["LEAD", "TSIG", "HOSTILE"].contains(&first) {
            continue;
        }
        let by_group =
            e.group.is_some() || e.name.starts_with("ICC") || e.name.starts_with("anova") || e.name == "eta_squared";
        let t = tallies
            .entry((e.items.clone(), by_group))
            .or_insert_with(|| tally(&table, if by_group { group } else { "everybody" }, options(first), &e.items));
        // The rounded and the restated are left to their own tools.
        if e.tool == "performance" || (e.name == "percent_favorable" && e.items.len() > 1) {
            continue;
        }
        if let Some(got) = answer(t, &e, e.items.len() > 1) {
            close(got, e.value, &e);
            *seen.entry(e.name.to_owned()).or_insert(0) += 1;
        }
    }
    println!("{dataset}: {} values compared; {seen:?}", seen.values().sum::<usize>());
    seen
}

fn assert_seen(seen: &std::collections::BTreeMap<String, usize>, wanted: &[(&str, usize)]) {
    // Without the data nothing was compared, which was said.
    if shared().is_some() {
        for (name, least) in wanted {
            assert!(seen.get(*name).is_some_and(|n| n >= least), "{name}: {seen:?}");
        }
    }
}

#[test]
fn leadership_climate_of_49_companies() {
    let options = |item: &str| if item.contains("HOSTIL") { [0, 4] } else { [1, 5] };
    let seen = compare("multilevel_lq2002", "multilevel_lq2002.csv", "COMPID", &options);
    assert_seen(
        &seen,
        &[
            ("cronbach_alpha_raw", 12),
            ("ICC1", 6),
            ("ICC2", 3),
            ("anova_F", 3),
            ("anova_p", 3),
            ("eta_squared", 3),
            ("rwg.j", 15),
            ("rwg.j.lindell(r*wg(j))", 15),
            ("AD_M(items)", 15),
            ("rwg", 5),
            ("AD_M", 5),
            ("awg", 5),
            ("group_mean", 12),
            ("group_sd", 12),
            ("scale_mean(person mean, available items)", 3),
            ("percent_favorable", 11),
            ("percent_favorable_ci95_wilson_lower", 3),
        ],
    );
}

#[test]
fn bfi_with_reversed_keys_and_missing_answers() {
    let seen = compare("psychTools_bfi", "psychTools_bfi.csv", "gender", &|_| [1, 6]);
    assert_seen(
        &seen,
        &[
            ("cronbach_alpha_raw", 28),
            ("scale_mean(person mean, available items)", 10),
            ("scale_sd(person mean, available items)", 10),
            ("person_mean_mean", 5),
            ("person_mean_sd", 5),
        ],
    );
}

#[test]
fn small_units_at_the_edges() {
    let seen = compare("edge_small", "edge_small.csv", "g", &|_| [1, 5]);
    assert_seen(
        &seen,
        &[
            ("rwg.j", 6),
            ("rwg.j.lindell", 6),
            ("rwg", 6),
            ("awg", 6),
            ("ICC1", 1),
            ("ICC2", 1),
            ("cronbach_alpha_raw", 4),
        ],
    );
    let seen = compare("edge_neg_icc", "edge_neg_icc.csv", "g", &|_| [1, 5]);
    assert_seen(&seen, &[("ICC1", 1)]);
}

#[test]
fn item_means_add_up_to_the_scale() {
    let Some(shared) = shared() else { return };
    let table = table(shared.join("data/survey/multilevel_lq2002.csv"));
    let names: Vec<String> = (1..=11).map(|i| format!("LEAD{i:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let t = tally(&table, "COMPID", [1, 5], &names);
    // All answered: a company's scale mean is the mean of its item means, and the roll-up equals counting everybody.
    let (rows, scales) = (items(&t), scores_with(&t, &Reading::default()));
    for unit in t.units() {
        let mean = names.iter().map(|i| row(&rows, i, Some(unit), "mean", "points").value.unwrap()).sum::<f64>() / 11.0;
        let scale = row(&scales, "s", Some(unit), "mean", "points").value.unwrap();
        assert!((mean - scale).abs() < 1e-12, "{unit}: {mean} {scale}");
    }
    let everybody = tally(&table, "everybody", [1, 5], &names);
    assert_eq!(t.rollup(|_| Some("1".into())).unwrap().to_bytes(), everybody.to_bytes());
}

//! The reference records and the real data they were computed on, read where they lie.

use super::shared;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// One value that another tool computed.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) dataset: String,
    pub(crate) unit: Option<String>,
    pub(crate) items: Vec<String>,
    /// The statistic without what stands in brackets.
    pub(crate) name: String,
    /// What stands in brackets: a unit or an item.
    pub(crate) of: Option<String>,
    pub(crate) variant: String,
    pub(crate) tool: String,
    pub(crate) kind: String,
    pub(crate) value: Option<f64>,
    pub(crate) decimals: Option<i32>,
}

impl Record {
    pub(crate) fn says(&self, text: &str) -> bool {
        self.variant.contains(text)
    }

    pub(crate) fn on(&self, dataset: &str) -> bool {
        self.dataset.starts_with(dataset)
    }
}

pub(crate) fn records() -> Option<Vec<Record>> {
    let text = std::fs::read_to_string(shared()?.join("reference/survey.json")).expect("readable");
    let all: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    Some(all.iter().map(record).collect())
}

fn record(e: &Value) -> Record {
    let text = |key: &str| e[key].as_str().unwrap_or_default().to_owned();
    let items = match &e["items"] {
        Value::String(s) => vec![s.clone()],
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let statistic = text("statistic");
    let (name, of) = match statistic.split_once('[').and_then(|(name, rest)| Some((name, rest.split_once(']')?))) {
        Some((name, (of, rest))) => {
            (format!("{name}{}", rest.trim_end()), Some(of.trim_start_matches("group=").to_owned()))
        }
        None => (statistic, None),
    };
    Record {
        dataset: text("dataset"),
        unit: e["group_column"].as_str().map(str::to_owned),
        items,
        name,
        of,
        variant: text("variant"),
        tool: text("tool"),
        kind: text("kind"),
        value: e["value"].as_f64(),
        decimals: e["decimals"].as_i64().map(|d| d as i32),
    }
}

/// A data set as texts by column; an empty cell is missing.
pub(crate) struct Data {
    pub(crate) columns: HashMap<String, Vec<String>>,
    pub(crate) rows: usize,
}

impl Data {
    fn read(path: &Path) -> Data {
        let mut reader = csv::Reader::from_path(path).expect("readable");
        let names: Vec<String> =
            reader.headers().expect("header").iter().map(|h| h.trim_start_matches('\u{feff}').to_owned()).collect();
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows");
        let columns =
            names.iter().enumerate().map(|(i, n)| (n.clone(), rows.iter().map(|r| r[i].to_owned()).collect()));
        Data { columns: columns.collect(), rows: rows.len() }
    }

    fn keep(&mut self, kept: &[usize]) {
        for column in self.columns.values_mut() {
            *column = kept.iter().map(|i| column[*i].clone()).collect();
        }
        self.rows = kept.len();
    }

    /// The data of a record, as the README of the references says they were prepared.
    pub(crate) fn of(dataset: &str) -> Option<Data> {
        let folder = shared()?.join("data/survey");
        let read = |name: &str| Data::read(&folder.join(format!("{name}.csv")));
        let name = dataset.split_once(' ').map_or(dataset, |(first, _)| first);
        Some(if dataset.starts_with("wa_public") {
            let mut data = read("wa_public_sector_eps2015");
            let size = data.columns["AgencySize"].clone();
            data.columns.insert("SZ".into(), size);
            for item in ["A3a", "A3b", "A3c", "B2a", "B2b", "B2c", "B2d"] {
                for cell in data.columns.get_mut(item).expect("an item") {
                    let code: Option<i64> = cell.trim().parse().ok().filter(|c| (1..=7).contains(c));
                    *cell = code.map_or(String::new(), |c| (8 - c).to_string());
                }
            }
            data
        } else if dataset.starts_with("multilevel_univbct") {
            let mut data = read("multilevel_univbct");
            let mut seen = BTreeSet::new();
            let first: Vec<usize> =
                (0..data.rows).filter(|i| seen.insert(data.columns["SUBNUM"][*i].clone())).collect();
            data.keep(&first);
            let both = data.columns["BTN"].iter().zip(&data.columns["COMPANY"]).map(|(b, c)| format!("{b}.{c}"));
            let both = both.collect();
            data.columns.insert("BC".into(), both);
            data
        } else if dataset == "ShroutFleiss1979" {
            let mut data = read("shrout_fleiss_1979");
            for i in 1..=4 {
                let column = data.columns[&format!("V{i}")].clone();
                data.columns.insert(format!("J{i}"), column);
            }
            data
        } else if folder.join(format!("{name}.csv")).is_file() {
            read(name)
        } else {
            return None;
        })
    }

    pub(crate) fn numbers(&self, column: &str) -> Vec<Option<f64>> {
        self.columns[column].iter().map(|c| c.trim().parse().ok()).collect()
    }

    /// Rows by unit, those without a unit left out.
    pub(crate) fn groups(&self, unit: &str) -> BTreeMap<String, Vec<usize>> {
        let mut out: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (i, cell) in self.columns[unit].iter().enumerate().filter(|(_, c)| !c.is_empty() && *c != "NA") {
            out.entry(cell.clone()).or_default().push(i);
        }
        out
    }
}

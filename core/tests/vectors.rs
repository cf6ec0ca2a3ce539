//! The conformance vectors of `tests/vectors`, run through Rust. `COLEAD_BLESS=1` writes what is expected.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use colead::assess::{Project, classify_documents, read_facets};
use colead::evidence::{Direction, Evidence, Instrument, Responses, SurveyMap, Table};
use colead::json::canonical;
use colead::measure::concordance::FacetRow;
use colead::measure::network::{MIN_GROUP, Network, Options, group_ties};
use colead::measure::ordinal::Judges;
use colead::measure::{Reading, Reply, ScaleRow, measure, plan, read_responses, read_tally};
use colead::release::{DisclosurePolicy, Ledger, audit_documents};
use colead::rules::{Case, Diagnosis, Framework, Plan, Told, check};
use colead::tally::Tally;
use colead::{Diagnostic, Error, Result};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const WHAT: [&str; 7] = ["scores", "items", "differences", "favorability", "reliability", "agreement", "aggregation"];

/// The files of one case.
struct Vector {
    folder: PathBuf,
    name: String,
}

impl Vector {
    fn path(&self, part: &str) -> PathBuf {
        self.folder.join(format!("{}.{part}", self.name))
    }

    fn text(&self, part: &str) -> String {
        self.find(part).unwrap_or_else(|| panic!("{} is missing", self.path(part).display()))
    }

    fn find(&self, part: &str) -> Option<String> {
        std::fs::read_to_string(self.path(part)).ok()
    }

    fn confidence(&self) -> Option<f64> {
        self.find("confidence").map(|text| text.trim().parse().expect("a number"))
    }
}

fn classify(v: &Vector) -> Result<String> {
    let components = v.find("components.json");
    let framework = Framework::builtin()?;
    let judgment = classify_documents(&framework, &v.text("facts.json"), components.as_deref(), v.confidence())?;
    Ok(canonical(&judgment.to_json()) + "\n")
}

fn judge(v: &Vector) -> Result<String> {
    let framework = match v.find("rulebook.toml") {
        Some(text) => Framework::from_toml(&text)?,
        None => Framework::builtin()?,
    };
    let question = v.text("question");
    let question = question.trim_end();
    framework.find_question(question)?;
    let case = Case::from_json(&framework, &v.text("measures.json"))?;
    Ok(canonical(&framework.judge(question, &case, v.confidence())?.to_json()) + "\n")
}

fn check_rulebook(v: &Vector) -> Result<String> {
    let found = check(&v.text("rulebook.toml"));
    Ok(canonical(&found.iter().map(Diagnostic::to_json).collect()) + "\n")
}

fn lint(v: &Vector) -> Result<String> {
    let framework = match v.find("rulebook.toml") {
        Some(text) => Framework::from_toml(&text)?,
        None => Framework::builtin()?,
    };
    let diagnosis = Diagnosis::from_json(&framework, v.find("diagnosis.json").as_deref().unwrap_or("{}"))?;
    let plan = Plan::from_text(&v.text("plan.json"))?;
    let lint = framework.lint(&plan, &diagnosis, v.confidence())?;
    let offered = framework.suggest(&diagnosis, v.confidence())?;
    let offered: Value = offered.iter().map(|s| s.to_json(&framework)).collect();
    Ok(format!("{}\n{}\n", canonical(&lint.to_json()), canonical(&offered)))
}

fn compare(v: &Vector) -> Result<String> {
    let (builtin, own) = (Framework::builtin()?, Framework::from_toml(&v.text("rulebook.toml"))?);
    let case = Told::one_from_json(&v.text("cases.json"))?;
    Ok(canonical(&colead::rules::compare(&[&builtin, &own], &case)?.to_json()) + "\n")
}

fn tally(v: &Vector) -> Result<String> {
    let instrument = Instrument::from_toml(&v.text("instrument.toml"))?;
    let count = |csv: &str| {
        let table = Table::from_csv("responses", csv.as_bytes())?;
        let (responses, _) = Responses::from_table(&table, &instrument, false)?;
        let mut tally = Tally::new(&instrument);
        let loss = tally.add(&responses)?;
        Ok::<_, Error>((tally, loss))
    };
    let (mut tally, loss) = count(&v.text("responses.csv"))?;
    if let Some(more) = v.find("more.csv") {
        tally.merge(&count(&more)?.0)?;
    }
    if let Some(less) = v.find("less.csv") {
        tally.subtract(&count(&less)?.0)?;
    }
    let mut out = format!("{}\n{}\n", canonical(&loss.to_json()), tally.digest());
    for what in WHAT {
        let rows: Vec<Value> = measure(&tally, what, &Reading::default())?.iter().map(ScaleRow::to_json).collect();
        out.push_str(&(canonical(&Value::Array(rows)) + "\n"));
    }
    Ok(out)
}

fn network(v: &Vector) -> Result<String> {
    let table = |name: &str, csv: &str| Table::from_csv(name, csv.as_bytes());
    let ties = table("ties", &v.text("ties.csv"))?;
    if let Some(groups) = v.find("groups.csv") {
        let direction = Direction::parse(v.text("direction").trim_end())?;
        let rows = group_ties(&ties, &table("groups", &groups)?, direction, MIN_GROUP)?;
        return Ok(canonical(&rows.to_json()) + "\n");
    }
    let nodes = v.find("nodes.csv").map(|csv| table("nodes", &csv)).transpose()?;
    let network = Network::from_tables(&ties, nodes.as_ref(), Options::from_json(&v.text("options.json"))?)?;
    let mut out = canonical(&network.summary()) + "\n";
    for request in v.text("requests").lines() {
        out.push_str(&(canonical(&network.read(request)?.1.to_json()) + "\n"));
    }
    Ok(out)
}

fn statistics(v: &Vector) -> Result<String> {
    let table = |name: &str, csv: &str| Table::from_csv(name, csv.as_bytes());
    let mut out = String::new();
    let mut each = |requests: &str, read: &dyn Fn(&str) -> Result<Reply>| -> Result<()> {
        for request in requests.lines() {
            out.push_str(&(canonical(&read(request)?.to_json()) + "\n"));
        }
        Ok(())
    };
    if let Some(csv) = v.find("definitions.csv") {
        let instrument = Instrument::from_definitions_json(&table("definitions", &csv)?, &v.text("settings.json"))?;
        let map = SurveyMap::from_toml("columns", &v.text("columns.json"), &instrument)?;
        return Ok(canonical(&map.to_json()) + "\n");
    }
    if let Some(csv) = v.find("ratings.csv") {
        let judges = Judges::from_table(&table("ratings", &csv)?)?;
        each(&v.text("requests"), &|request| judges.read(request))?;
    } else if let Some(requests) = v.find("plans") {
        each(&requests, &plan)?;
    } else {
        let instrument = Instrument::from_toml(&v.text("instrument.toml"))?;
        let table = table("responses", &v.text("responses.csv"))?;
        let (responses, _) = Responses::from_table(&table, &instrument, false)?;
        let mut tally = Tally::new(&instrument);
        tally.add(&responses)?;
        let none = String::new;
        each(&v.find("tally_requests").unwrap_or_else(none), &|request| read_tally(&tally, request, None))?;
        let read = |request: &str| read_responses(&responses, &instrument, request);
        each(&v.find("requests").unwrap_or_else(none), &read)?;
    }
    Ok(out)
}

fn facets(v: &Vector) -> Result<String> {
    let tables = ["organization", "rankings", "declared", "decisions", "decision_effects"];
    let files: Vec<(String, String)> =
        tables.iter().filter_map(|t| Some((format!("{t}.csv"), v.find(&format!("{t}.csv"))?))).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let (evidence, _) = Evidence::from_files(&files)?;
    let mut out = String::new();
    for request in v.text("requests").lines() {
        let (_, rows) = read_facets(&evidence, request)?;
        out.push_str(&(canonical(&rows.iter().map(FacetRow::to_json).collect()) + "\n"));
    }
    Ok(out)
}

fn assess(v: &Vector) -> Result<String> {
    let files: Vec<(String, Vec<u8>)> = std::fs::read_dir(v.folder.join(&v.name))
        .expect("a folder")
        .map(|entry| entry.expect("readable"))
        .map(|entry| (entry.file_name().into_string().expect("UTF-8"), std::fs::read(entry.path()).expect("a file")))
        .collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, data)| (name.as_str(), data.as_slice())).collect();
    let project = Project::from_files(&files)?;
    let policy = match v.find("policy.json") {
        Some(text) => DisclosurePolicy::from_json(&text),
        None => DisclosurePolicy::of_folder(&project.policy),
    }?;
    let ledger = v.find("ledger.json").map_or_else(|| Ok(Ledger::new()), |text| Ledger::from_json(&text))?;
    let (release, ledger) = project.assess()?.release(&policy, &ledger)?;
    Ok(format!("{}\n{}\n{}", canonical(&release.to_json()), canonical(&ledger.to_json()), release.to_text()))
}

fn audit(v: &Vector) -> Result<String> {
    Ok(canonical(&audit_documents(&v.text("audit.json"))?) + "\n")
}

/// Runs every case of a kind.
fn run(kind: &str, call: impl Fn(&Vector) -> Result<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors").join(kind);
    let names: BTreeSet<String> = std::fs::read_dir(&folder)
        .expect("the vectors")
        .map(|entry| entry.expect("readable").file_name().into_string().expect("UTF-8"))
        .filter_map(|file| file.split('.').next().map(str::to_owned))
        .collect();
    let bless = std::env::var_os("COLEAD_BLESS").is_some_and(|v| v == "1");
    let mut wrong = Vec::new();
    for name in &names {
        let v = Vector { folder: folder.clone(), name: name.clone() };
        let got = call(&v).unwrap_or_else(|error| canonical(&error.to_json()) + "\n");
        let refused = got.starts_with("{\"code\":");
        let bad = ["bad_", "json_"].iter().any(|start| name.starts_with(start));
        assert!(!refused || bad, "{kind}/{name} was refused: {got}");
        if bless {
            std::fs::write(v.path("expected"), &got).expect("writable");
        } else if v.find("expected").as_ref() != Some(&got) {
            wrong.push(format!("{kind}/{name}"));
        }
    }
    assert!(names.len() >= 6, "only {} cases in {kind}", names.len());
    assert!(wrong.is_empty(), "not as expected (COLEAD_BLESS=1 writes what is given): {}", wrong.join(", "));
}

#[test]
fn challenges_are_classified() {
    run("classify", classify);
}

#[test]
fn questions_are_judged() {
    run("judge", judge);
}

#[test]
fn rulebooks_are_checked() {
    run("check", check_rulebook);
}

#[test]
fn plans_are_held_against_a_diagnosis() {
    run("lint", lint);
}

#[test]
fn frameworks_are_compared() {
    run("compare", compare);
}

#[test]
fn answers_are_tallied() {
    run("tally", tally);
}

#[test]
fn networks_are_measured() {
    run("network", network);
}

#[test]
fn tables_are_audited() {
    run("audit", audit);
}

#[test]
fn statistics_are_read() {
    run("statistics", statistics);
}

#[test]
fn coherence_is_measured() {
    run("coherence", facets);
}

#[test]
fn folders_are_assessed() {
    run("assess", assess);
}

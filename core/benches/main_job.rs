//! What the main job costs, step by step: `cargo bench -p colead`.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use colead::assess::{Assessment, Project, classify_challenge};
use colead::measure::Ratings;
use colead::release::{DisclosurePolicy, Ledger};
use colead::rules::{Case, Framework};
use divan::{Bencher, black_box};
use std::path::Path;

fn main() {
    divan::main();
}

fn framework() -> Framework {
    Framework::builtin().expect("the built-in framework loads")
}

fn facts() -> Ratings {
    ["definable", "means_exist", "predictable", "authority_knows", "assumptions_hold", "solvers_unchanged"]
        .iter()
        .map(|c| ((*c).to_owned(), Some(1.0)))
        .collect()
}

fn harbour() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/harbour");
    std::fs::read_dir(folder)
        .expect("the example is in the repository")
        .map(|e| {
            let e = e.expect("a readable folder");
            (e.file_name().to_string_lossy().into_owned(), std::fs::read(e.path()).expect("a readable file"))
        })
        .collect()
}

fn project(files: &[(String, Vec<u8>)]) -> Project {
    let named: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    Project::from_files(&named).expect("the example is read")
}

#[divan::bench]
fn load_and_check_the_built_in_framework() -> Framework {
    framework()
}

#[divan::bench]
fn classify(bencher: Bencher<'_, '_>) {
    let (framework, facts) = (framework(), [facts()]);
    bencher.bench(|| classify_challenge(black_box(&framework), black_box(&facts), &[], None));
}

#[divan::bench]
fn judge_one_question(bencher: Bencher<'_, '_>) {
    let framework = framework();
    let mut case = Case::new(&framework);
    case.give(&framework, "direction", 62.0, Some(4.0), Some(12)).expect("a value of the range");
    bencher.bench(|| framework.judge("direction", black_box(&case), None));
}

#[divan::bench]
fn explain(bencher: Bencher<'_, '_>) {
    let framework = framework();
    let judgment = classify_challenge(&framework, &[facts()], &[], None).expect("known criteria");
    bencher.bench(|| black_box(&judgment).explain());
}

#[divan::bench(sample_count = 10)]
fn read_the_harbour(bencher: Bencher<'_, '_>) {
    let files = harbour();
    bencher.bench(|| project(black_box(&files)));
}

#[divan::bench(sample_count = 10)]
fn assess_the_harbour(bencher: Bencher<'_, '_>) {
    let project = project(&harbour());
    bencher.bench(|| black_box(&project).assess());
}

#[divan::bench(sample_count = 10)]
fn release_the_harbour(bencher: Bencher<'_, '_>) {
    let assessment: Assessment = project(&harbour()).assess().expect("the example assesses");
    bencher.bench(|| assessment.release(&DisclosurePolicy::default(), &Ledger::new()));
}

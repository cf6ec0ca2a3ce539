//! What explanations and changes cost: `cargo bench -p colead --bench explain`.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use colead::assess::classify_challenge;
use colead::measure::Ratings;
use colead::rules::{Case, Framework, Judgment, RuleId};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// Rules of three to five ends, one with an exception, one of which refers to another.
fn framework() -> Framework {
    let measures: String = (0..5).map(|i| format!("[measure.m{i}]\nscore = [0, 100]\nstep = 1\n")).collect();
    let rule = |id: &str, option: &str, rest: &str| {
        format!(
            "[[rule]]\nid = '{id}'\nsays = ['q', '{option}']\nstrength = 'defines'\nbecause = 'b'\n\
             basis = {{ kind = 'user', text = 'as drawn' }}\n{rest}\n"
        )
    };
    let text = format!(
        "[framework]\nid = 'bench'\nversion = '1.0.0'\n{measures}\
         [question.q]\noptions = ['all', 'sum', 'except']\nmode = 'independent'\n{}{}{}",
        rule(
            "all",
            "all",
            "when = { all = [ { ge = ['m0', 50] }, { gt = ['m1', 20] }, { lt = ['m2', 80] }, { le = ['m3', 60] } ] }"
        ),
        rule(
            "sum",
            "sum",
            "when = { at_least = { points = 3, of = [ { ge = ['m0', 50] }, { ge = ['m1', 50] }, { ge = ['m2', 50] }, \
             { ge = ['m3', 50] }, { ge = ['m4', 50] } ] } }"
        ),
        rule(
            "except",
            "except",
            "when = { any = [ { ge = ['m0', 90] }, { all = [ { ge = ['m1', 40] }, { lt = ['m2', 30] } ] } ] }\n\
             unless = { gt = ['m4', 70] }"
        ),
    );
    Framework::from_toml(&text).expect("a sound rulebook")
}

fn case(f: &Framework, se: Option<f64>) -> Case {
    let mut case = Case::new(f);
    for (i, value) in [62.0, 45.0, 25.0, 55.0, 30.0].into_iter().enumerate() {
        case.give(f, &format!("m{i}"), value, se, Some(12)).expect("a value of the range");
    }
    case
}

fn failing(f: &Framework) -> Case {
    let mut case = Case::new(f);
    for (i, value) in [42.0, 15.0, 85.0, 45.0, 80.0].into_iter().enumerate() {
        case.give(f, &format!("m{i}"), value, None, None).expect("a value of the range");
    }
    case
}

fn challenge(values: &[f64]) -> Judgment {
    let f = Framework::builtin().expect("the built-in framework loads");
    let criteria =
        ["definable", "means_exist", "predictable", "authority_knows", "assumptions_hold", "solvers_unchanged"];
    let facts: Ratings = criteria.iter().zip(values).map(|(c, x)| ((*c).to_owned(), Some(*x))).collect();
    classify_challenge(&f, &[facts], &[], None).expect("known criteria")
}

fn rule(f: &Framework, id: &str) -> RuleId {
    let q = &f.questions()[0];
    let at = q.options.iter().position(|o| o == id).expect("an option a rule");
    f.judge(&q.id, &Case::new(f), None).expect("a question").options()[at].rule.expect("a rule")
}

const RULES: [&str; 3] = ["all", "sum", "except"];

#[divan::bench(args = RULES)]
fn the_tree_of_a_rule(bencher: Bencher<'_, '_>, id: &str) {
    let f = framework();
    let (case, rule) = (case(&f, None), rule(&f, id));
    bencher.bench(|| f.tree(rule, black_box(&case), None));
}

#[divan::bench(args = RULES)]
fn the_tree_of_a_rule_with_standard_errors(bencher: Bencher<'_, '_>, id: &str) {
    let f = framework();
    let (case, rule) = (case(&f, Some(3.0)), rule(&f, id));
    bencher.bench(|| f.tree(rule, black_box(&case), None));
}

#[divan::bench(args = RULES)]
fn the_tree_of_a_rule_that_fails(bencher: Bencher<'_, '_>, id: &str) {
    let f = framework();
    let (case, rule) = (failing(&f), rule(&f, id));
    assert_eq!(f.tree(rule, &case, None).expect("a rule").verdict(), "fails");
    bencher.bench(|| f.tree(rule, black_box(&case), None));
}

#[divan::bench(args = RULES)]
fn the_near_misses_of_a_rule(bencher: Bencher<'_, '_>, id: &str) {
    let f = framework();
    let (case, rule) = (failing(&f), rule(&f, id));
    let tree = f.tree(rule, &case, None).expect("a rule");
    assert!(!tree.near_misses().is_empty());
    bencher.bench(|| black_box(&tree).near_misses());
}

#[divan::bench(args = RULES)]
fn the_smallest_flip_of_a_rule(bencher: Bencher<'_, '_>, id: &str) {
    let f = framework();
    let (case, rule) = (case(&f, None), rule(&f, id));
    assert!(!f.flips(rule, &case, None).is_empty());
    bencher.bench(|| f.flips(rule, black_box(&case), None));
}

#[divan::bench(args = RULES)]
fn the_smallest_flip_of_a_rule_that_fails(bencher: Bencher<'_, '_>, id: &str) {
    let f = framework();
    let (case, rule) = (failing(&f), rule(&f, id));
    bencher.bench(|| f.flips(rule, black_box(&case), None));
}

#[divan::bench(args = RULES)]
fn the_smallest_flip_with_standard_errors(bencher: Bencher<'_, '_>, id: &str) {
    let f = framework();
    let (case, rule) = (case(&f, Some(3.0)), rule(&f, id));
    bencher.bench(|| f.flips(rule, black_box(&case), None));
}

#[divan::bench]
fn the_counterfactuals_of_a_challenge(bencher: Bencher<'_, '_>) {
    let judgment = challenge(&[1.0; 6]);
    assert!(!judgment.counterfactuals().is_empty());
    bencher.bench(|| black_box(&judgment).counterfactuals());
}

#[divan::bench]
fn the_evidence_needed_for_a_challenge(bencher: Bencher<'_, '_>) {
    let judgment = challenge(&[0.0; 2]);
    bencher.bench(|| black_box(&judgment).evidence_needed(None));
}

#[divan::bench]
fn the_robustness_of_a_challenge(bencher: Bencher<'_, '_>) {
    let judgment = challenge(&[1.0; 6]);
    bencher.bench(|| black_box(&judgment).robustness());
}

#[divan::bench]
fn what_to_ask_next_of_a_challenge(bencher: Bencher<'_, '_>) {
    let judgment = challenge(&[0.0; 2]);
    bencher.bench(|| black_box(&judgment).next_questions());
}

#[divan::bench]
fn an_explanation_in_words(bencher: Bencher<'_, '_>) {
    let f = framework();
    let judgment = f.judge("q", &case(&f, Some(3.0)), None).expect("a question");
    bencher.bench(|| black_box(&judgment).explain());
}

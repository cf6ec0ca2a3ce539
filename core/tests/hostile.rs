//! Rulebooks that are large or cunning: read or refused, within stated limits, in time that grows with their size.
//!
//! Nothing is timed here: a loop that is quadratic in ten thousand takes minutes, and is seen.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::rules::{Case, Framework, check};
use colead::{Diagnostic, Severity};
use std::fmt::Write as _;

const HEADER: &str = "[framework]\nid = 'f'\nversion = '1.0.0'\n[measure.m]\nscore = [0, 10]\n";

fn errors(text: &str) -> Vec<Diagnostic> {
    check(text).into_iter().filter(|d| d.severity == Severity::Error).collect()
}

fn first(text: &str) -> &'static str {
    errors(text).first().map_or("", |d| d.code)
}

fn rule(id: impl std::fmt::Display, when: &str, more: &str) -> String {
    format!("[[rule]]\nid='{id}'\nstrength='defines'\nbecause='b'\nbasis={{kind='user'}}\nwhen={when}\n{more}\n")
}

#[test]
fn four_megabytes_of_minimal_rules_are_too_many() {
    let mut text = HEADER.to_owned();
    for i in 0.. {
        let next = rule(i, "{gt=['m',1]}", "");
        if text.len() + next.len() > colead::document::MAX_BYTES {
            break;
        }
        text.push_str(&next);
    }
    assert_eq!(first(&text), "too_many");
}

#[test]
fn ten_thousand_rules_with_tests_and_questions_are_read() {
    let test = "test=[{given={m=2},expect='holds'},{given={m=0},expect='fails'},{given={},expect='insufficient'}]";
    let mut text = HEADER.to_owned();
    for i in 0..10_000 {
        write!(text, "[question.q{i}]\noptions=['a']\nmode='independent'\n").unwrap();
    }
    for i in 0..10_000 {
        text.push_str(&rule(i, "{gt=['m',1]}", &format!("says=['q{i}','a']\n{test}")));
    }
    let f = Framework::from_toml(&text).unwrap();
    assert_eq!((f.rules().len(), f.warnings().len()), (10_000, 0));
    let case = Case::from_json(&f, r#"{"m": 3}"#).unwrap();
    assert_eq!(f.judge("q9999", &case, None).unwrap().needs().missing.len(), 0);
}

#[test]
fn tests_that_would_cost_more_than_is_allowed_are_refused() {
    // A chain of rules, and very many tests at its end: each test evaluates the whole chain.
    let mut text = HEADER.to_owned() + &rule(0, "{gt=['m',1]}", "");
    for i in 1..9_000 {
        text.push_str(&rule(i, &format!("{{holds='{}'}}", i - 1), ""));
    }
    let tests = "{given={},expect='insufficient'},".repeat(50_000);
    text.push_str(&rule("last", "{holds='8999'}", &format!("test=[{tests}]")));
    assert_eq!(first(&text), "too_large");
}

#[test]
fn questions_that_rest_on_one_long_chain_are_bounded() {
    let mut text = HEADER.to_owned();
    for i in 0..10_000 {
        write!(text, "[question.q{i}]\noptions=['a']\nmode='independent'\n").unwrap();
    }
    text.push_str(&rule(0, "{gt=['m',1]}", "says=['q0','a']"));
    for i in 1..10_000 {
        text.push_str(&rule(i, &format!("{{holds='{}'}}", i - 1), &format!("says=['q{i}','a']")));
    }
    assert_eq!(first(&text), "too_large");
}

#[test]
fn thousands_of_faults_cost_no_more_than_as_many_rules() {
    // The same id ten thousand times; ten thousand slips beside ten thousand names; one line of megabytes.
    let same: String = (0..9_999).map(|_| rule("r", "{gt=['m',1]}", "")).collect();
    assert_eq!(first(&format!("{HEADER}{same}")), "duplicate_id");
    let names: String = (0..9_000).map(|i| format!("[measure.a_name_that_is_{i:05}]\nscore=[0,1]\n")).collect();
    let slips: String = (0..9_000).map(|i| rule(i, &format!("{{gt=['a_nmae_taht_is_{i:05}',0.5]}}"), "")).collect();
    assert_eq!(first(&format!("{HEADER}{names}{slips}")), "unknown_measure");
    let inline: String =
        (0..9_000).map(|i| format!("{{id='é{i}',strength='defines',because='b',when={{gt=['n',1]}}}},")).collect();
    let found = errors(&format!("rule=[{inline}]\n{HEADER}"));
    assert_eq!((found.len(), found[0].code, found[999].line), (1_000, "unknown_measure", Some(1)));
    assert!(found.iter().all(|d| d.excerpt.len() < 1_000 && !d.excerpt.is_empty()));
    let json = format!(
        "{{\"framework\":{{\"id\":\"f\",\"version\":\"1.0.0\"}},\"rule\":[{}1]}}",
        "{\"id\":\"r\",\"x\":1},".repeat(9_000)
    );
    assert_eq!(errors(&json).len(), 1_000);
}

#[test]
fn huge_lists_are_refused() {
    let list = |n: usize| (0..n).map(|i| format!("'c{i}'")).collect::<Vec<_>>().join(",");
    assert_eq!(first(&format!("{HEADER}[measure.x]\ncategory=[{}]\n", list(200_000))), "bad_categories");
    assert_eq!(first(&format!("{HEADER}[question.x]\nmode='graded'\noptions=[{}]\n", list(200_000))), "bad_options");
    let sets: String = (0..20_000).map(|i| format!("[set.s{i}]\nmembers=['a','b']\n")).collect();
    assert_eq!(first(&format!("{HEADER}{sets}")), "too_many");
    let members = format!("{HEADER}[set.s]\nmembers=[{}]\n", list(200_000));
    assert_eq!(first(&members), "", "members cost nothing");
    let leaves = "{gt=['m',1]},".repeat(999);
    let many: String = (0..260).map(|i| rule(i, &format!("{{any=[{leaves}]}}"), "")).collect();
    assert_eq!(first(&format!("{HEADER}{many}")), "too_large");
}

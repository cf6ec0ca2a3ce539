//! What tells of the answers of a few by their spread: errors, agreement, people of one mind, ends of the scale.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use colead::assess::{Options, assess};
use colead::evidence::{Evidence, Instrument};
use colead::json::canonical;
use colead::release::{DisclosurePolicy, Ledger, Release, ScoreCell};
use colead::rules::Framework;
use std::sync::LazyLock;

static FRAMEWORK: LazyLock<Framework> = LazyLock::new(|| Framework::builtin().expect("the framework loads"));

/// Units under one root; each of their people gives one answer to everything.
fn release(instrument: &str, units: &[(&str, Vec<u8>)]) -> Release {
    let items = Instrument::builtin(instrument).expect("built in");
    let names: Vec<&str> = items.items().iter().map(|i| i.id.as_str()).collect();
    let mut rows = format!("unit,{}\n", names.join(","));
    let mut tree = String::from("unit,parent\nr,\n");
    for (unit, answers) in units {
        tree.push_str(&format!("{unit},r\n"));
        for answer in answers {
            rows.push_str(&format!("{unit}{}\n", format!(",{answer}").repeat(names.len())));
        }
    }
    let files = [("organization.csv", tree.as_bytes()), ("responses.csv", rows.as_bytes())];
    let (evidence, _) = Evidence::from_files(&files).expect("tables");
    let a = assess(&FRAMEWORK, &evidence, &Options { instrument: Some(items), ..Options::default() });
    a.expect("an assessment").release(&DisclosurePolicy::default(), &Ledger::new()).expect("a release").0
}

fn all(r: &Release) -> String {
    let why = r.judgments().iter().map(|j| r.explain(&j.subject, &j.question).expect("asked"));
    canonical(&r.to_json()) + &r.to_text() + &r.sheet() + &why.collect::<String>()
}

fn mixed(n: usize) -> Vec<u8> {
    (0..n).map(|i| 1 + (i * 2 % 5) as u8).collect()
}

fn score<'r>(r: &'r Release, unit: &str, estimand: &str) -> &'r ScoreCell {
    let of = r.scores().iter().find(|s| s.unit == unit && s.scale == "direction" && s.estimand == estimand);
    of.expect("a score")
}

/// With their mean it would be the answer of each that a few were of one mind.
#[test]
fn that_a_few_are_of_one_mind_is_not_told() {
    for units in [vec![("a", vec![4; 6])], vec![("a", vec![4; 6]), ("b", vec![2; 6]), ("c", mixed(7))]] {
        let r = release("collective-leadership", &units);
        assert_eq!(score(&r, "a", "respondents").n, Some(6));
        let text = all(&r);
        for word in ["no_spread", "said the same", "nobody differed"] {
            assert!(!text.contains(word), "{word}");
        }
        let next = r.judgments().iter().find(|j| j.subject == "a" && j.question == "direction").expect("asked");
        assert_ne!(next.status, "masked");
    }
}

/// Three units of one mind each lean on nobody, and look like three of mixed minds.
#[test]
fn what_few_peers_have_in_common_is_not_told() {
    let kinds = |units: &[(&str, Vec<u8>)]| -> Vec<(&str, bool)> {
        let r = release("collective-leadership", units);
        ["a", "b", "c"].map(|u| score(&r, u, "process")).map(|s| (s.variant, s.se.is_some())).to_vec()
    };
    let alike = kinds(&[("a", vec![4; 6]), ("b", vec![2; 6]), ("c", vec![3; 6])]);
    assert_eq!(alike, kinds(&[("a", mixed(6)), ("b", mixed(6)), ("c", mixed(6))]));
    // Of twenty and more together the spread may be shown, and each leans on the others.
    let many = kinds(&[("a", mixed(8)), ("b", mixed(8)), ("c", mixed(8))]);
    assert_eq!(many, [("empirical_bayes", true); 3]);
}

#[test]
fn errors_of_fewer_than_twenty_are_not_shown() {
    let shown = |n: usize| {
        let r = release("collective-leadership", &[("a", mixed(n))]);
        let s = score(&r, "a", "respondents");
        assert!(s.value.is_some());
        (s.se.is_some(), score(&r, "a", "process").lower.is_some())
    };
    assert_eq!((shown(19), shown(20)), ((false, false), (true, true)));
}

/// Agreement (`ad_m`, like rwg a spread) is a verdict below twenty and a number from twenty.
#[test]
fn agreement_of_fewer_than_twenty_is_a_band() {
    let told = |n: usize| {
        let r = release("collective-leadership", &[("a", mixed(n))]);
        let of = r.judgments().iter().filter(|j| j.subject == "a").map(|j| r.explain("a", &j.question).expect("asked"));
        let lines: Vec<String> =
            of.flat_map(str::lines).filter(|l| l.contains("_dispersion`")).map(str::to_owned).collect();
        assert!(!lines.is_empty());
        lines.iter().filter(|l| l.contains("away") || l.contains("(n ")).count()
    };
    assert!(told(20) > 0);
    assert_eq!(told(19), 0);
}

#[test]
fn the_ends_of_the_scale_are_bands_in_every_document() {
    for (answer, band, end) in [(5, 95.0, "100"), (1, 5.0, "0")] {
        let r = release("ccl-dac", &[("a", vec![answer; 7]), ("b", mixed(30))]);
        let s = score(&r, "a", "respondents");
        assert_eq!((s.value, s.se, s.lower, s.upper), (Some(band), None, None, None));
        for j in r.judgments().iter().filter(|j| j.subject == "a") {
            let why = r.explain("a", &j.question).expect("asked");
            assert!(!why.contains(&format!("it is {end} ")), "{why}");
        }
    }
}

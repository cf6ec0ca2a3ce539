//! Ties in the main job: what they say of units, what they allow for where people did not answer, what they never give
//! away.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use colead::assess::{Assessment, Options, Project};
use colead::evidence::{Direction, Evidence};
use colead::release::{DisclosurePolicy, Ledger};
use colead::rules::Framework;
use proptest::prelude::*;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::OnceLock;

/// Read once: the cases of a law are many.
static FRAMEWORK: OnceLock<Framework> = OnceLock::new();

const TOWARD: &str = "direction = 'source looks to target'\n";

fn assess(files: &[(&str, &str)]) -> Result<Assessment, colead::Error> {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
    Project::from_files(&files)?.assess()
}

/// Value, standard error and number of a measure, or the reason why there is none.
fn found(a: &Assessment, unit: &str, measure: &str) -> Result<(f64, f64, u64), String> {
    let rows = a.measures();
    let Some(row) = rows.iter().find(|r| r["subject"] == unit && r["measure"] == measure) else {
        return Err("nothing".into());
    };
    match row["status"].as_str().unwrap() {
        "known" => {
            Ok((row["value"].as_f64().unwrap(), row["se"].as_f64().unwrap_or(0.0), row["n"].as_u64().unwrap_or(0)))
        }
        status => Err(status.to_owned()),
    }
}

fn ties(arcs: &[(usize, usize)]) -> String {
    arcs.iter().fold("source,target\n".to_owned(), |mut text, (u, v)| {
        writeln!(text, "p{u},p{v}").unwrap();
        text
    })
}

/// People of two teams under one whole; the first of each team is its manager.
fn members(a: usize, b: usize) -> String {
    let mut text = "person,unit,manager\n".to_owned();
    for i in 0..a + b {
        let (unit, head) = if i < a { ("a", 0) } else { ("b", a) };
        let manager = if i == head { String::new() } else { format!("p{head}") };
        writeln!(text, "p{i},{unit},{manager}").unwrap();
    }
    text
}

/// Six look to the first of them, five of team `b` in a ring; one tie crosses.
fn star_and_ring() -> Vec<(usize, usize)> {
    vec![(1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (0, 6), (6, 7), (7, 8), (8, 9), (9, 10), (10, 6)]
}

#[test]
fn numbers_are_those_worked_out_by_hand() {
    let a = assess(&[("colead.toml", TOWARD), ("members.csv", &members(6, 5)), ("ties.csv", &ties(&star_and_ring()))])
        .unwrap();
    let value = |unit: &str, measure: &str| found(&a, unit, measure).map(|(v, se, _)| (v, se));
    assert_eq!(value("a", "network_ei"), Ok((2.0 / 6.0 - 1.0, 0.0)));
    assert_eq!(value("b", "network_ei"), Ok((-1.0, 0.0)));
    assert_eq!(value("organization", "network_ei"), Ok((2.0 / 11.0 - 1.0, 0.0)));
    assert_eq!(value("a", "network_density"), Ok((5.0 / 30.0, 0.0)));
    // All five look to one: as central as can be.
    assert_eq!(value("a", "network_decentralization"), Ok((0.0, 0.0)));
    assert_eq!(value("b", "network_decentralization"), Ok((1.0, 0.0)));
    assert_eq!(value("a", "network_first_position"), Ok((1.0, 0.0)));
    assert_eq!(value("a", "network_second_position"), Ok((0.0, 0.0)));
    assert_eq!(value("b", "network_first_position"), Ok((0.2, 0.0)));
    assert_eq!(value("organization", "network_density"), Err("nothing".into()));
    // Two managers are too few to say anything of managers.
    assert_eq!(value("organization", "network_leader_bridges"), Err("too_few".into()));
    let hangs = |unit: &str| a.judgment(unit, "influence_in_ties").unwrap().answer_json();
    assert_eq!(hangs("a")["hangs_on_one_position"], "holds");
    assert_eq!(hangs("b")["spread"], "holds");
}

#[test]
fn who_looks_to_whom_can_be_told_from_either_end() {
    let turned: Vec<(usize, usize)> = star_and_ring().into_iter().map(|(u, v)| (v, u)).collect();
    let (members, there, back) = (members(6, 5), ties(&star_and_ring()), ties(&turned));
    let one = assess(&[("colead.toml", TOWARD), ("members.csv", &members), ("ties.csv", &there)]).unwrap();
    let settings = "direction = 'target looks to source'\n";
    let other = assess(&[("colead.toml", settings), ("members.csv", &members), ("ties.csv", &back)]).unwrap();
    assert_eq!(one.measures(), other.measures());
    let wrong = assess(&[("colead.toml", TOWARD), ("members.csv", &members), ("ties.csv", &back)]).unwrap();
    assert_ne!(one.measures(), wrong.measures());
}

#[test]
fn without_a_direction_only_what_does_not_depend_on_it_is_measured() {
    let a = assess(&[("members.csv", &members(6, 5)), ("ties.csv", &ties(&star_and_ring()))]).unwrap();
    assert!(found(&a, "a", "network_ei").is_ok());
    assert!(found(&a, "a", "network_density").is_ok());
    for measure in ["network_decentralization", "network_first_position", "network_signal_match"] {
        assert_eq!(found(&a, "a", measure), Err("nothing".into()), "{measure}");
    }
    assert!(a.notes().iter().any(|n| n.contains("say `direction`")), "{:?}", a.notes());
}

#[test]
fn ties_alone_are_about_one_whole() {
    let a = assess(&[("colead.toml", TOWARD), ("ties.csv", &ties(&star_and_ring()))]).unwrap();
    assert_eq!(a.units().names(), ["organization"]);
    assert_eq!(found(&a, "organization", "network_ei"), Err("undefined".into()));
    assert_eq!(found(&a, "organization", "network_density"), Ok((0.1, 0.0, 11)));
    let few = assess(&[("colead.toml", TOWARD), ("ties.csv", "source,target\na,b\nb,a\n")]).unwrap();
    assert_eq!(found(&few, "organization", "network_ei"), Err("too_few".into()));
}

#[test]
fn only_the_latest_wave_counts_and_several_relations_are_pooled() {
    let text = "source,target,relation,wave\na,b,advice,w2\nb,a,trust,w2\na,b,trust,w2\nc,d,advice,w2\nd,e,advice,w2\n\
                e,a,advice,w2\na,c,advice,w10\n";
    let nodes = "id\na\nb\nc\nd\ne\n";
    let a = assess(&[("colead.toml", TOWARD), ("ties.csv", text), ("nodes.csv", nodes)]).unwrap();
    // In wave 10 only one of five named anybody.
    assert_eq!(found(&a, "organization", "network_density"), Err("too_few".into()));
    let before = text.replace("a,c,advice,w10\n", "");
    let a = assess(&[("colead.toml", TOWARD), ("ties.csv", &before), ("nodes.csv", nodes)]).unwrap();
    assert_eq!(found(&a, "organization", "network_density"), Ok((5.0 / 20.0, 0.0, 5)));
}

#[test]
fn the_formal_order_may_be_a_relation_or_the_managers() {
    // Six managers, each over one other; everybody looks to the own manager but one.
    let mut members = "person,unit,manager\n".to_owned();
    let mut text = "source,target,relation\n".to_owned();
    for i in 0..6 {
        writeln!(members, "m{i},whole,\np{i},whole,m{i}").unwrap();
        let target = if i == 0 { "p1".into() } else { format!("m{i}") };
        writeln!(text, "p{i},{target},advice\nm{i},p{i},advice").unwrap();
    }
    let a = assess(&[("colead.toml", TOWARD), ("members.csv", &members), ("ties.csv", &text)]).unwrap();
    assert_eq!(found(&a, "whole", "network_signal_match"), Ok((5.0 / 6.0, 0.0, 6)));
    let formal: String = (0..6).map(|i| format!("p{i},m{i},formal\n")).collect();
    let plain = members.lines().map(|l| format!("{}\n", l.rsplit_once(',').unwrap().0)).collect::<String>();
    let ties = format!("{text}{formal}");
    let b = assess(&[("colead.toml", TOWARD), ("members.csv", &plain), ("ties.csv", &ties)]).unwrap();
    for measure in ["network_signal_match", "network_ei", "network_rank_influence", "network_lateral_share"] {
        assert_eq!(found(&a, "whole", measure), found(&b, "whole", measure), "{measure}");
    }
}

#[test]
fn rivals_who_decide_are_looked_at_in_ties() {
    let mut rights = "decision_class,holder,unit,role\n".to_owned();
    for i in 0..3 {
        writeln!(rights, "class{i},p{i},organization,decides\nclass{i},p{},organization,decides", i + 3).unwrap();
    }
    rights.push_str(
        "convened,p0,organization,decides\nconvened,p1,organization,decides\nconvened,p2,organization,convenes\n",
    );
    let mut arcs = star_and_ring();
    arcs.push((0, 3));
    let given = ["colead.toml", "ties.csv", "decision_rights.csv"];
    let ties = ties(&arcs);
    let a = assess(&[(given[0], TOWARD), (given[1], &ties), (given[2], &rights)]).unwrap();
    // Of three pairs of rivals one looks to one another: 3 looks to 0 as well.
    assert_eq!(found(&a, "organization", "network_deciders_recognition"), Ok((1.0 / 3.0, 0.0, 6)));
}

#[test]
fn what_is_no_network_is_refused_with_its_place() {
    let refusal = |text: &str, nodes: &str| {
        let mut files = vec![("colead.toml", TOWARD), ("ties.csv", text)];
        if !nodes.is_empty() {
            files.push(("nodes.csv", nodes));
        }
        let e = assess(&files).unwrap_err();
        assert!(!e.help_text().is_empty(), "{e}");
        (e.code(), e.path().to_owned())
    };
    assert_eq!(refusal("source,target\na,b\nc,c\n", ""), ("self_tie", "ties, row 2, column target".into()));
    assert_eq!(refusal("source,target\na,b\na,b\n", "").0, "repeated_tie");
    assert_eq!(
        refusal("source,target\na,b\na,x\n", "id\na\nb\n"),
        ("unknown_node", "ties, row 2, column target".into())
    );
    assert_eq!(refusal("source,target,weight\na,b,-1\n", "").0, "negative_weight");
    assert_eq!(refusal("source,target,weight\na,b,nan\n", "").0, "not_finite");
    assert_eq!(refusal("source,target,weight\na,b,1\nb,c,\n", "").0, "missing_value");
    assert_eq!(refusal("source,target,strength\na,b,1\n", "").0, "unknown_column");
    let e = assess(&[("colead.toml", "direction = 'directed'\n"), ("ties.csv", "source,target\na,b\n")]).unwrap_err();
    assert_eq!(e.code(), "unknown_direction");
    let twice = "source,target\na,b\nb,a\n";
    let e = assess(&[("colead.toml", "direction = 'undirected'\n"), ("ties.csv", twice)]).unwrap_err();
    assert_eq!(e.code(), "repeated_tie");
}

fn harbour() -> Vec<(String, Vec<u8>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/harbour");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap())
    };
    std::fs::read_dir(path).unwrap().map(read).collect()
}

#[test]
fn what_was_planted_in_the_ties_of_the_harbour_is_found_and_nobody_is_named() {
    let files = harbour();
    let named: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    let a = Project::from_files(&named).unwrap().assess().unwrap();
    let closed = |unit: &str| {
        a.judgment(unit, "connection_in_ties").map(|j| j.answer_json()["closed_units"].as_str().unwrap().to_owned())
    };
    for i in 0..a.units().len() {
        let unit = a.units().name(i);
        let Some(answer) = closed(unit) else {
            assert!(a.units().size(i) < Some(5), "{unit} has enough people");
            continue;
        };
        let planted = unit.starts_with("south") && unit != "south-tugs";
        assert_eq!(answer, if planted { "holds" } else { "fails" }, "{unit}");
    }
    let (release, _) = a.release(&DisclosurePolicy::default(), &Ledger::new()).unwrap();
    let text = release.to_text();
    let section = text.split("\nConnection\n").nth(1).expect("the section is there");
    assert!(section.contains("closed units: nearly all ties"), "{section}");
    let members = &files.iter().find(|(n, _)| n == "members.csv").unwrap().1;
    let members = String::from_utf8(members.clone()).unwrap();
    let whole = format!("{text}{}", release.to_json());
    for line in members.lines().skip(1) {
        let key = line.split(',').next().unwrap();
        assert!(!whole.contains(key), "{key} is named");
    }
}

#[test]
fn the_report_says_when_there_are_no_ties() {
    let facts = "unit,measure,value\nwhole,shared_work,1\n";
    let a = assess(&[("facts.csv", facts)]).unwrap();
    let (release, _) = a.release(&DisclosurePolicy::default(), &Ledger::new()).unwrap();
    assert!(release.to_text().contains("no ties were handed in"), "{}", release.to_text());
}

#[test]
fn a_unit_below_the_minimum_stays_out() {
    let a = assess(&[("colead.toml", TOWARD), ("members.csv", &members(6, 5)), ("ties.csv", &ties(&star_and_ring()))])
        .unwrap();
    let policy = DisclosurePolicy::new(6, "development").unwrap();
    let (release, _) = a.release(&policy, &Ledger::new()).unwrap();
    let of = |unit: &str| release.judgments().iter().find(|j| j.subject == unit && j.question == "connection_in_ties");
    assert_eq!(of("b").unwrap().status, "masked");
    assert_ne!(of("a").unwrap().status, "masked");
    // What is left of the whole without `a` would be the five of `b`: one of the two keeps its number to itself.
    let shown = |unit: &str| of(unit).unwrap().evidence.iter().any(|e| e.starts_with('-'));
    assert!(!(shown("a") && shown("organization")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever those who did not answer would have named, no number is farther off than its standard error.
    #[test]
    fn missing_answers_are_allowed_for(
        arcs in proptest::collection::btree_set((0_usize..11, 0_usize..11), 20..50),
        named in proptest::collection::btree_set((0_usize..2, 0_usize..11), 0..14),
    ) {
        let told: Vec<(usize, usize)> = arcs.into_iter().filter(|(u, v)| u != v && *u != 1 && *u != 7).collect();
        prop_assume!(!told.is_empty());
        let most = (0..11).map(|u| told.iter().filter(|(s, _)| *s == u).count()).max().unwrap_or(0);
        // The two who are silent would have named some, at most as many as anybody did.
        let mut full: Vec<(usize, usize)> = told.clone();
        for (k, u) in [1, 7].into_iter().enumerate() {
            let mut own: Vec<usize> = named.iter().filter(|(s, v)| *s == k && *v != u).map(|(_, v)| *v).collect();
            own.truncate(most);
            if own.is_empty() && most > 0 {
                own.push(if u == 1 { 0 } else { 8 });
            }
            full.extend(own.into_iter().map(|v| (u, v)));
        }
        let framework = FRAMEWORK.get_or_init(|| Framework::builtin().unwrap());
        let options = Options { direction: Some(Direction::SourceLooksToTarget), ..Options::default() };
        let members = members(6, 5);
        let of = |arcs: &[(usize, usize)]| {
            let files = [("members.csv", members.as_bytes()), ("ties.csv", ties(arcs).as_bytes())].map(|(n, t)| (n, t.to_vec()));
            let files: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (*n, t.as_slice())).collect();
            colead::assess::assess(framework, &Evidence::from_files(&files).unwrap().0, &options).unwrap()
        };
        let (part, whole) = (of(&told), of(&full));
        for unit in ["a", "b", "organization"] {
            for measure in ["network_ei", "network_density", "network_decentralization", "network_first_position",
                            "network_second_position", "network_lateral_share"] {
                let (Ok((value, se, _)), Ok((complete, ..))) = (found(&part, unit, measure), found(&whole, unit, measure))
                else { continue };
                prop_assert!((value - complete).abs() <= se + 1e-12, "{unit} {measure}: {value} ± {se}, {complete}");
            }
        }
    }
}

//! The main job on the shipped example: what was planted is found, what must not leave does not, and the order of
//! rows and files changes nothing.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use colead::assess::{Assessment, Project, Subject};
use colead::error::Family;
use colead::release::{DisclosurePolicy, Ledger, Release};
use serde_json::Value;
use std::path::Path;

type Files = Vec<(String, Vec<u8>)>;

fn folder(path: &str) -> Files {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let mut files = Files::new();
    for entry in std::fs::read_dir(&path).expect("the folder is in the repository") {
        let entry = entry.expect("a readable folder");
        let name = entry.file_name().into_string().expect("a plain name");
        files.push((name, std::fs::read(entry.path()).expect("a readable file")));
    }
    files.sort();
    files
}

fn assess(files: &Files) -> Result<Assessment, colead::Error> {
    let named: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    Project::from_files(&named)?.assess()
}

fn release(a: &Assessment) -> Release {
    a.release(&DisclosurePolicy::default(), &Ledger::new()).expect("an empty ledger refuses nothing").0
}

fn answer<'a>(a: &'a Assessment, unit: &str, question: &str) -> Option<&'a str> {
    a.judgment(unit, question).and_then(|j| j.answer())
}

#[test]
fn what_was_planted_in_the_harbour_is_found() {
    let a = assess(&folder("examples/harbour")).expect("the example assesses");
    assert_eq!(answer(&a, "one-culture", "challenge"), Some("complex"));
    assert_eq!(answer(&a, "crane-tariff", "challenge"), Some("technical"));
    assert_eq!(answer(&a, "north", "direction"), Some("strong"));
    assert_eq!(answer(&a, "south", "direction"), Some("weak"));
    assert_eq!(answer(&a, "south", "weakest_capability"), Some("connection"));
    assert_eq!(answer(&a, "south", "source_at_work"), Some("dominance"));
    assert_eq!(answer(&a, "south", "source_demanded"), Some("dialogue"));
    assert_eq!(answer(&a, "south", "source_fit"), Some("mismatch"));
    assert_eq!(answer(&a, "north", "source_fit"), Some("fits"));
    assert_eq!(answer(&a, "north-rail", "alignment"), Some("weak"));
    let slow = a.judgment("south", "slow_decisions").expect("asked").answer_json();
    assert_eq!(slow["priorities_read_differently"], "holds");
    assert_eq!(slow["too_many_approvals"], "fails");
    let whole = a.judgment("harbour", "one_view").expect("asked").answer_json();
    assert_eq!(whole["direction"], "fails", "a mean of north and south describes nobody");
}

/// Over all teams, an answer on direction is never on the wrong side of what was planted.
#[test]
fn no_team_is_called_weak_where_strength_was_planted() {
    let files = folder("examples/harbour");
    let truth: Value =
        serde_json::from_slice(&files.iter().find(|(n, _)| n == "truth.json").expect("truth").1).expect("JSON");
    let a = assess(&files).expect("the example assesses");
    let (mut answered, mut wrong) = (0, Vec::new());
    for (unit, waves) in truth["scores"].as_object().expect("scores by unit") {
        let level = waves["w2"]["direction"]["process"].as_f64().expect("a level on 1 to 5");
        let level = (level - 1.0) / 4.0 * 100.0;
        match answer(&a, unit, "direction") {
            Some("weak") if level >= 75.0 => wrong.push(unit.clone()),
            Some("strong") if level < 50.0 => wrong.push(unit.clone()),
            Some(_) => answered += 1,
            None => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(answered >= 15, "only {answered} teams answered");
}

#[test]
fn nothing_of_a_small_group_and_no_person_leaves() {
    let a = assess(&folder("examples/harbour")).expect("the example assesses");
    let r = release(&a);
    let masked: Vec<&str> = r.units().iter().filter(|u| u.masked).map(|u| u.unit.as_str()).collect();
    for small in ["north-tugs", "north-legal", "south-survey"] {
        assert!(masked.contains(&small) || masked.len() >= 3, "{masked:?}");
    }
    for s in r.scores().iter().filter(|s| masked.contains(&s.unit.as_str()) && s.wave == "w2") {
        assert!(s.value.is_none() && s.n.is_none() && s.se.is_none() && s.status == "masked", "{s:?}");
    }
    for j in r.judgments().iter().filter(|j| masked.contains(&j.subject.as_str())) {
        let rests_on_answers = ["direction", "alignment", "commitment", "weakest_capability", "source_at_work"];
        if rests_on_answers.contains(&j.question.as_str()) {
            assert_eq!(j.status, "masked", "{} of {}", j.question, j.subject);
        }
    }
    let everything = r.to_text() + &colead::json::canonical(&r.to_json());
    let person = |s: &str| s.len() == 5 && s.starts_with('p') && s[1..].chars().all(|c| c.is_ascii_digit());
    let keys: Vec<&str> = everything.split(|c: char| !c.is_alphanumeric()).filter(|w| person(w)).collect();
    assert!(keys.is_empty(), "{keys:?}");
    assert!(a.subjects().iter().all(|s| matches!(s.subject, Subject::Unit(_) | Subject::Challenge { .. })));
}

#[test]
fn below_twenty_people_no_spread_of_answers_leaves() {
    let a = assess(&folder("examples/harbour")).expect("the example assesses");
    let r = release(&a);
    let document = r.to_json();
    for j in document["judgments"].as_array().expect("judgments") {
        if j["question"] != "one_view" || j["status"] == "masked" {
            continue;
        }
        let unit =
            document["units"].as_array().expect("units").iter().find(|u| u["unit"] == j["subject"]).expect("the unit");
        let n = unit["n"].as_u64().expect("shown");
        for option in j["judgment"]["options"].as_array().expect("options") {
            assert_eq!(option["lo"].is_null(), n < 20, "{} with {n}", unit["unit"]);
        }
        let because = j["because"].to_string();
        assert_eq!(because.contains("too few people to show"), n < 20, "{n}: {because}");
    }
}

#[test]
fn every_line_on_an_unvalidated_instrument_says_so() {
    let a = assess(&folder("examples/harbour")).expect("the example assesses");
    for j in release(&a).judgments().iter().filter(|j| j.status != "masked") {
        for line in j.because.iter().filter(|l| l.starts_with("direction:") || l.starts_with("commitment:")) {
            assert!(line.contains("unvalidated"), "{line}");
        }
    }
}

#[test]
fn the_order_of_files_and_rows_changes_nothing() {
    let files = folder("examples/harbour");
    let mut turned: Files = files
        .iter()
        .map(|(name, bytes)| {
            let text = String::from_utf8(bytes.clone()).expect("text");
            // The order of organization.csv is the order of the report.
            if !name.ends_with(".csv") || name == "organization.csv" || name == "challenges.csv" || text.contains('"') {
                return (name.clone(), bytes.clone());
            }
            let mut lines: Vec<&str> = text.lines().collect();
            let tail = &mut lines[1..];
            tail.reverse();
            (name.clone(), (lines.join("\n") + "\n").into_bytes())
        })
        .collect();
    turned.reverse();
    let (a, b) = (assess(&files).expect("assesses"), assess(&turned).expect("assesses"));
    assert_eq!(a.manifest(), b.manifest());
    assert_eq!(release(&a).to_text(), release(&b).to_text());
    assert_eq!(colead::json::canonical(&release(&a).to_json()), colead::json::canonical(&release(&b).to_json()));
}

#[test]
fn one_interview_answers_what_it_can_and_names_the_rest() {
    let a = assess(&folder("tests/real/merger")).expect("the interview assesses");
    assert_eq!(answer(&a, "merger", "challenge"), Some("mixed"));
    assert_eq!(answer(&a, "merger: one payroll", "challenge"), Some("technical"));
    assert_eq!(answer(&a, "merger: one way of caring for clients", "challenge"), Some("complex"));
    assert_eq!(answer(&a, "merged house", "source_demanded"), Some("dialogue"));
    let text = release(&a).to_text();
    assert!(text.contains("for want of answers to the questionnaire: Direction"), "{text}");
    assert!(!text.contains("Masked"), "situations are not masked");
}

#[test]
fn an_unrestricted_release_says_so_everywhere() {
    let a = assess(&folder("examples/harbour")).expect("the example assesses");
    let (r, _) = a.release(&DisclosurePolicy::unrestricted(), &Ledger::new()).expect("nothing is refused");
    assert!(r.to_text().contains("UNRESTRICTED"));
    assert_eq!(r.to_json()["policy"]["unrestricted"], true);
    assert!(r.scores().iter().all(|s| s.status != "masked"));
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let cases: &[(&str, &str, &str, &str)] = &[
        ("facts.csv", "unit,measure,value\nu,shared_wrok,1\n", "unknown_measure", "facts, row 1, column measure"),
        ("facts.csv", "unit,measure,value\nu,definable,1\n", "wrong_table", "facts, row 1, column measure"),
        ("facts.csv", "unit,measure,value,se\nu,shared_work,1,-1\n", "negative_se", "facts, row 1, column se"),
        ("facts.csv", "unit,measure,value\nu,shared_work,nan\n", "", "facts, row 1, column value"),
        ("facts.csv", "unit,measure,value\nu,shared_work,7\n", "out_of_range", "facts, row 1, column value"),
        ("facts.csv", "unit,measure,value\n", "empty_table", "facts"),
        (
            "challenges.csv",
            "challenge,criterion,value\nc,definabel,1\n",
            "unknown_criterion",
            "challenges, row 1, column criterion",
        ),
        ("challenges.csv", "challenge,criterion,value\nc,definable,2\n", "", "challenges, row 1, column value"),
        ("organization.csv", "unit,parent\na,b\nb,a\n", "", "organization"),
        ("organization.csv", "unit,parent\na,nobody\n", "", "organization, row 1, column parent"),
        ("factss.csv", "unit\n", "unknown_table", ""),
        ("facts.json", r#"[{"unit":"u","unit":"v","measure":"shared_work","value":1}]"#, "duplicate_key", "facts"),
        ("responses.csv", "unit,x\nu,1\n", "no_instrument", "instrument"),
    ];
    for (name, text, code, path) in cases {
        let files: Files = vec![((*name).to_owned(), text.as_bytes().to_vec())];
        let e = assess(&files).map(|_| ()).expect_err(text);
        assert_eq!(e.family(), Family::Input, "{text}");
        assert!(code.is_empty() || e.code() == *code, "{text}: {e}");
        assert!(e.path().contains(path), "{text}: {e}");
        assert!(!e.help_text().is_empty(), "{text}: {e}");
    }
    assert_eq!(assess(&Files::new()).map(|_| ()).expect_err("nothing").code(), "no_evidence");
}

/// The cut-off published for one form binds to the keys of that form, and to no other questionnaire.
#[test]
fn a_published_cut_off_binds_to_its_own_form() {
    let scales = [("DIR", 3), ("ALI", 5), ("COM", 5)];
    let header: Vec<String> = scales.iter().flat_map(|(s, _)| (1..=4).map(move |i| format!("{s}{i}"))).collect();
    let mut csv = format!("unit,{}\n", header.join(","));
    for person in 0..12 {
        // Totals of 12 to 14 on direction, 18 to 20 on the others.
        let answers: Vec<String> = scales
            .iter()
            .flat_map(|(_, a)| (0..4).map(move |i| if i < person % 3 { 4 } else { *a }))
            .map(|a: i32| a.to_string())
            .collect();
        csv.push_str(&format!("team,{}\n", answers.join(",")));
    }
    let with = |instrument: &str| {
        assess(&vec![
            ("responses.csv".to_owned(), csv.clone().into_bytes()),
            ("colead.toml".to_owned(), format!("instrument = '{instrument}'\n").into_bytes()),
            (
                "other.json".to_owned(),
                br#"{"id":"other","version":"1","license":"CC0-1.0","options":[1,5],"scales":[
                    {"id":"direction","items":["DIR1","DIR2","DIR3","DIR4"]},
                    {"id":"alignment","items":["ALI1","ALI2","ALI3","ALI4"]},
                    {"id":"commitment","items":["COM1","COM2","COM3","COM4"]}]}"#
                    .to_vec(),
            ),
        ])
    };
    // The folder's own instrument file is no evidence only while it is the one named.
    let files_of_form: Files = vec![
        ("responses.csv".to_owned(), csv.clone().into_bytes()),
        ("colead.toml".to_owned(), b"instrument = 'ccl-dac'\n".to_vec()),
    ];
    let form = assess(&files_of_form).expect("the form's keys are built in");
    let attention = form.judgment("team", "dac_attention").expect("asked").answer_json();
    assert_eq!(attention["direction"], "holds");
    assert_eq!(attention["alignment"], "fails");
    let other = with("other.json").expect("an instrument of one's own");
    assert!(other.judgment("team", "dac_attention").is_none());
    assert!(other.judgment("team", "direction").is_some());
}

#[test]
fn rows_without_a_wave_are_set_aside_in_words() {
    let files: Files = vec![(
        "decisions.csv".to_owned(),
        b"decision,unit,layer,wave,approvals\na,u,team,w1,1\nb,u,team,w2,2\nc,u,team,,9\n".to_vec(),
    )];
    let notes = assess(&files).expect("assesses").notes().join("\n");
    assert!(notes.contains("1 rows of `decisions` have no wave and were set aside: wave w2 is judged"), "{notes}");
}

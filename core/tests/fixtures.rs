//! The examples of the sources as cases: each must come out as coded, and its one changed fact must change it.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::assess::classify_challenge;
use colead::document::Document;
use colead::evidence::{DecisionRightRow, Role};
use colead::measure::{MeasureValue, decision_rights};
use colead::rules::{Case, Framework, Judgment};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const CASES: &str = include_str!("../../tests/fixtures/cases.toml");
const POOL: [&str; 5] = ["definable", "means_exist", "predictable", "authority_knows", "assumptions_hold"];

fn cases() -> Vec<Value> {
    let document = Document::parse("cases.toml", CASES).unwrap_or_else(|d| panic!("{d}")).root.to_json();
    document["case"].as_array().expect("cases").clone()
}

fn rows(rights: &Value) -> Vec<DecisionRightRow> {
    let row = |text: &Value| {
        let words: Vec<&str> = text.as_str().unwrap().split(' ').collect();
        let role = match words[2] {
            "decides" => Role::Decides,
            "contributes" => Role::Contributes,
            "convenes" => Role::Convenes,
            other => panic!("no role `{other}`"),
        };
        DecisionRightRow {
            decision_class: words[0].into(),
            holder: words[1].into(),
            unit: "all".into(),
            role,
            scope: None,
            granted_by: None,
        }
    };
    rights.as_array().unwrap().iter().map(row).collect()
}

fn case_of(f: &Framework, given: &Value, rights: Option<&Value>) -> Case {
    let mut case = Case::new(f);
    for (measure, v) in given.as_object().unwrap() {
        case.give(f, measure, v.as_f64().unwrap(), None, None).unwrap();
    }
    if let Some(rights) = rights {
        let m = decision_rights(&rows(rights)).unwrap();
        for (id, value) in [
            ("contested_share", m.contested_share),
            ("unowned_share", m.unowned_share),
            ("contributor_share", m.contributor_share),
        ] {
            assert!(matches!(value, MeasureValue::Known(_)));
            case.set(f, id, value).unwrap();
        }
    }
    case
}

fn judge(f: &Framework, question: &str, fixture: &Value) -> Judgment {
    match fixture.get("parts") {
        Some(parts) => {
            let parts: Vec<(String, Case)> = parts
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, given)| (name.clone(), case_of(f, given, None)))
                .collect();
            f.judge_parts(question, &parts, None).unwrap()
        }
        None => f.judge(question, &case_of(f, &fixture["given"], fixture.get("rights")), None).unwrap(),
    }
}

/// `technical` as the answer, a status where there is none, or option to verdict.
fn outcome(j: &Judgment) -> Value {
    match j.answer_json() {
        Value::Null => json!(j.status().as_str()),
        answer => answer,
    }
}

/// What does not come out of a case as `told` says: answers under `expect`, hypotheses under `suggests`.
fn unlike(f: &Framework, case: &Value, told: &Value, what: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |question: &str, j: &Judgment, got: Value, want: &Value| {
        // Of an independent question only the options that the case names are compared.
        let same = match (got.as_object(), want.as_object()) {
            (Some(got), Some(want)) => want.iter().all(|(option, verdict)| got.get(option) == Some(verdict)),
            _ => got == *want,
        };
        if !same {
            found.push(format!("{} {what}: {question} is {got}, not {want}\n{}", case["id"], j.explain()));
        }
    };
    for (question, want) in told["expect"].as_object().unwrap() {
        let j = judge(f, question, case);
        compare(question, &j, outcome(&j), want);
    }
    for (question, want) in told.get("suggests").and_then(Value::as_object).into_iter().flatten() {
        let j = judge(f, question, case);
        let options: Vec<&str> = j.hypotheses().iter().map(|(option, _)| *option).collect();
        compare(question, &j, json!(options), want);
    }
    found
}

/// The fixture with its one fact changed.
fn flipped(fixture: &Value) -> Value {
    let flip = &fixture["flip"];
    let mut now = fixture.clone();
    if let Some(rights) = flip.get("rights") {
        let set = |v: &Value| -> BTreeSet<String> {
            v.as_array().unwrap().iter().map(|r| r.as_str().unwrap().to_owned()).collect()
        };
        let (before, after) = (set(&fixture["rights"]), set(rights));
        assert_eq!(before.symmetric_difference(&after).count(), 1, "{}: one right is changed", fixture["id"]);
        now["rights"] = rights.clone();
        return now;
    }
    let place = match flip.get("part") {
        Some(part) => &mut now["parts"][part.as_str().unwrap()],
        None => &mut now["given"],
    };
    let fact = flip["fact"].as_str().unwrap();
    assert_ne!(place.get(fact), Some(&flip["to"]), "{}: the fact is changed", fixture["id"]);
    place[fact] = flip["to"].clone();
    now
}

#[test]
fn every_example_comes_out_as_coded_and_one_fact_changes_it() {
    let f = Framework::builtin().unwrap();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for fixture in cases() {
        let id = fixture["id"].as_str().unwrap().to_owned();
        assert!(seen.insert(id.clone()), "{id} is there twice");
        assert_eq!(fixture["coding"], "ours", "{id}: no source codes its examples");
        for concept in fixture["concepts"].as_array().unwrap() {
            assert!(f.catalogue().concept(concept.as_str().unwrap()).is_some(), "{id}: {concept}");
        }
        for text in [&fixture["note"], &fixture["flip"]["note"]] {
            assert!(text.as_str().is_some_and(|t| t.len() > 20), "{id}: says what is told");
        }
        let flip = &fixture["flip"];
        wrong.extend(unlike(&f, &fixture, &fixture, "as told"));
        wrong.extend(unlike(&f, &flipped(&fixture), flip, "with one fact changed"));
        let differs = fixture["expect"] != flip["expect"] || fixture.get("suggests") != flip.get("suggests");
        assert!(differs, "{id}: the changed fact changes the answer");
        for (question, names) in fixture.get("needs").and_then(Value::as_object).into_iter().flatten() {
            let j = judge(&f, question, &fixture);
            let needed: Vec<Value> = j.needs().missing.iter().map(|m| json!(f.measure(*m).unwrap().id)).collect();
            assert_eq!(json!(needed), *names, "{id}");
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
    // Every example that the catalogue lists for these questions has its case.
    let told: BTreeSet<String> = cases()
        .iter()
        .flat_map(|c| c["concepts"].as_array().unwrap().clone())
        .map(|c| c.as_str().unwrap().to_owned())
        .collect();
    for concept in [
        "C088", "C089", "C090", "C091", "C092", "C093", "C094", "C095", "C096", "C162", "C163", "C164", "C165", "C166",
        "C167", "C168", "C229", "C230", "C231", "C233",
    ] {
        assert!(told.contains(concept), "{concept} has no case");
    }
}

/// Every way to answer six criteria with yes, partly, no or nothing.
fn every_answer() -> impl Iterator<Item = Vec<Option<f64>>> {
    (0..4usize.pow(6))
        .map(|code| (0..6).map(|i| [None, Some(0.0), Some(0.5), Some(1.0)][code / 4usize.pow(i) % 4]).collect())
}

fn challenge(f: &Framework, six: &[Option<f64>], more: &[(&str, f64)]) -> Judgment {
    let names = POOL.iter().copied().chain(["solvers_unchanged"]);
    let mut facts: std::collections::BTreeMap<String, Option<f64>> =
        names.zip(six).map(|(c, x)| (c.to_owned(), *x)).collect();
    facts.extend(more.iter().map(|(c, x)| ((*c).to_owned(), Some(*x))));
    classify_challenge(f, &[facts], &[], None).unwrap()
}

/// The rule in one's own words: at least four yes and nobody changes; at least two no, or one and two partly, and people
/// must; else mixed.
fn by_hand(six: &[f64]) -> &'static str {
    let yes = six[..5].iter().filter(|x| **x > 0.5).count();
    let no = six[..5].iter().filter(|x| **x < 0.5).count();
    match six[5] {
        s if yes >= 4 && s > 0.5 => "technical",
        s if (no >= 2 || no == 1 && yes <= 2) && s < 0.5 => "complex",
        _ => "mixed",
    }
}

#[test]
fn the_kind_of_challenge_is_told_as_soon_as_the_answers_can_tell_it() {
    let f = Framework::builtin().unwrap();
    for six in every_answer() {
        // What the missing answers could still make of it.
        let mut left: Vec<Vec<f64>> = vec![Vec::new()];
        for x in &six {
            let values = x.map_or(vec![0.0, 0.5, 1.0], |x| vec![x]);
            left = left.iter().flat_map(|l| values.iter().map(move |v| [l.as_slice(), &[*v]].concat())).collect();
        }
        let possible: BTreeSet<&str> = left.iter().map(|six| by_hand(six)).collect();
        let j = challenge(&f, &six, &[]);
        match (possible.len(), j.answer()) {
            (1, Some(answer)) => assert!(possible.contains(answer), "{six:?}"),
            (1, None) => panic!("{six:?} can only be {possible:?}\n{}", j.explain()),
            (_, answer) => {
                assert_eq!(answer, None, "{six:?} could be {possible:?}");
                let remaining: BTreeSet<&str> = j.remaining().into_iter().collect();
                assert_eq!(remaining, possible, "{six:?}");
                assert!(!j.next_questions().is_empty(), "{six:?}");
            }
        }
    }
}

#[test]
fn urgent_and_complicated_never_decide() {
    let f = Framework::builtin().unwrap();
    for six in every_answer().step_by(7) {
        let plain = challenge(&f, &six, &[]);
        for (urgent, complicated) in [(1.0, 1.0), (0.0, 1.0), (1.0, 0.0), (0.5, 0.5), (0.0, 0.0)] {
            let loud = challenge(&f, &six, &[("urgent", urgent), ("complicated", complicated)]);
            assert_eq!(plain.status(), loud.status(), "{six:?}");
            assert_eq!((plain.remaining(), plain.excluded()), (loud.remaining(), loud.excluded()));
        }
    }
    let alone = challenge(&f, &[None; 6], &[("urgent", 1.0), ("complicated", 1.0)]);
    assert_eq!((alone.answer(), alone.remaining()), (None, vec!["technical", "complex", "mixed"]));
}

#[test]
fn corroboration_suggests_and_never_decides() {
    let f = Framework::builtin().unwrap();
    let signs = [("unintended_effects", 1.0), ("means_obstruct", 1.0), ("frame_contested", 1.0)];
    for six in every_answer().step_by(5) {
        let (plain, signed) = (challenge(&f, &six, &[]), challenge(&f, &six, &signs));
        assert_eq!(plain.status(), signed.status());
        assert!(signed.hypotheses().iter().any(|(option, _)| *option == "complex"));
    }
}

#[test]
fn who_must_change_is_the_first_to_ask() {
    let f = Framework::builtin().unwrap();
    let empty = challenge(&f, &[None; 6], &[]);
    let next: Vec<String> = empty.next_questions().into_iter().map(|q| q.measure).collect();
    assert_eq!(next.first().map(String::as_str), Some("solvers_unchanged"));
    assert_eq!(next.len(), 6, "{next:?}");
    // Four yes and no word on the people: that one answer settles it, whatever it is.
    let four = challenge(&f, &[Some(1.0), Some(1.0), Some(1.0), Some(1.0), None, None], &[]);
    let first = &four.next_questions()[0];
    assert_eq!((first.measure.as_str(), first.settles, first.tried), ("solvers_unchanged", 3, 3));
    assert_eq!(four.needs().missing.len(), 1, "the fifth of the pool can change nothing any more");
}

#[test]
fn parts_that_are_plainly_apart_are_mixed_before_all_is_known() {
    let f = Framework::builtin().unwrap();
    let facts = |given: &[(&str, f64)]| {
        let map: Map<String, Value> = given.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect();
        case_of(&f, &Value::Object(map), None)
    };
    // The one cannot be technical any more, the other cannot be complex.
    let parts = [
        ("ground".to_owned(), facts(&[("definable", 0.0), ("means_exist", 0.0)])),
        ("quay".to_owned(), facts(&[("solvers_unchanged", 1.0)])),
    ];
    let j = f.judge_parts("challenge", &parts, None).unwrap();
    assert_eq!(j.answer(), Some("mixed"), "{}", j.explain());
    assert!(j.parts().iter().all(|(_, part)| part.answer().is_none()));
    assert!(j.next_questions().is_empty() && j.needs().missing.is_empty());
    // One part alone settles nothing of the whole, and the next question says which part it is about.
    let parts = [("ground".to_owned(), facts(&[("definable", 0.0)])), ("quay".to_owned(), facts(&[]))];
    let j = f.judge_parts("challenge", &parts, None).unwrap();
    assert_eq!(j.answer(), None);
    assert_eq!(j.next_questions()[0].part.as_deref(), Some("ground"));
}

use super::*;
use crate::assess::Project;
use crate::evidence::{Evidence, FactValue, Provenance};
use crate::rules::Framework;
use crate::vocabulary::InformantRole;
use proptest::prelude::*;

fn framework() -> Framework {
    Framework::builtin().unwrap()
}

fn form(framework: &Framework) -> Form {
    let mut form = framework.interview(&["challenge", "source_demanded"], None).unwrap();
    (form.unit, form.challenge) = (Some("port".into()), Some("merger".into()));
    form
}

fn said(answer: Reply, informant: &str, date: &str) -> Said {
    let text = |t: &str| Some(t.to_owned()).filter(|t| !t.is_empty());
    let by = Provenance { informant: text(informant), date: text(date), ..Provenance::default() };
    Said { answer: Some(answer), component: None, by }
}

fn put(form: &mut Form, measure: &str, entry: Said) {
    form.facts.iter_mut().find(|f| f.measure == measure).unwrap().said.push(entry);
}

#[test]
fn every_fact_is_asked_once_with_what_it_takes() {
    let f = framework();
    let all = f.interview(&[], None).unwrap();
    let mut ids: Vec<&str> = all.facts.iter().map(|f| f.measure.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all.facts.len());
    for fact in &all.facts {
        assert!(!fact.asks.is_empty() && !fact.why.is_empty(), "{}", fact.measure);
    }
    assert!(all.fact("direction").is_none(), "a questionnaire's scale is not asked of one person");
    assert_eq!(f.interview(&["chalenge"], None).unwrap_err().code(), "unknown_question");
}

#[test]
fn a_form_half_filled_by_hand_is_read_and_not_knowing_is_no_zero() {
    let f = framework();
    let mut text = form(&f).to_text();
    let at = text.find("[definable]").unwrap();
    text.replace_range(
        at..,
        &text[at..].replacen("answer:", "answer: No", 1).replacen("informant:", "informant: Ann", 1),
    );
    let at = text.find("[means_exist]").unwrap();
    text.replace_range(at.., &text[at..].replacen("answer:", "answer: don't know", 1));
    let read = Form::read(&f, "interview.txt", &("\u{feff}".to_owned() + &text.replace('\n', "\r\n"))).unwrap();
    assert_eq!(read.fact("definable").unwrap().said[0].answer, Some(Reply::Number(0.0)));
    assert_eq!(read.fact("means_exist").unwrap().said[0].answer, Some(Reply::DontKnow));
    assert_eq!(read.progress(), (2, read.facts.len()));
    let mut evidence = Evidence::default();
    read.add_to(&mut evidence).unwrap();
    let rows = evidence.challenges.as_ref().unwrap().rows();
    assert_eq!(
        rows.iter().map(|r| (r.criterion.as_str(), r.value)).collect::<Vec<_>>(),
        [("definable", Some(0.0)), ("means_exist", None),]
    );
    assert!(evidence.facts.is_none());
}

#[test]
fn faults_of_a_form_have_their_line() {
    let f = framework();
    let text = form(&f).to_text();
    let refused = |text: String| {
        Form::read(&f, "i.txt", &text).map(|_| ()).map_err(|e| (e.code(), e.path().to_owned())).unwrap_err()
    };
    let line = |text: &str, of: &str| text.lines().position(|l| l == of).unwrap() + 1;
    let bad = text.replacen("\nanswer:", "\nanswer: perhaps", 1);
    assert_eq!(refused(bad.clone()), ("not_an_answer", format!("i.txt, line {}", line(&bad, "answer: perhaps"))));
    assert_eq!(refused(text.replacen("\nrole:", "\nrole: boss", 1)).0, "unknown_role");
    assert_eq!(refused(text.replacen("\ndate:", "\ndate: 2 Nov", 1)).0, "not_a_date");
    assert_eq!(refused(text.replacen("\nsource:", "\nsauce:", 1)).0, "unknown_key");
    assert_eq!(refused(text.replacen("[definable]", "[definabel]", 1)).0, "unknown_measure");
    assert_eq!(refused(text.replacen("framework: ", "framework: x-", 1)).0, "other_framework");
    assert_eq!(refused("hello".into()), ("other_schema", "i.txt, line 1".into()));
    let json = form(&f).to_json().to_string();
    assert_eq!(refused(json.replacen("colead-interview/1", "colead-interview/9", 1)).0, "other_schema");
    assert_eq!(refused(json.replacen("\"said\":[]", "\"said\":[{\"answer\":7}]", 1)).0, "not_an_answer");
    assert_eq!(refused(json.replacen("\"said\":[]", "\"said\":[{\"informant\":\"a\\nb\"}]", 1)).0, "line_break");
}

#[test]
fn sittings_are_merged_and_an_open_entry_is_completed() {
    let f = framework();
    let mut first = form(&f);
    put(&mut first, "definable", Said { answer: None, ..said(Reply::DontKnow, "ann", "") });
    put(&mut first, "predictable", said(Reply::Number(1.0), "ann", "2026-11-02"));
    let mut second = first.clone();
    second.facts.iter_mut().for_each(|f| f.said.clear());
    put(&mut second, "definable", said(Reply::Number(0.5), "ann", "2026-11-09"));
    put(&mut second, "predictable", said(Reply::Number(1.0), "ann", "2026-11-02"));
    let both = first.merge(&second).unwrap();
    assert_eq!(both.fact("definable").unwrap().said, second.fact("definable").unwrap().said);
    assert_eq!(both.fact("predictable").unwrap().said.len(), 1);
    assert_eq!(both.merge(&both).unwrap(), both);
    let other = Form { unit: Some("tugs".into()), ..first.clone() };
    assert_eq!(first.merge(&other).unwrap_err().code(), "other_unit");
}

#[test]
fn contradictions_are_named_and_the_latest_sitting_counts() {
    let f = framework();
    let mut form = form(&f);
    put(&mut form, "common_ground", said(Reply::Number(1.0), "ann", "2026-11-02"));
    put(&mut form, "common_ground", said(Reply::Number(0.0), "ann", "2026-11-09"));
    put(&mut form, "common_ground", said(Reply::Number(1.0), "bob", "2026-11-09"));
    put(&mut form, "shared_work", said(Reply::Number(1.0), "ann", ""));
    put(&mut form, "shared_work", said(Reply::Number(0.0), "ann", ""));
    let found = form.contradictions();
    let mut kinds: Vec<_> = found.iter().map(|c| (c.measure.as_str(), c.between, c.counts)).collect();
    kinds.sort_by_key(|(m, between, _)| (*between == Between::Informants, *m));
    assert_eq!(
        kinds,
        [
            ("common_ground", Between::Sittings, Some(1)),
            ("shared_work", Between::Sittings, None),
            ("common_ground", Between::Informants, None),
        ],
        "{found:?}"
    );
    assert!(found[0].text(true).contains("ann") && !found[0].text(false).contains("ann"));
    let mut evidence = Evidence::default();
    form.add_to(&mut evidence).unwrap();
    let rows = evidence.facts.as_ref().unwrap().rows();
    let told: Vec<_> = rows.iter().map(|r| (r.informant.as_deref().unwrap(), r.value.clone())).collect();
    assert_eq!(
        told,
        [("ann", FactValue::Number(0.0)), ("bob", FactValue::Number(1.0))],
        "undated answers that differ count for nothing"
    );
    assert_eq!(evidence.remarks.len(), 2);
}

#[test]
fn a_form_needs_its_subject_and_is_evidence_of_a_folder() {
    let f = framework();
    let mut form = form(&f);
    for c in ["definable", "means_exist", "solvers_unchanged"] {
        put(&mut form, c, said(Reply::Number(0.0), "ann", "2026-11-02"));
    }
    let text = form.to_text();
    let project = Project::from_files(&[("interview-1.txt", text.as_bytes())]).unwrap();
    let assessment = project.assess().unwrap();
    assert_eq!(assessment.judgment("merger", "challenge").unwrap().answer(), Some("complex"));
    let nameless = text.replacen("challenge: merger", "challenge:", 1);
    let e = Project::from_files(&[("interview-1.txt", nameless.as_bytes())]).unwrap_err();
    assert_eq!((e.code(), e.path()), ("missing_challenge", "interview, challenge"));
}

fn texts() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[a-zA-Z:#|\\[\\]?,. é-]{0,12}")
        .prop_map(|t| t.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()))
}

fn entries() -> impl Strategy<Value = Said> {
    let answer = prop_oneof![
        Just(None),
        Just(Some(Reply::DontKnow)),
        (0u32..=20).prop_map(|x| Some(Reply::Number(f64::from(x) / 20.0))),
    ];
    let role = prop::option::of(prop::sample::select(InformantRole::ALL));
    let date = prop::option::of(Just("2026-11-02".to_owned()));
    let note = prop::option::of("[a-z#|: \n]{0,30}").prop_map(|n| n.as_deref().and_then(super::text::tidy_note));
    (answer, texts(), texts(), role, texts(), date, note).prop_map(
        |(answer, component, informant, role, source, date, note)| Said {
            answer,
            component,
            by: Provenance { informant, role, source, date, note },
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Nothing is lost on the way through text or JSON and back.
    #[test]
    fn a_form_is_read_back_without_loss(given in prop::collection::vec((0usize..40, entries()), 0..12), unit in texts()) {
        let f = framework();
        let mut form = Form { unit, challenge: None, ..form(&f) };
        for (i, entry) in given {
            let n = form.facts.len();
            let fact = &mut form.facts[i % n];
            let entry = if fact.of_challenge { entry } else { Said { component: None, ..entry } };
            if !entry.is_blank() && !fact.said.contains(&entry) {
                fact.said.push(entry);
            }
        }
        let json = Form::read(&f, "interview.json", &form.to_json().to_string()).unwrap();
        let sorted = |mut form: Form| {
            form.facts.sort_by(|a, b| a.measure.cmp(&b.measure));
            form.facts.into_iter().map(|f| (f.measure, f.said)).collect::<Vec<_>>()
        };
        prop_assert_eq!(&json.unit, &form.unit);
        prop_assert_eq!(&json, &form);
        let text = Form::read(&f, "interview.txt", &form.to_text()).unwrap();
        prop_assert_eq!(&text.unit, &form.unit);
        prop_assert_eq!(sorted(text), sorted(form));
    }

    /// Whatever a file holds is read or refused.
    #[test]
    fn any_text_is_read_or_refused(text in "(colead interview 1\n)?([\\[\\]|:#a-z \n]{0,40}|\\{\"facts\": \\[.{0,20})") {
        let _ = Form::read(&framework(), "i", &text);
    }
}

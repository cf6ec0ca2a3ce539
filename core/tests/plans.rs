//! Plans held against diagnoses: what is warned of, what is offered, and what is never offered.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::rules::{Case, Diagnosis, Framework, Plan, WarningKind};
use colead::vocabulary::{Change, Puller};
use proptest::prelude::*;
use std::sync::LazyLock;

static BUILTIN: LazyLock<Framework> = LazyLock::new(|| Framework::builtin().expect("the built-in framework"));

fn diagnosis(text: &str) -> Diagnosis {
    Diagnosis::from_json(&BUILTIN, text).expect(text)
}

/// Kind and option of everything that is said of a plan.
fn said(levers: &[&str], text: &str) -> Vec<(String, String)> {
    let lint = BUILTIN.lint(&Plan::of(levers.iter().copied()), &diagnosis(text), None).unwrap();
    lint.warnings.iter().map(|w| (w.kind.as_str().to_owned(), w.option.to_owned())).collect()
}

fn warned(levers: &[&str], text: &str) -> Vec<String> {
    said(levers, text).into_iter().filter(|(kind, _)| kind == "warning").map(|(_, option)| option).collect()
}

const COMPLEX: &str = r#"{"judgments": {"challenge": "complex"}}"#;
const TECHNICAL: &str = r#"{"judgments": {"challenge": "technical"}}"#;

#[test]
fn each_faulty_plan_gets_its_warning_and_a_contrast_gets_none() {
    let sense = r#"{"judgments": {"challenge": "complex"}, "measures": {"understood_together": 0}}"#;
    let chefs = r#"{"judgments": {"obstacle": {"diffused_accountability": "holds"}, "challenge": "complex"}}"#;
    // The lever, what is known, what is warned of, and what else the plan may have so that it is not.
    for (lever, known, option, beside, otherwise) in [
        ("appoint_leaders", COMPLEX, "more_leaders", None, TECHNICAL),
        ("replace_leader", COMPLEX, "roles_only", Some("focus_on_tasks"), COMPLEX),
        ("restructure", COMPLEX, "structure_only", Some("work_across_boundaries"), COMPLEX),
        ("set_one_goal", COMPLEX, "one_destination", None, TECHNICAL),
        ("train_individuals", chefs, "training_for_process", Some("focus_on_tasks"), chefs),
        ("set_direction", sense, "premature_direction", Some("make_sense_together"), sense),
        ("add_approvals", COMPLEX, "more_steps", None, TECHNICAL),
        ("drop_approvals", COMPLEX, "leaders_only", Some("take_part"), COMPLEX),
    ] {
        assert!(warned(&[lever], known).contains(&option.to_owned()), "{lever}: {:?}", warned(&[lever], known));
        let mended: Vec<&str> = [lever].into_iter().chain(beside).collect();
        assert!(!warned(&mended, otherwise).contains(&option.to_owned()), "{lever} is mended by {beside:?}");
    }
    assert_eq!(warned(&["remove_leaders", "take_part"], "{}"), ["no_leaders"]);
}

#[test]
fn a_sound_plan_gets_none() {
    let plan = ["make_sense_together", "small_experiments", "one_owner_each_decision", "take_part"];
    for known in [COMPLEX, TECHNICAL, "{}", r#"{"judgments": {"challenge": "mixed", "stage": "make_sense"}}"#] {
        assert_eq!(said(&plan, known), []);
    }
    assert_eq!(said(&["use_known_means"], TECHNICAL), []);
}

#[test]
fn where_the_diagnosis_is_open_the_warning_is_conditional_and_says_what_is_missing() {
    let lint = BUILTIN.lint(&Plan::of(["appoint_leaders", "take_part"]), &diagnosis("{}"), None).unwrap();
    let warning = lint.warnings.iter().find(|w| w.option == "more_leaders").unwrap();
    let WarningKind::Conditional(needs) = &warning.kind else { panic!("{warning:?}") };
    let missing: Vec<&str> = needs.missing.iter().map(|m| BUILTIN.measure(*m).unwrap().id.as_str()).collect();
    assert!(missing.contains(&"solvers_unchanged") && !missing.iter().any(|m| m.starts_with("plan_")), "{missing:?}");
    assert_eq!(
        (warning.levers.as_slice(), warning.rule.id.as_str()),
        (["appoint_leaders".to_owned()].as_slice(), "plan.more_leaders")
    );
    assert!(!lint.sound() && lint.to_text().contains("[solvers_unchanged]"), "{}", lint.to_text());
    // Every condition that is filled in settles it.
    let facts = r#"{"measures": {"definable": 0, "means_exist": 0, "solvers_unchanged": 0}}"#;
    assert_eq!(warned(&["appoint_leaders", "take_part"], facts), ["more_leaders"]);
}

#[test]
fn a_hint_is_given_only_where_nothing_firmer_is_said() {
    let hint = ("hint".to_owned(), "leaders_only".to_owned());
    assert_eq!(said(&["drop_approvals"], TECHNICAL), std::slice::from_ref(&hint));
    assert!(!said(&["drop_approvals"], COMPLEX).contains(&hint));
    assert!(BUILTIN.lint(&Plan::of(["drop_approvals"]), &diagnosis(TECHNICAL), None).unwrap().sound());
}

#[test]
fn who_pulls_a_lever_counts() {
    let lint = |who: &str| {
        let plan = Plan::from_text(&format!("[[lever]]\nlever = 'small_experiments'\n{who}")).unwrap();
        let lint = BUILTIN.lint(&plan, &diagnosis(COMPLEX), None).unwrap();
        lint.warnings.iter().map(|w| w.option.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(lint(""), [""; 0]);
    assert_eq!(lint("who = 'leaders'"), ["leaders_only"]);
}

#[test]
fn faults_of_plans_and_diagnoses_have_a_code_and_a_place() {
    let refused = |plan: &str, known: &str| {
        let lint = || {
            let diagnosis = Diagnosis::from_json(&BUILTIN, known)?;
            BUILTIN.lint(&Plan::from_text(plan)?, &diagnosis, None).map(|_| ())
        };
        let e = lint().expect_err(plan);
        assert!(!e.help_text().is_empty(), "{e}");
        (e.code(), e.path().to_owned())
    };
    let fine = "lever = []";
    for (plan, known, code, path) in [
        ("lever = [", "{}", "syntax", "plan:1:10"),
        ("levers = []", "{}", "unknown_key", "plan:1:10: levers"),
        ("[[lever]]\nlever = 'appoint_leader'", "{}", "unknown_lever", "plan, lever[0]"),
        ("[[lever]]\nlever = 'take_part'\nwho = 'leaders'", "{}", "cannot_pull", "plan, lever[0], who"),
        ("[[lever]]\nlever = 'take_part'\nwho = 'bosses'", "{}", "unknown_name", "plan:3:7: lever[0].who"),
        ("[[lever]]\nlever = 'take_part'\nhow_many = 0", "{}", "not_a_count", "plan:3:12: lever[0].how_many"),
        (fine, "[]", "wrong_type", "diagnosis"),
        (fine, r#"{"measure": {}}"#, "unknown_key", "diagnosis"),
        (fine, r#"{"measures": {"definabel": 1}}"#, "unknown_measure", "measures, definabel"),
        (fine, r#"{"measures": {"plan_steps": 1}}"#, "read_from_plan", "plan_steps"),
        (fine, r#"{"judgments": {"challenge": "komplex"}}"#, "unknown_option", "judgments, challenge"),
        (fine, r#"{"judgments": {"chalenge": "complex"}}"#, "unknown_question", "judgments, chalenge"),
        (fine, r#"{"judgments": {"challenge": {"complex": "yes"}}}"#, "wrong_type", "judgments, challenge"),
        (fine, r#"{"judgments": {"challenge": {"complex": 1}}}"#, "wrong_type", "judgments, challenge"),
    ] {
        assert_eq!(refused(plan, known), (code, path.to_owned()), "{plan} {known}");
    }
    let mut told = diagnosis(COMPLEX);
    let before = told.clone();
    assert_eq!(told.tell(&BUILTIN, "challenge", "technical").unwrap_err().code(), "contradiction");
    assert_eq!(told, before, "nothing half done");
    let many = Plan::of(vec!["take_part"; 101]);
    assert_eq!(BUILTIN.lint(&many, &told, None).unwrap_err().code(), "too_many");
}

#[test]
fn a_judgment_can_be_the_diagnosis() {
    let case = Case::from_json(&BUILTIN, r#"{"definable": 0, "means_exist": 0, "solvers_unchanged": 0}"#).unwrap();
    let judgment = BUILTIN.judge("challenge", &case, None).unwrap();
    let mut known = Diagnosis::new(Case::new(&BUILTIN));
    known.add(&BUILTIN, &judgment).unwrap();
    let lint = BUILTIN.lint(&Plan::of(["appoint_leaders", "take_part"]), &known, None).unwrap();
    assert_eq!(lint.warnings[0].kind, WarningKind::Warning);
}

/// Any diagnosis: for each question nothing, or something that it can come to.
fn any_diagnosis() -> impl Strategy<Value = Diagnosis> {
    let told: Vec<_> = BUILTIN
        .questions()
        .iter()
        .filter(|q| q.about != "plan")
        .map(|q| proptest::option::of((0..q.options.len()).prop_map(|o| (q.id.clone(), q.options[o].clone()))))
        .collect();
    let values: Vec<_> = BUILTIN
        .measures()
        .iter()
        .filter(|m| m.about != "plan")
        .filter_map(|m| match m.kind {
            colead::rules::MeasureKind::Score { lo, hi } => Some((m.id.clone(), lo, hi)),
            _ => None,
        })
        .map(|(id, lo, hi)| {
            proptest::option::of((0_u8..=4).prop_map(move |i| (id.clone(), lo + (hi - lo) * f64::from(i) / 4.0)))
        })
        .collect();
    (told, values).prop_map(|(told, values)| {
        let mut case = Case::new(&BUILTIN);
        for (id, value) in values.into_iter().flatten() {
            case.give(&BUILTIN, &id, value, None, None).unwrap();
        }
        let mut known = Diagnosis::new(case);
        for (question, option) in told.into_iter().flatten() {
            known.tell(&BUILTIN, &question, &option).unwrap();
        }
        known
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_offered_keeps_its_promises_in_all_diagnoses(known in any_diagnosis()) {
        let offered = BUILTIN.suggest(&known, None).unwrap();
        prop_assert!(offered.iter().any(|s| s.lever.who.followers()), "followers can pull one");
        for s in &offered {
            prop_assert!(!s.lever.changes.contains(&Change::NoLeaders), "{} removes all leaders", s.lever.id);
            prop_assert!(s.lever.changes.iter().any(|c| !c.counts_leaders()), "{} only counts leaders", s.lever.id);
        }
        // A plan of all that is offered is sound.
        let plan = Plan::of(offered.iter().map(|s| s.lever.id.clone()));
        let lint = BUILTIN.lint(&plan, &known, None).unwrap();
        prop_assert!(lint.warnings.is_empty(), "{:?}", lint.to_text());
    }

    #[test]
    fn a_warning_stays_when_more_is_known(known in any_diagnosis(), lever in 0..BUILTIN.levers().len()) {
        let plan = Plan::of([BUILTIN.levers()[lever].id.clone()]);
        let open = BUILTIN.lint(&plan, &Diagnosis::new(Case::new(&BUILTIN)), None).unwrap();
        let full = BUILTIN.lint(&plan, &known, None).unwrap();
        for w in open.warnings.iter().filter(|w| w.kind == WarningKind::Warning) {
            prop_assert!(full.warnings.contains(w));
        }
        // Nothing is warned of that was not at least possible before.
        for w in full.warnings.iter().filter(|w| w.kind != WarningKind::Hint) {
            prop_assert!(open.warnings.iter().any(|o| o.rule.id == w.rule.id), "{}", w.rule.id);
        }
    }
}

/// A rulebook with one lever of each kind of fault.
fn codes(levers: &str) -> Vec<&'static str> {
    let text = format!(
        "[framework]\nid = 'f'\nversion = '1.0.0'\n[measure.m]\nscore = [0, 1]\n[question.q]\noptions = ['bad']\n\
         mode = 'independent'\n[[rule]]\nid = 'bad'\nsays = ['q', 'bad']\nstrength = 'typical'\nbecause = 'b'\n\
         basis = {{ kind = 'user' }}\nwhen = {{ gt = ['m', 0.5] }}\n{levers}"
    );
    colead::rules::check(&text).into_iter().filter(|d| d.severity == colead::Severity::Error).map(|d| d.code).collect()
}

#[test]
fn levers_that_break_a_promise_are_refused() {
    let lever = |changes: &str, who: &str, more: &str| {
        codes(&format!("[lever.x]\ntitle = 't'\nbecause = 'b'\nchanges = [{changes}]\nwho = '{who}'\n{more}"))
    };
    let offered = "helps = [['q', 'bad']]";
    assert_eq!(lever("'process'", "anyone", offered), [""; 0]);
    assert_eq!(lever("'process'", "leaders", ""), [""; 0]);
    assert_eq!(lever("'process'", "leaders", offered), ["leaders_alone"]);
    assert_eq!(lever("'more_leaders'", "anyone", offered), ["only_counts_leaders"]);
    assert_eq!(lever("'no_leaders', 'structure'", "anyone", "always = true"), ["removes_leaders"]);
    assert_eq!(lever("", "anyone", ""), ["bad_lever"]);
    assert_eq!(lever("'proces'", "anyone", "")[0], "unknown_name");
    assert_eq!(lever("'process'", "anyone", "helps = [['q', 'god']]"), ["unknown_option"]);
    let count =
        |counts: &str, about: &str| codes(&format!("[measure.n]\nscore = [0, 9]\n{about}\ncounts = {{ {counts} }}"));
    assert_eq!(count("changes = ['process']", "about = 'plan'"), [""; 0]);
    assert_eq!(count("changes = ['process']", ""), ["bad_counts"]);
    assert_eq!(count("", "about = 'plan'"), ["bad_counts"]);
    assert_eq!(count("levers = ['y']", "about = 'plan'"), ["unknown_lever"]);
}

#[test]
fn every_lever_of_the_framework_is_whole() {
    let plan_rules = BUILTIN.rules().iter().filter(|r| r.id.starts_with("plan."));
    assert_eq!(plan_rules.filter(|r| r.cites.is_empty() || r.concepts.is_empty()).count(), 0);
    for l in BUILTIN.levers() {
        assert!(!l.title.is_empty() && !l.cites.is_empty() && !l.concepts.is_empty(), "{}", l.id);
    }
    assert!(BUILTIN.levers().iter().any(|l| l.who == Puller::Followers && l.always));
}

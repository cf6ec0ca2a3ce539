//! What people read: explanations, reasons, next questions and changes of instructive judgments, as snapshots.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::assess::classify_challenge;
use colead::measure::{Absence, Estimate, MeasureValue, Origin, Ratings};
use colead::rules::{Case, Counterfactual, FlipPoint, Framework, Judgment};
use std::fmt::Write as _;

/// Everything that is read of a judgment, in one text.
fn told(j: &Judgment) -> String {
    let mut out = format!("{}\n\nin short\n{}\nin full\n{}", j.one_line(), j.short(), j.full());
    assert_eq!(j.explain(), j.full());
    for (i, q) in j.next_questions().iter().enumerate() {
        out.push_str(if i == 0 { "\nto ask next\n" } else { "" });
        let part = q.part.as_ref().map_or(String::new(), |p| format!(" of part `{p}`"));
        let more = q.respondents.as_ref().map_or(String::new(), |r| format!("; {}", r.text()));
        writeln!(out, "  {}{part}: {} ({} of {} answers settle it{more})", q.measure, q.asks, q.settles, q.tried)
            .unwrap();
    }
    let mut list = |title: &str, lines: Vec<String>| {
        out.push_str(&if lines.is_empty() { String::new() } else { format!("\n{title}\n  {}\n", lines.join("\n  ")) });
    };
    list("what would change it", j.counterfactuals().iter().map(Counterfactual::text).collect());
    list("what would settle it", j.evidence_needed(None).text());
    list("at another confidence", j.confidence_flips().text());
    list("how robust it is", j.robustness().points.iter().map(FlipPoint::text).collect());
    out
}

fn framework() -> Framework {
    Framework::builtin().unwrap()
}

fn ratings(answers: &[(&str, f64)]) -> Ratings {
    answers.iter().map(|(c, x)| ((*c).to_owned(), Some(*x))).collect()
}

fn challenge(raters: &[Ratings]) -> Judgment {
    classify_challenge(&framework(), raters, &[], None).unwrap()
}

fn case(f: &Framework, given: &[(&str, f64, Option<f64>)]) -> Case {
    let mut case = Case::new(f);
    given.iter().for_each(|(m, v, se)| case.give(f, m, *v, *se, None).unwrap());
    case
}

const SIX: [&str; 6] =
    ["definable", "means_exist", "predictable", "authority_knows", "assumptions_hold", "solvers_unchanged"];

fn six(values: [f64; 6]) -> Ratings {
    SIX.iter().zip(values).map(|(c, x)| ((*c).to_owned(), Some(x))).collect()
}

#[test]
fn a_technical_problem() {
    insta::assert_snapshot!(told(&challenge(&[six([1.0, 1.0, 1.0, 1.0, 0.5, 1.0])])));
}

#[test]
fn a_complex_challenge_with_signs_that_go_with_it() {
    let mut facts = six([1.0, 0.0, 0.0, 0.5, 0.5, 0.0]);
    facts.extend(ratings(&[("unintended_effects", 1.0), ("frame_contested", 1.0)]));
    insta::assert_snapshot!(told(&challenge(&[facts])));
}

#[test]
fn nothing_known_yet() {
    insta::assert_snapshot!(told(&challenge(&[])));
}

#[test]
fn one_answer_short() {
    insta::assert_snapshot!(told(&challenge(&[ratings(&[("definable", 0.0), ("means_exist", 0.0)])])));
}

#[test]
fn components_that_differ() {
    let parts = [
        ("dredging".to_owned(), vec![six([1.0; 6])]),
        ("who decides on berths".to_owned(), vec![six([0.0, 0.0, 0.0, 0.5, 0.0, 0.0])]),
    ];
    let j = classify_challenge(&framework(), &[], &parts, None).unwrap();
    insta::assert_snapshot!(told(&j));
}

#[test]
fn components_of_which_one_is_open() {
    let parts = [
        ("dredging".to_owned(), vec![six([1.0; 6])]),
        ("tolls".to_owned(), vec![ratings(&[("definable", 1.0), ("means_exist", 1.0), ("predictable", 1.0)])]),
    ];
    let j = classify_challenge(&framework(), &[], &parts, None).unwrap();
    insta::assert_snapshot!(told(&j));
}

#[test]
fn three_raters_who_nearly_agree() {
    let raters =
        [six([0.0, 0.0, 0.0, 0.0, 0.5, 0.0]), six([0.0, 0.5, 0.0, 0.0, 0.0, 0.0]), six([0.5, 0.0, 0.0, 0.0, 0.0, 0.0])];
    insta::assert_snapshot!(told(&challenge(&raters)));
}

#[test]
fn two_raters_who_do_not_agree() {
    insta::assert_snapshot!(told(&challenge(&[
        six([1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
        six([1.0, 0.0, 1.0, 0.5, 1.0, 0.0])
    ])));
}

fn survey(f: &Framework, answers: &[(&str, f64, f64, u64)]) -> Case {
    let mut case = Case::new(f);
    for (m, value, se, n) in answers {
        let origin = Origin::Responses { validated: false };
        let e = Estimate::new(*value, Some(*se), Some(*n), origin).unwrap();
        case.set(f, m, MeasureValue::Known(e)).unwrap();
    }
    case
}

#[test]
fn a_graded_answer() {
    let f = framework();
    let j = f.judge("direction", &survey(&f, &[("direction", 61.5, 3.2, 24)]), None).unwrap();
    insta::assert_snapshot!(told(&j));
}

#[test]
fn a_graded_range() {
    let f = framework();
    let j = f.judge("direction", &survey(&f, &[("direction", 73.0, 3.2, 24)]), None).unwrap();
    insta::assert_snapshot!(told(&j));
}

#[test]
fn a_weakest_link_too_close_to_call() {
    let f = framework();
    let given = [
        ("sense_making_minus_connection", -1.5, 2.0, 24),
        ("sense_making_minus_navigation", -14.0, 3.0, 24),
        ("connection_minus_navigation", -12.0, 3.0, 24),
    ];
    let j = f.judge("weakest_capability", &survey(&f, &given), None).unwrap();
    insta::assert_snapshot!(told(&j));
}

#[test]
fn a_symptom_without_a_cause() {
    let f = framework();
    let j = f.judge("slow_decisions", &case(&f, &[("decisions_slow", 1.0, None)]), None).unwrap();
    insta::assert_snapshot!(told(&j));
}

#[test]
fn causes_one_of_which_is_supported() {
    let f = framework();
    let mut given =
        case(&f, &[("decision_days", 60.0, None), ("approvals", 1.0, None), ("priority_agreement", 0.2, None)]);
    given.set(&f, "information_missing", MeasureValue::Absent(Absence::TooFew { n: 3, need: 5 })).unwrap();
    insta::assert_snapshot!(told(&f.judge("slow_decisions", &given, None).unwrap()));
}

#[test]
fn a_cause_without_the_symptom() {
    let f = framework();
    let given =
        case(&f, &[("decisions_slow", 0.0, None), ("decision_days", 3.0, None), ("priority_agreement", 0.2, None)]);
    insta::assert_snapshot!(told(&f.judge("slow_decisions", &given, None).unwrap()));
}

#[test]
fn none_of_the_options() {
    let f = framework();
    let given = case(&f, &[("shared_work", 0.0, None), ("common_ground", 0.0, None)]);
    insta::assert_snapshot!(told(&f.judge("source_demanded", &given, None).unwrap()));
}

#[test]
fn a_conflict() {
    let f = Framework::from_toml(
        "[framework]\nid = 'pace'\nversion = '1.0.0'\n\
         [measure.pace]\nscore = [0, 10]\nasks = 'How fast does the work go?'\n\
         [question.pace]\ntitle = 'Pace of work'\noptions = ['slow', 'fast']\nmode = 'exclusive'\noverlap = 'conflict'\n\
         [[rule]]\nid = 'pace.slow'\nsays = ['pace', 'slow']\nstrength = 'typical'\nwhen = { lt = ['pace', 6] }\n\
         basis = { kind = 'user', text = 'below six' }\nbecause = 'the work goes slowly'\n\
         [[rule]]\nid = 'pace.fast'\nsays = ['pace', 'fast']\nstrength = 'typical'\nwhen = { gt = ['pace', 4] }\n\
         basis = { kind = 'user', text = 'above four' }\nbecause = 'the work goes fast'\n",
    )
    .unwrap();
    insta::assert_snapshot!(told(&f.judge("pace", &case(&f, &[("pace", 5.0, None)]), None).unwrap()));
}

#[test]
fn a_scorecard_and_a_category() {
    let f = Framework::from_toml(
        "[framework]\nid = 'strain'\nversion = '1.0.0'\n\
         [measure.load]\nscore = [0, 10]\nasks = 'How heavy is the load?'\n\
         [measure.phase]\ncategory = ['early', 'middle', 'late']\nasks = 'In which phase is the work?'\n\
         [measure.help]\nscore = [0, 10]\nasks = 'How much help is there?'\n\
         [question.strain]\ntitle = 'Strain'\noptions = ['low', 'high']\nmode = 'exclusive'\n\
         [scorecard.strain]\n\
         items = [ { points = 2, when = { gt = ['load', 7] } }, { is = ['phase', 'late'] }, { lt = ['help', 3] } ]\n\
         bands = [ { name = 'low', from = 0 }, { name = 'high', from = 3 } ]\n\
         [[rule]]\nid = 'strain.low'\nsays = ['strain', 'low']\nstrength = 'typical'\nwhen = { level = ['strain', 'low'] }\n\
         basis = { kind = 'user', text = 'three points' }\nbecause = 'few strains add up'\n\
         [[rule]]\nid = 'strain.high'\nsays = ['strain', 'high']\nstrength = 'typical'\nwhen = { level = ['strain', 'high'] }\n\
         basis = { kind = 'user', text = 'three points' }\nbecause = 'several strains add up'\n",
    )
    .unwrap();
    let mut given = case(&f, &[("load", 9.0, None)]);
    given.set(&f, "phase", MeasureValue::Category("late".into(), Origin::Given)).unwrap();
    insta::assert_snapshot!(told(&f.judge("strain", &given, None).unwrap()));
}

#[test]
fn a_judgment_as_json() {
    let j = challenge(&[six([1.0, 1.0, 1.0, 1.0, 0.0, 0.0])]);
    insta::assert_snapshot!("judgment", serde_json::to_string_pretty(&j.to_json()).unwrap());
    // A rulebook of its own, since an explanation names lines of the file.
    let f = Framework::from_toml(
        "[framework]\nid = 'pace'\nversion = '1.0.0'\n[measure.pace]\nscore = [0, 10]\nasks = 'How fast does the work go?'\n\
         [question.pace]\ntitle = 'Pace of work'\noptions = ['slow', 'fast']\nmode = 'exclusive'\n\
         [[rule]]\nid = 'quick'\nstrength = 'defines'\nwhen = { gt = ['pace', 6] }\nbasis = { kind = 'user', text = 'above six' }\n\
         because = 'the pace is above six'\n\
         [[rule]]\nid = 'pace.fast'\nsays = ['pace', 'fast']\nstrength = 'typical'\nwhen = { holds = 'quick' }\nbecause = 'the work goes fast'\n\
         [[rule]]\nid = 'pace.slow'\nsays = ['pace', 'slow']\nstrength = 'typical'\nwhen = { not = { holds = 'quick' } }\nbecause = 'the work goes slowly'\n",
    )
    .unwrap();
    let j = f.judge("pace", &case(&f, &[("pace", 7.0, Some(0.5))]), None).unwrap();
    insta::assert_snapshot!("explanation", serde_json::to_string_pretty(&j.explanation()).unwrap());
}

/// The one schema that bindings rely on: these keys, in every kind of judgment.
#[test]
fn every_judgment_has_the_same_keys() {
    let f = framework();
    let mut keys: Option<Vec<String>> = None;
    for q in f.questions() {
        for given in [Case::new(&f), survey(&f, &[("direction", 61.5, 3.2, 24), ("sense_making", 80.0, 2.0, 24)])] {
            let doc = f.judge(&q.id, &given, None).unwrap().to_json();
            let found: Vec<String> = doc.as_object().unwrap().keys().cloned().collect();
            assert_eq!(keys.get_or_insert(found.clone()), &found, "{}", q.id);
        }
    }
}

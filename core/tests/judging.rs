//! How rules, guards and modes come to a status: small rulebooks in which each turn can be seen.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::assess::classify_challenge;
use colead::evidence::{Cells, Column, Table};
use colead::rules::{Answer, Case, Framework, Judgment, Status, Verdict};

/// Five measures from 0 to 10, and whatever else is needed.
fn book(rest: &str) -> Framework {
    let measures: String =
        ["a", "b", "c", "d", "e"].iter().map(|m| format!("[measure.{m}]\nscore = [0, 10]\n")).collect();
    let text = format!("[framework]\nid = 'f'\nversion = '1.0.0'\n{measures}{rest}");
    Framework::from_toml(&text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn question(mode: &str, options: &str) -> String {
    format!("[question.q]\nmode = '{mode}'\noptions = [{options}]\n")
}

fn rule(id: &str, option: &str, strength: &str, rest: &str) -> String {
    let says = if option.is_empty() { String::new() } else { format!("says = ['q', '{option}']\n") };
    format!(
        "[[rule]]\nid = '{id}'\n{says}strength = '{strength}'\nbecause = 'b'\nbasis = {{ kind = 'user' }}\n{rest}\n"
    )
}

fn judge(f: &Framework, given: &[(&str, f64, f64)]) -> Judgment {
    let mut case = Case::new(f);
    for (m, v, se) in given {
        case.give(f, m, *v, (*se > 0.0).then_some(*se), None).unwrap();
    }
    f.judge("q", &case, None).unwrap()
}

fn names(f: &Framework, ids: &[colead::rules::MeasureId]) -> Vec<String> {
    ids.iter().map(|m| f.measure(*m).unwrap().id.clone()).collect()
}

fn one(j: &Judgment) -> (&'static str, Option<String>) {
    (j.status().as_str(), j.answer().map(str::to_owned))
}

#[test]
fn needs_leave_out_what_cannot_turn_a_sum() {
    let weights = "when = { at_least = { points = 5, of = [ { points = 5, when = { gt = ['a', 5] } }, { gt = ['b', 5] }, { gt = ['c', 5] } ] } }";
    let f = book(&(question("independent", "'x'") + &rule("r", "x", "typical", weights)));
    assert_eq!(names(&f, &judge(&f, &[]).needs().missing), ["a"], "b and c never add up to five");
    // Three of four: with one met and one failed, each of the rest is needed; with two failed it is over.
    let of = "when = { at_least = { points = 3, of = [ { gt = ['a', 5] }, { gt = ['b', 5] }, { gt = ['c', 5] }, { gt = ['d', 5] } ] } }";
    let f = book(&(question("independent", "'x'") + &rule("r", "x", "typical", of)));
    assert_eq!(names(&f, &judge(&f, &[("a", 9.0, 0.0), ("b", 1.0, 0.0)]).needs().missing), ["c", "d"]);
    let over = judge(&f, &[("a", 1.0, 0.0), ("b", 1.0, 0.0)]);
    assert_eq!((over.status(), over.needs().missing.len()), (&Status::Answer(Answer::Each), 0));
    // A branch that is settled for good is passed over, whatever is missing in it.
    let any = "when = { all = [ { any = [ { gt = ['a', 5] }, { gt = ['b', 5] } ] }, { gt = ['c', 5] } ] }";
    let f = book(&(question("independent", "'x'") + &rule("r", "x", "typical", any)));
    assert_eq!(names(&f, &judge(&f, &[("a", 9.0, 0.0)]).needs().missing), ["c"]);
}

#[test]
fn codes_tell_missing_from_close_from_held_back() {
    let guarded = "requires = [ { when = { gt = ['a', 5] }, reason = 'no_symptom' } ]\nwhen = { gt = ['b', 5] }";
    let f = book(&(question("independent", "'x'") + &rule("r", "x", "typical", guarded)));
    let told = |given: &[(&str, f64, f64)]| {
        let j = judge(&f, given);
        let v = j.options()[0].verdict.clone();
        let needs = match &v {
            Verdict::Insufficient(n) => (names(&f, &n.missing), names(&f, &n.too_close), n.reasons.clone()),
            _ => Default::default(),
        };
        (v.code(), needs.0.join(" "), needs.1.join(" "), needs.2.join(" "))
    };
    let tell = |code: i8, missing: &str, close: &str, reason: &str| {
        (code, missing.to_owned(), close.to_owned(), reason.to_owned())
    };
    assert_eq!(told(&[("a", 9.0, 0.0), ("b", 9.0, 0.0)]), tell(1, "", "", ""));
    assert_eq!(told(&[("a", 9.0, 0.0), ("b", 1.0, 0.0)]), tell(0, "", "", ""));
    assert_eq!(told(&[("a", 9.0, 0.0)]), tell(-1, "b", "", ""));
    assert_eq!(told(&[("a", 9.0, 0.0), ("b", 5.1, 1.0)]), tell(-2, "", "b", ""));
    // An open guard: both the symptom and what it guards could still matter.
    assert_eq!(told(&[]), tell(-1, "a b", "", "no_symptom"));
    assert_eq!(told(&[("b", 9.0, 0.0)]), tell(-1, "a", "", "no_symptom"));
    assert_eq!(told(&[("a", 5.1, 1.0), ("b", 9.0, 0.0)]), tell(-2, "", "a", "no_symptom"));
    // An unmet guard, exactly or at the confidence: nothing else counts.
    assert_eq!(told(&[("a", 1.0, 0.0)]), tell(-3, "", "", "no_symptom"));
    assert_eq!(told(&[("a", 1.0, 1.0), ("b", 5.1, 1.0)]), tell(-3, "", "", "no_symptom"));
}

#[test]
fn a_guarded_rule_says_nothing_to_those_that_refer_to_it() {
    let guarded = "requires = [ { when = { gt = ['a', 5] }, reason = 'no_symptom' } ]\nwhen = { gt = ['b', 5] }";
    let f = book(
        &(question("independent", "'x', 'y', 'z'")
            + &rule("g", "", "typical", guarded)
            + &rule("x", "x", "typical", "when = { holds = 'g' }")
            + &rule("y", "y", "typical", "when = { not = { holds = 'g' } }")
            + &rule("z", "z", "typical", "when = { any = [ { holds = 'g' }, { gt = ['c', 5] } ] }")),
    );
    for b in [1.0, 9.0] {
        let j = judge(&f, &[("a", 1.0, 0.0), ("b", b, 0.0), ("c", 9.0, 0.0)]);
        let verdicts: Vec<&str> = j.options().iter().map(|o| o.verdict.as_str()).collect();
        assert_eq!(verdicts, ["insufficient", "insufficient", "holds"], "unmet is neither true nor false");
        assert_eq!(j.needs().reasons, ["no_symptom"]);
    }
}

#[test]
fn a_rule_that_only_suggests_never_answers_and_never_excludes() {
    let rules =
        rule("x", "x", "typical", "when = { gt = ['a', 5] }") + &rule("y", "y", "suggests", "when = { gt = ['b', 5] }");
    let f = book(&(question("exclusive", "'x', 'y'") + &rules));
    let j = judge(&f, &[("a", 1.0, 0.0), ("b", 9.0, 0.0)]);
    // x is excluded and nothing can answer y: that is not the same as every option being excluded.
    assert_eq!(one(&j), ("insufficient", None));
    assert_eq!((j.remaining().len(), j.excluded(), j.hypotheses().len()), (0, vec!["x"], 1));
    assert_eq!(j.needs().reasons, ["hypothesis_only"]);
    assert_eq!(one(&judge(&f, &[("a", 9.0, 0.0), ("b", 9.0, 0.0)])), ("answer", Some("x".into())));
    assert_eq!(judge(&f, &[]).needs().reasons.len(), 0, "what can still be asked comes first");
    let f = book(&(question("independent", "'x', 'y'") + &rules));
    assert_eq!(judge(&f, &[]).status().as_str(), "insufficient", "nothing is settled");
    let each = judge(&f, &[("a", 9.0, 0.0)]);
    assert_eq!((each.status().as_str(), each.remaining()), ("answer", vec![]));
}

#[test]
fn levels_are_read_as_a_range() {
    let levels = rule("low", "low", "typical", "when = { lt = ['a', 4] }")
        + &rule("mid", "mid", "typical", "when = { all = [ { ge = ['a', 4] }, { lt = ['a', 7] } ] }")
        + &rule("high", "high", "typical", "when = { ge = ['a', 7] }");
    let f = book(&(question("graded", "'low', 'mid', 'high'") + &levels));
    assert_eq!(one(&judge(&f, &[("a", 5.5, 0.5)])), ("answer", Some("mid".into())));
    let range = judge(&f, &[("a", 6.8, 0.5)]);
    assert_eq!(
        (range.status().as_str(), range.remaining(), range.excluded()),
        ("insufficient", vec!["mid", "high"], vec!["low"])
    );
    // Two levels excluded leave the third, though its own bounds (all of two doubts) fall short of the confidence.
    let left = judge(&f, &[("a", 5.5, 1.0)]);
    assert_eq!(left.answer(), Some("mid"));
    assert!(matches!(left.options()[1].verdict, Verdict::Insufficient(_)));
    assert!(left.because().iter().any(|l| l.contains("only level left")));
    let whole = judge(&f, &[("a", 5.5, 9.0)]);
    assert_eq!(whole.remaining(), ["low", "mid", "high"]);
    // Levels that may overlap are a fault of the rulebook, unless it says that it means it.
    let overlap = rule("low", "low", "typical", "when = { le = ['a', 6] }")
        + &rule("high", "high", "typical", "when = { ge = ['a', 4] }");
    let f = book(&(question("graded", "'low', 'high'") + "overlap = 'conflict'\n" + &overlap));
    let j = judge(&f, &[("a", 5.0, 0.0)]);
    assert_eq!((j.status(), j.remaining()), (&Status::Conflict(vec![0, 1]), vec!["low", "high"]));
}

#[test]
fn exclusive_options() {
    let rules = rule("x", "x", "typical", "when = { gt = ['a', 5] }")
        + &rule("x2", "x", "defines", "when = { gt = ['b', 5] }")
        + &rule("y", "y", "typical", "when = { gt = ['c', 5] }");
    let f = book(&(question("exclusive", "'x', 'y'") + "overlap = 'conflict'\n" + &rules));
    // One rule of several is enough for its option; the answer stands though the other is open.
    let j = judge(&f, &[("b", 9.0, 0.0)]);
    assert_eq!((one(&j), j.excluded(), j.needs().missing.len()), (("answer", Some("x".into())), vec!["y"], 0));
    assert_eq!(one(&judge(&f, &[("a", 9.0, 0.0), ("c", 9.0, 0.0)])).0, "conflict");
    assert_eq!(one(&judge(&f, &[("a", 1.0, 0.0), ("b", 1.0, 0.0), ("c", 1.0, 0.0)])).0, "none_hold");
    let open = judge(&f, &[("a", 1.0, 0.0), ("c", 1.0, 0.0)]);
    assert_eq!((one(&open), names(&f, &open.needs().missing)), (("insufficient", None), vec!["b".to_owned()]));
}

#[test]
fn a_column_is_read_as_its_measure_is() {
    let f = Framework::from_toml(
        "[framework]\nid = 'f'\nversion = '1.0.0'\n[measure.m]\nscore = [0, 10]\n[measure.kind]\ncategory = ['1', 'inf', 'other']\n\
         [question.q]\nmode = 'independent'\noptions = ['x', 'y']\n\
         [[rule]]\nid = 'x'\nsays = ['q', 'x']\nstrength = 'typical'\nbecause = 'b'\nbasis = { kind = 'user' }\nwhen = { gt = ['m', 5] }\n\
         [[rule]]\nid = 'y'\nsays = ['q', 'y']\nstrength = 'typical'\nbecause = 'b'\nwhen = { one_of = ['kind', ['1', 'inf']] }\n",
    )
    .unwrap();
    let some = |v: &[&str]| v.iter().map(|s| (!s.is_empty()).then(|| (*s).to_owned())).collect::<Vec<_>>();
    let column = |name: &str, cells| Column { name: name.into(), cells };
    let codes = |columns: Vec<Column>| {
        let out = f.judge_table(&Table::new("cases", columns)?, None, None)?;
        let of = |id: &str| match &out.column(id).unwrap().cells {
            Cells::Int(v) => v.iter().map(|c| c.unwrap()).collect::<Vec<i64>>(),
            other => panic!("{other:?}"),
        };
        Ok::<_, colead::Error>((of("x"), of("y")))
    };
    // Categories that look like numbers are names; numbers as text, as CSV writes them, are numbers.
    let text = codes(vec![
        column("m", Cells::Text(some(&["9", " 1.5 ", ""]))),
        column("kind", Cells::Text(some(&["1", "inf", "other"]))),
    ]);
    assert_eq!(text.unwrap(), (vec![1, 0, -1], vec![1, 1, 0]));
    let dictionary = Cells::Dictionary { values: vec!["9".into(), "1".into()], codes: vec![Some(0), Some(1), None] };
    assert_eq!(codes(vec![column("m", dictionary)]).unwrap().0, [1, 0, -1]);
    for (cell, code) in [("nan", "not_finite"), ("much", "not_a_number"), ("11", "out_of_range")] {
        let e = codes(vec![column("m", Cells::Text(some(&["9", cell])))]).unwrap_err();
        assert_eq!((e.code(), e.path()), (code, "cases, row 2, column m"), "{cell}");
    }
    let e = codes(vec![column("kind", Cells::Text(some(&["2"])))]).unwrap_err();
    assert_eq!((e.code(), e.path()), ("unknown_category", "cases, row 1, column kind"));
}

#[test]
fn raters_who_never_met_on_a_criterion_are_flagged() {
    let f = Framework::builtin().unwrap();
    let answers = |of: &[(&str, f64)]| of.iter().map(|(c, x)| ((*c).to_owned(), Some(*x))).collect();
    let apart = [answers(&[("definable", 1.0), ("means_exist", 1.0)]), answers(&[("predictable", 1.0)])];
    let j = classify_challenge(&f, &apart, &[], None).unwrap();
    assert!(j.flags()[0].starts_with("no two people answered the same criterion"), "{:?}", j.flags());
    let met = [answers(&[("definable", 1.0), ("means_exist", 1.0)]), answers(&[("definable", 1.0)])];
    let j = classify_challenge(&f, &met, &[], None).unwrap();
    assert!(!j.flags().iter().any(|f| f.contains("no uncertainty")), "{:?}", j.flags());
}

#[test]
fn the_fewest_ends_that_decide_are_marked() {
    let when = "when = { any = [ { all = [ { gt = ['a', 5] }, { gt = ['b', 5] } ] }, { gt = ['c', 5] } ] }";
    let f = book(&(question("independent", "'x'") + &rule("r", "x", "typical", when)));
    let decisive = |given: &[(&str, f64, f64)]| {
        let j = judge(&f, given);
        let mut found = Vec::new();
        let mut open = j.steps(j.options()[0].rule.unwrap());
        while let Some(step) = open.pop() {
            if let (Some(leaf), true) = (&step.leaf, step.decisive) {
                found.push(leaf.measure.clone());
            }
            open.extend(step.children);
        }
        found.sort_unstable();
        found.join(" ")
    };
    assert_eq!(decisive(&[("a", 9.0, 0.0), ("b", 9.0, 0.0), ("c", 9.0, 0.0)]), "c", "one is fewer than two");
    assert_eq!(decisive(&[("a", 9.0, 0.0), ("b", 9.0, 0.0)]), "a b");
    assert_eq!(decisive(&[("a", 1.0, 0.0), ("b", 1.0, 0.0), ("c", 1.0, 0.0)]), "a c");
    assert_eq!(decisive(&[("a", 9.0, 0.0)]), "", "nothing decides what is open");
    // Each of two is surer than the confidence, both together are not: then the third must help.
    let two_of =
        "when = { at_least = { points = 2, of = [ { gt = ['a', 5] }, { gt = ['b', 5] }, { gt = ['c', 5] } ] } }";
    let f = book(&(question("independent", "'x'") + &rule("r", "x", "typical", two_of)));
    let j = judge(&f, &[("a", 6.5, 1.0), ("b", 6.5, 1.0), ("c", 7.5, 1.0)]);
    let steps = j.steps(j.options()[0].rule.unwrap());
    assert_eq!(j.options()[0].verdict, Verdict::Holds);
    assert_eq!(steps[0].children.iter().map(|s| s.decisive).collect::<Vec<_>>(), [true; 3]);
}

/// The raters of a challenge keep their place over its components: leaving one out leaves that person out of all.
#[test]
fn a_rater_is_left_out_of_every_component() {
    let mut rows = String::from("challenge,component,criterion,value,rater\n");
    for c in ["definable", "means_exist", "predictable", "authority_knows", "assumptions_hold", "solvers_unchanged"] {
        for (part, value, raters) in [("a", "yes", ["p1", "p2"]), ("b", "no", ["p2", "p3"])] {
            raters.iter().for_each(|r| rows.push_str(&format!("x,{part},{c},{value},{r}\n")));
        }
        rows.push_str(&format!("x,b,{c},unknown,p4\nx,,{c},,p5\n"));
    }
    let (evidence, _) = colead::evidence::Evidence::from_files(&[
        ("challenges.csv", rows.as_bytes()),
        ("facts.csv", b"unit,measure,value\nx,shared_work,1\nx,common_ground,0\n"),
    ])
    .expect("tables");
    let framework = Framework::builtin().expect("the framework loads");
    let a = colead::assess::assess(&framework, &evidence, &Default::default()).expect("an assessment");
    let j = a.judgment("x", "challenge").expect("judged");
    assert_eq!(j.answer(), Some("mixed"));
    assert!(
        j.flags().contains(&"leaving out one of 3 raters at a time, 3 of 3 readings stay the same".to_owned()),
        "{:?}",
        j.flags()
    );
    // A unit of the same name is found as well.
    assert_eq!(a.judgment("x", "source_demanded").and_then(|j| j.answer()), Some("dialogue"));
}

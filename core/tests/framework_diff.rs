//! Two versions of a framework side by side: what changed, and which verdicts turn.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::rules::{Case, Framework, RULEBOOK_FILES, Told};
use proptest::prelude::*;
use std::sync::LazyLock;

const OLD: &str = "
[framework]
id = 'f'
version = '1.0.0'
[measure.warmth]
score = [0, 10]
[measure.phase]
category = ['early', 'late']
[measure.gone]
score = [0, 1]
[question.q]
options = ['yes', 'no']
mode = 'exclusive'
[question.old]
options = ['yes']
mode = 'independent'
[[rule]]
id = 'warm'
says = ['q', 'yes']
strength = 'typical'
because = 'it is warm'
basis = { kind = 'user' }
when = { gt = ['warmth', 5] }
test = [ { given = { warmth = 6 }, expect = 'holds' }, { given = { warmth = [5.1, 2] }, expect = 'insufficient' } ]
[[rule]]
id = 'cold'
says = ['q', 'no']
strength = 'typical'
because = 'it is cold'
basis = { kind = 'user' }
when = { lt = ['warmth', 2] }
[[rule]]
id = 'gone'
says = ['old', 'yes']
strength = 'typical'
because = 'b'
basis = { kind = 'user' }
when = { gt = ['gone', 0.5] }
[[rule]]
id = 'late'
says = ['q', 'no']
strength = 'suggests'
because = 'b'
when = { is = ['phase', 'late'] }
";

fn framework(text: &str) -> Framework {
    Framework::from_toml(text).unwrap_or_else(|e| panic!("{:#?}", e.diagnostics()))
}

/// The new version: a stricter rule, one renamed, one retired, one dropped, a measure with another range.
fn new() -> String {
    let dropped = OLD.split("[[rule]]\nid = 'gone'").next().unwrap().to_owned();
    let dropped = dropped.replace("[question.old]\noptions = ['yes']\nmode = 'independent'\n", "");
    let dropped = dropped.replace("[measure.gone]\nscore = [0, 1]\n", "[measure.trust]\nscore = [0, 1]\nasks = 'a'\n");
    dropped
        .replace("1.0.0'", "2.0.0'\nretired = [ { id = 'gone', since = '2.0.0', why = 'nobody measured it' } ]")
        .replace("'warmth', 5]", "'warmth', 7]")
        .replace("warmth = 6 }", "warmth = 8 }")
        .replace("warmth = [5.1, 2]", "warmth = [7.1, 2]")
        .replace("id = 'cold'", "id = 'freezing'\nreplaces = ['cold']")
        .replace("'warmth', 2]", "'warmth', 1]")
}

#[test]
fn what_changed_is_named() {
    let (old, new) = (framework(OLD), framework(&new()));
    let diff = old.diff(&new, &[]);
    assert_eq!(
        (diff.measures.added.clone(), diff.measures.removed.clone()),
        (vec!["trust".into()], vec!["gone".into()])
    );
    assert_eq!(diff.questions.removed, ["old"]);
    assert_eq!((diff.rules.logic.clone(), diff.rules.prose.len()), (vec!["warm".to_owned()], 0));
    assert_eq!(diff.rules.added, Vec::<String>::new(), "a rule that replaces another is no addition");
    assert_eq!(diff.rules.removed, ["gone", "late"]);
    assert_eq!((diff.replaced[0].by.as_str(), diff.replaced[0].old.clone()), ("freezing", vec!["cold".to_owned()]));
    assert_eq!((diff.retired[0].id.as_str(), diff.unexplained.clone()), ("gone", vec!["late".to_owned()]));
    assert!(diff.matters() && diff.reused.is_empty());
}

#[test]
fn what_turns_is_named_case_by_case() {
    let (old, new) = (framework(OLD), framework(&new()));
    let told = Told::from_json(
        r#"{"mild": {"warmth": 6}, "hot": {"warmth": 9}, "cool": {"warmth": 1.5, "gone": 1}, "late": {"phase": "late"}}"#,
    )
    .unwrap();
    let diff = old.diff(&new, &told);
    let answers: Vec<String> = diff.answers.iter().map(|f| format!("{} {} {}", f.case, f.old, f.new)).collect();
    assert_eq!(
        answers,
        [
            r#"mild {"answer":"yes","status":"answer"} {"answer":null,"status":"none_hold"}"#,
            r#"cool {"answer":"no","status":"answer"} {"answer":null,"status":"none_hold"}"#,
        ]
    );
    let verdicts: Vec<String> =
        diff.verdicts.iter().map(|f| format!("{} {}>{} {} {}", f.case, f.old_id, f.new_id, f.old, f.new)).collect();
    assert_eq!(
        verdicts,
        [r#"mild warm>warm "holds" "fails""#, r#"cool cold>freezing "holds" "fails""#],
        "a rule is compared with the one that replaces it"
    );
    let unread: Vec<String> =
        diff.unread.iter().map(|u| format!("{} {} {} {}", u.case, u.measure, u.version, u.code)).collect();
    assert_eq!(unread, ["cool gone new unknown_measure"], "reported, not dropped");
    let text = diff.to_text();
    for said in [
        "f 1.0.0 -> f 2.0.0",
        "`freezing` replaces `cold`",
        "`gone` is retired since 2.0.0: nobody measured it",
        "gone without a word: `late`",
        "over 4 cases: 2 answers and 2 verdicts of rules differ",
        "mild: q: yes -> none hold",
        "cool: rule cold, now freezing: holds -> fails",
        "cool: the new version cannot read `gone`",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    let document = diff.to_json();
    assert_eq!(document["answers"][0]["question"], "q");
    assert_eq!(document["rules"]["logic"][0], "warm");
}

#[test]
fn words_alone_turn_nothing() {
    let old = framework(OLD);
    let reworded =
        framework(&OLD.replace("it is warm", "warm it is").replace("score = [0, 1]", "score = [0, 1]\nasks = 'a'"));
    let diff = old.diff(&reworded, &[]);
    assert_eq!((diff.rules.prose.clone(), diff.rules.logic.len()), (vec!["warm".to_owned()], 0));
    assert_eq!((diff.measures.prose.clone(), diff.measures.logic.len()), (vec!["gone".to_owned()], 0));
    assert!(!diff.matters() && diff.old.logic_sha256 == diff.new.logic_sha256);
    assert!(diff.to_text().contains("only words changed"));
    let same = old.diff(&old, &[]);
    assert!(!same.matters() && same.to_text().contains("they say the same"));
}

#[test]
fn an_id_that_was_given_up_does_not_come_back() {
    let (old, new) = (framework(OLD), framework(&new()));
    let back = new.diff(&old, &[]);
    assert_eq!(back.reused, ["cold", "gone"]);
}

#[test]
fn values_that_a_version_cannot_take_are_told() {
    let old = framework(OLD);
    let narrower = framework(&OLD.replace("score = [0, 10]", "score = [0, 7]"));
    let told = Told::from_json(r#"[{"warmth": 8}]"#).unwrap();
    let diff = old.diff(&narrower, &told);
    assert_eq!((diff.unread[0].case.as_str(), diff.unread[0].code), ("1", "out_of_range"));
    assert_eq!(diff.measures.logic, ["warmth"]);
    for bad in ["", "3", "[3]", "{\"a\": {\"warmth\": {}}}", "{\"a\": {\"warmth\": [1, -1]}}"] {
        assert!(Told::from_json(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_threshold_of_the_built_in_framework_turns_the_tests_that_watch_it() {
    let builtin = Framework::from_files(RULEBOOK_FILES).unwrap();
    // The tests that stand on the threshold go with it; those of the other version are still judged.
    let moved = |t: &str| {
        t.replace("{ ge = [\"approvals\", 3] }", "{ ge = [\"approvals\", 4] }")
            .lines()
            .filter(|l| !(l.contains("given = ") && l.contains("approvals = 3")))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let stricter: Vec<(&str, String)> = RULEBOOK_FILES.iter().map(|(n, t)| (*n, moved(t))).collect();
    let stricter: Vec<(&str, &str)> = stricter.iter().map(|(n, t)| (*n, t.as_str())).collect();
    let stricter = Framework::from_files(&stricter).unwrap();
    let diff = builtin.diff(&stricter, &[]);
    assert_eq!(diff.rules.logic, ["slow_decisions.too_many_approvals"]);
    assert!(diff.cases > 50);
    assert!(!diff.verdicts.is_empty(), "a test of the old version stands on the threshold");
    assert!(diff.verdicts.iter().all(|v| v.new_id == "slow_decisions.too_many_approvals"));
    let told = Told::from_json(r#"{"three": {"decision_days": 60, "approvals": 3}}"#).unwrap();
    let diff = builtin.diff(&stricter, &told);
    assert_eq!((diff.verdicts.len(), diff.verdicts[0].new_id.as_str()), (1, "slow_decisions.too_many_approvals"));
}

proptest! {
    /// What the difference says of a case is what each version says of it alone.
    #[test]
    fn flips_are_those_of_judging(warmth in prop::option::of(0u32..=20), late in any::<Option<bool>>()) {
        static BOTH: LazyLock<(Framework, Framework)> = LazyLock::new(|| (framework(OLD), framework(&new())));
        let (old, new) = &*BOTH;
        let mut measures = serde_json::Map::new();
        if let Some(w) = warmth { measures.insert("warmth".into(), (f64::from(w) / 2.0).into()); }
        if let Some(l) = late { measures.insert("phase".into(), if l { "late" } else { "early" }.into()); }
        let text = serde_json::Value::Object(measures).to_string();
        let alone = |f: &Framework| {
            let j = f.judge("q", &Case::from_json(f, &text).unwrap(), None).unwrap();
            (j.status().as_str().to_owned(), j.answer_json())
        };
        let diff = old.diff(new, &Told::from_json(&format!("[{text}]")).unwrap());
        prop_assert_eq!(diff.answers.len(), usize::from(alone(old) != alone(new)));
    }
}

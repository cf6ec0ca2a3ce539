//! What the checks at load find, in which words, and that each finding is there when, and only when, trying out every
//! case of a small grid finds it too.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod random;

use colead::Diagnostic;
use colead::json::canonical;
use colead::rules::{CHECK_BUDGET, Case, Framework, check};
use proptest::prelude::*;
use random::{CATEGORIES, Cond, Known, MEASURES, RandomRule, Seen, kleene, measure, rulebook};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A number in steps of a half, a number of no step, a category, and an exclusive question.
fn book(question: &str, rules: &str) -> String {
    format!(
        "[framework]\nid = 'f'\nversion = '1.0.0'\n[measure.a]\nscore = [0, 1]\nstep = 0.5\n[measure.b]\nscore = [0, 10]\n\
         [measure.c]\ncategory = ['early', 'late']\n[question.q]\noptions = ['x', 'y']\n{question}\n{rules}"
    )
}

fn rule(id: &str, option: &str, lines: &str) -> String {
    let says = if option.is_empty() { String::new() } else { format!("says = ['q', '{option}']\n") };
    let basis = "basis = { kind = 'user', text = 'ours' }";
    format!("[[rule]]\nid = '{id}'\n{says}strength = 'defines'\nbecause = 'b'\n{basis}\n{lines}\n")
}

/// The findings of one code.
fn found(text: &str, code: &str) -> Vec<Diagnostic> {
    check(text).into_iter().filter(|d| d.code == code).collect()
}

/// The only finding of a code, in words, without its place.
fn told(text: &str, code: &str) -> String {
    let found = found(text, code);
    assert_eq!(found.len(), 1, "{code}: {:?}\n{text}", check(text));
    let d = &found[0];
    assert!(d.line.is_some() && d.path.starts_with(['r', 'q']), "{d}");
    let witness = d.witness.as_ref().map(|w| format!("\ncase: {}", canonical(w))).unwrap_or_default();
    format!("{}[{}]: {}\nhelp: {}{witness}", d.severity.as_str(), d.code, d.message, d.help)
}

/// The findings of the checks on boxes.
fn codes(text: &str) -> Vec<&'static str> {
    const QUIET: [&str; 4] = ["untested", "unused_measure", "unused_rule", "option_without_rule"];
    check(text).iter().map(|d| d.code).filter(|c| !QUIET.contains(c)).collect()
}

fn verdict(text: &str, id: &str, witness: &Value) -> &'static str {
    // Every rule as an option of its own: the verdict on a rule is then that on an option.
    let each = text.replace("mode = 'exclusive'", "mode = 'independent'");
    let f = Framework::from_toml(&each).unwrap();
    let case = Case::from_json(&f, &witness.to_string()).unwrap();
    let at = f.rules().iter().position(|r| r.id == id).unwrap();
    let (_, option) = f.rules()[at].says.unwrap();
    f.judge("q", &case, None).unwrap().options()[option].verdict.as_str()
}

#[test]
fn a_rule_that_cannot_hold() {
    let planted = "when = { all = [ { gt = ['a', 0.5] }, { any = [ { is = ['c', 'late'] }, { gt = ['b', 3] } ] }, { lt = ['a', 0.5] } ] }";
    let text = book("mode = 'exclusive'", &rule("r", "x", planted));
    assert_eq!(
        told(&text, "unsatisfiable"),
        "error[unsatisfiable]: the rule `r` can never hold\n\
         help: in the case shown only `a` above 0.5 stands in its way: mend one of the two sides\n\
         case: {\"a\":0,\"c\":\"late\"}"
    );
    assert_eq!(Framework::from_toml(&text).unwrap_err().code(), "unsatisfiable");
    // The case shown does hold once that comparison is turned round.
    let mended = text.replace("{ gt = ['a', 0.5] }", "{ le = ['a', 0.5] }");
    assert_eq!(verdict(&mended, "r", &json!({ "a": 0, "c": "late" })), "holds");
    // Through another rule, and by counting.
    let other = rule("s", "", "when = { all = [ { ge = ['a', 1] }, { ge = ['b', 5] } ] }");
    let through = rule("r", "x", "when = { all = [ { holds = 's' }, { lt = ['b', 5] } ] }");
    assert_eq!(codes(&book("mode = 'exclusive'", &(other + &through))), ["unsatisfiable"]);
    let count = "when = { all = [ { at_least = { points = 2, of = [ { gt = ['a', 0.5] }, { gt = ['b', 5] }, { is = ['c', 'late'] } ] } }, \
                 { at_least = { points = 2, of = [ { le = ['a', 0.5] }, { le = ['b', 5] }, { is = ['c', 'early'] } ] } } ] }";
    assert_eq!(codes(&book("mode = 'exclusive'", &rule("r", "x", count))), ["unsatisfiable"]);
}

#[test]
fn a_guard_that_cannot_be_met() {
    let planted = "requires = [ { when = { all = [ { lt = ['b', 2] }, { gt = ['b', 3] } ] }, reason = 'odd' } ]\nwhen = { gt = ['a', 0.5] }";
    assert_eq!(
        told(&book("mode = 'exclusive'", &rule("r", "x", planted)), "unmeetable_guard"),
        "error[unmeetable_guard]: the guard `odd` of the rule `r` can never be met\n\
         help: it asks for (`b` below 2 and `b` above 3): mend the guard\n\
         case: {\"a\":1}"
    );
    // A guard that can be met, though not together with the rule, leaves a rule that cannot hold.
    let apart = "requires = [ { when = { lt = ['a', 0.5] }, reason = 'odd' } ]\nwhen = { gt = ['a', 0.5] }";
    assert_eq!(codes(&book("mode = 'exclusive'", &rule("r", "x", apart))), ["unsatisfiable"]);
    // A guard that asks for no more than a value is how a value is asked for.
    let known = "requires = [ { when = { ge = ['b', 0] }, reason = 'unseen' } ]\nwhen = { gt = ['a', 0.5] }";
    assert_eq!(codes(&book("mode = 'exclusive'", &rule("r", "x", known))), [""; 0]);
}

#[test]
fn options_that_overlap() {
    let x = rule("r.x", "x", "when = { ge = ['a', 0.5] }");
    let y = rule("r.y", "y", "when = { all = [ { le = ['b', 5] }, { is = ['c', 'late'] } ] }");
    let text = book("mode = 'exclusive'", &(x.clone() + &y));
    assert_eq!(
        told(&text, "overlap"),
        "error[overlap]: `x` and `y` of `q` exclude one another, yet the rules `r.x` and `r.y` can hold at once\n\
         help: add `unless = { holds = \"r.x\" }` to one of them, or `overlap = \"conflict\"` to the question\n\
         case: {\"a\":1,\"b\":3,\"c\":\"late\"}"
    );
    let shown = found(&text, "overlap")[0].to_string();
    assert!(shown.contains("[[rule]]") && shown.ends_with("= case: a = 1, b = 3, c = late"), "{shown}");
    assert_eq!(found(&text, "overlap")[0].path, "rule[1]");
    assert_eq!(codes(&text.replace("exclusive", "graded")), ["overlap"]);
    // Where it is said to be meant, the case shown is the conflict.
    let meant = text.replace("mode = 'exclusive'", "mode = 'exclusive'\noverlap = 'conflict'");
    assert_eq!(codes(&meant), [""; 0]);
    let f = Framework::from_toml(&meant).unwrap();
    let case = Case::from_json(&f, r#"{"a":1,"b":3,"c":"late"}"#).unwrap();
    assert_eq!(f.judge("q", &case, None).unwrap().status().as_str(), "conflict");
    // What is told apart: by `unless`, by `unless` through another rule, by the mode, by strength.
    let but = |unless: &str| y.clone() + &format!("unless = {{ holds = '{unless}' }}\n");
    assert_eq!(codes(&book("mode = 'exclusive'", &(x.clone() + &but("r.x")))), [""; 0]);
    let between = rule("between", "", "when = { any = [ { holds = 'r.x' }, { gt = ['b', 9] } ] }");
    assert_eq!(codes(&book("mode = 'exclusive'", &(x.clone() + &between + &but("between")))), [""; 0]);
    assert_eq!(codes(&text.replace("exclusive", "independent")), [""; 0]);
    let hypothesis = y.replace("defines", "suggests");
    assert_eq!(codes(&book("mode = 'exclusive'", &(x.clone() + &hypothesis))), [""; 0]);
    // An `unless` that names the other and still lets both hold is no excuse.
    let half = y + "unless = { all = [ { holds = 'r.x' }, { gt = ['b', 1] } ] }\n";
    assert_eq!(codes(&book("mode = 'exclusive'", &(x + &half))), ["overlap"]);
}

#[test]
fn a_cycle_shows_its_rules() {
    let text = book(
        "mode = 'exclusive'",
        &(rule("r", "x", "when = { holds = 's' }") + &rule("s", "y", "when = { not = { holds = 'r' } }")),
    );
    assert_eq!(found(&text, "cycle")[0].witness, Some(json!(["r", "s"])));
}

#[test]
fn a_rule_that_cannot_fail() {
    let planted = "when = { any = [ { ge = ['a', 0.5] }, { le = ['a', 0.5] } ] }";
    let text = book("mode = 'exclusive'", &rule("r", "x", planted));
    assert_eq!(
        told(&text, "always_true"),
        "warning[always_true]: the rule `r` can never fail: it holds wherever its measures are known\n\
         help: let it ask for something that may not be so, or leave it out\n\
         case: {\"a\":1}"
    );
    assert_eq!(verdict(&text, "r", &json!({ "a": 1 })), "holds");
    let guarded = "requires = [ { when = { gt = ['a', 0.5] }, reason = 'odd' } ]\nwhen = { ge = ['a', 0.5] }";
    assert!(told(&book("mode = 'exclusive'", &rule("r", "x", guarded)), "always_true").contains("its guards are met"));
}

#[test]
fn parts_that_are_always_or_never_true() {
    let planted =
        "when = { all = [ { gt = ['b', 5] }, { any = [ { ge = ['a', 0.5] }, { not = { ge = ['a', 0.5] } } ] } ] }";
    let text = book("mode = 'exclusive'", &rule("r", "x", planted));
    assert_eq!(
        told(&text, "tautology"),
        "warning[tautology]: (`a` at least 0.5 or not `a` at least 0.5) of the rule `r` is always true once it is known\n\
         help: leave it out: in the case shown the rule is insufficient for lack of it alone\n\
         case: {\"b\":8}"
    );
    assert_eq!(verdict(&text, "r", &json!({ "b": 8 })), "insufficient");
    assert_eq!(verdict(&text, "r", &json!({ "b": 8, "a": 0 })), "holds");
    let never = "when = { any = [ { gt = ['b', 5] }, { all = [ { lt = ['a', 0.5] }, { gt = ['a', 0.5] } ] } ] }";
    assert_eq!(
        told(&book("mode = 'exclusive'", &rule("r", "x", never)), "contradiction"),
        "warning[contradiction]: (`a` below 0.5 and `a` above 0.5) of the rule `r` is never true once it is known\n\
         help: leave it out: in the case shown the rule is insufficient for lack of it alone\n\
         case: {\"b\":3}"
    );
    // A comparison with the end of the range, and an exception that is never met.
    let edge = "when = { all = [ { gt = ['b', 5] }, { le = ['a', 1] } ] }";
    assert_eq!(codes(&book("mode = 'exclusive'", &rule("r", "x", edge))), ["tautology"]);
    let unless = "when = { gt = ['b', 5] }\nunless = { all = [ { is = ['c', 'early'] }, { is = ['c', 'late'] } ] }";
    assert_eq!(codes(&book("mode = 'exclusive'", &rule("r", "x", unless))), ["contradiction"]);
}

#[test]
fn a_leaf_that_never_decides() {
    let planted = "when = { all = [ { gt = ['b', 5] }, { gt = ['b', 3] }, { gt = ['a', 0.5] } ] }";
    let text = book("mode = 'exclusive'", &rule("r", "x", planted));
    assert_eq!(
        told(&text, "leaf_never_decides"),
        "warning[leaf_never_decides]: `b` above 3 never decides the rule `r`\n\
         help: leave it out, or mend it: in the case shown the rule comes to the opposite\n\
         case: {\"b\":4}"
    );
    assert_eq!(verdict(&text, "r", &json!({ "b": 4 })), "fails");
    // A part whose points are never enough, with any of the others.
    let points = "when = { at_least = { points = 3, of = [ { points = 3, when = { gt = ['a', 0.5] } }, { points = 3, when = { gt = ['b', 5] } }, { is = ['c', 'late'] } ] } }";
    assert!(
        told(&book("mode = 'exclusive'", &rule("r", "x", points)), "leaf_never_decides").contains("`c` `late` never")
    );
    // What only a missing measure brings to bear does decide: a middle that is told whichever way the rest turns out.
    let prime = "when = { any = [ { all = [ { gt = ['b', 5] }, { le = ['a', 0.5] } ] }, { all = [ { is = ['c', 'late'] }, { ge = ['a', 0.5] } ] }, \
                 { all = [ { gt = ['b', 5] }, { is = ['c', 'late'] } ] } ] }";
    assert_eq!(codes(&book("mode = 'exclusive'", &rule("r", "x", prime))), [""; 0]);
}

#[test]
fn a_rule_that_a_sibling_implies() {
    let wide = rule("wide", "x", "when = { gt = ['b', 3] }");
    let narrow = rule("narrow", "x", "when = { all = [ { gt = ['b', 5] }, { gt = ['a', 0.5] } ] }");
    let text = book("mode = 'exclusive'", &(wide.clone() + &narrow));
    assert_eq!(
        told(&text, "implied"),
        "warning[implied]: the rule `narrow` adds nothing: wherever it holds, `wide` holds too\n\
         help: leave it out, or mend one of the two\n\
         case: {\"a\":1,\"b\":8}"
    );
    for id in ["wide", "narrow"] {
        assert_eq!(verdict(&text, id, &json!({ "a": 1, "b": 8 })), "holds");
    }
    // Of two that say the same one is told; a stronger rule is not implied by a weaker one; options stand alone.
    assert_eq!(codes(&book("mode = 'exclusive'", &(wide.clone() + &wide.replace("wide", "again")))), ["implied"]);
    assert_eq!(codes(&book("mode = 'exclusive'", &(wide.replace("defines", "typical") + &narrow))), [""; 0]);
    assert_eq!(codes(&book("mode = 'independent'", &(wide + &narrow.replace("'x'", "'y'")))), [""; 0]);
}

#[test]
fn a_gap_in_what_is_said_to_be_exhaustive() {
    let x = rule("r.x", "x", "when = { gt = ['b', 5] }");
    let y = rule("r.y", "y", "when = { lt = ['b', 5] }");
    let text = book("mode = 'exclusive'\nexhaustive = true", &(x.clone() + &y));
    assert_eq!(
        told(&text, "gap"),
        "warning[gap]: `q` is said to be exhaustive, and every option of it can fail at once\n\
         help: let an option cover the case shown, or drop `exhaustive`\n\
         case: {\"b\":5}"
    );
    let f = Framework::from_toml(&text).unwrap();
    let case = Case::from_json(&f, r#"{"b":5}"#).unwrap();
    assert_eq!(f.judge("q", &case, None).unwrap().status().as_str(), "none_hold");
    assert_eq!(codes(&text.replace("exhaustive = true", "exhaustive = false")), [""; 0]);
    assert_eq!(codes(&book("mode = 'exclusive'\nexhaustive = true", &(x + &y.replace("lt =", "le =")))), [""; 0]);
}

#[test]
fn what_is_not_finished_is_said() {
    // Sixteen of thirty-two above a half and seventeen below: the pigeons must be counted, and here they are tried.
    let measures: String = (0..32).map(|i| format!("[measure.m{i}]\nscore = [0, 1]\n")).collect();
    let of = |op: &str| (0..32).map(|i| format!("{{ {op} = ['m{i}', 0.5] }}")).collect::<Vec<_>>().join(", ");
    let count = |points: u32, op: &str| format!("{{ at_least = {{ points = {points}, of = [ {} ] }} }}", of(op));
    let hard = format!("when = {{ all = [ {}, {} ] }}", count(16, "gt"), count(17, "lt"));
    let text = format!(
        "{}{measures}",
        book(
            "mode = 'exclusive'",
            &(rule("hard", "x", &hard)
                + &rule("plain", "y", "when = { all = [ { gt = ['a', 0.5] }, { lt = ['a', 0.5] } ] }"))
        )
    );
    let incomplete = told(&text, "check_incomplete");
    assert!(incomplete.contains(&format!("in {CHECK_BUDGET} steps")), "{incomplete}");
    assert!(incomplete.contains("whether the rule `hard` can hold"), "{incomplete}");
    // One hard rule does not hide another's fault.
    assert!(codes(&text).contains(&"unsatisfiable"));
    // Counting alone is no trouble.
    let easy = format!("when = {}", count(16, "gt"));
    assert_eq!(codes(&format!("{}{measures}", book("mode = 'exclusive'", &rule("easy", "x", &easy)))), [""; 0]);
}

#[test]
fn monstrous_rulebooks_are_checked_within_bounds() {
    // Sixty-four options with every rule against every other; then a long chain.
    let options: Vec<String> = (0..64).map(|i| format!("'o{i}'")).collect();
    let mut text = format!(
        "[framework]\nid = 'f'\nversion = '1.0.0'\n[measure.a]\nscore = [-1, 10000]\n[question.q]\nmode = 'exclusive'\nexhaustive = true\noptions = [{}]\n",
        options.join(", ")
    );
    for i in 0..6_400 {
        let when = format!("when = {{ all = [ {{ ge = ['a', {i}] }}, {{ lt = ['a', {}] }} ] }}", i + 1);
        text.push_str(&rule(&format!("r{i}"), &format!("o{}", i % 64), &when));
    }
    assert!(codes(&text).iter().all(|c| *c == "check_incomplete"), "{:?}", codes(&text).first());
}

#[test]
fn an_option_without_an_answer_is_told_unless_it_is_meant_as_a_hypothesis() {
    let hint = |option: &str| {
        rule(&format!("hint.{option}"), option, "when = { gt = ['a', 0] }").replace("defines", "suggests")
    };
    let allow = "mode = 'independent'\nallow = { hypotheses_only = 'nobody has shown it' }";
    let count = |text: &str, code: &str| found(text, code).len();
    assert_eq!(count(&book("mode = 'independent'", &(hint("x") + &hint("y"))), "option_without_rule"), 2);
    let meant = book(allow, &(hint("x") + &hint("y")));
    assert_eq!((count(&meant, "option_without_rule"), count(&meant, "unneeded_allow")), (0, 0));
    // An option that no rule speaks for at all is a slip all the same, and what is not needed is told.
    assert_eq!(count(&book(allow, &hint("x")), "option_without_rule"), 1);
    let answers = rule("x", "x", "when = { gt = ['a', 0] }") + &rule("y", "y", "when = { gt = ['b', 5] }");
    assert_eq!(count(&book(allow, &answers), "unneeded_allow"), 1);
    let of_a_rule = rule("x", "x", "when = { gt = ['a', 0] }\nallow = { hypotheses_only = 'w' }");
    assert_eq!(count(&book("mode = 'independent'", &of_a_rule), "unneeded_allow"), 1);
}

#[test]
fn the_built_in_rulebook_has_no_finding() {
    let quiet = ["unused_measure"];
    let found: Vec<String> = Framework::builtin().unwrap().warnings().iter().map(ToString::to_string).collect();
    let loud: Vec<&String> = found.iter().filter(|w| !quiet.iter().any(|q| w.contains(q))).collect();
    assert!(loud.is_empty(), "{loud:?}");
}

#[test]
fn no_change_of_a_number_in_the_built_in_rulebook_goes_unnoticed() {
    let report = Framework::builtin().unwrap().mutants();
    assert!(report.complete && report.tried > 300, "{}", report.tried);
    assert!(report.survivors.is_empty(), "add these as tests: {}", report.to_json()["survivors"]);
}

// Random rulebooks of two numbers and a category: thresholds at 0, a half and 1, so that five values stand for all.

fn leaf() -> impl Strategy<Value = Cond> {
    prop_oneof![
        6 => (0usize..2, 0usize..4, 0u32..=2).prop_map(|(m, op, half)| Cond::Compare(m, op, half * 2)),
        2 => (1u8..7).prop_map(Cond::OneOf),
        // The first rule has none to refer to, and looks at one of the two numbers instead.
        2 => prop::sample::select(vec![0usize, 1, 4, 5]).prop_map(Cond::Holds),
    ]
}

fn condition() -> impl Strategy<Value = Cond> {
    leaf().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Cond::All),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Cond::Any),
            (0u32..6, prop::collection::vec((1u32..4, inner.clone()), 1..4)).prop_map(|(p, of)| Cond::AtLeast(p, of)),
            inner.prop_map(|c| Cond::Not(Box::new(c))),
        ]
    })
}

fn rules() -> impl Strategy<Value = Vec<RandomRule>> {
    let rule = (condition(), prop::option::weighted(0.25, condition()), prop::option::weighted(0.25, condition()));
    prop::collection::vec(rule.prop_map(|(when, unless, guard)| RandomRule { when, unless, guard }), 2..6)
}

/// Every case of the grid: exact, or with measures missing too.
fn cases(missing: bool) -> Vec<Known> {
    let seen = |of: u32| {
        let known = (0..of).map(|quarters| Some(Seen { quarters, se: None }));
        known.chain(missing.then_some(None)).collect::<Vec<_>>()
    };
    let mut all = Vec::new();
    for a in seen(5) {
        for b in seen(5) {
            for c in seen(3) {
                all.push(vec![a, b, None, None, c]);
            }
        }
    }
    assert_eq!(all[0].len(), MEASURES);
    all
}

/// The grid case that stands for a witness.
fn stands_for(witness: &Value) -> Known {
    let quarters = |x: f64| match x {
        0.0 => 0,
        0.5 => 2,
        1.0 => 4,
        x if x < 0.5 => 1,
        _ => 3,
    };
    (0..MEASURES)
        .map(|m| {
            let v = witness.get(measure(m))?;
            let quarters = match v.as_f64() {
                Some(x) => quarters(x),
                None => CATEGORIES.iter().position(|c| v == c).unwrap() as u32,
            };
            Some(Seen { quarters, se: None })
        })
        .collect()
}

/// The rules as one rulebook: two to an option of `each`, which is exhaustive, and no overlap is meant in `pick`.
fn document(rules: &[RandomRule]) -> Value {
    let mut document = rulebook(rules);
    for (i, rule) in document["rule"].as_array_mut().unwrap().iter_mut().take(rules.len()).enumerate() {
        rule["says"] = json!(["each", format!("o{}", i / 2)]);
    }
    let options: Vec<String> = (0..rules.len().div_ceil(2)).map(|i| format!("o{i}")).collect();
    document["question"]["each"] = json!({ "options": options, "mode": "independent", "exhaustive": true });
    document["question"]["pick"].as_object_mut().unwrap().remove("overlap");
    document
}

/// What is tried out: the truth of every rule in every case of the grid.
struct Tried {
    exact: Vec<Vec<Option<bool>>>,
    partial: Vec<Vec<Option<bool>>>,
}

impl Tried {
    fn new(rules: &[RandomRule]) -> Tried {
        let of = |missing| cases(missing).iter().map(|known| kleene(rules, known)).collect();
        Tried { exact: of(false), partial: of(true) }
    }

    fn ever(&self, i: usize, truth: bool) -> bool {
        self.exact.iter().any(|t| t[i] == Some(truth))
    }
}

/// The parts of a rule that may be told as always or never true: all but the whole of a rule without exception.
fn parts<'c>(c: &'c Cond, whole: bool, out: &mut Vec<&'c Cond>) {
    match c {
        Cond::Not(c) => return parts(c, whole, out),
        Cond::Holds(_) => return,
        Cond::All(of) | Cond::Any(of) => of.iter().for_each(|c| parts(c, false, out)),
        Cond::AtLeast(_, of) => of.iter().for_each(|(_, c)| parts(c, false, out)),
        Cond::Compare(..) | Cond::OneOf(_) => {}
    }
    if !whole || matches!(c, Cond::Compare(..) | Cond::OneOf(_)) {
        out.push(c);
    }
}

/// The same condition with its leaf number `at` replaced, counting down; whether there was such a leaf.
fn replace(c: &mut Cond, at: &mut usize, to: &Cond) -> bool {
    match c {
        Cond::Not(c) => replace(c, at, to),
        Cond::All(of) | Cond::Any(of) => of.iter_mut().any(|c| replace(c, at, to)),
        Cond::AtLeast(_, of) => of.iter_mut().any(|(_, c)| replace(c, at, to)),
        leaf if *at == 0 => {
            *leaf = to.clone();
            true
        }
        _ => {
            *at -= 1;
            false
        }
    }
}

/// Whether some leaf of a rule, replaced by true or by false, leaves the rule the same in every case.
fn has_idle_leaf(rules: &[RandomRule], i: usize, tried: &Tried) -> bool {
    let mut leaves = 0;
    let mut idle = false;
    loop {
        for to in [Cond::All(vec![]), Cond::Any(vec![])] {
            let mut changed = rules.to_vec();
            let mut at = leaves;
            let RandomRule { when, unless, guard } = &mut changed[i];
            let own = [Some(when), unless.as_mut(), guard.as_mut()];
            if !own.into_iter().flatten().any(|c| replace(c, &mut at, &to)) {
                return idle && leaves > 1;
            }
            let same = cases(true).iter().zip(&tried.partial).all(|(known, was)| kleene(&changed, known)[i] == was[i]);
            idle |= same;
        }
        leaves += 1;
    }
}

fn named(rule: &str) -> usize {
    rule.strip_prefix("rule[").and_then(|r| r.strip_suffix(']')).unwrap().parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_checks_find_what_trying_every_case_finds(rules in rules()) {
        let text = document(&rules).to_string();
        let found = check(&text);
        let of = |code: &str| found.iter().filter(|d| d.code == code).collect::<Vec<_>>();
        // Rules r0, r1, ... are the first of the file; those of `pick` and `grade` only repeat them.
        let rules_of = |code: &str| -> BTreeSet<usize> {
            of(code).iter().map(|d| named(&d.path)).filter(|i| *i < rules.len()).collect()
        };
        let shown = |d: &Diagnostic| kleene(&rules, &stands_for(d.witness.as_ref().unwrap()));
        let tried = Tried::new(&rules);
        let all = || 0..rules.len();
        prop_assert!(of("check_incomplete").is_empty());

        let dead: BTreeSet<usize> = all().filter(|i| !tried.ever(*i, true)).collect();
        let unmeetable: BTreeSet<usize> = dead.iter().copied().filter(|i| {
            let met = |g: &Cond| {
                let mut guards = rules[..*i].to_vec();
                guards.push(RandomRule { when: g.clone(), unless: None, guard: None });
                Tried::new(&guards).ever(*i, true)
            };
            rules[*i].guard.as_ref().is_some_and(|g| !met(g))
        }).collect();
        prop_assert_eq!(rules_of("unmeetable_guard"), unmeetable.clone());
        prop_assert_eq!(rules_of("unsatisfiable"), dead.difference(&unmeetable).copied().collect());
        for d in of("unsatisfiable").into_iter().filter(|d| d.witness.is_some() && named(&d.path) < rules.len()) {
            prop_assert_ne!(shown(d)[named(&d.path)], Some(true));
        }

        let pick = |o: usize| o % rules.len();
        let overlaps = [(0, 1), (0, 2), (1, 2)].into_iter()
            .filter(|(a, b)| tried.exact.iter().any(|t| t[pick(*a)] == Some(true) && t[pick(*b)] == Some(true)));
        prop_assert_eq!(of("overlap").len(), overlaps.count());
        for d in of("overlap") {
            let options = ["low", "middle", "high"].into_iter().enumerate();
            let both: Vec<usize> = options.filter(|(_, o)| d.message.contains(&format!("`{o}`"))).map(|(i, _)| i).collect();
            prop_assert!(both.len() == 2 && both.iter().all(|o| shown(d)[pick(*o)] == Some(true)), "{}", d);
        }

        let sure: BTreeSet<usize> = all().filter(|i| !dead.contains(i) && !tried.ever(*i, false)).collect();
        prop_assert_eq!(rules_of("always_true"), sure.clone());
        for d in of("always_true") {
            prop_assert!(named(&d.path) >= rules.len() || shown(d)[named(&d.path)] == Some(true));
        }

        let mut constant = BTreeSet::new();
        for i in all().filter(|i| !dead.contains(i) && !sure.contains(i)) {
            let mut of_rule = Vec::new();
            parts(&rules[i].when, rules[i].unless.is_none(), &mut of_rule);
            rules[i].unless.iter().for_each(|u| parts(u, false, &mut of_rule));
            let settled = |c: &&Cond| {
                let mut alone = rules[..i].to_vec();
                alone.push(RandomRule { when: (*c).clone(), unless: None, guard: None });
                let tried = Tried::new(&alone);
                !tried.ever(i, true) || !tried.ever(i, false)
            };
            if of_rule.iter().any(settled) {
                constant.insert(i);
            }
        }
        let told: BTreeSet<usize> = rules_of("tautology").union(&rules_of("contradiction")).copied().collect();
        prop_assert_eq!(&told, &constant);
        for d in of("tautology").into_iter().chain(of("contradiction")).filter(|d| d.witness.is_some()) {
            prop_assert_eq!(shown(d)[named(&d.path)], None);
        }

        let idle: BTreeSet<usize> = all()
            .filter(|i| !dead.contains(i) && !sure.contains(i) && !constant.contains(i) && has_idle_leaf(&rules, *i, &tried))
            .collect();
        prop_assert_eq!(rules_of("leaf_never_decides"), idle);
        for d in of("leaf_never_decides").into_iter().filter(|d| d.witness.is_some()) {
            prop_assert!(shown(d)[named(&d.path)].is_some());
        }

        let covers = |r: usize, s: usize| tried.partial.iter().all(|t| t[r] != Some(true) || t[s] == Some(true));
        let mut implied = BTreeSet::new();
        for first in all().step_by(2).filter(|i| i + 1 < rules.len()) {
            let second = first + 1;
            if dead.contains(&first) || dead.contains(&second) {
            } else if covers(second, first) {
                implied.insert(second);
            } else if covers(first, second) {
                implied.insert(first);
            }
        }
        prop_assert_eq!(rules_of("implied"), implied);
        for d in of("implied") {
            let i = named(&d.path);
            prop_assert!(shown(d)[i] == Some(true) && shown(d)[i ^ 1] == Some(true));
        }

        let gap = tried.exact.iter().any(|t| t.iter().all(|t| *t == Some(false)));
        prop_assert_eq!(of("gap").len(), usize::from(gap));
        for d in of("gap") {
            prop_assert!(shown(d).iter().all(|t| *t == Some(false)));
        }
    }
}

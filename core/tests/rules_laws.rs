//! Laws that every rulebook obeys, over rulebooks and cases drawn at random and written as text.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod random;

use colead::evidence::{Cells, Column, Table};
use colead::rules::{Case, Framework, Judgment, Status, Step, Verdict};
use proptest::prelude::*;
use random::{
    Known, MEASURES, RandomRule, Seen, any_case, case, exact_case, kleene, load, measure, rulebook, rules, toml,
};
use serde_json::{Value, json};

const QUESTIONS: [&str; 3] = ["each", "pick", "grade"];

/// Loading reads the whole catalogue, so each drawn rulebook meets several drawn cases.
fn drawn(cases: impl Strategy<Value = Known>) -> impl Strategy<Value = (Vec<RandomRule>, Vec<Known>)> {
    (rules(), prop::collection::vec(cases, 8))
}

fn few() -> ProptestConfig {
    ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() }
}

fn verdicts(f: &Framework, case: &Case, question: &str) -> Vec<&'static str> {
    f.judge(question, case, None).unwrap().options().iter().map(|o| o.verdict.as_str()).collect()
}

/// Everything a person can ask of a judgment; none of it may panic.
fn read_all(j: &Judgment) -> Value {
    assert!(j.explain().ends_with('\n'));
    assert!(j.because().iter().all(|l| !l.is_empty()));
    let _ = (j.counterfactuals(), j.next_questions(), j.cites(), j.hypotheses().len(), j.explanation());
    j.to_json()
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn exact_and_missing_verdicts_are_kleenes((rules, cases) in drawn(exact_case())) {
        let f = load(&rulebook(&rules));
        for known in &cases {
            let want: Vec<&str> =
                kleene(&rules, known).iter().map(|t| t.map_or("insufficient", |t| if t { "holds" } else { "fails" })).collect();
            prop_assert_eq!(verdicts(&f, &case(&f, known), "each"), want, "{:?}", known);
        }
    }

    #[test]
    fn learning_a_missing_value_never_overturns((rules, cases) in drawn(any_case()), new in any_case()) {
        let f = load(&rulebook(&rules));
        for known in &cases {
            let before = verdicts(&f, &case(&f, known), "each");
            for i in (0..MEASURES).filter(|i| known[*i].is_none()) {
                for quarters in 0..=4 {
                    let mut more = known.clone();
                    more[i] = Some(Seen { quarters, se: new[i].and_then(|s| s.se) });
                    let after = verdicts(&f, &case(&f, &more), "each");
                    for (b, a) in before.iter().zip(&after) {
                        // Sharper than the law asks: what is settled stays as it is.
                        prop_assert!(*b == "insufficient" || b == a, "{b} became {a} by m{i} = {:?}", more[i]);
                    }
                }
            }
        }
    }

    #[test]
    fn a_smaller_standard_error_of_the_same_value_never_overturns((rules, cases) in drawn(any_case()), share in prop_oneof![Just(0.0), 0.0f64..1.0]) {
        let f = load(&rulebook(&rules));
        for known in &cases {
            let before = verdicts(&f, &case(&f, known), "each");
            for i in (0..MEASURES).filter(|i| known[*i].is_some_and(|s| s.se.is_some())) {
                let mut surer = known.clone();
                surer[i] = known[i].map(|s| Seen { se: s.se.map(|se| se * share), ..s });
                for (b, a) in before.iter().zip(verdicts(&f, &case(&f, &surer), "each")) {
                    prop_assert!(!matches!((*b, a), ("holds", "fails") | ("fails", "holds")), "{b} became {a}");
                }
            }
        }
    }

    #[test]
    fn a_case_is_a_row_of_a_table((rules, cases) in drawn(any_case())) {
        let f = load(&rulebook(&rules));
        let table = f.judge_table(&columns(&cases), None, None).unwrap();
        prop_assert_eq!(table.rows(), cases.len());
        for (row, known) in cases.iter().enumerate() {
            let one = case(&f, known);
            for q in QUESTIONS {
                let j = f.judge(q, &one, None).unwrap();
                let status = text(&table, &format!("{q}.status"), row);
                prop_assert_eq!(status.as_deref(), Some(j.status().as_str()));
                let each = matches!(j.status(), Status::Answer(_)) && j.answer().is_none();
                let holding: Vec<String> = j.answer_json().as_object().into_iter().flatten()
                    .filter(|(_, v)| *v == "holds").map(|(k, _)| k.clone()).collect();
                let want = if each { (!holding.is_empty()).then(|| holding.join("; ")) } else { j.answer().map(str::to_owned) };
                prop_assert_eq!(text(&table, &format!("{q}.answer"), row), want);
            }
            let j = f.judge("each", &one, None).unwrap();
            for (i, o) in j.options().iter().enumerate() {
                let Cells::Int(codes) = &table.column(&format!("r{i}")).unwrap().cells else { panic!("codes are integers") };
                prop_assert_eq!(codes[row], Some(i64::from(o.verdict.code())));
            }
        }
    }

    #[test]
    fn the_order_of_a_file_decides_nothing((rules, cases) in drawn(any_case()), seed in any::<u64>()) {
        let document = rulebook(&rules);
        let mut mixed = document.clone();
        shuffle(mixed["rule"].as_array_mut().unwrap(), seed);
        let (a, b) = (load(&document), load(&mixed));
        // TOML keeps the order in which measures and questions are written.
        let mut lines: Vec<String> = toml_sections(&mixed);
        shuffle(&mut lines, seed.wrapping_add(1));
        let c = Framework::from_toml(&lines.concat()).unwrap();
        prop_assert_eq!((a.logic_sha256(), a.sha256()), (b.logic_sha256(), b.sha256()));
        for known in &cases {
            for q in QUESTIONS {
                let of = |f: &Framework| {
                    let j = f.judge(q, &case(f, known), None).unwrap();
                    (j.status().clone(), j.answer_json(), verdicts(f, &case(f, known), q))
                };
                prop_assert_eq!(of(&a), of(&b));
                prop_assert_eq!(of(&a), of(&c));
            }
        }
    }

    #[test]
    fn toml_and_json_are_one_framework((rules, cases) in drawn(any_case())) {
        let document = rulebook(&rules);
        let json = load(&document);
        let toml = Framework::from_toml(&toml(&document)).unwrap();
        prop_assert_eq!(json.sha256(), toml.sha256());
        prop_assert_eq!(json.logic_sha256(), toml.logic_sha256());
        for known in &cases {
            for q in QUESTIONS {
                let of = |f: &Framework| f.judge(q, &case(f, known), None).unwrap().to_json();
                prop_assert_eq!(of(&json), of(&toml));
            }
        }
    }

    #[test]
    fn options_in_another_order_give_findings_in_that_order((rules, cases) in drawn(any_case())) {
        let document = rulebook(&rules);
        let mut turned = document.clone();
        for q in QUESTIONS {
            turned["question"][q]["options"].as_array_mut().unwrap().reverse();
        }
        let (a, b) = (load(&document), load(&turned));
        for known in &cases {
            for q in QUESTIONS {
                let (ja, jb) = (a.judge(q, &case(&a, known), None).unwrap(), b.judge(q, &case(&b, known), None).unwrap());
                prop_assert_eq!(ja.status().as_str(), jb.status().as_str());
                prop_assert_eq!(ja.answer_json(), jb.answer_json());
                let mut back: Vec<_> = jb.options().iter().map(|o| (o.verdict.as_str(), o.truth)).collect();
                back.reverse();
                prop_assert_eq!(ja.options().iter().map(|o| (o.verdict.as_str(), o.truth)).collect::<Vec<_>>(), back);
            }
        }
    }

    #[test]
    fn no_case_and_no_confidence_makes_a_judgment_panic((rules, cases) in drawn(any_case()), confidence in 0.500001f64..0.999999) {
        let f = load(&rulebook(&rules));
        for known in &cases {
            for q in QUESTIONS {
                let j = f.judge(q, &case(&f, known), Some(confidence)).unwrap();
                let doc = read_all(&j);
                prop_assert!(!doc.to_string().contains("NaN"));
                if let Status::Conflict(of) = j.status() {
                    prop_assert!(of.len() > 1 && q != "each");
                }
            }
        }
    }

    /// A measure that could settle a rule by itself is always named.
    #[test]
    fn needs_name_every_measure_that_can_settle_alone((rules, cases) in drawn(exact_case())) {
        let f = load(&rulebook(&rules));
        for known in &cases {
            let j = f.judge("each", &case(&f, known), None).unwrap();
            for (o, finding) in j.options().iter().enumerate() {
                let Verdict::Insufficient(needs) = &finding.verdict else { continue };
                for i in (0..MEASURES).filter(|i| known[*i].is_none()) {
                    let settles = (0..=4).any(|quarters| {
                        let mut more = known.clone();
                        more[i] = Some(Seen { quarters, se: None });
                        verdicts(&f, &case(&f, &more), "each")[o] != "insufficient"
                    });
                    let named = needs.missing.contains(&f.find_measure(&measure(i)).unwrap());
                    prop_assert!(named || !settles, "m{i} settles r{o} and is not named in {needs:?}");
                }
                prop_assert!(needs.too_close.is_empty(), "exact values are never too close");
            }
        }
    }

    /// What an explanation marks as decisive is enough: all else may be forgotten.
    #[test]
    fn decisive_ends_are_enough((rules, cases) in drawn(any_case())) {
        let f = load(&rulebook(&rules));
        for known in &cases {
            let j = f.judge("each", &case(&f, known), None).unwrap();
            for (o, finding) in j.options().iter().enumerate() {
                let mut decisive = Vec::new();
                let steps = j.steps(finding.rule.unwrap());
                steps.iter().for_each(|s| measures_of(s, false, &mut decisive));
                if matches!(finding.verdict, Verdict::Insufficient(_)) {
                    prop_assert!(!steps.iter().any(any_decisive), "nothing decides an open verdict");
                    continue;
                }
                let kept: Known = (0..MEASURES).map(|i| known[i].filter(|_| decisive.contains(&measure(i)))).collect();
                prop_assert_eq!(verdicts(&f, &case(&f, &kept), "each")[o], finding.verdict.as_str(), "{:?} of {:?}", decisive, known);
            }
        }
    }
}

fn any_decisive(step: &Step) -> bool {
    step.decisive || step.children.iter().any(any_decisive)
}

fn measures_of(step: &Step, within: bool, out: &mut Vec<String>) {
    let counts = within || step.decisive;
    if let (Some(leaf), true) = (&step.leaf, counts) {
        out.push(leaf.measure.clone());
    }
    step.children.iter().for_each(|s| measures_of(s, counts, out));
}

fn shuffle<T>(items: &mut [T], seed: u64) {
    // Any permutation will do; proptest varies the seed.
    let mut state = seed;
    for i in (1..items.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(i, (state >> 33) as usize % (i + 1));
    }
}

/// One `[section.id]` or `[[rule]]` a piece, so that they can be put in any order.
fn toml_sections(document: &Value) -> Vec<String> {
    let mut out = Vec::new();
    let body = |v: &Value| toml(v);
    for (name, v) in document.as_object().unwrap() {
        match v {
            Value::Array(items) => out.extend(items.iter().map(|i| format!("[[{name}]]\n{}", body(i)))),
            other if name == "framework" => out.push(format!("[framework]\n{}", body(other))),
            other => {
                out.extend(other.as_object().unwrap().iter().map(|(id, v)| format!("[{name}.{id}]\n{}", body(v))));
            }
        }
    }
    out
}

fn columns(cases: &[Known]) -> Table {
    let mut columns = Vec::new();
    let named = |name: String, cells| Column { name, cells };
    for i in 0..MEASURES - 1 {
        let seen = |k: &Known| k[i].map(|s| f64::from(s.quarters) / 4.0);
        columns.push(named(measure(i), Cells::Float(cases.iter().map(seen).collect())));
        columns.push(named(format!("m{i}.se"), Cells::Float(cases.iter().map(|k| k[i].and_then(|s| s.se)).collect())));
    }
    let category = |k: &Known| k[MEASURES - 1].map(|s| random::CATEGORIES[s.quarters as usize % 3].to_owned());
    columns.push(named(measure(MEASURES - 1), Cells::Text(cases.iter().map(category).collect())));
    Table::new("cases", columns).unwrap()
}

fn text(table: &Table, column: &str, row: usize) -> Option<String> {
    match &table.column(column).unwrap().cells {
        Cells::Text(v) => v[row].clone(),
        other => panic!("{column} is not text: {other:?}"),
    }
}

fn base() -> Value {
    json!({
        "framework": { "id": "f", "version": "1.0.0", "confidence": 0.9, "note": "n" },
        // Measures may be named like the keys that hold prose.
        "measure": {
            "title": { "score": [0, 1], "asks": "how?" },
            "note": { "category": ["a", "b"] },
            "test": { "score": [0, 10], "step": 1 },
        },
        "question": { "text": { "options": ["cites", "why"], "mode": "exclusive", "title": "t" } },
        "scorecard": { "basis": { "items": [{ "gt": ["test", 5] }, { "points": 2, "when": { "is": ["note", "a"] } }],
                                  "bands": [{ "name": "low", "from": 0 }, { "name": "high", "from": 2 }] } },
        "rule": [
            { "id": "because", "says": ["text", "cites"], "strength": "defines", "because": "b",
              "when": { "all": [{ "gt": ["title", 0.5] }, { "level": ["basis", "high"] }] },
              "unless": { "is": ["note", "b"] },
              "basis": { "kind": "user", "text": "t" },
              "test": [{ "given": { "title": 1, "test": 9, "note": "a" }, "expect": "holds" }] },
            { "id": "other", "says": ["text", "why"], "strength": "suggests", "because": "b",
              "requires": [{ "when": { "le": ["test", 3] }, "reason": "too_much" }],
              "when": { "lt": ["title", 0.5] }, "basis": { "kind": "user" } },
        ],
    })
}

fn change(path: &str, to: Value) -> Value {
    let mut document = base();
    *document.pointer_mut(path).unwrap_or_else(|| panic!("no {path}")) = to;
    document
}

#[test]
fn prose_leaves_the_logic_digest_alone() {
    let was = load(&base());
    for path in [
        "/framework/note",
        "/measure/title/asks",
        "/question/text/title",
        "/rule/0/because",
        "/rule/0/basis/text",
        "/rule/1/because",
    ] {
        let now = load(&change(path, json!("quite other words")));
        assert_ne!(now.sha256(), was.sha256(), "{path}");
        assert_eq!(now.logic_sha256(), was.logic_sha256(), "{path}");
    }
    for (path, to) in
        [("/framework/version", json!("1.0.1")), ("/rule/0/test", json!([])), ("/rule/0/basis/kind", json!("norm"))]
    {
        assert_eq!(load(&change(path, to)).logic_sha256(), was.logic_sha256(), "{path}");
    }
    let mut more = base();
    more["concept"] = json!([{ "id": "X1", "title": "t", "definition": "d" }]);
    more["not_encoded"] = json!([{ "concept": "C161", "why": "a stance" }]);
    more["rule"][0]["concepts"] = json!(["C001"]);
    more["rule"][0]["cites"] = json!([{ "source": "drath-2001-third-way", "at": "opening" }]);
    assert_eq!(load(&more).logic_sha256(), was.logic_sha256());
}

#[test]
fn whatever_decides_moves_the_logic_digest() {
    let was = load(&base());
    for (path, to) in [
        ("/framework/confidence", json!(0.95)),
        ("/measure/title/score", json!([0, 2])),
        ("/measure/note/category", json!(["a", "b", "c"])),
        ("/measure/test/step", json!(2)),
        ("/question/text/mode", json!("independent")),
        ("/scorecard/basis/items/0/gt/1", json!(6)),
        ("/scorecard/basis/items/1/points", json!(1)),
        ("/scorecard/basis/bands/1/from", json!(1)),
        ("/rule/0/when/all/0/gt/1", json!(0.75)),
        ("/rule/0/when/all/0", json!({ "ge": ["title", 0.5] })),
        ("/rule/0/when/all/1", json!({ "not": { "level": ["basis", "low"] } })),
        ("/rule/0/unless", json!({ "all": [{ "is": ["note", "b"] }, { "gt": ["test", 2] }] })),
        ("/rule/0/strength", json!("typical")),
        ("/rule/1/requires/0/when/le/1", json!(4)),
        ("/rule/1/requires/0/reason", json!("otherwise")),
    ] {
        let mut document = change(path, to);
        document["rule"][0]["test"] = json!([]);
        assert_ne!(load(&document).logic_sha256(), was.logic_sha256(), "{path}");
    }
}

#[test]
fn files_in_any_order_are_one_framework() {
    let document = base();
    let pieces: Vec<(String, String)> = document
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, v)| (format!("{name}.json"), json!({ name: v }).to_string()))
        .collect();
    let mut files: Vec<(&str, &str)> = pieces.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    let whole = load(&document);
    for _ in 0..files.len() {
        files.rotate_left(1);
        let split = Framework::from_files(&files).unwrap();
        assert_eq!((split.sha256(), split.logic_sha256()), (whole.sha256(), whole.logic_sha256()));
    }
}

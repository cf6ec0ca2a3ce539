//! The smallest changes that change a conclusion, held against trying everything on a small grid.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod random;

use colead::measure::{MeasureValue, Origin};
use colead::rules::{Case, Change, Counterfactual, Framework, Judgment, MeasureId, Setting, Status};
use proptest::prelude::*;
use random::{CATEGORIES, Known, MEASURES, Seen, any_case, case, exact_case, load, measure, rulebook, rules};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What a change of conclusion is: the status, the answer, and what is excluded.
fn conclusion(j: &Judgment) -> (String, String) {
    (format!("{:?}", j.status()), j.headline())
}

/// What a measure is or would be: in quarters, or the place of a category.
type Point = Vec<Option<u32>>;

fn point(known: &Known) -> Point {
    known
        .iter()
        .enumerate()
        .map(|(i, s)| s.map(|s| if i == MEASURES - 1 { s.quarters % 3 } else { s.quarters }))
        .collect()
}

fn seen(p: &Point) -> Known {
    p.iter().map(|q| q.map(|quarters| Seen { quarters, se: None })).collect()
}

/// In quarters of a range; another category is a whole range.
fn cost(a: &Point, b: &Point) -> u32 {
    let one = |(i, (x, y)): (usize, (&Option<u32>, &Option<u32>))| match (x, y) {
        (Some(x), Some(y)) if i == MEASURES - 1 => 4 * u32::from(x != y),
        (Some(x), Some(y)) => x.abs_diff(*y),
        _ => 0,
    };
    a.iter().zip(b).enumerate().map(one).sum()
}

/// Every point of the grid at which the same is known, but for what is frozen.
fn grid(from: &Point, frozen: &[usize]) -> Vec<Point> {
    let mut points: Vec<Point> = vec![Vec::new()];
    for (i, at) in from.iter().enumerate() {
        let values: Vec<Option<u32>> = match at {
            Some(_) if frozen.contains(&i) => vec![*at],
            Some(_) => (0..if i == MEASURES - 1 { 3 } else { 5 }).map(Some).collect(),
            None => vec![None],
        };
        points = points.iter().flat_map(|p| values.iter().map(move |v| [p.clone(), vec![*v]].concat())).collect();
    }
    points
}

fn shown(from: &Point, to: &Point) -> String {
    let value = |i: usize, q: u32| {
        if i == MEASURES - 1 { CATEGORIES[q as usize].to_owned() } else { format!("{}", f64::from(q) / 4.0) }
    };
    let changed = (0..MEASURES).filter(|i| from[*i] != to[*i]);
    changed.map(|i| format!("{}={} ", measure(i), value(i, to[i].unwrap()))).collect()
}

/// By trying everything: all of the cheapest changes, of any number of measures.
fn by_trial(f: &Framework, known: &Known, question: &str, frozen: &[usize]) -> BTreeSet<String> {
    let judge = |k: &Known| f.judge(question, &case(f, k), None).unwrap();
    let (from, now) = (point(known), conclusion(&judge(known)));
    let mut points = grid(&from, frozen);
    points.sort_by_key(|p| cost(&from, p));
    let mut best = u32::MAX;
    let mut found = BTreeSet::new();
    for p in points {
        if cost(&from, &p) > best {
            break;
        }
        let j = judge(&seen(&p));
        if conclusion(&j) != now {
            best = cost(&from, &p);
            found.insert(format!("{}-> {}", shown(&from, &p), j.headline()));
        }
    }
    found
}

fn told(f: &Framework, found: &[Counterfactual]) -> BTreeSet<String> {
    let change = |c: &Change| match &c.to {
        Setting::Number(x) => format!("{}={x} ", f.measure(c.measure).unwrap().id),
        Setting::Category(name) => format!("{}={name} ", f.measure(c.measure).unwrap().id),
    };
    found.iter().map(|c| format!("{}-> {}", c.changes.iter().map(change).collect::<String>(), c.becomes)).collect()
}

/// The same case with one measure changed, its standard error kept.
fn changed(f: &Framework, known: &Known, changes: &[Change]) -> Case {
    let mut then = case(f, known);
    for c in changes {
        let id = &f.measure(c.measure).unwrap().id;
        let se = known[id[1..].parse::<usize>().unwrap()].unwrap().se;
        match &c.to {
            Setting::Number(x) => then.give(f, id, *x, se, None).unwrap(),
            Setting::Category(name) => {
                then.set(f, id, MeasureValue::Category(name.clone(), Origin::Given)).unwrap();
            }
        }
    }
    then
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn they_are_all_the_cheapest_and_no_others(
        rules in rules(), cases in prop::collection::vec(exact_case(), 2), frozen in prop::collection::vec(0..MEASURES, 0..2)
    ) {
        let f = load(&rulebook(&rules));
        let held: Vec<MeasureId> = frozen.iter().map(|i| f.find_measure(&measure(*i)).unwrap()).collect();
        for known in &cases {
            for q in ["each", "pick", "grade"] {
                let j = f.judge(q, &case(&f, known), None).unwrap();
                let found = j.counterfactuals_without(&held);
                let wanted = by_trial(&f, known, q, &frozen);
                let told = told(&f, &found);
                if wanted.len() < 64 {
                    prop_assert_eq!(told, wanted, "{} of {:?} without {:?}\n{}", q, known, frozen, j.explain());
                } else {
                    prop_assert!(told.is_subset(&wanted));
                }
            }
        }
    }

    /// The same of one rule and its verdict.
    #[test]
    fn flips_of_a_rule_are_the_cheapest(rules in rules(), cases in prop::collection::vec(exact_case(), 2)) {
        let f = load(&rulebook(&rules));
        for known in &cases {
            let j = f.judge("each", &case(&f, known), None).unwrap();
            for (i, o) in j.options().iter().enumerate() {
                let from = point(known);
                let verdict = |p: &Point| {
                    f.judge("each", &case(&f, &seen(p)), None).unwrap().options()[i].verdict.as_str()
                };
                let now = verdict(&from);
                let other = |p: &Point| verdict(p) != now;
                let best = grid(&from, &[]).into_iter().filter(other).map(|p| cost(&from, &p)).min();
                let flips = f.flips(o.rule.unwrap(), j.case(), None);
                prop_assert_eq!(flips.first().map(|f| (f.cost * 4.0).round() as u32), best, "r{} of {:?}", i, known);
                for flip in &flips {
                    let then = f.judge("each", &changed(&f, known, &flip.changes), None).unwrap();
                    prop_assert_ne!(then.options()[i].verdict.as_str(), now);
                    prop_assert_eq!(then.case(), &flip.apply(&f, j.case()));
                }
            }
        }
    }

    /// With standard errors too, every change that is named does what it says, and its cost is what it costs.
    #[test]
    fn every_change_does_what_it_says(rules in rules(), cases in prop::collection::vec(any_case(), 6)) {
        let f = load(&rulebook(&rules));
        for known in &cases {
            for q in ["each", "pick", "grade"] {
                let j = f.judge(q, &case(&f, known), None).unwrap();
                for c in j.counterfactuals() {
                    let then = f.judge(q, &changed(&f, known, &c.changes), None).unwrap();
                    prop_assert_eq!(then.headline(), c.becomes.as_str());
                    prop_assert_ne!(conclusion(&then), conclusion(&j));
                    let cost: f64 = c.changes.iter().map(|c| match (&c.from, &c.to) {
                        (Setting::Number(a), Setting::Number(b)) => (a - b).abs(),
                        _ => 1.0,
                    }).sum();
                    prop_assert!((cost - c.cost).abs() < 1e-9);
                }
                let flips = j.confidence_flips();
                let at = |confidence: f64| f.judge(q, j.case(), Some(confidence)).unwrap();
                if let Some((edge, becomes)) = &flips.up_to {
                    let stands = *edge == j.confidence() || conclusion(&at(*edge)) == conclusion(&j);
                    prop_assert!(stands && at(edge.next_up()).headline() == *becomes);
                }
                if let Some((edge, becomes)) = &flips.lower {
                    prop_assert!(conclusion(&at(edge.next_up())) == conclusion(&j) && at(*edge).headline() == *becomes);
                }
            }
        }
    }

    /// A set that could settle it does so with some answers, none smaller does; a sure set does so with all answers.
    #[test]
    fn evidence_settles_what_it_says(rules in rules(), cases in prop::collection::vec(exact_case(), 2)) {
        let f = load(&rulebook(&rules));
        for known in &cases {
            for q in ["each", "pick", "grade"] {
                let j = f.judge(q, &case(&f, known), None).unwrap();
                let (could, surely) = settling(&f, q, known, &j);
                let evidence = j.evidence_needed(None);
                prop_assert!(evidence.respondents.is_empty());
                let told: BTreeSet<Vec<String>> = evidence.could.into_iter().map(|s| s.ask).collect();
                prop_assert_eq!(told, could, "{} of {:?}\n{}", q, known, j.explain());
                prop_assert_eq!(evidence.surely.into_iter().collect::<BTreeSet<_>>(), surely, "{} of {:?}", q, known);
            }
        }
    }
}

/// Every comparison of a measure with one threshold, held against another instead.
fn with_threshold(doc: &mut Value, id: &str, from: f64, to: f64) {
    match doc {
        Value::Object(map) => {
            for (key, v) in map.iter_mut() {
                let compared = ["ge", "gt", "le", "lt"].contains(&key.as_str());
                if compared && v[0] == *id && v[1].as_f64() == Some(from) {
                    v[1] = json!(to);
                } else {
                    with_threshold(v, id, from, to);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|v| with_threshold(v, id, from, to)),
        _ => {}
    }
}

proptest! {
    // Loading a rulebook for every threshold that is tried takes its time.
    #![proptest_config(ProptestConfig { cases: 3, failure_persistence: None, ..ProptestConfig::default() })]

    /// A threshold moved just beyond its flip point changes the conclusion as it says, one moved nearly there does not,
    /// and one without a flip point may lie anywhere.
    #[test]
    fn thresholds_flip_where_it_says(rules in rules(), known in any_case()) {
        let doc = rulebook(&rules);
        let f = load(&doc);
        let moved = |id: &str, from: f64, to: f64| {
            let mut doc = doc.clone();
            with_threshold(&mut doc, id, from, to);
            Framework::from_json(&doc.to_string()).ok().filter(|_| (0.0..=1.0).contains(&to))
        };
        let judge = |f: &Framework, q: &str| f.judge(q, &case(f, &known), None).unwrap();
        let found: Vec<(&str, Judgment)> = ["each", "pick", "grade"].map(|q| (q, judge(&f, q))).into();
        let mut told = BTreeSet::new();
        for (q, j) in &found {
            for p in &j.robustness().points {
                told.insert((*q, p.measure.clone(), p.threshold.to_bits()));
                let away = (p.flips_at - p.threshold).signum() * 1e-7;
                if p.distance > 1e-6 {
                    let nearly = moved(&p.measure, p.threshold, p.flips_at - away);
                    prop_assert!(nearly.is_none_or(|f| conclusion(&judge(&f, q)) == conclusion(j)), "{:?}", p);
                }
                let beyond = [-1e-7, 0.0, 1e-7].map(|x| moved(&p.measure, p.threshold, p.flips_at + x));
                // At the end of a range the moved rule may be one that nothing can meet, which is refused.
                let refused = beyond.iter().any(Option::is_none);
                let beyond: Vec<String> = beyond.iter().flatten().map(|f| judge(f, q).headline()).collect();
                prop_assert!(refused || beyond.contains(&p.becomes), "{:?}: {:?}", p, beyond);
            }
        }
        let exact = |i: &usize| known[*i].is_none_or(|s| s.se.is_none_or(|se| se == 0.0));
        for (m, t) in (0..MEASURES - 1).filter(exact).flat_map(|m| (0..=4).map(move |t| (measure(m), f64::from(t) / 4.0))) {
            for f in [0.0, 0.375, 0.75, 1.0].into_iter().filter_map(|to| moved(&m, t, to)) {
                for (q, j) in found.iter().filter(|(q, _)| !told.contains(&(*q, m.clone(), t.to_bits()))) {
                    prop_assert_eq!(conclusion(&judge(&f, q)), conclusion(j), "{} {}", &m, t);
                }
            }
        }
    }
}

/// By trying everything: the smallest sets of missing measures of which some answers, and of which all answers,
/// settle something that is open.
fn settling(f: &Framework, q: &str, known: &Known, j: &Judgment) -> (BTreeSet<Vec<String>>, BTreeSet<Vec<String>>) {
    let open = |j: &Judgment| -> Vec<bool> {
        match q {
            "each" => j.options().iter().map(|o| o.verdict.as_str() == "insufficient").collect(),
            _ => vec![*j.status() == Status::Insufficient],
        }
    };
    let before = open(j);
    let (mut could, mut surely) = (BTreeSet::new(), BTreeSet::new());
    let missing: Vec<usize> = (0..MEASURES).filter(|i| known[*i].is_none()).collect();
    if !before.contains(&true) {
        return (could, surely);
    }
    for size in 1..=missing.len() {
        let (no_could, no_surely) = (could.is_empty(), surely.is_empty());
        for set in (0..1_usize << missing.len()).filter(|s| s.count_ones() as usize == size) {
            let asked: Vec<usize> = (0..missing.len()).filter(|k| set >> k & 1 == 1).map(|k| missing[k]).collect();
            let mut answers: Vec<Known> = vec![known.clone()];
            for i in &asked {
                let values = 0..if *i == MEASURES - 1 { 3 } else { 5 };
                let with = |k: &Known, v: u32| {
                    let mut k = k.clone();
                    k[*i] = Some(Seen { quarters: v, se: None });
                    k
                };
                answers = answers.iter().flat_map(|k| values.clone().map(move |v| with(k, v))).collect();
            }
            let settles = |k: &Known| {
                let then = open(&f.judge(q, &case(f, k), None).unwrap());
                before.iter().zip(&then).any(|(was, is)| *was && !is)
            };
            let names: Vec<String> = asked.iter().map(|i| measure(*i)).collect();
            let settled = answers.iter().filter(|k| settles(k)).count();
            if no_could && settled > 0 {
                could.insert(names.clone());
            }
            if no_surely && settled == answers.len() && size <= 4 {
                surely.insert(names);
            }
        }
    }
    (could, surely)
}

/// Thresholds nearer than a step to one another: what lies between them is found all the same.
#[test]
fn a_narrow_band_between_thresholds_is_found() {
    let text = |step: &str| {
        format!(
            "[framework]\nid = 'f'\nversion = '1.0.0'\n[measure.m]\nscore = [0, 1]\n{step}\
             [question.q]\noptions = ['within', 'outside']\nmode = 'exclusive'\n\
             [[rule]]\nid = 'w'\nsays = ['q', 'within']\nstrength = 'defines'\nbecause = 'b'\nbasis = {{ kind = 'user' }}\n\
             when = {{ all = [ {{ gt = ['m', 0.5001] }}, {{ lt = ['m', 0.5003] }} ] }}\n\
             [[rule]]\nid = 'o'\nsays = ['q', 'outside']\nstrength = 'defines'\nbecause = 'b'\nwhen = {{ not = {{ holds = 'w' }} }}\n"
        )
    };
    let judged = |f: &Framework| {
        let mut case = Case::new(f);
        case.give(f, "m", 1.0, None, None).unwrap();
        f.judge("q", &case, None).unwrap().counterfactuals()
    };
    let found = judged(&Framework::from_toml(&text("")).unwrap());
    assert_eq!((found.len(), found[0].becomes.as_str()), (1, "within"));
    assert!((found[0].changes[0].to.number().unwrap() - 0.5002).abs() < 1e-12);
    // On a declared step no value lies there, so there is nothing to name.
    assert_eq!(judged(&Framework::from_toml(&text("step = 0.5\n")).unwrap()), []);
}

#[test]
fn what_cannot_be_acted_on_stays() {
    let f = Framework::from_toml(
        "[framework]\nid = 'f'\nversion = '1.0.0'\n[measure.m]\nscore = [0, 1]\nactionable = false\n[measure.n]\nscore = [0, 1]\n\
         [question.q]\noptions = ['a']\nmode = 'exclusive'\n\
         [[rule]]\nid = 'r'\nsays = ['q', 'a']\nstrength = 'defines'\nbecause = 'b'\nbasis = { kind = 'user' }\n\
         when = { all = [ { gt = ['m', 0.5] }, { gt = ['n', 0.2] } ] }\n",
    )
    .unwrap();
    let mut case = Case::new(&f);
    case.give(&f, "m", 1.0, None, None).unwrap();
    case.give(&f, "n", 0.9, None, None).unwrap();
    let found = f.judge("q", &case, None).unwrap().counterfactuals();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&f.measure(found[0].changes[0].measure).unwrap().id[..], found[0].changes[0].to.number()),
        ("n", Some(0.2)),
        "the cheaper change of m is not named"
    );
}

fn one_line(when: &str, more: &str) -> Framework {
    Framework::from_toml(&format!(
        "[framework]\nid = 'f'\nversion = '1.0.0'\nconfidence = 0.9\n[measure.m]\nscore = [0, 100]\n{more}\
         [question.q]\noptions = ['a']\nmode = 'exclusive'\n\
         [[rule]]\nid = 'r'\nsays = ['q', 'a']\nstrength = 'defines'\nbecause = 'b'\nbasis = {{ kind = 'user' }}\n\
         when = {when}\n"
    ))
    .unwrap()
}

fn judged(f: &Framework, given: &[(&str, f64, Option<f64>, Option<u64>)]) -> Judgment {
    let mut case = Case::new(f);
    given.iter().for_each(|(m, v, se, n)| case.give(f, m, *v, *se, *n).unwrap());
    f.judge("q", &case, None).unwrap()
}

/// The standard error falls with the square root of the respondents: as many as it says are enough, fewer are not.
#[test]
fn as_many_respondents_as_it_says_settle_it() {
    let f = one_line("{ gt = ['m', 50] }", "");
    let evidence = judged(&f, &[("m", 52.0, Some(4.0), Some(20))]).evidence_needed(Some(100));
    let needed = evidence.could[0].respondents[0].needed.unwrap();
    let with = |n: u64| judged(&f, &[("m", 52.0, Some(4.0 * (20.0 / n as f64).sqrt()), Some(n))]);
    assert_eq!((with(needed).answer(), with(needed - 1).answer()), (Some("a"), None));
    assert!(evidence.respondents[0].settles && evidence.respondents[0].too_many, "{needed} of 100");
    assert!(!judged(&f, &[("m", 52.0, Some(4.0), Some(20))]).evidence_needed(Some(needed)).respondents[0].too_many);
    // Without a number of respondents: how many times as many.
    let unknown = judged(&f, &[("m", 52.0, Some(4.0), None)]).evidence_needed(None);
    let r = &unknown.could[0].respondents[0];
    assert_eq!((r.now, r.needed), (None, None));
    assert!((r.times.unwrap() * 20.0 - needed as f64).abs() <= 1.0);
}

#[test]
fn no_number_of_respondents_settles_what_lies_on_the_threshold() {
    let j = judged(&one_line("{ gt = ['m', 50] }", ""), &[("m", 50.0, Some(4.0), Some(20))]);
    let evidence = j.evidence_needed(None);
    assert_eq!((evidence.could.len(), evidence.respondents[0].times), (0, None));
    assert_eq!(evidence.text(), ["`m` lies so near the threshold that no number of respondents would settle it"]);
    assert_eq!(j.next_questions()[0].reason, "too_close");
}

/// Asking and more respondents together, where neither is enough.
#[test]
fn both_kinds_of_evidence_are_combined() {
    let f = one_line("{ all = [ { gt = ['m', 50] }, { gt = ['k', 50] } ] }", "[measure.k]\nscore = [0, 100]\n");
    let evidence = judged(&f, &[("m", 52.0, Some(4.0), Some(20))]).evidence_needed(None);
    // The answer to `k` alone can settle that it fails.
    assert_eq!(
        evidence.could.iter().map(|s| (s.ask.clone(), s.respondents.len())).collect::<Vec<_>>(),
        [(vec!["k".into()], 0)]
    );
    assert!(evidence.surely.is_empty());
    let f = one_line(
        "{ at_least = { points = 3, of = [ { points = 2, when = { gt = ['m', 50] } }, { gt = ['k', 50] }, { lt = ['k', 50] } ] } }",
        "[measure.k]\nscore = [0, 100]\nstep = 1\n",
    );
    let evidence = judged(&f, &[("m", 52.0, Some(4.0), Some(20))]).evidence_needed(None);
    let both: Vec<_> = evidence.could.iter().filter(|s| s.respondents.len() == 1 && s.ask == ["k"]).collect();
    assert!(evidence.could.len() == 1 && both.len() == 1 || evidence.could[0].ask == ["k"], "{:?}", evidence.could);
}

/// Two doubts that each are small enough are together too much; more respondents to both settle it.
#[test]
fn doubts_that_add_up_take_more_respondents_together() {
    let f = one_line("{ all = [ { gt = ['m', 50] }, { gt = ['k', 50] } ] }", "[measure.k]\nscore = [0, 100]\n");
    let given = |by: f64| {
        let se = 4.0 / by.sqrt();
        judged(&f, &[("m", 55.5, Some(se), Some(20)), ("k", 55.5, Some(se), Some(20))])
    };
    let open = given(1.0);
    assert_eq!(*open.status(), Status::Insufficient);
    let evidence = open.evidence_needed(None);
    assert!(!evidence.could.is_empty(), "{evidence:?}");
    for set in &evidence.could {
        let se = |id: &str| {
            let times = set.respondents.iter().find(|r| r.measure == id).map_or(1.0, |r| r.times.unwrap());
            Some(4.0 / times.sqrt())
        };
        let then = judged(&f, &[("m", 55.5, se("m"), None), ("k", 55.5, se("k"), None)]);
        assert_eq!(then.answer(), Some("a"), "{set:?}");
    }
}

/// What is known with a standard error keeps it: the value goes as far as the confidence asks, to a thousandth.
#[test]
fn a_value_in_doubt_moves_until_the_confidence_is_reached() {
    let f = one_line("{ gt = ['m', 50] }", "");
    let j = judged(&f, &[("m", 60.0, Some(4.0), Some(20))]);
    let found = j.counterfactuals();
    // 50 + 1.2816 standard errors is where it no longer holds.
    assert_eq!(found[0].changes[0].to, Setting::Number(55.1));
    assert_eq!(found[0].text(), "`m` 55.1 instead of 60 would change the conclusion to: insufficient evidence");
    let (edge, becomes) = j.confidence_flips().up_to.unwrap();
    assert!((edge - 0.9937903346742238).abs() < 1e-12 && becomes == "insufficient evidence");
    let least = j.robustness();
    let least = least.least().unwrap();
    assert!((least.flips_at - 54.8738).abs() < 1e-3 && (least.distance_in_se.unwrap() - 1.21845).abs() < 1e-4);
}

/// A part that is settled without an answer says why the whole is open.
#[test]
fn a_part_without_an_answer_is_told() {
    let f = Framework::from_toml(
        "[framework]\nid = 'f'\nversion = '1.0.0'\n[measure.m]\nscore = [0, 1]\n\
         [question.q]\noptions = ['a', 'b', 'mixed']\nmode = 'exclusive'\nparts_differ = 'mixed'\n\
         [[rule]]\nid = 'r'\nsays = ['q', 'a']\nstrength = 'defines'\nbecause = 'x'\nbasis = { kind = 'user' }\nwhen = { gt = ['m', 0.8] }\n\
         [[rule]]\nid = 's'\nsays = ['q', 'b']\nstrength = 'defines'\nbecause = 'x'\nbasis = { kind = 'user' }\nwhen = { lt = ['m', 0.2] }\n\
         [[rule]]\nid = 't'\nsays = ['q', 'mixed']\nstrength = 'defines'\nbecause = 'x'\nbasis = { kind = 'user' }\nwhen = { all = [ { gt = ['m', 0.4] }, { lt = ['m', 0.5] } ] }\n",
    )
    .unwrap();
    let part = |name: &str, x: f64| {
        let mut case = Case::new(&f);
        case.give(&f, "m", x, None, None).unwrap();
        (name.to_owned(), case)
    };
    let j = f.judge_parts("q", &[part("one", 0.9), part("other", 0.6)], None).unwrap();
    assert_eq!((j.status(), j.needs().reasons), (&Status::Insufficient, vec!["a_part_has_no_answer".to_owned()]));
    assert!(j.because().contains(&"held back: a part has no answer".to_owned()), "{:?}", j.because());
}

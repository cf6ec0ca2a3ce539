//! The smallest changes that change a conclusion, held against trying everything on a small grid.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod random;

use colead::rules::{Case, Framework, Judgment};
use proptest::prelude::*;
use random::{Known, MEASURES, Seen, any_case, case, exact_case, load, measure, rulebook, rules};
use std::collections::BTreeSet;

/// What a change of conclusion is: the status, the answer, and what is excluded.
fn conclusion(j: &Judgment) -> (String, String) {
    (format!("{:?}", j.status()), j.headline())
}

type Change = Vec<(usize, u32)>;

fn apply(known: &Known, change: &Change) -> Known {
    let mut then = known.clone();
    for (i, quarters) in change {
        then[*i] = Some(Seen { quarters: *quarters, se: None });
    }
    then
}

fn cost(known: &Known, change: &Change) -> u32 {
    change.iter().map(|(i, to)| known[*i].unwrap().quarters.abs_diff(*to)).sum()
}

/// All changes of `count` known exact numbers, each to another value of the grid.
fn changes(known: &Known, count: usize) -> Vec<Change> {
    let movable: Vec<usize> =
        (0..MEASURES - 1).filter(|i| known[*i].is_some_and(|s| s.se.is_none_or(|se| se == 0.0))).collect();
    let values = |i: usize| (0..=4u32).filter(move |v| *v != known[i].unwrap().quarters).map(move |v| (i, v));
    match count {
        1 => movable.iter().flat_map(|i| values(*i).map(|c| vec![c])).collect(),
        _ => {
            let pairs = movable.iter().enumerate().flat_map(|(k, a)| movable[k + 1..].iter().map(|b| (*a, *b)));
            pairs.flat_map(|(a, b)| values(a).flat_map(move |x| values(b).map(move |y| vec![x, y]))).collect()
        }
    }
}

/// By trying everything: the cheapest changes of one number, or of two where no one is enough.
fn by_trial(f: &Framework, known: &Known, question: &str) -> BTreeSet<String> {
    let judge = |k: &Known| f.judge(question, &case(f, k), None).unwrap();
    let now = conclusion(&judge(known));
    for count in [1, 2] {
        let found: Vec<(Change, Judgment)> = changes(known, count)
            .into_iter()
            .map(|c| {
                let j = judge(&apply(known, &c));
                (c, j)
            })
            .filter(|(_, j)| conclusion(j) != now)
            .collect();
        if let Some(best) = found.iter().map(|(c, _)| cost(known, c)).min() {
            let cheapest = found.iter().filter(|(c, _)| cost(known, c) == best);
            return cheapest
                .map(|(c, j)| {
                    let named: Vec<(String, f64)> = c.iter().map(|(i, v)| (measure(*i), f64::from(*v) / 4.0)).collect();
                    format!("{named:?} -> {}", j.headline())
                })
                .collect();
        }
    }
    BTreeSet::new()
}

fn told(j: &Judgment) -> BTreeSet<String> {
    j.counterfactuals()
        .iter()
        .map(|c| {
            let named: Vec<(String, f64)> = c.changes.iter().map(|(m, _, to)| (m.clone(), *to)).collect();
            format!("{named:?} -> {}", c.becomes)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn they_are_all_the_cheapest_and_no_others(rules in rules(), cases in prop::collection::vec(exact_case(), 6)) {
        let f = load(&rulebook(&rules));
        for known in &cases {
            for q in ["each", "pick", "grade"] {
                let j = f.judge(q, &case(&f, known), None).unwrap();
                prop_assert_eq!(told(&j), by_trial(&f, known, q), "{} of {:?}\n{}", q, known, j.explain());
            }
        }
    }

    /// Measures with a standard error stay where they are, and every change that is named does what it says.
    #[test]
    fn every_change_does_what_it_says(rules in rules(), cases in prop::collection::vec(any_case(), 6)) {
        let f = load(&rulebook(&rules));
        for known in &cases {
            for q in ["each", "pick", "grade"] {
                let j = f.judge(q, &case(&f, known), None).unwrap();
                for c in j.counterfactuals() {
                    let mut then = case(&f, known);
                    for (m, from, to) in &c.changes {
                        let i: usize = m[1..].parse().unwrap();
                        let seen = known[i].unwrap();
                        prop_assert!(seen.se.is_none_or(|se| se == 0.0) && *from == f64::from(seen.quarters) / 4.0);
                        then.give(&f, m, *to, None, None).unwrap();
                    }
                    let then = f.judge(q, &then, None).unwrap();
                    prop_assert_eq!(then.headline(), c.becomes);
                    prop_assert_ne!(conclusion(&then), conclusion(&j));
                }
            }
        }
    }
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
    assert!((found[0].changes[0].2 - 0.5002).abs() < 1e-12);
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
        (found[0].changes[0].0.as_str(), found[0].changes[0].2),
        ("n", 0.2),
        "the cheaper change of m is not named"
    );
}

//! What the measures of a tally say on small cases worked by hand, and the laws they keep.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::evidence::{Cells, Column, Instrument, MissingRule, Responses, Table};
use colead::measure::{
    Kind, MEASURES, Reading, ScaleRow, Status, aggregation, agreement, difference, differences, favorability, items,
    measure, posteriors, reliability, scores, scores_with,
};
use colead::tally::Tally;
use proptest::prelude::*;

const TEXT: &str = r#"{"id":"s","version":"1","license":"CC0","options":[1,5],"dont_know":[9],"pairs":[["a","b"]],
    "scales":[{"id":"a","items":["x","-y","z"]},{"id":"b","items":["p","q"],"options":[0,3]}]}"#;
const ITEMS: [&str; 5] = ["x", "y", "z", "p", "q"];

/// A unit and answers; `None` is missing.
type Row = (String, [Option<i64>; 5]);

fn tally_of(text: &str, rows: &[Row]) -> Tally {
    let instrument = Instrument::from_json(text).expect("an instrument");
    let mut columns =
        vec![Column { name: "unit".into(), cells: Cells::Text(rows.iter().map(|r| Some(r.0.clone())).collect()) }];
    for (i, name) in ITEMS.iter().enumerate() {
        columns.push(Column { name: (*name).into(), cells: Cells::Int(rows.iter().map(|r| r.1[i]).collect()) });
    }
    let table = Table::new("responses", columns).expect("a table");
    let (responses, _) = Responses::from_table(&table, &instrument, true).expect("responses");
    let mut tally = Tally::new(&instrument);
    tally.add(&responses).expect("counted");
    tally
}

fn tally(rows: &[(&str, [i64; 5])]) -> Tally {
    let rows: Vec<Row> = rows.iter().map(|(u, a)| ((*u).to_owned(), a.map(|v| (v != -1).then_some(v)))).collect();
    tally_of(TEXT, &rows)
}

fn find<'a>(rows: &'a [ScaleRow], id: &str, measure: &str, variant: &str, estimand: &str) -> &'a ScaleRow {
    let fits = |r: &&ScaleRow| r.scale == id && r.measure == measure && r.variant == variant && r.estimand == estimand;
    rows.iter().find(fits).unwrap_or_else(|| panic!("no row {id} {measure} {variant} {estimand} in {rows:#?}"))
}

fn near(got: Option<f64>, want: f64) {
    assert!(got.is_some_and(|g| (g - want).abs() < 1e-12), "{got:?} is not {want}");
}

#[test]
fn a_score_is_the_mean_of_what_was_answered_when_enough_was() {
    // Reversed: y = 2 counts as 4. Persons on `a`: (5+4+3)/3 = 4; (3+3)/2 = 3; one of three: none by half.
    let t = tally(&[("t", [5, 2, 3, -1, -1]), ("t", [3, 3, 9, -1, -1]), ("t", [5, -1, -1, -1, -1])]);
    let rows = scores(&t, None);
    let mean = find(&rows, "a", "mean", "points", "respondents");
    near(mean.value, 3.5);
    near(mean.se, 0.5);
    assert_eq!((mean.n, mean.unit.as_deref(), mean.wave.as_deref()), (2, Some("t"), None));
    near(find(&rows, "a", "variance", "points", "respondents").value, 0.5);
    near(find(&rows, "a", "score", "rescaled", "respondents").value, 62.5);
    let rule = |r| scores_with(&t, &Reading { missing_rule: Some(r), sizes: None });
    near(find(&rule(MissingRule::All), "a", "mean", "points", "respondents").value, 4.0);
    near(find(&rule(MissingRule::Answered(1)), "a", "mean", "points", "respondents").value, 4.0);
    // Nobody answered `b`: absent, not zero.
    let none = find(&rows, "b", "mean", "points", "respondents");
    assert_eq!((none.value, none.se, none.n, none.status.as_str()), (None, None, 0, "too_few"));
    let row = mean.to_json();
    assert_eq!((&row["scale"], &row["status"], &row["unit"]), (&"a".into(), &"known".into(), &"t".into()));
}

#[test]
fn alone_a_unit_has_a_t_interval_and_one_respondent_none() {
    let t = tally(&[("t", [4, 2, 4, 3, 3]), ("t", [2, 4, 2, 0, 0]), ("u", [4, 2, 4, 3, 3])]);
    let rows = scores(&t, Some(&|u| (u == "t").then_some(2)));
    let (t_rows, u_rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| r.unit.as_deref() == Some("t"));
    let process = find(&t_rows, "a", "score", "unit_mean", "process");
    // Scores 75 and 25: se 25, t on one degree of freedom 12.7, cut at the ends of the scale.
    near(process.value, 50.0);
    near(process.se, 25.0);
    assert_eq!((process.lower, process.upper), (Some(0.0), Some(100.0)));
    let census = find(&t_rows, "a", "score", "unit_mean", "census");
    assert_eq!((census.value, census.lower, census.upper), (Some(50.0), Some(50.0), Some(50.0)));
    let one = find(&u_rows, "a", "score", "unit_mean", "process");
    assert_eq!((one.value, one.se, one.lower, one.upper), (Some(75.0), None, None, None));
    let unknown = find(&u_rows, "a", "score", "unit_mean", "census");
    assert_eq!((unknown.value, unknown.status.as_str()), (None, "not_asked"));
}

#[test]
fn three_units_lend_one_another_strength() {
    let mut rows = Vec::new();
    for (unit, shift) in [("t", 0), ("u", 1), ("v", 2)] {
        for k in 0..6 {
            rows.push((unit, [1 + (k + shift) % 5, 3, 2 + (k + shift) % 3, k % 4, (k + shift) % 4]));
        }
    }
    rows.push(("w", [5, 1, 5, 3, 3]));
    let t = tally(&rows);
    let table = scores(&t, Some(&|_| Some(12)));
    for unit in ["t", "u", "v", "w"] {
        let own: Vec<ScaleRow> = table.iter().filter(|r| r.unit.as_deref() == Some(unit)).cloned().collect();
        let plain = find(&own, "a", "score", "rescaled", "respondents").value.unwrap();
        for estimand in ["process", "census"] {
            let row = find(&own, "a", "score", "empirical_bayes", estimand);
            let (value, se) = (row.value.unwrap(), row.se.unwrap());
            assert!(se > 0.0 && row.lower.unwrap() < value && value < row.upper.unwrap());
            assert!(row.lower.unwrap() >= 0.0 && row.upper.unwrap() <= 100.0);
            if unit == "w" {
                assert!(value < plain, "the lone enthusiast is drawn to the others");
            }
        }
    }
    let reading = Reading::default();
    let levels = posteriors(&t, "", "a", &reading).unwrap();
    let (unit, level) = &levels[0];
    let row =
        table.iter().find(|r| r.unit.as_ref() == Some(unit) && r.scale == "a" && r.estimand == "process").unwrap();
    near(level.as_ref().map(|l| l.value()), row.value.unwrap());
    let p = level.as_ref().unwrap();
    assert!(p.probability_above(0.0) > 0.99 && p.probability_above(100.0) < 0.01);
    assert_eq!(posteriors(&t, "", "aa", &reading).unwrap_err().code(), "unknown_scale");
}

#[test]
fn favorable_follows_reversal_and_bands() {
    let t = tally(&[("t", [5, 1, 3, 3, 0]), ("t", [4, 5, 9, 2, 1]), ("t", [1, -1, 2, 1, 3])]);
    let rows = favorability(&t);
    let share = |id: &str, m: &str| {
        find(
            &rows,
            id,
            m,
            if id.len() == 1 && "xyzpq".contains(id) { "item" } else { "answers" },
            if "xyzpq".contains(id) { "process" } else { "respondents" },
        )
        .value
    };
    near(share("x", "percent_favorable"), 200.0 / 3.0);
    near(share("x", "percent_unfavorable"), 100.0 / 3.0);
    near(share("y", "percent_favorable"), 50.0);
    near(share("z", "percent_neutral"), 50.0);
    // Without a midpoint nothing is neutral.
    near(share("p", "percent_neutral"), 0.0);
    near(share("p", "percent_favorable"), 200.0 / 3.0);
    near(share("a", "percent_favorable"), 300.0 / 7.0);
    near(find(&rows, "z", "dont_know", "count", "respondents").value, 1.0);
    assert_eq!(find(&rows, "z", "percent_favorable", "item", "process").n, 2);
    let narrow = TEXT.replace(r#""-y","z"]"#, r#""-y","z"],"favorable":[5,5]"#);
    let only = tally_of(&narrow, &[("t".into(), [Some(4), Some(1), Some(2), None, None])]);
    let rows = favorability(&only);
    near(find(&rows, "x", "percent_neutral", "item", "process").value, 100.0);
    near(find(&rows, "y", "percent_favorable", "item", "process").value, 100.0);
    near(find(&rows, "z", "percent_neutral", "item", "process").value, 100.0);
    let empty = find(&rows, "p", "percent_favorable", "item", "process");
    assert_eq!((empty.value, empty.lower, empty.status.as_str()), (None, None, "too_few"));
}

#[test]
fn item_rows_count_what_was_not_answered() {
    let t = tally(&[("t", [5, 1, 9, 3, 0]), ("t", [4, -1, 9, 2, 1]), ("t", [3, -1, 1, 1, 3])]);
    let rows = items(&t);
    // Items are shown as they were answered.
    near(find(&rows, "x", "mean", "points", "respondents").value, 4.0);
    near(find(&rows, "x", "variance", "points", "respondents").value, 1.0);
    near(find(&rows, "y", "mean", "points", "respondents").value, 1.0);
    near(find(&rows, "y", "missing", "count", "respondents").value, 2.0);
    near(find(&rows, "z", "dont_know", "count", "respondents").value, 2.0);
    near(find(&rows, "z", "missing", "count", "respondents").value, 0.0);
    assert_eq!(find(&rows, "y", "variance", "points", "respondents").status.as_str(), "too_few");
    assert!(rows.iter().all(|r| r.kind == Kind::Item));
}

#[test]
fn differences_of_declared_pairs_are_paired() {
    // On 0-100: person 1 a = 75, b = 100; person 2 a = 50 (two of three), b = 0; the third has no b.
    let t = tally(&[("t", [4, 2, 4, 3, 3]), ("t", [3, 3, -1, 0, 0]), ("t", [5, 1, 5, -1, -1])]);
    let rows = difference(&t, "a", "b", &Reading::default()).unwrap();
    let row = find(&rows, "a - b", "difference", "paired", "process");
    near(row.value, 12.5);
    near(row.se, 37.5);
    assert_eq!((row.n, row.kind), (2, Kind::Pair));
    let turned = difference(&t, "b", "a", &Reading::default()).unwrap();
    near(find(&turned, "b - a", "difference", "paired", "process").value, -12.5);
    near(find(&turned, "b - a", "difference", "paired", "process").se, 37.5);
    assert_eq!(differences(&t, &Reading::default()), rows);
    let all = difference(&t, "a", "b", &Reading { missing_rule: Some(MissingRule::All), sizes: None }).unwrap();
    near(all[0].value, -25.0);
    assert_eq!((all[0].n, all[0].se), (1, None));
    assert_eq!(difference(&t, "a", "c", &Reading::default()).unwrap_err().code(), "unknown_scale");
    let undeclared = tally_of(&TEXT.replace(r#""pairs":[["a","b"]],"#, ""), &[("t".into(), [Some(1); 5])]);
    assert_eq!(difference(&undeclared, "a", "b", &Reading::default()).unwrap_err().code(), "undeclared_pair");
}

#[test]
fn a_partial_roll_up_has_no_reliability_and_an_empty_tally_no_rows() {
    let t = tally(&[("t", [4, 2, 4, 3, 3]), ("u", [3, 3, 1, 0, 0]), ("u", [5, 1, 5, 1, 0])]);
    assert!(reliability(&t).iter().any(|r| r.status == Status::Known));
    let part = t.rollup(|u| (u == "u").then(|| "u".into())).unwrap();
    assert!(reliability(&part).iter().all(|r| r.status.as_str() == "rows_needed"));
    let instrument = Instrument::from_json(TEXT).unwrap();
    let empty = Tally::new(&instrument);
    assert!(scores(&empty, None).is_empty() && agreement(&empty).is_empty() && reliability(&empty).is_empty());
    assert!(items(&empty).is_empty() && aggregation(&empty, &Reading::default()).is_empty());
}

fn everything(t: &Tally) -> Vec<ScaleRow> {
    let reading = Reading { missing_rule: None, sizes: Some(&|_| Some(9)) };
    MEASURES.iter().flat_map(|what| measure(t, what, &reading).expect("a known name")).collect()
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    a.is_some() == b.is_some() && a.zip(b).is_none_or(|(a, b)| (a - b).abs() <= 1e-9 * b.abs().max(1.0))
}

fn rows_of_people() -> impl Strategy<Value = Vec<Row>> {
    let five = || prop_oneof![6 => (1_i64..=5).prop_map(Some), 1 => Just(None), 1 => Just(Some(9))];
    let four = || prop_oneof![6 => (0_i64..=3).prop_map(Some), 1 => Just(None)];
    let one = (0_u8..4, five(), five(), five(), four(), four());
    proptest::collection::vec(one.prop_map(|(u, a, b, c, d, e)| (format!("u{u}"), [a, b, c, d, e])), 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_row_is_a_number_or_says_why_not(rows in rows_of_people()) {
        for r in everything(&tally_of(TEXT, &rows)) {
            prop_assert_eq!(r.value.is_some(), r.status == Status::Known, "{:?}", r);
            prop_assert!(r.value.is_none_or(f64::is_finite) && r.se.is_none_or(|s| s >= 0.0 && s.is_finite()), "{:?}", r);
            if let (Some(l), Some(v), Some(u)) = (r.lower, r.value, r.upper) {
                prop_assert!(l <= v + 1e-9 && v <= u + 1e-9, "{:?}", r);
            }
            prop_assert_eq!(r.lower.is_some(), r.upper.is_some());
        }
    }

    #[test]
    fn relabeling_units_relabels_rows_and_no_more(rows in rows_of_people()) {
        // u0 <-> u3, u1 <-> u2: the order of the units changes too.
        let other = |u: &str| u.strip_prefix('u').and_then(|k| k.parse::<u8>().ok()).map(|k| format!("u{}", 3 - k)).expect("a unit");
        let renamed: Vec<Row> = rows.iter().map(|(u, a)| (other(u), *a)).collect();
        let key = |r: &ScaleRow| (r.unit.clone(), r.scale.clone(), r.within.clone(), r.measure, r.variant, r.estimand);
        let mut here = everything(&tally_of(TEXT, &rows));
        let mut there = everything(&tally_of(TEXT, &renamed));
        for r in &mut there {
            r.unit = r.unit.take().map(|u| other(&u));
        }
        here.sort_by_key(key);
        there.sort_by_key(key);
        prop_assert_eq!(here.len(), there.len());
        for (a, b) in here.iter().zip(&there) {
            prop_assert_eq!((key(a), a.n, &a.status), (key(b), b.n, &b.status));
            prop_assert!(close(a.value, b.value) && close(a.se, b.se) && close(a.lower, b.lower), "{:?} {:?}", a, b);
        }
    }

    #[test]
    fn reversing_key_and_answers_changes_no_scale(rows in rows_of_people()) {
        let turn = |a: Option<i64>| a.map(|v| if v == 9 { 9 } else { 6 - v });
        let turned: Vec<Row> = rows.iter().map(|(u, [x, y, z, p, q])| (u.clone(), [turn(*x), turn(*y), turn(*z), *p, *q])).collect();
        let text = TEXT.replace(r#"["x","-y","z"]"#, r#"["-x","y","-z"]"#);
        let scales = |t: &Tally| -> Vec<ScaleRow> { everything(t).into_iter().filter(|r| r.kind != Kind::Item).collect() };
        for (a, b) in scales(&tally_of(&text, &turned)).iter().zip(&scales(&tally_of(TEXT, &rows))) {
            prop_assert!(close(a.value, b.value) && close(a.se, b.se) && close(a.upper, b.upper), "{:?} {:?}", a, b);
            prop_assert_eq!((&a.unit, &a.scale, a.measure, a.n, &a.status), (&b.unit, &b.scale, b.measure, b.n, &b.status));
        }
    }
}

//! Laws of a hierarchy: however a tally is rolled up, the numbers are those of counting at once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::evidence::{Cells, Column, Instrument, Members, Organization, Reports, Responses, Table, UnitRow};
use colead::tally::{Key, Tally};
use proptest::prelude::*;

fn instrument() -> Instrument {
    let text = r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],"dont_know":[9],
        "scales":[{"id":"a","items":["x","-y"]},{"id":"b","items":["z"]}]}"#;
    Instrument::from_json(text).unwrap()
}

type Row = (usize, [i64; 3]);

/// Counts rows in the units that `unit` gives them.
fn tally(rows: &[Row], unit: impl Fn(usize) -> String) -> Tally {
    let units = Cells::Text(rows.iter().map(|(u, _)| Some(unit(*u))).collect());
    let answers = |k: usize| Cells::Int(rows.iter().map(|(_, a)| Some(a[k]).filter(|a| *a > 0)).collect());
    let column = |name: &str, cells| Column { name: name.into(), cells };
    let columns =
        vec![column("unit", units), column("x", answers(0)), column("y", answers(1)), column("z", answers(2))];
    let mut tally = Tally::new(&instrument());
    if !rows.is_empty() {
        let table = Table::new("responses", columns).unwrap();
        tally.add(&Responses::from_table(&table, &instrument(), true).unwrap().0).unwrap();
    }
    tally
}

/// A forest: each unit belongs to an earlier one or to none.
fn forests() -> impl Strategy<Value = Organization> {
    prop::collection::vec(prop::option::weighted(0.8, any::<prop::sample::Index>()), 1..14).prop_map(|parents| {
        let key = |i: usize| format!("u{i}");
        let row = |(i, p): (usize, &Option<prop::sample::Index>)| UnitRow {
            unit: key(i),
            parent: p.as_ref().filter(|_| i > 0).map(|p| key(p.index(i))),
            ..UnitRow::default()
        };
        Organization::new(parents.iter().enumerate().map(row).collect()).unwrap()
    })
}

fn answers() -> impl Strategy<Value = Vec<(prop::sample::Index, [i64; 3])>> {
    let answer = || prop::sample::select(vec![1_i64, 2, 3, 4, 5, 0, 9]);
    prop::collection::vec((any::<prop::sample::Index>(), [answer(), answer(), answer()]), 0..40)
}

fn name(org: &Organization, i: usize) -> String {
    org.unit(i).unwrap().to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_roll_up_of_roll_ups_is_the_direct_count(org in forests(), drawn in answers()) {
        let rows: Vec<Row> = drawn.iter().map(|(u, a)| (u.index(org.len()), *a)).collect();
        let own = tally(&rows, |u| name(&org, u));
        let deepest = (0..org.len()).map(|i| org.depth(i)).max().unwrap();
        // One level after the other, each into the one above it.
        let mut step = own.clone();
        for depth in (0..=deepest).rev() {
            step = step
                .rollup(|u| {
                    let i = org.index(u)?;
                    Some(name(&org, if org.depth(i) > depth { org.parent(i)? } else { i }))
                })
                .unwrap();
            let at_once = tally(&rows, |u| name(&org, org.at_depth(u, depth).unwrap_or(u)));
            prop_assert_eq!(step.to_bytes(), at_once.to_bytes());
        }
        // At the top, each root holds all that lies below it.
        let top = tally(&rows, |u| name(&org, org.at_depth(u, 0).unwrap()));
        prop_assert_eq!(step.to_bytes(), top.to_bytes());
        let levels = own.levels(&org).unwrap();
        for (depth, level) in levels.iter().enumerate() {
            let there: Vec<Row> = rows.iter().copied().filter(|(u, _)| org.depth(*u) >= depth).collect();
            let want = tally(&there, |u| name(&org, org.at_depth(u, depth).unwrap()));
            for key in want.keys() {
                prop_assert_eq!(level.respondents(key), want.respondents(key));
            }
            prop_assert_eq!(level.units(), want.units());
        }
    }

    #[test]
    fn respondents_of_all_reports_are_those_of_the_units_within(org in forests(), drawn in answers()) {
        let rows: Vec<Row> = drawn.iter().map(|(u, a)| (u.index(org.len()), *a)).collect();
        let own = tally(&rows, |u| name(&org, u));
        let count = |t: &Tally, unit: &str| t.respondents(&Key { wave: String::new(), unit: unit.into() });
        let levels = own.levels(&org).unwrap();
        for i in 0..org.len() {
            let within = |r: Reports| org.within(i, r).into_iter().map(|u| count(&own, org.unit(u).unwrap())).sum::<u64>();
            let unit = org.unit(i).unwrap();
            prop_assert_eq!(within(Reports::Direct), count(&own, unit));
            prop_assert_eq!(within(Reports::All), count(&levels[org.depth(i)], unit));
        }
        // Everybody answered, so heads and respondents are the same.
        let lines: String = rows.iter().enumerate().map(|(p, (u, _))| format!("p{p},{}\n", name(&org, *u))).collect();
        let table = Table::from_csv("members", format!("person,unit\n{lines}").as_bytes()).unwrap();
        let heads = Members::from_table(&table).unwrap().headcount(&org, Reports::All);
        for (i, heads) in heads.into_iter().enumerate() {
            prop_assert_eq!(heads, count(&levels[org.depth(i)], org.unit(i).unwrap()));
        }
    }
}

/// The same people in a second tree: the same totals, other units.
#[test]
fn two_trees_over_the_same_people_have_the_same_total() {
    let answers = Table::from_csv("responses", b"respondent,unit,x,y,z\np1,a,1,2,3\np2,a,4,,9\np3,b,5,1,1\n").unwrap();
    let projects = Table::from_csv("members", b"person,unit\np1,red\np2,blue\np3,red\n").unwrap();
    let placed = Members::from_table(&projects).unwrap().place(&answers).unwrap();
    let count = |table: &Table| {
        let mut tally = Tally::new(&instrument());
        tally.add(&Responses::from_table(table, &instrument(), true).unwrap().0).unwrap();
        tally
    };
    let (line, matrix) = (count(&answers), count(&placed));
    assert_eq!((line.units(), matrix.units()), (vec!["a", "b"], vec!["blue", "red"]));
    let whole = |t: &Tally| t.rollup(|_| Some("all".into())).unwrap().to_bytes();
    assert_eq!(whole(&line), whole(&matrix));
    assert_ne!(line.to_bytes(), matrix.to_bytes());
}

//! Laws of the tally: order does not matter, what was added can be taken out, bytes round-trip and forgeries fail.

use super::*;
use crate::evidence::{Cells, Column, Organization, Table};
use proptest::prelude::*;

const TEXT: &str = r#"{"id":"s","version":"1","license":"CC0","options":[1,5],"dont_know":[9],
    "scales":[{"id":"b","items":["z","-y"]},{"id":"a","items":["x","-y","w"]},{"id":"c","items":["k"],"options":[-1,1]}],
    "items":[{"id":"lone"},{"id":"x"},{"id":"y"},{"id":"z"},{"id":"w"},{"id":"k"}],"pairs":[["b","a"],["a","c"]]}"#;
const ITEMS: [&str; 6] = ["x", "y", "z", "w", "k", "lone"];

fn instrument() -> Instrument {
    Instrument::from_json(TEXT).unwrap()
}

/// wave, unit, answers; -9 is missing, 9 is don't know.
type Row = (u8, u8, [i64; 6]);

fn responses(instrument: &Instrument, rows: &[Row]) -> Responses {
    let mut columns = vec![
        Column { name: "unit".into(), cells: Cells::Text(rows.iter().map(|r| Some(format!("u{}", r.1))).collect()) },
        Column { name: "wave".into(), cells: Cells::Int(rows.iter().map(|r| Some(i64::from(r.0))).collect()) },
    ];
    for (i, name) in ITEMS.iter().enumerate() {
        let cells = rows.iter().map(|r| (r.2[i] != -9).then_some(r.2[i])).collect();
        columns.push(Column { name: (*name).into(), cells: Cells::Int(cells) });
    }
    Responses::from_table(&Table::new("responses", columns).unwrap(), instrument, true).unwrap().0
}

fn tally(rows: &[Row]) -> Tally {
    let i = instrument();
    let mut t = Tally::new(&i);
    if !rows.is_empty() {
        t.add(&responses(&i, rows)).unwrap();
    }
    t
}

fn answer() -> impl Strategy<Value = i64> {
    prop_oneof![5 => 1_i64..=5, 1 => Just(-9_i64), 1 => Just(9_i64)]
}

fn row() -> impl Strategy<Value = Row> {
    let k = prop_oneof![3 => -1_i64..=1, 1 => Just(-9_i64)];
    (0_u8..2, 0_u8..4, [answer(), answer(), answer(), answer(), answer(), answer()], k).prop_map(|(w, u, mut a, k)| {
        a[4] = k;
        (w, u, a)
    })
}

fn rows(n: usize) -> impl Strategy<Value = Vec<Row>> {
    proptest::collection::vec(row(), 0..n)
}

fn merged(a: &Tally, b: &Tally) -> Tally {
    let mut t = a.clone();
    t.merge(b).unwrap();
    t
}

/// The bytes with a checksum that fits, so that forgeries reach the reader.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    use sha2::Digest as _;
    let length = (bytes.len() as u64 - 50).to_le_bytes();
    bytes[10..18].copy_from_slice(&length);
    let sum = sha2::Sha256::digest(&bytes[50..]);
    bytes[18..50].copy_from_slice(&sum);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn merging_is_commutative_and_associative(a in rows(8), b in rows(8), c in rows(8)) {
        let (ta, tb, tc) = (tally(&a), tally(&b), tally(&c));
        prop_assert_eq!(merged(&ta, &tb).to_bytes(), merged(&tb, &ta).to_bytes());
        prop_assert_eq!(merged(&merged(&ta, &tb), &tc).to_bytes(), merged(&ta, &merged(&tb, &tc)).to_bytes());
        let all = [a, b, c].concat();
        prop_assert_eq!(merged(&merged(&ta, &tb), &tc).to_bytes(), tally(&all).to_bytes());
    }

    #[test]
    fn subtracting_undoes_adding_to_the_byte(a in rows(8), b in rows(8)) {
        let mut t = tally(&[a.clone(), b.clone()].concat());
        t.subtract(&tally(&b)).unwrap();
        prop_assert_eq!(t.to_bytes(), tally(&a).to_bytes());
    }

    #[test]
    fn taking_out_what_was_not_there_is_refused_or_harmless(a in rows(6), b in rows(6)) {
        let before = tally(&a);
        let mut t = before.clone();
        match t.subtract(&tally(&b)) {
            // What is left may only be what some answers give.
            Ok(()) => prop_assert_eq!(Tally::from_bytes(&t.to_bytes(), &Limits::default()).unwrap().to_bytes(), t.to_bytes()),
            Err(e) => {
                prop_assert_eq!(e.code(), "impossible_subtraction");
                prop_assert_eq!(t.to_bytes(), before.to_bytes());
            }
        }
    }

    #[test]
    fn bytes_round_trip(a in rows(20)) {
        let t = tally(&a);
        let back = Tally::from_bytes(&t.to_bytes(), &Limits::default()).unwrap();
        prop_assert_eq!(&back, &t);
        prop_assert_eq!(back.digest(), t.digest());
    }

    #[test]
    fn the_order_of_respondents_changes_nothing(a in rows(12), seed in any::<u64>()) {
        let mut b = a.clone();
        let mut s = seed;
        for i in (1..b.len()).rev() {
            s = s.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            b.swap(i, (s >> 33) as usize % (i + 1));
        }
        prop_assert_eq!(tally(&a).to_bytes(), tally(&b).to_bytes());
    }

    #[test]
    fn no_mutation_of_the_bytes_panics_or_passes(a in rows(6), at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let good = tally(&a).to_bytes();
        let mut bad = good.clone();
        let i = at.index(bad.len());
        bad[i] = to;
        if bad != good {
            let e = Tally::from_bytes(&bad, &Limits::default()).unwrap_err();
            prop_assert!(["foreign", "newer_format", "truncated", "inconsistent"].contains(&e.code()), "{}", e);
        }
        // With a fitting checksum the reader itself must stand.
        let bad = sealed(bad);
        if bad[..10] == good[..10] && let Ok(t) = Tally::from_bytes(&bad, &Limits::default()) {
            prop_assert_eq!(t.to_bytes(), bad);
        }
    }

    #[test]
    fn forged_bodies_never_panic(body in proptest::collection::vec(any::<u8>(), 0..200), keep in 0_usize..600) {
        let good = tally(&[(0, 0, [1, 2, 3, 4, 0, 9])]).to_bytes();
        let keep = 50 + keep.min(good.len() - 50);
        let bad = sealed([&good[..keep], &body].concat());
        if let Ok(t) = Tally::from_bytes(&bad, &Limits::default()) {
            prop_assert_eq!(t.to_bytes(), bad);
        }
    }
}

#[test]
fn truncated_foreign_newer_and_large_bytes_are_told_apart() {
    let good = tally(&[(0, 0, [1, 2, 3, 4, 0, 9]), (1, 2, [5, -9, 3, 4, 1, 2])]).to_bytes();
    let code = |b: &[u8], l: &Limits| Tally::from_bytes(b, l).map(|_| ()).map_err(|e| e.code());
    let d = Limits::default();
    assert_eq!(code(&good, &d), Ok(()));
    for n in 0..good.len() {
        assert_eq!(code(&good[..n], &d), Err("truncated"), "{n}");
    }
    assert_eq!(code(&[good.clone(), vec![0]].concat(), &d), Err("inconsistent"));
    assert_eq!(code(b"PAR1PAR1PAR1", &d), Err("foreign"));
    let mut newer = good.clone();
    newer[8] = 3;
    assert_eq!(code(&newer, &d), Err("newer_format"));
    assert_eq!(code(&good, &Limits { bytes: 10, ..d }), Err("too_large"));
    assert_eq!(code(&good, &Limits { keys: 1, ..d }), Err("too_large"));
    // A forged count of units far beyond the bytes that are there.
    let empty = tally(&[]).to_bytes();
    let forged = sealed([&empty[..empty.len() - 1], &[0xff, 0xff, 0xff, 0xff, 0x0f]].concat());
    assert_eq!(code(&forged, &d), Err("truncated"));
}

#[test]
fn a_file_in_another_order_merges_and_another_instrument_does_not() {
    let other = Instrument::from_json(
        r#"{"scales":[{"id":"c","items":["k"],"options":[-1,1]},{"id":"a","items":["w","-y","x"]},{"id":"b","items":["-y","z"]}],
        "items":[{"id":"k"},{"id":"w"},{"id":"z"},{"id":"y"},{"id":"x"},{"id":"lone"}],
        "pairs":[["a","c"],["b","a"]],"id":"s","version":"2","license":"MIT","options":[1,5],"dont_know":[9]}"#,
    )
    .unwrap();
    let rows = [(0, 0, [1, 2, 3, 4, 0, 9]), (0, 1, [5, 1, 2, 2, 1, 3])];
    let mut t = Tally::new(&other);
    t.add(&responses(&other, &rows)).unwrap();
    assert_eq!(t.to_bytes(), tally(&rows).to_bytes());
    let foreign = Instrument::from_json(&TEXT.replace("[1,5]", "[1,9]").replace("\"dont_know\":[9],", "")).unwrap();
    let mut f = Tally::new(&foreign);
    let before = f.to_bytes();
    assert_eq!(f.merge(&t).unwrap_err().code(), "instrument_mismatch");
    assert_eq!(f.subtract(&t).unwrap_err().code(), "instrument_mismatch");
    assert_eq!(f.add(&responses(&instrument(), &rows)).unwrap_err().code(), "instrument_mismatch");
    assert_eq!(f.to_bytes(), before);
}

#[test]
fn counts_that_fit_but_moments_that_do_not_are_refused() {
    // Both have one answer of each kind to x and w, paired differently: counts cancel, products do not.
    let mut t = tally(&[(0, 0, [1, 1, 1, 1, 0, 1]), (0, 0, [5, 1, 1, 5, 0, 1])]);
    let before = t.to_bytes();
    let e = t.subtract(&tally(&[(0, 0, [1, 1, 1, 5, 0, 1])])).unwrap_err();
    assert_eq!(e.code(), "impossible_subtraction");
    assert_eq!(t.to_bytes(), before);
    let e = t.subtract(&tally(&[(0, 7, [1, 1, 1, 1, 0, 1])])).unwrap_err();
    assert_eq!(e.code(), "impossible_subtraction");
}

#[test]
fn overflow_leaves_the_state_alone() {
    let mut t = tally(&[(0, 0, [1, 2, 3, 4, 0, 1])]);
    let mut refused = None;
    for _ in 0..70 {
        let before = t.clone();
        if let Err(e) = t.merge(&before) {
            assert_eq!(t, before);
            refused = Some(e.code());
            break;
        }
    }
    assert_eq!(refused, Some("overflow"));
    // Even there the bytes are readable.
    assert_eq!(Tally::from_bytes(&t.to_bytes(), &Limits::default()).unwrap(), t);
}

#[test]
fn rolling_up_equals_counting_the_parents() {
    let rows: Vec<Row> = (0..40_u8).map(|i| (i % 2, i % 4, [1 + i64::from(i) % 5, 3, 9, -9, 0, 2])).collect();
    let parents: Vec<Row> = rows.iter().map(|r| (r.0, r.1 / 2, r.2)).collect();
    let parent = |u: &str| Some(format!("u{}", u[1..].parse::<u8>().unwrap() / 2));
    let up = tally(&rows).rollup(parent).unwrap();
    assert_eq!(up.to_bytes(), tally(&parents).to_bytes());
    let some = tally(&rows).rollup(|u| (u != "u3").then(|| "top".into())).unwrap();
    assert_eq!(some.respondents(&Key { wave: "0".into(), unit: "top".into() }), 20);
    let some = tally(&rows).rollup(|u| (u == "u3").then(|| "top".into())).unwrap();
    assert_eq!((some.units(), some.waves()), (vec!["top"], vec!["1"]));
    let back = Tally::from_bytes(&some.to_bytes(), &Limits::default()).unwrap();
    assert_eq!(back, some);
    assert_eq!(merged(&some, &tally(&rows)).to_bytes(), merged(&tally(&rows), &some).to_bytes());
}

#[test]
fn a_unit_that_nobody_is_in_is_not_kept() {
    let mut t = tally(&[(0, 0, [1, 2, 3, 4, 0, 1]), (1, 1, [1, 2, 3, 4, 0, 1])]);
    t.subtract(&tally(&[(1, 1, [1, 2, 3, 4, 0, 1])])).unwrap();
    assert_eq!((t.units(), t.waves()), (vec!["u0"], vec!["0"]));
    t.subtract(&tally(&[(0, 0, [1, 2, 3, 4, 0, 1])])).unwrap();
    assert!(t.is_empty());
    assert_eq!(t.to_bytes(), Tally::new(&instrument()).to_bytes());
}

#[test]
fn a_debug_print_names_no_unit() {
    assert!(!format!("{:?}", tally(&[(0, 0, [1, 2, 3, 4, 0, 1])])).contains("u0"));
}

/// A roll-up of roll-ups equals the direct sum: the top level holds everybody, whatever lies between.
#[test]
fn levels_hold_all_that_lies_below() {
    let table = Table::from_csv("organization", b"unit,parent\ntop,\nmid,top\nu0,mid\nu1,mid\nu2,top\n").unwrap();
    let organization = Organization::from_table(&table).unwrap();
    let rows: Vec<Row> = (0..9).map(|i| (0, i % 3, [1 + i64::from(i % 5); 6].map(|a: i64| a.min(1)))).collect();
    let all = tally(&rows);
    let levels = all.levels(&organization).unwrap();
    let units: Vec<Vec<&str>> = levels.iter().map(|l| l.units()).collect();
    assert_eq!(units, [vec!["top"], vec!["mid", "u2"], vec!["u0", "u1"]]);
    let n = |level: usize, unit: &str| levels[level].respondents(&Key { wave: "0".into(), unit: unit.into() });
    assert_eq!((n(0, "top"), n(1, "mid"), n(1, "u2"), n(2, "u0")), (9, 6, 3, 3));
    let again = levels[1].rollup(|_| Some("top".into())).unwrap();
    assert_eq!(again.cells().collect::<Vec<_>>(), levels[0].cells().collect::<Vec<_>>());
}

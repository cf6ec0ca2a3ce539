//! Statistics that need respondents one by one: what they find in data made to hold it, and what they refuse.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::evidence::{Cells, Column, Instrument, Responses, Table};
use colead::measure::{
    CarelessOptions, GateOptions, GateState, Linking, ScaleRow, agreement_listwise, careless, careless_sensitivity,
    changes, driver_minimum, drivers, gate, gate_rows, split_sample,
};
use proptest::prelude::{ProptestConfig, prop_assert, proptest};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

struct Chance(ChaCha8Rng);

impl Chance {
    fn new(seed: u64) -> Chance {
        Chance(ChaCha8Rng::seed_from_u64(seed))
    }

    fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

fn instrument() -> Instrument {
    let text = r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],
        "scales":[{"id":"a","items":["a1","a2","a3","a4"]},{"id":"b","items":["b1","b2","b3","-b4"]}]}"#;
    Instrument::from_json(text).unwrap()
}

const ITEMS: [&str; 8] = ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4"];

/// One respondent: unit, wave, key, answers.
struct Person {
    unit: String,
    wave: &'static str,
    key: String,
    answers: [Option<i64>; 8],
}

fn responses(people: &[Person]) -> Responses {
    let text = |f: &dyn Fn(&Person) -> String| Cells::Text(people.iter().map(|p| Some(f(p))).collect());
    let mut columns = vec![
        Column { name: "unit".into(), cells: text(&|p| p.unit.clone()) },
        Column { name: "wave".into(), cells: text(&|p| p.wave.to_owned()) },
        Column { name: "respondent".into(), cells: text(&|p| p.key.clone()) },
    ];
    for (i, name) in ITEMS.iter().enumerate() {
        let cells = Cells::Int(people.iter().map(|p| p.answers[i]).collect());
        columns.push(Column { name: (*name).into(), cells });
    }
    let table = Table::new("responses", columns).unwrap();
    Responses::from_table(&table, &instrument(), true).unwrap().0
}

fn answer(x: f64) -> Option<i64> {
    Some((x.round() as i64).clamp(1, 5))
}

/// Units of `size`, ICC by the standard deviation between units; the mean is a friendly 3.9.
fn organization(units: usize, size: usize, between: f64, seed: u64) -> Vec<Person> {
    let mut chance = Chance::new(seed);
    let mut people = Vec::new();
    for u in 0..units {
        let (level_a, level_b) = (between * chance.normal(), between * chance.normal());
        for k in 0..size {
            let own = 0.5 * chance.normal();
            let mut item = |level: f64, turned: bool| {
                let x = 3.9 + level + own + 0.5 * chance.normal();
                answer(if turned { 6.0 - x } else { x })
            };
            let a = [item(level_a, false), item(level_a, false), item(level_a, false), item(level_a, false)];
            let b = [item(level_b, false), item(level_b, false), item(level_b, false), item(level_b, true)];
            let answers = [a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]];
            people.push(Person { unit: format!("u{u:02}"), wave: "w1", key: format!("p{u}-{k}"), answers });
        }
    }
    people
}

fn ask(people: &[Person], seed: u64) -> Vec<colead::measure::GateAnswer> {
    let options = GateOptions { draws: 199, seed, ..GateOptions::default() };
    gate(&responses(people), &instrument(), &options).unwrap()
}

#[test]
fn the_gate_refuses_a_shared_habit_that_passes_the_convention() {
    let (mut passes, mut units, mut shown, mut whole) = (0, 0, 0, 0);
    for seed in 0..10 {
        for a in ask(&organization(20, 8, 0.0, seed), seed) {
            let found = a.state.clone().unwrap();
            if a.unit.is_none() {
                whole += u32::from(found == GateState::Shown);
                continue;
            }
            units += 1;
            passes += u32::from(a.rwg_j.clone().unwrap() >= 0.7);
            shown += u32::from(found == GateState::Shown);
        }
    }
    assert!(passes * 10 > units * 8, "{passes} of {units} pass rwg(j) >= .70");
    assert!(shown * 100 < units * 3, "{shown} of {units} are shown by the gate");
    assert!(whole <= 3, "{whole} of 20 scales are shown for the organization");
}

#[test]
fn the_gate_shows_what_units_share_and_states_its_power() {
    let (mut power, mut shown, mut n) = (0.0, 0, 0);
    for a in ask(&organization(20, 20, 0.8, 3), 3) {
        match a.unit {
            None => assert_eq!(a.state, Ok(GateState::Shown)),
            Some(_) => {
                n += 1;
                shown += usize::from(a.state == Ok(GateState::Shown));
                power += a.power.unwrap();
            }
        }
    }
    assert!(shown * 3 > n, "{shown} of {n}");
    assert!((0.15..0.8).contains(&(power / n as f64)), "{}", power / n as f64);
}

#[test]
fn members_who_contradict_one_another_are_contradicted() {
    let mut people = organization(19, 12, 0.3, 5);
    for k in 0..12 {
        let side = if k % 2 == 0 { 1 } else { 5 };
        people.push(Person { unit: "split".into(), wave: "w1", key: format!("s{k}"), answers: [Some(side); 8] });
    }
    let found = ask(&people, 1);
    let split: Vec<_> = found.iter().filter(|a| a.unit.as_deref() == Some("split") && a.scale == "a").collect();
    assert_eq!(split[0].state, Ok(GateState::Contradicted));
    let others = found.iter().filter(|a| a.state == Ok(GateState::Contradicted)).count();
    assert!(others <= 2, "{others}");
}

#[test]
fn the_gate_says_why_it_has_no_answer_and_repeats_itself() {
    let mut people = organization(1, 6, 0.0, 1);
    assert!(ask(&people, 1).iter().all(|a| a.state.is_err()));
    people.push(Person { unit: "alone".into(), wave: "w1", key: "x".into(), answers: [Some(2); 8] });
    assert!(gate_rows(&ask(&people, 1)).iter().all(|r| r.value.is_none_or(f64::is_finite)));
    let alike: Vec<Person> = (0..9)
        .map(|k| Person { unit: format!("u{}", k % 3), wave: "w1", key: format!("p{k}"), answers: [Some(3); 8] })
        .collect();
    assert!(ask(&alike, 1).iter().all(|a| a.state.as_ref().unwrap_err().as_str() == "no_spread"));
    let people = organization(5, 6, 0.5, 2);
    assert_eq!(ask(&people, 9), ask(&people, 9));
    assert_ne!(ask(&people, 9), ask(&people, 10));
}

fn value(rows: &[ScaleRow], scale: &str, unit: Option<&str>, measure: &str) -> Option<f64> {
    let found = rows.iter().find(|r| r.scale == scale && r.unit.as_deref() == unit && r.measure == measure);
    found.unwrap_or_else(|| panic!("no row {scale} {unit:?} {measure}")).value
}

/// Two waves of the same people; every unit of `moved` rises by `by` points.
fn two_waves(units: usize, size: usize, moved: usize, by: f64, seed: u64) -> Vec<Person> {
    let mut chance = Chance::new(seed);
    let mut people = Vec::new();
    for u in 0..units {
        let level = 0.4 * chance.normal();
        for k in 0..size {
            let own = 0.6 * chance.normal();
            for (wave, rise) in [("w1", 0.0), ("w2", if u < moved { by } else { 0.0 })] {
                let mut item = || answer(3.2 + level + own + rise + 0.5 * chance.normal());
                let a = [item(), item(), item(), item()];
                let answers = [a[0], a[1], a[2], a[3], Some(3), Some(2), Some(4), Some(3)];
                people.push(Person { unit: format!("u{u:02}"), wave, key: format!("p{u}-{k}"), answers });
            }
        }
    }
    people
}

#[test]
fn linked_changes_are_found_at_their_level() {
    let (mut found, mut false_alarms, mut tests) = (0, 0, 0);
    for seed in 0..20 {
        let r = responses(&two_waves(20, 8, 0, 0.0, seed));
        let rows = changes(&r, &instrument(), ("w1", "w2"), Linking::Linked, None).unwrap();
        let of = |measure: &str| rows.iter().filter(|r| r.scale == "a" && r.measure == measure).collect::<Vec<_>>();
        tests += of("change_p").len();
        false_alarms += of("change_p").iter().filter(|r| r.value.unwrap() < 0.05).count();
        found += usize::from(of("change_q").iter().any(|r| r.value.unwrap() < 0.05));
    }
    let share = false_alarms as f64 / tests as f64;
    assert!((0.02..0.085).contains(&share), "type I error {share}");
    assert!(found <= 4, "{found} of 20 reports without change discover one");
    let r = responses(&two_waves(20, 8, 4, 1.0, 99));
    let rows = changes(&r, &instrument(), ("w1", "w2"), Linking::Linked, None).unwrap();
    assert!(value(&rows, "a", Some("u00"), "change_q").unwrap() < 0.05);
    assert!(
        value(&rows, "a", Some("u00"), "change").unwrap()
            > value(&rows, "a", Some("u00"), "minimum_detectable_change").unwrap() * 0.7
    );
    // Scale b never changes within a unit: a standard error cannot be had.
    assert!(rows.iter().filter(|r| r.scale == "b").all(|r| r.status.as_str() == "undefined"));
    let unlinked = changes(&r, &instrument(), ("w1", "w2"), Linking::Unlinked, None).unwrap();
    let se = |rows: &[ScaleRow]| rows.iter().find(|r| r.measure == "change" && r.scale == "a").unwrap().se.unwrap();
    assert!(se(&rows) < se(&unlinked), "the same people tell more");
    assert_eq!(changes(&r, &instrument(), ("w1", "w9"), Linking::Linked, None).unwrap_err().code(), "unknown_wave");
}

#[test]
fn careless_patterns_are_flagged_and_their_weight_shown() {
    let mut people = organization(2, 10, 0.2, 4);
    people.push(Person { unit: "u00".into(), wave: "w1", key: "line".into(), answers: [Some(5); 8] });
    people.push(Person { unit: "u00".into(), wave: "w1", key: "middle".into(), answers: [None; 8] });
    let r = responses(&people);
    let flags = careless(&r, &instrument(), &CarelessOptions::default()).unwrap();
    assert!(flags[20].long_run && flags[20].straight_through_reversal);
    assert!(!flags[21].any() && flags.len() == 22);
    let rows = careless_sensitivity(&r, &instrument(), &CarelessOptions::default()).unwrap();
    assert!(value(&rows, "a", None, "careless_difference").unwrap() < 0.0);
    assert!(value(&rows, "a", None, "careless_share").unwrap() > 4.0);
}

#[test]
fn split_halves_are_free_of_the_persons_own_habit() {
    // Persons carry a habit over both scales, units share nothing.
    let r = responses(&organization(40, 6, 0.0, 8));
    let found = split_sample(&r, &instrument(), "w1", ("a", "b"), (200, 1)).unwrap();
    assert!(found.same_source.clone().unwrap() > 0.3, "{found:?}");
    assert!(found.split.clone().unwrap().abs() < 0.2, "{found:?}");
    assert_eq!((found.units, found.people), (40, 240));
    assert_eq!(found, split_sample(&r, &instrument(), "w1", ("a", "b"), (200, 1)).unwrap());
    let code = split_sample(&r, &instrument(), "w1", ("a", "c"), (5, 1)).unwrap_err();
    assert_eq!(code.code(), "unknown_scale");
    let few = split_sample(&responses(&organization(2, 4, 0.0, 1)), &instrument(), "w1", ("a", "b"), (5, 1)).unwrap();
    assert!(few.split.is_err() && few.same_source.is_err());
}

#[test]
fn drivers_are_refused_when_few_answered() {
    let few = responses(&organization(5, 8, 0.0, 1));
    let rows = drivers(&few, &instrument(), "w1", "a").unwrap();
    assert!(rows.iter().all(|r| r.status.as_str() == "too_few" && r.variant == "same_source"));
    assert_eq!(driver_minimum(1), 58);
    let enough = responses(&organization(10, 12, 0.0, 1));
    let rows = drivers(&enough, &instrument(), "w1", "a").unwrap();
    assert_eq!(value(&rows, "b", None, "relative_weight"), Some(100.0));
    let r = value(&rows, "b", None, "driver_r").unwrap();
    assert!((value(&rows, "a", None, "driver_r_squared").unwrap() - r * r).abs() < 1e-12);
}

/// Every number of every function that needs rows, by name.
fn everything(people: &[Person]) -> Vec<(String, Option<f64>)> {
    let (r, i) = (responses(people), instrument());
    let options = GateOptions { draws: 19, seed: 1, ..GateOptions::default() };
    let mut rows = gate_rows(&gate(&r, &i, &options).unwrap());
    rows.extend(careless_sensitivity(&r, &i, &CarelessOptions::default()).unwrap());
    rows.extend(agreement_listwise(&r, &i, &Default::default()).unwrap());
    let waves: Vec<&String> = r.waves().iter().collect();
    rows.extend(drivers(&r, &i, waves[0], "a").unwrap());
    for linking in [Linking::Linked, Linking::Unlinked] {
        rows.extend(changes(&r, &i, (waves[0], waves[waves.len() - 1]), linking, None).unwrap());
    }
    let split = split_sample(&r, &i, waves[0], ("a", "b"), (5, 1)).unwrap();
    let mut out: Vec<(String, Option<f64>)> = rows
        .iter()
        .flat_map(|r| [r.value, r.se, r.lower, r.upper].map(|v| (format!("{} {:?}", r.measure, r.unit), v)))
        .collect();
    out.push(("split".into(), split.split.ok()));
    out.push(("same source".into(), split.same_source.ok()));
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_answered_there_is_a_number_or_a_reason(
        rows in proptest::collection::vec((0..4_usize, 0..2_usize, proptest::collection::vec(proptest::option::of(1..=5_i64), 8)), 1..24)
    ) {
        let people: Vec<Person> = rows.into_iter().enumerate().map(|(k, (unit, wave, answers))| Person {
            unit: format!("u{unit}"), wave: ["w1", "w2"][wave], key: format!("p{}", k / 2 * 2 + wave), answers: answers.try_into().unwrap(),
        }).collect();
        let mut seen = std::collections::HashSet::new();
        let people: Vec<Person> = people.into_iter().filter(|p| seen.insert((p.wave, p.key.clone()))).collect();
        for (what, value) in everything(&people) {
            prop_assert!(value.is_none_or(f64::is_finite), "{} {:?}", what, value);
        }
    }
}

#[test]
fn another_instrument_is_refused() {
    let r = responses(&organization(2, 3, 0.0, 1));
    let other = Instrument::from_json(
        r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],"scales":[{"id":"a","items":["a1","a2"]}]}"#,
    )
    .unwrap();
    assert_eq!(gate(&r, &other, &GateOptions::default()).unwrap_err().code(), "instrument_mismatch");
    assert!(agreement_listwise(&r, &other, &Default::default()).is_err());
}

//! Parts that may not be told alone, told together; and ranges that rounded means leave.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod small;

use colead::assess::{Assessment, Options, assess};
use colead::evidence::{Evidence, Instrument};
use colead::release::{AuditOptions, DisclosurePolicy, GroupCell, Ledger, Release};
use colead::rules::Framework;
use small::Random;
use std::sync::LazyLock;

static FRAMEWORK: LazyLock<Framework> = LazyLock::new(|| Framework::builtin().expect("the framework loads"));
const INSTRUMENT: &str = r#"{"id":"own","version":"1","license":"CC0-1.0","options":[1,5],
    "scales":[{"id":"direction","items":["d"]},{"id":"alignment","items":["a"]}]}"#;

type Person = (usize, &'static str, Option<u8>, Option<u8>);

fn assessed(parents: &[usize], people: &[Person]) -> Assessment {
    let mut tree = String::from("unit,parent\nu0,\n");
    parents.iter().enumerate().for_each(|(i, p)| tree.push_str(&format!("u{},u{p}\n", i + 1)));
    let cell = |x: &Option<u8>| x.map_or(String::new(), |x| x.to_string());
    let mut rows = String::from("unit,tenure,d,a\n");
    people.iter().for_each(|(u, t, d, a)| rows.push_str(&format!("u{u},{t},{},{}\n", cell(d), cell(a))));
    let files = [("organization.csv", tree.as_bytes()), ("responses.csv", rows.as_bytes())];
    let (evidence, _) = Evidence::from_files(&files).expect("tables");
    let instrument = Some(Instrument::from_json(INSTRUMENT).expect("an instrument"));
    let options = Options { instrument, cuts: vec!["tenure".to_owned()], ..Options::default() };
    assess(&FRAMEWORK, &evidence, &options).expect("an assessment")
}

fn release(a: &Assessment, pooling: bool, ledger: &Ledger) -> (Release, Ledger) {
    a.release(&DisclosurePolicy::default().with_pooling(pooling), ledger).expect("nothing is refused")
}

fn pooled(r: &Release) -> Vec<&GroupCell> {
    r.groups().iter().filter(|g| g.cut == "pooled").collect()
}

fn people(sizes: &[(usize, usize, u8)]) -> Vec<Person> {
    let of = |(unit, n, x): &(usize, usize, u8)| vec![(*unit, "new", Some(*x), Some(3)); *n];
    sizes.iter().flat_map(of).collect()
}

/// 12, 5 and 3 under 20: neither 5 nor 3 is told, but 8 may be.
#[test]
fn hidden_siblings_are_told_together_on_request() {
    let a = assessed(&[0, 0, 0], &people(&[(1, 12, 3), (2, 5, 2), (3, 3, 5)]));
    let (without, _) = release(&a, false, &Ledger::new());
    assert!(pooled(&without).is_empty());
    let (with, ledger) = release(&a, true, &Ledger::new());
    let told = pooled(&with).into_iter().find(|g| g.scale == "direction").expect("a pool");
    // (5 * 25 + 3 * 100) / 8
    assert_eq!(
        (told.unit.as_str(), told.category.as_str(), told.n, told.value),
        ("u0", "u2 + u3", Some(8), Some(53.1))
    );
    let entry = ledger.entries().into_iter().find(|e| e.cut == "pooled").expect("remembered");
    assert_eq!((entry.category.as_str(), entry.n), ("u2 + u3", 8));
    let ledger = Ledger::from_json(&colead::json::canonical(&ledger.to_json())).expect("its own form");
    assert!(ledger.audit(&AuditOptions::default()).expect("a verdict").iter().all(|(.., a)| a.is_safe()));
    // Together with what a reader has, another unit may not be opened.
    let (again, after) = release(&a, false, &ledger);
    assert!(again.units().iter().all(|u| u.n.is_none() || !["u2", "u3"].contains(&u.unit.as_str())));
    assert!(after.audit(&AuditOptions::default()).expect("a verdict").iter().all(|(.., a)| a.is_safe()));
    assert!(with.to_text().contains("pooled u2 + u3 (n 8)"), "{}", with.to_text());
}

#[test]
fn direct_reports_belong_to_the_pool_of_their_unit() {
    let a = assessed(&[0, 0], &people(&[(0, 4, 1), (1, 3, 5), (2, 9, 3)]));
    let (r, _) = release(&a, true, &Ledger::new());
    let told = pooled(&r)[0];
    assert_eq!((told.category.as_str(), told.n), ("u1 + direct reports", Some(7)));
}

/// On any organization a pool costs no other cell, and everything that left is safe together.
#[test]
fn pools_cost_nothing_and_pass_the_audit() {
    let mut r = Random::new(5);
    let mut pools = 0;
    for _ in 0..40 {
        let units = 3 + r.below(7);
        let parents: Vec<usize> = (1..units).map(|i| r.below(i.min(4))).collect();
        let answer = |r: &mut Random| (r.below(12) > 0).then_some(1 + r.below(5) as u8);
        let mut people: Vec<Person> = Vec::new();
        for unit in 0..units {
            (0..r.below(9)).for_each(|_| {
                let tenure = ["new", "long"][r.below(2)];
                people.push((unit, tenure, answer(&mut r), answer(&mut r)));
            });
        }
        if people.is_empty() {
            continue;
        }
        let a = assessed(&parents, &people);
        let (without, _) = release(&a, false, &Ledger::new());
        let (with, ledger) = release(&a, true, &Ledger::new());
        let plain: Vec<GroupCell> = with.groups().iter().filter(|g| g.cut != "pooled").cloned().collect();
        assert_eq!(plain, without.groups());
        assert_eq!((with.units(), with.scores()), (without.units(), without.scores()));
        let told: Vec<&GroupCell> = pooled(&with).into_iter().filter(|g| g.status != "masked").collect();
        assert!(told.iter().all(|g| g.n.is_some_and(|n| n >= 5)), "{told:?}");
        pools += told.len();
        for (wave, scale, audit) in ledger.audit(&AuditOptions::default()).expect("a verdict") {
            assert!(audit.is_safe(), "{wave} {scale}: {:?}", audit.leaks);
        }
    }
    assert!(pools > 30, "{pools}");
}

/// Eight who all say 5 are hidden as 5 and 3, yet their sum is that of the whole less the rest: no exact leak, since
/// eight are enough, but who knows the range of the scale knows each of them.
#[test]
fn a_range_too_narrow_refuses_the_release_where_the_terms_say_so() {
    let a = assessed(&[0, 0, 0], &people(&[(1, 12, 3), (2, 5, 5), (3, 3, 5)]));
    let policy = |width| DisclosurePolicy::default().with_interval(width).expect("a policy");
    let e = a.release(&policy(10.0), &Ledger::new()).expect_err("refused");
    assert_eq!((e.code(), e.path()), ("range_exposed", "interval"));
    assert!(a.release(&DisclosurePolicy::default(), &Ledger::new()).is_ok());
    let mixed = assessed(&[0, 0, 0], &people(&[(1, 12, 3), (2, 5, 2), (3, 3, 4)]));
    assert!(mixed.release(&policy(10.0), &Ledger::new()).is_ok());
}

/// The report says of each group that it is masked, never how many people it has.
#[test]
fn the_report_names_masked_groups_without_their_people() {
    let mut all = people(&[(1, 12, 3), (2, 9, 4)]);
    all.extend(vec![(1, "long", Some(2), Some(2)); 3]);
    let text = release(&assessed(&[0, 0], &all), false, &Ledger::new()).0.to_text();
    let of = text.split("Groups\n").nth(1).expect("groups").split("\n\n").next().expect("a section");
    assert!(of.contains("masked: tenure long"), "{of}");
    assert!(!of.contains("n 3"), "{of}");
}

//! One wave that leaves again: recut to another structure, with late answers, with people erased. What left before and
//! what leaves now are read together.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use colead::Result;
use colead::assess::{Options, assess};
use colead::evidence::{Evidence, Instrument};
use colead::release::{AuditOptions, DisclosurePolicy, Ledger, Release};
use colead::rules::Framework;
use std::sync::LazyLock;

static FRAMEWORK: LazyLock<Framework> = LazyLock::new(|| Framework::builtin().expect("the framework loads"));
const INSTRUMENT: &str = r#"{"id":"own","version":"1","license":"CC0-1.0","options":[1,5],
    "scales":[{"id":"direction","items":["d"]}]}"#;
const OLD: &str = "unit,parent\nport,\nnorth,port\nsouth,port\ndocks,north\ntugs,north\nyard,south\ncrew,south\n";

/// Teams, and how many answered in each.
type Teams = [(&'static str, usize); 4];

fn release(tree: &str, teams: Teams, ledger: &Ledger) -> Result<(Release, Ledger)> {
    let mut rows = String::from("unit,d\n");
    for (team, n) in teams {
        (0..n).for_each(|i| rows.push_str(&format!("{team},{}\n", 1 + i % 5)));
    }
    let (evidence, _) =
        Evidence::from_files(&[("organization.csv", tree.as_bytes()), ("responses.csv", rows.as_bytes())])?;
    let instrument = Some(Instrument::from_json(INSTRUMENT)?);
    assess(&FRAMEWORK, &evidence, &Options { instrument, ..Options::default() })?
        .release(&DisclosurePolicy::default(), ledger)
}

const TEAMS: Teams = [("docks", 12), ("tugs", 12), ("yard", 12), ("crew", 12)];

fn first() -> Ledger {
    release(OLD, TEAMS, &Ledger::new()).expect("the first").1
}

fn is_safe(ledger: &Ledger) -> bool {
    ledger.audit(&AuditOptions::default()).expect("a verdict").iter().all(|(.., a)| a.is_safe())
}

fn shown(r: &Release, unit: &str) -> Option<u64> {
    r.units().iter().find(|u| u.unit == unit).expect("a unit").n
}

#[test]
fn a_wave_may_be_recut_to_a_new_structure() {
    let new = OLD.replace("tugs,north", "tugs,south");
    let (r, after) = release(&new, TEAMS, &first()).expect("whole teams moved");
    assert_eq!((shown(&r, "north"), shown(&r, "south")), (Some(12), Some(36)));
    assert!(is_safe(&after));
}

/// One who moved would be what old and new differ by.
#[test]
fn one_who_moved_between_two_structures_is_not_exposed() {
    let moved = |n: usize| [("docks", 12 - n), ("tugs", 12 + n), ("yard", 12), ("crew", 12)];
    for few in 1..5 {
        match release(OLD, moved(few), &first()) {
            Err(e) => assert_eq!(e.code(), "difference_exposed"),
            Ok((r, _)) => assert!(shown(&r, "docks").is_none() || shown(&r, "tugs").is_none()),
        }
    }
    let (r, after) = release(OLD, moved(6), &first()).expect("six moved together");
    assert_eq!((shown(&r, "docks"), shown(&r, "tugs")), (Some(6), Some(18)));
    assert!(is_safe(&after));
}

/// A unit may be split, as long as no part of it that is told or left over is small.
#[test]
fn a_unit_may_be_split_into_parts_that_are_large_enough() {
    let parts = |small: usize| {
        let tree = OLD.replace("docks,north", "docks,north\nslip,docks");
        let mut rows = String::from("unit,d\n");
        for (team, n) in [("docks", 12 - small), ("slip", small), ("tugs", 12), ("yard", 12), ("crew", 12)] {
            (0..n).for_each(|i| rows.push_str(&format!("{team},{}\n", 1 + i % 5)));
        }
        let files = [("organization.csv", tree.as_bytes()), ("responses.csv", rows.as_bytes())];
        let (evidence, _) = Evidence::from_files(&files).expect("tables");
        let instrument = Some(Instrument::from_json(INSTRUMENT).expect("an instrument"));
        let a = assess(&FRAMEWORK, &evidence, &Options { instrument, ..Options::default() }).expect("an assessment");
        a.release(&DisclosurePolicy::default(), &first())
    };
    let refused = parts(3).map(|(r, _)| shown(&r, "slip"));
    assert!(refused.as_ref().map_or(true, Option::is_none), "{refused:?}");
    let (r, after) = parts(6).expect("six and six");
    assert_eq!((shown(&r, "docks"), shown(&r, "slip")), (Some(12), Some(6)));
    assert!(is_safe(&after));
}

/// People who ask to be erased are taken out when enough of them have asked; till then the wave leaves as it left.
#[test]
fn erasure_waits_until_it_can_be_batched() {
    let without = |n: usize| [("docks", 12 - n), ("tugs", 12), ("yard", 12), ("crew", 12)];
    let stored = first();
    for few in 1..5 {
        let e = release(OLD, without(few), &stored).expect_err("they would stand out");
        assert_eq!(e.code(), "difference_exposed");
        assert!(e.help_text().contains("at least 5"), "{}", e.help_text());
    }
    assert!(release(OLD, TEAMS, &stored).is_ok(), "as it left, it may leave again");
    let (r, after) = release(OLD, without(5), &stored).expect("five together");
    assert_eq!(shown(&r, "docks"), Some(7));
    assert!(is_safe(&after));
    // Once they are out, nobody who comes back or goes alone is exposed either.
    assert_eq!(release(OLD, without(6), &after).expect_err("one more").code(), "difference_exposed");
}

/// Two who answer late are what two releases differ by; five are enough.
#[test]
fn late_answers_wait_like_erasure() {
    let more = |n: usize| [("docks", 12 + n), ("tugs", 12), ("yard", 12), ("crew", 12)];
    assert_eq!(release(OLD, more(2), &first()).expect_err("two came late").code(), "difference_exposed");
    assert_eq!(shown(&release(OLD, more(5), &first()).expect("five").0, "docks"), Some(17));
}

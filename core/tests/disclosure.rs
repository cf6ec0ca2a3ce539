//! What must not be worked out from a release, by brute force and by laws that share no code with the suppression.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use colead::assess::{Assessment, Options, assess};
use colead::evidence::{Evidence, Instrument};
use colead::release::{DisclosurePolicy, Ledger, Release};
use colead::rules::Framework;
use proptest::prelude::*;
use std::sync::LazyLock;

const INSTRUMENT: &str = r#"{"id":"own","version":"1","license":"CC0-1.0","options":[1,5],
    "pairs":[["sense_making","connection"]],
    "scales":[{"id":"sense_making","items":["s"]},{"id":"connection","items":["c"]},{"id":"direction","items":["d"]}]}"#;
const SCALES: [&str; 3] = ["sense_making", "connection", "direction"];

static FRAMEWORK: LazyLock<Framework> = LazyLock::new(|| Framework::builtin().expect("the framework loads"));

fn assessed(files: &[(&str, String)]) -> Assessment {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
    let (evidence, _) = Evidence::from_files(&files).expect("tables that can be read");
    let instrument = Some(Instrument::from_json(INSTRUMENT).expect("an instrument"));
    assess(&FRAMEWORK, &evidence, &Options { instrument, ..Options::default() }).expect("an assessment")
}

fn released(a: &Assessment, min_group: u64) -> Release {
    let policy = DisclosurePolicy::new(min_group, "research").expect("a policy");
    a.release(&policy, &Ledger::new()).expect("an empty ledger refuses nothing").0
}

/// People of a unit, each with the three answers of which any may be missing.
type People = Vec<[Option<u8>; 3]>;

/// `own[i]` belong to unit `i` directly; unit 0 is the root, the parent of unit `i` stands before it.
fn survey(parents: &[usize], own: &[People]) -> Vec<(&'static str, String)> {
    let mut tree = String::from("unit,parent\nu0,\n");
    parents.iter().enumerate().for_each(|(i, p)| tree.push_str(&format!("u{},u{p}\n", i + 1)));
    let mut rows = String::from("unit,s,c,d\n");
    for (i, person) in own.iter().enumerate().flat_map(|(i, people)| people.iter().map(move |p| (i, p))) {
        let cells = person.map(|a| a.map_or(String::new(), |a| a.to_string()));
        rows.push_str(&format!("u{i},{}\n", cells.join(",")));
    }
    vec![("organization.csv", tree), ("responses.csv", rows)]
}

fn within(parents: &[usize], mut unit: usize, top: usize) -> bool {
    while unit != top {
        match unit.checked_sub(1) {
            Some(i) => unit = parents[i],
            None => return false,
        }
    }
    true
}

/// Whether `target` is a linear combination of `rows`.
fn derivable(rows: &[Vec<f64>], target: &[f64]) -> bool {
    let rank = |rows: &[Vec<f64>]| {
        let mut m: Vec<Vec<f64>> = rows.to_vec();
        let mut rank = 0;
        for column in 0..target.len() {
            let Some(pivot) = (rank..m.len()).find(|r| m[*r][column].abs() > 1e-9) else { continue };
            m.swap(rank, pivot);
            for r in 0..m.len() {
                if r != rank {
                    let factor = m[r][column] / m[rank][column];
                    (0..target.len()).for_each(|c| m[r][c] -= factor * m[rank][c]);
                }
            }
            rank += 1;
        }
        rank
    };
    let mut with = rows.to_vec();
    with.push(target.to_vec());
    rank(&with) == rank(rows)
}

fn answer() -> impl Strategy<Value = Option<u8>> {
    prop_oneof![1 => Just(None), 4 => (1u8..=5).prop_map(Some)]
}

/// A tree of 2 to 7 units with their people.
fn organization() -> impl Strategy<Value = (Vec<usize>, Vec<People>)> {
    (1usize..=6).prop_flat_map(|n| {
        let parents: Vec<_> = (0..n).map(|i| 0..=i).collect();
        let person = [answer(), answer(), answer()];
        (parents, prop::collection::vec(prop::collection::vec(person, 0..8), n + 1))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// No set of fewer people than the minimum lies in what sums and differences of released means of a scale give.
    #[test]
    fn no_few_are_the_sum_of_released_cells((parents, own) in organization(), k in 2u64..7) {
        prop_assume!(own.iter().any(|p| !p.is_empty()));
        let release = released(&assessed(&survey(&parents, &own)), k);
        for (s, scale) in SCALES.iter().enumerate() {
            let answered: Vec<u64> =
                own.iter().map(|p| p.iter().filter(|a| a[s].is_some()).count() as u64).collect();
            let mut rows: Vec<Vec<f64>> = Vec::new();
            for unit in 0..own.len() {
                let cells = release.scores().iter().filter(|c| c.unit == format!("u{unit}") && c.scale == **scale);
                let members: Vec<bool> = (0..own.len()).map(|u| within(&parents, u, unit)).collect();
                let n: u64 = members.iter().zip(&answered).filter(|(m, _)| **m).map(|(_, n)| n).sum();
                for cell in cells.filter(|c| c.status != "masked") {
                    prop_assert!(n >= k && cell.n == Some(n), "{cell:?}: {n}");
                    rows.push(members.iter().map(|m| f64::from(u8::from(*m))).collect());
                }
            }
            // Units without an answer add nothing to a sum.
            rows.iter_mut().for_each(|r| r.iter_mut().zip(&answered).for_each(|(x, n)| if *n == 0 { *x = 0.0 }));
            for set in 1..1u32 << own.len() {
                let chosen = |u: usize| set >> u & 1 == 1 && answered[u] > 0;
                let people: u64 = (0..own.len()).filter(|u| chosen(*u)).map(|u| answered[u]).sum();
                let target: Vec<f64> = (0..own.len()).map(|u| f64::from(u8::from(chosen(u)))).collect();
                prop_assert!(people == 0 || people >= k || !derivable(&rows, &target), "{scale}: {people} in {target:?}");
            }
        }
    }

    /// What is shown, masked or not even asked follows from who answered, never from what they answered.
    #[test]
    fn the_pattern_tells_nothing_of_the_answers((parents, own) in organization(), same in 1u8..=5) {
        prop_assume!(own.iter().any(|p| !p.is_empty()));
        let pattern = |own: &[People]| {
            let r = released(&assessed(&survey(&parents, own)), 5);
            let mut cells: Vec<(String, String, bool)> =
                r.judgments().iter().map(|j| (j.subject.clone(), j.question.clone(), j.status == "masked")).collect();
            cells.extend(r.scores().iter().map(|s| (s.unit.clone(), s.scale.clone(), s.status == "masked")));
            (cells, r.units().to_vec(), r.notes().to_vec())
        };
        let alike: Vec<People> =
            own.iter().map(|p| p.iter().map(|a| a.map(|x| x.map(|_| same))).collect()).collect();
        prop_assert_eq!(pattern(&own), pattern(&alike));
    }
}

fn people(n: usize, answers: [Option<u8>; 3]) -> People {
    vec![answers; n]
}

fn mixed(n: usize) -> People {
    (0..n).map(|i| [Some(1 + (i % 5) as u8), Some(1 + (i * 2 % 5) as u8), Some(1 + (i * 3 % 5) as u8)]).collect()
}

#[test]
fn that_a_few_all_answered_alike_is_masked_too() {
    let a = assessed(&survey(&[0, 0], &[mixed(0), mixed(12), people(3, [Some(2), Some(4), Some(3)])]));
    let r = released(&a, 5);
    let of: Vec<_> = r.judgments().iter().filter(|j| j.subject == "u2").collect();
    assert!(!of.is_empty() && of.iter().all(|j| j.status == "masked"), "{of:?}");
    assert!(!r.to_text().contains("said the same") && !r.to_json().to_string().contains("no_spread"));
}

#[test]
fn a_difference_does_not_give_away_who_answered_one_scale_only() {
    let mut own = mixed(30);
    own.push([Some(5), None, Some(3)]);
    let number = |own: People| {
        let r = released(&assessed(&survey(&[0], &[mixed(0), own])), 5);
        let told = r.explain("u1", "weakest_capability").expect("asked").to_owned();
        let line = told.lines().find(|l| l.contains("sense_making_minus_connection`")).expect("looked at");
        line.to_owned()
    };
    assert!(number(own).contains("not shown"));
    assert!(number(mixed(30)).contains("it is 0"), "the same people answered both");
}

fn unit_status(r: &Release, unit: &str, question: &str) -> String {
    let found = r.judgments().iter().find(|j| j.subject == unit && j.question == question);
    found.unwrap_or_else(|| panic!("{unit} {question}")).status.clone()
}

const TREE: &str = "unit,parent\nport,\nnorth,port\nsouth,port\ntugs,port\n";

#[test]
fn leaders_are_protected_from_subtraction() {
    let mut rows = String::from("decision,unit,layer,maker,approvals\n");
    for (unit, makers) in [("north", 7), ("south", 6), ("tugs", 2)] {
        (0..makers).for_each(|i| rows.push_str(&format!("{unit}-{i},{unit},top,{unit}-{i},4\n")));
    }
    let number = |rows: &str, unit: &str| {
        let facts = ["port", "north", "south", "tugs"].map(|u| format!("{u},decisions_slow,1\n")).concat();
        let facts = format!("unit,measure,value\n{facts}");
        let files = [("organization.csv", TREE.to_owned()), ("decisions.csv", rows.to_owned()), ("facts.csv", facts)];
        let r = released(&assessed(&files), 5);
        match unit_status(&r, unit, "slow_decisions").as_str() {
            "masked" => "masked",
            _ if r.explain(unit, "slow_decisions").expect("asked").contains("it is 4 (n") => "shown",
            _ => "verdict",
        }
    };
    // 15 - 7 - 6 would give the two of the tugs.
    let all = |rows: &str| ["port", "north", "south", "tugs"].map(|u| number(rows, u));
    assert_eq!(all(&rows), ["shown", "shown", "verdict", "masked"]);
    // One who decides in two units is in the rest as well: the two of the tugs are still the whole less the others.
    let shared = rows.replace("tugs-0,4", "north-0,4").replace("tugs-1,4", "north-1,4");
    assert_eq!(all(&shared), ["shown", "shown", "verdict", "masked"]);
    let apart = rows.replace("tugs,top,tugs", "south,top,tugs");
    assert_eq!(all(&apart)[..3], ["shown", "shown", "shown"]);
}

#[test]
fn facts_told_by_many_are_protected_from_subtraction() {
    let rows = "unit,measure,value,n\nport,shared_work,0.5,20\nnorth,shared_work,0.5,12\nsouth,shared_work,0.5,5\n\
                tugs,shared_work,0.5,3\n";
    let r = released(&assessed(&[("organization.csv", TREE.to_owned()), ("facts.csv", rows.to_owned())]), 5);
    let masked = |unit| unit_status(&r, unit, "source_demanded") == "masked";
    assert_eq!(["port", "north", "south", "tugs"].map(masked), [false, false, true, true]);
    // Without n they describe situations.
    let rows = "unit,measure,value\nport,shared_work,0.5\ntugs,shared_work,0.5\n";
    let r = released(&assessed(&[("organization.csv", TREE.to_owned()), ("facts.csv", rows.to_owned())]), 5);
    assert!(r.judgments().iter().all(|j| j.status != "masked"));
}

fn shown(r: &Release) -> Vec<bool> {
    r.units().iter().map(|u| u.n.is_some()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Two releases of the same answers under different minimums are safe together, and so is one after answers were
    /// added: no set of fewer people than the smaller minimum is the difference of what left.
    #[test]
    fn releases_are_safe_together(
        (parents, own) in organization(), late in prop::collection::vec(0usize..7, 7), k in 2u64..6, more in 0u64..4,
    ) {
        prop_assume!(own.iter().any(|p| !p.is_empty()));
        let full = |n: usize| people(n, [Some(3); 3]);
        let first: Vec<People> = own.iter().map(|p| full(p.len())).collect();
        let then: Vec<People> = own.iter().zip(&late).map(|(p, l)| full(p.len() + l)).collect();
        let policy = |k| DisclosurePolicy::new(k, "research").expect("a policy");
        let (one, ledger) = assessed(&survey(&parents, &first)).release(&policy(k + more), &Ledger::new()).expect("the first");
        for (next, added) in [(&first, 0), (&then, 1)] {
            let Ok((two, _)) = assessed(&survey(&parents, next)).release(&policy(k), &ledger) else {
                prop_assert!(added == 1, "the same answers may leave again");
                continue;
            };
            // Two atoms a unit: who was there at first, and who came later.
            let people: Vec<u64> =
                own.iter().map(|p| p.len() as u64).chain(late.iter().take(own.len()).map(|l| added * *l as u64)).collect();
            let members = |unit: usize, both: bool| -> Vec<f64> {
                let within = |u: usize| within(&parents, u % own.len(), unit) && people[u] > 0 && (both || u < own.len());
                (0..people.len()).map(|u| f64::from(u8::from(within(u)))).collect()
            };
            let cells = |r: &Release, both| -> Vec<Vec<f64>> {
                shown(r).iter().enumerate().filter(|(_, s)| **s).map(|(u, _)| members(u, both)).collect()
            };
            let rows = [cells(&one, false), cells(&two, true)].concat();
            for set in 1..1u32 << people.len() {
                let chosen = |u: usize| set >> u & 1 == 1;
                let count: u64 = (0..people.len()).filter(|u| chosen(*u)).map(|u| people[u]).sum();
                if count == 0 || count >= k || (0..people.len()).any(|u| chosen(u) && people[u] == 0) {
                    continue;
                }
                let target: Vec<f64> = (0..people.len()).map(|u| f64::from(u8::from(chosen(u)))).collect();
                prop_assert!(!derivable(&rows, &target), "{count} people of {people:?}: {target:?}");
            }
        }
    }
}

#[test]
fn what_left_under_looser_terms_does_not_loosen_the_next() {
    let a = assessed(&survey(&[0, 0, 0], &[mixed(0), mixed(12), mixed(5), mixed(3)]));
    let loose = DisclosurePolicy::new(2, "research").expect("a policy");
    for policy in [loose, DisclosurePolicy::unrestricted()] {
        let (r, ledger) = a.release(&policy, &Ledger::new()).expect("the first");
        assert_eq!(shown(&r), [true; 4]);
        let (r, _) = a.release(&DisclosurePolicy::default(), &ledger).expect("the second");
        assert_eq!(shown(&r), [true, true, false, false]);
    }
}

#[test]
fn answers_that_came_late_do_not_open_what_was_hidden() {
    let release = |n: [usize; 3], ledger: &Ledger| {
        let own = [mixed(0), mixed(n[0]), mixed(n[1]), mixed(n[2])];
        assessed(&survey(&[0, 0, 0], &own)).release(&DisclosurePolicy::default(), ledger)
    };
    let (r, ledger) = release([12, 5, 3], &Ledger::new()).expect("the first");
    assert_eq!(shown(&r), [true, true, false, false]);
    // Shown now, 5 would give the first 3 as 20 - 12 - 5.
    let (r, _) = release([12, 5, 8], &ledger).expect("five came late");
    assert_eq!(shown(&r), [true, true, false, false]);
    // The whole grew by 7, the shown unit by 6: one came late elsewhere.
    assert_eq!(release([18, 5, 4], &ledger).expect_err("one").code(), "difference_exposed");
}

#[test]
fn what_a_few_left_out_is_not_told() {
    let notes =
        |n| released(&assessed(&survey(&[0], &[mixed(0), people(n, [Some(1), None, Some(2)])])), 5).notes().to_vec();
    assert!(notes(4).is_empty());
    assert!(notes(5)[0].contains("5 answers missing"));
}

#[test]
fn everybody_of_one_mind_is_certain_and_nobody_is_not_few() {
    let status = |size: &str, answers| {
        let mut files = survey(&[0], &[mixed(0), people(6, answers)]);
        files[0].1 = format!("unit,parent,size\nu0,,{size}\nu1,u0,{size}\n");
        unit_status(&released(&assessed(&files), 5), "u1", "direction")
    };
    assert_eq!(status("6", [Some(3), Some(3), Some(4)]), "answer");
    assert_eq!(status("9", [Some(3), Some(3), Some(4)]), "insufficient");
    let mut nobody = survey(&[0], &[mixed(0), people(6, [Some(3), Some(3), None])]);
    let all = |files: &[(&'static str, String)]| unit_status(&released(&assessed(files), 5), "u0", "direction");
    assert_eq!(all(&nobody), "insufficient");
    nobody[1].1 = nobody[1].1.lines().take(4).map(|l| format!("{l}\n")).collect();
    assert_eq!(all(&nobody), "masked");
}

#[test]
fn a_framework_without_the_question_says_so() {
    let own = "[framework]\nid = 'own'\nversion = '1.0.0'\n[measure.x]\nscore = [0, 1]\nasks = 'x?'\n[question.q]\n\
               title = 'Q'\nasks = 'q?'\noptions = ['a']\nmode = 'independent'\n[[rule]]\nid = 'q.a'\n\
               says = ['q', 'a']\nstrength = 'typical'\nwhen = { gt = ['x', 0.5] }\nbasis = { kind = 'user' }\n\
               because = 'x'\n";
    let framework = Framework::from_files(&[("own.toml", own)]).expect("a framework");
    let (evidence, _) =
        Evidence::from_files(&[("challenges.csv", b"challenge,criterion,value\nm,definable,1\n".as_slice())])
            .expect("a table");
    let e = assess(&framework, &evidence, &Options::default()).expect_err("no such question");
    assert_eq!((e.code(), e.path()), ("unknown_question", "challenges"));
    assert!(e.help_text().contains("add the question `challenge`"));
}

#[test]
fn a_total_of_a_few_of_one_mind_is_not_certain() {
    let items = Instrument::builtin("ccl-dac").expect("built in");
    let names: Vec<&str> = items.items().iter().map(|i| i.id.as_str()).collect();
    let row = format!("a{}\n", ",5".repeat(names.len()));
    let csv = format!("unit,{}\n{}", names.join(","), row.repeat(6));
    let status = |size: u64| {
        let tree = format!("unit,parent,size\na,,{size}\n");
        let files = [("responses.csv", csv.as_bytes()), ("organization.csv", tree.as_bytes())];
        let (evidence, _) = Evidence::from_files(&files).expect("tables");
        let options = Options { instrument: Some(items.clone()), ..Options::default() };
        let a = assess(&FRAMEWORK, &evidence, &options).expect("an assessment");
        a.judgment("a", "dac_attention").expect("asked").status().as_str()
    };
    assert_eq!((status(6), status(9)), ("answer", "insufficient"));
}

/// Units under one root, each with people of two cuts.
fn cut_survey(people: &[(usize, &str, &str, Option<u8>)]) -> Vec<(&'static str, String)> {
    let mut rows = String::from("unit,tenure,site,s,c,d\n");
    for (unit, tenure, site, s) in people {
        let s = s.map_or(String::new(), |s| s.to_string());
        rows.push_str(&format!("u{unit},{tenure},{site},{s},3,4\n"));
    }
    let tree = "unit,parent\nu0,\nu1,u0\nu2,u0\nu3,u0\n";
    vec![("organization.csv", tree.to_owned()), ("responses.csv", rows)]
}

fn cut_release(people: &[(usize, &str, &str, Option<u8>)], ledger: &Ledger) -> colead::Result<(Release, Ledger)> {
    let files = cut_survey(people);
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
    let (evidence, _) = Evidence::from_files(&files)?;
    let instrument = Some(Instrument::from_json(INSTRUMENT)?);
    let cuts = vec!["tenure".to_owned(), "site".to_owned()];
    assess(&FRAMEWORK, &evidence, &Options { instrument, cuts, ..Options::default() })?
        .release(&DisclosurePolicy::default(), ledger)
}

type Person = (usize, &'static str, &'static str, Option<u8>);

fn person() -> impl Strategy<Value = Person> {
    let tenure = prop_oneof![Just("new"), Just("long"), Just("")];
    let site = prop_oneof![Just("a"), Just("b")];
    (0usize..4, tenure, site, answer())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Units, direct reports and two cuts released together: no few people are a sum of what is shown of a scale.
    #[test]
    fn no_few_are_the_sum_of_released_groups(people in prop::collection::vec(person(), 1..45)) {
        let (release, _) = cut_release(&people, &Ledger::new()).expect("a release");
        let own: Vec<&Person> = people.iter().filter(|p| p.3.is_some()).collect();
        let mut atoms: Vec<Person> = own.iter().map(|p| (p.0, p.1, p.2, None)).collect();
        atoms.sort_unstable();
        atoms.dedup();
        let count: Vec<usize> =
            atoms.iter().map(|a| own.iter().filter(|p| (p.0, p.1, p.2) == (a.0, a.1, a.2)).count()).collect();
        let under = |unit: &str, a: &Person| unit == "u0" || unit == format!("u{}", a.0);
        let mut rows: Vec<Vec<f64>> = Vec::new();
        let mut shown = |n: Option<u64>, holds: &dyn Fn(&Person) -> bool| {
            let row: Vec<bool> = atoms.iter().map(holds).collect();
            let people: usize = row.iter().zip(&count).filter(|(r, _)| **r).map(|(_, n)| n).sum();
            rows.push(row.into_iter().map(|r| f64::from(u8::from(r))).collect());
            (n == Some(people as u64), people)
        };
        for s in release.scores().iter().filter(|s| s.scale == "sense_making" && s.status != "masked") {
            let (same, people) = shown(s.n, &|a| under(&s.unit, a));
            prop_assert!(same && people >= 5, "{s:?}");
        }
        for g in release.groups().iter().filter(|g| g.scale == "sense_making" && g.status != "masked") {
            let (same, people) = shown(g.n, &|a| under(&g.unit, a) && match g.cut.as_str() {
                "reports" => a.0 == 0,
                "tenure" => a.1 == g.category,
                _ => a.2 == g.category,
            });
            prop_assert!(same && people >= 5, "{g:?}");
        }
        fn sets(from: usize, n: usize, count: &[usize], chosen: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
            for i in from..count.len() {
                if n + count[i] < 5 {
                    chosen.push(i);
                    all.push(chosen.clone());
                    sets(i + 1, n + count[i], count, chosen, all);
                    chosen.pop();
                }
            }
        }
        let mut all = Vec::new();
        sets(0, 0, &count, &mut Vec::new(), &mut all);
        for set in all {
            let target: Vec<f64> = (0..atoms.len()).map(|i| f64::from(u8::from(set.contains(&i)))).collect();
            prop_assert!(!derivable(&rows, &target), "{set:?} of {atoms:?}");
        }
    }
}

fn crowd(units: &[(usize, usize)]) -> Vec<Person> {
    let one = |i: usize, unit| (unit, ["new", "long"][i % 2], ["a", "b"][i / 2 % 2], Some(1 + (i % 5) as u8));
    units.iter().flat_map(|(unit, n)| (0..*n).map(move |i| one(i, *unit))).collect()
}

#[test]
fn cuts_leave_with_the_units_and_the_ledger_remembers_them() {
    let people = crowd(&[(1, 24), (2, 20), (3, 3)]);
    let (release, ledger) = cut_release(&people, &Ledger::new()).expect("a release");
    let status = |r: &Release, unit: &str, category: &str| {
        let of = r.groups().iter().find(|g| g.unit == unit && g.category == category && g.scale == "direction");
        of.expect("a group").status.clone()
    };
    assert_eq!(status(&release, "u1", "new"), "known");
    assert_eq!(status(&release, "u3", "new"), "masked");
    assert!(ledger.entries().iter().any(|e| e.unit == "u1" && e.cut == "tenure" && e.category == "new" && e.n == 12));
    let text = colead::json::canonical(&ledger.to_json());
    let ledger = Ledger::from_json(&text).expect("its own form");
    let options = colead::release::AuditOptions::default();
    assert!(ledger.audit(&options).expect("a verdict").iter().all(|(.., a)| a.is_safe()));
    let (again, after) = cut_release(&people, &ledger).expect("the same may leave again");
    assert_eq!((again.groups(), after.entries()), (release.groups(), ledger.entries()));
    assert!(release.sheet().contains("proved safe") && release.sheet().lines().count() < 60, "{}", release.sheet());
}

#[test]
fn one_who_left_between_two_releases_is_not_exposed() {
    let people = crowd(&[(1, 24), (2, 20)]);
    let (_, ledger) = cut_release(&people, &Ledger::new()).expect("the first");
    // Erased one by one, the people stand out; taken out five at a time from the same groups, they do not.
    assert_eq!(cut_release(&people[1..], &ledger).expect_err("one").code(), "difference_exposed");
    let mut other = people.clone();
    other[0].3 = Some(5);
    assert_eq!(cut_release(&other, &ledger).expect_err("another answer").code(), "difference_exposed");
    let batch: Vec<Person> = people.iter().filter(|p| p.0 != 1 || p.1 != "new").copied().collect();
    let (release, after) = cut_release(&batch, &ledger).expect("twelve together");
    assert!(release.units().iter().any(|u| u.unit == "u1" && u.n == Some(12)));
    assert!(after.audit(&Default::default()).expect("a verdict").iter().all(|(.., a)| a.is_safe()));
}

#[test]
fn ledgers_and_cuts_that_do_not_fit_are_refused() {
    let people = crowd(&[(1, 24), (2, 20)]);
    let (_, ledger) = cut_release(&people, &Ledger::new()).expect("a release");
    let wave = |name: &str| {
        let rows: String = (0..9).map(|i| format!("u1,{name},{},3,4\n", 1 + i % 5)).collect();
        assessed(&[("responses.csv", format!("unit,wave,s,c,d\n{rows}"))])
    };
    let (_, first) = wave("w1").release(&DisclosurePolicy::default(), &Ledger::new()).expect("a release");
    let code =
        |a: &Assessment, l: &Ledger| a.release(&DisclosurePolicy::default(), l).map(|_| ()).map_err(|e| e.code());
    assert_eq!(code(&wave("w2"), &first), Err("other_wave"));
    assert_eq!(code(&wave("w1"), &ledger), Err("other_wave"));
    let cut = |name: &str, rows: &str| {
        let (evidence, _) = Evidence::from_files(&[("responses.csv", rows.as_bytes())]).expect("a table");
        let instrument = Some(Instrument::from_json(INSTRUMENT).expect("an instrument"));
        let options = Options { instrument, cuts: vec![name.to_owned()], ..Options::default() };
        assess(&FRAMEWORK, &evidence, &options).map(|a| a.notes().to_vec()).map_err(|e| e.code())
    };
    let table = |categories: usize| {
        let rows: String = (0..200).map(|i| format!("u1,k{},1,2,3\n", i % categories)).collect();
        format!("unit,tenure,s,c,d\n{rows}")
    };
    assert_eq!(cut("tenure", &table(100)), Err("too_many_categories"));
    assert!(cut("tenure", &table(40)).expect("merged").iter().any(|n| n.contains("40 rare categories")));
    assert_eq!(cut("tenur", &table(2)), Err("missing_column"));
    assert_eq!(cut("unit", &table(2)), Err("bad_cut"));
    assert_eq!(cut("s", &table(2)), Err("bad_cut"));
}

#[test]
fn a_mean_at_the_end_of_the_scale_is_a_band() {
    let release = |n: usize| released(&assessed(&survey(&[0], &[mixed(0), people(n, [Some(5), Some(1), Some(3)])])), 5);
    let value = |r: &Release, scale: &str| {
        let of = r.scores().iter().find(|s| s.unit == "u1" && s.scale == scale && s.estimand == "respondents");
        of.expect("a score").value
    };
    let few = release(8);
    assert_eq!((value(&few, "sense_making"), value(&few, "connection")), (Some(95.0), Some(5.0)));
    assert_eq!(value(&few, "direction"), Some(50.0));
    assert_eq!(value(&release(20), "sense_making"), Some(100.0));
}

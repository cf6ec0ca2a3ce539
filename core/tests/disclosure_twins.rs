//! A release holds nothing but what the released cells hold: two people whom no released cell tells apart may change
//! places, and not a byte of what leaves changes. That goes for scores, levels that lean on peers, judgments,
//! explanations, counterfactuals, near misses, what to ask next, what is cited, notes, the report and the sheet.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod small;

use colead::assess::{Assessment, Options, assess};
use colead::evidence::{Evidence, Instrument};
use colead::json::canonical;
use colead::release::{DisclosurePolicy, Ledger, Release};
use colead::rules::Framework;
use small::Random;
use std::sync::LazyLock;

static FRAMEWORK: LazyLock<Framework> = LazyLock::new(|| Framework::builtin().expect("the framework loads"));
static INSTRUMENT: LazyLock<Instrument> =
    LazyLock::new(|| Instrument::builtin("collective-leadership").expect("built in"));

#[derive(Clone)]
struct Survey {
    parents: Vec<usize>,
    sizes: Vec<usize>,
    /// Unit, tenure, and the answers of each person.
    people: Vec<(usize, &'static str, Vec<Option<u8>>)>,
}

/// Two levels of units of a few people each, who answer alike within a unit now and then.
fn survey(r: &mut Random) -> Survey {
    let units = 5 + r.below(6);
    let parents: Vec<usize> = (1..units).map(|i| if i < 4 { 0 } else { r.below(4) }).collect();
    let items = INSTRUMENT.items().len();
    let mut people = Vec::new();
    let mut sizes = vec![0; units];
    for (unit, size) in sizes.iter_mut().enumerate() {
        let (n, alike, base) = (r.below(10), r.below(5) == 0, 1 + r.below(5));
        *size = n + r.below(3);
        for _ in 0..n {
            let answer = |r: &mut Random| {
                let x = if alike { base } else { (base + r.below(3)).clamp(1, 5) };
                (r.below(100) > 0).then_some(x as u8)
            };
            let answers = (0..items).map(|_| answer(r)).collect();
            people.push((unit, ["new", "long"][r.below(2)], answers));
        }
    }
    Survey { parents, sizes, people }
}

fn assessed(s: &Survey) -> Assessment {
    let within = |mut u: usize, top: usize| loop {
        match (u == top, u) {
            (true, _) => return true,
            (_, 0) => return false,
            _ => u = s.parents[u - 1],
        }
    };
    let size = |top: usize| -> usize { (0..s.sizes.len()).filter(|u| within(*u, top)).map(|u| s.sizes[u]).sum() };
    let mut tree = format!("unit,parent,size\nu0,,{}\n", size(0));
    s.parents.iter().enumerate().for_each(|(i, p)| tree.push_str(&format!("u{},u{p},{}\n", i + 1, size(i + 1))));
    let names: Vec<&str> = INSTRUMENT.items().iter().map(|i| i.id.as_str()).collect();
    let mut rows = format!("unit,tenure,{}\n", names.join(","));
    for (unit, tenure, answers) in &s.people {
        let cells: Vec<String> = answers.iter().map(|a| a.map_or(String::new(), |a| a.to_string())).collect();
        rows.push_str(&format!("u{unit},{tenure},{}\n", cells.join(",")));
    }
    let files = [("organization.csv", tree.as_bytes()), ("responses.csv", rows.as_bytes())];
    let (evidence, _) = Evidence::from_files(&files).expect("tables");
    let options =
        Options { instrument: Some(INSTRUMENT.clone()), cuts: vec!["tenure".to_owned()], ..Options::default() };
    assess(&FRAMEWORK, &evidence, &options).expect("an assessment")
}

/// Every other organization with parts told together.
fn release(s: &Survey) -> Release {
    let policy = DisclosurePolicy::new(4, "research").expect("a policy").with_pooling(s.people.len().is_multiple_of(2));
    assessed(s).release(&policy, &Ledger::new()).expect("an empty ledger refuses nothing").0
}

/// Everything that leaves, less the digest by which the owner finds the evidence again.
fn all(r: &Release) -> String {
    let digest = r.manifest().evidence_sha256.clone();
    let mut out = canonical(&r.to_json()) + &r.to_text() + &r.sheet();
    for j in r.judgments() {
        out.push_str(r.explain(&j.subject, &j.question).expect("asked"));
    }
    out.replace(&digest, "").replace(&digest[..12], "")
}

/// The scales and cells, by unit and cut, that left with somebody like this in them.
fn told_of(s: &Survey, r: &Release, unit: usize, tenure: &str) -> Vec<String> {
    let mut above = vec![format!("u{unit}")];
    let mut at = unit;
    while at > 0 {
        at = s.parents[at - 1];
        above.push(format!("u{at}"));
    }
    let scores = r.scores().iter().filter(|c| c.status != "masked" && above.contains(&c.unit));
    let mut out: Vec<String> = scores.map(|c| format!("{} {}", c.unit, c.scale)).collect();
    let groups = r.groups().iter().filter(|g| {
        let pooled = || g.category.split(" + ").any(|part| above.contains(&part.to_owned()));
        let member = match g.cut.as_str() {
            "reports" => g.unit == above[0],
            "pooled" => pooled() || (g.unit == above[0] && g.category.ends_with("direct reports")),
            _ => above.contains(&g.unit) && g.category == tenure,
        };
        g.status != "masked" && member
    });
    out.extend(groups.map(|g| format!("{} {} {}", g.unit, g.category, g.scale)));
    out.sort();
    out.dedup();
    out
}

#[test]
fn people_whom_nothing_released_tells_apart_may_change_places() {
    let mut random = Random::new(11);
    let (mut swapped, mut organizations, mut differed) = (0, 0, 0);
    while swapped < 24 {
        organizations += 1;
        assert!(organizations < 200, "only {swapped} pairs in {organizations} organizations");
        let s = survey(&mut random);
        let first = release(&s);
        let before = all(&first);
        let gaps = |i: usize| s.people[i].2.iter().map(Option::is_some).collect::<Vec<bool>>();
        let pairs = (0..s.people.len()).flat_map(|i| (0..i).map(move |j| (j, i)));
        let twins = pairs.filter(|(i, j)| {
            let (a, b) = (&s.people[*i], &s.people[*j]);
            (a.0, a.1) != (b.0, b.1) && a.2 != b.2 && gaps(*i) == gaps(*j)
        });
        let twins: Vec<(usize, usize)> = twins
            .filter(|(i, j)| {
                let told = |p: usize| told_of(&s, &first, s.people[p].0, s.people[p].1);
                told(*i) == told(*j)
            })
            .collect();
        let Some((i, j)) = twins.get(random.below(twins.len().max(1))).copied() else { continue };
        let mut other = s.clone();
        (other.people[i].2, other.people[j].2) = (s.people[j].2.clone(), s.people[i].2.clone());
        differed += usize::from(
            canonical(&serde_json::Value::Array(assessed(&s).measures()))
                != canonical(&serde_json::Value::Array(assessed(&other).measures())),
        );
        let after = all(&release(&other));
        if before != after {
            let at = before.bytes().zip(after.bytes()).position(|(a, b)| a != b).unwrap_or(0);
            let near =
                |t: &str| t[t.floor_char_boundary(at.saturating_sub(300))..t.floor_char_boundary(at + 80)].to_owned();
            panic!("organization {organizations}:\n{}\n---\n{}", near(&before), near(&after));
        }
        swapped += 1;
    }
    assert!(differed > 16, "the owner sees the difference: {differed} of {swapped}");
}

//! Coherence from end to end: what is planted is found where it was planted and nowhere else, chance is told from
//! order, and words raise nothing.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::assess::{Options, Project, assess};
use colead::evidence::{DecisionEffects, Decisions, Evidence, Organization, Rankings, Table};
use colead::measure::Absence;
use colead::measure::coherence::{Coherence, Counts, DecisionCounts, Place, coherence};
use colead::measure::concordance::{By, FacetRow, concordance};
use colead::measure::ordinal::{Metric, krippendorff_alpha};
use colead::release::{DisclosurePolicy, Ledger};
use colead::rules::{Case, Framework};
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use std::path::Path;

const PRIORITIES: [&str; 6] = ["safety", "turnaround", "growth", "people", "environment", "cost"];
const LAYERS: [&str; 3] = ["board", "department", "team"];

struct Chance(ChaCha8Rng);

impl Chance {
    fn new(seed: u64) -> Chance {
        Chance(ChaCha8Rng::seed_from_u64(seed))
    }
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64).sum::<f64>() - 6.0
    }
}

fn evidence(files: &[(&str, String)]) -> Evidence {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let (evidence, unread) = Evidence::from_files(&files).unwrap();
    assert!(unread.is_empty());
    evidence.validate().unwrap();
    evidence
}

const ORGANIZATION: &str =
    "unit,parent,layer\nport,,board\nnorth,port,department\nsouth,port,department\nn1,north,team\ns1,south,team\n";

fn declared() -> String {
    let rows: Vec<String> = PRIORITIES.iter().enumerate().map(|(i, p)| format!("{p},{}\n", i + 1)).collect();
    format!("priority,rank\n{}", rows.concat())
}

/// Twelve leaders a layer rank in routine and under high pressure; `turned` layers hold the opposite order there.
fn rankings(turned: &[&str], seed: u64) -> String {
    let mut chance = Chance::new(seed);
    let mut out = String::from("ranker,unit,layer,priority,rank,pressure\n");
    for pressure in ["routine", "high"] {
        for (layer, units) in [("board", ["port", "port"]), ("department", ["north", "south"]), ("team", ["n1", "s1"])]
        {
            for i in 0..12 {
                let against = pressure == "high" && turned.contains(&layer);
                let mut felt: Vec<(f64, &str)> = PRIORITIES
                    .iter()
                    .enumerate()
                    .map(|(k, p)| (if against { 5.0 - k as f64 } else { k as f64 } + 0.8 * chance.normal(), *p))
                    .collect();
                felt.sort_by(|a, b| a.0.total_cmp(&b.0));
                for (rank, (_, p)) in felt.iter().enumerate() {
                    out.push_str(&format!("{layer}{i},{},{layer},{p},{},{pressure}\n", units[i % 2], rank + 1));
                }
            }
        }
    }
    out
}

/// Decisions of ten makers; each touches two priorities, advancing the first three and yielding on the others with
/// probability `firm` in percent, by pressure.
fn decisions(per_level: usize, firm: [usize; 2], seed: u64) -> [(&'static str, String); 2] {
    let mut chance = Chance::new(seed);
    let mut table = String::from("decision,unit,layer,maker,pressure\n");
    let mut effects = String::from("decision,priority,effect\n");
    for (pressure, firm) in ["routine", "high"].into_iter().zip(firm) {
        for i in 0..per_level {
            let unit = ["port", "north", "south", "n1", "s1"][i % 5];
            table.push_str(&format!("{pressure}{i},{unit},team,m{},{pressure}\n", i % 10));
            let first = chance.below(6);
            let second = (first + 1 + chance.below(5)) % 6;
            for p in [first, second] {
                let way = if (p < 3) == (chance.below(100) < firm) { 1 } else { -1 };
                effects.push_str(&format!("{pressure}{i},{},{way}\n", PRIORITIES[p]));
            }
        }
    }
    [("decisions.csv", table), ("decision_effects.csv", effects)]
}

fn measured(evidence: &Evidence) -> Coherence {
    let csv = Table::from_csv("organization", ORGANIZATION.as_bytes()).unwrap();
    coherence(&Organization::from_table(&csv).unwrap(), evidence, &[], 7).unwrap()
}

fn find<'c>(found: &'c Coherence, pressure: &str, measure: &str, layer: Option<&str>) -> &'c FacetRow {
    let at = |r: &&FacetRow| {
        r.unit.as_deref() == Some("port")
            && r.pressure.is_some_and(|p| p.as_str() == pressure)
            && r.measure == measure
            && (layer.is_none() || r.layer.as_deref() == layer)
    };
    found.rows.iter().find(at).unwrap_or_else(|| panic!("{pressure} {measure} {layer:?}"))
}

fn value(row: &FacetRow) -> f64 {
    *row.value.as_ref().unwrap()
}

#[test]
fn divergence_is_found_at_the_layer_where_it_was_planted_and_at_no_other() {
    for (turned, at) in [("board", 0), ("department", 1), ("team", 2)] {
        for seed in 0..5 {
            let all = [("rankings.csv", rankings(&[turned], seed)), ("declared.csv", declared())];
            let found = measured(&evidence(&all));
            assert_eq!(found.layers.as_deref(), Some(&LAYERS.map(str::to_owned)[..]));
            for (i, layer) in LAYERS.iter().enumerate() {
                let near = find(&found, "high", "declared_fidelity", Some(layer));
                assert_eq!(value(near) < 0.0, i == at, "{turned}: {near:?}");
                let (low, high) = near.interval.unwrap();
                assert!(low < value(near) && value(near) < high);
                assert!(value(find(&found, "routine", "declared_fidelity", Some(layer))) > 0.5);
            }
            assert_eq!(find(&found, "high", "weakest_layer", None).layer.as_deref(), Some(turned));
            for (i, upper) in LAYERS[..2].iter().enumerate() {
                let broken = i == at || i + 1 == at;
                assert_eq!(value(find(&found, "high", "layer_link", Some(upper))) < 0.0, broken, "{turned} {upper}");
            }
            assert!(value(find(&found, "high", "fidelity_change", None)) < -0.3);
        }
    }
}

#[test]
fn nothing_planted_is_nothing_found() {
    let mut outside = 0;
    for seed in 0..20 {
        let [d, e] = decisions(60, [80, 80], seed);
        let found = measured(&evidence(&[d, e, ("rankings.csv", rankings(&[], seed)), ("declared.csv", declared())]));
        for change in ["reinforcement_change", "fidelity_change"] {
            let (low, high) = find(&found, "high", change, None).interval.unwrap();
            outside += usize::from(low > 0.0 || high < 0.0);
        }
        assert!(value(find(&found, "high", "declared_fidelity", Some("team"))) > 0.5);
        assert_eq!(find(&found, "high", "camps", None).found.as_deref(), Some("one_view"));
    }
    // 40 intervals of 95 %: more than six outside would be one chance in a thousand.
    assert!(outside <= 6, "{outside}");
}

#[test]
fn falling_reinforcement_is_found_and_shuffled_decisions_stand_at_chance() {
    let [d, e] = decisions(60, [95, 50], 3);
    let found = measured(&evidence(&[d, e]));
    let change = find(&found, "high", "reinforcement_change", None);
    assert!(change.interval.unwrap().1 < 0.0, "{change:?}");
    // Effects dealt at random: the mean distance from the chance value is that of noise around zero.
    let mut apart = Vec::new();
    for seed in 0..40 {
        let [d, e] = decisions(60, [50, 50], seed);
        let found = measured(&evidence(&[d, e]));
        let row = find(&found, "high", "decision_reinforcement", None);
        apart.push(value(row) - row.chance.unwrap());
    }
    let mean = apart.iter().sum::<f64>() / apart.len() as f64;
    let sd = (apart.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 39.0).sqrt();
    assert!(mean.abs() < 3.5 * sd / 40f64.sqrt(), "{mean} {sd}");
}

#[test]
fn names_of_priorities_and_units_change_nothing() {
    let [d, e] = decisions(40, [90, 60], 5);
    let files = [d, e, ("rankings.csv", rankings(&["team"], 5)), ("declared.csv", declared())];
    let plain = measured(&evidence(&files));
    let renamed = files.map(|(name, text)| {
        let text = PRIORITIES.iter().enumerate().fold(text, |t, (i, p)| t.replace(p, &format!("{}-priority", 9 - i)));
        (name, text)
    });
    let other = measured(&evidence(&renamed));
    assert_eq!(plain.rows.len(), other.rows.len());
    for (a, b) in plain.rows.iter().zip(&other.rows) {
        match (&a.value, &b.value) {
            (Ok(x), Ok(y)) if a.measure != "largest_shift" => assert!((x - y).abs() < 1e-9, "{a:?} {b:?}"),
            (a, b) => assert_eq!(a.is_ok(), b.is_ok()),
        }
    }
}

#[test]
fn one_level_of_pressure_is_insufficient_however_good_it_looks() {
    let [d, e] = decisions(60, [95, 95], 1);
    let only = |text: String| {
        let mut lines = text.lines();
        let head = lines.next().unwrap().to_owned();
        lines.filter(|l| l.contains("routine")).fold(head, |t, l| t + "\n" + l)
    };
    let files =
        [(d.0, only(d.1)), (e.0, only(e.1)), ("rankings.csv", only(rankings(&[], 1))), ("declared.csv", declared())];
    let mut all: Vec<(&str, String)> = files.to_vec();
    all.push(("organization.csv", ORGANIZATION.to_owned()));
    let framework = Framework::builtin().unwrap();
    let found = assess(&framework, &evidence(&all), &Options::default()).unwrap();
    for question in ["operating_coherence", "operating_coherence_apart", "coherence_gap"] {
        let j = found.judgment("port", question).unwrap();
        assert_eq!(j.status().as_str(), "insufficient", "{question}");
    }
    assert!(found.measures().iter().any(|m| m["measure"] == "decision_reinforcement" && m["status"] == "one_pressure"));
}

#[test]
fn words_raise_nothing() {
    let framework = Framework::builtin().unwrap();
    let words = ["meeting_alignment", "document_signoff", "stated_intent", "consensus_after_dialogue"];
    let rests = |case: &Case| {
        let of = |q: &str| framework.judge(q, case, None).unwrap();
        (of("operating_coherence").to_json(), of("operating_coherence_apart").to_json(), of("coherence_gap").to_json())
    };
    for base in [None, Some(0.1), Some(0.9)] {
        let mut case = Case::new(&framework);
        if let Some(x) = base {
            for m in ["decision_reinforcement", "layer_fidelity", "one_signal", "signal_match"] {
                case.give(&framework, m, x, None, None).unwrap();
            }
        }
        let before = rests(&case);
        for word in words {
            case.give(&framework, word, 1.0, None, None).unwrap();
        }
        assert_eq!(before, rests(&case));
    }
}

fn harbour() -> (colead::assess::Assessment, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/harbour");
    let files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap())
        .map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap()))
        .collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    let assessment = Project::from_files(&files).unwrap().assess().unwrap();
    let text = assessment.release(&DisclosurePolicy::default(), &Ledger::new()).unwrap().0.to_text();
    (assessment, text)
}

#[test]
fn the_harbour_breaks_in_the_south_between_executives_and_departments() {
    let (found, text) = harbour();
    assert_eq!(found.judgment("south", "coherence_gap").unwrap().answer(), Some("capable_and_incoherent"));
    assert_eq!(found.judgment("south", "coherence_change").unwrap().answer(), Some("falls"));
    let north = found.judgment("north", "operating_coherence").unwrap();
    assert!(north.excluded().contains(&"breaks"), "{:?}", north.excluded());
    let at = |unit: &str, measure: &str| {
        let rows = found.coherence().rows.iter().filter(|r| r.unit.as_deref() == Some(unit) && r.measure == measure);
        rows.max_by_key(|r| r.pressure).unwrap().clone()
    };
    let link = at("south", "weakest_link");
    assert_eq!((link.layer.as_deref(), link.to.as_deref()), (Some("executive"), Some("department")));
    assert_eq!(at("south", "camps").found.as_deref(), Some("two_camps"));
    assert!(at("south", "timing_divergence").p.unwrap() < 0.05);
    assert!(text.contains("Coherence under pressure") && text.contains("no free recall"), "{text}");
}

/// Judges of objects whose rank sums have the sum of squares that the published example of nine judges and seven goals
/// has: W depends on the rankings through it alone.
#[test]
fn the_published_ranking_example_is_met() {
    let mut chance = Chance::new(1);
    let target = 724.0;
    let mut judges: Vec<Vec<usize>> = (0..9).map(|_| (1..=7).collect()).collect();
    let spread = |judges: &[Vec<usize>]| -> f64 {
        (0..7).map(|o| (judges.iter().map(|j| j[o] as f64).sum::<f64>() - 36.0).powi(2)).sum()
    };
    while spread(&judges) != target {
        let (j, a, b) = (chance.below(9), chance.below(7), chance.below(7));
        let before = (spread(&judges) - target).abs();
        judges[j].swap(a, b);
        if (spread(&judges) - target).abs() > before && chance.below(10) > 0 {
            judges[j].swap(a, b);
        }
    }
    let mut csv = String::from("ranker,unit,layer,priority,rank\n");
    for (i, judge) in judges.iter().enumerate() {
        judge.iter().enumerate().for_each(|(o, rank)| csv.push_str(&format!("r{i},u,l,goal{o},{rank}\n")));
    }
    let rankings = Rankings::from_table(&Table::from_csv("rankings", csv.as_bytes()).unwrap()).unwrap();
    let rows = concordance(&rankings, None, By::Whole, 0);
    assert!((value(&rows[0]) - 0.319_224_0).abs() < 5e-8, "{:?}", rows[0]);
    assert!((value(&rows[1]) - 0.234_127_0).abs() < 5e-8, "{:?}", rows[1]);
}

#[test]
fn lists_and_effects_that_cannot_be_are_refused() {
    let of = |rankings: &str| {
        let csv = format!("ranker,unit,layer,priority,rank\n{rankings}");
        Evidence::from_files(&[
            ("rankings.csv", csv.as_bytes()),
            ("declared.csv", b"priority,rank\nsafety,1\npace,2\n"),
        ])
        .and_then(|(e, _)| e.validate())
        .map_err(|e| (e.code(), e.path().to_owned(), e.help_text().is_empty()))
    };
    let wrong = |code, at: &str| Err((code, format!("rankings, row {at}"), false));
    assert_eq!(of("a,port,1,safety,1\na,port,1,pace,2\nb,port,1,anything,\n"), Ok(()));
    assert_eq!(of("a,port,1,safety,1\na,port,1,safty,2\n"), wrong("unknown_priority", "2, column priority"));
    assert_eq!(of("a,port,1,safety,1\na,north,1,pace,2\n"), wrong("two_places", "2, column unit"));
    assert_eq!(of("a,port,1,safety,1\na,port,2,pace,2\n"), wrong("two_places", "2, column layer"));
    assert_eq!(of("a,port,1,safety,1\na,port,1,safety,2\n"), wrong("duplicate_priority", "2, column priority"));
}

fn tables(d: &str, e: &str) -> (Decisions, DecisionEffects) {
    let d = Decisions::from_table(&Table::from_csv("decisions", d.as_bytes()).unwrap()).unwrap();
    (d, DecisionEffects::from_table(&Table::from_csv("decision_effects", e.as_bytes()).unwrap()).unwrap())
}

#[test]
fn contradictory_coders_make_the_facet_insufficient_and_their_alpha_is_the_known_one() {
    let mut e = String::from("decision,priority,effect,coder\n");
    let mut d = String::from("decision,unit,layer,pressure\n");
    let mut chance = Chance::new(4);
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for i in 0..30 {
        let (x, y) = (chance.below(3) as i64 - 1, chance.below(3) as i64 - 1);
        d.push_str(&format!("d{i},port,board,high\n"));
        e.push_str(&format!("d{i},safety,{x},one\nd{i},safety,{y},two\n"));
        a.push(Some(x as f64));
        b.push(Some(y as f64));
    }
    let (decisions, effects) = tables(&d, &e);
    let mut counts = DecisionCounts::new();
    counts.add(&decisions, &effects).unwrap();
    let alpha = counts.sum(|_| true).unwrap().coder_agreement().unwrap();
    assert!((alpha - krippendorff_alpha(&[a, b], Metric::Interval).unwrap()).abs() < 1e-12);
    let found = measured(&evidence(&[("decisions.csv", d), ("decision_effects.csv", e)]));
    assert_eq!(find(&found, "high", "decision_reinforcement", None).value, Err(Absence::CodersDisagree));
}

#[test]
fn decisions_on_no_priority_say_so() {
    let mut counts = DecisionCounts::new();
    let (d, e) = tables("decision,unit,layer\na,u,1\nb,u,1\n", "decision,priority,effect\na,safety,0\n");
    counts.add(&d, &e).unwrap();
    let found = counts.reinforcement(|_| true).unwrap();
    assert_eq!((found.value, found.decisions), (Err(Absence::TooFew { n: 0, need: 2 }), 0));
    let (d, _) = tables("decision,unit,layer\na,u,1\n", "decision,priority,effect\na,safety,1\n");
    let (_, e) = tables("decision,unit,layer\nz,u,1\n", "decision,priority,effect\nz,safety,1\n");
    let before = counts.clone();
    assert_eq!(counts.add(&d, &e).unwrap_err().code(), "unknown_decision");
    assert_eq!(counts, before);
}

/// Pair by pair, as the definition says.
fn by_pairs(effects: &[Vec<i8>]) -> (u128, u128) {
    let (mut same, mut other) = (0, 0);
    for (i, a) in effects.iter().enumerate() {
        for b in &effects[i + 1..] {
            for (x, y) in a.iter().zip(b) {
                match x * y {
                    1 => same += 1,
                    -1 => other += 1,
                    _ => {}
                }
            }
        }
    }
    (same, other)
}

fn place(i: usize) -> Place {
    Place { unit: format!("u{i}"), layer: "1".into(), wave: None, pressure: None, experiment: i == 1 }
}

fn columns(effects: &[Vec<i8>]) -> Vec<Vec<i8>> {
    (0..4).map(|k| effects.iter().map(|d| d[k]).collect()).collect()
}

fn counted(effects: &[Vec<i8>], i: usize) -> DecisionCounts {
    let columns = columns(effects);
    let named: Vec<(&str, &[i8])> = PRIORITIES.iter().copied().zip(columns.iter().map(Vec::as_slice)).collect();
    let mut counts = DecisionCounts::new();
    counts.add_columns(&place(i), &named).unwrap();
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn counts_give_what_pairs_give_and_merge_in_any_order(
        a in proptest::collection::vec(proptest::collection::vec(-1_i8..=1, 4), 1..90),
        b in proptest::collection::vec(proptest::collection::vec(-1_i8..=1, 4), 1..90),
    ) {
        let all: Vec<Vec<i8>> = a.iter().chain(&b).cloned().collect();
        let whole = counted(&all, 0).reinforcement(|_| true).unwrap();
        prop_assert_eq!((whole.reinforcing, whole.contradicting), by_pairs(&all));
        let (x, y) = (counted(&a, 0), counted(&b, 1));
        let (mut xy, mut yx) = (x.clone(), y.clone());
        xy.merge(&y).unwrap();
        yx.merge(&x).unwrap();
        prop_assert_eq!(xy.to_bytes(), yx.to_bytes());
        prop_assert_eq!(xy.reinforcement(|_| true).unwrap(), whole);
        prop_assert_eq!(DecisionCounts::from_bytes(&xy.to_bytes()).unwrap(), xy.clone());
        xy.subtract(&y).unwrap();
        prop_assert_eq!(&xy, &x);
        let before = xy.clone();
        if y.cells().any(|(_, c)| *c != Counts::default()) {
            prop_assert_eq!(xy.subtract(&y).unwrap_err().code(), "not_contained");
        }
        prop_assert_eq!(xy, before);
    }

    #[test]
    fn the_error_from_counts_is_the_one_from_rows(
        rows in proptest::collection::vec(proptest::collection::vec(-1_i8..=1, 4), 3..60)
    ) {
        let found = counted(&rows, 0).reinforcement(|_| true).unwrap();
        let judged: Vec<&Vec<i8>> = rows.iter().filter(|r| r.iter().any(|e| *e != 0)).collect();
        let n = judged.len() as f64;
        if let (Ok(value), Some(se)) = (&found.value, found.se) {
            let net = |k: usize| judged.iter().map(|r| f64::from(r[k])).sum::<f64>();
            let touched = |k: usize| judged.iter().filter(|r| r[k] != 0).count() as f64;
            let pairs = (found.reinforcing + found.contradicting) as f64;
            let squares: f64 = judged.iter().map(|r| {
                let gain: f64 = (0..4).filter(|k| r[*k] != 0).map(|k| {
                    let x = f64::from(r[k]);
                    x * (net(k) - x) - value * (touched(k) - 1.0)
                }).sum();
                gain * gain
            }).sum();
            let expected = (squares * n / (n - 1.0)).sqrt() / pairs * (n - 1.0) / (n - 2.0);
            prop_assert!((se - expected).abs() < 1e-9 * (1.0 + expected), "{} {}", se, expected);
        }
    }

    #[test]
    fn damaged_bytes_are_refused_or_mean_something(at in 0_usize..400, to in 0_u8..128) {
        let rows = vec![vec![1, -1, 0, 1], vec![1, 1, 0, -1], vec![0, 1, 1, 1]];
        let mut bytes = counted(&rows, 0).to_bytes();
        let at = at % bytes.len();
        bytes[at] = to;
        if let Ok(read) = DecisionCounts::from_bytes(&bytes) {
            prop_assert_eq!(read.to_bytes(), bytes);
        }
    }
}

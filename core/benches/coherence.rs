//! What coherence costs on one thread: reinforcement of 1,000,000 decisions on 20 priorities with its standard error, and
//! agreement of 100,000 rankings of 10 priorities: `cargo bench -p colead --bench coherence`.
//!
//! With `-- FOLDER OUT` the data are read from FOLDER (`effects.i8`, a column after the other; `ranks.u8`, a ranking after
//! the other) and seconds and values are written to OUT as JSON, for `compare/coherence.py`.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use colead::measure::coherence::{DecisionCounts, Place};
use colead::measure::ordinal::kendall_w;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use std::time::Instant;

const DECISIONS: usize = 1_000_000;
const PRIORITIES: usize = 20;
const RANKINGS: usize = 100_000;
const RANKED: usize = 10;

fn made() -> (Vec<i8>, Vec<u8>) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut below = |n: u32| ((u64::from(rng.next_u32()) * u64::from(n)) >> 32) as u32;
    let effects = (0..DECISIONS * PRIORITIES).map(|_| [1, 1, 0, -1][below(4) as usize]).collect();
    let mut ranks = Vec::with_capacity(RANKINGS * RANKED);
    for _ in 0..RANKINGS {
        let mut order: Vec<u8> = (1..=RANKED as u8).collect();
        for last in (1..RANKED).rev() {
            // Leaders lean to the declared order: only half of the swaps are made.
            if below(2) == 0 {
                order.swap(last, below(last as u32 + 1) as usize);
            }
        }
        ranks.extend(order);
    }
    (effects, ranks)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let (effects, ranks) = match arguments.first() {
        Some(folder) => {
            let read = |name: &str| std::fs::read(format!("{folder}/{name}")).expect("the file is there");
            (read("effects.i8").into_iter().map(|b| b as i8).collect(), read("ranks.u8"))
        }
        None => made(),
    };
    let rows = effects.len() / PRIORITIES;
    let names: Vec<String> = (0..PRIORITIES).map(|k| format!("p{k:02}")).collect();
    let columns: Vec<(&str, &[i8])> = names.iter().map(String::as_str).zip(effects.chunks(rows)).collect();
    let place = Place { unit: "u".into(), layer: "1".into(), wave: None, pressure: None, experiment: false };

    let start = Instant::now();
    let mut counts = DecisionCounts::new();
    counts.add_columns(&place, &columns).expect("well-formed columns");
    let found = counts.reinforcement(|_| true).expect("counted");
    let decided = start.elapsed().as_secs_f64();
    let value = found.value.expect("decisions touch priorities");
    let se = found.se.expect("decisions differ");
    println!("reinforcement of {rows} decisions on {PRIORITIES} priorities: {decided:.3} s, {value:.6} +- {se:.6}");

    let start = Instant::now();
    let judges: Vec<Vec<Option<f64>>> =
        ranks.chunks(RANKED).map(|list| list.iter().map(|r| Some(f64::from(*r))).collect()).collect();
    let found = kendall_w(&judges).expect("full rankings");
    let ranked = start.elapsed().as_secs_f64();
    println!("agreement of {} rankings of {RANKED}: {ranked:.3} s, W {:.6}", judges.len(), found.w);

    if let Some(out) = arguments.get(1) {
        let text = serde_json::json!({
            "reinforcement": { "seconds": decided, "value": value, "se": se },
            "kendall_w": { "seconds": ranked, "value": found.w },
        });
        std::fs::write(out, text.to_string()).expect("the file can be written");
    }
}

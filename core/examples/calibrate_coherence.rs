//! Simulates how often the intervals of coherence cover what they claim, and prints docs/calibration-coherence.md.
//!
//! `make calibrate`; an argument sets the number of simulations a row (default 2000).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::needless_range_loop)]

use colead::evidence::{Pressure, RankingRow};
use colead::measure::coherence::{DecisionCounts, Place, difference_interval};
use colead::measure::concordance::{List, Lists, fidelity};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

struct Chance(ChaCha8Rng);

impl Chance {
    fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// What share of decisions that touch a priority advance it, for six priorities.
const PROCESSES: [(&str, [f64; 6]); 5] = [
    ("by chance", [0.5; 6]),
    ("weak", [0.7, 0.7, 0.7, 0.3, 0.3, 0.3]),
    ("mixed", [0.9, 0.8, 0.7, 0.5, 0.4, 0.3]),
    ("strong", [0.95, 0.95, 0.9, 0.15, 0.1, 0.1]),
    ("nearly one", [0.99, 0.99, 0.98, 0.02, 0.02, 0.02]),
];
const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// Decisions that touch two or three priorities, those named first sooner; one column a priority.
fn decide(n: usize, advance: &[f64; 6], chance: &mut Chance) -> Vec<Vec<i8>> {
    let mut columns = vec![Vec::new(); 6];
    for _ in 0..n {
        let mut row = [0_i8; 6];
        let mut left: Vec<usize> = (0..6).collect();
        for _ in 0..2 + usize::from(chance.uniform() < 0.5) {
            let total: usize = left.iter().map(|k| 6 - k).sum();
            let mut ticket = (chance.uniform() * total as f64) as usize;
            let at = left
                .iter()
                .position(|k| {
                    let hit = ticket < 6 - k;
                    ticket = ticket.saturating_sub(6 - k);
                    hit
                })
                .unwrap();
            let k = left.remove(at);
            row[k] = if chance.uniform() < advance[k] { 1 } else { -1 };
        }
        columns.iter_mut().zip(row).for_each(|(column, effect)| column.push(effect));
    }
    columns
}

fn measure(columns: &[Vec<i8>]) -> (f64, Option<(f64, f64)>) {
    let place =
        Place { unit: "u".into(), layer: "1".into(), wave: None, pressure: Some(Pressure::High), experiment: false };
    let mut counts = DecisionCounts::new();
    let named: Vec<(&str, &[i8])> = NAMES.into_iter().zip(columns.iter().map(Vec::as_slice)).collect();
    counts.add_columns(&place, &named).unwrap();
    let found = counts.reinforcement(|_| true).unwrap();
    (found.value.unwrap(), found.interval)
}

fn truth(advance: &[f64; 6]) -> f64 {
    // Among so many decisions, by the numbers that touch each priority.
    let columns = decide(400_000, advance, &mut Chance(ChaCha8Rng::seed_from_u64(99)));
    let touched = |k: usize| columns[k].iter().filter(|e| **e != 0).count() as f64;
    let all: f64 = (0..6).map(|k| touched(k).powi(2)).sum();
    (0..6).map(|k| touched(k).powi(2) * (2.0 * advance[k] - 1.0).powi(2)).sum::<f64>() / all
}

fn reinforcement(rounds: usize) {
    println!(
        "## Reinforcement of decisions\n\nDecisions touch two or three of six priorities. Covered: of the intervals that \
         were given; given: their share. The process is named by how it treats priorities.\n\n| process | its value | \
         decisions | covered | given |\n|---|---:|---:|---:|---:|"
    );
    for (name, advance) in PROCESSES {
        let truth = truth(&advance);
        for n in [20, 40, 100] {
            let mut chance = Chance(ChaCha8Rng::seed_from_u64(n as u64));
            let (mut covered, mut given) = (0, 0);
            for _ in 0..rounds {
                if let (_, Some((low, high))) = measure(&decide(n, &advance, &mut chance)) {
                    given += 1;
                    covered += usize::from(low <= truth && truth <= high);
                }
            }
            let share = f64::from(covered as u32) / f64::from(given.max(1) as u32);
            println!("| {name} | {truth:.3} | {n} | {share:.3} | {:.3} |", given as f64 / rounds as f64);
        }
    }
}

fn change(rounds: usize) {
    println!(
        "\n## Change of reinforcement\n\nFrom routine to high pressure, decisions of each drawn by themselves.\n\n| from | \
         to | decisions | covered | given |\n|---|---|---|---:|---:|"
    );
    for (from, to) in [(0, 0), (2, 2), (3, 3), (3, 0), (3, 2), (4, 1)] {
        for (n, m) in [(20, 20), (20, 80), (60, 60)] {
            let mut chance = Chance(ChaCha8Rng::seed_from_u64((n * 1000 + m) as u64));
            let truth = truth(&PROCESSES[to].1) - truth(&PROCESSES[from].1);
            let (mut covered, mut given) = (0, 0);
            for _ in 0..rounds / 2 {
                let (a, i) = measure(&decide(n, &PROCESSES[from].1, &mut chance));
                let (b, j) = measure(&decide(m, &PROCESSES[to].1, &mut chance));
                if let (Some(i), Some(j)) = (i, j) {
                    let (low, high) = difference_interval((b, j), (a, i));
                    given += 1;
                    covered += usize::from(low <= truth && truth <= high);
                }
            }
            let share = f64::from(covered as u32) / f64::from(given.max(1) as u32);
            let given = given as f64 / (rounds / 2) as f64;
            println!("| {} | {} | {n}, {m} | {share:.3} | {given:.3} |", PROCESSES[from].0, PROCESSES[to].0);
        }
    }
}

/// Leaders who rank by places they hold and a private deviation.
fn rank(n: usize, held: &[f64; 6], scatter: f64, chance: &mut Chance) -> Vec<RankingRow> {
    let mut out = Vec::with_capacity(6 * n);
    for i in 0..n {
        let mut felt: Vec<(f64, &str)> =
            held.iter().zip(NAMES).map(|(x, p)| (x + scatter * chance.normal(), p)).collect();
        felt.sort_by(|a, b| a.0.total_cmp(&b.0));
        out.extend(felt.iter().enumerate().map(|(place, (_, p))| RankingRow {
            ranker: format!("r{i}"),
            unit: "u".into(),
            layer: "1".into(),
            priority: (*p).into(),
            rank: Some(place as f64 + 1.0),
            wave: None,
            pressure: None,
        }));
    }
    out
}

fn nearness(rounds: usize) {
    println!(
        "\n## Nearness of leaders to the declared order\n\nSix priorities; leaders hold the order with a private \
         deviation (SD in places).\n\n| order held | SD | its value | leaders | covered |\n|---|---:|---:|---:|---:|"
    );
    let orders = [
        ("declared", [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]),
        ("neighbors swapped", [1.0, 0.0, 3.0, 2.0, 5.0, 4.0]),
        ("another", [3.0, 5.0, 0.0, 4.0, 2.0, 1.0]),
        ("reversed", [5.0, 4.0, 3.0, 2.0, 1.0, 0.0]),
    ];
    let declared: Vec<Option<f64>> = (1..=6).map(|r| Some(f64::from(r))).collect();
    let near = |rows: &[RankingRow]| {
        let lists = Lists::of(rows, &[]);
        fidelity(&lists.lists.iter().collect::<Vec<&List<'_>>>(), &declared).unwrap()
    };
    for (name, held) in orders {
        for scatter in [1.2, 3.0] {
            let truth = near(&rank(100_000, &held, scatter, &mut Chance(ChaCha8Rng::seed_from_u64(7)))).mean;
            for n in [8, 12, 20, 40] {
                let mut chance = Chance(ChaCha8Rng::seed_from_u64(n as u64));
                let (mut covered, mut given) = (0, 0);
                for _ in 0..rounds {
                    if let Some((low, high)) = near(&rank(n, &held, scatter, &mut chance)).interval {
                        given += 1;
                        covered += usize::from(low <= truth && truth <= high);
                    }
                }
                let share = f64::from(covered as u32) / f64::from(given.max(1) as u32);
                println!("| {name} | {scatter} | {truth:.3} | {n} | {share:.3} |");
            }
        }
    }
}

fn main() {
    let rounds: usize = std::env::args().nth(1).map_or(2000, |a| a.parse().unwrap());
    println!(
        "# Calibration of coherence\n\nGenerated by `make calibrate` (`core/examples/calibrate_coherence.rs`, seeded, {rounds} \
         simulations a row); not edited by hand.\n"
    );
    reinforcement(rounds);
    change(rounds);
    nearness(rounds);
    println!(
        "\nNo interval is given where none covered: the correlation of two mean orders (below .6 of 95 % intervals held \
         the truth where the orders were nearly one), Kendall's W among few, and fewer than 20 decisions or 8 leaders."
    );
}

//! Simulates how often the intervals of colead cover what they claim, and prints docs/calibration.md.
//!
//! `make calibrate`, or `cargo run --release -p colead --example calibrate > docs/calibration.md`. An argument sets
//! the number of simulated organizations a row (default 300).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use colead::evidence::{Cells, Column, Instrument, Responses, Table};
use colead::measure::distribution::{beta_binomial, wilson};
use colead::measure::linalg::Matrix;
use colead::measure::reliability::feldt;
use colead::measure::{GateOptions, GateState, Linking, Shrinkage, UnitMean, alpha, anova, changes, gate};
use colead::num::phi;
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
        // Box and Muller; 1 - u is never zero.
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn between(&mut self, lo: usize, hi: usize) -> usize {
        lo + (self.uniform() * (hi - lo + 1) as f64) as usize
    }
}

/// An answer scale of whole numbers and a population upon it.
#[derive(Clone, Copy)]
struct Scale {
    name: &'static str,
    lo: f64,
    hi: f64,
}

const SCALES: [Scale; 3] = [
    Scale { name: "1-5", lo: 1.0, hi: 5.0 },
    Scale { name: "1-7", lo: 1.0, hi: 7.0 },
    Scale { name: "0-100", lo: 0.0, hi: 100.0 },
];
const ITEMS: usize = 4;
/// Where the population stands, and the spread of persons and of items around them, as shares of the range.
const CENTER: f64 = 0.65;
const PERSON: f64 = 0.225;
const ITEM: f64 = 0.15;

impl Scale {
    fn range(&self) -> f64 {
        self.hi - self.lo
    }

    fn answers(&self, level: f64, icc: f64, chance: &mut Chance) -> [f64; ITEMS] {
        let own = level * icc.sqrt() + (1.0 - icc).sqrt() * chance.normal();
        std::array::from_fn(|_| {
            let x = self.lo + self.range() * (CENTER + PERSON * own + ITEM * chance.normal());
            x.round().clamp(self.lo, self.hi)
        })
    }

    fn person(&self, level: f64, icc: f64, chance: &mut Chance) -> f64 {
        self.answers(level, icc, chance).iter().sum::<f64>() / ITEMS as f64
    }

    /// The probability that an answer of people in a unit at `level` is above `step + ½` steps.
    fn above(&self, level: f64, icc: f64, step: f64) -> f64 {
        let mean = self.lo + self.range() * (CENTER + PERSON * level * icc.sqrt());
        let sd = self.range() * (PERSON * PERSON * (1.0 - icc) + ITEM * ITEM).sqrt();
        phi((mean - (self.lo + step + 0.5)) / sd)
    }

    /// Their expected score: an item's latent answer is normal, then rounded.
    fn expected(&self, level: f64, icc: f64) -> f64 {
        self.lo + (0..self.range() as usize).map(|k| self.above(level, icc, k as f64)).sum::<f64>()
    }
}

#[derive(Default)]
struct Count {
    covered: f64,
    total: f64,
}

impl Count {
    fn add(&mut self, (lower, upper): (f64, f64), truth: f64) {
        self.covered += f64::from(u8::from(lower - 1e-9 <= truth && truth <= upper + 1e-9));
        self.total += 1.0;
    }

    fn share(&self) -> f64 {
        self.covered / self.total
    }
}

fn answered(size: usize, chance: &mut Chance) -> usize {
    let rate = 0.5 + 0.5 * chance.uniform();
    ((size as f64 * rate).round() as usize).clamp(1, size)
}

fn levels_of_units(organizations: usize) {
    println!(
        "## Levels of units\n\nFour items a score; 50 to 100 % of each unit answer. Census: share of 95 % intervals that \
         hold the truth; process: of intervals that cover 93 % at the least. P(true > c), told from 100 people up: by how much the claimed and the actual share above c differ, over \
         all units and by tenths of the claim, c a third of a standard deviation above the mean; it has no meaning \
         where all units stand at one level.\n\n| scale | units | sizes | ICC | census | process | P off | P off by \
         tenths |\n|---|---:|---|---:|---:|---:|---:|---:|"
    );
    for scale in SCALES {
        for units in [10, 25, 60] {
            for sizes in [(3, 8), (8, 20), (20, 50), (3, 50)] {
                for icc in [0.0, 0.1, 0.3] {
                    let mut chance = Chance::new(units as u64 * 1000 + sizes.0 as u64 * 10 + sizes.1 as u64);
                    let (mut census, mut process) = (Count::default(), Count::default());
                    let mut tenths = [(0.0, 0.0); 10];
                    let mut told = 0.0;
                    for _ in 0..organizations {
                        let mut truths = Vec::new();
                        let mut means = Vec::new();
                        for _ in 0..units {
                            let level = chance.normal();
                            let size = chance.between(sizes.0, sizes.1);
                            let n = answered(size, &mut chance);
                            let all: Vec<f64> = (0..size).map(|_| scale.person(level, icc, &mut chance)).collect();
                            truths.push((scale.expected(level, icc), UnitMean::of(&all).unwrap().mean, size as u64));
                            means.push(UnitMean::of(&all[..n]).unwrap());
                        }
                        let Some(fit) = Shrinkage::fit(&means) else { continue };
                        let cut = scale.expected(1.0 / 3.0, icc);
                        let people: u64 = means.iter().map(|u| u.n).sum();
                        for ((truth, members, size), unit) in truths.iter().zip(&means) {
                            let p = fit.process(unit);
                            process.add((p.lower(), p.upper()), *truth);
                            // Where everybody answered there is nothing to cover.
                            if *size > unit.n {
                                let c = fit.census(unit, *size);
                                census.add((c.lower(), c.upper()), *members);
                            }
                            if people < 100 {
                                continue;
                            }
                            let above = p.probability_above(cut);
                            told += 1.0;
                            let tenth = &mut tenths[((above * 10.0) as usize).min(9)];
                            tenth.0 += above;
                            tenth.1 += f64::from(u8::from(*truth > cut));
                        }
                    }
                    let off = tenths.iter().map(|t| t.0 - t.1).sum::<f64>().abs() / told;
                    let by_tenths = tenths.iter().map(|t| (t.0 - t.1).abs()).sum::<f64>() / told;
                    // Of the few small organizations of 100 people there are too few to count.
                    let p = if icc == 0.0 || told < 0.5 * process.total {
                        " | ".to_owned()
                    } else {
                        format!("{off:.3} | {by_tenths:.3}")
                    };
                    println!(
                        "| {} | {units} | {}-{} | {icc} | {:.3} | {:.3} | {p} |",
                        scale.name,
                        sizes.0,
                        sizes.1,
                        census.share(),
                        process.share()
                    );
                }
            }
        }
    }
}

fn shares(organizations: usize) {
    println!(
        "\n## Percent favorable\n\nOne item, favorable from the third of four steps up; the process by Wilson, the census by \
         Jeffreys' prior: the run of counts whose probability is nearest to 95 %, for counts are few.\n\n| sizes | ICC | \
         census | process |\n|---|---:|---:|---:|"
    );
    let scale = SCALES[0];
    for sizes in [(3, 8), (8, 20), (20, 50)] {
        for icc in [0.0, 0.1, 0.3] {
            let mut chance = Chance::new(7);
            let (mut census, mut process) = (Count::default(), Count::default());
            for _ in 0..organizations * 20 {
                let level = chance.normal();
                let size = chance.between(sizes.0, sizes.1);
                let n = answered(size, &mut chance);
                let favorable: Vec<bool> =
                    (0..size).map(|_| scale.answers(level, icc, &mut chance)[0] >= 4.0).collect();
                let count = |part: &[bool]| part.iter().filter(|f| **f).count() as f64;
                let k = count(&favorable[..n]);
                process.add(wilson(k, n as f64), scale.above(level, icc, 2.0));
                if size > n {
                    let ((low, high), _) = beta_binomial(k as u64, n as u64, (size - n) as u64);
                    census.add((k + low, k + high), count(&favorable));
                }
            }
            println!("| {}-{} | {icc} | {:.3} | {:.3} |", sizes.0, sizes.1, census.share(), process.share());
        }
    }
}

/// Covariances of items.
fn covariances(rows: &[[f64; ITEMS]]) -> Matrix {
    let n = rows.len() as f64;
    let mean: [f64; ITEMS] = std::array::from_fn(|i| rows.iter().map(|r| r[i]).sum::<f64>() / n);
    Matrix::symmetric(ITEMS, |i, j| rows.iter().map(|r| (r[i] - mean[i]) * (r[j] - mean[j])).sum::<f64>() / (n - 1.0))
}

fn alphas_and_iccs(organizations: usize) {
    println!("\n## Alpha\n\nFeldt's interval, four items on 1-5.\n\n| people | covered |\n|---:|---:|");
    let scale = SCALES[0];
    let mut chance = Chance::new(11);
    let many: Vec<[f64; ITEMS]> = (0..400_000).map(|_| scale.answers(0.0, 0.0, &mut chance)).collect();
    let truth = alpha(&covariances(&many)).unwrap();
    for people in [20, 60, 200] {
        let mut count = Count::default();
        for _ in 0..organizations * 10 {
            let rows: Vec<[f64; ITEMS]> = (0..people).map(|_| scale.answers(0.0, 0.0, &mut chance)).collect();
            let found = alpha(&covariances(&rows)).unwrap();
            count.add(feldt(found, people as u64, ITEMS).unwrap(), truth);
        }
        println!("| {people} | {:.3} |", count.share());
    }
    println!(
        "\n## ICC(1) and ICC(2)\n\nF intervals; ICC(1) with n0 in units of 3 to 20, ICC(2) in units of 10.\n\n| units | \
         ICC of persons' standings | ICC(1) | ICC(2) |\n|---:|---:|---:|---:|"
    );
    for units in [10, 25, 60] {
        for icc in [0.0, 0.1, 0.3] {
            // The ICC of scores: the variance of expected scores over standard normal levels, and the whole.
            let grid: Vec<(f64, f64)> =
                (-400..=400).map(|i| f64::from(i) / 100.0).map(|z| (z, (-z * z / 2.0).exp())).collect();
            let total: f64 = grid.iter().map(|g| g.1).sum();
            let mean = grid.iter().map(|g| g.1 * scale.expected(g.0, icc)).sum::<f64>() / total;
            let between = grid.iter().map(|g| g.1 * (scale.expected(g.0, icc) - mean).powi(2)).sum::<f64>() / total;
            let whole: Vec<f64> = (0..200_000)
                .map(|_| {
                    let level = chance.normal();
                    scale.person(level, icc, &mut chance)
                })
                .collect();
            let variance = UnitMean::of(&whole).unwrap().variance().unwrap();
            let true_icc = between / variance;
            let reliability = 10.0 * true_icc / (1.0 + 9.0 * true_icc);
            let (mut one, mut two) = (Count::default(), Count::default());
            for _ in 0..organizations * 2 {
                let mut draw = |size: usize| {
                    let level = chance.normal();
                    let scores: Vec<f64> = (0..size).map(|_| scale.person(level, icc, &mut chance)).collect();
                    UnitMean::of(&scores).unwrap()
                };
                let even: Vec<UnitMean> = (0..units).map(|_| draw(10)).collect();
                let uneven: Vec<UnitMean> = (0..units).map(|u| draw(3 + (u * 7) % 18)).collect();
                let a = anova(&uneven).unwrap();
                one.add(a.icc1_interval(a.n0).unwrap(), true_icc);
                let a = anova(&even).unwrap();
                let found = a.icc2_interval().unwrap();
                two.add(found, reliability);
            }
            println!("| {units} | {icc} | {:.3} | {:.3} |", one.share(), two.share());
        }
    }
}

/// A unit's members in one wave, as columns.
struct Sheet {
    units: Vec<Option<String>>,
    waves: Vec<Option<String>>,
    keys: Vec<Option<String>>,
    answers: Vec<Vec<Option<i64>>>,
}

impl Sheet {
    fn new() -> Sheet {
        Sheet { units: Vec::new(), waves: Vec::new(), keys: Vec::new(), answers: vec![Vec::new(); ITEMS] }
    }

    fn push(&mut self, unit: usize, wave: &str, key: usize, answers: [f64; ITEMS]) {
        self.units.push(Some(format!("u{unit}")));
        self.waves.push(Some(wave.to_owned()));
        self.keys.push(Some(format!("p{unit}-{key}")));
        for (column, a) in self.answers.iter_mut().zip(answers) {
            column.push(Some(a as i64));
        }
    }

    fn responses(self) -> (Responses, Instrument) {
        let text = r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],
            "scales":[{"id":"a","items":["i0","i1","i2","i3"]}]}"#;
        let instrument = Instrument::from_json(text).unwrap();
        let mut columns = vec![
            Column { name: "unit".into(), cells: Cells::Text(self.units) },
            Column { name: "wave".into(), cells: Cells::Text(self.waves) },
            Column { name: "respondent".into(), cells: Cells::Text(self.keys) },
        ];
        for (i, cells) in self.answers.into_iter().enumerate() {
            columns.push(Column { name: format!("i{i}"), cells: Cells::Int(cells) });
        }
        let table = Table::new("responses", columns).unwrap();
        (Responses::from_table(&table, &instrument, true).unwrap().0, instrument)
    }
}

fn waves(organizations: usize) {
    println!(
        "\n## Change between waves\n\n40 units of 3 to 20 on 1-5, linked the same people in both waves, unlinked others, a tenth of the units truly \
         changed by .8 points. False discoveries: the mean share among changes with q below .05.\n\n| waves | covered | \
         p < .05 without change | false discoveries | changes found |\n|---|---:|---:|---:|---:|"
    );
    let scale = SCALES[0];
    for (name, linking) in [("linked", Linking::Linked), ("unlinked", Linking::Unlinked)] {
        let mut chance = Chance::new(5);
        let mut count = Count::default();
        let (mut level, mut nulls, mut false_share, mut found, mut real) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for _ in 0..organizations {
            let mut sheet = Sheet::new();
            let mut truths = Vec::new();
            for unit in 0..40 {
                let stands = chance.normal() * 0.1_f64.sqrt();
                let rise = if unit < 4 { 0.8 / (PERSON * scale.range()) } else { 0.0 };
                for key in 0..chance.between(3, 20) {
                    // Two thirds of a person's standing last.
                    let lasting = 0.6_f64.sqrt() * chance.normal();
                    let other = 0.6_f64.sqrt() * chance.normal();
                    for (wave, up) in [("w1", 0.0), ("w2", rise)] {
                        let again = linking == Linking::Linked || wave == "w1";
                        let own = stands + up + if again { lasting } else { other } + 0.3_f64.sqrt() * chance.normal();
                        let who = if linking == Linking::Linked { key } else { key + 100 * usize::from(wave == "w2") };
                        let answers = std::array::from_fn(|_| {
                            let x = scale.lo + scale.range() * (CENTER + PERSON * own + ITEM * chance.normal());
                            x.round().clamp(scale.lo, scale.hi)
                        });
                        sheet.push(unit, wave, who, answers);
                    }
                }
                let sd = 0.9_f64.sqrt();
                let expected = |level: f64| {
                    let spread = scale.range() * (PERSON * PERSON * sd * sd + ITEM * ITEM).sqrt();
                    let mean = scale.lo + scale.range() * (CENTER + PERSON * level);
                    (0..4).map(|k| phi((mean - (scale.lo + f64::from(k) + 0.5)) / spread)).sum::<f64>()
                };
                truths.push((expected(stands + rise) - expected(stands)) * 25.0);
            }
            let (responses, instrument) = sheet.responses();
            let rows = changes(&responses, &instrument, ("w1", "w2"), linking, None).unwrap();
            let (mut discovered, mut wrong) = (0.0, 0.0);
            for r in &rows {
                let unit: usize = r.unit.as_ref().unwrap()[1..].parse().unwrap();
                match r.measure {
                    "change" => count.add((r.lower.unwrap(), r.upper.unwrap()), truths[unit]),
                    "change_p" if unit >= 4 => {
                        nulls += 1.0;
                        level += f64::from(u8::from(r.value.unwrap() < 0.05));
                    }
                    "change_q" if r.value.unwrap() < 0.05 => {
                        discovered += 1.0;
                        wrong += f64::from(u8::from(unit >= 4));
                    }
                    _ => {}
                }
            }
            false_share += if discovered > 0.0 { wrong / discovered } else { 0.0 };
            found += discovered - wrong;
            real += 4.0;
        }
        println!(
            "| {name} | {:.3} | {:.3} | {:.3} | {:.3} |",
            count.share(),
            level / nulls,
            false_share / organizations as f64,
            found / real
        );
    }
}

fn gates(organizations: usize) {
    println!(
        "\n## The aggregation gate\n\n40 units of 8 on 1-5. An ICC of 0 is a shared habit: everybody leans to the friendly \
         side, and no unit shares more. Shares of units.\n\n| ICC | rwg(j) of .70 or more | shown | contradicted | cannot \
         tell | stated power at .2 | organization shown |\n|---:|---:|---:|---:|---:|---:|---:|"
    );
    let scale = SCALES[0];
    for icc in [0.0, 0.1, 0.2, 0.4] {
        let mut chance = Chance::new(3);
        let (mut n, mut passes, mut shown, mut against, mut power, mut whole) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for seed in 0..organizations {
            let mut sheet = Sheet::new();
            for unit in 0..40 {
                let level = chance.normal();
                for key in 0..8 {
                    sheet.push(unit, "w1", key, scale.answers(level, icc, &mut chance));
                }
            }
            let (responses, instrument) = sheet.responses();
            let options = GateOptions { draws: 399, seed: seed as u64, ..GateOptions::default() };
            for a in gate(&responses, &instrument, &options).unwrap() {
                let state = a.state.clone().unwrap();
                let is = |s: GateState| f64::from(u8::from(state == s));
                if a.unit.is_none() {
                    whole += is(GateState::Shown);
                    continue;
                }
                n += 1.0;
                passes += f64::from(u8::from(a.rwg_j.clone().unwrap() >= 0.7));
                shown += is(GateState::Shown);
                against += is(GateState::Contradicted);
                power += a.power.unwrap();
            }
        }
        println!(
            "| {icc} | {:.3} | {:.3} | {:.3} | {:.3} | {:.2} | {:.3} |",
            passes / n,
            shown / n,
            against / n,
            (n - shown - against) / n,
            power / n,
            whole / organizations as f64
        );
    }
}

fn main() {
    let organizations: usize = std::env::args().nth(1).map_or(300, |a| a.parse().unwrap());
    println!(
        "# Calibration\n\nGenerated by `make calibrate` (`core/examples/calibrate.rs`, seeded, {organizations} simulated \
         organizations a row); not edited by hand.\n"
    );
    levels_of_units(organizations);
    println!(
        "\nWhere no unit differs from another (ICC 0) the process is covered nearly always: an interval that must allow for \
         differences between units is wider than one would be that knew of none. Such intervals err on the safe side."
    );
    shares(organizations);
    alphas_and_iccs(organizations);
    waves(organizations.min(200));
    gates((organizations / 6).max(1));
}

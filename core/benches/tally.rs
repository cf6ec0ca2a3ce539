//! What counting costs: `cargo bench -p colead --bench tally --features parallel`.
//!
//! The job of docs/COMPARE.md: 40 five-point items in 8 scales, 3 % missing, units in no order.
#![allow(clippy::expect_used, clippy::panic)]

use colead::evidence::{AnswerColumns, Instrument};
use colead::measure;
use colead::tally::{Array, Bits, Counter, Limits, Tally, Values};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

const ITEMS: usize = 40;
const SCALES: usize = 8;

fn instrument() -> Instrument {
    let items = |scale: usize| {
        (0..ITEMS / SCALES)
            .map(|k| format!("\"{}i{}\"", if k == 1 { "-" } else { "" }, scale * ITEMS / SCALES + k))
            .collect::<Vec<_>>()
            .join(",")
    };
    let scales: Vec<String> = (0..SCALES).map(|s| format!("{{\"id\":\"s{s}\",\"items\":[{}]}}", items(s))).collect();
    let text = format!(
        "{{\"id\":\"b\",\"version\":\"1\",\"license\":\"CC0-1.0\",\"options\":[1,5],\"scales\":[{}]}}",
        scales.join(",")
    );
    Instrument::from_json(&text).expect("an instrument")
}

/// Seeded answers: unit keys, and for each item its answers and which of them are there.
struct Data {
    units: Vec<u32>,
    names: Vec<String>,
    texts: Vec<Option<String>>,
    items: Vec<(Vec<u8>, Vec<u8>)>,
}

fn dice(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state >> 11
}

impl Data {
    fn new(rows: usize, units: u64) -> Data {
        let mut seed = 0x9e37_79b9_7f4a_7c15;
        let keys: Vec<u32> = (0..rows).map(|_| (dice(&mut seed) % units) as u32).collect();
        let names: Vec<String> = (0..units).map(|u| format!("unit {u:06}")).collect();
        let items = (0..ITEMS)
            .map(|_| {
                let mut there = vec![0_u8; rows.div_ceil(8)];
                let answers = (0..rows)
                    .map(|row| {
                        let roll = dice(&mut seed);
                        if roll % 100 >= 3
                            && let Some(byte) = there.get_mut(row / 8)
                        {
                            *byte |= 1 << (row % 8);
                        }
                        1 + (roll / 128 % 5) as u8
                    })
                    .collect();
                (answers, there)
            })
            .collect();
        let texts = keys.iter().map(|k| names.get(*k as usize).cloned()).collect();
        Data { units: keys, names, texts, items }
    }

    fn columns<'a>(&'a self, unit: Array<'a>) -> Vec<Array<'a>> {
        let item = |(answers, there): &'a (Vec<u8>, Vec<u8>)| Array {
            validity: Some(Bits { bytes: there, offset: 0 }),
            ..Values::U8(answers).into()
        };
        std::iter::once(unit).chain(self.items.iter().map(item)).collect()
    }
}

fn counter() -> Counter {
    let names: Vec<String> = std::iter::once("unit".to_owned()).chain((0..ITEMS).map(|i| format!("i{i}"))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Counter::new(&instrument(), "responses", &names, &AnswerColumns::standard(true)).expect("a counter")
}

fn tally(columns: &[Array<'_>]) -> Tally {
    let mut counter = counter();
    counter.add(columns).expect("counted");
    counter.finish().expect("a tally").0
}

#[divan::bench(sample_count = 15)]
fn a_million_by_dictionary(bencher: Bencher<'_, '_>) {
    let data = Data::new(1_000_000, 20_000);
    let names = &data.names[..];
    let columns = data.columns(Array { dictionary: Some(&names), ..Values::U32(&data.units).into() });
    bencher.bench_local(|| tally(black_box(&columns)));
}

#[divan::bench(sample_count = 15)]
fn a_million_by_number(bencher: Bencher<'_, '_>) {
    let data = Data::new(1_000_000, 20_000);
    let columns = data.columns(Values::U32(&data.units).into());
    bencher.bench_local(|| tally(black_box(&columns)));
}

#[divan::bench(sample_count = 15)]
fn a_million_by_text(bencher: Bencher<'_, '_>) {
    let data = Data::new(1_000_000, 20_000);
    let columns = data.columns(Values::Text(&data.texts).into());
    bencher.bench_local(|| tally(black_box(&columns)));
}

#[cfg(feature = "parallel")]
#[divan::bench(sample_count = 15)]
fn a_million_on_two_threads(bencher: Bencher<'_, '_>) {
    let data = Data::new(1_000_000, 20_000);
    let names = &data.names[..];
    let columns = data.columns(Array { dictionary: Some(&names), ..Values::U32(&data.units).into() });
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("a pool");
    bencher.bench_local(|| {
        let mut counter = counter();
        pool.install(|| counter.add_parallel(black_box(&columns))).expect("counted");
        counter.finish().expect("a tally")
    });
}

#[divan::bench(sample_count = 3)]
fn ten_million_of_200_000_units(bencher: Bencher<'_, '_>) {
    let data = Data::new(10_000_000, 200_000);
    let names = &data.names[..];
    let columns = data.columns(Array { dictionary: Some(&names), ..Values::U32(&data.units).into() });
    bencher.bench_local(|| tally(black_box(&columns)));
}

#[divan::bench(sample_count = 5)]
fn a_million_in_chunks_of_a_thousand(bencher: Bencher<'_, '_>) {
    let data = Data::new(1_000_000, 20_000);
    let names = &data.names[..];
    bencher.bench_local(|| {
        let mut counter = counter();
        for start in (0..data.units.len()).step_by(1000) {
            let unit = data.units.get(start..start + 1000).expect("a chunk");
            let unit = Array { dictionary: Some(&names), ..Values::U32(unit).into() };
            let items = data.items.iter().map(|(answers, there)| Array {
                validity: Some(Bits { bytes: there, offset: start }),
                ..Values::U8(answers.get(start..start + 1000).expect("a chunk")).into()
            });
            let columns: Vec<Array<'_>> = std::iter::once(unit).chain(items).collect();
            counter.add(&columns).expect("counted");
        }
        counter.finish().expect("a tally")
    });
}

fn counted() -> Tally {
    let data = Data::new(1_000_000, 20_000);
    tally(&data.columns(Values::U32(&data.units).into()))
}

#[divan::bench(sample_count = 5)]
fn scores_of_20_000_units(bencher: Bencher<'_, '_>) {
    let tally = counted();
    bencher.bench_local(|| measure::scores(black_box(&tally), None));
}

#[divan::bench(sample_count = 5)]
fn favorability_of_20_000_units(bencher: Bencher<'_, '_>) {
    let tally = counted();
    bencher.bench_local(|| measure::favorability(black_box(&tally)));
}

#[divan::bench(sample_count = 5)]
fn reliability_of_a_million(bencher: Bencher<'_, '_>) {
    let tally = counted();
    bencher.bench_local(|| measure::reliability(black_box(&tally)));
}

#[divan::bench(sample_count = 5)]
fn bytes_of_20_000_units(bencher: Bencher<'_, '_>) {
    let tally = counted();
    bencher.bench_local(|| black_box(&tally).to_bytes());
}

#[divan::bench(sample_count = 5)]
fn from_bytes_of_20_000_units(bencher: Bencher<'_, '_>) {
    let bytes = counted().to_bytes();
    bencher.bench_local(|| Tally::from_bytes(black_box(&bytes), &Limits::default()));
}

#[divan::bench(sample_count = 5)]
fn merge_20_000_units(bencher: Bencher<'_, '_>) {
    let tally = counted();
    bencher.with_inputs(|| tally.clone()).bench_local_values(|mut sum| sum.merge(&tally).map(|()| sum));
}

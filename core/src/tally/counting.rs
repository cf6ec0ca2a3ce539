//! Counting by the kernel equals counting one person at a time, whatever the instrument, the types of the columns,
//! the cut into batches, the threads and the level of the processor.

use super::kernel::{FOREIGN, ROWS, Tile, levels};
use super::mask::Range;
use super::state::{Cell, Products};
use super::*;
use crate::evidence::{AnswerColumns, MISSING, Weight};
use proptest::prelude::*;

/// An instrument of any shape: for each scale its options and items, reversed or not, and lone items.
#[derive(Debug, Clone)]
struct Shape {
    scales: Vec<(i64, i64, Vec<bool>)>,
    lone: usize,
    dont_know: bool,
    pairs: bool,
}

fn shape() -> impl Strategy<Value = Shape> {
    let long = prop_oneof![4 => 1_usize..8, 1 => 8_usize..26, 1 => Just(70)];
    let scale = (-3_i64..4, 1_i64..11, long, any::<u64>())
        .prop_map(|(lo, span, items, keys)| (lo, lo + span, (0..items).map(|k| keys >> (k % 64) & 1 == 1).collect()));
    (proptest::collection::vec(scale, 1..5), 0_usize..3, any::<bool>(), any::<bool>())
        .prop_map(|(scales, lone, dont_know, pairs)| Shape { scales, lone, dont_know, pairs })
}

impl Shape {
    fn instrument(&self) -> Instrument {
        let mut scales = Vec::new();
        for (s, (lo, hi, items)) in self.scales.iter().enumerate() {
            let items: Vec<String> = items
                .iter()
                .enumerate()
                .map(|(k, reversed)| format!("\"{}s{s}i{k}\"", if *reversed { "-" } else { "" }))
                .collect();
            scales.push(format!(r#"{{"id":"s{s}","options":[{lo},{hi}],"items":[{}]}}"#, items.join(",")));
        }
        let names =
            self.scales.iter().enumerate().flat_map(|(s, (.., i))| (0..i.len()).map(move |k| format!("s{s}i{k}")));
        let items: Vec<String> = names.chain((0..self.lone).map(|k| format!("lone{k}"))).collect();
        let items: Vec<String> = items.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
        let pairs = if self.pairs && self.scales.len() > 1 { r#","pairs":[["s1","s0"]]"# } else { "" };
        let dont_know = if self.dont_know { r#","dont_know":[99,-99]"# } else { "" };
        Instrument::from_json(&format!(
            r#"{{"id":"s","version":"1","license":"CC0","options":[1,5],"scales":[{}],"items":[{}]{pairs}{dont_know}}}"#,
            scales.join(","),
            items.join(",")
        ))
        .unwrap()
    }
}

/// Answers of people: unit, wave, weight in hundredths, and what they answered; `None` is missing.
#[derive(Debug, Clone)]
struct People {
    instrument: Instrument,
    units: Vec<i64>,
    waves: Vec<i64>,
    weights: Vec<u64>,
    answers: Vec<Vec<Option<i64>>>,
}

fn people(shape: &Shape, rows: usize, units: u64, waves: u64, missing: u64, mut seed: u64) -> People {
    let instrument = shape.instrument();
    let mut dice = |sides: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % sides
    };
    let mut roll = |n: u64| -> Vec<u64> { (0..rows).map(|_| dice(n)).collect() };
    let units = roll(units).into_iter().map(|u| u as i64 * 1_000_003 - 5).collect();
    let waves = roll(waves).into_iter().map(|w| w as i64).collect();
    let weights = roll(500);
    let answers = instrument
        .items()
        .iter()
        .map(|item| {
            let span = (item.hi - item.lo + 1) as u64;
            let rolls = roll(100).into_iter().zip(roll(span));
            let answer = |(what, step): (u64, u64)| match what {
                w if w < missing => None,
                w if shape.dont_know && w < missing + 3 => Some(99),
                _ => Some(item.lo + step as i64),
            };
            rolls.map(answer).collect()
        })
        .collect();
    People { instrument, units, waves, weights, answers }
}

/// One person at a time, as plainly as can be.
fn plainly(people: &People, weighted: bool) -> Tally {
    let decimals = weighted.then_some(2);
    let layout = Arc::new(Layout::new(&people.instrument));
    let mut cells: BTreeMap<Key, Cell> = BTreeMap::new();
    let mut products: BTreeMap<String, Vec<Products>> = BTreeMap::new();
    for row in 0..people.units.len() {
        let key = Key { wave: people.waves[row].to_string(), unit: people.units[row].to_string() };
        let cell = cells.entry(key.clone()).or_insert_with(|| Cell::new(&layout));
        let own = products
            .entry(key.wave)
            .or_insert_with(|| layout.scales.iter().map(|s| Products::new(s.items.len())).collect());
        let w = if weighted { people.weights[row] } else { 1 };
        cell.rows += 1;
        if weighted {
            let mass = cell.mass.get_or_insert_default();
            mass.sum += w;
            mass.squares += u128::from(w) * u128::from(w);
        }
        if w == 0 {
            continue;
        }
        let step = |id: &str| {
            let at = people.instrument.items().iter().position(|i| i.id == id).unwrap();
            let item = &people.instrument.items()[at];
            people.answers[at][row].map(|a| if a == 99 { usize::MAX } else { (a - item.lo) as usize })
        };
        for shape in &layout.items {
            if let Some(step) = step(&shape.id) {
                cell.counts[shape.offset + step.min(shape.options)] += w;
            }
        }
        let mut sums = Vec::new();
        for ((scale, sum), own) in layout.scales.iter().zip(&mut cell.scales).zip(own) {
            let steps: Vec<Option<u64>> = scale
                .items
                .iter()
                .map(|i| {
                    let shape = &layout.items[*i];
                    step(&shape.id).filter(|s| *s < shape.options).map(|s| shape.oriented(s) as u64)
                })
                .collect();
            let (n, s) = (steps.iter().flatten().count() as u8, steps.iter().flatten().sum::<u64>());
            if n > 0 {
                sum.bump(n, [w, s * w, s * s * w]);
            }
            own.add(&steps, w);
            sums.push((n, s));
        }
        for ((a, b), pair) in layout.pairs.iter().zip(&mut cell.pairs) {
            let ((m, s), (n, t)) = (sums[*a], sums[*b]);
            if m > 0 && n > 0 {
                pair.bump((m, n), [1, s, t, s * t, s * s, t * t].map(|x| x * w));
            }
        }
    }
    let mut tally = Tally::empty(layout, decimals);
    for (key, cell) in cells {
        let slot = tally.push(key);
        tally.blocks.set(slot, &cell);
    }
    tally.products = Some(products);
    tally
}

fn counter(people: &People, weighted: bool) -> Counter {
    let names = ["wave", "weight", "unit"].into_iter().chain(people.instrument.items().iter().map(|i| i.id.as_str()));
    let names: Vec<&str> = names.collect();
    let weight = weighted.then(|| Weight { column: "weight".into(), decimals: 2 });
    let mut text = people.instrument.clone();
    if !weighted {
        // A column of weights that is not declared must be left out by name.
        let logic = format!("{},\"ignore\":[\"weight\"]}}", people.instrument.logic().trim_end_matches('}'));
        text =
            Instrument::from_json(&logic.replacen('{', "{\"version\":\"1\",\"license\":\"CC0\",", 1)).unwrap_or(text);
    }
    Counter::new(&text, "t", &names, &AnswerColumns { weight, ..AnswerColumns::standard(true) }).unwrap()
}

/// Owned columns of one type, and which cells are there.
enum Owned {
    U8(Vec<u8>),
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    Text(Vec<Option<String>>),
}

impl Owned {
    fn new(kind: usize, cells: &[Option<i64>]) -> Owned {
        let some = |c: &Option<i64>| c.unwrap_or(7);
        let fits = cells.iter().flatten().all(|c| *c >= 0);
        match kind % 8 {
            0 if fits => Owned::U8(cells.iter().map(|c| some(c) as u8).collect()),
            1 => Owned::I8(cells.iter().map(|c| some(c) as i8).collect()),
            2 => Owned::I16(cells.iter().map(|c| some(c) as i16).collect()),
            3 => Owned::I32(cells.iter().map(|c| some(c) as i32).collect()),
            4 => Owned::F32(cells.iter().map(|c| c.map_or(f32::NAN, |c| c as f32)).collect()),
            5 => Owned::F64(cells.iter().map(|c| c.map_or(f64::NAN, |c| c as f64)).collect()),
            6 => Owned::Text(cells.iter().map(|c| c.map(|c| format!(" {c} "))).collect()),
            _ => Owned::I64(cells.iter().map(some).collect()),
        }
    }

    fn values(&self) -> Values<'_> {
        match self {
            Owned::U8(v) => Values::U8(v),
            Owned::I8(v) => Values::I8(v),
            Owned::I16(v) => Values::I16(v),
            Owned::I32(v) => Values::I32(v),
            Owned::I64(v) => Values::I64(v),
            Owned::F32(v) => Values::F32(v),
            Owned::F64(v) => Values::F64(v),
            Owned::Text(v) => Values::Text(v),
        }
    }
}

/// Counts the rows `order` in batches of at most `chunk`.
fn counted(people: &People, order: &[usize], chunk: usize, kind: usize, weighted: bool, offset: usize) -> Tally {
    let mut counter = counter(people, weighted);
    for rows in order.chunks(chunk) {
        add(&mut counter, people, rows, kind, offset, false);
    }
    counter.finish().unwrap().0
}

fn add(counter: &mut Counter, people: &People, rows: &[usize], kind: usize, offset: usize, parallel: bool) {
    let pick = |all: &[i64]| rows.iter().map(|r| Some(all[*r])).collect::<Vec<_>>();
    let owned: Vec<(Owned, Vec<u8>)> = people
        .answers
        .iter()
        .enumerate()
        .map(|(i, all)| {
            let cells: Vec<Option<i64>> = rows.iter().map(|r| all[*r]).collect();
            let mut bits = vec![0_u8; (offset + rows.len()).div_ceil(8)];
            for (at, _) in cells.iter().enumerate().filter(|(_, c)| c.is_some()) {
                bits[(offset + at) / 8] |= 1 << ((offset + at) % 8);
            }
            (Owned::new(kind + i, &cells), bits)
        })
        .collect();
    let (units, waves) = (pick(&people.units), pick(&people.waves));
    let texts: Vec<Option<String>> = units.iter().map(|u| u.map(|u| u.to_string())).collect();
    let units: Vec<i64> = units.into_iter().flatten().collect();
    let waves: Vec<i64> = waves.into_iter().flatten().collect();
    let mut distinct: Vec<String> = texts.iter().flatten().cloned().collect();
    distinct.sort();
    distinct.dedup();
    let pointing: Vec<u16> = texts.iter().flatten().map(|t| distinct.binary_search(t).unwrap() as u16).collect();
    let distinct = &distinct[..];
    let weights: Vec<f64> = rows.iter().map(|r| people.weights[*r] as f64 / 100.0).collect();
    let unit = match kind % 3 {
        0 => Array { dictionary: Some(&distinct), ..Values::U16(&pointing).into() },
        1 => Values::Text(&texts).into(),
        _ => Values::I64(&units).into(),
    };
    let mut columns: Vec<Array<'_>> = vec![Values::I64(&waves).into(), Values::F64(&weights).into(), unit];
    for (owned, bits) in &owned {
        columns.push(Array { validity: Some(Bits { bytes: bits, offset }), ..owned.values().into() });
    }
    if parallel {
        #[cfg(feature = "parallel")]
        counter.add_parallel(&columns).unwrap();
    } else {
        counter.add(&columns).unwrap();
    }
}

fn shuffled(n: usize, mut seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(i, (seed >> 33) as usize % (i + 1));
    }
    order
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn the_kernel_counts_as_one_would_by_hand(
        shape in shape(), rows in 1_usize..2600, units in 1_u64..40, waves in 1_u64..4,
        missing in prop_oneof![Just(0_u64), Just(3), Just(50)], seed in any::<u64>(), kind in 0_usize..24,
        chunk in prop_oneof![1_usize..50, 900_usize..2600], offset in 0_usize..9,
    ) {
        let people = people(&shape, rows, units, waves, missing, seed);
        let want = plainly(&people, false);
        let order = shuffled(rows, seed);
        let got = counted(&people, &order, chunk, kind, false, offset);
        prop_assert_eq!(&got, &want);
        prop_assert_eq!(got.to_bytes(), want.to_bytes());
        let back = Tally::from_bytes(&got.to_bytes(), &Limits::default()).unwrap();
        prop_assert_eq!(back.to_bytes(), want.to_bytes());
        // Merged and taken out again.
        let (a, b) = order.split_at(rows / 3);
        if !a.is_empty() {
            let mut sum = counted(&people, a, 1000, kind + 1, false, 0);
            let part = counted(&people, b, 1000, kind + 2, false, 0);
            sum.merge(&part).unwrap();
            prop_assert_eq!(sum.to_bytes(), want.to_bytes());
            sum.subtract(&part).unwrap();
            prop_assert_eq!(sum.to_bytes(), counted(&people, a, 7, kind, false, 3).to_bytes());
        }
    }

    #[test]
    fn weights_count_as_one_would_by_hand(
        shape in shape(), rows in 1_usize..400, units in 1_u64..10, seed in any::<u64>(), kind in 0_usize..24,
        chunk in 1_usize..500,
    ) {
        let mut people = people(&shape, rows, units, 2, 10, seed);
        let want = plainly(&people, true);
        let order = shuffled(rows, seed);
        let got = counted(&people, &order, chunk, kind, true, 0);
        prop_assert_eq!(&got, &want);
        prop_assert_eq!(Tally::from_bytes(&got.to_bytes(), &Limits::default()).unwrap().to_bytes(), want.to_bytes());
        let (a, b) = order.split_at(rows / 2);
        if !a.is_empty() {
            let mut sum = counted(&people, a, 100, kind, true, 0);
            let part = counted(&people, b, 100, kind, true, 0);
            sum.merge(&part).unwrap();
            prop_assert_eq!(sum.to_bytes(), want.to_bytes());
            sum.subtract(&part).unwrap();
            prop_assert_eq!(sum.to_bytes(), counted(&people, a, 100, kind, true, 0).to_bytes());
        }
        // A weight of 1 counts a person once, in hundredths.
        people.weights.fill(100);
        let (weighed, plain) = (counted(&people, &order, chunk, kind, true, 0), counted(&people, &order, chunk, kind, false, 0));
        for ((key, w), (other, p)) in weighed.weighed().zip(plain.cells()) {
            prop_assert_eq!(key, other);
            prop_assert_eq!((w.rows, w.mass.unwrap().sum), (p.rows, p.rows * 100));
            prop_assert!(w.counts.iter().zip(&p.counts).all(|(a, b)| *a == b * 100));
            prop_assert_eq!(weighed.effective_n(key), Some(p.rows as f64));
        }
    }

    #[test]
    fn every_level_of_the_processor_gives_the_same(
        shape in shape(), rows in 1_usize..=ROWS, units in 1_u64..20, seed in any::<u64>(), waves in 1_u64..4,
        missing in prop_oneof![Just(0_u64), Just(3), Just(40)], kind in 0_usize..8,
    ) {
        let people = people(&shape, rows, units, waves, missing, seed);
        let layout = Arc::new(Layout::new(&people.instrument));
        let found = levels::ALL.map(|(mask, count, multiply)| {
            let mut blocks = Blocks::new(&layout, false);
            (0..units).for_each(|_| _ = blocks.push());
            let mut tile = Tile::new(&layout, &blocks.plan);
            tile.rows = rows;
            for row in 0..rows {
                tile.slots[row] = ((people.units[row] + 5) / 1_000_003) as u32;
                tile.waves[row] = people.waves[row] as u32;
            }
            let mut masked = Vec::new();
            for (item, cells) in people.instrument.items().iter().zip(&people.answers) {
                let at = layout.items.iter().position(|i| i.id == item.id).unwrap();
                // Without texts, which are read one by one.
                let owned = Owned::new(if kind == 6 { 3 } else { kind }, cells);
                let bits: Vec<u8> = cells.chunks(8).map(|c| c.iter().rev().fold(0, |b, c| b << 1 | u8::from(c.is_some()))).collect();
                let column = Array { validity: Some(Bits { bytes: &bits, offset: 0 }), ..owned.values().into() };
                let range = Range { lo: item.lo, top: (item.hi - item.lo) as u8 };
                masked.push(mask(&column, range, 0, rows, &mut tile.codes[at]));
                for code in tile.codes[at].iter_mut().filter(|c| **c == FOREIGN) {
                    *code = MISSING;
                }
            }
            count(&layout, &mut tile, &mut blocks);
            let mut products = Vec::new();
            for wave in 0..waves as u32 {
                let mut own: Vec<Products> = layout.scales.iter().map(|s| Products::new(s.items.len())).collect();
                multiply(&layout, &mut tile, Some(wave), &mut own);
                products.push(own);
            }
            let cells: Vec<Cell> = (0..units as u32).map(|slot| blocks.cell(slot)).collect();
            (masked, cells, products)
        });
        prop_assert_eq!(&found[0], &found[1]);
        prop_assert_eq!(&found[0], &found[2]);
    }
}

#[cfg(feature = "parallel")]
proptest! {
    #![proptest_config(ProptestConfig { cases: 3, ..ProptestConfig::default() })]

    #[test]
    fn threads_change_nothing(shape in shape(), rows in 1_usize..6000, units in 1_u64..60, seed in any::<u64>(), kind in 0_usize..24) {
        let people = people(&shape, rows, units, 2, 5, seed);
        let order: Vec<usize> = (0..rows).collect();
        let want = counted(&people, &order, rows, kind, false, 0).to_bytes();
        for threads in [2, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            for weighted in [false, true] {
                let want = if weighted { counted(&people, &order, rows, kind, true, 0).to_bytes() } else { want.clone() };
                let mut counter = counter(&people, weighted);
                pool.install(|| {
                    for rows in order.chunks(rows.div_ceil(2)) {
                        add(&mut counter, &people, rows, kind, 0, true);
                    }
                });
                prop_assert_eq!(counter.finish().unwrap().0.to_bytes(), want);
            }
        }
    }
}

#[test]
fn one_unit_of_many_people_outgrows_its_small_counters() {
    let shape =
        Shape { scales: vec![(1, 5, vec![false; 5]), (0, 10, vec![true; 3])], lone: 1, dont_know: true, pairs: true };
    let people = people(&shape, 5000, 1, 1, 5, 11);
    let want = plainly(&people, false);
    let order: Vec<usize> = (0..5000).collect();
    assert_eq!(counted(&people, &order, 5000, 3, false, 0), want);
    assert_eq!(counted(&people, &order, 77, 3, false, 0).to_bytes(), want.to_bytes());
}

#[test]
fn weights_beyond_what_is_exact_are_refused() {
    let shape = Shape { scales: vec![(1, 5, vec![false; 5])], lone: 0, dont_know: false, pairs: false };
    let people = people(&shape, 40, 3, 1, 5, 3);
    let weigh = |weight: f64, decimals: u8| {
        let names: Vec<&str> =
            ["unit", "w"].into_iter().chain(people.instrument.items().iter().map(|i| i.id.as_str())).collect();
        let weight_column = Weight { column: "w".into(), decimals };
        let columns = AnswerColumns { weight: Some(weight_column), ..AnswerColumns::standard(true) };
        let mut counter =
            Counter::new(&people.instrument, "t", &names, &columns).map_err(|e| (e.code(), String::new()))?;
        let weights = vec![weight; 40];
        let cells: Vec<Vec<i64>> = people.answers.iter().map(|a| a.iter().map(|c| c.unwrap_or(3)).collect()).collect();
        let mut batch = vec![Values::I64(&people.units).into(), Values::F64(&weights).into()];
        batch.extend(cells.iter().map(|c| Array::from(Values::I64(c))));
        counter.add(&batch).map_err(|e| (e.code(), e.path().to_owned()))?;
        // What went wrong stays wrong.
        counter.finish().map(|(t, _)| t).map_err(|e| (e.code(), e.path().to_owned()))
    };
    assert!(weigh(1.0, 9).is_ok() && weigh(1e-9, 9).is_ok() && weigh(0.0, 0).is_ok());
    assert_eq!(weigh(1e9, 9).unwrap_err().0, "overflow");
    let at = "t, row 1, column w".to_owned();
    for (weight, code) in
        [(1e-9, "weight_too_small"), (-0.5, "bad_weight"), (1e10, "bad_weight"), (f64::INFINITY, "bad_weight")]
    {
        assert_eq!(weigh(weight, 6).unwrap_err(), (code, at.clone()));
    }
    assert_eq!(weigh(1.0, 10).unwrap_err().0, "bad_decimals");
    let mut one = weigh(1e3, 9).unwrap();
    let refused = (0..80).find_map(|_| {
        let before = one.clone();
        let e = one.merge(&before).err()?;
        assert!(one == before);
        Some(e.code())
    });
    assert_eq!(refused, Some("overflow"));
}

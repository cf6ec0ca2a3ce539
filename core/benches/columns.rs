//! Evaluation by columns: `cargo bench -p colead --bench columns`.
//!
//! The job is the one by which engines are compared: 30 rules of three threshold conditions over 20 measures,
//! 100,000 cases, 10 % missing, one thread. An item is one rule in one case, so `item/s` are rule evaluations a
//! second. `Baseline` is the code every x86-64 machine runs, `Avx2` and `Best` what run-time dispatch picks up to
//! AVX2 and up to AVX-512, on one machine and in one build. Machines are shared: read the column `fastest`.
//! Allocations are counted; none are expected except where a name says otherwise.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use colead::evidence::{Cells, Column, Table};
use colead::rules::{Columns, Framework, MeasureKind, Numbers, Processor, Program, Verdicts};
use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher, black_box};
use serde_json::{Map, Value, json};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const ROWS: usize = 100_000;
const MEASURES: usize = 20;
const RULES: usize = 30;
const LEVELS: [Processor; 3] = [Processor::Baseline, Processor::Avx2, Processor::Best];

fn main() {
    for (name, framework, questions, ses) in [
        ("the job, exact", job(), vec!["each"], false),
        ("the job, with standard errors", job(), vec!["each"], true),
        ("the built-in framework, with standard errors", builtin(), Vec::new(), true),
    ] {
        let (program, cases) = (program(&framework, &questions), Cases::of(&framework, ses));
        let mut verdicts = Verdicts::default();
        program.run(&cases.columns(&framework), &mut verdicts).expect("one framework");
        let e = verdicts.effort();
        let settled = 100.0 * (1.0 - e.again as f64 / e.unsure.max(1) as f64);
        println!("{name}: {} of {} verdicts unsure, {settled:.2} % of them settled by lanes", e.unsure, e.pairs);
    }
    divan::main();
}

/// SplitMix64: the same cases everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

fn job() -> Framework {
    let mut dice = Dice(1);
    let measures: Map<String, Value> =
        (0..MEASURES).map(|i| (format!("m{i}"), json!({ "score": [0, 1], "asks": "how?" }))).collect();
    let rules: Vec<Value> = (0..RULES)
        .map(|r| {
            let mut of = Vec::new();
            let from = dice.below(MEASURES);
            for i in 0..3 {
                let mut test = Map::new();
                let op = ["ge", "gt", "le", "lt"][dice.below(4)];
                // Three different measures, so that no rule contradicts itself.
                let m = format!("m{}", (from + 7 * i) % MEASURES);
                test.insert(op.to_owned(), json!([m, (1.0 + 98.0 * dice.unit()).round() / 100.0]));
                of.push(Value::Object(test));
            }
            json!({ "id": format!("r{r}"), "says": ["each", format!("o{r}")], "strength": "typical",
                    "when": { "all": of }, "because": "b", "basis": { "kind": "user", "text": "t" } })
        })
        .collect();
    let options: Vec<String> = (0..RULES).map(|r| format!("o{r}")).collect();
    let document = json!({
        "framework": { "id": "job", "version": "1.0.0", "confidence": 0.9 },
        "measure": measures, "question": { "each": { "mode": "independent", "options": options } }, "rule": rules,
    });
    Framework::from_json(&document.to_string()).expect("a rulebook")
}

fn builtin() -> Framework {
    Framework::builtin().expect("the built-in framework loads")
}

/// All questions where none are named.
fn program(framework: &Framework, questions: &[&str]) -> Program {
    let all: Vec<&str> = framework.questions().iter().map(|q| q.id.as_str()).collect();
    framework.program(if questions.is_empty() { &all } else { questions }, None).expect("known questions")
}

type Numbered = Vec<Option<f64>>;

/// Values by measure, 10 % missing; with standard errors up to a fifth of the range, where asked for.
struct Cases(Vec<(String, Numbered, Option<Numbered>)>);

impl Cases {
    fn of(framework: &Framework, ses: bool) -> Cases {
        let mut dice = Dice(2);
        let scores = framework.measures().iter().filter_map(|m| match m.kind {
            MeasureKind::Score { lo, hi } => Some((m.id.clone(), lo, hi)),
            MeasureKind::Category(_) => None,
        });
        Cases(
            scores
                .map(|(id, lo, hi)| {
                    let values =
                        (0..ROWS).map(|_| (dice.below(10) > 0).then(|| lo + (hi - lo) * dice.unit())).collect();
                    let errors =
                        ses.then(|| (0..ROWS).map(|_| Some((hi - lo) * (0.001 + 0.2 * dice.unit()))).collect());
                    (id, values, errors)
                })
                .collect(),
        )
    }

    fn columns(&self, framework: &Framework) -> Columns<'static> {
        let mut columns = Columns::new(framework, ROWS);
        for (id, values, errors) in &self.0 {
            let numbers = |v: &Numbered| v.iter().copied().collect::<Numbers<'static>>();
            columns.score(id, numbers(values), errors.as_ref().map(numbers)).expect("values of the range");
        }
        columns
    }

    fn table(&self) -> Table {
        let mut columns = Vec::new();
        for (id, values, errors) in &self.0 {
            columns.push(Column { name: id.clone(), cells: Cells::Float(values.clone()) });
            if let Some(e) = errors {
                columns.push(Column { name: format!("{id}.se"), cells: Cells::Float(e.clone()) });
            }
        }
        Table::new("cases", columns).expect("a table")
    }
}

fn run(bencher: Bencher<'_, '_>, framework: &Framework, questions: &[&str], ses: bool, level: Processor) {
    let program = program(framework, questions);
    let columns = Cases::of(framework, ses).columns(framework);
    let mut verdicts = Verdicts::default();
    program.run(&columns, &mut verdicts).expect("one framework");
    bencher.counter(ItemsCount::new(verdicts.effort().pairs)).bench_local(|| {
        program.run_at(level, black_box(&columns), &mut verdicts).expect("one framework");
    });
}

#[divan::bench(args = LEVELS)]
fn job_exact(bencher: Bencher<'_, '_>, level: Processor) {
    run(bencher, &job(), &["each"], false, level);
}

#[divan::bench(args = LEVELS)]
fn job_with_standard_errors(bencher: Bencher<'_, '_>, level: Processor) {
    run(bencher, &job(), &["each"], true, level);
}

#[divan::bench(args = LEVELS, sample_count = 20)]
fn built_in_exact(bencher: Bencher<'_, '_>, level: Processor) {
    run(bencher, &builtin(), &[], false, level);
}

#[divan::bench(args = LEVELS, sample_count = 20)]
fn built_in_with_standard_errors(bencher: Bencher<'_, '_>, level: Processor) {
    run(bencher, &builtin(), &[], true, level);
}

/// Values and standard errors checked at the door, from borrowed slices; an item is a case.
#[divan::bench(args = [false, true], sample_count = 20)]
fn job_door_allocating(bencher: Bencher<'_, '_>, ses: bool) {
    let framework = job();
    let cases: Vec<(String, Vec<f64>)> = Cases::of(&framework, ses)
        .0
        .into_iter()
        .map(|(id, v, _)| (id, v.into_iter().map(Option::unwrap_or_default).collect()))
        .collect();
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        let mut columns = Columns::new(&framework, ROWS);
        for (id, v) in &cases {
            let numbers = || Numbers::new(v.as_slice(), None);
            columns.score(id, numbers(), ses.then(numbers)).expect("values of the range");
        }
        columns
    });
}

/// A table in, a table out, with the reasons of every insufficient verdict; an item is a case.
#[divan::bench(args = [false, true], sample_count = 3, sample_size = 1)]
fn job_table_allocating(bencher: Bencher<'_, '_>, ses: bool) {
    let framework = job();
    let table = Cases::of(&framework, ses).table();
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| framework.judge_table(&table, None, None));
}

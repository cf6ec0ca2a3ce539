//! Many cases at once give what each gives alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod random;

use colead::evidence::{Cells, Column, Table};
use colead::rules::{
    Answer, Codes, Columns, Framework, Judgment, Numbers, Outcome, Processor, Program, Status, Validity, Verdict,
    Verdicts,
};
use proptest::prelude::*;
use random::{CATEGORIES, Known, MEASURES, any_case, case, load, measure, rulebook, rules};

const QUESTIONS: [&str; 3] = ["each", "pick", "grade"];
const LEVELS: [Processor; 3] = [Processor::Baseline, Processor::Avx2, Processor::Best];

/// What is said of one row: status, answer and verdicts of each question.
type Said = Vec<(&'static str, Option<u16>, Vec<i8>)>;

fn columns(framework: &Framework, cases: &[&Known]) -> Columns<'static> {
    let mut columns = Columns::new(framework, cases.len());
    for i in 0..MEASURES - 1 {
        let values: Numbers<'static> = cases.iter().map(|k| k[i].map(|s| f64::from(s.quarters) / 4.0)).collect();
        let errors: Numbers<'static> = cases.iter().map(|k| k[i].and_then(|s| s.se)).collect();
        columns.score(&measure(i), values, Some(errors)).unwrap();
    }
    let code = |k: &&Known| k[MEASURES - 1].map_or(9, |s| 2 - s.quarters as u8 % 3);
    let codes: Vec<u8> = cases.iter().map(code).collect();
    let valid: Validity<'static> = cases.iter().map(|k| k[MEASURES - 1].is_some()).collect();
    let [a, b, c] = CATEGORIES;
    columns.category(&measure(MEASURES - 1), Codes::Narrow(codes.into()), Some(valid), &[c, b, a]).unwrap();
    columns
}

fn by_columns(program: &Program, columns: &Columns<'_>, level: Processor) -> Vec<Said> {
    let mut verdicts = Verdicts::default();
    program.run_at(level, columns, &mut verdicts).unwrap();
    let codes = program.codes(columns, &verdicts);
    let rules: Vec<_> = program.rules().collect();
    let answers: Vec<Vec<Option<u16>>> = (0..QUESTIONS.len()).map(|q| verdicts.answers(q).collect()).collect();
    let framework = program.framework();
    (0..columns.rows())
        .map(|row| {
            let said = program.questions().enumerate().map(|(q, id)| {
                let codes = rules.iter().zip(&codes).enumerate().filter_map(|(i, (r, codes))| {
                    let holds = verdicts.verdict(i, row);
                    assert_eq!(holds, [Some(false), Some(true)].get(codes[row] as usize).copied().flatten());
                    (framework.rule(*r)?.says?.0 == id).then_some(codes[row])
                });
                (verdicts.outcomes(q)[row].as_str(), answers[q][row], codes.collect())
            });
            said.collect()
        })
        .collect()
}

fn alone(framework: &Framework, known: &Known, confidence: f64) -> Said {
    let case = case(framework, known);
    let of = |question: &&str| {
        let j: Judgment = framework.judge(question, &case, Some(confidence)).unwrap();
        let answer = match j.status() {
            Status::Answer(Answer::One(i)) => Some(*i as u16),
            _ => None,
        };
        (j.status().as_str(), answer, j.options().iter().map(|o| o.verdict.code()).collect())
    };
    QUESTIONS.iter().map(of).collect()
}

/// A shuffled order of rows, each several times, so that tiles end in the middle of them.
fn order(cases: usize, rows: usize, seed: u64) -> Vec<usize> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    (0..rows).map(|_| next() % cases).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// On every machine, in any order, however the rows are cut into batches.
    #[test]
    fn columns_say_what_one_case_says(
        rules in rules(), cases in prop::collection::vec(any_case(), 1..20), rows in 1usize..700, cut in 0usize..700,
        confidence in prop_oneof![Just(0.9), 0.51f64..0.9999], seed in any::<u64>(),
    ) {
        let f = load(&rulebook(&rules));
        let program = f.program(&QUESTIONS, Some(confidence)).unwrap();
        let want: Vec<Said> = cases.iter().map(|k| alone(&f, k, confidence)).collect();
        let order = order(cases.len(), rows, seed);
        let known: Vec<&Known> = order.iter().map(|i| &cases[*i]).collect();
        let whole = columns(&f, &known);
        for level in LEVELS {
            let found = by_columns(&program, &whole, level);
            for (row, i) in order.iter().enumerate() {
                prop_assert_eq!(&found[row], &want[*i], "row {}: {:?}", row, cases[*i]);
            }
        }
        let (head, tail) = known.split_at(cut.min(rows));
        let mut parts = by_columns(&program, &columns(&f, head), Processor::Best);
        parts.extend(by_columns(&program, &columns(&f, tail), Processor::Best));
        for (row, i) in order.iter().enumerate() {
            prop_assert_eq!(&parts[row], &want[*i]);
        }
    }

    /// The confidence is put on the bound itself, and next to it: no rounding of the columns may tip a verdict.
    #[test]
    fn ties_fall_as_for_one_case(rules in rules(), cases in prop::collection::vec(any_case(), 1..12), pick in any::<u64>()) {
        let f = load(&rulebook(&rules));
        let mut bounds: Vec<f64> = Vec::new();
        for known in &cases {
            let j = f.judge("each", &case(&f, known), None).unwrap();
            bounds.extend(j.options().iter().flat_map(|o| [o.truth.lo, 1.0 - o.truth.hi]));
        }
        bounds.retain(|b| *b > 0.500001 && *b < 0.999999);
        prop_assume!(!bounds.is_empty());
        let at = bounds[(pick % bounds.len() as u64) as usize];
        let refs: Vec<&Known> = cases.iter().collect();
        let batch = columns(&f, &refs);
        for confidence in [at, at.next_up(), at.next_down(), at + 1e-7, at - 1e-7] {
            let program = f.program(&QUESTIONS, Some(confidence)).unwrap();
            let found = by_columns(&program, &batch, Processor::Best);
            for (row, known) in cases.iter().enumerate() {
                prop_assert_eq!(&found[row], &alone(&f, known, confidence));
            }
        }
    }

    /// Borrowed bitmaps may begin anywhere in a byte, as slices of Arrow arrays do.
    #[test]
    fn a_slice_is_read_from_its_offset(valid in prop::collection::vec(any::<bool>(), 1..200), offset in 0usize..40) {
        let f = two();
        let rows = valid.len();
        let shifted: Vec<bool> = std::iter::repeat_n(true, offset).chain(valid.iter().copied()).collect();
        let bytes: Vec<u8> = shifted.chunks(8).map(|c| c.iter().enumerate().map(|(i, b)| u8::from(*b) << i).sum()).collect();
        let values = vec![f64::NAN; rows].into_iter().zip(&valid).map(|(nan, v)| if *v { 9.0 } else { nan }).collect::<Vec<_>>();
        let mut cases = Columns::new(&f, rows);
        cases.score("a", Numbers::new(values.as_slice(), Some(Validity::new(bytes.as_slice(), offset))), None).unwrap();
        let program = f.program(&["q"], None).unwrap();
        let mut verdicts = Verdicts::default();
        program.run(&cases, &mut verdicts).unwrap();
        for (row, v) in valid.iter().enumerate() {
            prop_assert_eq!(verdicts.verdict(0, row), v.then_some(true));
        }
        let (holds, fails) = verdicts.bits(0);
        prop_assert_eq!(holds.iter().map(|w| w.count_ones() as usize).sum::<usize>(), valid.iter().filter(|v| **v).count());
        prop_assert!(fails.iter().all(|w| *w == 0) && holds.len() == rows.div_ceil(64));
    }
}

fn two() -> Framework {
    Framework::from_toml(
        "[framework]\nid = 'f'\nversion = '1.0.0'\nconfidence = 0.9\n\
         [measure.a]\nscore = [0, 10]\n[measure.b]\nscore = [0, 10]\n[measure.kind]\ncategory = ['x', 'y']\n\
         [question.q]\nmode = 'independent'\noptions = ['yes', 'both']\n\
         [[rule]]\nid = 'yes'\nsays = ['q', 'yes']\nstrength = 'typical'\nbecause = 'b'\nbasis = { kind = 'user' }\n\
         when = { gt = ['a', 5] }\n\
         [[rule]]\nid = 'both'\nsays = ['q', 'both']\nstrength = 'typical'\nbecause = 'b'\nbasis = { kind = 'user' }\n\
         when = { all = [ { gt = ['b', 5] }, { is = ['kind', 'x'] } ] }\n",
    )
    .unwrap()
}

#[test]
fn the_built_in_questions_say_of_columns_what_they_say_of_a_case() {
    let f = Framework::builtin().unwrap();
    let names: Vec<&str> = f.questions().iter().map(|q| q.id.as_str()).collect();
    let program = f.program(&names, None).unwrap();
    let mut state = 7u64;
    let mut unit = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let rows = 600;
    let mut cases = Columns::new(&f, rows);
    for m in f.measures() {
        let colead::rules::MeasureKind::Score { lo, hi } = m.kind else { continue };
        let mut draw = |share: f64, scale: f64, from: f64| {
            (0..rows).map(|_| (unit() < share).then(|| from + scale * unit())).collect::<Numbers<'static>>()
        };
        let (value, se) = (draw(0.9, hi - lo, lo), draw(0.7, 0.3 * (hi - lo), 0.0));
        cases.score(&m.id, value, Some(se)).unwrap();
    }
    let mut verdicts = Verdicts::default();
    program.run(&cases, &mut verdicts).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for row in 0..rows {
        let case = cases.case(row).unwrap();
        for (q, name) in names.iter().enumerate() {
            let j = f.judge(name, &case, None).unwrap();
            assert_eq!(verdicts.outcomes(q)[row].as_str(), j.status().as_str(), "{name}, row {row}");
            let answer =
                verdicts.answers(q).nth(row).unwrap().map(|i| f.questions()[q].options[usize::from(i)].as_str());
            assert_eq!(answer, j.answer(), "{name}, row {row}");
            seen.insert(j.status().as_str());
        }
    }
    assert!(seen.len() >= 2, "{seen:?}");
    let e = verdicts.effort();
    assert_eq!(e.pairs, (rows * program.rules().len()) as u64);
    assert!(e.again * 100 < e.unsure, "lanes settle nearly all: {e:?}");
}

#[test]
fn the_door_names_the_row() {
    let f = two();
    let mut cases = Columns::new(&f, 2);
    let all = |v: [f64; 2]| Numbers::new(v.to_vec(), None);
    let mut refusal = |id: &str, v: [f64; 2], se: Option<[f64; 2]>| {
        let e = cases.score(id, all(v), se.map(all)).unwrap_err();
        (e.code(), e.path().to_owned())
    };
    assert_eq!(refusal("a", [1.0, 11.0], None), ("out_of_range", "row 2, column a".into()));
    assert_eq!(refusal("a", [f64::NAN, 1.0], None), ("not_finite", "row 1, column a".into()));
    assert_eq!(refusal("a", [1.0, 1.0], Some([0.0, -1.0])), ("negative_se", "row 2, column a".into()));
    assert_eq!(refusal("a", [1.0, 1.0], Some([f64::INFINITY, 1.0])), ("not_finite", "row 1, column a".into()));
    assert_eq!(refusal("kind", [1.0, 1.0], None).0, "type_mismatch");
    assert_eq!(refusal("c", [1.0, 1.0], None).0, "unknown_measure");
    let short = cases.score("a", Numbers::new(vec![1.0], None), None).unwrap_err();
    let bitmap = cases.score("a", Numbers::new(vec![1.0; 2], Some(Validity::new(vec![3], 7))), None).unwrap_err();
    assert_eq!((short.code(), bitmap.code()), ("unequal_columns", "unequal_columns"));
    let mut kinds =
        |codes: [u8; 2], names: &[&str]| cases.category("kind", Codes::Narrow(codes.to_vec().into()), None, names);
    let (unknown, none) = (kinds([0, 1], &["x", "z"]).unwrap_err(), kinds([0, 2], &["x", "y"]).unwrap_err());
    assert_eq!((unknown.code(), unknown.path()), ("unknown_category", "row 2, column kind"));
    assert_eq!((none.code(), none.path()), ("bad_code", "row 2, column kind"));
    kinds([0, 0], &["x", "z"]).expect("a text that no row uses may be anything");
    assert_eq!(cases.category("a", Codes::Wide(vec![0, 0].into()), None, &["x"]).unwrap_err().code(), "type_mismatch");
}

#[test]
fn a_program_and_its_cases_are_of_one_framework() {
    let f = two();
    let program = f.program(&["q"], None).unwrap();
    let mut verdicts = Verdicts::default();
    let others = Columns::new(&Framework::builtin().unwrap(), 1);
    assert_eq!(program.run(&others, &mut verdicts).unwrap_err().code(), "other_framework");
    // The same document read twice is one framework.
    program.run(&Columns::new(&two(), 3), &mut verdicts).unwrap();
    assert_eq!(verdicts.outcomes(0), [Outcome::Insufficient; 3]);
    assert!(verdicts.outcomes(1).is_empty() && verdicts.bits(9).0.is_empty());
    program.run(&Columns::new(&f, 0), &mut verdicts).unwrap();
    assert_eq!((verdicts.rows(), verdicts.outcomes(0).len()), (0, 0));
    assert_eq!(f.program(&["nothing"], None).unwrap_err().code(), "unknown_question");
    assert_eq!(f.program(&["q"], Some(0.5)).unwrap_err().code(), "bad_confidence");
}

/// As if the rows were read one by one, though columns are read one by one.
#[test]
fn a_table_is_refused_at_its_first_bad_row() {
    let f = two();
    let column =
        |name: &str, v: &[f64]| Column { name: name.into(), cells: Cells::Float(v.iter().map(|x| Some(*x)).collect()) };
    let path = |columns: Vec<Column>| {
        let e = f.judge_table(&Table::new("cases", columns).unwrap(), None, None).unwrap_err();
        (e.code(), e.path().to_owned())
    };
    let late = column("a", &[1.0, 1.0, 99.0]);
    assert_eq!(
        path(vec![late.clone(), column("b", &[1.0, 99.0, 1.0])]),
        ("out_of_range", "cases, row 2, column b".into())
    );
    assert_eq!(
        path(vec![late.clone(), column("a.n", &[1.0, 1.5, 1.0])]),
        ("not_a_count", "cases, row 2, column a.n".into())
    );
    assert_eq!(path(vec![late, column("a.se", &[-1.0, 1.0, 1.0])]).0, "negative_se");
    // What stands beside a missing value is not looked at.
    let none = Column { name: "a".into(), cells: Cells::Float(vec![None; 2]) };
    let beside = [column("a.se", &[-1.0, 1.0]), column("a.n", &[1.5, 1.0])];
    let table = Table::new("cases", [vec![none], beside.to_vec()].concat()).unwrap();
    assert!(f.judge_table(&table, None, None).is_ok());
    // A category whose rows are all missing may be of any kind.
    let kind = Column { name: "kind".into(), cells: Cells::Float(vec![None]) };
    assert!(f.judge_table(&Table::new("cases", vec![kind]).unwrap(), None, None).is_ok());
    assert_eq!(path(vec![column("kind", &[1.0])]), ("type_mismatch", "cases, row 1, column kind".into()));
}

#[test]
fn one_needed_of_many_is_too_close() {
    let f = two();
    let mut cases = Columns::new(&f, 1);
    cases.score("a", Numbers::new(vec![5.1], None), Some(Numbers::new(vec![1.0], None))).unwrap();
    let program = f.program(&["q"], None).unwrap();
    let mut verdicts = Verdicts::default();
    program.run(&cases, &mut verdicts).unwrap();
    assert_eq!(program.codes(&cases, &verdicts), [[-2], [-1]]);
    let j = f.judge("q", &cases.case(0).unwrap(), None).unwrap();
    assert!(matches!(&j.options()[0].verdict, Verdict::Insufficient(n) if n.too_close.len() == 1));
}

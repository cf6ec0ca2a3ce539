//! Another engine as oracle: `&&`, `||` and `!` of cel-rust over missing variables are Kleene's logic, so whatever CEL
//! concludes we conclude, and where it refuses for want of a value we say insufficient.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use cel::{Context, Program, Value};
use colead::rules::{Case, Framework, Verdict};
use proptest::prelude::*;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

#[derive(Debug, Clone)]
enum Cond {
    All(Vec<Cond>),
    Any(Vec<Cond>),
    Not(Box<Cond>),
    /// Measure, relation, threshold in quarters.
    Compare(usize, usize, u32),
}

fn cond() -> impl Strategy<Value = Cond> {
    let leaf = (0..NAMES.len(), 0..4_usize, 0..=4_u32).prop_map(|(m, op, q)| Cond::Compare(m, op, q));
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Cond::All),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Cond::Any),
            inner.prop_map(|c| Cond::Not(Box::new(c))),
        ]
    })
}

fn ours(c: &Cond) -> String {
    let list = |cs: &[Cond]| cs.iter().map(ours).collect::<Vec<_>>().join(", ");
    match c {
        Cond::All(cs) => format!("{{ all = [{}] }}", list(cs)),
        Cond::Any(cs) => format!("{{ any = [{}] }}", list(cs)),
        Cond::Not(c) => format!("{{ not = {} }}", ours(c)),
        Cond::Compare(m, op, q) => {
            format!("{{ {} = [\"{}\", {}] }}", ["gt", "ge", "lt", "le"][*op], NAMES[*m], f64::from(*q) / 4.0)
        }
    }
}

fn theirs(c: &Cond) -> String {
    let join = |cs: &[Cond], by: &str| cs.iter().map(theirs).collect::<Vec<_>>().join(by);
    match c {
        Cond::All(cs) => format!("({})", join(cs, " && ")),
        Cond::Any(cs) => format!("({})", join(cs, " || ")),
        Cond::Not(c) => format!("!({})", theirs(c)),
        Cond::Compare(m, op, q) => {
            format!("{} {} {:?}", NAMES[*m], [">", ">=", "<", "<="][*op], f64::from(*q) / 4.0)
        }
    }
}

/// None where no case could ever meet the condition: such a rule is refused when it is read.
fn framework(c: &Cond) -> Option<Framework> {
    let measures: String = NAMES.iter().map(|n| format!("[measure.{n}]\nscore = [0, 1]\n")).collect();
    let text = format!(
        "[framework]\nid = \"t\"\nversion = \"1.0.0\"\n{measures}[question.q]\noptions = [\"yes\"]\nmode = \"independent\"\n\
         [[rule]]\nid = \"r\"\nsays = [\"q\", \"yes\"]\nstrength = \"defines\"\nwhen = {}\nbecause = \"-\"\n\
         basis = {{ kind = \"user\", text = \"-\" }}\n",
        ours(c)
    );
    match Framework::from_toml(&text) {
        Ok(f) => Some(f),
        Err(e) if e.code() == "unsatisfiable" => None,
        Err(e) => panic!("{e}\n{text}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cel_and_colead_conclude_alike(
        c in cond(),
        cases in prop::collection::vec(prop::array::uniform4(prop::option::of(0..=4_u32)), 32),
    ) {
        let found = framework(&c);
        prop_assume!(found.is_some());
        let (f, program) = (found.unwrap(), Program::compile(&theirs(&c)).unwrap());
        let root = Context::default();
        for known in cases {
            let (mut case, mut context) = (Case::new(&f), root.new_inner_scope());
            for (name, quarters) in NAMES.iter().zip(known) {
                if let Some(q) = quarters {
                    let value = f64::from(q) / 4.0;
                    case.give(&f, name, value, None, None).unwrap();
                    context.add_variable(*name, value).unwrap();
                }
            }
            let want = match program.execute(&context) {
                Ok(Value::Bool(true)) => "holds",
                Ok(Value::Bool(false)) => "fails",
                Ok(other) => panic!("{other:?}"),
                Err(_) => "insufficient",
            };
            let judged = f.judge("q", &case, None).unwrap();
            let verdict: &Verdict = &judged.options()[0].verdict;
            prop_assert_eq!(verdict.as_str(), want, "{:?} {:?}", c, known);
        }
    }
}

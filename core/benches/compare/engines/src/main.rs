//! Times rule engines on one job and counts what each concludes from missing data. Cases are in each engine's own form
//! before the clock starts; CPU time of one thread, the best of three runs.
//!
//!     cargo run --release --manifest-path core/benches/compare/engines/Cargo.toml

mod job;

use cpu_time::ThreadTime;
use job::{MEASURES, Leaf, expression, name, rules, truth};
use serde_json::{Map, Value, json};

type Case = [Option<f64>; MEASURES];
/// Verdicts by case, then by rule; none where the engine does not conclude or refuses.
type Verdicts = Vec<Vec<Option<bool>>>;

fn main() {
    let all = job::cases(100_000);
    let complete: Vec<Case> = all.iter().map(|c| c.map(|v| v.or(Some(50.0)))).collect();
    println!("| engine | cases | M rule evaluations a second | unsupported conclusions | not concluded though it follows |");
    println!("|---|---|---|---|---|");
    let engines: [(&str, &[Case], fn(&[Case]) -> (f64, Verdicts)); 6] = [
        ("colead, columns", &all, colead_columns),
        ("datalogic-rs 5.4.0", &all[..20_000], datalogic),
        ("zen-expression 2.1.6, compiled", &all[..10_000], zen_expression),
        ("cel 0.15.0", &all[..5_000], cel),
        ("zen-engine 2.1.6, decision graph", &all[..5_000], zen_engine),
        // A graph ends at the first missing value, so what it costs shows only on complete cases.
        ("zen-engine 2.1.6, nothing missing", &complete[..5_000], zen_engine),
    ];
    for (engine, cases, run) in engines {
        let count = cases.len();
        let (mut seconds, verdicts) = run(cases);
        for _ in 0..2 {
            seconds = seconds.min(run(cases).0);
        }
        let (mut unsupported, mut lost) = (0, 0);
        for (case, found) in cases.iter().zip(&verdicts) {
            for (rule, got) in rules().iter().zip(found) {
                match (truth(rule, case), got) {
                    (want, got) if want == *got => {}
                    (_, Some(_)) => unsupported += 1,
                    (_, None) => lost += 1,
                }
            }
        }
        let total = (count * job::RULES) as f64;
        let share = |n: i32| format!("{:.2} %", 100.0 * f64::from(n) / total);
        println!("| {engine} | {count} | {:.2} | {} | {} |", total / seconds / 1e6, share(unsupported), share(lost));
    }
}

fn timed<T>(job: impl FnOnce() -> T) -> (f64, T) {
    let start = ThreadTime::now();
    let out = job();
    (start.elapsed().as_secs_f64(), out)
}

/// A case as a JSON object without what is missing.
fn document(case: &Case) -> Value {
    let known = case.iter().enumerate().filter_map(|(m, v)| Some((name(m), json!((*v)?))));
    Value::Object(known.collect::<Map<String, Value>>())
}

fn cel(cases: &[Case]) -> (f64, Verdicts) {
    let programs: Vec<cel::Program> =
        rules().iter().map(|r| cel::Program::compile(&expression(r, "&&")).unwrap()).collect();
    let root = cel::Context::default();
    let contexts: Vec<cel::Context> = cases
        .iter()
        .map(|case| {
            let mut context = root.new_inner_scope();
            for (m, v) in case.iter().enumerate() {
                if let Some(v) = v {
                    context.add_variable(name(m), *v).unwrap();
                }
            }
            context
        })
        .collect();
    timed(|| {
        let one = |context| {
            programs
                .iter()
                .map(|p| match p.execute(context) {
                    Ok(cel::Value::Bool(b)) => Some(b),
                    _ => None,
                })
                .collect()
        };
        contexts.iter().map(one).collect()
    })
}

fn datalogic(cases: &[Case]) -> (f64, Verdicts) {
    use datalogic_rs::bumpalo::Bump;
    use datalogic_rs::{DataValue, Engine};
    let engine = Engine::new();
    let leaf = |l: &Leaf| json!({ (if l.above { ">" } else { "<" }): [{ "var": name(l.measure) }, l.threshold] });
    let rules: Vec<_> = rules()
        .iter()
        .map(|r| engine.compile(&*json!({ "and": r.iter().map(leaf).collect::<Vec<_>>() }).to_string()).unwrap())
        .collect();
    let arena = Bump::new();
    let inputs: Vec<&DataValue<'_>> = cases
        .iter()
        .map(|c| {
            let text = arena.alloc_str(&document(c).to_string());
            &*arena.alloc(DataValue::from_str(text, &arena).unwrap())
        })
        .collect();
    let mut scratch = Bump::new();
    timed(|| {
        inputs
            .iter()
            .map(|input| {
                let found = rules.iter().map(|r| engine.evaluate(r, *input, &scratch).ok()?.as_bool()).collect();
                scratch.reset();
                found
            })
            .collect()
    })
}

fn zen_expression(cases: &[Case]) -> (f64, Verdicts) {
    use zen_expression::variable::Variable;
    use zen_expression::vm::VM;
    let mut isolate = zen_expression::Isolate::new();
    let compiled: Vec<_> =
        rules().iter().map(|r| isolate.compile_standard(&expression(r, "and")).unwrap()).collect();
    let inputs: Vec<Variable> = cases.iter().map(|c| Variable::from(document(c))).collect();
    let mut vm = VM::new();
    timed(|| {
        inputs
            .iter()
            .map(|input| {
                compiled
                    .iter()
                    .map(|e| match e.evaluate_with(input.clone(), &mut vm) {
                        Ok(Variable::Bool(b)) => Some(b),
                        _ => None,
                    })
                    .collect()
            })
            .collect()
    })
}

fn zen_engine(cases: &[Case]) -> (f64, Verdicts) {
    use zen_expression::variable::Variable;
    let expressions: Vec<Value> = rules()
        .iter()
        .enumerate()
        .map(|(r, rule)| json!({ "id": format!("e{r}"), "key": format!("r{r}"), "value": expression(rule, "and") }))
        .collect();
    let graph = json!({
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            { "id": "in", "type": "inputNode", "name": "in" },
            { "id": "rules", "type": "expressionNode", "name": "rules", "content": { "expressions": expressions } },
            { "id": "out", "type": "outputNode", "name": "out" },
        ],
        "edges": [
            { "id": "a", "sourceId": "in", "targetId": "rules" },
            { "id": "b", "sourceId": "rules", "targetId": "out" },
        ],
    });
    let content: zen_engine::model::GraphContent = serde_json::from_value(graph).unwrap();
    let mut decision = zen_engine::Decision::from(content);
    decision.compile();
    let inputs: Vec<Variable> = cases.iter().map(|c| Variable::from(document(c))).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    timed(|| {
        inputs
            .iter()
            .map(|input| {
                let found = runtime.block_on(decision.evaluate(input.clone()));
                let Ok(found) = found else { return vec![None; job::RULES] };
                (0..job::RULES)
                    .map(|r| match found.result.dot(&format!("r{r}")) {
                        Some(Variable::Bool(b)) => Some(b),
                        _ => None,
                    })
                    .collect()
            })
            .collect()
    })
}

fn colead_columns(cases: &[Case]) -> (f64, Verdicts) {
    use colead::rules::{Columns, Framework};
    let leaf = |l: &Leaf| json!({ (if l.above { "gt" } else { "lt" }): [name(l.measure), l.threshold] });
    let measures: Map<String, Value> = (0..MEASURES).map(|m| (name(m), json!({ "score": [0, 100] }))).collect();
    let options: Vec<String> = (0..job::RULES).map(|r| format!("r{r}")).collect();
    let rules: Vec<Value> = rules()
        .iter()
        .zip(&options)
        .map(|(rule, option)| {
            json!({
                "id": format!("rule-{option}"), "says": ["q", option], "strength": "defines", "because": "-",
                "when": { "all": rule.iter().map(leaf).collect::<Vec<_>>() }, "basis": { "kind": "user", "text": "-" },
            })
        })
        .collect();
    let document = json!({
        "framework": { "id": "compare", "version": "1.0.0" }, "measure": measures,
        "question": { "q": { "options": options, "mode": "independent" } }, "rule": rules,
    });
    let framework = Framework::from_json(&document.to_string()).unwrap();
    let mut columns = Columns::new(&framework, cases.len());
    for m in 0..MEASURES {
        columns.score(&name(m), cases.iter().map(|c| c[m]).collect(), None).unwrap();
    }
    let program = framework.program(&["q"], None).unwrap();
    let mut verdicts = colead::rules::Verdicts::default();
    // Once to make room: what is measured is a batch among many.
    program.run(&columns, &mut verdicts).unwrap();
    let (seconds, ()) = timed(|| program.run(&columns, &mut verdicts).unwrap());
    let found = (0..cases.len()).map(|row| (0..job::RULES).map(|r| verdicts.verdict(r, row)).collect()).collect();
    (seconds, found)
}

//! How sharp the tests of a rulebook are: every number in its rules is moved a little, and a change that no test
//! notices is reported with a case that would notice it.

use super::boxes::MeasureBox;
use super::check::search::{Cases, Change, Found, Searcher};
use super::check::{in_words, outcome};
use super::condition::leaves;
use super::model::*;
use super::truth::Op;
use serde_json::{Value, json};
use std::sync::Arc;

/// How far a threshold is moved where its measure declares no step, as a share of the measure's range.
pub const MUTATION_SHARE: f64 = 0.01;
/// The most steps of a report: a rule evaluated for a test, or a condition looked at in search of a case.
const BUDGET: usize = 50_000_000;
/// The most steps of one search for a case.
const SEARCH_BUDGET: usize = 500_000;

/// What became of all small changes of a framework's rules; see [`Framework::mutants`].
#[derive(Debug, Clone, PartialEq)]
pub struct MutationReport {
    /// How many changes were tried.
    pub tried: usize,
    /// How many of them some test noticed.
    pub noticed: usize,
    /// How many change no verdict of their rule in any case of exact and missing values.
    pub equivalent: usize,
    /// Those that no test noticed, rule by rule.
    pub survivors: Vec<Survivor>,
    /// Whether every change could be tried, and every survivor compared in all cases.
    pub complete: bool,
}

/// A change of a rule that no test notices.
#[derive(Debug, Clone, PartialEq)]
pub struct Survivor {
    /// The rule.
    pub rule: String,
    /// The file of the rule, or empty.
    pub file: String,
    /// The line of the rule, for TOML.
    pub line: Option<u32>,
    /// The condition in it: `when`, `unless` or `requires[i]`, then the places of its parts, counted from 0. A level
    /// of a scorecard counts as what it is lowered to.
    pub path: String,
    /// What it says.
    pub from: String,
    /// What it was changed to.
    pub to: String,
    /// A case, as an object from measure to value, of which the rule and the changed rule say different things;
    /// nothing when the search for one was given up.
    pub given: Option<Value>,
    /// What the rule says of that case, and so what a test with it would expect.
    pub expect: &'static str,
    /// What the changed rule says.
    pub becomes: &'static str,
}

impl MutationReport {
    /// The report as a JSON document (`tried noticed equivalent complete survivors`).
    pub fn to_json(&self) -> Value {
        json!({
            "tried": self.tried, "noticed": self.noticed, "equivalent": self.equivalent, "complete": self.complete,
            "survivors": self.survivors.iter().map(Survivor::to_json).collect::<Vec<_>>(),
        })
    }

    /// The report in words: each survivor with a test that would notice it, ready to be put into the rulebook.
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "{} changes tried: {} noticed by a test, {} without effect, {} not noticed\n",
            self.tried,
            self.noticed,
            self.equivalent,
            self.survivors.len()
        );
        if !self.complete {
            text.push_str("the work was given up at its limit: there may be more\n");
        }
        for s in &self.survivors {
            let line = s.line.map_or(String::new(), |l| format!(":{l}"));
            let place = if s.file.is_empty() { String::new() } else { format!(" ({}{line})", s.file) };
            text.push_str(&format!("\n{}{place}, {}: {} could be {}\n", s.rule, s.path, s.from, s.to));
            if let Some(Value::Object(given)) = &s.given {
                let given: Vec<String> =
                    given.iter().map(|(m, v)| format!("{m} = {}", crate::json::canonical(v))).collect();
                let test = format!("{{ given = {{ {} }}, expect = \"{}\" }}", given.join(", "), s.expect);
                text.push_str(&format!("  a test that would notice: {test}\n"));
            }
        }
        text
    }
}

impl Survivor {
    /// The survivor as a JSON document (`rule file line path from to given expect becomes`).
    pub fn to_json(&self) -> Value {
        json!({
            "rule": self.rule, "file": self.file, "line": self.line, "path": self.path, "from": self.from,
            "to": self.to, "given": self.given, "expect": self.expect, "becomes": self.becomes,
        })
    }
}

impl Framework {
    /// Changes every number in the rules, one at a time, and lists the changes that no test of a rule notices: each
    /// threshold by one step of its measure (or [`MUTATION_SHARE`] of its range) up and down, each comparison from
    /// strict to not strict or back, each number of points by one. Bounded work; not part of loading.
    ///
    /// ```
    /// use colead::rules::Framework;
    /// let report = Framework::from_toml(r#"
    ///     [framework]
    ///     id = "f"
    ///     version = "1.0.0"
    ///     [measure.warmth]
    ///     score = [0, 10]
    ///     step = 1
    ///     [[rule]]
    ///     id = "warm"
    ///     strength = "defines"
    ///     when = { ge = ["warmth", 5] }
    ///     basis = { kind = "user", text = "half" }
    ///     because = "it is warm"
    ///     test = [ { given = { warmth = 5 }, expect = "holds" } ]
    /// "#)?.mutants();
    /// // No test says what happens just below 5.
    /// assert_eq!((report.tried, report.noticed, report.survivors.len()), (3, 2, 1));
    /// assert_eq!((report.survivors[0].to.as_str(), report.survivors[0].expect), ("`warmth` at least 4", "fails"));
    /// # Ok::<(), colead::Error>(())
    /// ```
    pub fn mutants(&self) -> MutationReport {
        let mut report = MutationReport { tried: 0, noticed: 0, equivalent: 0, survivors: Vec::new(), complete: true };
        let mut bench = Bench::new(self);
        for (i, rule) in self.rules().iter().enumerate() {
            let tests = bench.tests_of(RuleId(i));
            for mutant in mutants(self, rule) {
                if bench.budget == 0 {
                    report.complete = false;
                    return report;
                }
                report.tried += 1;
                if bench.notices(RuleId(i), &mutant, &tests) {
                    report.noticed += 1;
                    continue;
                }
                let case = match bench.differ(RuleId(i), rule, &mutant) {
                    Found::In(case) => Some(case),
                    Found::Nowhere => {
                        report.equivalent += 1;
                        continue;
                    }
                    Found::Unfinished => {
                        report.complete = false;
                        None
                    }
                };
                report.survivors.extend(bench.survivor(RuleId(i), rule, &mutant, case));
            }
        }
        report
    }
}

/// One change: which condition of a rule, and what is put in its place.
struct Mutant {
    /// `0` for `when`, `1` for `unless`, from `2` for the guards; then the places of parts.
    place: Vec<usize>,
    to: Condition,
}

fn mutants(framework: &Framework, rule: &Rule) -> Vec<Mutant> {
    let mut all = Vec::new();
    let guards = rule.requires.iter().enumerate().map(|(i, g)| (i + 2, &g.when));
    let own = [(0, &rule.when)].into_iter().chain(rule.unless.iter().map(|u| (1, u))).chain(guards);
    own.for_each(|(root, c)| change(framework, c, &mut vec![root], &mut all));
    all
}

fn change(framework: &Framework, c: &Condition, place: &mut Vec<usize>, all: &mut Vec<Mutant>) {
    let mut put = |to: Condition| all.push(Mutant { place: place.clone(), to });
    match c {
        Condition::AtLeast { points, of } => {
            let total: u32 = of.iter().map(|(w, _)| w).sum();
            let near = [points.saturating_sub(1), points + 1].into_iter().filter(|p| (1..=total).contains(p));
            near.for_each(|points| put(Condition::AtLeast { points, of: of.clone() }));
            for (i, (_, c)) in of.iter().enumerate() {
                place.push(i);
                change(framework, c, place, all);
                place.pop();
            }
        }
        Condition::Not(c) => {
            place.push(0);
            change(framework, c, place, all);
            place.pop();
        }
        Condition::Compare(m, op, t) => {
            let Some(measure) = framework.measure(*m) else { return };
            let MeasureKind::Score { lo, hi } = measure.kind else { return };
            let step = measure.step.unwrap_or((hi - lo) * MUTATION_SHARE);
            let moved = [t - step, t + step].map(super::boxes::tidy);
            for t in moved.into_iter().filter(|moved| (lo..=hi).contains(moved) && moved != t) {
                put(Condition::Compare(*m, *op, t));
            }
            let turned = match op {
                Op::Ge => Op::Gt,
                Op::Gt => Op::Ge,
                Op::Le => Op::Lt,
                Op::Lt => Op::Le,
            };
            put(Condition::Compare(*m, turned, *t));
        }
        Condition::OneOf(..) | Condition::Holds(_) => {}
    }
}

/// The condition at a place of a rule.
fn part<'r>(rule: &'r Rule, place: &[usize]) -> Option<&'r Condition> {
    let (root, way) = place.split_first()?;
    let mut at = match root {
        0 => &rule.when,
        1 => rule.unless.as_ref()?,
        guard => &rule.requires.get(guard - 2)?.when,
    };
    for i in way {
        at = match at {
            Condition::AtLeast { of, .. } => &of.get(*i)?.1,
            Condition::Not(c) => c,
            _ => return None,
        };
    }
    Some(at)
}

fn part_mut<'r>(rule: &'r mut Rule, place: &[usize]) -> Option<&'r mut Condition> {
    let (root, way) = place.split_first()?;
    let mut at = match root {
        0 => &mut rule.when,
        1 => rule.unless.as_mut()?,
        guard => &mut rule.requires.get_mut(guard - 2)?.when,
    };
    for i in way {
        at = match at {
            Condition::AtLeast { of, .. } => &mut of.get_mut(*i)?.1,
            Condition::Not(c) => c,
            _ => return None,
        };
    }
    Some(at)
}

/// Where changed rules are tried: a copy of the framework without its catalogue, changed and changed back.
struct Bench<'a> {
    framework: &'a Framework,
    copy: Framework,
    budget: usize,
    referred_by: Vec<Vec<RuleId>>,
}

impl<'a> Bench<'a> {
    fn new(framework: &'a Framework) -> Bench<'a> {
        let mut referred_by = vec![Vec::new(); framework.rules().len()];
        for (i, rule) in framework.rules().iter().enumerate() {
            let mut see = |leaf: &Condition| {
                if let Condition::Holds(r) = leaf
                    && let Some(list) = referred_by.get_mut(r.0)
                {
                    list.push(RuleId(i));
                }
            };
            rule.conditions().for_each(|c| leaves(c, &mut see));
        }
        let inner = Inner {
            confidence: framework.confidence(),
            measures: framework.measures().to_vec(),
            rules: framework.rules().to_vec(),
            ..Inner::default()
        };
        Bench { framework, copy: Framework(Arc::new(inner)), budget: BUDGET, referred_by }
    }

    /// The tests that a change of a rule may move: its own, and those of rules that build on it.
    fn tests_of(&self, r: RuleId) -> Vec<(RuleId, RuleTest)> {
        let mut seen = vec![false; self.referred_by.len()];
        let mut open = vec![r];
        let mut tests = Vec::new();
        while let Some(r) = open.pop() {
            if seen.get_mut(r.0).is_none_or(|s| std::mem::replace(s, true)) {
                continue;
            }
            let own = self.copy.rule(r).into_iter().flat_map(|rule| &rule.tests);
            tests.extend(own.map(|t| (r, t.clone())));
            open.extend(self.referred_by.get(r.0).into_iter().flatten());
        }
        tests
    }

    /// Puts the change in, or the original back.
    fn swap(&mut self, r: RuleId, place: &[usize], with: &mut Condition) {
        let rule = Arc::get_mut(&mut self.copy.0).and_then(|inner| inner.rules.get_mut(r.0));
        if let Some(part) = rule.and_then(|rule| part_mut(rule, place)) {
            std::mem::swap(part, with);
        }
    }

    fn notices(&mut self, r: RuleId, mutant: &Mutant, tests: &[(RuleId, RuleTest)]) -> bool {
        let mut with = mutant.to.clone();
        self.swap(r, &mutant.place, &mut with);
        let mut noticed = false;
        for (rule, test) in tests {
            self.budget = self.budget.saturating_sub(self.referred_by.len());
            if outcome(&self.copy, *rule, test) != test.expect {
                noticed = true;
                break;
            }
        }
        self.swap(r, &mutant.place, &mut with);
        noticed
    }

    /// A case that tells the rule from the changed one: if it can be, whatever else is known.
    fn differ(&mut self, r: RuleId, rule: &'a Rule, mutant: &Mutant) -> Found {
        let Some(what) = part(rule, &mutant.place) else { return Found::Unfinished };
        let mut found = Found::Nowhere;
        for cases in [Cases::Complete, Cases::Partial] {
            let mut searcher = Searcher::new(self.framework, self.budget);
            found = searcher.find(&Change { what, to: &mutant.to }.matters(r), cases, SEARCH_BUDGET);
            self.budget = searcher.budget.saturating_sub(self.referred_by.len());
            if matches!(found, Found::In(_)) {
                break;
            }
        }
        found
    }

    fn survivor(&mut self, r: RuleId, rule: &Rule, mutant: &Mutant, case: Option<MeasureBox>) -> Option<Survivor> {
        let from = part(rule, &mutant.place)?;
        let said = |c: &Condition| match c {
            Condition::AtLeast { points, .. } => format!("at least {points} points"),
            c => in_words(self.framework, c),
        };
        let (root, way) = mutant.place.split_first()?;
        let root = match root {
            0 => "when".to_owned(),
            1 => "unless".to_owned(),
            guard => format!("requires[{}]", guard - 2),
        };
        let path = way.iter().fold(root, |path, i| format!("{path}[{i}]"));
        let (from, to) = (said(from), said(&mutant.to));
        let given = case.as_ref().map(|case| case.witness(self.framework));
        let (mut expect, mut becomes) = ("", "");
        if let Some(case) = case {
            let test = RuleTest { given: case.values(self.framework), expect: "", mark: rule.mark.clone() };
            expect = outcome(&self.copy, r, &test);
            let mut with = mutant.to.clone();
            self.swap(r, &mutant.place, &mut with);
            becomes = outcome(&self.copy, r, &test);
            self.swap(r, &mutant.place, &mut with);
        }
        let (file, line) = (rule.mark.file.clone(), rule.mark.line);
        Some(Survivor { rule: rule.id.clone(), file, line, path, from, to, given, expect, becomes })
    }
}

#[cfg(test)]
mod tests {
    use super::super::random;
    use super::*;
    use proptest::prelude::*;

    fn report(rules: &str) -> MutationReport {
        let text = format!(
            "[framework]\nid = 'f'\nversion = '1.0.0'\n[measure.a]\nscore = [0, 1]\nstep = 0.5\n[measure.b]\nscore = [0, 10]\n{rules}"
        );
        Framework::from_toml(&text).unwrap().mutants()
    }

    fn rule(id: &str, lines: &str) -> String {
        let basis = "basis = { kind = 'user', text = 'ours' }";
        format!("[[rule]]\nid = '{id}'\nstrength = 'defines'\nbecause = 'b'\n{basis}\n{lines}\n")
    }

    fn said(s: &Survivor) -> String {
        let given = s.given.as_ref().map_or_else(String::new, Value::to_string);
        format!("{} {}: {} -> {}; {given} {} {}", s.rule, s.path, s.from, s.to, s.expect, s.becomes)
    }

    #[test]
    fn every_number_is_moved_and_every_strictness_turned() {
        let r = report(&rule("r", "when = { all = [ { ge = ['a', 0.5] }, { not = { lt = ['b', 10] } } ] }"));
        let all: Vec<String> = r.survivors.iter().map(said).collect();
        assert_eq!(
            all,
            [
                r#"r when: at least 2 points -> at least 1 points; {"a":1.0,"b":5.0} fails holds"#,
                r#"r when[0]: `a` at least 0.5 -> `a` at least 0; {"a":0.0,"b":10.0} fails holds"#,
                r#"r when[0]: `a` at least 0.5 -> `a` at least 1; {"a":0.5,"b":10.0} holds fails"#,
                r#"r when[0]: `a` at least 0.5 -> `a` above 0.5; {"a":0.5,"b":10.0} holds fails"#,
                r#"r when[1][0]: `b` below 10 -> `b` below 9.9; {"a":1.0,"b":9.95} fails holds"#,
                r#"r when[1][0]: `b` below 10 -> `b` at most 10; {"a":1.0,"b":10.0} holds fails"#,
            ]
        );
        assert_eq!((r.tried, r.noticed, r.equivalent, r.complete), (6, 0, 0, true));
        assert_eq!(r.to_json()["survivors"][1]["given"], json!({ "a": 0.0, "b": 10.0 }));
    }

    #[test]
    fn tests_of_rules_that_build_on_it_count() {
        let base = rule("base", "when = { gt = ['a', 0.5] }");
        let test = "test = [ { given = { a = 0.5 }, expect = 'fails' }, { given = { a = 1 }, expect = 'holds' } ]";
        let on_it = rule("on_it", &format!("when = {{ holds = 'base' }}\n{test}"));
        let r = report(&(base.clone() + &on_it));
        assert_eq!((r.tried, r.noticed, r.survivors.len()), (3, 3, 0));
        assert_eq!(report(&base).survivors.len(), 3);
    }

    #[test]
    fn a_change_that_changes_nothing_is_no_survivor() {
        // With two parts of three points each, four points are as good as five.
        let parts = "{ points = 3, when = { gt = ['a', 0.5] } }, { points = 3, when = { gt = ['b', 5] } }";
        let r = report(&rule("r", &format!("when = {{ at_least = {{ points = 5, of = [ {parts} ] }} }}")));
        assert_eq!(r.equivalent, 2);
        assert!(r.survivors.iter().all(|s| s.path != "when"), "{:?}", r.survivors);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_a_survivor_suggests_notices_it(rules in random::rules()) {
            let f = random::load(&random::rulebook(&rules));
            let r = f.mutants();
            prop_assert_eq!(r.tried, r.noticed + r.equivalent + r.survivors.len());
            prop_assert_eq!(&f.mutants(), &r, "the framework is left as it was");
            for s in &r.survivors {
                prop_assert!(s.expect != s.becomes, "{}", said(s));
            }
            // Each suggestion as a test of its rule: then nothing survives.
            let mut document = random::rulebook(&rules);
            for rule in document["rule"].as_array_mut().unwrap() {
                let own = r.survivors.iter().filter(|s| s.rule == rule["id"]);
                rule["test"] = own.map(|s| json!({ "given": s.given, "expect": s.expect })).collect();
            }
            let tested = random::load(&document).mutants();
            prop_assert_eq!(tested.survivors.iter().map(said).collect::<Vec<_>>(), Vec::<String>::new());
        }
    }
}

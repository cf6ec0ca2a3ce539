//! The tests that rules carry with them.

use crate::document::Diagnostics;
use crate::error::Severity;
use crate::rules::case::Case;
use crate::rules::condition::leaves;
use crate::rules::evaluate::{Evaluation, below};
use crate::rules::load::of_base;
use crate::rules::model::*;

/// The most comparisons that all tests may cost together: a test looks at its rule and at all it refers to.
const MAX_WORK: usize = 20_000_000;

/// Runs every test of every rule on the finished framework. One case and one evaluation serve them all, since making
/// room for every measure and rule anew would cost more than the tests.
pub(in crate::rules) fn run_tests(framework: &Framework, faults: &Diagnostics) {
    let mut case = Case::new(framework);
    let mut room = vec![None; framework.rules().len()];
    let mut work = 0_usize;
    for (i, rule) in framework.rules().iter().enumerate().filter(|(_, rule)| !rule.tests.is_empty()) {
        let rules = below(framework, RuleId(i));
        work = work.saturating_add(cost(framework, &rules).saturating_mul(rule.tests.len()));
        if work > MAX_WORK {
            let message = format!("the tests of the rules cost more than {MAX_WORK} comparisons together");
            let help = "leave out tests that say the same, or split the framework";
            faults.push(rule.mark.diagnostic(Severity::Error, "too_large", message, help));
            return;
        }
        for test in &rule.tests {
            for (m, v) in &test.given {
                // Every value was one that its measure can take when the test was read.
                let _ = case.put(framework, *m, v.clone());
            }
            let evaluation = Evaluation::of_rules(framework, &case, &rules, framework.confidence(), room);
            let got = evaluation.verdict(RuleId(i)).as_str();
            room = evaluation.into_room(&rules);
            test.given.iter().for_each(|(m, _)| case.forget(*m));
            if got != test.expect {
                let says = if got == "insufficient" { "is insufficient" } else { got };
                let message = format!("the rule `{}` {says} here, the test expects `{}`", rule.id, test.expect);
                // A test of a framework that is extended can only be turned by what the extension replaces.
                let (severity, code, help) = match of_base(&test.mark.file) {
                    true => (Severity::Warning, "turned_test", "nothing, if your rule is meant to turn it"),
                    false => (Severity::Error, "failing_test", "mend the rule or the test"),
                };
                faults.push(test.mark.diagnostic(severity, code, message, help));
            }
        }
    }
}

fn cost(framework: &Framework, rules: &[RuleId]) -> usize {
    let mut count = rules.len();
    for c in rules.iter().filter_map(|r| framework.rule(*r)).flat_map(Rule::conditions) {
        leaves(c, &mut |_| count += 1);
    }
    count
}

/// What a rule comes to in the case of a test.
pub(in crate::rules) fn outcome(framework: &Framework, rule: RuleId, test: &RuleTest) -> &'static str {
    let mut case = Case::new(framework);
    for (m, v) in &test.given {
        // Every value was one that its measure can take when the test was read.
        let _ = case.put(framework, *m, v.clone());
    }
    Evaluation::of_rule(framework, &case, rule, framework.confidence()).verdict(rule).as_str()
}

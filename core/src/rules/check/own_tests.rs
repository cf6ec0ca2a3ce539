//! The tests that rules carry with them.

use crate::document::Diagnostics;
use crate::error::Severity;
use crate::rules::case::Case;
use crate::rules::evaluate::Evaluation;
use crate::rules::model::*;

/// Runs every test of every rule on the finished framework.
pub(in crate::rules) fn run_tests(framework: &Framework, faults: &Diagnostics) {
    for (i, rule) in framework.rules().iter().enumerate() {
        for test in &rule.tests {
            let got = outcome(framework, RuleId(i), test);
            if got != test.expect {
                let says = if got == "insufficient" { "is insufficient" } else { got };
                let message = format!("the rule `{}` {says} here, the test expects `{}`", rule.id, test.expect);
                let help = "mend the rule or the test";
                faults.push(test.mark.diagnostic(Severity::Error, "failing_test", message, help));
            }
        }
    }
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

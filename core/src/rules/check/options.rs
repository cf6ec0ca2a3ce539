//! Checks of a question: options that overlap, rules that add nothing to their siblings, and gaps.

use super::report::Checks;
use super::search::{Cases, Found, Outcomes, Subject, Wanted};
use crate::rules::model::*;

/// Error: two options that exclude one another hold at once.
pub(super) fn overlap<'a>(checks: &mut Checks<'a>, q: &'a Question) {
    if q.mode == Mode::Independent || q.may_overlap {
        return;
    }
    let options: Vec<(&String, Vec<RuleId>)> =
        q.options.iter().zip(&q.rules).map(|(o, rules)| (o, answering(checks.framework, rules))).collect();
    for (i, (a, of_a)) in options.iter().enumerate() {
        for (b, of_b) in options.iter().skip(i + 1) {
            let pairs = of_a.iter().flat_map(|r| of_b.iter().map(move |s| (*r, *s)));
            for (r, s) in pairs {
                if checks.spent() || overlap_of(checks, q, (a, r), (b, s)) {
                    break;
                }
            }
        }
    }
}

fn overlap_of<'a>(checks: &mut Checks<'a>, q: &'a Question, (a, r): (&str, RuleId), (b, s): (&str, RuleId)) -> bool {
    let (Some(one), Some(other)) = (checks.framework.rule(r), checks.framework.rule(s)) else { return false };
    let what = || format!("whether `{a}` and `{b}` of `{}` overlap", q.id);
    let both = [r, s].map(|r| Wanted::Is(Subject::Rule(r), Outcomes::HOLDS));
    let Found::In(shown) = checks.find(&both, Cases::Complete, &other.mark, what) else { return false };
    let message = format!(
        "`{a}` and `{b}` of `{}` exclude one another, yet the rules `{}` and `{}` can hold at once",
        q.id, one.id, other.id
    );
    let help = format!(
        "add `unless = {{ holds = \"{}\" }}` to one of them, or `overlap = \"conflict\"` to the question",
        one.id
    );
    checks.error(&other.mark, "overlap", (message, help), Some(shown));
    true
}

/// The rules that can answer: a rule that only suggests makes no answer.
fn answering(framework: &Framework, rules: &[RuleId]) -> Vec<RuleId> {
    let answers = |r: &&RuleId| framework.rule(**r).is_some_and(|rule| rule.strength != Strength::Suggests);
    rules.iter().filter(answers).copied().collect()
}

/// Warning: a rule that holds only where another rule of its option holds, which says it at least as strongly.
pub(super) fn implied<'a>(checks: &mut Checks<'a>, q: &'a Question, dead: &[bool]) {
    for rules in &q.rules {
        let live = |r: &&RuleId| dead.get(r.0) == Some(&false);
        let mut kept: Vec<RuleId> = rules.iter().filter(live).copied().collect();
        // From the end: of two rules that say the same the later one is told.
        for i in (0..kept.len()).rev() {
            let Some(r) = kept.get(i).copied() else { continue };
            let others: Vec<RuleId> = kept.iter().filter(|s| **s != r).copied().collect();
            if others.into_iter().any(|s| !checks.spent() && implied_by(checks, r, s)) {
                kept.remove(i);
            }
        }
    }
}

fn implied_by(checks: &mut Checks<'_>, r: RuleId, s: RuleId) -> bool {
    let (Some(rule), Some(sibling)) = (checks.framework.rule(r), checks.framework.rule(s)) else { return false };
    if sibling.strength > rule.strength {
        return false;
    }
    let holds = Wanted::Is(Subject::Rule(r), Outcomes::HOLDS);
    let alone = [holds, Wanted::IsNot(Subject::Rule(s), Outcomes::HOLDS)];
    let what = || format!("whether the rule `{}` is implied by `{}`", rule.id, sibling.id);
    if checks.find(&alone, Cases::Partial, &rule.mark, what) != Found::Nowhere {
        return false;
    }
    let message = format!("the rule `{}` adds nothing: wherever it holds, `{}` holds too", rule.id, sibling.id);
    let help = "leave it out, or mend one of the two".to_owned();
    let shown = checks.example(&[holds], Cases::Complete);
    checks.warn(&rule.mark, "implied", (message, help), shown);
    true
}

/// Warning: a question that is said to be exhaustive, and a case of which every option fails.
pub(super) fn gap<'a>(checks: &mut Checks<'a>, q: &'a Question) {
    if !q.exhaustive {
        return;
    }
    let rules = answering(checks.framework, &q.rules.concat());
    let none: Vec<Wanted<'a>> = rules.iter().map(|r| Wanted::Is(Subject::Rule(*r), Outcomes::FAILS)).collect();
    let what = || format!("whether the options of `{}` are exhaustive", q.id);
    if let Found::In(shown) = checks.find(&none, Cases::Complete, &q.mark, what) {
        let message = format!("`{}` is said to be exhaustive, and every option of it can fail at once", q.id);
        let help = "let an option cover the case shown, or drop `exhaustive`".to_owned();
        checks.warn(&q.mark, "gap", (message, help), Some(shown));
    }
}

//! Checks of one rule: that it can hold and can fail, and that each of its conditions has a say.

use super::report::{Checks, in_words};
use super::search::{ALWAYS, Cases, Change, Found, NEVER, Outcomes, Subject, Wanted};
use crate::rules::boxes::{MeasureBox, Side};
use crate::rules::condition::leaves;
use crate::rules::model::*;

/// The most leaves that are tried, one by one, for what keeps a rule from ever holding.
const TRIED: usize = 64;

/// Errors: no case makes the rule hold, or meets its guard.
pub(super) fn cannot_hold<'a>(checks: &mut Checks<'a>, r: RuleId, rule: &'a Rule) -> bool {
    let what = || format!("whether the rule `{}` can hold", rule.id);
    if checks.find(&[Wanted::Is(Subject::Rule(r), Outcomes::HOLDS)], Cases::Complete, &rule.mark, what)
        != Found::Nowhere
    {
        return false;
    }
    for guard in &rule.requires {
        let met = Wanted::Is(Subject::Condition(&guard.when), Outcomes::HOLDS);
        if checks.find(&[met], Cases::Complete, &rule.mark, what) == Found::Nowhere {
            let message = format!("the guard `{}` of the rule `{}` can never be met", guard.reason, rule.id);
            let help = format!("it asks for {}: mend the guard", in_words(checks.framework, &guard.when));
            let shown = checks.example(&[Wanted::Is(Subject::Condition(&rule.when), Outcomes::HOLDS)], Cases::Complete);
            checks.error(&rule.mark, "unmeetable_guard", (message, help), shown);
            return true;
        }
    }
    let message = format!("the rule `{}` can never hold", rule.id);
    let (help, shown) = match obstacle(checks, r, rule) {
        Some((leaf, shown)) => {
            let leaf = in_words(checks.framework, leaf);
            (format!("in the case shown only {leaf} stands in its way: mend one of the two sides"), Some(shown))
        }
        None => ("its conditions contradict one another: mend them".to_owned(), None),
    };
    checks.error(&rule.mark, "unsatisfiable", (message, help), shown);
    true
}

/// A case that would hold but for one leaf.
fn obstacle<'a>(checks: &mut Checks<'a>, r: RuleId, rule: &'a Rule) -> Option<(&'a Condition, MeasureBox)> {
    let own = leaves_of(rule.conditions());
    own.into_iter().take(TRIED).find_map(|leaf| {
        [&ALWAYS, &NEVER].into_iter().find_map(|to| {
            let changed = Subject::Changed(r, Change { what: leaf, to });
            let shown = checks.example(&[Wanted::Is(changed, Outcomes::HOLDS)], Cases::Complete)?;
            Some((leaf, shown))
        })
    })
}

fn leaves_of<'a>(conditions: impl Iterator<Item = &'a Condition>) -> Vec<&'a Condition> {
    let mut found = Vec::new();
    conditions.for_each(|c| leaves(c, &mut |leaf| found.push(leaf)));
    found
}

/// Warnings: the rule can never fail, a part of it is always or never true, or a leaf never decides. One finding a
/// rule: when it is mended the others look different.
pub(super) fn idle<'a>(checks: &mut Checks<'a>, r: RuleId, rule: &'a Rule) {
    let what = || format!("whether the rule `{}` can fail", rule.id);
    let fails = [Wanted::Is(Subject::Rule(r), Outcomes::FAILS)];
    if checks.find(&fails, Cases::Complete, &rule.mark, what) == Found::Nowhere {
        let shown = checks.example(&[Wanted::Is(Subject::Rule(r), Outcomes::HOLDS)], Cases::Complete);
        let known = if rule.requires.is_empty() { "its measures are known" } else { "its guards are met" };
        let message = format!("the rule `{}` can never fail: it holds wherever {known}", rule.id);
        let help = "let it ask for something that may not be so, or leave it out".to_owned();
        checks.warn(&rule.mark, "always_true", (message, help), shown);
        return;
    }
    let told = constant(checks, r, rule, &rule.when, rule.unless.is_none())
        || rule.unless.as_ref().is_some_and(|unless| constant(checks, r, rule, unless, false));
    if !told {
        undecisive(checks, r, rule);
    }
}

/// Whether a condition or a part of it is always true, or never, once its measures are known; the outermost such
/// part is told. Guards are left alone: one that every known value meets asks for a value to be known at all.
/// Of the `whole` of a rule it is known already.
fn constant<'a>(checks: &mut Checks<'a>, r: RuleId, rule: &'a Rule, c: &'a Condition, whole: bool) -> bool {
    let truth = match c {
        Condition::Not(c) => return constant(checks, r, rule, c, whole),
        // Told of the rule that it refers to.
        Condition::Holds(_) => None,
        Condition::Compare(..) | Condition::OneOf(..) => [true, false]
            .into_iter()
            .find(|truth| Side::of_leaf(checks.framework, c, !truth).is_some_and(|(_, s)| s.is_empty())),
        Condition::AtLeast { .. } if whole => None,
        Condition::AtLeast { .. } => [true, false].into_iter().find(|truth| {
            let other = if *truth { Outcomes::FAILS } else { Outcomes::HOLDS };
            let what = || format!("whether a part of the rule `{}` is always {truth}", rule.id);
            checks.find(&[Wanted::Is(Subject::Condition(c), other)], Cases::Complete, &rule.mark, what)
                == Found::Nowhere
        }),
    };
    match (truth, c) {
        (Some(truth), _) => tell_constant(checks, r, rule, c, truth),
        (None, Condition::AtLeast { of, .. }) => {
            return of.iter().any(|(_, c)| constant(checks, r, rule, c, false));
        }
        _ => return false,
    }
    true
}

fn tell_constant<'a>(checks: &mut Checks<'a>, r: RuleId, rule: &'a Rule, c: &'a Condition, truth: bool) {
    let (code, so, to) =
        if truth { ("tautology", "always true", &ALWAYS) } else { ("contradiction", "never true", &NEVER) };
    let message = format!("{} of the rule `{}` is {so} once it is known", in_words(checks.framework, c), rule.id);
    // Where it is not known it does harm.
    let without = Wanted::IsNot(Subject::Changed(r, Change { what: c, to }), Outcomes::OPEN);
    let shown = checks.example(&[Wanted::Is(Subject::Rule(r), Outcomes::OPEN), without], Cases::Partial);
    let harm = if shown.is_some() { ": in the case shown the rule is insufficient for lack of it alone" } else { "" };
    checks.warn(&rule.mark, code, (message, format!("leave it out{harm}")), shown);
}

/// A leaf without which the rule would come to the same in every case, whatever is missing.
fn undecisive<'a>(checks: &mut Checks<'a>, r: RuleId, rule: &'a Rule) {
    let own = leaves_of(rule.conditions());
    if own.len() < 2 {
        return;
    }
    for leaf in own {
        let idle = [&ALWAYS, &NEVER].into_iter().any(|to| {
            let differ = Change { what: leaf, to }.matters(r);
            let what = || format!("whether {} decides the rule `{}`", in_words(checks.framework, leaf), rule.id);
            checks.find(&differ, Cases::Partial, &rule.mark, what) == Found::Nowhere
        });
        if idle {
            let words = in_words(checks.framework, leaf);
            let message = format!("{words} never decides the rule `{}`", rule.id);
            let against = |of_leaf, of_rule| {
                [Wanted::Is(Subject::Condition(leaf), of_leaf), Wanted::Is(Subject::Rule(r), of_rule)]
            };
            let shown = checks
                .example(&against(Outcomes::FAILS, Outcomes::HOLDS), Cases::Complete)
                .or_else(|| checks.example(&against(Outcomes::HOLDS, Outcomes::FAILS), Cases::Complete));
            let so = if shown.is_some() { ": in the case shown the rule comes to the opposite" } else { "" };
            checks.warn(&rule.mark, "leaf_never_decides", (message, format!("leave it out, or mend it{so}")), shown);
            return;
        }
    }
}

//! What a rule may mean: declared in the rulebook by `level`, `set`, `role` and `concludes`, enforced here without
//! knowing what any of it is about.
//!
//! - A rule that speaks to a question may not rest on measures that describe persons one by one (`person_level`).
//! - Things of two sets may not stand in one rule or question (`mixed_set`).
//! - A rule that answers with a cause must not be able to hold without a measure of the cause's mechanism
//!   (`cause_from_symptom`) and one of its symptom (`cause_without_symptom`); one that only suggests may.
//! - A rule that is replaced or retired may not be there (`reused_id`).

use super::condition::leaves;
use super::model::*;
use crate::document::{Diagnostics, Mark};
use crate::error::Severity;
use std::collections::{HashMap, HashSet};

/// Reports every constraint that a connected framework breaks.
pub(super) fn constrain(inner: &Inner, faults: &Diagnostics) {
    let check = Check { inner, faults };
    let rests = check.rests();
    check.persons(&rests);
    check.sets(&rests);
    check.options();
    check.causes();
    check.reused();
}

/// What a rule rests on, through all the rules it refers to.
#[derive(Debug, Clone, Copy, Default)]
struct Rests<'a> {
    /// A measure that describes persons.
    person: Option<MeasureId>,
    /// Measures of two sets, or of the only one.
    sets: [Option<(&'a str, MeasureId)>; 2],
}

impl<'a> Rests<'a> {
    fn add_set(&mut self, set: &'a str, m: MeasureId) {
        let [first, second] = &mut self.sets;
        match (&first, &second) {
            (None, _) => *first = Some((set, m)),
            (Some((known, _)), None) if *known != set => *second = Some((set, m)),
            _ => {}
        }
    }
}

struct Check<'a> {
    inner: &'a Inner,
    faults: &'a Diagnostics,
}

impl<'a> Check<'a> {
    fn error(&self, mark: &Mark, code: &'static str, message: String, help: impl Into<String>) {
        self.faults.push(mark.diagnostic(Severity::Error, code, message, help));
    }

    /// Whether something is allowed; an allowance that nothing needs is a warning.
    fn allowed(&self, allow: &[Allow], code: &'static str, broken: bool) -> bool {
        let found = allow.iter().find(|a| a.code == code);
        if let (Some(a), false) = (found, broken) {
            let message = format!("`{code}` is allowed here and nothing breaks it");
            self.faults.push(a.mark.diagnostic(Severity::Warning, "unneeded_allow", message, "leave it out"));
        }
        found.is_some()
    }

    fn name(&self, m: MeasureId) -> &str {
        self.inner.measures.get(m.0).map_or("", |m| m.id.as_str())
    }

    /// What each rule rests on. What a rule allows with a reason is settled there, and not passed on.
    fn rests(&self) -> Vec<Rests<'a>> {
        let mut all = vec![Rests::default(); self.inner.rules.len()];
        for r in &self.inner.order {
            let Some(rule) = self.inner.rules.get(r.0) else { continue };
            let mut own = Rests::default();
            for c in rule.conditions() {
                leaves(c, &mut |leaf| match leaf {
                    Condition::Compare(m, ..) | Condition::OneOf(m, _) => {
                        let Some(measure) = self.inner.measures.get(m.0) else { return };
                        if measure.level == Level::Person {
                            own.person.get_or_insert(*m);
                        }
                        if let Some(set) = &measure.set {
                            own.add_set(set, *m);
                        }
                    }
                    Condition::Holds(other) => {
                        let Some(below) = all.get(other.0).copied() else { return };
                        let Some(rule) = self.inner.rules.get(other.0) else { return };
                        let settled = |code| rule.allow.iter().any(|a| a.code == code);
                        if let Some(m) = below.person.filter(|_| !settled("person_level")) {
                            own.person.get_or_insert(m);
                        }
                        if !settled("mixed_set") {
                            below.sets.into_iter().flatten().for_each(|(set, m)| own.add_set(set, m));
                        }
                    }
                    _ => {}
                });
            }
            if let Some(slot) = all.get_mut(r.0) {
                *slot = own;
            }
        }
        all
    }

    fn persons(&self, rests: &[Rests<'_>]) {
        for (rule, on) in self.inner.rules.iter().zip(rests) {
            let broken = on.person.filter(|_| rule.says.is_some());
            if self.allowed(&rule.allow, "person_level", broken.is_some()) {
                continue;
            }
            if let Some(m) = broken {
                let name = self.name(m);
                let message = format!(
                    "the rule `{}` rests on `{name}`, which describes persons one by one, for a judgment of a group",
                    rule.id
                );
                let help = "measure it between people, or say allow = { person_level = \"why it counts here\" }";
                self.error(&rule.mark, "person_level", message, help);
            }
        }
    }

    fn sets(&self, rests: &[Rests<'_>]) {
        for (rule, on) in self.inner.rules.iter().zip(rests) {
            let spoken = rule.says.and_then(|(q, _)| self.inner.questions.get(q.0));
            let question = spoken.and_then(|q| Some((q.set.as_deref()?, format!("the question `{}`", q.id))));
            let mut found = on.sets.iter().flatten().map(|(set, m)| (*set, format!("`{}`", self.name(*m))));
            let first = question.or_else(|| found.next());
            let other = first.as_ref().and_then(|(set, _)| found.find(|(other, _)| other != set));
            if self.allowed(&rule.allow, "mixed_set", other.is_some()) {
                continue;
            }
            if let (Some((a, what)), Some((b, with))) = (first, other) {
                let message = format!("the rule `{}` mixes two sets: {what} is of `{a}` and {with} of `{b}`", rule.id);
                let help = "keep to one set, or say allow = { mixed_set = \"why they stand together\" }";
                self.error(&rule.mark, "mixed_set", message, help);
            }
        }
    }

    /// Options that are members of sets must all be of one: the question's own, or any.
    fn options(&self) {
        let mut homes: HashMap<&str, Vec<&str>> = HashMap::new();
        for set in &self.inner.sets {
            set.members.iter().for_each(|m| homes.entry(m).or_default().push(&set.id));
        }
        for q in &self.inner.questions {
            let members: Vec<(&str, &[&str])> =
                q.options.iter().filter_map(|o| Some((o.as_str(), homes.get(o.as_str())?.as_slice()))).collect();
            let Some((first, candidates)) = members.first() else {
                self.allowed(&q.allow, "mixed_set", false);
                continue;
            };
            let own = q.set.as_deref().map(|s| vec![s]);
            let candidates = own.as_deref().unwrap_or(candidates);
            let stranger = |set: &str| members.iter().find(|(_, homes)| !homes.contains(&set));
            let fits = candidates.iter().any(|set| stranger(set).is_none());
            if self.allowed(&q.allow, "mixed_set", !fits) || fits {
                continue;
            }
            let Some((set, (option, homes))) = candidates.iter().find_map(|set| Some((*set, stranger(set)?))) else {
                continue;
            };
            let beside = match q.set {
                Some(_) => format!("the question is of `{}`", set),
                None => format!("`{first}` is of `{}`", set),
            };
            let home = homes.first().copied().unwrap_or_default();
            let message = format!("the options of `{}` mix two sets: {beside} and `{option}` of `{home}`", q.id);
            let help = "ask a question for each set, or say allow = { mixed_set = \"why they stand together\" }";
            self.error(&q.mark, "mixed_set", message, help);
        }
    }

    fn causes(&self) {
        if !self.inner.questions.iter().any(|q| q.concludes_cause) {
            return;
        }
        let without_mechanism = self.can_hold_without(Role::Mechanism);
        let without_symptom = self.can_hold_without(Role::Symptom);
        for (i, rule) in self.inner.rules.iter().enumerate() {
            let question = rule.says.and_then(|(q, _)| self.inner.questions.get(q.0));
            let Some(question) = question.filter(|q| q.concludes_cause && rule.strength != Strength::Suggests) else {
                continue;
            };
            if without_mechanism.get(i) == Some(&true) {
                let message = format!(
                    "the rule `{}` can answer the cause `{}` without any measure of its mechanism",
                    rule.id, question.id
                );
                let help = "add a condition on a measure with role = \"mechanism\" that must hold too, or let the rule \
                            only suggest: strength = \"suggests\"";
                self.error(&rule.mark, "cause_from_symptom", message, help);
            } else if without_symptom.get(i) == Some(&true) {
                let message = format!(
                    "the rule `{}` can answer the cause `{}` of a symptom that is not there",
                    rule.id, question.id
                );
                let help = "require the symptom: requires = [ { when = ..., reason = \"no_symptom\" } ] on a measure \
                            with role = \"symptom\"";
                self.error(&rule.mark, "cause_without_symptom", message, help);
            }
        }
    }

    /// Whether each rule can hold while no measure of this role is known and every other leaf goes its way. Leaves
    /// are taken to be free of one another, so that a rule that contradicts itself may be refused as well.
    fn can_hold_without(&self, role: Role) -> Vec<bool> {
        let mut known: Vec<Can> = vec![Can::default(); self.inner.rules.len()];
        for r in &self.inner.order {
            let Some(rule) = self.inner.rules.get(r.0) else { continue };
            let can = |c: &Condition| self.can(c, role, &known);
            let guarded = rule.requires.iter().all(|g| can(&g.when).hold);
            let when = can(&rule.when);
            let unless = rule.unless.as_ref().map_or(Can { hold: false, fail: true }, can);
            let own = Can { hold: guarded && when.hold && unless.fail, fail: guarded && (when.fail || unless.hold) };
            if let Some(slot) = known.get_mut(r.0) {
                *slot = own;
            }
        }
        known.into_iter().map(|c| c.hold).collect()
    }

    fn can(&self, c: &Condition, role: Role, known: &[Can]) -> Can {
        match c {
            Condition::AtLeast { points, of } => {
                let parts: Vec<(u32, Can)> = of.iter().map(|(w, c)| (*w, self.can(c, role, known))).collect();
                let sum = |pick: fn(&Can) -> bool| -> u32 {
                    parts.iter().filter(|(_, can)| pick(can)).fold(0, |sum, (w, _)| sum.saturating_add(*w))
                };
                let total = sum(|_| true);
                Can { hold: sum(|c| c.hold) >= *points, fail: total.saturating_sub(sum(|c| c.fail)) < *points }
            }
            Condition::Not(c) => {
                let inner = self.can(c, role, known);
                Can { hold: inner.fail, fail: inner.hold }
            }
            Condition::Compare(m, ..) | Condition::OneOf(m, _) => {
                let free = self.inner.measures.get(m.0).is_some_and(|m| m.role != Some(role));
                Can { hold: free, fail: free }
            }
            Condition::Holds(r) => known.get(r.0).copied().unwrap_or_default(),
        }
    }

    /// Ids of rules that are gone may not come back.
    fn reused(&self) {
        let present: HashSet<&str> = self.inner.rules.iter().map(|r| r.id.as_str()).collect();
        for rule in &self.inner.rules {
            for id in rule.replaces.iter().filter(|id| present.contains(id.as_str())) {
                let message = match *id == rule.id {
                    true => format!("the rule `{id}` replaces itself"),
                    false => format!("the rule `{}` replaces `{id}`, which is still there", rule.id),
                };
                let help = "take the old rule out, or name only rules of earlier versions";
                self.error(&rule.mark, "reused_id", message, help);
            }
        }
        for gone in &self.inner.retired {
            if present.contains(gone.id.as_str()) {
                let message = format!("the rule `{}` is retired and still there", gone.id);
                self.error(&gone.mark, "reused_id", message, "give the new rule an id of its own");
            }
        }
    }
}

/// What a condition can come to.
#[derive(Debug, Clone, Copy, Default)]
struct Can {
    hold: bool,
    fail: bool,
}

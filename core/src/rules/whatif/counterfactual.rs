//! The smallest changes of what was observed that would change a conclusion.

use super::aims::{another, answering};
use super::distance::{contains, nearest, nearest_mean};
use super::search::{Aim, Cheapest, Goal, Purse, Search, Touched};
use crate::error::Result;
use crate::measure::{Estimate, MeasureValue, Origin};
use crate::rules::boxes::{Side, tidy};
use crate::rules::case::Case;
use crate::rules::evaluate::Evaluation;
use crate::rules::explain::short;
use crate::rules::judgment::{Judgment, round};
use crate::rules::model::*;
use crate::rules::words::words;
use serde_json::{Value, json};

/// What a measure is, or would be.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// A number, in units of the measure.
    Number(f64),
    /// A category.
    Category(String),
}

impl Setting {
    fn of(value: &MeasureValue) -> Option<Setting> {
        match value {
            MeasureValue::Known(e) => Some(Setting::Number(e.value())),
            MeasureValue::Category(c, _) => Some(Setting::Category(c.clone())),
            MeasureValue::Absent(_) => None,
        }
    }

    /// The number, when it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Setting::Number(x) => Some(*x),
            Setting::Category(_) => None,
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Setting::Number(x) => json!(x),
            Setting::Category(c) => json!(c),
        }
    }

    fn text(&self) -> String {
        match self {
            Setting::Number(x) => short(*x),
            Setting::Category(c) => words(c),
        }
    }
}

/// A change of one measure; its standard error, if it has one, stays.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The measure.
    pub measure: MeasureId,
    /// What it is.
    pub from: Setting,
    /// What it would be.
    pub to: Setting,
}

/// A smallest change that would change the conclusion. It would not by itself change the group.
#[derive(Debug, Clone, PartialEq)]
pub struct Counterfactual {
    /// The measures that change.
    pub changes: Vec<Change>,
    /// Sum of the changes, each as a share of the measure's range; another category counts as a whole range.
    pub cost: f64,
    /// What the conclusion would become.
    pub becomes: String,
    ids: Vec<String>,
}

impl Counterfactual {
    /// The change as a JSON document.
    pub fn to_json(&self) -> Value {
        let change =
            |(c, id): (&Change, &String)| json!({ "measure": id, "from": c.from.to_json(), "to": c.to.to_json() });
        let changes: Vec<Value> = self.changes.iter().zip(&self.ids).map(change).collect();
        json!({ "changes": changes, "cost": round(self.cost), "becomes": self.becomes, "text": self.text() })
    }

    /// The change as a sentence.
    pub fn text(&self) -> String {
        let change = |(c, id): (&Change, &String)| format!("`{id}` {} instead of {}", c.to.text(), c.from.text());
        let changes: Vec<String> = self.changes.iter().zip(&self.ids).map(change).collect();
        format!("{} would change the conclusion to: {}", changes.join(" and "), self.becomes)
    }
}

/// A smallest change of values that would change the verdict of one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Flip {
    /// The measures that change.
    pub changes: Vec<Change>,
    /// As that of a [`Counterfactual`].
    pub cost: f64,
}

impl Flip {
    /// The case with these changes made.
    pub fn apply(&self, framework: &Framework, case: &Case) -> Case {
        moved(framework, case, &self.changes)
    }
}

impl Framework {
    /// The smallest changes of values that change the verdict of one rule; all that tie, at most 64. Cost, exactness
    /// and what stays as it is are those of [`Judgment::counterfactuals`]. Empty for a rule of another framework or a
    /// confidence that is not above 0.5 and below 1.
    pub fn flips(&self, rule: RuleId, case: &Case, confidence: Option<f64>) -> Vec<Flip> {
        let Ok(confidence) = self.confidence_or(confidence) else { return Vec::new() };
        let verdict = |case: &Case| Evaluation::of_rule(self, case, rule, confidence).rule(rule).verdict(confidence);
        let now = verdict(case);
        let aims: &[Aim] = match now {
            "holds" => &[Aim::NotTrue],
            "fails" => &[Aim::NotFalse],
            _ => &[Aim::True, Aim::False],
        };
        let exact = !(0..self.measures().len()).any(|i| is_in_doubt(case, MeasureId(i)));
        let mover = Mover {
            framework: self,
            case,
            then: &|case| (verdict(case) != now).then_some(()),
            trust: exact.then_some(()),
        };
        let mut found = Cheapest::new();
        let mut search = Search::new(self, case, confidence, Purse::Values);
        for aim in aims {
            search.to(&[Goal::Rule(rule, *aim)], &mut |touched, _| {
                mover.least(touched, &mut |changes, cost, ()| found.offer(cost, Flip { changes, cost }))
            });
        }
        found.all
    }
}

impl Judgment {
    /// The smallest changes of what was observed that change the conclusion; all that tie, at most 64. A change costs
    /// its share of the range of its measure, another category a whole range. Values stay on the declared step; where
    /// none is declared, a bound that is left out is crossed by a thousandth of the range. What is missing stays
    /// missing; measures marked not actionable, and wholes judged by their parts, stay as they are.
    ///
    /// Exact, over any number of measures at once, where the values have no standard error (within 200,000 steps of
    /// search). With standard errors, which stay as they are, each change named does change the conclusion at the
    /// confidence asked for, to a thousandth of the range; where several doubts add up there may be smaller ones.
    pub fn counterfactuals(&self) -> Vec<Counterfactual> {
        self.counterfactuals_without(&[])
    }

    /// The same, with more measures held as they are, by their ids.
    ///
    /// # Errors
    /// `unknown_measure`.
    pub fn counterfactuals_with(&self, freeze: &[&str]) -> Result<Vec<Counterfactual>> {
        let frozen: Vec<MeasureId> = freeze.iter().map(|id| self.framework.find_measure(id)).collect::<Result<_>>()?;
        Ok(self.counterfactuals_without(&frozen))
    }

    /// The same, with more measures held as they are.
    pub fn counterfactuals_without(&self, frozen: &[MeasureId]) -> Vec<Counterfactual> {
        if !self.parts.is_empty() || self.hides_any() {
            return Vec::new();
        }
        let now = self.headline();
        let then = |case: &Case| {
            let then = self.framework.judge_at(self.question, case, self.confidence);
            let headline = then.headline();
            (then.status != self.status || headline != now).then_some(headline)
        };
        let mover = Mover { framework: &self.framework, case: &self.case, then: &then, trust: None };
        let id = |c: &Change| self.framework.measure(c.measure).map_or(String::new(), |m| m.id.clone());
        let answering = answering(self);
        let mut found = Cheapest::new();
        let mut search = Search::new(&self.framework, &self.case, self.confidence, Purse::Values).freeze(frozen);
        for goals in another(self, &answering) {
            search.to(&goals, &mut |touched, _| {
                mover.least(touched, &mut |changes, cost, becomes| {
                    let ids = changes.iter().map(id).collect();
                    found.offer(cost, Counterfactual { changes, cost, becomes, ids })
                })
            });
        }
        found.all
    }
}

/// Turns a way into changes of values.
struct Mover<'a, B> {
    framework: &'a Framework,
    case: &'a Case,
    /// What the conclusion becomes in another case, when it is another one.
    then: &'a dyn Fn(&Case) -> Option<B>,
    /// What is told of ways of exact values without judging the case: that they change the conclusion is proven.
    trust: Option<B>,
}

/// Takes changes, their cost and what becomes; says the least cost and how many answers share it.
type Offer<'a, B> = dyn FnMut(Vec<Change>, f64, B) -> (f64, usize) + 'a;

impl<B: Clone> Mover<'_, B> {
    /// The least changes on a way that really change the conclusion.
    fn least(&self, touched: &[Touched], offer: &mut Offer<'_, B>) -> Option<(f64, usize)> {
        let mut ways: Vec<Vec<Change>> = vec![Vec::new()];
        let mut doubt = false;
        for t in touched {
            let (measure, value) = (self.framework.measure(t.m)?, self.case.get(t.m)?);
            let from = Setting::of(value)?;
            let change = |to: Setting| Change { measure: t.m, from: from.clone(), to };
            match (&t.side, value) {
                _ if contains(&t.side, measure, value) => {}
                (Side::Score(i), MeasureValue::Known(e)) => {
                    doubt |= in_doubt(e);
                    let to = if in_doubt(e) {
                        nearest_mean(i, measure, e.value())?
                    } else {
                        tidy(nearest(i, measure, e.value())?)
                    };
                    ways.iter_mut().for_each(|w| w.push(change(Setting::Number(to))));
                }
                // Any other category costs as much.
                (Side::Category(bits), _) => {
                    let MeasureKind::Category(known) = &measure.kind else { return None };
                    let among = known.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1);
                    let to: Vec<Change> = among.map(|(_, c)| change(Setting::Category(c.clone()))).collect();
                    let with = |w: Vec<Change>| to.iter().map(move |c| [w.clone(), vec![c.clone()]].concat());
                    ways = ways.into_iter().flat_map(with).take(super::search::MAX_TIES).collect();
                }
                _ => return None,
            }
        }
        let mut told = None;
        for mut changes in ways {
            changes.sort_by_key(|c| c.measure);
            if doubt {
                changes = match self.fitted(changes) {
                    Some(changes) => changes,
                    None => continue,
                };
            }
            let becomes = self.trust.clone().or_else(|| (self.then)(&self.moved(&changes)));
            if let Some(becomes) = becomes {
                let cost = changes.iter().map(|c| self.cost(c)).sum();
                told = Some(offer(changes, cost, becomes));
            }
        }
        told
    }

    fn cost(&self, change: &Change) -> f64 {
        match (&change.from, &change.to, self.framework.measure(change.measure).map(|m| &m.kind)) {
            (Setting::Number(from), Setting::Number(to), Some(MeasureKind::Score { lo, hi })) => {
                (to - from).abs() / (hi - lo)
            }
            _ => 1.0,
        }
    }

    fn moved(&self, changes: &[Change]) -> Case {
        moved(self.framework, self.case, changes)
    }

    /// Doubts add up, so what settles each comparison alone may be too much or too little for the rule: the values
    /// with a standard error go along a line from where they are, at most to the end of their range, just as far as
    /// it takes.
    fn fitted(&self, changes: Vec<Change>) -> Option<Vec<Change>> {
        let at = |share: f64, to_end: bool| -> Vec<Change> {
            let place = |c: &Change| {
                let e = self.case.get(c.measure).and_then(MeasureValue::estimate).filter(|e| in_doubt(e));
                let (Some(e), Some(to)) = (e, c.to.number()) else { return c.clone() };
                let far = match self.framework.measure(c.measure).map(|m| &m.kind) {
                    Some(MeasureKind::Score { lo, hi }) if to_end => {
                        if to > e.value() {
                            *hi
                        } else {
                            *lo
                        }
                    }
                    _ => to,
                };
                let from = if to_end { to } else { e.value() };
                Change { to: Setting::Number(from + share * (far - from)), ..c.clone() }
            };
            changes.iter().map(place).collect()
        };
        let changed = |changes: &[Change]| (self.then)(&self.moved(changes)).is_some();
        let changes_at = |share: f64, to_end: bool| changed(&at(share, to_end));
        if changes_at(0.0, false) {
            return Some(changes.into_iter().filter(|c| !is_in_doubt(self.case, c.measure)).collect());
        }
        let to_end = !changes_at(1.0, false);
        if to_end && !changes_at(1.0, true) {
            return None;
        }
        let (mut no, mut yes) = (0.0, 1.0);
        for _ in 0..40 {
            let middle = (no + yes) / 2.0;
            if changes_at(middle, to_end) { yes = middle } else { no = middle }
        }
        let exact = at(yes, to_end);
        let rounded: Vec<Change> = exact.iter().map(|c| self.rounded(c)).collect();
        Some(if changed(&rounded) { rounded } else { exact })
    }

    /// A value with a standard error to a thousandth of its range, away from where it was.
    fn rounded(&self, change: &Change) -> Change {
        let doubt = is_in_doubt(self.case, change.measure);
        let kind = self.framework.measure(change.measure).map(|m| &m.kind);
        let (Setting::Number(from), Setting::Number(to), true, Some(MeasureKind::Score { lo, hi })) =
            (&change.from, &change.to, doubt, kind)
        else {
            return change.clone();
        };
        let unit = 10_f64.powi(libm::log10(hi - lo).floor() as i32 - 3);
        let steps = to / unit;
        let steps = if to > from { steps.ceil() } else { steps.floor() };
        Change { to: Setting::Number(tidy(steps * unit).clamp(*lo, *hi)), ..change.clone() }
    }
}

/// A case with changes made; standard errors and numbers of people stay.
fn moved(framework: &Framework, case: &Case, changes: &[Change]) -> Case {
    let mut case = case.clone();
    for c in changes {
        let e = case.get(c.measure).and_then(MeasureValue::estimate);
        let value = match &c.to {
            Setting::Category(c) => Some(MeasureValue::Category(c.clone(), Origin::Given)),
            Setting::Number(x) => {
                let (se, n) = (e.and_then(Estimate::se), e.and_then(Estimate::n));
                Estimate::new(*x, se, n, Origin::Given).ok().map(MeasureValue::Known)
            }
        };
        // Ways keep to the range of each measure.
        if value.is_none_or(|v| case.put(framework, c.measure, v).is_err()) {
            case.forget(c.measure);
        }
    }
    case
}

fn is_in_doubt(case: &Case, m: MeasureId) -> bool {
    case.get(m).and_then(MeasureValue::estimate).is_some_and(in_doubt)
}

fn in_doubt(e: &Estimate) -> bool {
    e.se().is_some_and(|s| s > 0.0)
}

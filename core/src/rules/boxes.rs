//! Boxes: conjunctions of sides, one a measure. What a rule says of exact and missing values is a list of them.
//!
//! A score counts as continuous on its range, even where a step is declared: a mean over several raters lies between
//! the steps. Only a point that is shown to a person keeps to the step, where the box has room for one.

use super::case::Case;
use super::model::*;
use super::truth::Op;
use crate::measure::{Estimate, MeasureValue, Origin};
use std::collections::HashMap;

/// How many comparisons of two boxes cost as much as making one.
const COMPARISONS_A_BOX: usize = 32;

/// Numbers between two ends, each of which belongs to them or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    pub(crate) lo: f64,
    pub(crate) lo_open: bool,
    pub(crate) hi: f64,
    pub(crate) hi_open: bool,
}

impl Interval {
    /// From `lo` to `hi`, both included.
    pub(crate) fn closed(lo: f64, hi: f64) -> Interval {
        Interval { lo, lo_open: false, hi, hi_open: false }
    }

    /// The smallest number in it.
    fn first(&self) -> f64 {
        if self.lo_open { self.lo.next_up() } else { self.lo }
    }

    /// The largest number in it.
    fn last(&self) -> f64 {
        if self.hi_open { self.hi.next_down() } else { self.hi }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first() > self.last()
    }

    pub(crate) fn contains(&self, x: f64) -> bool {
        (self.first()..=self.last()).contains(&x)
    }

    fn covers(&self, other: &Interval) -> bool {
        self.first() <= other.first() && other.last() <= self.last()
    }

    /// What both have in common; perhaps empty.
    pub(crate) fn intersect(&self, other: &Interval) -> Interval {
        let (a, b) = (self, other);
        let (lo, lo_open) = if a.first() >= b.first() { (a.lo, a.lo_open) } else { (b.lo, b.lo_open) };
        let (hi, hi_open) = if a.last() <= b.last() { (a.hi, a.hi_open) } else { (b.hi, b.hi_open) };
        Interval { lo, lo_open, hi, hi_open }
    }

    /// A number in it that a person would name: on the step of the measure where one fits, else with few decimals,
    /// near the middle.
    fn point(&self, from: f64, step: Option<f64>) -> f64 {
        let middle = self.lo + (self.hi - self.lo) / 2.0;
        let on_step = step.into_iter().flat_map(|step| {
            let k = ((middle - from) / step).round();
            [k, k + 1.0, k - 1.0].map(|k| tidy(from + k * step))
        });
        let decimals = (0..=15).map(|d| {
            let unit = 10_f64.powi(d);
            (middle * unit).round() / unit
        });
        let mut tried = on_step.chain(decimals).chain([middle, self.first()]);
        tried.find(|x| self.contains(*x)).unwrap_or(self.lo)
    }
}

/// A step's multiple without the dust of its floating point, such as 0.30000000000000004.
pub(crate) fn tidy(x: f64) -> f64 {
    let rounded = (x * 1e9).round() / 1e9;
    if (rounded - x).abs() <= 1e-12 * x.abs().max(1.0) { rounded } else { x }
}

/// Where one measure lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Side {
    /// A score between two ends.
    Score(Interval),
    /// One of these categories, a bit each.
    Category(u64),
}

impl Side {
    /// Any value that the measure can take.
    pub(crate) fn any(measure: &Measure) -> Side {
        match &measure.kind {
            MeasureKind::Score { lo, hi } => Side::Score(Interval::closed(*lo, *hi)),
            MeasureKind::Category(names) => Side::Category(bits(0..names.len())),
        }
    }

    /// Where a leaf about the measure is true, or where it is false.
    pub(crate) fn of_leaf(framework: &Framework, leaf: &Condition, wanted: bool) -> Option<(MeasureId, Side)> {
        let (m, side) = match leaf {
            Condition::Compare(m, op, t) => {
                let (below, above) = (f64::NEG_INFINITY, f64::INFINITY);
                let interval = match (op, wanted) {
                    (Op::Ge, true) | (Op::Lt, false) => Interval::closed(*t, above),
                    (Op::Gt, true) | (Op::Le, false) => Interval { lo_open: true, ..Interval::closed(*t, above) },
                    (Op::Le, true) | (Op::Gt, false) => Interval::closed(below, *t),
                    (Op::Lt, true) | (Op::Ge, false) => Interval { hi_open: true, ..Interval::closed(below, *t) },
                };
                (*m, Side::Score(interval))
            }
            Condition::OneOf(m, of) => {
                let named = bits(of.iter().copied());
                (*m, Side::Category(if wanted { named } else { !named }))
            }
            _ => return None,
        };
        Some((m, side.intersect(&Side::any(framework.measure(m)?))))
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Side::Score(i) => i.is_empty(),
            Side::Category(c) => *c == 0,
        }
    }

    /// What both have in common; a number and a category have nothing.
    #[must_use]
    pub(crate) fn intersect(&self, other: &Side) -> Side {
        match (self, other) {
            (Side::Score(a), Side::Score(b)) => Side::Score(a.intersect(b)),
            (Side::Category(a), Side::Category(b)) => Side::Category(a & b),
            _ => Side::Category(0),
        }
    }

    /// Whether every value of `other` is one of its own.
    pub(crate) fn covers(&self, other: &Side) -> bool {
        match (self, other) {
            (Side::Score(a), Side::Score(b)) => a.covers(b),
            (Side::Category(a), Side::Category(b)) => b & !a == 0,
            _ => false,
        }
    }

    /// Whether a leaf about this measure is true of some of its values, and whether it is false of some.
    pub(crate) fn may(&self, leaf: &Condition) -> (bool, bool) {
        match (self, leaf) {
            (Side::Score(i), Condition::Compare(_, op, t)) => {
                let (first, last) = (op.exact(i.first(), *t), op.exact(i.last(), *t));
                (first || last, !first || !last)
            }
            (Side::Category(c), Condition::OneOf(_, of)) => {
                let named = bits(of.iter().copied());
                (c & named != 0, c & !named != 0)
            }
            _ => (false, false),
        }
    }

    /// A value in it, for a person to look at.
    fn value(&self, measure: &Measure) -> Option<MeasureValue> {
        match (self, &measure.kind) {
            (Side::Score(i), MeasureKind::Score { lo, .. }) => {
                let x = i.point(*lo, measure.step);
                Estimate::new(x, None, None, Origin::Given).ok().map(MeasureValue::Known)
            }
            (Side::Category(c), MeasureKind::Category(names)) => {
                let name = names.get(c.trailing_zeros() as usize)?;
                Some(MeasureValue::Category(name.clone(), Origin::Given))
            }
            _ => None,
        }
    }
}

fn bits(of: impl Iterator<Item = usize>) -> u64 {
    of.fold(0, |all, i| all | 1_u64.checked_shl(u32::try_from(i).unwrap_or(u32::MAX)).unwrap_or(0))
}

/// A conjunction: each measure named in it is known and lies on its side. Measures in the order of the framework.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct MeasureBox(Vec<(MeasureId, Side)>);

impl MeasureBox {
    /// The measures that must be known, and where each must lie; never empty sides in a box of [`terms`].
    pub(crate) fn sides(&self) -> &[(MeasureId, Side)] {
        &self.0
    }

    /// Where a measure must lie; nothing when it may be missing.
    pub(crate) fn side(&self, m: MeasureId) -> Option<&Side> {
        self.0.binary_search_by_key(&m, |(m, _)| *m).ok().and_then(|i| self.0.get(i)).map(|(_, s)| s)
    }

    /// Whether some measure can lie nowhere.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().any(|(_, s)| s.is_empty())
    }

    /// With one measure held to a side as well.
    #[must_use]
    pub(crate) fn with(mut self, m: MeasureId, side: Side) -> MeasureBox {
        match self.0.binary_search_by_key(&m, |(m, _)| *m) {
            Ok(i) => {
                if let Some((_, s)) = self.0.get_mut(i) {
                    *s = s.intersect(&side);
                }
            }
            Err(i) => self.0.insert(i, (m, side)),
        }
        self
    }

    /// What both ask; perhaps empty.
    #[must_use]
    pub(crate) fn intersect(&self, other: &MeasureBox) -> MeasureBox {
        let (large, small) = if self.0.len() < other.0.len() { (other, self) } else { (self, other) };
        small.0.iter().fold(large.clone(), |all, (m, s)| all.with(*m, *s))
    }

    /// Whether every case in `other`, exact or with measures missing, is in it too.
    pub(crate) fn covers(&self, other: &MeasureBox) -> bool {
        self.0.len() <= other.0.len() && self.0.iter().all(|(m, s)| other.side(*m).is_some_and(|o| s.covers(o)))
    }

    /// Whether a case lies in it by its values; standard errors are not looked at.
    pub(crate) fn contains(&self, framework: &Framework, case: &Case) -> bool {
        self.0.iter().all(|(m, side)| match (side, case.get(*m), framework.measure(*m).map(|m| &m.kind)) {
            (Side::Score(i), Some(MeasureValue::Known(e)), _) => i.contains(e.value()),
            (Side::Category(c), Some(MeasureValue::Category(name, _)), Some(MeasureKind::Category(names))) => {
                names.iter().position(|n| n == name).is_some_and(|i| c >> i & 1 == 1)
            }
            _ => false,
        })
    }

    /// Values of a case in it; what it does not ask stays missing.
    pub(crate) fn values(&self, framework: &Framework) -> Vec<(MeasureId, MeasureValue)> {
        self.0.iter().filter_map(|(m, s)| Some((*m, s.value(framework.measure(*m)?)?))).collect()
    }

    /// The same case as a JSON object from measure to value.
    pub(crate) fn witness(&self, framework: &Framework) -> serde_json::Value {
        let named = self.values(framework).into_iter().filter_map(|(m, value)| {
            let value = match value {
                MeasureValue::Known(e) => serde_json::json!(e.value()),
                MeasureValue::Category(c, _) => serde_json::json!(c),
                MeasureValue::Absent(_) => return None,
            };
            Some((framework.measure(m)?.id.clone(), value))
        });
        serde_json::Value::Object(named.collect())
    }
}

/// The boxes in which a rule holds (`wanted`), or in which it fails: a case of exact and missing values is in one of
/// them if, and only if, the engine gives that verdict. A rule whose guard is not met neither holds nor fails.
///
/// No box is empty and none lies within another. `holds` is written out, and points are spelled as the smallest sets
/// of parts that reach them; `budget` is the number of boxes that may be made on the way, and is left with what
/// remains. `None` when it does not suffice.
pub(crate) fn terms(framework: &Framework, rule: RuleId, wanted: bool, budget: &mut usize) -> Option<Vec<MeasureBox>> {
    let mut made: Made = HashMap::new();
    // Depth first with an explicit stack: chains of rules may be long.
    let mut open = vec![((rule, wanted), false)];
    while let Some((want, expanded)) = open.pop() {
        if made.contains_key(&want) {
            continue;
        }
        let rule = framework.rule(want.0)?;
        let parts = parts(rule, want.1);
        if expanded {
            let mut terms = Terms { framework, made: &made, budget };
            let boxes = terms.of_rule(rule, want.1)?;
            made.insert(want, boxes);
        } else {
            open.push((want, true));
            spend(budget, parts.len())?;
            parts.iter().for_each(|(c, wanted)| references(c, *wanted, &mut |next| open.push((next, false))));
        }
    }
    made.remove(&(rule, wanted))
}

type Made = HashMap<(RuleId, bool), Vec<MeasureBox>>;

/// The conditions of a rule, each with the truth it needs for the rule's.
fn parts(rule: &Rule, wanted: bool) -> Vec<(&Condition, bool)> {
    let guards = rule.requires.iter().map(|g| (&g.when, true));
    guards.chain([(&rule.when, wanted)]).chain(rule.unless.iter().map(|u| (u, !wanted))).collect()
}

fn references(c: &Condition, wanted: bool, see: &mut impl FnMut((RuleId, bool))) {
    match c {
        Condition::AtLeast { of, .. } => of.iter().for_each(|(_, c)| references(c, wanted, see)),
        Condition::Not(c) => references(c, !wanted, see),
        Condition::Holds(r) => see((*r, wanted)),
        Condition::Compare(..) | Condition::OneOf(..) => {}
    }
}

fn spend(budget: &mut usize, boxes: usize) -> Option<()> {
    *budget = budget.checked_sub(boxes)?;
    Some(())
}

struct Terms<'a> {
    framework: &'a Framework,
    made: &'a Made,
    budget: &'a mut usize,
}

impl Terms<'_> {
    fn of_rule(&mut self, rule: &Rule, wanted: bool) -> Option<Vec<MeasureBox>> {
        let mut all = vec![MeasureBox::default()];
        for guard in &rule.requires {
            let met = self.of(&guard.when, true)?;
            all = self.both(&all, &met)?;
        }
        let when = self.of(&rule.when, wanted)?;
        let Some(unless) = &rule.unless else { return self.both(&all, &when) };
        let unless = self.of(unless, !wanted)?;
        // It fails when either of the two speaks against it, and holds when neither does.
        let own = if wanted { self.both(&when, &unless)? } else { self.simplify([when, unless].concat())? };
        self.both(&all, &own)
    }

    fn of(&mut self, c: &Condition, wanted: bool) -> Option<Vec<MeasureBox>> {
        match c {
            Condition::AtLeast { points, of } => {
                let total: u32 = of.iter().map(|(w, _)| w).sum();
                let need = if wanted { *points } else { (total + 1).saturating_sub(*points) };
                let mut parts: Vec<(u32, Vec<MeasureBox>)> = Vec::with_capacity(of.len());
                for (w, c) in of {
                    parts.push((*w, self.of(c, wanted)?));
                }
                // Heaviest first: then a set that is complete the moment it reaches the points has no part to spare.
                parts.sort_by_key(|(w, _)| std::cmp::Reverse(*w));
                let mut found = Vec::new();
                self.reach(need, &parts, vec![MeasureBox::default()], &mut found)?;
                self.simplify(found)
            }
            Condition::Not(c) => self.of(c, !wanted),
            Condition::Holds(r) => {
                let boxes = self.made.get(&(*r, wanted))?;
                spend(self.budget, boxes.len())?;
                Some(boxes.clone())
            }
            leaf => {
                spend(self.budget, 1)?;
                let (m, side) = Side::of_leaf(self.framework, leaf, wanted)?;
                Some(if side.is_empty() { Vec::new() } else { vec![MeasureBox::default().with(m, side)] })
            }
        }
    }

    /// Every smallest choice of parts that reaches the points, each as its boxes within `chosen`.
    fn reach(
        &mut self,
        need: u32,
        parts: &[(u32, Vec<MeasureBox>)],
        chosen: Vec<MeasureBox>,
        found: &mut Vec<MeasureBox>,
    ) -> Option<()> {
        if need == 0 {
            found.extend(chosen);
            return Some(());
        }
        let mut left: u32 = parts.iter().map(|(w, _)| w).sum();
        for (i, (w, boxes)) in parts.iter().enumerate() {
            if left < need {
                break;
            }
            left -= w;
            let both = self.both(&chosen, boxes)?;
            if !both.is_empty() {
                self.reach(need.saturating_sub(*w), parts.get(i + 1..)?, both, found)?;
            }
        }
        Some(())
    }

    fn both(&mut self, a: &[MeasureBox], b: &[MeasureBox]) -> Option<Vec<MeasureBox>> {
        spend(self.budget, a.len().saturating_mul(b.len()))?;
        let all = a.iter().flat_map(|a| b.iter().map(move |b| a.intersect(b)));
        self.simplify(all.filter(|b| !b.is_empty()).collect())
    }

    /// Without boxes that lie within others; the rest in order, short ones first.
    fn simplify(&mut self, mut boxes: Vec<MeasureBox>) -> Option<Vec<MeasureBox>> {
        boxes.sort_by_key(|b| b.0.len());
        let mut kept: Vec<MeasureBox> = Vec::with_capacity(boxes.len());
        let mut compared = 0;
        for b in boxes {
            compared += kept.len();
            spend(self.budget, compared / COMPARISONS_A_BOX)?;
            compared %= COMPARISONS_A_BOX;
            if kept.iter().any(|k| k.covers(&b)) {
                continue;
            }
            // Boxes of as many measures may lie within one that comes later.
            kept.retain(|k| k.0.len() < b.0.len() || !b.covers(k));
            kept.push(b);
        }
        Some(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::{self, MEASURES, Seen, exact_case, kleene, rulebook, rules};
    use super::*;
    use proptest::prelude::*;

    const PLENTY: usize = 1_000_000;

    fn of_first(rules: &str) -> (Framework, Vec<MeasureBox>, Vec<MeasureBox>) {
        let text = format!(
            "[framework]\nid = 'f'\nversion = '1.0.0'\n[measure.a]\nscore = [0, 1]\nstep = 0.25\n\
             [measure.b]\nscore = [0, 10]\n[measure.c]\ncategory = ['x', 'y', 'z']\n{rules}"
        );
        let f = Framework::from_toml(&text).unwrap();
        let [t, u] = [true, false].map(|wanted| terms(&f, RuleId(0), wanted, &mut PLENTY.clone()).unwrap());
        (f, t, u)
    }

    fn rule(id: &str, lines: &str) -> String {
        let basis = "basis = { kind = 'user', text = 'ours' }";
        format!("[[rule]]\nid = '{id}'\nstrength = 'defines'\nbecause = 'b'\n{basis}\n{lines}\n")
    }

    fn shown(f: &Framework, boxes: &[MeasureBox]) -> Vec<String> {
        boxes.iter().map(|b| b.witness(f).to_string()).collect()
    }

    #[test]
    fn a_conjunction_is_one_box_and_its_failure_one_for_each_part() {
        let (f, holds, fails) =
            of_first(&rule("r", "when = { all = [ { gt = ['a', 0.5] }, { le = ['a', 0.75] }, { is = ['c', 'y'] } ] }"));
        assert_eq!(shown(&f, &holds), [r#"{"a":0.75,"c":"y"}"#]);
        assert_eq!(
            holds[0].side(MeasureId(0)),
            Some(&Side::Score(Interval { lo_open: true, ..Interval::closed(0.5, 0.75) }))
        );
        assert_eq!(holds[0].side(MeasureId(1)), None);
        assert_eq!(shown(&f, &fails), [r#"{"a":0.25}"#, r#"{"a":1.0}"#, r#"{"c":"x"}"#]);
    }

    #[test]
    fn points_become_the_smallest_sets_that_reach_them() {
        let parts = "{ points = 2, when = { ge = ['b', 5] } }, { gt = ['a', 0.5] }, { is = ['c', 'x'] }";
        let (f, holds, _) =
            of_first(&rule("r", &format!("when = {{ at_least = {{ points = 2, of = [ {parts} ] }} }}")));
        assert_eq!(shown(&f, &holds), [r#"{"b":8.0}"#, r#"{"a":0.75,"c":"x"}"#]);
    }

    #[test]
    fn an_unmet_guard_is_neither_holding_nor_failing() {
        let guard = "requires = [ { when = { gt = ['b', 5] }, reason = 'quiet' } ]\nwhen = { gt = ['a', 0.5] }";
        let (f, holds, fails) = of_first(&rule("r", guard));
        assert_eq!(shown(&f, &holds), [r#"{"a":0.75,"b":8.0}"#]);
        assert_eq!(shown(&f, &fails), [r#"{"a":0.25,"b":8.0}"#]);
        let through = format!("{}{guard}", rule("r", "when = { not = { holds = 's' } }"));
        let (f, holds, _) = of_first(&through.replacen(guard, &rule("s", guard), 1));
        assert_eq!(shown(&f, &holds), [r#"{"a":0.25,"b":8.0}"#]);
    }

    #[test]
    fn what_cannot_be_has_no_box() {
        let (_, holds, fails) = of_first(&rule("r", "when = { any = [ { lt = ['a', 0.5] }, { ge = ['a', 0.5] } ] }"));
        assert_eq!((holds.len(), fails.len()), (2, 0));
        // No number lies between these two.
        let narrow = Interval { lo: 0.5, lo_open: true, hi: 0.5_f64.next_up(), hi_open: true };
        assert!(narrow.is_empty());
        assert!(!Interval { hi_open: false, ..narrow }.is_empty());
    }

    #[test]
    fn too_many_boxes_are_told_at_once() {
        let parts: Vec<String> = (0..32).map(|i| format!("{{ gt = ['m{i}', 0.5] }}")).collect();
        let measures: String = (0..32).map(|i| format!("[measure.m{i}]\nscore = [0, 1]\n")).collect();
        let when = format!("when = {{ at_least = {{ points = 16, of = [ {} ] }} }}", parts.join(", "));
        let text = format!("[framework]\nid = 'f'\nversion = '1.0.0'\n{measures}{}", rule("r", &when));
        let f = Framework::from_toml(&text).unwrap();
        assert_eq!(terms(&f, RuleId(0), true, &mut 10_000), None);
    }

    #[test]
    fn a_point_for_people_keeps_to_the_step() {
        let open = Interval { lo: 0.5, lo_open: true, hi: 1.0, hi_open: false };
        assert_eq!(open.point(0.0, Some(0.5)), 1.0);
        assert_eq!(open.point(0.0, None), 1.0);
        assert_eq!(Interval::closed(0.3, 0.3).point(0.0, Some(0.5)), 0.3);
        assert_eq!(Interval { hi_open: true, ..open }.point(0.0, Some(0.5)), 0.8);
        assert_eq!(Interval::closed(50.0, 75.0).point(0.0, None), 63.0);
        let sliver = Interval { lo: 0.1, lo_open: true, hi: 0.1_f64.next_up(), hi_open: false };
        assert_eq!(sliver.point(0.0, None), 0.1_f64.next_up());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn boxes_are_kleenes_logic(rules in rules(), cases in prop::collection::vec(exact_case(), 64)) {
            let f = random::load(&rulebook(&rules));
            for (i, _) in rules.iter().enumerate() {
                let both = [true, false].map(|wanted| terms(&f, RuleId(i), wanted, &mut PLENTY.clone()).unwrap());
                for known in &cases {
                    let case = random::case(&f, known);
                    let inside = |boxes: &[MeasureBox]| boxes.iter().any(|b| b.contains(&f, &case));
                    let truth = kleene(&rules, known)[i];
                    prop_assert_eq!((inside(&both[0]), inside(&both[1])), (truth == Some(true), truth == Some(false)));
                }
                for boxes in &both {
                    for (i, b) in boxes.iter().enumerate() {
                        prop_assert!(!b.is_empty());
                        prop_assert!(boxes.iter().enumerate().all(|(j, o)| i == j || !o.covers(b)));
                        let given = b.witness(&f);
                        let mut case = Case::new(&f);
                        for m in 0..MEASURES {
                            let id = random::measure(m);
                            let Some(v) = given.get(&id) else { continue };
                            match v.as_f64() {
                                Some(x) => case.give(&f, &id, x, None, None).unwrap(),
                                None => {
                                    let i = random::CATEGORIES.iter().position(|c| v == c).unwrap() as u32;
                                    case.set(&f, &id, random::value(m, Seen { quarters: i, se: None })).unwrap();
                                }
                            }
                        }
                        prop_assert!(b.contains(&f, &case), "{given} is outside {b:?}");
                    }
                }
            }
        }
    }
}

//! Boxes of cases: conjunctions of sides, one a measure.
//!
//! A score counts as continuous on its range, even where a step is declared: a mean over several raters lies between
//! the steps. Only a point that is shown to a person keeps to the step, where the box has room for one.

use super::model::*;
use super::truth::Op;
use crate::measure::{Estimate, MeasureValue, Origin};

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
        // Powers of ten by multiplication: exact, and the same on every platform.
        let units = std::iter::successors(Some(1.0), |unit| Some(unit * 10.0)).take(16);
        let decimals = units.map(|unit: f64| (middle * unit).round() / unit);
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
    /// Where a measure must lie; nothing when it may be missing.
    pub(crate) fn side(&self, m: MeasureId) -> Option<&Side> {
        self.0.binary_search_by_key(&m, |(m, _)| *m).ok().and_then(|i| self.0.get(i)).map(|(_, s)| s)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn framework() -> Framework {
        let text = "[framework]\nid = 'f'\nversion = '1.0.0'\n[measure.a]\nscore = [0, 1]\nstep = 0.25\n\
                    [measure.b]\nscore = [0, 10]\n[measure.c]\ncategory = ['x', 'y', 'z']\n";
        Framework::from_toml(text).unwrap()
    }

    const A: MeasureId = MeasureId(0);
    const C: MeasureId = MeasureId(2);

    #[test]
    fn a_leaf_and_its_opposite_share_the_range_between_them() {
        let f = framework();
        for op in [Op::Ge, Op::Gt, Op::Le, Op::Lt] {
            for t in [0.0, 0.5, 1.0] {
                let leaf = Condition::Compare(A, op, t);
                let [yes, no] = [true, false].map(|truth| Side::of_leaf(&f, &leaf, truth).unwrap().1);
                for x in [0.0, 0.25, 0.5, 0.5_f64.next_up(), 1.0_f64.next_down(), 1.0] {
                    let within = |s: &Side| matches!(s, Side::Score(i) if i.contains(x));
                    assert_eq!((within(&yes), within(&no)), (op.exact(x, t), !op.exact(x, t)), "{x} {op:?} {t}");
                }
                assert!(yes.intersect(&no).is_empty());
                assert_eq!(Side::any(&f.measures()[0]).may(&leaf), (!yes.is_empty(), !no.is_empty()));
                assert!(yes.is_empty() || yes.may(&leaf) == (true, false));
            }
        }
        let leaf = Condition::OneOf(C, vec![0, 2]);
        let (_, no) = Side::of_leaf(&f, &leaf, false).unwrap();
        assert_eq!((no, no.may(&leaf)), (Side::Category(0b010), (false, true)));
    }

    #[test]
    fn no_number_lies_between_neighbors() {
        let narrow = Interval { lo: 0.5, lo_open: true, hi: 0.5_f64.next_up(), hi_open: true };
        assert!(narrow.is_empty());
        assert!(!Interval { hi_open: false, ..narrow }.is_empty());
    }

    #[test]
    fn a_box_narrows_and_shows_a_case() {
        let f = framework();
        let above = |t| Side::of_leaf(&f, &Condition::Compare(A, Op::Gt, t), true).unwrap().1;
        let all = MeasureBox::default();
        assert_eq!((all.side(A), all.witness(&f)), (None, serde_json::json!({})));
        let some = all.with(C, Side::Category(0b110)).with(A, above(0.25)).with(A, above(0.5));
        assert_eq!(some.side(A), Some(&above(0.5)));
        assert_eq!(some.witness(&f), serde_json::json!({ "a": 0.75, "c": "y" }));
        assert_eq!(some.values(&f).len(), 2);
        assert!(some.with(A, Side::Score(Interval::closed(0.0, 0.5))).side(A).is_some_and(Side::is_empty));
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
}

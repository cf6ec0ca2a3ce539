//! Who turns to whom: each person names a few others, mostly in the own unit, the rest near in the organization.

use super::plan::Plan;
use super::sheet::Sheet;
use super::tree::Unit;
use crate::dice::{Dice, Stream};
use std::collections::BTreeSet;

/// How many others a person names.
const NAMES: usize = 5;
/// Chance to look one step further up when looking beyond the own unit.
const CLIMB: f64 = 0.3;

/// The table `ties`: source names target as somebody the source turns to.
pub(crate) fn name(plan: &Plan) -> Sheet {
    let mut dice = Dice::new(plan.seed, Stream::Ties);
    let mut sheet = Sheet::new("ties", ["source", "target", "relation", "wave"]);
    for wave in &plan.waves {
        for unit in &plan.tree.units {
            let reach = plan.reach(unit);
            let toward = reach.and_then(|r| plan.tree.unit(r.toward?));
            for (offset, person) in plan.tree.own(unit).iter().enumerate() {
                let outward = reach.map_or(0.0, |r| if person.head { r.heads } else { r.others });
                let mut named = BTreeSet::new();
                for _ in 0..NAMES {
                    named.extend(match (dice.chance(outward), toward) {
                        (true, Some(unit)) if dice.chance(0.5) => Some(dice.between(unit.first, unit.own_end - 1)),
                        (true, _) => beyond(plan, unit, &mut dice),
                        (false, _) => within(unit, unit.first + offset, &mut dice),
                    });
                }
                for target in named.iter().filter_map(|i| plan.tree.people.get(*i)) {
                    sheet.row([&person.key, &target.key, "advice", wave]);
                }
            }
        }
    }
    sheet
}

/// Somebody else in the unit; nobody when there is nobody else.
fn within(unit: &Unit, me: usize, dice: &mut Dice) -> Option<usize> {
    if unit.own_end - unit.first < 2 {
        return None;
    }
    let drawn = dice.between(unit.first, unit.own_end - 2);
    Some(if drawn >= me { drawn + 1 } else { drawn })
}

/// Somebody outside the unit, near first: under the parent, under its parent, and so on.
fn beyond(plan: &Plan, unit: &Unit, dice: &mut Dice) -> Option<usize> {
    let above = |u: &Unit| u.parent.and_then(|i| plan.tree.units.get(i));
    // The root has nothing above it: its people look down into the whole.
    let mut scope = above(unit).unwrap_or(unit);
    while let Some(wider) = above(scope).filter(|_| dice.chance(CLIMB)) {
        scope = wider;
    }
    // A unit is a small part of what is above it, so a few tries find somebody outside.
    (0..64)
        .map(|_| dice.between(scope.first, scope.below_end.saturating_sub(1)))
        .find(|i| !(unit.first..unit.own_end).contains(i))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::{Spec, plan_of};

    #[test]
    fn ties_leave_the_unit_as_often_as_asked_and_never_return_to_their_source() {
        let spec = Spec { external_ties: 0.3, teams: 40, ..Spec::default() };
        let plan = plan_of(&spec).unwrap();
        let (_, bytes) = name(&plan).into_file().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let unit = |key: &str| plan.tree.people.iter().find(|p| p.key == key).unwrap().unit;
        let ties: Vec<Vec<&str>> = text.lines().skip(1).map(|l| l.split(',').collect()).collect();
        assert!(ties.iter().all(|t| t[0] != t[1]));
        let teams: Vec<_> = ties.iter().filter(|t| plan.tree.units[unit(t[0])].leaf).collect();
        let external = teams.iter().filter(|t| unit(t[0]) != unit(t[1])).count() as f64 / teams.len() as f64;
        // Names drawn twice are kept once, which happens more often inside a small unit: a little above what was asked.
        assert!((0.28..0.42).contains(&external), "{external}");
    }
}

//! Who decides what: contested and unowned classes of decisions, told from wide contribution.

use super::value::{Absence, Estimate, MeasureValue, Origin};
use crate::error::Result;
use crate::evidence::{DecisionRightRow, Role};
use std::collections::{BTreeMap, BTreeSet};

/// Shares of decision classes, each with the number of holders behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct RightsMeasures {
    /// Share of classes with several final deciders and nobody who convenes them.
    pub contested_share: MeasureValue,
    /// Share of classes without a final decider.
    pub unowned_share: MeasureValue,
    /// Share of classes to which people contribute who do not decide.
    pub contributor_share: MeasureValue,
}

#[derive(Default)]
struct Class<'a> {
    deciders: BTreeSet<&'a str>,
    convened: bool,
    contributors: BTreeSet<&'a str>,
}

/// Measures decision rights. A class is a decision class within its scope; a right without a scope covers its own
/// unit. A body that decides as one is one holder.
///
/// # Errors
/// None for validated rows.
pub fn decision_rights<'a>(rows: impl IntoIterator<Item = &'a DecisionRightRow>) -> Result<RightsMeasures> {
    let mut classes: BTreeMap<(&str, &str, bool), Class<'_>> = BTreeMap::new();
    let mut holders = BTreeSet::new();
    for row in rows {
        let scope = row.scope.as_deref();
        let class = classes.entry((&row.decision_class, scope.unwrap_or(&row.unit), scope.is_some())).or_default();
        holders.insert(row.holder.as_str());
        match row.role {
            Role::Decides => {
                class.deciders.insert(&row.holder);
            }
            Role::Convenes => class.convened = true,
            Role::Contributes => {
                class.contributors.insert(&row.holder);
            }
        }
    }
    let total = classes.len();
    let share = |wanted: &dyn Fn(&Class<'_>) -> bool| -> Result<MeasureValue> {
        if total == 0 {
            return Ok(MeasureValue::Absent(Absence::NotAsked));
        }
        let found = classes.values().filter(|c| wanted(c)).count();
        let n = holders.len() as u64;
        Estimate::new(found as f64 / total as f64, None, Some(n), Origin::DecisionRights).map(MeasureValue::Known)
    };
    Ok(RightsMeasures {
        contested_share: share(&|c| c.deciders.len() > 1 && !c.convened)?,
        unowned_share: share(&|c| c.deciders.is_empty())?,
        contributor_share: share(&|c| c.contributors.iter().any(|x| !c.deciders.contains(x)))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(class: &str, holder: &str, unit: &str, role: Role, scope: Option<&str>) -> DecisionRightRow {
        DecisionRightRow {
            decision_class: class.into(),
            holder: holder.into(),
            unit: unit.into(),
            role,
            scope: scope.map(str::to_owned),
            granted_by: None,
        }
    }

    fn value(v: &MeasureValue) -> f64 {
        v.estimate().unwrap().value()
    }

    #[test]
    fn a_contested_class_needs_rivals_over_one_scope_and_nobody_who_convenes() {
        use Role::*;
        let rows = [
            row("berths", "a", "north", Decides, Some("port")),
            row("berths", "b", "south", Decides, Some("port")),
            row("hiring", "a", "north", Decides, None),
            row("hiring", "b", "south", Decides, None),
            row("tariffs", "a", "north", Decides, Some("port")),
            row("tariffs", "b", "south", Decides, Some("port")),
            row("tariffs", "c", "port", Convenes, Some("port")),
            row("safety", "d", "north", Contributes, Some("port")),
        ];
        let m = decision_rights(&rows).unwrap();
        // berths | hiring north | hiring south | tariffs | safety
        assert_eq!(value(&m.contested_share), 0.2);
        assert_eq!(value(&m.unowned_share), 0.2);
        assert_eq!(value(&m.contributor_share), 0.2);
        assert_eq!(m.unowned_share.estimate().unwrap().n(), Some(4));
    }

    #[test]
    fn no_rights_is_not_zero() {
        assert_eq!(decision_rights([]).unwrap().contested_share, MeasureValue::Absent(Absence::NotAsked));
    }
}

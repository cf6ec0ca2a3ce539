//! The units of an assessment as one forest, whether or not an organization was handed in.

use crate::error::Result;
use crate::evidence::{Evidence, Field, Members, Organization, Table, UnitRow};
use std::collections::{BTreeMap, BTreeSet};

/// Units with their place in the organization and their size.
#[derive(Debug, Clone, Default)]
pub struct Units {
    organization: Organization,
    names: Vec<String>,
    sizes: Vec<Option<u64>>,
}

/// The unit that stands for everybody when no organization says what belongs to what.
const WHOLE: &str = "organization";

impl Units {
    /// The organization's tree, or the units that the other tables name, under one whole.
    pub(crate) fn of(evidence: &Evidence) -> Result<Units> {
        let organization = match &evidence.organization {
            Some(organization) => organization.clone(),
            None => Organization::new(under_one_whole(named(evidence)?))?,
        };
        let names = organization.units().iter().map(|u| u.unit.clone()).collect();
        let sizes = match &evidence.members {
            Some(members) => count_members(&organization, members),
            None => organization.sizes(),
        };
        Ok(Units { organization, names, sizes })
    }

    /// The tree.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
    /// The name of a unit.
    pub fn name(&self, i: usize) -> &str {
        self.names.get(i).map_or("", String::as_str)
    }
    /// Every name, in the order of the organization.
    pub fn names(&self) -> &[String] {
        &self.names
    }
    /// The place of a unit.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.organization.index(name)
    }
    /// The unit it belongs to.
    pub fn parent(&self, i: usize) -> Option<usize> {
        self.organization.parent(i)
    }
    /// The units that belong to it.
    pub fn children(&self, i: usize) -> &[usize] {
        self.organization.children(i)
    }
    /// How many units lie above it.
    pub fn depth(&self, i: usize) -> usize {
        self.organization.depth(i)
    }
    /// The current members of the unit and all below it, when known.
    pub fn size(&self, i: usize) -> Option<u64> {
        self.sizes.get(i).copied().flatten()
    }

    /// The units above it, nearest first.
    pub fn ancestors(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        // An organization is a forest by construction, so this ends.
        std::iter::successors(self.parent(i), |p| self.parent(*p))
    }
}

/// The units that any table names.
fn named(evidence: &Evidence) -> Result<BTreeSet<String>> {
    let mut named = BTreeSet::new();
    if let Some(table) = &evidence.responses {
        named.extend(unit_column(table)?);
    }
    named.extend(evidence.facts.iter().flat_map(|t| t.rows()).map(|r| r.unit.clone()));
    named.extend(evidence.decisions.iter().flat_map(|t| t.rows()).map(|r| r.unit.clone()));
    named.extend(evidence.decision_rights.iter().flat_map(|t| t.rows()).map(|r| r.unit.clone()));
    named.extend(evidence.rankings.iter().flat_map(|t| t.rows()).map(|r| r.unit.clone()));
    named.extend(evidence.members.iter().flat_map(|t| t.rows()).map(|r| r.unit.clone()));
    named.extend(evidence.nodes.iter().flat_map(|t| t.rows()).filter_map(|r| r.unit.clone()));
    if named.is_empty() && evidence.ties.is_some() {
        named.insert(WHOLE.to_owned());
    }
    Ok(named)
}

/// Several units stand under a unit for everybody; one stands for itself.
fn under_one_whole(names: BTreeSet<String>) -> Vec<UnitRow> {
    let row = |unit: String, parent: Option<String>| UnitRow {
        unit,
        parent,
        name: None,
        layer: None,
        size: None,
        from: None,
        to: None,
    };
    if names.len() < 2 {
        return names.into_iter().map(|n| row(n, None)).collect();
    }
    let mut whole = WHOLE.to_owned();
    while names.contains(&whole) {
        whole = format!("the whole {whole}");
    }
    let top = row(whole.clone(), None);
    std::iter::once(top).chain(names.into_iter().map(|n| row(n, Some(whole.clone())))).collect()
}

/// The current members of every unit, all below included, each person once. A membership that ended is not a current
/// one; dates are not compared with a clock.
fn count_members(organization: &Organization, members: &Members) -> Vec<Option<u64>> {
    let mut people: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for row in members.rows().iter().filter(|r| r.to.is_none()) {
        let Some(own) = organization.index(&row.unit) else { continue };
        for u in std::iter::successors(Some(own), |u| organization.parent(*u)) {
            people.entry(u).or_default().insert(&row.person);
        }
    }
    (0..organization.len()).map(|i| people.get(&i).map(|p| p.len() as u64)).collect()
}

fn unit_column(table: &Table) -> Result<BTreeSet<String>> {
    let field: Field<'_> = table.field("unit");
    let mut names = BTreeSet::new();
    for row in 0..table.rows() {
        names.extend(field.text(row)?.map(|t| t.into_owned()));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(files: &[(&str, &str)]) -> Evidence {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
        Evidence::from_files(&files).unwrap().0
    }

    #[test]
    fn members_are_counted_once_up_the_tree() {
        let e = evidence(&[
            ("organization.csv", "unit,parent\nport,\nnorth,port\nsouth,port\n"),
            ("members.csv", "person,unit,to\np1,north,\np2,north,\np2,south,\np3,south,2020-01-01\n"),
        ]);
        let u = Units::of(&e).unwrap();
        let sizes: Vec<Option<u64>> = (0..u.len()).map(|i| u.size(i)).collect();
        assert_eq!(sizes, [Some(2), Some(2), Some(1)]);
        assert_eq!((u.depth(0), u.depth(2), u.ancestors(2).collect::<Vec<_>>()), (0, 1, vec![0]));
    }

    #[test]
    fn without_an_organization_the_units_named_stand_under_one_whole() {
        let e = evidence(&[("facts.csv", "unit,measure,value\nb,shared_work,1\na,shared_work,1\n")]);
        let u = Units::of(&e).unwrap();
        assert_eq!(u.names(), ["organization", "a", "b"]);
        assert_eq!((u.parent(0), u.parent(1), u.size(0)), (None, Some(0), None));
        let facts = "organization,shared_work,1\nthe whole organization,shared_work,1\n";
        let e = evidence(&[("facts.csv", &format!("unit,measure,value\n{facts}"))]);
        let u = Units::of(&e).unwrap();
        assert_eq!(u.names(), ["the whole the whole organization", "organization", "the whole organization"]);
    }

    #[test]
    fn sizes_add_up_only_when_all_are_known() {
        let e = evidence(&[("organization.csv", "unit,parent,size\nport,,\nnorth,port,7\nsouth,port,\n")]);
        assert_eq!(Units::of(&e).unwrap().size(0), None);
        let e = evidence(&[("organization.csv", "unit,parent,size\nport,,\nnorth,port,7\nsouth,port,5\n")]);
        assert_eq!(Units::of(&e).unwrap().size(0), Some(12));
    }
}

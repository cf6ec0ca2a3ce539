//! The units of an assessment as one forest, whether or not an organization was handed in.

use crate::error::Result;
use crate::evidence::{Evidence, Field, Table};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Units with their place in the organization and their size.
#[derive(Debug, Clone, Default)]
pub struct Units {
    names: Vec<String>,
    parents: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
    depths: Vec<usize>,
    sizes: Vec<Option<u64>>,
    index: HashMap<String, usize>,
}

/// The unit that stands for everybody when no organization says what belongs to what.
const WHOLE: &str = "organization";

impl Units {
    /// The organization's tree, or the units that the other tables name, under one whole.
    pub(crate) fn of(evidence: &Evidence) -> Result<Units> {
        match &evidence.organization {
            Some(organization) => {
                let names: Vec<String> = organization.units().iter().map(|u| u.unit.clone()).collect();
                let parents = (0..names.len()).map(|i| organization.parent(i)).collect();
                let told = organization.units().iter().map(|u| u.size).collect();
                Ok(Units::build(names, parents, told, evidence))
            }
            None => {
                let mut named: BTreeSet<String> = BTreeSet::new();
                if let Some(table) = &evidence.responses {
                    named.extend(unit_column(table)?);
                }
                named.extend(evidence.facts.iter().flat_map(|t| t.rows()).map(|r| r.unit.clone()));
                named.extend(evidence.decisions.iter().flat_map(|t| t.rows()).map(|r| r.unit.clone()));
                named.extend(evidence.decision_rights.iter().flat_map(|t| t.rows()).map(|r| r.unit.clone()));
                named.extend(evidence.rankings.iter().flat_map(|t| t.rows()).map(|r| r.unit.clone()));
                named.extend(evidence.members.iter().flat_map(|t| t.rows()).map(|r| r.unit.clone()));
                let mut names: Vec<String> = named.into_iter().collect();
                let mut parents = vec![None; names.len()];
                if names.len() > 1 {
                    let mut whole = WHOLE.to_owned();
                    while names.contains(&whole) {
                        whole = format!("the whole {whole}");
                    }
                    parents = vec![Some(0); names.len() + 1];
                    parents.splice(0..1, [None]);
                    names.insert(0, whole);
                }
                let told = vec![None; names.len()];
                Ok(Units::build(names, parents, told, evidence))
            }
        }
    }

    fn build(names: Vec<String>, parents: Vec<Option<usize>>, told: Vec<Option<u64>>, evidence: &Evidence) -> Units {
        let mut children = vec![Vec::new(); names.len()];
        for (i, p) in parents.iter().enumerate() {
            if let Some(list) = p.and_then(|p| children.get_mut(p)) {
                list.push(i);
            }
        }
        let index = names.iter().enumerate().map(|(i, n)| (n.clone(), i)).collect();
        let mut units = Units { depths: Vec::new(), sizes: Vec::new(), names, parents, children, index };
        units.depths = (0..units.names.len()).map(|i| units.ancestors(i).count()).collect();
        units.sizes = units.measure_sizes(&told, evidence);
        units
    }

    /// Members count when they are known, each person once; else the size that the organization tells; else the
    /// sum over the children when all are known.
    fn measure_sizes(&self, told: &[Option<u64>], evidence: &Evidence) -> Vec<Option<u64>> {
        if let Some(members) = &evidence.members {
            let mut people: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
            // A membership that ended is not a current member; dates are not compared with a clock.
            for row in members.rows().iter().filter(|r| r.to.is_none()) {
                let Some(own) = self.index(&row.unit) else { continue };
                for u in std::iter::once(own).chain(self.ancestors(own)) {
                    people.entry(u).or_default().insert(&row.person);
                }
            }
            return (0..self.names.len()).map(|i| people.get(&i).map(|p| p.len() as u64)).collect();
        }
        let mut sizes = told.to_vec();
        let mut deepest_first: Vec<usize> = (0..self.names.len()).collect();
        deepest_first.sort_by_key(|i| std::cmp::Reverse(self.depth(*i)));
        for i in deepest_first {
            let kids = self.children(i);
            if sizes.get(i).copied().flatten().is_none() && !kids.is_empty() {
                let sum: Option<u64> = kids.iter().map(|c| sizes.get(*c).copied().flatten()).sum();
                if let Some(slot) = sizes.get_mut(i) {
                    *slot = sum;
                }
            }
        }
        sizes
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
        self.index.get(name).copied()
    }
    /// The unit it belongs to.
    pub fn parent(&self, i: usize) -> Option<usize> {
        self.parents.get(i).copied().flatten()
    }
    /// The units that belong to it.
    pub fn children(&self, i: usize) -> &[usize] {
        self.children.get(i).map_or(&[], Vec::as_slice)
    }
    /// How many units lie above it.
    pub fn depth(&self, i: usize) -> usize {
        self.depths.get(i).copied().unwrap_or(0)
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

    /// The unit at a depth on the way from the root to `i`, `i` included.
    pub(crate) fn at_depth(&self, i: usize, depth: usize) -> Option<usize> {
        std::iter::once(i).chain(self.ancestors(i)).find(|u| self.depth(*u) == depth)
    }

    /// Whether `i` is `top` or lies below it.
    pub fn within(&self, i: usize, top: usize) -> bool {
        i == top || self.ancestors(i).any(|a| a == top)
    }
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
        assert_eq!((u.depth(0), u.depth(2), u.at_depth(2, 0), u.within(2, 0)), (0, 1, Some(0), true));
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

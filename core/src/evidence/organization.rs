//! The organization: units and what they belong to, a forest.

use super::date::check_order;
use super::digest::{Line, Rows};
use super::reader::{Reader, refuse_repeats};
use super::table::{Table, place, shown};
use crate::error::{Error, Result, suggest};
use std::collections::HashMap;

const TABLE: &str = "organization";

/// One unit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnitRow {
    /// Its key.
    pub unit: String,
    /// The unit it belongs to; none for a root.
    pub parent: Option<String>,
    /// A name for people.
    pub name: Option<String>,
    /// The layer it stands in, as the host names it.
    pub layer: Option<String>,
    /// How many people it has, when known otherwise than by `members`.
    pub size: Option<u64>,
    /// The day it began.
    pub from: Option<f64>,
    /// The day it ended.
    pub to: Option<f64>,
}

/// Units and what they belong to: every unit once, every parent known, no circle.
///
/// Units are numbered in the order of the table.
///
/// ```
/// use colead::evidence::{Organization, Table};
/// let table = Table::from_csv("organization", b"unit,parent\nharbour,\ncrane,harbour\npilot,harbour\n")?;
/// let org = Organization::from_table(&table)?;
/// let harbour = org.index("harbour").unwrap();
/// assert_eq!(org.children(harbour), [1, 2]);
/// assert_eq!(org.descendants(harbour), [0, 1, 2]);
/// # Ok::<(), colead::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Organization {
    units: Vec<UnitRow>,
    index: HashMap<String, usize>,
    parent: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
    roots: Vec<usize>,
    depth: Vec<usize>,
}

impl Organization {
    /// Reads the table `organization`: unit, parent; optional name, layer, size, from, to.
    ///
    /// # Errors
    /// Those of [`Reader`] and its fields, and of [`Organization::new`].
    pub fn from_table(table: &Table) -> Result<Organization> {
        let r = Reader::new(table, &["unit", "parent"], &["name", "layer", "size", "from", "to"])?;
        let (unit, parent, name) = (r.field("unit"), r.field("parent"), r.field("name"));
        let (layer, size, from, to) = (r.field("layer"), r.field("size"), r.field("from"), r.field("to"));
        let rows = (0..r.rows()).map(|i| {
            Ok(UnitRow {
                unit: unit.need_string(i)?,
                parent: parent.string(i)?,
                name: name.string(i)?,
                layer: layer.string(i)?,
                size: size.count(i)?,
                from: from.day(i)?,
                to: to.day(i)?,
            })
        });
        Organization::new(rows.collect::<Result<_>>()?)
    }

    /// Checks that the units form a forest.
    ///
    /// # Errors
    /// `duplicate_unit`, `unknown_parent`, `cycle` (with the path), `ends_before_start`, `not_finite`.
    pub fn new(units: Vec<UnitRow>) -> Result<Organization> {
        refuse_repeats(TABLE, "unit", "duplicate_unit", "unit", units.iter().map(|u| u.unit.as_str()))?;
        let index: HashMap<String, usize> = units.iter().enumerate().map(|(i, u)| (u.unit.clone(), i)).collect();
        let mut org = Organization {
            parent: Vec::with_capacity(units.len()),
            children: vec![Vec::new(); units.len()],
            roots: Vec::new(),
            depth: vec![0; units.len()],
            index,
            units,
        };
        for (i, row) in org.units.iter().enumerate() {
            check_order(TABLE, i, ("from", row.from), ("to", row.to), "ends_before_start")?;
            let parent = match &row.parent {
                None => None,
                Some(name) => Some(*org.index.get(name).ok_or_else(|| {
                    Error::input(
                        "unknown_parent",
                        format!("unit {} belongs to unknown unit {}", shown(&row.unit), shown(name)),
                    )
                    .at(place(TABLE, i, "parent"))
                    .help(help_unknown(name, org.units.iter().map(|u| u.unit.as_str())))
                })?),
            };
            match parent {
                Some(p) => org.children.get_mut(p).into_iter().for_each(|c| c.push(i)),
                None => org.roots.push(i),
            }
            org.parent.push(parent);
        }
        match org.cycle() {
            Some(cycle) => Err(org.cycle_error(&cycle)),
            None => {
                org.measure_depths();
                Ok(org)
            }
        }
    }

    /// The units in the order of the table.
    pub fn units(&self) -> &[UnitRow] {
        &self.units
    }

    /// How many units there are.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// The key of unit `i`.
    pub fn unit(&self, i: usize) -> Option<&str> {
        self.units.get(i).map(|u| u.unit.as_str())
    }

    /// The number of the unit with this key.
    pub fn index(&self, unit: &str) -> Option<usize> {
        self.index.get(unit).copied()
    }

    /// The unit that unit `i` belongs to; none for a root and for a number that is no unit.
    pub fn parent(&self, i: usize) -> Option<usize> {
        self.parent.get(i).copied().flatten()
    }

    /// The units that belong directly to unit `i`, in the order of the table.
    pub fn children(&self, i: usize) -> &[usize] {
        self.children.get(i).map_or(&[], Vec::as_slice)
    }

    /// The units that belong to none.
    pub fn roots(&self) -> &[usize] {
        &self.roots
    }

    /// Unit `i` and everything below it, each unit before those below it; empty for a number that is no unit.
    pub fn descendants(&self, i: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open: Vec<usize> = (i < self.units.len()).then_some(i).into_iter().collect();
        while let Some(unit) = open.pop() {
            found.push(unit);
            open.extend(self.children(unit).iter().rev());
        }
        found
    }

    /// What unit `i` belongs to, nearest first, without itself.
    pub fn ancestors(&self, i: usize) -> Vec<usize> {
        std::iter::successors(self.parent(i), |unit| self.parent(*unit)).collect()
    }

    /// How many units lie above unit `i`; 0 for a root.
    pub fn depth(&self, i: usize) -> usize {
        self.depth.get(i).copied().unwrap_or(0)
    }

    fn measure_depths(&mut self) {
        let from_the_top: Vec<usize> = self.roots.iter().flat_map(|r| self.descendants(*r)).collect();
        for i in from_the_top {
            let depth = self.parent(i).map_or(0, |p| self.depth(p) + 1);
            if let Some(slot) = self.depth.get_mut(i) {
                *slot = depth;
            }
        }
    }

    /// The members of every unit, all below included: the size that the table tells, else the sum over the units
    /// below when all of them are known.
    pub fn sizes(&self) -> Vec<Option<u64>> {
        let mut sizes: Vec<Option<u64>> = self.units.iter().map(|u| u.size).collect();
        // Every unit after those below it.
        let from_the_leaves =
            self.roots.iter().flat_map(|r| self.descendants(*r)).collect::<Vec<_>>().into_iter().rev();
        for unit in from_the_leaves {
            let below = self.children(unit);
            if !below.is_empty() && sizes.get(unit) == Some(&None) {
                let sum = below.iter().try_fold(0_u64, |sum, c| sum.checked_add(sizes.get(*c).copied().flatten()?));
                if let Some(slot) = sizes.get_mut(unit) {
                    *slot = sum;
                }
            }
        }
        sizes
    }

    /// The units of a circle from child to parent, the first in the table first.
    fn cycle(&self) -> Option<Vec<usize>> {
        // 0: not seen; otherwise 1 + the start of the walk that saw it.
        let mut seen = vec![0_usize; self.units.len()];
        for start in 0..self.units.len() {
            let mut here = Some(start);
            while let Some(unit) = here {
                match seen.get_mut(unit) {
                    Some(mark) if *mark == 0 => *mark = start + 1,
                    Some(mark) if *mark == start + 1 => return Some(self.circle(unit)),
                    _ => break,
                }
                here = self.parent(unit);
            }
        }
        None
    }

    fn circle(&self, member: usize) -> Vec<usize> {
        let mut circle = vec![member];
        let mut here = self.parent(member);
        while let Some(unit) = here.filter(|u| *u != member) {
            circle.push(unit);
            here = self.parent(unit);
        }
        let first = circle.iter().enumerate().min_by_key(|(_, unit)| **unit).map_or(0, |(k, _)| k);
        circle.rotate_left(first);
        circle
    }

    fn cycle_error(&self, cycle: &[usize]) -> Error {
        const MOST: usize = 12;
        let mut path: Vec<&str> = cycle.iter().take(MOST).filter_map(|i| self.unit(*i)).collect();
        if cycle.len() > MOST {
            path.push("...");
        }
        path.extend(cycle.first().and_then(|i| self.unit(*i)));
        Error::input("cycle", format!("units belong to one another in a circle: `{}`", path.join(" -> ")))
            .at(place(TABLE, cycle.first().copied().unwrap_or(0), "parent"))
            .help("leave the parent of the topmost unit empty")
    }
}

/// What to do about a unit that the organization does not have.
pub(super) fn help_unknown<'a>(unit: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match suggest(unit, known) {
        near if near.starts_with("did you mean") => near,
        _ => format!("add {} to `{TABLE}`", shown(unit)),
    }
}

impl Rows for Organization {
    fn count(&self) -> usize {
        self.units.len()
    }
    fn unit(&self, _: usize) -> Option<&str> {
        None
    }
    fn render(&self, row: usize, line: &mut Line) {
        let Some(u) = self.units.get(row) else { return };
        line.text(Some(&u.unit)).text(u.parent.as_deref()).text(u.name.as_deref()).text(u.layer.as_deref());
        line.count(u.size).number(u.from).number(u.to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Organization> {
        Organization::from_table(&Table::from_csv(TABLE, text.as_bytes())?)
    }
    fn refusal(text: &str) -> (&'static str, String) {
        let e = read(text).unwrap_err();
        assert!(!e.help_text().is_empty(), "{e}");
        (e.code(), e.path().to_owned())
    }

    #[test]
    fn sizes_add_up_only_where_all_are_known() {
        let org = read("unit,parent,size\nc,b,3\na,,\nb,a,\nd,a,0\nz,,\ny,z,5\nx,z,\n").unwrap();
        let i = |u: &str| org.index(u).unwrap();
        let sizes = org.sizes();
        assert_eq!(
            ["a", "b", "c", "d", "y", "z"].map(|u| sizes[i(u)]),
            [Some(3), Some(3), Some(3), Some(0), Some(5), None]
        );
        assert_eq!((org.depth(i("a")), org.depth(i("c"))), (0, 2));
    }

    #[test]
    fn a_forest_is_walked() {
        let org = read("unit,parent,size\nc,b,3\na,,\nb,a,\nd,a,0\nz,,\n").unwrap();
        let i = |u: &str| org.index(u).unwrap();
        assert_eq!(org.roots(), [i("a"), i("z")]);
        assert_eq!(org.descendants(i("a")), [i("a"), i("b"), i("c"), i("d")]);
        assert_eq!(org.descendants(i("z")), [i("z")]);
        assert_eq!(org.ancestors(i("c")), [i("b"), i("a")]);
        assert_eq!((org.parent(i("a")), org.index("x")), (None, None));
        assert_eq!((org.units()[0].size, org.units()[3].size), (Some(3), Some(0)));
        assert_eq!((org.len(), org.unit(0), org.unit(9)), (5, Some("c"), None));
        assert!(org.descendants(9).is_empty() && org.ancestors(9).is_empty() && org.children(9).is_empty());
    }

    #[test]
    fn what_is_no_forest_is_refused() {
        assert_eq!(refusal("unit,parent\na,\na,\n"), ("duplicate_unit", "organization, row 2, column unit".into()));
        assert_eq!(refusal("unit,parent\na,\nb,c\n"), ("unknown_parent", "organization, row 2, column parent".into()));
        assert_eq!(refusal("unit,parent\n,a\n"), ("missing_value", "organization, row 1, column unit".into()));
        assert_eq!(refusal("unit,parent,size\na,,-1\n"), ("negative", "organization, row 1, column size".into()));
        assert_eq!(refusal("unit,parent,size\na,,1.5\n"), ("not_whole", "organization, row 1, column size".into()));
        let days = "unit,parent,from,to\na,,2024-02-01,2024-01-01\n";
        assert_eq!(refusal(days), ("ends_before_start", "organization, row 1, column to".into()));
        assert_eq!(refusal("unit\na\n"), ("missing_column", "organization".into()));
        assert_eq!(refusal("unit,parent,color\na,,b\n"), ("unknown_column", "organization, column color".into()));
        let infinite = UnitRow { unit: "a".into(), from: Some(f64::INFINITY), ..UnitRow::default() };
        assert_eq!(Organization::new(vec![infinite]).unwrap_err().code(), "not_finite");
    }

    #[test]
    fn a_circle_is_shown_as_a_path() {
        let e = read("unit,parent\nr,\nx,a\nb,a\na,b\n").unwrap_err();
        assert_eq!((e.code(), e.path()), ("cycle", "organization, row 3, column parent"));
        assert!(e.message().contains("`b -> a -> b`"), "{e}");
        let own = read("unit,parent\na,a\n").unwrap_err();
        assert!(own.message().contains("`a -> a`"), "{own}");
        let long: String = (0..50).map(|i| format!("u{i},u{}\n", (i + 1) % 50)).collect();
        let e = read(&format!("unit,parent\n{long}")).unwrap_err();
        assert!(e.message().ends_with("u11 -> ... -> u0`"), "{e}");
    }

    #[test]
    fn depth_needs_no_stack() {
        let n = 200_000;
        let row = |i: usize| UnitRow {
            unit: i.to_string(),
            parent: (i + 1 < n).then(|| (i + 1).to_string()),
            ..UnitRow::default()
        };
        let org = Organization::new((0..n).map(row).collect()).unwrap();
        assert_eq!(org.descendants(n - 1).len(), n);
        assert_eq!(org.ancestors(0).len(), n - 1);
    }

    proptest! {
        #[test]
        fn forests_agree_with_brute_force(parents in (1_usize..10).prop_flat_map(|n| {
            prop::collection::vec(prop::option::weighted(0.6, 0..n), n)
        })) {
            let n = parents.len();
            let key = |i: usize| format!("u{i}");
            let rows = (0..n).map(|i| UnitRow { unit: key(i), parent: parents[i].map(key), ..UnitRow::default() });
            // A unit lies above another when some number of steps leads there.
            let above = |i: usize| {
                let mut found = Vec::new();
                let mut here = parents[i];
                while let Some(p) = here.filter(|_| found.len() <= n) {
                    found.push(p);
                    here = parents[p];
                }
                found
            };
            let circular = (0..n).any(|i| above(i).contains(&i));
            match Organization::new(rows.collect()) {
                Err(e) => {
                    prop_assert!(circular, "{}", e);
                    prop_assert_eq!(e.code(), "cycle");
                    let path = e.message().split('`').nth(1).unwrap().split(" -> ").collect::<Vec<_>>();
                    prop_assert_eq!(path.first(), path.last());
                    for pair in path.windows(2) {
                        let child: usize = pair[0][1..].parse().unwrap();
                        prop_assert_eq!(parents[child].map(key), Some(pair[1].to_owned()));
                    }
                }
                Ok(org) => {
                    prop_assert!(!circular);
                    for i in 0..n {
                        prop_assert_eq!(org.ancestors(i), above(i));
                        let mut below = org.descendants(i);
                        below.sort_unstable();
                        let want: Vec<usize> = (0..n).filter(|j| *j == i || above(*j).contains(&i)).collect();
                        prop_assert_eq!(below, want);
                    }
                    let roots: Vec<usize> = (0..n).filter(|i| parents[*i].is_none()).collect();
                    prop_assert_eq!(org.roots(), roots);
                }
            }
        }
    }
}

//! The organization: units and what they belong to, a forest.
//!
//! A second tree over the same people is an organization of its own; [`super::Members::place`] says where they stand
//! in it.

use super::date::{Period, check_order, replaced};
use super::digest::{Line, Rows};
use super::reader::Reader;
use super::table::{Table, place, shown};
use crate::error::{Error, Result, suggest};
use std::collections::HashMap;

const TABLE: &str = "organization";

/// One unit, and where it belongs from one day to another.
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
    /// The first day on which it belonged there.
    pub from: Option<f64>,
    /// The last.
    pub to: Option<f64>,
}

impl UnitRow {
    fn period(&self) -> Period {
        Period { from: self.from, to: self.to }
    }
}

/// Units and what they belong to: every parent known, no circle; any number of roots, leaves at any depth.
///
/// A unit that moved has several rows, one after the other in time. What every method reads is the latest row of
/// each unit; [`Organization::as_of`] gives the structure of another day. Units are numbered in the order of their
/// latest rows.
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
    /// Rows that a later row of the same unit replaced.
    earlier: Vec<UnitRow>,
    index: HashMap<String, usize>,
    parent: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
    roots: Vec<usize>,
    depth: Vec<usize>,
}

impl Organization {
    /// Reads the table `organization`: unit, parent; optional name, layer, size, from, to. Instead of `parent` it may
    /// have the columns `level_1`, `level_2` ..., from the top: see [`Organization::from_levels`].
    ///
    /// # Errors
    /// Those of [`Reader`] and its fields, of [`Organization::new`] and [`Organization::from_levels`].
    pub fn from_table(table: &Table) -> Result<Organization> {
        if table.column("parent").is_none() && table.column("level_1").is_some() {
            return super::levels::read(table);
        }
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
    /// `duplicate_unit` (two rows of a unit hold at the same time), `unknown_parent` and `cycle` (each with the
    /// path), `ends_before_start`, `not_finite`.
    pub fn new(rows: Vec<UnitRow>) -> Result<Organization> {
        for (i, row) in rows.iter().enumerate() {
            check_order(TABLE, i, ("from", row.from), ("to", row.to), "ends_before_start")?;
        }
        let periods = rows.iter().map(|u| (u.unit.as_str(), u.period()));
        let replaced = replaced((TABLE, "unit"), "duplicate_unit", "unit", periods)?;
        let (earlier, latest): (Vec<_>, Vec<_>) = rows.into_iter().enumerate().partition(|(i, _)| replaced.contains(i));
        let (at, units): (Vec<usize>, Vec<UnitRow>) = latest.into_iter().unzip();
        let place = |i: usize| place(TABLE, at.get(i).copied().unwrap_or(i), "parent");
        let forest = Organization::forest(units, place)?;
        Ok(Organization { earlier: earlier.into_iter().map(|(_, row)| row).collect(), ..forest })
    }

    /// The structure of one day, counted from 1970-01-01 ([`super::days_from_iso`]): of each unit the row that holds
    /// then, units that did not exist left out. `from` and `to` are both included; where one row of a unit ends on the
    /// day on which the next begins, the next holds. For a wave, give the day on which it was asked.
    ///
    /// ```
    /// use colead::evidence::{Organization, Table, days_from_iso};
    /// let rows = b"unit,parent,from,to\nnorth,,,\nsouth,,,\ncrane,north,,2024-06-30\ncrane,south,2024-07-01,\n";
    /// let org = Organization::from_table(&Table::from_csv("organization", rows)?)?;
    /// let spring = org.as_of(days_from_iso("2024-04-01").unwrap() as f64)?;
    /// let above = |org: &Organization| org.parent(org.index("crane").unwrap()).and_then(|p| org.unit(p)).map(str::to_owned);
    /// assert_eq!((above(&spring).as_deref(), above(&org).as_deref()), (Some("north"), Some("south")));
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `not_finite`; `unknown_parent` and `cycle` when the rows of that day form no forest.
    pub fn as_of(&self, day: f64) -> Result<Organization> {
        if !day.is_finite() {
            return Err(Error::input("not_finite", "the day is not a finite number").at("day").help("give a day"));
        }
        let mut then: HashMap<&str, &UnitRow> = HashMap::new();
        for row in self.earlier.iter().chain(&self.units).filter(|u| u.period().holds(day)) {
            let held = then.entry(&row.unit).or_insert(row);
            if held.period().start() < row.period().start() {
                *held = row;
            }
        }
        let rows = self.units.iter().filter_map(|u| then.get(u.unit.as_str()).copied().cloned()).collect();
        let day = crate::json::number(day);
        Organization::forest(rows, |_| format!("{TABLE}, as of day {day}"))
    }

    /// A forest of units, each of which stands once.
    fn forest(units: Vec<UnitRow>, place: impl Fn(usize) -> String) -> Result<Organization> {
        let index: HashMap<String, usize> = units.iter().enumerate().map(|(i, u)| (u.unit.clone(), i)).collect();
        let parent: Vec<Option<usize>> =
            units.iter().map(|u| u.parent.as_ref().and_then(|p| index.get(p)).copied()).collect();
        let mut children = vec![Vec::new(); units.len()];
        let mut roots = Vec::new();
        for (i, p) in parent.iter().enumerate() {
            match p.and_then(|p| children.get_mut(p)) {
                Some(below) => below.push(i),
                None => roots.push(i),
            }
        }
        let depth = vec![0; units.len()];
        let mut org = Organization { units, earlier: Vec::new(), index, parent, children, roots, depth };
        // So far an orphan passes for a root.
        let named = |i: &usize| org.units.get(*i).and_then(|u| u.parent.as_deref());
        let orphans: Vec<usize> = org.roots.iter().copied().filter(|i| named(i).is_some()).collect();
        if let Some(first) = orphans.first() {
            return Err(org.orphan_error(*first, orphans.len()).at(place(*first)));
        }
        if let Some(circle) = org.cycle() {
            return Err(org.cycle_error(&circle).at(place(circle.first().copied().unwrap_or(0))));
        }
        org.measure_depths();
        Ok(org)
    }

    /// The latest row of every unit, in the order of the table.
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

    /// The unit at a depth that unit `i` is or belongs to; none when `i` stands higher, as in a ragged tree.
    ///
    /// ```
    /// use colead::evidence::{Organization, Table};
    /// let org = Organization::from_table(&Table::from_csv("organization", b"unit,parent\na,\nb,a\nc,b\n")?)?;
    /// assert_eq!((org.at_depth(2, 1), org.at_depth(2, 2), org.at_depth(1, 2)), (Some(1), Some(2), None));
    /// # Ok::<(), colead::Error>(())
    /// ```
    pub fn at_depth(&self, i: usize, depth: usize) -> Option<usize> {
        let steps = self.depth.get(i)?.checked_sub(depth)?;
        std::iter::successors(Some(i), |unit| self.parent(*unit)).nth(steps)
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

    /// The units of a circle, each belonging to the one before it, the first in the table first.
    fn cycle(&self) -> Option<Vec<usize>> {
        let mut circle = find_cycle(&self.parent)?;
        circle.reverse();
        let first = circle.iter().enumerate().min_by_key(|(_, unit)| **unit).map_or(0, |(k, _)| k);
        circle.rotate_left(first);
        Some(circle)
    }

    fn cycle_error(&self, circle: &[usize]) -> Error {
        let around = circle.iter().chain(circle.first()).filter_map(|i| self.unit(*i));
        Error::input("cycle", format!("units belong to one another in a circle: {}", path(around)))
            .help("leave the parent of the topmost unit empty")
    }

    fn orphan_error(&self, orphan: usize, orphans: usize) -> Error {
        let unit = self.unit(orphan).unwrap_or_default();
        let parent = self.units.get(orphan).and_then(|u| u.parent.as_deref()).unwrap_or_default();
        let line = std::iter::successors(Some(orphan), |i| self.children(*i).first().copied());
        let line = path(std::iter::once(parent).chain(line.filter_map(|i| self.unit(i))));
        let below = match self.descendants(orphan).len() {
            ..=1 => String::new(),
            n => format!(", with {} below it", n - 1),
        };
        let more = if orphans > 1 { format!("; {orphans} units in all belong to unknown ones") } else { String::new() };
        let message = format!("unit {} belongs to unknown unit {}{below}: {line}{more}", shown(unit), shown(parent));
        Error::input("unknown_parent", message).help(help_unknown(parent, self.units.iter().map(|u| u.unit.as_str())))
    }
}

/// The nodes of a circle from child to parent, in a table of parents.
pub(super) fn find_cycle(parents: &[Option<usize>]) -> Option<Vec<usize>> {
    let parent = |i: &usize| parents.get(*i).copied().flatten();
    // 0: not seen; otherwise 1 + the start of the walk that saw it.
    let mut seen = vec![0_usize; parents.len()];
    for start in 0..parents.len() {
        for node in std::iter::successors(Some(start), parent) {
            match seen.get_mut(node) {
                Some(mark) if *mark == 0 => *mark = start + 1,
                Some(mark) if *mark == start + 1 => {
                    let rest = std::iter::successors(parent(&node), parent).take_while(|n| *n != node);
                    return Some(std::iter::once(node).chain(rest).collect());
                }
                _ => break,
            }
        }
    }
    None
}

/// Units from the top as a path in backticks, `a > b > c`; very long ones are cut in the middle.
pub(super) fn path<'a>(units: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 60;
    let mut names: Vec<String> = units.map(|u| shown(u).trim_matches('`').to_owned()).collect();
    if names.len() > MOST {
        let cut = names.len() - MOST;
        names.splice(MOST / 2..MOST / 2 + cut, [format!("... {cut} more ...")]);
    }
    format!("`{}`", names.join(" > "))
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
        self.units.len() + self.earlier.len()
    }
    fn unit(&self, _: usize) -> Option<&str> {
        None
    }
    fn render(&self, row: usize, line: &mut Line) {
        let Some(u) = self.units.iter().chain(&self.earlier).nth(row) else { return };
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
        let e = read("unit,parent\nr,\nx,a\nb,a\na,c\nc,b\n").unwrap_err();
        assert_eq!((e.code(), e.path()), ("cycle", "organization, row 3, column parent"));
        assert!(e.message().contains("`b > c > a > b`"), "{e}");
        let own = read("unit,parent\na,a\n").unwrap_err();
        assert!(own.message().contains("`a > a`"), "{own}");
        let long: String = (0..100).map(|i| format!("u{i},u{}\n", (i + 99) % 100)).collect();
        let e = read(&format!("unit,parent\n{long}")).unwrap_err();
        assert!(e.message().contains("u28 > u29 > ... 41 more ... > u71 > u72"), "{e}");
    }

    #[test]
    fn orphans_are_shown_with_all_that_hangs_from_them() {
        let e = read("unit,parent\nr,\na,nowhere\nb,a\nc,b\nz,gone\n").unwrap_err();
        assert_eq!((e.code(), e.path()), ("unknown_parent", "organization, row 2, column parent"));
        assert!(e.message().contains("with 2 below it: `nowhere > a > b > c`; 2 units in all"), "{e}");
        let e = read("unit,parent\nharbour,\ncrane,habour\n").unwrap_err();
        assert_eq!(e.message(), "unit `crane` belongs to unknown unit `habour`: `habour > crane`");
        assert_eq!(e.help_text(), "did you mean `harbour`");
    }

    #[test]
    fn a_unit_that_moved_has_one_row_a_time() {
        let text = "unit,parent,from,to\nx,,,\ny,,,10\na,x,,5\nb,a,3,\na,y,6,8\na,,8,\n";
        let org = read(text).unwrap();
        assert_eq!(org.units().iter().map(|u| u.unit.as_str()).collect::<Vec<_>>(), ["x", "y", "b", "a"]);
        let line = |day: f64, unit: &str| {
            let then = org.as_of(day).unwrap();
            let above = then.ancestors(then.index(unit).unwrap());
            above.into_iter().map(|i| then.unit(i).unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(line(4.0, "b"), ["a", "x"]);
        assert_eq!(line(7.0, "b"), ["a", "y"]);
        // On the day on which one row ends and the next begins, the next holds.
        assert_eq!(line(8.0, "b"), ["a"]);
        assert_eq!((org.as_of(2.0).unwrap().index("b"), org.as_of(11.0).unwrap().index("y")), (None, None));
        assert_eq!(org.as_of(8.0).unwrap().roots().len(), 3);
        // Nothing holds between the two rows: what belongs to the unit is an orphan then.
        let e = org.as_of(5.5).unwrap_err();
        assert_eq!((e.code(), e.path()), ("unknown_parent", "organization, as of day 5.5"));
        assert_eq!(org.as_of(f64::NAN).unwrap_err().code(), "not_finite");
        let twice = "unit,parent,from,to\nx,,,\na,x,,5\na,,4,\n";
        assert_eq!(refusal(twice), ("duplicate_unit", "organization, row 3, column unit".into()));
        // Two units may trade places in time.
        let turned = read("unit,parent,from,to\na,,,5\nb,a,,5\nb,,5,\na,b,5,\n").unwrap();
        assert_eq!((turned.unit(turned.roots()[0]), turned.as_of(1.0).unwrap().roots()), (Some("b"), &[1][..]));
    }

    #[test]
    fn the_digest_knows_where_a_unit_was() {
        let digest = |rows: &str| {
            let text = format!("unit,parent,from,to\nx,,,\n{rows}");
            super::super::Evidence::from_files(&[("organization.csv", text.as_bytes())]).unwrap().0.digest()
        };
        assert_eq!(digest("a,x,,5\na,,5,\n"), digest("a,,5,\na,x,,5\n"));
        assert_ne!(digest("a,x,,5\na,,5,\n"), digest("a,,5,\n"));
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
                    let path = e.message().split('`').nth(1).unwrap().split(" > ").collect::<Vec<_>>();
                    prop_assert_eq!(path.first(), path.last());
                    for pair in path.windows(2) {
                        let child: usize = pair[1][1..].parse().unwrap();
                        prop_assert_eq!(parents[child].map(key), Some(pair[0].to_owned()));
                    }
                }
                Ok(org) => {
                    prop_assert!(!circular);
                    for i in 0..n {
                        prop_assert_eq!(org.ancestors(i), above(i));
                        for depth in 0..n {
                            let want = std::iter::once(i).chain(above(i)).find(|u| above(*u).len() == depth);
                            prop_assert_eq!(org.at_depth(i, depth), want);
                        }
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

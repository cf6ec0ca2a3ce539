//! Level-based structure: a row says where it stands by the names from the top, one column a level.

use super::organization::{Organization, UnitRow, path};
use super::reader::{Field, Reader};
use super::table::{Cells, Table, shown};
use crate::error::{Error, Result};
use std::collections::HashMap;

/// Between the names of a path.
const BETWEEN: &str = " > ";
/// The columns of levels in the table `organization`.
const LEVELS: [&str; 16] = [
    "level_1", "level_2", "level_3", "level_4", "level_5", "level_6", "level_7", "level_8", "level_9", "level_10",
    "level_11", "level_12", "level_13", "level_14", "level_15", "level_16",
];

impl Organization {
    /// The tree that a table of levels describes, and the unit of each of its rows.
    ///
    /// `levels` names the columns from the top; the table may have others, such as one row a person. A row stands in
    /// the unit of its last level, so that a ragged tree leaves the last ones empty. Units are keyed by their path, such
    /// as `port > north > crane`, because one name may stand under different parents; `name` is the last part of it,
    /// `layer` the name of the column. Rows that name no root stand under several.
    ///
    /// ```
    /// use colead::evidence::{Organization, Table};
    /// let table = Table::from_csv("people", b"person,site,team\n1,north,crane\n2,north,\n3,south,crane\n")?;
    /// let (org, units) = Organization::from_levels(&table, &["site", "team"])?;
    /// let keys: Vec<&str> = org.units().iter().map(|u| u.unit.as_str()).collect();
    /// assert_eq!(keys, ["north", "north > crane", "south", "south > crane"]);
    /// assert_eq!((org.roots(), units.len()), (&[0, 2][..], 3));
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `missing_column`; `missing_value` for a row without any level; `level_gap` for a level left empty above one that
    /// is not, with the path; `bad_name` for a name that holds ` > `; `not_text`.
    pub fn from_levels(table: &Table, levels: &[&str]) -> Result<(Organization, Cells)> {
        if let Some(name) = levels.iter().find(|name| table.column(name).is_none()) {
            return Err(Error::input("missing_column", format!("there is no column {}", shown(name)))
                .at(table.name())
                .help("name the columns of the levels, from the top"));
        }
        let tree = Tree::grow(table, levels)?;
        let units = (0..tree.nodes.len()).map(|i| tree.row(i, levels)).collect();
        let codes = tree.stands.iter().map(|node| u32::try_from(*node).ok()).collect();
        let values = tree.nodes.iter().map(|n| n.key.clone()).collect();
        Ok((Organization::new(units)?, Cells::Dictionary { values, codes }))
    }
}

/// The table `organization` with levels: one row a unit, keyed by `unit` where it has one, else by its path. Units above
/// that have no row of their own are keyed by their path.
pub(super) fn read(table: &Table) -> Result<Organization> {
    let optional: Vec<&'static str> =
        ["unit", "name", "layer", "size", "from", "to"].into_iter().chain(LEVELS.into_iter().skip(1)).collect();
    let r = Reader::new(table, &["level_1"], &optional)?;
    let levels: Vec<&str> = LEVELS.into_iter().filter(|l| table.column(l).is_some()).collect();
    let (unit, name, layer) = (r.field("unit"), r.field("name"), r.field("layer"));
    let (size, from, to) = (r.field("size"), r.field("from"), r.field("to"));
    let mut tree = Tree::grow(table, &levels)?;
    let mut told = vec![None; tree.nodes.len()];
    for (row, node) in tree.stands.iter().enumerate() {
        let (Some(node), Some(told)) = (tree.nodes.get_mut(*node), told.get_mut(*node)) else { continue };
        let Some(key) = unit.string(row)? else { continue };
        match told {
            Some(first) if node.key != key => {
                let message = format!("{} and {} are keys of one place", shown(&node.key), shown(&key));
                return Err(Error::input("two_keys", message)
                    .at(unit.place(row))
                    .help(format!("use the key of row {}, or name another last level", *first + 1)));
            }
            _ => (node.key, *told) = (key, Some(row)),
        }
    }
    // Units without a row of their own first, then the rows of the table.
    let mut own = vec![false; tree.nodes.len()];
    tree.stands.iter().for_each(|node| own.get_mut(*node).into_iter().for_each(|o| *o = true));
    let bare = own.iter().enumerate().filter(|(_, own)| !**own).map(|(node, _)| Ok(tree.row(node, &levels)));
    let rows = tree.stands.iter().enumerate().map(|(row, node)| {
        let plain = tree.row(*node, &levels);
        Ok(UnitRow {
            name: name.string(row)?.or(plain.name),
            layer: layer.string(row)?.or(plain.layer),
            size: size.count(row)?,
            from: from.day(row)?,
            to: to.day(row)?,
            ..plain
        })
    });
    Organization::new(bare.chain(rows).collect::<Result<_>>()?)
}

struct Node {
    key: String,
    name: String,
    parent: Option<usize>,
    depth: usize,
}

/// The units that the rows name, each after those above it.
struct Tree {
    nodes: Vec<Node>,
    /// The node of each row.
    stands: Vec<usize>,
}

impl Tree {
    fn grow(table: &Table, levels: &[&str]) -> Result<Tree> {
        let fields: Vec<Field<'_>> = levels.iter().map(|name| table.field(name)).collect();
        let mut tree = Tree { nodes: Vec::new(), stands: Vec::with_capacity(table.rows()) };
        let mut known: HashMap<(Option<usize>, String), usize> = HashMap::new();
        for row in 0..table.rows() {
            let mut here = None;
            for (depth, name) in names(&fields, row)?.into_iter().enumerate() {
                here = Some(match known.get(&(here, name.clone())) {
                    Some(node) => *node,
                    None => {
                        let above = here.and_then(|i: usize| tree.nodes.get(i));
                        let key = above.map_or_else(|| name.clone(), |n| format!("{}{BETWEEN}{name}", n.key));
                        known.insert((here, name.clone()), tree.nodes.len());
                        tree.nodes.push(Node { key, name, parent: here, depth });
                        tree.nodes.len() - 1
                    }
                });
            }
            let first = fields.first().map(|f| f.place(row)).unwrap_or_default();
            tree.stands.push(here.ok_or_else(|| {
                Error::input("missing_value", "the row names no unit at any level")
                    .at(first)
                    .help("name at least the topmost unit")
            })?);
        }
        Ok(tree)
    }

    fn row(&self, node: usize, levels: &[&str]) -> UnitRow {
        let Some(n) = self.nodes.get(node) else { return UnitRow::default() };
        UnitRow {
            unit: n.key.clone(),
            parent: n.parent.and_then(|p| self.nodes.get(p)).map(|p| p.key.clone()),
            name: Some(n.name.clone()),
            layer: levels.get(n.depth).map(|l| (*l).to_owned()),
            ..UnitRow::default()
        }
    }
}

/// The names of a row from the top, without the empty levels at its end.
fn names(fields: &[Field<'_>], row: usize) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut gap: Option<&Field<'_>> = None;
    for field in fields {
        match (field.string(row)?, gap) {
            (None, _) => gap = gap.or(Some(field)),
            (Some(name), Some(empty)) => {
                let line = path(names.iter().map(String::as_str).chain(["?", name.as_str()]));
                return Err(Error::input("level_gap", format!("a level is empty above {}: {line}", shown(&name)))
                    .at(empty.place(row))
                    .help("fill the level, or move the names below it up"));
            }
            (Some(name), None) if name.contains(BETWEEN) => {
                return Err(Error::input("bad_name", format!("{} holds `{BETWEEN}`", shown(&name)))
                    .at(field.place(row))
                    .help("units are keyed by the names from the top with ` > ` between them: write it otherwise"));
            }
            (Some(name), None) => names.push(name),
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(text: &str) -> Table {
        Table::from_csv("organization", text.as_bytes()).unwrap()
    }
    fn refusal(text: &str, levels: &[&str]) -> (&'static str, String) {
        let e = Organization::from_levels(&table(text), levels).unwrap_err();
        assert!(!e.help_text().is_empty(), "{e}");
        (e.code(), e.path().to_owned())
    }

    #[test]
    fn one_name_under_two_parents_is_two_units() {
        let t = table("a,b,c\nx,hr,\nx,hr,pay\ny,hr,\nz,,\n");
        let (org, units) = Organization::from_levels(&t, &["a", "b", "c"]).unwrap();
        let line = |i: usize| (org.unit(i).unwrap(), org.depth(i), org.units()[i].layer.as_deref());
        assert_eq!(line(1), ("x > hr", 1, Some("b")));
        assert_eq!(line(2), ("x > hr > pay", 2, Some("c")));
        assert_eq!(line(4), ("y > hr", 1, Some("b")));
        assert_eq!((org.roots().len(), org.units()[4].name.as_deref()), (3, Some("hr")));
        let Cells::Dictionary { codes, .. } = units else { panic!("a dictionary") };
        assert_eq!(codes, [Some(1), Some(2), Some(4), Some(5)]);
    }

    #[test]
    fn the_table_of_an_organization_may_have_levels() {
        let text = "unit,level_1,level_2,level_3,size\np,port,,,\nc,port,north,crane,4\nd,port,south,crane,5\n";
        let org = Organization::from_table(&table(text)).unwrap();
        let above = |u: &str| org.ancestors(org.index(u).unwrap()).into_iter().map(|i| org.unit(i).unwrap()).collect();
        let lines: [Vec<&str>; 2] = [above("c"), above("d")];
        assert_eq!(lines, [["port > north", "p"], ["port > south", "p"]]);
        assert_eq!(org.sizes()[org.index("p").unwrap()], Some(9));
        let moved = "unit,level_1,level_2,from,to\nc,north,crane,,10\nc,south,crane,10,\n";
        let org = Organization::from_table(&table(moved)).unwrap();
        let root = |org: &Organization| org.unit(org.ancestors(org.index("c").unwrap())[0]).unwrap().to_owned();
        assert_eq!((root(&org.as_of(3.0).unwrap()), root(&org)), ("north".into(), "south".into()));
        let two = Organization::from_table(&table("unit,level_1\na,x\nb,x\n")).unwrap_err();
        assert_eq!((two.code(), two.path()), ("two_keys", "organization, row 2, column unit"));
        let other = Organization::from_table(&table("level_1,color\nx,red\n")).unwrap_err();
        assert_eq!(other.code(), "unknown_column");
        let again = Organization::from_table(&table("level_1\nx\nx\n")).unwrap_err();
        assert_eq!(again.code(), "duplicate_unit");
    }

    #[test]
    fn what_is_no_tree_is_refused_with_its_path() {
        let text = "a,b,c\nx,,z\n";
        assert_eq!(refusal(text, &["a", "b", "c"]), ("level_gap", "organization, row 1, column b".into()));
        let e = Organization::from_levels(&table(text), &["a", "b", "c"]).unwrap_err();
        assert!(e.message().ends_with("`x > ? > z`"), "{e}");
        assert_eq!(refusal("a,b\nx,\n,\n", &["a", "b"]), ("missing_value", "organization, row 2, column a".into()));
        assert_eq!(refusal("a\nx > y\n", &["a"]), ("bad_name", "organization, row 1, column a".into()));
        assert_eq!(refusal("a\nx\n", &["b"]), ("missing_column", "organization".into()));
        assert_eq!(refusal("a\nx\n", &[]).0, "missing_value");
    }

    proptest! {
        #[test]
        fn levels_and_parents_tell_the_same(rows in prop::collection::vec(prop::collection::vec(0_u8..3, 1..4), 1..12)) {
            let cell = |row: &Vec<u8>, i: usize| row.get(i).map(|n| format!("n{n}")).unwrap_or_default();
            let lines: String =
                rows.iter().map(|r| format!("{},{},{}\n", cell(r, 0), cell(r, 1), cell(r, 2))).collect();
            let t = table(&format!("a,b,c\n{lines}"));
            let (org, units) = Organization::from_levels(&t, &["a", "b", "c"]).unwrap();
            let Cells::Dictionary { codes, .. } = units else { panic!("a dictionary") };
            for (row, code) in rows.iter().zip(codes) {
                let unit = code.unwrap() as usize;
                prop_assert_eq!(org.depth(unit) + 1, row.len());
                let mut line = org.ancestors(unit);
                line.insert(0, unit);
                let names: Vec<&str> = line.iter().rev().map(|i| org.units()[*i].name.as_deref().unwrap()).collect();
                let want: Vec<String> = row.iter().map(|n| format!("n{n}")).collect();
                prop_assert_eq!(names, want);
            }
        }
    }
}

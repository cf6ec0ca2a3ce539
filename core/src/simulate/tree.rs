//! Units and people: who works where, and who heads what.

use super::sheet::Sheet;

/// A unit to be: its key, what it is called, its layer, how many people stand directly in it, and what is below.
pub(crate) struct Outline {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) layer: &'static str,
    pub(crate) people: usize,
    pub(crate) below: Vec<Outline>,
}

/// A unit. People are numbered depth first, so that a unit and all below it hold one run of them.
pub(crate) struct Unit {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) layer: &'static str,
    /// Index of the unit above.
    pub(crate) parent: Option<usize>,
    /// Keys from the root to this unit, both included.
    pub(crate) line: Vec<String>,
    pub(crate) leaf: bool,
    /// Its own people: `first..own_end`; with those below: `first..below_end`.
    pub(crate) first: usize,
    pub(crate) own_end: usize,
    pub(crate) below_end: usize,
}

impl Unit {
    /// Whether it is `key` or lies below it.
    pub(crate) fn under(&self, key: &str) -> bool {
        self.line.iter().any(|k| k == key)
    }
}

/// A person, known by a key.
pub(crate) struct Person {
    pub(crate) key: String,
    /// Index of the unit.
    pub(crate) unit: usize,
    /// Whether the person heads the unit.
    pub(crate) head: bool,
    /// The key of the manager; the head of the whole has none.
    pub(crate) manager: Option<String>,
    /// Steps from the head of the whole, who has 1.
    pub(crate) level: usize,
}

/// The organization.
pub(crate) struct Tree {
    pub(crate) units: Vec<Unit>,
    pub(crate) people: Vec<Person>,
}

impl Tree {
    /// Grows the tree an outline describes. The first person of a unit heads it.
    pub(crate) fn grow(outline: &Outline) -> Tree {
        let mut tree = Tree { units: Vec::new(), people: Vec::new() };
        tree.add(outline, None);
        tree
    }

    fn add(&mut self, outline: &Outline, parent: Option<usize>) {
        let index = self.units.len();
        let first = self.people.len();
        let above = parent.and_then(|i| self.units.get(i));
        let boss = above.map(|u| self.head(u).to_owned());
        let mut line = above.map(|u| u.line.clone()).unwrap_or_default();
        line.push(outline.key.clone());
        let level = line.len();
        let head = format!("p{:04}", first + 1);
        for i in 0..outline.people {
            self.people.push(Person {
                key: format!("p{:04}", first + 1 + i),
                unit: index,
                head: i == 0,
                manager: if i == 0 { boss.clone() } else { Some(head.clone()) },
                level: level + usize::from(i > 0),
            });
        }
        let own_end = self.people.len();
        self.units.push(Unit {
            key: outline.key.clone(),
            name: outline.name.clone(),
            layer: outline.layer,
            parent,
            line,
            leaf: outline.below.is_empty(),
            first,
            own_end,
            below_end: own_end,
        });
        for below in &outline.below {
            self.add(below, Some(index));
        }
        let end = self.people.len();
        if let Some(unit) = self.units.get_mut(index) {
            unit.below_end = end;
        }
    }

    /// The unit with this key.
    pub(crate) fn unit(&self, key: &str) -> Option<&Unit> {
        self.units.iter().find(|u| u.key == key)
    }

    /// The people who stand directly in a unit.
    pub(crate) fn own(&self, unit: &Unit) -> &[Person] {
        self.people.get(unit.first..unit.own_end).unwrap_or_default()
    }

    /// The key of the person who heads a unit.
    pub(crate) fn head(&self, unit: &Unit) -> &str {
        self.people.get(unit.first).map_or("", |p| p.key.as_str())
    }

    /// Leaders: whoever heads a unit, and everybody in a unit that has units below it.
    pub(crate) fn leaders(&self) -> impl Iterator<Item = (&Person, &Unit)> {
        self.people.iter().filter_map(|p| Some((p, self.units.get(p.unit)?))).filter(|(p, u)| p.head || !u.leaf)
    }

    /// `organization`, `members` and `nodes`.
    pub(crate) fn sheets(&self) -> [Sheet; 3] {
        let mut organization = Sheet::new("organization", ["unit", "parent", "name", "layer"]);
        let mut members = Sheet::new("members", ["person", "unit", "manager"]);
        let mut nodes = Sheet::new("nodes", ["id", "unit", "layer", "level"]);
        for unit in &self.units {
            let parent = unit.parent.and_then(|i| self.units.get(i)).map(|u| u.key.clone()).unwrap_or_default();
            organization.row([unit.key.clone(), parent, unit.name.clone(), unit.layer.to_owned()]);
            for p in self.own(unit) {
                members.row([p.key.clone(), unit.key.clone(), p.manager.clone().unwrap_or_default()]);
                nodes.row([p.key.clone(), unit.key.clone(), unit.layer.to_owned(), p.level.to_string()]);
            }
        }
        [organization, members, nodes]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(key: &str, people: usize) -> Outline {
        Outline { key: key.into(), name: key.into(), layer: "team", people, below: vec![] }
    }

    #[test]
    fn people_run_depth_first_and_heads_report_to_heads() {
        let outline = Outline {
            key: "o".into(),
            name: "o".into(),
            layer: "executive",
            people: 2,
            below: vec![leaf("a", 3), leaf("b", 2)],
        };
        let tree = Tree::grow(&outline);
        assert_eq!(tree.people.len(), 7);
        let heads: Vec<&str> = tree.units.iter().map(|u| tree.head(u)).collect();
        assert_eq!(heads, ["p0001", "p0003", "p0006"]);
        let root = tree.unit("o").unwrap();
        assert_eq!((root.first, root.own_end, root.below_end, root.leaf), (0, 2, 7, false));
        let b = tree.unit("b").unwrap();
        assert!(b.under("o") && b.under("b") && !b.under("a"));
        let managers: Vec<Option<&str>> = tree.people.iter().map(|p| p.manager.as_deref()).collect();
        assert_eq!(
            managers,
            [None, Some("p0001"), Some("p0001"), Some("p0003"), Some("p0003"), Some("p0001"), Some("p0006")]
        );
        let leaders: Vec<&str> = tree.leaders().map(|(p, _)| p.key.as_str()).collect();
        assert_eq!(leaders, ["p0001", "p0002", "p0003", "p0006"]);
    }
}

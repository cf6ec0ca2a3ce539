//! Ties between people or groups, and what is known of the nodes they join.

use super::digest::{Line, Rows};
use super::reader::{Reader, check_number, refuse_repeats};
use super::table::{Table, shown};
use crate::error::{Error, Result, suggest};
use std::collections::HashMap;

const TIES: &str = "ties";

/// Which end of a tie looks to the other for leadership, advice or information. Nothing in the numbers tells, so it is
/// never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The source names the target: advice sought, a superior reported to.
    SourceLooksToTarget,
    /// The target looks to the source: advice given, an order sent.
    TargetLooksToSource,
    /// Ties have no direction, and each is listed once.
    Undirected,
}

impl Direction {
    /// All directions, as they are said.
    pub const WORDS: [(&'static str, Direction); 3] = [
        ("source looks to target", Direction::SourceLooksToTarget),
        ("target looks to source", Direction::TargetLooksToSource),
        ("undirected", Direction::Undirected),
    ];

    /// Reads one of [`Direction::WORDS`].
    ///
    /// # Errors
    /// `unknown_direction`.
    pub fn parse(text: &str) -> Result<Direction> {
        let words = || Direction::WORDS.iter().map(|(word, _)| *word);
        match Direction::WORDS.iter().find(|(word, _)| *word == text) {
            Some((_, direction)) => Ok(*direction),
            None => Err(Error::input("unknown_direction", format!("unknown direction {}", shown(text)))
                .at("direction")
                // All of them, never a near one: `directed` is as near to `undirected` as a slip of the pen.
                .help(format!("give {}", words().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")))),
        }
    }

    /// As it is said.
    pub fn as_str(self) -> &'static str {
        Direction::WORDS.iter().find(|(_, d)| *d == self).map_or("", |(word, _)| word)
    }
}

/// One tie; the numbers point into [`Ties::keys`], [`Ties::relations`] and [`Ties::waves`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TieRow {
    /// The node the row names as source.
    pub source: u32,
    /// The node the row names as target.
    pub target: u32,
    /// The relation, when the ties are of several.
    pub relation: Option<u32>,
    /// A strength, zero or more.
    pub weight: Option<f64>,
    /// The wave.
    pub wave: Option<u32>,
}

/// Distinct texts in the order in which they were first met.
#[derive(Debug, Clone, PartialEq, Default)]
struct Names {
    names: Vec<String>,
    index: HashMap<String, u32>,
}

impl Names {
    fn number(&mut self, name: &str) -> Result<u32> {
        if let Some(i) = self.index.get(name) {
            return Ok(*i);
        }
        let i = u32::try_from(self.names.len())
            .map_err(|_| Error::input("too_many_rows", "more distinct keys than can be numbered").at(TIES))?;
        self.names.push(name.to_owned());
        self.index.insert(name.to_owned(), i);
        Ok(i)
    }

    fn name(&self, i: u32) -> Option<&str> {
        self.names.get(i as usize).map(String::as_str)
    }
}

/// The table `ties`. Which way a tie points is said by whoever measures it; self-ties and repeats are kept and
/// counted, since only the measure can say what they mean.
///
/// ```
/// use colead::evidence::{Table, Ties};
/// let ties = Ties::from_table(&Table::from_csv("ties", b"source,target\na,b\nb,a\na,a\n")?)?;
/// assert_eq!((ties.keys(), ties.self_ties()), (&["a".to_owned(), "b".to_owned()][..], 1));
/// # Ok::<(), colead::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ties {
    nodes: Names,
    relations: Names,
    waves: Names,
    rows: Vec<TieRow>,
}

impl Ties {
    /// Reads the table `ties`: source, target; optional relation, weight, wave.
    ///
    /// # Errors
    /// Those of [`Reader`] and its fields, and of [`Ties::push`].
    pub fn from_table(table: &Table) -> Result<Ties> {
        let r = Reader::new(table, &["source", "target"], &["relation", "weight", "wave"])?;
        let (source, target) = (r.field("source"), r.field("target"));
        let (relation, weight, wave) = (r.field("relation"), r.field("weight"), r.field("wave"));
        let mut ties = Ties::default();
        ties.rows.reserve_exact(r.rows());
        for i in 0..r.rows() {
            let (from, to) = (source.need(i, source.text(i)?)?, target.need(i, target.text(i)?)?);
            ties.push(&from, &to, relation.text(i)?.as_deref(), weight.number(i)?, wave.text(i)?.as_deref())?;
        }
        Ok(ties)
    }

    /// Reads ties of any table with the columns `source` and `target`, and `relation` and `wave` where it has them; the
    /// strength is the column that `weight` names, and nothing otherwise. Gives the columns left unread as well.
    ///
    /// # Errors
    /// `missing_column`, `unknown_column` for a weight that is no column, `missing_value`, `weight_not_named` when ties
    /// of weight zero are among those whose weights are not read, and those of [`Ties::push`].
    pub fn from_columns(table: &Table, weight: Option<&str>) -> Result<(Ties, Vec<String>)> {
        let known = |name: &str| table.column(name).is_some();
        for name in ["source", "target"] {
            if !known(name) {
                return Err(Error::input("missing_column", format!("missing column `{name}`"))
                    .at(table.name())
                    .help(format!("add the column `{name}`")));
            }
        }
        if let Some(name) = weight {
            named_column(table, "weight", name)?;
        }
        let (source, target) = (table.field("source"), table.field("target"));
        let (relation, wave) = (table.field("relation"), table.field("wave"));
        let strength = weight.map(|name| table.field(name));
        let unread = table.field("weight");
        let mut ties = Ties::default();
        ties.rows.reserve_exact(table.rows());
        for i in 0..table.rows() {
            let (from, to) = (source.need(i, source.text(i)?)?, target.need(i, target.text(i)?)?);
            let weight = match &strength {
                Some(field) => match field.need(i, field.number(i)?)? {
                    w if w < 0.0 => {
                        return Err(Error::input("negative_weight", format!("`{w}` is no strength"))
                            .at(field.place(i))
                            .help("a weight is the strength of a tie: give 0 or more, not a distance or a cost"));
                    }
                    w => Some(w),
                },
                None if matches!(unread.number(i), Ok(Some(0.0))) => {
                    let message = "a tie of weight `0` may be no tie, and the weight is not read";
                    return Err(Error::input("weight_not_named", message)
                        .at(unread.place(i))
                        .help("name the column as the weight, or leave such rows out"));
                }
                None => None,
            };
            ties.push(&from, &to, relation.text(i)?.as_deref(), weight, wave.text(i)?.as_deref())?;
        }
        let read = |name: &str| ["source", "target", "relation", "wave"].contains(&name) || Some(name) == weight;
        let unread = table.columns().iter().map(|c| c.name.clone()).filter(|name| !read(name)).collect();
        Ok((ties, unread))
    }

    /// Adds a tie at the end.
    ///
    /// # Errors
    /// `not_finite`, `negative_weight`; then nothing was added.
    pub fn push(
        &mut self,
        source: &str,
        target: &str,
        relation: Option<&str>,
        weight: Option<f64>,
        wave: Option<&str>,
    ) -> Result<()> {
        check_number(TIES, self.rows.len(), "weight", weight, 0.0, "negative_weight")?;
        let (source, target) = (self.nodes.number(source)?, self.nodes.number(target)?);
        let relation = relation.map(|r| self.relations.number(r)).transpose()?;
        let wave = wave.map(|w| self.waves.number(w)).transpose()?;
        self.rows.push(TieRow { source, target, relation, weight, wave });
        Ok(())
    }

    /// The rows in the order of the table.
    pub fn rows(&self) -> &[TieRow] {
        &self.rows
    }

    /// The keys of the nodes that ties name, in the order first met.
    pub fn keys(&self) -> &[String] {
        &self.nodes.names
    }

    /// The relations that ties name, in the order first met.
    pub fn relations(&self) -> &[String] {
        &self.relations.names
    }

    /// The waves that ties name, in the order first met.
    pub fn waves(&self) -> &[String] {
        &self.waves.names
    }

    /// The number of a node in [`Ties::keys`].
    pub fn index(&self, key: &str) -> Option<u32> {
        self.nodes.index.get(key).copied()
    }

    /// How many ties lead from a node to itself.
    pub fn self_ties(&self) -> usize {
        self.rows.iter().filter(|t| t.source == t.target).count()
    }

    /// How many rows repeat source, target, relation and wave of an earlier row.
    pub fn repeats(&self) -> usize {
        let mut seen = std::collections::HashSet::with_capacity(self.rows.len());
        self.rows.iter().filter(|t| !seen.insert((t.source, t.target, t.relation, t.wave))).count()
    }
}

/// Refuses a column that is named and is not there.
pub(crate) fn named_column(table: &Table, role: &str, name: &str) -> Result<()> {
    if table.column(name).is_some() {
        return Ok(());
    }
    let columns: Vec<&str> = table.columns().iter().map(|c| c.name.as_str()).collect();
    Err(Error::input("unknown_column", format!("unknown column {}", shown(name))).at(role).help(suggest(name, columns)))
}

impl Rows for Ties {
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn unit(&self, _: usize) -> Option<&str> {
        None
    }
    fn render(&self, row: usize, line: &mut Line) {
        let Some(t) = self.rows.get(row) else { return };
        line.text(self.nodes.name(t.source)).text(self.nodes.name(t.target));
        line.text(t.relation.and_then(|r| self.relations.name(r))).number(t.weight);
        line.text(t.wave.and_then(|w| self.waves.name(w)));
    }
}

/// What is known of one node.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeRow {
    /// Its key, as ties name it.
    pub id: String,
    /// Its unit.
    pub unit: Option<String>,
    /// Its layer.
    pub layer: Option<String>,
    /// Its formal level, a number.
    pub level: Option<f64>,
    /// Whether it answered when asked for its ties.
    pub responded: Option<bool>,
}

/// The table `nodes`: each node once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Nodes {
    rows: Vec<NodeRow>,
}

impl Nodes {
    /// Reads the table `nodes`: id; optional unit, layer, level (a number), responded (a flag).
    ///
    /// # Errors
    /// Those of [`Reader`] and its fields, and of [`Nodes::new`].
    pub fn from_table(table: &Table) -> Result<Nodes> {
        let r = Reader::new(table, &["id"], &["unit", "layer", "level", "responded"])?;
        let (id, unit, layer, level) = (r.field("id"), r.field("unit"), r.field("layer"), r.field("level"));
        let responded = r.field("responded");
        let rows = (0..r.rows()).map(|i| {
            Ok(NodeRow {
                id: id.need_string(i)?,
                unit: unit.string(i)?,
                layer: layer.string(i)?,
                level: level.number(i)?,
                responded: responded.flag(i)?,
            })
        });
        Nodes::new(rows.collect::<Result<_>>()?)
    }

    /// Checks the rows.
    ///
    /// # Errors
    /// `duplicate_node`, `not_finite`.
    pub fn new(rows: Vec<NodeRow>) -> Result<Nodes> {
        for (i, row) in rows.iter().enumerate() {
            check_number("nodes", i, "level", row.level, f64::NEG_INFINITY, "out_of_range")?;
        }
        refuse_repeats("nodes", "id", "duplicate_node", "id", rows.iter().map(|n| n.id.as_str()))?;
        Ok(Nodes { rows })
    }

    /// The rows in the order of the table.
    pub fn rows(&self) -> &[NodeRow] {
        &self.rows
    }
}

impl Rows for Nodes {
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn unit(&self, row: usize) -> Option<&str> {
        self.rows.get(row).and_then(|n| n.unit.as_deref())
    }
    fn render(&self, row: usize, line: &mut Line) {
        let Some(n) = self.rows.get(row) else { return };
        line.text(Some(&n.id)).text(n.unit.as_deref()).text(n.layer.as_deref()).number(n.level);
        if n.responded.is_some() {
            line.flag(n.responded);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal<T: std::fmt::Debug>(result: Result<T>) -> (&'static str, String) {
        let e = result.unwrap_err();
        assert!(!e.help_text().is_empty(), "{e}");
        (e.code(), e.path().to_owned())
    }
    fn ties(text: &str) -> Result<Ties> {
        Ties::from_table(&Table::from_csv(TIES, text.as_bytes())?)
    }
    fn nodes(text: &str) -> Result<Nodes> {
        Nodes::from_table(&Table::from_csv("nodes", text.as_bytes())?)
    }

    #[test]
    fn ties_are_numbered_and_counted() {
        let t = ties("source,target,relation,weight,wave\na,b,advice,2,1\nb,b,advice,0,1\na,b,,,\na,b,advice,1,1\na,b,advice,1,2\n")
            .unwrap();
        assert_eq!(
            (t.keys(), t.relations(), t.waves()),
            (&["a".into(), "b".into()][..], &["advice".into()][..], &["1".into(), "2".into()][..])
        );
        let first = TieRow { source: 0, target: 1, relation: Some(0), weight: Some(2.0), wave: Some(0) };
        assert_eq!(t.rows()[0], first);
        assert_eq!(t.rows()[2], TieRow { source: 0, target: 1, relation: None, weight: None, wave: None });
        assert_eq!((t.self_ties(), t.repeats(), t.index("b"), t.index("c")), (1, 1, Some(1), None));
    }

    #[test]
    fn bad_ties_are_refused() {
        let row = |cells: &str| refusal(ties(&format!("source,target,weight\n{cells}\n")));
        let at = |column: &str| format!("ties, row 1, column {column}");
        assert_eq!(row(",b,1"), ("missing_value", at("source")));
        assert_eq!(row("a,,1"), ("missing_value", at("target")));
        assert_eq!(row("a,b,-1"), ("negative_weight", at("weight")));
        assert_eq!(row("a,b,inf"), ("not_finite", at("weight")));
        assert_eq!(row("a,b,strong"), ("not_a_number", at("weight")));
        assert_eq!(
            refusal(ties("source,target,strength\na,b,1\n")),
            ("unknown_column", "ties, column strength".into())
        );
        let mut t = ties("source,target\na,b\n").unwrap();
        let before = t.clone();
        let late = refusal(t.push("x", "y", None, Some(f64::NAN), None));
        assert_eq!(late, ("not_finite", "ties, row 2, column weight".into()));
        assert_eq!(t, before);
    }

    #[test]
    fn nodes_are_known_once() {
        assert_eq!(nodes("id,unit,level\n1,a,3\n2,,\n").unwrap().rows()[0].level, Some(3.0));
        assert_eq!(refusal(nodes("id\n1\n1\n")), ("duplicate_node", "nodes, row 2, column id".into()));
        assert_eq!(refusal(nodes("id,unit\n,a\n")), ("missing_value", "nodes, row 1, column id".into()));
        assert_eq!(refusal(nodes("id,level\n1,high\n")), ("not_a_number", "nodes, row 1, column level".into()));
        let given = NodeRow { level: Some(f64::NAN), ..NodeRow::default() };
        assert_eq!(refusal(Nodes::new(vec![given])), ("not_finite", "nodes, row 1, column level".into()));
    }
}

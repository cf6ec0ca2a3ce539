//! Networks read from tables: one graph a wave and relation, all of the same nodes.

use super::at::{At, count};
use super::graph::Graph;
use super::options::{Options, Repeats, SelfTies};
use crate::error::{Error, Result};
use crate::evidence::{Direction, Nodes, Table, TieRow, Ties, named_column};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// The groups of nodes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Groups {
    /// Their names, sorted.
    pub names: Vec<String>,
    /// The group of each node, as a position in `names`; `None` when it is not known.
    pub of: Vec<Option<u32>>,
}

impl Groups {
    fn new(keys: Vec<Option<String>>) -> Groups {
        let names: std::collections::BTreeSet<&String> = keys.iter().flatten().collect();
        let names: Vec<String> = names.into_iter().cloned().collect();
        let find = |key: String| names.binary_search(&key).ok().map(count);
        let of = keys.into_iter().map(|key| key.and_then(find)).collect();
        Groups { names, of }
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        count(self.names.len())
    }
}

/// What is known of the nodes; each part is there when its column was named.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Traits {
    /// Groups.
    pub groups: Option<Groups>,
    /// Who is a leader; unknown is not.
    pub leaders: Option<Vec<bool>>,
    /// Formal levels.
    pub levels: Option<Vec<Option<f64>>>,
    /// Who answered; unknown is not.
    pub responded: Option<Vec<bool>>,
}

/// The ties of one wave and relation.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The wave, when ties have waves.
    pub wave: Option<String>,
    /// The relation, when ties have relations.
    pub relation: Option<String>,
    /// Arcs from who looks to who is looked to.
    pub graph: Graph,
}

/// Who looks to whom, in one or several relations of the same people. **Personal data: it belongs to the owner of the
/// data.** It gives measures of the whole and of groups; positions of nodes need a [`super::Permission`].
///
/// ```
/// use colead::evidence::{Direction, Table};
/// use colead::measure::network::{Network, Options};
/// let ties = Table::from_csv("ties", b"source,target\na,b\nc,b\n")?;
/// let network = Network::from_tables(&ties, None, Options::new(Direction::SourceLooksToTarget))?;
/// assert_eq!(network.layers()[0].graph.inward().degree(1), 2);
/// # Ok::<(), colead::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    keys: Vec<String>,
    layers: Vec<Layer>,
    traits: Traits,
    options: Options,
    notes: Notes,
}

/// What reading left out.
#[derive(Debug, Clone, PartialEq, Default)]
struct Notes {
    unread: Vec<String>,
    self_ties: u64,
    repeats: u64,
    zero_weights: u64,
    nodes_from_ties: bool,
}

impl Network {
    /// Reads ties (`source`, `target`; `relation` and `wave` where there are such columns) and nodes (`id`, and the
    /// columns that the options name). Without nodes, the nodes are those that ties name: who has no tie is missing.
    ///
    /// # Errors
    /// Those of [`Ties::from_columns`]; `unknown_column`, `missing_column`, `missing_value`, `duplicate_node`, those
    /// of reading flags and numbers; `no_nodes` when an option needs nodes; and those of [`Network::new`].
    pub fn from_tables(ties: &Table, nodes: Option<&Table>, options: Options) -> Result<Network> {
        let (read, unread) = Ties::from_columns(ties, options.weight.as_deref())?;
        let mut left: Vec<String> = unread.into_iter().map(|c| format!("{}, column {c}", ties.name())).collect();
        let Some(nodes) = nodes else {
            for (role, name) in roles(&options) {
                if name.is_some() {
                    return Err(Error::input("no_nodes", format!("the {role} of nodes is named, but there are none"))
                        .at(role)
                        .help("give a table of nodes with that column"));
                }
            }
            let mut network = Network::new(&read, read.keys().to_vec(), Traits::default(), options)?;
            network.notes.unread = left;
            network.notes.nodes_from_ties = true;
            return Ok(network);
        };
        if nodes.column("id").is_none() {
            return Err(Error::input("missing_column", "missing column `id`")
                .at(nodes.name())
                .help("add the column `id`"));
        }
        for (role, name) in roles(&options) {
            if let Some(name) = name {
                named_column(nodes, role, name)?;
            }
        }
        let id = nodes.field("id");
        let rows = || 0..nodes.rows();
        let keys = rows().map(|i| id.need_string(i)).collect::<Result<Vec<_>>>()?;
        let mut seen = HashMap::with_capacity(keys.len());
        for (row, key) in keys.iter().enumerate() {
            if let Some(first) = seen.insert(key.as_str(), row) {
                let message = format!("the row repeats the id of row {}", first + 1);
                return Err(Error::input("duplicate_node", message).at(id.place(row)).help("keep one of the two rows"));
            }
        }
        let flags = |name: &Option<String>| -> Result<Option<Vec<bool>>> {
            let Some(name) = name else { return Ok(None) };
            let field = nodes.field(name);
            rows().map(|i| Ok(field.flag(i)?.unwrap_or(false))).collect::<Result<_>>().map(Some)
        };
        let groups = match &options.group {
            Some(name) => Some(Groups::new(rows().map(|i| nodes.field(name).string(i)).collect::<Result<_>>()?)),
            None => None,
        };
        let levels = match &options.level {
            Some(name) => Some(rows().map(|i| nodes.field(name).number(i)).collect::<Result<_>>()?),
            None => None,
        };
        let (leaders, responded) = (flags(&options.leader)?, flags(&options.responded)?);
        let named: Vec<&str> = roles(&options).into_iter().filter_map(|(_, name)| name).collect();
        let unread = nodes.columns().iter().filter(|c| c.name != "id" && !named.contains(&c.name.as_str()));
        left.extend(unread.map(|c| format!("{}, column {}", nodes.name(), c.name)));
        let mut network = Network::new(&read, keys, Traits { groups, leaders, levels, responded }, options)?;
        network.notes.unread = left;
        Ok(network)
    }

    /// The network of evidence already read: nodes by their unit or layer, as `options.group` says.
    ///
    /// # Errors
    /// `unknown_column` for a group that is neither `unit` nor `layer`, and those of [`Network::new`].
    pub fn from_evidence(ties: &Ties, nodes: Option<&Nodes>, options: Options) -> Result<Network> {
        let Some(nodes) = nodes else { return Network::new(ties, ties.keys().to_vec(), Traits::default(), options) };
        let groups = match options.group.as_deref() {
            None => None,
            Some("unit") => Some(nodes.rows().iter().map(|n| n.unit.clone()).collect()),
            Some("layer") => Some(nodes.rows().iter().map(|n| n.layer.clone()).collect()),
            Some(name) => {
                return Err(Error::input("unknown_column", format!("nodes have no group `{name}`"))
                    .at("group")
                    .help("known: `unit`, `layer`"));
            }
        };
        let levels = options.level.as_ref().map(|_| nodes.rows().iter().map(|n| n.level).collect());
        let traits = Traits { groups: groups.map(Groups::new), levels, ..Traits::default() };
        Network::new(ties, nodes.rows().iter().map(|n| n.id.clone()).collect(), traits, options)
    }

    /// Joins ties to nodes.
    ///
    /// # Errors
    /// `unknown_node`, `self_tie`, `repeated_tie`, `above_most`, `tie_of_nonrespondent`, `missing_value` for a
    /// strength, `too_many_rows`; each with the row of the table.
    pub fn new(ties: &Ties, keys: Vec<String>, traits: Traits, options: Options) -> Result<Network> {
        let nodes = u32::try_from(keys.len()).ok().filter(|n| *n < u32::MAX);
        let Some(nodes) = nodes.filter(|_| ties.rows().len() < u32::MAX as usize / 2) else {
            return Err(Error::input("too_many_rows", "more nodes or ties than can be numbered").at("ties"));
        };
        let index: HashMap<&str, u32> = keys.iter().map(String::as_str).zip(0..).collect();
        let number: Vec<Option<u32>> = ties.keys().iter().map(|key| index.get(key.as_str()).copied()).collect();
        let mut join = Join { options: &options, number: &number, traits: &traits, notes: Notes::default() };
        // One pass divides rows by wave and relation; the rows of each keep the order of the table.
        let mut places: BTreeMap<(Option<u32>, Option<u32>), Vec<u32>> = BTreeMap::new();
        for (row, tie) in ties.rows().iter().enumerate() {
            places.entry((tie.wave, tie.relation)).or_default().push(count(row));
        }
        if places.is_empty() {
            places.insert((None, None), Vec::new());
        }
        let name = |names: &[String], k: Option<u32>| k.and_then(|k| names.get(k as usize)).cloned();
        let mut layers = Vec::with_capacity(places.len());
        for ((wave, relation), rows) in places {
            let graph = join.graph(nodes, ties.rows(), &rows)?;
            let (wave, relation) = (name(ties.waves(), wave), name(ties.relations(), relation));
            layers.push(Layer { wave, relation, graph });
        }
        let notes = join.notes;
        Ok(Network { keys, layers, traits, options, notes })
    }

    /// The keys of the nodes.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// The graphs, by wave and relation in the order first met.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// What is known of the nodes.
    pub fn traits(&self) -> &Traits {
        &self.traits
    }

    /// What the columns were taken to mean.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The layer of a relation; in several waves, that of the last.
    ///
    /// # Errors
    /// `unknown_relation`.
    pub fn relation(&self, name: &str) -> Result<&Layer> {
        self.layers.iter().rfind(|l| l.relation.as_deref() == Some(name)).ok_or_else(|| {
            let known: Vec<&str> = self.layers.iter().filter_map(|l| l.relation.as_deref()).collect();
            Error::input("unknown_relation", format!("unknown relation `{name}`"))
                .at("relation")
                .help(crate::error::suggest(name, known))
        })
    }

    /// What was read and what was left out, without any key of a node: sizes, options, columns left unread, ties
    /// dropped.
    pub fn summary(&self) -> Value {
        let layers: Vec<Value> = self
            .layers
            .iter()
            .map(|l| json!({"wave": l.wave, "relation": l.relation, "ties": l.graph.ties()}))
            .collect();
        json!({
            "nodes": self.keys.len(), "layers": layers, "options": self.options.to_json(),
            "unread": self.notes.unread, "dropped_self_ties": self.notes.self_ties,
            "joined_repeats": self.notes.repeats, "dropped_zero_weights": self.notes.zero_weights,
            "nodes_from_ties": self.notes.nodes_from_ties,
        })
    }
}

/// The columns of nodes by what they are for.
fn roles(options: &Options) -> [(&'static str, Option<&str>); 4] {
    [
        ("group", options.group.as_deref()),
        ("leader", options.leader.as_deref()),
        ("level", options.level.as_deref()),
        ("responded", options.responded.as_deref()),
    ]
}

struct Join<'a> {
    options: &'a Options,
    number: &'a [Option<u32>],
    traits: &'a Traits,
    notes: Notes,
}

impl Join<'_> {
    fn refuse<T>(&self, code: &'static str, message: &str, row: u32, column: &str, help: &str) -> Result<T> {
        let place = format!("ties, row {}, column {column}", u64::from(row) + 1);
        Err(Error::input(code, message).at(place).help(help))
    }

    /// One tie as an arc from who looks to who is looked to; `None` when it is dropped.
    fn arc(&mut self, tie: &TieRow, row: u32) -> Result<Option<(u32, u32, f64)>> {
        let end = |k: u32, column: &str| match self.number.get(k as usize).copied().flatten() {
            Some(node) => Ok(node),
            None => {
                self.refuse("unknown_node", "the tie names a node that is unknown", row, column, "add it to `nodes`")
            }
        };
        let (source, target) = (end(tie.source, "source")?, end(tie.target, "target")?);
        let column = self.options.weight.as_deref().unwrap_or("weight");
        let weight = match (&self.options.weight, tie.weight) {
            (None, _) => 1.0,
            (Some(_), Some(w)) => w,
            (Some(_), None) => {
                return self.refuse(
                    "missing_value",
                    "the tie has no strength",
                    row,
                    column,
                    "fill the cell or leave the row out",
                );
            }
        };
        if weight == 0.0 {
            self.notes.zero_weights += 1;
            return Ok(None);
        }
        if self.options.most.is_some_and(|most| weight > most) {
            return self.refuse("above_most", "the strength is above the largest possible", row, column, "mend `most`");
        }
        if source == target {
            if self.options.self_ties == SelfTies::Drop {
                self.notes.self_ties += 1;
                return Ok(None);
            }
            let help = "leave ties of a node to itself out, or say `self_ties` = `drop`";
            return self.refuse("self_tie", "the tie leads from a node to itself", row, "target", help);
        }
        let (from, to) = match self.options.direction {
            Direction::TargetLooksToSource => (target, source),
            Direction::Undirected if source > target => (target, source),
            _ => (source, target),
        };
        if let Some(responded) = &self.traits.responded {
            let nobody = match self.options.direction {
                Direction::Undirected => !responded.at(from) && !responded.at(to),
                _ => !responded.at(from),
            };
            if nobody {
                let help = "whoever reports a tie has responded: mend the column, or leave the tie out";
                return self.refuse(
                    "tie_of_nonrespondent",
                    "the tie is reported by nobody who responded",
                    row,
                    "source",
                    help,
                );
            }
        }
        Ok(Some((from, to, weight)))
    }

    fn graph(&mut self, nodes: u32, ties: &[TieRow], rows: &[u32]) -> Result<Graph> {
        let mut arcs: Vec<(u32, u32, u32, f64)> = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(tie) = ties.get(*row as usize) else { continue };
            if let Some((from, to, weight)) = self.arc(tie, *row)? {
                arcs.push((from, to, *row, weight));
            }
        }
        // By place, then in the order of the table: repeats stand together and sums do not depend on the sort.
        arcs.sort_unstable_by_key(|a| (a.0, a.1, a.2));
        let repeated = arcs.windows(2).filter_map(|pair| match pair {
            [a, b] if (a.0, a.1) == (b.0, b.1) => Some(b.2),
            _ => None,
        });
        let (first, repeats) =
            repeated.fold((None, 0), |(first, n), row| (Some(first.map_or(row, |f: u32| f.min(row))), n + 1));
        if let Some(row) = first {
            if self.options.repeats == Repeats::Refuse {
                let (message, help) = match self.options.direction {
                    Direction::Undirected => (
                        "the tie was listed before, perhaps from its other end",
                        "list an undirected tie once, or say how `repeats` combine (`sum` or `strongest`)",
                    ),
                    _ => (
                        "the tie was listed before",
                        "list a tie once, or say how `repeats` combine (`sum` or `strongest`)",
                    ),
                };
                return self.refuse("repeated_tie", message, row, "target", help);
            }
            self.notes.repeats += repeats;
            let sum = self.options.repeats == Repeats::Sum && self.options.weight.is_some();
            arcs.dedup_by(|b, a| {
                let same = (a.0, a.1) == (b.0, b.1);
                if same {
                    a.3 = if sum { a.3 + b.3 } else { a.3.max(b.3) };
                }
                same
            });
        }
        let places: Vec<(u32, u32)> = arcs.iter().map(|a| (a.0, a.1)).collect();
        let weights: Option<Vec<f64>> = self.options.weight.as_ref().map(|_| arcs.iter().map(|a| a.3).collect());
        drop(arcs);
        Graph::new(nodes, &places, weights.as_deref(), self.options.direction != Direction::Undirected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, text: &str) -> Table {
        Table::from_csv(name, text.as_bytes()).unwrap()
    }

    fn read(ties: &str, nodes: Option<&str>, options: &str) -> Result<Network> {
        let nodes = nodes.map(|n| table("nodes", n));
        Network::from_tables(&table("ties", ties), nodes.as_ref(), Options::from_json(options)?)
    }

    const LOOKS: &str = r#"{"direction":"source looks to target"}"#;

    #[test]
    fn the_direction_turns_the_arcs() {
        let ties = "source,target\na,b\nc,b\n";
        let graph = |options: &str| read(ties, None, options).unwrap().layers()[0].graph.clone();
        assert_eq!(graph(LOOKS).inward().degree(1), 2);
        assert_eq!(graph(r#"{"direction":"target looks to source"}"#).outward().degree(1), 2);
        let g = graph(r#"{"direction":"undirected"}"#);
        assert_eq!((g.inward().degree(1), g.outward().degree(1), g.ties()), (2, 2, 2));
    }

    #[test]
    fn relations_and_waves_are_networks_of_the_same_nodes() {
        let ties = "source,target,relation,wave\na,b,advice,1\na,b,friend,1\nb,a,advice,2\n";
        let n = read(ties, Some("id,team\na,x\nb,\nc,y\n"), r#"{"direction":"source looks to target","group":"team"}"#)
            .unwrap();
        let layers: Vec<_> =
            n.layers().iter().map(|l| (l.wave.as_deref().unwrap(), l.relation.as_deref().unwrap())).collect();
        assert_eq!(layers, [("1", "advice"), ("1", "friend"), ("2", "advice")]);
        assert!(n.layers().iter().all(|l| l.graph.nodes() == 3));
        assert_eq!(n.traits().groups.as_ref().unwrap().of, [Some(0), None, Some(1)]);
        assert_eq!(n.relation("advice").unwrap().wave.as_deref(), Some("2"));
        assert_eq!(n.relation("advise").unwrap_err().help_text(), "did you mean `advice`");
    }

    #[test]
    fn bad_ties_are_told_with_their_row() {
        let refusal = |ties: &str, nodes: Option<&str>, options: &str| {
            let e = read(ties, nodes, options).unwrap_err();
            assert!(!e.help_text().is_empty(), "{e}");
            (e.code(), e.path().to_owned())
        };
        let at = |row: u32, column: &str| format!("ties, row {row}, column {column}");
        let und = r#"{"direction":"undirected"}"#;
        let weighted = r#"{"direction":"source looks to target","weight":"hours"}"#;
        assert_eq!(refusal("source,target\na,b\nb,b\n", None, LOOKS), ("self_tie", at(2, "target")));
        assert_eq!(refusal("source,target\na,b\nb,a\na,b\n", None, LOOKS), ("repeated_tie", at(3, "target")));
        assert_eq!(refusal("source,target\na,b\nb,a\n", None, und), ("repeated_tie", at(2, "target")));
        assert_eq!(refusal("source,target\na,b\n", Some("id\na\n"), LOOKS), ("unknown_node", at(1, "target")));
        assert_eq!(refusal("source,target,hours\na,b,-1\n", None, weighted).0, "negative_weight");
        assert_eq!(refusal("source,target,hours\na,b,nan\n", None, weighted).0, "not_finite");
        assert_eq!(refusal("source,target,hours\na,b,\n", None, weighted), ("missing_value", at(1, "hours")));
        assert_eq!(refusal("source,target,hour\na,b,1\n", None, weighted), ("unknown_column", "weight".into()));
        assert_eq!(refusal("source,target,weight\na,b,0\n", None, LOOKS), ("weight_not_named", at(1, "weight")));
        assert_eq!(refusal("source,to\na,b\n", None, LOOKS), ("missing_column", "ties".into()));
        let grouped = r#"{"direction":"undirected","group":"team"}"#;
        assert_eq!(refusal("source,target\na,b\n", None, grouped), ("no_nodes", "group".into()));
        assert_eq!(refusal("source,target\na,b\n", Some("id\na\nb\n"), grouped), ("unknown_column", "group".into()));
        assert_eq!(
            refusal("source,target\n", Some("id\na\na\n"), LOOKS),
            ("duplicate_node", "nodes, row 2, column id".into())
        );
        let silent = r#"{"direction":"source looks to target","responded":"r"}"#;
        assert_eq!(refusal("source,target\na,b\n", Some("id,r\na,no\nb,yes\n"), silent).0, "tie_of_nonrespondent");
        let scale = r#"{"direction":"undirected","weight":"w","most":5}"#;
        assert_eq!(refusal("source,target,w\na,b,6\n", None, scale), ("above_most", at(1, "w")));
    }

    #[test]
    fn what_is_dropped_or_joined_is_counted() {
        let options = r#"{"direction":"undirected","weight":"w","self_ties":"drop","repeats":"sum"}"#;
        let n = read("source,target,w,day\na,b,1,x\nb,a,2,x\na,a,1,x\nb,c,0,x\n", None, options).unwrap();
        assert_eq!(n.layers()[0].graph.outward().weight(0, 1), Some(3.0));
        let s = n.summary();
        assert_eq!(
            (&s["dropped_self_ties"], &s["joined_repeats"], &s["dropped_zero_weights"]),
            (&json!(1), &json!(1), &json!(1))
        );
        assert_eq!((&s["unread"], &s["nodes_from_ties"]), (&json!(["ties, column day"]), &json!(true)));
        assert!(!s.to_string().contains("\"a\""), "no key of a node");
    }

    #[test]
    fn evidence_already_read_will_do() {
        let ties = Ties::from_table(&table("ties", "source,target\na,b\n")).unwrap();
        let nodes = Nodes::from_table(&table("nodes", "id,unit,level\na,x,1\nb,x,2\nc,y,2\n")).unwrap();
        let mut options = Options::new(Direction::SourceLooksToTarget);
        options.group = Some("unit".into());
        let n = Network::from_evidence(&ties, Some(&nodes), options.clone()).unwrap();
        assert_eq!((n.keys().len(), n.traits().groups.as_ref().unwrap().count()), (3, 2));
        options.group = Some("team".into());
        assert_eq!(Network::from_evidence(&ties, Some(&nodes), options).unwrap_err().code(), "unknown_column");
    }
}

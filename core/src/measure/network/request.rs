//! What bindings ask of a network, as a JSON document: `{"read": "measures", ...}`.

use super::mixing::Mixing;
use super::options::{object, text_of, whole_of, wrong};
use super::reading::{MIN_GROUP, Permission, Rows, measure_groups};
use super::rows::to_table;
use super::tables::Network;
use super::whole::Settings;
use crate::error::{Error, Result, suggest};
use crate::evidence::{Direction, Table};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What can be read, and the keys that each request may have besides `read`.
const READS: [(&str, &[&str]); 7] = [
    ("measures", &["permutations", "seed", "sources"]),
    ("by_group", &["min_group"]),
    ("between_groups", &["min_group"]),
    ("thresholds", &["above"]),
    ("nodes", &["permission"]),
    ("compare", &["first", "second", "permutations", "seed"]),
    ("regress", &["outcome", "predictors", "strength", "permutations", "seed"]),
];

/// The most permutations.
const MOST_PERMUTATIONS: u64 = 1_000_000;

impl Rows {
    /// The rows as a table named `name`.
    ///
    /// # Errors
    /// Those of [`Table::new`].
    pub fn to_table(&self, name: &str) -> Result<Table> {
        to_table(name, &self.rows, &self.shape)
    }

    /// The rows as a JSON list of objects.
    pub fn to_json(&self) -> Value {
        self.rows.iter().map(|r| r.to_json(&self.shape)).collect()
    }
}

impl Network {
    /// Reads what a JSON object asks for, under the key `read` one of `measures by_group between_groups thresholds nodes
    /// compare regress`; the other keys are the arguments of the function of that name. Gives the name as well.
    ///
    /// # Errors
    /// `bad_json`, `wrong_type`, `unknown_name`, `unknown_key`, `missing_key`, `out_of_range`, `permission_needed`,
    /// and those of the function.
    pub fn read(&self, request: &str) -> Result<(&'static str, Rows)> {
        let value: Value = serde_json::from_str(request)
            .map_err(|e| Error::input("bad_json", format!("not a JSON document: {e}")).at("request"))?;
        let map = object(&value, "request")?;
        let name = need(map, "read")?;
        let names = || READS.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        let Some((name, keys)) = READS.iter().find(|(known, _)| *known == name) else {
            return Err(Error::input("unknown_name", format!("a network has no `{name}` to read"))
                .at("read")
                .help(suggest(&name, names())));
        };
        if let Some(key) = map.keys().find(|k| *k != "read" && !keys.contains(&k.as_str())) {
            return Err(Error::input("unknown_key", format!("unknown key `{key}`"))
                .at("request")
                .help(suggest(key, keys.iter().copied())));
        }
        let rows = match *name {
            "measures" => self.measures(&settings(map)?),
            "by_group" => self.by_group(whole_of(map, "min_group")?.unwrap_or(MIN_GROUP))?,
            "between_groups" => self.between_groups(whole_of(map, "min_group")?.unwrap_or(MIN_GROUP))?,
            "thresholds" => self.thresholds(&numbers(map, "above")?)?,
            "nodes" => self.nodes(&Permission::new(&text_of(map, "permission")?.unwrap_or_default())?),
            "compare" => self.compare(&need(map, "first")?, &need(map, "second")?, &settings(map)?)?,
            _ => {
                let predictors = texts(map, "predictors")?;
                let predictors: Vec<&str> = predictors.iter().map(String::as_str).collect();
                let strength = match map.get("strength") {
                    None | Some(Value::Null) => false,
                    Some(v) => v.as_bool().ok_or_else(|| wrong("strength", "true or false"))?,
                };
                self.regress(&need(map, "outcome")?, &predictors, strength, &settings(map)?)?
            }
        };
        Ok((name, rows))
    }
}

fn need(map: &Map<String, Value>, key: &str) -> Result<String> {
    text_of(map, key)?.ok_or_else(|| {
        Error::input("missing_key", format!("`{key}` is not given")).at(key).help(format!("give `{key}`"))
    })
}

fn settings(map: &Map<String, Value>) -> Result<Settings> {
    let default = Settings::default();
    let bounded = |key: &str, default: u32, least: u64| -> Result<u32> {
        let Some(n) = whole_of(map, key)? else { return Ok(default) };
        match u32::try_from(n) {
            Ok(k) if (least..=MOST_PERMUTATIONS).contains(&n) => Ok(k),
            _ => Err(Error::input("out_of_range", format!("`{n}` is not from {least} to {MOST_PERMUTATIONS}"))
                .at(key)
                .help("give fewer")),
        }
    };
    Ok(Settings {
        permutations: bounded("permutations", default.permutations, 0)?,
        seed: whole_of(map, "seed")?.unwrap_or(default.seed),
        sources: bounded("sources", default.sources, 1)?,
    })
}

fn list<T>(map: &Map<String, Value>, key: &str, of: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Vec<T>> {
    let items = map.get(key).and_then(Value::as_array).ok_or_else(|| wrong(key, of))?;
    items.iter().map(|v| read(v).ok_or_else(|| wrong(key, of))).collect()
}

fn numbers(map: &Map<String, Value>, key: &str) -> Result<Vec<f64>> {
    list(map, key, "a list of numbers", Value::as_f64)
}

fn texts(map: &Map<String, Value>, key: &str) -> Result<Vec<String>> {
    list(map, key, "a list of texts", |v| v.as_str().map(str::to_owned))
}

/// Measures of ties between groups that come without people: a table of `group` and `size`, and a table of `source` and
/// `target` (groups) and `ties`, how many there are. Every group is named once; a pair that is not listed has no ties.
///
/// # Errors
/// `missing_column`, `missing_value`, `duplicate_group`, `unknown_group`, `repeated_tie`, `negative`, `too_many_ties`,
/// `out_of_range`, `too_many_groups`.
///
/// ```
/// use colead::evidence::{Direction, Table};
/// use colead::measure::network::group_ties;
/// let groups = Table::from_csv("groups", b"group,size\nnorth,10\nsouth,12\n")?;
/// let ties = Table::from_csv("ties", b"source,target,ties\nnorth,north,20\nnorth,south,4\nsouth,south,30\n")?;
/// let rows = group_ties(&ties, &groups, Direction::SourceLooksToTarget, 5)?.rows;
/// let ei = rows.iter().find(|r| r.cell.measure == "ei_index").and_then(|r| r.value());
/// assert_eq!(ei, Some(-46.0 / 54.0));
/// # Ok::<(), colead::Error>(())
/// ```
pub fn group_ties(ties: &Table, groups: &Table, direction: Direction, min_group: u64) -> Result<Rows> {
    for (table, columns) in [(groups, &["group", "size"][..]), (ties, &["source", "target", "ties"])] {
        if let Some(name) = columns.iter().find(|c| table.column(c).is_none()) {
            return Err(Error::input("missing_column", format!("missing column `{name}`"))
                .at(table.name())
                .help(format!("add the column `{name}`")));
        }
    }
    let (group, size) = (groups.field("group"), groups.field("size"));
    let mut known: BTreeMap<String, u64> = BTreeMap::new();
    for i in 0..groups.rows() {
        let people = size.need(i, size.count(i)?)?;
        if known.insert(group.need_string(i)?, people).is_some() {
            return Err(Error::input("duplicate_group", "the group was listed before")
                .at(group.place(i))
                .help("keep one of the two rows"));
        }
    }
    let k = known.len();
    if k > super::mixing::MATRIX_LIMIT as usize {
        return Err(Error::input("too_many_groups", format!("{k} groups have too many pairs")).at(groups.name()));
    }
    let names: Vec<String> = known.keys().cloned().collect();
    let sizes: Vec<u64> = known.values().copied().collect();
    let (source, target, number) = (ties.field("source"), ties.field("target"), ties.field("ties"));
    let mut cells: Vec<Option<f64>> = vec![None; k * k];
    for i in 0..ties.rows() {
        let end = |field: &crate::evidence::Field<'_>| {
            let name = field.need_string(i)?;
            names.binary_search(&name).map_err(|_| {
                Error::input("unknown_group", "the tie names an unknown group")
                    .at(field.place(i))
                    .help(suggest(&name, names.iter().map(String::as_str).collect::<Vec<_>>()))
            })
        };
        let (from, to) = match (direction, end(&source)?, end(&target)?) {
            (Direction::TargetLooksToSource, s, t) => (t, s),
            (Direction::Undirected, s, t) => (s.min(t), s.max(t)),
            (Direction::SourceLooksToTarget, s, t) => (s, t),
        };
        let count = number.need(i, number.count(i)?)? as f64;
        if let Some(cell) = cells.get_mut(from * k + to)
            && cell.replace(count).is_some()
        {
            return Err(Error::input("repeated_tie", "the pair of groups was listed before")
                .at(target.place(i))
                .help("list every pair once; a pair without direction from one end only"));
        }
    }
    let cells = cells.into_iter().map(|c| c.unwrap_or(0.0)).collect();
    let (mixing, matrix) = Mixing::new(sizes, cells, direction != Direction::Undirected, true)?;
    measure_groups(&names, &mixing, &matrix, min_group)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::network::Options;

    fn network() -> Network {
        let ties =
            "source,target,relation,hours\na,b,advice,2\nb,c,advice,1\nc,a,advice,3\na,b,formal,1\nc,b,formal,1\n";
        let nodes = "id,team\na,x\nb,x\nc,y\n";
        let options = r#"{"direction":"source looks to target","weight":"hours","group":"team"}"#;
        let table = |name: &str, text: &str| Table::from_csv(name, text.as_bytes()).unwrap();
        let options = Options::from_json(options).unwrap();
        Network::from_tables(&table("ties", ties), Some(&table("nodes", nodes)), options).unwrap()
    }

    #[test]
    fn everything_can_be_asked_for() {
        let n = network();
        for request in [
            r#"{"read":"measures","permutations":9,"seed":2}"#,
            r#"{"read":"by_group","min_group":2}"#,
            r#"{"read":"between_groups"}"#,
            r#"{"read":"thresholds","above":[0,1.5]}"#,
            r#"{"read":"nodes","permission":"the three of us, for a workshop"}"#,
            r#"{"read":"compare","first":"advice","second":"formal","permutations":9}"#,
            r#"{"read":"regress","outcome":"advice","predictors":["formal"],"permutations":9}"#,
        ] {
            let (name, rows) = n.read(request).unwrap();
            assert!(!rows.rows.is_empty() && request.contains(name), "{request}");
            assert_eq!(rows.to_table(name).unwrap().rows(), rows.to_json().as_array().unwrap().len());
            assert_eq!(n.read(request).unwrap().1, rows, "the same seed draws the same");
        }
    }

    #[test]
    fn what_cannot_be_asked_for_is_told() {
        let refusal = |request: &str| {
            let e = network().read(request).unwrap_err();
            (e.code(), e.path().to_owned())
        };
        assert_eq!(refusal("{}"), ("missing_key", "read".into()));
        assert_eq!(refusal(r#"{"read":"measure"}"#), ("unknown_name", "read".into()));
        assert_eq!(refusal(r#"{"read":"measures","seeds":1}"#), ("unknown_key", "request".into()));
        assert_eq!(refusal(r#"{"read":"measures","seed":-1}"#), ("wrong_type", "seed".into()));
        assert_eq!(refusal(r#"{"read":"measures","sources":0}"#), ("out_of_range", "sources".into()));
        assert_eq!(refusal(r#"{"read":"by_group","min_group":1}"#), ("out_of_range", "min_group".into()));
        assert_eq!(refusal(r#"{"read":"nodes"}"#), ("permission_needed", "permission".into()));
        assert_eq!(refusal(r#"{"read":"nodes","permission":" "}"#), ("permission_needed", "permission".into()));
        assert_eq!(refusal(r#"{"read":"thresholds","above":["x"]}"#), ("wrong_type", "above".into()));
        assert_eq!(refusal(r#"{"read":"compare","first":"advice"}"#), ("missing_key", "second".into()));
        assert_eq!(
            refusal(r#"{"read":"compare","first":"advice","second":"x"}"#),
            ("unknown_relation", "relation".into())
        );
    }

    #[test]
    fn a_group_of_one_is_a_person() {
        let (_, rows) = network().read(r#"{"read":"by_group","min_group":2}"#).unwrap();
        for row in &rows.rows {
            assert_eq!(
                row.value().is_some(),
                row.group.as_deref() == Some("x") || row.value().is_some() && row.cell.n > 1
            );
            assert!(row.group.as_deref() != Some("y") || row.status().as_str() == "too_few");
        }
        let (_, rows) = network().read(r#"{"read":"between_groups","min_group":2}"#).unwrap();
        let told = rows
            .rows
            .iter()
            .filter(|r| r.value().is_some())
            .all(|r| (r.group.as_deref(), r.to.as_deref()) == (Some("x"), Some("x")));
        assert!(told);
    }

    #[test]
    fn groups_alone_say_what_people_would() {
        let table = |name: &str, text: &str| Table::from_csv(name, text.as_bytes()).unwrap();
        let groups = table("groups", "group,size\nx,2\ny,1\n");
        let rows = group_ties(
            &table("ties", "source,target,ties\nx,x,1\nx,y,1\ny,x,1\n"),
            &groups,
            Direction::SourceLooksToTarget,
            2,
        )
        .unwrap();
        let (_, own) = network().read(r#"{"read":"measures","permutations":0}"#).unwrap();
        for row in rows.rows.iter().filter(|r| r.group.is_none()) {
            let same = own.rows.iter().find(|o| {
                o.relation.as_deref() == Some("advice")
                    && (o.cell.measure, o.cell.variant) == (row.cell.measure, row.cell.variant)
            });
            assert_eq!(same.unwrap().value(), row.value(), "{} {}", row.cell.measure, row.cell.variant);
        }
        let refusal = |ties: &str| {
            let e = group_ties(&table("ties", ties), &groups, Direction::Undirected, 5).unwrap_err();
            (e.code(), e.path().to_owned())
        };
        assert_eq!(refusal("source,target,ties\nx,z,1\n"), ("unknown_group", "ties, row 1, column target".into()));
        assert_eq!(
            refusal("source,target,ties\nx,y,1\ny,x,1\n"),
            ("repeated_tie", "ties, row 2, column target".into())
        );
        assert_eq!(refusal("source,target,ties\nx,x,2\n").0, "too_many_ties");
        assert_eq!(refusal("source,target\nx,x\n"), ("missing_column", "ties".into()));
    }
}

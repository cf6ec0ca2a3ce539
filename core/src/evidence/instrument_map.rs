//! How an existing survey is keyed: which column of an export is which item of which scales, and pointing which way.

use super::instrument::Instrument;
use super::instrument_read::RESERVED;
use super::table::{Column, Table, shown};
use crate::document::{Diagnostics, Document};
use crate::error::{Error, Family, Result, nearest};
use serde_json::{Value, json};

/// One item, and the column of the export that holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyedItem {
    /// The id of the item.
    pub item: String,
    /// Its column in the export.
    pub column: String,
    /// The ids of the scales it stands in, in the order of the instrument; none for an item that only counts itself.
    pub scales: Vec<String>,
    /// Whether a high code means little of what its scales measure: the score is `lo + hi - code`.
    pub reversed: bool,
    /// The lowest answer code.
    pub lo: i64,
    /// The highest answer code.
    pub hi: i64,
}

/// How an existing survey is keyed to an instrument.
///
/// ```
/// use colead::evidence::{Instrument, SurveyMap, Table};
/// let instrument = Instrument::from_toml(r#"
///     id = "pulse"
///     version = "1"
///     license = "CC0-1.0"
///     options = [1, 5]
///     scales = [{ id = "direction", items = ["d1", "-d2"] }]
/// "#)?;
/// let map = SurveyMap::from_toml("map.toml", "[columns]\n\"Q 4: lost?\" = \"d2\"\n", &instrument)?;
/// assert_eq!(map.to_text(), "\
/// scale      item  column      options  score
/// direction  d1    d1          1 to 5   code
/// direction  d2    Q 4: lost?  1 to 5   6 - code
/// ");
/// let export = Table::from_csv("export", b"unit,d1,Q 4: lost?,age\nnorth,4,2,51\n")?;
/// assert_eq!((map.missing(&export), map.unread(&export)), (vec![], vec!["age"]));
/// assert!(map.apply(&export)?.column("d2").is_some());
/// # Ok::<(), colead::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyMap {
    items: Vec<KeyedItem>,
}

impl Instrument {
    /// How it is keyed when every item stands in the column of its name.
    pub fn map(&self) -> SurveyMap {
        let scales =
            |id: &str| self.scales().iter().filter(|s| s.items.iter().any(|i| i == id)).map(|s| s.id.clone()).collect();
        let items = self.items().iter().map(|i| KeyedItem {
            item: i.id.clone(),
            column: i.id.clone(),
            scales: scales(&i.id),
            reversed: i.reversed,
            lo: i.lo,
            hi: i.hi,
        });
        SurveyMap { items: items.collect() }
    }
}

impl SurveyMap {
    /// Reads a map: a table `columns` (TOML or JSON) of columns of the export and the item that each one is. Items that
    /// it does not name stand in the column of their name.
    ///
    /// # Errors
    /// `unknown_item`, `duplicate_item` (two columns are one item), `reserved_name` and `type_mismatch`, all of them
    /// with their places, under the family `Rulebook`.
    pub fn from_toml(name: &str, text: &str, instrument: &Instrument) -> Result<SurveyMap> {
        let doc = Document::parse(name, text).map_err(|d| Error::from_diagnostics(Family::Rulebook, vec![d]))?;
        let faults = Diagnostics::default();
        let mut map = instrument.map();
        let mut named: Vec<&str> = Vec::new();
        let columns = crate::document::At::root(&doc, &faults).fields(&["columns"]).and_then(|f| f.need("columns"));
        for (column, at) in columns.and_then(|at| at.entries()).unwrap_or_default() {
            let Some(item) = at.text() else { continue };
            if RESERVED.contains(&column) {
                let message = format!("`{column}` is a column of its own meaning");
                at.error("reserved_name", message, "an item stands in another column");
                continue;
            }
            let Some(keyed) = map.items.iter_mut().find(|k| k.item == item) else {
                let help = at.suggest(item, instrument.items().iter().map(|i| i.id.as_str()));
                at.error("unknown_item", format!("unknown item {}", shown(item)), help);
                continue;
            };
            if named.contains(&item) {
                at.error("duplicate_item", format!("two columns are item {}", shown(item)), "drop one of them");
                continue;
            }
            named.push(item);
            column.clone_into(&mut keyed.column);
        }
        faults.finish(Family::Rulebook)?;
        Ok(map)
    }

    /// The items in the order of the instrument.
    pub fn items(&self) -> &[KeyedItem] {
        &self.items
    }

    /// The columns that the map needs and an export does not have.
    pub fn missing(&self, export: &Table) -> Vec<&str> {
        self.items.iter().map(|k| k.column.as_str()).filter(|c| export.column(c).is_none()).collect()
    }

    /// The columns of an export that are neither items nor keys (`unit`, `respondent`, `wave`, `weight`).
    pub fn unread<'t>(&self, export: &'t Table) -> Vec<&'t str> {
        let read = |name: &str| RESERVED.contains(&name) || self.items.iter().any(|k| k.column == name);
        export.columns().iter().map(|c| c.name.as_str()).filter(|name| !read(name)).collect()
    }

    /// The export with its columns named by the items they are; the others are left as they are.
    ///
    /// # Errors
    /// `missing_item` for an item whose column is not there; `duplicate_column` when another column has the name of an
    /// item.
    pub fn apply(&self, export: &Table) -> Result<Table> {
        if let Some(keyed) = self.items.iter().find(|k| export.column(&k.column).is_none()) {
            let message = format!("item {} has no column {}", shown(&keyed.item), shown(&keyed.column));
            let help = match nearest(&keyed.column, self.unread(export)) {
                Some(near) => format!("did you mean {}", shown(near)),
                None => "add the column, with empty cells where nobody was asked".to_owned(),
            };
            return Err(Error::input("missing_item", message).at(export.name()).help(help));
        }
        let named = |c: &Column| {
            let item = self.items.iter().find(|k| k.column == c.name).map_or(&c.name, |k| &k.item);
            Column { name: item.clone(), cells: c.cells.clone() }
        };
        Table::new(export.name(), export.columns().iter().map(named).collect())
    }

    /// A row for every item of every scale (`scale item column lo hi reversed`), scales in the order in which items
    /// first stand in them; `scale` is null for an item of none.
    pub fn to_json(&self) -> Value {
        let row = |(scale, k): (Option<&str>, &KeyedItem)| json!({"scale": scale, "item": k.item, "column": k.column, "lo": k.lo, "hi": k.hi, "reversed": k.reversed});
        Value::Array(self.rows().into_iter().map(row).collect())
    }

    /// The same for people, in aligned columns.
    pub fn to_text(&self) -> String {
        let line = |(scale, k): (Option<&str>, &KeyedItem)| {
            let score = if k.reversed { format!("{} - code", k.lo + k.hi) } else { "code".to_owned() };
            [
                scale.unwrap_or("(none)").to_owned(),
                k.item.clone(),
                k.column.clone(),
                format!("{} to {}", k.lo, k.hi),
                score,
            ]
        };
        let header = ["scale", "item", "column", "options", "score"].map(str::to_owned);
        let lines: Vec<[String; 5]> = std::iter::once(header).chain(self.rows().into_iter().map(line)).collect();
        let mut widths = [0; 5];
        for cells in &lines {
            widths.iter_mut().zip(cells).for_each(|(w, c)| *w = (*w).max(c.chars().count()));
        }
        let mut text = String::new();
        for cells in &lines {
            let padded: Vec<String> = cells.iter().zip(widths).map(|(c, w)| format!("{c:w$}")).collect();
            text.push_str(padded.join("  ").trim_end());
            text.push('\n');
        }
        text
    }

    /// Every scale with each of its items, then the items of no scale.
    fn rows(&self) -> Vec<(Option<&str>, &KeyedItem)> {
        let mut scales: Vec<&str> = Vec::new();
        for scale in self.items.iter().flat_map(|k| &k.scales) {
            if !scales.contains(&scale.as_str()) {
                scales.push(scale);
            }
        }
        let of = |scale: &'_ str| self.items.iter().filter(|k| k.scales.iter().any(|s| s == scale)).collect::<Vec<_>>();
        let mut rows: Vec<(Option<&str>, &KeyedItem)> = Vec::new();
        for scale in scales {
            rows.extend(of(scale).into_iter().map(|k| (Some(scale), k)));
        }
        rows.extend(self.items.iter().filter(|k| k.scales.is_empty()).map(|k| (None, k)));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instrument() -> Instrument {
        let text = r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],"items":[{"id":"lone"},{"id":"x"},{"id":"y"}],
            "scales":[{"id":"a","items":["x","-y"]},{"id":"b","items":["x"]}]}"#;
        Instrument::from_json(text).unwrap()
    }
    fn export(text: &str) -> Table {
        Table::from_csv("export", text.as_bytes()).unwrap()
    }

    #[test]
    fn an_item_is_shown_in_each_of_its_scales() {
        let map = instrument().map();
        let rows = map.to_json();
        let line =
            |i: usize| (rows[i]["scale"].as_str(), rows[i]["item"].as_str().unwrap(), rows[i]["reversed"] == true);
        assert_eq!(
            [line(0), line(1), line(2), line(3)],
            [(Some("a"), "x", false), (Some("a"), "y", true), (Some("b"), "x", false), (None, "lone", false)]
        );
        assert_eq!(map.items()[1].scales, ["a", "b"]);
        assert_eq!(map.to_text().lines().nth(4), Some("(none)  lone  lone    1 to 5   code"));
    }

    #[test]
    fn a_map_renames_what_it_names() {
        let map = SurveyMap::from_toml("m", r#"{"columns": {"Q1": "x", "Q2": "y"}}"#, &instrument()).unwrap();
        let table = export("unit,Q1,Q2,lone,age\nn,1,2,3,40\n");
        assert_eq!((map.missing(&table), map.unread(&table)), (vec![], vec!["age"]));
        let named = map.apply(&table).unwrap();
        let names: Vec<&str> = named.columns().iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["unit", "x", "y", "lone", "age"]);
        let short = export("unit,Q1,Q22,lone\nn,1,2,3\n");
        assert_eq!(map.missing(&short), ["Q2"]);
        let e = map.apply(&short).unwrap_err();
        assert_eq!((e.code(), e.help_text()), ("missing_item", "did you mean `Q22`"));
        assert_eq!(map.apply(&export("Q1,x,Q2,lone\n1,2,3,4\n")).unwrap_err().code(), "duplicate_column");
    }

    #[test]
    fn every_fault_of_a_map_has_its_place() {
        let text = "[columns]\nQ1 = 'x'\nQ2 = 'x'\nQ3 = 'z'\nunit = 'y'\nQ4 = 4\n";
        let e = SurveyMap::from_toml("m.toml", text, &instrument()).unwrap_err();
        let found: Vec<(&str, Option<u32>)> = e.diagnostics().iter().map(|d| (d.code, d.line)).collect();
        let want = [("duplicate_item", 3), ("unknown_item", 4), ("reserved_name", 5), ("type_mismatch", 6)];
        assert_eq!(found, want.map(|(code, line)| (code, Some(line))));
        let code = |text: &str| SurveyMap::from_toml("", text, &instrument()).unwrap_err().code();
        assert_eq!((code(""), code("column = 1"), code("=")), ("missing_key", "unknown_key", "syntax"));
    }
}

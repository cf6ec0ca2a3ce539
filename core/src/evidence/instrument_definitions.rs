//! An instrument from a table of definitions: how an existing survey says which questions make which index.

use super::instrument::Instrument;
use super::reader::Field;
use super::table::{Table, shown};
use crate::error::{Error, Result, suggest};
use crate::json;
use serde_json::{Value, json};

/// What stands for the number of a question in [`Definitions::item_column`].
const NUMBER: &str = "{}";

/// How to read a table of definitions, one row a scale, and what such a table does not say.
///
/// ```
/// use colead::evidence::{Definitions, Instrument, Table};
/// let table = Table::from_csv("definitions", b"index,part,questions\n\
///     Agile,Autonomy,\"Q.13, 14\"\nAgile,Innovation,\"Q.27, -29\"\nPay,Pay,Q.71\n")?;
/// let survey = Definitions {
///     index: Some("index"),
///     item_column: Some("Q{}"),
///     ..Definitions::new("survey", "part", "questions", (1, 5))
/// };
/// let i = Instrument::from_definitions(&table, &survey)?;
/// let scales: Vec<&str> = i.scales().iter().map(|s| s.id.as_str()).collect();
/// assert_eq!(scales, ["autonomy", "innovation", "pay", "agile"]);
/// assert_eq!(i.scale("agile").unwrap().items, ["Q13", "Q14", "Q27", "Q29"]);
/// assert!(i.item("Q29").unwrap().reversed);
/// # Ok::<(), colead::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Definitions<'a> {
    /// The id of the instrument.
    pub id: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The licence of the survey's wording; the table holds none of it.
    pub license: &'a str,
    /// The lowest and the highest answer code.
    pub options: (i64, i64),
    /// Answer codes that mean "don't know".
    pub dont_know: &'a [i64],
    /// The column that names each scale.
    pub scale: &'a str,
    /// The column that lists its items, with commas or semicolons between them; a leading `-` reverses one.
    pub items: &'a str,
    /// The column of the wider index that scales belong to, if any. An index is one more scale, of all items of its
    /// scales pooled; one that would repeat its only scale is left out.
    pub index: Option<&'a str>,
    /// The column of an export that holds question `{}`, such as `Q{}`: then the items are numbers, and what stands
    /// before a number (`Q.` in `Q.13, 14`) is dropped. Without it the items are the names of columns.
    pub item_column: Option<&'a str>,
}

impl<'a> Definitions<'a> {
    /// Definitions of version 1, of no stated licence, without wider indices, whose items are names of columns.
    pub fn new(id: &'a str, scale: &'a str, items: &'a str, options: (i64, i64)) -> Definitions<'a> {
        let (version, license) = ("1", "not stated: keys only");
        Definitions { id, version, license, options, dont_know: &[], scale, items, index: None, item_column: None }
    }

    /// The items of a cell, as an instrument file writes them.
    fn entries(&self, field: &Field<'_>, row: usize) -> Result<Vec<String>> {
        let cell = field.need(row, field.text(row)?)?;
        let mut entries = Vec::new();
        for written in cell.split([',', ';']).map(str::trim) {
            let (sign, name) = written.strip_prefix('-').map_or(("", written), |rest| ("-", rest.trim_start()));
            let name = match self.item_column {
                None => (!name.is_empty()).then(|| name.to_owned()),
                Some(pattern) => number(name).map(|n| pattern.replacen(NUMBER, n, 1)),
            };
            entries.push(name.map(|name| format!("{sign}{name}")).ok_or_else(|| {
                Error::input("bad_item", format!("{} does not name an item", shown(written)))
                    .at(field.place(row))
                    .help("list items with commas between them, such as `Q.13, 14`")
            })?);
        }
        Ok(entries)
    }
}

/// The number of a question, without what stands before it: `13` of `Q.13`, `3a` of `A 3a`.
fn number(written: &str) -> Option<&str> {
    let from = written.trim_start_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, '.' | ' ' | '_'));
    let digits = from.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0 && from.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(from)
}

/// An id from a name for people: `Work-Life Support` is `work_life_support`.
fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

impl Instrument {
    /// An instrument from a table of definitions: the scales in the order of the table, then the wider indices.
    ///
    /// It is as unvalidated as any until its file says otherwise. [`Instrument::to_json`] writes it as a file, and
    /// [`Instrument::map`] shows how it is keyed.
    ///
    /// # Errors
    /// `missing_column`, `missing_value`, `bad_item`, `bad_pattern`; else as [`Instrument::from_json`], with every
    /// fault.
    pub fn from_definitions(table: &Table, definitions: &Definitions<'_>) -> Result<Instrument> {
        let d = definitions;
        for name in [Some(d.scale), Some(d.items), d.index].into_iter().flatten() {
            if table.column(name).is_none() {
                let names = table.columns().iter().map(|c| c.name.as_str());
                return Err(Error::input("missing_column", format!("there is no column {}", shown(name)))
                    .at(table.name())
                    .help(suggest(name, names)));
            }
        }
        if let Some(pattern) = d.item_column.filter(|p| !p.contains(NUMBER)) {
            return Err(Error::input("bad_pattern", format!("{} has no place for a number", shown(pattern)))
                .at("item_column")
                .help("write `{}` where the number stands, such as `Q{}`"));
        }
        let (scale, items) = (table.field(d.scale), table.field(d.items));
        let mut scales: Vec<(String, Vec<String>)> = Vec::new();
        let mut indices: Vec<(String, Vec<String>, usize)> = Vec::new();
        for row in 0..table.rows() {
            let entries = d.entries(&items, row)?;
            if let Some(name) = d.index.map(|name| table.field(name).string(row)).transpose()?.flatten() {
                match indices.iter_mut().find(|(index, _, _)| *index == name) {
                    None => indices.push((name, entries.clone(), 1)),
                    Some((_, pooled, parts)) => {
                        let more: Vec<String> = entries.iter().filter(|e| !pooled.contains(*e)).cloned().collect();
                        pooled.extend(more);
                        *parts += 1;
                    }
                }
            }
            scales.push((scale.need_string(row)?, entries));
        }
        let wider = indices.into_iter().filter(|(_, _, parts)| *parts > 1).map(|(name, items, _)| (name, items));
        let scales: Vec<Value> = scales
            .into_iter()
            .chain(wider)
            .map(|(title, items)| json!({"id": slug(&title), "title": title, "items": items}))
            .collect();
        Instrument::from_json(&json::canonical(&json!({
            "id": d.id, "version": d.version, "license": d.license, "options": [d.options.0, d.options.1],
            "dont_know": d.dont_know, "scales": scales,
        })))
    }
}

/// The keys of [`Instrument::from_definitions_json`].
const KEYS: [&str; 9] = ["id", "version", "license", "options", "dont_know", "scale", "items", "index", "item_column"];

impl Instrument {
    /// As [`Instrument::from_definitions`], with a JSON object for [`Definitions`]: `id`, `options` (a list of the lowest
    /// and the highest code), `scale` and `items` must be there.
    ///
    /// # Errors
    /// `bad_json`, `missing_key`, `unknown_key`, `wrong_type`; those of [`Instrument::from_definitions`].
    pub fn from_definitions_json(table: &Table, settings: &str) -> Result<Instrument> {
        let wrong = |key: &str, wanted: &str| {
            Error::input("wrong_type", format!("`{key}` is not {wanted}")).at(key).help(format!("give {wanted}"))
        };
        let value: Value = serde_json::from_str(settings)
            .map_err(|e| Error::input("bad_json", format!("not a JSON document: {e}")).at("settings"))?;
        let map = value.as_object().ok_or_else(|| wrong("settings", "an object"))?;
        if let Some(key) = map.keys().find(|k| !KEYS.contains(&k.as_str())) {
            let error = Error::input("unknown_key", format!("unknown key `{key}`")).at("settings");
            return Err(error.help(suggest(key, KEYS)));
        }
        let get = |key: &str| map.get(key).filter(|v| !v.is_null());
        let text = |key: &str| get(key).map(|v| v.as_str().ok_or_else(|| wrong(key, "text"))).transpose();
        let need = |key: &str| {
            let missing = || Error::input("missing_key", format!("`{key}` is not given")).at(key).help("give it");
            text(key)?.ok_or_else(missing)
        };
        let codes = |key: &str| -> Result<Option<Vec<i64>>> {
            let Some(value) = get(key) else { return Ok(None) };
            let list = value.as_array().ok_or_else(|| wrong(key, "a list of whole numbers"))?;
            let codes: Option<Vec<i64>> = list.iter().map(Value::as_i64).collect();
            codes.map(Some).ok_or_else(|| wrong(key, "a list of whole numbers"))
        };
        let options = match codes("options")?.as_deref() {
            Some([lo, hi]) => (*lo, *hi),
            _ => return Err(wrong("options", "a list of the lowest and the highest answer code")),
        };
        let dont_know = codes("dont_know")?.unwrap_or_default();
        let own = Definitions::new(need("id")?, need("scale")?, need("items")?, options);
        let definitions = Definitions {
            version: text("version")?.unwrap_or(own.version),
            license: text("license")?.unwrap_or(own.license),
            dont_know: &dont_know,
            index: text("index")?,
            item_column: text("item_column")?,
            ..own
        };
        Instrument::from_definitions(table, &definitions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        Table::from_csv("definitions", text.as_bytes()).unwrap()
    }
    fn own() -> Definitions<'static> {
        Definitions::new("d", "scale", "items", (1, 5))
    }
    fn refusal(text: &str, d: &Definitions<'_>) -> (&'static str, String) {
        let e = Instrument::from_definitions(&table(text), d).unwrap_err();
        assert!(!e.help_text().is_empty(), "{e}");
        (e.code(), e.path().to_owned())
    }

    #[test]
    fn items_are_columns_unless_they_are_numbers() {
        let i = Instrument::from_definitions(&table("scale,items\nWork-Life Support,\"a1; -b2\"\n"), &own()).unwrap();
        assert_eq!(
            (i.scales()[0].id.as_str(), i.scales()[0].title.as_str()),
            ("work_life_support", "Work-Life Support")
        );
        assert_eq!(i.scales()[0].items, ["a1", "b2"]);
        assert!(i.item("b2").unwrap().reversed && !i.validated());
        let numbered = Definitions { item_column: Some("q_{}_2024"), ..own() };
        let i = Instrument::from_definitions(&table("scale,items\ns,\"Q.1, - Q 2, 3a\"\n"), &numbered).unwrap();
        assert_eq!(i.scales()[0].items, ["q_1_2024", "q_2_2024", "q_3a_2024"]);
        assert!(i.item("q_2_2024").unwrap().reversed);
    }

    #[test]
    fn settings_may_come_as_a_document() {
        let read = |settings: &str| Instrument::from_definitions_json(&table("part,q\nPay,\"1, -2\"\n"), settings);
        let whole = r#"{"id":"d","options":[0,4],"dont_know":[9],"scale":"part","items":"q","item_column":"Q{}"}"#;
        let i = read(whole).unwrap();
        assert_eq!(
            (i.scales()[0].items.as_slice(), i.options(), i.dont_know()),
            (["Q1", "Q2"].map(str::to_owned).as_slice(), (0, 4), &[9_i64][..])
        );
        for (settings, code) in [
            ("{", "bad_json"),
            ("[]", "wrong_type"),
            (r#"{"id":"d","scale":"part","items":"q"}"#, "wrong_type"),
            (r#"{"options":[1,5],"scale":"part","items":"q"}"#, "missing_key"),
            (r#"{"id":"d","options":[1,5],"scale":"part","item":"q"}"#, "unknown_key"),
            (r#"{"id":"d","options":[1,5],"scale":"parts","items":"q"}"#, "missing_column"),
        ] {
            assert_eq!(read(settings).unwrap_err().code(), code, "{settings}");
        }
    }

    #[test]
    fn an_index_pools_its_scales_and_never_repeats_one() {
        let text = "index,scale,items\nwide,a,\"x, y\"\nwide,b,\"y, z\"\nalone,alone,w\n,free,v\n";
        let i = Instrument::from_definitions(&table(text), &Definitions { index: Some("index"), ..own() }).unwrap();
        let scales: Vec<&str> = i.scales().iter().map(|s| s.id.as_str()).collect();
        assert_eq!(scales, ["a", "b", "alone", "free", "wide"]);
        assert_eq!(i.scale("wide").unwrap().items, ["x", "y", "z"]);
    }

    #[test]
    fn slips_are_refused_where_they_stand() {
        assert_eq!(refusal("scal,items\na,x\n", &own()), ("missing_column", "definitions".into()));
        assert_eq!(refusal("scale,items\na,\n", &own()), ("missing_value", "definitions, row 1, column items".into()));
        assert_eq!(refusal("scale,items\na,x\n,y\n", &own()).1, "definitions, row 2, column scale");
        assert_eq!(refusal("scale,items\na,\"x,,y\"\n", &own()).0, "bad_item");
        let numbered = Definitions { item_column: Some("Q{}"), ..own() };
        for bad in ["Q.", "Q.1-5", "1 to 5", ""] {
            assert!(["bad_item", "missing_value"].contains(&refusal(&format!("scale,items\na,{bad}\n"), &numbered).0));
        }
        assert_eq!(refusal("scale,items\na,1\n", &Definitions { item_column: Some("Q"), ..own() }).0, "bad_pattern");
        // What the table cannot know is judged as in any instrument, all faults at once.
        let e = Instrument::from_definitions(&table("scale,items\na,x\na,-x\n"), &own()).unwrap_err();
        let codes: Vec<&str> = e.diagnostics().iter().map(|d| d.code).collect();
        assert_eq!(codes, ["duplicate_id", "mixed_keying"]);
    }
}

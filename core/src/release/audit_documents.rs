//! Audits asked for from other languages: tables or ledgers as JSON in, the findings out.

use super::audit::{Audit, AuditOptions, Tables, Values, audit, suppress};
use super::history::{Record, join};
use super::ledger::Ledger;
use crate::document::{At, Diagnostics, Document};
use crate::error::{Error, Family, Result};
use crate::evidence::Table;
use crate::json::canonical;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet};

impl Ledger {
    /// Audits everything that left, wave by wave and scale by scale, together.
    ///
    /// Gives wave, scale (empty for the numbers of respondents) and findings. Cells are named by unit, cut and
    /// category; where the people of a wave changed between releases, by the number of the state as well.
    ///
    /// # Errors
    /// As [`audit`], and `cuts_changed`.
    pub fn audit(&self, options: &AuditOptions) -> Result<Vec<(String, String, Audit)>> {
        let mut out = Vec::new();
        for (wave, records) in &self.waves {
            let Some((now, past)) = records.split_last() else { continue };
            let past: Vec<&Record> = past.iter().collect();
            for scale in std::iter::once(None).chain(now.scales.iter().map(|s| Some(s.as_str()))) {
                let tables = Tables::of_history(&past, now, scale)?;
                out.push((wave.clone(), scale.unwrap_or_default().to_owned(), audit(&tables, options)?));
            }
        }
        Ok(out)
    }

    /// Everything that several ledgers of one evidence know, such as those of releases made at the same time.
    pub fn joined<'l>(ledgers: impl IntoIterator<Item = &'l Ledger>) -> Ledger {
        let mut out = Ledger::new();
        for ledger in ledgers {
            let records = ledger.waves.iter().flat_map(|(w, r)| r.iter().map(|r| (w.clone(), r.clone())));
            let version = out.version.max(ledger.version);
            out = Ledger { version, before: String::new(), ..out.with(records.collect()) };
        }
        out
    }
}

impl Tables {
    fn of_history(past: &[&Record], now: &Record, scale: Option<&str>) -> Result<Tables> {
        let joint = join(past, now, scale)?;
        let place = now.scales.iter().position(|s| Some(s.as_str()) == scale);
        let told: HashSet<_> =
            now.protecting().filter(|l| place.is_none_or(|p| !l.without.contains(&p))).map(|l| l.holds).collect();
        let mut out = Tables { cells: Vec::new(), ranks: joint.ranks.clone(), groups: joint.groups.clone() };
        for (i, (record, holds)) in joint.cells.iter().enumerate() {
            let (unit, cut, category) = past.get(*record).unwrap_or(&now).names(*holds);
            let name = if cut.is_empty() { unit } else { format!("{unit} {cut}={category}") };
            let name = if past.is_empty() { name } else { format!("{name} #{}", record + 1) };
            let released = *record < past.len() || told.contains(holds);
            out.cells.push(super::audit::TableCell { cell: name, n: joint.groups.n(i), released, value: None });
        }
        Ok(out)
    }
}

const KEYS: &[&str] =
    &["cells", "relations", "atoms", "ledgers", "min_group", "coalition", "seed", "values", "suppress"];

/// Audits what a JSON object hands in: `cells` with optional `relations` and `atoms`, each a list of rows as in
/// [`Tables::from_tables`]; or `ledgers`, a list of what releases gave. Optional are `min_group` (5), `coalition` (0),
/// `seed` (0), `values` (`lo hi rounding width`, optional `step`), and `suppress` (with true, the cells that may leave
/// are chosen instead of audited).
///
/// Gives `{"safe", "audits": [{"wave", "scale", ...}]}`, or `{"released": [cell ...]}`.
///
/// # Errors
/// Those of JSON, of the tables, of ledgers and of [`audit`]; `nothing_to_audit`.
pub fn audit_documents(text: &str) -> Result<Value> {
    let doc = Document::parse("audit", text).map_err(|d| Error::from_diagnostics(Family::Input, vec![d]))?;
    let faults = Diagnostics::default();
    let mut options = AuditOptions::default();
    let mut choose = false;
    if let Some(f) = At::root(&doc, &faults).fields(KEYS) {
        let whole = |key: &str, default: u64| f.get(key).and_then(|a| a.integer()).map_or(default, |x| x.max(0) as u64);
        options.min_group = whole("min_group", options.min_group);
        options.coalition = whole("coalition", 0);
        options.seed = whole("seed", 0);
        choose = f.get("suppress").and_then(|a| a.boolean()).unwrap_or(false);
        if let Some(v) = f.get("values").and_then(|a| a.fields(&["lo", "hi", "rounding", "step", "width"])) {
            let need = |key: &str| v.need(key).and_then(|a| a.number()).unwrap_or(f64::NAN);
            let values = Values {
                lo: need("lo"),
                hi: need("hi"),
                rounding: need("rounding"),
                step: v.get("step").and_then(|a| a.number()),
                width: need("width"),
            };
            options.values = Some(values);
        }
    }
    faults.finish(Family::Input)?;
    let table = |name: &str| match doc.root.get(name) {
        None => Ok(None),
        Some(rows) => Table::from_json(name, canonical(&rows.to_json()).as_bytes()).map(Some),
    };
    if let Some(cells) = table("cells")? {
        let tables = Tables::from_tables(&cells, table("relations")?.as_ref(), table("atoms")?.as_ref())?;
        if choose {
            let chosen = suppress(tables, &options)?;
            let released: Vec<&str> = chosen.cells().iter().filter(|c| c.released).map(|c| c.cell.as_str()).collect();
            return Ok(json!({ "released": released }));
        }
        return Ok(document(vec![(String::new(), String::new(), audit(&tables, &options)?)]));
    }
    let Some(ledgers) = doc.root.get("ledgers") else {
        return Err(Error::input("nothing_to_audit", "there are neither cells nor ledgers")
            .at("audit")
            .help("give `cells`, or what releases gave as `ledgers`"));
    };
    let Value::Array(ledgers) = ledgers.to_json() else {
        return Err(Error::input("type_mismatch", "`ledgers` is no list").at("ledgers").help("give a list"));
    };
    let ledgers = ledgers.iter().map(|l| Ledger::from_json(&canonical(l))).collect::<Result<Vec<_>>>()?;
    Ok(document(Ledger::joined(&ledgers).audit(&options)?))
}

fn document(audits: Vec<(String, String, Audit)>) -> Value {
    let levels: BTreeSet<&str> = audits.iter().flat_map(|(.., a)| &a.leaks).map(|l| l.level.as_str()).collect();
    let row = |(wave, scale, audit): &(String, String, Audit)| {
        let mut row = audit.to_json();
        if let Value::Object(map) = &mut row {
            map.insert("wave".into(), json!(wave));
            map.insert("scale".into(), json!(scale));
        }
        row
    };
    json!({
        "safe": audits.iter().all(|(.., a)| a.is_safe()), "levels": levels,
        "audits": audits.iter().map(row).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_come_in_as_rows() {
        let asked = r#"{"cells":[{"cell":"t","n":20},{"cell":"a","n":12},{"cell":"b","n":5},
            {"cell":"c","n":3,"released":false}],"relations":[{"total":"t","part":"a"},{"total":"t","part":"b"},
            {"total":"t","part":"c"}]"#;
        let told = audit_documents(&format!("{asked}}}")).unwrap();
        assert_eq!(told.get("safe"), Some(&json!(false)));
        assert_eq!(told.pointer("/audits/0/leaks/0/cell"), Some(&json!("c")));
        let told = audit_documents(&format!("{asked},\"suppress\":true}}")).unwrap();
        assert_eq!(told, json!({ "released": ["t", "a"] }));
        let code = |text: &str| audit_documents(text).unwrap_err().code();
        assert_eq!(code("{}"), "nothing_to_audit");
        assert_eq!(code("[]"), "syntax");
        assert_eq!(code(&format!("{asked},\"min_group\":-4}}")), "bad_min_group");
        assert_eq!(code(&format!("{asked},\"minimum\":4}}")), "unknown_key");
        assert_eq!(
            code(&format!("{asked},\"values\":{{\"lo\":1,\"hi\":1,\"rounding\":1,\"width\":1}}}}")),
            "bad_values"
        );
        assert_eq!(code(r#"{"ledgers":[{}]}"#), "bad_ledger");
    }
}

//! The indices of a large public survey, from the table in which their owner defines them.
//!
//! The table lies outside the repository: see `reference.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::evidence::{Cells, Column, Definitions, Instrument, Responses, Table};
use colead::json::canonical;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;

fn definitions() -> Option<Table> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = std::env::var_os("COLEAD_SHARED").map_or(beside, PathBuf::from);
    let path = shared.join("data/survey/fevs_index_definitions.csv");
    match std::fs::read(&path) {
        Ok(bytes) => Some(Table::from_csv("fevs", &bytes).expect("a table")),
        Err(_) => {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "the shared data are missing at {}", path.display());
            let _ = writeln!(std::io::stderr(), "SKIPPED: no shared data at {}; set COLEAD_SHARED", path.display());
            None
        }
    }
}

#[test]
fn every_index_is_keyed_as_its_owner_defines_it() {
    let Some(table) = definitions() else { return };
    let fevs = Definitions {
        index: Some("Index-Performance Dimension"),
        item_column: Some("Q{}"),
        license: "item texts: U.S. Office of Personnel Management; keys only",
        ..Definitions::new("fevs", "Sub-Index", "Questions", (1, 5))
    };
    let instrument = Instrument::from_definitions(&table, &fevs).unwrap();
    // Every row is a scale of its questions, and every question of the table is an item.
    let (name, questions) = (table.field("Sub-Index"), table.field("Questions"));
    let mut asked = BTreeSet::new();
    for row in 0..table.rows() {
        let title = name.text(row).unwrap().unwrap();
        let scale = &instrument.scales()[row];
        assert_eq!(scale.title, title);
        let cell = questions.text(row).unwrap().unwrap().replace("Q.", "");
        let want: Vec<String> = cell.split(", ").map(|n| format!("Q{n}")).collect();
        assert_eq!(scale.items, want, "{title}");
        asked.extend(want);
    }
    assert_eq!(instrument.items().iter().map(|i| i.id.clone()).collect::<BTreeSet<_>>(), asked);
    // An index pools its parts.
    let parts = ["intrinsic_work_experience", "leaders_lead", "supervisors"];
    let pooled: Vec<String> = parts.iter().flat_map(|id| instrument.scale(id).unwrap().items.clone()).collect();
    assert_eq!(instrument.scale("employee_engagement").unwrap().items, pooled);
    // An index of one part of the same name is there once.
    assert_eq!(instrument.scales().iter().filter(|s| s.title == "Employee Experience").count(), 1);
    assert_eq!(Instrument::from_json(&canonical(&instrument.to_json())).unwrap(), instrument);

    // The map shows each of them, and an export that has the columns is read without another word.
    let map = instrument.map();
    let shown = map.to_text();
    assert!(shown.lines().any(|l| l.starts_with("leaders_lead ") && l.contains(" Q57 ")), "{shown}");
    let cells =
        |id: &str| if id == "unit" { Cells::Text(vec![Some("agency".into())]) } else { Cells::Int(vec![Some(4)]) };
    let column = |id: &str| Column { name: id.into(), cells: cells(id) };
    let ids = std::iter::once("unit").chain(instrument.items().iter().map(|i| i.id.as_str()));
    let export = Table::new("responses", ids.map(column).collect()).unwrap();
    assert!(map.missing(&export).is_empty() && map.unread(&export).is_empty());
    let (responses, loss) = Responses::from_table(&map.apply(&export).unwrap(), &instrument, true).unwrap();
    assert_eq!((responses.rows(), loss.missing_answers), (1, 0));
}

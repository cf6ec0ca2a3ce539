//! Rulebooks as files: the malformed ones of `tests/fixtures/malformed` are each refused with the code that their name
//! begins with, those of `tests/fixtures/rulebooks` are fine, and the published schema agrees about shapes.
//! `COLEAD_BLESS=1 cargo test -p colead --test rulebook_files` writes the schema anew.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::document::Document;
use colead::rules::{Framework, RULEBOOK_FILES, check, schema};
use colead::vocabulary::CATALOGUE_FILES;
use colead::{Diagnostic, Severity};
use std::path::Path;

fn files(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(folder);
    let mut files: Vec<(String, String)> = std::fs::read_dir(root)
        .expect("the folder is committed")
        .map(|entry| entry.expect("readable").path())
        .map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(p).unwrap()))
        .collect();
    files.sort();
    files
}

fn errors(text: &str) -> Vec<Diagnostic> {
    check(text).into_iter().filter(|d| d.severity == Severity::Error).collect()
}

/// The first word of a file's name is the code.
fn code(name: &str) -> &str {
    name.split('.').next().expect("a name")
}

#[test]
fn every_malformed_rulebook_is_refused_with_its_code_and_a_way_out() {
    let files = files("malformed");
    assert!(files.len() > 60, "the corpus is there");
    for (name, text) in files {
        let found = errors(&text);
        let first = found.first().unwrap_or_else(|| panic!("{name}: nothing wrong was found"));
        assert_eq!(first.code, code(&name), "{name}: {first}");
        assert!(!first.help.is_empty() && !first.message.ends_with('.'), "{name}: {first}");
        assert!(first.code == "missing_key" || first.line.is_some(), "{name} has no place: {first}");
        assert_eq!(Framework::from_toml(&text).expect_err(&name).code(), first.code, "{name}");
    }
}

#[test]
fn what_a_constraint_refuses_says_how_to_mend_it() {
    for (name, text) in files("malformed") {
        let wanted = match code(&name) {
            "mixed_set" => ["keep to one set", "ask a question for each set"].as_slice(),
            "cause_from_symptom" => &["role = \"mechanism\""],
            "cause_without_symptom" => &["role = \"symptom\""],
            "person_level" => &["between people"],
            "missing_basis" => &["basis = "],
            "unknown_concept" => &["did you mean", "[[concept]]"],
            "unknown_framework" => &["`collective-leadership`"],
            "leaders_alone" => &["who = \"anyone\" or \"followers\""],
            "only_counts_leaders" | "removes_leaders" => &["leave out `helps` and `always`"],
            "reused_id" => &["take the old rule out", "an id of its own"],
            _ => continue,
        };
        let help = errors(&text)[0].help.clone();
        assert!(wanted.iter().any(|w| help.contains(w)), "{name}: {help}");
    }
}

#[test]
fn rulebooks_that_are_fine_are_read() {
    for (name, text) in files("rulebooks") {
        let framework = Framework::from_toml(&text).unwrap_or_else(|e| panic!("{name}: {:#?}", e.diagnostics()));
        assert!(!framework.rules().is_empty(), "{name}");
    }
}

#[test]
fn an_allowance_that_nothing_needs_is_told() {
    let (_, text) = files("rulebooks").into_iter().find(|(name, _)| name == "causes.toml").expect("committed");
    let needless = text.replace("replaces =", "allow = { mixed_set = 'w', person_level = 'w' }\nreplaces =");
    let codes = |text: &str| check(text).iter().filter(|d| d.code == "unneeded_allow").count();
    assert_eq!((codes(&text), codes(&needless)), (0, 2));
}

#[test]
fn a_rule_that_contributes_by_an_allowance_passes_nothing_on() {
    let (_, text) = files("rulebooks").into_iter().find(|(name, _)| name == "allowed.toml").expect("committed");
    let bare = text.replace("allow = { mixed_set = 'the two lists are compared' }\n", "");
    let found: Vec<String> = errors(&bare).iter().map(|d| format!("{} {}", d.code, d.path)).collect();
    assert_eq!(found, ["mixed_set rule[0]", "mixed_set rule[2]"], "the rule and the one that refers to it");
}

#[test]
fn digests_do_not_depend_on_the_order_of_files_and_rules() {
    let all: Vec<(&str, &str)> = RULEBOOK_FILES.to_vec();
    let mut turned = all.clone();
    turned.reverse();
    let digests = |files: &[(&str, &str)]| {
        let f = Framework::from_files(files).unwrap();
        (f.sha256().to_owned(), f.logic_sha256().to_owned())
    };
    assert_eq!(digests(&all), digests(&turned));
    let one: String = all.iter().map(|(_, text)| *text).collect();
    assert_eq!(digests(&all), digests(&[("", &one)]));
    // The order of options is what a graded question means.
    let swapped: Vec<(&str, String)> =
        all.iter().map(|(n, t)| (*n, t.replace("\"weak\", \"moderate\"", "\"moderate\", \"weak\""))).collect();
    let swapped: Vec<(&str, &str)> = swapped.iter().map(|(n, t)| (*n, t.as_str())).collect();
    assert_ne!(digests(&all).1, digests(&swapped).1);
    // Constraints and prose decide nothing.
    let renamed: Vec<(&str, String)> = all.iter().map(|(n, t)| (*n, t.replace("drath-2003\"", "dac\""))).collect();
    let renamed: Vec<(&str, String)> =
        renamed.into_iter().map(|(n, t)| (n, t.replace("[set.drath-2003]", "[set.dac]"))).collect();
    let renamed: Vec<(&str, &str)> = renamed.iter().map(|(n, t)| (*n, t.as_str())).collect();
    let (sha256, logic) = digests(&renamed);
    assert_eq!(logic, digests(&all).1);
    assert_ne!(sha256, digests(&all).0);
}

/// Faults that a schema can see: they are about shapes, not about what names mean.
const SHAPES: &[&str] = &[
    "bad_bands",
    "bad_categories",
    "bad_condition",
    "bad_id",
    "bad_lever",
    "bad_options",
    "bad_range",
    "bad_says",
    "missing_key",
    "out_of_range",
    "type_mismatch",
    "unknown_key",
    "unknown_name",
];
/// Faults of meaning that a schema sees as well.
const BOTH: &[&str] = &["person_level.a-judgment-of-a-person.toml", "person_level.a-measure-of-a-person.toml"];
/// Files whose fault has one of these codes and is no matter of shape all the same.
const MEANING: &[&str] = &["missing_key.empty.toml", "type_mismatch.a-number-of-words.toml"];

#[test]
fn the_schema_accepts_what_is_fine_and_refuses_what_has_the_wrong_shape() {
    let schema = schema();
    jsonschema::draft202012::meta::validate(&schema).expect("a valid schema");
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let tree = |name: &str, text: &str| Document::parse(name, text).ok().map(|d| d.root.to_json());
    for (name, text) in CATALOGUE_FILES.iter().chain(RULEBOOK_FILES) {
        let document = tree(name, text).unwrap();
        assert!(validator.is_valid(&document), "{name}: {}", validator.validate(&document).unwrap_err());
    }
    for (name, text) in files("rulebooks") {
        let document = tree(&name, &text).unwrap();
        assert!(validator.is_valid(&document), "{name}: {}", validator.validate(&document).unwrap_err());
    }
    for (name, text) in files("malformed") {
        let Some(document) = tree(&name, &text) else { continue };
        let shape = SHAPES.contains(&code(&name)) && !MEANING.contains(&name.as_str()) || BOTH.contains(&name.as_str());
        assert_eq!(!validator.is_valid(&document), shape, "{name}");
    }
}

#[test]
fn every_key_of_the_schema_is_read() {
    let (_, every) = files("rulebooks").into_iter().find(|(name, _)| name == "every-key.toml").expect("committed");
    let document = Document::parse("", &every).unwrap().root.to_json();
    let schema = schema();
    let sections = schema["properties"].as_object().unwrap();
    for (section, rule) in sections {
        let given = &document[section];
        let entries: Vec<&serde_json::Value> = match given {
            serde_json::Value::Array(items) => items.iter().collect(),
            serde_json::Value::Object(map) if rule.get("properties").is_none() => map.values().collect(),
            other => vec![other],
        };
        let rule = rule.get("items").or(rule.get("additionalProperties")).filter(|r| r.is_object()).unwrap_or(rule);
        for key in rule["properties"].as_object().unwrap().keys() {
            let read = entries.iter().any(|e| e.get(key).is_some());
            // Only where something is refused is it allowed.
            assert!(
                read || (section.as_str(), key.as_str()) == ("question", "allow"),
                "{section}.{key} is in no fixture"
            );
        }
    }
    assert!(errors(&every).is_empty());
}

#[test]
fn the_published_schema_is_that_of_the_reader() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulebook.schema.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("COLEAD_BLESS").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(published == text, "COLEAD_BLESS=1 cargo test -p colead --test rulebook_files");
}

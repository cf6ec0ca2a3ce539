//! Files to a framework: one path for the built-in rulebook and a user's own.

mod digest;
mod header;
mod measures;
mod questions;
mod rule;
mod rule_test;

use super::check::{connect, run_tests};
use super::condition::{self, Scope};
use super::model::{Framework, Inner, NotEncoded};
use crate::document::{At, Diagnostics, Document, Fields};
use crate::error::{Diagnostic, Error, Family, Result};
use crate::vocabulary::Catalogue;
use digest::digests;
use header::read_header;
use measures::read_measures;
use questions::read_questions;
use rule::read_rule;
use std::sync::Arc;

/// The most rules, measures or questions a framework may have.
pub const MAX_RULES: usize = 10_000;
/// The most ends of conditions that the rules of a framework may have together.
const MAX_LEAVES: usize = 200_000;
/// Columns that name a row of a table and so cannot name a measure, a question or a rule.
pub(in crate::rules) const KEYS: &[&str] = &["unit", "id", "case", "wave"];
const SECTIONS: &[&str] =
    &["framework", "work", "concept", "prompt", "measure", "question", "scorecard", "rule", "not_encoded"];
/// The files of the built-in rulebook.
pub const FILES: &[(&str, &str)] = &[
    ("framework.toml", include_str!("../../../rulebook/framework.toml")),
    ("challenge.toml", include_str!("../../../rulebook/challenge.toml")),
    ("tasks.toml", include_str!("../../../rulebook/tasks.toml")),
    ("capabilities.toml", include_str!("../../../rulebook/capabilities.toml")),
    ("obstacles.toml", include_str!("../../../rulebook/obstacles.toml")),
    ("sources.toml", include_str!("../../../rulebook/sources.toml")),
    ("misdiagnosis.toml", include_str!("../../../rulebook/misdiagnosis.toml")),
];

impl Framework {
    /// The framework of the sources, as it ships with the library.
    ///
    /// # Errors
    /// Never for a released crate: its tests load it.
    pub fn builtin() -> Result<Framework> {
        let files: Vec<(&str, &str)> = crate::vocabulary::CATALOGUE_FILES.iter().chain(FILES).copied().collect();
        let (framework, diagnostics) = load(Catalogue::default(), &files);
        accept(framework, diagnostics)
    }

    /// A framework from TOML text. It may cite the built-in catalogue and add concepts and works of its own.
    ///
    /// # Errors
    /// The first fault found, with all diagnostics.
    pub fn from_toml(text: &str) -> Result<Framework> {
        Framework::from_files(&[("", text)])
    }

    /// A framework from JSON text: the same grammar.
    ///
    /// # Errors
    /// The first fault found, with all diagnostics.
    pub fn from_json(text: &str) -> Result<Framework> {
        Framework::from_files(&[("", text)])
    }

    /// A framework from several files, each TOML or JSON, read as one.
    ///
    /// # Errors
    /// The first fault found, with all diagnostics.
    pub fn from_files(files: &[(&str, &str)]) -> Result<Framework> {
        let (framework, diagnostics) = load(Catalogue::builtin()?, files);
        accept(framework, diagnostics)
    }
}

/// Everything that is wrong with a rulebook, and what a person should look at; empty when all is well.
pub fn check(text: &str) -> Vec<Diagnostic> {
    match Catalogue::builtin() {
        Ok(catalogue) => load(catalogue, &[("", text)]).1,
        Err(e) => e.diagnostics().to_vec(),
    }
}

fn accept(framework: Option<Framework>, diagnostics: Vec<Diagnostic>) -> Result<Framework> {
    match framework {
        Some(f) => Ok(f),
        None => Err(Error::from_diagnostics(Family::Rulebook, diagnostics)),
    }
}

fn load(catalogue: Catalogue, files: &[(&str, &str)]) -> (Option<Framework>, Vec<Diagnostic>) {
    let faults = Diagnostics::default();
    let mut documents = Vec::new();
    for (name, text) in files {
        match Document::parse(name, text) {
            Ok(d) => documents.push(d),
            Err(d) => faults.push(d),
        }
    }
    let inner = if faults.failed() { None } else { read(catalogue, &documents, &faults) };
    match inner {
        Some(mut inner) if !faults.failed() => {
            let diagnostics = faults.into_vec();
            inner.warnings.clone_from(&diagnostics);
            (Some(Framework(Arc::new(inner))), diagnostics)
        }
        _ => (None, faults.into_vec()),
    }
}

fn read(catalogue: Catalogue, documents: &[Document], faults: &Diagnostics) -> Option<Inner> {
    let files: Vec<Fields<'_>> = documents.iter().filter_map(|d| At::root(d, faults).fields(SECTIONS)).collect();
    let mut inner = Inner { catalogue, ..Inner::default() };
    (inner.sha256, inner.logic_sha256) = digests(documents);
    read_header(&mut inner, &files, documents, faults);
    inner.catalogue.read(&files);
    for file in &files {
        read_measures(&mut inner, file);
        read_questions(&mut inner, file);
    }
    let rules: Vec<At<'_>> =
        files.iter().filter_map(|f| f.get("rule")).flat_map(|a| a.list().unwrap_or_default()).collect();
    if rules.len().max(inner.measures.len()).max(inner.questions.len()) > MAX_RULES {
        let at = files.first().map(|f| f.at().clone())?;
        at.error("too_many", format!("more than {MAX_RULES} rules, measures or questions"), "split the framework");
        return None;
    }
    let mut scope = Scope::default();
    for m in &inner.measures {
        scope.add_measure(m);
    }
    scope.add_rules(&rules);
    for file in &files {
        scope.add_scorecards(file);
    }
    for at in &rules {
        if let Some(rule) = read_rule(&inner, &scope, at) {
            inner.rules.push(rule);
        }
    }
    for file in &files {
        for at in file.get("not_encoded").and_then(|a| a.list()).unwrap_or_default() {
            let Some(f) = at.fields(&["concept", "why"]) else { continue };
            let Some(concept) = f.need("concept").and_then(|a| a.text()) else { continue };
            inner.catalogue.expect_concept(&at, concept);
            let why = f.need("why").and_then(|a| a.text()).unwrap_or_default().to_owned();
            inner.not_encoded.push(NotEncoded { concept: concept.to_owned(), why });
        }
    }
    let mut ends = 0_usize;
    for rule in &inner.rules {
        rule.conditions().for_each(|c| condition::leaves(c, &mut |_| ends += 1));
    }
    if ends > MAX_LEAVES {
        let at = files.first().map(|f| f.at().clone())?;
        at.error("too_large", format!("the rules have more than {MAX_LEAVES} comparisons"), "split the framework");
    }
    // Rule numbers are places in the file: a rule that was not read would shift them.
    if faults.failed() {
        return None;
    }
    let inner = connect(inner, faults)?;
    if faults.failed() {
        return None;
    }
    // The rules' own tests run on the finished framework.
    let framework = Framework(Arc::new(inner));
    run_tests(&framework, faults);
    Arc::try_unwrap(framework.0).ok()
}

/// Whether the key of a section can be an id, and is not the name of a column that names rows.
fn usable(at: &At<'_>, id: &str) -> bool {
    if KEYS.contains(&id) {
        at.error("reserved_id", format!("`{id}` names the rows of a table"), "choose another id");
        return false;
    }
    at.names(id)
}

/// A list of ids; faults are reported and left out.
fn names(at: &At<'_>) -> Vec<String> {
    at.list().unwrap_or_default().iter().filter_map(At::id).map(str::to_owned).collect()
}

fn about(f: &Fields<'_>) -> String {
    const ABOUT: &[&str] = &["group", "organization", "challenge"];
    let Some(a) = f.get("about") else { return "group".to_owned() };
    let Some(text) = a.text() else { return "group".to_owned() };
    if text == "person" {
        let help = "leadership lives between people: say `group`, `organization` or `challenge`";
        a.error("person_level", "nothing here may be judged of a person", help);
    } else if !ABOUT.contains(&text) {
        a.error("unknown_name", format!("unknown subject `{text}`"), a.suggest(text, ABOUT.iter().copied()));
    }
    text.to_owned()
}

/// The value that a word stands for, from a short list of words.
fn one_of<T: Copy>(at: &At<'_>, what: &str, known: &[(&str, T)]) -> Option<T> {
    let word = at.text()?;
    let found = known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    if found.is_none() {
        let help = at.suggest(word, known.iter().map(|(name, _)| *name));
        at.error("unknown_name", format!("unknown {what} `{word}`"), help);
    }
    found
}

//! Files to a framework: one path for the built-in rulebook and a user's own.

mod allow;
mod digest;
mod extend;
mod header;
mod levers;
mod measures;
mod questions;
mod rule;
mod rule_test;
mod sets;

use super::check::{connect, on_boxes, run_tests};
use super::condition::{self, SCORECARD, Scope};
use super::constraints::constrain;
use super::model::{Framework, Inner, NotEncoded};
use crate::document::{At, Diagnostics, Document, Fields, Source};
use crate::error::{Diagnostic, Error, Family, Result};
use crate::grammar::{Key, Shape, words};
use crate::vocabulary::{CONCEPT, Catalogue, PROMPT, WORK};
use digest::digests;
pub(super) use extend::of_base;
use header::{FRAMEWORK, read_header};
use levers::{LEVER, check_levers, read_levers};
use measures::{MEASURE, read_measures};
use questions::{QUESTION, read_questions};
use rule::{RULE, read_rule};
use sets::{SET, read_sets};
use std::cell::LazyCell;
use std::sync::Arc;

/// The most rules, measures or questions a framework may have.
pub const MAX_RULES: usize = 10_000;
/// The most ends of conditions that the rules of a framework may have together.
const MAX_LEAVES: usize = 200_000;
/// The most sets of things that are not mixed.
const MAX_SETS: usize = 100;
/// Columns that name a row of a table and so cannot name a measure, a question or a rule.
pub(in crate::rules) const KEYS: &[&str] = &["unit", "id", "case", "wave"];
/// More than any list of a rulebook needs: the size of the file is the limit.
const MANY: usize = usize::MAX;
const ABOUT: &[(&str, ())] = &[("group", ()), ("organization", ()), ("challenge", ()), ("plan", ())];
const ABOUT_WORDS: Shape = Shape::Word(|| words(ABOUT));
const CONCEPTS: Shape = Shape::List(&Shape::Id, 0, MANY);

/// The sections of a rulebook.
pub(crate) const SECTIONS: &[Key] = &[
    Key::new("framework", Shape::Table(FRAMEWORK), "which framework this is"),
    Key::new("work", Shape::List(&Shape::Table(WORK), 0, MANY), "works that may be cited"),
    Key::new("concept", Shape::List(&Shape::Table(CONCEPT), 0, MANY), "concepts that rules may encode"),
    Key::new("prompt", Shape::List(&Shape::Table(PROMPT), 0, MANY), "questions that a person can be asked"),
    Key::new("set", Shape::Tables(SET), "things that belong together and are not mixed with another set"),
    Key::new("measure", Shape::Tables(MEASURE), "what can be observed"),
    Key::new("question", Shape::Tables(QUESTION), "what rules answer"),
    Key::new("scorecard", Shape::Tables(SCORECARD), "weighted items with bands"),
    Key::new("rule", Shape::List(&Shape::Table(RULE), 0, MANY), "what is concluded, and when"),
    Key::new("lever", Shape::Tables(LEVER), "what people can do about what is found"),
    Key::new("not_encoded", Shape::List(&Shape::Table(NOT_ENCODED), 0, MANY), "concepts that are deliberately no rule"),
];
const NOT_ENCODED: &[Key] =
    &[Key::new("concept", Shape::Id, "the concept").needed(), Key::new("why", Shape::Text, "why not").needed()];

/// The files of the built-in rulebook.
pub const FILES: &[(&str, &str)] = &[
    ("framework.toml", include_str!("../../../rulebook/framework.toml")),
    ("challenge.toml", include_str!("../../../rulebook/challenge.toml")),
    ("stages.toml", include_str!("../../../rulebook/stages.toml")),
    ("pitfalls.toml", include_str!("../../../rulebook/pitfalls.toml")),
    ("response.toml", include_str!("../../../rulebook/response.toml")),
    ("tasks.toml", include_str!("../../../rulebook/tasks.toml")),
    ("capabilities.toml", include_str!("../../../rulebook/capabilities.toml")),
    ("spread.toml", include_str!("../../../rulebook/spread.toml")),
    ("roles.toml", include_str!("../../../rulebook/roles.toml")),
    ("practices.toml", include_str!("../../../rulebook/practices.toml")),
    ("conditions.toml", include_str!("../../../rulebook/conditions.toml")),
    ("participation.toml", include_str!("../../../rulebook/participation.toml")),
    ("barriers.toml", include_str!("../../../rulebook/barriers.toml")),
    ("obstacles.toml", include_str!("../../../rulebook/obstacles.toml")),
    ("sources.toml", include_str!("../../../rulebook/sources.toml")),
    ("source_limits.toml", include_str!("../../../rulebook/source_limits.toml")),
    ("misdiagnosis.toml", include_str!("../../../rulebook/misdiagnosis.toml")),
    ("approaches.toml", include_str!("../../../rulebook/approaches.toml")),
    ("shifts.toml", include_str!("../../../rulebook/shifts.toml")),
    ("lifecycle.toml", include_str!("../../../rulebook/lifecycle.toml")),
    ("culture.toml", include_str!("../../../rulebook/culture.toml")),
    ("benefits.toml", include_str!("../../../rulebook/benefits.toml")),
    ("levers.toml", include_str!("../../../rulebook/levers.toml")),
    ("networks.toml", include_str!("../../../rulebook/networks.toml")),
    ("coherence.toml", include_str!("../../../rulebook/coherence.toml")),
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

    /// A framework from TOML text. It may cite the built-in catalogue and add concepts and works of its own. With
    /// `extends = "collective-leadership"` in its header it has everything of the built-in framework as well.
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
    check_files(&[("", text)])
}

/// As [`check`], of a rulebook in several files, each a name and its text.
pub fn check_files(files: &[(&str, &str)]) -> Vec<Diagnostic> {
    match Catalogue::builtin() {
        Ok(catalogue) => load(catalogue, files).1,
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
    let mut own = parse(files, &faults);
    let extends = extend::extends(&own);
    let base = if extends { extend::base_files() } else { Vec::new() };
    let base: Vec<(&str, &str)> = base.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let mut documents = parse(&base, &faults);
    extend::replace(&mut documents, &own, &faults);
    let based = documents.len();
    documents.append(&mut own);
    // The base brings its catalogue along.
    let catalogue = if extends { Catalogue::default() } else { catalogue };
    let inner = if faults.failed() { None } else { read(catalogue, &documents, based, &faults) };
    let inner = inner.filter(|_| !faults.failed());
    let mut diagnostics = extend::told(faults.into_vec());
    for (name, text) in base.iter().chain(files) {
        let source = LazyCell::new(|| Source::new(text));
        // What was found while reading is quoted already.
        let bare = diagnostics.iter_mut().filter(|d| d.excerpt.is_empty() && d.file == *name);
        bare.for_each(|d| d.quote_from(&source));
    }
    let framework = inner.map(|mut inner| {
        inner.warnings.clone_from(&diagnostics);
        Framework(Arc::new(inner))
    });
    (framework, diagnostics)
}

fn parse(files: &[(&str, &str)], faults: &Diagnostics) -> Vec<Document> {
    let mut documents = Vec::new();
    for (name, text) in files {
        match Document::parse(name, text) {
            Ok(d) => documents.push(d),
            Err(d) => faults.push(d),
        }
    }
    documents
}

/// Reads documents as one framework; the first `based` of them are those of a framework that the others extend.
fn read(catalogue: Catalogue, documents: &[Document], based: usize, faults: &Diagnostics) -> Option<Inner> {
    let files: Vec<Fields<'_>> = documents.iter().filter_map(|d| At::root(d, faults).table(SECTIONS)).collect();
    let mut inner = Inner { catalogue, ..Inner::default() };
    (inner.sha256, inner.logic_sha256) = digests(documents);
    let (base, own) = files.split_at_checked(based)?;
    if !base.is_empty() {
        read_header(&mut inner, base, documents, faults);
        inner.extends = Some((inner.id.clone(), inner.version.clone()));
    }
    read_header(&mut inner, own, documents, faults);
    inner.catalogue.read(&files);
    files.iter().for_each(|file| read_sets(&mut inner, file));
    if inner.sets.len() > MAX_SETS {
        let at = files.first()?.at();
        at.error("too_many", format!("more than {MAX_SETS} sets"), "split the framework");
        return None;
    }
    for file in &files {
        read_measures(&mut inner, file);
        read_questions(&mut inner, file);
    }
    files.iter().for_each(|file| read_levers(&mut inner, file));
    check_levers(&inner, faults);
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
            let Some(f) = at.table(NOT_ENCODED) else { continue };
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
    constrain(&inner, faults);
    if faults.failed() {
        return None;
    }
    // The rules' own tests and the checks run on the finished framework.
    let framework = Framework(Arc::new(inner));
    run_tests(&framework, faults);
    on_boxes(&framework, faults);
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
    let Some(a) = f.get("about") else { return "group".to_owned() };
    let Some(text) = a.text() else { return "group".to_owned() };
    if text == "person" {
        let help = "what is judged lives between people: say `group`, `organization`, `challenge` or `plan`";
        a.error("person_level", "nothing here may be judged of a person", help);
    } else {
        a.word("subject", ABOUT);
    }
    text.to_owned()
}

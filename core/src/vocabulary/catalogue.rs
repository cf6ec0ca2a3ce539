//! The concept catalogue, the registry of works that may be cited, and the question bank, as data.

use crate::document::{At, Diagnostics, Document, Fields};
use crate::error::{Family, Result};
use crate::grammar::{Key, Shape};
use serde_json::{Value, json};
use std::collections::HashMap;

/// One concept of the sources, in our own words.
#[derive(Debug, Clone, PartialEq)]
pub struct Concept {
    /// Its id, `C001` to `C253` in the built-in catalogue.
    pub id: String,
    /// Model, task, condition, rule, obstacle, capability ...
    pub kind: String,
    /// A short title.
    pub title: String,
    /// One or two sentences.
    pub definition: String,
    /// Where the source says it.
    pub cites: Vec<Cite>,
    /// `source`, `derived`, `external` or `project`.
    pub origin: String,
}

impl Concept {
    /// The concept as a JSON document.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id, "kind": self.kind, "title": self.title, "definition": self.definition,
            "cites": self.cites.iter().map(Cite::to_json).collect::<Vec<_>>(), "origin": self.origin,
        })
    }
}

/// A place in a work.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cite {
    /// The id of the work.
    pub work: String,
    /// Where in it, such as a section.
    pub at: String,
}

impl Cite {
    /// The citation as a JSON document.
    pub fn to_json(&self) -> Value {
        json!({ "work": self.work, "at": self.at })
    }
}

/// A work that may be cited.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// Its short name.
    pub id: String,
    /// Authors as printed.
    pub authors: String,
    /// The year, when it is known.
    pub year: Option<i64>,
    /// Its title.
    pub title: String,
    /// Where it appeared.
    pub container: String,
    /// `source`, `precedent`, `method` or `literature`.
    pub role: String,
    /// A remark, such as that it was not checked.
    pub note: String,
}

impl Work {
    /// One line: authors, year, title.
    pub fn line(&self) -> String {
        let year = self.year.map_or("n.d.".to_owned(), |y| y.to_string());
        let container = if self.container.is_empty() { String::new() } else { format!(", {}", self.container) };
        let authors = if self.authors.is_empty() { String::new() } else { format!("{} ", self.authors) };
        format!("{authors}({year}) {}{container}", self.title)
    }
}

/// A question that a person can be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    /// Its id.
    pub id: String,
    /// The question.
    pub text: String,
    /// What it is about.
    pub tags: Vec<String>,
    /// Whom to ask.
    pub whom: String,
    /// The concepts it serves.
    pub concepts: Vec<String>,
}

impl Prompt {
    /// The prompt as a JSON document.
    pub fn to_json(&self) -> Value {
        json!({ "id": self.id, "text": self.text, "tags": self.tags, "whom": self.whom, "concepts": self.concepts })
    }
}

/// Concepts, works and prompts, each found by id.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    concepts: Vec<Concept>,
    works: Vec<Work>,
    prompts: Vec<Prompt>,
    concept_index: HashMap<String, usize>,
    work_index: HashMap<String, usize>,
    prompt_index: HashMap<String, usize>,
    /// How many concepts, works and prompts are only there to be cited: a framework may declare its own in their place.
    shipped: Shipped,
}

#[derive(Debug, Clone, Copy, Default)]
struct Shipped {
    concepts: usize,
    works: usize,
    prompts: usize,
}

const MANY: usize = usize::MAX;
const CONCEPTS: Shape = Shape::List(&Shape::Id, 0, MANY);
pub(crate) const WORK: &[Key] = &[
    Key::new("id", Shape::Id, "its short name").needed(),
    Key::new("title", Shape::Text, "its title").needed(),
    Key::new("authors", Shape::Text, "authors as printed"),
    Key::new("year", Shape::Whole(i64::MIN, i64::MAX), "the year, when it is known"),
    Key::new("container", Shape::Text, "where it appeared"),
    Key::new("role", Shape::Text, "source, precedent, method or literature"),
    Key::new("note", Shape::Text, "a remark, such as that it was not checked"),
];
pub(crate) const CONCEPT: &[Key] = &[
    Key::new("id", Shape::Id, "the id of the concept").needed(),
    Key::new("title", Shape::Text, "a short title").needed(),
    Key::new("definition", Shape::Text, "one or two sentences, in your own words").needed(),
    Key::new("kind", Shape::Text, "model, task, condition, rule, obstacle, capability ..."),
    Key::new("cites", Shape::List(&Shape::Table(CITE), 0, MANY), "where the source says it"),
    Key::new("origin", Shape::Text, "source, derived, external or project"),
];
const CITE: &[Key] = &[
    Key::new("work", Shape::Id, "the id of a work").needed(),
    Key::new("at", Shape::Text, "where in it, such as a section"),
];
pub(crate) const PROMPT: &[Key] = &[
    Key::new("id", Shape::Id, "the id of the prompt").needed(),
    Key::new("text", Shape::Text, "the question").needed(),
    Key::new("tags", Shape::List(&Shape::Text, 0, MANY), "what it is about"),
    Key::new("whom", Shape::Text, "whom to ask"),
    Key::new("concepts", CONCEPTS, "the concepts it serves"),
];

/// The files of the built-in catalogue.
pub const FILES: &[(&str, &str)] = &[
    ("works.toml", include_str!("../../rulebook/works.toml")),
    ("concepts.toml", include_str!("../../rulebook/concepts.toml")),
    ("prompts.toml", include_str!("../../rulebook/prompts.toml")),
];

impl Catalogue {
    /// The catalogue that ships with the library.
    ///
    /// # Errors
    /// Never for a released crate: its tests load it.
    pub fn builtin() -> Result<Catalogue> {
        let faults = Diagnostics::default();
        let mut catalogue = Catalogue::default();
        let mut documents = Vec::new();
        for (name, text) in FILES {
            match Document::parse(name, text) {
                Ok(d) => documents.push(d),
                Err(d) => faults.push(d),
            }
        }
        let files: Vec<Fields<'_>> =
            documents.iter().filter_map(|d| At::root(d, &faults).fields(&["work", "concept", "prompt"])).collect();
        catalogue.read(&files);
        faults.finish(Family::Rulebook)?;
        let (concepts, works, prompts) = (catalogue.concepts.len(), catalogue.works.len(), catalogue.prompts.len());
        catalogue.shipped = Shipped { concepts, works, prompts };
        Ok(catalogue)
    }

    /// Every concept.
    pub fn concepts(&self) -> &[Concept] {
        &self.concepts
    }
    /// Every work.
    pub fn works(&self) -> &[Work] {
        &self.works
    }
    /// Every question of the bank.
    pub fn prompts(&self) -> &[Prompt] {
        &self.prompts
    }
    /// The concept with this id.
    pub fn concept(&self, id: &str) -> Option<&Concept> {
        self.concept_index.get(id).and_then(|i| self.concepts.get(*i))
    }
    /// The work with this id.
    pub fn work(&self, id: &str) -> Option<&Work> {
        self.work_index.get(id).and_then(|i| self.works.get(*i))
    }

    /// Reads the sections `work`, `concept` and `prompt` of all documents, in this order: whichever file a work
    /// stands in, every concept may cite it. Faults go where the documents' go.
    pub(crate) fn read(&mut self, files: &[Fields<'_>]) {
        let section = |name| files.iter().filter_map(move |f| f.get(name)).flat_map(|a| a.list().unwrap_or_default());
        section("work").for_each(|at| self.read_work(&at));
        section("concept").for_each(|at| self.read_concept(&at));
        section("prompt").for_each(|at| self.read_prompt(&at));
        drop_shipped(&mut self.concepts, &mut self.concept_index, |c| &c.id);
        drop_shipped(&mut self.works, &mut self.work_index, |w| &w.id);
        drop_shipped(&mut self.prompts, &mut self.prompt_index, |p| &p.id);
    }

    fn read_work(&mut self, at: &At<'_>) {
        let Some(f) = at.table(WORK) else { return };
        let (Some(id), Some(title)) = (f.need("id").and_then(|a| a.id()), f.need("title").and_then(|a| a.text()))
        else {
            return;
        };
        let own = Work {
            id: id.to_owned(),
            authors: f.text_or_empty("authors"),
            year: f.get("year").and_then(|a| a.integer()),
            title: title.to_owned(),
            container: f.text_or_empty("container"),
            role: f.text_or_empty("role"),
            note: f.text_or_empty("note"),
        };
        admit(at, "work", id, own, &mut self.works, &mut self.work_index, self.shipped.works);
    }

    fn read_concept(&mut self, at: &At<'_>) {
        let Some(f) = at.table(CONCEPT) else { return };
        let Some(id) = f.need("id").and_then(|a| a.id()) else { return };
        let own = Concept {
            id: id.to_owned(),
            kind: f.text_or_empty("kind"),
            title: f.need("title").and_then(|a| a.text()).unwrap_or_default().to_owned(),
            definition: f.need("definition").and_then(|a| a.text()).unwrap_or_default().to_owned(),
            cites: f.get("cites").map(|a| self.cites(&a, "work")).unwrap_or_default(),
            origin: f.text_or_empty("origin"),
        };
        admit(at, "concept", id, own, &mut self.concepts, &mut self.concept_index, self.shipped.concepts);
    }

    fn read_prompt(&mut self, at: &At<'_>) {
        let Some(f) = at.table(PROMPT) else { return };
        let (Some(id), Some(text)) = (f.need("id").and_then(|a| a.id()), f.need("text").and_then(|a| a.text())) else {
            return;
        };
        let own = Prompt {
            id: id.to_owned(),
            text: text.to_owned(),
            tags: f.texts("tags"),
            whom: f.text_or_empty("whom"),
            concepts: f.get("concepts").map(|a| self.known_concepts(&a)).unwrap_or_default(),
        };
        admit(at, "prompt", id, own, &mut self.prompts, &mut self.prompt_index, self.shipped.prompts);
    }

    /// A list of citations; a work that is not in the registry is a fault.
    pub(crate) fn cites(&self, at: &At<'_>, key: &str) -> Vec<Cite> {
        let mut cites = Vec::new();
        for at in at.list().unwrap_or_default() {
            let Some(f) = at.fields(&[key, "at"]) else { continue };
            let Some((at, work)) = f.need(key).and_then(|a| Some((a.clone(), a.text()?))) else { continue };
            if self.work(work).is_none() {
                let help = or_add(at.suggest(work, self.works.iter().map(|w| w.id.as_str())), "work");
                at.error("unknown_work", format!("the work `{work}` is not in the registry"), help);
            }
            cites.push(Cite { work: work.to_owned(), at: f.text_or_empty("at") });
        }
        cites
    }

    /// A list of concept ids; an id that is not in the catalogue is a fault.
    pub(crate) fn known_concepts(&self, at: &At<'_>) -> Vec<String> {
        let mut ids = Vec::new();
        for at in at.list().unwrap_or_default() {
            let Some(id) = at.text() else { continue };
            self.expect_concept(&at, id);
            ids.push(id.to_owned());
        }
        ids
    }

    /// A fault when a concept is not in the catalogue.
    pub(crate) fn expect_concept(&self, at: &At<'_>, id: &str) {
        if self.concept(id).is_none() {
            let help = or_add(at.suggest(id, self.concepts.iter().map(|c| c.id.as_str())), "concept");
            at.error("unknown_concept", format!("the concept `{id}` is not in the catalogue"), help);
        }
    }
}

/// Adds an entry; a second one with its id is a fault. One that is only there to be cited gives way, and that is told
/// where the new one says something else.
fn admit<T: PartialEq>(
    at: &At<'_>,
    what: &str,
    id: &str,
    own: T,
    list: &mut Vec<T>,
    index: &mut HashMap<String, usize>,
    shipped: usize,
) {
    let before = index.insert(id.to_owned(), list.len());
    if before.is_some_and(|i| i >= shipped) {
        let help = "keep one of them, or choose another id";
        at.error("duplicate_id", format!("the {what} `{id}` is declared twice"), help);
    } else if before.and_then(|i| list.get(i)).is_some_and(|s| *s != own) {
        let message = format!("the {what} `{id}` says something else than the built-in one");
        at.warning("shadowed_id", message, "choose another id, unless it is meant to stand in its place");
    }
    list.push(own);
}

/// Leaves out entries that gave way to others.
fn drop_shipped<T>(list: &mut Vec<T>, index: &mut HashMap<String, usize>, id: fn(&T) -> &String) {
    let mut place = 0;
    list.retain(|entry| {
        let kept = index.get(id(entry)) == Some(&place);
        place += 1;
        kept
    });
    index.clear();
    index.extend(list.iter().enumerate().map(|(i, entry)| (id(entry).clone(), i)));
}

fn or_add(near: String, section: &str) -> String {
    if near.starts_with("did you mean") { near } else { format!("add it as [[{section}]]") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_catalogue_is_whole() {
        let c = Catalogue::builtin().unwrap();
        let ids: Vec<&str> = c.concepts().iter().map(|c| c.id.as_str()).collect();
        let want: Vec<String> = (1..=253).map(|i| format!("C{i:03}")).collect();
        assert_eq!(ids, want);
        for concept in c.concepts() {
            assert!(!concept.definition.is_empty() && !concept.cites.is_empty(), "{}", concept.id);
        }
        assert!(c.prompts().len() >= 30);
    }
}

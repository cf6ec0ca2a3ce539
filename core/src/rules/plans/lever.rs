//! Something that people can do about what was found, as the rulebook declares it.

use crate::document::Mark;
use crate::error::{Error, Result, suggest};
use crate::rules::model::{Framework, QuestionId};
use crate::vocabulary::{Change, Cite, Puller};
use serde_json::{Value, json};

/// Something that people can do. `[lever.x]` of a rulebook.
#[derive(Debug, Clone, PartialEq)]
pub struct Lever {
    /// Its id.
    pub id: String,
    /// What is done, in words.
    pub title: String,
    /// What it changes: one or more.
    pub changes: Vec<Change>,
    /// Who can pull it.
    pub who: Puller,
    /// What it is offered for: options of questions that hold.
    pub helps: Vec<(QuestionId, usize)>,
    /// Whether it is offered whatever was found.
    pub always: bool,
    /// Why it may help, or what it is, in our own words.
    pub because: String,
    /// The concepts it encodes.
    pub concepts: Vec<String>,
    /// Where the sources say it.
    pub cites: Vec<Cite>,
    /// Where it stands in the file.
    pub mark: Mark,
}

impl Lever {
    /// Whether it is ever offered. A plan can name those that are not.
    pub fn offered(&self) -> bool {
        self.always || !self.helps.is_empty()
    }

    /// The lever as a JSON document.
    pub fn to_json(&self, framework: &Framework) -> Value {
        json!({
            "id": self.id, "title": self.title, "changes": self.changes.iter().map(|c| c.as_str()).collect::<Vec<_>>(),
            "who": self.who.as_str(), "helps": options_json(framework, &self.helps), "always": self.always,
            "because": self.because, "concepts": self.concepts,
            "cites": self.cites.iter().map(Cite::to_json).collect::<Vec<_>>(),
        })
    }
}

/// Options of questions by name.
pub(super) fn options_json(framework: &Framework, of: &[(QuestionId, usize)]) -> Value {
    let name = |(q, o): &(QuestionId, usize)| {
        let question = framework.question(*q)?;
        Some(json!([question.id, question.options.get(*o)?]))
    };
    of.iter().filter_map(name).collect()
}

/// What a measure about a plan counts: the levers that any of these names.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Counts {
    /// Levers that change one of these.
    pub changes: Vec<Change>,
    /// Levers that these people can pull.
    pub who: Vec<Puller>,
    /// These levers.
    pub levers: Vec<String>,
}

impl Counts {
    /// Whether it counts a lever that these people pull.
    pub(super) fn counts(&self, lever: &Lever, who: Puller) -> bool {
        self.changes.iter().any(|c| lever.changes.contains(c))
            || self.who.contains(&who)
            || self.levers.contains(&lever.id)
    }
}

impl Framework {
    /// What can be done, as it declares it.
    pub fn levers(&self) -> &[Lever] {
        &self.0.levers
    }

    /// The lever named `id`.
    ///
    /// # Errors
    /// `unknown_lever`.
    pub fn find_lever(&self, id: &str) -> Result<&Lever> {
        self.levers().iter().find(|l| l.id == id).ok_or_else(|| {
            let known: Vec<&str> = self.levers().iter().map(|l| l.id.as_str()).collect();
            let near = suggest(id, known.iter().copied());
            let help = if near.is_empty() { "see the levers of the framework".to_owned() } else { near };
            Error::input("unknown_lever", format!("unknown lever `{id}`")).at("lever").help(help)
        })
    }
}

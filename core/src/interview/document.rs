//! The form as a JSON document, there and back.

use super::form::{Answers, Form, FormFact, Reply, Said};
use super::text::tidy_note;
use crate::document::{At, Diagnostics, Document, Fields, Kind};
use crate::error::{Error, Family, Result};
use crate::evidence::{Provenance, check_date, check_role};
use crate::rules::Framework;
use serde_json::{Value, json};

/// The schema of the JSON form.
pub const INTERVIEW_SCHEMA: &str = "colead-interview/1";

impl Form {
    /// The form as a JSON document. To fill it in, add to `said`: `answer` (a word, a number, a category, or `do not
    /// know`), `component`, `informant`, `role`, `source`, `date`, `note`.
    pub fn to_json(&self) -> Value {
        json!({
            "schema": INTERVIEW_SCHEMA,
            "framework": { "id": self.framework, "version": self.version },
            "unit": self.unit,
            "challenge": self.challenge,
            "facts": self.facts.iter().map(FormFact::to_json).collect::<Vec<_>>(),
        })
    }

    /// Reads a form that was handed back, however much of it is filled in: JSON, or the text of [`Form::to_text`].
    /// Wording is the framework's; what the file says of it is not read. `name` is the file's name, for errors.
    ///
    /// # Errors
    /// `syntax`, `unknown_key`, `wrong_type`, `other_schema`, `other_framework`, `unknown_measure`, `not_an_answer`,
    /// `unknown_role`, `not_a_date`, `line_break`, each with its place.
    pub fn read(framework: &Framework, name: &str, text: &str) -> Result<Form> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim_start().starts_with('{') {
            return Form::from_json(framework, name, text);
        }
        Form::from_text(framework, name, text)
    }

    fn from_json(framework: &Framework, name: &str, text: &str) -> Result<Form> {
        let doc = Document::parse(name, text).map_err(|d| Error::from_diagnostics(Family::Input, vec![d]))?;
        let faults = Diagnostics::default();
        let mut form = Form::blank(framework);
        if let Some(f) = At::root(&doc, &faults).fields(&["schema", "framework", "unit", "challenge", "facts"]) {
            if let Some(at) = f.need("schema")
                && at.text().is_some_and(|s| s != INTERVIEW_SCHEMA)
            {
                at.error(
                    "other_schema",
                    "the file is no interview of this version",
                    format!("give `{INTERVIEW_SCHEMA}`"),
                );
            }
            if let Some(of) = f.need("framework").and_then(|at| at.fields(&["id", "version"]))
                && let Some(at) = of.need("id")
                && at.text().is_some_and(|id| id != framework.id())
            {
                let help = format!("read it with its own framework, or ask with `{}`", framework.id());
                at.error("other_framework", "the form belongs to another framework", help);
            }
            (form.unit, form.challenge) = (line(&f, "unit"), line(&f, "challenge"));
            for at in f.need("facts").and_then(|at| at.list()).unwrap_or_default() {
                form.read_fact(framework, &at);
            }
        }
        faults.finish(Family::Input)?;
        Ok(form)
    }

    fn read_fact(&mut self, framework: &Framework, at: &At<'_>) {
        let keys = ["measure", "about", "asks", "whom", "answers", "why", "said"];
        let Some(f) = at.fields(&keys) else { return };
        let Some(id) = f.need("measure") else { return };
        let Some(name) = id.text() else { return };
        let fact = match self.fact_mut(framework, name) {
            Ok(fact) => fact,
            Err(e) => return id.error(e.code(), e.message(), e.help_text()),
        };
        for at in f.get("said").and_then(|at| at.list()).unwrap_or_default() {
            let said = read_said(&at, &fact.answers);
            if !said.is_blank() && !fact.said.contains(&said) {
                fact.said.push(said);
            }
        }
    }

    /// A form of a framework without facts.
    pub(super) fn blank(framework: &Framework) -> Form {
        Form {
            framework: framework.id().to_owned(),
            version: framework.version().to_owned(),
            unit: None,
            challenge: None,
            facts: Vec::new(),
        }
    }
}

impl FormFact {
    fn to_json(&self) -> Value {
        let said = |s: &Said| {
            let answer = s.answer.as_ref().map(|reply| match reply {
                Reply::Number(x) if self.answers != Answers::Words => json!(x),
                Reply::Number(x) => {
                    let word = reply.text(&self.answers);
                    if word.parse::<f64>().is_ok() { json!(x) } else { json!(word) }
                }
                _ => json!(reply.text(&self.answers)),
            });
            let mut doc = s.by.to_json(true);
            if let Value::Object(map) = &mut doc {
                map.insert("answer".to_owned(), json!(answer));
                map.insert("component".to_owned(), json!(s.component));
            }
            doc
        };
        json!({
            "measure": self.measure, "about": if self.of_challenge { "challenge" } else { "unit" }, "asks": self.asks,
            "whom": self.whom, "answers": self.answers.text(), "why": self.why,
            "said": self.said.iter().map(said).collect::<Vec<_>>(),
        })
    }
}

fn read_said(at: &At<'_>, answers: &Answers) -> Said {
    let keys = ["answer", "component", "informant", "role", "source", "date", "note"];
    let Some(f) = at.fields(&keys) else { return Said::default() };
    fn checked<T>(at: &At<'_>, read: Result<T>) -> Option<T> {
        read.map_err(|e| at.error(e.code(), e.message(), e.help_text())).ok()
    }
    let answer = f.get("answer").and_then(|at| match &at.node.kind {
        Kind::Bool(b) => checked(&at, answers.number(f64::from(u8::from(*b)))),
        Kind::Int(i) => checked(&at, answers.number(*i as f64)),
        Kind::Float(x) => checked(&at, answers.number(*x)),
        _ => at.text().map(str::trim).filter(|t| !t.is_empty()).and_then(|t| checked(&at, answers.read(t))),
    });
    let role = f.get("role").zip(line(&f, "role")).and_then(|(at, t)| checked(&at, check_role(&t)));
    let date = f.get("date").zip(line(&f, "date")).and_then(|(at, t)| checked(&at, check_date(&t)));
    Said {
        answer,
        component: line(&f, "component"),
        by: Provenance {
            informant: line(&f, "informant"),
            role,
            source: line(&f, "source"),
            date,
            note: f.get("note").and_then(|at| at.text()).and_then(tidy_note),
        },
    }
}

/// A text of one line; nothing when it is empty.
fn line(f: &Fields<'_>, key: &str) -> Option<String> {
    let at = f.get(key)?;
    let text = at.text()?.trim();
    if text.contains(['\n', '\r']) {
        at.error(
            "line_break",
            format!("`{key}` has several lines"),
            "put it on one line; only a note may have several",
        );
        return None;
    }
    Some(text.to_owned()).filter(|t| !t.is_empty())
}

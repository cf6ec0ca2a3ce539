//! `[question.x]`: what can be asked, and which options answer it.

use super::{about, names, one_of, usable};
use crate::document::Fields;
use crate::rules::model::{Inner, Mode, Question, QuestionId};
use std::collections::HashSet;

pub(super) fn read_questions(inner: &mut Inner, file: &Fields<'_>) {
    for (id, at) in file.get("question").and_then(|a| a.entries()).unwrap_or_default() {
        if !usable(&at, id) {
            continue;
        }
        let Some(f) =
            at.fields(&["options", "mode", "asks", "title", "about", "parts_differ", "concepts", "overlap", "note"])
        else {
            continue;
        };
        let Some(given) = f.need("options") else { continue };
        let options = names(&given);
        let distinct: HashSet<&String> = options.iter().collect();
        if options.is_empty() || options.len() > 64 || distinct.len() != options.len() {
            let help = "such as [\"yes\", \"no\"]";
            given.error("bad_options", format!("the question `{id}` needs 1 to 64 distinct options"), help);
        }
        const MODES: &[(&str, Mode)] =
            &[("exclusive", Mode::Exclusive), ("independent", Mode::Independent), ("graded", Mode::Graded)];
        let Some(mode) = f.need("mode").and_then(|a| one_of(&a, "mode", MODES)) else { continue };
        if let Some(a) = f.get("overlap") {
            one_of(&a, "overlap", &[("conflict", ())]);
        }
        let parts_differ = f.get("parts_differ").and_then(|a| {
            let name = a.text()?;
            let found = options.iter().position(|o| o == name);
            if found.is_none() {
                let help = a.suggest(name, options.iter().map(String::as_str));
                a.error("unknown_option", format!("unknown option `{name}` of `{id}`"), help);
            }
            if mode != Mode::Exclusive {
                let help = "leave out `parts_differ`, or make the question exclusive";
                a.error("bad_mode", format!("the parts of `{id}` have no single answer"), help);
            }
            found
        });
        let next = QuestionId(inner.questions.len());
        if inner.question_index.insert(id.to_owned(), next).is_some() {
            at.error("duplicate_id", format!("the question `{id}` is declared twice"), "keep one of them");
        }
        let rules = vec![Vec::new(); options.len()];
        inner.questions.push(Question {
            id: id.to_owned(),
            asks: f.text_or_empty("asks"),
            title: f.get("title").and_then(|a| a.text()).unwrap_or(id).to_owned(),
            options,
            mode,
            about: about(&f),
            parts_differ,
            concepts: f.get("concepts").map(|a| inner.catalogue.known_concepts(&a)).unwrap_or_default(),
            rules,
            order: Vec::new(),
            measures: Vec::new(),
            mark: at.mark(),
        });
    }
}

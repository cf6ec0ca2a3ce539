//! `[question.x]`: what can be asked, and which options answer it.

use super::allow::{ALLOW, read_allow};
use super::sets::read_set;
use super::{ABOUT_WORDS, CONCEPTS, about, names, usable};
use crate::document::Fields;
use crate::grammar::{Key, Shape, words};
use crate::rules::model::{Inner, Mode, Question, QuestionId};
use std::collections::HashSet;

const MODES: &[(&str, Mode)] =
    &[("exclusive", Mode::Exclusive), ("independent", Mode::Independent), ("graded", Mode::Graded)];
const OVERLAPS: &[(&str, bool)] = &[("conflict", true)];
const CONCLUSIONS: &[(&str, bool)] = &[("state", false), ("cause", true)];

pub(crate) const QUESTION: &[Key] = &[
    Key::new(
        "options",
        Shape::List(&Shape::Id, 1, 64),
        "what may answer it, in order: the levels of a graded question rise",
    )
    .needed()
    .decides(),
    Key::new("mode", Shape::Word(|| words(MODES)), "one option at most, each for itself, or ordered levels")
        .needed()
        .decides(),
    Key::new("title", Shape::Text, "a heading"),
    Key::new("asks", Shape::Text, "the question in words"),
    Key::new("about", ABOUT_WORDS, "what it is judged for; `group` when left out").decides(),
    Key::new("concludes", Shape::Word(|| words(CONCLUSIONS)), "a state, or the cause of one; `state` when left out"),
    Key::new("set", Shape::Id, "the set it speaks of, which is not mixed with another"),
    Key::new("parts_differ", Shape::Id, "the option for a whole whose parts have different answers").decides(),
    Key::new("overlap", Shape::Word(|| words(OVERLAPS)), "that two options may hold at once is a result").decides(),
    Key::new("exhaustive", Shape::Boolean, "that some option holds whenever everything is known; a gap is told"),
    Key::new("allow", ALLOW, "what would be refused, each with the reason why it is right here"),
    Key::new("concepts", CONCEPTS, "the concepts it serves"),
    Key::new("note", Shape::Text, "a remark"),
];

pub(super) fn read_questions(inner: &mut Inner, file: &Fields<'_>) {
    for (id, at) in file.get("question").and_then(|a| a.entries()).unwrap_or_default() {
        if !usable(&at, id) {
            continue;
        }
        let Some(f) = at.table(QUESTION) else { continue };
        let Some(given) = f.need("options") else { continue };
        let options = names(&given);
        let distinct: HashSet<&String> = options.iter().collect();
        if options.is_empty() || options.len() > 64 || distinct.len() != options.len() {
            let help = "such as [\"yes\", \"no\"]";
            given.error("bad_options", format!("the question `{id}` needs 1 to 64 distinct options"), help);
        }
        let Some(mode) = f.need("mode").and_then(|a| a.word("mode", MODES)) else { continue };
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
        if inner.question_index.contains_key(id) {
            at.error(
                "duplicate_id",
                format!("the question `{id}` is declared twice"),
                "keep one of them, or choose another id",
            );
            continue;
        }
        inner.question_index.insert(id.to_owned(), next);
        let rules = vec![Vec::new(); options.len()];
        inner.questions.push(Question {
            id: id.to_owned(),
            asks: f.text_or_empty("asks"),
            title: f.get("title").and_then(|a| a.text()).unwrap_or(id).to_owned(),
            options,
            mode,
            about: about(&f),
            may_overlap: f.get("overlap").and_then(|a| a.word("overlap", OVERLAPS)).unwrap_or(false),
            exhaustive: f.get("exhaustive").and_then(|a| a.boolean()).unwrap_or(false),
            concludes_cause: f.get("concludes").and_then(|a| a.word("conclusion", CONCLUSIONS)).unwrap_or(false),
            set: f.get("set").and_then(|a| read_set(inner, &a)),
            allow: read_allow(&f),
            parts_differ,
            concepts: f.get("concepts").map(|a| inner.catalogue.known_concepts(&a)).unwrap_or_default(),
            rules,
            order: Vec::new(),
            measures: Vec::new(),
            mark: at.mark(),
        });
    }
}

//! `[[rule]]`: what is concluded, when, how strongly, and on what basis.

use super::allow::{ALLOW, read_allow};
use super::rule_test::{TEST, read_test};
use super::{CONCEPTS, KEYS, MANY, names};
use crate::document::At;
use crate::grammar::{Key, Shape, words};
use crate::rules::condition::{self, Scope};
use crate::rules::model::{Basis, Inner, QuestionId, Require, Rule, Strength};
use crate::vocabulary::Catalogue;

const BASES: &[(&str, ())] = &[("published", ()), ("simulation", ()), ("norm", ()), ("convention", ()), ("user", ())];
const STRENGTHS: &[(&str, Strength)] =
    &[("defines", Strength::Defines), ("typical", Strength::Typical), ("suggests", Strength::Suggests)];

pub(crate) const RULE: &[Key] = &[
    Key::new("id", Shape::Id, "the id of the rule, never reused for another").needed().decides(),
    Key::new("says", Shape::Row(&[Shape::Id, Shape::Id]), "the question and the option it speaks for").decides(),
    Key::new("strength", Shape::Word(|| words(STRENGTHS)), "`suggests` never answers: it is shown as a hypothesis")
        .needed()
        .decides(),
    Key::new("when", Shape::Condition, "what must be so").needed().decides(),
    Key::new("unless", Shape::Condition, "what must not be so").decides(),
    Key::new("requires", Shape::List(&Shape::Table(GUARD), 0, MANY), "guards: without them it says nothing").decides(),
    Key::new("basis", Shape::Table(BASIS), "why its numbers are what they are; needed where a number decides"),
    Key::new("because", Shape::Text, "why, in your own words").needed(),
    Key::new("concepts", CONCEPTS, "the concepts it encodes"),
    Key::new("cites", Shape::List(&Shape::Table(CITE), 0, MANY), "where the sources say it"),
    Key::new("replaces", Shape::List(&Shape::Id, 0, MANY), "rules of earlier versions that it stands for"),
    Key::new("allow", ALLOW, "what would be refused, each with the reason why it is right here"),
    Key::new("test", Shape::List(&Shape::Table(TEST), 0, MANY), "cases with what they must give"),
    Key::new("note", Shape::Text, "a remark"),
];
const GUARD: &[Key] = &[
    Key::new("when", Shape::Condition, "what must be so").needed(),
    Key::new("reason", Shape::Id, "the typed reason given while it is not").needed(),
];
pub(crate) const BASIS: &[Key] = &[
    Key::new("kind", Shape::Word(|| words(BASES)), "where the number comes from").needed(),
    Key::new("text", Shape::Text, "in words"),
    Key::new("cites", Shape::List(&Shape::Table(CITE), 0, MANY), "where it was published"),
];
pub(crate) const CITE: &[Key] = &[
    Key::new("source", Shape::Id, "the id of a work").needed(),
    Key::new("at", Shape::Text, "where in it, such as a section"),
];

pub(super) fn read_rule(inner: &Inner, scope: &Scope, at: &At<'_>) -> Option<Rule> {
    let f = at.table(RULE)?;
    let id_at = f.need("id")?;
    let id = id_at.id()?.to_owned();
    if KEYS.contains(&id.as_str()) {
        id_at.error("reserved_id", format!("`{id}` names the rows of a table"), "choose another id");
    }
    let says = f.get("says").and_then(|a| read_says(inner, &a));
    let strength = f.need("strength")?.word("strength", STRENGTHS)?;
    let when = condition::read(scope, &f.need("when")?)?;
    let unless = match f.get("unless") {
        Some(a) => Some(condition::read(scope, &a)?),
        None => None,
    };
    let mut requires = Vec::new();
    for guard in f.get("requires").and_then(|a| a.list()).unwrap_or_default() {
        let g = guard.table(GUARD)?;
        let when = condition::read(scope, &g.need("when")?)?;
        requires.push(Require { when, reason: g.need("reason")?.id()?.to_owned() });
    }
    let basis = f.get("basis").and_then(|a| read_basis(&inner.catalogue, &a));
    let numbers_decide = condition::has_threshold(&when)
        || unless.as_ref().is_some_and(condition::has_threshold)
        || requires.iter().any(|r| condition::has_threshold(&r.when));
    if basis.is_none() && numbers_decide {
        let help = "add basis = { kind = \"convention\", text = \"why this number\" }: the sources give no cut-offs";
        at.error("missing_basis", format!("the rule `{id}` has a threshold and no basis"), help);
    }
    let cites = f.get("cites").map(|a| inner.catalogue.cites(&a, "source")).unwrap_or_default();
    if let Some(b) = basis.as_ref().filter(|b| b.kind == "published" && b.cites.is_empty() && cites.is_empty()) {
        let message = format!("the basis of the rule `{id}` is `{}` and cites nothing", b.kind);
        let help = "add cites = [ { source = \"a work\", at = \"where in it\" } ]";
        f.get("basis").unwrap_or(at.clone()).error("missing_cite", message, help);
    }
    Some(Rule {
        says,
        strength,
        when,
        unless,
        requires,
        basis,
        because: f.need("because").and_then(|a| a.text()).unwrap_or_default().to_owned(),
        concepts: f.get("concepts").map(|a| inner.catalogue.known_concepts(&a)).unwrap_or_default(),
        cites,
        replaces: f.get("replaces").map(|a| names(&a)).unwrap_or_default(),
        allow: read_allow(&f),
        mark: at.mark(),
        tests: f
            .get("test")
            .and_then(|a| a.list())
            .unwrap_or_default()
            .iter()
            .filter_map(|t| read_test(inner, t))
            .collect(),
        id,
    })
}

/// Why a number is what it is.
pub(super) fn read_basis(catalogue: &Catalogue, at: &At<'_>) -> Option<Basis> {
    let f = at.table(BASIS)?;
    let kind = f.need("kind")?;
    kind.word("basis", BASES)?;
    let cites = f.get("cites").map(|a| catalogue.cites(&a, "source")).unwrap_or_default();
    Some(Basis { kind: kind.text()?.to_owned(), text: f.text_or_empty("text"), cites })
}

pub(super) fn read_says(inner: &Inner, at: &At<'_>) -> Option<(QuestionId, usize)> {
    let names = at.texts();
    let [question, option] = names[..] else {
        at.error("bad_says", "`says` is not [question, option]", "such as [\"challenge\", \"technical\"]");
        return None;
    };
    let Some(q) = inner.question_index.get(question).copied() else {
        let help = at.suggest(question, inner.questions.iter().map(|q| q.id.as_str()));
        at.error("unknown_question", format!("unknown question `{question}`"), help);
        return None;
    };
    let options = &inner.questions.get(q.0)?.options;
    let found = options.iter().position(|o| o == option);
    if found.is_none() {
        let help = at.suggest(option, options.iter().map(String::as_str));
        at.error("unknown_option", format!("unknown option `{option}` of `{question}`"), help);
    }
    found.map(|o| (q, o))
}

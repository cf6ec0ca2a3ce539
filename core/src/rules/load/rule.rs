//! `[[rule]]`: what is concluded, when, how strongly, and on what basis.

use super::rule_test::read_test;
use super::{KEYS, one_of};
use crate::document::At;
use crate::rules::condition::{self, Scope};
use crate::rules::model::{Basis, Inner, QuestionId, Require, Rule, Strength};

const BASES: &[&str] = &["published", "simulation", "norm", "convention", "user"];

pub(super) fn read_rule(inner: &Inner, scope: &Scope, at: &At<'_>) -> Option<Rule> {
    let f = at.fields(&[
        "id", "says", "strength", "when", "unless", "requires", "basis", "because", "concepts", "cites", "replaces",
        "test", "note",
    ])?;
    let id_at = f.need("id")?;
    let id = id_at.id()?.to_owned();
    if KEYS.contains(&id.as_str()) {
        id_at.error("reserved_id", format!("`{id}` names the rows of a table"), "choose another id");
    }
    let says = f.get("says").and_then(|a| read_says(inner, &a));
    const STRENGTHS: &[(&str, Strength)] =
        &[("defines", Strength::Defines), ("typical", Strength::Typical), ("suggests", Strength::Suggests)];
    let strength = one_of(&f.need("strength")?, "strength", STRENGTHS)?;
    let when = condition::read(scope, &f.need("when")?)?;
    let unless = match f.get("unless") {
        Some(a) => Some(condition::read(scope, &a)?),
        None => None,
    };
    let mut requires = Vec::new();
    for guard in f.get("requires").and_then(|a| a.list()).unwrap_or_default() {
        let g = guard.fields(&["when", "reason"])?;
        let when = condition::read(scope, &g.need("when")?)?;
        requires.push(Require { when, reason: g.need("reason")?.id()?.to_owned() });
    }
    let basis = f.get("basis").and_then(|a| {
        let b = a.fields(&["kind", "text", "cites"])?;
        let at = b.need("kind")?;
        let kind = at.text()?;
        if !BASES.contains(&kind) {
            at.error("unknown_name", format!("unknown basis `{kind}`"), at.suggest(kind, BASES.iter().copied()));
        }
        Some(Basis { kind: kind.to_owned(), text: b.text_or_empty("text") })
    });
    let numbers_decide = condition::has_threshold(&when)
        || unless.as_ref().is_some_and(condition::has_threshold)
        || requires.iter().any(|r| condition::has_threshold(&r.when));
    if basis.is_none() && numbers_decide {
        let help = "add basis = { kind = \"convention\", text = \"why this number\" }: the sources give no cut-offs";
        at.error("missing_basis", format!("the rule `{id}` has a threshold and no basis"), help);
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
        cites: f.get("cites").map(|a| inner.catalogue.cites(&a, "source")).unwrap_or_default(),
        replaces: f.texts("replaces"),
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

fn read_says(inner: &Inner, at: &At<'_>) -> Option<(QuestionId, usize)> {
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

//! The head of a framework: who it is, which version, and how sure its rules must be.

use super::MANY;
use super::extend::BASE;
use super::rule::{BASIS, read_basis};
use crate::document::{At, Diagnostics, Document, Fields, Mark};
use crate::error::Severity;
use crate::grammar::{Key, Shape};
use crate::rules::model::{Inner, Retired};

pub(crate) const FRAMEWORK: &[Key] = &[
    Key::new("id", Shape::Id, "the id of the framework").needed().decides(),
    Key::new("version", Shape::Text, "its semantic version, such as 1.2.3").needed(),
    Key::new("title", Shape::Text, "what it is called"),
    Key::new("extends", Shape::Id, "the framework that it adds to: `collective-leadership`").decides(),
    Key::new("confidence", Shape::Number, "how sure a rule must be to hold: above 0.5 and below 1; 0.9 when left out")
        .decides(),
    Key::new("basis", Shape::Table(BASIS), "why this confidence"),
    Key::new(
        "retired",
        Shape::List(&Shape::Table(RETIRED), 0, MANY),
        "rules of earlier versions that nothing replaces",
    ),
    Key::new("note", Shape::Text, "a remark"),
];
const RETIRED: &[Key] = &[
    Key::new("id", Shape::Id, "the id of the rule, never used again").needed(),
    Key::new("since", Shape::Text, "the first version without it"),
    Key::new("why", Shape::Text, "why it was taken out").needed(),
];

/// A version of three plain numbers.
fn is_version(text: &str) -> bool {
    let plain = |n: &str| n.parse::<u32>().is_ok_and(|value| value.to_string() == n);
    text.split('.').count() == 3 && text.split('.').all(plain)
}

pub(super) fn read_header(inner: &mut Inner, files: &[Fields<'_>], documents: &[Document], faults: &Diagnostics) {
    let mut headers = files.iter().filter_map(|f| f.get("framework"));
    let Some(at) = headers.next() else {
        let (message, help) = ("missing section `framework`", "add [framework] with id, version and confidence");
        match documents.first() {
            Some(d) => At::root(d, faults).error("missing_key", message, help),
            None => faults.push(Mark::default().diagnostic(Severity::Error, "missing_key", message, help)),
        }
        return;
    };
    for extra in headers {
        extra.error("duplicate_id", "a second section `framework`", "keep one of them");
    }
    let Some(f) = at.table(FRAMEWORK) else { return };
    inner.id = f.need("id").and_then(|a| a.id()).unwrap_or_default().to_owned();
    inner.title = f.text_or_empty("title");
    if let Some(v) = f.need("version") {
        inner.version = v.text().unwrap_or_default().to_owned();
        if !is_version(&inner.version) {
            v.error("bad_version", format!("`{}` is not a version", inner.version), "write it as 1.2.3");
        }
    }
    if let Some(a) = f.get("extends")
        && let Some(id) = a.id().filter(|id| *id != BASE)
    {
        let help = format!("only `{BASE}` can be extended; hand in the files of any other together with yours");
        a.error("unknown_framework", format!("`{id}` is not built in"), help);
    }
    // What an extension leaves out is as in its base.
    inner.confidence = match f.get("confidence") {
        None if inner.extends.is_some() => inner.confidence,
        None => 0.9,
        Some(a) => match a.number() {
            Some(c) if c > 0.5 && c < 1.0 => c,
            Some(c) => {
                a.error("bad_confidence", format!("the confidence `{c}` is not above 0.5 and below 1"), "such as 0.9");
                0.9
            }
            None => 0.9,
        },
    };
    if let Some(a) = f.get("basis") {
        read_basis(&inner.catalogue, &a);
    }
    for at in f.get("retired").and_then(|a| a.list()).unwrap_or_default() {
        let Some(r) = at.table(RETIRED) else { continue };
        let (Some(id), Some(why)) = (r.need("id").and_then(|a| a.id()), r.need("why").and_then(|a| a.text())) else {
            continue;
        };
        let since = r.get("since").and_then(|a| Some((a.text()?, a)));
        if let Some((version, a)) = &since
            && !is_version(version)
        {
            a.error("bad_version", format!("`{version}` is not a version"), "write it as 1.2.3");
        }
        let since = since.map(|(version, _)| version.to_owned()).unwrap_or_default();
        inner.retired.push(Retired { id: id.to_owned(), since, why: why.to_owned(), mark: at.mark() });
    }
}

//! The head of a framework: who it is, which version, and how sure its rules must be.

use crate::document::{At, Diagnostics, Document, Fields, Mark};
use crate::error::Severity;
use crate::rules::model::Inner;

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
    let Some(f) = at.fields(&["id", "version", "title", "confidence", "basis", "note"]) else { return };
    inner.id = f.need("id").and_then(|a| a.id()).unwrap_or_default().to_owned();
    inner.title = f.text_or_empty("title");
    if let Some(v) = f.need("version") {
        inner.version = v.text().unwrap_or_default().to_owned();
        let numbers: Vec<&str> = inner.version.split('.').collect();
        let plain = |n: &str| n.parse::<u32>().is_ok_and(|value| value.to_string() == n);
        if numbers.len() != 3 || !numbers.into_iter().all(plain) {
            v.error("bad_version", format!("`{}` is not a version", inner.version), "write it as 1.2.3");
        }
    }
    inner.confidence = match f.get("confidence") {
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
}

//! A difference of two versions as a JSON document and as text.

use super::diff::{Changes, Diff, Difference, Version};
use crate::json;
use serde_json::{Value, json};
use std::fmt::Write as _;

impl Version {
    /// The version as a JSON document: `id version sha256 logic_sha256 confidence`.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id, "version": self.version, "sha256": self.sha256, "logic_sha256": self.logic_sha256,
            "confidence": self.confidence,
        })
    }
}

impl Diff {
    /// The difference as a JSON document: `old new measures questions rules replaced retired unexplained reused cases
    /// answers verdicts unread matters`.
    pub fn to_json(&self) -> Value {
        let changes =
            |c: &Changes| json!({ "added": c.added, "removed": c.removed, "logic": c.logic, "prose": c.prose });
        let flips = |flips: &[Difference], id: &str| -> Vec<Value> {
            let one = |f: &Difference| json!({ "case": f.case, id: f.old_id, "becomes": f.new_id, "old": f.old, "new": f.new });
            flips.iter().map(one).collect()
        };
        let unread = |u: &super::Unread| {
            json!({
                "case": u.case, "measure": u.measure, "version": u.version, "code": u.code, "message": u.message,
            })
        };
        json!({
            "old": self.old.to_json(), "new": self.new.to_json(),
            "measures": changes(&self.measures), "questions": changes(&self.questions), "rules": changes(&self.rules),
            "replaced": self.replaced.iter().map(|r| json!({ "by": r.by, "old": r.old })).collect::<Vec<_>>(),
            "retired": self.retired.iter()
                .map(|r| json!({ "id": r.id, "since": r.since, "why": r.why })).collect::<Vec<_>>(),
            "unexplained": self.unexplained, "reused": self.reused, "cases": self.cases,
            "answers": flips(&self.answers, "question"), "verdicts": flips(&self.verdicts, "rule"),
            "unread": self.unread.iter().map(unread).collect::<Vec<_>>(), "matters": self.matters(),
        })
    }

    /// The difference as text, for people.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        let (old, new) = (&self.old, &self.new);
        line(&mut out, format!("{} {} -> {} {}", old.id, old.version, new.id, new.version));
        match (old.sha256 == new.sha256, old.logic_sha256 == new.logic_sha256) {
            (true, _) => line(&mut out, "  they say the same"),
            (_, true) => line(&mut out, "  the logic is the same; only words changed"),
            _ => {}
        }
        if old.confidence != new.confidence {
            line(&mut out, format!("  confidence: {} -> {}", old.confidence, new.confidence));
        }
        for (what, changes) in [("measures", &self.measures), ("questions", &self.questions), ("rules", &self.rules)] {
            for (how, ids) in [
                ("added", &changes.added),
                ("removed", &changes.removed),
                ("changed in logic", &changes.logic),
                ("changed in words", &changes.prose),
            ] {
                if !ids.is_empty() {
                    line(&mut out, format!("  {what} {how}: {}", ids.join(", ")));
                }
            }
        }
        for r in &self.replaced {
            line(&mut out, format!("  `{}` replaces {}", r.by, quoted(&r.old)));
        }
        for r in &self.retired {
            let since = if r.since.is_empty() { String::new() } else { format!(" since {}", r.since) };
            line(&mut out, format!("  `{}` is retired{since}: {}", r.id, r.why));
        }
        if !self.unexplained.is_empty() {
            let ids = quoted(&self.unexplained);
            line(&mut out, format!("  gone without a word: {ids}; name them in `replaces` or `retired`"));
        }
        if !self.reused.is_empty() {
            line(
                &mut out,
                format!("  ids that were given up before: {}; rule ids are never reused", quoted(&self.reused)),
            );
        }
        let cases = if self.cases == 1 { "1 case".to_owned() } else { format!("{} cases", self.cases) };
        let (answers, verdicts) = (self.answers.len(), self.verdicts.len());
        line(&mut out, format!("over {cases}: {answers} answers and {verdicts} verdicts of rules differ"));
        for f in &self.answers {
            line(&mut out, format!("  {}: {}: {} -> {}", f.case, f.old_id, answer(&f.old), answer(&f.new)));
        }
        for f in &self.verdicts {
            let heir = if f.old_id == f.new_id { String::new() } else { format!(", now {}", f.new_id) };
            line(&mut out, format!("  {}: rule {}{heir}: {} -> {}", f.case, f.old_id, word(&f.old), word(&f.new)));
        }
        for u in &self.unread {
            let what = &u.message;
            line(&mut out, format!("  {}: the {} version cannot read `{}`: {what}", u.case, u.version, u.measure));
        }
        out
    }
}

fn line(out: &mut String, text: impl AsRef<str>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", text.as_ref());
}

fn quoted(ids: &[String]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

fn word(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        other => json::canonical(other),
    }
}

/// An answer in words: the option, `option: verdict` for each of independent ones, or the status.
fn answer(said: &Value) -> String {
    let part = |key| said.get(key).unwrap_or(&Value::Null);
    match part("answer") {
        Value::Null => word(part("status")).replace('_', " "),
        Value::Object(each) => each.iter().map(|(o, v)| format!("{o} {}", word(v))).collect::<Vec<_>>().join(", "),
        one => word(one),
    }
}

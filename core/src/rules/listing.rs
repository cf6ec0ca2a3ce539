//! A framework as a document: what it asks, looks at and says.

use super::model::{Framework, Measure, Question};
use crate::Diagnostic;
use serde_json::{Value, json};

impl Framework {
    /// What the framework is made of, as a JSON document: `id version title extends confidence sha256 logic_sha256` and the
    /// lists `concepts works prompts measures questions rules levers warnings`. It is a catalogue for people and programs,
    /// not the rulebook itself: conditions stay in the source.
    ///
    /// ```
    /// let framework = colead::rules::Framework::builtin()?;
    /// assert_eq!(framework.to_json()["id"], framework.id());
    /// # Ok::<(), colead::Error>(())
    /// ```
    pub fn to_json(&self) -> Value {
        let catalogue = self.catalogue();
        json!({
            "id": self.id(), "version": self.version(), "title": self.title(), "confidence": self.confidence(),
            "extends": self.extends().map(|(id, version)| json!({ "id": id, "version": version })),
            "sha256": self.sha256(), "logic_sha256": self.logic_sha256(),
            "concepts": catalogue.concepts().iter().map(|c| c.to_json()).collect::<Vec<_>>(),
            "works": catalogue.works().iter().map(|w| json!({"id": w.id, "line": w.line()})).collect::<Vec<_>>(),
            "prompts": catalogue.prompts().iter().map(|p| p.to_json()).collect::<Vec<_>>(),
            "measures": self.measures().iter().map(Measure::to_json).collect::<Vec<_>>(),
            "questions": self.questions().iter().map(Question::to_json).collect::<Vec<_>>(),
            "rules": self.rules().iter().map(|r| r.to_json(self)).collect::<Vec<_>>(),
            "levers": self.levers().iter().map(|l| l.to_json(self)).collect::<Vec<_>>(),
            "warnings": self.warnings().iter().map(Diagnostic::to_json).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_as_long_as_what_it_lists() {
        let f = Framework::builtin().unwrap();
        let doc = f.to_json();
        let long = |key: &str| doc[key].as_array().map(Vec::len);
        assert_eq!(long("rules"), Some(f.rules().len()));
        assert_eq!(long("questions"), Some(f.questions().len()));
        assert_eq!(long("measures"), Some(f.measures().len()));
        assert_eq!(long("concepts"), Some(f.catalogue().concepts().len()));
        assert_eq!(long("works"), Some(f.catalogue().works().len()));
        assert_eq!(long("prompts"), Some(f.catalogue().prompts().len()));
        assert_eq!(long("warnings"), Some(f.warnings().len()));
        assert!(doc["rules"].as_array().is_some_and(|r| r.iter().any(|r| r["says"][0] == "challenge")));
    }
}

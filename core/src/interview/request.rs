//! An interview asked for by a JSON document, for languages that hand over text.

use super::form::Form;
use crate::document::{At, Diagnostics, Document, Kind, parse_json};
use crate::error::{Error, Family, Result};
use crate::json::canonical;
use crate::rules::{Case, Framework};

impl Framework {
    /// [`Framework::interview`] for a document: an object with `questions` (a list of ids; all when it is absent),
    /// `known` (measures as [`Case::from_json`] takes them), `unit` and `challenge`, each optional.
    ///
    /// ```
    /// let framework = colead::rules::Framework::builtin()?;
    /// let form = framework.interview_from_json(r#"{"questions": ["challenge"], "challenge": "merger"}"#)?;
    /// assert!(form.to_text().contains("challenge: merger"));
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `syntax`, `unknown_key`, `wrong_type`, and those of [`Framework::interview`] and [`Case::from_json`].
    pub fn interview_from_json(&self, text: &str) -> Result<Form> {
        let text = if text.trim().is_empty() { "{}" } else { text };
        let node = parse_json("interview", text)?;
        if !matches!(node.kind, Kind::Map(_)) {
            return Err(Error::input("wrong_type", "the request is no object").at("interview").help("give {...}"));
        }
        let doc = Document::parse("interview", text).map_err(|d| Error::from_diagnostics(Family::Input, vec![d]))?;
        let faults = Diagnostics::default();
        let fields = At::root(&doc, &faults).fields(&["questions", "known", "unit", "challenge"]);
        let (mut questions, mut unit, mut challenge) = (Vec::new(), None, None);
        if let Some(f) = fields {
            questions = f.texts("questions");
            let text = |key: &str| f.get(key).and_then(|at| at.text()).map(str::to_owned).filter(|t| !t.is_empty());
            (unit, challenge) = (text("unit"), text("challenge"));
        }
        faults.finish(Family::Input)?;
        let known = node.get("known").filter(|n| n.kind != Kind::Null);
        let known = known.map(|n| Case::from_json(self, &canonical(&n.to_json()))).transpose()?;
        let asked: Vec<&str> = questions.iter().map(String::as_str).collect();
        let form = self.interview(&asked, known.as_ref())?;
        Ok(Form { unit, challenge, ..form })
    }
}

impl Form {
    /// Several sittings as one, in this order, each the JSON or the text of a form.
    ///
    /// # Errors
    /// As [`Form::read`] and [`Form::merge`]; `nothing_to_read` for no sitting at all.
    pub fn read_all(framework: &Framework, sittings: &[(&str, &str)]) -> Result<Form> {
        let mut forms = sittings.iter().map(|(name, text)| Form::read(framework, name, text));
        let Some(first) = forms.next() else {
            return Err(Error::input("nothing_to_read", "no sitting was given")
                .at("sittings")
                .help("give at least one"));
        };
        forms.try_fold(first?, |all, next| all.merge(&next?))
    }
}

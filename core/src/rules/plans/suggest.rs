//! What a framework offers for what was found.

use super::diagnosis::Diagnosis;
use super::lever::{Lever, options_json};
use crate::error::Result;
use crate::rules::model::{Framework, QuestionId};
use serde_json::Value;
use std::collections::BTreeMap;

/// A lever that is offered, and for what.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion<'f> {
    /// The lever.
    pub lever: &'f Lever,
    /// Options that hold and that it is offered for; empty when it is offered whatever was found.
    pub helps: Vec<(QuestionId, usize)>,
}

impl Suggestion<'_> {
    /// The suggestion as a JSON document: the lever, with only what holds under `helps`.
    pub fn to_json(&self, framework: &Framework) -> Value {
        let mut document = self.lever.to_json(framework);
        if let Value::Object(map) = &mut document {
            map.insert("helps".to_owned(), options_json(framework, &self.helps));
        }
        document
    }
}

impl Framework {
    /// The levers that are offered for a diagnosis: those that help with what holds, then those that are always
    /// offered. None removes all leaders, none only changes how many there are, and where one is offered that only
    /// leaders can pull, one is offered that followers can.
    ///
    /// ```
    /// use colead::rules::{Case, Diagnosis, Framework};
    /// let framework = Framework::builtin()?;
    /// let mut diagnosis = Diagnosis::new(Case::new(&framework));
    /// diagnosis.tell(&framework, "challenge", "complex")?;
    /// let offered = framework.suggest(&diagnosis, None)?;
    /// assert!(offered.iter().any(|s| s.lever.who.followers()));
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `bad_confidence`.
    pub fn suggest(&self, diagnosis: &Diagnosis, confidence: Option<f64>) -> Result<Vec<Suggestion<'_>>> {
        let confidence = self.confidence_or(confidence)?;
        let asked: std::collections::BTreeSet<QuestionId> =
            self.levers().iter().flat_map(|l| &l.helps).map(|(q, _)| *q).collect();
        let found: BTreeMap<QuestionId, Vec<bool>> =
            asked.into_iter().map(|q| (q, diagnosis.holding(self, q, confidence))).collect();
        let holds = |(q, o): &(QuestionId, usize)| found.get(q).and_then(|h| h.get(*o)).copied().unwrap_or(false);
        let mut offered: Vec<Suggestion<'_>> = Vec::new();
        for lever in self.levers() {
            let helps: Vec<(QuestionId, usize)> = lever.helps.iter().filter(|at| holds(at)).copied().collect();
            if lever.always || !helps.is_empty() {
                offered.push(Suggestion { lever, helps });
            }
        }
        offered.sort_by_key(|s| s.helps.is_empty());
        Ok(offered)
    }
}

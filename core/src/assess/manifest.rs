//! What an assessment was made from, so that the same can be made again.

use super::options::Options;
use super::survey::Survey;
use crate::evidence::Evidence;
use crate::rules::Framework;
use serde_json::{Value, json};

/// Versions, digests and choices behind an assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The version of this library.
    pub engine: String,
    /// The framework's id.
    pub framework: String,
    /// The framework's version.
    pub framework_version: String,
    /// Digest of the framework.
    pub framework_sha256: String,
    /// Digest of what decides in the framework.
    pub framework_logic_sha256: String,
    /// The instrument's id and version, when there are responses.
    pub instrument: Option<(String, String)>,
    /// Digest of the instrument's keys.
    pub instrument_logic_sha256: Option<String>,
    /// Whether the instrument has published validation.
    pub instrument_validated: Option<bool>,
    /// The confidence.
    pub confidence: f64,
    /// The seed.
    pub seed: u64,
    /// The day whose organization and memberships hold, counted from 1970-01-01, when one was chosen.
    pub as_of: Option<i64>,
    /// The wave that is judged, when the responses have waves.
    pub wave: Option<String>,
    /// Every wave, earliest first.
    pub waves: Vec<String>,
    /// Digest of the evidence.
    pub evidence_sha256: String,
    /// The tables handed in and their rows.
    pub tables: Vec<(String, usize)>,
}

impl Manifest {
    pub(crate) fn of(
        framework: &Framework,
        evidence: &Evidence,
        options: &Options,
        survey: Option<&Survey>,
        confidence: f64,
        seed: u64,
    ) -> Manifest {
        let instrument = options.instrument.as_ref().filter(|_| survey.is_some());
        Manifest {
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            framework: framework.id().to_owned(),
            framework_version: framework.version().to_owned(),
            framework_sha256: framework.sha256().to_owned(),
            framework_logic_sha256: framework.logic_sha256().to_owned(),
            instrument: instrument.map(|i| (i.id().to_owned(), i.version().to_owned())),
            instrument_logic_sha256: instrument.map(|i| i.logic_sha256()),
            instrument_validated: instrument.map(|i| i.validated()),
            confidence,
            seed,
            as_of: options.as_of,
            wave: survey.map(|s| s.wave.clone()).filter(|w| !w.is_empty()),
            waves: survey.map(|s| s.waves.clone()).unwrap_or_default(),
            evidence_sha256: evidence.digest(),
            tables: evidence.tables().into_iter().map(|(n, r)| (n.to_owned(), r)).collect(),
        }
    }

    /// The manifest as a JSON document.
    pub fn to_json(&self) -> Value {
        let mut document = json!({
            "engine": { "name": "colead", "version": self.engine },
            "framework": {
                "id": self.framework, "version": self.framework_version,
                "sha256": self.framework_sha256, "logic_sha256": self.framework_logic_sha256,
            },
            "instrument": self.instrument.as_ref().map(|(id, version)| json!({
                "id": id, "version": version, "logic_sha256": self.instrument_logic_sha256,
                "validated": self.instrument_validated,
            })),
            "confidence": self.confidence,
            "seed": self.seed,
            "wave": self.wave,
            "waves": self.waves,
            "evidence_sha256": self.evidence_sha256,
            "tables": self.tables.iter().map(|(n, r)| json!({ "table": n, "rows": r })).collect::<Vec<_>>(),
        });
        if let (Some(day), Value::Object(map)) = (self.as_of, &mut document) {
            map.insert("as_of".to_owned(), json!(day));
        }
        document
    }
}

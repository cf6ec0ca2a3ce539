//! One page for a works council or an ethics board, made from the release itself: it holds nothing that did not leave.

use super::release::Release;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// What no release ever shows, whatever is asked.
const NEVER: &[&str] = &[
    "an answer, a score or a judgment of a person",
    "anything of fewer people than the minimum group, or fewer leaders where a finding is about leaders",
    "a difference or sum of what is shown that singles out fewer people than that",
    "spread of answers, or errors computed from it, below the people named for it",
    "anything for decisions about pay, promotion or dismissal: such purposes are refused",
];

impl Release {
    /// The sheet as a JSON document (`computed purpose policy released refused never audit`).
    pub fn sheet_json(&self) -> Value {
        let m = self.manifest();
        let masked = |status: &str| status == "masked";
        let count = |all: usize, hidden: usize| json!({ "released": all - hidden, "masked": hidden });
        let groups = self.groups().iter().filter(|g| masked(&g.status)).count();
        let scores = self.scores().iter().filter(|s| masked(&s.status)).count();
        let judgments = self.judgments().iter().filter(|j| masked(&j.status)).count();
        let audits = self.audited().iter().map(|a| {
            json!({
                "wave": a.wave, "scale": a.scale, "components": a.components, "proved": a.proved,
                "eligible": a.eligible, "released": a.released,
            })
        });
        json!({
            "computed": {
                "engine": m.engine, "framework": m.framework, "framework_version": m.framework_version,
                "instrument": m.instrument.as_ref().map(|(id, version)| json!({ "id": id, "version": version })),
                "tables": m.tables.iter().map(|(t, rows)| json!({ "table": t, "rows": rows })).collect::<Vec<_>>(),
                "wave": m.wave, "evidence_sha256": m.evidence_sha256,
            },
            "purpose": self.policy().purpose(),
            "policy": self.policy().to_json(),
            "released": {
                "units": count(self.units().len(), self.units().iter().filter(|u| u.masked).count()),
                "scores": count(self.scores().len(), scores),
                "groups": count(self.groups().len(), groups),
                "judgments": count(self.judgments().len(), judgments),
            },
            "never": NEVER,
            "audit": audits.collect::<Vec<_>>(),
        })
    }

    /// The sheet as text.
    pub fn sheet(&self) -> String {
        let (m, p) = (self.manifest(), self.policy());
        let mut out = String::from("What was computed and what left\n\n");
        let mut line = |text: String| {
            let _ = writeln!(out, "{text}");
        };
        let wave = m.wave.as_ref().map_or(String::new(), |w| format!(", wave {w}"));
        line(format!("Computed: framework {} {} by colead {}{wave}", m.framework, m.framework_version, m.engine));
        if let Some((id, version)) = &m.instrument {
            line(format!("Questionnaire: {id} {version}"));
        }
        let tables: Vec<String> = m.tables.iter().map(|(t, rows)| format!("{t} ({rows} rows)")).collect();
        line(format!("From: {}", tables.join(", ")));
        if p.is_unrestricted() {
            line("Terms: NONE. Nothing here is protected; it must not leave its owner".to_owned());
        } else {
            line(format!("Purpose: {}", p.purpose()));
            let coalition = match p.coalition() {
                0 => String::new(),
                c => format!(", safe against {c} of a group who tell each other what they answered"),
            };
            line(format!(
                "Smallest group: {} people{coalition}; spread from {} people",
                p.min_group(),
                p.spread_from()
            ));
        }
        line(String::new());
        let sheet = self.sheet_json();
        line("Released, and masked to protect a small group:".to_owned());
        for what in ["units", "scores", "groups", "judgments"] {
            let of = sheet.get("released").and_then(|r| r.get(what));
            let n = |key: &str| of.and_then(|o| o.get(key)).and_then(Value::as_u64).unwrap_or(0);
            line(format!("  {what}: {} released, {} masked", n("released"), n("masked")));
        }
        line(String::new());
        line("Never shown:".to_owned());
        NEVER.iter().for_each(|never| line(format!("  {never}")));
        line(String::new());
        if self.audited().is_empty() {
            line("Audit: no answers of a survey are part of this release".to_owned());
        } else {
            line("Audit, three times with fresh seeds, of everything released together:".to_owned());
        }
        for a in self.audited() {
            let wave = if a.wave.is_empty() { String::new() } else { format!("wave {}, ", a.wave) };
            let what = if a.scale.is_empty() { "respondents" } else { a.scale.as_str() };
            let open = match a.components - a.proved.min(a.components) {
                0 => "proved safe".to_owned(),
                n => format!("{n} of {} parts searched without a find, the others proved safe", a.components),
            };
            line(format!("  {wave}{what}: {} of {} cells with enough people released; {open}", a.released, a.eligible));
        }
        out
    }
}

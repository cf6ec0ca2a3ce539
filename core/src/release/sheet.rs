//! One page for a works council or an ethics board, made from the release itself: it holds nothing that did not leave.

use super::pattern::Audited;
use super::release::Release;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// What no release ever shows, whatever is asked and under whatever terms.
const NEVER: [&str; 2] = [
    "an answer, a score or a judgment of a person",
    "anything for decisions about pay, promotion or dismissal: such purposes are refused",
];
/// What no release under terms shows.
const PROTECTED: [&str; 4] = [
    "anything of fewer people than the smallest group, or fewer leaders where a finding is about leaders",
    "a difference or sum of what is shown that singles out fewer people than that",
    "spread of answers, or errors computed from it, below the people named for it; nor that a few were of one mind",
    "a mean of so few at the very end of the scale: 5 stands for 5 or less, 95 for 95 or more",
];
/// Why something is masked: general reasons, which tell nothing of a single cell.
const REFUSED: [&str; 3] = [
    "too few people answered, or too few leaders stand behind it",
    "with what is shown, or was shown before, a smaller group could be worked out",
    "it rests on something that is masked",
];
/// What the audit does not speak of.
const LIMITS: [&str; 2] = [
    "what readers know of each other from elsewhere",
    "whether a finding is right: that a rule holds is evidence, not proof",
];
/// Ranges are another matter than sums; the terms say whether they are looked at.
const RANGES: &str =
    "a guess from the range of the scale, where a hidden group is near its end (terms may ask for that)";

impl Release {
    /// The sheet as a JSON document (`computed purpose policy released refused never limits audit`).
    pub fn sheet_json(&self) -> Value {
        let (m, p) = (self.manifest(), self.policy());
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
            "refused": if p.is_unrestricted() { Vec::new() } else { REFUSED.to_vec() },
            "never": self.never(),
            "limits": self.limits(),
            "audit": audits.collect::<Vec<_>>(),
        })
    }

    fn never(&self) -> Vec<&'static str> {
        let protected = PROTECTED.iter().filter(|_| !self.policy().is_unrestricted());
        NEVER.iter().chain(protected).copied().collect()
    }

    fn limits(&self) -> Vec<&'static str> {
        let ranges = self.policy().interval().is_none().then_some(RANGES);
        LIMITS.into_iter().chain(ranges).collect()
    }

    /// The sheet as text: one page.
    pub fn sheet(&self) -> String {
        let (m, p) = (self.manifest(), self.policy());
        let mut out = String::from("What was computed and what left\n\n");
        let mut line = |text: String| {
            let _ = writeln!(out, "{text}");
        };
        let wave = m.wave.as_ref().map_or(String::new(), |w| format!(", wave {w}"));
        line(format!("Computed: framework {} {} by colead {}{wave}", m.framework, m.framework_version, m.engine));
        if let Some((id, version)) = &m.instrument {
            let mark = if m.instrument_validated == Some(false) { ", no published validation" } else { "" };
            line(format!("Questionnaire: {id} {version}{mark}"));
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
        if let Some(width) = p.interval() {
            line(format!("Ranges: no hidden group of fewer people is known to less than {width} points of 100"));
        }
        if p.pooling() {
            line(
                "Told together: parts of a unit too small to be told alone, where together they are enough".to_owned(),
            );
        }
        line("Readers: not told apart; what left before of the same answers is taken to be known to all".to_owned());
        line(format!("Evidence: {}, seed {}", m.evidence_sha256, m.seed));
        line(String::new());
        let sheet = self.sheet_json();
        line("Released and masked:".to_owned());
        for what in ["units", "scores", "groups", "judgments"] {
            let of = sheet.get("released").and_then(|r| r.get(what));
            let n = |key: &str| of.and_then(|o| o.get(key)).and_then(Value::as_u64).unwrap_or(0);
            line(format!("  {what}: {} released, {} masked", n("released"), n("masked")));
        }
        let mut list = |title: &str, items: &[&str]| {
            if !items.is_empty() {
                line(String::new());
                line(title.to_owned());
                items.iter().for_each(|item| line(format!("  {item}")));
            }
        };
        list("Masked because:", if p.is_unrestricted() { &[] } else { &REFUSED });
        list("Never shown:", &self.never());
        list("Not audited:", &self.limits());
        if self.audited().is_empty() {
            list(
                "Audit: no answers of a survey were audited for this release",
                &["nothing to audit, or no protection asked for"],
            );
        } else {
            let waves: Vec<String> = self.audits_by_wave();
            let waves: Vec<&str> = waves.iter().map(String::as_str).collect();
            list("Audit, three times with fresh seeds, of everything released together:", &waves);
        }
        out
    }

    /// One line a wave: how much of what has enough people left, and how surely nothing can be worked out from it.
    fn audits_by_wave(&self) -> Vec<String> {
        let mut waves: Vec<&str> = self.audited().iter().map(|a| a.wave.as_str()).collect();
        waves.dedup();
        let told = |wave: &&str| {
            let of: Vec<&Audited> = self.audited().iter().filter(|a| a.wave == **wave).collect();
            let (cells, enough) = of.iter().fold((0, 0), |(r, e), a| (r + a.released, e + a.eligible));
            let open: usize = of.iter().map(|a| a.components - a.proved.min(a.components)).sum();
            let parts: usize = of.iter().map(|a| a.components).sum();
            let verdict = match open {
                0 => "proved safe".to_owned(),
                n => format!("{n} of {parts} parts searched without a find, the others proved safe"),
            };
            let scales = of.iter().filter(|a| !a.scale.is_empty()).count();
            let what = match scales {
                0 => "respondents".to_owned(),
                1 => "respondents and 1 scale".to_owned(),
                n => format!("respondents and {n} scales"),
            };
            let name = if wave.is_empty() { String::new() } else { format!("wave {wave}, ") };
            format!("{name}{what}: {cells} of {enough} cells with enough people released; {verdict}")
        };
        waves.iter().map(told).collect()
    }
}

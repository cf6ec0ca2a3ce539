//! What leaves: judged and scored cells that passed the door, with no way back to the evidence.

use super::ledger::{Entry, Ledger};
use super::policy::DisclosurePolicy;
use super::suppress::{hidden, hidden_beside, hidden_people, nearest_shown};
use crate::assess::{Assessed, Assessment, Manifest, Subject, Units, loss_note};
use crate::error::{Error, Result};
use crate::json::canonical;
use crate::measure::{Absence, Estimate, MeasureValue, Origin, ScaleRow, Status};
use crate::rules::{Judgment, Measure, MeasureId, Mode, OptionFinding, Status as JudgmentStatus, Verdict};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// The schema of a release's JSON form.
pub const RELEASE_SCHEMA: &str = "colead-release/1";

/// One score that left, or that it is masked.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreCell {
    /// The wave, or empty.
    pub wave: String,
    /// The unit.
    pub unit: String,
    /// The scale.
    pub scale: String,
    /// `respondents`, `process` or `census`.
    pub estimand: &'static str,
    /// By which variant.
    pub variant: &'static str,
    /// 0 to 100, to one decimal.
    pub value: Option<f64>,
    /// The standard error, where it gives nothing else away.
    pub se: Option<f64>,
    /// The lower end of the 95 % interval.
    pub lower: Option<f64>,
    /// The upper end of the 95 % interval.
    pub upper: Option<f64>,
    /// The people behind it; nothing when masked.
    pub n: Option<u64>,
    /// `known`, `masked`, or why there is no value.
    pub status: String,
}

/// One judgment that left, or that it is masked.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgmentCell {
    /// The unit or challenge.
    pub subject: String,
    /// `unit` or `challenge`.
    pub kind: &'static str,
    /// The question.
    pub question: String,
    /// The question's heading.
    pub title: String,
    /// `answer`, `insufficient`, `conflict`, `none_hold` or `masked`.
    pub status: String,
    /// The result in one line.
    pub headline: String,
    /// Why, a sentence a line.
    pub because: Vec<String>,
    /// The few numbers that decide it, each in short.
    pub evidence: Vec<String>,
    /// Option, verdict and, where it holds, the rule's reason, for an independent question.
    pub verdicts: Vec<(String, &'static str, Option<String>)>,
    /// The rule that carries the answer, and its reason.
    pub rule: Option<(String, String)>,
    /// Whether anything is known that bears on it.
    pub touched: bool,
    /// Whether it rests on an instrument without published validation.
    pub unvalidated: bool,
    /// What to ask next, when it is open.
    pub next: Vec<Value>,
    // Rendered at once: a tree of values would take several times the memory.
    pub(crate) document: String,
    pub(crate) explanation: String,
}

/// A unit of a release.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitCell {
    /// Its id.
    pub unit: String,
    /// The unit it belongs to.
    pub parent: Option<String>,
    /// How many units lie above it.
    pub depth: usize,
    /// Its respondents in the judged wave; nothing when masked or not asked.
    pub n: Option<u64>,
    /// Whether what rests on its respondents is masked.
    pub masked: bool,
}

/// What may leave. Every renderer takes a release, never an assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    pub(crate) manifest: Manifest,
    pub(crate) policy: DisclosurePolicy,
    pub(crate) units: Vec<UnitCell>,
    pub(crate) scores: Vec<ScoreCell>,
    pub(crate) judgments: Vec<JudgmentCell>,
    pub(crate) notes: Vec<String>,
    pub(crate) framework_title: String,
    pub(crate) works: Vec<String>,
}

/// Which cells of a survey stay hidden.
struct Pattern {
    /// Wave to unit: hidden by its respondents.
    units: BTreeMap<String, Vec<bool>>,
    /// Wave and scale to unit: hidden by those who answered the scale.
    scales: HashMap<(String, String), Vec<bool>>,
    /// Measure to unit: its number is hidden by the leaders behind it; its verdict may leave.
    leaders: HashMap<String, Vec<bool>>,
    /// Measure to unit: hidden by the people behind a fact.
    facts: HashMap<String, Vec<bool>>,
}

impl Assessment {
    /// Makes what may leave under a policy, and the ledger after it.
    ///
    /// Units below the minimum group are masked, and units from which one below it could be worked out by
    /// subtraction in the tree; judgments that rest on them are masked with them. What rests on challenges, and on
    /// facts without `n`, describes situations and is not masked. What the ledger says left before is taken into
    /// account: the two releases together give nobody away, and once answers were added to a wave, units that had not
    /// left before stay masked in it.
    ///
    /// # Errors
    /// `difference_exposed` when the ledger holds a release of the same unit and wave with a few people more or less.
    pub fn release(&self, policy: &DisclosurePolicy, ledger: &Ledger) -> Result<(Release, Ledger)> {
        let pattern = self.pattern(policy.min_group(), ledger);
        let judged = self.manifest.wave.clone().unwrap_or_default();
        let scores = self.score_cells(&pattern, policy);
        let entries = self.entries(&pattern, policy);
        let before = ledger;
        let ledger = before.with(entries, policy.min_group())?;
        self.check_added(&pattern, policy, before)?;
        let mut judgments = Vec::new();
        for a in &self.subjects {
            for j in &a.judgments {
                judgments.push(self.judgment_cell(a, j, &pattern, &judged, policy));
            }
        }
        let units = (0..self.units.len()).map(|i| self.unit_cell(i, &pattern, &judged)).collect();
        let mut works: Vec<String> = Vec::new();
        let settled =
            self.subjects.iter().flat_map(|a| &a.judgments).filter(|j| *j.status() != JudgmentStatus::Insufficient);
        for work in settled.flat_map(|j| j.cites()).filter_map(|c| self.framework.catalogue().work(&c.work)) {
            let line = work.line();
            if !works.contains(&line) {
                works.push(line);
            }
        }
        works.sort();
        // What so few left out or did not know is about them.
        let small = self.loss.as_ref().filter(|l| l.rows < policy.min_group()).map_or(String::new(), loss_note);
        let release = Release {
            manifest: self.manifest.clone(),
            policy: policy.clone(),
            units,
            scores,
            judgments,
            notes: self.notes.iter().filter(|n| **n != small).cloned().collect(),
            framework_title: self.framework.title().to_owned(),
            works,
        };
        Ok((release, ledger))
    }

    fn pattern(&self, min_group: u64, ledger: &Ledger) -> Pattern {
        let units = &self.units;
        let mut by_wave: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for ((wave, unit), n) in &self.respondents {
            let counts = by_wave.entry(wave.clone()).or_insert_with(|| vec![0; units.len()]);
            if let Some(slot) = units.index(unit).and_then(|i| counts.get_mut(i)) {
                *slot = *n;
            }
        }
        let base: BTreeMap<String, Vec<bool>> = by_wave
            .iter()
            .map(|(wave, n)| {
                let left = ledger.left(wave, units);
                let same = |i: usize| left.get(i).is_none_or(|l| l.is_none_or(|l| n.get(i) == Some(&l)));
                let mut hide = hidden_beside(units, n, min_group, &left);
                if !(0..units.len()).all(same) {
                    // Answers were added since: a unit that is new to the readers could be less those answers.
                    hide.iter_mut().zip(&left).filter(|(_, l)| l.is_none()).for_each(|(h, _)| *h = true);
                }
                (wave.clone(), hide)
            })
            .collect();
        let mut by_scale: HashMap<(String, String), Vec<u64>> = HashMap::new();
        for row in self.scores.iter().filter(|r| r.measure == "score" && r.estimand == "respondents") {
            let key = (row.wave.clone().unwrap_or_default(), row.scale.clone());
            let counts = by_scale.entry(key).or_insert_with(|| vec![0; units.len()]);
            if let Some(slot) = row.unit.as_deref().and_then(|u| units.index(u)).and_then(|i| counts.get_mut(i)) {
                *slot = row.n;
            }
        }
        let scales = by_scale
            .into_iter()
            .map(|(key, mut n)| {
                // What is hidden by respondents is hidden for the scale too: its people join the rest above.
                for (i, count) in n.iter_mut().enumerate() {
                    if base.get(&key.0).and_then(|h| h.get(i)) == Some(&true) {
                        *count = (*count).min(min_group.saturating_sub(1));
                    }
                }
                let hide = hidden(units, &n, min_group);
                (key, hide)
            })
            .collect();
        let leaders = self.leaders.iter().map(|(m, own)| ((*m).to_owned(), hidden_people(units, own, min_group)));
        Pattern { units: base, scales, leaders: leaders.collect(), facts: self.fact_pattern(min_group) }
    }

    /// Facts that many people told may be sums of one another up the tree, like answers.
    fn fact_pattern(&self, min_group: u64) -> HashMap<String, Vec<bool>> {
        let mut counts: HashMap<&str, Vec<u64>> = HashMap::new();
        for a in &self.subjects {
            let Subject::Unit(unit) = &a.subject else { continue };
            let Some(i) = self.units.index(&unit.to_string()) else { continue };
            for (m, measure) in self.framework.measures().iter().enumerate() {
                let e = a.case.get(MeasureId(m)).and_then(MeasureValue::estimate);
                let n = e.filter(|e| e.origin() == Origin::Facts).and_then(Estimate::n);
                let slot = n.map(|_| counts.entry(&measure.id).or_insert_with(|| vec![0; self.units.len()]));
                if let (Some(n), Some(slot)) = (n, slot.and_then(|c| c.get_mut(i))) {
                    *slot = n;
                }
            }
        }
        let hide = |(m, n): (&str, Vec<u64>)| (m.to_owned(), hidden(&self.units, &n, min_group));
        counts.into_iter().map(hide).collect()
    }

    /// The people added since an earlier release, less those added to shown units below, are none or enough.
    fn check_added(&self, pattern: &Pattern, policy: &DisclosurePolicy, ledger: &Ledger) -> Result<()> {
        for (wave, hidden) in &pattern.units {
            let left = ledger.left(wave, &self.units);
            let now = |i: usize| self.respondents.get(&(wave.clone(), self.units.name(i).to_owned())).copied();
            let added = |i: usize| {
                let left = left.get(i).copied().flatten()?;
                Some(i128::from(now(i)?) - i128::from(left))
            };
            for i in (0..self.units.len()).filter(|i| hidden.get(*i) == Some(&false)) {
                let Some(own) = added(i) else { continue };
                let below: i128 = nearest_shown(&self.units, hidden, i).into_iter().filter_map(added).sum();
                let rest = (own - below).unsigned_abs();
                if rest > 0 && rest < u128::from(policy.min_group()) {
                    let unit = self.units.name(i);
                    return Err(Error::disclosure(
                        "difference_exposed",
                        format!("`{unit}` left before without {rest} of the people it has now, outside of the units shown below it"),
                    )
                    .at(format!("ledger, unit {unit}"))
                    .help(format!("wait until at least {} answers were added or taken out", policy.min_group())));
                }
            }
        }
        Ok(())
    }

    fn entries(&self, pattern: &Pattern, policy: &DisclosurePolicy) -> Vec<Entry> {
        let mut entries = Vec::new();
        for ((wave, unit), n) in &self.respondents {
            if pattern.shows_unit(&self.units, wave, unit) {
                let purpose = policy.purpose().to_owned();
                entries.push(Entry { wave: wave.clone(), unit: unit.clone(), n: *n, purpose });
            }
        }
        entries
    }

    fn unit_cell(&self, i: usize, pattern: &Pattern, wave: &str) -> UnitCell {
        let unit = self.units.name(i);
        let n = self.respondents.get(&(wave.to_owned(), unit.to_owned())).copied();
        let shown = pattern.shows_unit(&self.units, wave, unit);
        UnitCell {
            unit: unit.to_owned(),
            parent: self.units.parent(i).map(|p| self.units.name(p).to_owned()),
            depth: self.units.depth(i),
            n: n.filter(|_| shown),
            masked: n.is_some() && !shown,
        }
    }

    fn score_cells(&self, pattern: &Pattern, policy: &DisclosurePolicy) -> Vec<ScoreCell> {
        let order: HashMap<&str, usize> = self.units.names().iter().enumerate().map(|(i, n)| (n.as_str(), i)).collect();
        let mut rows: Vec<&ScaleRow> =
            self.scores.iter().filter(|r| r.measure == "score" && r.unit.is_some()).collect();
        rows.sort_by_key(|r| (r.wave.clone(), r.unit.as_deref().and_then(|u| order.get(u)).copied(), r.scale.clone()));
        rows.into_iter().map(|row| self.score_cell(row, pattern, policy)).collect()
    }

    fn score_cell(&self, row: &ScaleRow, pattern: &Pattern, policy: &DisclosurePolicy) -> ScoreCell {
        let (wave, unit) = (row.wave.clone().unwrap_or_default(), row.unit.clone().unwrap_or_default());
        let shown = pattern.shows_scale(&self.units, &wave, &unit, &row.scale);
        // An error computed from the unit's own spread of answers gives that spread away.
        let own = row.variant != "empirical_bayes" && row.n < policy.spread_from();
        let tenth = |x: f64| (x * 10.0).round() / 10.0;
        let level = |x: Option<f64>| x.filter(|_| shown).map(tenth);
        let error = |x: Option<f64>| x.filter(|_| shown && !own).map(tenth);
        ScoreCell {
            wave,
            unit,
            scale: row.scale.clone(),
            estimand: row.estimand,
            variant: row.variant,
            value: level(row.value),
            se: error(row.se),
            lower: error(row.lower),
            upper: error(row.upper),
            n: shown.then_some(row.n),
            status: match (&row.status, shown) {
                (_, false) => "masked".to_owned(),
                (Status::Known, true) => "known".to_owned(),
                (Status::Absent(a), true) => a.as_str().to_owned(),
            },
        }
    }

    fn judgment_cell(
        &self,
        a: &Assessed,
        j: &Judgment,
        pattern: &Pattern,
        wave: &str,
        policy: &DisclosurePolicy,
    ) -> JudgmentCell {
        let question = self.framework.questions().iter().find(|q| q.id == j.question_id());
        let base = JudgmentCell {
            subject: a.subject.to_string(),
            kind: a.subject.kind(),
            question: j.question_id().to_owned(),
            title: question.map_or(String::new(), |q| q.title.clone()),
            status: "masked".to_owned(),
            headline: "masked to protect a small group".to_owned(),
            because: Vec::new(),
            evidence: Vec::new(),
            verdicts: Vec::new(),
            rule: None,
            touched: true,
            unvalidated: false,
            next: Vec::new(),
            document: String::new(),
            explanation: String::new(),
        };
        if !self.may_leave(a, j, pattern, wave, policy) {
            let document = canonical(&json!({ "question": base.question, "status": "masked" }));
            let explanation = format!("{}: {}\n", base.title, base.headline);
            return JudgmentCell { document, explanation, ..base };
        }
        let led = |m: &Measure| {
            a.subject.kind() == "unit" && !pattern.shows(&pattern.leaders, &self.units, &m.id, &base.subject)
        };
        let j = j.clone().rendered_from(policy.spread_from()).rendered_without(led);
        JudgmentCell {
            status: j.status().as_str().to_owned(),
            headline: j.headline(),
            because: j.because(),
            evidence: j.evidence(),
            verdicts: verdicts(&j),
            rule: j.answering_rule().map(|r| (r.id.clone(), r.because.clone())),
            touched: j.touched(),
            unvalidated: j.unvalidated(),
            next: j.next_questions().iter().map(|q| q.to_json()).collect(),
            document: canonical(&j.to_json()),
            explanation: j.explain(),
            ..base
        }
    }

    /// Whether every value that a judgment looks at may leave.
    fn may_leave(&self, a: &Assessed, j: &Judgment, pattern: &Pattern, wave: &str, policy: &DisclosurePolicy) -> bool {
        let Subject::Unit(unit) = &a.subject else { return true };
        let unit = unit.to_string();
        self.framework.measures().iter().enumerate().filter(|(i, _)| j.looks_at(MeasureId(*i))).all(|(i, m)| {
            let enough = |e: &Estimate| e.n().is_none_or(|n| n >= policy.min_group());
            let answers = || self.answers_may_leave(m, pattern, wave, &unit);
            match a.case.get(MeasureId(i)) {
                Some(MeasureValue::Known(e)) => {
                    enough(e)
                        && match e.origin() {
                            Origin::Responses { .. } => answers(),
                            Origin::Facts if e.n().is_some() => {
                                pattern.shows(&pattern.facts, &self.units, &m.id, &unit)
                            }
                            _ => true,
                        }
                }
                // That nobody answered is about nobody.
                Some(MeasureValue::Absent(Absence::TooFew { n: 0, .. })) if m.scale.is_some() => {
                    pattern.shows_unit(&self.units, wave, &unit)
                }
                // Why answers have no value says something about them: that they are alike, or few.
                Some(MeasureValue::Absent(Absence::NoSpread { n } | Absence::TooFew { n, .. }))
                    if m.scale.is_some() =>
                {
                    *n >= policy.min_group() && answers()
                }
                Some(MeasureValue::Absent(_)) if m.scale.is_some() => answers(),
                _ => true,
            }
        })
    }

    /// Whether the answers to the scales that a measure is read from may leave.
    fn answers_may_leave(&self, measure: &Measure, pattern: &Pattern, wave: &str, unit: &str) -> bool {
        let scales = measure.scale.iter().flat_map(|s| std::iter::once(&s.scale).chain(&s.minus));
        scales.into_iter().all(|s| pattern.shows_scale(&self.units, wave, unit, s))
    }
}

impl Pattern {
    fn shows(&self, of: &HashMap<String, Vec<bool>>, units: &Units, measure: &str, unit: &str) -> bool {
        // What nobody was counted for rests on nobody.
        let Some(hidden) = of.get(measure) else { return true };
        units.index(unit).and_then(|i| hidden.get(i)) != Some(&true)
    }

    fn shows_unit(&self, units: &Units, wave: &str, unit: &str) -> bool {
        let Some(i) = units.index(unit) else { return false };
        self.units.get(wave).and_then(|h| h.get(i)) == Some(&false)
    }

    fn shows_scale(&self, units: &Units, wave: &str, unit: &str, scale: &str) -> bool {
        let Some(i) = units.index(unit) else { return false };
        let key = (wave.to_owned(), scale.to_owned());
        self.shows_unit(units, wave, unit) && self.scales.get(&key).and_then(|h| h.get(i)) == Some(&false)
    }
}

impl Release {
    /// What it was made from.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
    /// The terms under which it left.
    pub fn policy(&self) -> &DisclosurePolicy {
        &self.policy
    }
    /// The units, in the order of the organization.
    pub fn units(&self) -> &[UnitCell] {
        &self.units
    }
    /// The scores, masked ones included as masked.
    pub fn scores(&self) -> &[ScoreCell] {
        &self.scores
    }
    /// The judgments, masked ones included as masked.
    pub fn judgments(&self) -> &[JudgmentCell] {
        &self.judgments
    }
    /// Remarks about evidence that was lost or set aside.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The explanation of a unit's or challenge's judgment.
    ///
    /// # Errors
    /// `unknown_subject`, `unknown_question`.
    pub fn explain(&self, subject: &str, question: &str) -> Result<&str> {
        let mut of_subject = self.judgments.iter().filter(|j| j.subject == subject).peekable();
        if of_subject.peek().is_none() {
            let known: Vec<&str> = self.judgments.iter().map(|j| j.subject.as_str()).collect();
            return Err(Error::input("unknown_subject", format!("no judgment of `{subject}`"))
                .at("unit")
                .help(crate::error::suggest(subject, dedup(&known).iter().copied())));
        }
        let known: Vec<&str> = of_subject.clone().map(|j| j.question.as_str()).collect();
        of_subject.find(|j| j.question == question).map(|j| j.explanation.as_str()).ok_or_else(|| {
            Error::input("unknown_question", format!("no judgment of `{subject}` on `{question}`"))
                .at("question")
                .help(crate::error::suggest(question, known.iter().copied()))
        })
    }

    /// How many of the questions put were answered, and how many were put.
    pub fn answered(&self) -> (usize, usize) {
        let answered =
            self.judgments.iter().filter(|j| !["insufficient", "masked"].contains(&j.status.as_str())).count();
        (answered, self.judgments.len())
    }

    /// The release as a JSON document of schema [`RELEASE_SCHEMA`].
    pub fn to_json(&self) -> Value {
        let unit = |u: &UnitCell| json!({ "unit": u.unit, "parent": u.parent, "depth": u.depth, "n": u.n, "masked": u.masked });
        let score = |s: &ScoreCell| {
            json!({
                "wave": s.wave, "unit": s.unit, "scale": s.scale, "measure": "score", "variant": s.variant,
                "estimand": s.estimand, "value": s.value, "se": s.se, "lower": s.lower, "upper": s.upper, "n": s.n,
                "status": s.status,
            })
        };
        let judgment = |j: &JudgmentCell| {
            json!({
                "subject": j.subject, "kind": j.kind, "question": j.question, "title": j.title, "status": j.status,
                "headline": j.headline, "because": j.because, "unvalidated": j.unvalidated, "next": j.next,
                "judgment": serde_json::from_str::<Value>(&j.document).unwrap_or(Value::Null),
            })
        };
        let (answered, put) = self.answered();
        json!({
            "schema": RELEASE_SCHEMA,
            "manifest": self.manifest.to_json(),
            "policy": self.policy.to_json(),
            "yield": { "answered": answered, "put": put },
            "units": self.units.iter().map(unit).collect::<Vec<_>>(),
            "scores": self.scores.iter().map(score).collect::<Vec<_>>(),
            "judgments": self.judgments.iter().map(judgment).collect::<Vec<_>>(),
            "notes": self.notes,
            "works": self.works,
        })
    }
}

/// The verdicts of an independent question, as people say them.
fn verdicts(j: &Judgment) -> Vec<(String, &'static str, Option<String>)> {
    let Some(question) = j.framework().questions().iter().find(|q| q.id == j.question_id()) else { return Vec::new() };
    if question.mode != Mode::Independent {
        return Vec::new();
    }
    let told = |(option, found): (&String, &OptionFinding)| {
        let rule = found.rule.filter(|_| found.verdict == Verdict::Holds).and_then(|r| j.framework().rule(r));
        (option.replace('_', " "), found.verdict.words(), rule.map(|r| format!("{} [{}]", r.because, r.id)))
    };
    question.options.iter().zip(j.options()).map(told).collect()
}

fn dedup<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut out: Vec<&str> = Vec::new();
    for n in names {
        if !out.contains(n) {
            out.push(n);
        }
    }
    out
}

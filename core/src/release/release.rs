//! What leaves: judged and scored cells that passed the door, with no way back to the evidence.

use super::coherence::CoherenceSection;
use super::groups::GroupCell;
use super::ledger::Ledger;
use super::pattern::{Audited, Pattern};
use super::peers::Told;
use super::policy::DisclosurePolicy;
use crate::assess::{Assessed, Assessment, Manifest, Source, Subject, loss_note};
use crate::error::{Error, Result};
use crate::json::canonical;
use crate::measure::{Absence, Estimate, MeasureValue, Origin, ScaleRow, Status};
use crate::rules::{Judgment, Measure, MeasureId, MeasureKind, Mode, NextQuestion, Reason, Status as JudgmentStatus};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// The schema of a release's JSON form.
pub const RELEASE_SCHEMA: &str = "colead-release/1";

/// The end of the scale, of 100, within which a mean of fewer people than spreads are shown for is told as a band.
pub const BAND: f64 = 5.0;

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
    /// 0 to 100, to one decimal; of fewer than 20 people, 5 stands for 5 or less and 95 for 95 or more.
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
    /// The same as `because`, with what kind of reason each is.
    pub reasons: Vec<Reason>,
    /// Option and verdict in words, for an independent question.
    pub verdicts: Vec<(String, &'static str)>,
    /// Options that are not excluded while it is open, when some are.
    pub left: Vec<String>,
    /// What is missing while it is open, in words, such as the table `decisions`; each once.
    pub lacks: Vec<String>,
    /// Whether anything is known that bears on it.
    pub touched: bool,
    /// Whether it rests on an instrument without published validation.
    pub unvalidated: bool,
    /// What to ask next, when it is open.
    pub next: Vec<NextQuestion>,
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
    pub(crate) groups: Vec<GroupCell>,
    pub(crate) audited: Vec<Audited>,
    pub(crate) judgments: Vec<JudgmentCell>,
    pub(crate) coherence: CoherenceSection,
    pub(crate) notes: Vec<String>,
    pub(crate) framework_title: String,
    pub(crate) works: Vec<String>,
}

impl Assessment {
    /// Makes what may leave under a policy, and the ledger after it.
    ///
    /// Nothing is shown of fewer people than the minimum group, and no cell with which, by sums and differences of
    /// everything shown, fewer could be singled out: units with all reports, direct reports, and cuts are audited
    /// together, and together with what the ledger says left before. Judgments that rest on masked units are masked
    /// with them. What rests on challenges, and on facts without `n`, describes situations and is not masked.
    ///
    /// # Errors
    /// `difference_exposed` when the ledger holds a release of the same wave with a few people more or less, or with
    /// other answers; `cuts_changed`; `other_wave` for a ledger of waves that are not at hand; `range_exposed` under
    /// terms that name an interval; `audit_incomplete` when the check cannot finish: nothing is released then.
    pub fn release(&self, policy: &DisclosurePolicy, ledger: &Ledger) -> Result<(Release, Ledger)> {
        if !self.census.waves.is_empty() {
            ledger.check_waves(self.census.waves.keys())?;
        }
        let mut pattern = self.pattern(policy, ledger)?;
        let judged = self.manifest.wave.clone().unwrap_or_default();
        let told = self.told_from_released(&pattern, policy)?;
        let scores = self.score_cells(&told, &pattern, policy);
        let groups = self.group_cells(&pattern, policy);
        self.check_ranges(&pattern, policy, &scores, &groups)?;
        let ledger = ledger.with(std::mem::take(&mut pattern.records));
        let mut judgments = Vec::new();
        let mut works: BTreeSet<String> = BTreeSet::new();
        for a in &told.subjects {
            for j in &a.judgments {
                let cell = self.judgment_cell(a, j, &pattern, &judged, policy);
                // What is cited for a masked judgment would tell what it came to.
                if !["insufficient", "masked"].contains(&cell.status.as_str()) {
                    let cited = j.cites().into_iter().filter_map(|c| self.framework.catalogue().work(&c.work));
                    works.extend(cited.map(|w| w.line()));
                }
                judgments.push(cell);
            }
        }
        let units = (0..self.units.len()).map(|i| self.unit_cell(i, &pattern, &judged)).collect();
        // What so few left out or did not know is about them.
        let small = self.loss.as_ref().filter(|l| l.rows < policy.min_group()).map_or(String::new(), loss_note);
        let release = Release {
            manifest: self.manifest.clone(),
            policy: policy.clone(),
            units,
            scores,
            groups,
            coherence: self.coherence_section(&pattern, policy),
            audited: pattern.audited,
            judgments,
            notes: self.notes.iter().filter(|n| **n != small).cloned().collect(),
            framework_title: self.framework.title().to_owned(),
            works: works.into_iter().collect(),
        };
        Ok((release, ledger))
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

    fn score_cells(&self, told: &Told<'_>, pattern: &Pattern, policy: &DisclosurePolicy) -> Vec<ScoreCell> {
        let order: HashMap<&str, usize> = self.units.names().iter().enumerate().map(|(i, n)| (n.as_str(), i)).collect();
        let mut rows: Vec<&ScaleRow> =
            told.scores.iter().map(|r| &**r).filter(|r| r.measure == "score" && r.unit.is_some()).collect();
        rows.sort_by_key(|r| (r.wave.clone(), r.unit.as_deref().and_then(|u| order.get(u)).copied(), r.scale.clone()));
        rows.into_iter().map(|row| self.score_cell(row, pattern, policy)).collect()
    }

    fn score_cell(&self, row: &ScaleRow, pattern: &Pattern, policy: &DisclosurePolicy) -> ScoreCell {
        let (wave, unit) = (row.wave.clone().unwrap_or_default(), row.unit.clone().unwrap_or_default());
        let shown = pattern.shows_scale(&self.units, &wave, &unit, &row.scale);
        // An error computed from the unit's own spread of answers gives that spread away.
        let own = row.variant != "empirical_bayes" && row.n < policy.spread_from();
        let tenth = |x: f64| (x * 10.0).round() / 10.0;
        let level = |x: Option<f64>| x.filter(|_| shown).map(|x| banded(x, row.n, policy)).map(tenth);
        // At the end of the scale an interval around the value would give it away.
        let inside = row.value.is_none_or(|x| banded(x, row.n, policy) == x);
        let error = |x: Option<f64>| x.filter(|_| shown && !own && inside).map(tenth);
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
            reasons: Vec::new(),
            verdicts: Vec::new(),
            left: Vec::new(),
            lacks: Vec::new(),
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
            let unit = a.subject.kind() == "unit";
            unit && (!pattern.shows(&pattern.leaders, &self.units, &m.id, &base.subject)
                || at_the_end(m, a, self, policy))
        };
        let j = j.clone().rendered_from(policy.spread_from()).rendered_without(led);
        JudgmentCell {
            status: j.status().as_str().to_owned(),
            headline: j.headline(),
            because: j.because(),
            evidence: j.evidence(),
            reasons: j.reasons(),
            verdicts: verdicts(&j),
            left: left(&j),
            lacks: lacks(&j),
            touched: j.touched(),
            unvalidated: j.unvalidated(),
            next: j.next_questions(),
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
    /// The scores of groups within units, masked ones included as masked.
    pub fn groups(&self) -> &[GroupCell] {
        &self.groups
    }
    /// What was audited before it left.
    pub fn audited(&self) -> &[Audited] {
        &self.audited
    }
    /// The judgments, masked ones included as masked.
    pub fn judgments(&self) -> &[JudgmentCell] {
        &self.judgments
    }
    /// The facets of coherence.
    pub fn coherence(&self) -> &CoherenceSection {
        &self.coherence
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
        let group = |g: &GroupCell| {
            json!({
                "wave": g.wave, "unit": g.unit, "cut": g.cut, "category": g.category, "scale": g.scale,
                "value": g.value, "n": g.n, "status": g.status,
            })
        };
        let judgment = |j: &JudgmentCell| {
            json!({
                "subject": j.subject, "kind": j.kind, "question": j.question, "title": j.title, "status": j.status,
                "headline": j.headline, "because": j.because, "unvalidated": j.unvalidated,
                "next": j.next.iter().map(NextQuestion::to_json).collect::<Vec<_>>(),
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
            "groups": self.groups.iter().map(group).collect::<Vec<_>>(),
            "sheet": self.sheet_json(),
            "judgments": self.judgments.iter().map(judgment).collect::<Vec<_>>(),
            "coherence": self.coherence.to_json(),
            "notes": self.notes,
            "works": self.works,
        })
    }
}

/// Whether a number read from answers stands at the very end of its scale for fewer people than spreads are shown for.
fn at_the_end(measure: &Measure, a: &Assessed, of: &Assessment, policy: &DisclosurePolicy) -> bool {
    let place = of.framework.find_measure(&measure.id).ok();
    let value = place.and_then(|m| a.case.get(m)).and_then(MeasureValue::estimate);
    let (Some(e), MeasureKind::Score { lo, hi }) = (value, &measure.kind) else { return false };
    let answers = matches!(e.origin(), Origin::Responses { .. });
    let of_scale = measure.scale.as_ref().is_some_and(|s| s.minus.is_none() && s.reads != "ad_m");
    let share = 100.0 * (e.value() - lo) / (hi - lo);
    let n = e.n().unwrap_or(u64::MAX);
    answers && of_scale && banded(share, n, policy) != share
}

/// A mean of few people at the very end of the scale says what each of them answered: below [`BAND`] and above
/// `100 - BAND` it stands for that or less, that or more.
pub(crate) fn banded(value: f64, n: u64, policy: &DisclosurePolicy) -> f64 {
    if n < policy.spread_from() { value.clamp(BAND, 100.0 - BAND) } else { value }
}

/// The verdicts of an independent question, as people say them.
fn verdicts(j: &Judgment) -> Vec<(String, &'static str)> {
    let Some(question) = j.asked().filter(|q| q.mode == Mode::Independent) else { return Vec::new() };
    question.options.iter().zip(j.options()).map(|(o, found)| (o.replace('_', " "), found.verdict.words())).collect()
}

/// What an open judgment could still come to, when something is excluded already.
fn left(j: &Judgment) -> Vec<String> {
    let some = *j.status() == JudgmentStatus::Insufficient && !j.excluded().is_empty();
    j.remaining().iter().filter(|_| some).map(|o| o.replace('_', " ")).collect()
}

/// Where what an open judgment misses would come from; where nothing is missing, why it is open all the same.
fn lacks(j: &Judgment) -> Vec<String> {
    let needs = j.needs();
    let mut out: Vec<String> = Vec::new();
    let missing = needs.missing.iter().filter_map(|m| j.framework().measure(*m)).map(|m| match Source::of(m) {
        Source::Scale { .. } => "for want of answers to the questionnaire".to_owned(),
        Source::Fact => "for want of facts that people can tell".to_owned(),
        Source::Criterion => "for want of further answers about the challenge".to_owned(),
        source => format!("for want of {source}"),
    });
    let close = (!needs.too_close.is_empty()).then(|| "too close to call".to_owned());
    let held = needs.reasons.iter().map(|r| match r.as_str() {
        "hypothesis_only" => "held back, for rules only hint at it".to_owned(),
        r => format!("held back, for {}", r.replace('_', " ")),
    });
    for text in missing.chain(close) {
        if !out.contains(&text) {
            out.push(text);
        }
    }
    if out.is_empty() {
        out.extend(held);
    }
    out
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

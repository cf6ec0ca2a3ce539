//! A question put to a case: an answer, or a typed reason why there is none.

use super::case::Case;
use super::evaluate::{Evaluation, Needs, Verdict};
use super::model::*;
use super::truth::Truth;
use crate::error::Result;
use crate::measure::{Absence, MeasureValue, Reveals};
use crate::vocabulary::Cite;
use serde_json::{Map, Value, json};

/// What a question came to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Status {
    /// An answer.
    Answer(Answer),
    /// Not enough to answer, and what would settle it.
    Insufficient,
    /// Options that exclude one another hold at once (by index).
    Conflict(Vec<usize>),
    /// Every option is excluded.
    NoneHold,
}

impl Status {
    /// `answer`, `insufficient`, `conflict` or `none_hold`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Status::Answer(_) => "answer",
            Status::Insufficient => "insufficient",
            Status::Conflict(_) => "conflict",
            Status::NoneHold => "none_hold",
        }
    }
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The option of an exclusive question, or the level of a graded one.
    One(usize),
    /// Each option of an independent question has its verdict in [`Judgment::options`].
    Each,
}

/// What was found for one option.
#[derive(Debug, Clone, PartialEq)]
pub struct OptionFinding {
    /// The verdict of the rules that can answer.
    pub verdict: Verdict,
    /// Their truth; the most favorable when there are several.
    pub truth: Truth,
    /// The rule that speaks for it most.
    pub rule: Option<RuleId>,
    /// A rule of strength `suggests` that holds: a hypothesis, never the answer.
    pub suggested_by: Option<RuleId>,
    /// Whether any rule can answer it.
    pub answerable: bool,
}

/// A judged question. It keeps its case, so that explanations are made only when asked for.
#[derive(Debug, Clone)]
pub struct Judgment {
    pub(crate) framework: Framework,
    pub(crate) question: QuestionId,
    pub(crate) case: Case,
    pub(crate) confidence: f64,
    pub(crate) status: Status,
    pub(crate) options: Vec<OptionFinding>,
    /// Judgments of the parts of a whole, by name.
    pub(crate) parts: Vec<(String, Judgment)>,
    /// Remarks that are not evidence, such as that one person answered alone.
    pub(crate) flags: Vec<String>,
    /// The fewest people from whom a spread of answers is rendered; 0 on the owner's side.
    pub(crate) spread_from: u64,
}

impl Framework {
    /// Judges a question for one case at the framework's confidence or another.
    ///
    /// # Errors
    /// `unknown_question`, `bad_confidence`.
    pub fn judge(&self, question: &str, case: &Case, confidence: Option<f64>) -> Result<Judgment> {
        let q = self.find_question(question)?;
        Ok(self.judge_at(q, case, self.confidence_or(confidence)?))
    }

    pub(crate) fn judge_at(&self, q: QuestionId, case: &Case, confidence: f64) -> Judgment {
        let (status, options) = match self.question(q) {
            Some(question) => conclude(&Evaluation::of_question(self, case, question, confidence), question),
            None => (Status::Insufficient, Vec::new()),
        };
        Judgment {
            framework: self.clone(),
            question: q,
            case: case.clone(),
            confidence,
            status,
            options,
            parts: Vec::new(),
            flags: Vec::new(),
            spread_from: 0,
        }
    }

    /// Judges a whole by its parts: parts with different answers give the option that the question names for it.
    ///
    /// # Errors
    /// As [`Framework::judge`], and `no_parts` for a question that is not judged by parts.
    pub fn judge_parts(&self, question: &str, parts: &[(String, Case)], confidence: Option<f64>) -> Result<Judgment> {
        let q = self.find_question(question)?;
        let confidence = self.confidence_or(confidence)?;
        let differ = self.question(q).and_then(|q| q.parts_differ);
        let Some(differ) = differ.filter(|_| !parts.is_empty()) else {
            let message = format!("the question `{question}` is not judged by parts");
            return Err(crate::error::Error::input("no_parts", message).at("components").help("judge the whole"));
        };
        let judged: Vec<(String, Judgment)> =
            parts.iter().map(|(name, case)| (name.clone(), self.judge_at(q, case, confidence))).collect();
        Ok(combine(self, q, differ, judged, confidence))
    }
}

/// What a question comes to, by the truths of its rules.
pub(crate) fn conclude(evaluation: &Evaluation<'_>, question: &Question) -> (Status, Vec<OptionFinding>) {
    let options: Vec<OptionFinding> = question.rules.iter().map(|rules| find(evaluation, rules)).collect();
    let holding: Vec<usize> = indexes(&options, |o| o.verdict == Verdict::Holds);
    let left: Vec<usize> = indexes(&options, |o| o.verdict != Verdict::Fails);
    let settled = options.iter().any(|o| !matches!(o.verdict, Verdict::Insufficient(_)));
    let status = match (question.mode, &holding[..], &left[..]) {
        (Mode::Independent, ..) if settled => Status::Answer(Answer::Each),
        (Mode::Independent, ..) => Status::Insufficient,
        // Levels exclude one another as options do, so the same reading serves both; a graded question is also
        // answered by the only level that is left.
        (_, [one], _) => Status::Answer(Answer::One(*one)),
        (_, [_, _, ..], _) => Status::Conflict(holding),
        (_, [], []) => Status::NoneHold,
        (Mode::Graded, [], [one]) if options.get(*one).is_some_and(|o| o.answerable) => {
            Status::Answer(Answer::One(*one))
        }
        (_, [], _) => Status::Insufficient,
    };
    (status, options)
}

fn indexes(options: &[OptionFinding], wanted: impl Fn(&OptionFinding) -> bool) -> Vec<usize> {
    options.iter().enumerate().filter(|(_, o)| wanted(o)).map(|(i, _)| i).collect()
}

/// Any answering rule that holds carries the option; it fails only when all of them fail.
fn find(evaluation: &Evaluation<'_>, rules: &[RuleId]) -> OptionFinding {
    let mut verdict = Verdict::Fails;
    let mut best: Option<(RuleId, Truth)> = None;
    let mut suggested_by = None;
    let mut answerable = false;
    for r in rules {
        let Some(rule) = evaluation.framework.rule(*r) else { continue };
        let v = evaluation.verdict(*r);
        if rule.strength == Strength::Suggests {
            if v == Verdict::Holds && suggested_by.is_none() {
                suggested_by = Some(*r);
            }
            continue;
        }
        answerable = true;
        let truth = evaluation.rule(*r);
        if best.is_none_or(|(_, b)| (truth.lo, truth.hi) > (b.lo, b.hi)) {
            best = Some((*r, truth));
        }
        verdict = match (verdict, v) {
            (Verdict::Holds, _) | (_, Verdict::Holds) => Verdict::Holds,
            (Verdict::Insufficient(mut a), Verdict::Insufficient(b)) => {
                a.absorb(&b);
                Verdict::Insufficient(a)
            }
            (Verdict::Insufficient(a), Verdict::Fails) | (Verdict::Fails, Verdict::Insufficient(a)) => {
                Verdict::Insufficient(a)
            }
            (Verdict::Fails, Verdict::Fails) => Verdict::Fails,
        };
    }
    if !answerable {
        verdict = Verdict::Insufficient(Needs { reasons: vec!["hypothesis_only".to_owned()], ..Needs::default() });
    }
    OptionFinding {
        verdict,
        truth: best.map_or(Truth::UNKNOWN, |(_, t)| t),
        rule: best.map(|(r, _)| r),
        suggested_by,
        answerable,
    }
}

fn combine(
    framework: &Framework,
    q: QuestionId,
    differ: usize,
    parts: Vec<(String, Judgment)>,
    confidence: f64,
) -> Judgment {
    let answers: Vec<Option<usize>> = parts.iter().map(|(_, j)| j.one()).collect();
    let settled: Vec<usize> = answers.iter().flatten().copied().collect();
    let first = settled.first().copied();
    let count = framework.question(q).map_or(0, |q| q.options.len());
    let answerable = |j: &Judgment| matches!(j.status, Status::Answer(_) | Status::Insufficient);
    // Before every part is settled it may be plain that no one answer fits all of them.
    let apart = count > 1
        && parts.iter().all(|(_, j)| answerable(j))
        && (0..count).filter(|i| *i != differ).all(|i| parts.iter().any(|(_, j)| j.excludes(i)));
    let mixed = apart || settled.iter().any(|a| *a == differ || Some(*a) != first);
    let all_settled = settled.len() == parts.len();
    let options: Vec<OptionFinding> = (0..count)
        .map(|i| {
            let excluded = if i == differ {
                // All parts settled alike: they do not differ.
                all_settled && !mixed
            } else {
                mixed || parts.iter().any(|(_, j)| j.excludes(i))
            };
            let holds = if i == differ { mixed } else { !mixed && all_settled && first == Some(i) };
            let verdict = if holds {
                Verdict::Holds
            } else if excluded {
                Verdict::Fails
            } else {
                let mut needs = Needs::default();
                parts.iter().filter(|(_, j)| j.one().is_none()).for_each(|(_, j)| needs.absorb(&j.part_needs()));
                Verdict::Insufficient(needs)
            };
            let truth = match verdict {
                Verdict::Holds => Truth::TRUE,
                Verdict::Fails => Truth::FALSE,
                Verdict::Insufficient(_) => Truth::UNKNOWN,
            };
            let rule = parts.iter().filter_map(|(_, j)| j.options.get(i)).find_map(|o| o.rule);
            OptionFinding { verdict, truth, rule, suggested_by: None, answerable: true }
        })
        .collect();
    let holding = indexes(&options, |o| o.verdict == Verdict::Holds);
    let status = match holding[..] {
        [one] => Status::Answer(Answer::One(one)),
        _ if options.iter().all(|o| o.verdict == Verdict::Fails) => Status::NoneHold,
        _ => Status::Insufficient,
    };
    let case = parts.first().map_or_else(|| Case::new(framework), |(_, j)| j.case.clone());
    Judgment {
        framework: framework.clone(),
        question: q,
        case,
        confidence,
        status,
        options,
        parts,
        flags: Vec::new(),
        spread_from: 0,
    }
}

impl Judgment {
    /// The framework that judged.
    pub fn framework(&self) -> &Framework {
        &self.framework
    }
    /// The question.
    pub fn question_id(&self) -> &str {
        self.asked().map_or("", |q| q.id.as_str())
    }
    /// What was known.
    pub fn case(&self) -> &Case {
        &self.case
    }
    /// The confidence at which it was judged.
    pub fn confidence(&self) -> f64 {
        self.confidence
    }
    /// What it came to.
    pub fn status(&self) -> &Status {
        &self.status
    }
    /// What was found for each option, in the order of the question.
    pub fn options(&self) -> &[OptionFinding] {
        &self.options
    }
    /// The judgments of the parts, when the whole was judged by its parts.
    pub fn parts(&self) -> &[(String, Judgment)] {
        &self.parts
    }
    /// Remarks that are not evidence.
    pub fn flags(&self) -> &[String] {
        &self.flags
    }

    /// The same judgment, rendered without the spread of answers of fewer than `people`.
    #[must_use]
    pub(crate) fn rendered_from(mut self, people: u64) -> Judgment {
        self.spread_from = people;
        self.parts = self.parts.into_iter().map(|(name, j)| (name, j.rendered_from(people))).collect();
        self
    }

    /// The same judgment, rendered without the numbers of some measures.
    #[must_use]
    pub(crate) fn rendered_without(mut self, few: impl Fn(&Measure) -> bool) -> Judgment {
        let framework = self.framework.clone();
        for (i, _) in framework.measures().iter().enumerate().filter(|(_, m)| few(m)) {
            if let Some(MeasureValue::Known(e)) = self.case.get(MeasureId(i)) {
                let hidden = MeasureValue::Known(e.revealing(Reveals::Contrast));
                // The same value was accepted before.
                let _ = self.case.put(&framework, MeasureId(i), hidden);
            }
        }
        self
    }

    /// What of a value may not be rendered.
    pub(crate) fn hides(&self, value: Option<&MeasureValue>) -> Reveals {
        match value.and_then(MeasureValue::estimate) {
            // However many people there are, a contrast is about the few.
            Some(e) if e.reveals() == Reveals::Contrast && self.spread_from > 0 => Reveals::Contrast,
            Some(e) if e.n().is_some_and(|n| n < self.spread_from) => e.reveals(),
            _ => Reveals::Level,
        }
    }

    pub(crate) fn hides_any(&self) -> bool {
        self.rests_on().into_iter().any(|v| self.hides(Some(v)) != Reveals::Level)
    }

    /// Whether anything is known that bears on it.
    pub fn touched(&self) -> bool {
        let alike = |m| matches!(self.case.get(m), Some(MeasureValue::Absent(Absence::NoSpread { .. })));
        self.asked().is_some_and(|q| q.measures.iter().any(|m| self.case.knows(*m) || alike(*m)))
            || !self.parts.is_empty()
    }

    /// Whether a rule of its question looks at a measure.
    pub fn looks_at(&self, m: MeasureId) -> bool {
        self.asked().is_some_and(|q| q.measures.contains(&m))
    }

    pub(crate) fn asked(&self) -> Option<&Question> {
        self.framework.question(self.question)
    }

    pub(crate) fn name(&self, option: usize) -> &str {
        self.asked().and_then(|q| q.options.get(option)).map_or("", String::as_str)
    }

    pub(crate) fn one(&self) -> Option<usize> {
        match self.status {
            Status::Answer(Answer::One(i)) => Some(i),
            _ => None,
        }
    }

    fn excludes(&self, option: usize) -> bool {
        self.one().is_some_and(|i| i != option) || self.options.get(option).is_some_and(|o| o.verdict == Verdict::Fails)
    }

    /// The answer as text, when one option answers.
    pub fn answer(&self) -> Option<&str> {
        self.one().map(|i| self.name(i))
    }

    /// The answer as a JSON value: text, or option to verdict for an independent question, or null.
    pub fn answer_json(&self) -> Value {
        match &self.status {
            Status::Answer(Answer::One(i)) => json!(self.name(*i)),
            Status::Answer(Answer::Each) => Value::Object(
                self.options
                    .iter()
                    .enumerate()
                    .map(|(i, o)| (self.name(i).to_owned(), json!(o.verdict.as_str())))
                    .collect(),
            ),
            _ => Value::Null,
        }
    }

    /// Options that could still be the answer: those that are not excluded, of a conflict those that hold at once,
    /// and of an independent question those that are still open.
    pub fn remaining(&self) -> Vec<&str> {
        match &self.status {
            Status::Answer(Answer::One(_)) | Status::NoneHold => Vec::new(),
            Status::Conflict(of) => of.iter().map(|i| self.name(*i)).collect(),
            Status::Answer(Answer::Each) => {
                self.names(|o| o.answerable && matches!(o.verdict, Verdict::Insufficient(_)))
            }
            Status::Insufficient => self.names(|o| o.answerable && o.verdict != Verdict::Fails),
        }
    }

    /// Options that are excluded. An answer to an exclusive or graded question excludes all others; those of an
    /// independent question are excluded each by its own rules.
    pub fn excluded(&self) -> Vec<&str> {
        match self.one() {
            Some(i) => (0..self.options.len()).filter(|j| *j != i).map(|j| self.name(j)).collect(),
            None => self.names(|o| o.verdict == Verdict::Fails),
        }
    }

    fn names(&self, wanted: impl Fn(&OptionFinding) -> bool) -> Vec<&str> {
        self.options.iter().enumerate().filter(|(_, o)| wanted(o)).map(|(i, _)| self.name(i)).collect()
    }

    /// What would settle it; empty when it is settled.
    pub fn needs(&self) -> Needs {
        if matches!(self.status, Status::Answer(Answer::One(_)) | Status::NoneHold | Status::Conflict(_)) {
            return Needs::default();
        }
        self.all_needs()
    }

    /// What a part lacks for the whole to be judged: what would settle it, or an answer, when it is settled without.
    fn part_needs(&self) -> Needs {
        let reason = match self.status {
            Status::Conflict(_) => "a_part_is_in_conflict",
            Status::NoneHold => "a_part_has_no_answer",
            _ => return self.all_needs(),
        };
        Needs { reasons: vec![reason.to_owned()], ..Needs::default() }
    }

    pub(crate) fn all_needs(&self) -> Needs {
        let mut all = Needs::default();
        let open = |o: &&OptionFinding| o.answerable;
        let (answerable, others): (Vec<_>, Vec<_>) = self.options.iter().partition(open);
        // That an option has no rule that can answer it matters only when nothing else is open.
        for o in answerable.into_iter().chain(others) {
            if let Verdict::Insufficient(n) = &o.verdict
                && (o.answerable || all == Needs::default())
            {
                all.absorb(n);
            }
        }
        all
    }

    /// Options that a rule of strength `suggests` speaks for, beside the answer.
    pub fn hypotheses(&self) -> Vec<(&str, RuleId)> {
        self.options.iter().enumerate().filter_map(|(i, o)| o.suggested_by.map(|r| (self.name(i), r))).collect()
    }

    /// The rules that carry what is said: of the answer, of each holding option, or of the open ones.
    pub(crate) fn speaking(&self) -> Vec<RuleId> {
        let wanted: Vec<usize> = match &self.status {
            Status::Answer(Answer::One(i)) => vec![*i],
            Status::Conflict(of) => of.clone(),
            Status::Answer(Answer::Each) => {
                let holding = indexes(&self.options, |o| o.verdict == Verdict::Holds);
                if holding.is_empty() { (0..self.options.len()).collect() } else { holding }
            }
            Status::Insufficient => indexes(&self.options, |o| o.verdict != Verdict::Fails),
            Status::NoneHold => (0..self.options.len()).collect(),
        };
        let mut rules: Vec<RuleId> = Vec::new();
        for r in wanted.into_iter().filter_map(|i| self.options.get(i)?.rule) {
            if !rules.contains(&r) {
                rules.push(r);
            }
        }
        rules
    }

    /// Where the sources say it.
    pub fn cites(&self) -> Vec<Cite> {
        let mut cites: Vec<Cite> = Vec::new();
        for rule in self.speaking().into_iter().filter_map(|r| self.framework.rule(r)) {
            for c in &rule.cites {
                if !cites.contains(c) {
                    cites.push(c.clone());
                }
            }
        }
        cites
    }

    /// Whether it rests on an instrument without published validation.
    pub fn unvalidated(&self) -> bool {
        self.rests_on().iter().any(|v| v.origin().is_some_and(|o| o.unvalidated()))
            || self.parts.iter().any(|(_, j)| j.unvalidated())
    }

    /// The values that its question's rules look at.
    pub(crate) fn rests_on(&self) -> Vec<&MeasureValue> {
        self.asked().map(|q| q.measures.iter().filter_map(|m| self.case.get(*m)).collect()).unwrap_or_default()
    }

    /// The judgment as a JSON document.
    pub fn to_json(&self) -> Value {
        let mut map = Map::new();
        let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
        put("question", json!(self.question_id()));
        put("mode", json!(self.asked().map(|q| q.mode.as_str())));
        put("status", json!(self.status.as_str()));
        put("answer", self.answer_json());
        put("remaining", json!(self.remaining()));
        put("excluded", json!(self.excluded()));
        put("needs", self.needs().to_json(&self.framework, &self.case));
        put("confidence", json!(self.confidence));
        put("because", json!(self.because()));
        put("cites", self.cites().iter().map(Cite::to_json).collect());
        put("unvalidated", json!(self.unvalidated()));
        put("flags", json!(self.flags));
        // A probability gives away the standard error it was computed from.
        let hidden = self.hides_any();
        // What leaves its owner is coarse: many decimals would sharpen what a probability gives away.
        let shown = |p: f64| if self.spread_from > 0 { (p * 1e3).round() / 1e3 } else { round(p) };
        let finding = |(i, o): (usize, &OptionFinding)| {
            json!({
                "option": self.name(i), "verdict": o.verdict.as_str(),
                "lo": (!hidden).then(|| shown(o.truth.lo)), "hi": (!hidden).then(|| shown(o.truth.hi)),
                "rule": o.rule.and_then(|r| self.framework.rule(r)).map(|r| r.id.as_str()),
            })
        };
        put("options", self.options.iter().enumerate().map(finding).collect());
        let hypothesis = |(option, r): (&str, RuleId)| {
            let rule = self.framework.rule(r);
            json!({ "option": option, "rule": rule.map(|r| r.id.as_str()), "because": rule.map(|r| r.because.as_str()) })
        };
        put("hypotheses", self.hypotheses().into_iter().map(hypothesis).collect());
        put("parts", self.parts.iter().map(|(name, j)| json!({ "part": name, "judgment": j.to_json() })).collect());
        Value::Object(map)
    }
}

/// Probabilities are shown to nine decimals: enough for any reader, and stable across optimizers.
pub(crate) fn round(p: f64) -> f64 {
    (p * 1e9).round() / 1e9
}

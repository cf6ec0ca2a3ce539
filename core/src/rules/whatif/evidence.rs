//! The smallest evidence that would settle what is open: what is missing, and how many respondents it takes.

use super::aims::{answering, settled};
use super::distance::nearest;
use super::search::{Cheapest, Purse, Search, Touched};
use crate::measure::{Estimate, MeasureValue, Origin};
use crate::num;
use crate::rules::boxes::Side;
use crate::rules::case::Case;
use crate::rules::condition::leaves;
use crate::rules::evaluate::Verdict;
use crate::rules::judgment::{Judgment, Status, round};
use crate::rules::model::*;
use crate::rules::truth::Truth;
use serde_json::{Value, json};

/// How many cases are judged in the search for measures of which every answer settles it.
const MAX_JUDGED: usize = 20_000;
/// How many measures such a set has at most.
const MAX_SURE: usize = 4;

/// How many people must answer for a value that is too close to call to be clear, if it stays what it is: the
/// standard error falls with the square root of their number.
#[derive(Debug, Clone, PartialEq)]
pub struct Respondents {
    /// The measure.
    pub measure: String,
    /// How many answered, when people are behind the value and their number is known.
    pub now: Option<u64>,
    /// How many would have to answer; `None` when `now` is not known, or no number is enough.
    pub needed: Option<u64>,
    /// How many times as many as now; `None` when no number is enough, because the value lies on the threshold.
    pub times: Option<f64>,
    /// Whether that alone would settle it.
    pub settles: bool,
    /// Whether there are not that many people, where it was said how many there are.
    pub too_many: bool,
}

impl Respondents {
    /// What is needed as a JSON document.
    pub fn to_json(&self) -> Value {
        json!({
            "measure": self.measure, "now": self.now, "needed": self.needed, "times": self.times.map(round),
            "settles": self.settles, "too_many": self.too_many, "text": self.text(),
        })
    }

    /// What is needed as a sentence.
    pub fn text(&self) -> String {
        let id = &self.measure;
        let could = if self.settles { "would settle it" } else { "would help to settle it" };
        match (self.now, self.needed, self.times) {
            (_, _, None) => format!("`{id}` lies so near the threshold that no number of respondents would settle it"),
            (Some(now), Some(needed), _) if self.too_many => {
                format!("it would take {needed} respondents to `{id}` instead of {now}, more than there are")
            }
            (Some(now), Some(needed), _) => {
                format!("{needed} respondents to `{id}` instead of {now} {could}, if the value stays what it is")
            }
            (_, _, Some(times)) => {
                let times = libm::ceil(times * 10.0) / 10.0;
                format!("{times} times as much evidence on `{id}` {could}, if the value stays what it is")
            }
        }
    }
}

/// Measures that together could settle what is open: some to be asked for, some to be asked of more people.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceSet {
    /// Measures that are missing.
    pub ask: Vec<String>,
    /// Measures that are too close to call.
    pub respondents: Vec<Respondents>,
}

/// Rounded up to one digit.
fn coarse(x: f64) -> f64 {
    let unit = libm::exp10(libm::floor(libm::log10(x.max(1.0))));
    libm::ceil(x / unit) * unit
}

/// The smallest evidence that would settle what is open.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// The part of the whole that it is about, when the whole is judged by its parts.
    pub part: Option<String>,
    /// The smallest sets of measures of which some answers would settle it.
    pub could: Vec<EvidenceSet>,
    /// The smallest sets of missing measures of which every answer would settle it; empty when there is none of up to
    /// four measures, or none was found within 20,000 cases.
    pub surely: Vec<Vec<String>>,
    /// What each measure that is too close to call would take by itself.
    pub respondents: Vec<Respondents>,
}

impl Evidence {
    /// The evidence as a JSON document.
    pub fn to_json(&self) -> Value {
        let all = |of: &[Respondents]| of.iter().map(Respondents::to_json).collect::<Vec<_>>();
        let set = |s: &EvidenceSet| json!({ "ask": s.ask, "respondents": all(&s.respondents) });
        json!({
            "part": self.part, "could": self.could.iter().map(set).collect::<Vec<_>>(), "surely": self.surely,
            "respondents": all(&self.respondents), "text": self.text(),
        })
    }

    /// The evidence as sentences.
    pub fn text(&self) -> Vec<String> {
        let names = |of: &[String]| of.iter().map(|m| format!("`{m}`")).collect::<Vec<_>>().join(" and ");
        let of = self.part.as_ref().map_or(String::new(), |p| format!(" of part `{p}`"));
        let mut lines: Vec<String> =
            self.surely.iter().map(|s| format!("any answer to {}{of} would settle it", names(s))).collect();
        for s in self.could.iter().filter(|s| !self.surely.contains(&s.ask)) {
            let more: Vec<String> = s.respondents.iter().map(Respondents::text).collect();
            match (s.ask.is_empty(), more.is_empty()) {
                (false, true) => lines.push(format!("an answer to {}{of} could settle it", names(&s.ask))),
                (false, false) => {
                    lines.push(format!("an answer to {}{of} could settle it, and: {}", names(&s.ask), more.join("; ")));
                }
                _ => lines.extend(more),
            }
        }
        for r in &self.respondents {
            let told = self.could.iter().any(|s| s.respondents.iter().any(|o| o.measure == r.measure));
            lines.extend((!told).then(|| r.text()));
        }
        lines
    }
}

/// Whether something that was open is settled: the question, or an option of an independent one.
pub(super) fn settles(open: &Judgment, then: &Judgment) -> bool {
    if open.asked().is_none_or(|q| q.mode != Mode::Independent) {
        return !matches!(then.status, Status::Insufficient);
    }
    let is_open = |v: &Verdict| matches!(v, Verdict::Insufficient(_));
    open.options.iter().zip(&then.options).any(|(was, is)| is_open(&was.verdict) && !is_open(&is.verdict))
}

/// The thresholds that the rules of a question hold a measure against.
pub(super) fn thresholds(j: &Judgment, m: MeasureId) -> Vec<f64> {
    let mut found = Vec::new();
    let mut see = |leaf: &Condition| match leaf {
        Condition::Compare(id, _, t) if *id == m && !found.contains(t) => found.push(*t),
        _ => {}
    };
    let rules = j.asked().map(|q| q.order.as_slice()).unwrap_or_default();
    for rule in rules.iter().filter_map(|r| j.framework.rule(*r)) {
        rule.conditions().for_each(|c| leaves(c, &mut see));
    }
    found
}

impl Judgment {
    /// The smallest evidence that would settle what is open; `size` is the number of people there are, where it is
    /// known. Nothing for what is settled.
    pub fn evidence_needed(&self, size: Option<u64>) -> Evidence {
        if let Some((name, part)) = self.parts.iter().find(|(_, j)| matches!(j.status, Status::Insufficient)) {
            return Evidence { part: Some(name.clone()), ..part.evidence_needed(size) };
        }
        let needs = self.needs();
        if needs.missing.is_empty() && needs.too_close.is_empty() || self.hides_any() {
            return Evidence::default();
        }
        let respondents = needs.too_close.iter().filter_map(|m| self.respondents(*m, size)).collect();
        let surely = self.surely(&needs.missing);
        Evidence { part: None, could: self.could(size), surely, respondents }
    }

    fn could(&self, size: Option<u64>) -> Vec<EvidenceSet> {
        let answering = answering(self);
        let mut found: Cheapest<EvidenceSet> = Cheapest::new();
        let mut search = Search::new(&self.framework, &self.case, self.confidence, Purse::Evidence);
        for goals in settled(self, &answering) {
            search.to(&goals, &mut |touched, _| {
                let set = self.set(touched, size)?;
                Some(found.offer((set.ask.len() + set.respondents.len()) as f64, set))
            });
        }
        if found.all.is_empty() {
            found.all.extend(self.all_surer(size));
        }
        found.all
    }

    /// More respondents to everything that is too close, where only the doubts together keep it open.
    fn all_surer(&self, size: Option<u64>) -> Option<EvidenceSet> {
        let needs = self.needs();
        if needs.too_close.is_empty() || !needs.missing.is_empty() {
            return None;
        }
        let factor = |m: &MeasureId| self.factors(*m).last().copied().unwrap_or(1.0);
        let surer: Vec<(MeasureId, Vec<f64>)> = needs.too_close.iter().map(|m| (*m, vec![factor(m)])).collect();
        let times = self.least_times(&self.case, &surer)?;
        let alone = times.len() == 1;
        let told = times.iter().filter_map(|(m, f)| self.told(*m, Some(*f), alone, size)).collect();
        Some(EvidenceSet { ask: Vec::new(), respondents: told })
    }

    /// The measures of a way, when they do settle it.
    fn set(&self, touched: &[Touched], size: Option<u64>) -> Option<EvidenceSet> {
        let mut touched: Vec<&Touched> = touched.iter().collect();
        touched.sort_by_key(|t| t.m);
        let mut case = self.case.clone();
        let (mut ask, mut surer) = (Vec::new(), Vec::new());
        for t in touched {
            let measure = self.framework.measure(t.m)?;
            if self.case.knows(t.m) {
                surer.push((t.m, self.factors(t.m)));
                continue;
            }
            ask.push(measure.id.clone());
            let value = match (&t.side, &measure.kind) {
                (Side::Score(i), MeasureKind::Score { lo, .. }) => {
                    MeasureValue::Known(Estimate::new(nearest(i, measure, *lo)?, None, None, Origin::Given).ok()?)
                }
                (Side::Category(bits), MeasureKind::Category(known)) => {
                    MeasureValue::Category(known.get(bits.trailing_zeros() as usize)?.clone(), Origin::Given)
                }
                _ => return None,
            };
            case.put(&self.framework, t.m, value).ok()?;
        }
        let times = self.least_times(&case, &surer)?;
        let alone = ask.is_empty() && times.len() == 1;
        let told = times.iter().filter_map(|(m, f)| self.told(*m, Some(*f), alone, size)).collect();
        Some(EvidenceSet { ask, respondents: told })
    }

    /// How many times as much evidence on each of these it takes to settle a case: each as little as the others
    /// allow, in order.
    fn least_times(&self, case: &Case, surer: &[(MeasureId, Vec<f64>)]) -> Option<Vec<(MeasureId, f64)>> {
        let all: Option<Vec<(MeasureId, f64)>> = surer.iter().map(|(m, f)| Some((*m, *f.last()?))).collect();
        let mut times = all?;
        // Doubts add up: together they may take more than each does alone.
        let more = |times: &[(MeasureId, f64)], by: f64| times.iter().map(|(m, f)| (*m, f * by)).collect::<Vec<_>>();
        let enough = (0..20).map(|k| f64::from(1_u32 << k)).find(|by| self.settled_with(case, &more(&times, *by)))?;
        let (mut no, mut yes) = (enough / 2.0, enough);
        if enough > 1.0 {
            for _ in 0..30 {
                let middle = (no + yes) / 2.0;
                if self.settled_with(case, &more(&times, middle)) { yes = middle } else { no = middle }
            }
        }
        times = more(&times, yes);
        for (i, (_, factors)) in surer.iter().enumerate() {
            for f in factors {
                let mut fewer = times.clone();
                fewer.iter_mut().skip(i).take(1).for_each(|(_, slot)| *slot = *f);
                if fewer.get(i).zip(times.get(i)).is_some_and(|(a, b)| a.1 < b.1) && self.settled_with(case, &fewer) {
                    times = fewer;
                    break;
                }
            }
        }
        Some(times)
    }

    fn settled_with(&self, case: &Case, times: &[(MeasureId, f64)]) -> bool {
        let mut case = case.clone();
        for (m, f) in times {
            let Some(e) = case.get(*m).and_then(MeasureValue::estimate).copied() else { return false };
            let se = e.se().map(|s| s / num::sqrt(*f));
            let surer = Estimate::new(e.value(), se, e.n(), e.origin()).map(MeasureValue::Known);
            if surer.and_then(|v| case.put(&self.framework, *m, v)).is_err() {
                return false;
            }
        }
        settles(self, &self.framework.judge_at(self.question, &case, self.confidence))
    }

    /// How many times as much evidence makes each comparison of a measure clear, least first; none where the value
    /// lies on the threshold.
    fn factors(&self, m: MeasureId) -> Vec<f64> {
        let Some(e) = self.case.get(m).and_then(MeasureValue::estimate) else { return Vec::new() };
        let z = num::quantile(self.confidence);
        let open = thresholds(self, m).into_iter().filter(|c| {
            let t = Truth::compare(self.case.get(m), crate::rules::truth::Op::Ge, *c);
            *c != e.value() && !t.holds(self.confidence) && !t.fails(self.confidence)
        });
        let factor = |c: f64| (e.se().unwrap_or(0.0) * z / (e.value() - c)).powi(2) * (1.0 + 1e-9);
        let mut factors: Vec<f64> = open.map(factor).filter(|f| f.is_finite()).collect();
        factors.sort_by(f64::total_cmp);
        factors
    }

    /// How many respondents a measure that is too close to call takes: alone where that settles it, else to be clear
    /// of every threshold it is close to.
    pub(super) fn respondents(&self, m: MeasureId, size: Option<u64>) -> Option<Respondents> {
        if self.hides_any() {
            return None;
        }
        let factors = self.factors(m);
        let alone = factors.iter().find(|f| self.settled_with(&self.case, &[(m, **f)])).copied();
        let alone = alone.or_else(|| {
            let surer = [(m, vec![factors.last().copied().unwrap_or(1.0)])];
            self.least_times(&self.case, &surer)?.first().map(|(_, f)| *f)
        });
        // Clear of every threshold already: what keeps it open are the doubts of others beside its own.
        let on_threshold = self.case.get(m)?.estimate().is_some_and(|e| thresholds(self, m).contains(&e.value()));
        if alone.is_none() && factors.is_empty() && !on_threshold {
            return None;
        }
        self.told(m, alone.or(factors.last().copied()), alone.is_some(), size)
    }

    fn told(&self, m: MeasureId, times: Option<f64>, settles: bool, size: Option<u64>) -> Option<Respondents> {
        let measure = self.framework.measure(m)?.id.clone();
        let now = self.case.get(m)?.estimate()?.n();
        // What leaves its owner is coarse: an exact number would sharpen the value and its error.
        let times = times.map(|f| if self.spread_from > 0 { coarse(f) } else { f });
        // Beyond what a count can say, no number is enough.
        let needed = now.zip(times).map(|(n, f)| libm::ceil(n as f64 * f)).filter(|n| *n < 1e15);
        let needed = needed.map(|n| if self.spread_from > 0 { coarse(n) as u64 } else { n as u64 });
        let times = times.filter(|_| now.is_none() || needed.is_some());
        let too_many = needed.zip(size).is_some_and(|(needed, size)| needed > size);
        Some(Respondents { measure, now, needed, times, settles: settles && times.is_some(), too_many })
    }

    /// The smallest sets of missing measures of which every answer settles it.
    fn surely(&self, missing: &[MeasureId]) -> Vec<Vec<String>> {
        let mut missing = missing.to_vec();
        missing.sort_unstable();
        let answers: Vec<(MeasureId, Vec<MeasureValue>)> = missing.iter().map(|m| (*m, self.answers(*m))).collect();
        let mut budget = MAX_JUDGED;
        for size in 1..=MAX_SURE.min(answers.len()) {
            let mut sets = Vec::new();
            self.sure_sets(size, &answers, &mut Vec::new(), &mut budget, &mut sets);
            if !sets.is_empty() || budget == 0 {
                return sets;
            }
        }
        Vec::new()
    }

    fn sure_sets<'s>(
        &self,
        size: usize,
        from: &'s [(MeasureId, Vec<MeasureValue>)],
        chosen: &mut Vec<&'s (MeasureId, Vec<MeasureValue>)>,
        budget: &mut usize,
        sets: &mut Vec<Vec<String>>,
    ) {
        if chosen.len() == size {
            if self.always(chosen, &self.case, budget) {
                let id = |(m, _): &&(MeasureId, Vec<MeasureValue>)| Some(self.framework.measure(*m)?.id.clone());
                sets.push(chosen.iter().filter_map(id).collect());
            }
            return;
        }
        for (i, next) in from.iter().enumerate() {
            if *budget == 0 || sets.len() >= super::search::MAX_TIES {
                return;
            }
            chosen.push(next);
            self.sure_sets(size, from.get(i + 1..).unwrap_or_default(), chosen, budget, sets);
            chosen.pop();
        }
    }

    /// Whether every answer to these settles a case.
    fn always(&self, of: &[&(MeasureId, Vec<MeasureValue>)], case: &Case, budget: &mut usize) -> bool {
        let Some(((m, answers), rest)) = of.split_first() else {
            if *budget == 0 {
                return false;
            }
            *budget -= 1;
            return settles(self, &self.framework.judge_at(self.question, case, self.confidence));
        };
        answers.iter().all(|a| {
            let mut case = case.clone();
            case.put(&self.framework, *m, a.clone()).is_ok() && self.always(rest, &case, budget)
        })
    }
}

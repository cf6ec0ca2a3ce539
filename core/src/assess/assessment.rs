//! The pipeline: evidence and a framework in, judgments of units and challenges out.

use super::census::Census;
use super::classify::{CHALLENGE, case_of, classify_challenge};
use super::coherence::{judges_coherence, settle};
use super::gather::{Leaders, gather};
use super::manifest::Manifest;
use super::networks::MEASURES as TIE_MEASURES;
use super::options::{MAX_SEED, Options};
use super::subject::Subject;
use super::survey::{Readings, Survey};
use super::units::Units;
use crate::error::{Error, Result};
use crate::evidence::{ChallengeRow, Challenges, Evidence, Instrument, Loss};
use crate::measure::coherence::Coherence;
use crate::measure::{Absence, Estimate, MeasureValue, Origin, Ratings, ScaleRow};
use crate::rules::{Case, Framework, Judgment, MeasureId, Question, Testimony};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

/// What was found of one subject.
#[derive(Debug, Clone)]
pub struct Assessed {
    /// The unit or challenge.
    pub subject: Subject,
    /// What is known of it.
    pub case: Case,
    /// The questions put, in the order of the framework.
    pub judgments: Vec<Judgment>,
}

/// Everything found: the data owner's side. It is never rendered; only a release leaves.
#[derive(Clone)]
pub struct Assessment {
    pub(crate) framework: Framework,
    pub(crate) units: Units,
    pub(crate) subjects: Vec<Assessed>,
    pub(crate) scores: Vec<ScaleRow>,
    pub(crate) respondents: BTreeMap<(String, String), u64>,
    pub(crate) census: Census,
    pub(crate) survey: Option<(Readings, Instrument)>,
    pub(crate) leaders: Leaders,
    pub(crate) connected: Vec<BTreeSet<u32>>,
    pub(crate) coherence: Coherence,
    pub(crate) manifest: Manifest,
    pub(crate) notes: Vec<String>,
    pub(crate) loss: Option<Loss>,
}

// Owner-side values show sizes only.
impl fmt::Debug for Assessment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assessment")
            .field("framework", &self.framework.id())
            .field("units", &self.units.len())
            .field("subjects", &self.subjects.len())
            .finish_non_exhaustive()
    }
}

/// Assesses an organization: every part of the evidence is optional, and what is missing is named.
///
/// ```
/// use colead::{assess::{Options, assess}, evidence::Evidence, rules::Framework};
/// let challenges = "challenge,criterion,value\nmerger,definable,no\nmerger,means_exist,no\nmerger,solvers_unchanged,no\n";
/// let (evidence, _) = Evidence::from_files(&[("challenges.csv", challenges.as_bytes())])?;
/// let assessment = assess(&Framework::builtin()?, &evidence, &Options::default())?;
/// let judgment = assessment.judgment("merger", "challenge").unwrap();
/// assert_eq!(judgment.answer(), Some("complex"));
/// # Ok::<(), colead::Error>(())
/// ```
///
/// # Errors
/// `no_evidence`, `no_instrument` for responses without one, and every error of the evidence, with its place.
pub fn assess(framework: &Framework, evidence: &Evidence, options: &Options) -> Result<Assessment> {
    let confidence = framework.confidence_or(options.confidence)?;
    let seed = options.seed.unwrap_or(0);
    if seed > MAX_SEED {
        return Err(Error::input("bad_seed", format!("the seed `{seed}` is larger than {MAX_SEED}"))
            .at("seed")
            .help("give a smaller one"));
    }
    if evidence.is_empty() {
        return Err(Error::input("no_evidence", "there is nothing to assess")
            .at("evidence")
            .help("hand in at least one table, such as `challenges`, `facts` or `responses`"));
    }
    let given = evidence;
    let dated = options.as_of.map(|day| given.as_of(day as f64)).transpose()?;
    let evidence = dated.as_ref().unwrap_or(given);
    evidence.validate()?;
    if let (Some(cut), None) = (options.cuts.first(), &evidence.responses) {
        return Err(Error::input("missing_table", format!("there are no responses to cut by `{cut}`"))
            .at("cuts")
            .help("hand in `responses`, or name no cut"));
    }
    let units = Units::of(evidence)?;
    let survey = match (&evidence.responses, &options.instrument) {
        (Some(table), Some(instrument)) => Some((Survey::read(table, instrument, &units, &options.cuts)?, instrument)),
        (Some(_), None) => {
            return Err(Error::input("no_instrument", "there are responses and no instrument to read them with")
                .at("instrument")
                .help("name one, such as `collective-leadership`, or hand in your own"));
        }
        (None, _) => None,
    };
    let mut gathered = gather(framework, evidence, &units, survey.as_ref().map(|(s, i)| (s, *i)), options.direction)?;
    let (mut notes, leaders, connected) = (gathered.notes, gathered.leaders, gathered.connected);
    notes.extend(evidence.remarks.iter().cloned());
    let mut subjects = Vec::new();
    if let Some(challenges) = &evidence.challenges {
        subjects.extend(judge_challenges(framework, challenges, confidence)?);
    }
    let kinds = subjects.iter().flat_map(|a| &a.judgments).filter(|j| j.question_id() == CHALLENGE);
    settle(framework, &mut gathered.cases, kinds)?;
    for (i, case) in gathered.cases.into_iter().enumerate() {
        let judgments = judge_unit(framework, &units, i, &case, options, confidence);
        subjects.push(Assessed { subject: Subject::unit(units.name(i)), case, judgments });
    }
    let survey_ref = survey.as_ref().map(|(s, _)| s);
    let loss = survey_ref.map(|s| s.loss.clone());
    notes.extend(loss.as_ref().map(loss_note));
    for (name, _) in evidence.tables() {
        let of_ties =
            ["ties", "nodes"].contains(&name) && TIE_MEASURES.iter().all(|m| framework.find_measure(m).is_err());
        let of_coherence = ["declared", "decision_effects"].contains(&name) && !judges_coherence(framework);
        if of_ties || of_coherence || name == "interventions" {
            notes.push(format!("`{name}` was read and checked; no rule of this framework looks at it yet"));
        }
    }
    let manifest = Manifest::of(framework, given, options, survey_ref, confidence, seed);
    let (scores, respondents, census, survey) = match survey {
        Some((s, i)) => (s.scores, s.respondents, s.census, Some((s.readings, i.clone()))),
        None => Default::default(),
    };
    notes.extend(census.notes.iter().cloned());
    Ok(Assessment {
        framework: framework.clone(),
        units,
        subjects,
        scores,
        respondents,
        census,
        survey,
        leaders,
        connected,
        coherence: gathered.coherence,
        manifest,
        notes,
        loss,
    })
}

pub(crate) fn loss_note(loss: &Loss) -> String {
    format!(
        "{} response rows read; {} answers missing, {} don't know: neither counts as a value",
        loss.rows, loss.missing_answers, loss.dont_know
    )
}

/// A question is put to a unit when anything is known that bears on it; a root is asked everything that the
/// instrument at hand could fill, so that what is missing is named once.
fn judge_unit(
    framework: &Framework,
    units: &Units,
    unit: usize,
    case: &Case,
    options: &Options,
    confidence: f64,
) -> Vec<Judgment> {
    let root = units.parent(unit).is_none();
    let asked = |q: &&Question| {
        let known = q.measures.iter().any(|m| told(framework, *m, case));
        !["challenge", "plan"].contains(&q.about.as_str()) && (known || (root && fits(framework, q, options)))
    };
    let questions = framework.questions().iter().filter(asked);
    questions
        .filter_map(|q| framework.find_question(&q.id).ok())
        .map(|q| framework.judge_at(q, case, confidence))
        .collect()
}

/// Whether anybody told anything of a measure. That answers were few or alike counts: which questions are put must
/// not depend on what was answered.
pub(super) fn told(framework: &Framework, m: MeasureId, case: &Case) -> bool {
    match case.get(m) {
        None | Some(MeasureValue::Absent(Absence::NotAsked)) => false,
        Some(MeasureValue::Absent(Absence::TooFew { n, .. })) => {
            *n > 0 && framework.measure(m).is_some_and(|m| m.scale.is_some())
        }
        Some(_) => true,
    }
}

/// Whether some measure of a question is not tied to an instrument other than the one at hand.
fn fits(framework: &Framework, question: &Question, options: &Options) -> bool {
    let at_hand = options.instrument.as_ref().map(|i| i.id());
    question
        .measures
        .iter()
        .filter_map(|m| framework.measure(*m))
        .any(|m| m.scale.as_ref().and_then(|s| s.instrument.as_deref()).is_none_or(|i| Some(i) == at_hand))
}

type Described = (Vec<Ratings>, Vec<(String, Vec<Ratings>)>);

fn judge_challenges(framework: &Framework, challenges: &Challenges, confidence: f64) -> Result<Vec<Assessed>> {
    framework.find_question(CHALLENGE).map_err(|e| {
        e.at("challenges").help(format!("add the question `{CHALLENGE}` to the framework, or leave the table out"))
    })?;
    // Questions need their place among rows for errors: criteria are checked row by row first.
    for (row, c) in challenges.rows().iter().enumerate() {
        let one = Ratings::from([(c.criterion.clone(), None)]);
        case_of(framework, &[one]).map_err(|e| e.at(format!("challenges, row {}, column criterion", row + 1)))?;
    }
    let mut order: Vec<&str> = Vec::new();
    let mut rows: HashMap<&str, Vec<&ChallengeRow>> = HashMap::new();
    for c in challenges.rows() {
        let own = rows.entry(&c.challenge).or_default();
        if own.is_empty() {
            order.push(&c.challenge);
        }
        own.push(c);
    }
    let mut out = Vec::new();
    for id in order {
        let own = rows.get(id).map_or(&[][..], Vec::as_slice);
        let (facts, components) = described(own);
        let mut kind = classify_challenge(framework, &facts, &components, Some(confidence))?;
        let mut case = case_of(framework, &facts)?.case;
        note_raters(framework, &mut case, own, None)?;
        if kind.parts.is_empty() {
            kind.case = case.clone();
        }
        for (name, part) in &mut kind.parts {
            note_raters(framework, &mut part.case, own, Some(name))?;
        }
        let mut judgments = vec![kind];
        if components.is_empty() {
            judgments.extend(other_questions(framework, &case, confidence));
        }
        out.push(Assessed { subject: Subject::Challenge { id: id.to_owned(), component: None }, case, judgments });
        for (name, facts) in &components {
            let mut case = case_of(framework, facts)?.case;
            note_raters(framework, &mut case, own, Some(name))?;
            let mut kind = classify_challenge(framework, facts, &[], Some(confidence))?;
            kind.case = case.clone();
            let mut judgments = vec![kind];
            judgments.extend(other_questions(framework, &case, confidence));
            let subject = Subject::Challenge { id: id.to_owned(), component: Some(name.clone()) };
            out.push(Assessed { subject, case, judgments });
        }
    }
    Ok(out)
}

/// Notes in a case what each rater said of the whole, or of one component.
fn note_raters(framework: &Framework, case: &mut Case, rows: &[&ChallengeRow], part: Option<&str>) -> Result<()> {
    let mut told: BTreeMap<MeasureId, Vec<Testimony>> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.component.as_deref() == part) {
        let value = match row.value {
            Some(x) => MeasureValue::Known(Estimate::new(x, None, None, Origin::Challenges)?),
            None => MeasureValue::Absent(Absence::NotAsked),
        };
        let m = framework.find_measure(&row.criterion)?;
        told.entry(m).or_default().push(Testimony { value, by: row.provenance() });
    }
    told.into_iter().for_each(|(m, told)| case.note(m, told));
    Ok(())
}

fn other_questions<'f>(
    framework: &'f Framework,
    case: &'f Case,
    confidence: f64,
) -> impl Iterator<Item = Judgment> + 'f {
    let others = framework.questions().iter().filter(|q| q.about == "challenge" && q.id != CHALLENGE);
    others.filter_map(|q| framework.find_question(&q.id).ok()).map(move |q| framework.judge_at(q, case, confidence))
}

/// The raters of a challenge, for the whole and by component; the same rater has the same place in each.
fn described(rows: &[&ChallengeRow]) -> Described {
    let names: BTreeSet<&str> = rows.iter().map(|r| r.rater.as_deref().unwrap_or("")).collect();
    let place: HashMap<&str, usize> = names.iter().enumerate().map(|(i, name)| (*name, i)).collect();
    let nobody = vec![Ratings::new(); names.len()];
    let mut whole = nobody.clone();
    let mut parts: Vec<(String, Vec<Ratings>)> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    for row in rows {
        let raters = match &row.component {
            None => Some(&mut whole),
            Some(name) => {
                let at = *index.entry(name).or_insert_with(|| {
                    parts.push((name.clone(), nobody.clone()));
                    parts.len() - 1
                });
                parts.get_mut(at).map(|(_, raters)| raters)
            }
        };
        let rater = place.get(row.rater.as_deref().unwrap_or(""));
        if let Some(ratings) = raters.zip(rater).and_then(|(raters, i)| raters.get_mut(*i)) {
            ratings.insert(row.criterion.clone(), row.value);
        }
    }
    (whole, parts)
}

impl Assessment {
    /// The framework that judged.
    pub fn framework(&self) -> &Framework {
        &self.framework
    }
    /// The units and their tree.
    pub fn units(&self) -> &Units {
        &self.units
    }
    /// Challenges first, then units in the order of the organization.
    pub fn subjects(&self) -> &[Assessed] {
        &self.subjects
    }
    /// Scores of every unit, scale and wave, in the long form.
    pub fn scores(&self) -> &[ScaleRow] {
        &self.scores
    }
    /// The facets of coherence of every unit, in the long form.
    pub fn coherence(&self) -> &Coherence {
        &self.coherence
    }
    /// What it was made from, so that it can be made again.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
    /// Remarks about evidence that was lost or set aside.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The judgment of a unit or challenge (`id`, or `id: component`) on a question.
    pub fn judgment(&self, subject: &str, question: &str) -> Option<&Judgment> {
        // A challenge and a unit may have one name; no question is put to both.
        let of = self.subjects.iter().filter(|a| a.subject.to_string() == subject);
        of.flat_map(|a| &a.judgments).find(|j| j.question_id() == question)
    }

    /// Every value known of every subject, as JSON rows `subject kind measure value se n status origin`.
    pub fn measures(&self) -> Vec<Value> {
        let mut rows = Vec::new();
        for a in &self.subjects {
            for (i, m) in self.framework.measures().iter().enumerate() {
                let Some(value) = a.case.get(crate::rules::MeasureId(i)) else { continue };
                let mut row = MeasureValue::to_json(value);
                if let Value::Object(map) = &mut row {
                    map.insert("subject".into(), json!(a.subject.to_string()));
                    map.insert("kind".into(), json!(a.subject.kind()));
                    map.insert("measure".into(), json!(m.id));
                }
                rows.push(row);
            }
        }
        rows
    }
}

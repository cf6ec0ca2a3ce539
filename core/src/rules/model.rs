//! What a rulebook says, after it was read and checked: measures, questions, rules, and who may be cited.

use super::plans::{Counts, Lever};
use super::truth::Op;
use crate::document::Mark;
use crate::error::{Diagnostic, Error, Result, suggest};
use crate::vocabulary::{Catalogue, Cite};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// The place of a measure in its framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MeasureId(pub(crate) usize);
/// The place of a question in its framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QuestionId(pub(crate) usize);
/// The place of a rule in its framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub(crate) usize);

/// A condition on measures. Every surface form of the language is lowered to these five.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// At least so many points of weighted conditions: all, any, at_least, scorecard and level.
    AtLeast {
        /// The points needed.
        points: u32,
        /// Weights and conditions.
        of: Vec<(u32, Condition)>,
    },
    /// The opposite.
    Not(Box<Condition>),
    /// A measure against a threshold.
    Compare(MeasureId, Op, f64),
    /// A category among these (indexes into the measure's categories).
    OneOf(MeasureId, Vec<usize>),
    /// Another rule's truth, never its verdict.
    Holds(RuleId),
}

/// What values a measure takes.
#[derive(Debug, Clone, PartialEq)]
pub enum MeasureKind {
    /// A number in a range.
    Score {
        /// The smallest value.
        lo: f64,
        /// The largest value.
        hi: f64,
    },
    /// One of these.
    Category(Vec<String>),
}

/// What a measure describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Level {
    /// A group, its relations or its work.
    #[default]
    Group,
    /// Its members one by one, such as a mean of their skills.
    Person,
}

/// What a measure is to a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// What is seen, and has rival causes.
    Symptom,
    /// How one of the causes works.
    Mechanism,
}

impl Level {
    /// `group` or `person`.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Group => "group",
            Level::Person => "person",
        }
    }
}

impl Role {
    /// `symptom` or `mechanism`.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Symptom => "symptom",
            Role::Mechanism => "mechanism",
        }
    }
}

/// Things that belong together, such as the tasks that one work names; one set is not mixed with another.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Measures or options.
    pub members: Vec<String>,
    /// The concepts it serves.
    pub concepts: Vec<String>,
    /// Where it stands in the file.
    pub mark: Mark,
}

/// A constraint that is set aside in one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Allow {
    /// The code of the diagnostic that would refuse it.
    pub code: &'static str,
    /// Why it is right here.
    pub why: String,
    /// Where it stands in the file.
    pub mark: Mark,
}

/// A rule of an earlier version that nothing replaces. Its id is never used again.
#[derive(Debug, Clone, PartialEq)]
pub struct Retired {
    /// The id of the rule.
    pub id: String,
    /// The first version without it; empty when it is not told.
    pub since: String,
    /// Why it was taken out.
    pub why: String,
    /// Where it stands in the file.
    pub mark: Mark,
}

/// Something that can be observed.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// Its id.
    pub id: String,
    /// What it is called in sentences; empty when the id reads well enough.
    pub title: String,
    /// What values it takes.
    pub kind: MeasureKind,
    /// The question that asks for it.
    pub asks: String,
    /// Whom to ask.
    pub whom: String,
    /// What it describes: `group`, `organization`, `challenge` or `plan`.
    pub about: String,
    /// Whether it describes a group or its members one by one.
    pub level: Level,
    /// What it is to a cause, when it is part of one.
    pub role: Option<Role>,
    /// The set it belongs to.
    pub set: Option<String>,
    /// What the numbers are in, such as `0-100` or `days`.
    pub unit: String,
    /// A scale of an instrument that fills it, and how (`percent_of_range`, `total`).
    pub scale: Option<ScaleBinding>,
    /// What it counts of a plan, when it is about one.
    pub counts: Option<Counts>,
    /// Whether a change of it can be acted on.
    pub actionable: bool,
    /// The smallest change worth naming.
    pub step: Option<f64>,
    /// The concepts it serves.
    pub concepts: Vec<String>,
    /// Where it stands in the file.
    pub mark: Mark,
}

/// How a scale of an instrument fills a measure.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleBinding {
    /// The scale.
    pub scale: String,
    /// A second scale: the measure is the paired difference `scale` minus `minus`.
    pub minus: Option<String>,
    /// The only instrument it may come from, for cut-offs published for that instrument alone.
    pub instrument: Option<String>,
    /// `percent_of_range` (default), `total` (sum of the items) or `ad_m` (average deviation within the unit).
    pub reads: String,
}

impl Measure {
    /// What it is called in a sentence.
    pub fn words(&self) -> String {
        if self.title.is_empty() { super::words::words(&self.id) } else { self.title.clone() }
    }

    /// The measure as a JSON document.
    pub fn to_json(&self) -> Value {
        let (score, category) = match &self.kind {
            MeasureKind::Score { lo, hi } => (json!([lo, hi]), Value::Null),
            MeasureKind::Category(c) => (Value::Null, json!(c)),
        };
        json!({
            "id": self.id, "title": self.words(), "score": score, "category": category, "asks": self.asks, "whom": self.whom,
            "about": self.about, "level": self.level.as_str(), "role": self.role.map(Role::as_str), "set": self.set, "unit": self.unit, "actionable": self.actionable, "concepts": self.concepts,
        })
    }
}

/// How the options of a question exclude one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// One option at most.
    Exclusive,
    /// Each option for itself.
    Independent,
    /// Ordered levels.
    Graded,
}

impl Mode {
    /// `exclusive`, `independent` or `graded`.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Exclusive => "exclusive",
            Mode::Independent => "independent",
            Mode::Graded => "graded",
        }
    }
}

/// A question that rules answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Its id.
    pub id: String,
    /// The question in words.
    pub asks: String,
    /// A heading.
    pub title: String,
    /// The options, in order.
    pub options: Vec<String>,
    /// How they exclude one another.
    pub mode: Mode,
    /// What it is judged for: `group`, `organization`, `challenge` or `plan`.
    pub about: String,
    /// Whether options that exclude one another may hold at once: then the answer is a conflict.
    pub may_overlap: bool,
    /// Whether some option is to hold of every case in which everything is known; a gap is a warning.
    pub exhaustive: bool,
    /// Whether its options are causes, which need a symptom and a mechanism.
    pub concludes_cause: bool,
    /// The set it speaks of.
    pub set: Option<String>,
    /// Constraints that are set aside here.
    pub allow: Vec<Allow>,
    /// The option that answers for a whole whose parts have different answers.
    pub parts_differ: Option<usize>,
    /// The concepts it serves.
    pub concepts: Vec<String>,
    /// Where it stands in the file.
    pub mark: Mark,
    /// The rules that speak to it, by option.
    pub(crate) rules: Vec<Vec<RuleId>>,
    /// Every rule needed to judge it, each after those it refers to.
    pub(crate) order: Vec<RuleId>,
    /// Every measure its rules look at, in the order of the file.
    pub(crate) measures: Vec<MeasureId>,
}

impl Question {
    /// The question as a JSON document.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id, "title": self.title, "asks": self.asks, "options": self.options,
            "mode": self.mode.as_str(), "about": self.about,
            "concludes": if self.concludes_cause { "cause" } else { "state" }, "set": self.set, "concepts": self.concepts,
        })
    }
}

/// What a rule may conclude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Strength {
    /// By definition.
    Defines,
    /// As a rule.
    Typical,
    /// A hypothesis beside the answer, never the answer.
    Suggests,
}

impl Strength {
    /// `defines`, `typical` or `suggests`.
    pub fn as_str(self) -> &'static str {
        match self {
            Strength::Defines => "defines",
            Strength::Typical => "typical",
            Strength::Suggests => "suggests",
        }
    }
}

/// Why the thresholds of a rule are where they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    /// `published`, `simulation`, `norm`, `convention` or `user`.
    pub kind: String,
    /// In words.
    pub text: String,
    /// Where it was published.
    pub cites: Vec<Cite>,
}

/// A guard: without it the rule has nothing to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Require {
    /// The condition.
    pub when: Condition,
    /// The typed reason given while it is unmet or undecided.
    pub reason: String,
}

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// The question and the option it speaks for.
    pub says: Option<(QuestionId, usize)>,
    /// What it may conclude.
    pub strength: Strength,
    /// What must be so.
    pub when: Condition,
    /// What must not be so.
    pub unless: Option<Condition>,
    /// Guards.
    pub requires: Vec<Require>,
    /// The basis of its thresholds.
    pub basis: Option<Basis>,
    /// Why, in our own words.
    pub because: String,
    /// The concepts it encodes.
    pub concepts: Vec<String>,
    /// Where the sources say it.
    pub cites: Vec<Cite>,
    /// Rules of earlier versions that it replaces.
    pub replaces: Vec<String>,
    /// Constraints that are set aside here.
    pub allow: Vec<Allow>,
    /// Where it stands in the file.
    pub mark: Mark,
    pub(crate) tests: Vec<RuleTest>,
}

impl Rule {
    /// Its conditions: what must be so, what must not be so, and its guards.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        [Some(&self.when), self.unless.as_ref()].into_iter().flatten().chain(self.requires.iter().map(|r| &r.when))
    }

    /// The rule as a JSON document, without its conditions.
    pub fn to_json(&self, framework: &Framework) -> Value {
        let says = self.says.and_then(|(q, o)| {
            let question = framework.question(q)?;
            Some(json!([question.id, question.options.get(o)?]))
        });
        json!({
            "id": self.id, "says": says, "strength": self.strength.as_str(), "because": self.because,
            "basis": self.basis.as_ref().map(|b| json!({"kind": b.kind, "text": b.text})),
            "concepts": self.concepts, "cites": self.cites.iter().map(Cite::to_json).collect::<Vec<_>>(),
            "replaces": self.replaces, "allow": self.allow.iter().map(|a| (a.code, &a.why)).collect::<BTreeMap<_, _>>(),
            "file": self.mark.file, "line": self.mark.line,
        })
    }
}

/// A case that a rule carries with it, and what it must give.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RuleTest {
    pub(crate) given: Vec<(MeasureId, crate::measure::MeasureValue)>,
    pub(crate) expect: &'static str,
    pub(crate) mark: Mark,
}

/// A concept that is deliberately not a rule, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct NotEncoded {
    /// The concept.
    pub concept: String,
    /// Why not.
    pub why: String,
}

/// A rulebook with its catalogue: immutable, cheap to clone, safe to share between threads.
#[derive(Debug, Clone)]
pub struct Framework(pub(crate) Arc<Inner>);

#[derive(Debug, Default)]
pub(crate) struct Inner {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) title: String,
    /// Id and version of the framework that it extends.
    pub(crate) extends: Option<(String, String)>,
    pub(crate) confidence: f64,
    pub(crate) sha256: String,
    pub(crate) logic_sha256: String,
    pub(crate) catalogue: Catalogue,
    pub(crate) retired: Vec<Retired>,
    pub(crate) sets: Vec<Set>,
    pub(crate) measures: Vec<Measure>,
    pub(crate) questions: Vec<Question>,
    pub(crate) rules: Vec<Rule>,
    /// Every rule after those it refers to.
    pub(crate) order: Vec<RuleId>,
    pub(crate) levers: Vec<Lever>,
    pub(crate) not_encoded: Vec<NotEncoded>,
    pub(crate) warnings: Vec<Diagnostic>,
    pub(crate) set_index: HashSet<String>,
    pub(crate) measure_index: HashMap<String, MeasureId>,
    pub(crate) question_index: HashMap<String, QuestionId>,
}

impl Framework {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.0.id
    }
    /// Its semantic version.
    pub fn version(&self) -> &str {
        &self.0.version
    }
    /// Its title.
    pub fn title(&self) -> &str {
        &self.0.title
    }
    /// Id and version of the framework that it extends, if it extends one.
    pub fn extends(&self) -> Option<(&str, &str)> {
        self.0.extends.as_ref().map(|(id, version)| (id.as_str(), version.as_str()))
    }
    /// The confidence at which its rules hold, unless a call says otherwise.
    pub fn confidence(&self) -> f64 {
        self.0.confidence
    }
    /// Digest of everything it says.
    pub fn sha256(&self) -> &str {
        &self.0.sha256
    }
    /// Digest of what decides: prose, citations and tests left out.
    pub fn logic_sha256(&self) -> &str {
        &self.0.logic_sha256
    }
    /// Concepts, works and prompts it may cite.
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.catalogue
    }
    /// Its measures.
    pub fn measures(&self) -> &[Measure] {
        &self.0.measures
    }
    /// Its questions.
    pub fn questions(&self) -> &[Question] {
        &self.0.questions
    }
    /// Its rules.
    pub fn rules(&self) -> &[Rule] {
        &self.0.rules
    }
    /// Its sets of things that are not mixed.
    pub fn sets(&self) -> &[Set] {
        &self.0.sets
    }
    /// Rules of earlier versions that nothing replaces.
    pub fn retired(&self) -> &[Retired] {
        &self.0.retired
    }
    /// Concepts it deliberately leaves out.
    pub fn not_encoded(&self) -> &[NotEncoded] {
        &self.0.not_encoded
    }
    /// What its check warned of.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.0.warnings
    }
    /// The measure at an id.
    pub fn measure(&self, id: MeasureId) -> Option<&Measure> {
        self.0.measures.get(id.0)
    }
    /// The question at an id.
    pub fn question(&self, id: QuestionId) -> Option<&Question> {
        self.0.questions.get(id.0)
    }
    /// The rule at an id.
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.0.rules.get(id.0)
    }

    /// The measure named `id`.
    ///
    /// # Errors
    /// `unknown_measure`.
    pub fn find_measure(&self, id: &str) -> Result<MeasureId> {
        self.0.measure_index.get(id).copied().ok_or_else(|| {
            Error::input("unknown_measure", format!("unknown measure `{id}`"))
                .at(id.to_owned())
                .help(suggest(id, self.0.measures.iter().map(|m| m.id.as_str())))
        })
    }

    /// The question named `id`.
    ///
    /// # Errors
    /// `unknown_question`.
    pub fn find_question(&self, id: &str) -> Result<QuestionId> {
        self.0.question_index.get(id).copied().ok_or_else(|| {
            Error::input("unknown_question", format!("unknown question `{id}`"))
                .at("question")
                .help(suggest(id, self.0.questions.iter().map(|q| q.id.as_str())))
        })
    }

    /// The confidence of a call: the framework's, or one above .5 and below 1.
    pub(crate) fn confidence_or(&self, confidence: Option<f64>) -> Result<f64> {
        match confidence {
            None => Ok(self.0.confidence),
            Some(c) if c > 0.5 && c < 1.0 => Ok(c),
            Some(c) => {
                Err(Error::input("bad_confidence", format!("the confidence `{c}` is not above 0.5 and below 1"))
                    .at("confidence")
                    .help("give a number such as 0.9"))
            }
        }
    }
}

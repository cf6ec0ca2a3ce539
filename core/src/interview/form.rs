//! The form itself: which facts it asks for, and what was said to each.

use crate::assess::Source;
use crate::error::{Error, Result, suggest};
use crate::evidence::Provenance;
use crate::json::number;
use crate::rules::{Case, Framework, Measure, MeasureId, MeasureKind};

/// The answers that a fact may have.
#[derive(Debug, Clone, PartialEq)]
pub enum Answers {
    /// Yes (1), partly (0.5) or no (0), or a number between.
    Words,
    /// A number.
    Range {
        /// The smallest.
        lo: f64,
        /// The largest.
        hi: f64,
        /// What it is in, such as `days`; may be empty.
        unit: String,
    },
    /// One of these.
    Categories(Vec<String>),
}

/// An answer. That somebody does not know is an answer too, and no number.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// Asked, and not known.
    DontKnow,
    /// A number; yes is 1, partly 0.5, no 0.
    Number(f64),
    /// A category.
    Category(String),
}

/// What one informant said to one fact in one sitting.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Said {
    /// The answer; `None` where it is still open.
    pub answer: Option<Reply>,
    /// The component of the challenge that it is about; `None` for the whole.
    pub component: Option<String>,
    /// Who said it, where it is written and when.
    pub by: Provenance,
}

/// One fact that the form asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct FormFact {
    /// The measure.
    pub measure: String,
    /// Whether it is about the challenge rather than the unit.
    pub of_challenge: bool,
    /// The question in words.
    pub asks: String,
    /// Whom to ask.
    pub whom: String,
    /// The answers it may have.
    pub answers: Answers,
    /// The headings of the questions that it bears on.
    pub why: Vec<String>,
    /// What was said, in the order of the sittings.
    pub said: Vec<Said>,
}

/// An interview about one unit, one challenge, or both.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The id of the framework that asks.
    pub framework: String,
    /// Its version.
    pub version: String,
    /// The unit that the facts are about; to be filled in when it is `None`.
    pub unit: Option<String>,
    /// The challenge that the criteria are about.
    pub challenge: Option<String>,
    /// The facts: what bears on most questions first.
    pub facts: Vec<FormFact>,
}

impl Framework {
    /// An empty form with every fact that a person can tell and that one of these questions looks at (all questions
    /// when none is named), each once. Facts that are known already, and questions that they settle, are left out.
    ///
    /// ```
    /// use colead::rules::{Case, Framework};
    /// let framework = Framework::builtin()?;
    /// let known = Case::from_json(&framework, r#"{"definable": 1}"#)?;
    /// let form = framework.interview(&["challenge"], Some(&known))?;
    /// assert!(form.fact("definable").is_none() && form.fact("means_exist").is_some());
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown_question`; `nothing_to_ask` when no fact is left.
    pub fn interview(&self, questions: &[&str], known: Option<&Case>) -> Result<Form> {
        let nothing = Case::new(self);
        let known = known.unwrap_or(&nothing);
        let mut wanted = Vec::new();
        for (i, id) in questions.iter().enumerate() {
            wanted.push(self.find_question(id).map_err(|e| e.at(format!("questions, {}", i + 1)))?);
        }
        let mut facts: Vec<FormFact> = Vec::new();
        for q in self.questions() {
            let id = self.find_question(&q.id)?;
            let settled = self.judge_at(id, known, self.confidence()).needs().missing.is_empty();
            if settled || !(wanted.is_empty() || wanted.contains(&id)) {
                continue;
            }
            for m in q.measures.iter().filter(|m| !known.knows(**m)) {
                let Some(measure) = self.measure(*m).filter(|m| Source::of(m).told()) else { continue };
                if !facts.iter().any(|f| f.measure == measure.id) {
                    facts.push(fresh(self, *m)?);
                }
            }
        }
        if facts.is_empty() {
            return Err(Error::input("nothing_to_ask", "no fact is left that a person could tell")
                .at("questions")
                .help("name other questions, or hand in less of what is known"));
        }
        // Stable: ties stay in the order of the rulebook.
        facts.sort_by_key(|f| std::cmp::Reverse(f.why.len()));
        Ok(Form {
            framework: self.id().to_owned(),
            version: self.version().to_owned(),
            unit: None,
            challenge: None,
            facts,
        })
    }
}

impl FormFact {
    /// The fact as its measure asks for it, with nothing said.
    pub(super) fn of(measure: &Measure) -> FormFact {
        FormFact {
            measure: measure.id.clone(),
            of_challenge: measure.about == "challenge",
            asks: measure.asks.clone(),
            whom: measure.whom.clone(),
            answers: Answers::of(measure),
            why: Vec::new(),
            said: Vec::new(),
        }
    }
}

/// What counts as not knowing, in any case.
const DONT_KNOW: [&str; 5] = ["do not know", "don't know", "dont know", "unknown", "?"];
const WORDS: [(&str, f64); 3] = [("yes", 1.0), ("partly", 0.5), ("no", 0.0)];

impl Answers {
    fn of(measure: &Measure) -> Answers {
        match &measure.kind {
            MeasureKind::Score { lo, hi } if (*lo, *hi, measure.step) == (0.0, 1.0, Some(0.5)) => Answers::Words,
            MeasureKind::Score { lo, hi } => Answers::Range { lo: *lo, hi: *hi, unit: measure.unit.clone() },
            MeasureKind::Category(of) => Answers::Categories(of.clone()),
        }
    }

    /// The answers in words.
    pub fn text(&self) -> String {
        match self {
            Answers::Words => "yes, partly, no, or a number from 0 to 1".to_owned(),
            Answers::Range { lo, hi, unit } => {
                let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
                format!("a number from {} to {}{unit}", number(*lo), number(*hi))
            }
            Answers::Categories(of) => of.join(", "),
        }
    }

    /// Reads an answer as people write it.
    ///
    /// # Errors
    /// `not_an_answer` for what is none of them.
    pub fn read(&self, text: &str) -> Result<Reply> {
        let low = text.to_lowercase();
        let refuse = |help: String| {
            let shown: String = text.chars().take(60).collect();
            Err(Error::input("not_an_answer", format!("`{shown}` is not an answer")).at("answer").help(help))
        };
        if let Answers::Categories(of) = self
            && let Some(found) = of.iter().find(|c| c.to_lowercase() == low)
        {
            return Ok(Reply::Category(found.clone()));
        }
        if DONT_KNOW.contains(&low.as_str()) {
            return Ok(Reply::DontKnow);
        }
        let help = || format!("give {}, or `do not know`", self.text());
        match self {
            Answers::Categories(of) => refuse(suggest(text, of.iter().map(String::as_str))),
            Answers::Words if WORDS.iter().any(|(w, _)| *w == low) => {
                Ok(Reply::Number(WORDS.iter().find(|(w, _)| *w == low).map_or(0.0, |(_, x)| *x)))
            }
            Answers::Words | Answers::Range { .. } => match low.parse::<f64>() {
                Ok(x) => self.number(x).or_else(|_| refuse(help())),
                Err(_) => refuse(help()),
            },
        }
    }

    /// A number as an answer.
    ///
    /// # Errors
    /// `not_an_answer` where it is outside the range, not finite, or a category is asked for.
    pub fn number(&self, x: f64) -> Result<Reply> {
        let (lo, hi) = match self {
            Answers::Words => (0.0, 1.0),
            Answers::Range { lo, hi, .. } => (*lo, *hi),
            Answers::Categories(_) => (f64::INFINITY, f64::NEG_INFINITY),
        };
        if (lo..=hi).contains(&x) {
            return Ok(Reply::Number(x));
        }
        Err(Error::input("not_an_answer", format!("`{}` is not an answer", number(x)))
            .at("answer")
            .help(format!("give {}, or `do not know`", self.text())))
    }
}

impl Reply {
    /// The answer as people write it.
    pub fn text(&self, answers: &Answers) -> String {
        match self {
            Reply::DontKnow => DONT_KNOW.first().copied().unwrap_or_default().to_owned(),
            Reply::Category(c) => c.clone(),
            Reply::Number(x) => {
                let word = WORDS.iter().find(|(_, v)| v == x).filter(|_| *answers == Answers::Words);
                word.map_or_else(|| number(*x), |(w, _)| (*w).to_owned())
            }
        }
    }
}

impl Said {
    /// Whether nothing at all is written.
    pub fn is_blank(&self) -> bool {
        *self == Said::default()
    }
}

impl Form {
    /// The fact that fills a measure.
    pub fn fact(&self, measure: &str) -> Option<&FormFact> {
        self.facts.iter().find(|f| f.measure == measure)
    }

    /// How many facts have an answer, `do not know` included, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        let answered = self.facts.iter().filter(|f| f.said.iter().any(|s| s.answer.is_some()));
        (answered.count(), self.facts.len())
    }

    /// The fact of the form for a measure, added when the form did not ask for it.
    pub(super) fn fact_mut(&mut self, framework: &Framework, id: &str) -> Result<&mut FormFact> {
        let m = framework.find_measure(id)?;
        let at = match self.facts.iter().position(|f| f.measure == id) {
            Some(at) => at,
            None => {
                self.facts.push(fresh(framework, m)?);
                self.facts.len() - 1
            }
        };
        self.facts.get_mut(at).ok_or_else(|| Error::input("unknown_measure", format!("unknown measure `{id}`")))
    }
}

/// A fact with all questions that it bears on.
fn fresh(framework: &Framework, m: MeasureId) -> Result<FormFact> {
    let Some(measure) = framework.measure(m) else {
        return Err(Error::input("unknown_measure", "unknown measure"));
    };
    let why = framework.questions().iter().filter(|q| q.measures.contains(&m)).map(|q| q.title.clone()).collect();
    Ok(FormFact { why, ..FormFact::of(measure) })
}

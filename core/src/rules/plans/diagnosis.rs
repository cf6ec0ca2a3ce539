//! What a plan is held against: measures, and what was judged elsewhere.

use crate::document::{Kind, Node, parse_json};
use crate::error::{Error, Result, suggest};
use crate::rules::case::Case;
use crate::rules::evaluate::{Evaluation, Verdict};
use crate::rules::judgment::{Answer, Judgment, Status, conclude};
use crate::rules::model::*;
use crate::rules::truth::Truth;

/// What is known of a situation: measures, judgments, or both. Where a judgment is told, it stands; everything else
/// follows from the measures. An empty diagnosis is fine: then warnings are conditional.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    pub(super) case: Case,
    /// Options that are known to hold or not.
    told: Vec<(QuestionId, usize, bool)>,
}

impl Diagnosis {
    /// A diagnosis from measures.
    pub fn new(case: Case) -> Diagnosis {
        Diagnosis { case, told: Vec::new() }
    }

    /// Adds that an option of a question holds; with an exclusive or graded question the others do not.
    ///
    /// # Errors
    /// `unknown_question`, `unknown_option`, `contradiction` where the opposite was told before.
    pub fn tell(&mut self, framework: &Framework, question: &str, option: &str) -> Result<()> {
        let q = framework.find_question(question)?;
        let asked = framework.question(q);
        let o = option_of(framework, q, option)?;
        let exclusive = asked.is_some_and(|q| q.mode != Mode::Independent);
        let count = asked.map_or(0, |q| q.options.len());
        let mut next = self.clone();
        for i in (0..count).filter(|i| *i == o || exclusive) {
            next.put(framework, q, i, i == o)?;
        }
        *self = next;
        Ok(())
    }

    /// Adds whether an option holds.
    ///
    /// # Errors
    /// As [`Diagnosis::tell`].
    pub fn tell_whether(&mut self, framework: &Framework, question: &str, option: &str, holds: bool) -> Result<()> {
        let q = framework.find_question(question)?;
        self.put(framework, q, option_of(framework, q, option)?, holds)
    }

    fn put(&mut self, framework: &Framework, q: QuestionId, o: usize, holds: bool) -> Result<()> {
        let before = self.told.iter().find(|(p, i, _)| (*p, *i) == (q, o)).map(|(.., holds)| *holds);
        if before.is_some_and(|b| b != holds) {
            let question = framework.question(q);
            let id = question.map_or("", |q| q.id.as_str());
            let option = question.and_then(|q| q.options.get(o)).map_or("", String::as_str);
            let message = format!("`{option}` of `{id}` is told to hold and not to hold");
            return Err(Error::input("contradiction", message).at(id.to_owned()).help("keep one of them"));
        }
        if before.is_none() {
            self.told.push((q, o, holds));
        }
        Ok(())
    }

    /// Adds a judgment of the same framework: what it found of each option. What it left open stays open, and is
    /// judged from the measures.
    ///
    /// # Errors
    /// `unknown_question`, `unknown_option`, `contradiction`.
    pub fn add(&mut self, framework: &Framework, judgment: &Judgment) -> Result<()> {
        let options = framework.question(framework.find_question(judgment.question_id())?).map(|q| q.options.clone());
        match judgment.status() {
            Status::Answer(Answer::One(_)) => {
                judgment.answer().map_or(Ok(()), |option| self.tell(framework, judgment.question_id(), option))
            }
            _ => {
                let mut next = self.clone();
                for (option, found) in options.iter().flatten().zip(judgment.options()) {
                    let holds = match found.verdict {
                        Verdict::Holds => true,
                        Verdict::Fails => false,
                        Verdict::Insufficient(_) => continue,
                    };
                    next.tell_whether(framework, judgment.question_id(), option, holds)?;
                }
                *self = next;
                Ok(())
            }
        }
    }

    /// Reads a diagnosis from a JSON object with `measures`, as [`Case::from_json`] takes them, and `judgments`, from
    /// question to an option that holds, or to an object from option to `holds`, `fails`, `insufficient`, true, false
    /// or null. Both may be left out.
    ///
    /// ```
    /// use colead::rules::{Diagnosis, Framework};
    /// let framework = Framework::builtin()?;
    /// let text = r#"{"measures": {"definable": 0}, "judgments": {"challenge": "complex"}}"#;
    /// assert!(Diagnosis::from_json(&framework, text).is_ok());
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `syntax`, `unknown_key`, `wrong_type`, those of [`Case::from_json`] and of [`Diagnosis::tell`].
    pub fn from_json(framework: &Framework, text: &str) -> Result<Diagnosis> {
        let node = parse_json("diagnosis", text)?;
        let Kind::Map(entries) = &node.kind else { return Err(wrong(&node, "diagnosis", "an object")) };
        let known = ["measures", "judgments"];
        if let Some((key, _)) = entries.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            return Err(Error::input("unknown_key", format!("unknown key `{key}`"))
                .at("diagnosis")
                .help(suggest(key, known)));
        }
        let mut diagnosis = Diagnosis::new(match node.get("measures") {
            Some(node) => Case::from_node(framework, node)?,
            None => Case::new(framework),
        });
        match node.get("judgments").map(|n| (n, &n.kind)) {
            None | Some((_, Kind::Null)) => {}
            Some((_, Kind::Map(judgments))) => {
                for (question, found) in judgments {
                    let at = format!("judgments, {question}");
                    diagnosis.read(framework, question, found, &at).map_err(|e| e.at(at.clone()))?;
                }
            }
            Some((node, _)) => return Err(wrong(node, "judgments", "an object")),
        }
        Ok(diagnosis)
    }

    fn read(&mut self, framework: &Framework, question: &str, found: &Node, at: &str) -> Result<()> {
        framework.find_question(question)?;
        match &found.kind {
            Kind::Null => Ok(()),
            Kind::Text(option) => self.tell(framework, question, option),
            Kind::Map(options) => {
                for (option, verdict) in options {
                    let holds = match &verdict.kind {
                        Kind::Bool(holds) => *holds,
                        Kind::Text(word) if word == "holds" => true,
                        Kind::Text(word) if word == "fails" => false,
                        Kind::Null => continue,
                        Kind::Text(word) if word == "insufficient" => continue,
                        _ => return Err(wrong(verdict, at, "`holds`, `fails` or `insufficient`")),
                    };
                    self.tell_whether(framework, question, option, holds)?;
                }
                Ok(())
            }
            _ => Err(wrong(found, at, "an option, or an object from option to verdict")),
        }
    }

    /// The truths of all that a question rests on, with what was told in place of what would follow.
    pub(super) fn evaluate<'a>(
        &self,
        framework: &'a Framework,
        case: &'a Case,
        question: &Question,
        confidence: f64,
    ) -> Evaluation<'a> {
        let mut told = Vec::new();
        for (q, o, holds) in &self.told {
            for r in framework.question(*q).and_then(|q| q.rules.get(*o)).into_iter().flatten() {
                if framework.rule(*r).is_some_and(|r| r.strength != Strength::Suggests) {
                    told.push((*r, Truth::of(*holds)));
                }
            }
        }
        Evaluation::with_told(framework, case, question, confidence, &told)
    }

    /// Whether each option of a question holds.
    pub(super) fn holding(&self, framework: &Framework, q: QuestionId, confidence: f64) -> Vec<bool> {
        let Some(question) = framework.question(q) else { return Vec::new() };
        let (status, options) = conclude(&self.evaluate(framework, &self.case, question, confidence), question);
        let answer = |i| status == Status::Answer(Answer::One(i));
        let told = |i| self.told.iter().find(|(p, o, _)| (*p, *o) == (q, i)).map(|(.., holds)| *holds);
        let found = options.iter().enumerate();
        found.map(|(i, o)| told(i).unwrap_or_else(|| o.verdict == Verdict::Holds || answer(i))).collect()
    }
}

fn option_of(framework: &Framework, q: QuestionId, option: &str) -> Result<usize> {
    let Some(question) = framework.question(q) else { return Ok(0) };
    question.options.iter().position(|o| o == option).ok_or_else(|| {
        let message = format!("`{option}` is not an option of `{}`", question.id);
        Error::input("unknown_option", message)
            .at(question.id.clone())
            .help(suggest(option, question.options.iter().map(String::as_str)))
    })
}

fn wrong(node: &Node, at: &str, wanted: &str) -> Error {
    Error::input("wrong_type", format!("expected {wanted}, found {}", node.kind.name()))
        .at(at.to_owned())
        .help("such as {\"measures\": {\"definable\": 0}, \"judgments\": {\"challenge\": \"complex\"}}")
}

//! Several frameworks over one case, side by side. They are never merged: where they disagree, both are shown.

use super::case::Case;
use super::case_read::Told;
use super::diff::{Version, head};
use super::evaluate::Evaluation;
use super::model::*;
use crate::error::{Error, Result};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Several frameworks over one case; lists that have a place for each framework are in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The name of the case.
    pub case: String,
    /// The frameworks.
    pub frameworks: Vec<Version>,
    /// Questions that the case bears on, and at least two frameworks ask.
    pub shared: Vec<Shared>,
    /// For each framework, what no other has.
    pub alone: Vec<Alone>,
    /// For each framework, the measures of the case that it cannot read, and why. They count as missing there.
    pub unread: Vec<Vec<(String, Error)>>,
}

/// A question that several frameworks ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// The question.
    pub question: String,
    /// What each framework says; nothing where it does not ask.
    pub sides: Vec<Option<Side>>,
    /// Whether those who ask say the same.
    pub agree: bool,
    /// Where they do not: the rules behind the question whose verdicts differ, or that not all of them have.
    pub why: Vec<Disputed>,
}

/// What one framework says to a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// `answer`, `insufficient`, `conflict` or `none_hold`.
    pub status: &'static str,
    /// The answer, as a judgment has it.
    pub answer: Value,
    /// The result in one line.
    pub headline: String,
    /// The options of the question there.
    pub options: Vec<String>,
    /// Why, a sentence a line.
    pub because: Vec<String>,
}

/// A rule that frameworks disagree on.
#[derive(Debug, Clone, PartialEq)]
pub struct Disputed {
    /// The rule.
    pub rule: String,
    /// Its verdict in each framework; nothing where it is not there.
    pub verdicts: Vec<Option<&'static str>>,
    /// Rules that it replaces.
    pub replaces: Vec<String>,
    /// What it says, in the words of the first framework that has it.
    pub because: String,
}

/// What only one of the frameworks has.
#[derive(Debug, Clone, PartialEq)]
pub struct Alone {
    /// Questions, with what they ask.
    pub questions: Vec<(String, String)>,
    /// Measures that its rules look at.
    pub measures: Vec<String>,
}

/// Puts one case to several frameworks, each at its own confidence.
///
/// ```
/// use colead::rules::{Framework, Told, compare};
/// let own = "[framework]\nid = 'ward'\nversion = '1.0.0'\nextends = 'collective-leadership'\n[[rule]]\nid = 'ward.technical'\n\
///     replaces = ['challenge.technical']\nsays = ['challenge', 'technical']\nstrength = 'defines'\nbecause = 'b'\n\
///     basis = { kind = 'user' }\nwhen = { gt = ['means_exist', 0.9] }\nunless = { any = [ { holds = 'challenge.complex' },\n\
///     { holds = 'challenge.mixed' } ] }\n";
/// let case = &Told::from_json(r#"[{"means_exist": 1, "definable": 0, "predictable": 0, "solvers_unchanged": 0}]"#)?[0];
/// let both = compare(&[&Framework::builtin()?, &Framework::from_toml(own)?], case)?;
/// let challenge = both.shared.iter().find(|s| s.question == "challenge").ok_or("asked by both")?;
/// assert!(challenge.agree);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `too_few` with fewer than two frameworks.
pub fn compare(frameworks: &[&Framework], case: &Told) -> Result<Comparison> {
    if frameworks.len() < 2 {
        return Err(Error::input("too_few", "fewer than two frameworks to compare")
            .at("frameworks")
            .help("give two or more"));
    }
    let (cases, unread): (Vec<Case>, Vec<_>) = frameworks.iter().map(|f| case.read_by(f)).unzip();
    let sides: Vec<(&Framework, &Case)> = frameworks.iter().copied().zip(&cases).collect();
    let mut ids: Vec<&str> = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for q in frameworks.iter().flat_map(|f| f.questions()) {
        if seen.insert(&q.id) {
            ids.push(&q.id);
        }
    }
    let mut shared = Vec::new();
    for id in ids {
        let asked: Vec<Option<&Question>> = frameworks.iter().map(|f| question_of(f, id)).collect();
        let touched =
            asked.iter().zip(&cases).any(|(q, case)| q.is_some_and(|q| q.measures.iter().any(|m| case.knows(*m))));
        if touched && asked.iter().flatten().count() > 1 {
            shared.push(put(id, &asked, &sides)?);
        }
    }
    let alone = (0..frameworks.len()).map(|i| alone(frameworks, i)).collect();
    let frameworks = frameworks.iter().map(|f| head(f)).collect();
    Ok(Comparison { case: case.name.clone(), frameworks, shared, alone, unread })
}

fn question_of<'f>(f: &'f Framework, id: &str) -> Option<&'f Question> {
    f.question(f.0.question_index.get(id).copied()?)
}

fn put(id: &str, asked: &[Option<&Question>], sides: &[(&Framework, &Case)]) -> Result<Shared> {
    let mut found = Vec::new();
    for (q, (f, case)) in asked.iter().zip(sides) {
        found.push(match q {
            None => None,
            Some(q) => {
                let j = f.judge(&q.id, case, None)?;
                Some(Side {
                    status: j.status().as_str(),
                    answer: j.answer_json(),
                    headline: j.headline(),
                    options: q.options.clone(),
                    because: j.because(),
                })
            }
        });
    }
    let said: Vec<(&str, &Value)> = found.iter().flatten().map(|s| (s.status, &s.answer)).collect();
    let agree = said.windows(2).all(|w| matches!(w, [a, b] if a == b));
    let why = if agree { Vec::new() } else { disputed(asked, sides) };
    Ok(Shared { question: id.to_owned(), sides: found, agree, why })
}

/// The rules behind a question that do not come to the same everywhere, each after those it refers to.
fn disputed(asked: &[Option<&Question>], sides: &[(&Framework, &Case)]) -> Vec<Disputed> {
    let mut found: Vec<Disputed> = Vec::new();
    let asking = asked.iter().flatten().count();
    for (i, (q, (f, case))) in asked.iter().zip(sides).enumerate() {
        let Some(q) = q else { continue };
        let evaluation = Evaluation::of_question(f, case, q, f.confidence());
        for r in &q.order {
            let Some(rule) = f.rule(*r) else { continue };
            let place = match found.iter().position(|d| d.rule == rule.id) {
                Some(place) => place,
                None => {
                    found.push(Disputed {
                        rule: rule.id.clone(),
                        verdicts: vec![None; sides.len()],
                        replaces: rule.replaces.clone(),
                        because: rule.because.clone(),
                    });
                    found.len() - 1
                }
            };
            if let Some(slot) = found.get_mut(place).and_then(|d| d.verdicts.get_mut(i)) {
                *slot = Some(evaluation.verdict(*r).as_str());
            }
        }
    }
    found.retain(|d| {
        let told: Vec<&&str> = d.verdicts.iter().flatten().collect();
        told.len() < asking || told.windows(2).any(|w| matches!(w, [a, b] if a != b))
    });
    found
}

fn alone(frameworks: &[&Framework], own: usize) -> Alone {
    let Some(f) = frameworks.get(own) else { return Alone { questions: Vec::new(), measures: Vec::new() } };
    let others = || frameworks.iter().enumerate().filter(|(i, _)| *i != own).map(|(_, f)| f);
    let strange = |q: &&Question| others().all(|f| question_of(f, &q.id).is_none());
    let looked: BTreeSet<MeasureId> = f.questions().iter().flat_map(|q| &q.measures).copied().collect();
    let measures = looked.into_iter().filter_map(|m| f.measure(m));
    Alone {
        questions: f.questions().iter().filter(strange).map(|q| (q.id.clone(), q.asks.clone())).collect(),
        measures: measures
            .filter(|m| others().all(|f| !f.0.measure_index.contains_key(&m.id)))
            .map(|m| m.id.clone())
            .collect(),
    }
}

impl Comparison {
    /// The comparison as a JSON document: `case frameworks shared alone unread`.
    pub fn to_json(&self) -> Value {
        let side = |s: &Option<Side>| {
            s.as_ref().map(|s| {
                json!({
                    "status": s.status, "answer": s.answer, "headline": s.headline, "options": s.options,
                    "because": s.because,
                })
            })
        };
        let why = |d: &Disputed| json!({ "rule": d.rule, "verdicts": d.verdicts, "replaces": d.replaces, "because": d.because });
        let shared = |s: &Shared| {
            json!({
                "question": s.question, "agree": s.agree, "sides": s.sides.iter().map(side).collect::<Vec<_>>(),
                "why": s.why.iter().map(why).collect::<Vec<_>>(),
            })
        };
        let alone = |a: &Alone| {
            let questions: Vec<Value> =
                a.questions.iter().map(|(id, asks)| json!({ "id": id, "asks": asks })).collect();
            json!({ "questions": questions, "measures": a.measures })
        };
        let unread = |of: &Vec<(String, Error)>| -> Value {
            of.iter().map(|(m, e)| json!({ "measure": m, "code": e.code(), "message": e.message() })).collect()
        };
        json!({
            "case": self.case, "frameworks": self.frameworks.iter().map(Version::to_json).collect::<Vec<_>>(),
            "shared": self.shared.iter().map(shared).collect::<Vec<_>>(),
            "alone": self.alone.iter().map(alone).collect::<Vec<_>>(),
            "unread": self.unread.iter().map(unread).collect::<Vec<_>>(),
        })
    }

    /// The comparison in words.
    pub fn to_text(&self) -> String {
        let name = |i: usize| self.frameworks.get(i).map_or("", |v| v.id.as_str());
        let mut text = String::new();
        for (i, v) in self.frameworks.iter().enumerate() {
            text.push_str(&format!("{}. {} {}, logic {:.12}\n", i + 1, v.id, v.version, v.logic_sha256));
        }
        for s in &self.shared {
            text.push_str(&format!("\n{}: {}\n", s.question, if s.agree { "the same" } else { "different" }));
            for (i, side) in s.sides.iter().enumerate() {
                let said = side.as_ref().map_or("does not ask", |s| s.headline.as_str());
                text.push_str(&format!("  {}. {}: {said}\n", i + 1, name(i)));
            }
            for d in &s.why {
                let verdicts: Vec<&str> = d.verdicts.iter().map(|v| v.unwrap_or("not there")).collect();
                let heir = match d.replaces.is_empty() {
                    true => String::new(),
                    false => format!(" (replaces {})", d.replaces.join(", ")),
                };
                text.push_str(&format!("  because {}{heir}: {}\n    {}\n", d.rule, verdicts.join(" | "), d.because));
            }
        }
        if self.shared.is_empty() {
            text.push_str("\nthe case bears on no question that two of them ask\n");
        }
        for (i, alone) in self.alone.iter().enumerate() {
            for (id, asks) in &alone.questions {
                text.push_str(&format!("\nonly {} asks {id}: {asks}", name(i)));
            }
            if !alone.measures.is_empty() {
                text.push_str(&format!("\nonly {} looks at: {}", name(i), alone.measures.join(", ")));
            }
        }
        for (i, unread) in self.unread.iter().enumerate() {
            for (_, e) in unread {
                text.push_str(&format!("\nnot read by {}: {}", name(i), e.message()));
            }
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }
}

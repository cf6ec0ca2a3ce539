//! A plan held against a diagnosis: what the rules of the framework warn of.

use super::diagnosis::Diagnosis;
use super::lever::{Counts, Lever};
use super::pulled::Plan;
use super::suggest::Suggestion;
use crate::error::{Error, Result};
use crate::measure::{Estimate, MeasureValue, Origin};
use crate::rules::case::Case;
use crate::rules::condition::leaves;
use crate::rules::evaluate::{Needs, Verdict};
use crate::rules::model::*;
use crate::rules::words::words;
use crate::vocabulary::{Cite, Puller};
use serde_json::{Value, json};

/// What a plan's question is about.
const PLAN: &str = "plan";

/// How firmly a warning stands.
#[derive(Debug, Clone, PartialEq)]
pub enum WarningKind {
    /// The rule holds for the plan and the diagnosis.
    Warning,
    /// It would, if what is missing were so.
    Conditional(Needs),
    /// A rule that only suggests holds.
    Hint,
}

impl WarningKind {
    /// `warning`, `conditional` or `hint`.
    pub fn as_str(&self) -> &'static str {
        match self {
            WarningKind::Warning => "warning",
            WarningKind::Conditional(_) => "conditional",
            WarningKind::Hint => "hint",
        }
    }
}

/// Something that a rule says of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Warning<'f> {
    /// How firmly it stands.
    pub kind: WarningKind,
    /// The question.
    pub question: &'f str,
    /// What is wrong, as an option of the question.
    pub option: &'f str,
    /// The rule that says it, with its words, concepts and sources.
    pub rule: &'f Rule,
    /// The levers of the plan that it is about, by id, in the order of the plan.
    pub levers: Vec<String>,
}

/// A plan, held against a diagnosis.
#[derive(Debug, Clone)]
pub struct Lint<'f> {
    framework: &'f Framework,
    case: Case,
    /// The plan's title, or empty.
    pub title: String,
    /// What the rules say of it, in the order of the framework: nothing of a sound plan.
    pub warnings: Vec<Warning<'f>>,
    /// What the framework offers for the same diagnosis beside what the plan has.
    pub offers: Vec<Suggestion<'f>>,
}

impl Framework {
    /// Holds a plan against a diagnosis. Every rule that speaks to a question about a `plan` and holds is a warning,
    /// or a hint where it only suggests; one that the diagnosis leaves open is a conditional warning and says what is
    /// missing. A sound plan gets none.
    ///
    /// ```
    /// use colead::rules::{Case, Diagnosis, Framework, Plan};
    /// let framework = Framework::builtin()?;
    /// let mut diagnosis = Diagnosis::new(Case::new(&framework));
    /// let plan = Plan::of(["appoint_leaders"]);
    /// assert!(framework.lint(&plan, &diagnosis, None)?.warnings.iter().all(|w| w.kind.as_str() == "conditional"));
    /// diagnosis.tell(&framework, "challenge", "complex")?;
    /// assert_eq!(framework.lint(&plan, &diagnosis, None)?.warnings[0].option, "more_leaders");
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown_lever`, `cannot_pull`, `too_many`, `bad_confidence`; `read_from_plan` where the diagnosis gives a
    /// measure that the plan's levers fill; `out_of_range` where a measure cannot hold what it counts.
    pub fn lint(&self, plan: &Plan, diagnosis: &Diagnosis, confidence: Option<f64>) -> Result<Lint<'_>> {
        let confidence = self.confidence_or(confidence)?;
        plan.known_to(self)?;
        let pulled: Vec<(&Lever, _)> = plan
            .levers
            .iter()
            .map(|p| self.find_lever(&p.lever).map(|lever| (lever, p.who.unwrap_or(lever.who))))
            .collect::<Result<_>>()?;
        let mut case = diagnosis.case.clone();
        for (i, measure) in self.measures().iter().enumerate() {
            let Some(counts) = &measure.counts else { continue };
            let m = MeasureId(i);
            if case.knows(m) {
                return Err(Error::input("read_from_plan", format!("`{}` is counted from the plan", measure.id))
                    .at(measure.id.clone())
                    .help("leave it out of the diagnosis"));
            }
            let count = pulled.iter().filter(|(lever, who)| counts.counts(lever, *who)).count();
            case.put(self, m, MeasureValue::Known(Estimate::new(count as f64, None, None, Origin::Given)?))?;
        }
        let mut warnings = Vec::new();
        for question in self.questions().iter().filter(|q| q.about == PLAN) {
            let evaluation = diagnosis.evaluate(self, &case, question, confidence);
            for (option, rules) in question.options.iter().zip(&question.rules) {
                for r in rules {
                    let Some(rule) = self.rule(*r) else { continue };
                    let kind = match (evaluation.verdict(*r), rule.strength) {
                        (Verdict::Holds, Strength::Suggests) => WarningKind::Hint,
                        (Verdict::Holds, _) => WarningKind::Warning,
                        (Verdict::Insufficient(needs), Strength::Defines | Strength::Typical) => {
                            WarningKind::Conditional(needs)
                        }
                        _ => continue,
                    };
                    let counted = |lever: &Lever, who| self.counted_by(rule).any(|c| c.counts(lever, who));
                    let about = pulled.iter().filter(|(lever, who)| counted(lever, *who));
                    let levers = about.map(|(lever, _)| lever.id.clone()).collect();
                    warnings.push(Warning { kind, question: &question.id, option, rule, levers });
                }
            }
        }
        // What an answering rule says already needs no hint beside it.
        let said: Vec<(&str, &str)> = warnings
            .iter()
            .filter(|w: &&Warning<'_>| w.kind != WarningKind::Hint)
            .map(|w| (w.question, w.option))
            .collect();
        warnings.retain(|w| w.kind != WarningKind::Hint || !said.contains(&(w.question, w.option)));
        let mut offers = self.suggest(diagnosis, Some(confidence))?;
        offers.retain(|s| pulled.iter().all(|(lever, _)| lever.id != s.lever.id));
        Ok(Lint { framework: self, case, title: plan.title.clone(), warnings, offers })
    }

    /// What the measures count that a rule itself looks at.
    fn counted_by<'f>(&'f self, rule: &Rule) -> impl Iterator<Item = &'f Counts> {
        let mut measures = Vec::new();
        for c in rule.conditions() {
            leaves(c, &mut |leaf| {
                if let Condition::Compare(m, ..) = leaf {
                    measures.push(*m);
                }
            });
        }
        measures.into_iter().filter_map(|m| self.measure(m)?.counts.as_ref())
    }
}

impl Lint<'_> {
    /// Whether no rule warns and none could: hints do not count.
    pub fn sound(&self) -> bool {
        self.warnings.iter().all(|w| w.kind == WarningKind::Hint)
    }

    /// The lint as a JSON document: `framework version sha256 title sound`, `warnings` (`kind question option rule
    /// strength because levers needs concepts cites`) and `offers`, each a lever with what it helps with.
    pub fn to_json(&self) -> Value {
        let warning = |w: &Warning<'_>| {
            let needs = match &w.kind {
                WarningKind::Conditional(needs) => needs.to_json(self.framework, &self.case),
                _ => json!([]),
            };
            json!({
                "kind": w.kind.as_str(), "question": w.question, "option": w.option, "rule": w.rule.id,
                "strength": w.rule.strength.as_str(), "because": w.rule.because, "levers": w.levers, "needs": needs,
                "concepts": w.rule.concepts, "cites": w.rule.cites.iter().map(Cite::to_json).collect::<Vec<_>>(),
            })
        };
        json!({
            "framework": self.framework.id(), "version": self.framework.version(), "sha256": self.framework.sha256(),
            "title": self.title, "sound": self.sound(),
            "warnings": self.warnings.iter().map(warning).collect::<Vec<_>>(),
            "offers": self.offers.iter().map(|s| s.to_json(self.framework)).collect::<Vec<_>>(),
        })
    }

    /// The lint in words, for people.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        if !self.title.is_empty() {
            text.push_str(&format!("{}\n", self.title));
        }
        if self.warnings.is_empty() {
            text.push_str("no warning\n");
        }
        for w in &self.warnings {
            text.push_str(&format!("{}: {}\n", w.kind.as_str(), words(w.option)));
            let titles: Vec<&str> =
                w.levers.iter().filter_map(|id| self.framework.find_lever(id).ok()).map(|l| l.title.as_str()).collect();
            if !titles.is_empty() {
                text.push_str(&format!("  in the plan: {}\n", titles.join("; ")));
            }
            text.push_str(&format!("  {}\n", w.rule.because));
            if let WarningKind::Conditional(needs) = &w.kind {
                text.push_str("  this depends on what is not known yet; to settle it, ask:\n");
                for m in needs.missing.iter().chain(&needs.too_close).filter_map(|m| self.framework.measure(*m)) {
                    let whom = if m.whom.is_empty() { String::new() } else { format!(" ({})", m.whom) };
                    text.push_str(&format!("  - {}{whom} [{}]\n", m.asks, m.id));
                }
            }
            for cite in &w.rule.cites {
                let line = self.framework.catalogue().work(&cite.work).map_or_else(|| cite.work.clone(), |w| w.line());
                let at = if cite.at.is_empty() { String::new() } else { format!(", {}", cite.at) };
                text.push_str(&format!("  source: {line}{at}\n"));
            }
        }
        if !self.offers.is_empty() {
            text.push_str("the framework offers\n");
        }
        for s in &self.offers {
            let who = match s.lever.who {
                Puller::Anyone => "anyone can",
                Puller::Followers => "those without a leading role can",
                Puller::Leaders => "those who lead can",
            };
            text.push_str(&format!("- {} ({who}) [{}]: {}\n", s.lever.title, s.lever.id, s.lever.because));
        }
        text
    }
}

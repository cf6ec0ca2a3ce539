//! Questions made ready: their conditions as one list in which every condition stands once, after its parts.

use super::lanes::Margin;
use crate::error::{Error, Result};
use crate::rules::truth::Op;
use crate::rules::{Condition, Framework, MeasureId, MeasureKind, Mode, QuestionId, RuleId, Strength};
use std::collections::HashMap;
use std::ops::Range;

/// A condition, its parts by their place in the list. A rule that refers to another is the other's place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// The threshold by its bits, so that equal conditions are found.
    Compare {
        measure: MeasureId,
        op: Op,
        threshold: u64,
    },
    /// Whether each category of the measure is wanted.
    OneOf {
        measure: MeasureId,
        wanted: Box<[bool]>,
    },
    AtLeast {
        points: u32,
        total: u32,
        form: Form,
        of: Box<[(u32, usize)]>,
    },
    Not(usize),
    /// A rule with guards or an `unless`; `then` is its `when` and not `unless`.
    Rule {
        guards: Box<[usize]>,
        when: usize,
        unless: Option<usize>,
        then: usize,
    },
}

/// What a sum of points is where every part is true, false or unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Form {
    All,
    Any,
    Count,
}

impl Node {
    /// Calls `see` with the parts that its truth depends on.
    #[inline(always)]
    pub(super) fn parts(&self, mut see: impl FnMut(usize)) {
        match self {
            Node::AtLeast { of, .. } => of.iter().for_each(|(_, i)| see(*i)),
            Node::Not(i) => see(*i),
            Node::Rule { guards, then, .. } => {
                guards.iter().for_each(|i| see(*i));
                see(*then);
            }
            Node::Compare { .. } | Node::OneOf { .. } => {}
        }
    }
}

/// A measure and the conditions on it, which come first in the list.
#[derive(Debug, Clone)]
pub(super) struct Input {
    pub(super) measure: MeasureId,
    pub(super) leaves: Range<usize>,
}

/// A question: for each option the rules that can answer, by their place among the program's rules.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) id: QuestionId,
    pub(super) mode: Mode,
    pub(super) answering: Vec<Vec<usize>>,
}

/// Questions of one framework at one confidence, ready to be put to batch after batch.
#[derive(Debug, Clone)]
pub struct Program {
    pub(super) framework: Framework,
    pub(super) confidence: f64,
    pub(super) questions: Vec<Asked>,
    pub(super) nodes: Vec<Node>,
    /// How many of the nodes are conditions on one measure.
    pub(super) leaves: usize,
    pub(super) inputs: Vec<Input>,
    /// The rules that speak to the questions, and the node of each.
    pub(super) rules: Vec<(RuleId, usize)>,
    /// How far the truth of each node may be off in `lanes`.
    pub(super) margins: Vec<Margin>,
}

impl Framework {
    /// Makes questions ready for batches of cases, at the framework's confidence or another.
    ///
    /// # Errors
    /// `unknown_question`, `bad_confidence`.
    pub fn program(&self, questions: &[&str], confidence: Option<f64>) -> Result<Program> {
        let confidence = self.confidence_or(confidence)?;
        let ids: Vec<QuestionId> =
            questions.iter().map(|q| self.find_question(q).map_err(|e| e.at("questions"))).collect::<Result<_>>()?;
        Program::compile(self, &ids, confidence)
    }
}

impl Program {
    pub(super) fn compile(framework: &Framework, ids: &[QuestionId], confidence: f64) -> Result<Program> {
        let mut list = List::default();
        let asked: Vec<_> = ids.iter().filter_map(|q| Some((*q, framework.question(*q)?))).collect();
        let order = || asked.iter().flat_map(|(_, q)| &q.order).filter_map(|r| Some((*r, framework.rule(*r)?)));
        let mut leaves: Vec<Node> = Vec::new();
        for c in order().flat_map(|(_, rule)| rule.conditions()) {
            crate::rules::condition::leaves(c, &mut |leaf| leaves.extend(list.leaf(framework, leaf)));
        }
        leaves.sort_by_key(|leaf| leaf.measure());
        for leaf in leaves {
            list.place(leaf);
        }
        let count = list.nodes.len();
        for (r, rule) in order() {
            if list.rules.contains_key(&r) {
                continue;
            }
            let guards: Vec<usize> = rule.requires.iter().map(|g| list.condition(framework, &g.when)).collect();
            let when = list.condition(framework, &rule.when);
            let unless = rule.unless.as_ref().map(|c| list.condition(framework, c));
            let then = match unless {
                None => when,
                Some(unless) => {
                    let not = list.place(Node::Not(unless));
                    list.at_least(2, vec![(1, when), (1, not)])
                }
            };
            let node = match guards.is_empty() && unless.is_none() {
                true => then,
                false => list.place(Node::Rule { guards: guards.into(), when, unless, then }),
            };
            list.rules.insert(r, node);
        }
        let mut rules: Vec<(RuleId, usize)> = Vec::new();
        let mut places: HashMap<RuleId, usize> = HashMap::new();
        let mut questions = Vec::new();
        for (id, q) in &asked {
            let mut answering = Vec::new();
            for option in &q.rules {
                let mut can = Vec::new();
                for r in option {
                    let place = *places.entry(*r).or_insert_with(|| {
                        rules.push((*r, list.rules.get(r).copied().unwrap_or_default()));
                        rules.len() - 1
                    });
                    if framework.rule(*r).is_some_and(|rule| rule.strength != Strength::Suggests) {
                        can.push(place);
                    }
                }
                answering.push(can);
            }
            questions.push(Asked { id: *id, mode: q.mode, answering });
        }
        if questions.iter().any(|q| q.answering.len() >= usize::from(super::verdicts::NO_ANSWER)) {
            return Err(Error::input("too_many", "a question has too many options for columns").at("questions"));
        }
        let nodes = list.nodes;
        let mut inputs: Vec<Input> = Vec::new();
        for (i, node) in nodes.iter().enumerate().take(count) {
            let Some(measure) = node.measure() else { continue };
            match inputs.last_mut() {
                Some(last) if last.measure == measure => last.leaves.end = i + 1,
                _ => inputs.push(Input { measure, leaves: i..i + 1 }),
            }
        }
        let margins = Margin::of(&nodes, confidence);
        Ok(Program {
            framework: framework.clone(),
            confidence,
            questions,
            nodes,
            leaves: count,
            inputs,
            rules,
            margins,
        })
    }

    /// The framework it belongs to.
    pub fn framework(&self) -> &Framework {
        &self.framework
    }

    /// The confidence at which it judges.
    pub fn confidence(&self) -> f64 {
        self.confidence
    }

    /// The questions, in the order asked.
    pub fn questions(&self) -> impl ExactSizeIterator<Item = QuestionId> {
        self.questions.iter().map(|q| q.id)
    }

    /// The rules that speak to the questions, each once.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = RuleId> {
        self.rules.iter().map(|(r, _)| *r)
    }
}

/// The list as it grows.
#[derive(Default)]
struct List {
    nodes: Vec<Node>,
    places: HashMap<Node, usize>,
    rules: HashMap<RuleId, usize>,
}

impl List {
    fn place(&mut self, node: Node) -> usize {
        if let Some(i) = self.places.get(&node) {
            return *i;
        }
        self.nodes.push(node.clone());
        self.places.insert(node, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    fn leaf(&self, framework: &Framework, c: &Condition) -> Option<Node> {
        match c {
            Condition::Compare(m, op, c) => Some(Node::Compare { measure: *m, op: *op, threshold: c.to_bits() }),
            Condition::OneOf(m, of) => {
                let count = match framework.measure(*m).map(|m| &m.kind) {
                    Some(MeasureKind::Category(names)) => names.len(),
                    _ => 0,
                };
                Some(Node::OneOf { measure: *m, wanted: (0..count).map(|i| of.contains(&i)).collect() })
            }
            _ => None,
        }
    }

    fn condition(&mut self, framework: &Framework, c: &Condition) -> usize {
        match c {
            Condition::AtLeast { points, of } => {
                let of = of.iter().map(|(w, c)| (*w, self.condition(framework, c))).collect();
                self.at_least(*points, of)
            }
            Condition::Not(c) => {
                let i = self.condition(framework, c);
                self.place(Node::Not(i))
            }
            // A rule comes after those it refers to.
            Condition::Holds(r) => self.rules.get(r).copied().unwrap_or_default(),
            leaf => match self.leaf(framework, leaf) {
                Some(node) => self.place(node),
                None => 0,
            },
        }
    }

    fn at_least(&mut self, points: u32, of: Vec<(u32, usize)>) -> usize {
        let total = of.iter().map(|(w, _)| w).fold(0, |a: u32, b| a.saturating_add(*b));
        let form = if points == total {
            Form::All
        } else if points > 0 && of.iter().all(|(w, _)| points <= *w) {
            Form::Any
        } else {
            Form::Count
        };
        self.place(Node::AtLeast { points, total, form, of: of.into() })
    }
}

impl Node {
    /// The measure of a condition on one.
    fn measure(&self) -> Option<MeasureId> {
        match self {
            Node::Compare { measure, .. } | Node::OneOf { measure, .. } => Some(*measure),
            _ => None,
        }
    }
}

//! The structure of an explanation: a rule's condition with its truths. It borrows from framework and case; words are
//! made only when it is rendered.

use crate::measure::MeasureValue;
use crate::rules::case::Case;
use crate::rules::evaluate::Evaluation;
use crate::rules::model::*;
use crate::rules::truth::Truth;

/// How many nodes an explanation has before rules that others refer to are only named.
const MAX_NODES: usize = 2_000;
/// How many rules deep an explanation looks into rules that refer to rules.
const MAX_RULE_DEPTH: usize = 8;

/// What a node is to the node or rule above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// A guard of the rule, by its place.
    Guard(usize),
    /// What must be so.
    When,
    /// What must not be so.
    Unless,
    /// A part of a condition, by its place.
    Part(usize),
}

/// A condition with its truth. The nodes of a tree stand in order, each before its parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node<'a> {
    /// The condition.
    pub condition: &'a Condition,
    /// How probable it is.
    pub truth: Truth,
    /// What it is to what stands above it.
    pub role: Place,
    /// Its points in the condition above it.
    pub weight: u32,
    /// Whether it belongs to a smallest set of ends that already fixes the verdict. Never in a verdict still open.
    pub decisive: bool,
    /// The place after its last part.
    pub(super) end: usize,
    /// The fewest ends below that settle it as wanted; filled on the way to the decisive ones.
    pub(super) fewest: usize,
}

impl Node<'_> {
    /// Whether it is the end of a branch: a measure against a threshold or against categories.
    pub fn is_comparison(&self) -> bool {
        matches!(self.condition, Condition::Compare(..) | Condition::OneOf(..))
    }
}

/// The explanation of one rule for one case: a tree that mirrors its guards, its condition and its exception.
///
/// ```
/// use colead::rules::{Case, Framework};
/// let framework = Framework::builtin()?;
/// let mut case = Case::new(&framework);
/// case.give(&framework, "definable", 0.0, None, None)?;
/// let judgment = framework.judge("challenge", &case, None)?;
/// let rule = judgment.options()[0].rule.expect("an option has rules");
/// let tree = judgment.tree(rule).expect("a rule of the framework");
/// assert_eq!(tree.verdict(), "insufficient");
/// assert!(tree.nodes().iter().all(|node| !node.decisive));
/// # Ok::<(), colead::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Tree<'a> {
    pub(super) framework: &'a Framework,
    pub(super) case: &'a Case,
    pub(super) id: RuleId,
    pub(super) rule: &'a Rule,
    pub(super) confidence: f64,
    pub(super) truth: Truth,
    pub(super) nodes: Vec<Node<'a>>,
}

impl<'a> Tree<'a> {
    /// The rule it explains.
    pub fn rule(&self) -> &'a Rule {
        self.rule
    }
    /// How probable the rule is.
    pub fn truth(&self) -> Truth {
        self.truth
    }
    /// `holds`, `fails` or `insufficient`.
    pub fn verdict(&self) -> &'static str {
        self.truth.verdict(self.confidence)
    }
    /// Its nodes, each before its parts.
    pub fn nodes(&self) -> &[Node<'a>] {
        &self.nodes
    }
    /// What was observed at the end of a branch.
    pub fn observed(&self, node: &Node<'a>) -> Option<&'a MeasureValue> {
        match node.condition {
            Condition::Compare(m, ..) | Condition::OneOf(m, _) => self.case.get(*m),
            _ => None,
        }
    }

    /// The nodes that begin in a range, without those below them.
    pub(super) fn top(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = usize> {
        let mut at = range.start;
        std::iter::from_fn(move || {
            let here = (at < range.end).then_some(at)?;
            at = self.nodes.get(here)?.end;
            Some(here)
        })
    }

    /// The parts of a node.
    pub(super) fn parts(&self, node: usize) -> impl Iterator<Item = usize> {
        self.top(node + 1..self.nodes.get(node).map_or(0, |n| n.end))
    }
}

impl Framework {
    /// Explains one rule for one case at the framework's confidence or another; `None` for a rule of another
    /// framework or a confidence that is not above 0.5 and below 1.
    pub fn tree<'a>(&'a self, rule: RuleId, case: &'a Case, confidence: Option<f64>) -> Option<Tree<'a>> {
        let confidence = self.confidence_or(confidence).ok()?;
        let mut grower = Grower { framework: self, case, confidence, nodes: Vec::with_capacity(16), parts: Vec::new() };
        let explained = self.rule(rule)?;
        let truth = grower.rule(explained, 0);
        let nodes = grower.nodes;
        let mut tree = Tree { framework: self, case, id: rule, rule: explained, confidence, truth, nodes };
        tree.mark_decisive();
        Some(tree)
    }
}

struct Grower<'a> {
    framework: &'a Framework,
    case: &'a Case,
    confidence: f64,
    nodes: Vec<Node<'a>>,
    // Truths of the parts of the conditions that are being grown.
    parts: Vec<(u32, Truth)>,
}

impl<'a> Grower<'a> {
    /// Guards, then the condition, then the exception.
    fn rule(&mut self, rule: &'a Rule, depth: usize) -> Truth {
        let mut guarded = true;
        for (i, guard) in rule.requires.iter().enumerate() {
            guarded &= self.grow(&guard.when, Place::Guard(i), 1, depth).holds(self.confidence);
        }
        let when = self.grow(&rule.when, Place::When, 1, depth);
        let unless = rule.unless.as_ref().map(|u| self.grow(u, Place::Unless, 1, depth));
        Truth::of_rule(guarded, when, unless)
    }

    fn grow(&mut self, condition: &'a Condition, role: Place, weight: u32, depth: usize) -> Truth {
        let here = self.nodes.len();
        let truth = Truth::UNKNOWN;
        self.nodes.push(Node { condition, truth, role, weight, decisive: false, end: here + 1, fewest: 0 });
        let truth = match condition {
            Condition::AtLeast { points, of } => {
                let first = self.parts.len();
                for (i, (w, c)) in of.iter().enumerate() {
                    let truth = self.grow(c, Place::Part(i), *w, depth);
                    self.parts.push((*w, truth));
                }
                let truth = Truth::at_least(*points, self.parts.get(first..).unwrap_or_default());
                self.parts.truncate(first);
                truth
            }
            Condition::Not(c) => self.grow(c, Place::Part(0), 1, depth).not(),
            Condition::Holds(r) => match self.framework.rule(*r) {
                Some(rule) if depth < MAX_RULE_DEPTH && self.nodes.len() < MAX_NODES => self.rule(rule, depth + 1),
                _ => Evaluation::of_rule(self.framework, self.case, *r, self.confidence).rule(*r),
            },
            Condition::Compare(m, op, threshold) => Truth::compare(self.case.get(*m), *op, *threshold),
            Condition::OneOf(m, wanted) => Truth::one_of(self.framework, self.case, *m, wanted),
        };
        let end = self.nodes.len();
        if let Some(node) = self.nodes.get_mut(here) {
            (node.truth, node.end) = (truth, end);
        }
        truth
    }
}

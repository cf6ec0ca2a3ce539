//! A rule engine that knows nothing of leadership: typed conditions over incomplete and uncertain measures,
//! three-valued verdicts, questions, and explanations. The rulebook gives it its subject.

// Until counterfactuals read them.
#[allow(dead_code)]
mod boxes;
mod case;
mod case_read;
mod check;
mod columns;
mod condition;
mod evaluate;
mod explain;
mod judgment;
mod listing;
mod load;
mod model;
mod truth;
mod whatif;
mod words;

/// Random rulebooks, shared with the tests of the whole crate.
#[cfg(test)]
#[path = "../../tests/random/mod.rs"]
mod random;

pub use case::Case;
pub use condition::{MAX_DEPTH, MAX_POINTS};
pub use evaluate::{Needs, Verdict};
pub use explain::{EXPLANATION_SCHEMA, Leaf, NearMiss, Node, Role, Step, Tree};
pub use judgment::{Answer, Judgment, OptionFinding, Status};
pub use load::{FILES as RULEBOOK_FILES, MAX_RULES, check};
pub use model::{
    Basis, Condition, Framework, Measure, MeasureId, MeasureKind, Mode, NotEncoded, Question, QuestionId, Require,
    Rule, RuleId, ScaleBinding, Strength,
};
pub use truth::{Op, Truth};
pub use whatif::{
    Change, ConfidenceFlips, Counterfactual, Evidence, EvidenceSet, Flip, FlipPoint, NextQuestion, Respondents,
    Robustness, Setting,
};

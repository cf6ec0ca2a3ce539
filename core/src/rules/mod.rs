//! A rule engine that knows nothing of leadership: typed conditions over incomplete and uncertain measures,
//! three-valued verdicts, questions, and explanations. The rulebook gives it its subject.

mod boxes;
mod case;
mod case_read;
mod check;
mod columns;
mod compare;
mod condition;
mod constraints;
mod diff;
mod diff_text;
mod evaluate;
mod explain;
mod informants;
mod judgment;
mod listing;
mod load;
mod model;
mod mutation;
mod plans;
mod reasons;
#[cfg(feature = "schema")]
mod schema;
mod starter;
mod truth;
mod whatif;
mod words;

/// Random rulebooks, shared with the tests of the whole crate.
#[cfg(test)]
#[path = "../../tests/random/mod.rs"]
mod random;

pub use case::{Case, Testimony};
pub use case_read::Told;
pub use check::CHECK_BUDGET;
#[doc(hidden)]
pub use columns::Processor;
pub use columns::{Codes, Columns, Effort, Numbers, Outcome, Program, Validity, Verdicts};
pub use compare::{Alone, Comparison, Disputed, Shared, Side, compare};
pub use condition::{MAX_DEPTH, MAX_POINTS};
pub use diff::{Changes, Diff, Difference, Replaced, Unread, Version};
pub use evaluate::{Needs, Verdict};
pub use explain::{EXPLANATION_SCHEMA, Leaf, NearMiss, Node, Place, Step, Tree};
pub use informants::Differing;
pub use judgment::{Answer, Judgment, OptionFinding, Status};
pub use load::{FILES as RULEBOOK_FILES, MAX_RULES, check, check_files};
pub use model::{
    Allow, Basis, Condition, Framework, Level, Measure, MeasureId, MeasureKind, Mode, NotEncoded, Question, QuestionId,
    Require, Retired, Role, Rule, RuleId, ScaleBinding, Set, Strength,
};
pub use mutation::{MUTATION_SHARE, MutationReport, Survivor};
pub use plans::{Counts, Diagnosis, Lever, Lint, MAX_LEVERS, Plan, Pulled, Suggestion, Warning, WarningKind};
pub use reasons::{Reason, ReasonKind};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use starter::starter;
pub use truth::{Op, Truth};
pub(crate) use whatif::Ways;
pub use whatif::{
    Change, ConfidenceFlips, Counterfactual, Evidence, EvidenceSet, Flip, FlipPoint, NextQuestion, Respondents,
    Robustness, Setting,
};

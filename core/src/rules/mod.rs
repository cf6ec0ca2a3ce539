//! A rule engine that knows nothing of leadership: typed conditions over incomplete and uncertain measures,
//! three-valued verdicts, questions, and explanations. The rulebook gives it its subject.

mod case;
mod case_read;
mod check;
mod columns;
mod condition;
mod counterfactual;
mod evaluate;
mod explain;
mod judgment;
mod listing;
mod load;
mod model;
mod truth;
mod words;

pub use case::Case;
#[doc(hidden)]
pub use columns::Level;
pub use columns::{Codes, Columns, Effort, Numbers, Outcome, Program, Validity, Verdicts};
pub use condition::{MAX_DEPTH, MAX_POINTS};
pub use counterfactual::{Counterfactual, NextQuestion};
pub use evaluate::{Needs, Verdict};
pub use explain::{EXPLANATION_SCHEMA, Leaf, Step};
pub use judgment::{Answer, Judgment, OptionFinding, Status};
pub use load::{FILES as RULEBOOK_FILES, MAX_RULES, check};
pub use model::{
    Basis, Condition, Framework, Measure, MeasureId, MeasureKind, Mode, NotEncoded, Question, QuestionId, Require,
    Rule, RuleId, ScaleBinding, Strength,
};
pub use truth::{Op, Truth};

//! A measured value: known with its uncertainty, a category, or absent for a stated reason.

use crate::error::{Error, Result};
use serde_json::{Value, json};

/// Where a number came from. It decides which minimum protects it and what is said beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Origin {
    /// Handed in by the caller of `judge`.
    Given,
    /// Answers to an instrument; `validated` says whether it has published validation.
    Responses {
        /// Whether the instrument has published validation.
        validated: bool,
    },
    /// The facts table: situations, or informants when the row has an `n`.
    Facts,
    /// The challenges table.
    Challenges,
    /// Decision rights: who decides, contributes and convenes.
    DecisionRights,
    /// Decisions and their course.
    Decisions,
    /// Rankings of priorities.
    Rankings,
    /// Ties between people or groups.
    Ties,
}

impl Origin {
    /// A snake_case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Given => "given",
            Origin::Responses { .. } => "responses",
            Origin::Facts => "facts",
            Origin::Challenges => "challenges",
            Origin::DecisionRights => "decision_rights",
            Origin::Decisions => "decisions",
            Origin::Rankings => "rankings",
            Origin::Ties => "ties",
        }
    }

    /// Whether a line that rests on it must say "unvalidated".
    pub fn unvalidated(self) -> bool {
        matches!(self, Origin::Responses { validated: false })
    }

    /// Whether the people behind the number are leaders or deciders rather than respondents.
    pub fn about_leaders(self) -> bool {
        matches!(self, Origin::DecisionRights | Origin::Decisions | Origin::Rankings)
    }
}

/// What a number gives away of its unit besides the level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reveals {
    /// Nothing: its standard error follows from n, N and constants of the organization.
    Level,
    /// Its standard error gives away the unit's own spread of answers.
    OwnError,
    /// It is itself a spread of answers.
    OwnSpread,
    /// Together with other numbers it gives away a few: those who answered only one of two scales, or the leaders of
    /// a unit below.
    Contrast,
}

impl Reveals {
    /// Whether the value itself is what gives something away.
    pub(crate) fn value(self) -> bool {
        matches!(self, Reveals::OwnSpread | Reveals::Contrast)
    }
}

/// A number with its standard error, the people behind it, and its origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    value: f64,
    se: Option<f64>,
    n: Option<u64>,
    origin: Origin,
    reveals: Reveals,
}

impl Estimate {
    /// A validated estimate: the value is finite, the standard error finite and not negative.
    ///
    /// # Errors
    /// `not_finite`, `negative_se`.
    pub fn new(value: f64, se: Option<f64>, n: Option<u64>, origin: Origin) -> Result<Estimate> {
        if !value.is_finite() {
            return Err(Error::input("not_finite", format!("`{value}` is not a finite number"))
                .help("leave the value out when it is unknown"));
        }
        match se {
            Some(s) if !s.is_finite() => {
                Err(Error::input("not_finite", format!("the standard error `{s}` is not a finite number"))
                    .help("leave the standard error out when it is unknown"))
            }
            Some(s) if s < 0.0 => Err(Error::input("negative_se", format!("the standard error `{s}` is negative"))
                .help("give zero or a positive number")),
            _ => Ok(Estimate { value, se, n, origin, reveals: Reveals::Level }),
        }
    }

    /// The same estimate, marked with what it gives away.
    #[must_use]
    pub fn revealing(mut self, reveals: Reveals) -> Estimate {
        self.reveals = reveals;
        self
    }

    /// What it gives away of its unit besides the level.
    pub fn reveals(&self) -> Reveals {
        self.reveals
    }

    /// The value.
    pub fn value(&self) -> f64 {
        self.value
    }
    /// Its standard error, when it has one.
    pub fn se(&self) -> Option<f64> {
        self.se
    }
    /// The number of people behind it, when people are behind it.
    pub fn n(&self) -> Option<u64> {
        self.n
    }
    /// Where it came from.
    pub fn origin(&self) -> Origin {
        self.origin
    }
}

/// Why a value is absent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Absence {
    /// Nobody was asked, or nobody told.
    NotAsked,
    /// Fewer people than the measure needs.
    TooFew {
        /// How many there are.
        n: u64,
        /// How many are needed.
        need: u64,
    },
    /// The statistic needs respondent rows, and only a tally is at hand.
    RowsNeeded,
    /// The members contradict one another, so a unit value would mislead.
    AgreementContradicted,
    /// Only one informant or source.
    OneSource,
    /// Informants name different categories, which have no mean.
    InformantsDiffer,
    /// Only one pressure level was observed.
    OnePressure,
    /// Those who coded what was observed agree too little.
    CodersDisagree,
    /// All who answered said the same: how sure that is cannot be told from so few.
    NoSpread {
        /// How many answered.
        n: u64,
    },
    /// Exact work on something this large would take too long.
    TooLarge {
        /// How large it is.
        size: u64,
        /// How large it may be.
        limit: u64,
    },
    /// The formula has no value here; the text says why.
    Undefined(&'static str),
}

impl Absence {
    /// The reason in snake_case.
    pub fn as_str(&self) -> &'static str {
        match self {
            Absence::NotAsked => "not_asked",
            Absence::TooFew { .. } => "too_few",
            Absence::RowsNeeded => "rows_needed",
            Absence::AgreementContradicted => "agreement_contradicted",
            Absence::OneSource => "one_source",
            Absence::InformantsDiffer => "informants_differ",
            Absence::OnePressure => "one_pressure",
            Absence::CodersDisagree => "coders_disagree",
            Absence::NoSpread { .. } => "no_spread",
            Absence::TooLarge { .. } => "too_large",
            Absence::Undefined(_) => "undefined",
        }
    }

    /// The reason in words.
    pub fn text(&self) -> String {
        match self {
            Absence::NotAsked => "not asked".into(),
            Absence::TooFew { n, need } => format!("only {n} of the {need} needed"),
            Absence::RowsNeeded => "needs respondent rows".into(),
            Absence::AgreementContradicted => "the members contradict one another".into(),
            Absence::OneSource => "only one source".into(),
            Absence::InformantsDiffer => "informants name different categories".into(),
            Absence::OnePressure => "only one pressure level observed".into(),
            Absence::CodersDisagree => "those who coded it agree too little".into(),
            Absence::NoSpread { .. } => "all who answered said the same, so no uncertainty could be measured".into(),
            Absence::TooLarge { size, limit } => format!("{size} are too many to work out exactly: {limit} at most"),
            Absence::Undefined(why) => (*why).into(),
        }
    }
}

/// What is known of one measure.
#[derive(Debug, Clone, PartialEq)]
pub enum MeasureValue {
    /// A number.
    Known(Estimate),
    /// A category and where it came from.
    Category(String, Origin),
    /// Nothing, for a reason.
    Absent(Absence),
}

impl MeasureValue {
    /// The estimate, when the value is a number.
    pub fn estimate(&self) -> Option<&Estimate> {
        match self {
            MeasureValue::Known(e) => Some(e),
            _ => None,
        }
    }

    /// Where the value came from, when there is one.
    pub fn origin(&self) -> Option<Origin> {
        match self {
            MeasureValue::Known(e) => Some(e.origin),
            MeasureValue::Category(_, origin) => Some(*origin),
            MeasureValue::Absent(_) => None,
        }
    }

    /// The value as a JSON document: `value se n status origin`.
    pub fn to_json(&self) -> Value {
        match self {
            MeasureValue::Known(e) => json!({
                "status": "known", "value": e.value, "se": e.se, "n": e.n, "origin": e.origin.as_str()
            }),
            MeasureValue::Category(c, origin) => json!({
                "status": "known", "value": c, "se": null, "n": null, "origin": origin.as_str()
            }),
            MeasureValue::Absent(a) => json!({
                "status": a.as_str(), "value": null, "se": null, "n": null, "origin": null
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_refuses_what_is_not_a_number() {
        assert!(Estimate::new(f64::NAN, None, None, Origin::Given).is_err());
        assert!(Estimate::new(1.0, Some(-0.1), None, Origin::Given).is_err());
        assert!(Estimate::new(1.0, Some(f64::INFINITY), None, Origin::Given).is_err());
        assert!(Estimate::new(1.0, Some(0.0), Some(3), Origin::Facts).is_ok());
    }
}

//! The long form in which measures of answers are handed over: one row a unit, scale or item, and statistic.

use super::value::Absence;
use serde_json::{Value, json};

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A scale.
    Scale,
    /// An item.
    Item,
    /// A pair of scales or judges, named `a - b`.
    Pair,
    /// Somebody who ranked or rated.
    Judge,
    /// A row of answers, by the key of the respondent or its number from 1.
    Respondent,
    /// The whole, without a name.
    Whole,
}

impl Kind {
    /// The column or key under which the subject stands; none for the whole.
    pub fn column(self) -> Option<&'static str> {
        match self {
            Kind::Scale => Some("scale"),
            Kind::Item => Some("item"),
            Kind::Pair => Some("pair"),
            Kind::Judge => Some("judge"),
            Kind::Respondent => Some("respondent"),
            Kind::Whole => None,
        }
    }
}

/// Whether a row has a value, and why not.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// It has one.
    Known,
    /// It has none, for this reason.
    Absent(Absence),
}

impl Status {
    /// `known`, or the absence in snake_case.
    pub fn as_str(&self) -> &'static str {
        match self {
            Status::Known => "known",
            Status::Absent(a) => a.as_str(),
        }
    }
}

/// One row of the long table `wave unit scale|item measure variant estimand value se lower upper n status`.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleRow {
    /// The wave, when the answers had waves.
    pub wave: Option<String>,
    /// The unit; `None` when the row is about the whole wave.
    pub unit: Option<String>,
    /// Whether `scale` names a scale, an item or a pair.
    pub kind: Kind,
    /// The id of the scale or item, or `a - b` for a pair.
    pub scale: String,
    /// The scale in which an item is read, where the number depends on it.
    pub within: Option<String>,
    /// What is measured, in snake_case.
    pub measure: &'static str,
    /// By which variant.
    pub variant: &'static str,
    /// Of whom it speaks: `respondents` (those who answered, no claim beyond), `census` (all current members),
    /// `process` (the lasting level of which the members are a draw).
    pub estimand: &'static str,
    /// The value; present exactly when the status is known.
    pub value: Option<f64>,
    /// Its standard error, when it has one.
    pub se: Option<f64>,
    /// The lower end of the 95 % interval; by empirical Bayes for the
    /// `process` it covers 93 to 100 %.
    pub lower: Option<f64>,
    /// Its upper end.
    pub upper: Option<f64>,
    /// The people behind the number.
    pub n: u64,
    /// Whether there is a value.
    pub status: Status,
}

/// Where a row stands, to make rows with.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) wave: &'a str,
    pub(crate) unit: Option<&'a str>,
    pub(crate) kind: Kind,
    pub(crate) id: &'a str,
}

impl Place<'_> {
    /// A row without uncertainty.
    pub(crate) fn row(
        &self,
        measure: &'static str,
        variant: &'static str,
        estimand: &'static str,
        n: u64,
        value: Result<f64, Absence>,
    ) -> ScaleRow {
        let (value, status) = match value {
            Ok(v) if v.is_finite() => (Some(v), Status::Known),
            Ok(_) => (None, Status::Absent(Absence::Undefined("the formula has no finite value here"))),
            Err(a) => (None, Status::Absent(a)),
        };
        ScaleRow {
            wave: (!self.wave.is_empty()).then(|| self.wave.to_owned()),
            unit: self.unit.map(str::to_owned),
            kind: self.kind,
            scale: self.id.to_owned(),
            within: None,
            measure,
            variant,
            estimand,
            value,
            se: None,
            lower: None,
            upper: None,
            n,
            status,
        }
    }
}

impl ScaleRow {
    /// The row with a standard error and an interval, as far as there are any.
    pub(crate) fn with(mut self, se: Option<f64>, interval: Option<(f64, f64)>) -> ScaleRow {
        if self.value.is_some() {
            self.se = se.filter(|s| s.is_finite());
            if let Some((lower, upper)) = interval.filter(|(l, u)| l.is_finite() && u.is_finite()) {
                (self.lower, self.upper) = (Some(lower), Some(upper));
            }
        }
        self
    }

    /// The row of an item as it is read in a scale.
    pub(crate) fn within(mut self, scale: &str) -> ScaleRow {
        self.within = Some(scale.to_owned());
        self
    }

    /// The row as a JSON document; the subject's key is that of [`Kind::column`].
    pub fn to_json(&self) -> Value {
        let mut row = json!({
            "wave": self.wave, "unit": self.unit, "measure": self.measure, "variant": self.variant,
            "estimand": self.estimand, "value": self.value, "se": self.se, "lower": self.lower,
            "upper": self.upper, "n": self.n, "status": self.status.as_str(),
        });
        if let Value::Object(map) = &mut row {
            if let Some(key) = self.kind.column() {
                map.insert(key.to_owned(), Value::from(self.scale.clone()));
            }
            if let Some(scale) = &self.within {
                map.insert("scale".to_owned(), Value::from(scale.clone()));
            }
        }
        row
    }
}

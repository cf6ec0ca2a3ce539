//! What is known of one subject: a value, or an absence, for each measure of a framework.

use super::model::{Framework, Measure, MeasureId, MeasureKind};
use crate::error::{Error, Result, suggest};
use crate::evidence::Provenance;
use crate::measure::{Estimate, MeasureValue, Origin};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The measures of one subject. A measure that was never set is absent: missing is not zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    // Shared until changed: every judgment of a subject keeps its case.
    values: Arc<Vec<Option<MeasureValue>>>,
    told: Arc<BTreeMap<MeasureId, Vec<Testimony>>>,
}

/// What one informant told of a measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Testimony {
    /// What they said.
    pub value: MeasureValue,
    /// Who said it, where it is written and when.
    pub by: Provenance,
}

impl Testimony {
    /// What was told in short, as explanations have it.
    pub(crate) fn value_text(&self) -> String {
        match &self.value {
            MeasureValue::Known(e) => super::explain::short(e.value()),
            MeasureValue::Category(c, _) => c.clone(),
            MeasureValue::Absent(_) => "do not know".to_owned(),
        }
    }
}

impl Case {
    /// A case in which nothing is known.
    pub fn new(framework: &Framework) -> Case {
        Case { values: Arc::new(vec![None; framework.measures().len()]), told: Arc::default() }
    }

    /// Sets one measure.
    ///
    /// # Errors
    /// `unknown_measure`, `out_of_range`, `unknown_category`, `type_mismatch`; the case is unchanged.
    pub fn set(&mut self, framework: &Framework, id: &str, value: MeasureValue) -> Result<()> {
        let m = framework.find_measure(id)?;
        self.put(framework, m, value)
    }

    /// Sets one measure to a number that the caller gives.
    ///
    /// # Errors
    /// As [`Case::set`], and `not_finite`, `negative_se`.
    pub fn give(&mut self, framework: &Framework, id: &str, value: f64, se: Option<f64>, n: Option<u64>) -> Result<()> {
        let m = framework.find_measure(id)?;
        let e = Estimate::new(value, se, n, Origin::Given).map_err(|e| e.at(id.to_owned()))?;
        self.put(framework, m, MeasureValue::Known(e))
    }

    pub(crate) fn put(&mut self, framework: &Framework, m: MeasureId, value: MeasureValue) -> Result<()> {
        if let Some(measure) = framework.measure(m) {
            accept(measure, &value).map_err(|e| e.at(measure.id.clone()))?;
        }
        if let Some(slot) = Arc::make_mut(&mut self.values).get_mut(m.0) {
            *slot = Some(value);
        }
        Ok(())
    }

    /// Notes who told a measure, and what each of them said.
    pub(crate) fn note(&mut self, m: MeasureId, told: Vec<Testimony>) {
        Arc::make_mut(&mut self.told).insert(m, told);
    }

    /// What informants told of a measure, each for themselves; empty where the value comes from elsewhere.
    pub fn told(&self, m: MeasureId) -> &[Testimony] {
        self.told.get(&m).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn forget(&mut self, m: MeasureId) {
        if let Some(slot) = Arc::make_mut(&mut self.values).get_mut(m.0) {
            *slot = None;
        }
    }

    /// What is known of a measure.
    pub fn get(&self, m: MeasureId) -> Option<&MeasureValue> {
        self.values.get(m.0).and_then(Option::as_ref)
    }

    /// Whether a measure has a value.
    pub fn knows(&self, m: MeasureId) -> bool {
        !matches!(self.get(m), None | Some(MeasureValue::Absent(_)))
    }
}

/// Whether a value is one that the measure can take.
pub(crate) fn accept(measure: &Measure, value: &MeasureValue) -> Result<()> {
    match (&measure.kind, value) {
        (_, MeasureValue::Absent(_)) => Ok(()),
        (MeasureKind::Score { lo, hi }, MeasureValue::Known(e)) => {
            if (*lo..=*hi).contains(&e.value()) {
                return Ok(());
            }
            let message = format!("`{}` lies outside the range [{lo}, {hi}] of `{}`", e.value(), measure.id);
            Err(Error::input("out_of_range", message).help(format!("give a number from {lo} to {hi}, or nothing")))
        }
        (MeasureKind::Category(known), MeasureValue::Category(c, _)) => {
            if known.contains(c) {
                return Ok(());
            }
            Err(Error::input("unknown_category", format!("`{c}` is not a category of `{}`", measure.id))
                .help(suggest(c, known.iter().map(String::as_str))))
        }
        (MeasureKind::Score { lo, hi }, MeasureValue::Category(c, _)) => {
            Err(Error::input("type_mismatch", format!("`{}` is a number, not `{c}`", measure.id))
                .help(format!("give a number from {lo} to {hi}")))
        }
        (MeasureKind::Category(known), MeasureValue::Known(e)) => {
            Err(Error::input("type_mismatch", format!("`{}` is a category, not `{}`", measure.id, e.value()))
                .help(suggest("", known.iter().map(String::as_str))))
        }
    }
}

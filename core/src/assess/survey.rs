//! Answers to an instrument as measures of every unit of the organization, rolled up without averages of averages.

use super::census::{Census, without_cuts};
use super::units::Units;
use crate::error::Result;
pub(crate) use crate::evidence::by_wave;
use crate::evidence::{Instrument, Loss, Responses, Table};
use crate::measure::{
    Absence, AgreementOptions, Estimate, MeasureValue, Origin, Reading, Reveals, ScaleRow, Status, agreement_with,
    differences, scores,
};
use crate::num::sqrt;
use crate::rules::{Measure, MeasureKind, ScaleBinding};
use crate::tally::Tally;
use std::collections::{BTreeMap, HashMap};

/// The fewest respondents of whom the spread of answers is judged.
const MIN_FOR_SPREAD: u64 = 5;

/// What a questionnaire says of every unit.
#[derive(Clone, Default)]
pub(crate) struct Survey {
    /// Scores of every unit, scale and wave.
    pub(crate) scores: Vec<ScaleRow>,
    /// Respondents by wave and unit, everybody below included.
    pub(crate) respondents: BTreeMap<(String, String), u64>,
    /// The wave that is judged: the latest.
    pub(crate) wave: String,
    /// Every wave, earliest first.
    pub(crate) waves: Vec<String>,
    /// What was not answered.
    pub(crate) loss: Loss,
    /// Who answered.
    pub(crate) census: Census,
    pub(crate) readings: Readings,
}

/// What measures are read from: the rows of the judged wave.
#[derive(Clone, Default)]
pub(crate) struct Readings {
    rows: HashMap<RowKey, ScaleRow>,
    /// Paired differences by unit and pair.
    pairs: HashMap<(String, String), ScaleRow>,
}

/// Unit, scale or pair, statistic, variant, estimand.
type RowKey = (String, String, &'static str, &'static str, &'static str);

impl Survey {
    pub(crate) fn read(table: &Table, instrument: &Instrument, units: &Units, cuts: &[String]) -> Result<Survey> {
        // First, because it says which columns are no items.
        let census = Census::read(table, instrument, units, cuts)?;
        let answers = Table::new(table.name(), without_cuts(table, cuts).cloned().collect())?;
        let (responses, loss) = Responses::from_table(&answers, instrument, true)?;
        let mut tally = Tally::new(instrument);
        tally.add(&responses)?;
        let mut waves: Vec<String> = tally.waves().into_iter().map(str::to_owned).collect();
        waves.sort_by(|a, b| by_wave(a, b));
        let wave = waves.last().cloned().unwrap_or_default();
        let mut survey = Survey { wave, waves, loss, census, ..Survey::default() };
        // Units of one depth are peers: they shrink towards one another, and each holds all that lies below it.
        for level in tally.levels(units.organization())? {
            survey.take(&level, units);
        }
        Ok(survey)
    }

    fn take(&mut self, level: &Tally, units: &Units) {
        let sizes = |name: &str| units.index(name).and_then(|i| units.size(i));
        for key in level.keys() {
            self.respondents.insert((key.wave.clone(), key.unit.clone()), level.respondents(key));
        }
        let rows = scores(level, Some(&sizes));
        let reading = Reading { missing_rule: None, sizes: Some(&sizes) };
        // Of agreement only the deviation from the mean fills a measure; it needs no null.
        let spread = agreement_with(level, &AgreementOptions { nulls: Vec::new(), items: false });
        for row in rows.iter().chain(&spread) {
            // Other statistics fill no measure.
            let used = ["score", "ad_m"].contains(&row.measure);
            if let Some(unit) = judged_unit(row, &self.wave).filter(|_| used) {
                let key = (unit, row.scale.clone(), row.measure, row.variant, row.estimand);
                self.readings.rows.insert(key, row.clone());
            }
        }
        for row in differences(level, &reading) {
            if let Some(unit) = judged_unit(&row, &self.wave) {
                self.readings.pairs.insert((unit, row.scale.clone()), row);
            }
        }
        self.scores.extend(rows.into_iter().filter(|r| r.measure == "score"));
    }

    /// Respondents of a unit, all below it included, in the judged wave.
    pub(crate) fn n(&self, unit: &str) -> u64 {
        self.respondents.get(&(self.wave.clone(), unit.to_owned())).copied().unwrap_or(0)
    }
}

impl Readings {
    /// Takes a level told anew in the place of the one that was read.
    pub(crate) fn replace(&mut self, unit: &str, row: &ScaleRow) {
        for variant in ["empirical_bayes", "unit_mean"] {
            self.rows.remove(&(unit.to_owned(), row.scale.clone(), row.measure, variant, row.estimand));
        }
        let key = (unit.to_owned(), row.scale.clone(), row.measure, row.variant, row.estimand);
        self.rows.insert(key, row.clone());
    }

    /// The value of a measure that an instrument's scale fills; `None` when this instrument cannot fill it.
    pub(crate) fn value(
        &self,
        measure: &Measure,
        instrument: &Instrument,
        units: &Units,
        unit: usize,
    ) -> Option<MeasureValue> {
        self.value_of_alike(measure, instrument, units, unit, 0)
    }

    /// The same; but fewer than `few` people who all answered alike are taken to differ as much as people can, so that
    /// it does not show that they were alike.
    pub(crate) fn value_of_alike(
        &self,
        measure: &Measure,
        instrument: &Instrument,
        units: &Units,
        unit: usize,
        few: u64,
    ) -> Option<MeasureValue> {
        let binding = measure.scale.as_ref()?;
        let scale = instrument.scale(&binding.scale)?;
        if binding.instrument.as_ref().is_some_and(|i| i != instrument.id()) {
            return None;
        }
        let origin = Origin::Responses { validated: instrument.validated() };
        let name = units.name(unit);
        let row = match (&binding.minus, binding.reads.as_str()) {
            (Some(minus), _) => self.difference(name, &binding.scale, minus)?,
            (None, "ad_m") => self.find(name, &binding.scale, "ad_m", "mean_of_items", "respondents")?.clone(),
            (None, "total") => self.find(name, &binding.scale, "score", "rescaled", "respondents")?.clone(),
            (None, _) => self.level(name, binding, units, unit)?.clone(),
        };
        let value = match row.status {
            Status::Absent(a) => return Some(MeasureValue::Absent(a)),
            Status::Known => row.value?,
        };
        let everybody = units.size(unit).is_some_and(|size| size <= row.n);
        let row_se = row.se.filter(|se| *se > 0.0 || everybody);
        let span = (scale.hi - scale.lo) as f64;
        let items = scale.items.len() as f64;
        let (value, se) = match binding.reads.as_str() {
            "ad_m" if row.n < MIN_FOR_SPREAD => {
                return Some(MeasureValue::Absent(Absence::TooFew { n: row.n, need: MIN_FOR_SPREAD }));
            }
            // As a share of the published cut-off, a sixth of the number of options (Burke and Dunlap 2002).
            "ad_m" => (value / ((span + 1.0) / 6.0), None),
            "total" => {
                let per_item = |x: f64| x / 100.0 * span;
                ((scale.lo as f64 + per_item(value)) * items, row_se.map(|s| per_item(s) * items))
            }
            _ => (value, row_se),
        };
        let widest = match measure.kind {
            // The standard deviation of numbers between two ends is at most half their distance (Popoviciu 1935).
            MeasureKind::Score { lo, hi } if row.n > 1 && row.n < few => Some((hi - lo) / 2.0 / sqrt(row.n as f64)),
            _ => None,
        };
        let se = se.or(widest.filter(|_| binding.reads != "ad_m"));
        if se.is_none() && binding.reads != "ad_m" {
            // A mean of one person, or of a few who all say the same, is not an exact number.
            let few = Absence::TooFew { n: row.n, need: 2 };
            let absent = if row.n < 2 { few } else { Absence::NoSpread { n: row.n } };
            return Some(MeasureValue::Absent(absent));
        }
        let value = match measure.kind {
            MeasureKind::Score { lo, hi } => value.clamp(lo, hi),
            MeasureKind::Category(_) => value,
        };
        // The difference of two means of the same people says no more than the means do.
        let answered = |scale: &str| self.find(name, scale, "score", "rescaled", "respondents").map(|r| r.n);
        let same =
            binding.minus.as_deref().is_none_or(|m| [&binding.scale, m].iter().all(|s| answered(s) == Some(row.n)));
        let reveals = match (binding.reads.as_str(), row.variant) {
            _ if !same => Reveals::Contrast,
            ("ad_m", _) => Reveals::OwnSpread,
            (_, "empirical_bayes") => Reveals::Level,
            _ => Reveals::OwnError,
        };
        let estimate = Estimate::new(value, se, Some(row.n), origin).ok()?;
        Some(MeasureValue::Known(estimate.revealing(reveals)))
    }

    /// The level of a scale: what the members are a draw from for a team, the current members for a unit of teams.
    fn level(&self, name: &str, binding: &ScaleBinding, units: &Units, unit: usize) -> Option<&ScaleRow> {
        let find = |estimand: &'static str| {
            ["empirical_bayes", "unit_mean"]
                .into_iter()
                .filter_map(|variant| self.find(name, &binding.scale, "score", variant, estimand))
                .find(|row| row.status == Status::Known)
        };
        let sure = |estimand| find(estimand).filter(|row| row.se.is_some());
        let (first, second) =
            if units.children(unit).is_empty() { ("process", "census") } else { ("census", "process") };
        // Of people who all say the same only the census of everybody is sure.
        sure(first)
            .or_else(|| sure(second))
            .or_else(|| find(first))
            .or_else(|| find(second))
            .or_else(|| self.find(name, &binding.scale, "score", "rescaled", "respondents"))
    }

    fn difference(&self, name: &str, a: &str, b: &str) -> Option<ScaleRow> {
        let find = |id: String| self.pairs.get(&(name.to_owned(), id)).cloned();
        find(format!("{a} - {b}")).or_else(|| {
            let mut row = find(format!("{b} - {a}"))?;
            row.value = row.value.map(|v| -v);
            (row.lower, row.upper) = (row.upper.map(|v| -v), row.lower.map(|v| -v));
            Some(row)
        })
    }

    fn find(
        &self,
        unit: &str,
        scale: &str,
        measure: &'static str,
        variant: &'static str,
        estimand: &'static str,
    ) -> Option<&ScaleRow> {
        self.rows.get(&(unit.to_owned(), scale.to_owned(), measure, variant, estimand))
    }
}

/// The unit of a row about the judged wave.
fn judged_unit(row: &ScaleRow, wave: &str) -> Option<String> {
    row.unit.clone().filter(|_| row.wave.as_deref().unwrap_or("") == wave)
}

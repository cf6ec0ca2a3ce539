//! Answers given without care, and what leaving them out would change: a sensitivity analysis, not a filter.
//!
//! A flag is a pattern, not a verdict on a person; nothing here is released for one person.

use crate::error::Result;
use crate::evidence::{Instrument, Responses};
use crate::measure::respondents::Respondents;
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::value::Absence;
use crate::num::sum;

/// When a pattern is flagged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CarelessOptions {
    /// A run of the same raw answer over at least this share of the items, in the order of the instrument. Half is a
    /// convention (Curran 2016).
    pub run: f64,
    /// The fewest answers that can be flagged.
    pub answers: usize,
}

impl Default for CarelessOptions {
    /// Half of the items, and at least six answers.
    fn default() -> CarelessOptions {
        CarelessOptions { run: 0.5, answers: 6 }
    }
}

/// The patterns of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CarelessFlags {
    /// The longest run of the same raw answer is long.
    pub long_run: bool,
    /// Items and reversed items of one scale were all answered alike, at another place than the middle.
    pub straight_through_reversal: bool,
}

impl CarelessFlags {
    /// Whether any pattern was seen.
    pub fn any(self) -> bool {
        self.long_run || self.straight_through_reversal
    }
}

/// Flags for every row of `responses`, in their order.
///
/// # Errors
/// `instrument_mismatch`.
pub fn careless(
    responses: &Responses,
    instrument: &Instrument,
    options: &CarelessOptions,
) -> Result<Vec<CarelessFlags>> {
    let people = Respondents::new(responses, instrument)?;
    Ok((0..people.rows()).map(|row| flags(&people, instrument, row, options)).collect())
}

fn flags(people: &Respondents<'_>, instrument: &Instrument, row: usize, options: &CarelessOptions) -> CarelessFlags {
    let layout = &people.layout;
    let place = |id: &str| layout.items.binary_search_by(|i| i.id.as_str().cmp(id)).ok();
    // The raw code, for straight-lining is in what was ticked.
    let raw = |item: usize| {
        let shape = layout.items.get(item)?;
        Some(shape.lo + shape.oriented(people.step(row, item)?) as i64)
    };
    let given: Vec<i64> = instrument.items().iter().filter_map(|i| raw(place(&i.id)?)).collect();
    let longest = given.chunk_by(|a, b| a == b).map(<[i64]>::len).max().unwrap_or(0);
    let long = longest as f64 >= options.run * instrument.items().len() as f64;
    let straight = layout.scales.iter().any(|scale| {
        let turned = |item: &usize| layout.items.get(*item).is_some_and(|i| i.reversed);
        let both = scale.items.iter().any(turned) && !scale.items.iter().all(turned);
        let answers: Vec<i64> = scale.items.iter().filter_map(|i| raw(*i)).collect();
        let middle = 2 * scale.lo + scale.top() as i64;
        let alike = answers.first().filter(|first| answers.len() > 1 && answers.iter().all(|a| a == *first));
        both && answers.len() == scale.items.len() && alike.is_some_and(|first| 2 * first != middle)
    });
    let enough = given.len() >= options.answers;
    CarelessFlags { long_run: enough && long, straight_through_reversal: straight }
}

/// The flags as rows, 1 or 0 a pattern, about each respondent by key or by number from 1: `long_run` and
/// `straight_through_reversal`. **Of persons: for the owner of the data.**
///
/// # Errors
/// `instrument_mismatch`.
pub fn careless_flags(
    responses: &Responses,
    instrument: &Instrument,
    options: &CarelessOptions,
) -> Result<Vec<ScaleRow>> {
    let people = Respondents::new(responses, instrument)?;
    let keys = responses.respondents().unwrap_or(&[]);
    let mut rows = Vec::new();
    for row in 0..people.rows() {
        let found = flags(&people, instrument, row, options);
        let id = keys.get(row).cloned().flatten().unwrap_or_else(|| (row + 1).to_string());
        let place = Place { wave: people.wave(row), unit: Some(people.unit(row)), kind: Kind::Respondent, id: &id };
        for (measure, flag) in
            [("long_run", found.long_run), ("straight_through_reversal", found.straight_through_reversal)]
        {
            rows.push(place.row(measure, "pattern", "respondents", 1, Ok(f64::from(u8::from(flag)))));
        }
    }
    Ok(rows)
}

/// What leaving out flagged rows would change on every scale, a wave, on 0-100: `careless_share` (percent of rows
/// flagged), `score_without_careless`, and `careless_difference` (without less with).
///
/// # Errors
/// `instrument_mismatch`.
pub fn careless_sensitivity(
    responses: &Responses,
    instrument: &Instrument,
    options: &CarelessOptions,
) -> Result<Vec<ScaleRow>> {
    let people = Respondents::new(responses, instrument)?;
    let flagged = careless(responses, instrument, options)?;
    let mut rows = Vec::new();
    for wave in people.waves() {
        let here: Vec<(usize, bool)> =
            (0..people.rows()).zip(flagged.iter().map(|f| f.any())).filter(|(r, _)| people.wave(*r) == wave).collect();
        let n = here.len() as u64;
        let share = here.iter().filter(|(_, f)| *f).count() as f64 / here.len().max(1) as f64;
        for (index, scale) in people.layout.scales.iter().enumerate() {
            let place = Place { wave, unit: None, kind: Kind::Scale, id: &scale.id };
            let needed = people.layout.missing_rule.needed(scale.items.len());
            let mean = |all: bool| {
                let kept = here.iter().filter(|(_, f)| all || !f);
                let scores: Vec<f64> = kept.filter_map(|(r, _)| people.score(*r, index, needed)).collect();
                let few = Absence::TooFew { n: 0, need: 1 };
                if scores.is_empty() {
                    return Err(few);
                }
                Ok(100.0 / scale.top() as f64 * sum(scores.iter().copied()) / scores.len() as f64)
            };
            let (with, without) = (mean(true), mean(false));
            let difference = without.clone().and_then(|w| with.map(|a| w - a));
            let mut push = |measure, value| rows.push(place.row(measure, "sensitivity", "respondents", n, value));
            push("careless_share", Ok(100.0 * share));
            push("score_without_careless", without);
            push("careless_difference", difference);
        }
    }
    Ok(rows)
}

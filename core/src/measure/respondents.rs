//! Respondents one by one, for what a tally cannot answer.

use crate::error::{Error, Result};
use crate::evidence::{DONT_KNOW, Instrument, MISSING, Responses};
use crate::tally::Layout;
use std::collections::BTreeMap;

/// Answers turned the right way round: steps from 0 at the low end, reversed items turned.
pub(crate) struct Respondents<'a> {
    pub(crate) responses: &'a Responses,
    pub(crate) layout: Layout,
    columns: Vec<&'a [u8]>,
}

impl<'a> Respondents<'a> {
    /// Reads `responses` by the instrument they answer.
    ///
    /// # Errors
    /// `instrument_mismatch`.
    pub(crate) fn new(responses: &'a Responses, instrument: &Instrument) -> Result<Respondents<'a>> {
        let layout = Layout::new(instrument);
        let columns: Option<Vec<&[u8]>> = layout.items.iter().map(|i| responses.answers(&i.id)).collect();
        match columns {
            Some(columns) if layout.logic_sha256 == responses.logic_sha256() => {
                Ok(Respondents { responses, layout, columns })
            }
            _ => Err(Error::input("instrument_mismatch", "the responses answer another instrument")
                .at("responses")
                .help("give the instrument with which they were read")),
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.responses.rows()
    }

    /// The step of a respondent on an item; `None` for missing and don't-know.
    pub(crate) fn step(&self, row: usize, item: usize) -> Option<usize> {
        let shape = self.layout.items.get(item)?;
        match self.columns.get(item)?.get(row).copied()? {
            MISSING | DONT_KNOW => None,
            step => Some(shape.oriented(usize::from(step))),
        }
    }

    /// The steps of a respondent on the items of a scale, in its order.
    pub(crate) fn steps(&self, row: usize, scale: usize) -> impl Iterator<Item = Option<usize>> {
        let items = self.layout.scales.get(scale).map_or(&[][..], |s| &s.items);
        items.iter().map(move |item| self.step(row, *item))
    }

    /// The mean step of a respondent on a scale, when at least `needed` items are answered.
    pub(crate) fn score(&self, row: usize, scale: usize, needed: usize) -> Option<f64> {
        let (n, total) = self.steps(row, scale).flatten().fold((0_usize, 0_usize), |(n, t), s| (n + 1, t + s));
        (n >= needed.max(1)).then(|| total as f64 / n as f64)
    }

    /// The wave of a row, empty when the answers had none.
    pub(crate) fn wave(&self, row: usize) -> &'a str {
        let code = self.responses.wave_codes().get(row).copied().unwrap_or(0);
        self.responses.waves().get(code as usize).map_or("", String::as_str)
    }

    /// The unit of a row.
    pub(crate) fn unit(&self, row: usize) -> &'a str {
        let code = self.responses.unit_codes().get(row).copied().unwrap_or(0);
        self.responses.units().get(code as usize).map_or("", String::as_str)
    }

    /// The rows of every wave and unit, sorted by both.
    pub(crate) fn by_unit(&self) -> BTreeMap<(&'a str, &'a str), Vec<usize>> {
        let mut out: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        for row in 0..self.rows() {
            out.entry((self.wave(row), self.unit(row))).or_default().push(row);
        }
        out
    }

    /// The waves, sorted.
    pub(crate) fn waves(&self) -> Vec<&'a str> {
        let mut waves: Vec<&str> = self.by_unit().into_keys().map(|(wave, _)| wave).collect();
        waves.dedup();
        waves
    }
}

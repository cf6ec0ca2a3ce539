//! One answer: from what a cell holds to its code, or why it is none.

use super::instrument::Item;
use super::table::shown;
use crate::error::{Error, Result};

/// The answer code of a cell that was left empty.
pub const MISSING: u8 = 255;
/// The answer code of a "don't know".
pub const DONT_KNOW: u8 = 254;

/// Reads the answers to one item. Errors have no place: the caller knows the cell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AnswerReader<'a> {
    pub(crate) item: &'a Item,
    pub(crate) dont_know: &'a [i64],
}

impl AnswerReader<'_> {
    /// `value - lowest`, or [`DONT_KNOW`].
    pub(crate) fn integer(&self, value: i64) -> Result<u8> {
        let item = self.item;
        if (item.lo..=item.hi).contains(&value) {
            // The reader of instruments allows at most 11 options.
            return Ok(u8::try_from(value - item.lo).unwrap_or(MISSING));
        }
        if self.dont_know.contains(&value) {
            return Ok(DONT_KNOW);
        }
        Err(self.out_of_range(&value.to_string()))
    }

    /// As [`AnswerReader::integer`], for whole numbers written as floats.
    pub(crate) fn float(&self, x: f64) -> Result<u8> {
        if x.fract() != 0.0 || x.abs() > 1e15 {
            let code = if x.is_finite() && x.abs() <= 1e15 { "not_whole" } else { "out_of_range" };
            let Item { id, lo, hi, .. } = self.item;
            return Err(Error::input(code, format!("answer `{x}` is not a whole number"))
                .help(format!("answers to `{id}` are whole numbers from {lo} to {hi}")));
        }
        self.integer(x as i64)
    }

    /// As [`AnswerReader::integer`], for numbers written as text; blank text is [`MISSING`].
    pub(crate) fn text(&self, text: &str) -> Result<u8> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(MISSING);
        }
        match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(i), _) => self.integer(i),
            (_, Ok(x)) if x.is_finite() => self.float(x),
            _ => {
                let Item { id, lo, hi, .. } = self.item;
                Err(Error::input("not_a_number", format!("answer {} is not a number", shown(text)))
                    .help(format!("answers to `{id}` are codes from {lo} to {hi}")))
            }
        }
    }

    /// The refusal of a number that is no answer.
    pub(crate) fn out_of_range(&self, value: &str) -> Error {
        let Item { id, lo, hi, .. } = self.item;
        let mut help = format!("answers to `{id}` are {lo} to {hi}");
        if !self.dont_know.is_empty() {
            let known: Vec<String> = self.dont_know.iter().map(|c| format!("`{c}`")).collect();
            help.push_str(&format!(", or {} for don't know", known.join(", ")));
        }
        help.push_str("; leave the cell empty when there is no answer");
        Error::input("out_of_range", format!("answer `{value}` is out of range")).help(help)
    }
}

/// The refusal of a dictionary code.
pub(crate) fn no_value(index: usize) -> Error {
    Error::input("bad_code", format!("dictionary code `{index}` has no value"))
        .help("give codes below the number of values")
}

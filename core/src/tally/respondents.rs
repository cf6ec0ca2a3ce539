//! Nobody answers twice in one wave.

use super::array::{Array, Value};
use super::kernel::ROWS;
use super::names::{Fold, Names, Refused};
use crate::error::Error;
use crate::evidence::{KeyKind, duplicate_respondent, key_of_number};
use std::collections::HashSet;
use std::hash::BuildHasher;

/// Who answered so far, a word a person and wave: whole numbers as they are, texts by two hashes.
#[derive(Debug)]
pub(super) struct Respondents {
    waves: Names,
    seen: HashSet<u128, Fold>,
    hashes: [Fold; 2],
}

impl Default for Respondents {
    fn default() -> Respondents {
        let hashes = [Fold::default(), Fold::default()];
        Respondents { waves: Names::new(KeyKind::Wave), seen: HashSet::default(), hashes }
    }
}

impl Respondents {
    /// Adds the people of a batch.
    ///
    /// # Errors
    /// `duplicate_respondent`, `bad_respondent`.
    pub(super) fn add(&mut self, people: &Array<'_>, waves: Option<&Array<'_>>, rows: usize) -> Result<(), Refused> {
        self.waves.next_batch();
        for start in (0..rows).step_by(ROWS) {
            let mut numbers = [0_u32; ROWS];
            let numbers = numbers.get_mut(..ROWS.min(rows - start)).unwrap_or_default();
            if let Some(waves) = waves {
                self.waves.fill(waves, start, numbers)?;
            }
            for (row, wave) in (start..).zip(numbers) {
                self.one(people.value(row), *wave).map_err(|e| (row, e))?;
            }
        }
        Ok(())
    }

    fn one(&mut self, person: Value<'_>, wave: u32) -> Result<(), Error> {
        let bad = |shown: String| {
            Err(Error::input("bad_respondent", format!("`{shown}` is not a key")).help("give text or whole numbers"))
        };
        let integer = |i: i64| u128::from(wave) << 64 | u128::from(i as u64);
        let key = match person {
            Value::Missing => return Ok(()),
            Value::Integer(i) => match i64::try_from(i) {
                Ok(i) => integer(i),
                Err(_) => self.hashed(&i.to_string(), wave),
            },
            Value::Float(x) if key_of_number(x).is_some() => integer(x as i64),
            Value::Float(x) => return bad(x.to_string()),
            Value::Text(text) if text.trim().is_empty() => return Ok(()),
            Value::Text(text) => self.hashed(text, wave),
            Value::Step(step) => integer(i64::from(step)),
            Value::Beyond(index) => return bad(format!("dictionary code {index}")),
        };
        if self.seen.insert(key) {
            return Ok(());
        }
        Err(duplicate_respondent(&match person {
            Value::Integer(i) => i.to_string(),
            Value::Float(x) => x.to_string(),
            Value::Text(text) => text.to_owned(),
            _ => String::new(),
        }))
    }

    /// A word for a text that no whole number has.
    fn hashed(&self, text: &str, wave: u32) -> u128 {
        let [a, b] = self.hashes.each_ref().map(|hash| u128::from(hash.hash_one((wave, text))));
        1 << 127 | a << 64 | b
    }
}

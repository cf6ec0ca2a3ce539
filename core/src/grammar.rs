//! The grammar of a file as data: which keys a table has, what stands under each, and what it means.
//!
//! A reader takes the keys it accepts from here, so that what is read and what is published as a schema cannot drift
//! apart.

use crate::document::{At, Fields};

/// One key of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    #[cfg_attr(not(feature = "schema"), allow(dead_code))]
    pub(crate) needed: bool,
    /// Whether another value can change a verdict.
    pub(crate) decides: bool,
    #[cfg_attr(not(feature = "schema"), allow(dead_code))]
    pub(crate) says: &'static str,
}

/// What stands under a key.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "schema"), allow(dead_code))]
pub(crate) enum Shape {
    /// Text for people.
    Text,
    /// 1 to 120 characters, no spaces, no backticks.
    Id,
    /// A finite number.
    Number,
    /// A whole number from the smallest to the largest.
    Whole(i64, i64),
    /// True or false.
    Boolean,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// So many to so many of a kind.
    List(&'static Shape, usize, usize),
    /// One after the other.
    Row(&'static [Shape]),
    /// A table with these keys.
    Table(&'static [Key]),
    /// Tables with these keys, each under its id.
    Tables(&'static [Key]),
    /// Values of one kind, each under its id.
    Values(&'static Shape),
    /// Any of these.
    Either(&'static [Shape]),
    /// A condition on measures.
    Condition,
}

impl Key {
    /// A key that may be left out and decides nothing.
    pub(crate) const fn new(name: &'static str, shape: Shape, says: &'static str) -> Key {
        Key { name, shape, needed: false, decides: false, says }
    }

    /// A key that must be there.
    pub(crate) const fn needed(self) -> Key {
        Key { needed: true, ..self }
    }

    /// A key that decides.
    pub(crate) const fn decides(self) -> Key {
        Key { decides: true, ..self }
    }
}

impl<'a> At<'a> {
    /// A table with these keys; any other is a fault.
    pub(crate) fn table(&self, keys: &[Key]) -> Option<Fields<'a>> {
        let names: Vec<&str> = keys.iter().map(|k| k.name).collect();
        self.fields(&names)
    }

    /// The value that a word stands for, from a short list of words.
    pub(crate) fn word<T: Copy>(&self, what: &str, known: &[(&str, T)]) -> Option<T> {
        let word = self.text()?;
        let found = known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        if found.is_none() {
            let help = self.suggest(word, known.iter().map(|(name, _)| *name));
            self.error("unknown_name", format!("unknown {what} `{word}`"), help);
        }
        found
    }
}

/// The words of a list of words with their values.
pub(crate) fn words<T>(known: &[(&'static str, T)]) -> Vec<&'static str> {
    known.iter().map(|(name, _)| *name).collect()
}

//! From the keys of rows to small numbers, and back to names.

use super::array::{Array, Texts, Value, Values};
use crate::error::{Error, Result};
use crate::evidence::{KeyKind, no_value};
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

/// Whole numbers below this are looked up in a list.
const DIRECT: usize = 1 << 20;
/// No number yet.
const NONE: u32 = u32::MAX;

/// Numbers for distinct keys, in the order of their first appearance.
#[derive(Debug, Clone)]
pub(super) struct Names {
    kind: KeyKind,
    texts: Distinct,
    /// Numbers of small whole numbers.
    direct: Vec<u32>,
    /// Numbers of other whole numbers.
    integers: HashMap<i64, u32, Fold>,
    /// Numbers of the positions of the dictionary at hand.
    positions: Vec<u32>,
}

/// A key that cannot be taken, by its row.
pub(super) type Refused = (usize, Error);

impl Names {
    pub(super) fn new(kind: KeyKind) -> Names {
        Names {
            kind,
            texts: Distinct::default(),
            direct: Vec::new(),
            integers: HashMap::default(),
            positions: Vec::new(),
        }
    }

    /// The names in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter()
    }

    /// The names with their numbers, sorted by name.
    pub(super) fn sorted(&self) -> Vec<(&str, u32)> {
        let first = self.iter().next().unwrap_or_default().as_bytes();
        let mut shared = first.len();
        for name in self.iter() {
            shared = first.iter().zip(name.as_bytes()).take(shared).take_while(|(a, b)| a == b).count();
        }
        // Sixteen bytes behind what all names share tell most of them apart without a look at the name.
        let head = |name: &str| {
            let mut head = [0; 16];
            for (to, from) in head.iter_mut().zip(name.as_bytes().iter().skip(shared)) {
                *to = *from;
            }
            u128::from_be_bytes(head)
        };
        let mut order: Vec<(u128, u32)> = self.iter().map(head).zip(0..).collect();
        order.sort_unstable();
        for alike in order.chunk_by_mut(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
            alike.sort_by(|a, b| self.texts.get(a.1).cmp(self.texts.get(b.1)));
        }
        order.into_iter().map(|(_, number)| (self.texts.get(number), number)).collect()
    }

    /// The number of distinct keys.
    pub(super) fn len(&self) -> usize {
        self.texts.ends.len()
    }

    /// The number of a name.
    pub(super) fn number(&mut self, name: &str) -> Result<u32> {
        let hash = self.texts.hash(name);
        if let Some(number) = self.texts.find(name, hash) {
            return Ok(number);
        }
        self.kind.check(name)?;
        Ok(self.texts.insert(name, hash))
    }

    fn integer(&mut self, key: i64) -> Result<u32> {
        let direct = usize::try_from(key).ok().filter(|k| *k < DIRECT);
        if let Some(at) = direct {
            if let Some(number) = self.direct.get(at).filter(|n| **n != NONE) {
                return Ok(*number);
            }
            let number = self.number(&key.to_string())?;
            if self.direct.len() <= at {
                self.direct.resize((at + 1).next_power_of_two(), NONE);
            }
            if let Some(slot) = self.direct.get_mut(at) {
                *slot = number;
            }
            return Ok(number);
        }
        if let Some(number) = self.integers.get(&key) {
            return Ok(*number);
        }
        let number = self.number(&key.to_string())?;
        self.integers.insert(key, number);
        Ok(number)
    }

    /// Forgets the dictionary of the batch before.
    pub(super) fn next_batch(&mut self) {
        self.positions.clear();
    }

    /// Numbers the keys of the rows from `from` on into `out`.
    ///
    /// # Errors
    /// The first row without a usable key.
    pub(super) fn fill(&mut self, keys: &Array<'_>, from: usize, out: &mut [u32]) -> Result<(), Refused> {
        match (keys.values, keys.dictionary) {
            (values, Some(texts)) => {
                // A dictionary far larger than the batch would cost more to list than to ask.
                let listed = texts.count() <= 4 * keys.len() + 1024;
                if listed && self.positions.is_empty() {
                    self.positions.resize(texts.count(), NONE);
                }
                match values {
                    Values::U8(v) => self.positions(keys, v, from, out, u64::from),
                    Values::I8(v) => self.positions(keys, v, from, out, |i| i as u64),
                    Values::U16(v) => self.positions(keys, v, from, out, u64::from),
                    Values::I16(v) => self.positions(keys, v, from, out, |i| i as u64),
                    Values::U32(v) => self.positions(keys, v, from, out, u64::from),
                    Values::I32(v) => self.positions(keys, v, from, out, |i| i as u64),
                    Values::U64(v) => self.positions(keys, v, from, out, |i| i),
                    Values::I64(v) => self.positions(keys, v, from, out, |i| i as u64),
                    _ => self.one_by_one(keys, from, 0, out),
                }
            }
            (Values::U8(v), None) => self.integers(keys, v, from, out, i64::from),
            (Values::I8(v), None) => self.integers(keys, v, from, out, i64::from),
            (Values::U16(v), None) => self.integers(keys, v, from, out, i64::from),
            (Values::I16(v), None) => self.integers(keys, v, from, out, i64::from),
            (Values::U32(v), None) => self.integers(keys, v, from, out, i64::from),
            (Values::I32(v), None) => self.integers(keys, v, from, out, i64::from),
            (Values::I64(v), None) => self.integers(keys, v, from, out, |i| i),
            (Values::Text(v), None) => self.texts(keys, v, from, out),
            _ => self.one_by_one(keys, from, 0, out),
        }
    }

    fn positions<T: Copy>(
        &mut self,
        keys: &Array<'_>,
        values: &[T],
        from: usize,
        out: &mut [u32],
        position: impl Fn(T) -> u64,
    ) -> Result<(), Refused> {
        let values = values.get(from..).unwrap_or_default();
        for (row, value) in values.iter().enumerate().take(out.len()) {
            let known = self.positions.get(position(*value) as usize).copied().unwrap_or(NONE);
            if let (false, true, Some(slot)) = (known == NONE, keys.is_there(from + row), out.get_mut(row)) {
                *slot = known;
                continue;
            }
            self.one_by_one(keys, from, row, out.get_mut(..row + 1).unwrap_or_default())?;
            // Of a dictionary that is not listed nothing is kept.
            if let (Some(found), Some(slot)) = (out.get(row), self.positions.get_mut(position(*value) as usize)) {
                *slot = *found;
            }
        }
        Ok(())
    }

    fn integers<T: Copy>(
        &mut self,
        keys: &Array<'_>,
        values: &[T],
        from: usize,
        out: &mut [u32],
        integer: impl Fn(T) -> i64,
    ) -> Result<(), Refused> {
        let values = values.get(from..).unwrap_or_default();
        for (row, (value, slot)) in values.iter().zip(out).enumerate() {
            if !keys.is_there(from + row) {
                return Err((from + row, self.kind.missing()));
            }
            *slot = self.integer(integer(*value)).map_err(|e| (from + row, e))?;
        }
        Ok(())
    }

    fn texts(&mut self, keys: &Array<'_>, texts: &dyn Texts, from: usize, out: &mut [u32]) -> Result<(), Refused> {
        for (row, slot) in out.iter_mut().enumerate() {
            let text = texts.text(from + row).filter(|_| keys.is_there(from + row)).unwrap_or_default();
            *slot = self.number(text).map_err(|e| (from + row, e))?;
        }
        Ok(())
    }

    /// As [`Names::fill`] from the row `skip` of `out` on, whatever the cells hold.
    fn one_by_one(&mut self, keys: &Array<'_>, from: usize, skip: usize, out: &mut [u32]) -> Result<(), Refused> {
        for (row, slot) in out.iter_mut().enumerate().skip(skip) {
            let number = match keys.value(from + row) {
                Value::Missing => Err(self.kind.missing()),
                Value::Integer(i) => self.number(&i.to_string()),
                Value::Float(x) => self.kind.number(x).and_then(|name| self.number(&name)),
                Value::Text(text) => self.number(text),
                Value::Beyond(index) => Err(no_value(index)),
                Value::Step(step) => self.number(&step.to_string()),
            };
            *slot = number.map_err(|e| (from + row, e))?;
        }
        Ok(())
    }
}

/// Distinct texts side by side, and where each is found.
#[derive(Debug, Clone, Default)]
struct Distinct {
    texts: String,
    /// Where each text ends.
    ends: Vec<usize>,
    /// The upper half of a hash and, below, a number plus one; zero where there is none. Twice the texts at least.
    table: Vec<u64>,
    seed: Fold,
}

impl Distinct {
    fn get(&self, number: u32) -> &str {
        let at = number as usize;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|end| self.texts.get(start..*end)).unwrap_or_default()
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|at| self.get(at as u32))
    }

    fn hash(&self, text: &str) -> u64 {
        let mut hasher = self.seed.build_hasher();
        hasher.write(text.as_bytes());
        hasher.finish()
    }

    fn find(&self, text: &str, hash: u64) -> Option<u32> {
        let mut at = hash as usize;
        loop {
            let entry = *self.table.get(at & self.table.len().wrapping_sub(1)).filter(|entry| **entry != 0)?;
            let number = (entry as u32).wrapping_sub(1);
            if entry >> 32 == hash >> 32 && self.get(number) == text {
                return Some(number);
            }
            at += 1;
        }
    }

    /// Adds a text that is not there.
    fn insert(&mut self, text: &str, hash: u64) -> u32 {
        if self.table.len() < 2 * (self.ends.len() + 1) {
            let old = std::mem::take(&mut self.table);
            self.table = vec![0; (2 * old.len()).max(64)];
            for number in 0..self.ends.len() as u32 {
                self.place(self.hash(self.get(number)), number);
            }
        }
        // More distinct keys than numbers do not fit in memory.
        let number = u32::try_from(self.ends.len()).unwrap_or(NONE - 1);
        self.texts.push_str(text);
        self.ends.push(self.texts.len());
        self.place(hash, number);
        number
    }

    fn place(&mut self, hash: u64, number: u32) {
        let last = self.table.len().wrapping_sub(1);
        let mut at = hash as usize;
        while self.table.get(at & last).is_some_and(|entry| *entry != 0) {
            at += 1;
        }
        if let Some(entry) = self.table.get_mut(at & last) {
            *entry = hash & !u64::from(u32::MAX) | u64::from(number + 1);
        }
    }
}

/// A hash of short keys: multiply and fold, from a start that no data can know.
#[derive(Debug, Clone)]
pub(super) struct Fold(u64);

impl Default for Fold {
    fn default() -> Fold {
        Fold(RandomState::new().hash_one(0_u8) | 1)
    }
}

impl BuildHasher for Fold {
    type Hasher = Folding;
    fn build_hasher(&self) -> Folding {
        Folding { state: self.0, seed: self.0 }
    }
}

#[derive(Debug)]
pub(super) struct Folding {
    state: u64,
    seed: u64,
}

impl Folding {
    fn fold(&mut self, word: u64) {
        let wide = u128::from(self.state ^ word) * u128::from(self.seed ^ 0x9e37_79b9_7f4a_7c15);
        self.state = (wide as u64) ^ ((wide >> 64) as u64);
    }
}

impl Hasher for Folding {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.fold(u64::from_le_bytes(*word));
        }
        let mut last = 0;
        for byte in rest.iter().rev() {
            last = last << 8 | u64::from(*byte);
        }
        // The length tells `a` from `a` and a zero byte.
        self.fold(last ^ (bytes.len() as u64) << 56);
    }
    fn write_u8(&mut self, i: u8) {
        self.fold(u64::from(i));
    }
    fn write_u32(&mut self, i: u32) {
        self.fold(u64::from(i));
    }
    fn write_i64(&mut self, i: i64) {
        self.fold(i as u64);
    }
    fn write_u128(&mut self, i: u128) {
        self.fold(i as u64);
        self.fold((i >> 64) as u64);
    }
    fn finish(&self) -> u64 {
        self.state
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::Bits;

    fn numbers(keys: &Array<'_>) -> std::result::Result<Vec<u32>, (usize, &'static str)> {
        let mut names = Names::new(KeyKind::Unit);
        let mut out = vec![0; keys.len()];
        names.fill(keys, 0, &mut out).map_err(|(row, e)| (row, e.code()))?;
        Ok(out)
    }

    #[test]
    fn keys_of_every_type_get_the_same_numbers() {
        let texts: Vec<Option<String>> = ["7", "-3", "7", "12"].iter().map(|t| Some((*t).into())).collect();
        let dictionary = ["x", "12", "-3", "7"].map(String::from);
        let dictionary = &dictionary[..];
        let want = vec![0, 1, 0, 2];
        let pointing = Array { dictionary: Some(&dictionary), ..Values::U16(&[3, 2, 3, 1]).into() };
        for array in [
            Values::Text(&texts).into(),
            Values::I64(&[7, -3, 7, 12]).into(),
            Values::I8(&[7, -3, 7, 12]).into(),
            Values::F32(&[7.0, -3.0, 7.0, 12.0]).into(),
            pointing,
        ] {
            assert_eq!(numbers(&array), Ok(want.clone()));
        }
        let far = [i64::MAX, i64::MIN, i64::MAX, 1 << 40];
        assert_eq!(numbers(&Values::I64(&far).into()), Ok(want.clone()));
        assert_eq!(numbers(&Values::U64(&[u64::MAX, 5, u64::MAX, 6]).into()), Ok(want));
    }

    #[test]
    fn many_names_keep_their_numbers_and_sort_as_texts() {
        let mut names = Names::new(KeyKind::Unit);
        let text = |i: usize| {
            format!("unit {}{}", i * 7919 % 5000, if i.is_multiple_of(3) { " of the long kind" } else { "" })
        };
        let numbers: Vec<u32> = (0..5000).map(|i| names.number(&text(i)).unwrap()).collect();
        assert!((0..5000).all(|i| names.number(&text(i)).unwrap() == numbers[i]));
        assert_eq!(names.len(), 5000);
        let mut want: Vec<String> = (0..5000).map(text).collect();
        want.sort();
        assert_eq!(names.sorted().iter().map(|(name, _)| *name).collect::<Vec<_>>(), want);
        assert!(
            names
                .sorted()
                .iter()
                .all(|(name, number)| numbers.contains(number) && names.iter().nth(*number as usize) == Some(*name))
        );
    }

    #[test]
    fn a_row_without_a_usable_key_is_named() {
        let some = Some(Bits { bytes: &[0b1011], offset: 0 });
        let dictionary: Vec<Option<String>> = vec![Some("a".into()), None];
        let text = |t: &str| vec![Some("a".to_owned()), Some(t.to_owned())];
        let code = |array: Array<'_>| numbers(&array).unwrap_err();
        assert_eq!(code(Array { validity: some, ..Values::I32(&[1, 2, 3, 4]).into() }), (2, "missing_unit"));
        let pointing = |keys| Array { dictionary: Some(&dictionary), ..Values::I32(keys).into() };
        assert_eq!(code(Array { validity: some, ..pointing(&[0, 0, 0]) }), (2, "missing_unit"));
        assert_eq!(code(pointing(&[0, 1])), (1, "missing_unit"));
        assert_eq!(code(pointing(&[0, 2])), (1, "bad_code"));
        assert_eq!(code(pointing(&[0, -1])), (1, "bad_code"));
        assert_eq!(code(Values::F64(&[1.0, 1.5]).into()), (1, "bad_unit"));
        assert_eq!(code(Values::F64(&[1.0, f64::NAN]).into()), (1, "bad_unit"));
        assert_eq!(code(Values::Text(&text(" ")).into()), (1, "missing_unit"));
        assert_eq!(code(Values::Text(&text("a\n")).into()), (1, "bad_unit"));
    }
}

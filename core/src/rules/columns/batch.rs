//! A batch of cases by columns, checked at the door.

use super::bits::{self, WORD};
use crate::error::{Error, Result, suggest};
use crate::measure::{Estimate, MeasureValue, Origin};
use crate::rules::case::accept;
use crate::rules::{Case, Framework, MeasureId, MeasureKind};
use std::borrow::Cow;

/// Which rows have a value: one bit a row, the lowest bit of a byte first, 1 = has one. This is Arrow's layout, so a
/// bitmap of Arrow is borrowed as it stands.
#[derive(Debug, Clone)]
pub struct Validity<'a> {
    bytes: Cow<'a, [u8]>,
    offset: usize,
}

impl<'a> Validity<'a> {
    /// A bitmap that begins `offset` bits into `bytes`.
    pub fn new(bytes: impl Into<Cow<'a, [u8]>>, offset: usize) -> Validity<'a> {
        Validity { bytes: bytes.into(), offset }
    }

    fn holds_rows(&self, rows: usize) -> bool {
        self.offset.checked_add(rows).is_some_and(|bits| bits.div_ceil(8) <= self.bytes.len())
    }

    /// The bits of the 64 rows from `row` on; 0 beyond the end of the bytes.
    fn word(&self, row: usize) -> u64 {
        let first = self.offset + row;
        let (byte, shift) = (first / 8, first % 8);
        let rest = self.bytes.get(byte..).unwrap_or_default();
        let mut nine = [0u8; 16];
        let head = rest.len().min(9);
        if let (Some(into), Some(from)) = (nine.get_mut(..head), rest.get(..head)) {
            into.copy_from_slice(from);
        }
        (u128::from_le_bytes(nine) >> shift) as u64
    }
}

impl FromIterator<bool> for Validity<'static> {
    fn from_iter<I: IntoIterator<Item = bool>>(rows: I) -> Self {
        let rows = rows.into_iter();
        let mut bytes = Vec::with_capacity(rows.size_hint().0.div_ceil(8));
        let (mut byte, mut bit) = (0, 0);
        for valid in rows {
            byte |= u8::from(valid) << bit;
            bit += 1;
            if bit == 8 {
                bytes.push(byte);
                (byte, bit) = (0, 0);
            }
        }
        bytes.push(byte);
        Validity { bytes: Cow::Owned(bytes), offset: 0 }
    }
}

/// Numbers, one a row. What stands in a row without a value is not looked at.
#[derive(Debug, Clone)]
pub struct Numbers<'a> {
    values: Cow<'a, [f64]>,
    valid: Option<Validity<'a>>,
}

impl<'a> Numbers<'a> {
    /// Numbers of which all rows have a value, or those of `valid`.
    pub fn new(values: impl Into<Cow<'a, [f64]>>, valid: Option<Validity<'a>>) -> Numbers<'a> {
        Numbers { values: values.into(), valid }
    }

    pub(super) fn get(&self, row: usize) -> Option<f64> {
        self.values.get(row).copied().filter(|_| known(&self.valid, row))
    }
}

impl FromIterator<Option<f64>> for Numbers<'static> {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(rows: I) -> Self {
        let rows = rows.into_iter();
        let mut values = Vec::with_capacity(rows.size_hint().0);
        let valid = rows.map(|v| {
            values.push(v.unwrap_or_default());
            v.is_some()
        });
        let valid = valid.collect();
        Numbers { values: Cow::Owned(values), valid: Some(valid) }
    }
}

/// Places in a dictionary, one a row.
#[derive(Debug, Clone)]
pub enum Codes<'a> {
    /// Up to 256 texts.
    Narrow(Cow<'a, [u8]>),
    /// More.
    Wide(Cow<'a, [u32]>),
}

impl Codes<'_> {
    fn len(&self) -> usize {
        match self {
            Codes::Narrow(c) => c.len(),
            Codes::Wide(c) => c.len(),
        }
    }

    pub(super) fn get(&self, row: usize) -> Option<usize> {
        match self {
            Codes::Narrow(c) => c.get(row).map(|c| usize::from(*c)),
            Codes::Wide(c) => c.get(row).map(|c| *c as usize),
        }
    }
}

/// The column of one measure.
#[derive(Debug)]
pub(super) enum Filled<'a> {
    Score {
        value: Numbers<'a>,
        se: Option<Numbers<'a>>,
    },
    /// Codes, and the category of each code.
    Category {
        codes: Codes<'a>,
        valid: Option<Validity<'a>>,
        category: Vec<Option<usize>>,
    },
}

impl Filled<'_> {
    /// Which of the 64 rows from `row` on have a value.
    #[inline]
    pub(super) fn known(&self, row: usize, rows: usize) -> u64 {
        let (Filled::Score { value: Numbers { valid, .. }, .. } | Filled::Category { valid, .. }) = self;
        word(valid, row, rows)
    }
}

fn known(valid: &Option<Validity<'_>>, row: usize) -> bool {
    valid.as_ref().is_none_or(|v| v.word(row) & 1 == 1)
}

/// The validity of 64 rows; rows from `rows` on have no value.
fn word(valid: &Option<Validity<'_>>, row: usize, rows: usize) -> u64 {
    let within = bits::first(rows.saturating_sub(row));
    valid.as_ref().map_or(u64::MAX, |v| v.word(row)) & within
}

/// Many cases of one framework: for each measure that is known of any of them, a column.
///
/// ```
/// use colead::rules::{Columns, Framework, Numbers, Verdicts};
/// let framework = Framework::builtin()?;
/// let mut cases = Columns::new(&framework, 3);
/// cases.score("direction", [Some(80.0), None, Some(62.0)].into_iter().collect(), None)?;
/// let program = framework.program(&["direction"], None)?;
/// let mut verdicts = Verdicts::default();
/// program.run(&cases, &mut verdicts)?;
/// assert_eq!(verdicts.rows(), 3);
/// # Ok::<(), colead::Error>(())
/// ```
#[derive(Debug)]
pub struct Columns<'a> {
    framework: Framework,
    rows: usize,
    columns: Vec<Option<Filled<'a>>>,
}

impl<'a> Columns<'a> {
    /// `rows` cases of which nothing is known.
    pub fn new(framework: &Framework, rows: usize) -> Columns<'a> {
        let columns = framework.measures().iter().map(|_| None).collect();
        Columns { framework: framework.clone(), rows, columns }
    }

    /// The number of cases.
    pub fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn framework(&self) -> &Framework {
        &self.framework
    }

    pub(super) fn filled(&self, m: MeasureId) -> Option<&Filled<'a>> {
        self.columns.get(m.0).and_then(Option::as_ref)
    }

    /// Fills a measure with numbers and, where they have any, standard errors. A standard error without a value is
    /// not looked at; a value without one is exact.
    ///
    /// # Errors
    /// `unknown_measure`, `type_mismatch`, `unequal_columns`, and with the row `not_finite`, `negative_se` and
    /// `out_of_range`; the batch is then unchanged.
    pub fn score(&mut self, id: &str, value: Numbers<'a>, se: Option<Numbers<'a>>) -> Result<()> {
        let m = self.framework.find_measure(id)?;
        let Some(MeasureKind::Score { lo, hi }) = self.framework.measure(m).map(|m| &m.kind) else {
            return Err(Error::input("type_mismatch", format!("`{id}` is a category, not a number"))
                .at(id.to_owned())
                .help("fill it with categories"));
        };
        for n in [Some(&value), se.as_ref()].into_iter().flatten() {
            self.fits(id, n.values.len(), n.valid.as_ref())?;
        }
        if let Some(row) = first_bad(&value, se.as_ref(), *lo, *hi) {
            // The single case words the error, so that there is one wording.
            let mut case = Case::new(&self.framework);
            let (v, se) = (value.get(row).unwrap_or(f64::NAN), se.as_ref().and_then(|s| s.get(row)));
            let at = || format!("row {}, column {id}", row + 1);
            let e = Estimate::new(v, se, None, Origin::Given).map_err(|e| e.at(at()))?;
            case.put(&self.framework, m, MeasureValue::Known(e)).map_err(|e| e.at(at()))?;
        }
        self.put(m, Filled::Score { value, se });
        Ok(())
    }

    /// Fills a measure with categories: each row has a code, a place in `dictionary`.
    ///
    /// # Errors
    /// `unknown_measure`, `type_mismatch`, `unequal_columns`, and with the row `bad_code` and `unknown_category`
    /// (of codes that are used); the batch is then unchanged.
    pub fn category(
        &mut self,
        id: &str,
        codes: Codes<'a>,
        valid: Option<Validity<'a>>,
        dictionary: &[&str],
    ) -> Result<()> {
        let m = self.framework.find_measure(id)?;
        let Some(measure) = self.framework.measure(m) else { return Ok(()) };
        let MeasureKind::Category(names) = &measure.kind else {
            return Err(Error::input("type_mismatch", format!("`{id}` is a number, not a category"))
                .at(id.to_owned())
                .help("fill it with numbers"));
        };
        self.fits(id, codes.len(), valid.as_ref())?;
        let category: Vec<Option<usize>> = dictionary.iter().map(|d| names.iter().position(|n| n == d)).collect();
        for row in (0..self.rows).filter(|row| known(&valid, *row)) {
            let at = || format!("row {}, column {id}", row + 1);
            let code = codes.get(row).unwrap_or(usize::MAX);
            match category.get(code) {
                Some(Some(_)) => {}
                Some(None) => {
                    let text = dictionary.get(code).copied().unwrap_or_default().to_owned();
                    accept(measure, &MeasureValue::Category(text, Origin::Given)).map_err(|e| e.at(at()))?;
                }
                None => {
                    return Err(Error::input("bad_code", "the dictionary code has no value in the dictionary")
                        .at(at())
                        .help(suggest("", names.iter().map(String::as_str))));
                }
            }
        }
        self.put(m, Filled::Category { codes, valid, category });
        Ok(())
    }

    fn put(&mut self, m: MeasureId, filled: Filled<'a>) {
        if let Some(slot) = self.columns.get_mut(m.0) {
            *slot = Some(filled);
        }
    }

    fn fits(&self, id: &str, len: usize, valid: Option<&Validity<'_>>) -> Result<()> {
        if len != self.rows || valid.is_some_and(|v| !v.holds_rows(self.rows)) {
            let message = format!("the column `{id}` has not {} rows", self.rows);
            return Err(Error::input("unequal_columns", message)
                .at(id.to_owned())
                .help("give each column, and its validity, one place a row"));
        }
        Ok(())
    }

    /// One row as a case of its own.
    ///
    /// # Errors
    /// None that the door did not report before.
    pub fn case(&self, row: usize) -> Result<Case> {
        let mut case = Case::new(&self.framework);
        for (i, filled) in self.columns.iter().enumerate() {
            let value = match filled {
                Some(Filled::Score { value, se }) => match value.get(row) {
                    Some(v) => {
                        let se = se.as_ref().and_then(|s| s.get(row));
                        MeasureValue::Known(Estimate::new(v, se, None, Origin::Given)?)
                    }
                    None => continue,
                },
                Some(Filled::Category { codes, valid, category }) if known(valid, row) => {
                    let place = codes.get(row).and_then(|c| category.get(c).copied().flatten());
                    match (self.framework.measure(MeasureId(i)).map(|m| &m.kind), place) {
                        (Some(MeasureKind::Category(names)), Some(place)) => {
                            let name = names.get(place).cloned().unwrap_or_default();
                            MeasureValue::Category(name, Origin::Given)
                        }
                        _ => continue,
                    }
                }
                _ => continue,
            };
            case.put(&self.framework, MeasureId(i), value)?;
        }
        Ok(case)
    }

    /// The value of one row and its standard error, 0 where it has none.
    pub(super) fn estimate(&self, m: MeasureId, row: usize) -> Option<(f64, f64)> {
        match self.filled(m)? {
            Filled::Score { value, se } => {
                Some((value.get(row)?, se.as_ref().and_then(|s| s.get(row)).unwrap_or_default()))
            }
            Filled::Category { .. } => None,
        }
    }

    /// The category of one row.
    pub(super) fn category_of(&self, m: MeasureId, row: usize) -> Option<usize> {
        match self.filled(m)? {
            Filled::Category { codes, valid, category } if known(valid, row) => {
                category.get(codes.get(row)?).copied().flatten()
            }
            _ => None,
        }
    }
}

impl Numbers<'_> {
    /// The numbers of the tile that begins at `row`; `pad` holds a last one that is not full.
    #[inline(always)]
    pub(super) fn tile<'t, const N: usize>(&'t self, row: usize, pad: &'t mut [f64; N]) -> &'t [f64; N] {
        let rest = self.values.get(row..).unwrap_or_default();
        if let Some(full) = rest.first_chunk() {
            return full;
        }
        for (into, from) in pad.iter_mut().zip(rest) {
            *into = *from;
        }
        pad
    }

    /// Which of the 64 rows from `row` on have a number.
    #[inline]
    pub(super) fn known(&self, row: usize, rows: usize) -> u64 {
        word(&self.valid, row, rows)
    }
}

/// The first row whose value or standard error no case would take.
fn first_bad(value: &Numbers<'_>, se: Option<&Numbers<'_>>, lo: f64, hi: f64) -> Option<usize> {
    let rows = value.values.len();
    let mut pads = [[0.0; WORD]; 2];
    let [a, b] = &mut pads;
    (0..rows).step_by(WORD).find_map(|row| {
        let known = value.known(row, rows);
        let out = bits::mask(value.tile(row, a), |v| !(v >= lo && v <= hi && v.is_finite()));
        let bad_se =
            se.map_or(0, |se| bits::mask(se.tile(row, b), |s| !(s >= 0.0 && s.is_finite())) & se.known(row, rows));
        let bad = (out | bad_se) & known;
        (bad != 0).then(|| row + bad.trailing_zeros() as usize)
    })
}

//! The keys of answers: which units and waves have a name, and which column of a table holds what.

use super::instrument::Instrument;
use super::instrument_read::RESERVED;
use super::table::shown;
use crate::error::{Error, Result, nearest, suggest};

/// What a key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// A unit.
    Unit,
    /// A wave.
    Wave,
}

impl KeyKind {
    fn what(self) -> &'static str {
        match self {
            KeyKind::Unit => "unit",
            KeyKind::Wave => "wave",
        }
    }

    /// The refusal of a cell without a key.
    pub(crate) fn missing(self) -> Error {
        let what = self.what();
        let code = if self == KeyKind::Unit { "missing_unit" } else { "missing_wave" };
        Error::input(code, format!("the {what} is missing")).help(format!("say which {what} it is, or drop the row"))
    }

    fn bad(self, shown: &str, help: &str) -> Error {
        let code = if self == KeyKind::Unit { "bad_unit" } else { "bad_wave" };
        Error::input(code, format!("{shown} is not the name of a {}", self.what())).help(help)
    }

    /// Refuses what is no name.
    pub(crate) fn check(self, text: &str) -> Result<()> {
        if text.trim().is_empty() {
            return Err(self.missing());
        }
        if text.len() > 255 || text.chars().any(char::is_control) {
            return Err(self.bad(&shown(text), "give at most 255 bytes without control characters"));
        }
        Ok(())
    }

    /// A whole number as a name.
    pub(crate) fn number(self, x: f64) -> Result<String> {
        key_of_number(x).ok_or_else(|| self.bad(&format!("`{x}`"), "give text or whole numbers"))
    }
}

/// A whole number in digits.
pub(crate) fn key_of_number(x: f64) -> Option<String> {
    // Beyond 2^53 neighbouring whole numbers are one float, so that two keys would become one.
    (x.fract() == 0.0 && x.abs() <= 9_007_199_254_740_992.0).then(|| format!("{x:.0}"))
}

/// The refusal of a person who answers twice.
pub(crate) fn duplicate_respondent(person: &str) -> Error {
    let message = format!("respondent {} answers twice in one wave", shown(person));
    Error::input("duplicate_respondent", message).help("keep one row a respondent and wave")
}

/// Which columns of a table mean what, and how strictly the others are taken.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerColumns {
    /// The column of units.
    pub unit: String,
    /// The column of waves; `None` takes `wave` when it is there.
    pub wave: Option<String>,
    /// The column of weights, with which people are counted instead of each as one; `None` counts people.
    pub weight: Option<Weight>,
    /// Whether a column that is neither an item nor known is an error (`unknown_item`) or left out and named.
    pub strict: bool,
}

impl AnswerColumns {
    /// The contract's names: `unit`, `wave` when it is there.
    pub fn standard(strict: bool) -> AnswerColumns {
        AnswerColumns { unit: "unit".into(), wave: None, weight: None, strict }
    }
}

/// A column of weights, declared as decimal numbers of fixed precision so that their sums are exact.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    /// The column.
    pub column: String,
    /// How many decimals of a weight count, 0 to 9; what lies beyond is rounded, half to even.
    pub decimals: u8,
}

/// The most decimals of a weight.
pub const MAX_DECIMALS: u8 = 9;
/// The largest weight.
pub(crate) const MAX_WEIGHT: f64 = 1e9;

impl Weight {
    /// Refuses a precision that does not exist.
    pub(crate) fn check(&self) -> Result<()> {
        if self.decimals <= MAX_DECIMALS {
            return Ok(());
        }
        let message = format!("weights of {} decimals are not kept", self.decimals);
        Err(Error::input("bad_decimals", message).at("weight").help(format!("give 0 to {MAX_DECIMALS} decimals")))
    }

    /// A weight as a whole number of its last decimals.
    ///
    /// Zero is a weight: the person answered and counts for nothing.
    pub(crate) fn scaled(&self, weight: Option<f64>) -> Result<u64> {
        let Some(w) = weight else {
            return Err(Error::input("missing_weight", "the weight is missing").help("give 0 or drop the row"));
        };
        if !(0.0..=MAX_WEIGHT).contains(&w) {
            let help = format!("weights are numbers from 0 to {MAX_WEIGHT}");
            return Err(Error::input("bad_weight", format!("`{w}` is not a weight")).help(help));
        }
        // At most 10^18, which a float and a 64-bit integer both hold.
        let scaled = (w * 10_f64.powi(i32::from(self.decimals))).round_ties_even();
        if scaled == 0.0 && w > 0.0 {
            let message = format!("the weight `{w}` is zero at {} decimals", self.decimals);
            return Err(
                Error::input("weight_too_small", message).help("declare more decimals, or scale the weights up")
            );
        }
        Ok(scaled as u64)
    }
}

/// The places of the columns of a table of answers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AnswerPlaces {
    pub(crate) unit: usize,
    pub(crate) wave: Option<usize>,
    pub(crate) respondent: Option<usize>,
    pub(crate) weight: Option<usize>,
    /// A column an item, in the order of the instrument.
    pub(crate) items: Vec<usize>,
    /// The names of the columns that are left unread, in the order of the table.
    pub(crate) ignored: Vec<String>,
}

impl AnswerPlaces {
    /// Finds every column of the table `table` that has a meaning and refuses what cannot be taken.
    pub(crate) fn find(
        table: &str,
        names: &[&str],
        instrument: &Instrument,
        columns: &AnswerColumns,
    ) -> Result<AnswerPlaces> {
        let wave = columns.wave.as_deref().unwrap_or("wave");
        let weight = columns.weight.as_ref();
        if let Some(weight) = weight {
            weight.check()?;
        }
        let weight = weight.map(|w| w.column.as_str());
        let keys = [Some(columns.unit.as_str()), Some(wave), weight];
        for (k, name) in keys.iter().enumerate() {
            let Some(name) = name else { continue };
            let what = if instrument.item(name).is_some() { "an item" } else { "a key" };
            if what == "an item" || keys.iter().skip(k + 1).any(|other| other == &Some(*name)) {
                let message = format!("column `{name}` is {what} and cannot be unit, wave or weight as well");
                return Err(Error::input("column_used_twice", message).at(table).help("name another column"));
            }
        }
        let known = |name: &str| keys.contains(&Some(name)) || name == "respondent" || instrument.item(name).is_some();
        let mut ignored = Vec::new();
        for name in names.iter().filter(|n| !known(n)) {
            if !instrument.ignore().iter().any(|i| i == name) {
                refuse(table, name, instrument, columns.strict)?;
            }
            ignored.push((*name).to_owned());
        }
        let place = |name: &str| names.iter().position(|n| *n == name);
        let needed = |name: &str, help: String| {
            place(name).ok_or_else(|| {
                Error::input("missing_column", format!("there is no column {}", shown(name))).at(table).help(help)
            })
        };
        let similar = |name: &str| suggest(name, names.iter().copied());
        let unit_help = match similar(&columns.unit) {
            s if s.is_empty() || !columns.strict => "name the column that holds the unit".to_owned(),
            s => s,
        };
        Ok(AnswerPlaces {
            unit: needed(&columns.unit, unit_help)?,
            wave: match &columns.wave {
                Some(wave) => Some(needed(wave, similar(wave))?),
                None => place(wave),
            },
            respondent: place("respondent"),
            weight: weight.map(|w| needed(w, similar(w))).transpose()?,
            items: instrument
                .items()
                .iter()
                .map(|item| place(&item.id).ok_or_else(|| missing_item(table, &item.id, names, instrument)))
                .collect::<Result<_>>()?,
            ignored,
        })
    }
}

/// Refuses a column that is not known, unless it may be left out.
fn refuse(table: &str, name: &str, instrument: &Instrument, strict: bool) -> Result<()> {
    let at = format!("{table}, column {name}");
    if name == "weight" {
        return Err(Error::input("weights_unsupported", "people are counted here, not weighed")
            .at(at)
            .help("drop the column, add `weight` to `ignore` in the instrument, or tally with it as the weight"));
    }
    if !strict {
        return Ok(());
    }
    let near = suggest(name, instrument.items().iter().map(|i| i.id.as_str()).chain(RESERVED));
    let help =
        if near.starts_with("did you mean") { near } else { "drop it, or add it to `ignore` in the instrument".into() };
    let message = format!("column {} is not an item of `{}`", shown(name), instrument.id());
    Err(Error::input("unknown_item", message).at(at).help(help))
}

fn missing_item(table: &str, item: &str, names: &[&str], instrument: &Instrument) -> Error {
    let others = names.iter().copied().filter(|n| instrument.item(n).is_none());
    Error::input("missing_item", format!("item `{item}` has no column")).at(table).help(match nearest(item, others) {
        Some(near) => format!("did you mean `{near}`"),
        None => "add the column, with empty cells where nobody was asked".to_owned(),
    })
}

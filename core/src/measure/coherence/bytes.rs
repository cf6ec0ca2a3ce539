//! The byte form of counted decisions: canonical JSON, so that equal states give equal bytes.

use super::counts::{Counts, DecisionCounts, Joint, MAX_COUNT, Place, Told};
use crate::error::{Error, Result};
use crate::evidence::Pressure;
use crate::json;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

const FORM: &str = "colead decision counts";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    form: String,
    version: u32,
    cells: Vec<Cell>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cell {
    unit: String,
    layer: String,
    wave: Option<String>,
    pressure: Option<String>,
    experiment: bool,
    decisions: u64,
    judged: u64,
    reversed: (u64, u64),
    reworked: (u64, u64),
    contested: u64,
    codings: Vec<([u32; 3], u64)>,
    pairs: Vec<(String, String, Joint)>,
}

impl DecisionCounts {
    /// The canonical bytes: JSON in which equal states are equal texts.
    pub fn to_bytes(&self) -> Vec<u8> {
        let cells = self.cells().map(|(place, c)| Cell {
            unit: place.unit.clone(),
            layer: place.layer.clone(),
            wave: place.wave.clone(),
            pressure: place.pressure.map(|p| p.as_str().to_owned()),
            experiment: place.experiment,
            decisions: c.decisions,
            judged: c.judged,
            reversed: (c.reversed.told, c.reversed.yes),
            reworked: (c.reworked.told, c.reworked.yes),
            contested: c.contested,
            codings: c.codings.iter().map(|(codes, n)| (*codes, *n)).collect(),
            pairs: c.pairs.iter().map(|((a, b), n)| (a.clone(), b.clone(), *n)).collect(),
        });
        let form = Form { form: FORM.to_owned(), version: VERSION, cells: cells.collect() };
        // Texts, whole numbers and lists always have a JSON form.
        serde_json::to_value(form).map(|v| json::canonical(&v).into_bytes()).unwrap_or_default()
    }

    /// Reads what [`DecisionCounts::to_bytes`] wrote.
    ///
    /// # Errors
    /// `bad_state` for anything else: other bytes, another version, numbers that contradict one another.
    pub fn from_bytes(bytes: &[u8]) -> Result<DecisionCounts> {
        let form: Form = serde_json::from_slice(bytes).map_err(|e| bad(&format!("it does not read as one: {e}")))?;
        if form.form != FORM || form.version != VERSION {
            return Err(bad(&format!("`{}` {} is not `{FORM}` {VERSION}", form.form, form.version)));
        }
        let mut out = DecisionCounts::new();
        for cell in form.cells {
            let (place, counts) = cell.read()?;
            out.cells.insert(place, counts);
        }
        // One state has one form; a repeated place, pair or coding, or another order, is refused here.
        if out.to_bytes() != bytes {
            return Err(bad("it is not in canonical form"));
        }
        Ok(out)
    }

    /// A SHA-256 of the canonical bytes, in hexadecimal.
    pub fn digest(&self) -> String {
        Sha256::digest(self.to_bytes()).iter().map(|b| format!("{b:02x}")).collect()
    }
}

impl Cell {
    fn read(self) -> Result<(Place, Counts)> {
        let pressure = match &self.pressure {
            None => None,
            Some(word) => Some(Pressure::parse(word).ok_or_else(|| bad(&format!("unknown pressure `{word}`")))?),
        };
        let told = |(told, yes): (u64, u64)| Told { told, yes };
        let counts = Counts {
            decisions: self.decisions,
            judged: self.judged,
            reversed: told(self.reversed),
            reworked: told(self.reworked),
            contested: self.contested,
            codings: self.codings.into_iter().collect(),
            pairs: self.pairs.into_iter().map(|(a, b, n)| ((a, b), n)).collect(),
        };
        counts.consistent().ok_or_else(|| bad(&format!("the counts of `{}` contradict one another", self.unit)))?;
        let place =
            Place { unit: self.unit, layer: self.layer, wave: self.wave, pressure, experiment: self.experiment };
        Ok((place, counts))
    }
}

impl Counts {
    /// Whether some decisions could have given these counts, as far as sums tell.
    fn consistent(&self) -> Option<()> {
        let touched = |name: &String| -> u64 {
            let own = self.pairs.get(&(name.clone(), name.clone())).copied().unwrap_or_default();
            own.iter().fold(0_u64, |sum, n| sum.saturating_add(*n))
        };
        let mut most: BTreeMap<&String, u64> = BTreeMap::new();
        for (a, b) in self.pairs.keys() {
            most.entry(a).or_insert_with(|| touched(a));
            most.entry(b).or_insert_with(|| touched(b));
        }
        let pairs = self.pairs.iter().all(|((a, b), n)| {
            let met = n.iter().fold(0_u64, |sum, x| sum.saturating_add(*x));
            let own = a == b && (n.get(1), n.get(2)) == (Some(&0), Some(&0));
            let bound = most.get(a).copied().unwrap_or(0).min(most.get(b).copied().unwrap_or(0));
            a <= b && met > 0 && met <= bound && met <= self.judged && (a != b || own)
        });
        let told = |t: Told| t.yes <= t.told && t.told <= self.decisions;
        let fine = self.decisions > 0
            && self.decisions <= MAX_COUNT
            && self.judged <= self.decisions
            && self.contested <= MAX_COUNT
            && told(self.reversed)
            && told(self.reworked)
            && self.codings.iter().all(|(codes, n)| {
                let coders = codes.iter().fold(0_u32, |sum, c| sum.saturating_add(*c));
                *n > 0 && *n <= MAX_COUNT && (2..=1_000_000).contains(&coders)
            });
        (fine && pairs).then_some(())
    }
}

fn bad(why: &str) -> Error {
    Error::input("bad_state", format!("this is no state of counted decisions: {why}"))
        .at("state")
        .help("give the bytes that `to_bytes` wrote")
}

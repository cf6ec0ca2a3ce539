//! How two scales go together between units when no person answers for both: half of a unit's members give the one,
//! the other half the other, so that a person's mood or habit cannot make the link (Ostroff, Kinicki and Clark 2002).

use crate::dice::{Dice, Stream};
use crate::error::{Error, Result, suggest};
use crate::evidence::{Instrument, Responses};
use crate::measure::ordinal::pearson;
use crate::measure::respondents::Respondents;
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::value::Absence;
use crate::num::sum;

/// The link of two scales between units.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitSample {
    /// The correlation of unit means when the same people give both: what one source can inflate.
    pub same_source: std::result::Result<f64, Absence>,
    /// The mean correlation over random halves, each half giving one scale.
    pub split: std::result::Result<f64, Absence>,
    /// Units with two or more people who have both scores.
    pub units: u64,
    /// Their people.
    pub people: u64,
}

/// Compares the link of scales `x` and `y` between the units of a wave with that of split halves, over `splits`
/// seeded splits.
///
/// # Errors
/// `instrument_mismatch`, `unknown_scale`.
pub fn split_sample(
    responses: &Responses,
    instrument: &Instrument,
    wave: &str,
    (x, y): (&str, &str),
    (splits, seed): (u32, u64),
) -> Result<SplitSample> {
    let people = Respondents::new(responses, instrument)?;
    let scales = &people.layout.scales;
    let find = |id: &str| {
        let found = scales.iter().enumerate().find(|(_, s)| s.id == id);
        found.map(|(i, s)| (i, people.layout.missing_rule.needed(s.items.len()))).ok_or_else(|| {
            let help = suggest(id, scales.iter().map(|s| s.id.as_str()));
            Error::input("unknown_scale", format!("unknown scale `{id}`")).at("scale").help(help)
        })
    };
    let ((ix, nx), (iy, ny)) = (find(x)?, find(y)?);
    let mut units: Vec<Vec<(f64, f64)>> = people
        .by_unit()
        .into_iter()
        .filter(|((w, _), _)| *w == wave)
        .map(|(_, rows)| rows.iter().filter_map(|r| people.score(*r, ix, nx).zip(people.score(*r, iy, ny))).collect())
        .filter(|scores: &Vec<(f64, f64)>| scores.len() > 1)
        .collect();
    let few = Absence::TooFew { n: units.len() as u64, need: 3 };
    let of = |parts: &mut dyn Iterator<Item = (f64, f64)>| {
        let (x, y): (Vec<Option<f64>>, Vec<Option<f64>>) = parts.map(|(x, y)| (Some(x), Some(y))).unzip();
        if x.len() < 3 { Err(few.clone()) } else { pearson(&x, &y) }
    };
    let mean = |part: &[(f64, f64)], side: fn(&(f64, f64)) -> f64| sum(part.iter().map(side)) / part.len() as f64;
    let same_source = of(&mut units.iter().map(|u| (mean(u, |p| p.0), mean(u, |p| p.1))));
    let mut dice = Dice::new(seed, Stream::Split);
    let mut found = Vec::new();
    for _ in 0..splits {
        for unit in &mut units {
            dice.shuffle(unit);
        }
        // Of an odd number the middle one falls to either side.
        let halves = units.iter().map(|u| {
            let turn = usize::from(u.len() % 2 == 1 && dice.chance(0.5));
            let (a, b) = u.split_at(u.len() / 2 + turn);
            (mean(a, |p| p.0), mean(b, |p| p.1))
        });
        let halves: Vec<(f64, f64)> = halves.collect();
        found.extend(of(&mut halves.into_iter()));
    }
    let split = match found.len() {
        0 => Err(same_source.clone().err().unwrap_or(Absence::NotAsked)),
        n => Ok(sum(found) / n as f64),
    };
    let people = units.iter().map(|u| u.len() as u64).sum();
    Ok(SplitSample { same_source, split, units: units.len() as u64, people })
}

/// The comparison as rows about the pair `x - y`: `correlation_of_units`, variants `same_source` and `split_sample`; `n` is
/// the number of people.
pub fn split_sample_rows(found: &SplitSample, wave: &str, (x, y): (&str, &str)) -> Vec<ScaleRow> {
    let id = format!("{x} - {y}");
    let place = Place { wave, unit: None, kind: Kind::Pair, id: &id };
    let row = |variant, value: &std::result::Result<f64, Absence>| {
        place.row("correlation_of_units", variant, "respondents", found.people, value.clone())
    };
    vec![row("same_source", &found.same_source), row("split_sample", &found.split)]
}

//! Scale and item scores read from a tally.
//!
//! A person's score is the mean of the items they answered, when the missing rule is met; a unit's mean is the
//! mean of its persons' scores. `mean` and `variance` are in scale points, `score` is rescaled to 0-100
//! (`100 (mean − lo)/(hi − lo)`).

use crate::error::{Error, Result, suggest};
use crate::evidence::MissingRule;
use crate::measure::aggregation::interval::{Posterior, Shrinkage, UnitMean};
use crate::measure::math::distribution::t95;
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::value::Absence;
use crate::num::{sqrt, sum};
use crate::tally::state::{PairSums, Sums};
use crate::tally::{Key, ScaleShape, Tally};

/// The number of members of a unit, where it is known.
pub type Sizes<'a> = dyn Fn(&str) -> Option<u64> + 'a;

/// How a tally is read.
#[derive(Clone, Copy, Default)]
pub struct Reading<'a> {
    /// How many answers a score needs; the instrument's rule when `None`.
    pub missing_rule: Option<MissingRule>,
    /// The number of members of a unit, for the census.
    pub sizes: Option<&'a Sizes<'a>>,
}

impl Reading<'_> {
    pub(crate) fn needed(&self, tally: &Tally, items: usize) -> usize {
        self.missing_rule.unwrap_or(tally.layout().missing_rule).needed(items)
    }
}

/// The persons' scores of one unit, in steps from 0.
///
/// The squares are taken exactly within each number of answered items and joined without cancellation, so that
/// equal scores have a variance of exactly zero.
pub(crate) fn person_scores(sums: &Sums, needed: usize) -> Option<UnitMean> {
    join(sums.0.iter().filter(|(a, _)| usize::from(*a) >= needed).map(|(a, [n, s, ss])| {
        let (a, n) = (f64::from(*a), *n);
        Group { n, mean: *s as f64 / (n as f64 * a), squares: centered(n, *s, *ss) / (n as f64 * a * a) }
    }))
}

/// `nΣs² − (Σs)²`, exact up to the float that it becomes.
fn centered(n: u64, sum: u64, squares: u64) -> f64 {
    match (n.checked_mul(squares), sum.checked_mul(sum)) {
        (Some(left), Some(right)) if left >= right => (left - right) as f64,
        _ => (u128::from(n) * u128::from(squares) - u128::from(sum) * u128::from(sum)) as f64,
    }
}

struct Group {
    n: u64,
    mean: f64,
    squares: f64,
}

fn join(groups: impl Iterator<Item = Group> + Clone) -> Option<UnitMean> {
    let first = groups.clone().next()?;
    let n = sum(groups.clone().map(|g| g.n as f64));
    // Around the first mean, so that equal means stay equal.
    let mean = first.mean + sum(groups.clone().map(|g| g.n as f64 * (g.mean - first.mean))) / n;
    let squares = sum(groups.clone().map(|g| g.squares + g.n as f64 * (g.mean - mean) * (g.mean - mean)));
    Some(UnitMean { mean, n: groups.map(|g| g.n).sum(), squares })
}

/// The units of one wave that have a score on a scale, in the order of the tally.
pub(crate) fn unit_means<'a>(
    tally: &'a Tally,
    wave: &str,
    scale: usize,
    needed: usize,
) -> Vec<(&'a Key, Option<UnitMean>)> {
    tally.sums(wave, scale).map(|(key, sums)| (key, person_scores(&sums, needed))).collect()
}

/// Scores of every unit on every scale, with the instrument's missing rule.
///
/// Rows a wave, unit and scale: `mean` and `variance` in points and `score` on 0-100 of those who answered
/// (estimand `respondents`, standard error of a mean of independent persons); then `score` with 95 % intervals for
/// the `process` and, when `sizes` knows the unit, the `census`, by empirical Bayes (variant `empirical_bayes`) or,
/// when nothing can be pooled, from the unit alone (variant `unit_mean`); see [`Shrinkage`].
pub fn scores(tally: &Tally, sizes: Option<&Sizes<'_>>) -> Vec<ScaleRow> {
    scores_with(tally, &Reading { missing_rule: None, sizes })
}

/// As [`scores`], with a missing rule of the reader's choice.
pub fn scores_with(tally: &Tally, reading: &Reading<'_>) -> Vec<ScaleRow> {
    let mut rows = Vec::new();
    for wave in tally.waves() {
        for (index, scale) in tally.layout().scales.iter().enumerate() {
            let units = unit_means(tally, wave, index, reading.needed(tally, scale.items.len()));
            let known: Vec<UnitMean> = units.iter().filter_map(|(_, m)| *m).collect();
            let pool = Shrinkage::fit(&known);
            for (key, unit) in units {
                let place = Place { wave, unit: Some(&key.unit), kind: Kind::Scale, id: &scale.id };
                let size = reading.sizes.and_then(|s| s(&key.unit));
                rows.extend(respondent_rows(place, scale, unit));
                rows.extend(level_rows(place, unit, 100.0 / scale.top() as f64, pool.as_ref(), size));
            }
        }
    }
    sort_by_unit(&mut rows);
    rows
}

/// Rows in the order wave, unit, scale, whatever order they were made in.
fn sort_by_unit(rows: &mut [ScaleRow]) {
    rows.sort_by(|a, b| (&a.wave, &a.unit, &a.scale).cmp(&(&b.wave, &b.unit, &b.scale)));
}

/// The `score` of those who answered, of every unit on every scale: the rows of [`scores`] that tell no more.
pub(crate) fn respondent_scores(tally: &Tally) -> Vec<ScaleRow> {
    let reading = Reading::default();
    let mut rows = Vec::new();
    for wave in tally.waves() {
        for (index, scale) in tally.layout().scales.iter().enumerate() {
            for (key, unit) in unit_means(tally, wave, index, reading.needed(tally, scale.items.len())) {
                let place = Place { wave, unit: Some(&key.unit), kind: Kind::Scale, id: &scale.id };
                let [_, _, score] = respondent_rows(place, scale, unit);
                rows.push(score);
            }
        }
    }
    sort_by_unit(&mut rows);
    rows
}

/// What those who answered say: mean and variance in points, and the score.
fn respondent_rows(place: Place<'_>, scale: &ScaleShape, unit: Option<UnitMean>) -> [ScaleRow; 3] {
    let n = unit.map_or(0, |u| u.n);
    let too_few = |need| Absence::TooFew { n, need };
    let factor = 100.0 / scale.top() as f64;
    let variance = unit.filter(|u| u.n > 1).map(|u| u.squares / (u.n as f64 - 1.0));
    let se = variance.map(|v| sqrt(v / n as f64));
    let mean = unit.map(|u| u.mean).ok_or(too_few(1));
    let points = mean.clone().map(|m| scale.lo as f64 + m);
    let score = mean.map(|m| m * factor);
    [
        place.row("mean", "points", "respondents", n, points).with(se, None),
        place.row("variance", "points", "respondents", n, variance.ok_or(too_few(2))),
        place.row("score", "rescaled", "respondents", n, score).with(se.map(|s| s * factor), None),
    ]
}

/// A unit's `process` and `census` on 0-100, from its mean in points above the lowest times `factor`.
pub(crate) fn level_rows(
    place: Place<'_>,
    unit: Option<UnitMean>,
    factor: f64,
    pool: Option<&Shrinkage>,
    size: Option<u64>,
) -> [ScaleRow; 2] {
    let n = unit.map_or(0, |u| u.n);
    [("process", None), ("census", Some(size))].map(|(estimand, size)| {
        let (Some(unit), true) = (unit, size != Some(None)) else {
            let why = if unit.is_none() { Absence::TooFew { n, need: 1 } } else { Absence::NotAsked };
            let variant = if pool.is_some() { "empirical_bayes" } else { "unit_mean" };
            return place.row("score", variant, estimand, n, Err(why));
        };
        let size = size.flatten();
        match pool {
            Some(pool) => {
                let level = size.map_or_else(|| pool.process(&unit), |size| pool.census(&unit, size));
                let ends = ((level.lower() * factor).max(0.0), (level.upper() * factor).min(100.0));
                let row = place.row("score", "empirical_bayes", estimand, n, Ok(level.value() * factor));
                row.with(Some(level.sd() * factor), Some(ends))
            }
            None => {
                let f = size.map_or(0.0, |s| if s <= n { 1.0 } else { n as f64 / s as f64 });
                // No variance seen among a few is not certainty: then there is no interval. Everybody's answer is.
                let se = (n > 1).then(|| sqrt(unit.squares / (n as f64 - 1.0) / n as f64)).filter(|s| *s > 0.0);
                let se = se.map(|s| s * sqrt(1.0 - f) * factor);
                let se = if f == 1.0 { Some(0.0) } else { se };
                let value = unit.mean * factor;
                let t = if n > 1 { t95(n as f64 - 1.0) } else { 0.0 };
                let ends = se.map(|s| ((value - t * s).max(0.0), (value + t * s).min(100.0)));
                place.row("score", "unit_mean", estimand, n, Ok(value)).with(se, ends)
            }
        }
    })
}

/// The levels of peers told from these alone: given the rows of estimand `respondents` of units of one wave on one
/// scale, their rows of estimand `process` and `census`; each by itself unless they are `pooled`.
pub(crate) fn levels_among(peers: &[&ScaleRow], size: &Sizes<'_>, pooled: bool) -> Vec<ScaleRow> {
    let mean = |row: &ScaleRow| {
        let (n, se) = (row.n as f64, row.se.unwrap_or(0.0));
        Some(UnitMean { mean: row.value?, n: row.n, squares: se * se * n * (n - 1.0) })
    };
    let known: Vec<UnitMean> = peers.iter().filter_map(|r| mean(r)).collect();
    let pool = if pooled { Shrinkage::fit(&known) } else { None };
    let told = |row: &&ScaleRow| {
        let unit = row.unit.as_deref();
        let place = Place { wave: row.wave.as_deref().unwrap_or(""), unit, kind: row.kind, id: &row.scale };
        level_rows(place, mean(row), 1.0, pool.as_ref(), unit.and_then(size))
    };
    peers.iter().flat_map(told).collect()
}

/// The posterior of every unit of one wave on one scale, on 0-100, for P(true > c); `None` where nothing can be
/// pooled or the unit has no score. With `sizes` the estimand is the census, else the process.
///
/// # Errors
/// `unknown_scale`.
pub fn posteriors(
    tally: &Tally,
    wave: &str,
    scale: &str,
    reading: &Reading<'_>,
) -> Result<Vec<(String, Option<Posterior>)>> {
    let (index, shape) = find_scale(tally, scale)?;
    let factor = 100.0 / shape.top() as f64;
    let rescale = |u: UnitMean| UnitMean { mean: u.mean * factor, n: u.n, squares: u.squares * factor * factor };
    let units: Vec<(&Key, Option<UnitMean>)> = unit_means(tally, wave, index, reading.needed(tally, shape.items.len()))
        .into_iter()
        .map(|(key, unit)| (key, unit.map(rescale)))
        .collect();
    let known: Vec<UnitMean> = units.iter().filter_map(|(_, m)| *m).collect();
    let pool = Shrinkage::fit(&known);
    let level = |key: &Key, unit: UnitMean| {
        let pool = pool.as_ref()?;
        match reading.sizes {
            None => Some(pool.process(&unit)),
            Some(sizes) => sizes(&key.unit).map(|size| pool.census(&unit, size)),
        }
    };
    Ok(units.into_iter().map(|(key, unit)| (key.unit.clone(), unit.and_then(|u| level(key, u)))).collect())
}

/// The fewest people with a score from whom probabilities are told (basis: simulation, docs/calibration.md).
const FOR_PROBABILITY: u64 = 100;

/// The probability that a unit's true score lies above `cut` (0-100), for every scale, a wave: `probability_above` of the
/// `process` and, where `reading.sizes` knows the unit, of the `census`, from [`posteriors`]. Below 100 people with a score
/// it is `too_few`: how far units differ is then hardly known, and the probabilities were off by .04 in simulation.
pub fn probability_above(tally: &Tally, cut: f64, reading: &Reading<'_>) -> Vec<ScaleRow> {
    let mut rows = Vec::new();
    for wave in tally.waves() {
        for (index, scale) in tally.layout().scales.iter().enumerate() {
            let units = unit_means(tally, wave, index, reading.needed(tally, scale.items.len()));
            let known: Vec<UnitMean> = units.iter().filter_map(|(_, m)| *m).collect();
            let people = known.iter().map(|u| u.n).sum();
            let pool = match Shrinkage::fit(&known) {
                Some(_) if people < FOR_PROBABILITY => Err(Absence::TooFew { n: people, need: FOR_PROBABILITY }),
                Some(pool) => Ok(pool),
                None => Err(Absence::Undefined("there is nothing to pool units by")),
            };
            let step = cut * scale.top() as f64 / 100.0;
            for (key, unit) in units {
                let place = Place { wave, unit: Some(&key.unit), kind: Kind::Scale, id: &scale.id };
                let n = unit.map_or(0, |u| u.n);
                let unit = unit.ok_or(Absence::TooFew { n, need: 1 });
                let of = |level: &dyn Fn(&Shrinkage, &UnitMean) -> Posterior| {
                    let (pool, unit) = (pool.as_ref().map_err(Absence::clone)?, unit.as_ref().map_err(Absence::clone)?);
                    Ok(level(pool, unit).probability_above(step))
                };
                let mut push = |estimand, value| {
                    rows.push(place.row("probability_above", "empirical_bayes", estimand, n, value));
                };
                push("process", of(&|pool, unit| pool.process(unit)));
                if let Some(size) = reading.sizes.and_then(|s| s(&key.unit)) {
                    push("census", of(&|pool, unit| pool.census(unit, size)));
                }
            }
        }
    }
    sort_by_unit(&mut rows);
    rows
}

fn find_scale<'a>(tally: &'a Tally, id: &str) -> Result<(usize, &'a ScaleShape)> {
    let scales = &tally.layout().scales;
    scales.iter().enumerate().find(|(_, s)| s.id == id).ok_or_else(|| {
        let help = suggest(id, scales.iter().map(|s| s.id.as_str()));
        Error::input("unknown_scale", format!("unknown scale `{id}`")).at("scale").help(help)
    })
}

/// Item means, variances (in points, as answered, not reversed) and the counts of don't-know and missing.
pub fn items(tally: &Tally) -> Vec<ScaleRow> {
    let layout = tally.layout();
    let mut rows = Vec::new();
    for (key, cell) in tally.cells() {
        for (index, item) in layout.items.iter().enumerate() {
            let place = Place { wave: &key.wave, unit: Some(&key.unit), kind: Kind::Item, id: &item.id };
            let (counts, dont_know) = cell.item(layout, index);
            let moments = Moments::of(counts);
            let n = moments.n;
            let mean = if n > 0 { Ok(item.lo as f64 + moments.mean()) } else { Err(Absence::TooFew { n, need: 1 }) };
            let variance = moments.variance().ok_or(Absence::TooFew { n, need: 2 });
            let se = variance.clone().ok().map(|v| sqrt(v / n as f64));
            rows.push(place.row("mean", "points", "respondents", n, mean).with(se, None));
            rows.push(place.row("variance", "points", "respondents", n, variance));
            rows.push(place.row("dont_know", "count", "respondents", cell.rows, Ok(dont_know as f64)));
            let missing = cell.rows.saturating_sub(n).saturating_sub(dont_know);
            rows.push(place.row("missing", "count", "respondents", cell.rows, Ok(missing as f64)));
        }
    }
    rows
}

/// Exact moments of the answers to an item, in steps from 0.
#[derive(Clone, Copy)]
pub(crate) struct Moments {
    pub(crate) n: u64,
    sum: u128,
    squares: u128,
}

impl Moments {
    pub(crate) fn of(counts: &[u64]) -> Moments {
        let mut m = Moments { n: 0, sum: 0, squares: 0 };
        for (step, count) in (0_u128..).zip(counts) {
            m.n = m.n.saturating_add(*count);
            m.sum += step * u128::from(*count);
            m.squares += step * step * u128::from(*count);
        }
        m
    }

    /// The mean step; meaningful when `n > 0`.
    pub(crate) fn mean(&self) -> f64 {
        self.sum as f64 / self.n as f64
    }

    /// The variance over n − 1, exactly zero when all agree.
    pub(crate) fn variance(&self) -> Option<f64> {
        let n = u128::from(self.n);
        let centered = (n * self.squares).checked_sub(self.sum * self.sum)?;
        (n > 1).then(|| centered as f64 / (n as f64 * (n as f64 - 1.0)))
    }
}

/// The difference `a − b` of two scales that the instrument declares as a pair, a row a wave and unit.
///
/// Persons with a score on both: the mean of their differences of 0-100 scores, its standard error from the paired
/// variance, and a t interval on n − 1; estimand `process`.
///
/// # Errors
/// `unknown_scale`; `undeclared_pair` when the instrument does not declare the pair, in either order.
pub fn difference(tally: &Tally, a: &str, b: &str, reading: &Reading<'_>) -> Result<Vec<ScaleRow>> {
    let ((ia, sa), (ib, sb)) = (find_scale(tally, a)?, find_scale(tally, b)?);
    let pairs = &tally.layout().pairs;
    let index = pairs.iter().position(|p| *p == (ia, ib) || *p == (ib, ia));
    let Some(index) = index else {
        return Err(Error::input("undeclared_pair", format!("`{a}` and `{b}` are not a declared pair"))
            .at("pairs")
            .help("add the pair to `pairs` in the instrument before counting"));
    };
    let turned = pairs.get(index) != Some(&(ia, ib));
    let id = format!("{a} - {b}");
    let needed = (reading.needed(tally, sa.items.len()), reading.needed(tally, sb.items.len()));
    let mut rows = Vec::new();
    for (key, cell) in tally.cells() {
        let place = Place { wave: &key.wave, unit: Some(&key.unit), kind: Kind::Pair, id: &id };
        let found = cell.pairs.get(index).and_then(|sums| paired(sums, (sa, sb), needed, turned));
        let n = found.map_or(0, |u| u.n);
        let value = found.map(|u| u.mean).ok_or(Absence::TooFew { n, need: 1 });
        let se = found.filter(|u| u.n > 1).map(|u| sqrt(u.squares / (u.n as f64 - 1.0) / u.n as f64));
        // As for scores: no spread seen among a few is not certainty.
        let se = se.filter(|s| *s > 0.0);
        let interval = found.zip(se).map(|(u, s)| {
            let half = t95(u.n as f64 - 1.0) * s;
            ((u.mean - half).max(-100.0), (u.mean + half).min(100.0))
        });
        rows.push(place.row("difference", "paired", "process", n, value).with(se, interval));
    }
    Ok(rows)
}

/// The differences of all declared pairs, in the order of the tally's pairs.
pub fn differences(tally: &Tally, reading: &Reading<'_>) -> Vec<ScaleRow> {
    let scale = |i: usize| tally.layout().scales.get(i).map(|s| s.id.as_str());
    let pairs = tally.layout().pairs.iter().filter_map(|(a, b)| Some((scale(*a)?, scale(*b)?)));
    pairs.flat_map(|(a, b)| difference(tally, a, b, reading).unwrap_or_default()).collect()
}

/// Differences of 0-100 scores. With a1, a2 answered and tops k1, k2 a person's difference is
/// `100 (w1 s − w2 t)/(w1 w2')`, w1 = a2 k2 and w2 = a1 k1 natural numbers, so the squares are exact in a group.
fn paired(
    sums: &PairSums,
    scales: (&ScaleShape, &ScaleShape),
    needed: (usize, usize),
    turned: bool,
) -> Option<UnitMean> {
    let groups = sums.0.iter().filter_map(|((a, b), [n, s, t, st, ss, tt])| {
        let ((a, s, ss), (b, t, tt)) = if turned { ((b, t, tt), (a, s, ss)) } else { ((a, s, ss), (b, t, tt)) };
        if usize::from(*a) < needed.0 || usize::from(*b) < needed.1 {
            return None;
        }
        let wide = |x: u64| i128::from(x);
        let (w1, w2) = (i128::from(*b) * wide(scales.1.top()), i128::from(*a) * wide(scales.0.top()));
        let unit = 100.0 / (w1 as f64 * w2 as f64);
        let total = w1 * wide(*s) - w2 * wide(*t);
        let squares = w1 * w1 * wide(*ss) - 2 * w1 * w2 * wide(*st) + w2 * w2 * wide(*tt);
        // Counts near 2^64 do not fit in 128 bits here; then the last bits are given up.
        let centered = match (wide(*n).checked_mul(squares), total.checked_mul(total)) {
            (Some(left), Some(right)) => (left - right) as f64 / *n as f64,
            _ => squares as f64 - total as f64 * (total as f64 / *n as f64),
        };
        Some(Group { n: *n, mean: total as f64 / *n as f64 * unit, squares: centered.max(0.0) * unit * unit })
    });
    join(groups)
}

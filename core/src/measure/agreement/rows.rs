//! Agreement of every unit of a tally, as rows, and how it is spread over units.

use crate::error::Error;
use crate::evidence::{Instrument, Responses};
use crate::measure::agreement::indices::{ItemAgreement, ScaleAgreement, rwg};
use crate::measure::agreement::null::Null;
use crate::measure::respondents::Respondents;
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::summary::{Summary, summarize};
use crate::measure::value::Absence;
use crate::tally::Tally;
use std::collections::BTreeMap;

/// What of agreement is read.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreementOptions {
    /// The null distributions of rwg, rwg(j) and r*wg(j).
    pub nulls: Vec<Null>,
    /// Whether items are reported besides scales.
    pub items: bool,
}

impl Default for AgreementOptions {
    /// All named nulls that have a variance, and the items.
    fn default() -> AgreementOptions {
        AgreementOptions { nulls: Null::NAMED.to_vec(), items: true }
    }
}

/// Agreement of every unit, with [`AgreementOptions::default`].
///
/// Items: `rwg` (variants `uniform_clipped`, `uniform_raw`), `ad_m`, `ad_md` and `awg`. Scales: `rwg_j` (for each
/// null `…_clipped`, of the uniform `uniform_raw` too), `r_star_wg_j` (each null, unclipped), `ad_m`, `ad_md` and
/// `awg` (`mean_of_items`). `n` of a scale is that of its least answered item; below two answers to any item it is
/// `too_few`. Nulls without a published variance for the number of options are left out.
pub fn agreement(tally: &Tally) -> Vec<ScaleRow> {
    agreement_with(tally, &AgreementOptions::default())
}

/// As [`agreement`], of what is asked for.
pub fn agreement_with(tally: &Tally, options: &AgreementOptions) -> Vec<ScaleRow> {
    let layout = tally.layout();
    let nulls = |n: usize| -> Vec<(Null, f64)> {
        options.nulls.iter().filter_map(|null| Some((*null, null.variance(n).ok()?))).collect()
    };
    let of_scales: Vec<Vec<(Null, f64)>> = layout.scales.iter().map(|s| nulls(s.options)).collect();
    let mut rows = Vec::new();
    for (key, cell) in tally.cells() {
        let items: Vec<ItemAgreement> =
            (0..layout.items.len()).map(|i| ItemAgreement::of(cell.item(layout, i).0)).collect();
        if options.items {
            for (shape, item) in layout.items.iter().zip(&items) {
                let place = Place { wave: &key.wave, unit: Some(&key.unit), kind: Kind::Item, id: &shape.id };
                item_rows(&mut rows, place, item, Null::Uniform.variance(shape.options));
            }
        }
        for (shape, nulls) in layout.scales.iter().zip(&of_scales) {
            let place = Place { wave: &key.wave, unit: Some(&key.unit), kind: Kind::Scale, id: &shape.id };
            scale_rows(&mut rows, place, &ScaleAgreement::of(shape.items.iter().filter_map(|i| items.get(*i))), nulls);
        }
    }
    rows
}

fn item_rows(rows: &mut Vec<ScaleRow>, place: Place<'_>, item: &ItemAgreement, null: Result<f64, Absence>) {
    let mut push = |measure, variant, value| rows.push(place.row(measure, variant, "respondents", item.n, value));
    let raw = null.and_then(|null| item.variance.clone().map(|v| rwg(v, null)));
    push("rwg", "uniform_clipped", raw.clone().map(|r| r.max(0.0)));
    push("rwg", "uniform_raw", raw);
    push("ad_m", "item", item.ad_m.clone());
    push("ad_md", "item", item.ad_md.clone());
    push("awg", "item", item.awg.clone());
}

pub(crate) fn scale_rows(rows: &mut Vec<ScaleRow>, place: Place<'_>, scale: &ScaleAgreement, nulls: &[(Null, f64)]) {
    let mut push = |measure, variant, value| rows.push(place.row(measure, variant, "respondents", scale.n, value));
    for (null, variance) in nulls {
        push("rwg_j", null.clipped(), scale.rwg_j_clipped(*variance));
        if *null == Null::Uniform {
            push("rwg_j", null.raw(), scale.rwg_j(*variance));
        }
    }
    for (null, variance) in nulls {
        push("r_star_wg_j", null.as_str(), scale.r_star_wg_j(*variance));
    }
    push("ad_m", "mean_of_items", scale.ad_m.clone());
    push("ad_md", "mean_of_items", scale.ad_md.clone());
    push("awg", "mean_of_items", scale.awg.clone());
}

/// The names of a summary over units: mean, median, SD, least, largest, and units without a value.
struct Names {
    measure: &'static str,
    parts: [&'static str; 6],
}

const RWG_J: Names = Names {
    measure: "rwg_j",
    parts: ["rwg_j_mean", "rwg_j_median", "rwg_j_sd", "rwg_j_min", "rwg_j_max", "rwg_j_absent"],
};
const R_STAR: Names = Names {
    measure: "r_star_wg_j",
    parts: [
        "r_star_wg_j_mean",
        "r_star_wg_j_median",
        "r_star_wg_j_sd",
        "r_star_wg_j_min",
        "r_star_wg_j_max",
        "r_star_wg_j_absent",
    ],
};
const AD_M: Names =
    Names { measure: "ad_m", parts: ["ad_m_mean", "ad_m_median", "ad_m_sd", "ad_m_min", "ad_m_max", "ad_m_absent"] };
const AD_MD: Names = Names {
    measure: "ad_md",
    parts: ["ad_md_mean", "ad_md_median", "ad_md_sd", "ad_md_min", "ad_md_max", "ad_md_absent"],
};
const AWG: Names =
    Names { measure: "awg", parts: ["awg_mean", "awg_median", "awg_sd", "awg_min", "awg_max", "awg_absent"] };

/// How agreement on each scale is spread over the units of a wave: of every measure and variant of [`agreement`] its
/// mean, median, SD, least and largest over units (`rwg_j_mean`, `rwg_j_median`, …), every unit alike, and how many
/// units have none (`rwg_j_absent`); `n` is the number of units with a value.
pub fn agreement_summary(tally: &Tally) -> Vec<ScaleRow> {
    let options = AgreementOptions { items: false, ..AgreementOptions::default() };
    summarize_units(&agreement_with(tally, &options))
}

/// The summary of rows of units, as [`agreement_summary`], in the order of wave, scale and first appearance.
pub fn summarize_units(of_units: &[ScaleRow]) -> Vec<ScaleRow> {
    type Group<'r> = (&'r ScaleRow, Vec<Result<f64, Absence>>);
    let mut groups: BTreeMap<(&str, &str), Vec<Group<'_>>> = BTreeMap::new();
    for row in of_units {
        let own = groups.entry((row.wave.as_deref().unwrap_or(""), &row.scale)).or_default();
        let value = row.value.ok_or(Absence::TooFew { n: row.n, need: 2 });
        match own.iter_mut().find(|(first, _)| (first.measure, first.variant) == (row.measure, row.variant)) {
            Some((_, values)) => values.push(value),
            None => own.push((row, vec![value])),
        }
    }
    let mut rows = Vec::new();
    for ((wave, scale), own) in groups {
        let place = Place { wave, unit: None, kind: Kind::Scale, id: scale };
        for (first, values) in own {
            let names = [&RWG_J, &R_STAR, &AD_M, &AD_MD, &AWG].into_iter().find(|n| n.measure == first.measure);
            if let Some(names) = names {
                summary_rows(&mut rows, place, &names.parts, first.variant, &values);
            }
        }
    }
    rows
}

fn summary_rows(
    rows: &mut Vec<ScaleRow>,
    place: Place<'_>,
    names: &[&'static str; 6],
    variant: &'static str,
    values: &[Result<f64, Absence>],
) {
    let found = summarize(values);
    let units = found.as_ref().map_or(0, |s| s.units);
    let of = |f: &dyn Fn(&Summary) -> Result<f64, Absence>| found.as_ref().map_err(Absence::clone).and_then(f);
    let absent = values.iter().filter(|v| v.is_err()).count() as f64;
    let parts = [
        of(&|s| Ok(s.mean)),
        of(&|s| Ok(s.median)),
        of(&|s| s.sd.ok_or(Absence::TooFew { n: s.units, need: 2 })),
        of(&|s| Ok(s.min)),
        of(&|s| Ok(s.max)),
        Ok(absent),
    ];
    for (name, value) in names.iter().zip(parts) {
        rows.push(place.row(name, variant, "respondents", units, value));
    }
}

/// Agreement on every scale of every unit among those who answered every item of it (listwise, as multilevel 2.7):
/// the scale rows of [`agreement_with`], from rows, for a tally does not know who answered what.
///
/// # Errors
/// `instrument_mismatch`.
pub fn agreement_listwise(
    responses: &Responses,
    instrument: &Instrument,
    options: &AgreementOptions,
) -> Result<Vec<ScaleRow>, Error> {
    let people = Respondents::new(responses, instrument)?;
    let mut rows = Vec::new();
    for ((wave, unit), members) in people.by_unit() {
        for (index, shape) in people.layout.scales.iter().enumerate() {
            let mut counts = vec![vec![0_u64; shape.options]; shape.items.len()];
            for row in &members {
                let steps: Option<Vec<usize>> = people.steps(*row, index).collect();
                for (item, step) in counts.iter_mut().zip(steps.unwrap_or_default()) {
                    if let Some(count) = item.get_mut(step) {
                        *count += 1;
                    }
                }
            }
            let items: Vec<ItemAgreement> = counts.iter().map(|c| ItemAgreement::of(c)).collect();
            let place = Place { wave, unit: Some(unit), kind: Kind::Scale, id: &shape.id };
            let nulls: Vec<(Null, f64)> =
                options.nulls.iter().filter_map(|n| Some((*n, n.variance(shape.options).ok()?))).collect();
            scale_rows(&mut rows, place, &ScaleAgreement::of(&items), &nulls);
        }
    }
    Ok(rows)
}

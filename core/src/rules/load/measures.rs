//! `[measure.x]`: what can be observed, and what values it takes.

use super::{about, names, usable};
use crate::document::{At, Fields};
use crate::rules::model::{Inner, Measure, MeasureId, MeasureKind, ScaleBinding};
use std::collections::HashSet;

const READS: &[&str] = &["percent_of_range", "total", "ad_m"];

pub(super) fn read_measures(inner: &mut Inner, file: &Fields<'_>) {
    for (id, at) in file.get("measure").and_then(|a| a.entries()).unwrap_or_default() {
        if !usable(&at, id) {
            continue;
        }
        let Some(f) = at.fields(&[
            "score",
            "title",
            "category",
            "asks",
            "whom",
            "about",
            "unit",
            "scale",
            "minus",
            "instrument",
            "reads",
            "actionable",
            "step",
            "concepts",
            "note",
        ]) else {
            continue;
        };
        let kind = match (f.get("score"), f.get("category")) {
            (Some(a), None) => {
                let range: Vec<f64> = a.list().unwrap_or_default().iter().filter_map(At::number).collect();
                match range[..] {
                    [lo, hi] if lo < hi && (hi - lo).is_finite() => MeasureKind::Score { lo, hi },
                    _ => {
                        a.error(
                            "bad_range",
                            format!("the range of `{id}` is not [smallest, largest]"),
                            "such as [0, 1]",
                        );
                        continue;
                    }
                }
            }
            (None, Some(a)) => {
                let names = names(&a);
                let distinct: HashSet<&String> = names.iter().collect();
                if names.len() < 2 || distinct.len() != names.len() || names.len() > 64 {
                    let help = "such as [\"early\", \"late\"]";
                    a.error("bad_categories", format!("`{id}` needs 2 to 64 distinct categories"), help);
                    continue;
                }
                MeasureKind::Category(names)
            }
            _ => {
                let help = "give one of them, such as `score = [0, 1]`";
                at.error("missing_key", format!("`{id}` needs either `score` or `category`"), help);
                continue;
            }
        };
        let scale = f.get("scale").and_then(|a| a.id()).map(|scale| ScaleBinding {
            scale: scale.to_owned(),
            minus: f.get("minus").and_then(|a| a.id()).map(str::to_owned),
            instrument: f.get("instrument").and_then(|a| a.id()).map(str::to_owned),
            reads: f.get("reads").and_then(|a| a.text()).unwrap_or("percent_of_range").to_owned(),
        });
        if let Some((a, reads)) = f.get("reads").and_then(|a| Some((a.clone(), a.text()?)))
            && !READS.contains(&reads)
        {
            a.error(
                "unknown_name",
                format!("unknown way `{reads}` to read a scale"),
                a.suggest(reads, READS.iter().copied()),
            );
        }
        let step = f.get("step").and_then(|a| Some((a.number()?, a)));
        if let Some((s, a)) = &step
            && *s <= 0.0
        {
            a.error(
                "out_of_range",
                format!("the step `{s}` is not above zero"),
                "give the smallest change worth naming",
            );
        }
        let about = about(&f);
        let next = MeasureId(inner.measures.len());
        if inner.measure_index.insert(id.to_owned(), next).is_some() {
            at.error("duplicate_id", format!("the measure `{id}` is declared twice"), "keep one of them");
        }
        inner.measures.push(Measure {
            id: id.to_owned(),
            title: f.text_or_empty("title"),
            kind,
            asks: f.text_or_empty("asks"),
            whom: f.text_or_empty("whom"),
            about,
            unit: f.text_or_empty("unit"),
            scale,
            actionable: f.get("actionable").and_then(|a| a.boolean()).unwrap_or(true),
            step: step.map(|(s, _)| s),
            concepts: f.get("concepts").map(|a| inner.catalogue.known_concepts(&a)).unwrap_or_default(),
            mark: at.mark(),
        });
    }
}

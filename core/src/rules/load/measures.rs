//! `[measure.x]`: what can be observed, and what values it takes.

use super::levers::{COUNTS, read_counts};
use super::sets::read_set;
use super::{ABOUT_WORDS, CONCEPTS, about, names, usable};
use crate::document::{At, Fields};
use crate::grammar::{Key, Shape, words};
use crate::rules::model::{Inner, Level, Measure, MeasureId, MeasureKind, Role, ScaleBinding};
use std::collections::HashSet;

const READS: &[(&str, ())] = &[("percent_of_range", ()), ("total", ()), ("ad_m", ())];
const LEVELS: &[(&str, Level)] = &[("group", Level::Group), ("person", Level::Person)];
const ROLES: &[(&str, Role)] = &[("symptom", Role::Symptom), ("mechanism", Role::Mechanism)];

pub(crate) const MEASURE: &[Key] = &[
    Key::new("score", Shape::List(&Shape::Number, 2, 2), "a number from the smallest to the largest").decides(),
    Key::new("category", Shape::List(&Shape::Id, 2, 64), "one of these words").decides(),
    Key::new("title", Shape::Text, "what it is called in sentences"),
    Key::new("asks", Shape::Text, "the question that asks for it"),
    Key::new("whom", Shape::Text, "whom to ask"),
    Key::new("about", ABOUT_WORDS, "what it describes; `group` when left out").decides(),
    Key::new("level", Shape::Word(|| words(LEVELS)), "whether it describes the group or its members one by one"),
    Key::new("role", Shape::Word(|| words(ROLES)), "what it is to a cause: its symptom or its mechanism"),
    Key::new("set", Shape::Id, "the set it belongs to, which is not mixed with another"),
    Key::new("unit", Shape::Text, "what the numbers are in"),
    Key::new("scale", Shape::Id, "the scale of an instrument that fills it").decides(),
    Key::new("minus", Shape::Id, "a second scale: the measure is the paired difference").decides(),
    Key::new("instrument", Shape::Id, "the only instrument it may come from").decides(),
    Key::new("reads", Shape::Word(|| words(READS)), "how the scale is read; `percent_of_range` when left out")
        .decides(),
    Key::new("counts", Shape::Table(COUNTS), "which levers of a plan it counts").decides(),
    Key::new("actionable", Shape::Boolean, "whether a change of it can be acted on; true when left out").decides(),
    Key::new("step", Shape::Number, "the smallest change worth naming, above zero").decides(),
    Key::new("concepts", CONCEPTS, "the concepts it serves"),
    Key::new("note", Shape::Text, "a remark"),
];

pub(super) fn read_measures(inner: &mut Inner, file: &Fields<'_>) {
    for (id, at) in file.get("measure").and_then(|a| a.entries()).unwrap_or_default() {
        if !usable(&at, id) {
            continue;
        }
        let Some(f) = at.table(MEASURE) else { continue };
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
        if let Some(a) = f.get("reads") {
            a.word("way to read a scale", READS);
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
        let counts = f.get("counts").and_then(|a| read_counts(&a, id, &about, &kind));
        let next = MeasureId(inner.measures.len());
        if inner.measure_index.contains_key(id) {
            at.error(
                "duplicate_id",
                format!("the measure `{id}` is declared twice"),
                "keep one of them, or choose another id",
            );
            continue;
        }
        inner.measure_index.insert(id.to_owned(), next);
        inner.measures.push(Measure {
            id: id.to_owned(),
            title: f.text_or_empty("title"),
            kind,
            asks: f.text_or_empty("asks"),
            whom: f.text_or_empty("whom"),
            about,
            level: f.get("level").and_then(|a| a.word("level", LEVELS)).unwrap_or_default(),
            role: f.get("role").and_then(|a| a.word("role", ROLES)),
            set: f.get("set").and_then(|a| read_set(inner, &a)),
            unit: f.text_or_empty("unit"),
            scale,
            counts,
            actionable: f.get("actionable").and_then(|a| a.boolean()).unwrap_or(true),
            step: step.map(|(s, _)| s),
            concepts: f.get("concepts").map(|a| inner.catalogue.known_concepts(&a)).unwrap_or_default(),
            mark: at.mark(),
        });
    }
}

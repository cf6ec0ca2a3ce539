//! The part of the text report about groups within units: what is shown of each, and that the rest is masked.

use super::groups::GroupCell;
use super::release::Release;
use crate::assess::{POOLED, REPORTS};
use crate::paper::Paper;
use std::collections::BTreeMap;

/// Groups of the judged wave, by unit in the order of the organization; cuts and categories by name, never by score.
pub(super) fn groups(release: &Release, out: &mut Paper) {
    let judged = release.manifest().wave.as_deref().unwrap_or("");
    // By unit: cut, category, and the cells of the scales.
    type Groups<'a> = Vec<(&'a str, &'a str, Vec<&'a GroupCell>)>;
    let mut of: BTreeMap<&str, Groups<'_>> = BTreeMap::new();
    for g in release.groups().iter().filter(|g| g.wave == judged) {
        let own = of.entry(&g.unit).or_default();
        match own.iter_mut().find(|(cut, category, _)| (*cut, *category) == (g.cut.as_str(), g.category.as_str())) {
            Some((.., cells)) => cells.push(g),
            None => own.push((&g.cut, &g.category, vec![g])),
        }
    }
    if of.is_empty() {
        return;
    }
    out.heading("Groups");
    for unit in release.units() {
        let Some(mut own) = of.remove(unit.unit.as_str()) else { continue };
        own.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        out.line(0, &unit.unit);
        let (shown, masked): (Vec<_>, Vec<_>) =
            own.iter().partition(|(.., cells)| cells.iter().any(|c| c.status != "masked"));
        for (cut, category, cells) in shown {
            out.fold(1, &format!("{}{}", name(cut, category), told(cells)));
        }
        if !masked.is_empty() {
            let names: Vec<String> = masked.iter().map(|(cut, category, _)| name(cut, category)).collect();
            out.fold(1, &format!("masked: {}", names.join("; ")));
        }
    }
}

fn name(cut: &str, category: &str) -> String {
    match cut {
        REPORTS => "direct reports".to_owned(),
        POOLED => format!("pooled {category}"),
        _ => format!("{cut} {category}"),
    }
}

/// The means of a group, with its people once where they are the same for every scale.
fn told(cells: &[&GroupCell]) -> String {
    let first = cells.first().and_then(|c| c.n);
    let same = first.filter(|_| cells.iter().all(|c| c.n == first));
    let mean = |c: &&GroupCell| {
        let n = c.n.filter(|_| same.is_none()).map_or(String::new(), |n| format!(" (n {n})"));
        let value = c.value.map_or_else(|| c.status.replace('_', " "), crate::json::number);
        format!("{} {value}{n}", c.scale.replace('_', " "))
    };
    let n = same.map_or(String::new(), |n| format!(" (n {n})"));
    format!("{n}: {}", cells.iter().map(mean).collect::<Vec<_>>().join(", "))
}

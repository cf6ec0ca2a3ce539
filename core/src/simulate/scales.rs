//! What the simulator needs to know of a questionnaire: its scales, their items, and the range of answers.

use super::graded::Graded;
use crate::document::{At, Diagnostics, Document};
use crate::error::{Error, Family, Result};

/// The shipped questionnaire: the single truth about its own scales.
const BUILTIN: &str = include_str!("../../instruments/collective-leadership.toml");

/// One scale: its id, its items with `true` for a reversed one, and the lowest and highest answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScaleSpec {
    /// Its id, such as `direction`.
    pub id: String,
    /// Item ids in order, each with whether it is reversed.
    pub items: Vec<(String, bool)>,
    /// The lowest and the highest answer.
    pub options: (i64, i64),
    /// The graded response model of each item, in their order; empty for answers cut at the halves, or for drawn ones
    /// ([`super::Spec::discrimination`]).
    pub graded: Vec<Graded>,
}

impl ScaleSpec {
    /// An item as questionnaires write it: reversed with a leading `-`.
    pub(crate) fn item(written: &str) -> (String, bool) {
        match written.strip_prefix('-') {
            Some(key) => (key.to_owned(), true),
            None => (written.to_owned(), false),
        }
    }
}

/// The scales of a questionnaire and its codes for "don't know".
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Questionnaire {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) scales: Vec<ScaleSpec>,
    pub(crate) dont_know: Option<i64>,
}

impl Questionnaire {
    /// The shipped questionnaire.
    pub(crate) fn builtin() -> Result<Questionnaire> {
        Questionnaire::parse("collective-leadership.toml", BUILTIN)
    }

    /// Reads the few keys that matter here; the rest of the file is the instrument reader's business.
    fn parse(name: &str, text: &str) -> Result<Questionnaire> {
        let doc = Document::parse(name, text).map_err(|d| Error::from_diagnostics(Family::Rulebook, vec![d]))?;
        let faults = Diagnostics::default();
        let read = read(&At::root(&doc, &faults));
        faults.finish(Family::Rulebook)?;
        read.ok_or_else(|| Error::rulebook("no_scales", "the questionnaire has no scales").at(name.to_owned()))
    }
}

fn read(root: &At<'_>) -> Option<Questionnaire> {
    let need = |at: &At<'_>, key: &'static str| {
        let found = at.entries()?.into_iter().find(|(k, _)| *k == key).map(|(_, v)| v.node.clone());
        if found.is_none() {
            at.error("missing_key", format!("missing key `{key}`"), format!("add `{key}`"));
        }
        found
    };
    let text = |at: &At<'_>, key: &'static str| match need(at, key)?.kind {
        crate::document::Kind::Text(s) => Some(s),
        _ => None,
    };
    let entry = |key: &str| root.entries()?.into_iter().find(|(k, _)| *k == key).map(|(_, v)| v);
    let (id, version) = (text(root, "id")?, text(root, "version")?);
    let bounds: Vec<i64> = entry("options")?.list()?.iter().filter_map(At::integer).collect();
    let [lo, hi] = bounds.as_slice() else {
        root.error("bad_options", "`options` needs a lowest and a highest answer", "write `options = [1, 5]`");
        return None;
    };
    let dont_know = entry("dont_know").and_then(|at| at.list()?.first()?.integer());
    let mut scales = Vec::new();
    for at in entry("scales")?.list()? {
        let items = at.entries()?.into_iter().find(|(k, _)| *k == "items").map(|(_, v)| v.texts()).unwrap_or_default();
        let items = items.into_iter().map(ScaleSpec::item).collect();
        scales.push(ScaleSpec { id: text(&at, "id")?, items, options: (*lo, *hi), graded: Vec::new() });
    }
    Some(Questionnaire { id, version, scales, dont_know })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_shipped_questionnaire_has_the_scales_the_framework_needs() {
        let q = Questionnaire::builtin().unwrap();
        assert_eq!(q.dont_know, Some(9));
        let sizes: Vec<(&str, usize)> = q.scales.iter().map(|s| (s.id.as_str(), s.items.len())).collect();
        let four = ["direction", "alignment", "commitment", "sense_making", "connection", "navigation"];
        for id in four {
            assert!(sizes.contains(&(id, 4)), "{id}");
            let reversed = q.scales.iter().find(|s| s.id == id).unwrap().items.iter().filter(|(_, r)| *r).count();
            assert_eq!(reversed, 1, "{id}");
        }
        for id in ["source_dominance", "source_influence", "source_dialogue", "leaders_capable"] {
            assert!(sizes.contains(&(id, 3)), "{id}");
        }
        for id in ["context_shared_work", "context_common_ground", "context_worldviews"] {
            assert!(sizes.contains(&(id, 2)), "{id}");
        }
    }

    #[test]
    fn every_item_has_one_text_and_stands_in_one_scale() {
        for text in [BUILTIN, include_str!("../../instruments/ccl-dac.toml")] {
            let doc = Document::parse("i.toml", text).unwrap();
            let q = Questionnaire::parse("i.toml", text).unwrap();
            let used: Vec<&str> = q.scales.iter().flat_map(|s| s.items.iter().map(|(i, _)| i.as_str())).collect();
            assert_eq!(used.iter().collect::<BTreeSet<_>>().len(), used.len());
            let faults = Diagnostics::default();
            let root = At::root(&doc, &faults);
            let entries = root.entries().unwrap();
            if let Some((_, items)) = entries.iter().find(|(k, _)| *k == "items") {
                let ids: Vec<String> = items
                    .list()
                    .unwrap()
                    .iter()
                    .filter(|at| at.node.get("text").is_some())
                    .filter_map(|at| match &at.node.get("id")?.kind {
                        crate::document::Kind::Text(s) => Some(s.clone()),
                        _ => None,
                    })
                    .collect();
                assert_eq!(ids, used, "texts follow the scales, one each");
            } else {
                assert_eq!(q.id, "ccl-dac", "only the licensed form ships without texts");
            }
            let known: BTreeSet<&str> = q.scales.iter().map(|s| s.id.as_str()).collect();
            let (_, pairs) = entries.iter().find(|(k, _)| *k == "pairs").unwrap();
            for pair in pairs.list().unwrap() {
                let ends = pair.texts();
                assert!(ends.len() == 2 && ends[0] != ends[1] && ends.iter().all(|e| known.contains(e)), "{ends:?}");
            }
        }
    }

    #[test]
    fn a_broken_questionnaire_is_refused_with_a_place() {
        let e = Questionnaire::parse("q.toml", "id = 'q'\nversion = '1'\noptions = [1]\n").unwrap_err();
        assert_eq!(e.code(), "bad_options");
        let e = Questionnaire::parse("q.toml", "id = 'q'\nversion = '1'\noptions = [1, 5]\n").unwrap_err();
        assert_eq!(e.code(), "no_scales");
        let e = Questionnaire::parse("q.toml", "version = '1'\n").unwrap_err();
        assert_eq!((e.code(), e.path().contains("q.toml")), ("missing_key", true));
    }
}

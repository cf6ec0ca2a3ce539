//! Answers that do not agree: of one informant in two sittings, or of two informants.

use super::form::{Form, FormFact, Reply, Said};
use serde_json::{Value, json};

/// Between whom answers differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// One informant said different things at different times.
    Sittings,
    /// Informants differ.
    Informants,
}

/// A fact on which answers differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Contradiction {
    /// The measure.
    pub measure: String,
    /// The component, of a challenge described by components.
    pub component: Option<String>,
    /// Between whom.
    pub between: Between,
    /// What was said, each answer in words.
    pub said: Vec<(String, Said)>,
    /// Of sittings: the place in `said` that counts, because it is the latest. Where no day says which is, none counts.
    pub counts: Option<usize>,
}

/// What one informant said of a fact, told apart by who it is and the component.
pub(super) struct Voice<'f> {
    pub(super) component: Option<&'f str>,
    pub(super) said: Vec<&'f Said>,
}

impl Voice<'_> {
    /// The answer that counts: the only one, or the latest of several that differ. `None` where that cannot be told.
    pub(super) fn standing(&self) -> Option<&Said> {
        let known = || self.said.iter().filter(|s| matches!(s.answer, Some(Reply::Number(_) | Reply::Category(_))));
        let Some(first) = known().next() else { return self.said.last().copied() };
        if known().all(|s| s.answer == first.answer) {
            return known().next_back().copied();
        }
        let latest = known().map(|s| s.by.date.as_deref()).max().flatten()?;
        let mut then = known().filter(|s| s.by.date.as_deref() == Some(latest));
        let dated = known().all(|s| s.by.date.is_some());
        let one = then.next()?;
        (dated && then.all(|s| s.answer == one.answer)).then_some(*one)
    }

    fn differs(&self) -> bool {
        let mut known = self.said.iter().filter_map(|s| s.answer.as_ref()).filter(|a| **a != Reply::DontKnow);
        known.next().is_some_and(|first| known.any(|a| a != first))
    }
}

impl FormFact {
    /// What was said, informant by informant.
    pub(super) fn voices(&self) -> Vec<Voice<'_>> {
        let mut out: Vec<(Option<&str>, Voice<'_>)> = Vec::new();
        for said in self.said.iter().filter(|s| s.answer.is_some()) {
            let (who, component) = (said.by.who(), said.component.as_deref());
            match out.iter_mut().find(|(w, v)| *w == who && v.component == component) {
                Some((_, voice)) => voice.said.push(said),
                None => out.push((who, Voice { component, said: vec![said] })),
            }
        }
        out.into_iter().map(|(_, v)| v).collect()
    }
}

impl Form {
    /// Every fact on which answers differ, those of one informant first. Nothing is averaged here: in an assessment
    /// informants who differ are pooled like raters and it is said that they differ; of one informant the latest answer
    /// counts, or none where no day says which that is.
    pub fn contradictions(&self) -> Vec<Contradiction> {
        let mut out = Vec::new();
        for between in [Between::Sittings, Between::Informants] {
            self.facts.iter().for_each(|f| f.contradictions(between, &mut out));
        }
        out
    }
}

impl FormFact {
    fn contradictions(&self, between: Between, out: &mut Vec<Contradiction>) {
        let voices = self.voices();
        let told = |said: &Said| {
            let text = said.answer.as_ref().map_or(String::new(), |a| a.text(&self.answers));
            (text, said.clone())
        };
        let found = |component: Option<&str>, said: Vec<(String, Said)>, counts| Contradiction {
            measure: self.measure.clone(),
            component: component.map(str::to_owned),
            between,
            said,
            counts,
        };
        if between == Between::Sittings {
            for v in voices.iter().filter(|v| v.differs()) {
                let counts = v.standing().and_then(|s| v.said.iter().position(|o| std::ptr::eq(*o, s)));
                out.push(found(v.component, v.said.iter().map(|s| told(s)).collect(), counts));
            }
            return;
        }
        let mut components: Vec<Option<&str>> = voices.iter().map(|v| v.component).collect();
        components.dedup();
        for component in components {
            let standing: Vec<&Said> = voices
                .iter()
                .filter(|v| v.component == component)
                .filter_map(Voice::standing)
                .filter(|s| s.answer != Some(Reply::DontKnow))
                .collect();
            let already = out
                .iter()
                .any(|c| c.between == between && c.measure == self.measure && c.component.as_deref() == component);
            let differ = standing.first().is_some_and(|a| standing.iter().any(|b| a.answer != b.answer));
            if differ && !already {
                out.push(found(component, standing.iter().map(|s| told(s)).collect(), None));
            }
        }
    }
}

impl Contradiction {
    /// In a sentence; without its owner nobody is named.
    pub fn text(&self, owner: bool) -> String {
        let of = self.component.as_ref().map_or(String::new(), |c| format!(" of `{c}`"));
        let said = |(answer, s): &(String, Said)| match (s.by.text(owner), &s.by.date) {
            (who, _) if owner => format!("{answer} ({who})"),
            (_, Some(day)) if self.between == Between::Sittings => format!("{answer} ({day})"),
            _ => answer.clone(),
        };
        let all: Vec<String> = self.said.iter().map(said).collect();
        let end = match (self.between, self.counts) {
            (Between::Informants, _) => "",
            (_, Some(_)) => "; the latest counts",
            (_, None) => "; no day says which is the latest, so none counts",
        };
        let who = if self.between == Between::Sittings { "one informant said" } else { "informants differ: they said" };
        format!("`{}`{of}: {who} {}{end}", self.measure, all.join(" and "))
    }

    /// As a JSON document.
    pub fn to_json(&self) -> Value {
        let said = |(answer, s): &(String, Said)| json!({ "answer": answer, "by": s.by.to_json(true) });
        json!({
            "measure": self.measure, "component": self.component,
            "between": if self.between == Between::Sittings { "sittings" } else { "informants" },
            "said": self.said.iter().map(said).collect::<Vec<_>>(), "counts": self.counts, "text": self.text(true),
        })
    }
}

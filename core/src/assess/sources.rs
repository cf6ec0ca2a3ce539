//! Where the value of a measure comes from when an organization is assessed.

use super::classify::DISAGREEMENT;
use super::{coherence, networks};
use crate::evidence::Instrument;
use crate::rules::{Measure, ScaleBinding};
use std::fmt;

/// The tables that measures are worked out from, and which. Every measure that [`super::assess`] takes from a table
/// stands here; a test sees to it.
const TABLES: &[(&str, &[&str])] = &[
    ("decision_rights", &["contested_share", "unowned_share", "contributor_share", "decision_centralization"]),
    ("decisions", &["decision_days", "approvals", coherence::OBSERVED]),
    ("decisions", &coherence::DECIDED),
    ("rankings", &["priority_agreement", "leader_camps", "declared_stability"]),
    ("rankings", &coherence::RANKED),
    ("ties", &networks::MEASURES),
];

/// Where the value of a measure comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Source {
    /// It is worked out from a table.
    Table(&'static str),
    /// Members answer a scale of a questionnaire; of some measures of one questionnaire only.
    Scale {
        /// The scale.
        scale: String,
        /// The scale it is compared with, for a difference.
        minus: Option<String>,
        /// The only questionnaire that may fill it.
        instrument: Option<String>,
    },
    /// Somebody answers a criterion of a challenge.
    Criterion,
    /// Several people describe one challenge, each alone.
    Raters,
    /// It follows from other judgments.
    Judgments,
    /// It is counted from a plan.
    Plan,
    /// Somebody tells it as a fact.
    Fact,
}

impl Source {
    /// Where a measure comes from. Any measure of a unit may be told as a fact too; this is the usual way.
    pub fn of(measure: &Measure) -> Source {
        if let Some(ScaleBinding { scale, minus, instrument, .. }) = &measure.scale {
            return Source::Scale { scale: scale.clone(), minus: minus.clone(), instrument: instrument.clone() };
        }
        if measure.about == "challenge" {
            return if measure.id == DISAGREEMENT { Source::Raters } else { Source::Criterion };
        }
        if measure.about == "plan" {
            return Source::Plan;
        }
        if measure.id == coherence::READING {
            return Source::Judgments;
        }
        let table = TABLES.iter().find(|(_, of)| of.contains(&measure.id.as_str()));
        table.map_or(Source::Fact, |(name, _)| Source::Table(name))
    }

    /// `table`, `scale`, `criterion`, `raters`, `judgments`, `plan` or `fact`.
    pub fn kind(&self) -> &'static str {
        match self {
            Source::Table(_) => "table",
            Source::Scale { .. } => "scale",
            Source::Criterion => "criterion",
            Source::Raters => "raters",
            Source::Judgments => "judgments",
            Source::Plan => "plan",
            Source::Fact => "fact",
        }
    }

    /// Whether a questionnaire fills the measure.
    pub(crate) fn filled_by(&self, with: &Instrument) -> bool {
        match self {
            Source::Scale { scale, minus, instrument } => {
                std::iter::once(scale).chain(minus).all(|s| with.scale(s).is_some())
                    && instrument.as_deref().is_none_or(|only| only == with.id())
            }
            _ => false,
        }
    }

    /// Whether a person can be asked for it in an interview.
    pub(crate) fn told(&self) -> bool {
        matches!(self, Source::Criterion | Source::Fact)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Table(name) => write!(f, "the table `{name}`"),
            Source::Scale { scale, minus, instrument } => {
                let with = minus.as_ref().map_or(String::new(), |m| format!(" and `{m}`"));
                let only = instrument.as_ref().map_or(String::new(), |i| format!(" of the questionnaire `{i}`"));
                let s = if minus.is_some() { "s" } else { "" };
                write!(f, "answers to the scale{s} `{scale}`{with}{only}")
            }
            Source::Criterion => f.write_str("a description of a challenge"),
            Source::Raters => f.write_str("several people who describe one challenge, each alone"),
            Source::Plan => f.write_str("a plan of what to do"),
            Source::Judgments => f.write_str("the kinds of the challenges at hand"),
            Source::Fact => f.write_str("a fact that somebody tells"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::Project;
    use crate::measure::{MeasureValue, Origin};
    use crate::rules::{Framework, MeasureId};

    #[test]
    fn every_measure_that_a_table_fills_is_said_to_come_from_it() {
        let made = crate::simulate::harbour(20).unwrap();
        let files: Vec<(&str, &[u8])> = made.files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
        let project = Project::from_files(&files).unwrap();
        let assessment = project.assess().unwrap();
        let framework = assessment.framework();
        let (mut seen, mut missing) = (0, std::collections::BTreeSet::new());
        for a in assessment.subjects() {
            for (i, m) in framework.measures().iter().enumerate() {
                let expected = match a.case.get(MeasureId(i)).and_then(MeasureValue::origin) {
                    Some(Origin::DecisionRights) => "decision_rights",
                    Some(Origin::Decisions) => "decisions",
                    Some(Origin::Rankings) => "rankings",
                    Some(Origin::Ties) => "ties",
                    _ => continue,
                };
                seen += 1;
                if Source::of(m) != Source::Table(expected) {
                    missing.insert((expected, m.id.clone()));
                }
            }
        }
        assert!(seen > 0 && missing.is_empty(), "add to TABLES: {missing:?}");
    }

    #[test]
    fn the_tables_name_measures_of_the_framework() {
        let f = Framework::builtin().unwrap();
        for id in TABLES.iter().flat_map(|(_, of)| of.iter()) {
            assert!(f.find_measure(id).is_ok(), "{id}");
        }
    }
}

//! The models of the sources as closed types, where a signature needs one.
//!
//! Everything else the sources say is data in the rulebook: a type here is a promise to every host.

use crate::error::{Error, Result, suggest};
use std::fmt;

macro_rules! closed {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every one of them, in the order of the source.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// Its name in snake_case, as rulebooks and reports write it.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }

        impl std::str::FromStr for $name {
            type Err = Error;
            fn from_str(s: &str) -> Result<$name> {
                $name::ALL.iter().copied().find(|v| v.as_str() == s).ok_or_else(|| {
                    Error::input("unknown_name", format!(concat!("unknown ", $what, " `{}`"), s))
                        .at("name")
                        .help(suggest(s, $name::ALL.iter().map(|v| v.as_str())))
                })
            }
        }
    };
}

closed! {
    /// How somebody who tells a fact stands to the group it is about. Coarse on purpose: it may leave where a name may
    /// not.
    InformantRole, "role of an informant" {
        /// Belongs to the group.
        Member = "member",
        /// Belongs to it and holds authority in it.
        Leader = "leader",
        /// Holds authority over it from above.
        Above = "above",
        /// Works with it from another group.
        Beside = "beside",
        /// Is served by it, or lives with the result.
        Served = "served",
        /// Looks on from outside: an adviser or a researcher.
        Observer = "observer",
        /// Nobody: records or documents.
        Records = "records",
    }
}

closed! {
    /// What leadership is expected to produce (C001, C032-C034). The list is open in the source: rulebooks may add sets.
    Task, "task" {
        /// Agreement on where the group is going.
        Direction = "direction",
        /// Work coordinated across roles.
        Alignment = "alignment",
        /// People put the collective first.
        Commitment = "commitment",
    }
}

closed! {
    /// What connected leadership is able to do (C110, C113, C118); it exists only between people (C122).
    Capability, "capability" {
        /// Understanding a challenge together before it is a problem.
        SenseMaking = "sense_making",
        /// Relationships that work in new ways within and between groups.
        Connection = "connection",
        /// Learning the way by shared experiments.
        Navigation = "navigation",
    }
}

closed! {
    /// The kind of a challenge (C066-C078). `Mixed` is this library's, after Heifetz's Type II, and says so.
    ChallengeKind, "kind of challenge" {
        /// Known means fit and nobody has to change.
        Technical = "technical",
        /// Known means do not fit and people have to change.
        Complex = "complex",
        /// Some of each.
        Mixed = "mixed",
    }
}

closed! {
    /// Where people take leadership to come from (C022): ways of knowing it, never styles of a person (C023).
    LeadershipSource, "source of leadership" {
        /// A dominant person makes it happen.
        Dominance = "dominance",
        /// It is negotiated between a leader and followers.
        Influence = "influence",
        /// People make sense of shared work together.
        Dialogue = "dialogue",
    }
}

closed! {
    /// What sharing leadership runs into (C097, C099).
    Obstacle, "obstacle" {
        /// Several direct, and they do not recognize one another.
        TooManyChefs = "too_many_chefs",
        /// Everybody is accountable, so nobody is.
        DiffusedAccountability = "diffused_accountability",
    }
}

closed! {
    /// What a lever changes. That a plan changes only how many lead, or removes everyone who does, can be seen from it.
    Change, "change" {
        /// More people lead.
        MoreLeaders = "more_leaders",
        /// Fewer people lead.
        FewerLeaders = "fewer_leaders",
        /// Nobody leads any more (C244).
        NoLeaders = "no_leaders",
        /// Who holds which role.
        Roles = "roles",
        /// What single persons are able to do.
        Skills = "skills",
        /// How people stand to one another.
        Relations = "relations",
        /// How direction, alignment and commitment come about.
        Process = "process",
        /// How people understand what they face together.
        SenseMaking = "sense_making",
        /// Units and reporting lines.
        Structure = "structure",
        /// Who decides what.
        DecisionRights = "decision_rights",
        /// More steps on the way to a decision.
        Steps = "steps",
        /// Methods, tools and money.
        Means = "means",
        /// Which way to go.
        Direction = "direction",
        /// One goal that is to settle the matter.
        Destination = "destination",
    }
}

impl Change {
    /// Whether it is about nothing but how many people lead.
    ///
    /// ```
    /// use colead::vocabulary::Change;
    /// assert!(Change::MoreLeaders.counts_leaders() && !Change::Roles.counts_leaders());
    /// ```
    pub fn counts_leaders(self) -> bool {
        matches!(self, Change::MoreLeaders | Change::FewerLeaders | Change::NoLeaders)
    }
}

closed! {
    /// Who can pull a lever.
    Puller, "puller" {
        /// Those who hold a leading role.
        Leaders = "leaders",
        /// Those who hold none.
        Followers = "followers",
        /// Both.
        Anyone = "anyone",
    }
}

impl Puller {
    /// Whether people without a leading role can.
    pub fn followers(self) -> bool {
        self != Puller::Leaders
    }
}

/// Concepts that a type of this crate encodes, and which: what can be said in code cannot be said wrongly.
pub const TYPED: &[(&str, &str)] = &[
    ("C001", "vocabulary::Task"),
    ("C009", "vocabulary::RelationalUnit has no person"),
    ("C010", "vocabulary::Capability"),
    ("C019", "evidence::DecisionRightRow"),
    ("C022", "vocabulary::LeadershipSource"),
    ("C023", "assess::Subject has no person"),
    ("C024", "vocabulary::LeadershipSource::includes"),
    ("C032", "vocabulary::Task::Direction"),
    ("C033", "vocabulary::Task::Alignment"),
    ("C034", "vocabulary::Task::Commitment"),
    ("C071", "vocabulary::ChallengeKind"),
    ("C096", "vocabulary::ChallengeKind::Mixed"),
    ("C097", "vocabulary::Obstacle::TooManyChefs"),
    ("C099", "vocabulary::Obstacle::DiffusedAccountability"),
    ("C103", "vocabulary::Change::counts_leaders: such a lever is never offered alone"),
    ("C110", "vocabulary::Capability::SenseMaking"),
    ("C113", "vocabulary::Capability::Connection"),
    ("C118", "vocabulary::Capability::Navigation"),
    ("C122", "vocabulary::RelationalUnit has no person"),
    ("C184", "evidence::Pressure"),
    ("C213", "evidence::Instrument::check warns of figures of speech and long items"),
    ("C239", "rules::Basis is required of every threshold"),
    ("C241", "assess::Subject has no person"),
    ("C243", "evidence::Evidence has no table for talk or open text"),
    ("C244", "vocabulary::Change::NoLeaders: such a lever is never offered"),
    ("C253", "evidence::DecisionRightRow::holder may be a body"),
];

/// A unit between people. There is deliberately no variant for one person (C009, C122, C241).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RelationalUnit {
    /// A group, team, department or whole organization, by its id.
    Group(String),
    /// The space between two groups.
    Between(String, String),
}

impl RelationalUnit {
    /// A group.
    pub fn group(id: impl Into<String>) -> RelationalUnit {
        RelationalUnit::Group(id.into())
    }
}

impl fmt::Display for RelationalUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RelationalUnit::Group(id) => f.write_str(id),
            RelationalUnit::Between(a, b) => write!(f, "{a} and {b}"),
        }
    }
}

impl LeadershipSource {
    /// The sources that stay usable once this one is: a later source rebuilds the earlier, it does not abolish them (C024).
    ///
    /// ```
    /// use colead::vocabulary::LeadershipSource::*;
    /// assert_eq!(Dialogue.includes(), &[Dominance, Influence, Dialogue]);
    /// ```
    pub fn includes(self) -> &'static [LeadershipSource] {
        use LeadershipSource::*;
        match self {
            Dominance => &[Dominance],
            Influence => &[Dominance, Influence],
            Dialogue => &[Dominance, Influence, Dialogue],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_slips_are_caught() {
        for kind in ChallengeKind::ALL {
            assert_eq!(kind.as_str().parse::<ChallengeKind>().unwrap(), *kind);
        }
        let e = "tecnical".parse::<ChallengeKind>().unwrap_err();
        assert_eq!((e.code(), e.help_text()), ("unknown_name", "did you mean `technical`"));
    }

    #[test]
    fn a_later_source_keeps_the_earlier_ones() {
        for pair in LeadershipSource::ALL.windows(2) {
            assert!(pair[0].includes().iter().all(|s| pair[1].includes().contains(s)));
        }
    }
}

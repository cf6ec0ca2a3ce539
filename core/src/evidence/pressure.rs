//! Pressure: the ordered level under which a decision or period ran, rated without sight of its outcome.

/// How much pressure there was; ordered, `Routine < Elevated < High`.
///
/// ```
/// use colead::evidence::Pressure;
/// assert!(Pressure::Routine < Pressure::High);
/// assert_eq!(Pressure::parse("elevated"), Some(Pressure::Elevated));
/// assert_eq!(Pressure::parse("extreme"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pressure {
    /// Work as usual.
    Routine,
    /// More than usual.
    Elevated,
    /// The highest the group names.
    High,
}

impl Pressure {
    /// Every level, lowest first.
    pub const ALL: [Pressure; 3] = [Pressure::Routine, Pressure::Elevated, Pressure::High];

    /// The words and what they mean, for readers of tables.
    pub(super) const WORDS: [(&'static str, Pressure); 3] =
        [("routine", Pressure::Routine), ("elevated", Pressure::Elevated), ("high", Pressure::High)];

    /// `routine`, `elevated` or `high`.
    pub fn as_str(self) -> &'static str {
        match self {
            Pressure::Routine => "routine",
            Pressure::Elevated => "elevated",
            Pressure::High => "high",
        }
    }

    /// The level named `text`.
    pub fn parse(text: &str) -> Option<Pressure> {
        Pressure::ALL.into_iter().find(|p| p.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_levels_agree() {
        for p in Pressure::ALL {
            assert_eq!(Pressure::parse(p.as_str()), Some(p));
            assert!(Pressure::WORDS.contains(&(p.as_str(), p)));
        }
        assert!(Pressure::ALL.is_sorted());
        assert_eq!(Pressure::parse("High"), None);
    }
}

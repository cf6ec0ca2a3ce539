//! Under what terms something may leave: the smallest group, and the purpose that was stated.

use crate::error::{Error, Result, suggest};
use serde_json::{Value, json};

/// The purposes a release may state.
pub const PURPOSES: &[&str] = &["development", "research", "monitoring"];
/// The fewest people whose spread of answers is shown (basis: convention; below, mean and spread together determine
/// every answer too often).
pub const SPREAD_FROM: u64 = 20;
/// What leadership data must not be used for, however it is asked.
const REFUSED: &[&str] = &["pay", "bonus", "compensation", "promotion", "dismissal", "termination", "layoff"];

/// The terms of a release.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DisclosurePolicy {
    min_group: u64,
    purpose: String,
    unrestricted: bool,
}

impl Default for DisclosurePolicy {
    /// Minimum group 5, purpose `development`.
    fn default() -> Self {
        DisclosurePolicy { min_group: 5, purpose: "development".to_owned(), unrestricted: false }
    }
}

impl DisclosurePolicy {
    /// A policy with a minimum group from 2 and a purpose.
    ///
    /// # Errors
    /// `bad_min_group`; `purpose_refused` for pay, promotion, dismissal and their like; `unknown_purpose`.
    pub fn new(min_group: u64, purpose: &str) -> Result<DisclosurePolicy> {
        if !(2..=1_000_000).contains(&min_group) {
            return Err(Error::disclosure(
                "bad_min_group",
                format!("the minimum group `{min_group}` protects nobody or hides all"),
            )
            .at("min_group")
            .help("give 5, or another number from 2; `unrestricted` says openly that nothing is protected"));
        }
        let asked = purpose.to_lowercase();
        if REFUSED.iter().any(|r| asked.contains(r)) {
            return Err(Error::disclosure(
                "purpose_refused",
                format!("no release is made for the purpose `{purpose}`"),
            )
            .at("purpose")
            .help("what groups say of their leadership is no basis for decisions about persons"));
        }
        if !PURPOSES.contains(&purpose) {
            return Err(Error::disclosure("unknown_purpose", format!("unknown purpose `{purpose}`"))
                .at("purpose")
                .help(suggest(purpose, PURPOSES.iter().copied())));
        }
        Ok(DisclosurePolicy { min_group, purpose: purpose.to_owned(), unrestricted: false })
    }

    /// No protection at all, written into everything it touches.
    pub fn unrestricted() -> DisclosurePolicy {
        DisclosurePolicy { min_group: 0, purpose: "unrestricted".to_owned(), unrestricted: true }
    }

    /// The fewest people a number may stand for.
    pub fn min_group(&self) -> u64 {
        self.min_group
    }
    /// The stated purpose.
    pub fn purpose(&self) -> &str {
        &self.purpose
    }
    /// Whether nothing is protected.
    pub fn is_unrestricted(&self) -> bool {
        self.unrestricted
    }
    /// The fewest people whose spread of answers is shown.
    pub fn spread_from(&self) -> u64 {
        if self.unrestricted { 0 } else { SPREAD_FROM }
    }

    /// The policy as a JSON document.
    pub fn to_json(&self) -> Value {
        json!({
            "min_group": self.min_group, "purpose": self.purpose, "unrestricted": self.unrestricted,
            "spread_from": self.spread_from(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_about_persons_are_refused() {
        let code = |k, p| DisclosurePolicy::new(k, p).map(|_| ()).map_err(|e| e.code());
        assert_eq!(code(5, "development"), Ok(()));
        assert_eq!(code(5, "Promotion round"), Err("purpose_refused"));
        assert_eq!(code(5, "pay"), Err("purpose_refused"));
        assert_eq!(code(5, "developement"), Err("unknown_purpose"));
        assert_eq!(code(0, "development"), Err("bad_min_group"));
        assert_eq!(code(1, "development"), Err("bad_min_group"));
        assert!(DisclosurePolicy::unrestricted().is_unrestricted());
    }
}

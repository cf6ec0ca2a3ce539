//! Under what terms something may leave: the smallest group, and the purpose that was stated.

use crate::assess::{PolicySettings, SETTINGS};
use crate::document::{At, Diagnostics, Document};
use crate::error::{Error, Family, Result, suggest};
use serde_json::{Value, json};

/// The purposes a release may state.
pub const PURPOSES: &[&str] = &["development", "research", "monitoring"];
/// What stands for the purpose of a release that protects nothing, and so stays with its owner.
pub(crate) const UNRESTRICTED: &str = "unrestricted";
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
    coalition: u64,
    purpose: String,
    unrestricted: bool,
    pooling: bool,
    interval: Option<f64>,
}

impl Default for DisclosurePolicy {
    /// Minimum group 5, purpose `development`.
    fn default() -> Self {
        DisclosurePolicy {
            min_group: 5,
            coalition: 0,
            purpose: "development".to_owned(),
            unrestricted: false,
            pooling: false,
            interval: None,
        }
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
        Ok(DisclosurePolicy { min_group, purpose: purpose.to_owned(), ..DisclosurePolicy::default() })
    }

    /// The terms that a folder's `colead.toml` asks for; what it does not name is as in the default.
    ///
    /// # Errors
    /// Those of [`DisclosurePolicy::new`], at their place in `colead.toml`.
    pub fn of_folder(settings: &PolicySettings) -> Result<DisclosurePolicy> {
        let default = DisclosurePolicy::default();
        let min_group = settings.min_group.unwrap_or(default.min_group);
        let purpose = settings.purpose.as_deref().unwrap_or(&default.purpose);
        let coalition = settings.coalition.unwrap_or(default.coalition);
        let policy = DisclosurePolicy::new(min_group, purpose).and_then(|p| p.with_coalition(coalition));
        let policy = policy.map(|p| p.with_pooling(settings.pooling.unwrap_or(default.pooling)));
        let policy = policy.and_then(|p| settings.interval.map_or(Ok(p.clone()), |width| p.with_interval(width)));
        policy.map_err(|e| {
            let path = format!("{SETTINGS}: policy.{}", e.path());
            e.at(path)
        })
    }

    /// No protection at all, written into everything it touches.
    pub fn unrestricted() -> DisclosurePolicy {
        DisclosurePolicy {
            min_group: 0,
            purpose: UNRESTRICTED.to_owned(),
            unrestricted: true,
            ..DisclosurePolicy::default()
        }
    }

    /// Reads the terms that a caller states as a JSON object: `min_group` (5 when absent), `coalition` (0 when
    /// absent), `purpose` (`development` when absent), `pooling` (no when absent) and `interval` (none when absent), or
    /// `unrestricted` alone.
    ///
    /// ```
    /// use colead::release::DisclosurePolicy;
    /// let policy = DisclosurePolicy::from_json(r#"{"min_group": 7, "purpose": "research"}"#)?;
    /// assert_eq!((policy.min_group(), policy.purpose()), (7, "research"));
    /// assert!(DisclosurePolicy::from_json(r#"{"unrestricted": true}"#)?.is_unrestricted());
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `syntax`, `duplicate_key`, `unknown_key`, `type_mismatch`; `bad_policy` for terms beside `unrestricted`; and
    /// those of [`DisclosurePolicy::new`], [`DisclosurePolicy::with_coalition`] and
    /// [`DisclosurePolicy::with_interval`].
    pub fn from_json(text: &str) -> Result<DisclosurePolicy> {
        if !text.trim_start().starts_with('{') {
            return Err(Error::input("syntax", "the policy is not a JSON object")
                .at("policy")
                .help("give an object, such as {\"min_group\": 5, \"purpose\": \"development\"}"));
        }
        let doc = Document::parse("policy", text).map_err(|d| Error::from_diagnostics(Family::Input, vec![d]))?;
        let faults = Diagnostics::default();
        let (mut min_group, mut coalition, mut purpose, mut unrestricted) = (None, None, None, None);
        let (mut pooling, mut interval) = (None, None);
        let keys = ["min_group", "coalition", "purpose", "unrestricted", "pooling", "interval"];
        if let Some(f) = At::root(&doc, &faults).fields(&keys) {
            min_group = f.get("min_group").and_then(|a| a.integer());
            coalition = f.get("coalition").and_then(|a| a.integer());
            purpose = f.get("purpose").and_then(|a| a.text()).map(str::to_owned);
            unrestricted = f.get("unrestricted").and_then(|a| a.boolean());
            pooling = f.get("pooling").and_then(|a| a.boolean());
            interval = f.get("interval").and_then(|a| a.number());
            let numbers = min_group.is_some() || coalition.is_some() || interval.is_some();
            if unrestricted == Some(true) && (numbers || purpose.is_some() || pooling.is_some()) {
                let help = "drop `unrestricted`, or the other terms";
                f.at().error("bad_policy", "an unrestricted release has no other terms", help);
            }
        }
        faults.finish(Family::Input)?;
        if unrestricted == Some(true) {
            return Ok(DisclosurePolicy::unrestricted());
        }
        let default = DisclosurePolicy::default();
        // A negative group is as bad as an empty one.
        let min_group = min_group.map_or(default.min_group, |k| u64::try_from(k).unwrap_or(0));
        let coalition = coalition.map_or(0, |c| u64::try_from(c).unwrap_or(u64::MAX));
        let policy = DisclosurePolicy::new(min_group, purpose.as_deref().unwrap_or(&default.purpose))?;
        let policy = policy.with_coalition(coalition)?.with_pooling(pooling.unwrap_or(false));
        interval.map_or(Ok(policy.clone()), |width| policy.with_interval(width))
    }

    /// The fewest people a number may stand for.
    pub fn min_group(&self) -> u64 {
        self.min_group
    }
    /// The same terms against a coalition: so many members of a group may put together what they know of themselves
    /// and still learn nothing of fewer than the minimum. 0 when not said.
    ///
    /// # Errors
    /// `bad_coalition` for more than 1000, or for terms that protect nobody.
    pub fn with_coalition(mut self, coalition: u64) -> Result<DisclosurePolicy> {
        if coalition > 1000 || (self.unrestricted && coalition > 0) {
            let message = format!("a coalition of `{coalition}` cannot be held off");
            return Err(Error::disclosure("bad_coalition", message).at("coalition").help("give 0, 1 or 2"));
        }
        self.coalition = coalition;
        Ok(self)
    }
    /// How many members of a group may put together what they know of themselves.
    pub fn coalition(&self) -> u64 {
        self.coalition
    }
    /// Whether parts of a unit that may not be told alone are told together, where they are enough: units just below
    /// it and its direct reports. Such a pool costs no other cell, and passes the same audit.
    #[must_use]
    pub fn with_pooling(mut self, pooling: bool) -> DisclosurePolicy {
        self.pooling = pooling && !self.unrestricted;
        self
    }
    /// Whether parts that may not be told alone are told together.
    pub fn pooling(&self) -> bool {
        self.pooling
    }
    /// Refuses a release whose rounded means leave the mean of a hidden group of fewer people than the minimum a range
    /// narrower than `width` points of 100, to a reader who knows the range of the scale. It protects from a guess,
    /// not from an exact sum, which never leaves. The refusal depends on the answers; that is why it is not on by
    /// itself, masks nothing, and is for the owner's eyes.
    ///
    /// # Errors
    /// `bad_interval` unless above 0 and at most 100, and for terms that protect nobody.
    pub fn with_interval(mut self, width: f64) -> Result<DisclosurePolicy> {
        if !(width > 0.0 && width <= 100.0) || self.unrestricted {
            let message = format!("a range of `{width}` points protects nobody or hides all");
            return Err(Error::disclosure("bad_interval", message)
                .at("interval")
                .help("give points of 100, such as 10"));
        }
        self.interval = Some(width);
        Ok(self)
    }
    /// The narrowest range that released means may leave a hidden small group, in points of 100.
    pub fn interval(&self) -> Option<f64> {
        self.interval
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
            "min_group": self.min_group, "coalition": self.coalition, "purpose": self.purpose, "unrestricted": self.unrestricted,
            "spread_from": self.spread_from(), "pooling": self.pooling, "interval": self.interval,
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

    #[test]
    fn a_folder_that_protects_nobody_is_refused_where_it_says_so() {
        let folder = |min_group, purpose: &str| {
            let settings = PolicySettings { min_group, purpose: Some(purpose.to_owned()), ..PolicySettings::default() };
            DisclosurePolicy::of_folder(&settings).map(|p| p.min_group).map_err(|e| (e.code(), e.path().to_owned()))
        };
        assert_eq!(folder(Some(7), "research"), Ok(7));
        assert_eq!(folder(None, "research"), Ok(5));
        assert_eq!(folder(Some(1), "research"), Err(("bad_min_group", "colead.toml: policy.min_group".to_owned())));
        let wide = PolicySettings { interval: Some(200.0), ..PolicySettings::default() };
        assert_eq!(DisclosurePolicy::of_folder(&wide).unwrap_err().path(), "colead.toml: policy.interval");
        assert_eq!(folder(None, "pay"), Err(("purpose_refused", "colead.toml: policy.purpose".to_owned())));
        assert_eq!(DisclosurePolicy::of_folder(&PolicySettings::default()), Ok(DisclosurePolicy::default()));
    }

    #[test]
    fn terms_are_read_strictly() {
        let code = |text| DisclosurePolicy::from_json(text).map(|p| (p.min_group, p.purpose)).map_err(|e| e.code());
        assert_eq!(code("{}"), Ok((5, "development".to_owned())));
        assert_eq!(code(r#" {"min_group": 9}"#), Ok((9, "development".to_owned())));
        assert_eq!(code(r#"{"purpose": "monitoring", "unrestricted": false}"#), Ok((5, "monitoring".to_owned())));
        assert_eq!(code(r#"{"unrestricted": true}"#), Ok((0, "unrestricted".to_owned())));
        assert_eq!(code(r#"{"unrestricted": true, "min_group": 5}"#), Err("bad_policy"));
        assert_eq!(code(r#"{"min_group": -5}"#), Err("bad_min_group"));
        assert_eq!(code(r#"{"min_group": 5.5}"#), Err("type_mismatch"));
        assert_eq!(code(r#"{"min_group": 5, "min_group": 2}"#), Err("duplicate_key"));
        assert_eq!(code(r#"{"mingroup": 5}"#), Err("unknown_key"));
        assert_eq!(code(r#"{"purpose": "pay"}"#), Err("purpose_refused"));
        assert_eq!(code(r#"{"unrestricted": true, "pooling": true}"#), Err("bad_policy"));
        assert_eq!(code(r#"{"interval": 0}"#), Err("bad_interval"));
        assert_eq!(code(r#"{"interval": 101}"#), Err("bad_interval"));
        assert_eq!(code("min_group = 2"), Err("syntax"));
        assert_eq!(code(""), Err("syntax"));
        assert_eq!(code("{"), Err("syntax"));
    }
}

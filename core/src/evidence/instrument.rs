//! A questionnaire: which items exist, how they are answered, and which scales they make.
//!
//! Read from TOML or JSON through [`crate::document`]; every fault is collected with its place. The smallest
//! form is `{"id", "version", "license", "options": [lo, hi], "scales": [{"id", "items": [...]}]}`, where an
//! item with a leading `-` is reversed (`min + max - x`).

use super::instrument_locale::Locale;
use super::instrument_read::{Form, read};
use crate::document::{Diagnostics, Document};
use crate::error::{Diagnostic, Family, Result};
use crate::json;
use serde_json::{Value, json};

/// The most items an instrument may have.
pub(super) const MAX_ITEMS: usize = 1_000;
/// The most scales an instrument may have.
pub(super) const MAX_SCALES: usize = 200;
/// The most items a scale may have.
pub(super) const MAX_SCALE_ITEMS: usize = 100;
/// The most answer options an item may have.
pub(super) const MAX_OPTIONS: i64 = 11;

/// Whom an item is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Referent {
    /// "We": the group as a whole.
    Group,
    /// "I": the respondent.
    Myself,
    /// The leader.
    Leader,
}

impl Referent {
    /// `group`, `self` or `leader`.
    pub fn as_str(self) -> &'static str {
        match self {
            Referent::Group => "group",
            Referent::Myself => "self",
            Referent::Leader => "leader",
        }
    }
}

/// How individual answers become a property of the group (Chan 1998, Journal of Applied Psychology 83).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Composition {
    /// The sum or mean, whatever the agreement.
    Additive,
    /// The mean of answers about oneself, when they agree.
    DirectConsensus,
    /// The mean of answers about the group, when they agree.
    ReferentShift,
    /// The spread itself is the property.
    Dispersion,
}

impl Composition {
    /// `additive`, `direct_consensus`, `referent_shift` or `dispersion`.
    pub fn as_str(self) -> &'static str {
        match self {
            Composition::Additive => "additive",
            Composition::DirectConsensus => "direct_consensus",
            Composition::ReferentShift => "referent_shift",
            Composition::Dispersion => "dispersion",
        }
    }
}

/// How many items of a scale a person must have answered to have a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MissingRule {
    /// At least half of them.
    Half,
    /// All of them.
    All,
    /// At least this many, 1 or more.
    Answered(u8),
}

impl MissingRule {
    /// The number of answers needed among `items` items; at least 1.
    ///
    /// ```
    /// use colead::evidence::MissingRule;
    /// assert_eq!(MissingRule::Half.needed(5), 3);
    /// assert_eq!(MissingRule::Answered(2).needed(5), 2);
    /// ```
    pub fn needed(self, items: usize) -> usize {
        match self {
            MissingRule::Half => items.div_ceil(2).max(1),
            MissingRule::All => items.max(1),
            MissingRule::Answered(k) => usize::from(k).max(1),
        }
    }

    /// `half`, `all` or `answered`.
    pub fn as_str(self) -> &'static str {
        match self {
            MissingRule::Half => "half",
            MissingRule::All => "all",
            MissingRule::Answered(_) => "answered",
        }
    }

    pub(super) fn to_json(self) -> Value {
        match self {
            MissingRule::Answered(k) => Value::from(k),
            other => Value::from(other.as_str()),
        }
    }
}

/// One item: a column of a response table.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The name of its column.
    pub id: String,
    /// Its wording, or empty.
    pub text: String,
    /// Whom it is about, when it says so itself: else its scales do.
    pub referent: Option<Referent>,
    /// The lowest answer code.
    pub lo: i64,
    /// The highest answer code.
    pub hi: i64,
    /// Whether a high code means little of what its scales measure.
    pub reversed: bool,
}

/// One scale: the mean of its answered items.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// Its id.
    pub id: String,
    /// Its name for people, or empty.
    pub title: String,
    /// The ids of its items, in the order of the file.
    pub items: Vec<String>,
    /// Whom its items are about, when stated.
    pub referent: Option<Referent>,
    /// How individual answers become a property of the group, when stated.
    pub composition: Option<Composition>,
    /// The concepts it speaks to, such as `C032`.
    pub concepts: Vec<String>,
    /// The lowest answer code.
    pub lo: i64,
    /// The highest answer code.
    pub hi: i64,
    /// The favorable answers `(from, to)` after reversal; by default all above the midpoint.
    pub favorable: (i64, i64),
}

/// A questionnaire that was read and checked.
///
/// ```
/// use colead::evidence::Instrument;
/// let i = Instrument::from_toml(r#"
///     id = "pulse"
///     version = "1"
///     license = "CC0-1.0"
///     options = [1, 5]
///     [[scales]]
///     id = "direction"
///     items = ["d1", "d2", "-d3"]
/// "#).unwrap();
/// assert_eq!(i.scales()[0].items, ["d1", "d2", "d3"]);
/// assert!(i.items()[2].reversed);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Instrument {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) license: String,
    pub(super) title: String,
    pub(super) validated: bool,
    pub(super) options: (i64, i64),
    pub(super) labels: Vec<String>,
    pub(super) dont_know: Vec<i64>,
    pub(super) missing_rule: MissingRule,
    pub(super) scales: Vec<Scale>,
    pub(super) items: Vec<Item>,
    pub(super) pairs: Vec<(String, String)>,
    pub(super) ignore: Vec<String>,
    pub(super) language: String,
    pub(super) locales: Vec<Locale>,
}

/// The instruments that ship with the library, read by the same reader as a user's own.
const BUILTIN: &[(&str, &str)] = &[
    ("collective-leadership", include_str!("../../instruments/collective-leadership.toml")),
    ("ccl-dac", include_str!("../../instruments/ccl-dac.toml")),
];

impl Instrument {
    /// A questionnaire that ships with the library: `collective-leadership` or `ccl-dac`.
    ///
    /// # Errors
    /// `unknown_instrument` with what there is.
    pub fn builtin(id: &str) -> Result<Instrument> {
        match BUILTIN.iter().find(|(name, _)| *name == id) {
            Some((name, text)) => Instrument::load(name, text, Form::File),
            None => Err(crate::Error::input("unknown_instrument", format!("unknown instrument `{id}`"))
                .at("instrument")
                .help(crate::error::suggest(id, BUILTIN.iter().map(|(name, _)| *name)))),
        }
    }

    /// Reads an instrument from TOML (or JSON, recognised by its first `{`).
    ///
    /// # Errors
    /// Family `Rulebook`; the first fault speaks, all are kept in [`crate::Error::diagnostics`].
    pub fn from_toml(text: &str) -> Result<Instrument> {
        Instrument::load("", text, Form::File)
    }

    /// Reads an instrument from JSON, the form of Python's `from_dict`.
    ///
    /// # Errors
    /// As [`Instrument::from_toml`].
    pub fn from_json(text: &str) -> Result<Instrument> {
        Instrument::load("", text, Form::File)
    }

    /// As [`Instrument::from_toml`], with the name of the file for the diagnostics.
    ///
    /// # Errors
    /// As [`Instrument::from_toml`].
    pub fn from_file(name: &str, text: &str) -> Result<Instrument> {
        Instrument::load(name, text, Form::File)
    }

    /// Reads back what [`Instrument::logic`] wrote.
    pub(crate) fn from_logic(text: &str) -> Result<Instrument> {
        Instrument::load("", text, Form::Logic)
    }

    fn load(name: &str, text: &str, form: Form) -> Result<Instrument> {
        let refuse = |d| crate::Error::from_diagnostics(Family::Rulebook, d);
        let doc = Document::parse(name, text).map_err(|d| refuse(vec![d]))?;
        let faults = Diagnostics::default();
        let read = read(&doc, &faults, form);
        let diagnostics = faults.finish(Family::Rulebook)?;
        // The reader reports a fault whenever it gives nothing.
        read.ok_or_else(|| refuse(diagnostics))
    }

    /// Every finding about an instrument file; none of severity `error` when it can be used.
    pub fn check(text: &str) -> Vec<Diagnostic> {
        match Document::parse("", text) {
            Err(d) => vec![d],
            Ok(doc) => {
                let faults = Diagnostics::default();
                let _ = read(&doc, &faults, Form::File);
                faults.into_vec()
            }
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }
    /// Its version.
    pub fn version(&self) -> &str {
        &self.version
    }
    /// The licence of its wording.
    pub fn license(&self) -> &str {
        &self.license
    }
    /// Its name for people, or empty.
    pub fn title(&self) -> &str {
        &self.title
    }
    /// Whether it has published validation; lines that rest on one without say so.
    pub fn validated(&self) -> bool {
        self.validated
    }
    /// The lowest and the highest answer code, unless a scale has its own.
    pub fn options(&self) -> (i64, i64) {
        self.options
    }
    /// The wording of the options, lowest first, or empty.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }
    /// Answer codes that mean "don't know", ascending.
    pub fn dont_know(&self) -> &[i64] {
        &self.dont_know
    }
    /// How many answers a score needs.
    pub fn missing_rule(&self) -> MissingRule {
        self.missing_rule
    }
    /// Its scales, in the order of the file.
    pub fn scales(&self) -> &[Scale] {
        &self.scales
    }
    /// Its items: those of `[[items]]` first, then those that only scales name.
    pub fn items(&self) -> &[Item] {
        &self.items
    }
    /// Declared pairs of scales, whose differences a tally can read.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }
    /// Columns of a response table that are left unread.
    pub fn ignore(&self) -> &[String] {
        &self.ignore
    }
    /// The scale named `id`.
    pub fn scale(&self, id: &str) -> Option<&Scale> {
        self.scales.iter().find(|s| s.id == id)
    }
    /// The item named `id`.
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|i| i.id == id)
    }

    /// What decides numbers, as canonical JSON: the id, item and scale keys, ranges, reversal, don't-know codes,
    /// the missing rule, favorable bands and pairs; not the version, not wording, not the order of the file.
    pub(crate) fn logic(&self) -> String {
        let reversed = |id: &str| self.item(id).is_some_and(|i| i.reversed);
        let mut scales: Vec<&Scale> = self.scales.iter().collect();
        scales.sort_by(|a, b| a.id.cmp(&b.id));
        let scales: Vec<Value> = scales
            .into_iter()
            .map(|s| {
                let mut items: Vec<&String> = s.items.iter().collect();
                items.sort();
                let items: Vec<String> =
                    items.into_iter().map(|i| format!("{}{i}", if reversed(i) { "-" } else { "" })).collect();
                json!({"id": s.id, "items": items, "options": [s.lo, s.hi], "favorable": [s.favorable.0, s.favorable.1]})
            })
            .collect();
        let mut alone: Vec<&String> =
            self.items.iter().map(|i| &i.id).filter(|i| !self.scales.iter().any(|s| s.items.contains(i))).collect();
        alone.sort();
        let mut pairs = self.pairs.clone();
        pairs.sort();
        json::canonical(&json!({
            "id": self.id,
            "options": [self.options.0, self.options.1],
            "dont_know": self.dont_know,
            "missing_rule": self.missing_rule.to_json(),
            "scales": scales,
            "items": alone.into_iter().map(|id| json!({"id": id})).collect::<Vec<_>>(),
            "pairs": pairs.into_iter().map(|(a, b)| json!([a, b])).collect::<Vec<_>>(),
        }))
    }

    /// Hexadecimal SHA-256 of what decides numbers: the instrument's id, keys, ranges, reversal, don't-know
    /// codes, missing rule, favorable bands and pairs. Wording, version and the order of the file are left out,
    /// so that a mended typo does not part two tallies.
    pub fn logic_sha256(&self) -> String {
        json::sha256(self.logic().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str =
        r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],"scales":[{"id":"a","items":["x","-y"]}]}"#;

    fn codes(text: &str) -> Vec<&'static str> {
        Instrument::check(text).iter().map(|d| d.code).collect()
    }

    /// The small form with `from` replaced by `to`.
    fn with(from: &str, to: &str) -> String {
        assert!(SMALL.contains(from));
        SMALL.replace(from, to)
    }

    #[test]
    fn the_smallest_form_is_enough() {
        let i = Instrument::from_json(SMALL).unwrap();
        assert_eq!((i.id(), i.version(), i.license(), i.title(), i.validated()), ("s", "1", "CC0-1.0", "", false));
        assert_eq!(i.scales()[0].items, ["x", "y"]);
        assert_eq!(i.items().iter().map(|i| i.reversed).collect::<Vec<_>>(), [false, true]);
        assert_eq!(i.scales()[0].favorable, (4, 5));
        assert_eq!(i.missing_rule(), MissingRule::Half);
        assert_eq!(codes(SMALL), Vec::<&str>::new());
    }

    #[test]
    fn every_fault_has_its_code() {
        let scale = r#"{"id":"a","items":["x","-y"]}"#;
        for (from, to, code) in [
            ("[1,5]", "[5,1]", "bad_options"),
            ("[1,5]", "[1,1]", "bad_options"),
            ("[1,5]", "[1,40]", "bad_options"),
            ("[1,5]", "[1,5,6]", "bad_options"),
            ("[1,5]", "[-9223372036854775808,9223372036854775807]", "bad_options"),
            ("\"license\"", "\"licence\"", "unknown_key"),
            ("\"license\":\"CC0-1.0\",", "", "missing_key"),
            ("[\"x\",\"-y\"]", "[]", "empty_scale"),
            ("[\"x\",\"-y\"]", "[\"x\",\"x\"]", "duplicate_item"),
            ("[\"x\",\"-y\"]", "[\"x\",\"-\"]", "bad_item"),
            ("[\"x\",\"-y\"]", "[\"x\",\"unit\"]", "reserved_name"),
            (scale, r#"{"id":"a","items":["x","-y"]},{"id":"a","items":["z"]}"#, "duplicate_id"),
            (scale, r#"{"id":"a","items":["x","-y"]},{"id":"b","items":["y"]}"#, "mixed_keying"),
            (scale, r#"{"id":"a","items":["x","-y"]},{"id":"b","items":["x"],"options":[0,4]}"#, "mixed_options"),
            (scale, r#"{"id":"a","items":["x","-y"],"favorable":[3,5]}"#, "bad_band"),
            (scale, r#"{"id":"a","items":["x","-y"],"favorable":[4,6]}"#, "bad_band"),
            (scale, r#"{"id":"a","items":["x","-y"],"composition":"sum"}"#, "unknown_value"),
            (scale, r#"{"id":"a","items":["x","-y"],"concepts":["32"]}"#, "bad_concept"),
            ("\"scales\"", "\"pairs\":[[\"a\",\"bb\"]],\"scales\"", "unknown_scale"),
            ("\"scales\"", "\"pairs\":[[\"a\",\"a\"]],\"scales\"", "bad_pair"),
            ("\"scales\"", "\"pairs\":[[\"a\"]],\"scales\"", "bad_pair"),
            ("\"scales\"", "\"dont_know\":[9,3],\"scales\"", "dont_know_in_range"),
            ("\"scales\"", "\"labels\":[\"no\",\"yes\"],\"scales\"", "bad_labels"),
            ("\"scales\"", "\"missing_rule\":3,\"scales\"", "bad_missing_rule"),
            ("\"scales\"", "\"missing_rule\":0,\"scales\"", "bad_missing_rule"),
            ("\"scales\"", "\"missing_rule\":\"some\",\"scales\"", "unknown_value"),
            ("\"scales\"", "\"items\":[{\"id\":\"x\"},{\"id\":\"x\"}],\"scales\"", "duplicate_id"),
            (
                "\"scales\"",
                "\"items\":[{\"id\":\"x\",\"referent\":\"self\"},{\"id\":\"y\",\"referent\":\"group\"}],\"scales\"",
                "mixed_referents",
            ),
            // One item speaks of itself, the other takes the referent of the file, of its scale, or of another scale.
            (
                "\"scales\"",
                "\"referent\":\"group\",\"items\":[{\"id\":\"x\",\"referent\":\"self\"},{\"id\":\"y\"}],\"scales\"",
                "mixed_referents",
            ),
            (
                scale,
                r#"{"id":"a","items":["x","-y"],"referent":"self"},{"id":"b","items":["x"],"referent":"group"}"#,
                "mixed_referents",
            ),
            ("\"scales\"", "\"ignore\":[\"x\"],\"scales\"", "ignored_item"),
            (":[{\"id\":\"a\",\"items\":[\"x\",\"-y\"]}]", ":[]", "no_scales"),
        ] {
            let text = with(from, to);
            assert!(codes(&text).contains(&code), "{text}: {:?}", Instrument::check(&text));
            let e = Instrument::from_json(&text).unwrap_err();
            assert_eq!(e.family(), Family::Rulebook);
        }
    }

    #[test]
    fn an_item_that_only_a_scale_names_beside_a_list_of_items_is_pointed_out() {
        let text = with("\"scales\"", "\"items\":[{\"id\":\"x\",\"text\":\"We agree\"},{\"id\":\"yy\"}],\"scales\"");
        assert_eq!(codes(&text), ["undeclared_item"]);
        let i = Instrument::from_json(&text).unwrap();
        assert_eq!(i.items().iter().map(|i| i.id.as_str()).collect::<Vec<_>>(), ["x", "yy", "y"]);
    }

    #[test]
    fn a_composition_that_its_referent_contradicts_is_pointed_out() {
        let of = |composition: &str, referent: &str| {
            let scale =
                format!(r#"{{"id":"a","items":["x","-y"],"composition":"{composition}","referent":"{referent}"}}"#);
            codes(&with(r#"{"id":"a","items":["x","-y"]}"#, &scale))
        };
        assert_eq!(of("referent_shift", "self"), ["composition_referent"]);
        assert_eq!(of("direct_consensus", "group"), ["composition_referent"]);
        for (composition, referent) in [
            ("referent_shift", "group"),
            ("direct_consensus", "self"),
            ("additive", "group"),
            ("dispersion", "self"),
            ("referent_shift", "leader"),
        ] {
            assert!(of(composition, referent).is_empty(), "{composition} {referent}");
        }
    }

    #[test]
    fn toml_places_are_lines() {
        let d = Instrument::check(
            "id = 's'\nversion = '1'\nlicense = 'CC0'\noptions = [5, 1]\n[[scales]]\nid = 'a'\nitems = ['x']\n",
        );
        assert_eq!(d.iter().map(|d| (d.code, d.line)).collect::<Vec<_>>(), [("bad_options", Some(4))]);
    }

    #[test]
    fn the_hash_follows_logic_not_wording_or_order() {
        let hash = |t: &str| Instrument::from_json(t).unwrap().logic_sha256();
        let same = [
            with("\"1\"", "\"2\""),
            with("CC0-1.0", "all rights reserved"),
            with("[\"x\",\"-y\"]", "[\"-y\",\"x\"]"),
            with(
                "\"scales\"",
                "\"title\":\"t\",\"items\":[{\"id\":\"x\",\"text\":\"We agree\"},{\"id\":\"y\"}],\"scales\"",
            ),
            with("\"scales\"", "\"ignore\":[\"age\"],\"scales\""),
        ];
        for t in same {
            assert_eq!(hash(&t), hash(SMALL), "{t}");
        }
        let other = [
            with("[1,5]", "[1,7]"),
            with("\"s\"", "\"t\""),
            with("-y", "y"),
            with("\"x\"", "\"z\""),
            with("\"scales\"", "\"dont_know\":[9],\"scales\""),
            with("\"scales\"", "\"missing_rule\":\"all\",\"scales\""),
        ];
        for t in other {
            assert_ne!(hash(&t), hash(SMALL), "{t}");
        }
    }

    #[test]
    fn logic_reads_back_to_itself() {
        let i = Instrument::from_json(&with(
            "\"scales\":[",
            "\"dont_know\":[9,-1],\"items\":[{\"id\":\"lone\"}],\"pairs\":[[\"b\",\"a\"]],\"scales\":[{\"id\":\"b\",\"items\":[\"z\"],\"options\":[0,3]},",
        ))
        .unwrap();
        let back = Instrument::from_logic(&i.logic()).unwrap();
        assert_eq!(back.logic(), i.logic());
    }
}

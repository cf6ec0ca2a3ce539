//! An instrument in other languages: texts by language beside the keys, which all languages share.
//!
//! ```toml
//! language = "en"           # of the texts of the file itself
//! [locales.de]
//! title = "Gemeinsame Führung"
//! labels = ["nein", "eher nein", "teils", "eher ja", "ja"]
//! scales = { direction = "Richtung" }
//! items = { DIR1 = "Wir wissen, wohin wir wollen." }
//! ```

use super::instrument::{Instrument, Item, Scale};
use crate::document::{At, Fields};
use crate::error::{Error, Result};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The texts of one language; what has none keeps the text of the file itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Locale {
    language: String,
    title: String,
    labels: Vec<String>,
    scales: BTreeMap<String, String>,
    items: BTreeMap<String, String>,
}

impl Instrument {
    /// The language of its texts as a tag such as `en` or `pt-BR`; empty when not stated.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// The other languages it has texts in, in the order of the file.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.locales.iter().map(|l| l.language.as_str())
    }

    /// The same instrument with its texts in another language; a text that is not translated stays. Keys, and so all
    /// numbers and [`Instrument::logic_sha256`], are the same. Case does not matter, and `de-AT` finds `de`.
    ///
    /// ```
    /// use colead::evidence::Instrument;
    /// let i = Instrument::from_toml(r#"
    ///     id = "pulse"
    ///     version = "1"
    ///     license = "CC0-1.0"
    ///     language = "en"
    ///     options = [1, 5]
    ///     items = [{ id = "d1", text = "We know where we are going." }]
    ///     scales = [{ id = "direction", title = "Direction", items = ["d1"] }]
    ///     [locales.de]
    ///     scales = { direction = "Richtung" }
    ///     items = { d1 = "Wir wissen, wohin wir wollen." }
    /// "#)?;
    /// let german = i.in_language("de-CH")?;
    /// assert_eq!((german.language(), german.scales()[0].title.as_str()), ("de", "Richtung"));
    /// assert_eq!(german.logic_sha256(), i.logic_sha256());
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown_language` with those there are.
    pub fn in_language(&self, language: &str) -> Result<Instrument> {
        let tags = std::iter::successors(Some(language), |tag| tag.rsplit_once('-').map(|(front, _)| front));
        for tag in tags {
            if !self.language.is_empty() && self.language.eq_ignore_ascii_case(tag) {
                return Ok(self.clone());
            }
            if let Some(locale) = self.locales.iter().find(|l| l.language.eq_ignore_ascii_case(tag)) {
                return Ok(self.with_texts(locale));
            }
        }
        let known: Vec<&str> =
            std::iter::once(self.language()).chain(self.languages()).filter(|l| !l.is_empty()).collect();
        let help = if known.is_empty() {
            "the instrument names no language".to_owned()
        } else {
            format!("known: {}", known.join(", "))
        };
        let shown: String = language.escape_debug().take(40).collect();
        Err(Error::input("unknown_language", format!("the instrument has no texts in `{shown}`"))
            .at("language")
            .help(help))
    }

    fn with_texts(&self, locale: &Locale) -> Instrument {
        let told = |text: Option<&String>, own: &String| text.filter(|t| !t.is_empty()).unwrap_or(own).clone();
        let scale = |s: &Scale| Scale { title: told(locale.scales.get(&s.id), &s.title), ..s.clone() };
        let item = |i: &Item| Item { text: told(locale.items.get(&i.id), &i.text), ..i.clone() };
        Instrument {
            language: locale.language.clone(),
            title: told(Some(&locale.title), &self.title),
            labels: if locale.labels.is_empty() { self.labels.clone() } else { locale.labels.clone() },
            scales: self.scales.iter().map(scale).collect(),
            items: self.items.iter().map(item).collect(),
            locales: self.locales.iter().filter(|l| *l != locale).cloned().collect(),
            ..self.clone()
        }
    }

    /// The locales as a document, null when there are none.
    pub(super) fn locales_json(&self) -> Value {
        let one = |l: &Locale| {
            let doc = json!({
                "title": l.title, "labels": (!l.labels.is_empty()).then_some(&l.labels), "scales": l.scales, "items": l.items,
            });
            (l.language.clone(), doc)
        };
        if self.locales.is_empty() {
            Value::Null
        } else {
            Value::Object(self.locales.iter().map(one).collect::<Map<_, _>>())
        }
    }
}

/// The language of the file itself, and the other languages.
pub(super) fn read(
    f: &Fields<'_>,
    options: (i64, i64),
    scales: &[&str],
    items: &[(&str, &str)],
) -> (String, Vec<Locale>) {
    let language = f.get("language").and_then(|at| tag(&at, at.text()?)).unwrap_or_default().to_owned();
    let mut locales: Vec<Locale> = Vec::new();
    for (key, at) in f.get("locales").and_then(|at| at.entries()).unwrap_or_default() {
        let Some(key) = tag(&at, key) else { continue };
        let taken = std::iter::once(language.as_str()).chain(locales.iter().map(|l| l.language.as_str()));
        if taken.into_iter().any(|l| l.eq_ignore_ascii_case(key)) {
            at.error("duplicate_language", format!("the language `{key}` is there twice"), "drop one of them");
            continue;
        }
        let Some(g) = at.fields(&["title", "labels", "scales", "items"]) else { continue };
        let locale = Locale {
            language: key.to_owned(),
            title: g.text_or_empty("title"),
            labels: super::instrument_read::labels(&g, options),
            scales: texts(&g, "scales", "unknown_scale", scales),
            items: texts(&g, "items", "unknown_item", &items.iter().map(|(id, _)| *id).collect::<Vec<_>>()),
        };
        let lacks = |(id, text): &&(&str, &str)| !text.is_empty() && !locale.items.contains_key(*id);
        let lacking: Vec<String> = items.iter().filter(lacks).map(|(id, _)| format!("`{id}`")).collect();
        if !lacking.is_empty() {
            let (few, more) = (lacking.iter().take(5).cloned().collect::<Vec<_>>(), lacking.len() > 5);
            let message = format!(
                "{} items have no text in `{key}`: {}{}",
                lacking.len(),
                few.join(", "),
                if more { ", ..." } else { "" }
            );
            at.warning("untranslated", message, "translate them, or their text stays in the language of the file");
        }
        locales.push(locale);
    }
    (language, locales)
}

/// A language tag: letters, then parts of letters and digits (the form of RFC 5646, not its registry).
fn tag<'a>(at: &At<'_>, text: &'a str) -> Option<&'a str> {
    let mut parts = text.split('-');
    let first = parts.next().is_some_and(|p| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()));
    let rest = parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    if first && rest {
        return Some(text);
    }
    let shown: String = text.escape_debug().take(40).collect();
    at.error("bad_language", format!("`{shown}` is not a language tag"), "write a tag such as `en` or `pt-BR`");
    None
}

fn texts(g: &Fields<'_>, key: &str, code: &'static str, known: &[&str]) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (id, at) in g.get(key).and_then(|at| at.entries()).unwrap_or_default() {
        if !known.contains(&id) {
            let shown: String = id.escape_debug().take(120).collect();
            let what = code.trim_start_matches("unknown_");
            at.error(code, format!("unknown {what} `{shown}`"), at.suggest(id, known.iter().copied()));
            continue;
        }
        texts.extend(at.text().map(|text| (id.to_owned(), text.to_owned())));
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::canonical;

    /// An instrument in two languages and what `locales` says besides.
    fn text(language: &str, locales: &str) -> String {
        format!(
            r#"{{"id":"s","version":"1","license":"CC0-1.0","language":"{language}","title":"T","options":[1,3],
            "labels":["no","so","yes"],"items":[{{"id":"x","text":"We agree"}},{{"id":"y","text":"We act"}}],
            "scales":[{{"id":"a","title":"A","items":["x","-y"]}}],"locales":{{{locales}}}}}"#
        )
    }
    const GERMAN: &str = r#""de":{"title":"Titel","labels":["nein","teils","ja"],"scales":{"a":"Skala"},"items":{"x":"Wir sind einig","y":"Wir handeln"}}"#;

    #[test]
    fn texts_change_and_keys_stay() {
        let i = Instrument::from_json(&text("en", GERMAN)).unwrap();
        assert_eq!((i.language(), i.languages().collect::<Vec<_>>()), ("en", vec!["de"]));
        let german = i.in_language("DE").unwrap();
        assert_eq!((german.title(), german.labels()[0].as_str()), ("Titel", "nein"));
        assert_eq!((german.scales()[0].title.as_str(), german.items()[1].text.as_str()), ("Skala", "Wir handeln"));
        assert!(german.items()[1].reversed);
        assert_eq!(german.logic_sha256(), i.logic_sha256());
        assert_eq!(i.in_language("en-GB").unwrap(), i);
        for i in [i, german] {
            assert_eq!(Instrument::from_json(&canonical(&i.to_json())).unwrap(), i);
        }
    }

    #[test]
    fn a_language_that_is_not_there_is_refused() {
        let i = Instrument::from_json(&text("en", GERMAN)).unwrap();
        let e = i.in_language("fr").unwrap_err();
        assert_eq!((e.code(), e.help_text()), ("unknown_language", "known: en, de"));
        let none = Instrument::builtin("ccl-dac").unwrap().in_language("en").unwrap_err();
        assert_eq!(none.help_text(), "the instrument names no language");
        assert!(i.in_language("").is_err());
    }

    #[test]
    fn faults_have_their_codes_and_gaps_are_pointed_out() {
        let codes = |language: &str, locales: &str| -> Vec<&str> {
            Instrument::check(&text(language, locales)).iter().map(|d| d.code).collect()
        };
        assert!(codes("en", GERMAN).is_empty());
        assert_eq!(codes("e", GERMAN), ["bad_language"]);
        assert_eq!(codes("de", GERMAN), ["duplicate_language"]);
        assert_eq!(codes("en", r#""fr_FR":{}"#), ["bad_language"]);
        let slips = r#""fr":{"labels":["non"],"scales":{"b":"B"},"items":{"x":"X","z":"Z","y":"Y"},"text":"?"}"#;
        assert_eq!(codes("en", slips), ["unknown_key", "bad_labels", "unknown_scale", "unknown_item"]);
        assert_eq!(codes("en", r#""fr":{"items":{"x":"X"}}"#), ["untranslated"]);
        assert!(Instrument::from_json(&text("en", r#""fr":{"items":{"x":"X"}}"#)).is_ok());
    }
}

//! An instrument as a document: the form that its reader takes.

use super::instrument::{Instrument, Item, Scale};
use serde_json::{Map, Value, json};

impl Instrument {
    /// The whole instrument as a JSON document; [`Instrument::from_json`] reads it back.
    ///
    /// ```
    /// use colead::evidence::Instrument;
    /// let instrument = Instrument::builtin("collective-leadership")?;
    /// let text = colead::json::canonical(&instrument.to_json());
    /// assert_eq!(Instrument::from_json(&text)?, instrument);
    /// # Ok::<(), colead::Error>(())
    /// ```
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id, "version": self.version, "license": self.license, "title": self.title,
            "validated": self.validated, "options": [self.options.0, self.options.1], "labels": (!self.labels.is_empty()).then_some(&self.labels),
            "dont_know": self.dont_know, "missing_rule": self.missing_rule.to_json(),
            "scales": self.scales.iter().map(|s| self.scale_json(s)).collect::<Vec<_>>(),
            "items": self.items.iter().map(item_json).collect::<Vec<_>>(),
            "pairs": self.pairs.iter().map(|(a, b)| json!([a, b])).collect::<Vec<_>>(), "ignore": self.ignore,
            "language": (!self.language.is_empty()).then_some(&self.language), "locales": self.locales_json(),
        })
    }

    fn scale_json(&self, s: &Scale) -> Value {
        let key = |id: &String| match self.item(id) {
            Some(item) if item.reversed => format!("-{id}"),
            _ => id.clone(),
        };
        json!({
            "id": s.id, "title": s.title, "items": s.items.iter().map(key).collect::<Vec<_>>(),
            "referent": s.referent.map(|r| r.as_str()), "composition": s.composition.map(|c| c.as_str()),
            "concepts": s.concepts, "options": [s.lo, s.hi], "favorable": [s.favorable.0, s.favorable.1],
        })
    }
}

/// Range and keying stand with the scales that use the item.
fn item_json(item: &Item) -> Value {
    let mut map = Map::new();
    map.insert("id".to_owned(), json!(item.id));
    map.insert("text".to_owned(), json!(item.text));
    map.insert("referent".to_owned(), json!(item.referent.map(|r| r.as_str())));
    Value::Object(map)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::canonical;

    #[test]
    fn what_is_written_reads_back() {
        for text in [
            r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],"scales":[{"id":"a","items":["x","-y"]}]}"#,
            r#"{"id":"s","version":"2","license":"own","title":"T","options":[0,3],"labels":["a","b","c","d"],
                "referent":"group","dont_know":[9,-1],"missing_rule":2,"ignore":["age"],
                "items":[{"id":"lone","text":"alone"},{"id":"y","referent":"group"}],"pairs":[["a","b"]],
                "scales":[{"id":"a","items":["x","-y"],"composition":"referent_shift","concepts":["C032"]},
                          {"id":"b","items":["z","w"],"options":[1,7],"favorable":[6,7],"referent":"leader"}]}"#,
        ] {
            let i = Instrument::from_json(text).unwrap();
            let back = Instrument::from_json(&canonical(&i.to_json())).unwrap();
            assert_eq!(back, i);
        }
        for id in ["collective-leadership", "ccl-dac"] {
            let i = Instrument::builtin(id).unwrap();
            assert_eq!(Instrument::from_json(&canonical(&i.to_json())).unwrap(), i);
        }
    }
}

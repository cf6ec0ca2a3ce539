//! What ties and nodes mean: said by whoever measures them, never guessed.

use super::leadership::Top;
use crate::error::{Error, Result, suggest};
use crate::evidence::Direction;
use serde_json::{Map, Value, json};

/// What becomes of ties from a node to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SelfTies {
    /// They are refused.
    #[default]
    Refuse,
    /// They are dropped and counted.
    Drop,
}

/// What becomes of a tie that is listed again; an undirected tie listed from both ends is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Repeats {
    /// It is refused.
    #[default]
    Refuse,
    /// Strengths are added; without strengths a tie is a tie, however often it is listed.
    Sum,
    /// The strongest is kept.
    Strongest,
}

/// What the columns mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Which end of a tie looks to the other.
    pub direction: Direction,
    /// The column of ties that holds their strength; without it every tie is alike.
    pub weight: Option<String>,
    /// The largest strength that could have been given: the top of the rating scale.
    pub most: Option<f64>,
    /// The column of nodes that holds their group.
    pub group: Option<String>,
    /// The column of nodes that says who is a leader (true or false).
    pub leader: Option<String>,
    /// The column of nodes that holds their formal level, a number.
    pub level: Option<String>,
    /// Which end of the levels is the top; needed where levels are compared with ties.
    pub top: Option<Top>,
    /// The column of nodes that says who answered (true or false). The ties by which those who did not look to others
    /// are missing, not absent.
    pub responded: Option<String>,
    /// Ties from a node to itself.
    pub self_ties: SelfTies,
    /// Ties listed again.
    pub repeats: Repeats,
}

const KEYS: [&str; 10] =
    ["direction", "weight", "most", "group", "leader", "level", "top", "responded", "self_ties", "repeats"];

impl Options {
    /// Ties of this direction, and nothing else said.
    pub fn new(direction: Direction) -> Options {
        Options {
            direction,
            weight: None,
            most: None,
            group: None,
            leader: None,
            level: None,
            top: None,
            responded: None,
            self_ties: SelfTies::Refuse,
            repeats: Repeats::Refuse,
        }
    }

    /// Reads a JSON object with `direction` and any of `weight most group leader level top responded self_ties
    /// repeats`; null is as good as left out.
    ///
    /// # Errors
    /// `bad_json`, `no_direction`, `unknown_direction`, `unknown_key`, `wrong_type`, `unknown_word`, `out_of_range`.
    pub fn from_json(text: &str) -> Result<Options> {
        let value: Value = serde_json::from_str(text)
            .map_err(|e| Error::input("bad_json", format!("not a JSON document: {e}")).at("options"))?;
        let map = object(&value, "options")?;
        for key in map.keys() {
            if !KEYS.contains(&key.as_str()) {
                return Err(Error::input("unknown_key", format!("unknown option `{key}`"))
                    .at("options")
                    .help(suggest(key, KEYS)));
            }
        }
        let Some(direction) = text_of(map, "direction")? else {
            return Err(Error::input("no_direction", "the direction of ties is not said").at("direction").help(
                "give `source looks to target`, `target looks to source` or `undirected`: no number would tell the \
                 difference",
            ));
        };
        let word = |key: &str, words: &[&'static str]| -> Result<Option<usize>> {
            let Some(text) = text_of(map, key)? else { return Ok(None) };
            words.iter().position(|w| *w == text).map(Some).ok_or_else(|| {
                Error::input("unknown_word", format!("unknown {key} `{text}`"))
                    .at(key)
                    .help(suggest(&text, words.iter().copied()))
            })
        };
        let most = match map.get("most") {
            None | Some(Value::Null) => None,
            Some(v) => match v.as_f64() {
                Some(most) if most > 0.0 && most.is_finite() => Some(most),
                Some(_) => {
                    let e = Error::input("out_of_range", "the largest strength is not above zero").at("most");
                    return Err(e.help("give the top of the rating scale"));
                }
                None => return Err(wrong("most", "a number")),
            },
        };
        Ok(Options {
            direction: Direction::parse(&direction)?,
            weight: text_of(map, "weight")?,
            most,
            group: text_of(map, "group")?,
            leader: text_of(map, "leader")?,
            level: text_of(map, "level")?,
            top: word("top", &["smallest", "largest"])?.map(|k| if k == 0 { Top::Smallest } else { Top::Largest }),
            responded: text_of(map, "responded")?,
            self_ties: match word("self_ties", &["refuse", "drop"])? {
                Some(1) => SelfTies::Drop,
                _ => SelfTies::Refuse,
            },
            repeats: match word("repeats", &["refuse", "sum", "strongest"])? {
                Some(1) => Repeats::Sum,
                Some(2) => Repeats::Strongest,
                _ => Repeats::Refuse,
            },
        })
    }

    /// The options as [`Options::from_json`] reads them.
    pub fn to_json(&self) -> Value {
        json!({
            "direction": self.direction.as_str(), "weight": self.weight, "most": self.most, "group": self.group,
            "leader": self.leader, "level": self.level, "responded": self.responded,
            "top": self.top.map(|t| if t == Top::Smallest { "smallest" } else { "largest" }),
            "self_ties": match self.self_ties { SelfTies::Refuse => "refuse", SelfTies::Drop => "drop" },
            "repeats": match self.repeats {
                Repeats::Refuse => "refuse", Repeats::Sum => "sum", Repeats::Strongest => "strongest",
            },
        })
    }
}

/// An object, or an error that says what it should be.
pub(in crate::measure) fn object<'v>(value: &'v Value, at: &str) -> Result<&'v Map<String, Value>> {
    value.as_object().ok_or_else(|| wrong(at, "an object"))
}

pub(in crate::measure) fn wrong(at: &str, wanted: &str) -> Error {
    Error::input("wrong_type", format!("`{at}` is not {wanted}")).at(at).help(format!("give {wanted}, or leave it out"))
}

/// Text, when the key is there and not null.
pub(in crate::measure) fn text_of(map: &Map<String, Value>, key: &str) -> Result<Option<String>> {
    match map.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(wrong(key, "text")),
    }
}

/// A whole number from 0, when the key is there and not null.
pub(in crate::measure) fn whole_of(map: &Map<String, Value>, key: &str) -> Result<Option<u64>> {
    match map.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(v) => v.as_u64().map(Some).ok_or_else(|| wrong(key, "a whole number from 0")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_guessed() {
        let refusal = |text: &str| {
            let e = Options::from_json(text).unwrap_err();
            assert!(!e.help_text().is_empty() || e.code() == "bad_json", "{e}");
            (e.code(), e.path().to_owned())
        };
        assert_eq!(refusal("{}"), ("no_direction", "direction".into()));
        assert_eq!(refusal(r#"{"direction":"directed"}"#), ("unknown_direction", "direction".into()));
        assert_eq!(refusal(r#"{"direction":"undirected","weigth":"x"}"#), ("unknown_key", "options".into()));
        assert_eq!(refusal(r#"{"direction":"undirected","weight":3}"#), ("wrong_type", "weight".into()));
        assert_eq!(refusal(r#"{"direction":"undirected","repeats":"add"}"#), ("unknown_word", "repeats".into()));
        assert_eq!(refusal(r#"{"direction":"undirected","most":0}"#), ("out_of_range", "most".into()));
        assert_eq!(refusal("["), ("bad_json", "options".into()));
        let o =
            Options::from_json(r#"{"direction":"source looks to target","group":"team","top":"smallest"}"#).unwrap();
        assert_eq!(Options::from_json(&o.to_json().to_string()).unwrap(), o);
        assert_eq!((o.group.as_deref(), o.top, o.weight), (Some("team"), Some(Top::Smallest), None));
    }
}

//! A case from a JSON document, for languages that hand over text.

use super::case::Case;
use super::model::Framework;
use crate::document::{Kind, Node, parse_json};
use crate::error::{Error, Result};
use crate::measure::{Estimate, MeasureValue, Origin};

const WANTED: &str = "a number, a category or null";
const HELP: &str = "map each measure to a value, [value, se], [value, se, n], a category or null";
/// Up to here every whole number is a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// What is known of one subject, as it was told, before any framework has read it: so that two frameworks can.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What to call the subject.
    pub name: String,
    /// Measures and their values; what is missing is left out.
    pub measures: Vec<(String, MeasureValue)>,
}

impl Told {
    /// Reads subjects from a JSON document: an object from name to measures, or a list of measures, which are then
    /// named by number. Measures are as [`Case::from_json`] takes them.
    ///
    /// ```
    /// use colead::rules::Told;
    /// let told = Told::from_json(r#"{"harbour": {"definable": 1, "urgent": null}}"#)?;
    /// assert_eq!((told[0].name.as_str(), told[0].measures.len()), ("harbour", 1));
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `syntax`, `duplicate_key`, `too_deep`, `wrong_type`, `not_a_count`, `not_finite`, `negative_se`.
    pub fn from_json(text: &str) -> Result<Vec<Told>> {
        let node = parse_json("cases", text)?;
        let named: Vec<(String, &Node)> = match &node.kind {
            Kind::Map(entries) => entries.iter().map(|(name, node)| (name.clone(), node)).collect(),
            Kind::List(items) => items.iter().enumerate().map(|(i, node)| ((i + 1).to_string(), node)).collect(),
            _ => return Err(wrong_type(&node, "cases", "an object or a list")),
        };
        named
            .into_iter()
            .map(|(name, node)| {
                let at = format!("cases, {name}");
                let entries = entries(node, &at)?;
                let mut measures = Vec::new();
                for (id, value) in entries {
                    let place = format!("{at}, {id}");
                    let value = match read(value, &place)? {
                        Given::Missing => continue,
                        Given::Number { value, se, n } => {
                            let e = Estimate::new(value, se, n, Origin::Given).map_err(|e| e.at(place))?;
                            MeasureValue::Known(e)
                        }
                        Given::Category(c) => MeasureValue::Category(c.to_owned(), Origin::Given),
                    };
                    measures.push((id.clone(), value));
                }
                Ok(Told { name, measures })
            })
            .collect()
    }

    /// Reads one subject, as [`Told::from_json`] takes them.
    ///
    /// # Errors
    /// As [`Told::from_json`], and `one_case` where it is not exactly one.
    pub fn one_from_json(text: &str) -> Result<Told> {
        let mut told = Told::from_json(text)?;
        match (told.pop(), told.len()) {
            (Some(case), 0) => Ok(case),
            (_, more) => {
                let message = if more == 0 { "there is no case" } else { "there is more than one case" };
                Err(Error::input("one_case", message).at("cases").help("give one, such as {\"harbour\": {...}}"))
            }
        }
    }

    /// The case as a framework reads it, and what it cannot read: measures that it does not know, and values that
    /// they cannot take. Those count as missing.
    pub(crate) fn read_by(&self, framework: &Framework) -> (Case, Vec<(String, Error)>) {
        let mut case = Case::new(framework);
        let mut unread = Vec::new();
        for (id, value) in &self.measures {
            if let Err(e) = case.set(framework, id, value.clone()) {
                unread.push((id.clone(), e));
            }
        }
        (case, unread)
    }
}

impl Case {
    /// Reads the measures of one subject from a JSON object: measure to a value, `[value, se]`, `[value, se, n]`, a
    /// category, or null for what is missing. True is 1 and false is 0.
    ///
    /// ```
    /// use colead::rules::{Case, Framework};
    /// let framework = Framework::builtin()?;
    /// let case = Case::from_json(&framework, r#"{"definable": true, "means_exist": [0.9, 0.1], "urgent": null}"#)?;
    /// assert!(case.knows(framework.find_measure("means_exist")?));
    /// assert!(!case.knows(framework.find_measure("urgent")?));
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `syntax`, `duplicate_key`, `too_deep`; `wrong_type`, `not_a_count`; and those of [`Case::set`] and
    /// [`Case::give`], each at `measures, <id>`.
    pub fn from_json(framework: &Framework, text: &str) -> Result<Case> {
        Case::from_node(framework, &parse_json("measures", text)?)
    }

    pub(crate) fn from_node(framework: &Framework, node: &Node) -> Result<Case> {
        let mut case = Case::new(framework);
        for (id, value) in entries(node, "measures")? {
            let at = format!("measures, {id}");
            let set = match read(value, &at)? {
                Given::Missing => framework.find_measure(id).map(|_| ()),
                Given::Number { value, se, n } => case.give(framework, id, value, se, n),
                Given::Category(c) => case.set(framework, id, MeasureValue::Category(c.to_owned(), Origin::Given)),
            };
            set.map_err(|e| e.at(at))?;
        }
        Ok(case)
    }
}

fn entries<'n>(node: &'n Node, at: &str) -> Result<&'n [(String, Node)]> {
    match &node.kind {
        Kind::Map(entries) => Ok(entries),
        _ => Err(wrong_type(node, at, "an object")),
    }
}

enum Given<'n> {
    Missing,
    Number { value: f64, se: Option<f64>, n: Option<u64> },
    Category(&'n str),
}

fn read<'n>(node: &'n Node, at: &str) -> Result<Given<'n>> {
    let (value, se, n) = match &node.kind {
        Kind::List(parts) => match parts.as_slice() {
            [value] => (value, None, None),
            [value, se] => (value, Some(se), None),
            [value, se, n] => (value, Some(se), Some(n)),
            _ => {
                let message = format!("expected [value, se, n], found {} values", parts.len());
                return Err(Error::input("wrong_type", message).at(at).help(HELP));
            }
        },
        _ => (node, None, None),
    };
    let se = se.map_or(Ok(None), |se| number(se, &format!("{at}, se")))?;
    let n = n.map_or(Ok(None), |n| count(n, &format!("{at}, n")))?;
    Ok(match &value.kind {
        Kind::Null => Given::Missing,
        Kind::Bool(b) => Given::Number { value: f64::from(u8::from(*b)), se, n },
        Kind::Int(i) => Given::Number { value: *i as f64, se, n },
        Kind::Float(x) => Given::Number { value: *x, se, n },
        Kind::Text(c) if se.is_none() && n.is_none() => Given::Category(c),
        Kind::Text(_) => return Err(wrong_type(value, at, "a number beside its standard error")),
        Kind::List(_) | Kind::Map(_) => return Err(wrong_type(value, at, WANTED)),
    })
}

fn number(node: &Node, at: &str) -> Result<Option<f64>> {
    match &node.kind {
        Kind::Null => Ok(None),
        Kind::Int(i) => Ok(Some(*i as f64)),
        Kind::Float(x) => Ok(Some(*x)),
        _ => Err(wrong_type(node, at, "a number or null")),
    }
}

fn count(node: &Node, at: &str) -> Result<Option<u64>> {
    match number(node, at)? {
        None => Ok(None),
        Some(x) if x >= 0.0 && x.fract() == 0.0 && x <= EXACT => Ok(Some(x as u64)),
        Some(x) => Err(Error::input("not_a_count", format!("`{x}` is not a number of people"))
            .at(at)
            .help("give a whole number from 0, or null")),
    }
}

fn wrong_type(node: &Node, at: &str, wanted: &str) -> Error {
    Error::input("wrong_type", format!("expected {wanted}, found {}", node.kind.name())).at(at).help(HELP)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framework() -> Framework {
        Framework::from_toml(
            r#"
            [framework]
            id = "t"
            version = "1.0.0"
            [measure.pace]
            score = [0, 100]
            [measure.mood]
            category = ["calm", "tense"]
            [question.q]
            asks = "How fast is it?"
            mode = "exclusive"
            options = ["fast", "slow"]
            [[rule]]
            id = "fast"
            says = ["q", "fast"]
            strength = "typical"
            when = { gt = ["pace", 50] }
            because = "it is fast"
            basis = { kind = "user", text = "ours" }
            "#,
        )
        .unwrap()
    }

    #[test]
    fn every_form_of_a_value_is_read() {
        let f = framework();
        let pace = |text: &str| {
            let case = Case::from_json(&f, text).unwrap();
            let e = case.get(f.find_measure("pace").unwrap()).and_then(MeasureValue::estimate).copied();
            e.map(|e| (e.value(), e.se(), e.n()))
        };
        assert_eq!(pace(r#"{"pace": 60}"#), Some((60.0, None, None)));
        assert_eq!(pace(r#"{"pace": [60.5]}"#), Some((60.5, None, None)));
        assert_eq!(pace(r#"{"pace": [60, 2]}"#), Some((60.0, Some(2.0), None)));
        assert_eq!(pace(r#"{"pace": [60, null, 7]}"#), Some((60.0, None, Some(7))));
        assert_eq!(pace(r#"{"pace": true}"#), Some((1.0, None, None)));
        assert_eq!(pace(r#"{"pace": null}"#), None);
        assert_eq!(pace(r#"{"pace": [null, null, null], "mood": "calm"}"#), None);
        assert_eq!(pace("{}"), None);
        let case = Case::from_json(&f, r#"{"mood": "tense"}"#).unwrap();
        assert!(case.knows(f.find_measure("mood").unwrap()));
    }

    #[test]
    fn every_fault_has_its_code_and_place() {
        let f = framework();
        for (text, code, path) in [
            ("", "syntax", "measures"),
            ("[]", "wrong_type", "measures"),
            (r#"{"pace": 1, "pace": 2}"#, "duplicate_key", "measures"),
            (r#"{"pase": 1}"#, "unknown_measure", "measures, pase"),
            (r#"{"pase": null}"#, "unknown_measure", "measures, pase"),
            (r#"{"pace": 101}"#, "out_of_range", "measures, pace"),
            (r#"{"pace": [50, -1]}"#, "negative_se", "measures, pace"),
            (r#"{"pace": [50, "1"]}"#, "wrong_type", "measures, pace, se"),
            (r#"{"pace": [50, 1, 2.5]}"#, "not_a_count", "measures, pace, n"),
            (r#"{"pace": [50, 1, -2]}"#, "not_a_count", "measures, pace, n"),
            (r#"{"pace": [50, 1, 2, 3]}"#, "wrong_type", "measures, pace"),
            (r#"{"pace": []}"#, "wrong_type", "measures, pace"),
            (r#"{"pace": {"value": 1}}"#, "wrong_type", "measures, pace"),
            (r#"{"pace": "fast"}"#, "type_mismatch", "measures, pace"),
            (r#"{"mood": 1}"#, "type_mismatch", "measures, mood"),
            (r#"{"mood": ["calm", 1]}"#, "wrong_type", "measures, mood"),
            (r#"{"mood": "calmer"}"#, "unknown_category", "measures, mood"),
            (r#"{"pace": 1e999}"#, "syntax", "measures"),
        ] {
            let e = Case::from_json(&f, text).unwrap_err();
            assert_eq!((e.code(), e.path()), (code, path), "{text}");
        }
    }
}

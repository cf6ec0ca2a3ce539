//! A challenge described by JSON documents, for languages that hand over text.

use super::classify::classify_challenge;
use crate::document::{Kind, Node, parse_json};
use crate::error::{Error, Result};
use crate::measure::Ratings;
use crate::rules::{Framework, Judgment};

const FACTS: &str = "map each criterion to true, false, a number from 0 to 1 or null, or give a list of such objects, one \
                     a rater";

/// Reads what one or several people said of a challenge: an object from criterion to true, false, a number from 0 to 1
/// or null ("don't know"), or a list of such objects, one a rater.
///
/// ```
/// let facts = colead::assess::facts_from_json(r#"[{"definable": true}, {"definable": 0.5, "urgent": null}]"#)?;
/// assert_eq!((facts.len(), facts[1]["definable"]), (2, Some(0.5)));
/// # Ok::<(), colead::Error>(())
/// ```
///
/// # Errors
/// `syntax`, `duplicate_key`, `too_deep`, and `wrong_type` at `facts, <criterion>` or `facts, rater 2, <criterion>`.
/// Whether the criteria exist and the numbers are in range is for [`classify_challenge`] to say.
pub fn facts_from_json(text: &str) -> Result<Vec<Ratings>> {
    facts(&parse_json("facts", text)?, "facts")
}

/// Reads what was said by component: an object from a component's name to its facts, in the order of the text.
///
/// # Errors
/// As [`facts_from_json`], at `components, <name>, ...`.
pub fn components_from_json(text: &str) -> Result<Vec<(String, Vec<Ratings>)>> {
    let node = parse_json("components", text)?;
    let Kind::Map(entries) = &node.kind else {
        return Err(wrong_type(&node, "components", "an object", "map each component to its facts"));
    };
    entries.iter().map(|(name, node)| Ok((name.clone(), facts(node, &format!("components, {name}"))?))).collect()
}

/// [`classify_challenge`] for documents: facts, and components when there are any.
///
/// # Errors
/// As [`facts_from_json`], [`components_from_json`] and [`classify_challenge`], with the place in the documents.
pub fn classify_documents(
    framework: &Framework,
    facts: &str,
    components: Option<&str>,
    confidence: Option<f64>,
) -> Result<Judgment> {
    let facts = facts_from_json(facts)?;
    let components = components.map_or(Ok(Vec::new()), components_from_json)?;
    classify_challenge(framework, &facts, &components, confidence).map_err(|e| {
        let of_answers = matches!(e.code(), "unknown_criterion" | "out_of_range" | "not_finite");
        if of_answers && !e.path().starts_with("components") {
            let path = format!("facts, {}", e.path());
            return e.at(path);
        }
        e
    })
}

fn facts(node: &Node, at: &str) -> Result<Vec<Ratings>> {
    match &node.kind {
        Kind::Null => Ok(Vec::new()),
        Kind::Map(_) => Ok(vec![ratings(node, at)?]),
        Kind::List(raters) => {
            raters.iter().enumerate().map(|(i, node)| ratings(node, &format!("{at}, rater {}", i + 1))).collect()
        }
        _ => Err(wrong_type(node, at, "an object or a list of objects", FACTS)),
    }
}

fn ratings(node: &Node, at: &str) -> Result<Ratings> {
    let Kind::Map(entries) = &node.kind else { return Err(wrong_type(node, at, "an object", FACTS)) };
    let answer = |(criterion, node): &(String, Node)| {
        let value = match &node.kind {
            Kind::Null => None,
            Kind::Bool(b) => Some(f64::from(u8::from(*b))),
            Kind::Int(i) => Some(*i as f64),
            Kind::Float(x) => Some(*x),
            _ => return Err(wrong_type(node, &format!("{at}, {criterion}"), "true, false, a number or null", FACTS)),
        };
        Ok((criterion.clone(), value))
    };
    entries.iter().map(answer).collect()
}

fn wrong_type(node: &Node, at: &str, wanted: &str, help: &str) -> Error {
    Error::input("wrong_type", format!("expected {wanted}, found {}", node.kind.name())).at(at).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(facts: &str, components: Option<&str>) -> Result<String> {
        let judgment = classify_documents(&Framework::builtin()?, facts, components, None)?;
        Ok(judgment.answer().unwrap_or(judgment.status().as_str()).to_owned())
    }

    #[test]
    fn documents_say_what_values_say() {
        let yes = r#"{"definable": true, "means_exist": 1, "predictable": 1.0, "authority_knows": true,
                      "assumptions_hold": true, "solvers_unchanged": true, "urgent": null}"#;
        let no = r#"{"definable": false, "means_exist": 0, "solvers_unchanged": false}"#;
        assert_eq!(said(yes, None).unwrap(), "technical");
        assert_eq!(said(&format!("[{no}, {no}, {no}]"), None).unwrap(), "complex");
        assert_eq!(said("null", Some(&format!(r#"{{"a": {yes}, "b": [{no}]}}"#))).unwrap(), "mixed");
        assert_eq!(said("{}", None).unwrap(), "insufficient");
        assert_eq!(said("[]", None).unwrap(), "insufficient");
    }

    #[test]
    fn every_fault_has_its_code_and_place() {
        for (facts, components, code, path) in [
            ("", None, "syntax", "facts"),
            ("7", None, "wrong_type", "facts"),
            ("[7]", None, "wrong_type", "facts, rater 1"),
            (r#"{"definable": "yes"}"#, None, "wrong_type", "facts, definable"),
            (r#"[{}, {"definable": []}]"#, None, "wrong_type", "facts, rater 2, definable"),
            (r#"{"definable": 1, "definable": 0}"#, None, "duplicate_key", "facts"),
            (r#"{"definabel": 1}"#, None, "unknown_criterion", "facts, definabel"),
            (r#"{"definable": 2}"#, None, "out_of_range", "facts, definable"),
            (r#"[{}, {"definable": -1}]"#, None, "out_of_range", "facts, definable, rater 2"),
            ("{}", Some("[]"), "wrong_type", "components"),
            ("{}", Some("{"), "syntax", "components"),
            ("{}", Some(r#"{"a": 1}"#), "wrong_type", "components, a"),
            ("{}", Some(r#"{"a": {}, "a": {}}"#), "duplicate_key", "components"),
            ("{}", Some(r#"{"a": {"definabel": 1}}"#), "unknown_criterion", "components, a, definabel"),
            ("{}", Some(r#"{"a": {"definable": 2}}"#), "out_of_range", "components, a, definable"),
        ] {
            let e = said(facts, components).unwrap_err();
            assert_eq!((e.code(), e.path()), (code, path), "{facts} {components:?}");
        }
    }
}

//! `[[rule.test]]`: a case that a rule carries with it, and what it must give.

use crate::document::{At, Kind, Node};
use crate::error::{Error, Result};
use crate::grammar::{Key, Shape, words};
use crate::measure::{Estimate, MeasureValue, Origin};
use crate::rules::case::accept;
use crate::rules::model::{Inner, RuleTest};

const VERDICTS: &[(&str, &str)] = &[("holds", "holds"), ("fails", "fails"), ("insufficient", "insufficient")];

pub(crate) const TEST: &[Key] = &[
    Key::new("given", Shape::Values(&GIVEN), "what is known: measures that are left out are missing").needed(),
    Key::new("expect", Shape::Word(|| words(VERDICTS)), "the verdict of the rule").needed(),
    Key::new("note", Shape::Text, "a remark"),
];
const GIVEN: Shape = Shape::Either(&[Shape::Number, Shape::Id, Shape::List(&Shape::Number, 1, 2)]);

pub(super) fn read_test(inner: &Inner, at: &At<'_>) -> Option<RuleTest> {
    let f = at.table(TEST)?;
    let expect = f.need("expect")?.word("verdict", VERDICTS)?;
    let mut given = Vec::new();
    for (name, value) in f.need("given")?.entries()? {
        let Some(m) = inner.measure_index.get(name).copied() else {
            let help = value.suggest(name, inner.measures.iter().map(|m| m.id.as_str()));
            value.error("unknown_measure", format!("unknown measure `{name}`"), help);
            continue;
        };
        let Some(measure) = inner.measures.get(m.0) else { continue };
        let accepted = given_value(&value, name).and_then(|v| accept(measure, &v).map(|()| v));
        match accepted {
            Ok(v) => given.push((m, v)),
            Err(e) => value.error(e.code(), e.message().to_owned(), e.help_text().to_owned()),
        }
    }
    Some(RuleTest { given, expect, mark: at.mark() })
}

/// A category, a number, or a number with its standard error.
fn given_value(at: &At<'_>, name: &str) -> Result<MeasureValue> {
    let number = |node: &Node| match node.kind {
        Kind::Int(i) => Some(i as f64),
        Kind::Float(x) => Some(x),
        _ => None,
    };
    let numbers = match &at.node.kind {
        Kind::Text(c) => return Ok(MeasureValue::Category(c.clone(), Origin::Given)),
        Kind::List(items) => items.iter().map(number).collect::<Option<Vec<f64>>>(),
        _ => number(at.node).map(|x| vec![x]),
    };
    let (value, se) = match numbers.as_deref() {
        Some([value]) => (*value, None),
        Some([value, se]) => (*value, Some(*se)),
        _ => {
            let message = format!("`{name}` is not given as a value or [value, se]");
            return Err(Error::rulebook("type_mismatch", message).help("such as 0.5 or [0.5, 0.1]"));
        }
    };
    Estimate::new(value, se, None, Origin::Given).map(MeasureValue::Known)
}

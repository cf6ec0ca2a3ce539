//! What Python hands in, read with errors that name the argument: user data never meets a bare `TypeError`.

use crate::call::{Read, Refused};
use colead::measure::{MeasureValue, Origin, Ratings};
use colead::rules::{Case, Framework};
use colead::{Error, Result};
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyList, PyString, PyTuple};

/// One measure as a caller gave it, kept so that a judgment can be made again elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Given {
    Missing,
    Number { value: f64, se: Option<f64>, n: Option<u64> },
    Category(String),
}

/// Measures by name, in the order of the caller.
pub(crate) type Measures = Vec<(String, Given)>;

/// An error about the type of an argument.
pub(crate) fn wrong_type(value: &Bound<'_, PyAny>, at: impl Into<String>, wanted: &str, help: &str) -> Refused {
    let kind = kind(value);
    Refused::Core(Error::input("wrong_type", format!("expected {wanted}, found {kind}")).at(at).help(help))
}

/// What a value is, as Python names it.
pub(crate) fn kind(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "another type".to_owned(), |n| format!("`{n}`"))
}

/// Text.
pub(crate) fn text(value: &Bound<'_, PyAny>, at: &str) -> Read<String> {
    let Ok(text) = value.cast::<PyString>() else {
        return Err(wrong_type(value, at, "text", "give a str"));
    };
    text.to_str().map(str::to_owned).map_err(|_| {
        let message = "the text holds half a character (a lone surrogate)";
        Refused::Core(Error::input("bad_text", message).at(at).help("give text that UTF-8 can write"))
    })
}

/// A list or tuple of texts, or nothing.
pub(crate) fn texts(value: Option<&Bound<'_, PyAny>>, at: &str) -> Read<Option<Vec<String>>> {
    let Some(value) = value.filter(|v| !v.is_none()) else { return Ok(None) };
    if value.is_instance_of::<PyString>() {
        return Ok(Some(vec![text(value, at)?]));
    }
    let Ok(items) = value.try_iter() else {
        return Err(wrong_type(value, at, "a list of texts", "give a list of str, or None"));
    };
    let mut texts = Vec::new();
    for (i, item) in items.enumerate() {
        texts.push(text(&item?, &format!("{at}, {}", i + 1))?);
    }
    Ok(Some(texts))
}

/// What a lone value says of a number.
pub(crate) enum Scalar {
    Missing,
    Bool(bool),
    Number(f64),
    Text(String),
}

/// A lone value: None (or pandas.NA), a boolean, a number of any library, or text.
pub(crate) fn scalar(value: &Bound<'_, PyAny>, at: &str, wanted: &str, help: &str) -> Read<Scalar> {
    if value.is_none() || is_na(value) {
        return Ok(Scalar::Missing);
    }
    if let Ok(b) = value.cast::<PyBool>() {
        return Ok(Scalar::Bool(b.is_true()));
    }
    if value.is_instance_of::<PyString>() {
        return text(value, at).map(Scalar::Text);
    }
    if let Some(item) = unwrapped(value)? {
        return scalar(&item, at, wanted, help);
    }
    if value.is_instance_of::<PyFloat>() || value.is_instance_of::<PyInt>() || value.hasattr("__float__")? {
        return match value.extract::<f64>() {
            Ok(x) => Ok(Scalar::Number(x)),
            Err(e) if e.is_instance_of::<PyOverflowError>(value.py()) => {
                Err(Error::input("out_of_range", "the number is too large").at(at).help(help).into())
            }
            Err(e) if e.is_instance_of::<PyTypeError>(value.py()) => Err(wrong_type(value, at, wanted, help)),
            Err(e) => Err(e.into()),
        };
    }
    Err(wrong_type(value, at, wanted, help))
}

/// pandas.NA says missing; it is no number and no text.
pub(crate) fn is_na(value: &Bound<'_, PyAny>) -> bool {
    value.get_type().name().is_ok_and(|n| n == "NAType" || n == "NaTType")
}

/// The Python value inside a scalar of numpy and its kin.
pub(crate) fn unwrapped<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if value.is_instance_of::<PyFloat>() || value.is_instance_of::<PyInt>() {
        return Ok(None);
    }
    let is_scalar = value.hasattr("dtype")? && value.getattr("ndim").is_ok_and(|n| n.eq(0).unwrap_or(false));
    if !is_scalar {
        return Ok(None);
    }
    let item = value.call_method0("item")?;
    // A scalar that unwraps to its own kind (numpy.longdouble) is read as it is.
    Ok((!item.get_type().is(value.get_type())).then_some(item))
}

const CONFIDENCE: &str = "give a number above 0.5 and below 1, such as 0.9, or None";

/// A confidence, or None for the framework's own.
pub(crate) fn confidence(value: Option<&Bound<'_, PyAny>>) -> Read<Option<f64>> {
    let Some(value) = value else { return Ok(None) };
    match scalar(value, "confidence", "a number", CONFIDENCE)? {
        Scalar::Missing => Ok(None),
        Scalar::Number(x) => Ok(Some(x)),
        Scalar::Bool(_) | Scalar::Text(_) => Err(wrong_type(value, "confidence", "a number", CONFIDENCE)),
    }
}

/// The entries of a mapping, or of anything else with `items()`, such as a pandas row.
pub(crate) fn entries<'py>(value: &Bound<'py, PyAny>, at: &str, help: &str) -> Read<Vec<(String, Bound<'py, PyAny>)>> {
    let refuse = || wrong_type(value, at, "a mapping", help);
    if !value.hasattr("items")? || !value.hasattr("keys")? {
        return Err(refuse());
    }
    let items = value.call_method0("items").map_err(|_| refuse())?;
    let mut entries = Vec::new();
    for pair in items.try_iter()? {
        let (key, item): (Bound<'py, PyAny>, Bound<'py, PyAny>) = pair?.extract()?;
        if !key.is_instance_of::<PyString>() {
            return Err(wrong_type(&key, format!("{at}, keys"), "text as key", help));
        }
        entries.push((text(&key, &format!("{at}, keys"))?, item));
    }
    Ok(entries)
}

const MEASURES: &str = "give a mapping from measure to value, (value, se), (value, se, n), a category or None";

/// The measures of one subject.
pub(crate) fn measures(value: &Bound<'_, PyAny>) -> Read<Measures> {
    let mut found = Measures::new();
    for (id, value) in entries(value, "measures", MEASURES)? {
        let at = format!("measures, {id}");
        let given = given(&value, &at)?;
        found.push((id, given));
    }
    Ok(found)
}

fn given(value: &Bound<'_, PyAny>, at: &str) -> Read<Given> {
    const WANTED: &str = "a number, a category or None";
    if !value.is_instance_of::<PyTuple>() && !value.is_instance_of::<PyList>() {
        return Ok(match scalar(value, at, WANTED, MEASURES)? {
            Scalar::Missing => Given::Missing,
            Scalar::Bool(b) => Given::Number { value: f64::from(u8::from(b)), se: None, n: None },
            Scalar::Number(value) => Given::Number { value, se: None, n: None },
            Scalar::Text(category) => Given::Category(category),
        });
    }
    let parts: Vec<Bound<'_, PyAny>> = value.try_iter()?.collect::<PyResult<_>>()?;
    let (first, se, n) = match &parts[..] {
        [value] => (value, None, None),
        [value, se] => (value, Some(se), None),
        [value, se, n] => (value, Some(se), Some(n)),
        _ => {
            let message = format!("expected (value, se, n), found {} values", parts.len());
            return Err(Error::input("wrong_type", message).at(at).help(MEASURES).into());
        }
    };
    let se = match se {
        Some(se) => number(se, &format!("{at}, se"), "give the standard error, or None")?,
        None => None,
    };
    let n = match n {
        Some(n) => count(n, &format!("{at}, n"))?,
        None => None,
    };
    Ok(match scalar(first, at, WANTED, MEASURES)? {
        Scalar::Missing => Given::Missing,
        Scalar::Bool(b) => Given::Number { value: f64::from(u8::from(b)), se, n },
        Scalar::Number(value) => Given::Number { value, se, n },
        Scalar::Text(category) if se.is_none() && n.is_none() => Given::Category(category),
        Scalar::Text(_) => return Err(wrong_type(first, at, "a number beside its standard error", MEASURES)),
    })
}

/// A number, or None.
pub(crate) fn number(value: &Bound<'_, PyAny>, at: &str, help: &str) -> Read<Option<f64>> {
    match scalar(value, at, "a number", help)? {
        Scalar::Missing => Ok(None),
        Scalar::Number(x) => Ok(Some(x)),
        Scalar::Bool(_) | Scalar::Text(_) => Err(wrong_type(value, at, "a number", help)),
    }
}

/// A whole number from 0, or None.
pub(crate) fn count(value: &Bound<'_, PyAny>, at: &str) -> Read<Option<u64>> {
    const HELP: &str = "give a whole number from 0, or None";
    match number(value, at, HELP)? {
        None => Ok(None),
        // Up to 2^53 every whole number is a double.
        Some(x) if x >= 0.0 && x.fract() == 0.0 && x <= 9_007_199_254_740_992.0 => Ok(Some(x as u64)),
        Some(x) => {
            Err(Error::input("not_a_count", format!("`{x}` is not a number of people")).at(at).help(HELP).into())
        }
    }
}

/// A seed, or None.
pub(crate) fn seed(value: Option<&Bound<'_, PyAny>>) -> Read<Option<u64>> {
    const HELP: &str = "give a whole number from 0 to 2^53 - 1, or None";
    let Some(value) = value.filter(|v| !v.is_none()) else { return Ok(None) };
    let whole = value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>();
    if !whole && unwrapped(value)?.is_none_or(|v| !v.is_instance_of::<PyInt>()) {
        return Err(wrong_type(value, "seed", "a whole number", HELP));
    }
    match value.extract::<u64>() {
        Ok(seed) if seed < 1 << 53 => Ok(Some(seed)),
        _ => Err(Error::input("bad_seed", format!("the seed `{value}` is not from 0 to 2^53 - 1"))
            .at("seed")
            .help(HELP)
            .into()),
    }
}

/// The case of a framework that measures make.
pub(crate) fn case(framework: &Framework, measures: &Measures) -> Result<Case> {
    let mut case = Case::new(framework);
    for (id, given) in measures {
        let set = match given {
            Given::Missing => framework.find_measure(id).map(|_| ()),
            Given::Number { value, se, n } => case.give(framework, id, *value, *se, *n),
            Given::Category(c) => case.set(framework, id, MeasureValue::Category(c.clone(), Origin::Given)),
        };
        set.map_err(|e| e.at(format!("measures, {id}")))?;
    }
    Ok(case)
}

const FACTS: &str = "give a mapping from criterion to True, False, a number from 0 to 1 or None, or a list of such \
                     mappings, one a rater";

/// What one or several people said.
pub(crate) fn facts(value: &Bound<'_, PyAny>, at: &str) -> Read<Vec<Ratings>> {
    if value.is_none() {
        return Ok(Vec::new());
    }
    if value.hasattr("items")? {
        return Ok(vec![ratings(value, at)?]);
    }
    let Ok(items) = value.try_iter() else {
        return Err(wrong_type(value, at, "a mapping or a list of mappings", FACTS));
    };
    if value.is_instance_of::<PyString>() {
        return Err(wrong_type(value, at, "a mapping or a list of mappings", FACTS));
    }
    let mut raters = Vec::new();
    for (i, item) in items.enumerate() {
        raters.push(ratings(&item?, &format!("{at}, rater {}", i + 1))?);
    }
    Ok(raters)
}

fn ratings(value: &Bound<'_, PyAny>, at: &str) -> Read<Ratings> {
    let mut ratings = Ratings::new();
    for (criterion, answer) in entries(value, at, FACTS)? {
        let place = format!("{at}, {criterion}");
        let answer = match scalar(&answer, &place, "True, False, a number or None", FACTS)? {
            Scalar::Missing => None,
            Scalar::Bool(b) => Some(f64::from(u8::from(b))),
            Scalar::Number(x) => Some(x),
            Scalar::Text(_) => return Err(wrong_type(&answer, place, "True, False, a number or None", FACTS)),
        };
        ratings.insert(criterion, answer);
    }
    Ok(ratings)
}

/// Facts by component.
pub(crate) fn components(value: Option<&Bound<'_, PyAny>>) -> Read<Vec<(String, Vec<Ratings>)>> {
    let Some(value) = value.filter(|v| !v.is_none()) else { return Ok(Vec::new()) };
    let mut components = Vec::new();
    for (name, item) in entries(value, "components", "give a mapping from component to facts")? {
        let raters = facts(&item, &format!("components, {name}"))?;
        components.push((name, raters));
    }
    Ok(components)
}

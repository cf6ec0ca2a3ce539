//! Malformed rulebooks: each is refused with its code, at its place, in words a person can act on.
//!
//! In the TOML below `▶` marks the place of the fault; it is taken out before the text is read.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::rules::{Framework, RULEBOOK_FILES, check};
use colead::vocabulary::CATALOGUE_FILES;
use colead::{Diagnostic, Severity};
use proptest::prelude::*;

const HEADER: &str = "[framework]\nid = 'f'\nversion = '1.0.0'\n";
/// A header, two measures, a question, and nothing wrong.
const BASE: &str = "[framework]\nid = 'f'\nversion = '1.0.0'\n\
    [measure.warmth]\nscore = [0, 10]\n[measure.phase]\ncategory = ['early', 'late']\n\
    [question.q]\noptions = ['yes', 'no']\nmode = 'exclusive'\n";
const BASIS: &str = "basis = { kind = 'user', text = 'ours' }\n";

/// Lines after a header.
fn after(header: &str, lines: &str) -> String {
    format!("{header}{lines}\n")
}

/// A rule `r` with these lines.
fn rule(lines: &str) -> String {
    format!("{BASE}[[rule]]\nid = 'r'\nstrength = 'defines'\nbecause = 'b'\n{BASIS}{lines}\n")
}

/// A rule `r` with this condition.
fn when(condition: &str) -> String {
    rule(&format!("when = {condition}"))
}

/// Rules that refer to one another by name.
fn chain(links: &[(&str, &str)]) -> String {
    let rule = |(id, to): &(&str, &str)| {
        let mark = id.trim_start_matches('▶');
        let at = if mark == *id { "" } else { "▶" };
        format!("{at}[[rule]]\nid = '{mark}'\nstrength = 'defines'\nbecause = 'b'\nwhen = {{ holds = '{to}' }}\n")
    };
    format!("{BASE}{}", links.iter().map(rule).collect::<String>())
}

fn nested(depth: usize) -> String {
    format!("{}{{ gt = ['warmth', 1] }}{}", "{ not = ".repeat(depth), " }".repeat(depth))
}

/// A scorecard of two items and bands as given, and a rule that reads it.
fn card(bands: &str) -> String {
    format!(
        "{BASE}[scorecard.s]\nitems = [ {{ gt = ['warmth', 1] }}, {{ is = ['phase', 'late'] }} ]\nbands = {bands}\n"
    )
}

fn errors(text: &str) -> Vec<Diagnostic> {
    check(text).into_iter().filter(|d| d.severity == Severity::Error).collect()
}

/// What every diagnostic owes its reader.
fn well_said(d: &Diagnostic) {
    let m = &d.message;
    let first = m.chars().next().unwrap_or(' ');
    assert!(first.is_lowercase() || first == '`' || first.is_numeric(), "begins in lower case: {d}");
    assert!(!m.ends_with('.') && !d.help.ends_with('.'), "no full stop: {d}");
    assert!(!m.contains('\n') && !m.contains('\0'), "one line: {m:?}");
    assert!(d.severity == Severity::Warning || !d.help.is_empty(), "says what to do: {d}");
    assert!(d.code.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", d.code);
}

/// Refused with `code` at the mark; what else is found must be well said too.
fn refused(name: &str, marked: &str, code: &str) -> Diagnostic {
    let text = marked.replace('▶', "");
    let found = errors(&text);
    let first = found.first().unwrap_or_else(|| panic!("{name}: nothing wrong was found\n{text}"));
    assert_eq!(first.code, code, "{name}: {first}\n{text}");
    if let Some((before, _)) = marked.split_once('▶') {
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let place = (first.line.map(|l| l as usize), first.column.map(|c| c as usize));
        assert_eq!(place, (Some(line), Some(column)), "{name}: {first}\n{text}");
    }
    found.iter().for_each(well_said);
    let refusal = Framework::from_toml(&text).expect_err(name);
    assert_eq!((refusal.code(), refusal.family().as_str()), (code, "rulebook"), "{name}");
    assert_eq!(refusal.diagnostics().iter().filter(|d| d.severity == Severity::Error).count(), found.len(), "{name}");
    first.clone()
}

/// A table of `name: text => code`.
macro_rules! refusals {
    ($($name:literal: $text:expr => $code:literal),+ $(,)?) => {
        $( refused($name, AsRef::<str>::as_ref(&$text), $code); )+
    };
}

#[test]
fn the_base_is_fine() {
    assert_eq!(errors(BASE), []);
    assert_eq!(errors(&when("{ gt = ['warmth', 1] }")), []);
    assert_eq!(errors(&card("[ { name = 'low', from = 0 }, { name = 'high', from = 2 } ]")), []);
    assert_eq!(errors(&when(&nested(15))), []);
}

#[test]
fn headers() {
    refusals! {
        "no header": "▶[measure.a]\nscore = [0, 1]\n" => "missing_key",
        "nothing at all": "" => "missing_key",
        "no id": "▶[framework]\nversion = '1.0.0'\n" => "missing_key",
        "no version": "▶[framework]\nid = 'f'\n" => "missing_key",
        "an id with a space": "[framework]\nid = ▶'a b'\nversion = '1.0.0'\n" => "bad_id",
        "an empty id": "[framework]\nid = ▶''\nversion = '1.0.0'\n" => "bad_id",
        "an id with a null byte": "[framework]\nid = ▶\"a\\u0000b\"\nversion = '1.0.0'\n" => "bad_id",
        "two numbers in a version": "[framework]\nid = 'f'\nversion = ▶'1.0'\n" => "bad_version",
        "a signed version": "[framework]\nid = 'f'\nversion = ▶'+1.0.0'\n" => "bad_version",
        "a padded version": "[framework]\nid = 'f'\nversion = ▶'1.00.0'\n" => "bad_version",
        "words in a version": "[framework]\nid = 'f'\nversion = ▶'1.0.x'\n" => "bad_version",
        "a number for a version": "[framework]\nid = 'f'\nversion = ▶1.0\n" => "type_mismatch",
        "confidence of a half": after(HEADER, "confidence = ▶0.5") => "bad_confidence",
        "confidence of one": after(HEADER, "confidence = ▶1") => "bad_confidence",
        "confidence below zero": after(HEADER, "confidence = ▶-0.9") => "bad_confidence",
        "confidence in words": after(HEADER, "confidence = ▶'high'") => "type_mismatch",
        "confidence nan": after(HEADER, "confidence = ▶nan") => "not_finite",
        "confidence inf": after(HEADER, "confidence = ▶+inf") => "not_finite",
        "a slip in a key": after(HEADER, "confidense = ▶0.9") => "unknown_key",
        "an unknown section": after(HEADER, "▶[rules]\nx = 1") => "unknown_key",
        "a section that is no table": "framework = ▶3\n" => "type_mismatch",
    }
    assert_eq!(refused("slip", &after(HEADER, "confidense = ▶0.9"), "unknown_key").help, "did you mean `confidence`");
    assert_eq!(refused("section", &after(HEADER, "▶[rules]\nx = 1"), "unknown_key").help, "did you mean `rule`");
}

#[test]
fn measures() {
    refusals! {
        "neither score nor category": after(BASE, "▶[measure.x]\nasks = 'a'") => "missing_key",
        "score and category": after(BASE, "▶[measure.x]\nscore = [0, 1]\ncategory = ['a', 'b']") => "missing_key",
        "a range of one number": after(BASE, "[measure.x]\nscore = ▶[1]") => "bad_range",
        "a range upside down": after(BASE, "[measure.x]\nscore = ▶[1, 0]") => "bad_range",
        "a range of three": after(BASE, "[measure.x]\nscore = ▶[0, 1, 2]") => "bad_range",
        "a range in words": after(BASE, "[measure.x]\nscore = [▶'a', 1]") => "type_mismatch",
        "a range too wide for arithmetic": after(BASE, "[measure.x]\nscore = ▶[-1e308, 1e308]") => "bad_range",
        "a range that is not a list": after(BASE, "[measure.x]\nscore = ▶1") => "type_mismatch",
        "a range with nan": after(BASE, "[measure.x]\nscore = [0, ▶nan]") => "not_finite",
        "a range with inf": after(BASE, "[measure.x]\nscore = [0, ▶inf]") => "not_finite",
        "an integer beyond 64 bits": after(BASE, "[measure.x]\nscore = [0, ▶99999999999999999999]") => "out_of_range",
        "one category": after(BASE, "[measure.x]\ncategory = ▶['a']") => "bad_categories",
        "the same category twice": after(BASE, "[measure.x]\ncategory = ▶['a', 'a']") => "bad_categories",
        "a category that is a number": after(BASE, "[measure.x]\ncategory = ['a', ▶2]") => "type_mismatch",
        "an empty category": after(BASE, "[measure.x]\ncategory = ['a', ▶'']") => "bad_id",
        "about a person": after(BASE, "[measure.x]\nscore = [0, 1]\nabout = ▶'person'") => "person_level",
        "about nothing known": after(BASE, "[measure.x]\nscore = [0, 1]\nabout = ▶'planet'") => "unknown_name",
        "about a number": after(BASE, "[measure.x]\nscore = [0, 1]\nabout = ▶3") => "type_mismatch",
        "a step of nothing": after(BASE, "[measure.x]\nscore = [0, 1]\nstep = ▶0") => "out_of_range",
        "a step in words": after(BASE, "[measure.x]\nscore = [0, 1]\nstep = ▶'half'") => "type_mismatch",
        "an unknown reading of a scale": after(BASE, "[measure.x]\nscore = [0, 1]\nscale = 's'\nreads = ▶'totals'") => "unknown_name",
        "actionable in words": after(BASE, "[measure.x]\nscore = [0, 1]\nactionable = ▶'yes'") => "type_mismatch",
        "a key nobody reads": after(BASE, "[measure.x]\nscore = [0, 1]\nask = ▶'a'") => "unknown_key",
        "a name that is a column": after(BASE, "▶[measure.unit]\nscore = [0, 1]") => "reserved_id",
        "a name that is a standard error": after(BASE, "▶[measure.'warmth.se']\nscore = [0, 1]") => "reserved_id",
        "a name with a space": after(BASE, "▶[measure.'a b']\nscore = [0, 1]") => "bad_id",
        "an unknown concept": after(BASE, "[measure.x]\nscore = [0, 1]\nconcepts = [▶'C999']") => "unknown_concept",
        "the same measure twice": after(BASE, "[measure.▶warmth]\nscore = [0, 1]") => "duplicate_key",
    }
}

#[test]
fn questions() {
    let question = |lines: &str| format!("{BASE}[question.x]\n{lines}\n");
    refusals! {
        "no options": format!("{BASE}▶[question.x]\nmode = 'exclusive'\n") => "missing_key",
        "no mode": format!("{BASE}▶[question.x]\noptions = ['a']\n") => "missing_key",
        "an empty list of options": question("mode = 'graded'\noptions = ▶[]") => "bad_options",
        "the same option twice": question("mode = 'graded'\noptions = ▶['a', 'a']") => "bad_options",
        "an option that is a number": question("mode = 'graded'\noptions = ['a', ▶1]") => "type_mismatch",
        "an option with a space": question("mode = 'graded'\noptions = ['a', ▶'b c']") => "bad_id",
        "options in one text": question("mode = 'graded'\noptions = ▶'a, b'") => "type_mismatch",
        "an unknown mode": question("options = ['a']\nmode = ▶'exclusve'") => "unknown_name",
        "a mode that is a number": question("options = ['a']\nmode = ▶1") => "type_mismatch",
        "parts that differ in an unknown way": question("options = ['a', 'b']\nmode = 'exclusive'\nparts_differ = ▶'c'") => "unknown_option",
        "parts of independent options": question("options = ['a', 'b']\nmode = 'independent'\nparts_differ = ▶'a'") => "bad_mode",
        "an unknown overlap": question("options = ['a', 'b']\nmode = 'exclusive'\noverlap = ▶'fine'") => "unknown_name",
        "a judgment of persons": question("options = ['a']\nmode = 'exclusive'\nabout = ▶'person'") => "person_level",
        "a name that is a column": format!("{BASE}▶[question.wave]\noptions = ['a']\nmode = 'exclusive'\n") => "reserved_id",
    }
    assert_eq!(
        refused("mode", &question("options = ['a']\nmode = ▶'exclusve'"), "unknown_name").help,
        "did you mean `exclusive`"
    );
}

#[test]
fn rules() {
    let fine = "when = { gt = ['warmth', 1] }\n";
    let bare = |lines: &str| format!("{BASE}▶[[rule]]\n{lines}\n");
    refusals! {
        "no id": bare("strength = 'defines'\nbecause = 'b'\nwhen = { is = ['phase', 'late'] }") => "missing_key",
        "no strength": bare("id = 'r'\nbecause = 'b'\nwhen = { is = ['phase', 'late'] }") => "missing_key",
        "no condition": bare("id = 'r'\nstrength = 'defines'\nbecause = 'b'") => "missing_key",
        "no reason": bare("id = 'r'\nstrength = 'defines'\nwhen = { is = ['phase', 'late'] }") => "missing_key",
        "an id of two words": format!("{BASE}[[rule]]\nid = ▶'a rule'\n") => "bad_id",
        "an id that is a column": format!("{BASE}[[rule]]\nid = ▶'case'\nstrength = 'defines'\nbecause = 'b'\n{BASIS}{fine}") => "reserved_id",
        "an id that is an answer": bare(&format!("id = 'q.answer'\nstrength = 'defines'\nbecause = 'b'\n{BASIS}{fine}")) => "reserved_id",
        "an unknown strength": format!("{BASE}[[rule]]\nid = 'r'\nstrength = ▶'defnes'\nbecause = 'b'\n{fine}") => "unknown_name",
        "a threshold without a basis": bare(&format!("id = 'r'\nstrength = 'defines'\nbecause = 'b'\n{fine}")) => "missing_basis",
        "a count without a basis": bare("id = 'r'\nstrength = 'defines'\nbecause = 'b'\nwhen = { at_least = { points = 2, of = [ { is = ['phase', 'late'] }, { is = ['phase', 'late'] }, { is = ['phase', 'early'] } ] } }") => "missing_basis",
        "an unknown basis": format!("{BASE}[[rule]]\nid = 'r'\nstrength = 'defines'\nbecause = 'b'\nbasis = {{ kind = ▶'gut' }}\n{fine}") => "unknown_name",
        "the same rule twice": format!("{}▶[[rule]]\nid = 'r'\nstrength = 'defines'\nbecause = 'b'\n{BASIS}{fine}", rule(fine)) => "duplicate_id",
        "says an unknown question": rule(&format!("says = ▶['p', 'yes']\n{fine}")) => "unknown_question",
        "says an unknown option": rule(&format!("says = ▶['q', 'perhaps']\n{fine}")) => "unknown_option",
        "says too little": rule(&format!("says = ▶['q']\n{fine}")) => "bad_says",
        "says in one text": rule(&format!("says = ▶'q yes'\n{fine}")) => "type_mismatch",
        "an unknown concept": rule(&format!("concepts = ['C001', ▶'C01']\n{fine}")) => "unknown_concept",
        "an unknown work": rule(&format!("cites = [ {{ source = ▶'drath-2001-third-wey' }} ]\n{fine}")) => "unknown_work",
        "a citation of nothing": rule(&format!("cites = [ ▶{{ at = 'p. 3' }} ]\n{fine}")) => "missing_key",
        "a guard without a reason": rule(&format!("requires = [ ▶{{ when = {{ is = ['phase', 'late'] }} }} ]\n{fine}")) => "missing_key",
        "a guard of an unknown rule": rule(&format!("requires = [ {{ when = {{ holds = ▶'s' }}, reason = 'x' }} ]\n{fine}")) => "unknown_rule",
        "an exception of an unknown measure": rule(&format!("unless = {{ gt = [▶'warm', 1] }}\n{fine}")) => "unknown_measure",
        "a key nobody reads": rule(&format!("whne = ▶1\n{fine}")) => "unknown_key",
        "rules that are not a list": format!("{BASE}[▶rule.x]\nid = 'r'\n") => "type_mismatch",
        "a concept left out that nobody knows": format!("{BASE}▶[[not_encoded]]\nconcept = 'C999'\nwhy = 'w'\n") => "unknown_concept",
    }
    let work =
        refused("work", &rule(&format!("cites = [ {{ source = ▶'drath-2001-third-wey' }} ]\n{fine}")), "unknown_work");
    assert_eq!(work.help, "did you mean `drath-2001-third-way`");
}

#[test]
fn conditions() {
    refusals! {
        "a word": when("▶'warmth'") => "type_mismatch",
        "no key": when("▶{ }") => "bad_condition",
        "two keys": when("▶{ gt = ['warmth', 1], lt = ['warmth', 2] }") => "bad_condition",
        "an unknown form": when("{ gte = ▶['warmth', 1] }") => "unknown_key",
        "an empty all": when("{ all = ▶[] }") => "bad_condition",
        "an empty any": when("{ any = ▶[] }") => "bad_condition",
        "all of a table": when("{ all = ▶{ gt = ['warmth', 1] } }") => "type_mismatch",
        "a part that is a number": when("{ all = [ { gt = ['warmth', 1] }, ▶2 ] }") => "type_mismatch",
        "at least none": when("{ at_least = { points = ▶0, of = [ { gt = ['warmth', 1] } ] } }") => "out_of_range",
        "at least too many": when("{ at_least = { points = ▶2, of = [ { gt = ['warmth', 1] } ] } }") => "out_of_range",
        "at least less than none": when("{ at_least = { points = ▶-1, of = [ { gt = ['warmth', 1] } ] } }") => "out_of_range",
        "at least a half": when("{ at_least = { points = ▶0.5, of = [ { gt = ['warmth', 1] } ] } }") => "type_mismatch",
        "at least of nothing": when("{ at_least = ▶{ points = 1 } }") => "missing_key",
        "at least of an empty list": when("{ at_least = { points = 1, of = ▶[] } }") => "bad_condition",
        "points of no weight": when("{ at_least = { points = 1, of = [ { points = ▶0, when = { gt = ['warmth', 1] } } ] } }") => "out_of_range",
        "points of too much weight": when("{ at_least = { points = 1, of = [ { points = ▶1001, when = { gt = ['warmth', 1] } } ] } }") => "out_of_range",
        "too many points together": when("{ at_least = { points = 1, of = ▶[ { points = 1000, when = { gt = ['warmth', 1] } }, { gt = ['warmth', 2] } ] } }") => "bad_condition",
        "a threshold above the range": when("{ gt = ['warmth', ▶11] }") => "threshold_out_of_range",
        "a threshold below the range": when("{ le = ['warmth', ▶-0.1] }") => "threshold_out_of_range",
        "a threshold in words": when("{ gt = ['warmth', ▶'much'] }") => "type_mismatch",
        "a threshold that is nan": when("{ gt = ['warmth', ▶nan] }") => "not_finite",
        "a threshold that is infinite": when("{ gt = ['warmth', ▶-inf] }") => "not_finite",
        "a comparison without a threshold": when("{ gt = ▶['warmth'] }") => "bad_condition",
        "a comparison of a category": when("{ gt = ▶['phase', 1] }") => "type_mismatch",
        "a category of a number": when("{ is = ▶['warmth', 'late'] }") => "type_mismatch",
        "an unknown category": when("{ is = ['phase', ▶'lat'] }") => "unknown_category",
        "an unknown category among known ones": when("{ one_of = ['phase', ▶['late', 'lost']] }") => "unknown_category",
        "no category": when("{ one_of = ['phase', ▶[]] }") => "bad_condition",
        "an unknown measure": when("{ gt = [▶'warmht', 1] }") => "unknown_measure",
        "a measure that is a number": when("{ gt = [▶1, 1] }") => "type_mismatch",
        "an unknown rule": when("{ holds = ▶'s' }") => "unknown_rule",
        "a rule that is a number": when("{ holds = ▶1 }") => "type_mismatch",
        "a level of an unknown scorecard": when("{ level = ▶['card', 'high'] }") => "unknown_scorecard",
        "a level without a band": when("{ level = ▶['card'] }") => "bad_condition",
    }
    let slip = refused("slip", &when("{ gt = [▶'warmht', 1] }"), "unknown_measure");
    assert_eq!((slip.path.as_str(), slip.help.as_str()), ("rule[0].when.gt[0]", "did you mean `warmth`"));
}

#[test]
fn nesting() {
    let text = when(&nested(16));
    let found = errors(&text);
    assert_eq!((found[0].code, found[0].path.matches("not").count()), ("too_deep", 16), "{}", found[0]);
    let column = text.lines().nth(15).and_then(|l| l.find("{ gt"));
    assert_eq!((found[0].line, found[0].column), (Some(16), column.map(|c| c as u32 + 1)));
    found.iter().for_each(well_said);
    for depth in [40, 100, 1_000, 100_000] {
        refused("deep", &when(&nested(depth)), "too_deep");
        let json = format!(
            "{{\"framework\":{{\"id\":\"f\",\"version\":\"1.0.0\"}},\"rule\":[{{\"id\":\"r\",\"strength\":\"defines\",\"when\":{}1{}}}]}}",
            "{\"not\":".repeat(depth),
            "}".repeat(depth)
        );
        refused("deep JSON", &json, "too_deep");
        refused("deep keys", &format!("{HEADER}{} = 1\n", vec!["a"; depth + 64].join(".")), "too_deep");
    }
}

#[test]
fn cycles() {
    let message = |links: &[(&str, &str)]| refused("cycle", &chain(links), "cycle").message;
    assert!(message(&[("▶a", "a")]).ends_with("cycle: `a`"));
    assert!(message(&[("▶a", "b"), ("b", "a")]).ends_with("cycle: `a`, `b`"));
    let five = [("▶a", "c"), ("b", "a"), ("c", "e"), ("d", "b"), ("e", "d")];
    assert!(message(&five).ends_with("cycle: `a`, `c`, `e`, `d`, `b`"), "each refers to the next");
    // Rules that lead into a cycle are no part of it.
    assert!(message(&[("first", "a"), ("▶a", "b"), ("b", "a"), ("last", "b")]).ends_with("cycle: `a`, `b`"));
}

#[test]
fn scorecards() {
    let high = "{ name = 'high', from = 2 }";
    let low = "{ name = 'low', from = 0 }";
    refusals! {
        "bands that begin above zero": card(&format!("[ {{ name = 'low', from = ▶1 }}, {high} ]")) => "bad_bands",
        "bands that fall": card(&format!("[ {low}, {high}, {{ name = 'x', from = ▶1 }} ]")) => "bad_bands",
        "a band out of reach": card(&format!("[ {low}, {{ name = 'x', from = ▶3 }} ]")) => "bad_bands",
        "a band below zero": card(&format!("[ {{ name = 'low', from = ▶-1 }}, {high} ]")) => "bad_bands",
        "one band": card(&format!("▶[ {low} ]")) => "bad_bands",
        "no band": card("▶[]") => "bad_bands",
        "two bands of one name": card(&format!("[ {low}, ▶{{ name = 'low', from = 1 }} ]")) => "duplicate_id",
        "a band without a name": card(&format!("[ {low}, ▶{{ from = 1 }} ]")) => "missing_key",
        "a band from a half": card(&format!("[ {low}, {{ name = 'x', from = ▶0.5 }} ]")) => "type_mismatch",
        "no items": format!("{BASE}[scorecard.s]\nitems = ▶[]\nbands = [ {low}, {high} ]\n") => "bad_condition",
        "no bands": format!("{BASE}▶[scorecard.s]\nitems = [ {{ gt = ['warmth', 1] }} ]\n") => "missing_key",
        "a scorecard of a scorecard": format!("{}[scorecard.t]\nitems = [ {{ level = ▶['s', 'low'] }} ]\nbands = [ {low}, {{ name = 'x', from = 1 }} ]\n", card(&format!("[ {low}, {high} ]"))) => "bad_condition",
        "an unknown band": format!("{}[[rule]]\nid = 'r'\nstrength = 'defines'\nbecause = 'b'\n{BASIS}when = {{ level = ▶['s', 'hihg'] }}\n", card(&format!("[ {low}, {high} ]"))) => "unknown_option",
    }
    // Each use of a level is a copy of its scorecard: a small file must not grow without bound.
    let items = vec!["{ gt = ['warmth', 1] }"; 900].join(", ");
    let uses = vec!["{ level = ['s', 'low'] }"; 500].join(", ");
    let text = format!(
        "{BASE}[scorecard.s]\nitems = [ {items} ]\nbands = [ {low}, {high} ]\n[[rule]]\nid = 'r'\nstrength = 'defines'\nbecause = 'b'\n{BASIS}when = {{ all = [ {uses} ] }}\n"
    );
    assert_eq!(errors(&text)[0].code, "too_large");
}

#[test]
fn tests_that_rules_carry() {
    let test = |given: &str| rule(&format!("when = {{ gt = ['warmth', 1] }}\n{given}"));
    refusals! {
        "a failing test": test("test = [ ▶{ given = { warmth = 0 }, expect = 'holds' } ]") => "failing_test",
        "a test of an unknown measure": test("test = [ { given = { warm = ▶0 }, expect = 'fails' } ]") => "unknown_measure",
        "a test out of range": test("test = [ { given = { warmth = ▶11 }, expect = 'holds' } ]") => "out_of_range",
        "a test of an unknown category": test("test = [ { given = { phase = ▶'lat' }, expect = 'holds' } ]") => "unknown_category",
        "a test that gives a category for a number": test("test = [ { given = { warmth = ▶'late' }, expect = 'holds' } ]") => "type_mismatch",
        "a test that expects too much": test("test = [ { given = { warmth = 2 }, expect = ▶'true' } ]") => "unknown_name",
        "a test of nothing": test("test = [ ▶{ expect = 'holds' } ]") => "missing_key",
        "a test with three numbers": test("test = [ { given = { warmth = ▶[1, 2, 3] }, expect = 'holds' } ]") => "type_mismatch",
        "a test with a negative standard error": test("test = [ { given = { warmth = ▶[1, -2] }, expect = 'holds' } ]") => "negative_se",
        "a test with a truth value": test("test = [ { given = { warmth = ▶true }, expect = 'holds' } ]") => "type_mismatch",
    }
}

#[test]
fn catalogues() {
    let concept = |id: &str, more: &str| format!("[[concept]]\nid = '{id}'\ntitle = 't'\ndefinition = 'd'\n{more}");
    refusals! {
        "a concept twice": format!("{BASE}{}▶{}", concept("X1", ""), concept("X1", "")) => "duplicate_id",
        "a concept of an unknown work": format!("{BASE}{}", concept("X1", "cites = [ { work = ▶'nobody-1900' } ]\n")) => "unknown_work",
        "a concept without a definition": format!("{BASE}▶[[concept]]\nid = 'X1'\ntitle = 't'\n") => "missing_key",
        "a work twice": format!("{BASE}[[work]]\nid = 'w'\ntitle = 't'\n▶[[work]]\nid = 'w'\ntitle = 't'\n") => "duplicate_id",
        "a year in words": format!("{BASE}[[work]]\nid = 'w'\ntitle = 't'\nyear = ▶'1994'\n") => "type_mismatch",
    }
}

#[test]
fn documents() {
    refusals! {
        "a key without a value": format!("{HEADER}title =▶\n") => "syntax",
        "a text that never ends": format!("{HEADER}title = 'abc▶\n") => "syntax",
        "a null byte": format!("{HEADER}title = 'a▶\0b'\n") => "syntax",
        "the same key twice": format!("{HEADER}▶id = 'g'\n") => "duplicate_key",
        "two headers": format!("{HEADER}[▶framework]\nid = 'g'\n") => "duplicate_key",
        "JSON that ends early": "{\"framework\": {" => "syntax",
        "JSON with a comma too many": "{\"framework\": {},}" => "syntax",
        "JSON and something after": "{} {}" => "syntax",
        "JSON with a number too large": "{\"framework\": 1e400}" => "syntax",
        "JSON with the same key twice": "{\"framework\": {\"id\": \"a\", \"id\": \"b\"}}" => "duplicate_key",
        "JSON with a null byte": "{\"framework\": {\"id\": \"a\\u0000\", \"version\": \"1.0.0\"}}" => "bad_id",
        "ten megabytes": format!("{HEADER}# {}\n", "x".repeat(10 << 20)) => "too_large",
        "a JSON list": "[1]" => "unknown_key",
    }
    let none = Framework::from_files(&[]).expect_err("no file, no framework");
    assert_eq!(none.code(), "missing_key");
    let twice = Framework::from_files(&[("a.toml", HEADER), ("b.toml", HEADER)]).expect_err("two headers");
    assert_eq!((twice.code(), twice.path()), ("duplicate_id", "b.toml:1:1: framework"));
    let measure = "[measure.m]\nscore = [0, 1]\n";
    let twice = Framework::from_files(&[("a.toml", HEADER), ("b.toml", measure), ("c.toml", measure)]);
    assert_eq!(twice.expect_err("two measures").path(), "c.toml:1:1: measure.m");
}

#[test]
fn json_faults_are_placed_by_path_and_line() {
    let document = |rule: &str| {
        format!(
            r#"{{"framework": {{"id": "f", "version": "1.0.0"}}, "measure": {{"m": {{"score": [0, 1]}}}},
               "question": {{"q": {{"options": ["a"], "mode": "exclusive"}}}}, "rule": [{rule}]}}"#
        )
    };
    let rule = |when: &str| {
        document(&format!(
            r#"{{"id": "r", "strength": "defines", "because": "b", "basis": {{"kind": "user"}}, "when": {when}}}"#
        ))
    };
    for (text, code, path) in [
        (rule(r#"{"gt": ["n", 0.5]}"#), "unknown_measure", "rule[0].when.gt[0]"),
        (rule(r#"{"gt": ["m", 1.5]}"#), "threshold_out_of_range", "rule[0].when.gt[1]"),
        (rule(r#"{"gt": ["m", 123456789012345678901234567890]}"#), "threshold_out_of_range", "rule[0].when.gt[1]"),
        (rule(r#"{"gt": ["m", null]}"#), "type_mismatch", "rule[0].when.gt[1]"),
        (
            rule(r#"{"all": [{"gt": ["m", 0.5]}, {"not": {"any": []}}]}"#),
            "bad_condition",
            "rule[0].when.all[1].not.any",
        ),
        (
            rule(r#"{"at_least": {"points": 3, "of": [{"gt": ["m", 0.5]}]}}"#),
            "out_of_range",
            "rule[0].when.at_least.points",
        ),
        (document(r#"{"id": "r"}"#), "missing_key", "rule[0]"),
        (
            document(r#"{"id": "r", "strength": "defines", "because": null, "when": {"holds": "r"}}"#),
            "missing_key",
            "rule[0]",
        ),
        (document("7"), "type_mismatch", "rule[0]"),
        (
            rule(&format!("{}{{\"gt\": [\"m\", 0.5]}}{}", "{\"not\":".repeat(16), "}".repeat(16))),
            "too_deep",
            &format!("rule[0].when{}", ".not".repeat(16)),
        ),
    ] {
        let found = errors(&text);
        assert_eq!((found[0].code, found[0].path.as_str()), (code, path), "{text}");
        let line = text.lines().nth(found[0].line.unwrap() as usize - 1).unwrap();
        let rest: String = line.chars().skip(found[0].column.unwrap() as usize - 1).collect();
        let value = serde_json::Deserializer::from_str(&rest).into_iter::<serde_json::Value>().next();
        assert!(value.is_some_and(|v| v.is_ok()), "it stands at the value: {rest}");
        found.iter().for_each(well_said);
    }
    let syntax = errors("{\n  \"framework\": }");
    assert_eq!((syntax[0].code, syntax[0].line, syntax[0].column), ("syntax", Some(2), Some(16)));
}

#[test]
fn very_many_faults_are_told_at_once_and_within_bounds() {
    let measures: String =
        (0..2_000).map(|i| format!("[measure.a_rather_long_name_of_a_measure_number_{i}]\nscore = [0, 1]\n")).collect();
    let leaf = "{ gt = ['a_rather_long_name_of_a_mesure_number_x', 0] }, ";
    let text = format!(
        "{HEADER}{measures}[[rule]]\nid = 'r'\nstrength = 'defines'\nbecause = 'b'\nwhen = {{ all = [ {} ] }}\n",
        leaf.repeat(30_000)
    );
    let found = errors(&text);
    assert!(found.len() == 1_000 && found.iter().all(|d| d.code == "unknown_measure"), "{}", found.len());
}

#[test]
fn long_chains_of_rules_are_judged_and_explained() {
    let mut text = format!(
        "{BASE}[[rule]]\nid = 'r0'\nstrength = 'defines'\nbecause = 'b'\n{BASIS}when = {{ gt = ['warmth', 5] }}\n"
    );
    for i in 1..5_000 {
        // Each rule refers to the one before it twice: by paths there are 2^5000 ways down.
        let before = i - 1;
        text.push_str(&format!(
            "[[rule]]\nid = 'r{i}'\nstrength = 'defines'\nbecause = 'b'\nwhen = {{ all = [ {{ holds = 'r{before}' }}, {{ holds = 'r{before}' }} ] }}\n"
        ));
    }
    text.push_str(
        "[[rule]]\nid = 'last'\nsays = ['q', 'yes']\nstrength = 'defines'\nbecause = 'b'\nwhen = { holds = 'r4999' }\n",
    );
    let f = Framework::from_toml(&text).unwrap();
    let mut case = colead::rules::Case::new(&f);
    let open = f.judge("q", &case, None).unwrap();
    assert_eq!(open.needs().missing, [f.find_measure("warmth").unwrap()]);
    assert_eq!(open.next_questions().len(), 1);
    assert!(!open.explain().is_empty());
    case.give(&f, "warmth", 6.0, None, None).unwrap();
    let settled = f.judge("q", &case, None).unwrap();
    assert_eq!(settled.answer(), Some("yes"));
    assert!(settled.explain().len() < 1 << 20 && settled.explanation().to_string().len() < 1 << 24);
    assert!(!settled.because().is_empty() && !settled.counterfactuals().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bytes of the built-in files taken out, doubled or overwritten: a framework or diagnostics, never a panic.
    #[test]
    fn damaged_files_are_read_or_refused(
        file in 0usize..7, cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..40, 0usize..3, any::<u8>()), 1..6)
    ) {
        let (name, text) = RULEBOOK_FILES[file];
        let mut bytes = text.as_bytes().to_vec();
        for (at, length, what, byte) in cuts {
            let start = at.index(bytes.len());
            let end = (start + length).min(bytes.len());
            match what {
                0 => { bytes.drain(start..end); }
                1 => { let piece = bytes[start..end].to_vec(); bytes.splice(start..start, piece); }
                _ => bytes.insert(start, byte),
            }
        }
        let damaged = String::from_utf8_lossy(&bytes);
        let files: Vec<(&str, &str)> =
            RULEBOOK_FILES.iter().map(|(n, t)| if *n == name { (*n, damaged.as_ref()) } else { (*n, *t) }).collect();
        match Framework::from_files(&files) {
            Ok(f) => { f.warnings().iter().for_each(well_said); }
            Err(e) => {
                prop_assert!(!e.diagnostics().is_empty());
                for d in e.diagnostics() {
                    prop_assert!(!d.message.ends_with('.') && !d.code.is_empty());
                    prop_assert!(d.severity == Severity::Warning || !d.help.is_empty(), "{}", d);
                }
            }
        }
    }

    #[test]
    fn any_text_at_all_is_read_or_refused(text in "\\PC{0,200}", json in any::<bool>()) {
        let text = if json { format!("{{{text}") } else { text };
        prop_assert!(Framework::from_toml(&text).is_err());
        check(&text).iter().for_each(well_said);
    }
}

#[test]
fn the_catalogue_files_are_no_framework_of_their_own() {
    for (name, text) in CATALOGUE_FILES {
        let e = Framework::from_files(&[(name, text)]).expect_err("no header, and ids that are built in");
        assert!(e.diagnostics().iter().any(|d| d.code == "missing_key"), "{name}");
    }
}

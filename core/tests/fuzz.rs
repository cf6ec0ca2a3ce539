//! Every door that takes a text, with texts made by damaging good ones: read or refused, never a panic, and what is
//! refused is well said.
//!
//! `make fuzz` runs it for long (`COLEAD_FUZZ_ROUNDS` rounds from `COLEAD_FUZZ_SEED`). A failure names its seed and
//! prints the text; a text that taught something belongs into `tests/fixtures/malformed`.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::assess::Project;
use colead::document::Document;
use colead::evidence::Instrument;
use colead::rules::{Case, Framework, RULEBOOK_FILES, Told, check};
use colead::simulate::Spec;
use colead::{Diagnostic, Error, Severity};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Words that a grammar reacts to, and values at the edges.
const WORDS: &[&str] = &[
    "all",
    "any",
    "at_least",
    "not",
    "ge",
    "lt",
    "is",
    "one_of",
    "holds",
    "level",
    "points",
    "of",
    "when",
    "unless",
    "requires",
    "says",
    "measure",
    "question",
    "rule",
    "set",
    "members",
    "allow",
    "replaces",
    "scorecard",
    "items",
    "bands",
    "given",
    "expect",
    "score",
    "category",
    "options",
    "mode",
    "0",
    "-0.0",
    "1e308",
    "-1e308",
    "1e-320",
    "nan",
    "inf",
    "9223372036854775807",
    "99999999999999999999",
    "0.1",
    "true",
    "null",
    "''",
    "\"\"",
    "[]",
    "{}",
    "[[",
    "]]",
    "{",
    "}",
    "[",
    "]",
    ",",
    "=",
    ":",
    "\"",
    "'",
    "\\u0000",
    "\u{0}",
    "\u{202e}",
    "\u{1f600}",
    "\n",
    "\r",
    "\t",
    "#",
    ".",
    "1979-05-27T07:32:00Z",
    "0x7fffffffffffffff",
    "1_000",
    "'''",
    "\"\"\"",
];

/// A small generator: the same texts everywhere for one seed.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.below(WORDS.len())]
    }
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(otherwise)
}

fn folder(name: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let mut paths: Vec<_> = std::fs::read_dir(root).expect("committed").map(|e| e.expect("readable").path()).collect();
    paths.sort();
    let wanted = |p: &Path| p.extension().is_some_and(|e| e == "toml" || e == "json");
    paths.iter().filter(|p| wanted(p)).map(|p| std::fs::read_to_string(p).expect("text")).collect()
}

/// Each text, and the same as JSON where it is TOML.
fn both(texts: Vec<String>) -> Vec<String> {
    let json = |t: &String| Document::parse("", t).ok().map(|d| d.root.to_json().to_string());
    let more: Vec<String> = texts.iter().filter_map(json).collect();
    texts.into_iter().chain(more).collect()
}

/// Borders between words, numbers and marks.
fn borders(text: &str) -> Vec<usize> {
    let kind = |c: char| if c.is_alphanumeric() || "_.-+".contains(c) { 0 } else { c as u32 };
    let mut found = vec![0];
    let mut last = None;
    for (i, c) in text.char_indices() {
        if last.is_some_and(|l| l != kind(c)) {
            found.push(i);
        }
        last = Some(kind(c));
    }
    found.push(text.len());
    found
}

fn damaged(dice: &mut Dice, seeds: &[String]) -> String {
    let mut text = dice.of(seeds).clone();
    for _ in 0..=dice.below(6) {
        let cuts = borders(&text);
        let at = dice.below(cuts.len() - 1);
        let (from, to) = (cuts[at], cuts[(at + 1 + dice.below(3)).min(cuts.len() - 1)]);
        match dice.below(9) {
            0 => text.replace_range(from..to, ""),
            1 => text.replace_range(from..to, dice.word()),
            2 => text.insert_str(from, dice.word()),
            3 => {
                let piece = text[from..to].repeat(1 + dice.below(40));
                text.insert_str(from, &piece);
            }
            4 => {
                // A piece of another text.
                let other = dice.of(seeds).clone();
                let cuts = borders(&other);
                let a = dice.below(cuts.len());
                let b = (a + dice.below(60)).min(cuts.len() - 1);
                text.insert_str(from, &other[cuts[a]..cuts[b]]);
            }
            5 => {
                // Two pieces change places.
                let other = dice.below(cuts.len() - 1);
                let (a, b) = (text[from..to].to_owned(), text[cuts[other]..cuts[other + 1]].to_owned());
                text = text.replacen(&a, &b, 1);
            }
            6 => text.truncate(from),
            7 => {
                let mut lines: Vec<&str> = text.lines().collect();
                if !lines.is_empty() {
                    let (a, b) = (dice.below(lines.len()), dice.below(lines.len()));
                    lines.swap(a, b);
                }
                text = lines.join("\n");
            }
            _ => {
                let mut bytes = text.into_bytes();
                if !bytes.is_empty() {
                    let at = dice.below(bytes.len());
                    bytes[at] ^= 1 << dice.below(8);
                }
                text = String::from_utf8_lossy(&bytes).into_owned();
            }
        }
        if text.len() > 200_000 {
            text.truncate(borders(&text).into_iter().take_while(|b| *b < 200_000).last().unwrap_or(0));
        }
    }
    text
}

fn well_said(d: &Diagnostic, text: &str) {
    assert!(!d.code.is_empty() && !d.message.is_empty() && !d.message.contains('\n'), "{d:?}");
    assert!(d.severity == Severity::Warning || !d.help.is_empty(), "{d:?}");
    let shown = d.to_string();
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    if let (Some(line), Some(column), true) = (d.line, d.column, d.file.is_empty()) {
        let there = text.split('\n').nth(line as usize - 1).unwrap_or_else(|| panic!("no line {line}: {d:?}"));
        assert!(column as usize <= there.chars().count() + 1, "no column {column}: {d:?}");
        assert!(d.end_line.is_none_or(|end| end >= line) && !d.excerpt.is_empty(), "{d:?}");
    }
}

fn refusal(e: &Error, text: &str) {
    assert!(!e.code().is_empty() && !e.message().is_empty(), "{e:?}");
    e.diagnostics().iter().for_each(|d| well_said(d, text));
}

/// Damaged texts through a door, each round with its own seed.
fn fuzz(door: &str, rounds: u64, seeds: Vec<String>, mut enter: impl FnMut(&str)) {
    let first = setting("COLEAD_FUZZ_SEED", 1);
    for seed in first..first + setting("COLEAD_FUZZ_ROUNDS", rounds) {
        let text = damaged(&mut Dice(seed), &seeds);
        if catch_unwind(AssertUnwindSafe(|| enter(&text))).is_err() {
            panic!("{door}, COLEAD_FUZZ_SEED={seed}:\n{text}");
        }
    }
}

#[test]
fn rulebooks() {
    let mut seeds = folder("../tests/fixtures/malformed");
    seeds.extend(folder("../tests/fixtures/rulebooks"));
    seeds.extend(RULEBOOK_FILES.iter().map(|(_, text)| (*text).to_owned()));
    let mut read = 0;
    fuzz("a rulebook", 400, both(seeds), |text| {
        let found = check(text);
        found.iter().for_each(|d| well_said(d, text));
        match Framework::from_toml(text) {
            Err(e) => {
                assert!(found.iter().any(|d| d.severity == Severity::Error));
                refusal(&e, text);
            }
            Ok(f) => {
                assert!(found.iter().all(|d| d.severity == Severity::Warning));
                read += 1;
                let empty = Case::new(&f);
                for q in f.questions() {
                    let j = f.judge(&q.id, &empty, None).expect("a question of its own");
                    assert!(!j.headline().is_empty() && j.to_json().is_object());
                }
                assert!(!f.diff(&f, &[]).matters());
            }
        }
    });
    assert!(read > 0, "some damage is harmless, else nothing past the reader was tried");
}

#[test]
fn cases() {
    let f = Framework::builtin().unwrap();
    let seeds = [
        r#"{"definable": 1, "means_exist": [0.5, 0.1, 12], "urgent": null, "direction": [60, 4]}"#,
        r#"{"a": {"definable": true}, "b": {"approvals": 3, "decision_days": [40]}}"#,
        r#"[{"priority_agreement": 0.2}, {}]"#,
    ];
    fuzz("a case", 4_000, seeds.map(str::to_owned).to_vec(), |text| {
        match Case::from_json(&f, text) {
            Ok(case) => drop(f.judge("challenge", &case, None).unwrap().to_json()),
            Err(e) => refusal(&e, text),
        }
        match Told::from_json(text) {
            Ok(told) => drop(f.diff(&f, &told)),
            Err(e) => refusal(&e, text),
        }
    });
}

#[test]
fn instruments() {
    fuzz("an instrument", 300, both(folder("instruments")), |text| match Instrument::from_toml(text) {
        Ok(i) => drop(i.to_json()),
        Err(e) => refusal(&e, text),
    });
}

#[test]
fn settings() {
    let seeds = vec![
        "instrument = 'collective-leadership'\nconfidence = 0.9\nseed = 7\n[policy]\nmin_group = 5\npurpose = 'development'\n"
            .to_owned(),
        "framework = 'mine.toml'\ninstrument = 'mine.toml'\n".to_owned(),
    ];
    fuzz("colead.toml", 60, both(seeds), |text| {
        if let Err(e) = Project::from_files(&[("colead.toml", text.as_bytes()), ("facts.csv", b"unit,measure,value\n")])
        {
            refusal(&e, "");
        }
    });
}

#[test]
fn specifications() {
    let seeds =
        vec![r#"{"seed": 3, "teams": 4, "departments": 2, "waves": 1, "items": 3, "options": [1, 5]}"#.to_owned()];
    fuzz("a specification", 2_000, seeds, |text| {
        if let Err(e) = Spec::from_toml(text) {
            refusal(&e, text);
        }
    });
}

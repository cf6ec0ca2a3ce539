//! `include/colead.h` is what cbindgen makes of the sources, byte for byte. `COLEAD_BLESS=1` writes it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![cfg(feature = "c-api")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The files of the C interface in the order of the header.
const SOURCES: &[&str] = &[
    "version.rs",
    "status.rs",
    "error.rs",
    "string.rs",
    "bytes.rs",
    "json.rs",
    "framework.rs",
    "judgment.rs",
    "plan.rs",
    "instrument.rs",
    "tally.rs",
    "responses.rs",
    "evidence.rs",
    "assessment.rs",
    "release.rs",
    "network.rs",
    "coherence.rs",
    "guided.rs",
    "simulate.rs",
];

fn crate_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn header_path() -> PathBuf {
    crate_dir().join("../include/colead.h")
}

fn generated() -> String {
    let config = cbindgen::Config::from_file(crate_dir().join("cbindgen.toml")).expect("cbindgen.toml");
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(crate_dir().join("src/c").join(source));
    }
    let mut bytes = Vec::new();
    builder.generate().expect("cbindgen").write(&mut bytes);
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn the_committed_header_is_the_generated_one() {
    let header = generated();
    if std::env::var_os("COLEAD_BLESS").is_some_and(|v| v == "1") {
        std::fs::write(header_path(), &header).expect("writable");
    }
    let committed = std::fs::read_to_string(header_path()).unwrap_or_default();
    if committed != header {
        let line = committed.lines().zip(header.lines()).take_while(|(a, b)| a == b).count() + 1;
        panic!(
            "include/colead.h is out of date from line {line} on; run COLEAD_BLESS=1 cargo test -p colead-ffi --test header"
        );
    }
}

/// Names of the `no_mangle` functions in a file.
fn exported(source: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(source).expect("readable");
    text.split("#[unsafe(no_mangle)]")
        .skip(1)
        .map(|rest| rest.split("fn ").nth(1).expect("a function").split('(').next().expect("a name").to_owned())
        .collect()
}

#[test]
fn every_exported_function_is_in_the_header_and_documented() {
    let header = generated();
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(crate_dir().join("src/c")).expect("readable") {
        let path = entry.expect("readable").path();
        if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("mod.rs") {
            names.extend(exported(&path));
        }
    }
    assert!(names.remove("colead_test_panic"), "the test function is among the sources");
    assert!(!header.contains("colead_test_panic"), "but not in the header");
    for name in &names {
        let place =
            header.find(&format!("{name}(")).unwrap_or_else(|| panic!("{name} is missing; is its file in SOURCES?"));
        let before = header[..place].rsplit_once('\n').expect("a line before").0;
        assert!(before.trim_end().ends_with("*/"), "{name} has no documentation");
        let verbs = [
            "get",
            "free",
            "clone",
            "create",
            "add",
            "count",
            "write",
            "canonicalize",
            "judge",
            "classify",
            "check",
            "audit",
            "assess",
            "release",
            "explain",
            "merge",
            "subtract",
            "measure",
        ];
        assert!(
            verbs.iter().any(|verb| name.contains(&format!("_{verb}"))),
            "{name} has no verb; functions have one, types have none"
        );
    }
}

#[test]
fn the_version_macros_are_the_version_of_the_crate() {
    use colead_ffi::c::{COLEAD_VERSION_MAJOR, COLEAD_VERSION_MINOR, COLEAD_VERSION_PATCH};
    let macros = [COLEAD_VERSION_MAJOR, COLEAD_VERSION_MINOR, COLEAD_VERSION_PATCH].map(|n| n.to_string());
    assert_eq!(macros.join("."), env!("CARGO_PKG_VERSION"));
}

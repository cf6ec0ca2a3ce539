//! Every value that other tools computed on real data (`reference/survey.json` beside the workspace), sorted into
//! reproduced, not offered and different with the reason. `docs/reference.md` is generated from it:
//! `COLEAD_BLESS=1 cargo test -p colead --test reference` writes it anew.
//!
//! The data lie outside the repository: `COLEAD_SHARED`, or `../shared` beside the workspace. Without them the test
//! says that it is skipped; with `CI=true` their absence is a failure.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod data;
mod ranks;
mod scales;
mod scores;

use data::{Record, records};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

pub(crate) fn shared() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let path = std::env::var_os("COLEAD_SHARED").map_or(beside, PathBuf::from);
    if path.join("reference/survey.json").is_file() {
        return Some(path);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "the shared data are missing at {}", path.display());
    // Written past the capture of the test harness: a skip that nobody sees is a test that nobody runs.
    let _ = writeln!(std::io::stderr(), "SKIPPED: no shared data at {}; set COLEAD_SHARED", path.display());
    None
}

/// How near a value has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Tolerance {
    /// A closed form: 1e-9 relative.
    Closed,
    /// An iterated estimate: 1e-6 relative.
    Iterated,
    /// The other tool prints so many decimals.
    Rounded(i32),
}

/// What colead says to a record.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// `None` is an absence with a reason.
    pub(crate) value: Option<f64>,
    pub(crate) tolerance: Tolerance,
    /// Why it is another number by design.
    pub(crate) different: Option<&'static str>,
}

pub(crate) fn closed(value: Option<f64>) -> Option<Said> {
    Some(Said { value, tolerance: Tolerance::Closed, different: None })
}

pub(crate) fn iterated(value: Option<f64>) -> Option<Said> {
    Some(Said { value, tolerance: Tolerance::Iterated, different: None })
}

pub(crate) fn rounded(value: Option<f64>, decimals: i32) -> Option<Said> {
    Some(Said { value, tolerance: Tolerance::Rounded(decimals), different: None })
}

pub(crate) fn different(value: Option<f64>, why: &'static str) -> Option<Said> {
    Some(Said { value, tolerance: Tolerance::Closed, different: Some(why) })
}

/// Why a statistic is not offered, where that needs a word.
fn not_offered(r: &Record) -> &'static str {
    let name = r.name.as_str();
    match name {
        _ if r.tool == "reliabiliPy" => "three-factor models",
        _ if name.starts_with("omega_h") || name.starts_with("omega_asym") || r.says("nfactors=3") => {
            "three-factor models"
        }
        _ if name.starts_with("splitHalf") => "statistics over all split halves, beyond lambda-4",
        _ if name.contains("ordinal_") || name.starts_with("polychoric") => "polychoric correlations",
        _ if name.starts_with("scoreItems") && r.says("impute=m") => "imputation, on purpose",
        _ if name.starts_with("waba") => "within and between analysis",
        _ if name.starts_with("omega_total_std_1factor(principal)") || name.contains("(principal)") => {
            "principal axis extraction"
        }
        _ if name.starts_with("percent_favorable_ci95") => "this interval of a share; Wilson and Jeffreys are offered",
        _ if name.starts_with("CI.") || name.starts_with("SE.") => "regressed true scores of a person",
        _ => "",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Reproduced,
    Different(&'static str),
    Failed,
    NotOffered(&'static str),
}

/// The relative error, values below a thousandth against a thousandth; a probability against itself.
fn error(got: f64, want: f64, name: &str) -> f64 {
    let floor = if name == "anova_p" || name == "spearman_p" { 0.0 } else { 1e-3 };
    let below = want.abs().max(floor);
    if got == want { 0.0 } else { (got - want).abs() / below }
}

fn judge(r: &Record, said: Option<Said>) -> (Outcome, f64) {
    let Some(said) = said else { return (Outcome::NotOffered(not_offered(r)), 0.0) };
    // A number printed with decimals can only be hit to its decimals.
    let tolerance = r.decimals.map_or(said.tolerance, Tolerance::Rounded);
    let (good, off) = match (said.value, r.value) {
        (None, None) => (true, 0.0),
        (Some(got), Some(want)) => {
            let off = error(got, want, &r.name);
            match tolerance {
                Tolerance::Closed => (off <= 1e-9, off),
                Tolerance::Iterated => (off <= 1e-6, off),
                Tolerance::Rounded(d) => ((got - want).abs() <= 0.5001 * 10_f64.powi(-d), 0.0),
            }
        }
        _ => (false, f64::INFINITY),
    };
    // Both search for the same optimum; here the search ends at 1e-14.
    if !good && said.tolerance == Tolerance::Iterated && off <= 1e-5 {
        return (Outcome::Different("the other search stops earlier; within 1e-5"), off);
    }
    match (good, said.different) {
        (true, _) => (Outcome::Reproduced, off),
        (false, Some(why)) => (Outcome::Different(why), off),
        (false, None) => (Outcome::Failed, off),
    }
}

#[derive(Default)]
struct Line {
    records: usize,
    reproduced: usize,
    different: BTreeMap<&'static str, usize>,
    failed: usize,
    not_offered: usize,
    why_not: &'static str,
    worst: f64,
    iterated: bool,
}

/// The variant without what belongs to one data set: numbers of points, the rest as it is.
fn variant(r: &Record) -> String {
    let text = r.variant.trim().trim_end_matches(';').trim();
    if text.is_empty() { "—".to_owned() } else { text.replace('|', "/") }
}

fn error_text(worst: f64) -> String {
    // Rounded up to a power of ten, and not below 1e-12, so that the page does not change with the last bits.
    if worst <= 1e-12 { "1e-12".to_owned() } else { format!("1e{}", worst.log10().ceil() as i32) }
}

struct Page {
    lines: BTreeMap<(String, String, String, String), Line>,
    faults: Vec<String>,
}

fn page() -> Option<Page> {
    let records = records()?;
    let mut scales = scales::Scales::default();
    let mut page = Page { lines: BTreeMap::new(), faults: Vec::new() };
    for r in &records {
        let said =
            scales.answer(r).or_else(|| scores::answer(r, &mut scales)).or_else(|| ranks::answer(r, &mut scales));
        let iterated = said.as_ref().is_some_and(|s| s.tolerance == Tolerance::Iterated);
        let (outcome, off) = judge(r, said.clone());
        let key = (r.name.clone(), variant(r), r.tool.clone(), r.kind.clone());
        let line = page.lines.entry(key).or_default();
        line.records += 1;
        line.iterated |= iterated;
        match outcome {
            Outcome::Reproduced => {
                line.reproduced += 1;
                line.worst = line.worst.max(off);
            }
            Outcome::Different(why) => *line.different.entry(why).or_default() += 1,
            Outcome::NotOffered(why) => {
                line.not_offered += 1;
                line.why_not = why;
            }
            Outcome::Failed => {
                line.failed += 1;
                if r.kind == "computed" {
                    page.faults.push(format!("{:?} is off by {off:e}: {r:?}", said.and_then(|s| s.value)));
                }
            }
        }
    }
    Some(page)
}

impl Page {
    fn total(&self, f: impl Fn(&Line) -> usize) -> usize {
        self.lines.iter().filter(|(key, _)| key.3 == "computed").map(|(_, l)| f(l)).sum()
    }

    fn text(&self) -> String {
        let mut out = String::from(
            "# Beside other tools, value by value\n\nGenerated by `core/tests/reference/main.rs` from values that other tools computed on real data; neither lies in \
             this repository. Not edited by hand.\n\n",
        );
        let all = self.total(|l| l.records);
        let offered = self.total(|l| l.records - l.not_offered);
        let reproduced = self.total(|l| l.reproduced);
        let different = self.total(|l| l.different.values().sum());
        let share = 100.0 * reproduced as f64 / offered as f64;
        writeln!(
            out,
            "{reproduced} of the {offered} computed values of statistics that colead offers are reproduced ({share:.1} %), \
             within 1e-9 for closed forms and 1e-6 for iterated estimates, relative (below a thousandth, of a thousandth), \
             or to the decimals that the other tool prints; {different} differ for a stated reason; {} of all {all} belong to \
             statistics that colead does not offer. Values from publications are hints, compared to their decimals.\n",
            all - offered
        )
        .unwrap();
        out.push_str("| statistic | variant | tool | values | reproduced | worst error | else |\n|---|---|---|---:|---:|---|---|\n");
        for ((name, variant, tool, kind), l) in &self.lines {
            let mut notes: Vec<String> = l.different.iter().map(|(why, n)| format!("{n} different: {why}")).collect();
            if l.failed > 0 {
                notes.push(format!("{} not reproduced", l.failed));
            }
            if l.not_offered > 0 {
                let why = if l.why_not.is_empty() { String::new() } else { format!(": {}", l.why_not) };
                notes.push(format!("not offered{why}"));
            }
            if kind != "computed" {
                notes.push(kind.clone());
            }
            let worst = if l.reproduced > 0 { error_text(l.worst) } else { String::new() };
            let worst = if l.iterated && l.reproduced > 0 { format!("{worst}, iterated") } else { worst };
            let name = name.replace('|', "/");
            writeln!(
                out,
                "| {name} | {variant} | {tool} | {} | {} | {worst} | {} |",
                l.records,
                l.reproduced,
                notes.join("; ")
            )
            .unwrap();
        }
        out
    }
}

#[test]
fn every_reference_value_is_reproduced_or_told_apart() {
    let Some(page) = page() else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference.md");
    let text = page.text();
    if std::env::var_os("COLEAD_BLESS").is_some() {
        std::fs::write(&path, &text).expect("the page can be written");
    }
    for fault in page.faults.iter().take(30) {
        println!("{fault}");
    }
    let (offered, reproduced) = (page.total(|l| l.records - l.not_offered), page.total(|l| l.reproduced));
    println!("{reproduced} of {offered} offered; {} faults", page.faults.len());
    assert!(offered > 2700, "only {offered} values belong to statistics that are offered");
    assert!(reproduced as f64 >= 0.95 * offered as f64, "{reproduced} of {offered} reproduced");
    assert!(page.faults.is_empty(), "{} values are neither reproduced nor told apart", page.faults.len());
    // The page holds how many of each line were reproduced: whatever breaks or mends changes it.
    let kept = std::fs::read_to_string(&path).expect("docs/reference.md is in the repository");
    assert!(kept == text, "docs/reference.md is not what the test finds: run with COLEAD_BLESS=1 and read the change");
}

//! A folder of evidence with its `colead.toml`, as named bytes: core opens no file.

use super::assessment::{Assessment, assess};
use super::options::{MAX_SEED, Options, day_of};
use crate::document::{At, Diagnostics, Document};
use crate::error::{Error, Family, Result};
use crate::evidence::{Direction, Evidence, Instrument};
use crate::interview::Form;
use crate::rules::Framework;

/// The file that names instrument, framework, confidence, seed and policy.
pub const SETTINGS: &str = "colead.toml";

/// What a folder asks for: evidence, and what to read and judge it with.
#[derive(Debug, Clone)]
pub struct Project {
    /// The framework: built in, or a file of the folder.
    pub framework: Framework,
    /// The evidence of the folder.
    pub evidence: Evidence,
    /// Instrument, confidence and seed.
    pub options: Options,
    /// Minimum group and purpose, when the folder names them.
    pub policy: PolicySettings,
    /// Files that were not read.
    pub unread: Vec<String>,
}

/// The `[policy]` of a folder.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PolicySettings {
    /// The minimum group.
    pub min_group: Option<u64>,
    /// The purpose.
    pub purpose: Option<String>,
    /// How many of a group may put together what they know of themselves.
    pub coalition: Option<u64>,
    /// Whether parts that may not be told alone are told together.
    pub pooling: Option<bool>,
    /// The narrowest range that released means may leave a hidden small group, in points of 100.
    pub interval: Option<f64>,
}

#[derive(Default)]
struct Settings {
    instrument: Option<String>,
    framework: Option<String>,
    confidence: Option<f64>,
    seed: Option<u64>,
    cuts: Vec<String>,
    as_of: Option<i64>,
    direction: Option<Direction>,
    policy: PolicySettings,
}

impl Project {
    /// Reads a folder given as names and bytes. `instrument` and `framework` of `colead.toml` name something built
    /// in or a file of the folder. Files named `interview...`, `.txt` or `.json`, are interviews that were filled in.
    /// Options that the caller sets win over the folder's.
    ///
    /// # Errors
    /// Those of the evidence, the instrument and the framework, and `unknown_file` for a named file that is not there.
    pub fn from_files(files: &[(&str, &[u8])]) -> Result<Project> {
        Project::read(files, None)
    }

    /// As [`Project::from_files`], judged by this framework instead of the folder's.
    ///
    /// # Errors
    /// As [`Project::from_files`].
    pub fn read(files: &[(&str, &[u8])], own: Option<&Framework>) -> Result<Project> {
        let settings = match files.iter().find(|(name, _)| *name == SETTINGS) {
            Some((_, bytes)) => read_settings(text(SETTINGS, bytes)?)?,
            None => Settings::default(),
        };
        let named: Vec<&str> =
            [&settings.instrument, &settings.framework].into_iter().flatten().map(String::as_str).collect();
        // A framework or instrument in JSON is no evidence.
        let tables: Vec<(&str, &[u8])> = files.iter().filter(|(n, _)| !named.contains(n)).copied().collect();
        // An interview needs the framework that asks: it is read last.
        let (interviews, tables): (Vec<_>, Vec<_>) = tables.into_iter().partition(|(name, _)| is_interview(name));
        let (mut evidence, unread) = Evidence::from_files(&tables)?;
        let unread = unread.into_iter().filter(|n| *n != SETTINGS).map(str::to_owned).collect();
        let instrument = match &settings.instrument {
            None => None,
            Some(name) => Some(match find(files, name) {
                Some(bytes) => Instrument::from_file(name, text(name, bytes)?)?,
                None if is_file(name) => return Err(missing(name, "instrument")),
                None => Instrument::builtin(name)?,
            }),
        };
        let framework = match (own, settings.framework.as_deref()) {
            (Some(own), _) => own.clone(),
            (None, None | Some("builtin")) => Framework::builtin()?,
            (None, Some(name)) => match find(files, name) {
                Some(bytes) => Framework::from_files(&[(name, text(name, bytes)?)])?,
                None => return Err(missing(name, "framework")),
            },
        };
        for form in read_interviews(&framework, &interviews)? {
            form.add_to(&mut evidence)?;
        }
        let (confidence, seed) = (settings.confidence, settings.seed);
        let (cuts, as_of, direction) = (settings.cuts, settings.as_of, settings.direction);
        let options = Options { instrument, confidence, seed, cuts, as_of, direction };
        Ok(Project { framework, evidence, options, policy: settings.policy, unread })
    }

    /// Assesses the folder.
    ///
    /// # Errors
    /// As [`assess`].
    pub fn assess(&self) -> Result<Assessment> {
        assess(&self.framework, &self.evidence, &self.options)
    }
}

/// `interview.txt`, `interview-2.json` and their like.
fn is_interview(name: &str) -> bool {
    name.starts_with("interview") && [".txt", ".json"].iter().any(|ending| name.ends_with(ending))
}

/// The interviews of a folder, in the order of their names; sittings about the same are one.
fn read_interviews(framework: &Framework, files: &[(&str, &[u8])]) -> Result<Vec<Form>> {
    let mut files = files.to_vec();
    files.sort_by_key(|(name, _)| *name);
    let mut forms: Vec<Form> = Vec::new();
    for (name, bytes) in files {
        let form = Form::read(framework, name, text(name, bytes)?)?;
        match forms.iter_mut().find(|f| (&f.unit, &f.challenge) == (&form.unit, &form.challenge)) {
            Some(first) => *first = first.merge(&form)?,
            None => forms.push(form),
        }
    }
    Ok(forms)
}

fn find<'f>(files: &[(&str, &'f [u8])], name: &str) -> Option<&'f [u8]> {
    files.iter().find(|(n, _)| *n == name).map(|(_, bytes)| *bytes)
}

fn is_file(name: &str) -> bool {
    [".toml", ".json"].iter().any(|ending| name.ends_with(ending))
}

fn missing(name: &str, key: &str) -> Error {
    Error::input("unknown_file", format!("there is no file `{name}` in the folder"))
        .at(format!("{SETTINGS}: {key}"))
        .help("add the file, or name something built in")
}

fn text<'t>(name: &str, bytes: &'t [u8]) -> Result<&'t str> {
    std::str::from_utf8(bytes).map_err(|e| {
        Error::input("not_utf8", format!("byte {} is not UTF-8", e.valid_up_to() + 1))
            .at(name.to_owned())
            .help("save the file as UTF-8")
    })
}

fn read_settings(text: &str) -> Result<Settings> {
    let doc = Document::parse(SETTINGS, text).map_err(|d| Error::from_diagnostics(Family::Input, vec![d]))?;
    let faults = Diagnostics::default();
    let mut out = Settings::default();
    let keys = ["instrument", "framework", "confidence", "seed", "cuts", "as_of", "direction", "policy"];
    if let Some(f) = At::root(&doc, &faults).fields(&keys) {
        out.instrument = f.get("instrument").and_then(|a| a.text()).map(str::to_owned);
        out.framework = f.get("framework").and_then(|a| a.text()).map(str::to_owned);
        out.confidence = f.get("confidence").and_then(|a| a.number());
        out.seed = f.get("seed").and_then(|a| {
            let seed = u64::try_from(a.integer()?).ok().filter(|s| *s <= MAX_SEED);
            if seed.is_none() {
                a.error("bad_seed", "the seed is not a whole number from 0 to 2^53 - 1", "give a smaller one");
            }
            seed
        });
        out.cuts = f.texts("cuts");
        out.as_of = f.get("as_of").and_then(|a| match day_of(a.text()?) {
            Ok(day) => Some(day),
            Err(e) => {
                a.error(e.code(), e.message(), e.help_text());
                None
            }
        });
        out.direction = f.get("direction").and_then(|a| match Direction::parse(a.text()?) {
            Ok(direction) => Some(direction),
            Err(e) => {
                a.error(e.code(), e.message(), e.help_text());
                None
            }
        });
        if let Some(p) =
            f.get("policy").and_then(|a| a.fields(&["min_group", "purpose", "coalition", "pooling", "interval"]))
        {
            out.policy.purpose = p.get("purpose").and_then(|a| a.text()).map(str::to_owned);
            let people = |key: &str, what: &str, help: &str| {
                let a = p.get(key)?;
                let n = u64::try_from(a.integer()?).ok();
                if n.is_none() {
                    a.error("bad_policy", format!("the {what} is negative"), help);
                }
                n
            };
            out.policy.min_group = people("min_group", "minimum group", "give 5, or another number from 2");
            out.policy.coalition = people("coalition", "coalition", "give 0, 1 or 2");
            out.policy.pooling = p.get("pooling").and_then(|a| a.boolean());
            out.policy.interval = p.get("interval").and_then(|a| a.number());
        }
    }
    faults.finish(Family::Input)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> Result<Project> {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
        Project::from_files(&files)
    }

    #[test]
    fn settings_name_what_is_built_in_or_a_file() {
        let own = r#"{"id":"mine","version":"1","license":"CC0","options":[1,5],"scales":[{"id":"direction","items":["x"]}]}"#;
        let p = project(&[
            (SETTINGS, "instrument = 'mine.json'\nconfidence = 0.8\nseed = 7\n[policy]\nmin_group = 7\n"),
            ("mine.json", own),
            ("responses.csv", "unit,x\na,1\na,2\na,3\nb,4\nb,5\nb,5\n"),
            ("notes.md", "read by people"),
        ])
        .unwrap();
        assert_eq!(p.options.instrument.as_ref().map(|i| i.id()), Some("mine"));
        assert_eq!((p.options.confidence, p.options.seed, p.policy.min_group), (Some(0.8), Some(7), Some(7)));
        assert_eq!(p.unread, ["notes.md"]);
        assert!(p.assess().is_ok());
    }

    #[test]
    fn a_day_decides_who_belongs_where() {
        let files = |as_of: &str| {
            let organization =
                "unit,parent,from,to\nnorth,,,\nsouth,,,\ncrane,north,,2024-06-30\ncrane,south,2024-07-01,\n";
            let members =
                "person,unit,from,to\np,crane,,2024-06-30\nq,crane,,\nr,crane,2024-07-01,\ns,crane,2024-07-01,\n";
            let facts = "unit,measure,value\ncrane,shared_work,1\n";
            let all =
                [(SETTINGS, as_of), ("organization.csv", organization), ("members.csv", members), ("facts.csv", facts)];
            let found = project(&all).unwrap().assess().unwrap();
            let crane = found.units().index("crane").unwrap();
            let above = found.units().parent(crane).map(|i| found.units().name(i).to_owned());
            (above, found.units().size(crane), found.manifest().as_of)
        };
        assert_eq!(files("as_of = '2024-04-01'"), (Some("north".into()), Some(2), day_of("2024-04-01").ok()));
        assert_eq!(files("as_of = '2024-08-01'"), (Some("south".into()), Some(3), day_of("2024-08-01").ok()));
        assert_eq!(files("seed = 0").0, Some("south".into()));
    }

    #[test]
    fn faults_of_settings_have_a_place() {
        let code = |text: &str| project(&[(SETTINGS, text)]).map(|_| ()).map_err(|e| (e.code(), e.path().to_owned()));
        assert_eq!(code("confidense = 1"), Err(("unknown_key", "colead.toml:1:14: confidense".into())));
        assert_eq!(code("instrument = 'x.toml'"), Err(("unknown_file", "colead.toml: instrument".into())));
        assert_eq!(code("instrument = 'colective-leadership'").unwrap_err().0, "unknown_instrument");
        assert_eq!(code("seed = -1").unwrap_err().0, "bad_seed");
        assert_eq!(code("as_of = '2024-02-30'").unwrap_err().0, "bad_day");
        assert!(code("confidence = 0.9").is_ok());
    }
}

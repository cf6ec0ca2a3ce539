//! Files to a framework: one path for the built-in rulebook and a user's own.

use super::check::{connect, run_tests};
use super::condition::{self, Scope};
use super::model::*;
use crate::document::{At, Diagnostics, Document, Fields, Kind, Mark, Node};
use crate::error::{Diagnostic, Error, Family, Result, Severity};
use crate::json;
use crate::measure::{Estimate, MeasureValue, Origin};
use crate::vocabulary::Catalogue;
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::sync::Arc;

/// The most rules, measures or questions a framework may have.
pub const MAX_RULES: usize = 10_000;
/// The most ends of conditions that the rules of a framework may have together.
const MAX_LEAVES: usize = 200_000;
/// Columns that name a row of a table and so cannot name a measure, a question or a rule.
pub(super) const KEYS: &[&str] = &["unit", "id", "case", "wave"];
const SECTIONS: &[&str] =
    &["framework", "work", "concept", "prompt", "measure", "question", "scorecard", "rule", "not_encoded"];
/// What decides, by section: all else may change without a different verdict anywhere.
const LOGIC: &[(&str, &[&str])] = &[
    ("framework", &["id", "confidence"]),
    ("measure", &["score", "category", "about", "scale", "minus", "instrument", "reads", "actionable", "step"]),
    ("question", &["options", "mode", "about", "parts_differ", "overlap"]),
    ("scorecard", &["items", "bands"]),
    ("rule", &["id", "says", "strength", "when", "unless", "requires"]),
];
const READS: &[&str] = &["percent_of_range", "total", "ad_m"];
const BASES: &[&str] = &["published", "simulation", "norm", "convention", "user"];

/// The files of the built-in rulebook.
pub const FILES: &[(&str, &str)] = &[
    ("framework.toml", include_str!("../../rulebook/framework.toml")),
    ("challenge.toml", include_str!("../../rulebook/challenge.toml")),
    ("tasks.toml", include_str!("../../rulebook/tasks.toml")),
    ("capabilities.toml", include_str!("../../rulebook/capabilities.toml")),
    ("obstacles.toml", include_str!("../../rulebook/obstacles.toml")),
    ("sources.toml", include_str!("../../rulebook/sources.toml")),
    ("misdiagnosis.toml", include_str!("../../rulebook/misdiagnosis.toml")),
];

impl Framework {
    /// The framework of the sources, as it ships with the library.
    ///
    /// # Errors
    /// Never for a released crate: its tests load it.
    pub fn builtin() -> Result<Framework> {
        let files: Vec<(&str, &str)> = crate::vocabulary::CATALOGUE_FILES.iter().chain(FILES).copied().collect();
        let (framework, diagnostics) = load(Catalogue::default(), &files);
        accept(framework, diagnostics)
    }

    /// A framework from TOML text. It may cite the built-in catalogue and add concepts and works of its own.
    ///
    /// # Errors
    /// The first fault found, with all diagnostics.
    pub fn from_toml(text: &str) -> Result<Framework> {
        Framework::from_files(&[("", text)])
    }

    /// A framework from JSON text: the same grammar.
    ///
    /// # Errors
    /// The first fault found, with all diagnostics.
    pub fn from_json(text: &str) -> Result<Framework> {
        Framework::from_files(&[("", text)])
    }

    /// A framework from several files, each TOML or JSON, read as one.
    ///
    /// # Errors
    /// The first fault found, with all diagnostics.
    pub fn from_files(files: &[(&str, &str)]) -> Result<Framework> {
        let (framework, diagnostics) = load(Catalogue::builtin()?, files);
        accept(framework, diagnostics)
    }
}

/// Everything that is wrong with a rulebook, and what a person should look at; empty when all is well.
pub fn check(text: &str) -> Vec<Diagnostic> {
    match Catalogue::builtin() {
        Ok(catalogue) => load(catalogue, &[("", text)]).1,
        Err(e) => e.diagnostics().to_vec(),
    }
}

fn accept(framework: Option<Framework>, diagnostics: Vec<Diagnostic>) -> Result<Framework> {
    match framework {
        Some(f) => Ok(f),
        None => Err(Error::from_diagnostics(Family::Rulebook, diagnostics)),
    }
}

fn load(catalogue: Catalogue, files: &[(&str, &str)]) -> (Option<Framework>, Vec<Diagnostic>) {
    let faults = Diagnostics::default();
    let mut documents = Vec::new();
    for (name, text) in files {
        match Document::parse(name, text) {
            Ok(d) => documents.push(d),
            Err(d) => faults.push(d),
        }
    }
    let inner = if faults.failed() { None } else { read(catalogue, &documents, &faults) };
    match inner {
        Some(mut inner) if !faults.failed() => {
            let diagnostics = faults.into_vec();
            inner.warnings.clone_from(&diagnostics);
            (Some(Framework(Arc::new(inner))), diagnostics)
        }
        _ => (None, faults.into_vec()),
    }
}

fn read(catalogue: Catalogue, documents: &[Document], faults: &Diagnostics) -> Option<Inner> {
    let files: Vec<Fields<'_>> = documents.iter().filter_map(|d| At::root(d, faults).fields(SECTIONS)).collect();
    let mut inner = Inner { catalogue, ..Inner::default() };
    (inner.sha256, inner.logic_sha256) = digests(documents);
    read_header(&mut inner, &files, documents, faults);
    inner.catalogue.read(&files);
    for file in &files {
        read_measures(&mut inner, file);
        read_questions(&mut inner, file);
    }
    let rules: Vec<At<'_>> =
        files.iter().filter_map(|f| f.get("rule")).flat_map(|a| a.list().unwrap_or_default()).collect();
    if rules.len().max(inner.measures.len()).max(inner.questions.len()) > MAX_RULES {
        let at = files.first().map(|f| f.at().clone())?;
        at.error("too_many", format!("more than {MAX_RULES} rules, measures or questions"), "split the framework");
        return None;
    }
    let mut scope = Scope::default();
    for m in &inner.measures {
        scope.add_measure(m);
    }
    scope.add_rules(&rules);
    for file in &files {
        scope.add_scorecards(file);
    }
    for at in &rules {
        if let Some(rule) = read_rule(&inner, &scope, at) {
            inner.rules.push(rule);
        }
    }
    for file in &files {
        for at in file.get("not_encoded").and_then(|a| a.list()).unwrap_or_default() {
            let Some(f) = at.fields(&["concept", "why"]) else { continue };
            let Some(concept) = f.need("concept").and_then(|a| a.text()) else { continue };
            inner.catalogue.expect_concept(&at, concept);
            let why = f.need("why").and_then(|a| a.text()).unwrap_or_default().to_owned();
            inner.not_encoded.push(NotEncoded { concept: concept.to_owned(), why });
        }
    }
    let mut ends = 0_usize;
    for rule in &inner.rules {
        rule.conditions().for_each(|c| condition::leaves(c, &mut |_| ends += 1));
    }
    if ends > MAX_LEAVES {
        let at = files.first().map(|f| f.at().clone())?;
        at.error("too_large", format!("the rules have more than {MAX_LEAVES} comparisons"), "split the framework");
    }
    // Rule numbers are places in the file: a rule that was not read would shift them.
    if faults.failed() {
        return None;
    }
    let inner = connect(inner, faults)?;
    if faults.failed() {
        return None;
    }
    // The rules' own tests run on the finished framework.
    let framework = Framework(Arc::new(inner));
    run_tests(&framework, faults);
    Arc::try_unwrap(framework.0).ok()
}

fn read_header(inner: &mut Inner, files: &[Fields<'_>], documents: &[Document], faults: &Diagnostics) {
    let mut headers = files.iter().filter_map(|f| f.get("framework"));
    let Some(at) = headers.next() else {
        let (message, help) = ("missing section `framework`", "add [framework] with id, version and confidence");
        match documents.first() {
            Some(d) => At::root(d, faults).error("missing_key", message, help),
            None => faults.push(Mark::default().diagnostic(Severity::Error, "missing_key", message, help)),
        }
        return;
    };
    for extra in headers {
        extra.error("duplicate_id", "a second section `framework`", "keep one of them");
    }
    let Some(f) = at.fields(&["id", "version", "title", "confidence", "basis", "note"]) else { return };
    inner.id = f.need("id").and_then(|a| a.id()).unwrap_or_default().to_owned();
    inner.title = f.text_or_empty("title");
    if let Some(v) = f.need("version") {
        inner.version = v.text().unwrap_or_default().to_owned();
        let numbers: Vec<&str> = inner.version.split('.').collect();
        let plain = |n: &str| n.parse::<u32>().is_ok_and(|value| value.to_string() == n);
        if numbers.len() != 3 || !numbers.into_iter().all(plain) {
            v.error("bad_version", format!("`{}` is not a version", inner.version), "write it as 1.2.3");
        }
    }
    inner.confidence = match f.get("confidence") {
        None => 0.9,
        Some(a) => match a.number() {
            Some(c) if c > 0.5 && c < 1.0 => c,
            Some(c) => {
                a.error("bad_confidence", format!("the confidence `{c}` is not above 0.5 and below 1"), "such as 0.9");
                0.9
            }
            None => 0.9,
        },
    };
}

fn read_measures(inner: &mut Inner, file: &Fields<'_>) {
    for (id, at) in file.get("measure").and_then(|a| a.entries()).unwrap_or_default() {
        if !usable(&at, id) {
            continue;
        }
        let Some(f) = at.fields(&[
            "score",
            "title",
            "category",
            "asks",
            "whom",
            "about",
            "unit",
            "scale",
            "minus",
            "instrument",
            "reads",
            "actionable",
            "step",
            "concepts",
            "note",
        ]) else {
            continue;
        };
        let kind = match (f.get("score"), f.get("category")) {
            (Some(a), None) => {
                let range: Vec<f64> = a.list().unwrap_or_default().iter().filter_map(At::number).collect();
                match range[..] {
                    [lo, hi] if lo < hi && (hi - lo).is_finite() => MeasureKind::Score { lo, hi },
                    _ => {
                        a.error(
                            "bad_range",
                            format!("the range of `{id}` is not [smallest, largest]"),
                            "such as [0, 1]",
                        );
                        continue;
                    }
                }
            }
            (None, Some(a)) => {
                let names = names(&a);
                let distinct: HashSet<&String> = names.iter().collect();
                if names.len() < 2 || distinct.len() != names.len() || names.len() > 64 {
                    let help = "such as [\"early\", \"late\"]";
                    a.error("bad_categories", format!("`{id}` needs 2 to 64 distinct categories"), help);
                    continue;
                }
                MeasureKind::Category(names)
            }
            _ => {
                let help = "give one of them, such as `score = [0, 1]`";
                at.error("missing_key", format!("`{id}` needs either `score` or `category`"), help);
                continue;
            }
        };
        let scale = f.get("scale").and_then(|a| a.id()).map(|scale| ScaleBinding {
            scale: scale.to_owned(),
            minus: f.get("minus").and_then(|a| a.id()).map(str::to_owned),
            instrument: f.get("instrument").and_then(|a| a.id()).map(str::to_owned),
            reads: f.get("reads").and_then(|a| a.text()).unwrap_or("percent_of_range").to_owned(),
        });
        if let Some((a, reads)) = f.get("reads").and_then(|a| Some((a.clone(), a.text()?)))
            && !READS.contains(&reads)
        {
            a.error(
                "unknown_name",
                format!("unknown way `{reads}` to read a scale"),
                a.suggest(reads, READS.iter().copied()),
            );
        }
        let step = f.get("step").and_then(|a| Some((a.number()?, a)));
        if let Some((s, a)) = &step
            && *s <= 0.0
        {
            a.error(
                "out_of_range",
                format!("the step `{s}` is not above zero"),
                "give the smallest change worth naming",
            );
        }
        let about = about(&f);
        let next = MeasureId(inner.measures.len());
        if inner.measure_index.insert(id.to_owned(), next).is_some() {
            at.error("duplicate_id", format!("the measure `{id}` is declared twice"), "keep one of them");
        }
        inner.measures.push(Measure {
            id: id.to_owned(),
            title: f.text_or_empty("title"),
            kind,
            asks: f.text_or_empty("asks"),
            whom: f.text_or_empty("whom"),
            about,
            unit: f.text_or_empty("unit"),
            scale,
            actionable: f.get("actionable").and_then(|a| a.boolean()).unwrap_or(true),
            step: step.map(|(s, _)| s),
            concepts: f.get("concepts").map(|a| inner.catalogue.known_concepts(&a)).unwrap_or_default(),
            mark: at.mark(),
        });
    }
}

/// Whether the key of a section can be an id, and is not the name of a column that names rows.
fn usable(at: &At<'_>, id: &str) -> bool {
    if KEYS.contains(&id) {
        at.error("reserved_id", format!("`{id}` names the rows of a table"), "choose another id");
        return false;
    }
    at.names(id)
}

/// A list of ids; faults are reported and left out.
fn names(at: &At<'_>) -> Vec<String> {
    at.list().unwrap_or_default().iter().filter_map(At::id).map(str::to_owned).collect()
}

fn about(f: &Fields<'_>) -> String {
    const ABOUT: &[&str] = &["group", "organization", "challenge"];
    let Some(a) = f.get("about") else { return "group".to_owned() };
    let Some(text) = a.text() else { return "group".to_owned() };
    if text == "person" {
        let help = "leadership lives between people: say `group`, `organization` or `challenge`";
        a.error("person_level", "nothing here may be judged of a person", help);
    } else if !ABOUT.contains(&text) {
        a.error("unknown_name", format!("unknown subject `{text}`"), a.suggest(text, ABOUT.iter().copied()));
    }
    text.to_owned()
}

fn read_questions(inner: &mut Inner, file: &Fields<'_>) {
    for (id, at) in file.get("question").and_then(|a| a.entries()).unwrap_or_default() {
        if !usable(&at, id) {
            continue;
        }
        let Some(f) =
            at.fields(&["options", "mode", "asks", "title", "about", "parts_differ", "concepts", "overlap", "note"])
        else {
            continue;
        };
        let Some(given) = f.need("options") else { continue };
        let options = names(&given);
        let distinct: HashSet<&String> = options.iter().collect();
        if options.is_empty() || options.len() > 64 || distinct.len() != options.len() {
            let help = "such as [\"yes\", \"no\"]";
            given.error("bad_options", format!("the question `{id}` needs 1 to 64 distinct options"), help);
        }
        const MODES: &[(&str, Mode)] =
            &[("exclusive", Mode::Exclusive), ("independent", Mode::Independent), ("graded", Mode::Graded)];
        let Some(mode) = f.need("mode").and_then(|a| one_of(&a, "mode", MODES)) else { continue };
        if let Some(a) = f.get("overlap") {
            one_of(&a, "overlap", &[("conflict", ())]);
        }
        let parts_differ = f.get("parts_differ").and_then(|a| {
            let name = a.text()?;
            let found = options.iter().position(|o| o == name);
            if found.is_none() {
                let help = a.suggest(name, options.iter().map(String::as_str));
                a.error("unknown_option", format!("unknown option `{name}` of `{id}`"), help);
            }
            if mode != Mode::Exclusive {
                let help = "leave out `parts_differ`, or make the question exclusive";
                a.error("bad_mode", format!("the parts of `{id}` have no single answer"), help);
            }
            found
        });
        let next = QuestionId(inner.questions.len());
        if inner.question_index.insert(id.to_owned(), next).is_some() {
            at.error("duplicate_id", format!("the question `{id}` is declared twice"), "keep one of them");
        }
        let rules = vec![Vec::new(); options.len()];
        inner.questions.push(Question {
            id: id.to_owned(),
            asks: f.text_or_empty("asks"),
            title: f.get("title").and_then(|a| a.text()).unwrap_or(id).to_owned(),
            options,
            mode,
            about: about(&f),
            parts_differ,
            concepts: f.get("concepts").map(|a| inner.catalogue.known_concepts(&a)).unwrap_or_default(),
            rules,
            order: Vec::new(),
            measures: Vec::new(),
            mark: at.mark(),
        });
    }
}

/// The value that a word stands for, from a short list of words.
fn one_of<T: Copy>(at: &At<'_>, what: &str, known: &[(&str, T)]) -> Option<T> {
    let word = at.text()?;
    let found = known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    if found.is_none() {
        let help = at.suggest(word, known.iter().map(|(name, _)| *name));
        at.error("unknown_name", format!("unknown {what} `{word}`"), help);
    }
    found
}

fn read_rule(inner: &Inner, scope: &Scope, at: &At<'_>) -> Option<Rule> {
    let f = at.fields(&[
        "id", "says", "strength", "when", "unless", "requires", "basis", "because", "concepts", "cites", "replaces",
        "test", "note",
    ])?;
    let id_at = f.need("id")?;
    let id = id_at.id()?.to_owned();
    if KEYS.contains(&id.as_str()) {
        id_at.error("reserved_id", format!("`{id}` names the rows of a table"), "choose another id");
    }
    let says = f.get("says").and_then(|a| read_says(inner, &a));
    const STRENGTHS: &[(&str, Strength)] =
        &[("defines", Strength::Defines), ("typical", Strength::Typical), ("suggests", Strength::Suggests)];
    let strength = one_of(&f.need("strength")?, "strength", STRENGTHS)?;
    let when = condition::read(scope, &f.need("when")?)?;
    let unless = match f.get("unless") {
        Some(a) => Some(condition::read(scope, &a)?),
        None => None,
    };
    let mut requires = Vec::new();
    for guard in f.get("requires").and_then(|a| a.list()).unwrap_or_default() {
        let g = guard.fields(&["when", "reason"])?;
        let when = condition::read(scope, &g.need("when")?)?;
        requires.push(Require { when, reason: g.need("reason")?.id()?.to_owned() });
    }
    let basis = f.get("basis").and_then(|a| {
        let b = a.fields(&["kind", "text", "cites"])?;
        let at = b.need("kind")?;
        let kind = at.text()?;
        if !BASES.contains(&kind) {
            at.error("unknown_name", format!("unknown basis `{kind}`"), at.suggest(kind, BASES.iter().copied()));
        }
        Some(Basis { kind: kind.to_owned(), text: b.text_or_empty("text") })
    });
    let numbers_decide = condition::has_threshold(&when)
        || unless.as_ref().is_some_and(condition::has_threshold)
        || requires.iter().any(|r| condition::has_threshold(&r.when));
    if basis.is_none() && numbers_decide {
        let help = "add basis = { kind = \"convention\", text = \"why this number\" }: the sources give no cut-offs";
        at.error("missing_basis", format!("the rule `{id}` has a threshold and no basis"), help);
    }
    Some(Rule {
        says,
        strength,
        when,
        unless,
        requires,
        basis,
        because: f.need("because").and_then(|a| a.text()).unwrap_or_default().to_owned(),
        concepts: f.get("concepts").map(|a| inner.catalogue.known_concepts(&a)).unwrap_or_default(),
        cites: f.get("cites").map(|a| inner.catalogue.cites(&a, "source")).unwrap_or_default(),
        replaces: f.texts("replaces"),
        mark: at.mark(),
        tests: f
            .get("test")
            .and_then(|a| a.list())
            .unwrap_or_default()
            .iter()
            .filter_map(|t| read_test(inner, t))
            .collect(),
        id,
    })
}

fn read_says(inner: &Inner, at: &At<'_>) -> Option<(QuestionId, usize)> {
    let names = at.texts();
    let [question, option] = names[..] else {
        at.error("bad_says", "`says` is not [question, option]", "such as [\"challenge\", \"technical\"]");
        return None;
    };
    let Some(q) = inner.question_index.get(question).copied() else {
        let help = at.suggest(question, inner.questions.iter().map(|q| q.id.as_str()));
        at.error("unknown_question", format!("unknown question `{question}`"), help);
        return None;
    };
    let options = &inner.questions.get(q.0)?.options;
    let found = options.iter().position(|o| o == option);
    if found.is_none() {
        let help = at.suggest(option, options.iter().map(String::as_str));
        at.error("unknown_option", format!("unknown option `{option}` of `{question}`"), help);
    }
    found.map(|o| (q, o))
}

fn read_test(inner: &Inner, at: &At<'_>) -> Option<RuleTest> {
    let f = at.fields(&["given", "expect", "note"])?;
    const VERDICTS: &[(&str, &str)] = &[("holds", "holds"), ("fails", "fails"), ("insufficient", "insufficient")];
    let expect = one_of(&f.need("expect")?, "verdict", VERDICTS)?;
    let mut given = Vec::new();
    for (name, value) in f.need("given")?.entries()? {
        let Some(m) = inner.measure_index.get(name).copied() else {
            let help = value.suggest(name, inner.measures.iter().map(|m| m.id.as_str()));
            value.error("unknown_measure", format!("unknown measure `{name}`"), help);
            continue;
        };
        let Some(measure) = inner.measures.get(m.0) else { continue };
        let accepted = given_value(&value, name).and_then(|v| super::case::accept(measure, &v).map(|()| v));
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

/// Digests of all that is said and of what decides, independent of layout and of how many files there are.
fn digests(documents: &[Document]) -> (String, String) {
    let mut all = Map::new();
    for d in documents {
        if let Kind::Map(sections) = &d.root.kind {
            for (name, node) in sections {
                merge(all.entry(name.clone()).or_insert(Value::Null), node);
            }
        }
    }
    let logic: Map<String, Value> = LOGIC
        .iter()
        .filter_map(|(section, kept)| Some(((*section).to_owned(), decides(section, all.get(*section)?, kept))))
        .collect();
    let digest = |v: &Value| json::sha256(json::canonical(v).as_bytes());
    (digest(&Value::Object(all)), digest(&Value::Object(logic)))
}

fn merge(into: &mut Value, node: &Node) {
    match (into, node.to_json()) {
        (Value::Array(a), Value::Array(b)) => a.extend(b),
        (Value::Object(a), Value::Object(b)) => a.extend(b),
        (slot, value) => *slot = value,
    }
}

/// The entries of a section reduced to the keys that decide. Ids are keys of a table too, so the names of measures
/// are never taken for prose, whatever they are.
fn decides(section: &str, value: &Value, kept: &[&str]) -> Value {
    let reduced = |v: &Value| match v {
        Value::Object(map) => Value::Object(
            map.iter()
                .filter(|(k, v)| kept.contains(&k.as_str()) && !v.is_null())
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect(),
        ),
        other => other.clone(),
    };
    match value {
        Value::Array(items) => Value::Array(items.iter().map(reduced).collect()),
        Value::Object(map) if section != "framework" => {
            Value::Object(map.iter().map(|(id, v)| (id.clone(), reduced(v))).collect())
        }
        other => reduced(other),
    }
}

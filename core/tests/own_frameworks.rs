//! Frameworks of users: those that extend the built-in one, and copies of it that stand by themselves.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::assess::Project;
use colead::rules::{Case, Framework, RULEBOOK_FILES, Told, check, check_files, compare, starter};
use colead::vocabulary::CATALOGUE_FILES;
use colead::{Diagnostic, Severity};

const HEADER: &str = "[framework]\nid = 'ward'\nversion = '1.0.0'\nextends = 'collective-leadership'\n";
const OWN: &str = "[measure.handover_errors]\nscore = [0, 100]\n[question.handover]\noptions = ['works']\n\
    mode = 'independent'\n[[rule]]\nid = 'handover.works'\nsays = ['handover', 'works']\nstrength = 'typical'\n\
    because = 'b'\nbasis = { kind = 'norm', text = 'ours' }\nwhen = { lt = ['handover_errors', 5] }\n";
/// Technical only where nothing is urgent either.
const STRICTER: &str = "[[rule]]\nid = 'ward.technical'\nreplaces = ['challenge.technical']\n\
    says = ['challenge', 'technical']\nstrength = 'defines'\nbecause = 'b'\nbasis = { kind = 'user', text = 'ours' }\n\
    when = { all = [ { holds = 'challenge.known' }, { gt = ['solvers_unchanged', 0.5] }, { lt = ['urgent', 0.5] } ] }\n";

fn errors(text: &str) -> Vec<Diagnostic> {
    check(text).into_iter().filter(|d| d.severity == Severity::Error).collect()
}

fn codes(text: &str) -> Vec<&'static str> {
    errors(text).iter().map(|d| d.code).collect()
}

fn answer(f: &Framework, question: &str, case: &str) -> Option<String> {
    let case = Case::from_json(f, case).unwrap();
    f.judge(question, &case, None).unwrap().answer().map(str::to_owned)
}

const KNOWN: &str =
    r#"{"definable": 1, "means_exist": 1, "predictable": 1, "authority_knows": 1, "solvers_unchanged": 1"#;

#[test]
fn an_extension_has_everything_of_the_built_in_framework_and_its_own() {
    let builtin = Framework::builtin().unwrap();
    let own = Framework::from_toml(&format!("{HEADER}{OWN}")).unwrap();
    assert_eq!((own.id(), own.version(), own.confidence()), ("ward", "1.0.0", builtin.confidence()));
    assert_eq!(own.extends(), Some((builtin.id(), builtin.version())));
    assert_eq!(own.rules().len(), builtin.rules().len() + 1);
    assert_eq!(own.catalogue().concepts().len(), builtin.catalogue().concepts().len());
    assert_eq!(own.levers().len(), builtin.levers().len());
    assert_eq!(answer(&own, "challenge", &format!("{KNOWN}}}")).as_deref(), Some("technical"));
    let case = Case::from_json(&own, r#"{"handover_errors": 1}"#).unwrap();
    assert_eq!(own.judge("handover", &case, None).unwrap().answer_json()["works"], "holds");
    // Only what is the extension's own is told.
    assert!(own.warnings().iter().all(|w| w.file.is_empty()), "{:?}", own.warnings());
}

#[test]
fn the_digests_cover_both() {
    let digests = |text: &str| {
        let f = Framework::from_toml(text).unwrap();
        (f.sha256().to_owned(), f.logic_sha256().to_owned())
    };
    let (all, logic) = digests(&format!("{HEADER}{OWN}"));
    let alone = HEADER.replace("extends = 'collective-leadership'\n", "");
    assert_ne!(digests(&format!("{alone}{OWN}")).1, logic);
    let moved = digests(&format!("{HEADER}{}", OWN.replace("_errors', 5", "_errors', 6")));
    assert!(moved.0 != all && moved.1 != logic);
    let said = digests(&format!("{HEADER}{}", OWN.replace("because = 'b'", "because = 'so'")));
    assert!(said.0 != all && said.1 == logic);
    // What is replaced decides no more.
    let replaced = digests(&format!("{HEADER}{STRICTER}"));
    assert_ne!(replaced.1, logic);
}

#[test]
fn a_rule_is_replaced_wherever_it_is_referred_to() {
    let own = Framework::from_toml(&format!("{HEADER}{STRICTER}")).unwrap();
    assert!(own.rules().iter().all(|r| r.id != "challenge.technical"));
    assert_eq!(answer(&own, "challenge", &format!(r#"{KNOWN}, "urgent": 0}}"#)).as_deref(), Some("technical"));
    assert_eq!(answer(&own, "challenge", &format!(r#"{KNOWN}, "urgent": 1}}"#)), None);
    // Tests of the built-in rules that rest on it are turned, which is told and no fault.
    assert!(own.warnings().iter().any(|w| w.code == "turned_test"), "{:#?}", own.warnings());
    // A diff of the two names what replaced what.
    let diff = Framework::builtin().unwrap().diff(&own, &[]);
    assert!(diff.unexplained.is_empty());
    assert_eq!(diff.replaced[0].by, "ward.technical");
}

#[test]
fn nothing_is_overridden_in_silence() {
    let with = |text: &str| codes(&format!("{HEADER}{OWN}{text}"));
    assert_eq!(with(""), [""; 0]);
    assert_eq!(with("[measure.definable]\nscore = [0, 1]\n"), ["duplicate_id"]);
    assert_eq!(with("[question.challenge]\noptions = ['a']\nmode = 'independent'\n"), ["duplicate_id"]);
    assert_eq!(
        with("[lever.take_part]\ntitle = 't'\nchanges = ['process']\nwho = 'anyone'\nbecause = 'b'\n"),
        ["duplicate_id"]
    );
    assert_eq!(with("[[concept]]\nid = 'C001'\ntitle = 't'\ndefinition = 'd'\n"), ["duplicate_id"]);
    assert_eq!(with(&STRICTER.replace("ward.technical", "challenge.technical")), ["reused_id"]);
    let same =
        STRICTER.replace("ward.technical", "challenge.technical").replace("replaces = ['challenge.technical']\n", "");
    let found = errors(&format!("{HEADER}{same}"));
    assert_eq!((found[0].code, found[0].file.as_str()), ("duplicate_id", ""));
    assert!(found[0].help.contains("replaces") && found[0].excerpt.contains("[[rule]]"), "{}", found[0]);
    let twice = format!("{STRICTER}{}", STRICTER.replace("ward.technical", "ward.again"));
    assert_eq!(with(&twice)[0], "duplicate_id");
    assert_eq!(codes(&HEADER.replace("collective-leadership", "colective")), ["unknown_framework"]);
    assert_eq!(codes(&HEADER.replace("'collective-leadership'", "1")), ["type_mismatch"]);
    // A fault that only both together have is told where it stands.
    let overlap = STRICTER.replace("replaces = ['challenge.technical']\n", "").replace("'technical']", "'complex']");
    assert_eq!(codes(&format!("{HEADER}{overlap}"))[0], "overlap");
}

fn copy() -> Vec<(&'static str, String)> {
    CATALOGUE_FILES.iter().chain(RULEBOOK_FILES).map(|(name, text)| (*name, (*text).to_owned())).collect()
}

fn views<'f>(files: &'f [(&'static str, String)]) -> Vec<(&'static str, &'f str)> {
    files.iter().map(|(name, text)| (*name, text.as_str())).collect()
}

#[test]
fn a_copy_of_the_built_in_folder_is_the_built_in_framework() {
    let (builtin, files) = (Framework::builtin().unwrap(), copy());
    let copied = Framework::from_files(&views(&files)).unwrap();
    assert_eq!((copied.sha256(), copied.logic_sha256()), (builtin.sha256(), builtin.logic_sha256()));
    assert_eq!(copied.to_json(), builtin.to_json());
}

#[test]
fn an_edited_copy_loads_and_says_where_its_catalogue_differs() {
    let mut files = copy();
    for (name, text) in &mut files {
        match *name {
            "framework.toml" => *text = text.replace("collective-leadership", "ours"),
            "concepts.toml" => *text = text.replacen("title = \"", "title = \"Our ", 1),
            _ => {}
        }
    }
    let edited = Framework::from_files(&views(&files)).unwrap();
    let builtin = Framework::builtin().unwrap();
    assert_eq!((edited.id(), edited.catalogue().concepts().len()), ("ours", builtin.catalogue().concepts().len()));
    assert!(edited.catalogue().concept("C001").unwrap().title.starts_with("Our "));
    let told: Vec<&str> =
        edited.warnings().iter().filter(|w| w.code == "shadowed_id").map(|w| w.file.as_str()).collect();
    assert_eq!(told, ["concepts.toml"]);
    // What the copy itself says twice is still a fault.
    let (_, concepts) = files.iter().find(|(name, _)| *name == "concepts.toml").cloned().unwrap();
    files.push(("more.toml", concepts));
    assert!(check_files(&views(&files)).iter().any(|d| d.code == "duplicate_id"));
}

fn told(text: &str) -> Told {
    Told::from_json(&format!("[{text}]")).unwrap().remove(0)
}

#[test]
fn two_frameworks_over_one_case_say_where_and_why_they_differ() {
    let builtin = Framework::builtin().unwrap();
    let own = Framework::from_toml(&format!("{HEADER}{OWN}{STRICTER}")).unwrap();
    let case = told(&format!(r#"{KNOWN}, "urgent": 1, "handover_errors": 2}}"#));
    let both = compare(&[&builtin, &own], &case).unwrap();
    let challenge = both.shared.iter().find(|s| s.question == "challenge").unwrap();
    assert!(!challenge.agree);
    let answers: Vec<_> = challenge.sides.iter().flatten().map(|s| s.answer.clone()).collect();
    assert_eq!(answers, [serde_json::json!("technical"), serde_json::Value::Null]);
    let verdicts = |id: &str| challenge.why.iter().find(|d| d.rule == id).map(|d| d.verdicts.clone());
    assert_eq!(verdicts("challenge.technical"), Some(vec![Some("holds"), None]));
    assert_eq!(verdicts("ward.technical"), Some(vec![None, Some("fails")]));
    assert_eq!(verdicts("challenge.known"), None, "both have it and it holds in both");
    // What only one of them asks, looks at, and reads.
    assert_eq!(both.alone[1].questions[0].0, "handover");
    assert_eq!(
        (both.alone[0].questions.len(), both.alone[1].measures.as_slice()),
        (0, ["handover_errors".to_owned()].as_slice())
    );
    assert_eq!((both.unread[0][0].0.as_str(), both.unread[1].len()), ("handover_errors", 0));
    let text = both.to_text();
    assert!(text.contains("because ward.technical (replaces challenge.technical): not there | fails"), "{text}");
    // A framework agrees with itself on everything.
    let same = compare(&[&own, &own, &own], &case).unwrap();
    assert!(same.shared.iter().all(|s| s.agree && s.why.is_empty() && s.sides.len() == 3));
    assert_eq!(compare(&[&own], &case).unwrap_err().code(), "too_few");
}

#[test]
fn the_starter_passes_its_check_and_can_be_assessed() {
    let files = starter("our-ward").unwrap();
    let (_, rulebook) = files.iter().find(|(name, _)| *name == "framework.toml").unwrap();
    assert_eq!(check(rulebook), []);
    let own = Framework::from_toml(rulebook).unwrap();
    let builtin = Framework::builtin().unwrap();
    assert!(own.measures().len() > builtin.measures().len() && own.levers().len() == builtin.levers().len() + 1);
    assert_eq!(own.mutants().survivors, [], "its tests notice every change of a number");
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let assessment = Project::from_files(&files).unwrap().assess().unwrap();
    let judgment =
        assessment.subjects().iter().find_map(|s| s.judgments.iter().find(|j| j.question_id() == "handover"));
    assert_eq!(judgment.unwrap().answer(), Some("apart"));
    for bad in ["", "our ward", "a`b", "../up"] {
        assert_eq!(starter(bad).unwrap_err().code(), "bad_id");
    }
}

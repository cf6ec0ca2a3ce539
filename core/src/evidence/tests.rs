use super::*;
use proptest::prelude::*;

/// One small, whole folder: every table once.
const FOLDER: [(&str, &str); 13] = [
    ("organization", "unit,parent,name,layer,size,from,to\na,,Alpha,1,9,2024-01-01,\nb,a,Beta,2,5,,\n"),
    ("members", "person,unit,manager\np1,a,\np2,b,p1\n"),
    ("responses", "respondent,unit,q1,q2,wave\nr1,a,1,5,1\nr2,b,,4,1\nr3,b,2,3,1\n"),
    ("ties", "source,target,weight\np1,p2,1\np2,p1,0.5\n"),
    ("nodes", "id,unit,level\np1,a,1\np2,,2\n"),
    ("rankings", "ranker,unit,layer,priority,rank,pressure\np1,a,1,pace,1,high\np1,a,1,care,2,high\n"),
    ("declared", "priority,rank\npace,1\ncare,2\n"),
    ("decisions", "decision,unit,layer,raised,decided,reversed\nd1,a,1,2024-01-01,2024-01-05,no\nd2,b,2,,,\n"),
    ("decision_effects", "decision,priority,effect\nd1,pace,1\nd2,care,-1\n"),
    ("decision_rights", "decision_class,holder,unit,role\nhire,p1,a,decides\nhire,p2,a,contributes\n"),
    ("challenges", "challenge,criterion,value\nc,definable,yes\nc,urgent,\n"),
    ("facts", "unit,measure,value,se\na,pace,0.5,0.1\nb,kind,central,\n"),
    ("interventions", "intervention,unit\nadd_leaders,a\nretreat,b\n"),
];

fn read(files: &[(&'static str, &[u8])]) -> Result<Evidence> {
    Evidence::from_files(files).map(|(e, _)| e)
}
fn folder() -> Evidence {
    let names: Vec<String> = FOLDER.iter().map(|(n, _)| format!("{n}.csv")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().zip(FOLDER).map(|(n, (_, t))| (n.as_str(), t.as_bytes())).collect();
    Evidence::from_files(&files).unwrap().0
}
/// The folder with one table given otherwise.
fn folder_with(name: &str, text: &str) -> Evidence {
    let mut evidence = Evidence::default();
    for (n, t) in FOLDER {
        let text = if n == name { text } else { t };
        evidence.insert(n, Table::from_csv(n, text.as_bytes()).unwrap()).unwrap();
    }
    evidence
}
fn refusal<T: fmt::Debug>(result: Result<T>) -> (&'static str, String) {
    let e = result.unwrap_err();
    assert!(!e.help_text().is_empty(), "{e}");
    (e.code(), e.path().to_owned())
}

#[test]
fn a_whole_folder_is_read_and_valid() {
    let evidence = folder();
    evidence.validate().unwrap();
    assert_eq!(evidence.tables().iter().map(|(n, _)| *n).collect::<Vec<_>>(), NAMES);
    assert!(evidence.tables().iter().all(|(_, rows)| (2..=3).contains(rows)));
    assert!(Evidence::default().is_empty() && Evidence::default().validate().is_ok());
    assert_eq!(
        format!("{:?}", read(&[("facts.csv", b"unit,measure,value\na,m,1\n")]).unwrap()),
        "Evidence {\"facts\": 1}"
    );
}

#[test]
fn other_files_are_handed_back_unread() {
    let names =
        ["colead.toml", "README.md", "truth.json", "notes.txt", "old/facts.csv", "old", ".facts.csv", "facts.tsv"];
    let files: Vec<(&str, &[u8])> = names.iter().map(|n| (*n, &b"\xff"[..])).collect();
    let (evidence, unread) = Evidence::from_files(&files).unwrap();
    assert!(evidence.is_empty());
    assert_eq!(unread, names);
}

#[test]
fn strange_and_double_files_are_refused() {
    let e = read(&[("fact.csv", b"unit\n")]).unwrap_err();
    assert_eq!((e.code(), e.path(), e.help_text()), ("unknown_table", "fact.csv", "did you mean `facts`"));
    assert_eq!(refusal(read(&[("zzzzzzzz.json", b"[]")])), ("unknown_table", "zzzzzzzz.json".into()));
    assert_eq!(refusal(read(&[("truth.csv", b"a\n1\n")])), ("unknown_table", "truth.csv".into()));
    let csv: &[u8] = b"priority,rank\np,1\n";
    let json: &[u8] = br#"[{"priority":"p","rank":1}]"#;
    assert_eq!(
        refusal(read(&[("declared.csv", csv), ("declared.json", json)])),
        ("duplicate_table", "declared".into())
    );
    let responses: &[u8] = b"unit,q\na,1\n";
    let both = [("responses.csv", responses), ("responses.csv", responses)];
    assert_eq!(refusal(read(&both)), ("duplicate_table", "responses".into()));
    assert_eq!(refusal(read(&[("facts.csv", b"")])), ("empty_table", "facts".into()));
    assert!(read(&[("Declared.CSV", csv)]).is_err() && read(&[("declared.CSV", csv)]).is_ok());
}

/// Data that is not ours to copy: read where it lies, skipped aloud elsewhere, required in CI.
fn shared(file: &str) -> Option<Vec<u8>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let root = std::env::var("COLEAD_SHARED").unwrap_or_else(|_| beside.into());
    match std::fs::read(format!("{root}/data/{file}")) {
        Ok(bytes) => Some(bytes),
        Err(e) if std::env::var("CI").is_ok_and(|ci| ci == "true") => panic!("{file}: {e}"),
        Err(e) => {
            eprintln!("skipped: {file}: {e}");
            None
        }
    }
}

#[test]
fn published_ties_are_read() {
    let Some(bytes) = shared("network/krackhardt_hightech/edges.csv") else { return };
    let ties = read(&[("ties.csv", &bytes)]).unwrap().ties.unwrap();
    assert_eq!((ties.keys().len(), ties.relations().len(), ties.self_ties(), ties.repeats()), (21, 3, 0, 0));
    // Published densities .452, .243 and .048 of 21 x 20 pairs: 190, 102 and 20 ties.
    assert_eq!(ties.rows().len(), 190 + 102 + 20);
}

#[test]
fn two_halves_join_to_the_whole() {
    for cut in 0..=FOLDER.len() {
        let half = |files: &[(&'static str, &str)]| {
            let mut evidence = Evidence::default();
            files.iter().for_each(|(n, t)| evidence.insert(n, Table::from_csv(n, t.as_bytes()).unwrap()).unwrap());
            evidence
        };
        let (mut joined, rest) = (half(&FOLDER[..cut]), half(&FOLDER[cut..]));
        joined.join(rest.clone()).unwrap();
        assert_eq!(joined, folder());
        if !rest.is_empty() {
            let before = joined.clone();
            assert_eq!(joined.join(rest).unwrap_err().code(), "duplicate_table");
            assert_eq!(joined, before);
        }
    }
}

#[test]
fn a_refused_table_changes_nothing() {
    let mut evidence = folder();
    let before = evidence.clone();
    let table = || Table::from_csv("x", b"unit,measure,value\na,m,nan\n").unwrap();
    assert_eq!(refusal(evidence.insert("fact", table())), ("unknown_table", "fact".into()));
    assert_eq!(refusal(evidence.insert("facts", table())), ("duplicate_table", "facts".into()));
    assert!(evidence == before);
    let mut evidence = Evidence::default();
    assert_eq!(refusal(evidence.insert("facts", table())), ("not_finite", "facts, row 1, column value".into()));
    assert!(evidence.is_empty());
}

#[test]
fn a_present_table_has_rows() {
    for (name, text) in FOLDER {
        let header = text.lines().next().unwrap();
        let found = refusal(folder_with(name, &format!("{header}\n")).validate());
        assert_eq!(found, ("empty_table", name.to_owned()));
    }
}

#[test]
fn units_exist_in_the_organization() {
    for (name, text) in FOLDER {
        let lines: Vec<&str> = text.lines().collect();
        let Some(column) = lines[0].split(',').position(|c| c == "unit").filter(|_| name != "organization") else {
            continue;
        };
        // The unit of the first row is misspelled wherever it stands, so that no list stands in two units.
        let first = lines[1].split(',').nth(column).unwrap();
        let misspelled = lines[1..].iter().map(|line| {
            let cells = line.split(',').enumerate();
            let spelled = |(at, cell)| if at == column && cell == first { "bb" } else { cell };
            cells.map(spelled).collect::<Vec<&str>>().join(",")
        });
        let rows: Vec<String> = misspelled.collect();
        let evidence = folder_with(name, &format!("{}\n{}\n", lines[0], rows.join("\n")));
        let e = evidence.validate().unwrap_err();
        assert_eq!((e.code(), e.path()), ("unknown_unit", format!("{name}, row 1, column unit").as_str()));
        assert_eq!(e.help_text(), "did you mean `b`");
        let alone = Evidence { organization: None, ..evidence };
        // A list that the change tore apart stands in two places; that is another fault.
        let fault = alone.validate().err().map(|e| e.code());
        assert!(matches!(fault, None | Some("two_places")), "without an organization every unit is known");
    }
    let evidence = folder_with("interventions", "intervention,unit\nretreat,harbour\n");
    assert_eq!(evidence.validate().unwrap_err().help_text(), "add `harbour` to `organization`");
}

#[test]
fn effects_are_of_known_decisions() {
    let evidence = folder_with("decision_effects", "decision,priority,effect\nd1,pace,1\nd9,pace,1\n");
    assert_eq!(refusal(evidence.validate()), ("unknown_decision", "decision_effects, row 2, column decision".into()));
    assert!(Evidence { decisions: None, ..evidence }.validate().is_ok());
}

#[test]
fn keys_of_responses_are_texts() {
    let mut evidence = folder();
    let cells = Cells::Float(vec![Some(1.0)]);
    evidence.responses = Some(Table::new("responses", vec![Column { name: "unit".into(), cells }]).unwrap());
    assert_eq!(refusal(evidence.validate()), ("not_text", "responses, row 1, column unit".into()));
}

#[test]
fn the_digest_is_of_values_not_of_writing() {
    let same: [(&str, &str, &str); 5] = [
        (
            "facts.csv",
            "unit,measure,value,se\na,pace,0.50,0.1\nb,kind,central,\n",
            r#"[{"measure":"kind","unit":"b","value":"central"},{"se":1e-1,"unit":"a","measure":"pace","value":0.5}]"#,
        ),
        (
            "decisions.csv",
            "decision,unit,layer,raised,reversed\nd,a,1,1970-01-02,yes\n",
            r#"{"layer":[1],"unit":["a"],"decision":["d"],"reversed":[true],"raised":[1.0],"maker":[null]}"#,
        ),
        (
            "challenges.csv",
            "challenge,criterion,value\nc,a,Partly\nc,b,\n",
            r#"[{"challenge":"c","criterion":"a","value":0.5},{"challenge":"c","criterion":"b","value":"unknown"}]"#,
        ),
        ("responses.csv", "unit,q1,q2\n01,5,\n02,4.0,x\n", r#"{"q2":["x",null],"q1":[4,5],"unit":["02","01"]}"#),
        ("ties.csv", "source,target,weight\n1,2,-0\n", r#"[{"source":1,"target":2,"weight":0.0}]"#),
    ];
    for (file, csv, json) in same {
        let name = file.strip_suffix(".csv").unwrap();
        let digest = |t: Table| {
            let mut e = Evidence::default();
            e.insert(name, t).unwrap();
            e.digest()
        };
        let a = digest(Table::from_csv(name, csv.as_bytes()).unwrap());
        let b = digest(Table::from_json(name, json.as_bytes()).unwrap());
        assert_eq!(a, b, "{name}");
        assert_eq!(a.len(), 64);
    }
    let keys = |unit: &str| folder_with("responses", &format!("unit,q1\n{unit},1\n")).digest();
    assert_ne!(keys("1"), keys("01"), "a key is what is written");
}

#[test]
fn the_digest_notices_every_cell_and_every_table() {
    let whole = folder().digest();
    let mut seen = HashSet::from([whole.clone(), Evidence::default().digest()]);
    for (name, text) in FOLDER {
        let rows: Vec<Vec<&str>> = text.lines().map(|l| l.split(',').collect()).collect();
        for (c, column) in rows[0].iter().enumerate() {
            let other = match *column {
                "value" if name == "challenges" => "no",
                "parent" => continue,
                "from" | "to" | "raised" | "decided" => "2024-01-03",
                "reversed" => "yes",
                "effect" => "0",
                "role" => "convenes",
                "pressure" => "routine",
                "se" | "size" | "weight" | "level" | "rank" | "value" => "7",
                _ => "zz",
            };
            let mut changed = rows.clone();
            changed[1][c] = other;
            if name == "organization" && *column == "unit" {
                changed[2][1] = other;
            }
            let text: String = changed.iter().map(|r| r.join(",") + "\n").collect();
            let evidence = folder_with(name, &text);
            assert!(seen.insert(evidence.digest()), "{name} {column}");
        }
        let mut fewer = Evidence::default();
        for (n, t) in FOLDER.iter().filter(|(n, _)| *n != name) {
            fewer.insert(n, Table::from_csv(n, t.as_bytes()).unwrap()).unwrap();
        }
        assert!(seen.insert(fewer.digest()), "without {name}");
    }
}

proptest! {
    #[test]
    fn the_digest_knows_no_order(seed in any::<u64>(), which in 0..FOLDER.len()) {
        let (name, text) = FOLDER[which];
        let rows: Vec<Vec<&str>> = text.lines().map(|l| l.split(',').collect()).collect();
        // Any order serves: sort by a hash of the seed and the place.
        let shuffled = |n: usize, salt: u64| {
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by_key(|i| crate::json::sha256(format!("{seed} {salt} {i}").as_bytes()));
            order
        };
        let columns = shuffled(rows[0].len(), 1);
        let order = std::iter::once(0).chain(shuffled(rows.len() - 1, 2).into_iter().map(|r| r + 1));
        let text: String =
            order.map(|r| columns.iter().map(|c| rows[r][*c]).collect::<Vec<_>>().join(",") + "\n").collect();
        prop_assert_eq!(folder_with(name, &text).digest(), folder().digest());
    }

    #[test]
    fn rows_do_not_run_into_one_another(cells in prop::collection::vec("[ab]{0,2}", 4), other in prop::collection::vec("[ab]{0,2}", 4)) {
        let digest = |c: &[String]| {
            let text = format!("unit,q1,q2,q3\n{}\n", c.join(","));
            let mut e = Evidence::default();
            e.insert("responses", Table::from_csv("responses", text.as_bytes()).unwrap()).unwrap();
            e.digest()
        };
        prop_assume!(!cells.join("").is_empty() && !other.join("").is_empty());
        prop_assert_eq!(digest(&cells) == digest(&other), cells == other);
    }
}

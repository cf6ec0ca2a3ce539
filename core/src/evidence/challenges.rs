//! Situations: what a challenge is like, facts about units, and what was undertaken.

use super::digest::{Line, Rows};
use super::provenance::{Provenance, date_of, role_of};
use super::reader::{Cell, Field, Reader, check_number, refuse_repeats};
use super::table::{Table, place, shown};
use crate::error::{Error, Result, suggest};
use crate::json;
use crate::vocabulary::InformantRole;

/// What one rater says of one criterion of a challenge, or of one of its components.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChallengeRow {
    /// The challenge.
    pub challenge: String,
    /// The component it is about; none for the whole.
    pub component: Option<String>,
    /// The criterion, such as `definable`; the framework says which there are.
    pub criterion: String,
    /// Who says it.
    pub rater: Option<String>,
    /// From 0 (no) over 0.5 (partly) to 1 (yes); none for "don't know".
    pub value: Option<f64>,
    /// A remark.
    pub note: Option<String>,
    /// Where it is written.
    pub source: Option<String>,
    /// How who says it stands to the group.
    pub role: Option<InformantRole>,
    /// The day on which it was said, `YYYY-MM-DD`.
    pub date: Option<String>,
}

/// The table `challenges`: each rater answers each criterion of each component at most once.
///
/// ```
/// use colead::evidence::{Challenges, Table};
/// let table = Table::from_csv("challenges", b"challenge,criterion,value\nmerger,definable,partly\nmerger,urgent,\n")?;
/// let challenges = Challenges::from_table(&table)?;
/// assert_eq!(challenges.rows()[0].value, Some(0.5));
/// assert_eq!(challenges.rows()[1].value, None);
/// # Ok::<(), colead::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Challenges {
    rows: Vec<ChallengeRow>,
}

const ANSWERS: [(&str, Option<f64>); 6] = [
    ("yes", Some(1.0)),
    ("partly", Some(0.5)),
    ("no", Some(0.0)),
    ("unknown", None),
    ("true", Some(1.0)),
    ("false", Some(0.0)),
];

impl Challenges {
    /// Reads the table `challenges`: challenge, criterion, value (a number from 0 to 1, or yes, partly, no, unknown,
    /// true, false in any case; empty is unknown); optional component, rater, note, source, role, date.
    ///
    /// # Errors
    /// `not_an_answer`, those of [`Reader`] and its fields, and of [`Challenges::new`].
    pub fn from_table(table: &Table) -> Result<Challenges> {
        let r = Reader::new(
            table,
            &["challenge", "criterion", "value"],
            &["component", "rater", "note", "source", "role", "date"],
        )?;
        let (challenge, criterion, value) = (r.field("challenge"), r.field("criterion"), r.field("value"));
        let (component, rater) = (r.field("component"), r.field("rater"));
        let (note, source, role, date) = (r.field("note"), r.field("source"), r.field("role"), r.field("date"));
        let rows = (0..r.rows()).map(|i| {
            Ok(ChallengeRow {
                challenge: challenge.need_string(i)?,
                component: component.string(i)?,
                criterion: criterion.need_string(i)?,
                rater: rater.string(i)?,
                value: answer(&value, i)?,
                note: note.string(i)?,
                source: source.string(i)?,
                role: role_of(&role, i)?,
                date: date_of(&date, i)?,
            })
        });
        Challenges::new(rows.collect::<Result<_>>()?)
    }

    /// Checks the rows.
    ///
    /// # Errors
    /// `duplicate_answer` (challenge, component, criterion and rater alike), `out_of_range`, `not_finite`.
    pub fn new(rows: Vec<ChallengeRow>) -> Result<Challenges> {
        const TABLE: &str = "challenges";
        for (i, row) in rows.iter().enumerate() {
            check_number(TABLE, i, "value", row.value, 0.0, "out_of_range")?;
            if let Some(v) = row.value.filter(|v| *v > 1.0) {
                return Err(Error::input("out_of_range", format!("`{}` is above 1", json::number(v)))
                    .at(place(TABLE, i, "value"))
                    .help("give a number from 0 (no) to 1 (yes)"));
            }
        }
        let keys = rows.iter().map(|c| (&c.challenge, &c.component, &c.criterion, &c.rater));
        refuse_repeats(TABLE, "criterion", "duplicate_answer", "challenge, component, criterion and rater", keys)?;
        Ok(Challenges { rows })
    }

    /// The rows in the order of the table.
    pub fn rows(&self) -> &[ChallengeRow] {
        &self.rows
    }
}

fn answer(field: &Field<'_>, row: usize) -> Result<Option<f64>> {
    match field.cell(row) {
        Cell::Bool(b) => Ok(Some(f64::from(u8::from(b)))),
        Cell::Text(s) if s.parse::<f64>().is_err() => {
            let known = ANSWERS.iter().find(|(word, _)| s.eq_ignore_ascii_case(word));
            known.map(|(_, value)| *value).ok_or_else(|| {
                Error::input("not_an_answer", format!("{} is not an answer", shown(s))).at(field.place(row)).help(
                    format!("give a number from 0 to 1, or {}", suggest(s, ANSWERS.iter().map(|(word, _)| *word))),
                )
            })
        }
        _ => field.number(row),
    }
}

impl Rows for Challenges {
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn unit(&self, _: usize) -> Option<&str> {
        None
    }
    fn render(&self, row: usize, line: &mut Line) {
        let Some(c) = self.rows.get(row) else { return };
        line.text(Some(&c.challenge)).text(c.component.as_deref()).text(Some(&c.criterion)).text(c.rater.as_deref());
        line.number(c.value).text(c.note.as_deref()).text(c.source.as_deref());
        line.told(c.role, c.date.as_deref());
    }
}

/// A fact is a number or a category.
#[derive(Debug, Clone, PartialEq)]
pub enum FactValue {
    /// A finite number.
    Number(f64),
    /// A category, by name.
    Category(String),
}

/// One fact about a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct FactRow {
    /// The unit.
    pub unit: String,
    /// The measure; the framework says which there are.
    pub measure: String,
    /// Its value.
    pub value: FactValue,
    /// The standard error of a number, zero or more.
    pub se: Option<f64>,
    /// The number of people behind it, when people are behind it.
    pub n: Option<u64>,
    /// Who says it.
    pub informant: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// Where it is written.
    pub source: Option<String>,
    /// How who says it stands to the group.
    pub role: Option<InformantRole>,
    /// The day on which it was said, `YYYY-MM-DD`.
    pub date: Option<String>,
}

impl FactRow {
    /// Who says it, and where and when.
    pub fn provenance(&self) -> Provenance {
        Provenance {
            informant: self.informant.clone(),
            role: self.role,
            source: self.source.clone(),
            date: self.date.clone(),
            note: self.note.clone(),
        }
    }
}

impl ChallengeRow {
    /// Who says it, and where and when.
    pub fn provenance(&self) -> Provenance {
        Provenance {
            informant: self.rater.clone(),
            role: self.role,
            source: self.source.clone(),
            date: self.date.clone(),
            note: self.note.clone(),
        }
    }
}

/// The table `facts`: each informant and source states a measure of a unit at most once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    rows: Vec<FactRow>,
}

impl Facts {
    /// Reads the table `facts`: unit, measure, value (what reads as a number is one, other text is a category);
    /// optional se, n, informant, note, source, role, date.
    ///
    /// # Errors
    /// Those of [`Reader`] and its fields, and of [`Facts::new`]. An unknown value is a row left out.
    pub fn from_table(table: &Table) -> Result<Facts> {
        let r = Reader::new(
            table,
            &["unit", "measure", "value"],
            &["se", "n", "informant", "note", "source", "role", "date"],
        )?;
        let (unit, measure, value) = (r.field("unit"), r.field("measure"), r.field("value"));
        let (se, n, informant) = (r.field("se"), r.field("n"), r.field("informant"));
        let (note, source, role, date) = (r.field("note"), r.field("source"), r.field("role"), r.field("date"));
        let rows = (0..r.rows()).map(|i| {
            let category = match value.cell(i) {
                Cell::Text(s) if s.parse::<f64>().is_err() => Some(s.to_owned()),
                Cell::Bool(b) => Some(b.to_string()),
                _ => None,
            };
            Ok(FactRow {
                unit: unit.need_string(i)?,
                measure: measure.need_string(i)?,
                value: match category {
                    Some(name) => FactValue::Category(name),
                    None => FactValue::Number(value.need(i, value.number(i)?)?),
                },
                se: se.number(i)?,
                n: n.count(i)?,
                informant: informant.string(i)?,
                note: note.string(i)?,
                source: source.string(i)?,
                role: role_of(&role, i)?,
                date: date_of(&date, i)?,
            })
        });
        Facts::new(rows.collect::<Result<_>>()?)
    }

    /// Checks the rows.
    ///
    /// # Errors
    /// `not_finite`, `negative_se`, `se_without_number` (a category with a standard error), `duplicate_fact` (unit,
    /// measure, informant and source alike).
    pub fn new(rows: Vec<FactRow>) -> Result<Facts> {
        const TABLE: &str = "facts";
        for (i, row) in rows.iter().enumerate() {
            if let FactValue::Number(v) = row.value {
                check_number(TABLE, i, "value", Some(v), f64::NEG_INFINITY, "out_of_range")?;
            } else if row.se.is_some() {
                return Err(Error::input("se_without_number", "a category has no standard error")
                    .at(place(TABLE, i, "se"))
                    .help("leave the standard error empty, or give a number as value"));
            }
            check_number(TABLE, i, "se", row.se, 0.0, "negative_se")?;
        }
        let keys = rows.iter().map(|f| (&f.unit, &f.measure, &f.informant, &f.source));
        refuse_repeats(TABLE, "measure", "duplicate_fact", "unit, measure, informant and source", keys)?;
        Ok(Facts { rows })
    }

    /// The rows in the order of the table.
    pub fn rows(&self) -> &[FactRow] {
        &self.rows
    }
}

impl Rows for Facts {
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn unit(&self, row: usize) -> Option<&str> {
        self.rows.get(row).map(|f| f.unit.as_str())
    }
    fn render(&self, row: usize, line: &mut Line) {
        let Some(f) = self.rows.get(row) else { return };
        line.text(Some(&f.unit)).text(Some(&f.measure));
        match &f.value {
            FactValue::Number(v) => line.number(Some(*v)),
            FactValue::Category(c) => line.text(Some(c)),
        };
        line.number(f.se).count(f.n).text(f.informant.as_deref()).text(f.note.as_deref()).text(f.source.as_deref());
        line.told(f.role, f.date.as_deref());
    }
}

/// Something undertaken in a unit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InterventionRow {
    /// What was undertaken; the framework says which kinds it knows.
    pub intervention: String,
    /// The unit.
    pub unit: String,
    /// A remark.
    pub note: Option<String>,
}

/// The table `interventions`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Interventions {
    rows: Vec<InterventionRow>,
}

impl Interventions {
    /// Reads the table `interventions`: intervention, unit; optional note.
    ///
    /// # Errors
    /// Those of [`Reader`] and its fields.
    pub fn from_table(table: &Table) -> Result<Interventions> {
        let r = Reader::new(table, &["intervention", "unit"], &["note"])?;
        let (intervention, unit, note) = (r.field("intervention"), r.field("unit"), r.field("note"));
        let rows = (0..r.rows()).map(|i| {
            Ok(InterventionRow {
                intervention: intervention.need_string(i)?,
                unit: unit.need_string(i)?,
                note: note.string(i)?,
            })
        });
        Ok(Interventions::new(rows.collect::<Result<_>>()?))
    }

    /// Takes the rows as they are: the same may be undertaken twice.
    pub fn new(rows: Vec<InterventionRow>) -> Interventions {
        Interventions { rows }
    }

    /// The rows in the order of the table.
    pub fn rows(&self) -> &[InterventionRow] {
        &self.rows
    }
}

impl Rows for Interventions {
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn unit(&self, row: usize) -> Option<&str> {
        self.rows.get(row).map(|f| f.unit.as_str())
    }
    fn render(&self, row: usize, line: &mut Line) {
        let Some(f) = self.rows.get(row) else { return };
        line.text(Some(&f.intervention)).text(Some(&f.unit)).text(f.note.as_deref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal<T: std::fmt::Debug>(result: Result<T>) -> (&'static str, String) {
        let e = result.unwrap_err();
        assert!(!e.help_text().is_empty(), "{e}");
        (e.code(), e.path().to_owned())
    }
    fn challenges(text: &str) -> Result<Challenges> {
        Challenges::from_table(&Table::from_csv("challenges", text.as_bytes())?)
    }
    fn facts(text: &str) -> Result<Facts> {
        Facts::from_table(&Table::from_csv("facts", text.as_bytes())?)
    }

    #[test]
    fn answers_are_words_or_numbers() {
        let words = "yes Partly no unknown TRUE false 0.25 1".split(' ');
        let text: String = words.enumerate().map(|(i, w)| format!("c,k{i},{w}\n")).collect();
        let c = challenges(&format!("challenge,criterion,value\n{text}c,k9,\n")).unwrap();
        let values: Vec<_> = c.rows().iter().map(|r| r.value).collect();
        let want = [Some(1.0), Some(0.5), Some(0.0), None, Some(1.0), Some(0.0), Some(0.25), Some(1.0), None];
        assert_eq!(values, want);
        let json = br#"[{"challenge":"c","criterion":"a","value":true},{"challenge":"c","criterion":"b"}]"#;
        let c = Challenges::from_table(&Table::from_json("challenges", json).unwrap()).unwrap();
        assert_eq!((c.rows()[0].value, c.rows()[1].value), (Some(1.0), None));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let value = |v: &str| refusal(challenges(&format!("challenge,criterion,value\nc,a,{v}\n")));
        let at = || "challenges, row 1, column value".to_owned();
        assert_eq!(value("maybe"), ("not_an_answer", at()));
        assert_eq!(value("1.5"), ("out_of_range", at()));
        assert_eq!(value("-0.1"), ("out_of_range", at()));
        assert_eq!(value("nan"), ("not_finite", at()));
        let row = ChallengeRow { value: Some(f64::NAN), ..ChallengeRow::default() };
        assert_eq!(refusal(Challenges::new(vec![row])), ("not_finite", at()));
    }

    #[test]
    fn an_answer_is_given_once() {
        let header = "challenge,component,criterion,rater,value\n";
        assert!(challenges(&format!("{header}c,,a,,1\nc,x,a,,1\nc,,a,r,1\nc,,b,,1\nd,,a,,1\n")).is_ok());
        for twice in ["c,,a,,1\nc,,a,,0\n", "c,x,a,r,1\nc,x,a,r,\n"] {
            let found = refusal(challenges(&format!("{header}{twice}")));
            assert_eq!(found, ("duplicate_answer", "challenges, row 2, column criterion".into()));
        }
        let gap = refusal(challenges("challenge,criterion,value\nc,,1\n"));
        assert_eq!(gap, ("missing_value", "challenges, row 1, column criterion".into()));
        let gap = refusal(challenges("challenge,criterion\nc,a\n"));
        assert_eq!(gap, ("missing_column", "challenges".into()));
        let odd = refusal(challenges("challenge,criterion,value,ratr\nc,a,1,r\n"));
        assert_eq!(odd, ("unknown_column", "challenges, column ratr".into()));
    }

    #[test]
    fn facts_are_numbers_or_categories() {
        let f = facts("unit,measure,value,se,n\na,pace,2.5,0.1,7\na,kind,central,,\n").unwrap();
        assert_eq!(f.rows()[0].value, FactValue::Number(2.5));
        assert_eq!((f.rows()[0].se, f.rows()[0].n), (Some(0.1), Some(7)));
        assert_eq!(f.rows()[1].value, FactValue::Category("central".into()));
        let json =
            br#"{"unit":["a","a"],"measure":["pace","kind"],"value":[2.5,"central"],"se":[0.1,null],"n":[7,null]}"#;
        assert_eq!(Facts::from_table(&Table::from_json("facts", json).unwrap()).unwrap(), f);
    }

    #[test]
    fn bad_facts_are_refused() {
        let row = |cells: &str| refusal(facts(&format!("unit,measure,value,se,n\n{cells}\n")));
        let at = |column: &str| format!("facts, row 1, column {column}");
        assert_eq!(row("a,m,,,"), ("missing_value", at("value")));
        assert_eq!(row(",m,1,,"), ("missing_value", at("unit")));
        assert_eq!(row("a,,1,,"), ("missing_value", at("measure")));
        assert_eq!(row("a,m,inf,,"), ("not_finite", at("value")));
        assert_eq!(row("a,m,1,-0.1,"), ("negative_se", at("se")));
        assert_eq!(row("a,m,1,nan,"), ("not_finite", at("se")));
        assert_eq!(row("a,m,1,x,"), ("not_a_number", at("se")));
        assert_eq!(row("a,m,x,0.1,"), ("se_without_number", at("se")));
        assert_eq!(row("a,m,1,,-1"), ("negative", at("n")));
        assert_eq!(row("a,m,1,,1.5"), ("not_whole", at("n")));
        let twice = refusal(facts("unit,measure,value\na,m,1\na,m,2\n"));
        assert_eq!(twice, ("duplicate_fact", "facts, row 2, column measure".into()));
        assert!(facts("unit,measure,value,informant\na,m,1,p\na,m,2,q\n").is_ok());
        let given = FactRow {
            unit: "a".into(),
            measure: "m".into(),
            value: FactValue::Number(f64::INFINITY),
            se: None,
            n: None,
            informant: None,
            note: None,
            source: None,
            role: None,
            date: None,
        };
        assert_eq!(refusal(Facts::new(vec![given])), ("not_finite", at("value")));
    }

    #[test]
    fn interventions_name_a_unit() {
        let read = |text: &str| Interventions::from_table(&Table::from_csv("interventions", text.as_bytes())?);
        assert_eq!(read("intervention,unit\nadd_leaders,a\n").unwrap().rows()[0].unit, "a");
        let gap = refusal(read("intervention,unit\nadd_leaders,\n"));
        assert_eq!(gap, ("missing_value", "interventions, row 1, column unit".into()));
    }
}

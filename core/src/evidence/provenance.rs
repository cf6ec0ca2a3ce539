//! Who told something, how they stand to the group, where it is written and when it was said.

use super::date::days_from_iso;
use super::reader::Field;
use crate::error::{Error, Result, suggest};
use crate::vocabulary::InformantRole;
use serde_json::{Value, json};

/// Where something that was told comes from. All of it is optional; the informant is a key and never leaves.
#[derive(Debug, Clone, PartialEq, Eq, Default, PartialOrd, Ord)]
pub struct Provenance {
    /// Who says it: a key that tells informants apart.
    pub informant: Option<String>,
    /// How they stand to the group.
    pub role: Option<InformantRole>,
    /// Where it is written.
    pub source: Option<String>,
    /// The day on which it was said, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// A remark.
    pub note: Option<String>,
}

impl Provenance {
    /// Whether nothing is told.
    pub fn is_empty(&self) -> bool {
        *self == Provenance::default()
    }

    /// What tells one informant from another: the name, or else where it is written, or else the role.
    pub fn who(&self) -> Option<&str> {
        let role = || self.role.map(InformantRole::as_str);
        self.informant.as_deref().or(self.source.as_deref()).or_else(role)
    }

    /// The provenance as a JSON document; without its owner the informant and the note are left out.
    pub fn to_json(&self, owner: bool) -> Value {
        json!({
            "informant": self.informant.as_ref().filter(|_| owner), "role": self.role.map(InformantRole::as_str),
            "source": self.source.as_ref().filter(|_| owner), "date": self.date,
            "note": self.note.as_ref().filter(|_| owner),
        })
    }

    /// The provenance in a sentence; without its owner only the role and the day.
    pub fn text(&self, owner: bool) -> String {
        let own = |text: &Option<String>| text.clone().filter(|_| owner);
        let role = self.role.map(|r| r.as_str().to_owned());
        let note = own(&self.note).map(|n| n.replace('\n', " / "));
        let parts: Vec<String> =
            [own(&self.informant), role, self.date.clone(), own(&self.source), note].into_iter().flatten().collect();
        if parts.is_empty() { "somebody".to_owned() } else { parts.join(", ") }
    }
}

/// The role that a text names.
///
/// # Errors
/// `unknown_role`.
pub fn check_role(text: &str) -> Result<InformantRole> {
    text.parse().map_err(|_| {
        Error::input("unknown_role", format!("unknown role `{text}` of an informant"))
            .at("role")
            .help(suggest(text, InformantRole::ALL.iter().map(|r| r.as_str())))
    })
}

/// A day written `YYYY-MM-DD`.
///
/// # Errors
/// `not_a_date`.
pub fn check_date(text: &str) -> Result<String> {
    match days_from_iso(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(Error::input("not_a_date", format!("`{text}` is not a day"))
            .at("date")
            .help("write it as YYYY-MM-DD, such as 2026-11-02")),
    }
}

pub(super) fn role_of(field: &Field<'_>, row: usize) -> Result<Option<InformantRole>> {
    field.string(row)?.map(|t| check_role(&t).map_err(|e| e.at(field.place(row)))).transpose()
}

pub(super) fn date_of(field: &Field<'_>, row: usize) -> Result<Option<String>> {
    field.string(row)?.map(|t| check_date(&t).map_err(|e| e.at(field.place(row)))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Facts, Table};

    fn facts(rows: &str) -> Result<Facts> {
        let text = format!("unit,measure,value,informant,role,date\n{rows}");
        Facts::from_table(&Table::from_csv("facts", text.as_bytes())?)
    }

    #[test]
    fn a_fact_says_who_told_it_and_when() {
        let read = facts("a,m,1,p7,leader,2026-11-02\na,m,1,p8,,\n").unwrap();
        let by = read.rows()[0].provenance();
        assert_eq!(
            (by.role, by.date.as_deref(), by.who()),
            (Some(InformantRole::Leader), Some("2026-11-02"), Some("p7"))
        );
        assert_eq!(by.text(false), "leader, 2026-11-02");
        assert!(by.text(true).starts_with("p7") && by.to_json(false)["informant"].is_null());
        assert_eq!(read.rows()[1].provenance().text(false), "somebody");
    }

    #[test]
    fn roles_and_days_are_checked_in_their_place() {
        let refused = |rows: &str| facts(rows).map(|_| ()).map_err(|e| (e.code(), e.path().to_owned())).unwrap_err();
        assert_eq!(refused("a,m,1,p,leadr,\n"), ("unknown_role", "facts, row 1, column role".into()));
        assert_eq!(refused("a,m,1,p,,2026-02-30\n"), ("not_a_date", "facts, row 1, column date".into()));
    }
}

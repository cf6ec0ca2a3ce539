//! What a host hands in, validated at the door with row and column.

mod answer;
mod challenges;
mod date;
mod decisions;
mod digest;
mod instrument;
mod instrument_definitions;
mod instrument_locale;
mod instrument_map;
mod instrument_read;
mod instrument_words;
mod instrument_write;
mod key;
mod levels;
mod members;
mod network;
mod organization;
mod parse;
mod pressure;
mod priorities;
mod provenance;
mod reader;
mod reporting;
mod responses;
mod table;
mod wave;

pub(crate) use answer::{AnswerReader, no_value};
pub use answer::{DONT_KNOW, MISSING};
pub use challenges::{ChallengeRow, Challenges, FactRow, FactValue, Facts, InterventionRow, Interventions};
pub use date::days_from_iso;
pub use decisions::{
    DecisionEffectRow, DecisionEffects, DecisionRightRow, DecisionRights, DecisionRow, Decisions, Role,
};
pub use instrument::{Composition, Instrument, Item, MissingRule, Referent, Scale};
pub use instrument_definitions::Definitions;
pub use instrument_map::{KeyedItem, SurveyMap};
pub use key::{AnswerColumns, MAX_DECIMALS, Weight};
pub(crate) use key::{AnswerPlaces, KeyKind, duplicate_respondent, key_of_number};
pub use members::{MemberRow, Members};
pub(crate) use network::named_column;
pub use network::{Direction, NodeRow, Nodes, TieRow, Ties};
pub use organization::{Organization, UnitRow};
pub use pressure::Pressure;
pub use priorities::{Declared, DeclaredRow, RankingRow, Rankings};
pub use provenance::{Provenance, check_date, check_role};
pub use reader::{Field, Reader};
pub use reporting::{Managers, Reports};
pub(crate) use responses::weight_of_text;
pub use responses::{Loss, Responses};
pub(crate) use table::place as cell_place;
pub use table::{Cells, Column, MAX_CELL_BYTES, MAX_ROWS, Table};
pub(crate) use wave::by_wave;

use crate::error::{Error, Result, suggest};
use digest::{Digest, Rows};
use std::collections::HashSet;
use std::fmt;
use table::{place, shown};

/// The names of all tables: the keywords of `assess`, and the names of files without `.csv` or `.json`.
pub const NAMES: [&str; 13] = [
    "organization",
    "members",
    "responses",
    "ties",
    "nodes",
    "rankings",
    "declared",
    "decisions",
    "decision_effects",
    "decision_rights",
    "challenges",
    "facts",
    "interventions",
];

/// Columns of `responses` that hold keys rather than answers.
const RESPONSE_KEYS: [&str; 3] = ["respondent", "unit", "wave"];

/// Everything a host handed in; every table is optional.
///
/// ```
/// use colead::evidence::Evidence;
/// let files: [(&str, &[u8]); 3] = [
///     ("organization.csv", b"unit,parent\nharbour,\ncrane,harbour\n"),
///     ("facts.json", br#"[{"unit": "crane", "measure": "pace", "value": 0.4}]"#),
///     ("colead.toml", b"confidence = 0.8"),
/// ];
/// let (evidence, unread) = Evidence::from_files(&files)?;
/// evidence.validate()?;
/// assert_eq!(unread, ["colead.toml"]);
/// assert_eq!(evidence.tables(), [("organization", 2), ("facts", 1)]);
/// # Ok::<(), colead::Error>(())
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Evidence {
    /// Units and what they belong to.
    pub organization: Option<Organization>,
    /// Who belongs to which unit.
    pub members: Option<Members>,
    /// Answers as they came: only an instrument can read them.
    pub responses: Option<Table>,
    /// Ties between people or groups.
    pub ties: Option<Ties>,
    /// What is known of the nodes that ties join.
    pub nodes: Option<Nodes>,
    /// How leaders rank priorities.
    pub rankings: Option<Rankings>,
    /// How the strategy ranks them.
    pub declared: Option<Declared>,
    /// Decisions and their course.
    pub decisions: Option<Decisions>,
    /// What decisions did to priorities.
    pub decision_effects: Option<DecisionEffects>,
    /// Who decides, contributes and convenes.
    pub decision_rights: Option<DecisionRights>,
    /// What challenges are like.
    pub challenges: Option<Challenges>,
    /// Facts about units.
    pub facts: Option<Facts>,
    /// What was undertaken.
    pub interventions: Option<Interventions>,
    /// What the host is told of how the evidence was read, such as answers that an informant changed. Names nobody.
    pub(crate) remarks: Vec<String>,
}

impl Evidence {
    /// The same evidence with the organization and the memberships of one day, counted from 1970-01-01
    /// ([`days_from_iso`]): who belonged to a unit then is a current member.
    ///
    /// # Errors
    /// Those of [`Organization::as_of`] and [`Members::as_of`].
    pub fn as_of(&self, day: f64) -> Result<Evidence> {
        let organization = self.organization.as_ref().map(|o| o.as_of(day)).transpose()?;
        let current = |members: Members| {
            Members::new(members.rows().iter().map(|m| MemberRow { to: None, ..m.clone() }).collect())
        };
        let members = self.members.as_ref().map(|m| m.as_of(day).and_then(current)).transpose()?;
        Ok(Evidence { organization, members, ..self.clone() })
    }

    /// Takes a table in under its name in [`NAMES`], whatever the table calls itself.
    ///
    /// # Errors
    /// `unknown_table` with a suggestion, `duplicate_table` when that table was given before, and the errors of the
    /// table's own type. On an error nothing was taken in.
    pub fn insert(&mut self, name: &str, table: Table) -> Result<()> {
        let table = table.with_name(name);
        match name {
            "organization" => fill(&mut self.organization, &table, Organization::from_table),
            "members" => fill(&mut self.members, &table, Members::from_table),
            "ties" => fill(&mut self.ties, &table, Ties::from_table),
            "nodes" => fill(&mut self.nodes, &table, Nodes::from_table),
            "rankings" => fill(&mut self.rankings, &table, Rankings::from_table),
            "declared" => fill(&mut self.declared, &table, Declared::from_table),
            "decisions" => fill(&mut self.decisions, &table, Decisions::from_table),
            "decision_effects" => fill(&mut self.decision_effects, &table, DecisionEffects::from_table),
            "decision_rights" => fill(&mut self.decision_rights, &table, DecisionRights::from_table),
            "challenges" => fill(&mut self.challenges, &table, Challenges::from_table),
            "facts" => fill(&mut self.facts, &table, Facts::from_table),
            "interventions" => fill(&mut self.interventions, &table, Interventions::from_table),
            "responses" => {
                refuse_second(self.responses.is_some(), name)?;
                self.responses = Some(table);
                Ok(())
            }
            _ => Err(unknown_table(name, name)),
        }
    }

    /// Reads the files of a folder: `<name>.csv` and `<name>.json` for each name in [`NAMES`].
    ///
    /// Returns the evidence and the names of the files that are none, in the order given: any other ending,
    /// `truth.json` (what a simulation knows), hidden files, and names with a path. The tables are not yet checked
    /// against one another: see [`Evidence::validate`].
    ///
    /// # Errors
    /// `unknown_table` with a suggestion for a `.csv` or `.json` file of another name, `duplicate_table`, and the
    /// errors of [`Table::from_csv`], [`Table::from_json`] and [`Evidence::insert`].
    pub fn from_files<'n>(files: &[(&'n str, &[u8])]) -> Result<(Evidence, Vec<&'n str>)> {
        let mut evidence = Evidence::default();
        let mut unread = Vec::new();
        for (file, bytes) in files {
            let (stem, json) = match file.rsplit_once('.') {
                Some((stem, ending)) if ending.eq_ignore_ascii_case("csv") => (stem, false),
                Some((stem, ending)) if ending.eq_ignore_ascii_case("json") => (stem, true),
                _ => {
                    unread.push(*file);
                    continue;
                }
            };
            if file.starts_with('.') || file.contains(['/', '\\']) || *file == "truth.json" {
                unread.push(*file);
                continue;
            }
            if !NAMES.contains(&stem) {
                return Err(unknown_table(stem, file));
            }
            let table = if json { Table::from_json(stem, bytes)? } else { Table::from_csv(stem, bytes)? };
            evidence.insert(stem, table)?;
        }
        Ok((evidence, unread))
    }

    /// Takes in every table of `other`.
    ///
    /// # Errors
    /// `duplicate_table` for a table that both have; nothing was taken in then.
    pub fn join(&mut self, other: Evidence) -> Result<()> {
        let ours = self.tables();
        if let Some((name, _)) = other.tables().into_iter().find(|(name, _)| ours.iter().any(|(n, _)| n == name)) {
            return refuse_second(true, name);
        }
        fn take<T>(slot: &mut Option<T>, given: Option<T>) {
            if given.is_some() {
                *slot = given;
            }
        }
        take(&mut self.organization, other.organization);
        take(&mut self.members, other.members);
        take(&mut self.responses, other.responses);
        take(&mut self.ties, other.ties);
        take(&mut self.nodes, other.nodes);
        take(&mut self.rankings, other.rankings);
        take(&mut self.declared, other.declared);
        take(&mut self.decisions, other.decisions);
        take(&mut self.decision_effects, other.decision_effects);
        take(&mut self.decision_rights, other.decision_rights);
        take(&mut self.challenges, other.challenges);
        take(&mut self.facts, other.facts);
        take(&mut self.interventions, other.interventions);
        self.remarks.extend(other.remarks);
        Ok(())
    }

    /// The tables that are present and their numbers of rows, in the order of [`NAMES`].
    pub fn tables(&self) -> Vec<(&'static str, usize)> {
        let rows = self.typed().into_iter().map(|(name, rows)| (name, rows.count()));
        let mut all: Vec<_> = rows.chain(self.responses.iter().map(|t| ("responses", t.rows()))).collect();
        all.sort_by_key(|(name, _)| NAMES.iter().position(|n| n == name));
        all
    }

    /// Whether nothing was handed in.
    pub fn is_empty(&self) -> bool {
        self.tables().is_empty()
    }

    /// Checks what only several tables together can say.
    ///
    /// # Errors
    /// `two_places` for a list under two units or layers; `unknown_priority` for a ranked or touched priority that `declared`, when given, does not have;
    /// `empty_table` for a table of zero rows; `unknown_unit` for a unit that `organization`, when given, does not
    /// have; `unknown_decision` for an effect of a decision that `decisions`, when given, does not have; `not_text`
    /// for a key of `responses` that is no text.
    pub fn validate(&self) -> Result<()> {
        for (name, rows) in self.tables() {
            if rows == 0 {
                return Err(Error::input("empty_table", "the table has no rows")
                    .at(name)
                    .help("add rows, or leave the table out when there is nothing to say"));
            }
        }
        if let Some(organization) = &self.organization {
            for (name, rows) in self.typed() {
                for row in 0..rows.count() {
                    check_unit(organization, name, row, rows.unit(row))?;
                }
            }
            if let Some(responses) = &self.responses {
                let unit = responses.field("unit");
                for row in 0..responses.rows() {
                    check_unit(organization, "responses", row, unit.text(row)?.as_deref())?;
                }
            }
        }
        if let Some(rankings) = &self.rankings {
            rankings.check_places()?;
        }
        if let Some(declared) = &self.declared {
            self.check_priorities(declared)?;
        }
        if let (Some(decisions), Some(effects)) = (&self.decisions, &self.decision_effects) {
            let known: HashSet<&str> = decisions.rows().iter().map(|d| d.decision.as_str()).collect();
            for (row, effect) in effects.rows().iter().enumerate() {
                if !known.contains(effect.decision.as_str()) {
                    let all = decisions.rows().iter().map(|d| d.decision.as_str());
                    return Err(Error::input(
                        "unknown_decision",
                        format!("unknown decision {}", shown(&effect.decision)),
                    )
                    .at(place("decision_effects", row, "decision"))
                    .help(match suggest(&effect.decision, all) {
                        near if near.is_empty() => "add it to `decisions`".into(),
                        near => near,
                    }));
                }
            }
        }
        Ok(())
    }

    /// Where an order is declared, ranked lists and effects speak of its priorities; free recall may name anything.
    fn check_priorities(&self, declared: &Declared) -> Result<()> {
        let known: HashSet<&str> = declared.rows().iter().map(|d| d.priority.as_str()).collect();
        let ranked = self.rankings.iter().flat_map(|t| t.rows().iter().enumerate()).filter(|(_, r)| r.rank.is_some());
        let ranked = ranked.map(|(row, r)| ("rankings", row, r.priority.as_str()));
        let touched = self.decision_effects.iter().flat_map(|t| t.rows().iter().enumerate());
        let touched = touched.map(|(row, e)| ("decision_effects", row, e.priority.as_str()));
        match ranked.chain(touched).find(|(_, _, priority)| !known.contains(priority)) {
            None => Ok(()),
            Some((table, row, priority)) => {
                let near = suggest(priority, declared.rows().iter().map(|d| d.priority.as_str()));
                Err(Error::input("unknown_priority", format!("the strategy declares no priority {}", shown(priority)))
                    .at(place(table, row, "priority"))
                    .help(if near.is_empty() {
                        "add it to `declared`, or leave its rank empty as recall".into()
                    } else {
                        near
                    }))
            }
        }
    }

    /// A SHA-256, in hexadecimal, of everything handed in; it depends neither on the file format nor on the order of
    /// columns and rows.
    pub fn digest(&self) -> String {
        let mut digest = Digest::new();
        for (name, rows) in self.typed() {
            digest.rows(name, rows);
        }
        if let Some(responses) = &self.responses {
            digest.raw("responses", responses, &RESPONSE_KEYS);
        }
        digest.finish()
    }

    /// Every table but `responses`, in the order of [`NAMES`].
    fn typed(&self) -> Vec<(&'static str, &dyn Rows)> {
        fn some<'e, T: Rows>(name: &'static str, table: &'e Option<T>) -> Option<(&'static str, &'e dyn Rows)> {
            table.as_ref().map(|t| (name, t as &dyn Rows))
        }
        let all = [
            some("organization", &self.organization),
            some("members", &self.members),
            some("ties", &self.ties),
            some("nodes", &self.nodes),
            some("rankings", &self.rankings),
            some("declared", &self.declared),
            some("decisions", &self.decisions),
            some("decision_effects", &self.decision_effects),
            some("decision_rights", &self.decision_rights),
            some("challenges", &self.challenges),
            some("facts", &self.facts),
            some("interventions", &self.interventions),
        ];
        all.into_iter().flatten().collect()
    }
}

impl fmt::Debug for Evidence {
    /// Names and sizes only: what was handed in is its owner's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Evidence ")?;
        f.debug_map().entries(self.tables()).finish()
    }
}

fn fill<T>(slot: &mut Option<T>, table: &Table, read: fn(&Table) -> Result<T>) -> Result<()> {
    refuse_second(slot.is_some(), table.name())?;
    *slot = Some(read(table)?);
    Ok(())
}

fn refuse_second(given: bool, name: &str) -> Result<()> {
    if given {
        return Err(Error::input("duplicate_table", format!("the table `{name}` is given twice"))
            .at(name)
            .help("give it once, as CSV or as JSON"));
    }
    Ok(())
}

fn unknown_table(name: &str, file: &str) -> Error {
    let help = match suggest(name, NAMES) {
        near if near.is_empty() => format!("known: {}", NAMES.join(", ")),
        near => near,
    };
    Error::input("unknown_table", format!("unknown table {}", shown(name))).at(file).help(help)
}

fn check_unit(organization: &Organization, table: &str, row: usize, unit: Option<&str>) -> Result<()> {
    match unit {
        Some(unit) if organization.index(unit).is_none() => {
            let known = organization.units().iter().map(|u| u.unit.as_str());
            Err(Error::input("unknown_unit", format!("unknown unit {}", shown(unit)))
                .at(place(table, row, "unit"))
                .help(organization::help_unknown(unit, known)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;

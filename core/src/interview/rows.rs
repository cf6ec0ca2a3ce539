//! A form as evidence: facts of its unit and answers about its challenge.

use super::contradiction::Between;
use super::form::{Form, Reply};
use crate::error::{Error, Result};
use crate::evidence::{ChallengeRow, Challenges, Evidence, FactRow, FactValue, Facts};

impl Form {
    /// Adds what the form says to the tables `facts` and `challenges`. Of one informant who said different things the
    /// latest counts. `do not know` is no row of `facts` and an empty answer of `challenges`. What a table says already
    /// is not added twice.
    ///
    /// # Errors
    /// `missing_unit` or `missing_challenge` where the form has answers and does not say what they are about;
    /// `duplicate_fact`, `duplicate_answer` where a table says something else of the same informant. Nothing is added
    /// then.
    pub fn add_to(&self, evidence: &mut Evidence) -> Result<()> {
        let mut facts: Vec<FactRow> = evidence.facts.iter().flat_map(|t| t.rows()).cloned().collect();
        let mut criteria: Vec<ChallengeRow> = evidence.challenges.iter().flat_map(|t| t.rows()).cloned().collect();
        let (had_facts, had_criteria) = (facts.len(), criteria.len());
        for fact in &self.facts {
            for voice in fact.voices() {
                let Some(said) = voice.standing() else { continue };
                let by = said.by.clone();
                let who = by.who().map(str::to_owned);
                if fact.of_challenge {
                    let value = match said.answer {
                        Some(Reply::Number(x)) => Some(x),
                        _ => None,
                    };
                    let row = ChallengeRow {
                        challenge: named(&self.challenge, "challenge")?,
                        component: said.component.clone(),
                        criterion: fact.measure.clone(),
                        rater: who,
                        value,
                        note: by.note,
                        source: by.source,
                        role: by.role,
                        date: by.date,
                    };
                    let same = |r: &ChallengeRow| {
                        (&r.challenge, &r.component, &r.criterion, &r.rater)
                            == (&row.challenge, &row.component, &row.criterion, &row.rater)
                    };
                    match criteria.iter().find(|r| same(r)) {
                        None => criteria.push(row),
                        Some(r) if r.value == row.value => {}
                        Some(_) => return Err(twice("duplicate_answer", "challenges", &fact.measure)),
                    }
                    continue;
                }
                let value = match &said.answer {
                    Some(Reply::Number(x)) => FactValue::Number(*x),
                    Some(Reply::Category(c)) => FactValue::Category(c.clone()),
                    _ => continue,
                };
                let row = FactRow {
                    unit: named(&self.unit, "unit")?,
                    measure: fact.measure.clone(),
                    value,
                    se: None,
                    n: None,
                    informant: who,
                    note: by.note,
                    source: by.source,
                    role: by.role,
                    date: by.date,
                };
                let same = |r: &FactRow| {
                    (&r.unit, &r.measure, &r.informant, &r.source)
                        == (&row.unit, &row.measure, &row.informant, &row.source)
                };
                match facts.iter().find(|r| same(r)) {
                    None => facts.push(row),
                    Some(r) if r.value == row.value => {}
                    Some(_) => return Err(twice("duplicate_fact", "facts", &fact.measure)),
                }
            }
        }
        let facts = (facts.len() > had_facts).then(|| Facts::new(facts)).transpose()?;
        let criteria = (criteria.len() > had_criteria).then(|| Challenges::new(criteria)).transpose()?;
        evidence.facts = facts.or(evidence.facts.take());
        evidence.challenges = criteria.or(evidence.challenges.take());
        let sittings = self.contradictions().into_iter().filter(|c| c.between == Between::Sittings);
        evidence.remarks.extend(sittings.map(|c| c.text(false)));
        Ok(())
    }
}

fn named(name: &Option<String>, what: &'static str) -> Result<String> {
    name.clone().ok_or_else(|| {
        let code = if what == "unit" { "missing_unit" } else { "missing_challenge" };
        Error::input(code, format!("the interview has answers about a {what} and does not name it"))
            .at(format!("interview, {what}"))
            .help(format!("write its name behind `{what}:`"))
    })
}

fn twice(code: &'static str, table: &str, measure: &str) -> Error {
    Error::input(code, format!("the interview and the table `{table}` give different answers of one informant"))
        .at(format!("interview, {measure}"))
        .help("keep one of them, or say who told which")
}

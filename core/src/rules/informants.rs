//! What each informant's answers would come to by themselves, and what informants differ on.

use super::case::{Case, Testimony};
use super::judgment::Judgment;
use super::model::MeasureId;
use crate::evidence::Provenance;
use crate::measure::{MeasureValue, Reveals};
use crate::vocabulary::InformantRole;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A measure on which informants differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Differing {
    /// The part, of a whole judged by its parts.
    pub part: Option<String>,
    /// The measure.
    pub measure: String,
    /// What was said, each answer once, in rising order; empty where that may not be told.
    pub said: Vec<String>,
}

impl Differing {
    fn text(&self) -> String {
        let of = self.part.as_ref().map_or(String::new(), |p| format!(" of part `{p}`"));
        let said = if self.said.is_empty() { String::new() } else { format!(" ({})", self.said.join(", ")) };
        format!("`{}`{of}{said}", self.measure)
    }
}

impl Judgment {
    /// The judgment that each informant's answers give by themselves, beside everything that nobody told: informants
    /// in the order of their keys. Empty unless two informants told what the question looks at. It is the owner's:
    /// a release says only how many informants' answers come to what.
    pub fn by_informant(&self) -> Vec<(Provenance, Judgment)> {
        let cases: Vec<&Case> = self.cases().into_iter().map(|(_, case)| case).collect();
        let mut who: BTreeMap<Option<String>, Provenance> = BTreeMap::new();
        for t in cases.iter().flat_map(|case| self.heard(case)).flat_map(|(_, told)| told) {
            let by = who.entry(t.by.who().map(str::to_owned)).or_insert_with(|| t.by.clone());
            by.note = None;
        }
        if who.len() < 2 {
            return Vec::new();
        }
        let alone = |key: &Option<String>| {
            if self.parts.is_empty() {
                return self.framework.judge_at(self.question, &self.case_of(&self.case, key), self.confidence);
            }
            let parts: Vec<(String, Case)> =
                self.parts.iter().map(|(name, j)| (name.clone(), self.case_of(&j.case, key))).collect();
            // The parts were judged before, so they can be again.
            self.framework
                .judge_parts(self.question_id(), &parts, Some(self.confidence))
                .unwrap_or_else(|_| self.clone())
        };
        who.into_iter().map(|(key, by)| (by, alone(&key))).collect()
    }

    /// The measures that informants gave different answers to.
    pub fn differing(&self) -> Vec<Differing> {
        let mut out = Vec::new();
        for (part, case) in self.cases() {
            for (m, told) in self.heard(case) {
                let mut values: Vec<&MeasureValue> = told.iter().map(|t| &t.value).filter(|v| known(v)).collect();
                values.sort_by(|a, b| order(a, b));
                values.dedup_by(|a, b| order(a, b).is_eq());
                let Some(measure) = self.framework.measure(m).filter(|_| values.len() > 1) else { continue };
                let hidden = told.iter().any(|t| self.hides(Some(&t.value)) != Reveals::Level);
                let text =
                    |v: &&MeasureValue| Testimony { value: (*v).clone(), by: Provenance::default() }.value_text();
                let said = if hidden { Vec::new() } else { values.iter().map(text).collect() };
                out.push(Differing { part: part.map(str::to_owned), measure: measure.id.clone(), said });
            }
        }
        out
    }

    /// What informants differ on, and the judgment of each alone, as a JSON document (`differing judgments`). It is the
    /// owner's.
    pub fn informants_json(&self) -> Value {
        let differing = |d: &Differing| json!({ "part": d.part, "measure": d.measure, "said": d.said });
        let each = self.by_informant();
        let alone = |(by, j): &(Provenance, Judgment)| json!({ "by": by.to_json(true), "judgment": j.to_json() });
        json!({
            "differing": self.differing().iter().map(differing).collect::<Vec<_>>(),
            "judgments": each.iter().map(alone).collect::<Vec<_>>(),
        })
    }

    /// What informants told of the question's measures, as JSON rows `measure value by`.
    pub(crate) fn told_json(&self) -> Value {
        let owner = self.spread_from == 0;
        let mut rows = Vec::new();
        // Parts have explanations of their own.
        for (m, told) in self.heard(&self.case).into_iter().filter(|_| self.parts.is_empty()) {
            let id = self.framework.measure(m).map_or("", |m| m.id.as_str());
            for t in told {
                // Who said what stays with the owner: elsewhere only that, and by whom in what role.
                let value = owner.then(|| t.value.to_json().get("value").cloned());
                rows.push(json!({ "measure": id, "value": value, "by": t.by.to_json(owner) }));
            }
        }
        Value::Array(rows)
    }

    /// Who told what the judgment rests on, a line a measure.
    pub(crate) fn told_lines(&self) -> Vec<String> {
        let owner = self.spread_from == 0;
        let mut out = Vec::new();
        for (m, told) in self.heard(&self.case).into_iter().filter(|_| self.parts.is_empty()) {
            let id = self.framework.measure(m).map_or("", |m| m.id.as_str());
            if owner {
                out.extend(told.iter().map(|t| format!("`{id}`: {} told by {}", t.value_text(), t.by.text(true))));
            } else {
                out.push(format!("`{id}`: told by {}", roles(told)));
            }
        }
        out
    }

    /// How informants differ, in a sentence that names nobody; `None` when they do not, or when there is only one.
    pub(crate) fn informants_line(&self) -> Option<String> {
        let differing = self.differing();
        if differing.is_empty() {
            return None;
        }
        let on: Vec<String> = differing.iter().map(Differing::text).collect();
        let on = format!("informants differ on {}", on.join(", "));
        let hidden = differing.iter().any(|d| d.said.is_empty());
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        if !hidden {
            self.by_informant().iter().for_each(|(_, j)| *found.entry(j.headline()).or_insert(0) += 1);
        }
        if found.len() < 2 {
            return Some(on);
        }
        let all: usize = found.values().sum();
        let each: Vec<String> = found.iter().map(|(what, n)| format!("{what} ({n} of {all})")).collect();
        Some(format!("{on}; taken one by one their answers come to: {}", each.join("; ")))
    }

    /// The case, or that of each part.
    fn cases(&self) -> Vec<(Option<&str>, &Case)> {
        match &self.parts[..] {
            [] => vec![(None, &self.case)],
            parts => parts.iter().map(|(name, j)| (Some(name.as_str()), &j.case)).collect(),
        }
    }

    /// The question's measures that informants told.
    fn heard<'c>(&self, case: &'c Case) -> Vec<(MeasureId, &'c [Testimony])> {
        let own = self.asked().map(|q| q.measures.as_slice()).unwrap_or_default();
        own.iter().map(|m| (*m, case.told(*m))).filter(|(_, told)| !told.is_empty()).collect()
    }

    /// A case as one informant told it.
    fn case_of(&self, case: &Case, who: &Option<String>) -> Case {
        let mut own = case.clone();
        for (m, told) in self.heard(case) {
            own.forget(m);
            let said = told.iter().find(|t| t.by.who() == who.as_deref() && known(&t.value));
            if let Some(t) = said {
                // It was accepted before.
                let _ = own.put(&self.framework, m, t.value.clone());
            }
        }
        own
    }
}

fn known(value: &MeasureValue) -> bool {
    !matches!(value, MeasureValue::Absent(_))
}

fn order(a: &MeasureValue, b: &MeasureValue) -> std::cmp::Ordering {
    match (a, b) {
        (MeasureValue::Known(a), MeasureValue::Known(b)) => a.value().total_cmp(&b.value()),
        (MeasureValue::Category(a, _), MeasureValue::Category(b, _)) => a.cmp(b),
        (MeasureValue::Known(_), _) => std::cmp::Ordering::Less,
        (_, MeasureValue::Known(_)) => std::cmp::Ordering::Greater,
        _ => std::cmp::Ordering::Equal,
    }
}

/// How many informants of which role.
fn roles(told: &[Testimony]) -> String {
    let mut of: BTreeMap<&str, usize> = BTreeMap::new();
    told.iter().filter_map(|t| t.by.role).for_each(|r| *of.entry(InformantRole::as_str(r)).or_insert(0) += 1);
    let of: Vec<String> =
        of.iter().map(|(role, n)| if told.len() == 1 { (*role).to_owned() } else { format!("{n} {role}") }).collect();
    let of = if of.is_empty() { String::new() } else { format!(" ({})", of.join(", ")) };
    format!("{} informant{}{of}", told.len(), if told.len() == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use crate::assess::{Options, assess};
    use crate::evidence::Evidence;
    use crate::rules::Framework;

    fn assessed(name: &str, text: &str) -> crate::assess::Assessment {
        let (evidence, _) = Evidence::from_files(&[(name, text.as_bytes())]).unwrap();
        assess(&Framework::builtin().unwrap(), &evidence, &Options::default()).unwrap()
    }

    const RATERS: &str = "challenge,criterion,value,rater,role\nm,definable,no,rater-a,leader\nm,means_exist,no,rater-a,leader\n\
                          m,solvers_unchanged,no,rater-a,leader\nm,definable,yes,rater-b,member\nm,means_exist,yes,rater-b,member\n\
                          m,predictable,yes,rater-b,member\nm,authority_knows,yes,rater-b,member\nm,solvers_unchanged,yes,rater-b,member\n";

    #[test]
    fn two_informants_who_differ_are_judged_each_alone() {
        let assessment = assessed("challenges.csv", RATERS);
        let j = assessment.judgment("m", "challenge").unwrap();
        let each: Vec<_> =
            j.by_informant().iter().map(|(by, j)| (by.informant.clone(), j.answer().map(str::to_owned))).collect();
        assert_eq!(
            each,
            [
                (Some("rater-a".to_owned()), Some("complex".to_owned())),
                (Some("rater-b".to_owned()), Some("technical".to_owned())),
            ]
        );
        let on: Vec<_> = j.differing().into_iter().map(|d| (d.measure, d.said)).collect();
        assert_eq!(on[0], ("definable".to_owned(), vec!["0".to_owned(), "1".to_owned()]));
        assert_eq!(on.len(), 3);
        assert!(j.because().iter().any(|l| l.contains("complex (1 of 2); technical (1 of 2)")), "{:?}", j.because());
        assert!(j.full().contains("told by rater-a, leader"));
    }

    #[test]
    fn a_release_tells_roles_and_never_who_said_what() {
        let assessment = assessed("challenges.csv", RATERS);
        let policy = crate::release::DisclosurePolicy::default();
        let (release, _) = assessment.release(&policy, &crate::release::Ledger::new()).unwrap();
        let told =
            release.explain("m", "challenge").unwrap().to_owned() + &release.to_text() + &release.to_json().to_string();
        assert!(told.contains("2 informants (1 leader, 1 member)"), "{told}");
        assert!(!told.contains("rater-a") && !told.contains("rater-b"));
    }

    #[test]
    fn categories_that_differ_are_not_averaged() {
        let f = Framework::builtin().unwrap();
        let found = f.measures().iter().find_map(|m| match &m.kind {
            crate::rules::MeasureKind::Category(of) if m.about != "challenge" => Some((m, of)),
            _ => None,
        });
        let (m, of) = found.unwrap();
        let text = format!("unit,measure,value,informant\nu,{0},{1},rater-a\nu,{0},{2},rater-b\n", m.id, of[0], of[1]);
        let assessment = assessed("facts.csv", &text);
        let case = &assessment.subjects()[0].case;
        let value = case.get(f.find_measure(&m.id).unwrap());
        assert_eq!(value, Some(&crate::measure::MeasureValue::Absent(crate::measure::Absence::InformantsDiffer)));
    }
}

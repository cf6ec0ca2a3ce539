//! What to ask next over a whole assessment: every fact once, what could settle most first, and whom to ask.

use super::assessment::Assessment;
use crate::rules::NextQuestion;
use serde_json::{Value, json};

/// A judgment that an answer bears on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearing {
    /// The unit or challenge.
    pub subject: String,
    /// The question.
    pub question: String,
    /// The question's heading.
    pub title: String,
}

/// One fact to ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct AgendaItem {
    /// The measure.
    pub measure: String,
    /// The question in words.
    pub asks: String,
    /// `missing`, or `too_close` when it is known and more people must be asked.
    pub reason: &'static str,
    /// Judgments that some of its answers would settle by themselves.
    pub settles: Vec<Bearing>,
    /// Other judgments that it bears on.
    pub helps: Vec<Bearing>,
}

/// What to ask next, by whom to ask.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Agenda {
    /// Whom to ask and what, most telling first in both.
    pub groups: Vec<(String, Vec<AgendaItem>)>,
}

impl Assessment {
    /// What to ask next over all judgments that are open, grouped by whom to ask. It is the owner's; a release has one
    /// of its own, of what left.
    pub fn agenda(&self) -> Agenda {
        let mut agenda = Items::default();
        for a in &self.subjects {
            for j in &a.judgments {
                agenda.add(&a.subject.to_string(), j.question_id(), j.title(), &j.next_questions());
            }
        }
        agenda.grouped()
    }
}

/// Facts as they are found, each with whom to ask.
#[derive(Debug, Default)]
pub(crate) struct Items(Vec<(String, AgendaItem)>);

impl Items {
    /// Adds what one open judgment asks for.
    pub(crate) fn add(&mut self, subject: &str, question: &str, title: &str, next: &[NextQuestion]) {
        for q in next {
            let subject = q.part.as_ref().map_or(subject.to_owned(), |p| format!("{subject}: {p}"));
            let bearing = Bearing { subject, question: question.to_owned(), title: title.to_owned() };
            let at = self.0.iter().position(|(_, i)| i.measure == q.measure && i.reason == q.reason);
            let at = at.unwrap_or_else(|| {
                let item = AgendaItem {
                    measure: q.measure.clone(),
                    asks: q.asks.clone(),
                    reason: q.reason,
                    settles: Vec::new(),
                    helps: Vec::new(),
                };
                self.0.push((q.whom.clone(), item));
                self.0.len() - 1
            });
            let Some((_, item)) = self.0.get_mut(at) else { continue };
            let list = if q.settles > 0 { &mut item.settles } else { &mut item.helps };
            if !list.contains(&bearing) {
                list.push(bearing);
            }
        }
    }

    /// By whom to ask; what could settle most judgments first, then what bears on most. Ties keep their order.
    pub(crate) fn grouped(mut self) -> Agenda {
        let weight = |i: &AgendaItem| std::cmp::Reverse((i.reason == "missing", i.settles.len(), i.helps.len()));
        self.0.sort_by_key(|(_, i)| weight(i));
        let mut groups: Vec<(String, Vec<AgendaItem>)> = Vec::new();
        for (whom, item) in self.0 {
            let whom = match (item.reason, whom.is_empty()) {
                ("missing", true) => "those who know".to_owned(),
                ("missing", false) => whom,
                _ => MORE.to_owned(),
            };
            match groups.iter_mut().find(|(w, _)| *w == whom) {
                Some((_, items)) => items.push(item),
                None => groups.push((whom, vec![item])),
            }
        }
        Agenda { groups }
    }
}

/// Whom to ask what is too close to call.
const MORE: &str = "more people: what is known is too close to call";

impl Agenda {
    /// How many facts there are to ask for.
    pub fn len(&self) -> usize {
        self.groups.iter().map(|(_, items)| items.len()).sum()
    }

    /// Whether nothing is open.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The agenda as a JSON list of groups `whom asks`, each of `asks` with `measure asks reason settles helps`.
    pub fn to_json(&self) -> Value {
        let bearing = |b: &Bearing| json!({ "subject": b.subject, "question": b.question, "title": b.title });
        let all = |of: &[Bearing]| of.iter().map(bearing).collect::<Vec<_>>();
        let item = |i: &AgendaItem| {
            json!({
                "measure": i.measure, "asks": i.asks, "reason": i.reason, "settles": all(&i.settles),
                "helps": all(&i.helps),
            })
        };
        let group = |(whom, items): &(String, Vec<AgendaItem>)| json!({ "whom": whom, "asks": items.iter().map(item).collect::<Vec<_>>() });
        self.groups.iter().map(group).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::assess::{Options, assess};
    use crate::evidence::Evidence;
    use crate::rules::Framework;

    #[test]
    fn each_fact_is_asked_once_and_what_settles_most_comes_first() {
        let rows = "challenge,criterion,value\na,definable,no\na,means_exist,no\nb,definable,no\nb,means_exist,no\n\
                    c,definable,yes\n";
        let (evidence, _) = Evidence::from_files(&[("challenges.csv", rows.as_bytes())]).unwrap();
        let assessment = assess(&Framework::builtin().unwrap(), &evidence, &Options::default()).unwrap();
        let agenda = assessment.agenda();
        let all: Vec<_> = agenda.groups.iter().flat_map(|(_, items)| items).collect();
        let people = all.iter().find(|i| i.measure == "solvers_unchanged").unwrap();
        for subject in ["a", "b"] {
            assert!(people.settles.iter().any(|b| b.question == "challenge" && b.subject == subject));
        }
        for (_, items) in &agenda.groups {
            assert!(items.is_sorted_by_key(|i| std::cmp::Reverse((i.settles.len(), i.helps.len()))));
        }
        let first = |g: &(String, Vec<super::AgendaItem>)| g.1[0].settles.len();
        assert!(agenda.groups.is_sorted_by_key(|g| std::cmp::Reverse(first(g))));
        let mut ids: Vec<_> = agenda.groups.iter().flat_map(|(_, i)| i).map(|i| &i.measure).collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), agenda.len()), (all, all));
    }
}

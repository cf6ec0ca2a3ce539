//! Two versions of a framework side by side: what changed in them, and which verdicts that turns.

use super::case_read::Told;
use super::evaluate::Evaluation;
use super::model::*;
use crate::vocabulary::Cite;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What became of the measures, the questions or the rules, by id, in the order of the files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    /// In the new version alone.
    pub added: Vec<String>,
    /// In the old version alone.
    pub removed: Vec<String>,
    /// In both, with another meaning: a verdict may turn.
    pub logic: Vec<String>,
    /// In both, said differently: no verdict turns.
    pub prose: Vec<String>,
}

/// A rule that stands for rules of the old version.
#[derive(Debug, Clone, PartialEq)]
pub struct Replaced {
    /// The rule of the new version.
    pub by: String,
    /// The rules of the old version.
    pub old: Vec<String>,
}

/// Something that comes out differently for a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The case.
    pub case: String,
    /// The question, or the rule of the old version.
    pub old_id: String,
    /// The same question or rule in the new version.
    pub new_id: String,
    /// What the old version says: a verdict, or the status and answer of a question.
    pub old: Value,
    /// What the new version says.
    pub new: Value,
}

/// A value of a case that one of the versions cannot read. It counts as missing there.
#[derive(Debug, Clone, PartialEq)]
pub struct Unread {
    /// The case.
    pub case: String,
    /// The measure.
    pub measure: String,
    /// `old` or `new`.
    pub version: &'static str,
    /// Why, as a code: `unknown_measure`, `out_of_range`, `unknown_category`, `type_mismatch`.
    pub code: &'static str,
    /// Why, in words.
    pub message: String,
}

/// Which version of which framework.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The framework.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Digest of everything it says.
    pub sha256: String,
    /// Digest of what decides.
    pub logic_sha256: String,
    /// The confidence at which it judges.
    pub confidence: f64,
}

/// Two versions of a framework side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    /// The old version.
    pub old: Version,
    /// The new version.
    pub new: Version,
    /// The measures.
    pub measures: Changes,
    /// The questions.
    pub questions: Changes,
    /// The rules, without those that are replaced.
    pub rules: Changes,
    /// Rules that stand for rules of the old version.
    pub replaced: Vec<Replaced>,
    /// Why rules were removed, where the new version says so.
    pub retired: Vec<Retired>,
    /// Rules that were removed without a word: neither replaced nor retired.
    pub unexplained: Vec<String>,
    /// Rules of the new version whose id the old version had given up: ids are never reused.
    pub reused: Vec<String>,
    /// How many cases were judged.
    pub cases: usize,
    /// Answers to questions of both versions that are different.
    pub answers: Vec<Difference>,
    /// Verdicts on rules of both versions that are different.
    pub verdicts: Vec<Difference>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

impl Framework {
    /// This version beside a newer one, over cases; without cases, over the tests that the rules of both carry. Each
    /// version judges at its own confidence. A case is put to the questions that look at one of its measures.
    ///
    /// ```
    /// use colead::rules::Framework;
    /// let text = "[framework]\nid = 'f'\nversion = '1.0.0'\n[measure.warmth]\nscore = [0, 10]\n[question.q]\n\
    ///     options = ['warm']\nmode = 'independent'\n[[rule]]\nid = 'warm'\nsays = ['q', 'warm']\nbecause = 'b'\n\
    ///     strength = 'typical'\nbasis = { kind = 'user' }\nwhen = { gt = ['warmth', 5] }\n\
    ///     test = [ { given = { warmth = 6 }, expect = 'holds' } ]\n";
    /// let old = Framework::from_toml(text)?;
    /// let stricter = text.replace("1.0.0", "1.1.0").replace("'warmth', 5", "'warmth', 7").replace("warmth = 6", "warmth = 8");
    /// let diff = old.diff(&Framework::from_toml(&stricter)?, &[]);
    /// assert_eq!(diff.rules.logic, ["warm"]);
    /// assert_eq!((diff.verdicts[0].old.clone(), diff.verdicts[0].new.clone()), ("holds".into(), "fails".into()));
    /// # Ok::<(), colead::Error>(())
    /// ```
    pub fn diff(&self, new: &Framework, cases: &[Told]) -> Diff {
        let old = self;
        let replaced = replaced(old, new);
        let given_up: HashSet<&str> = replaced.iter().flat_map(|r| r.old.iter().map(String::as_str)).collect();
        let mut rules = changes(rules_of(old), rules_of(new));
        rules.removed.retain(|id| !given_up.contains(id.as_str()));
        rules.added.retain(|id| !replaced.iter().any(|r| r.by == *id));
        let gone = |id: &str| rules.removed.iter().any(|r| r == id);
        let retired: Vec<Retired> = new.retired().iter().filter(|r| gone(&r.id)).cloned().collect();
        let unexplained = rules.removed.iter().filter(|id| !retired.iter().any(|r| r.id == **id)).cloned().collect();
        let spent: HashSet<&str> = old
            .rules()
            .iter()
            .flat_map(|r| r.replaces.iter().map(String::as_str))
            .chain(old.retired().iter().map(|r| r.id.as_str()))
            .collect();
        let reused = new.rules().iter().map(|r| &r.id).filter(|id| spent.contains(id.as_str())).cloned().collect();
        let mut diff = Diff {
            old: head(old),
            new: head(new),
            measures: changes(measures_of(old), measures_of(new)),
            questions: changes(questions_of(old), questions_of(new)),
            rules,
            replaced,
            retired,
            unexplained,
            reused,
            cases: 0,
            answers: Vec::new(),
            verdicts: Vec::new(),
            unread: Vec::new(),
        };
        let own = if cases.is_empty() { tests_of(old, new) } else { Vec::new() };
        diff.judge(old, new, if cases.is_empty() { &own } else { cases });
        diff
    }
}

impl Diff {
    /// Whether anything comes out differently, or a rule is gone or back without a word.
    pub fn matters(&self) -> bool {
        !(self.answers.is_empty() && self.verdicts.is_empty() && self.unexplained.is_empty() && self.reused.is_empty())
    }

    fn judge(&mut self, old: &Framework, new: &Framework, cases: &[Told]) {
        self.cases = cases.len();
        let questions: Vec<(&Question, &Question)> = old
            .questions()
            .iter()
            .filter_map(|q| Some((q, new.question(new.0.question_index.get(&q.id).copied()?)?)))
            .collect();
        let place: HashMap<&str, RuleId> =
            new.rules().iter().enumerate().map(|(i, r)| (r.id.as_str(), RuleId(i))).collect();
        // Whom a rule of the old version is compared with: itself, or the one that replaces it.
        let mut heirs: HashMap<&str, RuleId> = HashMap::new();
        for r in &self.replaced {
            let by = place.get(r.by.as_str()).copied();
            r.old.iter().filter_map(|old| Some((old.as_str(), by?))).for_each(|(old, by)| {
                heirs.insert(old, by);
            });
        }
        let heir = |id: &str| place.get(id).or(heirs.get(id)).copied();
        let (mut answers, mut verdicts, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        for told in cases {
            let (before, not_before) = told.read_by(old);
            let (after, not_after) = told.read_by(new);
            for (version, faults) in [("old", not_before), ("new", not_after)] {
                unread.extend(faults.into_iter().map(|(measure, e)| Unread {
                    case: told.name.clone(),
                    measure,
                    version,
                    code: e.code(),
                    message: e.message().to_owned(),
                }));
            }
            let mut seen: BTreeSet<(RuleId, RuleId)> = BTreeSet::new();
            for (q, p) in &questions {
                let touched = |f: &Framework, q: &Question, case: &super::Case| {
                    q.measures.iter().any(|m| f.measure(*m).is_some() && case.knows(*m))
                };
                if !touched(old, q, &before) && !touched(new, p, &after) {
                    continue;
                }
                let said = |f: &Framework, q: &Question, case| {
                    let j = f.judge(&q.id, case, None).ok()?;
                    Some(json!({ "status": j.status().as_str(), "answer": j.answer_json() }))
                };
                if let (Some(was), Some(is)) = (said(old, q, &before), said(new, p, &after))
                    && was != is
                {
                    let (old_id, new_id) = (q.id.clone(), p.id.clone());
                    answers.push(Difference { case: told.name.clone(), old_id, new_id, old: was, new: is });
                }
                let was = Evaluation::of_question(old, &before, q, old.confidence());
                let is = Evaluation::of_question(new, &after, p, new.confidence());
                let now: HashSet<RuleId> = p.order.iter().copied().collect();
                for r in &q.order {
                    let Some(rule) = old.rule(*r) else { continue };
                    let Some(other) = heir(&rule.id).filter(|other| now.contains(other)) else { continue };
                    let (a, b) = (was.verdict(*r), is.verdict(other));
                    if a.as_str() != b.as_str() && seen.insert((*r, other)) {
                        verdicts.push(Difference {
                            case: told.name.clone(),
                            old_id: rule.id.clone(),
                            new_id: new.rule(other).map_or_else(String::new, |r| r.id.clone()),
                            old: json!(a.as_str()),
                            new: json!(b.as_str()),
                        });
                    }
                }
            }
        }
        (self.answers, self.verdicts, self.unread) = (answers, verdicts, unread);
    }
}

pub(super) fn head(f: &Framework) -> Version {
    Version {
        id: f.id().to_owned(),
        version: f.version().to_owned(),
        sha256: f.sha256().to_owned(),
        logic_sha256: f.logic_sha256().to_owned(),
        confidence: f.confidence(),
    }
}

/// Rules of the new version that stand for rules which only the old one has.
fn replaced(old: &Framework, new: &Framework) -> Vec<Replaced> {
    let was: HashSet<&str> = old.rules().iter().map(|r| r.id.as_str()).collect();
    let known = |r: &Rule| r.replaces.iter().filter(|id| was.contains(id.as_str())).cloned().collect::<Vec<_>>();
    let all = new.rules().iter().map(|r| Replaced { by: r.id.clone(), old: known(r) });
    all.filter(|r| !r.old.is_empty()).collect()
}

/// Something with an id: what decides of it, and all that is said of it.
struct Entry<'f> {
    id: &'f str,
    logic: Value,
    prose: Value,
}

fn changes(old: Vec<Entry<'_>>, new: Vec<Entry<'_>>) -> Changes {
    let before: HashMap<&str, &Entry<'_>> = old.iter().map(|e| (e.id, e)).collect();
    let after: HashSet<&str> = new.iter().map(|e| e.id).collect();
    let removed = old.iter().filter(|e| !after.contains(e.id)).map(|e| e.id.to_owned()).collect();
    let mut found = Changes { removed, ..Changes::default() };
    for is in &new {
        let list = match before.get(is.id) {
            None => &mut found.added,
            Some(was) if is.logic != was.logic => &mut found.logic,
            Some(was) if is.prose != was.prose => &mut found.prose,
            Some(_) => continue,
        };
        list.push(is.id.to_owned());
    }
    found
}

fn measures_of(f: &Framework) -> Vec<Entry<'_>> {
    let entry = |m: &'_ Measure| {
        let kind = match &m.kind {
            MeasureKind::Score { lo, hi } => json!([lo, hi]),
            MeasureKind::Category(c) => json!(c),
        };
        let scale = m.scale.as_ref().map(|s| json!([s.scale, s.minus, s.instrument, s.reads]));
        let counts = m.counts.as_ref().map(|c| {
            let changes: Vec<&str> = c.changes.iter().map(|c| c.as_str()).collect();
            json!([changes, c.who.iter().map(|w| w.as_str()).collect::<Vec<_>>(), c.levers])
        });
        json!([kind, scale, m.about, m.actionable, m.step, counts])
    };
    f.measures().iter().map(|m| Entry { id: &m.id, logic: entry(m), prose: m.to_json() }).collect()
}

fn questions_of(f: &Framework) -> Vec<Entry<'_>> {
    let logic = |q: &Question| json!([q.options, q.mode.as_str(), q.about, q.parts_differ]);
    let prose = |q: &Question| json!([q.to_json(), allowances(&q.allow)]);
    f.questions().iter().map(|q| Entry { id: &q.id, logic: logic(q), prose: prose(q) }).collect()
}

fn rules_of(f: &Framework) -> Vec<Entry<'_>> {
    f.rules().iter().map(|r| Entry { id: &r.id, logic: logic(f, r), prose: prose(f, r) }).collect()
}

fn allowances(allow: &[Allow]) -> Vec<(&str, &str)> {
    allow.iter().map(|a| (a.code, a.why.as_str())).collect()
}

/// What decides of a rule, by name: numbers of places differ between versions.
fn logic(f: &Framework, r: &Rule) -> Value {
    let says = r.says.and_then(|(q, o)| {
        let question = f.question(q)?;
        Some(json!([question.id, question.options.get(o)?]))
    });
    let requires: Vec<Value> = r.requires.iter().map(|g| json!([condition(f, &g.when), g.reason])).collect();
    json!([says, r.strength.as_str(), condition(f, &r.when), r.unless.as_ref().map(|c| condition(f, c)), requires])
}

fn prose(f: &Framework, r: &Rule) -> Value {
    let tests: Vec<Value> = r.tests.iter().map(|t| json!([told(f, t, "").1, t.expect])).collect();
    let basis =
        r.basis.as_ref().map(|b| json!([b.kind, b.text, b.cites.iter().map(Cite::to_json).collect::<Vec<_>>()]));
    let cites: Vec<Value> = r.cites.iter().map(Cite::to_json).collect();
    json!([r.because, basis, r.concepts, cites, r.replaces, allowances(&r.allow), tests])
}

/// A lowered condition with the names of its framework.
fn condition(f: &Framework, c: &Condition) -> Value {
    let measure = |m: &MeasureId| f.measure(*m).map_or("", |m| m.id.as_str()).to_owned();
    match c {
        Condition::AtLeast { points, of } => {
            let parts: Vec<Value> = of.iter().map(|(w, c)| json!([w, condition(f, c)])).collect();
            json!({ "at_least": [points, parts] })
        }
        Condition::Not(c) => json!({ "not": condition(f, c) }),
        Condition::Compare(m, op, threshold) => json!({ op.as_str(): [measure(m), threshold] }),
        Condition::OneOf(m, among) => {
            let names: Vec<&str> = match f.measure(*m).map(|m| &m.kind) {
                Some(MeasureKind::Category(known)) => {
                    among.iter().filter_map(|i| known.get(*i)).map(String::as_str).collect()
                }
                _ => Vec::new(),
            };
            json!({ "one_of": [measure(m), names] })
        }
        Condition::Holds(r) => json!({ "holds": f.rule(*r).map(|r| r.id.as_str()) }),
    }
}

/// A rule's test as a case that any framework may read, and as text that tells it from others.
fn told(f: &Framework, t: &RuleTest, name: &str) -> (Told, String) {
    let mut measures: Vec<_> =
        t.given.iter().filter_map(|(m, v)| Some((f.measure(*m)?.id.clone(), v.clone()))).collect();
    measures.sort_by(|a, b| a.0.cmp(&b.0));
    let key = format!("{measures:?}");
    (Told { name: name.to_owned(), measures }, key)
}

/// The tests of both versions, each case once.
fn tests_of(old: &Framework, new: &Framework) -> Vec<Told> {
    let mut seen = HashSet::new();
    let mut cases = Vec::new();
    for (version, f) in [("old", old), ("new", new)] {
        for rule in f.rules() {
            for (i, test) in rule.tests.iter().enumerate() {
                let (case, key) = told(f, test, &format!("test {} of {} ({version})", i + 1, rule.id));
                if !case.measures.is_empty() && seen.insert(key) {
                    cases.push(case);
                }
            }
        }
    }
    cases
}

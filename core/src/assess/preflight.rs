//! Before anything is judged, and before anything is collected: which questions some data could ever answer, which
//! never, and what each missing piece would open.

use super::assessment::{Assessment, told};
use super::sources::Source;
use crate::document::{Kind, parse_json};
use crate::error::{Error, Result, suggest};
use crate::evidence::{Instrument, NAMES};
use crate::json::canonical;
use crate::rules::{Framework, MeasureId, Question, Ways};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What one has, or could have: tables and questionnaires by name, and single measures that somebody could tell.
#[derive(Debug, Clone, Default)]
pub struct AtHand {
    /// Tables of evidence, such as `decisions`; `challenges` stands for all criteria, answered by several people.
    pub tables: Vec<String>,
    /// The questionnaires that members answer, or could.
    pub instruments: Vec<Instrument>,
    /// Measures, by id.
    pub measures: Vec<String>,
}

impl AtHand {
    /// Reads what is at hand from a JSON object with `tables` and `measures` (lists of ids) and `instruments` (a list of
    /// built-in ids, or of instruments as objects), each optional.
    ///
    /// # Errors
    /// `syntax`, `unknown_key`, `wrong_type`, and those of [`Instrument::builtin`] and [`Instrument::from_json`].
    pub fn from_json(text: &str) -> Result<AtHand> {
        let node = parse_json("at hand", text)?;
        let wrong = |at: &str, what: &str| {
            Err(Error::input("wrong_type", format!("expected {what}"))
                .at(at.to_owned())
                .help("give an object with `tables`, `measures` and `instruments`, each a list"))
        };
        let Kind::Map(entries) = &node.kind else { return wrong("at hand", "an object") };
        let mut out = AtHand::default();
        for (key, value) in entries {
            let Kind::List(items) = &value.kind else { return wrong(key, "a list") };
            for item in items {
                match (key.as_str(), &item.kind) {
                    ("tables", Kind::Text(t)) => out.tables.push(t.clone()),
                    ("measures", Kind::Text(t)) => out.measures.push(t.clone()),
                    ("instruments", Kind::Text(t)) => out.instruments.push(Instrument::builtin(t)?),
                    ("instruments", Kind::Map(_)) => {
                        out.instruments.push(Instrument::from_json(&canonical(&item.to_json()))?);
                    }
                    ("tables" | "measures" | "instruments", _) => return wrong(key, "a list of texts"),
                    _ => {
                        return Err(Error::input("unknown_key", format!("unknown key `{key}`"))
                            .at(key.clone())
                            .help(suggest(key, ["tables", "measures", "instruments"])));
                    }
                }
            }
        }
        Ok(out)
    }
}

/// How much of a question could be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Each of its options could come to hold.
    Full,
    /// Some of them.
    Partial,
    /// None of them: whatever the data say, the question stays open.
    Never,
}

impl Reach {
    /// `full`, `partial` or `never`.
    pub fn as_str(self) -> &'static str {
        match self {
            Reach::Full => "full",
            Reach::Partial => "partial",
            Reach::Never => "never",
        }
    }
}

/// What could become of an option.
#[derive(Debug, Clone, PartialEq)]
pub struct OptionReach {
    /// The option.
    pub option: String,
    /// Whether it could come to hold.
    pub open: bool,
    /// The smallest sets of further measures with which it could; empty when it is open, or when no rule can answer
    /// it.
    pub needs: Vec<Vec<String>>,
}

/// What could become of a question.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionReach {
    /// The question.
    pub question: String,
    /// Its heading.
    pub title: String,
    /// How much of it could be answered.
    pub reach: Reach,
    /// Its options. One that no rule can answer, only suggest, is left out.
    pub options: Vec<OptionReach>,
}

/// A piece that is missing, and what it would open.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Where it would come from.
    pub source: Source,
    /// The measures that it brings.
    pub measures: Vec<String>,
    /// What to ask, of a piece that a person tells.
    pub asks: String,
    /// Whom to ask.
    pub whom: String,
    /// Questions, by id, of which it opens options by itself, and these options.
    pub opens: Vec<(String, Vec<String>)>,
    /// Questions of which it could open something together with other pieces.
    pub helps: Vec<String>,
}

/// Which questions some data could ever answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Preflight {
    /// The measures at hand, in the order of the framework.
    pub measures: Vec<String>,
    /// Every question of the framework.
    pub questions: Vec<QuestionReach>,
    /// What is missing, what opens most first.
    pub pieces: Vec<Piece>,
}

/// Measures known together of one subject; each sorted, none part of another.
type Sets = Vec<Vec<MeasureId>>;

impl Framework {
    /// Which questions could be answered with what is at hand, before any of it is collected.
    ///
    /// ```
    /// use colead::{assess::{AtHand, Reach}, rules::Framework};
    /// let at_hand = AtHand { tables: vec!["challenges".into()], ..AtHand::default() };
    /// let found = Framework::builtin()?.preflight(&at_hand)?;
    /// assert_eq!(found.question("challenge").unwrap().reach, Reach::Full);
    /// assert_eq!(found.question("direction").unwrap().reach, Reach::Never);
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown_table`, `unknown_measure`.
    pub fn preflight(&self, at_hand: &AtHand) -> Result<Preflight> {
        let mut set: Vec<MeasureId> = Vec::new();
        for (i, name) in at_hand.tables.iter().enumerate() {
            if !NAMES.contains(&name.as_str()) {
                return Err(Error::input("unknown_table", format!("unknown table `{name}`"))
                    .at(format!("tables, {}", i + 1))
                    .help(suggest(name, NAMES)));
            }
        }
        for (i, id) in at_hand.measures.iter().enumerate() {
            let found = self.find_measure(id).map_err(|e| e.at(format!("measures, {}", i + 1)))?;
            set.push(found);
        }
        for (i, m) in self.measures().iter().enumerate() {
            let source = Source::of(m);
            let has = |table: &str| at_hand.tables.iter().any(|t| t == table);
            let filled = match &source {
                Source::Table(name) => has(name),
                Source::Criterion | Source::Raters | Source::Judgments => has("challenges"),
                Source::Scale { .. } => at_hand.instruments.iter().any(|i| source.filled_by(i)),
                Source::Plan | Source::Fact => false,
            };
            if filled {
                set.push(MeasureId(i));
            }
        }
        set.sort_unstable();
        set.dedup();
        Ok(preflight(self, &vec![set]))
    }
}

impl Assessment {
    /// Which questions the evidence could ever answer of some unit or challenge, whatever it says, and what is missing
    /// for the others.
    pub fn preflight(&self) -> Preflight {
        let mut sets: Sets = Vec::new();
        for a in &self.subjects {
            let known = (0..self.framework.measures().len()).map(MeasureId);
            let set: Vec<MeasureId> = known.filter(|m| told(&self.framework, *m, &a.case)).collect();
            if !sets.contains(&set) {
                sets.push(set);
            }
        }
        preflight(&self.framework, &maximal(sets))
    }
}

/// The sets that are part of no other: with more known, never less can be answered.
fn maximal(mut sets: Sets) -> Sets {
    sets.sort_by_key(|s| std::cmp::Reverse(s.len()));
    let mut kept: Sets = Vec::new();
    for set in sets {
        if !kept.iter().any(|k| set.iter().all(|m| k.binary_search(m).is_ok())) {
            kept.push(set);
        }
    }
    kept
}

fn preflight(framework: &Framework, sets: &Sets) -> Preflight {
    let pieces = pieces(framework, sets);
    let mut opens: Vec<Vec<(String, Vec<String>)>> = vec![Vec::new(); pieces.len()];
    let mut helps: Vec<Vec<String>> = vec![Vec::new(); pieces.len()];
    let mut questions = Vec::new();
    for question in framework.questions() {
        let own = of_question(question, sets);
        let ways: Vec<Ways> = (0..question.options.len()).map(|o| best(framework, question, o, &own)).collect();
        for (i, (_, piece)) in pieces.iter().enumerate() {
            let touches = |set: &Vec<MeasureId>| set.iter().any(|m| piece.contains(m));
            let helping = ways.iter().any(|w| matches!(w, Ways::Needs(sets) if sets.iter().any(touches)));
            if !helping {
                continue;
            }
            let more: Sets = own.iter().map(|set| with(set, piece)).collect();
            let opened = |(o, name): (usize, &String)| {
                let closed = matches!(ways.get(o), Some(Ways::Needs(_)));
                (closed && best(framework, question, o, &more) == Ways::Open).then(|| name.clone())
            };
            let opened: Vec<String> = question.options.iter().enumerate().filter_map(opened).collect();
            match (opened.is_empty(), opens.get_mut(i), helps.get_mut(i)) {
                (true, _, Some(helps)) => helps.push(question.id.clone()),
                (false, Some(opens), _) => opens.push((question.id.clone(), opened)),
                _ => {}
            }
        }
        questions.push(reached(framework, question, &ways));
    }
    let id = |m: &MeasureId| framework.measure(*m).map_or(String::new(), |m| m.id.clone());
    let told = pieces.into_iter().zip(opens).zip(helps).map(|(((source, measures), opens), helps)| {
        let first = measures.first().and_then(|m| framework.measure(*m)).filter(|_| source.told());
        Piece {
            source,
            asks: first.map_or(String::new(), |m| m.asks.clone()),
            whom: first.map_or(String::new(), |m| m.whom.clone()),
            measures: measures.iter().map(id).collect(),
            opens,
            helps,
        }
    });
    let mut pieces: Vec<Piece> = told.filter(|p| !p.opens.is_empty() || !p.helps.is_empty()).collect();
    pieces.sort_by_key(|p| std::cmp::Reverse((p.opens.len(), p.helps.len())));
    let mut at_hand: Vec<MeasureId> = sets.iter().flatten().copied().collect();
    at_hand.sort_unstable();
    at_hand.dedup();
    Preflight { measures: at_hand.iter().map(id).collect(), questions, pieces }
}

/// What is at hand of the measures that a question looks at.
fn of_question(question: &Question, sets: &Sets) -> Sets {
    let own = |set: &Vec<MeasureId>| set.iter().copied().filter(|m| question.measures.contains(m)).collect();
    let own: Sets = sets.iter().map(own).collect();
    if own.is_empty() { vec![Vec::new()] } else { maximal(own) }
}

fn with(set: &[MeasureId], piece: &[MeasureId]) -> Vec<MeasureId> {
    let mut all: Vec<MeasureId> = set.iter().chain(piece).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The best of what any of the sets allows.
fn best(framework: &Framework, question: &Question, option: usize, sets: &Sets) -> Ways {
    let mut needs: Vec<Vec<MeasureId>> = Vec::new();
    for set in sets {
        match framework.ways(question, option, set) {
            Ways::Open => return Ways::Open,
            Ways::Needs(found) => needs.extend(found),
            Ways::Never => {}
        }
    }
    let least = needs.iter().map(Vec::len).min().unwrap_or(0);
    needs.retain(|n| n.len() == least);
    needs.sort();
    needs.dedup();
    if needs.is_empty() { Ways::Never } else { Ways::Needs(needs) }
}

fn reached(framework: &Framework, question: &Question, ways: &[Ways]) -> QuestionReach {
    let named = |set: &Vec<MeasureId>| set.iter().filter_map(|m| Some(framework.measure(*m)?.id.clone())).collect();
    let mut options = Vec::new();
    for (option, ways) in question.options.iter().zip(ways) {
        let needs = match ways {
            Ways::Never => continue,
            Ways::Open => Vec::new(),
            Ways::Needs(sets) => sets.iter().map(named).collect(),
        };
        options.push(OptionReach { option: option.clone(), open: *ways == Ways::Open, needs });
    }
    let open = options.iter().filter(|o| o.open).count();
    let reach = match open {
        0 => Reach::Never,
        n if n == options.len() => Reach::Full,
        _ => Reach::Partial,
    };
    QuestionReach { question: question.id.clone(), title: question.title.clone(), reach, options }
}

/// What is not at hand, by where it comes from: a table or a scale is one piece, each fact is its own.
fn pieces(framework: &Framework, sets: &Sets) -> Vec<(Source, Vec<MeasureId>)> {
    let mut shared: BTreeMap<Source, Vec<MeasureId>> = BTreeMap::new();
    let mut single = Vec::new();
    for (i, m) in framework.measures().iter().enumerate() {
        let id = MeasureId(i);
        if sets.iter().any(|s| s.binary_search(&id).is_ok()) {
            continue;
        }
        match Source::of(m) {
            source if source.told() => single.push((source, vec![id])),
            source => shared.entry(source).or_default().push(id),
        }
    }
    shared.into_iter().chain(single).collect()
}

impl Preflight {
    /// What could become of a question.
    pub fn question(&self, id: &str) -> Option<&QuestionReach> {
        self.questions.iter().find(|q| q.question == id)
    }

    /// How many questions could be answered in full, in part and never.
    pub fn counts(&self) -> (usize, usize, usize) {
        let of = |reach| self.questions.iter().filter(|q| q.reach == reach).count();
        (of(Reach::Full), of(Reach::Partial), of(Reach::Never))
    }

    /// The result as a JSON document (`schema measures counts questions pieces`).
    pub fn to_json(&self) -> Value {
        let option = |o: &OptionReach| json!({ "option": o.option, "open": o.open, "needs": o.needs });
        let question = |q: &QuestionReach| {
            json!({
                "question": q.question, "title": q.title, "reach": q.reach.as_str(),
                "options": q.options.iter().map(option).collect::<Vec<_>>(),
            })
        };
        let piece = |p: &Piece| {
            let opens = p.opens.iter().map(|(q, o)| json!({ "question": q, "options": o })).collect::<Vec<_>>();
            json!({
                "kind": p.source.kind(), "source": p.source.to_string(), "measures": p.measures, "asks": p.asks,
                "whom": p.whom, "opens": opens, "helps": p.helps,
            })
        };
        let (full, partial, never) = self.counts();
        json!({
            "schema": PREFLIGHT_SCHEMA,
            "measures": self.measures,
            "counts": { "full": full, "partial": partial, "never": never },
            "questions": self.questions.iter().map(question).collect::<Vec<_>>(),
            "pieces": self.pieces.iter().map(piece).collect::<Vec<_>>(),
        })
    }
}

/// The schema of the JSON form.
pub const PREFLIGHT_SCHEMA: &str = "colead-preflight/1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Case;
    use proptest::prelude::*;

    fn toy() -> Framework {
        Framework::from_toml(
            "[framework]\nid = 'f'\nversion = '1.0.0'\n[measure.a]\nscore = [0, 1]\nasks = 'a?'\nwhom = 'x'\n\
             [measure.b]\nscore = [0, 1]\n[measure.decision_days]\nscore = [0, 99]\n\
             [question.q]\ntitle = 'Q'\noptions = ['yes', 'no', 'maybe']\nmode = 'exclusive'\n\
             [[rule]]\nid = 'y'\nsays = ['q', 'yes']\nstrength = 'typical'\nbecause = 'b'\nbasis = { kind = 'user' }\n\
             when = { all = [ { gt = ['a', 0.5] }, { gt = ['b', 0.5] } ] }\n\
             [[rule]]\nid = 'n'\nsays = ['q', 'no']\nstrength = 'typical'\nbecause = 'b'\nbasis = { kind = 'user' }\n\
             when = { all = [ { lt = ['a', 0.2] }, { gt = ['decision_days', 30] } ] }\n\
             [[rule]]\nid = 'm'\nsays = ['q', 'maybe']\nstrength = 'suggests'\nbecause = 'b'\nbasis = { kind = 'user' }\n\
             when = { lt = ['a', 0.1] }\n",
        )
        .unwrap()
    }

    fn at_hand(measures: &[&str], tables: &[&str]) -> AtHand {
        let own = |of: &[&str]| of.iter().map(|s| (*s).to_owned()).collect();
        AtHand { measures: own(measures), tables: own(tables), instruments: Vec::new() }
    }

    #[test]
    fn what_is_at_hand_decides_what_could_be_answered() {
        let f = toy();
        let none = f.preflight(&AtHand::default()).unwrap();
        assert_eq!(none.counts(), (0, 0, 1));
        let q = &none.questions[0];
        // The option that is only suggested counts for nothing.
        assert_eq!(q.options.iter().map(|o| o.option.as_str()).collect::<Vec<_>>(), ["yes", "no"]);
        assert_eq!(q.options[0].needs, [["a", "b"]]);
        assert!(none.pieces.iter().all(|p| p.opens.is_empty() && p.helps == ["q"]));
        let some = f.preflight(&at_hand(&["a"], &["decisions"])).unwrap();
        assert_eq!(some.counts(), (0, 1, 0));
        assert_eq!(some.pieces.len(), 1);
        assert_eq!(some.pieces[0].opens, [("q".to_owned(), vec!["yes".to_owned()])]);
        assert_eq!(f.preflight(&at_hand(&["a", "b"], &["decisions"])).unwrap().counts(), (1, 0, 0));
    }

    #[test]
    fn unknown_names_have_a_place() {
        let f = toy();
        let e = f.preflight(&at_hand(&["a", "bb"], &[])).unwrap_err();
        assert_eq!((e.code(), e.path()), ("unknown_measure", "measures, 2"));
        let e = f.preflight(&at_hand(&[], &["decision"])).unwrap_err();
        assert_eq!((e.code(), e.path()), ("unknown_table", "tables, 1"));
        assert!(e.help_text().contains("decisions"));
    }

    #[test]
    fn sets_that_are_part_of_another_are_left_out() {
        let m = |of: &[usize]| of.iter().map(|i| MeasureId(*i)).collect::<Vec<_>>();
        assert_eq!(maximal(vec![m(&[1]), m(&[1, 2]), m(&[3]), m(&[])]), [m(&[1, 2]), m(&[3])]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// No values of the measures at hand make an option hold that is said never to; and more at hand closes nothing.
        #[test]
        fn what_is_closed_never_holds(
            keep in prop::collection::vec(any::<bool>(), 400), values in prop::collection::vec(0usize..5, 400),
        ) {
            let f = Framework::builtin().unwrap();
            let names: Vec<String> =
                f.measures().iter().zip(&keep).filter(|(_, k)| **k).map(|(m, _)| m.id.clone()).collect();
            let found = f.preflight(&AtHand { measures: names.clone(), ..AtHand::default() }).unwrap();
            let mut case = Case::new(&f);
            for (i, id) in names.iter().enumerate() {
                let m = f.find_measure(id).unwrap();
                let measure = f.measure(m).unwrap();
                let value = match &measure.kind {
                    crate::rules::MeasureKind::Score { lo, hi } => lo + (hi - lo) * values[i % 400] as f64 / 4.0,
                    crate::rules::MeasureKind::Category(c) => {
                        let c = c[values[i % 400] % c.len()].clone();
                        let given = crate::measure::Origin::Given;
                        case.set(&f, id, crate::measure::MeasureValue::Category(c, given)).unwrap();
                        continue;
                    }
                };
                case.give(&f, id, value, None, None).unwrap();
            }
            for q in &found.questions {
                let judged = f.judge(&q.question, &case, None).unwrap();
                let question = f.question(f.find_question(&q.question).unwrap()).unwrap();
                for (name, o) in question.options.iter().zip(judged.options()) {
                    let open = q.options.iter().any(|o| o.option == *name && o.open);
                    prop_assert!(open || o.verdict != crate::rules::Verdict::Holds, "{} {name}", q.question);
                }
            }
        }
    }
}

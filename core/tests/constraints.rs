//! What must never happen, of the built-in rulebook as a whole: no judgment of a person, no forecast, no answer from a
//! thought experiment.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use colead::rules::{Case, Framework, Judgment, Level, Strength};

fn framework() -> Framework {
    Framework::builtin().unwrap()
}

fn judge(f: &Framework, question: &str, given: &[(&str, f64)]) -> Judgment {
    let mut case = Case::new(f);
    for (measure, value) in given {
        case.give(f, measure, *value, None, None).unwrap();
    }
    f.judge(question, &case, None).unwrap()
}

/// Every sentence of the rulebook that a person may read, with where it stands.
fn sentences(f: &Framework) -> Vec<(String, String)> {
    let measures = f.measures().iter().flat_map(|m| [&m.title, &m.asks].map(|t| (m.id.clone(), t.to_lowercase())));
    let questions = f.questions().iter().flat_map(|q| [&q.title, &q.asks].map(|t| (q.id.clone(), t.to_lowercase())));
    let rules = f.rules().iter().map(|r| (r.id.clone(), r.because.to_lowercase()));
    let prompts = f.catalogue().prompts().iter().map(|p| (p.id.clone(), p.text.to_lowercase()));
    measures.chain(questions).chain(rules).chain(prompts).collect()
}

fn nowhere(words: &[&str]) {
    for (id, text) in sentences(&framework()) {
        let found = words.iter().find(|w| text.contains(*w));
        assert!(found.is_none(), "{id} says `{}`: {text}", found.unwrap());
    }
}

#[test]
fn nothing_is_measured_or_judged_of_a_person() {
    let f = framework();
    for m in f.measures() {
        assert!(m.level == Level::Group && m.about != "person", "{}", m.id);
    }
    assert!(f.questions().iter().all(|q| q.about != "person"));
}

/// A list of admirable qualities would explain nothing: every measure serves a row of the framework, and none is one.
#[test]
fn no_list_of_virtues_is_measured() {
    let f = framework();
    assert!(f.measures().iter().all(|m| !m.concepts.is_empty()));
    nowhere(&[
        "charism",
        "virtue",
        "courageous",
        "visionary",
        "inspirational",
        "integrity",
        "humble",
        "leadership style",
    ]);
}

#[test]
fn nobody_is_said_to_provide_the_leadership() {
    nowhere(&[
        "provides leadership",
        "provides the leadership",
        "supplies leadership",
        "is the leader of",
        "weak leader",
    ]);
}

#[test]
fn what_was_seen_is_asked_for_and_no_motive() {
    nowhere(&["motive", "personality", "attitude", "unwilling", "selfish", "lazy", "incompetent", "intentions"]);
    let f = framework();
    assert!(f.catalogue().prompts().iter().any(|p| p.concepts.iter().any(|c| c == "C200")));
}

#[test]
fn benefits_are_hypotheses_with_evidence_on_both_sides_and_no_forecast() {
    let f = framework();
    let benefits: Vec<_> = f.rules().iter().filter(|r| r.id.starts_with("benefit.")).collect();
    assert_eq!(benefits.len(), f.questions().iter().find(|q| q.id == "claimed_benefits").unwrap().options.len());
    for rule in &benefits {
        assert_eq!(rule.strength, Strength::Suggests, "{}", rule.id);
        let side = |side: &str| rule.cites.iter().any(|c| c.at.starts_with(side));
        let none_known = rule.because.contains("no study on either side is known");
        assert!(none_known || side("against: "), "{}: a claim with nothing against it", rule.id);
        assert!(rule.because.contains("other causes"), "{}", rule.id);
    }
    // The best that people can have seen is still no answer.
    let mut given: Vec<(&str, f64)> = vec![("spread_long_enough", 1.0)];
    given.extend(f.measures().iter().filter(|m| m.id.starts_with("change_")).map(|m| (m.id.as_str(), 1.0)));
    let j = judge(&f, "claimed_benefits", &given);
    assert_eq!((j.answer(), j.hypotheses().len()), (None, benefits.len()));
    nowhere(&["outperform", "will improve", "will rise", "will increase", "return on", "forecast"]);
}

#[test]
fn every_rule_says_what_it_rests_on() {
    for rule in framework().rules() {
        assert!(!rule.concepts.is_empty(), "{}", rule.id);
        assert!(!rule.cites.is_empty() || rule.basis.is_some(), "{} rests on nothing", rule.id);
        assert!(!rule.because.is_empty(), "{}", rule.id);
    }
}

#[test]
fn a_thought_experiment_never_answers() {
    let f = framework();
    for rule in f.rules() {
        let supposed = rule.concepts.iter().any(|c| ["C014", "C133", "C197"].contains(&c.as_str()));
        assert!(!supposed || rule.strength == Strength::Suggests, "{} answers", rule.id);
    }
    for said in [0.0, 0.5, 1.0] {
        for talked in [0.0, 0.5, 1.0] {
            let given = [("direction", 10.0), ("aims_said_plainly", said), ("aims_talked_over", talked)];
            let j = judge(&f, "weak_vision", &given);
            assert_eq!(j.answer(), None);
            assert_eq!(j.hypotheses().len(), usize::from(said == 0.0) + usize::from(talked == 0.0));
        }
    }
}

#[test]
fn overload_is_silent_unless_the_leaders_agreed_and_are_enough() {
    let f = framework();
    let measure = f.measure(f.find_measure("leaders_overloaded").unwrap()).unwrap();
    assert!(measure.scale.is_none() && measure.asks.starts_with("Optional: "), "it is in no questionnaire");
    for (agreed, n, speaks) in [(1.0, 5.0, true), (1.0, 4.0, false), (0.0, 50.0, false), (0.5, 50.0, false)] {
        let given = [
            ("overload_question_agreed", agreed),
            ("leaders_who_answered", n),
            ("leaders_overloaded", 1.0),
            ("decision_centralization", 1.0),
            ("work_exceeds_hands", 1.0),
        ];
        let j = judge(&f, "leader_overload", &given);
        let says = j.options().iter().any(|o| o.verdict.as_str() != "insufficient");
        assert_eq!(says, speaks, "agreed {agreed}, {n} leaders\n{}", j.explain());
    }
}

#[test]
fn learning_in_the_open_stands_beside_a_scattered_signal() {
    let f = framework();
    let given = [("execution_drift", 1.0), ("layer_link", -0.2), ("departures_in_the_open", 1.0)];
    let j = judge(&f, "execution_drift", &given);
    let verdicts: Vec<&str> = j.options().iter().map(|o| o.verdict.as_str()).collect();
    assert_eq!(verdicts, ["holds", "insufficient", "holds"], "both readings are shown");
}

#[test]
fn a_rulebook_may_name_outcomes_of_its_own() {
    let text = "
        [framework]
        id = 'wider'
        version = '1.0.0'
        [set.wider]
        members = ['meaning', 'values', 'structure']
        [measure.meaning]
        score = [0, 1]
        set = 'wider'
        [question.outcome]
        options = ['meaning']
        mode = 'independent'
        set = 'wider'
        [[rule]]
        id = 'outcome.meaning'
        says = ['outcome', 'meaning']
        strength = 'typical'
        when = { gt = ['meaning', 0.5] }
        basis = { kind = 'user', text = 'ours' }
        because = 'people see a meaning in the work'
        concepts = ['C251']";
    let f = Framework::from_toml(text).unwrap_or_else(|e| panic!("{:#?}", e.diagnostics()));
    assert!(judge(&f, "outcome", &[("meaning", 1.0)]).explain().contains("people see a meaning"));
}

#[test]
fn the_precedents_are_in_the_register() {
    let f = framework();
    for work in [
        "follett-1920s-writings",
        "heifetz-1994-leadership",
        "weick-1995-sensemaking",
        "rost-1991-leadership",
        "greenleaf-1977-servant",
        "dixon-1996-dialogue",
        "drath-1994-common-sense",
        "nonaka-1988-honda-city",
        "thompson-2000-making-the-team",
        "goleman-1995-emotional-intelligence",
        "campbell-2004-diplomacy",
        "bridges-alexander-2004",
        "hancox-2012-marinaleda",
    ] {
        assert!(f.catalogue().work(work).is_some(), "{work}");
    }
}

//! What kind of challenge is faced: criteria, components, and one or several people who answered.

use crate::error::{Error, Result, suggest};
use crate::measure::{Estimate, MeasureValue, Origin, Ratings, pool_ratings};
use crate::rules::{Case, Framework, Judgment, Measure};

/// The question that [`classify_challenge`] puts.
pub const CHALLENGE: &str = "challenge";
pub(crate) const DISAGREEMENT: &str = "rater_disagreement";

/// The criteria that a challenge may be described by.
pub fn criteria(framework: &Framework) -> impl Iterator<Item = &Measure> {
    framework.measures().iter().filter(|m| m.about == "challenge" && m.id != DISAGREEMENT)
}

/// Judges the kind of a challenge from the answers of one or several people, for the whole or by component.
///
/// Answers are 1 (yes), 0.5 (partly), 0 (no), anything between, or `None` (don't know). Components decide when they
/// are given: different kinds make the whole mixed.
///
/// ```
/// use colead::{assess::classify_challenge, rules::Framework};
/// let framework = Framework::builtin()?;
/// let yes = ["definable", "means_exist", "predictable", "authority_knows", "assumptions_hold", "solvers_unchanged"];
/// let facts = yes.iter().map(|c| (c.to_string(), Some(1.0))).collect();
/// let judgment = classify_challenge(&framework, &[facts], &[], None)?;
/// assert_eq!(judgment.answer(), Some("technical"));
/// # Ok::<(), colead::Error>(())
/// ```
///
/// # Errors
/// `unknown_criterion`, `out_of_range`, `not_finite`, `bad_confidence`, `duplicate_component`.
pub fn classify_challenge(
    framework: &Framework,
    facts: &[Ratings],
    components: &[(String, Vec<Ratings>)],
    confidence: Option<f64>,
) -> Result<Judgment> {
    let mut seen = std::collections::BTreeSet::new();
    if let Some((name, _)) = components.iter().find(|(name, _)| !seen.insert(name)) {
        return Err(Error::input("duplicate_component", format!("the component `{name}` is given twice"))
            .at("components")
            .help("give each component once"));
    }
    let whole = case_of(framework, facts)?;
    if components.is_empty() {
        let mut judgment = framework.judge(CHALLENGE, &whole.case, confidence)?;
        judgment.flags = flags(framework, facts, &[], &judgment, &whole, confidence)?;
        return Ok(judgment);
    }
    let mut parts = Vec::new();
    let mut all = RatedCase { case: Case::new(framework), raters: 0, compared: false };
    for (name, facts) in components {
        let part = case_of(framework, facts).map_err(|e| {
            let path = format!("components, {name}, {}", e.path());
            e.at(path)
        })?;
        all.raters = all.raters.max(part.raters);
        all.compared |= part.compared;
        parts.push((name.clone(), part.case));
    }
    let mut judgment = framework.judge_parts(CHALLENGE, &parts, confidence)?;
    judgment.flags = flags(framework, facts, components, &judgment, &all, confidence)?;
    if whole.raters > 0 {
        let reading = framework.judge(CHALLENGE, &whole.case, confidence)?;
        judgment
            .flags
            .push(format!("the answers on the whole alone read: {}; the components decide", reading.headline()));
    }
    Ok(judgment)
}

/// What raters said, as a case of the framework.
pub(crate) struct RatedCase {
    pub(crate) case: Case,
    pub(crate) raters: usize,
    /// Whether two people answered the same criterion, so that their agreement could be measured.
    pub(crate) compared: bool,
}

pub(crate) fn case_of(framework: &Framework, facts: &[Ratings]) -> Result<RatedCase> {
    for criterion in facts.iter().flat_map(|f| f.keys()) {
        if !criteria(framework).any(|m| m.id == *criterion) {
            let known: Vec<&str> = criteria(framework).map(|m| m.id.as_str()).collect();
            return Err(Error::input("unknown_criterion", format!("unknown criterion `{criterion}`"))
                .at(criterion.clone())
                .help(match known[..] {
                    [] => "the framework has no measure about a challenge".to_owned(),
                    _ => suggest(criterion, known.iter().copied()),
                }));
        }
    }
    let pooled = pool_ratings(facts)?;
    let mut case = Case::new(framework);
    for (criterion, value) in pooled.values {
        case.set(framework, &criterion, value)?;
    }
    if let Some(d) = pooled.disagreement
        && framework.find_measure(DISAGREEMENT).is_ok()
    {
        case.set(framework, DISAGREEMENT, MeasureValue::Known(Estimate::new(d, None, None, Origin::Challenges)?))?;
    }
    Ok(RatedCase { case, raters: pooled.raters, compared: pooled.disagreement.is_some() })
}

fn flags(
    framework: &Framework,
    facts: &[Ratings],
    components: &[(String, Vec<Ratings>)],
    judgment: &Judgment,
    rated: &RatedCase,
    confidence: Option<f64>,
) -> Result<Vec<String>> {
    let mut flags = Vec::new();
    let raters = rated.raters;
    let described: Vec<&[Ratings]> = match components {
        [] => vec![facts],
        parts => parts.iter().map(|(_, f)| f.as_slice()).collect(),
    };
    // The same place is the same person; who answered nothing is nobody to leave out.
    let answers = |f: &[Ratings], i: usize| f.get(i).is_some_and(|r| r.values().any(Option::is_some));
    let most = described.iter().map(|f| f.len()).max().unwrap_or(0);
    let people: Vec<usize> = (0..most).filter(|i| described.iter().any(|f| answers(f, *i))).collect();
    let count = people.len();
    if raters == 1 {
        let what = if count > 1 { "each component" } else { "it" };
        flags.push(format!("one person described {what}, so no uncertainty could be measured"));
    } else if raters > 1 && !rated.compared {
        flags.push("no two people answered the same criterion, so no uncertainty could be measured".to_owned());
    }
    if raters > 1 && count > 1 {
        let without = |i: usize, facts: &[Ratings]| -> Vec<Ratings> {
            facts.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, r)| r.clone()).collect()
        };
        let mut same = 0;
        for i in people {
            let then = if components.is_empty() {
                framework.judge(CHALLENGE, &case_of(framework, &without(i, facts))?.case, confidence)?
            } else {
                let parts =
                    components.iter().map(|(name, f)| Ok((name.clone(), case_of(framework, &without(i, f))?.case)));
                framework.judge_parts(CHALLENGE, &parts.collect::<Result<Vec<_>>>()?, confidence)?
            };
            same += usize::from(then.headline() == judgment.headline());
        }
        flags.push(format!("leaving out one of {count} raters at a time, {same} of {count} readings stay the same"));
    }
    Ok(flags)
}

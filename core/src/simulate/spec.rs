//! What to simulate: sizes, spreads and planted truths, each checked at the door.

use super::graded::sharp;
use super::habits::Habits;
use super::plan::{Planted, Pressure, Split};
use super::scales::{Questionnaire, ScaleSpec};
use crate::error::{Error, Result, suggest};
use std::collections::BTreeSet;

/// The most people one call simulates.
const MAX_PEOPLE: usize = 1_000_000;
/// The most teams one call simulates.
const MAX_TEAMS: usize = 100_000;
/// The most answer options of an item.
const MAX_OPTIONS: i64 = 101;
/// People directly in the executive unit and in each department.
pub(crate) const EXECUTIVES: usize = 6;
pub(crate) const DEPARTMENT: usize = 5;
/// Columns of `responses` that no item may take.
const TAKEN: [&str; 4] = ["respondent", "unit", "wave", "weight"];

/// A layer at which leaders depart from the declared order of priorities, they and every layer below them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divergence {
    /// The layer: `department` or `team`.
    pub layer: DivergentLayer,
    /// Only under this pressure; always when `None`.
    pub pressure: Option<Pressure>,
}

/// The layers that have one above them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DivergentLayer {
    /// Between the executive and the departments.
    Department,
    /// Between the departments and the teams.
    Team,
}

impl DivergentLayer {
    /// `department` or `team`.
    pub fn as_str(self) -> &'static str {
        match self {
            DivergentLayer::Department => "department",
            DivergentLayer::Team => "team",
        }
    }
}

/// An obstacle to sharing leadership that is planted in who decides what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Rivals decide on the same matters, do not recognize one another and pull in different directions. Since nobody
    /// then answers for those matters, accountability is diffused as well.
    TooManyChefs,
    /// Matters that nobody finally decides.
    DiffusedAccountability,
}

impl Obstacle {
    /// `too_many_chefs` or `diffused_accountability`, as the question `obstacle` of the framework has them.
    pub fn as_str(self) -> &'static str {
        match self {
            Obstacle::TooManyChefs => "too_many_chefs",
            Obstacle::DiffusedAccountability => "diffused_accountability",
        }
    }
}

/// What to simulate.
///
/// Units are keyed `org` (layer `executive`), `dept-1` ... (layer `department`) and `team-1` ... (layer `team`, dealt to the
/// departments in turn); waves are `w1` ...; priorities `priority-1` ..., in the declared order.
///
/// ```
/// use colead::simulate::{Planted, Spec};
/// let weak = Planted { unit: "dept-2".into(), scale: "direction".into(), wave: None, shift: -1.2 };
/// let spec = Spec { seed: 7, teams: 12, planted: vec![weak], ..Spec::default() };
/// assert!(spec.check().is_ok());
/// assert!(Spec { icc: 1.0, ..spec }.check().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// The seed: equal specifications give equal bytes.
    pub seed: u64,
    /// The scales to answer; empty for those of the shipped questionnaire.
    pub scales: Vec<ScaleSpec>,
    /// The code of "don't know", outside every answer range. Ignored when `scales` is empty.
    pub dont_know: Option<i64>,
    /// Departments, 1 to `teams`.
    pub departments: usize,
    /// Teams, 1 to 100,000.
    pub teams: usize,
    /// The smallest and the largest team, 1 to 10,000; sizes are uniform between them.
    pub team_size: (usize, usize),
    /// Waves, 1 to 12.
    pub waves: usize,
    /// The true mean where nothing is planted, as a position on the answer range, strictly between 0 and 1.
    pub mean: f64,
    /// ICC(1) of the uncut scale score that chance teams have, 0 to below 1; what is planted comes on top.
    pub icc: f64,
    /// SD of true scores between people of a team, in steps of a quarter of the answer range, 0 to 4.
    pub person_sd: f64,
    /// SD of a single answer around the person's true score, in steps, above 0, at most 4.
    pub item_sd: f64,
    /// The graded response model: the range, within 0 to 10, from which the discrimination of each item is drawn, for
    /// items without parameters of their own. `None` for answers cut at the halves, whose noise is `item_sd`; the model
    /// has its own.
    pub discrimination: Option<(f64, f64)>,
    /// How people answer, beside what they think.
    pub habits: Habits,
    /// Chance that a person answers in a wave, above 0, at most 1.
    pub response_rate: f64,
    /// How the chance to answer depends on what one thinks: the change of its log odds a step that a person's standing,
    /// averaged over the scales, lies above the mean, -10 to 10. Above 0 the content answer more often, and unit scores
    /// look better than they are.
    pub response_slope: f64,
    /// Chance that an answer is left out.
    pub missing_rate: f64,
    /// Chance that an answer is "don't know"; with the one above less than 1.
    pub dont_know_rate: f64,
    /// What is planted in the answers.
    pub planted: Vec<Planted>,
    /// Units of two minds.
    pub splits: Vec<Split>,
    /// Priorities that leaders rank and decisions serve, 2 to 50.
    pub priorities: usize,
    /// SD of a leader's private view of a priority, in ranks, 0 to 50.
    pub leader_sd: f64,
    /// Where the declared order is lost, if anywhere.
    pub divergence: Option<Divergence>,
    /// Decisions of each executive and department unit, wave and level of pressure (routine, high), 0 to 1,000.
    pub decisions: usize,
    /// Share of effects of decisions that follow no order, 0 to 1.
    pub scatter: f64,
    /// Obstacles to plant; each makes its classes of decisions (the two fields below) at least as many as all others.
    pub obstacles: Vec<Obstacle>,
    /// Decision classes with two final deciders who are rivals, 0 to 100.
    pub rival_classes: usize,
    /// Decision classes without a final decider, 0 to 100.
    pub unowned_classes: usize,
    /// Chance that a name a person gives lies outside the own unit, 0 to 1.
    pub external_ties: f64,
}

impl Default for Spec {
    /// 24 teams of 6 to 14 in 4 departments, one wave, the shipped questionnaire, nothing planted.
    fn default() -> Spec {
        Spec {
            seed: 1,
            scales: Vec::new(),
            dont_know: None,
            departments: 4,
            teams: 24,
            team_size: (6, 14),
            waves: 1,
            mean: 0.62,
            icc: 0.15,
            person_sd: 0.7,
            item_sd: 0.65,
            discrimination: None,
            habits: Habits::default(),
            response_rate: 0.85,
            response_slope: 0.0,
            missing_rate: 0.02,
            dont_know_rate: 0.01,
            planted: Vec::new(),
            splits: Vec::new(),
            priorities: 6,
            leader_sd: 0.9,
            divergence: None,
            decisions: 12,
            scatter: 0.1,
            obstacles: Vec::new(),
            rival_classes: 0,
            unowned_classes: 0,
            external_ties: 0.25,
        }
    }
}

impl Spec {
    /// Whether it can be simulated.
    ///
    /// # Errors
    /// `out_of_range` for a number outside its range, `too_large` for more than a million people, `duplicate_id`,
    /// `bad_id`, `bad_options`, `bad_thresholds`, `no_items` for scales that cannot be answered, `unknown_unit`, `unknown_scale`,
    /// `unknown_wave` for something planted nowhere; the path names the field.
    pub fn check(&self) -> Result<()> {
        self.questionnaire().and_then(|q| self.check_with(&q))
    }

    /// The questionnaire it asks.
    pub(crate) fn questionnaire(&self) -> Result<Questionnaire> {
        if self.scales.is_empty() {
            return Questionnaire::builtin();
        }
        let (id, version) = ("simulated".to_owned(), "0".to_owned());
        Ok(Questionnaire { id, version, scales: self.scales.clone(), dont_know: self.dont_know })
    }

    pub(crate) fn check_with(&self, q: &Questionnaire) -> Result<()> {
        whole("teams", self.teams, 1, MAX_TEAMS)?;
        whole("departments", self.departments, 1, self.teams)?;
        whole("team_size", self.team_size.0, 1, self.team_size.1)?;
        whole("team_size", self.team_size.1, self.team_size.0, 10_000)?;
        whole("waves", self.waves, 1, 12)?;
        whole("priorities", self.priorities, 2, 50)?;
        whole("decisions", self.decisions, 0, 1_000)?;
        whole("rival_classes", self.rival_classes, 0, 100)?;
        whole("unowned_classes", self.unowned_classes, 0, 100)?;
        // No overflow: each factor is bounded above.
        let most = EXECUTIVES + DEPARTMENT * self.departments + self.teams * self.team_size.1;
        if most > MAX_PEOPLE {
            return Err(Error::input("too_large", format!("up to {most} people, more than the {MAX_PEOPLE} allowed"))
                .at("teams")
                .help("ask for fewer or smaller teams"));
        }
        inside("mean", self.mean, 0.0, 1.0, true)?;
        number("icc", self.icc, self.icc >= 0.0 && self.icc < 1.0, "at least 0 and below 1")?;
        inside("person_sd", self.person_sd, 0.0, 4.0, false)?;
        number("item_sd", self.item_sd, self.item_sd > 0.0 && self.item_sd <= 4.0, "above 0 and at most 4")?;
        let rate = self.response_rate;
        number("response_rate", rate, rate > 0.0 && rate <= 1.0, "above 0 and at most 1")?;
        inside("response_slope", self.response_slope, -10.0, 10.0, false)?;
        if let Some((least, most)) = self.discrimination {
            let fine = sharp(least) && sharp(most) && least <= most;
            number(
                "discrimination",
                if sharp(least) { most } else { least },
                fine,
                "above 0 and at most 10, lowest first",
            )?;
        }
        self.habits.check()?;
        inside("missing_rate", self.missing_rate, 0.0, 1.0, false)?;
        inside("dont_know_rate", self.dont_know_rate, 0.0, 1.0, false)?;
        let lost = self.missing_rate + self.dont_know_rate;
        number("dont_know_rate", lost, lost < 1.0, "below 1 together with `missing_rate`")?;
        inside("leader_sd", self.leader_sd, 0.0, 50.0, false)?;
        inside("scatter", self.scatter, 0.0, 1.0, false)?;
        inside("external_ties", self.external_ties, 0.0, 1.0, false)?;
        check_scales(q)?;
        self.check_planted(q)
    }

    /// How many decision classes have rivals, and how many no final decider, with what the obstacles ask for.
    pub(crate) fn classes(&self) -> (usize, usize) {
        let at_least = |obstacle, given: usize, others: usize| match self.obstacles.contains(&obstacle) {
            true => given.max(self.departments + others),
            false => given,
        };
        let (rival, unowned) = (self.rival_classes, self.unowned_classes);
        (at_least(Obstacle::TooManyChefs, rival, unowned), at_least(Obstacle::DiffusedAccountability, unowned, rival))
    }

    /// The obstacles that an assessment should find where some were planted.
    pub(crate) fn obstacles_found(&self) -> Vec<&'static str> {
        let both = [Obstacle::TooManyChefs, Obstacle::DiffusedAccountability];
        // The first brings the second with it.
        let first = self.obstacles.contains(&Obstacle::TooManyChefs);
        both.into_iter().filter(|o| first || self.obstacles.contains(o)).map(Obstacle::as_str).collect()
    }

    fn check_planted(&self, q: &Questionnaire) -> Result<()> {
        let units: BTreeSet<String> = std::iter::once("org".to_owned())
            .chain((1..=self.departments).map(|d| format!("dept-{d}")))
            .chain((1..=self.teams).map(|t| format!("team-{t}")))
            .collect();
        let place = |unit: &str, scale: &str, at: &str| {
            if !units.contains(unit) {
                return Err(Error::input("unknown_unit", format!("unknown unit `{}`", unit.escape_debug()))
                    .at(format!("{at}.unit"))
                    .help("units are `org`, `dept-1` to the number of departments, `team-1` to the number of teams"));
            }
            let known = q.scales.iter().map(|s| s.id.as_str());
            if known.clone().all(|id| id != scale) {
                return Err(Error::input("unknown_scale", format!("unknown scale `{}`", scale.escape_debug()))
                    .at(format!("{at}.scale"))
                    .help(suggest(scale, known)));
            }
            Ok(())
        };
        for (i, s) in self.splits.iter().enumerate() {
            place(&s.unit, &s.scale, &format!("splits[{i}]"))?;
            inside(&format!("splits[{i}].gap"), s.gap, -8.0, 8.0, false)?;
        }
        for (i, p) in self.planted.iter().enumerate() {
            place(&p.unit, &p.scale, &format!("planted[{i}]"))?;
            let at = |field: &str| format!("planted[{i}].{field}");
            let known = |wave: &&String| (1..=self.waves).any(|w| **wave == format!("w{w}"));
            if let Some(wave) = p.wave.as_ref().filter(|w| !known(w)) {
                return Err(Error::input("unknown_wave", format!("unknown wave `{}`", wave.escape_debug()))
                    .at(at("wave"))
                    .help(format!("waves are `w1` to `w{}`", self.waves)));
            }
            number(&at("shift"), p.shift, p.shift.abs() <= 4.0, "from -4 to 4")?;
        }
        Ok(())
    }
}

fn check_scales(q: &Questionnaire) -> Result<()> {
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    let mut items: BTreeSet<&str> = TAKEN.into();
    for (i, scale) in q.scales.iter().enumerate() {
        let at = format!("scales[{i}]");
        key(&scale.id, &format!("{at}.id"))?;
        if !ids.insert(&scale.id) {
            let message = format!("two scales are named `{}`", scale.id);
            return Err(Error::input("duplicate_id", message).at(format!("{at}.id")).help("rename one of them"));
        }
        if scale.items.is_empty() {
            return Err(Error::input("no_items", format!("scale `{}` has no items", scale.id))
                .at(format!("{at}.items"))
                .help("give at least one item"));
        }
        for (j, (item, _)) in scale.items.iter().enumerate() {
            let at = format!("{at}.items[{j}]");
            key(item, &at)?;
            if !items.insert(item) {
                let help = "an item stands in one scale, and not under a name that `responses` uses itself";
                return Err(Error::input("duplicate_id", format!("the name `{item}` is taken")).at(at).help(help));
            }
        }
        let (lo, hi) = scale.options;
        // Bounded first, so that the difference cannot overflow.
        let bounded = [lo, hi].iter().all(|x| (-1_000_000..=1_000_000).contains(x));
        if !(bounded && lo < hi && hi - lo < MAX_OPTIONS) {
            return Err(Error::input("bad_options", format!("answers from `{lo}` to `{hi}` cannot be simulated"))
                .at(format!("{at}.options"))
                .help(format!("give a lowest and a higher highest answer, at most {MAX_OPTIONS} options")));
        }
        if !scale.graded.is_empty() && scale.graded.len() != scale.items.len() {
            let message = format!("{} graded items of {}", scale.graded.len(), scale.items.len());
            return Err(Error::input("bad_thresholds", message)
                .at(format!("{at}.graded"))
                .help("give one for each item, in their order"));
        }
        for (j, graded) in scale.graded.iter().enumerate() {
            // Bounded above, so this fits.
            graded.check((hi - lo + 1) as usize, &format!("{at}.graded[{j}]"))?;
        }
        if let Some(code) = q.dont_know.filter(|c| (lo..=hi).contains(c)) {
            return Err(Error::input(
                "bad_options",
                format!("the code `{code}` of don't know is an answer of `{}`", scale.id),
            )
            .at("dont_know")
            .help("choose a code outside the answer range"));
        }
    }
    Ok(())
}

fn key(id: &str, at: &str) -> Result<()> {
    let fine =
        !id.is_empty() && id.len() <= 120 && !id.chars().any(|c| c.is_whitespace() || c.is_control() || c == '`');
    if fine {
        return Ok(());
    }
    Err(Error::input("bad_id", format!("`{}` is not an id", id.escape_debug()))
        .at(at)
        .help("an id has 1 to 120 characters, no spaces, no backticks"))
}

fn whole(field: &str, value: usize, lo: usize, hi: usize) -> Result<()> {
    if (lo..=hi).contains(&value) {
        return Ok(());
    }
    Err(Error::input("out_of_range", format!("`{value}` is out of range")).at(field).help(format!("give {lo} to {hi}")))
}

pub(crate) fn inside(field: &str, value: f64, lo: f64, hi: f64, open: bool) -> Result<()> {
    let fine = if open { value > lo && value < hi } else { (lo..=hi).contains(&value) };
    let how = if open { "strictly between" } else { "between" };
    number(field, value, fine, &format!("{how} {lo} and {hi}"))
}

/// `fine` must be a comparison that fails for NaN.
fn number(field: &str, value: f64, fine: bool, range: &str) -> Result<()> {
    if fine {
        return Ok(());
    }
    Err(Error::input("out_of_range", format!("`{value}` is out of range"))
        .at(field)
        .help(format!("give a number {range}")))
}

#[cfg(test)]
mod tests {
    use super::super::graded::Graded;
    use super::*;

    fn refused(spec: Spec) -> (&'static str, String) {
        let e = spec.check().unwrap_err();
        assert!(!e.help_text().is_empty(), "{e}");
        (e.code(), e.path().to_owned())
    }

    #[test]
    fn impossible_specifications_are_refused_where_they_are_wrong() {
        let ok = Spec::default();
        let at = |s: &str| ("out_of_range", s.to_owned());
        assert_eq!(refused(Spec { teams: 0, ..ok.clone() }), at("teams"));
        assert_eq!(refused(Spec { departments: 25, ..ok.clone() }), at("departments"));
        assert_eq!(refused(Spec { team_size: (5, 4), ..ok.clone() }), at("team_size"));
        assert_eq!(refused(Spec { team_size: (0, 4), ..ok.clone() }), at("team_size"));
        assert_eq!(refused(Spec { waves: 0, ..ok.clone() }), at("waves"));
        assert_eq!(refused(Spec { icc: f64::NAN, ..ok.clone() }), at("icc"));
        assert_eq!(refused(Spec { icc: -0.1, ..ok.clone() }), at("icc"));
        assert_eq!(refused(Spec { mean: 1.0, ..ok.clone() }), at("mean"));
        assert_eq!(refused(Spec { item_sd: 0.0, ..ok.clone() }), at("item_sd"));
        assert_eq!(refused(Spec { response_rate: 0.0, ..ok.clone() }), at("response_rate"));
        assert_eq!(refused(Spec { missing_rate: 0.6, dont_know_rate: 0.4, ..ok.clone() }), at("dont_know_rate"));
        assert_eq!(refused(Spec { priorities: 1, ..ok.clone() }), at("priorities"));
        assert_eq!(refused(Spec { response_slope: f64::NAN, ..ok.clone() }), at("response_slope"));
        for range in [(0.0, 1.0), (2.0, 1.0), (1.0, 11.0), (f64::NAN, 1.0), (1.0, f64::NAN)] {
            assert_eq!(refused(Spec { discrimination: Some(range), ..ok.clone() }), at("discrimination"));
        }
        let habits = |habits| Spec { habits, ..ok.clone() };
        assert_eq!(refused(habits(Habits { positive: 5.0, ..Habits::default() })), at("habits.positive"));
        assert_eq!(refused(habits(Habits { acquiescence: -1.0, ..Habits::default() })), at("habits.acquiescence"));
        assert_eq!(refused(habits(Habits { straightlining: 1.1, ..Habits::default() })), at("habits.straightlining"));
        assert_eq!(refused(Spec { teams: 100_000, team_size: (1, 11), ..ok }), ("too_large", "teams".to_owned()));
    }

    #[test]
    fn what_is_planted_must_have_a_place() {
        let plant = |unit: &str, scale: &str, wave: Option<&str>, shift| {
            let wave = wave.map(str::to_owned);
            let planted = vec![Planted { unit: unit.into(), scale: scale.into(), wave, shift }];
            Spec { planted, ..Spec::default() }
        };
        assert_eq!(refused(plant("dept-9", "direction", None, 1.0)), ("unknown_unit", "planted[0].unit".into()));
        assert_eq!(refused(plant("org", "directon", None, 1.0)), ("unknown_scale", "planted[0].scale".into()));
        assert_eq!(refused(plant("org", "direction", Some("w2"), 1.0)), ("unknown_wave", "planted[0].wave".into()));
        assert_eq!(
            refused(plant("org", "direction", None, f64::INFINITY)),
            ("out_of_range", "planted[0].shift".into())
        );
        assert!(plant("team-24", "direction", Some("w1"), -1.0).check().is_ok());
        let split = |unit: &str, scale: &str, gap| Spec {
            splits: vec![Split { unit: unit.into(), scale: scale.into(), gap }],
            ..Spec::default()
        };
        assert_eq!(refused(split("dept-9", "direction", 1.0)).1, "splits[0].unit");
        assert_eq!(refused(split("dept-1", "directon", 1.0)).1, "splits[0].scale");
        assert_eq!(refused(split("dept-1", "direction", f64::NAN)).1, "splits[0].gap");
    }

    #[test]
    fn scales_must_be_answerable() {
        let scale = |id: &str, items: &[&str], options| ScaleSpec {
            id: id.into(),
            items: items.iter().map(|i| ((*i).to_owned(), false)).collect(),
            options,
            ..ScaleSpec::default()
        };
        let with = |scales: Vec<ScaleSpec>, dont_know| Spec { scales, dont_know, ..Spec::default() };
        assert_eq!(refused(with(vec![scale("a", &[], (1, 5))], None)).0, "no_items");
        assert_eq!(refused(with(vec![scale("a", &["x", "x"], (1, 5))], None)).0, "duplicate_id");
        assert_eq!(refused(with(vec![scale("a", &["unit"], (1, 5))], None)).0, "duplicate_id");
        assert_eq!(refused(with(vec![scale("a", &["x y"], (1, 5))], None)).0, "bad_id");
        assert_eq!(refused(with(vec![scale("a", &["x"], (5, 5))], None)).0, "bad_options");
        assert_eq!(refused(with(vec![scale("a", &["x"], (i64::MIN, i64::MAX))], None)).0, "bad_options");
        assert_eq!(refused(with(vec![scale("a", &["x"], (1, 9))], Some(9))).0, "bad_options");
        assert!(with(vec![scale("a", &["x"], (0, 10))], None).check().is_ok());
        let graded = |discrimination, thresholds: &[f64]| Graded { discrimination, thresholds: thresholds.to_vec() };
        let of = |graded| with(vec![ScaleSpec { graded, ..scale("a", &["x"], (1, 3)) }], None);
        assert_eq!(refused(of(vec![graded(1.0, &[0.0])])).1, "scales[0].graded[0].thresholds");
        assert_eq!(refused(of(vec![graded(0.0, &[0.0, 1.0])])).1, "scales[0].graded[0].discrimination");
        assert_eq!(refused(of(vec![graded(1.0, &[0.0, 1.0]), graded(1.0, &[0.0, 1.0])])).1, "scales[0].graded");
        assert!(of(vec![graded(1.0, &[0.0, 1.0])]).check().is_ok());
    }
}

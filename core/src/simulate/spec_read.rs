//! A specification written as TOML or JSON, so that every language hands it in the same way.

use super::graded::Graded;
use super::habits::Habits;
use super::plan::{Planted, Pressure, Split};
use super::scales::ScaleSpec;
use super::spec::{Divergence, DivergentLayer, Obstacle, Spec};
use crate::document::{At, Diagnostics, Document, Fields, Kind};
use crate::error::{Error, Family, Result, suggest};

const KEYS: [&str; 28] = [
    "seed",
    "scales",
    "dont_know",
    "departments",
    "teams",
    "team_size",
    "waves",
    "mean",
    "icc",
    "person_sd",
    "item_sd",
    "discrimination",
    "habits",
    "response_rate",
    "response_slope",
    "missing_rate",
    "dont_know_rate",
    "planted",
    "splits",
    "priorities",
    "leader_sd",
    "divergence",
    "decisions",
    "scatter",
    "obstacles",
    "rival_classes",
    "unowned_classes",
    "external_ties",
];

impl Spec {
    /// Reads a specification: the fields of [`Spec`] by name, all optional; `team_size` and the `options` of a scale as
    /// `[lowest, highest]`, a reversed item with a leading `-`, `divergence` as `{layer, pressure}`.
    ///
    /// ```
    /// use colead::simulate::Spec;
    /// let text = "seed = 7\nteams = 30\nteam_size = [8, 12]\n[[planted]]\nunit = 'dept-1'\nscale = 'direction'\nshift = -1\n";
    /// let spec = Spec::from_toml(text)?;
    /// assert_eq!((spec.seed, spec.team_size, spec.planted[0].shift), (7, (8, 12), -1.0));
    /// assert_eq!(Spec::from_toml("{\"teams\": 30}")?.teams, 30);
    /// # Ok::<(), colead::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown_key` with a suggestion, `type_mismatch` and the like with line and column; those of [`Spec::check`].
    pub fn from_toml(text: &str) -> Result<Spec> {
        let doc = Document::parse("", text).map_err(|d| Error::from_diagnostics(Family::Input, vec![d]))?;
        let faults = Diagnostics::default();
        let mut spec = Spec::default();
        if let Some(f) = At::root(&doc, &faults).fields(&KEYS) {
            read(&f, &mut spec);
        }
        faults.finish(Family::Input)?;
        spec.check()?;
        Ok(spec)
    }
}

fn read(f: &Fields<'_>, spec: &mut Spec) {
    // A seed beyond i64 cannot be written in TOML; as text it can.
    if let Some(at) = f.get("seed") {
        spec.seed = match &at.node.kind {
            Kind::Text(s) => s.parse().ok(),
            Kind::Int(i) => u64::try_from(*i).ok(),
            _ => None,
        }
        .unwrap_or_else(|| {
            at.error("bad_seed", "the seed is not a whole number from 0 to 2^64 - 1", "beyond 2^63 write it as text");
            0
        });
    }
    if let Some(scales) = f.get("scales").and_then(|at| at.list()) {
        spec.scales = scales.iter().filter_map(scale).collect();
    }
    spec.dont_know = f.get("dont_know").and_then(|at| at.integer());
    for (key, field) in [
        ("departments", &mut spec.departments),
        ("teams", &mut spec.teams),
        ("waves", &mut spec.waves),
        ("priorities", &mut spec.priorities),
        ("decisions", &mut spec.decisions),
        ("rival_classes", &mut spec.rival_classes),
        ("unowned_classes", &mut spec.unowned_classes),
    ] {
        if let Some(n) = f.get(key).and_then(|at| whole(&at)) {
            *field = n;
        }
    }
    for (key, field) in [
        ("mean", &mut spec.mean),
        ("icc", &mut spec.icc),
        ("person_sd", &mut spec.person_sd),
        ("item_sd", &mut spec.item_sd),
        ("response_rate", &mut spec.response_rate),
        ("response_slope", &mut spec.response_slope),
        ("missing_rate", &mut spec.missing_rate),
        ("dont_know_rate", &mut spec.dont_know_rate),
        ("leader_sd", &mut spec.leader_sd),
        ("scatter", &mut spec.scatter),
        ("external_ties", &mut spec.external_ties),
    ] {
        if let Some(x) = f.get(key).and_then(|at| at.number()) {
            *field = x;
        }
    }
    if let Some((lo, hi)) = f.get("team_size").and_then(|at| pair(&at, whole)) {
        spec.team_size = (lo, hi);
    }
    if let Some(planted) = f.get("planted").and_then(|at| at.list()) {
        spec.planted = planted.iter().filter_map(plant).collect();
    }
    if let Some(splits) = f.get("splits").and_then(|at| at.list()) {
        spec.splits = splits.iter().filter_map(split).collect();
    }
    if let Some(obstacles) = f.get("obstacles").and_then(|at| at.list()) {
        let known = [Obstacle::TooManyChefs, Obstacle::DiffusedAccountability].map(|o| (o.as_str(), o));
        spec.obstacles = obstacles.iter().filter_map(|at| word(at, &known)).collect();
    }
    spec.discrimination = f.get("discrimination").and_then(|at| pair(&at, At::number));
    if let Some(at) = f.get("habits") {
        spec.habits = habits(&at).unwrap_or_default();
    }
    spec.divergence = f.get("divergence").and_then(|at| divergence(&at));
}

fn whole(at: &At<'_>) -> Option<usize> {
    let n = at.integer()?;
    let fits = usize::try_from(n).ok();
    if fits.is_none() {
        at.error("out_of_range", format!("`{n}` is below zero"), "give a whole number from 0");
    }
    fits
}

fn pair<'a, T>(at: &At<'a>, read: impl Fn(&At<'a>) -> Option<T>) -> Option<(T, T)> {
    let list = at.list()?;
    match list.as_slice() {
        [lo, hi] => Some((read(lo)?, read(hi)?)),
        _ => {
            at.error(
                "type_mismatch",
                format!("expected two numbers, found {}", list.len()),
                "write `[lowest, highest]`",
            );
            None
        }
    }
}

fn scale(at: &At<'_>) -> Option<ScaleSpec> {
    let f = at.fields(&["id", "items", "options", "graded"])?;
    let items = f.need("items")?.texts().into_iter().map(ScaleSpec::item).collect();
    let options = pair(&f.need("options")?, At::integer)?;
    let graded = f.get("graded").and_then(|at| at.list()).unwrap_or_default();
    let graded = graded.iter().filter_map(graded_item).collect();
    Some(ScaleSpec { id: f.need("id")?.text()?.to_owned(), items, options, graded })
}

fn graded_item(at: &At<'_>) -> Option<Graded> {
    let f = at.fields(&["discrimination", "thresholds"])?;
    let thresholds = f.need("thresholds")?.list()?.iter().filter_map(At::number).collect();
    Some(Graded { discrimination: f.need("discrimination")?.number()?, thresholds })
}

fn habits(at: &At<'_>) -> Option<Habits> {
    let f = at.fields(&["positive", "acquiescence", "straightlining"])?;
    let number = |key| f.get(key).map_or(Some(0.0), |at| at.number());
    Some(Habits {
        positive: number("positive")?,
        acquiescence: number("acquiescence")?,
        straightlining: number("straightlining")?,
    })
}

fn split(at: &At<'_>) -> Option<Split> {
    let f = at.fields(&["unit", "scale", "gap"])?;
    let text = |key| Some(f.need(key)?.text()?.to_owned());
    Some(Split { unit: text("unit")?, scale: text("scale")?, gap: f.need("gap")?.number()? })
}

fn plant(at: &At<'_>) -> Option<Planted> {
    let f = at.fields(&["unit", "scale", "wave", "shift"])?;
    let text = |key| Some(f.need(key)?.text()?.to_owned());
    Some(Planted {
        unit: text("unit")?,
        scale: text("scale")?,
        wave: f.get("wave").and_then(|at| at.text()).map(str::to_owned),
        shift: f.need("shift")?.number()?,
    })
}

fn divergence(at: &At<'_>) -> Option<Divergence> {
    let f = at.fields(&["layer", "pressure"])?;
    let layers = [DivergentLayer::Department, DivergentLayer::Team];
    let layer = word(&f.need("layer")?, &layers.map(|l| (l.as_str(), l)))?;
    let pressures = [Pressure::Routine, Pressure::Elevated, Pressure::High];
    let pressure = match f.get("pressure") {
        Some(at) => Some(word(&at, &pressures.map(|p| (p.as_str(), p)))?),
        None => None,
    };
    Some(Divergence { layer, pressure })
}

fn word<T: Copy>(at: &At<'_>, known: &[(&str, T)]) -> Option<T> {
    let text = at.text()?;
    let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    if found.is_none() {
        let message = format!("unknown value `{}`", text.escape_debug());
        at.error("unknown_value", message, suggest(text, known.iter().map(|(n, _)| *n)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_can_be_written() {
        let text = r#"
seed = "18446744073709551615"
scales = [{ id = "a", items = ["x", "-y"], options = [0, 10] }, { id = "b", items = ["z"], options = [1, 3], graded = [{ discrimination = 1.5, thresholds = [-0.5, 1] }] }]
dont_know = 99
departments = 3
teams = 9
team_size = [4, 5]
waves = 2
mean = 0.5
icc = 0
person_sd = 1
item_sd = 1.5
discrimination = [0.5, 2]
habits = { positive = 0.4, straightlining = 0.1 }
response_rate = 1
response_slope = -0.5
missing_rate = 0
dont_know_rate = 0.1
planted = [{ unit = "team-9", scale = "a", wave = "w2", shift = 0.5 }]
splits = [{ unit = "team-1", scale = "a", gap = 2 }]
priorities = 4
obstacles = ["too_many_chefs"]
leader_sd = 0
divergence = { layer = "team", pressure = "high" }
decisions = 1
scatter = 0.5
rival_classes = 2
unowned_classes = 1
external_ties = 0.4
"#;
        let want = Spec {
            seed: u64::MAX,
            scales: vec![
                ScaleSpec {
                    id: "a".into(),
                    items: vec![("x".into(), false), ("y".into(), true)],
                    options: (0, 10),
                    graded: vec![],
                },
                ScaleSpec {
                    id: "b".into(),
                    items: vec![("z".into(), false)],
                    options: (1, 3),
                    graded: vec![Graded { discrimination: 1.5, thresholds: vec![-0.5, 1.0] }],
                },
            ],
            dont_know: Some(99),
            departments: 3,
            teams: 9,
            team_size: (4, 5),
            waves: 2,
            mean: 0.5,
            icc: 0.0,
            person_sd: 1.0,
            item_sd: 1.5,
            discrimination: Some((0.5, 2.0)),
            habits: Habits { positive: 0.4, acquiescence: 0.0, straightlining: 0.1 },
            response_rate: 1.0,
            response_slope: -0.5,
            missing_rate: 0.0,
            dont_know_rate: 0.1,
            planted: vec![Planted { unit: "team-9".into(), scale: "a".into(), wave: Some("w2".into()), shift: 0.5 }],
            splits: vec![Split { unit: "team-1".into(), scale: "a".into(), gap: 2.0 }],
            obstacles: vec![Obstacle::TooManyChefs],
            priorities: 4,
            leader_sd: 0.0,
            divergence: Some(Divergence { layer: DivergentLayer::Team, pressure: Some(Pressure::High) }),
            decisions: 1,
            scatter: 0.5,
            rival_classes: 2,
            unowned_classes: 1,
            external_ties: 0.4,
        };
        assert_eq!(Spec::from_toml(text).unwrap(), want);
        assert_eq!(Spec::from_toml("").unwrap(), Spec::default());
    }

    #[test]
    fn slips_are_refused_where_they_stand() {
        let refused = |text: &str| {
            let e = Spec::from_toml(text).unwrap_err();
            (e.code(), e.path().to_owned())
        };
        assert_eq!(refused("team = 3"), ("unknown_key", "1:8: team".into()));
        assert_eq!(refused("teams = 'many'").0, "type_mismatch");
        assert_eq!(refused("teams = -1").0, "out_of_range");
        assert_eq!(refused("seed = -1").0, "bad_seed");
        assert_eq!(refused("team_size = [3]").0, "type_mismatch");
        assert_eq!(refused("divergence = { layer = 'teams' }").0, "unknown_value");
        assert_eq!(refused("planted = [{ unit = 'org', scale = 'direction' }]").0, "missing_key");
        assert_eq!(refused("icc = 2"), ("out_of_range", "icc".into()));
        assert_eq!(refused("= 1").0, "syntax");
        assert_eq!(refused("habits = { yeasaying = 1 }").0, "unknown_key");
        assert_eq!(refused("obstacles = ['chefs']").0, "unknown_value");
        assert_eq!(refused("discrimination = 1").0, "type_mismatch");
        assert_eq!(refused("splits = [{ unit = 'org', scale = 'direction' }]").0, "missing_key");
    }
}

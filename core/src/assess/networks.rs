//! Ties as measures of every unit: who looks to whom inside it and out of it, and how that runs beside the formal order.
//!
//! A unit's people are those in it and below it. Only ties of the latest wave count; relations other than the formal one
//! are pooled, and strengths are left out. Who did not answer may have named anybody: each may have named as many as the
//! one who named most, and the distance to the worst of that stands as the standard error, so that a rule decides only
//! where the missing answers could not turn it.

use super::survey::by_wave;
use super::units::Units;
use crate::error::{Error, Result};
use crate::evidence::{Direction, Evidence, Nodes, Role, Ties};
use crate::measure::network::{Graph, Network, Options, Top, Traits, authority_influence_corr};
use crate::measure::{Absence, Estimate, MeasureValue, Origin};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The measures that ties fill.
pub(crate) const MEASURES: [&str; 11] = [
    "network_ei",
    "network_leader_bridges",
    "network_density",
    "network_decentralization",
    "network_first_position",
    "network_second_position",
    "network_leaders_recognition",
    "network_deciders_recognition",
    "network_signal_match",
    "network_rank_influence",
    "network_lateral_share",
];

/// The questions that are put to ties; the report tells them in a section of their own.
pub(crate) const CONNECTION: [&str; 8] = [
    "connection_in_ties",
    "connection_told_and_seen",
    "bridges_in_ties",
    "influence_in_ties",
    "rank_and_influence",
    "adjustment_in_ties",
    "leaders_in_ties",
    "weak_direction_in_ties",
];

/// The relation of ties that holds the formal order; without it the managers of `members` do.
pub const FORMAL: &str = "formal";

/// The fewest people, leaders or pairs of whom a measure is taken: a finding about one leader is a finding about a person.
const FEWEST: u64 = crate::measure::network::MIN_GROUP;

/// What ties say of units.
#[derive(Default)]
pub(crate) struct Connected {
    /// Unit, measure, value.
    pub(crate) values: Vec<(usize, &'static str, MeasureValue)>,
    /// The people of every unit, those below it left out, by number.
    pub(crate) people: Vec<BTreeSet<u32>>,
    pub(crate) notes: Vec<String>,
}

/// Reads the ties of the evidence; nothing when there are none.
///
/// Without a direction, measures that do not depend on it are taken and the others are not.
pub(crate) fn connect(evidence: &Evidence, units: &Units, direction: Option<Direction>) -> Result<Connected> {
    let mut out = Connected::default();
    let Some(ties) = &evidence.ties else { return Ok(out) };
    let web = Web::read(ties, evidence, units, direction, &mut out.notes)?;
    let mut scratch = Scratch::new(&web);
    for (unit, people) in web.people_by_unit(units).iter().enumerate() {
        if people.is_empty() {
            continue;
        }
        for (id, value) in web.of_unit(units, unit, people, &mut scratch) {
            out.values.push((unit, id, value));
        }
    }
    let rivals = web.rivals(evidence, units);
    for (unit, pairs) in rivals.iter().enumerate().filter(|_| direction.is_some_and(|d| d != Direction::Undirected)) {
        if !pairs.is_empty() {
            out.values.push((unit, "network_deciders_recognition", web.recognition(pairs)));
        }
    }
    out.people = vec![BTreeSet::new(); units.len()];
    for (person, unit) in (0..).zip(&web.unit) {
        if let Some(own) = unit.and_then(|u| out.people.get_mut(u)) {
            own.insert(person);
        }
    }
    Ok(out)
}

/// People, their ties and their places.
struct Web {
    graph: Graph,
    direction: Option<Direction>,
    /// The unit of each person.
    unit: Vec<Option<usize>>,
    answered: Vec<bool>,
    /// From each person to a superior.
    formal: Vec<(u32, u32)>,
    leader: Vec<bool>,
    level: Vec<Option<f64>>,
    /// Steps to the top of the formal order.
    depth: Vec<Option<f64>>,
    index: HashMap<String, u32>,
    /// The most others that anybody named.
    most: u64,
    /// Whether there are people of more than one unit.
    several: bool,
}

impl Web {
    fn read(
        ties: &Ties,
        evidence: &Evidence,
        units: &Units,
        direction: Option<Direction>,
        notes: &mut Vec<String>,
    ) -> Result<Web> {
        let keys = people(ties, evidence);
        let index: HashMap<String, u32> = keys.iter().cloned().zip(0..).collect();
        let weight = ties.rows().iter().any(|t| t.weight.is_some()).then(|| "weight".to_owned());
        let options = Options { weight, ..Options::new(direction.unwrap_or(Direction::SourceLooksToTarget)) };
        let count = keys.len();
        let network = Network::new(ties, keys, Traits::default(), options).map_err(|e| advised(e, evidence))?;
        let latest = ties.waves().iter().map(String::as_str).max_by(|a, b| by_wave(a, b));
        let waveless = ties.rows().iter().filter(|t| t.wave.is_none()).count();
        if let (Some(latest), true) = (latest, waveless > 0) {
            notes.push(format!("{waveless} rows of `ties` have no wave and were set aside: wave {latest} is judged"));
        }
        let now = || network.layers().iter().filter(|l| l.wave.as_deref() == latest);
        let informal = now().filter(|l| l.relation.as_deref() != Some(FORMAL));
        let mut arcs: Vec<(u32, u32)> = informal
            .flat_map(|l| l.graph.arcs().filter(|(u, v, _)| l.graph.is_directed() || u < v).map(|(u, v, _)| (u, v)))
            .collect();
        arcs.sort_unstable();
        arcs.dedup();
        let directed = direction != Some(Direction::Undirected);
        let nodes = u32::try_from(count).unwrap_or(u32::MAX);
        let graph = Graph::new(nodes, &arcs, None, directed)?;
        let named: Vec<(u32, u32)> = now()
            .filter(|l| l.relation.as_deref() == Some(FORMAL))
            .flat_map(|l| l.graph.arcs().map(|(u, v, _)| (u, v)))
            .collect();
        let formal = if named.is_empty() { reporting(evidence, &index) } else { named };
        let mut leader = vec![false; count];
        for (_, v) in &formal {
            mark(&mut leader, *v);
        }
        let depth = depths(nodes, &formal);
        let (unit, told, levels) = places(evidence, units, &index, count);
        let level = if levels.iter().any(Option::is_some) { levels } else { depth.clone() };
        // Without a direction either end may have reported a tie.
        let reported =
            |u: u32| !graph.outward().of(u).is_empty() || (direction.is_none() && !graph.inward().of(u).is_empty());
        // Nobody says who was asked: whoever named nobody is taken not to have answered.
        let answered: Vec<bool> =
            (0..nodes).zip(told).map(|(u, told)| !directed || reported(u) || told == Some(true)).collect();
        let most = (0..nodes).map(|u| u64::from(graph.outward().degree(u))).max().unwrap_or(0);
        let silent = answered.iter().filter(|a| !**a).count();
        if silent > 0 {
            notes.push(format!(
                "ties: {silent} of {count} people named nobody and are taken not to have answered; numbers allow for whom \
                 they might have named"
            ));
        }
        let several = unit.iter().flatten().collect::<BTreeSet<_>>().len() > 1;
        let placeless = unit.iter().filter(|u| u.is_none()).count();
        if placeless > 0 {
            notes.push(format!("ties: {placeless} of {count} people belong to no unit and count nowhere"));
        }
        if direction.is_none() {
            notes.push(
                "ties: which end looks to the other is not said, so measures that depend on it are missing; say \
                 `direction`"
                    .into(),
            );
        }
        Ok(Web { graph, direction, unit, answered, formal, leader, level, depth, index, most, several })
    }

    /// Everybody in each unit and below it.
    fn people_by_unit(&self, units: &Units) -> Vec<Vec<u32>> {
        let mut out: Vec<Vec<u32>> = vec![Vec::new(); units.len()];
        for (person, unit) in (0..).zip(&self.unit) {
            let Some(own) = unit else { continue };
            for u in std::iter::once(*own).chain(units.ancestors(*own)) {
                if let Some(list) = out.get_mut(u) {
                    list.push(person);
                }
            }
        }
        out
    }

    fn unit_of(&self, person: u32) -> Option<usize> {
        self.unit.get(person as usize).copied().flatten()
    }

    fn has_answered(&self, person: u32) -> bool {
        self.answered.get(person as usize) == Some(&true)
    }

    fn leads(&self, person: u32) -> bool {
        self.leader.get(person as usize) == Some(&true)
    }

    fn looks(&self, from: u32, to: u32) -> bool {
        self.graph.outward().of(from).binary_search(&to).is_ok()
    }

    fn of_unit(
        &self,
        units: &Units,
        unit: usize,
        people: &[u32],
        scratch: &mut Scratch,
    ) -> Vec<(&'static str, MeasureValue)> {
        let team = units.children(unit).is_empty();
        let directed = self.direction.is_some_and(|d| d != Direction::Undirected);
        let n = people.len() as u64;
        let answered = people.iter().filter(|u| self.has_answered(**u)).count() as u64;
        let few = match (n < FEWEST, answered * 2 < n) {
            (true, _) => Some(Absence::TooFew { n, need: FEWEST }),
            (_, true) => Some(Absence::TooFew { n: answered, need: n.div_ceil(2) }),
            _ => None,
        };
        if let Some(few) = few {
            let asked = MEASURES.into_iter().filter(|id| *id != "network_deciders_recognition");
            return asked.map(|id| (id, MeasureValue::Absent(few.clone()))).collect();
        }
        let silent = n - answered;
        let inside = scratch.count(self, people);
        let missing = silent * self.most;
        let mut out = Vec::new();
        let cross = match self.several {
            true => share(inside.crossing, inside.sent, missing, n, "its people name nobody"),
            false => MeasureValue::Absent(Absence::Undefined("all people belong to one unit")),
        };
        out.push(("network_ei", rescaled(cross, |x| 2.0 * x - 1.0, 2.0)));
        let leaders = people.iter().filter(|u| self.leads(**u)).count() as u64;
        let by_leaders = |value: MeasureValue| match leaders < FEWEST {
            true => MeasureValue::Absent(Absence::TooFew { n: leaders, need: FEWEST }),
            false => value,
        };
        if !self.formal.is_empty() {
            let value = share(inside.by_leaders, inside.crossing, missing, leaders, "no tie leads out of a unit");
            out.push(("network_leader_bridges", by_leaders(value)));
        }
        let value = share(inside.lateral, inside.leveled, missing, n, "no tie joins two people of known level");
        out.push(("network_lateral_share", value));
        if team {
            out.push(("network_density", self.density(&inside, n, answered)));
        }
        if !directed {
            return out;
        }
        if team {
            let within = Within { n, silent, most: self.most, inside: &inside };
            out.extend(within.measures());
        }
        out.push(("network_leaders_recognition", self.recognition(&scratch.tied_leaders(self, people))));
        if !self.formal.is_empty() {
            out.push(("network_signal_match", by_leaders(self.signal_match(people, scratch, leaders))));
            let corr = match leaders < FEWEST {
                true => MeasureValue::Absent(Absence::TooFew { n: leaders, need: FEWEST }),
                false => self.rank_influence(people, leaders, answered),
            };
            out.push(("network_rank_influence", corr));
        }
        out
    }

    /// Of the ties there could be inside, those reported.
    fn density(&self, inside: &Inside, n: u64, answered: u64) -> MeasureValue {
        let (n_f, ties) = (n as f64, inside.within as f64);
        let could = if self.graph.is_directed() { answered as f64 * (n_f - 1.0) } else { n_f * (n_f - 1.0) };
        let all = n_f * (n_f - 1.0);
        let most = ((n - answered) * self.most.min(n - 1)) as f64;
        between(ties / could, ties / all, (ties + most) / all, n)
    }

    /// Of the formal ties of those who answered, the share that are informal ties as well.
    fn signal_match(&self, people: &[u32], scratch: &Scratch, leaders: u64) -> MeasureValue {
        let own = self.formal.iter().filter(|(u, v)| scratch.is_in(*u) && scratch.is_in(*v));
        let (known, unknown): (Vec<_>, Vec<_>) = own.partition(|(u, _)| self.has_answered(*u));
        let seen = known.iter().filter(|(u, v)| self.looks(*u, *v)).count() as u64;
        debug_assert!(!people.is_empty());
        share(seen, known.len() as u64, unknown.len() as u64, leaders, "no formal line joins two of its people")
    }

    /// Spearman's correlation of formal rank with how many look to a person.
    fn rank_influence(&self, people: &[u32], leaders: u64, answered: u64) -> MeasureValue {
        let mut levels = vec![None; self.depth.len()];
        for u in people {
            if let (Some(slot), Some(depth)) = (levels.get_mut(*u as usize), self.depth.get(*u as usize)) {
                *slot = *depth;
            }
        }
        let n = people.len() as f64;
        match authority_influence_corr(&self.graph, &levels, Top::Smallest) {
            None => MeasureValue::Absent(Absence::Undefined("ranks or ties are all alike")),
            Some(r) => {
                // Those who answered as a draw from all: nothing is left to chance when everybody did.
                let missing = 1.0 - answered as f64 / n;
                let se = crate::num::sqrt(missing / (answered as f64 - 1.0).max(1.0)) * (1.0 - r * r);
                estimate(r, Some(se).filter(|_| missing > 0.0), leaders)
            }
        }
    }

    /// Of pairs of leaders, those who look to one another.
    fn recognition(&self, pairs: &BTreeSet<(u32, u32)>) -> MeasureValue {
        let who: BTreeSet<u32> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
        let n = who.len() as u64;
        if n < FEWEST {
            return MeasureValue::Absent(Absence::TooFew { n, need: FEWEST });
        }
        let (known, unknown): (Vec<_>, Vec<_>) =
            pairs.iter().partition(|(a, b)| self.has_answered(*a) && self.has_answered(*b));
        let mutual = known.iter().filter(|(a, b)| self.looks(*a, *b) && self.looks(*b, *a)).count() as u64;
        share(mutual, known.len() as u64, unknown.len() as u64, n, "nobody of any pair has answered")
    }

    /// Those who decide on the same matters with nobody who convenes them, by pairs, for every unit with all below it.
    fn rivals(&self, evidence: &Evidence, units: &Units) -> Vec<BTreeSet<(u32, u32)>> {
        let mut out = vec![BTreeSet::new(); units.len()];
        let Some(table) = &evidence.decision_rights else { return out };
        // Of each unit and class of decisions in a scope: who decides, and whether somebody convenes them.
        type Class<'a> = (usize, &'a str, &'a str, bool);
        let mut classes: BTreeMap<Class<'_>, (BTreeSet<u32>, bool)> = BTreeMap::new();
        for row in table.rows() {
            let Some(own) = units.index(&row.unit) else { continue };
            let scope = (row.scope.as_deref().unwrap_or(&row.unit), row.scope.is_some());
            for unit in std::iter::once(own).chain(units.ancestors(own)) {
                let class = classes.entry((unit, &row.decision_class, scope.0, scope.1)).or_default();
                match row.role {
                    Role::Decides => class.0.extend(self.index.get(&row.holder)),
                    Role::Convenes => class.1 = true,
                    Role::Contributes => {}
                }
            }
        }
        for ((unit, ..), (deciders, convened)) in &classes {
            if let (Some(pairs), false) = (out.get_mut(*unit), *convened) {
                pairs.extend(deciders.iter().flat_map(|a| deciders.range(a + 1..).map(move |b| (*a, *b))));
            }
        }
        out
    }
}

/// Ties of a unit's people, counted.
#[derive(Debug, Default)]
struct Inside {
    /// Ties that its people name.
    sent: u64,
    /// Those that lead out of the namer's own unit.
    crossing: u64,
    /// Those of them with a leader at an end.
    by_leaders: u64,
    /// Those between two known levels.
    leveled: u64,
    /// Those of them between equals.
    lateral: u64,
    /// Those that stay among its people.
    within: u64,
    /// The most that one of its people receives from the others, and the next.
    first: u64,
    second: u64,
}

/// Work space that is made once: marks and counts by person.
struct Scratch {
    stamp: Vec<u32>,
    received: Vec<u32>,
    round: u32,
}

impl Scratch {
    fn new(web: &Web) -> Scratch {
        let n = web.unit.len();
        Scratch { stamp: vec![0; n], received: vec![0; n], round: 0 }
    }

    fn is_in(&self, person: u32) -> bool {
        self.stamp.get(person as usize) == Some(&self.round)
    }

    fn count(&mut self, web: &Web, people: &[u32]) -> Inside {
        self.round += 1;
        for u in people {
            if let (Some(s), Some(r)) = (self.stamp.get_mut(*u as usize), self.received.get_mut(*u as usize)) {
                (*s, *r) = (self.round, 0);
            }
        }
        let mut c = Inside::default();
        let level = |u: u32| web.level.get(u as usize).copied().flatten();
        for u in people {
            let own = web.unit_of(*u);
            for v in web.graph.outward().of(*u) {
                c.sent += 1;
                // Who belongs to no unit is outside of every one.
                if web.unit_of(*v) != own {
                    c.crossing += 1;
                    c.by_leaders += u64::from(web.leads(*u) || web.leads(*v));
                }
                if let (Some(a), Some(b)) = (level(*u), level(*v)) {
                    c.leveled += 1;
                    c.lateral += u64::from(a == b);
                }
                if self.is_in(*v) {
                    c.within += 1;
                    if let Some(r) = self.received.get_mut(*v as usize) {
                        *r += 1;
                    }
                }
            }
        }
        for u in people {
            let r = self.received.get(*u as usize).copied().map_or(0, u64::from);
            if r > c.first {
                (c.first, c.second) = (r, c.first);
            } else {
                c.second = c.second.max(r);
            }
        }
        c
    }

    /// Pairs of those most looked to inside (more than a standard deviation above the mean) of whom one looks to the
    /// other.
    fn tied_leaders(&self, web: &Web, people: &[u32]) -> BTreeSet<(u32, u32)> {
        let received = |u: u32| self.received.get(u as usize).copied().map_or(0.0, f64::from);
        let n = people.len().max(1) as f64;
        let mean = crate::num::sum(people.iter().map(|u| received(*u))) / n;
        let variance = crate::num::sum(people.iter().map(|u| (received(*u) - mean) * (received(*u) - mean))) / n;
        let bar = mean + crate::num::sqrt(variance);
        let top = |u: u32| variance > 0.0 && self.is_in(u) && received(u) > bar;
        let mut pairs = BTreeSet::new();
        for u in people.iter().filter(|u| top(**u)) {
            let named = web.graph.outward().of(*u).iter().filter(|v| top(**v));
            pairs.extend(named.map(|v| (*u.min(v), *u.max(v))));
        }
        pairs
    }
}

/// How looking to others is spread among the people of one team.
struct Within<'w> {
    n: u64,
    silent: u64,
    most: u64,
    inside: &'w Inside,
}

impl Within<'_> {
    fn measures(&self) -> [(&'static str, MeasureValue); 3] {
        let ids = ["network_decentralization", "network_first_position", "network_second_position"];
        if self.inside.within < FEWEST {
            let none = || MeasureValue::Absent(Absence::Undefined("fewer than five ties stay inside"));
            return ids.map(|id| (id, none()));
        }
        let n = self.n as f64;
        let (all, first, second) = (self.inside.within as f64, self.inside.first as f64, self.inside.second as f64);
        // Each who did not answer may have named the first, or as many others as anybody named.
        let (s, more) = (self.silent as f64, (self.silent * self.most) as f64);
        let centralization = |first: f64, all: f64| ((n * first - all) / ((n - 1.0) * (n - 1.0))).clamp(0.0, 1.0);
        let value = 1.0 - centralization(first, all);
        let (low, high) = (1.0 - centralization(first + s, all + s), 1.0 - centralization(first, all + more));
        [
            (ids[0], between(value, low, high, self.n)),
            (ids[1], between(first / all, first / (all + more), (first + s) / (all + s), self.n)),
            (ids[2], between(second / first, second / (first + s), ((second + s) / first).min(1.0), self.n)),
        ]
    }
}

fn estimate(value: f64, se: Option<f64>, n: u64) -> MeasureValue {
    match Estimate::new(value, se, Some(n), Origin::Ties) {
        Ok(e) => MeasureValue::Known(e),
        Err(_) => MeasureValue::Absent(Absence::Undefined("the numbers are too large")),
    }
}

/// A value and the worst that missing answers could make of it; the larger distance is the standard error.
fn between(value: f64, low: f64, high: f64, n: u64) -> MeasureValue {
    let off = (high - value).max(value - low);
    estimate(value, Some(off).filter(|off| *off > 0.0), n)
}

/// A share, when `missing` more ties may be of either kind.
fn share(part: u64, of: u64, missing: u64, n: u64, none: &'static str) -> MeasureValue {
    if of == 0 {
        return MeasureValue::Absent(Absence::Undefined(none));
    }
    let (part, of, missing) = (part as f64, of as f64, missing as f64);
    between(part / of, part / (of + missing), (part + missing) / (of + missing), n)
}

fn rescaled(value: MeasureValue, to: impl Fn(f64) -> f64, slope: f64) -> MeasureValue {
    match value {
        MeasureValue::Known(e) => estimate(to(e.value()), e.se().map(|se| se * slope), e.n().unwrap_or(0)),
        other => other,
    }
}

fn mark(flags: &mut [bool], u: u32) {
    if let Some(flag) = flags.get_mut(u as usize) {
        *flag = true;
    }
}

/// Everybody: the nodes, else the members, else those whom ties name.
fn people(ties: &Ties, evidence: &Evidence) -> Vec<String> {
    match (&evidence.nodes, &evidence.members) {
        (Some(nodes), _) => nodes.rows().iter().map(|n| n.id.clone()).collect(),
        (None, Some(members)) => {
            let all: BTreeSet<&String> = members.rows().iter().map(|m| &m.person).collect();
            all.into_iter().cloned().collect()
        }
        (None, None) => ties.keys().to_vec(),
    }
}

/// What to do about a tie in a folder of evidence, where there are no options of networks.
fn advised(e: Error, evidence: &Evidence) -> Error {
    if e.code() == "unknown_node" && evidence.nodes.is_none() {
        return e.help("add it to `members`, or hand in `nodes`");
    }
    match e.code() {
        "self_tie" => e.help("leave ties of a person to itself out"),
        "repeated_tie" => e.help("list every tie once, an undirected one from one end only"),
        _ => e,
    }
}

/// From each person to the manager, of current memberships.
fn reporting(evidence: &Evidence, index: &HashMap<String, u32>) -> Vec<(u32, u32)> {
    let rows = evidence.members.iter().flat_map(|m| m.rows()).filter(|m| m.to.is_none());
    let line = |m: &crate::evidence::MemberRow| {
        let (u, v) = (index.get(&m.person)?, index.get(m.manager.as_ref()?)?);
        (u != v).then_some((*u, *v))
    };
    let lines: BTreeSet<(u32, u32)> = rows.filter_map(line).collect();
    lines.into_iter().collect()
}

/// Steps to the top of the formal order, the fewest where there are several ways; unknown for who stands outside of it.
fn depths(nodes: u32, formal: &[(u32, u32)]) -> Vec<Option<f64>> {
    let mut below: Vec<Vec<u32>> = vec![Vec::new(); nodes as usize];
    let (mut reports, mut heads) = (vec![false; nodes as usize], vec![false; nodes as usize]);
    for (u, v) in formal {
        mark(&mut reports, *u);
        mark(&mut heads, *v);
        if let Some(list) = below.get_mut(*v as usize) {
            list.push(*u);
        }
    }
    let mut depth = vec![None; nodes as usize];
    let is = |flags: &[bool], u: u32| flags.get(u as usize) == Some(&true);
    let mut open: Vec<u32> = (0..nodes).filter(|u| is(&heads, *u) && !is(&reports, *u)).collect();
    let mut steps = 0.0;
    while !open.is_empty() {
        let mut next = Vec::new();
        for u in open {
            match depth.get_mut(u as usize) {
                Some(slot @ None) => *slot = Some(steps),
                _ => continue,
            }
            next.extend(below.get(u as usize).into_iter().flatten());
        }
        open = next;
        steps += 1.0;
    }
    depth
}

type Places = (Vec<Option<usize>>, Vec<Option<bool>>, Vec<Option<f64>>);

/// The unit of each person, whether they are said to have answered, and their level. Nodes come before memberships, the
/// first current membership before later ones; where there is one unit, everybody is in it.
fn places(evidence: &Evidence, units: &Units, index: &HashMap<String, u32>, count: usize) -> Places {
    let only = (units.len() == 1).then_some(0);
    let mut unit = vec![None; count];
    let (mut told, mut level) = (vec![None; count], vec![None; count]);
    for (i, row) in evidence.nodes.iter().flat_map(Nodes::rows).enumerate() {
        if let (Some(u), Some(t), Some(l)) = (unit.get_mut(i), told.get_mut(i), level.get_mut(i)) {
            (*u, *t, *l) = (row.unit.as_deref().and_then(|u| units.index(u)), row.responded, row.level);
        }
    }
    for row in evidence.members.iter().flat_map(|m| m.rows()).filter(|m| m.to.is_none()) {
        let slot = index.get(&row.person).and_then(|i| unit.get_mut(*i as usize));
        if let Some(slot @ None) = slot {
            *slot = units.index(&row.unit);
        }
    }
    (unit.into_iter().map(|u| u.or(only)).collect(), told, level)
}

//! What can be read from a network: measures of the whole, of groups and between them, by threshold, of two relations
//! side by side; and positions of nodes, with permission.

use super::mixing::{Matrix, Mixing};
use super::mixing_cells::matrix_cells;
use super::positions::positions;
use super::qap::{Overlap, mrqap, qap_correlation};
use super::response::with_missing;
use super::rows::{Cell, NetworkRow, Shape, Sheet};
use super::tables::{Groups, Layer, Network};
use super::whole::{Settings, whole};
use crate::error::{Error, Result};
use crate::measure::Absence;

/// The smallest group of which numbers are given unless told otherwise, as in [`crate::release::DisclosurePolicy`].
pub const MIN_GROUP: u64 = 5;

/// The owner's word that positions of single nodes may be read, and what for. It is written beside every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission(String);

impl Permission {
    /// A permission in words: whose, and for what.
    ///
    /// # Errors
    /// `permission_needed` when there are no words.
    pub fn new(words: &str) -> Result<Permission> {
        match words.trim() {
            "" => Err(Error::disclosure(
                "permission_needed",
                "positions of single people are not given without permission",
            )
            .at("permission")
            .help("say who permits it and what for; measures of the whole and of groups need none")),
            words => Ok(Permission(words.to_owned())),
        }
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Rows and the columns they have.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The rows.
    pub rows: Vec<NetworkRow>,
    /// Their columns.
    pub shape: Shape,
}

impl Rows {
    fn new(columns: &[&'static str], rows: Vec<NetworkRow>) -> Rows {
        Rows { shape: Shape::of(columns, &rows), rows }
    }
}

impl Layer {
    fn row(&self, cell: Cell) -> NetworkRow {
        NetworkRow { wave: self.wave.clone(), relation: self.relation.clone(), ..NetworkRow::new(cell) }
    }
}

impl Network {
    /// Every measure of each whole network.
    pub fn measures(&self, settings: &Settings) -> Rows {
        let mut rows = Vec::new();
        for layer in self.layers() {
            match &self.traits().responded {
                None => {
                    let cells = whole(&layer.graph, self.traits(), self.options(), settings);
                    rows.extend(cells.into_iter().map(|c| layer.row(c)));
                }
                Some(responded) => {
                    let found = with_missing(&layer.graph, self.traits(), self.options(), settings, responded);
                    rows.extend(found.into_iter().map(|(cell, if_absent, if_present)| NetworkRow {
                        if_absent,
                        if_present,
                        ..layer.row(cell)
                    }));
                }
            }
        }
        Rows::new(&[], rows)
    }

    /// Measures that thresholds change, of ties stronger than each of `above`: a sweep, for no threshold is the right
    /// one.
    ///
    /// # Errors
    /// `no_weight`, `not_finite`.
    pub fn thresholds(&self, above: &[f64]) -> Result<Rows> {
        if self.options().weight.is_none() {
            return Err(Error::input("no_weight", "ties without strength have no thresholds")
                .at("weight")
                .help("name the column that holds the strength of ties"));
        }
        let quick = Settings { permutations: 0, ..Settings::default() };
        let mut rows = Vec::new();
        for layer in self.layers() {
            for limit in above {
                if !limit.is_finite() {
                    return Err(Error::input("not_finite", format!("`{limit}` is no threshold"))
                        .at("above")
                        .help("give finite numbers"));
                }
                let graph = layer.graph.filtered(|_, _, w| w > *limit);
                let mut s = Sheet::of(u64::from(graph.nodes()));
                super::whole::swept(&mut s, &graph, self.traits(), self.options(), &quick);
                rows.extend(s.cells.into_iter().map(|c| NetworkRow { above: Some(*limit), ..layer.row(c) }));
            }
        }
        Ok(Rows::new(&["above"], rows))
    }

    fn groups(&self) -> Result<&Groups> {
        self.traits().groups.as_ref().ok_or_else(|| {
            Error::input("no_group", "the groups of nodes are not said")
                .at("group")
                .help("name the column of nodes that holds them")
        })
    }

    /// Measures of each group with at least `min_group` people; smaller ones are named and absent.
    ///
    /// # Errors
    /// `no_group`; `out_of_range` for a minimum below 2: a group of one is a person.
    pub fn by_group(&self, min_group: u64) -> Result<Rows> {
        let groups = self.groups()?;
        check_minimum(min_group)?;
        let mut rows = Vec::new();
        for layer in self.layers() {
            let m = Mixing::of(&layer.graph, &groups.of, groups.count(), false);
            for (name, g) in groups.names.iter().zip(0..) {
                for mut cell in group_cells(&m, g) {
                    if m.size(g) < min_group {
                        cell.value = Err(Absence::TooFew { n: m.size(g), need: min_group });
                    }
                    rows.push(NetworkRow { group: Some(name.clone()), ..layer.row(cell) });
                }
            }
        }
        Ok(Rows::new(&["group"], rows))
    }

    /// Ties from each group to each, and their density; cells of groups below `min_group` are absent.
    ///
    /// # Errors
    /// As [`Network::by_group`]; `too_many_groups`.
    pub fn between_groups(&self, min_group: u64) -> Result<Rows> {
        let groups = self.groups()?;
        check_minimum(min_group)?;
        let mut rows = Vec::new();
        for layer in self.layers() {
            let m = Mixing::of(&layer.graph, &groups.of, groups.count(), false);
            let matrix = Matrix::of(&layer.graph, &groups.of, groups.count()).ok_or_else(|| {
                Error::input("too_many_groups", format!("{} groups have too many pairs", groups.count()))
                    .at("group")
                    .help("measure larger groups, or read `by_group`")
            })?;
            for row in matrix_rows(&m, &matrix, &groups.names, min_group) {
                rows.push(NetworkRow { wave: layer.wave.clone(), relation: layer.relation.clone(), ..row });
            }
        }
        Ok(Rows::new(&["group", "to"], rows))
    }

    /// Positions of single nodes: **personal data**, never judgments, and no part of a release.
    pub fn nodes(&self, _permission: &Permission) -> Rows {
        let mut rows = Vec::new();
        for layer in self.layers() {
            for (u, cell) in positions(&layer.graph, self.traits()) {
                let node = self.keys().get(u as usize).cloned();
                rows.push(NetworkRow { node, ..layer.row(cell) });
            }
        }
        Rows::new(&["node"], rows)
    }

    /// Two relations of the same people side by side: does the second, say the formal one, show in the first?
    ///
    /// # Errors
    /// `unknown_relation`.
    pub fn compare(&self, first: &str, second: &str, settings: &Settings) -> Result<Rows> {
        let (a, b) = (self.relation(first)?, self.relation(second)?);
        let mut s = Sheet::of(u64::from(a.graph.nodes()));
        let overlap = Overlap::of(&a.graph, &b.graph)?;
        const NO_TIES: &str = "there are no ties";
        s.add("signal_match", "share_of_second", overlap.of_second(), NO_TIES);
        s.add("jaccard", "arcs", overlap.jaccard(), NO_TIES);
        for (variant, weighted) in [("binary", false), ("strength", true)] {
            if weighted && !a.graph.is_weighted() {
                continue;
            }
            const FLAT: &str = "one of the relations is empty or complete";
            let found = qap_correlation(&a.graph, &b.graph, weighted, settings.permutations, settings.seed)?;
            s.add("qap_correlation", variant, found.map(|f| f.0), FLAT);
            let against = found.and_then(|f| f.1);
            let names = match weighted {
                false => ["permutation_mean", "permutation_sd", "p_low", "p_high"],
                true => ["strength_permutation_mean", "strength_permutation_sd", "strength_p_low", "strength_p_high"],
            };
            let values = against.map(|x| [x.mean, x.sd, x.p_low, x.p_high]);
            for (k, name) in names.into_iter().enumerate() {
                let value = values.and_then(|v| v.get(k).copied());
                s.put(
                    "qap_correlation",
                    name,
                    "chance",
                    value.ok_or(Absence::Undefined("no permutations were asked for")),
                );
            }
        }
        let name = format!("{first} ~ {second}");
        let rows = s.cells.into_iter().map(|c| NetworkRow { relation: Some(name.clone()), ..NetworkRow::new(c) });
        Ok(Rows::new(&[], rows.collect()))
    }

    /// One relation regressed on others (MRQAP): coefficients, t statistics and permutation p-values.
    ///
    /// # Errors
    /// `unknown_relation`, `collinear`.
    pub fn regress(&self, outcome: &str, predictors: &[&str], weighted: bool, settings: &Settings) -> Result<Rows> {
        let y = &self.relation(outcome)?.graph;
        let xs = predictors.iter().map(|p| self.relation(p).map(|l| &l.graph)).collect::<Result<Vec<_>>>()?;
        let found = mrqap(y, &xs, weighted, settings.permutations, settings.seed)?;
        let mut rows = Vec::new();
        for (name, c) in ["(intercept)"].iter().chain(predictors).zip(found) {
            let mut s = Sheet::of(u64::from(y.nodes()));
            s.add("mrqap", "coefficient", Some(c.value), "");
            s.add("mrqap", "t", Some(c.t), "");
            let p = c.p.ok_or(Absence::Undefined("the intercept is not permuted, or no permutations were asked for"));
            s.put("mrqap", "p_two_sided", "chance", p);
            let relation = Some(format!("{outcome} ~ {name}"));
            rows.extend(s.cells.into_iter().map(|c| NetworkRow { relation: relation.clone(), ..NetworkRow::new(c) }));
        }
        Ok(Rows::new(&[], rows))
    }
}

fn check_minimum(min_group: u64) -> Result<()> {
    match min_group {
        0 | 1 => Err(Error::input("out_of_range", format!("a minimum of `{min_group}` protects nobody"))
            .at("min_group")
            .help("give 2 or more: a group of one is a person")),
        _ => Ok(()),
    }
}

fn group_cells(m: &Mixing, g: u32) -> Vec<Cell> {
    const NO_TIES: &str = "the group has no ties";
    let mut s = Sheet::of(m.size(g));
    let split = m.split_of(g);
    let others = || (0..m.groups()).filter(move |h| *h != g);
    let possible: f64 = others().map(|h| m.possible(g, h) + if m.is_directed() { m.possible(h, g) } else { 0.0 }).sum();
    s.add("internal_ties", "all", Some(split.internal), NO_TIES);
    s.add("external_ties", "all", Some(split.external), NO_TIES);
    s.add("ei_index", "all", split.ei(), NO_TIES);
    s.add("cross_boundary_ratio", "all", split.cross_boundary(), NO_TIES);
    s.add("density", "within", super::at::ratio(split.internal, m.possible(g, g)), "the group has one member");
    s.add("density", "across", super::at::ratio(split.external, possible), "there is no other group");
    if m.is_directed() {
        let received = m.received_from_others(g);
        s.add("external_ties", "received", Some(received), NO_TIES);
        s.add("external_ties", "sent", Some(split.external - received), NO_TIES);
    }
    s.cells
}

fn matrix_rows(m: &Mixing, matrix: &Matrix, names: &[String], min_group: u64) -> Vec<NetworkRow> {
    let mut rows = Vec::new();
    for (from, i) in names.iter().zip(0..) {
        for (to, j) in names.iter().zip(0..) {
            if !m.is_directed() && j < i {
                continue;
            }
            let ties = matrix.cell(i, j) + if m.is_directed() || i == j { 0.0 } else { matrix.cell(j, i) };
            let smaller = m.size(i).min(m.size(j));
            let mut s = Sheet::of(if i == j { m.size(i) } else { m.size(i) + m.size(j) });
            s.add("ties", "all", Some(ties), "");
            s.add("density", "all", super::at::ratio(ties, m.possible(i, j)), "no pair is possible");
            for mut cell in s.cells {
                if smaller < min_group {
                    cell.value = Err(Absence::TooFew { n: smaller, need: min_group });
                }
                rows.push(NetworkRow { group: Some(from.clone()), to: Some(to.clone()), ..NetworkRow::new(cell) });
            }
        }
    }
    rows
}

/// The measures of a matrix of ties between groups that came without people: of the whole, of each group, and cell by
/// cell. Groups below `min_group` are absent.
///
/// # Errors
/// `unequal_columns` when names and groups are not as many; `out_of_range` as [`Network::by_group`].
pub fn measure_groups(names: &[String], m: &Mixing, matrix: &Matrix, min_group: u64) -> Result<Rows> {
    check_minimum(min_group)?;
    if names.len() != m.groups() as usize {
        let message = format!("{} names for {} groups", names.len(), m.groups());
        return Err(Error::input("unequal_columns", message).at("groups").help("name every group once"));
    }
    let mut s = Sheet::of(m.people());
    matrix_cells(&mut s, m, if m.is_directed() { "arcs" } else { "pairs" });
    let mut rows: Vec<NetworkRow> = s.cells.into_iter().map(NetworkRow::new).collect();
    for (name, g) in names.iter().zip(0..) {
        for mut cell in group_cells(m, g) {
            if m.size(g) < min_group {
                cell.value = Err(Absence::TooFew { n: m.size(g), need: min_group });
            }
            rows.push(NetworkRow { group: Some(name.clone()), ..NetworkRow::new(cell) });
        }
    }
    rows.extend(matrix_rows(m, matrix, names, min_group));
    Ok(Rows::new(&["group", "to"], rows))
}

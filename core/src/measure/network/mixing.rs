//! Ties within and between groups: what follows from the group-to-group matrix alone. No person is needed, so
//! [`Mixing::new`] takes a matrix as it may come from others.

use super::at::{At, count, ratio};
use super::graph::Graph;
use crate::error::{Error, Result};
use crate::num::{ln, sum};

/// How large groups are, and how many ties (or how much strength) they keep, send and receive.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixing {
    sizes: Vec<u64>,
    /// Ties within each group.
    inside: Vec<f64>,
    /// Ties that each group sends and receives, those within counted in both. Without directions only their sum means
    /// something.
    sent: Vec<f64>,
    received: Vec<f64>,
    directed: bool,
}

/// Ties from each group to each: those who look by row, those who are looked to by column.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    groups: u32,
    ties: Vec<f64>,
}

/// The most groups of which a [`Matrix`] is made: it has a cell for each two.
pub const MATRIX_LIMIT: u32 = 10_000;

/// Ties that stay inside groups and ties that leave them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// Within.
    pub internal: f64,
    /// Between.
    pub external: f64,
}

impl Split {
    /// Krackhardt and Stern's (1988) E-I index, from −1 (all ties within) to 1 (all between).
    pub fn ei(&self) -> Option<f64> {
        ratio(self.external - self.internal, self.external + self.internal)
    }

    /// The share of ties that cross a boundary.
    pub fn cross_boundary(&self) -> Option<f64> {
        ratio(self.external, self.external + self.internal)
    }
}

impl Matrix {
    /// The numbers of ties of a network between the groups of its nodes; `None` beyond [`MATRIX_LIMIT`] groups.
    pub fn of(graph: &Graph, groups: &[Option<u32>], groups_count: u32) -> Option<Matrix> {
        if groups_count > MATRIX_LIMIT {
            return None;
        }
        let k = groups_count as usize;
        let mut ties = vec![0.0; k * k];
        for (u, v, _) in graph.arcs().filter(|(u, v, _)| graph.is_directed() || u < v) {
            if let (Some(i), Some(j)) = (groups.at(u), groups.at(v))
                && let Some(cell) = ties.get_mut(i as usize * k + j as usize)
            {
                *cell += 1.0;
            }
        }
        Some(Matrix { groups: groups_count, ties })
    }

    /// The ties from one group to another. A tie without direction is in one of its two cells.
    pub fn cell(&self, from: u32, to: u32) -> f64 {
        self.ties.get(from as usize * self.groups as usize + to as usize).copied().unwrap_or(0.0)
    }

    fn cells(&self) -> impl Iterator<Item = (u32, u32, f64)> + '_ {
        let k = self.groups;
        (0..k).flat_map(move |i| (0..k).map(move |j| (i, j, self.cell(i, j))))
    }
}

impl Mixing {
    /// Groups of known sizes and the ties between them: row after row, from each group to each. A tie without
    /// direction is counted once, in either of its two cells; within a group it stands on the diagonal.
    ///
    /// # Errors
    /// `unequal_columns` when the matrix is not square; `not_finite`, `negative_weight`; `too_many_ties` for more
    /// ties than pairs of people when `counts` says that cells are numbers of ties.
    ///
    /// ```
    /// use colead::measure::network::Mixing;
    /// let (m, _) = Mixing::new(vec![10, 10], vec![30.0, 5.0, 5.0, 40.0], true, true)?;
    /// assert_eq!(m.split().ei(), Some(-0.75));
    /// # Ok::<(), colead::Error>(())
    /// ```
    pub fn new(sizes: Vec<u64>, ties: Vec<f64>, directed: bool, counts: bool) -> Result<(Mixing, Matrix)> {
        let k = sizes.len();
        if k.checked_mul(k) != Some(ties.len()) {
            let message = format!("{k} groups have {} cells", ties.len());
            return Err(Error::input("unequal_columns", message).at("ties").help("give a cell for each two groups"));
        }
        let matrix = Matrix { groups: count(k), ties };
        let m = Mixing::of_cells(sizes, matrix.cells(), directed);
        for (i, j, cell) in matrix.cells() {
            let refuse = |code, message: String, help: &str| {
                Err(Error::input(code, message).at(format!("ties, row {}, column {}", i + 1, j + 1)).help(help))
            };
            if !cell.is_finite() {
                return refuse("not_finite", format!("`{cell}` is no number of ties"), "give zero when there are none");
            }
            if cell < 0.0 {
                return refuse("negative_weight", format!("`{cell}` is no number of ties"), "give zero or more");
            }
            let both = if i == j || directed { cell } else { cell + matrix.cell(j, i) };
            if counts && both > m.possible(i, j) {
                let message = format!("{both} ties between {} pairs of people", m.possible(i, j));
                let help = "count every tie once, or say that cells are sums of strengths";
                return refuse("too_many_ties", message, help);
            }
        }
        Ok((m, matrix))
    }

    fn of_cells(sizes: Vec<u64>, cells: impl Iterator<Item = (u32, u32, f64)>, directed: bool) -> Mixing {
        let none = vec![0.0; sizes.len()];
        let mut m = Mixing { sizes, inside: none.clone(), sent: none.clone(), received: none, directed };
        for (i, j, w) in cells {
            m.sent.more(i, w);
            m.received.more(j, w);
            if i == j {
                m.inside.more(i, w);
            }
        }
        m
    }

    /// The ties of a network within and between the groups of its nodes; nodes without a group, and their ties, are
    /// left out. With `weighted`, ties count by their strength.
    pub fn of(graph: &Graph, groups: &[Option<u32>], groups_count: u32, weighted: bool) -> Mixing {
        let none = || vec![0.0; groups_count as usize];
        let (inside, sent, received) = (none(), none(), none());
        let sizes = vec![0_u64; groups_count as usize];
        let mut m = Mixing { sizes, inside, sent, received, directed: graph.is_directed() };
        groups.iter().flatten().for_each(|g| m.sizes.more(*g, 1));
        let rows = graph.outward();
        // Half as large to look up as options are; `u32::MAX` stands for no group.
        let groups: Vec<u32> = (0..graph.nodes()).map(|u| groups.at(u).unwrap_or(u32::MAX)).collect();
        let known = |g: u32| Some(g).filter(|g| *g != u32::MAX);
        for u in 0..graph.nodes() {
            let Some(from) = known(groups.at(u)) else { continue };
            let weights = if weighted { rows.weights_of(u) } else { &[] };
            // What a node sends is added up first: its group is the same for the whole row.
            let (mut sent, mut inside) = (0.0, 0.0);
            for (k, v) in rows.of(u).iter().enumerate() {
                let Some(to) = known(groups.at(*v)).filter(|_| m.directed || u < *v) else { continue };
                let w = weights.get(k).copied().unwrap_or(1.0);
                sent += w;
                inside += if from == to { w } else { 0.0 };
                m.received.more(to, w);
            }
            m.sent.more(from, sent);
            m.inside.more(from, inside);
        }
        m
    }

    /// The number of groups.
    pub fn groups(&self) -> u32 {
        count(self.sizes.len())
    }

    /// The people in a group.
    pub fn size(&self, group: u32) -> u64 {
        self.sizes.at(group)
    }

    /// All people.
    pub fn people(&self) -> u64 {
        self.sizes.iter().sum()
    }

    /// Whether ties have directions.
    pub fn is_directed(&self) -> bool {
        self.directed
    }

    /// The ties that there could be from one group to another.
    pub fn possible(&self, from: u32, to: u32) -> f64 {
        let (a, b) = (self.size(from) as f64, self.size(to) as f64);
        match (from == to, self.directed) {
            (true, true) => a * (a - 1.0),
            (true, false) => a * (a - 1.0) / 2.0,
            (false, _) => a * b,
        }
    }

    /// All ties, and those within groups.
    fn totals(&self) -> (f64, f64) {
        (sum(self.sent.iter().copied()), sum(self.inside.iter().copied()))
    }

    /// Ties within and between.
    pub fn split(&self) -> Split {
        let (all, internal) = self.totals();
        Split { internal, external: all - internal }
    }

    /// Pairs of people within and between groups, as many as ties there could be.
    pub fn possible_split(&self) -> Split {
        let n = self.people() as f64;
        let internal = sum((0..self.groups()).map(|g| self.possible(g, g)));
        let all = n * (n - 1.0) / if self.directed { 1.0 } else { 2.0 };
        Split { internal, external: all - internal }
    }

    /// The E-I index of densities, (d_E − d_I)/(d_E + d_I): 0 when ties are as likely between groups as within. `None`
    /// where no tie within, or none between, is possible.
    pub fn ei_of_densities(&self) -> Option<f64> {
        let (ties, possible) = (self.split(), self.possible_split());
        let within = ratio(ties.internal, possible.internal)?;
        let between = ratio(ties.external, possible.external)?;
        ratio(between - within, between + within)
    }

    /// The logarithm of the odds of a tie within over those of one between (Coleman). Of numbers of ties.
    pub fn log_odds_within(&self) -> Option<f64> {
        let (ties, possible) = (self.split(), self.possible_split());
        let within = ratio(ties.internal, possible.internal - ties.internal)?;
        let between = ratio(ties.external, possible.external - ties.external)?;
        ratio(within, between).filter(|odds| *odds > 0.0).map(ln)
    }

    /// Ties of one group: within it, and to or from others.
    pub fn split_of(&self, group: u32) -> Split {
        let internal = self.inside.at(group);
        Split { internal, external: self.sent.at(group) + self.received.at(group) - 2.0 * internal }
    }

    /// Ties that a group receives from others.
    pub fn received_from_others(&self, group: u32) -> f64 {
        self.received.at(group) - self.inside.at(group)
    }

    /// The share of ties within groups, and Σ of the products of the shares that each group sends and receives.
    fn shares(&self, symmetric: bool) -> Option<(f64, f64)> {
        let (all, internal) = self.totals();
        let product = |g: u32| {
            let (sent, received) = (self.sent.at(g), self.received.at(g));
            if symmetric { (sent + received) * (sent + received) / 4.0 } else { sent * received }
        };
        let chance = ratio(sum((0..self.groups()).map(product)), all * all)?;
        Some((internal / all, chance))
    }

    /// Modularity of the given groups: the share of ties within, less that of a network with the same degrees
    /// (Newman and Girvan 2004; with directions Leicht and Newman 2008). With `symmetric`, directions are left out of
    /// what is expected, a returned tie counting twice: values differ, even in sign.
    pub fn modularity(&self, symmetric: bool) -> Option<f64> {
        self.shares(symmetric || !self.directed).map(|(within, chance)| within - chance)
    }

    /// Newman's (2003) assortativity of the given groups: modularity over the most it could be.
    pub fn assortativity(&self) -> Option<f64> {
        let (within, chance) = self.shares(!self.directed)?;
        ratio(within - chance, 1.0 - chance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_teams() -> (Graph, Vec<Option<u32>>) {
        let arcs = [(0, 1), (1, 0), (1, 2), (3, 4), (4, 5), (5, 3), (2, 3), (6, 0)];
        let groups = [Some(0), Some(0), Some(0), Some(1), Some(1), Some(1), None];
        (Graph::new(7, &arcs, None, true).unwrap(), groups.to_vec())
    }

    #[test]
    fn ties_are_split_and_people_without_a_group_left_out() {
        let (g, groups) = two_teams();
        let m = Mixing::of(&g, &groups, 2, false);
        assert_eq!((m.people(), m.split()), (6, Split { internal: 6.0, external: 1.0 }));
        assert_eq!((m.split().ei(), m.split().cross_boundary()), (Some(-5.0 / 7.0), Some(1.0 / 7.0)));
        assert_eq!(m.possible_split(), Split { internal: 12.0, external: 18.0 });
        assert_eq!(m.split_of(1), Split { internal: 3.0, external: 1.0 });
        assert_eq!((m.received_from_others(1), m.received_from_others(0)), (1.0, 0.0));
        let (i, e) = (6.0 / 12.0, 1.0 / 18.0);
        assert!((m.ei_of_densities().unwrap() - (e - i) / (e + i)).abs() < 1e-15);
        assert!((m.modularity(false).unwrap() - (6.0 / 7.0 - (4.0 * 3.0 + 3.0 * 4.0) / 49.0)).abs() < 1e-15);
        let matrix = Matrix::of(&g, &groups, 2).unwrap();
        assert_eq!((matrix.cell(0, 0), matrix.cell(0, 1), matrix.cell(1, 0)), (3.0, 1.0, 0.0));
    }

    #[test]
    fn without_directions_a_tie_counts_once() {
        let (g, groups) = two_teams();
        let g = g.undirected();
        let m = Mixing::of(&g, &groups, 2, false);
        assert_eq!(m.split(), Split { internal: 5.0, external: 1.0 });
        // Degrees inside the groups: 5 and 7 of 12 ends.
        let expected = 5.0 / 6.0 - (25.0 + 49.0) / 144.0;
        assert!((m.modularity(false).unwrap() - expected).abs() < 1e-15);
    }

    #[test]
    fn a_matrix_from_elsewhere_is_checked_and_says_the_same() {
        let refusal = |sizes: &[u64], ties: &[f64], counts| {
            let e = Mixing::new(sizes.to_vec(), ties.to_vec(), true, counts).unwrap_err();
            (e.code(), e.path().to_owned())
        };
        assert_eq!(refusal(&[2, 2], &[1.0], true), ("unequal_columns", "ties".into()));
        assert_eq!(refusal(&[2], &[3.0], true), ("too_many_ties", "ties, row 1, column 1".into()));
        assert_eq!(refusal(&[2, 1], &[1.0, f64::NAN, 0.0, 0.0], true).0, "not_finite");
        assert_eq!(refusal(&[2, 1], &[1.0, -1.0, 0.0, 0.0], true).0, "negative_weight");
        let (strong, _) = Mixing::new(vec![2], vec![3.0], true, false).unwrap();
        assert_eq!(strong.ei_of_densities(), None);
        assert_eq!(Mixing::new(vec![], vec![], true, true).unwrap().0.split().ei(), None);
        let (g, groups) = two_teams();
        let (m, _) = Mixing::new(vec![3, 3], vec![3.0, 1.0, 0.0, 3.0], true, true).unwrap();
        assert_eq!(m, Mixing::of(&g, &groups, 2, false));
    }
}

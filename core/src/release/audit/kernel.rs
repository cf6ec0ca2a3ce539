//! Whether sums and differences of what was published can single out fewer people than are needed, exactly.
//!
//! Every superatom `j` (people whom nothing published tells apart) is a column `c_j` over the blocks it lies in. Giving
//! each block a number `p` gives each column the value `c_j . p`; these values are everything that can be derived. A
//! leak is a `p` whose values are not all zero and stand on fewer than `need` people. So:
//!
//! - a column of `need` people or more is zero in every leak, and its relation reduces all other columns;
//! - columns that are multiples of one another vanish together, so their people add up;
//! - a column spanned by `i` disjoint sets of other people is not zero only where one of each set is not zero either
//!   (the forests of Nagamochi and Ibaraki 1992, for any matroid): with `i` and its own people enough, it is zero;
//! - a variable whose columns hold fewer people than needed is a leak.
//!
//! These steps are repeated until nothing is left, which proves that there is no leak, or until a kernel remains that
//! is searched.

use super::echelon::{Budget, Echelon, Exhausted, Row, Vector, dot};
use super::field::Field;
use std::collections::{BTreeMap, BinaryHeap};

/// People whom nothing tells apart, as a row over blocks, and how many they are.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) row: Row,
    pub(crate) weight: u64,
}

/// What one shrinking ended with.
pub(crate) enum Shrunk {
    /// There is no leak.
    Safe,
    /// Leaks that stand on one free variable each.
    Leaks(Vec<u32>),
    /// One that needs more.
    Leak(Vector),
    /// What is left decides.
    Stuck,
}

/// Columns of which some are known to be zero in every leak that is still looked for.
#[derive(Debug, Clone)]
pub(crate) struct Kernel {
    fixed: Echelon,
    /// Undecided, reduced by `fixed`, no two multiples of one another.
    open: Vec<Column>,
    /// Those that may be other than zero: their people are counted already.
    spent: Vec<Row>,
    variables: usize,
}

impl Kernel {
    pub(crate) fn new(field: Field, columns: &[Column], variables: usize) -> Kernel {
        let open = columns.iter().filter(|c| c.weight > 0).cloned().collect();
        Kernel { fixed: Echelon::solvable(field, variables), open, spent: Vec::new(), variables }
    }

    pub(crate) fn open(&self) -> &[Column] {
        &self.open
    }

    pub(crate) fn fixed(&self) -> &Echelon {
        &self.fixed
    }

    /// Demands that a variable is zero: leaks that differ from those found in this variable are looked for no more.
    pub(crate) fn drop_variable(&mut self, variable: u32, budget: &mut Budget) -> Result<(), Exhausted> {
        self.fixed.insert(vec![(variable, 1)], budget).map(|_| ())
    }

    /// Demands that a column is zero.
    pub(crate) fn contract(&mut self, column: &Column, budget: &mut Budget) -> Result<(), Exhausted> {
        self.fixed.insert(column.row.clone(), budget).map(|_| ())
    }

    /// Lets a column be other than zero; its people no longer count.
    pub(crate) fn delete(&mut self, index: usize) -> Column {
        let column = self.open.remove(index);
        self.spent.push(column.row.clone());
        column
    }

    fn refresh(&mut self, budget: &mut Budget) -> Result<(), Exhausted> {
        let f = self.fixed.field();
        let mut classes: BTreeMap<Row, u64> = BTreeMap::new();
        for column in &self.open {
            let mut row = self.fixed.reduce(&column.row, budget)?;
            let Some((_, lead)) = row.last().copied() else { continue };
            let scale = f.invert(lead);
            row.iter_mut().for_each(|(_, a)| *a = f.mul(*a, scale));
            let people = classes.entry(row).or_insert(0);
            *people = people.saturating_add(column.weight);
        }
        self.open = classes.into_iter().map(|(row, weight)| Column { row, weight }).collect();
        let reduced = self.spent.iter().map(|r| self.fixed.reduce(r, budget)).collect::<Result<Vec<_>, _>>()?;
        self.spent = reduced.into_iter().filter(|r| !r.is_empty()).collect();
        Ok(())
    }

    /// Repeats every step that decides a column; `need` is how many people a leak must stay below.
    pub(crate) fn shrink(&mut self, need: u64, budget: &mut Budget) -> Result<Shrunk, Exhausted> {
        loop {
            self.refresh(budget)?;
            if self.open.is_empty() {
                return Ok(match self.spent.first().and_then(|r| r.last()) {
                    Some((variable, _)) => Shrunk::Leaks(vec![*variable]),
                    None => Shrunk::Safe,
                });
            }
            let heavy: Vec<Column> = self.open.iter().filter(|c| c.weight >= need).cloned().collect();
            if !heavy.is_empty() {
                for column in &heavy {
                    self.contract(column, budget)?;
                }
                continue;
            }
            let light = self.light_variables(need);
            if !light.is_empty() {
                return Ok(Shrunk::Leaks(light));
            }
            if let Some(vector) = self.spent_beyond_open(budget)? {
                return Ok(Shrunk::Leak(vector));
            }
            let zero = self.spanned(need, budget)?;
            if zero.is_empty() {
                return Ok(Shrunk::Stuck);
            }
            for column in &zero {
                self.contract(column, budget)?;
            }
        }
    }

    /// The leak that gives one free variable a value and every other free variable none.
    pub(crate) fn leak(&self, variable: u32, budget: &mut Budget) -> Result<Vector, Exhausted> {
        self.fixed.solution(&Vector::from([(variable, 1)]), budget)
    }

    fn light_variables(&self, need: u64) -> Vec<u32> {
        let mut people: BTreeMap<u32, u64> = BTreeMap::new();
        let weighed = self.open.iter().map(|c| (&c.row, c.weight)).chain(self.spent.iter().map(|r| (r, 0)));
        for (row, weight) in weighed {
            for (v, _) in row {
                let sum = people.entry(*v).or_insert(0);
                *sum = sum.saturating_add(weight);
            }
        }
        people.into_iter().filter(|(_, n)| *n < need).map(|(v, _)| v).collect()
    }

    /// A vector on which all open columns vanish and a spent one does not.
    fn spent_beyond_open(&self, budget: &mut Budget) -> Result<Option<Vector>, Exhausted> {
        if self.spent.is_empty() {
            return Ok(None);
        }
        let mut all = self.fixed.clone();
        for column in &self.open {
            all.insert(column.row.clone(), budget)?;
        }
        for row in &self.spent {
            if let Some((variable, _)) = all.reduce(row, budget)?.last() {
                return all.solution(&Vector::from([(*variable, 1)]), budget).map(Some);
            }
        }
        Ok(None)
    }

    /// The columns that are zero in every leak because enough disjoint sets of others span them.
    fn spanned(&self, need: u64, budget: &mut Budget) -> Result<Vec<Column>, Exhausted> {
        let (order, rank) = self.adjacency_order(need);
        let mut forests: Vec<Echelon> = Vec::new();
        let mut zero = Vec::new();
        for column in order.into_iter().filter_map(|i| self.open.get(i)) {
            let mut row: Row =
                column.row.iter().map(|(v, a)| (rank.get(*v as usize).copied().unwrap_or(0), *a)).collect();
            row.sort_unstable();
            let (mut level, mut copies, mut spanned) = (0usize, column.weight, None);
            while copies > 0 && (level as u64) + 1 < need {
                if forests.len() == level {
                    forests.push(Echelon::new(self.fixed.field(), self.variables));
                }
                let Some(forest) = forests.get_mut(level) else { break };
                if forest.insert(row.clone(), budget)? {
                    let before = *spanned.get_or_insert(level as u64);
                    // Enough: it is zero in every leak, so it spans in every further forest as well.
                    copies = if before + column.weight >= need { u64::MAX } else { copies - 1 };
                }
                level += 1;
            }
            if spanned.is_none_or(|i| i + column.weight >= need) {
                zero.push(column.clone());
            }
        }
        Ok(zero)
    }

    /// Maximum adjacency order: next comes the variable to which the columns that are otherwise settled hold most
    /// people. Gives the columns in the order in which their last variable comes, and each variable's place.
    fn adjacency_order(&self, need: u64) -> (Vec<usize>, Vec<u32>) {
        let mut columns: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (i, c) in self.open.iter().enumerate() {
            c.row.iter().for_each(|(v, _)| columns.entry(*v).or_default().push(i));
        }
        let mut missing: Vec<usize> = self.open.iter().map(|c| c.row.len()).collect();
        let mut pull: BTreeMap<u32, u64> = columns.keys().map(|v| (*v, 0)).collect();
        let mut heap: BinaryHeap<(u64, usize, std::cmp::Reverse<u32>)> = BinaryHeap::new();
        columns.iter().for_each(|(v, c)| heap.push((0, c.len(), std::cmp::Reverse(*v))));
        let mut rank = vec![u32::MAX; self.variables];
        let (mut place, mut order) = (0u32, Vec::with_capacity(self.open.len()));
        let ready = |i: usize, rank: &[u32]| {
            let row = self.open.get(i).map_or(&[][..], |c| c.row.as_slice());
            row.iter().map(|(v, _)| *v).find(|v| rank.get(*v as usize) == Some(&u32::MAX))
        };
        // A column of one variable pulls from the start.
        let mut pulled: Vec<usize> = (0..self.open.len()).filter(|i| missing.get(*i) == Some(&1)).collect();
        loop {
            for i in pulled.drain(..) {
                let weight = self.open.get(i).map_or(0, |c| c.weight.min(need));
                let Some(v) = ready(i, &rank) else { continue };
                if let Some(sum) = pull.get_mut(&v) {
                    *sum = sum.saturating_add(weight);
                    heap.push((*sum, columns.get(&v).map_or(0, Vec::len), std::cmp::Reverse(v)));
                }
            }
            let Some((sum, _, std::cmp::Reverse(v))) = heap.pop() else { return (order, rank) };
            match rank.get_mut(v as usize) {
                Some(slot) if *slot == u32::MAX && pull.get(&v) == Some(&sum) => *slot = place,
                _ => continue,
            }
            place += 1;
            for i in columns.get(&v).into_iter().flatten() {
                let Some(left) = missing.get_mut(*i) else { continue };
                *left -= 1;
                match *left {
                    0 => order.push(*i),
                    1 => pulled.push(*i),
                    _ => {}
                }
            }
        }
    }

    /// The parts of the kernel that share no variable, each with its variables renamed from zero up; and for each the
    /// names that its variables have here.
    pub(crate) fn parts(&self) -> Vec<(Kernel, Vec<u32>)> {
        let rows: Vec<&[(u32, u64)]> = self.open.iter().map(|c| c.row.as_slice()).collect();
        let mut out = Vec::new();
        for members in connected(&rows, self.variables) {
            let mut names: Vec<u32> =
                members.iter().filter_map(|i| rows.get(*i)).flat_map(|r| r.iter().map(|(v, _)| *v)).collect();
            names.sort_unstable();
            names.dedup();
            let renamed = |c: &Column| Column {
                row: c
                    .row
                    .iter()
                    .filter_map(|(v, a)| Some((u32::try_from(names.binary_search(v).ok()?).ok()?, *a)))
                    .collect(),
                weight: c.weight,
            };
            let columns: Vec<Column> = members.iter().filter_map(|i| self.open.get(*i)).map(renamed).collect();
            out.push((Kernel::new(self.fixed.field(), &columns, names.len()), names));
        }
        out
    }

    /// The leak of a part as one of the whole.
    pub(crate) fn widen(&self, names: &[u32], part: &Vector, budget: &mut Budget) -> Result<Vector, Exhausted> {
        let free = part.iter().filter_map(|(v, x)| Some((*names.get(*v as usize)?, *x))).collect();
        self.fixed.solution(&free, budget)
    }

    /// A vector that vanishes on every open column but those given, and not on all of these.
    pub(crate) fn vanishing_but(&self, kept: &[usize], budget: &mut Budget) -> Result<Option<Vector>, Exhausted> {
        let mut all = self.fixed.clone();
        let mut left = Vec::new();
        for (i, column) in self.open.iter().enumerate() {
            if kept.contains(&i) {
                left.push(column);
            } else {
                all.insert(column.row.clone(), budget)?;
            }
        }
        for column in left {
            if let Some((variable, _)) = all.reduce(&column.row, budget)?.last() {
                return all.solution(&Vector::from([(*variable, 1)]), budget).map(Some);
            }
        }
        Ok(None)
    }

    /// The people on whom a vector stands here.
    pub(crate) fn people(&self, vector: &Vector) -> u64 {
        let f = self.fixed.field();
        let of = self.open.iter().filter(|c| dot(f, &c.row, vector) != 0);
        of.fold(0, |sum, c| sum.saturating_add(c.weight))
    }
}

/// Groups of rows that are connected through their variables, each in ascending order.
pub(crate) fn connected(rows: &[&[(u32, u64)]], variables: usize) -> Vec<Vec<usize>> {
    let mut leader: Vec<u32> = (0..u32::try_from(variables).unwrap_or(u32::MAX)).collect();
    fn find(leader: &mut [u32], mut v: u32) -> u32 {
        while let Some(up) = leader.get(v as usize).copied().filter(|up| *up != v) {
            let above = leader.get(up as usize).copied().unwrap_or(up);
            if let Some(slot) = leader.get_mut(v as usize) {
                *slot = above;
            }
            v = above;
        }
        v
    }
    for row in rows {
        for pair in row.windows(2) {
            if let [(a, _), (b, _)] = pair {
                let (a, b) = (find(&mut leader, *a), find(&mut leader, *b));
                if let Some(slot) = leader.get_mut(a.max(b) as usize) {
                    *slot = a.min(b);
                }
            }
        }
    }
    let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (i, row) in rows.iter().enumerate() {
        if let Some((v, _)) = row.first() {
            groups.entry(find(&mut leader, *v)).or_default().push(i);
        }
    }
    groups.into_values().collect()
}

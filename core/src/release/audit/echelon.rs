//! Sparse Gaussian elimination modulo a prime, row by row, with a count of the work done.

use super::field::Field;
use std::collections::{BTreeMap, BTreeSet};

/// A sparse vector: variable and coefficient, by ascending variable, no zeros.
pub(crate) type Row = Vec<(u32, u64)>;
/// Values of variables; what is not named is 0.
pub(crate) type Vector = BTreeMap<u32, u64>;

/// The work allowed was used up before a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted;

/// How many more steps may be taken: counted, never timed, so that a verdict is the same on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Budget(u64);

impl Budget {
    pub(crate) fn new(steps: u64) -> Budget {
        Budget(steps)
    }

    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), Exhausted> {
        self.0 = self.0.checked_sub(steps as u64).ok_or(Exhausted)?;
        Ok(())
    }
}

/// Independent rows, each with the highest of its variables as its own pivot of coefficient 1.
#[derive(Debug, Clone)]
pub(crate) struct Echelon {
    field: Field,
    /// By pivot: the rest of its row, all of lower variables.
    rows: Vec<Option<Row>>,
    /// By variable: the pivots whose rows name it, where solutions are asked for.
    users: Option<Vec<Vec<u32>>>,
}

impl Echelon {
    pub(crate) fn new(field: Field, variables: usize) -> Echelon {
        Echelon { field, rows: vec![None; variables], users: None }
    }

    /// One that can be asked for solutions.
    pub(crate) fn solvable(field: Field, variables: usize) -> Echelon {
        Echelon { users: Some(vec![Vec::new(); variables]), ..Echelon::new(field, variables) }
    }

    pub(crate) fn field(&self) -> Field {
        self.field
    }

    pub(crate) fn is_pivot(&self, variable: u32) -> bool {
        matches!(self.rows.get(variable as usize), Some(Some(_)))
    }

    fn row(&self, variable: u32) -> Option<&Row> {
        self.rows.get(variable as usize).and_then(Option::as_ref)
    }

    /// Adds a row; whether it was independent of those before.
    pub(crate) fn insert(&mut self, mut row: Row, budget: &mut Budget) -> Result<bool, Exhausted> {
        while let Some((lead, factor)) = row.pop() {
            match self.row(lead) {
                Some(pivot) => {
                    budget.spend(row.len() + pivot.len() + 1)?;
                    row = minus(self.field, &row, factor, pivot);
                }
                None => {
                    let scale = self.field.invert(factor);
                    row.iter_mut().for_each(|(_, a)| *a = self.field.mul(*a, scale));
                    if let Some(users) = &mut self.users {
                        row.iter().for_each(|(v, _)| users.get_mut(*v as usize).into_iter().for_each(|u| u.push(lead)));
                    }
                    if let Some(slot) = self.rows.get_mut(lead as usize) {
                        *slot = Some(row);
                    }
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The row as a combination of variables that are no pivots.
    pub(crate) fn reduce(&self, row: &[(u32, u64)], budget: &mut Budget) -> Result<Row, Exhausted> {
        if row.iter().all(|(v, _)| !self.is_pivot(*v)) {
            budget.spend(row.len())?;
            return Ok(row.to_vec());
        }
        let mut open: BTreeMap<u32, u64> = row.iter().copied().collect();
        let mut out = Row::new();
        while let Some((variable, factor)) = open.pop_last() {
            if factor == 0 {
                continue;
            }
            let Some(pivot) = self.row(variable) else {
                out.push((variable, factor));
                continue;
            };
            budget.spend(pivot.len() + 1)?;
            for (v, a) in pivot {
                let entry = open.entry(*v).or_insert(0);
                *entry = self.field.sub(*entry, self.field.mul(factor, *a));
            }
        }
        out.reverse();
        Ok(out)
    }

    /// The vector on which every row vanishes, given its values on the variables that are no pivots; what is not
    /// named is 0.
    pub(crate) fn solution(&self, free: &Vector, budget: &mut Budget) -> Result<Vector, Exhausted> {
        let f = self.field;
        let mut values: Vector =
            free.iter().filter(|(v, x)| **x != 0 && !self.is_pivot(**v)).map(|(v, x)| (*v, *x)).collect();
        let users = |v: u32| self.users.iter().flat_map(move |u| u.get(v as usize)).flatten().copied();
        let mut open: BTreeSet<u32> = values.keys().flat_map(|v| users(*v)).collect();
        // A pivot's row names lower variables only, so ascending order settles each in one step.
        while let Some(pivot) = open.pop_first() {
            let row = self.row(pivot).map_or(&[][..], Vec::as_slice);
            budget.spend(row.len() + 1)?;
            let value = f.negate(dot(f, row, &values));
            if value != 0 {
                values.insert(pivot, value);
                open.extend(users(pivot));
            }
        }
        Ok(values)
    }

    /// Every pivot with its row reduced by all others.
    pub(crate) fn reduced(&self, budget: &mut Budget) -> Result<Vec<(u32, Row)>, Exhausted> {
        let mut out = Vec::new();
        for (variable, row) in (0u32..).zip(&self.rows) {
            if let Some(row) = row {
                out.push((variable, self.reduce(row, budget)?));
            }
        }
        Ok(out)
    }
}

/// `a - factor * b`.
fn minus(f: Field, a: &[(u32, u64)], factor: u64, b: &[(u32, u64)]) -> Row {
    let mut out = Row::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    loop {
        match (a.peek().copied(), b.peek().copied()) {
            (Some((va, x)), Some((vb, y))) if va == vb => {
                let z = f.sub(x, f.mul(factor, y));
                if z != 0 {
                    out.push((va, z));
                }
                a.next();
                b.next();
            }
            (Some((va, x)), other) if other.is_none_or(|(vb, _)| va < vb) => {
                out.push((va, x));
                a.next();
            }
            (_, Some((vb, y))) => {
                out.push((vb, f.negate(f.mul(factor, y))));
                b.next();
            }
            (_, None) => return out,
        }
    }
}

/// What a row gives at a vector.
pub(crate) fn dot(f: Field, row: &[(u32, u64)], values: &Vector) -> u64 {
    let term = |(v, a): &(u32, u64)| values.get(v).map_or(0, |x| f.mul(*a, *x));
    row.iter().map(term).fold(0, |s, t| f.add(s, t))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows() -> impl Strategy<Value = Vec<Vec<u64>>> {
        prop::collection::vec(prop::collection::vec(0u64..3, 5), 1..7)
    }

    fn sparse(row: &[u64]) -> Row {
        (0u32..).zip(row.iter().copied()).filter(|(_, x)| *x != 0).collect()
    }

    proptest! {
        #[test]
        fn rows_reduce_to_nothing_and_solutions_solve(rows in rows(), free in prop::collection::vec(0u64..9, 5)) {
            for field in [Field::LARGE, Field::SMALL] {
                let mut budget = Budget::new(1_000_000);
                let mut e = Echelon::solvable(field, 5);
                for row in &rows {
                    let depends = e.reduce(&sparse(row), &mut budget).unwrap().is_empty();
                    prop_assert_eq!(e.insert(sparse(row), &mut budget).unwrap(), !depends);
                }
                    let values = e.solution(&(0u32..).zip(free.iter().copied()).collect(), &mut budget).unwrap();
                for row in &rows {
                    prop_assert!(e.reduce(&sparse(row), &mut budget).unwrap().is_empty());
                    prop_assert_eq!(dot(field, &sparse(row), &values), 0);
                }
            }
        }
    }

    #[test]
    fn work_beyond_the_budget_is_no_verdict() {
        let mut e = Echelon::new(Field::LARGE, 3);
        let mut budget = Budget::new(2);
        assert_eq!(e.insert(vec![(0, 1), (2, 1)], &mut budget), Ok(true));
        assert_eq!(e.insert(vec![(1, 1), (2, 1)], &mut budget), Err(Exhausted));
    }
}

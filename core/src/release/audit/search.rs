//! What a kernel still hides: random orders of elimination first, then a bounded search that decides.

use super::echelon::{Budget, Echelon, Exhausted, Row, Vector};
use super::field::{Field, Stream};
use super::kernel::{Column, Kernel, Shrunk};
use std::collections::{BTreeMap, BTreeSet};

/// How many cases the deciding search looks at in one kernel before it gives up.
const CASES: usize = 4000;
/// Random orders of elimination in a kernel: a few before the deciding search, many where that gave up.
const ORDERS: (usize, usize) = (4, 80);

/// What an examination of connected columns found.
#[derive(Debug, Clone)]
pub(crate) struct Examined {
    /// Leaks as numbers for the blocks.
    pub(crate) leaks: Vec<Vector>,
    /// Whether, without leaks, it is proved that there are none; else random search found none.
    pub(crate) proved: bool,
}

/// Looks for all ways to single out fewer than `need` people.
pub(crate) fn examine(
    field: Field,
    columns: &[Column],
    variables: usize,
    need: u64,
    stream: &mut Stream,
    budget: &mut Budget,
) -> Result<Examined, Exhausted> {
    let mut found = Examined { leaks: Vec::new(), proved: true };
    let mut kernel = Kernel::new(field, columns, variables);
    loop {
        match kernel.shrink(need, budget)? {
            Shrunk::Safe => return Ok(found),
            Shrunk::Leaks(free) => {
                for v in &free {
                    found.leaks.push(kernel.leak(*v, budget)?);
                }
                for v in free {
                    kernel.drop_variable(v, budget)?;
                }
            }
            Shrunk::Leak(vector) => {
                found.leaks.push(vector);
                return Ok(found);
            }
            Shrunk::Stuck => break,
        }
    }
    for (part, names) in kernel.parts() {
        let within = examine_part(part, need, stream, budget)?;
        found.proved &= within.proved;
        for leak in &within.leaks {
            found.leaks.push(kernel.widen(&names, leak, budget)?);
        }
    }
    Ok(found)
}

fn examine_part(mut part: Kernel, need: u64, stream: &mut Stream, budget: &mut Budget) -> Result<Examined, Exhausted> {
    let mut found = Examined { leaks: Vec::new(), proved: true };
    // The columns of a part are shrunk already; this only brings them into form.
    match part.shrink(need, budget)? {
        Shrunk::Safe => return Ok(found),
        Shrunk::Leaks(free) => {
            for v in free {
                found.leaks.push(part.leak(v, budget)?);
            }
            return Ok(found);
        }
        Shrunk::Leak(vector) => {
            found.leaks.push(vector);
            return Ok(found);
        }
        Shrunk::Stuck => {}
    }
    found.leaks = sample(&part, need, ORDERS.0, stream, budget)?;
    if !found.leaks.is_empty() {
        return Ok(found);
    }
    let mut cases = CASES;
    match decide(part.clone(), need, &mut cases, budget)? {
        Decided::Safe => {}
        Decided::Leak(vector) => found.leaks.push(vector),
        Decided::Open => {
            found.proved = false;
            found.leaks = sample(&part, need, ORDERS.1, stream, budget)?;
        }
    }
    Ok(found)
}

enum Decided {
    Safe,
    Leak(Vector),
    Open,
}

/// One column after the other is either zero, or not and its people are spent: both cases are followed. The second can
/// happen only `need` times, so the tree is narrow.
fn decide(mut kernel: Kernel, need: u64, cases: &mut usize, budget: &mut Budget) -> Result<Decided, Exhausted> {
    loop {
        match kernel.shrink(need, budget)? {
            Shrunk::Safe => return Ok(Decided::Safe),
            Shrunk::Leaks(free) => {
                let Some(v) = free.first() else { return Ok(Decided::Open) };
                return Ok(Decided::Leak(kernel.leak(*v, budget)?));
            }
            Shrunk::Leak(vector) => return Ok(Decided::Leak(vector)),
            Shrunk::Stuck => {}
        }
        *cases = match cases.checked_sub(1) {
            Some(left) => left,
            None => return Ok(Decided::Open),
        };
        let heaviest = kernel.open().iter().enumerate().max_by_key(|(i, c)| (c.weight, std::cmp::Reverse(*i)));
        let Some(index) = heaviest.map(|(i, _)| i) else { return Ok(Decided::Safe) };
        let mut other = kernel.clone();
        let column = other.delete(index);
        match decide(other, need.saturating_sub(column.weight), cases, budget)? {
            Decided::Safe => kernel.contract(&column, budget)?,
            known => return Ok(known),
        }
    }
}

/// Information-set decoding (Prange 1962): in a random order of elimination that prefers heavy columns as pivots, a
/// leak whose people avoid the pivots but one shows as a row. Pairs of columns are found whatever the order: two
/// random vectors of the null space are in the same proportion on both.
fn sample(
    kernel: &Kernel,
    need: u64,
    orders: usize,
    stream: &mut Stream,
    budget: &mut Budget,
) -> Result<Vec<Vector>, Exhausted> {
    let columns = kernel.open();
    let mut supports: BTreeSet<Vec<usize>> = BTreeSet::new();
    for turn in 0..orders {
        let mut order: Vec<(u64, usize)> = Vec::with_capacity(columns.len());
        for (i, c) in columns.iter().enumerate() {
            // The highest of several draws: the heavier, the later, and the later, the sooner a pivot.
            let key = (0..c.weight.clamp(1, 16)).map(|_| stream.next()).max().unwrap_or(0);
            order.push((key, i));
        }
        order.sort_unstable();
        let order: Vec<usize> = order.into_iter().map(|(_, i)| i).collect();
        let rows = eliminate(kernel, &order, budget)?;
        let weight = |c: u32| order.get(c as usize).and_then(|i| columns.get(*i)).map_or(u64::MAX, |c| c.weight);
        for (pivot, rest) in &rows {
            let people = rest.iter().fold(weight(*pivot), |sum, (c, _)| sum.saturating_add(weight(*c)));
            if people < need {
                let all = std::iter::once(*pivot).chain(rest.iter().map(|(c, _)| *c));
                supports.insert(sorted(all.filter_map(|c| order.get(c as usize).copied())));
            }
        }
        if turn == 0 {
            supports.extend(pairs(kernel, &order, &rows, need, stream));
        }
        if !supports.is_empty() {
            break;
        }
    }
    let mut leaks = Vec::new();
    for support in supports {
        leaks.extend(kernel.vanishing_but(&support, budget)?.filter(|v| kernel.people(v) < need));
    }
    Ok(leaks)
}

fn sorted(places: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut places: Vec<usize> = places.collect();
    places.sort_unstable();
    places
}

/// The blocks as rows over columns named by their place in `order`, fully reduced.
fn eliminate(kernel: &Kernel, order: &[usize], budget: &mut Budget) -> Result<Vec<(u32, Row)>, Exhausted> {
    let mut rows: BTreeMap<u32, Row> = BTreeMap::new();
    for (place, column) in (0u32..).zip(order.iter().filter_map(|i| kernel.open().get(*i))) {
        column.row.iter().for_each(|(v, a)| rows.entry(*v).or_default().push((place, *a)));
    }
    let mut echelon = Echelon::new(kernel.fixed().field(), order.len());
    for row in rows.into_values() {
        echelon.insert(row, budget)?;
    }
    echelon.reduced(budget)
}

/// Two columns that alone can be other than zero.
fn pairs(kernel: &Kernel, order: &[usize], rows: &[(u32, Row)], need: u64, stream: &mut Stream) -> Vec<Vec<usize>> {
    let f = kernel.fixed().field();
    let mut null = || {
        let mut values: Vector = (0u32..).zip(order).map(|(c, _)| (c, f.of(stream.next()))).collect();
        for (pivot, rest) in rows {
            let sum = super::echelon::dot(f, rest, &values);
            values.insert(*pivot, f.negate(sum));
        }
        values
    };
    let (one, two) = (null(), null());
    let mut alike: BTreeMap<u64, Vec<(u64, usize)>> = BTreeMap::new();
    for ((c, a), b) in one.iter().zip(two.values()) {
        if let (Some(i), true) = (order.get(*c as usize), *a != 0) {
            let weight = kernel.open().get(*i).map_or(u64::MAX, |c| c.weight);
            alike.entry(f.mul(*b, f.invert(*a))).or_default().push((weight, *i));
        }
    }
    let mut out = Vec::new();
    for mut class in alike.into_values() {
        class.sort_unstable();
        if let [(w, i), (x, j), ..] = class.as_slice()
            && w.saturating_add(*x) < need
        {
            out.push(sorted([*i, *j].into_iter()));
        }
    }
    out
}

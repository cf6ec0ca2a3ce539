//! The integers of a tally: what one unit holds, what one wave holds, and what no real answers could hold.
//!
//! Steps count from 0 at the low end of a scale after reversal, so that every sum is a natural number:
//! a raw sum of `a` answers is `s + a*lo`.

use super::layout::{Layout, ScaleShape};

/// A sparse row of integers by key, sorted; no entry is all zero.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sparse<K, const N: usize>(pub(crate) Vec<(K, [u64; N])>);

/// Adding or taking out, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Take,
}

impl Op {
    pub(crate) fn of(self, a: u64, b: u64) -> Option<u64> {
        match self {
            Op::Add => a.checked_add(b),
            Op::Take => a.checked_sub(b),
        }
    }

    fn wide(self, a: u128, b: u128) -> Option<u128> {
        match self {
            Op::Add => a.checked_add(b),
            Op::Take => a.checked_sub(b),
        }
    }
}

impl<K, const N: usize> Default for Sparse<K, N> {
    fn default() -> Self {
        Sparse(Vec::new())
    }
}

impl<K: Copy + Ord, const N: usize> Sparse<K, N> {
    /// Adds to the entry of `key`; for fresh state that cannot overflow.
    pub(crate) fn bump(&mut self, key: K, by: [u64; N]) {
        match self.0.binary_search_by(|(k, _)| k.cmp(&key)) {
            Ok(i) => {
                if let Some((_, old)) = self.0.get_mut(i) {
                    for (o, b) in old.iter_mut().zip(by) {
                        *o = o.saturating_add(b);
                    }
                }
            }
            Err(i) => self.0.insert(i, (key, by)),
        }
    }

    /// Entry by entry `op`, over the keys of both.
    pub(crate) fn combine(&self, other: &Self, op: Op) -> Option<Self> {
        let mut out = Vec::with_capacity(self.0.len().max(other.0.len()));
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            let (key, left, right) = match (a.peek(), b.peek()) {
                (None, None) => break,
                (Some((k, x)), None) => (*k, *x, [0; N]),
                (None, Some((k, y))) => (*k, [0; N], *y),
                (Some((k, x)), Some((l, y))) => match k.cmp(l) {
                    std::cmp::Ordering::Less => (*k, *x, [0; N]),
                    std::cmp::Ordering::Greater => (*l, [0; N], *y),
                    std::cmp::Ordering::Equal => (*k, *x, *y),
                },
            };
            a.next_if(|(k, _)| *k == key);
            b.next_if(|(k, _)| *k == key);
            let mut row = [0; N];
            for ((r, x), y) in row.iter_mut().zip(left).zip(right) {
                *r = op.of(x, y)?;
            }
            if row.iter().any(|x| *x != 0) {
                out.push((key, row));
            }
        }
        Some(Sparse(out))
    }
}

fn zip(a: &[u64], b: &[u64], op: Op) -> Option<Vec<u64>> {
    a.iter().zip(b).map(|(x, y)| op.of(*x, *y)).collect()
}

/// `n, Σs, Σs²` of the raw sums of one scale by number of answered items.
pub(crate) type Sums = Sparse<u8, 3>;
/// `n, Σs, Σt, Σst, Σs², Σt²` of a declared pair by answered items of each scale.
pub(crate) type PairSums = Sparse<(u8, u8), 6>;

/// What the weights of a unit add up to, in whole numbers of their last decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Mass {
    pub(crate) sum: u64,
    pub(crate) squares: u128,
}

impl Mass {
    pub(crate) fn combine(self, other: Mass, op: Op) -> Option<Mass> {
        Some(Mass { sum: op.of(self.sum, other.sum)?, squares: op.wide(self.squares, other.squares)? })
    }
}

/// What one unit holds in one wave. Of a weighted tally everything but `rows` counts weights.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    /// Respondents, whatever they answered.
    pub(crate) rows: u64,
    /// What they weigh, in a weighted tally.
    pub(crate) mass: Option<Mass>,
    /// For each item its answer counts, as coded, and its don't-knows.
    pub(crate) counts: Vec<u64>,
    /// For each scale.
    pub(crate) scales: Vec<Sums>,
    /// For each declared pair.
    pub(crate) pairs: Vec<PairSums>,
}

impl Cell {
    pub(crate) fn new(layout: &Layout) -> Cell {
        Cell {
            rows: 0,
            mass: None,
            counts: vec![0; layout.counts],
            scales: vec![Sums::default(); layout.scales.len()],
            pairs: vec![PairSums::default(); layout.pairs.len()],
        }
    }

    pub(crate) fn combine(&self, other: &Cell, op: Op) -> Option<Cell> {
        let sums = self.scales.iter().zip(&other.scales).map(|(a, b)| a.combine(b, op)).collect::<Option<_>>();
        let pairs = self.pairs.iter().zip(&other.pairs).map(|(a, b)| a.combine(b, op)).collect::<Option<_>>();
        Some(Cell {
            rows: op.of(self.rows, other.rows)?,
            mass: match (self.mass, other.mass) {
                (None, None) => None,
                (a, b) => Some(a.unwrap_or_default().combine(b.unwrap_or_default(), op)?),
            },
            counts: zip(&self.counts, &other.counts, op)?,
            scales: sums?,
            pairs: pairs?,
        })
    }

    /// What everybody in the unit counts for: people, or their weight.
    pub(crate) fn total(&self) -> u64 {
        self.mass.map_or(self.rows, |m| m.sum)
    }

    /// The counts of an item's answers, as coded, and its don't-knows.
    pub(crate) fn item(&self, layout: &Layout, index: usize) -> (&[u64], u64) {
        let Some(shape) = layout.items.get(index) else { return (&[], 0) };
        let answers = self.counts.get(shape.offset..shape.offset + shape.options).unwrap_or(&[]);
        (answers, self.counts.get(shape.offset + shape.options).copied().unwrap_or(0))
    }

    /// Why no weights of people could give these sums, if so.
    fn mass_fault(&self) -> Option<&'static str> {
        let mass = self.mass?;
        let sum = u128::from(mass.sum);
        // Whole numbers: no square is smaller than its root, and n Σw² >= (Σw)².
        let possible = mass.squares >= sum
            && (mass.squares - sum).is_multiple_of(2)
            && sum.checked_mul(sum).is_some_and(|most| mass.squares <= most)
            && u128::from(self.rows).checked_mul(mass.squares).is_none_or(|least| least >= sum * sum);
        (!possible).then_some("the weights of a unit contradict one another")
    }

    /// Why no answers of people could give this cell, if so.
    pub(crate) fn fault(&self, layout: &Layout) -> Option<&'static str> {
        if let Some(fault) = self.mass_fault() {
            return Some(fault);
        }
        let mut answered = Vec::with_capacity(layout.items.len());
        for (index, shape) in layout.items.iter().enumerate() {
            let (counts, dont_know) = self.item(layout, index);
            let n: u128 = counts.iter().map(|c| u128::from(*c)).sum();
            let total: u128 =
                counts.iter().enumerate().map(|(step, c)| shape.oriented(step) as u128 * u128::from(*c)).sum();
            if n + u128::from(dont_know) > u128::from(self.total()) {
                return Some("an item has more answers than the unit has respondents");
            }
            answered.push((n, total));
        }
        for (shape, sums) in layout.scales.iter().zip(&self.scales) {
            if let Some(fault) = sums_fault(shape, sums, &answered, self.total()) {
                return Some(fault);
            }
        }
        for ((a, b), pair) in layout.pairs.iter().zip(&self.pairs) {
            let shapes = layout.scales.get(*a).zip(layout.scales.get(*b));
            let sums = self.scales.get(*a).zip(self.scales.get(*b));
            let Some((shapes, sums)) = shapes.zip(sums) else { return Some("a pair of scales is not in the tally") };
            if let Some(fault) = pair_fault(shapes, sums, pair) {
                return Some(fault);
            }
        }
        None
    }
}

/// Moments of `n` natural numbers of at most `most`: possible only within these bounds.
fn moments_possible(n: u64, sum: u64, squares: u64, most: u64) -> bool {
    let (n, sum, squares, most) = (u128::from(n), u128::from(sum), u128::from(squares), u128::from(most));
    // Cauchy-Schwarz below, the box above, and x² has the parity of x.
    sum <= n * most && squares <= most * sum && squares >= sum && n * squares >= sum * sum && (squares - sum) % 2 == 0
}

/// Cross products of two possible sets of moments.
fn cross_possible(n: u64, x: [u64; 2], y: [u64; 2], xy: u64, most: [u64; 2]) -> bool {
    let wide = u128::from;
    let box_fits = wide(xy) <= wide(most[0]) * wide(y[0]) && wide(xy) <= wide(most[1]) * wide(x[0]);
    // Σ(mx − x)(my − y) is not negative either.
    let corner =
        wide(n) * wide(most[0]) * wide(most[1]) + wide(xy) >= wide(most[0]) * wide(y[0]) + wide(most[1]) * wide(x[0]);
    let schwarz = match (wide(xy).checked_mul(wide(xy)), wide(x[1]).checked_mul(wide(y[1]))) {
        (Some(left), Some(right)) => left <= right,
        _ => false,
    };
    box_fits && corner && schwarz
}

fn sums_fault(shape: &ScaleShape, sums: &Sums, answered: &[(u128, u128)], rows: u64) -> Option<&'static str> {
    let (mut people, mut answers, mut total) = (0_u128, 0_u128, 0_u128);
    for (a, [n, sum, squares]) in &sums.0 {
        let a = usize::from(*a);
        if a == 0 || a > shape.items.len() || *n == 0 {
            return Some("a scale has sums of an impossible number of answers");
        }
        if !moments_possible(*n, *sum, *squares, a as u64 * shape.top()) {
            return Some("the sums of a scale contradict one another");
        }
        people += u128::from(*n);
        answers += u128::from(*n) * a as u128;
        total += u128::from(*sum);
    }
    if people > u128::from(rows) {
        return Some("a scale has more people than the unit");
    }
    let items = shape.items.iter().filter_map(|i| answered.get(*i));
    let (n, sum) = items.fold((0, 0), |(n, s), (m, t)| (n + m, s + t));
    (n != answers || sum != total).then_some("the sums of a scale contradict the counts of its items")
}

fn pair_fault(shapes: (&ScaleShape, &ScaleShape), sums: (&Sums, &Sums), pair: &PairSums) -> Option<&'static str> {
    let fault = Some("the sums of a pair of scales contradict one another");
    let most = |shape: &ScaleShape, a: u8| u64::from(a) * shape.top();
    for ((a, b), [n, s, t, st, ss, tt]) in &pair.0 {
        let (ma, mb) = (most(shapes.0, *a), most(shapes.1, *b));
        let sides = moments_possible(*n, *s, *ss, ma) && moments_possible(*n, *t, *tt, mb);
        if *n == 0 || !sides || !cross_possible(*n, [*s, *ss], [*t, *tt], *st, [ma, mb]) {
            return fault;
        }
    }
    // Nobody is in a pair who is not in each of its scales.
    for (a, [n, ..]) in &sums.0.0 {
        let both: u128 = pair.0.iter().filter(|((x, _), _)| x == a).map(|(_, v)| u128::from(v[0])).sum();
        if both > u128::from(*n) {
            return fault;
        }
    }
    for (b, [n, ..]) in &sums.1.0 {
        let both: u128 = pair.0.iter().filter(|((_, y), _)| y == b).map(|(_, v)| u128::from(v[0])).sum();
        if both > u128::from(*n) {
            return fault;
        }
    }
    let has = |sums: &Sums, a: u8| sums.0.iter().any(|(k, _)| *k == a);
    let known = pair.0.iter().all(|((a, b), _)| has(sums.0, *a) && has(sums.1, *b));
    if known { None } else { fault }
}

/// Item products of one scale in one wave, over all units.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Products {
    /// For each pair of items `i < j`: `n, Σx, Σy, Σxy, Σx², Σy²` over those who answered both.
    pub(crate) pairwise: Vec<[u64; 6]>,
    /// Those who answered every item.
    pub(crate) complete: u64,
    /// Their `Σx` an item.
    pub(crate) sums: Vec<u64>,
    /// Their `Σxy`, for `i <= j` row by row.
    pub(crate) cross: Vec<u64>,
}

impl Products {
    pub(crate) fn new(items: usize) -> Products {
        let pairs = items * items.saturating_sub(1) / 2;
        Products { pairwise: vec![[0; 6]; pairs], complete: 0, sums: vec![0; items], cross: vec![0; pairs + items] }
    }

    /// Adds one person's oriented steps, `None` where there is no answer, `weight` times.
    pub(crate) fn add(&mut self, steps: &[Option<u64>], weight: u64) {
        let mut pairwise = self.pairwise.iter_mut();
        for (i, x) in steps.iter().enumerate() {
            for y in steps.iter().skip(i + 1) {
                let slot = pairwise.next();
                if let (Some(slot), Some(x), Some(y)) = (slot, x, y) {
                    for (s, v) in slot.iter_mut().zip([1, *x, *y, x * y, x * x, y * y]) {
                        *s = s.saturating_add(v * weight);
                    }
                }
            }
        }
        let Some(all) = steps.iter().copied().collect::<Option<Vec<u64>>>() else { return };
        self.complete = self.complete.saturating_add(weight);
        let mut cross = self.cross.iter_mut();
        for ((i, x), sum) in all.iter().enumerate().zip(&mut self.sums) {
            *sum = sum.saturating_add(*x * weight);
            for y in all.iter().skip(i) {
                if let Some(c) = cross.next() {
                    *c = c.saturating_add(x * y * weight);
                }
            }
        }
    }

    /// Adds those who answered every item to the pairs, where only the others were counted so far.
    pub(super) fn complete_pairs(&mut self) {
        let items = self.sums.len();
        // Of the row `i` the diagonal comes first.
        let mut diagonal = Vec::with_capacity(items);
        let mut at = 0;
        for i in 0..items {
            diagonal.push(self.cross.get(at).copied().unwrap_or(0));
            at += items - i;
        }
        let mut cross = self.cross.iter();
        let mut pairwise = self.pairwise.iter_mut();
        for (i, (x, xx)) in self.sums.iter().zip(&diagonal).enumerate() {
            cross.next();
            for ((y, yy), xy) in self.sums.iter().zip(&diagonal).skip(i + 1).zip(&mut cross) {
                let Some(pair) = pairwise.next() else { return };
                for (total, more) in pair.iter_mut().zip([self.complete, *x, *y, *xy, *xx, *yy]) {
                    *total = total.saturating_add(more);
                }
            }
        }
    }

    pub(crate) fn combine(&self, other: &Products, op: Op) -> Option<Products> {
        let pairwise = self
            .pairwise
            .iter()
            .zip(&other.pairwise)
            .map(|(a, b)| {
                let mut row = [0; 6];
                for ((r, x), y) in row.iter_mut().zip(a).zip(b) {
                    *r = op.of(*x, *y)?;
                }
                Some(row)
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Products {
            pairwise,
            complete: op.of(self.complete, other.complete)?,
            sums: zip(&self.sums, &other.sums, op)?,
            cross: zip(&self.cross, &other.cross, op)?,
        })
    }

    /// Why these products contradict what the units of the wave hold, if so.
    ///
    /// `items` holds the answers and the sum of each item, `sums` those of the scale, over the wave.
    pub(crate) fn fault(&self, shape: &ScaleShape, items: &[(u64, u64)], sums: &Sums) -> Option<&'static str> {
        let fault = Some("the item products of a scale contradict its units");
        let top = shape.top();
        let mut pairwise = self.pairwise.iter();
        for (i, (ni, si)) in items.iter().enumerate() {
            for (nj, sj) in items.iter().skip(i + 1) {
                let Some([n, x, y, xy, xx, yy]) = pairwise.next().copied() else { return fault };
                let bounded = n <= *ni && n <= *nj && x <= *si && y <= *sj;
                let sides = moments_possible(n, x, xx, top) && moments_possible(n, y, yy, top);
                if !bounded || !sides || !cross_possible(n, [x, xx], [y, yy], xy, [top, top]) {
                    return fault;
                }
            }
        }
        let last = shape.items.len();
        let [n, sum, squares] = sums.0.iter().find(|(a, _)| usize::from(*a) == last).map_or([0; 3], |(_, row)| *row);
        if self.complete != n {
            return fault;
        }
        // (Σ items)² summed over people is the sum of all products, those off the diagonal twice.
        let (mut cross, mut total) = (self.cross.iter(), 0_u128);
        let mut diagonal = Vec::with_capacity(last);
        for i in 0..self.sums.len() {
            for j in i..self.sums.len() {
                let Some(c) = cross.next().copied() else { return fault };
                total += u128::from(c) * if i == j { 1 } else { 2 };
                if i == j {
                    diagonal.push(c);
                }
            }
        }
        let sides = self.sums.iter().zip(&diagonal).all(|(s, d)| moments_possible(n, *s, *d, top));
        let mut cross = self.cross.iter();
        for (i, (x, xx)) in self.sums.iter().zip(&diagonal).enumerate() {
            for (j, (y, yy)) in self.sums.iter().zip(&diagonal).enumerate().skip(i) {
                let Some(xy) = cross.next().copied() else { return fault };
                if i != j && !cross_possible(n, [*x, *xx], [*y, *yy], xy, [top, top]) {
                    return fault;
                }
            }
        }
        let plain: u128 = self.sums.iter().map(|s| u128::from(*s)).sum();
        if sides && total == u128::from(squares) && plain == u128::from(sum) { None } else { fault }
    }
}

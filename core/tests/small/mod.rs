//! Small random organizations with cells over them, and what brute force says of the cells that are published.
//! Nothing here is taken from the library.
#![allow(dead_code, unreachable_pub)]

pub mod large;

/// Knuth's generator; enough to draw organizations.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        let mut r = Random(seed.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(3_037_000_493));
        (0..5).for_each(|_| {
            r.below(2);
        });
        r
    }
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n as u64) as usize
    }
}

pub struct Cell {
    pub name: String,
    /// Whether each person is in it.
    pub people: Vec<bool>,
}

pub struct Organization {
    pub parents: Vec<Option<usize>>,
    /// Unit and the category of each cut.
    pub people: Vec<(usize, Vec<usize>)>,
    pub cells: Vec<Cell>,
}

impl Organization {
    /// 2 to 6 units of 0 to 9 people, none to two cuts of 2 or 3 categories.
    pub fn random(r: &mut Random) -> Organization {
        let categories: Vec<usize> = (0..r.below(3)).map(|_| 2 + r.below(2)).collect();
        Organization::with_cuts(r, &categories)
    }

    pub fn with_cuts(r: &mut Random, categories: &[usize]) -> Organization {
        let units = 2 + r.below(5);
        let parents: Vec<Option<usize>> = (0..units).map(|i| (i > 0).then(|| r.below(i))).collect();
        let mut people = Vec::new();
        for unit in 0..units {
            for _ in 0..r.below(10) {
                people.push((unit, categories.iter().map(|c| r.below(*c)).collect()));
            }
        }
        Organization::new(parents, people, categories)
    }

    /// All reports and direct reports of every unit, and all reports by each category.
    pub fn new(parents: Vec<Option<usize>>, people: Vec<(usize, Vec<usize>)>, categories: &[usize]) -> Organization {
        let mut o = Organization { parents, people, cells: Vec::new() };
        for unit in 0..o.parents.len() {
            let all: Vec<bool> = o.people.iter().map(|(u, _)| o.within(*u, unit)).collect();
            if o.parents.contains(&Some(unit)) {
                let direct = o.people.iter().map(|(u, _)| *u == unit).collect();
                o.cells.push(Cell { name: format!("direct {unit}"), people: direct });
            }
            for (cut, count) in categories.iter().enumerate() {
                for category in 0..*count {
                    let of = o.people.iter().zip(&all).map(|((_, c), a)| *a && c[cut] == category).collect();
                    o.cells.push(Cell { name: format!("all {unit} {cut}={category}"), people: of });
                }
            }
            o.cells.push(Cell { name: format!("all {unit}"), people: all });
        }
        o
    }

    pub fn within(&self, mut unit: usize, top: usize) -> bool {
        while unit != top {
            match self.parents[unit] {
                Some(p) => unit = p,
                None => return false,
            }
        }
        true
    }

    pub fn count(&self, people: &[bool]) -> usize {
        people.iter().filter(|p| **p).count()
    }

    /// People who are in the same cells: how many, and in which.
    pub fn atoms(&self) -> Vec<(usize, Vec<usize>)> {
        let mut atoms: Vec<(usize, Vec<usize>)> = Vec::new();
        for person in 0..self.people.len() {
            let cells: Vec<usize> = (0..self.cells.len()).filter(|c| self.cells[*c].people[person]).collect();
            match atoms.iter_mut().find(|(_, c)| *c == cells) {
                Some((n, _)) => *n += 1,
                None => atoms.push((1, cells)),
            }
        }
        atoms
    }

    /// What a combination of cells gives each person.
    pub fn combined(&self, certificate: &[(String, i64)]) -> Vec<i64> {
        let mut out = vec![0; self.people.len()];
        for (name, times) in certificate {
            let cell = self.cells.iter().find(|c| c.name == *name).expect("a cell of the table");
            out.iter_mut().zip(&cell.people).for_each(|(x, p)| *x += if *p { *times } else { 0 });
        }
        out
    }
}

/// Every set of atoms of fewer than `k` people, and the vectors that no published cell can tell from nothing.
pub struct Brute {
    k: u64,
    people: Vec<u64>,
    /// For each atom its entries in a basis of the null space of the published cells.
    null: Vec<Vec<f64>>,
}

impl Brute {
    pub fn of(o: &Organization, published: &[bool], k: u64) -> Brute {
        let atoms = o.atoms();
        let rows = (0..o.cells.len()).filter(|c| published[*c]);
        let rows: Vec<Vec<f64>> =
            rows.map(|c| atoms.iter().map(|(_, cells)| f64::from(u8::from(cells.contains(&c)))).collect()).collect();
        Brute { k, people: atoms.iter().map(|(n, _)| *n as u64).collect(), null: null_space(rows, atoms.len()) }
    }

    /// Whether any sum or difference that stands on fewer than `k` people can be derived.
    pub fn contrast(&self) -> bool {
        self.any(0, 0, &mut Vec::new(), &|rows| dependent(rows))
    }

    /// Whether any plain sum of fewer than `k` people can be derived.
    pub fn sum(&self) -> bool {
        self.any(0, 0, &mut Vec::new(), &|rows| {
            let width = rows.first().map_or(0, |r| r.len());
            (0..width).all(|i| rows.iter().map(|r| r[i]).sum::<f64>().abs() < 1e-7)
        })
    }

    fn any(&self, from: usize, n: u64, chosen: &mut Vec<usize>, leaks: &dyn Fn(&[&[f64]]) -> bool) -> bool {
        for atom in from..self.people.len() {
            if n + self.people[atom] >= self.k {
                continue;
            }
            chosen.push(atom);
            let rows: Vec<&[f64]> = chosen.iter().map(|a| self.null[*a].as_slice()).collect();
            if leaks(&rows) || self.any(atom + 1, n + self.people[atom], chosen, leaks) {
                return true;
            }
            chosen.pop();
        }
        false
    }
}

fn dependent(rows: &[&[f64]]) -> bool {
    let mut m: Vec<Vec<f64>> = rows.iter().map(|r| r.to_vec()).collect();
    for i in 0..m.len() {
        let Some(pivot) = (0..m[i].len()).max_by(|a, b| m[i][*a].abs().total_cmp(&m[i][*b].abs())) else { return true };
        if m[i][pivot].abs() < 1e-7 {
            return true;
        }
        for j in i + 1..m.len() {
            let factor = m[j][pivot] / m[i][pivot];
            let less = m[i].clone();
            m[j].iter_mut().zip(&less).for_each(|(x, p)| *x -= factor * p);
        }
    }
    false
}

/// The rank of a matrix.
pub fn rank(rows: &[Vec<f64>]) -> usize {
    let width = rows.first().map_or(0, Vec::len);
    let free = null_space(rows.to_vec(), width).first().map_or(0, Vec::len);
    width - free
}

fn null_space(mut m: Vec<Vec<f64>>, width: usize) -> Vec<Vec<f64>> {
    let mut pivots: Vec<usize> = Vec::new();
    for column in 0..width {
        let rank = pivots.len();
        let best = (rank..m.len()).max_by(|a, b| m[*a][column].abs().total_cmp(&m[*b][column].abs()));
        let Some(row) = best.filter(|r| m[*r][column].abs() > 1e-9) else { continue };
        m.swap(rank, row);
        let scale = m[rank][column];
        m[rank].iter_mut().for_each(|x| *x /= scale);
        for r in (0..m.len()).filter(|r| *r != rank) {
            let (factor, pivot) = (m[r][column], m[rank].clone());
            m[r].iter_mut().zip(&pivot).for_each(|(x, p)| *x -= factor * p);
        }
        pivots.push(column);
    }
    let free: Vec<usize> = (0..width).filter(|c| !pivots.contains(c)).collect();
    let mut null = vec![vec![0.0; free.len()]; width];
    for (i, f) in free.iter().enumerate() {
        null[*f][i] = 1.0;
        for (row, pivot) in pivots.iter().enumerate() {
            null[*pivot][i] = -m[row][*f];
        }
    }
    null
}

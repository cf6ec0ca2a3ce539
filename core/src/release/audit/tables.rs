//! Tables of any tool as the auditor takes them: cells with their people, and how they add up.

use super::super::plan::Rank;
use super::blocks::{Group, Groups};
use crate::error::{Error, Result, suggest};
use crate::evidence::{Cells, Table};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The most cells and atoms that are audited together.
pub const MAX_CELLS: usize = 1_000_000;

/// One cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableCell {
    /// Its name.
    pub cell: String,
    /// Its people.
    pub n: u64,
    /// Whether readers have its value.
    pub released: bool,
    /// Its mean as released, where the interval is audited as well.
    pub value: Option<f64>,
}

/// Cells, the atoms they are made of, and who is in each: what an audit reads.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    pub(crate) cells: Vec<TableCell>,
    pub(crate) groups: Groups,
    pub(crate) ranks: Vec<Rank>,
}

impl Tables {
    /// Reads tables made by any tool.
    ///
    /// - `cells`: `cell`, `n`; optional `released` (yes when absent), `value` (its mean as released), `rank` (`total`,
    ///   `direct`, `cut` or `pool`: what is kept first where a cell has to be held back).
    /// - `relations`: `total`, `part`; optional `relation`, which names the breakdown where a total has several.
    /// - `atoms`: `atom`, `n`, `cell`: one row for each cell that the people of an atom are in.
    ///
    /// With `relations` alone the cells without parts are the atoms. Where one total is broken down in two ways that
    /// have no common parts, such as by gender and by tenure, who is in both is not known: hand in `atoms`.
    ///
    /// # Errors
    /// `missing_column`, `not_a_number`, `not_whole`, `bad_count`, `duplicate_cell`, `unknown_cell`, `too_many_cells`;
    /// `parent_smaller` and `incomplete_relation` when parts do not add up to their total; `cyclic_relation`;
    /// `atoms_needed`; `bad_atom` when an atom has two numbers of people.
    pub fn from_tables(cells: &Table, relations: Option<&Table>, atoms: Option<&Table>) -> Result<Tables> {
        let rows = read_cells(cells)?;
        let index: HashMap<&str, usize> = rows.iter().enumerate().map(|(i, c)| (c.cell.as_str(), i)).collect();
        let parts = match relations {
            Some(table) => read_relations(table, &index)?,
            None => Vec::new(),
        };
        check_sums(&rows, &parts)?;
        let groups = match atoms {
            Some(table) => read_atoms(table, &rows, &index)?,
            None => leaves(&rows, &parts)?,
        };
        for (i, cell) in rows.iter().enumerate() {
            let people = groups.n(i);
            if people != cell.n {
                let message = format!("`{}` has {} people, its atoms have {people}", cell.cell, cell.n);
                return Err(Error::input("bad_count", message).at("cells").help("give the numbers of one count"));
            }
        }
        let ranks = ranks(cells)?;
        Ok(Tables { cells: rows, groups, ranks })
    }

    /// The cells, in the order given.
    pub fn cells(&self) -> &[TableCell] {
        &self.cells
    }

    /// The same tables with other cells released: `released` says it of each cell, in order; what it does not name is
    /// held back.
    #[must_use]
    pub fn releasing(mut self, released: &[bool]) -> Tables {
        for (i, cell) in self.cells.iter_mut().enumerate() {
            cell.released = released.get(i) == Some(&true);
        }
        self
    }
}

/// A total, the breakdown, and its parts.
type Breakdown = (usize, Vec<usize>);

fn column<'t>(table: &'t Table, name: &str) -> Result<&'t Cells> {
    table.column(name).map(|c| &c.cells).ok_or_else(|| {
        let known = table.columns().iter().map(|c| c.name.as_str());
        Error::input("missing_column", format!("there is no column `{name}`"))
            .at(table.name())
            .help(suggest(name, known))
    })
}

fn text(table: &Table, name: &str, row: usize) -> Result<String> {
    let cell = match column(table, name)? {
        Cells::Text(v) => v.get(row).cloned().flatten(),
        Cells::Int(v) => v.get(row).copied().flatten().map(|i| i.to_string()),
        Cells::Float(v) => v.get(row).copied().flatten().map(|x| format!("{x}")),
        Cells::Bool(v) => v.get(row).copied().flatten().map(|b| b.to_string()),
        Cells::Dictionary { values, codes } => {
            codes.get(row).copied().flatten().and_then(|c| values.get(c as usize)).cloned()
        }
    };
    cell.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).ok_or_else(|| {
        Error::input("missing_value", format!("the {name} is missing"))
            .at(place(table, name, row))
            .help("fill it in, or drop the row")
    })
}

fn place(table: &Table, name: &str, row: usize) -> String {
    format!("{}, row {}, column {name}", table.name(), row + 1)
}

fn optional(table: &Table, name: &str, row: usize) -> Option<String> {
    table.column(name)?;
    text(table, name, row).ok()
}

fn number(table: &Table, name: &str, row: usize, given: &str) -> Result<f64> {
    given.parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(|| {
        Error::input("not_a_number", format!("`{given}` is not a number"))
            .at(place(table, name, row))
            .help("give digits")
    })
}

fn people(table: &Table, row: usize) -> Result<u64> {
    let given = text(table, "n", row)?;
    let x = number(table, "n", row, &given)?;
    if x.fract() != 0.0 || !(0.0..=1e15).contains(&x) {
        let code = if x.fract() != 0.0 { "not_whole" } else { "bad_count" };
        return Err(Error::input(code, format!("`{given}` is no number of people"))
            .at(place(table, "n", row))
            .help("give a whole number from 0"));
    }
    Ok(x as u64)
}

fn read_cells(table: &Table) -> Result<Vec<TableCell>> {
    if table.rows() > MAX_CELLS {
        return Err(Error::input("too_many_cells", format!("{} cells are more than {MAX_CELLS}", table.rows()))
            .at(table.name())
            .help("audit the waves one by one"));
    }
    let mut seen = BTreeSet::new();
    let mut out = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let cell = text(table, "cell", row)?;
        if !seen.insert(cell.clone()) {
            return Err(Error::input("duplicate_cell", format!("the cell `{cell}` is given twice"))
                .at(place(table, "cell", row))
                .help("give each cell once"));
        }
        let released = match optional(table, "released", row).map(|t| t.to_lowercase()).as_deref() {
            None | Some("1" | "true" | "yes") => true,
            Some("0" | "false" | "no") => false,
            Some(other) => {
                return Err(Error::input("not_a_boolean", format!("`{other}` is neither yes nor no"))
                    .at(place(table, "released", row))
                    .help("give true or false"));
            }
        };
        let value = match optional(table, "value", row) {
            Some(given) => Some(number(table, "value", row, &given)?),
            None => None,
        };
        out.push(TableCell { cell, n: people(table, row)?, released, value });
    }
    Ok(out)
}

fn ranks(table: &Table) -> Result<Vec<Rank>> {
    let rank = |row| match optional(table, "rank", row).as_deref() {
        None | Some("total") => Ok(Rank::Total),
        Some("direct") => Ok(Rank::Direct),
        Some("cut") => Ok(Rank::Cut),
        Some("pool") => Ok(Rank::Pool),
        Some(other) => Err(Error::input("unknown_rank", format!("unknown rank `{other}`"))
            .at(place(table, "rank", row))
            .help(suggest(other, ["total", "direct", "cut", "pool"]))),
    };
    (0..table.rows()).map(rank).collect()
}

fn known(table: &Table, name: &str, row: usize, index: &HashMap<&str, usize>) -> Result<usize> {
    let cell = text(table, name, row)?;
    index.get(cell.as_str()).copied().ok_or_else(|| {
        Error::input("unknown_cell", format!("unknown cell `{cell}`"))
            .at(place(table, name, row))
            .help("add it to `cells`, released or not")
    })
}

fn read_relations(table: &Table, index: &HashMap<&str, usize>) -> Result<Vec<Breakdown>> {
    let mut all: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
    for row in 0..table.rows() {
        let (total, part) = (known(table, "total", row, index)?, known(table, "part", row, index)?);
        let name = optional(table, "relation", row).unwrap_or_default();
        all.entry((total, name)).or_default().push(part);
    }
    Ok(all.into_iter().map(|((total, _), parts)| (total, parts)).collect())
}

fn check_sums(cells: &[TableCell], breakdowns: &[Breakdown]) -> Result<()> {
    let n = |i: &usize| cells.get(*i).map_or(0, |c| c.n);
    for (total, parts) in breakdowns {
        let sum = parts.iter().map(n).fold(0, u64::saturating_add);
        let (own, name) = (n(total), cells.get(*total).map_or("", |c| c.cell.as_str()));
        let message = format!("`{name}` has {own} people and its parts have {sum}");
        if own < sum {
            return Err(Error::input("parent_smaller", message)
                .at(format!("relations, total {name}"))
                .help("a person may be in one part only; name breakdowns apart in a column `relation`"));
        }
        if own > sum {
            return Err(Error::input("incomplete_relation", message)
                .at(format!("relations, total {name}"))
                .help("add the others as a part of their own, released or not"));
        }
    }
    Ok(())
}

fn read_atoms(table: &Table, cells: &[TableCell], index: &HashMap<&str, usize>) -> Result<Groups> {
    let mut names: HashMap<String, u32> = HashMap::new();
    let mut groups = Groups { people: Vec::new(), groups: vec![Group { layer: 0, atoms: Vec::new() }; cells.len()] };
    for row in 0..table.rows() {
        let name = text(table, "atom", row)?;
        let (n, cell) = (people(table, row)?, known(table, "cell", row, index)?);
        let next = names.len() as u32;
        let atom = *names.entry(name.clone()).or_insert(next);
        match groups.people.get(atom as usize) {
            None => groups.people.push(n),
            Some(before) if *before == n => {}
            Some(before) => {
                return Err(Error::input("bad_atom", format!("the atom `{name}` has {before} people and then {n}"))
                    .at(place(table, "n", row))
                    .help("an atom has one number of people"));
            }
        }
        groups.groups.get_mut(cell).into_iter().for_each(|g| g.atoms.push(atom));
    }
    for group in &mut groups.groups {
        group.atoms.sort_unstable();
        group.atoms.dedup();
    }
    Ok(groups)
}

/// Every cell as the cells without parts that it is made of.
fn leaves(cells: &[TableCell], breakdowns: &[Breakdown]) -> Result<Groups> {
    let name = |i: usize| cells.get(i).map_or("", |c| c.cell.as_str());
    let mut of: Vec<Vec<&Breakdown>> = vec![Vec::new(); cells.len()];
    for b in breakdowns {
        of.get_mut(b.0).into_iter().for_each(|o| o.push(b));
    }
    // Parts before their totals, without recursion: a total is ready when all its parts are.
    let mut atoms: Vec<Option<Vec<u32>>> =
        of.iter().enumerate().map(|(i, b)| b.is_empty().then(|| vec![i as u32])).collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); cells.len()];
    let mut waits: Vec<usize> = vec![0; cells.len()];
    for (total, parts) in breakdowns {
        for part in parts {
            users.get_mut(*part).into_iter().for_each(|u| u.push(*total));
            waits.get_mut(*total).into_iter().for_each(|w| *w += 1);
        }
    }
    let mut ready: Vec<usize> = (0..cells.len()).filter(|i| atoms.get(*i).is_some_and(Option::is_some)).collect();
    let mut done = 0usize;
    while let Some(i) = ready.pop() {
        done += 1;
        for (_, parts) in of.get(i).into_iter().flatten() {
            let mut own: Vec<u32> = parts.iter().filter_map(|p| atoms.get(*p)?.as_ref()).flatten().copied().collect();
            own.sort_unstable();
            let before = own.len();
            own.dedup();
            if own.len() < before {
                return Err(Error::input("overlapping_parts", format!("two parts of `{}` share people", name(i)))
                    .at(format!("relations, total {}", name(i)))
                    .help("a person may be in one part only; name breakdowns apart in a column `relation`"));
            }
            let slot = atoms.get_mut(i);
            match slot {
                Some(Some(first)) if *first != own => {
                    let message = format!("`{}` is broken down in two ways without common parts", name(i));
                    return Err(Error::input("atoms_needed", message)
                        .at(format!("relations, total {}", name(i)))
                        .help("hand in `atoms`: how many people are in each combination, and in which cells"));
                }
                Some(slot) => *slot = Some(own),
                None => {}
            }
        }
        for total in users.get(i).into_iter().flatten() {
            if let Some(left) = waits.get_mut(*total) {
                *left -= 1;
                if *left == 0 {
                    ready.push(*total);
                }
            }
        }
    }
    if done < cells.len() {
        let inside = (0..cells.len()).find(|i| atoms.get(*i).is_none_or(Option::is_none)).unwrap_or(0);
        return Err(Error::input("cyclic_relation", format!("`{}` is a part of itself", name(inside)))
            .at("relations")
            .help("a total may not be among its own parts"));
    }
    let people = cells.iter().zip(&of).map(|(c, b)| if b.is_empty() { c.n } else { 0 }).collect();
    let groups = atoms.into_iter().map(|a| Group { layer: 0, atoms: a.unwrap_or_default() }).collect();
    Ok(Groups { people, groups })
}

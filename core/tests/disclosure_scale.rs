//! What is lost at the size of companies beside the optimum and the rule of platforms, and that what is planted there
//! is found.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod small;

use colead::release::{AuditOptions, TableCell, Tables, audit, suppress};
use small::Random;
use small::large::{Large, large};
use std::collections::HashMap;

const K: u64 = 5;

fn is_cut(cell: &TableCell) -> bool {
    cell.cell.contains('=')
}

fn tables(o: &Large) -> Tables {
    Tables::of_organization(&o.parents, &o.people).expect("a sound organization")
}

fn eligible(tables: &Tables) -> Vec<bool> {
    tables.cells().iter().map(|c| c.n >= K).collect()
}

/// The fewest totals and direct reports of enough people that must be hidden where there are no cuts: over every unit,
/// how many people of the unshown rest it passes up, counted to the minimum.
fn optimum(o: &Large) -> usize {
    let units = o.parents.len();
    let mut direct = vec![0u64; units];
    o.people.iter().for_each(|p| direct[p.unit] += p.n);
    let mut all = direct.clone();
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); units];
    // A parent stands before its units.
    for u in (1..units).rev() {
        let parent = o.parents[u].expect("one root");
        all[parent] += all[u];
        below[parent].push(u);
    }
    let cap = K as usize;
    let none = usize::MAX / 4;
    // cost[u][r]: fewest hidden within u when min(rest, cap) people of it are in no shown cell; r = 0 is u shown.
    let mut cost: Vec<Vec<usize>> = vec![Vec::new(); units];
    let join = |a: &[usize], b: &[usize]| {
        let mut out = vec![none; cap + 1];
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate() {
                let at = (i + j).min(cap);
                out[at] = out[at].min(x + y);
            }
        }
        out
    };
    for u in (0..units).rev() {
        let mut rest = vec![none; cap + 1];
        rest[0] = 0;
        for b in &below[u] {
            rest = join(&rest, &cost[*b]);
        }
        if direct[u] > 0 {
            let mut own = vec![none; cap + 1];
            own[(direct[u] as usize).min(cap)] = usize::from(!below[u].is_empty() && direct[u] >= K);
            if !below[u].is_empty() && direct[u] >= K {
                own[0] = 0;
            }
            rest = join(&rest, &own);
        }
        let mut out = rest.clone();
        if all[u] >= K {
            // Hidden, it costs one; shown, its rest must be nobody or enough.
            out.iter_mut().for_each(|c| *c += 1);
            let shown = rest[0].min(rest[cap]);
            out[0] = shown.min(out[0]);
        }
        cost[u] = out;
    }
    let root = &cost[0];
    root.iter().copied().min().unwrap_or(0)
}

/// What platforms do: in every whole with one hidden part the smallest other part is hidden too.
fn sibling(o: &Large, tables: &Tables) -> Vec<bool> {
    let mut shown = eligible(tables);
    let place: HashMap<&str, usize> = tables.cells().iter().enumerate().map(|(i, c)| (c.cell.as_str(), i)).collect();
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); o.parents.len()];
    (1..o.parents.len()).for_each(|u| below[o.parents[u].expect("one root")].push(u));
    for (unit, below) in below.iter().enumerate() {
        let of =
            |mark: &str| below.iter().filter_map(|b| place.get(format!("all {b}{mark}").as_str()).copied()).collect();
        let mut wholes: Vec<Vec<usize>> = vec![of("")];
        wholes[0].extend(place.get(format!("direct {unit}").as_str()));
        for (cut, categories) in [3, 4].into_iter().enumerate() {
            let marks: Vec<String> = (0..categories).map(|c| format!(" {cut}={c}")).collect();
            wholes.push(marks.iter().filter_map(|m| place.get(format!("all {unit}{m}").as_str()).copied()).collect());
            wholes.extend(marks.iter().map(|m| of(m)));
        }
        for parts in &wholes {
            if parts.iter().filter(|p| !shown[**p]).count() == 1
                && let Some(next) = parts.iter().filter(|p| shown[**p]).min_by_key(|p| tables.cells()[**p].n)
            {
                shown[*next] = false;
            }
        }
    }
    shown
}

/// Cells of enough people that were lost: totals and direct reports, and cuts.
fn lost(tables: &Tables, shown: &[bool]) -> (usize, usize) {
    let of = tables.cells().iter().zip(shown).filter(|(c, s)| c.n >= K && !**s);
    let cuts = of.clone().filter(|(c, _)| is_cut(c)).count();
    (of.count() - cuts, cuts)
}

#[test]
fn without_cuts_nearly_as_little_is_lost_as_can_be() {
    for seed in 0..4 {
        let mut o = large(300, seed);
        o.people.iter_mut().for_each(|p| p.categories.clear());
        let done = suppress(tables(&o), &AuditOptions::default()).expect("a pattern");
        let shown: Vec<bool> = done.cells().iter().map(|c| c.released).collect();
        let (ours, best) = (lost(&done, &shown).0, optimum(&o));
        assert!(best <= ours && ours <= best + best / 4 + 2, "seed {seed}: {ours} lost, {best} must be");
    }
}

#[test]
fn what_is_planted_in_a_safe_release_is_found() {
    let o = large(500, 3);
    let safe = suppress(tables(&o), &AuditOptions::default()).expect("a pattern");
    let shown: Vec<bool> = safe.cells().iter().map(|c| c.released).collect();
    assert!(audit(&safe, &AuditOptions::default()).expect("a verdict").is_safe());
    let mut random = Random::new(7);
    let mut planted = 0;
    while planted < 25 {
        // All but one of the parts of a unit are shown, the one of too few people is not.
        let unit = random.below(50);
        let names = safe.cells().iter().enumerate().filter(|(_, c)| c.cell.starts_with(&format!("all {unit} 0=")));
        let parts: Vec<usize> = names.map(|(i, _)| i).collect();
        let few: Vec<usize> = parts.iter().copied().filter(|p| safe.cells()[*p].n < K).collect();
        let whole = safe.cells().iter().position(|c| c.cell == format!("all {unit}")).expect("a unit of people");
        let [hidden] = few.as_slice() else { continue };
        let mut open = shown.clone();
        parts.iter().filter(|p| *p != hidden).chain([&whole]).for_each(|p| open[*p] = true);
        let found = audit(&safe.clone().releasing(&open), &AuditOptions::default()).expect("a verdict");
        let name = &safe.cells()[*hidden].cell;
        assert!(found.leaks.iter().any(|l| l.cell.as_ref() == Some(name) && l.verified), "{name}: {:?}", found.leaks);
        planted += 1;
    }
}

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/disclosure-reference.md");
const HEAD: &str = "\
# What disclosure control costs

Written by `make disclosure`. Simulated organizations of about six respondents a team and two cuts of three and four
categories, minimum group 5; cells of five people or more that were lost, and leaks that are left.

- *primary*: only cells of fewer people than the minimum are hidden.
- *sibling*, the rule of platforms: with one hidden part the smallest other part of the same whole is hidden too.
- *ours*: what a release does. In brackets the fewest totals that must be lost even if there were no cuts, by a dynamic
  program over the tree; a proof that no rule can lose fewer.
- *pools*: parts held back that may be told together on request, and the people in them.
- *proved*: groups of cells without people in common for which it is proved that nothing is left to find, of all.

| units | people | cells of 5 or more | leaks, primary | sibling: totals, cuts lost | leaks | ours: totals (optimum), cuts lost | leaks | proved | pools (people) |
|---|---|---|---|---|---|---|---|---|---|
";

/// The page that `make disclosure` writes. Seconds are the business of `cargo bench -p colead --bench disclosure`: a
/// page with the times of one machine would not be the same on another.
#[test]
#[ignore = "writes a page"]
fn table_of_losses() {
    let mut page = HEAD.to_owned();
    for units in [500, 5000, 20000] {
        let o = large(units, 1);
        let tables = tables(&o);
        let options = AuditOptions::default();
        let found = |shown: &[bool]| audit(&tables.clone().releasing(shown), &options).expect("a verdict");
        let theirs = sibling(&o, &tables);
        let done = suppress(tables.clone(), &options).expect("a pattern");
        let ours: Vec<bool> = done.cells().iter().map(|c| c.released).collect();
        let (enough, (a, b), (c, d)) = (eligible(&tables), lost(&tables, &theirs), lost(&tables, &ours));
        let cells = enough.iter().filter(|e| **e).count();
        let people: u64 = o.people.iter().map(|p| p.n).sum();
        let last = found(&ours);
        let (pools, pooled) = pools(&o, &tables, &ours);
        page.push_str(&format!(
            "| {units} | {people} | {cells} | {} | {a}, {b} | {} | {c} ({}), {d} | {} | {} of {} | {pools} ({pooled}) |\n",
            found(&enough).leaks.len(),
            found(&theirs).leaks.len(),
            optimum(&o),
            last.leaks.len(),
            last.proved,
            last.components
        ));
    }
    match std::env::var_os("COLEAD_BLESS").is_some_and(|v| v == "1") {
        true => std::fs::write(PAGE, page).expect("writable"),
        false => assert_eq!(std::fs::read_to_string(PAGE).ok(), Some(page), "`make disclosure` writes it"),
    }
}

/// Parts of one unit that are hidden and together enough people: how many such pools, and the people in them.
fn pools(o: &Large, tables: &Tables, shown: &[bool]) -> (usize, u64) {
    let mut sums: HashMap<usize, (usize, u64)> = HashMap::new();
    let mut add = |unit: usize, n: u64| {
        let sum = sums.entry(unit).or_default();
        *sum = (sum.0 + 1, sum.1 + n);
    };
    let places: HashMap<&str, usize> = tables.cells().iter().enumerate().map(|(i, c)| (c.cell.as_str(), i)).collect();
    let hidden = |name: &str| places.get(name).filter(|at| !shown[**at]).map(|at| tables.cells()[*at].n);
    for (unit, parent) in o.parents.iter().enumerate() {
        if let (Some(parent), Some(n)) = (*parent, hidden(&format!("all {unit}"))) {
            add(parent, n);
        }
        if let Some(n) = hidden(&format!("direct {unit}")) {
            add(unit, n);
        }
    }
    let enough = sums.into_values().filter(|(parts, n)| *parts > 1 && *n >= K);
    enough.fold((0, 0), |(count, people), (_, n)| (count + 1, people + n))
}

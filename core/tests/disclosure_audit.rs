//! The auditor beside brute force over every few people, which shares no algebra with it.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod small;

use colead::evidence::Table;
use colead::release::{Audit, AuditOptions, Level, Tables, Values, audit, suppress};
use small::{Brute, Organization, Random, rank};

fn csv(name: &str, text: &str) -> Table {
    Table::from_csv(name, text.as_bytes()).expect("a table")
}

fn tables(organization: &Organization, published: &[bool]) -> Tables {
    let mut cells = String::from("cell,n,released,rank\n");
    for (c, p) in organization.cells.iter().zip(published) {
        let rank = if c.name.contains('=') { "cut" } else { c.name.split(' ').next().expect("a word") };
        let rank = if rank == "all" { "total" } else { rank };
        cells.push_str(&format!("{},{},{p},{rank}\n", c.name, organization.count(&c.people)));
    }
    let mut atoms = String::from("atom,n,cell\n");
    for (atom, (people, of)) in organization.atoms().iter().enumerate() {
        of.iter().for_each(|c| atoms.push_str(&format!("a{atom},{people},{}\n", organization.cells[*c].name)));
    }
    Tables::from_tables(&csv("cells", &cells), None, Some(&csv("atoms", &atoms))).expect("sound tables")
}

fn audited(organization: &Organization, published: &[bool], k: u64) -> Audit {
    let options = AuditOptions { min_group: k, ..AuditOptions::default() };
    audit(&tables(organization, published), &options).expect("a verdict")
}

#[test]
fn auditor_and_brute_force_agree_on_every_small_organization() {
    let (mut unsafe_ones, mut proved) = (0, 0);
    const CASES: u64 = 1500;
    for seed in 0..CASES {
        let mut random = Random::new(seed);
        let organization = Organization::random(&mut random);
        let k = 2 + random.below(5) as u64;
        let large = |c: usize| organization.count(&organization.cells[c].people) as u64 >= k;
        let drop = [0, 20, 50][random.below(3)];
        let published: Vec<bool> =
            (0..organization.cells.len()).map(|c| large(c) && random.below(100) >= drop).collect();
        let brute = Brute::of(&organization, &published, k);
        let found = audited(&organization, &published, k);
        assert_eq!(found.is_safe(), !brute.contrast(), "seed {seed}, k {k}: {found:?}");
        assert_eq!(found.components, found.proved, "small organizations are decided, not sampled: seed {seed}");
        for leak in &found.leaks {
            assert!(leak.verified, "{leak:?}");
            let people = organization.combined(&leak.certificate);
            assert_eq!(people.iter().filter(|x| **x != 0).count() as u64, leak.people, "seed {seed}: {leak:?}");
            assert!(leak.people > 0 && leak.people < k);
            let mut values: Vec<i64> = people.into_iter().filter(|x| *x != 0).collect();
            values.dedup();
            assert_eq!(values.len() > 1, leak.level == Level::Contrast, "{leak:?}");
        }
        unsafe_ones += u64::from(!found.is_safe());
        proved += u64::from(found.is_safe());
    }
    assert!(unsafe_ones > CASES / 10 && proved > CASES / 10, "{unsafe_ones} unsafe, {proved} safe");
}

/// What platforms do: when one part of a whole is hidden, the smallest other part is hidden too.
fn siblings(o: &Organization, k: usize) -> Vec<bool> {
    let mut shown: Vec<bool> = o.cells.iter().map(|c| o.count(&c.people) >= k).collect();
    let place = |name: &str| o.cells.iter().position(|c| c.name == name);
    let mut relations: Vec<Vec<usize>> = Vec::new();
    for unit in 0..o.parents.len() {
        let below: Vec<usize> = (0..o.parents.len()).filter(|u| o.parents[*u] == Some(unit)).collect();
        let parts = |mark: &str| below.iter().filter_map(|u| place(&format!("all {u}{mark}"))).collect::<Vec<_>>();
        if !below.is_empty() {
            relations.push(parts("").into_iter().chain(place(&format!("direct {unit}"))).collect());
        }
        for cut in 0..2 {
            let marks: Vec<String> = (0..3).map(|c| format!(" {cut}={c}")).collect();
            relations.push(marks.iter().filter_map(|m| place(&format!("all {unit}{m}"))).collect());
            marks.iter().for_each(|m| relations.push(parts(m)));
        }
    }
    for parts in &relations {
        let own: Vec<usize> = parts.iter().copied().filter(|c| o.count(&o.cells[*c].people) > 0).collect();
        if own.iter().filter(|c| !shown[**c]).count() == 1
            && let Some(next) = own.iter().filter(|c| shown[**c]).min_by_key(|c| o.count(&o.cells[**c].people))
        {
            shown[*next] = false;
        }
    }
    shown
}

/// Gauss elimination of Langsrud (2024): a cell is withheld when with it a cell of too few could be derived.
fn gauss(o: &Organization, k: usize) -> Vec<bool> {
    let row = |c: usize| -> Vec<f64> { o.cells[c].people.iter().map(|p| f64::from(u8::from(*p))).collect() };
    let mut order: Vec<usize> = (0..o.cells.len()).collect();
    order.sort_by_key(|c| (o.cells[*c].name.contains('='), std::cmp::Reverse(o.count(&o.cells[*c].people))));
    let n = |c: usize| o.count(&o.cells[c].people);
    let targets: Vec<Vec<f64>> = (0..o.cells.len()).filter(|c| n(*c) > 0 && n(*c) < k).map(row).collect();
    let (mut shown, mut rows) = (vec![false; o.cells.len()], Vec::new());
    for c in order.into_iter().filter(|c| n(*c) >= k) {
        rows.push(row(c));
        let own = rank(&rows);
        let gives = |t: &Vec<f64>| rank(&[rows.as_slice(), std::slice::from_ref(t)].concat()) == own;
        if targets.iter().any(gives) {
            rows.pop();
        } else {
            shown[c] = true;
        }
    }
    shown
}

#[test]
fn after_suppression_no_small_organization_is_unsafe() {
    const CASES: u64 = 1200;
    let mut unsafe_after = [0u64; 4];
    for seed in 0..CASES {
        let mut random = Random::new(50_000 + seed);
        let o = Organization::with_cuts(&mut random, &[3, 3]);
        let k = 5;
        let none = vec![false; o.cells.len()];
        let ours = suppress(tables(&o, &none), &AuditOptions { seed, ..AuditOptions::default() }).expect("a pattern");
        let ours: Vec<bool> = ours.cells().iter().map(|c| c.released).collect();
        assert!(o.cells.iter().zip(&ours).all(|(c, r)| !r || o.count(&c.people) >= k), "seed {seed}");
        let primary: Vec<bool> = o.cells.iter().map(|c| o.count(&c.people) >= k).collect();
        for (i, pattern) in [primary, siblings(&o, k), gauss(&o, k), ours].iter().enumerate() {
            unsafe_after[i] += u64::from(Brute::of(&o, pattern, k as u64).contrast());
        }
    }
    let share = unsafe_after.map(|n| 100 * n / CASES);
    println!(
        "unsafe in percent: primary only {}, sibling {}, Gauss {}, ours {}",
        share[0], share[1], share[2], share[3]
    );
    assert_eq!(unsafe_after[3], 0);
    assert!(share[0] > share[1] && share[1] > 10 && share[2] > 10, "{share:?}");
}

/// Stoer and Wagner (1997): the smallest number of people on which any difference stands in a component of units and
/// one cut; with everybody outside of a layer's cells at one ground.
fn smallest_cut(mut w: Vec<Vec<u64>>) -> u64 {
    let mut best = u64::MAX;
    let mut alive: Vec<usize> = (0..w.len()).collect();
    while alive.len() > 1 {
        let mut sums: Vec<u64> = vec![0; w.len()];
        let mut left = alive.clone();
        let (mut s, mut t) = (0, 0);
        while !left.is_empty() {
            let next = (0..left.len()).max_by_key(|i| sums[left[*i]]).expect("one");
            (s, t) = (t, left.swap_remove(next));
            left.iter().for_each(|v| sums[*v] += w[t][*v]);
        }
        best = best.min(sums[t]);
        for v in &alive {
            let add = w[t][*v];
            w[s][*v] += add;
            w[*v][s] += add;
        }
        alive.retain(|v| *v != t);
    }
    best
}

#[test]
fn with_one_cut_the_smallest_cut_decides() {
    let mut decided = [0; 2];
    for seed in 0..400 {
        let mut r = Random::new(90_000 + seed);
        let o = Organization::with_cuts(&mut r, &[2 + (seed % 2) as usize]);
        let k = 3 + r.below(4) as u64;
        let published: Vec<bool> =
            o.cells.iter().map(|c| o.count(&c.people) as u64 >= k && r.below(100) >= 40).collect();
        // The smallest published cell around each person in each of the two layers; 0 is the ground.
        let around = |person: usize, cut: bool| {
            let cells = (0..o.cells.len()).filter(|c| published[*c] && o.cells[*c].name.contains('=') == cut);
            let own = cells.filter(|c| o.cells[*c].people[person]);
            own.min_by_key(|c| (o.count(&o.cells[*c].people), !c)).map_or(0, |c| c + 1)
        };
        let edges: Vec<(usize, usize)> = (0..o.people.len()).map(|p| (around(p, false), around(p, true))).collect();
        let mut found = false;
        let mut open: Vec<usize> = (0..=o.cells.len()).collect();
        while let Some(start) = open.pop() {
            let mut part = vec![start];
            while let Some(v) = open
                .iter()
                .position(|v| edges.iter().any(|(a, b)| (a == v && part.contains(b)) || (b == v && part.contains(a))))
            {
                part.push(open.swap_remove(v));
            }
            if part.len() > 1 {
                let mut w = vec![vec![0; part.len()]; part.len()];
                let at = |v: usize| part.iter().position(|p| *p == v);
                for (a, b) in &edges {
                    if let (Some(a), Some(b)) = (at(*a), at(*b))
                        && a != b
                    {
                        w[a][b] += 1;
                        w[b][a] += 1;
                    }
                }
                found |= smallest_cut(w) < k;
            }
        }
        assert_eq!(!audited(&o, &published, k).is_safe(), found, "seed {seed}");
        decided[usize::from(found)] += 1;
    }
    assert!(decided[0] > 20 && decided[1] > 20, "{decided:?}");
}

#[test]
fn a_hidden_reply_comes_out_of_rounded_means() {
    let cells = csv("cells", "cell,n,released,value\nall,12,yes,75\nmost,11,yes,77\none,1,no,\n");
    let relations = csv("relations", "total,part\nall,most\nall,one\n");
    let tables = Tables::from_tables(&cells, Some(&relations), None).expect("sound");
    let values = Values { lo: 0.0, hi: 100.0, rounding: 1.0, step: Some(25.0), width: 25.0 };
    let range = |step| {
        let values = Some(Values { step, ..values.clone() });
        let found = audit(&tables, &AuditOptions { values, ..AuditOptions::default() }).expect("a verdict");
        assert_eq!((found.leaks.len(), found.leaks[0].level), (1, Level::Exact));
        found.leaks[0].range.expect("a range")
    };
    assert_eq!(range(Some(25.0)), (50.0, 50.0));
    let (lo, hi) = range(None);
    assert!((lo - 41.5).abs() < 1e-9 && (hi - 64.5).abs() < 1e-9);
}

#[test]
fn values_at_the_end_of_the_scale_leave_no_range() {
    // 9 of 100 and 5 of 100: nothing can be subtracted, and yet everybody is known.
    let cells = csv("cells", "cell,n,released,value\nall,9,yes,100\na,5,no,\nb,4,no,\n");
    let relations = csv("relations", "total,part\nall,a\nall,b\n");
    let tables = Tables::from_tables(&cells, Some(&relations), None).expect("sound");
    let values = Some(Values { lo: 0.0, hi: 100.0, rounding: 0.1, step: None, width: 20.0 });
    let found = audit(&tables, &AuditOptions { values, ..AuditOptions::default() }).expect("a verdict");
    let leaks: Vec<_> = found.leaks.iter().map(|l| (l.level, l.cell.as_deref())).collect();
    assert_eq!(leaks, [(Level::Interval, Some("b"))]);
    assert!(audit(&tables, &AuditOptions::default()).expect("a verdict").is_safe());
}

#[test]
fn two_hierarchies_over_the_same_people() {
    // Line and location: 20 people, of whom 4 are in line a and at place y.
    let atoms = "atom,n,cell\nax,8,a\nax,8,x\nay,4,a\nay,4,y\nbx,1,b\nbx,1,x\nby,7,b\nby,7,y\n";
    let cells = "cell,n\na,12\nb,8\nx,9\ny,11\n";
    let tables = Tables::from_tables(&csv("cells", cells), None, Some(&csv("atoms", atoms))).expect("sound");
    let found = audit(&tables, &AuditOptions::default()).expect("a verdict");
    // a - x leaves 4 of a and takes 1 of b: five people. With k 6 that is too few.
    assert!(found.is_safe());
    let found = audit(&tables, &AuditOptions { min_group: 6, ..AuditOptions::default() }).expect("a verdict");
    assert_eq!((found.leaks[0].level, found.leaks[0].people), (Level::Contrast, 5));
    let insider = AuditOptions { coalition: 1, ..AuditOptions::default() };
    assert_eq!(audit(&tables, &insider).expect("a verdict").leaks[0].level, Level::Insider);
}

#[test]
fn tables_that_do_not_add_up_are_refused() {
    let code = |cells: &str, relations: &str| {
        let relations = csv("relations", &format!("total,part,relation\n{relations}"));
        Tables::from_tables(&csv("cells", &format!("cell,n\n{cells}")), Some(&relations), None)
            .map(|_| ())
            .map_err(|e| e.code())
    };
    assert_eq!(code("t,9\na,5\nb,5\n", "t,a,\nt,b,\n"), Err("parent_smaller"));
    assert_eq!(code("t,12\na,5\nb,5\n", "t,a,\nt,b,\n"), Err("incomplete_relation"));
    assert_eq!(code("t,10\na,5\nb,5\n", "t,a,\nt,c,\n"), Err("unknown_cell"));
    assert_eq!(code("t,10\na,-5\nb,5\n", "t,a,\nt,b,\n"), Err("bad_count"));
    assert_eq!(code("t,10\na,5.5\nb,5\n", "t,a,\nt,b,\n"), Err("not_whole"));
    assert_eq!(code("t,10\na,x\nb,5\n", "t,a,\nt,b,\n"), Err("not_a_number"));
    assert_eq!(code("t,10\nt,5\n", ""), Err("duplicate_cell"));
    assert_eq!(code("t,5\na,5\n", "t,a,\na,t,\n"), Err("cyclic_relation"));
    assert_eq!(code("t,10\na,5\nb,5\nc,6\nd,4\n", "t,a,g\nt,b,g\nt,c,h\nt,d,h\n"), Err("atoms_needed"));
    // A member in two teams: the sum of the teams is more than the whole.
    assert_eq!(code("t,10\na,5\nb,5\nu,10\nv,20\n", "t,a,\nt,b,\nu,a,\nu,b,\nv,t,\nv,u,\n"), Err("overlapping_parts"));
    assert_eq!(code("t,10\na,5\nb,5\n", "t,a,\nt,b,\n"), Ok(()));
    let tables = Tables::from_tables(&csv("cells", "cell,n\na,5\n"), None, None).expect("sound");
    let code = |min_group| audit(&tables, &AuditOptions { min_group, ..AuditOptions::default() }).map_err(|e| e.code());
    assert_eq!((code(0).unwrap_err(), code(1).unwrap_err()), ("bad_min_group", "bad_min_group"));
}

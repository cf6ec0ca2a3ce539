//! The auditor beside brute force over every few people, which shares no algebra with it.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod small;

use colead::evidence::Table;
use colead::release::{Audit, AuditOptions, Level, Tables, audit};
use small::{Brute, Organization, Random};

fn csv(name: &str, text: &str) -> Table {
    Table::from_csv(name, text.as_bytes()).expect("a table")
}

fn audited(organization: &Organization, published: &[bool], k: u64) -> Audit {
    let cells: String = organization
        .cells
        .iter()
        .zip(published)
        .map(|(c, p)| format!("{},{},{}\n", c.name, organization.count(&c.people), p))
        .collect();
    let mut atoms = String::from("atom,n,cell\n");
    for (c, cell) in organization.cells.iter().enumerate() {
        for (atom, (people, cells)) in organization.atoms().iter().enumerate() {
            if cells.contains(&c) {
                atoms.push_str(&format!("a{atom},{people},{}\n", cell.name));
            }
        }
    }
    let cells = csv("cells", &format!("cell,n,released\n{cells}"));
    let tables = Tables::from_tables(&cells, None, Some(&csv("atoms", &atoms))).expect("sound tables");
    audit(&tables, &AuditOptions { min_group: k, ..AuditOptions::default() }).expect("a verdict")
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

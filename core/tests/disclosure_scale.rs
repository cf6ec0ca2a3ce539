//! What is lost at the size of companies, and that what is planted there is found.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod small;

use colead::release::{AuditOptions, Tables, audit, suppress};
use small::large::large;
use std::time::Instant;

#[test]
#[ignore = "prints a table"]
fn table_of_losses() {
    for units in [500, 5000, 20000] {
        let o = large(units, 1);
        let tables = Tables::of_organization(&o.parents, &o.people).expect("sound");
        let options = AuditOptions::default();
        let eligible: Vec<bool> = tables.cells().iter().map(|c| c.n >= 5).collect();
        let t = Instant::now();
        let first = audit(&tables.clone().releasing(&eligible), &options).expect("a verdict");
        println!(
            "{units}: primary only {} leaks, {} of {} proved, {:?}",
            first.leaks.len(),
            first.proved,
            first.components,
            t.elapsed()
        );
        let t = Instant::now();
        let done = suppress(tables, &options).expect("a pattern");
        let taken = t.elapsed();
        let lost = |kind: &dyn Fn(&str) -> bool| {
            let of = done.cells().iter().zip(&eligible).filter(|(c, e)| **e && kind(&c.cell));
            (of.clone().count(), of.filter(|(c, _)| !c.released).count())
        };
        println!(
            "{units}: totals {:?} direct {:?} cuts {:?} in {taken:?}",
            lost(&|c| c.starts_with("all") && !c.contains('=')),
            lost(&|c| c.starts_with("direct")),
            lost(&|c| c.contains('=')),
        );
        let t = Instant::now();
        let last = audit(&done, &options).expect("a verdict");
        println!(
            "{units}: after: {} leaks, {} of {} proved {:?}",
            last.leaks.len(),
            last.proved,
            last.components,
            t.elapsed()
        );
    }
}

//! What disclosure control costs on one thread: `cargo bench -p colead --bench disclosure`.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../tests/small/mod.rs"]
mod small;

use colead::release::{AuditOptions, Tables, audit, suppress};
use divan::{Bencher, black_box};
use small::large::large;

fn main() {
    divan::main();
}

fn tables(units: usize) -> Tables {
    let o = large(units, 1);
    Tables::of_organization(&o.parents, &o.people).expect("a sound organization")
}

/// Two cuts, of three and of four categories, until three audits are clean.
#[divan::bench(args = [500, 5000, 20000], sample_count = 3, sample_size = 1)]
fn suppress_units_with_two_cuts(bencher: Bencher<'_, '_>, units: usize) {
    let tables = tables(units);
    bencher.bench(|| suppress(black_box(tables.clone()), &AuditOptions::default()));
}

#[divan::bench(args = [500, 5000, 20000], sample_count = 3, sample_size = 1)]
fn audit_a_release(bencher: Bencher<'_, '_>, units: usize) {
    let safe = suppress(tables(units), &AuditOptions::default()).expect("a pattern");
    bencher.bench(|| audit(black_box(&safe), &AuditOptions::default()));
}

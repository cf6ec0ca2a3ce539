//! The column path allocates nothing once its memory is there. A binary of its own: it counts every allocation.
#![allow(unsafe_code, clippy::unwrap_used)]

use colead::rules::{Columns, Framework, MeasureKind, Numbers, Verdicts};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn nothing_is_allocated_after_the_first_batch() {
    let f = Framework::builtin().unwrap();
    let names: Vec<&str> = f.questions().iter().map(|q| q.id.as_str()).collect();
    let program = f.program(&names, None).unwrap();
    let batch = |rows: usize, turn: usize| {
        let mut cases = Columns::new(&f, rows);
        for (i, m) in f.measures().iter().enumerate() {
            let MeasureKind::Score { lo, hi } = m.kind else { continue };
            let share = |row: usize| ((row * 7 + i * 13 + turn * 5) % 101) as f64 / 101.0;
            let value: Numbers<'static> =
                (0..rows).map(|r| (r % 10 != i % 10).then(|| lo + (hi - lo) * share(r))).collect();
            let se: Numbers<'static> = (0..rows).map(|r| Some(share(r + 3) * (hi - lo) / 4.0)).collect();
            cases.score(&m.id, value, Some(se)).unwrap();
        }
        cases
    };
    let mut verdicts = Verdicts::default();
    program.run(&batch(3_000, 0), &mut verdicts).unwrap();
    let next: Vec<Columns<'_>> = [(3_000, 1), (2_999, 2), (64, 3), (1, 4)].map(|(rows, turn)| batch(rows, turn)).into();
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    for cases in &next {
        program.run(cases, &mut verdicts).unwrap();
    }
    let made = ALLOCATIONS.load(Ordering::Relaxed) - before;
    assert_eq!(made, 0, "{:?}", verdicts.effort());
    assert!(verdicts.effort().unsure > 0);
}

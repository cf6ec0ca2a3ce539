//! A program over a batch, tile by tile, compiled for several machines.

use super::batch::Columns;
use super::bits::{self, TILE, WORD};
use super::lanes;
use super::program::Program;
use super::verdicts::{Verdicts, Work};
use crate::error::{Error, Result};
use multiversion::multiversion;
use std::sync::Arc;

/// For which machine the code that runs was compiled; for benchmarks and tests.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Processor {
    /// Every machine of this architecture.
    Baseline,
    /// AVX2 where it is there.
    Avx2,
    /// The best that is there.
    Best,
}

impl Program {
    /// Judges every row of a batch.
    ///
    /// # Errors
    /// `other_framework` when the batch belongs to another framework than the program.
    pub fn run(&self, columns: &Columns<'_>, verdicts: &mut Verdicts) -> Result<()> {
        self.run_at(Processor::Best, columns, verdicts)
    }

    #[doc(hidden)]
    pub fn run_at(&self, level: Processor, columns: &Columns<'_>, verdicts: &mut Verdicts) -> Result<()> {
        let (own, other) = (&self.framework, columns.framework());
        if !Arc::ptr_eq(&own.0, &other.0) && own.sha256() != other.sha256() {
            return Err(Error::input("other_framework", "the cases belong to another framework than the questions")
                .at("columns")
                .help("make both from one framework"));
        }
        verdicts.begin(self, columns.rows());
        match level {
            Processor::Baseline => tiles(self, columns, verdicts),
            Processor::Avx2 => with_avx2(self, columns, verdicts),
            Processor::Best => with_best(self, columns, verdicts),
        }
        Ok(())
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+bmi1+bmi2+popcnt",
    "x86_64+avx2+bmi1+bmi2+popcnt"
))]
fn with_best<'c>(program: &Program, columns: &Columns<'c>, verdicts: &mut Verdicts) {
    tiles(program, columns, verdicts);
}

#[multiversion(targets("x86_64+avx2+bmi1+bmi2+popcnt"))]
fn with_avx2<'c>(program: &Program, columns: &Columns<'c>, verdicts: &mut Verdicts) {
    tiles(program, columns, verdicts);
}

#[inline(always)]
fn tiles(program: &Program, columns: &Columns<'_>, verdicts: &mut Verdicts) {
    for start in (0..columns.rows()).step_by(TILE) {
        let unsure = bits::evaluate(program, columns, start, &mut verdicts.work.kleene);
        exact_verdicts(program, &mut verdicts.work, columns.rows() - start);
        if unsure {
            verdicts.work.truths.resize(program.nodes.len(), Default::default());
            let (mut unsure, mut again) = (0, 0);
            for (word, row) in (start..columns.rows()).step_by(WORD).take(bits::WORDS).enumerate() {
                let (u, a) = unsure_verdicts(program, columns, &mut verdicts.work, word, row);
                unsure += u;
                again += a;
            }
            verdicts.count(unsure, again);
        }
        verdicts.record(program, start);
    }
}

/// The verdicts of rows without standard errors, which are bits already.
#[inline(always)]
fn exact_verdicts(program: &Program, work: &mut Work, rows: usize) {
    for (found, (_, node)) in work.found.iter_mut().zip(&program.rules) {
        let Some(k) = work.kleene.get(*node) else { continue };
        *found = (k.yes, k.may.map(|w| !w));
        if rows < TILE {
            for (word, (holds, fails)) in found.0.iter_mut().zip(&mut found.1).enumerate() {
                let within = bits::first(rows.saturating_sub(word * WORD));
                *holds &= within;
                *fails &= within;
            }
        }
    }
}

/// The verdicts of a word's rows with standard errors; how many there are, and how many were computed again.
#[inline(always)]
fn unsure_verdicts(program: &Program, columns: &Columns<'_>, work: &mut Work, word: usize, row: usize) -> (u64, u64) {
    let Work { kleene, truths, sorted, exact, found } = work;
    let (mut pairs, mut again) = (0, 0);
    let unsure_at = |node: usize| kleene.get(node).and_then(|k| k.unsure.get(word)).copied().unwrap_or_default();
    if program.rules.iter().all(|(_, node)| unsure_at(*node) == 0) {
        return (0, 0);
    }
    lanes::evaluate(program, columns, row, word, kleene, truths, sorted);
    for ((_, node), (holds, fails)) in program.rules.iter().zip(found.iter_mut()) {
        let (Some(t), Some(margin), Some(h), Some(f)) =
            (truths.get(*node), program.margins.get(*node), holds.get_mut(word), fails.get_mut(word))
        else {
            continue;
        };
        let unsure = unsure_at(*node);
        if unsure == 0 {
            continue;
        }
        let (yes, no, settled) = lanes::decide(t, margin);
        let known = unsure & settled;
        *h = (*h & !unsure) | (yes & known);
        *f = (*f & !unsure) | (no & known);
        let mut left = unsure & !settled;
        pairs += u64::from(unsure.count_ones());
        again += u64::from(left.count_ones());
        while left != 0 {
            let bit = left.trailing_zeros() as usize;
            left &= left - 1;
            let truth = exact.truth(program, columns, row + bit, *node);
            *h |= u64::from(truth.holds(program.confidence)) << bit;
            *f |= u64::from(truth.fails(program.confidence)) << bit;
        }
    }
    (pairs, again)
}

//! What a program found of a batch.

use super::bits::{self, Kleene, Plane, WORD, WORDS};
use super::exact::Exact;
use super::lanes::{Sorted, Truths};
use super::program::{Asked, Program};
use crate::rules::Mode;

/// The answer index of a row without one.
pub(super) const NO_ANSWER: u16 = u16::MAX;

/// What a question came to in one row; see [`Status`](crate::rules::Status).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Outcome {
    /// Not enough to answer.
    Insufficient = 0,
    /// An answer; of an independent question, at least one option is settled.
    Answer = 1,
    /// Options that exclude one another hold at once.
    Conflict = 2,
    /// Every option is excluded.
    NoneHold = 3,
}

impl Outcome {
    /// `answer`, `insufficient`, `conflict` or `none_hold`.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Insufficient => "insufficient",
            Outcome::Answer => "answer",
            Outcome::Conflict => "conflict",
            Outcome::NoneHold => "none_hold",
        }
    }
}

/// How the verdicts of a batch were reached, in pairs of a rule and a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effort {
    /// All pairs.
    pub pairs: u64,
    /// Those in which a standard error bears on the rule.
    pub unsure: u64,
    /// Of these, those that were too close for five decimals and were computed row by row.
    pub again: u64,
}

/// The verdicts of a batch. Give it to [`Program::run`] again and its memory is used again.
#[derive(Debug, Clone, Default)]
pub struct Verdicts {
    rows: usize,
    /// Words a rule.
    words: usize,
    holds: Vec<u64>,
    fails: Vec<u64>,
    outcomes: Vec<Outcome>,
    answers: Vec<u16>,
    effort: Effort,
    pub(super) work: Work,
}

/// What a tile needs while it is worked on.
#[derive(Debug, Clone, Default)]
pub(super) struct Work {
    pub(super) kleene: Vec<Kleene>,
    pub(super) truths: Vec<Truths>,
    pub(super) sorted: Box<Sorted>,
    pub(super) exact: Exact,
    /// Of each rule in this tile: holds, fails.
    pub(super) found: Vec<(Plane, Plane)>,
}

impl Verdicts {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// What the `question`-th question of the program came to in each row; empty where there is no such question.
    pub fn outcomes(&self, question: usize) -> &[Outcome] {
        column(&self.outcomes, question, self.rows)
    }

    /// The answer to the `question`-th question in each row, as the place of an option; none where it has no single
    /// answer.
    pub fn answers(&self, question: usize) -> impl ExactSizeIterator<Item = Option<u16>> + '_ {
        column(&self.answers, question, self.rows).iter().map(|a| (*a != NO_ANSWER).then_some(*a))
    }

    /// The rows in which the `rule`-th rule of the program holds, and those in which it fails: a bit a row, as in
    /// [`Validity`](super::Validity), in whole words; bits beyond the last row are 0. In all other rows it is
    /// insufficient.
    pub fn bits(&self, rule: usize) -> (&[u64], &[u64]) {
        let of = |planes| {
            let words: &[u64] = column(planes, rule, self.words);
            words.get(..self.rows.div_ceil(WORD)).unwrap_or_default()
        };
        (of(&self.holds), of(&self.fails))
    }

    /// Whether the `rule`-th rule of the program holds in a row; none when that is insufficient.
    pub fn verdict(&self, rule: usize, row: usize) -> Option<bool> {
        let (holds, fails) = self.bits(rule);
        let bit = |words: &[u64]| words.get(row / WORD).is_some_and(|w| w >> (row % WORD) & 1 == 1);
        if bit(holds) { Some(true) } else { bit(fails).then_some(false) }
    }

    /// How the verdicts were reached.
    pub fn effort(&self) -> Effort {
        self.effort
    }

    pub(super) fn begin(&mut self, program: &Program, rows: usize) {
        self.rows = rows;
        self.words = rows.div_ceil(bits::TILE) * WORDS;
        self.effort = Effort { pairs: program.rules.len() as u64 * rows as u64, ..Effort::default() };
        for planes in [&mut self.holds, &mut self.fails] {
            planes.resize(program.rules.len() * self.words, 0);
        }
        self.outcomes.resize(program.questions.len() * rows, Outcome::Insufficient);
        self.answers.resize(program.questions.len() * rows, NO_ANSWER);
        self.work.kleene.resize(program.nodes.len(), Kleene::default());
        self.work.found.resize(program.rules.len(), Default::default());
        self.work.exact.begin(program);
    }

    pub(super) fn count(&mut self, unsure: u64, again: u64) {
        self.effort.unsure += unsure;
        self.effort.again += again;
    }

    /// Writes what was found of the tile that begins at `start`.
    #[inline(always)]
    pub(super) fn record(&mut self, program: &Program, start: usize) {
        let at = start / WORD;
        for (i, (holds, fails)) in self.work.found.iter().enumerate() {
            let from = i * self.words + at;
            for (planes, found) in [(&mut self.holds, holds), (&mut self.fails, fails)] {
                if let Some(into) = planes.get_mut(from..from + WORDS) {
                    into.copy_from_slice(found);
                }
            }
        }
        for (q, asked) in program.questions.iter().enumerate() {
            for word in 0..WORDS {
                let first = start + word * WORD;
                if first >= self.rows {
                    break;
                }
                let (from, len) = (q * self.rows + first, WORD.min(self.rows - first));
                if let (Some(outcomes), Some(answers)) =
                    (self.outcomes.get_mut(from..from + len), self.answers.get_mut(from..from + len))
                {
                    settle(asked, &self.work.found, word, outcomes, answers);
                }
            }
        }
    }
}

fn column<T>(all: &[T], i: usize, len: usize) -> &[T] {
    i.checked_mul(len).and_then(|from| all.get(from..from.checked_add(len)?)).unwrap_or_default()
}

/// A question in the rows of a word, as `judgment::settle` settles it for one case.
#[inline(always)]
fn settle(asked: &Asked, found: &[(Plane, Plane)], word: usize, outcomes: &mut [Outcome], answers: &mut [u16]) {
    let option = |rules: &[usize]| {
        let mut verdict = (0, if rules.is_empty() { 0 } else { u64::MAX });
        for (holds, fails) in rules.iter().filter_map(|r| found.get(*r)) {
            verdict.0 |= holds.get(word).copied().unwrap_or_default();
            verdict.1 &= fails.get(word).copied().unwrap_or_default();
        }
        verdict
    };
    // Rows in which one option holds, several do, one is left, several are, and any is settled.
    let (mut one, mut more, mut left, mut several, mut settled) = (0, 0, 0, 0, 0);
    for rules in &asked.answering {
        let (holds, fails) = option(rules);
        more |= one & holds;
        one |= holds;
        several |= left & !fails;
        left |= !fails;
        settled |= holds | fails;
    }
    let (answer, conflict, none) = match asked.mode {
        Mode::Independent => (settled, 0, 0),
        Mode::Exclusive | Mode::Graded => (one & !more, more, !left),
    };
    let last = if asked.mode == Mode::Graded { left & !several & !one } else { 0 };
    let mut answered = answer;
    answers.fill(NO_ANSWER);
    if asked.mode != Mode::Independent {
        for (i, rules) in asked.answering.iter().enumerate() {
            let (holds, fails) = option(rules);
            let by_rest = if rules.is_empty() { 0 } else { last & !fails };
            let here = (answer & holds) | by_rest;
            answered |= here;
            for (bit, a) in answers.iter_mut().enumerate() {
                *a = if here >> bit & 1 == 1 { i as u16 } else { *a };
            }
        }
    }
    for (bit, o) in outcomes.iter_mut().enumerate() {
        let is = |rows: u64| rows >> bit & 1 == 1;
        *o = if is(answered) {
            Outcome::Answer
        } else if is(conflict) {
            Outcome::Conflict
        } else if is(none) {
            Outcome::NoneHold
        } else {
            Outcome::Insufficient
        };
    }
}

//! Counting columns as their owner holds them, chunk by chunk, into one tally.

use super::array::{Array, Values};
use super::layout::Layout;
use super::weigh::Weigher;
use super::worker::{At, Batch, Fault, Worker};
use super::{Tally, respondents::Respondents};
use crate::error::{Error, Result};
use crate::evidence::{AnswerColumns, AnswerPlaces, Instrument, Loss, Responses, Weight, cell_place};
use std::sync::Arc;

/// Counts batches of borrowed columns; nothing of them is kept or copied as a whole.
///
/// The tally is the same, to the byte, however the rows are cut into batches, in whatever order they come, and on
/// however many threads they are counted.
///
/// ```
/// use colead::evidence::{AnswerColumns, Instrument};
/// use colead::tally::{Counter, Values};
/// let instrument = Instrument::from_json(
///     r#"{"id":"s","version":"1","license":"CC0-1.0","options":[1,5],"scales":[{"id":"a","items":["x","-y"]}]}"#)?;
/// let mut counter = Counter::new(&instrument, "responses", &["unit", "x", "y"], &AnswerColumns::standard(true))?;
/// counter.add(&[Values::I64(&[7, 8, 7]).into(), Values::U8(&[1, 2, 3]).into(), Values::F64(&[5.0, 4.0, 3.0]).into()])?;
/// let (tally, loss) = counter.finish()?;
/// assert_eq!((tally.units(), loss.rows), (vec!["7", "8"], 3));
/// # Ok::<(), colead::Error>(())
/// ```
#[derive(Debug)]
pub struct Counter {
    instrument: Instrument,
    layout: Arc<Layout>,
    table: String,
    names: Vec<String>,
    places: AnswerPlaces,
    /// What a new worker weighs with.
    #[cfg(feature = "parallel")]
    weigher: Option<Weigher>,
    weight: Option<Weight>,
    workers: Vec<Worker>,
    respondents: Respondents,
    rows: usize,
    /// What went wrong; then nothing more is counted.
    fault: Option<Error>,
}

impl Counter {
    /// A counter for tables with the columns `names`; `table` names them in errors.
    ///
    /// # Errors
    /// Those of [`Responses::from_columns`] that speak of columns, not of cells.
    pub fn new(instrument: &Instrument, table: &str, names: &[&str], columns: &AnswerColumns) -> Result<Counter> {
        if let Some(twice) = names.iter().enumerate().find(|(k, n)| names.iter().take(*k).any(|m| m == *n)) {
            return Err(Error::input("duplicate_column", format!("two columns are named `{}`", twice.1))
                .at(table)
                .help("rename or drop one of them"));
        }
        let places = AnswerPlaces::find(table, names, instrument, columns)?;
        let layout = Arc::new(Layout::new(instrument));
        let weigher = columns.weight.as_ref().map(|w| Weigher::new(&layout, Some(w)));
        Ok(Counter {
            instrument: instrument.clone(),
            table: table.to_owned(),
            names: names.iter().map(|n| (*n).to_owned()).collect(),
            places,
            weight: columns.weight.clone(),
            workers: vec![Worker::new(&layout, instrument, weigher.clone())],
            #[cfg(feature = "parallel")]
            weigher,
            layout,
            respondents: Respondents::default(),
            rows: 0,
            fault: None,
        })
    }

    /// Counts a batch: its columns in the order of the names.
    ///
    /// # Errors
    /// Those of [`Responses::from_columns`] that speak of cells, with the row counted over all batches, and
    /// `unequal_columns`; the counter is then of no more use.
    pub fn add(&mut self, columns: &[Array<'_>]) -> Result<()> {
        self.with(columns, |counter, batch| match counter.workers.first_mut() {
            Some(worker) => worker.count(&counter.instrument, batch, 0, batch.rows),
            None => Ok(()),
        })
    }

    /// As [`Counter::add`], shared among the threads of the pool in which it is called (`pool.install(...)`).
    ///
    /// Each thread holds counters of its own until the end, so memory grows with the threads.
    ///
    /// # Errors
    /// As [`Counter::add`].
    #[cfg(feature = "parallel")]
    pub fn add_parallel(&mut self, columns: &[Array<'_>]) -> Result<()> {
        use rayon::prelude::*;
        self.with(columns, |counter, batch| {
            let threads = rayon::current_num_threads().max(1);
            while counter.workers.len() < threads {
                counter.workers.push(Worker::new(&counter.layout, &counter.instrument, counter.weigher.clone()));
            }
            let tiles = batch.rows.div_ceil(super::kernel::ROWS);
            let share = tiles.div_ceil(threads) * super::kernel::ROWS;
            let instrument = &counter.instrument;
            let found: Vec<_> = counter
                .workers
                .par_iter_mut()
                .take(threads)
                .enumerate()
                .map(|(k, worker)| {
                    let (from, to) = ((k * share).min(batch.rows), ((k + 1) * share).min(batch.rows));
                    worker.count(instrument, batch, from, to)
                })
                .collect();
            // The first rows speak first.
            found.into_iter().collect()
        })
    }

    fn with(
        &mut self,
        columns: &[Array<'_>],
        count: impl FnOnce(&mut Counter, &Batch<'_>) -> Result<(), Box<Fault>>,
    ) -> Result<()> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let counted = self.batch(columns).and_then(|batch| {
            count(self, &batch).map_err(|fault| self.explain(*fault))?;
            let people = self.places.respondent.and_then(|at| columns.get(at));
            if let Some(people) = people {
                self.respondents
                    .add(people, batch.wave.as_ref(), batch.rows)
                    .map_err(|(row, error)| error.at(self.place(row, "respondent")))?;
            }
            self.rows += batch.rows;
            Ok(())
        });
        counted.inspect_err(|error| self.fault = Some(error.clone()))
    }

    fn batch<'a>(&self, columns: &[Array<'a>]) -> Result<Batch<'a>> {
        let rows = columns.first().map_or(0, Array::len);
        if columns.len() != self.names.len() || columns.iter().any(|c| c.len() != rows) {
            let message = "the batch does not have as many columns as names, or they differ in length";
            return Err(Error::input("unequal_columns", message)
                .at(self.table.as_str())
                .help("give every named column, all of equal length"));
        }
        let column = |at: usize| columns.get(at).copied();
        let unit = column(self.places.unit).unwrap_or(Array::from(Values::Steps(&[])));
        Ok(Batch {
            rows,
            unit,
            wave: self.places.wave.and_then(column),
            weight: self.places.weight.and_then(column),
            items: self.places.items.iter().filter_map(|at| column(*at)).collect(),
        })
    }

    fn place(&self, row: usize, column: &str) -> String {
        cell_place(&self.table, self.rows + row, column)
    }

    fn explain(&self, (row, at, error): Fault) -> Error {
        let place = match at {
            At::Unit => Some(self.places.unit),
            At::Wave => self.places.wave,
            At::Weight => self.places.weight,
            At::Item(index) => self.places.items.get(index).copied(),
        };
        let column = place.and_then(|at| self.names.get(at)).map_or("", String::as_str);
        error.at(self.place(row, column))
    }

    /// The tally of all batches, and what was not answered or left unread.
    ///
    /// # Errors
    /// `empty_table` when there were no rows, `overflow`, and the error of the batch that could not be counted.
    pub fn finish(self) -> Result<(Tally, Loss)> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if self.rows == 0 {
            return Err(Error::input("empty_table", "the table has no rows")
                .at(self.table)
                .help("give one row a respondent"));
        }
        let mut workers = self.workers.into_iter();
        let Some(mut all) = workers.next() else { return Err(super::too_large()) };
        for worker in workers {
            all.absorb(worker).ok_or_else(super::too_large)?;
        }
        let loss = Loss {
            rows: self.rows as u64,
            ignored_columns: self.places.ignored,
            missing_answers: all.missing,
            dont_know: all.dont_know,
        };
        Ok((Tally::of(self.layout, self.weight.map(|w| w.decimals), all.finish()), loss))
    }
}

/// Counts what was read before, by the instrument of `layout`.
pub(super) fn count(layout: &Arc<Layout>, responses: &Responses) -> Result<Tally> {
    let instrument = Instrument::from_logic(&layout.logic)?;
    let (units, waves) = (responses.units(), responses.waves());
    fn pointing<'a>(codes: &'a [u32], names: &'a &[String]) -> Array<'a> {
        Array { dictionary: Some(names), ..Values::U32(codes).into() }
    }
    let batch = Batch {
        rows: responses.rows(),
        unit: pointing(responses.unit_codes(), &units),
        wave: (waves != [""]).then(|| pointing(responses.wave_codes(), &waves)),
        weight: responses.weights().map(|w| Values::U64(&w.scaled).into()),
        items: instrument
            .items()
            .iter()
            .map(|item| Values::Steps(responses.answers(&item.id).unwrap_or_default()).into())
            .collect(),
    };
    let weigher = responses.weights().map(|_| Weigher::new(layout, None));
    let mut worker = Worker::new(layout, &instrument, weigher);
    worker.count(&instrument, &batch, 0, batch.rows).map_err(|fault| fault.2)?;
    Ok(Tally::of(Arc::clone(layout), responses.weights().map(|w| w.decimals), worker.finish()))
}

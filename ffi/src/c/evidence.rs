//! Evidence on its way in: files as bytes, tables as Arrow streams.

use super::boundary::boundary;
use super::error::colead_error;
use super::handle::{Handle, Unique};
use super::status::colead_status;
use crate::arrow::import_stream;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use colead::assess::Project;
use colead::evidence::{Evidence, NAMES};
use colead::rules::Framework;
use colead::{Error, Result};
use std::ffi::c_char;

/// A named buffer in memory: what a file of an assessed folder holds. colead copies what it needs; the
/// buffers stay the caller's.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct colead_file {
    /// The name with its extension, such as `responses.csv`, UTF-8.
    pub name: *const c_char,
    /// Bytes of the name, without a NUL.
    pub name_size: usize,
    /// The content; may be null when `data_size` is 0.
    pub data: *const u8,
    /// Bytes of the content.
    pub data_size: usize,
}

/// What was observed, gathered file by file and table by table. One thread at a time may change it.
pub struct colead_evidence {
    _private: [u8; 0],
}

impl Handle for colead_evidence {
    type Inner = Gathered;
    type Ownership = Unique;
}

/// What stands behind a `colead_evidence`.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// Read together with their `colead.toml` when they are assessed.
    files: Vec<(String, Vec<u8>)>,
    streams: Evidence,
}

/// The table that a file holds by its name: `responses.csv` and a stream `responses` are the same evidence.
fn table_of(file: &str) -> Option<&str> {
    let (stem, ending) = file.rsplit_once('.')?;
    let read = ["csv", "json"].iter().any(|known| ending.eq_ignore_ascii_case(known));
    (read && NAMES.contains(&stem)).then_some(stem)
}

fn twice(what: &str, code: &'static str) -> Error {
    Error::input(code, format!("`{what}` was already added")).at(what).help("add each kind of evidence once")
}

impl Gathered {
    fn holds(&self, table: &str) -> bool {
        self.files.iter().any(|(file, _)| table_of(file) == Some(table))
            || self.streams.tables().iter().any(|(name, _)| *name == table)
    }

    fn add_file(&mut self, name: &str, data: &[u8]) -> Result<()> {
        if name.is_empty() {
            let error = Error::input("bad_name", "the file has no name");
            return Err(error.help("name it as in a folder, such as `responses.csv`"));
        }
        if self.files.iter().any(|(file, _)| file == name) {
            return Err(twice(name, "duplicate_file"));
        }
        if table_of(name).is_some_and(|table| self.holds(table)) {
            return Err(twice(name, "duplicate_table"));
        }
        self.files.push((name.to_owned(), data.to_vec()));
        Ok(())
    }

    fn add_stream(&mut self, name: &str, stream: FFI_ArrowArrayStream) -> Result<()> {
        if self.holds(name) {
            return Err(twice(name, "duplicate_table"));
        }
        self.streams.insert(name, import_stream(stream, name)?)
    }

    fn rows(&self, name: &str) -> Result<usize> {
        let tables = self.streams.tables();
        tables.iter().find(|(table, _)| *table == name).map(|(_, rows)| *rows).ok_or_else(|| {
            let known: Vec<String> = tables.iter().map(|(table, _)| format!("`{table}`")).collect();
            let help = match known.len() {
                0 => "add it with colead_evidence_add_stream".to_owned(),
                _ => format!("tables: {}", known.join(", ")),
            };
            Error::input("unknown_table", format!("no table `{name}` was added as a stream")).help(help)
        })
    }

    /// Files and streams as one folder.
    pub(crate) fn project(&self, own: Option<&Framework>) -> Result<Project> {
        let files: Vec<(&str, &[u8])> =
            self.files.iter().map(|(name, data)| (name.as_str(), data.as_slice())).collect();
        let mut project = Project::read(&files, own)?;
        project.evidence.join(self.streams.clone())?;
        Ok(project)
    }
}

/// Creates empty evidence at `*out`; the caller frees it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_evidence_create(
    out: *mut *mut colead_evidence,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |out: out(out)| { out.fill(Gathered::default()) })
}

/// Adds a file; its bytes are copied. A file is read when the evidence is assessed, for `colead.toml` may say
/// what it is: `<table>.csv` and `<table>.json` are evidence, other files are what `colead.toml` names or are
/// left unread.
///
/// Errors (COLEAD_ERROR_INPUT): `invalid_utf8` in the name, `bad_name`, `duplicate_file`, `duplicate_table`. On
/// error the evidence is unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_evidence_add_file(
    evidence: *mut colead_evidence,
    file: *const colead_file,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |evidence: change(evidence), file: file(file)| {
        let (name, data) = file;
        Ok(evidence.add_file(name, data)?)
    })
}

/// Adds the table `name`, such as `responses`, from an Arrow stream; it is read and checked at once. The stream is always consumed, also on error: its release
/// callback is null afterwards, and the caller frees only the struct itself.
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_table`, `duplicate_table`, `stream_failed`, `not_a_table`,
/// `unsupported_type`, `out_of_range`, `bad_arrow_data`, `duplicate_column`, `missing_column`, and every fault
/// of a cell, each with column and row where there is one; rows count from 1 across all batches. On error the
/// evidence is unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_evidence_add_stream(
    evidence: *mut colead_evidence,
    name: *const c_char,
    name_size: usize,
    stream: *mut FFI_ArrowArrayStream,
    err: *mut *mut colead_error,
) -> colead_status {
    // The stream comes first, so that it is consumed whatever is wrong with the rest.
    boundary!(err, |stream: stream(stream), evidence: change(evidence), name: text(name, name_size)| {
        Ok(evidence.add_stream(name, stream)?)
    })
}

/// Writes the number of rows of the table `name`, which was added as a stream, to `*out`.
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_table`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_evidence_count_rows(
    evidence: *const colead_evidence,
    name: *const c_char,
    name_size: usize,
    out: *mut usize,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |evidence: view(evidence), name: text(name, name_size), out: out(out)| {
        let rows = evidence.rows(name)?;
        out.write(rows)
    })
}

/// Frees the evidence. Null is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_evidence_free(evidence: *mut colead_evidence) {
    boundary!(or(), |evidence: owned(evidence)| {
        drop(evidence);
        Ok(())
    })
}

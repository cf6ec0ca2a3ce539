//! Evidence on its way in: files as bytes, tables as Arrow streams.

use super::boundary::boundary;
use super::error::colead_error;
use super::handle::{Handle, Unique};
use super::status::colead_status;
use crate::arrow::{export_table, import_stream};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use colead::evidence::Table;
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
    files: Vec<(String, Vec<u8>)>,
    tables: Vec<Table>,
}

/// The name without its extension: `responses.csv` and a stream `responses` are the same evidence.
fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

impl Gathered {
    /// Refuses a name that is empty or taken; `stem` is the name without extension.
    fn admit(&self, name: &str, stem: &str) -> Result<()> {
        if stem.is_empty() {
            let message = format!("`{}` is not a name of evidence", name.escape_debug());
            return Err(Error::input("bad_name", message).help("name the table, such as `responses`"));
        }
        let taken = self.files.iter().any(|(file, _)| self::stem(file) == stem);
        if taken || self.tables.iter().any(|table| table.name() == stem) {
            return Err(Error::input("duplicate_table", format!("`{stem}` was already added"))
                .at(name)
                .help("add each kind of evidence once"));
        }
        Ok(())
    }

    fn add_file(&mut self, name: &str, data: &[u8]) -> Result<()> {
        self.admit(name, stem(name))?;
        self.files.push((name.to_owned(), data.to_vec()));
        Ok(())
    }

    fn add_stream(&mut self, name: &str, stream: FFI_ArrowArrayStream) -> Result<()> {
        self.admit(name, name)?;
        self.tables.push(import_stream(stream, name)?);
        Ok(())
    }

    fn table(&self, name: &str) -> Result<&Table> {
        self.tables.iter().find(|table| table.name() == name).ok_or_else(|| {
            let known: Vec<String> = self.tables.iter().map(|table| format!("`{}`", table.name())).collect();
            let help = match known.len() {
                0 => "add it with colead_evidence_add_stream".to_owned(),
                _ => format!("tables: {}", known.join(", ")),
            };
            Error::input("unknown_table", format!("no table `{name}` was added as a stream")).help(help)
        })
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

/// Adds a file; its bytes are copied.
///
/// Errors (COLEAD_ERROR_INPUT): `invalid_utf8` in the name, `bad_name`, `duplicate_table`. On error the
/// evidence is unchanged.
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

/// Adds the table `name` from an Arrow stream. The stream is always consumed, also on error: its release
/// callback is null afterwards, and the caller frees only the struct itself.
///
/// Errors (COLEAD_ERROR_INPUT): `bad_name`, `duplicate_table`, `stream_failed`, `not_a_table`,
/// `unsupported_type`, `out_of_range`, `bad_arrow_data`, `duplicate_column`, each with column and row where
/// there is one; rows count from 1 across all batches. On error the evidence is unchanged.
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
        let rows = evidence.table(name)?.rows();
        out.write(rows)
    })
}

/// Exports the table `name`, which was added as a stream, as colead understood it: an Arrow stream of one
/// record batch in the caller's struct `*out`, which the caller releases. The stream does not depend on
/// the evidence.
///
/// Errors (COLEAD_ERROR_INPUT): `unknown_table`, `bad_column_name`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_evidence_export_stream(
    evidence: *const colead_evidence,
    name: *const c_char,
    name_size: usize,
    out: *mut FFI_ArrowArrayStream,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |evidence: view(evidence), name: text(name, name_size), out: out(out)| {
        let stream = export_table(evidence.table(name)?)?;
        out.write(stream)
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

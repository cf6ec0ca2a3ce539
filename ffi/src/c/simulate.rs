//! An organization with known truth, as files.

use super::boundary::boundary;
use super::error::colead_error;
use super::evidence::colead_file;
use super::handle::{Handle, Shared};
use super::status::colead_status;
use colead::Error;
use colead::simulate::harbour;

/// Files in memory, immutable.
pub struct colead_files {
    _private: [u8; 0],
}

impl Handle for colead_files {
    type Inner = Vec<(String, Vec<u8>)>;
    type Ownership = Shared;
}

/// Simulates the example organization, two merged port authorities, into new files at `*out`: evidence, a
/// `colead.toml`, and `truth.json` with what was put in. The same seed gives the same bytes everywhere.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_simulate_harbour_create(
    seed: u64,
    out: *mut *mut colead_files,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |out: out(out)| { out.fill(harbour(seed)?.files) })
}

/// The number of files. 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_files_count(files: *const colead_files) -> usize {
    boundary!(or 0, |files: view(files)| { Ok(files.len()) })
}

/// Puts name and content of the file at `index`, from 0, into the caller's struct `*out`; they live as long as
/// the files. The name has no NUL at its end.
///
/// Errors (COLEAD_ERROR_ARGUMENT): `out_of_bounds`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_files_get(
    files: *const colead_files,
    index: usize,
    out: *mut colead_file,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |files: view(files), out: out(out)| {
        let (name, data) = files.get(index).ok_or_else(|| {
            let message = format!("there is no file {index} among {}", files.len());
            super::error::Fault::argument(Error::input("out_of_bounds", message).help("count from 0"))
        })?;
        out.write(colead_file {
            name: name.as_ptr().cast(),
            name_size: name.len(),
            data: data.as_ptr(),
            data_size: data.len(),
        })
    })
}

/// Gives up the files. Null is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_files_free(files: *mut colead_files) {
    boundary!(or(), |files: owned(files)| {
        drop(files);
        Ok(())
    })
}

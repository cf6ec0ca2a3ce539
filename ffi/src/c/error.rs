//! Errors as owned objects.

use super::boundary::boundary;
use super::handle::{Handle, Shared};
use super::status::{
    COLEAD_ERROR_ARGUMENT, COLEAD_ERROR_DISCLOSURE, COLEAD_ERROR_INPUT, COLEAD_ERROR_OTHER, COLEAD_ERROR_PANIC,
    COLEAD_ERROR_RULEBOOK, COLEAD_OK, colead_status,
};
use super::string::{Terminated, colead_string};
use colead::json::canonical;
use colead::{Error, Family};
use std::ffi::c_char;

/// Why a call was refused, owned by the caller and immutable: many threads may read it.
pub struct colead_error {
    _private: [u8; 0],
}

impl Handle for colead_error {
    type Inner = Record;
    type Ownership = Shared;
}

/// An error on its way to the caller: what went wrong, and the status it is reported by.
#[derive(Debug)]
pub(crate) struct Fault {
    status: colead_status,
    error: Error,
}

impl Fault {
    /// A misuse of the interface, which is no fault of the data.
    pub(crate) fn argument(error: Error) -> Fault {
        Fault { status: COLEAD_ERROR_ARGUMENT, error }
    }

    /// A panic, with its words.
    pub(crate) fn panic(words: &str) -> Fault {
        let error = Error::input("panic", format!("a fault inside colead: {words}"))
            .help("free the objects this call was to change, and report the fault");
        Fault { status: COLEAD_ERROR_PANIC, error }
    }

    pub(crate) fn status(&self) -> colead_status {
        self.status
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let status = match error.family() {
            Family::Input => COLEAD_ERROR_INPUT,
            Family::Rulebook => COLEAD_ERROR_RULEBOOK,
            Family::Disclosure => COLEAD_ERROR_DISCLOSURE,
            _ => COLEAD_ERROR_OTHER,
        };
        Fault { status, error }
    }
}

/// What stands behind a `colead_error`.
#[derive(Debug)]
pub(crate) struct Record {
    fault: Fault,
    code: Terminated,
    message: Terminated,
    help: Terminated,
    path: Terminated,
}

impl From<Fault> for Record {
    fn from(fault: Fault) -> Record {
        Record {
            code: fault.error.code().into(),
            message: fault.error.message().into(),
            help: fault.error.help_text().into(),
            path: fault.error.path().into(),
            fault,
        }
    }
}

impl Record {
    fn to_json(&self) -> String {
        let mut document = self.fault.error.to_json();
        let family = match self.fault.status {
            COLEAD_ERROR_ARGUMENT => Some("argument"),
            COLEAD_ERROR_PANIC => Some("panic"),
            _ => None,
        };
        if let (Some(family), Some(fields)) = (family, document.as_object_mut()) {
            fields.insert("family".to_owned(), family.into());
        }
        canonical(&document)
    }
}

/// The status of the call that gave this error. `COLEAD_OK` for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_error_get_status(error: *const colead_error) -> colead_status {
    boundary!(or COLEAD_OK, |error: view(error)| { Ok(error.fault.status) })
}

/// A stable code in snake_case, such as `unknown_unit`, NUL-terminated; it lives as long as the error.
/// Empty for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_error_get_code(error: *const colead_error) -> *const c_char {
    boundary!(or c"".as_ptr(), |error: view(error)| { Ok(error.code.as_ptr()) })
}

/// What went wrong, in UTF-8, NUL-terminated; it lives as long as the error. Where `size` is not null, it
/// gets the number of bytes, for a message that quotes a NUL character. Empty for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_error_get_message(error: *const colead_error, size: *mut usize) -> *const c_char {
    boundary!(or c"".as_ptr(), |error: view(error), size: optional(size)| { size.view(&error.message) })
}

/// What to do about it, or empty; as `colead_error_get_message`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_error_get_help(error: *const colead_error, size: *mut usize) -> *const c_char {
    boundary!(or c"".as_ptr(), |error: view(error), size: optional(size)| { size.view(&error.help) })
}

/// Where it went wrong, such as `facts, row 3, column unit`, or empty; as `colead_error_get_message`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_error_get_path(error: *const colead_error, size: *mut usize) -> *const c_char {
    boundary!(or c"".as_ptr(), |error: view(error), size: optional(size)| { size.view(&error.path) })
}

/// Writes the error as canonical JSON with the keys `family`, `code`, `message`, `path`, `help` and
/// `diagnostics` into a new string at `*out`, which the caller frees.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_error_write_json(
    error: *const colead_error,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |error: view(error), out: out(out)| { out.fill(error.to_json().into()) })
}

/// One more owner of the same error, to be freed as well; never fails and copies nothing. Null for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_error_clone(error: *const colead_error) -> *mut colead_error {
    boundary!(or std::ptr::null_mut(), |error: another(error)| { Ok(error) })
}

/// Gives up one ownership of the error. Null is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_error_free(error: *mut colead_error) {
    boundary!(or(), |error: owned(error)| {
        drop(error);
        Ok(())
    })
}

/// Panics on purpose, to test the boundary; not part of the library that is shipped.
#[cfg(feature = "test-panic")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_test_panic(out: *mut *mut colead_string, err: *mut *mut colead_error) -> colead_status {
    #[allow(clippy::panic)]
    fn give_up() -> Terminated {
        panic!("on purpose")
    }
    boundary!(err, |out: out(out)| { out.fill(give_up()) })
}

//! Text that colead gives to its caller.

use super::boundary::boundary;
use super::handle::{Handle, Unique};
use std::ffi::c_char;

/// Text owned by the caller, UTF-8. It ends with a NUL character that its size does not count, so that it
/// can be printed; the text itself may hold NUL characters, so trust the size.
pub struct colead_string {
    _private: [u8; 0],
}

impl Handle for colead_string {
    type Inner = Terminated;
    type Ownership = Unique;
}

/// Text with a NUL character behind it.
#[derive(Debug, Clone)]
pub(crate) struct Terminated(String);

impl From<String> for Terminated {
    fn from(mut text: String) -> Terminated {
        text.push('\0');
        Terminated(text)
    }
}

impl From<&str> for Terminated {
    fn from(text: &str) -> Terminated {
        text.to_owned().into()
    }
}

impl Terminated {
    pub(crate) fn as_ptr(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }

    /// Bytes without the NUL.
    pub(crate) fn size(&self) -> usize {
        self.0.len().saturating_sub(1)
    }
}

/// The text, NUL-terminated; it lives as long as the string. An empty text for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_string_get_data(string: *const colead_string) -> *const c_char {
    boundary!(or c"".as_ptr(), |string: view(string)| { Ok(string.as_ptr()) })
}

/// The number of bytes of the text, without the NUL. 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_string_get_size(string: *const colead_string) -> usize {
    boundary!(or 0, |string: view(string)| { Ok(string.size()) })
}

/// Frees the string. Null is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_string_free(string: *mut colead_string) {
    boundary!(or(), |string: owned(string)| {
        drop(string);
        Ok(())
    })
}

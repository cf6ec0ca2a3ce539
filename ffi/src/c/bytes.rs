//! Bytes that colead gives to its caller.

use super::boundary::boundary;
use super::handle::{Handle, Unique};

/// Bytes owned by the caller.
pub struct colead_bytes {
    _private: [u8; 0],
}

impl Handle for colead_bytes {
    type Inner = Vec<u8>;
    type Ownership = Unique;
}

/// The first byte; it lives as long as the object. Null for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_bytes_get_data(bytes: *const colead_bytes) -> *const u8 {
    boundary!(or std::ptr::null(), |bytes: view(bytes)| { Ok(bytes.as_ptr()) })
}

/// The number of bytes. 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_bytes_get_size(bytes: *const colead_bytes) -> usize {
    boundary!(or 0, |bytes: view(bytes)| { Ok(bytes.len()) })
}

/// Frees the bytes. Null is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_bytes_free(bytes: *mut colead_bytes) {
    boundary!(or(), |bytes: owned(bytes)| {
        drop(bytes);
        Ok(())
    })
}

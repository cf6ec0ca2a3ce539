//! Which library this is.

use std::ffi::c_char;

/// First number of the version of the library this header belongs to.
pub const COLEAD_VERSION_MAJOR: u32 = 0;
/// Second number of the version of the library this header belongs to.
pub const COLEAD_VERSION_MINOR: u32 = 1;
/// Third number of the version of the library this header belongs to.
pub const COLEAD_VERSION_PATCH: u32 = 0;
/// The binary interface this header describes: raised when a compiled caller would break.
pub const COLEAD_ABI_VERSION: u32 = 1;

/// The version with a NUL behind it.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");

/// The version of the loaded library, such as `0.1.0`, NUL-terminated; it lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn colead_version_get() -> *const c_char {
    VERSION.as_ptr().cast()
}

/// The binary interface of the loaded library; equal to `COLEAD_ABI_VERSION` of a header that fits it.
#[unsafe(no_mangle)]
pub extern "C" fn colead_abi_version_get() -> u32 {
    COLEAD_ABI_VERSION
}

//! Documents: JSON text in, canonical JSON out.

use super::boundary::boundary;
use super::error::colead_error;
use super::status::colead_status;
use super::string::colead_string;
use colead::document::parse_json;
use colead::json::canonical;
use std::ffi::c_char;

/// Renders JSON in its canonical form (RFC 8785: sorted keys, ECMAScript numbers, no white space) into a
/// new string at `*out`, which the caller frees.
///
/// Errors (COLEAD_ERROR_INPUT): `invalid_utf8`, `syntax`, `duplicate_key`, `too_deep`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn colead_json_canonicalize(
    text: *const c_char,
    text_size: usize,
    out: *mut *mut colead_string,
    err: *mut *mut colead_error,
) -> colead_status {
    boundary!(err, |text: text(text, text_size), out: out(out)| {
        let node = parse_json("text", text)?;
        out.fill(canonical(&node.to_json()).into())
    })
}

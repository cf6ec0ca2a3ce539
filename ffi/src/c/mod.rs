//! The exported `colead_*` functions; `include/colead.h` is generated from these files.
//!
//! Every function goes through one macro, `boundary!`, which checks and converts the arguments,
//! catches panics, and turns an error into a status and an owned `colead_error`. A new function is its
//! documentation, its C signature, and a body in safe Rust:
//!
//! ```ignore
//! #[unsafe(no_mangle)]
//! pub unsafe extern "C" fn colead_json_canonicalize(
//!     text: *const c_char,
//!     text_size: usize,
//!     out: *mut *mut colead_string,
//!     err: *mut *mut colead_error,
//! ) -> colead_status {
//!     boundary!(err, |text: text(text, text_size), out: out(out)| {
//!         let node = parse_json("text", text)?;
//!         out.fill(canonical(&node.to_json()).into())
//!     })
//! }
//! ```
//!
//! A new kind of handle is an opaque struct and an `impl Handle` that says what is behind the pointer and
//! who owns it. The file is then listed in the test that generates the header, in the order wanted there.
//!
//! # Safety
//! One contract holds for every function here, and the head of `colead.h` states it for C: a pointer is null
//! or valid for what its type and size say; a handle came from colead, is of the type declared, and was not
//! freed; what is passed as non-const is used by no other thread during the call; what a `_free` function was
//! given is not used again.
#![allow(non_camel_case_types)]
#![allow(clippy::missing_safety_doc, reason = "the contract is the same for all and stated once, above")]

#[cfg(not(panic = "unwind"))]
compile_error!("the C interface reports panics as a status: build it with `panic = \"unwind\"`");

mod assessment;
mod boundary;
mod bytes;
mod coherence;
mod error;
mod evidence;
mod framework;
mod guided;
mod handle;
mod instrument;
mod json;
mod judgment;
mod network;
mod pass;
mod pass_options;
mod plan;
mod release;
mod responses;
mod simulate;
mod status;
mod string;
mod tally;
mod version;

pub use assessment::*;
pub use bytes::*;
pub use coherence::*;
pub use error::*;
pub use evidence::*;
pub use framework::*;
pub use guided::*;
pub use instrument::*;
pub use json::*;
pub use judgment::*;
pub use network::*;
pub use plan::*;
pub use release::*;
pub use responses::*;
pub use simulate::*;
pub use status::*;
pub use string::*;
pub use tally::*;
pub use version::*;

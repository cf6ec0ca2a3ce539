//! The edge of colead: the C interface, and the one place where Arrow data comes in and goes out.
//!
//! This is the only crate of the workspace with `unsafe` code; every block says why it is sound.
//!
//! - [`arrow`] reads an Arrow stream into a [`colead::evidence::Table`] and writes one from it, for C and
//!   Python alike. With the feature `python` it takes and gives PyCapsules, so that the Python extension
//!   itself needs no `unsafe`.
//! - `c` holds the exported `colead_*` functions (feature `c-api`); `include/colead.h` is generated from it.
#![allow(unsafe_code)]
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks, clippy::multiple_unsafe_ops_per_block)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod arrow;
#[cfg(feature = "c-api")]
pub mod c;

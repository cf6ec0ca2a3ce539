//! Status codes: explicit, never reused, never renumbered.

/// What a call came to: `COLEAD_OK`, or one of the `COLEAD_ERROR_*` values. A later version may add
/// values; treat every value but `COLEAD_OK` as an error.
pub type colead_status = i32;

/// The call succeeded; out-parameters are written.
pub const COLEAD_OK: colead_status = 0;
/// Evidence, text or stored state that cannot be accepted.
pub const COLEAD_ERROR_INPUT: colead_status = 1;
/// A rulebook or instrument that cannot be accepted.
pub const COLEAD_ERROR_RULEBOOK: colead_status = 2;
/// A release that may not be made.
pub const COLEAD_ERROR_DISCLOSURE: colead_status = 3;
/// The call itself was wrong: a null or misaligned pointer, an impossible size, a released Arrow stream.
pub const COLEAD_ERROR_ARGUMENT: colead_status = 4;
/// A fault inside colead, stopped at the boundary. The process is sound. Free the objects that were
/// passed to the call as non-const pointers, for they may be half changed; please report it.
pub const COLEAD_ERROR_PANIC: colead_status = 5;
/// A refusal of a kind that has no status of its own yet; `colead_error_get_code` tells.
pub const COLEAD_ERROR_OTHER: colead_status = 6;

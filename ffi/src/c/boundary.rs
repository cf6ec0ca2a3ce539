//! The one way in and out: arguments checked, panics caught, errors handed over.

use super::error::{Fault, colead_error};
use super::handle::give;
use super::status::{COLEAD_OK, colead_status};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The word of the C caller that every pointer of this call is what the header asks for: null, or valid
/// for its size, and not changed by another thread meanwhile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contract(());

impl Contract {
    /// # Safety
    /// Every pointer argument of the exported function that calls this is null or what the header asks for.
    pub(crate) unsafe fn of_the_caller() -> Contract {
        Contract(())
    }
}

/// Runs the body of an exported function.
///
/// `boundary!(err, |name: kind(pointer, ...), ...| { body })` converts each argument by the function `kind`
/// of [`pass`](super::pass), in the order written, and runs the body, which gives `Result<(), Fault>`;
/// the value is a `colead_status`, and an error goes to `*err` unless `err` is null.
/// `boundary!(or default, |...| { body })` is the form for functions without a status: the body gives
/// `Result<T, Fault>`, and any fault becomes `default`.
///
/// It compiles only inside an `unsafe fn`, whose caller answers for the pointers.
macro_rules! boundary {
    (or $default:expr, |$($name:ident: $kind:ident($($argument:ident),+)),+ $(,)?| $body:block) => {{
        $crate::c::boundary::contract!(contract);
        $crate::c::boundary::or_default(contract, $default, |_contract| {
            $(
                // SAFETY: the caller of the exported function answers for its pointers.
                let $name = unsafe { $crate::c::pass::$kind(stringify!($name), $($argument),+) }?;
            )+
            $body
        })
    }};
    ($err:ident, |$($name:ident: $kind:ident($($argument:ident),+)),* $(,)?| $body:block) => {{
        $crate::c::boundary::contract!(contract);
        $crate::c::boundary::or_status(contract, $err, |_contract| {
            $(
                // SAFETY: the caller of the exported function answers for its pointers.
                let $name = unsafe { $crate::c::pass::$kind(stringify!($name), $($argument),+) }?;
            )+
            $body
        })
    }};
}

/// Takes the caller's word; without an `unsafe {}` around it, so that it compiles in an `unsafe fn` only.
macro_rules! contract {
    ($name:ident) => {
        #[allow(unsafe_op_in_unsafe_fn)]
        let $name = $crate::c::boundary::Contract::of_the_caller();
    };
}

pub(crate) use {boundary, contract};

/// Runs `call`; a fault becomes a status and, where `err` is not null, an owned error.
pub(crate) fn or_status(
    contract: Contract,
    err: *mut *mut colead_error,
    call: impl FnOnce(Contract) -> Result<(), Fault>,
) -> colead_status {
    match caught(contract, call) {
        Ok(()) => COLEAD_OK,
        Err(fault) => {
            let status = fault.status();
            if !err.is_null() && err.is_aligned() {
                let error = give(fault.into());
                // SAFETY: not null, aligned, and by the contract valid for writing one pointer.
                unsafe { err.write(error) };
            }
            status
        }
    }
}

/// Runs `call`; a fault becomes `default`.
pub(crate) fn or_default<T>(contract: Contract, default: T, call: impl FnOnce(Contract) -> Result<T, Fault>) -> T {
    caught(contract, call).unwrap_or(default)
}

/// Runs `call` and turns a panic into a fault. Nothing is remembered: the next call starts afresh.
fn caught<T>(contract: Contract, call: impl FnOnce(Contract) -> Result<T, Fault>) -> Result<T, Fault> {
    // Unwind safety: what a panic may leave half changed is reachable only through a handle that the
    // caller passed as non-const, and COLEAD_ERROR_PANIC tells the caller to free it.
    match catch_unwind(AssertUnwindSafe(|| call(contract))) {
        Ok(result) => result,
        Err(payload) => {
            let words = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
                (Some(words), _) => (*words).to_owned(),
                (_, Some(words)) => words.clone(),
                // An unknown payload could panic again when it is dropped.
                _ => {
                    std::mem::forget(payload);
                    "no message".to_owned()
                }
            };
            Err(Fault::panic(&words))
        }
    }
}

//! Opaque handles: which Rust value stands behind a C pointer, and who owns it.

use std::sync::Arc;

/// An opaque C type and the Rust value behind its pointers.
///
/// A type has one kind of ownership, so that a pointer from `Box` can never be freed as one from `Arc`.
/// Values are `Send + Sync` without exception: a handle may be used on another thread than the one that
/// made it, and `const T *` by many at once.
pub(crate) trait Handle: Sized {
    /// What a pointer to the handle points to.
    type Inner: Send + Sync + 'static;
    /// [`Unique`] or [`Shared`].
    type Ownership: Ownership;
}

/// How a value becomes a pointer and comes back.
pub(crate) trait Ownership {
    /// Gives the value away as a pointer that must come back through `reclaim`.
    fn leak<T>(value: T) -> *mut T;
    /// Takes back one ownership of the value and drops it.
    ///
    /// # Safety
    /// `pointer` came from `leak` of this ownership (or from [`share`]) and is not used again.
    unsafe fn reclaim<T>(pointer: *mut T);
}

/// One owner, who may change the value: `Box`.
#[derive(Debug)]
pub(crate) enum Unique {}

/// Several owners of a value that never changes: `Arc`.
#[derive(Debug)]
pub(crate) enum Shared {}

impl Ownership for Unique {
    fn leak<T>(value: T) -> *mut T {
        Box::into_raw(Box::new(value))
    }

    unsafe fn reclaim<T>(pointer: *mut T) {
        // SAFETY: the pointer came from `Box::into_raw` in `leak`, and the caller gives it up.
        drop(unsafe { Box::from_raw(pointer) });
    }
}

impl Ownership for Shared {
    fn leak<T>(value: T) -> *mut T {
        Arc::into_raw(Arc::new(value)).cast_mut()
    }

    unsafe fn reclaim<T>(pointer: *mut T) {
        // SAFETY: the pointer came from `Arc::into_raw` in `leak` or stands for a count added by `share`,
        // and the caller gives it up.
        drop(unsafe { Arc::from_raw(pointer.cast_const()) });
    }
}

/// A new handle for a value; the C caller owns it.
pub(crate) fn give<H: Handle>(value: H::Inner) -> *mut H {
    <H::Ownership as Ownership>::leak(value).cast()
}

/// One more owner of a shared handle, under the same address.
///
/// # Safety
/// `handle` came from [`give`] and was not freed.
pub(crate) unsafe fn share<H: Handle<Ownership = Shared>>(handle: *const H) -> *mut H {
    let inner = handle.cast::<H::Inner>();
    // SAFETY: `give` made the pointer by `Arc::into_raw`, and by the caller's word a count is still held.
    unsafe { Arc::increment_strong_count(inner) };
    handle.cast_mut()
}

//! Slices read and written by node number. A number beyond the end reads as the default and writes nowhere: graphs
//! are checked when they are built, so that never happens, and nothing here can panic.

use std::ops::AddAssign;

/// One value a node (or an arc), by number.
pub(super) trait At<T> {
    /// The value of `i`.
    fn at(&self, i: u32) -> T;
    /// Sets the value of `i`.
    fn put(&mut self, i: u32, value: T);
    /// Adds to the value of `i`.
    fn more(&mut self, i: u32, value: T)
    where
        T: AddAssign;
}

impl<T: Copy + Default> At<T> for [T] {
    #[inline]
    fn at(&self, i: u32) -> T {
        self.get(i as usize).copied().unwrap_or_default()
    }
    #[inline]
    fn put(&mut self, i: u32, value: T) {
        if let Some(slot) = self.get_mut(i as usize) {
            *slot = value;
        }
    }
    #[inline]
    fn more(&mut self, i: u32, value: T)
    where
        T: AddAssign,
    {
        if let Some(slot) = self.get_mut(i as usize) {
            *slot += value;
        }
    }
}

/// The same of vectors, so that a value may be worked out from the vector it goes into.
impl<T: Copy + Default> At<T> for Vec<T> {
    #[inline]
    fn at(&self, i: u32) -> T {
        self.as_slice().at(i)
    }
    #[inline]
    fn put(&mut self, i: u32, value: T) {
        self.as_mut_slice().put(i, value);
    }
    #[inline]
    fn more(&mut self, i: u32, value: T)
    where
        T: AddAssign,
    {
        self.as_mut_slice().more(i, value);
    }
}

/// A length as a node number; graphs hold fewer than 2^32 nodes and arcs.
pub(super) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A sum as a quotient; `None` when the divisor is not positive.
pub(super) fn ratio(a: f64, b: f64) -> Option<f64> {
    (b > 0.0).then(|| a / b)
}

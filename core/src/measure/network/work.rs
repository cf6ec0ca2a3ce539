//! Long work in parts. The parts do not depend on the number of threads and their results come back in order, so a
//! sum over them has the same bits on one thread and on many.

use std::ops::Range;

/// Runs `work` on consecutive parts of `0..count`, at most `parts` of them.
///
/// With the feature `parallel` the parts run on the threads of the pool in whose `install` the caller stands; outside
/// of one, and without the feature, they run one after the other. No global pool is ever started.
pub(super) fn in_parts<T: Send>(count: usize, parts: usize, work: impl Fn(Range<usize>) -> T + Sync + Send) -> Vec<T> {
    let parts = parts.clamp(1, count.max(1));
    let part = |i: usize| work(i * count / parts..(i + 1) * count / parts);
    #[cfg(feature = "parallel")]
    if rayon::current_thread_index().is_some() {
        use rayon::prelude::*;
        return (0..parts).into_par_iter().map(part).collect();
    }
    (0..parts).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_everything_once_and_in_order() {
        for (count, parts) in [(0, 4), (1, 4), (10, 3), (100, 7)] {
            let all: Vec<usize> = in_parts(count, parts, |r| r.collect::<Vec<_>>()).concat();
            assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }
}

//! Blocks of equal length for units, in pages: no block moves when units join, and none straddles more cache lines
//! than it must.

/// Blocks a page.
const BLOCKS: usize = 32;
/// Bytes of a cache line.
const LINE: usize = 64;

#[derive(Debug, Clone)]
pub(super) struct Pages<T> {
    /// The length of a block.
    stride: usize,
    pages: Vec<Page<T>>,
}

#[derive(Debug, Clone)]
struct Page<T> {
    cells: Vec<T>,
    /// Where the first block begins: at a cache line, as far as the page was not copied.
    start: usize,
}

impl<T: Copy + Default> Pages<T> {
    /// No blocks yet; each will have `length` cells at least.
    pub(super) fn new(length: usize) -> Pages<T> {
        Pages { stride: length.next_multiple_of(LINE / size_of::<T>()), pages: Vec::new() }
    }

    /// Makes room for the blocks below `blocks`, all zero.
    pub(super) fn reserve(&mut self, blocks: usize) {
        while self.stride > 0 && self.pages.len() * BLOCKS < blocks {
            let slack = LINE / size_of::<T>();
            let cells = vec![T::default(); self.stride * BLOCKS + slack];
            let start = cells.as_ptr().align_offset(LINE).min(slack);
            self.pages.push(Page { cells, start });
        }
    }

    pub(super) fn block(&self, index: usize) -> &[T] {
        let page = self.pages.get(index / BLOCKS);
        page.and_then(|p| p.cells.get(p.start + index % BLOCKS * self.stride..)?.get(..self.stride)).unwrap_or_default()
    }

    pub(super) fn block_mut(&mut self, index: usize) -> &mut [T] {
        let stride = self.stride;
        let page = self.pages.get_mut(index / BLOCKS);
        page.and_then(|p| p.cells.get_mut(p.start + index % BLOCKS * stride..)?.get_mut(..stride)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_apart_and_stay() {
        let mut pages: Pages<u64> = Pages::new(9);
        pages.reserve(100);
        for k in 0..100 {
            assert_eq!(pages.block(k).len(), 16);
            pages.block_mut(k).fill(k as u64);
        }
        pages.reserve(200);
        assert!((0..100).all(|k| pages.block(k).iter().all(|x| *x == k as u64)));
        assert!(pages.block(150).iter().all(|x| *x == 0) && pages.block(10_000).is_empty());
        assert!(Pages::<u8>::new(0).block(0).is_empty());
    }
}

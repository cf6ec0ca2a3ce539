//! Blocks of equal length for units, in pages: no block moves when units join, and each begins at a cache line.

/// Blocks a page.
const BLOCKS: usize = 32;
/// Bytes of a cache line.
pub(super) const LINE: usize = 64;

#[derive(Debug, Clone)]
pub(super) struct Pages {
    /// The length of a block.
    stride: usize,
    pages: Vec<Page>,
}

#[derive(Debug, Clone)]
struct Page {
    bytes: Vec<u8>,
    /// Where the first block begins: at a cache line, as far as the page was not copied.
    start: usize,
}

impl Pages {
    /// No blocks yet; each will have `length` bytes at least.
    pub(super) fn new(length: usize) -> Pages {
        Pages { stride: length.next_multiple_of(LINE), pages: Vec::new() }
    }

    /// The bytes of a block.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    /// Makes room for the blocks below `blocks`, all zero.
    pub(super) fn reserve(&mut self, blocks: usize) {
        while self.stride > 0 && self.pages.len() * BLOCKS < blocks {
            let bytes = vec![0; self.stride * BLOCKS + LINE];
            let start = bytes.as_ptr().align_offset(LINE).min(LINE);
            self.pages.push(Page { bytes, start });
        }
    }

    pub(super) fn block(&self, index: usize) -> &[u8] {
        let from = |page: &Page| page.start + index % BLOCKS * self.stride;
        let page = self.pages.get(index / BLOCKS);
        page.and_then(|p| p.bytes.get(from(p)..from(p) + self.stride)).unwrap_or_default()
    }

    pub(super) fn block_mut(&mut self, index: usize) -> &mut [u8] {
        let stride = self.stride;
        let Some(page) = self.pages.get_mut(index / BLOCKS) else { return &mut [] };
        let from = page.start + index % BLOCKS * stride;
        page.bytes.get_mut(from..from + stride).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_apart_and_stay() {
        let mut pages = Pages::new(65);
        pages.reserve(100);
        for k in 0..100 {
            assert_eq!(pages.block(k).len(), 128);
            pages.block_mut(k).fill(k as u8);
        }
        pages.reserve(200);
        assert!((0..100).all(|k| pages.block(k).iter().all(|x| *x == k as u8)));
        assert!(pages.block(150).iter().all(|x| *x == 0) && pages.block(10_000).is_empty());
        assert!(Pages::new(0).block(0).is_empty());
    }
}

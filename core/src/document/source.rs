//! A text and its lines: bytes to lines and characters and back, without walking the whole text each time.

/// How many bytes lie between two counts of characters.
const BLOCK: usize = 1 << 10;

/// A source text with an index of its lines and characters, so that a place in a line of megabytes is found at once.
#[derive(Debug, Clone)]
pub(crate) struct Source<T> {
    text: T,
    lines: Vec<usize>,
    /// How many characters begin before each block.
    blocks: Vec<usize>,
}

impl<T: AsRef<str>> Source<T> {
    pub(crate) fn new(text: T) -> Source<T> {
        let bytes = text.as_ref().as_bytes();
        let newlines = bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1);
        let lines = std::iter::once(0).chain(newlines).collect();
        let mut count = 0;
        let blocks = bytes
            .chunks(BLOCK)
            .map(|block| {
                let before = count;
                count += starts(block);
                before
            })
            .collect();
        Source { text, lines, blocks }
    }

    /// The line and the column of a byte, both from 1; the column in characters.
    pub(crate) fn position(&self, offset: usize) -> (Option<u32>, Option<u32>) {
        let line = self.lines.partition_point(|s| *s <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let column = self.characters(offset) - self.characters(start) + 1;
        (u32::try_from(line).ok(), u32::try_from(column).ok())
    }

    /// The byte at a line and a column that counts bytes, both from 1, as parsers of JSON tell them.
    pub(crate) fn offset(&self, line: usize, column: usize) -> usize {
        let text = self.text.as_ref();
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(text.len());
        let mut offset = start.saturating_add(column.saturating_sub(1)).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// The characters that begin before a byte.
    fn characters(&self, offset: usize) -> usize {
        let bytes = self.text.as_ref().as_bytes();
        let offset = offset.min(bytes.len());
        let block = (offset / BLOCK).min(self.blocks.len().saturating_sub(1));
        let rest = bytes.get(block * BLOCK..offset).unwrap_or_default();
        self.blocks.get(block).copied().unwrap_or(0) + starts(rest)
    }

    /// A line (from 1) in two parts: what stands before a column (from 1), and the rest. None when there is no such
    /// line; a column beyond its end is its end.
    pub(crate) fn split(&self, line: u32, column: u32) -> Option<(&str, &str)> {
        let text = self.text.as_ref();
        let index = (line as usize).checked_sub(1)?;
        let start = *self.lines.get(index)?;
        let end = self.lines.get(index + 1).map_or(text.len(), |next| next - 1);
        let whole = text.get(start..end)?;
        let whole = whole.strip_suffix('\r').unwrap_or(whole);
        let wanted = self.characters(start) + (column as usize).saturating_sub(1);
        // The last block that begins no later than the character wanted, and then one character after the other.
        let block = self.blocks.partition_point(|before| *before <= wanted).saturating_sub(1);
        let skip = wanted - self.blocks.get(block).copied().unwrap_or(0).min(wanted);
        let from = block * BLOCK;
        let bytes = text.as_bytes().get(from..).unwrap_or_default();
        let found = bytes.iter().enumerate().filter(|(_, b)| is_start(**b)).nth(skip);
        let offset = found.map_or(text.len(), |(i, _)| from + i).clamp(start, start + whole.len());
        whole.split_at_checked(offset - start)
    }
}

fn is_start(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

fn starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| is_start(**b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_are_those_of_counting(pieces in prop::collection::vec("[a\n\u{e9}\u{1f600}]{0,900}", 0..6), at in any::<prop::sample::Index>()) {
            let text = pieces.concat();
            let offsets: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
            let offset = *at.get(&offsets);
            let before = &text[..offset];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            let source = Source::new(&text);
            prop_assert_eq!(source.position(offset), (Some(line as u32), Some(column as u32)));
            let (head, tail) = source.split(line as u32, column as u32).unwrap();
            prop_assert!(before.ends_with(head) && text[offset..].starts_with(tail));
            prop_assert_eq!(head.chars().count() + 1, column);
        }
    }

    #[test]
    fn a_line_has_an_end() {
        let source = Source::new("ab\r\nc");
        assert_eq!(source.split(1, 2), Some(("a", "b")));
        assert_eq!(source.split(1, 99), Some(("ab", "")));
        assert_eq!(source.split(2, 2), Some(("c", "")));
        assert_eq!((source.split(3, 1), source.split(0, 1)), (None, None));
        assert_eq!(Source::new("").split(1, 1), Some(("", "")));
    }
}

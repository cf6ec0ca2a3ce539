//! The canonical byte form of a tally.
//!
//! ```text
//! magic      8 bytes   "coleadTA"
//! version    2 bytes   little endian, 1; 2 when people are weighed
//! length     8 bytes   little endian, bytes of the body
//! checksum  32 bytes   SHA-256 of the body
//! body:
//!   logic hash        32 bytes, SHA-256 of the logic text
//!   logic             text: canonical JSON of the instrument's keys, ranges, reversal, scales, pairs
//!   decimals          of the weights; in version 2 only
//!   products          0 or 1: whether item products follow each wave
//!   waves             count, then for each, sorted:
//!     wave            text (empty: none)
//!     for each scale  when products: per item pair n Σx Σy Σxy Σx² Σy²; complete n; Σx an item; Σxy for i <= j
//!   units             count, then for each, sorted by wave and unit:
//!     wave            index; unit text; respondents; in version 2 Σw, and Σw² as its upper and lower 64 bits
//!     counts          per item its answers and its don't-knows (missing is the rest)
//!     for each scale  count of entries, each: answered items, n, Σs, Σs²
//!     for each pair   count of entries, each: answered items twice, n, Σs, Σt, Σst, Σs², Σt²
//! ```
//! Integers of the body are LEB128, shortest form only; texts are a length and UTF-8. Steps count from 0 after
//! reversal. In version 2 all that follows the respondents counts weights, in units of their last decimal. Every integer takes a byte at least, so a forged length cannot ask for more than a small multiple of
//! the bytes that are there. One state has one byte form; anything else is refused.

use super::layout::Layout;
use super::state::{Cell, Mass, PairSums, Products, Sparse, Sums};
use super::{Key, Tally};
use crate::error::{Error, Result};
use crate::evidence::MAX_DECIMALS;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The newest version of the byte form: that of weighted tallies. Tallies of people are written as version 1.
pub const FORMAT_VERSION: u16 = 2;
const PEOPLE: u16 = 1;

const MAGIC: &[u8; 8] = b"coleadTA";
const HEADER: usize = 8 + 2 + 8 + 32;

/// How much stored state is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes.
    pub bytes: usize,
    /// The most wave-unit keys.
    pub keys: usize,
}

impl Default for Limits {
    /// 1 GiB and 16 million keys.
    fn default() -> Limits {
        Limits { bytes: 1 << 30, keys: 1 << 24 }
    }
}

impl Tally {
    /// The canonical bytes; equal tallies give equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        body.extend_from_slice(&Sha256::digest(self.layout.logic.as_bytes()));
        text(&mut body, &self.layout.logic);
        if let Some(decimals) = self.decimals {
            integer(&mut body, u64::from(decimals));
        }
        body.push(u8::from(self.products.is_some()));
        let waves = self.waves();
        integer(&mut body, waves.len() as u64);
        for wave in &waves {
            text(&mut body, wave);
            for p in self.all_products(wave).unwrap_or(&[]) {
                integers(&mut body, p.pairwise.iter().flatten());
                integer(&mut body, p.complete);
                integers(&mut body, &p.sums);
                integers(&mut body, &p.cross);
            }
        }
        integer(&mut body, self.index.len() as u64);
        for (key, cell) in self.all() {
            integer(&mut body, waves.binary_search(&key.wave.as_str()).unwrap_or(0) as u64);
            text(&mut body, &key.unit);
            integer(&mut body, cell.rows);
            if let Some(Mass { sum, squares }) = cell.mass {
                integers(&mut body, &[sum, (squares >> 64) as u64, squares as u64]);
            }
            integers(&mut body, &cell.counts);
            for sums in &cell.scales {
                integer(&mut body, sums.0.len() as u64);
                for (a, row) in &sums.0 {
                    integer(&mut body, u64::from(*a));
                    integers(&mut body, row);
                }
            }
            for pair in &cell.pairs {
                integer(&mut body, pair.0.len() as u64);
                for ((a, b), row) in &pair.0 {
                    integers(&mut body, &[u64::from(*a), u64::from(*b)]);
                    integers(&mut body, row);
                }
            }
        }
        let mut out = Vec::with_capacity(HEADER + body.len());
        out.extend_from_slice(MAGIC);
        let version = if self.decimals.is_some() { FORMAT_VERSION } else { PEOPLE };
        out.extend_from_slice(&version.to_le_bytes());
        out.extend_from_slice(&(body.len() as u64).to_le_bytes());
        out.extend_from_slice(&Sha256::digest(&body));
        out.extend_from_slice(&body);
        out
    }

    /// Reads bytes of [`Tally::to_bytes`] back; the instrument is not needed.
    ///
    /// # Errors
    /// `foreign` (no tally), `newer_format`, `truncated`, `too_large` (beyond `limits`), and `inconsistent` when
    /// the bytes are damaged or hold what no answers could give.
    pub fn from_bytes(bytes: &[u8], limits: &Limits) -> Result<Tally> {
        if bytes.len() > limits.bytes {
            let message = format!("the tally has {} bytes, more than the {} allowed", bytes.len(), limits.bytes);
            return Err(Error::input("too_large", message).at("tally").help("raise the limit if you trust the source"));
        }
        let mut head = Reader { bytes };
        let magic = bytes.get(..MAGIC.len().min(bytes.len())).unwrap_or(&[]);
        if !MAGIC.starts_with(magic) {
            return Err(Error::input("foreign", "the bytes are not a tally")
                .at("tally")
                .help("give what `to_bytes` wrote"));
        }
        head.take(MAGIC.len())?;
        let version = u16::from_le_bytes(head.array()?);
        if version > FORMAT_VERSION {
            let message = format!("the tally has format {version}, this version reads up to {FORMAT_VERSION}");
            return Err(Error::input("newer_format", message).at("tally").help("upgrade colead"));
        }
        if version == 0 {
            return Err(inconsistent("format 0 does not exist"));
        }
        let length = u64::from_le_bytes(head.array()?);
        let checksum: [u8; 32] = head.array()?;
        let body = head.bytes;
        match (body.len() as u64).cmp(&length) {
            std::cmp::Ordering::Less => return Err(truncated()),
            std::cmp::Ordering::Greater => return Err(inconsistent("bytes follow the end")),
            std::cmp::Ordering::Equal => {}
        }
        if Sha256::digest(body)[..] != checksum {
            return Err(inconsistent("the checksum does not match"));
        }
        read_body(body, version != PEOPLE, limits)
    }
}

fn read_body(body: &[u8], weighted: bool, limits: &Limits) -> Result<Tally> {
    let mut r = Reader { bytes: body };
    let hash: [u8; 32] = r.array()?;
    let logic = r.text()?;
    if Sha256::digest(logic.as_bytes())[..] != hash {
        return Err(inconsistent("the logic hash is not that of the instrument"));
    }
    let layout =
        Layout::from_logic(logic).ok().flatten().ok_or_else(|| inconsistent("the instrument cannot be read"))?;
    let decimals = if weighted { Some(r.small()?) } else { None };
    if decimals.is_some_and(|d| d > MAX_DECIMALS) {
        return Err(inconsistent("weights of too many decimals"));
    }
    let with_products = match r.integer()? {
        0 => false,
        1 => true,
        _ => return Err(inconsistent("an unknown flag")),
    };
    let mut waves: Vec<String> = Vec::new();
    let mut products = BTreeMap::new();
    for _ in 0..r.count()? {
        let wave = r.text()?.to_owned();
        if waves.last().is_some_and(|last| *last >= wave) {
            return Err(inconsistent("the waves are not sorted"));
        }
        if with_products {
            let of = layout.scales.iter().map(|s| read_products(&mut r, s.items.len())).collect::<Result<Vec<_>>>()?;
            products.insert(wave.clone(), of);
        }
        waves.push(wave);
    }
    let keys = r.count()?;
    if keys > limits.keys as u64 {
        let message = format!("the tally has {keys} units, more than the {} allowed", limits.keys);
        return Err(Error::input("too_large", message).at("tally").help("raise the limit if you trust the source"));
    }
    let mut tally = Tally::empty(Arc::new(layout), decimals);
    let layout = Arc::clone(&tally.layout);
    for _ in 0..keys {
        let wave = usize::try_from(r.integer()?).ok().and_then(|w| waves.get(w)).cloned();
        let wave = wave.ok_or_else(|| inconsistent("a unit is in an unknown wave"))?;
        let key = Key { wave, unit: r.text()?.to_owned() };
        if tally.index.last().is_some_and(|(last, _)| *last >= key) {
            return Err(inconsistent("the units are not sorted"));
        }
        let cell = read_cell(&mut r, &layout, weighted)?;
        if cell.rows == 0 {
            return Err(inconsistent("a unit holds nothing"));
        }
        if let Some(fault) = cell.fault(&layout) {
            return Err(inconsistent(fault));
        }
        let slot = tally.push(key);
        tally.blocks.set(slot, &cell);
    }
    if !r.bytes.is_empty() {
        return Err(inconsistent("bytes follow the last unit"));
    }
    tally.products = with_products.then_some(products);
    if tally.waves() != waves {
        return Err(inconsistent("a wave holds nothing"));
    }
    match waves.iter().find_map(|w| tally.wave_fault(w)) {
        Some(fault) => Err(inconsistent(fault)),
        None => Ok(tally),
    }
}

fn read_products(r: &mut Reader<'_>, items: usize) -> Result<Products> {
    let pairs = items * items.saturating_sub(1) / 2;
    let mut pairwise = Vec::new();
    for _ in 0..pairs {
        pairwise.push(r.row()?);
    }
    Ok(Products { pairwise, complete: r.integer()?, sums: r.integers(items)?, cross: r.integers(pairs + items)? })
}

fn read_cell(r: &mut Reader<'_>, layout: &Layout, weighted: bool) -> Result<Cell> {
    let rows = r.integer()?;
    let mut mass = None;
    if weighted {
        let [sum, upper, lower] = r.row()?;
        mass = Some(Mass { sum, squares: u128::from(upper) << 64 | u128::from(lower) });
    }
    let counts = r.integers(layout.counts)?;
    let mut scales = Vec::new();
    for _ in &layout.scales {
        let mut sums: Sums = Sparse::default();
        for _ in 0..r.count()? {
            let key = r.small()?;
            push(&mut sums, key, r.row()?)?;
        }
        scales.push(sums);
    }
    let mut pairs = Vec::new();
    for _ in &layout.pairs {
        let mut pair: PairSums = Sparse::default();
        for _ in 0..r.count()? {
            let key = (r.small()?, r.small()?);
            push(&mut pair, key, r.row()?)?;
        }
        pairs.push(pair);
    }
    Ok(Cell { rows, mass, counts, scales, pairs })
}

fn push<K: Copy + Ord, const N: usize>(to: &mut Sparse<K, N>, key: K, row: [u64; N]) -> Result<()> {
    if to.0.last().is_some_and(|(last, _)| *last >= key) {
        return Err(inconsistent("entries are not sorted"));
    }
    to.0.push((key, row));
    Ok(())
}

fn inconsistent(why: &str) -> Error {
    Error::input("inconsistent", format!("the tally is damaged: {why}"))
        .at("tally")
        .help("take the bytes from their source again")
}

fn truncated() -> Error {
    Error::input("truncated", "the tally ends too early").at("tally").help("take the bytes from their source again")
}

fn integer(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn integers<'a>(out: &mut Vec<u8>, values: impl IntoIterator<Item = &'a u64>) {
    for v in values {
        integer(out, *v);
    }
}

fn text(out: &mut Vec<u8>, text: &str) {
    integer(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.bytes.split_at_checked(n).ok_or_else(truncated)?;
        self.bytes = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, rest) = self.bytes.split_first_chunk::<N>().ok_or_else(truncated)?;
        self.bytes = rest;
        Ok(*head)
    }

    fn integer(&mut self) -> Result<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(inconsistent("an integer does not fit in 64 bits"));
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return Err(inconsistent("an integer is not in its shortest form"));
                }
                return Ok(value);
            }
        }
        Err(inconsistent("an integer does not fit in 64 bits"))
    }

    /// A number of things that each take a byte at least.
    fn count(&mut self) -> Result<u64> {
        let n = self.integer()?;
        if n > self.bytes.len() as u64 { Err(truncated()) } else { Ok(n) }
    }

    fn small(&mut self) -> Result<u8> {
        u8::try_from(self.integer()?).map_err(|_| inconsistent("a number of answers is too large"))
    }

    fn integers(&mut self, n: usize) -> Result<Vec<u64>> {
        if n > self.bytes.len() {
            return Err(truncated());
        }
        (0..n).map(|_| self.integer()).collect()
    }

    fn row<const N: usize>(&mut self) -> Result<[u64; N]> {
        let mut row = [0; N];
        for slot in &mut row {
            *slot = self.integer()?;
        }
        Ok(row)
    }

    fn text(&mut self) -> Result<&'a str> {
        let n = usize::try_from(self.count()?).map_err(|_| truncated())?;
        std::str::from_utf8(self.take(n)?).map_err(|_| inconsistent("a text is not UTF-8"))
    }
}

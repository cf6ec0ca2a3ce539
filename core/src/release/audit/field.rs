//! Arithmetic modulo two Mersenne primes: exact without big numbers. A verdict that holds modulo both is wrong over
//! the rationals only where both divide the same minor of a matrix of zeros and ones.

/// Whole numbers modulo `2^bits - 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    bits: u32,
}

impl Field {
    /// Modulo 2^61 - 1.
    pub(crate) const LARGE: Field = Field { bits: 61 };
    /// Modulo 2^31 - 1.
    pub(crate) const SMALL: Field = Field { bits: 31 };

    pub(crate) fn prime(self) -> u64 {
        (1 << self.bits) - 1
    }

    fn fold(self, x: u128) -> u64 {
        // 2^bits is 1, so the high part is added to the low part.
        let p = u128::from(self.prime());
        let once = (x & p) + (x >> self.bits);
        let twice = ((once & p) + (once >> self.bits)) as u64;
        if twice >= self.prime() { twice - self.prime() } else { twice }
    }

    pub(crate) fn of(self, x: u64) -> u64 {
        self.fold(u128::from(x))
    }

    pub(crate) fn add(self, a: u64, b: u64) -> u64 {
        self.fold(u128::from(a) + u128::from(b))
    }

    pub(crate) fn negate(self, a: u64) -> u64 {
        if a == 0 { 0 } else { self.prime() - a }
    }

    pub(crate) fn sub(self, a: u64, b: u64) -> u64 {
        self.add(a, self.negate(b))
    }

    pub(crate) fn mul(self, a: u64, b: u64) -> u64 {
        self.fold(u128::from(a) * u128::from(b))
    }

    /// The inverse of a number that is not 0, by Fermat's little theorem.
    pub(crate) fn invert(self, a: u64) -> u64 {
        if a == 1 || a == self.prime() - 1 {
            return a;
        }
        let (mut base, mut power, mut out) = (a, self.prime() - 2, 1);
        while power > 0 {
            if power & 1 == 1 {
                out = self.mul(out, base);
            }
            base = self.mul(base, base);
            power >>= 1;
        }
        out
    }

    /// The fraction of small numerator and denominator that `a` stands for, by Euclid's algorithm stopped half way
    /// (Wang 1981).
    pub(crate) fn fraction(self, a: u64) -> Option<(i64, i64)> {
        let bound = 1_i128 << ((self.bits - 1) / 2);
        let (mut r0, mut r1) = (i128::from(self.prime()), i128::from(a));
        let (mut t0, mut t1) = (0_i128, 1_i128);
        while r1 >= bound {
            let q = r0 / r1;
            (r0, r1) = (r1, r0 - q * r1);
            (t0, t1) = (t1, t0 - q * t1);
        }
        let (num, den) = if t1 < 0 { (-r1, -t1) } else { (r1, t1) };
        let small = den > 0 && den < bound;
        Some((i64::try_from(num).ok()?, i64::try_from(den).ok()?)).filter(|_| small)
    }
}

/// A stream of numbers from a seed (Steele, Lea and Flood 2014), for orders that a reader cannot foresee.
#[derive(Debug, Clone)]
pub(crate) struct Stream(u64);

impl Stream {
    pub(crate) fn new(seed: u64) -> Stream {
        Stream(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_field_is_a_field(a in any::<u64>(), b in any::<u64>()) {
            for f in [Field::LARGE, Field::SMALL] {
                let p = u128::from(f.prime());
                let (a, b) = (f.of(a), f.of(b));
                prop_assert_eq!(u128::from(f.mul(a, b)), u128::from(a) * u128::from(b) % p);
                prop_assert_eq!(u128::from(f.add(a, b)), (u128::from(a) + u128::from(b)) % p);
                prop_assert_eq!(f.add(f.sub(a, b), b), a);
                prop_assert!(a == 0 || f.mul(a, f.invert(a)) == 1);
            }
        }

        #[test]
        fn small_fractions_come_back(num in -9999_i64..9999, den in 1_i64..9999) {
            for f in [Field::LARGE, Field::SMALL] {
                let whole = |x: i64| if x < 0 { f.negate(x.unsigned_abs()) } else { x as u64 };
                let (n, d) = f.fraction(f.mul(whole(num), f.invert(whole(den)))).unwrap();
                prop_assert_eq!(n * den, num * d);
            }
        }
    }
}

//! One place for transcendental functions and reductions in fixed order, so that platforms agree to the bit.

/// Standard normal distribution function.
pub fn phi(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// The z below which a standard normal variable lies with probability `p`, for p between 0 and 1 (else not finite):
/// Newton's method on the logarithm of [`phi`].
pub fn quantile(p: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        return if p <= 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    // On the lower half phi keeps all of its digits. Its logarithm is concave and the start too low, so that no step
    // goes too far.
    let tail = p.min(1.0 - p);
    let mut z = -libm::sqrt(-2.0 * libm::log(tail));
    for _ in 0..100 {
        let below = phi(z);
        if below == 0.0 {
            break;
        }
        let density = libm::exp(-z * z / 2.0) / libm::sqrt(2.0 * std::f64::consts::PI);
        let next = z - libm::log(below / tail) * below / density;
        if (next - z).abs() <= 1e-15 * z.abs() {
            break;
        }
        z = next;
    }
    if p < 0.5 { z } else { -z }
}

/// Square root.
pub fn sqrt(x: f64) -> f64 {
    libm::sqrt(x)
}

/// Exponential.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Sum in the given order with Neumaier's compensation.
pub fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut carry) = (0.0_f64, 0.0_f64);
    for v in values {
        let t = total + v;
        carry += if total.abs() >= v.abs() { (total - t) + v } else { (v - t) + total };
        total = t;
    }
    total + carry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_undo_phi() {
        for p in [1e-300, 1e-12, 0.001, 0.1, 0.3, 0.5, 0.9, 0.95, 0.999] {
            let (z, back) = (quantile(p), phi(quantile(p)));
            assert!((back - p).abs() <= 1e-13 * p && (z < 0.0) == (p < 0.5), "{p}: {z} {back}");
        }
        assert!((quantile(0.975) - 1.959963984540054).abs() < 1e-14);
        assert!(quantile(0.0).is_infinite() && quantile(1.0).is_infinite());
    }

    #[test]
    fn phi_hits_known_values() {
        assert!((phi(0.0) - 0.5).abs() < 1e-16);
        assert!((phi(1.959963984540054) - 0.975).abs() < 1e-15);
        assert!(phi(-40.0) >= 0.0 && phi(40.0) <= 1.0);
    }

    #[test]
    fn sums_do_not_lose_small_terms() {
        assert_eq!(sum([1e16, 1.0, -1e16]), 1.0);
    }
}

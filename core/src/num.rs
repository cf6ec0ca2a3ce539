//! One place for transcendental functions and reductions in fixed order, so that platforms agree to the bit.

/// Standard normal distribution function.
pub fn phi(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
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

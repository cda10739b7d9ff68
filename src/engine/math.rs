//! Elementary functions that give the same bits on every machine.
//!
//! `f64::exp` and its like call the platform's maths library, which differs between native targets and wasm in the last
//! bit. These call `libm`, compiled from the same source everywhere; clippy's `disallowed-methods` bans the std ones.
//! `sqrt`, `abs`, `floor`, `ceil`, `round` and `mul` are exact by IEEE 754 and stay as they are.

/// e to the x.
#[inline]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm.
#[inline]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// ln(1 + x), exact near 0.
#[inline]
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// exp(x) − 1, exact near 0.
#[inline]
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// Binary logarithm.
#[inline]
pub fn log2(x: f64) -> f64 {
    libm::log2(x)
}

/// x to the y.
#[inline]
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// Sine.
#[inline]
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// Cosine.
#[inline]
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Inverse hyperbolic tangent.
#[inline]
pub fn atanh(x: f64) -> f64 {
    libm::atanh(x)
}

/// Rounds to 12 significant digits: what native and wasm builds agree on. Values that are not finite pass through.
pub fn round12(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    // The shortest way that is exact: print with 12 significant digits and read back.
    format!("{x:.11e}").parse().unwrap_or(x)
}

/// `Some` of the rounded value where it is finite, else `None`: the form in which numbers enter a document.
pub fn finite(x: f64) -> Option<f64> {
    x.is_finite().then(|| round12(x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_to_twelve_digits() {
        assert_eq!(round12(0.123_456_789_012_345_6), 0.123_456_789_012);
        assert_eq!(round12(1.0 / 3.0 * 1e-200), 3.333_333_333_33e-201);
        assert_eq!(round12(0.0), 0.0);
        assert!(round12(f64::NAN).is_nan());
        assert_eq!(finite(f64::INFINITY), None);
    }
}

//! Densities, tails and quantiles of the distributions that tests refer to, accurate far into the tails.
//!
//! The package `statrs` (0.19) answers where it is exact, measured against scipy 1.17 as the largest relative error:
//!
//! | function | from statrs | error there | beyond |
//! |---|---|---|---|
//! | [`normal_quantile`] | 1e-300 ≤ p < 1 | 7e-14 | Halley's steps on our tail |
//! | [`gamma_upper`] | a ≤ 500 | 1e-12 | series and continued fraction |
//! | [`chi_square_upper`] | ν ≤ 1000 | 1e-12 | the same |
//! | [`t_upper`] | ν ≤ 200, t beyond ±0.1 | 3e-12 | our incomplete beta function; near 0 statrs loses t in ν/(ν + t²) |
//! | [`ln_factorial`] | whole n ≤ 170, from a table | 4e-16 | Stirling's series, which is as exact there and four times as fast |
//!
//! The rest is ours, as statrs' own is not exact enough: its incomplete beta function is off by 0.23 for parameters beyond 10⁴, its
//! inverse does not return for (20, 10⁷, 0.025), its hypergeometric density is no number in 28 % of a grid, its lower incomplete gamma
//! function and its ln Γ near 1 and 2 lose their digits, its normal tails have 1e-10 where ours have 9e-14. `clippy.toml` bans those
//! names. Kolmogorov's distribution it does not have.
//!
//! Our part rests on `libm`, statrs on the platform's mathematics, so native and wasm builds differ by up to 1.4e-14, which the 12 digits
//! of a document hide; every wasm build agrees with every other to the last bit. Densities follow Loader's saddle-point form
//! ("Fast and accurate computation of binomial probabilities", 2000), which keeps its digits for counts of millions;
//! incomplete gamma and beta functions add the usual series and continued fractions (DLMF 8.7, 8.9, 8.17).

use std::f64::consts::{LN_2, PI, SQRT_2};

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use statrs::function::{factorial, gamma};

use crate::math::{exp, ln, ln_1p};

/// Enough for parameters of 10¹⁰: both expansions need about √a terms.
const MAX_TERMS: usize = 1_000_000;
const TINY: f64 = 1e-300;
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;
/// Up to here statrs' upper incomplete gamma function is exact to 1e-12.
const STATRS_GAMMA: f64 = 500.0;
/// Up to so many degrees of freedom statrs' tail of Student's t is exact to 3e-12.
const STATRS_T: f64 = 200.0;
/// Nearer to 0 statrs' tail of t loses its digits.
const STATRS_T_LEAST: f64 = 0.1;
/// Up to here statrs has a table of factorials.
const STATRS_FACTORIAL: f64 = 170.0;
/// From here statrs' quantile of the normal distribution is exact to 7e-14.
const STATRS_NORMAL: f64 = 1e-300;

/// ln Γ(x), x > 0.
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// ln n!, for n ≥ 0 (not necessarily whole).
pub fn ln_factorial(n: f64) -> f64 {
    if n <= STATRS_FACTORIAL && n.fract() == 0.0 {
        return factorial::ln_factorial(n as u64);
    }
    if n < 32.0 { ln_gamma(n + 1.0) } else { (n + 0.5) * ln(n) - n + LN_SQRT_2PI + stirling_error(n) }
}

/// ln n! minus Stirling's approximation of it.
fn stirling_error(n: f64) -> f64 {
    if n <= 15.0 {
        return ln_gamma(n + 1.0) - (n + 0.5) * ln(n) + n - LN_SQRT_2PI;
    }
    let s = 1.0 / (n * n);
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - (1.0 / 1188.0 - s * 691.0 / 360_360.0) * s) * s) * s) * s) / n
}

/// x·ln(x/m) + m − x without cancellation near x = m.
fn deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() >= 0.1 * (x + m) {
        return x * ln(x / m) + m - x;
    }
    let v = difference / (x + m);
    let mut sum = difference * v;
    let mut term = 2.0 * x * v;
    for j in 1..1000 {
        term *= v * v;
        let next = sum + term / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// Poisson density e^−m·mˣ/Γ(x+1), for real x ≥ 0 and m ≥ 0.
pub fn poisson_density(x: f64, m: f64) -> f64 {
    if m == 0.0 {
        return if x == 0.0 { 1.0 } else { 0.0 };
    }
    if x == 0.0 {
        return exp(-m);
    }
    exp(-stirling_error(x) - deviance(x, m)) / (2.0 * PI * x).sqrt()
}

/// Binomial density Γ(n+1)/(Γ(x+1)Γ(n−x+1))·pˣ·qⁿ⁻ˣ for real 0 ≤ x ≤ n, q = 1 − p.
pub fn binomial_density(x: f64, n: f64, p: f64, q: f64) -> f64 {
    if p <= 0.0 {
        return if x == 0.0 { 1.0 } else { 0.0 };
    }
    if q <= 0.0 {
        return if x == n { 1.0 } else { 0.0 };
    }
    if x <= 0.0 || x >= n {
        let (share, other) = if x <= 0.0 { (q, p) } else { (p, q) };
        return exp(n * if other < 0.5 { ln_1p(-other) } else { ln(share) });
    }
    let log = stirling_error(n) - stirling_error(x) - stirling_error(n - x) - deviance(x, n * p) - deviance(n - x, n * q);
    exp(log) * (n / (2.0 * PI * x * (n - x))).sqrt()
}

/// Hypergeometric density: x marked among n drawn without replacement from a population with `marked` and `others`.
pub fn hypergeometric_density(x: f64, marked: f64, others: f64, n: f64) -> f64 {
    if x < 0.0 || x > marked || n - x < 0.0 || n - x > others {
        return 0.0;
    }
    let total = marked + others;
    if n == 0.0 || total <= 0.0 {
        return 1.0;
    }
    let (p, q) = (n / total, (total - n) / total);
    binomial_density(x, marked, p, q) * binomial_density(n - x, others, p, q) / binomial_density(n, total, p, q)
}

/// Regularised upper incomplete gamma function Q(a, x), a > 0, x ≥ 0.
pub fn gamma_upper(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if a.is_nan() || x.is_nan() {
        return f64::NAN;
    }
    if x.is_infinite() {
        return 0.0;
    }
    if a > 0.0 && a <= STATRS_GAMMA {
        return gamma::gamma_ur(a, x);
    }
    own_gamma_upper(a, x)
}

fn own_gamma_upper(a: f64, x: f64) -> f64 {
    if x < a + 1.0 { 1.0 - gamma_series(a, x) } else { gamma_fraction(a, x) }
}

/// Regularised lower incomplete gamma function P(a, x), a > 0, x ≥ 0.
pub fn gamma_lower(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if x < a + 1.0 {
        gamma_series(a, x)
    } else {
        1.0 - gamma_fraction(a, x)
    }
}

fn gamma_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..MAX_TERMS {
        term *= x / (a + k as f64);
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    poisson_density(a, x) * sum
}

fn gamma_fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..MAX_TERMS {
        let i = i as f64;
        let an = -i * (i - a);
        b += 2.0;
        d = 1.0 / nonzero(an * d + b);
        c = nonzero(b + an / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    poisson_density(a, x) * a * h
}

/// Regularised incomplete beta function I(a, b; x) with y = 1 − x given apart, so that neither end loses digits.
pub fn beta_lower(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if y <= 0.0 {
        1.0
    } else if x < (a + 1.0) / (a + b + 2.0) {
        beta_fraction(a, b, x, y)
    } else {
        1.0 - beta_fraction(b, a, y, x)
    }
}

fn beta_fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..MAX_TERMS {
        let m = m as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / nonzero(1.0 + even * d);
        c = nonzero(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / nonzero(1.0 + odd * d);
        c = nonzero(1.0 + odd / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    binomial_density(a, a + b, x, y) * b / (a + b) * h
}

fn nonzero(x: f64) -> f64 {
    if x.abs() < TINY { TINY } else { x }
}

/// The x at which I(a, b; x) = p: bisection guarded Newton steps.
pub fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let mut x = a / (a + b);
    for _ in 0..200 {
        let miss = beta_lower(a, b, x, 1.0 - x) - p;
        if miss > 0.0 {
            high = x;
        } else {
            low = x;
        }
        // The density: x^(a−1) (1−x)^(b−1) / B(a, b).
        let slope = binomial_density(a, a + b, x, 1.0 - x) * a * b / ((a + b) * x * (1.0 - x));
        let newton = x - miss / slope;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - x).abs() <= 1e-16 * x.max(1e-300) || next == x {
            break;
        }
        x = next;
    }
    x
}

/// P(Z > z) for a standard normal Z.
pub fn normal_upper(z: f64) -> f64 {
    0.5 * libm::erfc(z / SQRT_2)
}

/// P(|Z| > |z|) for a standard normal Z.
pub fn normal_two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / SQRT_2)
}

/// The z with P(Z ≤ z) = p.
pub fn normal_quantile(p: f64) -> f64 {
    if p.is_nan() || p <= 0.0 {
        return if p <= 0.0 { f64::NEG_INFINITY } else { f64::NAN };
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    if p >= STATRS_NORMAL { Normal::standard().inverse_cdf(p) } else { own_normal_quantile(p) }
}

/// A rational start (Abramowitz and Stegun 26.2.23), then Halley's steps on the exact tail.
fn own_normal_quantile(p: f64) -> f64 {
    let tail = p.min(1.0 - p);
    let t = (-2.0 * ln(tail)).sqrt();
    let mut z = t - (2.515_517 + t * (0.802_853 + t * 0.010_328)) / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    for _ in 0..4 {
        let density = exp(-0.5 * z * z - LN_SQRT_2PI);
        let u = (normal_upper(z) - tail) / density;
        z += u / (1.0 - 0.5 * u * z);
    }
    if p < 0.5 { -z } else { z }
}

/// P(T > t) for Student's t with ν degrees of freedom.
pub fn t_upper(t: f64, degrees: f64) -> f64 {
    if degrees <= STATRS_T
        && t.is_finite()
        && t.abs() >= STATRS_T_LEAST
        && let Ok(student) = StudentsT::new(0.0, 1.0, degrees)
    {
        return student.sf(t);
    }
    own_t_upper(t, degrees)
}

fn own_t_upper(t: f64, degrees: f64) -> f64 {
    let square = t * t;
    let both = beta_lower(0.5 * degrees, 0.5, degrees / (degrees + square), square / (degrees + square));
    if t > 0.0 { 0.5 * both } else { 1.0 - 0.5 * both }
}

/// P(X > x) for χ² with ν degrees of freedom; 1 where ν is 0.
pub fn chi_square_upper(x: f64, degrees: f64) -> f64 {
    if degrees <= 0.0 || x <= 0.0 { 1.0 } else { gamma_upper(0.5 * degrees, 0.5 * x) }
}

/// P(K > x) for Kolmogorov's distribution: the theta series, in whichever form converges.
pub fn kolmogorov_upper(x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x < 1.0 {
        // 1 − √(2π)/x · Σ exp(−(2k−1)²π²/(8x²))
        let unit = PI * PI / (8.0 * x * x);
        let sum: f64 = (0..8).map(|k| exp(-unit * f64::from((2 * k + 1) * (2 * k + 1)))).sum();
        return 1.0 - (2.0 * PI).sqrt() / x * sum;
    }
    // The first term stands alone far out; 2·exp(−2x²) needs no more.
    let sum: f64 = (1..10).map(|k| exp(-2.0 * x * x * f64::from(k * k)) * if k % 2 == 1 { 1.0 } else { -1.0 }).sum();
    (2.0 * sum).clamp(0.0, 1.0)
}

/// ln(2)-based conversion: nats to bits.
pub fn bits(nats: f64) -> f64 {
    nats / LN_2
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near_to(a: f64, b: f64, to: f64) {
        assert!((a - b).abs() <= to * b.abs(), "{a} against {b}");
    }

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-12 * b.abs(), "{a} against {b}");
    }

    #[test]
    fn agrees_with_published_values() {
        // scipy 1.17: norm.sf, norm.ppf, chi2.sf, t.sf, special.kolmogorov, hypergeom.pmf, beta.ppf.
        near(normal_upper(6.0), 9.865_876_450_376_946e-10);
        near(normal_quantile(0.975), 1.959_963_984_540_054);
        near(normal_quantile(1e-300), -37.047_096_299_361_2);
        near(chi_square_upper(3.841_458_820_694_124, 1.0), 0.049_999_999_999_999_89);
        near(t_upper(2.0, 5.0), 0.050_969_739_414_929_174);
        near(kolmogorov_upper(1.2), 0.112_249_666_670_724_97);
        near(kolmogorov_upper(0.5), 0.963_945_243_664_875_1);
        near(hypergeometric_density(30.0, 80.0, 920.0, 300.0), 0.031_387_085_079_623_324);
        near(beta_quantile(3.0, 98.0, 0.025), 0.006_229_971_538_306_395);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        /// Two implementations that share nothing agree where both are exact.
        #[test]
        fn statrs_and_our_own_agree(a in 0.05f64..500.0, spread in -12.0f64..30.0, t in -60.0f64..60.0, degrees in 0.5f64..200.0, z in -36.0f64..8.0) {
            let close = |theirs: f64, ours: f64| (theirs - ours).abs() <= 1e-11 * ours.abs() + 1e-15;
            let x = (a + spread * a.sqrt()).max(1e-3);
            prop_assert!(close(gamma_upper(a, x), own_gamma_upper(a, x)), "Q({a}, {x}): {} {}", gamma_upper(a, x), own_gamma_upper(a, x));
            prop_assert!(close(t_upper(t, degrees), own_t_upper(t, degrees)), "t {t} {degrees}: {} {}", t_upper(t, degrees), own_t_upper(t, degrees));
            let p = normal_upper(-z);
            prop_assert!(close(normal_quantile(p), own_normal_quantile(p)), "quantile of {p}: {} {}", normal_quantile(p), own_normal_quantile(p));
        }

        #[test]
        fn functions_of_statrs_that_are_not_used_still_check_ours(a in 0.5f64..60.0, b in 0.5f64..60.0, x in 0.001f64..0.999, n in 0u32..5000) {
            let close = |theirs: f64, ours: f64, to: f64| (theirs - ours).abs() <= to * ours.abs() + 1e-13;
            #[allow(clippy::disallowed_methods)]
            let (beta, lower, upper) = (statrs::function::beta::beta_reg(a, b, x), gamma::gamma_lr(a, b), statrs::function::erf::erfc(x));
            prop_assert!(close(beta, beta_lower(a, b, x, 1.0 - x), 1e-10));
            prop_assert!(close(lower, gamma_lower(a, b), 1e-10));
            prop_assert!(close(0.5 * upper, normal_upper(x * SQRT_2), 1e-9));
            prop_assert!(close(factorial::ln_factorial(n.into()), ln_factorial(n.into()), 1e-14));
        }
    }

    #[test]
    fn where_statrs_ends_ours_goes_on() {
        for (below, above) in [(STATRS_GAMMA, STATRS_GAMMA * (1.0 + 1e-15)), (1e-3, 1e-3)] {
            for x in [0.3 * below, 0.9 * below, 1.1 * below, 2.0 * below] {
                assert!(
                    (gamma_upper(below, x) - own_gamma_upper(above, x)).abs() <= 2e-12 * own_gamma_upper(above, x) + 1e-300,
                    "{below} {x}"
                );
            }
        }
        for t in [-3.0, -0.1, 0.0, 1e-9, 1e-4, 0.099_999, 0.1, 0.5, 4.0, 40.0] {
            near_to(t_upper(t, STATRS_T), own_t_upper(t, STATRS_T), 1e-11);
        }
        near_to(ln_factorial(170.0), (170..=170).fold(ln_factorial(169.0), |sum, n| sum + ln(f64::from(n))), 1e-15);
        near_to(ln_factorial(171.0), ln_factorial(170.0) + ln(171.0), 1e-15);
        near_to(normal_quantile(1e-300), own_normal_quantile(1e-300), 1e-12);
        // Arguments outside of a domain are answered, not panicked at.
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(normal_quantile(f64::NAN).is_nan() && t_upper(f64::NAN, 3.0).is_nan() && gamma_upper(3.0, f64::NAN).is_nan());
        assert_eq!((gamma_upper(3.0, 0.0), gamma_upper(3.0, 1e9)), (1.0, 0.0));
    }

    #[test]
    fn tails_add_up() {
        for (a, x) in [(0.5, 0.1), (3.0, 3.0), (1e5, 1.001e5), (1e6, 0.999e6)] {
            near(gamma_lower(a, x) + gamma_upper(a, x), 1.0);
        }
        near(normal_upper(1.3) + normal_upper(-1.3), 1.0);
        near(t_upper(1.3, 4.0) + t_upper(-1.3, 4.0), 1.0);
        near(beta_lower(2.0, 1e6, beta_quantile(2.0, 1e6, 0.3), 1.0 - beta_quantile(2.0, 1e6, 0.3)), 0.3);
        assert_eq!(chi_square_upper(5.0, 0.0), 1.0);
    }
}

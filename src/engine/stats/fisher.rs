//! Fisher's exact test of a 2×2 table, one- and two-sided, in time proportional to the spread of the null distribution.
//!
//! Fisher 1935; tails are sums of hypergeometric densities walked by their ratio, so counts of millions take microseconds.

use super::special::hypergeometric_density;

/// Two densities within this ratio of each other count as equal in the two-sided test (as R does).
const EQUAL: f64 = 1.0 + 1e-7;

/// P(at least `hits_m` of the hits fall among the m | margins): is the share in m larger than in n?
pub fn greater(hits_n: u64, n: u64, hits_m: u64, m: u64) -> f64 {
    let null = Null::of(hits_n, n, hits_m, m);
    null.upper(hits_m as f64)
}

/// P(at most `hits_m` of the hits fall among the m | margins): is the share in m smaller than in n?
pub fn less(hits_n: u64, n: u64, hits_m: u64, m: u64) -> f64 {
    let null = Null::of(hits_n, n, hits_m, m);
    null.lower(hits_m as f64)
}

/// The probability of all tables that are no likelier than the observed one.
pub fn two_sided(hits_n: u64, n: u64, hits_m: u64, m: u64) -> f64 {
    let null = Null::of(hits_n, n, hits_m, m);
    let x = hits_m as f64;
    let bound = null.density(x) * EQUAL;
    let mode = null.mode();
    if null.density(mode) <= bound {
        return 1.0;
    }
    let near = if x < mode { null.lower(x) } else { null.upper(x) };
    // The density falls from the mode outwards: halve the other side for the first value that is unlikely enough.
    let (mut inside, mut outside) = if x < mode { (mode, null.high + 1.0) } else { (mode, null.low - 1.0) };
    while (outside - inside).abs() > 1.0 {
        let middle = ((inside + outside) * 0.5).trunc();
        if null.density(middle) <= bound {
            outside = middle;
        } else {
            inside = middle;
        }
    }
    let far = if x < mode { null.upper(outside) } else { null.lower(outside) };
    (near + far).min(1.0)
}

/// The hypergeometric distribution of the hits that fall among the m.
struct Null {
    hits: f64,
    rest: f64,
    m: f64,
    low: f64,
    high: f64,
}

impl Null {
    fn of(hits_n: u64, n: u64, hits_m: u64, m: u64) -> Self {
        let (n, m) = (n.max(hits_n) as f64, m.max(hits_m) as f64);
        let hits = (hits_n + hits_m) as f64;
        let rest = n + m - hits;
        Self { hits, rest, m, low: (m - rest).max(0.0), high: hits.min(m) }
    }

    fn density(&self, x: f64) -> f64 {
        hypergeometric_density(x, self.hits, self.rest, self.m)
    }

    fn mode(&self) -> f64 {
        ((self.hits + 1.0) * (self.m + 1.0) / (self.hits + self.rest + 2.0)).floor().clamp(self.low, self.high)
    }

    fn upper(&self, x: f64) -> f64 {
        if x <= self.low {
            1.0
        } else if x > self.high {
            0.0
        } else if x >= self.mode() {
            self.walk(x, 1.0)
        } else {
            (1.0 - self.walk(x - 1.0, -1.0)).max(0.0)
        }
    }

    fn lower(&self, x: f64) -> f64 {
        if x >= self.high {
            1.0
        } else if x < self.low {
            0.0
        } else if x <= self.mode() {
            self.walk(x, -1.0)
        } else {
            (1.0 - self.walk(x + 1.0, 1.0)).max(0.0)
        }
    }

    /// Sums densities from x away from the mode until they no longer count.
    fn walk(&self, x: f64, direction: f64) -> f64 {
        let first = self.density(x);
        let (mut term, mut sum, mut at) = (1.0, 1.0, x);
        loop {
            let next = at + direction;
            if next < self.low || next > self.high {
                break;
            }
            term *= if direction > 0.0 {
                (self.hits - at) * (self.m - at) / ((at + 1.0) * (self.rest - self.m + at + 1.0))
            } else {
                at * (self.rest - self.m + at) / ((self.hits - at + 1.0) * (self.m - at + 1.0))
            };
            at = next;
            sum += term;
            if term < sum * 1e-17 {
                break;
            }
        }
        (first * sum).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tea_with_milk() {
        // Fisher's lady: 3 of 4 right, one-sided 17/70; two-sided 34/70.
        assert!((greater(1, 4, 3, 4) - 17.0 / 70.0).abs() < 1e-14);
        assert!((two_sided(1, 4, 3, 4) - 34.0 / 70.0).abs() < 1e-14);
        assert!((less(3, 4, 1, 4) - 17.0 / 70.0).abs() < 1e-14);
    }

    #[test]
    fn the_tails_share_one_density() {
        let null = Null::of(40, 900, 25, 300);
        let sum = greater(40, 900, 25, 300) + less(40, 900, 25, 300) - null.density(25.0);
        assert!((sum - 1.0).abs() < 1e-12);
        assert_eq!(greater(0, 10, 0, 10), 1.0);
        assert_eq!(two_sided(0, 10, 0, 10), 1.0);
    }

    #[test]
    fn nothing_seen_in_n_and_everything_in_m() {
        // C(10, 5)⁻¹
        assert!((greater(0, 5, 5, 5) - 1.0 / 252.0).abs() < 1e-15);
    }
}

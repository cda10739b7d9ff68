//! From numbers to pixels.

/// A linear scale.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    from: (f64, f64),
    to: (f64, f64),
}

impl Scale {
    /// Maps `from.0 → to.0` and `from.1 → to.1`; a domain without width maps to the middle.
    pub fn new(from: (f64, f64), to: (f64, f64)) -> Self {
        Self { from, to }
    }

    /// The pixel of a value, held within the range.
    pub fn at(&self, x: f64) -> f64 {
        let width = self.from.1 - self.from.0;
        let t = if width == 0.0 || !x.is_finite() { 0.5 } else { ((x - self.from.0) / width).clamp(0.0, 1.0) };
        self.to.0 + t * (self.to.1 - self.to.0)
    }
}

/// Round values that divide a range into about `n` steps: 1, 2 or 5 times a power of ten.
pub fn ticks(low: f64, high: f64, n: usize) -> Vec<f64> {
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) {
        return vec![low];
    }
    let raw = span / n.max(1) as f64;
    let mut unit = 1.0;
    while unit > raw {
        unit /= 10.0;
    }
    while unit * 10.0 <= raw {
        unit *= 10.0;
    }
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * unit).find(|s| *s >= raw).unwrap_or(unit * 10.0);
    let first = (low / step).ceil() as i64;
    (first..).map(|i| i as f64 * step).take_while(|x| *x <= high + step * 1e-9).take(50).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(0.0, 1.0, 5), vec![0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks(0.0, 730.0, 4), vec![0.0, 200.0, 400.0, 600.0]);
        assert_eq!(ticks(3.0, 3.0, 4), vec![3.0]);
    }

    #[test]
    fn scales_hold_to_their_range() {
        let s = Scale::new((0.0, 2.0), (100.0, 200.0));
        assert_eq!((s.at(1.0), s.at(9.0), s.at(-1.0)), (150.0, 200.0, 100.0));
    }
}

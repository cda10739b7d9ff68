//! Numbers row by row, stored bit for bit and as short as they were written.

use crate::Result;
use crate::stored::{Reader, Stored, Writer};

/// Powers of ten that are tried: scores have four or six decimals more often than seventeen digits.
const POWERS: [f64; 10] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/// Whole numbers up to here are exact, and so is the quotient of one by a power of ten, rounded once.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Says that the numbers follow as floats.
const FLOATS: u64 = 63;

/// Numbers, NaN where there is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Numbers(pub(super) Vec<f64>);

/// The whole number that is `x` times a power of ten, where dividing by the power gives `x` back.
fn whole(x: f64, power: f64) -> Option<i64> {
    let scaled = (x * power).round();
    let whole = scaled as i64;
    // By way of the whole number: it has no sign at 0.
    (scaled.abs() < EXACT && (whole as f64 / power).to_bits() == x.to_bits()).then_some(whole)
}

impl Stored for Numbers {
    fn write(&self, out: &mut Writer) {
        let fits = |power: &&f64| self.0.iter().all(|&x| x.is_nan() || whole(x, **power).is_some());
        match POWERS.iter().find(fits).and_then(|p| Some((POWERS.iter().position(|q| q == p)?, *p))) {
            None => {
                FLOATS.write(out);
                self.0.write(out);
            }
            Some((digits, power)) => {
                (digits as u64).write(out);
                // 0 where there is none; else the number in zigzag, plus one.
                let coded = |&x: &f64| whole(x, power).filter(|_| !x.is_nan()).map_or(0, |n| (((n << 1) ^ (n >> 63)) as u64) + 1);
                self.0.iter().map(coded).collect::<Vec<u64>>().write(out);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        let digits = u64::read(from)?;
        let Some(power) = POWERS.get(digits as usize) else { return Vec::read(from).map(Self) };
        let decoded = |n: u64| n.checked_sub(1).map_or(f64::NAN, |n| ((n >> 1) as i64 ^ -((n & 1) as i64)) as f64 / power);
        Ok(Self(Vec::<u64>::read(from)?.into_iter().map(decoded).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored::{from_bytes, to_bytes};

    #[test]
    fn numbers_come_back_bit_for_bit() {
        let third = 1.0 / 3.0;
        for (values, most) in [
            (vec![0.8173, 0.5, f64::NAN, 1.0, -2.25], 18),
            (vec![0.1 + 0.2, third], 26),
            (vec![-0.0, 1.0], 26),
            (vec![f64::INFINITY, 3.0], 26),
            (vec![], 4),
            (vec![1e15, 7.0], 18),
            (vec![1e300], 16),
        ] {
            let bytes = to_bytes(&Numbers(values.clone()));
            let back: Numbers = from_bytes(&bytes).unwrap();
            let bits = |v: &[f64]| v.iter().map(|x| if x.is_nan() { 0 } else { x.to_bits() }).collect::<Vec<u64>>();
            assert_eq!(bits(&back.0), bits(&values));
            assert!(bytes.len() <= most, "{values:?}: {} bytes", bytes.len());
        }
    }
}

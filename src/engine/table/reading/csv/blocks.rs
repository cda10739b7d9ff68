//! Where a byte stands among 64, as the bits of a word.

/// Sixty-four bytes.
pub(crate) type Block = [u8; 64];

/// Bit `i` is set where byte `i` is `wanted`.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
pub(crate) fn positions(block: &Block, wanted: u8) -> u64 {
    use std::arch::wasm32::{i8x16_bitmask, i8x16_eq, i8x16_splat, u64x2};
    let pattern = i8x16_splat(wanted as i8);
    let mut bits = 0u64;
    for (i, lane) in block.as_chunks::<16>().0.iter().enumerate() {
        let [low, high] = halves(lane);
        bits |= u64::from(i8x16_bitmask(i8x16_eq(u64x2(low, high), pattern))) << (16 * i);
    }
    bits
}

/// Bit `i` is set where byte `i` is `wanted`.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub(crate) fn positions(block: &Block, wanted: u8) -> u64 {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const SEVEN: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let mut bits = 0u64;
    for (i, lane) in block.as_chunks::<8>().0.iter().enumerate() {
        let x = u64::from_le_bytes(*lane) ^ (LOW * u64::from(wanted));
        // The high bit of each byte that is zero in x, and of no other.
        let zero = !(((x & SEVEN) + SEVEN) | x | SEVEN);
        // Gathers the eight high bits into one byte: the multiplier moves bit 8k + 7 to bit 56 + k.
        bits |= ((zero >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * i);
    }
    bits
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn halves(lane: &[u8; 16]) -> [u64; 2] {
    let words = lane.as_chunks::<8>().0;
    [words.first().map_or(0, |w| u64::from_le_bytes(*w)), words.get(1).map_or(0, |w| u64::from_le_bytes(*w))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_stand_where_bytes_do() {
        let mut block = [0u8; 64];
        for (i, byte) in block.iter_mut().enumerate() {
            *byte = (i * 37 % 251) as u8;
        }
        for wanted in 0..=255u8 {
            let expected = block.iter().enumerate().fold(0u64, |bits, (i, &b)| bits | u64::from(b == wanted) << i);
            assert_eq!(positions(&block, wanted), expected, "{wanted}");
        }
    }
}

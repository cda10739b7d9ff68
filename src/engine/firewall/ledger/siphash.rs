//! SipHash-2-4 (Aumasson and Bernstein 2012, "SipHash: a fast short-input PRF"): a keyed hash of 64 bits.
//!
//! Who does not have the key cannot tell which ids a ledger remembers; an unkeyed hash would give them to anybody with a list.

use crate::{Error, Result};

/// A key of 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(u64, u64);

impl Key {
    /// A key from its 32 hexadecimal digits.
    ///
    /// # Errors
    /// `invalid_ledger_key` for anything else.
    pub fn of(hex: &str) -> Result<Self> {
        let bytes =
            (0..16).map(|i| hex.get(2 * i..2 * i + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect::<Option<Vec<u8>>>();
        let plain = hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        let words = bytes.filter(|_| plain).and_then(|b| Some((word(b.get(..8)?), word(b.get(8..)?))));
        words.map(|(a, b)| Self(a, b)).ok_or_else(|| {
            Error::new("invalid_ledger_key", "The ledger's key is not made of 32 hexadecimal digits.")
                .mend("Set ledgerKey to 16 random bytes, written in hexadecimal.")
        })
    }

    /// The hash of some bytes.
    pub fn hash(self, bytes: &[u8]) -> u64 {
        let mut v = [
            self.0 ^ 0x736f_6d65_7073_6575,
            self.1 ^ 0x646f_7261_6e64_6f6d,
            self.0 ^ 0x6c79_6765_6e65_7261,
            self.1 ^ 0x7465_6462_7974_6573,
        ];
        let absorb = |v: &mut [u64; 4], m: u64| {
            v[3] ^= m;
            round(v);
            round(v);
            v[0] ^= m;
        };
        let (blocks, rest) = bytes.as_chunks::<8>();
        for block in blocks {
            absorb(&mut v, u64::from_le_bytes(*block));
        }
        absorb(&mut v, word(rest) | (bytes.len() as u64) << 56);
        v[2] ^= 0xff;
        for _ in 0..4 {
            round(&mut v);
        }
        v[0] ^ v[1] ^ v[2] ^ v[3]
    }
}

/// Up to eight bytes as a word, the lowest first.
fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, &b| word << 8 | u64::from(b))
}

fn round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[2] = v[2].rotate_left(32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_vectors() {
        // The vectors of the reference implementation: key 00 … 0f, messages of 0, 1, 2, … bytes counting from 0.
        let key = Key::of("000102030405060708090a0b0c0d0e0f").unwrap();
        let message: Vec<u8> = (0..64).collect();
        for (length, want) in [
            (0, 0x726f_db47_dd0e_0e31),
            (1, 0x74f8_39c5_93dc_67fd),
            (2, 0x0d6c_8009_d9a9_4f5a),
            (7, 0xab02_00f5_8b01_d137),
            (8, 0x93f5_f579_9a93_2462),
            (15, 0xa129_ca61_49be_45e5),
            (63, 0x958a_324c_eb06_4572u64),
        ] {
            assert_eq!(key.hash(&message[..length]), want, "{length} bytes");
        }
        assert_ne!(Key::of("00112233445566778899aabbccddeeff").unwrap().hash(b"x"), key.hash(b"x"));
    }

    #[test]
    fn keys_are_sixteen_bytes_of_hexadecimal() {
        for wrong in
            ["", "00", "000102030405060708090a0b0c0d0e0g", "+00102030405060708090a0b0c0d0e0f", "000102030405060708090a0b0c0d0e0f00"]
        {
            assert_eq!(Key::of(wrong).unwrap_err().code, "invalid_ledger_key", "{wrong}");
        }
    }
}

//! The binary form of what a firewall keeps: frames, profiles, vocabularies.
//!
//! Whole numbers are LEB128 varints, signed ones in zigzag. A float that is a whole number from 0 to 2⁵⁰ is that number plus one as a
//! varint, any other a zero byte and its eight bytes, lowest first: counts, which most floats here are, take a byte or two, and nothing is
//! rounded. A list of floats or counts is a chain of runs: how many zeros, how many others, the others. Text is UTF-8 behind its length,
//! lists and maps stand behind their length, absent is 0 and present 1, a variant is its number. Structs are their fields in order.
//!
//! Whoever reads trusts nothing: every length is held against the bytes that are left, or against [`MOST_ITEMS`].

use std::collections::BTreeMap;

use straingauge_api::ModelTask;

use crate::{Error, Result};

/// Items of sparse lists that one blob may unfold to: 64 million, half a gigabyte.
const MOST_ITEMS: usize = 1 << 26;

/// Floats up to here are written as whole numbers.
const WHOLE: f64 = (1u64 << 50) as f64;

/// Bytes under way out.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

/// Bytes under way in.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    items: usize,
    version: u8,
}

/// What has a binary form. `read(write(x)) = x`, bit for bit.
pub trait Stored: Sized {
    /// Writes it.
    fn write(&self, out: &mut Writer);

    /// Reads it.
    ///
    /// # Errors
    /// `invalid_document` where the bytes are not those of such a value.
    fn read(from: &mut Reader<'_>) -> Result<Self>;

    /// Writes the items of a list, whose length stands before them.
    fn write_all(items: &[Self], out: &mut Writer) {
        for item in items {
            item.write(out);
        }
    }

    /// Reads so many items.
    ///
    /// # Errors
    /// As [`Self::read`].
    fn read_all(n: usize, from: &mut Reader<'_>) -> Result<Vec<Self>> {
        // Every item takes a byte at least, save empty structs, which nobody keeps lists of.
        if n > from.bytes.len() {
            return Err(broken("a list is longer than what is left"));
        }
        (0..n).map(|_| Self::read(from)).collect()
    }
}

/// The bytes of a value, behind a byte that says which version of this form they are in.
pub fn to_bytes<T: Stored>(value: &T) -> Vec<u8> {
    let mut out = Writer { bytes: vec![VERSION] };
    value.write(&mut out);
    out.bytes
}

/// A value from its bytes.
///
/// # Errors
/// `newer_format` for a later version of this form, `invalid_document` where the bytes are not those of such a value.
pub fn from_bytes<T: Stored>(bytes: &[u8]) -> Result<T> {
    let (version, rest) = bytes.split_first().ok_or_else(|| broken("it is empty"))?;
    if *version > VERSION {
        return Err(Error::new("newer_format", format!("What is stored has version {version}; this engine reads up to {VERSION}."))
            .mend("Use a newer version of Straingauge."));
    }
    let mut from = Reader { bytes: rest, items: 0, version: *version };
    let value = T::read(&mut from)?;
    if from.bytes.is_empty() { Ok(value) } else { Err(broken("there is more of it than there should be")) }
}

/// The version of the form. Since 2 a frame says whose spread its numbers are measured in, and scores are summed by true class.
const VERSION: u8 = 2;

fn broken(what: &str) -> Error {
    Error::new("invalid_document", format!("What is stored cannot be read: {what}.")).mend("Export it again, or use an older copy.")
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as base64 (RFC 4648, with padding).
pub fn to_base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |i: usize| chunk.get(i).copied().map_or(0, u32::from);
        let word = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4 {
            let digit = DIGITS.get((word >> (18 - 6 * i)) as usize & 63).copied().unwrap_or(b'A');
            out.push(if i <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// Bytes from base64.
///
/// # Errors
/// `invalid_document` where the text is no base64.
pub fn from_base64(text: &str) -> Result<Vec<u8>> {
    let digits = text.trim_end_matches('=').as_bytes();
    let mut values = [u8::MAX; 256];
    for (value, digit) in (0u8..).zip(DIGITS) {
        if let Some(slot) = values.get_mut(*digit as usize) {
            *slot = value;
        }
    }
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for chunk in digits.chunks(4) {
        let mut word = 0u32;
        for i in 0..4 {
            let value = chunk.get(i).map_or(0, |&d| values.get(d as usize).copied().unwrap_or(u8::MAX));
            if value == u8::MAX {
                return Err(broken("it is no base64"));
            }
            word = word << 6 | u32::from(value);
        }
        let [_, bytes @ ..] = word.to_be_bytes();
        out.extend(bytes.iter().take(chunk.len() * 6 / 8));
    }
    Ok(out)
}

impl Writer {
    fn varint(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.bytes.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.bytes.push(n as u8);
    }
}

impl Reader<'_> {
    /// The version of the form that is read.
    pub fn version(&self) -> u8 {
        self.version
    }

    fn byte(&mut self) -> Result<u8> {
        let (first, rest) = self.bytes.split_first().ok_or_else(|| broken("it ends too early"))?;
        self.bytes = rest;
        Ok(*first)
    }

    fn take(&mut self, n: usize) -> Result<&[u8]> {
        let (taken, rest) = self.bytes.split_at_checked(n).ok_or_else(|| broken("it ends too early"))?;
        self.bytes = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64> {
        let mut n = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(n);
            }
        }
        Err(broken("a number is too long"))
    }

    fn length(&mut self) -> Result<usize> {
        usize::try_from(self.varint()?).map_err(|_| broken("a list is too long"))
    }

    /// The number of a variant.
    ///
    /// # Errors
    /// `invalid_document` where the bytes end.
    pub fn variant(&mut self) -> Result<u64> {
        self.varint()
    }

    /// The error of a variant that does not exist.
    pub fn no_variant() -> Error {
        broken("it names something that does not exist")
    }
}

impl Writer {
    /// Writes the number of a variant.
    pub fn variant(&mut self, n: u64) {
        self.varint(n);
    }
}

/// Runs of zeros and of others, for lists that are mostly zero.
fn write_sparse<T: Stored>(items: &[T], is_zero: impl Fn(&T) -> bool, out: &mut Writer) {
    let mut rest = items;
    while !rest.is_empty() {
        let zeros = rest.iter().take_while(|x| is_zero(x)).count();
        rest = rest.get(zeros..).unwrap_or_default();
        let others = rest.iter().take_while(|x| !is_zero(x)).count();
        out.varint(zeros as u64);
        out.varint(others as u64);
        for item in rest.iter().take(others) {
            item.write(out);
        }
        rest = rest.get(others..).unwrap_or_default();
    }
}

fn read_sparse<T: Stored + Clone>(n: usize, zero: T, from: &mut Reader<'_>) -> Result<Vec<T>> {
    from.items = from.items.saturating_add(n);
    if from.items > MOST_ITEMS {
        return Err(broken("it unfolds to more than it may"));
    }
    let mut out = Vec::new();
    while out.len() < n {
        let (zeros, others) = (from.length()?, from.length()?);
        if zeros > n - out.len() || others > n - out.len() - zeros || zeros + others == 0 {
            return Err(broken("its runs are longer than their list"));
        }
        out.resize(out.len() + zeros, zero.clone());
        for _ in 0..others {
            out.push(T::read(from)?);
        }
    }
    Ok(out)
}

impl Stored for f64 {
    fn write(&self, out: &mut Writer) {
        let whole = *self as u64;
        if *self < WHOLE && (whole as f64).to_bits() == self.to_bits() {
            out.varint(whole + 1);
        } else {
            out.bytes.push(0);
            out.bytes.extend(self.to_le_bytes());
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        match from.varint()? {
            0 => from.take(8)?.try_into().map(Self::from_le_bytes).map_err(|_| broken("it ends too early")),
            n => Ok((n - 1) as Self),
        }
    }

    fn write_all(items: &[Self], out: &mut Writer) {
        write_sparse(items, |x| x.to_bits() == 0, out);
    }

    fn read_all(n: usize, from: &mut Reader<'_>) -> Result<Vec<Self>> {
        read_sparse(n, 0.0, from)
    }
}

impl Stored for u64 {
    fn write(&self, out: &mut Writer) {
        out.varint(*self);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        from.varint()
    }

    fn write_all(items: &[Self], out: &mut Writer) {
        write_sparse(items, |x| *x == 0, out);
    }

    fn read_all(n: usize, from: &mut Reader<'_>) -> Result<Vec<Self>> {
        read_sparse(n, 0, from)
    }
}

macro_rules! stored_number {
    ($($number:ty),*) => {$(
        impl Stored for $number {
            fn write(&self, out: &mut Writer) {
                out.varint(*self as u64);
            }

            fn read(from: &mut Reader<'_>) -> Result<Self> {
                Self::try_from(from.varint()?).map_err(|_| broken("a number is too large"))
            }
        }
    )*};
}

stored_number!(u8, u16, u32, usize);

impl Stored for i64 {
    fn write(&self, out: &mut Writer) {
        out.varint(((*self << 1) ^ (*self >> 63)) as u64);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        let n = from.varint()?;
        Ok((n >> 1) as Self ^ -((n & 1) as Self))
    }
}

impl Stored for bool {
    fn write(&self, out: &mut Writer) {
        out.bytes.push(u8::from(*self));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(broken("a yes or no is neither")),
        }
    }
}

impl Stored for char {
    fn write(&self, out: &mut Writer) {
        out.varint(u64::from(u32::from(*self)));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        u32::read(from).ok().and_then(Self::from_u32).ok_or_else(|| broken("a character is none"))
    }
}

impl Stored for String {
    fn write(&self, out: &mut Writer) {
        out.varint(self.len() as u64);
        out.bytes.extend(self.as_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        let n = from.length()?;
        std::str::from_utf8(from.take(n)?).map(str::to_owned).map_err(|_| broken("a text is not UTF-8"))
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn write(&self, out: &mut Writer) {
        out.varint(self.len() as u64);
        T::write_all(self, out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        let n = from.length()?;
        T::read_all(n, from)
    }
}

impl<T: Stored, const N: usize> Stored for [T; N] {
    fn write(&self, out: &mut Writer) {
        T::write_all(self, out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        T::read_all(N, from)?.try_into().map_err(|_| broken("a list has another length"))
    }
}

impl<T: Stored> Stored for Option<T> {
    fn write(&self, out: &mut Writer) {
        self.is_some().write(out);
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        if bool::read(from)? { T::read(from).map(Some) } else { Ok(None) }
    }
}

impl<T: Stored> Stored for std::sync::Arc<T> {
    fn write(&self, out: &mut Writer) {
        (**self).write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        T::read(from).map(Self::new)
    }
}

impl<K: Stored + Ord, V: Stored> Stored for BTreeMap<K, V> {
    fn write(&self, out: &mut Writer) {
        out.varint(self.len() as u64);
        for (key, value) in self {
            key.write(out);
            value.write(out);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        let n = from.length()?;
        (0..n).map(|_| Ok((K::read(from)?, V::read(from)?))).collect()
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn write(&self, out: &mut Writer) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self> {
        Ok((A::read(from)?, B::read(from)?))
    }
}

/// Gives structs and enums their binary form: `stored!(struct Moments { center, weight })`,
/// `stored!(enum Cut { 0 = Numeric { edges }, 1 = Presence, 2 = Values(map) })`. A number, once given, is never used for anything else.
/// What is not kept is named with what stands there after reading: `stored!(struct Scores { mean } without { sorted: None })`.
macro_rules! stored {
    (struct $name:ident { $($field:ident),* $(,)? } $(since $version:literal { $($new:ident: $old:expr),* $(,)? })?
     $(without { $($left:ident: $default:expr),* $(,)? })? $(brought_up_by $bring_up:ident)?) => {
        impl $crate::stored::Stored for $name {
            fn write(&self, out: &mut $crate::stored::Writer) {
                $($crate::stored::Stored::write(&self.$field, out);)*
                $($($crate::stored::Stored::write(&self.$new, out);)*)?
            }

            fn read(from: &mut $crate::stored::Reader<'_>) -> $crate::Result<Self> {
                #[allow(unused_mut)]
                let mut value = Self {
                    $($field: $crate::stored::Stored::read(from)?,)*
                    $($($new: if from.version() >= $version { $crate::stored::Stored::read(from)? } else { $old },)*)?
                    $($($left: $default,)*)?
                };
                $(value.$bring_up(from.version());)?
                Ok(value)
            }
        }
    };
    (enum $name:ident { $($number:literal = $variant:ident $({ $($field:ident),* })? $(( $inner:ident ))?),* $(,)? }) => {
        impl $crate::stored::Stored for $name {
            fn write(&self, out: &mut $crate::stored::Writer) {
                match self {
                    $(Self::$variant $({ $($field),* })? $(($inner))? => {
                        out.variant($number);
                        $($($crate::stored::Stored::write($field, out);)*)?
                        $($crate::stored::Stored::write($inner, out);)?
                    })*
                }
            }

            fn read(from: &mut $crate::stored::Reader<'_>) -> $crate::Result<Self> {
                match from.variant()? {
                    $($number => Ok(Self::$variant
                        $({ $($field: $crate::stored::Stored::read(from)?),* })?
                        $(({ let $inner = $crate::stored::Stored::read(from)?; $inner }))?),)*
                    _ => Err($crate::stored::Reader::no_variant()),
                }
            }
        }
    };
}
pub(crate) use stored;

stored!(enum ModelTask {
    0 = BinaryClassification, 1 = MulticlassClassification, 2 = Regression, 3 = Ranking, 4 = NaturalLanguageInference, 5 = NamedEntityRecognition
});

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    enum Shape {
        Dot,
        Circle { radius: f64 },
        Name(String),
    }
    stored!(enum Shape { 0 = Dot, 1 = Circle { radius }, 4 = Name(name) });

    fn there_and_back<T: Stored + PartialEq + std::fmt::Debug>(value: &T) -> usize {
        let bytes = to_bytes(value);
        assert_eq!(&from_bytes::<T>(&bytes).unwrap(), value);
        // No prefix of it is a value, and nothing may follow.
        for end in 0..bytes.len() {
            assert!(from_bytes::<T>(&bytes[..end]).is_err(), "{value:?} cut at {end}");
        }
        assert!(from_bytes::<T>(&[&bytes[..], &[0]].concat()).is_err());
        bytes.len()
    }

    #[test]
    fn comes_back_bit_for_bit() {
        there_and_back(&vec![0u64, 0, 1, 127, 128, u64::MAX]);
        there_and_back(&vec![0i64, -1, 1, i64::MIN, i64::MAX]);
        there_and_back(&BTreeMap::from([("Größe".to_owned(), Some('ß')), (String::new(), None)]));
        there_and_back(&vec![Shape::Dot, Shape::Circle { radius: 0.1 }, Shape::Name("σ".to_owned())]);
        there_and_back(&([1.5f64, 0.0, -0.0], (true, 7u16)));
        for x in [f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, -1.0, WHOLE, WHOLE - 1.0, 1e300, -0.0] {
            let back: f64 = from_bytes(&to_bytes(&x)).unwrap();
            assert_eq!(back.to_bits(), x.to_bits(), "{x}");
        }
        assert!(from_bytes::<f64>(&to_bytes(&f64::NAN)).unwrap().is_nan());
    }

    #[test]
    fn counts_take_little_room() {
        let mut cells = vec![0.0; 2000];
        (cells[7], cells[8], cells[1900]) = (3.0, 100.0, 1.0);
        assert!(there_and_back(&cells) < 16);
        assert_eq!(there_and_back(&vec![0.0; 5000]), 6);
    }

    #[test]
    fn what_is_hostile_is_refused() {
        // A list of 2⁶⁰ floats, all of them zero.
        let mut bytes = vec![VERSION];
        bytes.extend([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10, 0]);
        assert_eq!(from_bytes::<Vec<f64>>(&bytes).unwrap_err().code, "invalid_document");
        assert_eq!(from_bytes::<Vec<String>>(&bytes).unwrap_err().code, "invalid_document");
        assert_eq!(from_bytes::<Vec<f64>>(&[VERSION, 5, 0, 0]).unwrap_err().code, "invalid_document");
        assert_eq!(from_bytes::<u64>(&[VERSION + 1, 5]).unwrap_err().code, "newer_format");
        assert_eq!(from_bytes::<Shape>(&[VERSION, 3]).unwrap_err().code, "invalid_document");
    }

    #[test]
    fn base64_of_the_rfc() {
        let printed = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in printed {
            assert_eq!(to_base64(plain.as_bytes()), coded);
            assert_eq!(from_base64(coded).unwrap(), plain.as_bytes());
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(from_base64(&to_base64(&all)).unwrap(), all);
        assert!(from_base64("Zm9v!A==").is_err());
    }
}

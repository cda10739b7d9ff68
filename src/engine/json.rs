//! Documents as JSON, with one float formatter: 12 significant digits at most, `null` for what is not finite.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};

use crate::math::round12;
use crate::{Error, Result};

/// Writes numbers rounded to what native and wasm builds agree on.
struct Rounded(CompactFormatter);

impl Formatter for Rounded {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        self.0.write_f64(writer, round12(value))
    }
}

/// The value as compact JSON. The same value gives the same bytes on every machine.
pub fn to_string<T: Serialize>(value: &T) -> Result<String> {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Rounded(CompactFormatter));
    value
        .serialize(&mut serializer)
        .map_err(|e| Error::new("not_serializable", format!("The result could not be written as JSON: {e}.")))?;
    String::from_utf8(bytes).map_err(|e| Error::new("not_serializable", format!("The result could not be written as JSON: {e}.")))
}

/// Reads what [`to_string`] wrote, or what a caller hands over.
///
/// # Errors
/// `invalid_json` where the text is not JSON, or not of this type.
pub fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| Error::new("invalid_json", format!("This is not a document of this version: {e}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_and_nulls() {
        assert_eq!(to_string(&vec![0.1 + 0.2, f64::NAN, 2.0, 1e300]).unwrap(), "[0.3,null,2.0,1e+300]");
    }
}

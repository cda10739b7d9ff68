//! What a file is, told from its first bytes.

use straingauge_api::Format;

use super::json::begins_as_list;
use crate::{Error, Result};

/// Bytes that are looked at.
pub(crate) const SNIFFED_BYTES: usize = 4_096;

/// Files that are no tables, by their first bytes: what they are, and what to do.
const OTHERS: [(&[u8], &str, &str); 12] = [
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook", "Unpack it, or save the sheet as CSV."),
    (b"\xD0\xCF\x11\xE0", "an old Excel or Word document", "Save the sheet as CSV."),
    (b"%PDF", "a PDF document", "Export the table as CSV."),
    (b"\x89PNG", "a picture", "Choose the table's file."),
    (b"\xFF\xD8\xFF", "a picture", "Choose the table's file."),
    (b"SQLite format 3", "an SQLite database", "Export the table as CSV or Parquet."),
    (b"\x89HDF", "an HDF5 file", "Export the table as Parquet, `DataFrame.to_parquet` in pandas."),
    (b"\x93NUMPY", "a numpy array", "Export it as CSV, `numpy.savetxt`."),
    (b"BZh", "a bzip2 archive", "Decompress it, or compress it with gzip."),
    (b"\xFD7zXZ", "an xz archive", "Decompress it, or compress it with gzip."),
    (b"ORC", "an ORC file", "Export the table as Parquet."),
    (b"Obj\x01", "an Avro file", "Export the table as Parquet."),
];

/// The binary format that the first bytes speak of.
pub(crate) fn binary(head: &[u8]) -> Option<Format> {
    if head.starts_with(b"PAR1") || head.starts_with(b"PARE") {
        return Some(Format::Parquet);
    }
    if head.starts_with(b"ARROW1") {
        return Some(Format::ArrowFile);
    }
    // A stream begins with a continuation mark and the length of its schema.
    match head {
        [0xFF, 0xFF, 0xFF, 0xFF, a, b, c, d, ..] if (8..1 << 24).contains(&i32::from_le_bytes([*a, *b, *c, *d])) => {
            Some(Format::ArrowStream)
        }
        _ => None,
    }
}

/// The text format that the first characters speak of.
pub(crate) fn text(head: &[u8]) -> Format {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let second = head.get(1..).unwrap_or_default().trim_ascii_start().first();
    match (head.first(), second) {
        (Some(b'['), Some(b'{') | None) => Format::Json,
        (Some(b'['), Some(b']')) if head.len() < 8 => Format::Json,
        (Some(b'['), Some(_)) if begins_as_list(head) => Format::Json,
        (Some(b'{'), Some(b'"' | b'}')) => Format::Jsonl,
        _ => Format::Csv,
    }
}

/// Refuses what is known to be no table.
///
/// # Errors
/// `binary_file`.
pub(crate) fn refuse_others(head: &[u8]) -> Result<()> {
    match OTHERS.iter().find(|(magic, _, _)| head.starts_with(magic)) {
        Some((_, what, mend)) => Err(Error::new("binary_file", format!("The file is {what}, not a table.")).mend(*mend)),
        None => Ok(()),
    }
}

/// Refuses texts that are known to be no delimited text.
///
/// # Errors
/// `not_a_table`.
pub(crate) fn refuse_texts(head: &[u8]) -> Result<()> {
    let lower = head.get(..head.len().min(1_024)).unwrap_or_default().to_ascii_lowercase();
    let lower = lower.trim_ascii_start();
    let lines = || head.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let (what, mend) = if ["<!doctype html", "<html", "<?xml"].iter().any(|tag| lower.starts_with(tag.as_bytes())) {
        ("a web page or XML", "Save the table as CSV; a download that needs a login often gives a page instead.")
    } else if lower.split(|b| *b == b'\n').any(|line| line.starts_with(b"@relation")) && lower.windows(10).any(|w| w == b"@attribute") {
        ("an ARFF file of Weka", "Save the table as CSV.")
    } else if lines().take(8).all(is_sparse) && lines().take(8).count() >= 2 {
        ("a sparse LIBSVM file", "Write the table as CSV, with a column for every feature.")
    } else {
        return Ok(());
    };
    Err(Error::new("not_a_table", format!("The file is {what}, not a table.")).mend(mend))
}

/// `1 3:0.5 7:1.25`: a label, and features by their number.
fn is_sparse(line: &[u8]) -> bool {
    let mut parts = line.split(|b| *b == b' ').filter(|p| !p.is_empty());
    let number = |text: &[u8]| std::str::from_utf8(text).is_ok_and(|t| t.parse::<f64>().is_ok());
    let feature = |text: &[u8]| {
        let at = text.iter().position(|b| *b == b':');
        at.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?)))
            .is_some_and(|(name, value)| !name.is_empty() && name.iter().all(u8::is_ascii_digit) && number(value))
    };
    let labelled = parts.next().is_some_and(number);
    let mut features = parts.peekable();
    labelled && features.peek().is_some() && features.all(feature)
}

/// A file whose bytes are neither text nor a known format.
pub(crate) fn not_text() -> Error {
    Error::new("binary_file", "The file is neither text nor Parquet nor Arrow.")
        .mend("Save the table as CSV, JSON, Parquet or Arrow; if it is text in an unusual encoding, name the encoding.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_from_content() {
        assert_eq!(text(b"a,b\n1,2"), Format::Csv);
        assert_eq!(text(b" [ {\"a\": 1}]"), Format::Json);
        assert_eq!(text(b"[]"), Format::Json);
        assert_eq!(text(b"{\"a\": 1}\n{\"a\": 2}"), Format::Jsonl);
        assert_eq!(text(b"[a],b\n1,2"), Format::Csv);
        assert_eq!(text(b"[0.1 0.9]\n[0.2 0.8]"), Format::Csv);
        assert_eq!(text(b"[[0.1, 0.9],\n [0.2, 0.8]]"), Format::Json);
        assert_eq!(text(b"[0.1, 0.9]\n[0.2, 0.8]"), Format::Json);
        assert_eq!(binary(b"PAR1...."), Some(Format::Parquet));
        assert_eq!(binary(b"ARROW1\0\0"), Some(Format::ArrowFile));
        assert_eq!(binary(b"\xFF\xFF\xFF\xFF\x80\x01\0\0"), Some(Format::ArrowStream));
        assert!(refuse_others(b"PK\x03\x04....").is_err() && refuse_others(b"a,b").is_ok());
        for text in ["<!DOCTYPE html><html>", "% made by\n@RELATION x\n@attribute a numeric\n", "1 1:0.5 3:2\n-1 2:1e-3\n"] {
            assert!(refuse_texts(text.as_bytes()).is_err(), "{text}");
        }
        for text in ["a,b\n1,2\n", "10:30 11:45\n10:31 11:46\n", "1 2\n3 4\n", "<5,6\n<7,8\n"] {
            assert!(refuse_texts(text.as_bytes()).is_ok(), "{text}");
        }
    }
}

//! Records that somebody hands over as JSON text, read as columns whose types are known already.

use straingauge_api::{ColumnType, ReadOptions};

use super::json::{Framing, JsonReader};
use super::settle::Settling;
use crate::table::Column;
use crate::{Error, Result};

/// Reads an array of records, or one record, as a file of them would be read: nested records are flattened with points, the last of
/// equal keys stands, keys that nobody asks for are left out. A column is `None` where no record has its key; where only some have
/// it, the others are missing cells in the spelling [`NO_KEY`](super::missing::NO_KEY).
///
/// # Errors
/// `invalid_rows` where the text is something else, with the row at which it stops to be records.
pub(crate) fn records(text: &str, wanted: &[(&str, ColumnType)]) -> Result<(usize, Vec<Option<Column>>)> {
    let invalid = |e: Error| {
        let message = e.message.replace("The JSON text ends", "The text ends").replace("the file", "the text");
        let mend = "Give a record, or an array of records, as JSON.stringify writes them.".to_owned();
        Error { code: "invalid_rows", message, mend: Some(mend), ..e }
    };
    let text = text.trim_start_matches('\u{feff}').trim();
    let one = text.starts_with('{');
    if !one && !text.starts_with('[') {
        return Err(invalid(Error::new("", "This is neither a record nor an array of records.")));
    }
    let mut reader = JsonReader::new(Framing::Array);
    let brackets: [&[u8]; 2] = if one { [b"[", b"]"] } else { [b"", b""] };
    for part in [brackets[0], text.as_bytes(), brackets[1]] {
        reader.push(part).map_err(invalid)?;
    }
    let rows = reader.rows();
    let (builders, problems, _) = reader.finish().map_err(invalid)?;
    if problems.iter().any(|p| p.code == "trailing_text") {
        return Err(invalid(Error::new("", "There is text behind the closing bracket.")));
    }
    let options = ReadOptions::default();
    let mut settling = Settling { options: &options, delimiter: None, problems: Vec::new(), questions: Vec::new(), spelled_missing: false };
    let mut columns: Vec<Option<Column>> = wanted.iter().map(|_| None).collect();
    for builder in builders {
        let place = wanted.iter().position(|(name, _)| *name == builder.name);
        if let Some((slot, (_, kind))) = place.and_then(|at| Some((columns.get_mut(at)?, wanted.get(at)?))) {
            let mut column = settling.settle_as(builder, *kind)?;
            column.cells.missing.unmark();
            *slot = Some(column);
        }
    }
    Ok((rows, columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str, wanted: &[(&str, ColumnType)]) -> (usize, Vec<Option<Vec<Option<String>>>>) {
        let (rows, columns) = records(text, wanted).unwrap();
        (rows, columns.into_iter().map(|c| c.map(|c| (0..rows).map(|row| c.cell(row)).collect())).collect())
    }

    fn column(cells: &[&str]) -> Vec<Option<String>> {
        cells.iter().map(|c| (!c.is_empty()).then(|| (*c).to_owned())).collect()
    }

    #[test]
    fn kinds_are_given_and_not_guessed() {
        let text = r#" [{"a": "12", "meta": {"b": 3}, "t": "x"}, {"a": "twelve", "a": 7, "__proto__": {"a": 1}}, {"a": "abc", "b": 1}] "#;
        let wanted = [("a", ColumnType::Float), ("meta.b", ColumnType::Category), ("c", ColumnType::Text)];
        assert_eq!(cells(text, &wanted), (3, vec![Some(column(&["12", "7", ""])), Some(column(&["3", "", ""])), None]));
        let (_, columns) = records(text, &wanted).unwrap();
        let bad: Vec<String> = columns[0].iter().flat_map(|c| &c.cells.bad).map(|b| b.text.clone()).collect();
        assert_eq!(bad, ["abc"]);
        let missing = &columns[1].as_ref().unwrap().cells.missing;
        assert_eq!((missing.rows.as_slice(), missing.spellings.as_slice()), ([1, 2].as_slice(), ["(no key)".to_owned()].as_slice()));
    }

    #[test]
    fn one_record_none_and_empty_ones() {
        assert_eq!(cells(r#"{"a": true}"#, &[("a", ColumnType::Category)]), (1, vec![Some(column(&["true"]))]));
        assert_eq!(cells("[]", &[("a", ColumnType::Float)]), (0, vec![None]));
        assert_eq!(cells("[{}, {}]", &[("a", ColumnType::Float)]), (2, vec![None]));
    }

    #[test]
    fn what_is_no_record_is_refused_with_its_row() {
        for (text, row) in [
            ("", None),
            ("12", None),
            ("[1]", Some(1)),
            ("[{\"a\": 1}, null]", Some(2)),
            ("[{\"a\": 1}, {\"a\": }]", Some(2)),
            ("[{\"a\": 1}, {\"a\": 2]", Some(2)),
            ("[{\"a\": 1},", Some(2)),
            ("{\"a\": 1} {\"a\": 2}", Some(2)),
            ("[{\"a\": 1}] tail", None),
            ("[{\"a\": 1}", Some(2)),
        ] {
            let error = records(text, &[("a", ColumnType::Float)]).expect_err(text);
            assert_eq!((error.code, error.row), ("invalid_rows", row), "{text}: {error}");
        }
        assert_eq!(records(&"{\"a\":".repeat(100), &[]).unwrap_err().code, "invalid_rows");
    }
}

//! Layouts of JSON other than one record after the other: what pandas, numpy and model servers write.
//!
//! The text is held whole, as with Parquet, because a column or a wrapper ends where the file does. Whatever the layout, cells are noted
//! where they stand and read into columns once.

use std::collections::BTreeMap;

use straingauge_api::{ErrorDetails, Problem, ProblemLevel};

use super::reader::{Framing, JsonReader};
use super::scanner::{Items, Stop, blank, skip};
use super::strings::unescape;
use crate::table::reading::bounds::{MAX_CELLS, MAX_COLUMNS};
use crate::table::reading::builder::ColumnBuilder;
use crate::table::reading::missing::{ABSENT_KEY, NOT_A_NUMBER, NULL};
use crate::table::reading::names::unique_names;
use crate::table::reading::settle::shown;
use crate::{Error, Result};

/// Keys under which servers and libraries put their records, beside what else they say.
const WRAPPERS: [&str; 11] =
    ["data", "records", "rows", "results", "items", "predictions", "instances", "outputs", "examples", "samples", "hits"];

/// The columns of a text that was held whole, and what is worth knowing about its layout.
pub(super) type Columns = (Vec<ColumnBuilder>, Vec<Problem>);

/// Reads a text whose layout is known only at its end.
///
/// # Errors
/// `unknown_json_layout` where the values are no table; `malformed_json` and `truncated_json` where they are no JSON.
pub(super) fn read(text: &[u8]) -> Result<Columns> {
    let values = top_values(text)?;
    match values.as_slice() {
        [one] if one.starts_with(b"{") => read_object(one),
        [one] => {
            let elements: Vec<&[u8]> = Items::new(one).map(|item| item.value).collect();
            read_rows(&elements)
        }
        many => read_rows(many),
    }
}

fn top_values(text: &[u8]) -> Result<Vec<&[u8]>> {
    let (mut values, mut at) = (Vec::new(), blank(text, 0));
    while at < text.len() {
        let end = skip(text, at).map_err(|stop| broken(text, stop, values.len()))?;
        values.push(text.get(at..end).unwrap_or_default());
        at = blank(text, end);
    }
    Ok(values)
}

fn broken(text: &[u8], stop: Stop, values: usize) -> Error {
    match stop {
        Stop::More => Error::new("truncated_json", "The JSON text ends within a value.")
            .mend("Download or export the file again; it is not complete."),
        Stop::Bad(at) => {
            let found = shown(text.get(at..(at + 24).min(text.len())).unwrap_or_default());
            Error::new("malformed_json", format!("The text is not JSON where {found:?} stands, {values} values into it."))
                .mend("Write the file with a JSON library.")
        }
    }
}

fn unknown(what: &str) -> Error {
    Error::new("unknown_json_layout", format!("The JSON text is no table: {what}."))
        .mend("Write an array of records; in pandas: df.to_json(path, orient=\"records\").")
}

/// A note that tells how the text was read.
fn told(message: String) -> Problem {
    let mend = "If it means something else, write an array of records; in pandas: df.to_json(path, orient=\"records\").";
    Problem {
        code: "json_layout".into(),
        level: ProblemLevel::Note,
        message: format!("{message} {mend}"),
        count: 1,
        details: ErrorDetails { mend: Some(mend.to_owned()), ..ErrorDetails::default() },
        examples: Vec::new(),
    }
}

fn is_record(value: &[u8]) -> bool {
    value.starts_with(b"{")
}

fn is_list(value: &[u8]) -> bool {
    value.starts_with(b"[")
}

/// One row an element: lists of cells, lists of scored labels, or single values.
fn read_rows(rows: &[&[u8]]) -> Result<Columns> {
    if let Some(scored) = ScoredLabels::of(rows) {
        return scored.read(rows);
    }
    if rows.iter().all(|row| is_list(row)) {
        return read_lists(rows, Vec::new(), "The file is a list of rows; their values are called 0, 1, 2 and so on.");
    }
    if rows.iter().any(|row| is_list(row) || is_record(row)) {
        return Err(unknown("it mixes records, lists and single values"));
    }
    let mut column = ColumnBuilder::new("0");
    let mut scratch = Vec::new();
    rows.iter().try_for_each(|value| push(&mut column, value, &mut scratch))?;
    Ok((vec![column], vec![told(format!("The file is a list of {} single values; their column is called 0.", rows.len()))]))
}

/// One list of cells a row, under `names` or numbers.
fn read_lists(rows: &[&[u8]], names: Vec<String>, note: &str) -> Result<Columns> {
    let lengths: Vec<usize> = rows.iter().map(|row| Items::new(row).count()).collect();
    let width = lengths.iter().copied().max().unwrap_or(0).max(names.len());
    check_size(width, rows.len())?;
    let names = names.into_iter().chain((0..).map(|i: usize| i.to_string()));
    let mut columns: Vec<ColumnBuilder> = names.take(width.max(1)).map(ColumnBuilder::new).collect();
    let mut scratch = Vec::new();
    for row in rows {
        let mut cells = Items::new(row);
        for column in &mut columns {
            match cells.next() {
                Some(cell) => push(column, cell.value, &mut scratch)?,
                None => column.push_string(ABSENT_KEY),
            }
        }
    }
    let mut problems = vec![told(note.to_owned())];
    let short = lengths.iter().filter(|length| **length < width).count();
    if let Some(first) = lengths.iter().position(|length| *length < width).filter(|_| width > 0) {
        let mend = format!("Give every row {width} values.");
        problems.push(Problem {
            code: "ragged_rows".into(),
            level: ProblemLevel::Warning,
            message: format!(
                "{short} rows have fewer than {width} values, first row {}; what they lack counts as missing. {mend}",
                first + 1
            ),
            count: short as u64,
            details: ErrorDetails { row: Some(first as u64 + 1), mend: Some(mend), ..ErrorDetails::default() },
            examples: Vec::new(),
        });
    }
    Ok((columns, problems))
}

/// Rows of `{"label": "POSITIVE", "score": 0.9}`, as text classifiers give them for all their classes.
struct ScoredLabels {
    label: Vec<u8>,
    score: Vec<u8>,
}

impl ScoredLabels {
    /// The names of both keys, where every row is a list of records of one text and one number.
    fn of(rows: &[&[u8]]) -> Option<Self> {
        let first = Items::new(rows.first().filter(|row| is_list(row))?).next()?.value;
        let mut found = None;
        for item in Items::new(Some(first).filter(|value| is_record(value))?) {
            let (text, number) = found.get_or_insert((None, None));
            let slot = if item.value.starts_with(b"\"") { text } else { number };
            if slot.replace(item.key.to_vec()).is_some() {
                return None;
            }
        }
        let (label, score) = (found.as_ref()?.0.clone()?, found?.1?);
        let keys = Self { label, score };
        let fits =
            |value: &[u8]| keys.pair(value).is_some_and(|(label, score)| label.starts_with(b"\"") && !is_list(score) && !is_record(score));
        rows.iter().all(|row| is_list(row) && Items::new(row).all(|item| fits(item.value))).then_some(keys)
    }

    fn pair<'a>(&self, record: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let mut items = Items::new(Some(record).filter(|r| is_record(r))?);
        let (a, b) = (items.next()?, items.next()?);
        let of = |key: &[u8]| [a, b].into_iter().find(|item| item.key == key).map(|item| item.value);
        items.next().is_none().then_some(())?;
        Some((of(&self.label)?, of(&self.score)?))
    }

    /// The best label of each row and its score.
    fn read_best(&self, rows: &[&[u8]]) -> Result<Columns> {
        let mut scratch = Vec::new();
        let name = |key: &[u8], scratch: &mut Vec<u8>| unescaped(key, scratch);
        let mut columns = vec![ColumnBuilder::new(name(&self.label, &mut scratch)), ColumnBuilder::new(name(&self.score, &mut scratch))];
        for row in rows {
            let pair = Items::new(row).next().and_then(|item| self.pair(item.value));
            let cells = pair.map_or([None, None], |(label, score)| [Some(label), Some(score)]);
            for (column, cell) in columns.iter_mut().zip(cells) {
                match cell {
                    Some(cell) => push(column, cell, &mut scratch)?,
                    None => column.push_string(ABSENT_KEY),
                }
            }
        }
        Ok((columns, vec![told("Every row lists one label with its score.".to_owned())]))
    }

    /// One column a label, in order of first appearance.
    fn read(&self, rows: &[&[u8]]) -> Result<Columns> {
        if rows.iter().all(|row| Items::new(row).count() <= 1) {
            return self.read_best(rows);
        }
        let mut place: BTreeMap<&[u8], usize> = BTreeMap::new();
        let mut columns: Vec<ColumnBuilder> = Vec::new();
        let mut scratch = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            for (label, score) in Items::new(row).filter_map(|item| self.pair(item.value)) {
                let next = columns.len();
                let column = *place.entry(label).or_insert(next);
                if column == next {
                    check_size(next + 1, rows.len())?;
                    let mut fresh = ColumnBuilder::new(text_of(label, &mut scratch));
                    (0..at).for_each(|_| fresh.push_string(ABSENT_KEY));
                    columns.push(fresh);
                }
                // A label that a row names twice keeps its first score.
                if let Some(column) = columns.get_mut(column).filter(|c| c.rows as usize == at) {
                    push(column, score, &mut scratch)?;
                }
            }
            for column in columns.iter_mut().filter(|c| c.rows as usize == at) {
                column.push_string(ABSENT_KEY);
            }
        }
        let note = format!("Every row lists the scores of {} labels; each label is a column.", columns.len());
        Ok((columns, vec![told(note)]))
    }
}

/// One object that holds the whole table.
fn read_object(text: &[u8]) -> Result<Columns> {
    let mut scratch = Vec::new();
    let members: Vec<Member<'_>> =
        Items::new(text).map(|item| Member { name: unescaped(item.key, &mut scratch), value: item.value }).collect();
    let named = |name: &str| members.iter().find(|m| m.name == name).map(|m| m.value);
    if let Some(features) = named("features").filter(|f| is_list(f) && named("type").is_some_and(|t| t == b"\"FeatureCollection\"")) {
        return read_features(features);
    }
    if let (Some(names), Some(data)) = (named("columns").filter(|c| is_list(c)), named("data").filter(|d| is_list(d)))
        && Items::new(data).all(|row| is_list(row.value))
    {
        let names = Items::new(names).map(|item| text_of(item.value, &mut scratch)).collect();
        let rows: Vec<&[u8]> = Items::new(data).map(|item| item.value).collect();
        return read_lists(&rows, names, "The file holds names and rows apart (pandas' orient \"split\").");
    }
    let lists_records = |m: &&Member<'_>| is_list(m.value) && Items::new(m.value).next().is_some_and(|first| is_record(first.value));
    let wrapped: Vec<&Member<'_>> = members.iter().filter(lists_records).collect();
    match wrapped.as_slice() {
        [one] if members.len() == 1 || WRAPPERS.contains(&one.name.as_str()) => {
            let note = format!("The records stand under the key {:?}; what stands beside them is left out.", one.name);
            return read_records(Items::new(one.value).map(|item| item.value), note);
        }
        [a, b, ..] if members.iter().all(|m| is_list(m.value)) => {
            return Err(unknown(&format!("both {:?} and {:?} hold records", a.name, b.name)));
        }
        _ => {}
    }
    if !members.is_empty() && members.iter().all(|m| is_list(m.value)) {
        return read_column_lists(&members);
    }
    if !members.is_empty() && members.iter().all(|m| is_record(m.value)) {
        return read_nested(&members);
    }
    if let Some(series) = read_series(&members) {
        return series;
    }
    let note = "The file is one record.".to_owned();
    read_records(std::iter::once(text), note)
}

/// One column with its index: `{"0": 1.5, "1": 2.5}`, as a pandas series is written, or `{"name": …, "index": […], "data": […]}`.
fn read_series(members: &[Member<'_>]) -> Option<Result<Columns>> {
    let named = |name: &str| members.iter().find(|m| m.name == name).map(|m| m.value);
    let single = |value: &[u8]| !is_list(value) && !is_record(value);
    let column = |name: String, values: &[&[u8]]| {
        let mut column = ColumnBuilder::new(name);
        let mut scratch = Vec::new();
        values.iter().try_for_each(|value| push(&mut column, value, &mut scratch))?;
        let message = format!("The file is one column of {} values with its index (a pandas series).", values.len());
        Ok((vec![column], vec![told(message)]))
    };
    if members.len() > 1 && counts_up(members.iter().map(|m| m.name.as_str())) && members.iter().all(|m| single(m.value)) {
        let values: Vec<&[u8]> = members.iter().map(|m| m.value).collect();
        return Some(column("0".to_owned(), &values));
    }
    let (index, data) = (named("index").filter(|v| is_list(v))?, named("data").filter(|v| is_list(v))?);
    let values: Vec<&[u8]> = Items::new(data).map(|item| item.value).collect();
    if Items::new(index).count() != values.len() || !values.iter().all(|v| single(v)) {
        return None;
    }
    let name = named("name").filter(|name| name.starts_with(b"\"")).map(|name| text_of(name, &mut Vec::new()));
    Some(column(name.unwrap_or_else(|| "0".to_owned()), &values))
}

/// A key of an object with its value.
struct Member<'a> {
    name: String,
    value: &'a [u8],
}

/// Records that stand somewhere in the text, read as an array of them would be.
fn read_records<'a>(records: impl Iterator<Item = &'a [u8]>, note: String) -> Result<Columns> {
    let mut reader = JsonReader::new(Framing::Array);
    reader.push(b"[")?;
    for (at, record) in records.enumerate() {
        if !is_record(record) {
            return Err(unknown(&format!("entry {} of its records is no record", at + 1)).at_row(at as u64 + 1));
        }
        if at > 0 {
            reader.push(b",")?;
        }
        reader.push(record)?;
    }
    reader.push(b"]")?;
    let (columns, problems, _) = reader.finish()?;
    Ok((columns, std::iter::once(told(note)).chain(problems).collect()))
}

/// The properties of geographic features; their shapes are no cells.
fn read_features(features: &[u8]) -> Result<Columns> {
    let mut properties = Vec::new();
    for (at, feature) in Items::new(features).enumerate() {
        let found = Items::new(feature.value).find(|item| item.key == b"properties" && is_record(item.value));
        let Some(found) = found else {
            return Err(unknown(&format!("feature {} has no properties", at + 1)).at_row(at as u64 + 1));
        };
        properties.push(found.value);
    }
    read_records(
        properties.into_iter(),
        "The file is a collection of geographic features; their properties are the columns, their geometry is left out.".into(),
    )
}

/// One list a column, all of one length.
fn read_column_lists(members: &[Member<'_>]) -> Result<Columns> {
    let lengths: Vec<usize> = members.iter().map(|m| Items::new(m.value).count()).collect();
    let rows = lengths.first().copied().unwrap_or(0);
    if let Some((other, length)) = members.iter().zip(&lengths).find(|(_, length)| **length != rows) {
        let first = members.first().map_or("", |m| m.name.as_str());
        return Err(unknown(&format!("{first:?} has {rows} values, {:?} has {length}", other.name)));
    }
    check_size(members.len(), rows)?;
    let mut scratch = Vec::new();
    let mut columns = Vec::with_capacity(members.len());
    for member in members {
        let mut column = ColumnBuilder::new(member.name.clone());
        Items::new(member.value).try_for_each(|item| push(&mut column, item.value, &mut scratch))?;
        columns.push(column);
    }
    Ok((columns, vec![told(format!("The file is one object of {} lists, one a column.", members.len()))]))
}

/// Records in a record: a column each (pandas' default), or a row each (its orient "index").
fn read_nested(members: &[Member<'_>]) -> Result<Columns> {
    if by_column(members) {
        return read_columns(members);
    }
    let note = format!("The file is one object of {} rows, each under its index (pandas' orient \"index\").", members.len());
    let (mut columns, problems) = read_records(members.iter().map(|m| m.value), note)?;
    if !counts_up(members.iter().map(|m| m.name.as_str())) {
        let mut index = ColumnBuilder::new("index");
        for member in members {
            index.push(member.name.as_bytes());
        }
        columns.insert(0, index);
        let (names, _) = unique_names(columns.iter().map(|c| c.name.clone()).collect(), false);
        columns = columns.into_iter().zip(names).map(|(column, name)| column.renamed(name)).collect();
    }
    Ok((columns, problems))
}

/// Whether keys are 0, 1, 2 and so on: pandas' default index, which says nothing.
fn counts_up<'a>(mut names: impl Iterator<Item = &'a str>) -> bool {
    (0..).zip(names.by_ref()).all(|(place, name): (usize, &str)| name.parse() == Ok(place))
}

/// Whether the outer keys are columns. Whole numbers are an index; else values of one kind within each record speak for columns, and
/// so do more inner keys than outer ones.
fn by_column(members: &[Member<'_>]) -> bool {
    let whole = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
    let outer = members.iter().all(|m| whole(&m.name));
    let inner = members.iter().all(|m| Items::new(m.value).all(|item| !item.key.is_empty() && item.key.iter().all(u8::is_ascii_digit)));
    if outer != inner {
        return inner;
    }
    let kind = |value: &[u8]| match value.first() {
        Some(b'"') => 0,
        Some(b'{') => 1,
        Some(b'[') => 2,
        Some(b't' | b'f') => 3,
        _ => 4,
    };
    let mixed = |m: &Member<'_>| {
        let mut kinds = Items::new(m.value).filter(|item| item.value != b"null").map(|item| kind(item.value));
        let first = kinds.next();
        kinds.any(|k| Some(k) != first)
    };
    let inner = members.first().map_or(0, |m| Items::new(m.value).count());
    !members.iter().any(mixed) && inner > members.len()
}

/// One record a column; its keys are the index of the rows.
fn read_columns(members: &[Member<'_>]) -> Result<Columns> {
    let mut scratch = Vec::new();
    let mut order: Vec<&[u8]> = Vec::new();
    let mut place: BTreeMap<&[u8], usize> = BTreeMap::new();
    let mut columns: Vec<Vec<Option<&[u8]>>> = Vec::new();
    for member in members {
        let mut cells: Vec<Option<&[u8]>> = vec![None; order.len()];
        for (at, item) in Items::new(member.value).enumerate() {
            // Columns repeat their index in order, so the key at the same place is tried first.
            let row = if order.get(at) == Some(&item.key) { at } else { *place.entry(item.key).or_insert(order.len()) };
            if row == order.len() {
                order.push(item.key);
                check_size(members.len(), order.len())?;
            }
            if row >= cells.len() {
                cells.resize(row + 1, None);
            }
            if let Some(cell) = cells.get_mut(row) {
                *cell = Some(item.value);
            }
        }
        columns.push(cells);
    }
    let mut built = Vec::with_capacity(columns.len() + 1);
    let keys: Vec<String> = order.iter().map(|key| unescaped(key, &mut scratch)).collect();
    if !counts_up(keys.iter().map(String::as_str)) {
        let mut index = ColumnBuilder::new("index");
        for key in &keys {
            index.push(key.as_bytes());
        }
        built.push(index);
    }
    for (member, cells) in members.iter().zip(columns) {
        let mut column = ColumnBuilder::new(member.name.clone());
        for row in 0..order.len() {
            match cells.get(row).copied().flatten() {
                Some(value) => push(&mut column, value, &mut scratch)?,
                None => column.push_string(ABSENT_KEY),
            }
        }
        built.push(column);
    }
    let note = format!("The file is one object of {} columns (pandas' default orient); it is read as {} rows.", members.len(), order.len());
    Ok((built, vec![told(note)]))
}

fn check_size(columns: usize, rows: usize) -> Result<()> {
    if columns <= MAX_COLUMNS && columns.saturating_mul(rows) <= MAX_CELLS {
        return Ok(());
    }
    Err(Error::new(
        "bound_exceeded",
        format!("The JSON text has {columns} columns over {rows} rows; at most {MAX_COLUMNS} columns and {MAX_CELLS} cells are read."),
    )
    .mend("Write an array of records, or leave columns out."))
}

/// Adds a value to a column as an array of records would.
fn push(column: &mut ColumnBuilder, value: &[u8], scratch: &mut Vec<u8>) -> Result<()> {
    column.check_size(value)?;
    match value.first() {
        Some(b'"') => {
            unescape(value.get(1..value.len() - 1).unwrap_or_default(), scratch);
            column.push_string(scratch);
        }
        Some(b'[' | b'-' | b'0'..=b'9') if value != b"-Infinity" => {
            column.push(value);
        }
        _ if value == b"null" => column.push_string(NULL),
        _ if value == b"NaN" => column.push_string(NOT_A_NUMBER),
        _ => column.push_string(value),
    }
    if column.rows.is_multiple_of(8_192) && !column.checkpoint() {
        return Err(Error::new("column_too_large", format!("The texts of {} take more than 2 GiB.", column.name))
            .mend("Split the file into parts, or leave the column out.")
            .in_column(column.name.clone()));
    }
    Ok(())
}

fn unescaped(key: &[u8], scratch: &mut Vec<u8>) -> String {
    unescape(key, scratch);
    String::from_utf8_lossy(scratch).into_owned()
}

/// A value as a name: a text without its quotes, anything else as it stands.
fn text_of(value: &[u8], scratch: &mut Vec<u8>) -> String {
    match value.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\"")) {
        Some(inner) => unescaped(inner, scratch),
        None => String::from_utf8_lossy(value).into_owned(),
    }
}

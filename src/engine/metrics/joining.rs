//! Which prediction belongs to which row.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use straingauge_api::{Pairing, Problem, ProblemLevel, Question, QuestionAbout, Reading, Role};

use super::confidence::note;
use super::counted::{Counted, warning};
use crate::table::{Column, Dataset, Table, Values, position, words};
use crate::{Error, Result};

/// Which row of the prediction file belongs to each row of the data.
pub enum RowMap {
    /// The one in the same place.
    Same,
    /// The one with the same key; `None` where there is none.
    Joined(Vec<Option<u32>>),
}

impl RowMap {
    /// The prediction's row for a row of the data.
    pub fn source_row(&self, row: usize) -> Option<usize> {
        match self {
            Self::Same => Some(row),
            Self::Joined(rows) => rows.get(row).copied().flatten().map(|r| r as usize),
        }
    }
}

/// The data that a file brings to the rows of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// The answers of a model.
    Predictions,
    /// The truth.
    Labels,
}

impl Brought {
    /// One of them.
    fn one(self) -> &'static str {
        match self {
            Self::Predictions => "prediction",
            Self::Labels => "label",
        }
    }
}

/// Columns that may join two files.
struct Key<'a> {
    ours: &'a Column,
    theirs: &'a Column,
    /// Letters of either case are alike, and numbers however many zeros stand before or behind them.
    loose: bool,
}

/// How the keys of two files lie to each other.
struct Keys {
    /// No key stands twice in either file, and none is missing.
    unique: bool,
    /// Both files have the same keys.
    equal: bool,
    /// One file's keys are all in the other.
    within: bool,
    /// Keys that are in both files.
    shared: usize,
    /// Of these, the ones that stand in other rows.
    moved: usize,
    /// Equal keys stand in equal places.
    in_order: bool,
}

impl Key<'_> {
    fn compare(&self) -> Keys {
        let cells = |column: &Column| (0..column.rows()).map(|row| self.cell(column, row)).collect::<Vec<Option<String>>>();
        let (ours, theirs) = (cells(self.ours), cells(self.theirs));
        let set = |cells: &[Option<String>]| cells.iter().flatten().cloned().collect::<BTreeSet<String>>();
        let (own, other) = (set(&ours), set(&theirs));
        let shared = own.intersection(&other).count();
        Keys {
            unique: own.len() == ours.len() && other.len() == theirs.len(),
            equal: own == other,
            within: shared > 0 && (shared == own.len() || shared == other.len()),
            shared,
            moved: shared.saturating_sub(ours.iter().zip(&theirs).filter(|(a, b)| a.is_some() && a == b).count()),
            in_order: ours == theirs,
        }
    }

    /// A key as it is compared.
    fn cell(&self, column: &Column, row: usize) -> Option<String> {
        let cell = column.cell(row)?;
        Some(if self.loose { loosely(&cell) } else { cell })
    }

    /// The same columns, compared loosely.
    fn loosely(&self) -> Self {
        Key { loose: true, ..*self }
    }

    /// Whether the column only counts the rows of its file, as an index does.
    fn counts(&self) -> bool {
        let words = words(&self.ours.name);
        let named = matches!(words.as_str(), "index" | "idx" | "unnamed: 0" | "row" | "row number" | "rowid" | "row id")
            || words.starts_with("column ")
            || words.starts_with("unnamed");
        let up = |column: &Column| match &column.values {
            Values::Number { values, .. } => values.values().windows(2).all(|pair| matches!(pair, [a, b] if *b == *a + 1.0)),
            _ => false,
        };
        named || (up(self.ours) && up(self.theirs))
    }
}

/// A key without what programs change in it: blanks around it, its case, zeros before a number, a `.0` behind it.
pub fn loosely(cell: &str) -> String {
    let plain = cell.trim().to_lowercase();
    let number = plain.strip_suffix(".0").unwrap_or(&plain);
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return plain;
    }
    let short = number.trim_start_matches('0');
    if short.is_empty() { "0".to_owned() } else { short.to_owned() }
}

/// A column of another name that has the keys of one of ours, each once, in another order: an id by its name.
fn key_of_another_name<'a>(dataset: &'a Dataset, source: &'a Table) -> Option<Key<'a>> {
    let ours: Vec<&Column> = dataset
        .info
        .columns
        .iter()
        .filter(|c| c.role.role == Role::Id)
        .filter_map(|c| dataset.table.column(&c.name))
        .map(AsRef::as_ref)
        .collect();
    let says_id =
        |name: &str| words(name).split(' ').any(|word| matches!(word, "id" | "key" | "uuid" | "guid" | "nr" | "number" | "no" | "code"));
    let theirs = || source.columns.iter().filter(|c| says_id(&c.name) && !matches!(c.values, Values::List(_) | Values::Timestamp(_)));
    ours.into_iter().flat_map(|ours| theirs().map(move |theirs| Key { ours, theirs, loose: true })).find(|key| {
        let found = key.compare();
        found.unique && found.equal && !found.in_order
    })
}

/// Matches the rows of `source` with those of `dataset`: by `id_col`, or by a column that names the rows of both files where the keys are
/// the same and none repeats; else by place. An empty `id_col` asks for the place.
///
/// # Errors
/// `length_mismatch`, `unknown_column`, `keys_do_not_match`.
pub fn match_rows(
    dataset: &Dataset,
    source: &Table,
    id_col: Option<&str>,
    brought: Brought,
    problems: &mut Vec<Problem>,
    questions: &mut Vec<Question>,
) -> Result<(RowMap, Pairing)> {
    let said = dataset.info.columns.iter().find(|c| c.role.role == Role::Id && c.role.confidence >= 1.0).map(|c| c.name.as_str());
    let by_place = id_col == Some("");
    if let Some(key) = id_col.filter(|key| !key.is_empty()).or_else(|| said.filter(|name| !by_place && like(source, name).is_some())) {
        position(&dataset.table, key, "idCol")?;
        let Some(theirs) = like(source, key) else {
            return Err(position(source, key, "idCol").err().unwrap_or_else(|| no_column(source, key)));
        };
        let Some(ours) = dataset.table.column(key) else { return Err(no_column(&dataset.table, key)) };
        named_otherwise(ours, theirs, source, problems);
        let plain = Key { ours, theirs, loose: false };
        let found = plain.compare();
        let key = if found.shared == 0 || found.shared < plain.loosely().compare().shared { plain.loosely() } else { plain };
        written_otherwise(&key, source, problems);
        return join(dataset, source, &key, brought, problems);
    }
    let one = brought.one();
    let (data, file) = (dataset.info.file.as_str(), source.name.as_str());
    let guessed = dataset.info.columns.iter().filter(|c| c.role.role == Role::Id).map(|c| c.name.as_str());
    let named = dataset.params.id_col.as_deref().into_iter().chain(guessed);
    let mut keys = named.filter_map(|name| Some(Key { ours: dataset.table.column(name)?, theirs: like(source, name)?, loose: false }));
    let key = keys.next().filter(|_| !by_place).map(|key| {
        // What differs in its zeros or letters alone is the same key, where every one has its own.
        let (plain, loose) = (key.compare(), key.loosely().compare());
        if loose.unique && loose.shared > plain.shared { key.loosely() } else { key }
    });
    let key = key.or_else(|| key_of_another_name(dataset, source).filter(|_| !by_place && source.rows == dataset.rows()));
    let mut partly: Option<(String, usize)> = None;
    if let Some(key) = key {
        let (name, found) = (key.ours.name.as_str(), key.compare());
        partly = Some((name.to_owned(), found.shared));
        let same_rows = source.rows == dataset.rows();
        // Rows in the same order meet the same way by key and by place.
        let joins = found.unique && (found.equal || (!same_rows && found.within && !key.counts()));
        if joins {
            written_otherwise(&key, source, problems);
            named_otherwise(key.ours, key.theirs, source, problems);
            if found.equal && !found.in_order {
                let text = format!("{file} and {data} have the same values of {name}, each once, in another order: rows are joined by it.");
                questions.push(join_question(name, text.clone(), true, one));
                problems.push(note(
                    "joined_by_key",
                    text,
                    file,
                    Some(name),
                    "Name another column in idCol, or none (an empty name), to pair otherwise.",
                ));
            } else if !found.equal {
                let text = format!("{file} has {} {one}s for {} rows of {data}: rows are joined by {name}.", source.rows, dataset.rows());
                problems.push(note("joined_by_key", text, file, Some(name), "Name another column in idCol to join by it."));
            }
            return join(dataset, source, &key, brought, problems);
        }
        if same_rows && !found.in_order {
            let why = if found.unique { "are not the same values" } else { "repeat values" };
            let counted = format!(
                "{} of {} values of {name} stand in both files, {} of them in other rows",
                found.shared,
                dataset.rows(),
                found.moved
            );
            let text = format!("Row i of {file} is taken for row i of {data}: {name} and {} {why} ({counted}).", key.theirs.name);
            if found.shared > 0 {
                questions.push(join_question(name, text.clone(), false, one));
            }
            let told = note(
                "paired_by_row",
                text,
                file,
                Some(name),
                "Name the column in idCol to join by it, or none (an empty name) to pair by row.",
            );
            // Keys that only count the rows of their file say little; others speak against the pairing.
            let against = found.moved * 4 > dataset.rows() && !key.counts();
            problems.push(Problem {
                level: if against { ProblemLevel::Warning } else { ProblemLevel::Note },
                count: found.moved as u64,
                ..told
            });
        }
    }
    if source.rows != dataset.rows() {
        let message = format!("{file} has {} {one}s, but {data} has {} rows.", source.rows, dataset.rows());
        if let Some((key, shared)) = partly.filter(|(_, shared)| *shared > 0) {
            return Err(Error::new("length_mismatch", message)
                .mend(format!(
                    "Give one {one} a row, in the same order, or name {key} in idCol to join by it: {shared} of its values stand in both files."
                ))
                .in_file(&source.name));
        }
        return Err(Error::new("length_mismatch", message)
            .mend(format!("Give one {one} a row, in the same order, or name a key column of both files in idCol."))
            .in_file(&source.name));
    }
    Ok((RowMap::Same, Pairing::Row))
}

/// The column of a name, or the only one that differs from it by case alone.
fn like<'t>(table: &'t Table, name: &str) -> Option<&'t Column> {
    if let Some(column) = table.column(name) {
        return Some(column);
    }
    let mut folded = table.columns.iter().filter(|c| words(&c.name) == words(name));
    folded.next().filter(|_| folded.next().is_none()).map(AsRef::as_ref)
}

fn no_column(table: &Table, name: &str) -> Error {
    Error::new("unknown_column", format!("{} has no column {name}, which idCol names.", table.name)).in_file(&table.name)
}

fn named_otherwise(ours: &Column, theirs: &Column, source: &Table, problems: &mut Vec<Problem>) {
    if ours.name != theirs.name {
        let text = format!("{} of {} is taken for the {} of the data.", theirs.name, source.name, ours.name);
        problems.push(note("key_named_otherwise", text, &source.name, Some(&theirs.name), "Give the key one name in both files."));
    }
}

fn written_otherwise(key: &Key<'_>, source: &Table, problems: &mut Vec<Problem>) {
    if key.loose && key.ours.name == key.theirs.name {
        let text = format!(
            "{} of {} is written otherwise than in the data (case, blanks, or zeros): the keys are compared without.",
            key.theirs.name, source.name
        );
        problems.push(note("key_written_otherwise", text, &source.name, Some(&key.theirs.name), "Write keys alike in both files."));
    }
}

fn join_question(key: &str, reason: String, joined: bool, one: &str) -> Question {
    let by_key =
        Reading { choice: key.to_owned(), cell: key.to_owned(), meaning: format!("The {one} of a row is the one with the same {key}.") };
    let by_row = Reading {
        choice: String::new(),
        cell: String::new(),
        meaning: format!("The first {one} belongs to the first row, the second to the second."),
    };
    let readings = if joined { vec![by_key, by_row] } else { vec![by_row, by_key] };
    Question { column: key.to_owned(), about: QuestionAbout::Join, readings, reason }
}

fn join(dataset: &Dataset, source: &Table, key: &Key<'_>, brought: Brought, problems: &mut Vec<Problem>) -> Result<(RowMap, Pairing)> {
    let (ours, theirs, compared) = (key.ours, key.theirs, key);
    let (key, one) = (ours.name.as_str(), brought.one());
    let mut row_of: HashMap<String, u32> = HashMap::new();
    let (mut missing, mut extra, mut duplicate) = (Counted::default(), Counted::default(), Counted::default());
    for row in 0..source.rows {
        let Some(cell) = compared.cell(theirs, row) else { continue };
        match row_of.entry(cell) {
            Entry::Vacant(slot) => {
                slot.insert(row as u32);
            }
            Entry::Occupied(slot) => duplicate.add(row, || slot.key().clone()),
        }
    }
    let mut used = vec![false; source.rows];
    let mut joined = Vec::with_capacity(dataset.rows());
    for row in 0..dataset.rows() {
        let cell = compared.cell(ours, row);
        let found = cell.as_ref().and_then(|c| row_of.get(c)).copied();
        if let Some(slot) = found.and_then(|at| used.get_mut(at as usize)) {
            *slot = true;
        } else {
            missing.add(row, || cell.unwrap_or_default());
        }
        joined.push(found);
    }
    if missing.count == dataset.rows() as u64 {
        let message = format!("No value of {key} in {} is one of {}.", source.name, dataset.info.file);
        return Err(Error::new("keys_do_not_match", message)
            .mend("Name a key column that both files share in idCol, or leave idCol out where rows stand in the same order.")
            .in_file(&source.name)
            .in_column(key));
    }
    let firsts: BTreeSet<u32> = row_of.into_values().collect();
    for row in firsts.into_iter().filter(|&row| used.get(row as usize) == Some(&false)) {
        extra.add(row as usize, || theirs.cell(row as usize).unwrap_or_default());
    }
    let pairing = Pairing::Id { column: key.to_owned(), missing: missing.count, extra: extra.count, duplicate: duplicate.count };
    let (data, source) = (dataset.info.file.as_str(), source.name.as_str());
    let mut report = |code: &str, file: &str, message: String, mend: &str, rows: Counted| {
        if rows.count > 0 {
            problems.push(warning(code, message, (file, Some(key)), mend, rows));
        }
    };
    let text = format!("{} rows of {data} have no {one} in {source}; they count as rows without {one}.", missing.count);
    report("missing_keys", data, text, &format!("Add the {one}s of these rows."), missing);
    let text = format!("{} {one}s of {source} belong to no row of {data}; they are left out.", extra.count);
    report("extra_keys", source, text, &format!("Nothing, if {source} is about more rows than {data} has."), extra);
    let text = format!("{} {one}s of {source} repeat a key; the first of each counts.", duplicate.count);
    report("duplicate_keys", source, text, &format!("Keep one {one} a key."), duplicate);
    Ok((RowMap::Joined(joined), pairing))
}

//! Which prediction belongs to which row.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use straingauge_api::{Pairing, Problem};

use super::counted::{Counted, warning};
use crate::table::{Dataset, Table, position};
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

/// Matches the rows of `source` with those of `dataset`: by `id_col`, by the data set's id column where both have it, else by place.
///
/// # Errors
/// `length_mismatch`, `unknown_column`, `keys_do_not_match`.
pub fn match_rows(dataset: &Dataset, source: &Table, id_col: Option<&str>, problems: &mut Vec<Problem>) -> Result<(RowMap, Pairing)> {
    let shared = || dataset.params.id_col.as_deref().filter(|name| source.column(name).is_some());
    if let Some(key) = id_col.or_else(shared) {
        return join(dataset, source, key, problems);
    }
    if source.rows != dataset.rows() {
        let message = format!("{} has {} predictions, but {} has {} rows.", source.name, source.rows, dataset.info.file, dataset.rows());
        return Err(Error::new("length_mismatch", message)
            .mend("Give one prediction a row, in the same order, or name a key column of both files in idCol.")
            .in_file(&source.name));
    }
    Ok((RowMap::Same, Pairing::Row))
}

fn join(dataset: &Dataset, source: &Table, key: &str, problems: &mut Vec<Problem>) -> Result<(RowMap, Pairing)> {
    position(&dataset.table, key, "idCol")?;
    position(source, key, "idCol")?;
    let (Some(ours), Some(theirs)) = (dataset.table.column(key), source.column(key)) else { return Ok((RowMap::Same, Pairing::Row)) };
    let mut row_of: HashMap<String, u32> = HashMap::new();
    let (mut missing, mut extra, mut duplicate) = (Counted::default(), Counted::default(), Counted::default());
    for row in 0..source.rows {
        let Some(cell) = theirs.cell(row) else { continue };
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
        let cell = ours.cell(row);
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
    let text = format!("{} rows of {data} have no prediction in {source}; they count as rows without prediction.", missing.count);
    report("missing_keys", data, text, "Add the predictions of these rows.", missing);
    let text = format!("{} predictions of {source} belong to no row of {data}; they are left out.", extra.count);
    report("extra_keys", source, text, "Nothing, if the data are a part of what was predicted.", extra);
    let text = format!("{} predictions of {source} repeat a key; the first of each counts.", duplicate.count);
    report("duplicate_keys", source, text, "Keep one prediction a key.", duplicate);
    Ok((RowMap::Joined(joined), pairing))
}

//! The classes of a label or a prediction: their names, their order, and which of two names are the same class.

use std::collections::BTreeMap;

use crate::table::{Categories, Column, Dataset, Values};
use crate::{Error, Result};

/// A label with more values than this is no class.
pub const MOST_CLASSES: usize = 1000;

/// Values of a column that occur, sorted: numbers by size, all else by name.
///
/// # Errors
/// `too_many_classes` beyond [`MOST_CLASSES`].
pub fn values_of(column: &Column, file: &str) -> Result<(Categories, Vec<String>)> {
    let categories = match &column.values {
        Values::Category(categories) => categories.clone(),
        _ => match column.to_category().values {
            Values::Category(categories) => categories,
            _ => Categories { codes: Vec::new(), names: Vec::new() },
        },
    };
    let mut seen = vec![false; categories.names.len()];
    for &code in &categories.codes {
        if let Some(slot) = seen.get_mut(code as usize) {
            *slot = true;
        }
    }
    let mut names: Vec<String> = categories.names.iter().zip(&seen).filter(|(_, seen)| **seen).map(|(name, _)| name.clone()).collect();
    if names.len() > MOST_CLASSES {
        let message = format!("Column {} of {file} has {} different values, too many for classes.", column.name, names.len());
        return Err(Error::new("too_many_classes", message)
            .mend("Choose a regression task, or name another column as the label.")
            .in_file(file)
            .in_column(&column.name));
    }
    sort(&mut names);
    Ok((categories, names))
}

/// The label of a data set as classes; `None` where it has no label column or no row has a label.
///
/// # Errors
/// As [`values_of`].
pub fn labels_of(dataset: &Dataset) -> Result<Option<(Categories, Vec<String>)>> {
    let Some(column) = dataset.named(dataset.params.label_col.as_ref()) else { return Ok(None) };
    let (categories, names) = values_of(column, &dataset.info.file)?;
    Ok((!names.is_empty()).then_some((categories, names)))
}

/// The same, where spellings such as `none` that the reader took for missing are values if one of `classes` is called so.
///
/// # Errors
/// As [`values_of`].
pub fn labels_among(dataset: &Dataset, classes: &[String]) -> Result<Option<(Categories, Vec<String>)>> {
    let Some(column) = dataset.named(dataset.params.label_col.as_ref()) else { return Ok(None) };
    let (categories, names) = values_among(column, &dataset.info.file, classes)?;
    Ok((!names.is_empty()).then_some((categories, names)))
}

/// The values of a column as classes, a spelling of the missing that one of `classes` has among them.
///
/// # Errors
/// As [`values_of`].
pub fn values_among(column: &Column, file: &str, classes: &[String]) -> Result<(Categories, Vec<String>)> {
    let (mut categories, mut names) = values_of(column, file)?;
    let missing = &column.cells.missing;
    for (code, spelling) in (0u8..=u8::MAX).zip(&missing.spellings) {
        if spelling.is_empty() || !classes.contains(spelling) || !missing.codes.contains(&code) {
            continue;
        }
        let at = categories.names.iter().position(|name| name == spelling).unwrap_or_else(|| {
            categories.names.push(spelling.clone());
            categories.names.len() - 1
        });
        for (&row, _) in missing.rows.iter().zip(&missing.codes).filter(|(_, own)| **own == code) {
            if let Some(slot) = categories.codes.get_mut(row as usize) {
                *slot = at as u32;
            }
        }
        if !names.contains(spelling) {
            names.push(spelling.clone());
            sort(&mut names);
        }
    }
    Ok((categories, names))
}

/// Spellings that a column's reader took for missing and that one of `classes` has, with their rows.
pub fn spelled_like(column: &Column, classes: &[String]) -> Vec<(String, u64)> {
    let missing = &column.cells.missing;
    let spelled = missing.spellings.iter().zip(&missing.counts).filter(|(spelling, n)| **n > 0 && !spelling.is_empty());
    spelled.filter(|(spelling, _)| classes.contains(spelling)).map(|(spelling, &n)| (spelling.clone(), n)).collect()
}

/// Sorts class names: by size where all are numbers, else by name.
pub fn sort(names: &mut [String]) {
    let number = |name: &String| name.parse::<f64>().ok().filter(|v| v.is_finite());
    if names.iter().all(|n| number(n).is_some()) {
        names.sort_by(|a, b| number(a).unwrap_or(0.0).total_cmp(&number(b).unwrap_or(0.0)).then_with(|| a.cmp(b)));
    } else {
        names.sort();
    }
}

/// The classes that probabilities by position belong to, as far as the labels tell: 0, 1, 2, … where the labels are such
/// numbers, else the sorted labels where there are as many of them as probabilities.
pub fn by_position(labels: &[String], width: usize) -> Option<Vec<String>> {
    let position = |name: &String| name.parse::<usize>().is_ok_and(|v| v < width && v.to_string() == *name);
    if labels.is_empty() {
        None
    } else if labels.iter().all(position) {
        Some(positions(width))
    } else {
        (labels.len() == width).then(|| labels.to_vec())
    }
}

/// 0, 1, 2, … as names.
pub fn positions(width: usize) -> Vec<String> {
    (0..width).map(|at| at.to_string()).collect()
}

/// Finds the code of a class by its name. Names that differ only by case are one class unless both are on the list, and so are
/// `true`, `yes` and `1`, `false`, `no` and `0`: label and prediction often come from different tools.
#[derive(Debug, Default)]
pub struct ClassIndex {
    exact: BTreeMap<String, u32>,
    folded: BTreeMap<String, u32>,
}

impl ClassIndex {
    /// An index of a list of classes; the first of equal names counts.
    pub fn new(names: &[String]) -> Self {
        let mut index = Self::default();
        for name in names {
            index.add(name);
        }
        index
    }

    /// The code of a name.
    pub fn code(&self, name: &str) -> Option<u32> {
        self.exact.get(name).or_else(|| self.folded.get(&fold(name))).copied()
    }

    /// Adds a name at the end. Returns whether it was new.
    pub fn add(&mut self, name: &str) -> bool {
        if self.exact.contains_key(name) {
            return false;
        }
        let code = self.exact.len() as u32;
        self.exact.insert(name.to_owned(), code);
        self.folded.entry(fold(name)).or_insert(code);
        true
    }

    /// Translates the codes of one list of names into codes of this index; `None` where the name is not on it.
    pub fn translate(&self, names: &[String]) -> Vec<Option<u32>> {
        names.iter().map(|name| self.code(name)).collect()
    }
}

fn fold(name: &str) -> String {
    match name.trim().to_lowercase().as_str() {
        "true" | "yes" => "1".to_owned(),
        "false" | "no" => "0".to_owned(),
        // A whole number with a fraction of nothing: `1.0` of a text column is `1`.
        other => match other.split_once('.') {
            Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') && whole.parse::<i64>().is_ok() => {
                whole.to_owned()
            }
            _ => other.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn numbers_sort_by_size_and_names_by_letter() {
        let mut numbers = owned(&["10", "9", "-1"]);
        sort(&mut numbers);
        assert_eq!(numbers, ["-1", "9", "10"]);
        let mut names = owned(&["10", "9", "b", "a"]);
        sort(&mut names);
        assert_eq!(names, ["10", "9", "a", "b"]);
    }

    #[test]
    fn positions_follow_the_labels() {
        assert_eq!(by_position(&owned(&["0", "2"]), 4), Some(owned(&["0", "1", "2", "3"])));
        assert_eq!(by_position(&owned(&["1", "2", "3"]), 3), Some(owned(&["1", "2", "3"])));
        assert_eq!(by_position(&owned(&["a", "b"]), 3), None);
        assert_eq!(by_position(&[], 3), None);
    }

    #[test]
    fn case_and_booleans_fold() {
        let index = ClassIndex::new(&owned(&["Spam", "ham"]));
        assert_eq!((index.code("spam"), index.code("ham"), index.code("eggs")), (Some(0), Some(1), None));
        assert_eq!(ClassIndex::new(&owned(&["0", "1"])).code("True"), Some(1));
        assert_eq!((ClassIndex::new(&owned(&["0", "1"])).code("1.0"), ClassIndex::new(&owned(&["1.5"])).code("1")), (Some(1), None));
        let both = ClassIndex::new(&owned(&["a", "A"]));
        assert_eq!((both.code("a"), both.code("A")), (Some(0), Some(1)));
    }
}

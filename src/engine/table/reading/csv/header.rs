//! Whether the first row holds names or values: weighed over all columns, by the cells that stand below.

use std::collections::BTreeSet;

use super::kinds::{ColumnKind, Kind};
use crate::table::reading::builder::tokens;
use crate::table::reading::missing::is_missing;

/// What the first row was taken for, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeaderGuess {
    pub(crate) header: bool,
    /// The other reading is likely enough to be asked for.
    pub(crate) open: bool,
    /// Names stand over columns of another kind: no row of values looks so.
    pub(crate) sure: bool,
    pub(crate) reason: String,
}

/// Columns that speak for and against names in the first row.
#[derive(Debug, Default)]
struct Evidence {
    strong_for: usize,
    weak_for: usize,
    strong_against: usize,
    weak_against: usize,
    /// Numbers are taken for names, and could be values.
    doubt: bool,
}

/// Weighs the first of `rows` against the others.
pub(crate) fn guess(rows: &[&[Vec<u8>]]) -> HeaderGuess {
    let certain = |header, reason: &str| HeaderGuess { header, open: false, sure: false, reason: reason.to_owned() };
    let Some((first, below)) = rows.split_first() else { return certain(true, "there are no rows") };
    if first.iter().all(|cell| is_missing(cell)) {
        return certain(false, "the first line is empty");
    }
    let kinds: Vec<Kind> = first.iter().map(|cell| Kind::of(cell)).collect();
    if below.is_empty() {
        return certain(!kinds.iter().any(|k| k.is_value()), "there is one line");
    }
    let numbers = NumberNames::of(first, &kinds, below);
    let mut seen = Evidence::default();
    for (at, (cell, &kind)) in first.iter().zip(&kinds).enumerate() {
        let column = ColumnKind::of(below, at);
        match (kind, column.kind) {
            // pandas leaves the name of its index empty.
            (Kind::Missing, Kind::Integer) if counts_from_zero(below, at) => seen.strong_for += 1,
            (Kind::Missing, _) | (_, Kind::Missing) => {}
            (Kind::Integer, Kind::Integer | Kind::Fraction) => match numbers {
                NumberNames::Sure => seen.strong_for += 1,
                NumberNames::Likely => {
                    seen.weak_for += 1;
                    seen.doubt = true;
                }
                NumberNames::Unlikely => {
                    seen.strong_against += 1;
                    seen.weak_for += 1;
                }
                NumberNames::No => seen.strong_against += 1,
            },
            (Kind::Text, Kind::Text) => {
                let cells = || below.iter().filter_map(|row| row.get(at)).filter(|c| !is_missing(c));
                if cells().any(|c| c == cell) {
                    seen.weak_against += 1;
                } else if cells().collect::<BTreeSet<_>>().len() * 2 <= column.present && column.present >= 4 {
                    seen.weak_for += 1;
                }
            }
            (_, Kind::Text) => seen.weak_for += 1,
            (above, below) if above.alike(below) => seen.strong_against += 1,
            _ => seen.strong_for += 1,
        }
    }
    decide(&seen, first)
}

/// Whether a column holds 0, 1, 2, … from the second line on.
fn counts_from_zero(below: &[&[Vec<u8>]], at: usize) -> bool {
    let number = |row: &[Vec<u8>]| std::str::from_utf8(row.get(at)?).ok()?.trim().parse::<usize>().ok();
    below.len() > 1 && below.iter().enumerate().all(|(i, row)| number(row) == Some(i))
}

fn decide(seen: &Evidence, first: &[Vec<u8>]) -> HeaderGuess {
    let told = |header, open, reason: &str| HeaderGuess { header, open, sure: false, reason: reason.to_owned() };
    match (seen.strong_for, seen.strong_against) {
        (1.., 0) => {
            let reason = "its cells are names over columns of numbers, dates or truth values".to_owned();
            HeaderGuess { header: true, open: false, sure: true, reason }
        }
        (strong_for @ 1.., strong_against) => {
            let header = strong_for >= strong_against;
            told(header, true, if header { "some of its cells are no values of their columns" } else { "most of its cells are values" })
        }
        (0, 1..) => {
            let open = seen.weak_for > 0;
            told(false, open, if open { "its numbers stand again below themselves" } else { "its cells are values like those below" })
        }
        (0, 0) => match (seen.weak_for, seen.weak_against) {
            (1.., 1..) => told(true, true, "some of its cells stand nowhere below, others do"),
            (1.., 0) => told(true, seen.doubt, "its cells stand nowhere below"),
            (0, 1..) => told(false, false, "its cells stand again below themselves"),
            (0, 0) if first.iter().any(|cell| tokens(cell) > 3) => told(false, true, "it reads like the lines below it"),
            (0, 0) => told(true, false, "most files begin with a line of names"),
        },
    }
}

/// Whether whole numbers in the first row are names, as pandas numbers columns, or years and classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NumberNames {
    Sure,
    Likely,
    Unlikely,
    No,
}

/// Rows below that make numbers without a point stand out over numbers with one.
const TELLING_ROWS: usize = 5;

/// Columns that are numbered one after the other by chance in none of a million tables.
const MANY_NUMBERED: usize = 4;

impl NumberNames {
    fn of(first: &[Vec<u8>], kinds: &[Kind], below: &[&[Vec<u8>]]) -> Self {
        let places: Vec<usize> = kinds.iter().enumerate().filter(|(_, k)| k.is_number()).map(|(at, _)| at).collect();
        let numbers: Option<Vec<u32>> = places.iter().map(|&at| std::str::from_utf8(first.get(at)?).ok()?.trim().parse().ok()).collect();
        let Some(numbers) = numbers.filter(|n| !n.is_empty() && n.iter().collect::<BTreeSet<_>>().len() == n.len()) else {
            return Self::No;
        };
        let steps_up = numbers.windows(2).all(|pair| matches!(pair, [a, b] if a + 1 == *b));
        let years = numbers.iter().all(|n| (1900..=2100).contains(n)) && numbers.is_sorted();
        let counted = steps_up && numbers.first().is_some_and(|&n| n <= 1);
        let several = numbers.len() > 1;
        let alone = kinds.iter().all(|k| k.is_number() || *k == Kind::Missing);
        let columns: Vec<ColumnKind> = places.iter().map(|&at| ColumnKind::of(below, at)).collect();
        let told: Vec<&ColumnKind> = columns.iter().filter(|c| c.kind.is_number()).collect();
        let enough = below.len() >= TELLING_ROWS;
        if !told.is_empty() && told.iter().all(|c| c.all_fractions) {
            return match (counted || years || (alone && enough), several) {
                (true, true) => Self::Sure,
                (true, false) if alone => Self::Likely,
                _ => Self::Unlikely,
            };
        }
        if counted && numbers.len() >= MANY_NUMBERED {
            return Self::Sure;
        }
        let years_below = || {
            let cells = places.iter().flat_map(|&at| below.iter().filter_map(move |row| row.get(at)));
            let numbers = cells.filter_map(|c| std::str::from_utf8(c).ok()?.trim().parse::<f64>().ok());
            let (all, years) = numbers.fold((0, 0), |(n, y), x| (n + 1, y + usize::from((1900.0..=2100.0).contains(&x))));
            years * 2 > all
        };
        if steps_up && years && several && !years_below() {
            return Self::Sure;
        }
        if !alone || !counted || numbers.first() != Some(&0) {
            return Self::No;
        }
        let again = places.iter().any(|&at| {
            let name = first.get(at);
            below.iter().any(|row| row.get(at) == name)
        });
        if !again && enough && several { Self::Likely } else { Self::Unlikely }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(text: &str) -> (bool, bool) {
        let rows: Vec<Vec<Vec<u8>>> = text.lines().map(|l| l.split(',').map(|c| c.as_bytes().to_vec()).collect()).collect();
        let rows: Vec<&[Vec<u8>]> = rows.iter().map(Vec::as_slice).collect();
        let guess = guess(&rows);
        (guess.header, guess.open)
    }

    #[test]
    fn all_columns_are_weighed() {
        for (text, header, open) in [
            ("a,b\n1,2", true, false),
            ("text,label\nhello there,spam\nhi,ham", true, false),
            ("1,2\n3,4", false, false),
            ("paris,3.5\nrome,4.5", false, false),
            ("spam,hello\nham,hi\nspam,you", false, false),
            ("2024-01-01,x\n2024-01-02,y", false, false),
            ("age,treatment\n20.5,control\n21.5,treatment", true, false),
            ("treatment,outcome\ncontrol,good\ntreatment,bad\ncontrol,good\ntreatment,bad", true, true),
            ("id,2024-01-01,2024-01-02\n7,1.5,2.5\n8,2.5,3.5", true, false),
        ] {
            assert_eq!(guessed(text), (header, open), "{text}");
        }
    }

    #[test]
    fn numbers_may_be_names() {
        for (text, header, open) in [
            ("0,1\n0.9,0.1\n0.2,0.8", true, false),
            (",0,1\n0,0.9,0.1\n1,0.2,0.8", true, false),
            ("2019,2020\n340,560\n220,130", true, false),
            ("country,2019,2020\nfr,1.5,2\nde,2.5,3.5\nit,1.5,2", true, false),
            ("3,7\n0.9,0.1\n0.2,0.8\n0.9,0.1\n0.2,0.8\n0.9,0.1", true, false),
            ("0,1\n5,7\n6,9\n8,3\n5,6\n7,7", true, true),
            ("0\n1\n0\n1\n1", false, true),
            ("1,abc\n2,def\n3,ghi\n4,jkl\n5,mno\n6,pqr", false, false),
            ("0.5,2\n0.25,3\n0.125,4", false, false),
            ("2019,5\n2020,6\n2021,7", false, false),
        ] {
            assert_eq!(guessed(text), (header, open), "{text}");
        }
    }
}

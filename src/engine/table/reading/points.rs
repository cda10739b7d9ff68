//! Points that may separate thousands: `1.234` is one and a bit, or more than a thousand.
//!
//! Such cells are numbers in either reading, so a column of nothing else says little by itself. It is read as thousands where its own cells
//! could hardly be written otherwise (`950` beside `1.250` and `2.000`: who writes three decimals writes them everywhere, and who leaves out
//! zeros at the end leaves out these), where another column of the file shows that the comma is the decimal mark, or where another file of the
//! project does ([`agreement`](crate::table)).

use straingauge_api::{DecimalMark, Question, QuestionAbout, Reading};

use super::builder::Numbers;
use super::number;
use crate::table::{Column, PointsRead, Values};

/// Decimals of a group of thousands.
const GROUP: number::Form = 3;
/// Rows below which the cells of a column say nothing of one another.
const TELLING_ROWS: usize = 20;

/// Counts the cells of a column that may have a point between thousands.
#[derive(Debug, Default)]
pub(crate) struct PointCount {
    rows: Vec<u32>,
    seen: usize,
    whole: bool,
    zero_at_the_end: bool,
    unlike: bool,
}

impl PointCount {
    /// Counts numbers, which remember how they were written.
    pub(crate) fn of(n: &Numbers) -> Self {
        let mut count = Self { unlike: n.forms.any(|form| form != 0 && form != GROUP), ..Self::default() };
        if count.unlike || !n.forms.any(|form| form == GROUP) {
            count.unlike = true;
            return count;
        }
        let kept = |row: usize| n.kept.rows.binary_search(&(row as u32)).is_ok();
        for (row, &value) in n.values.iter().enumerate().filter(|(_, v)| !v.is_nan()) {
            if count.unlike {
                break;
            }
            if kept(row) {
                count.unlike = true;
            } else {
                count.add(row as u32, value, n.forms.get(row) == GROUP);
            }
        }
        count
    }

    /// Adds a number; `grouped` where a point and three digits end it.
    pub(crate) fn add(&mut self, row: u32, value: f64, grouped: bool) {
        self.seen += 1;
        let size = value.abs();
        if !grouped {
            // 1234 beside 1.234 is no thousand.
            self.whole = true;
            self.unlike |= size >= 1_000.0;
            return;
        }
        self.unlike |= !(1.0..1_000.0).contains(&size);
        self.zero_at_the_end |= (size * 1_000.0).round() % 10.0 == 0.0;
        self.rows.push(row);
    }

    /// Notes a cell in which no point can separate thousands.
    pub(crate) fn unlike(&mut self) {
        self.unlike = true;
    }

    /// The reading of the points; `None` where they can only be decimal marks.
    pub(crate) fn read(self) -> Option<PointsRead> {
        if self.unlike || self.rows.is_empty() {
            return None;
        }
        let thousands = self.whole && self.zero_at_the_end && self.seen >= TELLING_ROWS;
        Some(PointsRead { thousands, proven: false, rows: self.rows })
    }
}

/// Reads the points of columns as thousands where another column of the file shows that the comma is the decimal mark, and asks.
pub(crate) fn agree(columns: &mut [Column], told: Option<DecimalMark>, delimiter: Option<char>, questions: &mut Vec<Question>) {
    let commas: Vec<String> =
        columns.iter().filter(|c| c.cells.read.commas.as_ref().is_some_and(|r| r.decimal && r.proven)).map(|c| c.name.clone()).collect();
    // A point that can only be a decimal mark speaks against it.
    let points = columns.iter().any(|c| {
        matches!(c.values, Values::Number { integer: false, .. }) && c.cells.read.commas.is_none() && c.cells.read.points.is_none()
    });
    for column in columns {
        let Some(read) = column.cells.read.points.clone() else { continue };
        let thousands = match told {
            Some(mark) => mark == DecimalMark::Comma,
            None => read.thousands || (!commas.is_empty() && !points),
        };
        let Some(&row) = read.rows.first() else { continue };
        let cell = column.cell(row as usize).map(|value| with_three_decimals(&value)).unwrap_or_default();
        if thousands && let Some(other) = crate::table::regrouped(column, &PointsRead { thousands: false, ..read.clone() }, true) {
            *column = other;
        }
        if let Some(read) = column.cells.read.points.as_mut() {
            (read.thousands, read.proven) = (thousands, told.is_some());
        }
        // Who separates fields by semicolons does so because the comma is taken: then the point may be the thousands'.
        let semicolons = delimiter == Some(';') && commas.is_empty() && !points;
        if told.is_none() && (thousands || semicolons) {
            let reading = |thousands: bool| Reading {
                choice: if thousands { "comma" } else { "point" }.into(),
                cell: cell.clone(),
                meaning: if thousands {
                    format!("{}: the point separates thousands", cell.replace('.', ""))
                } else {
                    format!("{cell}: the point is the decimal mark")
                },
            };
            let reason = match commas.first() {
                None if !thousands => "semicolons separate the fields, so the comma may be the decimal mark".to_owned(),
                Some(other) if !read.thousands => format!("the comma is the decimal mark in {other}"),
                _ => "whole numbers stand beside three decimals, of which some end in 0".to_owned(),
            };
            questions.push(Question {
                column: column.name.clone(),
                about: QuestionAbout::Decimal,
                readings: vec![reading(thousands), reading(!thousands)],
                reason,
            });
        }
    }
}

/// A number as it stood in the file: with three digits behind the point.
fn with_three_decimals(value: &str) -> String {
    value.parse::<f64>().map_or_else(|_| value.to_owned(), |number| format!("{number:.3}"))
}

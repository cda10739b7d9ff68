//! Lines of a table that are no rows: titles and comments above the header, units under it, totals and counts at the end.

use straingauge_api::{CellExample, ErrorDetails, Problem, ProblemLevel, Question, QuestionAbout, ReadOptions, Reading};

use super::dialect::{SampleRow, commonest_width};
use super::header::{self, HeaderGuess};
use super::kinds::{ColumnKind, Kind};
use crate::table::FirstLine;
use crate::table::reading::missing::is_missing;
use crate::table::reading::settle::shown;

/// Lines that may stand above a table.
const MOST_ABOVE: usize = 40;

/// The lines at the beginning of a table.
#[derive(Debug)]
pub(crate) struct Layout {
    /// Rows of the sample before the first row of values.
    pub(crate) above: usize,
    /// Fields a row.
    pub(crate) width: usize,
    /// The names in the header, `width` of them; none where there is no header.
    pub(crate) names: Vec<Vec<u8>>,
    pub(crate) header: bool,
    /// The units that stand under the names, `width` of them or none.
    pub(crate) units: Vec<Vec<u8>>,
    pub(crate) first_line: FirstLine,
    pub(crate) question: Option<Question>,
    /// A line of `---+---` stands under the names: blanks around cells only align them.
    pub(crate) ruled: bool,
    /// The lines that were left out, as they stand.
    pub(crate) skipped: Vec<String>,
}

impl Layout {
    /// Tells apart the first lines of a table; `whole` says that the sample is the whole file.
    pub(crate) fn of(sample: &[SampleRow], whole: bool, options: &ReadOptions) -> Self {
        let width = commonest_width(sample);
        let found = Top::find(sample, width, whole);
        let rows: Vec<&[Vec<u8>]> = sample.iter().skip(found.lead).map(|r| r.cells.as_slice()).collect();
        let units = if options.header == Some(false) { None } else { units_row(&rows, found.at_most_one) };
        let without_units: Vec<&[Vec<u8>]> =
            rows.iter().enumerate().filter(|(i, _)| !(units.is_some() && *i == 1)).map(|(_, r)| *r).collect();
        let mut guess = match found.header {
            Some(header) => HeaderGuess { header, open: false, sure: false, reason: String::new() },
            None => header::guess(&without_units),
        };
        if let Some(told) = options.header {
            guess = HeaderGuess { header: told, open: false, ..guess };
        }
        let first: Vec<Vec<u8>> = rows.first().map(|r| r.to_vec()).unwrap_or_default();
        let header = guess.header && !first.is_empty();
        let row_names = header && found.numbered_rows && options.header.is_none();
        let width = if header { first.len() + usize::from(row_names) } else { width };
        let mut names: Vec<Vec<u8>> = if header { first.clone() } else { Vec::new() };
        if row_names {
            names.insert(0, b"row_names".to_vec());
        }
        if found.comment_names {
            names = names.split_off(1.min(names.len()));
        }
        // numpy writes `# ` before the names, and every number with an exponent.
        let exponents = rows.get(1).is_some_and(|row| row.iter().all(|c| Kind::of(c) == Kind::Fraction && c.contains(&b'e')));
        if let Some(first) = names.first_mut().filter(|n| exponents && n.starts_with(b"# ")) {
            first.drain(..2);
        }
        let width = if found.comment_names { names.len() } else { width };
        let cells: Vec<String> = first.iter().map(|c| String::from_utf8_lossy(c).trim().to_owned()).collect();
        let under: Vec<Vec<u8>> = if header { units.clone().unwrap_or_default() } else { Vec::new() };
        let rule = header && rows.get(1 + usize::from(!under.is_empty())).is_some_and(|row| is_rule(row));
        let above = found.lead + usize::from(header) + usize::from(!under.is_empty()) + usize::from(rule);
        let header_at = if header { Some(found.lead) } else { None };
        let left_out = sample.iter().take(above).enumerate().filter(|(i, _)| Some(*i) != header_at);
        let question = guess.open.then(|| question(&cells, &guess));
        Self {
            above,
            width,
            names,
            header,
            units: under,
            first_line: FirstLine { header, open: guess.open, cells },
            question,
            ruled: rule,
            skipped: left_out.map(|(_, row)| row.line.clone()).collect(),
        }
    }
}

/// Where the table begins.
#[derive(Debug, Default)]
struct Top {
    /// Rows above the header, or above the first row of values.
    lead: usize,
    /// Whether there is a header, where that is certain already.
    header: Option<bool>,
    /// The header has one name fewer than rows have fields: the first field is the row's name, as R writes it.
    numbered_rows: bool,
    /// The header stands behind a `#` of its own.
    comment_names: bool,
    /// No row of units is looked for.
    at_most_one: bool,
}

impl Top {
    fn find(sample: &[SampleRow], width: usize, whole: bool) -> Self {
        let cells = |at: usize| sample.get(at).map(|r| r.cells.as_slice()).unwrap_or_default();
        if sample.len() < 2 || width < 2 {
            let comments = sample.iter().take_while(|r| is_comment(&r.cells)).count();
            let lead = if comments < sample.len() && comments > 0 && !is_name(cells(comments - 1), cells(comments)) { comments } else { 0 };
            return Self { lead, ..Self::default() };
        }
        if is_counts_line(sample, width, whole) {
            return Self { lead: 1, header: Some(false), at_most_one: true, ..Self::default() };
        }
        let sparse = |row: &[Vec<u8>]| row.iter().skip(1).all(|c| c.trim_ascii().is_empty());
        let Some(first) = sample.iter().take(MOST_ABOVE).position(|r| r.cells.len() == width && !sparse(&r.cells)) else {
            return Self::default();
        };
        let steady = sample.iter().skip(first).filter(|r| r.cells.len() == width).count() * 5 >= (sample.len() - first) * 4;
        if !steady {
            return Self::default();
        }
        // A line of as many fields may still be a comment above the header.
        let mut lead = first;
        while is_comment(cells(lead)) && lead + 2 < sample.len() && guess_from(sample, lead + 1).sure {
            lead += 1;
        }
        if lead == 0 {
            return Self::default();
        }
        let guess = guess_from(sample, lead);
        if guess.sure {
            return Self { lead, ..Self::default() };
        }
        let last = cells(lead - 1);
        let nameless = last.iter().any(|c| Kind::of(c).is_value() || is_missing(c));
        if is_comment(last) {
            // numpy writes the names behind a `#`.
            let names = last.len() == width + 1 && last.first().is_some_and(|c| c == b"#") && !nameless;
            return if names && !guess.header {
                Self { lead: lead - 1, header: Some(true), comment_names: true, ..Self::default() }
            } else {
                Self { lead, ..Self::default() }
            };
        }
        if last.len() + 1 == width && !nameless {
            let counted = counts_up(sample, lead);
            let texts = Kind::of(cells(lead).first().map_or(b"".as_slice(), Vec::as_slice)) == Kind::Text;
            if counted || (width > 2 && texts) {
                return Self { lead: lead - 1, header: Some(true), numbered_rows: true, ..Self::default() };
            }
        }
        if last.len() > 1 && !nameless && last.len() != width {
            return Self { lead: lead - 1, header: Some(true), ..Self::default() };
        }
        // Without a header below, only lines that are no rows at all are left out.
        let plain = (0..lead).all(|i| is_comment(cells(i)) || cells(i).len() == 1 && Kind::of(&cells(i).concat()) == Kind::Text);
        if plain || guess.header { Self { lead, ..Self::default() } } else { Self::default() }
    }
}

fn guess_from(sample: &[SampleRow], at: usize) -> HeaderGuess {
    let rows: Vec<&[Vec<u8>]> = sample.iter().skip(at).map(|r| r.cells.as_slice()).collect();
    // A row of units must not hide that the columns below are numbers.
    let units = units_row(&rows, false).is_some();
    let rows: Vec<&[Vec<u8>]> = rows.iter().enumerate().filter(|(i, _)| !(units && *i == 1)).map(|(_, r)| *r).collect();
    header::guess(&rows)
}

fn is_comment(row: &[Vec<u8>]) -> bool {
    row.first().is_some_and(|c| c.trim_ascii_start().first() == Some(&b'#'))
}

/// In a table of one column, whether a line that begins with `#` is its name.
fn is_name(line: &[Vec<u8>], below: &[Vec<u8>]) -> bool {
    let value = |row: &[Vec<u8>]| row.first().is_some_and(|c| Kind::of(c).is_value());
    !value(line) && value(below)
}

/// Whether the first column counts up by one, as row names do.
fn counts_up(sample: &[SampleRow], from: usize) -> bool {
    let names = sample.iter().skip(from).take(50).map(|r| r.cells.first().and_then(|c| std::str::from_utf8(c).ok()?.trim().parse().ok()));
    let names: Option<Vec<i64>> = names.collect();
    names.is_some_and(|n| n.len() > 1 && n.windows(2).all(|pair| matches!(pair, [a, b] if a + 1 == *b)))
}

/// The line that scikit-learn's own files begin with: rows, features, names of the classes.
fn is_counts_line(sample: &[SampleRow], width: usize, whole: bool) -> bool {
    let Some((first, below)) = sample.split_first() else { return false };
    let number = |at: usize| first.cells.get(at).and_then(|c| std::str::from_utf8(c).ok()?.trim().parse::<usize>().ok());
    let (Some(rows), Some(features)) = (number(0), number(1)) else { return false };
    let classes = first.cells.get(2..).unwrap_or_default();
    let named = !classes.is_empty() && classes.iter().all(|c| Kind::of(c) == Kind::Text);
    let rows_fit = if whole && below.len() < super::dialect::SAMPLE_ROWS - 1 { rows == below.len() } else { rows >= below.len() };
    named && rows_fit && features + 1 == width && below.iter().all(|r| r.cells.len() == width)
}

/// A line of `---+---`, as databases draw it under names.
fn is_rule(row: &[Vec<u8>]) -> bool {
    row.iter().any(|c| c.len() > 1) && row.iter().flatten().all(|b| matches!(b, b'-' | b'+' | b'=' | b'|' | b':' | b' '))
}

/// Words that stand for the type of a column in a row of units.
const TYPE_WORDS: [&str; 16] =
    ["-", "--", "/", "1", "text", "string", "str", "category", "class", "name", "none", "n/a", "na", "int", "float", "bool"];

/// The row under the names, where it holds units: in columns of numbers or dates it holds none, in the others at most a word for
/// what they are.
fn units_row(rows: &[&[Vec<u8>]], never: bool) -> Option<Vec<Vec<u8>>> {
    let (units, below) = (rows.get(1)?, rows.get(2..)?);
    let names = rows.first()?;
    if never || below.len() < 2 || names.len() != units.len() || names.iter().any(|c| Kind::of(c).is_value()) {
        return None;
    }
    let (mut typed, mut words, mut bracketed) = (0, 0, 0);
    for (at, cell) in units.iter().enumerate() {
        let cell = cell.trim_ascii();
        let column = ColumnKind::of(below, at);
        let wrapped = matches!((cell.first(), cell.last()), (Some(b'(' | b'['), Some(b')' | b']')));
        let dash = cell.is_empty() || TYPE_WORDS.iter().any(|w| cell.eq_ignore_ascii_case(w.as_bytes()));
        if column.kind.is_value() {
            if Kind::of(cell).is_value() && cell != b"1" {
                return None;
            }
            typed += 1;
            words += usize::from(!is_missing(cell) && looks_like_unit(cell));
            if !is_missing(cell) && !looks_like_unit(cell) {
                return None;
            }
        } else if !dash && !wrapped {
            return None;
        }
        bracketed += usize::from(wrapped);
    }
    let enough =
        words >= 2 || (words == 1 && (typed == 1 || bracketed > 0 || units.iter().filter(|c| c.trim_ascii().is_empty()).count() > 0));
    (typed > 0 && enough).then(|| units.to_vec())
}

/// A short word that is no spelling of a missing value.
fn looks_like_unit(cell: &[u8]) -> bool {
    let letters = cell.iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b'%' | b'$' | b'/'));
    let cell = cell.trim_ascii();
    letters
        && cell.len() <= 16
        && cell.first() != Some(&b'#')
        && !crate::table::reading::odd::is_odd(cell)
        && !["unknown", "missing", "invalid", "error", "n.a. sorry"].iter().any(|w| cell.eq_ignore_ascii_case(w.as_bytes()))
}

fn question(cells: &[String], guess: &HeaderGuess) -> Question {
    let line = shown(cells.join(", ").as_bytes());
    let reading = |header: bool| Reading {
        choice: if header { "header" } else { "row" }.to_owned(),
        cell: line.clone(),
        meaning: if header { "the names of the columns".to_owned() } else { "the first row of values".to_owned() },
    };
    Question {
        column: String::new(),
        about: QuestionAbout::Header,
        readings: vec![reading(guess.header), reading(!guess.header)],
        reason: guess.reason.clone(),
    }
}

/// Rows at the end that are looked at.
pub(crate) const FOOTER_ROWS: usize = 4;

/// Words in the first cell of a row that sums up the others.
const TOTALS: [&str; 12] =
    ["total", "totals", "grand total", "subtotal", "sum", "average", "mean", "summe", "gesamt", "gesamtsumme", "somme", "totale"];

/// A row at the end of the table, with what stands before it.
#[derive(Debug)]
pub(crate) struct LastRow {
    pub(crate) cells: Vec<Vec<u8>>,
    pub(crate) start: usize,
    pub(crate) line: String,
    /// A blank line stands before it.
    pub(crate) apart: bool,
}

/// How many of the last rows are no rows of a table of `width` columns, whose first column is of the kind `first`.
pub(crate) fn footer_rows(last: &[LastRow], width: usize, first: Kind, again: &dyn Fn(&[u8]) -> bool) -> usize {
    let mut count = 0;
    for row in last.iter().rev().take(FOOTER_ROWS) {
        let cell = row.cells.first().map_or(b"".as_slice(), |c| c.trim_ascii());
        let filled = row.cells.iter().filter(|c| !c.trim_ascii().is_empty()).count();
        let lonely = width > 1 && (row.cells.len() == 1 || filled == 1) && row.cells.len() <= width;
        let text = Kind::of(cell) == Kind::Text;
        let counted = row.cells.len() != width && counts_rows(&row.cells.join(&b' '));
        let word = String::from_utf8_lossy(cell).trim_end_matches(':').trim().to_lowercase();
        let total = width > 1 && TOTALS.contains(&word.as_str()) && !again(cell);
        let ragged = row.cells.len() != width;
        let comment = cell.first() == Some(&b'#');
        let worded = row.cells.len() < width && !row.cells.iter().any(|c| Kind::of(c).is_value());
        let remark = worded && first.is_value();
        let prose = text && if ragged { remark || lonely && (row.apart || comment) } else { lonely && row.apart && first.is_value() };
        if !(counted || total || prose || width > 1 && is_rule(&row.cells)) {
            break;
        }
        count += 1;
    }
    count
}

/// `(60 rows)`, `60 rows selected.`, `[60 rows x 3 columns]`.
fn counts_rows(cell: &[u8]) -> bool {
    let text = String::from_utf8_lossy(cell).to_lowercase();
    let inner = text.trim_matches(['(', ')', '[', ']', '.', ' ', '-', '#']);
    let mut words = inner.split_whitespace();
    let number = words.next().is_some_and(|w| w.parse::<u64>().is_ok());
    number && words.next().is_some_and(|w| matches!(w, "row" | "rows" | "records" | "record")) && words.count() <= 4
}

/// What was left out, with its text.
pub(crate) fn skipped_problem(code: &str, what: &str, lines: &[String], mend: &str) -> Option<Problem> {
    lines.first()?;
    let count = lines.len() as u64;
    let (noun, verb) = if count == 1 { ("line", "is") } else { ("lines", "are") };
    let quoted = lines.iter().take(3).map(|l| format!("“{l}”")).collect::<Vec<_>>().join(", ");
    let more = if lines.len() > 3 { " and others" } else { "" };
    Some(Problem {
        code: code.to_owned(),
        level: ProblemLevel::Note,
        message: format!("{count} {noun} {what} {verb} left out: {quoted}{more}. {mend}"),
        count,
        details: ErrorDetails { mend: Some(mend.to_owned()), ..ErrorDetails::default() },
        examples: lines.iter().take(5).map(|l| CellExample { row: 0, text: l.clone() }).collect(),
    })
}

//! A column while its file is read.
//!
//! A builder bets on the type of the first cells (numbers, moments, lists of numbers, else a dictionary of texts) and reads on in
//! that type. It never loses a text: numbers and moments remember how they were written, so a lost bet is paid by writing
//! the texts again. What the column is in the end is decided by [`settle`](super::settle) over all cells, from the texts alone: the bets
//! change how fast a file is read, never what comes out.

use std::collections::BTreeMap;

use super::bounds::MAX_CELL_BYTES;
use super::dictionary::Dictionary;
use super::forms::Forms;
use super::missing::is_missing;
use super::moment::{self, IsoParser};
use super::number;
use super::texts::{KeptTexts, Texts};
use crate::table::MissingCells;
use crate::{Error, Result};

/// Numbers, one a row; NaN where there is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers {
    pub(crate) values: Vec<f64>,
    pub(crate) forms: Forms,
    /// Cells that are no numbers, and numbers written in an odd way.
    pub(crate) kept: KeptTexts,
    /// Rows among `kept` that are no numbers.
    pub(crate) bad: Vec<u32>,
    /// Integers with zeros before them, or beyond 2^53.
    pub(crate) codes: u32,
}

/// Moments in microseconds, one a row; `i64::MIN` where there is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Moments {
    pub(crate) micros: Vec<i64>,
    pub(crate) forms: Forms,
    pub(crate) kept: KeptTexts,
    pub(crate) bad: Vec<u32>,
    /// Kept moments that name a time but no zone.
    pub(crate) kept_zoneless: u32,
    /// Zones that cells name and that leave their offset open, with how many cells do.
    pub(crate) open_zones: BTreeMap<String, u64>,
    parser: IsoParser,
}

/// Lists of numbers, one a row; NaN throughout where there is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct NumberLists {
    pub(crate) width: usize,
    pub(crate) values: Vec<f64>,
    /// Lists of another length, and cells that are no lists.
    pub(crate) kept: KeptTexts,
}

#[derive(Debug, Clone, Default)]
pub(crate) enum Store {
    /// No value yet.
    #[default]
    Empty,
    Number(Numbers),
    Moment(Moments),
    List(NumberLists),
    /// Missing cells are entries like all others.
    Dictionary(Dictionary),
    /// Missing cells are texts like all others.
    Text(Texts),
}

/// A column while its file is read.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnBuilder {
    pub(crate) name: String,
    pub(crate) rows: u32,
    pub(crate) store: Store,
    /// Missing cells of the typed stores; dictionaries and texts hold theirs themselves.
    pub(crate) missing: MissingCells,
    /// The unit that the file names for it.
    pub(crate) unit: Option<String>,
    /// Keeps the bet, whatever comes.
    fixed: bool,
    /// Numbers are not bet on: the reader says that the comma is the decimal mark.
    texts_only: bool,
    /// There was no room for a text.
    full: bool,
}

/// Wrong cells that a bet survives anyway, and their share (one in so many) that it survives.
const PATIENCE: usize = 64;
const PATIENCE_SHARE: usize = 20;

/// A dictionary of texts with at least so many distinct values, and more than half of its rows distinct, becomes plain text.
const SPRAWLING: usize = 2_048;

impl ColumnBuilder {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Refuses a value of a text format that is too large, as the column's next.
    pub(crate) fn check_size(&self, value: &[u8]) -> Result<()> {
        if value.len() <= MAX_CELL_BYTES {
            return Ok(());
        }
        let message = format!("A value of {} has {} bytes; at most {MAX_CELL_BYTES} are read.", self.name, value.len());
        Err(Error::new("cell_too_large", message)
            .mend("Leave it out of the file.")
            .at_row(u64::from(self.rows) + 1)
            .in_column(self.name.clone()))
    }

    /// Never bets on numbers.
    pub(crate) fn texts_only(mut self) -> Self {
        self.texts_only = true;
        self
    }

    /// The column under another name.
    pub(crate) fn renamed(mut self, name: String) -> Self {
        self.name = name;
        self
    }

    /// A builder that reads into `store` whatever comes.
    pub(crate) fn fixed(name: &str, store: Store) -> Self {
        Self { name: name.to_owned(), store, fixed: true, ..Self::default() }
    }

    /// Bets on the type that most of a sample of cells have, if no cell has come yet.
    pub(crate) fn bet(&mut self, sample: &[&[u8]]) {
        if !matches!(self.store, Store::Empty) || self.rows > 0 {
            return;
        }
        let present: Vec<&[u8]> = sample.iter().copied().filter(|c| !is_missing(c)).collect();
        let most = |of: usize| !present.is_empty() && of * 2 > present.len();
        let mut parser = IsoParser::default();
        let mut scratch = Vec::new();
        if !self.texts_only && most(present.iter().filter(|c| number::parse(c).is_some()).count()) {
            self.store = Store::Number(Numbers::default());
        } else if most(present.iter().filter(|c| parser.parse(c).is_some()).count()) {
            self.store = Store::Moment(Moments::default());
        } else if !present.is_empty() && !most(present.iter().filter(|c| number::parse_list(c, &mut scratch).is_some()).count()) {
            self.store = Store::Dictionary(Dictionary::default());
        }
    }

    /// Adds a row: a cell of delimited text, or a JSON number or list.
    #[inline]
    pub(crate) fn push(&mut self, cell: &[u8]) {
        match &mut self.store {
            Store::Number(numbers) => match number::parse(cell) {
                Some((value, form)) if form <= number::SHORTEST => {
                    numbers.values.push(value);
                    numbers.forms.push(form);
                }
                other => self.push_odd_number(cell, other),
            },
            Store::Dictionary(dictionary) => self.full |= !dictionary.push(cell),
            Store::Moment(moments) => match moments.parser.parse(cell) {
                Some((micros, form)) if form < moment::KEPT => {
                    moments.micros.push(micros);
                    moments.forms.push(form);
                }
                other => self.push_odd_moment(cell, other),
            },
            Store::Text(texts) => self.full |= !texts.push(cell),
            Store::List(_) => self.push_list(cell),
            Store::Empty => self.push_first(cell, true),
        }
        self.rows += 1;
    }

    /// Adds a row that its format calls a string: it does not start a column of numbers.
    #[inline]
    pub(crate) fn push_string(&mut self, cell: &[u8]) {
        if matches!(self.store, Store::Empty) {
            self.push_first(cell, false);
            self.rows += 1;
        } else {
            self.push(cell);
        }
    }

    /// Adds a number of a typed format.
    pub(crate) fn push_number(&mut self, value: f64) {
        match &mut self.store {
            Store::Number(numbers) if value.is_finite() => {
                numbers.values.push(value);
                numbers.forms.push(number::SHORTEST);
                self.rows += 1;
            }
            Store::Empty if value.is_finite() => {
                self.start_numbers();
                self.push_number(value);
            }
            _ => self.push(value.to_string().as_bytes()),
        }
    }

    /// Adds a number that was read from another spelling; for builders that read into numbers whatever comes.
    pub(crate) fn push_value(&mut self, value: f64) {
        if let Store::Number(numbers) = &mut self.store {
            numbers.values.push(value);
            numbers.forms.skip();
            self.rows += 1;
        }
    }

    /// Adds a cell that is none of the column's numbers, even where it reads like one.
    pub(crate) fn push_unfit(&mut self, cell: &[u8]) {
        self.push_odd_number(cell, None);
        self.rows += 1;
    }

    /// Adds a moment of a typed format, in microseconds; `form` says how it would be written.
    pub(crate) fn push_moment(&mut self, micros: i64, form: moment::Form) {
        match &mut self.store {
            Store::Moment(moments) => {
                moments.micros.push(micros);
                moments.forms.push(form);
                self.rows += 1;
            }
            Store::Empty => {
                self.start_moments();
                self.push_moment(micros, form);
            }
            _ => {
                let mut text = String::new();
                moment::write(micros, form, &mut text);
                self.push(text.as_bytes());
            }
        }
    }

    /// Adds a list of a typed format.
    pub(crate) fn push_numbers(&mut self, list: &[f64]) {
        if let Store::List(lists) = &mut self.store
            && lists.width == list.len()
        {
            lists.values.extend_from_slice(list);
            self.rows += 1;
        } else {
            self.push(write_list(list).as_bytes());
        }
    }

    fn start_numbers(&mut self) {
        let mut numbers = Numbers { values: vec![f64::NAN; self.rows as usize], ..Numbers::default() };
        (0..self.rows).for_each(|_| numbers.forms.skip());
        self.store = Store::Number(numbers);
    }

    fn start_moments(&mut self) {
        let mut moments = Moments { micros: vec![i64::MIN; self.rows as usize], ..Moments::default() };
        (0..self.rows).for_each(|_| moments.forms.skip());
        self.store = Store::Moment(moments);
    }

    #[cold]
    fn push_first(&mut self, cell: &[u8], may_be_number: bool) {
        if is_missing(cell) {
            self.missing.note(self.rows, cell);
            return;
        }
        let mut list = Vec::new();
        if may_be_number && !self.texts_only && number::parse(cell).is_some() {
            self.start_numbers();
        } else if IsoParser::default().parse(cell).is_some() {
            self.start_moments();
        } else if number::parse_list(cell, &mut list).is_some_and(|width| width > 0) {
            let values = vec![f64::NAN; self.rows as usize * list.len()];
            self.store = Store::List(NumberLists { width: list.len(), values, ..NumberLists::default() });
        } else {
            self.make_dictionary();
        }
        // The row is counted by the caller of this function.
        self.push(cell);
        self.rows -= 1;
    }

    #[cold]
    fn push_odd_number(&mut self, cell: &[u8], parsed: Option<(f64, number::Form)>) {
        let row = self.rows;
        let Store::Number(numbers) = &mut self.store else { return };
        numbers.forms.skip();
        if let Some((value, form)) = parsed {
            numbers.values.push(value);
            numbers.codes += u32::from(form != number::KEPT);
            self.full |= !numbers.kept.push(row, cell);
        } else {
            numbers.values.push(f64::NAN);
            if is_missing(cell) {
                self.missing.note(row, cell);
            } else {
                numbers.bad.push(row);
                self.full |= !numbers.kept.push(row, cell);
            }
        }
        let odd = numbers.bad.len().max(numbers.codes as usize);
        self.reconsider(odd);
    }

    #[cold]
    fn push_odd_moment(&mut self, cell: &[u8], parsed: Option<(i64, moment::Form)>) {
        let row = self.rows;
        let Store::Moment(moments) = &mut self.store else { return };
        moments.forms.skip();
        if let Some((micros, form)) = parsed {
            moments.micros.push(micros);
            moments.kept_zoneless += u32::from(form == moment::KEPT_ZONELESS);
            self.full |= !moments.kept.push(row, cell);
        } else {
            moments.micros.push(i64::MIN);
            if is_missing(cell) {
                self.missing.note(row, cell);
            } else {
                moments.bad.push(row);
                self.full |= !moments.kept.push(row, cell);
            }
        }
        let odd = moments.bad.len();
        self.reconsider(odd);
    }

    fn push_list(&mut self, cell: &[u8]) {
        let row = self.rows;
        let Store::List(lists) = &mut self.store else { return };
        if number::parse_list(cell, &mut lists.values) == Some(lists.width) {
            return;
        }
        lists.values.resize((row as usize + 1) * lists.width, f64::NAN);
        lists.values.truncate((row as usize + 1) * lists.width);
        if let Some(values) = lists.values.get_mut(row as usize * lists.width..) {
            values.fill(f64::NAN);
        }
        if is_missing(cell) {
            self.missing.note(row, cell);
        } else {
            self.full |= !lists.kept.push(row, cell);
        }
        let odd = lists.kept.rows.len();
        self.reconsider(odd);
    }

    /// Gives the bet up where too many cells, the current one among them, do not fit.
    fn reconsider(&mut self, odd: usize) {
        if !self.fixed && odd > PATIENCE && odd * PATIENCE_SHARE > self.rows as usize + 1 - self.missing.rows.len() {
            // The current cell is in the store already but not counted in `rows` yet.
            self.rows += 1;
            self.make_dictionary();
            self.rows -= 1;
        }
    }

    /// All cells as texts, in row order: what the file held, or its shortest equal (see [`number::SHORTEST`]).
    pub(crate) fn for_each_text(&self, mut visit: impl FnMut(&[u8])) {
        match &self.store {
            Store::Dictionary(dictionary) => dictionary.codes.iter().for_each(|&code| visit(dictionary.text(code))),
            Store::Text(texts) => texts.iter().for_each(visit),
            Store::Empty => (0..self.rows as usize).for_each(|i| visit(self.missing.spelling(i).as_bytes())),
            Store::Number(n) => self.replay(
                &n.kept,
                |row, out| {
                    number::write(n.values.get(row).copied().unwrap_or(f64::NAN), n.forms.get(row), out);
                },
                visit,
            ),
            Store::Moment(m) => self.replay(
                &m.kept,
                |row, out| {
                    moment::write(m.micros.get(row).copied().unwrap_or(0), m.forms.get(row), out);
                },
                visit,
            ),
            Store::List(l) => self.replay(
                &l.kept,
                |row, out| {
                    out.push_str(&write_list(l.values.get(row * l.width..(row + 1) * l.width).unwrap_or_default()));
                },
                visit,
            ),
        }
    }

    fn replay(&self, kept: &KeptTexts, write: impl Fn(usize, &mut String), mut visit: impl FnMut(&[u8])) {
        let mut text = String::new();
        let (mut next_missing, mut next_kept) = (0, 0);
        for row in 0..self.rows {
            if self.missing.rows.get(next_missing) == Some(&row) {
                visit(self.missing.spelling(next_missing).as_bytes());
                next_missing += 1;
            } else if kept.rows.get(next_kept) == Some(&row) {
                visit(kept.texts.get(next_kept));
                next_kept += 1;
            } else {
                text.clear();
                write(row as usize, &mut text);
                visit(text.as_bytes());
            }
        }
    }

    /// Turns the column into a dictionary of its texts.
    pub(crate) fn make_dictionary(&mut self) {
        let mut dictionary = Dictionary::default();
        let mut full = false;
        self.for_each_text(|text| full |= !dictionary.push(text));
        self.full |= full;
        self.missing = MissingCells::default();
        self.store = Store::Dictionary(dictionary);
    }

    /// Turns the column into plain texts.
    pub(crate) fn make_texts(&mut self) {
        let mut texts = Texts::default();
        let mut full = false;
        self.for_each_text(|text| full |= !texts.push(text));
        self.full |= full;
        self.missing = MissingCells::default();
        self.store = Store::Text(texts);
    }

    /// Between batches: gives up a dictionary that does not pay. False where a text found no room.
    pub(crate) fn checkpoint(&mut self) -> bool {
        if let Store::Dictionary(dictionary) = &self.store
            && !self.fixed
        {
            let sprawls = dictionary.len() >= SPRAWLING && dictionary.len() * 2 > self.rows as usize;
            if dictionary.hostile() || (sprawls && mean_tokens(dictionary.texts().take(1_000)) >= MIN_TEXT_TOKENS) {
                self.make_texts();
            }
        }
        !self.full
    }
}

/// Texts have at least so many tokens on average; names of things have fewer.
pub(crate) const MIN_TEXT_TOKENS: f64 = 3.0;

/// Tokens a text: pieces between blanks, and for scripts that put none, half of the characters.
pub(crate) fn tokens(text: &[u8]) -> usize {
    let spaced = text.split(u8::is_ascii_whitespace).filter(|piece| !piece.is_empty()).count();
    // UTF-8 lead bytes 0xE2.. to 0xEF with code points from U+2E80: scripts of East Asia.
    let unspaced = text.iter().filter(|&&b| (0xE3..=0xED).contains(&b)).count();
    spaced + unspaced / 2
}

/// Mean tokens over texts; 0 where there are none.
pub(crate) fn mean_tokens<'a>(texts: impl Iterator<Item = &'a [u8]>) -> f64 {
    let (mut sum, mut count) = (0usize, 0usize);
    for text in texts {
        sum += tokens(text);
        count += 1;
    }
    if count == 0 { 0.0 } else { sum as f64 / count as f64 }
}

fn write_list(list: &[f64]) -> String {
    let mut text = String::from("[");
    for (i, &value) in list.iter().enumerate() {
        if i > 0 {
            text.push_str(", ");
        }
        if value.is_nan() {
            text.push_str("NaN");
        } else {
            number::write(value, number::SHORTEST, &mut text);
        }
    }
    text.push(']');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(builder: &ColumnBuilder) -> Vec<String> {
        let mut out = Vec::new();
        builder.for_each_text(|t| out.push(String::from_utf8(t.to_vec()).expect("UTF-8")));
        out
    }

    #[test]
    fn a_lost_bet_gives_every_text_back() {
        for first in ["1.50", "2024-01-01T00:00", "[1, 2]", ""] {
            let mut cells: Vec<String> =
                vec![String::new(), first.to_owned(), "NA".into(), "007".into(), "1e3".into(), "2024-05-05".into()];
            cells.extend((0..200).map(|i| format!("word {i}")));
            cells.push("3".into());
            let mut builder = ColumnBuilder::new("c");
            for c in &cells {
                builder.push(c.as_bytes());
            }
            assert_eq!(builder.rows as usize, cells.len());
            assert_eq!(texts(&builder), cells, "{first}");
        }
    }

    #[test]
    fn strings_start_no_numbers() {
        let mut builder = ColumnBuilder::new("zip");
        builder.push_string(b"94110");
        assert!(matches!(builder.store, Store::Dictionary(_)));
    }

    #[test]
    fn a_sprawling_dictionary_of_sentences_becomes_text() {
        let mut builder = ColumnBuilder::new("title");
        for i in 0..3000 {
            builder.push(format!("title number {i} of many").as_bytes());
        }
        assert!(builder.checkpoint());
        assert!(matches!(builder.store, Store::Text(_)));
        assert_eq!(texts(&builder).len(), 3000);
    }
}

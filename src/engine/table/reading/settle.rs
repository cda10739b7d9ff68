//! What a column is, decided over all of its cells.
//!
//! In this order, each where at least 99 % of the cells with a value agree (of 20 or more cells one may always differ): truth
//! words; numbers; numbers with a comma; moments; dates in numbers; lists of numbers of one length. The cells that differ are kept as
//! bad cells. Integers written with zeros before them, or beyond 2^53, are codes and not quantities once they are more than 1 %.
//! What is left is text where its values have three tokens or more on average and are more than 1 000 or more than a fifth of the
//! rows; else it is a category.

use std::collections::BTreeMap;

use arrow::array::{BooleanArray, Float64Array, StringArray, TimestampMillisecondArray};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use straingauge_api::{
    CellExample, ColumnType, DateOrder, DecimalMark, ErrorDetails, Problem, ProblemLevel, Question, QuestionAbout, ReadOptions, Reading,
};

use super::any_moment::AnyMoment;
use super::bounds::SHOWN_CHARACTERS;
use super::builder::{ColumnBuilder, MIN_TEXT_TOKENS, Moments, NumberLists, Numbers, Store};
use super::census::{Census, boolean};
use super::dictionary::Dictionary;
use super::locale::{NumericDate, with_point};
use super::missing::{is_absent, is_missing, is_missing_text, is_nothing, is_written_by_programs};
use super::moment::{self, IsoParser};
use super::odd::{self, Odd};
use super::points::PointCount;
use super::texts::KeptTexts;
use super::time_numbers::TimeNumbers;
use super::zones;
use super::{number, quantity};
use crate::table::{
    BadCell, Categories, Cells, Column, CommasRead, DatesRead, Lists, MISSING_CODE, MissingCells, PointsRead, Values, names,
};
use crate::{Error, Result};

/// What is decided for the whole file, and what was found out on the way.
#[derive(Debug)]
pub(crate) struct Settling<'a> {
    pub(crate) options: &'a ReadOptions,
    pub(crate) delimiter: Option<char>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) questions: Vec<Question>,
    /// Words such as `none` may mean that there is no value: the format has no null of its own.
    pub(crate) spelled_missing: bool,
}

/// Whether so few cells differ that the rest says what the column is.
fn tolerated(differing: u64, present: u64) -> bool {
    present > 0 && differing < present && (differing * 100 <= present || (differing == 1 && present >= 20))
}

/// Different values that a column of classes has at most.
const MOST_CLASSES: usize = 24;

/// Numbers that people and programs write where there is none.
const SENTINELS: [f64; 9] = [-99.0, -999.0, -9_999.0, -99_999.0, -999_999.0, 999.0, 9_999.0, 99_999.0, 999_999.0];

/// The smallest and the largest of the numbers for which `counts` holds.
fn ends(values: &[f64], counts: impl Fn(f64) -> bool) -> Option<(f64, f64)> {
    let kept = values.iter().copied().filter(|v| !v.is_nan() && counts(*v));
    kept.fold(None, |ends: Option<(f64, f64)>, v| Some(ends.map_or((v, v), |(low, high)| (low.min(v), high.max(v)))))
}

/// Rows below which a share says nothing.
const ASKED_ROWS: usize = 20;

/// Whether the cells that are no numbers, odd spellings aside, are few enough.
fn fits_numbers(n: &Numbers, present: u64) -> bool {
    if tolerated(n.bad.len() as u64, present) && n.bad.len() < 64 {
        return true;
    }
    let (mut odd, mut bad) = (0, 0);
    for (i, row) in n.kept.rows.iter().enumerate() {
        if n.bad.binary_search(row).is_ok() {
            let text = n.kept.texts.get(i);
            if odd::is_odd(text) {
                odd += 1;
            } else if plain_quantity(text).is_none() {
                bad += 1;
            }
        }
    }
    tolerated(bad, present - odd)
}

/// The number of a cell that is one in another spelling, without a unit and without a comma.
fn plain_quantity(text: &[u8]) -> Option<f64> {
    let found = quantity::parse(text).filter(|found| found.unit.is_empty() && !found.core.contains(','))?;
    quantity_value(&found, None)
}

fn quantity_value(found: &quantity::Quantity, comma: Option<bool>) -> Option<f64> {
    let Some(decimal) = comma else { return quantity::value(&found.core, &found.unit) };
    let reading = super::locale::CommaReading::of(found.core.as_bytes());
    if !(if decimal { reading.decimal } else { reading.thousands }) {
        return None;
    }
    let mut plain = Vec::new();
    with_point(found.core.as_bytes(), decimal, &mut plain);
    quantity::value(std::str::from_utf8(&plain).ok()?, &found.unit)
}

/// Whether enough integers look like codes to call the column one.
fn is_coded(codes: u64, present: u64) -> bool {
    codes * 100 > present
}

impl Settling<'_> {
    /// Decides a column.
    ///
    /// # Errors
    /// `column_too_large` where its texts exceed 2 GiB.
    pub(crate) fn settle(&mut self, builder: ColumnBuilder) -> Result<Column> {
        let unit = builder.unit.clone();
        let mut column = self.settle_cells(builder)?;
        if let (Some(unit), Values::Number { .. }) = (unit, &column.values) {
            column.cells.unit = Some(unit);
        }
        column.cells.missing.unmark();
        Ok(column)
    }

    fn settle_cells(&mut self, mut builder: ColumnBuilder) -> Result<Column> {
        let chosen = self.options.column_types.iter().find(|c| c.column == builder.name).map(|c| c.kind);
        if let Some(kind) = chosen {
            return self.settle_as(builder, kind);
        }
        let present = u64::from(builder.rows) - builder.missing.rows.len() as u64;
        match std::mem::take(&mut builder.store) {
            Store::Number(n) if fits_numbers(&n, present) && !is_coded(u64::from(n.codes), present) => {
                return Ok(self.numbers(builder, n, true));
            }
            Store::Moment(m) if tolerated(m.bad.len() as u64, present) => return Ok(self.moments(builder, m)),
            Store::List(l) if tolerated(l.kept.rows.len() as u64, present) => return Ok(self.lists(builder, l)),
            store => builder.store = store,
        }
        if !matches!(builder.store, Store::Text(_)) && !matches!(builder.store, Store::Dictionary(_)) {
            builder.make_dictionary();
        }
        let census = Census::take(&builder);
        let fits = |count: u64| tolerated(census.present - count.min(census.present), census.present);

        if fits(census.booleans) && !self.has_third_class(&builder) {
            return self.settle_as(builder, ColumnType::Boolean);
        }
        if fits(census.numbers)
            && hints_at_time(&builder.name)
            && let Some(column) = self.counted_time(&mut builder)
        {
            return Ok(column);
        }
        let comma = self.options.decimal == Some(DecimalMark::Comma);
        if fits(census.numbers) && !is_coded(census.codes, census.present) && !(comma && fits(census.decimal_comma)) {
            let n = recast_numbers(&mut builder, None);
            return Ok(self.numbers(builder, n, true));
        }
        if (census.commas > 0 || comma || census.has_point_groups())
            && !is_coded(census.codes, census.present)
            && (fits(census.decimal_comma) || fits(census.thousands_comma))
        {
            let decimal = self.reads_comma_as_decimal(&builder.name, &census, fits(census.decimal_comma), fits(census.thousands_comma));
            let proven = self.options.decimal.is_some() || census.decimal_comma != census.thousands_comma;
            let read = CommasRead { decimal, proven, rows: if proven { Vec::new() } else { ambiguous_commas(&builder) } };
            let n = recast_numbers(&mut builder, Some(decimal));
            let mut column = self.numbers(builder, n, true);
            column.cells.read.commas = Some(read);
            // Its points are what the commas were read as.
            column.cells.read.points = None;
            return Ok(column);
        }
        if let Some(column) = self.quantities(&mut builder, &census) {
            return Ok(column);
        }
        let months = if hints_at_time(&builder.name) { census.months } else { 0 };
        if fits(census.moments + census.numeric_dates + months) {
            if census.has_short_years_first() {
                self.note_short_years(&builder);
                let m = recast_moments(&mut builder, true, true);
                return Ok(self.moments(builder, m));
            }
            let day_first = self.reads_day_first(&builder.name, &census);
            let read = (census.numeric_dates > 0).then(|| self.dates_read(&builder, &census, day_first));
            let m = recast_moments(&mut builder, day_first, false);
            let mut column = self.moments(builder, m);
            column.cells.read.dates = read;
            return Ok(column);
        }
        if fits(census.lists)
            && let Some(l) = recast_lists(&mut builder, true)
        {
            return Ok(self.lists(builder, l));
        }
        self.note_mostly(&builder, &census);
        let mean_tokens = census.tokens as f64 / census.present.max(1) as f64;
        if mean_tokens >= MIN_TEXT_TOKENS && (census.distinct > 1_000 || census.distinct * 5 > census.present) {
            self.settle_as(builder, ColumnType::Text)
        } else {
            self.settle_as(builder, ColumnType::Category)
        }
    }

    /// Reports a column of words in which most cells are numbers, or dates: the others were written by mistake, or in a way that is not read.
    fn note_mostly(&mut self, builder: &ColumnBuilder, census: &Census) {
        let most = |count: u64| census.present >= ASKED_ROWS as u64 && count * 5 >= census.present * 4;
        let phones = census.quantities.get("").is_some_and(|seen| seen.blank_digits.is_some_and(|d| d >= 9));
        if is_coded(census.codes, census.present) || phones {
            return;
        }
        let in_units: u64 = census.quantities.values().map(|seen| seen.count).sum();
        let numbers = census.numbers.max(census.decimal_comma).max(census.thousands_comma) + in_units;
        let dates = census.moments + census.numeric_dates;
        let (code, what, count) = match (most(numbers), most(dates)) {
            (true, _) => ("mostly_numbers", "numbers", numbers.min(census.present)),
            (_, true) => ("mostly_dates", "dates", dates),
            _ => return,
        };
        let others = census.present - count;
        let fits = |text: &[u8]| {
            is_missing(text) || if code == "mostly_dates" { AnyMoment::parse(text, true, false).is_some() } else { is_number_like(text) }
        };
        let mut examples: Vec<CellExample> = Vec::new();
        let mut row = 0u64;
        builder.for_each_text(|text| {
            row += 1;
            if examples.len() < 3 && !fits(text) {
                examples.push(CellExample { row, text: shown(text.trim_ascii()) });
            }
        });
        let mend =
            format!("Correct these cells or leave them empty; or set the column's type to read its {what}, with the other cells missing.");
        let message = if others == 0 {
            let units = census.quantities.keys().filter(|unit| !unit.is_empty()).take(4).map(String::as_str).collect::<Vec<_>>().join(", ");
            format!("{} holds {what} in several units ({units}), so it is read as words. {mend}", builder.name)
        } else {
            let spelled = examples.iter().map(|e| format!("“{}”", e.text)).collect::<Vec<_>>().join(", ");
            format!(
                "{count} of {} cells of {} are {what} and {others} are not ({spelled}), so it is read as words. {mend}",
                census.present, builder.name
            )
        };
        self.problems.push(Problem {
            code: code.into(),
            level: ProblemLevel::Warning,
            message,
            count: if others == 0 { count } else { others },
            details: ErrorDetails { column: Some(builder.name.clone()), mend: Some(mend), ..ErrorDetails::default() },
            examples,
        });
    }

    /// Makes a column of the type that the reader, or the census, chose; cells that do not fit are bad cells, however many.
    pub(crate) fn settle_as(&mut self, mut builder: ColumnBuilder, kind: ColumnType) -> Result<Column> {
        match kind {
            ColumnType::Integer | ColumnType::Float => {
                let comma = (self.options.decimal == Some(DecimalMark::Comma)).then_some(true);
                let n = match std::mem::take(&mut builder.store) {
                    Store::Number(n) => n,
                    store => {
                        builder.store = store;
                        recast_numbers(&mut builder, comma)
                    }
                };
                Ok(self.numbers(builder, n, false))
            }
            ColumnType::Timestamp => {
                if let Some(column) = self.counted_time(&mut builder) {
                    return Ok(column);
                }
                let day_first = self.options.date_order != Some(DateOrder::MonthFirst);
                let m = match std::mem::take(&mut builder.store) {
                    Store::Moment(m) => m,
                    store => {
                        builder.store = store;
                        recast_moments(&mut builder, day_first, false)
                    }
                };
                Ok(self.moments(builder, m))
            }
            ColumnType::List => {
                let l = match std::mem::take(&mut builder.store) {
                    Store::List(l) => Some(l),
                    store => {
                        builder.store = store;
                        recast_lists(&mut builder, false)
                    }
                };
                Ok(self.lists(builder, l.unwrap_or_default()))
            }
            ColumnType::Boolean => {
                builder.make_dictionary();
                Ok(self.booleans(builder))
            }
            ColumnType::Text => {
                builder.make_texts();
                if !builder.checkpoint() {
                    return Err(too_large(&builder.name));
                }
                self.texts(builder)
            }
            ColumnType::Category => {
                if !matches!(builder.store, Store::Dictionary(_)) {
                    builder.make_dictionary();
                }
                self.categories(builder)
            }
        }
    }

    /// Says whether a truth of yes and no has a third value that elsewhere means nothing: `n/a`, `none`, `-`.
    fn has_third_class(&self, builder: &ColumnBuilder) -> bool {
        if !self.spelled_missing || names::label_name(&names::words(&builder.name)) <= 0.5 {
            return false;
        }
        let (mut rows, mut words) = (0u64, 0u64);
        builder.for_each_text(|text| {
            let text = text.trim_ascii();
            rows += u64::from(!text.is_empty());
            words += u64::from(!text.is_empty() && is_missing(text) && !is_nothing(&String::from_utf8_lossy(text)));
        });
        words * 20 > rows
    }

    /// A column whose numbers all stand in one unit, or beside plain ones in another spelling.
    fn quantities(&mut self, builder: &mut ColumnBuilder, census: &Census) -> Option<Column> {
        let (unit, seen) = census.quantities.iter().max_by_key(|(_, seen)| seen.count)?;
        let plain = unit.is_empty();
        let with = |own: u64, plain_ones: u64| if plain { own + plain_ones } else { own };
        let fits = |count: u64| tolerated(census.present - count.min(census.present), census.present);
        let phones = seen.blanks == census.present && seen.blank_digits.is_some_and(|d| d >= 9);
        let bracketed = plain && seen.count == census.present && seen.example.starts_with('(');
        if phones || bracketed || is_coded(census.codes, census.present) {
            return None;
        }
        let (decimal, thousands) =
            (fits(with(seen.decimal_comma, census.decimal_comma)), fits(with(seen.thousands_comma, census.thousands_comma)));
        let commas = seen.commas > 0 || seen.point_groups > 0 || (plain && (census.commas > 0 || census.has_point_groups()));
        let comma = if fits(with(seen.point, census.numbers)) && !(self.options.decimal == Some(DecimalMark::Comma) && decimal) {
            None
        } else if commas && (decimal || thousands) {
            let mut of_commas = census.clone();
            of_commas.comma_example = seen.comma_example.clone().or_else(|| census.comma_example.clone());
            Some(self.reads_comma_as_decimal(&builder.name, &of_commas, decimal, thousands))
        } else {
            return None;
        };
        let points = if comma.is_none() { points_of_quantities(builder) } else { None };
        let n = recast_quantities(builder, unit, comma);
        if !plain {
            self.note_unit(&builder.name, unit, seen, comma);
        }
        let builder = std::mem::take(builder);
        let mut column = self.numbers(builder, n, false);
        column.cells.unit = (!plain).then(|| unit.clone());
        column.cells.read.points = points;
        Some(column)
    }

    fn note_unit(&mut self, name: &str, unit: &str, seen: &super::census::Quantities, comma: Option<bool>) {
        let example = quantity::parse(seen.example.as_bytes()).and_then(|found| quantity_value(&found, comma));
        let value = example.map_or_else(String::new, crate::table::number_text);
        let cell = &seen.example;
        let message = match unit {
            "%" => format!("{name} holds percentages, which are read as shares: {cell} is {value}."),
            _ => format!("{name} holds numbers in {unit}: {cell} is read as {value}."),
        };
        self.problems.push(Problem {
            code: "unit_read".into(),
            level: ProblemLevel::Note,
            message,
            count: seen.count,
            details: ErrorDetails {
                column: Some(name.to_owned()),
                mend: Some("Nothing; if these are words, set the column's type to category.".into()),
                ..ErrorDetails::default()
            },
            examples: Vec::new(),
        });
    }

    /// Takes infinities and the spellings of programs out of the cells that are no numbers: they are missing, and told.
    fn take_odd(&mut self, builder: &mut ColumnBuilder, n: &mut Numbers) {
        if n.bad.is_empty() {
            return;
        }
        let (mut infinite, mut missing) = (Vec::new(), Vec::new());
        let kept = std::mem::take(&mut n.kept);
        let mut bad = Vec::new();
        for (i, &row) in kept.rows.iter().enumerate() {
            let text = kept.texts.get(i);
            if n.bad.binary_search(&row).is_err() {
                continue;
            }
            match odd::parse(text) {
                Some(Odd::Infinite) => infinite.push((row, text.to_vec())),
                Some(Odd::Missing) => missing.push((row, text.to_vec())),
                None => {
                    if let Some((value, place)) = plain_quantity(text).zip(n.values.get_mut(row as usize)) {
                        *place = value;
                    } else {
                        bad.push(row);
                        n.kept.push(row, text);
                    }
                }
            }
        }
        n.bad = bad;
        self.note_odd(&builder.name, "infinite_values", "infinite", &infinite, ProblemLevel::Warning);
        self.note_odd(&builder.name, "no_numbers", "written as no number", &missing, ProblemLevel::Note);
        infinite.append(&mut missing);
        infinite.sort_by_key(|(row, _)| *row);
        builder.missing.add(&infinite);
    }

    /// Takes the numbers out that the reader has told to mean that there is none.
    fn take_told_missing(&self, builder: &mut ColumnBuilder, n: &mut Numbers) {
        let told = self.options.missing_values.iter().filter(|m| m.missing && m.column == builder.name);
        let told: Vec<(f64, &str)> = told.filter_map(|m| Some((m.spelling.trim().parse::<f64>().ok()?, m.spelling.as_str()))).collect();
        if told.is_empty() {
            return;
        }
        let mut gone = Vec::new();
        for (row, value) in n.values.iter_mut().enumerate() {
            if let Some((_, spelling)) = told.iter().find(|(number, _)| number == value) {
                *value = f64::NAN;
                gone.push((row as u32, spelling.as_bytes().to_vec()));
            }
        }
        builder.missing.add(&gone);
    }

    /// Asks whether a number such as -999 means that there is none: it repeats, and lies far from all others.
    fn ask_for_sentinels(&mut self, column: &str, values: &[f64]) {
        let told = |value: f64| {
            let mut own = self.options.missing_values.iter().filter(|m| m.column == column);
            own.any(|m| m.spelling.trim().parse::<f64>().is_ok_and(|number| number == value))
        };
        let Some((least, most)) = ends(values, |_| true) else { return };
        let open: Vec<f64> = [least, most].into_iter().filter(|v| SENTINELS.contains(v) && !told(*v)).collect();
        let plain = |v: f64| !((v == least || v == most) && SENTINELS.contains(&v));
        let Some((low, high)) = ends(values, plain).filter(|_| !open.is_empty()) else { return };
        let rows = values.iter().filter(|v| !v.is_nan()).count();
        for value in open {
            let count = values.iter().filter(|v| **v == value).count();
            let distance = if value < low { low - value } else { value - high };
            if count < 2 || count * 2 > rows || distance <= 2.0 * (high - low).max(1.0) {
                continue;
            }
            let cell = crate::table::number_text(value);
            let reading = |missing: bool| Reading {
                choice: if missing { "missing" } else { "value" }.to_owned(),
                cell: cell.clone(),
                meaning: if missing { "no value" } else { "a number like the others" }.to_owned(),
            };
            let reason = format!(
                "{count} of {rows} cells hold it, and all others lie between {} and {}",
                crate::table::number_text(low),
                crate::table::number_text(high)
            );
            let readings = vec![reading(false), reading(true)];
            self.questions.push(Question { column: column.to_owned(), about: QuestionAbout::MissingValue, readings, reason });
        }
    }

    fn note_odd(&mut self, name: &str, code: &str, what: &str, cells: &[(u32, Vec<u8>)], level: ProblemLevel) {
        let Some((first, text)) = cells.first() else { return };
        let (count, row) = (cells.len() as u64, u64::from(*first) + 1);
        let (noun, verb, counted) = if count == 1 { ("cell", "is", "it counts") } else { ("cells", "are", "they count") };
        let mut spellings: Vec<String> = cells.iter().map(|(_, text)| shown(text.trim_ascii())).collect();
        spellings.sort_unstable();
        spellings.dedup();
        let spelled = spellings.iter().take(4).map(|s| format!("“{s}”")).collect::<Vec<_>>().join(", ");
        let mend = format!("Correct {}, or leave {} empty.", pronoun(count), pronoun(count));
        self.problems.push(Problem {
            code: code.to_owned(),
            level,
            message: format!(
                "{count} {noun} of {name} {verb} {what} ({spelled}), first in row {row} (“{}”); {counted} as missing. {mend}",
                shown(text.trim_ascii())
            ),
            count,
            details: ErrorDetails { row: Some(row), column: Some(name.to_owned()), mend: Some(mend), ..ErrorDetails::default() },
            examples: cells.iter().take(5).map(|(row, text)| CellExample { row: u64::from(*row) + 1, text: shown(text) }).collect(),
        });
    }

    fn numbers(&mut self, mut builder: ColumnBuilder, mut n: Numbers, may_be_epoch: bool) -> Column {
        self.take_odd(&mut builder, &mut n);
        self.take_told_missing(&mut builder, &mut n);
        self.ask_for_sentinels(&builder.name, &n.values);
        if may_be_epoch && let Some(reading) = TimeNumbers::of(&n.values).filter(|r| r.speaks_for_itself(&n.values, &builder.name)) {
            return self.time_in_numbers(builder, n, reading);
        }
        let points = self.delimiter.and_then(|_| PointCount::of(&n).read());
        let mut cells = self.cells(&builder.name, "a number", builder.missing, n.kept, Some(&n.bad));
        cells.read.points = points;
        let mut values = n.values;
        values.shrink_to_fit();
        let integer = values.iter().all(|v| v.is_nan() || v.fract() == 0.0);
        let nulls = nulls(values.len(), &cells);
        Column {
            name: builder.name,
            values: Values::Number { values: Float64Array::new(ScalarBuffer::from(values), nulls), integer },
            cells,
        }
    }

    /// A column of numbers, however they are held, that all count time; `None` where one does not.
    fn counted_time(&mut self, builder: &mut ColumnBuilder) -> Option<Column> {
        let n = match std::mem::take(&mut builder.store) {
            Store::Number(n) => n,
            store => {
                builder.store = store;
                let mut copy = builder.clone();
                let n = recast_numbers(&mut copy, None);
                if TimeNumbers::of(&n.values).is_none() || !n.bad.is_empty() {
                    return None;
                }
                builder.missing = copy.missing;
                n
            }
        };
        if let Some(reading) = TimeNumbers::of(&n.values) {
            return Some(self.time_in_numbers(std::mem::take(builder), n, reading));
        }
        builder.store = Store::Number(n);
        None
    }

    fn time_in_numbers(&mut self, builder: ColumnBuilder, n: Numbers, reading: TimeNumbers) -> Column {
        let name = builder.name;
        let cells = self.cells(&name, "a moment", builder.missing, n.kept, Some(&n.bad));
        let values: Vec<i64> = n.values.iter().map(|&v| reading.millis(v).unwrap_or(i64::MIN)).collect();
        self.problems.extend(reading.note(&name, &n.values));
        moment_column(name, values, cells)
    }

    fn moments(&mut self, builder: ColumnBuilder, m: Moments) -> Column {
        let zoneless = m.kept_zoneless > 0 || m.forms.any(moment::lacks_zone);
        let offset = self.options.utc_offset_minutes.map_or(0, |minutes| i64::from(minutes) * 60_000_000);
        let mut micros = m.micros;
        if zoneless && self.options.utc_offset_minutes.is_none() {
            let first = micros.iter().enumerate().find(|(row, v)| **v != i64::MIN && moment::lacks_zone(m.forms.get(*row)));
            let (row, at) = first.map_or((0, 0), |(row, v)| (row, *v));
            let mut cell = String::new();
            moment::write(at, m.forms.get(row), &mut cell);
            let reading = |minutes: i64| {
                let mut meaning = String::new();
                moment::write(at - minutes * 60_000_000, 13, &mut meaning);
                let zone = if minutes == 0 { "already in UTC".to_owned() } else { clocks(minutes) };
                Reading { choice: minutes.to_string(), cell: cell.clone(), meaning: format!("{meaning}, {zone}") }
            };
            let named = m.open_zones.iter().max_by_key(|(_, count)| **count).map(|(name, _)| name.as_str());
            let of_name = named.map_or(&[][..], zones::offsets);
            let offsets = if of_name.is_empty() { vec![60] } else { of_name.to_vec() };
            let reason = match named {
                Some(name) => format!("the cells name the zone {name}, whose offset is not known"),
                None => "most systems log in UTC".to_owned(),
            };
            // Clocks of one file are set alike: one question, about all columns where there are several.
            match self.questions.iter_mut().find(|q| q.about == QuestionAbout::TimeZone) {
                Some(asked) => asked.column.clear(),
                None => self.questions.push(Question {
                    column: builder.name.clone(),
                    about: QuestionAbout::TimeZone,
                    readings: std::iter::once(0).chain(offsets).map(reading).collect(),
                    reason,
                }),
            }
        }
        if self.options.utc_offset_minutes.is_none() {
            self.note_open_zones(&builder.name, &m.open_zones);
        }
        if zoneless && offset != 0 {
            for (row, value) in micros.iter_mut().enumerate().filter(|(_, v)| **v != i64::MIN) {
                if moment::lacks_zone(m.forms.get(row)) {
                    *value -= offset;
                }
            }
            let mut parser = IsoParser::default();
            for (i, &row) in m.kept.rows.iter().enumerate() {
                if let Some((at, moment::KEPT_ZONELESS)) = parser.parse(m.kept.texts.get(i))
                    && let Some(value) = micros.get_mut(row as usize)
                {
                    *value = at - offset;
                }
            }
        }
        for value in &mut micros {
            *value = if *value == i64::MIN { i64::MIN } else { value.div_euclid(1_000) };
        }
        let cells = self.cells(&builder.name, "a moment in time", builder.missing, m.kept, Some(&m.bad));
        moment_column(builder.name, micros, cells)
    }

    /// Reports zones that cells name and whose offsets are not known.
    fn note_open_zones(&mut self, column: &str, zones: &BTreeMap<String, u64>) {
        let count: u64 = zones.values().sum();
        if count == 0 {
            return;
        }
        let names = zones.keys().take(4).map(String::as_str).collect::<Vec<_>>().join(", ");
        let why = if zones.keys().all(|name| zones::offsets(name).len() > 1) {
            "stands for several offsets from UTC"
        } else {
            "is not known with its offset from UTC in these years"
        };
        let mend = "Set utcOffsetMinutes, or write the offset into the cells (2024-01-31T10:00:00+02:00).".to_owned();
        self.problems.push(Problem {
            code: "unknown_zone".into(),
            level: ProblemLevel::Warning,
            message: format!("{count} times of {column} name the zone {names}, which {why}; they are read as if they named UTC. {mend}"),
            count,
            details: ErrorDetails { column: Some(column.to_owned()), mend: Some(mend), ..ErrorDetails::default() },
            examples: Vec::new(),
        });
    }

    fn lists(&mut self, builder: ColumnBuilder, l: NumberLists) -> Column {
        let width = l.width;
        let cells = self.cells(&builder.name, &format!("a list of {width} numbers"), builder.missing, l.kept, None);
        let mut values = l.values;
        values.shrink_to_fit();
        Column { name: builder.name, values: Values::List(Lists { width, values }), cells }
    }

    fn booleans(&mut self, builder: ColumnBuilder) -> Column {
        let (mut values, mut missing, mut kept, mut bad) = (Vec::new(), MissingCells::default(), KeptTexts::default(), Vec::new());
        let mut row = 0u32;
        builder.for_each_text(|text| {
            let value = boolean(text.trim_ascii());
            values.push(value.unwrap_or(false));
            if value.is_none() {
                if is_missing(text) {
                    missing.note(row, text);
                } else {
                    kept.push(row, text);
                    bad.push(row);
                }
            }
            row += 1;
        });
        let cells = self.cells(&builder.name, "true or false", missing, kept, Some(&bad));
        let nulls = nulls(values.len(), &cells);
        Column { name: builder.name, values: Values::Boolean(BooleanArray::new(BooleanBuffer::from(values), nulls)), cells }
    }

    /// The column's missing and bad cells; the bad ones are also reported. `bad` tells them among the kept; all are where it is absent.
    fn cells(&mut self, name: &str, what: &str, missing: MissingCells, kept: KeptTexts, bad: Option<&[u32]>) -> Cells {
        let is_bad = |row: &u32| bad.is_none_or(|bad| bad.binary_search(row).is_ok());
        let bad: Vec<BadCell> = kept
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| is_bad(row))
            .map(|(i, &row)| BadCell { row, text: shown(kept.texts.get(i)) })
            .collect();
        if let Some(first) = bad.first() {
            let (count, row) = (bad.len() as u64, u64::from(first.row) + 1);
            let (cells, are) = if count == 1 { ("cell", "is") } else { ("cells", "are") };
            let mend = format!("Correct {}, leave {} empty, or set the column's type.", pronoun(count), pronoun(count));
            self.problems.push(Problem {
                code: "bad_cells".into(),
                level: ProblemLevel::Warning,
                message: format!(
                    "{count} {cells} of {name} {are} not {what}, first in row {row} ({:?}); {are} counted as missing. {mend}",
                    first.text
                ),
                count,
                details: ErrorDetails { row: Some(row), column: Some(name.to_owned()), mend: Some(mend), ..ErrorDetails::default() },
                examples: bad.iter().take(5).map(|b| CellExample { row: u64::from(b.row) + 1, text: b.text.clone() }).collect(),
            });
        }
        Cells { missing, bad, ..Cells::default() }
    }

    fn texts(&mut self, mut builder: ColumnBuilder) -> Result<Column> {
        let Store::Text(texts) = std::mem::take(&mut builder.store) else { return Err(too_large(&builder.name)) };
        let mut cells = Cells::default();
        for (row, text) in texts.iter().enumerate() {
            if self.lacks_value(&builder.name, text, is_missing_text(text)) {
                cells.missing.note(row as u32, text);
            }
        }
        let rows = texts.len();
        let texts = if cells.missing.rows.iter().any(|&row| !texts.get(row as usize).is_empty()) {
            // A missing cell reads as the empty string, whatever was written in it.
            let mut plain = super::texts::Texts::default();
            let mut missing = cells.missing.rows.iter().peekable();
            for (row, text) in texts.iter().enumerate() {
                plain.push(if missing.next_if(|&&m| m as usize == row).is_some() { b"" } else { text });
            }
            plain
        } else {
            texts
        };
        let (mut bytes, mut offsets) = (texts.bytes, texts.offsets);
        bytes.shrink_to_fit();
        offsets.shrink_to_fit();
        let array = StringArray::try_new(OffsetBuffer::new(ScalarBuffer::from(offsets)), Buffer::from_vec(bytes), nulls(rows, &cells))
            .map_err(|e| {
                Error::new("not_utf8", format!("{} holds text that is not UTF-8: {e}.", builder.name)).in_column(builder.name.clone())
            })?;
        Ok(Column { name: builder.name, values: Values::Text(array), cells })
    }

    fn categories(&mut self, mut builder: ColumnBuilder) -> Result<Column> {
        let Store::Dictionary(Dictionary { .. }) = &builder.store else { return Err(too_large(&builder.name)) };
        let Store::Dictionary(mut dictionary) = std::mem::take(&mut builder.store) else { return Err(too_large(&builder.name)) };
        let mut codes = std::mem::take(&mut dictionary.codes);
        let mut cells = Cells::default();
        let mut names = Vec::with_capacity(dictionary.len());
        let mut renamed = Vec::with_capacity(dictionary.len());
        let spelled = self.spelled_values(&builder.name, &dictionary, &codes);
        for (code, text) in dictionary.texts().enumerate() {
            if !spelled.contains(&code) && self.lacks_value(&builder.name, text, is_missing(text)) {
                renamed.push(MISSING_CODE);
            } else {
                renamed.push(names.len() as u32);
                names.push(String::from_utf8_lossy(text).into_owned());
            }
        }
        if renamed.contains(&MISSING_CODE) {
            for (row, code) in codes.iter_mut().enumerate() {
                let new = renamed.get(*code as usize).copied().unwrap_or(MISSING_CODE);
                if new == MISSING_CODE {
                    cells.missing.note(row as u32, dictionary.text(*code));
                }
                *code = new;
            }
        }
        codes.shrink_to_fit();
        Ok(Column { name: builder.name, values: Values::Category(Categories { codes, names }), cells })
    }

    /// Whether a cell has no value: as the reader says, else as it is spelled, in formats without a null of their own.
    fn lacks_value(&self, column: &str, text: &[u8], spelled: bool) -> bool {
        if self.options.missing_values.is_empty() {
            return if self.spelled_missing { spelled } else { is_absent(text) };
        }
        let trimmed = text.trim_ascii();
        let told = self.options.missing_values.iter().find(|m| m.column == column && m.spelling.as_bytes() == trimmed);
        match told {
            Some(told) if !trimmed.is_empty() => told.missing,
            _ if self.spelled_missing => spelled,
            _ => is_absent(text),
        }
    }

    /// Codes of words such as `none` that are values of this column by their share; asks where that is open.
    fn spelled_values(&mut self, column: &str, dictionary: &Dictionary, codes: &[u32]) -> Vec<usize> {
        let mut values = Vec::new();
        if !self.spelled_missing || dictionary.len() > MOST_CLASSES || codes.len() < ASKED_ROWS {
            return values;
        }
        let mut counts = vec![0u64; dictionary.len()];
        for &code in codes {
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
            }
        }
        let entries: Vec<(usize, &[u8], u64)> =
            dictionary.texts().enumerate().zip(counts).map(|((code, text), count)| (code, text, count)).collect();
        let others = entries.iter().filter(|(_, text, _)| !is_missing(text)).count();
        let rows: u64 = entries.iter().filter(|(_, text, _)| !text.trim_ascii().is_empty()).map(|(_, _, count)| count).sum();
        let is_label = names::label_name(&names::words(column)) > 0.5;
        for &(code, text, count) in entries.iter().filter(|(_, text, _)| is_missing(text)) {
            let spelling = String::from_utf8_lossy(text).trim().to_owned();
            let told = self.options.missing_values.iter().any(|m| m.column == column && m.spelling == spelling);
            let written = is_written_by_programs(&spelling);
            if told || spelling.is_empty() || others == 0 || (written && !is_label) || count * 100 < rows {
                continue;
            }
            let common = count * 20 > rows;
            let word = spelling.eq_ignore_ascii_case("none");
            let value = common && !is_nothing(&spelling) && ((word && !written) || is_label);
            if value {
                values.push(code);
            }
            let share = format!("{:.0} %", count as f64 * 100.0 / rows.max(1) as f64);
            let reason = if value {
                format!("{share} of the rows hold it, beside {others} other values")
            } else {
                format!("{spelling} commonly says that there is no value ({share} of the rows)")
            };
            let reading = |value: bool| Reading {
                choice: if value { "value" } else { "missing" }.to_owned(),
                cell: spelling.clone(),
                meaning: if value { "a value of its own".to_owned() } else { "no value".to_owned() },
            };
            self.questions.push(Question {
                column: column.to_owned(),
                about: QuestionAbout::MissingValue,
                readings: vec![reading(value), reading(!value)],
                reason,
            });
        }
        values
    }

    fn reads_comma_as_decimal(&mut self, column: &str, census: &Census, decimal: bool, thousands: bool) -> bool {
        match self.options.decimal {
            Some(DecimalMark::Comma) if decimal => return true,
            Some(DecimalMark::Point) if thousands => return false,
            _ if decimal != thousands => return decimal,
            // One cell that can only be read in one way tells how the others are meant.
            None if census.decimal_comma != census.thousands_comma => return census.decimal_comma > census.thousands_comma,
            _ => {}
        }
        // Who separates fields by semicolons does so because the comma is taken.
        let assumed = self.delimiter == Some(';');
        let cell = census.comma_example.clone().unwrap_or_default();
        let reading = |decimal: bool| {
            let mut number = Vec::new();
            with_point(cell.as_bytes(), decimal, &mut number);
            let (choice, means) =
                if decimal { ("comma", "the comma is the decimal mark") } else { ("point", "the comma separates thousands") };
            Reading { choice: choice.into(), cell: cell.clone(), meaning: format!("{}: {means}", String::from_utf8_lossy(&number)) }
        };
        self.questions.push(Question {
            column: column.to_owned(),
            about: QuestionAbout::Decimal,
            readings: vec![reading(assumed), reading(!assumed)],
            reason: if assumed { "semicolons separate the fields" } else { "the point is the commoner decimal mark" }.to_owned(),
        });
        assumed
    }

    /// Reports dates of three numbers of two digits that begin with their year.
    fn note_short_years(&mut self, builder: &ColumnBuilder) {
        let mut example = None;
        builder.for_each_text(|text| {
            if example.is_none() {
                example = with_long_year(text.trim_ascii()).map(|long| (shown(text.trim_ascii()), shown(&long)));
            }
        });
        let Some((cell, long)) = example else { return };
        let mend = "Write years with four digits, if this is wrong.".to_owned();
        self.problems.push(Problem {
            code: "years_first".into(),
            level: ProblemLevel::Note,
            message: format!("Dates of {} begin with their year: {cell} is read as {long}, because so few years and so many days fit no other order. {mend}", builder.name),
            count: u64::from(builder.rows),
            details: ErrorDetails { column: Some(builder.name.clone()), mend: Some(mend), ..ErrorDetails::default() },
            examples: Vec::new(),
        });
    }

    /// How dates in numbers were read, and which of them another order would read as another day.
    fn dates_read(&self, builder: &ColumnBuilder, census: &Census, day_first: bool) -> DatesRead {
        let points = census.date_example.as_ref().and_then(|cell| NumericDate::parse(cell.as_bytes())).is_some_and(|d| d.points);
        let proven = self.options.date_order.is_some() || census.day_first != census.month_first || points;
        let offset = i64::from(self.options.utc_offset_minutes.unwrap_or(0)) * 60_000_000;
        let mut others = Vec::new();
        let mut row = 0u32;
        if !proven {
            builder.for_each_text(|text| {
                let read = |day_first: bool| AnyMoment::parse(text, day_first, false);
                if let Some(other) = read(!day_first)
                    && read(day_first).is_none_or(|own| own != other)
                {
                    let zone = if moment::lacks_zone(other.form) { offset } else { 0 };
                    others.push((row, (other.micros - zone).div_euclid(1_000)));
                }
                row += 1;
            });
        }
        DatesRead { day_first, proven, others }
    }

    fn reads_day_first(&mut self, column: &str, census: &Census) -> bool {
        if census.numeric_dates == 0 {
            return true;
        }
        match self.options.date_order {
            Some(order) => return order == DateOrder::DayFirst,
            None if census.day_first != census.month_first => return census.day_first > census.month_first,
            None => {}
        }
        // Where day and month are the same in every date, both readings are.
        let Some(cell) = census.date_example.clone() else { return true };
        let parsed = NumericDate::parse(cell.as_bytes());
        if parsed.is_some_and(|d| d.points) {
            return true;
        }
        let reading = |day_first: bool| {
            let mut meaning = String::new();
            if let Some((at, form)) = parsed.and_then(|d| d.iso(day_first)) {
                moment::write(at, form, &mut meaning);
            }
            Reading { choice: if day_first { "day_first" } else { "month_first" }.into(), cell: cell.clone(), meaning }
        };
        self.questions.push(Question {
            column: column.to_owned(),
            about: QuestionAbout::DateOrder,
            readings: vec![reading(false), reading(true)],
            reason: if census.day_first < census.numeric_dates {
                "dates of both orders stand in this file; the month first is assumed".to_owned()
            } else {
                "no date of this file tells; the month first is assumed".to_owned()
            },
        });
        false
    }
}

/// Says whether a cell is a number in any spelling.
fn is_number_like(text: &[u8]) -> bool {
    let commas = super::locale::CommaReading::of(text);
    number::parse(text).is_some() || commas.decimal || commas.thousands || quantity::parse(text).is_some() || odd::is_odd(text)
}

/// The rows whose comma may be a decimal mark or a separator of thousands.
fn ambiguous_commas(builder: &ColumnBuilder) -> Vec<u32> {
    let mut rows = Vec::new();
    let mut row = 0u32;
    builder.for_each_text(|text| {
        let reading = super::locale::CommaReading::of(text);
        if reading.has_comma && reading.decimal && reading.thousands {
            rows.push(row);
        }
        row += 1;
    });
    rows
}

/// Describes clocks that are not set to UTC: `written where clocks are 5:30 h ahead of UTC`.
fn clocks(minutes: i64) -> String {
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let size = if rest == 0 { format!("{hours} h") } else { format!("{hours}:{rest:02} h") };
    format!("written where clocks are {size} {} UTC", if minutes < 0 { "behind" } else { "ahead of" })
}

fn pronoun(count: u64) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

fn too_large(column: &str) -> Error {
    Error::new("column_too_large", format!("The texts of {column} take more than 2 GiB."))
        .mend("Split the file into parts, or leave the column out.")
        .in_column(column)
}

/// A text as it is shown: cut, and never broken within a character.
pub(crate) fn shown(text: &[u8]) -> String {
    let head = text.get(..text.len().min(SHOWN_CHARACTERS * 4)).unwrap_or_default();
    String::from_utf8_lossy(head).chars().take(SHOWN_CHARACTERS).collect()
}

/// A bit a row: whether it has a value. `None` where all have.
fn nulls(rows: usize, cells: &Cells) -> Option<NullBuffer> {
    if cells.missing.rows.is_empty() && cells.bad.is_empty() {
        return None;
    }
    let mut bits = vec![0xFFu8; rows.div_ceil(8)];
    for &row in cells.missing.rows.iter().chain(cells.bad.iter().map(|b| &b.row)) {
        if let Some(byte) = bits.get_mut(row as usize / 8) {
            *byte &= !(1 << (row % 8));
        }
    }
    Some(NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(bits), 0, rows)))
}

fn moment_column(name: String, mut millis: Vec<i64>, cells: Cells) -> Column {
    millis.shrink_to_fit();
    let nulls = nulls(millis.len(), &cells);
    Column { name, values: Values::Timestamp(TimestampMillisecondArray::new(ScalarBuffer::from(millis), nulls)), cells }
}

/// Reads a column's texts again as numbers; `comma` says how to read commas.
fn recast_numbers(builder: &mut ColumnBuilder, comma: Option<bool>) -> Numbers {
    let mut fresh = ColumnBuilder::fixed(&builder.name, Store::Number(Numbers::default()));
    let mut scratch = Vec::new();
    builder.for_each_text(|text| {
        if let Some(decimal) = comma {
            with_point(text, decimal, &mut scratch);
            let reading = super::locale::CommaReading::of(text);
            let fits = if decimal { reading.decimal } else { reading.thousands };
            fresh.push(if fits { &scratch } else { text });
        } else {
            fresh.push(text);
        }
    });
    builder.missing = std::mem::take(&mut fresh.missing);
    builder.store = Store::Empty;
    if let Store::Number(n) = fresh.store { n } else { Numbers::default() }
}

/// Reads a column's texts as numbers of one unit; plain numbers fit where there is no unit.
fn recast_quantities(builder: &mut ColumnBuilder, unit: &str, comma: Option<bool>) -> Numbers {
    let mut fresh = ColumnBuilder::fixed(&builder.name, Store::Number(Numbers::default()));
    let mut scratch = Vec::new();
    builder.for_each_text(|text| {
        let plain = unit.is_empty();
        let reading = super::locale::CommaReading::of(text);
        let simple = plain && if comma == Some(true) { reading.decimal } else { reading.thousands || number::parse(text).is_some() };
        if simple {
            with_point(text, comma == Some(true), &mut scratch);
            fresh.push(&scratch);
            return;
        }
        match quantity::parse(text).filter(|found| found.unit == unit).and_then(|found| quantity_value(&found, comma)) {
            Some(value) => fresh.push_value(value),
            None => fresh.push_unfit(text),
        }
    });
    builder.missing = std::mem::take(&mut fresh.missing);
    builder.store = Store::Empty;
    if let Store::Number(n) = fresh.store { n } else { Numbers::default() }
}

/// `2024-01-31` for `24-01-31`.
fn with_long_year(text: &[u8]) -> Option<Vec<u8>> {
    let (year, _) = NumericDate::parse(text)?.short?;
    let rest = text.get(2..)?;
    Some([super::written::century(year).to_string().as_bytes(), rest].concat())
}

/// The reading of the points in numbers with a currency or a unit around them.
fn points_of_quantities(builder: &ColumnBuilder) -> Option<PointsRead> {
    let mut count = PointCount::default();
    let mut row = 0u32;
    builder.for_each_text(|text| {
        let core = quantity::parse(text).map_or_else(|| String::from_utf8_lossy(text).trim().to_owned(), |found| found.core);
        if let Some((value, _)) = number::parse(core.as_bytes()) {
            match core.rsplit_once('.') {
                Some((_, decimals)) if decimals.len() != 3 => count.unlike(),
                decimals => count.add(row, value, decimals.is_some()),
            }
        }
        row += 1;
    });
    count.read()
}

/// Reads a column's texts again as moments; `short_years` says that dates such as 24-01-31 begin with their year.
fn recast_moments(builder: &mut ColumnBuilder, day_first: bool, short_years: bool) -> Moments {
    let mut fresh = ColumnBuilder::fixed(&builder.name, Store::Moment(Moments::default()));
    let mut open_zones = BTreeMap::new();
    builder.for_each_text(|text| {
        let text = text.trim_ascii();
        let long = short_years.then(|| with_long_year(text)).flatten();
        let text = long.as_deref().unwrap_or(text);
        // The store keeps the texts of ISO forms that it could not write again.
        match if IsoParser::default().parse(text).is_some() { None } else { AnyMoment::parse(text, day_first, true) } {
            Some(moment) => {
                if let Some(zone) = moment.open_zone {
                    *open_zones.entry(zone).or_default() += 1;
                }
                fresh.push_moment(moment.micros, moment.form);
            }
            None => fresh.push(text),
        }
    });
    builder.missing = std::mem::take(&mut fresh.missing);
    builder.store = Store::Empty;
    let Store::Moment(mut moments) = fresh.store else { return Moments::default() };
    moments.open_zones = open_zones;
    moments
}

/// Reads a column's texts as lists of their commonest length; `None` where `strict` and too few have it.
fn recast_lists(builder: &mut ColumnBuilder, strict: bool) -> Option<NumberLists> {
    let mut lengths = std::collections::BTreeMap::<usize, u64>::new();
    let (mut scratch, mut present) = (Vec::new(), 0u64);
    builder.for_each_text(|text| {
        scratch.clear();
        present += u64::from(!is_missing(text));
        if let Some(length) = number::parse_list(text, &mut scratch) {
            *lengths.entry(length).or_default() += 1;
        }
    });
    let (&width, &count) =
        lengths.iter().filter(|(length, _)| **length > 0).max_by_key(|(length, count)| (**count, std::cmp::Reverse(**length)))?;
    if strict && count * 2 <= present {
        return None;
    }
    let mut fresh = ColumnBuilder::fixed(&builder.name, Store::List(NumberLists { width, ..NumberLists::default() }));
    builder.for_each_text(|text| fresh.push(text));
    builder.missing = std::mem::take(&mut fresh.missing);
    builder.store = Store::Empty;
    if let Store::List(l) = fresh.store { Some(l) } else { None }
}

/// Whether a column's name speaks of time.
pub(crate) fn hints_at_time(name: &str) -> bool {
    let name = name.to_lowercase();
    let words = ["time", "date", "epoch", "created", "updated", "modified", "moment", "when", "datum", "zeit", "fecha", "heure", "horodat"];
    words.iter().any(|w| name.contains(w)) || name.split(|c: char| !c.is_alphanumeric()).any(|part| part == "ts" || part == "at")
}

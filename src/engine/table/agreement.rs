//! Readings that are settled over the files of a project.
//!
//! A file alone may leave open what its texts mean: 01/02/2024, 1,234, `none`; or say the same in other words: true and 1. What another file
//! proves, or what the reference settled, decides then. Nothing is read again: a column keeps which of its cells were read by an assumption
//! ([`super::column::ReadAs`]), and those are read the other way.

use arrow::array::{BooleanArray, Float64Array, TimestampMillisecondArray};
use arrow::buffer::NullBuffer;
use std::sync::Arc;
use straingauge_api::{
    ColumnType, DateOrder, DecimalMark, ErrorDetails, Problem, ProblemLevel, QuestionAbout, Role, RoleGuess, Settled, SettledColumn,
};

use super::reading::{AnyMoment, is_missing, with_point};
use super::{BadCell, Categories, Cells, Column, Dataset, MISSING_CODE, MissingCells, Table, Values, build};
use crate::Result;

/// The share of cells that must be of another type before a column is read as one.
const MOST_CELLS: f64 = 0.5;
/// The same for a file that was read first: it only follows where hardly a cell is lost.
const NEARLY_ALL: f64 = 0.95;
/// How false and true are written.
const TRUTH_WORDS: &[[&str; 2]] = &[
    ["0", "1"],
    ["false", "true"],
    ["no", "yes"],
    ["f", "t"],
    ["n", "y"],
    ["off", "on"],
    ["nein", "ja"],
    ["non", "oui"],
    ["falsch", "wahr"],
    ["faux", "vrai"],
    ["falso", "verdadero"],
];

/// How far a data set follows another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// In everything: it came later, and the other settled how the project's files are read.
    Reference,
    /// Only in what the other proves and it merely assumed: it is the reference itself.
    Proof,
}

/// A data set that follows another, and what was changed for that.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The data set; the same one where nothing had to change.
    pub dataset: Arc<Dataset>,
    /// What was aligned, and what could not be.
    pub problems: Vec<Problem>,
}

impl Dataset {
    /// What this data set settled about its columns.
    pub fn settled(&self) -> Vec<SettledColumn> {
        let columns = self.table.columns.iter().zip(&self.info.columns);
        let settled = columns.map(|(column, info)| SettledColumn {
            name: column.name.clone(),
            kind: column.kind(),
            role: info.role.role,
            said: is_said(&info.role),
            date_order: column.cells.read.dates.as_ref().map(|read| Settled {
                reading: if read.day_first { DateOrder::DayFirst } else { DateOrder::MonthFirst },
                proven: read.proven,
            }),
            decimal: decimal_mark(column),
            unit: Some(column.cells.unit.clone().unwrap_or_default()),
            truth_words: truth_words(column),
            values_like_missing: values_like_missing(column),
        });
        settled.collect()
    }

    /// This data set read as `settled` by the file `by`.
    ///
    /// # Errors
    /// What makes a data set of its columns impossible.
    pub fn following(self: &Arc<Self>, settled: &[SettledColumn], by: &str, follows: Follows) -> Result<Followed> {
        let mut work = Following { dataset: self, by, follows, problems: Vec::new() };
        let pairs = self.table.columns.iter().zip(&self.info.columns);
        let columns: Vec<Option<Column>> = pairs
            .map(|(column, info)| settled.iter().find(|s| s.name == column.name).and_then(|s| work.column(column, &info.role, s)))
            .collect();
        let roles = work.roles(settled, &columns);
        if columns.iter().all(Option::is_none) && roles.is_none() {
            return Ok(Followed { dataset: Arc::clone(self), problems: work.problems });
        }
        let problems = std::mem::take(&mut work.problems);
        let answered: Vec<String> = columns.iter().flatten().map(|c| c.name.clone()).collect();
        let columns = self.table.columns.iter().zip(columns).map(|(old, new)| new.map_or_else(|| Arc::clone(old), Arc::new));
        let table = Arc::new(Table { columns: columns.collect(), ..Table::clone(&self.table) });
        let guesses = roles.unwrap_or_else(|| self.info.columns.iter().map(|c| c.role.clone()).collect());
        let mut dataset = build::rebuilt(self, table, guesses)?;
        let solved =
            |about: QuestionAbout| matches!(about, QuestionAbout::DateOrder | QuestionAbout::Decimal | QuestionAbout::MissingValue);
        dataset.info.questions.retain(|q| !(solved(q.about) && answered.contains(&q.column)));
        if let Some(label) = &dataset.params.label_col {
            dataset.info.questions.retain(|q| q.about != QuestionAbout::Label || q.column == *label);
        }
        Ok(Followed { dataset: Arc::new(dataset), problems })
    }
}

/// Whether the reader set a role.
pub fn is_said(guess: &RoleGuess) -> bool {
    guess.confidence >= 1.0
}

/// One kind of reading, brought to what is settled.
type Step<'a> = fn(&mut Following<'a>, &Column, &SettledColumn) -> Option<Column>;

struct Following<'a> {
    dataset: &'a Dataset,
    by: &'a str,
    follows: Follows,
    problems: Vec<Problem>,
}

impl<'a> Following<'a> {
    /// The column as it is settled; `None` where it is so already.
    fn column(&mut self, column: &Column, guess: &RoleGuess, settled: &SettledColumn) -> Option<Column> {
        let mut now: Option<Column> = None;
        let steps: [Step<'a>; 5] = [Self::dates, Self::commas, Self::points, Self::missing_values, Self::truth];
        for step in steps {
            now = step(self, now.as_ref().unwrap_or(column), settled).or(now);
        }
        self.units(column, settled);
        if !is_said(guess) || self.follows == Follows::Reference {
            now = self.kind(now.as_ref().unwrap_or(column), guess, settled).or(now);
        }
        now
    }

    /// The order of day and month.
    fn dates(&mut self, column: &Column, settled: &SettledColumn) -> Option<Column> {
        let (read, wanted) = (column.cells.read.dates.as_ref()?, settled.date_order?);
        let day_first = wanted.reading == DateOrder::DayFirst;
        if read.day_first == day_first || (self.follows == Follows::Proof && (read.proven || !wanted.proven)) {
            return None;
        }
        let order = |day: bool| if day { "the day first" } else { "the month first" };
        if read.proven {
            if wanted.proven {
                let message = format!(
                    "Dates of {} have {} in {}, {} in {}.",
                    column.name,
                    order(read.day_first),
                    self.file(),
                    order(day_first),
                    self.by
                );
                self.say("date_orders_differ", ProblemLevel::Warning, column, message, "Nothing, if both are as they were written.");
            } else {
                let message = format!(
                    "Dates of {} in {} have {}; {} leaves the order open and was read with {}, so the two are not compared rightly.",
                    column.name,
                    self.file(),
                    order(read.day_first),
                    self.by,
                    order(day_first)
                );
                let mend = "Set dateOrder for the reference and make it again.";
                self.say("reference_order_open", ProblemLevel::Warning, column, message, mend);
            }
            return None;
        }
        let swapped = super::column::swapped(column, read, day_first)?;
        let message = format!(
            "Dates of {} in {} are read with {}, as {} {}; the file alone leaves it open.",
            column.name,
            self.file(),
            order(day_first),
            self.by,
            if wanted.proven { "shows" } else { "is read" }
        );
        self.say("reading_aligned", ProblemLevel::Note, column, message, "Set dateOrder, if this is wrong.");
        Some(swapped)
    }

    /// The decimal mark.
    fn commas(&mut self, column: &Column, settled: &SettledColumn) -> Option<Column> {
        let (read, wanted) = (column.cells.read.commas.as_ref()?, settled.decimal?);
        let decimal = wanted.reading == DecimalMark::Comma;
        if read.decimal == decimal || (self.follows == Follows::Proof && (read.proven || !wanted.proven)) {
            return None;
        }
        let means = |decimal: bool| if decimal { "a decimal mark" } else { "a separator of thousands" };
        if read.proven {
            if wanted.proven {
                let message = format!(
                    "The comma in {} is {} in {}, {} in {}.",
                    column.name,
                    means(read.decimal),
                    self.file(),
                    means(decimal),
                    self.by
                );
                self.say("decimal_marks_differ", ProblemLevel::Warning, column, message, "Nothing, if both are as they were written.");
            } else {
                let message = format!(
                    "The comma in {} of {} is {}; {} leaves it open and was read with it as {}, so the two are not compared rightly.",
                    column.name,
                    self.file(),
                    means(read.decimal),
                    self.by,
                    means(decimal)
                );
                let mend = "Set decimal for the reference and make it again.";
                self.say("reference_mark_open", ProblemLevel::Warning, column, message, mend);
            }
            return None;
        }
        let rescaled = super::column::rescaled(column, read, decimal)?;
        let message = format!(
            "The comma in {} of {} is read as {}, as {} {}; the file alone leaves it open.",
            column.name,
            self.file(),
            means(decimal),
            self.by,
            if wanted.proven { "shows" } else { "is read" }
        );
        self.say("reading_aligned", ProblemLevel::Note, column, message, "Set decimal, if this is wrong.");
        Some(rescaled)
    }

    /// Numbers in other units than the other file's: nobody converts them, so a difference may be one of units.
    fn units(&mut self, column: &Column, settled: &SettledColumn) {
        let numeric = matches!(settled.kind, ColumnType::Integer | ColumnType::Float) && matches!(column.values, Values::Number { .. });
        let (own, Some(other)) = (column.cells.unit.as_deref().unwrap_or_default(), settled.unit.as_deref()) else { return };
        if self.follows != Follows::Reference || !numeric || own == other {
            return;
        }
        let named = |unit: &str| if unit.is_empty() { "without a unit".to_owned() } else { format!("in {unit}") };
        let message = format!(
            "Numbers of {} stand {} in {} and {} in {}; they are compared as they stand{}.",
            column.name,
            named(own),
            self.file(),
            named(other),
            self.by,
            if own == "%" || other == "%" { ", percentages as shares" } else { "" }
        );
        self.say("units_differ", ProblemLevel::Warning, column, message, "Write both files in one unit.");
    }

    /// Points before three digits: they separate thousands where the comma is the decimal mark.
    fn points(&mut self, column: &Column, settled: &SettledColumn) -> Option<Column> {
        let (read, wanted) = (column.cells.read.points.as_ref()?, settled.decimal?);
        let thousands = wanted.reading == DecimalMark::Comma;
        if read.thousands == thousands || read.proven || (self.follows == Follows::Proof && !wanted.proven) {
            return None;
        }
        let regrouped = super::regrouped(column, read, thousands)?;
        let message = format!(
            "The point in {} of {} is read as {}, as {} {}; the file alone leaves it open.",
            column.name,
            self.file(),
            if thousands { "a separator of thousands" } else { "a decimal mark" },
            self.by,
            if wanted.proven { "shows" } else { "is read" }
        );
        self.say("reading_aligned", ProblemLevel::Note, column, message, "Set decimal, if this is wrong.");
        Some(regrouped)
    }

    /// Spellings such as `none` that are values in the other file are values here.
    fn missing_values(&mut self, column: &Column, settled: &SettledColumn) -> Option<Column> {
        let Values::Category(categories) = &column.values else { return None };
        let missing = &column.cells.missing;
        let given: Vec<usize> = (missing.spellings.iter().enumerate())
            .filter(|(code, spelling)| missing.counts.get(*code).is_some_and(|&n| n > 0) && settled.values_like_missing.contains(spelling))
            .map(|(code, _)| code)
            .collect();
        if given.is_empty() {
            return None;
        }
        let mut categories = categories.clone();
        let mut left = MissingCells::default();
        for (i, &row) in missing.rows.iter().enumerate() {
            let spelling = missing.spelling(i);
            if missing.codes.get(i).is_some_and(|code| given.contains(&usize::from(*code))) {
                let code = categories.names.iter().position(|n| n == spelling).unwrap_or_else(|| {
                    categories.names.push(spelling.to_owned());
                    categories.names.len() - 1
                });
                if let Some(slot) = categories.codes.get_mut(row as usize) {
                    *slot = code as u32;
                }
            } else {
                left.note(row, spelling.as_bytes());
            }
        }
        let spellings =
            given.iter().filter_map(|&code| missing.spellings.get(code)).map(|s| format!("“{s}”")).collect::<Vec<_>>().join(", ");
        let message = format!(
            "{spellings} in {} of {} is a value, as in {}; the file alone would have it missing.",
            column.name,
            self.file(),
            self.by
        );
        self.say("reading_aligned", ProblemLevel::Note, column, message, "Set missingValues, if this is wrong.");
        let cells = Cells { missing: left, ..column.cells.clone() };
        Some(Column { name: column.name.clone(), values: Values::Category(categories), cells })
    }

    /// True and false, however they are written.
    fn truth(&mut self, column: &Column, settled: &SettledColumn) -> Option<Column> {
        let words = settled.truth_words.as_ref()?;
        let own = truth_words(column)?;
        if self.follows == Follows::Proof || own == *words && column.kind() == settled.kind {
            return None;
        }
        let numeric = |kind: ColumnType| matches!(kind, ColumnType::Integer | ColumnType::Float);
        if numeric(column.kind()) && numeric(settled.kind) {
            return None;
        }
        // A category that has only values which the other has too is written alike.
        let truths: Vec<Option<bool>> = (0..column.rows()).map(|row| column.cell(row).and_then(|cell| is_true(&cell))).collect();
        let values = match settled.kind {
            ColumnType::Boolean => Values::Boolean(truths.iter().copied().collect::<BooleanArray>()),
            kind if numeric(kind) => numbers(truths.iter().map(|t| t.map_or(f64::NAN, |t| f64::from(u8::from(t)))).collect()),
            ColumnType::Category => Values::Category(Categories {
                codes: truths.iter().map(|t| t.map_or(MISSING_CODE, u32::from)).collect(),
                names: words.to_vec(),
            }),
            _ => return None,
        };
        let message = format!(
            "{} of {} writes {} and {} for what {} writes as {} and {}; they are the same values.",
            column.name,
            self.file(),
            own.first().map_or("", String::as_str),
            own.last().map_or("", String::as_str),
            self.by,
            words.first().map_or("", String::as_str),
            words.last().map_or("", String::as_str)
        );
        self.say("reading_aligned", ProblemLevel::Note, column, message, "Nothing.");
        Some(Column { name: column.name.clone(), values, cells: column.cells.clone() })
    }

    /// Numbers, dates and truth where the other file has them, and this one has texts that say the same.
    fn kind(&mut self, column: &Column, guess: &RoleGuess, settled: &SettledColumn) -> Option<Column> {
        if !matches!(column.values, Values::Category(_) | Values::Text(_))
            || matches!(guess.role, Role::Label) && self.follows == Follows::Proof
        {
            return None;
        }
        let (read, what) = match settled.kind {
            ColumnType::Integer | ColumnType::Float => (as_numbers(column, settled.decimal.map(|d| d.reading)), "numbers"),
            ColumnType::Timestamp => (as_moments(column, settled.date_order.map(|d| d.reading)), "dates"),
            _ => return None,
        };
        let present = (0..column.rows()).filter(|&row| column.cell_present(row)).count();
        if present == 0 {
            return Some(read);
        }
        let kept = (present + column.cells.bad.len()).saturating_sub(read.cells.bad.len()) as f64 / present as f64;
        let wanted = if self.follows == Follows::Proof { NEARLY_ALL } else { MOST_CELLS };
        let bad = read.cells.bad.len().saturating_sub(column.cells.bad.len());
        if kept < wanted {
            if self.follows == Follows::Reference {
                let message = format!("{} holds {what} in {}, and other texts in {}.", column.name, self.by, self.file());
                self.say("types_differ", ProblemLevel::Warning, column, message, "Set the column's type, or name the columns apart.");
            }
            return None;
        }
        let lost = if bad > 0 { format!(" {bad} cells are none and count as missing.") } else { String::new() };
        let message = format!("{} of {} is read as {what}, as in {}.{lost}", column.name, self.file(), self.by);
        let level = if bad > 0 { ProblemLevel::Warning } else { ProblemLevel::Note };
        self.say("reading_aligned", level, column, message, "Set the column's type, if this is wrong.");
        Some(read)
    }

    /// The roles, as the other has them; `None` where they are so already. What the reader said here stands.
    fn roles(&mut self, settled: &[SettledColumn], changed: &[Option<Column>]) -> Option<Vec<RoleGuess>> {
        let mut guesses: Vec<RoleGuess> = self.dataset.info.columns.iter().map(|c| c.role.clone()).collect();
        let mut moved = Vec::new();
        let labelled = self.dataset.params.label_col.is_some();
        for (at, column) in self.dataset.table.columns.iter().enumerate() {
            let Some(other) = settled.iter().find(|s| s.name == column.name) else { continue };
            let Some(guess) = guesses.get(at) else { continue };
            let now = changed.get(at).and_then(Option::as_ref).unwrap_or(column);
            let follows = match self.follows {
                Follows::Reference => true,
                // A truth that only the later file names is the reference's too.
                Follows::Proof => other.said || (other.role == Role::Label && !labelled),
            };
            let empty = (0..now.rows()).all(|row| !now.cell_present(row));
            let possible = match other.role {
                Role::Numeric => !matches!(now.values, Values::Category(_) | Values::Text(_) | Values::List(_) | Values::Boolean(_)),
                Role::Timestamp => matches!(now.values, Values::Timestamp(_)),
                Role::Label => !empty || guess.role == Role::Ignored,
                // An empty column of the reference is no reason to leave this one out.
                Role::Ignored => other.said,
                _ => true,
            };
            if !follows || !possible || guess.role == other.role || is_said(guess) {
                continue;
            }
            if let Some(slot) = guesses.get_mut(at) {
                *slot = RoleGuess { role: other.role, confidence: 0.9, reason: format!("as in {}", self.by), ..slot.clone() };
                moved.push(column.name.clone());
            }
        }
        if moved.is_empty() {
            return None;
        }
        self.demote_seconds(&mut guesses, settled);
        let message = format!(
            "{} of {} {} the role that {} has in {}.",
            moved.join(", "),
            self.file(),
            if moved.len() == 1 { "takes" } else { "take" },
            if moved.len() == 1 { "it" } else { "they" },
            self.by
        );
        self.problems.push(Problem {
            code: "roles_aligned".to_owned(),
            level: ProblemLevel::Note,
            message,
            count: moved.len() as u64,
            details: ErrorDetails {
                file: Some(self.file().to_owned()),
                mend: Some("Set the role, if this is wrong.".to_owned()),
                ..ErrorDetails::default()
            },
            examples: Vec::new(),
        });
        Some(guesses)
    }

    /// A role that only one column can have belongs to the column that has it in the other file.
    fn demote_seconds(&self, guesses: &mut [RoleGuess], settled: &[SettledColumn]) {
        for role in [Role::Label, Role::Timestamp, Role::Id, Role::Group, Role::Weight, Role::QueryId] {
            let holds = |name: &str| settled.iter().any(|s| s.name == name && s.role == role);
            let names: Vec<&str> = self.dataset.table.columns.iter().map(|c| c.name.as_str()).collect();
            let first = names.iter().zip(guesses.iter()).position(|(name, guess)| guess.role == role && holds(name));
            let Some(first) = first else { continue };
            for (at, guess) in guesses.iter_mut().enumerate().filter(|(at, guess)| *at != first && guess.role == role) {
                let Some(column) = self.dataset.table.columns.get(at) else { continue };
                let feature = match column.values {
                    Values::Number { .. } | Values::Timestamp(_) => Role::Numeric,
                    Values::Boolean(_) | Values::Category(_) => Role::Categorical,
                    Values::Text(_) => Role::Text,
                    Values::List(_) => Role::Ignored,
                };
                *guess = RoleGuess {
                    role: feature,
                    confidence: 0.6,
                    reason: format!("another column has its role in {}", self.by),
                    ..guess.clone()
                };
            }
        }
    }

    fn file(&self) -> &str {
        &self.dataset.info.file
    }

    fn say(&mut self, code: &str, level: ProblemLevel, column: &Column, message: String, mend: &str) {
        let details = ErrorDetails {
            file: Some(self.dataset.info.file.clone()),
            row: None,
            column: Some(column.name.clone()),
            mend: Some(mend.to_owned()),
        };
        self.problems.push(Problem { code: code.to_owned(), level, message, count: column.rows() as u64, details, examples: Vec::new() });
    }
}

/// The decimal mark of a column, as its commas show it, else its points.
fn decimal_mark(column: &Column) -> Option<Settled<DecimalMark>> {
    let mark = |comma: bool| if comma { DecimalMark::Comma } else { DecimalMark::Point };
    let of_commas = column.cells.read.commas.as_ref().map(|read| Settled { reading: mark(read.decimal), proven: read.proven });
    let of_points = || column.cells.read.points.as_ref().map(|read| Settled { reading: mark(read.thousands), proven: read.proven });
    of_commas.or_else(of_points)
}

/// Whether a text is a word for truth, in any of the pairs.
fn is_true(cell: &str) -> Option<bool> {
    let cell = cell.trim().to_lowercase();
    let cell = cell.strip_suffix(".0").unwrap_or(&cell);
    TRUTH_WORDS.iter().find_map(|[no, yes]| if cell == *no { Some(false) } else { (cell == *yes).then_some(true) })
}

/// How a column writes false and true, where all its values are of one pair of words.
fn truth_words(column: &Column) -> Option<[String; 2]> {
    let pair = |no: &str, yes: &str| Some([no.to_owned(), yes.to_owned()]);
    match &column.values {
        Values::Boolean(_) => pair("false", "true"),
        Values::Number { values, .. } => {
            let mut some = false;
            let fits = values.values().iter().filter(|v| !v.is_nan()).all(|&v| {
                some = true;
                v == 0.0 || v == 1.0
            });
            if some && fits { pair("0", "1") } else { None }
        }
        Values::Category(categories) => {
            let plain: Vec<String> =
                categories.names.iter().map(|n| n.trim().to_lowercase()).map(|n| n.strip_suffix(".0").unwrap_or(&n).to_owned()).collect();
            let of = TRUTH_WORDS.iter().find(|words| !plain.is_empty() && plain.iter().all(|name| words.contains(&name.as_str())))?;
            let [no, yes] = of;
            let written = |word: &str| {
                let at = plain.iter().position(|p| p == word);
                at.and_then(|at| categories.names.get(at)).cloned().unwrap_or_else(|| word.to_owned())
            };
            (plain.len() <= 2).then(|| [written(no), written(yes)])
        }
        Values::Text(_) | Values::Timestamp(_) | Values::List(_) => None,
    }
}

/// Values of a category that other files take for missing ones.
fn values_like_missing(column: &Column) -> Vec<String> {
    let Values::Category(categories) = &column.values else { return Vec::new() };
    categories.names.iter().filter(|name| is_missing(name.as_bytes())).cloned().collect()
}

fn numbers(values: Vec<f64>) -> Values {
    let valid: Vec<bool> = values.iter().map(|v| !v.is_nan()).collect();
    let nulls = valid.contains(&false).then(|| NullBuffer::from(valid));
    let integer = values.iter().all(|v| v.is_nan() || v.fract() == 0.0);
    Values::Number { values: Float64Array::new(values.into(), nulls), integer }
}

/// The cells read as numbers; those that are none are bad cells.
fn as_numbers(column: &Column, decimal: Option<DecimalMark>) -> Column {
    let mut bad = column.cells.bad.clone();
    let mut scratch = Vec::new();
    let mut read = |row: usize| {
        let Some(cell) = column.cell(row) else { return f64::NAN };
        let text = cell.trim();
        let comma = decimal == Some(DecimalMark::Comma);
        with_point(text.as_bytes(), comma, &mut scratch);
        let plain = std::str::from_utf8(&scratch).ok().filter(|_| text.contains(',')).unwrap_or(text);
        let word = || is_true(text).map(|t| f64::from(u8::from(t)));
        plain.parse().ok().filter(|x: &f64| x.is_finite()).or_else(word).unwrap_or_else(|| {
            bad.push(BadCell { row: row as u32, text: super::cut(&cell) });
            f64::NAN
        })
    };
    let values = numbers((0..column.rows()).map(&mut read).collect());
    bad.sort_by_key(|cell| cell.row);
    Column { name: column.name.clone(), values, cells: Cells { bad, ..column.cells.clone() } }
}

/// The cells read as moments; those that are none are bad cells.
fn as_moments(column: &Column, order: Option<DateOrder>) -> Column {
    let mut bad = column.cells.bad.clone();
    let day_first = order == Some(DateOrder::DayFirst);
    let mut read = |row: usize| {
        let Some(cell) = column.cell(row) else { return i64::MIN };
        AnyMoment::parse(cell.as_bytes(), day_first, true).map_or_else(
            || {
                bad.push(BadCell { row: row as u32, text: super::cut(&cell) });
                i64::MIN
            },
            |moment| moment.micros.div_euclid(1_000),
        )
    };
    let values: Vec<i64> = (0..column.rows()).map(&mut read).collect();
    bad.sort_by_key(|cell| cell.row);
    let valid: Vec<bool> = values.iter().map(|&v| v != i64::MIN).collect();
    let nulls = valid.contains(&false).then(|| NullBuffer::from(valid));
    let values = Values::Timestamp(TimestampMillisecondArray::new(values.into(), nulls));
    Column { name: column.name.clone(), values, cells: Cells { bad, ..column.cells.clone() } }
}

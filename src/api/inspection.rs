//! What a file turned out to be: format, columns, types, roles, and what is wrong with it.

use serde::{Deserialize, Serialize};

use crate::{ErrorDetails, ModelTask};

/// How to read a file where the reader knows better than the sniffer. Everything is optional.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ReadOptions {
    /// The format; sniffed from the content where absent.
    pub format: Option<Format>,
    /// The field separator of delimited text, one ASCII character.
    pub delimiter: Option<char>,
    /// A WHATWG encoding label (`utf-8`, `windows-1252`, `utf-16le`).
    pub encoding: Option<String>,
    /// Whether the first line of delimited text holds names.
    pub header: Option<bool>,
    /// The decimal mark of numbers.
    pub decimal: Option<DecimalMark>,
    /// The order of day and month in dates such as 03/04/2024.
    pub date_order: Option<DateOrder>,
    /// The offset from UTC, in minutes, of times that name no zone.
    pub utc_offset_minutes: Option<i32>,
    /// Types that the reader has set, by column.
    pub column_types: Vec<ColumnTypeChoice>,
    /// Spellings that the reader has told to be values, or to be missing, by column.
    pub missing_values: Vec<MissingChoice>,
}

/// A spelling such as `none` that is a value of its column, or a missing one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MissingChoice {
    /// The column.
    pub column: String,
    /// The spelling, as it stands in the file.
    pub spelling: String,
    /// True where it means that the value is missing.
    pub missing: bool,
}

/// A column's type, set by the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnTypeChoice {
    /// The column.
    pub column: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ColumnType,
}

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Delimited text; the delimiter is reported beside it.
    Csv,
    /// A JSON array of records.
    Json,
    /// One JSON record a line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC, file layout.
    ArrowFile,
    /// Arrow IPC, stream layout.
    ArrowStream,
}

/// What a file was wrapped in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// Nothing.
    #[default]
    None,
    /// gzip, any number of members.
    Gzip,
    /// Zstandard, any number of frames.
    Zstd,
}

/// The decimal mark of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// 1.5
    Point,
    /// 1,5
    Comma,
}

/// The order of day and month where a date is written with numbers only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 31/12/2024
    DayFirst,
    /// 12/31/2024
    MonthFirst,
}

/// The type of a column, inferred over the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// Whole numbers.
    Integer,
    /// Numbers.
    Float,
    /// True and false.
    Boolean,
    /// Values from a set.
    Category,
    /// Free text.
    Text,
    /// A moment, in UTC, to the millisecond.
    Timestamp,
    /// A list of numbers of one length: class probabilities or an embedding.
    List,
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The truth.
    Label,
    /// What the model said.
    Prediction,
    /// When the row happened.
    Timestamp,
    /// A free text.
    Text,
    /// A feature of values.
    Categorical,
    /// A feature of numbers.
    Numeric,
    /// A vector that stands for the row.
    Embedding,
    /// The query of a ranked item.
    QueryId,
    /// Names the row.
    Id,
    /// Rows of one group belong together (one customer, one patient).
    Group,
    /// How much the row counts.
    Weight,
    /// Left out.
    Ignored,
}

/// A guess at a column's role, with its reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleGuess {
    /// The role.
    pub role: Role,
    /// Fairness is asked of this feature.
    #[serde(default)]
    pub protected: bool,
    /// False for metadata that the model does not see.
    #[serde(default = "yes")]
    pub in_model: bool,
    /// Between 0 and 1; under 0.6 the page asks for a look.
    pub confidence: f64,
    /// Why, in a few words.
    pub reason: String,
}

const fn yes() -> bool {
    true
}

/// One column of a file that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnInfo {
    /// Its name; nested records are joined with a point (`meta.Reason`).
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// The length of its lists; 0 for all other types.
    #[serde(default)]
    pub width: u32,
    /// Its guessed role.
    pub role: RoleGuess,
    /// Rows without a value.
    pub missing: u64,
    /// How missing values are spelled, with counts, most common first.
    pub missing_spellings: Vec<ValueCount>,
    /// Rows whose value does not fit the type; kept as findings, counted as missing in the tests.
    pub bad_cells: u64,
    /// The unit in which its numbers stand in the file (`$`, `kg`); `%` where percentages were read as shares.
    #[serde(default)]
    pub unit: Option<String>,
    /// Distinct values among the rows; a lower bound where `distinctExact` is false.
    pub distinct: u64,
    /// Whether `distinct` is exact.
    pub distinct_exact: bool,
    /// Smallest and largest value as text, for numbers and timestamps.
    pub range: Option<(String, String)>,
    /// The commonest values with their counts (categories), or a few values (all else, count 0).
    pub examples: Vec<ValueCount>,
}

/// A value and how often it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueCount {
    /// The value as text.
    pub value: String,
    /// Rows.
    pub count: u64,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// The file's name, as given.
    pub name: String,
    /// Bytes of the file, before decompression.
    pub bytes: u64,
    /// SHA-256 of those bytes, hexadecimal.
    pub sha256: String,
    /// What it is.
    pub format: Format,
    /// What it was wrapped in.
    pub compression: Compression,
    /// The encoding of text formats.
    pub encoding: Option<String>,
    /// The separator of delimited text.
    pub delimiter: Option<char>,
    /// Data rows.
    pub rows: u64,
    /// Columns in file order.
    pub columns: Vec<ColumnInfo>,
    /// The first rows (at most 20), each cell as text, long ones cut; absent where missing.
    pub first_rows: Vec<Vec<Option<String>>>,
    /// What is wrong or odd, worst first.
    pub problems: Vec<Problem>,
    /// What can be read in two ways, with both readings.
    pub questions: Vec<Question>,
    /// The task that the label and prediction columns suggest.
    pub task: Option<TaskGuess>,
}

/// A guess at the task, with its reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskGuess {
    /// The task.
    pub task: ModelTask,
    /// Between 0 and 1.
    pub confidence: f64,
    /// Why.
    pub reason: String,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemLevel {
    /// Worth knowing.
    Note,
    /// Rows or cells are left out, or a reading was assumed.
    Warning,
    /// The tests that need this cannot run until it is mended.
    Error,
}

/// Something wrong or odd in a file: counted, sampled, shown; never an abort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Stable, snake_case: `bad_cells`, `ragged_rows`, `length_mismatch`, `probabilities_do_not_sum`, …
    pub code: String,
    /// How bad.
    pub level: ProblemLevel,
    /// What, where, and what mends it.
    pub message: String,
    /// Rows or cells concerned.
    pub count: u64,
    /// Where.
    #[serde(default)]
    pub details: ErrorDetails,
    /// A few of the cells.
    #[serde(default)]
    pub examples: Vec<CellExample>,
}

/// A cell of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellExample {
    /// The data row, from 1.
    pub row: u64,
    /// The cell as it stands, cut at 80 characters.
    pub text: String,
}

/// Something that can be read in several ways. The reader chooses before a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// The column; empty where the question is about the whole file.
    pub column: String,
    /// What is open.
    pub about: QuestionAbout,
    /// The readings; the first is what was assumed.
    pub readings: Vec<Reading>,
    /// What speaks for the assumed reading, in a sentence.
    #[serde(default)]
    pub reason: String,
}

/// What can be read in several ways, and which option an answer sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionAbout {
    /// Is the comma a decimal mark or a thousands separator? Sets `ReadOptions.decimal`.
    Decimal,
    /// Is 03/04 the third of April or the fourth of March? Sets `ReadOptions.dateOrder`.
    DateOrder,
    /// Times name no zone. Sets `ReadOptions.utcOffsetMinutes`.
    TimeZone,
    /// Is the first line of delimited text a header or a row? Sets `ReadOptions.header`.
    Header,
    /// Is a spelling such as `none` a value or a missing one? Sets `ReadOptions.missingValues`.
    MissingValue,
    /// Which column is the truth? Sets `DataParams.labelCol`; an empty choice says that there is none.
    Label,
    /// Which column is the prediction? Sets `DataParams.predictionCol`; an empty choice says that there is none.
    Prediction,
    /// Which class are binary metrics about? Sets `DataParams.positiveClass`.
    PositiveClass,
    /// Which class does each probability belong to? Sets `classNames`, one name a probability, as JSON.
    ClassNames,
    /// Are rows joined by a key or by their place? Sets `idCol`; an empty choice joins row by row.
    Join,
}

/// One way to read a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reading {
    /// What to put into the option: `point`, `comma`, `day_first`, `month_first`, minutes (`0`), `header`, `row`, `value`, `missing`,
    /// or the name of a column or class.
    pub choice: String,
    /// A cell of the file.
    pub cell: String,
    /// What it means under this reading.
    pub meaning: String,
}

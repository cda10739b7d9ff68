//! A generated world: rows of mixed types, a model, and what it said of them.
//!
//! Twenty columns with heavy tails, rare categories, missing values and dependence among them, a text column in some worlds.
//! The model is Bayes' own: a row of class y sends the signal x = μ·e_y + N(0, I), and p_k ∝ π_k·exp(μ·x_k) is what it answers.
//! So it is calibrated, and its error depends on no feature, no group and no slice. Whoever wants a defect plants it.

// Each of those who include this file uses its own part of it.
#![allow(dead_code)]

use std::sync::Arc;

use straingauge_api::{DataParams, ModelTask, OneOrMany, PredictionParams, ReadOptions, RunDocument, StressTestConfig};
use straingauge_engine::math::{exp, ln, pow};
use straingauge_engine::random::Rng;
use straingauge_engine::stress::{Run, RunSide};
use straingauge_engine::{metrics, table};

/// What the model of a world does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// Two classes over 20 columns.
    Binary,
    /// The same with a text column that says nothing of the label.
    BinaryWithText,
    /// Four classes over 20 columns.
    Multiclass,
    /// A number over 20 columns.
    Regression,
    /// Four classes of texts, with a few columns beside.
    Text,
    /// Items of queries with a relevance; where a query comes from is one for all of its items.
    Ranking,
    /// Texts in which people, places and dates are named, with a few columns beside.
    Entities,
}

/// The numeric columns.
pub const NUMBERS: [&str; 9] = ["amount", "income", "age", "height", "mass", "visits", "balance", "rate", "distance"];
/// The categorical columns.
pub const CATEGORIES: [&str; 9] = ["channel", "city", "plan", "device", "country", "gender", "region", "sku", "member"];
/// The protected features.
pub const PROTECTED: [&str; 2] = ["gender", "region"];
/// Columns that are one for all items of a query.
const OF_A_QUERY: [&str; 5] = ["channel", "city", "country", "gender", "region"];
/// Items of a query.
const ITEMS: usize = 10;
/// Kinds of what texts name.
const ENTITIES: [&str; 3] = ["person", "place", "date"];
/// Columns of a world of texts.
const BESIDE_TEXT: [&str; 5] = ["visits", "channel", "country", "gender", "region"];

/// The place of a numeric column in `Row::numbers`.
pub fn number(name: &str) -> usize {
    NUMBERS.iter().position(|n| *n == name).expect("a numeric column")
}

/// The place of a categorical column in `Row::categories`.
pub fn category(name: &str) -> usize {
    CATEGORIES.iter().position(|n| *n == name).expect("a categorical column")
}

/// A row before it is written.
#[derive(Debug, Clone)]
pub struct Row {
    /// Milliseconds since 1970.
    pub moment: i64,
    /// Numbers by [`NUMBERS`]; NaN where missing.
    pub numbers: [f64; 9],
    /// Categories by [`CATEGORIES`]; empty where missing.
    pub categories: [String; 9],
    /// The text; empty in worlds without.
    pub text: String,
    /// The query that it belongs to.
    pub query: usize,
    /// How many classes the world has.
    pub classes: usize,
    /// The true class.
    pub class: usize,
    /// The class that stands in the file, where it is not the true one.
    pub recorded: Option<usize>,
    /// The class that the model hears instead of the true one.
    pub heard: Option<usize>,
    /// How clearly the row speaks (μ), and how clearly the model believes that it does.
    pub strength: f64,
    /// See `strength`.
    pub believed: f64,
    /// Added to the log-odds of the last class.
    pub lift: f64,
    /// The truth of a regression, in standard deviations.
    pub value: f64,
    /// The standard deviation of a regression's error, relative to the usual one.
    pub noise: f64,
    /// Added to what a regression predicts, in the label's standard deviations.
    pub bias: f64,
}

/// A file in the making: names and cells.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Column names.
    pub names: Vec<&'static str>,
    /// Cells, row by row.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// The place of a column.
    pub fn column(&self, name: &str) -> usize {
        self.names.iter().position(|n| *n == name).expect("a column of the sheet")
    }

    /// Comma-separated, with a header.
    pub fn csv(&self) -> Vec<u8> {
        let mut out = String::with_capacity(self.rows.len() * self.names.len() * 8);
        out.push_str(&self.names.join(","));
        for row in &self.rows {
            out.push('\n');
            for (at, cell) in row.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                if cell.contains([',', '"', '\n']) {
                    out.push('"');
                    out.push_str(&cell.replace('"', "\"\""));
                    out.push('"');
                } else {
                    out.push_str(cell);
                }
            }
        }
        out.push('\n');
        out.into_bytes()
    }
}

/// 1 June 2026, 00:00 UTC.
const START: i64 = 1_780_272_000_000;
/// Ninety days in milliseconds.
const SPAN: u64 = 90 * 86_400_000;

impl World {
    /// Every kind of world.
    pub const ALL: [Self; 7] =
        [Self::Binary, Self::BinaryWithText, Self::Multiclass, Self::Regression, Self::Text, Self::Ranking, Self::Entities];

    /// Those of quiet years.
    pub const QUIET: [Self; 3] = [Self::Binary, Self::Multiclass, Self::Regression];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::BinaryWithText => "binary, with texts",
            Self::Multiclass => "multiclass",
            Self::Regression => "regression",
            Self::Text => "texts",
            Self::Ranking => "ranking",
            Self::Entities => "named entities",
        }
    }

    /// The model's task.
    pub const fn task(self) -> ModelTask {
        match self {
            Self::Binary | Self::BinaryWithText => ModelTask::BinaryClassification,
            Self::Multiclass | Self::Text => ModelTask::MulticlassClassification,
            Self::Regression => ModelTask::Regression,
            Self::Ranking => ModelTask::Ranking,
            Self::Entities => ModelTask::NamedEntityRecognition,
        }
    }

    /// Names of the classes and their shares.
    pub const fn classes(self) -> &'static [(&'static str, f64)] {
        match self {
            Self::Binary | Self::BinaryWithText => &[("0", 0.6), ("1", 0.4)],
            _ => &[("billing", 0.4), ("delivery", 0.3), ("login", 0.2), ("praise", 0.1)],
        }
    }

    const fn has_text(self) -> bool {
        matches!(self, Self::BinaryWithText | Self::Text | Self::Entities)
    }

    /// μ of an ordinary row: the model is right in about 85 of 100.
    pub const fn clear(self) -> f64 {
        match self {
            Self::Binary | Self::BinaryWithText => 1.5,
            _ => 2.2,
        }
    }

    /// One row, `change` having the last word before label and prediction are made.
    fn row(self, rng: &mut Rng) -> Row {
        let z = rng.normal();
        let income = 20_000.0 * pow(1.0 - rng.uniform(), -0.4);
        let channel = pick(rng, &[("web", 50), ("app", 30), ("phone", 20)]);
        let plan = if income > 30_000.0 {
            pick(rng, &[("free", 20), ("basic", 30), ("plus", 30), ("pro", 20)])
        } else {
            pick(rng, &[("free", 40), ("basic", 35), ("plus", 18), ("pro", 7)])
        };
        let region = if channel == "web" {
            pick(rng, &[("north", 40), ("south", 30), ("east", 20), ("west", 10)])
        } else {
            pick(rng, &[("north", 25), ("south", 30), ("east", 25), ("west", 20)])
        };
        let numbers = [
            exp(3.0 + 0.8 * rng.normal()),
            income,
            if rng.below(20) == 0 { f64::NAN } else { 45.0 + 15.0 * rng.normal() },
            170.0 + 10.0 * z,
            mass(z, CORRELATION, rng.normal()),
            (-3.0 * ln(1.0 - rng.uniform())).floor(),
            if rng.below(100) < 55 { 0.0 } else { exp(4.0 + rng.normal()) * if rng.below(4) == 0 { -1.0 } else { 1.0 } },
            if rng.below(10) == 0 { f64::NAN } else { square(rng.uniform()) },
            // Student's t with two degrees of freedom: no variance.
            10.0 * rng.normal() / (-ln(1.0 - rng.uniform())).sqrt(),
        ];
        let categories = [
            channel.to_owned(),
            if rng.below(3) > 0 { format!("city {}", rng.below(6)) } else { format!("town {}", rng.below(400)) },
            plan.to_owned(),
            format!("device {}", zipf(rng, 8)),
            if rng.below(33) == 0 { String::new() } else { format!("C{:02}", zipf(rng, 25)) },
            pick(rng, &[("f", 50), ("m", 48), ("x", 2)]).to_owned(),
            region.to_owned(),
            format!("S{:04}", zipf(rng, 1500)),
            pick(rng, &[("true", 70), ("false", 30)]).to_owned(),
        ];
        let class = draw_class(rng, self.classes());
        let text = if self.has_text() { text(rng, (self == Self::Text).then_some(class)) } else { String::new() };
        Row {
            moment: START + rng.below(SPAN) as i64,
            numbers,
            categories,
            text,
            query: 0,
            classes: self.classes().len(),
            class,
            recorded: None,
            heard: None,
            strength: self.clear(),
            believed: self.clear(),
            lift: 0.0,
            value: rng.normal(),
            noise: 1.0,
            bias: 0.0,
        }
    }

    /// Names of the columns, label and predictions last.
    pub fn names(self) -> Vec<&'static str> {
        let mut names = vec!["id", "ts"];
        match self {
            Self::Text | Self::Entities => names.extend(BESIDE_TEXT),
            Self::Ranking => names.extend(["query_id"].into_iter().chain(NUMBERS).chain(CATEGORIES)),
            _ => names.extend(NUMBERS.into_iter().chain(CATEGORIES)),
        }
        if self.has_text() {
            names.push("text");
        }
        names.push("label");
        names.extend(self.prediction_names());
        names
    }

    fn prediction_names(self) -> Vec<&'static str> {
        match self {
            Self::Binary | Self::BinaryWithText | Self::Ranking => vec!["score"],
            Self::Entities => vec!["predicted_entities"],
            Self::Multiclass | Self::Text => vec!["p_billing", "p_delivery", "p_login", "p_praise"],
            Self::Regression => vec!["prediction"],
        }
    }

    /// Rows in the order of time, written as cells; of all columns, or of those that are wanted.
    pub fn sheet(
        self,
        seed: u64,
        stream: u64,
        rows: usize,
        wanted: Option<&[&str]>,
        mut change: impl FnMut(usize, &mut Rng, &mut Row),
    ) -> Sheet {
        let mut rng = Rng::new(seed, stream);
        let names: Vec<&'static str> = self.names().into_iter().filter(|name| wanted.is_none_or(|w| w.contains(name))).collect();
        let mut first: Option<Row> = None;
        let mut drawn: Vec<(i64, Vec<String>)> = (0..rows)
            .map(|at| {
                let mut row = self.row(&mut rng);
                if self == Self::Ranking {
                    row.query = at / ITEMS;
                    match &first {
                        Some(first) if at % ITEMS > 0 => row.joins_the_query_of(first),
                        _ => first = Some(row.clone()),
                    }
                }
                change(at, &mut rng, &mut row);
                (row.moment, self.cells(&mut rng, &row, &names))
            })
            .collect();
        drawn.sort_by_key(|(moment, _)| *moment);
        Sheet { names, rows: drawn.into_iter().map(|(_, cells)| cells).collect() }
    }

    /// Clean rows.
    pub fn clean(self, seed: u64, stream: u64, rows: usize) -> Sheet {
        self.sheet(seed, stream, rows, None, |_, _, _| {})
    }

    fn cells(self, rng: &mut Rng, row: &Row, names: &[&'static str]) -> Vec<String> {
        let id = rng.next_u64() >> 16;
        let (label, predictions) = self.outcome(rng, row);
        let mut predictions = predictions.into_iter();
        let cell = |name: &&'static str| match *name {
            "id" => format!("{id:012x}"),
            "ts" => table::moment_text(row.moment),
            "query_id" => format!("q{}", row.query),
            "text" => row.text.clone(),
            "label" => label.clone(),
            name => match (NUMBERS.iter().position(|n| *n == name), CATEGORIES.iter().position(|n| *n == name)) {
                (Some(at), _) => written(name, row.numbers[at]),
                (_, Some(at)) => row.categories[at].clone(),
                _ => predictions.next().unwrap_or_default(),
            },
        };
        names.iter().map(cell).collect()
    }

    /// Label and predictions of a row.
    fn outcome(self, rng: &mut Rng, row: &Row) -> (String, Vec<String>) {
        if self == Self::Regression {
            // The error has Student's t with five degrees of freedom.
            let spread = (0..5).map(|_| square(rng.normal())).sum::<f64>() / 5.0;
            let error = 4.0 * row.noise * rng.normal() / spread.sqrt() + 10.0 * row.bias;
            let truth = 100.0 + 10.0 * row.value;
            return (format!("{truth:.3}"), vec![format!("{:.3}", truth + error)]);
        }
        let heard = row.heard.unwrap_or(row.class);
        if self == Self::Ranking {
            let recorded = row.recorded.unwrap_or(row.class);
            return (recorded.to_string(), vec![format!("{:.4}", heard as f64 + rng.normal())]);
        }
        if self == Self::Entities {
            return named_entities(rng, row);
        }
        let classes = self.classes();
        let scores: Vec<f64> = (classes.iter().enumerate())
            .map(|(k, (_, share))| {
                let x = rng.normal() + if k == heard { row.strength } else { 0.0 };
                ln(*share) + row.believed * x + if k + 1 == classes.len() { row.lift } else { 0.0 }
            })
            .collect();
        let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let odds: Vec<f64> = scores.iter().map(|s| exp(s - top)).collect();
        let sum: f64 = odds.iter().sum();
        let shares = odds.iter().map(|o| format!("{:.6}", o / sum));
        let predictions = if classes.len() == 2 { shares.skip(1).collect() } else { shares.collect() };
        (classes[row.recorded.unwrap_or(row.class)].0.to_owned(), predictions)
    }

    /// What the columns are for. Roles that a spoilt file could hide are left to be guessed.
    pub fn params(self, names: &[&str]) -> DataParams {
        let present = |wanted: &[&str]| -> Vec<String> { wanted.iter().filter(|w| names.contains(*w)).map(|w| (*w).to_owned()).collect() };
        let one = |name: &str| names.contains(&name).then(|| name.to_owned());
        let prediction = present(&self.prediction_names());
        DataParams {
            label_col: one("label"),
            prediction_col: match prediction.as_slice() {
                [] => None,
                [name] => Some(OneOrMany::One(name.clone())),
                _ => Some(OneOrMany::Many(prediction)),
            },
            class_names: (self.task() == ModelTask::MulticlassClassification)
                .then(|| self.classes().iter().map(|(name, _)| (*name).to_owned()).collect()),
            timestamp_col: one("ts"),
            id_col: one("id"),
            query_col: one("query_id"),
            text_features: Some(present(&["text"])),
            categorical_features: Some(present(&CATEGORIES)),
            protected_features: Some(present(&PROTECTED)),
            ..DataParams::default()
        }
    }

    /// One side of a run from a file.
    pub fn side(self, name: &str, sheet: &Sheet) -> RunSide {
        let mut reader = table::Reader::new(&format!("{name}.csv"), &ReadOptions::default()).expect("a reader");
        for slice in sheet.csv().chunks(1 << 20) {
            reader.push(slice).expect("readable bytes");
        }
        let table = Arc::new(reader.finish().expect("a whole file").table);
        let dataset = table::dataset(table, name, &self.params(&sheet.names), Some(self.task())).expect("a data set");
        let (paired, _) = metrics::pair(&dataset, None, "model", &PredictionParams::default()).expect("predictions");
        RunSide { dataset: Arc::new(dataset), predictions: Some(Arc::new(paired)), predictions_sha256: None }
    }

    /// A stress test of two files.
    pub fn stress(self, config: StressTestConfig, reference: &Sheet, evaluation: &Sheet) -> RunDocument {
        let (reference, evaluation) = (self.side("reference", reference), self.side("evaluation", evaluation));
        let mut run = Run::new(config, self.task(), reference, evaluation).expect("a run");
        while !run.is_done() {
            run.step().expect("a step");
        }
        run.document().expect("a document").clone()
    }
}

impl Row {
    fn joins_the_query_of(&mut self, first: &Self) {
        self.moment = first.moment;
        for name in OF_A_QUERY {
            self.categories[category(name)].clone_from(&first.categories[category(name)]);
        }
    }
}

/// The entities of a text, and those that the model predicts: of a row that it hears rightly it misses one in ten and adds as many that are
/// none; else half, and half as many again.
fn named_entities(rng: &mut Rng, row: &Row) -> (String, Vec<String>) {
    let off = if row.heard.is_some() { 0.5 } else { 0.1 };
    let (mut truth, mut said) = (<[Vec<usize>; 3]>::default(), <[Vec<usize>; 3]>::default());
    let mut start = 0;
    for word in row.text.split(' ') {
        let (named, kind, wrong) = (rng.below(6) == 0, rng.below(3) as usize, rng.uniform() < off);
        if named {
            truth[kind].push(start);
        }
        // Five words of six name nothing: a fifth of them makes as many inventions as there are names.
        let says = if named { !wrong } else { wrong && rng.below(5) == 0 };
        if says {
            said[kind].push(start);
        }
        start += word.len() + 1;
    }
    let cell = |starts: &[Vec<usize>; 3]| {
        let lists = ENTITIES.iter().zip(starts).filter(|(_, starts)| !starts.is_empty()).map(|(kind, starts)| {
            let mentions: Vec<String> = starts.iter().map(|s| format!("{{\"start_offset\":{s},\"end_offset\":{}}}", s + 4)).collect();
            format!("{{\"type\":\"{kind}\",\"mentions\":[{}]}}", mentions.join(","))
        });
        format!("[{}]", lists.collect::<Vec<_>>().join(","))
    };
    (cell(&truth), vec![cell(&said)])
}

/// A configuration with everything at its default.
pub fn config(name: &str, seed: u64) -> StressTestConfig {
    serde_json::from_value(
        serde_json::json!({ "runName": name, "reference": "reference", "evaluation": "evaluation", "model": "model", "seed": seed }),
    )
    .expect("a configuration")
}

/// The correlation of height and mass before ranks.
pub const CORRELATION: f64 = 0.6;

/// A mass that has the given correlation with a height of `z` standard deviations, and always the same distribution.
pub fn mass(z: f64, correlation: f64, own: f64) -> f64 {
    70.0 + 12.0 * (correlation * z + (1.0 - square(correlation)).sqrt() * own)
}

/// A class by its share.
pub fn draw_class(rng: &mut Rng, classes: &[(&str, f64)]) -> usize {
    let mut left = rng.uniform();
    for (at, (_, share)) in classes.iter().enumerate() {
        left -= share;
        if left < 0.0 {
            return at;
        }
    }
    classes.len() - 1
}

fn square(x: f64) -> f64 {
    x * x
}

fn written(name: &str, value: f64) -> String {
    match name {
        _ if value.is_nan() => String::new(),
        "visits" => format!("{value:.0}"),
        "rate" => format!("{value:.4}"),
        _ => format!("{value:.2}"),
    }
}

fn pick<'a>(rng: &mut Rng, choices: &[(&'a str, u64)]) -> &'a str {
    let mut left = rng.below(choices.iter().map(|c| c.1).sum());
    for (name, weight) in choices {
        if left < *weight {
            return name;
        }
        left -= weight;
    }
    ""
}

/// A rank from 0 with a probability about ∝ 1/(rank + 1).
pub fn zipf(rng: &mut Rng, ranks: u64) -> u64 {
    (exp(rng.uniform() * ln(ranks as f64 + 1.0)) as u64).clamp(1, ranks) - 1
}

/// A text of a few sentences: common words, names that hardly repeat, and words of its topic where it has one.
pub fn text(rng: &mut Rng, topic: Option<usize>) -> String {
    let mut out = String::new();
    for _ in 0..=zipf(rng, 5) {
        if !out.is_empty() {
            out.push(' ');
        }
        let words = 3 + rng.below(9);
        for at in 0..words {
            let word = match (rng.below(20), topic) {
                (0, _) => name(rng),
                (1..=4, Some(topic)) => TOPICS[topic][rng.below(6) as usize].to_owned(),
                _ => WORDS[zipf(rng, WORDS.len() as u64) as usize].to_owned(),
            };
            if at == 0 {
                out.extend(word.chars().next().map(|c| c.to_ascii_uppercase()));
                out.push_str(&word[1..]);
            } else {
                out.push(' ');
                out.push_str(&word);
            }
        }
        out.push('.');
    }
    out
}

/// A word of three syllables, one of 27 000.
fn name(rng: &mut Rng) -> String {
    const SYLLABLES: [&str; 30] = [
        "ba", "ko", "mi", "ra", "tel", "san", "vo", "lin", "dor", "pe", "gu", "nas", "hel", "fi", "zar", "mo", "lu", "ter", "ca", "ni",
        "bo", "sel", "vi", "ran", "do", "mek", "ta", "ro", "lis", "en",
    ];
    (0..3).map(|_| SYLLABLES[rng.below(30) as usize]).collect()
}

/// Common English words, the most common first.
pub const WORDS: [&str; 96] = [
    "the",
    "to",
    "my",
    "i",
    "and",
    "is",
    "a",
    "it",
    "not",
    "for",
    "you",
    "of",
    "this",
    "have",
    "in",
    "on",
    "was",
    "that",
    "with",
    "me",
    "but",
    "be",
    "are",
    "so",
    "your",
    "can",
    "please",
    "at",
    "from",
    "when",
    "still",
    "has",
    "we",
    "had",
    "been",
    "what",
    "no",
    "will",
    "again",
    "there",
    "would",
    "they",
    "an",
    "get",
    "as",
    "order",
    "just",
    "after",
    "about",
    "time",
    "now",
    "do",
    "last",
    "by",
    "if",
    "week",
    "page",
    "only",
    "email",
    "help",
    "then",
    "day",
    "could",
    "help",
    "one",
    "two",
    "since",
    "today",
    "yesterday",
    "before",
    "thanks",
    "more",
    "also",
    "phone",
    "nothing",
    "every",
    "always",
    "never",
    "however",
    "because",
    "problem",
    "question",
    "answer",
    "customer",
    "company",
    "friend",
    "morning",
    "evening",
    "month",
    "year",
    "people",
    "number",
    "right",
    "wrong",
    "maybe",
    "already",
];

/// Common German words, for texts that change their language.
pub const FOREIGN: [&str; 48] = [
    "die",
    "und",
    "ich",
    "nicht",
    "das",
    "mein",
    "ist",
    "habe",
    "eine",
    "aber",
    "bitte",
    "noch",
    "wieder",
    "seit",
    "gestern",
    "warum",
    "keine",
    "mit",
    "auf",
    "wurde",
    "wird",
    "sich",
    "auch",
    "nach",
    "heute",
    "immer",
    "schon",
    "leider",
    "danke",
    "bestellung",
    "rechnung",
    "lieferung",
    "anmeldung",
    "passwort",
    "konto",
    "fehler",
    "frage",
    "antwort",
    "woche",
    "monat",
    "zeit",
    "seite",
    "kunde",
    "firma",
    "freund",
    "morgen",
    "abend",
    "jahr",
];

/// Words of each topic of a world of texts: all of seven letters and two syllables, so that nothing measured in a text tells
/// its topic.
const TOPICS: [[&str; 6]; 4] = [
    ["invoice", "payment", "charges", "refunds", "balance", "banking"],
    ["parcels", "courier", "address", "carrier", "packets", "tracker"],
    ["account", "browser", "session", "confirm", "locking", "keypads"],
    ["perfect", "helpful", "smiling", "pleased", "glowing", "winning"],
];

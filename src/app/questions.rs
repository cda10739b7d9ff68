//! Questions that files leave open, and the reader's answers: which option an answer sets, and whether numbers depend on it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use straingauge_api::{
    ColumnInfo, ColumnType, DataParams, DateOrder, DecimalMark, MissingChoice, OneOrMany, PredictionParams, Question, QuestionAbout,
    ReadOptions, Reading, Role,
};

use crate::desk::{Desk, DeskFile};
use crate::pairing::Use;
use crate::params::Choice;

/// An answer that holds for the whole project rather than for the reading of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The question.
    pub about: QuestionAbout,
    /// The column that was asked about; empty where the question is about the files.
    pub column: String,
    /// The reading that was chosen.
    pub choice: String,
}

/// A question with the place that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The file; absent where the question is about several.
    pub file: Option<u32>,
    /// The question.
    pub question: Question,
}

/// Returns the question in the reader's words.
pub const fn legend(about: QuestionAbout) -> &'static str {
    match about {
        QuestionAbout::Decimal => "Is the comma a decimal mark?",
        QuestionAbout::DateOrder => "Day or month first?",
        QuestionAbout::TimeZone => "Which time zone?",
        QuestionAbout::Header => "Is the first line a header?",
        QuestionAbout::MissingValue => "Is this a value, or is it missing?",
        QuestionAbout::Label => "Which column is the truth?",
        QuestionAbout::Prediction => "Which column is the prediction?",
        QuestionAbout::PositiveClass => "Which class is the positive one?",
        QuestionAbout::ClassNames => "Which class does each probability belong to?",
        QuestionAbout::Join => "How do the rows of both files belong together?",
    }
}

/// Returns true where a wrong reading makes wrong numbers. A wrong zone shifts all times alike.
pub const fn decides_numbers(about: QuestionAbout) -> bool {
    !matches!(about, QuestionAbout::TimeZone)
}

/// Returns true where the answer says how a file is read; other answers hold for the project.
pub const fn of_reading(about: QuestionAbout) -> bool {
    matches!(
        about,
        QuestionAbout::Decimal | QuestionAbout::DateOrder | QuestionAbout::TimeZone | QuestionAbout::Header | QuestionAbout::MissingValue
    )
}

/// The answer that the options of a file hold.
fn read_answer(question: &Question, read: &ReadOptions) -> Option<String> {
    match question.about {
        QuestionAbout::Header => read.header.map(|header| if header { "header" } else { "row" }.to_owned()),
        QuestionAbout::MissingValue => {
            let spelling = question.readings.first().map(|r| r.cell.as_str());
            let told = read.missing_values.iter().find(|m| m.column == question.column && Some(m.spelling.as_str()) == spelling);
            told.map(|m| if m.missing { "missing" } else { "value" }.to_owned())
        }
        QuestionAbout::Decimal => read.decimal.map(|d| if d == DecimalMark::Comma { "comma" } else { "point" }.to_owned()),
        QuestionAbout::DateOrder => read.date_order.map(|d| if d == DateOrder::DayFirst { "day_first" } else { "month_first" }.to_owned()),
        QuestionAbout::TimeZone => read.utc_offset_minutes.map(|m| m.to_string()),
        _ => None,
    }
}

/// Puts an answer into the options of a file.
fn set_reading(question: &Question, read: &mut ReadOptions, choice: &str) {
    match question.about {
        QuestionAbout::Header => read.header = Some(choice == "header"),
        QuestionAbout::MissingValue => {
            let Some(spelling) = question.readings.first().map(|r| r.cell.clone()) else { return };
            let column = question.column.clone();
            read.missing_values.retain(|m| m.column != column || m.spelling != spelling);
            read.missing_values.push(MissingChoice { column, spelling, missing: choice == "missing" });
        }
        QuestionAbout::Decimal => read.decimal = Some(if choice == "comma" { DecimalMark::Comma } else { DecimalMark::Point }),
        QuestionAbout::DateOrder => read.date_order = Some(if choice == "day_first" { DateOrder::DayFirst } else { DateOrder::MonthFirst }),
        QuestionAbout::TimeZone => read.utc_offset_minutes = choice.parse().ok(),
        _ => {}
    }
}

/// Returns true where one answer closes the question, whichever column a file asks about.
const fn asked_once(about: QuestionAbout) -> bool {
    matches!(about, QuestionAbout::Label | QuestionAbout::Prediction)
}

/// Puts the project's answers into the parameters of a data set with these columns.
pub fn answer_data(answers: &[Answer], columns: &[ColumnInfo], params: &mut DataParams) {
    let stands = |name: &str| columns.iter().any(|c| c.name == name);
    for answer in answers {
        match answer.about {
            QuestionAbout::Label if answer.choice.is_empty() || stands(&answer.choice) => params.label_col = Some(answer.choice.clone()),
            QuestionAbout::Prediction if answer.choice.is_empty() => params.prediction_col = Some(OneOrMany::One(String::new())),
            QuestionAbout::Prediction if stands(&answer.choice) => params.prediction_col = Some(OneOrMany::One(answer.choice.clone())),
            QuestionAbout::PositiveClass => params.positive_class = Some(answer.choice.clone()),
            QuestionAbout::ClassNames => params.class_names = class_names(&answer.choice),
            _ => {}
        }
    }
}

/// Puts the project's answers into the parameters of predictions.
pub fn answer_predictions(answers: &[Answer], params: &mut PredictionParams) {
    for answer in answers {
        match answer.about {
            QuestionAbout::ClassNames => params.class_names = class_names(&answer.choice),
            QuestionAbout::Join => params.id_col = Some(answer.choice.clone()),
            QuestionAbout::Prediction if !answer.choice.is_empty() => params.prediction_col = Some(OneOrMany::One(answer.choice.clone())),
            _ => {}
        }
    }
}

/// The names in a choice, which is a JSON list.
fn class_names(choice: &str) -> Option<Vec<String>> {
    let names = js_sys::JSON::parse(choice).ok()?;
    crate::client::from_js(names).ok()
}

impl Desk {
    /// What the reader answered, or `None` while the question is open.
    pub fn answered(self, asked: &Asked) -> Option<String> {
        let question = &asked.question;
        let given = || {
            self.answers.with(|all| {
                let is = |a: &&Answer| a.about == question.about && (asked_once(a.about) || a.column == question.column);
                all.iter().find(is).map(|a| a.choice.clone())
            })
        };
        let with_role = |role: Role| self.choices.with(|all| all.iter().find(|(_, c)| c.role == role).map(|(name, _)| name.clone()));
        match question.about {
            about if of_reading(about) => {
                let file = asked.file?;
                self.files.with(|all| read_answer(question, &all.iter().find(|f| f.id == file)?.read))
            }
            QuestionAbout::Label => given().or_else(|| with_role(Role::Label)),
            QuestionAbout::Prediction => given().or_else(|| with_role(Role::Prediction)),
            QuestionAbout::PositiveClass => given().or_else(|| Some(self.positive_class.get()).filter(|c| !c.is_empty())),
            _ => given(),
        }
    }

    /// Takes an answer. It holds for every file in which the same question is open.
    pub fn answer(self, asked: &Asked, choice: &str) {
        let Asked { file, question } = asked;
        if of_reading(question.about) {
            let same = |f: &DeskFile| {
                f.inspection().is_some_and(|i| {
                    let alike = |q: &Question| q.column == question.column && q.about == question.about;
                    i.questions.iter().any(|q| alike(q) && q.readings.iter().any(|r| r.choice == choice))
                })
            };
            let files: Vec<u32> =
                self.files.with_untracked(|all| all.iter().filter(|f| Some(f.id) == *file || same(f)).map(|f| f.id).collect());
            for id in files {
                self.read_as(id, |read| set_reading(question, read, choice));
            }
            return;
        }
        let about = question.about;
        self.answers.update(|all| {
            all.retain(|a| a.about != about || (!asked_once(about) && a.column != question.column));
            all.push(Answer { about, column: question.column.clone(), choice: choice.to_owned() });
        });
        match about {
            QuestionAbout::Label => self.give_role(Role::Label, choice),
            QuestionAbout::Prediction => self.give_role(Role::Prediction, choice),
            QuestionAbout::PositiveClass => self.positive_class.set(choice.to_owned()),
            _ => {}
        }
    }

    /// Gives a role to the column `name`, and to no other column of the data files.
    fn give_role(self, role: Role, name: &str) {
        let columns: Vec<ColumnInfo> = self.files.with_untracked(|all| {
            let data = all.iter().filter(|f| matches!(f.used_as, Use::Reference | Use::Evaluation));
            data.filter_map(DeskFile::inspection).flat_map(|i| i.columns.iter().cloned()).collect()
        });
        self.choices.update(|all| {
            for column in &columns {
                let guess = Choice::guessed(column);
                let mut choice = all.get(&column.name).cloned().unwrap_or_else(|| guess.clone());
                if column.name == name {
                    choice.role = role;
                } else if choice.role == role {
                    choice.role = if guess.role == role { feature(column.kind) } else { guess.role };
                } else {
                    continue;
                }
                if choice == guess {
                    all.remove(&column.name)
                } else {
                    all.insert(column.name.clone(), choice)
                };
            }
        });
    }

    /// Every question of the files in use, each once.
    pub fn questions(self) -> Vec<Asked> {
        let mut all: Vec<Asked> = Vec::new();
        self.files.with(|files| {
            for file in files.iter().filter(|f| f.used_as != Use::Unused) {
                let Some(inspection) = file.inspection() else { continue };
                for question in &inspection.questions {
                    all.push(Asked { file: Some(file.id), question: question.clone() });
                }
            }
        });
        self.late_questions.with(|late| all.extend(late.iter().cloned()));
        let told = all.iter().any(|a| a.question.about == QuestionAbout::Label);
        all.extend(if told { None } else { self.missing_label() });
        all
    }

    /// Questions that decide numbers and were not answered, each once.
    pub fn open_questions(self) -> Vec<Asked> {
        let mut open: Vec<Asked> = Vec::new();
        for asked in self.questions() {
            let question = &asked.question;
            let same =
                |o: &Asked| o.question.about == question.about && (asked_once(question.about) || o.question.column == question.column);
            let known = open.iter().any(same);
            if decides_numbers(question.about) && !known && self.answered(&asked).is_none() {
                open.push(asked);
            }
        }
        open
    }

    /// The question for the truth, where there are predictions, no file has a label, and the engine, which sees one file at a time, could not ask.
    fn missing_label(self) -> Option<Asked> {
        let data_only = self.data_only.get();
        let choices = self.choices.get();
        self.files.with(|files| {
            let used =
                |uses: &[Use]| files.iter().filter(|f| uses.contains(&f.used_as)).filter_map(DeskFile::inspection).collect::<Vec<_>>();
            let data = used(&[Use::Reference, Use::Evaluation]);
            let predictions = used(&[Use::ReferencePredictions, Use::EvaluationPredictions]);
            let labels = used(&[Use::ReferenceLabels, Use::EvaluationLabels]);
            let role = |c: &ColumnInfo| choices.get(&c.name).map_or(c.role.role, |choice| choice.role);
            let has = |wanted: Role| data.iter().any(|i| i.columns.iter().any(|c| role(c) == wanted));
            let predicted = !predictions.is_empty() || has(Role::Prediction);
            let guessed = data.iter().any(|i| i.columns.iter().any(|c| c.role.role == Role::Label));
            if data_only || !predicted || guessed || !labels.is_empty() {
                return None;
            }
            let first = data.first()?;
            let mut columns: Vec<&ColumnInfo> = first.columns.iter().filter(|c| could_be_truth(c, role(c))).collect();
            // The last columns are looked at first: that is where most files keep what is to be predicted.
            columns.reverse();
            columns.sort_by_key(|c| (c.distinct > 20, c.distinct > 2));
            let mut readings: Vec<Reading> = columns
                .into_iter()
                .map(|c| Reading {
                    choice: c.name.clone(),
                    cell: String::new(),
                    meaning: format!("“{}” is the truth: {}", c.name, values_of(c)),
                })
                .collect();
            readings.push(Reading {
                choice: String::new(),
                cell: String::new(),
                meaning: "There is none: performance is then estimated, not measured".to_owned(),
            });
            let reason = "There are predictions, and no column is known to hold what really happened.".to_owned();
            Some(Asked { file: None, question: Question { column: String::new(), about: QuestionAbout::Label, readings, reason } })
        })
    }
}

/// The feature role of a type, for a column that lost another role.
const fn feature(kind: ColumnType) -> Role {
    match kind {
        ColumnType::Integer | ColumnType::Float => Role::Numeric,
        ColumnType::Text => Role::Text,
        ColumnType::List => Role::Embedding,
        _ => Role::Categorical,
    }
}

fn could_be_truth(column: &ColumnInfo, role: Role) -> bool {
    matches!(role, Role::Numeric | Role::Categorical | Role::Label | Role::Group) && column.kind != ColumnType::List
}

fn values_of(column: &ColumnInfo) -> String {
    let shown: Vec<&str> = column.examples.iter().map(|v| v.value.as_str()).take(3).collect();
    let many = if column.distinct as usize > shown.len() { ", …" } else { "" };
    format!("{}{many}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(about: QuestionAbout, column: &str, cell: &str) -> Question {
        let reading = Reading { choice: "value".into(), cell: cell.into(), meaning: String::new() };
        Question { column: column.into(), about, readings: vec![reading], reason: String::new() }
    }

    #[test]
    fn answers_reach_the_options() {
        let mut read = ReadOptions::default();
        set_reading(&question(QuestionAbout::Decimal, "opened", ""), &mut read, "comma");
        set_reading(&question(QuestionAbout::DateOrder, "opened", ""), &mut read, "month_first");
        set_reading(&question(QuestionAbout::TimeZone, "opened", ""), &mut read, "-120");
        assert_eq!(read.decimal, Some(DecimalMark::Comma));
        assert_eq!(read.date_order, Some(DateOrder::MonthFirst));
        assert_eq!(read.utc_offset_minutes, Some(-120));
        let state = question(QuestionAbout::MissingValue, "state", "none");
        set_reading(&state, &mut read, "missing");
        set_reading(&state, &mut read, "value");
        let told = MissingChoice { column: "state".into(), spelling: "none".into(), missing: false };
        assert_eq!(read.missing_values, [told]);
        assert_eq!(read_answer(&state, &read).as_deref(), Some("value"));
        // Another spelling of the same column is another question.
        assert_eq!(read_answer(&question(QuestionAbout::MissingValue, "state", "n/a"), &read), None);
    }

    #[test]
    fn declining_reaches_the_parameters() {
        let declined = |about| Answer { about, column: String::new(), choice: String::new() };
        let mut data = DataParams::default();
        answer_data(&[declined(QuestionAbout::Label), declined(QuestionAbout::Prediction)], &[], &mut data);
        assert_eq!(data.label_col.as_deref(), Some(""));
        assert_eq!(data.prediction_col, Some(OneOrMany::One(String::new())));
        // A column that this file lacks is not named to it.
        let mut other = DataParams::default();
        answer_data(&[Answer { choice: "income".into(), ..declined(QuestionAbout::Label) }], &[], &mut other);
        assert_eq!(other.label_col, None);
        let mut predictions = PredictionParams::default();
        answer_predictions(&[declined(QuestionAbout::Join)], &mut predictions);
        assert_eq!(predictions.id_col.as_deref(), Some(""));
    }
}

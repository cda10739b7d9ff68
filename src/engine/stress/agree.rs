//! Both sides of a run are brought to one reading before anything is measured: which column is the truth, and what their texts mean.

use std::collections::BTreeSet;
use std::sync::Arc;

use straingauge_api::{Banner, Problem, Question, QuestionAbout, Role};
use straingauge_charts::format::counted;

use super::RunSide;
use crate::Result;
use crate::table::{Dataset, Follows, taken_for_truth};

/// Questions that banners show one by one.
const SHOWN: usize = 3;

/// Two sides that agree, and what their reader must know of it.
pub struct Agreement {
    /// The reference.
    pub reference: RunSide,
    /// The evaluation.
    pub evaluation: RunSide,
    /// What stands before the verdict.
    pub banners: Vec<Banner>,
    /// What was aligned, and what could not be.
    pub problems: Vec<Problem>,
}

/// Settles the readings of two sides over both of their files.
///
/// The evaluation is read as the reference is; the reference follows the evaluation only in what that proves and it merely assumed. A side
/// without a named truth takes the column that its predictions speak for.
///
/// # Errors
/// What makes a data set of the aligned columns impossible.
pub fn agree(reference: RunSide, evaluation: RunSide) -> Result<Agreement> {
    let (mut reference, mut evaluation) = (with_truth(reference, &evaluation_names(&evaluation))?, evaluation);
    let mut problems = Vec::new();
    if Arc::ptr_eq(&reference.dataset, &evaluation.dataset) {
        evaluation.dataset = Arc::clone(&reference.dataset);
    } else {
        evaluation = with_truth(evaluation, &BTreeSet::new())?;
        let proofs = reference.dataset.following(&evaluation.dataset.settled(), &evaluation.dataset.info.file, Follows::Proof)?;
        reference.dataset = proofs.dataset;
        let followed = evaluation.dataset.following(&reference.dataset.settled(), &reference.dataset.info.file, Follows::Reference)?;
        evaluation.dataset = followed.dataset;
        problems = proofs.problems;
        problems.extend(followed.problems);
    }
    let banners = banners(&reference, &evaluation);
    Ok(Agreement { reference, evaluation, banners, problems })
}

/// The side with the column as its truth that its predictions speak for, where none is named; `elsewhere` are the columns of the other side,
/// where there is one.
///
/// # Errors
/// What makes a data set of its columns impossible.
pub fn with_truth(mut side: RunSide, elsewhere: &BTreeSet<String>) -> Result<RunSide> {
    let Some(answers) = side.predictions.as_ref().and_then(|p| p.answers("the prediction")) else { return Ok(side) };
    if let Some(found) = taken_for_truth(&side.dataset, &answers, elsewhere)? {
        side.dataset = found;
    }
    Ok(side)
}

/// The columns that the evaluation has too: a truth is often missing there.
fn evaluation_names(evaluation: &RunSide) -> BTreeSet<String> {
    evaluation.dataset.table.columns.iter().map(|c| c.name.clone()).collect()
}

fn banners(reference: &RunSide, evaluation: &RunSide) -> Vec<Banner> {
    let mut banners = Vec::new();
    let mut say = |code: &str, text: String| banners.push(Banner { code: code.to_owned(), text });
    let judged = reference.predictions.is_some() || evaluation.predictions.is_some();
    let sides = [&reference.dataset, &evaluation.dataset];
    if judged && sides.iter().all(|side| label(side).is_none()) {
        let asked = sides.iter().flat_map(|side| &side.info.questions).find(|q| q.about == QuestionAbout::Label);
        let candidate = asked.and_then(|q| q.readings.iter().find(|r| !r.choice.is_empty()));
        let hint = candidate.map(|r| format!(" If {} choose it as the label.", condition(&r.meaning))).unwrap_or_default();
        say("no_label", format!("No label was set, so nothing here says how often the model is right.{hint}"));
    }
    let mut told = BTreeSet::new();
    for side in sides.into_iter().filter(|_| judged) {
        let guess = side.info.columns.iter().find(|c| c.role.role == Role::Label && c.role.confidence < 0.6);
        if let Some(column) = guess.filter(|column| told.insert(column.name.clone())) {
            let text = format!("No label was set: {} is taken for the truth. {}.", column.name, column.role.reason);
            say("label_assumed", text);
        }
    }
    let open = open_questions(sides);
    for (question, files) in open.iter().take(SHOWN) {
        say("open_question", in_words(question, files));
    }
    if open.len() > SHOWN {
        say(
            "open_question",
            format!("{} can be read in two ways; see the questions of the data sets.", counted((open.len() - SHOWN) as u64, "more column")),
        );
    }
    banners
}

/// `“x” is the truth: it …` as the beginning of a condition.
fn condition(meaning: &str) -> String {
    let head = meaning.split(": it ").next().unwrap_or(meaning);
    format!("{head},")
}

fn label(dataset: &Dataset) -> Option<&String> {
    dataset.params.label_col.as_ref().filter(|name| !name.is_empty())
}

/// Questions that decide numbers, with the files that leave them open.
fn open_questions(sides: [&Arc<Dataset>; 2]) -> Vec<(&Question, Vec<&str>)> {
    let mut open: Vec<(&Question, Vec<&str>)> = Vec::new();
    for side in sides {
        let used = |column: &str| side.info.columns.iter().find(|c| c.name == column).is_none_or(|c| c.role.role != Role::Ignored);
        let decides = |about: QuestionAbout| !matches!(about, QuestionAbout::TimeZone | QuestionAbout::Label);
        for question in side.info.questions.iter().filter(|q| decides(q.about) && used(&q.column)) {
            match open.iter_mut().find(|(known, _)| known.about == question.about && known.column == question.column) {
                Some((_, files)) if files.contains(&side.info.file.as_str()) => {}
                Some((_, files)) => files.push(&side.info.file),
                None => open.push((question, vec![&side.info.file])),
            }
        }
    }
    open
}

fn in_words(question: &Question, files: &[&str]) -> String {
    let files = files.join(" and ");
    let place = if question.column.is_empty() { files } else { format!("“{}” of {files}", question.column) };
    let assumed = question.readings.first().map_or("", |r| r.meaning.as_str());
    let cell = question.readings.first().map(|r| r.cell.as_str()).filter(|cell| !cell.is_empty());
    let other = question.readings.get(1).map(|r| format!("; it could be {}", r.meaning)).unwrap_or_default();
    let shown = cell.map_or_else(|| format!("the assumption is: {assumed}"), |cell| format!("“{cell}” is read as {assumed}"));
    format!("{place} can be read in several ways: {shown}{other} ({}).", question.reason)
}

//! A file on the desk: what it is, what it is taken for, what is wrong with it, and what can be read in two ways.

use leptos::prelude::*;
use straingauge_api::{Compression, DateOrder, DecimalMark, Format, Inspection, MissingChoice, Question, QuestionAbout, ReadOptions};

use crate::desk::{Desk, FileState, seen_before};
use crate::element::{button, el, link, none, row, svg};
use crate::format::{bytes, counted};
use crate::pairing::Use;
use crate::parts::{Shape, failure, mark, problem_list};
use crate::route::Route;
use crate::screens::setup::{option, select};
use crate::state::App;

/// Problems shown before the rest goes behind a link.
const FIRST: usize = 3;

/// The card.
pub fn file_card(id: u32) -> AnyView {
    let desk = App::here().desk;
    let file = Memo::new(move |_| desk.files.with(|files| files.iter().find(|f| f.id == id).cloned()));
    let state = Memo::new(move |_| file.get().map(|f| f.state));
    let (name, size) = file.get_untracked().map(|f| (f.name, f.bytes)).unwrap_or_default();
    let used_as = Memo::new(move |_| file.get().map_or(Use::Unused, |f| f.used_as));
    let is_read = Memo::new(move |_| file.with(|f| f.as_ref().is_some_and(|f| f.inspection().is_some())));
    let says = move || match state.get() {
        Some(state) => row(vec![el("p", "meta").text(&facts(&state, size)).any(), before(&state)]),
        None => none(),
    };
    let used = {
        let name = name.clone();
        move || {
            if !is_read.get() {
                return none();
            }
            let options = Use::ALL.into_iter().map(|(_, id, label)| option(id, label)).collect();
            let choose = select(options, move || used_as.get().id().to_owned(), move |v| desk.use_as(id, Use::from_id(&v)));
            let reason = move || el("span", "").text(&file.get().map(|f| f.reason).unwrap_or_default()).any();
            el("label", "use")
                .el(el("span", "visually-hidden").text(&format!("Use {name} as")))
                .el(choose.testid(&format!("use-{name}")))
                .el(el("small", "").live(reason))
                .any()
        }
    };
    let cross = svg("path", "")
        .attr("d", "M4 4l8 8m0-8-8 8")
        .attr("stroke", "currentColor")
        .attr("stroke-width", "1.6")
        .attr("stroke-linecap", "round");
    let off = button("icon", "", move || desk.remove(id))
        .attr("title", "Take off the desk")
        .attr("aria-label", &format!("Take {name} off the desk"))
        .el(svg("svg", "").attr("viewBox", "0 0 16 16").attr("aria-hidden", "true").el(cross));
    let head = el("div", "file-head").el(el("div", "file-name").el(el("strong", "").text(&name)).live(says)).live(used).el(off);
    let body = move || match state.get() {
        Some(state) => body(id, &state, &file.get_untracked().map(|f| f.read).unwrap_or_default()),
        None => none(),
    };
    el("li", "file").testid("file-card").el(head).live(body).any()
}

/// Whether this is the file that the project knows.
fn before(state: &FileState) -> AnyView {
    let FileState::Read(inspection) = state else { return none() };
    let seen = App::here().desk.known.with(|known| match seen_before(known, &inspection.name, &inspection.sha256)? {
        Ok(name) => Some(("meta same", format!("The same file as before: {name}."))),
        Err(name) => {
            Some(("meta other", format!("Not the file that was {name} before: its SHA-256 differs. Earlier runs were made on that one.")))
        }
    });
    seen.map_or_else(none, |(class, text)| el("p", class).testid("seen-before").text(&text).any())
}

fn facts(state: &FileState, size: u64) -> String {
    match state {
        FileState::Reading(..) => format!("{} · reading", bytes(size)),
        FileState::Failed(_) => format!("{} · not read", bytes(size)),
        FileState::Read(inspection) => {
            let format = match inspection.format {
                Format::Csv => match inspection.delimiter {
                    Some('\t') => "tab-separated",
                    Some(';') => "CSV with semicolons",
                    Some('|') => "CSV with bars",
                    _ => "CSV",
                },
                Format::Json => "JSON array",
                Format::Jsonl => "JSON lines",
                Format::Parquet => "Parquet",
                Format::ArrowFile | Format::ArrowStream => "Arrow",
            };
            let wrapped = match inspection.compression {
                Compression::None => "",
                Compression::Gzip => ", gzip",
                Compression::Zstd => ", zstd",
            };
            let encoding = match inspection.encoding.as_deref() {
                None | Some("utf-8" | "UTF-8") => String::new(),
                Some(other) => format!(" · {other}"),
            };
            format!(
                "{} · {format}{wrapped}{encoding} · {} · {}",
                bytes(size),
                counted(inspection.rows, "row"),
                counted(inspection.columns.len() as u64, "column")
            )
        }
    }
}

fn body(id: u32, state: &FileState, read: &ReadOptions) -> AnyView {
    match state {
        FileState::Reading(done, total) => {
            let bar = el("progress", "").attr("aria-label", "Reading");
            match total.filter(|t| *t > 0) {
                Some(total) => bar.attr("max", &total.to_string()).attr("value", &done.to_string()).any(),
                None => bar.any(),
            }
        }
        FileState::Failed(error) => failure("This file cannot be read.", error),
        FileState::Read(inspection) => findings(id, inspection, read),
    }
}

fn findings(id: u32, inspection: &Inspection, read: &ReadOptions) -> AnyView {
    let mut all: Vec<AnyView> = inspection.questions.iter().enumerate().map(|(i, q)| ask(id, i, q, read)).collect();
    let (first, more) = inspection.problems.split_at(inspection.problems.len().min(FIRST));
    if !first.is_empty() {
        all.push(problem_list(first));
    }
    if !more.is_empty() {
        all.push(el("p", "meta").el(link("", &Route::Warnings.href(), &format!("{} more", more.len()))).any());
    }
    row(all)
}

/// Both readings of an open question, side by side, with a cell of the file.
fn ask(id: u32, index: usize, question: &Question, read: &ReadOptions) -> AnyView {
    let desk = App::here().desk;
    let about = question.about;
    let chosen = match about {
        QuestionAbout::Header => read.header.map(|header| if header { "header" } else { "row" }.to_owned()),
        QuestionAbout::MissingValue => {
            let told = read.missing_values.iter().find(|m| m.column == question.column);
            told.map(|m| if m.missing { "missing" } else { "value" }.to_owned())
        }
        // Answered by a column's role, not by how the file is read.
        QuestionAbout::Label
        | QuestionAbout::Prediction
        | QuestionAbout::PositiveClass
        | QuestionAbout::ClassNames
        | QuestionAbout::Join => None,
        QuestionAbout::Decimal => read.decimal.map(|d| if d == DecimalMark::Comma { "comma" } else { "point" }.to_owned()),
        QuestionAbout::DateOrder => read.date_order.map(|d| if d == DateOrder::DayFirst { "day_first" } else { "month_first" }.to_owned()),
        QuestionAbout::TimeZone => read.utc_offset_minutes.map(|m| m.to_string()),
    };
    // A wrong guess at numbers or dates ruins a test; one at the zone shifts all times alike.
    let open = chosen.is_none() && about != QuestionAbout::TimeZone;
    let column = StoredValue::new(question.column.clone());
    let current = chosen.or_else(|| question.readings.first().map(|r| r.choice.clone())).unwrap_or_default();
    let legend = match about {
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
    };
    let readings = question.readings.iter().map(|reading| {
        let choice = reading.choice.clone();
        let radio = el("input", "").attr("type", "radio").attr("name", &format!("q-{id}-{index}")).testid(&format!("reading-{choice}"));
        let radio = if current == choice { radio.attr("checked", "") } else { radio };
        let radio = radio.on("change", move |_| column.with_value(|column| answer_all(desk, id, column, about, &choice)));
        let says = el("span", "").el(el("code", "").text(&reading.cell)).text(" is ").text(&reading.meaning);
        el("label", "reading").el(radio).el(says)
    });
    let legend = el("legend", "").view(mark(if open { Shape::Warning } else { Shape::Skip })).text(legend).text(" ");
    el("fieldset", if open { "question open" } else { "question" })
        .testid("question")
        .el(legend.el(el("code", "").text(&question.column)))
        .el(el("div", "readings").all(readings))
        .any()
}

/// Both sides must be read in one way: an answer holds for every file in which the same question is open.
fn answer_all(desk: Desk, asked: u32, column: &str, about: QuestionAbout, choice: &str) {
    let files: Vec<u32> = desk.files.with_untracked(|files| {
        let same = |i: &Inspection| {
            i.questions.iter().any(|q| q.column == column && q.about == about && q.readings.iter().any(|r| r.choice == choice))
        };
        files.iter().filter(|f| f.id == asked || f.inspection().is_some_and(|i| same(i))).map(|f| f.id).collect()
    });
    for id in files {
        let spelling = || desk.files.with_untracked(|files| spelling_asked(files.iter().find(|f| f.id == asked)?.inspection()?, column));
        let spelling = if about == QuestionAbout::MissingValue { spelling() } else { None };
        desk.read_as(id, |read| answer(read, column, spelling.as_deref(), about, choice));
    }
}

/// The spelling of which a column's question asks whether it is missing.
fn spelling_asked(inspection: &Inspection, column: &str) -> Option<String> {
    let question = inspection.questions.iter().find(|q| q.about == QuestionAbout::MissingValue && q.column == column)?;
    question.readings.first().map(|reading| reading.cell.clone())
}

/// Puts a reading into the options.
fn answer(read: &mut ReadOptions, column: &str, spelling: Option<&str>, about: QuestionAbout, choice: &str) {
    match about {
        QuestionAbout::Header => read.header = Some(choice == "header"),
        QuestionAbout::MissingValue => {
            let Some(spelling) = spelling else { return };
            read.missing_values.retain(|m| m.column != column || m.spelling != spelling);
            let (column, spelling) = (column.to_owned(), spelling.to_owned());
            read.missing_values.push(MissingChoice { column, spelling, missing: choice == "missing" });
        }
        QuestionAbout::Label
        | QuestionAbout::Prediction
        | QuestionAbout::PositiveClass
        | QuestionAbout::ClassNames
        | QuestionAbout::Join => {}
        QuestionAbout::Decimal => read.decimal = Some(if choice == "comma" { DecimalMark::Comma } else { DecimalMark::Point }),
        QuestionAbout::DateOrder => read.date_order = Some(if choice == "day_first" { DateOrder::DayFirst } else { DateOrder::MonthFirst }),
        QuestionAbout::TimeZone => read.utc_offset_minutes = choice.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_reach_the_options() {
        let mut read = ReadOptions::default();
        answer(&mut read, "opened", None, QuestionAbout::Decimal, "comma");
        answer(&mut read, "opened", None, QuestionAbout::DateOrder, "month_first");
        answer(&mut read, "opened", None, QuestionAbout::TimeZone, "-120");
        assert_eq!(read.decimal, Some(DecimalMark::Comma));
        assert_eq!(read.date_order, Some(DateOrder::MonthFirst));
        assert_eq!(read.utc_offset_minutes, Some(-120));
        answer(&mut read, "state", Some("none"), QuestionAbout::MissingValue, "missing");
        answer(&mut read, "state", Some("none"), QuestionAbout::MissingValue, "value");
        let told = MissingChoice { column: "state".into(), spelling: "none".into(), missing: false };
        assert_eq!(read.missing_values, [told]);
    }
}

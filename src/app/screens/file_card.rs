//! A file on the desk: what it is, what it is taken for, what is wrong with it, and what can be read in two ways.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Compression, DateOrder, DecimalMark, Format, Inspection, Question, QuestionAbout, ReadOptions};

use crate::desk::{Desk, FileState, seen_before};
use crate::format::{bytes, counted};
use crate::pairing::Use;
use crate::parts::{ProblemList, Shape, failure, mark};
use crate::route::Route;
use crate::state::App;

/// Problems shown before the rest goes behind a link.
const FIRST: usize = 3;

/// The card.
#[component]
pub fn FileCard(id: u32) -> impl IntoView {
    let desk = App::here().desk;
    let file = Memo::new(move |_| desk.files.with(|files| files.iter().find(|f| f.id == id).cloned()));
    let state = Memo::new(move |_| file.get().map(|f| f.state));
    let name = file.get_untracked().map(|f| f.name).unwrap_or_default();
    let used_as = Memo::new(move |_| file.get().map_or(Use::Unused, |f| f.used_as));
    let is_read = Memo::new(move |_| file.with(|f| f.as_ref().is_some_and(|f| f.inspection().is_some())));
    let options: Vec<_> = Use::ALL
        .into_iter()
        .map(|(each, id, label)| view! { <option value=id selected=move || used_as.get() == each>{label}</option> })
        .collect();
    view! {
        <li class="file" data-testid="file-card">
            <div class="file-head">
                <div class="file-name">
                    <strong>{name.clone()}</strong>
                    <p class="meta">{move || state.get().map(|s| facts(&s, file.get_untracked().map_or(0, |f| f.bytes)))}</p>
                    {move || state.get().and_then(|s| before(&s))}
                </div>
                {move || is_read.get().then(|| view! {
                    <label class="use"><span class="visually-hidden">{format!("Use {name} as")}</span>
                        <select
                            data-testid=format!("use-{name}")
                            prop:value=move || used_as.get().id()
                            on:change:target=move |ev| desk.use_as(id, Use::from_id(&ev.target().value()))
                        >{options.clone()}</select>
                        <small>{move || file.get().map(|f| f.reason)}</small>
                    </label>
                })}
                <button type="button" class="icon" title="Take off the desk" aria-label=format!("Take {} off the desk", file.get_untracked().map(|f| f.name).unwrap_or_default()) on:click=move |_| desk.remove(id)>
                    <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 4l8 8m0-8-8 8" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" /></svg>
                </button>
            </div>
            {move || state.get().map(|s| body(id, &s, file.get_untracked().map(|f| f.read).unwrap_or_default()))}
        </li>
    }
}

/// Whether this is the file that the project knows.
fn before(state: &FileState) -> Option<AnyView> {
    let FileState::Read(inspection) = state else { return None };
    let (class, text) = App::here().desk.known.with(|known| match seen_before(known, &inspection.name, &inspection.sha256)? {
        Ok(name) => Some(("meta same", format!("The same file as before: {name}."))),
        Err(name) => {
            Some(("meta other", format!("Not the file that was {name} before: its SHA-256 differs. Earlier runs were made on that one.")))
        }
    })?;
    Some(view! { <p class=class data-testid="seen-before">{text}</p> }.into_any())
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

fn body(id: u32, state: &FileState, read: ReadOptions) -> AnyView {
    match state {
        FileState::Reading(done, total) => {
            let total = total.filter(|t| *t > 0);
            view! { <progress max=total.map(|t| t.to_string()) value=total.map(|_| done.to_string()) aria-label="Reading"></progress> }
                .into_any()
        }
        FileState::Failed(error) => failure("This file cannot be read.", error),
        FileState::Read(inspection) => findings(id, inspection, &read),
    }
}

fn findings(id: u32, inspection: &Arc<Inspection>, read: &ReadOptions) -> AnyView {
    let questions: Vec<_> = inspection.questions.iter().enumerate().map(|(i, q)| ask(id, i, q, read)).collect();
    let first: Vec<_> = inspection.problems.iter().take(FIRST).cloned().collect();
    let more = inspection.problems.len().saturating_sub(FIRST);
    view! {
        {questions}
        {(!first.is_empty()).then(|| view! { <ProblemList problems=first /> })}
        {(more > 0).then(|| view! { <p class="meta"><a href=Route::Warnings.href()>{format!("{more} more")}</a></p> })}
    }
    .into_any()
}

/// Both readings of an open question, side by side, with a cell of the file.
fn ask(id: u32, index: usize, question: &Question, read: &ReadOptions) -> AnyView {
    let desk = App::here().desk;
    let about = question.about;
    let chosen = match about {
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
    };
    let readings: Vec<_> = question
        .readings
        .iter()
        .map(|reading| {
            let choice = reading.choice.clone();
            let checked = current == choice;
            view! {
                <label class="reading">
                    <input type="radio" name=format!("q-{id}-{index}") prop:checked=checked checked=checked data-testid=format!("reading-{choice}")
                        on:change=move |_| { column.with_value(|column| answer_all(desk, id, column, about, &choice)); } />
                    <span><code>{reading.cell.clone()}</code>" is "{reading.meaning.clone()}</span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="question" class:open=open data-testid="question">
            <legend>{mark(if open { Shape::Warning } else { Shape::Skip })}{legend}" "<code>{question.column.clone()}</code></legend>
            <div class="readings">{readings}</div>
        </fieldset>
    }
    .into_any()
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
        desk.read_as(id, |read| answer(read, about, choice));
    }
}

/// Puts a reading into the options.
fn answer(read: &mut ReadOptions, about: QuestionAbout, choice: &str) {
    match about {
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
        answer(&mut read, QuestionAbout::Decimal, "comma");
        answer(&mut read, QuestionAbout::DateOrder, "month_first");
        answer(&mut read, QuestionAbout::TimeZone, "-120");
        assert_eq!(read.decimal, Some(DecimalMark::Comma));
        assert_eq!(read.date_order, Some(DateOrder::MonthFirst));
        assert_eq!(read.utc_offset_minutes, Some(-120));
    }
}

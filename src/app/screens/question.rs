//! A question that the files leave open: its readings side by side, and what speaks for the first.

use leptos::prelude::*;
use straingauge_api::{QuestionAbout, Reading};

use crate::desk::{Desk, DeskFile};
use crate::element::{El, button, el, live, none, row};
use crate::format::{capital, sentence};
use crate::parts::{Shape, mark, typed};
use crate::questions::{Asked, decides_numbers, legend, of_reading};
use crate::screens::setup::option;
use crate::state::App;

/// Readings shown as a list to tick; more of them are a list to choose from.
const FEW: usize = 6;

/// The name by which the bar of the run finds a question on the page.
pub fn anchor(asked: &Asked) -> String {
    let file = asked.file.map(|id| id.to_string()).unwrap_or_default();
    format!("question-{:?}-{file}-{}", asked.question.about, asked.question.column)
}

/// The question.
pub fn question(asked: &Asked) -> AnyView {
    // A zone shifts all times alike and is seldom asked for: one line, folded.
    if asked.question.about == QuestionAbout::TimeZone { zone(asked) } else { card(asked) }
}

fn card(asked: &Asked) -> AnyView {
    let desk = App::here().desk;
    let kept = StoredValue::new(asked.clone());
    let chosen = Memo::new(move |_| kept.with_value(|a| desk.answered(a)));
    let open = move || chosen.with(Option::is_none) && kept.with_value(|a| decides_numbers(a.question.about));
    let question = &asked.question;
    let shape = live(move || mark(if open() { Shape::Warning } else { Shape::Skip }));
    let legend = el("legend", "").view(shape).text(legend(question.about)).text(" ");
    let legend = if question.column.is_empty() { legend } else { legend.el(el("code", "").text(&question.column)) };
    let reason =
        (!question.reason.is_empty()).then(|| el("p", "meta").testid("question-reason").text(&sentence(&capital(&question.reason))));
    let field = el("fieldset", "")
        .attr("id", &anchor(asked))
        .attr("tabindex", "-1")
        .attr("data-about", about_id(question.about))
        .live_attr("class", move || Some(if open() { "question open" } else { "question" }.to_owned()))
        .testid("question")
        .el(legend)
        .all(reason);
    field.el(readings(asked, chosen)).any()
}

fn zone(asked: &Asked) -> AnyView {
    let desk = App::here().desk;
    let kept = StoredValue::new(asked.clone());
    let chosen = Memo::new(move |_| kept.with_value(|a| desk.answered(a)));
    let column = asked.question.column.clone();
    let says = move || {
        let name = kept.with_value(|a| {
            let current = in_force(chosen.get(), &a.question.readings);
            let (sign, minutes) = match current.parse::<i32>() {
                Ok(0) | Err(_) => return "UTC".to_owned(),
                Ok(m) => (if m < 0 { '\u{2212}' } else { '+' }, m.unsigned_abs()),
            };
            format!("UTC{sign}{}:{:02}", minutes / 60, minutes % 60)
        });
        row(vec![el("code", "").text(&column).any(), el("span", "").text(&format!(" is read as {name} · ")).any()])
    };
    let summary = el("summary", "").live(says).el(el("span", "link").text("change"));
    el("details", "zone").testid("question").attr("data-about", "time_zone").el(summary).el(readings(asked, chosen)).any()
}

/// The choice in force: the reader's, else the first, which was assumed.
fn in_force(chosen: Option<String>, readings: &[Reading]) -> String {
    chosen.or_else(|| readings.first().map(|r| r.choice.clone())).unwrap_or_default()
}

fn readings(asked: &Asked, chosen: Memo<Option<String>>) -> El {
    let desk = App::here().desk;
    let all = &asked.question.readings;
    let of_cells = of_reading(asked.question.about);
    let kept = StoredValue::new(asked.clone());
    let take = move |choice: &str| kept.with_value(|a| desk.answer(a, choice));
    // What nobody assumed is in force only once somebody chose it.
    let assumed = asked.file.is_some();
    let current = move || match (chosen.get(), assumed) {
        (None, false) => None,
        (chosen, _) => Some(kept.with_value(|a| in_force(chosen, &a.question.readings))),
    };
    let body = el("div", "readings");
    if all.len() > FEW {
        let unchosen = (!assumed).then(|| option("\u{0}", "Choose a column"));
        let options =
            all.iter().map(|r| option(&r.choice, &if of_cells { format!("{} is {}", r.cell, r.meaning) } else { r.meaning.clone() }));
        let select = el("select", "")
            .testid("question-choice")
            .attr("aria-label", legend(asked.question.about))
            .all(unchosen.into_iter().chain(options))
            .live_attr("value", move || Some(current().unwrap_or_else(|| "\u{0}".to_owned())))
            .on("change", move |ev| take(&typed(&ev)));
        // The first reading is in force already, so that choosing it tells of no change: a press confirms it.
        let confirm = move || {
            let (Some(current), None) = (current(), chosen.get()) else { return none() };
            button("btn small", "That is right", move || take(&current)).testid("question-confirm").any()
        };
        return body.el(select).live(confirm);
    }
    let name = anchor(asked);
    body.all(all.iter().map(|reading| {
        let choice = reading.choice.clone();
        let mine = choice.clone();
        let radio = el("input", "")
            .attr("type", "radio")
            .attr("name", &name)
            .testid(&format!("reading-{choice}"))
            .live_attr("checked", move || (current().as_ref() == Some(&mine)).then(String::new))
            // A press on the reading that is in force confirms it; a radio tells of no change then.
            .on("click", move |_| take(&choice));
        let says = el("span", "");
        // How a cell is read is shown with the cell; what a column is for is a sentence.
        let says = if of_cells {
            says.el(el("code", "").text(&reading.cell)).text(" is ").text(&reading.meaning)
        } else {
            says.text(&capital(&reading.meaning))
        };
        el("label", "reading").el(radio).el(says)
    }))
}

const fn about_id(about: QuestionAbout) -> &'static str {
    match about {
        QuestionAbout::Decimal => "decimal",
        QuestionAbout::DateOrder => "date_order",
        QuestionAbout::TimeZone => "time_zone",
        QuestionAbout::Header => "header",
        QuestionAbout::MissingValue => "missing_value",
        QuestionAbout::Label => "label",
        QuestionAbout::Prediction => "prediction",
        QuestionAbout::PositiveClass => "positive_class",
        QuestionAbout::ClassNames => "class_names",
        QuestionAbout::Join => "join",
    }
}

/// Returns true for a question that the card of its file shows.
pub fn on_card(desk: Desk, asked: &Asked) -> bool {
    let known = |f: &DeskFile| Some(f.id) == asked.file && f.inspection().is_some_and(|i| i.questions.contains(&asked.question));
    desk.files.with(|files| files.iter().any(known))
}

/// The questions about several files together, and those that showed only when the files were laid together; nothing where there are none.
pub fn shared_questions() -> AnyView {
    let desk = App::here().desk;
    let asked = Memo::new(move |_| desk.questions().into_iter().filter(|a| !on_card(desk, a)).collect::<Vec<_>>());
    live(move || {
        let asked = asked.get();
        if asked.is_empty() { none() } else { row(asked.iter().map(question).collect()) }
    })
}

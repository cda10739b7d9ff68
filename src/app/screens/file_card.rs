//! A file on the desk: what it is, what it is taken for, what is wrong with it, and what can be read in two ways.

use leptos::prelude::*;
use straingauge_api::{Compression, Format, Inspection, Question};

use crate::desk::{FileState, seen_before};
use crate::element::{button, el, link, none, row, svg};
use crate::format::{bytes, counted};
use crate::pairing::Use;
use crate::parts::{failure, problem_list};
use crate::questions::Asked;
use crate::route::Route;
use crate::screens::question::question;
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
        Some(state) => body(id, &state),
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

fn body(id: u32, state: &FileState) -> AnyView {
    match state {
        FileState::Reading(done, total) => {
            let bar = el("progress", "").attr("aria-label", "Reading");
            match total.filter(|t| *t > 0) {
                Some(total) => bar.attr("max", &total.to_string()).attr("value", &done.to_string()).any(),
                None => bar.any(),
            }
        }
        FileState::Failed(error) => failure("This file cannot be read.", error),
        FileState::Read(inspection) => findings(id, inspection),
    }
}

fn findings(id: u32, inspection: &Inspection) -> AnyView {
    let asked = |q: &Question| question(&Asked { file: Some(id), question: q.clone() });
    let mut all: Vec<AnyView> = inspection.questions.iter().map(asked).collect();
    let (first, more) = inspection.problems.split_at(inspection.problems.len().min(FIRST));
    if !first.is_empty() {
        all.push(problem_list(first));
    }
    if !more.is_empty() {
        all.push(el("p", "meta").el(link("", &Route::Warnings.href(), &format!("{} more", more.len()))).any());
    }
    row(all)
}

//! Where files are dropped or picked.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::element::{button, el, svg};

fn files_of(list: Option<web_sys::FileList>) -> Vec<web_sys::File> {
    list.map(|l| (0..l.length()).filter_map(|i| l.get(i)).collect()).unwrap_or_default()
}

/// The drop zone: its class (`large` for the first screen), what is to be dropped, which files are meant, and what takes them.
pub fn drop_zone(class: &str, title: &str, hint: &str, take: impl Fn(Vec<web_sys::File>) + Copy + Send + 'static) -> AnyView {
    let over = RwSignal::new(false);
    let class = class.to_owned();
    let taken = move |files: Vec<web_sys::File>| {
        if !files.is_empty() {
            take(files);
        }
    };
    let art = svg("svg", "drop-art").attr("viewBox", "0 0 48 48").attr("aria-hidden", "true").el(svg("path", "")
        .attr("d", "M24 32V12m0 0-8 8m8-8 8 8M8 32v6a3 3 0 0 0 3 3h26a3 3 0 0 0 3-3v-6")
        .attr("fill", "none")
        .attr("stroke", "currentColor")
        .attr("stroke-width", "2.4")
        .attr("stroke-linecap", "round")
        .attr("stroke-linejoin", "round"));
    let input = || document().query_selector("[data-testid=file-input]").ok().flatten();
    let choose = button("link", "choose them", move || {
        if let Some(input) = input().and_then(|i| i.dyn_into::<web_sys::HtmlElement>().ok()) {
            input.click();
        }
    });
    let field = el("input", "visually-hidden")
        .attr("type", "file")
        .attr("multiple", "")
        .attr("tabindex", "-1")
        .attr("aria-label", "Data and prediction files")
        .testid("file-input")
        .on("change", move |ev| {
            if let Some(input) = ev.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok()) {
                let files = files_of(input.files());
                // The same file may be chosen again.
                input.set_value("");
                taken(files);
            }
        });
    el("div", "")
        .live_attr("class", move || Some(format!("drop {class}{}", if over.get() { " over" } else { "" })))
        .testid("drop-zone")
        .on("dragover", move |ev| {
            ev.prevent_default();
            over.set(true);
        })
        .on("dragleave", move |_| over.set(false))
        .on("drop", move |ev| {
            ev.prevent_default();
            over.set(false);
            taken(files_of(ev.dyn_ref::<web_sys::DragEvent>().and_then(web_sys::DragEvent::data_transfer).and_then(|t| t.files())));
        })
        .el(art)
        .el(el("p", "drop-title").text(title).text(", or ").el(choose))
        .el(el("p", "drop-hint").text(hint))
        .el(field)
        .any()
}

/// The drop zone of a stress test's files. `then` runs after files were taken.
pub fn files_zone(class: &str, more: bool, then: impl Fn() + Copy + Send + 'static) -> AnyView {
    let app = crate::state::App::here();
    let title = if more { "Drop more files here" } else { "Drop your files here" };
    let hint =
        "Reference data, evaluation data and their predictions, all at once. CSV, JSON, JSONL, Parquet or Arrow, plain, gzip or zstd.";
    drop_zone(class, title, hint, move |files| {
        app.desk.take(files);
        app.requests.opened();
        then();
    })
}

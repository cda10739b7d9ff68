//! Where files are dropped or picked. The whole window takes them: what is dropped beside the zone must not make the browser leave the page.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::element::{button, el, svg};

type Take = Rc<dyn Fn(Vec<web_sys::File>)>;

thread_local! {
    // The zone on the screen, if there is one, takes what is dropped anywhere. Numbered, so that a zone that goes does not take the next one's place.
    static ZONE: RefCell<(u32, Option<Take>)> = const { RefCell::new((0, None)) };
}

/// Takes files dropped anywhere in the window. Without a zone on the screen they go to the desk of the next run.
pub fn listen_for_drops(app: crate::state::App) {
    let options = EventListenerOptions::enable_prevent_default();
    let window = window();
    let transfer = |event: &web_sys::Event| event.dyn_ref::<web_sys::DragEvent>().and_then(web_sys::DragEvent::data_transfer);
    let holds_files = move |event: &web_sys::Event| transfer(event).is_some_and(|t| t.types().includes(&"Files".into(), 0));
    let over = move |event: &web_sys::Event| {
        if holds_files(event) {
            event.prevent_default();
            app.dragging.set(true);
        }
    };
    let leave = move |event: &web_sys::Event| {
        // Leaving one element for another is no leaving.
        if event.dyn_ref::<web_sys::DragEvent>().is_some_and(|e| e.related_target().is_none()) {
            app.dragging.set(false);
        }
    };
    let drop = move |event: &web_sys::Event| {
        if !holds_files(event) {
            return;
        }
        event.prevent_default();
        app.dragging.set(false);
        let files = files_of(transfer(event).and_then(|t| t.files()));
        let zone = ZONE.with_borrow(|zone| zone.1.clone());
        if files.is_empty() {
        } else if let Some(take) = zone {
            take(files);
        } else {
            app.desk.take(files);
            app.requests.opened();
            app.dropped.set(true);
        }
    };
    EventListener::new_with_options(&window, "dragover", options, over).forget();
    EventListener::new_with_options(&window, "dragleave", options, leave).forget();
    EventListener::new_with_options(&window, "drop", options, drop).forget();
    // Files and runs live in this tab alone: leaving it by mistake loses them.
    let unload = move |event: &web_sys::Event| {
        let desks = [app.desk, app.watch.desk];
        if desks.iter().any(|desk| desk.files.with_untracked(|f| !f.is_empty())) || untrack(|| app.live.busy() || app.watch.busy()) {
            event.prevent_default();
            if let Some(event) = event.dyn_ref::<web_sys::BeforeUnloadEvent>() {
                event.set_return_value("files are loaded");
            }
        }
    };
    EventListener::new_with_options(&window, "beforeunload", options, unload).forget();
}

/// The veil over the page while files are dragged over the window.
pub fn drop_veil(app: crate::state::App) -> AnyView {
    crate::element::live(move || {
        if app.dragging.get() {
            el("div", "drop-veil").testid("drop-veil").attr("aria-hidden", "true").el(el("p", "").text("Drop your files anywhere")).any()
        } else {
            crate::element::none()
        }
    })
}

fn files_of(list: Option<web_sys::FileList>) -> Vec<web_sys::File> {
    list.map(|l| (0..l.length()).filter_map(|i| l.get(i)).collect()).unwrap_or_default()
}

/// The drop zone: its class (`large` for the first screen), what is to be dropped, which files are meant, and what takes them.
pub fn drop_zone(class: &str, title: &str, hint: &str, take: impl Fn(Vec<web_sys::File>) + Copy + Send + 'static) -> AnyView {
    let over = crate::state::App::here().dragging;
    let class = class.to_owned();
    let taken = move |files: Vec<web_sys::File>| {
        if !files.is_empty() {
            take(files);
        }
    };
    let number = ZONE.with_borrow_mut(|zone| {
        *zone = (zone.0 + 1, Some(Rc::new(taken)));
        zone.0
    });
    on_cleanup(move || {
        ZONE.with_borrow_mut(|zone| {
            if zone.0 == number {
                zone.1 = None;
            }
        });
    });
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

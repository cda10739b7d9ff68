//! Notes beside a monitor or an event, and saying that an event or an incident was dealt with.

use leptos::prelude::*;
use straingauge_api::{Note, Resolution};
use wasm_bindgen::JsValue;

use crate::element::{El, button, el, live, none, row};
use crate::screens::firewall::setup::text;
use crate::screens::setup::field;
use crate::state::App;

/// The notes with a field for the next one.
pub fn notes(app: App, id: &str, notes: &[Note]) -> AnyView {
    let words = RwSignal::new(String::new());
    let id = id.to_owned();
    let items = notes.iter().map(|n| el("li", "").el(el("span", "meta").text(&format!("{} · ", n.on))).text(&n.text));
    let save = el("button", "btn small").attr("type", "submit").text("Add note").testid("note-save");
    let form = el("form", "accept-form")
        .on("submit", move |ev| {
            ev.prevent_default();
            let note = words.get_untracked();
            if !note.trim().is_empty() {
                app.watch.act("note", vec![JsValue::from_str(&id), JsValue::from_str(note.trim())], move || words.set(String::new()));
            }
        })
        .el(field("Note", text(words).testid("note-text")))
        .el(save.live_attr("disabled", move || words.with(|w| w.trim().is_empty()).then(String::new)));
    el("section", "sheet").el(el("h2", "").text("Notes")).el(el("ul", "notes").testid("notes").all(items)).el(form).any()
}

/// What was done about an event or an incident, or the way to say it.
pub fn resolution(app: App, id: &str, resolved: Option<&Resolution>, does: &'static str) -> AnyView {
    let id = id.to_owned();
    if let Some(done) = resolved {
        let said = if done.note.is_empty() { String::new() } else { format!(" {}", done.note) };
        let says = el("p", "").el(el("strong", "").text(&format!("Resolved on {}.", done.on))).text(&said);
        let reopen = button("btn small", "Reopen", move || app.watch.act("reopen", vec![JsValue::from_str(&id)], || ()));
        return el("div", "notice accepted").testid("resolved").el(el("div", "").el(says).el(reopen.testid("reopen"))).any();
    }
    let asking = RwSignal::new(false);
    let words = RwSignal::new(String::new());
    live(move || {
        if !asking.get() {
            return button("btn small", does, move || asking.set(true)).testid("resolve").any();
        }
        let id = id.clone();
        let done = el("button", "btn small primary").attr("type", "submit").text(does).testid("resolve-save");
        let actions = el("div", "actions").el(done).el(button("btn small", "Not yet", move || asking.set(false)));
        el("form", "accept-form")
            .on("submit", move |ev| {
                ev.prevent_default();
                app.watch.act("resolve", vec![JsValue::from_str(&id), JsValue::from_str(words.get_untracked().trim())], || ());
            })
            .el(field("What was found or done", text(words).testid("resolve-text")))
            .el(actions)
            .any()
    })
}

/// Something or nothing, as a section.
pub fn section(title: &str, parts: Vec<AnyView>) -> AnyView {
    if parts.is_empty() { none() } else { el("section", "sheet").el(el("h2", "").text(title)).view(row(parts)).any() }
}

/// Words in a row, divided by dots.
pub fn facts(words: &[String]) -> El {
    el("p", "meta").text(&words.join(" · "))
}

//! What stands where the content would be: while it loads, when there is none, and when it could not be had.

use leptos::prelude::*;
use straingauge_api::ApiError;

use crate::element::{el, svg};

/// While something loads.
pub fn loading(what: &str) -> AnyView {
    el("p", "loading").attr("role", "status").el(el("span", "pulse").attr("aria-hidden", "true")).text(what).any()
}

/// Nothing is there yet: what would be, and how to get it.
pub fn empty(title: &str, text: &str, action: AnyView) -> AnyView {
    let path = |class: &str, d: &str| svg("path", class).attr("d", d);
    let art = svg("svg", "empty-art")
        .attr("viewBox", "0 0 160 40")
        .attr("aria-hidden", "true")
        .el(path("axis", "M0 32H160"))
        .el(path("wire", "M8 32V14h12v18h12V14h12v18h12V14h12v18h12V14h12v18h12V14h12v18h12V14h12v18"));
    el("section", "sheet empty").el(art).el(el("h2", "").text(title)).el(el("p", "").text(text)).el(el("div", "actions").view(action)).any()
}

/// Something could not be done: what, where, and what mends it.
pub fn failure(title: &str, error: &ApiError) -> AnyView {
    let mut place: Vec<String> = Vec::new();
    place.extend(error.details.file.clone());
    place.extend(error.details.row.map(|r| format!("row {}", crate::format::count(r))));
    place.extend(error.details.column.as_ref().map(|c| format!("column {c}")));
    let mend = error.details.mend.as_ref().filter(|m| !error.message.contains(m.as_str()));
    let says = el("div", "")
        .el(el("p", "").el(el("strong", "").text(title)).text(" ").text(&error.message))
        .all(mend.map(|m| el("p", "").text(m)))
        .all((!place.is_empty()).then(|| el("p", "meta").text(&place.join(" · "))))
        .el(el("p", "meta").el(el("code", "").text(&error.code)));
    el("div", "notice alert").attr("role", "alert").testid("failure").view(super::mark(super::Shape::Alert)).el(says).any()
}

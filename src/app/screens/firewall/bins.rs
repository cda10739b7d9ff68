//! The bins of a firewall as a table; one opens to its run, several to one run together.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{BinInfo, Risk};
use straingauge_charts::calendar::span;

use crate::client::View;
use crate::element::{El, button, el, link, live, none, row, scroll, table};
use crate::format::{count, counted, value};
use crate::parts::{Shape, label, told};
use crate::route::{Place, Route};
use crate::screens::firewall::overview::bins_a_week;
use crate::state::go;

/// Bins listed before the rest goes behind a button.
const FIRST: usize = 14;

/// The section, the latest bin first.
pub fn section(view: &Arc<View>) -> AnyView {
    let all = RwSignal::new(view.bins.len() <= FIRST + 2);
    let picked = RwSignal::new(Vec::<i64>::new());
    let total = view.bins.len();
    let shown = view.clone();
    let list = live(move || {
        let limit = if all.get() { total } else { FIRST };
        let rows = shown.bins.iter().rev().take(limit).enumerate().map(|(i, b)| bin_row(b, i == 0, picked));
        let heads = ["", "Bin", ".Rows", ".Labelled", "Operational", "Fairness", "Security", ".Abnormal rows", "Events"];
        scroll("Bins", table("bins", &heads, el("tbody", "").all(rows))).any()
    });
    let more = move || {
        if all.get() { none() } else { button("link", &format!("Show all {}", counted(total as u64, "bin")), move || all.set(true)).any() }
    };
    let week = bins_a_week(view);
    let last: Vec<(i64, i64)> = view.bins.iter().rev().take(week).map(|b| (b.start, b.end)).collect();
    let ends: Vec<(i64, i64)> = view.bins.iter().map(|b| (b.start, b.end)).collect();
    let together = move || {
        let picked = picked.get();
        let (from, to) =
            (picked.iter().min().copied(), picked.iter().max().and_then(|s| ends.iter().find(|(start, _)| start == s)).map(|b| b.1));
        match (from, to) {
            (Some(from), Some(to)) if picked.len() > 1 => {
                let says = format!(
                    "Judge {} to {} together",
                    straingauge_charts::calendar::day_short(from),
                    straingauge_charts::calendar::day_short(to - 1)
                );
                button("btn small primary", &says, move || go(&Route::bins(from, Some(to)))).testid("bins-together").any()
            }
            _ => match (last.last(), last.first()) {
                (Some(first), Some(end)) if last.len() > 1 => {
                    link("btn small", &Route::bins(first.0, Some(end.1)).href(), "The last week together").testid("week-together").any()
                }
                _ => none(),
            },
        }
    };
    let head = el("div", "head").el(el("h2", "").text("Bins")).el(el("div", "actions").live(together));
    let hint = el("p", "meta").text("A bin opens to everything that was asked of it. Tick two or more to judge all from the first to the last together: more rows, more power.");
    el("section", "sheet").el(head).el(hint).view(list).live(more).any()
}

/// Whether bins lie within a day, so that a bin has a weekday.
pub const fn within_a_day(size: straingauge_api::BinSize) -> bool {
    straingauge_charts::calendar::length(size) <= 86_400_000
}

fn bin_row(bin: &BinInfo, last: bool, picked: RwSignal<Vec<i64>>) -> El {
    let (start, name) = (bin.start, span(bin.start, bin.end));
    let tick = el("input", "")
        .attr("type", "checkbox")
        .attr("aria-label", &format!("Pick {name}"))
        .live_attr("checked", move || picked.with(|p| p.contains(&start)).then(String::new))
        .on("change", move |ev| {
            picked.update(|p| {
                p.retain(|s| *s != start);
                if crate::parts::ticked(&ev) {
                    p.push(start);
                }
            });
        });
    let risk = |risk: Risk| {
        let found = bin.risks.iter().find(|r| r.risk == risk).filter(|_| bin.judged);
        el("td", "").view(found.map_or_else(|| el("span", "meta").text("–").any(), |r| label(r.severity.into())))
    };
    let mut state: Vec<&str> = Vec::new();
    // A bin in between that its file ended in is as full as it will be.
    if last && !bin.complete {
        state.push("unfinished");
    }
    state.extend(bin.reason.as_deref().filter(|_| !bin.judged));
    let when = el("th", "").attr("scope", "row").el(link("", &Route::bins(bin.start, None).href(), &name));
    let abnormal =
        bin.abnormal.map_or_else(|| "–".to_owned(), |n| value(Some(n as f64 / (bin.rows.max(1)) as f64), straingauge_api::Unit::Share));
    let events = bin.events.len();
    let shape = if bin.judged { bin.severity.into() } else { Shape::Skip };
    let to_events = match bin.events.first() {
        None => el("td", "").text("–"),
        Some(id) if events == 1 => el("td", "").el(link("", &Route::Firewall(Place::Event(id.clone())).href(), "1 event")),
        Some(_) => el("td", "").el(link("", &Route::events().href(), &format!("{events} events"))),
    };
    el("tr", "")
        .testid("bin-row")
        .attr("data-start", &bin.start.to_string())
        .el(el("td", "").el(el("label", "tick").el(tick)))
        .el(when
            .all((!state.is_empty()).then(|| el("small", "").text(&state.join(" · "))))
            .view(row(vec![el("span", "visually-hidden").view(told(shape)).any()])))
        .el(el("td", "n").text(&count(bin.rows)))
        .el(el("td", "n").text(&count(bin.labelled)))
        .all([Risk::Operational, Risk::Fairness, Risk::Security].map(risk))
        .el(el("td", "n").text(&abnormal))
        .el(to_events)
}

//! A test: what it checks, why it matters, how it is decided, and its cases.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Batch, Kind};
use wasm_bindgen::JsCast;

use crate::element::{button, el, link, live, none, row};
use crate::format::{count, counted};
use crate::parts::{Filter, Shape, empty, failure, filter_bar, label, loading, shape_of, shape_of_batch, tally};
use crate::route::{Listing, Place, Route, bins_of};
use crate::screens::case::case_row;
use crate::state::{App, Load, Shown};

/// Cases listed before the rest goes behind a button.
const FIRST: usize = 60;

/// The screen.
pub fn test(project: String, run: String, batch: String, case: Option<String>) -> AnyView {
    let app = App::here();
    app.show(project, run);
    let title = || el("h1", "").text("Test").any();
    live(move || match app.shown.get() {
        Load::Waiting => loading("Opening the run"),
        Load::Failed(error) => row(vec![title(), failure("This run cannot be opened.", &error)]),
        Load::Ready(shown) => {
            if let Some(batch) = shown.document.batches.iter().find(|b| b.id == batch) {
                return page(&shown, batch, case.clone());
            }
            let back = link("btn", &shown.run_href(Listing::All), "To the run");
            row(vec![title(), empty("No such test in this run", "It may not have been asked for, or is of another version.", back.any())])
        }
    })
}

fn page(shown: &Arc<Shown>, batch: &Batch, case: Option<String>) -> AnyView {
    let kind = match batch.kind {
        Kind::Difference => "compares; judged by effect and evidence",
        Kind::Property => "a fact about one data set; judged by the lower bound of its effect",
        Kind::Logical => "holds or does not",
    };
    let counts = batch.counts;
    let tally = format!(
        " · {} · {}, {}, {} pass{} · ",
        counted(counts.total, "case"),
        counted(counts.fail, "alert"),
        counted(counts.warning, "warning"),
        count(counts.pass),
        if counts.skip > 0 { format!(", {} not judged", count(counts.skip)) } else { String::new() }
    );
    let bins = bins_of(&shown.run);
    let (up, above) = if bins.is_some() { (Route::Firewall(Place::Overview), "Firewall") } else { (Route::Tests, "Stress tests") };
    let name = bins.map_or_else(|| shown.document.name.clone(), |bins| crate::screens::firewall::bin_title(App::here(), bins));
    let crumbs = el("div", "crumbs")
        .el(link("", &up.href(), above))
        .text(" / ")
        .el(link("", &shown.run_href(Listing::All), &name))
        .text(" / ")
        .text(batch.category.label());
    let facts = el("p", "meta").view(label(shape_of_batch(batch))).text(&tally).el(el("code", "").text(&batch.id));
    let head = el("div", "head").el(el("div", "").el(crumbs).el(el("h1", "").text(&batch.name)).el(facts));
    let tell = |name: &str, text: &str| el("div", "").el(el("h2", "").text(name)).el(el("p", "").text(text));
    let tells = el("section", "sheet tells")
        .el(tell("What it checks", &batch.text.checks))
        .el(tell("Why it matters", &batch.text.matters))
        .el(tell("How it is decided", &batch.text.decided).el(el("p", "meta").text(kind)));
    let reason = batch.reason.as_ref().map_or_else(none, |r| el("p", "notice note").text(r).any());
    row(vec![head.any(), reason, tells.any(), cases(shown, batch, case)])
}

fn cases(shown: &Arc<Shown>, batch: &Batch, asked: Option<String>) -> AnyView {
    let section = el("section", "sheet").el(el("h2", "").text("Cases"));
    if batch.cases.is_empty() {
        return section.el(el("p", "none").text("This test has no case in this run.")).any();
    }
    let filter = Filter::new();
    let all = RwSignal::new(batch.cases.iter().position(|c| Some(&c.id) == asked.as_ref()).is_some_and(|i| i >= FIRST));
    let counts = tally(batch.cases.iter().map(shape_of));
    let total = batch.cases.len();
    if let Some(asked) = asked.clone() {
        crate::element::later(move || {
            if let Ok(heads) = document().query_selector_all("[data-case]") {
                let heads = (0..heads.length()).filter_map(|i| heads.get(i)?.dyn_into::<web_sys::Element>().ok());
                if let Some(head) = heads.into_iter().find(|h| h.get_attribute("data-case").as_ref() == Some(&asked)) {
                    crate::element::show_element(head, web_sys::ScrollLogicalPosition::Start);
                }
            }
        });
    }
    // The worst case stands open unless another was asked for.
    let worst = batch.cases.first().filter(|c| total == 1 || shape_of(c) > Shape::Pass);
    let open = asked.or_else(|| worst.map(|c| c.id.clone()));
    let (id, shown) = (batch.id.clone(), shown.clone());
    let items = move || {
        let Some(batch) = shown.document.batches.iter().find(|b| b.id == id) else { return none() };
        let limit = if all.get() { total } else { FIRST };
        let wanted = batch
            .cases
            .iter()
            .filter(|c| filter.shows(shape_of(c), &format!("{} {} {}", c.id, c.sentence, c.subset.as_deref().unwrap_or_default())));
        row(wanted.take(limit).map(|c| case_row(&shown, batch, c, false, Some(&c.id) == open.as_ref()).any()).collect())
    };
    let more = move || {
        if total <= FIRST || all.get() {
            none()
        } else {
            button("link", &format!("Show all {}", counted(total as u64, "case")), move || all.set(true)).any()
        }
    };
    section.maybe((total > 6).then(|| filter_bar(filter, counts))).el(el("ul", "cases").live(items)).live(more).any()
}

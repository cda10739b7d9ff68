//! The tests of a run: all of them, by category, by feature, by slice, by group, and every case searched.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Batch, Category, Kind, Unit};

use crate::element::{El, el, link, live, none, row, scroll};
use crate::format::{count, counted, p_value, value};
use crate::parts::{Filter, Shape, filter_bar, gauge, label, shape_of, shape_of_batch, tally};
use crate::route::{Asked, Listing};
use crate::screens::{fairness, features, search, slices};
use crate::state::Shown;

/// The section.
pub fn tests(shown: &Arc<Shown>, listing: Listing, asked: Asked) -> AnyView {
    let tabs = Listing::ALL.into_iter().map(|(each, id, name)| {
        let tab = link("tab", &shown.run_href(each), name).testid(&format!("list-{id}"));
        if each == listing { tab.attr("aria-current", "true") } else { tab }
    });
    let body = match listing {
        Listing::All | Listing::Category => filtered(shown, listing),
        Listing::Feature => features::view(shown),
        Listing::Slices => slices::view(shown),
        Listing::Fairness => fairness::view(shown),
        Listing::Cases => search::view(shown, asked),
    };
    el("section", "sheet")
        .attr("id", "tests")
        .el(el("h2", "visually-hidden").text("Tests"))
        .el(el("nav", "tabs").attr("aria-label", "List the tests").all(tabs))
        .view(body)
        .any()
}

fn filtered(shown: &Arc<Shown>, listing: Listing) -> AnyView {
    let filter = Filter::new();
    let counts = tally(shown.document.batches.iter().map(shape_of_batch));
    let shown = shown.clone();
    let list = live(move || if listing == Listing::All { all(&shown, filter) } else { by_category(&shown, filter) });
    row(vec![filter_bar(filter, counts), list])
}

fn all(shown: &Arc<Shown>, filter: Filter) -> AnyView {
    let (judged, skipped): (Vec<&Batch>, Vec<&Batch>) =
        shown.document.batches.iter().filter(|b| wanted(filter, b)).partition(|b| shape_of_batch(b) != Shape::Skip);
    // Who asks for them, or searches, sees them at once; else they would only lengthen the page.
    if skipped.is_empty() || judged.is_empty() || filter.shape.get().is_some() || filter.words.with(|w| !w.trim().is_empty()) {
        let all: Vec<&Batch> = judged.into_iter().chain(skipped).collect();
        return table(shown, &all);
    }
    let says = format!("{} could not be judged", counted(skipped.len() as u64, "test"));
    let more = el("details", "more").el(el("summary", "").text(&says)).view(table(shown, &skipped));
    row(vec![table(shown, &judged), more.any()])
}

fn by_category(shown: &Arc<Shown>, filter: Filter) -> AnyView {
    let sections: Vec<AnyView> = Category::ALL
        .into_iter()
        .filter_map(|category| {
            let batches: Vec<&Batch> = shown.document.batches.iter().filter(|b| b.category == category && wanted(filter, b)).collect();
            if batches.is_empty() {
                return None;
            }
            let mut head = el("div", "group-head").el(el("h3", "").text(category.label()));
            if let Some(result) = shown.document.categories.iter().find(|c| c.category == category) {
                let failing = result.counts.fail + result.counts.warning;
                let total = counted(result.counts.total, "case");
                let says =
                    if failing == 0 { format!("{total}, none fails") } else { format!("{} of {total} fail or warn", count(failing)) };
                head = head.view(label(result.severity.into())).el(el("span", "meta").text(&says));
            }
            Some(el("section", "group").el(head).view(table(shown, &batches)).any())
        })
        .collect();
    if sections.is_empty() { nothing() } else { row(sections) }
}

fn wanted(filter: Filter, batch: &Batch) -> bool {
    let features = batch.cases.iter().flat_map(|c| c.features.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
    filter.shows(shape_of_batch(batch), &format!("{} {} {features}", batch.name, batch.id))
}

fn table(shown: &Arc<Shown>, batches: &[&Batch]) -> AnyView {
    if batches.is_empty() {
        return nothing();
    }
    let rows = batches.iter().map(|b| test_row(shown, b));
    let heads = ["Severity", "Test", "Failing features", ".Effect", ".q", "Strain"];
    scroll("Tests", crate::element::table("tests", &heads, el("tbody", "").all(rows))).any()
}

/// Nothing matches what was asked for.
pub fn nothing() -> AnyView {
    el("p", "none").attr("role", "status").text("Nothing matches. Clear the search or choose another severity.").any()
}

fn test_row(shown: &Arc<Shown>, batch: &Batch) -> El {
    let shape = shape_of_batch(batch);
    let lead = batch.cases.first();
    let judged = lead.filter(|_| shape != Shape::Skip);
    // A number without its unit cannot be laid beside another.
    let effect = judged.and_then(|c| Some((value(Some(c.effect?), c.effect_unit), c.effect_unit)));
    let effect = match effect {
        Some((text, unit)) => el("td", "n").text(&text).el(el("small", "").text(measure(unit))),
        None => el("td", "n").text("–"),
    };
    // Only differences have evidence that is corrected over all tests.
    let q = judged.filter(|c| c.kind == Kind::Difference).map_or_else(|| "–".to_owned(), |c| p_value(c.q_value));
    let what = if shape == Shape::Skip {
        let reason = batch.reason.as_ref().or_else(|| lead.and_then(|c| c.reason.as_ref()));
        el("td", "").el(el("span", "meta").text(reason.map_or("Could not be judged.", String::as_str)))
    } else {
        el("td", "").view(chips(batch))
    };
    let href =
        crate::route::Route::Test { project: shown.project.clone(), run: shown.run.clone(), batch: batch.id.clone(), case: None }.href();
    el("tr", "")
        .testid("batch-row")
        .attr("data-id", &batch.id)
        .el(el("td", "").view(label(shape)))
        .el(el("th", "").attr("scope", "row").el(link("", &href, &batch.name)).el(el("small", "").text(&batch.id)))
        .el(what)
        .el(effect)
        .el(el("td", "n").text(&q))
        .el(el("td", "").view(gauge(batch.severity_score, shape, lead.is_none_or(|c| c.evident))))
}

/// The measure of an effect whose number does not say it.
const fn measure(unit: Unit) -> &'static str {
    match unit {
        Unit::Score => "score",
        Unit::Share => "of the rows",
        Unit::Distance => "distance",
        Unit::Relative => "of the reference",
        Unit::Points | Unit::Number | Unit::Count | Unit::Logical => "",
    }
}

/// The features of failing cases, the first two by name; and how many cases are accepted or known.
fn chips(batch: &Batch) -> AnyView {
    let mut names: Vec<String> = Vec::new();
    for case in batch.cases.iter().filter(|c| shape_of(c) > Shape::Pass) {
        let name = if case.features.is_empty() { "all rows".to_owned() } else { case.features.join(" × ") };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(2);
    names.truncate(2);
    names.extend((more > 0).then(|| format!("+{more}")));
    let let_be = batch.cases.iter().filter(|c| crate::screens::case::let_be(c).is_some()).count();
    names.extend((let_be > 0).then(|| format!("{} accepted or known", count(let_be as u64))));
    if names.is_empty() { none() } else { row(names.iter().map(|n| el("span", "chip").text(n).any()).collect()) }
}

//! Every case of a run, searched: one field over tests, features, sentences and ids; what is asked stands in the link.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Batch, Case, Kind};

use crate::element::{button, el, live, none, row};
use crate::format::{count, counted};
use crate::parts::{Shape, pick, search_field, shape_of, typed};
use crate::route::{Asked, Listing, Route};
use crate::screens::case::{case_row, let_be};
use crate::screens::listing::nothing;
use crate::state::{Shown, replace_link};

/// Results shown before the rest goes behind a button.
const FIRST: usize = 40;

const STATUSES: [(&str, &str, Option<Shape>); 6] = [
    ("", "All", None),
    ("alert", "Alert", Some(Shape::Alert)),
    ("warn", "Warning", Some(Shape::Warning)),
    ("pass", "Pass", Some(Shape::Pass)),
    ("skip", "Not judged", Some(Shape::Skip)),
    ("let-be", "Accepted or known", None),
];
const KINDS: [(&str, &str); 3] = [("difference", "Differences"), ("property", "Properties"), ("logical", "Logical")];

fn kind_id(kind: Kind) -> &'static str {
    KINDS[kind as usize].0
}

fn has_status(case: &Case, status: &str) -> bool {
    match status {
        "" => true,
        "let-be" => let_be(case).is_some(),
        class => shape_of(case).class() == class,
    }
}

/// How well a case answers the words; `None` where one of them is missing.
fn score(words: &[String], batch: &Batch, case: &Case) -> Option<u32> {
    let places = [
        (case.features.join(" "), 8),
        (case.subset.clone().unwrap_or_default(), 6),
        (batch.name.clone(), 5),
        (case.id.clone(), 3),
        (format!("{} {}", case.sentence, case.reason.as_deref().unwrap_or_default()), 1),
    ];
    let places = places.map(|(text, weight)| (text.to_ascii_lowercase(), weight));
    let mut sum = 0;
    for word in words {
        let best = places.iter().filter_map(|(text, weight)| {
            let at = text.find(word.as_str())?;
            // A whole word tells more than a part of one.
            let edge = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric());
            let whole = edge(text[..at].chars().next_back()) && edge(text[at + word.len()..].chars().next());
            Some(weight * if whole { 3 } else { 2 })
        });
        sum += best.max()?;
    }
    Some(sum)
}

/// The view.
pub fn view(shown: &Arc<Shown>, asked: Asked) -> AnyView {
    let words = RwSignal::new(asked.words);
    let [status, category, kind] = [asked.status, asked.category, asked.kind].map(RwSignal::new);
    let all = RwSignal::new(false);
    let total: usize = shown.document.batches.iter().map(|b| b.cases.len()).sum();
    let place = (shown.project.clone(), shown.run.clone());
    Effect::new(move |_| {
        let asked = Asked { words: words.get(), status: status.get(), category: category.get(), kind: kind.get() };
        let (project, run) = place.clone();
        replace_link(&Route::Run { project, run, listing: Listing::Cases, asked });
    });
    let cases = || shown.document.batches.iter().flat_map(|b| &b.cases);
    let statuses = STATUSES.into_iter().filter_map(|(id, name, shape)| {
        let found = cases().filter(|c| has_status(c, id)).count();
        (found > 0 || id.is_empty()).then(|| pick(name, found as u64, shape, move || status.get() == id, move || status.set(id.to_owned())))
    });
    let choose = |name: &str, any: &str, chosen: RwSignal<String>, options: Vec<(&str, &str)>| {
        let options = std::iter::once(("", any)).chain(options).map(|(id, label)| el("option", "").attr("value", id).text(label));
        el("select", "")
            .attr("aria-label", name)
            .testid(&format!("by-{any}"))
            .all(options)
            .live_attr("value", move || Some(chosen.get()))
            .on("change", move |ev| chosen.set(typed(&ev)))
    };
    let categories =
        shown.document.categories.iter().filter(|c| c.counts.total > 0).map(|c| (c.category.id(), c.category.label())).collect();
    let kinds = KINDS.into_iter().filter(|(id, _)| cases().any(|c| kind_id(c.kind) == *id)).collect();
    let bar = el("div", "search-bar")
        .el(search_field("Search tests, features, sentences and ids", words))
        .el(choose("Category", "Any category", category, categories))
        .el(choose("Kind", "Any kind", kind, kinds));
    let shown = shown.clone();
    let results = live(move || {
        let words: Vec<String> = words.with(|w| w.to_ascii_lowercase().split_whitespace().map(str::to_owned).collect());
        let (status, category, kind) = (status.get(), category.get(), kind.get());
        let wanted = |b: &Batch, c: &Case| {
            (category.is_empty() || b.category.id() == category) && (kind.is_empty() || kind_id(c.kind) == kind) && has_status(c, &status)
        };
        let mut found: Vec<(u32, &Batch, &Case)> = Vec::new();
        for batch in &shown.document.batches {
            found.extend(batch.cases.iter().filter(|c| wanted(batch, c)).filter_map(|c| Some((score(&words, batch, c)?, batch, c))));
        }
        // The best answers first, the worst cases first among equals.
        let rank = |c: &Case| (shape_of(c), c.severity_score);
        found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| rank(b.2).partial_cmp(&rank(a.2)).unwrap_or(std::cmp::Ordering::Equal)));
        if found.is_empty() {
            return nothing();
        }
        let limit = if all.get() { found.len() } else { FIRST };
        let says = format!("{} of {}", count(found.len() as u64), counted(total as u64, "case"));
        let items = found.iter().take(limit).map(|(_, b, c)| case_row(&shown, b, c, true, false));
        let more = if found.len() > limit {
            button("link", &format!("Show all {}", count(found.len() as u64)), move || all.set(true)).any()
        } else {
            none()
        };
        row(vec![el("p", "meta").attr("role", "status").testid("found").text(&says).any(), el("ul", "cases").all(items).any(), more])
    });
    row(vec![bar.any(), el("div", "picks").attr("role", "group").attr("aria-label", "Status").all(statuses).any(), results])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_their_ids() {
        assert_eq!([Kind::Difference, Kind::Property, Kind::Logical].map(kind_id), ["difference", "property", "logical"]);
    }
}

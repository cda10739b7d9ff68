//! The tests of a run: all of them, by category, by feature; filtered and searched.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Batch, Case, Category, Kind, Status};

use crate::format::{counted, p_value, value};
use crate::parts::{Filter, FilterBar, Gauge, Shape, label, mark, shape_of};
use crate::route::{Listing, Route};
use crate::state::Shown;

/// What a test is shown as: a test whose every case was skipped was not judged.
fn shape_of_batch(batch: &Batch) -> Shape {
    let judged = batch.counts.total > batch.counts.skip;
    if judged { batch.severity.into() } else { Shape::Skip }
}

/// The section.
#[component]
pub fn Tests(shown: Arc<Shown>, listing: Listing) -> impl IntoView {
    let filter = Filter::new();
    let shapes: Vec<Shape> = if listing == Listing::Feature {
        features(&shown).iter().map(|(_, cases)| worst(cases).0).collect()
    } else {
        shown.document.batches.iter().map(shape_of_batch).collect()
    };
    let of = |shape: Shape| shapes.iter().filter(|s| **s == shape).count();
    let counts = [of(Shape::Alert), of(Shape::Warning), of(Shape::Pass), of(Shape::Skip)];
    let tabs: Vec<_> = Listing::ALL
        .into_iter()
        .map(|(each, id, name)| {
            let href = Route::Run { project: shown.project.clone(), run: shown.run.clone(), listing: each }.href();
            view! { <a class="tab" href=href aria-current=(each == listing).then_some("true") data-testid=format!("list-{id}")>{name}</a> }
        })
        .collect();
    let body = move || match listing {
        Listing::All => all(&shown, filter),
        Listing::Category => by_category(&shown, filter),
        Listing::Feature => by_feature(&shown, filter),
    };
    view! {
        <section class="sheet" id="tests">
            <h2 class="visually-hidden">"Tests"</h2>
            <nav class="tabs" aria-label="List the tests">{tabs}</nav>
            <FilterBar filter counts />
            {body}
        </section>
    }
}

fn all(shown: &Arc<Shown>, filter: Filter) -> AnyView {
    let (judged, skipped): (Vec<&Batch>, Vec<&Batch>) =
        shown.document.batches.iter().filter(|b| wanted(filter, b)).partition(|b| shape_of_batch(b) != Shape::Skip);
    let rows = |batches: &[&Batch]| batches.iter().map(|b| row(shown, b)).collect::<Vec<_>>();
    // Who asks for them, or searches, sees them at once; else they would only lengthen the page.
    if skipped.is_empty() || judged.is_empty() || filter.shape.get().is_some() || filter.words.with(|w| !w.trim().is_empty()) {
        let all: Vec<&Batch> = judged.into_iter().chain(skipped).collect();
        return table(rows(&all));
    }
    let says = format!("{} could not be judged", counted(skipped.len() as u64, "test"));
    view! {
        {table(rows(&judged))}
        <details class="more"><summary>{says}</summary>{table(rows(&skipped))}</details>
    }
    .into_any()
}

fn by_category(shown: &Arc<Shown>, filter: Filter) -> AnyView {
    let sections: Vec<_> = Category::ALL
        .into_iter()
        .filter_map(|category| {
            let rows: Vec<_> =
                shown.document.batches.iter().filter(|b| b.category == category && wanted(filter, b)).map(|b| row(shown, b)).collect();
            if rows.is_empty() {
                return None;
            }
            let result = shown.document.categories.iter().find(|c| c.category == category);
            let head = result.map(|r| {
                let failing = r.counts.fail + r.counts.warning;
                let says = if failing == 0 {
                    format!("{} cases, none fails", r.counts.total)
                } else {
                    format!("{failing} of {} cases fail or warn", r.counts.total)
                };
                view! { {label(r.severity.into())}<span class="meta">{says}</span> }
            });
            Some(view! { <section class="group"><div class="group-head"><h3>{category.label()}</h3>{head}</div>{table(rows)}</section> })
        })
        .collect();
    if sections.is_empty() { nothing() } else { sections.into_any() }
}

type Cases<'a> = Vec<(&'a Batch, &'a Case)>;

/// Every feature with the cases about it.
fn features(shown: &Shown) -> Vec<(&str, Cases<'_>)> {
    let mut features: BTreeMap<&str, Cases<'_>> = BTreeMap::new();
    for batch in &shown.document.batches {
        for case in &batch.cases {
            if case.features.is_empty() {
                features.entry("All rows").or_default().push((batch, case));
            }
            for feature in &case.features {
                features.entry(feature).or_default().push((batch, case));
            }
        }
    }
    features.into_iter().collect()
}

/// The worst severity and the worst strain among them.
fn worst(cases: &[(&Batch, &Case)]) -> (Shape, f64) {
    cases.iter().map(|(_, c)| (shape_of(c), c.severity_score)).fold((Shape::Skip, 0.0), |a, b| if b > a { b } else { a })
}

/// The worst feature first.
fn by_feature(shown: &Arc<Shown>, filter: Filter) -> AnyView {
    let mut features: Vec<_> = features(shown)
        .into_iter()
        .filter(|(name, cases)| {
            let text = cases.iter().map(|(b, _)| b.name.as_str()).collect::<Vec<_>>().join(" ");
            filter.shows(worst(cases).0, &format!("{name} {text}"))
        })
        .collect();
    features.sort_by(|a, b| worst(&b.1).partial_cmp(&worst(&a.1)).unwrap_or(std::cmp::Ordering::Equal));
    let rows: Vec<_> = features
        .into_iter()
        .map(|(name, cases)| {
            let (shape, strain) = worst(&cases);
            let judged = cases.iter().filter(|(_, c)| c.status != Status::Skip).count();
            let failing: Vec<_> = cases
                .iter()
                .filter(|(_, c)| shape_of(c) > Shape::Pass)
                .map(|(b, c)| {
                    let link = Route::Test { project: shown.project.clone(), run: shown.run.clone(), batch: b.id.clone(), case: Some(c.id.clone()) };
                    view! { <a class="chip link-chip" href=link.href()>{mark(shape_of(c))}<span class="visually-hidden">{shape_of(c).word()}": "</span>{b.name.clone()}</a> }
                })
                .collect();
            view! {
                <tr data-testid="feature-row">
                    <td>{label(shape)}</td>
                    <th scope="row"><span class="col-name">{name.to_owned()}</span></th>
                    <td>{if failing.is_empty() { view! { <span class="meta">"nothing fails"</span> }.into_any() } else { failing.into_any() }}</td>
                    <td class="n">{judged}</td>
                    <td><Gauge strain shape /></td>
                </tr>
            }
        })
        .collect();
    if rows.is_empty() {
        return nothing();
    }
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Features">
            <table class="tests"><thead><tr><th scope="col">"Severity"</th><th scope="col">"Feature"</th><th scope="col">"Failing tests"</th><th scope="col" class="n">"Judged"</th><th scope="col">"Strain"</th></tr></thead><tbody>{rows}</tbody></table>
        </div>
    }
    .into_any()
}

fn wanted(filter: Filter, batch: &Batch) -> bool {
    let features = batch.cases.iter().flat_map(|c| c.features.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
    filter.shows(shape_of_batch(batch), &format!("{} {} {features}", batch.name, batch.id))
}

fn table(rows: Vec<AnyView>) -> AnyView {
    if rows.is_empty() {
        return nothing();
    }
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Tests">
            <table class="tests">
                <thead><tr><th scope="col">"Severity"</th><th scope="col">"Test"</th><th scope="col">"Failing features"</th><th scope="col" class="n">"Effect"</th><th scope="col" class="n">"q"</th><th scope="col">"Strain"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn nothing() -> AnyView {
    view! { <p class="none" role="status">"No test matches. Clear the search or choose another severity."</p> }.into_any()
}

fn row(shown: &Arc<Shown>, batch: &Batch) -> AnyView {
    let shape = shape_of_batch(batch);
    let link = Route::Test { project: shown.project.clone(), run: shown.run.clone(), batch: batch.id.clone(), case: None }.href();
    let lead = batch.cases.first();
    let effect = lead.and_then(|c| c.effect.map(|e| value(Some(e), c.effect_unit)));
    let q = lead.map(|c| match c.kind {
        Kind::Difference => p_value(c.q_value),
        Kind::Property => "property".to_owned(),
        Kind::Logical => "logical".to_owned(),
    });
    let what = if shape == Shape::Skip {
        let reason =
            batch.reason.clone().or_else(|| lead.and_then(|c| c.reason.clone())).unwrap_or_else(|| "Could not be judged.".to_owned());
        view! { <span class="meta">{reason}</span> }.into_any()
    } else {
        chips(batch)
    };
    view! {
        <tr data-testid="batch-row" data-id=batch.id.clone()>
            <td>{label(shape)}</td>
            <th scope="row"><a href=link>{batch.name.clone()}</a><small>{batch.id.clone()}</small></th>
            <td>{what}</td>
            <td class="n">{effect.filter(|_| shape != Shape::Skip).unwrap_or_else(|| "–".to_owned())}</td>
            <td class="n">{q.filter(|_| shape != Shape::Skip).unwrap_or_else(|| "–".to_owned())}</td>
            <td><Gauge strain=batch.severity_score shape evident=lead.is_none_or(|c| c.evident) /></td>
        </tr>
    }
    .into_any()
}

/// The features of failing cases, the first two by name.
fn chips(batch: &Batch) -> AnyView {
    let mut names: Vec<String> = Vec::new();
    for case in batch.cases.iter().filter(|c| shape_of(c) > Shape::Pass) {
        let name = if case.features.is_empty() { "all rows".to_owned() } else { case.features.join(" × ") };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(2);
    let chips: Vec<_> = names.into_iter().take(2).map(|n| view! { <span class="chip">{n}</span> }).collect();
    view! { {chips}{(more > 0).then(|| view! { <span class="chip">{format!("+{more}")}</span> })} }.into_any()
}

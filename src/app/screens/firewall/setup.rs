//! From a model to a firewall: what is watched, against which reference, in bins of which length.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use crate::client::{self, DatasetRecord, ModelRecord};
use crate::element::{el, link, live, none, row};
use crate::parts::{empty, failure, loading, typed};
use crate::route::Route;
use crate::screens::firewall::{crumbs, feed};
use crate::screens::setup::{field, input, number, option, select};
use crate::state::{App, Load};
use crate::watch::{Creation, Proposal, UNNAMED};

const SIZES: [(&str, &str); 4] = [("hour", "Hours"), ("day", "Days"), ("week", "Weeks, from Monday"), ("month", "Months")];

type Held = (Vec<DatasetRecord>, Vec<ModelRecord>);

/// The screen.
pub fn screen(app: App) -> AnyView {
    app.watch.open(app);
    let held = RwSignal::new(Load::<Held>::Waiting);
    if let Some(project) = app.open.get_untracked() {
        spawn_local(async move {
            let found = async {
                let project = client::project(&project.id).await?;
                Ok((client::from_js(project.datasets())?, client::from_js(project.models())?))
            }
            .await;
            held.try_set(found.into());
        });
    }
    let title = el("div", "").view(crumbs(app, "Firewall", &[])).el(el("h1", "").text("Watch a model in production"));
    let says = "A firewall learns from a reference what is normal. Then every hour, day, week or month of production data is held against it: performance (estimated where there are no labels), drift, abnormal rows. It keeps counts, never rows.";
    let head = el("div", "head").el(title.el(el("p", "meta").text(says)));
    let body = live(move || {
        if app.watch.busy() {
            return none();
        }
        match held.get() {
            Load::Waiting => loading("Looking at the project"),
            Load::Failed(error) => failure("The project cannot be read.", &error),
            Load::Ready((sets, _)) if sets.is_empty() => empty(
                "No data yet",
                "A firewall learns from a reference set. Drop one with the model’s predictions first, and run a stress test: it shows whether the model is worth promoting.",
                link("btn primary", &Route::Data.href(), "To data & model").any(),
            ),
            Load::Ready((sets, models)) => form(app, &sets, &models),
        }
    });
    row(vec![head.any(), feed::underway(app), feed::failed(app), body, el("p", "meta").el(feed::import(app)).any()])
}

fn form(app: App, sets: &[DatasetRecord], models: &[ModelRecord]) -> AnyView {
    let proposal = app.watch.proposal.get_untracked().unwrap_or_else(|| Proposal {
        model: models.first().map_or_else(|| UNNAMED.to_owned(), |m| m.name.clone()),
        reference: sets.iter().find(|d| d.name.contains("ref")).or(sets.first()).map(|d| d.name.clone()).unwrap_or_default(),
    });
    let [model, reference, size] = [proposal.model, proposal.reference, "day".to_owned()].map(RwSignal::new);
    let (budget, ledger) = (RwSignal::new(1.0), RwSignal::new(false));
    let choose = |options, signal: RwSignal<String>| select(options, move || signal.get(), move |v| signal.set(v));
    let mut names: Vec<&str> = models.iter().map(|m| m.name.as_str()).collect();
    let proposed = model.get_untracked();
    if !proposed.is_empty() && !names.contains(&proposed.as_str()) {
        names.push(&proposed);
    }
    let models = names.iter().map(|name| option(name, name)).chain(std::iter::once(option("", "None: the data alone"))).collect();
    let references = sets.iter().map(|d| option(&d.name, &format!("{} ({})", d.name, d.file))).collect();
    let sizes = SIZES.iter().map(|(id, name)| option(id, name)).collect();
    let false_events = input(
        "number",
        move || budget.get().to_string(),
        move |v| {
            if let Some(v) = number(&v).filter(|v| *v > 0.0) {
                budget.set(v);
            }
        },
    );
    let fields = el("div", "fields")
        .el(field("Model", choose(models, model).testid("promote-model")))
        .el(field("Reference", choose(references, reference).testid("promote-reference")))
        .el(field("Bins", choose(sizes, size).testid("bin-size"))
            .el(el("small", "").text("In UTC. Several bins can be looked at together later.")))
        .el(field("False events a year", false_events.attr("min", "0.01").attr("step", "any").testid("budget"))
            .el(el("small", "").text("How many events a year may be false, over all monitors. Fewer asks for more evidence.")));
    let remember = el("input", "")
        .attr("type", "checkbox")
        .testid("ledger")
        .live_attr("checked", move || ledger.get().then(String::new))
        .on("change", move |ev| ledger.set(crate::parts::ticked(&ev)));
    let says = el("small", "").text("Remembers a keyed hash of every row’s id, its prediction and its place in the subsets, so that a file of ids and labels can be joined without the data. Needs an id column. Without it labels are joined only while the page still holds the data.");
    let late = el("label", "check after-rows").el(remember).el(el("span", "").text("Labels come later").el(says));
    let replaces = move || {
        match app.watch.get() {
        Some(view) if !view.bins.is_empty() => el("p", "notice note")
            .text("This project has a firewall with a history already. A new one takes its place, and the history goes; export it first to keep it.")
            .any(),
        _ => none(),
    }
    };
    let lost = {
        let lost: Vec<String> = sets.iter().filter(|d| !d.loaded).map(|d| d.name.clone()).collect();
        move || {
            if !lost.contains(&reference.get()) {
                return none();
            }
            let says = el("p", "notice note").text("The page was reloaded, and rows are never stored. ");
            says.el(link("", &Route::Data.href(), "Drop the reference again")).text(", then come back.").any()
        }
    };
    let start = el("button", "btn primary").attr("type", "submit").text("Promote and start watching").testid("create-firewall");
    el("section", "sheet")
        .el(el("form", "")
            .on("submit", move |ev| {
                ev.prevent_default();
                let proposal = Proposal { model: model.get_untracked(), reference: reference.get_untracked() };
                let creation = Creation { budget: budget.get_untracked(), ledger: ledger.get_untracked() };
                app.watch.create(app, proposal, JsValue::from_str(&size.get_untracked()), creation);
            })
            .el(fields)
            .el(late)
            .view(crate::screens::settings::settings(app, false, || None))
            .live(replaces)
            .live(lost)
            .el(el("div", "actions after-rows").el(start)))
        .any()
}

/// What was typed, taken as it is.
pub fn text(signal: RwSignal<String>) -> crate::element::El {
    el("input", "").attr("type", "text").live_attr("value", move || Some(signal.get())).on("input", move |ev| signal.set(typed(&ev)))
}

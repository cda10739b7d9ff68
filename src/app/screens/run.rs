//! A finished run: the verdict, the metrics, the strain chart, then every test.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Figure, ProblemLevel, RunDocument, Severity};

use crate::format::{count, counted, duration};
use crate::parts::{ExportMenu, Findings, Metrics, failure, loading, mark};
use crate::route::{Listing, Route, batch_of};
use crate::scene::{Chart, chart_width};
use crate::screens::listing::Tests;
use crate::screens::tests::outcome;
use crate::state::{App, Load, Shown, go};

/// Findings shown before the rest goes behind a button.
const FIRST: usize = 4;

/// The screen.
#[component]
pub fn Run(project: String, run: String, listing: Listing) -> impl IntoView {
    let app = App::here();
    app.show(project, run);
    move || match app.shown.get() {
        Load::Waiting => loading("Opening the run"),
        Load::Failed(error) => view! {
            <h1>"Stress test"</h1>
            {failure("This run cannot be opened.", &error)}
            <div class="actions"><a class="btn" href=Route::Tests.href()>"To the stress tests"</a></div>
        }
        .into_any(),
        Load::Ready(shown) => page(app, &shown, listing),
    }
}

fn page(app: App, shown: &Arc<Shown>, listing: Listing) -> AnyView {
    let document = &shown.document;
    let (project, run) = (shown.project.clone(), shown.run.clone());
    let name = app.open.get_untracked().map_or_else(|| "Project".to_owned(), |p| p.name);
    view! {
        <div class="head">
            <div>
                <div class="crumbs"><a href="#/">{name}</a>" / "<a href=Route::Tests.href()>"Stress tests"</a></div>
                <h1>{document.name.clone()}</h1>
                <p class="meta">{facts(document, shown.duration_millis)}</p>
            </div>
            <div class="actions"><ExportMenu project=project.clone() run=run.clone() name=document.name.clone() /></div>
        </div>
        {banners(document)}
        {warnings(app)}
        <div class="cols">
            {verdict(shown)}
            <section class="sheet"><h2>"Model metrics"</h2><Metrics metrics=document.model_metrics.clone() />{risks(document)}</section>
        </div>
        {strain(shown)}
        {suggestions(shown)}
        <Tests shown=shown.clone() listing />
    }
    .into_any()
}

fn facts(document: &RunDocument, millis: f64) -> String {
    let side = |s: &straingauge_api::SideInfo| format!("{}, {}", s.file, counted(s.rows, "row"));
    let mut facts = vec![format!("Reference {}", side(&document.reference)), format!("evaluation {}", side(&document.evaluation))];
    // "model" is what the page calls a model that got no name.
    facts.extend(document.model.as_ref().filter(|m| *m != "model").map(|m| format!("model {m}")));
    facts.push(document.model_task.label().to_ascii_lowercase());
    facts.push(format!("seed {}", document.seed));
    facts.push(duration(millis));
    facts.push(counted(document.summary.counts.total, "case"));
    facts.join(" · ")
}

fn banners(document: &RunDocument) -> Vec<AnyView> {
    document
        .summary
        .banners
        .iter()
        .map(|b| view! { <p class="notice note" data-testid="banner" data-code=b.code.clone()>{b.text.clone()}</p> }.into_any())
        .collect()
}

/// Problems of the files that this run was made from, where they are still on the desk.
fn warnings(app: App) -> AnyView {
    let count = app.desk.registered.with_untracked(|all| all.iter().flat_map(|(_, p)| p).filter(|p| p.level > ProblemLevel::Note).count());
    if count == 0 {
        return ().into_any();
    }
    view! { <p class="meta"><a href=Route::Warnings.href()>{counted(count as u64, "file warning")}</a>" to know of before reading the numbers."</p> }.into_any()
}

fn verdict(shown: &Arc<Shown>) -> AnyView {
    let document = &shown.document;
    let summary = &document.summary;
    let (shape, word) = outcome(summary.outcome);
    let counts = summary.counts;
    let headline =
        summary.headline.strip_prefix(word).map_or(summary.headline.as_str(), |rest| rest.trim_start_matches(['.', ':', ' '])).to_owned();
    view! {
        <section class="sheet verdict" data-testid="verdict" data-outcome=shape.class()>
            <p class="says"><span class=shape.class()>{mark(shape)}</span>" "<strong>{word}"."</strong>" "{headline}</p>
            <p class="tally">
                <span class="sev alert">{mark(crate::parts::Shape::Alert)}{format!("{} alert", count(counts.fail))}</span>
                <span class="sev warn">{mark(crate::parts::Shape::Warning)}{format!("{} warn", count(counts.warning))}</span>
                <span class="sev pass">{mark(crate::parts::Shape::Pass)}{format!("{} pass", count(counts.pass))}</span>
                {(counts.skip > 0).then(|| view! { <span class="sev skip">{mark(crate::parts::Shape::Skip)}{format!("{} not judged", count(counts.skip))}</span> })}
            </p>
            {if document.findings.is_empty() {
                view! { <p class="meta">{if summary.outcome == straingauge_api::Outcome::Inconclusive {
                    "There are too few rows for most tests to say anything. More evaluation rows would help most."
                } else {
                    "No case fails: whatever bends here, bends no more than noise would explain, or too little to matter."
                }}</p> }.into_any()
            } else {
                view! { <Findings findings=document.findings.clone() project=shown.project.clone() run=shown.run.clone() first=FIRST /> }.into_any()
            }}
        </section>
    }
    .into_any()
}

fn risks(document: &RunDocument) -> AnyView {
    let rows: Vec<_> = document
        .summary
        .risks
        .iter()
        .filter(|r| r.tests > 0)
        .map(|r| {
            let name = match r.risk {
                straingauge_api::Risk::Operational => "Operational risk",
                straingauge_api::Risk::Fairness => "Fairness risk",
                straingauge_api::Risk::Security => "Security risk",
            };
            view! { <tr><th scope="row">{name}</th><td class="n">{format!("{:.2}", r.score)}</td><td class="meta">{format!("over {}", counted(r.tests, "test"))}</td></tr> }
        })
        .collect();
    if rows.is_empty() { ().into_any() } else { view! { <table class="risks"><tbody>{rows}</tbody></table> }.into_any() }
}

fn strain(shown: &Arc<Shown>) -> AnyView {
    let rows = straingauge_charts::strain_rows(&shown.document.batches);
    let scene = straingauge_charts::draw(&Figure::Strain { rows }, chart_width(1080.0));
    let ids = (shown.project.clone(), shown.run.clone());
    let open = Callback::new(move |case: String| {
        let (project, run) = ids.clone();
        go(&Route::Test { project, run, batch: batch_of(&case).to_owned(), case: Some(case) });
    });
    view! {
        <section class="sheet">
            <h2>"Strain"</h2>
            <p class="meta">"Every case of the run, by how far it bends: warning and alert are its thresholds. Solid marks have evidence beyond noise; hollow ones do not, and never fail. A mark opens its case."</p>
            <Chart scene open testid="strain-chart" />
        </section>
    }
    .into_any()
}

fn suggestions(shown: &Arc<Shown>) -> AnyView {
    let items: Vec<_> = shown
        .document
        .suggestions
        .iter()
        .map(|s| {
            let link = Route::Test { project: shown.project.clone(), run: shown.run.clone(), batch: batch_of(&s.case).to_owned(), case: Some(s.case.clone()) };
            view! { <li><b>{s.category.label()}</b><p>{s.text.clone()}" "<a href=link.href()>"Look"<span class="visually-hidden">{format!(" at {}", s.case)}</span></a></p></li> }
        })
        .collect();
    if items.is_empty() {
        return ().into_any();
    }
    let open = shown.document.findings.iter().any(|f| f.severity == Severity::Alert);
    view! {
        <details class="sheet suggestions" open=open>
            <summary><h2>"What to do next"</h2></summary>
            <ul>{items}</ul>
        </details>
    }
    .into_any()
}

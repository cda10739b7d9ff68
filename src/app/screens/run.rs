//! A finished run: the verdict, the metrics, the strain chart, then every test.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Figure, ProblemLevel, RunDocument, Severity};

use crate::element::{button, el, link, live, none, row};
use crate::format::{count, counted, duration, moment};
use crate::parts::{Shape, export_menu, failure, findings, loading, mark, metrics};
use crate::route::{Asked, Listing, Place, Route, batch_of, bins_of};
use crate::scene::{chart, chart_width};
use crate::screens::listing;
use crate::screens::tests::outcome;
use crate::state::{App, Load, Shown, go, location_route};
use crate::watch::{Proposal, UNNAMED};

/// Findings shown before the rest goes behind a button.
const FIRST: usize = 4;

/// The screen.
pub fn run(project: String, run: String, listing: Listing, asked: Asked) -> AnyView {
    let app = App::here();
    app.show(project, run);
    live(move || match app.shown.get() {
        Load::Waiting => loading("Opening the run"),
        Load::Failed(error) => row(vec![
            el("h1", "").text("Stress test").any(),
            failure("This run cannot be opened.", &error),
            el("div", "actions").el(link("btn", &Route::Tests.href(), "To the stress tests")).any(),
        ]),
        Load::Ready(shown) => {
            // What was typed since stands in the link.
            let now = if let Route::Run { asked, .. } = location_route() { asked } else { asked.clone() };
            page(app, &shown, listing, now)
        }
    })
}

/// A link that lists the tests in a way leads to the list, wherever the reader is on the page.
fn show_list() {
    crate::element::later(|| {
        let Some(list) = document().get_element_by_id("tests") else { return };
        let place = list.get_bounding_client_rect();
        let height = window().inner_height().ok().and_then(|h| h.as_f64()).unwrap_or(900.0);
        if place.top() > height * 0.7 || place.bottom() < 0.0 {
            list.scroll_into_view();
        }
    });
}

fn page(app: App, shown: &Arc<Shown>, listing: Listing, asked: Asked) -> AnyView {
    if listing != Listing::All {
        show_list();
    }
    let document = &shown.document;
    let name = app.open.get_untracked().map_or_else(|| "Project".to_owned(), |p| p.name);
    let bins = bins_of(&shown.run);
    let (up, above) = if bins.is_some() { (Route::Firewall(Place::Overview), "Firewall") } else { (Route::Tests, "Stress tests") };
    let crumbs = el("div", "crumbs").el(link("", "#/", &name)).text(" / ").el(link("", &up.href(), above));
    let heading = bins.map_or_else(|| document.name.clone(), |bins| crate::screens::firewall::bin_title(app, bins));
    let title = el("div", "").el(crumbs).el(el("h1", "").text(&heading)).el(el("p", "meta").text(&facts(app, shown)));
    let export = export_menu(shown.project.clone(), shown.run.clone(), document.name.clone());
    let head = el("div", "head").el(title).el(el("div", "actions").maybe(bins.is_none().then(|| promote(app, document))).view(export));
    let numbers = el("section", "sheet")
        .el(el("h2", "").text("Model metrics"))
        .view(metrics(&document.model_metrics, if bins.is_some() { "bin" } else { "evaluation" }))
        .view(risks(document));
    let mut all = vec![head.any()];
    all.extend(bins.map(|bins| crate::screens::firewall::beside(app, bins, document)));
    all.extend(document.summary.banners.iter().map(|b| {
        // What the reader did himself is no warning.
        let own = ["accepted", "known", "split_from_one_file", "sampled"].contains(&b.code.as_str());
        el("p", if own { "notice" } else { "notice note" }).testid("banner").attr("data-code", &b.code).text(&b.text).any()
    }));
    all.push(warnings(app));
    all.push(el("div", "cols").view(verdict(shown)).el(numbers).any());
    // Who looks for something wants the list, not the pictures above it.
    if listing != Listing::Cases {
        all.push(strain(shown));
        all.push(suggestions(shown));
    }
    all.push(listing::tests(shown, listing, asked));
    row(all)
}

fn facts(app: App, shown: &Shown) -> String {
    let (document, millis) = (&shown.document, shown.duration_millis);
    let side = |s: &straingauge_api::SideInfo| format!("{}, {}", s.file, counted(s.rows, "row"));
    let mut facts = vec![format!("Reference {}", side(&document.reference)), format!("evaluation {}", side(&document.evaluation))];
    // "model" is what the page calls a model that got no name.
    facts.extend(document.model.as_ref().filter(|m| *m != "model").map(|m| format!("model {m}")));
    // A task is a model's, or that of labels: data alone have none.
    let sides = [&document.reference, &document.evaluation];
    if sides.iter().any(|s| s.predicted > 0 || s.labelled > 0) {
        facts.push(document.model_task.label().to_ascii_lowercase());
    }
    if millis > 0.0 {
        facts.push(format!("seed {}", document.seed));
        // How long files were read is known of a run that this page just made.
        let read =
            app.live.read.with_untracked(|(run, read)| (*run == shown.run && *read > 0.0).then(|| format!("read in {}", duration(*read))));
        facts.extend(read);
        facts.push(format!("tested in {}", duration(millis)));
        facts.push(moment(&shown.upload_time));
    }
    facts.push(counted(document.summary.counts.total, "case"));
    facts.join(" · ")
}

/// The way from a model that was tested to one that is watched; nothing where no model was tested.
fn promote(app: App, document: &RunDocument) -> AnyView {
    if document.reference.predicted == 0 && document.evaluation.predicted == 0 {
        return none();
    }
    let unnamed = if document.reference.predicted > 0 { UNNAMED } else { "" };
    let model = document.model.clone().unwrap_or_else(|| unnamed.to_owned());
    let proposal = Proposal { model, reference: document.reference.dataset.clone() };
    let go_on = move || {
        app.watch.proposal.set(Some(proposal.clone()));
        go(&Route::Firewall(Place::Promote));
    };
    if document.summary.outcome != straingauge_api::Outcome::NotReady {
        return button("btn", "Promote this model", go_on).testid("promote").any();
    }
    // A model that is not ready is promoted by who insists.
    let asking = RwSignal::new(false);
    let alerts = counted(document.summary.counts.fail, "alert");
    live(move || {
        if !asking.get() {
            return button("btn quiet", "Promote this model", move || asking.set(true)).testid("promote").any();
        }
        let says = el("span", "meta").attr("role", "status").text(&format!("The model is not ready: {alerts}."));
        let all_the_same = button("btn small danger", "Promote it all the same", go_on.clone()).testid("promote-anyway");
        row(vec![says.any(), all_the_same.any(), button("btn small", "Not now", move || asking.set(false)).any()])
    })
}

/// Problems of the files that this run was made from, where they are still on the desk.
fn warnings(app: App) -> AnyView {
    let count = app.desk.registered.with_untracked(|all| all.iter().flat_map(|(_, p)| p).filter(|p| p.level > ProblemLevel::Note).count());
    if count == 0 {
        return none();
    }
    let to = link("", &Route::Warnings.href(), &counted(count as u64, "file warning"));
    el("p", "meta").el(to).text(" to know of before reading the numbers.").any()
}

fn verdict(shown: &Arc<Shown>) -> AnyView {
    let document = &shown.document;
    let summary = &document.summary;
    let of_bins = bins_of(&shown.run).is_some();
    let (shape, word) = if of_bins { crate::screens::firewall::outcome(summary.outcome) } else { outcome(summary.outcome) };
    let counts = summary.counts;
    let headline = summary.headline.strip_prefix(word).map_or(summary.headline.as_str(), |rest| rest.trim_start_matches(['.', ':', ' ']));
    let says = el("p", "says")
        .el(el("span", shape.class()).view(mark(shape)))
        .text(" ")
        .el(el("strong", "").text(word).text("."))
        .text(" ")
        .text(headline);
    let number = |shape: Shape, n: u64, word: String| {
        (n > 0 || shape != Shape::Skip).then(|| el("span", &format!("sev {}", shape.class())).view(mark(shape)).text(&word))
    };
    let numbers = [
        number(Shape::Alert, counts.fail, counted(counts.fail, "alert")),
        number(Shape::Warning, counts.warning, counted(counts.warning, "warning")),
        number(Shape::Pass, counts.pass, format!("{} pass", count(counts.pass))),
        number(Shape::Skip, counts.skip, format!("{} not judged", count(counts.skip))),
    ];
    let let_be = summary.accepted + summary.known;
    let let_be = (let_be > 0).then(|| {
        let asked = Asked { status: "let-be".to_owned(), ..Asked::default() };
        let href = Route::Run { project: shown.project.clone(), run: shown.run.clone(), listing: Listing::Cases, asked }.href();
        link("", &href, &format!("{} accepted or known", count(let_be)))
    });
    let rest = if document.findings.is_empty() {
        let text = match summary.outcome {
            straingauge_api::Outcome::Inconclusive => {
                "There are too few rows for most tests to say anything. More evaluation rows would help most."
            }
            straingauge_api::Outcome::DataOnly => "This run compares the data alone. Add predictions for both sets to test a model.",
            straingauge_api::Outcome::NotJudged => {
                "Nothing here says how good the model is. Its metrics need predictions, labels, and their tests switched on."
            }
            _ => "No case fails: whatever bends here, bends no more than noise would explain, or too little to matter.",
        };
        el("p", "meta").text(text).any()
    } else {
        findings(shown, FIRST)
    };
    el("section", "sheet verdict")
        .testid("verdict")
        .attr("data-outcome", shape.class())
        .el(says)
        .el(el("p", "tally").all(numbers.into_iter().flatten()).all(let_be))
        .view(rest)
        .any()
}

fn risks(document: &RunDocument) -> AnyView {
    let rows = document.summary.risks.iter().filter(|r| r.tests > 0).map(|r| {
        let name = match r.risk {
            straingauge_api::Risk::Operational => "Operational risk",
            straingauge_api::Risk::Fairness => "Fairness risk",
            straingauge_api::Risk::Security => "Security risk",
        };
        let over = format!("of 1: the mean over {}, a pass being 0, a warning 0.5, an alert 1", counted(r.tests, "judged test"));
        let number = el("td", "n").text(&format!("{:.2}", r.score));
        el("tr", "").el(el("th", "").attr("scope", "row").text(name)).el(number).el(el("td", "meta").text(&over))
    });
    el("table", "risks").el(el("tbody", "").all(rows)).any()
}

fn strain(shown: &Arc<Shown>) -> AnyView {
    let rows = straingauge_charts::strain_rows(&shown.document.batches);
    let scene = straingauge_charts::draw(&Figure::Strain { rows }, chart_width(1500.0));
    let ids = (shown.project.clone(), shown.run.clone());
    let open = Callback::new(move |case: String| {
        let (project, run) = ids.clone();
        go(&Route::Test { project, run, batch: batch_of(&case).to_owned(), case: Some(case) });
    });
    let says = "Every case of the run, by how far it bends: warning and alert are its thresholds. Solid marks have evidence beyond noise; hollow ones do not, and never fail. A mark opens its case.";
    el("section", "sheet")
        .el(el("h2", "").text("Strain"))
        .el(el("p", "meta").text(says))
        .view(chart(scene, Some(open), "strain-chart"))
        .any()
}

fn suggestions(shown: &Arc<Shown>) -> AnyView {
    if shown.document.suggestions.is_empty() {
        return none();
    }
    let items = shown.document.suggestions.iter().map(|s| {
        let look = link("", &shown.case_href(&s.case), "Look").el(el("span", "visually-hidden").text(&format!(" at {}", s.case)));
        el("li", "").el(el("b", "").text(s.category.label())).el(el("p", "").text(&s.text).text(" ").el(look))
    });
    let open = shown.document.findings.iter().any(|f| f.severity == Severity::Alert);
    let details =
        el("details", "sheet suggestions").el(el("summary", "").el(el("h2", "").text("What to do next"))).el(el("ul", "").all(items));
    if open { details.attr("open", "").any() } else { details.any() }
}

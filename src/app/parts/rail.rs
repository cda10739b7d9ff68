//! The left rail: where the reader is, and that nothing leaves the tab.

use leptos::prelude::*;

use crate::element::{el, link, none, svg};
use crate::format::counted;
use crate::route::{Place, Route, bins_of};
use crate::state::App;

/// The rail; a bar on narrow screens.
pub fn rail() -> AnyView {
    let app = App::here();
    let entry = move |screen: &'static str, name: &'static str, to: Route| {
        let current = move || (place(&app.route.get()) == screen).then(|| "page".to_owned());
        link("", &to.href(), name).live_attr("aria-current", current).testid(&format!("nav-{screen}"))
    };
    // The mark is the zigzag of a strain gauge's wire.
    let wire = svg("path", "")
        .attr("d", "M2 18h3V6h3v12h3V6h3v12h3V6h3v12h2")
        .attr("fill", "none")
        .attr("stroke", "currentColor")
        .attr("stroke-width", "1.8")
        .attr("stroke-linejoin", "round");
    let wire = svg("svg", "").attr("width", "24").attr("height", "24").attr("viewBox", "0 0 24 24").attr("aria-hidden", "true").el(wire);
    let brand = el("a", "brand").attr("href", "#/").el(wire).el(el("span", "").text("Straingauge"));
    let watched = move || {
        if app.open.with(Option::is_none) {
            return none();
        }
        let monitors = entry("monitors", "Monitors", Route::Monitors(None));
        crate::element::row(vec![entry("firewall", "Firewall", Route::Firewall(Place::Overview)).any(), monitors.any()])
    };
    let project = move || match app.open.with(|o| o.as_ref().map(|p| p.name.clone())) {
        Some(name) => el("p", "rail-project").testid("rail-project").attr("title", &name).text(&name).any(),
        None => none(),
    };
    Effect::new(move |_| {
        app.route.track();
        app.open.track();
        crate::element::later(show_current);
    });
    let nav = el("nav", "")
        .attr("aria-label", "Main")
        .el(entry("project", "Projects", Route::Projects))
        .live(project)
        .el(entry("data", "Data & model", Route::Data))
        .el(entry("tests", "Stress tests", Route::Tests))
        .live(watched);
    let underway = move || {
        let (to, says) = if app.live.busy() {
            (Route::Live, "A test is running")
        } else if app.watch.busy() {
            (Route::Firewall(Place::Overview), "Data are being taken in")
        } else {
            return none();
        };
        el("a", "underway").attr("href", &to.href()).el(el("span", "pulse").attr("aria-hidden", "true")).text(says).any()
    };
    el("header", "rail").el(brand).el(nav).live(underway).el(el("div", "local").testid("requests").live(move || requests(app))).any()
}

/// Brings the current entry into view where the rail is a bar that is wider than the screen.
fn show_current() {
    let current = document().query_selector(".rail nav a[aria-current]").ok().flatten();
    let Some((entry, nav)) = current.and_then(|e| Some((e.clone(), e.parent_element()?))) else { return };
    let (entry, bar) = (entry.get_bounding_client_rect(), nav.get_bounding_client_rect());
    if nav.scroll_width() > nav.client_width() && (entry.left() < bar.left() || entry.right() > bar.right()) {
        let to = f64::from(nav.scroll_left()) + entry.left() - bar.left() - 16.0;
        nav.set_scroll_left(to as i32);
    }
}

fn requests(app: App) -> AnyView {
    let seen = app.requests.seen.get();
    let total = seen.same_origin + seen.other_origin;
    let (lead, rest) = if seen.opened && seen.counted {
        (counted(total, "request"), if total == 0 { "Nothing leaves this tab. " } else { "" })
    } else if seen.opened {
        ("Nothing leaves this tab.".to_owned(), "The count of requests starts with your next visit. ")
    } else {
        ("Runs in this tab.".to_owned(), "Your files are read here and go nowhere. ")
    };
    let raised = seen.opened && seen.counted && total > 0;
    let counts = if seen.opened && seen.counted { " since your files were opened. " } else { " " };
    el("p", "")
        .el(el("b", if raised { "raised" } else { "" }).text(&lead))
        .text(counts)
        .el(el("span", "long").text(rest))
        .el(link("", &Route::Check.href(), "How to check"))
        .any()
}

fn place(route: &Route) -> &'static str {
    match route {
        Route::Projects | Route::Unknown => "project",
        Route::Data | Route::Warnings => "data",
        Route::Firewall(_) => "firewall",
        Route::Run { run, .. } | Route::Test { run, .. } if bins_of(run).is_some() => "firewall",
        Route::Monitors(_) => "monitors",
        Route::Tests | Route::Live | Route::Run { .. } | Route::Test { .. } | Route::Compare { .. } => "tests",
        Route::Check => "check",
    }
}

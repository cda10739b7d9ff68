//! The frame around every screen, and which screen stands in it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::element::{el, link, row};
use crate::parts::rail;
use crate::route::Route;
use crate::screens;
use crate::state::App;

/// The whole page.
#[component]
pub fn Page() -> impl IntoView {
    let app = App::start();
    provide_context(app);
    listen(app);
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
    let skip = link("skip-link", "#main", "Skip to the content").on("click", |ev| {
        ev.prevent_default();
        focus_main();
    });
    let main = el("main", "").attr("id", "main").attr("tabindex", "-1").live(move || screen(app.route.get()));
    row(vec![skip.any(), el("div", "shell").view(rail()).el(main).any()])
}

fn screen(route: Route) -> AnyView {
    match route {
        Route::Projects => screens::projects(),
        Route::Data => screens::data(),
        Route::Warnings => screens::warnings(),
        Route::Tests => screens::tests(),
        Route::Live => screens::live_run(),
        Route::Run { project, run, listing, asked } => screens::run(project, run, listing, asked),
        Route::Compare { project, before, after } => screens::compare(&project, before, after),
        Route::Test { project, run, batch, case } => screens::test(project, run, batch, case),
        Route::Firewall(place) => screens::firewall::firewall(place),
        Route::Monitors(id) => screens::firewall::monitors(id),
        Route::Check => screens::check(),
        Route::Unknown => screens::unknown(),
    }
}

/// Follows the location's hash: shows the view, names the document, and takes a reader who moves by keyboard to its top.
fn listen(app: App) {
    let shown = |route: &Route| document().set_title(&format!("{} · Straingauge", route.title()));
    shown(&app.route.get_untracked());
    window_event_listener_untyped("hashchange", move |_| {
        let next = crate::state::location_route();
        let before = app.route.get_untracked();
        if next == before {
            return;
        }
        shown(&next);
        let same_place = same_place(&before, &next);
        app.route.set(next);
        if !same_place {
            window().scroll_to_with_x_and_y(0.0, 0.0);
            focus_main();
        }
    });
}

/// Whether only the listing or the open case differs, so that the reader's place should stay.
fn same_place(a: &Route, b: &Route) -> bool {
    match (a, b) {
        (Route::Run { run: a, .. }, Route::Run { run: b, .. }) => a == b,
        (Route::Test { run: a, batch: x, .. }, Route::Test { run: b, batch: y, .. }) => a == b && x == y,
        _ => false,
    }
}

fn focus_main() {
    if let Some(main) = document().get_element_by_id("main").and_then(|m| m.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = main.focus();
    }
}

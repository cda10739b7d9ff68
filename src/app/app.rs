//! The frame around every screen, and which screen stands in it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::element::{el, link, row};
use crate::parts::{self, rail};
use crate::route::Route;
use crate::screens;
use crate::state::{App, Load};

/// The whole page.
#[component]
pub fn Page() -> impl IntoView {
    let app = App::start();
    provide_context(app);
    listen(app);
    parts::listen_for_drops(app);
    close_menus();
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
    let skip = link("skip-link", "#main", "Skip to the content").on("click", |ev| {
        ev.prevent_default();
        focus_main();
    });
    let main = el("main", "").attr("id", "main").attr("tabindex", "-1").live(move || screen(app.route.get()));
    row(vec![skip.any(), el("div", "shell").view(rail()).el(main).any(), parts::drop_veil(app)])
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

/// Closes open menus when the reader clicks elsewhere.
fn close_menus() {
    let close = |event: &web_sys::Event| {
        let Ok(open) = document().query_selector_all("details.menu[open]") else { return };
        let target = event.target().and_then(|t| t.dyn_into::<web_sys::Node>().ok());
        for menu in (0..open.length()).filter_map(|i| open.get(i)) {
            if !menu.contains(target.as_ref())
                && let Ok(menu) = menu.dyn_into::<web_sys::Element>()
            {
                let _ = menu.remove_attribute("open");
            }
        }
    };
    gloo_events::EventListener::new(&document(), "pointerdown", close).forget();
}

/// Follows the location's hash: shows the view, names the document, and takes a reader who moves by keyboard to its top.
fn listen(app: App) {
    // The title says what is shown, so that tabs and the history can be told apart.
    Effect::new(move |_| document().set_title(&title(app)));
    window_event_listener_untyped("hashchange", move |_| {
        let next = crate::state::location_route();
        let before = app.route.get_untracked();
        if next == before {
            return;
        }
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

/// The document's title: the run, the test or the project by name.
fn title(app: App) -> String {
    let route = app.route.get();
    let project = app.open.with(|o| o.as_ref().map(|p| p.name.clone()));
    let (of_project, of_run) = (project.clone().unwrap_or_default(), |run: &str, batch: Option<&str>| {
        app.shown.with(|shown| {
            let Load::Ready(shown) = shown else { return None };
            if shown.run != run {
                return None;
            }
            match batch {
                None => Some(shown.document.name.clone()),
                Some(id) => shown.document.batches.iter().find(|b| b.id == id).map(|b| format!("{} · {}", b.name, shown.document.name)),
            }
        })
    });
    let name = match &route {
        Route::Run { run, .. } if crate::route::bins_of(run).is_none() => of_run(run, None),
        Route::Test { run, batch, .. } if crate::route::bins_of(run).is_none() => of_run(run, Some(batch)),
        _ => None,
    };
    let name = name.unwrap_or_else(|| route.title().to_owned());
    let parts = [name, if matches!(route, Route::Projects | Route::Check) { String::new() } else { of_project }, "Straingauge".to_owned()];
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn focus_main() {
    if let Some(main) = document().get_element_by_id("main").and_then(|m| m.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = main.focus();
    }
}

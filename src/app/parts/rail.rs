//! The left rail: where the reader is, and that nothing leaves the tab.

use leptos::prelude::*;

use crate::format::counted;
use crate::route::Route;
use crate::state::App;

/// The product's name with its mark: the zigzag of a strain gauge's wire.
#[component]
fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="#/">
            <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
                <path d="M2 18h3V6h3v12h3V6h3v12h3V6h3v12h2" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" />
            </svg>
            <span>"Straingauge"</span>
        </a>
    }
}

/// The rail; a bar on narrow screens.
#[component]
pub fn Rail() -> impl IntoView {
    let app = App::here();
    let entry = move |screen: &'static str, name: &'static str, to: Route| {
        let current = move || (place(&app.route.get()) == screen).then_some("page");
        view! { <a href=to.href() aria-current=current data-testid=format!("nav-{screen}")>{name}</a> }
    };
    view! {
        <header class="rail">
            <Brand />
            <nav aria-label="Main">
                {entry("project", "Project", Route::Projects)}
                {entry("data", "Data & model", Route::Data)}
                {entry("tests", "Stress tests", Route::Tests)}
            </nav>
            {move || {
                app.live.busy().then(|| view! {
                    <a class="underway" href=Route::Live.href()><span class="pulse" aria-hidden="true"></span>"A test is running"</a>
                })
            }}
            <div class="local" data-testid="requests">{move || requests(app)}</div>
        </header>
    }
}

fn requests(app: App) -> AnyView {
    let seen = app.requests.seen.get();
    let check = view! { <a href=Route::Check.href()>"How to check"</a> };
    let total = seen.same_origin + seen.other_origin;
    if seen.opened && seen.counted {
        let count = view! { <b class:raised=move || { total > 0 }>{counted(total, "request")}</b> };
        let rest = if total == 0 { "Nothing leaves this tab. " } else { "" };
        view! { <p>{count}" since your files were opened. "<span class="long">{rest}</span>{check}</p> }.into_any()
    } else if seen.opened {
        view! { <p><b>"Nothing leaves this tab."</b>" "<span class="long">"The count of requests starts with your next visit. "</span>{check}</p> }.into_any()
    } else {
        view! { <p><b>"Runs in this tab."</b>" "<span class="long">"Your files are read here and go nowhere. "</span>{check}</p> }
            .into_any()
    }
}

fn place(route: &Route) -> &'static str {
    match route {
        Route::Projects | Route::Unknown => "project",
        Route::Data | Route::Warnings => "data",
        Route::Tests | Route::Live | Route::Run { .. } | Route::Test { .. } | Route::Compare { .. } => "tests",
        Route::Check => "check",
    }
}

//! What stands where the content would be: while it loads, when there is none, and when it could not be had.

use leptos::prelude::*;
use straingauge_api::ApiError;

/// While something loads.
pub fn loading(what: &'static str) -> AnyView {
    view! { <p class="loading" role="status"><span class="pulse" aria-hidden="true"></span>{what}</p> }.into_any()
}

/// Nothing is there yet: what would be, and how to get it.
pub fn empty(title: &'static str, text: &'static str, action: impl IntoView + 'static) -> AnyView {
    view! {
        <section class="sheet empty">
            <svg class="empty-art" viewBox="0 0 160 40" aria-hidden="true">
                <path class="axis" d="M0 32H160" />
                <path class="wire" d="M8 32V14h12v18h12V14h12v18h12V14h12v18h12V14h12v18h12V14h12v18h12V14h12v18" />
            </svg>
            <h2>{title}</h2>
            <p>{text}</p>
            <div class="actions">{action.into_any()}</div>
        </section>
    }
    .into_any()
}

/// Something could not be done: what, where, and what mends it.
pub fn failure(title: &'static str, error: &ApiError) -> AnyView {
    let place: Vec<String> = [
        error.details.file.clone(),
        error.details.row.map(|r| format!("row {}", crate::format::count(r))),
        error.details.column.as_ref().map(|c| format!("column {c}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mend = error.details.mend.clone().filter(|m| !error.message.contains(m.as_str()));
    view! {
        <div class="notice alert" role="alert" data-testid="failure">
            {super::mark(super::Shape::Alert)}
            <div>
                <p><strong>{title}</strong>" "{error.message.clone()}</p>
                {mend.map(|m| view! { <p>{m}</p> })}
                {(!place.is_empty()).then(|| view! { <p class="meta">{place.join(" · ")}</p> })}
                <p class="meta"><code>{error.code.clone()}</code></p>
            </div>
        </div>
    }
    .into_any()
}

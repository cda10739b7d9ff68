//! Where files are dropped or picked.

use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;

use crate::state::App;

/// The drop zone. `large` for the first screen, `more` where files lie open already. `then` runs after files were taken.
#[component]
pub fn DropZone(
    #[prop(optional)] large: bool,
    #[prop(optional)] more: bool,
    #[prop(optional, into)] then: Option<Callback<()>>,
) -> impl IntoView {
    let app = App::here();
    let over = RwSignal::new(false);
    let input = NodeRef::<Input>::new();
    let take = move |list: Option<web_sys::FileList>| {
        let files: Vec<web_sys::File> = list.map(|l| (0..l.length()).filter_map(|i| l.get(i)).collect()).unwrap_or_default();
        if files.is_empty() {
            return;
        }
        app.desk.take(files);
        app.requests.opened();
        if let Some(then) = then {
            then.run(());
        }
    };
    let dropped = move |event: ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        take(event.data_transfer().and_then(|t| t.files()));
    };
    view! {
        <div
            class="drop"
            class:large=large
            class:over=over
            data-testid="drop-zone"
            on:dragover=move |ev| { ev.prevent_default(); over.set(true); }
            on:dragleave=move |_| over.set(false)
            on:drop=dropped
        >
            <svg class="drop-art" viewBox="0 0 48 48" aria-hidden="true">
                <path d="M24 32V12m0 0-8 8m8-8 8 8M8 32v6a3 3 0 0 0 3 3h26a3 3 0 0 0 3-3v-6" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" />
            </svg>
            <p class="drop-title">
                {if more { "Drop more files here" } else { "Drop your files here" }}", or "
                <button type="button" class="link" on:click=move |_| { if let Some(input) = input.get() { input.click(); } }>"choose them"</button>
            </p>
            <p class="drop-hint">"Reference data, evaluation data and their predictions, all at once. CSV, JSON, JSONL, Parquet or Arrow, plain, gzip or zstd."</p>
            <input
                node_ref=input
                class="visually-hidden"
                type="file"
                multiple
                tabindex="-1"
                aria-label="Data and prediction files"
                data-testid="file-input"
                on:change=move |_| {
                    if let Some(input) = input.get() {
                        take(input.files());
                        // The same file may be chosen again.
                        input.set_value("");
                    }
                }
            />
        </div>
    }
}

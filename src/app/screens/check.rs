//! How to check that nothing leaves the tab.

use leptos::prelude::*;

use crate::format::counted;
use crate::state::App;

/// The screen.
#[component]
pub fn Check() -> impl IntoView {
    let app = App::here();
    let now = move || {
        let seen = app.requests.seen.get();
        if !seen.opened {
            "No files have been opened yet; the count starts when they are.".to_owned()
        } else if !seen.counted {
            "This visit is not counted: the service worker that counts takes over with the next visit, and only on https or on this machine.".to_owned()
        } else {
            format!(
                "Since your files were opened: {} to this page’s own address, {} to anywhere else.",
                counted(seen.same_origin, "request"),
                counted(seen.other_origin, "request")
            )
        }
    };
    view! {
        <div class="prose">
            <h1>"Nothing leaves this tab. How to check"</h1>
            <p class="lead">"You need not take our word for it. Three ways, from the quickest to the strictest."</p>
            <section class="sheet">
                <h2>"1. Read the count"</h2>
                <p role="status"><strong>{now}</strong></p>
                <p>"A service worker of this page sees every request that the page and its workers make, and counts them. The page’s own files (its code, the engine) are requests too, so a visit starts with a few; from the moment you open a file the count should stay where it is."</p>
            </section>
            <section class="sheet">
                <h2>"2. Watch the network"</h2>
                <p>"Open your browser’s developer tools (F12), choose Network, and run a test. No row should appear. A row that does appear names its address: it can only be this page’s own."</p>
                <p>"The page forbids the rest itself. Choose the first row, then Headers, and read "<code>"Content-Security-Policy"</code>": "<code>"default-src 'none'"</code>" blocks everything that is not listed, and "<code>"connect-src 'self'"</code>" lists nothing but this address. The worker that reads your files obeys the same policy and has, besides, no function left to fetch with."</p>
            </section>
            <section class="sheet">
                <h2>"3. Cut the network"</h2>
                <p>"Once the page has loaded, switch off the network and go on. Reading, testing and saving all work."</p>
            </section>
            <section class="sheet">
                <h2>"What is kept"</h2>
                <p>"In this browser’s own storage (IndexedDB): the names of your projects, the name, size and SHA-256 of each file, and the runs, which hold counts and row numbers but no rows. Deleting a project deletes all of it."</p>
            </section>
        </div>
    }
}

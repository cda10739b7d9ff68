//! How to check that nothing leaves the tab.

use leptos::prelude::*;

use crate::element::{El, el};
use crate::format::counted;
use crate::state::App;

/// The screen.
pub fn check() -> AnyView {
    let app = App::here();
    let now = move || {
        let seen = app.requests.seen.get();
        let says = if !seen.opened {
            "No files have been opened yet; the count starts when they are.".to_owned()
        } else if !seen.counted {
            "This visit is not counted: the service worker that counts takes over with the next visit, and only on https or on this machine.".to_owned()
        } else {
            format!(
                "Since your files were opened: {} to this page’s own address, {} to anywhere else.",
                counted(seen.same_origin, "request"),
                counted(seen.other_origin, "request")
            )
        };
        el("strong", "").text(&says).any()
    };
    let section = |title: &str| el("section", "sheet").el(el("h2", "").text(title));
    let p = |text: &str| el("p", "").text(text);
    let code = |p: El, code: &str, then: &str| p.el(el("code", "").text(code)).text(then);
    let policy = p("The page forbids the rest itself. Choose the first row, then Headers, and read ");
    let policy = code(policy, "Content-Security-Policy", ": ");
    let policy = code(policy, "default-src 'none'", " blocks everything that is not listed, and ");
    let policy = code(
        policy,
        "connect-src 'self'",
        " lists nothing but this address. The worker that reads your files obeys the same policy and has, besides, no function left to fetch with.",
    );
    el("div", "prose")
        .el(el("h1", "").text("Nothing leaves this tab. How to check"))
        .el(el("p", "lead").text("You need not take our word for it. Three ways, from the quickest to the strictest."))
        .el(section("1. Read the count")
            .el(el("p", "").attr("role", "status").live(now))
            .el(p("A service worker of this page sees every request that the page and its workers make, and counts them. The page’s own files (its code, the engine) are requests too, so a visit starts with a few; from the moment you open a file the count should stay where it is.")))
        .el(section("2. Watch the network")
            .el(p("Open your browser’s developer tools (F12), choose Network, and run a test. No row should appear. A row that does appear names its address: it can only be this page’s own."))
            .el(policy))
        .el(section("3. Cut the network").el(p("Once the page has loaded, switch off the network and go on. Reading, testing and saving all work.")))
        .el(section("What is kept").el(p("In this browser’s own storage (IndexedDB): the names of your projects, the name, size and SHA-256 of each file, the runs, which hold counts and row numbers but no rows, and firewalls, which hold counts. Deleting a project deletes all of it.")))
        .any()
}

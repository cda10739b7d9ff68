//! Everything that a run can be saved as.

use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::ApiError;
use wasm_bindgen::prelude::*;

use crate::client::{self, Answer, api_error, settle};
use crate::element::{El, button, el, none};
use crate::parts::ticked;

/// What a run can be saved as: id, name, what it holds.
const KINDS: [(&str, &str, &str); 7] = [
    ("html", "Report (HTML)", "one page, no script needed"),
    ("markdown", "Report (Markdown)", "for a pull request or a wiki"),
    ("json", "Run (JSON)", "everything, byte for byte the same each time"),
    ("cases-csv", "Test cases (CSV)", "a row a case, with every metric"),
    ("result-csv", "Result (CSV)", "one row: the run"),
    ("arrow", "Test cases (Arrow)", "an IPC stream for pandas or Polars"),
    ("junit", "JUnit (XML)", "for continuous integration"),
];

/// The menu of a run.
pub fn export_menu(project: String, run: String, name: String) -> AnyView {
    let failed = RwSignal::new(None::<ApiError>);
    let samples = RwSignal::new(false);
    let ids = StoredValue::new((project, run, name));
    let save_as = move |kind: &'static str| {
        spawn_local(async move {
            let (project, run, name) = ids.get_value();
            failed.set(save(&project, &run, &name, kind, samples.get_untracked()).await.err());
        });
    };
    let tick = el("input", "").attr("type", "checkbox").on("change", move |ev| samples.set(ticked(&ev)));
    let rows =
        "Up to 5 rows of your data a failing case, readable by whoever gets the file. Without it, files hold row numbers and counts only.";
    let with_rows = el("label", "check").el(tick).el(el("span", "").text("Put rows into the HTML report").el(el("small", "").text(rows)));
    // The rows of a bin are not kept with it.
    let with_rows = ids.with_value(|(_, run, _)| crate::route::bins_of(run).is_none()).then_some(with_rows);
    menu(&KINDS, save_as, failed, with_rows)
}

/// A menu of what something can be saved as: id, name, what it holds.
pub fn menu(
    kinds: &[(&'static str, &str, &str)],
    save_as: impl Fn(&'static str) + Copy + Send + 'static,
    failed: RwSignal<Option<ApiError>>,
    more: Option<El>,
) -> AnyView {
    let items = kinds.iter().map(|&(id, label, what)| {
        let item = button("", "", move || save_as(id)).testid(&format!("export-{id}"));
        el("li", "").el(item.el(el("span", "").text(label)).el(el("small", "").text(what)))
    });
    let body = el("div", "menu-body")
        .el(el("ul", "").all(items))
        .all(more)
        .live(move || failed.get().map_or_else(none, |e| crate::parts::failure("Not saved.", &e)));
    el("details", "menu")
        .testid("export-menu")
        .on("keydown", |ev| close_on_escape(&ev))
        .el(el("summary", "btn").text("Export"))
        .el(body)
        .any()
}

/// Escape closes a menu and leads back to its button.
pub fn close_on_escape(event: &web_sys::Event) {
    let escape = event.dyn_ref::<web_sys::KeyboardEvent>().is_some_and(|e| e.key() == "Escape");
    let details = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()).filter(|_| escape);
    let Some(details) = details else { return };
    let _ = details.remove_attribute("open");
    if let Ok(Some(summary)) = details.query_selector("summary") {
        let _ = summary.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}

async fn save(project: &str, run: &str, name: &str, kind: &str, samples: bool) -> Answer<()> {
    let thrown = |e: JsValue| api_error(&e);
    let project = client::project(project).await?;
    let run = client::test_run(&project, run).await?;
    let with_metrics = client::object(&[("metrics", true.into())]);
    let (content, ending, mime): (JsValue, &str, &str) = match kind {
        "html" => (settle(run.to_html(&client::object(&[("samples", samples.into())]))).await?, "html", "text/html"),
        "markdown" => (settle(run.to_markdown()).await?, "md", "text/markdown"),
        "junit" => (settle(run.to_junit()).await?, "junit.xml", "application/xml"),
        "cases-csv" => (run.test_cases(&with_metrics).map_err(thrown)?.to_csv().map_err(thrown)?.into(), "cases.csv", "text/csv"),
        "result-csv" => (run.result_table().map_err(thrown)?.to_csv().map_err(thrown)?.into(), "result.csv", "text/csv"),
        "arrow" => {
            let bytes: Uint8Array = settle(run.test_cases(&with_metrics).map_err(thrown)?.to_arrow()).await?.unchecked_into();
            (bytes.into(), "cases.arrow", "application/vnd.apache.arrow.stream")
        }
        _ => (js_sys::JSON::stringify(&run.to_json().map_err(thrown)?).map_err(thrown)?.into(), "json", "application/json"),
    };
    download(&content, &format!("{}.{ending}", file_name(name)), mime).map_err(thrown)
}

/// Saves something as a file.
pub fn download(content: &JsValue, name: &str, mime: &str) -> Result<(), JsValue> {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(mime);
    let blob = web_sys::Blob::new_with_buffer_source_sequence_and_options(&Array::of1(content), &options)?;
    let url = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: web_sys::HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The download has begun; a little later the bytes may go.
    gloo_timers::callback::Timeout::new(10_000, move || {
        let _ = web_sys::Url::revoke_object_url(&url);
    })
    .forget();
    Ok(())
}

/// A name that every file system takes.
pub fn file_name(name: &str) -> String {
    let kept: String =
        name.chars().map(|c| if !c.is_ascii() || c.is_ascii_alphanumeric() || c == '-' { c.to_ascii_lowercase() } else { '-' }).collect();
    let parts: Vec<&str> = kept.split('-').filter(|p| !p.is_empty()).collect();
    if parts.is_empty() { "run".to_owned() } else { parts.join("-") }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn file_names_are_tame() {
        assert_eq!(file_name("ArXiv topics / run 7"), "arxiv-topics-run-7");
        assert_eq!(file_name("../.."), "run");
    }
}

//! Everything that a run can be saved as.

use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::ApiError;
use wasm_bindgen::prelude::*;

use crate::client::{self, Answer, api_error, settle};

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

/// The menu.
#[component]
pub fn ExportMenu(project: String, run: String, name: String) -> impl IntoView {
    let failed = RwSignal::new(None::<ApiError>);
    let samples = RwSignal::new(false);
    let ids = StoredValue::new((project, run, name));
    let save_as = move |kind: &'static str| {
        spawn_local(async move {
            let (project, run, name) = ids.get_value();
            failed.set(save(&project, &run, &name, kind, samples.get_untracked()).await.err());
        });
    };
    let items: Vec<_> = KINDS
        .into_iter()
        .map(|(id, label, what)| {
            view! {
                <li>
                    <button type="button" data-testid=format!("export-{id}") on:click=move |_| save_as(id)>
                        <span>{label}</span><small>{what}</small>
                    </button>
                </li>
            }
        })
        .collect();
    view! {
        <details class="menu" data-testid="export-menu" on:keydown=close_on_escape>
            <summary class="btn">"Export"</summary>
            <div class="menu-body">
                <ul>{items}</ul>
                <label class="check">
                    <input type="checkbox" prop:checked=samples on:change:target=move |ev| samples.set(ev.target().checked()) />
                    <span>"Put rows into the HTML report"<small>"Up to 5 rows of your data a failing case, readable by whoever gets the file. Without it, files hold row numbers and counts only."</small></span>
                </label>
                {move || failed.get().map(|e| crate::parts::failure("Not saved.", &e))}
            </div>
        </details>
    }
}

fn close_on_escape(event: web_sys::KeyboardEvent) {
    let details = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()).filter(|_| event.key() == "Escape");
    let Some(details) = details else { return };
    let _ = details.remove_attribute("open");
    if let Ok(Some(summary)) = details.query_selector("summary") {
        let _ = summary.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}

async fn save(project: &str, run: &str, name: &str, kind: &str, samples: bool) -> Answer<()> {
    let thrown = |e: JsValue| api_error(&e);
    let project = client::project(project).await?;
    let run: client::js::TestRun = settle(project.get_test_run(run)).await?.unchecked_into();
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

fn download(content: &JsValue, name: &str, mime: &str) -> Result<(), JsValue> {
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
fn file_name(name: &str) -> String {
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

//! The rows that a case is about, a page at a time, from the loaded data.

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::{ApiError, RowPage};

use crate::client;
use crate::format::{count, counted};

const PAGE: u64 = 20;

/// A button that fetches rows, and the rows once fetched.
#[component]
pub fn FailingRows(project: String, run: String, case: String, total: u64) -> impl IntoView {
    let page = RwSignal::new(None::<Result<RowPage, ApiError>>);
    let offset = RwSignal::new(0_u64);
    let waiting = RwSignal::new(false);
    let ids = StoredValue::new((project, run, case));
    let fetch = move |from: u64| {
        waiting.set(true);
        spawn_local(async move {
            let (project, run, case) = ids.get_value();
            let rows = async {
                let project = client::project(&project).await?;
                client::rows(&project, &run, &case, from, PAGE).await
            }
            .await;
            offset.try_set(from);
            page.try_set(Some(rows));
            waiting.try_set(false);
        });
    };
    let body = move || match page.get() {
        None => view! {
            <button type="button" class="btn small" data-testid="show-rows" disabled=waiting on:click=move |_| fetch(0)>
                {format!("Show the {}", counted(total, "row"))}
            </button>
        }
        .into_any(),
        Some(Err(error)) => rows_missing(&error),
        Some(Ok(rows)) => {
            let from = offset.get();
            let total = rows.total;
            let end = from + rows.rows.len() as u64;
            view! {
                <div class="scroll" tabindex="0" role="region" aria-label="Rows">{table(&rows)}</div>
                <div class="pager">
                    <button type="button" class="btn small" disabled=move || { from == 0 || waiting.get() } on:click=move |_| fetch(from.saturating_sub(PAGE))>"Earlier"</button>
                    <span class="meta" role="status">{format!("{} to {} of {}", count(from + 1), count(end), count(total))}</span>
                    <button type="button" class="btn small" disabled=move || { end >= total || waiting.get() } on:click=move |_| fetch(end)>"Later"</button>
                </div>
            }
            .into_any()
        }
    };
    view! { <div class="failing-rows" data-testid="failing-rows">{body}</div> }
}

/// Rows live with the data; after a reload the files have to be dropped again.
fn rows_missing(error: &ApiError) -> AnyView {
    view! {
        <p class="meta" role="status">
            {error.message.clone()}" "
            <a href=crate::route::Route::Data.href()>"Drop the files again"</a>" to see them. They were never stored."
        </p>
    }
    .into_any()
}

fn table(page: &RowPage) -> impl IntoView + use<> {
    let head: Vec<_> = page.columns.iter().map(|c| view! { <th scope="col">{c.clone()}</th> }).collect();
    let has_number = page.columns.first().is_some_and(|c| c == "row");
    let rows: Vec<_> = page
        .rows
        .iter()
        .map(|row| {
            let cells: Vec<_> = row
                .cells
                .iter()
                .map(|c| match c {
                    // A long text gets room, and is cut by the style sheet after a few lines; hovering shows all of it.
                    Some(text) if text.chars().count() > 40 => {
                        view! { <td class="long"><div title=text.clone()>{text.clone()}</div></td> }.into_any()
                    }
                    Some(text) => view! { <td class="short">{text.clone()}</td> }.into_any(),
                    None => view! { <td class="missing">"missing"</td> }.into_any(),
                })
                .collect();
            let number = (!has_number).then(|| view! { <td class="row-no">{count(u64::from(row.row) + 1)}</td> });
            view! { <tr>{number}{cells}</tr> }
        })
        .collect();
    let number = (!has_number).then(|| view! { <th scope="col">"Row"</th> });
    view! { <table class="data"><thead><tr>{number}{head}</tr></thead><tbody>{rows}</tbody></table> }
}

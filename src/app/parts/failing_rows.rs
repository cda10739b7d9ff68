//! The rows that a case is about, a page at a time, from the loaded data, with the cells that made them so marked.

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::{ApiError, RowPage, RowView};

use crate::client;
use crate::element::{El, button, el, link, live, row, scroll};
use crate::format::{count, counted};
use crate::route::Route;

const PAGE: u64 = 20;

/// A button that fetches rows, and the rows once fetched.
pub fn failing_rows(project: &str, run: &str, case: &str, total: u64) -> AnyView {
    if let Some((_, Some(_))) = crate::route::bins_of(run) {
        return el("p", "meta").text("Open one of the bins to see its rows.").any();
    }
    let page = RwSignal::new(None::<Result<RowPage, ApiError>>);
    let offset = RwSignal::new(0_u64);
    let waiting = RwSignal::new(false);
    let ids = StoredValue::new((project.to_owned(), run.to_owned(), case.to_owned()));
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
    // Rows that came back show at once.
    let app = crate::state::App::here();
    Effect::new(move |before: Option<u32>| {
        let now = app.restored.get();
        if before.is_some_and(|b| b != now) && page.with_untracked(|p| matches!(p, Some(Err(_)))) {
            fetch(offset.get_untracked());
        }
        now
    });
    let turn = move |name: &str, to: u64, able: bool| {
        button("btn small", name, move || fetch(to)).live_attr("disabled", move || (!able || waiting.get()).then(String::new))
    };
    let body = move || match page.get() {
        None => turn(&format!("Show the {}", counted(total, "row")), 0, true).testid("show-rows").any(),
        Some(Err(error)) => rows_missing(app, &error),
        Some(Ok(rows)) => {
            let from = offset.get();
            let end = from + rows.rows.len() as u64;
            let says = format!("{} to {} of {}", count(from + 1), count(end), count(rows.total));
            let pager = el("div", "pager")
                .el(turn("Earlier", from.saturating_sub(PAGE), from > 0))
                .el(el("span", "meta").attr("role", "status").text(&says))
                .el(turn("Later", end, end < rows.total));
            row(vec![scroll("Rows", table(&rows)).any(), pager.any()])
        }
    };
    el("div", "failing-rows").testid("failing-rows").view(live(body)).any()
}

/// Rows live with the data; after a reload the files have to be dropped again, or the sample's rows made again.
fn rows_missing(app: crate::state::App, error: &ApiError) -> AnyView {
    if error.code != "not_loaded" {
        return crate::parts::failure("The rows cannot be shown.", error);
    }
    let file = error.details.file.clone().unwrap_or_default();
    let says = el("p", "meta").attr("role", "status");
    if let Some(again) = crate::screens::sample_again(app) {
        let says = says.text("The page was reloaded, and rows are never stored. Those of the sample can be made again. ");
        return row(vec![says.any(), again]);
    }
    let says = says
        .text("The page was reloaded, and rows are never stored. Drop ")
        .el(el("b", "").text(&file))
        .text(" and the other files of this run anywhere in this window: the rows show at once. ");
    says.el(link("", &Route::Data.href(), "Choose the files")).any()
}

fn table(page: &RowPage) -> El {
    let has_number = page.columns.first().is_some_and(|c| c == "row");
    let has_reason = page.rows.iter().any(|r| r.reason.is_some());
    let mut heads: Vec<&str> = Vec::new();
    heads.extend((!has_number).then_some("Row"));
    heads.extend(has_reason.then_some("Why"));
    heads.extend(page.columns.iter().map(String::as_str));
    let rows = page.rows.iter().map(|r| {
        let number = (!has_number).then(|| el("td", "row-no").text(&count(u64::from(r.row) + 1)));
        let reason = has_reason.then(|| el("td", "why").text(r.reason.as_deref().unwrap_or_default()));
        el("tr", "").all(number).all(reason).all((0..r.cells.len()).map(|i| cell(r, i)))
    });
    crate::element::table("data", &heads, el("tbody", "").all(rows)).testid("rows-table")
}

/// A cell; the whole of it is marked, or the words in it that are to blame.
fn cell(row: &RowView, at: usize) -> El {
    let marked = row.marked.contains(&(at as u32));
    let Some(text) = &row.cells[at] else {
        let cell = el("td", "missing");
        return if marked { cell.el(el("mark", "").text("missing")) } else { cell.text("missing") };
    };
    let pieces = if !marked {
        vec![(text.as_str(), false)]
    } else if row.words.is_empty() {
        vec![(text.as_str(), true)]
    } else {
        pieces(text, &row.words)
    };
    let fill = |into: El| {
        pieces.iter().fold(into, |into, (piece, marked)| if *marked { into.el(el("mark", "").text(piece)) } else { into.text(piece) })
    };
    // A long text gets room, and is cut by the style sheet after a few lines; hovering shows all of it.
    if text.chars().count() > 40 { el("td", "long").el(fill(el("div", "").attr("title", text))) } else { fill(el("td", "short")) }
}

/// A text cut at whole words: each piece, and whether it is one of `words`.
fn pieces<'a>(text: &'a str, words: &[String]) -> Vec<(&'a str, bool)> {
    let inside = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric();
    let mut out = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(first) = rest.chars().next() else { break };
        let starts = !text[..at].chars().next_back().is_some_and(inside);
        let whole = |w: &&String| rest.starts_with(w.as_str()) && !rest[w.len()..].chars().next().is_some_and(inside);
        match words.iter().filter(|_| starts).find(whole) {
            Some(word) => {
                out.push((&text[from..at], false));
                out.push((&rest[..word.len()], true));
                at += word.len();
                from = at;
            }
            None => at += first.len_utf8(),
        }
    }
    out.push((&text[from..], false));
    out.retain(|(piece, _)| !piece.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn whole_words_are_marked_wherever_they_stand() {
        let words = ["ist".to_owned(), "Konto".to_owned()];
        assert_eq!(
            pieces("Mein Konto ist Liste", &words),
            [("Mein ", false), ("Konto", true), (" ", false), ("ist", true), (" Liste", false)]
        );
        assert_eq!(pieces("", &words), []);
    }
}

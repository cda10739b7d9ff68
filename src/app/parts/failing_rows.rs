//! The rows that a case is about, a page at a time, from the loaded data, with the cells that made them so marked.

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::{ApiError, RowPage, RowView};

use crate::client;
use crate::element::{El, button, el, link, live, row, scroll};
use crate::format::{count, counted};
use crate::route::Route;

const PAGE: u64 = 20;

/// Rows that the engine gives at once at most.
const CHUNK: u64 = 200;

/// Rows among which wrong ones are looked for, and rows that are saved, at most.
const MOST: u64 = 10_000;

/// The rows of a case from the first on, at most so many.
async fn collect((project, run, case): &(String, String, String), most: u64) -> Result<RowPage, ApiError> {
    let project = client::project(project).await?;
    let mut all = client::rows(&project, run, case, 0, CHUNK.min(most)).await?;
    while (all.rows.len() as u64) < all.total.min(most) {
        let more = client::rows(&project, run, case, all.rows.len() as u64, CHUNK).await?;
        if more.rows.is_empty() {
            break;
        }
        all.rows.extend(more.rows);
    }
    Ok(all)
}

/// The rows in which the model is wrong: the engine marks its prediction there.
fn is_wrong(page: &RowPage, row: &RowView) -> bool {
    page.columns.iter().position(|c| c == "predicted").is_some_and(|at| row.marked.contains(&(at as u32)))
}

/// The rows as text, as they are shown: the row's number, the reason, then the columns. With commas between for a file, with tabs for the clipboard.
fn to_text(page: &RowPage, between: char) -> String {
    let quoted = |text: &str| {
        // A spreadsheet must not run what a data set's strings say; a negative number is no formula.
        let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
        let safe = if formula { format!("'{text}") } else { text.to_owned() };
        let plain = !safe.contains(['"', between, '\n', '\r']);
        if plain { safe } else { format!("\"{}\"", safe.replace('"', "\"\"")) }
    };
    let line = |cells: &mut dyn Iterator<Item = String>| cells.collect::<Vec<_>>().join(between.encode_utf8(&mut [0; 4]));
    let head = ["row", "why"].into_iter().chain(page.columns.iter().map(String::as_str)).map(quoted);
    let mut lines = vec![line(&mut head.into_iter())];
    for row in &page.rows {
        let number = std::iter::once((u64::from(row.row) + 1).to_string());
        let why = std::iter::once(quoted(row.reason.as_deref().unwrap_or_default()));
        let cells = row.cells.iter().map(|c| quoted(c.as_deref().unwrap_or_default()));
        lines.push(line(&mut number.chain(why).chain(cells)));
    }
    lines.join("\n") + "\n"
}

/// The rows of a case, or those of them that are wrong, at most [`MOST`].
async fn all_rows(ids: &(String, String, String), wrong: bool) -> Result<RowPage, ApiError> {
    let mut all = collect(ids, MOST).await?;
    if wrong {
        all.rows = all.rows.iter().filter(|r| is_wrong(&all, r)).cloned().collect();
        all.total = all.rows.len() as u64;
    }
    Ok(all)
}

/// Puts text on the clipboard.
async fn copy(text: &str) -> Result<(), ApiError> {
    // A page that is no secure context has no clipboard.
    let clipboard = client::value_of(&window().navigator(), "clipboard");
    client::ask(&clipboard, "writeText", &[text.into()]).await.map(drop)
}

/// A button that fetches rows, and the rows once fetched.
pub fn failing_rows(project: &str, run: &str, case: &str, total: u64) -> AnyView {
    if let Some((_, Some(_))) = crate::route::bins_of(run) {
        return el("p", "meta").text("Open one of the bins to see its rows.").any();
    }
    let page = RwSignal::new(None::<Result<RowPage, ApiError>>);
    let offset = RwSignal::new(0_u64);
    let waiting = RwSignal::new(false);
    let ids = StoredValue::new((project.to_owned(), run.to_owned(), case.to_owned()));
    let wrong = RwSignal::new(false);
    let fetch = move |from: u64| {
        waiting.set(true);
        spawn_local(async move {
            let of = ids.get_value();
            let rows = if wrong.get_untracked() {
                all_rows(&of, true).await.map(|mut all| {
                    all.rows = all.rows.into_iter().skip(from as usize).take(PAGE as usize).collect();
                    all
                })
            } else {
                let (project, run, case) = of;
                async { client::rows(&client::project(&project).await?, &run, &case, from, PAGE).await }.await
            };
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
            let save = button("link small", "Save as CSV", move || {
                spawn_local(async move {
                    let of = ids.get_value();
                    if let Ok(all) = all_rows(&of, wrong.get_untracked()).await {
                        let name = format!("{}.csv", super::file_name(&of.2));
                        // A refused download shows as no download.
                        let _ = super::download(&to_text(&all, ',').into(), &name, "text/csv");
                    }
                });
            })
            .testid("save-rows");
            let copied = RwSignal::new(String::new());
            let copy = button("link small", "Copy", move || {
                spawn_local(async move {
                    let done = async {
                        let all = all_rows(&ids.get_value(), wrong.get_untracked()).await?;
                        copy(&to_text(&all, '\t')).await?;
                        Ok::<_, ApiError>(all.rows.len())
                    };
                    let says = match done.await {
                        Ok(n) => format!("{} copied.", counted(n as u64, "row")),
                        Err(_) => "The browser did not let the page copy; save them as CSV.".to_owned(),
                    };
                    copied.try_set(says);
                });
            })
            .testid("copy-rows");
            let copied = el("span", "meta").attr("role", "status").live(move || copied.get().into_any());
            let end = from + rows.rows.len() as u64;
            let says = format!("{} to {} of {}", count(from + 1), count(end), count(rows.total));
            let pager = el("div", "pager")
                .el(turn("Previous", from.saturating_sub(PAGE), from > 0))
                .el(el("span", "meta").attr("role", "status").text(&says))
                .el(turn("Next", end, end < rows.total))
                .el(copy)
                .el(save)
                .el(copied);
            // Worst first: where the first page holds no mistake, there is none.
            let mistakes = wrong.get_untracked() || from > 0 || rows.rows.iter().any(|r| is_wrong(&rows, r));
            let pick = |name: &str, only: bool| {
                let turn = move |_| {
                    wrong.set(only);
                    fetch(0);
                };
                let pick = el("button", "pick").attr("type", "button").text(name).on("click", turn);
                pick.aria("aria-pressed", move || wrong.get() == only).testid(if only { "rows-wrong" } else { "rows-all" })
            };
            let picks = mistakes.then(|| {
                let picks = el("div", "picks").attr("role", "group").attr("aria-label", "Rows shown");
                picks.el(pick("All rows, worst first", false)).el(pick("Wrong only", true)).any()
            });
            let shared = shared_reason(&rows).map(|why| el("p", "meta").text(&why).any());
            let all = [picks, shared, Some(scroll("Rows", table(&rows)).any()), Some(pager.any())];
            row(all.into_iter().flatten().collect())
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

/// The reason that all rows of a page have; it is said once, above them.
fn shared_reason(page: &RowPage) -> Option<String> {
    let first = page.rows.first()?.reason.clone()?;
    (page.rows.len() > 1 && page.rows.iter().all(|r| r.reason.as_ref() == Some(&first))).then_some(first)
}

/// The order in which columns are shown: what a human reads comes first.
fn order(page: &RowPage) -> Vec<usize> {
    let long = |at: usize| page.rows.iter().filter_map(|r| r.cells.get(at)?.as_ref()).map(|t| t.chars().count()).max().unwrap_or_default();
    let text = (0..page.columns.len()).filter(|at| long(*at) > 40).max_by_key(|at| long(*at));
    text.into_iter().chain((0..page.columns.len()).filter(|at| Some(*at) != text)).collect()
}

fn table(page: &RowPage) -> El {
    let has_number = page.columns.first().is_some_and(|c| c == "row");
    let has_reason = shared_reason(page).is_none() && page.rows.iter().any(|r| r.reason.is_some());
    let order = order(page);
    let mut heads: Vec<&str> = Vec::new();
    heads.extend((!has_number).then_some("Row"));
    heads.extend(order.first().map(|at| page.columns[*at].as_str()));
    heads.extend(has_reason.then_some("Why"));
    heads.extend(order.iter().skip(1).map(|at| page.columns[*at].as_str()));
    let rows = page.rows.iter().map(|r| {
        let number = (!has_number).then(|| el("td", "row-no").text(&count(u64::from(r.row) + 1)));
        let reason = has_reason.then(|| el("td", "why").text(r.reason.as_deref().unwrap_or_default()));
        let cells = |at: &usize| (*at < r.cells.len()).then(|| cell(r, *at));
        el("tr", "").all(number).all(order.first().and_then(cells)).all(reason).all(order.iter().skip(1).filter_map(cells))
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
    use super::{RowPage, RowView, is_wrong, order, pieces, shared_reason, to_text};

    fn page() -> RowPage {
        let row = |row: u32, text: &str, marked: Vec<u32>, reason: &str| RowView {
            row,
            cells: vec![Some("65+".into()), Some("yes".into()), Some("no".into()), Some(text.into()), None],
            marked,
            reason: Some(reason.into()),
            ..RowView::default()
        };
        let long = "I have been waiting for an answer, \"soon\", since the third of May";
        RowPage {
            columns: ["age", "label", "predicted", "text", "note"].map(str::to_owned).into(),
            rows: vec![row(0, long, vec![0, 2], "in the subset 65+"), row(7, "=1+1", vec![0], "in the subset 65+")],
            total: 2,
        }
    }

    #[test]
    fn rows_are_laid_out_for_reading() {
        let page = page();
        assert_eq!(order(&page), [3, 0, 1, 2, 4]);
        assert_eq!(shared_reason(&page).as_deref(), Some("in the subset 65+"));
        assert_eq!(page.rows.iter().map(|r| is_wrong(&page, r)).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn saved_rows_are_csv() {
        let csv = to_text(&page(), ',');
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], "row,why,age,label,predicted,text,note");
        assert!(lines[1].starts_with("1,in the subset 65+,65+,yes,no,\"I have been waiting for an answer, \"\"soon\"\""));
        assert_eq!(lines[2], "8,in the subset 65+,65+,yes,no,'=1+1,");
        // A sheet takes what is copied apart at its tabs.
        assert!(to_text(&page(), '\t').starts_with("row\twhy\tage\t"));
    }

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

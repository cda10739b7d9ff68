//! The tests: those that fail or warn with their cases and charts, the others in a table.

use std::collections::BTreeMap;

use straingauge_api::{Batch, Case, RowPage, RowView, RunDocument, Severity, Status};
use straingauge_charts::format;

use super::picture;
use super::text::{cell, escape, icon};
use crate::report::wording;

/// Cases of a test that are told with their chart; the rest stands in a table.
const CASES_DRAWN: usize = 3;
/// Rows of that table.
const CASES_LISTED: usize = 20;

/// The id of the section that holds a case, with the test's name; nothing for a case whose test passes.
pub fn anchor<'a>(run: &'a RunDocument, case: &str) -> Option<(String, &'a str)> {
    let mut batches = run.batches.iter().enumerate().filter(|(_, batch)| batch.severity > Severity::Pass);
    batches
        .find(|(_, batch)| batch.cases.iter().any(|other| other.id == case))
        .map(|(at, batch)| (format!("test-{at}"), batch.name.as_str()))
}

/// The tests that fail or warn, worst first, in at most `room` bytes: charts give way first, then cases, and it is said.
/// Each test keeps at least its heading, so that every link of the findings leads somewhere.
pub fn failing(run: &RunDocument, samples: &BTreeMap<String, RowPage>, room: usize) -> String {
    let failing: Vec<(usize, &Batch)> = run.batches.iter().enumerate().filter(|(_, batch)| batch.severity > Severity::Pass).collect();
    if failing.is_empty() {
        return String::new();
    }
    let open = "<section><h2>Tests that fail or warn</h2></section>\n";
    let headings: Vec<String> = failing.iter().map(|&(at, batch)| heading(at, batch)).collect();
    const NOTE: &str =
        "<p class=\"evidence\">Further cases are left out to keep this file small; the exported table of cases holds them.</p>";
    let frame = "</section>\n".len() + NOTE.len();
    let mut left = room.saturating_sub(open.len() + headings.iter().map(|heading| heading.len() + frame).sum::<usize>());
    let mut out = open.to_owned();
    for (heading, &(at, batch)) in headings.iter().zip(&failing) {
        out.push_str(heading);
        let mut short = false;
        let (drawn, listed) = split(batch);
        for (i, case) in drawn.iter().enumerate() {
            let id = format!("case-{at}-{i}");
            let forms = [told(case, samples.get(&case.id), Some(&id)), told(case, None, None)];
            match forms.iter().find(|form| form.len() <= left) {
                Some(form) => {
                    left -= form.len();
                    out.push_str(form);
                }
                None => short = true,
            }
        }
        let list = list(&listed);
        if list.len() <= left {
            left -= list.len();
            out.push_str(&list);
        } else {
            short = true;
        }
        if short {
            out.push_str(NOTE);
        }
        out.push_str("</section>\n");
    }
    out
}

fn split(batch: &Batch) -> (Vec<&Case>, Vec<&Case>) {
    let failing: Vec<&Case> = batch.cases.iter().filter(|case| case.severity > Severity::Pass).collect();
    (failing.iter().take(CASES_DRAWN).copied().collect(), failing.iter().skip(CASES_DRAWN).copied().collect())
}

fn heading(at: usize, batch: &Batch) -> String {
    format!(
        "<section class=\"sheet\" id=\"test-{at}\"><h3>{}{}: {} <code>{}</code></h3><p class=\"checks\">{}</p><details><summary>Why it matters, how it is decided</summary><p>{}</p><p>{}</p></details>",
        icon(batch.severity),
        wording::severity(batch.severity),
        escape(&batch.name),
        escape(&batch.id),
        escape(&batch.text.checks),
        escape(&batch.text.matters),
        escape(&batch.text.decided)
    )
}

/// A case with its sentence and evidence; with its chart and rows where an id for the chart is given.
fn told(case: &Case, rows: Option<&RowPage>, chart: Option<&str>) -> String {
    let evidence = wording::evidence(case);
    let method = if evidence.is_empty() { escape(&case.method) } else { format!("{} · {}", escape(&evidence), escape(&case.method)) };
    let picture = case.figure.as_ref().zip(chart).map(|(figure, id)| picture::of_case(figure, id)).unwrap_or_default();
    format!(
        "<article class=\"case\"><h4>{}{}: {}</h4><p>{}</p><p class=\"evidence\">strain {:.2} · {method}</p>{picture}{}</article>",
        icon(case.severity),
        wording::status(case.status),
        escape(&wording::subject(case)),
        escape(&case.sentence),
        case.severity_score,
        rows.map(table_of_rows).unwrap_or_default()
    )
}

fn table_of_rows(page: &RowPage) -> String {
    let why = page.rows.iter().any(|row| row.reason.is_some());
    let first = if why { "<th>why</th>" } else { "" };
    let heads: String = page.columns.iter().map(|name| format!("<th>{}</th>", escape(name))).collect();
    let text = |c: &Option<String>| cell(c.as_deref().unwrap_or("–"), false);
    let line = |row: &RowView| {
        let why = if why { text(&row.reason) } else { String::new() };
        format!("<tr>{why}{}</tr>", row.cells.iter().map(text).collect::<String>())
    };
    let rows: String = page.rows.iter().map(line).collect();
    format!(
        "<details open><summary>{} of {} rows</summary><div class=\"scroll\"><table><thead><tr>{first}{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>",
        page.rows.len(),
        format::spaced(page.total)
    )
}

fn list(cases: &[&Case]) -> String {
    if cases.is_empty() {
        return String::new();
    }
    let rows: String = cases
        .iter()
        .take(CASES_LISTED)
        .map(|case| {
            format!(
                "<tr><td>{} {}</td>{}{}{}{}</tr>",
                icon(case.severity),
                wording::status(case.status),
                cell(&wording::subject(case), false),
                cell(&case.sentence, false),
                cell(&format::p_value(case.q_value), true),
                cell(&format!("{:.2}", case.severity_score), true)
            )
        })
        .collect();
    let more = cases.len().saturating_sub(CASES_LISTED);
    let more =
        if more > 0 { format!("<p class=\"evidence\">And {}.</p>", format::counted(more as u64, "more case")) } else { String::new() };
    format!(
        "<div class=\"scroll case\"><table><thead><tr><th>severity</th><th>about</th><th>what was seen</th><th class=\"n\">q</th><th class=\"n\">strain</th></tr></thead><tbody>{rows}</tbody></table></div>{more}"
    )
}

/// The tests that pass or could not be judged.
pub fn quiet(run: &RunDocument) -> String {
    let quiet: Vec<&Batch> = run.batches.iter().filter(|batch| batch.severity == Severity::Pass).collect();
    if quiet.is_empty() {
        return String::new();
    }
    let rows: String = quiet
        .iter()
        .map(|batch| {
            let judged = batch.counts.total > batch.counts.skip;
            let reason = batch.reason.as_deref().or_else(|| {
                let mut skipped = batch.cases.iter().filter(|case| case.status == Status::Skip);
                if judged { None } else { skipped.find_map(|case| case.reason.as_deref()) }
            });
            format!(
                "<tr><td>{}</td><td>{}<br><code>{}</code></td>{}{}{}</tr>",
                if judged { format!("{} Pass", icon(Severity::Pass)) } else { "Not judged".to_owned() },
                escape(&batch.name),
                escape(&batch.id),
                cell(reason.unwrap_or(&batch.text.checks), false),
                cell(&format::spaced(batch.counts.pass), true),
                cell(&format::spaced(batch.counts.skip), true)
            )
        })
        .collect();
    format!(
        "<section class=\"sheet\"><h2>Tests that pass, or could not be judged</h2><div class=\"scroll\"><table><thead><tr><th>severity</th><th>test</th><th>what it checks, or why not</th><th class=\"n\">pass</th><th class=\"n\">skipped</th></tr></thead><tbody>{rows}</tbody></table></div></section>\n"
    )
}

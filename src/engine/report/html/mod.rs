//! A run as one HTML file: no script, nothing loaded from anywhere, at most 300 KB, readable in light, dark and on paper.
//!
//! It tells what the page tells, in the page's order: the verdict, the findings, the metrics, the strain chart, the
//! categories, then each test that fails or warns with its cases and their charts, then the tests that pass.

mod head;
mod picture;
mod tests_section;
mod text;

use std::collections::BTreeMap;

use straingauge_api::{RowPage, RunDocument};

/// No report is longer, in bytes. Where a run holds more, charts are left out first, then cases, and the report says so.
pub const LONGEST: usize = 300_000;

const STYLE: &str = include_str!("style.css");
/// A report on somebody's disk must not be able to load or run anything, whatever a data set says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const LOGO: &str = "<svg width=\"22\" height=\"22\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M2 18h3V6h3v12h3V6h3v12h3V6h3v12h2\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.8\" stroke-linejoin=\"round\"/></svg>";

/// The report of a run. `samples` gives rows of the loaded data for cases by id; without it the report holds aggregates only.
pub fn html(run: &RunDocument, samples: &BTreeMap<String, RowPage>) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"referrer\" content=\"no-referrer\">\
         <title>{} · Straingauge</title><style>{STYLE}</style></head><body><main>\n",
        text::escape(&run.name)
    );
    out.push_str(&head::header(run, samples));
    out.push_str(&head::verdict(run));
    out.push_str(&picture::strain(run));
    out.push_str(&head::categories(run));
    let end = format!(
        "{}<footer>Straingauge {}, format {}, run <code>{}</code>. Reference SHA-256 <code>{}</code>, evaluation <code>{}</code>.</footer>\n</main></body></html>\n",
        tests_section::quiet(run),
        text::escape(&run.engine),
        run.format,
        text::escape(&run.id),
        text::escape(&run.reference.sha256),
        text::escape(&run.evaluation.sha256)
    );
    let room = LONGEST.saturating_sub(out.len() + end.len());
    out.push_str(&tests_section::failing(run, samples, room));
    out.push_str(&end);
    out
}

#[cfg(test)]
mod tests {
    use straingauge_api::RowView;

    use super::*;
    use crate::report::sample;

    #[test]
    fn the_report_is_inert_and_tells_the_verdict_first() {
        let page = html(&sample::run(), &BTreeMap::new());
        assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
        assert!(
            !page.contains("<script")
                && !page.contains("<b>city")
                && !page.contains("url(")
                && !page.contains("@import")
                && !page.contains("http:")
        );
        assert!(page.contains("First &lt;script&gt;alert(1)&lt;/script&gt; run"));
        let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("no {what}"));
        assert!(
            at("Not ready.") < at("Model metrics") && at("Model metrics") < at("<h2>Strain") && at("<h2>Strain") < at("<h2>Categories")
        );
        assert!(at("<h2>Categories") < at("It matters &amp; hurts."));
        assert!(!page.contains('\0'));
        assert_eq!(page.matches("<section").count(), page.matches("</section>").count());
    }

    #[test]
    fn every_id_is_there_once_and_every_link_leads_somewhere() {
        let page = html(&sample::run(), &BTreeMap::new());
        let values =
            |key: &str| -> Vec<String> { page.split(key).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect() };
        let ids = values(" id=\"");
        assert!(!ids.is_empty());
        for id in &ids {
            assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{id}");
        }
        for link in values("href=\"#") {
            assert!(ids.contains(&link), "{link}");
        }
    }

    #[test]
    fn rows_are_there_only_when_given() {
        let run = sample::run();
        let row = RowView { row: 7, cells: vec![Some("<i>Paris</i>".into()), None], ..RowView::default() };
        let page = RowPage { columns: vec!["city".into(), "note".into()], rows: vec![row], total: 12 };
        let samples = BTreeMap::from([("drift:feature_drift[city, country]".to_owned(), page)]);
        assert!(!html(&run, &BTreeMap::new()).contains("Paris"));
        let with = html(&run, &samples);
        assert!(with.contains("<td>&lt;i&gt;Paris&lt;/i&gt;</td>"));
        assert!(with.contains("1 of 12 rows"));
        assert!(with.contains("holds 1 row of the data"));
    }

    #[test]
    fn a_huge_run_stays_within_the_budget() {
        let mut run = sample::run();
        let pattern = run.batches[0].clone();
        for i in 0..80 {
            let mut batch = pattern.clone();
            batch.id = format!("model_performance:m{i}");
            batch.cases = (0..40)
                .map(|j| {
                    let mut case = pattern.cases[0].clone();
                    case.id = format!("{}[{j}]", batch.id);
                    case.sentence = "A long sentence about what was seen here. ".repeat(6);
                    case
                })
                .collect();
            run.batches.push(batch);
        }
        let page = html(&run, &BTreeMap::new());
        assert!(page.len() <= LONGEST, "{}", page.len());
        assert!(page.contains("left out to keep this file small"));
        assert!(page.ends_with("</main></body></html>\n"));
    }
}

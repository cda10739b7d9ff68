//! The upper part: who, what, the verdict with its findings, the metrics, the categories.

use std::collections::BTreeMap;

use straingauge_api::{Better, Finding, ModelMetric, RowPage, RunDocument, Severity};
use straingauge_charts::format;

use super::tests_section::anchor;
use super::text::{escape, icon};
use super::{LOGO, text};
use crate::report::wording;

/// Findings told; the rest stands with its tests.
const FINDINGS_SHOWN: usize = 8;
/// Suggestions told, likewise.
const SUGGESTIONS_SHOWN: usize = 5;

/// The run's name and where its data come from. Where the report holds rows, it says how many before anything else.
pub fn header(run: &RunDocument, samples: &BTreeMap<String, RowPage>) -> String {
    let rows: usize = samples.values().map(|page| page.rows.len()).sum();
    let warned = if rows > 0 {
        format!("<p class=\"banner\">This file holds {} of the data. Look before you pass it on.</p>", format::counted(rows as u64, "row"))
    } else {
        String::new()
    };
    format!(
        "<header><p class=\"brand\">{LOGO}Straingauge</p><h1>{}</h1><p class=\"meta\">{}</p></header>{warned}\n",
        escape(&run.name),
        escape(&wording::provenance(run))
    )
}

/// The verdict with its findings, and the metrics beside it.
pub fn verdict(run: &RunDocument) -> String {
    let summary = &run.summary;
    let banners: String = summary.banners.iter().map(|banner| format!("<p class=\"banner\">{}</p>", escape(&banner.text))).collect();
    let findings: String = run.findings.iter().take(FINDINGS_SHOWN).map(|found| finding(run, found)).collect();
    let more = run.findings.len().saturating_sub(FINDINGS_SHOWN);
    let more = if more > 0 {
        format!("<p class=\"meta\">And {} among the tests below.</p>", format::counted(more as u64, "finding"))
    } else {
        String::new()
    };
    format!(
        "<div class=\"top\"><section class=\"sheet\"><p class=\"says\"><strong>{}.</strong> {}</p>{banners}<ul class=\"findings\">{findings}</ul>{more}</section><div class=\"side\">{}{}</div></div>\n",
        wording::outcome(run),
        escape(&summary.headline),
        metrics(run),
        suggestions(run)
    )
}

fn suggestions(run: &RunDocument) -> String {
    if run.suggestions.is_empty() {
        return String::new();
    }
    let items: String =
        run.suggestions.iter().take(SUGGESTIONS_SHOWN).map(|suggestion| format!("<li>{}</li>", escape(&suggestion.text))).collect();
    format!("<section class=\"sheet\"><h2>What to do about it</h2><ul class=\"suggestions\">{items}</ul></section>")
}

fn finding(run: &RunDocument, finding: &Finding) -> String {
    let mut words = Vec::new();
    words.extend(finding.rows.map(|rows| format!("{} rows", format::spaced(rows))));
    words.extend(finding.regain.as_ref().map(|regain| escape(&format!("if this were repaired, {}", wording::regain(run, regain)))));
    words.push(match anchor(run, &finding.lead) {
        Some((link, name)) => format!("<a href=\"#{link}\">{}</a>", escape(name)),
        None => escape(&finding.lead),
    });
    format!(
        "<li>{}<div><strong>{}: {}.</strong> {}<small>{}</small></div></li>",
        icon(finding.severity),
        wording::severity(finding.severity),
        escape(&finding.title),
        escape(&finding.sentence),
        words.join(" · ")
    )
}

fn metrics(run: &RunDocument) -> String {
    if run.model_metrics.is_empty() {
        return String::new();
    }
    let rows: String = run.model_metrics.iter().map(metric).collect();
    format!(
        "<section class=\"sheet\"><h2>Model metrics</h2><table><thead><tr><th>metric</th><th class=\"n\">reference</th><th class=\"n\">evaluation</th><th class=\"n\">change</th></tr></thead><tbody>{rows}</tbody></table></section>"
    )
}

fn metric(metric: &ModelMetric) -> String {
    let change = metric.reference.zip(metric.evaluation).map(|(reference, evaluation)| evaluation - reference);
    let worse = match (metric.better, change) {
        (Better::Higher, Some(change)) => change < 0.0,
        (Better::Lower, Some(change)) => change > 0.0,
        _ => false,
    };
    let class = match metric.severity {
        Severity::Alert if worse => "n is-alert",
        Severity::Warning if worse => "n is-warning",
        _ => "n",
    };
    let [from, to, by] = match (metric.reference, metric.evaluation) {
        (Some(reference), Some(evaluation)) => format::changed(reference, evaluation, metric.unit),
        (from, to) => [format::value(from, metric.unit), format::value(to, metric.unit), "–".to_owned()],
    };
    format!(
        "<tr>{}{}{}<td class=\"{class}\">{}</td></tr>",
        text::cell(&metric.name, false),
        text::cell(&from, true),
        text::cell(&to, true),
        escape(&by)
    )
}

/// A row a category.
pub fn categories(run: &RunDocument) -> String {
    let rows: String = run
        .categories
        .iter()
        .map(|result| {
            let c = &result.counts;
            format!(
                "<tr><td>{} {}</td>{}{}{}{}{}{}</tr>",
                icon(result.severity),
                wording::severity(result.severity),
                text::cell(result.category.label(), false),
                text::cell(&format::spaced(c.fail), true),
                text::cell(&format::spaced(c.warning), true),
                text::cell(&format::spaced(c.pass), true),
                text::cell(&format::spaced(c.skip), true),
                text::cell(&format!("{:.2}", result.severity_score), true)
            )
        })
        .collect();
    format!(
        "<section class=\"sheet\"><h2>Categories</h2><div class=\"scroll\"><table><thead><tr><th>severity</th><th>category</th><th class=\"n\">alert</th><th class=\"n\">warning</th><th class=\"n\">pass</th><th class=\"n\">skipped</th><th class=\"n\">worst strain</th></tr></thead><tbody>{rows}</tbody></table></div></section>\n"
    )
}

//! A run as Markdown: for a pull request, an issue, a wiki.

use std::fmt::Write;

use straingauge_api::{Batch, Case, RunDocument, Severity, Status};
use straingauge_charts::format;

use super::wording;

/// Cases listed a test; the rest is counted.
const CASES_SHOWN: usize = 10;

/// The run as GitHub-flavoured Markdown. Text of the data set is escaped: it never becomes a heading, a link or an element.
pub fn markdown(run: &RunDocument) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_run(&mut out, run);
    out
}

fn write_run(out: &mut String, run: &RunDocument) -> std::fmt::Result {
    let summary = &run.summary;
    writeln!(out, "# {}\n", escape(&run.name))?;
    writeln!(out, "{}\n", escape(&wording::provenance(run)))?;
    writeln!(out, "**{}.** {}\n", wording::outcome(run), escape(&summary.headline))?;
    for banner in &summary.banners {
        writeln!(out, "> {}\n", escape(&banner.text))?;
    }
    write_findings(out, run)?;
    write_metrics(out, run)?;
    write_categories(out, run)?;
    let failing: Vec<&Batch> = run.batches.iter().filter(|batch| batch.severity > Severity::Pass).collect();
    if !failing.is_empty() {
        writeln!(out, "## Tests that fail or warn\n")?;
        for batch in failing {
            write_batch(out, batch)?;
        }
    }
    write_skipped(out, run)?;
    writeln!(out, "---\n\nStraingauge {}, format {}, run `{}`.", escape(&run.engine), run.format, escape(&run.id))
}

fn write_findings(out: &mut String, run: &RunDocument) -> std::fmt::Result {
    if run.findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Findings\n")?;
    for (i, finding) in run.findings.iter().enumerate() {
        write!(out, "{}. **{}**: {}", i + 1, wording::severity(finding.severity), escape(&finding.sentence))?;
        if let Some(regain) = &finding.regain {
            write!(out, " If this were repaired, {}.", escape(&wording::regain(run, regain)))?;
        }
        writeln!(out)?;
    }
    writeln!(out)?;
    for suggestion in &run.suggestions {
        writeln!(out, "- {}", escape(&suggestion.text))?;
    }
    if run.suggestions.is_empty() { Ok(()) } else { writeln!(out) }
}

fn write_metrics(out: &mut String, run: &RunDocument) -> std::fmt::Result {
    if run.model_metrics.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Model metrics\n\n| metric | reference | evaluation | |\n|---|--:|--:|---|")?;
    for metric in &run.model_metrics {
        let [from, to] = match (metric.reference, metric.evaluation) {
            (Some(reference), Some(evaluation)) => format::together([reference, evaluation], metric.unit),
            (from, to) => [format::value(from, metric.unit), format::value(to, metric.unit)],
        };
        writeln!(out, "| {} | {from} | {to} | {} |", escape(&metric.name), wording::judgement(metric))?;
    }
    writeln!(out)
}

fn write_categories(out: &mut String, run: &RunDocument) -> std::fmt::Result {
    writeln!(out, "## Categories\n\n| category | severity | alert | warning | pass | skipped |\n|---|---|--:|--:|--:|--:|")?;
    for result in &run.categories {
        let (c, n) = (&result.counts, format::spaced);
        let word = wording::severity(result.severity);
        writeln!(out, "| {} | {word} | {} | {} | {} | {} |", result.category.label(), n(c.fail), n(c.warning), n(c.pass), n(c.skip))?;
    }
    writeln!(out)
}

fn write_batch(out: &mut String, batch: &Batch) -> std::fmt::Result {
    writeln!(
        out,
        "### {}: {}\n\n`{}`. {}\n",
        wording::severity(batch.severity),
        escape(&batch.name),
        batch.id,
        escape(&batch.text.checks)
    )?;
    writeln!(out, "| | about | what was seen | effect | q | strain |\n|---|---|---|--:|--:|--:|")?;
    let failing: Vec<&Case> = batch.cases.iter().filter(|case| case.severity > Severity::Pass).collect();
    for case in failing.iter().take(CASES_SHOWN) {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {:.2} |",
            wording::status(case.status),
            escape(&wording::subject(case)),
            escape(&case.sentence),
            format::value(case.effect, case.effect_unit),
            format::p_value(case.q_value),
            case.severity_score
        )?;
    }
    if failing.len() > CASES_SHOWN {
        writeln!(out, "\n… and {} more.", format::spaced((failing.len() - CASES_SHOWN) as u64))?;
    }
    writeln!(out)
}

fn write_skipped(out: &mut String, run: &RunDocument) -> std::fmt::Result {
    let whole: Vec<(&Batch, &str)> = run.batches.iter().filter_map(|batch| Some((batch, batch.reason.as_deref()?))).collect();
    let skipped = run.batches.iter().flat_map(|batch| &batch.cases).filter(|case| case.status == Status::Skip).count();
    if whole.is_empty() && skipped == 0 {
        return Ok(());
    }
    writeln!(out, "## Not judged\n")?;
    if skipped > 0 {
        writeln!(
            out,
            "Cases that could not be judged: {}. The table of cases gives the reason of each.\n",
            format::spaced(skipped as u64)
        )?;
    }
    for (batch, reason) in &whole {
        writeln!(out, "- {}: {}", escape(&batch.name), escape(reason))?;
    }
    if whole.is_empty() { Ok(()) } else { writeln!(out) }
}

/// The text on one line, with everything escaped that Markdown or HTML would take for its own.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_verdict_stands_first_and_text_of_the_data_stays_text() {
        let text = markdown(&sample::run());
        assert!(text.starts_with("# First &lt;script&gt;alert(1)&lt;/script&gt; run\n"), "{text}");
        let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("no {what} in {text}"));
        assert!(at("**Not ready.** Accuracy falls from 0.985 to 0.610.") < at("## Findings"));
        let bin = markdown(&RunDocument { production: true, ..sample::run() });
        assert!(bin.contains("**Abnormal.** Accuracy falls from 0.985 to 0.610.") && !bin.contains("eady"), "{bin}");
        assert!(at("## Findings") < at("## Model metrics") && at("## Model metrics") < at("## Categories"));
        assert!(text.contains("| Accuracy | 0.985 | 0.610 | Alert |"), "{text}");
        assert!(
            text.contains("| Warning | city × country | The mix of &lt;b&gt;city&lt;/b&gt;  has changed. | 0.30 | 0.004 | 0.70 |"),
            "{text}"
        );
        assert!(text.contains("Cases that could not be judged: 1."), "{text}");
    }

    #[test]
    fn a_cell_cannot_break_its_table() {
        assert_eq!(escape("a|b\nc [x](y) `z`"), "a\\|b c \\[x\\](y) \\`z\\`");
    }
}

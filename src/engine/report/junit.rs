//! A run as JUnit XML: for the test panel of a build server.

use std::fmt::Write;

use straingauge_api::{Batch, Case, RunDocument, Status};

use super::wording;

/// The run as JUnit XML: a suite a test, a test case a case. A case that alerts is a failure, one that warns passes with its
/// sentence as output, one that could not be judged is skipped with its reason. Characters that XML forbids are dropped.
pub fn junit(run: &RunDocument) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail.
    let _ = write_run(&mut out, run);
    out
}

fn write_run(out: &mut String, run: &RunDocument) -> std::fmt::Result {
    let c = &run.summary.counts;
    writeln!(
        out,
        "<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" errors=\"0\">",
        escape(&run.name),
        c.total,
        c.fail,
        c.skip
    )?;
    for batch in &run.batches {
        write_batch(out, batch)?;
    }
    writeln!(out, "</testsuites>")
}

fn write_batch(out: &mut String, batch: &Batch) -> std::fmt::Result {
    let c = &batch.counts;
    writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" errors=\"0\">",
        escape(&batch.id),
        c.total,
        c.fail,
        c.skip
    )?;
    for case in &batch.cases {
        write_case(out, batch, case)?;
    }
    writeln!(out, "  </testsuite>")
}

fn write_case(out: &mut String, batch: &Batch, case: &Case) -> std::fmt::Result {
    let class = format!("{}.{}", batch.category.id(), batch.id.split_once(':').map_or(batch.id.as_str(), |(_, test)| test));
    write!(out, "    <testcase classname=\"{}\" name=\"{}\"", escape(&class), escape(&wording::subject(case)))?;
    let told = || {
        let evidence = wording::evidence(case);
        if evidence.is_empty() { case.sentence.clone() } else { format!("{} ({evidence})", case.sentence) }
    };
    match case.status {
        Status::Pass => match wording::let_be(case) {
            Some(why) => writeln!(out, "><system-out>{}</system-out></testcase>", escape(&format!("{why} {}", case.sentence))),
            None => writeln!(out, "/>"),
        },
        Status::Warning => writeln!(out, "><system-out>{}</system-out></testcase>", escape(&format!("Warning: {}", told()))),
        Status::Fail => {
            writeln!(out, "><failure type=\"ALERT\" message=\"{}\">{}</failure></testcase>", escape(&case.sentence), escape(&told()))
        }
        Status::Skip => {
            let reason = case.reason.as_deref().or(batch.reason.as_deref()).unwrap_or("not judged");
            writeln!(out, "><skipped message=\"{}\"/></testcase>", escape(reason))
        }
    }
}

/// The text as XML content or attribute. What XML 1.0 §2.2 does not allow is dropped; line breaks become spaces, as an
/// attribute would make them anyway.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
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
    fn alerts_fail_warnings_speak_and_skips_say_why() {
        let text = junit(&sample::run());
        assert!(
            text.contains("<testsuites name=\"First &lt;script&gt;alert(1)&lt;/script&gt; run\" tests=\"3\" failures=\"1\" skipped=\"1\""),
            "{text}"
        );
        assert!(text.contains("<testcase classname=\"model_performance.accuracy\" name=\"all rows\"><failure type=\"ALERT\""), "{text}");
        assert!(text.contains("<system-out>Warning: The mix of &lt;b&gt;city&lt;/b&gt; has changed. (q = 0.004)</system-out>"), "{text}");
        assert!(text.contains("<skipped message=\"n = 41 could only show a fall of 0.24 or more\"/>"), "{text}");
        assert_eq!(text.matches("<testcase ").count(), 3);
    }

    #[test]
    fn what_is_let_be_says_so() {
        let mut run = sample::run();
        let accepted = straingauge_api::Acceptance {
            case: "model_performance:accuracy".into(),
            reason: "known <bug>".into(),
            expires: None,
            covers: straingauge_api::Covers::default(),
        };
        let decisions = straingauge_api::Decisions { accepted: vec![accepted], ..Default::default() };
        crate::stress::settle(&mut run, decisions).unwrap();
        let text = junit(&run);
        assert!(text.contains("failures=\"0\"") && text.contains("<system-out>Accepted (it would be alert): known &lt;bug&gt; "), "{text}");
        let table = crate::report::tables(&run, &straingauge_api::RunStamp::default()).cases;
        let reason = table.columns.iter().position(|c| c == "reason").unwrap();
        assert!(table.rows.iter().any(|row| row[reason] == "Accepted (it would be alert): known <bug>"));
    }

    #[test]
    fn forbidden_characters_are_dropped() {
        assert_eq!(escape("a\u{0}\u{8}b\u{fffe}\u{1b}[31m\n\"é\""), "ab[31m &quot;é&quot;");
    }
}

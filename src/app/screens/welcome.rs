//! The first screen of a first visit: what this is, what it wants, what it gives.

use leptos::prelude::*;
use straingauge_api::{Figure, Severity, StrainMark, StrainRow};

use crate::element::{button, el, row};
use crate::parts::files_zone;
use crate::route::Route;
use crate::scene::{chart, chart_width};
use crate::state::{App, go};

/// The screen.
pub fn welcome() -> AnyView {
    let app = App::here();
    let lead = el("p", "lead")
        .text("Give Straingauge a reference set, an evaluation set and the model’s predictions. It measures how far the model bends, says what the evidence bears out, and leaves noise alone. ")
        .el(el("strong", "").text("Everything runs in this tab: your data never leave it."));
    let hero = el("section", "hero").el(el("h1", "").text("See where your model fails, before your users do.")).el(lead);
    let sample = el("div", "sample")
        .el(el("h2", "").text("No data at hand?"))
        .el(el("p", "").text("The sample project is a support desk: tickets with text and metadata, a model that routes them, and weaknesses planted in it. The test should find them."))
        .el(button("btn primary", "Try the sample project", move || app.live.run_sample(app)).testid("try-sample"));
    let step = |title: &str, text: &str| el("li", "").el(el("b", "").text(title)).el(el("p", "").text(text));
    let steps = [
        step(
            "Drop your files",
            "Two sets and their predictions, up to four files at once. What is what is guessed, shown, and yours to change.",
        ),
        step(
            "Run the stress test",
            "Performance, weak subsets, drift, abnormal inputs, data faults. Each judged by its size and its evidence, corrected for how many were asked.",
        ),
        step(
            "Read the verdict",
            "The few findings that matter, first. Then promote the model, and let the firewall watch it on production data.",
        ),
    ];
    let says = "An example. Every mark is one check, placed by how far the model bends under it. Solid marks have evidence beyond noise; hollow ones do not, and never fail.";
    let picture = el("section", "sheet").el(el("h2", "").text("What you get, in one picture")).el(el("p", "meta").text(says)).view(chart(
        straingauge_charts::draw(&example(), chart_width(980.0)),
        None,
        "",
    ));
    let start = el("div", "start").view(files_zone("large", false, || go(&Route::Data))).el(sample);
    row(vec![hero.any(), start.any(), el("ol", "steps").all(steps).any(), picture.any()])
}

/// An invented run, for the picture only.
fn example() -> Figure {
    const ROWS: [(&str, usize, &[f64], &[f64]); 5] = [
        ("Model performance", 9, &[0.71], &[1.62]),
        ("Subset performance", 46, &[0.55, 0.68, 0.84], &[1.12, 1.34]),
        ("Drift", 24, &[0.58, 0.77], &[1.21]),
        ("Abnormal inputs", 18, &[0.63], &[]),
        ("Data cleanliness", 11, &[0.53], &[]),
    ];
    let rows = ROWS
        .iter()
        .enumerate()
        .map(|(r, (label, passing, warning, alert))| {
            let mark = |i: usize, strain: f64, severity: Severity, evident: bool| StrainMark {
                case_id: format!("{r}.{i}"),
                label: format!("{label}: strain {strain:.2}"),
                strain,
                severity,
                evident,
            };
            let mut marks: Vec<StrainMark> = alert.iter().map(|s| mark(900, *s, Severity::Alert, true)).collect();
            marks.extend(warning.iter().map(|s| mark(800, *s, Severity::Warning, true)));
            // A low-discrepancy walk, thinned towards the right: most checks hardly bend at all.
            marks.extend((0..*passing).map(|i| {
                let u = ((i * 61 + r * 37) % 97) as f64 / 97.0;
                let strain = 0.46 * u * u;
                mark(i, strain, Severity::Pass, strain > 0.36)
            }));
            StrainRow { label: (*label).to_owned(), marks }
        })
        .collect();
    Figure::Strain { rows }
}

//! The first screen of a first visit: what this is, what it wants, what it gives.

use leptos::prelude::*;
use straingauge_api::{Figure, Severity, StrainMark, StrainRow};

use crate::parts::files_zone;
use crate::route::Route;
use crate::scene::{chart, chart_width};
use crate::state::{App, go};

/// The screen.
#[component]
pub fn Welcome() -> impl IntoView {
    let app = App::here();
    view! {
        <section class="hero">
            <h1>"See where your model fails, before your users do."</h1>
            <p class="lead">
                "Give Straingauge a reference set, an evaluation set and the model’s predictions. It measures how far the model bends, says what the evidence bears out, and leaves noise alone. "
                <strong>"Everything runs in this tab: your data never leave it."</strong>
            </p>
        </section>
        <div class="start">
            {files_zone("large", false, || go(&Route::Data))}
            <div class="sample">
                <h2>"No data at hand?"</h2>
                <p>"The sample project is a support desk: tickets with text and metadata, a model that routes them, and weaknesses planted in it. The test should find them."</p>
                <button type="button" class="btn primary" data-testid="try-sample" on:click=move |_| app.live.run_sample(app)>"Try the sample project"</button>
            </div>
        </div>
        <ol class="steps">
            <li><b>"Drop your files"</b><p>"Two sets and their predictions, up to four files at once. What is what is guessed, shown, and yours to change."</p></li>
            <li><b>"Run the stress test"</b><p>"Performance, weak subsets, drift, abnormal inputs, data faults. Each judged by its size and its evidence, corrected for how many were asked."</p></li>
            <li><b>"Read the verdict"</b><p>"The few findings that matter, first. Behind each: its numbers, its chart, its rows, and how it was decided."</p></li>
        </ol>
        <section class="sheet">
            <h2>"What you get, in one picture"</h2>
            <p class="meta">"An example. Every mark is one check, placed by how far the model bends under it. Solid marks have evidence beyond noise; hollow ones do not, and never fail."</p>
            {chart(straingauge_charts::draw(&example(), chart_width(980.0)), None, "")}
        </section>
    }
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

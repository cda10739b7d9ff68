//! The model's metrics, reference against evaluation.

use leptos::prelude::*;
use straingauge_api::{Better, ModelMetric, Severity};

use crate::format;

/// Metrics shown before the rest goes behind a button.
const FIRST: usize = 10;

/// The table of metrics.
#[component]
pub fn Metrics(metrics: Vec<ModelMetric>) -> impl IntoView {
    if metrics.is_empty() {
        return view! { <p class="meta">"No predictions, so no metrics: this run tests the data alone."</p> }.into_any();
    }
    let count = metrics.len();
    let all = RwSignal::new(count <= FIRST + 2);
    let rows: Vec<_> = metrics
        .into_iter()
        .enumerate()
        .map(|(i, m)| {
            let change = m.evaluation.zip(m.reference).map(|(e, r)| e - r);
            let worse = change.is_some_and(|c| match m.better {
                Better::Higher => c < 0.0,
                Better::Lower => c > 0.0,
                Better::Neutral => false,
            });
            let class = match m.severity {
                Severity::Alert if worse => "n change alert",
                Severity::Warning if worse => "n change warn",
                _ => "n change",
            };
            view! {
                <tr data-testid=format!("metric-{}", m.id) class:folded=move || { i >= FIRST && !all.get() }>
                    <th scope="row">{m.name}</th>
                    <td class="n" data-value=m.reference.map(|v| v.to_string())>{format::value(m.reference, m.unit)}</td>
                    <td class="n" data-value=m.evaluation.map(|v| v.to_string())>{format::value(m.evaluation, m.unit)}</td>
                    <td class=class>{change.map_or_else(|| "–".to_owned(), |c| format::change(c, m.unit))}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <table class="metrics">
            <thead><tr><th scope="col"><span class="visually-hidden">"Metric"</span></th><th scope="col" class="n">"reference"</th><th scope="col" class="n">"evaluation"</th><th scope="col" class="n">"change"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {move || (!all.get()).then(|| view! { <button type="button" class="link small" on:click=move |_| all.set(true)>{format!("Show all {count} metrics")}</button> })}
    }
    .into_any()
}

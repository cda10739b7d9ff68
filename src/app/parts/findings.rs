//! What to look at first.

use leptos::prelude::*;
use straingauge_api::Finding;

use crate::format::{self, counted};
use crate::parts::mark;
use crate::route::{Route, batch_of};

/// The findings, worst first; all but the first few behind a button.
#[component]
pub fn Findings(findings: Vec<Finding>, project: String, run: String, first: usize) -> impl IntoView {
    let all = RwSignal::new(false);
    let count = findings.len();
    let findings = StoredValue::new(findings);
    let ids = StoredValue::new((project, run));
    let items = move || {
        let shown = if all.get() { count } else { first.min(count) };
        findings.with_value(|f| f.iter().take(shown).map(|f| ids.with_value(|(p, r)| item(f, p, r))).collect::<Vec<_>>())
    };
    view! {
        <ul class="findings" data-testid="findings">{items}</ul>
        {move || {
            (count > first && !all.get()).then(|| view! {
                <button type="button" class="link" on:click=move |_| all.set(true)>{format!("Show all {count} findings")}</button>
            })
        }}
    }
}

fn item(finding: &Finding, project: &str, run: &str) -> AnyView {
    let link = Route::Test {
        project: project.to_owned(),
        run: run.to_owned(),
        batch: batch_of(&finding.lead).to_owned(),
        case: Some(finding.lead.clone()),
    };
    let test = batch_of(&finding.lead);
    let test = test.split_once(':').map_or(test, |(_, t)| t).to_owned();
    let mut about: Vec<String> = Vec::new();
    about.extend(finding.rows.map(|r| counted(r, "row")));
    if let Some(regain) = &finding.regain {
        about.push(format!("{} would go from {} to {}", regain.name, format::number(regain.from), format::number(regain.to)));
    }
    let more = finding.cases.len().saturating_sub(1);
    if more > 0 {
        about.push(format!("with {}", counted(more as u64, "related case")));
    }
    let about = if about.is_empty() { String::new() } else { format!("{} · ", about.join(" · ")) };
    view! {
        <li data-testid="finding">
            {mark(finding.severity.into())}
            <div>
                <span class="visually-hidden">{super::Shape::from(finding.severity).word()}": "</span>
                <span class="finding-title">{finding.title.clone()}</span>
                <p class="finding-says">{finding.sentence.clone()}</p>
                <small>{about}<a href=link.href()>{test}</a></small>
            </div>
        </li>
    }
    .into_any()
}

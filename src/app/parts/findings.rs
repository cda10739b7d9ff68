//! What to look at first.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::Finding;

use crate::element::{button, el, link, live, none, row};
use crate::format::{self, counted};
use crate::parts::{accept_finding, told};
use crate::state::Shown;

/// The findings, worst first; all but the first few behind a button.
pub fn findings(shown: &Arc<Shown>, first: usize) -> AnyView {
    let all = RwSignal::new(false);
    let count = shown.document.findings.len();
    let list = {
        let shown = shown.clone();
        move || {
            let limit = if all.get() { count } else { first };
            row(shown.document.findings.iter().take(limit).map(|f| item(&shown, f)).collect())
        }
    };
    let more = move || {
        if all.get() || count <= first {
            none()
        } else {
            button("link", &format!("Show all {count} findings"), move || all.set(true)).any()
        }
    };
    row(vec![el("ul", "findings").testid("findings").live(list).any(), live(more)])
}

fn item(shown: &Arc<Shown>, finding: &Finding) -> AnyView {
    let mut about: Vec<String> = Vec::new();
    about.extend(finding.rows.map(|r| counted(r, "row")));
    if let Some(regain) = &finding.regain {
        let [from, to] = format::together([regain.from, regain.to], straingauge_api::Unit::Number);
        about.push(format!("{} would go from {from} to {to}", regain.name));
    }
    let more = finding.cases.len().saturating_sub(1);
    if more > 0 {
        about.push(format!("with {}", counted(more as u64, "related case")));
    }
    let says = el("div", "")
        .el(link("finding-title", &shown.case_href(&finding.lead), &finding.title))
        .el(el("p", "finding-says").text(&finding.sentence))
        .el(el("small", "").text(&about.join(" · ")))
        .view(accept_finding(shown, finding));
    el("li", "").testid("finding").view(told(finding.severity.into())).el(says).any()
}

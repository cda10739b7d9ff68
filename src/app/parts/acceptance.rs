//! Letting a failing case be: with a reason and, if one likes, an end.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::{ApiError, Case, Finding, Severity};

use crate::client;
use crate::element::{button, el, live, none, row};
use crate::parts::{failure, label, typed};
use crate::state::{App, Shown};

/// The acceptance of a case with its reason, or the way to accept it; nothing for a case that passes by itself.
pub fn acceptance(shown: &Arc<Shown>, case: &Case) -> AnyView {
    let would_be = |severity: Severity| row(vec![el("span", "").text(" It would be ").any(), label(severity.into())]);
    if let Some(accepted) = &case.accepted {
        let until = accepted.expires.as_ref().map(|day| format!(" Until {day}.")).unwrap_or_default();
        let reason = crate::format::sentence(&accepted.reason);
        let says = el("p", "").el(el("strong", "").text("Accepted. ")).text(&reason).text(&until).view(would_be(accepted.severity));
        return el("div", "notice accepted").testid("accepted").el(el("div", "").el(says).view(act(shown, &case.id, Act::Revoke))).any();
    }
    if let Some(known) = &case.known {
        let says = el("p", "").el(el("strong", "").text("Known from the baseline run.")).view(would_be(known.severity));
        return el("div", "notice accepted").testid("known").el(says).any();
    }
    // An event of the firewall is resolved, a case of a bin is what it is.
    if case.severity == Severity::Pass || crate::route::bins_of(&shown.run).is_some() { none() } else { act(shown, &case.id, Act::Accept) }
}

/// The way to accept a finding with all the cases that it groups; nothing for a bin of the firewall.
pub fn accept_finding(shown: &Arc<Shown>, finding: &Finding) -> AnyView {
    if crate::route::bins_of(&shown.run).is_some() { none() } else { act(shown, &finding.lead, Act::AcceptFinding) }
}

#[derive(Clone, Copy, PartialEq)]
enum Act {
    Accept,
    AcceptFinding,
    Revoke,
}

fn act(shown: &Arc<Shown>, case: &str, act: Act) -> AnyView {
    let app = App::here();
    let failed = RwSignal::new(None::<ApiError>);
    let asking = RwSignal::new(false);
    let (reason, until) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let ids = StoredValue::new((shown.project.clone(), shown.run.clone(), case.to_owned()));
    let go = move || {
        spawn_local(async move {
            let (project, run, case) = ids.get_value();
            let done = async {
                let handle = client::project(&project).await?;
                let accepted = (act != Act::Revoke).then(|| (reason.get_untracked(), until.get_untracked()));
                client::accept(&handle, &run, &case, accepted, act == Act::AcceptFinding).await
            }
            .await;
            match done {
                Ok((test_run, document)) => app.shown_again(project, run, &test_run, document, &case),
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    let form = move || {
        if act == Act::Revoke {
            return button("btn small", "Revoke", go).testid("revoke").any();
        }
        if !asking.get() {
            let (class, name, id) = match act {
                Act::AcceptFinding => ("btn small quiet", "Accept this finding", "accept-finding"),
                _ => ("btn small", "Accept this case", "accept"),
            };
            return button(class, name, move || asking.set(true)).testid(id).any();
        }
        let field = |name: &str, kind: &str, value: RwSignal<String>| {
            let input = el("input", "")
                .attr("type", kind)
                .live_attr("value", move || Some(value.get()))
                .on("input", move |ev| value.set(typed(&ev)));
            el("label", "field").el(el("span", "label").text(name)).el(input.testid(&format!("accept-{kind}")))
        };
        let save = el("button", "btn small primary")
            .attr("type", "submit")
            .text("Accept")
            .testid("accept-save")
            .live_attr("disabled", move || reason.with(|r| r.trim().is_empty()).then(String::new));
        el("form", "accept-form")
            .on("submit", move |ev| {
                ev.prevent_default();
                go();
            })
            .el(field("Why it may fail", "text", reason))
            .el(field("Until (empty: for good)", "date", until))
            .el(el("div", "actions").el(save).el(button("btn small", "Keep failing", move || asking.set(false))))
            .any()
    };
    row(vec![live(form), live(move || failed.get().map_or_else(none, |e| failure("Not done.", &e)))])
}

//! The runs of the open project, two of them to compare, and the cases that are accepted.

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::{Acceptance, Outcome};

use crate::client::{self, TestRunInfo, js};
use crate::element::{button, el, link, live, none, row};
use crate::format::{counted, duration, moment};
use crate::parts::{Shape, empty, failure, loading, mark, typed};
use crate::route::{Asked, Listing, Route};
use crate::state::{App, Load, go};

/// The outcome in words, with the shape that goes with it.
pub fn outcome(outcome: Outcome) -> (Shape, &'static str) {
    match outcome {
        Outcome::Ready => (Shape::Pass, "Ready"),
        Outcome::ReadyWithLimits => (Shape::Pass, "Ready, with limits"),
        Outcome::Caution => (Shape::Warning, "With caution"),
        Outcome::NotReady => (Shape::Alert, "Not ready"),
        Outcome::Inconclusive => (Shape::Skip, "Inconclusive"),
        Outcome::DataOnly => (Shape::Skip, "Data only"),
        Outcome::NotJudged => (Shape::Skip, "Not judged"),
    }
}

/// What the project holds.
type Held = (Vec<TestRunInfo>, Vec<Acceptance>);

/// The screen.
pub fn tests() -> AnyView {
    let app = App::here();
    let held = RwSignal::new(Load::<Held>::Waiting);
    let turn = RwSignal::new(0_u32);
    Effect::new(move |_| {
        turn.track();
        let Some(project) = app.open.get() else { return };
        spawn_local(async move {
            let listed = async {
                let project = client::project(&project.id).await?;
                Ok((client::list_runs(&project).await?, client::from_js(project.acceptances())?))
            }
            .await;
            held.try_set(listed.into());
        });
    });
    let title = move || {
        let name = app.open.with(|o| o.as_ref().map_or_else(|| "Stress tests".to_owned(), |p| p.name.clone()));
        el("h1", "").text(&name).any()
    };
    let to_data = || link("btn primary", &Route::Data.href(), "To data & model").any();
    let body = move || {
        let Some(project) = app.open.get() else {
            if matches!(app.projects.get(), Load::Waiting) {
                return loading("Looking for your projects");
            }
            let sample = button("btn", "Try the sample project", move || app.live.run_sample(app)).testid("try-sample");
            return empty(
                "No project is open",
                "A stress test compares an evaluation set with a reference. Drop both, or try the sample project.",
                row(vec![to_data(), sample.any()]),
            );
        };
        match held.get() {
            Load::Waiting => loading("Looking for runs"),
            Load::Failed(error) => failure("The runs cannot be read.", &error),
            Load::Ready((runs, _)) if runs.is_empty() => empty(
                "No run yet",
                "Drop a reference and an evaluation set with the model’s predictions, look at the guessed roles, and run.",
                to_data(),
            ),
            Load::Ready((runs, accepted)) => {
                let both = if runs.len() < 2 { none() } else { choose_two(&project.id, &runs) };
                let items = runs.into_iter().map(|r| card(&project.id, r, turn));
                row(vec![el("ul", "cards").view(row(items.collect())).any(), both, acceptances(&project.id, &accepted, turn)])
            }
        }
    };
    let new =
        move || if app.open.with(Option::is_some) { link("btn primary", &Route::Data.href(), "New stress test").any() } else { none() };
    let crumbs = el("div", "crumbs").el(link("", "#/", "Projects")).text(" / Stress tests");
    let head = el("div", "head").el(el("div", "").el(crumbs).live(title)).el(el("div", "actions").live(new));
    row(vec![head.any(), live(body)])
}

/// A button that asks once more before something goes for good.
fn sure(name: &str, about: &str, yes: &'static str, act: impl Fn() + Send + Sync + Clone + 'static) -> AnyView {
    let asking = RwSignal::new(false);
    let (name, about) = (name.to_owned(), about.to_owned());
    live(move || {
        if asking.get() {
            row(vec![button("btn small danger", yes, act.clone()).any(), button("btn small", "Keep", move || asking.set(false)).any()])
        } else {
            button("btn small quiet", &name, move || asking.set(true)).attr("aria-label", &format!("{name} {about}")).any()
        }
    })
}

/// Does something with the project, then looks again at what it holds.
fn with_project(project: StoredValue<String>, turn: RwSignal<u32>, act: impl Fn(&js::Project) -> js_sys::Promise + 'static) {
    spawn_local(async move {
        if let Ok(project) = client::project(&project.get_value()).await {
            // What fails here shows as still being there.
            let _ = client::settle(act(&project)).await;
        }
        turn.try_update(|t| *t += 1);
    });
}

fn card(project: &str, run: TestRunInfo, turn: RwSignal<u32>) -> AnyView {
    let (shape, word) = outcome(run.outcome);
    let href = Route::Run { project: project.to_owned(), run: run.id.clone(), listing: Listing::All, asked: Asked::default() }.href();
    let (project, id) = (StoredValue::new(project.to_owned()), StoredValue::new(run.id.clone()));
    let delete = move || with_project(project, turn, move |p| p.delete_test_run(&id.get_value()));
    let counts = run.counts;
    let facts = format!(
        "{} against {}{} · {}, {} in {} · {} · {}",
        run.evaluation,
        run.reference,
        run.model.filter(|m| m != "model").map(|m| format!(" · model {m}")).unwrap_or_default(),
        counted(counts.fail, "alert"),
        counted(counts.warning, "warning"),
        counted(counts.total, "case"),
        moment(&run.upload_time),
        duration(run.duration_millis)
    );
    let outcome = el("span", &format!("sev {}", shape.class())).view(mark(shape)).text(word);
    let text = el("div", "card-text")
        .el(link("title", &href, &run.name))
        .el(el("p", "").el(outcome).text(" ").text(&run.headline))
        .el(el("p", "meta").text(&facts));
    let actions = el("div", "actions").view(sure("Delete", &format!("run {}", run.name), "Delete this run", delete));
    el("li", "card").testid("run-row").el(text).el(actions).any()
}

/// Two of the runs, to be laid side by side.
fn choose_two(project: &str, runs: &[TestRunInfo]) -> AnyView {
    let (before, after) = (RwSignal::new(runs[1].id.clone()), RwSignal::new(runs[0].id.clone()));
    let choose = |name: &str, testid: &str, chosen: RwSignal<String>| {
        let options = runs.iter().map(|r| el("option", "").attr("value", &r.id).text(&format!("{}, {}", r.name, moment(&r.upload_time))));
        let select = el("select", "").testid(testid).all(options).live_attr("value", move || Some(chosen.get()));
        el("label", "field").el(el("span", "label").text(name)).el(select.on("change", move |ev| chosen.set(typed(&ev))))
    };
    let project = project.to_owned();
    let compare = move || go(&Route::Compare { project: project.clone(), before: before.get_untracked(), after: after.get_untracked() });
    let button =
        button("btn", "Compare", compare).testid("compare").live_attr("disabled", move || (before.get() == after.get()).then(String::new));
    el("section", "sheet")
        .el(el("h2", "").text("Compare two runs"))
        .el(el("div", "fields row").el(choose("Before", "compare-before", before)).el(choose("After", "compare-after", after)).el(button))
        .any()
}

/// The cases that the project lets be.
fn acceptances(project: &str, accepted: &[Acceptance], turn: RwSignal<u32>) -> AnyView {
    if accepted.is_empty() {
        return none();
    }
    let project = StoredValue::new(project.to_owned());
    let items = accepted.iter().map(|a| {
        let case = StoredValue::new(a.case.clone());
        let revoke = move || with_project(project, turn, move |p| p.revoke(&case.get_value()));
        let until = a.expires.as_ref().map_or_else(|| "for good".to_owned(), |day| format!("until {day}"));
        let text = el("div", "card-text")
            .el(el("code", "").text(&a.case))
            .el(el("p", "").text(&a.reason).el(el("span", "meta").text(&format!(" · {until}"))));
        el("li", "accepted-row").testid("acceptance").el(text).el(el("div", "actions").view(sure("Revoke", &a.case, "Revoke", revoke)))
    });
    el("section", "sheet")
        .el(el("h2", "").text("Accepted cases"))
        .el(el("p", "meta").text(
            "They stay visible and fail no more in new runs of this project; a run that ended keeps its verdict until it is judged again.",
        ))
        .el(el("ul", "").all(items))
        .any()
}

//! What a run can be told beyond its files: calm while closed, complete when opened.

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::{Category, Sensitivity, TestInfo};

use crate::client::{self, TestChange, TestRunInfo};
use crate::element::{El, el, live, none, table};
use crate::format;
use crate::pairing::Use;
use crate::params::Choice;
use crate::parts::{failure, loading, ticked};
use crate::screens::setup::{field, input, number, option, select};
use crate::state::{App, Load};

const SENSITIVITIES: [(Sensitivity, &str, &str); 3] = [
    (Sensitivity::Less, "less", "Less: only strong evidence of large effects"),
    (Sensitivity::Default, "default", "Default"),
    (Sensitivity::More, "more", "More: smaller effects, weaker evidence"),
];

/// The panel. `columns` where there are files on the desk to choose columns from.
pub fn settings(app: App, columns: bool, binary: impl Fn() -> bool + Send + 'static) -> AnyView {
    let desk = app.desk;
    let sensitivities = SENSITIVITIES.map(|(_, id, name)| option(id, name)).into();
    let current = move || SENSITIVITIES.iter().find(|s| s.0 == desk.sensitivity.get()).map_or("default", |s| s.1).to_owned();
    let set = move |id: String| desk.sensitivity.set(SENSITIVITIES.into_iter().find(|s| s.1 == id).map_or(Sensitivity::Default, |s| s.0));
    let name = input("text", move || desk.run_name.get(), move |v| desk.run_name.set(v))
        .testid("run-name")
        .attr("placeholder", "made up where empty");
    let seed = input("number", move || desk.seed.get().to_string(), move |v| desk.seed.set(number(&v).map_or(42, |n| n as u64)));
    let same = "The same data, settings and seed give the same run, byte for byte.";
    let of_binary = move || {
        if !binary() {
            return none();
        }
        let class = input("text", move || desk.positive_class.get(), move |v| desk.positive_class.set(v.trim().to_owned()))
            .attr("placeholder", "guessed");
        let cut = input(
            "number",
            move || desk.threshold.get().map(|t| t.to_string()).unwrap_or_default(),
            move |v| {
                desk.threshold.set(number(&v).filter(|t| (0.0..=1.0).contains(t)));
            },
        );
        let cut = cut.attr("min", "0").attr("max", "1").attr("step", "0.01").attr("placeholder", "0.5");
        crate::element::row(vec![field("Positive class", class).any(), field("Decision threshold", cut).any()])
    };
    let fields = el("div", "fields")
        .el(field("Run name", name))
        .el(field("Sensitivity", select(sensitivities, current, set).testid("sensitivity")))
        .view(baseline(app))
        .el(field("Seed", seed.attr("min", "0").attr("step", "1")).el(el("small", "").text(same)))
        .live(of_binary);
    let mut panel = el("details", "more settings").testid("settings").el(el("summary", "").text("More settings")).el(fields);
    if columns {
        panel = panel.live(move || columns_of(app));
    }
    panel.view(tests(app)).any()
}

/// Earlier runs of the project whose failures can be taken as known.
fn baseline(app: App) -> AnyView {
    let desk = app.desk;
    let runs = RwSignal::new(Vec::<TestRunInfo>::new());
    Effect::new(move |_| {
        let Some(project) = app.open.get() else { return };
        spawn_local(async move {
            if let Ok(project) = client::project(&project.id).await
                && let Ok(listed) = client::list_runs(&project).await
            {
                runs.try_set(listed);
            }
        });
    });
    live(move || {
        let runs = runs.get();
        if runs.is_empty() {
            return none();
        }
        let options = runs.iter().map(|r| option(&r.id, &format!("{}, {}", r.name, format::moment(&r.upload_time))));
        let options = std::iter::once(option("", "None: every failure counts")).chain(options).collect();
        let select = select(options, move || desk.baseline.get(), move |v| desk.baseline.set(v)).testid("baseline");
        field("Baseline run", select).el(el("small", "").text("What failed in it is known; only new or worse cases fail.")).any()
    })
}

/// Two rows of columns to switch: left out, and protected.
fn columns_of(app: App) -> AnyView {
    let desk = app.desk;
    let data = desk.standing_for(Use::Reference).or_else(|| desk.standing_for(Use::Evaluation));
    let Some(inspection) = data.and_then(|f| f.inspection().cloned()) else { return none() };
    use straingauge_api::Role::{Categorical, Numeric, Text};
    let chosen =
        move |c: &straingauge_api::ColumnInfo| desk.choices.with(|all| all.get(&c.name).cloned()).unwrap_or_else(|| Choice::guessed(c));
    let features: Vec<_> = inspection.columns.iter().filter(|c| matches!(chosen(c).role, Categorical | Numeric | Text)).cloned().collect();
    let switch = |name: &str, down: bool, turn: Box<dyn FnMut() + Send>| {
        let mut turn = turn;
        el("button", "pick")
            .attr("type", "button")
            .attr("aria-pressed", if down { "true" } else { "false" })
            .text(name)
            .on("click", move |_| turn())
    };
    let excluded = desk.excluded.get();
    let leave_out = features.iter().map(|c| {
        let name = c.name.clone();
        let turn = move || {
            desk.excluded.update(|all| {
                if let Some(at) = all.iter().position(|n| *n == name) {
                    all.remove(at);
                } else {
                    all.push(name.clone());
                }
            });
        };
        switch(&c.name, excluded.contains(&c.name), Box::new(turn))
    });
    let protect = features.iter().map(|c| {
        let column = c.clone();
        let down = chosen(c).protected;
        let turn = move || {
            let mut choice = chosen(&column);
            choice.protected = !down;
            desk.choices.update(|all| {
                if choice == Choice::guessed(&column) {
                    all.remove(&column.name)
                } else {
                    all.insert(column.name.clone(), choice)
                };
            });
        };
        switch(&c.name, down, Box::new(turn))
    });
    let group = |name: &str, says: &str, id: &str, picks: Vec<El>| {
        el("div", "setting")
            .testid(id)
            .el(el("p", "label").text(name).text(" ").el(el("small", "").text(says)))
            .el(el("div", "picks").attr("role", "group").attr("aria-label", name).all(picks))
    };
    let (protect, leave_out) = (protect.collect(), leave_out.collect());
    crate::element::row(vec![
        group("Protected features", "fairness is asked of them", "protect", protect).any(),
        group("Columns left out", "no test is asked about them", "exclude", leave_out).any(),
    ])
}

/// The tests of the catalogue, fetched when the reader opens the list.
fn tests(app: App) -> AnyView {
    let desk = app.desk;
    let catalogue = RwSignal::new(None::<Load<Vec<TestInfo>>>);
    let open = move |_| {
        if catalogue.with_untracked(Option::is_none) {
            catalogue.set(Some(Load::Waiting));
            spawn_local(async move {
                catalogue.try_set(Some(client::catalogue().await.into()));
            });
        }
    };
    let changed = move || {
        let n = desk.tests.with(std::collections::BTreeMap::len);
        el("span", "meta").text(&if n == 0 { String::new() } else { format!(" · {} changed", format::counted(n as u64, "test")) }).any()
    };
    let list = move || match catalogue.get() {
        None => none(),
        Some(Load::Waiting) => loading("Asking the engine"),
        Some(Load::Failed(error)) => failure("The tests cannot be listed.", &error),
        Some(Load::Ready(tests)) => {
            let categories = Category::ALL.into_iter().filter_map(|category| {
                let of: Vec<TestInfo> = tests.iter().filter(|t| t.category == category).cloned().collect();
                (!of.is_empty()).then(|| self::category(app, category, of).any())
            });
            crate::element::row(categories.collect())
        }
    };
    el("details", "more")
        .testid("tests-settings")
        .on("toggle", open)
        .el(el("summary", "").text("Tests and thresholds").live(changed))
        .live(list)
        .any()
}

fn category(app: App, category: Category, tests: Vec<TestInfo>) -> El {
    let opened = RwSignal::new(false);
    let summary = el("summary", "")
        .text(category.label())
        .el(el("span", "meta").text(&format!(" · {}", format::counted(tests.len() as u64, "test"))));
    let body = move || {
        if !opened.get() {
            return none();
        }
        let rows = tests.iter().map(|t| test(app, t));
        table("thresholds", &["Test", ".Warns from", ".Alerts from"], el("tbody", "").all(rows)).any()
    };
    el("details", "more category").on("toggle", move |_| opened.set(true)).el(summary).live(body)
}

fn test(app: App, info: &TestInfo) -> El {
    let desk = app.desk;
    let id = StoredValue::new(info.id.clone());
    let default_on = info.default_on;
    let change = move || desk.tests.with(|t| id.with_value(|id| t.get(id).copied())).unwrap_or_default();
    let set = move |edit: &dyn Fn(&mut TestChange)| {
        desk.tests.update(|all| {
            let entry = all.entry(id.get_value()).or_default();
            edit(entry);
            if *entry == TestChange::default() {
                id.with_value(|id| all.remove(id));
            }
        });
    };
    let run = el("input", "")
        .attr("type", "checkbox")
        .live_attr("checked", move || change().run.unwrap_or(default_on).then(String::new))
        .on("change", move |ev| {
            let on = ticked(&ev);
            set(&move |c| c.run = Some(on).filter(|on| *on != default_on));
        });
    let name = el("th", "").attr("scope", "row").el(el("label", "check").testid(&info.id).el(run).el(el("span", "").text(&info.name)));
    let cells: Vec<El> = match info.thresholds {
        None => vec![el("td", "n").text("–"), el("td", "n").text("–")],
        Some(thresholds) => [(thresholds.warning, false), (thresholds.alert, true)]
            .into_iter()
            .map(|(default, alert)| {
                let now = move || (if alert { change().alert } else { change().warning }).map(|v| v.to_string()).unwrap_or_default();
                let take = move |v: String| {
                    let v = number(&v).filter(|v| *v > 0.0);
                    set(&move |c| *(if alert { &mut c.alert } else { &mut c.warning }) = v);
                };
                let label = format!("{} {} from", info.name, if alert { "alerts" } else { "warns" });
                let field = input("number", now, take).attr("min", "0").attr("step", "any").attr("placeholder", &default.to_string());
                el("td", "n").el(field.attr("aria-label", &label))
            })
            .collect(),
    };
    el("tr", "").el(name).all(cells)
}

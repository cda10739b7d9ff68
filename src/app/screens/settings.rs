//! What a run can be told beyond its files: calm while closed, complete when opened.

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::{Category, ColumnInfo, ModelTask, Parameter, ParameterForm, QuestionAbout, Sensitivity, TestInfo, Unit};

use crate::client::{self, Given, TestChange, TestRunInfo};
use crate::desk::Desk;
use crate::element::{El, el, live, none, table};
use crate::format;
use crate::pairing::Use;
use crate::params::Choice;
use crate::parts::{failure, loading, ticked};
use crate::questions::Answer;
use crate::screens::setup::{field, input, number, option, select};
use crate::state::{App, Load};

const SENSITIVITIES: [(Sensitivity, &str, &str); 3] = [
    (Sensitivity::Less, "less", "Less: only strong evidence of large effects"),
    (Sensitivity::Default, "default", "Default"),
    (Sensitivity::More, "more", "More: smaller effects, weaker evidence"),
];

/// The panel. `columns` where there are files on the desk to choose columns from.
pub fn settings(app: App, columns: bool, task: impl Fn() -> Option<ModelTask> + Send + Sync + Copy + 'static) -> AnyView {
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
        match task() {
            Some(ModelTask::BinaryClassification) => {}
            Some(ModelTask::MulticlassClassification | ModelTask::NaturalLanguageInference) => return class_names(desk).any(),
            _ => return none(),
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
        let class = field("Positive class", class.testid("positive-class"));
        crate::element::row(vec![class.any(), field("Decision threshold", cut.testid("decision-threshold")).any(), class_names(desk).any()])
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
    panel.view(categories(app)).view(tests(app, task)).any()
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
        // A run that is remembered and was deleted since is none.
        let known: Vec<String> = runs.iter().map(|r| r.id.clone()).collect();
        let value = move || desk.baseline.with(|chosen| known.iter().find(|id| *id == chosen).cloned()).unwrap_or_default();
        let select = select(options, value, move |v| desk.baseline.set(v)).testid("baseline");
        field("Baseline run", select).el(el("small", "").text("What failed in it is known; only new or worse cases fail.")).any()
    })
}

/// Two rows of columns to switch: left out, and protected.
fn columns_of(app: App) -> AnyView {
    let desk = app.desk;
    let features = features(desk);
    if features.is_empty() {
        return none();
    }
    let chosen = move |c: &ColumnInfo| chosen(desk, c);
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
    let (protect, leave_out) = (protect.collect(), leave_out.collect());
    let protected: Vec<String> = features.iter().filter(|c| chosen(c).protected).map(|c| c.name.clone()).collect();
    let crossed = desk.intersections.get();
    let cross: Vec<El> = crossings(&protected)
        .into_iter()
        .map(|set| {
            let (name, down) = (set.join(" × "), crossed.contains(&set));
            let turn = move || {
                desk.intersections.update(|all| if all.contains(&set) { all.retain(|s| *s != set) } else { all.push(set.clone()) });
            };
            switch(&name, down, Box::new(turn))
        })
        .collect();
    let crossing = (!cross.is_empty()).then(|| {
        group("Intersections", "groups that protected features make together; all pairs where none is chosen", "intersections", cross).any()
    });
    let all = [
        Some(group("Protected features", "fairness is asked of them", "protect", protect).any()),
        crossing,
        Some(group("Columns left out", "no test is asked about them", "exclude", leave_out).any()),
    ];
    crate::element::row(all.into_iter().flatten().collect())
}

/// The sets of two and three protected features that can be crossed.
fn crossings(protected: &[String]) -> Vec<Vec<String>> {
    const MOST: usize = 6;
    let names: Vec<&String> = protected.iter().take(MOST).collect();
    let mut sets: Vec<Vec<String>> = Vec::new();
    for (i, a) in names.iter().enumerate() {
        for b in names.iter().skip(i + 1) {
            sets.push(vec![(*a).clone(), (*b).clone()]);
        }
    }
    if let [a, b, c] = names.as_slice() {
        sets.push(vec![(*a).clone(), (*b).clone(), (*c).clone()]);
    }
    sets
}

/// What is in force for a column: the reader's choice, else the guess.
fn chosen(desk: Desk, column: &ColumnInfo) -> Choice {
    desk.choices.with(|all| all.get(&column.name).cloned()).unwrap_or_else(|| Choice::guessed(column))
}

/// The features of the data file.
fn features(desk: Desk) -> Vec<ColumnInfo> {
    use straingauge_api::Role::{Categorical, Numeric, Text};
    let data = desk.standing_for(Use::Reference).or_else(|| desk.standing_for(Use::Evaluation));
    let Some(inspection) = data.and_then(|f| f.inspection().cloned()) else { return Vec::new() };
    inspection.columns.iter().filter(|c| matches!(chosen(desk, c).role, Categorical | Numeric | Text)).cloned().collect()
}

/// A button that stays down while it is on.
fn switch(name: &str, down: bool, mut turn: Box<dyn FnMut() + Send>) -> El {
    el("button", "pick")
        .attr("type", "button")
        .attr("aria-pressed", if down { "true" } else { "false" })
        .text(name)
        .on("click", move |_| turn())
}

fn group(name: &str, says: &str, id: &str, picks: Vec<El>) -> El {
    el("div", "setting")
        .testid(id)
        .el(el("p", "label").text(name).text(" ").el(el("small", "").text(says)))
        .el(el("div", "picks").attr("role", "group").attr("aria-label", name).all(picks))
}

/// The class names of nameless probabilities, in their order.
fn class_names(desk: Desk) -> El {
    let about = QuestionAbout::ClassNames;
    let value = move || {
        let choice = desk.answers.with(|all| all.iter().find(|a| a.about == about).map(|a| a.choice.clone()))?;
        let names: Vec<String> = client::from_js(js_sys::JSON::parse(&choice).ok()?).ok()?;
        Some(names.join(", "))
    };
    let set = move |typed: String| {
        let names: js_sys::Array = typed.split(',').map(str::trim).filter(|n| !n.is_empty()).map(wasm_bindgen::JsValue::from).collect();
        let choice = js_sys::JSON::stringify(&names).ok().and_then(|t| t.as_string()).filter(|_| names.length() > 0);
        desk.answers.update(|all| {
            all.retain(|a| a.about != about);
            all.extend(choice.map(|choice| Answer { about, column: String::new(), choice }));
        });
    };
    let field = input("text", move || value().unwrap_or_default(), set).attr("placeholder", "found from the files").testid("class-names");
    self::field("Class names", field).el(el("small", "").text("In the order of the probabilities, with commas between."))
}

/// The categories that run: all of those that have tests, until some are left out.
fn categories(app: App) -> AnyView {
    let desk = app.desk;
    app.ask_catalogue();
    live(move || {
        let Some(Load::Ready(tests)) = app.catalogue.get() else { return none() };
        let without = desk.without.get();
        let picks = Category::ALL.into_iter().filter(|c| tests.iter().any(|t| t.category == *c)).map(|category| {
            let turn = move || {
                desk.without.update(|all| {
                    if all.contains(&category) {
                        all.retain(|c| *c != category);
                    } else {
                        all.push(category);
                    }
                });
            };
            switch(category.label(), !without.contains(&category), Box::new(turn)).testid(&format!("category-{}", category.id()))
        });
        group("Categories", "of tests that run", "categories", picks.collect()).any()
    })
}

/// The tests of the catalogue that the task allows, fetched when the reader opens the list.
fn tests(app: App, task: impl Fn() -> Option<ModelTask> + Send + Copy + 'static) -> AnyView {
    let desk = app.desk;
    let changed = move || {
        let n = desk.tests.with(std::collections::BTreeMap::len);
        el("span", "meta").text(&if n == 0 { String::new() } else { format!(" · {} changed", format::counted(n as u64, "test")) }).any()
    };
    let opened = RwSignal::new(false);
    let list = move || {
        if !opened.get() {
            return none();
        }
        match app.catalogue.get() {
            None | Some(Load::Waiting) => loading("Asking the engine"),
            Some(Load::Failed(error)) => failure("The tests cannot be listed.", &error),
            Some(Load::Ready(tests)) => {
                let task = task();
                let possible = |t: &&TestInfo| t.tasks.is_empty() || task.is_none_or(|task| t.tasks.contains(&task));
                let categories = Category::ALL.into_iter().filter_map(|category| {
                    let of: Vec<TestInfo> = tests.iter().filter(possible).filter(|t| t.category == category).cloned().collect();
                    (!of.is_empty()).then(|| self::category(app, category, of).any())
                });
                crate::element::row(categories.collect())
            }
        }
    };
    el("details", "more")
        .testid("tests-settings")
        .on("toggle", move |_| {
            app.ask_catalogue();
            opened.set(true);
        })
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
        // Where the task is not known, tests of one name are told apart by theirs.
        let twice = |t: &TestInfo| tests.iter().filter(|other| other.name == t.name).count() > 1;
        let rows = tests.iter().map(|t| {
            let of = if twice(t) { t.tasks.first().map(|task| task.label()).unwrap_or_default() } else { "" };
            test(app, t, of)
        });
        table("thresholds", &["Test", ".Warns from", ".Alerts from", "In"], el("tbody", "").all(rows)).any()
    };
    el("details", "more category").on("toggle", move |_| opened.set(true)).el(summary).live(body)
}

/// The unit of an effect, in a few words.
const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Score => "score",
        Unit::Share => "share of rows",
        Unit::Points => "points of a share",
        Unit::Distance => "distance",
        Unit::Relative => "relative to the reference",
        Unit::Number => "number",
        Unit::Count => "count",
        Unit::Logical => "holds or not",
    }
}

/// The change of a test, read and written.
#[derive(Clone, Copy)]
struct Change {
    desk: Desk,
    id: StoredValue<String>,
}

impl Change {
    fn get(self) -> TestChange {
        self.desk.tests.with(|t| self.id.with_value(|id| t.get(id).cloned())).unwrap_or_default()
    }

    fn set(self, edit: &dyn Fn(&mut TestChange)) {
        self.desk.tests.update(|all| {
            let entry = all.entry(self.id.get_value()).or_default();
            edit(entry);
            if *entry == TestChange::default() {
                self.id.with_value(|id| all.remove(id));
            }
        });
    }
}

fn test(app: App, info: &TestInfo, of: &str) -> El {
    let change = Change { desk: app.desk, id: StoredValue::new(info.id.clone()) };
    let default_on = info.default_on;
    let run = el("input", "")
        .attr("type", "checkbox")
        .live_attr("checked", move || change.get().run.unwrap_or(default_on).then(String::new))
        .on("change", move |ev| {
            let on = ticked(&ev);
            change.set(&move |c| c.run = Some(on).filter(|on| *on != default_on));
        });
    let label = if of.is_empty() { info.name.clone() } else { format!("{} ({of})", info.name) };
    let name = el("th", "")
        .attr("scope", "row")
        .el(el("label", "check").testid(&info.id).el(run).el(el("span", "").text(&label)))
        .el(parameters(app, change, info));
    let mut cells: Vec<El> = match info.thresholds {
        None => vec![el("td", "n").text("–"), el("td", "n").text("–")],
        Some(thresholds) => [(thresholds.warning, false), (thresholds.alert, true)]
            .into_iter()
            .map(|(default, alert)| {
                let now =
                    move || (if alert { change.get().alert } else { change.get().warning }).map(|v| v.to_string()).unwrap_or_default();
                let take = move |v: String| {
                    let v = number(&v).filter(|v| *v > 0.0);
                    change.set(&move |c| *(if alert { &mut c.alert } else { &mut c.warning }) = v);
                };
                let label = format!("{} {} from", info.name, if alert { "alerts" } else { "warns" });
                let field = input("number", now, take).attr("min", "0").attr("step", "any").attr("placeholder", &default.to_string());
                el("td", "n").el(field.attr("aria-label", &label))
            })
            .collect(),
    };
    cells.push(el("td", "meta").text(unit(info.unit)));
    el("tr", "").el(name).all(cells)
}

/// What a test takes besides its thresholds, as the engine says it; folded.
fn parameters(app: App, change: Change, info: &TestInfo) -> El {
    let opened = RwSignal::new(false);
    let changed = move || {
        let change = change.get();
        let n = change.parameters.len() + usize::from(!change.exclude_columns.is_empty());
        el("span", "meta").text(&if n == 0 { String::new() } else { format!(" · {n} set") }).any()
    };
    let all = info.parameters.clone();
    let body = move || {
        if !opened.get() {
            return none();
        }
        el("div", "fields").all(all.iter().map(|p| parameter(change, p))).el(left_out(app, change)).any()
    };
    el("details", "parameters")
        .testid(&format!("parameters-{}", info.id))
        .on("toggle", move |_| opened.set(true))
        .el(el("summary", "").text("Parameters").live(changed))
        .live(body)
}

fn parameter(change: Change, parameter: &Parameter) -> El {
    let name = StoredValue::new(parameter.name.clone());
    let given = move || name.with_value(|n| change.get().parameters.get(n).cloned());
    let give = move |value: Option<Given>| {
        change.set(&|c| {
            match &value {
                Some(value) => c.parameters.insert(name.get_value(), value.clone()),
                None => name.with_value(|n| c.parameters.remove(n)),
            };
        });
    };
    let control = match &parameter.form {
        ParameterForm::Number { least, most, whole, default, .. } => {
            let (least, most, whole) = (*least, *most, *whole);
            let now = move || if let Some(Given::Number(n)) = given() { n.to_string() } else { String::new() };
            let take = move |typed: String| {
                let n = number(&typed).map(|n| if whole { n.round() } else { n });
                give(n.filter(|n| *n >= least && most.is_none_or(|m| *n <= m)).map(Given::Number));
            };
            let field = input("number", now, take)
                .attr("min", &least.to_string())
                .attr("step", if whole { "1" } else { "any" })
                .attr("placeholder", &default.map_or_else(|| "none".to_owned(), |d| d.to_string()));
            most.map_or_else(|| None, |m| Some(m.to_string())).into_iter().fold(field, |f, m| f.attr("max", &m))
        }
        ParameterForm::Choice { of, default } => {
            let first = default.clone();
            let now = move || if let Some(Given::Word(w)) = given() { w } else { first.clone() };
            let default = default.clone();
            let take = move |word: String| give(Some(word).filter(|w| *w != default).map(Given::Word));
            select(of.iter().map(|w| option(w, w)).collect(), now, take)
        }
        ParameterForm::Words => {
            let now = move || if let Some(Given::Words(words)) = given() { words.join("\n") } else { String::new() };
            el("textarea", "").attr("rows", "3").attr("placeholder", "one a line").live_attr("value", move || Some(now())).on(
                "change",
                move |ev| {
                    let words: Vec<String> =
                        crate::parts::typed(&ev).lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect();
                    give(Some(words).filter(|w| !w.is_empty()).map(Given::Words));
                },
            )
        }
    };
    let unit = match &parameter.form {
        ParameterForm::Number { unit: Unit::Share, .. } => " From 0 to 1.",
        _ => "",
    };
    field(&parameter.label, control.testid(&format!("parameter-{}", parameter.name))).el(el("small", "").text(&parameter.help).text(unit))
}

/// The columns that this test leaves out.
fn left_out(app: App, change: Change) -> El {
    let desk = app.desk;
    let picks = live(move || {
        let out = change.get().exclude_columns;
        let mut names: Vec<String> = features(desk).into_iter().map(|c| c.name).collect();
        names.extend(out.iter().filter(|n| !names.contains(n)).cloned().collect::<Vec<_>>());
        crate::element::row(
            names
                .into_iter()
                .map(|name| {
                    let own = name.clone();
                    let turn = move || {
                        change.set(&|c| {
                            if c.exclude_columns.contains(&own) {
                                c.exclude_columns.retain(|n| *n != own);
                            } else {
                                c.exclude_columns.push(own.clone());
                            }
                        });
                    };
                    switch(&name, out.contains(&name), Box::new(turn)).any()
                })
                .collect(),
        )
    });
    el("div", "field wide")
        .el(el("span", "label").text("Columns that this test leaves out"))
        .el(el("div", "picks").attr("role", "group").attr("aria-label", "Columns that this test leaves out").view(picks))
}

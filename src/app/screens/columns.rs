//! The columns of the data files: the role of each, open to change with its reason, and the first rows.

use leptos::prelude::*;
use straingauge_api::{ColumnInfo, ColumnType, Inspection};

use crate::desk::Desk;
use crate::element::{El, button, el, live, none, scroll, table};
use crate::format::{capital, counted, number, value};
use crate::pairing::Use;
use crate::params::{Choice, ROLES, possible, role_from, role_id};
use crate::parts::ticked;
use crate::screens::setup::{option, select};
use crate::state::App;

/// Columns listed before the rest goes behind a button.
const FIRST: usize = 40;

/// The section.
pub fn columns() -> AnyView {
    let desk = App::here().desk;
    let chosen = RwSignal::new(None::<u32>);
    // The file shown: the chosen one, else the reference, else whatever data there are.
    let shown = Memo::new(move |_| {
        desk.files.with(|files| {
            let read = || files.iter().filter(|f| f.inspection().is_some());
            read()
                .find(|f| Some(f.id) == chosen.get())
                .or_else(|| read().find(|f| f.used_as == Use::Reference))
                .or_else(|| read().find(|f| f.used_as == Use::Evaluation))
                .or_else(|| read().next())
                .and_then(|f| f.inspection().map(|i| (f.id, matches!(f.used_as, Use::Reference | Use::Evaluation), i.clone())))
        })
    });
    let tabs = Memo::new(move |_| {
        desk.files.with(|files| {
            Use::ALL
                .into_iter()
                .flat_map(|(used_as, ..)| files.iter().filter(move |f| f.used_as == used_as && f.inspection().is_some()))
                .map(|f| (f.id, f.name.clone()))
                .collect::<Vec<_>>()
        })
    });
    let tab = move |(id, name): &(u32, String)| {
        let id = *id;
        let current = move || shown.with(|s| s.as_ref().is_some_and(|s| s.0 == id));
        button("tab", name, move || chosen.set(Some(id))).aria("aria-pressed", current)
    };
    live(move || {
        let Some((_, is_data, inspection)) = shown.get() else { return none() };
        el("section", "sheet")
            .el(el("h2", "").text("Columns"))
            .el(el("div", "tabs").live(move || crate::element::row(tabs.get().iter().map(|t| tab(t).any()).collect())))
            .view(roles(&inspection, is_data))
            .el(el("h3", "").text("First rows"))
            .view(first_rows(&inspection))
            .any()
    })
}

fn roles(inspection: &std::sync::Arc<Inspection>, editable: bool) -> AnyView {
    let desk = App::here().desk;
    let all = RwSignal::new(false);
    let count = inspection.columns.len();
    let inspection = inspection.clone();
    let body = move || {
        let shown = if all.get() { count } else { count.min(FIRST) };
        let rows = inspection.columns.iter().take(shown).map(|c| row(desk, c, inspection.rows, editable));
        let heads = ["Column", "Used as", "Why", "Values", ".Missing"];
        scroll("Columns and roles", table("roles", &heads, el("tbody", "").all(rows))).any()
    };
    let more = move || {
        if count <= FIRST || all.get() {
            none()
        } else {
            button("link", &format!("Show all {}", counted(count as u64, "column")), move || all.set(true)).any()
        }
    };
    crate::element::row(vec![live(body), live(more)])
}

fn row(desk: Desk, column: &ColumnInfo, rows: u64, editable: bool) -> El {
    let guess = Choice::guessed(column);
    let name = StoredValue::new(column.name.clone());
    let kind = column.kind;
    let in_force = {
        let guess = guess.clone();
        Memo::new(move |_| desk.choices.with(|c| name.with_value(|n| c.get(n).cloned())).unwrap_or_else(|| guess.clone()))
    };
    let set = {
        let guess = guess.clone();
        move |change: &dyn Fn(&mut Choice)| {
            let mut choice = in_force.get_untracked();
            change(&mut choice);
            desk.choices.update(|all| {
                if choice == guess {
                    name.with_value(|n| all.remove(n));
                } else {
                    all.insert(name.get_value(), choice);
                }
            });
        }
    };
    let unsure = column.role.confidence < 0.6;
    let (reason, guessed_role) = (capital(&column.role.reason), guess.role);
    let why = move || {
        let says = if in_force.get().role == guessed_role { reason.as_str() } else { "You chose this." };
        el("span", "").text(says).any()
    };
    let is_feature = move || {
        use straingauge_api::Role::{Categorical, Numeric, Text};
        matches!(in_force.get().role, Categorical | Numeric | Text)
    };
    let used = if editable {
        let options =
            ROLES.into_iter().filter(|(role, ..)| possible(kind, *role) || *role == guess.role).map(|(_, id, label)| option(id, label));
        let set_role = set.clone();
        let choose = select(
            options.collect(),
            move || role_id(in_force.get().role).to_owned(),
            move |v| {
                if let Some(role) = role_from(&v) {
                    set_role(&|c| c.role = role);
                }
            },
        );
        let choose = choose.attr("aria-label", &format!("Role of {}", column.name)).testid(&format!("role-{}", column.name));
        let flag = |name: &str, title: &str, down: fn(&Choice) -> bool, turn: fn(&mut Choice, bool)| {
            let set = set.clone();
            let tick = el("input", "").attr("type", "checkbox").live_attr("checked", move || down(&in_force.get()).then(String::new)).on(
                "change",
                move |ev| {
                    let on = ticked(&ev);
                    set(&|c| turn(c, on));
                },
            );
            el("label", "").attr("title", title).el(tick).text(name)
        };
        let flags = el("span", "flags")
            .el(flag("protected", "Fairness is asked of this feature", |c| c.protected, |c, on| c.protected = on))
            .el(flag("not in model", "Metadata that the model does not see", |c| !c.in_model, |c, on| c.in_model = !on))
            .live_attr("hidden", move || (!is_feature()).then(String::new));
        el("td", "used").el(choose).el(flags)
    } else {
        el("td", "used").text(ROLES.iter().find(|(r, ..)| *r == guess.role).map_or("", |(_, _, label)| *label))
    };
    let missing = if column.missing == 0 {
        "0".to_owned()
    } else {
        value(Some(column.missing as f64 / (rows.max(1)) as f64), straingauge_api::Unit::Share)
    };
    let spellings: Vec<String> =
        column.missing_spellings.iter().map(|s| if s.value.is_empty() { "empty".to_owned() } else { format!("“{}”", s.value) }).collect();
    let name = el("th", "").attr("scope", "row").el(el("span", "col-name").text(&column.name)).el(el("small", "").text(&type_name(column)));
    el("tr", "")
        .el(name)
        .el(used)
        .el(el("td", if unsure { "why unsure" } else { "why" })
            .live(why)
            .all(unsure.then(|| el("small", "").text("Not sure: please look."))))
        .el(el("td", "values").text(&values(column)))
        .el(el("td", "n").attr("title", &spellings.join(", ")).text(&missing))
}

fn type_name(column: &ColumnInfo) -> String {
    match column.kind {
        ColumnType::Integer => "whole numbers".to_owned(),
        ColumnType::Float => "numbers".to_owned(),
        ColumnType::Boolean => "true or false".to_owned(),
        ColumnType::Category => "categories".to_owned(),
        ColumnType::Text => "text".to_owned(),
        ColumnType::Timestamp => "time".to_owned(),
        ColumnType::List => format!("lists of {}", column.width),
    }
}

fn values(column: &ColumnInfo) -> String {
    if let (Some((low, high)), ColumnType::Integer | ColumnType::Float | ColumnType::Timestamp) = (&column.range, column.kind) {
        // The browser knows how to read a number; Rust's own tables for it would weigh ten kilobytes.
        let short = |text: &String| if column.kind == ColumnType::Float { number(js_sys::parse_float(text)) } else { text.clone() };
        return format!("{} to {}", short(low), short(high));
    }
    let examples: Vec<String> = column.examples.iter().take(3).map(|e| straingauge_charts::format::cut(&e.value, 28)).collect();
    if column.kind == ColumnType::Category {
        let more = if column.distinct_exact { "" } else { "at least " };
        format!("{more}{}: {}", counted(column.distinct, "value"), examples.join(", "))
    } else {
        examples.join(" · ")
    }
}

fn first_rows(inspection: &Inspection) -> AnyView {
    if inspection.first_rows.is_empty() {
        return el("p", "meta").text("The file has no rows.").any();
    }
    let heads = inspection.columns.iter().map(|c| el("th", "").attr("scope", "col").text(&c.name));
    let rows = inspection.first_rows.iter().take(8).map(|row| {
        el("tr", "").all(row.iter().map(|cell| match cell {
            Some(text) => {
                let class = if text.chars().count() > 40 { "long" } else { "short" };
                el("td", class).el(el("div", "").text(&straingauge_charts::format::cut(text, 200)))
            }
            None => el("td", "missing").text("missing"),
        }))
    });
    let head = el("thead", "").el(el("tr", "").all(heads));
    scroll("First rows", el("table", "data").el(head).el(el("tbody", "").all(rows))).any()
}

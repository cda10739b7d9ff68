//! The columns of the data files: the role of each, open to change with its reason, and the first rows.

use leptos::prelude::*;
use straingauge_api::{ColumnInfo, ColumnType, Inspection};

use crate::desk::Desk;
use crate::format::{counted, number, value};
use crate::pairing::Use;
use crate::params::{Choice, ROLES, possible, role_from, role_id};
use crate::state::App;

/// Columns listed before the rest goes behind a button.
const FIRST: usize = 40;

/// The section.
#[component]
pub fn Columns() -> impl IntoView {
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
    let tab = move |(id, name): (u32, String)| {
        let current = move || if shown.with(|s| s.as_ref().is_some_and(|s| s.0 == id)) { "true" } else { "false" };
        view! { <button type="button" class="tab" aria-pressed=current on:click=move |_| chosen.set(Some(id))>{name}</button> }
    };
    move || {
        let (_, is_data, inspection) = shown.get()?;
        Some(view! {
            <section class="sheet">
                <h2>"Columns"</h2>
                <div class="tabs">{move || tabs.get().into_iter().map(tab).collect::<Vec<_>>()}</div>
                <Roles inspection=inspection.clone() editable=is_data />
                <h3>"First rows"</h3>
                {first_rows(&inspection)}
            </section>
        })
    }
}

#[component]
fn Roles(inspection: std::sync::Arc<Inspection>, editable: bool) -> impl IntoView {
    let desk = App::here().desk;
    let all = RwSignal::new(false);
    let rows = inspection.rows;
    let count = inspection.columns.len();
    let body = move || {
        let shown = if all.get() { count } else { count.min(FIRST) };
        inspection.columns.iter().take(shown).map(|c| row(desk, c, rows, editable)).collect::<Vec<_>>()
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Columns and roles">
            <table class="roles">
                <thead><tr><th scope="col">"Column"</th><th scope="col">"Used as"</th><th scope="col">"Why"</th><th scope="col">"Values"</th><th scope="col" class="n">"Missing"</th></tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
        {move || (count > FIRST && !all.get()).then(|| view! { <button type="button" class="link" on:click=move |_| all.set(true)>{format!("Show all {count} columns")}</button> })}
    }
}

fn row(desk: Desk, column: &ColumnInfo, rows: u64, editable: bool) -> AnyView {
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
    let options: Vec<_> = ROLES
        .into_iter()
        .filter(|(role, ..)| possible(kind, *role) || *role == guess.role)
        .map(|(role, id, label)| view! { <option value=id selected=move || in_force.get().role == role>{label}</option> })
        .collect();
    let unsure = column.role.confidence < 0.6;
    let reason = column.role.reason.clone();
    let guessed_role = guess.role;
    let why = move || if in_force.get().role == guessed_role { reason.clone() } else { "You chose this.".to_owned() };
    let is_feature = move || {
        use straingauge_api::Role::{Categorical, Numeric, Text};
        matches!(in_force.get().role, Categorical | Numeric | Text)
    };
    let used = if editable {
        let (set_role, set_protected, set_in_model) = (set.clone(), set.clone(), set);
        view! {
            <select
                aria-label=format!("Role of {}", column.name)
                data-testid=format!("role-{}", column.name)
                prop:value=move || role_id(in_force.get().role)
                on:change:target=move |ev| if let Some(role) = role_from(&ev.target().value()) { set_role(&|c| c.role = role); }
            >{options}</select>
            {move || is_feature().then(|| {
                let (set_protected, set_in_model) = (set_protected.clone(), set_in_model.clone());
                view! {
                    <span class="flags">
                        <label title="Fairness is asked of this feature"><input type="checkbox" prop:checked=move || in_force.get().protected on:change:target=move |ev| { let on = ev.target().checked(); set_protected(&|c| c.protected = on); } />"protected"</label>
                        <label title="Metadata that the model does not see"><input type="checkbox" prop:checked=move || !in_force.get().in_model on:change:target=move |ev| { let on = !ev.target().checked(); set_in_model(&|c| c.in_model = on); } />"not in model"</label>
                    </span>
                }
            })}
        }
        .into_any()
    } else {
        let label = ROLES.iter().find(|(r, ..)| *r == guess.role).map_or("", |(_, _, label)| *label);
        view! { <span>{label}</span> }.into_any()
    };
    let missing = if column.missing == 0 {
        "0".to_owned()
    } else {
        value(Some(column.missing as f64 / (rows.max(1)) as f64), straingauge_api::Unit::Share)
    };
    let spellings: Vec<String> =
        column.missing_spellings.iter().map(|s| if s.value.is_empty() { "empty".to_owned() } else { format!("“{}”", s.value) }).collect();
    view! {
        <tr>
            <th scope="row"><span class="col-name">{column.name.clone()}</span><small>{type_name(column)}</small></th>
            <td class="used">{used}</td>
            <td class="why" class:unsure=unsure>{why}{unsure.then(|| view! { <small>"Not sure: please look."</small> })}</td>
            <td class="values">{values(column)}</td>
            <td class="n" title=spellings.join(", ")>{missing}</td>
        </tr>
    }
    .into_any()
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
        return view! { <p class="meta">"The file has no rows."</p> }.into_any();
    }
    let head: Vec<_> = inspection.columns.iter().map(|c| view! { <th scope="col">{c.name.clone()}</th> }).collect();
    let rows: Vec<_> = inspection
        .first_rows
        .iter()
        .take(8)
        .map(|row| {
            let cells: Vec<_> = row
                .iter()
                .map(|cell| match cell {
                    Some(text) => {
                        let class = if text.chars().count() > 40 { "long" } else { "short" };
                        view! { <td class=class><div>{straingauge_charts::format::cut(text, 200)}</div></td> }.into_any()
                    }
                    None => view! { <td class="missing">"missing"</td> }.into_any(),
                })
                .collect();
            view! { <tr>{cells}</tr> }
        })
        .collect();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="First rows">
            <table class="data"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>
        </div>
    }
    .into_any()
}

//! Elements by name. A `view!` makes every element a type of its own, and every type brings a few kilobytes of code into the
//! page; whatever is long, or stands often, is built from this one type instead. Only for the browser: nothing is rendered to text.

use leptos::prelude::*;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::{Mountable, Position, PositionState, Render};
use wasm_bindgen::prelude::*;

type Words = Box<dyn Fn() -> Option<String> + Send>;
type Listener = Closure<dyn FnMut(web_sys::Event)>;
type Heard = Box<dyn FnMut(web_sys::Event) + Send>;

enum Value {
    Fixed(String),
    /// Follows signals; absent where `None`.
    Live(Words),
}

enum Child {
    Text(String),
    View(AnyView),
}

/// An element that is to be built.
pub struct El {
    tag: &'static str,
    svg: bool,
    attributes: Vec<(&'static str, Value)>,
    listeners: Vec<(&'static str, Heard)>,
    children: Vec<Child>,
}

/// An element of HTML.
pub fn el(tag: &'static str, class: &str) -> El {
    let this = El { tag, svg: false, attributes: Vec::new(), listeners: Vec::new(), children: Vec::new() };
    if class.is_empty() { this } else { this.attr("class", class) }
}

/// An element of SVG.
pub fn svg(tag: &'static str, class: &str) -> El {
    El { svg: true, ..el(tag, class) }
}

/// A button that does something.
pub fn button(class: &str, name: &str, mut click: impl FnMut() + Send + 'static) -> El {
    el("button", class).attr("type", "button").text(name).on("click", move |_| click())
}

/// A link.
pub fn link(class: &str, href: &str, name: &str) -> El {
    el("a", class).attr("href", href).text(name)
}

/// A view that follows signals. All of them are one type.
pub fn live(view: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    let view: Box<dyn FnMut() -> AnyView + Send> = Box::new(view);
    view.into_any()
}

impl El {
    /// An attribute.
    pub fn attr(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.push((name, Value::Fixed(value.to_owned())));
        self
    }

    /// An attribute that follows signals; absent while `None`. `value` and `checked` are set as properties.
    pub fn live_attr(mut self, name: &'static str, value: impl Fn() -> Option<String> + Send + 'static) -> Self {
        self.attributes.push((name, Value::Live(Box::new(value))));
        self
    }

    /// The attribute `name` says `true` or `false`.
    pub fn aria(self, name: &'static str, holds: impl Fn() -> bool + Send + 'static) -> Self {
        self.live_attr(name, move || Some(if holds() { "true" } else { "false" }.to_owned()))
    }

    /// The stable name by which tests find it.
    pub fn testid(self, name: &str) -> Self {
        self.attr("data-testid", name)
    }

    /// Does something when something happens.
    pub fn on(mut self, event: &'static str, heard: impl FnMut(web_sys::Event) + Send + 'static) -> Self {
        self.listeners.push((event, Box::new(heard)));
        self
    }

    /// Text.
    pub fn text(mut self, text: &str) -> Self {
        if !text.is_empty() {
            self.children.push(Child::Text(text.to_owned()));
        }
        self
    }

    /// Another element.
    pub fn el(self, child: Self) -> Self {
        self.view(child.any())
    }

    /// Other elements.
    pub fn all(self, children: impl IntoIterator<Item = Self>) -> Self {
        children.into_iter().fold(self, Self::el)
    }

    /// A view.
    pub fn view(mut self, view: AnyView) -> Self {
        self.children.push(Child::View(view));
        self
    }

    /// A view, where there is one.
    pub fn maybe(self, view: Option<AnyView>) -> Self {
        match view {
            Some(view) => self.view(view),
            None => self,
        }
    }

    /// A part that follows signals.
    pub fn live(self, view: impl FnMut() -> AnyView + Send + 'static) -> Self {
        self.view(live(view))
    }

    /// The element as a view.
    pub fn any(self) -> AnyView {
        self.into_any()
    }
}

/// Some elements side by side.
pub fn row(elements: Vec<AnyView>) -> AnyView {
    elements.into_any()
}

/// A table with its head; a name that begins with a full stop is of a column of numbers, one without letters is only said.
pub fn table(class: &str, heads: &[&str], body: El) -> El {
    let head = heads.iter().map(|name| {
        let head = el("th", if name.starts_with('.') { "n" } else { "" }).attr("scope", "col");
        match name.trim_start_matches('.') {
            "" => head.el(el("span", "visually-hidden").text("Name")),
            name => head.text(name),
        }
    });
    el("table", class).el(el("thead", "").el(el("tr", "").all(head))).el(body)
}

/// What may be wider than the screen, within reach of the keyboard.
pub fn scroll(name: &str, content: El) -> El {
    el("div", "scroll").attr("tabindex", "0").attr("role", "region").attr("aria-label", name).el(content)
}

/// Scrolls to an element by its id and gives it the focus, so that whoever moves by keyboard goes on from there.
pub fn show(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        show_element(element, web_sys::ScrollLogicalPosition::Center);
    }
}

/// Scrolls an element to a place of the window and gives it the focus.
pub fn show_element(element: web_sys::Element, place: web_sys::ScrollLogicalPosition) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(place);
    element.scroll_into_view_with_scroll_into_view_options(&options);
    if let Ok(element) = element.dyn_into::<web_sys::HtmlElement>() {
        let focus = web_sys::FocusOptions::new();
        focus.set_prevent_scroll(true);
        let _ = element.focus_with_options(&focus);
    }
}

/// Does something once what is being built stands on the screen.
pub fn later(act: impl FnOnce() + 'static) {
    gloo_timers::callback::Timeout::new(0, act).forget();
}

/// Nothing.
pub fn none() -> AnyView {
    row(Vec::new())
}

/// An element that stands.
pub struct Standing {
    tag: &'static str,
    node: web_sys::Element,
    names: Vec<&'static str>,
    children: Vec<Stood>,
    kept: Kept,
}

enum Stood {
    Text(web_sys::Text, String),
    View(AnyViewState),
}

/// What lives as long as the element's attributes: their effects and its listeners.
#[derive(Default)]
struct Kept {
    effects: Vec<RenderEffect<()>>,
    listeners: Vec<(&'static str, Listener)>,
}

fn set(node: &web_sys::Element, name: &str, value: Option<&str>) {
    let property = match name {
        "value" => Some(JsValue::from_str(value.unwrap_or_default())),
        "checked" | "disabled" | "open" => Some(JsValue::from_bool(value.is_some())),
        _ => None,
    };
    // Neither a name that we wrote nor a property of an element of ours can be refused.
    let _ = match (property, value) {
        (Some(property), _) => js_sys::Reflect::set(node, &JsValue::from_str(name), &property).map(drop),
        (None, Some(value)) => node.set_attribute(name, value),
        (None, None) => node.remove_attribute(name),
    };
}

impl El {
    fn dress(node: &web_sys::Element, attributes: Vec<(&'static str, Value)>, listeners: Vec<(&'static str, Heard)>) -> Kept {
        let mut kept = Kept::default();
        for (name, value) in attributes {
            match value {
                Value::Fixed(value) => set(node, name, Some(&value)),
                Value::Live(words) => {
                    let node = node.clone();
                    kept.effects.push(RenderEffect::new(move |_| set(&node, name, words().as_deref())));
                }
            }
        }
        for (event, heard) in listeners {
            let heard = Listener::new(heard);
            let _ = node.add_event_listener_with_callback(event, heard.as_ref().unchecked_ref());
            kept.listeners.push((event, heard));
        }
        kept
    }
}

impl Render for El {
    type State = Standing;

    fn build(self) -> Standing {
        let node = if self.svg {
            document().create_element_ns(Some("http://www.w3.org/2000/svg"), self.tag)
        } else {
            document().create_element(self.tag)
        };
        let node = node.unwrap_throw();
        let names = self.attributes.iter().map(|(name, _)| *name).collect();
        let mut children = Vec::with_capacity(self.children.len());
        for child in self.children {
            children.push(match child {
                Child::Text(text) => {
                    let stood = document().create_text_node(&text);
                    let _ = node.append_child(&stood);
                    Stood::Text(stood, text)
                }
                Child::View(view) => {
                    let mut state = view.build();
                    state.mount(&node, None);
                    Stood::View(state)
                }
            });
        }
        // After the children: the value of a list to choose from wants its options.
        let kept = Self::dress(&node, self.attributes, self.listeners);
        Standing { tag: self.tag, node, names, children, kept }
    }

    fn rebuild(self, state: &mut Standing) {
        let same_child =
            |(new, old): (&Child, &Stood)| matches!((new, old), (Child::Text(_), Stood::Text(..)) | (Child::View(_), Stood::View(_)));
        let same = self.tag == state.tag
            && self.children.len() == state.children.len()
            && self.children.iter().zip(&state.children).all(same_child);
        if !same {
            let mut new = self.build();
            state.insert_before_this(&mut new);
            state.unmount();
            *state = new;
            return;
        }
        // In place, so that the focus stays where it is.
        for name in &state.names {
            if !self.attributes.iter().any(|(new, _)| new == name) {
                set(&state.node, name, None);
            }
        }
        for (event, heard) in &state.kept.listeners {
            let _ = state.node.remove_event_listener_with_callback(event, heard.as_ref().unchecked_ref());
        }
        state.names = self.attributes.iter().map(|(name, _)| *name).collect();
        for (new, old) in self.children.into_iter().zip(&mut state.children) {
            match (new, old) {
                (Child::Text(new), Stood::Text(node, old)) if new != *old => {
                    node.set_data(&new);
                    *old = new;
                }
                (Child::View(new), Stood::View(old)) => new.rebuild(old),
                _ => {}
            }
        }
        state.kept = Self::dress(&state.node, self.attributes, self.listeners);
    }
}

impl Mountable for Standing {
    fn unmount(&mut self) {
        self.node.remove();
    }

    fn mount(&mut self, parent: &web_sys::Element, marker: Option<&web_sys::Node>) {
        let _ = parent.insert_before(&self.node, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let Some(parent) = self.node.parent_element() else { return false };
        child.mount(&parent, Some(&self.node));
        true
    }

    fn elements(&self) -> Vec<web_sys::Element> {
        vec![self.node.clone()]
    }
}

impl leptos::tachys::view::add_attr::AddAnyAttr for El {
    type Output<New: Attribute> = Self;

    fn add_any_attr<New: Attribute>(self, _: New) -> Self {
        self
    }
}

impl RenderHtml for El {
    type AsyncOutput = Self;
    type Owned = Self;
    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> Standing {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}

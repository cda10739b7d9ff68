//! How many requests the page has made since files were opened, counted by the service worker.

use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use js_sys::Reflect;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

use crate::client;

/// Counts since the service worker started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    /// When the service worker started: a browser may put it to sleep, and it wakes with its counts at zero.
    since: u64,
    same_origin: u64,
    other_origin: u64,
}

/// What is known of requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Whether a service worker counts at all.
    pub counted: bool,
    /// Whether files have been opened.
    pub opened: bool,
    /// To the page's own origin, since then.
    pub same_origin: u64,
    /// To anywhere else, since then: blocked, and shown.
    pub other_origin: u64,
}

/// The live count.
#[derive(Clone, Copy)]
pub struct Requests {
    /// What is known.
    pub seen: RwSignal<Seen>,
    armed: RwSignal<bool>,
    marked: RwSignal<bool>,
    last: RwSignal<Counts>,
}

impl Requests {
    /// Starts asking the service worker every other second.
    pub fn start() -> Self {
        let this = Self {
            seen: RwSignal::new(Seen::default()),
            armed: RwSignal::new(false),
            marked: RwSignal::new(false),
            last: RwSignal::new(Counts::default()),
        };
        if let Some(container) = container() {
            let heard = move |event: &web_sys::Event| this.heard(&event.unchecked_ref::<web_sys::MessageEvent>().data());
            EventListener::new(&container, "message", heard).forget();
        }
        ask();
        Interval::new(2000, ask).forget();
        this
    }

    /// Files were opened: from here on nothing should move. The engine is let finish loading first, because its own code comes over the network.
    pub fn opened(self) {
        if self.seen.with_untracked(|s| s.opened) {
            return;
        }
        self.seen.update(|s| s.opened = true);
        spawn_local(async move {
            let _ = client::ready().await;
            self.armed.set(true);
            ask();
        });
    }

    fn heard(self, data: &JsValue) {
        let number = |key: &str| Reflect::get(data, &JsValue::from_str(key)).ok().and_then(|v| v.as_f64()).map(|v| v as u64);
        let (Some(same_origin), Some(other_origin)) = (number("sameOrigin"), number("otherOrigin")) else { return };
        let now = Counts { since: number("since").unwrap_or_default(), same_origin, other_origin };
        let last = self.last.get_untracked();
        self.last.set(now);
        let mut seen = self.seen.get_untracked();
        seen.counted = true;
        if self.armed.get_untracked() {
            if self.marked.get_untracked() {
                let last = if last.since == now.since { last } else { Counts::default() };
                seen.same_origin += now.same_origin.saturating_sub(last.same_origin);
                seen.other_origin += now.other_origin.saturating_sub(last.other_origin);
            } else {
                self.marked.set(true);
            }
        }
        if seen != self.seen.get_untracked() {
            self.seen.set(seen);
        }
    }
}

fn container() -> Option<web_sys::ServiceWorkerContainer> {
    // Absent on plain http and in some private windows.
    let navigator = window().navigator();
    Reflect::has(&navigator, &JsValue::from_str("serviceWorker")).unwrap_or(false).then(|| navigator.service_worker())
}

fn ask() {
    if let Some(worker) = container().and_then(|c| c.controller()) {
        let _ = worker.post_message(&client::object(&[("type", "requests".into())]));
    }
}

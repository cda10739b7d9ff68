//! Remembers why the engine panicked: the trap that follows says only "unreachable".

use std::sync::Mutex;

static LAST: Mutex<Option<String>> = Mutex::new(None);

/// From here on a panic leaves its message and its place behind.
pub fn record() {
    std::panic::set_hook(Box::new(|info| {
        if let Ok(mut last) = LAST.lock() {
            *last = Some(info.to_string());
        }
    }));
}

/// What the last panic left behind.
pub fn last() -> Option<String> {
    LAST.lock().ok().and_then(|last| last.clone())
}

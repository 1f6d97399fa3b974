//! The browser's back and forward, before the router hears of them.
//!
//! The window has no capture phase for its own events: who listens first hears first. So the console listens once, before
//! there is a router, and asks whoever stands guard on the page at that moment. It does not know what is guarded.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;

type Guard = Rc<dyn Fn() -> bool>;

thread_local! {
    static GUARD: RefCell<Option<Guard>> = const { RefCell::new(None) };
}

/// Listens from now on. Call it once, before anything is mounted.
pub fn listen_first() {
    // It hears for as long as the page lives.
    std::mem::forget(window_event_listener_untyped("popstate", |event| {
        let guard = GUARD.with_borrow(Clone::clone);
        if guard.is_some_and(|guard| guard()) {
            event.stop_immediate_propagation();
        }
    }));
}

/// Asks `holds` at each step back or forward for as long as the component lives: where it says so, the router is not told,
/// and the page stays. By then the browser shows the other address; who holds the page puts the address right.
pub fn use_guard(holds: impl Fn() -> bool + 'static) {
    let holds: Guard = Rc::new(holds);
    GUARD.set(Some(holds));
    on_cleanup(|| GUARD.set(None));
}

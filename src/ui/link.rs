//! Addresses inside of the console, wherever it is hosted.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::api::use_api;

/// The `href` of a page of the console; `path` starts with `/`.
pub fn href(path: &str) -> String {
    format!("{}{path}", use_api().base())
}

/// A way to go to a page from code: `let go = go(); go("/runs")`. Call it while the component is set up.
pub fn go() -> impl Fn(&str) + Clone + 'static {
    let navigate = use_navigate();
    move |path: &str| navigate(path, NavigateOptions { scroll: false, ..NavigateOptions::default() })
}

/// Like [`go`], without a new entry in the history: for filters and tabs that live in the URL.
pub fn replace() -> impl Fn(&str) + Clone + 'static {
    let navigate = use_navigate();
    move |path: &str| {
        navigate(path, NavigateOptions { scroll: false, replace: true, ..NavigateOptions::default() });
    }
}

/// Sets the title of the browser's tab for as long as the component lives.
pub fn use_title(title: impl Fn() -> String + 'static) {
    Effect::new(move |_| document().set_title(&format!("{} · MAS", title())));
}

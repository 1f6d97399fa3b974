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

/// Shows a run's status in the icon of the browser's tab for as long as the component lives: a tab that is not looked at
/// tells it too.
pub fn use_tab_icon(status: impl Fn() -> Option<wire::Status> + 'static) {
    let link = || document().query_selector("link[rel~=icon]").ok().flatten();
    let own = link().and_then(|link| link.get_attribute("href"));
    let base = use_api().base();
    let show = move |href: &str| {
        if let Some(link) = link() {
            // A tab without its sign still has its title.
            let _ = link.set_attribute("href", href);
        }
    };
    let usual = own.clone().unwrap_or_default();
    Effect::new(move |_| {
        use wire::Status::{Completed, Faulted, Running, Suspended, Waiting};
        match status() {
            Some(status @ (Running | Faulted | Completed)) => {
                show(&format!("{base}/favicon-{}.svg", status.as_str()));
            }
            Some(Waiting | Suspended) => show(&format!("{base}/favicon-waiting.svg")),
            _ => show(&usual),
        }
    });
    on_cleanup(move || {
        if let Some(own) = own {
            show(&own);
        }
    });
}

/// Sets the title of the browser's tab for as long as the component lives.
pub fn use_title(title: impl Fn() -> String + 'static) {
    Effect::new(move |_| document().set_title(&format!("{} · MAS", title())));
}

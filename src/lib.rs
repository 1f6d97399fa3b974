//! The console of the Multi-Site High Availability Service: a single-page app over the documented HTTP API.
//!
//! Features (`workflows`, `editor`, `runs` …) do not know each other; `app` composes them. What two of them need lives
//! in `ui`, in `api` or in a crate.

#![expect(unreachable_pub, reason = "`#[component]` and the generated i18n module expand to public items")]

pub mod api;
pub mod app;
pub mod approvals;
pub mod editor;
pub mod history;
pub mod logs;
pub mod resources;
pub mod runs;
pub mod session;
pub mod settings;
pub mod start;
pub mod ui;
pub mod workflows;

include!(concat!(env!("OUT_DIR"), "/i18n/mod.rs"));

/// Reads the configuration that lies beside the page, then mounts the app.
pub fn start() {
    console_error_panic_hook::set_once();
    // Not Leptos' own: its executor exists only once something is mounted.
    wasm_bindgen_futures::spawn_local(async {
        let environment = api::environment::load().await;
        leptos::mount::mount_to_body(move || leptos::view! { <app::App environment /> });
        api::environment::announce_mounted();
    });
}

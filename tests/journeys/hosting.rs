//! The same `dist/` from a server that knows files only, under a sub-path, with the hub elsewhere.

use std::path::{Component, Path, PathBuf};

use crate::support::{Browser, Hub, HubOptions};
use anyhow::Result;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

#[tokio::test(flavor = "multi_thread")]
async fn plain_files_under_a_sub_path_work_with_deep_links() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let console = folder.path().join("portal/mas");
    copy(&program.dist, &console)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let hub = Hub::start(&program, &HubOptions { origins: vec![origin.clone()], ..HubOptions::default() })?;
    hub.add_user("vera", "viewer", "correct horse battery")?;
    std::fs::write(console.join("config.json"), serde_json::json!({"endpoint": hub.address}).to_string())?;
    let files = Router::new().fallback(file).with_state(folder.path().to_owned());
    tokio::spawn(async move { axum::serve(listener, files).await });

    let browser = Browser::open(&program).await?;
    browser.goto(&format!("{origin}/portal/mas/")).await?;
    browser.fill("User name", "vera").await?;
    browser.fill("Password", "correct horse battery").await?;
    browser.click("Sign in").await?;
    browser.shows("main h1", "Workflows").await?;
    browser.shows("table", "failover").await?;
    // A viewer looks and does not touch.
    browser.until("no way to start for a viewer", "![...document.querySelectorAll('main button')].some(button => button.innerText.trim() === 'Start')").await?;

    let row = browser.css("[data-workflow] a.table__title").await?;
    browser.press(&row, "the workflow").await?;
    browser.shows("main h1", "failover").await?;
    let deep = browser.driver().current_url().await?;
    assert!(
        deep.as_str().starts_with(&format!("{origin}/portal/mas/#/workflows/")),
        "a link that a file server can answer: {deep}"
    );
    browser.driver().refresh().await?;
    browser.shows("main h1", "failover").await?;

    browser.driver().back().await?;
    browser.shows("main h1", "Workflows").await?;
    browser.goto("about:blank").await?;
    browser.goto(&format!("{origin}/portal/mas/#/runs?f=status%3Ain%3Afaulted")).await?;
    browser.shows("main h1", "Executions").await?;
    browser.shows("ul[aria-label='Applied filters']", "Faulted").await?;
    browser.close().await
}

/// A file or 404: no index, no fallback, as `python3 -m http.server` does it.
async fn file(State(root): State<PathBuf>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let mut target = root;
    for part in Path::new(path).components() {
        match part {
            Component::Normal(part) => target.push(part),
            _ => return StatusCode::NOT_FOUND.into_response(),
        }
    }
    if request.uri().path().ends_with('/') {
        target.push("index.html");
    }
    let kind = match target.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("json") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    match std::fs::read(&target) {
        Ok(bytes) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

//! A log while it is written: following lets go and says how many lines came, a lost connection loses no line, and a log of
//! a hundred thousand lines goes into a file in parts.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::support::{Browser, Hub, HubOptions};

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_written_is_followed_let_go_of_and_made_whole_after_a_lost_connection() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = hub(&program)?;
    let browser = Browser::open(&program).await?;
    browser.goto(&hub.sign_in_link).await?;
    browser.shows("main h1", "Workflows").await?;
    // Each file that appears lets the task write its next lines.
    let stages = tempfile::tempdir()?;
    let wait =
        |name: &str| format!("while [ ! -e '{}' ]; do sleep 0.02; done", stages.path().join(name).display());
    let write = |first: u32, last: u32| format!("seq {first} {last} | sed 's/.*/count & of many/'");
    let command = [write(1, 300), wait("more"), write(301, 500), wait("flood"), write(501, 9_500)].join("; ");
    let flooded = stages.path().join("flooded");
    let after = format!("touch '{}'; {}", flooded.display(), wait("end"));
    run(&browser, &hub, &[command, after]).await?;
    browser.until("the end", &shown(300)).await?;

    // Who scrolls up stays there, and is told how many lines came meanwhile.
    let log = browser.css("[role=log]").await?;
    browser.press(&log, "the lines").await?;
    browser.keys(Key::Home + "").await?;
    browser.until("the first line", &shown(1)).await?;
    std::fs::write(stages.path().join("more"), "")?;
    browser.shows(".log__unseen", "200 new lines").await?;
    browser.until("the first line still", &shown(1)).await?;
    let unseen = browser.css(".log__unseen").await?;
    browser.press(&unseen, "the count of new lines").await?;
    browser.until("the new end", &shown(500)).await?;
    browser.until("nothing left to see", "!document.querySelector('.log__unseen')").await?;

    // More comes without a connection than one answer holds: the end is shown first.
    set_offline(&browser, true).await?;
    browser.until("the lost connection is said", "document.querySelector('.log .notice--bad')").await?;
    std::fs::write(stages.path().join("flood"), "")?;
    exists(&flooded).await?;
    set_offline(&browser, false).await?;
    browser.until("the end after the gap", &shown(9_500)).await?;
    browser.until("the notice is gone", "!document.querySelector('.log .notice--bad')").await?;

    // Where nothing was read yet says so, and is read as soon as there is a connection.
    set_offline(&browser, true).await?;
    scroll_to(&browser, 0.4).await?;
    browser
        .until(
            "the gap, with its lines",
            "/\\d+–\\d+/.test(document.querySelector('.log__line[data-gap] .log__message')?.textContent ?? '')",
        )
        .await?;
    set_offline(&browser, false).await?;
    browser
        .until(
            "the gap is filled",
            "document.querySelectorAll('.log__line').length > 20 && !document.querySelector('.log__line[data-gap]')",
        )
        .await?;
    browser
        .until(
            "the lines of the gap follow each other",
            "(numbers => numbers.length > 20 && numbers[0] > 2000 && numbers.every((number, index) => number === numbers[0] + index))([...document.querySelectorAll('.log__message')].map(line => Number(/^count (\\d+) /.exec(line.textContent)?.[1])))",
        )
        .await?;
    std::fs::write(stages.path().join("end"), "")?;
    browser.shows(".log__foot", "complete").await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_stands_in_the_address_and_a_long_log_is_downloaded_in_parts() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = hub(&program)?;
    let browser = Browser::open(&program).await?;
    browser.goto(&hub.sign_in_link).await?;
    browser.shows("main h1", "Workflows").await?;
    let marks = tempfile::tempdir()?;
    let written = marks.path().join("written");
    let commands = ["seq 1 100500".to_owned(), format!("touch '{}'", written.display())];
    run(&browser, &hub, &commands).await?;
    exists(&written).await?;
    browser.shows(".log__foot", "complete").await?;

    // The browser would ask where the file belongs; here it is told what a file would be.
    browser
        .driver()
        .execute(
            "window.file = { parts: [], closed: false };
             window.showSaveFilePicker = async ({ suggestedName }) => {
               window.file.name = suggestedName;
               return { createWritable: async () => ({
                 write: async part => { window.file.parts.push(part); },
                 close: async () => { window.file.closed = true; },
               }) };
             };",
            Vec::new(),
        )
        .await?;
    browser.click("Download").await?;
    browser.click("As JSON lines").await?;
    browser.until("the file is closed", "window.file.closed").await?;
    browser
        .until(
            "every line once and in order, in parts, named after the run",
            "file.name.endsWith('.jsonl') && file.parts.length > 10 && (lines => lines.length === 100500 && lines.every((line, index) => line === String(index + 1)))(file.parts.join('').trim().split('\\n').map(line => JSON.parse(line).message).filter(message => /^\\d+$/.test(message)))",
        )
        .await
        .context("the file")?;

    // The filter outlives a reload: all lines that pass, of all lines.
    browser.fill("Filter lines", "777").await?;
    let passing = (1..=100_500).filter(|number: &u32| number.to_string().contains("777")).count();
    browser.shows(".log__foot", &format!("{passing} of")).await?;
    browser.until("the filter in the address", "location.search.includes('filter=777')").await?;
    browser.driver().refresh().await?;
    browser.shows(".log__foot", &format!("{passing} of")).await?;
    browser.close().await
}

fn hub(program: &crate::support::Program) -> Result<Hub> {
    Hub::start(program, &HubOptions { processes: vec!["default".to_owned()], ..HubOptions::default() })
}

/// Publishes and starts a workflow whose tasks run these commands one after another, and opens the run's log.
async fn run(browser: &Browser, hub: &Hub, commands: &[String]) -> Result<()> {
    let tasks: Vec<Value> = commands
        .iter()
        .enumerate()
        .map(|(index, command)| json!({ (format!("task{index}")): {"run": {"shell": {"command": command}}} }))
        .collect();
    let definition = json!({
        "document": {"dsl": "1.0.3", "namespace": "default", "name": "writing", "version": "1.0.0"},
        "do": tasks
    });
    let script = "
        const [definition, done] = arguments;
        const send = async (path, body) => {
          const headers = { 'content-type': 'application/json', 'x-auth-token': JSON.parse(localStorage['mas.session']).token };
          const answer = await (await fetch(`/octopus-jobmanager/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
          return answer.data ?? answer.result ?? answer;
        };
        (async () => {
          const { workflow_id: id } = await send('/workflow/build', { workflowDef: definition });
          const { job_name: job } = await send(`/workflow/${id}/start`, { workflowExecuteRequest: {} });
          return `/runs/${id}/${encodeURIComponent(job)}?tab=log`;
        })().then(done, error => done(`failed: ${error}`));";
    let path = browser.driver().execute_async(script, vec![definition.to_string().into()]).await?;
    let path = path.json().as_str().context("the address of the run")?.to_owned();
    ensure!(path.starts_with('/'), "{path}");
    browser.goto(&format!("{}{path}", hub.address)).await
}

/// Waits for a file that a later task makes: then every line of the task before it is stored.
async fn exists(file: &Path) -> Result<()> {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(180);
    while !file.exists() {
        ensure!(tokio::time::Instant::now() < deadline, "waited for {}", file.display());
        tokio::task::yield_now().await;
    }
    Ok(())
}

async fn set_offline(browser: &Browser, offline: bool) -> Result<()> {
    let conditions =
        json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser.driver().cdp().send_raw("Network.enable", json!({})).await?;
    browser.driver().cdp().send_raw("Network.emulateNetworkConditions", conditions).await?;
    Ok(())
}

/// Moves the scroll bar to this part of the whole.
async fn scroll_to(browser: &Browser, part: f64) -> Result<()> {
    let script = format!(
        "const log = document.querySelector('[role=log]'); log.scrollTop = log.scrollHeight * {part};"
    );
    browser.driver().execute(script, Vec::new()).await?;
    Ok(())
}

/// A line's text, drawn.
fn shown(number: usize) -> String {
    format!(
        "[...document.querySelectorAll('.log__message')].some(message => message.textContent.startsWith('count {number} '))"
    )
}

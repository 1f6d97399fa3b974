//! Reading afterwards, among many runs: the address is the search, the page stays where it is while runs arrive, several runs
//! are dealt with at once and what failed is named.

use crate::support::{Browser, Hub, HubOptions};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use thirtyfour::Key;

/// A workflow that waits at a gate until somebody sees to it.
const WAITS: &str = r#"{"document": {"dsl": "1.0.3", "namespace": "default", "name": "wait-here", "version": "1.0.0"},
    "do": [{"ask": {"call": "manual-gate:1.0.0@default", "with": {"message": "Go on?"}}}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_address_is_the_search_and_a_saved_view_brings_it_back() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = signed_in(&program, &hub).await?;
    start(&browser, 2).await?;
    browser.click("Executions").await?;
    browser.until("both runs", "document.querySelectorAll('tr[data-job]').length === 2").await?;

    browser.click("Add a filter").await?;
    choose(&browser, "Property", "duration").await?;
    browser.fill("Value", "2").await?;
    choose(&browser, "Unit", "1").await?;
    browser.click("Apply").await?;
    browser.shows("ul[aria-label='Applied filters']", "Duration is at least 2 h 0 min").await?;
    browser.shows("main", "No run matches").await?;
    browser.click("Remove the filter Duration is at least 2 h 0 min").await?;

    browser.click("Add a filter").await?;
    choose(&browser, "Property", "started_at").await?;
    browser.click("Apply").await?;
    browser
        .shows("ul[aria-label='Applied filters']", "24 h ago")
        .await
        .context("a time that counts from now stays so")?;
    browser.fill("Search by job name", "wait-here").await?;
    browser.click("Workflow").await?;
    browser.css("th[data-col=workflow][aria-sort=ascending]").await?;
    let address = browser.path().await?;
    assert!(
        address.contains("-24h") && address.contains("sort=") && address.contains("wait-here"),
        "{address}"
    );
    browser.driver().refresh().await?;
    browser.css("th[data-col=workflow][aria-sort=ascending]").await?;
    browser.shows("ul[aria-label='Applied filters']", "24 h ago").await?;
    browser.until("both runs again", "document.querySelectorAll('tr[data-job]').length === 2").await?;
    assert_eq!(browser.path().await?, address);

    // Other columns, one of them wider; both outlast the page.
    browser.click("Columns").await?;
    let ended = browser.field("Ended").await?;
    browser.press(&ended, "the column Ended").await?;
    browser.css("th[data-col=ended_at]").await?;
    browser.keys(Key::Escape + "").await?;
    let wider = "for (let i = 0; i < 4; i++) document.querySelector('th[data-col=workflow] [role=separator]').dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}))";
    browser.driver().execute(wider, Vec::new()).await?;
    let width =
        "Math.round(document.querySelector('th[data-col=workflow]').getBoundingClientRect().width) === 254";
    browser.until("the wider column", width).await?;

    browser.click("Save this view").await?;
    browser.fill("Name", "last night").await?;
    browser.click("Save").await?;
    browser.click("All").await?;
    browser.until("no filter", "!document.querySelector(\"ul[aria-label='Applied filters']\")").await?;
    browser.driver().refresh().await?;
    browser.click("last night").await?;
    browser.shows("ul[aria-label='Applied filters']", "24 h ago").await?;
    browser.css("th[data-col=ended_at]").await?;
    browser.until("the width of before", width).await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_does_not_jump_while_runs_arrive() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = signed_in(&program, &hub).await?;
    start(&browser, 25).await?;
    browser.click("Executions").await?;
    browser.until("a full page", "document.querySelectorAll('tr[data-job]').length === 20").await?;
    browser.shows(".pager__count", "1–20 of 25").await?;
    let names = "[...document.querySelectorAll('tr[data-job]')].map(row => row.dataset.job).join()";
    let first = browser.driver().execute(format!("return {names}"), Vec::new()).await?.json().clone();
    start(&browser, 3).await?;
    browser.shows("main", "3 newer: show").await?;
    browser.until("the same rows in their places", &format!("{names} === {first}")).await?;
    browser.click("Next page").await?;
    let seen = format!(
        "document.querySelectorAll('tr[data-job]').length === 5 && !{names}.split(',').some(name => {first}.split(',').includes(name))"
    );
    browser.until("the five others, none of them twice", &seen).await?;
    browser.click("Previous page").await?;
    browser.until("the first page as it was", &format!("{names} === {first}")).await?;
    browser.click("Next page").await?;
    browser.click("Newest").await?;
    browser
        .until(
            "the newest first",
            &format!("{names} !== {first} && document.querySelectorAll('tr[data-job]').length === 20"),
        )
        .await?;

    // A stretch of time is brushed, and its runs alone are shown.
    let plot = browser.css("[role=group][aria-label^='Drag over']").await?;
    browser.press(&plot, "the histogram").await?;
    browser.shows("ul[aria-label='Applied filters']", "Started is between").await?;
    assert!(browser.path().await?.contains("started_at%3Abetween"), "a brush is a filter");
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn several_runs_are_stopped_and_the_one_that_cannot_be_is_named() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = signed_in(&program, &hub).await?;
    let started = start(&browser, 3).await?;
    browser.click("Executions").await?;
    browser.until("all of them", "document.querySelectorAll('tr[data-job]').length === 3").await?;
    let all = browser.css("[aria-label='Choose all of this page']").await?;
    browser.press(&all, "all of the page").await?;
    browser.shows("[role=region]", "3 chosen").await?;
    browser.click("Stop 3 …").await?;
    browser.shows("dialog[open]", "3 of the chosen").await?;
    browser.shows("dialog[open]", "This cannot be undone").await?;
    // Meanwhile somebody else stops one of them.
    let lost = started[1].clone();
    call(&browser, "PUT", &format!("/workflow/{lost}/stop"), Value::Null).await?;
    browser.fill("Reason", "the drill is over").await?;
    let confirm = browser.css("dialog[open] [data-confirm]").await?;
    browser.press(&confirm, "the confirmation").await?;
    browser.shows("dialog[open]", "3 of 3 done, 1 failed").await?;
    browser.shows("[aria-label='What failed'] li", &lost).await.context("the one that failed is named")?;
    let close = browser.css("dialog[open] .button--primary").await?;
    browser.press(&close, "close").await?;
    browser
        .until(
            "all are stopped",
            "document.querySelectorAll('tr[data-job] [data-status=cancelled]').length >= 3",
        )
        .await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_matches_is_exported_as_a_table_that_opens_as_unicode() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = signed_in(&program, &hub).await?;
    let started = start(&browser, 2).await?;
    browser.click("Executions").await?;
    browser.until("both runs", "document.querySelectorAll('tr[data-job]').length === 2").await?;
    // The file is kept on its way to the disk.
    let keep = "const make = URL.createObjectURL; URL.createObjectURL = blob => { window.kept = null; blob.arrayBuffer().then(bytes => window.kept = [...new Uint8Array(bytes)]); return make(blob); }";
    browser.driver().execute(keep, Vec::new()).await?;
    browser.click("Export").await?;
    browser.click("CSV, all that match").await?;
    browser.shows("[role=status]", "2 runs exported").await?;
    browser
        .until("the mark of Unicode", "window.kept && window.kept.slice(0, 3).join() === '239,187,191'")
        .await?;
    let text = "new TextDecoder().decode(new Uint8Array(window.kept))";
    for job in &started {
        browser.until(job, &format!("{text}.includes({job:?})")).await?;
    }
    browser.click("Export").await?;
    browser.click("JSON, all that match").await?;
    browser
        .until(
            "a list of both",
            &format!("window.kept && window.kept[0] === 91 && JSON.parse({text}).length === 2"),
        )
        .await?;
    browser.close().await
}

async fn signed_in(program: &crate::support::Program, hub: &Hub) -> Result<Browser> {
    let browser = Browser::open(program).await?;
    browser.goto(&hub.sign_in_link).await?;
    browser.shows("main h1", "Workflows").await?;
    Ok(browser)
}

/// Starts so many runs that wait at a gate.
async fn start(browser: &Browser, count: usize) -> Result<Vec<String>> {
    let mut listed =
        call(browser, "POST", "/workflow/list", json!({"workflowQuery": "{\"keyword\":\"wait-here\"}"}))
            .await?;
    if listed["items"][0].is_null() {
        listed = json!({"items": [call(browser, "POST", "/workflow/build", json!({"workflowDef": WAITS})).await?]});
    }
    let workflow = listed["items"][0]["workflow_id"].as_str().context("the workflow's id")?.to_owned();
    let mut started = Vec::new();
    for _ in 0..count {
        let job = call(
            browser,
            "POST",
            &format!("/workflow/{workflow}/start"),
            json!({"workflowExecuteRequest": "{}"}),
        )
        .await?;
        started.push(job["job_name"].as_str().context("the run's name")?.to_owned());
    }
    Ok(started)
}

/// Calls the API as the console that is open would.
async fn call(browser: &Browser, method: &str, path: &str, body: Value) -> Result<Value> {
    let script = "const [method, path, body, done] = arguments; \
        const headers = {'x-auth-token': JSON.parse(localStorage['mas.session']).token, 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID()}; \
        fetch('/octopus-jobmanager/v1' + path, {method, headers, body: body === null ? undefined : JSON.stringify(body)}) \
            .then(answer => answer.json()).then(done, error => done({error: String(error)}));";
    let arguments = vec![json!(method), json!(path), body];
    let answer = browser.driver().execute_async(script, arguments).await?.json().clone();
    answer.get("result").cloned().with_context(|| format!("{method} {path}: {answer}"))
}

/// Chooses an option of a field by its value.
async fn choose(browser: &Browser, label: &str, value: &str) -> Result<()> {
    let field = browser.field(label).await?;
    let script =
        "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change', {bubbles: true}))";
    browser.driver().execute(script, vec![field.to_json()?, json!(value)]).await?;
    Ok(())
}

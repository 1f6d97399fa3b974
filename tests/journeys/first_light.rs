//! The main job, whole: a newcomer draws a runbook, runs it, approves it, watches it and finds it again.

use crate::support::{Browser, Hub, HubOptions, Service};
use anyhow::{Context as _, Result};

/// Sign in by the link → draw → save → start with an input → approve → complete → log → executions → reload.
#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_draws_a_runbook_runs_it_approves_it_and_finds_it_again() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let service = Service::start().await?;
    let hub = Hub::start(
        &program,
        &HubOptions { egress: vec![service.authority.clone()], ..HubOptions::default() },
    )?;
    let browser = Browser::open(&program).await?;

    browser.goto(&hub.sign_in_link).await?;
    browser.shows("main h1", "Workflows").await?;
    browser.shows("table", "failover").await?;
    browser.click("New workflow").await?;

    draw(&browser, &service).await?;
    browser.click("Save").await?;
    browser
        .until(
            "the address of the saved workflow",
            "location.pathname.startsWith('/workflows/') && !location.pathname.endsWith('/new')",
        )
        .await?;

    browser.click("Start").await?;
    browser.css("dialog[open]").await?;
    browser.fill("site", "site-b").await?;
    browser.fill("Reason", "first drill").await?;
    browser.click("Start now").await?;

    // The gate comes to the person, not the other way round.
    browser.shows("dialog[open]", "Go on?").await?;
    browser.fill("Comment", "both sites are fine").await?;
    browser.click("Approve").await?;
    browser.shows("main [data-status=completed]", "Completed").await?;
    assert_eq!(service.calls("/check"), 1, "the first HTTP task was a real call");
    assert_eq!(service.calls("/verify/site-b"), 1, "the second one got the input");

    let run = browser.path().await?;
    let job = browser.heading().await?;
    browser.shows("main", "both sites are fine").await.context("who decided, and why, stands in the run")?;

    browser.click("Timeline").await?;
    browser
        .css("[role=treeitem][data-pointer$='/manual-gate'][data-bars~=people]")
        .await
        .context("the time at the gate is shown as waiting for people")?;
    browser
        .css("[role=treeitem][data-pointer$='/http-request'][data-bars~=work]")
        .await
        .context("and that of a call as work")?;
    let task = browser.css("[role=treeitem][data-pointer$='/http-request']").await?;
    browser.press(&task, "the HTTP task on the timeline").await?;
    browser.shows("[role=log] [data-offset]", "/check").await.context("the log names the real call")?;

    browser.click("Executions").await?;
    browser.shows("main h1", "Executions").await?;
    browser.click("Add a filter").await?;
    let completed = browser.field("Completed").await?;
    browser.press(&completed, "the status Completed").await?;
    browser.click("Apply").await?;
    browser.shows("tr[data-job]", &job).await?;
    let filtered = browser.path().await?;
    assert!(filtered.contains("status"), "the filter lives in the URL: {filtered}");
    browser.driver().refresh().await?;
    browser.shows("tr[data-job]", &job).await?;
    browser.shows("ul[aria-label='Applied filters']", "Completed").await?;
    assert_eq!(browser.path().await?, filtered);

    browser.goto(&format!("{}{run}", hub.address)).await?;
    browser.shows("main h1", &job).await?;
    browser.shows("main [data-status=completed]", "Completed").await?;
    browser.close().await
}

/// An HTTP task, a parallel branch with a wait, a manual gate, a second HTTP task, and one input.
async fn draw(browser: &Browser, service: &Service) -> Result<()> {
    let palette = |name: &str| format!("[data-plugin='{name}'], [data-construct='{name}']");
    let canvas = browser.css("[role=application][aria-label='Workflow canvas']").await?;

    let http = browser.css(&palette("http-request")).await?;
    browser.drag(&http, &canvas).await?;
    let first = browser.css("[data-pointer$='/http-request']").await?;
    browser.press(&first, "the first HTTP task").await?;
    browser.fill("URL", &service.url("/check")).await?;

    // Onto the right side of the task: a parallel branch.
    let wait = browser.css(&palette("wait")).await?;
    let first = browser.css("[data-pointer$='/http-request']").await?;
    browser.drag_to(&wait, &first, 0.92, 0.5).await?;
    browser
        .until(
            "a fork with two branches",
            "document.querySelectorAll(\"[data-pointer*='/fork/branches/']\").length >= 2",
        )
        .await?;

    let gate = browser.css(&palette("manual-gate")).await?;
    browser.drag(&gate, &last_gap(browser).await?).await?;
    let task = browser.css("[data-pointer$='/manual-gate']").await?;
    browser.press(&task, "the gate").await?;
    browser.fill("Message", "Go on?").await?;

    let http = browser.css(&palette("http-request")).await?;
    browser.drag(&http, &last_gap(browser).await?).await?;
    browser
        .until(
            "a second HTTP task",
            "document.querySelectorAll(\"[data-pointer^='/do/'][data-pointer*='http-request']\").length >= 2",
        )
        .await?;
    let second = browser.css("[data-pointer^='/do/2/']").await?;
    browser.press(&second, "the second HTTP task").await?;
    browser.fill("URL", &format!("${{ \"{}\" + $workflow.input.site }}", service.url("/verify/"))).await?;

    // Nothing selected: the workflow's own settings.
    browser.click("Workflow settings").await?;
    browser.fill("Name", "first-drill").await?;
    browser.click("Add an input").await?;
    browser.fill("Input name", "site").await?;
    browser.fill("Default", "site-a").await?;
    Ok(())
}

/// The last drop place of the top level.
async fn last_gap(browser: &Browser) -> Result<thirtyfour::WebElement> {
    use thirtyfour::By;
    let gaps = browser.driver().find_all(By::Css("[data-gap][data-list='/do']")).await?;
    gaps.into_iter().next_back().context("a place to drop at the end")
}

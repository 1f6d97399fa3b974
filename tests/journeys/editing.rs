//! The editor under people's hands: several tasks at once, the flow drawn by hand, and two people on one workflow.

use anyhow::{Context as _, Result};
use thirtyfour::Key;

use crate::support::{Browser, Hub, HubOptions};

async fn open_failover(browser: &Browser, hub: &Hub) -> Result<()> {
    browser.goto(&hub.sign_in_link).await?;
    browser.shows("table", "failover").await?;
    let link = browser.button("failover").await?;
    browser.press(&link, "the workflow").await?;
    browser.css("[role=application] [data-pointer='/do/1/approve']").await?;
    // The window may be lower than the runbook is long.
    browser.click("Fit the whole workflow").await
}

fn tasks(list: &str) -> String {
    format!(
        "[...document.querySelectorAll('[role=application] [data-pointer]')].map(node => node.dataset.pointer).filter(pointer => /^\\/do\\/\\d+\\/[^/]+$/.test(pointer)).join() === {list:?}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn several_tasks_are_taken_copied_and_deleted_and_undo_brings_them_back() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open_failover(&browser, &hub).await?;
    let first = "/do/0/preChecks,/do/1/approve,/do/2/switchTraffic,/do/3/report";
    browser.until("the seeded runbook", &tasks(first)).await?;

    let gate = browser.css("[data-pointer='/do/1/approve']").await?;
    let report = browser.css("[data-pointer='/do/3/report']").await?;
    browser.press(&gate, "the gate").await?;
    browser.press_with_shift(&report).await?;
    browser.until("two are selected", "document.querySelectorAll('.node--selected').length === 2").await?;
    browser.keys(Key::Control + "c").await?;
    browser.keys(Key::Control + "v").await?;
    browser
        .until("copies with names of their own", &tasks(&format!("{first},/do/4/approve-2,/do/5/report-2")))
        .await?;
    browser.keys(Key::Delete + "").await?;
    browser.until("both copies gone", &tasks(first)).await?;
    browser.keys(Key::Control + "z").await?;
    browser.keys(Key::Control + "z").await?;
    browser.until("the seeded runbook again", &tasks(first)).await?;

    // A marquee around the last task, from the free canvas.
    browser.drag_from(&report, (-40, -10), (20, 30)).await?;
    browser
        .until(
            "the marquee took the report",
            "[...document.querySelectorAll('.node--selected')].map(node => node.dataset.pointer).join() === '/do/3/report'",
        )
        .await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_drawn_by_hand_is_read_over_before_it_is_saved_as_a_new_version() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open_failover(&browser, &hub).await?;
    let gate = browser.css("[data-pointer='/do/1/approve']").await?;
    browser.press(&gate, "the gate").await?;
    let port = browser.css(".flow__port").await?;
    let report = browser.css("[data-pointer='/do/3/report']").await?;
    browser.drag(&port, &report).await?;
    browser.shows("[aria-live=polite]", "approve goes on to report").await?;
    browser.click("Save").await?;
    browser.shows("dialog[open]", "report").await?;
    browser.shows("dialog[open] ins", "report").await?;
    let raise = browser.css("dialog[open] input[type=checkbox]").await?;
    browser.press(&raise, "raise the version").await?;
    browser.click("Save changes").await?;
    browser.shows("main", "Revision 2").await?;
    browser.driver().refresh().await?;
    browser.css("[data-pointer='/do/1/approve']").await?;
    browser.click("Source").await?;
    for saved in ["\"then\": \"report\"", "\"version\": \"1.0.1\""] {
        browser.source_says(saved).await.context("what was saved")?;
    }
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_on_one_workflow_are_joined_and_neither_loses_a_change() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open_failover(&browser, &hub).await?;
    let address = browser.driver().current_url().await?;
    let first = browser.driver().window().await?;
    let second = browser.driver().new_tab().await?;
    browser.driver().switch_to_window(second.clone()).await?;
    browser.goto(address.as_str()).await?;
    browser.css("[data-pointer='/do/1/approve']").await?;
    browser.fill("Title", "Theirs was first").await?;
    browser.click("Save").await?;
    browser.click("Save changes").await?;
    browser.shows("main", "Revision 2").await?;

    browser.driver().switch_to_window(first).await?;
    browser.fill("Summary", "Mine came later").await?;
    browser.click("Save").await?;
    browser.click("Save changes").await?;
    browser.shows("dialog[open]", "A newer revision exists").await?;
    browser.shows("dialog[open]", "Theirs was first").await?;
    browser.click("Join both").await?;
    browser.click("Save").await?;
    browser.click("Save changes").await?;
    browser.shows("main", "Revision 3").await?;
    browser.driver().refresh().await?;
    browser.css("[data-pointer='/do/1/approve']").await?;
    browser.click("Source").await?;
    browser.source_says("Theirs was first").await?;
    browser.source_says("Mine came later").await?;
    browser.close().await
}

//! The definition as text beside the canvas: each follows the other, and neither is lost to the other.

use anyhow::Result;
use thirtyfour::Key;

use crate::support::{Browser, Hub, HubOptions};

const STAGES: &str = "[...document.querySelectorAll('[role=application] [data-pointer]')].map(node => node.dataset.pointer).filter(pointer => /^\\/do\\/\\d+\\/[^/]+$/.test(pointer)).join()";

async fn open_beside(browser: &Browser, hub: &Hub) -> Result<()> {
    browser.goto(&hub.sign_in_link).await?;
    browser.shows("table", "failover").await?;
    let link = browser.button("failover").await?;
    browser.press(&link, "the workflow").await?;
    browser.css("[role=application] [data-pointer='/do/1/approve']").await?;
    browser.click("Side by side").await?;
    browser.click("Fit the whole workflow").await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_shows_on_the_canvas_and_what_is_selected_there_shows_in_the_text() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open_beside(&browser, &hub).await?;
    if !browser.source_field().await? {
        println!("skipped: this console was built without the editor component (no npm)");
        return browser.close().await;
    }
    // The canvas leads: its selection is marked in the text, wherever it stands there.
    let report = browser.css("[data-pointer='/do/3/report']").await?;
    browser.press(&report, "the report").await?;
    browser
        .until(
            "the report's lines",
            "document.querySelector('.cm-task')?.textContent.trim() === '\"report\": {'",
        )
        .await?;
    // The text leads: a task is written with what completion offers, and comes to the canvas selected.
    browser.click("YAML").await?;
    browser
        .until("the text as YAML", "document.querySelector('.cm-task')?.textContent.trim() === '- report:'")
        .await?;
    browser.source_field().await?;
    browser.keys(Key::Control + Key::End).await?;
    browser.keys("\n").await?;
    browser.keys(Key::Home + "").await?;
    browser.keys("  - wa").await?;
    browser
        .until(
            "the kind of task",
            "[...document.querySelectorAll('[role=listbox] [role=option]')].some(option => option.textContent.startsWith('wait'))",
        )
        .await?;
    // What was just offered is taken only when it had a moment to be read.
    browser.until("it can be taken", "document.querySelector('[role=option][aria-selected=true]')").await?;
    let wait = browser.css("[role=listbox] [role=option]").await?;
    browser.press(&wait, "wait").await?;
    browser.keys("PT5S").await?;
    let five = "/do/0/preChecks,/do/1/approve,/do/2/switchTraffic,/do/3/report,/do/4/wait";
    browser.until("the new task on the canvas", &format!("{STAGES} === {five:?}")).await?;
    browser
        .until(
            "it is selected",
            "document.querySelector('.node--selected')?.dataset.pointer === '/do/4/wait'",
        )
        .await?;
    // One step, which the canvas takes back for both.
    browser.click("Undo").await?;
    browser
        .until("the text follows", "!document.querySelector('.cm-content').textContent.includes('PT5S')")
        .await?;
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_is_no_definition_leaves_the_canvas_alone_and_is_not_lost() -> Result<()> {
    let Some(program) = crate::support::programs() else { return Ok(()) };
    let hub = Hub::start(&program, &HubOptions::default())?;
    let browser = Browser::open(&program).await?;
    open_beside(&browser, &hub).await?;
    let four = "/do/0/preChecks,/do/1/approve,/do/2/switchTraffic,/do/3/report";
    browser.until("the seeded runbook", &format!("{STAGES} === {four:?}")).await?;
    browser.write_source("{\n  \"document\": {},\n  \"do\": [}\n}").await?;
    browser.shows(".source", "Line 3, column 10").await?;
    browser.click("Canvas").await?;
    browser.shows("main", "The source is no definition").await?;
    browser.until("the canvas as it was", &format!("{STAGES} === {four:?}")).await?;
    // What was changed here now would be lost to the text, so nothing can be.
    let gate = browser.css("[data-pointer='/do/1/approve']").await?;
    browser.press(&gate, "the gate").await?;
    browser.keys(Key::Delete + "").await?;
    browser.click("Save").await?;
    browser.shows("main", "Line 3, column 10").await?;
    browser.source_says("\"do\": [}").await?;
    browser.click("Canvas").await?;
    browser.until("the canvas is whole", &format!("{STAGES} === {four:?}")).await?;
    browser.click("Discard the text").await?;
    browser.click("Source").await?;
    browser.source_says("\"approve\"").await?;
    browser.close().await
}
